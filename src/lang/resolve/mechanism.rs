//! Mechanisms and strategies.

use std::sync::Arc;

use crate::kernel::Expr;
use crate::model::{Agent, Comparison, Kind, Mechanism, Setting};

use super::names::{advise, agent, complain, occurs};
use super::scope::{Env, MechanismEntry, Range, StrategyEntry, Universe};
use super::{Obligation, Resolve, expr, interval, many, table};
use crate::lang::ast::{self, AgentRef, Bid, ExprKind, MechanismBody, MechanismRuleKind, Name, Span};
use crate::lang::diagnostic::Diagnostic;

/// Reads a mechanism and adds it to the universe.
pub(super) fn resolve(
    universe: &mut Universe,
    m: &ast::Mechanism,
    obligations: &mut Vec<Obligation>,
) -> Resolve<()> {
    let (mechanism, averaged) = match &m.body {
        MechanismBody::Expr(e) => {
            let mut env = Env::new(universe, vec![]);
            let mut mechanism = env.mechanism(e)?;
            obligations.append(&mut env.obligations);
            add_charges(&mut mechanism, &env);
            (mechanism, env.averaged)
        }
        MechanismBody::Rules { setting, rules, .. } => {
            let entry = match setting {
                Some(name) => universe.setting(&name.text, name.span)?,
                None => match universe.settings.as_slice() {
                    [only] => only,
                    _ => {
                        let message = format!("it is not clear which setting `{}` is for", m.name.text);
                        let help = "write `mechanism NAME on SETTING = { … }`";
                        return Err(advise("unknown-name", message, m.name.span, help));
                    }
                },
            };
            let mut rulebook = Rulebook::new(universe, &entry.setting, &m.name);
            rules.iter().try_for_each(|rule| rulebook.read(rule))?;
            let mechanism = rulebook.finish()?;
            for obligation in &rulebook.env.obligations {
                many::comparisons(universe, &obligation.claim, m.name.span)?;
            }
            obligations.append(&mut rulebook.env.obligations);
            (mechanism, rulebook.env.averaged)
        }
        MechanismBody::Choice { setting, outcome, value } => {
            let setting = universe.setting(&setting.text, setting.span)?.setting.clone();
            let mut env = Env::new(universe, vec![setting.clone()]);
            let allocation = env.choice(&setting, outcome, value)?;
            obligations.append(&mut env.obligations);
            let payment = vec![Expr::zero(); setting.agents.len()];
            let (name, rule) = (m.name.text.clone(), Mechanism::of(&setting, allocation, payment));
            universe.rules.push(MechanismEntry { name, mechanism: rule, averaged: false });
            return Ok(());
        }
        MechanismBody::AnyChoice { setting, outcome, types, values } => {
            let setting = universe.setting(&setting.text, setting.span)?.setting.clone();
            let mut env = Env::new(universe, vec![setting.clone()]);
            let (allocation, cells) = env.any_choice(&setting, &m.name.text, outcome, types, values)?;
            let payment = vec![Expr::zero(); setting.agents.len()];
            let (name, rule) = (m.name.text.clone(), Mechanism::of(&setting, allocation, payment));
            universe.parameters.extend(cells);
            universe.rules.push(MechanismEntry { name, mechanism: rule, averaged: false });
            return Ok(());
        }
    };
    if mechanism.allocation.iter().chain(&mechanism.payment).any(Expr::is_too_large) {
        return Err(expr::too_large(
            format!("the mechanism `{}` becomes too large", m.name.text),
            m.name.span,
        ));
    }
    universe.mechanisms.push(MechanismEntry { name: m.name.text.clone(), mechanism, averaged });
    Ok(())
}

/// The charges that the probabilities and payments mention are the mechanism's own.
fn add_charges(mechanism: &mut Mechanism, env: &Env<'_>) {
    let known = mechanism.charges.clone();
    let new = env.charges.iter().filter(|c| !known.iter().any(|k| k.name == c.name));
    mechanism.charges.extend(new.cloned());
}

