//! Whether some functions on finitely many types satisfy a system of comparisons: [`Systems::settle`].
//!
//! Systems of differences, such as those of payments, are settled by shortest paths: the distances are the
//! numbers, a cycle of negative length is the contradiction (Bellman, 1958; Ford, 1956; Rochet, 1987). Any other
//! system goes to the solver of the engine.

use std::sync::Arc;

use crate::exact::Rational;
use crate::kernel::rule::system::Instance;
use crate::kernel::{Statement, Step};
use crate::model::{Aim, Circulation, Extreme, Preference, Problem, Quantity, System};
use crate::piecewise::Obstacle;
use crate::piecewise::system::{self as engine, Answer, Best, Row, Sign, maximise};

use super::paths::{Edge, Paths, shortest};
use super::program::{Program, tables};
use super::proof::{Builder, Proved};

/// Entries that the solver changes at most.
const WORK_LIMIT: usize = 200_000_000;

/// How often a point that does not satisfy all comparisons is followed by some of these; after that by all of them.
const ROUNDS: usize = 8;

/// What was found of a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Values of each unknown at each profile.
    Values(Vec<Rational>),
    /// Comparisons that contradict each other.
    Contradiction(Vec<Instance>),
}

/// What was found of a system, and the theorem: about the system with the quantity that fits.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The theorem.
    pub proved: Proved,
    /// The numbers or the contradiction.
    pub found: Found,
}

/// What a term can be at most, or at least, in the solutions of a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Optimum {
    /// This value, by these values of the unknowns; the multipliers of rows show that there is no better one.
    Value {
        /// The value.
        value: Rational,
        /// The solution.
        point: Vec<Rational>,
        /// The multipliers of rows.
        multipliers: Vec<(usize, Rational)>,
    },
    /// There is no end: along this direction it goes on for ever.
    Unbounded(Vec<Rational>),
    /// The problem has no solution.
    None,
}

/// The problems that were written out, and what was found of them.
#[derive(Default)]
pub struct Systems {
    programs: Vec<(Arc<Problem>, Program)>,
    optima: Vec<(Arc<Problem>, Arc<Aim>, Optimum)>,
}

impl Systems {
    /// The rows of a problem, as far as they were needed.
    fn program(&mut self, problem: &Arc<Problem>) -> Result<&mut Program, Obstacle> {
        let known = self.programs.iter().position(|(known, _)| Arc::ptr_eq(known, problem));
        let place = match known {
            Some(place) => place,
            None => {
                self.programs.push((problem.clone(), Program::new(problem)?));
                self.programs.len() - 1
            }
        };
        let none = || Obstacle::Existence { reason: "no rows".into() };
        self.programs.get_mut(place).map(|(_, program)| program).ok_or_else(none)
    }

    /// The end of the values of what is aimed at.
    pub fn optimum(&mut self, problem: &Arc<Problem>, aim: &Arc<Aim>) -> Result<Optimum, Obstacle> {
        let is_it = |(p, a, _): &&(Arc<Problem>, Arc<Aim>, Optimum)| {
            Arc::ptr_eq(p, problem) && a.extreme == aim.extreme && a.objective == aim.objective
        };
        if let Some((.., optimum)) = self.optima.iter().find(is_it) {
            return Ok(optimum.clone());
        }
        let program = self.program(problem)?;
        let term = Program::term(problem, &aim.objective)?;
        let up = aim.extreme == Extreme::Greatest;
        let signed = |c: &Rational| if up { c.clone() } else { -c };
        let objective: Vec<(usize, Rational)> = term.terms.iter().map(|(k, c)| (*k, signed(c))).collect();
        let mut rounds = 0;
        let optimum = loop {
            let found = maximise(program.unknowns, &program.rows, &objective, WORK_LIMIT);
            let found = found.ok_or(Obstacle::Cells { limit: WORK_LIMIT })?;
            rounds += 1;
            let missing = match &found {
                Best::Value { point, .. } => program.extend(problem, point, rounds > ROUNDS)?,
                // Whether there is a solution at all is asked of all rows.
                Best::Unbounded(ray) => program.extend(problem, ray, true)?,
                Best::Infeasible(_) => false,
            };
            if missing {
                continue;
            }
            break match found {
                Best::Value { value, point, multipliers } => {
                    Optimum::Value { value: &signed(&value) + &term.constant, point, multipliers }
                }
                Best::Unbounded(ray) if leads_on(&program.rows, &objective, &ray) => Optimum::Unbounded(ray),
                Best::Unbounded(_) => {
                    return Err(Obstacle::Existence {
                        reason: "no end was found, and no direction without one".into(),
                    });
                }
                Best::Infeasible(_) => Optimum::None,
            };
        };
        self.optima.push((problem.clone(), aim.clone(), optimum.clone()));
        Ok(optimum)
    }

