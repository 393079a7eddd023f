//! Signs of products: [`certify`] takes a difference of two variables out of a goal, [`by_terms`] takes a sum
//! of products of variables that are at least zero.

use super::sign::{Effort, certify_within, multiply, variables_of};
use super::{factor, modulo};
use crate::exact::Rational;
use crate::kernel::rule::combine::{Combination, Fact, Term};
use crate::kernel::{Atom, Expr, Relation};

/// Evidence for `goal REL 0` by the signs of `v − w` and of the goal divided by it.
pub(super) fn certify(
    facts: &[Fact],
    relation: Relation,
    goal: &Expr,
    effort: Effort<'_>,
) -> Option<Combination> {
    let variables = variables_of(goal);
    for (position, v) in variables.iter().enumerate() {
        for w in variables.iter().skip(position + 1) {
            let difference = Expr::from(v).minus(&Expr::from(w));
            let Some(quotient) = factor::quotient(goal.poly(), difference.poly()) else { continue };
            let quotient = Expr::from(quotient);
            for (first, second) in
                [(difference.clone(), quotient.clone()), (difference.negated(), quotient.negated())]
            {
                let Some(one) = certify_within(facts, relation, &first, Effort::SMALL) else { continue };
                let Some(other) = certify_within(facts, relation, &second, effort) else { continue };
                return Some(product(facts, (&first, &one), (&second, &other)));
            }
        }
    }
    None
}

/// Evidence for a goal that a bound divides which is the sum of two facts: `w − v` of `w − u`, where `w` is of a higher degree
/// like a product of roots, and `u − v`.
pub(super) fn through_bound(
    facts: &[Fact],
    relation: Relation,
    goal: &Expr,
    effort: Effort<'_>,
) -> Option<Combination> {
    let inequalities = || facts.iter().enumerate().filter(|(_, f)| f.relation != Relation::Equal);
    let slope = |f: &Fact, u: &Atom| match f.expr.poly().coefficients_in(u).as_slice() {
        [_, slope] => slope.as_constant(),
        _ => None,
    };
    let of_goal = variables_of(goal);
    for (curved, of_w) in inequalities().filter(|(_, f)| f.expr.poly().degree() > 1) {
        for u in variables_of(&of_w.expr).iter().filter(|u| !of_goal.contains(u)) {
            let Some(a) = slope(of_w, u) else { continue };
            for (plain, of_u) in inequalities().filter(|(_, f)| f.expr.poly().degree() == 1) {
                let reaches = variables_of(&of_u.expr).iter().any(|v| of_goal.contains(v));
                let Some(b) = slope(of_u, u).filter(|_| reaches) else { continue };
                let Some(k) = (-&a).checked_div(&b).filter(Rational::is_positive) else { continue };
                if relation == Relation::Positive && [of_w, of_u].iter().all(|f| f.relation != relation) {
                    continue;
                }
                let bound = of_w.expr.plus(&of_u.expr.scaled(&k));
                let Some((quotient, rest)) = modulo::divided(facts, goal, &bound) else { continue };
                let Some(found) = certify_within(facts, relation, &quotient, effort.divided()?) else {
                    continue;
                };
                let (mut out, mut other) = (found.clone(), found);
                multiply(&mut out, curved, of_w);
                multiply(&mut other, plain, of_u);
                other.terms.iter_mut().for_each(|t| t.coefficient = &t.coefficient * &k);
                other.equations.iter_mut().for_each(|(factor, _)| *factor = factor.scaled(&k));
                out.terms.extend(other.terms);
                out.equations.extend(other.equations.into_iter().chain(rest));
                return Some(out);
            }
        }
    }
    None
}

/// Terms of evidence that is multiplied out, at most.
const TERMS: usize = 60;

