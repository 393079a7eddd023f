//! [`Memory`]: what was found before, with evidence that can be used again wherever the facts that it needs
//! are known. The same integrals occur on many cells and in many claims.

use std::collections::BTreeMap;

use crate::exact::{Monomial, Rational};
use crate::kernel::rule::combine::{Combination, Fact};
use crate::kernel::rule::tree::{Decided, Evaluation, Pieces, Tree, Value};
use crate::kernel::{Atom, Expr, Relation};

/// The value of an indicator, and why.
type Because = (Decided, Combination);

/// Decided indicators, evaluated integrals and signs of terms.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    decisions: BTreeMap<Expr, Vec<Known<Because>>>,
    integrals: BTreeMap<Expr, Vec<Known<(Expr, Pieces)>>>,
    /// None where nothing is asked twice.
    trees: Option<BTreeMap<Expr, Vec<KnownTree>>>,
}

/// How a sign was shown under some facts.
type KnownTree = (Vec<Fact>, Relation, Tree);

impl Memory {
    /// One that remembers signs of terms too.
    pub(super) fn of_signs() -> Self {
        Memory { trees: Some(BTreeMap::new()), ..Self::default() }
    }

    /// What was decided of the indicator of a term, with the evidence as it is under the facts now.
    pub(super) fn decided(&self, facts: &[Fact], argument: &Expr) -> Option<Because> {
        let known = self.decisions.get(argument)?.iter().rev();
        known.filter_map(|k| k.under(facts, of_decision, false)).next()
    }

    /// Remembers a decision.
    pub(super) fn remember(&mut self, facts: &[Fact], argument: &Expr, decision: Because) {
        let known = Known::new(facts, decision, of_decision);
        self.decisions.entry(argument.clone()).or_default().push(known);
    }

    /// How the sign of a term was shown under the same facts.
    pub(super) fn tree(&self, facts: &[Fact], relation: Relation, e: &Expr) -> Option<Tree> {
        let mut known = self.trees.as_ref()?.get(e)?.iter();
        known.find(|(f, r, _)| *r == relation && f == facts).map(|(.., tree)| tree.clone())
    }

    /// Remembers how the sign of a term is shown.
    pub(super) fn remember_tree(&mut self, facts: &[Fact], relation: Relation, e: &Expr, tree: &Tree) {
        if let Some(trees) = &mut self.trees {
            trees.entry(e.clone()).or_default().push((facts.to_vec(), relation, tree.clone()));
        }
    }

    /// The value of an integral that was evaluated before, with its pieces as they are under the facts now.
    pub(super) fn integrated(&self, facts: &[Fact], integral: &Expr, upper: &Expr) -> Option<(Expr, Pieces)> {
        let fits = |k: &&Known<(Expr, Pieces)>| {
            let pieces = &k.found.1;
            [pieces.points.first(), pieces.points.last()].contains(&Some(upper))
                && !facts.iter().any(|f| f.expr.mentions(pieces.variable.name()))
        };
        let known = self.integrals.get(integral)?.iter().rev().filter(fits);
        known.filter_map(|k| k.under(facts, of_integral, true)).next()
    }

    /// Remembers the value of an integral.
    pub(super) fn remember_integral(
        &mut self,
        facts: &[Fact],
        integral: &Expr,
        value: &Expr,
        pieces: &Pieces,
    ) {
        let known = Known::new(facts, (value.clone(), pieces.clone()), of_integral);
        self.integrals.entry(integral.clone()).or_default().push(known);
    }
}

/// Something that was found, and the facts that its evidence needs.
#[derive(Debug, Clone)]
struct Known<T> {
    found: T,
    /// The facts that the evidence mentions, by number.
    used: Vec<(usize, Fact)>,
    /// How many facts there were: the evidence numbers its own facts from here.
    length: usize,
}

/// Goes through the combinations of evidence.
type Each<T> = fn(&mut T, &mut dyn FnMut(&mut Combination));

