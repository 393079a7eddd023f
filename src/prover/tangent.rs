//! Incentive constraints of rules with many pieces: what a type gains by the truth lies above what it gains by a report, a
//! line in the type, if the slope of that line does not fall in the report. One piece after the other, where cells would be pairs of them.

use std::collections::BTreeSet;

use crate::exact::{Monomial, Poly, Rational};
use crate::kernel::rule::calculus::Interval;
use crate::kernel::rule::combine::Fact;
use crate::kernel::rule::on_box::Cover;
use crate::kernel::rule::tangent::pieces;
use crate::kernel::{Atom, Expr, Formula, Name, Node, Relation, Step};
use crate::model::Bound;
use crate::piecewise::{cover, failing_point};

use super::grid::{Point, value_of};
use super::proof::{Builder, symbol};

/// From so many conditions on, cells are not tried first.
const MANY: usize = 8;

/// `value(x) − value(y) − (x − y)·slope(y)`, of functions of `x`.
pub(super) struct Tangents {
    x: Name,
    y: Name,
    value: Expr,
    slope: Expr,
}

impl Tangents {
    /// A term read in this way, if it has many conditions. A linear term in `x` may be added to `value`, and its slope to `slope`:
    /// it goes out.
    pub(super) fn of(e: &Expr) -> Option<Self> {
        let conditions: BTreeSet<&Atom> =
            e.atoms().filter(|a| matches!(a.node(), Node::Indicator(_))).collect();
        if conditions.len() < MANY {
            return None;
        }
        let names = e.free_names();
        let [a, b] = names.as_slice() else { return None };
        [(a, b), (b, a)].into_iter().find_map(|(x, y)| Self::in_order(e, x, y))
    }

    fn in_order(e: &Expr, x: &Name, y: &Name) -> Option<Self> {
        let variable = Expr::variable(x);
        let atom = variable.as_atom()?;
        let (mut value, mut slope) = (Vec::new(), Vec::new());
        for (m, c) in e.terms() {
            let of = |name: &Name| m.factors().any(|(a, _)| a.mentions_variable(name));
            match (of(x), of(y)) {
                (true, false) => value.push((m.clone(), c.clone())),
                (true, true) => {
                    let (rest, 1) = m.split(atom) else { return None };
                    slope.push((rest, -c));
                }
                (false, _) => {}
            }
        }
        let term = |terms: Vec<(Monomial<Atom>, Rational)>| Expr::from(Poly::of_terms(terms));
        let (value, at_y) = (term(value), term(slope));
        let other = Expr::variable(y);
        let tangent = value.substitute_one(x, &other).plus(&variable.minus(&other).times(&at_y));
        let slope = at_y.substitute_one(y, &variable);
        (value.minus(&tangent) == *e).then(|| Tangents { x: x.clone(), y: y.clone(), value, slope })
    }

    /// A cover for each piece of the slope, on an interval.
    fn covers(&self, low: &Rational, high: &Rational) -> Option<Vec<Cover>> {
        let variable = Expr::variable(&self.x);
        let atom = variable.as_atom()?;
        let (points, all) = pieces(&[&self.value, &self.slope], atom, low, high)?;
        let slopes = all.last()?;
        let sides = points.iter().zip(points.iter().skip(1));
        let covers = slopes
            .iter()
            .zip(sides)
            .map(|(piece, (from, to))| cover(&Expr::from(piece.poly().derivative(atom)), &self.x, from, to));
        covers.collect()
    }
}

/// Steps towards a point of which a failure is suspected: one part in so many of the interval.
const PARTS: [i64; 12] =
    [2, 4, 10, 20, 100, 1_000, 10_000, 100_000, 1_000_000, 100_000_000, 10_000_000_000, 1_000_000_000_000];

