//! Sums of squares: terms that are at least zero whatever their names and functions are.

use crate::exact::{Monomial, Rational};
use crate::kernel::rule::combine::{Combination, Term};
use crate::kernel::{Atom, Expr, Formula, Relation, Step};
use crate::piecewise::Obstacle;

use super::Proof;

/// Monomials that are squared, at most.
const BASIS_LIMIT: usize = 12;

impl Proof<'_> {
    /// That a term is at least zero, or above, as a sum of squares and perhaps a positive number.
    pub(super) fn by_squares(&mut self, goal: &Formula) -> Result<Option<usize>, Obstacle> {
        let Formula::Compare(Relation::AtLeast | Relation::Positive, e) = goal else { return Ok(None) };
        let Some(terms) = squares(e) else { return Ok(None) };
        let evidence = Combination { terms, equations: vec![] };
        let step = Step::Combine { premises: vec![], goal: goal.clone(), evidence };
        Ok(self.builder.add(step).ok())
    }
}

/// A term as a sum of positive multiples of squares, by completing one square after the other. The monomials in the squares
/// are those whose squares occur with a positive coefficient.
fn squares(e: &Expr) -> Option<Vec<Term>> {
    let positive = e.terms().filter(|(_, c)| c.is_positive());
    let mut basis: Vec<Monomial<Atom>> = positive.filter_map(|(m, _)| half(m)).collect();
    // A number that is left at the end is no square, and is above zero.
    basis.sort_by_key(Monomial::is_one);
    if basis.is_empty() || basis.len() > BASIS_LIMIT {
        return None;
    }
    let two = Rational::from(2);
    let mut form = vec![vec![Rational::ZERO; basis.len()]; basis.len()];
    for (monomial, c) in e.terms() {
        let mixed = (0..basis.len()).flat_map(|i| (i + 1..basis.len()).map(move |j| (i, j)));
        let pairs = (0..basis.len()).map(|i| (i, i)).chain(mixed);
        let mut fitting = pairs
            .filter(|(i, j)| basis.get(*i).zip(basis.get(*j)).is_some_and(|(a, b)| a.times(b) == *monomial));
        let (i, j) = fitting.next()?;
        let part = if i == j { c.clone() } else { c.checked_div(&two)? };
        *form.get_mut(i)?.get_mut(j)? = part.clone();
        *form.get_mut(j)?.get_mut(i)? = part;
    }
    let mut out = Vec::new();
    for k in 0..basis.len() {
        let row = form.get(k)?.clone();
        let pivot = row.get(k)?.clone();
        if pivot.is_zero() && row.iter().skip(k).all(Rational::is_zero) {
            continue;
        }
        if !pivot.is_positive() {
            return None;
        }
        let weights = row.iter().map(|c| c.checked_div(&pivot)).collect::<Option<Vec<Rational>>>()?;
        let root = weights.iter().zip(&basis).skip(k).fold(Expr::zero(), |sum, (weight, monomial)| {
            sum.plus(&Expr::from(crate::exact::Poly::term(monomial.clone(), weight.clone())))
        });
        out.push(match root.as_number() {
            Some(_) => Term::number(pivot),
            None => Term { squares: vec![root], ..Term::number(pivot) },
        });
        for (i, weight) in weights.iter().enumerate().skip(k) {
            for (j, c) in row.iter().enumerate().skip(k) {
                let slot = form.get_mut(i)?.get_mut(j)?;
                *slot = &*slot - &(weight * c);
            }
        }
    }
    Some(out)
}

/// The monomial whose square a monomial is.
fn half(monomial: &Monomial<Atom>) -> Option<Monomial<Atom>> {
    monomial.factors().try_fold(Monomial::one(), |half, (atom, exponent)| {
        exponent.is_multiple_of(2).then(|| half.times(&Monomial::power(atom.clone(), exponent / 2)))
    })
}
