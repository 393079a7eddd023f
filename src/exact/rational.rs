//! [`Rational`]: exact rational numbers.
//!
//! Invariant: lowest terms, positive denominator; numerator and denominator that fit into `i64`
//! are always `Small`. Equality and hash are therefore structural. Nothing outside this file can
//! see which representation is in use.

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, AddAssign, Mul, Neg, Sub};
use std::str::FromStr;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::gcd::{gcd, gcd_of_words};

/// An exact rational number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Rational(Repr);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    /// Numerator and positive denominator, coprime.
    Small(i64, i64),
    /// Lowest terms, and at least one part outside `i64`.
    Big(Box<BigRational>),
}

/// Why a text is not a rational number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a rational number")]
pub struct ParseRationalError {
    /// The text.
    pub text: String,
}

impl Rational {
    /// Zero.
    pub const ZERO: Rational = Rational(Repr::Small(0, 1));
    /// One.
    pub const ONE: Rational = Rational(Repr::Small(1, 1));

    /// `numerator/denominator`; `None` for a zero denominator.
    pub fn new(numerator: i64, denominator: i64) -> Option<Self> {
        (denominator != 0).then(|| Self::reduced(i128::from(numerator), i128::from(denominator)))
    }

    /// The quotient of two integers of any size; `None` for a zero denominator.
    pub fn from_big(numerator: BigInt, denominator: BigInt) -> Option<Self> {
        if denominator.is_zero() {
            return None;
        }
        let common = if denominator.is_negative() {
            -gcd(&numerator, &denominator)
        } else {
            gcd(&numerator, &denominator)
        };
        Some(Self::wrap(BigRational::new_raw(numerator / &common, denominator / common)))
    }

    /// `numerator/base^exponent`; `None` for a base that is not positive. What cancels is a divisor of the base, as a rule one.
    pub(super) fn over_power(numerator: BigInt, base: &BigInt, exponent: u32) -> Option<Self> {
        if !base.is_positive() {
            return None;
        }
        let power = base.pow(exponent);
        if gcd(&(&numerator % base), base).is_one() {
            return Some(Self::wrap(BigRational::new_raw(numerator, power)));
        }
        Self::from_big(numerator, power)
    }

    /// `numerator/denominator` for a positive denominator that is much shorter, or one.
    pub(super) fn over(numerator: &BigInt, denominator: &BigInt) -> Self {
        let common = gcd(&(numerator % denominator), denominator);
        let (n, d) = (numerator / &common, denominator / common);
        Self::wrap(BigRational::new_raw(n, d))
    }

    /// `n/d` for `d > 0`; both are below 2^127.
    pub(super) fn of_double_words(n: i128, d: i128) -> Self {
        Self::reduced(n, d)
    }

    /// Canonical form of `n/d`, `d ≠ 0`. Magnitudes stay below 2^127, so nothing overflows.
    fn reduced(n: i128, d: i128) -> Self {
        if d == 1
            && let Ok(n) = i64::try_from(n)
        {
            return Rational(Repr::Small(n, 1));
        }
        if let (Ok(n), Ok(d)) = (i64::try_from(n), i64::try_from(d))
            && d > 0
        {
            // Machine words: the common case, and many times faster than 128 bits.
            return Self::of_words(n, d);
        }
        let g = gcd_of_double_words(n.unsigned_abs(), d.unsigned_abs());
        let g = i128::try_from(g).unwrap_or(1);
        let (n, d) = if d < 0 { (-(n / g), -(d / g)) } else { (n / g, d / g) };
        Self::of_coprime(n, d)
    }

    /// `n/d` for `d > 0`.
    fn of_words(n: i64, d: i64) -> Self {
        match common_of_words(n, d) {
            1 => Rational(Repr::Small(n, d)),
            g => Rational(Repr::Small(n / g, d / g)),
        }
    }

