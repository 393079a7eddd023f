//! Real roots of a polynomial in one variable: [`isolate`].
//!
//! Descartes' rule of signs on Bernstein coefficients, with bisection (Lane and Riesenfeld, 1981); the
//! repeated factors are divided out first. Untrusted: an interval is only where to look.

use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

use crate::exact::{Monomial, Poly, Rational, Tensor, lcm, root};
use crate::kernel::{Atom, Expr};
use crate::model::{Charge, described_root};

use super::algebraic::AlgebraicNumber;
use super::{factor, modular};

/// A real root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RealRoot {
    /// It is this number.
    At(Rational),
    /// It is the only root strictly between these two numbers, where the polynomial has opposite signs.
    Between(Rational, Rational),
}

/// The degree of a polynomial at most.
const DEGREE_LIMIT: usize = 400;
/// Bisections of one isolation at most.
const STEP_LIMIT: usize = 20_000;

/// The distinct roots in `[low, high]`, in increasing order; coefficients lowest first. `None` for the zero
/// polynomial, an empty interval, or beyond the limits.
pub fn isolate(coefficients: &[Rational], low: &Rational, high: &Rational) -> Option<Vec<RealRoot>> {
    let simple = square_free(coefficients)?;
    if simple.len() > DEGREE_LIMIT + 1 || low > high {
        return None;
    }
    let mut out = Vec::new();
    if value(&simple, low).is_zero() {
        out.push(RealRoot::At(low.clone()));
    }
    if low == high {
        return Some(out);
    }
    let mut whole = tensor(&simple)?;
    whole.localise(0, low, high);
    let half = Rational::new(1, 2)?;
    let mut stack = vec![(low.clone(), high.clone(), whole)];
    let mut steps = 0;
    while let Some((a, b, local)) = stack.pop() {
        steps += 1;
        if steps > STEP_LIMIT {
            return None;
        }
        let mut expanded = local.clone();
        expanded.bernstein(0);
        let signs = expanded.coefficients();
        let (first, last) = (signs.first()?, signs.last()?);
        match variations(signs) {
            0 => {}
            1 if !first.is_zero() && !last.is_zero() => out.push(RealRoot::Between(a, b.clone())),
            _ => {
                let middle = &(&a + &b) * &half;
                let part = |from: &Rational, to: &Rational| {
                    let mut part = local.clone();
                    part.localise(0, from, to);
                    part
                };
                // The right half is on top of nothing that lies left of it.
                stack.push((middle.clone(), b, part(&half, &Rational::ONE)));
                stack.push((a, middle, part(&Rational::ZERO, &half)));
                continue;
            }
        }
        if last.is_zero() {
            out.push(RealRoot::At(b));
        }
    }
    Some(out)
}

fn tensor(coefficients: &[Rational]) -> Option<Tensor> {
    let terms = coefficients.iter().enumerate().map(|(k, c)| (vec![k], c));
    Tensor::of_terms(vec![coefficients.len().checked_sub(1)?], terms)
}

/// An interval of at most this width around the same root.
pub fn refine(coefficients: &[Rational], root: &RealRoot, width: &Rational) -> Option<RealRoot> {
    let RealRoot::Between(low, high) = root else { return Some(root.clone()) };
    let (low, high) = bisect(&square_free(coefficients)?, low, high, width)?;
    Some(if low == high { RealRoot::At(low) } else { RealRoot::Between(low, high) })
}

