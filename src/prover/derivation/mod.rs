//! Derivations: every link of every chain gets a theorem, or it is said what stands in its way.
//!
//! What is known is a list of [`Source`]s: hypotheses, and chains shown above. A link is proved by a
//! [`Tactic`] that its reasons allow: instances of the sources, equations of the calculus, signs of
//! integrands; one linear program combines them. Without a reason the tactics are tried in order.

mod apply;
mod calculus;
mod cases;
mod collectible;
mod combine;
mod consistent;
mod continuous;
mod envelope;
mod everywhere;
mod family;
mod highest;
mod independence;
mod instance;
mod integrand;
mod left_out;
mod library;
mod logic;
mod nearest;
mod others;
mod quotient;
mod rate;
mod refute;
mod rewrite;
mod said;
mod share;
mod squares;
mod tactic;

use crate::kernel::{Expr, Formula, Name, Step};
use crate::model::{Binder, Chain, Comparison, Derivation, Justification, Link, Proposition};
use crate::piecewise::{Multipliers, Obstacle};

use super::proof::{Builder, Proved, symbol};
pub use apply::Lemmas;
pub use nearest::{Meant, nearest};
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
    /// The misprints, by chain and link.
    pub misprints: Vec<(usize, usize, Misprint)>,
    /// Whether a link took more than its share of the work.
    pub broken_off: bool,
}

/// What was found about a link.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It follows, by this tactic.
    Holds(Tactic),
    /// It would follow if the line before, which is to blame, were right: the sides around that agree.
    Excused,
    /// It would follow if the step of this name, which is to blame, were shown.
    Carried(String),
    /// It does not follow by its reasons; if it follows by another, by which; if it is false for some
    /// functions and numbers that satisfy the hypotheses, for which.
    Fails {
        /// Left minus right, or right minus left: what should be zero or positive, if the link compares terms.
        residual: Option<Expr>,
        /// Whether it has a reason.
        reasoned: bool,
        /// The tactic that shows it.
        otherwise: Option<Tactic>,
        /// Where it is false.
        instance: Option<Box<Instance>>,
    },
}

impl Outcome {
    /// Whether the link follows.
    pub fn holds(&self) -> bool {
        matches!(self, Outcome::Holds(_))
    }
}

/// What was found about a misprint.
#[derive(Debug, Clone)]
pub enum Misprint {
    /// It is false for some functions and numbers that satisfy the hypotheses.
    Wrong(Box<Instance>),
    /// It follows from the hypotheses.
    Right,
    /// Neither was found.
    Open,
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
    lemmas: &'a Lemmas,
    builder: Builder,
    sources: Vec<Source>,
    /// Those that say that something has a derivative at every point, which they are not among.
    smooth: Vec<everywhere::Smooth>,
    /// What chains with a name say that are not shown.
    failed: Vec<Source>,
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
    /// How goals follow from facts.
    multipliers: Multipliers,
    /// How the link that is looked at is shown: premises of instances that are more than comparisons are shown alike.
    reasons: Tactic,
    /// Instances that were looked for.
    instances: instance::Instances,
    /// Whether it is looked for what is wrong with links that fail.
    is_diagnosed: bool,
    /// Whether a link took more than its share of the work.
    broken_off: bool,
}

/// Derives what a derivation states, as far as it follows.
pub fn derive(derivation: &Derivation, lemmas: &Lemmas) -> Result<Derived, Obstacle> {
    lemmas.keep(derivation, || derive_within(derivation, lemmas, Within::Itself))
}

/// For whom something is derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    /// For its own sake.
    Itself,
    /// For a derivation that applies it: whether its hypotheses can hold is seen there.
    Another,
}