    /// `n/d` for coprime `n` and `d > 0`.
    fn of_coprime(n: i128, d: i128) -> Self {
        match (i64::try_from(n), i64::try_from(d)) {
            (Ok(n), Ok(d)) => Rational(Repr::Small(n, d)),
            _ => Rational(Repr::Big(Box::new(BigRational::new_raw(n.into(), d.into())))),
        }
    }

    /// `a/b + c/d`, each in lowest terms. With `g = gcd(b, d)`, what can cancel in `a·(d/g) + c·(b/g)` is a
    /// divisor of `g` (Knuth, 4.5.1). Each product is below 2^126, so the sum is below 2^127.
    fn sum_of_words((a, b): (i64, i64), (c, d): (i64, i64)) -> Self {
        let common = common_of_words(b, d);
        let numerator = i128::from(a) * i128::from(d / common) + i128::from(c) * i128::from(b / common);
        if common == 1 {
            return Self::of_coprime(numerator, i128::from(b) * i128::from(d));
        }
        let rest = i64::try_from(numerator % i128::from(common)).unwrap_or(0);
        let cancelled = common_of_words(rest, common);
        Self::of_coprime(
            numerator / i128::from(cancelled),
            i128::from(b / common) * i128::from(d / cancelled),
        )
    }

    /// Canonical form of a reduced big rational.
    fn wrap(q: BigRational) -> Self {
        match (q.numer().to_i64(), q.denom().to_i64()) {
            (Some(n), Some(d)) => Rational(Repr::Small(n, d)),
            _ => Rational(Repr::Big(Box::new(q))),
        }
    }

    fn to_big(&self) -> BigRational {
        match &self.0 {
            Repr::Small(n, d) => BigRational::new_raw((*n).into(), (*d).into()),
            Repr::Big(q) => (**q).clone(),
        }
    }

    /// Numerator and denominator, if both are machine words.
    pub(super) fn words(&self) -> Option<(i64, i64)> {
        match &self.0 {
            Repr::Small(n, d) => Some((*n, *d)),
            Repr::Big(_) => None,
        }
    }

    /// The numerator in lowest terms.
    pub fn numerator(&self) -> BigInt {
        match &self.0 {
            Repr::Small(n, _) => (*n).into(),
            Repr::Big(q) => q.numer().clone(),
        }
    }

    /// The denominator in lowest terms; positive.
    pub fn denominator(&self) -> BigInt {
        match &self.0 {
            Repr::Small(_, d) => (*d).into(),
            Repr::Big(q) => q.denom().clone(),
        }
    }

