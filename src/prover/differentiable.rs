//! Statements that a term has a derivative at every point: what they say, and where they are true by the form of the term.

use crate::exact::Poly;
use crate::kernel::rule::envelope::{Differentiable, derivative};
use crate::kernel::{Expr, Formula, Relation, Step};

use super::proof::symbol;

/// What a formula says of a derivative at every point, if it says that: the term and its derivative up to what is linear in the
/// variable, which no such statement tells apart.
pub(super) fn recognised(formula: &Formula) -> Option<Differentiable> {
    let Formula::ForAll(name, body) = formula else { return None };
    let (below, rest) = implied(body)?;
    let (above, rest) = implied(rest)?;
    let Formula::ForAll(error, rest) = rest else { return None };
    let (_, rest) = implied(rest)?;
    let Formula::Exists(_, rest) = rest else { return None };
    let Formula::And(parts) = &**rest else { return None };
    let [_, Formula::ForAll(near, rest)] = parts.as_slice() else { return None };
    let (_, rest) = implied(rest)?;
    let (_, rest) = implied(rest)?;
    let Formula::And(sides) = rest else { return None };
    let (_, rest) = implied(sides.first()?)?;
    let (_, rest) = implied(rest)?;
    let Formula::And(bounds) = rest else { return None };
    let Formula::Compare(Relation::AtLeast, bound) = bounds.first()? else { return None };
    let [y, e, z] = [name, error, near].map(|name| Expr::variable(name));
    let rest = e.times(&z.minus(&y)).minus(bound);
    let (mut of, mut slope) = (Expr::zero(), Expr::zero());
    let near_atom = z.as_atom()?;
    for (monomial, c) in rest.terms() {
        let (others, exponent) = monomial.split(near_atom);
        let term = |m| Expr::from(Poly::term(m, c.clone()));
        let moves = others.factors().any(|(a, _)| a.mentions_variable(near));
        match (moves, exponent) {
            (false, 0) => {}
            (false, 1) => slope = slope.minus(&term(others)),
            _ => of = of.plus(&term(monomial.clone())),
        }
    }
    let end = |found: &Formula| match found {
        Formula::Compare(Relation::AtLeast, e) => Some(e.clone()),
        _ => None,
    };
    let what = Differentiable {
        variable: symbol(name).ok()?,
        of: of.substitute_one(near, &y),
        slope,
        low: y.minus(&end(below)?),
        high: end(above)?.plus(&y),
    };
    (what.formula() == *formula).then_some(what)
}

fn implied(formula: &Formula) -> Option<(&Formula, &Formula)> {
    match formula {
        Formula::Implies(premise, body) => Some((premise, body)),
        _ => None,
    }
}

/// Whether a term has the derivative that is said, being a polynomial in the variable.
pub(super) fn is_of_polynomial(what: &Differentiable) -> bool {
    let found = derivative(&[], (&what.variable, &what.of, &what.low, &what.high));
    found.is_ok_and(|found| found.slope == what.slope)
}

/// The step that shows it.
pub(super) fn by_form(what: &Differentiable) -> Option<Step> {
    let Differentiable { variable, of, low, high, .. } = what.clone();
    let (premises, parts) = Default::default();
    is_of_polynomial(what).then_some(Step::Differentiate { premises, parts, variable, of, low, high })
}
