//! Whether some functions on finitely many types satisfy a system of comparisons: [`Systems::settle`].
//!
//! Systems of differences, such as those of payments, are settled by shortest paths: the distances are the
//! numbers, a cycle of negative length is the contradiction (Bellman, 1958; Ford, 1956; Rochet, 1987). Any other
//! system goes to the solver of the engine.

use std::sync::Arc;

use crate::exact::Rational;
use crate::kernel::rule::system::Instance;
use crate::kernel::{Statement, Step};
use crate::model::{Aim, Extreme, Problem, Quantity, System};
use crate::piecewise::Obstacle;
use crate::piecewise::system::{self as engine, Answer, Best, Row, Sign, maximise};

use super::program::{Program, tables};
use super::proof::{Builder, Proved};

/// Entries that the solver changes at most.
const WORK_LIMIT: usize = 200_000_000;

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
    programs: Vec<(Arc<Problem>, Arc<Program>)>,
    optima: Vec<(Arc<Problem>, Arc<Aim>, Optimum)>,
}

impl Systems {
    fn program(&mut self, problem: &Arc<Problem>) -> Result<Arc<Program>, Obstacle> {
        if let Some((_, program)) = self.programs.iter().find(|(known, _)| Arc::ptr_eq(known, problem)) {
            return Ok(program.clone());
        }
        let program = Arc::new(Program::new(problem)?);
        self.programs.push((problem.clone(), program.clone()));
        Ok(program)
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
        let found = maximise(program.unknowns, &program.rows, &objective, WORK_LIMIT);
        let optimum = match found.ok_or(Obstacle::Cells { limit: WORK_LIMIT })? {
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
        self.optima.push((problem.clone(), aim.clone(), optimum.clone()));
        Ok(optimum)
    }

    /// Values that satisfy the rows, or a contradiction between these, whatever the system claims.
    pub fn settle(&mut self, system: &System) -> Result<Settled, Obstacle> {
        let program = self.program(&system.problem)?;
        let found = match &system.aim {
            Some((aim, row)) => {
                let optimum = self.optimum(&system.problem, aim)?;
                let row = Program::row(&system.problem, row)?;
                match at_optimum(&row, &optimum, aim.extreme, program.rows.len()) {
                    Some(found) => found,
                    None => {
                        let rows: Vec<Row> = program.rows.iter().cloned().chain([row]).collect();
                        solve(program.unknowns, &rows)?
                    }
                }
            }
            None => solve(program.unknowns, &program.rows)?,
        };
        let found = match found {
            Answer::Point(values) => Found::Values(values),
            Answer::Contradiction(multipliers) => {
                Found::Contradiction(program.instances(system, &multipliers))
            }
        };
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
            Found::Contradiction(instances) => {
                Step::Unsatisfiable { statement, instances: instances.clone() }
            }
        })?;
        Ok(Settled { proved: builder.finish(&meaning)?, found })
    }
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
    let by_paths = differences(rows).and_then(|edges| shortest(unknowns, &edges));
    let solved = || engine::solve(unknowns, rows, WORK_LIMIT);
    by_paths.or_else(solved).ok_or(Obstacle::Cells { limit: WORK_LIMIT })
}

/// `to ≤ from + length`, from a row.
struct Edge {
    from: usize,
    to: usize,
    length: Rational,
    /// What the row is multiplied by.
    scale: Rational,
}

/// The rows as differences of two unknowns, if all of them are weak inequalities of this kind.
fn differences(rows: &[Row]) -> Option<Vec<Edge>> {
    let edge = |row: &Row| {
        let [(a, c), (b, d)] = row.terms.as_slice() else { return None };
        if row.sign != Sign::AtLeast || *d != -c {
            return None;
        }
        let (from, to, c) = if c.is_positive() { (*a, *b, c) } else { (*b, *a, d) };
        let scale = c.recip()?;
        Some(Edge { from, to, length: &row.constant * &scale, scale })
    };
    rows.iter().map(edge).collect()
}

/// Distances from the first unknown, and from the next one that it does not reach, and so on; or a cycle of negative
/// length.
fn shortest(unknowns: usize, edges: &[Edge]) -> Option<Answer> {
    let mut distance: Vec<Option<Rational>> = vec![None; unknowns];
    let mut parent: Vec<Option<usize>> = vec![None; unknowns];
    while let Some(source) = distance.iter().position(Option::is_none) {
        *distance.get_mut(source)? = Some(Rational::ZERO);
        let mut changed = true;
        while changed {
            changed = false;
            for (number, edge) in edges.iter().enumerate() {
                let Some(start) = distance.get(edge.from)? else { continue };
                let reached = start + &edge.length;
                let slot = distance.get_mut(edge.to)?;
                if slot.as_ref().is_none_or(|known| reached < *known) {
                    *slot = Some(reached);
                    *parent.get_mut(edge.to)? = Some(number);
                    changed = true;
                }
            }
            if let Some(cycle) = changed.then(|| cycle(edges, &parent)).flatten() {
                let multiplier = |number: usize| Some((number, edges.get(number)?.scale.clone()));
                let mut multipliers: Vec<_> = cycle.into_iter().filter_map(multiplier).collect();
                multipliers.sort_by_key(|(number, _)| *number);
                return Some(Answer::Contradiction(multipliers));
            }
        }
    }
    Some(Answer::Point(distance.into_iter().flatten().collect()))
}

/// A cycle among the last steps to each unknown, by the numbers of its edges.
fn cycle(edges: &[Edge], parent: &[Option<usize>]) -> Option<Vec<usize>> {
    let back = |at: usize| {
        let number = (*parent.get(at)?)?;
        Some((number, edges.get(number)?.from))
    };
    let mut seen = vec![0; parent.len()];
    for start in 0..parent.len() {
        let mut at = start;
        while seen.get(at) == Some(&0) {
            *seen.get_mut(at)? = start + 1;
            match back(at) {
                Some((_, before)) => at = before,
                None => break,
            }
        }
        if seen.get(at) == Some(&(start + 1)) && back(at).is_some() {
            let mut out = Vec::new();
            let end = at;
            while let Some((number, before)) = back(at) {
                out.push(number);
                at = before;
                if at == end {
                    return Some(out);
                }
            }
        }
    }
    None
}
