//! [`AlgebraicNumber`]: a real root of a polynomial, by the polynomial and an interval.
//!
//! A term in roots lies in the algebra over the rationals that their equations generate; its powers there are
//! linearly dependent, which gives a polynomial of the least degree that it satisfies. Sums, products,
//! quotients and roots of numbers are terms in the roots that the numbers are. Untrusted: the kernel knows
//! numbers by their descriptions.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use super::linear::Dependency;
use super::roots::{RealRoot, bisect, isolate, refine, root_near, square_free};
use super::surd::in_radicals;
use crate::exact::{Monomial, Poly, Rational};
use crate::kernel::{Atom, Expr, Name};
use crate::model::{Bound, Charge, Description};

/// A real algebraic number.
#[derive(Debug, Clone)]
pub struct AlgebraicNumber {
    /// Coprime integer coefficients, lowest first, the highest positive; no repeated root.
    polynomial: Vec<Rational>,
    /// The number itself, or an interval around it and no other root, at whose ends the polynomial has
    /// opposite signs.
    place: RealRoot,
}

/// The dimension of an algebra at most.
const DIMENSION_LIMIT: usize = 72;
/// Bits of intervals at most.
const BITS_LIMIT: u32 = 4_096;

impl From<Rational> for AlgebraicNumber {
    fn from(c: Rational) -> Self {
        let denominator = Rational::from(c.denominator());
        let polynomial = vec![-&Rational::from(c.numerator()), denominator];
        AlgebraicNumber { polynomial, place: RealRoot::At(c) }
    }
}

impl AlgebraicNumber {
    /// The number that a term in the described roots is; `None` for a term in anything else, or beyond the
    /// limits.
    pub fn of_term(e: &Expr, roots: &[Charge]) -> Option<Self> {
        if let Some(c) = e.as_number() {
            return Some(c.into());
        }
        let tower = Tower::new(e, roots)?;
        let minimal = tower.polynomial(e)?;
        let bound = root_bound(&minimal)?;
        let places = isolate(&minimal, &-&bound, &bound)?;
        let mut bits = 8;
        while bits <= BITS_LIMIT {
            let (low, high) = tower.enclosure(e, bits)?;
            let width = (&high - &low).max(Rational::ONE.halved(bits)?);
            let near: Vec<RealRoot> = places.iter().filter_map(|r| refine(&minimal, r, &width)).collect();
            let meets = |r: &&RealRoot| match r {
                RealRoot::At(c) => low <= *c && *c <= high,
                RealRoot::Between(a, b) => *a <= high && low <= *b,
            };
            if let [only] = near.iter().filter(meets).collect::<Vec<_>>().as_slice() {
                return Some(Self::new(minimal, (*only).clone()));
            }
            bits *= 2;
        }
        None
    }

    /// The root of a polynomial in an interval, if there is exactly one.
    pub fn root(coefficients: &[Rational], low: &Rational, high: &Rational) -> Option<Self> {
        match isolate(coefficients, low, high)?.as_slice() {
            [only] => Some(Self::new(square_free(coefficients)?, only.clone())),
            _ => None,
        }
    }

    fn new(coefficients: Vec<Rational>, place: RealRoot) -> Self {
        let polynomial = primitive(&coefficients);
        match rational(&polynomial, &place) {
            Some(c) => c.into(),
            None => AlgebraicNumber { polynomial, place },
        }
    }

    /// The polynomial, with coprime integer coefficients, lowest first.
    pub fn polynomial(&self) -> &[Rational] {
        &self.polynomial
    }

    /// The value, if it is rational.
    pub fn as_rational(&self) -> Option<&Rational> {
        match &self.place {
            RealRoot::At(c) => Some(c),
            RealRoot::Between(..) => None,
        }
    }

    /// Two rationals of a distance of at most `width` that the number lies between, or is.
    pub fn enclosure(&self, width: &Rational) -> Option<(Rational, Rational)> {
        match refine(&self.polynomial, &self.place, width)? {
            RealRoot::At(c) => Some((c.clone(), c)),
            RealRoot::Between(low, high) => Some((low, high)),
        }
    }

