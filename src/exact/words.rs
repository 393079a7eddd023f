//! Integers of a fixed number of machine words, without an allocation each: [`Words`].

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::Signed;

/// An integer in two's complement, the lowest word first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words<const N: usize>([u64; N]);

impl<const N: usize> Words<N> {
    /// An integer of less than `64·N` bits.
    pub(super) fn of(n: &BigInt) -> Self {
        let mut words = [0; N];
        words.iter_mut().zip(n.iter_u64_digits()).for_each(|(slot, word)| *slot = word);
        let words = Words(words);
        if n.is_negative() { words.negated() } else { words }
    }

    pub(super) fn integer(&self) -> BigInt {
        let negative = self.0.last().is_some_and(|word| word >> 63 == 1);
        let size = if negative { self.negated() } else { *self };
        let halves = size.0.iter().flat_map(|word| [*word as u32, (word >> 32) as u32]).collect();
        BigInt::from_biguint(if negative { Sign::Minus } else { Sign::Plus }, BigUint::new(halves))
    }

    fn negated(mut self) -> Self {
        let mut carry = true;
        for word in &mut self.0 {
            (*word, carry) = (!*word).overflowing_add(u64::from(carry));
        }
        self
    }

    /// Replaces `self` by half the sum, rounded down; the sum has to fit.
    pub(super) fn average(&mut self, other: &Self) {
        let mut carry = false;
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            let (sum, over) = word.overflowing_add(*more);
            let (sum, again) = sum.overflowing_add(u64::from(carry));
            (*word, carry) = (sum, over || again);
        }
        let mut above = self.0.last().map_or(0, |word| word >> 63);
        for word in self.0.iter_mut().rev() {
            let low = *word;
            *word = low >> 1 | above << 63;
            above = low;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_are_those_of_integers() {
        let unit = BigInt::from(1) << 100_u32;
        let numbers: Vec<BigInt> = [0_i64, 1, -1, 2, -7, 1 << 62, -(1 << 62)].map(BigInt::from).to_vec();
        let large =
            numbers.iter().map(|n| n * &unit + 3_u32).chain(numbers.iter().map(|n| n * &unit - 1_u32));
        let all: Vec<BigInt> = numbers.iter().cloned().chain(large).collect();
        for a in &all {
            assert_eq!(Words::<3>::of(a).integer(), *a);
            for b in &all {
                let mut average = Words::<3>::of(a);
                average.average(&Words::of(b));
                assert_eq!(average.integer(), (a + b) >> 1_u32, "{a} and {b}");
            }
        }
    }
}
