//! Derivations: every link of every chain gets a theorem, or it is said what stands in its way.
//!
//! What is known is a list of [`Source`]s: hypotheses, and chains shown above. A link is proved by a
//! [`Tactic`] that its reasons allow: instances of the sources, equations of the calculus, signs of
//! integrands; one linear program combines them. Without a reason the tactics are tried in order.

mod apply;
mod calculus;
mod cases;
mod combine;
mod envelope;
mod family;
mod independence;
mod instance;
mod integrand;
mod refute;
mod rewrite;
mod tactic;

use crate::kernel::{Expr, Formula, Name, Relation, Step};
use crate::model::{Binder, Chain, Derivation, Justification, Link, together};
use crate::piecewise::Obstacle;

use super::proof::{Builder, Proved, symbol};
pub use refute::Instance;
pub use tactic::Tactic;

/// Times that tactics may be tried for one derivation.
const BUDGET: usize = 3_000;

/// Of these, how many for a contradiction between the hypotheses.
const BUDGET_OF_CONTRADICTION: usize = 60;

/// Whether the hypotheses of a derivation can hold together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hypotheses {
    /// Some functions and numbers of the library satisfy them.
    Hold,
    /// They contradict each other, and what follows from them says nothing.
    Contradict,
    /// Neither was found.
    Open,
}

/// What was found about a derivation.
#[derive(Debug, Clone)]
pub struct Derived {
    /// The theorem, if every link holds.
    pub proved: Option<Proved>,
    /// Whether the hypotheses can hold together, if every link holds.
    pub hypotheses: Hypotheses,
    /// Earlier derivations that do not apply, each with a hypothesis that is not shown; none if they are not proved.
    pub inapplicable: Vec<(String, Option<Formula>)>,
    /// What is not shown to be defined.
    pub undefined: Option<Formula>,
    /// For each chain, what was found about each link.
    pub chains: Vec<Vec<Outcome>>,
}

/// What was found about a link.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It follows, by this tactic.
    Holds(Tactic),
    /// It would follow if the line before, which is to blame, were right: the sides around that agree.
    Excused,
    /// It does not follow by its reasons; if it follows by another, by which; if it is false for some
    /// functions and numbers that satisfy the hypotheses, for which.
    Fails {
        /// Left minus right, or right minus left: what should be zero or positive.
        residual: Expr,
        /// Whether it has a reason.
        reasoned: bool,
        /// The tactic that shows it.
        otherwise: Option<Tactic>,
        /// Where it is false.
        instance: Option<Instance>,
    },
}

impl Outcome {
    /// Whether the link follows.
    pub fn holds(&self) -> bool {
        matches!(self, Outcome::Holds(_))
    }
}

/// Something that is known: a step of the proof and its name.
#[derive(Debug, Clone)]
struct Source {
    /// The name; empty if it has none.
    name: String,
    /// The step.
    step: usize,
    /// What it says.
    formula: Formula,
    /// Whether it says what a word means, so that no reason has to name it.
    meant: bool,
}

/// A derivation in the making.
struct Proof<'a> {
    derivation: &'a Derivation,
    builder: Builder,
    sources: Vec<Source>,
    /// Comparisons that are assumed here: the ranges of the variables of a chain, of an integrand.
    domain: Vec<Formula>,
    /// How often a tactic was tried.
    spent: usize,
    /// The variables of the integrals whose integrands are looked at, the innermost last.
    inside: Vec<(Binder, Name)>,
    /// Names that were made.
    fresh: usize,
    /// How deep in integrands and premises of instances.
    depth: usize,
    /// Instances of sources whose premises are proved, by source and values.
    instances: instance::Instances,
}

