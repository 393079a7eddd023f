//! [`Versus`]: how one mechanism compares with another on the same setting.

use crate::kernel::Expr;

use super::claim::{Comparison, Conjunct};
use super::mechanism::Mechanism;
use super::property::other_type;
use super::setting::{Agent, Kind};

/// What two mechanisms are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versus {
    /// The outcome has the same probabilities at every profile.
    Outcome,
    /// Every agent's interim payment is the same.
    Payment(Constants),
    /// Every agent's interim payoff is the same.
    Payoff(Constants),
    /// The expected sum of payments is the same.
    Revenue,
    /// No type of any agent has a lower interim payoff than in the other mechanism.
    WeaklyPreferred,
    /// Every type of every agent has a higher interim payoff than in the other mechanism.
    StrictlyPreferred,
}

/// Whether two quantities may differ by a constant of each agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constants {
    /// They are equal.
    Fixed,
    /// Their difference is the same for all types.
    Free,
}

/// That `m` compares with `other` in this way.
pub fn versus(m: &Mechanism, other: &Mechanism, versus: Versus) -> Vec<Conjunct> {
    let agents = m.setting.agents.iter().enumerate();
    let payoffs = |i: usize| [m, other].map(|m| m.setting.interim(i, &m.payoff(i)));
    match versus {
        Versus::Outcome => outcomes(m, other),
        Versus::Revenue => {
            let [left, right] = [m, other].map(|m| m.setting.expectation(&m.surplus()));
            vec![Conjunct::relation("expected sum of payments", vec![], left, Comparison::Equal, right)]
        }
        Versus::Payment(constants) => {
            let payments = |i: usize| [m, other].map(|m| m.setting.interim(i, &m.payment_of(i)));
            agents.map(|(i, a)| equal(a, "interim payments", payments(i), constants)).collect()
        }
        Versus::Payoff(constants) => {
            agents.map(|(i, a)| equal(a, "interim payoffs", payoffs(i), constants)).collect()
        }
        Versus::WeaklyPreferred | Versus::StrictlyPreferred => {
            let relation = match versus {
                Versus::StrictlyPreferred => Comparison::Greater,
                _ => Comparison::AtLeast,
            };
            let conjunct = |(i, a): (usize, &Agent)| {
                let [left, right] = payoffs(i);
                let what = format!("{}: interim payoffs", a.name);
                Conjunct::relation(what, vec![a.type_.clone()], left, relation, right)
            };
            agents.map(conjunct).collect()
        }
    }
}

fn outcomes(m: &Mechanism, other: &Mechanism) -> Vec<Conjunct> {
    let pairs = m.allocation.iter().zip(&other.allocation).zip(&m.setting.outcomes);
    let conjunct = |((x, y), outcome): ((&Expr, &Expr), &super::setting::Outcome)| {
        let what = match m.setting.kind {
            Kind::Interval => format!("the outcome {}", outcome.name),
            _ => format!("probability of {}", outcome.name),
        };
        Conjunct::relation(what, m.setting.types(), x.clone(), Comparison::Equal, y.clone())
    };
    pairs.map(conjunct).collect()
}

/// `a(θ_i) = b(θ_i)` for all types, or `a(θ_i) − b(θ_i) = a(r) − b(r)` for all pairs of types.
fn equal(agent: &Agent, what: &str, [left, right]: [Expr; 2], constants: Constants) -> Conjunct {
    let what = format!("{}: {what}", agent.name);
    let own = agent.type_.clone();
    if constants == Constants::Fixed {
        return Conjunct::relation(what, vec![own], left, Comparison::Equal, right);
    }
    let second = other_type(agent);
    let here = left.minus(&right);
    let there = here.substitute_one(&own.name, &Expr::variable(&second.name));
    Conjunct::relation(format!("{what} differ by"), vec![own, second], here, Comparison::Equal, there)
}