/// Reads a strategy: a report for each agent, which has to be a type.
pub(super) fn strategy(
    universe: &mut Universe,
    s: &ast::Strategy,
    obligations: &mut Vec<Obligation>,
) -> Resolve<()> {
    let setting = universe.mechanism(&s.mechanism.text, s.mechanism.span)?.mechanism.setting.clone();
    let mut bids: Vec<Option<&Bid>> = vec![None; setting.agents.len()];
    for bid in &s.bids {
        Env::new(universe, vec![]).is_new(&bid.variable)?;
        occurs(&bid.variable, &bid.body)?;
        let whose = match &bid.agent {
            None => 0..bids.len(),
            Some(who) => {
                let i = agent(who, &setting)?;
                i..i + 1
            }
        };
        for slot in bids.get_mut(whose).into_iter().flatten() {
            if slot.replace(bid).is_some() {
                return Err(complain("duplicate-name", "this is given twice", bid.report.span));
            }
        }
    }
    let (mut reports, mut more) = (Vec::new(), Vec::new());
    for (agent, bid) in setting.agents.iter().zip(bids) {
        let bid = bid.ok_or_else(|| {
            let message = format!("`{}` does not say what `{}` reports", s.name.text, agent.name);
            let help = format!("add `, bid {}(x) = …`", agent.name);
            advise("missing-agent", message, s.name.span, help)
        })?;
        reports.push(report(universe, agent, bid, &mut more)?);
    }
    obligations.append(&mut more);
    universe.strategies.push(StrategyEntry { name: s.name.text.clone(), setting, reports });
    Ok(())
}

/// What an agent reports, as a term in the own type.
fn report(universe: &Universe, agent: &Agent, bid: &Bid, obligations: &mut Vec<Obligation>) -> Resolve<Expr> {
    let mut env = Env::new(universe, vec![]);
    env.values.insert(bid.variable.text.clone(), agent.type_.value());
    env.ranges.push(Range { bound: agent.type_.clone(), ordered: true });
    let bid_value = env.constant(&bid.body)?;
    let report = env.variable_at(&agent.type_, &bid_value, &bid.body)?;
    if let Some(root) = env.charges.first() {
        let message = format!("with roots in a prior, this report is written with `{}`", root.shown);
        let help = "reports that are the type times the square, or the power in question, of a rational are supported";
        return Err(advise("unsupported", message, bid.body.span, help));
    }
    if agent.type_.points.is_finite() {
        let points = agent.type_.points.all().iter();
        let away = points
            .fold(Expr::one(), |product, p| product.times(&report.minus(&Expr::number(p.value.clone()))));
        let message = format!("a report of `{}` is not one of its types", agent.name);
        let diagnostic = Diagnostic::new("out-of-range", message, bid.body.span)
            .help("reports are types: the mechanism is only defined for them");
        env.oblige(away, Comparison::Equal, Expr::zero(), diagnostic);
    }
    for (relation, end) in [(Comparison::AtLeast, &agent.type_.low), (Comparison::AtMost, &agent.type_.high)]
    {
        let message = format!("a report of `{}` leaves the type space", agent.name);
        let diagnostic = Diagnostic::new("out-of-range", message, bid.body.span)
            .help("reports are types: the mechanism is only defined for them");
        env.oblige(report.clone(), relation, end.clone(), diagnostic);
    }
    obligations.append(&mut env.obligations);
    Ok(report)
}

/// A mechanism that is written out, while its rules are read.
struct Rulebook<'u> {
    env: Env<'u>,
    setting: Arc<Setting>,
    name: &'u Name,
    allocation: Vec<Option<Expr>>,
    payment: Vec<Option<Expr>>,
    /// Where the last probability stands.
    span: Span,
}

