//! [`Points`]: the elements of a finite range. What is said for all of them is written out.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::exact::{Monomial, Poly, Rational};
use crate::kernel::{Atom, Expr, Name, Node};

use super::claim::{Bound, own_name};

/// An element of a finite range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// The number that stands for it in terms.
    pub value: Rational,
    /// How the user writes it: the number, or a name.
    pub shown: String,
}

/// The elements of a finite range in the order of their numbers; an interval has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Points(Option<Arc<Elements>>);

/// The elements, and what tables over them are written with.
#[derive(Debug)]
struct Elements {
    all: Vec<Point>,
    /// Whether they have names.
    named: bool,
    /// A variable that tables were read at, with `[variable ≥ k]` for each point k but the first.
    steps: OnceLock<(Expr, Vec<Atom>)>,
}

impl PartialEq for Elements {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
    }
}

impl Eq for Elements {}

impl Elements {
    /// `[variable ≥ k]` for each point k but the first; `None` if one of them is a number.
    fn steps(&self, variable: &Expr) -> Option<Cow<'_, [Atom]>> {
        let made = || -> Option<Vec<Atom>> {
            let step = |p: &Point| {
                let above = variable.minus(&Expr::number(p.value.clone()));
                Expr::at_least_zero(&above).as_atom().cloned()
            };
            self.all.iter().skip(1).map(step).collect()
        };
        match self.steps.get() {
            Some((known, steps)) if known == variable => Some(Cow::Borrowed(steps)),
            Some(_) => made().map(Cow::Owned),
            None => {
                let steps = made()?;
                let (known, kept) = self.steps.get_or_init(|| (variable.clone(), steps.clone()));
                Some(if known == variable { Cow::Borrowed(kept) } else { Cow::Owned(steps) })
            }
        }
    }
}

impl Points {
    /// A finite range. The points are in increasing order and at least one.
    pub fn of(points: Vec<Point>) -> Self {
        let named = points.iter().any(|p| p.shown != p.value.to_string());
        Points(Some(Arc::new(Elements { all: points, named, steps: OnceLock::new() })))
    }

    /// The points; none for an interval.
    pub fn all(&self) -> &[Point] {
        self.0.as_deref().map_or(&[], |elements| &elements.all)
    }

    /// Whether this is a finite range.
    pub fn is_finite(&self) -> bool {
        self.0.is_some()
    }

    /// Whether the points have names, which are not to be calculated with.
    pub fn are_named(&self) -> bool {
        self.0.as_deref().is_some_and(|elements| elements.named)
    }

    /// How the user writes the point of a number.
    pub fn shown(&self, value: &Rational) -> Option<&str> {
        self.all().iter().find(|p| p.value == *value).map(|p| p.shown.as_str())
    }

    /// The term that is `values[k]` at point k.
    pub fn table_of_numbers(&self, variable: &Expr, values: &[Rational]) -> Expr {
        let first = values.first().cloned().unwrap_or(Rational::ZERO);
        let steps = values.iter().zip(values.iter().skip(1)).map(|(a, b)| b - a);
        self.steps(variable, first, steps.enumerate().collect())
    }

    /// The term that is `first` at the first point, with what is added from point k + 1 on, for numbers k in increasing order.
    pub fn steps(&self, variable: &Expr, first: Rational, steps: Vec<(usize, Rational)>) -> Expr {
        if let Some(value) = variable.as_number() {
            let place = self.all().partition_point(|p| p.value <= value).saturating_sub(1);
            let added = steps.iter().take_while(|(k, _)| *k < place);
            return Expr::number(added.fold(first, |sum, (_, step)| &sum + step));
        }
        let Some(elements) = self.0.as_deref() else { return Expr::number(first) };
        let Some(atoms) = elements.steps(variable) else { return Expr::too_large() };
        let mut terms = Vec::with_capacity(steps.len() + 1);
        terms.push((Monomial::one(), first));
        for (k, step) in steps.into_iter().filter(|(_, step)| !step.is_zero()) {
            terms.extend(atoms.get(k).map(|atom| (Monomial::power(atom.clone(), 1), step)));
        }
        Expr::from(Poly::of_terms(terms))
    }

