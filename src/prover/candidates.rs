//! Mechanisms that may have the properties of an existence question: Groves mechanisms, moved by constants and balanced on
//! average as the question needs it. Which of them have the properties is proved, or not, afterwards.

use std::sync::Arc;

use crate::exact::Rational;
use crate::kernel::Expr;
use crate::model::{Comparison, Existence, Mechanism, Part, Setting};

/// What a question asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Demands {
    efficient: bool,
    dominant: bool,
    truthful: bool,
    ex_post_ir: bool,
    interim_ir: bool,
    ex_ante_ir: bool,
    budget: bool,
    balance: bool,
    ex_ante_budget: bool,
    ex_ante_balance: bool,
}

impl Demands {
    pub(super) fn of(existence: &Existence) -> Self {
        let has = |wanted: &dyn Fn(&Part) -> bool| existence.parts.iter().any(|(part, _)| wanted(part));
        let balanced = |(part, c): &(Part, crate::model::Conjunct), budget: Part| {
            *part == budget && c.relation == Comparison::Equal
        };
        let dominant = has(&|p| matches!(p, Part::DominantIc(_)));
        Demands {
            efficient: has(&|p| matches!(p, Part::Efficient(_))),
            dominant,
            truthful: dominant || has(&|p| matches!(p, Part::BayesianIc(_))),
            ex_post_ir: has(&|p| matches!(p, Part::ExPostIr(_))),
            interim_ir: has(&|p| matches!(p, Part::InterimIr(_))),
            ex_ante_ir: has(&|p| matches!(p, Part::ExAnteIr(_))),
            budget: has(&|p| matches!(p, Part::Budget)),
            balance: existence.parts.iter().any(|p| balanced(p, Part::Budget)),
            ex_ante_budget: has(&|p| matches!(p, Part::ExAnteBudget)),
            ex_ante_balance: existence.parts.iter().any(|p| balanced(p, Part::ExAnteBudget)),
        }
    }

    /// Whether the surplus of the pivot mechanism after the least charges decides: below zero, there is no mechanism.
    pub(super) fn meet_in_the_surplus(self) -> bool {
        self.efficient && self.truthful && self.take_part() && (self.budget || self.ex_ante_budget)
    }

    /// Whether types take part that know themselves.
    pub(super) fn take_part(self) -> bool {
        self.ex_post_ir || self.interim_ir
    }

    /// Whether dominant strategies, efficiency and balance at every profile are asked for, which seldom go together.
    pub(super) fn never_balance(self) -> bool {
        self.efficient && self.dominant && self.balance
    }
}

/// Mechanisms to be tried, the most likely first; `charged` is the pivot mechanism after the least charges, and `worst` are
/// the worst-off types.
pub(super) fn candidates(
    existence: &Existence,
    [pivot, charged]: [&Mechanism; 2],
    worst: &[Expr],
    number: impl Fn(&Expr) -> Expr,
) -> Vec<Mechanism> {
    let (setting, demands) = (&existence.setting, Demands::of(existence));
    let mut bases = Vec::new();
    if demands.ex_post_ir {
        if setting.kind.is_of_a_good() {
            bases.push(at_the_highest_of_the_others(setting));
        }
        bases.extend([at_worst_off_types(setting, worst), pivot.clone()]);
    }
    if demands.interim_ir || demands.ex_post_ir {
        bases.push(charged.clone());
    } else if demands.ex_ante_ir {
        bases.push(without_gains(setting, pivot, &number));
    } else {
        bases.push(pivot.clone());
    }
    let mut out = Vec::new();
    for base in bases {
        if demands.budget && !demands.dominant {
            out.extend(Mechanism::balance(&base));
        } else if demands.ex_ante_balance {
            out.extend(without_surplus(setting, &base, &number));
        }
        if demands.dominant && demands.balance {
            out.extend((0..setting.agents.len()).map(|agent| residual(&base, agent)));
        }
        out.push(base);
    }
    if demands.meet_in_the_surplus() && !demands.dominant && !demands.ex_post_ir {
        // By the existence theorem the first one does it.
        out.truncate(1);
    } else {
        out.extend(constant(setting));
    }
    out
}

/// What the others and the worst-off type would have together, less its outside option, is what an agent is charged.
fn at_worst_off_types(setting: &Arc<Setting>, worst: &[Expr]) -> Mechanism {
    let charge = |(agent, worst): (&crate::model::Agent, &Expr)| {
        let at = |e: &Expr| e.substitute_one(&agent.type_.name, worst);
        at(&setting.welfare()).minus(&at(&agent.outside))
    };
    let charges: Vec<Expr> = setting.agents.iter().zip(worst).map(charge).collect();
    Mechanism::groves(setting, &charges)
}

/// The same with the type that is worst off given the others' types, where an agent owns a part of the good: the highest of
/// these.
fn at_the_highest_of_the_others(setting: &Arc<Setting>) -> Mechanism {
    let charge = |(i, agent): (usize, &crate::model::Agent)| {
        let best = setting.maximum(&setting.welfares_without(i));
        best.minus(&agent.outside.substitute_one(&agent.type_.name, &best))
    };
    let charges: Vec<Expr> = setting.agents.iter().enumerate().map(charge).collect();
    Mechanism::groves(setting, &charges)
}

/// Every agent is expected to have the outside option.
fn without_gains(setting: &Setting, m: &Mechanism, number: impl Fn(&Expr) -> Expr) -> Mechanism {
    let gain = |(i, agent): (usize, &crate::model::Agent)| {
        number(&setting.expectation(&m.payoff(i)).minus(&setting.expectation(&agent.outside)))
    };
    let fees: Vec<Expr> = setting.agents.iter().enumerate().map(gain).collect();
    m.with_fees(&fees)
}

/// What is expected to be left is given back in equal parts.
fn without_surplus(setting: &Setting, m: &Mechanism, number: impl Fn(&Expr) -> Expr) -> Option<Mechanism> {
    let count = setting.agents.len();
    let share = Rational::new(-1, i64::try_from(count).ok()?)?;
    let fee = number(&setting.expectation(&m.surplus())).scaled(&share);
    Some(m.with_fees(&vec![fee; count]))
}

/// One agent pays, or is paid, what the others' payments leave.
fn residual(m: &Mechanism, agent: usize) -> Mechanism {
    let mut out = m.clone();
    let others = m.payment.iter().enumerate().filter(|(i, _)| *i != agent);
    let rest = others.fold(Expr::zero(), |sum, (_, t)| sum.minus(t));
    if let Some(payment) = out.payment.get_mut(agent) {
        *payment = rest;
    }
    out
}

/// Always the same outcome, and no payments.
fn constant(setting: &Arc<Setting>) -> Vec<Mechanism> {
    let count = setting.outcomes.len();
    let of = |chosen: usize| {
        let allocation = (0..count).map(|k| if k == chosen { Expr::one() } else { Expr::zero() }).collect();
        Mechanism::of(setting, allocation, vec![Expr::zero(); setting.agents.len()])
    };
    (0..count).map(of).collect()
}