    /// Values that satisfy the rows, or a contradiction between these, whatever the system claims.
    pub fn settle(&mut self, system: &System) -> Result<Settled, Obstacle> {
        if let (Some(graph), None) = (&system.problem.circulation, &system.aim) {
            let none = || Obstacle::Existence { reason: "no cycle was found, and no potentials".into() };
            return prove(system, around(&system.problem, graph).ok_or_else(none)?);
        }
        let problem = &system.problem;
        if problem.rows.is_empty() && system.aim.is_none() {
            let none = || Obstacle::Existence { reason: "no cycle was found, and no payments".into() };
            return prove(system, payments(problem).ok_or_else(none)?);
        }
        let further = match &system.aim {
            Some((aim, row)) => {
                let optimum = self.optimum(problem, aim)?;
                let row = Program::row(problem, row)?;
                let program = self.program(problem)?;
                if let Some(answer) = at_optimum(&row, &optimum, aim.extreme, program.rows.len()) {
                    return prove(system, found(program, system, answer));
                }
                Some(row)
            }
            None => None,
        };
        let program = self.program(problem)?;
        let mut rounds = 0;
        let answer = loop {
            let rows: Vec<Row>;
            let answer = match &further {
                Some(row) => {
                    rows = program.rows.iter().chain([row]).cloned().collect();
                    solve(program.unknowns, &rows)?
                }
                None => solve(program.unknowns, &program.rows)?,
            };
            rounds += 1;
            match &answer {
                Answer::Point(point) if program.extend(problem, point, rounds > ROUNDS)? => {}
                _ => break answer,
            }
        };
        let found = found(program, system, answer);
        prove(system, found)
    }
}

/// What the kernel is told of an answer.
fn found(program: &Program, system: &System, answer: Answer) -> Found {
    match answer {
        Answer::Point(values) => Found::Values(values),
        Answer::Contradiction(multipliers) => Found::Contradiction(program.instances(system, &multipliers)),
    }
}

/// The theorem that the numbers satisfy the rows, or that these contradict each other.
fn prove(system: &System, found: Found) -> Result<Settled, Obstacle> {
    let quantity = if matches!(found, Found::Values(_)) { Quantity::Some } else { Quantity::No };
    let statement = System { quantity, ..system.clone() }.formula();
    let meaning = Statement::from(statement.clone()).meaning();
    let meaning = meaning.map_err(|rejection| Obstacle::Refused { rejection })?;
    let mut builder = Builder::default();
    builder.add(match &found {
        Found::Values(values) => {
            let tables = tables(&system.problem, values);
            Step::Evaluate { statement, values: vec![], tables, premises: vec![] }
        }
        Found::Contradiction(instances) => Step::Unsatisfiable { statement, instances: instances.clone() },
    })?;
    Ok(Settled { proved: builder.finish(&meaning)?, found })
}

/// A cycle that gains, as a circulation; or the contradiction between what circulations are and a gain, by potentials: with
/// `gain ≤ p(report) − p(truth)` the gains of a circulation are at most `Σ p·(in − out) = 0`.
fn around(problem: &Problem, graph: &Circulation) -> Option<Found> {
    let own = problem.types.last()?.points.all();
    let places = problem.profiles() / own.len().max(1);
    let edge = |p: &Preference| Edge { from: p.report, to: p.truth, length: p.margin.clone() };
    let edges: Vec<Edge> = graph.reports.iter().map(edge).collect();
    Some(match shortest(places, &edges.iter().collect::<Vec<_>>())? {
        Paths::Cycle(cycle) => {
            let mut values = vec![Rational::ZERO; problem.profiles()];
            for report in cycle.iter().filter_map(|number| graph.reports.get(*number)) {
                *values.get_mut(graph.place(problem, report))? = Rational::ONE;
            }
            Found::Values(values)
        }
        Paths::Distances(p) => {
            let mut instances = vec![Instance { part: 2, at: vec![], by: Rational::ONE }];
            for (place, value) in p.iter().enumerate().filter(|(_, value)| !value.is_zero()) {
                let mut at = problem.profile(place * own.len());
                at.pop();
                instances.push(Instance { part: 1, at, by: value.clone() });
            }
            for (report, edge) in graph.reports.iter().zip(&edges) {
                let slack = &(p.get(edge.from)? + &edge.length) - p.get(edge.to)?;
                if slack.is_positive() {
                    let at = problem.profile(graph.place(problem, report));
                    instances.push(Instance { part: 0, at, by: slack });
                }
            }
            Found::Contradiction(instances)
        }
    })
}

