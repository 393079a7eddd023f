//! Ironed virtual values: where they are constant is proposed by whoever reads a file, and has to be proved.

use crate::kernel::Expr;
use crate::model::{Agent, Bound, Charge, Claim, Flat, Flats, Setting, ironing, root_named, roots_in};

use super::names::complain;
use super::scope::Env;
use super::{Obligation, Resolve, finite};
use crate::lang::ast::{self, Name, Span};
use crate::lang::diagnostic::Diagnostic;

/// Proposes the intervals on which the virtual value of an agent is ironed. There is one right answer, and what is
/// proposed is an [`Obligation`]: the meaning of a file does not depend on it.
#[derive(Debug, Clone, Copy)]
pub struct Ironing(pub fn(&Agent) -> Flats);

impl Default for Ironing {
    /// Proposes none: right for regular priors.
    fn default() -> Self {
        Ironing(|_| Flats::On(vec![]))
    }
}

impl Env<'_> {
    /// The intervals on which the virtual value of an agent is ironed.
    pub(super) fn flats(&mut self, setting: &Setting, agent: usize, span: Span) -> Resolve<Vec<Flat>> {
        let Some(a) = setting.agents.get(agent) else { return Ok(vec![]) };
        let message = format!("the virtual value of `{}` decreases somewhere", a.name);
        let flats = match self.universe.ironing.0(a) {
            Flats::On(flats) => flats,
            Flats::Unknown => vec![],
            Flats::Between(low, high) => {
                let [low, high] = [low, high].map(|end| a.type_.power.value(&Expr::number(end)));
                let note = format!("it has to be ironed between types near {low} and near {high}");
                let diagnostic = Diagnostic::new("irregular-prior", message, span).note(note);
                let help = "the ends of such intervals have to be roots of short polynomials of a low degree";
                return Err(Box::new(diagnostic.help(help)));
            }
        };
        let roots = self.roots_of(&flats, span);
        if let Some(conjuncts) = ironing(setting, agent, &flats) {
            let claim = Claim::about(&setting.parameters, &roots, conjuncts);
            let diagnostic = Diagnostic::new("irregular-prior", message, span).help(
                "virtual values are ironed where the density is a polynomial, or `cases` of such, without parameters",
            );
            self.obligations.push(Obligation { claim, diagnostic });
        }
        Ok(flats)
    }

    /// The roots at which a virtual value is ironed. That there is one, and no other, is owed for each that is not a
    /// root of an integer.
    fn roots_of(&mut self, flats: &[Flat], span: Span) -> Vec<Charge> {
        let mut out: Vec<Charge> = Vec::new();
        for root in flats.iter().flat_map(|flat| &flat.roots).filter(|root| root_named(&root.name).is_none())
        {
            let unknown = Expr::variable("x'unknown");
            let polynomial = root.body.substitute_one(&root.name, &unknown);
            let Bound { low, high, .. } = &root.argument;
            let variable = Name { text: "x".into(), span };
            self.owe_one_root(span, &variable, &polynomial, &unknown, [low, high]);
            out.push(root.clone());
        }
        let terms =
            flats.iter().flat_map(|flat| [Some(&flat.low.at), Some(&flat.high.at), flat.level.as_ref()]);
        out.extend(terms.flatten().flat_map(roots_in));
        let out = super::without_repetitions(out, |a, b| a.name == b.name);
        for root in &out {
            self.add_charge(root.clone());
        }
        out
    }

    /// The virtual value, constant where it is ironed; the weight must not vanish.
    pub(super) fn ironed_virtual_value(
        &mut self,
        e: &ast::Expr,
        s: &ast::Expr,
        who: &ast::Expr,
    ) -> Resolve<Expr> {
        let setting = self.setting_argument(s)?;
        finite::has_no_atoms(&setting, "virtual values", e.span)?;
        let i = self.agent_in(who, &setting)?;
        let flats = self.flats(&setting, i, e.span)?;
        let (Some((_, weight)), Some(value), Some(agent)) =
            (setting.ironed_parts(i, &flats), setting.ironed_virtual_value(i, &flats), setting.agents.get(i))
        else {
            return Err(complain("not-an-agent", "an agent is needed here", who.span));
        };
        self.owe_density(&setting, i, &weight, "virtual value", e.span);
        self.quantity(e, &setting, &agent.name, value)
    }
}
