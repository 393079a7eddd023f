//! The quantities that calls like `payment(m, i)` denote.

use std::sync::Arc;

use crate::kernel::Expr;
use crate::model::{Charge, Kind, Mechanism, Setting};

use super::named::MECHANISMS;
use super::names::{advise, arity, complain, unknown_name};
use super::scope::{Env, Naming};
use super::{Resolve, finite};
use crate::lang::ast::{self, ExprKind, Name};
use crate::lang::print_expr;

/// The functions that make a number, with the number of their arguments; 0 for any number.
const QUANTITIES: [(&str, usize); 27] = [
    ("payment", 2),
    ("transfer", 2),
    ("payoff", 2),
    ("value", 2),
    ("allocation", 2),
    ("probability", 2),
    ("surplus", 1),
    ("outcome", 1),
    ("profit", 1),
    ("virtual_surplus", 1),
    ("welfare", 1),
    ("participation_charge", 2),
    ("C", 2),
    ("virtual_value", 2),
    ("ironed_virtual_value", 2),
    ("outside", 2),
    ("cdf", 0),
    ("pdf", 0),
    ("hazard_rate", 0),
    ("order_statistic", 2),
    ("max", 0),
    ("min", 0),
    ("abs", 1),
    ("sqrt", 1),
    ("reserve", 2),
    ("worst_off_type", 2),
    ("price", 0),
];

/// Whether a function of two arguments speaks of what one agent does or gets at a type profile.
pub(super) fn is_of_an_agent(function: &str) -> bool {
    matches!(
        function,
        "payment"
            | "transfer"
            | "payoff"
            | "value"
            | "allocation"
            | "outside"
            | "virtual_value"
            | "ironed_virtual_value"
            | "cdf"
            | "pdf"
            | "hazard_rate"
    )
}

/// Whether the second argument of a function is an agent.
pub(super) fn takes_an_agent(function: &str) -> bool {
    is_of_an_agent(function)
        || matches!(function, "participation_charge" | "C" | "reserve" | "worst_off_type")
}

