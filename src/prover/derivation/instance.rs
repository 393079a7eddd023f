//! Instances of what is known for all values: the values are read off the terms that occur.

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::{Atom, Expr, Formula, Name, Node, Relation, Step};
use crate::model::Binder;
use crate::piecewise::Obstacle;

use super::tactic::{Known, Tactic, all_atoms, closed_atoms, variable};
use super::{BUDGET, Proof, Source};

/// Instances of one source at most.
const INSTANCE_LIMIT: usize = 64;

/// The atoms of terms for which instances are wanted.
pub(super) struct Material {
    all: Vec<Atom>,
    closed: Vec<Atom>,
}

impl Material {
    /// Of these terms.
    pub(super) fn of(terms: &[Expr]) -> Self {
        Material {
            all: distinct(terms.iter().flat_map(all_atoms)),
            closed: distinct(terms.iter().flat_map(closed_atoms)),
        }
    }
}

fn distinct(atoms: impl Iterator<Item = Atom>) -> Vec<Atom> {
    let mut seen = BTreeSet::new();
    atoms.filter(|a| seen.insert(a.clone())).collect()
}

impl Proof<'_> {
    /// The comparisons that a source says at values that the material suggests.
    pub(super) fn instances_of(
        &mut self,
        number: usize,
        source: &Source,
        material: &Material,
        at: &[(Name, Expr)],
    ) -> Result<Vec<Known>, Obstacle> {
        let (variables, body) = quantified(&source.formula);
        if variables.is_empty() && !matches!(body, Formula::Implies(..)) {
            return Ok(vec![]);
        }
        let Some(at) = self.values(at) else { return Ok(vec![]) };
        let pattern = formula_atoms(body);
        let mut choices: Vec<Vec<Expr>> = Vec::new();
        for x in &variables {
            let fixed: Vec<Expr> = at.iter().filter(|(n, _)| n == x).map(|(_, e)| e.clone()).collect();
            let found = if fixed.is_empty() { matches(x, &pattern, &material.all) } else { fixed };
            choices.push(if found.is_empty() {
                self.points(&material.closed, Sort::of(x, body, &pattern))
            } else {
                found
            });
        }
        let mut out = Vec::new();
        let under = self.instances.under(&self.domain);
        for values in product(&choices).into_iter().take(INSTANCE_LIMIT) {
            out.extend(self.instance((number, values, under), source)?);
        }
        Ok(out)
    }

    /// Whether terms speak of what a word means: of a function that has a description, of a type that is given, of a
    /// chance. Else instances of it are of no use.
    pub(super) fn is_spoken_of(&self, source: &Source, material: &Material) -> bool {
        if !source.meant || self.derivation.space.is_none() {
            return true;
        }
        let pattern = formula_atoms(&source.formula);
        let described = self.derivation.highest.iter().map(|h| &h.name);
        let described: Vec<&Name> =
            described.chain(self.derivation.collectible.iter().map(|c| &c.name)).collect();
        let functions = |atoms: &[Atom], closed: bool| -> Vec<Name> {
            let named = |a: &Atom| match a.node() {
                Node::Apply(f, _) if described.contains(&f) && (!closed || a.is_closed()) => Some(f.clone()),
                _ => None,
            };
            atoms.iter().filter_map(named).collect()
        };
        let changed = |a: &Atom| matches!(a.node(), Node::Update { .. });
        let chance = |a: &Atom| match a.node() {
            Node::Expect { body } => body.atoms().any(|a| matches!(a.node(), Node::Indicator(_))),
            _ => false,
        };
        let wanted = functions(&pattern, false);
        if wanted.is_empty() && !pattern.iter().any(chance) {
            return true;
        }
        let found = &material.all;
        if pattern.iter().any(changed) {
            return found.iter().any(changed);
        }
        match wanted.is_empty() {
            true => found.iter().any(chance),
            false => {
                // What is expected of a function speaks of no profile.
                let is_average = |a: &Atom| matches!(a.node(), Node::Expect { .. });
                let averaged = pattern.iter().any(is_average);
                functions(found, !averaged).iter().any(|f| wanted.contains(f))
            }
        }
    }

    /// The values of a justification where they speak of variables of integration: of the one that is looked
    /// at. None outside of an integral.
    fn values(&self, at: &[(Name, Expr)]) -> Option<Vec<(Name, Expr)>> {
        let inner = |e: &Expr| -> Option<Expr> {
            let mut e = e.clone();
            for name in e.free_names() {
                let Some(binder) = Binder::of(&name) else { continue };
                let (_, inner) = self.inside.iter().rev().find(|(b, _)| *b == binder)?;
                e = e.substitute_one(&name, &Expr::variable(inner));
            }
            Some(e)
        };
        at.iter().map(|(name, e)| Some((name.clone(), inner(e)?))).collect()
    }

    /// A source at values, if its premises hold there.
    fn instance(&mut self, key: Asked, source: &Source) -> Result<Vec<Known>, Obstacle> {
        if let Some(found) = self.instances.sources.get(&key) {
            let steps = found.clone().unwrap_or_default();
            return steps.into_iter().map(|s| Ok((s, self.builder.conclusion(s)?))).collect();
        }
        let before = self.builder.length();
        let found = self.specialise(source, &key.1)?;
        if found.is_none() {
            self.forget(before);
        }
        let steps = found.as_ref().map(|known| known.iter().map(|(s, _)| *s).collect());
        self.instances.sources.insert(key, steps);
        Ok(found.unwrap_or_default())
    }

    fn specialise(&mut self, source: &Source, values: &[Expr]) -> Result<Option<Vec<Known>>, Obstacle> {
        let mut step = source.step;
        let mut values = values.iter();
        loop {
            match self.builder.conclusion(step)? {
                Formula::ForAll(..) => {
                    let Some(term) = values.next().cloned() else { return Ok(None) };
                    match self.at_term(step, term) {
                        Some(next) => step = next,
                        None => return Ok(None),
                    }
                }
                Formula::Implies(premise, _) => {
                    let Some(premise) = self.obvious(&premise)? else { return Ok(None) };
                    step = self.builder.add(Step::Apply { implication: step, premise })?;
                }
                formula => {
                    let mut out = Vec::new();
                    self.comparisons(step, &formula, &mut out)?;
                    return Ok(Some(out));
                }
            }
        }
    }

    /// What is known for all values, for one.
    fn at_term(&mut self, premise: usize, term: Expr) -> Option<usize> {
        let key = (premise, term);
        if let Some(step) = self.instances.terms.get(&key) {
            return *step;
        }
        let step = self.builder.add(Step::Instance { premise, term: key.1.clone() }).ok();
        self.instances.terms.insert(key, step);
        step
    }

    /// A premise of an instance: a consequence of comparisons that are assumed.
    pub(super) fn obvious(&mut self, goal: &Formula) -> Result<Option<usize>, Obstacle> {
        if !matches!(goal, Formula::Compare(..)) {
            return match self.plainly(goal)? {
                Some(step) => Ok(Some(step)),
                None => self.statement(goal),
            };
        }
        let key = (goal.clone(), self.depth, self.sources.len());
        if let Some(found) = self.instances.premises.get(&key).and_then(|all| all.under(&self.domain)) {
            return Ok(found);
        }
        let found = self.comparison(goal)?;
        // What was not found for want of tries may be found later.
        if found.is_some() || self.spent <= BUDGET {
            let under = self.domain.clone();
            self.instances.premises.entry(key).or_default().0.push((under, found));
        }
        Ok(found)
    }

    fn comparison(&mut self, goal: &Formula) -> Result<Option<usize>, Obstacle> {
        if let Some(step) = self.plainly(goal)? {
            return Ok(Some(step));
        }
        let mut known = self.simple(&Tactic::Given.allows())?;
        let is_plain = |e: &Expr| e.atoms().all(|a| matches!(a.node(), Node::Variable(_) | Node::Natural));
        if matches!(goal, Formula::Compare(_, e) if is_plain(e)) {
            // What is said of functions says little of numbers.
            known.retain(|(_, f)| matches!(f, Formula::Compare(_, e) if is_plain(e)));
        }
        for degree in [1, 2] {
            if let Some(step) = self.combine(&known, goal, degree)? {
                return Ok(Some(step));
            }
        }
        // That a term is an agent follows from nothing else.
        if self.is_membership(goal) {
            return Ok(None);
        }
        if let Formula::Compare(Relation::Equal, e) = goal
            && let Some(step) = self.both_sides(&known, e)?
        {
            return Ok(Some(step));
        }
        // Distribution functions lie between zero and one.
        match goal {
            Formula::Compare(relation, e)
                if (*relation != Relation::Equal || self.depth == 0) && !is_plain(e) && self.depth < 2 =>
            {
                self.depth += 1;
                let found = self.by(goal, &Tactic::Monotone.allows());
                self.depth -= 1;
                found
            }
            _ => Ok(None),
        }
    }

    /// Whether a comparison says that a term is an agent.
    fn is_membership(&self, goal: &Formula) -> bool {
        let (Some(upper), Formula::Compare(Relation::Equal, e)) = (self.upper(), goal) else { return false };
        let k = Name::from("k'");
        let index = Expr::variable(&k);
        e.atoms().any(|atom| {
            let Node::Sum { body, .. } = atom.node() else { return false };
            let body = body.open(&k);
            let Some(Node::Indicator(on)) = body.as_atom().map(Atom::node) else { return false };
            [index.minus(on), index.plus(on)].iter().any(|agent| Expr::is_agent(agent, &upper) == *goal)
        })
    }

    /// A premise that is more than a comparison.
    fn statement(&mut self, goal: &Formula) -> Result<Option<usize>, Obstacle> {
        if let Formula::And(parts) = goal {
            let mut premises = Vec::new();
            for part in parts {
                let Some(step) = self.obvious(part)? else { return Ok(None) };
                premises.push(step);
            }
            return Ok(Some(self.builder.add(Step::Both { premises })?));
        }
        if let Formula::Or(_) = goal {
            return self.apart_agents(goal);
        }
        if self.depth >= 2 || matches!(goal, Formula::Exists(..)) {
            return Ok(None);
        }
        self.depth += 1;
        let tactic = self.reasons.clone();
        let found = self.establish(goal, &tactic);
        self.depth -= 1;
        found
    }

    /// Places of a sort that terms speak of, where nothing better is known.
    fn points(&self, atoms: &[Atom], sort: Sort) -> Vec<Expr> {
        let mut out: Vec<Expr> = Vec::new();
        let mut add = |e: Expr| {
            if !out.contains(&e) {
                out.push(e);
            }
        };
        for atom in atoms {
            match atom.node() {
                Node::Apply(_, arguments) => arguments.iter().cloned().for_each(&mut add),
                Node::Variable(_) => add(Expr::from(atom)),
                Node::Primitive { upper, .. } => add(upper.clone()),
                _ => {}
            }
        }
        out.retain(|e| !e.is_loose() && self.may_be(e, sort));
        out
    }

    /// Whether a place may be a value of a sort: a changed profile is no number and no agent, and an agent no type.
    fn may_be(&self, e: &Expr, sort: Sort) -> bool {
        let is_changed = matches!(e.as_atom().map(Atom::node), Some(Node::Update { .. }));
        match sort {
            Sort::Any => true,
            Sort::Profile => is_changed || e.as_variable().is_some(),
            Sort::Agent => !is_changed,
            Sort::Number => {
                let is_agent = |upper: &Expr| self.domain.contains(&Expr::is_agent(e, upper));
                let is_name = e.as_variable().is_some();
                !(is_changed || is_name && self.upper().is_some_and(|upper| is_agent(&upper)))
            }
        }
    }
}