impl<T: Clone> Known<T> {
    fn new(facts: &[Fact], mut found: T, each: Each<T>) -> Self {
        let mut used: Vec<(usize, Fact)> = Vec::new();
        each(&mut found, &mut |combination| {
            shift(combination, &mut |number| {
                if let Some(fact) = facts.get(*number)
                    && !used.iter().any(|(n, _)| n == number)
                {
                    used.push((*number, fact.clone()));
                }
            });
        });
        Known { found, used, length: facts.len() }
    }

    /// The same under other facts, if what the evidence needs is among them, or, where this is `enough`, follows from
    /// one of them that differs by a number.
    fn under(&self, facts: &[Fact], each: Each<T>, enough: bool) -> Option<T> {
        let place = |(number, fact): &(usize, Fact)| {
            let same = facts.get(*number) == Some(fact);
            let found = if same { Some(*number) } else { facts.iter().position(|f| f == fact) };
            match found {
                Some(place) => Some((*number, place, Rational::ZERO)),
                None if enough => stronger(facts, fact).map(|(place, slack)| (*number, place, slack)),
                None => None,
            }
        };
        let places: Vec<(usize, usize, Rational)> = self.used.iter().map(place).collect::<Option<_>>()?;
        let weaker = places.iter().any(|(.., slack)| !slack.is_zero());
        let (mut found, mut fits) = (self.found.clone(), true);
        each(&mut found, &mut |combination| {
            if weaker {
                fits &= places.iter().all(|(number, _, slack)| weaken(combination, *number, slack));
            }
            shift(combination, &mut |number| {
                *number = match places.iter().find(|(old, ..)| old == number) {
                    Some((_, new, _)) => *new,
                    None => *number - self.length + facts.len(),
                };
            });
        });
        fits.then_some(found)
    }
}

/// A fact from which an inequality follows by adding a positive number, and this number.
fn stronger(facts: &[Fact], wanted: &Fact) -> Option<(usize, Rational)> {
    if wanted.relation == Relation::Equal {
        return None;
    }
    fn moving(f: &Fact) -> impl Iterator<Item = (&Monomial<Atom>, &Rational)> {
        f.expr.terms().filter(|(m, _)| !m.is_one())
    }
    let constant = |f: &Fact| f.expr.poly().coefficient(&Monomial::one());
    facts.iter().enumerate().rev().find_map(|(place, fact)| {
        let alike = fact.relation == wanted.relation && moving(fact).eq(moving(wanted));
        let slack = if alike { &constant(wanted) - &constant(fact) } else { return None };
        slack.is_positive().then_some((place, slack))
    })
}

/// The combination with `fact + slack` in the place of a fact; whether it is multiplied by the fact at most once, and uses
/// it for no box.
fn weaken(combination: &mut Combination, number: usize, slack: &Rational) -> bool {
    if slack.is_zero() {
        return true;
    }
    let mut more = Vec::new();
    for term in &combination.terms {
        let sides = term.boxes.iter().flat_map(|b| &b.sides);
        if sides.flat_map(|side| [side.below, side.above]).any(|n| n == number) {
            return false;
        }
        match term.facts.iter().find(|(n, _)| *n == number) {
            Some((_, 1)) => {
                let mut rest = term.clone();
                rest.coefficient = &term.coefficient * slack;
                rest.facts.retain(|(n, _)| *n != number);
                more.push(rest);
            }
            Some(_) => return false,
            None => {}
        }
    }
    combination.terms.extend(more);
    combination.equations.iter().all(|(_, n)| *n != number)
}

fn shift(combination: &mut Combination, each: &mut dyn FnMut(&mut usize)) {
    combination.terms.iter_mut().flat_map(|t| &mut t.facts).for_each(|(number, _)| each(number));
    let sides = combination.terms.iter_mut().flat_map(|t| &mut t.boxes).flat_map(|b| &mut b.sides);
    sides.flat_map(|side| [&mut side.below, &mut side.above]).for_each(&mut *each);
    combination.equations.iter_mut().for_each(|(_, number)| each(number));
}

