//! Equations between monomials in echelon form, and vectors of coefficients.

use std::collections::{BTreeMap, HashMap};

use super::monomials::{Quick, Value};
use crate::exact::Rational;

/// Monomials in the order in which they were met.
#[derive(Default)]
pub(super) struct Rows(HashMap<usize, usize, Quick>);

impl Rows {
    /// Puts a monomial behind those that were met before it.
    pub(super) fn meet(&mut self, m: usize) {
        let next = self.0.len();
        self.0.entry(m).or_insert(next);
    }

    /// A polynomial as a vector.
    pub(super) fn vector(&self, value: &Value) -> Sparse {
        let mut out: Sparse = value.iter().filter_map(|(m, c)| Some((*self.0.get(m)?, c.clone()))).collect();
        out.sort_unstable_by_key(|(k, _)| *k);
        out
    }
}

/// A vector of coefficients, by the number of its monomial or equation, in their order; no zeros.
pub(super) type Sparse = Vec<(usize, Rational)>;

/// `vector + factor · other`.
pub(super) fn sum(vector: &Sparse, other: &Sparse, factor: &Rational) -> Sparse {
    let mut out = Vec::with_capacity(vector.len() + other.len());
    let (mut left, mut right) = (vector.iter().peekable(), other.iter().peekable());
    loop {
        match (left.peek(), right.peek()) {
            (Some((k, c)), Some((l, d))) if k == l => {
                let sum = c + &(d * factor);
                if !sum.is_zero() {
                    out.push((*k, sum));
                }
                left.next();
                right.next();
            }
            (Some((k, _)), Some((l, _))) if k < l => out.extend(left.next().cloned()),
            (_, Some((l, d))) => {
                out.push((*l, d * factor));
                right.next();
            }
            (_, None) => {
                out.extend(left.cloned());
                return out;
            }
        }
    }
}

/// Equations in echelon form: the highest monomial of each occurs as the highest of no other one.
#[derive(Default)]
pub(super) struct Echelon {
    /// By the highest monomial: what is zero, with coefficient one there, and how it comes about.
    rows: BTreeMap<usize, (Sparse, Sparse)>,
}

impl Echelon {
    /// The rest of a vector, and the multiples of the equations that were taken off.
    pub(super) fn reduce(&self, mut vector: Sparse) -> (Sparse, Sparse) {
        let mut taken = Sparse::new();
        let mut below = usize::MAX;
        while let Some((k, c)) = vector.iter().rev().find(|(k, _)| *k < below) {
            below = *k;
            if let Some((row, origin)) = self.rows.get(k) {
                taken = sum(&taken, origin, c);
                vector = sum(&vector, row, &-c);
            }
        }
        (vector, taken)
    }

    /// Adds an equation, by its number.
    pub(super) fn insert(&mut self, number: usize, vector: Sparse) {
        let (mut rest, taken) = self.reduce(vector);
        let Some((k, c)) = rest.last().cloned() else { return };
        let Some(scale) = c.recip() else { return };
        let mut origin = sum(&vec![(number, Rational::ONE)], &taken, &Rational::from(-1));
        rest.iter_mut().chain(origin.iter_mut()).for_each(|(_, c)| *c = &*c * &scale);
        self.rows.insert(k, (rest, origin));
    }
}
