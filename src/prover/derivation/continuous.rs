//! Continuous distribution functions: where one is positive, it is positive somewhat below as well.

use crate::exact::Rational;
use crate::kernel::rule::calculus::Interval;
use crate::kernel::{Expr, Formula, Name, Relation, Step};
use crate::model::{Binder, ContinuousCdf};
use crate::piecewise::Obstacle;

use super::super::proof::symbol;
use super::tactic::{Allowed, Known};
use super::{Proof, Tactic};

impl Proof<'_> {
    /// `∫_low^high h > 0`, where `h` is at least zero, and positive wherever a distribution function is that is zero at
    /// `low` and positive at `high`: it takes half of its last value at some place in between.
    pub(super) fn positive_below(
        &mut self,
        integrand: &Expr,
        low: &Expr,
        high: &Expr,
        y: &Name,
        allowed: &Allowed,
    ) -> Result<Option<Known>, Obstacle> {
        let derivation = self.derivation;
        let speaks = |cdf: &&ContinuousCdf| cdf.low == *low && integrand.mentions_function(&cdf.name);
        for cdf in derivation.continuous.iter().filter(speaks) {
            let depth = self.depth;
            let before = self.domain.len();
            self.depth = 1;
            let found = self.above_half(cdf, integrand, high, y, allowed);
            self.depth = depth;
            self.domain.truncate(before);
            if let Some(step) = found? {
                return Ok(Some((step, self.builder.conclusion(step)?)));
            }
        }
        Ok(None)
    }

    fn above_half(
        &mut self,
        cdf: &ContinuousCdf,
        integrand: &Expr,
        high: &Expr,
        y: &Name,
        allowed: &Allowed,
    ) -> Result<Option<usize>, Obstacle> {
        let last = cdf.at(high);
        let positive = Formula::Compare(Relation::Positive, last.clone());
        let Some(is_positive) = self.by(&positive, &Tactic::Given.allows())? else { return Ok(None) };
        let find = |proof: &Self, formula: &Formula| {
            proof.sources.iter().find(|s| s.formula == *formula).map(|s| s.step)
        };
        let (Some(rises), Some(passes)) = (find(self, &cdf.rises()), find(self, &cdf.passes())) else {
            return Ok(None);
        };
        // The place where it takes half of the value.
        let half = Expr::number(Rational::new(1, 2).unwrap_or(Rational::ZERO)).times(&last);
        let Some((some, statement)) = self.applied_to(passes, &[half])? else { return Ok(None) };
        let Formula::Exists(name, body) = &statement else { return Ok(None) };
        let Formula::And(parts) = &**body else { return Ok(None) };
        let place = Expr::variable(name);
        let value = cdf.at(&place);
        self.domain.extend(parts.iter().cloned());
        self.domain.push(positive.clone());
        // It lies below.
        let below = Formula::greater(high, &place);
        let above = self.builder.add(Step::Assume { formula: below.negated() })?;
        self.domain.push(below.negated());
        let order = self.applied_to(rises, &[high.clone(), place.clone()])?;
        self.domain.pop();
        let Some((order, _)) = order else { return Ok(None) };
        let known = self.simple(&Tactic::Same.allows())?;
        let together: Vec<Known> = known.iter().cloned().chain(self.known([order, above])?).collect();
        let Some(never) = self.combine(&together, &Formula::falsehood(), 1)? else { return Ok(None) };
        let is_below = self.builder.add(Step::Contradict { premise: never, goal: below.clone() })?;
        let still = Formula::Compare(Relation::Positive, value);
        let Some(is_still) = self.combine(&known, &still, 1)? else { return Ok(None) };
        self.domain.extend([below.clone(), still.clone()]);
        let weak = Formula::Compare(Relation::AtLeast, integrand.clone());
        let strict = Formula::Compare(Relation::Positive, integrand.clone());
        let Some(first) = self.stretch(&weak, (&cdf.low, &place), y, allowed)? else { return Ok(None) };
        let Some(second) = self.stretch(&strict, (&place, high), y, allowed)? else { return Ok(None) };
        let whole = Expr::integral(y, &cdf.low, high, integrand);
        let both = self.known([first, second])?;
        let goal = Formula::Compare(Relation::Positive, whole);
        let Some(mut step) = self.combine(&both, &goal, 1)? else { return Ok(None) };
        for (hypothesis, premise) in [(still, is_still), (below, is_below), (positive, is_positive)] {
            let implication = self.builder.add(Step::Discharge { premise: step, hypothesis })?;
            step = self.builder.add(Step::Apply { implication, premise })?;
        }
        self.chosen(some, &statement, step)
    }

    /// The sign of an integral from that of its integrand on the whole interval.
    fn stretch(
        &mut self,
        goal: &Formula,
        (low, high): (&Expr, &Expr),
        y: &Name,
        allowed: &Allowed,
    ) -> Result<Option<usize>, Obstacle> {
        let Formula::Compare(relation, _) = goal else { return Ok(None) };
        let order = Formula::Compare(*relation, high.minus(low));
        let Some(order) = self.obvious(&order)? else { return Ok(None) };
        let point = Expr::variable(y);
        let before = self.domain.len();
        self.domain.extend([Formula::at_least(&point, low), Formula::at_least(high, &point)]);
        self.inside.push((Binder::Integral, y.clone()));
        let premise = self.by(goal, allowed);
        self.inside.pop();
        self.domain.truncate(before);
        let Some(premise) = premise? else { return Ok(None) };
        let interval = Interval { variable: symbol(y)?, low: low.clone(), high: high.clone() };
        let step = Step::Monotone { premise, order, interval, exceptions: vec![] };
        Ok(Some(self.builder.add(step)?))
    }

    /// What a statement about all of something says of some values, if its premises are obvious there; what it says of all of
    /// beyond them stays.
    pub(super) fn applied_to(
        &mut self,
        mut step: usize,
        values: &[Expr],
    ) -> Result<Option<(usize, Formula)>, Obstacle> {
        let mut values = values.iter();
        loop {
            match self.builder.conclusion(step)? {
                formula @ Formula::ForAll(..) => {
                    let Some(term) = values.next().cloned() else { return Ok(Some((step, formula))) };
                    step = self.builder.add(Step::Instance { premise: step, term })?;
                }
                Formula::Implies(premise, _) => {
                    let Some(premise) = self.obvious(&premise)? else { return Ok(None) };
                    step = self.builder.add(Step::Apply { implication: step, premise })?;
                }
                formula => return Ok(Some((step, formula))),
            }
        }
    }

    /// Steps with what they say.
    pub(super) fn known<const N: usize>(&self, steps: [usize; N]) -> Result<Vec<Known>, Obstacle> {
        steps.into_iter().map(|step| Ok((step, self.builder.conclusion(step)?))).collect()
    }
}
