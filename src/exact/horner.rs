//! Values of polynomials in one variable at points with many digits, to as many bits as are needed.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, Zero};

use super::Rational;

/// Two integers between which `2^bits·Σ c_k·x^k` lies; coefficients of powers, lowest first. They are equal if nothing
/// had to be rounded.
pub fn enclosed(coefficients: &[BigInt], x: &Rational, bits: u32) -> [BigInt; 2] {
    let (numerator, denominator) = (x.numerator(), x.denominator());
    let size = (numerator.magnitude() > denominator.magnitude()).then(|| numerator.abs());
    let zeros = denominator.trailing_zeros().filter(|z| denominator.bits() == z + 1);
    let divided = |n: BigInt| match zeros {
        Some(zeros) => {
            let exact = n.trailing_zeros().is_none_or(|z| z >= zeros);
            (n >> zeros, exact)
        }
        None => {
            let (whole, rest) = n.div_mod_floor(&denominator);
            (whole, rest.is_zero())
        }
    };
    // What Horner's rule has, and how far that may be from the true number: errors grow where the point is above one.
    let (mut value, mut error) = (BigInt::zero(), BigInt::zero());
    for c in coefficients.iter().rev() {
        let (whole, exact) = divided(value * &numerator);
        value = whole;
        if !c.is_zero() {
            value += c << bits;
        }
        if let Some(size) = &size
            && !error.is_zero()
        {
            error = divided(error * size).0 + 1_u32;
        }
        if !exact {
            error += 1_u32;
        }
    }
    [&value - &error, value + error]
}

#[cfg(test)]
mod tests {
    use num_traits::One;

    use super::*;

    #[test]
    fn the_value_lies_between() {
        let line: Vec<BigInt> = [7, -5, 0, 3, -11].map(BigInt::from).to_vec();
        for (n, d) in [(0, 1), (1, 1), (-1, 2), (3, 8), (-7, 3), (22, 7), (355, 113)] {
            let x = Rational::new(n, d).unwrap();
            let value =
                line.iter().rev().fold(Rational::ZERO, |v, c| &(&v * &x) + &Rational::from(c.clone()));
            for bits in [0_u32, 3, 40] {
                let scaled = &value * &Rational::from(BigInt::one() << bits);
                let [low, high] = enclosed(&line, &x, bits);
                assert!(Rational::from(low.clone()) <= scaled && scaled <= Rational::from(high.clone()));
                // Four roundings, and the last is multiplied by no more than x^3.
                let exact = d == 1 || (d == 2 && bits >= 4) || (d == 8 && bits >= 12);
                assert_eq!(low == high, exact || n == 0, "{n}/{d} with {bits} bits");
                if bits == 40 {
                    assert!(high - low < BigInt::from(200));
                }
            }
        }
        assert_eq!(enclosed(&[], &Rational::ONE, 5), [BigInt::zero(), BigInt::zero()]);
    }
}
