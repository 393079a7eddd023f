//! The report of a system of comparisons: the numbers that satisfy it, or why there are none.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::exact::Rational;
use crate::kernel::rule::system::Instance;
use crate::kernel::{Atom, Expr, Formula};
use crate::model::{Bound, Circulation, Conjunct, Extreme, Preference, Problem, System, choice, place};
use crate::prover::{Found, Optimum};
use crate::report::Names;

use super::judged::End;

/// Lines of numbers or comparisons at most.
const LINE_LIMIT: usize = 40;
/// Characters of a comparison at most.
const LONG: usize = 100;

/// What was found of a system, in lines.
pub(super) fn story(system: &System, found: &Found, names: &Names) -> Vec<String> {
    let graph = system.problem.circulation.as_ref();
    if let Some(lines) = graph.and_then(|graph| circulation(&system.problem, graph, found)) {
        return lines;
    }
    match found {
        Found::Values(values) => {
            let head = std::iter::once("these numbers do it:".to_owned());
            // Of prices those that are spoken of.
            let aim = system.aim.as_ref().filter(|_| system.problem.rows.is_empty());
            let shown = |number: usize| match aim {
                Some((aim, _)) => {
                    let profiles = system.problem.profiles().max(1);
                    let price = system.problem.at(number / profiles, number % profiles);
                    price.as_atom().is_some_and(|price| aim.objective.atoms().any(|atom| atom == price))
                }
                None => true,
            };
            head.chain(solution(&system.problem, values, &shown)).collect()
        }
        Found::Contradiction(instances) => {
            cycle(system, instances).unwrap_or_else(|| contradiction(system, instances, names))
        }
    }
}

/// The values of the unknowns, one a line.
fn solution(problem: &Problem, values: &[Rational], shown: &dyn Fn(usize) -> bool) -> Vec<String> {
    let profiles = problem.profiles();
    let line = |(number, value): (usize, &Rational)| {
        let (unknown, profile) = (number / profiles.max(1), number % profiles.max(1));
        format!("  {}: {value}", problem.shown(unknown, profile))
    };
    // Profile by profile.
    let unknowns = problem.unknowns.len();
    let order = (0..profiles).flat_map(|p| (0..unknowns).map(move |k| k * profiles + p));
    let order = order.filter(|number| shown(*number));
    let lines: Vec<_> = order.filter_map(|number| Some((number, values.get(number)?))).collect();
    cut(lines.into_iter().map(line))
}

/// What the terms that are aimed at can be: where they end, by which numbers; or that they do not end.
pub(super) fn ends(ends: &[End]) -> Vec<String> {
    if let ([_, _], Some(range)) = (ends, range(ends)) {
        return vec![format!("it ranges over {range}")];
    }
    ends.iter().flat_map(end).collect()
}

fn end(End { problem, aim, optimum }: &End) -> Vec<String> {
    let (end, grows) = match aim.extreme {
        Extreme::Greatest => ("greatest", "grows"),
        Extreme::Least => ("least", "falls"),
    };
    match optimum {
        Optimum::Value { value, point, .. } => {
            let head = format!("the {end} value is {value}, by these numbers:");
            std::iter::once(head).chain(solution(problem, point, &|_| true)).collect()
        }
        Optimum::Unbounded(ray) => {
            let profiles = problem.profiles().max(1);
            let moved = ray.iter().enumerate().filter(|(_, step)| !step.is_zero());
            let line = |(number, step): (usize, &Rational)| {
                format!("  {}: {step}", problem.shown(number / profiles, number % profiles))
            };
            let lines: Vec<String> = moved.map(line).collect();
            let head = format!("there is no {end} value: it {grows} for ever along this direction:");
            std::iter::once(head).chain(cut(lines.into_iter())).collect()
        }
        Optimum::None => vec!["nothing has these properties, whatever the value".to_owned()],
    }
}

/// The end of a term, or the range between two ends.
pub(super) fn range(ends: &[End]) -> Option<String> {
    let value = |end: &End| match &end.optimum {
        Optimum::Value { value, .. } => Some(value.to_string()),
        _ => None,
    };
    match ends {
        [only] => value(only),
        [low, high] => Some(format!("[{}, {}]", value(low)?, value(high)?)),
        _ => None,
    }
}

