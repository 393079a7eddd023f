//! Whether some numbers satisfy a system of comparisons: [`settle`].
//!
//! Systems of differences, such as those of payments, are settled by shortest paths: the distances are the
//! numbers, a cycle of negative length is the contradiction (Bellman, 1958; Ford, 1956; Rochet, 1987). Any other
//! system goes to the solver of the engine.

use std::collections::BTreeMap;

use crate::exact::Rational;
use crate::kernel::{Expr, Formula, Name, Node, Relation, Step, Symbol};
use crate::model::{Quantity, System};
use crate::piecewise::Obstacle;
use crate::piecewise::system::{Answer, Best, Row, Sign, Solver};

use super::proof::{Builder, Proved};

/// Entries that the solver changes at most.
const WORK_LIMIT: usize = 200_000_000;

/// What was found of a system, and the theorem: about the system with the quantity that fits.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The theorem.
    pub proved: Proved,
    /// The numbers or the contradiction.
    pub found: Answer,
}

/// Numbers that satisfy the rows, or a contradiction between these, whatever the system claims.
pub fn settle(system: &System) -> Result<Settled, Obstacle> {
    let rows = rows(system)?;
    let found = match differences(&rows) {
        Some(edges) => shortest(system.unknowns.len(), &edges),
        None => None,
    };
    let solved = || Solver::new(system.unknowns.len(), &rows, WORK_LIMIT).solve();
    let found = found.or_else(solved).ok_or(Obstacle::Cells { limit: WORK_LIMIT })?;
    let (quantity, step) = match &found {
        Answer::Point(values) => {
            let named =
                |(u, v): (&crate::model::Unknown, &Rational)| Some((Symbol::new(&u.name)?, v.clone()));
            let values = system.unknowns.iter().zip(values).filter_map(named).collect();
            let statement = System { quantity: Quantity::Some, ..system.clone() }.formula();
            (Quantity::Some, Step::Evaluate { statement, values })
        }
        Answer::Contradiction(multipliers) => {
            let statement = System { quantity: Quantity::No, ..system.clone() }.formula();
            (Quantity::No, Step::Infeasible { statement, multipliers: multipliers.clone() })
        }
    };
    let mut builder = Builder::default();
    builder.add(step)?;
    let claim = System { quantity, ..system.clone() };
    let meaning = crate::kernel::Statement::from(claim.formula()).meaning();
    let meaning = meaning.map_err(|rejection| Obstacle::Refused { rejection })?;
    Ok(Settled { proved: builder.finish(&meaning)?, found })
}

/// The greatest value of a term under the rows of a system, for the report.
pub fn greatest(system: &System, objective: &Expr) -> Option<Best> {
    let places = places(system);
    let objective = row(objective, Sign::AtLeast, &places).ok()?;
    let rows = rows(system).ok()?;
    let best = Solver::new(system.unknowns.len(), &rows, WORK_LIMIT).maximise(&objective.terms)?;
    Some(match best {
        Best::Value(value) => Best::Value(&value + &objective.constant),
        other => other,
    })
}

fn places(system: &System) -> BTreeMap<&Name, usize> {
    system.unknowns.iter().enumerate().map(|(k, u)| (&u.name, k)).collect()
}

/// The rows of a system as linear terms with their signs.
fn rows(system: &System) -> Result<Vec<Row>, Obstacle> {
    let places = places(system);
    let read = |formula: Formula| match formula {
        Formula::Compare(relation, e) => {
            let sign = match relation {
                Relation::Equal => Sign::Zero,
                Relation::AtLeast => Sign::AtLeast,
                Relation::Positive => Sign::Positive,
            };
            row(&e, sign, &places)
        }
        _ => Err(Obstacle::Existence { reason: "a row that is no comparison".into() }),
    };
    system.rows.iter().map(|c| read(c.comparison())).collect()
}

fn row(e: &Expr, sign: Sign, places: &BTreeMap<&Name, usize>) -> Result<Row, Obstacle> {
    let mut out = Row { constant: Rational::ZERO, terms: vec![], sign };
    for (monomial, c) in e.terms() {
        let mut factors = monomial.factors();
        match (factors.next(), factors.next()) {
            (None, _) => out.constant = c.clone(),
            (Some((atom, 1)), None) => {
                let place = match atom.node() {
                    Node::Variable(name) => places.get(name),
                    _ => None,
                };
                out.terms.push((*place.ok_or_else(|| not_linear(e))?, c.clone()));
            }
            _ => return Err(not_linear(e)),
        }
    }
    Ok(out)
}

fn not_linear(e: &Expr) -> Obstacle {
    let reason =
        format!("`{e} >= 0` is not linear in payments and probabilities with numbers as coefficients");
    Obstacle::Existence { reason }
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
