//! Special points of curves, with their exact coordinates.

use crate::exact::Rational;
use crate::kernel::{Expr, Name};
use crate::model::{Charge, root_of};
use crate::report::{Gap, Mark, Math, Names};

use super::Number;
use super::curve::{Graph, Part, at, common, values_at};

/// Coefficients of a polynomial in one name, lowest first.
fn coefficients(name: &Name, e: &Expr) -> Option<Vec<Rational>> {
    let variable = Expr::variable(name);
    let atom = variable.as_atom()?;
    if !e.is_polynomial() {
        return None;
    }
    e.poly().coefficients_in(atom).iter().map(|c| Expr::from(c.clone()).as_number()).collect()
}

/// A point that a figure asks to be marked.
pub(super) struct Marked {
    pub(super) mark: Mark,
    /// The value there.
    pub(super) height: Math,
}

/// `(1/2, 3/4)` at a place where a function has a value.
fn mark(names: &Names, x: &Name, at: &Expr, part: &Part, roots: &[Charge]) -> Option<Mark> {
    let values = values_at(x, at, roots);
    let [across, up] = [&part.across, &part.value].map(|e| e.substitute(&values));
    let (place, height) = (Number::of(across.clone(), roots)?, Number::of(up.clone(), roots)?);
    let label = format!("({}, {})", names.expr(&across), names.expr(&up));
    Some(Mark { at: (place.near, height.near), label })
}

/// The points of a function at a value of its name: two where it jumps.
pub(super) fn marked(names: &Names, x: &Name, graph: &Graph, at: &Rational) -> Vec<Marked> {
    let mut out: Vec<Marked> = Vec::new();
    for part in graph.parts.iter().filter(|p| p.low.near <= *at && *at <= p.high.near) {
        let here = Expr::number(at.clone());
        let height = names.math(&part.value.substitute(&values_at(x, &here, &graph.roots)));
        if let Some(mark) = mark(names, x, &here, part, &graph.roots)
            && !out.iter().any(|m| m.mark.at == mark.at)
        {
            out.push(Marked { mark, height });
        }
    }
    out
}

/// Ends, kinks, jumps, and the places where the derivative vanishes.
pub(super) fn special(names: &Names, x: &Name, graph: &Graph) -> Vec<Mark> {
    let variable = Expr::variable(x);
    let Some(atom) = variable.as_atom() else { return vec![] };
    let mut out = Vec::new();
    for part in &graph.parts {
        let mut places = vec![part.low.term.clone(), part.high.term.clone()];
        if !part.value.is_zero() {
            places.extend(zeros(x, &part.value, part));
        }
        if part.value.is_polynomial() && part.value.poly().degree_in(atom) >= 2 {
            places.extend(zeros(x, &Expr::from(part.value.poly().derivative(atom)), part));
        }
        out.extend(places.iter().filter_map(|at| mark(names, x, at, part, &graph.roots)));
    }
    out
}

/// The zeros of a polynomial inside a piece that are rational, or in square roots.
fn zeros(name: &Name, e: &Expr, part: &Part) -> Vec<Expr> {
    let Some(coefficients) = coefficients(name, e) else { return vec![] };
    let inside = |x: &Expr| {
        Number::of(x.clone(), &[]).is_some_and(|n| n.near > part.low.near && n.near < part.high.near)
    };
    let found: Vec<Expr> = match coefficients.as_slice() {
        [c, b] => b.recip().map(|inverse| Expr::number(-&(c * &inverse))).into_iter().collect(),
        [c, b, a] => quadratic(a, b, c),
        _ => vec![],
    };
    found.into_iter().filter(inside).collect()
}

/// The roots of a quadratic polynomial.
fn quadratic(a: &Rational, b: &Rational, c: &Rational) -> Vec<Expr> {
    let discriminant = &(b * b) - &(&(a * c) * &Rational::from(4));
    let Some(half) = (a * &Rational::from(2)).recip() else { return vec![] };
    if discriminant.is_negative() {
        return vec![];
    }
    let Some((root, _)) = root_of(&discriminant, 2) else { return vec![] };
    let middle = Expr::number(-b);
    let mut out = vec![middle.minus(&root).scaled(&half), middle.plus(&root).scaled(&half)];
    out.dedup();
    out
}

/// The pieces that two functions share, with their difference there.
fn differences<'a>(first: &'a Graph, second: &'a Graph) -> impl Iterator<Item = (Part, &'a Part)> {
    let pairs = first.parts.iter().flat_map(|a| second.parts.iter().map(move |b| (a, b)));
    pairs.filter_map(|(a, b)| {
        let (low, high) = common(a, b)?;
        let (low, high) = (low.clone(), high.clone());
        Some((Part { low, high, across: a.across.clone(), value: a.value.minus(&b.value) }, a))
    })
}

fn roots_of_both(first: &Graph, second: &Graph) -> Vec<Charge> {
    first.roots.iter().chain(&second.roots).cloned().collect()
}

/// Where two functions meet.
pub(super) fn crossings(names: &Names, x: &Name, first: &Graph, second: &Graph) -> Vec<Mark> {
    let roots = roots_of_both(first, second);
    let mut out = Vec::new();
    for (difference, part) in differences(first, second) {
        let places = zeros(x, &difference.value, &difference);
        out.extend(places.iter().filter_map(|at| mark(names, x, at, part, &roots)));
    }
    out
}

/// Where the distance between two functions is greatest or least inside a piece, and the distance: the worst-off
/// types, if one is an outside option.
pub(super) fn gaps(x: &Name, first: &Graph, second: &Graph) -> Vec<(Gap, Rational)> {
    let variable = Expr::variable(x);
    let Some(atom) = variable.as_atom() else { return vec![] };
    let roots = roots_of_both(first, second);
    let mut out = Vec::new();
    for (difference, part) in differences(first, second) {
        let value = &difference.value;
        if !value.is_polynomial() || value.poly().degree_in(atom) < 2 {
            continue;
        }
        let slope = Expr::from(value.poly().derivative(atom));
        for place in zeros(x, &slope, &difference).iter().filter_map(Expr::as_number) {
            let ends = (at(x, &part.value, &place, &roots), at(x, value, &place, &roots));
            if let (Some(from), Some(distance)) = ends {
                out.push((Gap { at: place, ends: (from.clone(), &from - &distance) }, distance.abs()));
            }
        }
    }
    out
}
