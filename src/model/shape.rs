//! [`Shape`]: monotonicity and curvature of a term in one name, as a comparison of its values.

use std::collections::BTreeMap;

use crate::kernel::{Expr, Formula, Name};

use super::claim::{Bound, Charge, Claim, Comparison, Conjunct, Description};

/// How a term depends on a name `r`, for all `r ≤ r'` in the range (and all weights λ ∈ [0, 1]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `e(r') ≥ e(r)`
    Nondecreasing,
    /// `e(r') ≤ e(r)`
    Nonincreasing,
    /// `e(r') > e(r)` for `r' > r`
    StrictlyIncreasing,
    /// `e(r') < e(r)` for `r' > r`
    StrictlyDecreasing,
    /// `e(λr + (1−λ)r') ≤ λe(r) + (1−λ)e(r')`
    Convex,
    /// `e(λr + (1−λ)r') ≥ λe(r) + (1−λ)e(r')`
    Concave,
}

/// A term at a point, with the copies of the charges in it that belong to the point.
struct At {
    term: Expr,
    charges: Vec<Charge>,
}

/// `e` with `point` for `name`. A charge that depends on the name is another number there, so it gets
/// a name of its own, with `mark` at its end.
fn at(e: &Expr, charges: &[Charge], name: &Name, point: &Expr, mark: &str) -> At {
    let mut values = BTreeMap::from([(name.clone(), point.clone())]);
    let mut copies = Vec::new();
    for charge in charges {
        let Bound { name: argument, low, high, shown, .. } = &charge.argument;
        let depends = [&charge.body, low, high].into_iter().any(|e| values.keys().any(|n| e.mentions(n)));
        if !depends {
            continue;
        }
        // The argument of a root is the number itself.
        let renamed: Name = format!("{argument}{mark}").into();
        let there = |shown: &str| format!("({shown} at {name} = {point})");
        let argument_there = Bound {
            name: renamed.clone(),
            shown: if charge.description == Description::Root { there(shown) } else { shown.clone() },
            low: low.substitute(&values),
            high: high.substitute(&values),
            ..charge.argument.clone()
        };
        let body = charge.body.substitute(&values).substitute_one(argument, &Expr::variable(&renamed));
        let copy = Charge {
            name: format!("{}{mark}", charge.name).into(),
            shown: there(&charge.shown),
            argument: argument_there,
            body,
            description: charge.description,
        };
        values.insert(charge.name.clone(), Expr::variable(&copy.name));
        copies.push(copy);
    }
    At { term: e.substitute(&values), charges: copies }
}

impl Shape {
    /// That `e` has this shape in `bound`, one of the parameters or of the variables, for all values of
    /// the others. The points of a parameter are parameters too, since charges depend on them.
    pub fn unfold(
        self,
        e: &Expr,
        bound: &Bound,
        parameters: &[Bound],
        variables: &[Bound],
        charges: &[Charge],
    ) -> Claim {
        let low = Expr::variable(&bound.name);
        let second = Bound {
            name: format!("{}'", bound.name).into(),
            shown: format!("{}'", bound.shown),
            low: if bound.points.is_finite() { bound.low.clone() } else { low.clone() },
            ..bound.clone()
        };
        let high = Expr::variable(&second.name);
        let mut points = vec![bound.clone(), second];
        let there = at(e, charges, &bound.name, &high, "'");
        let mut all: Vec<Charge> = charges.iter().chain(&there.charges).cloned().collect();
        let strict = vec![Formula::greater(&high, &low)];
        // The higher point of an interval has the lower one as its lower end.
        let weak = if bound.points.is_finite() { strict.clone() } else { vec![] };
        let here = e.clone();
        let (left, relation, right, premises) = match self {
            Shape::Nondecreasing => (there.term, Comparison::AtLeast, here, weak),
            Shape::Nonincreasing => (there.term, Comparison::AtMost, here, weak),
            Shape::StrictlyIncreasing => (there.term, Comparison::Greater, here, strict),
            Shape::StrictlyDecreasing => (there.term, Comparison::Less, here, strict),
            Shape::Convex | Shape::Concave => {
                let weight = Bound::interval("weight'0".into(), "weight".into(), Expr::zero(), Expr::one());
                let l = Expr::variable(&weight.name);
                let rest = Expr::one().minus(&l);
                let point = l.times(&low).plus(&rest.times(&high));
                let between = at(e, charges, &bound.name, &point, "''");
                all.extend(between.charges);
                points.push(weight);
                let mean = l.times(&here).plus(&rest.times(&there.term));
                let relation = if self == Shape::Convex { Comparison::AtMost } else { Comparison::AtLeast };
                (between.term, relation, mean, vec![])
            }
        };
        let other = |b: &&Bound| b.name != bound.name;
        let mut names: Vec<Bound> = variables.iter().filter(other).cloned().collect();
        // The points of a parameter stand where it stood: later ranges may mention it.
        let instead = |p: &Bound| if other(&p) { vec![p.clone()] } else { points.clone() };
        let free: Vec<Bound> = parameters.iter().flat_map(instead).collect();
        if free.len() == parameters.len() {
            names.extend(points);
        }
        let conjunct = Conjunct::relation("", names, left, relation, right).under(premises);
        Claim::about(&free, &all, vec![conjunct])
    }
}
