//! Greatest common divisors and quotients of polynomials in one variable with integer coefficients, lowest
//! first. Modulo primes nothing grows: the divisor is put together from its residues (Brown, 1971), and accepted
//! when it divides. Untrusted: what is divided out is multiplied again by the kernel.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::exact::{Poly, gcd as gcd_of_integers, lcm, spend};

/// Primes that are tried at most.
const PRIME_LIMIT: usize = 4_000;

/// The coefficients of a polynomial in one variable, times the least positive integer that makes them integers
/// without a common divisor. `None` if it is not in one variable.
pub(super) fn line<V: Ord + Clone>(p: &Poly<V>) -> Option<(V, Vec<BigInt>)> {
    let variables = p.variables();
    let [v] = variables.as_slice() else { return None };
    let numbers: Vec<_> = p.coefficients_in(v).iter().map(Poly::as_constant).collect::<Option<_>>()?;
    let common = numbers.iter().fold(BigInt::one(), |l, c| lcm(&l, &c.denominator()));
    let integers = numbers.iter().map(|c| c.numerator() * (&common / c.denominator())).collect();
    Some((v.clone(), primitive(integers)))
}

/// The polynomial with these coefficients.
pub(super) fn polynomial<V: Ord + Clone>(v: &V, line: &[BigInt]) -> Poly<V> {
    let powers = line.iter().zip(0_u32..);
    powers.fold(Poly::zero(), |sum, (c, k)| {
        if c.is_zero() { sum } else { sum.plus(&Poly::variable(v.clone()).pow(k).scaled(&c.clone().into())) }
    })
}

fn primitive(mut line: Vec<BigInt>) -> Vec<BigInt> {
    while line.last().is_some_and(Zero::is_zero) {
        line.pop();
    }
    let mut content = BigInt::zero();
    for c in line.iter().rev() {
        content = gcd_of_integers(&content, c);
        if content.is_one() {
            return line;
        }
    }
    line.iter_mut().for_each(|c| *c /= &content);
    line
}

/// `p / q` for coefficients without a common divisor, if there is no remainder.
pub(super) fn quotient(p: &[BigInt], q: &[BigInt]) -> Option<Vec<BigInt>> {
    let lead = q.last()?;
    let mut rest = p.to_vec();
    let mut out = vec![BigInt::zero(); (p.len() + 1).saturating_sub(q.len())];
    for (shift, slot) in out.iter_mut().enumerate().rev() {
        let (factor, left) = rest.pop()?.div_rem(lead);
        if !left.is_zero() {
            return None;
        }
        let places = rest.iter_mut().skip(shift).zip(q);
        places.for_each(|(slot, c)| *slot -= &factor * c);
        *slot = factor;
    }
    rest.iter().all(Zero::is_zero).then_some(out)
}

/// The greatest common divisor without a common divisor of its coefficients, and with a positive first one;
/// `None` for zero polynomials and beyond the limit.
pub(super) fn gcd(p: &[BigInt], q: &[BigInt]) -> Option<Vec<BigInt>> {
    let lead = gcd_of_integers(p.last()?, q.last()?);
    // Residues of `lead` times the divisor with first coefficient one, modulo `product`.
    let mut found: Vec<BigInt> = vec![];
    let mut product = BigInt::one();
    for prime in primes().take(PRIME_LIMIT) {
        let of_lead = residue(&lead, prime);
        if of_lead == 0 {
            continue;
        }
        let line = |p: &[BigInt]| p.iter().map(|c| residue(c, prime)).collect::<Vec<u64>>();
        spend(p.len() * q.len() / 8);
        let mut common = divisor(line(p), line(q), prime);
        if common.len() == 1 {
            return Some(vec![BigInt::one()]);
        }
        common.iter_mut().for_each(|c| *c = times(*c, of_lead, prime));
        // A prime for which the degree is too high is an unlucky one.
        if !found.is_empty() && common.len() > found.len() {
            continue;
        }
        if found.is_empty() || common.len() < found.len() {
            product = prime.into();
            found = common.into_iter().map(|c| centred(c.into(), &product)).collect();
        } else {
            let inverse = inverse(residue(&product, prime), prime);
            let next = &product * prime;
            let mut stable = true;
            for (slot, c) in found.iter_mut().zip(common) {
                let off = (c + prime - residue(slot, prime)) % prime;
                if off != 0 {
                    stable = false;
                    *slot = centred(&*slot + &product * times(off, inverse, prime), &next);
                }
            }
            product = next;
            if !stable {
                continue;
            }
        }
        let mut candidate = primitive(found.clone());
        if candidate.last().is_some_and(Signed::is_negative) {
            candidate.iter_mut().for_each(|c| *c = -std::mem::take(c));
        }
        if quotient(p, &candidate).is_some() && quotient(q, &candidate).is_some() {
            return Some(candidate);
        }
    }
    None
}