fn cut(lines: impl ExactSizeIterator<Item = String>) -> Vec<String> {
    let more = lines.len().saturating_sub(LINE_LIMIT);
    let rest = (more > 0).then(|| format!("  and {more} more"));
    lines.take(LINE_LIMIT).chain(rest).collect()
}

/// A cycle of types each of which prefers the outcome of the next, on the whole.
fn cycle(system: &System, instances: &[Instance]) -> Option<Vec<String>> {
    let first = instances.first()?;
    let edge = |i: &Instance| system.preference(i.part).filter(|_| i.by == first.by);
    let edges: Vec<&Preference> = instances.iter().map(edge).collect::<Option<_>>()?;
    let problem = &system.problem;
    let (mut lines, sum) = around(&problem.types, |place| problem.profile(place), &edges)?;
    let unknown = problem.unknowns.get(edges.first()?.agent).map(|u| u.shown.as_str()).unwrap_or_default();
    let agent = unknown.trim_start_matches("payment of ");
    lines.push(format!(
        "the sum around this cycle is {sum} > 0: whatever these types pay, {agent} gains by one of these lies"
    ));
    Some(lines)
}

/// The lines of a cycle, and the sum of what is gained.
fn around(
    types: &[Bound],
    profile: impl Fn(usize) -> Vec<Rational>,
    edges: &[&Preference],
) -> Option<(Vec<String>, Rational)> {
    let start = *edges.first()?;
    let mut order = vec![start];
    while let Some(last) = order.last().filter(|last| last.report != start.truth) {
        order.push(edges.iter().copied().find(|e| e.truth == last.report)?);
        if order.len() > edges.len() {
            return None;
        }
    }
    if order.len() != edges.len() {
        return None;
    }
    let own = |place: usize| {
        let (bound, values) = (types.get(start.agent)?, profile(place));
        let value = values.get(start.agent)?;
        Some(bound.points.shown(value).map_or_else(|| value.to_string(), str::to_owned))
    };
    let truth = profile(start.truth);
    let (bounds, values): (Vec<_>, Vec<_>) = (0..types.len())
        .filter(|k| *k != start.agent)
        .filter_map(|k| Some((types.get(k)?.clone(), truth.get(k)?.clone())))
        .unzip();
    let at = if bounds.is_empty() { String::new() } else { format!(" at {}", place(&bounds, &values)) };
    let mut lines = Vec::new();
    let mut sum = Rational::ZERO;
    for edge in order {
        let gain = -&edge.margin;
        sum += &gain;
        let how = match gain.is_negative() {
            true => format!("by {} less than", gain.abs()),
            false if gain.is_zero() => "as much as".to_owned(),
            false => format!("by {gain} more than"),
        };
        lines.push(format!(
            "{} values the outcome of {} {how} its own{at}",
            own(edge.truth)?,
            own(edge.report)?
        ));
    }
    Some((lines, sum))
}

/// A cycle that gains, or the numbers that show that none does.
fn circulation(problem: &Problem, graph: &Circulation, found: &Found) -> Option<Vec<String>> {
    let (_, types) = problem.types.split_last()?;
    let size = problem.types.last().map_or(1, |own| own.points.all().len().max(1));
    let profile = |place: usize| {
        let mut types = problem.profile(place * size);
        types.pop();
        types
    };
    match found {
        Found::Values(times) => {
            let is_gone = |p: &&Preference| times.get(graph.place(problem, p)).is_some_and(|n| !n.is_zero());
            let edges: Vec<&Preference> = graph.reports.iter().filter(is_gone).collect();
            let (mut lines, sum) = around(types, profile, &edges)?;
            let who = &graph.name;
            lines.push(format!("the sum around this cycle of types of {who} is {sum} > 0"));
            Some(lines)
        }
        Found::Contradiction(instances) => {
            let named: BTreeMap<&[Rational], &Rational> =
                instances.iter().filter(|i| i.part == 1).map(|i| (i.at.as_slice(), &i.by)).collect();
            let zero = Rational::ZERO;
            let lines: Vec<String> = (0..problem.profiles() / size)
                .map(|place| {
                    let at = profile(place);
                    format!("  {}: {}", self::place(types, &at), named.get(at.as_slice()).unwrap_or(&&zero))
                })
                .collect();
            let head = format!(
                "no type of {} gains more by the outcome of another than the number of the other is above its own:",
                graph.name
            );
            let end = "so that what is gained around a cycle of any length is at most zero".to_owned();
            Some(std::iter::once(head).chain(cut(lines.into_iter())).chain([end]).collect())
        }
    }
}

