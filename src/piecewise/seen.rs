//! What indicators are seen to be at once: with many types most products have a factor that one fact makes zero, and nothing
//! else has to be asked of them.

use super::context::Context;
use super::evaluate::Engine;
use super::sign::immediate;
use super::values::Values;
use crate::kernel::rule::combine::Combination;
use crate::kernel::rule::tree::{Decided, Decision};
use crate::kernel::{Atom, Expr, Node, Relation};

impl Engine {
    /// Whether a factor is zero because a fact says so by itself, or it was found before: others then do not matter.
    pub(super) fn is_seen_zero(&self, context: &Context, atom: &Atom, known: &mut Values) -> bool {
        if let Some(value) = known.get(atom) {
            return value.is_zero();
        }
        match atom.node() {
            Node::Indicator(argument) => {
                let Some((value, because)) = self.seen(context, argument) else { return false };
                let argument = argument.clone();
                known.decide(atom, Decision { argument, value, because });
                value == Decided::Zero
            }
            Node::Whole(term) => {
                let mut all = true;
                for atom in term.atoms() {
                    let is_seen = |known: &mut Values| {
                        self.is_seen_zero(context, atom, known);
                        known.get(atom).is_some()
                    };
                    all = all && matches!(atom.node(), Node::Indicator(_)) && is_seen(known);
                }
                all && known.release(atom, term).is_zero()
            }
            _ => false,
        }
    }

    /// What an indicator is, if it is seen at once.
    fn seen(&self, context: &Context, argument: &Expr) -> Option<(Decided, Combination)> {
        let plain = |a: &Atom| matches!(a.node(), Node::Variable(_));
        if argument.poly().degree() > 1 || !argument.atoms().all(plain) {
            return None;
        }
        let facts = context.facts();
        let holds = || Some((Decided::One, immediate(facts, Relation::AtLeast, argument)?));
        let fails = || Some((Decided::Zero, immediate(facts, Relation::Positive, &argument.negated())?));
        self.memory.decided(facts, argument).or_else(holds).or_else(fails)
    }
}
