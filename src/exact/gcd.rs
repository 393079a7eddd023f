//! Greatest common divisors: of machine words by halving, of large integers by Lehmer's method.

use num_bigint::{BigInt, BigUint};
use num_traits::{ToPrimitive, Zero};

use super::work::spend;

/// The greatest common divisor of two machine words, by halving and subtraction; `gcd(0, b) = b`.
pub(super) fn gcd_of_words(mut a: u64, mut b: u64) -> u64 {
    if a == 0 || b == 0 {
        return a | b;
    }
    let shift = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    while b != 0 {
        b >>= b.trailing_zeros();
        // Without a branch that nobody can foresee.
        (a, b) = (a.min(b), a.abs_diff(b));
    }
    a << shift
}

/// The greatest common divisor, at least zero; `gcd(0, b) = |b|`. Euclid's steps are found from the leading
/// digits, many at a time, and taken on the integers together (Knuth, 4.5.2, algorithm L).
pub fn gcd(a: &BigInt, b: &BigInt) -> BigInt {
    let (mut a, mut b) = (a.magnitude().clone(), b.magnitude().clone());
    if a < b {
        std::mem::swap(&mut a, &mut b);
    }
    // Euclid's steps take time with the product of the lengths.
    spend((a.bits() / 64 * (b.bits() / 64) / 4) as usize);
    loop {
        if let Some(word) = b.to_u64() {
            let rest = if word == 0 { None } else { (a.clone() % word).to_u64() };
            return rest.map_or(a, |rest| gcd_of_words(rest, word).into()).into();
        }
        (a, b) = match steps(&a, &b) {
            Some(rows) => combined(&a, &b, rows),
            None => {
                let rest = &a % &b;
                (b, rest)
            }
        };
    }
}

/// `a ↦ p·a + q·b` and `b ↦ r·a + s·b`.
struct Rows {
    p: i64,
    q: i64,
    r: i64,
    s: i64,
}

/// The steps that the leading digits of `a ≥ b` decide, whatever the others are; `None` if that is none.
fn steps(a: &BigUint, b: &BigUint) -> Option<Rows> {
    let shift = a.bits().checked_sub(62)?;
    let (mut x, mut y) = ((a >> shift).to_i64()?, (b >> shift).to_i64()?);
    // All of these stay below 2^62: the multipliers are at most the first `x` divided by the last `y`.
    let mut rows = Rows { p: 1, q: 0, r: 0, s: 1 };
    while y + rows.r != 0 && y + rows.s != 0 {
        let quotient = (x + rows.p) / (y + rows.r);
        if quotient != (x + rows.q) / (y + rows.s) {
            break;
        }
        (rows.p, rows.r) = (rows.r, rows.p - quotient * rows.r);
        (rows.q, rows.s) = (rows.s, rows.q - quotient * rows.s);
        (x, y) = (y, x - quotient * y);
    }
    (rows.q != 0).then_some(rows)
}

fn combined(a: &BigUint, b: &BigUint, rows: Rows) -> (BigUint, BigUint) {
    // One of the two multipliers is at most zero, and the sum is not negative.
    let sum = |p: i64, q: i64| {
        let (first, second) = (a * p.unsigned_abs(), b * q.unsigned_abs());
        if p < 0 {
            second - first
        } else if q < 0 {
            first - second
        } else {
            first + second
        }
    };
    (sum(rows.p, rows.q), sum(rows.r, rows.s))
}

/// The least common multiple; zero if one is zero.
pub fn lcm(a: &BigInt, b: &BigInt) -> BigInt {
    if a.is_zero() || b.is_zero() {
        return BigInt::zero();
    }
    (a / gcd(a, b) * b).magnitude().clone().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_integer::Integer;
    use proptest::prelude::*;

    fn integer() -> impl Strategy<Value = BigInt> {
        prop::collection::vec(any::<u32>(), 0..12).prop_flat_map(|digits| {
            any::<bool>().prop_map(move |minus| {
                let n = BigInt::from(BigUint::new(digits.clone()));
                if minus { -n } else { n }
            })
        })
    }

    proptest! {
        #[test]
        fn it_is_the_greatest_common_divisor(a in integer(), b in integer(), c in integer()) {
            let (a, b) = (&a * &c, &b * &c);
            prop_assert_eq!(gcd(&a, &b), a.gcd(&b));
            prop_assert_eq!(lcm(&a, &b), a.lcm(&b));
        }
    }

    #[test]
    fn consecutive_fibonacci_numbers_take_the_most_steps() {
        let (mut a, mut b) = (BigInt::from(0), BigInt::from(1));
        for _ in 0..2_000 {
            (a, b) = (b.clone(), a + b);
        }
        assert_eq!(gcd(&a, &b), 1.into());
        assert_eq!(gcd(&(&a * 6), &(&b * 4)), (&a * 6_i32).gcd(&(&b * 4_i32)));
    }
}
