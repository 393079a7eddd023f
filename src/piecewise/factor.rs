//! Exact quotients and greatest common divisors of polynomials in several variables.
//!
//! Recursive in the variables, by primitive remainder sequences (Knuth, volume 2, section 4.6.1); made
//! for the small polynomials of incentive constraints, and refused beyond [`TERM_LIMIT`]. Untrusted:
//! what is divided out is multiplied again by the kernel.

use crate::exact::{Poly, Rational};

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

/// The greatest common divisor of the coefficients in `v`, and the quotient by it.
fn content<V: Ord + Clone>(p: &Poly<V>, v: &V) -> Option<(Poly<V>, Poly<V>)> {
    let mut content = Poly::zero();
    for c in p.coefficients_in(v) {
        content = gcd(&content, &c)?;
    }
    let primitive = quotient(p, &content)?.primitive_part();
    Some((content, primitive))
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
    if is_square_free(p) {
        return None;
    }
    for v in p.variables() {
        if p.degree_in(&v) < 2 {
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

/// A prime below 2^61.
const PRIME: u64 = 2_305_843_009_213_693_951;

/// Whether a polynomial in one variable is seen to have no repeated factor: it has none modulo a prime that
/// does not divide its highest coefficient.
pub(super) fn is_square_free<V: Ord + Clone>(p: &Poly<V>) -> bool {
    let variables = p.variables();
    let [v] = variables.as_slice() else { return false };
    let residues: Option<Vec<u64>> =
        p.coefficients_in(v).iter().map(|c| residue(&c.as_constant()?)).collect();
    let Some(mut a) = residues else { return false };
    if a.last().is_none_or(|lead| *lead == 0) {
        return false;
    }
    let mut b: Vec<u64> = a.iter().zip(0_u64..).skip(1).map(|(c, k)| times(*c, k % PRIME)).collect();
    trim(&mut b);
    while !b.is_empty() {
        let rest = remainder(a, &b);
        (a, b) = (b, rest);
    }
    a.len() == 1
}

fn residue(c: &Rational) -> Option<u64> {
    use num_integer::Integer;
    use num_traits::ToPrimitive;
    let prime = num_bigint::BigInt::from(PRIME);
    let denominator = c.denominator().mod_floor(&prime).to_u64()?;
    (denominator != 0).then_some(())?;
    Some(times(c.numerator().mod_floor(&prime).to_u64()?, power(denominator, PRIME - 2)))
}

fn times(a: u64, b: u64) -> u64 {
    // Below the prime, which is below 2^61.
    (u128::from(a) * u128::from(b) % u128::from(PRIME)) as u64
}

fn power(base: u64, exponent: u64) -> u64 {
    let (mut out, mut base, mut left) = (1, base, exponent);
    while left > 0 {
        if left & 1 == 1 {
            out = times(out, base);
        }
        base = times(base, base);
        left >>= 1;
    }
    out
}

fn trim(p: &mut Vec<u64>) {
    while p.last() == Some(&0) {
        p.pop();
    }
}

fn remainder(mut a: Vec<u64>, b: &[u64]) -> Vec<u64> {
    let inverse = b.last().map_or(0, |lead| power(*lead, PRIME - 2));
    while a.len() >= b.len() {
        let shift = a.len() - b.len();
        let factor = times(a.last().copied().unwrap_or(0), inverse);
        for (slot, c) in a.iter_mut().skip(shift).zip(b) {
            *slot = (*slot + PRIME - times(factor, *c)) % PRIME;
        }
        a.pop();
        trim(&mut a);
    }
    a
}
