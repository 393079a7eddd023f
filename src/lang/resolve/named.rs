//! Mechanisms by name: calls such as `second_price(sale, 1/2)`.

use std::sync::Arc;

use crate::kernel::Expr;
use crate::model::{Bound, Claim, Comparison, Conjunct, Mechanism, Setting};

use super::names::{advise, arity, complain, unknown_name};
use super::predicate::no_derivative;
use super::scope::Env;
use super::{Obligation, Resolve, finite, interval};
use crate::lang::ast::{self, Name, Span};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::print_expr;

/// The functions that make a mechanism.
pub(super) const MECHANISMS: [&str; 21] = [
    "pivot",
    "vcg_lowest_type",
    "groves",
    "interim_groves",
    "balance",
    "AGV",
    "balanced_vcg",
    "dissolve",
    "participate",
    "fees",
    "lottery",
    "first_price",
    "second_price",
    "third_price",
    "all_pay",
    "pay_the_loser",
    "posted_price",
    "fixed_price",
    "myerson",
    "screening",
    "implement",
];

impl Env<'_> {
    /// The mechanism that a call denotes.
    pub(super) fn mechanism_call(
        &mut self,
        e: &ast::Expr,
        function: &Name,
        arguments: &[ast::Expr],
    ) -> Resolve<Mechanism> {
        let name = function.text.as_str();
        if !MECHANISMS.contains(&name) {
            return Err(unknown_name("mechanism", name, function.span, MECHANISMS));
        }
        let Some((first, rest)) = arguments.split_first() else {
            return Err(arity(function, "1 or more", 0));
        };
        match name {
            "balance" | "participate" | "fees" | "lottery" => {
                self.mechanism_of_mechanisms(e, function, first, rest)
            }
            "implement" if !rest.is_empty() => Err(arity(function, "1", rest.len() + 1)),
            "implement" => self.implement(first),
            _ => {
                let setting = self.setting_argument(first)?;
                match name {
                    "screening" if !rest.is_empty() => return Err(arity(function, "1", rest.len() + 1)),
                    "screening" => return self.screening(first, &setting),
                    "pivot" | "vcg_lowest_type" | "groves" | "interim_groves" | "AGV" | "balanced_vcg"
                    | "dissolve" => self.has_best_outcomes(&setting, first.span)?,
                    _ => interval::has_listed_outcomes(&setting, &format!("`{name}` needs"), first.span)?,
                }
                if name == "dissolve" && !setting.cost.is_zero() {
                    let message = "`dissolve` shares what is paid, and here the outcome costs something";
                    return Err(complain("unsupported", message, first.span));
                }
                if matches!(name, "AGV" | "balanced_vcg" | "dissolve" | "interim_groves") {
                    self.averages_over(&setting, first.span)?;
                }
                match name {
                    "groves" | "interim_groves" => self.groves(function, &setting, rest),
                    "first_price" | "second_price" | "third_price" | "all_pay" | "pay_the_loser"
                    | "posted_price" | "fixed_price" => self.auction(function, first, &setting, rest),
                    _ => self.mechanism_of_setting(e, function, first, &setting, rest),
                }
            }
        }
    }

    /// An allocation rule with payments by the area under marginal values.
    fn implement(&mut self, first: &ast::Expr) -> Resolve<Mechanism> {
        let rule = match self.rule(first) {
            Some(rule) => rule,
            None => self.mechanism(first)?,
        };
        if rule.setting.is_finite() {
            let message = "the area under marginal values needs types in an interval";
            let help = "for finitely many types, say of the rule what some payments are to do";
            return Err(advise("unsupported", message, first.span, help));
        }
        rule.with_area_payments().ok_or_else(|| no_derivative(first.span))
    }

    /// A mechanism that is made of others on the same setting.
    fn mechanism_of_mechanisms(
        &mut self,
        e: &ast::Expr,
        function: &Name,
        first: &ast::Expr,
        rest: &[ast::Expr],
    ) -> Resolve<Mechanism> {
        let m = self.mechanism(first)?;
        if function.text == "lottery" {
            interval::has_chances(&m, e.span)?;
        }
        if matches!(function.text.as_str(), "balance" | "participate") {
            self.averages_over(&m.setting, first.span)?;
        }
        match (function.text.as_str(), rest) {
            ("balance", []) => Mechanism::balance(&m).ok_or_else(|| needs_two(function, e.span)),
            ("participate", []) => Ok(Mechanism::participate(&m, &print_expr(first))),
            ("balance" | "participate", _) => Err(arity(function, "1", rest.len() + 1)),
            ("fees", each) if each.len() == m.setting.agents.len() => {
                let fees = self.numbers(each, "a fee")?;
                Ok(m.with_fees(&fees))
            }
            ("lottery", [second, chance]) => {
                let other = self.mechanism(second)?;
                if other.setting.name != m.setting.name {
                    let message = format!(
                        "this mechanism is on `{}`, and the first one on `{}`",
                        other.setting.name, m.setting.name
                    );
                    return Err(complain("wrong-sort", message, second.span));
                }
                let number = self.constant_number(chance, "a probability")?;
                for (relation, end) in
                    [(Comparison::AtLeast, Expr::zero()), (Comparison::AtMost, Expr::one())]
                {
                    let message = "this probability leaves the interval from 0 to 1";
                    let diagnostic = Diagnostic::new("allocation-range", message, chance.span);
                    self.oblige(number.clone(), relation, end, diagnostic);
                }
                Ok(m.or_else(&number, &other))
            }
            ("lottery", _) => Err(arity(function, "3", rest.len() + 1)),
            _ => Err(arity(function, &(m.setting.agents.len() + 1).to_string(), rest.len() + 1)),
        }
    }

    /// A mechanism that is made of a setting alone.
    fn mechanism_of_setting(
        &mut self,
        e: &ast::Expr,
        function: &Name,
        first: &ast::Expr,
        setting: &Arc<Setting>,
        rest: &[ast::Expr],
    ) -> Resolve<Mechanism> {
        let optimal = function.text == "myerson";
        let (worth, few) = match rest {
            [] => (Expr::zero(), true),
            [worth] if optimal => {
                (self.constant_number(worth, "what the good is worth to the seller")?, true)
            }
            _ => (Expr::zero(), false),
        };
        if !few {
            return Err(arity(function, if optimal { "1 or 2" } else { "1" }, rest.len() + 1));
        }
        let single = || needs_two(function, e.span);
        match function.text.as_str() {
            "pivot" => Ok(Mechanism::pivot(setting)),
            "vcg_lowest_type" => Ok(Mechanism::vcg_lowest_type(setting)),
            "AGV" => Mechanism::agv(setting).ok_or_else(single),
            "balanced_vcg" => Mechanism::balanced_vcg(setting).ok_or_else(single),
            "dissolve" => Mechanism::dissolve(setting).ok_or_else(single),
            _ => {
                finite::has_no_atoms(setting, "virtual values", first.span)?;
                let agents = 0..setting.agents.len();
                let flats: Vec<_> =
                    agents.map(|i| self.flats(setting, i, first.span)).collect::<Resolve<_>>()?;
                Mechanism::myerson(setting, &flats, &worth)
                    .ok_or_else(|| needs_good(function, first, Keeps::Seller))
            }
        }
    }

    /// An auction, a sequence of offers or trade at a price.
    fn auction(
        &mut self,
        function: &Name,
        first: &ast::Expr,
        setting: &Arc<Setting>,
        rest: &[ast::Expr],
    ) -> Resolve<Mechanism> {
        let n = setting.agents.len();
        let count = rest.len() + 1;
        let keeps = if rest.is_empty() { Keeps::Anybody } else { Keeps::Seller };
        let good = || needs_good(function, first, keeps);
        let name = function.text.as_str();
        match name {
            "first_price" | "second_price" => {
                if ![0, 1, n].contains(&rest.len()) {
                    return Err(arity(function, &format!("1, 2 or {}", n + 1), count));
                }
                let reserves = self.numbers(rest, "a reserve")?;
                let auction =
                    if name == "first_price" { Mechanism::first_price } else { Mechanism::second_price };
                auction(setting, &reserves).ok_or_else(good)
            }
            "posted_price" if rest.len() == n => {
                let prices = self.numbers(rest, "a price")?;
                Mechanism::posted_price(setting, &prices).ok_or_else(good)
            }
            "posted_price" => Err(arity(function, &(n + 1).to_string(), count)),
            "fixed_price" => {
                let [price] = rest else { return Err(arity(function, "2", count)) };
                let price = self.constant_number(price, "a price")?;
                Mechanism::fixed_price(setting, &price).ok_or_else(|| {
                    let message = "`fixed_price` needs two agents and two outcomes";
                    let help = "the first agent pays the second if the second outcome happens";
                    advise("wrong-sort", message, first.span, help)
                })
            }
            _ if !rest.is_empty() => Err(arity(function, "1", count)),
            "all_pay" => Mechanism::all_pay(setting).ok_or_else(good),
            "third_price" if n < 3 => {
                Err(complain("unsupported", "`third_price` needs three agents or more", first.span))
            }
            "third_price" => Mechanism::third_price(setting).ok_or_else(good),
            _ => Mechanism::pay_the_loser(setting).ok_or_else(|| {
                let message = "`pay_the_loser` needs two agents and a good that one of them gets";
                let help = match n {
                    2 => "add a line `one good`".to_owned(),
                    _ => format!("the setting `{}` has {n} of them", setting.name),
                };
                advise("wrong-sort", message, first.span, help)
            }),
        }
    }

    /// A Groves mechanism: what an agent is charged does not depend on the own report, at any profile
    /// (`groves`) or in expectation (`interim_groves`).
    fn groves(&mut self, function: &Name, setting: &Arc<Setting>, rest: &[ast::Expr]) -> Resolve<Mechanism> {
        let n = setting.agents.len();
        if rest.len() != n {
            return Err(arity(function, &(n + 1).to_string(), rest.len() + 1));
        }
        let scope = std::mem::replace(&mut self.settings, vec![setting.clone()]);
        let charges = rest.iter().map(|h| self.number(h)).collect::<Resolve<Vec<_>>>();
        self.settings = scope;
        let charges = charges?;
        for (i, ((h, agent), e)) in charges.iter().zip(&setting.agents).zip(rest).enumerate() {
            let own = &agent.type_;
            let average = if function.text == "groves" { "" } else { ", on average," };
            let message = format!("what `{}` is charged{average} depends on its own report", agent.name);
            let diagnostic = Diagnostic::new("own-type", message, e.span)
                .help("a charge that moves with the report is a reason to lie");
            if !h.mentions(&own.name) {
                continue;
            }
            if function.text == "groves" {
                return Err(Box::new(diagnostic));
            }
            let interim = setting.interim(i, h);
            let second = Bound {
                name: format!("{}'", own.name).into(),
                shown: format!("{}'", own.shown),
                ..own.clone()
            };
            let there = interim.substitute_one(&own.name, &Expr::variable(&second.name));
            let variables = vec![own.clone(), second];
            let conjunct = Conjunct::relation("", variables, interim, Comparison::Equal, there);
            let claim =
                Claim::about(&self.universe.parameters, &self.charges, vec![conjunct]).under(&self.folds);
            self.obligations.push(Obligation { claim, diagnostic });
        }
        Ok(Mechanism::groves(setting, &charges))
    }

    fn numbers(&mut self, all: &[ast::Expr], what: &str) -> Resolve<Vec<Expr>> {
        all.iter().map(|e| self.constant_number(e, what)).collect()
    }

    /// A number that depends on no type, such as a reserve.
    fn constant_number(&mut self, e: &ast::Expr, what: &str) -> Resolve<Expr> {
        let number = self.number(e)?;
        match self.types().iter().find(|b| number.mentions(&b.name)) {
            Some(type_) => {
                let message = format!("{what} is a number, and this depends on `{}`", type_.shown);
                Err(complain("wrong-stage", message, e.span))
            }
            None => Ok(number),
        }
    }
}

/// Who may keep the good.
#[derive(Clone, Copy)]
enum Keeps {
    /// One of the agents, or the seller.
    Anybody,
    /// The seller, if nobody gets it.
    Seller,
}

fn needs_good(function: &Name, setting: &ast::Expr, keeps: Keeps) -> Box<Diagnostic> {
    let keeper = match keeps {
        Keeps::Anybody => "",
        Keeps::Seller => " that the seller may keep",
    };
    let message = format!("`{}` needs a setting with one good{keeper}", function.text);
    advise("wrong-sort", message, setting.span, "add a line `one good, kept by the seller if nobody gets it`")
}

fn needs_two(function: &Name, span: Span) -> Box<Diagnostic> {
    complain("unsupported", format!("`{}` needs two agents or more", function.text), span)
}
