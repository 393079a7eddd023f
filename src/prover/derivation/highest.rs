//! The highest of many types that are drawn alike: the law of the highest type, and what can be collected from an agent.

use crate::kernel::rule::calculus::Interval;
use crate::kernel::rule::chance::{Given, Joint};
use crate::kernel::rule::family::Event;
use crate::kernel::{Expr, Formula, Name, Relation, Step};
use crate::model::{Highest, Law};
use crate::piecewise::{Engine, Obstacle};

use super::super::proof::{Hints, symbol};
use super::{Proof, Source, Tactic};

/// A type that is given, and that is not drawn.
type GivenType<'e> = Option<(&'e Expr, &'e Expr)>;

impl Proof<'_> {
    /// Adds what follows from how types are drawn: the expectation of the highest, also where one type is given, and what
    /// can be collected.
    pub(super) fn laws(&mut self) -> Result<(), Obstacle> {
        let derivation = self.derivation;
        let Some(law) = &derivation.law else { return Ok(()) };
        if let Some(others) = derivation.highest.iter().find(|h| h.is_of_other_types()) {
            self.laws_of_others(law, others)?;
        }
        let Some(highest) = derivation.highest.iter().find(|h| h.is_of_types()) else { return Ok(()) };
        let before = self.builder.length();
        let Some(pointwise) = self.pointwise(highest)? else {
            self.forget(before);
            return Ok(());
        };
        let found = self.law_of_highest(law, highest, pointwise)?;
        self.known_from_here(found)?;
        let found = self.expected(law, highest, pointwise)?;
        self.known_from_here(found)?;
        let interim = self.expected_given(law, highest, pointwise)?;
        self.known_from_here(interim)?;
        if let (Some(interim), Some(collectible)) = (interim, &derivation.collectible) {
            let found = self.collected(collectible, interim)?;
            self.known_from_here(found)?;
        }
        Ok(())
    }

    pub(super) fn known_from_here(&mut self, step: Option<usize>) -> Result<(), Obstacle> {
        if let Some(step) = step {
            let formula = self.builder.conclusion(step)?;
            self.sources.push(Source { name: String::new(), step, formula, meant: true });
        }
        Ok(())
    }

    /// The step of a hypothesis.
    pub(super) fn assumed_as(&self, formula: &Formula) -> Option<usize> {
        self.sources.iter().find(|s| s.formula == *formula).map(|s| s.step)
    }

    /// `∀θ ∀y. [y >= M(θ)] = [as many types as there are agents are at most y]`.
    fn pointwise(&mut self, highest: &Highest) -> Result<Option<usize>, Obstacle> {
        let [above, reached] = highest.meaning();
        let (Some(above), Some(reached)) = (self.assumed_as(&above), self.assumed_as(&reached)) else {
            return Ok(None);
        };
        let (p, y, k) = (self.name("p"), self.name("y"), self.name("k"));
        let (profile, point, agent) = (Expr::variable(&p), Expr::variable(&y), Expr::variable(&k));
        let value = Expr::apply(&highest.name, vec![profile.clone()]);
        let upper = &highest.upper;
        let below = |j: &Expr| point.minus(&Expr::read(&profile, j));
        let count = Expr::sum(&k, upper, &Expr::at_least_zero(&below(&agent)));
        let (on, all) = (point.minus(&value), count.minus(upper));
        let goal = Formula::equal(&Expr::at_least_zero(&on), &Expr::at_least_zero(&all));
        // Where the highest is at most y, every type is.
        let yes =
            self.builder.add(Step::Assume { formula: Formula::Compare(Relation::AtLeast, on.clone()) })?;
        let highest_here = self.decided(yes, &on, true)?;
        let is_agent = Expr::is_agent(&agent, upper);
        let member = self.builder.add(Step::Assume { formula: is_agent })?;
        let bound = self.builder.add(Step::Instance { premise: above, term: profile.clone() })?;
        let bound = self.builder.add(Step::Instance { premise: bound, term: agent.clone() })?;
        let bound = self.builder.add(Step::Apply { implication: bound, premise: member })?;
        let at_most = Formula::Compare(Relation::AtLeast, below(&agent));
        let Some(at_most) = self.combine(&self.known([yes, bound])?, &at_most, 1)? else { return Ok(None) };
        let one = self.decided(at_most, &below(&agent), true)?;
        let total = Step::Total { premise: one, variable: symbol(&k)?, upper: upper.clone() };
        let total = self.builder.add(total)?;
        let enough = Formula::Compare(Relation::AtLeast, all.clone());
        let Some(enough) = self.combine(&self.known([total])?, &enough, 1)? else { return Ok(None) };
        let all_here = self.decided(enough, &all, true)?;
        let Some(yes) = self.combine(&self.known([highest_here, all_here])?, &goal, 1)? else {
            return Ok(None);
        };
        // Where it is above, some type is.
        let less = Formula::Compare(Relation::Positive, on.negated());
        let no = self.builder.add(Step::Assume { formula: less })?;
        let highest_here = self.decided(no, &on, false)?;
        let some = self.builder.add(Step::Instance { premise: reached, term: profile.clone() })?;
        let statement = self.builder.conclusion(some)?;
        let Formula::Exists(j, body) = &statement else { return Ok(None) };
        let Formula::And(parts) = &**body else { return Ok(None) };
        let [member, same] = parts.as_slice() else { return Ok(None) };
        let who = Expr::variable(j);
        let member = self.builder.add(Step::Assume { formula: member.clone() })?;
        let same = self.builder.add(Step::Assume { formula: same.clone() })?;
        let over = Formula::Compare(Relation::Positive, below(&who).negated());
        let Some(over) = self.combine(&self.known([no, same])?, &over, 1)? else { return Ok(None) };
        let none = self.decided(over, &below(&who), false)?;
        let premise = self.at_most_one(&below(&agent))?;
        let (variable, last) = (symbol(&k)?, upper.clone());
        let others = Step::Others { premise, member, variable, upper: last, agent: who };
        let others = self.builder.add(others)?;
        let fewer = Formula::Compare(Relation::Positive, all.negated());
        let Some(fewer) = self.combine(&self.known([none, others])?, &fewer, 1)? else { return Ok(None) };
        let all_here = self.decided(fewer, &all, false)?;
        let Some(no) = self.combine(&self.known([highest_here, all_here])?, &goal, 1)? else {
            return Ok(None);
        };
        let Some(no) = self.chosen(some, &statement, no)? else { return Ok(None) };
        let both = self.builder.add(Step::Cases { on, yes, no })?;
        let both = self.builder.add(Step::Generalise { premise: both, name: symbol(&y)? })?;
        Ok(Some(self.builder.add(Step::Generalise { premise: both, name: symbol(&p)? })?))
    }

    /// `E[y >= M(θ)] = F(y)^n` for all types `y`.
    fn law_of_highest(
        &mut self,
        law: &Law,
        highest: &Highest,
        pointwise: usize,
    ) -> Result<Option<usize>, Obstacle> {
        let (p, y) = (self.name("p"), self.name("y"));
        let point = Expr::variable(&y);
        let inside = [Formula::at_least(&point, &law.low), Formula::at_least(&law.high, &point)];
        let before = self.domain.len();
        self.domain.extend(inside.iter().cloned());
        let chance = self.chance(law, highest, pointwise, None, (&p, &point));
        self.domain.truncate(before);
        let Some((step, _)) = chance? else { return Ok(None) };
        self.closed(&[y], &inside, step).map(Some)
    }

    /// `E M(θ)` as an integral along the power of the distribution function.
    fn expected(
        &mut self,
        law: &Law,
        highest: &Highest,
        pointwise: usize,
    ) -> Result<Option<usize>, Obstacle> {
        let (Some(low), Some(high)) = (law.power(&law.low, 0), law.power(&law.high, 0)) else {
            return Ok(None);
        };
        let y = self.name("y");
        let Some(inside) = law.power(&Expr::variable(&y), 0) else { return Ok(None) };
        let Some(found) = self.average_of(law, highest, pointwise, None)? else { return Ok(None) };
        let ends = law.high.times(&high).minus(&law.low.times(&low));
        let value = ends.minus(&Expr::integral(&y, &law.low, &law.high, &inside));
        self.as_integral(law, (highest, None), found, (&value, 0))
    }

    /// `E M(θ[i := r])` in the same way, for all agents and types.
    fn expected_given(
        &mut self,
        law: &Law,
        highest: &Highest,
        pointwise: usize,
    ) -> Result<Option<usize>, Obstacle> {
        let (i, r, y) = (self.name("i"), self.name("r"), self.name("y"));
        let (agent, own) = (Expr::variable(&i), Expr::variable(&r));
        let (Some(high), Some(inside)) = (law.power(&law.high, 1), law.power(&Expr::variable(&y), 1)) else {
            return Ok(None);
        };
        let premises = [
            Expr::is_agent(&agent, &law.upper),
            Formula::at_least(&own, &law.low),
            Formula::at_least(&law.high, &own),
        ];
        let before = self.domain.len();
        self.domain.extend(premises.iter().cloned());
        let given = Some((&agent, &own));
        let found = self.average_of(law, highest, pointwise, given);
        let mut done = None;
        if let Some(found) = found? {
            let value = law.high.times(&high).minus(&Expr::integral(&y, &own, &law.high, &inside));
            done = self.as_integral(law, (highest, given), found, (&value, 1))?;
        }
        self.domain.truncate(before);
        let Some(step) = done else { return Ok(None) };
        self.closed(&[i, r], &premises, step).map(Some)
    }

    /// `E M = high − ∫_low^high G` as `E M = value`, since the distribution function is one at the end and zero at the
    /// beginning, and with a given type no other is below it.
    fn as_integral(
        &mut self,
        law: &Law,
        (highest, given): (&Highest, GivenType<'_>),
        found: usize,
        (value, less): (&Expr, u32),
    ) -> Result<Option<usize>, Obstacle> {
        let Some(top) = self.one_at_the_end(law, less)? else { return Ok(None) };
        let bottom = Formula::equal(&law.at(&law.low), &Expr::zero());
        let Some(bottom) = self.by(&bottom, &Tactic::Given.allows())? else { return Ok(None) };
        let mut known = self.known([found, top, bottom])?;
        if let Some((_, own)) = given {
            let y = self.name("y");
            let point = Expr::variable(&y);
            let Some(power) = law.power(&point, less) else { return Ok(None) };
            let condition = point.minus(own);
            let weighted = Expr::at_least_zero(&condition).times(&power);
            let below = Formula::greater(own, &point);
            let below = self.builder.add(Step::Assume { formula: below })?;
            let zero = self.decided(below, &condition, false)?;
            let above = Formula::at_least(&point, own);
            let above = self.builder.add(Step::Assume { formula: above })?;
            let one = self.decided(above, &condition, true)?;
            let parts = [(zero, Expr::zero(), &law.low, own), (one, power, own, &law.high)];
            for (step, right, low, high) in parts {
                let equal = Formula::equal(&weighted, &right);
                let Some(premise) = self.combine(&self.known([step])?, &equal, 1)? else { return Ok(None) };
                let Some(order) = self.obvious(&Formula::at_least(high, low))? else { return Ok(None) };
                let interval = Interval { variable: symbol(&y)?, low: low.clone(), high: high.clone() };
                let (exceptions, left) = (vec![], weighted.clone());
                let step = Step::Congruence { premise, order, interval, exceptions, left, right };
                let step = self.builder.add(step)?;
                known.push((step, self.builder.conclusion(step)?));
            }
        }
        let p = self.name("p");
        let profile = drawn(&p, given);
        let average = Expr::expectation(&p, &Expr::apply(&highest.name, vec![profile]));
        self.combine(&known, &Formula::equal(&average, value), 1)
    }

    /// `F(high)^(n − less) = 1`.
    pub(super) fn one_at_the_end(&mut self, law: &Law, less: u32) -> Result<Option<usize>, Obstacle> {
        let end = law.at(&law.high);
        let Some(premise) = self.by(&Formula::equal(&end, &Expr::one()), &Tactic::Given.allows())? else {
            return Ok(None);
        };
        let hole = self.name("x");
        let of_hole = Law { cdf: Expr::variable(&hole), ..law.clone() };
        let Some(template) = of_hole.power(&law.high, less) else { return Ok(None) };
        let (left, right, hole) = (end, Expr::one(), symbol(&hole)?);
        Ok(Some(self.builder.add(Step::Replace { premise, left, right, hole, template })?))
    }

    /// `E M = high − ∫_low^high G(y) dy`, where `G(y)` is the chance that no type is above `y`.
    fn average_of(
        &mut self,
        law: &Law,
        highest: &Highest,
        pointwise: usize,
        given: GivenType<'_>,
    ) -> Result<Option<usize>, Obstacle> {
        let (p, y) = (self.name("p"), self.name("y"));
        let point = Expr::variable(&y);
        let profile = drawn(&p, given);
        let value = Expr::apply(&highest.name, vec![profile.clone()]);
        let Some(order) = self.obvious(&Formula::at_least(&law.high, &law.low))? else { return Ok(None) };
        // The chance at each point, and at the end.
        let before = self.domain.len();
        self.domain.extend([Formula::at_least(&point, &law.low), Formula::at_least(&law.high, &point)]);
        let chance = self.chance(law, highest, pointwise, given, (&p, &point));
        self.domain.truncate(before);
        let Some((chance, right)) = chance? else { return Ok(None) };
        let Some((last, _)) = self.chance(law, highest, pointwise, given, (&p, &law.high))? else {
            return Ok(None);
        };
        let less = u32::from(given.is_some());
        let Some(top) = self.one_at_the_end(law, less)? else { return Ok(None) };
        let mut known = self.known([last, top])?;
        if let Some((_, own)) = given {
            let Some(inside) = self.obvious(&Formula::at_least(&law.high, own))? else { return Ok(None) };
            let here = self.decided(inside, &law.high.minus(own), true)?;
            known.push((here, self.builder.conclusion(here)?));
        }
        let mut event = Event { certain: 0, agent: None, upper: None, term: law.high.minus(&value) };
        let Some(certain) = self.combine(&known, &event.is_certain(&symbol(&p)?), 1)? else {
            return Ok(None);
        };
        event.certain = certain;
        let under = self.builder.add(Step::Assume { formula: event.holds() })?;
        let mut events = vec![event];
        let over = match given {
            Some((agent, own)) => self.at_least_own(law, highest, &profile, (agent, own))?,
            None => self.at_least_lowest(law, highest, &profile, &mut events)?,
        };
        let Some(over) = over else { return Ok(None) };
        // The highest type is the end of the type space less the length of what is above it.
        let z = Name::from("z'");
        let names = ["a'", "b'", "c'"].map(Name::from);
        let [a, b, c] = names.each_ref().map(|n| Expr::variable(n));
        let length = |a: &Expr, b: &Expr, c: &Expr| {
            Expr::integral(&z, a, b, &Expr::at_least_zero(&Expr::variable(&z).minus(c)))
        };
        let domain = [Formula::at_least(&c, &a), Formula::at_least(&b, &c)];
        let lemma = Formula::equal(&length(&a, &b, &c), &b.minus(&c));
        let lemma = Formula::for_all(&names, Formula::implied(&domain, lemma));
        let proved = self.builder.prove(&mut Engine::new(), &mut vec![], &lemma, &Hints::new());
        let Ok(mut step) = proved else { return Ok(None) };
        for term in [law.low.clone(), law.high.clone(), value.clone()] {
            step = self.builder.add(Step::Instance { premise: step, term })?;
        }
        for premise in [over, under] {
            step = self.builder.add(Step::Apply { implication: step, premise })?;
        }
        let above = law.high.minus(&length(&law.low, &law.high, &value));
        let equal = Formula::equal(&value, &above);
        let Some(premise) = self.combine(&self.known([step])?, &equal, 1)? else { return Ok(None) };
        let step = Step::Average { premise, events, profile: symbol(&p)?, left: value.clone(), right: above };
        let averaged = self.builder.add(step)?;
        let interval = Interval { variable: symbol(&y)?, low: law.low.clone(), high: law.high.clone() };
        let below = Expr::at_least_zero(&point.minus(&value));
        let step = Step::Swap { profile: symbol(&p)?, interval: interval.clone(), body: below.clone() };
        let swapped = self.builder.add(step)?;
        let (left, exceptions, premise) = (Expr::expectation(&p, &below), vec![], chance);
        let value = law.high.minus(&Expr::integral(&y, &law.low, &law.high, &right));
        let step = Step::Congruence { premise, order, interval, exceptions, left, right };
        let integrated = self.builder.add(step)?;
        let average = Expr::expectation(&p, &Expr::apply(&highest.name, vec![profile]));
        let goal = Formula::equal(&average, &value);
        self.combine(&self.known([averaged, swapped, integrated])?, &goal, 1)
    }

    /// `E[y >= M] = F(y)^n`, or `[y >= r]·F(y)^(n − 1)`; and that right side.
    fn chance(
        &mut self,
        law: &Law,
        highest: &Highest,
        pointwise: usize,
        given: GivenType<'_>,
        (p, point): (&Name, &Expr),
    ) -> Result<Option<(usize, Expr)>, Obstacle> {
        let Some((joint, k)) = self.all_at_most(law, given, (p, point))? else { return Ok(None) };
        let profile = drawn(p, given);
        let mut premise = self.builder.add(Step::Instance { premise: pointwise, term: profile.clone() })?;
        premise = self.builder.add(Step::Instance { premise, term: point.clone() })?;
        let value = Expr::apply(&highest.name, vec![profile.clone()]);
        let left = Expr::at_least_zero(&point.minus(&value));
        let own = Expr::read(&profile, &Expr::variable(&k));
        let count = Expr::sum(&k, &law.upper, &Expr::at_least_zero(&point.minus(&own)));
        let right = Expr::at_least_zero(&count.minus(&law.upper));
        let step = Step::Average { premise, events: vec![], profile: symbol(p)?, left: left.clone(), right };
        let same = self.builder.add(step)?;
        let power = match given {
            None => law.power(point, 0),
            Some((_, own)) => {
                law.power(point, 1).map(|power| power.times(&Expr::at_least_zero(&point.minus(own))))
            }
        };
        let Some(power) = power else { return Ok(None) };
        let goal = Formula::equal(&Expr::expectation(p, &left), &power);
        let found = self.combine(&self.known([joint, same])?, &goal, 1)?;
        Ok(found.map(|step| (step, power)))
    }

    /// `E[as many types as there are agents are at most y] = F(y)^n`, or `[y >= r]·F(y)^(n − 1)`; and the name of the agent.
    pub(super) fn all_at_most(
        &mut self,
        law: &Law,
        given: GivenType<'_>,
        (p, point): (&Name, &Expr),
    ) -> Result<Option<(usize, Name)>, Obstacle> {
        let [drawn_by, ..] = law.meaning();
        let Some(drawn_by) = self.assumed_as(&drawn_by) else { return Ok(None) };
        let (k, x) = (self.name("k"), self.name("x"));
        let agent = Expr::variable(&k);
        let is_agent = Expr::is_agent(&agent, &law.upper);
        self.domain.push(is_agent.clone());
        let found = self.applied_to(drawn_by, &[agent, point.clone()]);
        self.domain.pop();
        let Some((premise, _)) = found? else { return Ok(None) };
        let premise = self.builder.add(Step::Discharge { premise, hypothesis: is_agent })?;
        let each = self.builder.add(Step::Generalise { premise, name: symbol(&k)? })?;
        let of = Joint {
            agent: symbol(&k)?,
            own: symbol(&x)?,
            event: point.minus(&Expr::variable(&x)),
            chance: law.at(point),
            upper: law.upper.clone(),
            profile: symbol(p)?,
            given: given.map(|(agent, value)| Given { agent: agent.clone(), value: value.clone() }),
        };
        let member = match given {
            Some((agent, _)) => match self.member(agent)? {
                Some(member) => Some(member),
                None => return Ok(None),
            },
            None => None,
        };
        Ok(Some((self.builder.add(Step::Joint { law: each, member, of })?, k)))
    }

    /// `M(θ[i := r]) >= low`.
    fn at_least_own(
        &mut self,
        law: &Law,
        highest: &Highest,
        profile: &Expr,
        (agent, own): (&Expr, &Expr),
    ) -> Result<Option<usize>, Obstacle> {
        let [above, _] = highest.meaning();
        let Some(above) = self.assumed_as(&above) else { return Ok(None) };
        let Some((bound, _)) = self.applied_to(above, &[profile.clone(), agent.clone()])? else {
            return Ok(None);
        };
        let Some(inside) = self.obvious(&Formula::at_least(own, &law.low))? else { return Ok(None) };
        let value = Expr::apply(&highest.name, vec![profile.clone()]);
        self.combine(&self.known([bound, inside])?, &Formula::at_least(&value, &law.low), 1)
    }

    /// `M(θ) >= low`, almost surely: the first agent's type is.
    fn at_least_lowest(
        &mut self,
        law: &Law,
        highest: &Highest,
        profile: &Expr,
        events: &mut Vec<Event>,
    ) -> Result<Option<usize>, Obstacle> {
        let ([above, _], [_, certain, _]) = (highest.meaning(), law.meaning());
        let (Some(above), Some(certain)) = (self.assumed_as(&above), self.assumed_as(&certain)) else {
            return Ok(None);
        };
        let i = Name::from("i'");
        let term = Expr::read(profile, &Expr::variable(&i)).minus(&law.low);
        let event = Event { certain, agent: Some(symbol(&i)?), upper: Some(law.upper.clone()), term };
        let holds = self.builder.add(Step::Assume { formula: event.holds() })?;
        events.push(event);
        let first = Expr::one();
        let Some((lowest, _)) = self.applied_to(holds, std::slice::from_ref(&first))? else {
            return Ok(None);
        };
        let Some((bound, _)) = self.applied_to(above, &[profile.clone(), first])? else { return Ok(None) };
        let value = Expr::apply(&highest.name, vec![profile.clone()]);
        self.combine(&self.known([bound, lowest])?, &Formula::at_least(&value, &law.low), 1)
    }
}

/// The profile that is drawn, with the type that is given.
fn drawn(p: &Name, given: GivenType<'_>) -> Expr {
    let profile = Expr::variable(p);
    match given {
        None => profile,
        Some((agent, own)) => Expr::update(&profile, agent, own),
    }
}
