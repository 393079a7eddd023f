//! Points at which a claim fails: [`find`].
//!
//! The difference of the two sides is a polynomial on each of finitely many cells; the cells are
//! sampled on ever finer grids of the domain, interior points first, so that what is found is a point
//! with small denominators. Untrusted: the kernel evaluates the failure at the point.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::exact::{Poly, Rational};
use crate::kernel::rule::combine::Fact;
use crate::kernel::rule::finite::decide;
use crate::kernel::{Atom, Expr, Name, Relation};
use crate::model::{
    Bound, Charge, Claim, Comparison, Conjunct, Description, choices, reduced, root_of, roots_in,
};
use crate::piecewise::{
    AlgebraicNumber, Cell, Obstacle, failing_point, pure_power, repeated, without_layers,
};

use super::breaks::{Zero, closed_form, with_breaks, zeros};
use super::enclosure::approximated;
use super::extremum::{Extremum, Maxima};
use super::grid::{GRIDS, Place, Point, Position, allowed, excess, grid_points, value_of, without_cells};
use super::proof::{Hints, facts};

/// A point at which a conjunct of a claim fails.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Which conjunct.
    pub conjunct: usize,
    /// The values of parameters and variables, by their names in formulas: numbers, possibly in roots.
    pub at: BTreeMap<Name, Expr>,
    /// What the roots in these values are, beside those that the claim speaks of.
    pub roots: Vec<Charge>,
    /// The values of all names that the refutation says exist.
    pub hints: Hints,
    /// The left side there.
    pub left: Expr,
    /// The right side there.
    pub right: Expr,
}

/// Steps towards the value of a root.
const BISECTIONS: usize = 40;
/// Bits of a difference that are believed.
const NOISE: u32 = 30;
/// Steps in the search for a point that fails.
const CLIMB_LIMIT: usize = 60;
/// A point at which some conjunct fails, if one is found.
pub fn find(maxima: &Maxima, claim: &Claim) -> Result<Option<Failure>, Obstacle> {
    let claim = &claim.unfolded();
    if let Some(close) = approximated(claim) {
        let exact = |failure: Failure| {
            let conjunct = claim.conjuncts.get(failure.conjunct)?;
            let [left, right] = [&conjunct.left, &conjunct.right].map(|e| e.substitute(&failure.at));
            Some(Failure { left, right, ..failure })
        };
        return Ok(find(maxima, &close)?.and_then(exact));
    }
    if claim.parameters.iter().any(|p| p.points.is_finite()) {
        return at_parameters(maxima, claim);
    }
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
    if conjunct.variables.iter().any(|b| b.points.is_finite()) {
        return among_points(maxima, claim, index, conjunct);
    }
    let names: Vec<&Bound> = claim.parameters.iter().chain(&conjunct.variables).collect();
    let none = Point::new();
    if names.is_empty()
        && claim.charges.is_empty()
        && let (Some(left), Some(right)) = (value_of(&conjunct.left, &none), value_of(&conjunct.right, &none))
    {
        let holds = allowed(&Conjunct { premises: vec![conjunct.comparison()], ..conjunct.clone() }, &none);
        let failure = || Failure {
            conjunct: index,
            at: BTreeMap::new(),
            roots: vec![],
            hints: Hints::new(),
            left: Expr::number(left),
            right: Expr::number(right),
        };
        return Ok((!holds && allowed(conjunct, &none)).then(failure));
    }
    if claim.charges.is_empty() {
        return search(claim, index, conjunct, &names, &Hints::new());
    }
    // Charges depend on parameters at most. If they have one value for all parameters, use it;
    // otherwise fix the parameters first, on a grid.
    let mut fixed_points: Vec<Point> = Vec::new();
    if let Ok(values) = maxima.of(claim) {
        let hints = charge_hints(claim, &values);
        let found = search(claim, index, conjunct, &names, &hints)?;
        let of_parameters = |r: &Charge| claim.parameters.iter().any(|p| r.body.mentions(&p.name));
        if !hints.roots().iter().any(of_parameters) {
            return Ok(found);
        }
        let Some(failure) = found else { return Ok(None) };
        let value = |p: &Bound| Some((p.name.clone(), failure.at.get(&p.name)?.as_number()?));
        fixed_points.extend(claim.parameters.iter().map(value).collect::<Option<Point>>());
    }
    let parameters: Vec<&Bound> = claim.parameters.iter().collect();
    for parameters in fixed_points.into_iter().chain(grid_points(&parameters, 4, Place::Any)) {
        let terms = parameters.iter().map(|(n, v)| (n.clone(), Expr::number(v.clone()))).collect();
        let fixed = claim.at(&terms);
        let Ok(values) = maxima.of(&fixed) else { continue };
        let hints = charge_hints(&fixed, &values);
        let Some(conjunct) = fixed.conjuncts.get(index) else { continue };
        let variables: Vec<&Bound> = conjunct.variables.iter().collect();
        if let Some(mut failure) = search(&fixed, index, conjunct, &variables, &hints)? {
            for (name, value) in parameters {
                failure.hints.insert(name.clone(), Expr::number(value.clone()));
                failure.at.insert(name, Expr::number(value));
            }
            return Ok(Some(failure));
        }
    }
    Ok(None)
}

