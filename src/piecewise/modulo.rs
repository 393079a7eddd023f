//! Arithmetic modulo equations that are known: division without remainder, and remainders.

use super::factor;
use super::sign::variables_of;
use crate::exact::Poly;
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Atom, Expr, Relation};

/// Times that all equations are used as rewritings at most.
const ROUNDS: usize = 4;

/// Multiples of equations, by number.
pub(super) type Equations = Vec<(Expr, usize)>;

/// The quotient by a divisor, if the equations say that there is no remainder; with their multiples.
pub(super) fn divided(facts: &[Fact], e: &Expr, divisor: &Expr) -> Option<(Expr, Equations)> {
    if let Some(quotient) = factor::quotient(e.poly(), divisor.poly()) {
        return Some((Expr::from(quotient), vec![]));
    }
    for v in variables_of(divisor) {
        let Some((quotient, rest)) = factor::division(e.poly(), divisor.poly(), &v) else { continue };
        if let Some(equation) = multiple(facts, &rest) {
            return Some((Expr::from(quotient), vec![equation]));
        }
        if let Some((rest, equations)) = reduced(facts, &Expr::from(rest))
            && rest.is_zero()
        {
            return Some((Expr::from(quotient), equations));
        }
    }
    None
}

/// What an equation is to be multiplied by, if that gives the term.
fn multiple(facts: &[Fact], e: &Poly<Atom>) -> Option<(Expr, usize)> {
    facts
        .iter()
        .enumerate()
        .filter(|(_, f)| f.relation == Relation::Equal && f.expr.poly().degree() > 1)
        .find_map(|(number, f)| Some((Expr::from(factor::quotient(e, f.expr.poly())?), number)))
}

/// A term modulo the equations: each gives a power of one variable in terms of the others, of lower
/// degree where there is a choice.
pub(super) fn reduced(facts: &[Fact], e: &Expr) -> Option<(Expr, Equations)> {
    let mut rules: Vec<(usize, Atom)> = Vec::new();
    for (number, fact) in facts.iter().enumerate() {
        if fact.relation != Relation::Equal || fact.expr.poly().degree() < 2 {
            continue;
        }
        let mut all = variables_of(&fact.expr);
        all.retain(|v| rules.iter().all(|(_, taken)| taken != v));
        all.sort_by_key(|v| fact.expr.poly().degree_in(v));
        let usable = |v: &Atom| {
            let lead = fact.expr.poly().coefficients_in(v).pop();
            lead.is_some_and(|c| c.as_constant().is_some())
        };
        if let Some(v) = all.into_iter().find(usable) {
            rules.push((number, v));
        }
    }
    let mut rest = e.poly().clone();
    let mut equations = vec![];
    for _ in 0..ROUNDS {
        let before = rest.clone();
        for (number, v) in &rules {
            let rule = facts.get(*number)?.expr.poly();
            if rest.degree_in(v) < rule.degree_in(v) {
                continue;
            }
            let (quotient, left) = factor::division(&rest, rule, v)?;
            equations.push((Expr::from(quotient), *number));
            rest = left;
        }
        if rest == before {
            break;
        }
    }
    Some((Expr::from(rest), equations))
}