fn contradiction(system: &System, instances: &[Instance], names: &Names) -> Vec<String> {
    let mut names = names.clone();
    let problem = &system.problem;
    let mut lines = Vec::new();
    for Instance { part, at, by } in instances.iter().take(LINE_LIMIT) {
        let (what, formula) = match (system.row(*part), system.preference(*part)) {
            (Some(row), _) => at_numbers(row, at),
            (None, Some(p)) => {
                let (truth, report) = (problem.at(p.agent, p.truth), problem.at(p.agent, p.report));
                let left = Expr::number(p.margin.clone()).plus(&report);
                ("the truth against a report".to_owned(), Formula::at_least(&left, &truth))
            }
            _ => continue,
        };
        let Formula::Compare(relation, e) = &formula else { continue };
        let what = if what.is_empty() { "comparison" } else { what.as_str() };
        // A row of many terms is told by its name.
        let shown = (e.terms().count() <= LONG)
            .then(|| Formula::Compare(*relation, flat(problem, e, &mut names)))
            .map(|comparison| names.formula(&comparison))
            .filter(|shown| shown.chars().count() <= LONG);
        lines.push(match shown {
            None => format!("  {by} times {what}"),
            Some(shown) => format!("  {by} times {what}: {shown}"),
        });
    }
    let mut out = vec!["these comparisons contradict each other:".to_owned()];
    out.extend(lines);
    out.extend(
        (instances.len() > LINE_LIMIT).then(|| format!("  and {} more", instances.len() - LINE_LIMIT)),
    );
    let sum = constants(system, instances);
    let sign = if sum.is_zero() { ">" } else { ">=" };
    out.push(format!("together they say that {sum} {sign} 0"));
    out
}

/// The sum of what comparisons say of no unknown.
fn constants(system: &System, instances: &[Instance]) -> Rational {
    let mut sum = Rational::ZERO;
    // What is left of a part: most have many instances.
    let mut left: BTreeMap<usize, Expr> = BTreeMap::new();
    for Instance { part, at, by } in instances {
        let constant = match (system.row(*part), system.preference(*part)) {
            (Some(row), _) => {
                let own = left.entry(*part).or_insert_with(|| match row.comparison() {
                    Formula::Compare(_, e) => system.problem.without_unknowns(&e),
                    _ => Expr::zero(),
                });
                own.substitute(&choice(&row.variables, at)).as_number()
            }
            (None, Some(p)) => Some(p.margin.clone()),
            _ => None,
        };
        sum += &(&constant.unwrap_or(Rational::ZERO) * by);
    }
    sum
}

/// What a comparison is at numbers for its names, and what it says.
fn at_numbers(row: &Conjunct, at: &[Rational]) -> (String, Formula) {
    let shown = place(&row.variables, at);
    let what = if shown.is_empty() { row.what.clone() } else { format!("{} at {shown}", row.what) };
    (what, row.at(&choice(&row.variables, at)).comparison())
}

/// A term with names in place of the functions at profiles, which are added to the names.
fn flat(problem: &Problem, e: &Expr, names: &mut Names) -> Expr {
    let mut shorter: BTreeMap<Atom, Expr> = BTreeMap::new();
    for atom in e.atoms() {
        let crate::kernel::Node::Apply(function, types) = atom.node() else { continue };
        let Some(unknown) = problem.unknowns.iter().find(|u| u.function.name == *function) else { continue };
        let Some(types) = types.iter().map(Expr::as_number).collect::<Option<Vec<_>>>() else { continue };
        let shown = format!("{} ({})", unknown.shown, place(&problem.types, &types));
        let name: crate::kernel::Name =
            Arc::from(format!("{function}{atom:?}").replace(['#', '"'], "").as_str());
        names.insert(&name, &shown);
        shorter.insert(atom.clone(), Expr::variable(&name));
    }
    e.replace_atoms(|atom| shorter.get(atom).cloned())
}