fn derive_within(derivation: &Derivation, lemmas: &Lemmas, within: Within) -> Result<Derived, Obstacle> {
    let mut proof = Proof::of(derivation, lemmas)?;
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
    let (mut chains, mut misprints) = (Vec::new(), Vec::new());
    for chain in &derivation.chains {
        for formula in &chain.defined {
            proof.state(formula, &mut parts, &mut undefined)?;
        }
        let (outcomes, step) = proof.chain(chain)?;
        for (k, link) in chain.links.iter().enumerate() {
            if let (Some(printed), Within::Itself) = (&link.printed, within) {
                misprints.push((chains.len(), k, proof.misprint(chain, printed)?));
            }
        }
        chains.push(outcomes);
        match (step, &mut parts) {
            (Some(step), Some(all)) => all.push(step),
            _ => parts = None,
        }
    }
    let hypotheses = match (&parts, within) {
        (Some(_), Within::Itself) => proof.consistency()?,
        _ => Hypotheses::Open,
    };
    let broken_off = proof.broken_off;
    let proved = match parts {
        Some(parts) => Some(proof.finish(parts)?),
        None => None,
    };
    Ok(Derived { proved, hypotheses, inapplicable, undefined, chains, misprints, broken_off })
}

impl<'a> Proof<'a> {
    /// With the hypotheses of a derivation, and what its words mean.
    fn of(derivation: &'a Derivation, lemmas: &'a Lemmas) -> Result<Self, Obstacle> {
        let mut proof = Proof {
            derivation,
            lemmas,
            builder: Builder::default(),
            sources: vec![],
            smooth: vec![],
            failed: vec![],
            domain: vec![],
            spent: 0,
            inside: vec![],
            fresh: 0,
            depth: 0,
            multipliers: Default::default(),
            reasons: Tactic::Given,
            instances: Default::default(),
            is_diagnosed: true,
            broken_off: false,
        };
        for h in &derivation.hypotheses {
            let step = proof.builder.add(Step::Assume { formula: h.formula.clone() })?;
            let (name, formula, meant) = (h.name.clone(), h.formula.clone(), h.meant);
            proof.remember(Source { name, step, formula, meant })?;
        }
        for formula in &derivation.lemmas {
            if let Some(step) = proof.in_range(formula)? {
                let (name, formula) = (String::new(), formula.clone());
                proof.sources.push(Source { name, step, formula, meant: true });
            }
        }
        proof.laws()?;
        Ok(proof)
    }
}

