//! Whether a mechanism with given properties exists: [`decide`].
//!
//! By the existence theorem (Krishna and Perry; Krishna, Proposition 5.6) the pivot mechanism with the
//! least participation charges decides about mechanisms that are efficient, truthful, rational and balanced:
//! if its expected surplus is at least zero, its balanced version does everything and is exhibited; if it is
//! negative, [`impossibility`](super::impossibility) derives a contradiction from the properties. With other
//! properties, mechanisms that may have them are [tried](super::candidates). Theorems are only the guide: all
//! answers are proved from the definitions. With parameters, charges and surplus are functions of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kernel::rule::combine::Fact;
use crate::kernel::rule::system::Instance;
use crate::kernel::{Definition, Expr, Formula, Relation, Statement, Step, unfold};
use crate::model::{Charge, Existence, Mechanism, Setting, System};
use crate::piecewise::{Engine, Obstacle};

use super::candidates::{Demands, candidates};
use super::extremum::{Extremum, maximum};
use super::impossibility::{self, Reason};
use super::parametric;
use super::proof::{Builder, Hints, Proved, facts, prove, symbol};
use super::system::Settled;

/// The answer to an existence question.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Such a mechanism exists; the theorem is about `SomeFunctions`.
    Exists {
        /// The theorem.
        proved: Proved,
        /// The mechanism that is exhibited.
        mechanism: Mechanism,
    },
    /// None exists; the theorem is about `NoFunctions`.
    Impossible {
        /// The theorem.
        proved: Proved,
        /// The expected surplus of the pivot mechanism after the least charges: the shortfall.
        surplus: Expr,
    },
    /// None exists, since payments cannot sum to zero at all corners of a box of types.
    Unbalanced {
        /// The theorem.
        proved: Proved,
        /// A lower and an upper type of each agent.
        boxes: Vec<[Expr; 2]>,
    },
    /// Numbers that satisfy a system, or a contradiction between its rows.
    Numbers {
        /// The system.
        system: System,
        /// What was found.
        settled: Settled,
    },
}

impl Answer {
    /// The theorem.
    pub fn proved(&self) -> &Proved {
        match self {
            Answer::Exists { proved, .. }
            | Answer::Impossible { proved, .. }
            | Answer::Unbalanced { proved, .. } => proved,
            Answer::Numbers { settled, .. } => &settled.proved,
        }
    }
}

/// Why functions with some properties exist, or do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Plan {
    /// These do it.
    Exhibit {
        /// The functions.
        definitions: Vec<Definition>,
        /// Numbers that they mention.
        roots: Vec<Charge>,
    },
    /// The properties contradict each other.
    Impossible {
        /// The question.
        existence: Box<Existence>,
        /// The efficient mechanism with the others' losses as payments.
        pivot: Box<Mechanism>,
        /// Why.
        reason: Reason,
        /// Numbers that the types mention that the argument is about.
        roots: Vec<Charge>,
    },
    /// On finitely many types, instances of the properties contradict each other.
    Multipliers {
        /// The question.
        existence: Box<Existence>,
        /// The instances.
        instances: Vec<Instance>,
    },
}

impl Plan {
    fn boxes(&self) -> Option<Vec<[Expr; 2]>> {
        match self {
            Plan::Impossible { reason: Reason::Corners { boxes }, .. } => Some(boxes.clone()),
            _ => None,
        }
    }

    fn roots(&self) -> &[Charge] {
        match self {
            Plan::Exhibit { roots, .. } | Plan::Impossible { roots, .. } => roots,
            Plan::Multipliers { .. } => &[],
        }
    }
}

/// What the pivot mechanism says about an existence question.
#[derive(Debug, Clone)]
pub(super) struct Pivot {
    pivot: Mechanism,
    /// The pivot mechanism after the least charges.
    charged: Mechanism,
    /// A worst-off type of each agent.
    worst: Vec<Expr>,
    /// The expected surplus after the least charges, in parameters.
    pub(super) surplus: Expr,
    /// Numbers that these mention.
    pub(super) roots: Vec<Charge>,
}

