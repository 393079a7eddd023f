//! Points of a cell, to see quickly that a sign cannot be certified. Proves nothing.

use std::collections::BTreeMap;

use crate::exact::Rational;
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Expr, Name, Node, Relation};

/// Points that are tried.
const TRIES: u64 = 120;

/// Whether some sampled point satisfies the facts and not the goal.
pub(super) fn refutes(facts: &[Fact], relation: Relation, goal: &Expr) -> bool {
    let mut names = goal.free_names();
    facts.iter().for_each(|f| names.extend(f.expr.free_names()));
    names.sort();
    names.dedup();
    let ranges: Vec<(Rational, Rational)> = names.iter().map(|n| range(facts, n)).collect();
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    (0..TRIES).any(|_| {
        let mut point = BTreeMap::new();
        for (name, (low, high)) in names.iter().zip(&ranges) {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let share = i64::try_from((state >> 33) % 13).unwrap_or(0);
            let share = Rational::new(share, 12).unwrap_or(Rational::ZERO);
            point.insert(name.clone(), low + &(&(high - low) * &share));
        }
        onto_curves(facts, &mut point);
        facts.iter().all(|f| holds(f.relation, &f.expr, &point) == Some(true))
            && holds(relation, goal, &point) == Some(false)
    })
}

/// Moves a point onto the curves that give one variable in terms of the others.
fn onto_curves(facts: &[Fact], point: &mut BTreeMap<Name, Rational>) {
    for fact in facts.iter().filter(|f| f.relation == Relation::Equal) {
        for atom in fact.expr.poly().variables() {
            let coefficients = fact.expr.poly().coefficients_in(&atom);
            let ([constant, slope], Node::Variable(name)) = (coefficients.as_slice(), atom.node()) else {
                continue;
            };
            let Some(slope) = slope.as_constant() else { continue };
            let value = value(&Expr::from(constant.clone()), point).and_then(|c| (-&c).checked_div(&slope));
            if let Some(value) = value {
                point.insert(name.clone(), value);
                break;
            }
        }
    }
}

fn value(e: &Expr, point: &BTreeMap<Name, Rational>) -> Option<Rational> {
    e.poly().evaluate(|a| match a.node() {
        Node::Variable(name) => point.get(name).cloned(),
        _ => None,
    })
}

/// A range of a variable that contains what the facts with numbers allow; a guess where they are silent.
fn range(facts: &[Fact], name: &Name) -> (Rational, Rational) {
    let (mut low, mut high) = (None, None);
    let variable = Expr::variable(name);
    let Some(atom) = variable.atoms().next() else { return (Rational::ZERO, Rational::ONE) };
    for fact in facts {
        let coefficients = fact.expr.poly().coefficients_in(atom);
        let [constant, slope] = coefficients.as_slice() else { continue };
        let (Some(b), Some(a)) = (constant.as_constant(), slope.as_constant()) else { continue };
        let Some(end) = b.checked_div(&a).map(|q| -&q) else { continue };
        if a.is_positive() {
            low = Some(low.map_or(end.clone(), |l: Rational| l.max(end)));
        } else {
            high = Some(high.map_or(end.clone(), |h: Rational| h.min(end)));
        }
    }
    match (low, high) {
        (Some(low), Some(high)) => (low, high),
        (Some(low), None) => (low.clone(), &low + &Rational::ONE),
        (None, Some(high)) => (&high - &Rational::ONE, high),
        (None, None) => (Rational::ZERO, Rational::ONE),
    }
}

fn holds(relation: Relation, e: &Expr, point: &BTreeMap<Name, Rational>) -> Option<bool> {
    let value = value(e, point)?;
    Some(match relation {
        Relation::Equal => value.is_zero(),
        Relation::AtLeast => !value.is_negative(),
        Relation::Positive => value.is_positive(),
    })
}