/// Pairs of types near which a constraint of this kind may fail: where the function jumps or is not steep enough, where its
/// slope falls. The furthest pairs come first.
pub(super) fn suspects(e: &Expr, names: &[&Bound]) -> Vec<Point> {
    let Some(tangents) = Tangents::of(e) else { return vec![] };
    let bound = |name: &Name| names.iter().find(|b| b.name == *name);
    let ends = |b: &&Bound| Some((b.low.as_number()?, b.high.as_number()?));
    let Some((low, high)) = bound(&tangents.x).and_then(ends) else { return vec![] };
    if bound(&tangents.y).and_then(ends).as_ref() != Some(&(low.clone(), high.clone())) {
        return vec![];
    }
    let places = tangents.places(&low, &high).unwrap_or_default();
    let mut out = Vec::new();
    for parts in PARTS {
        let Some(share) = Rational::new(1, parts) else { continue };
        let step = &(&high - &low) * &share;
        for place in &places {
            let (below, above) = (place - &step, place + &step);
            for (x, y) in [(&below, place), (place, &below), (&above, place), (place, &above)]
                .into_iter()
                .chain([(&below, &above), (&above, &below)])
            {
                if [x, y].into_iter().all(|z| low <= *z && *z <= high) {
                    let point = [(&tangents.x, x), (&tangents.y, y)];
                    out.push(point.map(|(name, value)| (name.clone(), value.clone())).into());
                }
            }
        }
    }
    out
}

impl Tangents {
    /// Where the slope falls, or is not that of the value.
    fn places(&self, low: &Rational, high: &Rational) -> Option<Vec<Rational>> {
        let variable = Expr::variable(&self.x);
        let atom = variable.as_atom()?;
        let (points, all) = pieces(&[&self.value, &self.slope], atom, low, high)?;
        let [values, slopes] = all.as_slice() else { return None };
        let at = |e: &Expr, x: &Rational| e.poly().evaluate(|_| Some(x.clone()));
        let half = Rational::new(1, 2)?;
        let mut out = Vec::new();
        for (k, x) in points.iter().enumerate() {
            let beside = |line: &[Expr]| {
                let before = k.checked_sub(1).and_then(|j| line.get(j)).and_then(|e| at(e, x));
                (before, line.get(k).and_then(|e| at(e, x)))
            };
            let here = Point::from([(self.x.clone(), x.clone())]);
            let (value, slope) = (value_of(&self.value, &here), value_of(&self.slope, &here));
            let (before, behind) = beside(values);
            let jumps = [before, behind].into_iter().flatten().any(|v| Some(&v) != value.as_ref());
            let (before, behind) = beside(slopes);
            let falls = before.is_some_and(|s| Some(&s) > slope.as_ref())
                || behind.is_some_and(|s| Some(&s) < slope.as_ref());
            if jumps || falls {
                out.push(x.clone());
            }
            let (Some(value), Some(slope), Some(next)) = (values.get(k), slopes.get(k), points.get(k + 1))
            else {
                continue;
            };
            let middle = &(x + next) * &half;
            if value.poly().derivative(atom) != *slope.poly() {
                out.push(middle);
                continue;
            }
            let bend = Expr::from(slope.poly().derivative(atom));
            let sides =
                [variable.minus(&Expr::number(x.clone())), Expr::number(next.clone()).minus(&variable)];
            let sides = sides.map(|expr| Fact { relation: Relation::Positive, expr });
            let fails = failing_point(&sides, Relation::AtLeast, &bend);
            out.extend(fails.and_then(|point| point.get(&self.x).cloned()));
            if bend.as_number().is_some_and(|c| c.is_negative()) {
                out.push(middle);
            }
        }
        Some(out)
    }
}

/// The interval that a context gives for a variable, with numbers as ends that belong to it.
fn interval(context: &[Formula], name: &Name) -> Option<(Expr, Expr)> {
    let x = Expr::variable(name);
    let number = |e: &Expr| e.as_number().map(Expr::number);
    let at_least = |f: &Formula| match f {
        Formula::Compare(Relation::AtLeast, e) => Some(e.clone()),
        _ => None,
    };
    let bounds = || context.iter().filter_map(at_least);
    let low = bounds().find_map(|e| number(&x.minus(&e)))?;
    let high = bounds().find_map(|e| number(&e.plus(&x)))?;
    Some((low, high))
}

impl Builder {
    /// A goal that a line lies below a function with many pieces.
    pub(super) fn along_tangents(&mut self, context: &[Formula], e: &Expr) -> Option<usize> {
        let tangents = Tangents::of(e)?;
        let ends = interval(context, &tangents.x)?;
        if interval(context, &tangents.y).as_ref() != Some(&ends) {
            return None;
        }
        let (low, high) = ends;
        let covers = tangents.covers(&low.as_number()?, &high.as_number()?)?;
        let Tangents { x, y, value, slope } = tangents;
        let interval = Interval { variable: symbol(&x).ok()?, low, high };
        let touching = symbol(&y).ok()?;
        self.add(Step::Tangent { interval, touching, value, slope, covers }).ok()
    }
}
