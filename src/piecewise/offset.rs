//! Terms that are linear but for numbers in roots: [`certify`].
//!
//! Bounds such as `y ≥ 11/6 - √2·√5/30` are linear in `y`. With numbers near the roots in their place a linear program
//! finds how such bounds add up; what is left over is a number in roots, and has its own evidence. Untrusted.

use std::collections::BTreeMap;

use super::lp::{self, Column, Want};
use super::narrow::{approximations, close_roots, names_of_roots};
use super::sign::{Effort, certify_within};
use crate::exact::{Monomial, Rational};
use crate::kernel::rule::combine::{Combination, Fact, Term};
use crate::kernel::{Atom, Expr, Relation};

/// A term without products of variables: how many times each variable, and nearly what number is added.
struct Linear {
    slopes: BTreeMap<Atom, Rational>,
    constant: Rational,
    /// Whether the number has products of roots in it: else plain linear programs do the same.
    in_roots: bool,
}

impl Linear {
    fn of(e: &Expr, near: &BTreeMap<Atom, Rational>) -> Option<Self> {
        let mut out = Linear { slopes: BTreeMap::new(), constant: Rational::ZERO, in_roots: false };
        for (monomial, c) in e.terms() {
            if let Some(number) = number(monomial, near) {
                out.in_roots |= monomial.degree() > 1;
                out.constant = &out.constant + &(c * &number);
                continue;
            }
            match monomial.factors().collect::<Vec<_>>().as_slice() {
                [(variable, 1)] => out.slopes.insert((*variable).clone(), c.clone()),
                _ => return None,
            };
        }
        Some(out)
    }
}

fn number(monomial: &Monomial<Atom>, near: &BTreeMap<Atom, Rational>) -> Option<Rational> {
    monomial.factors().try_fold(Rational::ONE, |product, (atom, exponent)| {
        let x = near.get(atom)?;
        Some((0..exponent).fold(product, |all, _| &all * x))
    })
}

/// Whether a term is linear but for roots that are known closely.
pub(super) fn is_linear(facts: &[Fact], e: &Expr) -> bool {
    let close = close_roots(facts);
    !close.is_empty() && Linear::of(e, &close).is_some()
}

/// Evidence that `goal REL 0` follows, for a goal that is linear in some variable and facts some of which have numbers
/// in roots.
pub(super) fn certify(
    facts: &[Fact],
    relation: Relation,
    goal: &Expr,
    effort: Effort<'_>,
) -> Option<Combination> {
    if relation == Relation::Equal {
        return None;
    }
    // Whether there is anything to do is seen without knowing the numbers.
    let any: BTreeMap<Atom, Rational> = names_of_roots(facts).map(|name| (name, Rational::ONE)).collect();
    let of = |e: &Expr| Linear::of(e, &any).filter(|l| !l.slopes.is_empty());
    let in_roots = |f: &Fact| f.relation != Relation::Equal && of(&f.expr).is_some_and(|l| l.in_roots);
    if any.is_empty() || !(of(goal)?.in_roots || facts.iter().any(in_roots)) {
        return None;
    }
    let near = approximations(facts);
    let wanted = Linear::of(goal, &near).filter(|goal| !goal.slopes.is_empty())?;
    let usable = facts.iter().enumerate().filter(|(_, f)| f.relation != Relation::Equal);
    let known: Vec<(usize, &Fact, Linear)> = usable
        .filter_map(|(number, fact)| {
            let linear = Linear::of(&fact.expr, &near).filter(|l| !l.slopes.is_empty())?;
            Some((number, fact, linear))
        })
        .collect();
    let mut rows: BTreeMap<&Atom, usize> = BTreeMap::new();
    for variable in known.iter().flat_map(|(_, _, fact)| fact.slopes.keys()) {
        let next = rows.len() + 1;
        rows.entry(variable).or_insert(next);
    }
    let column = |linear: &Linear| -> Option<Column> {
        let slopes = linear.slopes.iter().map(|(variable, c)| Some((*rows.get(variable)?, c.clone())));
        [Some((0, linear.constant.clone()))].into_iter().chain(slopes).collect()
    };
    let mut columns: Vec<Column> = known.iter().map(|(_, _, fact)| column(fact)).collect::<Option<_>>()?;
    columns.push(vec![(0, Rational::ONE)]);
    let mut target = vec![Rational::ZERO; rows.len() + 1];
    for (row, c) in column(&wanted)? {
        *target.get_mut(row)? = c;
    }
    let strict: Vec<bool> = known.iter().map(|(_, fact, _)| fact.relation == Relation::Positive).collect();
    let multipliers = lp::solve(&columns, &strict, &target, Want::Any, effort.work())?;
    let mut out = Combination::default();
    let (mut rest, mut above) = (goal.clone(), false);
    for ((number, fact, _), k) in known.iter().zip(multipliers).filter(|(_, k)| !k.is_zero()) {
        rest = rest.minus(&fact.expr.scaled(&k));
        above |= fact.relation == Relation::Positive;
        out.terms.push(Term { facts: vec![(*number, 1)], ..Term::number(k) });
    }
    let left = if above { Relation::AtLeast } else { relation };
    let found = certify_within(facts, left, &rest, effort.divided()?)?;
    out.terms.extend(found.terms);
    out.equations.extend(found.equations);
    Some(out)
}
