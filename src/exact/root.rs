//! [`root`]: roots of integers, rounded down.

use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

/// The greatest integer whose power is at most `n`; zero for `n` below zero, and for the index zero.
pub fn root(n: &BigInt, index: u32) -> BigInt {
    if !n.is_positive() || index == 0 {
        return BigInt::zero();
    }
    // Newton's method falls from above the root until it is reached, and then no further.
    let mut above = BigInt::one() << (n.bits() / u64::from(index) + 1);
    loop {
        let next = (&above * (index - 1) + n / above.pow(index - 1)) / index;
        if next >= above {
            return above;
        }
        above = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn of_small_numbers() {
        let root = |n: i64, index| i64::try_from(root(&n.into(), index)).unwrap();
        assert_eq!([0, 1, 2, 3, 4, 8, 9, 15, 16].map(|n| root(n, 2)), [0, 1, 1, 1, 2, 2, 3, 3, 4]);
        assert_eq!([7, 8, 26, 27, -8].map(|n| root(n, 3)), [1, 2, 2, 3, 0]);
        assert_eq!(
            [root(5, 0), root(5, 1), root(1, 60), root(i64::MAX, 62), root(i64::MAX, 63)],
            [0, 5, 1, 2, 1]
        );
    }

    proptest! {
        #[test]
        fn of_large_numbers(digits in "[1-9][0-9]{0,120}", index in 1..70_u32) {
            let n: BigInt = digits.parse().unwrap();
            let found = root(&n, index);
            prop_assert!(found.pow(index) <= n);
            prop_assert!((found + 1_u32).pow(index) > n);
        }

        #[test]
        fn of_powers_and_their_neighbours(base in 1..2_000_000_u64, index in 2..20_u32) {
            let (base, one) = (BigInt::from(base), BigInt::one());
            let power = base.pow(index);
            prop_assert_eq!(root(&power, index), base.clone());
            prop_assert_eq!(root(&(&power + &one), index), base.clone());
            prop_assert_eq!(root(&(power - &one), index), base - one);
        }
    }
}