fn of_decision(decision: &mut Because, each: &mut dyn FnMut(&mut Combination)) {
    each(&mut decision.1);
}

fn of_integral(integral: &mut (Expr, Pieces), each: &mut dyn FnMut(&mut Combination)) {
    of_pieces(&mut integral.1, each);
}

fn of_pieces(pieces: &mut Pieces, each: &mut dyn FnMut(&mut Combination)) {
    pieces.order.iter_mut().for_each(&mut *each);
    pieces.parts.iter_mut().for_each(|part| of_values(part, each));
}

fn of_values(evaluation: &mut Evaluation, each: &mut dyn FnMut(&mut Combination)) {
    for value in &mut evaluation.0 {
        match value {
            Value::Indicator(decision) => each(&mut decision.because),
            Value::Integral(pieces) => of_pieces(pieces, each),
            Value::Whole(_) => {}
        }
    }
}

/// An evaluation under the first `before` of some facts, as it is under all of them: it numbers its own facts from
/// their end.
pub(super) fn under_more(evaluation: &Evaluation, before: usize, facts: &[Fact]) -> Evaluation {
    let mut out = evaluation.clone();
    of_values(&mut out, &mut |combination| {
        shift(combination, &mut |number| {
            if *number >= before {
                *number += facts.len() - before;
            }
        });
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::rule::combine::{Term, check};

    fn fact(relation: Relation, text: &str) -> Fact {
        Fact { relation, expr: text.parse().unwrap() }
    }

    /// `3*(y - 1) + 2*(4 - y)*(y - 1)` by the facts that are used.
    fn evidence() -> Combination {
        let term = |c: i64, facts: &[usize]| Term {
            facts: facts.iter().map(|n| (*n, 1)).collect(),
            ..Term::number(Rational::from(c))
        };
        Combination { terms: vec![term(3, &[0]), term(2, &[1, 0])], equations: vec![] }
    }

    #[test]
    fn evidence_is_used_again_on_a_smaller_interval() {
        let wide = [fact(Relation::Positive, "y - 1"), fact(Relation::Positive, "4 - y")];
        let goal: Expr = "3*y - 3 + 2*(4 - y)*(y - 1)".parse().unwrap();
        check(&wide, Relation::Positive, &goal, &evidence()).unwrap();
        let known = Known::new(&wide, (Decided::Zero, evidence()), of_decision);
        let narrow = [
            fact(Relation::AtLeast, "z"),
            fact(Relation::Positive, "y - 2"),
            fact(Relation::Positive, "7/2 - y"),
        ];
        let (_, found) = known.under(&narrow, of_decision, true).unwrap();
        check(&narrow, Relation::Positive, &goal, &found).unwrap();
        assert!(known.under(&narrow, of_decision, false).is_none());
        // A larger interval, another relation, a bound of something else.
        for (low, text) in
            [(Relation::Positive, "y"), (Relation::AtLeast, "y - 2"), (Relation::Positive, "2*y - 4")]
        {
            let other = [fact(low, text), fact(Relation::Positive, "4 - y")];
            assert!(known.under(&other, of_decision, true).is_none(), "{text}");
        }
    }

    #[test]
    fn powers_of_facts_are_not_taken_apart() {
        let mut squared = evidence();
        squared.terms[0].facts = vec![(0, 2)];
        let wide = [fact(Relation::Positive, "y - 1"), fact(Relation::Positive, "4 - y")];
        let known = Known::new(&wide, (Decided::Zero, squared), of_decision);
        let narrow = [fact(Relation::Positive, "y - 2"), fact(Relation::Positive, "4 - y")];
        assert!(known.under(&narrow, of_decision, true).is_none());
        assert!(known.under(&wide, of_decision, true).is_some());
    }
}
