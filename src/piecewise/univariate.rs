//! Signs of polynomials in one variable on an interval: the repeated factors are divided out as squares, what is
//! left has simple roots only and goes to `boxes`.

use super::factor::quotient;
use super::sign::{Effort, certify_within};
use super::{boxes, modular};
use crate::kernel::rule::combine::{Combination, Fact, Term};
use crate::kernel::{Atom, Expr, Relation};

/// Evidence for the sign of a polynomial of higher degree in one variable, if it is found; `None` if the goal is
/// something else, or the facts say more of the variable than that it lies in an interval.
pub(super) fn certify(
    facts: &[Fact],
    relation: Relation,
    goal: &Expr,
    effort: Effort<'_>,
) -> Option<Option<Combination>> {
    let variables = goal.poly().variables();
    let [v] = variables.as_slice() else { return None };
    if goal.poly().degree() < 3 || relation == Relation::Equal {
        return None;
    }
    if let Some(found) = at_a_point(facts, relation, goal, v) {
        return Some(found);
    }
    boxes::interval(facts, v)?;
    let of_interval = |f: &Fact| f.expr.poly().degree() == 1 && f.expr.poly().variables().len() == 1;
    let only = facts.iter().all(|f| !f.expr.atoms().any(|a| a == v) || of_interval(f));
    match attempt(facts, relation, goal, effort) {
        None if !only => None,
        found => Some(found),
    }
}

/// Where two facts say that the variable is `a`: powers of `x − a`, which is at least zero and at most.
fn at_a_point(facts: &[Fact], relation: Relation, goal: &Expr, v: &Atom) -> Option<Option<Combination>> {
    let (at, [below, above]) = boxes::pinned(facts, v)?;
    let shifted = goal.poly().substitute(v, Expr::from(v).plus(&Expr::number(at)).poly());
    let slope = |number: usize| facts.get(number)?.expr.poly().derivative(v).as_constant();
    let (up, down) = (slope(below)?, slope(above)?.abs());
    let mut terms = Vec::new();
    for (monomial, c) in shifted.terms() {
        let k = monomial.exponent(v);
        let term = match (k, c.is_negative()) {
            (0, true) => return Some(None),
            (0, false) => Term::number(c.clone()),
            (_, false) => {
                let coefficient = c.checked_div(&up.pow(k))?;
                Term { facts: vec![(below, k)], ..Term::number(coefficient) }
            }
            (_, true) => {
                let coefficient = c.abs().checked_div(&(&down * &up.pow(k - 1)))?;
                let rest = (k > 1).then_some((below, k - 1));
                Term { facts: [(above, 1)].into_iter().chain(rest).collect(), ..Term::number(coefficient) }
            }
        };
        terms.push(term);
    }
    let strict = terms.iter().any(|t| t.facts.is_empty());
    let holds = relation == Relation::AtLeast || strict;
    Some(holds.then_some(Combination { terms, equations: vec![] }))
}

/// Whether a polynomial in one variable that is a multiple of a square is seen to be zero inside of an interval, since what is
/// squared is above zero at one point and below at another.
pub(super) fn touches(facts: &[Fact], relation: Relation, goal: &Expr) -> bool {
    if relation != Relation::Positive || goal.poly().degree() < 3 {
        return false;
    }
    let square = modular::line(goal.poly()).filter(|(_, line)| !modular::is_square_free(line));
    let root = square.and_then(|(v, line)| Some((v, modular::repeated(&line)?)));
    root.is_some_and(|(v, line)| {
        let root = Expr::from(modular::polynomial(&v, &line));
        let fails = |root: &Expr| boxes::failing_point(facts, Relation::AtLeast, root).is_some();
        fails(&root) && fails(&root.negated())
    })
}

fn attempt(facts: &[Fact], relation: Relation, goal: &Expr, effort: Effort<'_>) -> Option<Combination> {
    let (v, line) = modular::line(goal.poly())?;
    if modular::is_square_free(&line) {
        return boxes::certify(facts, relation, goal);
    }
    // goal = simple·root²
    let root = Expr::from(modular::polynomial(&v, &modular::square_root_of_divisor(&line)?));
    let simple = Expr::from(quotient(goal.poly(), root.pow(2).poly())?);
    let mut found = certify_within(facts, relation, &simple, effort.divided()?)?;
    if relation == Relation::AtLeast {
        found.terms.iter_mut().for_each(|t| t.squares.push(root.clone()));
    } else {
        // A square is above zero where its root has a sign.
        let on_box = boxes::positive(facts, relation, &root)
            .or_else(|| boxes::positive(facts, relation, &root.negated()))?;
        found.terms.iter_mut().for_each(|t| t.boxes.extend([on_box.clone(), on_box.clone()]));
    }
    let square = root.pow(2);
    found.equations.iter_mut().for_each(|(factor, _)| *factor = factor.times(&square));
    Some(found)
}
