//! **Tangent.** A function of one variable whose slope does not fall lies above its tangents.
//!
//! ```text
//!   u is continuous on [a, b], and u' = s between its break points;  s does not fall on [a, b]
//!   ──────────────────────────────────────────────────────────────────────────────────────────
//!   x ≥ a, b ≥ x, y ≥ a, b ≥ y ⊢ u(x) − u(y) − (x − y)·s(y) ≥ 0
//! ```
//!
//! Both are sums of products of a number, a power of `x`, and indicators of comparisons of `x` with numbers. The
//! kernel itself reads off the pieces: what begins at a break point, the point included, and what ends there. `u` does
//! not jump, and `s` jumps upwards only, at each end of each piece, seen from inside of the interval. On a piece
//! the derivative of `u` is `s`, and that of `s` is at least zero by its Bernstein coefficients (rule `on a box`).
//! Then `u(x) − u(y) = ∫_y^x s ≥ (x − y)·s(y)`, whichever of `x` and `y` is larger.
//!
//! Rejects: other atoms; limits that are no numbers, or not in order; one variable for both; a jump of `u`, a jump of `s`
//! downwards, another derivative; a piece without a cover, or with a negative coefficient.

use std::collections::BTreeSet;

use super::super::atom::{Atom, Node};
use super::super::expr::Expr;
use super::super::formula::Formula;
use super::super::rejection::Rejection;
use super::super::text::Symbol;
use super::super::theorem::Theorem;
use super::calculus::Interval;
use super::on_box::{self, Cover};
use crate::exact::{Monomial, Poly, Rational};

/// `x ≥ a, b ≥ x, y ≥ a, b ≥ y ⊢ u(x) − u(y) − (x − y)·s(y) ≥ 0`, with a cover for each piece of `s`.
pub(in crate::kernel) fn tangent(
    interval: &Interval,
    touching: &Symbol,
    value: &Expr,
    slope: &Expr,
    covers: &[Cover],
) -> Result<Theorem, Rejection> {
    let (x, y) = (Expr::variable(interval.variable.name()), Expr::variable(touching.name()));
    let atom = x.as_atom().filter(|_| x != y).ok_or_else(|| wrong("two variables"))?;
    let ends = (interval.low.as_number(), interval.high.as_number());
    let (Some(low), Some(high)) = ends else { return Err(wrong("numbers as limits")) };
    if low >= high {
        return Err(wrong("a lower limit below the upper one"));
    }
    let both = [parts(value, atom, &low, &high)?, parts(slope, atom, &low, &high)?];
    let points = points(&both, &low, &high);
    let [u, s] = both.map(|parts| line(&parts, &points));

    let last = points.len().saturating_sub(1);
    for (k, at) in points.iter().enumerate() {
        let jump = |e: Option<&Poly<Atom>>| {
            let value = e.and_then(|e| e.evaluate(|a| (a == atom).then(|| at.clone())));
            value.ok_or_else(|| wrong("polynomials in one variable"))
        };
        // What begins at the lower limit, and what ends at the upper one, is no jump.
        let (begins, ends) = (k > 0, k < last);
        if (begins && !jump(u.begins.get(k))?.is_zero()) || (ends && !jump(u.ends.get(k))?.is_zero()) {
            return Err(wrong("a function without jumps"));
        }
        if (begins && jump(s.begins.get(k))?.is_negative()) || (ends && jump(s.ends.get(k))?.is_positive()) {
            return Err(wrong("a slope that jumps upwards only"));
        }
    }
    if covers.len() != s.pieces.len() {
        return Err(wrong("a cover for each piece"));
    }
    let sides = points.iter().zip(points.iter().skip(1));
    for (((u, s), cover), (from, to)) in u.pieces.iter().zip(&s.pieces).zip(covers).zip(sides) {
        if u.derivative(atom) != *s {
            return Err(wrong("the derivative as slope"));
        }
        on_box::nonnegative(&s.derivative(atom), atom, from, to, cover)?;
    }

    let at = |e: &Expr, z: &Expr| e.substitute_one(interval.variable.name(), z);
    let difference = value.minus(&at(value, &y)).minus(&x.minus(&y).times(&at(slope, &y)));
    let between = |z: &Expr| [Formula::at_least(z, &interval.low), Formula::at_least(&interval.high, z)];
    let hypotheses: BTreeSet<Formula> = between(&x).into_iter().chain(between(&y)).collect();
    Ok(Theorem::new(hypotheses, Formula::at_least(&difference, &Expr::zero())))
}

