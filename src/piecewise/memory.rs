//! [`Memory`]: what was found before, with evidence that can be used again wherever the facts that it needs
//! are known. The same integrals occur on many cells and in many claims.

use std::collections::BTreeMap;

use crate::kernel::rule::combine::{Combination, Fact};
use crate::kernel::rule::tree::{Decided, Evaluation, Pieces, Tree, Value};
use crate::kernel::{Expr, Relation};

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
        known.filter_map(|k| k.under(facts, shift_decision)).next()
    }

    /// Remembers a decision.
    pub(super) fn remember(&mut self, facts: &[Fact], argument: &Expr, decision: Because) {
        let known = Known::new(facts, decision, shift_decision);
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
        known.filter_map(|k| k.under(facts, shift_integral)).next()
    }

    /// Remembers the value of an integral.
    pub(super) fn remember_integral(
        &mut self,
        facts: &[Fact],
        integral: &Expr,
        value: &Expr,
        pieces: &Pieces,
    ) {
        let known = Known::new(facts, (value.clone(), pieces.clone()), shift_integral);
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

/// Renumbers the facts of evidence.
type Renumber<T> = fn(&mut T, &mut dyn FnMut(&mut usize));

impl<T: Clone> Known<T> {
    fn new(facts: &[Fact], mut found: T, renumber: Renumber<T>) -> Self {
        let mut used: Vec<(usize, Fact)> = Vec::new();
        renumber(&mut found, &mut |number| {
            if let Some(fact) = facts.get(*number)
                && !used.iter().any(|(n, _)| n == number)
            {
                used.push((*number, fact.clone()));
            }
        });
        Known { found, used, length: facts.len() }
    }

    /// The same under other facts, if what the evidence needs is among them.
    fn under(&self, facts: &[Fact], renumber: Renumber<T>) -> Option<T> {
        let place = |(number, fact): &(usize, Fact)| {
            let same = facts.get(*number) == Some(fact);
            let found = if same { Some(*number) } else { facts.iter().position(|f| f == fact) };
            Some((*number, found?))
        };
        let places: Vec<(usize, usize)> = self.used.iter().map(place).collect::<Option<_>>()?;
        let mut found = self.found.clone();
        renumber(&mut found, &mut |number| {
            *number = match places.iter().find(|(old, _)| old == number) {
                Some((_, new)) => *new,
                None => *number - self.length + facts.len(),
            };
        });
        Some(found)
    }
}

fn shift(combination: &mut Combination, each: &mut dyn FnMut(&mut usize)) {
    combination.terms.iter_mut().flat_map(|t| &mut t.facts).for_each(|(number, _)| each(number));
    let sides = combination.terms.iter_mut().flat_map(|t| &mut t.boxes).flat_map(|b| &mut b.sides);
    sides.flat_map(|side| [&mut side.below, &mut side.above]).for_each(&mut *each);
    combination.equations.iter_mut().for_each(|(_, number)| each(number));
}

fn shift_decision(decision: &mut Because, each: &mut dyn FnMut(&mut usize)) {
    shift(&mut decision.1, each);
}

fn shift_integral(integral: &mut (Expr, Pieces), each: &mut dyn FnMut(&mut usize)) {
    shift_pieces(&mut integral.1, each);
}

fn shift_pieces(pieces: &mut Pieces, each: &mut dyn FnMut(&mut usize)) {
    pieces.order.iter_mut().for_each(|because| shift(because, each));
    pieces.parts.iter_mut().for_each(|part| shift_values(part, each));
}

fn shift_values(evaluation: &mut Evaluation, each: &mut dyn FnMut(&mut usize)) {
    for value in &mut evaluation.0 {
        match value {
            Value::Indicator(decision) => shift(&mut decision.because, each),
            Value::Integral(pieces) => shift_pieces(pieces, each),
            Value::Whole(_) => {}
        }
    }
}

/// An evaluation under the first `before` of some facts, as it is under all of them: it numbers its own facts from
/// their end.
pub(super) fn under_more(evaluation: &Evaluation, before: usize, facts: &[Fact]) -> Evaluation {
    let mut out = evaluation.clone();
    shift_values(&mut out, &mut |number| {
        if *number >= before {
            *number += facts.len() - before;
        }
    });
    out
}
