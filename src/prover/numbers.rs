//! Statements about finitely many types: numbers decide them.

use crate::exact::Rational;
use crate::kernel::{Formula, Rejection, Statement, Step, Symbol};
use crate::model::Claim;
use crate::piecewise::Obstacle;

use super::proof::{Builder, Hints, Proved};

/// A proof by evaluation of a statement about a claim that speaks of finite ranges; `None` if it does not, or if
/// something else than numbers decides it.
pub(super) fn by_numbers(
    claim: &Claim,
    statement: Statement,
    hints: &Hints,
) -> Option<Result<Proved, Obstacle>> {
    let variables = claim.conjuncts.iter().flat_map(|c| &c.variables);
    let arguments = claim.charges.iter().map(|c| &c.argument);
    if !variables.chain(arguments).chain(&claim.parameters).any(|b| b.points.is_finite()) {
        return None;
    }
    let meaning = statement.meaning().ok()?;
    let mut values = Vec::new();
    collect(meaning.formula(), hints, &mut values)?;
    let mut builder = Builder::default();
    let statement = meaning.formula().clone();
    match builder.add(Step::Evaluate { statement, values, tables: vec![], premises: vec![] }) {
        Ok(_) => Some(builder.finish(&meaning)),
        // A number of the wrong sign is the answer, anything else is not.
        Err(Obstacle::Refused { rejection: Rejection::Undecided { relation, residual } })
            if residual.as_number().is_some() =>
        {
            Some(Err(Obstacle::Refused { rejection: Rejection::Undecided { relation, residual } }))
        }
        Err(_) => None,
    }
}

/// The values of the names that a statement says exist, if these are numbers, and every other name ranges over a
/// list.
fn collect(formula: &Formula, hints: &Hints, out: &mut Vec<(Symbol, Rational)>) -> Option<()> {
    match formula {
        Formula::Compare(..) => Some(()),
        Formula::And(parts) | Formula::Or(parts) => parts.iter().try_for_each(|p| collect(p, hints, out)),
        Formula::Implies(a, b) => [a, b].into_iter().try_for_each(|p| collect(p, hints, out)),
        Formula::Exists(x, body) => {
            let value = (Symbol::new(x)?, hints.get(x)?.as_number()?);
            if !out.contains(&value) {
                out.push(value);
            }
            collect(body, hints, out)
        }
        Formula::ForAll(_, body) => match &**body {
            Formula::Implies(list, _) if matches!(**list, Formula::Or(_)) => collect(body, hints, out),
            _ => None,
        },
        Formula::SomeFunctions(..) | Formula::NoFunctions(..) => None,
    }
}
