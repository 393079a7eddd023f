//! `almost everywhere`: read where it says the same as everywhere.

use crate::kernel::{Expr, Node};
use crate::model::{Comparison, Conjunct};

use super::Resolve;
use super::names::advise;
use super::scope::Env;
use crate::lang::ast::Span;

/// Accepts a relation that holds almost everywhere exactly if it holds everywhere: an equation or a weak
/// inequality of continuous sides, under priors whose density is zero on no interval. Any other is not
/// supported yet.
pub(super) fn follows(env: &Env<'_>, c: &Conjunct, span: Span) -> Resolve<()> {
    let closed = matches!(c.relation, Comparison::Equal | Comparison::AtLeast | Comparison::AtMost);
    // A density that is one polynomial has finitely many zeros.
    let agents = env.settings.iter().flat_map(|s| &s.agents);
    let mut occurring = agents.filter(|a| c.mentions(&a.type_.name));
    let full = occurring.all(|a| is_smooth(&a.density));
    if closed && full && is_smooth(&c.left) && is_smooth(&c.right) {
        return Ok(());
    }
    let message =
        "this does not follow from what holds everywhere, and `almost everywhere` is not supported yet";
    Err(advise("unsupported", message, span, "decide the ties, and claim it everywhere"))
}

/// Whether a term is built without indicators, quotients and unknown functions: then it is continuous,
/// and a polynomial if it has no integral.
fn is_smooth(e: &Expr) -> bool {
    e.atoms().all(|a| match a.node() {
        Node::Variable(_) | Node::Bound(_) => true,
        Node::Primitive { upper, body } => is_smooth(upper) && is_smooth(body),
        Node::Apply(..) | Node::Indicator(_) | Node::Opaque { .. } | Node::Inverse(_) => false,
    })
}
