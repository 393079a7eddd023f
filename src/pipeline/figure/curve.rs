//! Curves: functions of one name on the pieces where they are one term, with their special points.

use std::cmp::Ordering;

use crate::exact::Rational;
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Expr, Formula, Name, Relation};
use crate::lang::{Curve, ResolvedFigure};
use crate::model::{Bound, Charge, Claim, Comparison, Conjunct, root_of};
use crate::prover::{self, Maxima};
use crate::report::{Axis, Gap, Line, Link, Mark, Math, Names, Plot, draw, words};

use super::{Function, Number, Shown, link_text, say};

/// Points that are drawn of a piece that is no straight line.
const POINTS: i64 = 48;
/// Marks at most.
const MARKS: usize = 14;

/// A piece of a function: between two numbers it is one term.
#[derive(Debug, Clone)]
struct Part {
    low: Number,
    high: Number,
    value: Expr,
}

/// The interval of a cell: bounds on the variable from facts that are linear in it.
fn interval(facts: &[Fact], over: &Bound, roots: &[Charge]) -> Result<Option<(Number, Number)>, String> {
    let x = Expr::variable(&over.name);
    let none = || "an end of a piece has no exact value".to_owned();
    let mut low = Number::of(over.low.clone(), roots).ok_or_else(none)?;
    let mut high = Number::of(over.high.clone(), roots).ok_or_else(none)?;
    for fact in facts.iter().filter(|f| f.expr.mentions(&over.name)) {
        let slope = fact
            .expr
            .substitute_one(&over.name, &Expr::one())
            .minus(&fact.expr.substitute_one(&over.name, &Expr::zero()));
        let rest = fact.expr.substitute_one(&over.name, &Expr::zero());
        let Some(a) = slope.as_number().filter(|_| fact.expr == slope.times(&x).plus(&rest)) else {
            return Err("a break point is not linear in what the figure is drawn over".to_owned());
        };
        let Some(inverse) = a.recip() else { continue };
        let end = Number::of(rest.negated().scaled(&inverse), roots).ok_or_else(none)?;
        match fact.relation {
            Relation::Equal => return Ok(None),
            _ if a.is_positive() && end.near > low.near => low = end,
            _ if a.is_negative() && end.near < high.near => high = end,
            _ => {}
        }
    }
    Ok((low.near < high.near).then_some((low, high)))
}

pub(super) fn curves(
    maxima: &Maxima,
    names: &mut Names,
    figure: &ResolvedFigure,
    over: &Bound,
    curves: &[Curve],
) -> Result<Shown, String> {
    names.insert(&over.name, &over.shown);
    let (Some(low), Some(high)) = (over.low.as_number(), over.high.as_number()) else {
        return Err("the range has no rational ends".to_owned());
    };
    let (mut lines, mut marks, mut links, mut all) = (vec![], vec![], vec![], vec![]);
    for curve in curves {
        let function = Function::of(maxima, &curve.claim)?;
        function.roots.iter().for_each(|root| names.describe(root));
        let mut parts = Vec::new();
        for (facts, value) in function.cells(&[over])? {
            if let Some((low, high)) = interval(&facts, over, &function.roots)? {
                parts.push(Part { low, high, value });
            }
        }
        parts.sort_by(|a, b| a.low.near.cmp(&b.low.near));
        let parts = joined(parts);
        prove(&curve.claim, &function, over, &parts)?;
        for part in &parts {
            links.push(piece_link(names, &curve.shown, over, part));
        }
        marks.extend(special(names, over, &parts, &function.roots));
        let pieces = parts.iter().filter_map(|p| points(over, p, &function.roots)).collect();
        lines.push(Line { label: curve.shown.clone(), pieces });
        all.push((parts, function.roots));
    }
    for (number, (first, roots)) in all.iter().enumerate() {
        for (second, more) in all.iter().skip(number + 1) {
            let roots: Vec<Charge> = roots.iter().chain(more).cloned().collect();
            marks.extend(crossings(names, over, first, second, &roots));
        }
    }
    let gaps = match all.as_slice() {
        [(first, a), (second, b)] => {
            let roots: Vec<Charge> = a.iter().chain(b).cloned().collect();
            self::gaps(over, first, second, &roots)
        }
        _ => vec![],
    };
    let apart = gaps.iter().map(|(gap, value)| (gap.at.clone(), value.clone()));
    let apart: Vec<String> = apart.map(|(at, value)| format!("{value} at {} = {at}", over.shown)).collect();
    let gaps: Vec<Gap> = gaps.into_iter().map(|(gap, _)| gap).collect();
    let mut seen: Vec<Mark> = Vec::new();
    for mark in marks {
        if !seen.iter().any(|m| m.at == mark.at) {
            seen.push(mark);
        }
    }
    seen.truncate(MARKS);
    let heights = lines.iter().flat_map(|l| l.pieces.iter().flatten()).map(|(_, y)| y);
    let (mut bottom, mut top) = (Rational::ZERO, Rational::ZERO);
    let mut first = true;
    for y in heights {
        if first || *y < bottom {
            bottom = y.clone();
        }
        if first || *y > top {
            top = y.clone();
        }
        first = false;
    }
    // Zero is shown where it is near; a constant has some room.
    let span = &top - &bottom;
    let room = if span.is_zero() { Rational::ONE } else { span };
    let tenth = &room * &Rational::new(1, 10).unwrap_or(Rational::ONE);
    let (bottom, top) = match (bottom.is_negative(), top.is_negative()) {
        (false, _) if bottom <= room => (Rational::ZERO, &top + &tenth),
        (_, true) if -&top <= room => (&bottom - &tenth, Rational::ZERO),
        _ => (&bottom - &tenth, &top + &tenth),
    };
    let described: Vec<String> = links.iter().map(link_text).collect();
    let special: Vec<String> = seen.iter().map(|m| m.label.clone()).collect();
    let alternative = format!(
        "{} for {} from {low} to {high}. {}.{}{}",
        curves.iter().map(|c| c.shown.as_str()).collect::<Vec<_>>().join(" and "),
        over.shown,
        described.join("; "),
        if apart.is_empty() {
            String::new()
        } else {
            format!(" Their distance is extreme: {}.", apart.join(", "))
        },
        if special.is_empty() { String::new() } else { format!(" Marked points: {}.", special.join(", ")) }
    );
    let plot = Plot {
        title: figure.name.clone(),
        alternative,
        x: Axis { name: over.shown.clone(), low, high },
        y: Some(Axis { name: String::new(), low: bottom, high: top }),
        lines,
        kinds: vec![],
        regions: vec![],
        marks: seen,
        gaps,
        segments: vec![],
    };
    Ok(Shown { picture: draw(&plot), links })
}