impl<'u> Rulebook<'u> {
    fn new(universe: &'u Universe, setting: &Arc<Setting>, name: &'u Name) -> Self {
        Rulebook {
            env: Env::new(universe, vec![setting.clone()]),
            setting: setting.clone(),
            name,
            allocation: vec![None; setting.outcomes.len()],
            payment: vec![None; setting.agents.len()],
            span: name.span,
        }
    }

    fn read(&mut self, rule: &ast::MechanismRule) -> Resolve<()> {
        match &rule.kind {
            MechanismRuleKind::Allocation { agent, probability } => {
                if !self.setting.kind.is_of_a_good() {
                    let message = "`allocation` needs a setting with one good";
                    let help = match self.setting.kind {
                        Kind::Interval => "write `outcome x = …`",
                        _ => "write `probability x = 1: …`",
                    };
                    return Err(advise("wrong-sort", message, rule.span, help));
                }
                self.span = probability.span;
                for (i, term) in self.terms(agent, probability)? {
                    fill(&mut self.allocation, i, term, rule.span)?;
                }
            }
            MechanismRuleKind::Payment { agent, payment } => {
                for (i, term) in self.terms(agent, payment)? {
                    fill(&mut self.payment, i, term, rule.span)?;
                }
            }
            MechanismRuleKind::Probability { outcome, value, probability } => {
                interval::has_listed_outcomes(&self.setting, "probabilities need", rule.span)?;
                let k = table::outcome_index(self.env.universe, &self.setting, outcome, value)?;
                self.span = probability.span;
                let term = self.env.number(probability)?;
                fill(&mut self.allocation, k, term, rule.span)?;
            }
            MechanismRuleKind::Outcome { outcome, value } => {
                self.span = value.span;
                let chosen = self.env.choice(&self.setting.clone(), outcome, value)?;
                for (k, term) in chosen.into_iter().enumerate() {
                    fill(&mut self.allocation, k, term, rule.span)?;
                }
            }
        }
        Ok(())
    }

    /// The term for each agent that a rule speaks of: one agent, or all of them for an index.
    fn terms(&mut self, who: &AgentRef, e: &ast::Expr) -> Resolve<Vec<(usize, Expr)>> {
        let setting = self.setting.clone();
        let family = setting.agents.iter().all(|a| a.type_.shown.contains('['));
        match who {
            AgentRef::Named(index) if family => {
                self.env.is_new(index)?;
                let read = |i| {
                    let term = self.env.with_agent(index, i, &setting, |env| env.number(e))?;
                    Ok((i, term))
                };
                (0..setting.agents.len()).map(read).collect()
            }
            _ => Ok(vec![(agent(who, &setting)?, self.env.number(e)?)]),
        }
    }

