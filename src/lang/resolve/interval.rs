//! Outcomes in an interval: what settings say of them, and what cannot be asked there.

use std::sync::Arc;

use crate::kernel::{Expr, Node};
use crate::model::{Bound, Claim, Comparison, Kind, Mechanism, Outcome, Setting};

use super::names::{advise, complain, unknown_name};
use super::predicate::no_derivative;
use super::scope::{Env, Range};
use super::setting::Reader;
use super::{Obligation, Resolve, finite};
use crate::lang::ast::{self, Name, SettingKind, Span};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::print_expr;

impl Reader<'_> {
    /// Sets the outcomes to the numbers in an interval; returns the outcome variable.
    pub(super) fn interval(&mut self, setting: &mut Setting, name: &Name, on: &ast::Range) -> Resolve<Bound> {
        let mut env = Env::new(self.universe, vec![Arc::new(setting.clone())]);
        env.is_new(name)?;
        // Types are known here, and an end must not depend on them.
        env.settings.clear();
        let (low, high) = (env.constant(&on.low)?, env.constant(&on.high)?);
        let message =
            format!("the interval from {} to {} is empty", print_expr(&on.low), print_expr(&on.high));
        let empty = Diagnostic::new("empty-interval", message, on.span).help("write the lower end first");
        env.oblige(high.clone(), Comparison::Greater, low.clone(), empty);
        self.obligations.append(&mut env.obligations);
        // A parameter that is declared later may have the name of the outcome, and so may the outcome of another setting.
        let own_name = format!("outcome'{}'{}", setting.name, name.text);
        let bound = Bound::interval(own_name.into(), name.text.clone(), low, high);
        setting.kind = Kind::Interval;
        setting.outcomes =
            vec![Outcome { name: name.text.clone(), values: vec![Expr::zero(); setting.agents.len()] }];
        setting.outcome = Some(bound.clone());
        Ok(bound)
    }

    /// Sets what the outcome costs.
    pub(super) fn cost(&mut self, s: &ast::Setting, setting: &mut Setting) -> Resolve<()> {
        let mut found: Option<Span> = None;
        for line in &s.lines {
            let SettingKind::Cost { cost } = &line.kind else { continue };
            if let Some(first) = found {
                let second = Diagnostic::new("duplicate-name", "the cost is given twice", line.span);
                return Err(Box::new(second.also(first, "the first cost")));
            }
            found = Some(line.span);
            let Some(outcome) = setting.outcome.clone().filter(|_| setting.kind == Kind::Interval) else {
                let message = "a cost is what a number in an interval of outcomes costs";
                let help = "write it into the values, or let the outcome be in an interval";
                return Err(advise("unsupported", message, line.span, help));
            };
            let mut env = Env::new(self.universe, vec![]);
            env.for_any(&outcome);
            let term = env.constant(cost)?;
            is_plain_in(&term, &outcome, cost)?;
            self.obligations.append(&mut env.obligations);
            setting.cost = term;
        }
        Ok(())
    }
}