/// Neighbours with the same value are one piece.
fn joined(parts: Vec<Part>) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::new();
    for part in parts {
        match out.last_mut() {
            Some(last) if last.value == part.value && last.high.near == part.low.near => {
                last.high = part.high
            }
            _ => out.push(part),
        }
    }
    out
}

/// `payoff = v^2/2 for v from 0 to 1`.
fn piece_link(names: &Names, shown: &str, over: &Bound, part: &Part) -> Link {
    let (low, high) = (names.expr(&part.low.term), names.expr(&part.high.term));
    Link {
        left: Some(Math::read(shown)),
        relation: "=",
        right: names.math(&part.value),
        reason: vec![words(format!(" for {} between {low} and {high}", over.shown))],
    }
}

/// That the function is what is drawn: on each open piece, by a theorem of the kernel. A parameter is fixed before
/// the greatest values that depend on it.
fn prove(claim: &Claim, function: &Function, over: &Bound, parts: &[Part]) -> Result<(), String> {
    let x = Expr::variable(&over.name);
    let left = claim.conjuncts.first().map(|c| c.left.clone()).unwrap_or_else(Expr::zero);
    let is_parameter = claim.parameters.iter().any(|p| p.name == over.name);
    let conjunct = |part: &Part| Conjunct {
        premises: vec![Formula::greater(&x, &part.low.term), Formula::greater(&part.high.term, &x)],
        ..Conjunct::relation(
            "",
            if is_parameter { vec![] } else { vec![over.clone()] },
            left.clone(),
            Comparison::Equal,
            part.value.clone(),
        )
    };
    let pieces = Claim {
        parameters: if is_parameter { vec![over.clone()] } else { vec![] },
        charges: claim.charges.clone(),
        conjuncts: parts.iter().map(conjunct).collect(),
        definitions: claim.definitions.clone(),
    };
    prover::prove_claim(&pieces, &function.values).map(|_| ()).map_err(say)
}

/// The value at a rational point, between two rationals that are close.
fn at(name: &Name, e: &Expr, x: &Rational, roots: &[Charge]) -> Option<Rational> {
    let value = e.substitute_one(name, &Expr::number(x.clone()));
    match value.as_number() {
        Some(value) => Some(value),
        None => Some(Number::of(value, roots)?.near),
    }
}

