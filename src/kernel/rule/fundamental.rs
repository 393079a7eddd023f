//! **Fundamental theorem.** The integral of a derivative; by parts, substitution and the interchange on a
//! triangle are instances of it.

use super::super::atom::{Atom, Node};
use super::super::expr::Expr;
use super::super::formula::Formula;
use super::super::rejection::Rejection;
use super::super::theorem::Theorem;
use super::calculus::Interval;
use crate::exact::{Monomial, Poly};

/// `∫_low^high P' dy = P(high) − P(low)`.
///
/// ```text
///   ───────────────────────────────────── fundamental
///   ∫_a^b P' dy − (P[y := b] − P[y := a]) = 0
/// ```
///
/// Sound: where it depends on `y`, `P` is a polynomial in `y` and in integrals of locally bounded
/// functions up to such terms, hence locally Lipschitz, and `P'` is its derivative almost everywhere. For an
/// integral `H(u(y))` up to another term: where `H` has the derivative `h` at `u(y)`, by the chain rule. The other
/// values are a null set, on whose preimage `u' = 0` almost everywhere (a Lipschitz function maps no set of positive
/// measure on which its derivative is not zero to a null set); there `H(u)` has the derivative 0 as well, since `H` is
/// Lipschitz, and so has `h(u)·u'`, since `h` is finite. Rejects: what [`derivative`] rejects; limits that mention `y`.
pub(in crate::kernel) fn fundamental(interval: &Interval, body: &Expr) -> Result<Theorem, Rejection> {
    let y = interval.variable.name();
    if interval.low.mentions(y) || interval.high.mentions(y) {
        return Err(Rejection::NotFresh { name: y.clone() });
    }
    let slope = derivative(body, y)?;
    let area = Expr::integral(y, &interval.low, &interval.high, &slope);
    let at = |point: &Expr| body.substitute_one(y, point);
    let conclusion = Formula::equal(&area, &at(&interval.high).minus(&at(&interval.low)));
    Ok(Theorem::new(Default::default(), conclusion))
}

/// The derivative of a term in `y`, almost everywhere.
///
/// Each factor that mentions `y` is `y` itself, an integral `∫_0^u h` whose integrand is free of `y` and
/// whose limit `u` has a derivative by the same rules (`h(u)·u'`), or a power `a^m` of such a factor `a` that stands beside
/// it: `(a^k·(a^m)^s)' = (k + s·m)·a^(k−1)·(a^m)^s·a'`. Rejects: any other factor; `a^m` alone, since
/// `m·a^(m−1)` is no term for `m = 0`.
pub fn derivative(body: &Expr, y: &str) -> Result<Expr, Rejection> {
    let mut sum = Expr::zero();
    for (monomial, c) in body.terms() {
        for (atom, exponent) in monomial.factors().filter(|(a, _)| a.mentions_variable(y)) {
            let inner = match atom.node() {
                Node::Power(base) => {
                    // A power of a power would have exponents that are squares of m.
                    let simple = |a: &Atom| !matches!(a.node(), Node::Power(_)) && monomial.exponent(a) > 0;
                    if base.as_atom().is_some_and(simple) {
                        continue;
                    }
                    return Err(not_differentiable());
                }
                _ => slope(atom, y)?,
            };
            let power = Expr::from(atom).natural_power();
            let powers = power.as_atom().map_or(0, |p| monomial.exponent(p));
            let factor =
                Expr::integer(exponent.into()).plus(&Expr::natural().times(&Expr::integer(powers.into())));
            let (rest, _) = monomial.split(atom);
            let lowered = rest.times(&Monomial::power(atom.clone(), exponent.saturating_sub(1)));
            let rest = Expr::from(Poly::term(lowered, c.clone()));
            sum = sum.plus(&factor.times(&rest).times(&inner));
        }
    }
    Ok(sum)
}

/// The derivative of a factor that depends on `y`.
fn slope(atom: &Atom, y: &str) -> Result<Expr, Rejection> {
    match atom.node() {
        Node::Variable(_) => Ok(Expr::one()),
        Node::Primitive { upper, body } => {
            let inside = body.atoms().any(|a| a.mentions_variable(y));
            if inside {
                return Err(not_differentiable());
            }
            Ok(body.open_at(upper).times(&derivative(upper, y)?))
        }
        _ => Err(not_differentiable()),
    }
}

fn not_differentiable() -> Rejection {
    let expected = "a polynomial in the variable and in integrals up to it";
    Rejection::WrongForm { rule: "fundamental", expected }
}
