//! Points at which a claim fails: [`find`].
//!
//! The difference of the two sides is a polynomial on each of finitely many cells; the cells are
//! sampled on ever finer grids of the domain, interior points first, so that what is found is a point
//! with small denominators. Untrusted: the kernel evaluates the failure at the point.

use std::collections::BTreeMap;

use crate::exact::Rational;
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Expr, Name, Node, Relation};
use crate::model::{Bound, Charge, Claim, Comparison, Conjunct, Description, reduced};
use crate::piecewise::{Cell, Obstacle};

use super::breaks::{closed_form, with_breaks};
use super::extremum::{Extremum, Maxima};
use super::proof::{Hints, facts};

/// A point at which a conjunct of a claim fails.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Which conjunct.
    pub conjunct: usize,
    /// The values of parameters and variables, by their names in formulas.
    pub at: BTreeMap<Name, Rational>,
    /// The values of all names that the refutation says exist.
    pub hints: Hints,
    /// The left side there.
    pub left: Expr,
    /// The right side there.
    pub right: Expr,
}

/// Steps towards the value of a root.
const BISECTIONS: usize = 40;
/// Grid points of one conjunct at most.
const POINT_LIMIT: usize = 60_000;
/// Which points of a grid are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Those inside all intervals.
    Inner,
    /// All of them.
    Any,
}

/// The grids, by the number of parts of each interval, in the order of the search.
const GRIDS: [(i64, Place); 8] = [
    (2, Place::Inner),
    (4, Place::Inner),
    (3, Place::Inner),
    (2, Place::Any),
    (4, Place::Any),
    (3, Place::Any),
    (8, Place::Any),
    (5, Place::Any),
];

type Point = BTreeMap<Name, Rational>;

/// A point at which some conjunct fails, if one is found.
pub fn find(maxima: &Maxima, claim: &Claim) -> Result<Option<Failure>, Obstacle> {
    let claim = &claim.unfolded();
    let mut stuck = None;
    for (index, conjunct) in claim.conjuncts.iter().enumerate() {
        match find_in(maxima, claim, index, conjunct) {
            Ok(Some(failure)) => return Ok(Some(failure)),
            Ok(None) => {}
            Err(obstacle) => stuck = stuck.or(Some(obstacle)),
        }
    }
    match stuck {
        Some(obstacle) => Err(obstacle),
        None => Ok(None),
    }
}

fn find_in(
    maxima: &Maxima,
    claim: &Claim,
    index: usize,
    conjunct: &Conjunct,
) -> Result<Option<Failure>, Obstacle> {
    let names: Vec<&Bound> = claim.parameters.iter().chain(&conjunct.variables).collect();
    if claim.charges.is_empty() {
        return search(claim, index, conjunct, &names, &Hints::new());
    }
    // Charges depend on parameters at most. If they have one value for all parameters, use it;
    // otherwise fix the parameters first, on a grid.
    if let Ok(values) = maxima.of(claim) {
        let hints = charge_hints(claim, &values);
        return search(claim, index, conjunct, &names, &hints);
    }
    for parameters in grid_points(&claim.parameters.iter().collect::<Vec<_>>(), 4, Place::Any) {
        let terms = parameters.iter().map(|(n, v)| (n.clone(), Expr::number(v.clone()))).collect();
        let fixed = claim.at(&terms);
        let Ok(values) = maxima.of(&fixed) else { continue };
        let hints = charge_hints(&fixed, &values);
        let Some(conjunct) = fixed.conjuncts.get(index) else { continue };
        let variables: Vec<&Bound> = conjunct.variables.iter().collect();
        if let Some(mut failure) = search(&fixed, index, conjunct, &variables, &hints)? {
            for (name, value) in parameters {
                failure.hints.insert(name.clone(), Expr::number(value.clone()));
                failure.at.insert(name, value);
            }
            return Ok(Some(failure));
        }
    }
    Ok(None)
}

fn charge_hints(claim: &Claim, values: &[Extremum]) -> Hints {
    let mut hints = Hints::new();
    claim.charges.iter().zip(values).for_each(|(charge, found)| hints.add(charge, found));
    hints
}

fn search(
    claim: &Claim,
    index: usize,
    conjunct: &Conjunct,
    names: &[&Bound],
    charges: &Hints,
) -> Result<Option<Failure>, Obstacle> {
    let mut domain: Vec<_> = names.iter().flat_map(|b| b.domain()).collect();
    domain.extend(conjunct.premises.iter().cloned());
    let roots: Vec<&Charge> = claim.charges.iter().filter(|c| c.description == Description::Root).collect();
    let roots: Vec<&Charge> = roots.into_iter().chain(charges.roots()).collect();
    domain.extend(roots.iter().flat_map(|r| r.root()));
    let difference = conjunct.left.minus(&conjunct.right).substitute(charges.values());
    let (cells, breaks) = with_breaks(&facts(&domain), |engine, facts| engine.cells(facts, &difference))?;
    let roots: Vec<&Charge> = roots.into_iter().chain(&breaks).collect();
    for (parts, place) in GRIDS {
        // Points off the boundaries of cells first, so that no tie rule is involved.
        let mut best: Option<((Position, Rational), Point)> = None;
        for point in grid_points(names, parts, place) {
            let near = with_roots(&roots, &point);
            let Some((value, position)) = value_at(&cells, &near) else { continue };
            let violation = match conjunct.relation {
                Comparison::Equal => value.abs(),
                Comparison::Unequal if value.is_zero() => Rational::ONE,
                Comparison::Unequal => continue,
                Comparison::AtLeast | Comparison::Greater => -&value,
                Comparison::AtMost | Comparison::Less => value.clone(),
            };
            let strict = matches!(conjunct.relation, Comparison::Greater | Comparison::Less);
            let fails = violation.is_positive() || (strict && violation.is_zero());
            let rank = (position, violation);
            if fails && best.as_ref().is_none_or(|(b, _)| rank > *b) && allowed(conjunct, &point) {
                best = Some((rank, point));
            }
        }
        if let Some((_, at)) = best {
            return Ok(failure(claim, conjunct, index, at, charges, &roots));
        }
    }
    Ok(None)
}