    /// Whether this is zero.
    pub fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Small(0, _))
    }

    /// Whether this is one.
    pub fn is_one(&self) -> bool {
        matches!(self.0, Repr::Small(1, 1))
    }

    /// Whether this is an integer.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Small(_, d) => *d == 1,
            Repr::Big(q) => q.denom().is_one(),
        }
    }

    /// Whether this is below zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small(n, _) => *n < 0,
            Repr::Big(q) => q.is_negative(),
        }
    }

    /// Whether this is above zero.
    pub fn is_positive(&self) -> bool {
        match &self.0 {
            Repr::Small(n, _) => *n > 0,
            Repr::Big(q) => q.is_positive(),
        }
    }

    /// The absolute value.
    pub fn abs(&self) -> Self {
        if self.is_negative() { -self } else { self.clone() }
    }

    /// `1/self`; `None` at zero.
    pub fn recip(&self) -> Option<Self> {
        match &self.0 {
            Repr::Small(0, _) => None,
            Repr::Small(n, d) => Some(Self::reduced(i128::from(*d), i128::from(*n))),
            Repr::Big(q) => Some(Self::wrap(q.recip())),
        }
    }

    /// `self/other`; `None` if `other` is zero.
    pub fn checked_div(&self, other: &Self) -> Option<Self> {
        Some(self * &other.recip()?)
    }

    /// `self^exponent`, with `0^0 = 1`.
    pub fn pow(&self, exponent: u32) -> Self {
        let mut result = Self::ONE;
        let mut base = self.clone();
        let mut left = exponent;
        while left > 0 {
            if left & 1 == 1 {
                result = &result * &base;
            }
            left >>= 1;
            if left > 0 {
                base = &base * &base;
            }
        }
        result
    }

    /// The sum, by halves: so the numbers that are added are as short as they can be.
    pub fn sum(numbers: &[Self]) -> Self {
        match numbers {
            [] => Self::ZERO,
            [only] => only.clone(),
            [first, second] => first + second,
            more => {
                let (left, right) = more.split_at(more.len() / 2);
                Self::sum(left) + Self::sum(right)
            }
        }
    }

    /// `self/2^times`; `None` if the power is beyond every budget.
    pub fn halved(&self, times: u32) -> Option<Self> {
        (times <= 1 << 20).then(|| Self::from_big(self.numerator(), self.denominator() << times))?
    }

    /// The value as a small non-negative integer, if it is one.
    pub fn to_u32(&self) -> Option<u32> {
        match &self.0 {
            Repr::Small(n, 1) => u32::try_from(*n).ok(),
            _ => None,
        }
    }

    /// An upper bound of the bits of numerator and denominator together: the size that budgets count.
    pub fn bits(&self) -> u64 {
        match &self.0 {
            Repr::Small(n, d) => {
                u64::from(128 - n.unsigned_abs().leading_zeros() - d.unsigned_abs().leading_zeros())
            }
            Repr::Big(q) => q.numer().bits() + q.denom().bits(),
        }
    }
}

/// The greatest common divisor of a word and one that is positive. It divides the second, so it fits.
fn common_of_words(a: i64, b: i64) -> i64 {
    i64::try_from(gcd_of_words(a.unsigned_abs(), b.unsigned_abs())).unwrap_or(1)
}

fn gcd_of_double_words(mut a: u128, mut b: u128) -> u128 {
    if let (Ok(a), Ok(b)) = (u64::try_from(a), u64::try_from(b)) {
        return u128::from(gcd_of_words(a, b).max(1));
    }
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

impl From<i64> for Rational {
    fn from(n: i64) -> Self {
        Rational(Repr::Small(n, 1))
    }
}

impl From<BigInt> for Rational {
    fn from(n: BigInt) -> Self {
        Self::wrap(BigRational::from_integer(n))
    }
}

impl Add<&Rational> for &Rational {
    type Output = Rational;
    fn add(self, other: &Rational) -> Rational {
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0) {
            if *b == 1
                && *d == 1
                && let Some(n) = a.checked_add(*c)
            {
                return Rational(Repr::Small(n, 1));
            }
            if b == d {
                return Rational::reduced(i128::from(*a) + i128::from(*c), i128::from(*b));
            }
            if *a == 0 || *c == 0 {
                return if *a == 0 { other.clone() } else { self.clone() };
            }
            if let (Some(x), Some(y), Some(z)) = (a.checked_mul(*d), c.checked_mul(*b), b.checked_mul(*d))
                && let Some(n) = x.checked_add(y)
            {
                return Rational::of_words(n, z);
            }
            return Rational::sum_of_words((*a, *b), (*c, *d));
        }
        // With g = gcd(b, d), what can cancel in a·(d/g) + c·(b/g) is a divisor of g (Knuth, 4.5.1).
        let (x, y) = (self.to_big(), other.to_big());
        let common = gcd(x.denom(), y.denom());
        let (b, d) = (x.denom() / &common, y.denom() / &common);
        let numerator = x.numer() * &d + y.numer() * &b;
        let cancelled = gcd(&numerator, &common);
        let denominator = b * d * (common / &cancelled);
        Rational::wrap(BigRational::new_raw(numerator / cancelled, denominator))
    }
}

impl Sub<&Rational> for &Rational {
    type Output = Rational;
    fn sub(self, other: &Rational) -> Rational {
        self + &-other
    }
}

