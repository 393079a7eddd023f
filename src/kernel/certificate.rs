//! [`Certificate`]: a proof as plain data, and [`check`], the door through which it becomes a theorem.

use serde::{Deserialize, Serialize};

use super::definition::{Definition, Meaning, Statement};
use super::expr::Expr;
use super::formula::Formula;
use super::rejection::Rejection;
use super::rule::calculus::{self, Area, Interval, Squeeze};
use super::rule::chance::{self, Joint};
use super::rule::combine::{self, Combination};
use super::rule::envelope::{self, Differentiable, Envelope};
use super::rule::existence;
use super::rule::family::{self, Event, Marginal};
use super::rule::finite::{self, Table};
use super::rule::fundamental;
use super::rule::instance;
use super::rule::logic;
use super::rule::on_box::Cover;
use super::rule::system::{self, Instance};
use super::rule::tangent;
use super::rule::tree::{self, Tree};
use super::text::Symbol;
use super::theorem::Theorem;
use crate::exact::Rational;

/// A list of steps. Each refers to earlier steps by number; the last one is the claim.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Certificate {
    /// The steps.
    pub steps: Vec<Step>,
}

/// One application of a rule. Fields of type `usize` are numbers of earlier steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "lowercase", deny_unknown_fields)]
#[allow(missing_docs, reason = "each variant is the rule of that name, whose page says what its fields are")]
pub enum Step {
    Assume {
        formula: Formula,
    },
    Discharge {
        premise: usize,
        hypothesis: Formula,
    },
    Apply {
        implication: usize,
        premise: usize,
    },
    Generalise {
        premise: usize,
        name: Symbol,
    },
    Instance {
        premise: usize,
        term: Expr,
    },
    Both {
        premises: Vec<usize>,
    },
    Part {
        premise: usize,
        index: usize,
    },
    Either {
        premise: usize,
        alternatives: Vec<Formula>,
    },
    Witness {
        premise: usize,
        statement: Formula,
        term: Expr,
    },
    Choose {
        some: usize,
        premise: usize,
    },
    Cases {
        on: Expr,
        yes: usize,
        no: usize,
    },
    Alternatives {
        disjunction: usize,
        branches: Vec<usize>,
    },
    Contradict {
        premise: usize,
        goal: Formula,
    },
    Antisymmetry {
        above: usize,
        below: usize,
    },
    Reciprocal {
        premise: usize,
        divisor: Expr,
    },
    Combine {
        premises: Vec<usize>,
        goal: Formula,
        evidence: Combination,
    },
    Tree {
        hypotheses: Vec<Formula>,
        goal: Formula,
        tree: Tree,
    },
    Monotone {
        premise: usize,
        order: usize,
        interval: Interval,
        exceptions: Vec<Expr>,
    },
    Congruence {
        premise: usize,
        order: usize,
        interval: Interval,
        exceptions: Vec<Expr>,
        left: Expr,
        right: Expr,
    },
    Squeeze {
        below: usize,
        above: usize,
        order: usize,
        interval: Interval,
        squeeze: Squeeze,
    },
    Interchange {
        outer: Interval,
        inner: Interval,
        body: Expr,
    },
    Intermediate {
        below: usize,
        above: usize,
        order: usize,
        interval: Interval,
        body: Expr,
    },
    Area {
        premise: usize,
        order: [usize; 3],
        area: Area,
    },
    Fundamental {
        interval: Interval,
        body: Expr,
    },
    Differentiate {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        premises: Vec<usize>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        parts: Vec<Differentiable>,
        variable: Symbol,
        of: Expr,
        low: Expr,
        high: Expr,
    },
    Expected {
        premise: usize,
        profile: Symbol,
        what: Differentiable,
    },
    Envelope {
        premises: [usize; 2],
        order: [usize; 3],
        of: Envelope,
    },
    Tangent {
        interval: Interval,
        touching: Symbol,
        value: Expr,
        slope: Expr,
        covers: Vec<Cover>,
    },
    Total {
        premise: usize,
        variable: Symbol,
        upper: Expr,
    },
    Others {
        premise: usize,
        member: usize,
        variable: Symbol,
        upper: Expr,
        agent: Expr,
    },
    Apart {
        premise: usize,
        profile: Expr,
        changed: Expr,
        value: Expr,
        agent: Expr,
    },
    Telescope {
        variable: Symbol,
        upper: Expr,
        body: Expr,
    },
    Trichotomy {
        members: [usize; 2],
        upper: Expr,
        agent: Expr,
        other: Expr,
    },
    Member {
        agent: u32,
        upper: Expr,
    },
    Average {
        premise: usize,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        events: Vec<Event>,
        profile: Symbol,
        left: Expr,
        right: Expr,
    },
    Resample {
        agent: Expr,
        profile: Symbol,
        again: Symbol,
        body: Expr,
    },
    Marginal {
        premises: [usize; 3],
        of: Marginal,
    },
    Joint {
        law: usize,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        member: Option<usize>,
        of: Joint,
    },
    Swap {
        profile: Symbol,
        interval: Interval,
        body: Expr,
    },
    Replace {
        premise: usize,
        left: Expr,
        right: Expr,
        hole: Symbol,
        template: Expr,
    },
    Natural,
    Power {
        premise: usize,
    },
    Number {
        premise: usize,
        value: u32,
    },
    Function {
        premise: usize,
        definition: Definition,
    },
    Exhibit {
        premise: usize,
        statement: Formula,
        definitions: Vec<Definition>,
    },
    Impossible {
        premise: usize,
        statement: Formula,
    },
    Evaluate {
        statement: Formula,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        values: Vec<(Symbol, Rational)>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tables: Vec<Table>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        premises: Vec<usize>,
    },
    Infeasible {
        statement: Formula,
        multipliers: Vec<(usize, Rational)>,
    },
    Unsatisfiable {
        statement: Formula,
        instances: Vec<Instance>,
    },
}