    /// An interval between neighbouring multiples of a power of 1/2, at most 1/16, on which the polynomial rises or
    /// falls: it holds no other root.
    fn round_interval(&self) -> Option<(Rational, Rational)> {
        let slope: Vec<Rational> =
            (0_i64..).zip(&self.polynomial).skip(1).map(|(k, c)| c * &Rational::from(k)).collect();
        (4..BITS_LIMIT).find_map(|bits| {
            let step = Rational::ONE.halved(bits)?;
            let (low, high) = self.enclosure(&step.halved(8)?)?;
            let (low, high) = (floor(&low, bits)?, &floor(&high, bits)? + &step);
            (&high - &low == step && isolate(&slope, &low, &high)?.is_empty()).then_some((low, high))
        })
    }

    /// The first digits after the point, cut off: `1.324717`.
    pub fn decimal(&self, digits: u32) -> Option<String> {
        use num_traits::Signed;
        let scale = num_bigint::BigInt::from(10).pow(digits);
        let whole = |x: &Rational| x.abs().numerator() * &scale / x.denominator();
        let mut bits = 4 * digits;
        loop {
            let (low, high) = self.enclosure(&Rational::ONE.halved(bits)?)?;
            if whole(&low) == whole(&high) && low.is_negative() == high.is_negative() {
                let (units, rest) = (whole(&low).abs() / &scale, whole(&low).abs() % &scale);
                let sign = if low.is_negative() { "-" } else { "" };
                return Some(format!("{sign}{units}.{:0>width$}", rest.to_string(), width = digits as usize));
            }
            bits = bits.checked_mul(2).filter(|b| *b <= BITS_LIMIT)?;
        }
    }

    /// This number as a variable with its description.
    fn described(&self, name: &str) -> (Expr, Vec<Charge>) {
        let (low, high) = match &self.place {
            RealRoot::At(c) => return (Expr::number(c.clone()), vec![]),
            RealRoot::Between(low, high) => (low.clone(), high.clone()),
        };
        let x = Expr::variable(name);
        let powers = self.polynomial.iter().zip(0_u32..);
        let body = powers.fold(Expr::zero(), |sum, (c, k)| sum.plus(&x.pow(k).scaled(c)));
        let name: Name = name.into();
        let (low, high) = (Expr::number(low), Expr::number(high));
        let argument = Bound::interval(name.clone(), name.to_string(), low, high);
        let shown = name.to_string();
        (x, vec![Charge { name, shown, argument, body, description: Description::Root }])
    }

    fn combined(&self, other: &Self, term: impl Fn(&Expr, &Expr) -> Expr) -> Option<Self> {
        let ((a, mut roots), (b, more)) = (self.described("a'"), other.described("b'"));
        roots.extend(more);
        Self::of_term(&term(&a, &b), &roots)
    }

    /// The sum.
    pub fn plus(&self, other: &Self) -> Option<Self> {
        self.combined(other, Expr::plus)
    }

    /// The difference.
    pub fn minus(&self, other: &Self) -> Option<Self> {
        self.combined(other, Expr::minus)
    }

    /// The product.
    pub fn times(&self, other: &Self) -> Option<Self> {
        self.combined(other, Expr::times)
    }

    /// The reciprocal: the root of the polynomial read backwards; `None` for zero.
    pub fn inverse(&self) -> Option<Self> {
        let (low, high) = match &self.place {
            RealRoot::At(c) => return c.recip().map(Into::into),
            RealRoot::Between(..) => self.away_from_zero()?,
        };
        let backwards: Vec<Rational> = self.polynomial.iter().rev().cloned().collect();
        Self::root(&backwards, &high.recip()?, &low.recip()?)
    }

    /// An interval without zero around a number that is not rational.
    fn away_from_zero(&self) -> Option<(Rational, Rational)> {
        let mut width = Rational::ONE;
        for _ in 0..BITS_LIMIT {
            let (low, high) = self.enclosure(&width)?;
            if low.is_positive() || high.is_negative() {
                return Some((low, high));
            }
            width = &width * &Rational::new(1, 4)?;
        }
        None
    }

