//! Integer relations between numbers that are known to many bits: [`relation`], [`minimal_polynomial`].
//!
//! A short vector of a lattice (Lenstra, Lenstra and Lovász, 1982; with integers only: Cohen, *A Course in
//! Computational Algebraic Number Theory*, 2.6.7). Untrusted: what is found is a proposal, and has to be proved.

use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

use crate::exact::Rational;

/// Integers, not all zero, whose combination of the numbers vanishes on `bits` bits, if there are such that are much
/// shorter than that.
pub(super) fn relation(numbers: &[Rational], bits: u32) -> Option<Vec<BigInt>> {
    let scaled = |x: &Rational| x.numerator() * (BigInt::one() << bits) / x.denominator();
    let rows = numbers.iter().enumerate().map(|(i, x)| {
        let unit = (0..numbers.len()).map(|j| BigInt::from(u8::from(i == j)));
        unit.chain([scaled(x)]).collect()
    });
    let shortest = Lattice::new(rows.collect()).reduced()?;
    let (rest, integers) = shortest.split_last()?;
    let size = integers.iter().map(BigInt::bits).max()?;
    let columns = u64::try_from(numbers.len()).ok()?;
    let is_short = 2 * size * columns < u64::from(bits) && rest.bits() <= size + columns + 2;
    is_short.then(|| integers.to_vec())
}

/// The polynomial of least degree with short integers as coefficients that vanishes at a number, lowest coefficient
/// first.
pub(super) fn minimal_polynomial(x: &Rational, degree: usize, bits: u32) -> Option<Vec<Rational>> {
    let mut powers = vec![Rational::ONE];
    for _ in 0..degree {
        powers.push(powers.last()? * x);
        if let Some(found) = relation(&powers, bits) {
            return Some(found.into_iter().map(Rational::from).collect());
        }
    }
    None
}

/// A number as a combination of others: how many times each, if these are short fractions.
pub(super) fn combination(x: &Rational, of: &[Rational], bits: u32) -> Option<Vec<Rational>> {
    let all: Vec<Rational> = [x].into_iter().chain(of).cloned().collect();
    let found = relation(&all, bits)?;
    let (first, rest) = found.split_first()?;
    rest.iter().map(|c| Rational::from_big(-c, first.clone())).collect()
}

/// Vectors of integers, with the numerators of their Gram-Schmidt coefficients over common denominators.
struct Lattice {
    vectors: Vec<Vec<BigInt>>,
    /// `λ[i][j]`, below the diagonal.
    numerators: Vec<Vec<BigInt>>,
    /// `d[i]`, the determinants of the first vectors; `d[0] = 1`.
    determinants: Vec<BigInt>,
}