impl Env<'_> {
    /// Brings the outcome variables of the settings in scope into scope: a statement is about all outcomes then. A name that
    /// means something else, too, stays what it is.
    pub(super) fn about_outcomes(&mut self) {
        let on_interval = |s: &&Arc<Setting>| s.kind == Kind::Interval;
        let all: Vec<Bound> =
            self.settings.iter().filter(on_interval).filter_map(|s| s.outcome.clone()).collect();
        let others: Vec<String> = self.types().into_iter().map(|b| b.shown).collect();
        for outcome in &all {
            let known = others.contains(&outcome.shown) || self.universe.sort_of(&outcome.shown).is_some();
            if !known && all.iter().filter(|o| o.shown == outcome.shown).count() == 1 {
                self.values.insert(outcome.shown.clone(), Expr::variable(&outcome.name));
            }
        }
        self.outcomes = all;
    }

    /// Reads something that does not depend on outcomes, such as what a mechanism is.
    pub(super) fn whatever_the_outcome<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let outcomes = std::mem::take(&mut self.outcomes);
        let values = self.values.clone();
        let is_outcome = |e: &Expr| outcomes.iter().any(|o| *e == Expr::variable(&o.name));
        self.values.retain(|_, e| !is_outcome(e));
        let out = read(self);
        (self.outcomes, self.values) = (outcomes, values);
        out
    }

    /// A setting whose outcome variable is in scope.
    fn any_outcome(&self, s: &ast::Expr, setting: &Setting) -> Resolve<()> {
        let outcome = setting.outcome.as_ref().filter(|_| setting.kind == Kind::Interval);
        let Some(outcome) = outcome else {
            let message =
                format!("this is about a number in an interval, and `{}` has other outcomes", setting.name);
            return Err(advise("wrong-sort", message, s.span, "name a mechanism or an allocation rule"));
        };
        if self.outcomes.contains(outcome) {
            return Ok(());
        }
        let message = format!("this depends on the outcome `{}`, which is not in scope here", outcome.shown);
        let help = "statements are about all outcomes; elsewhere name a mechanism or an allocation rule";
        Err(advise("wrong-stage", message, s.span, help))
    }

    /// `value(S, i)`: what any outcome is worth to an agent.
    pub(super) fn value_of_any(&mut self, e: &ast::Expr, s: &ast::Expr, who: &ast::Expr) -> Resolve<Expr> {
        let setting = self.setting_argument(s)?;
        self.any_outcome(s, &setting)?;
        let i = self.agent_in(who, &setting)?;
        let term = setting.outcomes.first().and_then(|o| o.values.get(i)).cloned();
        let agent = setting.agents.get(i).map(|a| a.name.clone()).unwrap_or_default();
        self.quantity(e, &setting, &agent, term.unwrap_or_else(Expr::zero))
    }

    /// `virtual_surplus(m)`, and `virtual_surplus(S)` at any outcome; the densities it divides by must not vanish.
    pub(super) fn virtual_surplus(&mut self, e: &ast::Expr, first: &ast::Expr) -> Resolve<Expr> {
        let (setting, surplus) = match self.setting_named(first) {
            Some(setting) => {
                self.any_outcome(first, &setting)?;
                let surplus = setting.virtual_surplus();
                (setting, surplus)
            }
            None => {
                let m = self.outcomes_of(first)?;
                (m.setting.clone(), m.virtual_surplus())
            }
        };
        finite::has_no_atoms(&setting, "virtual surpluses", e.span)?;
        let surplus = surplus.ok_or_else(|| no_derivative(e.span))?;
        for (agent, density) in &surplus.divisors {
            self.owe_density(&setting, *agent, density, "virtual surplus", e.span);
        }
        self.quantity(e, &setting, "", surplus.terms.into_iter().next().unwrap_or_else(Expr::zero))
    }

    /// `profit(m)`: the sum of payments less the cost of the outcome.
    pub(super) fn profit(&mut self, e: &ast::Expr, m: &ast::Expr) -> Resolve<Expr> {
        let m = self.enter(m)?;
        self.quantity(e, &m.setting, "", m.profit())
    }

    /// `screening(S)`.
    pub(super) fn screening(&mut self, first: &ast::Expr, setting: &Arc<Setting>) -> Resolve<Mechanism> {
        let outcome = setting.outcome.as_ref().filter(|_| setting.kind == Kind::Interval);
        let Some(outcome) = outcome else {
            let message = "`screening` needs a setting whose outcomes are an interval";
            return Err(advise("wrong-sort", message, first.span, "`myerson` is for one good"));
        };
        finite::has_no_atoms(setting, "virtual surpluses", first.span)?;
        let flats = if setting.is_bunched() { self.flats(setting, 0, first.span)? } else { vec![] };
        let Some((mechanism, claim)) = Mechanism::screening(setting, &flats) else {
            let message = format!(
                "no formula was found for the `{}` with the greatest virtual surplus: it is no polynomial in the types, piece by piece",
                outcome.shown
            );
            let help = format!(
                "the virtual surplus has to be of the second degree in `{}`, and its first-order condition has to have a polynomial as solution",
                outcome.shown
            );
            return Err(advise("unsupported", message, first.span, help));
        };
        let message = format!(
            "the `{}` with the greatest virtual surplus is not where its first-order condition holds",
            outcome.shown
        );
        let diagnostic = Diagnostic::new("unsupported", message, first.span);
        let claim = Claim::about(&claim.parameters, &self.charges, claim.conjuncts);
        self.obligations.push(Obligation { claim, diagnostic });
        Ok(mechanism)
    }

    /// That there is a formula for the best outcomes: with the greatest sum of values, of all agents and of all but one. That
    /// they are best is an obligation.
    pub(super) fn has_best_outcomes(&mut self, setting: &Setting, span: Span) -> Resolve<()> {
        let Some(outcome) = setting.outcome.as_ref().filter(|_| setting.kind == Kind::Interval) else {
            return Ok(());
        };
        let without = (0..setting.agents.len()).flat_map(|i| setting.welfares_without(i));
        for term in setting.welfares().into_iter().chain(without) {
            let found = setting.greatest_on_interval(&term);
            let Some(claim) = found.and_then(|chosen| setting.is_greatest(&chosen, &term)) else {
                let message = format!(
                    "no formula is known for the `{}` with the greatest sum of values",
                    outcome.shown
                );
                let help = format!(
                    "the sum of values has to be of the second degree in `{}`, with a number at its square",
                    outcome.shown
                );
                return Err(advise("unsupported", message, span, help));
            };
            let message = format!("this is not the `{}` with the greatest sum of values", outcome.shown);
            let diagnostic = Diagnostic::new("unsupported", message, span);
            self.obligations.push(Obligation { claim, diagnostic });
        }
        Ok(())
    }

    /// Brings the outcome variable into scope.
    pub(super) fn for_any(&mut self, outcome: &Bound) {
        self.values.insert(outcome.shown.clone(), Expr::variable(&outcome.name));
        self.ranges.push(Range { bound: outcome.clone(), ordered: true });
    }

    /// The outcome under a rule `x = e`, which has to lie in the interval.
    pub(super) fn outcome_in(&mut self, outcome: &Bound, variable: &Name, e: &ast::Expr) -> Resolve<Expr> {
        if outcome.shown != variable.text {
            let known = std::iter::once(outcome.shown.as_str());
            return Err(unknown_name("outcome variable", &variable.text, variable.span, known));
        }
        let term = self.number(e)?;
        for (relation, end) in [(Comparison::AtLeast, &outcome.low), (Comparison::AtMost, &outcome.high)] {
            let message = format!(
                "the outcome `{}` leaves the interval from {} to {}",
                outcome.shown, outcome.low, outcome.high
            );
            let diagnostic = Diagnostic::new("out-of-range", message, e.span)
                .help("a rule gives an outcome of the setting to every profile of types");
            self.oblige(term.clone(), relation, end.clone(), diagnostic);
        }
        Ok(term)
    }

    /// `outcome(m)`: the outcome at the types, where outcomes are numbers in an interval.
    pub(super) fn outcome(&mut self, e: &ast::Expr, m: &ast::Expr) -> Resolve<Expr> {
        let m = self.outcomes_of(m)?;
        let chosen = m.allocation.first().filter(|_| m.setting.kind == Kind::Interval).cloned();
        let chosen = chosen.ok_or_else(|| {
            let message = "`outcome(m)` needs a setting whose outcomes are an interval";
            let help =
                if m.setting.kind == Kind::Outcomes { "probability(m, k)" } else { "allocation(m, i)" };
            advise("wrong-sort", message, e.span, format!("write `{help}`"))
        })?;
        self.quantity(e, &m.setting, "", chosen)
    }
}

