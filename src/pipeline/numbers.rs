//! The report of a system of comparisons: the numbers that satisfy it, or why there are none.

use crate::exact::Rational;
use crate::kernel::Expr;
use crate::model::{Conjunct, Role, System};
use crate::piecewise::system::Answer;
use crate::report::Names;

/// Lines of numbers or comparisons at most.
const LINE_LIMIT: usize = 40;

/// What was found of a system, in lines.
pub(super) fn story(system: &System, found: &Answer, names: &Names) -> Vec<String> {
    match found {
        Answer::Point(values) => {
            let all = system.unknowns.iter().zip(values);
            let lines = all.map(|(unknown, value)| format!("  {}: {value}", unknown.shown));
            std::iter::once("these numbers do it:".to_owned()).chain(cut(lines)).collect()
        }
        Answer::Contradiction(multipliers) => {
            let rows: Option<Vec<(&Conjunct, &Rational)>> =
                multipliers.iter().map(|(k, m)| Some((system.rows.get(*k)?, m))).collect();
            let rows = rows.unwrap_or_default();
            cycle(&rows).unwrap_or_else(|| contradiction(&rows, names))
        }
    }
}

fn cut(lines: impl ExactSizeIterator<Item = String>) -> Vec<String> {
    let more = lines.len().saturating_sub(LINE_LIMIT);
    let rest = (more > 0).then(|| format!("  and {more} more"));
    lines.take(LINE_LIMIT).chain(rest).collect()
}

/// That a type prefers the outcome of a report, payments aside.
struct Edge<'a> {
    agent: &'a str,
    truth: &'a str,
    report: &'a str,
    place: &'a str,
    gain: Rational,
}

/// A cycle of types each of which prefers the outcome of the next, on the whole.
fn cycle<'a>(rows: &[(&'a Conjunct, &Rational)]) -> Option<Vec<String>> {
    let (_, first) = rows.first()?;
    let edge = |(row, multiplier): &(&'a Conjunct, &Rational)| match &row.role {
        Role::Preference { agent, truth, report, place } if multiplier == first => {
            Some(Edge { agent, truth, report, place, gain: -&constant(row) })
        }
        _ => None,
    };
    let edges: Vec<Edge<'_>> = rows.iter().map(edge).collect::<Option<_>>()?;
    let start = edges.first()?;
    let mut order = vec![start];
    while let Some(last) = order.last().filter(|last| last.report != start.truth) {
        let next = edges.iter().find(|e| e.truth == last.report)?;
        order.push(next);
        if order.len() > edges.len() {
            return None;
        }
    }
    if order.len() != edges.len() {
        return None;
    }
    let mut lines = Vec::new();
    let mut sum = Rational::ZERO;
    for edge in order {
        sum += &edge.gain;
        let how = match edge.gain.is_negative() {
            true => format!("by {} less than", edge.gain.abs()),
            false if edge.gain.is_zero() => "as much as".to_owned(),
            false => format!("by {} more than", edge.gain),
        };
        lines.push(format!(
            "{} values the outcome of {} {how} its own{}",
            edge.truth, edge.report, edge.place
        ));
    }
    lines.push(format!(
        "the sum around this cycle is {sum} > 0: whatever these types pay, {} gains by one of these lies",
        start.agent
    ));
    Some(lines)
}

/// The number in `left − right`.
fn constant(row: &Conjunct) -> Rational {
    let difference: Expr = row.left.minus(&row.right);
    difference.terms().find(|(m, _)| m.is_one()).map_or(Rational::ZERO, |(_, c)| c.clone())
}

fn contradiction(rows: &[(&Conjunct, &Rational)], names: &Names) -> Vec<String> {
    let lines = rows.iter().map(|(row, multiplier)| {
        let what = if row.what.is_empty() { "comparison" } else { row.what.as_str() };
        let comparison = names.formula(&row.comparison());
        // A row of many terms is told by its name.
        if comparison.chars().count() > 100 {
            format!("  {multiplier} times {what}")
        } else {
            format!("  {multiplier} times {what}: {comparison}")
        }
    });
    let sum = rows.iter().fold(Rational::ZERO, |sum, (row, m)| &sum + &(&constant_above(row) * *m));
    let mut out = vec!["these comparisons contradict each other:".to_owned()];
    out.extend(cut(lines));
    let sign = if sum.is_zero() { ">" } else { ">=" };
    out.push(format!("together they say that {sum} {sign} 0"));
    out
}

/// The number in the term that a row says is at least zero.
fn constant_above(row: &Conjunct) -> Rational {
    use crate::model::Comparison;
    match row.relation {
        Comparison::AtMost | Comparison::Less => -&constant(row),
        _ => constant(row),
    }
}
