//! Bernstein coefficients of a polynomial on a box: [`certify`], [`midpoint`].
//!
//! Where all coefficients are at least zero, so is the polynomial; and the expansion in products of
//! `x − low` and `high − x` is a combination of facts that the kernel multiplies out. Untrusted.

use crate::exact::{Poly, Rational};
use crate::kernel::rule::combine::{Combination, Fact, Term};
use crate::kernel::{Atom, Expr, Node, Relation};

/// Coefficients of one expansion at most.
const SIZE_LIMIT: usize = 1_500;

/// An interval that the facts give for one variable: the ends, and the facts `scale·(x − low) ≥ 0`,
/// `scale·(high − x) ≥ 0`.
struct Side {
    variable: Atom,
    degree: usize,
    low: Rational,
    high: Rational,
    below: (usize, Rational),
    above: (usize, Rational),
}

/// The tightest interval that single facts give for a variable.
fn side(facts: &[Fact], variable: &Atom, degree: u32) -> Option<Side> {
    // An end, the fact that says so, and its scale.
    let mut below: Option<(Rational, usize, Rational)> = None;
    let mut above: Option<(Rational, usize, Rational)> = None;
    for (number, fact) in facts.iter().enumerate() {
        if fact.relation == Relation::Equal
            || fact.expr.size() > 2
            || fact.expr.poly().degree_in(variable) != 1
        {
            continue;
        }
        let coefficients = fact.expr.poly().coefficients_in(variable);
        let [constant, slope] = coefficients.as_slice() else { continue };
        let (Some(c), Some(k)) = (constant.as_constant(), slope.as_constant()) else { continue };
        let Some(end) = (-&c).checked_div(&k) else { continue };
        if k.is_positive() {
            if below.as_ref().is_none_or(|(low, ..)| end > *low) {
                below = Some((end, number, k));
            }
        } else if above.as_ref().is_none_or(|(high, ..)| end < *high) {
            above = Some((end, number, -&k));
        }
    }
    let ((low, from, scale), (high, to, other)) = (below?, above?);
    let degree = usize::try_from(degree).ok()?;
    (low < high).then(|| Side {
        variable: variable.clone(),
        degree,
        low,
        high,
        below: (from, scale),
        above: (to, other),
    })
}

fn sides(facts: &[Fact], goal: &Expr) -> Option<Vec<Side>> {
    let variables = goal.poly().variables();
    if variables.iter().any(|a| !matches!(a.node(), Node::Variable(_))) {
        return None;
    }
    variables.iter().map(|v| side(facts, v, goal.poly().degree_in(v))).collect()
}

/// A combination of products of the ends of a box, if all Bernstein coefficients of the goal on it are at
/// least zero (for a strict goal: above zero).
pub(super) fn certify(facts: &[Fact], relation: Relation, goal: &Expr) -> Option<Combination> {
    let sides = sides(facts, goal)?;
    let size = sides.iter().try_fold(1_usize, |n, s| n.checked_mul(s.degree + 1))?;
    if size > SIZE_LIMIT {
        return None;
    }
    let mut coefficients = power_coefficients(goal, &sides, size)?;
    let mut stride = 1;
    for side in &sides {
        from_powers(&mut coefficients, side.degree, stride);
        stride *= side.degree + 1;
    }
    if coefficients.iter().any(Rational::is_negative) {
        return None;
    }
    let least = coefficients.iter().min().filter(|c| c.is_positive()).cloned();
    let strict = least.is_some() || {
        let is_strict = |number: usize| facts.get(number).is_some_and(|f| f.relation == Relation::Positive);
        sides.iter().all(|s| is_strict(s.below.0) && is_strict(s.above.0))
            && coefficients.iter().any(Rational::is_positive)
    };
    if relation == Relation::Positive && !strict {
        return None;
    }
    let mut terms = Vec::new();
    if let Some(least) = &least {
        terms.push(Term { coefficient: least.clone(), squares: vec![], facts: vec![] });
    }
    for (position, c) in coefficients.iter().enumerate() {
        let mut coefficient = least.as_ref().map_or_else(|| c.clone(), |least| c - least);
        if coefficient.is_zero() {
            continue;
        }
        let (mut rest, mut used) = (position, Vec::new());
        for side in &sides {
            let k = rest % (side.degree + 1);
            rest /= side.degree + 1;
            let (up, down) = (u32::try_from(k).ok()?, u32::try_from(side.degree - k).ok()?);
            let width = &side.high - &side.low;
            // t = (x − low)/width and 1 − t = (high − x)/width, each a multiple of a fact.
            let scale = &(&side.below.1 * &width).pow(up) * &(&side.above.1 * &width).pow(down);
            coefficient = (&coefficient * &binomial(side.degree, k)).checked_div(&scale)?;
            used.extend([(side.below.0, up), (side.above.0, down)].into_iter().filter(|(_, e)| *e > 0));
        }
        terms.push(Term { coefficient, squares: vec![], facts: used });
    }
    Some(Combination { terms, equations: vec![] })
}

