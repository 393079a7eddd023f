//! That no mechanism is efficient, Bayesian incentive compatible, interim individually rational and
//! without a deficit: a contradiction from these properties, for any number of agents. (That none in
//! dominant strategies is balanced is another argument: [`unbalanced`].)
//!
//! With `X_i`, `B_i`, `T_i` the interim slope, intercept and payment of agent i (values are linear in
//! the own type), the proof is the classical one (Myerson and Satterthwaite, 1983), step by step:
//! BIC gives the area formula for `U_i = v X_i + B_i − T_i`; efficiency fixes the outcome off ties,
//! hence `X_i` and `B_i`; individual rationality at one type bounds `T_i` from above; integrated over
//! the prior, the payments together are below zero, which the budget forbids.

mod area;
mod efficiency;
mod order;
mod unbalanced;
mod weaker;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::exact::Rational;
use crate::kernel::rule::calculus::Interval;
use crate::kernel::rule::combine::{Combination, Term};
use crate::kernel::{Expr, Formula, Relation, Step, Symbol};
use crate::model::{Bound, Conjunct, Existence, Mechanism, Part};
use crate::piecewise::{Engine, Obstacle};

pub(super) use self::unbalanced::corners;
use super::proof::{Builder, Hints, symbol};

/// Why there is no mechanism.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reason {
    /// What can be collected is too little.
    Deficit {
        /// A worst-off type of each agent.
        worst: Vec<Expr>,
    },
    /// In dominant strategies payments do not sum to zero at all corners of a box.
    Corners {
        /// A lower and an upper type of each agent.
        boxes: Vec<[Expr; 2]>,
    },
}

/// `context ⊢ NoFunctions` for the existence question.
pub(super) fn prove(
    builder: &mut Builder,
    context: &[Formula],
    existence: &Existence,
    pivot: &Mechanism,
    reason: &Reason,
) -> Result<usize, Obstacle> {
    if existence.setting.agents.len() < 2 {
        let reason = "impossibility is derived for two agents or more, and there is one".into();
        return Err(Obstacle::Existence { reason });
    }
    let mut proof = Impossibility {
        existence,
        pivot,
        builder,
        base: context,
        engine: Engine::new(),
        derived: BTreeMap::new(),
        pinned: BTreeMap::new(),
        at_types: BTreeMap::new(),
    };
    let premise = match reason {
        Reason::Deficit { worst } => proof.contradiction(worst)?,
        Reason::Corners { boxes } => proof.unbalanced(boxes)?,
    };
    let statement = Formula::NoFunctions(existence.functions.clone(), Arc::new(existence.body()));
    proof.builder.add(Step::Impossible { premise, statement })
}

struct Impossibility<'a> {
    existence: &'a Existence,
    pivot: &'a Mechanism,
    builder: &'a mut Builder,
    /// What is known of parameters.
    base: &'a [Formula],
    engine: Engine,
    /// Steps of goals that were derived under the same comparisons before.
    derived: BTreeMap<(Vec<Formula>, Formula), usize>,
    /// Steps of [`Impossibility::pin`], by agent and weights.
    pinned: BTreeMap<(usize, Vec<Expr>), usize>,
    /// Properties at the types of all agents.
    at_types: BTreeMap<Part, usize>,
}

/// One agent's side of the argument. Interim expectations are integrals over the types of the others, the first outermost.
struct Side {
    agent: usize,
    others: Vec<usize>,
}

fn term(coefficient: Rational, facts: Vec<(usize, u32)>) -> Term {
    Term { coefficient, squares: vec![], facts, boxes: vec![] }
}

fn unit(facts: Vec<(usize, u32)>) -> Term {
    term(Rational::ONE, facts)
}

