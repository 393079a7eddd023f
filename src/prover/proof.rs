//! From a formula to a certificate: [`prove`].
//!
//! Goal-directed: quantifiers, implications and conjunctions are taken apart by the rules of logic,
//! comparisons go to the engine, existential names take their value from [`Hints`].

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kernel::rule::calculus::Interval;
use crate::kernel::rule::combine::Fact;
use crate::kernel::{
    Certificate, Expr, Formula, Meaning, Name, Relation, Replay, Statement, Step, Symbol, Theorem,
};
use crate::model::{Bound, Charge, Claim, Description};
use crate::piecewise::{Engine, Obstacle};

use super::area::is_crowded;
use super::breaks::touched;
use super::counterexample::Failure;
use super::differentiable::{by_form, recognised};
use super::existence::{self, Plan};
use super::extremum::{Extremum, zero_at};
use super::numbers::by_numbers;
use super::zero::Zero;

/// Values for names that a statement says exist. A value that is the name itself is chosen by its
/// description.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    values: BTreeMap<Name, Expr>,
    /// Numbers that the values mention and that the statement does not speak of.
    roots: Vec<Charge>,
    /// Why functions exist, or do not.
    plan: Option<Arc<Plan>>,
    /// Other values in each of two cases.
    split: Option<Arc<Split>>,
    /// Terms whose squares are written.
    squares: Vec<Expr>,
}

/// Two cases, `on ≥ 0` and `on < 0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) on: Expr,
    pub(super) yes: Hints,
    pub(super) no: Hints,
}

impl Hints {
    /// No values.
    pub fn new() -> Self {
        Self::default()
    }

    /// The plan for a quantifier over functions.
    pub(super) fn planned(plan: Plan) -> Self {
        Hints { plan: Some(Arc::new(plan)), ..Self::default() }
    }

    /// Values that differ in two cases.
    pub(super) fn split(on: Expr, yes: Hints, no: Hints) -> Self {
        Hints { split: Some(Arc::new(Split { on, yes, no })), ..Self::default() }
    }

    /// The value for a name.
    pub fn get(&self, name: &Name) -> Option<&Expr> {
        self.values.get(name)
    }

    /// Adds a value.
    pub fn insert(&mut self, name: Name, value: Expr) {
        self.values.insert(name, value);
    }

    /// Adds numbers that the values mention.
    pub(super) fn describe(&mut self, roots: &[Charge]) {
        self.roots.extend(roots.iter().filter(|r| !self.roots.contains(r)).cloned().collect::<Vec<_>>());
    }

    /// Adds what others say.
    pub(super) fn extend(&mut self, others: Hints) {
        self.values.extend(others.values);
        self.roots.extend(others.roots);
        self.plan = others.plan.or(self.plan.take());
        self.split = others.split.or(self.split.take());
    }

    /// All values.
    pub fn values(&self) -> &BTreeMap<Name, Expr> {
        &self.values
    }

    /// Numbers that the values mention and that the statement does not speak of.
    pub fn roots(&self) -> &[Charge] {
        &self.roots
    }

    /// What is zero where a name has its value, for values that are no numbers.
    fn forms(&self) -> Vec<Expr> {
        let at_points = self.values.iter().filter(|(_, value)| value.as_number().is_none());
        at_points.flat_map(|(name, value)| zero_at(name, value)).collect()
    }

    /// Adds what a charge was found to be.
    pub fn add(&mut self, charge: &Charge, found: &Extremum) {
        self.insert(charge.name.clone(), found.value.clone());
        self.insert(charge.argument.name.clone(), found.at.clone());
        for root in &found.roots {
            if !self.roots.contains(root) {
                self.roots.push(root.clone());
            }
        }
    }
}

/// A theorem and the certificate it was made from.
#[derive(Debug, Clone)]
pub struct Proved {
    /// The theorem, made by the kernel.
    pub theorem: Theorem,
    /// Its certificate.
    pub certificate: Certificate,
}

/// Collects steps; each is checked as soon as it is added.
#[derive(Debug, Default)]
pub(super) struct Builder {
    replay: Replay,
    steps: Vec<Step>,
}

impl Builder {
    pub(super) fn add(&mut self, step: Step) -> Result<usize, Obstacle> {
        let number = self.replay.step(&step).map_err(|rejection| Obstacle::Refused { rejection })?;
        self.steps.push(step);
        Ok(number)
    }

    pub(super) fn conclusion(&self, step: usize) -> Result<Formula, Obstacle> {
        let theorem = self.replay.theorem(step).map_err(|rejection| Obstacle::Refused { rejection })?;
        Ok(theorem.conclusion().clone())
    }

