//! What can be collected from an agent who owns a share of a good that is allocated efficiently.

use crate::kernel::rule::calculus::Interval;
use crate::kernel::{Expr, Formula, Relation, Step};
use crate::model::{Collectible, Law};
use crate::piecewise::Obstacle;

use super::super::proof::symbol;
use super::tactic::Known;
use super::{Proof, Source, Tactic};

impl Proof<'_> {
    /// What can be collected from an agent, for all agents and types `w` at which `F(w)^(n − 1)` is the share: an integral
    /// along that power, from `w` on.
    pub(super) fn collected(&mut self, of: &Collectible, interim: usize) -> Result<Option<usize>, Obstacle> {
        let law = &of.law;
        let (i, w, y) = (self.name("i"), self.name("w"), self.name("y"));
        let (agent, own) = (Expr::variable(&i), Expr::variable(&w));
        let (Some(here), Some(high), Some(inside)) =
            (law.power(&own, 1), law.power(&law.high, 1), law.power(&Expr::variable(&y), 1))
        else {
            return Ok(None);
        };
        let premises = [
            Expr::is_agent(&agent, &law.upper),
            Formula::at_least(&own, &law.low),
            Formula::at_least(&law.high, &own),
            Formula::equal(&here, &of.share_of(&agent)),
        ];
        let value = law.high.times(&high).minus(&own.times(&here));
        let value = value.minus(&Expr::integral(&y, &own, &law.high, &inside));
        let goal = Formula::equal(&of.of(&agent), &value);
        let before = self.domain.len();
        self.domain.extend(premises.iter().cloned());
        let found = self.collected_here(of, interim, (&agent, &own), &goal);
        self.domain.truncate(before);
        let Some(step) = found? else { return Ok(None) };
        self.closed(&[i, w], &premises, step).map(Some)
    }

    fn collected_here(
        &mut self,
        of: &Collectible,
        interim: usize,
        (agent, own): (&Expr, &Expr),
        goal: &Formula,
    ) -> Result<Option<usize>, Obstacle> {
        let [bound, reached] = of.meaning();
        let (Some(bound), Some(reached)) = (self.assumed_as(&bound), self.assumed_as(&reached)) else {
            return Ok(None);
        };
        let pair = [agent.clone(), own.clone()];
        let Some((bound, _)) = self.applied_to(bound, &pair)? else { return Ok(None) };
        let Some((worth, _)) = self.applied_to(interim, &pair)? else { return Ok(None) };
        let Some((some, statement)) = self.applied_to(reached, std::slice::from_ref(agent))? else {
            return Ok(None);
        };
        let Formula::Exists(r, body) = &statement else { return Ok(None) };
        let Formula::And(parts) = &**body else { return Ok(None) };
        let other = Expr::variable(r);
        self.domain.extend(parts.iter().cloned());
        let Some((there, _)) = self.applied_to(interim, &[agent.clone(), other.clone()])? else {
            return Ok(None);
        };
        let law = &of.law;
        let Some(here) = law.power(own, 1) else { return Ok(None) };
        let share = Formula::equal(&here, &of.share_of(agent));
        let share = self.builder.add(Step::Assume { formula: share })?;
        let same = Formula::equal(&of.of(agent), &of.from(agent, &other));
        let same = self.builder.add(Step::Assume { formula: same })?;
        let on = other.minus(own);
        let mut branches = Vec::new();
        for (low, high) in [(own, &other), (&other, own)] {
            let order = match branches.is_empty() {
                true => Formula::Compare(Relation::AtLeast, on.clone()),
                false => Formula::Compare(Relation::Positive, on.negated()),
            };
            let before = self.domain.len();
            self.domain.push(order.clone());
            let slope = self.steeper(law, own, (low, high));
            self.domain.truncate(before);
            let Some(slope) = slope? else { return Ok(None) };
            let known = self.known([bound, worth, there, share, same, slope])?;
            let Formula::Compare(_, e) = goal else { return Ok(None) };
            let side = |e: Expr| Formula::Compare(Relation::AtLeast, e);
            let Some(above) = self.combine(&known, &side(e.clone()), 1)? else { return Ok(None) };
            let Some(below) = self.combine(&known, &side(e.negated()), 1)? else { return Ok(None) };
            branches.push(self.builder.add(Step::Antisymmetry { above, below })?);
        }
        let [yes, no] = branches.as_slice() else { return Ok(None) };
        let step = self.builder.add(Step::Cases { on, yes: *yes, no: *no })?;
        self.chosen(some, &statement, step)
    }

    /// `∫_low^high (F(y)^(n − 1) − F(w)^(n − 1)) dy` is at least zero where `w` is the lower end, and at most zero where it
    /// is the upper one.
    fn steeper(
        &mut self,
        law: &Law,
        own: &Expr,
        (low, high): (&Expr, &Expr),
    ) -> Result<Option<usize>, Obstacle> {
        let y = self.name("y");
        let point = Expr::variable(&y);
        let Some(order) = self.obvious(&Formula::at_least(high, low))? else { return Ok(None) };
        let before = self.domain.len();
        self.domain.extend([Formula::at_least(&point, low), Formula::at_least(high, &point)]);
        let premise = match own == low {
            true => self.powers_in_order(law, own, &point),
            false => self.powers_in_order(law, &point, own),
        };
        self.domain.truncate(before);
        let Some(premise) = premise? else { return Ok(None) };
        let interval = Interval { variable: symbol(&y)?, low: low.clone(), high: high.clone() };
        let step = Step::Monotone { premise, order, interval, exceptions: vec![] };
        Ok(Some(self.builder.add(step)?))
    }

    /// `F(b)^(n − 1) − F(a)^(n − 1) >= 0` for places `a <= b`: the integral of the derivative of the power.
    fn powers_in_order(&mut self, law: &Law, a: &Expr, b: &Expr) -> Result<Option<usize>, Obstacle> {
        let z = self.name("z");
        let (first, last) = (law.at(a), law.at(b));
        let of_z = Law { cdf: Expr::variable(&z), ..law.clone() };
        let Some(power) = of_z.power(b, 1) else { return Ok(None) };
        let given = Tactic::Given.allows();
        let Some(order) = self.by(&Formula::at_least(&last, &first), &given)? else { return Ok(None) };
        let Some(sign) = self.by(&Formula::at_least(&first, &Expr::zero()), &given)? else { return Ok(None) };
        let interval = Interval { variable: symbol(&z)?, low: first.clone(), high: last.clone() };
        let Ok(rise) =
            self.builder.add(Step::Fundamental { interval: interval.clone(), body: power.clone() })
        else {
            return Ok(None);
        };
        let Ok(slope) = crate::kernel::rule::fundamental::derivative(&power, &z) else { return Ok(None) };
        let point = Expr::variable(&z);
        let above = self.builder.add(Step::Assume { formula: Formula::at_least(&point, &first) })?;
        let positive = Formula::at_least(&point, &Expr::zero());
        let Some(positive) = self.combine(&self.known([above, sign])?, &positive, 1)? else {
            return Ok(None);
        };
        let raised = self.builder.add(Step::Power { premise: positive })?;
        let natural = self.builder.add(Step::Natural)?;
        let known: Vec<Known> = self.known([positive, raised, natural])?;
        let slope = Formula::Compare(Relation::AtLeast, slope);
        let Some(premise) = self.from(&known, &slope)? else { return Ok(None) };
        let step = Step::Monotone { premise, order, interval, exceptions: vec![] };
        let area = self.builder.add(step)?;
        let at = |e: &Expr| power.substitute_one(&z, e);
        let goal = Formula::at_least(&at(&last), &at(&first));
        self.combine(&self.known([rise, area])?, &goal, 1)
    }

    /// Sums of what can be collected from the agents, at places that are spoken of.
    pub(super) fn sums_collected(
        &mut self,
        upper: &Expr,
        body: &Expr,
        goal: &Formula,
    ) -> Result<Vec<Known>, Obstacle> {
        let derivation = self.derivation;
        let (Some(of), Formula::Compare(_, e)) = (&derivation.collectible, goal) else { return Ok(vec![]) };
        let k = self.name("k");
        let agent = Expr::variable(&k);
        if body.open(&k) != of.of(&agent) {
            return Ok(vec![]);
        }
        let is_it = |s: &&Source| {
            matches!(&s.formula, Formula::ForAll(_, b) if matches!(&**b, Formula::ForAll(..)))
                && s.meant
                && ends_in_an_equation_of(&s.formula, &of.name)
        };
        let Some(source) = self.sources.iter().find(is_it).map(|s| s.step) else { return Ok(vec![]) };
        let mut out = Vec::new();
        for name in e.free_names().into_iter().filter(|name| e.mentions_variable(name)) {
            let is_agent = Expr::is_agent(&agent, upper);
            self.domain.push(is_agent);
            let found = self.applied_to(source, &[agent.clone(), Expr::variable(&name)]);
            self.domain.pop();
            let Some((premise, _)) = found? else { continue };
            let step = Step::Total { premise, variable: symbol(&k)?, upper: upper.clone() };
            let Ok(step) = self.builder.add(step) else { continue };
            out.push((step, self.builder.conclusion(step)?));
        }
        Ok(out)
    }
}

/// Whether a statement is about all of something, and ends in an equation that speaks of a function.
fn ends_in_an_equation_of(formula: &Formula, name: &str) -> bool {
    match formula {
        Formula::ForAll(_, body) | Formula::Implies(_, body) => ends_in_an_equation_of(body, name),
        Formula::Compare(Relation::Equal, e) => e.mentions_function(name),
        _ => false,
    }
}
