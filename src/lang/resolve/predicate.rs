//! Statements about mechanisms: properties, equilibria, comparisons, existence.

use std::sync::Arc;

use crate::model::{
    self, Concept, Conjunct, Existence, Kind, Property, Quantity, Setting, Strictness, equilibrium,
    regularity, unfold,
};

use super::names::{advise, complain};
use super::scope::Env;
use super::statement::{Read, Reader};
use super::{Goal, Resolve, expr, finite, interval};
use crate::lang::ast::{self, ExprKind, PropertyKind, Span};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::print_expr;

impl Reader<'_> {
    pub(super) fn properties(
        &self,
        env: &mut Env<'_>,
        mechanism: &ast::Expr,
        properties: &[ast::Property],
        out: &mut Read,
    ) -> Resolve<()> {
        if let Some(rule) = env.rule(mechanism) {
            return self.properties_of_rule(env, mechanism, &rule, properties, out);
        }
        if let Some(setting) = env.setting_named(mechanism) {
            let conjuncts = of_a_setting(&setting, mechanism, properties)?;
            return self.goal(self.claim(env, conjuncts), mechanism.span, out);
        }
        let m = env.enter(mechanism)?;
        let label = print_expr(mechanism);
        let mut conjuncts = Vec::new();
        for property in properties {
            if matches!(property.kind, PropertyKind::Implementable | PropertyKind::CyclicallyMonotone) {
                // Of the outcomes alone, whatever the payments.
                let plain = env.mechanism(mechanism)?;
                self.properties_of_rule(env, mechanism, &plain, std::slice::from_ref(property), out)?;
                continue;
            }
            let (meaning, averages) = meaning(property)?;
            if averages {
                env.averages_over(&m.setting, property.span)?;
            }
            if matches!(property.kind, PropertyKind::Envelope | PropertyKind::InterimEnvelope) {
                finite::has_density(&m.setting, "areas under marginal values", property.span)?;
            }
            let parts = unfold(&m, meaning).ok_or_else(|| no_derivative(property.span))?;
            conjuncts.extend(parts.into_iter().map(|(_, c)| c));
        }
        if let (Kind::Interval, Some(chosen)) = (m.setting.kind, m.allocation.first()) {
            env.define(format!("outcome({label})"), &env.unfolded(chosen));
        }
        for (agent, t) in m.setting.agents.iter().zip(&m.payment) {
            env.define(format!("payment({label}, {})", agent.name), &env.unfolded(t));
        }
        if conjuncts.is_empty() {
            return Ok(());
        }
        self.goal(self.claim(env, conjuncts), mechanism.span, out)
    }

    pub(super) fn equilibrium(
        &self,
        env: &mut Env<'_>,
        concept: ast::Concept,
        strategy: &ast::Name,
        mechanism: &ast::Name,
        out: &mut Read,
    ) -> Resolve<()> {
        let played = self.universe.strategy(strategy)?;
        let e = ast::Expr { kind: ExprKind::Name(mechanism.text.clone()), span: mechanism.span };
        let m = env.enter(&e)?;
        if played.setting.name != m.setting.name {
            let message = format!("`{}` is a strategy on `{}`", strategy.text, played.setting.name);
            return Err(complain("wrong-sort", message, strategy.span));
        }
        let concept = match concept {
            ast::Concept::BayesNash => Concept::BayesNash,
            ast::Concept::ExPost => Concept::ExPost,
            ast::Concept::DominantStrategy => Concept::DominantStrategy,
        };
        if concept == Concept::BayesNash {
            env.averages_over(&m.setting, mechanism.span)?;
        }
        let conjuncts = equilibrium(&m, concept, &played.reports);
        self.goal(self.claim(env, conjuncts), strategy.span.to(mechanism.span), out)
    }

    pub(super) fn existence(
        &self,
        env: &mut Env<'_>,
        quantity: ast::Quantity,
        setting: &ast::Name,
        properties: &[ast::Property],
        out: &mut Read,
    ) -> Resolve<()> {
        let quantity = match quantity {
            ast::Quantity::Some => Quantity::Some,
            ast::Quantity::No => Quantity::No,
        };
        let place = setting.span;
        let setting = Arc::new(self.universe.setting(&setting.text, place)?.setting.at(self.fixed));
        interval::has_listed_outcomes(&setting, "mechanisms are looked for with", place)?;
        if setting.is_finite() {
            let system = self.program(env, quantity, &setting, properties, place)?;
            if !self.is_open_in_numbers(&system) {
                out.goals.push(Goal::System(self.without_parameters(system, place)?));
                return Ok(());
            }
        }
        let meanings: Vec<Property> = properties.iter().map(|p| Ok(meaning(p)?.0)).collect::<Resolve<_>>()?;
        let existence = Existence::new(quantity, &setting, &meanings).ok_or_else(|| no_derivative(place))?;
        if existence.parts.iter().any(|(_, c)| c.left.is_too_large() || c.right.is_too_large()) {
            return Err(expr::too_large("this question becomes too large", place));
        }
        out.averaged |= !setting.is_finite();
        out.goals.push(Goal::Existence(existence));
        Ok(())
    }

    /// `m is payment equivalent to w`, and the like.
    pub(super) fn versus(
        &self,
        env: &mut Env<'_>,
        first: &ast::Expr,
        versus: ast::Versus,
        second: &ast::Expr,
        out: &mut Read,
    ) -> Resolve<()> {
        let (m, other) = (env.enter(first)?, env.enter(second)?);
        if m.setting.name != other.setting.name {
            let message = format!(
                "this mechanism is on `{}`, and the first one on `{}`",
                other.setting.name, m.setting.name
            );
            return Err(complain("wrong-sort", message, second.span));
        }
        let constants = |how| match how {
            ast::Constants::Fixed => model::Constants::Fixed,
            ast::Constants::Free => model::Constants::Free,
        };
        let versus = match versus {
            ast::Versus::Outcome => model::Versus::Outcome,
            ast::Versus::Payment(how) => model::Versus::Payment(constants(how)),
            ast::Versus::Payoff(how) => model::Versus::Payoff(constants(how)),
            ast::Versus::Revenue => model::Versus::Revenue,
            ast::Versus::WeaklyPreferred => model::Versus::WeaklyPreferred,
            ast::Versus::StrictlyPreferred => model::Versus::StrictlyPreferred,
        };
        if versus != model::Versus::Outcome {
            env.averages_over(&m.setting, first.span)?;
        }
        let conjuncts = model::versus(&m, &other, versus);
        self.goal(self.claim(env, conjuncts), first.span.to(second.span), out)
    }
}