/// The residue nearest to zero.
fn centred(c: BigInt, modulus: &BigInt) -> BigInt {
    let c = c.mod_floor(modulus);
    if &c * 2 > *modulus { c - modulus } else { c }
}

/// The derivative.
pub(super) fn derivative(p: &[BigInt]) -> Vec<BigInt> {
    p.iter().zip(0_u64..).skip(1).map(|(c, k)| c * k).collect()
}

/// A polynomial `r` such that `p/r²` has no repeated factor, by its multiplicities (Yun, 1976); `None` beyond the
/// limits.
pub(super) fn square_root_of_divisor(p: &[BigInt]) -> Option<Vec<BigInt>> {
    let mut repeated = gcd(p, &derivative(p))?;
    let mut simple = quotient(p, &repeated)?;
    let mut root = vec![BigInt::one()];
    let mut multiplicity = 1;
    while simple.len() > 1 {
        // The factors of at least this multiplicity, and those of more.
        let more = gcd(&simple, &repeated)?;
        let exactly = quotient(&simple, &more)?;
        for _ in 0..multiplicity / 2 {
            root = product(&root, &exactly);
        }
        repeated = quotient(&repeated, &more)?;
        simple = more;
        multiplicity += 1;
    }
    Some(root)
}

/// The polynomial that has every repeated root of another once, and no others; `None` if there are none.
pub(super) fn repeated(p: &[BigInt]) -> Option<Vec<BigInt>> {
    let all = gcd(p, &derivative(p))?;
    let simple = quotient(&all, &gcd(&all, &derivative(&all)).unwrap_or_else(|| vec![BigInt::one()]))?;
    (simple.len() > 1).then_some(simple)
}

fn product(p: &[BigInt], q: &[BigInt]) -> Vec<BigInt> {
    let mut out = vec![BigInt::zero(); (p.len() + q.len()).saturating_sub(1)];
    for (shift, a) in p.iter().enumerate() {
        out.iter_mut().skip(shift).zip(q).for_each(|(slot, b)| *slot += a * b);
    }
    out
}

/// Whether a polynomial is seen to have no repeated factor: it has none modulo a prime.
pub(super) fn is_square_free(p: &[BigInt]) -> bool {
    primes().take(2).any(|prime| {
        let line: Vec<u64> = p.iter().map(|c| residue(c, prime)).collect();
        let derivative: Vec<u64> = derivative(p).iter().map(|c| residue(c, prime)).collect();
        line.last().is_some_and(|lead| *lead != 0) && divisor(line, derivative, prime).len() == 1
    })
}

/// Primes below 2^31, from the largest on: products of two residues are machine integers.
fn primes() -> impl Iterator<Item = u64> {
    let is_prime = |n: &u64| {
        // Miller and Rabin's test with these bases is right below 3 215 031 751 (Jaeschke, 1993).
        let (odd, twos) = ((n - 1) >> (n - 1).trailing_zeros(), (n - 1).trailing_zeros());
        [2, 3, 5, 7].iter().all(|base| {
            let mut power = power(*base, odd, *n);
            let mut passed = power == 1 || power == n - 1;
            for _ in 1..twos {
                power = times(power, power, *n);
                passed |= power == n - 1;
            }
            passed
        })
    };
    (1..).map(|k| (1_u64 << 31) - k).step_by(2).filter(is_prime)
}

fn residue(c: &BigInt, prime: u64) -> u64 {
    let c = c % prime;
    match c.to_i64() {
        Some(c) if c < 0 => (c + prime as i64) as u64,
        Some(c) => c as u64,
        None => 0,
    }
}