/// A part of `[low, high]` of at most this width at whose ends the polynomial has opposite signs, as it must
/// have at the ends of the whole; a point, if it is zero there. The part is what halving gives; where a line through
/// both ends is zero, many halvings are made at once (Abbott, 2006).
pub(super) fn bisect(
    coefficients: &[Rational],
    low: &Rational,
    high: &Rational,
    width: &Rational,
) -> Option<(Rational, Rational)> {
    let line = tensor(coefficients)?;
    let degree = line.coefficients().len().checked_sub(1)?;
    // The ends are `at/unit` and `(at + step)/unit`, and the polynomial there is `first` and `last` over `unit^degree`.
    let mut unit = lcm(&low.denominator(), &high.denominator());
    let over = |x: &Rational| x.numerator() * (&unit / x.denominator());
    let mut at = over(low);
    let step = over(high) - &at;
    let value = |x: &BigInt, unit: &BigInt| {
        let (mut sum, mut power) = (BigInt::zero(), BigInt::one());
        for c in line.coefficients().iter().rev() {
            sum = sum * x + c * &power;
            power *= unit;
        }
        sum
    };
    let point = |x: BigInt, unit: BigInt| Rational::from_big(x, unit).map(|x| (x.clone(), x));
    let (mut first, mut last) = (value(&at, &unit), value(&(&at + &step), &unit));
    if first.is_zero() || last.is_zero() {
        return point(if first.is_zero() { at } else { at + step }, unit);
    }
    if first.sign() == last.sign() || !width.is_positive() {
        return None;
    }
    let (mut left, mut halvings) = (halvings(&(high - low), width)?, 1);
    while left > 0 {
        let jump = halvings.min(left);
        let grow = jump as usize * degree;
        let cell = (first.abs() << jump) / (first.abs() + last.abs());
        let finer = &unit << jump;
        let from = (&at << jump) + &cell * &step;
        let to = &from + &step;
        let below = if cell.is_zero() { &first << grow } else { value(&from, &finer) };
        if below.is_zero() {
            return point(from, finer);
        }
        let is_last = cell + 1_u32 == BigInt::one() << jump;
        let above = if is_last { &last << grow } else { value(&to, &finer) };
        if above.is_zero() {
            return point(to, finer);
        }
        let found = below.sign() == first.sign() && above.sign() == last.sign();
        if found {
            (at, first, last) = (from, below, above);
            halvings = jump.saturating_mul(2);
        } else if jump > 1 {
            halvings = jump / 2;
            continue;
        } else if below.sign() == first.sign() {
            // The line chose the wrong half.
            (at, first, last) = (to, above, last << grow);
        } else {
            (at, first, last) = (at << jump, first << grow, below);
        }
        unit = finer;
        left -= jump;
    }
    Some((Rational::from_big(at.clone(), unit.clone())?, Rational::from_big(at + step, unit)?))
}

/// How often a length is halved until it is at most a width that is positive.
fn halvings(length: &Rational, width: &Rational) -> Option<u32> {
    let ratio = length.checked_div(width)?;
    let times = (ratio.numerator() + ratio.denominator() - 1_u32) / ratio.denominator();
    // The least k with 2^k at least as large.
    if times <= BigInt::one() { Some(0) } else { u32::try_from((times - 1_u32).bits()).ok() }
}

/// Numbers at most and at least the root of a number that is at least zero, closer than `2^−bits`.
pub(super) fn root_near(c: &Rational, index: u32, bits: u32) -> Option<(Rational, Rational)> {
    if c.is_negative() {
        return None;
    }
    // ⌊c·2^(index·bits)⌋ has the root ⌊c^(1/index)·2^bits⌋.
    let root = root(&((c.numerator() << (index * bits)) / c.denominator()), index);
    let unit = BigInt::from(1) << bits;
    let exact = Rational::from_big(root.clone(), unit.clone())?;
    let above = if exact.pow(index) == *c { exact.clone() } else { Rational::from_big(root + 1, unit)? };
    Some((exact, above))
}

/// The polynomial with every root once.
pub(super) fn square_free(coefficients: &[Rational]) -> Option<Vec<Rational>> {
    let powers = coefficients.iter().zip(0_u32..).map(|(c, k)| (Monomial::power((), k), c.clone()));
    let p = Poly::of_terms(powers.collect());
    if p.is_zero() {
        return None;
    }
    let simple = factor::quotient(&p, &factor::gcd(&p, &p.derivative(&()))?)?;
    simple.coefficients_in(&()).iter().map(Poly::as_constant).collect()
}

