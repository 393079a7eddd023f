//! Points of grids in the domain of a claim, from coarse to fine: what is found there has small denominators.
//! A difference without integrals needs no cells: [`without_cells`]. Untrusted.

use std::collections::BTreeMap;

use crate::exact::Rational;
use crate::kernel::rule::finite::decide;
use crate::kernel::{Expr, Name, Node};
use crate::model::{Bound, Comparison, Conjunct};

use super::nearby::conditions;
use super::tangent::suspects;

/// Grid points of one conjunct at most.
const POINT_LIMIT: usize = 60_000;
/// Grid points of a search without cells at most.
const QUICK_LIMIT: usize = 1_000;

/// Which points of a grid are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Those inside all intervals.
    Inner,
    /// All of them.
    Any,
}

/// The grids, by the number of parts of each interval, in the order of the search.
pub(super) const GRIDS: [(i64, Place); 8] = [
    (2, Place::Inner),
    (4, Place::Inner),
    (3, Place::Inner),
    (2, Place::Any),
    (4, Place::Any),
    (3, Place::Any),
    (8, Place::Any),
    (5, Place::Any),
];

/// A number for each name.
pub(super) type Point = BTreeMap<Name, Rational>;

/// Where a point lies in its cell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Position {
    Boundary,
    Inside,
}

/// By how much a difference of two sides fails to be as a relation says: not at all below zero.
pub(super) fn excess(relation: Comparison, difference: Rational) -> Option<Rational> {
    match relation {
        Comparison::Equal => Some(difference.abs()),
        Comparison::Unequal => difference.is_zero().then_some(Rational::ONE),
        Comparison::AtLeast | Comparison::Greater => Some(-&difference),
        Comparison::AtMost | Comparison::Less => Some(difference),
    }
}

/// A point of a coarse grid that fails, of a difference without integrals: its values need no cells. One that is at a tie only
/// if there is no other.
pub(super) fn without_cells(
    names: &[&Bound],
    conjunct: &Conjunct,
    difference: &Expr,
    fails: impl Fn(&Rational) -> bool,
) -> Option<Point> {
    let ties = conditions(&[difference]);
    let mut at_a_tie = None;
    for (parts, place) in GRIDS {
        let mut best: Option<((Position, Rational), Point)> = None;
        let points = grid_points(names, parts, place);
        if points.len() > QUICK_LIMIT {
            break;
        }
        for point in points {
            let violation = excess(conjunct.relation, value_of(difference, &point)?);
            let Some(violation) = violation.filter(|v| fails(v)) else { continue };
            let on_border = |e: &Expr| value_of(e, &point).is_none_or(|v| v.is_zero());
            let position = if ties.iter().any(on_border) { Position::Boundary } else { Position::Inside };
            let rank = (position, violation);
            if best.as_ref().is_none_or(|(b, _)| rank > *b) && allowed(conjunct, &point) {
                best = Some((rank, point));
            }
        }
        match best {
            Some(((Position::Inside, _), at)) => return Some(at),
            Some((_, at)) => at_a_tie = at_a_tie.or(Some(at)),
            None => {}
        }
    }
    if at_a_tie.is_some() {
        return at_a_tie;
    }
    let least = matches!(conjunct.relation, Comparison::AtMost | Comparison::Less);
    let difference = if least { difference.negated() } else { difference.clone() };
    let fails_at = |at: &Point| {
        let violation = excess(Comparison::AtLeast, value_of(&difference, at)?)?;
        (fails(&violation) && allowed(conjunct, at)).then_some(())
    };
    suspects(&difference, names).into_iter().find(|at| fails_at(at).is_some())
}

/// Whether the premises hold at a point.
pub(super) fn allowed(conjunct: &Conjunct, point: &Point) -> bool {
    let values: Vec<(&Name, Rational)> = point.iter().map(|(name, value)| (name, value.clone())).collect();
    conjunct.premises.iter().all(|p| decide(p, &values) == Some(true))
}

/// The points of a grid with so many parts an interval.
pub(super) fn grid_points(names: &[&Bound], parts: i64, place: Place) -> Vec<Point> {
    let steps = match place {
        Place::Inner => 1..parts,
        Place::Any => 0..parts + 1,
    };
    let mut points = vec![Point::new()];
    for bound in names {
        let mut next = Vec::new();
        for point in &points {
            let (Some(low), Some(high)) = (value_of(&bound.low, point), value_of(&bound.high, point)) else {
                continue;
            };
            for k in steps.clone() {
                let Some(share) = Rational::new(k, parts) else { continue };
                let mut point = point.clone();
                point.insert(bound.name.clone(), &low + &(&(&high - &low) * &share));
                next.push(point);
            }
            if next.len() > POINT_LIMIT {
                break;
            }
        }
        points = next;
    }
    points
}

/// The value of a term without integrals.
pub(super) fn value_of(e: &Expr, point: &Point) -> Option<Rational> {
    e.poly().evaluate(|a| match a.node() {
        Node::Variable(name) => point.get(name).cloned(),
        Node::Whole(d) => value_of(d, point),
        Node::Inverse(d) => value_of(d, point).map(|v| v.recip().unwrap_or(Rational::ZERO)),
        Node::Indicator(d) => {
            value_of(d, point).map(|v| if v.is_negative() { Rational::ZERO } else { Rational::ONE })
        }
        _ => None,
    })
}