    /// The theorem of the claim, which is the last step.
    pub(super) fn finish(self, claim: &Meaning) -> Result<Proved, Obstacle> {
        let theorem = self.replay.conclude(claim).map_err(|rejection| Obstacle::Refused { rejection })?;
        Ok(Proved { theorem, certificate: Certificate { steps: self.steps } })
    }

    /// `context ⊢ goal`, with the comparisons of the context that have to do with the goal.
    pub(super) fn prove(
        &mut self,
        engine: &mut Engine,
        context: &mut Vec<Formula>,
        goal: &Formula,
        hints: &Hints,
    ) -> Result<usize, Obstacle> {
        if let Some(split) = hints.split.as_ref().filter(|split| is_known(context, &split.on)) {
            return self.in_cases(engine, context, goal, hints, split);
        }
        match goal {
            Formula::Compare(relation, e) => {
                if let Some(found) = self.with_reciprocal(engine, context, goal, e, hints)? {
                    return Ok(found);
                }
                if *relation == Relation::AtLeast
                    && let Some(found) = self.along_tangents(context, e)
                {
                    return Ok(found);
                }
                if *relation == Relation::AtLeast
                    && is_crowded(e)
                    && let Some(found) = self.by_integrand(engine, context, e, hints)
                {
                    return Ok(found);
                }
                if let Some(found) = self.by_layers(engine, context, (*relation, e), hints) {
                    return found;
                }
                let points = engine.points().iter().flat_map(Expr::free_names);
                let hypotheses = relevant(context, e.free_names().into_iter().chain(points).collect());
                let facts = facts(&hypotheses);
                if *relation == Relation::AtLeast
                    && facts.iter().any(|f| f.relation == Relation::Equal && f.expr.poly().degree() > 1)
                    && let Ok(value) = engine.value(&facts, e)
                {
                    touched(engine, context, &value);
                }
                let found = engine.tree(&facts, *relation, e);
                if let Err(obstacle) = &found
                    && let Some(found) = self.at_breaks(engine, context, goal, hints, obstacle)
                {
                    return found;
                }
                if let Err(obstacle) = &found
                    && let Some(found) = self.at_stationary_points(engine, context, goal, hints, obstacle)
                {
                    return found;
                }
                if let Err(Obstacle::Uncertified { .. }) = &found
                    && *relation != Relation::Equal
                    && let Some(found) = self.with_bounds(engine, context, goal, e, hints)
                {
                    return found;
                }
                if let Err(Obstacle::Uncertified { .. }) = &found
                    && *relation != Relation::Equal
                    && let Some(found) = self.with_enclosures(engine, context, goal)
                {
                    return Ok(found);
                }
                match found {
                    Ok(tree) => self.add(Step::Tree { hypotheses, goal: goal.clone(), tree }),
                    // On a boundary an equation may follow from two inequalities only.
                    Err(Obstacle::Uncertified { .. }) if *relation == Relation::Equal => {
                        let mut side = |e: Expr| {
                            let tree = engine.tree(&facts, Relation::AtLeast, &e)?;
                            let goal = Formula::Compare(Relation::AtLeast, e);
                            self.add(Step::Tree { hypotheses: hypotheses.clone(), goal, tree })
                        };
                        let (above, below) = (side(e.clone())?, side(e.negated())?);
                        self.add(Step::Antisymmetry { above, below })
                    }
                    Err(obstacle) => Err(obstacle),
                }
            }
            Formula::And(parts) => {
                let mut premises = Vec::new();
                for part in parts {
                    premises.push(self.prove(engine, context, part, hints)?);
                }
                self.add(Step::Both { premises })
            }
            Formula::Or(parts) => {
                let mut first = None;
                for part in parts {
                    let before = self.steps.len();
                    match self.prove(engine, context, part, hints) {
                        Ok(premise) => {
                            return self.add(Step::Either { premise, alternatives: parts.clone() });
                        }
                        Err(obstacle) => {
                            self.rewind(before);
                            first = first.or(Some(obstacle));
                        }
                    }
                }
                Err(first.unwrap_or(Obstacle::NoWitness { name: "an empty disjunction".into() }))
            }
            Formula::Implies(hypothesis, conclusion) => {
                let premise = self.under(engine, context, hypothesis, conclusion, hints)?;
                self.add(Step::Discharge { premise, hypothesis: (**hypothesis).clone() })
            }
            Formula::ForAll(x, body) => {
                if let Some(step) = recognised(goal).and_then(|what| by_form(&what)) {
                    return self.add(step);
                }
                let premise = self.prove(engine, context, body, hints)?;
                self.add(Step::Generalise { premise, name: symbol(x)? })
            }
            Formula::Exists(x, body) => {
                if let Some(root) = self.missing_root(context, x, hints) {
                    return self.with_root(context, &root, |proof, context| {
                        proof.prove(engine, context, goal, hints)
                    });
                }
                if let Some(root) = described(x, body, hints) {
                    let statement = goal.clone();
                    return self.with_root(context, &root, |proof, context| {
                        let premise = proof.prove(engine, context, body, hints)?;
                        let term = Expr::variable(x);
                        proof.add(Step::Witness { premise, statement, term })
                    });
                }
                let none = || Obstacle::NoWitness { name: x.to_string() };
                let term = hints.get(x).ok_or_else(none)?;
                let instance =
                    body.substitute(x, term).map_err(|rejection| Obstacle::Refused { rejection })?;
                let premise = self.prove(engine, context, &instance, hints)?;
                self.add(Step::Witness { premise, statement: goal.clone(), term: term.clone() })
            }
            Formula::SomeFunctions(..) | Formula::NoFunctions(..) => match hints.plan.clone() {
                Some(plan) => existence::carry_out(self, engine, context, goal, &plan),
                None => {
                    Err(Obstacle::Existence { reason: "a function quantifier inside a statement".into() })
                }
            },
        }
    }

