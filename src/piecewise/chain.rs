//! [`difference`]: bounds on the difference of two terms that follow from others of the same kind, as those of the orders of many
//! types: a shortest path (Bellman and Ford) is found sooner than the solution of a linear program, and decides as much.

use std::collections::{BTreeMap, BTreeSet};

use super::sign::empty;
use crate::exact::Rational;
use crate::kernel::rule::combine::{Combination, Fact, Term};
use crate::kernel::{Atom, Expr, Relation};

/// What chains of bounds say of another one.
pub(super) enum Chain {
    /// It follows.
    Found(Combination),
    /// It is no sum of them, and no other facts speak of the same.
    Missing,
    /// Other facts may say it.
    Open,
}

/// `scale·(from − to + more)`, with a positive scale. No atom stands for zero.
struct Difference<'a> {
    scale: Rational,
    from: Option<&'a Atom>,
    to: Option<&'a Atom>,
    more: Rational,
}

/// A term of this form.
fn difference_of(e: &Expr) -> Option<Difference<'_>> {
    let (mut up, mut down, mut free) = (None, None, Rational::ZERO);
    for (monomial, c) in e.terms() {
        let mut factors = monomial.factors();
        match (factors.next(), factors.next()) {
            (None, _) => free = c.clone(),
            (Some((atom, 1)), None) if c.is_positive() && up.is_none() => up = Some((atom, c)),
            (Some((atom, 1)), None) if c.is_negative() && down.is_none() => down = Some((atom, c)),
            _ => return None,
        }
    }
    let scale = match (up, down) {
        (Some((_, c)), Some((_, d))) if (c + d).is_zero() => c.clone(),
        (Some((_, c)), None) => c.clone(),
        (None, Some((_, d))) => -d,
        _ => return None,
    };
    let more = free.checked_div(&scale)?;
    Some(Difference { scale, from: up.map(|(a, _)| a), to: down.map(|(a, _)| a), more })
}

/// The least that a chain adds, with the most strict bounds; and the last of its bounds.
struct Reached {
    more: Rational,
    strict: usize,
    by: Option<usize>,
}

impl Reached {
    const HERE: Reached = Reached { more: Rational::ZERO, strict: 0, by: None };
}

/// A bound, its number among the facts, and whether it is strict.
type Known<'a> = (usize, bool, Difference<'a>);

/// Facts in two parts that have no atom in common: bounds on differences, and those that are something else or speak of
/// atoms of which something else is said.
pub(super) struct Parts<'a> {
    known: Vec<Known<'a>>,
    /// The numbers of the others.
    others: Vec<usize>,
    /// The atoms of the others.
    apart: BTreeSet<&'a Atom>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(facts: &'a [Fact]) -> Self {
        let mut parts = Parts { known: vec![], others: vec![], apart: BTreeSet::new() };
        let mut bounds = Vec::new();
        for (number, fact) in facts.iter().enumerate() {
            match difference_of(&fact.expr).filter(|_| fact.relation != Relation::Equal) {
                Some(bound) => bounds.push((number, fact.relation == Relation::Positive, bound)),
                None => {
                    parts.others.push(number);
                    parts.apart.extend(fact.expr.atoms());
                }
            }
        }
        loop {
            let ends = |bound: &Difference<'a>| bound.from.into_iter().chain(bound.to);
            let is_apart = |(_, _, bound): &Known<'a>| ends(bound).any(|a| parts.apart.contains(a));
            let (moved, rest): (Vec<_>, Vec<_>) = bounds.into_iter().partition(is_apart);
            bounds = rest;
            if moved.is_empty() {
                break;
            }
            for (number, _, bound) in &moved {
                parts.others.push(*number);
                parts.apart.extend(ends(bound));
            }
        }
        parts.others.sort_unstable();
        parts.known = bounds;
        parts
    }

    /// Whether there are bounds, and they have a solution: then what follows about other atoms follows from the others.
    pub(super) fn is_inhabited(&self) -> bool {
        let all: Vec<_> = self.known.iter().map(|(_, _, bound)| bound.from).collect();
        !all.is_empty() && shortest(&self.known, &all).is_some()
    }

    /// Why the others contradict each other.
    pub(super) fn contradiction_of_others(&self, facts: &[Fact]) -> Option<Combination> {
        let others: Vec<Fact> = self.others.iter().filter_map(|n| facts.get(*n).cloned()).collect();
        if others.is_empty() {
            return None;
        }
        let mut found = empty(&others)?;
        let number = |n: &mut usize| self.others.get(*n).map(|old| *n = *old);
        for term in &mut found.terms {
            term.facts.iter_mut().try_for_each(|(n, _)| number(n))?;
            for side in term.boxes.iter_mut().flat_map(|b| &mut b.sides) {
                number(&mut side.below)?;
                number(&mut side.above)?;
            }
        }
        found.equations.iter_mut().try_for_each(|(_, n)| number(n))?;
        Some(found)
    }
}

/// `x − y + c REL 0` as a sum of bounds `x − u + …`, `u − v + …`, …, `w − y + …`; whether the other facts contradict each
/// other is not looked at.
pub(super) fn difference(parts: &Parts<'_>, relation: Relation, goal: &Expr) -> Chain {
    let apart = goal.atoms().any(|a| parts.apart.contains(a));
    let Some(goal) = difference_of(goal).filter(|_| relation != Relation::Equal && !apart) else {
        return Chain::Open;
    };
    let Some(reached) = shortest(&parts.known, &[goal.from]) else { return Chain::Open };
    match chain(&parts.known, &reached, relation, &goal) {
        Some(found) => Chain::Found(found),
        // From facts that contradict each other everything follows.
        None if parts.is_inhabited() => Chain::Missing,
        None => Chain::Open,
    }
}