/// The polynomial that has every repeated root of another once, and no others; `None` if there are none.
pub fn repeated(coefficients: &[Rational]) -> Option<Vec<Rational>> {
    let common = coefficients.iter().fold(BigInt::one(), |l, c| lcm(&l, &c.denominator()));
    let line: Vec<BigInt> =
        coefficients.iter().map(|c| c.numerator() * (&common / c.denominator())).collect();
    let simple = modular::repeated(&line)?;
    Some(simple.into_iter().map(Rational::from).collect())
}

fn value(coefficients: &[Rational], x: &Rational) -> Rational {
    coefficients.iter().rev().fold(Rational::ZERO, |sum, c| &(&sum * x) + c)
}

fn variations(coefficients: &[BigInt]) -> usize {
    let signs: Vec<bool> = coefficients.iter().filter(|c| !c.is_zero()).map(Signed::is_negative).collect();
    signs.iter().zip(signs.iter().skip(1)).filter(|(a, b)| a != b).count()
}

/// The rational roots of a polynomial with constant coefficients, lowest first; none if a coefficient
/// is not a number or the end coefficients have too many divisors.
pub fn rational_roots(coefficients: &[Poly<Atom>]) -> Vec<Rational> {
    let numbers: Option<Vec<Rational>> = coefficients.iter().map(|c| c.as_constant()).collect();
    let Some(mut numbers) = numbers else { return vec![] };
    while numbers.last().is_some_and(Rational::is_zero) {
        numbers.pop();
    }
    let mut roots = Vec::new();
    let value = |x: &Rational| numbers.iter().rev().fold(Rational::ZERO, |acc, c| &(&acc * x) + c);
    if numbers.len() < 2 {
        return roots;
    }
    if numbers.first().is_some_and(Rational::is_zero) {
        roots.push(Rational::ZERO);
    }
    // Clear denominators; a root p/q in lowest terms has p | lowest and q | leading coefficient.
    let mut scale = num_bigint::BigInt::from(1);
    for c in &numbers {
        scale = lcm(&scale, &c.denominator());
    }
    let integer = |c: &Rational| (c * &Rational::from(scale.clone())).numerator();
    let lowest = numbers.iter().find(|c| !c.is_zero()).map(&integer);
    let leading = numbers.last().map(&integer);
    let (Some(lowest), Some(leading)) = (lowest, leading) else { return roots };
    for p in divisors(&lowest) {
        for q in divisors(&leading) {
            for sign in [1, -1] {
                let Some(x) = Rational::new(sign * p, q) else { continue };
                if value(&x).is_zero() && !roots.contains(&x) {
                    roots.push(x);
                }
            }
        }
    }
    roots.sort();
    roots
}

/// The positive divisors of an integer; none if it is too large to factor by trial.
fn divisors(n: &num_bigint::BigInt) -> Vec<i64> {
    use num_traits::{Signed, ToPrimitive};
    const LIMIT: i64 = 100_000_000;
    let Some(n) = n.abs().to_i64().filter(|n| (1..=LIMIT).contains(n)) else { return vec![] };
    let mut out: Vec<i64> = (1..).take_while(|d| d * d <= n).filter(|d| n % d == 0).collect();
    out.extend(out.clone().iter().map(|d| n / d));
    out.sort_unstable();
    out.dedup();
    out
}