    /// The root of the given index that is at least zero; `None` for a negative number.
    pub fn nth_root(&self, index: u32) -> Option<Self> {
        if index == 0 || self.sign()? == Ordering::Less {
            return None;
        }
        let mut coefficients = Vec::new();
        for (k, c) in self.polynomial.iter().enumerate() {
            coefficients.resize(k * index as usize, Rational::ZERO);
            coefficients.push(c.clone());
        }
        let mut bits = 8_u32;
        loop {
            let (low, high) = self.enclosure(&Rational::ONE.halved(bits)?)?;
            let low = root_near(&low.max(Rational::ZERO), index, bits)?.0;
            let high = root_near(&high, index, bits)?.1;
            if let Some(found) = Self::root(&coefficients, &low, &high) {
                return Some(found);
            }
            bits = bits.checked_mul(2).filter(|b| *b <= BITS_LIMIT)?;
        }
    }

    /// How the number compares with zero.
    pub fn sign(&self) -> Option<Ordering> {
        match &self.place {
            RealRoot::At(c) => Some(c.cmp(&Rational::ZERO)),
            RealRoot::Between(..) => {
                let (low, _) = self.away_from_zero()?;
                Some(if low.is_negative() { Ordering::Less } else { Ordering::Greater })
            }
        }
    }

    /// How two numbers compare; equal numbers are recognised.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        for bits in [8, 24, 72] {
            let width = Rational::ONE.halved(bits)?;
            let ((a, b), (c, d)) = (self.enclosure(&width)?, other.enclosure(&width)?);
            if b < c || d < a {
                return Some(if b < c { Ordering::Less } else { Ordering::Greater });
            }
            if self.polynomial == other.polynomial
                && isolate(&self.polynomial, &a.min(c), &b.max(d))?.len() == 1
            {
                return Some(Ordering::Equal);
            }
        }
        self.minus(other)?.sign()
    }
}

/// Roots that may depend on earlier ones, and the algebra that they generate.
struct Tower {
    roots: Vec<Level>,
}

struct Level {
    variable: Atom,
    degree: u32,
    equation: Poly<Atom>,
    low: Expr,
    high: Expr,
}

impl Tower {
    /// The roots that a term mentions, directly or through each other; each must have an equation whose
    /// highest coefficient is a number.
    fn new(e: &Expr, described: &[Charge]) -> Option<Self> {
        if !e.is_polynomial() {
            return None;
        }
        let mut needed: Vec<Name> = e.free_names();
        let mut roots = Vec::new();
        for charge in described.iter().rev().filter(|c| c.description == Description::Root) {
            let Some(position) = needed.iter().position(|n| *n == charge.name) else { continue };
            needed.swap_remove(position);
            let variable = Expr::variable(&charge.name).as_atom()?.clone();
            let equation = charge.body.poly().clone();
            let (low, high) = (charge.argument.low.clone(), charge.argument.high.clone());
            let more = [&charge.body, &low, &high].into_iter().flat_map(Expr::free_names);
            needed.extend(more.filter(|n| *n != charge.name));
            needed.sort();
            needed.dedup();
            equation.coefficients_in(&variable).last()?.as_constant()?;
            let degree = equation.degree_in(&variable);
            roots.push(Level { variable, degree, equation, low, high });
        }
        roots.reverse();
        let dimension = roots.iter().try_fold(1_usize, |n, r| n.checked_mul(r.degree as usize))?;
        (needed.is_empty() && dimension <= DIMENSION_LIMIT).then_some(Tower { roots })
    }

    /// A polynomial in the roots with every power below the degree.
    fn reduced(&self, p: &Poly<Atom>) -> Option<Poly<Atom>> {
        let mut rest = p.clone();
        for level in self.roots.iter().rev() {
            rest = super::factor::division(&rest, &level.equation, &level.variable)?.1;
        }
        Some(rest)
    }