    /// The goal in each of two cases, with values of its own.
    fn in_cases(
        &mut self,
        engine: &mut Engine,
        context: &mut Vec<Formula>,
        goal: &Formula,
        hints: &Hints,
        split: &Split,
    ) -> Result<usize, Obstacle> {
        let on = &split.on;
        let cases = [
            (Formula::Compare(Relation::AtLeast, on.clone()), &split.yes),
            (Formula::Compare(Relation::Positive, on.negated()), &split.no),
        ];
        let mut branches = Vec::new();
        for (fact, own) in cases {
            let mut inner = Hints { split: None, ..hints.clone() };
            inner.extend(own.clone());
            context.push(fact);
            let branch = self.prove(engine, context, goal, &inner);
            context.pop();
            branches.push(branch?);
        }
        match branches.as_slice() {
            [yes, no] => self.add(Step::Cases { on: on.clone(), yes: *yes, no: *no }),
            _ => Err(Obstacle::NoWitness { name: "a case".into() }),
        }
    }

    /// `context, hypothesis ⊢ conclusion`; a disjunction among the hypotheses is taken by cases.
    fn under(
        &mut self,
        engine: &mut Engine,
        context: &mut Vec<Formula>,
        hypothesis: &Formula,
        conclusion: &Formula,
        hints: &Hints,
    ) -> Result<usize, Obstacle> {
        let Formula::Or(parts) = hypothesis else {
            context.push(hypothesis.clone());
            let premise = self.prove(engine, context, conclusion, hints);
            context.pop();
            return premise;
        };
        let mut branches = Vec::new();
        for part in parts {
            branches.push(self.under(engine, context, part, conclusion, hints)?);
        }
        let disjunction = self.add(Step::Assume { formula: hypothesis.clone() })?;
        self.add(Step::Alternatives { disjunction, branches })
    }

    /// A root that the value for `x` mentions and the context does not know.
    fn missing_root(&self, context: &[Formula], x: &Name, hints: &Hints) -> Option<Charge> {
        let value = hints.get(x)?;
        let known = |root: &Charge| root.root().iter().all(|f| context.contains(f));
        hints.roots.iter().find(|r| value.mentions(&r.name) && *r.name != **x && !known(r)).cloned()
    }

    /// A step that `prove` makes with a root in the context: it exists since its polynomial changes sign.
    pub(super) fn with_root(
        &mut self,
        context: &mut Vec<Formula>,
        root: &Charge,
        prove: impl FnOnce(&mut Self, &mut Vec<Formula>) -> Result<usize, Obstacle>,
    ) -> Result<usize, Obstacle> {
        let mut engine = Engine::new();
        let (low, high) = (&root.argument.low, &root.argument.high);
        let at = |point: &Expr| root.body.substitute_one(&root.name, point);
        let hints = Hints::new();
        let below = Formula::at_least(&Expr::zero(), &at(low));
        let below = self.prove(&mut engine, context, &below, &hints)?;
        let above = Formula::at_least(&at(high), &Expr::zero());
        let above = self.prove(&mut engine, context, &above, &hints)?;
        let order = self.prove(&mut engine, context, &Formula::at_least(high, low), &hints)?;
        let interval = Interval { variable: symbol(&root.name)?, low: low.clone(), high: high.clone() };
        let some = self.add(Step::Intermediate { below, above, order, interval, body: root.body.clone() })?;

        let (parts, before) = (root.root(), context.len());
        context.extend(parts.iter().cloned());
        let premise = prove(self, context);
        context.truncate(before);
        let mut premise = premise?;
        // What was assumed part by part follows from the whole.
        let whole = self.add(Step::Assume { formula: Formula::And(parts.clone()) })?;
        for (index, hypothesis) in parts.into_iter().enumerate() {
            let implication = self.add(Step::Discharge { premise, hypothesis })?;
            let part = self.add(Step::Part { premise: whole, index })?;
            premise = self.add(Step::Apply { implication, premise: part })?;
        }
        self.add(Step::Choose { some, premise })
    }