    /// The term that is `terms[k]` at point k: the first term, and at each further point what is added there.
    pub fn table(&self, variable: &Expr, terms: &[Expr]) -> Expr {
        if let Some(value) = variable.as_number() {
            let place = self.all().partition_point(|p| p.value <= value).saturating_sub(1);
            return terms.get(place).cloned().unwrap_or_else(Expr::zero);
        }
        let steps = terms.iter().zip(terms.iter().skip(1)).map(|(a, b)| b.minus(a));
        let Some(elements) = self.0.as_deref() else {
            return terms.first().cloned().unwrap_or_else(Expr::zero);
        };
        let Some(atoms) = elements.steps(variable) else { return Expr::too_large() };
        let (mut numbers, mut others) = (Vec::new(), Vec::new());
        let mut add = |monomial: Monomial<Atom>, term: Expr| match term.as_number() {
            Some(number) => numbers.push((monomial, number)),
            None => others.push(Expr::from(Poly::term(monomial, Rational::ONE)).times(&term)),
        };
        terms.first().cloned().into_iter().for_each(|first| add(Monomial::one(), first));
        for (atom, step) in atoms.iter().zip(steps).filter(|(_, step)| !step.is_zero()) {
            add(Monomial::power(atom.clone(), 1), step);
        }
        let mut parts = others;
        parts.push(Expr::from(Poly::of_terms(numbers)));
        // Halves are added to halves, so that long tables take no square of their length.
        while parts.len() > 1 {
            parts = parts
                .chunks(2)
                .map(|pair| match pair {
                    [a, b] => a.plus(b),
                    other => other.first().cloned().unwrap_or_else(Expr::zero),
                })
                .collect();
        }
        parts.pop().unwrap_or_else(Expr::zero)
    }
}

/// The name of an open value of an agent, which no user can write.
pub fn cell_name(setting: &str, agent: &str, type_: &Rational, outcome: &Rational) -> Name {
    own_name("cell", &[setting, agent, &type_.to_string(), &outcome.to_string()])
}

/// The name of an open outcome of a rule, which no user can write.
pub fn outcome_name(rule: &str, types: &[&str]) -> Name {
    own_name("outcome", &[&[rule], types].concat())
}

/// Every choice of one point for each of the finite ranges among some.
pub fn choices(bounds: &[Bound]) -> Vec<BTreeMap<Name, Expr>> {
    let mut out = vec![BTreeMap::new()];
    for bound in bounds.iter().filter(|b| b.points.is_finite()) {
        let extend = |choice: &BTreeMap<Name, Expr>| -> Vec<BTreeMap<Name, Expr>> {
            let with = |point: &Point| {
                let mut choice = choice.clone();
                choice.insert(bound.name.clone(), Expr::number(point.value.clone()));
                choice
            };
            bound.points.all().iter().map(with).collect()
        };
        out = out.iter().flat_map(extend).collect();
    }
    out
}

/// How many choices there are.
pub fn count_of_choices(bounds: &[Bound]) -> usize {
    let finite = bounds.iter().filter(|b| b.points.is_finite());
    finite.fold(1, |product, b| product.saturating_mul(b.points.all().len()))
}

/// The values of a term at every choice of points, the last range moving first; `None` if one is not a number.
///
/// A sum of steps in one name, which is what a table is, takes a time that is linear in its length.
pub fn values_at_points(e: &Expr, bounds: &[Bound]) -> Option<Vec<Rational>> {
    let [first, rest @ ..] = bounds else { return Some(vec![e.as_number()?]) };
    if let ([], Some(values)) = (rest, values_of_steps(e, first)) {
        return Some(values);
    }
    let mut out = Vec::new();
    let mut last: Option<(Expr, Vec<Rational>)> = None;
    for point in first.points.all() {
        let here = e.substitute_one(&first.name, &Expr::number(point.value.clone()));
        // Tables often have equal rows.
        let values = match &last {
            Some((same, values)) if *same == here => values.clone(),
            _ => values_at_points(&here, rest)?,
        };
        out.extend(values.iter().cloned());
        last = Some((here, values));
    }
    Some(out)
}

/// The values of `c + Σ c_k·[a_k·x + b_k ≥ 0]` at the points of `x`.
fn values_of_steps(e: &Expr, bound: &Bound) -> Option<Vec<Rational>> {
    let points = bound.points.all();
    let mut value = Rational::ZERO;
    // What is added from a point on.
    let mut steps = vec![Rational::ZERO; points.len() + 1];
    for (monomial, c) in e.terms() {
        let mut factors = monomial.factors();
        let (atom, None) = (factors.next(), factors.next()) else { return None };
        let Some((atom, 1)) = atom else {
            value += c;
            continue;
        };
        let Node::Indicator(inside) = atom.node() else { return None };
        let (mut slope, mut constant) = (Rational::ZERO, Rational::ZERO);
        for (m, k) in inside.terms() {
            let mut factors = m.factors();
            match (factors.next(), factors.next()) {
                (None, _) => constant = k.clone(),
                (Some((atom, 1)), None) if matches!(atom.node(), Node::Variable(x) if *x == bound.name) => {
                    slope = k.clone();
                }
                _ => return None,
            }
        }
        let edge = (-&constant).checked_div(&slope)?;
        match slope.is_positive() {
            true => *steps.get_mut(points.partition_point(|p| p.value < edge))? += c,
            false => {
                value += c;
                let after = steps.get_mut(points.partition_point(|p| p.value <= edge))?;
                *after = &*after - c;
            }
        }
    }
    let add = |sum: &mut Rational, step: &Rational| {
        *sum += step;
        Some(sum.clone())
    };
    Some(steps.iter().take(points.len()).scan(value, add).collect())
}
