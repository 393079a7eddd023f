//! Statements about finitely many types: numbers decide them.

use crate::exact::Rational;
use crate::kernel::{Formula, Statement, Step, Symbol};
use crate::model::Claim;

use super::proof::{Builder, Hints, Proved};

/// A proof by evaluation of a statement about a claim that speaks of finite ranges, if numbers decide it.
pub(super) fn by_numbers(claim: &Claim, statement: Statement, hints: &Hints) -> Option<Proved> {
    let variables = claim.conjuncts.iter().flat_map(|c| &c.variables);
    let arguments = claim.charges.iter().map(|c| &c.argument);
    if !variables.chain(arguments).any(|b| b.points.is_finite()) {
        return None;
    }
    let meaning = statement.meaning().ok()?;
    let mut values = Vec::new();
    collect(meaning.formula(), hints, &mut values)?;
    let mut builder = Builder::default();
    builder.add(Step::Evaluate { statement: meaning.formula().clone(), values }).ok()?;
    builder.finish(&meaning).ok()
}

/// The values of the names that a statement says exist, if these are numbers and nothing else varies.
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
        Formula::ForAll(_, body) => collect(body, hints, out),
        Formula::SomeFunctions(..) | Formula::NoFunctions(..) => None,
    }
}
