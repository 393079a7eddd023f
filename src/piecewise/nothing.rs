//! Cells without points that are seen to have none by a case distinction.

use super::context::Context;
use super::modulo;
use super::sign::empty;
use crate::kernel::Relation;
use crate::kernel::rule::combine::Fact;
use crate::kernel::rule::tree::Tree;

/// Why a cell has no points, by cases on the quotient of one fact by another, up to what the equations say: a type is below the
/// larger root of a polynomial, and beyond its roots.
pub(super) fn nothing_by_division(context: &mut Context) -> Option<Tree> {
    if context.is_inhabited() {
        return None;
    }
    let facts = context.facts().to_vec();
    let inequality = |f: &&Fact| f.relation != Relation::Equal;
    let curved = facts.iter().filter(inequality).filter(|f| f.expr.poly().degree() > 1);
    for fact in curved {
        for divisor in facts.iter().filter(inequality).filter(|f| f.expr.poly().degree() == 1) {
            let Some((quotient, _)) = modulo::divided(&facts, &fact.expr.negated(), &divisor.expr) else {
                continue;
            };
            if quotient.as_number().is_some() {
                continue;
            }
            let on = quotient.negated();
            let mut side = |fact: Fact| {
                let before = context.enter(fact);
                let found = empty(context.facts());
                context.leave(before);
                Some(Box::new(Tree::Empty(found?)))
            };
            let yes = side(Fact { relation: Relation::AtLeast, expr: on.clone() });
            let no = yes
                .as_ref()
                .and_then(|_| side(Fact { relation: Relation::Positive, expr: quotient.clone() }));
            if let (Some(yes), Some(no)) = (yes, no) {
                return Some(Tree::Split { on, yes, no });
            }
        }
    }
    None
}
