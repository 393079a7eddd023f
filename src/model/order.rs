//! [`Order`]: how an agent's value of outcomes moves with its type, on finite ordered sets and on
//! intervals of outcomes.
//!
//! Outcomes and types are ordered by their numbers, names in the order in which they are listed. Everything is said
//! for pairs of outcomes `x' < x''` and of types `t' < t''`, one after the other.

use crate::kernel::{Expr, Formula};

use super::claim::{Bound, Comparison, Conjunct};
use super::point::Point;
use super::setting::{Kind, Setting};

/// A property of values on ordered sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `v(x'', t'') − v(x', t'') ≥ v(x'', t') − v(x', t')`.
    IncreasingDifferences,
    /// The same with `>`.
    StrictlyIncreasingDifferences,
    /// `v(x'', t') ≥ v(x', t')` implies the same for `t''`, and so for `>`.
    SingleCrossing,
    /// For every set of outcomes, what is best for `t''` is at least what is best for `t'`, in the strong set order: if
    /// `x'` is best for `t''` and `x''` for `t'`, then both are best for both.
    MonotoneChoice,
}

/// A value of each outcome, in increasing order of the outcomes.
struct Values<'a> {
    type_: &'a Point,
    of: Vec<Expr>,
}

/// What the property says of every agent of a setting; `None` if types or outcomes are not finite and ordered, and outcomes
/// no interval either.
pub fn ordered(setting: &Setting, order: Order) -> Option<Vec<Conjunct>> {
    let outcome = setting.outcome.as_ref()?;
    if setting.kind == Kind::Interval {
        return on_interval(setting, outcome, order);
    }
    let points = outcome.points.all();
    let mut places = Vec::new();
    for point in points {
        let name = format!("{} = {}", outcome.shown, point.shown);
        places.push(setting.outcomes.iter().position(|o| o.name == name)?);
    }
    let mut out = Vec::new();
    for (i, agent) in setting.agents.iter().enumerate() {
        if !agent.type_.points.is_finite() {
            return None;
        }
        let row = |type_| {
            let at = |e: &Expr| e.substitute_one(&agent.type_.name, &number(type_));
            let value = |k: &usize| setting.outcomes.get(*k).and_then(|o| o.values.get(i)).map(at);
            Some(Values { type_, of: places.iter().map(value).collect::<Option<_>>()? })
        };
        let rows: Vec<Values<'_>> = agent.type_.points.all().iter().map(row).collect::<Option<_>>()?;
        for (k, low) in rows.iter().enumerate() {
            for high in rows.iter().skip(k + 1) {
                let types = format!("{}: {} against {}", agent.name, low.type_.shown, high.type_.shown);
                out.extend(match order {
                    Order::MonotoneChoice => choices_of(points, low, high, &types),
                    _ => pairs(points, low, high, &types, order),
                });
            }
        }
    }
    Some(out)
}

/// The same for all pairs of outcomes in an interval and of types; `None` for sets of outcomes, of which there are too many.
fn on_interval(setting: &Setting, first: &Bound, order: Order) -> Option<Vec<Conjunct>> {
    let above = |bound: &Bound| Bound {
        name: format!("{}'", bound.name).into(),
        shown: format!("{}'", bound.shown),
        low: if bound.points.is_finite() { bound.low.clone() } else { Expr::variable(&bound.name) },
        ..bound.clone()
    };
    let second = above(first);
    let mut out = Vec::new();
    for (i, agent) in setting.agents.iter().enumerate() {
        let (low, high) = (&agent.type_, above(&agent.type_));
        let value = setting.outcomes.first()?.values.get(i)?;
        let gain = |type_: &Bound| {
            let at = |outcome: &Bound| {
                let value = value.substitute_one(&low.name, &Expr::variable(&type_.name));
                value.substitute_one(&first.name, &Expr::variable(&outcome.name))
            };
            at(&second).minus(&at(first))
        };
        let (below, above) = (gain(low), gain(&high));
        let greater =
            |a: &Bound, b: &Bound| Formula::greater(&Expr::variable(&a.name), &Expr::variable(&b.name));
        let apart = match low.points.is_finite() || order == Order::StrictlyIncreasingDifferences {
            true => vec![greater(&high, low), greater(&second, first)],
            false => vec![],
        };
        let what = format!("{}: {} instead of {}", agent.name, second.shown, first.shown);
        let variables = vec![low.clone(), high.clone(), first.clone(), second.clone()];
        let conjunct = |relation, right: Expr, premise: Option<Formula>| {
            let premises = apart.iter().cloned().chain(premise).collect();
            Conjunct::relation(what.clone(), variables.clone(), above.clone(), relation, right)
                .under(premises)
        };
        let zero = Expr::zero();
        match order {
            Order::IncreasingDifferences => out.push(conjunct(Comparison::AtLeast, below, None)),
            Order::StrictlyIncreasingDifferences => out.push(conjunct(Comparison::Greater, below, None)),
            Order::SingleCrossing => {
                let (weak, strict) = (Formula::at_least(&below, &zero), Formula::greater(&below, &zero));
                out.push(conjunct(Comparison::AtLeast, zero.clone(), Some(weak)));
                out.push(conjunct(Comparison::Greater, zero, Some(strict)));
            }
            Order::MonotoneChoice => return None,
        }
    }
    Some(out)
}

