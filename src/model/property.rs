//! Properties of mechanisms, each unfolded to comparisons.

use crate::kernel::{Expr, Name};

use super::claim::{Bound, Comparison, Conjunct, Role};
use super::mechanism::Mechanism;
use super::setting::{Agent, mixture};

/// A property of a mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Property {
    /// The truth is a dominant strategy; with private values the same as ex post IC.
    DominantIc,
    /// The truth is a Bayes–Nash equilibrium.
    BayesianIc,
    /// Payoffs reach the outside option at every profile.
    ExPostIr,
    /// Interim payoffs reach the outside option for every type.
    InterimIr,
    /// Expected payoffs reach the expected outside option.
    ExAnteIr,
    /// Payments sum to zero at every profile.
    BudgetBalance,
    /// Expected payments sum to zero.
    ExAnteBudgetBalance,
    /// Payments sum to at least zero at every profile.
    NoDeficit,
    /// Expected payments sum to at least zero.
    ExAnteNoDeficit,
    /// Welfare is greatest at every profile.
    Efficient,
    /// Probabilities are at least zero and sum to one at every profile.
    Feasible,
}

/// Which part of which property a conjunct is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The probability of an outcome is at least zero.
    Feasible(usize),
    /// The probabilities sum to one.
    Total,
    /// Welfare is at least that of an outcome.
    Efficient(usize),
    /// An agent does not gain from a lie, whatever the others' types.
    DominantIc(usize),
    /// An agent does not gain from a lie in expectation.
    BayesianIc(usize),
    /// An agent's payoff reaches the outside option.
    ExPostIr(usize),
    /// An agent's interim payoff reaches the outside option.
    InterimIr(usize),
    /// An agent's expected payoff reaches the outside option.
    ExAnteIr(usize),
    /// The sum of payments at every profile.
    Budget,
    /// The expected sum of payments.
    ExAnteBudget,
}

