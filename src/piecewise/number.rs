//! [`Number`]: what systems of comparisons are solved in: exact numbers, or [`Rounded`] ones, which are fast.

use std::cmp::Ordering;

use crate::exact::Rational;

use super::columns::random;

/// Ordered numbers with the four operations.
pub(super) trait Number: Clone + PartialOrd {
    /// Zero.
    fn zero() -> Self;
    /// One.
    fn one() -> Self;
    /// A rational number, perhaps rounded; `None` if it is out of range.
    fn of(value: &Rational) -> Option<Self>;
    /// Whether it counts as zero.
    fn is_zero(&self) -> bool;
    /// Whether it is large enough to divide by.
    fn is_pivot(&self) -> bool {
        !self.is_zero()
    }
    /// Whether it counts as positive.
    fn is_positive(&self) -> bool;
    /// Whether it counts as negative.
    fn is_negative(&self) -> bool;
    /// The negative.
    fn negated(&self) -> Self;
    /// The product.
    fn times(&self, other: &Self) -> Self;
    /// The quotient by something that is not zero.
    fn over(&self, other: &Self) -> Self;
    /// Times two to a power, where numbers are rounded.
    fn shifted(&self, by: i32) -> Self;
    /// `e` such that the size is at least `2^e` and less than `2^(e + 1)`, where numbers are rounded; `None` for zero.
    fn size(&self) -> Option<i32>;
    /// Adds a product in place.
    fn add(&mut self, a: &Self, b: &Self);

    /// A little more than nothing, by chance, where numbers are rounded.
    fn little(seed: u64) -> Option<Self>;

    /// Whether two numbers are the same, but for what was rounded.
    fn is_near(&self, other: &Self) -> bool;

    /// The distance from zero.
    fn abs(&self) -> Self {
        if self.is_negative() { self.negated() } else { self.clone() }
    }
}

impl Number for Rational {
    fn zero() -> Self {
        Rational::ZERO
    }

    fn one() -> Self {
        Rational::ONE
    }

    fn of(value: &Rational) -> Option<Self> {
        Some(value.clone())
    }

    fn is_zero(&self) -> bool {
        Rational::is_zero(self)
    }

    fn is_positive(&self) -> bool {
        Rational::is_positive(self)
    }

    fn is_negative(&self) -> bool {
        Rational::is_negative(self)
    }

    fn little(_: u64) -> Option<Self> {
        None
    }

    fn is_near(&self, other: &Self) -> bool {
        self == other
    }

    fn negated(&self) -> Self {
        -self
    }

    fn times(&self, other: &Self) -> Self {
        self * other
    }

    fn over(&self, other: &Self) -> Self {
        self.checked_div(other).unwrap_or(Rational::ZERO)
    }

    fn shifted(&self, _: i32) -> Self {
        self.clone()
    }

    fn size(&self) -> Option<i32> {
        None
    }

    fn add(&mut self, a: &Self, b: &Self) {
        *self += &(a * b);
    }
}

/// `mantissa·2^exponent`, rounded to so many digits as an `i64` has. What is smaller than `2^NOTHING` counts as zero, and
/// so does what a sum leaves of terms that cancel up to rounding. Only good for guesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rounded {
    /// Zero, or between `2^61` and `2^62` in size.
    mantissa: i64,
    exponent: i32,
}

/// Digits of a mantissa.
const DIGITS: u32 = 62;
/// What counts as zero.
const NOTHING: i32 = -34;
/// What is large enough to divide by.
const PIVOT: i32 = -22;
/// What may differ in numbers that are the same.
const NEAR: i32 = -30;
/// The size of what is moved a little.
const LITTLE: i32 = -13;
/// Exponents beyond it are out of range.
const LARGE: i32 = 1 << 20;
/// A sum that is so much smaller than its terms is rounding.
const CANCELLED: i32 = 44;

impl Rounded {
    const ZERO: Self = Rounded { mantissa: 0, exponent: 0 };

    /// The number, its mantissa in range.
    fn normal(mantissa: i64, exponent: i32) -> Self {
        if mantissa == 0 {
            return Self::ZERO;
        }
        let shift = mantissa.unsigned_abs().leading_zeros().cast_signed() + DIGITS.cast_signed() - 64;
        // Sums and products are at most one digit longer.
        let mantissa = if shift < 0 { mantissa / 2 } else { mantissa << shift };
        Rounded { mantissa, exponent: exponent - shift }
    }

    /// A product or a quotient of mantissas.
    fn of_product(mantissa: i128, exponent: i32) -> Self {
        i64::try_from(mantissa).map_or(Self::ZERO, |m| Self::normal(m, exponent.clamp(-LARGE, LARGE)))
    }

    /// `e` such that the size is at least `2^e` and less than `2^(e + 1)`.
    fn order(self) -> i32 {
        if self.mantissa == 0 { i32::MIN } else { self.exponent + DIGITS.cast_signed() - 1 }
    }

