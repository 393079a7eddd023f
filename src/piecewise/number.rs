//! [`Number`]: what systems of comparisons are solved in: exact numbers, or [`Fixed`], which are fast and rounded.

use crate::exact::Rational;

/// Ordered numbers with the four operations.
pub(super) trait Number: Clone + PartialOrd {
    /// Whether results are rounded, so that rows should be of one size.
    const ROUNDED: bool;

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
    /// Adds a product in place.
    fn add(&mut self, a: &Self, b: &Self);

    /// Whether two numbers are the same, but for what was rounded.
    fn is_near(&self, other: &Self) -> bool;

    /// The distance from zero.
    fn abs(&self) -> Self {
        if self.is_negative() { self.negated() } else { self.clone() }
    }
}

impl Number for Rational {
    const ROUNDED: bool = false;

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

    fn add(&mut self, a: &Self, b: &Self) {
        *self += &(a * b);
    }
}

/// A multiple of `2^-BITS`, rounded; what is smaller than `NOTHING` such counts as zero. Only good for guesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fixed(i64);

const BITS: u32 = 40;
const NOTHING: i64 = 1 << 18;
/// Half a unit, by which products are rounded.
const HALF: i128 = 1 << (BITS - 1);
/// Greater numbers are out of range.
const LIMIT: i64 = 1 << 62;

impl Fixed {
    fn cut(value: i128) -> Self {
        Fixed(i64::try_from(value).unwrap_or(if value < 0 { -LIMIT } else { LIMIT }))
    }
}

impl Number for Fixed {
    const ROUNDED: bool = true;

    fn zero() -> Self {
        Fixed(0)
    }

    fn one() -> Self {
        Fixed(1 << BITS)
    }

    fn of(value: &Rational) -> Option<Self> {
        use num_traits::ToPrimitive;
        let (n, d) = (value.numerator().to_i64()?, value.denominator().to_i64()?);
        let scaled = (i128::from(n) << BITS).checked_div(i128::from(d))?;
        i64::try_from(scaled).ok().filter(|v| v.abs() < LIMIT / 4).map(Fixed)
    }

    fn is_zero(&self) -> bool {
        self.0.abs() < NOTHING
    }

    fn is_pivot(&self) -> bool {
        self.0.abs() >= NOTHING << 6
    }

    fn abs(&self) -> Self {
        Fixed(self.0.abs())
    }

    fn is_positive(&self) -> bool {
        self.0 >= NOTHING
    }

    fn is_negative(&self) -> bool {
        self.0 <= -NOTHING
    }

    fn is_near(&self, other: &Self) -> bool {
        self.0.saturating_sub(other.0).abs() < NOTHING >> 8
    }

    fn negated(&self) -> Self {
        Fixed(-self.0)
    }

    fn times(&self, other: &Self) -> Self {
        Self::cut((i128::from(self.0) * i128::from(other.0) + HALF) >> BITS)
    }

    fn over(&self, other: &Self) -> Self {
        Self::cut((i128::from(self.0) << BITS).checked_div(i128::from(other.0)).unwrap_or(0))
    }

    fn add(&mut self, a: &Self, b: &Self) {
        *self = Self::cut(i128::from(self.0) + ((i128::from(a.0) * i128::from(b.0) + HALF) >> BITS));
    }
}
