//! [`Tensor`]: a polynomial on a box, dense, up to a positive factor: what sign certificates are made of.
//!
//! Coefficients are integers, the first axis fastest. Every step multiplies by a positive number only, so
//! signs are kept.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::Rational;
use super::gcd::lcm;
use super::value::homogeneous;
use super::words::Words;
use super::work::spend;

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

    /// Coefficients in one variable.
    pub fn of_line(coefficients: Vec<BigInt>) -> Self {
        Tensor { degrees: vec![coefficients.len().saturating_sub(1)], coefficients }
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

    /// Bernstein coefficients on one axis, all times the same positive integer: the `β_i` in
    /// `Σ a_k u^k = Σ β_i C(n, i) u^i (1−u)^(n−i)`.
    pub fn bernstein(&mut self, axis: usize) {
        let Some(degree) = self.degrees.get(axis) else { return };
        let binomials = binomials(*degree);
        let common = binomials.iter().fold(BigInt::one(), |l, b| lcm(&l, b));
        let factors: Vec<BigInt> = binomials.iter().map(|b| &common / b).collect();
        self.each_line(axis, |line| {
            // β_i C(n, i) = Σ_{k ≤ i} C(n−k, i−k)·a_k are the coefficients of z^i in Σ a_k z^k (1+z)^(n−k);
            // read backwards, a shift by one.
            line.reverse();
            shift(line, &BigInt::one());
            line.reverse();
            line.iter_mut().zip(&factors).for_each(|(c, factor)| *c *= factor);
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

    /// How far Bernstein coefficients on a part of a box may be above what is left of them, in units of their
    /// own, after they were [rescaled](Self::rescaled) and [cut](Self::cut) on one axis: a rounding for each
    /// round of averages, and what was lost `before`.
    pub fn lost(&self, axis: usize, before: &BigInt, bits: i32) -> BigInt {
        let by = bits.unsigned_abs();
        let rescaled = if bits < 0 { (before >> by) + 2 } else { before << by };
        rescaled + self.degrees.get(axis).copied().unwrap_or(0)
    }

    /// Whether the polynomial in one variable of which these are the Bernstein coefficients, each at most `lost` below the
    /// true one, is convex: second differences are at least zero.
    pub fn is_convex(&self, lost: &BigInt) -> bool {
        let line = &self.coefficients;
        let twice: BigInt = lost * 2;
        let bends = |((a, b), c): ((&BigInt, &BigInt), &BigInt)| a + c - (b * 2_u32) >= twice;
        self.degrees.len() == 1 && line.iter().zip(line.iter().skip(1)).zip(line.iter().skip(2)).all(bends)
    }

    /// The sign at a point of the polynomial with these coefficients of powers.
    pub fn sign_at(&self, point: &[Rational]) -> Ordering {
        // Along the first axis, times a power of the denominator; then along the next.
        let mut values = self.coefficients.clone();
        for (x, d) in point.iter().zip(&self.degrees) {
            let (numerator, denominator) = (x.numerator(), x.denominator());
            let along = |line: &[BigInt]| homogeneous(line.to_vec(), &numerator, &denominator);
            values = values.chunks(d + 1).map(along).collect();
        }
        values.first().map_or(Ordering::Equal, |v| v.cmp(&BigInt::zero()))
    }

    /// The most bits of a coefficient.
    pub fn bits(&self) -> u64 {
        self.coefficients.iter().map(BigInt::bits).max().unwrap_or(0)
    }

    /// All coefficients times `2^bits`, rounded down to integers.
    pub fn rescaled(mut self, bits: i32) -> Self {
        let by = bits.unsigned_abs();
        self.coefficients.iter_mut().for_each(|c| if bits > 0 { *c <<= by } else { *c >>= by });
        self
    }

    /// From Bernstein coefficients those on both parts of the box that is cut at `low + (high − low)·at` on
    /// one axis, rounded down (de Casteljau). Whatever has the rounded coefficients is nowhere above what has
    /// the exact ones, since only averages are taken. `None` unless `0 < at < 1`.
    pub fn cut(self, axis: usize, at: &Rational) -> Option<[Self; 2]> {
        let (share, whole) = (at.numerator(), at.denominator());
        if !share.is_positive() || share >= whole {
            return None;
        }
        if !share.is_one() || whole != BigInt::from(2) {
            spend(self.coefficients.len() * self.degrees.get(axis)? / 8);
        }
        let (mut below, mut above) = (self.clone(), self);
        let mut lefts = Vec::new();
        above.each_line(axis, |line| lefts.push(casteljau(line, &share, &whole)));
        let mut lefts = lefts.into_iter();
        below.each_line(axis, |line| *line = lefts.next().unwrap_or_default());
        Some([below, above])
    }

    fn each_line(&mut self, axis: usize, mut change: impl FnMut(&mut Vec<BigInt>)) {
        let Some(degree) = self.degrees.get(axis).copied() else { return };
        let stride: usize = self.degrees.iter().take(axis).map(|d| d + 1).product();
        let block = stride * (degree + 1);
        // Sums of long numbers are some hundred times cheaper than products of monomials, and halves of sums are not dearer.
        let words = self.bits() as usize / 64;
        spend(self.coefficients.len() * (degree + 1) * (8 + words) / 2048);
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

/// Replaces Bernstein coefficients on `[0, 1]` by those on `[share/whole, 1]`, and returns those on
/// `[0, share/whole]`; all averages are rounded down.
fn casteljau(line: &mut [BigInt], share: &BigInt, whole: &BigInt) -> Vec<BigInt> {
    if share.is_one()
        && *whole == BigInt::from(2)
        && let Some(left) = halved(line)
    {
        return left;
    }
    let power = whole.trailing_zeros().filter(|z| whole.bits() == z + 1);
    averages(line, |a, b| {
        let weighted = (b - &*a) * share;
        *a += match power {
            Some(bits) => weighted >> bits,
            None => weighted.div_floor(whole),
        };
    })
}

/// The same for halves, in as many machine words as hold every coefficient.
fn halved(line: &mut [BigInt]) -> Option<Vec<BigInt>> {
    // A sum of two needs one bit more, and a sign.
    let bits = line.iter().map(BigInt::bits).max()? + 2;
    Some(match bits.div_ceil(64) {
        1 | 2 => {
            let mut numbers: Vec<i128> = line.iter().map(ToPrimitive::to_i128).collect::<Option<_>>()?;
            let left = averages(&mut numbers, |a, b| *a = (*a + b) >> 1);
            line.iter_mut().zip(numbers).for_each(|(slot, c)| *slot = c.into());
            left.into_iter().map(BigInt::from).collect()
        }
        3 => halved_in::<3>(line),
        4 => halved_in::<4>(line),
        5 | 6 => halved_in::<6>(line),
        7 | 8 => halved_in::<8>(line),
        9..=12 => halved_in::<12>(line),
        13..=16 => halved_in::<16>(line),
        _ => return None,
    })
}

fn halved_in<const WORDS: usize>(line: &mut [BigInt]) -> Vec<BigInt> {
    let mut numbers: Vec<Words<WORDS>> = line.iter().map(Words::of).collect();
    let left = averages(&mut numbers, Words::average);
    line.iter_mut().zip(&numbers).for_each(|(slot, c)| *slot = c.integer());
    left.iter().map(Words::integer).collect()
}

/// Replaces neighbours by averages until one is left over; returns the first of each round.
fn averages<N: Clone>(line: &mut [N], average: impl Fn(&mut N, &N)) -> Vec<N> {
    let mut firsts = Vec::with_capacity(line.len());
    for rounds in (0..line.len()).rev() {
        firsts.extend(line.first().cloned());
        let mut rest = line.iter_mut().take(rounds + 1);
        let Some(mut a) = rest.next() else { break };
        for b in rest {
            average(a, b);
            a = b;
        }
    }
    firsts
}

/// `C(n, 0), …, C(n, n)`.
fn binomials(n: usize) -> Vec<BigInt> {
    let mut out = vec![BigInt::one()];
    for k in 0..n {
        let next = out.last().map(|c| c * (n - k) / (k + 1));
        out.extend(next);
    }
    out
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
        let u = q(2, 5);
        let sum = value(&p, &u);
        let x = &q(1, 3) + &(&q(5, 3) * &u);
        let exact = &(&q(3, 1) - &(&q(5, 1) * &x)) + &x.pow(3);
        // The common denominator of 1/3 and 5/3 is 3, and that of the binomials is 3: the factor is 27·3.
        assert_eq!(sum, &exact * &q(81, 1));
    }

    /// The value of `Σ β_i C(n, i) u^i (1−u)^(n−i)`.
    fn value(p: &Tensor, u: &Rational) -> Rational {
        let (n, v) = (p.degrees()[0] as u32, &Rational::ONE - u);
        p.coefficients()
            .iter()
            .zip(binomials(p.degrees()[0]))
            .zip(0..)
            .fold(Rational::ZERO, |sum, ((b, c), i)| {
                &sum + &(&Rational::from(b * c) * &(&u.pow(i) * &v.pow(n - i)))
            })
    }

    #[test]
    fn parts_are_never_above_the_whole_and_equal_without_rounding() {
        let p = univariate(&[3, -5, 0, 1, 7]).on_box(&[(q(-1, 1), q(2, 1))]);
        for at in [q(1, 2), q(5, 16), q(1, 3), q(1, 1 << 50)] {
            let [below, above] = p.clone().cut(0, &at).unwrap();
            for u in [q(0, 1), q(1, 7), q(1, 2), q(1, 1)] {
                assert!(value(&below, &u) <= value(&p, &(&u * &at)));
                let x = &at + &(&(&Rational::ONE - &at) * &u);
                assert!(value(&above, &u) <= value(&p, &x));
            }
            // The end of one part is the beginning of the other.
            assert_eq!(below.coefficients().last(), above.coefficients().first());
        }
        let [below, above] = p.clone().rescaled(8).cut(0, &q(1, 4)).unwrap();
        assert_eq!(value(&below, &q(1, 3)), &value(&p, &q(1, 12)) * &q(256, 1));
        assert_eq!(value(&above, &q(1, 3)), &value(&p, &q(1, 2)) * &q(256, 1));
        assert_eq!(p.clone().cut(0, &q(1, 1)), None);
        assert_eq!(p.cut(0, &q(-1, 2)), None);
    }

    #[test]
    fn small_and_large_numbers_give_the_same_parts() {
        let p = univariate(&[-3, 1, 4, -1, 5, -9]).on_box(&[(q(0, 1), q(1, 1))]);
        for at in [q(1, 2), q(11, 64)] {
            let small = p.clone().rescaled(5).cut(0, &at).unwrap();
            // In more and more words, then rounded down to the same unit: at most a few units apart.
            for more in [100, 150, 200, 300, 400, 700, 900, 2_000] {
                let large = p.clone().rescaled(more).cut(0, &at).unwrap().map(|t| t.rescaled(5 - more));
                for (s, l) in small.iter().zip(&large) {
                    let differences = s.coefficients().iter().zip(l.coefficients()).map(|(s, l)| l - s);
                    assert!(differences.clone().all(|d| !d.is_negative() && d < BigInt::from(6)));
                }
            }
        }
    }
}
