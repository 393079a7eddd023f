//! Densities that divide: a virtual value is undefined where the density is zero, unless it is averaged, since such types
//! have no chance.

use std::sync::Arc;

use crate::kernel::{Expr, Node};
use crate::model::{Comparison, Setting};

use super::scope::Env;
use crate::lang::ast::Span;
use crate::lang::diagnostic::Diagnostic;

/// That a term divides by what is zero with a density.
pub(super) struct Owed {
    setting: Arc<Setting>,
    agent: usize,
    divisor: Expr,
    diagnostic: Diagnostic,
}

impl Env<'_> {
    /// Owes that what a `quantity` divides by, which is zero where the density of an agent is, is zero nowhere. Inside
    /// of an average over the types of this agent the term is looked at first.
    pub(super) fn owe_density(
        &mut self,
        setting: &Arc<Setting>,
        agent: usize,
        divisor: &Expr,
        quantity: &str,
        span: Span,
    ) {
        let Some(a) = setting.agents.get(agent).filter(|a| divisor.mentions(&a.type_.name)) else { return };
        let message =
            format!("the density of `{}` can be zero, and the {quantity} divides by it", a.type_.shown);
        let is_averaged = self.averaged_types.contains(&a.type_.name);
        let diagnostic = Diagnostic::new("division-by-zero", message, span);
        if is_averaged {
            self.owed.push(Owed { setting: setting.clone(), agent, divisor: divisor.clone(), diagnostic });
        } else {
            let help = "an average over this type leaves out types without density, as in `E virtual_value(sale, 1)`";
            self.claim_of(setting, divisor.clone(), Comparison::Unequal, diagnostic.help(help));
        }
    }

    /// Settles what terms owe that are averaged over some types, of which there are `before` outside: where no type has a
    /// density nothing is owed, if each product has one such divisor at most.
    pub(super) fn settle_averaged(&mut self, before: usize, terms: &[Expr]) {
        let averaged = self.averaged_types.split_off(before);
        for owed in std::mem::take(&mut self.owed) {
            let Some(a) = owed.setting.agents.get(owed.agent) else { continue };
            let name = &a.type_.name;
            if !averaged.contains(name) {
                self.owed.push(owed);
            } else if terms.iter().all(|e| is_integrable(e, name)) {
                // Where there are types, the divisor is not zero.
                let lost = a.density.times(&Expr::is_zero_indicator(&owed.divisor));
                self.claim_of(&owed.setting, lost, Comparison::Equal, owed.diagnostic);
            } else {
                let help =
                    "its average is known to exist where it is multiplied by no other quotient in this type";
                let diagnostic = owed.diagnostic.clone().help(help);
                self.claim_of(&owed.setting, owed.divisor, Comparison::Unequal, diagnostic);
            }
        }
    }

    fn claim_of(&mut self, setting: &Arc<Setting>, e: Expr, relation: Comparison, diagnostic: Diagnostic) {
        let scope = std::mem::replace(&mut self.settings, vec![setting.clone()]);
        self.oblige(e, relation, Expr::zero(), diagnostic);
        self.settings = scope;
    }
}

/// Whether a term times a density is bounded, where reciprocals of the density occur in the term: no product has two of
/// them, and elsewhere they are in conditions only.
fn is_integrable(e: &Expr, type_: &str) -> bool {
    let divides = |node: &Node| matches!(node, Node::Inverse(d) if d.is_tame());
    let harmless = e.atoms().all(|a| match a.node() {
        Node::Indicator(_) => true,
        node => !a.mentions_variable(type_) || divides(node) || Expr::from(a).is_tame(),
    });
    let degree = |m: &crate::exact::Monomial<crate::kernel::Atom>| {
        let inverses = m.factors().filter(|(a, _)| a.mentions_variable(type_) && divides(a.node()));
        inverses.map(|(_, k)| k).sum::<u32>()
    };
    harmless && e.terms().all(|(m, _)| degree(m) <= 1)
}
