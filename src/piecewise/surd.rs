//! Roots of quadratic polynomials in print.

use crate::exact::Rational;

/// `(−b ± √(b² − 4ac))/(2a)` in lowest terms.
pub(super) fn quadratic(
    a: &Rational,
    b: &Rational,
    c: &Rational,
    low: &Rational,
    high: &Rational,
) -> Option<String> {
    let discriminant = &(b * b) - &(&Rational::from(4) * &(a * c));
    let twice = a + a;
    let vertex = (-b).checked_div(&twice)?;
    let greater = &(low + high) * &Rational::new(1, 2)? > vertex;
    // √(discriminant)/(2a) = s·√m with m free of small squares
    let (outside, inside) = square_part(&discriminant.numerator());
    let factor = Rational::from(outside).checked_div(&twice)?;
    let root = format!("sqrt({inside})");
    let scaled = |k: &Rational| {
        let (n, d) = (k.numerator(), k.denominator());
        let product = if n == 1.into() { root.clone() } else { format!("{n}*{root}") };
        if d == 1.into() { product } else { format!("{product}/{d}") }
    };
    let sign = if greater { "+" } else { "-" };
    if vertex.is_zero() {
        return Some(if greater { scaled(&factor) } else { format!("-{}", scaled(&factor)) });
    }
    let over = factor.denominator();
    let whole = &vertex * &Rational::from(over.clone());
    if factor.numerator() == 1.into() && whole.is_integer() && over != 1.into() {
        return Some(format!("({whole} {sign} {root})/{over}"));
    }
    Some(format!("{vertex} {sign} {}", scaled(&factor)))
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
