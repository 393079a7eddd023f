//! An earlier derivation applied to functions and numbers: its theorem, specialised, with its hypotheses shown.

use std::sync::{Arc, Mutex, OnceLock};

use crate::exact::bounded;
use crate::kernel::{Expr, Formula, Name, Step};
use crate::model::{Application, Derivation};
use crate::piecewise::{Engine, Obstacle};

use super::super::compact::shifted;
use super::super::proof::{Hints, Proved};
use super::tactic::{Known, Tactic};
use super::{Derived, Proof, Source, Within, derive_within};

/// Derivations that were looked at before, with their theorems: one that is applied often is proved once.
#[derive(Debug, Default)]
pub struct Lemmas(Mutex<Vec<(Derivation, Arc<Lemma>)>>);

/// The theorem of a derivation; nothing if it is not proved.
type Lemma = OnceLock<Result<Option<Proved>, Obstacle>>;

impl Lemmas {
    fn place(&self, derivation: &Derivation) -> Arc<Lemma> {
        let Ok(mut known) = self.0.lock() else { return Arc::default() };
        if let Some((_, lemma)) = known.iter().find(|(d, _)| d == derivation) {
            return lemma.clone();
        }
        let lemma = Arc::default();
        known.push((derivation.clone(), Arc::clone(&lemma)));
        lemma
    }

    /// Keeps the theorem of a derivation that is looked at for its own sake.
    pub(super) fn keep(
        &self,
        derivation: &Derivation,
        derive: impl Fn() -> Result<Derived, Obstacle>,
    ) -> Result<Derived, Obstacle> {
        let mut derived = None;
        self.place(derivation).get_or_init(|| {
            let found = bounded(&derive).unwrap_or(Err(Obstacle::Work));
            let proved = found.as_ref().map_err(Clone::clone).and_then(shown);
            derived = Some(found);
            proved
        });
        derived.unwrap_or_else(derive)
    }

    /// The theorem of a derivation that is applied.
    fn theorem(&self, derivation: &Derivation) -> Result<Option<Proved>, Obstacle> {
        let derive = || derive_within(derivation, self, Within::Another).and_then(|d| shown(&d));
        // What it takes does not depend on who asks first.
        let within = || bounded(derive).unwrap_or(Err(Obstacle::Work));
        self.place(derivation).get_or_init(within).clone()
    }
}

/// The theorem of what was derived; where a link took too much work, nobody knows whether there is one.
fn shown(derived: &Derived) -> Result<Option<Proved>, Obstacle> {
    if derived.broken_off { Err(Obstacle::Work) } else { Ok(derived.proved.clone()) }
}

/// The names that a formula speaks of all of, its premises, and what is behind these.
fn stripped(formula: &Formula) -> (Vec<Name>, Vec<Formula>, &Formula) {
    let (mut names, mut premises, mut at) = (Vec::new(), Vec::new(), formula);
    while let Formula::ForAll(x, body) = at {
        names.push(x.clone());
        at = body;
    }
    while let Formula::Implies(premise, body) = at {
        premises.push((**premise).clone());
        at = body;
    }
    (names, premises, at)
}