/// The comparisons that a property of a mechanism stands for.
pub fn unfold(m: &Mechanism, property: Property) -> Vec<(Part, Conjunct)> {
    let agents = 0..m.setting.agents.len();
    match property {
        Property::DominantIc => agents.filter_map(|i| incentive(m, i, Stage::ExPost)).collect(),
        Property::BayesianIc => agents.filter_map(|i| incentive(m, i, Stage::Interim)).collect(),
        Property::ExPostIr => agents.filter_map(|i| participation(m, i, Stage::ExPost)).collect(),
        Property::InterimIr => agents.filter_map(|i| participation(m, i, Stage::Interim)).collect(),
        Property::ExAnteIr => agents.filter_map(|i| participation(m, i, Stage::ExAnte)).collect(),
        Property::BudgetBalance => vec![budget(m, Stage::ExPost, Comparison::Equal)],
        Property::NoDeficit => vec![budget(m, Stage::ExPost, Comparison::AtLeast)],
        Property::ExAnteBudgetBalance => vec![budget(m, Stage::ExAnte, Comparison::Equal)],
        Property::ExAnteNoDeficit => vec![budget(m, Stage::ExAnte, Comparison::AtLeast)],
        Property::Efficient => efficient(m),
        Property::Feasible => feasible(m),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    ExPost,
    Interim,
    ExAnte,
}

/// `u_i(θ_i, θ) ≥ u_i(r, θ)`, at every profile or in the interim expectation.
fn incentive(m: &Mechanism, i: usize, stage: Stage) -> Option<(Part, Conjunct)> {
    let agent = m.setting.agents.get(i)?;
    let report: Name = format!("{}'", agent.type_.name).into();
    let (truth, lie) = (m.payoff(i), m.payoff_from(i, &Expr::variable(&report)));
    let (part, left, right, mut variables) = match stage {
        Stage::ExPost => (Part::DominantIc(i), truth, lie, m.setting.types()),
        _ => {
            let interim = |e: &Expr| m.setting.interim(i, e);
            (Part::BayesianIc(i), interim(&truth), interim(&lie), vec![agent.type_.clone()])
        }
    };
    variables.push(Bound {
        name: report.clone(),
        shown: format!("{}'", agent.type_.shown),
        ..agent.type_.clone()
    });
    let conjunct = Conjunct {
        what: format!("{}: truth against a report", agent.name),
        role: Role::Deviation { instead: "truthful", agent: agent.name.clone(), report },
        variables,
        premises: vec![],
        left,
        relation: Comparison::AtLeast,
        right,
    };
    Some((part, conjunct))
}

/// That a strategy is a Bayes–Nash equilibrium: for each agent, type and report in the type space, the
/// interim payoff from the strategy's report is at least that from the other report, while the others
/// play the strategy. `reports[i]` is the report of agent i as a term in the own type.
pub fn equilibrium(m: &Mechanism, reports: &[Expr]) -> Vec<Conjunct> {
    let against = |i: usize| {
        let report = |(j, b): (usize, &Bound)| match reports.get(j) {
            Some(report) if j != i => report.clone(),
            _ => Expr::variable(&b.name),
        };
        m.under(&m.setting.types().iter().enumerate().map(report).collect::<Vec<_>>())
    };
    let agents = m.setting.agents.iter().zip(reports).enumerate();
    let conjunct = |(i, (agent, own)): (usize, (&Agent, &Expr))| {
        let played = against(i);
        let interim = |report: &Expr| m.setting.interim(i, &played.payoff_from(i, report));
        let report = Bound {
            name: format!("{}'", agent.type_.name).into(),
            shown: format!("{}'", agent.type_.shown),
            ..agent.type_.clone()
        };
        Conjunct {
            what: format!("{}: the strategy against another report", agent.name),
            role: Role::Deviation {
                instead: "following",
                agent: agent.name.clone(),
                report: report.name.clone(),
            },
            left: interim(own),
            relation: Comparison::AtLeast,
            right: interim(&Expr::variable(&report.name)),
            variables: vec![agent.type_.clone(), report],
            premises: vec![],
        }
    };
    agents.map(conjunct).collect()
}

/// `u_i − o_i ≥ 0` at a stage.
fn participation(m: &Mechanism, i: usize, stage: Stage) -> Option<(Part, Conjunct)> {
    let agent = m.setting.agents.get(i)?;
    let what = format!("{}: taking part", agent.name);
    let (payoff, outside) = (m.payoff(i), agent.outside.clone());
    let (part, variables, left, right) = match stage {
        Stage::ExPost => (Part::ExPostIr(i), m.setting.types(), payoff, outside),
        Stage::Interim => {
            let interim = |e: &Expr| m.setting.interim(i, e);
            (Part::InterimIr(i), vec![agent.type_.clone()], interim(&payoff), interim(&outside))
        }
        Stage::ExAnte => {
            let mean = |e: &Expr| m.setting.expectation(e);
            (Part::ExAnteIr(i), vec![], mean(&payoff), mean(&outside))
        }
    };
    Some((part, Conjunct::relation(what, variables, left, Comparison::AtLeast, right)))
}

fn budget(m: &Mechanism, stage: Stage, comparison: Comparison) -> (Part, Conjunct) {
    let total = m.surplus();
    let what = "sum of payments".to_owned();
    match stage {
        Stage::ExAnte => {
            let left = m.setting.expectation(&total);
            (Part::ExAnteBudget, Conjunct::relation(what, vec![], left, comparison, Expr::zero()))
        }
        _ => (Part::Budget, Conjunct::relation(what, m.setting.types(), total, comparison, Expr::zero())),
    }
}

fn efficient(m: &Mechanism) -> Vec<(Part, Conjunct)> {
    let welfares = m.setting.welfares();
    let achieved = mixture(&m.allocation, &welfares);
    let against = |(k, w): (usize, &Expr)| {
        let name = m.setting.outcomes.get(k).map(|o| o.name.clone()).unwrap_or_default();
        let what = format!("welfare against {name}");
        let conjunct =
            Conjunct::relation(what, m.setting.types(), achieved.clone(), Comparison::AtLeast, w.clone());
        (Part::Efficient(k), conjunct)
    };
    welfares.iter().enumerate().map(against).collect()
}

fn feasible(m: &Mechanism) -> Vec<(Part, Conjunct)> {
    let types = m.setting.types();
    let nonnegative = |(k, x): (usize, &Expr)| {
        let name = m.setting.outcomes.get(k).map(|o| o.name.clone()).unwrap_or_default();
        let what = format!("probability of {name}");
        let conjunct = Conjunct::relation(what, types.clone(), x.clone(), Comparison::AtLeast, Expr::zero());
        (Part::Feasible(k), conjunct)
    };
    let mut out: Vec<_> = m.allocation.iter().enumerate().map(nonnegative).collect();
    let total = m.allocation.iter().fold(Expr::zero(), |sum, x| sum.plus(x));
    let what = "sum of the probabilities".to_owned();
    out.push((Part::Total, Conjunct::relation(what, types, total, Comparison::Equal, Expr::one())));
    out
}
