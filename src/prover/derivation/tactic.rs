//! [`Tactic`]: what a reason allows, and the attempt to show a goal with it.

use crate::kernel::{Atom, Expr, Formula, Name, Node, Step};
use crate::model::Justification;
use crate::piecewise::Obstacle;

use super::instance::Material;
use super::{BUDGET, Proof, names};

/// Steps that are kept though nothing needs them, at most.
const KEPT: usize = 30_000;

/// A step of the proof with what it says.
pub(super) type Known = (usize, Formula);

/// How a link is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tactic {
    /// The two sides are the same term.
    Same,
    /// From what is assumed and was shown.
    Given,
    /// By the fundamental theorem.
    Fundamental,
    /// By a density that cancels.
    Density,
    /// By the sign of an integrand.
    Monotone,
    /// By the envelope formula.
    Envelope,
    /// By the envelope theorem.
    EnvelopeTheorem,
    /// By drawing types one by one.
    Independence,
    /// By sums of differences.
    Reindexing,
    /// From the negation.
    Contradiction,
    /// By all of these together.
    Everything,
    /// In each case of whether these terms are at least zero.
    Cases(Vec<Expr>),
    /// By the reasons that are given.
    Reasons(Vec<Justification>),
}

/// Which sources may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sources {
    /// Only what words mean.
    Meant,
    /// Those that are named.
    Named(Vec<Justification>),
    /// All.
    All,
}

/// What may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Allowed {
    pub(super) sources: Sources,
    pub(super) fundamental: bool,
    pub(super) density: bool,
    pub(super) monotone: bool,
    pub(super) envelope: bool,
    pub(super) envelope_theorem: bool,
    pub(super) independent: bool,
    pub(super) reindex: bool,
    /// Terms by whose sign cases are told apart.
    pub(super) cases: Vec<Expr>,
    pub(super) contradiction: bool,
    /// Names with which the difference of two sides moves, and where the sides are equal.
    pub(super) moving: Vec<Name>,
    pub(super) equal: Vec<(Name, Expr)>,
    /// Numbers of which it is said that there are some.
    pub(super) taking: Vec<(Name, Expr)>,
}

impl Tactic {
    /// In the order in which they are tried.
    pub(super) const ALL: [Tactic; 11] = [
        Tactic::Same,
        Tactic::Given,
        Tactic::Fundamental,
        Tactic::Density,
        Tactic::Monotone,
        Tactic::Envelope,
        Tactic::EnvelopeTheorem,
        Tactic::Reindexing,
        Tactic::Independence,
        Tactic::Contradiction,
        Tactic::Everything,
    ];

    pub(super) fn allows(&self) -> Allowed {
        let none = Allowed {
            sources: Sources::Meant,
            fundamental: false,
            density: false,
            monotone: false,
            envelope: false,
            envelope_theorem: false,
            independent: false,
            reindex: false,
            cases: vec![],
            contradiction: false,
            moving: vec![],
            equal: vec![],
            taking: vec![],
        };
        match self {
            Tactic::Same => none,
            Tactic::Given => Allowed { sources: Sources::All, ..none },
            Tactic::Fundamental => Allowed { fundamental: true, ..none },
            Tactic::Density => Allowed { density: true, ..none },
            Tactic::Monotone => Allowed { sources: Sources::All, monotone: true, ..none },
            Tactic::Envelope => Allowed { sources: Sources::All, envelope: true, ..none },
            Tactic::EnvelopeTheorem => Allowed { sources: Sources::All, envelope_theorem: true, ..none },
            Tactic::Independence => Allowed { sources: Sources::All, independent: true, ..none },
            Tactic::Reindexing => Allowed { sources: Sources::All, reindex: true, ..none },
            Tactic::Contradiction => Allowed { sources: Sources::All, contradiction: true, ..none },
            Tactic::Everything => Allowed {
                sources: Sources::All,
                fundamental: true,
                density: true,
                monotone: true,
                envelope: true,
                envelope_theorem: true,
                independent: true,
                reindex: true,
                ..none
            },
            Tactic::Cases(on) => Allowed { sources: Sources::All, monotone: true, cases: on.clone(), ..none },
            Tactic::Reasons(because) => because.iter().fold(none, Allowed::with),
        }
    }

