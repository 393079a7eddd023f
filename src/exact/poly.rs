//! [`Poly`]: polynomials with rational coefficients in variables of any ordered type.
//!
//! Main type: [`Poly`]. Invariants: no zero coefficient, no zero exponent,
//! the variables of a monomial strictly increasing; hence equality is structural.

use std::fmt;

use smallvec::{SmallVec, smallvec};

use super::gcd::{self, gcd_of_words};
use super::rational::Rational;

/// `Π v^e`: variables in strictly increasing order, no zero exponent. The empty product is 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Monomial<V>(SmallVec<[(V, u32); 3]>);

impl<V: Ord + Clone> Monomial<V> {
    /// The monomial 1.
    pub fn one() -> Self {
        Monomial(SmallVec::new())
    }

    /// `v^exponent`.
    pub fn power(v: V, exponent: u32) -> Self {
        Monomial(if exponent == 0 { SmallVec::new() } else { smallvec![(v, exponent)] })
    }

    /// The product of powers whose variables are strictly increasing and whose exponents are not zero.
    pub(crate) fn of_increasing(factors: Vec<(V, u32)>) -> Self {
        debug_assert!(factors.windows(2).all(|w| matches!(w, [(v, _), (w, _)] if v < w)));
        Monomial(factors.into())
    }

    /// The factors in increasing order of the variable.
    pub fn factors(&self) -> impl Iterator<Item = (&V, u32)> {
        self.0.iter().map(|(v, e)| (v, *e))
    }

    /// Whether this is the empty product.
    pub fn is_one(&self) -> bool {
        self.0.is_empty()
    }

    /// The sum of the exponents.
    pub fn degree(&self) -> u32 {
        self.0.iter().fold(0, |sum, (_, e)| sum.saturating_add(*e))
    }

    /// The exponent of `v`.
    pub fn exponent(&self, v: &V) -> u32 {
        self.0.iter().find(|(w, _)| w == v).map_or(0, |(_, e)| *e)
    }

    /// The product. Exponents saturate far above every budget.
    pub fn times(&self, other: &Self) -> Self {
        let mut out = SmallVec::with_capacity(self.0.len() + other.0.len());
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        loop {
            match (left.peek(), right.peek()) {
                (Some((v, e)), Some((w, k))) => match v.cmp(w) {
                    std::cmp::Ordering::Less => {
                        out.push((v.clone(), *e));
                        left.next();
                    }
                    std::cmp::Ordering::Greater => {
                        out.push((w.clone(), *k));
                        right.next();
                    }
                    std::cmp::Ordering::Equal => {
                        out.push((v.clone(), e.saturating_add(*k)));
                        left.next();
                        right.next();
                    }
                },
                (Some(_), None) => out.extend(left.by_ref().cloned()),
                (None, Some(_)) => out.extend(right.by_ref().cloned()),
                (None, None) => return Monomial(out),
            }
        }
    }

    /// The monomial without the factor `v`, and the exponent it had.
    pub fn split(&self, v: &V) -> (Self, u32) {
        let rest = self.0.iter().filter(|(w, _)| w != v).cloned().collect();
        (Monomial(rest), self.exponent(v))
    }
}

/// Adds coefficients to that of the last term.
fn add_all<V>(out: &mut [(Monomial<V>, Rational)], coefficients: &mut Vec<Rational>) {
    match (out.last_mut(), coefficients.as_slice()) {
        (None, _) | (_, []) => {}
        (Some((_, sum)), [c]) => *sum += c,
        (Some((_, sum)), all) => *sum += &Rational::sum(all),
    }
    coefficients.clear();
}

/// `Σ coefficient · monomial`: terms in strictly increasing order of their monomials.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Poly<V: Ord>(Vec<(Monomial<V>, Rational)>);

impl<V: Ord + Clone> Poly<V> {
    /// Zero.
    pub fn zero() -> Self {
        Poly(Vec::new())
    }

    /// One.
    pub fn one() -> Self {
        Self::constant(Rational::ONE)
    }

    /// A constant.
    pub fn constant(c: Rational) -> Self {
        Self::term(Monomial::one(), c)
    }

    /// A single variable.
    pub fn variable(v: V) -> Self {
        Self::term(Monomial::power(v, 1), Rational::ONE)
    }

    /// `c · m`.
    pub fn term(m: Monomial<V>, c: Rational) -> Self {
        let mut out = Self::zero();
        out.accumulate(m, &c);
        out
    }

    /// Adds `c · m` in place.
    pub fn accumulate(&mut self, m: Monomial<V>, c: &Rational) {
        if c.is_zero() {
            return;
        }
        match self.0.binary_search_by(|(n, _)| n.cmp(&m)) {
            Err(place) => self.0.insert(place, (m, c.clone())),
            Ok(place) => {
                let Some((_, sum)) = self.0.get_mut(place) else { return };
                *sum += c;
                if sum.is_zero() {
                    self.0.remove(place);
                }
            }
        }
    }