/// The points of a piece.
fn points(over: &Bound, part: &Part, roots: &[Charge]) -> Option<Vec<(Rational, Rational)>> {
    let straight = part.value.is_polynomial()
        && Expr::variable(&over.name).as_atom().is_some_and(|a| part.value.poly().degree_in(a) <= 1);
    let steps = if straight { 1 } else { POINTS };
    let (low, high) = (&part.low.near, &part.high.near);
    let step = (high - low).checked_div(&Rational::from(steps))?;
    let place = |k: i64| low + &(&step * &Rational::from(k));
    let points: Vec<_> = (0..=steps)
        .map(place)
        .filter_map(|x| Some((x.clone(), at(&over.name, &part.value, &x, roots)?)))
        .collect();
    (points.len() > 1).then_some(points)
}

/// Coefficients of a polynomial in one name, lowest first.
fn coefficients(name: &Name, e: &Expr) -> Option<Vec<Rational>> {
    let variable = Expr::variable(name);
    let atom = variable.as_atom()?;
    if !e.is_polynomial() {
        return None;
    }
    e.poly().coefficients_in(atom).iter().map(|c| Expr::from(c.clone()).as_number()).collect()
}

/// `(1/2, 3/4)` at a place where a function has a value.
fn mark(names: &Names, over: &Bound, x: &Expr, value: &Expr, roots: &[Charge]) -> Option<Mark> {
    let y = value.substitute_one(&over.name, x);
    let (place, height) = (Number::of(x.clone(), roots)?, Number::of(y.clone(), roots)?);
    Some(Mark { at: (place.near, height.near), label: format!("({}, {})", names.expr(x), names.expr(&y)) })
}

/// Ends, kinks, jumps, and the places where the derivative vanishes.
fn special(names: &Names, over: &Bound, parts: &[Part], roots: &[Charge]) -> Vec<Mark> {
    let mut out = Vec::new();
    for part in parts {
        for end in [&part.low, &part.high] {
            out.extend(mark(names, over, &end.term, &part.value, roots));
        }
        let variable = Expr::variable(&over.name);
        let Some(atom) = variable.as_atom() else { continue };
        if !part.value.is_zero() {
            let roots_of = zeros(&over.name, &part.value, part);
            out.extend(roots_of.iter().filter_map(|x| mark(names, over, x, &part.value, roots)));
        }
        if !part.value.is_polynomial() || part.value.poly().degree_in(atom) < 2 {
            continue;
        }
        let slope = Expr::from(part.value.poly().derivative(atom));
        out.extend(
            zeros(&over.name, &slope, part).iter().filter_map(|x| mark(names, over, x, &part.value, roots)),
        );
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

/// Where two functions meet.
fn crossings(names: &Names, over: &Bound, first: &[Part], second: &[Part], roots: &[Charge]) -> Vec<Mark> {
    let mut out = Vec::new();
    for a in first {
        for b in second {
            let low = if a.low.near > b.low.near { &a.low } else { &b.low };
            let high = if a.high.near < b.high.near { &a.high } else { &b.high };
            if low.near.cmp(&high.near) != Ordering::Less {
                continue;
            }
            let both = Part { low: low.clone(), high: high.clone(), value: a.value.clone() };
            let gap = a.value.minus(&b.value);
            out.extend(
                zeros(&over.name, &gap, &both).iter().filter_map(|x| mark(names, over, x, &a.value, roots)),
            );
        }
    }
    out
}

/// Where the distance between two functions is greatest or least inside a piece, and the distance: the worst-off
/// types, if one is an outside option.
fn gaps(over: &Bound, first: &[Part], second: &[Part], roots: &[Charge]) -> Vec<(Gap, Rational)> {
    let variable = Expr::variable(&over.name);
    let Some(atom) = variable.as_atom() else { return vec![] };
    let mut out = Vec::new();
    for (a, b) in first.iter().flat_map(|a| second.iter().map(move |b| (a, b))) {
        let low = if a.low.near > b.low.near { &a.low } else { &b.low };
        let high = if a.high.near < b.high.near { &a.high } else { &b.high };
        let distance = a.value.minus(&b.value);
        if low.near >= high.near || !distance.is_polynomial() || distance.poly().degree_in(atom) < 2 {
            continue;
        }
        let both = Part { low: low.clone(), high: high.clone(), value: distance.clone() };
        let slope = Expr::from(distance.poly().derivative(atom));
        for x in zeros(&over.name, &slope, &both).iter().filter_map(Expr::as_number) {
            let ends = (at(&over.name, &a.value, &x, roots), at(&over.name, &b.value, &x, roots));
            if let (Some(from), Some(to)) = ends {
                let distance = (&from - &to).abs();
                out.push((Gap { at: x, ends: (from, to) }, distance));
            }
        }
    }
    out
}
