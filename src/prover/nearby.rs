//! Whether what fails at a point fails around it too: [`fails_nearby`]; and points at which it does: [`apart_from_ties`].

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::kernel::{Expr, Formula, Name, Node, Relation};
use crate::model::{Charge, Claim, Comparison, roots_in};
use crate::piecewise::{AlgebraicNumber, Engine};

use super::counterexample::{Failure, find};
use super::extremum::Maxima;

/// Whether a comparison that fails at some types fails at all types nearby, so that the failure has positive probability
/// wherever the prior has: the point is inside the type spaces, no condition is on its border, and the sides differ.
/// `None` where types are not drawn from intervals, or where this is not seen.
pub fn fails_nearby(claim: &Claim, failure: &Failure) -> Option<bool> {
    let claim = claim.unfolded();
    let conjunct = claim.conjuncts.get(failure.conjunct)?;
    let types = &conjunct.variables;
    if types.is_empty() || types.iter().any(|b| b.points.is_finite()) || !claim.charges.is_empty() {
        return None;
    }
    let at = Point { at: &failure.at, roots: &failure.roots };
    match (conjunct.relation, at.sign(&failure.left.minus(&failure.right))?) {
        (Comparison::Unequal, _) | (_, Ordering::Equal) => return None,
        _ => {}
    }
    for b in types {
        let x = Expr::variable(&b.name);
        for room in [x.minus(&b.low), b.high.minus(&x)] {
            if at.sign(&room)? != Ordering::Greater {
                return Some(false);
            }
        }
    }
    for premise in &conjunct.premises {
        let Formula::Compare(_, e) = premise else { return None };
        if at.sign(e)? != Ordering::Greater {
            return Some(false);
        }
    }
    let decided = conditions(&[&conjunct.left, &conjunct.right])
        .into_iter()
        .map(|e| Some(at.sign(&e)? != Ordering::Equal));
    decided.collect::<Option<Vec<bool>>>().map(|all| all.into_iter().all(|apart| apart))
}

/// Types of a conjunct for which a point apart from all ties is looked for, at most.
const TYPES: usize = 2;

/// A failure that is not only at a tie or an end, if there is one near the failure that was found; else that one.
pub fn apart_from_ties(maxima: &Maxima, claim: &Claim, failure: Failure) -> Failure {
    if fails_nearby(claim, &failure) != Some(false) {
        return failure;
    }
    let plain = claim.unfolded();
    let Some(conjunct) = plain.conjuncts.get(failure.conjunct).filter(|c| c.variables.len() <= TYPES) else {
        return failure;
    };
    let at = Point { at: &failure.at, roots: &failure.roots };
    let inside = conjunct.variables.iter().flat_map(|b| {
        let x = Expr::variable(&b.name);
        [Formula::greater(&x, &b.low), Formula::greater(&b.high, &x)]
    });
    let inside: Vec<Formula> = inside.collect();
    let ties = conditions(&[&conjunct.left, &conjunct.right])
        .into_iter()
        .filter(|e| at.sign(e) == Some(Ordering::Equal));
    let ties: Vec<Expr> = ties.collect();
    for sign in [Expr::clone, Expr::negated] {
        let beside = ties.iter().map(|e| Formula::Compare(Relation::Positive, sign(e)));
        let premises: Vec<Formula> = inside.iter().cloned().chain(beside).collect();
        let mut narrow = plain.clone();
        for c in &mut narrow.conjuncts {
            c.premises.extend(premises.iter().cloned());
        }
        narrow.conjuncts = narrow.conjuncts.into_iter().skip(failure.conjunct).take(1).collect();
        if let Ok(Some(found)) = find(maxima, &narrow) {
            let found = Failure { conjunct: failure.conjunct, ..found };
            if fails_nearby(claim, &found) == Some(true) {
                return found;
            }
        }
    }
    failure
}

/// The conditions in some terms: where these may jump.
pub(super) fn conditions(terms: &[&Expr]) -> Vec<Expr> {
    let mut out = Vec::new();
    terms.iter().for_each(|e| collect(e, &mut out));
    out
}

/// The values of names.
struct Point<'a> {
    at: &'a BTreeMap<Name, Expr>,
    roots: &'a [Charge],
}

impl Point<'_> {
    fn sign(&self, e: &Expr) -> Option<Ordering> {
        let value = e.substitute(self.at);
        let value = Engine::new().value(&[], &value).unwrap_or(value);
        let roots: Vec<Charge> = roots_in(&value).into_iter().chain(self.roots.iter().cloned()).collect();
        AlgebraicNumber::of_term(&value, &roots)?.sign()
    }
}

/// Where a term may jump: the arguments of its conditions, and what it divides by. What is integrated counts as far as
/// it does not depend on the variable of integration.
fn collect(e: &Expr, out: &mut Vec<Expr>) {
    for atom in e.atoms() {
        match atom.node() {
            Node::Indicator(inner) | Node::Inverse(inner) => {
                collect(inner, out);
                if !out.contains(inner) {
                    out.push(inner.clone());
                }
            }
            Node::Whole(inner) | Node::Power(inner) => collect(inner, out),
            Node::Apply(_, arguments) => arguments.iter().for_each(|a| collect(a, out)),
            Node::Primitive { upper, body } => {
                collect(upper, out);
                inside(body, out);
            }
            Node::Opaque { low, high, body } => {
                [low, high].into_iter().for_each(|limit| collect(limit, out));
                inside(body, out);
            }
            _ => {}
        }
    }
}

/// The same of what is integrated.
fn inside(body: &Expr, out: &mut Vec<Expr>) {
    let Some(name) = (0..).map(|k| format!("inside'{k}")).find(|name| !body.mentions(name)) else { return };
    let mut found = Vec::new();
    collect(&body.open(&name), &mut found);
    for e in found {
        if !e.mentions_variable(&name) && !out.contains(&e) {
            out.push(e);
        }
    }
}