/// Derives what a derivation states, as far as it follows.
pub fn derive(derivation: &Derivation) -> Result<Derived, Obstacle> {
    let mut proof = Proof {
        derivation,
        builder: Builder::default(),
        sources: vec![],
        domain: vec![],
        spent: 0,
        inside: vec![],
        fresh: 0,
        depth: 0,
        instances: Default::default(),
    };
    for h in &derivation.hypotheses {
        let step = proof.builder.add(Step::Assume { formula: h.formula.clone() })?;
        let (name, formula, meant) = (h.name.clone(), h.formula.clone(), h.meant);
        proof.sources.push(Source { name, step, formula, meant });
    }
    for formula in &derivation.lemmas {
        if let Some(step) = proof.establish(formula, &Tactic::Monotone)? {
            proof.sources.push(Source { name: String::new(), step, formula: formula.clone(), meant: true });
        }
    }
    let (mut parts, mut undefined) = (Some(vec![]), None);
    let mut inapplicable = Vec::new();
    for application in &derivation.applied {
        if let Some(unmet) = proof.applied(application)? {
            inapplicable.push((application.name.clone(), unmet));
            parts = None;
        }
    }
    for formula in &derivation.defined {
        proof.state(formula, &mut parts, &mut undefined)?;
    }
    let mut chains = Vec::new();
    for chain in &derivation.chains {
        for formula in &chain.defined {
            proof.state(formula, &mut parts, &mut undefined)?;
        }
        let (outcomes, step) = proof.chain(chain)?;
        chains.push(outcomes);
        match (step, &mut parts) {
            (Some(step), Some(all)) => all.push(step),
            _ => parts = None,
        }
    }
    let hypotheses = match &parts {
        Some(_) => proof.consistency()?,
        None => Hypotheses::Open,
    };
    let proved = match parts {
        Some(parts) => Some(proof.finish(parts)?),
        None => None,
    };
    Ok(Derived { proved, hypotheses, inapplicable, undefined, chains })
}

