//! **Numbers and systems**: statements that numbers decide, and systems of comparisons without a solution.
//!
//! Two composite rules for what is written out over finite type spaces. Each says in one step, over exact
//! numbers, what *witness*, *both*, *either* and *combine* say in as many steps as there are comparisons.

use std::collections::BTreeMap;

use super::super::atom::{Atom, Node};
use super::super::expr::{Expr, Name};
use super::super::formula::{Formula, Relation};
use super::super::rejection::Rejection;
use super::super::text::Symbol;
use super::super::theorem::Theorem;
use crate::exact::{Poly, Rational};

/// **Evaluate.** A statement that is true at the values offered for the names it says exist.
///
/// ```text
///   every comparison that is needed, with numbers for its names, is true
///   ──────────────────────────────────────────────────────────────────── evaluate
///                ⊢ ∃x. … ∧ (∃y. …) ∨ …
/// ```
///
/// Expansion: *combine* for each comparison, *both*, *either*, *discharge*, and *witness* for each name. A value
/// counts inside the quantifier of its name only. Rejects: a name with two values; a statement that is false at
/// the values, or that hangs on a comparison of something else than numbers; a quantifier other than over a
/// name that exists.
pub(in crate::kernel) fn evaluate(
    statement: &Formula,
    values: &[(Symbol, Rational)],
) -> Result<Theorem, Rejection> {
    let mut offered: BTreeMap<&Name, &Rational> = BTreeMap::new();
    for (name, value) in values {
        if offered.insert(name.name(), value).is_some() {
            return Err(Rejection::NotFresh { name: name.name().clone() });
        }
    }
    let mut reader = Reader { offered, known: BTreeMap::new(), cause: None };
    match reader.holds(statement) {
        Some(true) => Ok(Theorem::new(Default::default(), statement.clone())),
        _ => Err(reader.cause.unwrap_or(Rejection::WrongForm {
            rule: "evaluate",
            expected: "a statement that is true at the values",
        })),
    }
}

/// Reads a statement at values.
struct Reader<'a> {
    offered: BTreeMap<&'a Name, &'a Rational>,
    /// The values of the names whose quantifier is open, and how many such quantifiers are.
    known: BTreeMap<Name, usize>,
    /// The first thing that numbers do not decide, or that is false.
    cause: Option<Rejection>,
}

impl Reader<'_> {
    /// Whether a statement holds; `None` if numbers do not say.
    fn holds(&mut self, formula: &Formula) -> Option<bool> {
        match formula {
            Formula::Compare(relation, e) => {
                let value = self.value(e);
                let holds = value.as_ref().map(|v| has(*relation, v));
                if holds != Some(true) && self.cause.is_none() {
                    let residual = value.map_or_else(|| e.clone(), Expr::number);
                    self.cause = Some(Rejection::Undecided { relation: *relation, residual });
                }
                holds
            }
            Formula::And(parts) => {
                let mut all = Some(true);
                for part in parts {
                    match self.holds(part) {
                        Some(true) => {}
                        Some(false) => return Some(false),
                        None => all = None,
                    }
                }
                all
            }
            Formula::Or(parts) => {
                let mut any = Some(false);
                for part in parts {
                    match self.holds(part) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => any = None,
                    }
                }
                any
            }
            Formula::Implies(premise, conclusion) => match (self.holds(premise), self.holds(conclusion)) {
                (Some(false), _) | (_, Some(true)) => Some(true),
                (Some(true), conclusion) => conclusion,
                (None, _) => None,
            },
            Formula::Exists(name, body) => {
                if !self.offered.contains_key(name) {
                    return self.holds_in_form("a value for every name that exists");
                }
                *self.known.entry(name.clone()).or_insert(0) += 1;
                let out = self.holds(body);
                if let Some(open) = self.known.get_mut(name) {
                    *open -= 1;
                }
                // That a value does not fit says nothing of others.
                out.filter(|holds| *holds)
            }
            Formula::ForAll(..) | Formula::SomeFunctions(..) | Formula::NoFunctions(..) => {
                self.holds_in_form("no quantifier but over names that exist")
            }
        }
    }

    fn holds_in_form(&mut self, expected: &'static str) -> Option<bool> {
        self.cause.get_or_insert(Rejection::WrongForm { rule: "evaluate", expected });
        None
    }

    fn value(&self, e: &Expr) -> Option<Rational> {
        match e.as_number() {
            Some(number) => Some(number),
            None => e.poly().evaluate(|atom| self.atom(atom)),
        }
    }

    fn atom(&self, atom: &Atom) -> Option<Rational> {
        match atom.node() {
            Node::Variable(name) if self.known.get(name).is_some_and(|open| *open > 0) => {
                self.offered.get(name).map(|value| (*value).clone())
            }
            Node::Indicator(e) => {
                self.value(e).map(|v| if v.is_negative() { Rational::ZERO } else { Rational::ONE })
            }
            Node::Inverse(e) => self.value(e).map(|v| v.recip().unwrap_or(Rational::ZERO)),
            _ => None,
        }
    }
}