    /// In the words of the language.
    pub fn words(&self) -> &'static str {
        match self {
            Tactic::Same => "algebra",
            Tactic::Given => "given",
            Tactic::Fundamental => "the fundamental theorem",
            Tactic::Density => "density",
            Tactic::Monotone => "monotonicity",
            Tactic::Envelope => "the envelope formula",
            Tactic::EnvelopeTheorem => "the envelope theorem",
            Tactic::Independence => "independence",
            Tactic::Reindexing => "reindexing",
            Tactic::Contradiction => "contradiction and given",
            Tactic::Everything => "given, the fundamental theorem, density and monotonicity",
            Tactic::Cases(_) => "cases and given",
            Tactic::Reasons(_) => "its reasons",
        }
    }
}

impl Allowed {
    fn with(self, because: &Justification) -> Self {
        match because {
            Justification::Same => self,
            Justification::Given => Allowed { sources: Sources::All, ..self },
            Justification::Fundamental => Allowed { fundamental: true, ..self },
            Justification::Density => Allowed { density: true, ..self },
            Justification::Monotone | Justification::Sign => {
                Allowed { sources: Sources::All, monotone: true, ..self }
            }
            Justification::Derivative(name) => {
                let moving = self.moving.iter().chain([name]).cloned().collect();
                Allowed { moving, ..self }
            }
            Justification::Equality(at) => {
                let equal = self.equal.iter().chain(at).cloned().collect();
                Allowed { equal, ..self }
            }
            Justification::Envelope => Allowed { sources: Sources::All, envelope: true, ..self },
            Justification::EnvelopeTheorem => {
                Allowed { sources: Sources::All, envelope_theorem: true, ..self }
            }
            Justification::Independence => Allowed { independent: true, ..self },
            Justification::Reindexing => Allowed { reindex: true, ..self },
            Justification::Cases(on) => {
                let mut cases = self.cases;
                cases.push(on.clone());
                Allowed { cases, ..self }
            }
            Justification::Contradiction => Allowed { contradiction: true, ..self },
            Justification::Taking(values) => {
                let taking = self.taking.iter().chain(values).cloned().collect();
                Allowed { taking, ..self }
            }
            Justification::Named { .. } => {
                let sources = match self.sources {
                    Sources::All => Sources::All,
                    Sources::Named(mut list) => {
                        list.push(because.clone());
                        Sources::Named(list)
                    }
                    Sources::Meant => Sources::Named(vec![because.clone()]),
                };
                Allowed { sources, monotone: true, ..self }
            }
        }
    }
}