/// Whether the premises that are no comparisons hold at a point.
fn allowed(conjunct: &Conjunct, point: &Point) -> bool {
    use crate::kernel::Formula;
    fn holds(formula: &Formula, point: &Point) -> bool {
        match formula {
            Formula::Compare(relation, e) => value_of(e, point).is_some_and(|v| match relation {
                Relation::Equal => v.is_zero(),
                Relation::AtLeast => !v.is_negative(),
                Relation::Positive => v.is_positive(),
            }),
            Formula::And(parts) => parts.iter().all(|p| holds(p, point)),
            Formula::Or(parts) => parts.iter().any(|p| holds(p, point)),
            _ => false,
        }
    }
    conjunct.premises.iter().all(|p| holds(p, point))
}

/// A point with values near those of the roots: only to see where a claim may fail.
fn with_roots(roots: &[&Charge], point: &Point) -> Point {
    let mut out = point.clone();
    for root in roots {
        let (Some(mut low), Some(mut high)) =
            (value_of(&root.argument.low, &out), value_of(&root.argument.high, &out))
        else {
            continue;
        };
        let mut sign = |x: &Rational| {
            out.insert(root.name.clone(), x.clone());
            value_of(&root.body, &out)
        };
        for _ in 0..BISECTIONS {
            let Some(half) = Rational::new(1, 2) else { break };
            let middle = &(&low + &high) * &half;
            match sign(&middle) {
                Some(v) if v.is_negative() => low = middle,
                _ => high = middle,
            }
        }
        out.insert(root.name.clone(), high);
    }
    out
}

fn failure(
    claim: &Claim,
    conjunct: &Conjunct,
    index: usize,
    at: Point,
    charges: &Hints,
    roots: &[&Charge],
) -> Option<Failure> {
    let values: BTreeMap<Name, Expr> = at.iter().map(|(n, v)| (n.clone(), Expr::number(v.clone()))).collect();
    let mut facts = Vec::new();
    for formula in roots.iter().flat_map(|r| r.root()) {
        let formula = values.iter().fold(formula, |f, (n, v)| f.substitute(n, v).unwrap_or(f));
        facts.extend(Fact::of(&formula));
    }
    let side = |e: &Expr| {
        let term = e.substitute(charges.values()).substitute(&values);
        closed_form(&facts, &term).map(|(e, _)| reduced(&e))
    };
    let (left, right) = (side(&conjunct.left)?, side(&conjunct.right)?);
    let mut hints = charges.clone();
    values.iter().for_each(|(name, value)| hints.insert(name.clone(), value.clone()));
    for charge in &claim.charges {
        for name in [&charge.name, &charge.argument.name] {
            if let Some(value) = charges.get(name) {
                hints.insert(name.clone(), value.substitute(&values));
            }
        }
    }
    Some(Failure { conjunct: index, at, hints, left, right })
}

fn value_of(e: &Expr, point: &Point) -> Option<Rational> {
    e.poly().evaluate(|a| match a.node() {
        Node::Variable(name) => point.get(name).cloned(),
        Node::Inverse(d) => value_of(d, point).map(|v| v.recip().unwrap_or(Rational::ZERO)),
        Node::Indicator(d) => {
            value_of(d, point).map(|v| if v.is_negative() { Rational::ZERO } else { Rational::ONE })
        }
        _ => None,
    })
}

/// Where a point lies in its cell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Position {
    Boundary,
    Inside,
}

fn value_at(cells: &[Cell], point: &Point) -> Option<(Rational, Position)> {
    for cell in cells {
        let mut position = Some(Position::Inside);
        for fact in &cell.facts {
            let value = value_of(&fact.expr, point)?;
            let holds = match fact.relation {
                // An equation of higher degree is that of a root, whose value is not exact here.
                Relation::Equal => value.is_zero() || fact.expr.poly().degree() > 1,
                Relation::AtLeast => !value.is_negative(),
                Relation::Positive => value.is_positive(),
            };
            position = match position {
                _ if !holds => None,
                Some(_) if value.is_zero() && fact.relation != Relation::Equal => Some(Position::Boundary),
                other => other,
            };
            if position.is_none() {
                break;
            }
        }
        if let Some(position) = position {
            return Some((value_of(&cell.value, point)?, position));
        }
    }
    None
}

/// The points of a grid with so many parts an interval.
fn grid_points(names: &[&Bound], parts: i64, place: Place) -> Vec<Point> {
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
