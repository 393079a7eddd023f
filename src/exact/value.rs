//! Values of polynomials at points.

use num_bigint::BigInt;
use num_traits::{One, Zero};

use super::gcd::lcm;
use super::poly::Poly;
use super::rational::Rational;

impl<V: Ord + Clone> Poly<V> {
    /// The value at a point that `at` gives for every variable; `None` if one is missing.
    pub fn evaluate(&self, at: impl Fn(&V) -> Option<Rational>) -> Option<Rational> {
        /// From this degree on, fractions are added over one denominator.
        const LARGE: u32 = 16;
        /// So are powers of numbers of more bits.
        const LONG: u64 = 64;
        /// Variables whose values are kept: what stands for one may take long to find.
        const KEPT: usize = 16;
        super::work::spend(self.len());
        if self.degree() >= LARGE {
            return match self.variables().as_slice() {
                [v] => self.evaluate_on_a_line(v, &at(v)?),
                _ => self.evaluate_over_one_denominator(at),
            };
        }
        let mut known: Vec<(&V, Rational)> = Vec::new();
        // Variables in a row that were not among them: where all differ, none is looked for any more.
        let mut others = 0;
        let mut sum = Rational::ZERO;
        for (m, c) in self.terms() {
            let mut product = c.clone();
            for (v, e) in m.factors() {
                let fresh;
                let place = match others < KEPT {
                    true => known.iter().position(|(w, _)| *w == v),
                    false => None,
                };
                others = if place.is_some() || known.len() < KEPT { 0 } else { others + 1 };
                let x = match place {
                    Some(place) => &known.get(place)?.1,
                    None if known.len() < KEPT => {
                        known.push((v, at(v)?));
                        &known.last()?.1
                    }
                    None => {
                        fresh = at(v)?;
                        &fresh
                    }
                };
                if e > 1 && x.bits() > LONG {
                    return self.evaluate_over_one_denominator(at);
                }
                if product.is_zero() {
                    continue;
                }
                product = if e == 1 { &product * x } else { &product * &x.pow(e) };
            }
            sum += &product;
        }
        Some(sum)
    }

    /// `Σ c_e·(a/d)^e = (Σ c_e·a^e·d^(n−e)) / d^n`.
    fn evaluate_on_a_line(&self, v: &V, x: &Rational) -> Option<Rational> {
        let common = self.terms().fold(BigInt::one(), |l, (_, c)| lcm(&l, &c.denominator()));
        let mut line = vec![BigInt::zero(); self.degree_in(v) as usize + 1];
        for (m, c) in self.terms() {
            *line.get_mut(m.exponent(v) as usize)? = c.numerator() * (&common / c.denominator());
        }
        let (a, d) = (x.numerator(), x.denominator());
        let value = Rational::over_power(homogeneous(line, &a, &d), &d, self.degree_in(v))?;
        Some(&value * &Rational::from_big(BigInt::one(), common)?)
    }

    /// `Σ c·Π (a/d)^e = (Σ c·Π a^e·d^(n−e)) / Π d^n`, where `n` is the degree in the variable.
    fn evaluate_over_one_denominator(&self, at: impl Fn(&V) -> Option<Rational>) -> Option<Rational> {
        let powers = |base: BigInt, n: usize| {
            std::iter::successors(Some(BigInt::one()), |p| Some(p * &base)).take(n + 1).collect::<Vec<_>>()
        };
        let mut denominator = BigInt::one();
        let mut tables = Vec::new();
        for v in self.variables() {
            let (x, n) = (at(&v)?, self.degree_in(&v) as usize);
            let (numerators, denominators) = (powers(x.numerator(), n), powers(x.denominator(), n));
            denominator *= denominators.last()?;
            tables.push((v, numerators, denominators));
        }
        let common = self.terms().fold(BigInt::one(), |l, (_, c)| lcm(&l, &c.denominator()));
        let mut sum = BigInt::zero();
        for (m, c) in self.terms() {
            let mut product = c.numerator() * (&common / c.denominator());
            for (v, numerators, denominators) in &tables {
                let e = m.exponent(v) as usize;
                product *= numerators.get(e)?;
                product *= denominators.get(numerators.len() - 1 - e)?;
            }
            sum += product;
        }
        Rational::from_big(sum, denominator * common)
    }
}

/// `Σ c_k·a^k·d^(n−k)` for the coefficients `c_0, …, c_n`: the same for blocks of two coefficients, of four, and so on.
/// So the products are of numbers of like length, and few of them are long.
pub(super) fn homogeneous(coefficients: Vec<BigInt>, a: &BigInt, d: &BigInt) -> BigInt {
    let mut blocks = coefficients;
    // For a block of k coefficients a^k and d^k; the last block may be a shorter one.
    let (mut power, mut scale, mut last) = (a.clone(), d.clone(), d.clone());
    while blocks.len() > 1 {
        let pairs = blocks.len().div_ceil(2);
        let join = |(index, pair): (usize, &[BigInt])| match pair {
            [low, high] if index + 1 == pairs => low * &last + high * &power,
            [low, high] => low * &scale + high * &power,
            rest => rest.first().cloned().unwrap_or_default(),
        };
        let joined = blocks.chunks(2).enumerate().map(join).collect();
        if blocks.len().is_multiple_of(2) {
            last *= &scale;
        }
        blocks = joined;
        if blocks.len() > 1 {
            power = &power * &power;
            scale = &scale * &scale;
        }
    }
    blocks.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::Monomial;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_the_sum_of_its_terms(
            coefficients in prop::collection::vec(-1_000_i64..1_000, 0..70),
            a in -1_000_000_i64..1_000_000,
            d in 1_i64..1_000,
        ) {
            let degree = coefficients.len().saturating_sub(1) as u32;
            let (a, d) = (BigInt::from(a), BigInt::from(d));
            let terms = coefficients.iter().zip(0..).map(|(c, k)| c * a.pow(k) * d.pow(degree - k));
            let sum: BigInt = terms.sum();
            prop_assert_eq!(homogeneous(coefficients.into_iter().map(BigInt::from).collect(), &a, &d), sum);
        }

        #[test]
        fn at_a_point_of_a_line(
            coefficients in prop::collection::vec((-90_i64..90, 1_i64..9), 17..40),
            n in -99_i64..99,
            d in 1_i64..99,
        ) {
            let x = Rational::new(n, d).unwrap();
            let numbers: Vec<_> = coefficients.iter().filter_map(|(n, d)| Rational::new(*n, *d)).collect();
            let terms = numbers.iter().zip(0..).map(|(c, k)| (Monomial::power('x', k), c.clone())).collect();
            let value = numbers.iter().zip(0..).fold(Rational::ZERO, |sum, (c, k)| &sum + &(c * &x.pow(k)));
            prop_assert_eq!(Poly::of_terms(terms).evaluate(|_| Some(x.clone())), Some(value));
        }
    }
}
