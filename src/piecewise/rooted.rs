//! Signs of terms with roots among the facts: [`sign`] chooses what to try first.
//!
//! A number is enclosed; a term in roots of one parameter goes to `conjugate`; a term in more variables is first
//! tried by products of facts, few of them, then apart from the curve on which it may touch zero. Untrusted.

use super::conjugate::{Curve, by_conjugates, curves};
use super::narrow::{Attempt, narrowed};
use super::sign::{Effort, certify_within, simple, variables_of};
use super::{boxes, sample};
use crate::exact::Rational;
use crate::kernel::rule::combine::{Combination, Fact};
use crate::kernel::rule::tree::Tree;
use crate::kernel::{Atom, Expr, Relation};

/// Makes a leaf under more facts from the evidence for the sign.
pub(super) type Leaf<'a> = &'a dyn Fn(&[Fact], Combination) -> Tree;

/// What a term is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A number in roots.
    Number,
    /// A parameter and roots of terms in it.
    OneParameter,
    /// Roots of terms in some variables, and other variables.
    More,
    /// None of these.
    Plain,
}

fn kind(facts: &[Fact], e: &Expr) -> Kind {
    let curves = curves(facts, e);
    let of_powers = curves.iter().flat_map(|c| variables_of(&c.power));
    let mut names: Vec<Atom> = of_powers.chain(variables_of(e)).collect();
    names.retain(|v| curves.iter().all(|c| c.variable != *v));
    names.sort();
    names.dedup();
    let is_number =
        |v: &Atom| facts.iter().any(|f| sample::is_number(f) && f.expr.poly().variables().contains(v));
    match (curves.is_empty(), names.len()) {
        (true, n) if n > 0 && names.iter().all(is_number) => Kind::Number,
        (true, _) => Kind::Plain,
        (false, 1) => Kind::OneParameter,
        (false, _) => Kind::More,
    }
}

/// A tree for `e REL 0`, if one is found.
pub(super) fn sign(
    facts: &[Fact],
    relation: Relation,
    e: &Expr,
    effort: Effort<'_>,
    leaf: Leaf<'_>,
) -> Option<Tree> {
    let kind = kind(facts, e);
    if let Kind::Number | Kind::OneParameter = kind
        && relation != Relation::Equal
        && let Some(sign) = simple(facts, relation, e)
    {
        return Some(leaf(facts, sign));
    }
    let first = match kind {
        Kind::Number => enclosed(facts, relation, e, leaf),
        Kind::OneParameter => by_conjugates(facts, relation, e, leaf),
        Kind::More | Kind::Plain => None,
    };
    if first.is_some() {
        return first;
    }
    let effort = match kind {
        Kind::Plain | Kind::Number => effort,
        Kind::OneParameter | Kind::More => Effort { products: 2, divisions: 2, ..effort },
    };
    if let Some(sign) = certify_within(facts, relation, e, effort) {
        return Some(leaf(facts, sign));
    }
    let apart = (kind == Kind::More).then(|| off_curves(facts, relation, e, leaf)).flatten();
    apart.or_else(|| near_roots(facts, relation, e, leaf))
}

/// The sign of a number, from small intervals for the roots in it.
fn enclosed(facts: &[Fact], relation: Relation, e: &Expr, leaf: Leaf<'_>) -> Option<Tree> {
    if relation == Relation::Equal {
        return None;
    }
    let certify = |known: &[Fact]| {
        let read = simple(known, relation, e);
        read.or_else(|| boxes::certify(known, relation, e))
    };
    narrowed(facts, e, |known| match certify(known) {
        Some(sign) => Attempt::Found(leaf(known, sign)),
        None if boxes::certify(known, Relation::Positive, &e.negated()).is_some() => Attempt::Never,
        None => Attempt::Finer,
    })
}

/// The sign of a term, once the roots it speaks of are known closely enough.
fn near_roots(facts: &[Fact], relation: Relation, e: &Expr, leaf: Leaf<'_>) -> Option<Tree> {
    if relation == Relation::Equal {
        return None;
    }
    narrowed(facts, e, |known| {
        let certify = |relation, e: &Expr| certify_within(known, relation, e, Effort::SMALL);
        match certify(relation, e) {
            Some(sign) => Attempt::Found(leaf(known, sign)),
            None if certify(Relation::Positive, &e.negated()).is_some() => Attempt::Never,
            None => Attempt::Finer,
        }
    })
}

/// A term that is least where a variable is a term in roots: what it is there, and what it is above that.
fn off_curves(facts: &[Fact], relation: Relation, e: &Expr, leaf: Leaf<'_>) -> Option<Tree> {
    let curves = curves(facts, e);
    let is_free = |v: &Atom| !curves.iter().any(|c| c.variable == *v || c.power.atoms().any(|a| a == v));
    for variable in variables_of(e).into_iter().filter(is_free) {
        for point in stationary_points(e, &variable, &curves) {
            let on_curve = Expr::from(e.poly().substitute(&variable, point.poly()));
            let forms = [Expr::from(&variable).minus(&point)];
            let effort = Effort { sampled: false, forms: &forms, ..Effort::SMALL };
            let Some(above) = certify_within(facts, Relation::AtLeast, &e.minus(&on_curve), effort) else {
                continue;
            };
            let with = |known: &[Fact], mut sign: Combination| {
                sign.terms.extend(above.terms.iter().cloned());
                sign.equations.extend(above.equations.iter().cloned());
                leaf(known, sign)
            };
            let found = sign(facts, relation, &on_curve, Effort::SMALL, &with);
            if found.is_some() {
                return found;
            }
        }
    }
    by_conjugates(facts, relation, e, leaf)
}

/// Where the derivative in a variable vanishes, in terms of known roots: the derivative is linear, quadratic, or a
/// power and a constant.
fn stationary_points(e: &Expr, variable: &Atom, curves: &[Curve]) -> Vec<Expr> {
    let derivative = e.poly().derivative(variable).coefficients_in(variable);
    let Some((last, rest)) = derivative.split_last() else { return vec![] };
    let Some(inverse) = last.as_constant().and_then(|a| a.recip()) else { return vec![] };
    let part = |k: usize| rest.get(k).cloned().map_or_else(Expr::zero, |c| Expr::from(c).scaled(&inverse));
    let root = |index: usize, power: &Expr| {
        let curve = curves.iter().find(|c| c.index as usize == index && c.power == *power);
        curve.map(|c| Expr::from(&c.variable))
    };
    match rest.len() {
        0 => vec![],
        1 => vec![part(0).negated()],
        2 => {
            // y² + 2hy + c = (y + h)² − (h² − c)
            let half = Rational::new(1, 2).map_or_else(Expr::zero, |half| part(1).scaled(&half));
            let distance = root(2, &half.pow(2).minus(&part(0)));
            let both = distance.map(|d| [d.minus(&half), d.plus(&half).negated()]);
            both.into_iter().flatten().collect()
        }
        index if (1..index).all(|k| part(k).is_zero()) => {
            root(index, &part(0).negated()).into_iter().collect()
        }
        _ => vec![],
    }
}