impl Env<'_> {
    /// The number that a call denotes.
    pub(super) fn call(&mut self, e: &ast::Expr, function: &Name, arguments: &[ast::Expr]) -> Resolve<Expr> {
        if let Some(known) = self.functions.get(&function.text).cloned() {
            return self.apply(function, known, arguments);
        }
        let name = function.text.as_str();
        if let Some(value) = self.of_a_general_setting(function, arguments)? {
            return Ok(value);
        }
        if self.family.is_some() && name == super::rate::WORD {
            return Err(super::rate::out_of_place(e.span));
        }
        if MECHANISMS.contains(&name) {
            let message = format!("`{name}` makes a mechanism, and a number is needed here");
            return Err(complain("wrong-sort", message, e.span));
        }
        let Some((_, wanted)) = QUANTITIES.iter().find(|(known, _)| *known == name) else {
            let known = QUANTITIES.iter().map(|(known, _)| *known);
            return Err(unknown_name("function", name, function.span, known));
        };
        if *wanted != 0 && arguments.len() != *wanted {
            return Err(arity(function, &wanted.to_string(), arguments.len()));
        }
        match (name, arguments) {
            ("max" | "min", all) => self.extremum(function, all),
            ("abs", [x]) => {
                let x = self.number(x)?;
                Ok(x.maximum(&x.negated()))
            }
            ("sqrt", [x]) => {
                let term = self.number(x)?;
                self.root(x, &term, 2)
            }
            ("surplus", [m]) => {
                let m = self.enter(m)?;
                self.quantity(e, &m.setting, "", m.surplus())
            }
            ("outcome", [m]) => self.outcome(e, m),
            ("profit", [m]) => self.profit(e, m),
            ("virtual_surplus", [first]) => self.virtual_surplus(e, first),
            ("value", [s, who]) if self.setting_named(s).is_some() => self.value_of_any(e, s, who),
            ("welfare", [first]) => {
                let (setting, welfare) = match self.setting_named(first) {
                    Some(setting) => {
                        self.has_best_outcomes(&setting, e.span)?;
                        (setting.clone(), setting.welfare())
                    }
                    None => {
                        let m = self.outcomes_of(first)?;
                        (m.setting.clone(), m.welfare())
                    }
                };
                self.quantity(e, &setting, "", welfare)
            }
            ("C", [s, who]) => {
                let setting = self.setting_argument(s)?;
                let i = self.agent_in(who, &setting)?;
                self.has_best_outcomes(&setting, e.span)?;
                let welfare = setting.welfare();
                let named = match setting.factored {
                    true => welfare,
                    false => self.named(&format!("welfare({})", setting.name), &welfare),
                };
                let charge = setting.collectible(i, &named);
                let body = charge.as_ref().map(|c| c.body.negated());
                let least = self.charge(e, &setting, who, charge, "minimises", body)?;
                Ok(least.negated())
            }
            ("participation_charge", [m, who]) => {
                let label = print_expr(m);
                let m = self.enter(m)?;
                let i = self.agent_in(who, &m.setting)?;
                let charge = m.charge(i, &label);
                let body = charge.as_ref().map(|c| c.body.clone());
                self.charge(e, &m.setting, who, charge, "maximises", body)
            }
            ("cdf" | "pdf" | "hazard_rate", all) => self.of_a_prior(e, function, all),
            ("order_statistic", [s, rank]) => self.order_statistic(e, s, rank),
            ("virtual_value", [s, who]) => self.virtual_value(e, s, who),
            ("ironed_virtual_value", [s, who]) => self.ironed_virtual_value(e, s, who),
            ("outside", [s, who]) => {
                let setting = self.setting_argument(s)?;
                let i = self.agent_in(who, &setting)?;
                let outside = setting.agents.get(i).map(|a| a.outside.clone());
                self.quantity(e, &setting, "", outside.unwrap_or_else(Expr::zero))
            }
            ("price", [rule, at @ ..]) => self.price(e, rule, at),
            ("probability", [m, outcome]) => self.probability(e, m, outcome),
            ("reserve", _) => {
                let help = "write `reserve(m, i) = e` as a statement of its own";
                Err(advise(
                    "unsupported",
                    "`reserve(m, i)` stands alone on the left of an equation",
                    e.span,
                    help,
                ))
            }
            ("worst_off_type", _) => {
                let help = "write `worst_off_type(m, i) = {e}`";
                Err(advise(
                    "wrong-sort",
                    "`worst_off_type(m, i)` is a set of types, not a number",
                    e.span,
                    help,
                ))
            }
            (_, [m, who]) => {
                let m = match name {
                    "value" | "allocation" => self.outcomes_of(m)?,
                    _ => self.enter(m)?,
                };
                let i = self.agent_in(who, &m.setting)?;
                let term = self.of_an_agent(e, name, &m, i)?;
                let agent = m.setting.agents.get(i).map(|a| a.name.clone()).unwrap_or_default();
                self.quantity(e, &m.setting, &agent, term)
            }
            _ => Err(arity(function, "2", arguments.len())),
        }
    }

    fn of_an_agent(&self, e: &ast::Expr, name: &str, m: &Mechanism, i: usize) -> Resolve<Expr> {
        let payment = m.payment.get(i).cloned().unwrap_or_else(Expr::zero);
        Ok(match name {
            "payment" => payment,
            "transfer" => payment.negated(),
            "payoff" => m.payoff(i),
            "value" => m.value(i),
            _ => match (m.setting.kind, m.allocation.get(i)) {
                (Kind::GoodForAgents | Kind::GoodOrSeller, Some(x)) => x.clone(),
                _ => {
                    let message = "`allocation(m, i)` needs a setting with one good";
                    let help =
                        if m.setting.kind == Kind::Interval { "outcome(m)" } else { "probability(m, k)" };
                    return Err(advise("wrong-sort", message, e.span, format!("write `{help}`")));
                }
            },
        })
    }

    /// Remembers what a quantity is, under the name that the user gives it; an index is replaced by the
    /// agent it stands for.
    pub(super) fn quantity(
        &mut self,
        e: &ast::Expr,
        setting: &Setting,
        agent: &str,
        term: Expr,
    ) -> Resolve<Expr> {
        let shown = self.shown(e, agent);
        let in_scope = self.settings.iter().any(|s| s.name == setting.name);
        let stray = setting.agents.iter().find(|a| !in_scope && term.mentions(&a.type_.name));
        if let Some(a) = stray {
            let message =
                format!("`{shown}` depends on `{}`, a type that is not in scope here", a.type_.shown);
            let help = "definitions may speak of expectations of other mechanisms, not of single profiles";
            return Err(advise("wrong-stage", message, e.span, help));
        }
        if setting.factored {
            return Ok(term);
        }
        let named = self.named(&shown, &term);
        self.define(shown, &self.unfolded(&term));
        Ok(named)
    }

    fn shown(&self, e: &ast::Expr, agent: &str) -> String {
        match &e.kind {
            ExprKind::Call { function, arguments } => match arguments.as_slice() {
                [first, _] if !agent.is_empty() => {
                    format!("{}({}, {agent})", function.text, print_expr(first))
                }
                _ => print_expr(e),
            },
            _ => print_expr(e),
        }
    }

    /// A charge as a number; `verb` and `body` say what it is the greatest or least value of.
    fn charge(
        &mut self,
        e: &ast::Expr,
        setting: &Setting,
        who: &ast::Expr,
        charge: Option<Charge>,
        verb: &str,
        body: Option<Expr>,
    ) -> Resolve<Expr> {
        let (Some(charge), Some(body)) = (charge, body) else {
            return Err(complain("not-an-agent", "an agent is needed here", who.span));
        };
        self.averages_over(setting, e.span)?;
        let term = Expr::variable(&charge.name);
        let agent = match &who.kind {
            ExprKind::Name(text) => self.indices.get(text).unwrap_or(text).clone(),
            _ => print_expr(who),
        };
        let shown = self.shown(e, &agent);
        self.define(format!("what {shown} {verb}"), &self.unfolded(&body));
        self.add_charge(charge);
        Ok(term)
    }

    pub(super) fn setting_named(&self, e: &ast::Expr) -> Option<Arc<Setting>> {
        let ExprKind::Name(text) = &e.kind else { return None };
        let found = self.universe.settings.iter().find(|s| s.setting.name == *text);
        found.map(|s| s.setting.clone())
    }

    /// The setting that an argument names.
    pub(super) fn setting_argument(&self, e: &ast::Expr) -> Resolve<Arc<Setting>> {
        match &e.kind {
            ExprKind::Name(text) => Ok(self.universe.setting(text, e.span)?.setting.clone()),
            _ => {
                let message = format!("`{}` is no setting, and one is needed here", print_expr(e));
                Err(complain("wrong-sort", message, e.span))
            }
        }
    }

    /// A mechanism whose quantities are used: its charges come into scope, and its probabilities and
    /// payments go by name in statements.
    pub(super) fn enter(&mut self, e: &ast::Expr) -> Resolve<Mechanism> {
        let mechanism = self.mechanism(e)?;
        for charge in &mechanism.charges {
            self.add_charge(charge.clone());
        }
        if self.naming == Naming::Unfolded {
            return Ok(mechanism);
        }
        for d in &mechanism.definitions {
            if !self.folds.contains(d) {
                self.folds.push(d.clone());
            }
        }
        Ok(mechanism.named(&print_expr(e), &mut self.folds))
    }

    /// A mechanism or an allocation rule, for what does not depend on payments.
    pub(super) fn outcomes_of(&mut self, e: &ast::Expr) -> Resolve<Mechanism> {
        match self.rule(e) {
            Some(rule) => Ok(rule),
            None => self.enter(e),
        }
    }

    fn extremum(&mut self, function: &Name, arguments: &[ast::Expr]) -> Resolve<Expr> {
        let [first, second, rest @ ..] = arguments else {
            return Err(arity(function, "2 or more", arguments.len()));
        };
        let mut best = self.number(first)?;
        for next in std::iter::once(second).chain(rest) {
            let next = self.number(next)?;
            best = match function.text.as_str() {
                "max" => self.larger(&best, &next),
                _ => self.larger(&best.negated(), &next.negated()).negated(),
            };
        }
        Ok(best)
    }

    /// The probability of the outcome with a value, such as `probability(vcg, 1)` for `x = 1`.
    fn probability(&mut self, e: &ast::Expr, m: &ast::Expr, outcome: &ast::Expr) -> Resolve<Expr> {
        let m = self.outcomes_of(m)?;
        let ending = match (&m.setting.outcome, &outcome.kind) {
            (Some(b), ExprKind::Name(text)) if b.points.are_named() => format!(" = {text}"),
            _ => format!(" = {}", self.number(outcome)?),
        };
        let found = match m.setting.kind {
            Kind::Outcomes => m.setting.outcomes.iter().position(|o| o.name.ends_with(&ending)),
            Kind::Interval => {
                let message = "outcomes in an interval have no probabilities";
                return Err(advise("wrong-sort", message, e.span, "write `outcome(m)`"));
            }
            Kind::GoodForAgents | Kind::GoodOrSeller => {
                let message = "`probability(m, k)` needs a setting with named outcomes";
                return Err(advise("wrong-sort", message, e.span, "write `allocation(m, i)`"));
            }
        };
        let term = found.and_then(|k| m.allocation.get(k).cloned());
        let term = term.ok_or_else(|| {
            let message =
                format!("`{}` is not the value of an outcome of `{}`", print_expr(outcome), m.setting.name);
            complain("unknown-name", message, outcome.span)
        })?;
        self.quantity(e, &m.setting, "", term)
    }

    /// `θ − (1 − F)/f`; the density must not vanish.
    fn virtual_value(&mut self, e: &ast::Expr, s: &ast::Expr, who: &ast::Expr) -> Resolve<Expr> {
        let setting = self.setting_argument(s)?;
        finite::has_no_atoms(&setting, "virtual values", e.span)?;
        let i = self.agent_in(who, &setting)?;
        let (Some(term), Some(divisor), Some(agent)) =
            (setting.virtual_value(i), setting.virtual_divisor(i), setting.agents.get(i))
        else {
            return Err(complain("not-an-agent", "an agent is needed here", who.span));
        };
        self.owe_density(&setting, i, &divisor, "virtual value", e.span);
        self.quantity(e, &setting, &agent.name, term)
    }
}
