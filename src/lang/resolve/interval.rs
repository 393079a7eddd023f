//! Outcomes in an interval: what settings say of them, and what cannot be asked there.

use std::sync::Arc;

use crate::kernel::{Expr, Node};
use crate::model::{Bound, Comparison, Kind, Mechanism, Outcome, Setting};

use super::Resolve;
use super::names::{advise, complain, unknown_name};
use super::scope::{Env, Range};
use super::setting::Reader;
use crate::lang::ast::{self, Name, Span};
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
        let message = format!("the interval from {low} to {high} is empty");
        let empty = Diagnostic::new("empty-interval", message, on.span).help("write the lower end first");
        env.oblige(high.clone(), Comparison::Greater, low.clone(), empty);
        self.obligations.append(&mut env.obligations);
        // A parameter that is declared later may have the name of the outcome.
        let own_name = format!("outcome'{}", name.text);
        let bound = Bound::interval(own_name.into(), name.text.clone(), low, high);
        setting.kind = Kind::Interval;
        setting.outcomes =
            vec![Outcome { name: name.text.clone(), values: vec![Expr::zero(); setting.agents.len()] }];
        setting.outcome = Some(bound.clone());
        Ok(bound)
    }
}

impl Env<'_> {
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
