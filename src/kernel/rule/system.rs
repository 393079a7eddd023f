//! **Systems**: comparisons that contradict each other.
//!
//! Composite rules for what is written out over finite type spaces: each says in one step what *assume*, *combine* and
//! *contradict* say in as many steps as there are comparisons.

use std::collections::HashSet;
use std::collections::hash_map::{Entry, HashMap};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::super::atom::Node;
use super::super::expr::Expr;
use super::super::formula::{Formula, Function, Relation};
use super::super::rejection::Rejection;
use super::super::theorem::Theorem;
use super::finite::{Point, Reader, listed};
use crate::exact::{Poly, Rational};

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

/// A comparison among those that functions have to satisfy: a part, the numbers that its names stand for, from the
/// outermost, and what it is multiplied by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// The part.
    pub part: usize,
    /// The numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<Rational>,
    /// The multiplier.
    pub by: Rational,
}

/// **Unsatisfiable.** No functions satisfy some comparisons, since instances of these contradict each other.
///
/// ```text
///   Σ λ_k·h_k = c,   h_k a part at numbers of its lists,   c < 0, or c = 0 with a strict h_k
///   ──────────────────────────────────────────────────────────────────────────────────────── unsatisfiable
///              ⊢ no f. (∀x. x = 1 ∨ x = 3 ⇒ … f(x) … ≥ 0) ∧ …
/// ```
///
/// The multiplier is positive for an inequality, and any number for an equation. In the sum only values of the
/// functions at numbers remain, and they cancel. Expansion: *assume* every part, *instance* and *apply* for its
/// names, *combine* to `0 > 0`, *impossible*. Rejects: a statement of another form; a part that is not there; a
/// number that is not on the list of its name, too few or too many numbers; a premise that is not true at the numbers;
/// a multiplier `≤ 0` of an inequality; a term that numbers do not turn into a sum of products of values of the
/// functions; a sum that is no number; a number that contradicts nothing.
pub(in crate::kernel) fn unsatisfiable(
    statement: &Formula,
    instances: &[Instance],
) -> Result<Theorem, Rejection> {
    let wrong = |expected| Rejection::WrongForm { rule: "unsatisfiable", expected };
    let Formula::NoFunctions(functions, body) = statement else {
        return Err(wrong("a statement for no functions"));
    };
    let Formula::And(parts) = &**body else { return Err(wrong("a conjunction of comparisons")) };
    // As a rule there are about as many values as comparisons.
    let (mut sum, mut strict) = (Sum(HashMap::with_capacity(instances.len())), false);
    let mut lists = Lists::new();
    for instance in instances {
        let part = parts.get(instance.part).ok_or(Rejection::NoSuchFact { fact: instance.part })?;
        let (relation, e, reader) = at(part, instance, &mut lists)?;
        if relation != Relation::Equal && !instance.by.is_positive() {
            return Err(Rejection::Multiplier { coefficient: instance.by.clone() });
        }
        strict |= relation == Relation::Positive;
        if e.is_too_large() {
            return Err(wrong("terms within the limits"));
        }
        sum.add(functions, &reader, e, &instance.by).ok_or(wrong("values of the functions at numbers"))?;
    }
    let number = sum.constant().ok_or(wrong("a sum that is a number"))?;
    match number.is_negative() || (number.is_zero() && strict) {
        true => Ok(Theorem::new(Default::default(), statement.clone())),
        false => Err(Rejection::NotStrict),
    }
}

/// The numbers on the lists of the parts, by part and quantifier: most parts have many instances.
type Lists = HashMap<(usize, usize), HashSet<Rational>>;

/// The comparison of a part at numbers for its names, and what these are.
fn at<'a>(
    part: &'a Formula,
    instance: &Instance,
    lists: &mut Lists,
) -> Result<(Relation, &'a Expr, Reader<'a>), Rejection> {
    let wrong = |expected| Rejection::WrongForm { rule: "unsatisfiable", expected };
    let (mut reader, mut numbers, mut formula) = (Reader::default(), instance.at.iter(), part);
    let mut depth = 0;
    loop {
        match formula {
            Formula::Compare(relation, e) if numbers.next().is_none() => return Ok((*relation, e, reader)),
            Formula::ForAll(name, body) => {
                let Formula::Implies(premise, inner) = &**body else {
                    return Err(wrong("a list of values for every name that ranges"));
                };
                let list = match lists.entry((instance.part, depth)) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(slot) => {
                        let list = listed(name, premise);
                        let list = list.ok_or(wrong("a list of values for every name that ranges"))?;
                        slot.insert(list.into_iter().collect())
                    }
                };
                depth += 1;
                let value = numbers.next().filter(|value| list.contains(value));
                reader.bind(name, value.ok_or(wrong("a number on the list of each name"))?.clone());
                formula = inner;
            }
            Formula::Implies(premise, inner) if reader.holds(premise) == Some(true) => formula = inner,
            Formula::Implies(..) => return Err(wrong("premises that are true at the numbers")),
            _ => return Err(wrong("comparisons, and a number for each name")),
        }
    }
}

/// A product of values of functions, by their numbers, at numbers.
type Product = SmallVec<[(usize, Point, u32); 1]>;

/// A sum of such products.
struct Sum(HashMap<Product, Rational>);

impl Sum {
    /// Adds a multiple of a term; `None` if it mentions something else than numbers and the functions.
    fn add(&mut self, functions: &[Function], reader: &Reader<'_>, e: &Expr, by: &Rational) -> Option<()> {
        for (monomial, c) in e.terms() {
            let (mut product, mut coefficient) = (Product::new(), c * by);
            for (atom, exponent) in monomial.factors() {
                let function = match atom.node() {
                    Node::Apply(name, arguments) => {
                        let is_it = |f: &Function| f.name == *name && f.arity == arguments.len();
                        functions.iter().position(is_it).map(|f| (f, arguments))
                    }
                    _ => None,
                };
                match function {
                    Some((function, arguments)) => {
                        let point = reader.point(arguments)?;
                        // Atoms that differ may be the same value.
                        match product.iter_mut().find(|(f, p, _)| *f == function && *p == point) {
                            Some((_, _, sum)) => *sum = sum.checked_add(exponent)?,
                            None => product.push((function, point, exponent)),
                        }
                    }
                    None => coefficient = &coefficient * &reader.atom(atom)?.pow(exponent),
                }
            }
            product.sort();
            *self.0.entry(product).or_insert(Rational::ZERO) += &coefficient;
        }
        Some(())
    }

    /// The number, if no product remains.
    fn constant(&self) -> Option<Rational> {
        let mut left = self.0.iter().filter(|(_, c)| !c.is_zero());
        match (left.next(), left.next()) {
            (None, _) => Some(Rational::ZERO),
            (Some((product, c)), None) if product.is_empty() => Some(c.clone()),
            _ => None,
        }
    }
}
