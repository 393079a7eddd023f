//! Roots of quadratic polynomials, and of those that are a power of a line less a number, in print.

use crate::exact::Rational;
use crate::model::{root_of, root_shown};

/// The root of a polynomial between two numbers, in radicals if that is short; coefficients lowest first.
pub(super) fn in_radicals(coefficients: &[Rational], low: &Rational, high: &Rational) -> Option<String> {
    match coefficients {
        [c, b, a] => quadratic(a, b, c, low, high),
        _ => pure_root(coefficients, low, high),
    }
}

/// `(−b ± √(b² − 4ac))/(2a)` in lowest terms.
fn quadratic(a: &Rational, b: &Rational, c: &Rational, low: &Rational, high: &Rational) -> Option<String> {
    let discriminant = &(b * b) - &(&Rational::from(4) * &(a * c));
    let twice = a + a;
    let vertex = (-b).checked_div(&twice)?;
    let greater = &(low + high) * &Rational::new(1, 2)? > vertex;
    // √(discriminant)/(2a) = s·√m with m free of small squares
    let (outside, inside) = square_part(&discriminant.numerator());
    let factor = Rational::from(outside).checked_div(&twice)?;
    let root = format!("sqrt({inside})");
    let sign = if greater { "+" } else { "-" };
    if vertex.is_zero() {
        let scaled = scaled(&factor, &root);
        return Some(if greater { scaled } else { format!("-{scaled}") });
    }
    let over = factor.denominator();
    let whole = &vertex * &Rational::from(over.clone());
    if factor.numerator() == 1.into() && whole.is_integer() && over != 1.into() {
        return Some(format!("({whole} {sign} {root})/{over}"));
    }
    Some(format!("{vertex} {sign} {}", scaled(&factor, &root)))
}

/// A positive multiple of a root.
fn scaled(k: &Rational, root: &str) -> String {
    let (n, d) = (k.numerator(), k.denominator());
    let product = if n == 1.into() { root.to_owned() } else { format!("{n}*{root}") };
    if d == 1.into() { product } else { format!("{product}/{d}") }
}

/// Letters of a root in radicals at most.
const SHORT: usize = 32;

/// `h ± k·r` for a root of `(x − h)^n − c`, where `c^(1/n)` is `k` times one root `r` of an integer; coefficients lowest
/// first, `n` at least three.
fn pure_root(coefficients: &[Rational], low: &Rational, high: &Rational) -> Option<String> {
    let degree = u32::try_from(coefficients.len()).ok()?.checked_sub(1).filter(|n| *n > 2)?;
    let [.., second, lead] = coefficients else { return None };
    let center = -&second.checked_div(&(lead * &Rational::from(i64::from(degree))))?;
    // lead·((x − center)^n − c), compared from the highest power down
    let value = coefficients.iter().rev().fold(Rational::ZERO, |v, a| &(&v * &center) + a);
    let c = -&value.checked_div(lead)?;
    let mut binomial = lead.clone();
    for (k, a) in (1_u32..).zip(coefficients.iter().rev().skip(1)) {
        let ratio = Rational::new(i64::from(degree - k) + 1, i64::from(k))?;
        binomial = &(&binomial * &ratio) * &-&center;
        let constant = if k == degree { &(lead * &c) } else { &Rational::ZERO };
        if *a != &binomial - constant {
            return None;
        }
    }
    let greater = &(low + high) * &Rational::new(1, 2)? > center;
    let (root, names) = root_of(&c.abs(), degree)?;
    let [_] = names.as_slice() else { return None };
    let mut terms = root.terms();
    let (Some((monomial, k)), None) = (terms.next(), terms.next()) else { return None };
    let mut factors = monomial.factors();
    let (Some((atom, 1)), None) = (factors.next(), factors.next()) else { return None };
    let root = root_shown(crate::kernel::Expr::from(atom).as_variable()?)?;
    let scaled = scaled(k, &root);
    let text = match (center.is_zero(), greater) {
        (true, true) => scaled,
        (true, false) => format!("-{scaled}"),
        (false, true) => format!("{center} + {scaled}"),
        (false, false) => format!("{center} - {scaled}"),
    };
    (text.len() <= SHORT).then_some(text)
}

/// `(s, m)` with `n = s²·m`, where no square of a small prime divides `m`.
fn square_part(n: &num_bigint::BigInt) -> (num_bigint::BigInt, num_bigint::BigInt) {
    use num_traits::Zero;
    let (mut outside, mut inside) = (num_bigint::BigInt::from(1), n.clone());
    let root = n.sqrt();
    if &(&root * &root) == n {
        return (root, 1.into());
    }
    for p in 2_u32..1_000 {
        let square = num_bigint::BigInt::from(p * p);
        while (&inside % &square).is_zero() && !inside.is_zero() {
            inside /= &square;
            outside *= p;
        }
    }
    (outside, inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_lines_less_a_number_have_roots_in_radicals() {
        let q = |n: i64, d: i64| Rational::new(n, d).unwrap();
        let shown = |p: &[i64], low: Rational, high: Rational| {
            in_radicals(&p.iter().map(|c| q(*c, 1)).collect::<Vec<_>>(), &low, &high)
        };
        let in_text = |p: &[i64], low, high| shown(p, low, high).unwrap();
        assert_eq!(in_text(&[-1, 0, 0, 4], q(1, 2), q(1, 1)), "2^(1/3)/2");
        assert_eq!(in_text(&[2, 0, 0, 1], q(-2, 1), q(0, 1)), "-2^(1/3)");
        assert_eq!(in_text(&[-5, 12, -12, 4], q(1, 1), q(2, 1)), "1 + 2^(1/3)/2");
        assert_eq!(in_text(&[-3, 0, 0, 0, 1], q(-2, 1), q(0, 1)), "-3^(1/4)");
        // (2*x - 1)^4 = 48
        let fourth = [-47, -8, 24, -32, 16];
        assert_eq!(in_text(&fourth, q(1, 1), q(2, 1)), "1/2 + 3^(1/4)");
        assert_eq!(in_text(&fourth, q(-1, 1), q(0, 1)), "1/2 - 3^(1/4)");
        // One coefficient differs, or the root is of two primes.
        assert_eq!(shown(&[-5, 12, -11, 4], q(1, 1), q(2, 1)), None);
        assert_eq!(shown(&[-5, 13, -12, 4], q(1, 1), q(2, 1)), None);
        assert_eq!(shown(&[-6, 0, 0, 1], q(1, 1), q(2, 1)), None);
    }
}