    /// The polynomial of least degree that a term satisfies in the algebra, without repeated factors.
    fn polynomial(&self, e: &Expr) -> Option<Vec<Rational>> {
        let base = self.reduced(e.poly())?;
        let mut places: BTreeMap<Monomial<Atom>, usize> = BTreeMap::new();
        let mut found = Dependency::default();
        let mut power = Poly::one();
        loop {
            let mut vector: Vec<(usize, Rational)> = Vec::new();
            for (m, c) in power.terms() {
                let next = places.len();
                vector.push((*places.entry(m.clone()).or_insert(next), c.clone()));
            }
            if let Some(coefficients) = found.add(vector) {
                return square_free(&coefficients);
            }
            power = self.reduced(&power.times(&base))?;
        }
    }

    /// Two rationals that a term lies between, from intervals of about so many bits around the roots.
    fn enclosure(&self, e: &Expr, bits: u32) -> Option<(Rational, Rational)> {
        let width = Rational::ONE.halved(bits)?;
        let mut known: BTreeMap<Atom, (Rational, Rational)> = BTreeMap::new();
        for level in &self.roots {
            let (low, _) = between(level.low.poly(), &known)?;
            let (_, high) = between(level.high.poly(), &known)?;
            let coefficients = level.equation.coefficients_in(&level.variable);
            let numbers: Option<Vec<Rational>> = coefficients.iter().map(Poly::as_constant).collect();
            let found = match numbers {
                Some(numbers) => bisect(&numbers, &low, &high, &width)?,
                None => bisect_between(&level.equation, &level.variable, &known, low, high, &width)?,
            };
            known.insert(level.variable.clone(), found);
        }
        between(e.poly(), &known)
    }
}

type Enclosures = BTreeMap<Atom, (Rational, Rational)>;

/// The values of a polynomial where its variables lie in intervals.
fn between(p: &Poly<Atom>, known: &Enclosures) -> Option<(Rational, Rational)> {
    let mut sum = (Rational::ZERO, Rational::ZERO);
    for (m, c) in p.terms() {
        let mut product = (c.clone(), c.clone());
        for (a, e) in m.factors() {
            for _ in 0..e {
                product = multiplied(&product, known.get(a)?);
            }
        }
        sum = (&sum.0 + &product.0, &sum.1 + &product.1);
    }
    Some(sum)
}

fn multiplied(a: &(Rational, Rational), b: &(Rational, Rational)) -> (Rational, Rational) {
    let first = &a.0 * &b.0;
    let (mut low, mut high) = (first.clone(), first);
    for end in [&a.0 * &b.1, &a.1 * &b.0, &a.1 * &b.1] {
        low = low.min(end.clone());
        high = high.max(end);
    }
    (low, high)
}

/// A smaller interval around a root whose equation is known up to intervals, as small as these allow.
fn bisect_between(
    equation: &Poly<Atom>,
    variable: &Atom,
    known: &Enclosures,
    low: Rational,
    high: Rational,
    width: &Rational,
) -> Option<(Rational, Rational)> {
    let (mut low, mut high) = (low, high);
    let at = |x: &Rational| {
        let mut known = known.clone();
        known.insert(variable.clone(), (x.clone(), x.clone()));
        between(equation, &known)
    };
    let rising = at(&high)?.1.is_positive();
    while &(&high - &low) > width {
        let middle = &(&low + &high) * &Rational::new(1, 2)?;
        let (from, to) = at(&middle)?;
        if to.is_negative() == from.is_negative() && !from.is_zero() && !to.is_zero() {
            if to.is_negative() == rising { low = middle } else { high = middle }
        } else {
            return Some((low, high));
        }
    }
    Some((low, high))
}

/// The rational number that a root of a polynomial with integer coefficients is: a multiple of the reciprocal
/// of the highest one.
fn rational(polynomial: &[Rational], place: &RealRoot) -> Option<Rational> {
    if let RealRoot::At(c) = place {
        return Some(c.clone());
    }
    let lead = polynomial.last()?;
    let unit = lead.recip()?;
    match refine(polynomial, place, &unit.halved(1)?)? {
        RealRoot::At(c) => Some(c),
        RealRoot::Between(low, high) => {
            use num_integer::Integer;
            let scaled = &high * lead;
            let nearest =
                Rational::from(scaled.numerator().div_floor(&scaled.denominator())).checked_div(lead)?;
            let value = polynomial.iter().rev().fold(Rational::ZERO, |sum, c| &(&sum * &nearest) + c);
            // It may be another root.
            (low <= nearest && value.is_zero()).then_some(nearest)
        }
    }
}

