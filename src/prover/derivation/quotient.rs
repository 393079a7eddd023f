//! Comparisons with quotients: multiplied by their divisors, where these are positive.

use crate::exact::Rational;
use crate::kernel::rule::combine::{Combination, Term};
use crate::kernel::{Atom, Expr, Formula, Node, Relation, Step};
use crate::piecewise::Obstacle;

use super::Proof;
use super::tactic::{Known, term};

/// Divisors that are multiplied with at most.
const DIVISOR_LIMIT: usize = 4;

/// A divisor `d` that is positive.
struct Divisor {
    d: Expr,
    /// `1/d`.
    inverse: Atom,
    /// That `d > 0`.
    positive: usize,
    /// That `d·(1/d) = 1`.
    reciprocal: usize,
    /// That `1/d > 0`.
    inverse_positive: usize,
}

impl Proof<'_> {
    /// A goal with quotients: multiplied by the divisors, it follows from facts that are.
    pub(super) fn without_quotients(
        &mut self,
        known: &[Known],
        goal: &Formula,
    ) -> Result<Option<usize>, Obstacle> {
        let divisors = self.divisors(known, goal)?;
        if divisors.is_empty() {
            return Ok(None);
        }
        let mut cleared: Vec<Known> = known.to_vec();
        for (step, fact) in known {
            let mut at = (*step, fact.clone());
            for divisor in &divisors {
                while let Some(next) = self.multiplied(&at, divisor)? {
                    at = next;
                }
            }
            if at.0 != *step {
                cleared.push(at);
            }
        }
        let Formula::Compare(relation, e) = goal else { return Ok(None) };
        let mut on_the_way: Vec<(Expr, &Divisor)> = Vec::new();
        let mut target = e.clone();
        for divisor in &divisors {
            while let Some((_, _, product)) = product(&target, divisor) {
                on_the_way.push((target, divisor));
                target = product;
            }
        }
        let Some(mut step) = self.from(&cleared, &Formula::Compare(*relation, target))? else {
            return Ok(None);
        };
        for (goal, divisor) in on_the_way.into_iter().rev() {
            let Some((free, _, _)) = product(&goal, divisor) else { return Ok(None) };
            let inverse = Expr::from(&divisor.inverse);
            let evidence = match relation {
                Relation::Equal => {
                    Combination { terms: vec![], equations: vec![(inverse, 0), (free.negated(), 2)] }
                }
                _ => Combination { terms: vec![both()], equations: vec![(free.negated(), 2)] },
            };
            let premises = vec![step, divisor.inverse_positive, divisor.reciprocal];
            let goal = Formula::Compare(*relation, goal);
            step = self.builder.add(Step::Combine { premises, goal, evidence })?;
        }
        Ok(Some(step))
    }

    /// The divisors that occur and are positive.
    fn divisors(&mut self, known: &[Known], goal: &Formula) -> Result<Vec<Divisor>, Obstacle> {
        let mut found: Vec<Atom> = Vec::new();
        for e in term(goal).into_iter().chain(known.iter().filter_map(|(_, f)| term(f))) {
            for atom in e.atoms() {
                if matches!(atom.node(), Node::Inverse(_)) && !found.contains(atom) {
                    found.push(atom.clone());
                }
            }
        }
        if found.len() > DIVISOR_LIMIT {
            return Ok(vec![]);
        }
        let mut out = Vec::new();
        for inverse in found {
            let Node::Inverse(d) = inverse.node() else { continue };
            let goal = Formula::Compare(Relation::Positive, d.clone());
            let Some(positive) = self.combine(known, &goal, 1)? else { continue };
            let reciprocal = self.builder.add(Step::Reciprocal { premise: positive, divisor: d.clone() })?;
            let goal = Formula::Compare(Relation::Positive, Expr::from(&inverse));
            let negation = self.builder.add(Step::Assume { formula: goal.negated() })?;
            let evidence = Combination {
                terms: vec![Term::number(Rational::ONE), both()],
                equations: vec![(Expr::one(), 2)],
            };
            let premises = vec![negation, positive, reciprocal];
            let premise =
                self.builder.add(Step::Combine { premises, goal: Formula::falsehood(), evidence })?;
            let inverse_positive = self.builder.add(Step::Contradict { premise, goal })?;
            out.push(Divisor {
                d: d.clone(),
                inverse: inverse.clone(),
                positive,
                reciprocal,
                inverse_positive,
            });
        }
        Ok(out)
    }

    /// A fact multiplied by a divisor, if that makes it simpler.
    fn multiplied(&mut self, (step, fact): &Known, divisor: &Divisor) -> Result<Option<Known>, Obstacle> {
        let Formula::Compare(relation, e) = fact else { return Ok(None) };
        let Some((_, lowered, product)) = product(e, divisor) else { return Ok(None) };
        // What says that the divisor is one says nothing else.
        if product.is_zero() {
            return Ok(None);
        }
        let evidence = match relation {
            Relation::Equal => {
                Combination { terms: vec![], equations: vec![(divisor.d.clone(), 0), (lowered.negated(), 2)] }
            }
            _ => Combination { terms: vec![both()], equations: vec![(lowered.negated(), 2)] },
        };
        let premises = vec![*step, divisor.positive, divisor.reciprocal];
        let goal = Formula::Compare(*relation, product);
        let step = self.builder.add(Step::Combine { premises, goal: goal.clone(), evidence })?;
        Ok(Some((step, goal)))
    }
}

/// The product of the first two facts.
fn both() -> Term {
    Term { facts: vec![(0, 1), (1, 1)], ..Term::number(Rational::ONE) }
}

/// `e = free + lowered/d`, and `e·d = free·d + lowered`; none if there is no quotient by `d`.
fn product(e: &Expr, divisor: &Divisor) -> Option<(Expr, Expr, Expr)> {
    let coefficients = e.poly().coefficients_in(&divisor.inverse);
    let (free, rest) = coefficients.split_first()?;
    if rest.is_empty() {
        return None;
    }
    let inverse = Expr::from(&divisor.inverse);
    let powers = rest.iter().enumerate().map(|(k, c)| {
        let power = u32::try_from(k).unwrap_or(u32::MAX);
        Expr::from(c.clone()).times(&inverse.pow(power))
    });
    let lowered = powers.fold(Expr::zero(), |sum, term| sum.plus(&term));
    let free = Expr::from(free.clone());
    let product = free.times(&divisor.d).plus(&lowered);
    Some((free, lowered, product))
}
