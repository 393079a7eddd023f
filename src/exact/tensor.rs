//! [`Tensor`]: a polynomial on a box, dense, up to a positive factor: what sign certificates are made of.
//!
//! Coefficients are integers, the first axis fastest. Every step multiplies by a positive number only, so
//! signs are kept.

use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

use super::Rational;
use super::gcd::lcm;

/// Integer coefficients of a polynomial in several variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    degrees: Vec<usize>,
    coefficients: Vec<BigInt>,
}

/// Whether an end of an interval belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It does.
    Closed,
    /// It does not.
    Open,
}

impl Tensor {
    /// The polynomial with these terms (exponents and coefficients), multiplied by the least positive
    /// integer that makes the coefficients integers; `None` if an exponent is above the degree of its axis.
    pub fn of_terms<'a>(
        degrees: Vec<usize>,
        terms: impl Iterator<Item = (Vec<usize>, &'a Rational)> + Clone,
    ) -> Option<Self> {
        let scale = terms.clone().fold(BigInt::one(), |l, (_, c)| lcm(&l, &c.denominator()));
        let size = degrees.iter().try_fold(1_usize, |n, d| n.checked_mul(d + 1))?;
        let mut coefficients = vec![BigInt::zero(); size];
        for (exponents, c) in terms {
            let (mut place, mut stride) = (0, 1);
            for (e, d) in exponents.iter().zip(&degrees) {
                if e > d {
                    return None;
                }
                place += stride * e;
                stride *= d + 1;
            }
            *coefficients.get_mut(place)? += c.numerator() * (&scale / c.denominator());
        }
        Some(Tensor { degrees, coefficients })
    }

    /// The degrees in the axes.
    pub fn degrees(&self) -> &[usize] {
        &self.degrees
    }

    /// The coefficients, the first axis fastest.
    pub fn coefficients(&self) -> &[BigInt] {
        &self.coefficients
    }

    /// In `u`, where `x = low + (high − low)·u` on one axis.
    pub fn localise(&mut self, axis: usize, low: &Rational, high: &Rational) {
        let width = high - low;
        // low = a/d and width = w/d over a common denominator.
        let d = lcm(&low.denominator(), &width.denominator());
        let a = low.numerator() * (&d / low.denominator());
        let w = width.numerator() * (&d / width.denominator());
        self.each_line(axis, |line| {
            if !d.is_one() {
                let mut power = BigInt::one();
                for c in line.iter_mut().rev() {
                    *c *= &power;
                    power *= &d;
                }
            }
            shift(line, &a);
            if !w.is_one() {
                let mut power = BigInt::one();
                for c in line.iter_mut() {
                    *c *= &power;
                    power *= &w;
                }
            }
        });
    }

    /// Bernstein coefficients times binomials on one axis: `β_i = Σ_{k ≤ i} C(n−k, i−k)·a_k`, where
    /// `Σ a_k u^k = Σ β_i u^i (1−u)^(n−i)`.
    pub fn bernstein(&mut self, axis: usize) {
        self.each_line(axis, |line| {
            // The coefficients of z^i in Σ a_k z^k (1+z)^(n−k), read backwards: a shift by one.
            line.reverse();
            shift(line, &BigInt::one());
            line.reverse();
        });
    }

    /// The polynomial in Bernstein form on the box, up to positive factors.
    pub fn on_box(mut self, sides: &[(Rational, Rational)]) -> Self {
        for (axis, (low, high)) in sides.iter().enumerate() {
            self.localise(axis, low, high);
            self.bernstein(axis);
        }
        self
    }

    /// Whether all coefficients are at least zero.
    pub fn is_nonnegative(&self) -> bool {
        !self.coefficients.iter().any(Signed::is_negative)
    }

    /// Whether every least face of the box has a coefficient above zero. A face fixes an axis at one of the
    /// ends that belong to the box, and is least if it fixes every axis that has such an end.
    pub fn has_positive_faces(&self, sides: &[[End; 2]]) -> bool {
        // Faces as lists of places.
        let mut faces = vec![vec![0_usize]];
        let mut stride = 1;
        for (d, ends) in self.degrees.iter().zip(sides) {
            let at = |face: &Vec<usize>, index: usize| face.iter().map(|p| p + stride * index).collect();
            let fixed = ends.iter().zip([0, *d]).filter(|(end, _)| **end == End::Closed);
            let fixed: Vec<usize> = fixed.map(|(_, index)| index).collect();
            faces = match fixed.as_slice() {
                [] => {
                    let free =
                        |face: &Vec<usize>| (0..=*d).flat_map(|i| -> Vec<usize> { at(face, i) }).collect();
                    faces.iter().map(free).collect()
                }
                all => faces.iter().flat_map(|face| all.iter().map(|i| at(face, *i))).collect(),
            };
            stride *= d + 1;
        }
        let is_positive = |place: &usize| self.coefficients.get(*place).is_some_and(Signed::is_positive);
        faces.iter().all(|face| face.iter().any(is_positive))
    }