/// The names of all rules, in the order of [`Step`].
pub const RULES: [&str; 49] = [
    "assume",
    "discharge",
    "apply",
    "generalise",
    "instance",
    "both",
    "part",
    "either",
    "witness",
    "choose",
    "cases",
    "alternatives",
    "contradict",
    "antisymmetry",
    "reciprocal",
    "combine",
    "tree",
    "monotone",
    "congruence",
    "squeeze",
    "interchange",
    "intermediate",
    "area",
    "fundamental",
    "differentiate",
    "expected",
    "envelope",
    "tangent",
    "total",
    "others",
    "apart",
    "telescope",
    "trichotomy",
    "member",
    "average",
    "resample",
    "marginal",
    "joint",
    "swap",
    "replace",
    "natural",
    "power",
    "number",
    "function",
    "exhibit",
    "impossible",
    "evaluate",
    "infeasible",
    "unsatisfiable",
];

/// Theorems proved so far, by number.
#[derive(Debug, Default)]
pub struct Replay {
    theorems: Vec<Theorem>,
}

impl Replay {
    /// The theorem of a step.
    pub fn theorem(&self, step: usize) -> Result<&Theorem, Rejection> {
        self.theorems.get(step).ok_or(Rejection::NoSuchStep { step })
    }

    /// Applies one rule; on success the new theorem has the number that is returned.
    pub fn step(&mut self, step: &Step) -> Result<usize, Rejection> {
        let theorem = self.apply(step)?;
        theorem.hypotheses.iter().chain([&theorem.conclusion]).try_for_each(Formula::within_limits)?;
        self.theorems.push(theorem);
        Ok(self.theorems.len() - 1)
    }

    /// The last theorem as the statement, if it is exactly what the statement means and rests on nothing.
    /// The theorem's definitions are those of the statement.
    pub fn conclude(&self, claim: &Meaning) -> Result<Theorem, Rejection> {
        let theorem = self.theorems.last().ok_or(Rejection::NoSuchStep { step: 0 })?;
        if theorem.conclusion != *claim.formula() {
            let (claim, found) = (claim.formula().clone(), theorem.conclusion.clone());
            return Err(Rejection::AnotherClaim { claim: Box::new(claim), found: Box::new(found) });
        }
        if let Some(hypothesis) = theorem.hypotheses.first() {
            return Err(Rejection::Hypothesis { hypothesis: Box::new(hypothesis.clone()) });
        }
        claim.statement().formula.within_limits()?;
        Ok(theorem.stated(claim.statement()))
    }

    /// Forgets the theorems of steps from `length` on.
    pub fn truncate(&mut self, length: usize) {
        self.theorems.truncate(length);
    }

    fn all(&self, steps: &[usize]) -> Result<Vec<&Theorem>, Rejection> {
        steps.iter().map(|s| self.theorem(*s)).collect()
    }

