//! **On a box.** A polynomial is at least zero where its variables lie in intervals.
//!
//! The facts say `a_j ≤ x_j ≤ b_j` for every variable of the polynomial. The kernel itself computes the
//! coefficients `p = Σ β_I·Π C(n_j, i_j) u_j^(i_j)·(1 − u_j)^(n_j − i_j)` in `u_j = (x_j − a_j)/(b_j − a_j)`, all of
//! which have to be at least zero (Bernstein, 1912). Cuts of the box may be offered: the coefficients on its two
//! parts are averages of those on the whole (de Casteljau, 1959). They may be rounded down, to a unit that is
//! offered: averages of less are less, so that `p` is nowhere below what has the rounded coefficients.
//!
//! Strict, if every least face of every part has a coefficient above zero: every point of a box lies inside of
//! one of its faces, where the coefficients of that face, and of the faces in it, have positive weight. A face
//! that a strict fact excludes does not count.
//!
//! Rejects: a variable without an interval or with two of them, or that is not a variable; facts that are not a lower and an upper
//! end; an empty interval or a point; a cut outside of its box; a negative coefficient.

use serde::{Deserialize, Serialize};

use super::super::atom::Atom;
use super::super::expr::Expr;
use super::super::formula::Relation;
use super::super::rejection::Rejection;
use super::super::text::Symbol;
use super::combine::Fact;
use crate::exact::{End, Poly, Rational, Tensor};

/// Evidence that a polynomial is at least zero on a box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnBox {
    /// The polynomial.
    pub polynomial: Expr,
    /// An interval for each of its variables.
    pub sides: Vec<Side>,
    /// Smaller boxes.
    pub cover: Cover,
}

/// Facts, by number, that say that a variable lies in an interval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// The variable.
    pub variable: Symbol,
    /// `x − a` times a positive number is at least zero.
    pub below: usize,
    /// `b − x` times a positive number is at least zero.
    pub above: usize,
}

/// A cover of a box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Cover {
    /// The box itself, by its coefficients.
    Bernstein,
    /// Both parts of the box.
    Cut {
        /// Which side is cut.
        side: usize,
        /// Where, as a share of the side of this box.
        at: Rational,
        /// Coefficients are multiplied by two to this power before, and rounded down to integers.
        bits: i32,
        /// The part below, and the part above.
        parts: Box<[Cover; 2]>,
    },
}

/// Coefficients of one expansion at most.
const SIZE_LIMIT: usize = 100_000;
/// Cuts inside cuts at most.
const DEPTH_LIMIT: usize = 2_000;
/// Bits of a coefficient, and of a place of a cut, at most.
const BIT_LIMIT: u64 = 100_000;

/// Whether the polynomial is above zero, or only at least zero, wherever the facts hold.
pub(super) fn check(facts: &[Fact], evidence: &OnBox) -> Result<Relation, Rejection> {
    let p = evidence.polynomial.poly();
    let names: Vec<_> = evidence.sides.iter().map(|s| s.variable.name()).collect();
    let known = |e: &Expr| e.atoms().all(|a| names.iter().any(|n| Expr::variable(n).as_atom() == Some(a)));
    if !known(&evidence.polynomial) {
        return Err(wrong("an interval for every variable of a polynomial"));
    }
    let (mut sides, mut ends) = (Vec::new(), Vec::new());
    let mut variables = Vec::new();
    for side in &evidence.sides {
        let x = Expr::variable(side.variable.name());
        let atom = x.as_atom().cloned().ok_or_else(|| wrong("variables"))?;
        let end = |number: usize, falling: bool| -> Result<(Rational, End), Rejection> {
            let fact = facts.get(number).ok_or(Rejection::NoSuchFact { fact: number })?;
            let coefficients = fact.expr.poly().coefficients_in(&atom);
            let [constant, slope] = coefficients.as_slice() else {
                return Err(wrong("the ends of an interval"));
            };
            let (c, k) = (constant.as_constant(), slope.as_constant());
            let (Some(c), Some(k)) = (c, k) else { return Err(wrong("the ends of an interval")) };
            if fact.relation == Relation::Equal || k.is_negative() != falling {
                return Err(wrong("a lower and an upper end"));
            }
            let at = (-&c).checked_div(&k).ok_or_else(|| wrong("the ends of an interval"))?;
            Ok((at, if fact.relation == Relation::Positive { End::Open } else { End::Closed }))
        };
        let ((low, from), (high, to)) = (end(side.below, false)?, end(side.above, true)?);
        if low >= high {
            return Err(wrong("intervals that are no points"));
        }
        if variables.contains(&atom) {
            return Err(wrong("every variable once"));
        }
        sides.push((low, high));
        ends.push([from, to]);
        variables.push(atom);
    }
    let degrees: Vec<usize> = variables.iter().map(|v| p.degree_in(v) as usize).collect();
    let size = degrees.iter().try_fold(1_usize, |n, d| n.checked_mul(d + 1)).filter(|n| *n <= SIZE_LIMIT);
    if size.is_none() {
        return Err(Rejection::TooLarge { what: "coefficients on a box", limit: SIZE_LIMIT });
    }
    let exponents =
        |m: &crate::exact::Monomial<_>| variables.iter().map(|v| m.exponent(v) as usize).collect();
    let tensor = Tensor::of_terms(degrees, p.terms().map(|(m, c)| (exponents(m), c)));
    let tensor = tensor.ok_or_else(|| wrong("a polynomial"))?;
    cover(tensor.on_box(&sides), &mut ends, &evidence.cover, 0)
}