/// Evidence for `goal REL 0` where every term is a positive multiple of variables that are at least zero.
pub(super) fn by_terms(facts: &[Fact], relation: Relation, goal: &Expr) -> Option<Combination> {
    if goal.terms().any(|(_, c)| !c.is_positive()) {
        return None;
    }
    let signs: Vec<(Atom, Combination)> = variables_of(goal)
        .into_iter()
        .map(|v| {
            let e = Expr::from(&v);
            let sign = |relation| certify_within(facts, relation, &e, Effort::SMALL);
            Some((v, sign(Relation::Positive).or_else(|| sign(Relation::AtLeast))?))
        })
        .collect::<Option<_>>()?;
    let mut out = Combination::default();
    // One term that is strict is enough: the one of the least degree.
    let least = goal.terms().map(|(m, _)| m.degree()).min();
    for (monomial, c) in goal.terms() {
        let is_strict = relation == Relation::Positive && Some(monomial.degree()) == least;
        let mut square = Expr::one();
        let mut value = Expr::number(c.clone());
        let mut found = Combination { terms: vec![Term::number(c.clone())], equations: vec![] };
        for (atom, exponent) in monomial.factors() {
            let (_, sign) = signs.iter().find(|(v, _)| v == atom)?;
            let e = Expr::from(atom);
            let factors = if is_strict { exponent } else { exponent % 2 };
            square = square.times(&e.pow((exponent - factors) / 2));
            for _ in 0..factors {
                found = product(facts, (&value, &found), (&e, sign));
                value = value.times(&e);
                if found.terms.len() > TERMS {
                    return None;
                }
            }
        }
        if !square.as_number().is_some_and(|c| c.is_one()) {
            found.terms.iter_mut().for_each(|t| t.squares.push(square.clone()));
            let factor = square.pow(2);
            found.equations.iter_mut().for_each(|(e, _)| *e = e.times(&factor));
        }
        out.terms.extend(found.terms);
        out.equations.extend(found.equations);
    }
    let is_strict = |t: &Term| {
        let strict = |(n, _): &(usize, u32)| facts.get(*n).is_some_and(|f| f.relation == Relation::Positive);
        t.squares.is_empty() && t.boxes.is_empty() && t.facts.iter().all(strict)
    };
    (relation == Relation::AtLeast || out.terms.iter().any(is_strict)).then_some(out)
}

/// Evidence for the product of two goals: `(T + E)·h = T·U + T·F + E·h`, where `g = T + E` and `h = U + F` with
/// products of facts `T`, `U` and multiples of equations `E`, `F`.
fn product(
    facts: &[Fact],
    (g, one): (&Expr, &Combination),
    (h, other): (&Expr, &Combination),
) -> Combination {
    let mut out = Combination::default();
    for t in &one.terms {
        out.terms.extend(other.terms.iter().map(|u| times(t, u)));
    }
    let multiples = one.equations.iter().filter_map(|(factor, n)| Some(factor.times(&facts.get(*n)?.expr)));
    let terms = multiples.fold(g.clone(), |sum, e| sum.minus(&e));
    out.equations.extend(one.equations.iter().map(|(factor, n)| (factor.times(h), *n)));
    out.equations.extend(other.equations.iter().map(|(factor, n)| (factor.times(&terms), *n)));
    out
}

fn times(t: &Term, u: &Term) -> Term {
    let mut out = t.clone();
    out.coefficient = &t.coefficient * &u.coefficient;
    out.squares.extend(u.squares.iter().cloned());
    out.boxes.extend(u.boxes.iter().cloned());
    for (fact, exponent) in &u.facts {
        match out.facts.iter_mut().find(|(n, _)| n == fact) {
            Some((_, known)) => *known += exponent,
            None => out.facts.push((*fact, *exponent)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::sign::certify;
    use super::*;

    #[test]
    fn a_difference_of_two_variables_is_taken_out_beside_a_root() {
        let fact = |relation, text: &str| Fact { relation, expr: text.parse().unwrap() };
        let facts = [
            fact(Relation::AtLeast, "c - 1"),
            fact(Relation::AtLeast, "2 - c"),
            fact(Relation::Equal, "c^3 - 2"),
            fact(Relation::Positive, "x - 1/2*c"),
            fact(Relation::Positive, "1 - x"),
            fact(Relation::Positive, "y - x"),
            fact(Relation::Positive, "1 - y"),
            fact(Relation::Positive, "z - 1/2*c"),
            fact(Relation::Positive, "x - z"),
        ];
        let goal: Expr = "3*x^2 - 12*x^2*z^3 + 12*x^3*z^2 - 3*z^2".parse().unwrap();
        let found = certify(&facts, Relation::Positive, &goal).unwrap();
        crate::kernel::rule::combine::check(&facts, Relation::Positive, &goal, &found).unwrap();
    }
}
