//! Numeric bounds of names that lie between roots: a name above a root is above what the root is above.

use std::collections::BTreeMap;

use super::proof::{Builder, Hints};
use crate::exact::Rational;
use crate::kernel::{Expr, Formula, Name, Relation};
use crate::piecewise::{Engine, Obstacle};

impl Builder {
    /// A goal under bounds by numbers that follow from the context; nothing where there are no new ones.
    pub(super) fn with_bounds(
        &mut self,
        engine: &mut Engine,
        context: &mut Vec<Formula>,
        goal: &Formula,
        e: &Expr,
        hints: &Hints,
    ) -> Option<Result<usize, Obstacle>> {
        let bounds = bounds(context, &e.free_names());
        let (mut proofs, mut known) = (Vec::new(), Vec::new());
        for bound in bounds {
            let before = self.length();
            match self.prove(engine, context, &bound, hints) {
                Ok(proof) => {
                    proofs.push(proof);
                    known.push(bound);
                }
                Err(_) => self.rewind(before),
            }
        }
        if known.is_empty() {
            return None;
        }
        let before = context.len();
        context.extend(known.iter().cloned());
        let found = self.prove(engine, context, goal, hints);
        context.truncate(before);
        Some(found.and_then(|step| self.discharged(step, &known, &proofs)))
    }
}

/// The numbers between which a name lies, as far as they are known.
#[derive(Default)]
struct Ends {
    low: Option<Rational>,
    high: Option<Rational>,
}

/// The ends of the ranges that single comparisons give to names, where both are numbers.
fn ranges(context: &[Formula]) -> BTreeMap<Name, Ends> {
    let mut out: BTreeMap<Name, Ends> = BTreeMap::new();
    for formula in context {
        let Formula::Compare(Relation::AtLeast | Relation::Positive, e) = formula else { continue };
        let [name] = e.free_names().try_into().unwrap_or_else(|_| [Name::from("")]);
        let Some((slope, rest)) = linear(e, &name) else { continue };
        let Some(end) = rest.as_number().and_then(|c| (-&c).checked_div(&slope)) else { continue };
        let Ends { low, high } = out.entry(name).or_default();
        if slope.is_positive() {
            *low = Some(low.take().map_or(end.clone(), |known| known.max(end)));
        } else {
            *high = Some(high.take().map_or(end.clone(), |known| known.min(end)));
        }
    }
    out
}

/// `slope` and `rest` with `e = slope·name + rest`.
fn linear(e: &Expr, name: &Name) -> Option<(Rational, Expr)> {
    let variable = Expr::variable(name);
    let coefficients = e.poly().coefficients_in(variable.as_atom()?);
    let [rest, slope] = coefficients.as_slice() else { return None };
    Some((slope.as_constant()?, Expr::from(rest.clone())))
}

/// Bounds by numbers that names lack and that comparisons with names that have them give.
pub(super) fn bounds(context: &[Formula], names: &[Name]) -> Vec<Formula> {
    let ranges = ranges(context);
    let end = |name: &Name, upper: bool| {
        let ends = ranges.get(name)?;
        if upper { ends.high.clone() } else { ends.low.clone() }
    };
    let mut out = Vec::new();
    for name in names {
        let x = Expr::variable(name);
        for formula in context {
            let Formula::Compare(Relation::AtLeast | Relation::Positive, e) = formula else { continue };
            let Some((slope, rest)) = linear(e, name) else { continue };
            let upper = slope.is_negative();
            if end(name, upper).is_some() || rest.as_number().is_some() || rest.poly().degree() > 1 {
                continue;
            }
            // slope·x + rest ≥ 0 with rest at most its greatest value.
            let greatest = rest.terms().try_fold(Rational::ZERO, |sum, (m, c)| {
                let value = match Expr::from(crate::exact::Poly::term(m.clone(), Rational::ONE)).as_variable()
                {
                    Some(other) => end(other, c.is_positive())?,
                    None => Rational::ONE,
                };
                Some(&sum + &(c * &value))
            });
            let Some(limit) = greatest.and_then(|g| (-&g).checked_div(&slope)) else { continue };
            let limit = Expr::number(limit);
            out.push(if upper { Formula::at_least(&limit, &x) } else { Formula::at_least(&x, &limit) });
        }
    }
    out.sort_by_key(ToString::to_string);
    out.dedup();
    out
}
