//! Divisors in integrands: a quotient may be written otherwise where its divisor is not zero, if it is zero at finitely many
//! values of a variable that is integrated.

use super::average::Drawn;
use super::screening::quotient;
use super::stretch::coefficients;
use crate::exact::{Rational, Tensor};
use crate::kernel::{Atom, Expr, Node};

/// An integrand without the divisors that divide what they divide: it is the same but where a divisor, which is a
/// polynomial other than zero in the variable of the integral alone, vanishes.
pub(super) fn reduced(body: &Expr, variable: &str) -> Expr {
    let own = Expr::variable(variable);
    let mut out = body.clone();
    for atom in body.atoms() {
        let Node::Inverse(divisor) = atom.node() else { continue };
        let (inverse, mut whole, mut rest) = (Expr::from(atom), Expr::zero(), Expr::zero());
        for c in out.poly().coefficients_in(atom).into_iter().rev().map(Expr::from) {
            // Horner's rule: rest·inv(d) + c, where what d divides becomes part of c.
            let c = match quotient(&whole, divisor, &own) {
                Some(divided) => c.plus(&divided),
                None => {
                    rest = rest.plus(&whole);
                    c
                }
            };
            (rest, whole) = (rest.times(&inverse), c);
        }
        out = rest.plus(&whole);
    }
    out
}

/// A term that is integrated over some variables, with conditions that divide by polynomials in one of these: both sides of
/// such a condition are multiplied by a power of the divisor that is not negative.
pub(super) fn conditions_without_divisors(e: &Expr, drawn: &[Drawn]) -> Expr {
    e.replace_atoms(|atom| match atom.node() {
        Node::Indicator(inner) => {
            let inner = conditions_without_divisors(inner, drawn);
            let divisors: Vec<(&Atom, &Expr, bool)> =
                inner.atoms().filter_map(|a| divisor_of_one(a, drawn)).collect();
            let cleared =
                divisors.into_iter().fold(inner.clone(), |e, (a, d, positive)| times(&e, a, d, positive));
            Some(Expr::at_least_zero(&cleared))
        }
        Node::Whole(inner) => Some(Expr::whole(&conditions_without_divisors(inner, drawn))),
        _ => None,
    })
}

/// A reciprocal of a polynomial in one of some variables, with the polynomial, and whether it is seen to be nowhere negative
/// where the variable lies.
fn divisor_of_one<'a>(atom: &'a Atom, drawn: &[Drawn]) -> Option<(&'a Atom, &'a Expr, bool)> {
    let Node::Inverse(divisor) = atom.node() else { return None };
    let (Drawn { low, high, .. }, line) =
        drawn.iter().find_map(|d| Some((d, coefficients(divisor, &d.name)?)))?;
    let sides = low.as_number().zip(high.as_number());
    let is_positive = sides.is_some_and(|sides| is_nowhere_negative(&line, sides));
    Some((atom, divisor, is_positive))
}

/// Whether the Bernstein coefficients of a polynomial on an interval are at least zero.
fn is_nowhere_negative(line: &[Rational], sides: (Rational, Rational)) -> bool {
    let terms = line.iter().enumerate().map(|(k, c)| (vec![k], c));
    let tensor = Tensor::of_terms(vec![line.len().saturating_sub(1)], terms);
    tensor.is_some_and(|t| t.on_box(&[sides]).is_nonnegative())
}

/// A term times the least power of a divisor, an even one unless it is positive, for which nothing is divided by it any
/// more.
fn times(e: &Expr, inverse: &Atom, divisor: &Expr, is_positive: bool) -> Expr {
    let highest = e.poly().degree_in(inverse);
    let power = if is_positive { highest } else { highest + highest % 2 };
    let coefficients = e.poly().coefficients_in(inverse).into_iter().zip(0_u32..);
    coefficients.fold(Expr::zero(), |sum, (c, k)| {
        sum.plus(&Expr::from(c).times(&divisor.pow(power.saturating_sub(k))))
    })
}