/// Payments of which no report is worth more than what it costs, or a cycle of reports that is.
fn payments(problem: &Problem) -> Option<Found> {
    let profiles = problem.profiles();
    let edge = |p: &Preference| {
        let place = |profile| p.agent * profiles + profile;
        Edge { from: place(p.report), to: place(p.truth), length: p.margin.clone() }
    };
    let edges: Vec<Edge> = problem.preferences.iter().map(edge).collect();
    let unknowns = problem.unknowns.len() * profiles;
    Some(match shortest(unknowns, &edges.iter().collect::<Vec<_>>())? {
        Paths::Distances(distances) => Found::Values(distances),
        Paths::Cycle(mut cycle) => {
            cycle.sort_unstable();
            let instance = |part| Instance { part, at: vec![], by: Rational::ONE };
            Found::Contradiction(cycle.into_iter().map(instance).collect())
        }
    })
}

/// Whether no row stands in the way of a direction, and the objective grows along it.
fn leads_on(rows: &[Row], objective: &[(usize, Rational)], ray: &[Rational]) -> bool {
    let along = |row: &Row| &row.at(ray) - &row.constant;
    let open = rows.iter().all(|row| match row.sign {
        Sign::Zero => along(row).is_zero(),
        _ => !along(row).is_negative(),
    });
    let gain = Row { constant: Rational::ZERO, terms: objective.to_vec(), sign: Sign::Positive };
    open && gain.at(ray).is_positive()
}

/// What the optimum says of a further row `±(objective − number) ≥ 0`, or `> 0`, or `= 0`: its own solution satisfies
/// it, or the row and the multipliers contradict each other.
fn at_optimum(row: &Row, optimum: &Optimum, extreme: Extreme, number: usize) -> Option<Answer> {
    let Optimum::Value { point, multipliers, .. } = optimum else { return None };
    let value = row.at(point);
    if row.sign.is_of(&value) {
        return Some(Answer::Point(point.clone()));
    }
    // By the multipliers the objective does not go beyond its value, and an equation may be read both ways.
    let back = row.sign == Sign::Zero && extreme == Extreme::Least;
    let by = if back { -&Rational::ONE } else { Rational::ONE };
    let beyond = if back { value.is_positive() } else { !value.is_positive() };
    let all = || multipliers.iter().cloned().chain([(number, by.clone())]).collect();
    beyond.then(|| Answer::Contradiction(all()))
}

fn solve(unknowns: usize, rows: &[Row]) -> Result<Answer, Obstacle> {
    let by_paths = differences(rows).and_then(|edges| by_paths(unknowns, &edges));
    let solved = || engine::solve(unknowns, rows, WORK_LIMIT);
    by_paths.or_else(solved).ok_or(Obstacle::Cells { limit: WORK_LIMIT })
}

/// The rows as differences of two unknowns, if all of them are weak inequalities of this kind.
fn differences(rows: &[Row]) -> Option<Vec<(Edge, Rational)>> {
    let edge = |row: &Row| {
        let [(a, c), (b, d)] = row.terms.as_slice() else { return None };
        if row.sign != Sign::AtLeast || *d != -c {
            return None;
        }
        let (from, to, c) = if c.is_positive() { (*a, *b, c) } else { (*b, *a, d) };
        let scale = c.recip()?;
        Some((Edge { from, to, length: &row.constant * &scale }, scale))
    };
    rows.iter().map(edge).collect()
}

/// Numbers that satisfy differences, or a cycle of them that contradicts itself.
fn by_paths(unknowns: usize, differences: &[(Edge, Rational)]) -> Option<Answer> {
    let edges: Vec<&Edge> = differences.iter().map(|(edge, _)| edge).collect();
    Some(match shortest(unknowns, &edges)? {
        Paths::Distances(distances) => Answer::Point(distances),
        Paths::Cycle(cycle) => {
            let multiplier = |number: usize| Some((number, differences.get(number)?.1.clone()));
            let mut multipliers: Vec<_> = cycle.into_iter().filter_map(multiplier).collect();
            multipliers.sort_by_key(|(number, _)| *number);
            Answer::Contradiction(multipliers)
        }
    })
}