/// Whether a number compares with zero in this way.
fn has(relation: Relation, value: &Rational) -> bool {
    match relation {
        Relation::Equal => value.is_zero(),
        Relation::AtLeast => !value.is_negative(),
        Relation::Positive => value.is_positive(),
    }
}

/// **Infeasible.** One of some comparisons holds everywhere, since their negations contradict each other.
///
/// ```text
///   Σ λ_k·h_k = c,   h_k the negation of part k,   c < 0, or c = 0 with a strict h_k
///   ──────────────────────────────────────────────────────────────────────────────── infeasible
///              ⊢ ∀x. … (part_1 ∨ part_2 ∨ …)
/// ```
///
/// The multiplier is positive for an inequality, and any number for an equation; parts without one do not
/// count. By duality of linear programs (Farkas, 1902) every linear system without a solution has such multipliers;
/// the rule does not ask that anything be linear. Expansion: *assume* every negation, *combine* to `0 > 0`,
/// *contradict*, *generalise*. Rejects: a statement of another form; a part that is not there or is used twice; a
/// multiplier `≤ 0` of an inequality; a sum that is no number; a number that contradicts nothing.
pub(in crate::kernel) fn infeasible(
    statement: &Formula,
    multipliers: &[(usize, Rational)],
) -> Result<Theorem, Rejection> {
    let wrong = |expected| Rejection::WrongForm { rule: "infeasible", expected };
    let mut body = statement;
    while let Formula::ForAll(_, inner) = body {
        body = inner;
    }
    let Formula::Or(parts) = body else { return Err(wrong("alternatives for all values of some names")) };
    let mut used = vec![false; parts.len()];
    let (mut sum, mut strict) = (Poly::zero(), false);
    for (number, multiplier) in multipliers {
        let (Some(part), Some(used)) = (parts.get(*number), used.get_mut(*number)) else {
            return Err(Rejection::NoSuchFact { fact: *number });
        };
        if std::mem::replace(used, true) {
            return Err(wrong("one multiplier a part"));
        }
        let (relation, opposite) = negation(part).ok_or(wrong("comparisons as alternatives"))?;
        if relation != Relation::Equal && !multiplier.is_positive() {
            return Err(Rejection::Multiplier { coefficient: multiplier.clone() });
        }
        strict |= relation == Relation::Positive;
        if opposite.is_too_large() {
            return Err(wrong("terms within the limits"));
        }
        for (monomial, c) in opposite.terms() {
            sum.accumulate(monomial.clone(), &(c * multiplier));
        }
    }
    let Some(number) = sum.as_constant() else {
        return Err(Rejection::Residual { rule: "infeasible", residual: Expr::from(sum) });
    };
    match number.is_negative() || (number.is_zero() && strict) {
        true => Ok(Theorem::new(Default::default(), statement.clone())),
        false => Err(Rejection::NotStrict),
    }
}

/// The negation of a comparison, or of a disjunction that says that a term is not zero.
fn negation(part: &Formula) -> Option<(Relation, Expr)> {
    match part {
        Formula::Compare(Relation::AtLeast, e) => Some((Relation::Positive, e.negated())),
        Formula::Compare(Relation::Positive, e) => Some((Relation::AtLeast, e.negated())),
        Formula::Compare(Relation::Equal, _) => None,
        Formula::Or(sides) => match sides.as_slice() {
            [Formula::Compare(Relation::Positive, e), Formula::Compare(Relation::Positive, f)]
                if *f == e.negated() =>
            {
                Some((Relation::Equal, e.clone()))
            }
            _ => None,
        },
        _ => None,
    }
}