/// Decides an existence question about efficient mechanisms in a setting without parameters.
pub fn decide(existence: &Existence) -> Result<Answer, Obstacle> {
    let pivot = pivot(existence, &[])?;
    let mut obstacles = Vec::new();
    for planned in plans(existence, &pivot, &[])? {
        let (plan, mechanism) = match planned {
            Ok(planned) => planned,
            Err(obstacle) => {
                obstacles.push(obstacle);
                continue;
            }
        };
        let (functions, body) = (existence.functions.clone(), Arc::new(existence.body()));
        let statement = match mechanism {
            Some(_) => Formula::SomeFunctions(functions, body),
            None => Formula::NoFunctions(functions, body),
        };
        let boxes = plan.boxes();
        match prove(Statement::from(statement), &Hints::planned(plan)) {
            Ok(proved) => {
                return Ok(match (mechanism, boxes) {
                    (Some(mechanism), _) => Answer::Exists { proved, mechanism },
                    (None, Some(boxes)) => Answer::Unbalanced { proved, boxes },
                    (None, None) => Answer::Impossible { proved, surplus: pivot.surplus.clone() },
                });
            }
            Err(obstacle) => obstacles.push(obstacle),
        }
    }
    match obstacles.pop() {
        Some(only) if obstacles.is_empty() && Demands::of(existence).meet_in_the_surplus() => Err(only),
        _ => {
            let reason = "the mechanisms that were tried do not have all of these properties, and that none has is not derived";
            Err(Obstacle::Existence { reason: reason.into() })
        }
    }
}

/// The pivot mechanism, its least charges and its surplus, wherever facts about parameters hold.
pub(super) fn pivot(existence: &Existence, context: &[Fact]) -> Result<Pivot, Obstacle> {
    let setting = &existence.setting;
    let pivot = Mechanism::pivot(setting);
    if !Demands::of(existence).take_part() {
        // Nobody has to be made to take part, and no charge is looked for.
        let worst = setting.agents.iter().map(|a| a.type_.low.clone()).collect();
        return Ok(Pivot { charged: pivot.clone(), pivot, worst, surplus: Expr::zero(), roots: vec![] });
    }
    let charged = Mechanism::participate(&pivot, "pivot");
    let bodies = unfold(&charged.definitions, charged.charges.iter().map(|c| &c.body));
    let found = charged.charges.iter().zip(&bodies).map(|(c, body)| maximum(context, c, body));
    let charges: Vec<Extremum> = found.collect::<Result<_, _>>()?;
    let mut roots: Vec<Charge> = Vec::new();
    for root in charges.iter().flat_map(|c| &c.roots) {
        if !roots.contains(root) {
            roots.push(root.clone());
        }
    }
    let known = described(context, &roots);
    let values: BTreeMap<_, _> =
        charged.charges.iter().zip(&charges).map(|(c, e)| (c.name.clone(), e.value.clone())).collect();
    let charged = Mechanism {
        payment: charged.payment.iter().map(|t| t.substitute(&values)).collect(),
        charges: vec![],
        ..charged
    };
    let total = charged.payment.iter().fold(Expr::zero(), |sum, t| sum.plus(t));
    let expected = setting.expectation(&total);
    // By cases in the parameters, there is no single polynomial.
    let surplus = Engine::new().closed_form(&known, &expected).unwrap_or(expected);
    Ok(Pivot { pivot, charged, worst: charges.into_iter().map(|e| e.at).collect(), surplus, roots })
}

/// Facts, and what is known of roots.
fn described(context: &[Fact], roots: &[Charge]) -> Vec<Fact> {
    let described: Vec<Formula> = roots.iter().flat_map(Charge::root).collect();
    [context, facts(&described).as_slice()].concat()
}

/// How the question is answered wherever the facts hold; with the mechanism, if there is one. The first way that is likely.
pub(super) fn plan(existence: &Existence, pivot: &Pivot, context: &[Fact]) -> Result<Planned, Obstacle> {
    plans(existence, pivot, context)?.next().ok_or_else(unanswered)?
}

/// How a question is answered; with the mechanism, if there is one.
type Planned = (Plan, Option<Mechanism>);

