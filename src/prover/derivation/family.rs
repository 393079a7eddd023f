//! Sums over agents and expectations over profiles: agent by agent, profile by profile.

use crate::kernel::rule::family::Event;
use crate::kernel::{Atom, Expr, Formula, Name, Node, Relation, Step};
use crate::model::{Binder, in_type_space};
use crate::piecewise::{Obstacle, quotient};

use super::super::proof::symbol;
use super::Proof;
use super::rewrite::rewritten;
use super::tactic::{Allowed, Known, all_atoms, closed_atoms, term};

/// How deep sums and expectations are looked into.
const DEPTH: usize = 5;
/// So many agents are known by their numbers.
const NUMBERED: u32 = 3;

impl Proof<'_> {
    /// The number of agents.
    pub(super) fn upper(&self) -> Option<Expr> {
        match &self.derivation.integer {
            Some((_, least)) => Some(Expr::natural().plus(&Expr::integer((*least).into()))),
            None => self.derivation.law.as_ref().map(|law| law.upper.clone()),
        }
    }

    /// A premise that is assumed literally, or says that a small number is an agent, or that all types of a
    /// profile are in the type space.
    pub(super) fn plainly(&mut self, goal: &Formula) -> Result<Option<usize>, Obstacle> {
        if self.domain.contains(goal) {
            return Ok(Some(self.builder.add(Step::Assume { formula: goal.clone() })?));
        }
        if let Some(source) = self.sources.iter().find(|s| s.formula == *goal) {
            return Ok(Some(source.step));
        }
        if matches!(goal, Formula::Compare(Relation::Equal, _))
            && let Some(upper) = self.upper()
        {
            let least = upper.counts_from().unwrap_or_default();
            let small = (1..=least).find(|k| Expr::is_agent(&Expr::integer((*k).into()), &upper) == *goal);
            if let Some(agent) = small {
                return Ok(Some(self.builder.add(Step::Member { agent, upper })?));
            }
        }
        if matches!(goal, Formula::ForAll(..)) && self.derivation.space.is_some() && self.depth < DEPTH {
            self.depth += 1;
            let found = self.establish(goal, &super::Tactic::Given);
            self.depth -= 1;
            return found;
        }
        Ok(None)
    }

    pub(super) fn member(&mut self, agent: &Expr) -> Result<Option<usize>, Obstacle> {
        match self.upper() {
            Some(upper) => self.plainly(&Expr::is_agent(agent, &upper)),
            None => Ok(None),
        }
    }

    /// The names that are agents here.
    pub(super) fn agents(&mut self, e: &Expr) -> Result<Vec<Expr>, Obstacle> {
        let mut out = Vec::new();
        for name in e.free_names() {
            let agent = Expr::variable(&name);
            if e.mentions_variable(&name) && self.member(&agent)?.is_some() {
                out.push(agent);
            }
        }
        Ok(out)
    }

    /// Adds equations about sums and expectations that occur; whether there are any.
    pub(super) fn families(
        &mut self,
        goal: &Formula,
        known: &mut Vec<Known>,
        allowed: &Allowed,
    ) -> Result<bool, Obstacle> {
        let before = known.len();
        let mut material: Vec<Expr> = term(goal).into_iter().collect();
        material.extend(known.iter().filter_map(|(_, f)| term(f)));
        let mut atoms: Vec<Atom> = Vec::new();
        for atom in material.iter().flat_map(closed_atoms) {
            let is_family = matches!(atom.node(), Node::Sum { .. } | Node::Expect { .. });
            if is_family && !atoms.contains(&atom) {
                atoms.push(atom);
            }
        }
        for atom in atoms {
            match atom.node() {
                Node::Sum { upper, body } => {
                    let counts = |a: &Atom| matches!(a.node(), Node::Indicator(_));
                    if body.atoms().any(counts) {
                        known.extend(self.numbered(upper)?);
                    }
                    known.extend(self.read_through(upper, body)?);
                    known.extend(self.sums_collected(upper, body, goal)?);
                    if allowed.reindex {
                        known.extend(self.telescoped(upper, body)?);
                    }
                }
                Node::Expect { body } if allowed.independent => known.extend(self.drawn(body)?),
                _ => {}
            }
        }
        Ok(known.len() > before)
    }

    /// That the small numbers are agents.
    fn numbered(&mut self, upper: &Expr) -> Result<Vec<Known>, Obstacle> {
        let least = self.upper().and_then(|upper| upper.counts_from()).unwrap_or_default();
        let mut out = Vec::new();
        for agent in 1..=least.min(NUMBERED) {
            let step = self.builder.add(Step::Member { agent, upper: upper.clone() })?;
            out.push((step, self.builder.conclusion(step)?));
        }
        Ok(out)
    }

    /// A sum that reads a changed profile: but for the one agent it is the sum that reads it unchanged.
    fn read_through(&mut self, upper: &Expr, body: &Expr) -> Result<Vec<Known>, Obstacle> {
        let k = self.name("k");
        let index = Expr::variable(&k);
        let summand = body.open(&k);
        let mut out = Vec::new();
        for atom in all_atoms(&summand) {
            let Some((profile, changed, value)) = stuck(&atom, &index) else { continue };
            if changed.mentions_variable(&k) || !atom.is_closed() {
                continue;
            }
            let Some(member) = self.member(&changed)? else { continue };
            let apart = Expr::are_apart(&index, &changed);
            let premise = self.builder.add(Step::Assume { formula: apart })?;
            let (before, agent) = (profile.clone(), index.clone());
            let step = Step::Apart { premise, profile, changed: changed.clone(), value, agent };
            let premise = self.builder.add(step)?;
            let hole = self.name("x");
            let template = rewritten(&summand, &|a| (*a == atom).then(|| Expr::variable(&hole)));
            let (left, right) = (Expr::from(&atom), Expr::read(&before, &index));
            let hole = symbol(&hole)?;
            let premise = self.builder.add(Step::Replace { premise, left, right, hole, template })?;
            let (variable, upper, agent) = (symbol(&k)?, upper.clone(), changed);
            let step = self.builder.add(Step::Others { premise, member, variable, upper, agent })?;
            out.push((step, self.builder.conclusion(step)?));
        }
        Ok(out)
    }

    /// A sum of terms of the next agent is a sum of terms of the agent, but for its ends.
    fn telescoped(&mut self, upper: &Expr, body: &Expr) -> Result<Option<Known>, Obstacle> {
        let k = self.name("k");
        let index = Expr::variable(&k);
        let (next, summand) = (index.plus(&Expr::one()), body.open(&k));
        let speaks = |a: &Atom| match a.node() {
            Node::Apply(_, arguments) => arguments.contains(&next),
            Node::Read { agent, .. } => *agent == next,
            Node::Update { agent, value, .. } => *agent == next || *value == next,
            _ => false,
        };
        if !all_atoms(&summand).iter().any(speaks) {
            return Ok(None);
        }
        let body = summand.substitute_one(&k, &index.minus(&Expr::one()));
        let step = Step::Telescope { variable: symbol(&k)?, upper: upper.clone(), body };
        let Ok(step) = self.builder.add(step) else { return Ok(None) };
        Ok(Some((step, self.builder.conclusion(step)?)))
    }

    /// A goal about a sum or an expectation from the same about each summand, at each profile.
    pub(super) fn one_by_one(
        &mut self,
        goal: &Formula,
        known: &[Known],
        allowed: &Allowed,
    ) -> Result<Option<usize>, Obstacle> {
        let Formula::Compare(relation, e) = goal else { return Ok(None) };
        if self.depth >= DEPTH {
            return Ok(None);
        }
        self.depth += 1;
        let found = self.each(*relation, e, known, allowed);
        self.depth -= 1;
        if let Some(found) = found? {
            return Ok(Some(found));
        }
        match self.of_each_agent(goal, allowed)? {
            Some(found) => Ok(Some(found)),
            None => self.of_each_alternative(goal, allowed),
        }
    }

    fn each(
        &mut self,
        relation: Relation,
        e: &Expr,
        known: &[Known],
        allowed: &Allowed,
    ) -> Result<Option<usize>, Obstacle> {
        let goal = Formula::Compare(relation, e.clone());
        let mut more = self.each_profile(relation, e, allowed)?;
        if more.is_empty() {
            more = self.each_agent(relation, e, allowed)?;
        }
        if more.is_empty() {
            return Ok(None);
        }
        let all: Vec<Known> = known.iter().cloned().chain(more).collect();
        self.from(&all, &goal)
    }

    fn each_agent(
        &mut self,
        relation: Relation,
        e: &Expr,
        allowed: &Allowed,
    ) -> Result<Vec<Known>, Obstacle> {
        let Some(upper) = self.upper() else { return Ok(vec![]) };
        let k = self.name("k");
        let sums = |a: &Atom| match a.node() {
            Node::Sum { upper: last, body } if *last == upper => Some(body.open(&k)),
            _ => None,
        };
        let Some((summand, rest)) = gathered(e, &sums) else { return Ok(vec![]) };
        let index = Expr::variable(&k);
        let each = quotient(&rest, &upper).filter(|_| !rest.is_zero());
        let mut candidates: Vec<Expr> = each.iter().map(|c| summand.plus(c)).collect();
        // `n·c` is the sum of a constant, even if there are sums in it.
        let of_count = Expr::natural().as_atom().map(|m| e.poly().coefficients_in(m));
        if let Some([_, constant]) = of_count.as_deref() {
            let constant = Expr::from(constant.clone());
            let others = e.minus(&constant.times(&upper));
            if let Some((summand, rest)) = gathered(&others, &sums)
                && rest.is_zero()
            {
                candidates.push(summand.plus(&constant));
            }
        }
        let mut out = Vec::new();
        for candidate in candidates.into_iter().chain([summand.clone()]) {
            let premises = [
                Expr::is_agent(&index, &upper),
                Formula::at_least(&index, &Expr::one()),
                Formula::at_least(&upper, &index),
            ];
            let goal = Formula::Compare(relation, candidate);
            if let Some(premise) = self.inside(&premises, &goal, (Binder::Sum, &k), allowed)? {
                let step = Step::Total { premise, variable: symbol(&k)?, upper: upper.clone() };
                let Ok(step) = self.builder.add(step) else { continue };
                out.push((step, self.builder.conclusion(step)?));
                break;
            }
        }
        // What holds of the sum may not be enough for the sum without an agent.
        for agent in self.agents(&rest)? {
            let own = summand.substitute_one(&k, &agent);
            if rest.plus(&own).size() >= rest.size() {
                continue;
            }
            let Some(member) = self.member(&agent)? else { continue };
            let premises = [
                Expr::is_agent(&index, &upper),
                Formula::at_least(&index, &Expr::one()),
                Formula::at_least(&upper, &index),
                Expr::are_apart(&index, &agent),
            ];
            let goal = Formula::Compare(relation, summand.clone());
            if let Some(premise) = self.inside(&premises, &goal, (Binder::Sum, &k), allowed)? {
                let (variable, upper) = (symbol(&k)?, upper.clone());
                let step = self.builder.add(Step::Others { premise, member, variable, upper, agent });
                let Ok(step) = step else { continue };
                out.push((step, self.builder.conclusion(step)?));
                break;
            }
        }
        Ok(out)
    }

    fn each_profile(
        &mut self,
        relation: Relation,
        e: &Expr,
        allowed: &Allowed,
    ) -> Result<Vec<Known>, Obstacle> {
        let p = self.name("p");
        let k = self.name("k");
        let averages = |a: &Atom| averaged(a, &p, &k);
        let Some((integrand, rest)) = gathered(e, &averages) else { return Ok(vec![]) };
        let (mut events, mut premises) = (Vec::new(), Vec::new());
        if let Some(space) = self.derivation.space.clone() {
            let profile = Expr::variable(&p);
            let own = Expr::read(&profile, &Expr::variable("i'"));
            let holds = in_type_space(&profile, &space.upper, &space.low, &space.high);
            let terms = [own.minus(&space.low), space.high.minus(&own)];
            for (holds, term) in holds.into_iter().zip(terms) {
                let (agent, upper) = (Some(symbol(&Name::from("i'"))?), Some(space.upper.clone()));
                let mut event = Event { certain: 0, agent, upper, term };
                let certain = event.is_certain(&symbol(&p)?);
                let Some(source) = self.sources.iter().find(|s| s.formula == certain) else { continue };
                event.certain = source.step;
                events.push(event);
                premises.push(holds);
            }
        }
        for candidate in [integrand.plus(&rest), integrand.clone()] {
            let (left, right) = sides(&candidate);
            let goal = Formula::Compare(relation, left.minus(&right));
            if let Some(premise) = self.inside(&premises, &goal, (Binder::Expectation, &p), allowed)? {
                let (events, profile) = (events.clone(), symbol(&p)?);
                let Ok(step) = self.builder.add(Step::Average { premise, events, profile, left, right })
                else {
                    continue;
                };
                return Ok(vec![(step, self.builder.conclusion(step)?)]);
            }
            if rest.is_zero() {
                break;
            }
        }
        Ok(vec![])
    }

    /// A goal under premises about a new name.
    fn inside(
        &mut self,
        premises: &[Formula],
        goal: &Formula,
        (binder, name): (Binder, &Name),
        allowed: &Allowed,
    ) -> Result<Option<usize>, Obstacle> {
        let before = self.domain.len();
        self.domain.extend(premises.iter().cloned());
        self.inside.push((binder, name.clone()));
        let found = self.by(goal, allowed);
        self.inside.pop();
        self.domain.truncate(before);
        found
    }

    /// A goal that reads a changed profile at some agent: that agent is the changed one, or another.
    fn of_each_agent(&mut self, goal: &Formula, allowed: &Allowed) -> Result<Option<usize>, Obstacle> {
        let (Formula::Compare(_, e), Some(upper)) = (goal, self.upper()) else { return Ok(None) };
        for atom in closed_atoms(e) {
            let Node::Read { agent, .. } = atom.node() else { continue };
            let (Some((profile, changed, value)), Some(name)) = (stuck(&atom, agent), agent.as_variable())
            else {
                continue;
            };
            let (Some(first), Some(second)) = (self.member(agent)?, self.member(&changed)?) else { continue };
            let (agent, other) = (agent.clone(), changed.clone());
            let members = [first, second];
            let step = Step::Trichotomy { members, upper: upper.clone(), agent: agent.clone(), other };
            let disjunction = self.builder.add(step)?;
            let apart = Expr::are_apart(&agent, &changed);
            let is_apart = self.domain.contains(&apart);
            let premise = self.builder.add(Step::Assume { formula: apart })?;
            let before = Expr::read(&profile, &agent);
            let (at, whose) = (changed.clone(), agent.clone());
            let premise =
                self.builder.add(Step::Apart { premise, profile, changed: at, value, agent: whose })?;
            let hole = self.name("x");
            let template = rewritten(e, &|a| (*a == atom).then(|| Expr::variable(&hole)));
            let elsewhere = template.substitute_one(&hole, &before);
            let hole = symbol(&hole)?;
            let (left, right) = (Expr::from(&atom), before);
            let same = self.builder.add(Step::Replace { premise, left, right, hole, template })?;
            let Some(there) = self.transferred(goal, &elsewhere, same, allowed)? else { return Ok(None) };
            if is_apart {
                return Ok(Some(there));
            }
            let equal = Formula::equal(&agent, &changed);
            let premise = self.builder.add(Step::Assume { formula: equal })?;
            let here = e.substitute_one(name, &changed);
            let (hole, template) = (symbol(name)?, e.clone());
            let same =
                self.builder.add(Step::Replace { premise, left: agent, right: changed, hole, template })?;
            let Some(here) = self.transferred(goal, &here, same, allowed)? else { return Ok(None) };
            let branches = vec![there, here];
            return Ok(Some(self.builder.add(Step::Alternatives { disjunction, branches })?));
        }
        Ok(None)
    }

    /// A goal from the same of an equal term.
    fn transferred(
        &mut self,
        goal: &Formula,
        equal: &Expr,
        same: usize,
        allowed: &Allowed,
    ) -> Result<Option<usize>, Obstacle> {
        let Formula::Compare(relation, _) = goal else { return Ok(None) };
        let other = Formula::Compare(*relation, equal.clone());
        let Some(found) = self.by(&other, allowed)? else { return Ok(None) };
        let known = [(found, other), (same, self.builder.conclusion(same)?)];
        self.combine(&known, goal, 1)
    }
}