    /// The mechanism, with what must be true of its probabilities.
    fn finish(&mut self) -> Resolve<Mechanism> {
        let (setting, name) = (self.setting.clone(), self.name);
        if let Some((agent, _)) = setting.agents.iter().zip(&self.payment).find(|(_, t)| t.is_none()) {
            let message = format!("`{}` does not say what `{}` pays", name.text, agent.name);
            let help = format!("add a line `payment {} = …`", agent.name);
            return Err(advise("missing-payment", message, name.span, help));
        }
        if setting.kind == Kind::Interval {
            return self.on_an_interval();
        }
        let sum = |terms: &[Option<Expr>]| terms.iter().flatten().fold(Expr::zero(), |sum, x| sum.plus(x));
        let rest = Expr::one().minus(&sum(&self.allocation));
        let open: Vec<usize> =
            self.allocation.iter().enumerate().filter(|(_, x)| x.is_none()).map(|(k, _)| k).collect();
        let remaining = match open.as_slice() {
            [] => None,
            [k] if setting.kind != Kind::GoodForAgents => Some(*k),
            [k, ..] => {
                let outcome = setting.outcomes.get(*k).map(|o| o.name.clone()).unwrap_or_default();
                let message = format!("`{}` does not say how likely it is that {outcome}", name.text);
                let help = match setting.kind {
                    Kind::Outcomes | Kind::Interval => "give every outcome but one a probability",
                    Kind::GoodForAgents | Kind::GoodOrSeller => {
                        "add a line `allocation i = …` for every agent"
                    }
                };
                return Err(advise("missing-allocation", message, name.span, help));
            }
        };
        for (k, (x, outcome)) in self.allocation.iter().zip(&setting.outcomes).enumerate() {
            let Some(x) = x.as_ref().filter(|_| remaining != Some(k)) else { continue };
            let message = format!("the probability that {} leaves the interval from 0 to 1", outcome.name);
            let complaint = || Diagnostic::new("allocation-range", message.clone(), self.span);
            self.env.oblige(x.clone(), Comparison::AtLeast, Expr::zero(), complaint());
            self.env.oblige(x.clone(), Comparison::AtMost, Expr::one(), complaint());
        }
        let (relation, message) = match remaining {
            Some(_) => {
                (Comparison::AtLeast, format!("the probabilities of `{}` sum to more than one", name.text))
            }
            None => (Comparison::Equal, format!("the probabilities of `{}` do not sum to one", name.text)),
        };
        let complaint = Diagnostic::new("allocation-sum", message, self.span);
        self.env.oblige(rest.clone(), relation, Expr::zero(), complaint);
        let allocation = self.allocation.iter().map(|x| x.clone().unwrap_or_else(|| rest.clone())).collect();
        let payment = self.payment.iter().flatten().cloned().collect();
        let mut mechanism = Mechanism::of(&setting, allocation, payment);
        add_charges(&mut mechanism, &self.env);
        Ok(mechanism)
    }
}

impl Rulebook<'_> {
    /// The mechanism where outcomes are numbers in an interval: what they have to be is known already.
    fn on_an_interval(&mut self) -> Resolve<Mechanism> {
        let payment = self.payment.iter().flatten().cloned().collect();
        let Some(chosen) = self.allocation.first().cloned().flatten() else {
            let shown = self.setting.outcome.as_ref().map(|o| o.shown.clone()).unwrap_or_default();
            let message = format!("`{}` does not say what the outcome is", self.name.text);
            let help = format!("add a line `outcome {shown} = …`");
            return Err(advise("missing-allocation", message, self.name.span, help));
        };
        let mut mechanism = Mechanism::of(&self.setting, vec![chosen], payment);
        add_charges(&mut mechanism, &self.env);
        Ok(mechanism)
    }
}

fn fill(slots: &mut [Option<Expr>], k: usize, term: Expr, span: Span) -> Resolve<()> {
    match slots.get_mut(k) {
        Some(slot) if slot.is_none() => {
            *slot = Some(term);
            Ok(())
        }
        _ => Err(complain("duplicate-name", "this is given twice", span)),
    }
}

impl Env<'_> {
    /// The mechanism that an expression denotes.
    pub(super) fn mechanism(&mut self, e: &ast::Expr) -> Resolve<Mechanism> {
        self.whatever_the_outcome(|env| env.mechanism_named(e))
    }

    fn mechanism_named(&mut self, e: &ast::Expr) -> Resolve<Mechanism> {
        match &e.kind {
            ExprKind::Name(text) => {
                let entry = self.universe.mechanism(text, e.span)?;
                self.averaged |= entry.averaged;
                Ok(entry.mechanism.clone())
            }
            ExprKind::Under { mechanism, strategy } => {
                let played = self.universe.strategy(strategy)?;
                let base = self.mechanism(mechanism)?;
                if played.setting.name != base.setting.name {
                    let message = format!(
                        "`{}` is a strategy on `{}`, and this mechanism is on `{}`",
                        strategy.text, played.setting.name, base.setting.name
                    );
                    return Err(complain("wrong-sort", message, strategy.span));
                }
                Ok(base.under(&played.reports))
            }
            ExprKind::Call { function, arguments } => self.mechanism_call(e, function, arguments),
            _ => Err(complain("wrong-sort", "a mechanism is needed here", e.span)),
        }
    }
}