/// What values a name has, as far as a statement tells.
#[derive(Clone, Copy)]
enum Sort {
    /// It stands at a place of functions only.
    Any,
    /// Types of it are read or changed.
    Profile,
    /// Its types are read or changed, or it is one of the agents.
    Agent,
    /// It is compared.
    Number,
}

impl Sort {
    fn of(x: &Name, body: &Formula, pattern: &[Atom]) -> Self {
        let is = |e: &Expr| variable(e) == Some(x);
        let places = |f: &dyn Fn(&Expr, &Expr) -> bool| {
            pattern.iter().any(|a| match a.node() {
                Node::Read { profile, agent } | Node::Update { profile, agent, .. } => f(profile, agent),
                _ => false,
            })
        };
        let counted = |a: &Atom| matches!(a.node(), Node::Sum { body, .. } if body.mentions_variable(x));
        if places(&|profile, _| is(profile)) {
            Sort::Profile
        } else if places(&|_, agent| is(agent)) || pattern.iter().any(counted) {
            Sort::Agent
        } else if is_compared(x, body) {
            Sort::Number
        } else {
            Sort::Any
        }
    }
}

/// Whether a name is itself a part of a comparison.
fn is_compared(x: &Name, formula: &Formula) -> bool {
    match formula {
        Formula::Compare(_, e) => e.atoms().any(|a| matches!(a.node(), Node::Variable(y) if y == x)),
        Formula::And(parts) | Formula::Or(parts) => parts.iter().any(|part| is_compared(x, part)),
        Formula::Implies(a, b) => is_compared(x, a) || is_compared(x, b),
        Formula::ForAll(_, body) | Formula::Exists(_, body) => is_compared(x, body),
        Formula::SomeFunctions(..) | Formula::NoFunctions(..) => false,
    }
}

