//! Exact quotients and greatest common divisors of polynomials in several variables.
//!
//! In one variable modulo primes (`modular`). In more, recursive in the variables, by primitive remainder
//! sequences (Knuth, volume 2, section 4.6.1); made for the small polynomials of incentive constraints, and
//! refused beyond [`TERM_LIMIT`]. Untrusted: what is divided out is multiplied again by the kernel.

use num_bigint::BigInt;

use super::modular;
use crate::exact::{Poly, Rational, lcm};

/// Terms of a polynomial at most.
const TERM_LIMIT: usize = 400;

/// `p / q`, if there is no remainder; `None` for a zero divisor.
pub(super) fn quotient<V: Ord + Clone>(p: &Poly<V>, q: &Poly<V>) -> Option<Poly<V>> {
    if p.is_zero() {
        return (!q.is_zero()).then(Poly::zero);
    }
    if let Some(c) = q.as_constant() {
        return Some(p.scaled(&c.recip()?));
    }
    if let (Some((v, divisor)), Some((w, line))) = (modular::line(q), modular::line(p))
        && v == w
    {
        let found = modular::polynomial(&v, &modular::quotient(&line, &divisor)?);
        // Up to the numbers in front, which the highest coefficients tell.
        let lead = |p: &Poly<V>| p.coefficients_in(&v).last().and_then(Poly::as_constant);
        let scale = lead(p)?.checked_div(&(&lead(q)? * &lead(&found)?))?;
        return Some(found.scaled(&scale));
    }
    let v = q.variables().into_iter().next()?;
    let (mut rest, divisor) = (p.coefficients_in(&v), q.coefficients_in(&v));
    let lead = divisor.last()?;
    let mut out = Poly::zero();
    while rest.len() >= divisor.len() {
        let power = rest.len() - divisor.len();
        let top = rest.pop()?;
        if top.is_zero() {
            continue;
        }
        let factor = quotient(&top, lead)?;
        for (slot, c) in rest.iter_mut().skip(power).zip(&divisor) {
            *slot = slot.minus(&factor.times(c));
        }
        out = out.plus(&factor.times(&Poly::variable(v.clone()).pow(u32::try_from(power).ok()?)));
    }
    rest.iter().all(Poly::is_zero).then_some(out)
}

/// `(a, b)` with `p = a·q + b` and `b` of lower degree in `v` than `q`, whose highest coefficient in `v` must
/// be a number; `None` otherwise.
pub(super) fn division<V: Ord + Clone>(p: &Poly<V>, q: &Poly<V>, v: &V) -> Option<(Poly<V>, Poly<V>)> {
    let (mut rest, divisor) = (p.coefficients_in(v), q.coefficients_in(v));
    let inverse = divisor.last()?.as_constant()?.recip()?;
    let mut out = Poly::zero();
    while rest.len() >= divisor.len() {
        let power = rest.len() - divisor.len();
        let factor = rest.pop()?.scaled(&inverse);
        if factor.is_zero() {
            continue;
        }
        for (slot, c) in rest.iter_mut().skip(power).zip(&divisor) {
            *slot = slot.minus(&factor.times(c));
        }
        out = out.plus(&factor.times(&Poly::variable(v.clone()).pow(u32::try_from(power).ok()?)));
    }
    let rest = rest.into_iter().zip(0_u32..);
    let rest = rest.fold(Poly::zero(), |sum, (c, k)| sum.plus(&c.times(&Poly::variable(v.clone()).pow(k))));
    Some((out, rest))
}

/// The greatest common divisor with coprime integer coefficients; `None` beyond the limit.
pub(super) fn gcd<V: Ord + Clone>(p: &Poly<V>, q: &Poly<V>) -> Option<Poly<V>> {
    if let (Some((v, a)), Some((w, b))) = (modular::line(p), modular::line(q))
        && v == w
    {
        return Some(modular::polynomial(&v, &modular::gcd(&a, &b)?));
    }
    if p.len() > TERM_LIMIT || q.len() > TERM_LIMIT {
        return None;
    }
    if p.is_zero() || q.is_zero() {
        return Some(if p.is_zero() { q.primitive_part() } else { p.primitive_part() });
    }
    if p.as_constant().is_some() || q.as_constant().is_some() {
        return Some(Poly::one());
    }
    let v = p.variables().into_iter().chain(q.variables()).min()?;
    let ((p_content, mut a), (q_content, mut b)) = (content(p, &v)?, content(q, &v)?);
    let common = gcd(&p_content, &q_content)?;
    let names: Vec<V> = a.variables().into_iter().chain(b.variables()).collect();
    if let (Some(a), Some(b)) = (at_numbers(&a, &v, &names), at_numbers(&b, &v, &names))
        && modular::gcd(&a, &b).is_some_and(|common| common.len() < 2)
    {
        return Some(common.primitive_part());
    }
    if a.degree_in(&v) < b.degree_in(&v) {
        std::mem::swap(&mut a, &mut b);
    }
    while b.degree_in(&v) > 0 {
        let rest = pseudo_remainder(&a, &b, &v)?;
        if rest.is_zero() {
            return Some(common.times(&b).primitive_part());
        }
        if rest.degree_in(&v) == 0 {
            return Some(common.primitive_part());
        }
        (a, b) = (b, content(&rest, &v)?.1);
    }
    Some(common.primitive_part())
}