impl Impossibility<'_> {
    fn bound(&self, agent: usize) -> Result<Bound, Obstacle> {
        let agent = self.existence.setting.agents.get(agent).ok_or_else(missing)?;
        Ok(agent.type_.clone())
    }

    fn own(&self, agent: usize) -> Result<Expr, Obstacle> {
        Ok(Expr::variable(&self.bound(agent)?.name))
    }

    /// A density as it is in expectations.
    fn density(&self, agent: usize) -> Result<Expr, Obstacle> {
        let setting = &self.existence.setting;
        let density = &setting.agents.get(agent).ok_or_else(missing)?.density;
        Ok(if setting.factored { Expr::whole(density) } else { density.clone() })
    }

    fn interval(&self, agent: usize) -> Result<Interval, Obstacle> {
        let b = self.bound(agent)?;
        Ok(Interval { variable: symbol(&b.name)?, low: b.low, high: b.high })
    }

    /// The function of outcome `k` or, after the outcomes, of an agent's payment, at the types.
    fn function(&self, index: usize) -> Result<Expr, Obstacle> {
        let f = self.existence.functions.get(index).ok_or_else(missing)?;
        Ok(Expr::apply(&f.name, self.types()?))
    }

    fn agents(&self) -> usize {
        self.existence.setting.agents.len()
    }

    fn types(&self) -> Result<Vec<Expr>, Obstacle> {
        (0..self.agents()).map(|i| self.own(i)).collect()
    }

    fn bounds(&self) -> Result<Vec<Bound>, Obstacle> {
        (0..self.agents()).map(|i| self.bound(i)).collect()
    }

    /// That all types are in their spaces.
    fn domain(&self) -> Result<Vec<Formula>, Obstacle> {
        Ok(self.bounds()?.iter().flat_map(Bound::domain).collect())
    }

    fn side(&self, agent: usize) -> Side {
        Side { agent, others: (0..self.agents()).filter(|j| *j != agent).collect() }
    }

    fn outcomes(&self) -> usize {
        self.existence.setting.outcomes.len()
    }

    fn payment(&self, agent: usize) -> Result<Expr, Obstacle> {
        self.function(self.outcomes() + agent)
    }

    /// Welfare of an outcome at the types.
    fn welfare(&self, outcome: usize) -> Result<Expr, Obstacle> {
        let outcome = self.existence.setting.outcomes.get(outcome).ok_or_else(missing)?;
        Ok(outcome.values.iter().fold(Expr::zero(), |sum, v| sum.plus(v)))
    }

    /// The value of an outcome to an agent as `slope·type + intercept`; the type may be a power of its variable.
    fn value(&self, outcome: usize, agent: usize) -> Result<(Expr, Expr), Obstacle> {
        let outcome = self.existence.setting.outcomes.get(outcome).ok_or_else(missing)?;
        let value = outcome.values.get(agent).ok_or_else(missing)?;
        let own = self.own(agent)?;
        let atom = own.atoms().next().ok_or_else(missing)?;
        let power = self.bound(agent)?.power;
        let highest = usize::try_from(power.exponent()).unwrap_or(usize::MAX);
        let coefficients = value.poly().coefficients_in(atom);
        let part = |k: usize| coefficients.get(k).cloned().map_or_else(Expr::zero, Expr::from);
        let scale = power.scale().recip().ok_or_else(missing)?;
        let slope = part(highest).scaled(&scale);
        let intercept = value.minus(&slope.times(&power.value(&own)));
        let name = self.bound(agent)?.name;
        if slope.mentions(&name) || intercept.mentions(&name) {
            let reason = "values have to be linear in the own type".into();
            return Err(Obstacle::Existence { reason });
        }
        Ok((slope, intercept))
    }

    fn part(&self, wanted: impl Fn(&Part) -> bool, what: &str) -> Result<Conjunct, Obstacle> {
        let found = self.existence.parts.iter().find(|(part, _)| wanted(part));
        let reason = || format!("the impossibility argument needs a mechanism that is {what}");
        found.map(|(_, c)| c.clone()).ok_or_else(|| Obstacle::Existence { reason: reason() })
    }

    /// A hypothesis, with values for its variables; its premises are proved from the context.
    fn specialise(
        &mut self,
        conjunct: &Conjunct,
        values: &[Expr],
        context: &[Formula],
    ) -> Result<usize, Obstacle> {
        let mut step = self.builder.add(Step::Assume { formula: conjunct.formula() })?;
        let mut values = values.iter();
        loop {
            step = match self.builder.conclusion(step)? {
                Formula::ForAll(..) => {
                    let term = values.next().ok_or_else(missing)?.clone();
                    self.builder.add(Step::Instance { premise: step, term })?
                }
                Formula::Implies(premise, _) => {
                    let premise = self.derive(context, &premise)?;
                    self.builder.add(Step::Apply { implication: step, premise })?
                }
                _ => return Ok(step),
            };
        }
    }

    fn derive(&mut self, context: &[Formula], goal: &Formula) -> Result<usize, Obstacle> {
        let key = (context.to_vec(), goal.clone());
        if let Some(step) = self.derived.get(&key) {
            return Ok(*step);
        }
        let mut context = [self.base, context].concat();
        let step = self.builder.prove(&mut self.engine, &mut context, goal, &Hints::new())?;
        self.derived.insert(key, step);
        Ok(step)
    }

    fn combine(
        &mut self,
        premises: Vec<usize>,
        goal: Formula,
        terms: Vec<Term>,
        equations: Vec<(Expr, usize)>,
    ) -> Result<usize, Obstacle> {
        self.builder.add(Step::Combine { premises, goal, evidence: Combination { terms, equations } })
    }

    fn contradiction(&mut self, worst: &[Expr]) -> Result<usize, Obstacle> {
        let mut bounds = Vec::new();
        for (agent, worst) in worst.iter().enumerate() {
            bounds.push(self.payments_are_bounded(&self.side(agent), worst)?);
        }
        let mut premises = vec![self.budget()?];
        // The others' payments come with other orders of integration.
        for agent in 1..self.agents() {
            premises.push(self.own_type_first(agent)?);
        }
        let equations = (1..premises.len()).map(|k| (Expr::integer(-1), k)).collect();
        let mut facts = vec![0];
        let mut total = Expr::zero();
        for (step, limit) in &bounds {
            facts.push(premises.len());
            premises.push(*step);
            total = total.plus(limit);
        }
        let negative = self.derive(&[], &Formula::Compare(Relation::Positive, total.negated()))?;
        facts.push(premises.len());
        premises.push(negative);
        let terms = facts.into_iter().map(|fact| unit(vec![(fact, 1)])).collect();
        // Budget: the sum of payments with agent 1 outermost; the bound of an agent has that agent outermost.
        self.combine(premises, Formula::falsehood(), terms, equations)
    }

    /// The integral over an agent's type space of a theorem under the domain of that type.
    fn integrate(&mut self, premise: usize, agent: usize, exceptions: Vec<Expr>) -> Result<usize, Obstacle> {
        let interval = self.interval(agent)?;
        let order = self.derive(&[], &Formula::at_least(&interval.high, &interval.low))?;
        self.builder.add(Step::Monotone { premise, order, interval, exceptions })
    }

    /// `∫ f_i T_i ≤ c`: returns the step and the number `c`, or an integral that is one.
    fn payments_are_bounded(&mut self, side: &Side, worst: &Expr) -> Result<(usize, Expr), Obstacle> {
        let own = self.bound(side.agent)?;
        let (v, type_) = (Expr::variable(&own.name), own.value());
        let domain = own.domain().to_vec();
        let (slopes, intercepts) = self.values(side.agent)?;
        let slope = self.interim(side, &self.mixed(&slopes)?)?;
        let intercept = self.interim(side, &self.mixed(&intercepts)?)?;
        let payment = self.interim(side, &self.payment(side.agent)?)?;
        let utility = type_.times(&slope).plus(&intercept).minus(&payment);

        let (envelope, area) = self.envelope(side, &slope, &utility, worst)?;
        let ir = self.participation(side, worst)?;
        let outside = match self.existence.setting.agents.get(side.agent) {
            Some(agent) => agent.outside.substitute_one(&own.name, worst),
            None => return Err(missing()),
        };
        let fixed_slope = self.pin(side, &slopes)?;
        let fixed_intercept = self.pin(side, &intercepts)?;
        let efficient_slope = self.interim(side, &self.efficient(&slopes)?)?;
        let efficient_intercept = self.interim(side, &self.efficient(&intercepts)?)?;
        let marginal = own.power.slope(&v).times(&efficient_slope);
        let efficient_area = Expr::integral(&own.name, worst, &v, &marginal);
        let limit =
            type_.times(&efficient_slope).plus(&efficient_intercept).minus(&outside).minus(&efficient_area);
        // limit − T = (U(w) − outside) + (area formula) with X, B replaced by their efficient values.
        let goal = Formula::at_least(&limit, &payment);
        let minus = Expr::integer(-1);
        let equations = vec![(Expr::one(), 1), (type_.negated(), 2), (minus.clone(), 3), (Expr::one(), 4)];
        let premises = vec![ir, envelope, fixed_slope, fixed_intercept, area];
        let bounded = self.combine(premises, goal, vec![unit(vec![(0, 1)])], equations)?;
        let density = self.density(side.agent)?;
        let weight = self.derive(&domain, &Formula::at_least(&density, &Expr::zero()))?;
        let goal = Formula::at_least(&density.times(&limit), &density.times(&payment));
        let weighted = self.combine(vec![bounded, weight], goal, vec![unit(vec![(0, 1), (1, 1)])], vec![])?;
        let exceptions = self.own_ties(side)?;
        let step = self.integrate(weighted, side.agent, exceptions)?;
        let average = |e: &Expr| Expr::integral(&own.name, &own.low, &own.high, &density.times(e));
        let limit = average(&limit);
        let known = super::proof::facts(self.base);
        let Some(number) = Engine::new().closed_form(&known, &limit) else { return Ok((step, limit)) };
        let value = self.derive(&[], &Formula::equal(&limit, &number))?;
        let goal = Formula::at_least(&number, &average(&payment));
        let terms = vec![unit(vec![(0, 1)])];
        let step = self.combine(vec![step, value], goal, terms, vec![(Expr::integer(-1), 1)])?;
        Ok((step, number))
    }

    fn values(&self, agent: usize) -> Result<(Vec<Expr>, Vec<Expr>), Obstacle> {
        let all = (0..self.outcomes()).map(|k| self.value(k, agent)).collect::<Result<Vec<_>, _>>()?;
        Ok(all.into_iter().unzip())
    }

    /// The product of all densities and a term, integrated over types, the first outermost.
    fn integrated(&self, order: &[usize], e: &Expr) -> Result<Expr, Obstacle> {
        let mut out = e.clone();
        for agent in order.iter().rev() {
            let b = self.bound(*agent)?;
            out = Expr::integral(&b.name, &b.low, &b.high, &self.density(*agent)?.times(&out));
        }
        Ok(out)
    }

    /// `∫ f_{-i} e`: interim for the agent of the side.
    fn interim(&self, side: &Side, e: &Expr) -> Result<Expr, Obstacle> {
        self.integrated(&side.others, e)
    }
}

fn fresh(text: &str) -> Result<Symbol, Obstacle> {
    Symbol::new(text).ok_or_else(missing)
}

fn missing() -> Obstacle {
    Obstacle::Existence { reason: "the existence question is incomplete".into() }
}

fn nonlinear() -> Obstacle {
    Obstacle::Existence { reason: "welfare has to be linear in each type".into() }
}
