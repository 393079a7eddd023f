//! **On a box.** A polynomial is at least zero where its variables lie in intervals.
//!
//! The facts say `a_j ≤ x_j ≤ b_j` for every variable of the polynomial. The kernel itself computes the
//! coefficients `p = Σ β_I·Π C(n_j, i_j) u_j^(i_j)·(1 − u_j)^(n_j − i_j)` in `u_j = (x_j − a_j)/(b_j − a_j)`, all of
//! which have to be at least zero (Bernstein, 1912). Cuts of the box may be offered: the coefficients on its two
//! parts are averages of those on the whole (de Casteljau, 1959). They may be rounded down, to a unit that is
//! offered: averages of less are less, so that `p` is nowhere below what has the rounded coefficients.
//!
//! In one variable a part may also be shown to be *convex*, and a tangent to be at least zero at both its ends: the second
//! differences of the true coefficients are at least zero, since the kernel knows how far the rounded ones may be below them. The
//! value and the slope at the point are computed in integers with an error that is kept.
//!
//! Strict, if every least face of every part has a coefficient above zero: every point of a box lies inside of
//! one of its faces, where the coefficients of that face, and of the faces in it, have positive weight. A face
//! that a strict fact excludes does not count.
//!
//! Rejects: a variable without an interval or with two of them, or that is not a variable; facts that are not a lower and an upper
//! end; an empty interval or a point; a cut outside of its box; a negative coefficient; a part that is not seen to be convex, or
//! is one in several variables; a tangent at a point outside, or below zero at an end.

use num_bigint::BigInt;
use num_traits::Signed;
use serde::{Deserialize, Serialize};

use super::super::atom::Atom;
use super::super::expr::Expr;
use super::super::formula::Relation;
use super::super::rejection::Rejection;
use super::super::text::Symbol;
use super::combine::Fact;
use crate::exact::{End, Poly, Rational, Tensor, enclosed};

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
    /// The box itself, an interval on which the polynomial is convex, by a tangent.
    Convex {
        /// Where it touches.
        at: Rational,
        /// Value and slope are multiplied by two to this power, and rounded to integers.
        bits: u32,
    },
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
    let whole = tensor.clone().on_box(&sides);
    let part = Part { powers: tensor.coefficients(), sides, ends, lost: BigInt::ZERO, depth: 0 };
    part.cover(whole, &evidence.cover)
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
    let sides = vec![(low.clone(), high.clone())];
    let whole = tensor.clone().on_box(&sides);
    let ends = vec![[End::Closed; 2]];
    let part = Part { powers: tensor.coefficients(), sides, ends, lost: BigInt::ZERO, depth: 0 };
    part.cover(whole, evidence).map(|_| ())
}

fn wrong(expected: &'static str) -> Rejection {
    Rejection::WrongForm { rule: "on a box", expected }
}

/// A part of a box.
struct Part<'a> {
    /// The coefficients of powers on the whole line.
    powers: &'a [BigInt],
    sides: Vec<(Rational, Rational)>,
    ends: Vec<[End; 2]>,
    /// How far the true coefficients may be above those that are looked at.
    lost: BigInt,
    /// Cuts that lead to it.
    depth: usize,
}

impl Part<'_> {
    /// The sign that coefficients on a part of a box show.
    fn cover(self, p: Tensor, evidence: &Cover) -> Result<Relation, Rejection> {
        match evidence {
            Cover::Bernstein if !p.is_nonnegative() => Err(wrong("coefficients that are at least zero")),
            Cover::Bernstein if p.has_positive_faces(&self.ends) => Ok(Relation::Positive),
            Cover::Bernstein => Ok(Relation::AtLeast),
            Cover::Convex { at, bits } => {
                let ([(low, high)], [ends]) = (self.sides.as_slice(), self.ends.as_slice()) else {
                    return Err(wrong("one variable for a tangent"));
                };
                if at.bits().max((*bits).into()) > BIT_LIMIT {
                    return Err(Rejection::TooLarge { what: "bits of a tangent", limit: BIT_LIMIT as usize });
                }
                if !p.is_convex(&self.lost) {
                    return Err(wrong("a polynomial that is seen to be convex"));
                }
                let touch = touch(self.powers, [low, high], *ends, at, *bits);
                touch.ok_or_else(|| wrong("a tangent that is at least zero"))
            }
            Cover::Cut { side, at, bits, parts } => {
                if self.depth >= DEPTH_LIMIT {
                    return Err(Rejection::TooLarge { what: "cuts inside cuts", limit: DEPTH_LIMIT });
                }
                if p.bits().saturating_add_signed((*bits).into()).max(at.bits()) > BIT_LIMIT {
                    return Err(Rejection::TooLarge {
                        what: "bits of a coefficient",
                        limit: BIT_LIMIT as usize,
                    });
                }
                let lost = p.lost(*side, &self.lost, *bits);
                let cut = p.rescaled(*bits).cut(*side, at);
                let [below, above] = cut.ok_or_else(|| wrong("a cut inside of the box"))?;
                let (low, high) = self.sides.get(*side).ok_or_else(|| wrong("a side that is there"))?;
                let middle = low + &(&(high - low) * at);
                let [from, to] = *self.ends.get(*side).ok_or_else(|| wrong("a side that is there"))?;
                let part = |side_of_part: (Rational, Rational), ends_of_part: [End; 2]| {
                    let (mut sides, mut ends) = (self.sides.clone(), self.ends.clone());
                    sides.iter_mut().skip(*side).take(1).for_each(|slot| *slot = side_of_part.clone());
                    ends.iter_mut().skip(*side).take(1).for_each(|slot| *slot = ends_of_part);
                    Part { powers: self.powers, sides, ends, lost: lost.clone(), depth: self.depth + 1 }
                };
                // The cut itself belongs to both parts.
                let [left, right] = parts.as_ref();
                let on_left = part((low.clone(), middle.clone()), [from, End::Closed]).cover(below, left)?;
                let on_right = part((middle, high.clone()), [End::Closed, to]).cover(above, right)?;
                let strict = on_left == Relation::Positive && on_right == Relation::Positive;
                Ok(if strict { Relation::Positive } else { Relation::AtLeast })
            }
        }
    }
}

/// What the tangent at a point of an interval says of a polynomial that is convex there, by its coefficients of powers:
/// that it is at least zero, or above it; `None` if neither is seen.
pub fn touch(
    powers: &[BigInt],
    [low, high]: [&Rational; 2],
    [from, to]: [End; 2],
    at: &Rational,
    bits: u32,
) -> Option<Relation> {
    if at < low || high < at {
        return None;
    }
    let slopes: Vec<BigInt> = powers.iter().zip(0_u32..).skip(1).map(|(c, k)| c * k).collect();
    let [value, _] = enclosed(powers, at, bits);
    let [flattest, steepest] = enclosed(&slopes, at, bits);
    // The least that the tangent may be at an end, times a positive number.
    let least = |end: &Rational, slope: &BigInt| {
        let way = end - at;
        &value * way.denominator() + slope * way.numerator()
    };
    let least = [least(low, &steepest), least(high, &flattest)];
    if least.iter().any(Signed::is_negative) {
        return None;
    }
    // A line is above zero between its ends if it is so at one of them.
    let counts = |(value, end): (&BigInt, End)| value.is_positive() || end == End::Open;
    let strict = least.iter().any(Signed::is_positive) && least.iter().zip([from, to]).all(counts);
    Some(if strict { Relation::Positive } else { Relation::AtLeast })
}
