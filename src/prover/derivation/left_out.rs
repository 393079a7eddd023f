//! The highest of the types of all agents but one, at each profile: when it is at most a number, that it does not depend on
//! the own type, and that the highest of all types is the own one or that; and which agents are apart.

use crate::kernel::{Expr, Formula, Relation, Step};
use crate::model::{Highest, Law};
use crate::piecewise::Obstacle;

use super::super::proof::symbol;
use super::Proof;
use super::tactic::term;

impl Proof<'_> {
    /// `∀θ ∀i ∀y >= low. [y >= M(θ, i)] = [as many types of θ[i := low] as there are agents are at most y]`.
    pub(super) fn pointwise_of_others(
        &mut self,
        law: &Law,
        highest: &Highest,
    ) -> Result<Option<usize>, Obstacle> {
        let [above, reached] = highest.meaning();
        let (Some(above), Some(reached)) = (self.assumed_as(&above), self.assumed_as(&reached)) else {
            return Ok(None);
        };
        let (p, i, y, k) = (self.name("p"), self.name("i"), self.name("y"), self.name("k"));
        let [profile, left_out, point, agent] = [&p, &i, &y, &k].map(|name| Expr::variable(name));
        let upper = &highest.upper;
        let value = Expr::apply(&highest.name, vec![profile.clone(), left_out.clone()]);
        let changed = Expr::update(&profile, &left_out, &law.low);
        let below = |j: &Expr| point.minus(&Expr::read(&changed, j));
        let count = Expr::sum(&k, upper, &Expr::at_least_zero(&below(&agent)));
        let (on, all) = (point.minus(&value), count.minus(upper));
        let goal = Formula::equal(&Expr::at_least_zero(&on), &Expr::at_least_zero(&all));
        let premises = [Expr::is_agent(&left_out, upper), Formula::at_least(&point, &law.low)];
        let [is_left_out, no_lower] = premises.clone();
        let is_left_out = self.builder.add(Step::Assume { formula: is_left_out })?;
        let no_lower = self.builder.add(Step::Assume { formula: no_lower })?;
        let own_is_below = self.decided(no_lower, &point.minus(&law.low), true)?;
        let unchanged = |proof: &mut Self, who: &Expr| -> Result<usize, Obstacle> {
            let premise = proof.builder.add(Step::Assume { formula: Expr::are_apart(who, &left_out) })?;
            let (profile, changed, value) = (profile.clone(), left_out.clone(), law.low.clone());
            proof.builder.add(Step::Apart { premise, profile, changed, value, agent: who.clone() })
        };
        // Where the highest of the others is at most y, every type is.
        let yes = Formula::Compare(Relation::AtLeast, on.clone());
        let yes = self.builder.add(Step::Assume { formula: yes })?;
        let highest_here = self.decided(yes, &on, true)?;
        let member = self.builder.add(Step::Assume { formula: Expr::is_agent(&agent, upper) })?;
        let apart = self.builder.add(Step::Assume { formula: Expr::are_apart(&agent, &left_out) })?;
        let mut bound = above;
        for term in [&profile, &left_out] {
            bound = self.builder.add(Step::Instance { premise: bound, term: term.clone() })?;
        }
        bound = self.builder.add(Step::Apply { implication: bound, premise: is_left_out })?;
        bound = self.builder.add(Step::Instance { premise: bound, term: agent.clone() })?;
        for premise in [member, apart] {
            bound = self.builder.add(Step::Apply { implication: bound, premise })?;
        }
        let same = unchanged(self, &agent)?;
        let at_most = Formula::Compare(Relation::AtLeast, below(&agent));
        let Some(at_most) = self.combine(&self.known([yes, bound, same])?, &at_most, 1)? else {
            return Ok(None);
        };
        let premise = self.decided(at_most, &below(&agent), true)?;
        let others = |premise: usize, member: usize, agent: &Expr| -> Result<Step, Obstacle> {
            let (variable, upper, agent) = (symbol(&k)?, upper.clone(), agent.clone());
            Ok(Step::Others { premise, member, variable, upper, agent })
        };
        let total = self.builder.add(others(premise, is_left_out, &left_out)?)?;
        let enough = Formula::Compare(Relation::AtLeast, all.clone());
        let Some(enough) = self.combine(&self.known([total, own_is_below])?, &enough, 1)? else {
            return Ok(None);
        };
        let all_here = self.decided(enough, &all, true)?;
        let Some(yes) = self.combine(&self.known([highest_here, all_here])?, &goal, 1)? else {
            return Ok(None);
        };
        // Where it is above, some type is.
        let no = Formula::Compare(Relation::Positive, on.negated());
        let no = self.builder.add(Step::Assume { formula: no })?;
        let highest_here = self.decided(no, &on, false)?;
        let mut some = reached;
        for term in [&profile, &left_out] {
            some = self.builder.add(Step::Instance { premise: some, term: term.clone() })?;
        }
        some = self.builder.add(Step::Apply { implication: some, premise: is_left_out })?;
        let statement = self.builder.conclusion(some)?;
        let Some((who, [member, _, same])) = described(&statement) else { return Ok(None) };
        let member = self.builder.add(Step::Assume { formula: member })?;
        let same = self.builder.add(Step::Assume { formula: same })?;
        let kept = unchanged(self, &who)?;
        let over = Formula::Compare(Relation::Positive, below(&who).negated());
        let Some(over) = self.combine(&self.known([no, same, kept])?, &over, 1)? else { return Ok(None) };
        let none = self.decided(over, &below(&who), false)?;
        let premise = self.at_most_one(&below(&agent))?;
        let rest = self.builder.add(others(premise, member, &who)?)?;
        let fewer = Formula::Compare(Relation::Positive, all.negated());
        let Some(fewer) = self.combine(&self.known([none, rest])?, &fewer, 1)? else { return Ok(None) };
        let all_here = self.decided(fewer, &all, false)?;
        let Some(no) = self.combine(&self.known([highest_here, all_here])?, &goal, 1)? else {
            return Ok(None);
        };
        let Some(no) = self.chosen(some, &statement, no)? else { return Ok(None) };
        let both = self.builder.add(Step::Cases { on, yes, no })?;
        self.closed(&[p, i, y], &premises, both).map(Some)
    }

    /// `∀θ ∀i ∀r. M(θ[i := r], i) = M(θ, i)`.
    pub(super) fn whatever_the_own_type(&mut self, highest: &Highest) -> Result<Option<usize>, Obstacle> {
        let [above, reached] = highest.meaning();
        let (Some(above), Some(reached)) = (self.assumed_as(&above), self.assumed_as(&reached)) else {
            return Ok(None);
        };
        let names = ["p", "i", "r"].map(|stem| self.name(stem));
        let [profile, changed, value] = names.each_ref().map(|name| Expr::variable(name));
        let is_agent = Expr::is_agent(&changed, &highest.upper);
        let after = Expr::update(&profile, &changed, &value);
        let mut sides = Vec::new();
        self.domain.push(is_agent.clone());
        for (one, other) in [(&profile, &after), (&after, &profile)] {
            let at = |p: &Expr| Expr::apply(&highest.name, vec![p.clone(), changed.clone()]);
            let found = self.applied_to(reached, &[one.clone(), changed.clone()])?;
            let Some((some, statement)) = found else { break };
            let Some((who, [member, apart, same])) = described(&statement) else { break };
            self.domain.extend([member, apart.clone()]);
            let premise = self.builder.add(Step::Assume { formula: apart })?;
            let same = self.builder.add(Step::Assume { formula: same })?;
            let values = [other.clone(), changed.clone(), who.clone()];
            let bound = self.applied_to(above, &values)?;
            self.domain.truncate(self.domain.len() - 2);
            let Some((bound, _)) = bound else { break };
            let (profile, changed, value) = (profile.clone(), changed.clone(), value.clone());
            let kept = self.builder.add(Step::Apart { premise, profile, changed, value, agent: who })?;
            let goal = Formula::at_least(&at(other), &at(one));
            let Some(side) = self.combine(&self.known([same, bound, kept])?, &goal, 1)? else { break };
            sides.extend(self.chosen(some, &statement, side)?);
        }
        self.domain.pop();
        let [above, below] = sides.as_slice() else { return Ok(None) };
        let same = self.builder.add(Step::Antisymmetry { above: *above, below: *below })?;
        self.closed(&names, &[is_agent], same).map(Some)
    }

    /// `∀θ ∀i. M(θ) = max(θ[i], M(θ, i))`: the highest type is that of the agent or the highest of the others.
    pub(super) fn own_or_another(
        &mut self,
        all: &Highest,
        others: &Highest,
    ) -> Result<Option<usize>, Obstacle> {
        let before = self.domain.len();
        let found = self.own_or_another_here(all, others);
        self.domain.truncate(before);
        found
    }

    fn own_or_another_here(&mut self, all: &Highest, others: &Highest) -> Result<Option<usize>, Obstacle> {
        let meanings = [all.meaning(), others.meaning()].concat();
        let steps: Vec<usize> = meanings.iter().filter_map(|f| self.assumed_as(f)).collect();
        let [above, reached, above_others, reached_others] = steps.as_slice() else { return Ok(None) };
        let names = ["p", "i"].map(|stem| self.name(stem));
        let [profile, agent] = names.each_ref().map(|name| Expr::variable(name));
        let is_agent = Expr::is_agent(&agent, &others.upper);
        let highest = Expr::apply(&all.name, vec![profile.clone()]);
        let other = Expr::apply(&others.name, vec![profile.clone(), agent.clone()]);
        let own = Expr::read(&profile, &agent);
        let before = self.domain.len();
        self.domain.push(is_agent.clone());
        let is_member = self.builder.add(Step::Assume { formula: is_agent.clone() })?;
        // It is at least both.
        let least = self.applied_to(*above, &[profile.clone(), agent.clone()])?;
        let found = self.applied_to(*reached_others, &[profile.clone(), agent.clone()])?;
        let (Some((least, _)), Some((some, statement))) = (least, found) else { return Ok(None) };
        let Some((who, [member, _, same])) = described(&statement) else { return Ok(None) };
        self.domain.push(member);
        let bound = self.applied_to(*above, &[profile.clone(), who])?;
        self.domain.pop();
        let Some((bound, _)) = bound else { return Ok(None) };
        let same = self.builder.add(Step::Assume { formula: same })?;
        let goal = Formula::at_least(&highest, &other);
        let Some(found) = self.combine(&self.known([same, bound])?, &goal, 1)? else { return Ok(None) };
        let Some(no_less) = self.chosen(some, &statement, found)? else { return Ok(None) };
        // It is one of both.
        let found = self.applied_to(*reached, std::slice::from_ref(&profile))?;
        let Some((some, statement)) = found else { return Ok(None) };
        let Formula::Exists(who, body) = &statement else { return Ok(None) };
        let Formula::And(parts) = &**body else { return Ok(None) };
        let [member, same] = parts.as_slice() else { return Ok(None) };
        let who = Expr::variable(who);
        let second = self.builder.add(Step::Assume { formula: member.clone() })?;
        let same = self.builder.add(Step::Assume { formula: same.clone() })?;
        let (upper, one) = (others.upper.clone(), who.clone());
        let members = [second, is_member];
        let step = Step::Trichotomy { members, upper, agent: one, other: agent.clone() };
        let disjunction = self.builder.add(step)?;
        let apart = Expr::are_apart(&who, &agent);
        self.domain.extend([member.clone(), apart]);
        let bound = self.applied_to(*above_others, &[profile.clone(), agent.clone(), who.clone()])?;
        self.domain.truncate(before + 1);
        let Some((bound, _)) = bound else { return Ok(None) };
        let premise = self.builder.add(Step::Assume { formula: Formula::equal(&who, &agent) })?;
        let hole = self.name("x");
        let template = Expr::read(&profile, &Expr::variable(&hole));
        let (left, right, hole) = (who, agent.clone(), symbol(&hole)?);
        let equal = self.builder.add(Step::Replace { premise, left, right, hole, template })?;
        let on = own.minus(&other);
        let goal = Formula::equal(&highest, &own.maximum(&other));
        let mut cases = Vec::new();
        for (is_own, value) in [(true, &own), (false, &other)] {
            let case = match is_own {
                true => Formula::Compare(Relation::AtLeast, on.clone()),
                false => Formula::Compare(Relation::Positive, on.negated()),
            };
            let case = self.builder.add(Step::Assume { formula: case })?;
            let most = Formula::at_least(value, &highest);
            let one = self.combine(&self.known([case, same, bound])?, &most, 1)?;
            let two = self.combine(&self.known([case, same, equal])?, &most, 1)?;
            let (Some(one), Some(two)) = (one, two) else { return Ok(None) };
            let branches = vec![one, two];
            let most = self.builder.add(Step::Alternatives { disjunction, branches })?;
            let Some(most) = self.chosen(some, &statement, most)? else { return Ok(None) };
            let premise = self.decided(case, &on, is_own)?;
            let hole = self.name("x");
            let step = Step::Replace {
                premise,
                left: Expr::at_least_zero(&on),
                right: if is_own { Expr::one() } else { Expr::zero() },
                template: on.times(&Expr::variable(&hole)),
                hole: symbol(&hole)?,
            };
            let decided = self.builder.add(step)?;
            let known = self.known([least, no_less, most, decided])?;
            cases.extend(self.both_sides(&known, &highest.minus(&own.maximum(&other)))?);
        }
        self.domain.truncate(before);
        let [yes, no] = cases.as_slice() else { return Ok(None) };
        let both = self.builder.add(Step::Cases { on, yes: *yes, no: *no })?;
        if self.builder.conclusion(both)? != goal {
            return Ok(None);
        }
        self.closed(&names, &[is_agent], both).map(Some)
    }

    /// That two agents are apart, since it is assumed that they are not the same.
    pub(super) fn apart_agents(&mut self, goal: &Formula) -> Result<Option<usize>, Obstacle> {
        let Formula::Or(parts) = goal else { return Ok(None) };
        for part in parts {
            if let Some(premise) = self.combine(&[], part, 1)? {
                return Ok(Some(self.builder.add(Step::Either { premise, alternatives: parts.clone() })?));
            }
        }
        let Some(upper) = self.upper() else { return Ok(None) };
        let Some(first) = parts.first().and_then(term) else { return Ok(None) };
        let agents = self.agents(&first)?;
        let pairs = agents.iter().flat_map(|a| agents.iter().map(move |b| (a, b)));
        let Some((agent, other)) = pairs.into_iter().find(|(a, b)| Expr::are_apart(a, b) == *goal) else {
            return Ok(None);
        };
        let (Some(one), Some(two)) = (self.member(agent)?, self.member(other)?) else { return Ok(None) };
        let (members, apart) = ([one, two], goal.clone());
        let step = Step::Trichotomy { members, upper, agent: agent.clone(), other: other.clone() };
        let disjunction = self.builder.add(step)?;
        let apart = self.builder.add(Step::Assume { formula: apart })?;
        let same = self.builder.add(Step::Assume { formula: Formula::equal(agent, other) })?;
        for formula in self.domain.clone() {
            let cases = match &formula {
                Formula::Or(cases) => cases.clone(),
                only => vec![only.clone()],
            };
            let mut contradictions = Vec::new();
            for case in &cases {
                let case = self.builder.add(Step::Assume { formula: case.clone() })?;
                contradictions.extend(self.combine(&self.known([same, case])?, &Formula::falsehood(), 1)?);
            }
            let premise = match contradictions.as_slice() {
                found if found.len() < cases.len() => continue,
                [found] => *found,
                _ => {
                    let disjunction = self.builder.add(Step::Assume { formula })?;
                    self.builder.add(Step::Alternatives { disjunction, branches: contradictions })?
                }
            };
            let Ok(no) = self.builder.add(Step::Contradict { premise, goal: goal.clone() }) else { continue };
            let branches = vec![apart, no];
            return Ok(Some(self.builder.add(Step::Alternatives { disjunction, branches })?));
        }
        Ok(None)
    }
}

/// The agent whose type is the highest of the others, and what is said of it: that it is an agent, another one, and that its
/// type is the value.
pub(super) fn described(statement: &Formula) -> Option<(Expr, [Formula; 3])> {
    let Formula::Exists(who, body) = statement else { return None };
    let Formula::And(parts) = &**body else { return None };
    let parts: [Formula; 3] = parts.clone().try_into().ok()?;
    Some((Expr::variable(who), parts))
}