impl Proof<'_> {
    /// Adds what an earlier derivation concludes for these functions and numbers. If it does not apply, the
    /// hypothesis that is not shown, or nothing if the derivation itself is not proved or says nothing of such functions.
    pub(super) fn applied(&mut self, a: &Application) -> Result<Option<Option<Formula>>, Obstacle> {
        let Some(proved) = self.lemmas.theorem(&a.derivation)? else {
            return Ok(Some(None));
        };
        let before = self.builder.length();
        let mut step = before;
        for earlier in &proved.certificate.steps {
            step = self.builder.add(shifted(earlier, before))?;
        }
        for definition in &a.functions {
            // A function that may be unbounded is none that the theorem is about.
            match self.builder.add(Step::Function { premise: step, definition: definition.clone() }) {
                Ok(next) => step = next,
                Err(_) => return Ok(Some(None)),
            }
        }
        if let Some(value) = a.natural {
            step = self.builder.add(Step::Number { premise: step, value })?;
        }
        for term in &a.numbers {
            step = self.builder.add(Step::Instance { premise: step, term: term.clone() })?;
        }
        for _ in &a.derivation.hypotheses {
            let Formula::Implies(hypothesis, _) = self.builder.conclusion(step)? else { break };
            let Some(premise) = self.shown(&hypothesis)? else { return Ok(Some(Some(*hypothesis))) };
            step = self.builder.add(Step::Apply { implication: step, premise })?;
        }
        let Formula::And(parts) = self.builder.conclusion(step)? else { return Ok(None) };
        if let (Some(index), Some(formula)) = (parts.len().checked_sub(1), parts.last()) {
            let step = self.builder.add(Step::Part { premise: step, index })?;
            for (step, formula) in self.one_by_one_part(step, formula)? {
                self.sources.push(Source { name: a.name.clone(), step, formula, meant: false });
            }
        }
        Ok(None)
    }

    /// The parts of what a chain shows below its ranges, each alone. What is said of a derivative speaks of all of its
    /// variable itself.
    fn one_by_one_part(
        &mut self,
        chain: usize,
        formula: &Formula,
    ) -> Result<Vec<(usize, Formula)>, Obstacle> {
        let (names, domain, body) = stripped(formula);
        let Formula::And(parts) = body else { return Ok(vec![(chain, formula.clone())]) };
        let mut out = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let (own, inside, _) = stripped(part);
            let moves = own.iter().any(|x| names.contains(x));
            let (own, inside) = if moves { (own, inside) } else { (vec![], vec![]) };
            let is_own = |f: &Formula| own.iter().any(|x| f.mentions_variable(x));
            let mut known: Vec<Known> = Vec::new();
            for formula in &inside {
                known.push((self.builder.add(Step::Assume { formula: formula.clone() })?, formula.clone()));
            }
            let mut step = self.opened_at(chain, &names)?;
            for premise in &domain {
                let premise = match is_own(premise) {
                    true => self.combine(&known, premise, 1)?,
                    false => Some(self.builder.add(Step::Assume { formula: premise.clone() })?),
                };
                let Some(premise) = premise else { return Ok(out) };
                step = self.builder.add(Step::Apply { implication: step, premise })?;
            }
            step = self.builder.add(Step::Part { premise: step, index })?;
            step = self.opened_at(step, &own)?;
            for (premise, _) in known {
                step = self.builder.add(Step::Apply { implication: step, premise })?;
            }
            let around: (Vec<Name>, Vec<Formula>) = (
                names.iter().filter(|x| !own.contains(x)).cloned().collect(),
                domain.iter().filter(|f| !is_own(f)).cloned().collect(),
            );
            step = self.closed(&own, &inside, step)?;
            step = self.closed(&around.0, &around.1, step)?;
            out.push((step, self.builder.conclusion(step)?));
        }
        Ok(out)
    }

    /// What holds for all values of some names, for these names.
    fn opened_at(&mut self, mut step: usize, names: &[Name]) -> Result<usize, Obstacle> {
        for name in names {
            step = self.builder.add(Step::Instance { premise: step, term: Expr::variable(name) })?;
        }
        Ok(step)
    }

    /// A statement from what is assumed here, or since it is true of the functions that are given.
    pub(super) fn shown(&mut self, hypothesis: &Formula) -> Result<Option<usize>, Obstacle> {
        if let Some(step) = self.plainly(hypothesis)? {
            return Ok(Some(step));
        }
        if let Some(step) = self.establish(hypothesis, &Tactic::Given)? {
            return Ok(Some(step));
        }
        let before = self.builder.length();
        match self.builder.prove(&mut Engine::new(), &mut vec![], hypothesis, &Hints::new()) {
            Ok(step) => Ok(Some(step)),
            Err(_) => {
                self.builder.rewind(before);
                Ok(None)
            }
        }
    }
}
