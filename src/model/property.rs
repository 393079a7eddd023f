//! Properties of mechanisms, each unfolded to comparisons.

use crate::kernel::Expr;

use super::claim::{Bound, Comparison, Conjunct, Role};
use super::distribution::derivative;
use super::mechanism::Mechanism;
use super::setting::{Agent, Kind};

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
    /// Probabilities are at least zero and sum to one at every profile, or the outcome lies in its interval.
    Feasible,
    /// Of two types of an agent, each values its own outcome over the other's by no less than the other type
    /// does, at every profile of the others. With one good, the allocation is nondecreasing in the own type.
    Monotone,
    /// The same for outcomes in expectation over the others' types.
    InterimMonotone,
    /// The payoff is that of the lowest type and the area under the marginal value, at every profile of the
    /// others.
    Envelope,
    /// The same in expectation over the others' types.
    InterimEnvelope,
}

/// Which part of which property a conjunct is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The probability of an outcome is at least zero; on an interval the outcome reaches the lower end (0), and does not
    /// exceed the upper one (1).
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
    /// An agent's outcome moves with the type.
    Monotone(usize),
    /// An agent's payoff is an area.
    Envelope(usize),
}

/// The comparisons that a property of a mechanism stands for; `None` where it has no meaning, since some
/// value has no derivative in the type.
pub fn unfold(m: &Mechanism, property: Property) -> Option<Vec<(Part, Conjunct)>> {
    let agents = 0..m.setting.agents.len();
    Some(match property {
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
        Property::Monotone => agents.filter_map(|i| monotone(m, i, Stage::ExPost)).collect(),
        Property::InterimMonotone => agents.filter_map(|i| monotone(m, i, Stage::Interim)).collect(),
        Property::Envelope => agents.map(|i| envelope(m, i, Stage::ExPost)).collect::<Option<_>>()?,
        Property::InterimEnvelope => agents.map(|i| envelope(m, i, Stage::Interim)).collect::<Option<_>>()?,
    })
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
    let other = other_type(agent);
    let report = other.name.clone();
    let (truth, lie) = (m.payoff(i), m.payoff_from(i, &Expr::variable(&report)));
    let (part, left, right, mut variables) = match stage {
        Stage::ExPost => (Part::DominantIc(i), truth, lie, m.setting.types()),
        _ => {
            let interim = |e: &Expr| m.setting.interim(i, e);
            (Part::BayesianIc(i), interim(&truth), interim(&lie), vec![agent.type_.clone()])
        }
    };
    variables.push(other);
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

/// A name for another type of an agent.
pub(super) fn other_type(agent: &Agent) -> Bound {
    let Bound { name, shown, .. } = &agent.type_;
    Bound { name: format!("{name}'").into(), shown: format!("{shown}'"), ..agent.type_.clone() }
}

/// The types that a quantity of an agent depends on at a stage.
fn variables(m: &Mechanism, i: usize, stage: Stage) -> Vec<Bound> {
    match stage {
        Stage::ExPost => m.setting.types(),
        _ => m.setting.agents.get(i).map(|a| a.type_.clone()).into_iter().collect(),
    }
}

fn at_stage(m: &Mechanism, i: usize, stage: Stage, e: &Expr) -> Expr {
    if stage == Stage::ExPost { e.clone() } else { m.setting.interim(i, e) }
}

/// `u_i(x(θ), θ_i) + u_i(x(r), r) ≥ u_i(x(r), θ_i) + u_i(x(θ), r)` for all own types `θ_i` and `r`.
fn monotone(m: &Mechanism, i: usize, stage: Stage) -> Option<(Part, Conjunct)> {
    let agent = m.setting.agents.get(i)?;
    let other = other_type(agent);
    let there = Expr::variable(&other.name);
    let (own, crossed) = (m.value(i), m.value_from(i, &there));
    let at_other = |e: &Expr| e.substitute_one(&agent.type_.name, &there);
    // What the other type's outcome is worth to this type, with the two exchanged.
    let back = m.setting.worth(&m.allocation, &m.values_of(i).iter().map(at_other).collect::<Vec<_>>());
    let (left, right) = (own.plus(&at_other(&own)), crossed.plus(&back));
    let mut variables = variables(m, i, stage);
    variables.push(other);
    let what = format!("{}: the own outcomes against exchanged ones", agent.name);
    let at = |e: &Expr| at_stage(m, i, stage, e);
    Some((Part::Monotone(i), Conjunct::relation(what, variables, at(&left), Comparison::AtLeast, at(&right))))
}

/// `U_i(θ_i) = U_i(α_i) + ∫ ∂u_i/∂θ_i(x(y), y) dy` from the lowest type `α_i` to `θ_i`.
fn envelope(m: &Mechanism, i: usize, stage: Stage) -> Option<(Part, Conjunct)> {
    let agent = m.setting.agents.get(i)?;
    let Bound { name, low, .. } = &agent.type_;
    let slopes = m.values_of(i).iter().map(|u| derivative(u, name)).collect::<Option<Vec<_>>>()?;
    let payoff = at_stage(m, i, stage, &m.payoff(i));
    let slope = at_stage(m, i, stage, &m.setting.worth(&m.allocation, &slopes));
    let inner = "y'";
    let slope = slope.substitute_one(name, &Expr::variable(inner));
    let area = Expr::integral(inner, low, &Expr::variable(name), &slope);
    let right = payoff.substitute_one(name, low).plus(&area);
    let what = format!("{}: payoff against the area under marginal values", agent.name);
    let variables = variables(m, i, stage);
    Some((Part::Envelope(i), Conjunct::relation(what, variables, payoff, Comparison::Equal, right)))
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
    let achieved = m.setting.worth(&m.allocation, &welfares);
    if let (Kind::Interval, Some(outcome), [welfare]) =
        (m.setting.kind, &m.setting.outcome, welfares.as_slice())
    {
        // For every outcome in the place of the one that is chosen.
        let variables = m.setting.types().into_iter().chain([outcome.clone()]).collect();
        let what = format!("welfare against any {}", outcome.shown);
        let conjunct = Conjunct::relation(what, variables, achieved, Comparison::AtLeast, welfare.clone());
        return vec![(Part::Efficient(0), conjunct)];
    }
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
    if let (Kind::Interval, Some(outcome), [x]) =
        (m.setting.kind, &m.setting.outcome, m.allocation.as_slice())
    {
        let against = |(k, (what, relation, end)): (usize, (&str, Comparison, &Expr))| {
            let what = format!("{} against the {what} end", outcome.shown);
            (Part::Feasible(k), Conjunct::relation(what, types.clone(), x.clone(), relation, end.clone()))
        };
        let ends =
            [("lower", Comparison::AtLeast, &outcome.low), ("upper", Comparison::AtMost, &outcome.high)];
        return ends.into_iter().enumerate().map(against).collect();
    }
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