/// What is averaged over the profile `p`, also where the average stands below sums.
fn averaged(atom: &Atom, p: &Name, k: &Name) -> Option<Expr> {
    match atom.node() {
        Node::Expect { body } => Some(body.open(p)),
        Node::Sum { upper, body } => {
            let inner = Name::from(format!("{k}'").as_str());
            let (body, rest) = gathered(&body.open(k), &|a| averaged(a, p, &inner))?;
            rest.is_zero().then(|| Expr::sum(k, upper, &body))
        }
        _ => None,
    }
}

/// The profile before, the changed agent and the value, where an agent reads a changed profile.
fn stuck(atom: &Atom, agent: &Expr) -> Option<(Expr, Expr, Expr)> {
    let Node::Read { profile, agent: whose } = atom.node() else { return None };
    let Node::Update { profile, agent: changed, value } = profile.as_atom()?.node() else { return None };
    (whose == agent).then(|| (profile.clone(), changed.clone(), value.clone()))
}

/// A term as the sum of what is below one kind of binder, opened, and a rest; none if there is nothing below it.
fn gathered(e: &Expr, below: &dyn Fn(&Atom) -> Option<Expr>) -> Option<(Expr, Expr)> {
    let (mut inside, mut rest) = (Expr::zero(), Expr::zero());
    let mut found = false;
    for (monomial, c) in e.terms() {
        let bound = monomial.factors().find_map(|(a, _)| Some((a, below(a)?)));
        let whole = Expr::from(crate::exact::Poly::term(monomial.clone(), c.clone()));
        let Some((atom, body)) = bound else {
            rest = rest.plus(&whole);
            continue;
        };
        found = true;
        let left = monomial.exponent(atom).saturating_sub(1);
        let (others, _) = monomial.split(atom);
        let others = others.times(&crate::exact::Monomial::power(atom.clone(), left));
        let cofactor = Expr::from(crate::exact::Poly::term(others, c.clone()));
        inside = inside.plus(&cofactor.times(&body));
    }
    found.then_some((inside, rest))
}

/// A term as a difference, so that what is not tame stands alone if it is one product.
fn sides(e: &Expr) -> (Expr, Expr) {
    let (mut wild, mut tame) = (Expr::zero(), Expr::zero());
    for (monomial, c) in e.terms() {
        let term = Expr::from(crate::exact::Poly::term(monomial.clone(), c.clone()));
        match term.is_tame() {
            true => tame = tame.plus(&term),
            false => wild = wild.plus(&term),
        }
    }
    match wild.terms().next().map(|(_, c)| c.clone()) {
        Some(c) if wild.size() == 1 => match c.recip() {
            Some(k) => (wild.scaled(&k), tame.scaled(&k).negated()),
            None => (e.clone(), Expr::zero()),
        },
        _ => (e.clone(), Expr::zero()),
    }
}
