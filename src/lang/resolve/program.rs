//! Statements about mechanisms that are asked for on finitely many types: whether they exist, and how good they are.

use std::sync::Arc;

use crate::kernel::Expr;
use crate::model::{Comparison, Conjunct, Property, Quantity, Setting, System, count_of_choices};

use super::names::complain;
use super::predicate::meaning;
use super::scope::Env;
use super::statement::{Read, Reader};
use super::{Goal, Resolve, finite};
use crate::lang::ast::{self, Extreme, Objective, Span, StatementKind};

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
        let system = System::of_mechanism(quantity, setting, &meanings).ok_or_else(none)?;
        self.without_parameters(system, span)
    }

    /// `greatest revenue of a mechanism on S that is … = q`: some mechanism has it, and none has more.
    pub(super) fn optimum(&self, env: &mut Env<'_>, kind: &StatementKind, out: &mut Read) -> Resolve<()> {
        let StatementKind::Optimum { extreme, objective, setting, properties, value } = kind else {
            return Ok(());
        };
        let place = setting.span;
        let setting = Arc::new(self.universe.setting(&setting.text, place)?.setting.at(self.fixed));
        if !setting.is_finite() {
            let message = format!(
                "the best mechanism is looked for on finitely many types, and `{}` has none such",
                setting.name
            );
            return Err(complain("unsupported", message, place));
        }
        env.averages_over(&setting, place)?;
        let goal = env.constant(value)?.substitute(self.fixed);
        let system = self.program(env, Quantity::Some, &setting, properties, place)?;
        let term = match objective {
            Objective::Revenue => System::revenue(&setting),
            Objective::Welfare => System::expected_welfare(&setting),
        };
        let row = |what: &str, relation, right: &Expr| {
            Conjunct::relation(what, vec![], term.clone(), relation, right.clone())
        };
        let attained = row("the objective against the value", Comparison::Equal, &goal);
        out.goals.push(Goal::System(system.clone().with(Quantity::Some, [attained])));
        let beyond = match extreme {
            Extreme::Greatest => Comparison::Greater,
            Extreme::Least => Comparison::Less,
        };
        let better = row("the objective beyond the value", beyond, &goal);
        out.goals.push(Goal::System(system.with(Quantity::No, [better])));
        Ok(())
    }
}