/// A value on an interval of outcomes is a polynomial in the outcome, or has cases.
pub(super) fn is_plain_in(value: &Expr, outcome: &Bound, e: &ast::Expr) -> Resolve<()> {
    let own = Expr::variable(&outcome.name);
    let plain = |a: &crate::kernel::Atom| {
        Some(a) == own.as_atom()
            || !a.mentions_variable(&outcome.name)
            || matches!(a.node(), Node::Indicator(condition) if condition.is_polynomial())
    };
    if value.atoms().all(plain) {
        return Ok(());
    }
    let message = format!("`{}` is no polynomial in `{}`", print_expr(e), outcome.shown);
    Err(advise("unsupported", message, e.span, "values are polynomials in the outcome, or `cases` of such"))
}

/// Refuses what has a meaning for finitely many outcomes only.
pub(super) fn has_listed_outcomes(setting: &Setting, what: &str, span: Span) -> Resolve<()> {
    if setting.kind != Kind::Interval {
        return Ok(());
    }
    let message = format!("{what} finitely many outcomes, and those of `{}` are an interval", setting.name);
    Err(complain("unsupported", message, span))
}

/// Refuses a mixture of two mechanisms: on an interval of outcomes there are no probabilities.
pub(super) fn has_chances(m: &Mechanism, span: Span) -> Resolve<()> {
    has_listed_outcomes(&m.setting, "lotteries need", span)
}