/// The names that a formula speaks of all of, and what is behind the first of them.
fn quantified(formula: &Formula) -> (Vec<Name>, &Formula) {
    let (mut names, mut at) = (Vec::new(), formula);
    while let Formula::ForAll(x, body) = at {
        names.push(x.clone());
        at = body;
    }
    let mut behind = at;
    loop {
        behind = match behind {
            Formula::Implies(_, body) => body,
            Formula::ForAll(x, body) => {
                names.push(x.clone());
                body
            }
            _ => return (names, at),
        };
    }
}

/// All atoms of a formula, closed or not.
fn formula_atoms(formula: &Formula) -> Vec<Atom> {
    match formula {
        Formula::Compare(_, e) => all_atoms(e),
        Formula::And(parts) | Formula::Or(parts) => parts.iter().flat_map(formula_atoms).collect(),
        Formula::Implies(a, b) => [formula_atoms(a), formula_atoms(b)].concat(),
        Formula::ForAll(_, body) | Formula::Exists(_, body) => formula_atoms(body),
        Formula::SomeFunctions(..) | Formula::NoFunctions(..) => vec![],
    }
}

/// The values at which functions of the pattern that stand at `x` are found.
fn matches(x: &Name, pattern: &[Atom], atoms: &[Atom]) -> Vec<Expr> {
    let mut out: Vec<Expr> = Vec::new();
    let mut add = |e: &Expr| {
        if !out.contains(e) && !e.is_loose() {
            out.push(e.clone());
        }
    };
    for wanted in pattern {
        for found in atoms {
            match (wanted.node(), found.node()) {
                (Node::Apply(f, here), Node::Apply(g, there)) if f == g && here.len() == there.len() => {
                    let at_x = here.iter().zip(there).filter(|(a, _)| variable(a) == Some(x));
                    at_x.for_each(|(_, e)| add(e));
                }
                (Node::Read { profile, agent }, Node::Read { profile: at, agent: own }) => {
                    [(profile, at), (agent, own)].into_iter().for_each(|(here, there)| {
                        if variable(here) == Some(x) {
                            add(there);
                        }
                    })
                }
                (
                    Node::Update { profile, agent, value },
                    Node::Update { profile: at, agent: own, value: new },
                ) => [(profile, at), (agent, own), (value, new)].into_iter().for_each(|(here, there)| {
                    if variable(here) == Some(x) {
                        add(there);
                    }
                }),
                (Node::Primitive { upper, body }, Node::Primitive { upper: there, body: same })
                    if body == same && variable(upper) == Some(x) =>
                {
                    add(there);
                }
                _ => {}
            }
        }
    }
    out
}

