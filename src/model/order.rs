//! [`Order`]: how an agent's value of outcomes moves with its type, on finite ordered sets.
//!
//! Outcomes and types are ordered by their numbers, names in the order in which they are listed. Everything is said
//! for pairs of outcomes `x' < x''` and of types `t' < t''`, one after the other.

use crate::kernel::{Expr, Formula};

use super::claim::{Comparison, Conjunct};
use super::point::Point;
use super::setting::Setting;

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

/// What the property says of every agent of a setting; `None` if types or outcomes are not finite and ordered.
pub fn ordered(setting: &Setting, order: Order) -> Option<Vec<Conjunct>> {
    let outcome = setting.outcome.as_ref()?;
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
