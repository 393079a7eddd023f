//! Points of a cell, to see quickly that a sign cannot be certified. Proves nothing.

use std::collections::BTreeMap;

use super::conjugate::pure_power;
use super::roots::{bisect, root_near};
use crate::exact::{Poly, Rational};
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Atom, Expr, Name, Node, Relation};

/// A value for each name.
pub(super) type Point = BTreeMap<Name, Rational>;

/// Points that are tried.
pub(super) const TRIES: u64 = 120;

/// The same where some facts describe roots.
const TRIES_AT_ROOTS: u64 = 30;

/// Bits of the numbers that stand for irrational roots.
const BITS: u32 = 40;

/// Whether some sampled point satisfies the facts and not the goal.
pub(super) fn refutes(facts: &[Fact], relation: Relation, goal: &Expr) -> bool {
    let exact = !facts.iter().any(is_root);
    points(facts, &goal.free_names(), TRIES).any(|point| match value(goal, &point) {
        Some(v) if exact || is_clear(&v) => match relation {
            Relation::Equal => !v.is_zero(),
            Relation::AtLeast => v.is_negative(),
            Relation::Positive => !v.is_positive(),
        },
        _ => false,
    })
}

/// Whether a fact gives a number, or a power of a variable in terms of others, by an equation of higher degree:
/// points have a number near it.
pub(super) fn is_root(fact: &Fact) -> bool {
    is_number(fact) || power_in_others(fact).is_some()
}

/// Whether a fact gives a number by an equation of higher degree.
pub(super) fn is_number(fact: &Fact) -> bool {
    let polynomial = fact.expr.poly();
    fact.relation == Relation::Equal && polynomial.degree() > 1 && polynomial.variables().len() == 1
}

/// The variable whose power an equation gives, the index of the power, and what the power is.
pub(super) fn power_in_others(fact: &Fact) -> Option<(Name, u32, Expr)> {
    let polynomial = fact.expr.poly();
    if fact.relation != Relation::Equal || polynomial.degree() < 2 || polynomial.variables().len() < 2 {
        return None;
    }
    polynomial.variables().iter().find_map(|v| {
        let Node::Variable(name) = v.node() else { return None };
        let (index, lead, rest) = pure_power(&fact.expr, v)?;
        Some((name.clone(), index, Expr::from(rest).scaled(&-&lead.recip()?)))
    })
}

/// Whether a value is so far from zero that its sign is that at the roots themselves.
pub(super) fn is_clear(value: &Rational) -> bool {
    Rational::new(1, 1 << (BITS / 2)).is_some_and(|least| value.abs() > least)
}

/// The names that equations of higher degree give, with numbers near them.
fn roots(facts: &[Fact]) -> Vec<(Name, Rational)> {
    let near = |fact: &Fact| {
        let variable = fact.expr.poly().variables().into_iter().next()?;
        let coefficients: Option<Vec<Rational>> =
            fact.expr.poly().coefficients_in(&variable).iter().map(Poly::as_constant).collect();
        let name = Expr::from(&variable).as_variable()?.clone();
        let (low, high) = range(facts, &[], &name);
        let width = Rational::ONE.halved(BITS)?;
        Some((name, bisect(&coefficients?, &low, &high, &width)?.0))
    };
    facts.iter().filter(|f| is_number(f)).filter_map(near).collect()
}