/// The pieces of functions of this kind on an interval: the points between which they lie, and what each function is between
/// one and the next. For those who look for covers.
pub fn pieces(
    functions: &[&Expr],
    x: &Atom,
    low: &Rational,
    high: &Rational,
) -> Option<(Vec<Rational>, Vec<Vec<Expr>>)> {
    let all: Vec<Vec<Part>> = functions.iter().map(|e| parts(e, x, low, high).ok()).collect::<Option<_>>()?;
    let points = points(&all, low, high);
    let terms = |parts: &Vec<Part>| line(parts, &points).pieces.into_iter().map(Expr::from).collect();
    let pieces = all.iter().map(terms).collect();
    Some((points, pieces))
}

fn wrong(expected: &'static str) -> Rejection {
    Rejection::WrongForm { rule: "tangent", expected }
}

/// `coefficient·x^exponent` where `from ≤ x ≤ to`, and zero elsewhere.
struct Part {
    from: Rational,
    to: Rational,
    term: (Monomial<Atom>, Rational),
}

/// The parts of a function that are somewhere on an interval.
fn parts(e: &Expr, x: &Atom, low: &Rational, high: &Rational) -> Result<Vec<Part>, Rejection> {
    let mut out = Vec::with_capacity(e.size());
    for (monomial, coefficient) in e.terms() {
        let (mut from, mut to, mut power) = (low.clone(), high.clone(), Monomial::one());
        for (atom, exponent) in monomial.factors() {
            if atom == x {
                power = Monomial::power(x.clone(), exponent);
                continue;
            }
            let Node::Indicator(argument) = atom.node() else {
                return Err(wrong("powers of one variable, and its comparisons"));
            };
            // constant + slope·x ≥ 0
            let coefficients = argument.poly().coefficients_in(x);
            let [constant, slope] = coefficients.as_slice() else {
                return Err(wrong("comparisons with numbers"));
            };
            let numbers = (constant.as_constant(), slope.as_constant());
            let (Some(constant), Some(slope)) = numbers else {
                return Err(wrong("comparisons with numbers"));
            };
            let at = (-&constant).checked_div(&slope).ok_or_else(|| wrong("comparisons with numbers"))?;
            if slope.is_positive() {
                from = from.max(at);
            } else {
                to = to.min(at);
            }
        }
        if from <= to {
            out.push(Part { from, to, term: (power, coefficient.clone()) });
        }
    }
    Ok(out)
}

/// The break points of functions, increasing, with the limits of the interval.
fn points(functions: &[Vec<Part>], low: &Rational, high: &Rational) -> Vec<Rational> {
    let of_parts = functions.iter().flat_map(|parts| parts.iter()).flat_map(|p| [&p.from, &p.to]);
    let all: BTreeSet<&Rational> = of_parts.chain([low, high]).collect();
    all.into_iter().cloned().collect()
}

/// A function between break points.
struct Line {
    /// What is added at each point, and holds there already.
    begins: Vec<Poly<Atom>>,
    /// What is taken away behind each point, and holds there still.
    ends: Vec<Poly<Atom>>,
    /// What it is between each point and the next.
    pieces: Vec<Poly<Atom>>,
}

fn line(parts: &[Part], points: &[Rational]) -> Line {
    let at = |end: fn(&Part) -> &Rational| {
        let mut out = vec![Vec::new(); points.len()];
        for part in parts {
            let slot = points.binary_search(end(part)).ok().and_then(|place| out.get_mut(place));
            slot.into_iter().for_each(|terms: &mut Vec<_>| terms.push(part.term.clone()));
        }
        out.into_iter().map(Poly::of_terms).collect::<Vec<Poly<Atom>>>()
    };
    let (begins, ends) = (at(|p| &p.from), at(|p| &p.to));
    let mut here = Poly::zero();
    let mut pieces = Vec::with_capacity(points.len());
    for (begins, ends) in begins.iter().zip(&ends) {
        here = here.plus(begins).minus(ends);
        pieces.push(here.clone());
    }
    // Behind the last point there is no piece.
    pieces.pop();
    Line { begins, ends, pieces }
}