impl Mul<&Rational> for &Rational {
    type Output = Rational;
    fn mul(self, other: &Rational) -> Rational {
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0) {
            if *b == 1 && (*a == 1 || *a == 0) {
                return if *a == 1 { other.clone() } else { Rational::ZERO };
            }
            if *d == 1 && *c == 1 {
                return self.clone();
            }
            if *b == 1
                && *d == 1
                && let Some(n) = a.checked_mul(*c)
            {
                return Rational(Repr::Small(n, 1));
            }
            if let (Some(n), Some(d)) = (a.checked_mul(*c), b.checked_mul(*d)) {
                return Rational::of_words(n, d);
            }
            // The factors that cancel are found in machine words: many times faster than in the products.
            let (first, second) = (common_of_words(*a, *d), common_of_words(*c, *b));
            let (n, d) = (
                i128::from(a / first) * i128::from(c / second),
                i128::from(b / second) * i128::from(d / first),
            );
            return Rational::of_coprime(n, d);
        }
        // What can cancel is between the numerator of one and the denominator of the other.
        let (x, y) = (self.to_big(), other.to_big());
        let (first, second) = (gcd(x.numer(), y.denom()), gcd(y.numer(), x.denom()));
        let numerator = (x.numer() / &first) * (y.numer() / &second);
        let denominator = (x.denom() / second) * (y.denom() / first);
        Rational::wrap(BigRational::new_raw(numerator, denominator))
    }
}

impl Neg for &Rational {
    type Output = Rational;
    fn neg(self) -> Rational {
        match &self.0 {
            Repr::Small(n, d) => match n.checked_neg() {
                Some(n) => Rational(Repr::Small(n, *d)),
                None => Rational::reduced(-i128::from(*n), i128::from(*d)),
            },
            Repr::Big(q) => Rational::wrap(-(**q).clone()),
        }
    }
}

impl Add for Rational {
    type Output = Rational;
    fn add(self, other: Rational) -> Rational {
        &self + &other
    }
}

impl Sub for Rational {
    type Output = Rational;
    fn sub(self, other: Rational) -> Rational {
        &self - &other
    }
}

impl Mul for Rational {
    type Output = Rational;
    fn mul(self, other: Rational) -> Rational {
        &self * &other
    }
}

impl Neg for Rational {
    type Output = Rational;
    fn neg(self) -> Rational {
        -&self
    }
}

impl AddAssign<&Rational> for Rational {
    fn add_assign(&mut self, other: &Rational) {
        *self = &*self + other;
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rational {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0) {
            return (i128::from(*a) * i128::from(*d)).cmp(&(i128::from(*c) * i128::from(*b)));
        }
        if self.is_negative() != other.is_negative() {
            return other.is_negative().cmp(&self.is_negative());
        }
        let (x, y) = (self.to_big(), other.to_big());
        (x.numer() * y.denom()).cmp(&(y.numer() * x.denom()))
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small(n, 1) => write!(f, "{n}"),
            Repr::Small(n, d) => write!(f, "{n}/{d}"),
            Repr::Big(q) => write!(f, "{q}"),
        }
    }
}

impl fmt::Debug for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Rational {
    type Err = ParseRationalError;

    /// Reads `12`, `-3/4` and `0.25`; a decimal is the exact rational that it writes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseRationalError { text: text.chars().take(40).collect() };
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let integer = |part: &str| -> Result<BigInt, ParseRationalError> {
            if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(error());
            }
            part.parse::<BigInt>().map_err(|_| error())
        };
        let (n, d) = if let Some((n, d)) = digits.split_once('/') {
            (integer(n)?, integer(d)?)
        } else if let Some((whole, places)) = digits.split_once('.') {
            let scale = num_traits::pow(BigInt::from(10), places.len());
            (integer(whole)? * &scale + integer(places)?, scale)
        } else {
            (integer(digits)?, BigInt::one())
        };
        Rational::from_big(n * sign, d).ok_or_else(error)
    }
}