pub(super) fn no_derivative(span: Span) -> Box<Diagnostic> {
    let message = "a value here has no derivative in the type";
    advise("unsupported", message, span, "values are polynomials in the type, or `cases` of such")
}

/// The property of the model that a word means, and whether it averages over types.
pub(super) fn meaning(property: &ast::Property) -> Resolve<(Property, bool)> {
    Ok(match property.kind {
        PropertyKind::DominantIc | PropertyKind::ExPostIc => (Property::DominantIc, false),
        PropertyKind::BayesianIc => (Property::BayesianIc, true),
        PropertyKind::ExPostIr => (Property::ExPostIr, false),
        PropertyKind::InterimIr => (Property::InterimIr, true),
        PropertyKind::ExAnteIr => (Property::ExAnteIr, true),
        PropertyKind::BudgetBalanced => (Property::BudgetBalance, false),
        PropertyKind::ExAnteBudgetBalanced => (Property::ExAnteBudgetBalance, true),
        PropertyKind::NoDeficit => (Property::NoDeficit, false),
        PropertyKind::ExAnteNoDeficit => (Property::ExAnteNoDeficit, true),
        PropertyKind::Efficient => (Property::Efficient, false),
        PropertyKind::Feasible => (Property::Feasible, false),
        PropertyKind::Monotone | PropertyKind::WeaklyMonotone => (Property::Monotone, false),
        PropertyKind::Implementable | PropertyKind::CyclicallyMonotone => {
            let message = "this is a property of an allocation rule, and a mechanism is asked for here";
            return Err(advise("wrong-sort", message, property.span, "write `DSIC`"));
        }
        PropertyKind::InterimMonotone => (Property::InterimMonotone, true),
        PropertyKind::Envelope => (Property::Envelope, false),
        PropertyKind::InterimEnvelope => (Property::InterimEnvelope, true),
        PropertyKind::Regular | PropertyKind::StrictlyRegular => {
            let message = "priors are regular, and this is about a mechanism";
            return Err(advise("wrong-sort", message, property.span, "write `SETTING is regular`"));
        }
    })
}

/// Properties of a setting: of the priors of its agents.
fn of_a_setting(setting: &Setting, name: &ast::Expr, properties: &[ast::Property]) -> Resolve<Vec<Conjunct>> {
    finite::has_no_atoms(setting, "virtual values", name.span)?;
    let mut out = Vec::new();
    for property in properties {
        let strictness = match property.kind {
            PropertyKind::Regular => Strictness::Weak,
            PropertyKind::StrictlyRegular => Strictness::Strict,
            _ => {
                let message = format!("`{}` is a setting, and a mechanism is needed here", setting.name);
                return Err(complain("wrong-sort", message, name.span));
            }
        };
        out.extend((0..setting.agents.len()).filter_map(|i| regularity(setting, i, strictness)));
    }
    Ok(out)
}
