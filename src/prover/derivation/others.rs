//! The highest of the types of all agents but one: its law, what it is expected to be, and what it is expected to be where it is
//! not above a number.

use crate::kernel::rule::calculus::Interval;
use crate::kernel::rule::family::Event;
use crate::kernel::{Expr, Formula, Name, Step};
use crate::model::{Highest, Law};
use crate::piecewise::{Engine, Obstacle};

use super::super::proof::{Hints, symbol};
use super::Proof;
use super::left_out::described;

/// The highest of the types of the others, at a profile that is drawn.
struct Others<'a> {
    law: &'a Law,
    highest: &'a Highest,
    /// The agent that is left out.
    agent: Expr,
    /// The name of the profile.
    profile: Name,
    /// The step that says what it is to be at most a number.
    pointwise: usize,
}

impl Others<'_> {
    fn at(&self, types: &Expr) -> Expr {
        Expr::apply(&self.highest.name, vec![types.clone(), self.agent.clone()])
    }

    fn value(&self) -> Expr {
        self.at(&Expr::variable(&self.profile))
    }

    /// `[y >= M]`.
    fn at_most(&self, point: &Expr) -> Expr {
        Expr::at_least_zero(&point.minus(&self.value()))
    }

    fn average(&self, e: &Expr) -> Expr {
        Expr::expectation(&self.profile, e)
    }
}

/// What the average of a term is: a step that says so, and the value.
type Average = (usize, Expr);

