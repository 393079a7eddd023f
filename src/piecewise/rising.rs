//! Roots of the same index in their order: the root of more is more.

use super::sample::power_in_others;
use super::sign::simple;
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Expr, Relation};

/// The difference of two roots, one way or the other, of which one is at least as large, since it is the root of at least
/// as much, and no fact says so: where cases are told apart by its sign, one of them contradicts the facts.
pub(super) fn difference(facts: &[Fact]) -> Option<Expr> {
    let roots: Vec<_> = facts.iter().filter_map(power_in_others).collect();
    let is_known = |e: &Expr| facts.iter().any(|f| f.expr == *e || f.expr == e.negated());
    for (position, (x, index, a)) in roots.iter().enumerate() {
        for (y, other, b) in roots.iter().skip(position + 1) {
            let difference = Expr::variable(x).minus(&Expr::variable(y));
            if index != other || is_known(&difference) {
                continue;
            }
            let more = a.minus(b);
            let is = |relation, e: &Expr| simple(facts, relation, e).is_some();
            // The side of a cut to which its zero belongs is the one that contradicts the facts, if that can be had.
            for (more, difference) in [(&more, &difference), (&more.negated(), &difference.negated())] {
                if is(Relation::Positive, more) {
                    return Some(difference.negated());
                }
                if is(Relation::AtLeast, more) {
                    return Some(difference.clone());
                }
            }
        }
    }
    None
}