/// Where to split the box: a term `x − m` for the variable whose side is the longest in proportion to its
/// degree.
pub(super) fn midpoint(facts: &[Fact], goal: &Expr) -> Option<Expr> {
    let sides = sides(facts, goal)?;
    let weight = |s: &Side| &(&s.high - &s.low) * &Rational::from(i64::try_from(s.degree).unwrap_or(1));
    let side = sides.iter().max_by_key(|s| weight(s))?;
    let middle = &(&side.low + &side.high) * &Rational::new(1, 2)?;
    Some(Expr::from(&side.variable).minus(&Expr::number(middle)))
}

/// The coefficients in `t`, where `x = low + width·t` on each side; the first side varies fastest.
fn power_coefficients(goal: &Expr, sides: &[Side], size: usize) -> Option<Vec<Rational>> {
    let mut shifted = goal.poly().clone();
    for side in sides {
        let width = &side.high - &side.low;
        let x = Poly::variable(side.variable.clone()).scaled(&width).plus(&Poly::constant(side.low.clone()));
        shifted = shifted.substitute(&side.variable, &x);
    }
    let mut out = vec![Rational::ZERO; size];
    for (m, c) in shifted.terms() {
        let (mut place, mut stride) = (0, 1);
        for side in sides {
            place += stride * usize::try_from(m.exponent(&side.variable)).ok()?;
            stride *= side.degree + 1;
        }
        *out.get_mut(place)? = c.clone();
    }
    Some(out)
}

/// From powers to Bernstein coefficients along one side: `b_i = Σ_{k ≤ i} C(i, k)/C(n, k)·a_k`.
pub(super) fn from_powers(coefficients: &mut [Rational], degree: usize, stride: usize) {
    let block = stride * (degree + 1);
    for chunk in coefficients.chunks_mut(block) {
        for offset in 0..stride {
            let line: Vec<usize> = (0..=degree).map(|k| offset + k * stride).collect();
            for (k, at) in line.iter().enumerate() {
                if let (Some(slot), Some(inverse)) = (chunk.get_mut(*at), binomial(degree, k).recip()) {
                    *slot = &*slot * &inverse;
                }
            }
            // Partial sums, as in a difference table read backwards.
            for round in 1..=degree {
                for k in (round..=degree).rev() {
                    let (Some(at), Some(before)) = (line.get(k), line.get(k - 1)) else { continue };
                    let Some(previous) = chunk.get(*before).cloned() else { continue };
                    if let Some(slot) = chunk.get_mut(*at) {
                        *slot += &previous;
                    }
                }
            }
        }
    }
}

fn binomial(n: usize, k: usize) -> Rational {
    let whole = |n: usize| Rational::from(i64::try_from(n).unwrap_or(i64::MAX));
    (0..k.min(n))
        .fold(Rational::ONE, |c, j| (&c * &whole(n - j)).checked_div(&whole(j + 1)).unwrap_or(Rational::ZERO))
}