impl Proof<'_> {
    /// Proves that something is defined.
    fn state(
        &mut self,
        formula: &Formula,
        parts: &mut Option<Vec<usize>>,
        undefined: &mut Option<Formula>,
    ) -> Result<(), Obstacle> {
        match (self.shown(formula)?, parts.as_mut()) {
            (Some(step), Some(all)) => all.push(step),
            (Some(_), None) => {}
            (None, _) => {
                *parts = None;
                *undefined = undefined.take().or(Some(formula.clone()));
            }
        }
        Ok(())
    }

    /// What was found about the links of a chain, and the theorem about it.
    fn chain(&mut self, chain: &Chain) -> Result<(Vec<Outcome>, Option<usize>), Obstacle> {
        let before = self.sources.len();
        self.instances.renew();
        self.domain.extend(chain.domain.clone());
        let (mut outcomes, mut steps) = (Vec::new(), Vec::new());
        for link in &chain.links {
            self.reasons = match link.because.as_slice() {
                [] => Tactic::Given,
                because => Tactic::Reasons(because.to_vec()),
            };
            let (outcome, step) = self.link_within(chain, link)?;
            // A link that fails is a hypothesis of nothing: what follows is checked on its own.
            steps.extend(step);
            outcomes.push(outcome);
        }
        self.reasons = Tactic::Given;
        if self.is_diagnosed {
            self.excuse(&chain.links, &mut outcomes)?;
        }
        self.domain.clear();
        self.sources.truncate(before);
        self.instances.renew();
        let whole = match steps.len() < chain.links.len() {
            true => None,
            false => self.together(chain, &steps)?,
        };
        let Some(whole) = whole else {
            self.fail(chain)?;
            return Ok((outcomes, None));
        };
        steps.push(whole);
        for (part, proposition) in steps.iter().zip(chain.propositions()) {
            let around = chain.around(proposition);
            // Statements that imply each other are used one by one.
            for (part, formula) in self.apart(*part, &proposition.formula())? {
                let step = self.closed(&around.0, &around.1, part)?;
                let formula = Formula::for_all(&around.0, Formula::implied(&around.1, formula));
                let name = chain.name.clone();
                self.remember(Source { name, step, formula, meant: false })?;
            }
        }
        let step = self.builder.add(Step::Both { premises: steps })?;
        Ok((outcomes, Some(self.closed(&chain.variables, &chain.domain, step)?)))
    }

    /// What was shown below the ranges of a chain, for all values.
    fn closed(&mut self, variables: &[Name], domain: &[Formula], mut step: usize) -> Result<usize, Obstacle> {
        for hypothesis in domain.iter().cloned().rev() {
            step = self.builder.add(Step::Discharge { premise: step, hypothesis })?;
        }
        for variable in variables.iter().rev() {
            step = self.builder.add(Step::Generalise { premise: step, name: symbol(variable)? })?;
        }
        Ok(step)
    }

    /// One slip gives one error: where the links into and out of a line fail and its neighbours agree with
    /// each other, the line is blamed, once; and so are lines that follow from each other, where the links into
    /// the first and out of the last are false.
    fn excuse(&mut self, links: &[Link], outcomes: &mut [Outcome]) -> Result<(), Obstacle> {
        let mut last = None;
        for end in 0..links.len() {
            let Some(Outcome::Fails { instance, .. }) = outcomes.get(end) else { continue };
            let here = (end, instance.is_some());
            let Some((start, is_false)) = last.replace(here) else { continue };
            if end > start + 1 && !(is_false && instance.is_some()) {
                continue;
            }
            let Some((first, rest)) = links.get(start..=end).and_then(<[Link]>::split_first) else {
                continue;
            };
            let around = rest.iter().try_fold(first.says.clone(), |says, link| says.then(&link.says));
            let Some(around) = around else { continue };
            let all = || std::iter::once(first).chain(rest);
            let tactic = match all().any(|link| link.because.is_empty()) {
                true => Tactic::Everything,
                false => Tactic::Reasons(all().flat_map(|link| link.because.clone()).collect()),
            };
            if self.says(&around, &tactic)?.is_some()
                && let Some(outcome) = outcomes.get_mut(end)
            {
                *outcome = Outcome::Excused;
                last = None;
            }
        }
        Ok(())
    }

    fn link(&mut self, chain: &Chain, link: &Link) -> Result<(Outcome, Option<usize>), Obstacle> {
        let goal = link.says.formula();
        if link.because.is_empty() {
            let found = match self.any(&link.says)? {
                None => self.in_few_cases(&link.says)?,
                found => found,
            };
            if let Some((tactic, step)) = found {
                return Ok((Outcome::Holds(tactic), Some(step)));
            }
        } else {
            let tactic = Tactic::Reasons(link.because.clone());
            if let Some(step) = self.says(&link.says, &tactic)? {
                return Ok((Outcome::Holds(tactic), Some(step)));
            }
        }
        if self.is_diagnosed
            && let Some(name) = self.carried(link)?
        {
            return Ok((Outcome::Carried(name), None));
        }
        let instance = match self.is_diagnosed {
            true => self.instance_within(chain, &goal),
            false => None,
        };
        let otherwise = match (&instance, link.because.is_empty()) {
            (None, false) if self.is_diagnosed => self.any(&link.says)?.map(|(tactic, _)| tactic),
            _ => None,
        };
        Ok((share::failure(link, otherwise, instance), None))
    }

    /// Keeps what a chain with a name says that is not shown.
    fn fail(&mut self, chain: &Chain) -> Result<(), Obstacle> {
        if chain.name.is_empty() || !self.is_diagnosed {
            return Ok(());
        }
        for proposition in chain.propositions() {
            let (names, domain) = chain.around(proposition);
            let formula = Formula::for_all(&names, Formula::implied(&domain, proposition.formula()));
            let step = self.builder.add(Step::Assume { formula: formula.clone() })?;
            self.failed.push(Source { name: chain.name.clone(), step, formula, meant: false });
        }
        Ok(())
    }

    /// The step that is not shown and from which a link would follow by its reasons.
    fn carried(&mut self, link: &Link) -> Result<Option<String>, Obstacle> {
        let cited: Vec<Source> = self.failed.iter().filter(|s| names(&link.because, s)).cloned().collect();
        let Some(first) = cited.first().map(|s| s.name.clone()) else { return Ok(None) };
        let before = self.sources.len();
        self.sources.extend(cited);
        self.instances = Default::default();
        let found = self.says(&link.says, &Tactic::Reasons(link.because.clone()));
        self.sources.truncate(before);
        self.instances = Default::default();
        Ok(found?.map(|_| first))
    }

    /// Whether what a source prints in place of a link is wrong.
    fn misprint(&mut self, chain: &Chain, printed: &Proposition) -> Result<Misprint, Obstacle> {
        let goal = printed.formula();
        if let Some(instance) = self.instance_within(chain, &goal) {
            return Ok(Misprint::Wrong(instance));
        }
        self.domain.extend(chain.domain.clone());
        let found = self.any(printed);
        self.domain.clear();
        Ok(if found?.is_some() { Misprint::Right } else { Misprint::Open })
    }

    /// The first tactic that shows a goal.
    fn any(&mut self, goal: &Proposition) -> Result<Option<(Tactic, usize)>, Obstacle> {
        // What is said in the end mostly is what a line above says.
        if let Proposition::Plain(formula @ Formula::Compare(..)) = goal {
            let known = self.simple(&Tactic::Given.allows())?;
            if let Some(step) = self.combine(&known, formula, 1)? {
                return Ok(Some((Tactic::Given, step)));
            }
        }
        for tactic in Tactic::ALL {
            if let Some(step) = self.says(goal, &tactic)? {
                return Ok(Some((tactic, step)));
            }
        }
        Ok(None)
    }

    /// Whether the hypotheses can hold together: an instance of the library, or `0 > 0` from them.
    fn consistency(&mut self) -> Result<Hypotheses, Obstacle> {
        let never = Formula::falsehood();
        let holds = self.derivation.hypotheses.is_empty() || consistent::satisfiable(self.derivation);
        if holds {
            return Ok(Hypotheses::Hold);
        }
        self.spent = BUDGET - BUDGET_OF_CONTRADICTION;
        for tactic in [Tactic::Given, Tactic::Monotone, Tactic::Everything] {
            if self.by(&never, &tactic.allows())?.is_some() {
                return Ok(Hypotheses::Contradict);
            }
        }
        Ok(Hypotheses::Open)
    }

    /// The theorem without hypotheses.
    fn finish(mut self, parts: Vec<usize>) -> Result<Proved, Obstacle> {
        let step = self.builder.add(Step::Both { premises: parts })?;
        let hypotheses: Vec<Formula> = self.derivation.hypotheses.iter().map(|h| h.formula.clone()).collect();
        self.closed(&self.derivation.numbers, &hypotheses, step)?;
        let meaning = self.derivation.statement().meaning();
        self.builder.finish_compact(&meaning.map_err(|rejection| Obstacle::Refused { rejection })?)
    }

    /// A new name.
    fn name(&mut self, stem: &str) -> Name {
        self.fresh += 1;
        // Names of statements have two marks: no new name is one of them.
        format!("{stem}'_{}", self.fresh).into()
    }
}

/// What should be zero or positive.
fn residual(left: &Expr, relation: Comparison, right: &Expr) -> Option<Expr> {
    match Proposition::Relation(left.clone(), relation, right.clone()).formula() {
        Formula::Compare(_, e) => Some(e),
        _ => None,
    }
}

/// Whether a justification names a source.
fn names(because: &[Justification], source: &Source) -> bool {
    because.iter().any(|j| matches!(j, Justification::Named { name, .. } if *name == source.name))
}