    fn apply<'e>(&self, step: &'e Step) -> Result<Theorem, Rejection> {
        let at = |number: &usize| self.theorem(*number);
        match step {
            Step::Assume { formula } => Ok(logic::assume(formula)),
            Step::Discharge { premise, hypothesis } => Ok(logic::discharge(at(premise)?, hypothesis)),
            Step::Apply { implication, premise } => logic::apply(at(implication)?, at(premise)?),
            Step::Generalise { premise, name } => logic::generalise(at(premise)?, name.name()),
            Step::Instance { premise, term } => logic::instance(at(premise)?, term),
            Step::Both { premises } => Ok(logic::both(&self.all(premises)?)),
            Step::Part { premise, index } => logic::part(at(premise)?, *index),
            Step::Either { premise, alternatives } => logic::either(at(premise)?, alternatives),
            Step::Witness { premise, statement, term } => logic::witness(at(premise)?, statement, term),
            Step::Choose { some, premise } => logic::choose(at(some)?, at(premise)?),
            Step::Cases { on, yes, no } => logic::cases(on, at(yes)?, at(no)?),
            Step::Alternatives { disjunction, branches } => {
                logic::alternatives(at(disjunction)?, &self.all(branches)?)
            }
            Step::Contradict { premise, goal } => logic::contradict(at(premise)?, goal),
            Step::Antisymmetry { above, below } => logic::antisymmetry(at(above)?, at(below)?),
            Step::Reciprocal { premise, divisor } => logic::reciprocal(at(premise)?, divisor),
            Step::Combine { premises, goal, evidence } => {
                combine::combine(&self.all(premises)?, goal, evidence)
            }
            Step::Tree { hypotheses, goal, tree } => tree::tree(hypotheses, goal, tree),
            Step::Monotone { premise, order, interval, exceptions } => {
                calculus::monotone(at(premise)?, at(order)?, interval, exceptions)
            }
            Step::Congruence { premise, order, interval, exceptions, left, right } => {
                calculus::congruence(at(premise)?, at(order)?, interval, exceptions, left, right)
            }
            Step::Squeeze { below, above, order, interval, squeeze } => {
                calculus::squeeze([at(below)?, at(above)?, at(order)?], interval, squeeze)
            }
            Step::Interchange { outer, inner, body } => calculus::interchange(outer, inner, body),
            Step::Intermediate { below, above, order, interval, body } => {
                calculus::intermediate(at(below)?, at(above)?, at(order)?, interval, body)
            }
            Step::Area { premise, order: [a, b, c], area } => {
                calculus::area(at(premise)?, [at(a)?, at(b)?, at(c)?], area)
            }
            Step::Fundamental { interval, body } => fundamental::fundamental(interval, body),
            Step::Differentiate { premises, parts, variable, of, low, high } => {
                envelope::differentiate(&self.all(premises)?, parts, (variable, of, low, high))
            }
            Step::Expected { premise, profile, what } => envelope::expected(at(premise)?, profile, what),
            Step::Envelope { premises: [a, b], order: [c, d, e], of } => {
                envelope::envelope([at(a)?, at(b)?], [at(c)?, at(d)?, at(e)?], of)
            }
            Step::Tangent { interval, touching, value, slope, covers } => {
                tangent::tangent(interval, touching, value, slope, covers)
            }
            Step::Total { premise, variable, upper } => family::total(at(premise)?, variable, upper),
            Step::Others { premise, member, variable, upper, agent } => {
                family::others(at(premise)?, at(member)?, variable, upper, agent)
            }
            Step::Apart { premise, profile, changed, value, agent } => {
                family::apart(at(premise)?, profile, changed, value, agent)
            }
            Step::Telescope { variable, upper, body } => family::telescope(variable, upper, body),
            Step::Trichotomy { members: [a, b], upper, agent, other } => {
                family::trichotomy([at(a)?, at(b)?], upper, agent, other)
            }
            Step::Member { agent, upper } => family::member(*agent, upper),
            Step::Average { premise, events, profile, left, right } => {
                let certain = |event: &'e Event| Ok((at(&event.certain)?, event));
                let events: Vec<_> = events.iter().map(certain).collect::<Result<_, Rejection>>()?;
                family::average(at(premise)?, &events, profile, left, right)
            }
            Step::Resample { agent, profile, again, body } => family::resample(agent, profile, again, body),
            Step::Marginal { premises: [a, b, c], of } => family::marginal([at(a)?, at(b)?, at(c)?], of),
            Step::Joint { law, member, of } => {
                let member = member.as_ref().map(at).transpose()?;
                chance::joint(at(law)?, member, of)
            }
            Step::Swap { profile, interval, body } => chance::swap(profile, interval, body),
            Step::Replace { premise, left, right, hole, template } => {
                instance::replace(at(premise)?, left, right, hole, template)
            }
            Step::Natural => Ok(instance::natural()),
            Step::Power { premise } => instance::power(at(premise)?),
            Step::Number { premise, value } => Ok(instance::number(at(premise)?, *value)),
            Step::Function { premise, definition } => instance::function(at(premise)?, definition),
            Step::Exhibit { premise, statement, definitions } => {
                existence::exhibit(at(premise)?, statement, definitions)
            }
            Step::Impossible { premise, statement } => existence::impossible(at(premise)?, statement),
            Step::Evaluate { statement, values, tables, premises } => {
                finite::evaluate(statement, values, tables, &self.all(premises)?)
            }
            Step::Infeasible { statement, multipliers } => system::infeasible(statement, multipliers),
            Step::Unsatisfiable { statement, instances } => system::unsatisfiable(statement, instances),
        }
    }
}

/// Replays a certificate; the theorem is exactly the statement, without hypotheses. Rejects a step that
/// its rule refuses, a proof of something else, a proof that still assumes something, and definitions
/// that define nothing.
pub fn check(claim: &Statement, certificate: &Certificate) -> Result<Theorem, Rejection> {
    let mut replay = Replay::default();
    for step in &certificate.steps {
        replay.step(step)?;
    }
    replay.conclude(&claim.clone().meaning()?)
}
