//! Instances of what is known for all values: the values are read off the terms that occur.

use std::collections::BTreeMap;

use crate::kernel::{Atom, Expr, Formula, Name, Node, Relation, Step};
use crate::model::Binder;
use crate::piecewise::Obstacle;

use super::tactic::{Known, Tactic, all_atoms, closed_atoms, variable};
use super::{BUDGET, Proof, Source};

/// Instances of one source at most.
const INSTANCE_LIMIT: usize = 64;

impl Proof<'_> {
    /// The comparisons that a source says at values that the material suggests.
    pub(super) fn instances_of(
        &mut self,
        number: usize,
        source: &Source,
        material: &[Expr],
        at: &[(Name, Expr)],
    ) -> Result<Vec<Known>, Obstacle> {
        let (variables, body) = quantified(&source.formula);
        if variables.is_empty() && !matches!(body, Formula::Implies(..)) {
            return Ok(vec![]);
        }
        let Some(at) = self.values(at) else { return Ok(vec![]) };
        let atoms: Vec<Atom> = material.iter().flat_map(closed_atoms).collect();
        let pattern = formula_atoms(body);
        let found_in: Vec<Atom> = material.iter().flat_map(all_atoms).collect();
        let mut choices: Vec<Vec<Expr>> = Vec::new();
        for x in &variables {
            let fixed: Vec<Expr> = at.iter().filter(|(n, _)| n == x).map(|(_, e)| e.clone()).collect();
            let found = if fixed.is_empty() { matches(x, &pattern, &found_in) } else { fixed };
            choices.push(if found.is_empty() { self.points(&atoms) } else { found });
        }
        let mut out = Vec::new();
        for values in product(&choices).into_iter().take(INSTANCE_LIMIT) {
            out.extend(self.instance(number, source, &values)?);
        }
        Ok(out)
    }

    /// Whether terms speak of what a word means: of a function that has a description, of a type that is given, of a
    /// chance. Else instances of it are of no use.
    pub(super) fn is_spoken_of(&self, source: &Source, material: &[Expr]) -> bool {
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
        let found: Vec<Atom> = material.iter().flat_map(all_atoms).collect();
        if pattern.iter().any(changed) {
            return found.iter().any(changed);
        }
        match wanted.is_empty() {
            true => found.iter().any(chance),
            false => {
                // What is expected of a function speaks of no profile.
                let is_average = |a: &Atom| matches!(a.node(), Node::Expect { .. });
                let averaged = pattern.iter().any(is_average);
                functions(&found, !averaged).iter().any(|f| wanted.contains(f))
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
    fn instance(&mut self, number: usize, source: &Source, values: &[Expr]) -> Result<Vec<Known>, Obstacle> {
        let key = (number, values.to_vec(), self.domain.clone());
        if let Some(found) = self.instances.sources.get(&key) {
            let steps = found.clone().unwrap_or_default();
            return steps.into_iter().map(|s| Ok((s, self.builder.conclusion(s)?))).collect();
        }
        let before = self.builder.length();
        let found = self.specialise(source, values)?;
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
        let key = (goal.clone(), self.domain.clone(), self.depth, self.sources.len());
        if let Some(found) = self.instances.premises.get(&key) {
            return Ok(*found);
        }
        let found = self.comparison(goal)?;
        // What was not found for want of tries may be found later.
        if found.is_some() || self.spent <= BUDGET {
            self.instances.premises.insert(key, found);
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

    /// Places that terms speak of, where nothing better is known.
    fn points(&self, atoms: &[Atom]) -> Vec<Expr> {
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
        out.retain(|e| !e.is_loose());
        out
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

/// A source, values, and what is assumed.
type Asked = (usize, Vec<Expr>, Vec<Formula>);

/// What was looked for; where it was found, the steps.
#[derive(Default)]
pub(super) struct Instances {
    /// Instances of sources whose premises are proved, by source, values and what is assumed.
    sources: BTreeMap<Asked, Option<Vec<usize>>>,
    /// What a step says of all values, by the step and a value.
    terms: BTreeMap<(usize, Expr), Option<usize>>,
    /// Comparisons that are premises of instances, by what is assumed, how deep, and how many sources there are.
    premises: BTreeMap<(Formula, Vec<Formula>, usize, usize), Option<usize>>,
}

impl Instances {
    /// Forgets the steps from a number on.
    pub(super) fn forget(&mut self, before: usize) {
        let is_kept = |step: &Option<usize>| step.is_none_or(|s| s < before);
        self.sources.retain(|_, steps| steps.as_ref().is_none_or(|s| s.iter().all(|s| *s < before)));
        self.terms.retain(|(premise, _), step| *premise < before && is_kept(step));
        self.premises.retain(|_, step| is_kept(step));
    }

    /// Forgets which premises hold: the sources are others.
    pub(super) fn renew(&mut self) {
        self.premises.clear();
    }
}