/// The polynomial in one variable with integers in place of the others, by their places in a list, if that does not
/// lower its degree: a divisor keeps its degree in that variable as well.
fn at_numbers<V: Ord + Clone>(p: &Poly<V>, v: &V, names: &[V]) -> Option<Vec<BigInt>> {
    let value = |other: &V| {
        let place = i64::try_from(names.iter().position(|name| name == other)?).ok()?;
        Some(Rational::from(101 + 37 * place))
    };
    let coefficients = p.coefficients_in(v);
    let values: Vec<Rational> = coefficients.iter().map(|c| c.evaluate(value)).collect::<Option<_>>()?;
    if values.last()?.is_zero() {
        return None;
    }
    let scale = values.iter().fold(BigInt::from(1), |scale, c| lcm(&scale, &c.denominator()));
    let scale = Rational::from(scale);
    Some(values.iter().map(|c| (c * &scale).numerator()).collect())
}

/// The greatest common divisor of the coefficients in `v`, and the quotient by it.
fn content<V: Ord + Clone>(p: &Poly<V>, v: &V) -> Option<(Poly<V>, Poly<V>)> {
    let mut content = Poly::zero();
    for c in p.coefficients_in(v) {
        content = gcd(&content, &c)?;
    }
    let primitive = quotient(p, &content)?.primitive_part();
    Some((content, primitive))
}

/// Polynomials whose product is `p` up to a number: what the coefficients in one of the variables have in common, and the
/// quotient by it; `p` alone if nothing is found.
pub(super) fn factors<V: Ord + Clone>(p: &Poly<V>) -> Vec<Poly<V>> {
    for v in p.variables() {
        let Some((common, rest)) = content(p, &v) else { continue };
        if common.as_constant().is_none() && rest.as_constant().is_none() {
            let mut out = factors(&common);
            out.extend(factors(&rest));
            return out;
        }
    }
    vec![p.clone()]
}

fn pseudo_remainder<V: Ord + Clone>(a: &Poly<V>, b: &Poly<V>, v: &V) -> Option<Poly<V>> {
    let (mut rest, divisor) = (a.coefficients_in(v), b.coefficients_in(v));
    let lead = divisor.last()?.clone();
    while rest.len() >= divisor.len() {
        let shift = rest.len() - divisor.len();
        let top = rest.pop()?;
        if top.is_zero() {
            continue;
        }
        for (k, slot) in rest.iter_mut().enumerate() {
            *slot = slot.times(&lead);
            if let Some(c) = k.checked_sub(shift).and_then(|k| divisor.get(k)) {
                *slot = slot.minus(&top.times(c));
            }
            if slot.len() > TERM_LIMIT {
                return None;
            }
        }
    }
    let powers = rest.into_iter().zip(0_u32..);
    Some(powers.fold(Poly::zero(), |sum, (c, k)| sum.plus(&c.times(&Poly::variable(v.clone()).pow(k)))))
}

/// A polynomial of positive degree whose square divides `p`, if there is one and the limits allow to
/// find it.
pub(super) fn square_divisor<V: Ord + Clone>(p: &Poly<V>) -> Option<Poly<V>> {
    if modular::line(p).is_some_and(|(_, line)| modular::is_square_free(&line)) {
        return None;
    }
    for v in p.variables() {
        if p.degree_in(&v) < 2 {
            continue;
        }
        if at_numbers(p, &v, &p.variables()).is_some_and(|line| modular::is_square_free(&line)) {
            continue;
        }
        let repeated = gcd(p, &p.derivative(&v))?;
        if repeated.degree_in(&v) == 0 {
            continue;
        }
        let simple = quotient(&repeated, &gcd(&repeated, &repeated.derivative(&v))?);
        for root in std::iter::once(repeated).chain(simple) {
            if root.degree() > 0 && quotient(p, &root.times(&root)).is_some() {
                return Some(root);
            }
        }
    }
    None
}
