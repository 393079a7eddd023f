//! Polynomials in one variable without what they have in common.

use crate::exact::Rational;
use crate::kernel::Expr;

use super::stretch::coefficients;

/// Two polynomials in a variable with numbers as coefficients, divided by their greatest common divisor with the sign that
/// makes it positive at a number. `None` if they are no such polynomials, have nothing in common, or it is zero there.
pub(super) fn without_common_factor(
    p: &Expr,
    f: &Expr,
    own: &Expr,
    inside: &Rational,
) -> Option<(Expr, Expr)> {
    let name = own.as_variable()?;
    let [a, b] = [p, f].map(|e| coefficients(e, name).map(trimmed));
    let (a, b) = (a?, b?);
    let common = greatest(a.clone(), b.clone())?;
    let at = common.iter().rev().fold(Rational::ZERO, |sum, c| &(&sum * inside) + c);
    if common.len() < 2 || at.is_zero() {
        return None;
    }
    let sign = if at.is_negative() { -&Rational::ONE } else { Rational::ONE };
    let quotient = |e: &[Rational]| {
        let (quotient, rest) = divided(e, &common)?;
        let powers = quotient.iter().zip(0_u32..);
        let sum = powers.fold(Expr::zero(), |sum, (c, k)| sum.plus(&own.pow(k).scaled(&(c * &sign))));
        rest.is_empty().then_some(sum)
    };
    Some((quotient(&a)?, quotient(&b)?))
}

/// The coefficients, lowest first, up to the last that is not zero.
fn trimmed(mut a: Vec<Rational>) -> Vec<Rational> {
    while a.last().is_some_and(Rational::is_zero) {
        a.pop();
    }
    a
}

/// Quotient and rest.
fn divided(a: &[Rational], b: &[Rational]) -> Option<(Vec<Rational>, Vec<Rational>)> {
    let (lead, tail) = b.split_last()?;
    let (mut rest, mut quotient) = (a.to_vec(), Vec::new());
    while rest.len() > tail.len() {
        let factor = rest.pop()?.checked_div(lead)?;
        let shift = rest.len().checked_sub(tail.len())?;
        for (r, t) in rest.iter_mut().skip(shift).zip(tail) {
            *r = &*r - &(&factor * t);
        }
        quotient.push(factor);
    }
    quotient.reverse();
    Some((quotient, trimmed(rest)))
}

/// The greatest common divisor, with one as its leading coefficient.
fn greatest(mut a: Vec<Rational>, mut b: Vec<Rational>) -> Option<Vec<Rational>> {
    while !b.is_empty() {
        let (_, rest) = divided(&a, &b)?;
        let scale = rest.last().and_then(Rational::recip).unwrap_or(Rational::ONE);
        (a, b) = (b, rest.iter().map(|c| c * &scale).collect());
    }
    let scale = a.last()?.recip()?;
    Some(a.iter().map(|c| c * &scale).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_factor_is_taken_out_with_its_sign() {
        let y = Expr::variable("y");
        let rest = Expr::one().minus(&y);
        let p = rest.times(&y.scaled(&Rational::from(3)).minus(&Expr::one()));
        let f = rest.scaled(&Rational::from(2));
        let half = Rational::from(2).recip().expect("a number");
        let (p, f) = without_common_factor(&p, &f, &y, &half).expect("a factor");
        assert_eq!(p.to_string(), y.scaled(&Rational::from(3)).minus(&Expr::one()).to_string());
        assert_eq!(f.as_number(), Some(Rational::from(2)));
        assert!(without_common_factor(&y, &rest, &y, &half).is_none());
        assert!(without_common_factor(&rest, &rest.times(&y), &y, &Rational::ONE).is_none());
    }
}
