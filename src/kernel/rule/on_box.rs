//! **On a box.** A polynomial is at least zero where its variables lie in intervals.
//!
//! The facts say `a_j ≤ x_j ≤ b_j` for every variable of the polynomial; a cover of the box by smaller
//! boxes is offered, and on each of them the kernel itself computes the coefficients
//! `p = Σ β_I·Π u_j^(i_j)·(1 − u_j)^(n_j − i_j)` in `u_j = (x_j − a_j)/(b_j − a_j)`, all of which have to be
//! at least zero (Bernstein, 1912). In one variable a box may also be covered by a tangent: if `p'' ≥ 0` on
//! it, then `p` lies above its tangent at any point `m`, which is at least zero at both ends.
//!
//! Strict, if every least face of every box has a coefficient above zero: every point of a box lies inside of
//! one of its faces, where the coefficients of that face, and of the faces in it, have positive weight. A face
//! that a strict fact excludes does not count. A tangent is strict if it is above zero at both ends.
//!
//! Rejects: a variable without an interval, or that is not a variable; facts that are not a lower and an upper
//! end; an empty interval or a point; a cut or a tangent outside of its box; a negative coefficient.

use num_traits::{Signed, Zero};
use serde::{Deserialize, Serialize};

use super::super::expr::Expr;
use super::super::formula::Relation;
use super::super::rejection::Rejection;
use super::super::text::Symbol;
use super::combine::Fact;
use crate::exact::{End, Rational, Tensor};

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
    /// The box itself, in one variable, by the tangent at a point.
    Tangent(Rational),
    /// Both parts of the box.
    Cut {
        /// Which side is cut.
        side: usize,
        /// Where.
        at: Rational,
        /// The part below, and the part above.
        parts: Box<[Cover; 2]>,
    },
}

/// Coefficients of one expansion at most.
const SIZE_LIMIT: usize = 100_000;
/// Cuts inside cuts at most.
const DEPTH_LIMIT: usize = 2_000;

/// Whether the polynomial is above zero, or only at least zero, wherever the facts hold.
pub(super) fn check(facts: &[Fact], evidence: &OnBox) -> Result<Relation, Rejection> {
    let p = evidence.polynomial.poly();
    let names: Vec<_> = evidence.sides.iter().map(|s| s.variable.name()).collect();
    let known = |e: &Expr| e.atoms().all(|a| names.iter().any(|n| Expr::variable(n).as_atom() == Some(a)));
    if !known(&evidence.polynomial) {
        return Err(wrong("an interval for every variable of a polynomial"));
    }
    let mut sides = Vec::new();
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
        sides.push(Interval { low, high, ends: [from, to] });
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
    cover(&tensor, &mut sides, &evidence.cover, 0)
}

/// One side of a box.
#[derive(Clone)]
struct Interval {
    low: Rational,
    high: Rational,
    ends: [End; 2],
}

fn wrong(expected: &'static str) -> Rejection {
    Rejection::WrongForm { rule: "on a box", expected }
}

fn cover(p: &Tensor, sides: &mut [Interval], evidence: &Cover, depth: usize) -> Result<Relation, Rejection> {
    match evidence {
        Cover::Bernstein => sign(p, sides),
        Cover::Tangent(at) => {
            let [Interval { low, high, .. }] = sides else { return Err(wrong("one variable for a tangent")) };
            if at < low || at > high {
                return Err(wrong("a tangent at a point of the interval"));
            }
            // value + slope·(end − at), times the positive denominator of the difference
            let (value, slope) = p.value_and_slope(at);
            let above = |end: &Rational| {
                let step = end - at;
                value.clone() * step.denominator() + slope.clone() * step.numerator()
            };
            let ends = [above(low), above(high)];
            sign(&p.second_derivative(), sides)?;
            match ends.iter().any(Signed::is_negative) {
                true => Err(wrong("a tangent that is at least zero at both ends")),
                false if ends.iter().any(Zero::is_zero) => Ok(Relation::AtLeast),
                false => Ok(Relation::Positive),
            }
        }
        Cover::Cut { side, at, parts } => {
            if depth >= DEPTH_LIMIT {
                return Err(Rejection::TooLarge { what: "cuts inside cuts", limit: DEPTH_LIMIT });
            }
            let slot = |sides: &mut [Interval], part: Interval| {
                let place = sides.get_mut(*side).ok_or_else(|| wrong("a side that is there"))?;
                Ok::<Interval, Rejection>(std::mem::replace(place, part))
            };
            let Some(whole) = sides.get(*side).cloned() else { return Err(wrong("a side that is there")) };
            if *at <= whole.low || *at >= whole.high {
                return Err(wrong("a cut inside of the box"));
            }
            let [from, to] = whole.ends;
            let halves = [
                Interval { low: whole.low.clone(), high: at.clone(), ends: [from, End::Closed] },
                Interval { low: at.clone(), high: whole.high.clone(), ends: [End::Closed, to] },
            ];
            let mut relation = Relation::Positive;
            for (half, evidence) in halves.into_iter().zip(parts.iter()) {
                slot(sides, half)?;
                if cover(p, sides, evidence, depth + 1)? != Relation::Positive {
                    relation = Relation::AtLeast;
                }
            }
            slot(sides, whole)?;
            Ok(relation)
        }
    }
}

/// The sign that the coefficients of a box show.
fn sign(p: &Tensor, sides: &[Interval]) -> Result<Relation, Rejection> {
    let ends: Vec<(Rational, Rational)> = sides.iter().map(|s| (s.low.clone(), s.high.clone())).collect();
    let p = p.clone().on_box(&ends);
    if !p.is_nonnegative() {
        return Err(wrong("coefficients that are at least zero"));
    }
    let ends: Vec<[End; 2]> = sides.iter().map(|s| s.ends).collect();
    Ok(if p.has_positive_faces(&ends) { Relation::Positive } else { Relation::AtLeast })
}