impl Proof<'_> {
    /// Proves that something is defined.
    fn state(
        &mut self,
        formula: &Formula,
        parts: &mut Option<Vec<usize>>,
        undefined: &mut Option<Formula>,
    ) -> Result<(), Obstacle> {
        match (self.establish(formula, &Tactic::Given)?, parts.as_mut()) {
            (Some(step), Some(all)) => all.push(step),
            (Some(_), None) => {}
            (None, _) => {
                *parts = None;
                *undefined = undefined.take().or(Some(formula.clone()));
            }
        }
        Ok(())
    }

    /// A formula with quantifiers, premises, conjunctions and alternatives in front.
    fn establish(&mut self, formula: &Formula, tactic: &Tactic) -> Result<Option<usize>, Obstacle> {
        match formula {
            Formula::ForAll(x, body) => {
                let Some(premise) = self.establish(body, tactic)? else { return Ok(None) };
                Ok(Some(self.builder.add(Step::Generalise { premise, name: symbol(x)? })?))
            }
            Formula::Implies(hypothesis, body) => {
                self.domain.push((**hypothesis).clone());
                let premise = self.establish(body, tactic);
                self.domain.pop();
                let Some(premise) = premise? else { return Ok(None) };
                let hypothesis = (**hypothesis).clone();
                Ok(Some(self.builder.add(Step::Discharge { premise, hypothesis })?))
            }
            Formula::And(parts) => {
                let mut premises = Vec::new();
                for part in parts {
                    let Some(step) = self.establish(part, tactic)? else { return Ok(None) };
                    premises.push(step);
                }
                Ok(Some(self.builder.add(Step::Both { premises })?))
            }
            Formula::Or(alternatives) => {
                for part in alternatives {
                    if let Some(premise) = self.establish(part, tactic)? {
                        let alternatives = alternatives.clone();
                        return Ok(Some(self.builder.add(Step::Either { premise, alternatives })?));
                    }
                }
                Ok(None)
            }
            goal => self.by(goal, &tactic.allows()),
        }
    }

    /// What was found about the links of a chain, and the theorem about it.
    fn chain(&mut self, chain: &Chain) -> Result<(Vec<Outcome>, Option<usize>), Obstacle> {
        let before = self.sources.len();
        self.domain.extend(chain.domain.clone());
        let (mut outcomes, mut steps) = (Vec::new(), Vec::new());
        for link in &chain.links {
            let (outcome, step) = self.link(link)?;
            // A link that fails is a hypothesis of nothing: what follows is checked on its own.
            steps.extend(step);
            outcomes.push(outcome);
        }
        self.excuse(&chain.links, &mut outcomes)?;
        self.domain.clear();
        self.sources.truncate(before);
        if steps.len() < chain.links.len() {
            return Ok((outcomes, None));
        }
        let goal = chain.conclusion();
        let Some(whole) = self.sum(&steps, &goal)? else { return Ok((outcomes, None)) };
        steps.push(whole);
        let mut step = self.builder.add(Step::Both { premises: steps })?;
        for hypothesis in chain.domain.clone().into_iter().rev() {
            step = self.builder.add(Step::Discharge { premise: step, hypothesis })?;
        }
        for variable in chain.variables.iter().rev() {
            step = self.builder.add(Step::Generalise { premise: step, name: symbol(variable)? })?;
        }
        self.sources.push(Source {
            name: chain.name.clone(),
            step,
            formula: chain.for_all(Formula::And(chain.parts())),
            meant: false,
        });
        Ok((outcomes, Some(step)))
    }

    /// One slip gives one error: where the links into and out of a line fail and its neighbours agree with
    /// each other, the line is blamed, once.
    fn excuse(&mut self, links: &[Link], outcomes: &mut [Outcome]) -> Result<(), Obstacle> {
        for (k, pair) in links.windows(2).enumerate() {
            let [first, second] = pair else { continue };
            let fails = |o: Option<&Outcome>| matches!(o, Some(Outcome::Fails { .. }));
            if !fails(outcomes.get(k)) || !fails(outcomes.get(k + 1)) {
                continue;
            }
            let Some(relation) = together(first.relation, second.relation) else { continue };
            let because = [first.because.as_slice(), second.because.as_slice()].concat();
            let around = Link { left: first.left.clone(), relation, right: second.right.clone(), because };
            let tactic = match first.because.is_empty() || second.because.is_empty() {
                true => Tactic::Everything,
                false => Tactic::Reasons(around.because.clone()),
            };
            if self.by(&around.formula(), &tactic.allows())?.is_some()
                && let Some(outcome) = outcomes.get_mut(k + 1)
            {
                *outcome = Outcome::Excused;
            }
        }
        Ok(())
    }

    fn link(&mut self, link: &Link) -> Result<(Outcome, Option<usize>), Obstacle> {
        let goal = link.formula();
        if link.because.is_empty() {
            if let Some((tactic, step)) = self.any(&goal)? {
                return Ok((Outcome::Holds(tactic), Some(step)));
            }
        } else {
            let tactic = Tactic::Reasons(link.because.clone());
            if let Some(step) = self.by(&goal, &tactic.allows())? {
                return Ok((Outcome::Holds(tactic), Some(step)));
            }
        }
        let residual = match &goal {
            Formula::Compare(_, e) => e.clone(),
            _ => link.left.minus(&link.right),
        };
        let instance = refute::instance(self.derivation, &self.domain, &goal);
        let otherwise = match (&instance, link.because.is_empty()) {
            (None, false) => self.any(&goal)?.map(|(tactic, _)| tactic),
            _ => None,
        };
        let reasoned = !link.because.is_empty();
        Ok((Outcome::Fails { residual, reasoned, otherwise, instance }, None))
    }

    /// The first tactic that shows a goal.
    fn any(&mut self, goal: &Formula) -> Result<Option<(Tactic, usize)>, Obstacle> {
        for tactic in Tactic::ALL {
            if let Some(step) = self.by(goal, &tactic.allows())? {
                return Ok(Some((tactic, step)));
            }
        }
        Ok(None)
    }

    /// The overall relation from the links.
    fn sum(&mut self, links: &[usize], goal: &Formula) -> Result<Option<usize>, Obstacle> {
        let known = links
            .iter()
            .map(|s| Ok((*s, self.builder.conclusion(*s)?)))
            .collect::<Result<Vec<_>, Obstacle>>()?;
        self.combine(&known, goal, 1)
    }

    /// Whether the hypotheses can hold together: an instance of the library, or `0 > 0` from them.
    fn consistency(&mut self) -> Result<Hypotheses, Obstacle> {
        let never = Formula::Compare(Relation::Positive, Expr::zero());
        let holds =
            self.derivation.hypotheses.is_empty() || refute::instance(self.derivation, &[], &never).is_some();
        if holds {
            return Ok(Hypotheses::Hold);
        }
        self.spent = BUDGET - BUDGET_OF_CONTRADICTION;
        Ok(if self.any(&never)?.is_some() { Hypotheses::Contradict } else { Hypotheses::Open })
    }

    /// The theorem without hypotheses.
    fn finish(mut self, parts: Vec<usize>) -> Result<Proved, Obstacle> {
        let mut step = self.builder.add(Step::Both { premises: parts })?;
        for h in self.derivation.hypotheses.iter().rev() {
            step = self.builder.add(Step::Discharge { premise: step, hypothesis: h.formula.clone() })?;
        }
        for name in self.derivation.numbers.iter().rev() {
            step = self.builder.add(Step::Generalise { premise: step, name: symbol(name)? })?;
        }
        let meaning = self.derivation.statement().meaning();
        self.builder.finish_compact(&meaning.map_err(|rejection| Obstacle::Refused { rejection })?)
    }

    /// A new name.
    fn name(&mut self, stem: &str) -> Name {
        self.fresh += 1;
        format!("{stem}''{}", self.fresh).into()
    }
}

/// Whether a justification names a source.
fn names(because: &[Justification], source: &Source) -> bool {
    because.iter().any(|j| matches!(j, Justification::Named { name, .. } if *name == source.name))
}
