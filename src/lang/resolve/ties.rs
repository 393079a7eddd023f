//! Tie rules: which outcome is chosen when several are best.

use crate::model::Setting;

use super::names::{advise, agent, complain};
use super::scope::Universe;
use super::{Resolve, interval, table};
use crate::lang::ast::{self, SettingKind, Ties};
use crate::lang::diagnostic::Diagnostic;

/// The tie rules that are tried for a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Open {
    /// How many there are; one if the setting states its rule.
    pub(super) count: usize,
    pub(super) coverage: Coverage,
}

/// Whether the tie rules that are tried are all that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coverage {
    All,
    Some,
}

/// Outcomes up to which all orders are tried.
const ALL_ORDERS_LIMIT: usize = 4;
/// Outcomes up to which each is tried as the strongest.
const ALL_STRONGEST_LIMIT: usize = 16;
/// Combinations of the open tie rules of several settings at most.
const CHOICE_LIMIT: usize = 100;
/// Work on all combinations at most.
const WORK_LIMIT: usize = 5_000_000;

/// Sets the tie rule: the stated one, else number `choice` of those that are possible.
pub(super) fn resolve(
    universe: &Universe,
    s: &ast::Setting,
    setting: &mut Setting,
    choice: usize,
) -> Resolve<Open> {
    let lines = s.lines.iter().filter_map(|l| match &l.kind {
        SettingKind::Ties(ties) => Some((ties, l.span)),
        _ => None,
    });
    let count = setting.outcomes.len();
    let (ties, span) = match lines.collect::<Vec<_>>().as_slice() {
        [] => {
            let (orders, coverage) = orders(count);
            setting.order = orders.get(choice).or(orders.first()).cloned().unwrap_or_default();
            return Ok(Open { count: orders.len(), coverage });
        }
        [only] => *only,
        [(_, first), (_, second), ..] => {
            let complaint = Diagnostic::new("duplicate-name", "ties are decided twice", *second);
            return Err(Box::new(complaint.also(*first, "the first rule")));
        }
    };
    interval::has_listed_outcomes(setting, "tie rules need", span)?;
    let n = setting.agents.len();
    let strongest: Vec<usize> = match ties {
        Ties::LowestIndex | Ties::HighestIndex | Ties::Agents(_) if !setting.kind.is_of_a_good() => {
            let message = "ties between outcomes are not decided by agents";
            return Err(advise("wrong-sort", message, span, "name the outcomes, such as `ties x = 1`"));
        }
        Ties::EqualChances if count > ALL_ORDERS_LIMIT => {
            let message = format!("equal chances are written out for at most {ALL_ORDERS_LIMIT} outcomes");
            return Err(advise(
                "too-large",
                message,
                span,
                "state an order, as in `ties to the lowest index`",
            ));
        }
        Ties::EqualChances => {
            setting.lots = orders(count).0;
            (0..count).collect()
        }
        Ties::LowestIndex => (0..n).collect(),
        Ties::HighestIndex => (0..n).rev().collect(),
        Ties::Agents(agents) => agents.iter().map(|a| agent(a, setting)).collect::<Resolve<_>>()?,
        Ties::Outcomes { name, values } => {
            let mut out = Vec::new();
            for value in values {
                out.push(table::outcome_index(universe, setting, name, value)?);
            }
            out
        }
    };
    let rest = (0..count).filter(|k| !strongest.contains(k));
    setting.order = strongest.iter().copied().chain(rest).collect();
    let mut distinct = setting.order.clone();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() != setting.order.len() {
        return Err(complain("duplicate-name", "this tie rule names something twice", span));
    }
    Ok(Open { count: 1, coverage: Coverage::All })
}

/// The tie rules to try where none is given: all for few outcomes, else each outcome strongest once,
/// in both directions; the opposite of the first rule comes second.
fn orders(count: usize) -> (Vec<Vec<usize>>, Coverage) {
    if count > ALL_ORDERS_LIMIT {
        let rotations = (0..count).map(|k| (0..count).map(|j| (j + k) % count).collect::<Vec<usize>>());
        let both = rotations.flat_map(|order| [order.clone(), order.into_iter().rev().collect()]);
        let tried = if count > ALL_STRONGEST_LIMIT { 2 } else { 2 * count };
        return (both.take(tried).collect(), Coverage::Some);
    }
    let mut out: Vec<Vec<usize>> = vec![vec![]];
    for _ in 0..count {
        let extend = |order: Vec<usize>| {
            let free = (0..count).filter(|k| !order.contains(k));
            free.map(|k| [order.clone(), vec![k]].concat()).collect::<Vec<_>>()
        };
        out = out.into_iter().flat_map(extend).collect();
    }
    (out, Coverage::All)
}

/// The combinations of tie rules to try, the first of each setting first: all of them if they are few,
/// else one setting's rule changed at a time; fewer if each is much work.
pub(super) fn combinations(open: &[Open], weight: usize) -> (Vec<Vec<usize>>, Coverage) {
    let (mut choices, mut coverage) = all_or_single_changes(open);
    let affordable = (WORK_LIMIT / weight.max(1)).max(2);
    if choices.len() > affordable {
        choices.truncate(affordable);
        coverage = Coverage::Some;
    }
    (choices, coverage)
}

fn all_or_single_changes(open: &[Open]) -> (Vec<Vec<usize>>, Coverage) {
    let stated = open.iter().all(|o| o.coverage == Coverage::All);
    let all = open.iter().try_fold(1_usize, |product, o| product.checked_mul(o.count));
    let first = vec![0; open.len()];
    if all.is_some_and(|all| all <= CHOICE_LIMIT) {
        let mut out = vec![vec![]];
        for o in open {
            let extend = |choice: Vec<usize>| (0..o.count).map(move |k| [choice.clone(), vec![k]].concat());
            out = out.into_iter().flat_map(extend).collect();
        }
        return (out, if stated { Coverage::All } else { Coverage::Some });
    }
    let mut out = vec![first.clone()];
    for (position, o) in open.iter().enumerate() {
        for k in 1..o.count {
            let mut choice = first.clone();
            if let Some(slot) = choice.get_mut(position) {
                *slot = k;
            }
            out.push(choice);
        }
    }
    (out, Coverage::Some)
}
