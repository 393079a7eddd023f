//! What is said of many agents: averages are products, and profiles have too many orders.

use crate::kernel::{Expr, Name, Node};
use crate::model::{Claim, Conjunct, Setting};

use super::names::advise;
use super::scope::Universe;
use super::setting::FEW_AGENTS;
use super::{Goal, Resolve};
use crate::lang::ast::Span;

/// Refuses goals that compare the types of many agents at single profiles; each stands at a place.
pub(super) fn goals<'a>(universe: &Universe, goals: impl Iterator<Item = (&'a Goal, Span)>) -> Resolve<()> {
    for (goal, span) in goals {
        if let Goal::Universal(claim) = goal {
            comparisons(universe, claim, span)?;
        }
    }
    Ok(())
}

/// Refuses a claim that compares the types of many agents at single profiles.
pub(super) fn comparisons(universe: &Universe, claim: &Claim, span: Span) -> Resolve<()> {
    for setting in universe.settings.iter().map(|s| &s.setting).filter(|s| s.factored) {
        if claim.conjuncts.iter().any(|c| compared(c, setting) > FEW_AGENTS) {
            let message = format!(
                "this compares the types of more than {FEW_AGENTS} agents at every profile, in too many orders"
            );
            let help =
                "say it on average, as in `interim …`, `E …`, `BIC` or `interim IR`, or of fewer agents";
            return Err(advise("too-large", message, span, help));
        }
    }
    Ok(())
}

/// How many types of a setting are compared with each other at single profiles.
fn compared(conjunct: &Conjunct, setting: &Setting) -> usize {
    let types: Vec<&Name> = setting.agents.iter().map(|a| &a.type_.name).collect();
    let mut found: Vec<&Name> = Vec::new();
    for atom in [&conjunct.left, &conjunct.right].into_iter().flat_map(Expr::atoms) {
        let compares = matches!(atom.node(), Node::Indicator(_) | Node::Whole(_) | Node::Primitive { .. });
        let here: Vec<&Name> =
            types.iter().filter(|t| compares && atom.mentions_variable(t)).copied().collect();
        if here.len() > 1 {
            found.extend(here);
        }
    }
    found.sort();
    found.dedup();
    found.len()
}
