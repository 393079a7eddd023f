//! [`Concept`]: that a strategy is an equilibrium of a mechanism.

use crate::kernel::{Expr, Name};

use super::claim::{Bound, Comparison, Conjunct, Role};
use super::mechanism::Mechanism;
use super::property::other_type;
use super::setting::Agent;

/// Against what a strategy is a best reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concept {
    /// On average over the others' types, while they follow the strategy.
    BayesNash,
    /// Whatever the others' types, while they follow the strategy.
    ExPost,
    /// Whatever the others report.
    DominantStrategy,
}

/// That a strategy is an equilibrium: for each agent, type and report in the type space, the payoff from the
/// strategy's report is at least that from the other report. `reports[i]` is the report of agent i as a term
/// in the own type. Where the others need not follow the strategy, their type variables stand for reports.
pub fn equilibrium(m: &Mechanism, concept: Concept, reports: &[Expr]) -> Vec<Conjunct> {
    let against = |i: usize| {
        let report = |(j, b): (usize, &Bound)| match reports.get(j) {
            Some(report) if j != i && concept != Concept::DominantStrategy => report.clone(),
            _ => Expr::variable(&b.name),
        };
        m.under(&m.setting.types().iter().enumerate().map(report).collect::<Vec<_>>())
    };
    let agents = m.setting.agents.iter().zip(reports).enumerate();
    let conjunct = |(i, (agent, own)): (usize, (&Agent, &Expr))| {
        let played = against(i);
        let payoff = |report: &Expr| {
            let payoff = played.payoff_from(i, report);
            if concept == Concept::BayesNash { m.setting.interim(i, &payoff) } else { payoff }
        };
        let other = other_type(agent);
        let report: Name = other.name.clone();
        let mut variables = match concept {
            Concept::BayesNash => vec![agent.type_.clone()],
            Concept::ExPost | Concept::DominantStrategy => m.setting.types(),
        };
        variables.push(other);
        Conjunct {
            what: format!("{}: the strategy against another report", agent.name),
            role: Role::Deviation { instead: "following", agent: agent.name.clone(), report: report.clone() },
            left: payoff(own),
            relation: Comparison::AtLeast,
            right: payoff(&Expr::variable(&report)),
            variables,
            premises: vec![],
        }
    };
    agents.map(conjunct).collect()
}