/// Rejects unless a cover shows that a polynomial in one variable is at least zero on an interval.
pub(super) fn nonnegative(
    p: &Poly<Atom>,
    x: &Atom,
    low: &Rational,
    high: &Rational,
    evidence: &Cover,
) -> Result<(), Rejection> {
    let terms = p.terms().map(|(m, c)| (vec![m.exponent(x) as usize], c));
    let tensor = Tensor::of_terms(vec![p.degree_in(x) as usize], terms);
    let tensor = tensor.filter(|_| low < high).ok_or_else(|| wrong("a polynomial on an interval"))?;
    cover(tensor.on_box(&[(low.clone(), high.clone())]), &mut [[End::Closed; 2]], evidence, 0).map(|_| ())
}

fn wrong(expected: &'static str) -> Rejection {
    Rejection::WrongForm { rule: "on a box", expected }
}

/// The sign that the coefficients on the parts of a box show.
fn cover(p: Tensor, ends: &mut [[End; 2]], evidence: &Cover, depth: usize) -> Result<Relation, Rejection> {
    match evidence {
        Cover::Bernstein if !p.is_nonnegative() => Err(wrong("coefficients that are at least zero")),
        Cover::Bernstein if p.has_positive_faces(ends) => Ok(Relation::Positive),
        Cover::Bernstein => Ok(Relation::AtLeast),
        Cover::Cut { side, at, bits, parts } => {
            if depth >= DEPTH_LIMIT {
                return Err(Rejection::TooLarge { what: "cuts inside cuts", limit: DEPTH_LIMIT });
            }
            if p.bits().saturating_add_signed((*bits).into()).max(at.bits()) > BIT_LIMIT {
                return Err(Rejection::TooLarge { what: "bits of a coefficient", limit: BIT_LIMIT as usize });
            }
            let cut = p.rescaled(*bits).cut(*side, at);
            let [below, above] = cut.ok_or_else(|| wrong("a cut inside of the box"))?;
            let place = |ends: &mut [[End; 2]], of_part: [End; 2]| {
                let slot = ends.get_mut(*side).ok_or_else(|| wrong("a side that is there"))?;
                Ok::<_, Rejection>(std::mem::replace(slot, of_part))
            };
            // The cut itself belongs to both parts.
            let [left, right] = parts.as_ref();
            let [from, to] = place(ends, [End::Closed; 2])?;
            place(ends, [from, End::Closed])?;
            let on_left = cover(below, ends, left, depth + 1)?;
            place(ends, [End::Closed, to])?;
            let on_right = cover(above, ends, right, depth + 1)?;
            place(ends, [from, to])?;
            let strict = on_left == Relation::Positive && on_right == Relation::Positive;
            Ok(if strict { Relation::Positive } else { Relation::AtLeast })
        }
    }
}
