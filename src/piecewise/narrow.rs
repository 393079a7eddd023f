//! Roots that the facts describe, in smaller intervals: [`narrowed`].
//!
//! A fact `p(x) = 0` with `x` in an interval says where `x` lies as closely as is needed: outside of a smaller
//! interval with a change of sign `p` is not zero. Untrusted.

use std::collections::BTreeMap;

use super::boxes;
use super::roots::bisect;
use super::sign::variables_of;
use crate::exact::{Poly, Rational};
use crate::kernel::rule::combine::{Combination, Fact, Term};
use crate::kernel::rule::tree::Tree;
use crate::kernel::{Atom, Expr, Relation};

/// A variable with an equation in it alone, and an interval at whose ends the equation has opposite signs.
struct Root {
    variable: Atom,
    coefficients: Vec<Rational>,
    low: Rational,
    high: Rational,
}

/// Bits of the intervals that are tried.
const BITS: [u32; 6] = [4, 10, 22, 46, 94, 190];

/// The roots among the variables of a term.
fn roots(facts: &[Fact], e: &Expr) -> Vec<Root> {
    let mut out = Vec::new();
    for variable in variables_of(e) {
        let only =
            |f: &&Fact| f.relation == Relation::Equal && f.expr.poly().variables() == [variable.clone()];
        let Some(fact) = facts.iter().find(only) else { continue };
        let coefficients: Option<Vec<Rational>> =
            fact.expr.poly().coefficients_in(&variable).iter().map(Poly::as_constant).collect();
        let (Some(coefficients), Some((low, high))) = (coefficients, boxes::interval(facts, &variable))
        else {
            continue;
        };
        out.push(Root { variable, coefficients, low, high });
    }
    out
}

/// How many roots a term mentions, if it mentions something, and nothing else.
pub(super) fn numbers_in(facts: &[Fact], e: &Expr) -> Option<usize> {
    let count = variables_of(e).len();
    (count > 0 && roots(facts, e).len() == count).then_some(count)
}

/// Bits of the numbers that stand for roots in linear programs.
const NEAR: u32 = 40;

/// Numbers near the roots that the facts describe.
pub(super) fn approximations(facts: &[Fact]) -> BTreeMap<Atom, Rational> {
    let found = all_roots(facts).into_iter().filter_map(|root| {
        let (low, high) = bisect(&root.coefficients, &root.low, &root.high, &Rational::ONE.halved(NEAR)?)?;
        Some((root.variable, (&low + &high).halved(1)?))
    });
    found.collect()
}

/// Numbers near the roots that the facts describe and put in small intervals.
pub(super) fn close_roots(facts: &[Fact]) -> BTreeMap<Atom, Rational> {
    let Some(width) = Rational::ONE.halved(CLOSE) else { return BTreeMap::new() };
    let close = all_roots(facts).into_iter().filter(|root| &root.high - &root.low <= width);
    close.map(|root| (root.variable, root.low)).collect()
}

/// The names of which an equation says what number they are.
pub(super) fn names_of_roots(facts: &[Fact]) -> impl Iterator<Item = Atom> {
    facts.iter().filter(|f| f.relation == Relation::Equal).filter_map(|f| {
        match variables_of(&f.expr).as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        }
    })
}

/// The roots that the facts describe.
fn all_roots(facts: &[Fact]) -> Vec<Root> {
    let equations = facts.iter().filter(|f| f.relation == Relation::Equal);
    equations.flat_map(|equation| roots(facts, &equation.expr)).collect()
}

/// Bits of the intervals in which all roots are looked for, where something is in doubt.
const CLOSE: u32 = 12;

/// A comparison of a root that lies in a wide interval with an end of a smaller one; the other side is empty.
pub(super) fn closer(facts: &[Fact]) -> Option<Expr> {
    let width = Rational::ONE.halved(CLOSE)?;
    all_roots(facts).iter().find_map(|root| narrower(root, &width)?.into_iter().next())
}

/// That a root lies in an interval of some width around it, as far as that says more than is known.
fn narrower(root: &Root, width: &Rational) -> Option<Vec<Expr>> {
    let (low, high) = bisect(&root.coefficients, &root.low, &root.high, width)?;
    let x = Expr::from(&root.variable);
    let mut out = Vec::new();
    if low > root.low {
        out.push(x.minus(&Expr::number(low)));
    }
    if high < root.high {
        out.push(Expr::number(high).minus(&x));
    }
    Some(out)
}

/// For a number in roots, a comparison of one of these with an end of a smaller interval in which it lies, the other
/// side of which is empty: once all are compared, the sign of the number is known.
pub(super) fn cut(facts: &[Fact], e: &Expr) -> Option<Expr> {
    numbers_in(facts, e)?;
    let roots = roots(facts, e);
    for bits in BITS {
        let width = Rational::ONE.halved(bits)?;
        let mut known = facts.to_vec();
        let mut first = None;
        for root in &roots {
            for on in narrower(root, &width)? {
                known.push(Fact { relation: Relation::AtLeast, expr: on.clone() });
                first = first.or(Some(on));
            }
        }
        let decided = |e: &Expr| boxes::certify(&known, Relation::Positive, e).is_some();
        if decided(e) || decided(&e.negated()) {
            return first;
        }
    }
    None
}

/// What comes of intervals of some size.
pub(super) enum Attempt {
    /// They are small enough.
    Found(Tree),
    /// Smaller ones are needed.
    Finer,
    /// The opposite holds.
    Never,
}

/// A tree for `e REL 0` that first puts the roots in smaller intervals; `leaf` is tried under the facts with
/// these.
pub(super) fn narrowed(facts: &[Fact], e: &Expr, mut leaf: impl FnMut(&[Fact]) -> Attempt) -> Option<Tree> {
    let roots = roots(facts, e);
    if roots.is_empty() {
        return None;
    }
    for bits in BITS {
        let width = Rational::from_big(1.into(), num_bigint::BigInt::from(1) << bits)?;
        let mut known = facts.to_vec();
        let mut splits = Vec::new();
        for root in &roots {
            for on in narrower(root, &width)? {
                let outside = Fact { relation: Relation::Positive, expr: on.negated() };
                let never = outside_of(&known, &outside, root)?;
                known.push(Fact { relation: Relation::AtLeast, expr: on.clone() });
                splits.push((on, never));
            }
        }
        let tree = match leaf(&known) {
            Attempt::Found(tree) => Some(tree),
            Attempt::Finer => None,
            Attempt::Never => return None,
        };
        if let Some(tree) = tree {
            let split = |inner: Tree, (on, never): (Expr, Combination)| Tree::Split {
                on,
                yes: Box::new(inner),
                no: Box::new(Tree::Empty(never)),
            };
            return Some(splits.into_iter().rev().fold(tree, split));
        }
    }
    None
}

/// Why a root does not lie outside of an interval: its equation has one sign there.
fn outside_of(facts: &[Fact], outside: &Fact, root: &Root) -> Option<Combination> {
    let mut known = facts.to_vec();
    known.push(outside.clone());
    let number = known.iter().position(|f| {
        f.relation == Relation::Equal && f.expr.poly().variables() == [root.variable.clone()]
    })?;
    let equation = known.get(number)?.expr.clone();
    for (sign, multiple) in [(equation.clone(), -1), (equation.negated(), 1)] {
        if let Some(on_box) = boxes::positive(&known, Relation::Positive, &sign) {
            let term = Term { boxes: vec![on_box], ..Term::number(Rational::ONE) };
            return Some(Combination {
                terms: vec![term],
                equations: vec![(Expr::integer(multiple), number)],
            });
        }
    }
    None
}