/// All ways to choose one of each.
fn product(choices: &[Vec<Expr>]) -> Vec<Vec<Expr>> {
    let mut out: Vec<Vec<Expr>> = vec![vec![]];
    for list in choices {
        let longer = |values: &Vec<Expr>| {
            list.iter().map(|e| values.iter().cloned().chain([e.clone()]).collect()).collect::<Vec<_>>()
        };
        out = out.iter().flat_map(longer).take(INSTANCE_LIMIT * 4).collect();
    }
    out
}

/// A source, values, and the number of what is assumed.
type Asked = (usize, Vec<Expr>, usize);

/// What was looked for; where it was found, the steps.
#[derive(Default)]
pub(super) struct Instances {
    /// Instances of sources whose premises are proved, by source, values and what is assumed.
    sources: BTreeMap<Asked, Option<Vec<usize>>>,
    /// Numbers of what is assumed.
    domains: BTreeMap<Vec<Formula>, usize>,
    /// What a step says of all values, by the step and a value.
    terms: BTreeMap<(usize, Expr), Option<usize>>,
    /// Comparisons that are premises of instances, by how deep, and how many sources there are.
    premises: BTreeMap<(Formula, usize, usize), Premises>,
}

/// What was found under which assumptions.
#[derive(Default)]
struct Premises(Vec<(Vec<Formula>, Option<usize>)>);

impl Premises {
    /// What is shown under fewer assumptions is shown; what was not found under the same is not found.
    fn under(&self, domain: &[Formula]) -> Option<Option<usize>> {
        let holds = |under: &[Formula]| under.iter().all(|f| domain.contains(f));
        let known = self.0.iter().find(|(under, found)| found.is_some() && holds(under));
        known.or_else(|| self.0.iter().find(|(under, _)| under == domain)).map(|(_, found)| *found)
    }
}

impl Instances {
    /// The number of what is assumed.
    fn under(&mut self, domain: &[Formula]) -> usize {
        if let Some(number) = self.domains.get(domain) {
            return *number;
        }
        let number = self.domains.len();
        self.domains.insert(domain.to_vec(), number);
        number
    }

    /// Forgets the steps from a number on.
    pub(super) fn forget(&mut self, before: usize) {
        let is_kept = |step: &Option<usize>| step.is_none_or(|s| s < before);
        self.sources.retain(|_, steps| steps.as_ref().is_none_or(|s| s.iter().all(|s| *s < before)));
        self.terms.retain(|(premise, _), step| *premise < before && is_kept(step));
        self.premises.values_mut().for_each(|all| all.0.retain(|(_, step)| is_kept(step)));
    }

    /// Forgets which premises hold: the sources are others.
    pub(super) fn renew(&mut self) {
        self.premises.clear();
    }
}
