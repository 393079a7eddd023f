//! Statements about mechanisms that are asked for on finitely many types: whether they exist, and how good they are.

use std::sync::Arc;

use crate::model::{
    Aim, Extreme, Mechanism, Property, Quantity, Setting, System, count_of_choices, expected,
    expected_of_rule,
};

use super::names::{complain, unknown_name};
use super::predicate::meaning;
use super::scope::Env;
use super::statement::{Read, Reader};
use super::{Goal, Resolve, finite, interval};
use crate::lang::ast::{self, Objective, Span, StatementKind};

/// Probabilities and payments of one question at most.
const UNKNOWN_LIMIT: usize = 20_000;

impl Reader<'_> {
    /// The question of a mechanism with some properties.
    pub(super) fn program(
        &self,
        env: &mut Env<'_>,
        quantity: Quantity,
        setting: &Arc<Setting>,
        properties: &[ast::Property],
        span: Span,
    ) -> Resolve<System> {
        if let Some(agent) = setting.agents.iter().find(|a| !a.type_.points.is_finite()) {
            let message =
                format!("`{}` has infinitely many types, and others have finitely many", agent.name);
            return Err(complain("unsupported", message, span));
        }
        finite::within_limits(&setting.types(), span)?;
        let unknowns =
            count_of_choices(&setting.types()).saturating_mul(setting.outcomes.len() + setting.agents.len());
        if unknowns > UNKNOWN_LIMIT {
            let message =
                format!("a mechanism here has more than {UNKNOWN_LIMIT} probabilities and payments");
            return Err(complain("too-large", message, span));
        }
        let mut meanings: Vec<Property> = Vec::new();
        for property in properties {
            let (meaning, averages) = meaning(property)?;
            if averages {
                env.averages_over(setting, property.span)?;
            }
            meanings.push(meaning);
        }
        let none = || complain("unsupported", "one of these properties needs types in an interval", span);
        System::of_mechanism(quantity, setting, &meanings).ok_or_else(none)
    }

    /// `greatest revenue of a mechanism on S that is … = q`: some mechanism has it, and none has more.
    pub(super) fn optimum(&self, env: &mut Env<'_>, kind: &StatementKind, out: &mut Read) -> Resolve<()> {
        let StatementKind::Optimum { extreme, objective, of, setting: name, properties, value } = kind else {
            return Ok(());
        };
        let place = name.span;
        let rule = match of {
            ast::Sought::Mechanism => None,
            ast::Sought::Payments => {
                let e = ast::Expr { kind: ast::ExprKind::Name(name.text.clone()), span: place };
                let known = self.universe.rules.iter().map(|r| r.name.as_str());
                let unknown = || unknown_name("allocation rule", &name.text, place, known);
                Some(env.rule(&e).ok_or_else(unknown)?.at(self.fixed))
            }
        };
        let setting = match &rule {
            Some(rule) => rule.setting.clone(),
            None => Arc::new(self.universe.setting(&name.text, place)?.setting.at(self.fixed)),
        };
        interval::has_listed_outcomes(&setting, "the best mechanism is looked for with", place)?;
        if !setting.is_finite() {
            let message = format!(
                "the best mechanism is looked for on finitely many types, and `{}` has none such",
                setting.name
            );
            return Err(complain("unsupported", message, place));
        }
        env.averages_over(&setting, place)?;
        let value = match value {
            Some(e) => Some(env.constant(e)?.substitute(self.fixed)),
            None => None,
        };
        let term = |m: &Mechanism| match objective {
            Objective::Revenue => m.surplus(),
            Objective::Welfare => m.welfare(),
            Objective::Gains => setting.agents.iter().fold(m.welfare(), |sum, a| sum.minus(&a.outside)),
        };
        let (system, objective) = match &rule {
            None => {
                let system = self.program(env, Quantity::Some, &setting, properties, place)?;
                (self.without_parameters(system, place)?, expected(&setting, term))
            }
            Some(rule) => {
                let meanings = self.payments_with(env, &setting, properties.iter())?;
                let none =
                    || complain("unsupported", "one of these properties needs types in an interval", place);
                let system = System::of_rule(rule, &meanings).ok_or_else(none)?;
                (self.without_parameters(system, place)?, expected_of_rule(rule, term))
            }
        };
        let extreme = match extreme {
            ast::Extreme::Greatest => Extreme::Greatest,
            ast::Extreme::Least => Extreme::Least,
        };
        let Some(value) = value else {
            out.goals.extend(system.without_end(&objective, extreme).map(Goal::System));
            return Ok(());
        };
        let aim = Arc::new(Aim { objective, extreme, value });
        out.goals.extend(system.ends(&aim, "the objective").map(Goal::System));
        Ok(())
    }
}