fn number(point: &Point) -> Expr {
    Expr::number(point.value.clone())
}

/// The pairs of outcomes, the lower one first.
fn pairs(points: &[Point], low: &Values<'_>, high: &Values<'_>, types: &str, order: Order) -> Vec<Conjunct> {
    let mut out = Vec::new();
    for (k, first) in points.iter().enumerate() {
        for (l, second) in points.iter().enumerate().skip(k + 1) {
            let gain = |v: &Values<'_>| Some(v.of.get(l)?.minus(v.of.get(k)?));
            let (Some(below), Some(above)) = (gain(low), gain(high)) else { continue };
            let what = format!("{types}, {} instead of {}", second.shown, first.shown);
            let zero = Expr::zero;
            let plain =
                |relation| Conjunct::relation(what.clone(), vec![], above.clone(), relation, below.clone());
            let crossing = |premise, relation| {
                Conjunct::relation(what.clone(), vec![], above.clone(), relation, zero()).under(vec![premise])
            };
            match order {
                Order::IncreasingDifferences => out.push(plain(Comparison::AtLeast)),
                Order::StrictlyIncreasingDifferences => out.push(plain(Comparison::Greater)),
                Order::SingleCrossing | Order::MonotoneChoice => {
                    out.push(crossing(Formula::at_least(&below, &zero()), Comparison::AtLeast));
                    out.push(crossing(Formula::greater(&below, &zero()), Comparison::Greater));
                }
            }
        }
    }
    out
}

/// Every set of outcomes with every pair in it, of which the lower one is best for the higher type, and the higher one
/// for the lower type.
fn choices_of(points: &[Point], low: &Values<'_>, high: &Values<'_>, types: &str) -> Vec<Conjunct> {
    let mut out = Vec::new();
    for set in 1_u32..1 << points.len() {
        let among: Vec<usize> = (0..points.len()).filter(|k| set >> k & 1 == 1).collect();
        let best = |v: &Values<'_>, k: usize| -> Vec<Formula> {
            let against = among.iter().filter(|l| **l != k);
            against.filter_map(|l| Some(Formula::at_least(v.of.get(k)?, v.of.get(*l)?))).collect()
        };
        for (position, k) in among.iter().enumerate() {
            for l in among.iter().skip(position + 1) {
                let shown = |k: &usize| points.get(*k).map(|p| p.shown.clone()).unwrap_or_default();
                let listed: Vec<String> = among.iter().map(shown).collect();
                let what = format!(
                    "{types}, of {{{}}} the higher takes {} and the lower {}",
                    listed.join(", "),
                    shown(k),
                    shown(l)
                );
                let premises: Vec<Formula> = best(high, *k).into_iter().chain(best(low, *l)).collect();
                for (v, better, worse) in [(high, l, k), (low, k, l)] {
                    let (Some(left), Some(right)) = (v.of.get(*better), v.of.get(*worse)) else { continue };
                    let conjunct = Conjunct::relation(
                        what.clone(),
                        vec![],
                        left.clone(),
                        Comparison::AtLeast,
                        right.clone(),
                    );
                    out.push(conjunct.under(premises.clone()));
                }
            }
        }
    }
    out
}