impl Proof<'_> {
    /// Adds what follows of the highest type of the others from how types are drawn, whether the type of the agent is given or
    /// not: of the chance that it is at most a number, of what it is expected to be, and to be where it is at most a number.
    pub(super) fn laws_of_others(&mut self, law: &Law, highest: &Highest) -> Result<(), Obstacle> {
        let before = self.builder.length();
        let Some(pointwise) = self.pointwise_of_others(law, highest)? else {
            self.forget(before);
            return Ok(());
        };
        let same = self.whatever_the_own_type(highest)?;
        self.known_from_here(same)?;
        if let Some(all) = self.derivation.highest.iter().find(|h| h.is_of_types()) {
            let found = self.own_or_another(all, highest)?;
            self.known_from_here(found)?;
        }
        let (i, y, p, x) = (self.name("i"), self.name("y"), self.name("p"), self.name("x"));
        let (agent, point, hole) = (Expr::variable(&i), Expr::variable(&y), Expr::variable(&x));
        let of = Others { law, highest, agent, profile: p, pointwise };
        let is_agent = Expr::is_agent(&of.agent, &law.upper);
        let inside = [Formula::at_least(&point, &law.low), Formula::at_least(&law.high, &point)];
        let premises = [&[is_agent.clone()][..], &inside].concat();
        let here = Expr::at_least_zero(&point.minus(&hole));
        let before = self.domain.len();
        self.domain.extend(premises.iter().cloned());
        let chance = self.chance_of_others(&of, &point);
        let part = self.expected_up_to(&of, &point);
        self.domain.truncate(before);
        self.domain.push(is_agent.clone());
        let mean = self.expected_of_others(&of);
        self.domain.truncate(before);
        let all = [
            (chance?, here.clone(), vec![y.clone()], &premises[..]),
            (part?, hole.times(&here), vec![y], &premises[..]),
            (mean?, hole, vec![], std::slice::from_ref(&is_agent)),
        ];
        for (step, template, more, premises) in all {
            let Some((step, value)) = step else { continue };
            let names = [&[i.clone()][..], &more].concat();
            let closed = self.closed(&names, premises, step)?;
            self.known_from_here(Some(closed))?;
            let Some(same) = same else { continue };
            let r = self.name("r");
            self.domain.push(is_agent.clone());
            let given = self.with_own_type(&of, same, (step, &value), (&x, &template), &r);
            self.domain.truncate(before);
            let Some(step) = given? else { continue };
            let names = [&[i.clone(), r][..], &more].concat();
            let closed = self.closed(&names, premises, step)?;
            self.known_from_here(Some(closed))?;
        }
        Ok(())
    }

    /// An average of the highest of the others, where the type of the agent is given.
    fn with_own_type(
        &mut self,
        of: &Others<'_>,
        same: usize,
        (known, value): (usize, &Expr),
        (x, template): (&Name, &Expr),
        r: &Name,
    ) -> Result<Option<usize>, Obstacle> {
        let (types, own) = (Expr::variable(&of.profile), Expr::variable(r));
        let values = [types.clone(), of.agent.clone(), own.clone()];
        let Some((premise, _)) = self.applied_to(same, &values)? else { return Ok(None) };
        let (left, right) = (of.at(&Expr::update(&types, &of.agent, &own)), of.value());
        let at = |e: &Expr| template.substitute_one(x, e);
        let (after, before) = (at(&left), at(&right));
        let (hole, template) = (symbol(x)?, template.clone());
        let premise = self.builder.add(Step::Replace { premise, left, right, hole, template })?;
        let (left, profile) = (after.clone(), symbol(&of.profile)?);
        let step = Step::Average { premise, events: vec![], profile, left, right: before };
        let averaged = self.builder.add(step)?;
        let goal = Formula::equal(&of.average(&after), value);
        self.combine(&self.known([known, averaged])?, &goal, 1)
    }

    /// `E[y >= M] = F(y)^(n − 1)`.
    fn chance_of_others(&mut self, of: &Others<'_>, point: &Expr) -> Result<Option<Average>, Obstacle> {
        let low = &of.law.low;
        let Some(power) = of.law.power(point, 1) else { return Ok(None) };
        let lowest = Some((&of.agent, low));
        let Some((joint, k)) = self.all_at_most(of.law, lowest, (&of.profile, point))? else {
            return Ok(None);
        };
        let types = Expr::variable(&of.profile);
        let values = [types.clone(), of.agent.clone(), point.clone()];
        let Some((premise, _)) = self.applied_to(of.pointwise, &values)? else { return Ok(None) };
        let own = Expr::read(&Expr::update(&types, &of.agent, low), &Expr::variable(&k));
        let count = Expr::sum(&k, &of.law.upper, &Expr::at_least_zero(&point.minus(&own)));
        let (left, right) = (of.at_most(point), Expr::at_least_zero(&count.minus(&of.law.upper)));
        let profile = symbol(&of.profile)?;
        let step = Step::Average { premise, events: vec![], profile, left: left.clone(), right };
        let same = self.builder.add(step)?;
        let Some(no_lower) = self.obvious(&Formula::at_least(point, low))? else { return Ok(None) };
        let premise = self.decided(no_lower, &point.minus(low), true)?;
        let x = self.name("x");
        let step = Step::Replace {
            premise,
            left: Expr::at_least_zero(&point.minus(low)),
            right: Expr::one(),
            hole: symbol(&x)?,
            template: power.times(&Expr::variable(&x)),
        };
        let certain = self.builder.add(step)?;
        let goal = Formula::equal(&of.average(&left), &power);
        Ok(self.combine(&self.known([joint, same, certain])?, &goal, 1)?.map(|step| (step, power)))
    }

    /// `E(M·[y >= M]) = y·F(y)^(n − 1) − ∫_low^y F(z)^(n − 1) dz`.
    fn expected_up_to(&mut self, of: &Others<'_>, point: &Expr) -> Result<Option<Average>, Obstacle> {
        let low = &of.law.low;
        let mut events = Vec::new();
        let Some(over) = self.others_at_least_lowest(of, &mut events)? else { return Ok(None) };
        let Some(order) = self.obvious(&Formula::at_least(point, low))? else { return Ok(None) };
        // At each profile.
        let names = ["a'", "b'", "c'"].map(Name::from);
        let [a, b, c] = names.each_ref().map(|n| Expr::variable(n));
        let z = Name::from("z'");
        let here = |top: &Expr, value: &Expr| Expr::at_least_zero(&top.minus(value));
        let area = |a: &Expr, b: &Expr, c: &Expr| Expr::integral(&z, a, b, &here(&Expr::variable(&z), c));
        let part = |a: &Expr, b: &Expr, c: &Expr| b.times(&here(b, c)).minus(&area(a, b, c));
        let lemma = Formula::equal(&c.times(&here(&b, &c)), &part(&a, &b, &c));
        let domain = [Formula::at_least(&c, &a), Formula::at_least(&b, &a)];
        let lemma = Formula::for_all(&names, Formula::implied(&domain, lemma));
        let Ok(mut step) = self.builder.prove(&mut Engine::new(), &mut vec![], &lemma, &Hints::new()) else {
            return Ok(None);
        };
        let value = of.value();
        for term in [low, point, &value] {
            step = self.builder.add(Step::Instance { premise: step, term: term.clone() })?;
        }
        for premise in [over, order] {
            step = self.builder.add(Step::Apply { implication: step, premise })?;
        }
        let (left, right) = (value.times(&of.at_most(point)), part(low, point, &value));
        let profile = symbol(&of.profile)?;
        let left_side = left.clone();
        let step = Step::Average { premise: step, events, profile: profile.clone(), left: left_side, right };
        let averaged = self.builder.add(step)?;
        // On average: the integral of the chances.
        let y = self.name("y");
        let inner = Expr::variable(&y);
        let interval = Interval { variable: symbol(&y)?, low: low.clone(), high: point.clone() };
        let body = of.at_most(&inner);
        let step = Step::Swap { profile, interval: interval.clone(), body: body.clone() };
        let swapped = self.builder.add(step)?;
        let before = self.domain.len();
        self.domain.extend([Formula::at_least(&inner, low), Formula::at_least(point, &inner)]);
        let premise = self.chance_of_others(of, &inner);
        self.domain.truncate(before);
        let Some((premise, right)) = premise? else { return Ok(None) };
        let left_side = of.average(&body);
        let exceptions = vec![];
        let step =
            Step::Congruence { premise, order, interval, exceptions, left: left_side, right: right.clone() };
        let integrated = self.builder.add(step)?;
        let Some((chance, power)) = self.chance_of_others(of, point)? else { return Ok(None) };
        let x = self.name("x");
        let step = Step::Replace {
            premise: chance,
            left: of.average(&of.at_most(point)),
            right: power.clone(),
            hole: symbol(&x)?,
            template: point.times(&Expr::variable(&x)),
        };
        let chance = self.builder.add(step)?;
        let sum = point.times(&power).minus(&Expr::integral(&y, low, point, &right));
        let goal = Formula::equal(&of.average(&left), &sum);
        let found = self.combine(&self.known([averaged, swapped, integrated, chance])?, &goal, 1)?;
        Ok(found.map(|step| (step, sum)))
    }

    /// `E M = high − ∫_low^high F(y)^(n − 1) dy`: almost surely, it is not above the highest type.
    fn expected_of_others(&mut self, of: &Others<'_>) -> Result<Option<Average>, Obstacle> {
        let high = &of.law.high;
        let (Some((chance, _)), Some((part, _))) =
            (self.chance_of_others(of, high)?, self.expected_up_to(of, high)?)
        else {
            return Ok(None);
        };
        let Some(top) = self.one_at_the_end(of.law, 1)? else { return Ok(None) };
        let mut event = Event { certain: 0, agent: None, upper: None, term: high.minus(&of.value()) };
        let profile = symbol(&of.profile)?;
        let certain = self.combine(&self.known([chance, top])?, &event.is_certain(&profile), 1)?;
        let Some(certain) = certain else { return Ok(None) };
        event.certain = certain;
        let under = self.builder.add(Step::Assume { formula: event.holds() })?;
        let premise = self.decided(under, &high.minus(&of.value()), true)?;
        let (x, y) = (self.name("x"), self.name("y"));
        let value = of.value();
        let (left, right) = (value.times(&of.at_most(high)), value.clone());
        let step = Step::Replace {
            premise,
            left: of.at_most(high),
            right: Expr::one(),
            hole: symbol(&x)?,
            template: value.times(&Expr::variable(&x)),
        };
        let premise = self.builder.add(step)?;
        let same = self.builder.add(Step::Average { premise, events: vec![event], profile, left, right })?;
        let step = Step::Replace {
            premise: top,
            left: of.law.power(high, 1).unwrap_or_else(Expr::one),
            right: Expr::one(),
            hole: symbol(&x)?,
            template: high.times(&Expr::variable(&x)),
        };
        let end = self.builder.add(step)?;
        let Some(inside) = of.law.power(&Expr::variable(&y), 1) else { return Ok(None) };
        let sum = high.minus(&Expr::integral(&y, &of.law.low, high, &inside));
        let goal = Formula::equal(&of.average(&value), &sum);
        Ok(self.combine(&self.known([part, same, end])?, &goal, 1)?.map(|step| (step, sum)))
    }

    /// `M >= low`, almost surely: it is one of the types.
    fn others_at_least_lowest(
        &mut self,
        of: &Others<'_>,
        events: &mut Vec<Event>,
    ) -> Result<Option<usize>, Obstacle> {
        let ([_, reached], [_, certain, _]) = (of.highest.meaning(), of.law.meaning());
        let (Some(reached), Some(certain)) = (self.assumed_as(&reached), self.assumed_as(&certain)) else {
            return Ok(None);
        };
        let i = Name::from("i'");
        let (low, profile) = (&of.law.low, Expr::variable(&of.profile));
        let term = Expr::read(&profile, &Expr::variable(&i)).minus(low);
        let event = Event { certain, agent: Some(symbol(&i)?), upper: Some(of.law.upper.clone()), term };
        let holds = self.builder.add(Step::Assume { formula: event.holds() })?;
        events.push(event);
        let Some((some, statement)) = self.applied_to(reached, &[profile.clone(), of.agent.clone()])? else {
            return Ok(None);
        };
        let Some((who, [member, _, same])) = described(&statement) else { return Ok(None) };
        let member = self.builder.add(Step::Assume { formula: member })?;
        let same = self.builder.add(Step::Assume { formula: same })?;
        let lowest = self.builder.add(Step::Instance { premise: holds, term: who })?;
        let lowest = self.builder.add(Step::Apply { implication: lowest, premise: member })?;
        let goal = Formula::at_least(&of.value(), low);
        let Some(found) = self.combine(&self.known([same, lowest])?, &goal, 1)? else { return Ok(None) };
        self.chosen(some, &statement, found)
    }
}
