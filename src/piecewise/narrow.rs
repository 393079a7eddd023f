//! Roots that the facts describe, in smaller intervals: [`narrowed`].
//!
//! A fact `p(x) = 0` with `x` in an interval says where `x` lies as closely as is needed: outside of a smaller
//! interval with a change of sign `p` is not zero. Untrusted.

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
            let (low, high) = bisect(&root.coefficients, &root.low, &root.high, &width)?;
            let x = Expr::from(&root.variable);
            for (on, inside) in [
                (x.minus(&Expr::number(low.clone())), low > root.low),
                (Expr::number(high.clone()).minus(&x), high < root.high),
            ] {
                if !inside {
                    continue;
                }
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