    /// Any terms, put in order, equal monomials added.
    pub fn of_terms(mut terms: Vec<(Monomial<V>, Rational)>) -> Self {
        terms.sort_by(|(m, _), (n, _)| m.cmp(n));
        let mut out: Vec<(Monomial<V>, Rational)> = Vec::with_capacity(terms.len());
        let mut equal = Vec::new();
        for (m, c) in terms {
            match out.last() {
                Some((last, _)) if *last == m => equal.push(c),
                _ => {
                    add_all(&mut out, &mut equal);
                    out.push((m, c));
                }
            }
        }
        add_all(&mut out, &mut equal);
        out.retain(|(_, c)| !c.is_zero());
        Poly(out)
    }

    /// Terms whose monomials are strictly increasing and whose coefficients are not zero.
    pub(super) fn of_increasing(terms: Vec<(Monomial<V>, Rational)>) -> Self {
        debug_assert!(terms.windows(2).all(|w| matches!(w, [(m, _), (n, _)] if m < n)));
        debug_assert!(terms.iter().all(|(_, c)| !c.is_zero()));
        Poly(terms)
    }

    /// The terms, in the order of their monomials.
    pub fn terms(&self) -> impl Iterator<Item = (&Monomial<V>, &Rational)> + Clone {
        self.0.iter().map(|(m, c)| (m, c))
    }

    /// The terms, in the order of their monomials.
    pub fn into_terms(self) -> impl Iterator<Item = (Monomial<V>, Rational)> {
        self.0.into_iter()
    }

    /// The number of terms.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether this is zero.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is zero.
    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// The value, if this is a constant.
    pub fn as_constant(&self) -> Option<Rational> {
        match self.0.as_slice() {
            [] => Some(Rational::ZERO),
            [(m, c)] if m.is_one() => Some(c.clone()),
            _ => None,
        }
    }

    /// The coefficient of a monomial.
    pub fn coefficient(&self, m: &Monomial<V>) -> Rational {
        let place = self.0.binary_search_by(|(n, _)| n.cmp(m)).ok();
        place.and_then(|at| self.0.get(at)).map_or(Rational::ZERO, |(_, c)| c.clone())
    }

    /// The highest degree of a term; zero for the zero polynomial.
    pub fn degree(&self) -> u32 {
        self.0.iter().map(|(m, _)| m.degree()).max().unwrap_or(0)
    }

    /// The highest exponent of one variable.
    pub fn degree_in(&self, v: &V) -> u32 {
        self.0.iter().map(|(m, _)| m.exponent(v)).max().unwrap_or(0)
    }

    /// The variables that occur, in increasing order.
    pub fn variables(&self) -> Vec<V> {
        let mut out: Vec<V> = self.0.iter().flat_map(|(m, _)| m.factors().map(|(v, _)| v.clone())).collect();
        out.sort();
        out.dedup();
        out
    }

    /// The sum.
    pub fn plus(&self, other: &Self) -> Self {
        self.merge(other, Rational::clone)
    }

    /// The difference.
    pub fn minus(&self, other: &Self) -> Self {
        self.merge(other, |c| -c)
    }

    /// `self` and the terms of `other` with their coefficients changed, in one pass.
    fn merge(&self, other: &Self, change: impl Fn(&Rational) -> Rational) -> Self {
        super::work::spend(self.0.len() + other.0.len());
        let mut out = Vec::with_capacity(self.0.len() + other.0.len());
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        loop {
            match (left.peek(), right.peek()) {
                (Some((m, c)), Some((n, d))) => match m.cmp(n) {
                    std::cmp::Ordering::Less => out.extend(left.next().cloned()),
                    std::cmp::Ordering::Greater => {
                        out.push((n.clone(), change(d)));
                        right.next();
                    }
                    std::cmp::Ordering::Equal => {
                        let sum = c + &change(d);
                        if !sum.is_zero() {
                            out.push((m.clone(), sum));
                        }
                        left.next();
                        right.next();
                    }
                },
                (Some(_), None) => out.extend(left.by_ref().cloned()),
                (None, Some(_)) => out.extend(right.by_ref().map(|(n, d)| (n.clone(), change(d)))),
                (None, None) => return Poly(out),
            }
        }
    }

    /// The negative.
    pub fn negated(&self) -> Self {
        Poly(self.0.iter().map(|(m, c)| (m.clone(), -c)).collect())
    }

    /// The product with a number.
    pub fn scaled(&self, k: &Rational) -> Self {
        if k.is_zero() {
            return Self::zero();
        }
        super::work::spend(self.0.len());
        Poly(self.0.iter().map(|(m, c)| (m.clone(), c * k)).collect())
    }

