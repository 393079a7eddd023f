//! Types with a name of their own: worst-off types, reserves, and when virtual values are monotone.

use crate::kernel::{Expr, Formula};

use super::claim::{Bound, Comparison, Conjunct};
use super::setting::{Agent, Setting};

/// That a set is the set of minimisers of `net`, a term in the type: the points lie in the type space,
/// the values at them are equal, and every other type has a greater one.
pub fn worst_off(type_: &Bound, net: &Expr, points: &[Expr]) -> Vec<Conjunct> {
    let own = Expr::variable(&type_.name);
    let at = |point: &Expr| net.substitute_one(&type_.name, point);
    let Some(first) = points.first() else { return vec![] };
    let mut out = Vec::new();
    for point in points {
        out.extend(inside(type_, point));
    }
    for point in points.iter().skip(1) {
        let what = "net payoffs at the worst-off types";
        out.push(Conjunct::relation(what, vec![], at(point), Comparison::Equal, at(first)));
    }
    let others: Vec<Formula> = points.iter().map(|point| Formula::unequal(&own, point)).collect();
    let what = "net payoff of any other type";
    let conjunct = Conjunct::relation(what, vec![type_.clone()], net.clone(), Comparison::Greater, at(first));
    out.push(conjunct.under(others));
    out
}

/// That a point is the reserve of an agent whose interim chance of the good is `chance`: it lies in the
/// type space, types below it have no chance, and types above it have one.
pub fn reserve(type_: &Bound, chance: &Expr, point: &Expr) -> Vec<Conjunct> {
    let own = Expr::variable(&type_.name);
    let part = |what: &str, premise, relation| {
        let conjunct = Conjunct::relation(what, vec![type_.clone()], chance.clone(), relation, Expr::zero());
        conjunct.under(vec![premise])
    };
    let mut out = inside(type_, point);
    let below = Formula::greater(point, &own);
    out.push(part("chance of a type below the reserve", below, Comparison::Equal));
    let above = Formula::greater(&own, point);
    out.push(part("chance of a type above the reserve", above, Comparison::Greater));
    out
}

fn inside(type_: &Bound, point: &Expr) -> Vec<Conjunct> {
    if type_.points.is_finite() {
        let away = type_
            .points
            .all()
            .iter()
            .fold(Expr::one(), |product, p| product.times(&point.minus(&Expr::number(p.value.clone()))));
        let what = "the product of the distances of the named type from all types";
        return vec![Conjunct::relation(what, vec![], away, Comparison::Equal, Expr::zero())];
    }
    let part = |what: &str, relation, end: &Expr| {
        Conjunct::relation(what, vec![], point.clone(), relation, end.clone())
    };
    vec![
        part("the named type against the lowest", Comparison::AtLeast, &type_.low),
        part("the named type against the highest", Comparison::AtMost, &type_.high),
    ]
}

/// Whether constant stretches are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// They are.
    Weak,
    /// They are not.
    Strict,
}

/// That an agent's virtual value is nondecreasing or strictly increasing, without quotients:
/// `p(y) f(z) ≤ p(z) f(y)` for all types `y ≤ z`, with `p = θ f − (1 − F)`; or less, for `y < z`.
pub fn regularity(setting: &Setting, agent: usize, strictness: Strictness) -> Option<Conjunct> {
    let a = setting.agents.get(agent)?;
    let parts = setting.ironed_parts(agent, &[])?;
    let weight = if parts.1 == Expr::one() { "" } else { ", times both densities" };
    Some(nondecreasing(a, &parts, strictness, format!("{}: virtual values of two types{weight}", a.name)))
}

/// That a quotient `p/f` of terms in an agent's type is nondecreasing or strictly increasing where `f > 0`.
pub(super) fn nondecreasing(
    agent: &Agent,
    (p, f): &(Expr, Expr),
    strictness: Strictness,
    what: String,
) -> Conjunct {
    let type_ = &agent.type_;
    let high = Bound { name: "z'".into(), shown: "z".into(), ..type_.clone() };
    let low = Bound {
        name: "y'".into(),
        shown: "y".into(),
        low: type_.low.clone(),
        high: Expr::variable(&high.name),
        ..type_.clone()
    };
    let at = |e: &Expr, b: &Bound| e.substitute_one(&type_.name, &Expr::variable(&b.name));
    let (left, right) = (at(p, &low).times(&at(f, &high)), at(p, &high).times(&at(f, &low)));
    let apart = Formula::greater(&Expr::variable(&high.name), &Expr::variable(&low.name));
    let (relation, premises) = match strictness {
        Strictness::Weak => (Comparison::AtMost, vec![]),
        Strictness::Strict => (Comparison::Less, vec![apart]),
    };
    Conjunct::relation(what, vec![high, low], left, relation, right).under(premises)
}
