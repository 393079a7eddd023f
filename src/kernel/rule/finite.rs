//! **Numbers and systems**: statements that numbers decide, and systems of comparisons without a solution.
//!
//! Two composite rules for what is written out over finite type spaces. Each says in one step, over exact
//! numbers, what *witness*, *both*, *either* and *combine* say in as many steps as there are comparisons.

use super::super::atom::{Atom, Node};
use super::super::expr::{Expr, Name};
use super::super::formula::{Formula, Relation};
use super::super::rejection::Rejection;
use super::super::text::Symbol;
use super::super::theorem::Theorem;
use crate::exact::{Poly, Rational};

/// **Evaluate.** A statement that is true at the values offered for the names it says exist, and at all values
/// of the names that it says range over finitely many numbers.
///
/// ```text
///   every comparison that is needed, with numbers for its names, is true
///   ──────────────────────────────────────────────────────────────────────── evaluate
///      ⊢ ∃x. … ∧ (∀y. y = 1 ∨ y = 3 ⇒ …) ∨ …
/// ```
///
/// Expansion: *combine* for each comparison, *both*, *either*, *discharge*; *witness* for each name that exists;
/// *alternatives* and *generalise* for each that ranges. A value counts inside the quantifier of its name only. Rejects:
/// a name with two values; a statement that is false at the values, or that hangs on a comparison of something
/// else than numbers; a name for all of whose values something is said, without a list of them as premise; a
/// quantifier over functions; too many comparisons.
pub(in crate::kernel) fn evaluate(
    statement: &Formula,
    values: &[(Symbol, Rational)],
) -> Result<Theorem, Rejection> {
    for (k, (name, _)) in values.iter().enumerate() {
        if values.iter().take(k).any(|(other, _)| other == name) {
            return Err(Rejection::NotFresh { name: name.name().clone() });
        }
    }
    let mut reader = Reader { offered: values, known: vec![], work: 0, cause: None };
    match reader.holds(statement) {
        Some(true) => Ok(Theorem::new(Default::default(), statement.clone())),
        _ => Err(reader.cause.unwrap_or(Rejection::WrongForm {
            rule: "evaluate",
            expected: "a statement that is true at the values",
        })),
    }
}

/// Whether a statement holds at values of its free names, if numbers decide it: what *evaluate* asks, without a
/// theorem.
pub fn decide(statement: &Formula, values: &[(&Name, Rational)]) -> Option<bool> {
    let mut reader = Reader { offered: &[], known: values.to_vec(), work: 0, cause: None };
    reader.holds(statement)
}

/// Comparisons of one evaluation at most.
const WORK_LIMIT: usize = 20_000_000;

/// Reads a statement at values.
struct Reader<'a> {
    offered: &'a [(Symbol, Rational)],
    /// The names whose quantifiers are open, the innermost last, with their values.
    known: Vec<(&'a Name, Rational)>,
    work: usize,
    /// The first thing that numbers do not decide, or that is false.
    cause: Option<Rejection>,
}

impl<'a> Reader<'a> {
    /// Whether a statement holds; `None` if numbers do not say.
    fn holds(&mut self, formula: &'a Formula) -> Option<bool> {
        match formula {
            Formula::Compare(relation, e) => {
                self.work += 1;
                if self.work > WORK_LIMIT {
                    self.cause = Some(Rejection::TooLarge { what: "comparisons", limit: WORK_LIMIT });
                    return None;
                }
                let value = self.value(e);
                let holds = value.as_ref().map(|v| has(*relation, v));
                if holds != Some(true) && (self.cause.is_none() || value.is_none()) {
                    let residual = value.map_or_else(|| e.clone(), Expr::number);
                    self.cause = Some(Rejection::Undecided { relation: *relation, residual });
                }
                holds
            }
            Formula::And(parts) => self.all(parts.iter()),
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
            Formula::Implies(premise, conclusion) => match self.holds(premise) {
                Some(false) => Some(true),
                Some(true) => self.holds(conclusion),
                None => self.holds(conclusion).filter(|holds| *holds),
            },
            Formula::Exists(name, body) => {
                let Some((_, value)) = self.offered.iter().find(|(offered, _)| offered.name() == name) else {
                    return self.refuse("a value for every name that exists");
                };
                // That a value does not fit says nothing of others.
                self.at(name, value.clone(), body).filter(|holds| *holds)
            }
            Formula::ForAll(name, body) => {
                let Formula::Implies(premise, body) = &**body else {
                    return self.refuse("a list of values for every name that ranges");
                };
                let Some(values) = listed(name, premise) else {
                    return self.refuse("a list of values for every name that ranges");
                };
                let mut all = Some(true);
                for value in values {
                    match self.at(name, value, body) {
                        Some(true) => {}
                        Some(false) => return Some(false),
                        None => all = None,
                    }
                }
                all
            }
            Formula::SomeFunctions(..) | Formula::NoFunctions(..) => {
                self.refuse("no quantifier over functions")
            }
        }
    }

    fn all(&mut self, parts: impl Iterator<Item = &'a Formula>) -> Option<bool> {
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

    /// Whether a statement holds at a value of a name.
    fn at(&mut self, name: &'a Name, value: Rational, body: &'a Formula) -> Option<bool> {
        self.known.push((name, value));
        let out = self.holds(body);
        self.known.pop();
        out
    }

    fn refuse(&mut self, expected: &'static str) -> Option<bool> {
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
            Node::Variable(name) => {
                self.known.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
            }
            Node::Indicator(e) => {
                self.value(e).map(|v| if v.is_negative() { Rational::ZERO } else { Rational::ONE })
            }
            Node::Inverse(e) => self.value(e).map(|v| v.recip().unwrap_or(Rational::ZERO)),
            _ => None,
        }
    }
}

/// The numbers `a`, `b`, … of a premise `name = a ∨ name = b ∨ …`.
fn listed(name: &Name, premise: &Formula) -> Option<Vec<Rational>> {
    let Formula::Or(parts) = premise else { return None };
    let variable = Expr::variable(name);
    let value = |part: &Formula| match part {
        Formula::Compare(Relation::Equal, e) => variable.minus(e).as_number(),
        _ => None,
    };
    parts.iter().map(value).collect()
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
