//! One root, described twice: [`two_roots`].

use super::sign::{certify, multiply, variables_of};
use super::{factor, modulo};
use crate::exact::Rational;
use crate::kernel::rule::combine::{Combination, Fact};
use crate::kernel::{Atom, Expr, Relation};

/// Why two names with the same equation cannot be different, where one is said to be greater and the
/// difference quotient has a sign: `0 = p(t) − p(s) = (t − s)·q > 0`.
pub(super) fn two_roots(facts: &[Fact]) -> Option<Combination> {
    let equation = |(number, fact): (usize, &Fact)| match variables_of(&fact.expr).as_slice() {
        [only] if fact.relation == Relation::Equal && fact.expr.is_polynomial() => {
            Some((number, fact.expr.clone(), only.clone()))
        }
        _ => None,
    };
    let equations: Vec<(usize, Expr, Atom)> = facts.iter().enumerate().filter_map(equation).collect();
    for (k, (first, p, s)) in equations.iter().enumerate() {
        for (second, other, t) in equations.iter().skip(k + 1) {
            let (x, y) = (Expr::from(s), Expr::from(t));
            let name = x.as_variable()?;
            let Some(scale) = proportion(&p.substitute_one(name, &y), other) else { continue };
            let difference = y.minus(&x);
            let Some((order, sign)) = ordered(facts, &difference) else { continue };
            let change = p.substitute_one(name, &y).minus(p);
            let quotient = Expr::from(factor::quotient(change.poly(), difference.poly())?);
            for way in [Rational::ONE, -Rational::ONE] {
                let Some(mut found) = certify(facts, Relation::Positive, &quotient.scaled(&way)) else {
                    continue;
                };
                multiply(&mut found, order, facts.get(order)?);
                // fact = sign·(t − s), so fact·way·q = sign·way·(p(t) − p(s)).
                let weight = &sign * &way;
                found.equations.push((Expr::number(-&(&weight * &scale)), *second));
                found.equations.push((Expr::number(weight), *first));
                return Some(found);
            }
        }
    }
    root_and_term(facts)
}

/// The same where one of the two is a term in other roots, `p(w) = 0` by their equations: a fact says that `t` and `w`
/// are different, and `0 = p(t) − p(w) = (t − w)·q`.
fn root_and_term(facts: &[Fact]) -> Option<Combination> {
    let equation = |(number, fact): (usize, &'_ Fact)| match variables_of(&fact.expr).as_slice() {
        [only] if fact.relation == Relation::Equal => Some((number, only.clone())),
        _ => None,
    };
    let roots: Vec<(usize, Atom)> = facts.iter().enumerate().filter_map(equation).collect();
    if roots.is_empty() {
        return None;
    }
    let differences = facts.iter().enumerate().filter(|(_, f)| f.relation == Relation::Positive);
    let differences: Vec<_> = differences
        .map(|(order, fact)| {
            let short = modulo::reduced(facts, &fact.expr).unwrap_or_else(|| (fact.expr.clone(), vec![]));
            (order, fact, short)
        })
        .collect();
    for (number, t) in &roots {
        let (number, equation) = (*number, facts.get(*number)?);
        let name = Expr::from(t);
        let name = name.as_variable()?;
        for (order, fact, (short, known)) in &differences {
            let coefficients = short.poly().coefficients_in(t);
            let [rest, slope] = coefficients.as_slice() else { continue };
            let Some(slope) = slope.as_constant().filter(|_| rest.as_constant().is_none()) else { continue };
            // By what the equations say of it, fact = slope·(t − w).
            let w = Expr::from(rest.clone()).scaled(&-&slope.recip()?);
            let at_w = equation.expr.substitute_one(name, &w);
            let Some((zero, reduction)) = modulo::reduced(facts, &at_w) else { continue };
            if !zero.is_zero() {
                continue;
            }
            let difference = Expr::from(t).minus(&w);
            let change = equation.expr.minus(&at_w);
            let Some(quotient) = factor::quotient(change.poly(), difference.poly()).map(Expr::from) else {
                continue;
            };
            for way in [Rational::ONE, -Rational::ONE] {
                let Some(mut found) = certify(facts, Relation::Positive, &quotient.scaled(&way)) else {
                    continue;
                };
                multiply(&mut found, *order, fact);
                // fact·way·q = slope·way·(p(t) − p(w))
                let weight = &slope * &way;
                found.equations.push((Expr::number(-&weight), number));
                let scaled = |(factor, n): (Expr, usize)| (factor.scaled(&weight), n);
                found.equations.extend(reduction.into_iter().map(scaled));
                let times = quotient.scaled(&-&way);
                found.equations.extend(known.iter().map(|(factor, n)| (factor.times(&times), *n)));
                return Some(found);
            }
        }
    }
    None
}

/// `k` with `p = k·q`.
fn proportion(p: &Expr, q: &Expr) -> Option<Rational> {
    let ((m, a), (n, b)) = (p.terms().next()?, q.terms().next()?);
    let k = a.checked_div(b).filter(|_| m == n)?;
    (*p == q.scaled(&k)).then_some(k)
}

/// A fact that is a multiple of a difference, and positive; with the multiple.
fn ordered(facts: &[Fact], difference: &Expr) -> Option<(usize, Rational)> {
    facts
        .iter()
        .enumerate()
        .filter(|(_, f)| f.relation == Relation::Positive)
        .find_map(|(number, f)| Some((number, proportion(&f.expr, difference)?)))
}
