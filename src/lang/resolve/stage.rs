//! The check of stages: an ex ante or interim quantity is not compared with something that depends on
//! types which it has averaged out.

use crate::kernel::Expr;
use crate::model::Bound;

use super::Resolve;
use super::scope::Stages;
use crate::lang::ast::{Relation, Span};
use crate::lang::diagnostic::Diagnostic;

/// One side of a relation.
pub(super) struct Side {
    pub(super) term: Expr,
    pub(super) stages: Stages,
    pub(super) shown: String,
    pub(super) span: Span,
}

/// Refuses sides of different stages. `types` are the types that may occur.
pub(super) fn check(types: &[Bound], sides: &[Side], relations: &[Relation]) -> Resolve<()> {
    let equation = relations.iter().any(|r| matches!(r, Relation::Equal | Relation::NotEqual));
    for (position, side) in sides.iter().enumerate() {
        if !side.stages.ex_ante && side.stages.interim.is_empty() {
            continue;
        }
        let known = |b: &Bound| side.term.mentions(&b.name) || side.stages.interim.contains(&b.name);
        for (_, other) in sides.iter().enumerate().filter(|(k, _)| *k != position) {
            // `interim payoff(m, i) >= E payoff(m, i)` says something; an equation of the two does not.
            if !equation && !other.stages.interim.is_empty() && side.stages.interim.is_empty() {
                continue;
            }
            let foreign = types.iter().find(|b| other.term.mentions(&b.name) && !known(b));
            let Some(foreign) = foreign else { continue };
            let own: Vec<String> =
                types.iter().filter(|b| known(b)).map(|b| format!("`{}`", b.shown)).collect();
            let what = match own.as_slice() {
                [] => "does not depend on any type".to_owned(),
                some => format!("depends on {} alone", some.join(" and ")),
            };
            let place = match (position, sides.len()) {
                (0, 2) => "the right side",
                (1, 2) => "the left side",
                _ => "another side",
            };
            let message = format!("`{}` {what}, but {place} mentions `{}`", side.shown, foreign.shown);
            return Err(Box::new(
                Diagnostic::new("wrong-stage", message, other.span)
                    .label(format!("depends on `{}`", foreign.shown))
                    .also(side.span, "averaged over the other types")
                    .help("compare quantities of the same stage: ex post, interim or ex ante"),
            ));
        }
    }
    Ok(())
}