    /// The second derivative of a polynomial in one variable.
    pub fn second_derivative(&self) -> Self {
        let weighted = self.coefficients.iter().zip(0_u32..).skip(2);
        let coefficients: Vec<BigInt> =
            weighted.map(|(c, k)| c * (u64::from(k) * u64::from(k - 1))).collect();
        let degree = coefficients.len().saturating_sub(1);
        let coefficients = if coefficients.is_empty() { vec![BigInt::zero()] } else { coefficients };
        Tensor { degrees: vec![degree], coefficients }
    }

    /// Value and derivative at a point of a polynomial in one variable, both times the same positive number.
    pub fn value_and_slope(&self, x: &Rational) -> (BigInt, BigInt) {
        // With x = a/d: Σ c_k a^k d^(n−k) and d·Σ k c_k a^(k−1) d^(n−k), by Horner's rule.
        let (a, d) = (x.numerator(), x.denominator());
        let (mut value, mut slope, mut power) = (BigInt::zero(), BigInt::zero(), BigInt::one());
        for c in self.coefficients.iter().rev() {
            slope = slope * &a + &value;
            value = value * &a + c * &power;
            power *= &d;
        }
        (value, slope * d)
    }

    fn each_line(&mut self, axis: usize, mut change: impl FnMut(&mut Vec<BigInt>)) {
        let Some(degree) = self.degrees.get(axis).copied() else { return };
        let stride: usize = self.degrees.iter().take(axis).map(|d| d + 1).product();
        let block = stride * (degree + 1);
        let mut line = Vec::with_capacity(degree + 1);
        for chunk in self.coefficients.chunks_mut(block) {
            for offset in 0..stride {
                line.clear();
                line.extend(chunk.iter_mut().skip(offset).step_by(stride).map(std::mem::take));
                change(&mut line);
                let places = chunk.iter_mut().skip(offset).step_by(stride);
                places.zip(line.drain(..)).for_each(|(slot, c)| *slot = c);
            }
        }
    }
}

/// `p(x) → p(x + a)`, in place.
fn shift(line: &mut [BigInt], a: &BigInt) {
    if a.is_zero() {
        return;
    }
    let degree = line.len().saturating_sub(1);
    for start in 0..degree {
        for k in (start..degree).rev() {
            let Some((low, high)) = line.split_at_mut_checked(k + 1) else { return };
            let (Some(slot), Some(next)) = (low.last_mut(), high.first()) else { return };
            if a.is_one() {
                *slot += next;
            } else {
                *slot += next * a;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(n: i64, d: i64) -> Rational {
        Rational::new(n, d).unwrap()
    }

    fn univariate(coefficients: &[i64]) -> Tensor {
        let numbers: Vec<Rational> = coefficients.iter().map(|c| q(*c, 1)).collect();
        let terms = numbers.iter().enumerate().map(|(k, c)| (vec![k], c));
        Tensor::of_terms(vec![coefficients.len() - 1], terms).unwrap()
    }

    #[test]
    fn a_square_is_not_negative_in_bernstein_form_beside_its_zero() {
        // (x − 1/2)^2 on [1/2, 3/2] is u^2
        let p = Tensor::of_terms(
            vec![2],
            [(vec![0], &q(1, 4)), (vec![1], &q(-1, 1)), (vec![2], &q(1, 1))].into_iter(),
        );
        let on_right = p.clone().unwrap().on_box(&[(q(1, 2), q(3, 2))]);
        assert!(on_right.is_nonnegative());
        assert!(!on_right.has_positive_faces(&[[End::Closed; 2]]));
        assert!(on_right.has_positive_faces(&[[End::Open, End::Closed]]));
        // On [0, 1] its middle coefficient is −1/4.
        assert!(!p.unwrap().on_box(&[(q(0, 1), q(1, 1))]).is_nonnegative());
    }

    #[test]
    fn the_expansion_is_the_polynomial() {
        // 3 − 5x + x^3 on [1/3, 2]: compare with Σ β_i u^i (1−u)^(3−i) at u = 2/5.
        let p = univariate(&[3, -5, 0, 1]).on_box(&[(q(1, 3), q(2, 1))]);
        let (u, v) = (q(2, 5), q(3, 5));
        let sum = p.coefficients().iter().zip(0_u32..).fold(Rational::ZERO, |sum, (b, i)| {
            &sum + &(&Rational::from(b.clone()) * &(&u.pow(i) * &v.pow(3 - i)))
        });
        let x = &q(1, 3) + &(&q(5, 3) * &u);
        let value = &(&q(3, 1) - &(&q(5, 1) * &x)) + &x.pow(3);
        // The common denominator of 1/3 and 5/3 is 3, so the factor is 27.
        assert_eq!(sum, &value * &q(27, 1));
    }

    #[test]
    fn value_and_slope_have_one_factor() {
        let (value, slope) = univariate(&[1, -3, 0, 2]).value_and_slope(&q(2, 3));
        // 1 − 2 + 16/27 = −11/27 and −3 + 6·4/9 = −1/3, times 27
        assert_eq!((value, slope), ((-11).into(), (-9).into()));
    }
}