/// The shortest chains from some places to all others; none if bounds along a cycle contradict each other.
fn shortest<'a>(
    known: &[Known<'a>],
    from: &[Option<&'a Atom>],
) -> Option<BTreeMap<Option<&'a Atom>, Reached>> {
    let mut reached: BTreeMap<_, _> = from.iter().map(|place| (*place, Reached::HERE)).collect();
    // A path visits a place once.
    for _ in 0..=known.len() + 1 {
        let mut moved = false;
        for (k, (_, strict, bound)) in known.iter().enumerate() {
            let Some(here) = reached.get(&bound.from) else { continue };
            let (more, strict) = (&here.more + &bound.more, here.strict + usize::from(*strict));
            let better = |old: &Reached| more < old.more || (more == old.more && strict > old.strict);
            if reached.get(&bound.to).is_none_or(better) {
                reached.insert(bound.to, Reached { more, strict, by: Some(k) });
                moved = true;
            }
        }
        if !moved {
            return Some(reached);
        }
    }
    None
}

fn chain(
    known: &[Known<'_>],
    reached: &BTreeMap<Option<&Atom>, Reached>,
    relation: Relation,
    goal: &Difference<'_>,
) -> Option<Combination> {
    let end = reached.get(&goal.to)?;
    let rest = &goal.more - &end.more;
    let holds = rest.is_positive() || (rest.is_zero() && (end.strict > 0 || relation == Relation::AtLeast));
    if !holds {
        return None;
    }
    let mut terms = Vec::new();
    let mut place = end;
    while let Some(k) = place.by {
        let (number, _, bound) = known.get(k)?;
        let coefficient = goal.scale.checked_div(&bound.scale)?;
        terms.push(Term { facts: vec![(*number, 1)], ..Term::number(coefficient) });
        place = reached.get(&bound.from)?;
        if terms.len() > known.len() {
            return None;
        }
    }
    if rest.is_positive() {
        terms.push(Term::number(&goal.scale * &rest));
    }
    Some(Combination { terms, equations: vec![] })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(relation: Relation, expr: Expr) -> Fact {
        Fact { relation, expr }
    }

    fn found(facts: &[Fact], relation: Relation, goal: &Expr) -> Option<bool> {
        match difference(&Parts::of(facts), relation, goal) {
            Chain::Found(_) => Some(true),
            Chain::Missing => Some(false),
            Chain::Open => None,
        }
    }

    #[test]
    fn bounds_follow_from_chains_and_from_nothing_else() {
        let [x, y, z] = ["x", "y", "z"].map(Expr::variable);
        let half = Expr::number(Rational::new(1, 2).unwrap());
        let facts = [
            fact(Relation::AtLeast, x.minus(&y)),
            fact(Relation::Positive, y.minus(&z).minus(&half).scaled(&Rational::from(3))),
            fact(Relation::AtLeast, Expr::one().minus(&x)),
            fact(Relation::AtLeast, z.clone()),
        ];
        assert_eq!(found(&facts, Relation::Positive, &x.minus(&z)), Some(true));
        assert_eq!(found(&facts, Relation::Positive, &x.minus(&z).minus(&half)), Some(true));
        assert_eq!(found(&facts, Relation::AtLeast, &half.minus(&z)), Some(true));
        assert_eq!(found(&facts, Relation::AtLeast, &x.minus(&half)), Some(true));
        assert_eq!(found(&facts, Relation::Positive, &x.minus(&y)), Some(false));
        assert_eq!(found(&facts, Relation::AtLeast, &x.minus(&z).minus(&Expr::one())), Some(false));
        assert_eq!(found(&facts, Relation::AtLeast, &x.plus(&y).minus(&z)), None);
        let more = [facts.to_vec(), vec![fact(Relation::Equal, x.minus(&y))]].concat();
        assert_eq!(found(&more, Relation::AtLeast, &y.minus(&x)), None);
        // What is said of something else does not matter.
        let w = Expr::variable("w");
        let about_others =
            [fact(Relation::Equal, w.pow(2).minus(&half)), fact(Relation::Positive, w.clone())];
        let more = [facts.to_vec(), about_others.to_vec()].concat();
        assert_eq!(found(&more, Relation::Positive, &x.minus(&y)), Some(false));
        assert_eq!(found(&more, Relation::AtLeast, &x.minus(&w)), None);
    }

    #[test]
    fn facts_that_contradict_each_other_are_left_to_others() {
        let [x, y] = ["x", "y"].map(Expr::variable);
        let one = Expr::one();
        let facts = [
            fact(Relation::AtLeast, x.minus(&y).minus(&one)),
            fact(Relation::AtLeast, y.minus(&x).minus(&one)),
        ];
        assert_eq!(found(&facts, Relation::Positive, &x), None);
        assert_eq!(found(&facts, Relation::Positive, &x.minus(&y)), None);
        // Elsewhere, and without a distance.
        let z = Expr::variable("z");
        assert_eq!(found(&facts, Relation::Positive, &z), None);
        let facts = [fact(Relation::AtLeast, x.minus(&y)), fact(Relation::Positive, y.minus(&x))];
        assert_eq!(found(&facts, Relation::Positive, &z), None);
    }
}