/// The first failure for some values of parameters with finite ranges.
fn at_parameters(maxima: &Maxima, claim: &Claim) -> Result<Option<Failure>, Obstacle> {
    let formulas: Vec<_> = claim.conjuncts.iter().map(Conjunct::formula).collect();
    for choice in choices(&claim.parameters) {
        let number = |(name, e): (&'_ Name, &Expr)| Some((name.clone(), e.as_number()?));
        let values: Option<Vec<(Name, Rational)>> = choice.iter().map(number).collect();
        let values = values.unwrap_or_default();
        let values: Vec<(&Name, Rational)> = values.iter().map(|(n, v)| (n, v.clone())).collect();
        if formulas.iter().all(|f| decide(f, &values) == Some(true)) {
            continue;
        }
        let Some(mut failure) = find(maxima, &claim.at(&choice))? else { continue };
        choice.iter().for_each(|(name, value)| failure.hints.insert(name.clone(), value.clone()));
        failure.at.extend(choice);
        return Ok(Some(failure));
    }
    Ok(None)
}

/// The failure at the point of finite ranges where the sides are furthest apart.
fn among_points(
    maxima: &Maxima,
    claim: &Claim,
    index: usize,
    conjunct: &Conjunct,
) -> Result<Option<Failure>, Obstacle> {
    let mut worst: Option<(Option<Rational>, Failure)> = None;
    for choice in choices(&conjunct.variables) {
        let Some(mut failure) = find_in(maxima, claim, index, &conjunct.at(&choice))? else { continue };
        choice.iter().for_each(|(name, value)| failure.hints.insert(name.clone(), value.clone()));
        failure.at.extend(choice);
        let gap = failure.left.minus(&failure.right).as_number().map(|gap| gap.abs());
        if worst.as_ref().is_none_or(|(most, _)| gap > *most) {
            worst = Some((gap, failure));
        }
    }
    Ok(worst.map(|(_, failure)| failure))
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
    let difference = without_layers(&conjunct.left.minus(&conjunct.right).substitute(charges.values()));
    let strict = matches!(conjunct.relation, Comparison::Greater | Comparison::Less);
    let fails = |violation: &Rational| violation.is_positive() || (strict && violation.is_zero());
    if roots.is_empty()
        && let Some(at) = without_cells(names, conjunct, &difference, fails)
    {
        return Ok(failure(claim, conjunct, index, &numbers(at), charges, &roots, vec![]));
    }
    let (cells, breaks) = with_breaks(&facts(&domain), |engine, facts| engine.cells(facts, &difference))?;
    let roots: Vec<&Charge> = roots.into_iter().chain(&breaks).collect();
    // Most roots are the same for all points.
    let is_fixed = |r: &&&Charge| r.root().iter().all(|f| !names.iter().any(|b| f.mentions(&b.name)));
    let (fixed, others): (Vec<&Charge>, Vec<&Charge>) = roots.iter().partition(is_fixed);
    let fixed = with_roots(&fixed, &Point::new());
    let described = |point: &Point| -> Point {
        point.iter().chain(&fixed).map(|(n, v)| (n.clone(), v.clone())).collect()
    };
    let permitted = |point: &Point| allowed(conjunct, &with_roots(&others, &described(point)));
    // What is close to zero may be zero: roots are known to some bits only.
    let noise = Rational::ONE.halved(NOISE).filter(|_| !roots.is_empty());
    let fails =
        |violation: &Rational| fails(violation) && noise.as_ref().is_none_or(|n| strict || violation > n);
    let violation = |point: &Point| -> Option<(Position, Rational)> {
        let (value, position) = value_at(&cells, &with_roots(&others, &described(point)))?;
        Some((position, excess(conjunct.relation, value)?))
    };
    let mut nearest: Option<(Rational, Point)> = None;
    for (parts, place) in GRIDS {
        // Points off the boundaries of cells first, so that no tie rule is involved.
        let mut best: Option<((Position, Rational), Point)> = None;
        for point in grid_points(names, parts, place) {
            let Some(rank) = violation(&point) else { continue };
            if !fails(&rank.1) {
                if nearest.as_ref().is_none_or(|(v, _)| rank.1 > *v) {
                    nearest = Some((rank.1, point));
                }
            } else if best.as_ref().is_none_or(|(b, _)| rank > *b) && permitted(&point) {
                best = Some((rank, point));
            }
        }
        if let Some((_, at)) = best {
            return Ok(failure(claim, conjunct, index, &numbers(at), charges, &roots, vec![]));
        }
    }
    let in_boxes = cells.iter().find_map(|cell| failing_in(cell, conjunct.relation, names));
    let found = in_boxes.filter(|point| permitted(point) && violation(point).is_some_and(|(_, v)| fails(&v)));
    let found = found.or_else(|| nearest.and_then(|start| climb(names, start, violation, fails)));
    if let Some(at) = found.filter(|point| permitted(point)) {
        return Ok(failure(claim, conjunct, index, &numbers(at), charges, &roots, vec![]));
    }
    let touching = names.first().filter(|_| strict && names.len() == 1 && conjunct.premises.is_empty());
    let zeros = touching.map(|bound| stationary_points(&cells, bound)).unwrap_or_default();
    let at_zero = |zero: Zero| {
        let zero = zero.renamed(&claim.charges);
        let at = BTreeMap::from([(names.first()?.name.clone(), zero.at)]);
        let known: Vec<&Charge> = roots.iter().copied().chain(&zero.roots).collect();
        let failure = failure(claim, conjunct, index, &at, charges, &known, zero.roots.clone())?;
        let difference = failure.left.minus(&failure.right);
        let described: Vec<Charge> = known.into_iter().cloned().chain(roots_in(&difference)).collect();
        let difference = AlgebraicNumber::of_term(&difference, &described)?;
        (difference.sign() == Some(Ordering::Equal)).then_some(failure)
    };
    Ok(zeros.into_iter().find_map(at_zero))
}

/// A point at which the value on a cell that is a box has another sign.
fn failing_in(cell: &Cell, relation: Comparison, names: &[&Bound]) -> Option<Point> {
    let below = cell.value.negated();
    let point = match relation {
        Comparison::AtLeast => failing_point(&cell.facts, Relation::AtLeast, &cell.value),
        Comparison::AtMost => failing_point(&cell.facts, Relation::AtLeast, &below),
        Comparison::Greater => failing_point(&cell.facts, Relation::Positive, &cell.value),
        Comparison::Less => failing_point(&cell.facts, Relation::Positive, &below),
        Comparison::Equal | Comparison::Unequal => None,
    }?;
    names.iter().all(|bound| point.contains_key(&bound.name)).then_some(point)
}

fn numbers(point: Point) -> BTreeMap<Name, Expr> {
    point.into_iter().map(|(name, value)| (name, Expr::number(value))).collect()
}

/// The irrational points in a range at which the value of some cell is stationary.
fn stationary_points(cells: &[Cell], bound: &Bound) -> Vec<Zero> {
    let variable = Expr::variable(&bound.name);
    let (Some(atom), Some(low), Some(high)) =
        (variable.as_atom(), bound.low.as_number(), bound.high.as_number())
    else {
        return vec![];
    };
    let mut out = Vec::new();
    for cell in cells {
        let numbers = |p: &Poly<Atom>| -> Option<Vec<Rational>> {
            p.coefficients_in(atom).iter().map(Poly::as_constant).collect()
        };
        // A zero that is repeated is one of a simpler polynomial, of which the value is a multiple.
        let touching = numbers(cell.value.poly()).and_then(|n| repeated(&n));
        let stationary = numbers(&cell.value.poly().derivative(atom));
        for polynomial in touching.into_iter().chain(stationary) {
            out.extend(zeros(&polynomial, &low, &high).unwrap_or_default());
        }
    }
    out
}

/// From the point that comes nearest to failing, by steps along single names that become shorter.
fn climb(
    names: &[&Bound],
    (mut reached, mut at): (Rational, Point),
    violation: impl Fn(&Point) -> Option<(Position, Rational)>,
    fails: impl Fn(&Rational) -> bool,
) -> Option<Point> {
    let mut step = Rational::new(1, 16)?;
    for _ in 0..CLIMB_LIMIT {
        let mut better: Option<(Rational, Point)> = None;
        for bound in names {
            let (low, high) = (value_of(&bound.low, &at)?, value_of(&bound.high, &at)?);
            let length = &(&high - &low) * &step;
            for by in [length.clone(), -&length] {
                let moved = at.get(&bound.name)? + &by;
                if moved < low || moved > high {
                    continue;
                }
                let mut next = at.clone();
                next.insert(bound.name.clone(), moved);
                if let Some((_, v)) = violation(&next)
                    && v > *better.as_ref().map_or(&reached, |(best, _)| best)
                {
                    better = Some((v, next));
                }
            }
        }
        match better {
            Some((v, next)) if fails(&v) => return Some(next),
            Some((v, next)) => (reached, at) = (v, next),
            None => step = step.halved(1)?,
        }
    }
    None
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
    values: &BTreeMap<Name, Expr>,
    charges: &Hints,
    roots: &[&Charge],
    more: Vec<Charge>,
) -> Option<Failure> {
    let mut facts = Vec::new();
    for formula in roots.iter().flat_map(|r| r.root()) {
        let formula = values.iter().fold(formula, |f, (n, v)| f.substitute(n, v).unwrap_or(f));
        facts.extend(Fact::of(&formula));
    }
    // Roots of terms in the names that have values now are roots of numbers.
    let plain: BTreeMap<Name, Expr> = roots.iter().filter_map(|r| root_of_number(r, values)).collect();
    let side = |e: &Expr| {
        let term = e.substitute(charges.values()).substitute(values);
        closed_form(&facts, &term).map(|(e, _)| reduced(&e.substitute(&plain)))
    };
    let (left, right) = (side(&conjunct.left)?, side(&conjunct.right)?);
    let mut hints = charges.clone();
    values.iter().for_each(|(name, value)| hints.insert(name.clone(), value.clone()));
    for charge in &claim.charges {
        for name in [&charge.name, &charge.argument.name] {
            if let Some(value) = charges.get(name) {
                hints.insert(name.clone(), value.substitute(values));
            }
        }
    }
    hints.describe(&more);
    Some(Failure { conjunct: index, at: values.clone(), roots: more, hints, left, right })
}

/// The value of a root of a term in other names, where these have values that make the term a number; `None` for other
/// roots.
pub fn root_of_number(root: &Charge, values: &BTreeMap<Name, Expr>) -> Option<(Name, Expr)> {
    let x = Expr::variable(&root.name);
    let body = root.body.substitute(values);
    let is_changed = body != root.body;
    let (index, lead, rest) = pure_power(&body, x.as_atom()?).filter(|_| is_changed)?;
    let power = -&rest.as_constant()?.checked_div(&lead)?;
    Some((root.name.clone(), root_of(&power, index)?.0))
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