/// The root of a polynomial in an interval, if there is exactly one, as a name with a description.
pub fn named_root(coefficients: &[Rational], low: &Rational, high: &Rational) -> Option<(Expr, Charge)> {
    let number = AlgebraicNumber::root(coefficients, low, high)?;
    let unknown = Expr::variable("unknown'");
    let powers = number.polynomial().iter().zip(0_u32..);
    let polynomial = powers.fold(Expr::zero(), |sum, (c, k)| sum.plus(&unknown.pow(k).scaled(c)));
    let (low, high) = (Expr::number(low.clone()), Expr::number(high.clone()));
    let root = described_root(&number.to_string(), &polynomial, &unknown, &low, &high);
    Some((Expr::variable(&root.name), root))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(n: i64, d: i64) -> Rational {
        Rational::new(n, d).unwrap()
    }

    fn isolated(coefficients: &[i64], low: i64, high: i64) -> Vec<RealRoot> {
        let coefficients: Vec<Rational> = coefficients.iter().map(|c| q(*c, 1)).collect();
        isolate(&coefficients, &q(low, 1), &q(high, 1)).unwrap()
    }

    #[test]
    fn roots_at_the_ends_and_repeated_roots_are_found_once() {
        // x (x − 1)^2 (x − 2)
        let found = isolated(&[0, -2, 5, -4, 1], 0, 2);
        assert_eq!(found, [0, 1, 2].map(|n| RealRoot::At(q(n, 1))));
    }

    #[test]
    fn irrational_roots_are_separated() {
        // x^2 − 2 and (x^2 − 2)^3 have one root between 0 and 2
        let found = isolated(&[-2, 0, 1], 0, 2);
        assert_eq!(found.len(), 1);
        let refined = refine(&[q(-2, 1), q(0, 1), q(1, 1)], &found[0], &q(1, 1_000_000)).unwrap();
        let RealRoot::Between(low, high) = refined else { panic!("√2 is irrational") };
        assert!(low < q(141_422, 100_000) && high > q(141_421, 100_000));
        assert_eq!(isolated(&[-8, 0, 12, 0, -6, 0, 1], 0, 2).len(), 1);
        assert_eq!(isolated(&[-8, 0, 12, 0, -6, 0, 1], -2, 2).len(), 2);
    }

    #[test]
    fn a_polynomial_without_roots_has_none_and_zero_is_refused() {
        assert_eq!(isolated(&[1, 0, 1], -5, 5), []);
        assert_eq!(isolate(&[Rational::ZERO], &q(0, 1), &q(1, 1)), None);
        assert_eq!(isolate(&[q(1, 1)], &q(1, 1), &q(0, 1)), None);
    }

    #[test]
    fn halvings_at_once_end_where_halvings_one_by_one_do() {
        let cases: [(&[i64], i64, i64); 7] = [
            (&[-2, 0, 1], 0, 6),
            (&[-2, 0, 0, 0, 0, 0, 0, 1], 0, 9),
            (&[-1, 3], 0, 1),
            (&[-3, 8], 0, 1),
            (&[1, 0, -40_000], 0, 1),
            (&[7, -11, 0, 0, 1], 1, 9),
            (&[1, 0, 0, -1_000_000_007], -1, 5),
        ];
        for (coefficients, low, high) in cases {
            let coefficients: Vec<Rational> = coefficients.iter().map(|c| q(*c, 1)).collect();
            for bits in [0, 1, 2, 5, 17, 61, 200] {
                let (low, high, width) = (q(low, 1), q(high, 3), Rational::ONE.halved(bits).unwrap());
                let sign = |x: &Rational| value(&coefficients, x).cmp(&Rational::ZERO);
                let (mut a, mut b) = (low.clone(), high.clone());
                for end in [&low, &high].into_iter().filter(|end| sign(end).is_eq()) {
                    (a, b) = (end.clone(), end.clone());
                }
                if a < b && sign(&a) == sign(&b) {
                    assert!(bisect(&coefficients, &low, &high, &width).is_none());
                    continue;
                }
                while &b - &a > width && a < b {
                    let middle = &(&a + &b) * &q(1, 2);
                    match sign(&middle) {
                        std::cmp::Ordering::Equal => (a, b) = (middle.clone(), middle),
                        there if there == sign(&a) => a = middle,
                        _ => b = middle,
                    }
                }
                assert_eq!(bisect(&coefficients, &low, &high, &width).unwrap(), (a, b));
            }
        }
    }

    #[test]
    fn close_roots_are_told_apart() {
        // (x − 1/3)(x − 1/3 − 2^-60)
        let (a, b) = (q(1, 3), &q(1, 3) + &q(1, 1 << 60));
        let coefficients = [&a * &b, -&(&a + &b), Rational::ONE];
        let found = isolate(&coefficients, &Rational::ZERO, &Rational::ONE).unwrap();
        assert_eq!(found.len(), 2);
    }
}