    fn plus(self, other: Self) -> Self {
        let (large, small) = if self.order() < other.order() { (other, self) } else { (self, other) };
        if small.mantissa == 0 {
            return large;
        }
        let apart = large.exponent - small.exponent;
        if apart > DIGITS.cast_signed() {
            return large;
        }
        let sum = Self::normal(large.mantissa + (small.mantissa >> apart), large.exponent);
        if large.order() - sum.order().max(NOTHING - CANCELLED) > CANCELLED { Self::ZERO } else { sum }
    }
}

impl PartialOrd for Rounded {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let of = |x: &Self| (x.mantissa.signum(), i64::from(x.exponent) * x.mantissa.signum(), x.mantissa);
        of(self).partial_cmp(&of(other))
    }
}

impl Number for Rounded {
    fn zero() -> Self {
        Self::ZERO
    }

    fn one() -> Self {
        Rounded { mantissa: 1 << (DIGITS - 1), exponent: 1 - DIGITS.cast_signed() }
    }

    fn of(value: &Rational) -> Option<Self> {
        use num_traits::ToPrimitive;
        let (n, d) = (value.numerator(), value.denominator());
        let shift = i64::try_from(d.bits()).ok()? - i64::try_from(n.bits()).ok()? + i64::from(DIGITS) - 1;
        let quotient = if shift < 0 { (n >> -shift) / d } else { (n << shift) / d };
        let exponent = i32::try_from(-shift).ok().filter(|e| e.abs() < LARGE)?;
        Some(Self::normal(quotient.to_i64()?, exponent))
    }

    fn is_zero(&self) -> bool {
        self.order() < NOTHING
    }

    fn is_pivot(&self) -> bool {
        self.order() >= PIVOT
    }

    fn abs(&self) -> Self {
        Rounded { mantissa: self.mantissa.abs(), ..*self }
    }

    fn is_positive(&self) -> bool {
        self.mantissa > 0 && !self.is_zero()
    }

    fn is_negative(&self) -> bool {
        self.mantissa < 0 && !self.is_zero()
    }

    fn little(seed: u64) -> Option<Self> {
        let mut state = seed;
        let digits = i64::try_from(random(&mut state) >> 1).ok()? | 1 << (DIGITS - 2);
        Some(Self::normal(digits, LITTLE - DIGITS.cast_signed()))
    }

    fn is_near(&self, other: &Self) -> bool {
        self.plus(other.negated()).order() < NEAR
    }

    fn negated(&self) -> Self {
        Rounded { mantissa: -self.mantissa, ..*self }
    }

    fn times(&self, other: &Self) -> Self {
        let product = (i128::from(self.mantissa) * i128::from(other.mantissa)) >> (DIGITS - 1);
        Self::of_product(product, self.exponent + other.exponent + DIGITS.cast_signed() - 1)
    }

    fn over(&self, other: &Self) -> Self {
        let quotient = (i128::from(self.mantissa) << (DIGITS - 1)).checked_div(i128::from(other.mantissa));
        let exponent = self.exponent - other.exponent - DIGITS.cast_signed() + 1;
        quotient.map_or(Self::ZERO, |q| Self::of_product(q, exponent))
    }

    fn shifted(&self, by: i32) -> Self {
        if self.mantissa == 0 { *self } else { Rounded { exponent: self.exponent + by, ..*self } }
    }

    fn size(&self) -> Option<i32> {
        (self.mantissa != 0).then(|| self.order())
    }

    fn add(&mut self, a: &Self, b: &Self) {
        *self = self.plus(a.times(b));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(a: &Rounded, b: &Rational) -> bool {
        a.is_near(&Rounded::of(b).unwrap())
    }

    #[test]
    fn what_cancels_is_zero_and_what_is_small_is_none() {
        let third = Rounded::of(&Rational::new(1, 3).unwrap()).unwrap();
        let mut sum = Rounded::one().negated();
        (0..3).for_each(|_| sum.add(&third, &Rounded::one()));
        assert!(sum.is_zero() && !sum.is_positive() && !sum.is_negative());
        assert!(Rounded::of(&Rational::new(-1, 1_000_000).unwrap()).unwrap().is_negative());
        assert!(Rounded::of(&Rational::new(1, 1 << 40).unwrap()).unwrap().is_zero());
    }

    proptest! {
        #[test]
        fn rounded_numbers_are_near_exact_ones(
            a in -1000..1000_i64, b in 1..1000_i64, c in -1000..1000_i64, d in 1..1000_i64,
        ) {
            let (p, q) = (Rational::new(a, b).unwrap(), Rational::new(c, d).unwrap());
            let (x, y) = (Rounded::of(&p).unwrap(), Rounded::of(&q).unwrap());
            prop_assert_eq!(x < y, p < q);
            prop_assert!(near(&x.times(&y), &(&p * &q)));
            let mut sum = x;
            sum.add(&x, &y);
            prop_assert!(near(&sum, &(&p + &(&p * &q))));
            if c != 0 {
                prop_assert!(near(&x.over(&y), &p.checked_div(&q).unwrap()));
            }
        }
    }
}
