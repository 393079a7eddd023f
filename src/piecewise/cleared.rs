//! Signs of terms with quotients: denominators of known sign are cleared.

use super::sign::{Effort, certify_within};
use crate::exact::Monomial;
use crate::kernel::rule::combine::{Combination, Fact};
use crate::kernel::{Atom, Expr, Node, Relation};

/// A reciprocal that the facts know: `d·inv(d) = 1`, and `inv(d) > 0` or `−inv(d) > 0`. The divisor is what the conditions
/// in it make of it, if the facts say so: `v·inv(d) = 1`.
struct Reciprocal {
    atom: Atom,
    divisor: Expr,
    equation: usize,
    sign: usize,
    is_negative: bool,
}

/// `goal = (±inv(d))^k·N` up to a multiple of `d·inv(d) = 1`, where `N` is free of `inv(d)`: what is evidence
/// for the sign of `N` is evidence for the sign of the goal.
pub(super) fn certify(
    facts: &[Fact],
    relation: Relation,
    goal: &Expr,
    effort: Effort<'_>,
) -> Option<Combination> {
    let known = goal.atoms().find_map(|a| reciprocal(facts, a))?;
    let inverse = Expr::from(&known.atom);
    let coefficients = goal.poly().coefficients_in(&known.atom);
    let degree = u32::try_from(coefficients.len()).ok()?.checked_sub(1)?;
    let product = known.divisor.times(&inverse);
    let (mut numerator, mut multiple) = (Expr::zero(), Expr::zero());
    for (k, c) in (0_u32..).zip(coefficients) {
        let (c, left) = (Expr::from(c), degree.checked_sub(k)?);
        numerator = numerator.plus(&c.times(&known.divisor.pow(left)));
        // c·inv^k·(1 − (d·inv)^left) = −c·inv^k·(Σ_{j<left} (d·inv)^j)·(d·inv − 1)
        for j in 0..left {
            multiple = multiple.minus(&c.times(&inverse.pow(k)).times(&product.pow(j)));
        }
    }
    let positive = if known.is_negative { inverse.negated() } else { inverse };
    if known.is_negative && degree % 2 == 1 {
        numerator = numerator.negated();
    }
    let mut found = certify_within(facts, relation, &numerator, effort)?;
    for term in &mut found.terms {
        match term.facts.iter_mut().find(|(n, _)| *n == known.sign) {
            Some((_, exponent)) => *exponent += degree,
            None => term.facts.push((known.sign, degree)),
        }
    }
    let factor = positive.pow(degree);
    found.equations.iter_mut().for_each(|(term, _)| *term = term.times(&factor));
    found.equations.push((multiple, known.equation));
    Some(found)
}

fn reciprocal(facts: &[Fact], atom: &Atom) -> Option<Reciprocal> {
    let Node::Inverse(divisor) = atom.node() else { return None };
    let inverse = Expr::from(atom);
    let place =
        |relation: Relation, e: &Expr| facts.iter().position(|f| f.relation == relation && f.expr == *e);
    let of_divisor = || {
        let equation = divisor.times(&inverse).minus(&Expr::one());
        Some((place(Relation::Equal, &equation)?, divisor.clone()))
    };
    let (equation, divisor) = match is_conditional(divisor) {
        true => value(facts, atom).or_else(of_divisor)?,
        false => of_divisor()?,
    };
    let above = place(Relation::Positive, &inverse);
    let below = place(Relation::Positive, &inverse.negated());
    let (sign, is_negative) = above.map(|n| (n, false)).or(below.map(|n| (n, true)))?;
    Some(Reciprocal { atom: atom.clone(), divisor, equation, sign, is_negative })
}

/// The equation `v·inv(d) = 1` for a term `v` without conditions, and the term.
fn value(facts: &[Fact], atom: &Atom) -> Option<(usize, Expr)> {
    facts.iter().enumerate().filter(|(_, f)| f.relation == Relation::Equal).find_map(|(number, fact)| {
        let [constant, value] = <[_; 2]>::try_from(fact.expr.poly().coefficients_in(atom)).ok()?;
        let value = Expr::from(value);
        let fits = Expr::from(constant) == Expr::integer(-1) && !is_conditional(&value);
        fits.then_some((number, value))
    })
}

fn is_conditional(e: &Expr) -> bool {
    e.atoms().any(|a| matches!(a.node(), Node::Indicator(_)))
}

/// Whether a term has a quotient that the facts know.
pub(super) fn applies(facts: &[Fact], goal: &Expr) -> bool {
    let quotient = |m: &Monomial<Atom>| m.factors().any(|(a, _)| matches!(a.node(), Node::Inverse(_)));
    goal.terms().any(|(m, _)| quotient(m)) && goal.atoms().any(|a| reciprocal(facts, a).is_some())
}