/// Ways to answer the question wherever the facts hold, the most likely first.
fn plans<'a>(
    existence: &'a Existence,
    pivot: &'a Pivot,
    context: &[Fact],
) -> Result<Box<dyn Iterator<Item = Result<Planned, Obstacle>> + 'a>, Obstacle> {
    let context = described(context, &pivot.roots);
    let holds = |relation, e: &Expr| Engine::new().tree(&context, relation, e).is_ok();
    let here = |e: &Expr| Engine::new().closed_form(&context, e).unwrap_or_else(|| e.clone());
    let impossible = |reason, roots| Plan::Impossible {
        existence: Box::new(existence.clone()),
        pivot: Box::new(pivot.pivot.clone()),
        reason,
        roots,
    };
    let demands = Demands::of(existence);
    let decides = demands.meet_in_the_surplus();
    if decides && holds(Relation::Positive, &pivot.surplus.negated()) {
        if existence.setting.agents.iter().any(|a| !a.atoms.is_empty()) {
            let reason = "that none exists is derived from densities, and a prior has atoms".into();
            return Err(Obstacle::Existence { reason });
        }
        let reason = Reason::Deficit { worst: pivot.worst.iter().map(here).collect() };
        let plan = impossible(reason, pivot.roots.clone());
        return Ok(Box::new(std::iter::once(Ok((plan, None)))));
    }
    if decides && !holds(Relation::AtLeast, &pivot.surplus) {
        let reason = "the expected surplus has different signs for different parameters".into();
        return Err(Obstacle::Existence { reason });
    }
    let found = candidates(existence, [&pivot.pivot, &pivot.charged], &pivot.worst, here);
    let exhibit = move |mechanism: Mechanism| {
        let mechanism = simplified(&existence.setting, mechanism, &context);
        let definitions = definitions(existence, &mechanism)?;
        Ok((Plan::Exhibit { definitions, roots: pivot.roots.clone() }, Some(mechanism)))
    };
    let unbalanced = move || {
        let boxes = demands.never_balance().then(|| impossibility::corners(existence)).flatten()?;
        Some(Ok((impossible(Reason::Corners { boxes }, vec![]), None)))
    };
    Ok(Box::new(found.into_iter().map(exhibit).chain(std::iter::once_with(unbalanced).flatten())))
}

/// Payments in closed form where they have one: easier to read, and the same functions.
fn simplified(setting: &Arc<Setting>, mechanism: Mechanism, context: &[Fact]) -> Mechanism {
    let domain: Vec<Formula> = setting.agents.iter().flat_map(|a| a.type_.domain()).collect();
    let domain = [context, facts(&domain).as_slice()].concat();
    let simple = |e: &Expr| Engine::new().closed_form(&domain, e).unwrap_or_else(|| e.clone());
    let payment = mechanism.payment.iter().map(simple).collect();
    Mechanism { payment, ..mechanism }
}

fn definitions(existence: &Existence, mechanism: &Mechanism) -> Result<Vec<Definition>, Obstacle> {
    let types = existence.setting.agents.iter().map(|a| symbol(&a.type_.name));
    let parameters: Vec<_> = types.collect::<Result<_, _>>()?;
    let bodies = mechanism.allocation.iter().chain(&mechanism.payment);
    let define = |(f, body): (&crate::kernel::Function, &Expr)| {
        Ok(Definition { name: symbol(&f.name)?, parameters: parameters.clone(), body: body.clone() })
    };
    existence.functions.iter().zip(bodies).map(define).collect()
}

/// `context ⊢ goal` for a quantifier over functions.
pub(super) fn carry_out(
    builder: &mut Builder,
    engine: &mut Engine,
    context: &mut Vec<Formula>,
    goal: &Formula,
    plan: &Plan,
) -> Result<usize, Obstacle> {
    let new = |root: &&Charge| !root.root().iter().all(|f| context.contains(f));
    if let Some(root) = plan.roots().iter().find(new) {
        return builder
            .with_root(context, root, |builder, context| carry_out(builder, engine, context, goal, plan));
    }
    match (goal, plan) {
        (Formula::SomeFunctions(_, body), Plan::Exhibit { definitions, .. }) => {
            let table = definitions
                .iter()
                .map(|d| {
                    let parameters = d.parameters.iter().map(|p| p.name().clone()).collect();
                    (d.name.name().clone(), (parameters, d.body.clone()))
                })
                .collect();
            let instance = body.define(&table).map_err(|rejection| Obstacle::Refused { rejection })?;
            let Formula::And(parts) = &instance else { return Err(unanswered()) };
            let mut premises = Vec::new();
            for part in parts {
                // A budget of cells for each property.
                *engine = std::mem::take(engine).afresh(vec![]);
                premises.push(builder.prove(engine, context, part, &Hints::new())?);
            }
            let premise = builder.add(Step::Both { premises })?;
            builder.add(Step::Exhibit { premise, statement: goal.clone(), definitions: definitions.clone() })
        }
        (Formula::NoFunctions(..), Plan::Impossible { existence, pivot, reason, .. }) => {
            impossibility::prove(builder, context, existence, pivot, reason)
        }
        (Formula::NoFunctions(..), Plan::Multipliers { existence, instances }) => {
            parametric::contradict(builder, engine, context, goal, existence, instances)
        }
        (Formula::NoFunctions(..), _) => {
            Err(Obstacle::Existence { reason: "that none exists is not derived here".into() })
        }
        _ => Err(unanswered()),
    }
}

fn unanswered() -> Obstacle {
    Obstacle::Existence { reason: "no mechanism with these properties was found here".into() }
}
