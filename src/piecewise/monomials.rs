//! Monomials by number: [`Monomials`]. A linear program over products of polynomials multiplies the same few monomials
//! again and again; here each has a number, and is compared by it.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::exact::{Monomial, Rational, spend};

/// A polynomial: numbers of monomials, in the order of these, and their coefficients, of which none is zero.
pub(super) type Value = Vec<(usize, Rational)>;

/// Hashes of numbers that nobody chooses to collide.
pub(super) type Quick = BuildHasherDefault<Mixing>;

/// The monomials that were met, each with a number.
#[derive(Default)]
pub(super) struct Monomials {
    list: Vec<Monomial<usize>>,
    /// Of each, one bit for each factor, of 64 that are shared: what divides another one has no other bits.
    bits: Vec<u64>,
    numbers: HashMap<Monomial<usize>, usize, Quick>,
    /// Which variables are indicators: the square of one is itself.
    indicators: Vec<bool>,
}

impl Monomials {
    /// Says that a variable is an indicator.
    pub(super) fn indicator(&mut self, v: usize) {
        if self.indicators.len() <= v {
            self.indicators.resize(v + 1, false);
        }
        if let Some(slot) = self.indicators.get_mut(v) {
            *slot = true;
        }
    }

    /// The number of a monomial; a new one if it was not met.
    pub(super) fn number(&mut self, monomial: Monomial<usize>) -> usize {
        if let Some(number) = self.numbers.get(&monomial) {
            return *number;
        }
        let number = self.list.len();
        self.bits.push(monomial.factors().fold(0, |bits, (v, _)| bits | 1 << (v % 64)));
        self.list.push(monomial.clone());
        self.numbers.insert(monomial, number);
        number
    }

    /// The monomial with a number.
    pub(super) fn get(&self, number: usize) -> Option<&Monomial<usize>> {
        self.list.get(number)
    }

    fn times(&mut self, m: usize, n: usize) -> usize {
        let (Some(left), Some(right)) = (self.list.get(m), self.list.get(n)) else { return m };
        let product = match (left.is_one(), right.is_one()) {
            (true, _) => return n,
            (_, true) => return m,
            _ => left.times(right),
        };
        let is_indicator = |v: usize| self.indicators.get(v).copied().unwrap_or(false);
        if !product.factors().any(|(v, e)| e > 1 && is_indicator(*v)) {
            return self.number(product);
        }
        let lowered = product.factors().map(|(v, e)| (*v, if is_indicator(*v) { 1 } else { e })).collect();
        self.number(Monomial::of_increasing(lowered))
    }

    /// The quotient of two monomials, if it is one.
    pub(super) fn divided(&mut self, whole: usize, part: usize) -> Option<usize> {
        if self.bits.get(part)? & !self.bits.get(whole)? != 0 {
            return None;
        }
        let (whole, part) = (self.list.get(whole)?, self.list.get(part)?);
        if part.factors().any(|(v, e)| whole.exponent(v) < e) {
            return None;
        }
        let rest = whole.factors().map(|(v, e)| (*v, e - part.exponent(v))).filter(|(_, e)| *e > 0);
        let rest = Monomial::of_increasing(rest.collect());
        Some(self.number(rest))
    }

    /// The product of two polynomials, with lowered powers of indicators.
    pub(super) fn product(&mut self, p: &Value, q: &Value) -> Value {
        if p.len() > 1 || q.len() > 1 {
            spend(p.len().saturating_mul(q.len()));
        }
        let mut out = Vec::with_capacity(p.len() * q.len());
        for (m, c) in p {
            for (n, d) in q {
                out.push((self.times(*m, *n), c * d));
            }
        }
        self.collected(out)
    }

    /// Any terms, put in order, equal monomials added.
    pub(super) fn collected(&self, mut terms: Value) -> Value {
        if terms.len() > 1 {
            terms.sort_by(|(m, _), (n, _)| self.list.get(*m).cmp(&self.list.get(*n)));
        }
        let mut out: Value = Vec::with_capacity(terms.len());
        for (m, c) in terms {
            match out.last_mut() {
                Some((last, sum)) if *last == m => *sum += &c,
                _ => out.push((m, c)),
            }
        }
        out.retain(|(_, c)| !c.is_zero());
        out
    }
}

/// A quick hash of small numbers that nobody chooses to collide.
#[derive(Default)]
pub(super) struct Mixing(u64);

impl Hasher for Mixing {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.write_u64((*b).into()));
    }

    fn write_u32(&mut self, n: u32) {
        self.write_u64(n.into());
    }

    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(5) ^ n).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_polynomials_and_indicators_are_their_squares() {
        let mut monomials = Monomials::default();
        monomials.indicator(1);
        let one = monomials.number(Monomial::one());
        let (x, i) = (monomials.number(Monomial::power(0, 1)), monomials.number(Monomial::power(1, 1)));
        let unit = Rational::ONE;
        // (x + i)·(x - i) = x² - i
        let (sum, difference) = (
            monomials.collected(vec![(i, unit.clone()), (x, unit.clone())]),
            monomials.collected(vec![(x, unit.clone()), (i, -&unit)]),
        );
        let square = monomials.number(Monomial::power(0, 2));
        let wanted = monomials.collected(vec![(square, unit.clone()), (i, -&unit)]);
        assert_eq!(monomials.product(&sum, &difference), wanted);
        assert_eq!(monomials.divided(square, x), Some(x));
        assert_eq!(monomials.divided(square, square), Some(one));
        assert_eq!(monomials.divided(x, i), None);
        assert_eq!(monomials.divided(x, square), None);
    }
}