    /// The number of steps.
    pub(super) fn length(&self) -> usize {
        self.steps.len()
    }

    /// The theorem of the claim, from the steps that the last one needs.
    pub(super) fn finish_compact(self, claim: &Meaning) -> Result<Proved, Obstacle> {
        let mut compact = Builder::default();
        for step in super::compact::compact(self.steps) {
            compact.add(step)?;
        }
        compact.finish(claim)
    }

    /// Forgets the steps from `length` on: an attempt that did not succeed.
    pub(super) fn rewind(&mut self, length: usize) {
        self.steps.truncate(length);
        self.replay.truncate(length);
    }
}

/// The root that `x` is in `∃x. low ≤ x ≤ high ∧ p = 0 ∧ …`, if it is to be chosen by this description.
fn described(x: &Name, body: &Formula, hints: &Hints) -> Option<Charge> {
    let Formula::And(parts) = body else { return None };
    if hints.get(x) != Some(&Expr::variable(x)) {
        return None;
    }
    let Zero { low, high, term } = Zero::of(x, &parts.iter().collect::<Vec<_>>())?;
    let argument = Bound::interval(x.clone(), x.to_string(), low, high);
    let (name, body, description) = (x.clone(), term, Description::Root);
    Some(Charge { name, shown: x.to_string(), argument, body, description })
}

pub(super) fn symbol(name: &Name) -> Result<Symbol, Obstacle> {
    Symbol::new(name).ok_or_else(|| Obstacle::NoWitness { name: name.to_string() })
}

/// The comparisons of a context that mention one of some names, directly or through each other.
pub(super) fn relevant(context: &[Formula], mut names: Vec<Name>) -> Vec<Formula> {
    let mut chosen = vec![false; context.len()];
    loop {
        let mut changed = false;
        for (formula, chosen) in context.iter().zip(chosen.iter_mut()) {
            let Formula::Compare(_, fact) = formula else { continue };
            if !*chosen && (names.iter().any(|n| fact.mentions(n)) || fact.as_number().is_some()) {
                *chosen = true;
                changed = true;
                names.extend(fact.free_names());
            }
        }
        if !changed {
            return context.iter().zip(&chosen).filter(|(_, c)| **c).map(|(f, _)| f.clone()).collect();
        }
    }
}

/// The facts that comparisons state.
pub(super) fn facts(hypotheses: &[Formula]) -> Vec<Fact> {
    hypotheses.iter().filter_map(|h| Fact::of(h).ok()).collect()
}

/// Whether all names of a term are known.
fn is_known(context: &[Formula], e: &Expr) -> bool {
    e.free_names().iter().all(|name| context.iter().any(|f| f.mentions_variable(name)))
}

/// Proves a statement without free names.
pub(super) fn prove(statement: Statement, hints: &Hints) -> Result<Proved, Obstacle> {
    prove_by(Engine::new(), statement, hints)
}

/// The same by an engine that may know something already.
pub(super) fn prove_by(engine: Engine, statement: Statement, hints: &Hints) -> Result<Proved, Obstacle> {
    let meaning = statement.meaning().map_err(|rejection| Obstacle::Refused { rejection })?;
    let mut builder = Builder::default();
    let mut engine = engine.afresh(hints.forms()).with_squares(&hints.squares);
    builder.prove(&mut engine, &mut Vec::new(), meaning.formula(), hints)?;
    builder.finish(&meaning)
}

/// Proves a claim, given the values of its charges.
pub fn prove_claim(claim: &Claim, charges: &[Extremum]) -> Result<Proved, Obstacle> {
    let mut hints = Hints { squares: claim.squares.clone(), ..Hints::new() };
    claim.charges.iter().zip(charges).for_each(|(charge, found)| hints.add(charge, found));
    by_numbers(claim, claim.statement(), &hints).unwrap_or_else(|| prove(claim.statement(), &hints))
}

/// Proves that a claim fails, at the point that was found.
pub fn refute_claim(claim: &Claim, failure: &Failure) -> Result<Proved, Obstacle> {
    let hints = &failure.hints;
    by_numbers(claim, claim.denial(), hints).unwrap_or_else(|| prove(claim.denial(), hints))
}