/// Points that satisfy the facts, with values for the names of the facts and more.
pub(super) fn points<'a>(facts: &'a [Fact], more: &[Name], tries: u64) -> impl Iterator<Item = Point> + 'a {
    let mut names = more.to_vec();
    facts.iter().for_each(|f| names.extend(f.expr.free_names()));
    names.sort();
    names.dedup();
    let roots = roots(facts);
    names.retain(|name| roots.iter().all(|(root, _)| root != name));
    let ranges: Vec<(Rational, Rational)> = names.iter().map(|n| range(facts, &roots, n)).collect();
    // What is said of the roots alone is the same at all points.
    let fixed: Point = roots.into_iter().collect();
    let of_roots = |f: &&Fact| {
        let moves = f.relation == Relation::Equal && !is_root(f);
        !moves && f.expr.free_names().iter().all(|n| fixed.contains_key(n))
    };
    let (of_roots, others): (Vec<&Fact>, Vec<&Fact>) = facts.iter().partition(of_roots);
    let possible = of_roots.into_iter().all(|f| satisfies(f, &fixed));
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let tries = match (names.is_empty(), facts.iter().any(is_root)) {
        _ if !possible => 0,
        (true, _) => 1,
        // Numbers near roots are long.
        (false, true) => tries.min(TRIES_AT_ROOTS),
        (false, false) => tries,
    };
    (0..tries).filter_map(move |k| {
        let mut point = fixed.clone();
        for (name, (low, high)) in names.iter().zip(&ranges) {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Near the lowest and the highest corner first, then nearer: what is left of a range may be a small part.
            let (part, parts) = match k {
                0 => (1, 12),
                1 => (11, 12),
                2 => (1, 512),
                3 => (511, 512),
                _ => (i64::try_from((state >> 33) % 13).unwrap_or(0), 12),
            };
            let share = Rational::new(part, parts).unwrap_or(Rational::ZERO);
            point.insert(name.clone(), low + &(&(high - low) * &share));
        }
        onto_curves(&others, &mut point);
        others.iter().all(|f| satisfies(f, &point)).then_some(point)
    })
}

/// Whether a point is known to satisfy a fact.
pub(super) fn satisfies(fact: &Fact, point: &Point) -> bool {
    holds(fact, point) == Some(true)
}

/// Moves a point onto the curves that give one variable in terms of the others.
fn onto_curves(facts: &[&Fact], point: &mut Point) {
    for fact in facts.iter().filter(|f| f.relation == Relation::Equal) {
        if let Some((name, index, power)) = power_in_others(fact) {
            let near = value(&power, point).and_then(|p| root_near(&p, index, BITS));
            if let Some((near, _)) = near {
                point.insert(name, near);
            }
            continue;
        }
        for atom in fact.expr.poly().variables() {
            let coefficients = fact.expr.poly().coefficients_in(&atom);
            let ([constant, slope], Node::Variable(name)) = (coefficients.as_slice(), atom.node()) else {
                continue;
            };
            let Some(slope) = slope.as_constant() else { continue };
            let value = value(&Expr::from(constant.clone()), point).and_then(|c| (-&c).checked_div(&slope));
            if let Some(value) = value {
                point.insert(name.clone(), value);
                break;
            }
        }
    }
}

/// The value of a polynomial at a point.
pub(super) fn value(e: &Expr, point: &Point) -> Option<Rational> {
    e.poly().evaluate(|a| match a.node() {
        Node::Variable(name) => point.get(name).cloned(),
        _ => None,
    })
}

/// A range of a variable that contains what the facts allow, given numbers near the roots that they mention; a
/// guess where they are silent.
fn range(facts: &[Fact], roots: &[(Name, Rational)], name: &Name) -> (Rational, Rational) {
    let (mut low, mut high) = (None, None);
    let variable = Expr::variable(name);
    let Some(atom) = variable.as_atom() else { return (Rational::ZERO, Rational::ONE) };
    for fact in facts {
        if fact.expr.size() > 3 {
            continue;
        }
        let coefficients = fact.expr.poly().coefficients_in(atom);
        let [constant, slope] = coefficients.as_slice() else { continue };
        let near = |a: &Atom| roots.iter().find(|(n, _)| matches!(a.node(), Node::Variable(m) if m == n));
        let constant = constant.evaluate(|a| near(a).map(|(_, value)| value.clone()));
        let (Some(b), Some(a)) = (constant, slope.as_constant()) else { continue };
        let Some(end) = b.checked_div(&a).map(|q| -&q) else { continue };
        if a.is_positive() {
            low = Some(low.map_or(end.clone(), |l: Rational| l.max(end)));
        } else {
            high = Some(high.map_or(end.clone(), |h: Rational| h.min(end)));
        }
    }
    match (low, high) {
        (Some(low), Some(high)) => (low, high),
        (Some(low), None) => (low.clone(), &low + &Rational::ONE),
        (None, Some(high)) => (&high - &Rational::ONE, high),
        (None, None) => (Rational::ZERO, Rational::ONE),
    }
}

fn holds(fact: &Fact, point: &Point) -> Option<bool> {
    let value = value(&fact.expr, point)?;
    Some(match fact.relation {
        Relation::Equal if is_root(fact) => !is_clear(&value),
        Relation::Equal => value.is_zero(),
        Relation::AtLeast => !value.is_negative(),
        Relation::Positive => value.is_positive(),
    })
}