impl Proof<'_> {
    /// Shows a goal with what is allowed; what an attempt leaves behind is forgotten if it fails.
    pub(super) fn by(&mut self, goal: &Formula, allowed: &Allowed) -> Result<Option<usize>, Obstacle> {
        self.spent += 1;
        if self.spent > BUDGET {
            return Ok(None);
        }
        let (before, fresh) = (self.builder.length(), self.fresh);
        let found = self.attempt(goal, allowed)?;
        if found.is_none() {
            self.forget(before);
            // The next attempt speaks of the same names, so that what was found about them is found again.
            self.fresh = fresh;
        }
        Ok(found)
    }

    /// Forgets the steps from a number on, if there are many of them: what was found on the way to nothing is true all the
    /// same, and often asked for again.
    pub(super) fn forget(&mut self, before: usize) {
        if self.builder.length() > KEPT {
            self.builder.rewind(before);
            self.instances.forget(before);
        }
    }

    fn attempt(&mut self, goal: &Formula, allowed: &Allowed) -> Result<Option<usize>, Obstacle> {
        let Formula::Compare(relation, e) = goal else { return Ok(None) };
        if let Some(step) = self.combine(&[], goal, 0)? {
            return Ok(Some(step));
        }
        if (allowed.monotone || allowed.sources == Sources::All)
            && let Some(step) = self.by_squares(goal)?
        {
            return Ok(Some(step));
        }
        if let Some(found) = self.in_cases(goal, allowed)? {
            return Ok(Some(found));
        }
        if !self.is_equal_where_said(e, allowed)? {
            return Ok(None);
        }
        if let Some(found) = self.by_derivative(goal, allowed)? {
            return Ok(Some(found));
        }
        let mut known = self.facts(e, allowed)?;
        if let Some(step) = self.from(&known, goal)? {
            return Ok(Some(step));
        }
        if self.families(goal, &mut known, allowed)?
            && let Some(step) = self.from(&known, goal)?
        {
            return Ok(Some(step));
        }
        let equal = self.equals(e, &known)?;
        if !equal.is_empty() {
            known.extend(equal);
            if let Some(step) = self.from(&known, goal)? {
                return Ok(Some(step));
            }
        }
        if let Some(step) = self.without_quotients(&known, goal)? {
            return Ok(Some(step));
        }
        if allowed.density {
            known.extend(self.densities(e)?);
        }
        if allowed.fundamental {
            known.extend(self.fundamentals(e)?);
            self.complete(e, &mut known)?;
        }
        if allowed.envelope {
            known.extend(self.envelopes(e)?);
        }
        if allowed.envelope_theorem {
            known.extend(self.best_choices(*relation, e, allowed)?);
        }
        if (allowed.density || allowed.fundamental || allowed.envelope || allowed.envelope_theorem)
            && let Some(step) = self.from(&known, goal)?
        {
            return Ok(Some(step));
        }
        if let Some(step) = self.one_by_one(goal, &known, allowed)? {
            return Ok(Some(step));
        }
        if allowed.monotone {
            let more = self.integrands(*relation, e, &known, allowed)?;
            if !more.is_empty() {
                known.extend(more);
                return self.from(&known, goal);
            }
        }
        Ok(None)
    }

    /// What is known without calculus, as far as it has to do with a term.
    pub(super) fn facts(&mut self, e: &Expr, allowed: &Allowed) -> Result<Vec<Known>, Obstacle> {
        let mut known = self.simple(allowed)?;
        let assumed = self.assumed()?;
        for round in 0..2 {
            let mut material: Vec<Expr> = vec![e.clone()];
            if round > 0 {
                material.extend(known.iter().filter_map(|(_, f)| term(f)));
            }
            let material = Material::of(&material);
            let before = known.len();
            let count = self.sources.len();
            for number in 0..count + assumed.len() {
                let source = self.sources.get(number).or_else(|| assumed.get(number - count)).cloned();
                let Some(source) = source else { continue };
                if !self.may_use(&source, allowed) || !self.is_spoken_of(&source, &material) {
                    continue;
                }
                for values in named_values(&source, allowed) {
                    for more in self.instances_of(number, &source, &material, &values)? {
                        if !known.iter().any(|(_, f)| *f == more.1) {
                            known.push(more);
                        }
                    }
                }
            }
            if known.len() == before && round > 0 {
                break;
            }
        }
        self.complete(e, &mut known)?;
        Ok(known)
    }

    pub(super) fn may_use(&self, source: &super::Source, allowed: &Allowed) -> bool {
        source.meant
            || match &allowed.sources {
                Sources::Meant => false,
                Sources::Named(list) => names(list, source),
                Sources::All => true,
            }
    }

    /// Comparisons that are assumed, without instances.
    pub(super) fn simple(&mut self, allowed: &Allowed) -> Result<Vec<Known>, Obstacle> {
        let mut known = Vec::new();
        for formula in self.domain.clone() {
            if matches!(formula, Formula::Compare(..) | Formula::And(_)) {
                let step = self.builder.add(Step::Assume { formula: formula.clone() })?;
                self.comparisons(step, &formula, &mut known)?;
            }
        }
        if self.derivation.integer.is_some() {
            let step = self.builder.add(Step::Natural)?;
            known.push((step, self.builder.conclusion(step)?));
        }
        for source in self.sources.clone() {
            if self.may_use(&source, allowed) {
                self.comparisons(source.step, &source.formula, &mut known)?;
            }
        }
        Ok(known)
    }

    /// What is assumed here for all values of something.
    fn assumed(&mut self) -> Result<Vec<super::Source>, Obstacle> {
        let mut out = Vec::new();
        for formula in self.domain.clone() {
            let wanted = |f: &Formula| matches!(f, Formula::ForAll(..) | Formula::Implies(..));
            let any = matches!(&formula, Formula::And(parts) if parts.iter().any(wanted));
            if !wanted(&formula) && !any {
                continue;
            }
            let step = self.builder.add(Step::Assume { formula: formula.clone() })?;
            let parts = if any { self.apart(step, &formula)? } else { vec![(step, formula)] };
            for (step, formula) in parts.into_iter().filter(|(_, f)| wanted(f)) {
                out.push(super::Source { name: String::new(), step, formula, meant: true });
            }
        }
        Ok(out)
    }

    /// The comparisons that a theorem says, part by part.
    pub(super) fn comparisons(
        &mut self,
        step: usize,
        formula: &Formula,
        out: &mut Vec<Known>,
    ) -> Result<(), Obstacle> {
        match formula {
            Formula::Compare(..) => out.push((step, formula.clone())),
            Formula::And(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    let step = self.builder.add(Step::Part { premise: step, index })?;
                    self.comparisons(step, part, out)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// The values that the reasons give for what a source speaks of all of; once nothing, if they give none.
fn named_values(source: &super::Source, allowed: &Allowed) -> Vec<Vec<(Name, Expr)>> {
    let Sources::Named(list) = &allowed.sources else { return vec![vec![]] };
    let of_source = list.iter().filter_map(|j| match j {
        Justification::Named { name, at } if *name == source.name => Some(at.clone()),
        _ => None,
    });
    let found: Vec<_> = of_source.collect();
    if found.is_empty() { vec![vec![]] } else { found }
}

/// The term of a comparison.
pub(super) fn term(formula: &Formula) -> Option<Expr> {
    match formula {
        Formula::Compare(_, e) => Some(e.clone()),
        _ => None,
    }
}

/// All atoms inside a term, those that speak of a bound variable too.
pub(super) fn all_atoms(e: &Expr) -> Vec<Atom> {
    let mut out: Vec<&Atom> = Vec::new();
    let mut stack: Vec<&Atom> = e.atoms().collect();
    while let Some(atom) = stack.pop() {
        if !out.contains(&atom) {
            parts(atom, &mut stack);
            out.push(atom);
        }
    }
    out.into_iter().cloned().collect()
}

/// All terms inside a term that are not below a binder, and the atoms below binders that are closed.
pub(super) fn closed_atoms(e: &Expr) -> Vec<Atom> {
    let mut out: Vec<&Atom> = Vec::new();
    let mut stack: Vec<&Atom> = e.atoms().collect();
    while let Some(atom) = stack.pop() {
        if !atom.is_closed() || out.contains(&atom) {
            if !atom.is_closed() {
                parts(atom, &mut stack);
            }
            continue;
        }
        parts(atom, &mut stack);
        out.push(atom);
    }
    out.into_iter().cloned().collect()
}

fn parts<'a>(atom: &'a Atom, out: &mut Vec<&'a Atom>) {
    let mut all = |terms: &[&'a Expr]| out.extend(terms.iter().flat_map(|e| e.atoms()));
    match atom.node() {
        Node::Variable(_) | Node::Bound(_) | Node::Natural => {}
        Node::Apply(_, arguments) => arguments.iter().for_each(|e| all(&[e])),
        Node::Indicator(e) | Node::Inverse(e) | Node::Whole(e) | Node::Power(e) => all(&[e]),
        Node::Primitive { upper, body } | Node::Sum { upper, body } => all(&[upper, body]),
        Node::Expect { body } => all(&[body]),
        Node::Read { profile, agent } => all(&[profile, agent]),
        Node::Update { profile, agent, value } => all(&[profile, agent, value]),
        Node::Opaque { low, high, body } => all(&[low, high, body]),
    }
}

/// The name of a variable, if the term is one.
pub(super) fn variable(e: &Expr) -> Option<&Name> {
    e.as_variable()
}