    /// The product.
    pub fn times(&self, other: &Self) -> Self {
        if let Some(k) = self.as_constant() {
            return other.scaled(&k);
        }
        if let Some(k) = other.as_constant() {
            return self.scaled(&k);
        }
        if let Some(product) = super::product::of_many(self, other) {
            return product;
        }
        super::work::spend(self.0.len().saturating_mul(other.0.len()));
        let products = self.0.iter().flat_map(|(m, c)| other.0.iter().map(move |(n, d)| (m.times(n), c * d)));
        Self::of_terms(products.collect())
    }

    /// Whether the product takes little enough time and memory, however many terms there are.
    pub fn is_within_reach(&self, other: &Self) -> bool {
        super::product::is_within_reach(self, other)
    }

    /// `self^exponent`, with `0^0 = 1`.
    pub fn pow(&self, exponent: u32) -> Self {
        let mut out = Self::one();
        for _ in 0..exponent {
            out = out.times(self);
        }
        out
    }

    /// The coefficients as polynomials in the other variables: `self = Σ out[k]·v^k`, lowest first.
    pub fn coefficients_in(&self, v: &V) -> Vec<Self> {
        super::work::spend(self.0.len());
        let size = self.degree_in(v) as usize + 1;
        let mut out = vec![Self::zero(); size];
        for (m, c) in &self.0 {
            let (rest, e) = m.split(v);
            if let Some(slot) = out.get_mut(e as usize) {
                slot.accumulate(rest, c);
            }
        }
        out
    }

    /// `self` with `value` in place of `v`.
    pub fn substitute(&self, v: &V, value: &Self) -> Self {
        // Horner's rule on the coefficients in v.
        self.coefficients_in(v).iter().rev().fold(Self::zero(), |acc, c| acc.times(value).plus(c))
    }

    /// The partial derivative in `v`.
    pub fn derivative(&self, v: &V) -> Self {
        let mut out = Self::zero();
        for (m, c) in &self.0 {
            let (rest, e) = m.split(v);
            if e > 0 {
                let factor = c * &Rational::from(i64::from(e));
                out.accumulate(rest.times(&Monomial::power(v.clone(), e - 1)), &factor);
            }
        }
        out
    }

    /// The antiderivative in `v` that is zero at `v = 0`.
    pub fn antiderivative(&self, v: &V) -> Self {
        let mut out = Self::zero();
        for (m, c) in &self.0 {
            let (rest, e) = m.split(v);
            let next = e.saturating_add(1);
            if let Some(k) = Rational::new(1, i64::from(next)) {
                out.accumulate(rest.times(&Monomial::power(v.clone(), next)), &(c * &k));
            }
        }
        out
    }

    /// The quotient by the positive greatest common divisor of the coefficients, so that they
    /// become coprime integers; zero stays zero.
    pub fn primitive_part(&self) -> Self {
        use num_traits::{One, Zero};
        if let Some(k) = self.small_content() {
            return if k.is_one() { self.clone() } else { self.scaled(&k) };
        }
        let mut common = num_bigint::BigInt::zero();
        let mut multiple = num_bigint::BigInt::one();
        for (_, c) in &self.0 {
            common = gcd::gcd(&common, &c.numerator());
            multiple = gcd::lcm(&multiple, &c.denominator());
        }
        match Rational::from_big(multiple, common) {
            Some(k) => self.scaled(&k),
            None => self.clone(),
        }
    }

    /// What [`primitive_part`](Self::primitive_part) multiplies by, if machine words are enough to find it.
    fn small_content(&self) -> Option<Rational> {
        let (mut gcd, mut lcm) = (0_u64, 1_u64);
        for (_, c) in &self.0 {
            let (n, d) = c.words()?;
            gcd = gcd_of_words(gcd, n.unsigned_abs());
            lcm = (lcm / gcd_of_words(lcm, d.unsigned_abs())).checked_mul(d.unsigned_abs())?;
        }
        Rational::new(i64::try_from(lcm).ok()?, i64::try_from(gcd).ok()?)
    }
}

impl<V: Ord + Clone + fmt::Display> fmt::Display for Poly<V> {
    /// Highest degree first: `1/2*v^2 - v + 3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("0");
        }
        let mut terms: Vec<_> = self.terms().collect();
        terms.sort_by(|(m, _), (n, _)| n.degree().cmp(&m.degree()).then_with(|| m.cmp(n)));
        for (position, (m, c)) in terms.into_iter().enumerate() {
            let magnitude = c.abs();
            match (position, c.is_negative()) {
                (0, true) => f.write_str("-")?,
                (0, false) => {}
                (_, true) => f.write_str(" - ")?,
                (_, false) => f.write_str(" + ")?,
            }
            if m.is_one() {
                write!(f, "{magnitude}")?;
                continue;
            }
            if !magnitude.is_one() {
                write!(f, "{magnitude}*")?;
            }
            for (index, (v, e)) in m.factors().enumerate() {
                if index > 0 {
                    f.write_str("*")?;
                }
                write!(f, "{v}")?;
                if e != 1 {
                    write!(f, "^{e}")?;
                }
            }
        }
        Ok(())
    }
}