fn times(a: u64, b: u64, prime: u64) -> u64 {
    a * b % prime
}

fn power(base: u64, exponent: u64, prime: u64) -> u64 {
    let (mut out, mut base, mut left) = (1, base, exponent);
    while left > 0 {
        if left & 1 == 1 {
            out = times(out, base, prime);
        }
        base = times(base, base, prime);
        left >>= 1;
    }
    out
}

fn inverse(c: u64, prime: u64) -> u64 {
    power(c, prime - 2, prime)
}

/// The greatest common divisor modulo a prime, with first coefficient one, by Euclid's algorithm.
fn divisor(mut a: Vec<u64>, mut b: Vec<u64>, prime: u64) -> Vec<u64> {
    let trim = |p: &mut Vec<u64>| {
        while p.last() == Some(&0) {
            p.pop();
        }
    };
    trim(&mut a);
    trim(&mut b);
    while let Some(lead) = b.last() {
        let inverse = inverse(*lead, prime);
        while a.len() >= b.len() {
            let shift = a.len() - b.len();
            let factor = times(a.last().copied().unwrap_or(0), inverse, prime);
            let minus = prime - factor;
            for (slot, c) in a.iter_mut().skip(shift).zip(&b) {
                *slot = (*slot + minus * c) % prime;
            }
            a.pop();
            trim(&mut a);
        }
        std::mem::swap(&mut a, &mut b);
    }
    let inverse = a.last().map_or(0, |lead| inverse(*lead, prime));
    a.iter_mut().for_each(|c| *c = times(*c, inverse, prime));
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integers(line: &[i64]) -> Vec<BigInt> {
        line.iter().map(|c| BigInt::from(*c)).collect()
    }

    #[test]
    fn divisors_with_large_coefficients_are_put_together() {
        let common = vec![BigInt::from(3).pow(80), BigInt::from(-5), BigInt::from(7).pow(60)];
        let p = product(&common, &integers(&[1, 4, 4]));
        let q = product(&common, &integers(&[-2, 3, 0, 5]));
        assert_eq!(gcd(&p, &q), Some(common.clone()));
        assert_eq!(quotient(&p, &common), Some(integers(&[1, 4, 4])));
        assert_eq!(quotient(&q, &integers(&[1, 2])), None);
        assert!(!is_square_free(&p));
        assert!(is_square_free(&q));
    }

    #[test]
    fn coprime_polynomials_have_no_divisor() {
        assert_eq!(gcd(&integers(&[1, 0, 1]), &integers(&[-1, 0, 1])), Some(integers(&[1])));
        assert_eq!(gcd(&integers(&[-4, 0, 4]), &integers(&[-6, 6])), Some(integers(&[-1, 1])));
        assert_eq!(gcd(&[], &integers(&[1])), None);
    }

    #[test]
    fn squares_are_found_by_multiplicity() {
        // (x − 2) (x + 1)^2 (2x + 3)^5: the square of (x + 1) (2x + 3)^2 leaves (x − 2) (2x + 3)
        let (a, b, c) = (integers(&[-2, 1]), integers(&[1, 1]), integers(&[3, 2]));
        let square = product(&b, &product(&c, &c));
        let p = product(&product(&a, &c), &product(&square, &square));
        assert_eq!(square_root_of_divisor(&p), Some(square));
        assert_eq!(square_root_of_divisor(&a), Some(integers(&[1])));
    }

    #[test]
    fn repeated_roots_are_those_of_higher_multiplicity() {
        // (x − 2) (x + 1)^2 (2x + 3)^5
        let (a, b, c) = (integers(&[-2, 1]), integers(&[1, 1]), integers(&[3, 2]));
        let square = product(&b, &product(&c, &c));
        let p = product(&product(&a, &c), &product(&square, &square));
        assert_eq!(repeated(&p), Some(product(&b, &c)));
        assert_eq!(repeated(&product(&b, &b)), Some(b.clone()));
        assert_eq!(repeated(&product(&a, &b)), None);
        assert_eq!(repeated(&integers(&[7])), None);
    }

    #[test]
    fn primes_are_primes() {
        let found: Vec<u64> = primes().take(3).collect();
        assert_eq!(found, [2_147_483_647, 2_147_483_629, 2_147_483_587]);
    }
}
