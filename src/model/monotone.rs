//! Monotonicity of allocation rules on finite types around cycles.

use crate::kernel::Expr;

use super::claim::{Bound, Comparison, Conjunct};
use super::mechanism::Mechanism;
use super::point::Point;

/// That no cycle of types of an agent gains if each takes the outcome of the next, whatever the others' types. It is
/// said for every cycle in which no type occurs twice; any other is put together from such.
pub fn cyclically_monotone(rule: &Mechanism) -> Vec<Conjunct> {
    let types = rule.setting.types();
    let mut out = Vec::new();
    for (i, own) in types.iter().enumerate() {
        let agent = rule.setting.agents.get(i).map(|a| a.name.clone()).unwrap_or_default();
        let others: Vec<Bound> = types.iter().filter(|b| b.name != own.name).cloned().collect();
        for cycle in cycles(own.points.all()) {
            let next = cycle.iter().skip(1).chain(cycle.first());
            let (mut kept, mut moved) = (Expr::zero(), Expr::zero());
            for (here, next) in cycle.iter().zip(next) {
                let at = |e: &Expr| e.substitute_one(&own.name, &Expr::number(here.value.clone()));
                kept = kept.plus(&at(&rule.value(i)));
                moved = moved.plus(&at(&rule.value_from(i, &Expr::number(next.value.clone()))));
            }
            let names: Vec<&str> = cycle.iter().chain(cycle.first()).map(|p| p.shown.as_str()).collect();
            let what = format!("{agent}: own outcomes against those of the next in {}", names.join(" -> "));
            out.push(Conjunct::relation(what, others.clone(), kept, Comparison::AtLeast, moved));
        }
    }
    out
}

/// The cycles in which no point occurs twice, each once; the first point is the least.
fn cycles(points: &[Point]) -> Vec<Vec<&Point>> {
    let mut out = Vec::new();
    for first in 0..points.len() {
        let mut open: Vec<Vec<usize>> = vec![vec![first]];
        while let Some(path) = open.pop() {
            if path.len() > 1 {
                out.push(path.iter().filter_map(|k| points.get(*k)).collect());
            }
            let free = (first + 1..points.len()).filter(|k| !path.contains(k));
            open.extend(free.map(|k| [path.clone(), vec![k]].concat()));
        }
    }
    out
}