/// A bound for the absolute values of the roots (Cauchy, 1829).
fn root_bound(coefficients: &[Rational]) -> Option<Rational> {
    let lead = coefficients.last()?;
    let mut largest = Rational::ZERO;
    for c in coefficients {
        largest = largest.max(c.checked_div(lead)?.abs());
    }
    Some(&largest + &Rational::ONE)
}

/// Coprime integers, the highest positive.
fn primitive(coefficients: &[Rational]) -> Vec<Rational> {
    let powers = coefficients.iter().zip(0_u32..);
    let p = powers.fold(Poly::zero(), |sum, (c, k)| sum.plus(&Poly::variable(()).pow(k).scaled(c)));
    let p = p.primitive_part();
    let out: Vec<Rational> = p.coefficients_in(&()).iter().filter_map(Poly::as_constant).collect();
    match out.last() {
        Some(lead) if lead.is_negative() => out.iter().map(|c| -c).collect(),
        _ => out,
    }
}

/// The greatest multiple of `2^-bits` that is not above.
fn floor(x: &Rational, bits: u32) -> Option<Rational> {
    use num_integer::Integer;
    let scaled = (x.numerator() << bits).div_floor(&x.denominator());
    Rational::from_big(scaled, num_bigint::BigInt::from(1) << bits)
}

impl fmt::Display for AlgebraicNumber {
    /// `2/3`; `(3 - sqrt(3))/6`; `1 + 2^(1/3)/2`; `root of x^3 - x - 1 in [21/16, 11/8]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = match &self.place {
            RealRoot::At(c) => return write!(f, "{c}"),
            RealRoot::Between(low, high) => (low, high),
        };
        if let Some(text) = in_radicals(&self.polynomial, low, high) {
            return f.write_str(&text);
        }
        let powers = self.polynomial.iter().zip(0_u32..);
        let x: Name = "x".into();
        let p =
            powers.fold(Poly::zero(), |sum, (c, k)| sum.plus(&Poly::variable(x.clone()).pow(k).scaled(c)));
        match self.round_interval() {
            Some((low, high)) => write!(f, "root of {p} in [{low}, {high}]"),
            None => write!(f, "root of {p}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rational(n: i64, d: i64) -> Rational {
        Rational::new(n, d).unwrap()
    }

    #[test]
    fn roots_of_one_polynomial_are_in_their_order() {
        let p: Vec<Rational> = [1, -3, 0, 3].map(Rational::from).to_vec();
        let root = |low, high| AlgebraicNumber::root(&p, &low, &high).unwrap();
        let first = root(rational(0, 1), rational(1, 2));
        let second = root(rational(1, 2), rational(1, 1));
        let one = AlgebraicNumber::from(Rational::ONE);
        assert_eq!(first.compare(&one), Some(Ordering::Less));
        assert_eq!(second.compare(&one), Some(Ordering::Less));
        assert_eq!(first.compare(&second), Some(Ordering::Less));
        assert_eq!(second.compare(&second), Some(Ordering::Equal));
        for sign in [1, -1] {
            let p: Vec<Rational> = p.iter().map(|c| c * &Rational::from(sign)).collect();
            let isolated = isolate(&p, &Rational::ZERO, &Rational::ONE).unwrap();
            assert_eq!(isolated.len(), 2, "{isolated:?}");
            for place in isolated {
                let RealRoot::Between(low, high) = place else { panic!("rational") };
                let again = AlgebraicNumber::root(&p, &low, &high).unwrap();
                assert_eq!(again.compare(&one), Some(Ordering::Less), "{again}");
                assert_eq!(one.compare(&again), Some(Ordering::Greater), "{again}");
                let is_first = again.compare(&first) == Some(Ordering::Equal);
                let is_second = again.compare(&second) == Some(Ordering::Equal);
                assert!(is_first != is_second, "{again} {is_first} {is_second}");
            }
        }
        assert_eq!(second.decimal(4).as_deref(), Some("0.7422"));
    }
}