fn dot(a: &[BigInt], b: &[BigInt]) -> BigInt {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

impl Lattice {
    fn new(vectors: Vec<Vec<BigInt>>) -> Self {
        let n = vectors.len();
        let mut out = Lattice {
            numerators: vec![vec![BigInt::zero(); n]; n],
            determinants: vec![BigInt::one(); n + 1],
            vectors,
        };
        for i in 0..n {
            for j in 0..=i {
                let mut u = match (out.vectors.get(i), out.vectors.get(j)) {
                    (Some(a), Some(b)) => dot(a, b),
                    _ => BigInt::zero(),
                };
                for k in 0..j {
                    u = (out.determinant(k + 1) * u - out.numerator(i, k) * out.numerator(j, k))
                        / out.determinant(k);
                }
                if j < i {
                    out.set(i, j, u);
                } else if let Some(slot) = out.determinants.get_mut(i + 1) {
                    *slot = u;
                }
            }
        }
        out
    }

    fn determinant(&self, i: usize) -> BigInt {
        self.determinants.get(i).cloned().unwrap_or_else(BigInt::one)
    }

    fn numerator(&self, i: usize, j: usize) -> BigInt {
        self.numerators.get(i).and_then(|row| row.get(j)).cloned().unwrap_or_default()
    }

    fn set(&mut self, i: usize, j: usize, value: BigInt) {
        if let Some(slot) = self.numerators.get_mut(i).and_then(|row| row.get_mut(j)) {
            *slot = value;
        }
    }

    /// The first vector of the reduced basis.
    fn reduced(mut self) -> Option<Vec<BigInt>> {
        let mut k = 1;
        while k < self.vectors.len() {
            self.shorten(k, k - 1);
            let (below, here, above) =
                (self.determinant(k - 1), self.determinant(k), self.determinant(k + 1));
            let along = self.numerator(k, k - 1);
            // Lovász: the next vector is not much shorter.
            if 4 * (above * below) < 3 * (&here * &here) - 4 * (&along * &along) {
                self.swap(k);
                k = (k - 1).max(1);
            } else {
                for l in (0..k - 1).rev() {
                    self.shorten(k, l);
                }
                k += 1;
            }
        }
        self.vectors.into_iter().next()
    }

    /// Subtracts from vector `k` the multiple of vector `l` that is nearest to its part along that.
    fn shorten(&mut self, k: usize, l: usize) {
        let (along, whole) = (self.numerator(k, l), self.determinant(l + 1));
        if 2 * along.abs() <= whole {
            return;
        }
        let twice: BigInt = 2 * &along + &whole;
        let q = num_integer::Integer::div_floor(&twice, &(2 * &whole));
        let Some(other) = self.vectors.get(l).cloned() else { return };
        if let Some(vector) = self.vectors.get_mut(k) {
            vector.iter_mut().zip(&other).for_each(|(x, y)| *x -= &q * y);
        }
        self.set(k, l, along - &q * whole);
        for i in 0..l {
            let value = self.numerator(k, i) - &q * self.numerator(l, i);
            self.set(k, i, value);
        }
    }

    /// Exchanges vector `k` and the one before.
    fn swap(&mut self, k: usize) {
        self.vectors.swap(k, k - 1);
        for j in 0..k - 1 {
            let (a, b) = (self.numerator(k, j), self.numerator(k - 1, j));
            self.set(k, j, b);
            self.set(k - 1, j, a);
        }
        let along = self.numerator(k, k - 1);
        let (below, here, above) = (self.determinant(k - 1), self.determinant(k), self.determinant(k + 1));
        let new = (below * &above + &along * &along) / &here;
        for i in k + 1..self.vectors.len() {
            let (before, last) = (self.numerator(i, k - 1), self.numerator(i, k));
            let next = (&above * before - &along * &last) / &here;
            self.set(i, k - 1, (&new * last + &along * &next) / &above);
            self.set(i, k, next);
        }
        if let Some(slot) = self.determinants.get_mut(k) {
            *slot = new;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{combination, minimal_polynomial, relation};
    use crate::exact::Rational;

    /// `√n` to many bits.
    fn root(n: u32, k: u32) -> Rational {
        let scaled = (num_bigint::BigInt::from(n) << (600 * k)).nth_root(k);
        Rational::from_big(scaled, num_bigint::BigInt::from(1) << 600).unwrap()
    }

    fn numbers(all: &[i64]) -> Vec<Rational> {
        all.iter().map(|c| Rational::from(*c)).collect()
    }

    #[test]
    fn numbers_are_found_by_their_polynomials() {
        let x = &(&root(2, 2) + &Rational::ONE) * &Rational::new(3, 7).unwrap();
        // (7x/3 − 1)² = 2
        let mut found = minimal_polynomial(&x, 4, 400).unwrap();
        if found.last().unwrap().is_negative() {
            found = found.iter().map(|c| -c).collect();
        }
        assert_eq!(found, numbers(&[-9, -42, 49]));
        let mut cube = minimal_polynomial(&root(5, 3), 4, 400).unwrap();
        if cube.last().unwrap().is_negative() {
            cube = cube.iter().map(|c| -c).collect();
        }
        assert_eq!(cube, numbers(&[-5, 0, 0, 1]));
    }

    #[test]
    fn numbers_are_combinations_of_others() {
        let [two, three] = [root(2, 2), root(3, 2)];
        let x = &(&two * &Rational::new(5, 6).unwrap()) - &Rational::new(1, 4).unwrap();
        let found = combination(&x, &[Rational::ONE, two.clone()], 400).unwrap();
        assert_eq!(found, [Rational::new(-1, 4).unwrap(), Rational::new(5, 6).unwrap()]);
        // There is none, and a long one is not taken for one.
        assert!(combination(&three, &[Rational::ONE, two.clone()], 400).is_none());
        assert!(relation(&[Rational::ONE, two, three], 400).is_none());
        assert!(minimal_polynomial(&root(7, 7), 3, 400).is_none());
    }
}
