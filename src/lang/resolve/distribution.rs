//! Quantities of priors: distribution functions, densities, hazard rates, order statistics.

use std::sync::Arc;

use crate::kernel::Expr;
use crate::model::{Agent, Comparison, Setting};

use super::names::{arity, complain};
use super::scope::Env;
use super::{Resolve, finite, small_integer};
use crate::lang::ast::{self, Name, Span};
use crate::lang::diagnostic::Diagnostic;

impl Env<'_> {
    /// `cdf(setting, i)` at the own type, `cdf(setting, i, y)` at a point; `pdf`, `hazard_rate` in the same way.
    pub(super) fn of_a_prior(
        &mut self,
        e: &ast::Expr,
        function: &Name,
        arguments: &[ast::Expr],
    ) -> Resolve<Expr> {
        let (s, who, point) = match arguments {
            [s, who] => (s, who, None),
            [s, who, point] => (s, who, Some(point)),
            _ => return Err(arity(function, "2 or 3", arguments.len())),
        };
        let setting = self.setting_argument(s)?;
        let i = self.agent_in(who, &setting)?;
        match function.text.as_str() {
            "cdf" => finite::has_density(&setting, "distribution functions", s.span)?,
            "pdf" => finite::has_no_atoms(&setting, "densities", s.span)?,
            _ => finite::has_no_atoms(&setting, "hazard rates", s.span)?,
        }
        let Some(agent) = setting.agents.get(i) else {
            return Err(complain("not-an-agent", "an agent is needed here", who.span));
        };
        let name = function.text.as_str();
        let own = Expr::variable(&agent.type_.name);
        let (cdf, density, at) = match point {
            None => (agent.cdf.clone(), agent.density.clone(), own.clone()),
            Some(point) if name == "hazard_rate" => {
                let at = self.number(point)?;
                let at = self.variable_at(&agent.type_, &at, point)?;
                for (relation, end) in
                    [(Comparison::AtLeast, &agent.type_.low), (Comparison::AtMost, &agent.type_.high)]
                {
                    let message = format!("`{}` has no hazard rate outside its type space", agent.name);
                    let diagnostic = Diagnostic::new("out-of-range", message, point.span);
                    self.oblige(at.clone(), relation, end.clone(), diagnostic);
                }
                let there = |e: &Expr| e.substitute_one(&agent.type_.name, &at);
                (there(&agent.cdf), there(&agent.density), at)
            }
            Some(point) => {
                let at = self.number(point)?;
                let point = self.variable_at(&agent.type_, &at, point)?;
                (agent.cdf_at(&point), agent.density_at(&point), point)
            }
        };
        let density = match name {
            "cdf" => density,
            _ => self.of_the_type(&setting, agent, &density, (&at, point), e.span)?,
        };
        let term = match name {
            "cdf" => cdf,
            "pdf" => density,
            _ => {
                let rest = Expr::one().minus(&cdf);
                let message = format!(
                    "the hazard rate divides by the chance that `{}` is above, which is zero",
                    agent.type_.shown
                );
                let diagnostic = Diagnostic::new("division-by-zero", message, e.span)
                    .help("name a point below the highest type, as in `hazard_rate(sale, i, y)`");
                self.not_zero(&setting, point, &rest, diagnostic);
                density.times(&Expr::inverse(&rest))
            }
        };
        let shown = if point.is_none() { agent.name.as_str() } else { "" };
        self.quantity(e, &setting, shown, setting.kept(&term))
    }

    /// That a divisor is not zero: at the point that is named, or at all types of the setting.
    fn not_zero(
        &mut self,
        setting: &Arc<Setting>,
        point: Option<&ast::Expr>,
        divisor: &Expr,
        diagnostic: Diagnostic,
    ) {
        let scope = match point {
            None => std::mem::replace(&mut self.settings, vec![setting.clone()]),
            Some(_) => self.settings.clone(),
        };
        self.oblige(divisor.clone(), Comparison::Unequal, Expr::zero(), diagnostic);
        self.settings = scope;
    }

    /// The density of the type at a value of the variable that it is written with, given that of the variable.
    fn of_the_type(
        &mut self,
        setting: &Arc<Setting>,
        agent: &Agent,
        density: &Expr,
        (at, point): (&Expr, Option<&ast::Expr>),
        span: Span,
    ) -> Resolve<Expr> {
        let own = Expr::variable(&agent.type_.name);
        if agent.type_.power.is_plain() {
            return Ok(density.clone());
        }
        // Outside of the type space nothing is cancelled, and the density is zero.
        let (density, slope) = match point {
            None => agent.type_.power.cancelled(&own, density),
            Some(_) => (density.clone(), agent.type_.power.slope(at)),
        };
        if slope.as_number().is_none_or(|c| c.is_zero()) {
            let message =
                format!("the density of `{}` is not bounded, or not defined, here", agent.type_.shown);
            let diagnostic = Diagnostic::new("division-by-zero", message, span)
                .help("name a point above the lowest type, as in `pdf(sale, i, 1/2)`");
            self.not_zero(setting, point, &slope, diagnostic);
        }
        Ok(density.times(&Expr::inverse(&slope)))
    }

    /// The k-th highest type.
    pub(super) fn order_statistic(
        &mut self,
        e: &ast::Expr,
        s: &ast::Expr,
        rank: &ast::Expr,
    ) -> Resolve<Expr> {
        let setting = self.setting_argument(s)?;
        let n = setting.agents.len();
        let number = self.number(rank)?;
        let k = small_integer(&number).and_then(|k| usize::try_from(k).ok()).filter(|k| (1..=n).contains(k));
        let term = k.and_then(|k| setting.order_statistic(k)).ok_or_else(|| {
            let message = format!("the types of `{}` are ranked from 1, the highest, to {n}", setting.name);
            complain("out-of-range", message, rank.span)
        })?;
        self.quantity(e, &setting, "", term)
    }
}
