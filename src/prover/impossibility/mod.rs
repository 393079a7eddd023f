//! That no mechanism is efficient, Bayesian incentive compatible, interim individually rational and
//! without a deficit: a contradiction from these properties, for any number of agents.
//!
//! With `X_i`, `B_i`, `T_i` the interim slope, intercept and payment of agent i (values are linear in
//! the own type), the proof is the classical one (Myerson and Satterthwaite, 1983), step by step:
//! BIC gives the area formula for `U_i = v X_i + B_i − T_i`; efficiency fixes the outcome off ties,
//! hence `X_i` and `B_i`; individual rationality at one type bounds `T_i` from above; integrated over
//! the prior, the payments together are below zero, which the budget forbids.

mod efficiency;
mod order;
mod weaker;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::exact::Rational;
use crate::kernel::rule::calculus::{Area, Interval};
use crate::kernel::rule::combine::{Combination, Term};
use crate::kernel::{Expr, Formula, Relation, Step, Symbol};
use crate::model::{Bound, Conjunct, Existence, Mechanism, Part};
use crate::piecewise::{Engine, Obstacle};

use super::proof::{Builder, Hints, symbol};

/// `context ⊢ NoFunctions` for the existence question, where `worst[i]` is a worst-off type of agent i.
pub(super) fn prove(
    builder: &mut Builder,
    context: &[Formula],
    existence: &Existence,
    pivot: &Mechanism,
    worst: &[Expr],
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
    let premise = proof.contradiction(worst)?;
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

    /// `U(v) − U(w) = ∫_w^v X` and `∫_w^v X = ∫_w^v X̂` under the domain of v.
    fn envelope(
        &mut self,
        side: &Side,
        slope: &Expr,
        utility: &Expr,
        worst: &Expr,
    ) -> Result<(usize, usize), Obstacle> {
        let own = self.bound(side.agent)?;
        let v = Expr::variable(&own.name);
        let domain = own.domain().to_vec();
        let (first, second) = (fresh("a''")?, fresh("b''")?);
        let (a, b) = (Expr::variable(first.name()), Expr::variable(second.name()));
        let order =
            [Formula::at_least(&a, &own.low), Formula::at_least(&b, &a), Formula::at_least(&own.high, &b)];
        let lower = self.incentive(side, [&b, &a], &order)?;
        let upper = self.incentive(side, [&a, &b], &order)?;
        let mut premise = self.builder.add(Step::Both { premises: vec![lower, upper] })?;
        for hypothesis in order.iter().rev() {
            let hypothesis = hypothesis.clone();
            premise = self.builder.add(Step::Discharge { premise, hypothesis })?;
        }
        premise = self.builder.add(Step::Generalise { premise, name: second.clone() })?;
        premise = self.builder.add(Step::Generalise { premise, name: first.clone() })?;

        let at = |point: &Expr| utility.substitute_one(&own.name, point);
        let rate = own.power.slope(&v);
        let integral = |e: &Expr| Expr::integral(&own.name, worst, &v, &rate.times(e));
        let envelope_goal = Formula::equal(&at(&v).minus(&at(worst)), &integral(slope));
        let (slopes, _) = self.values(side.agent)?;
        let efficient = self.interim(side, &self.efficient(&slopes)?)?;
        let area_goal = Formula::equal(&integral(slope), &integral(&efficient));
        let branch = |proof: &mut Self, context: &[Formula], up: Direction| {
            let (from, to) = match up {
                Direction::Up => (worst.clone(), v.clone()),
                Direction::Down => (v.clone(), worst.clone()),
            };
            let order = [
                proof.derive(context, &Formula::at_least(&from, &own.low))?,
                proof.derive(context, &Formula::at_least(&to, &from))?,
                proof.derive(context, &Formula::at_least(&own.high, &to))?,
            ];
            let area = Area {
                variable: symbol(&own.name)?,
                slope: slope.clone(),
                value: utility.clone(),
                scale: (!own.power.is_plain()).then(|| own.value()),
                low: own.low.clone(),
                high: own.high.clone(),
                first: first.clone(),
                second: second.clone(),
                from: from.clone(),
                to: to.clone(),
            };
            let found = proof.builder.add(Step::Area { premise, order, area })?;
            let sign = match up {
                Direction::Up => Expr::one(),
                Direction::Down => Expr::integer(-1),
            };
            let envelope =
                proof.combine(vec![found], envelope_goal.clone(), vec![], vec![(sign.clone(), 0)])?;
            let inner = proof.inner_area(side, &slopes, &efficient, slope, [&from, &to], order, context)?;
            let area = proof.combine(vec![inner], area_goal.clone(), vec![], vec![(sign, 0)])?;
            Ok::<_, Obstacle>((envelope, area))
        };
        let above = Formula::at_least(&v, worst);
        if self.derive(&domain, &above).is_ok() {
            return branch(self, &domain, Direction::Up);
        }
        if self.derive(&domain, &Formula::at_least(worst, &v)).is_ok() {
            return branch(self, &domain, Direction::Down);
        }
        let with = |extra: Formula| domain.iter().cloned().chain([extra]).collect::<Vec<_>>();
        let on = v.minus(worst);
        let yes = branch(self, &with(above), Direction::Up)?;
        let no = branch(self, &with(Formula::Compare(Relation::Positive, on.negated())), Direction::Down)?;
        let envelope = self.builder.add(Step::Cases { on: on.clone(), yes: yes.0, no: no.0 })?;
        let area = self.builder.add(Step::Cases { on, yes: yes.1, no: no.1 })?;
        Ok((envelope, area))
    }

    /// `∫_from^to X = ∫_from^to X̂`.
    #[expect(clippy::too_many_arguments, reason = "the terms of one formula")]
    fn inner_area(
        &mut self,
        side: &Side,
        slopes: &[Expr],
        efficient: &Expr,
        slope: &Expr,
        [from, to]: [&Expr; 2],
        order: [usize; 3],
        context: &[Formula],
    ) -> Result<usize, Obstacle> {
        let own = self.bound(side.agent)?;
        let y = fresh("y''")?;
        let at_y = |e: &Expr| e.substitute_one(&own.name, &Expr::variable(y.name()));
        let rate = at_y(&own.power.slope(&Expr::variable(&own.name)));
        let pinned = self.pin(side, slopes)?;
        // Rename the type to y: generalise and take the instance, after the hypotheses are discharged.
        let mut premise = pinned;
        let ties = self.own_ties(side)?;
        let v = Expr::variable(&own.name);
        let mut hypotheses = own.domain().to_vec();
        hypotheses.extend(ties.iter().map(|p| Formula::unequal(&v, p)));
        for hypothesis in &hypotheses {
            premise = self.builder.add(Step::Discharge { premise, hypothesis: hypothesis.clone() })?;
        }
        premise = self.builder.add(Step::Generalise { premise, name: symbol(&own.name)? })?;
        let y_term = Expr::variable(y.name());
        premise = self.builder.add(Step::Instance { premise, term: y_term.clone() })?;
        let mut inner: Vec<Formula> = context.to_vec();
        inner.push(Formula::at_least(&y_term, from));
        inner.push(Formula::at_least(to, &y_term));
        for tie in &ties {
            inner.push(Formula::unequal(&y_term, tie));
        }
        while let Formula::Implies(hypothesis, _) = self.builder.conclusion(premise)? {
            let known = match &*hypothesis {
                Formula::Or(_) => self.builder.add(Step::Assume { formula: (*hypothesis).clone() })?,
                other => self
                    .between(&y_term, &own, [from, to], order, other)
                    .or_else(|_| self.derive(&inner, other))?,
            };
            premise = self.builder.add(Step::Apply { implication: premise, premise: known })?;
        }
        let (left, right) = (at_y(slope).times(&rate), at_y(efficient).times(&rate));
        if !own.power.is_plain() {
            let goal = Formula::equal(&left, &right);
            premise = self.combine(vec![premise], goal, vec![], vec![(rate, 0)])?;
        }
        let interval = Interval { variable: y.clone(), low: from.clone(), high: to.clone() };
        let order = order[1];
        self.builder.add(Step::Congruence { premise, order, interval, exceptions: ties, left, right })
    }

    /// What is between two points is in the type space where they are.
    fn between(
        &mut self,
        y: &Expr,
        own: &Bound,
        [from, to]: [&Expr; 2],
        [above_low, _, below_high]: [usize; 3],
        goal: &Formula,
    ) -> Result<usize, Obstacle> {
        let (known, end) = if *goal == Formula::at_least(y, &own.low) {
            (Formula::at_least(y, from), above_low)
        } else if *goal == Formula::at_least(&own.high, y) {
            (Formula::at_least(to, y), below_high)
        } else {
            return Err(missing());
        };
        let known = self.builder.add(Step::Assume { formula: known })?;
        self.combine(vec![known, end], goal.clone(), vec![unit(vec![(0, 1)]), unit(vec![(1, 1)])], vec![])
    }
}

/// Which direction the area formula runs from the worst-off type.
#[derive(Clone, Copy)]
enum Direction {
    Up,
    Down,
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
