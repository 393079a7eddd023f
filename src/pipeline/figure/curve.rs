//! Curves: functions on the pieces where they are one term, proved there, and drawn.

use std::collections::BTreeMap;

use crate::exact::Rational;
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Expr, Formula, Name, Relation};
use crate::lang::{Curve, ResolvedFigure, Term};
use crate::model::{Bound, Charge, Claim, Comparison, Conjunct};
use crate::prover::{self, Extremum, Maxima};
use crate::report::{Axis, Gap, Line, Link, Mark, Math, Names, Plot, Point, draw, words};

use super::special::{crossings, gaps, marked, special};
use super::{Function, Number, Shown, link_text, say};

/// Points that are drawn of a piece that is no straight line.
const POINTS: i64 = 48;
/// Marks at most.
const MARKS: usize = 14;

/// A piece of a function: between two numbers it is one term, and so is what is drawn across.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) low: Number,
    pub(super) high: Number,
    pub(super) across: Expr,
    pub(super) value: Expr,
}

/// A function with its pieces and the roots in them.
pub(super) struct Graph {
    pub(super) parts: Vec<Part>,
    pub(super) roots: Vec<Charge>,
}

impl Graph {
    /// The pieces of a function over a range, each with its theorem.
    fn of(maxima: &Maxima, names: &mut Names, term: &Term, over: &Bound) -> Result<Self, String> {
        let function = Function::of(maxima, &term.claim)?;
        function.roots.iter().for_each(|root| names.describe(root));
        let mut parts = Vec::new();
        for (facts, value) in function.cells(&[over])? {
            if let Some((low, high)) = interval(&facts, over, &function)? {
                parts.push(Part { low, high, across: Expr::variable(&over.name), value });
            }
        }
        parts.sort_by(|a, b| a.low.near.cmp(&b.low.near));
        let parts = joined(parts);
        prove(&term.claim, &function, over, &parts)?;
        Ok(Graph { parts, roots: function.roots })
    }

    /// The same, with another function drawn across.
    fn against(self, across: &Graph) -> Self {
        let mut parts = Vec::new();
        for a in &self.parts {
            for b in &across.parts {
                if let Some((low, high)) = common(a, b) {
                    let (low, high) = (low.clone(), high.clone());
                    parts.push(Part { low, high, across: b.value.clone(), value: a.value.clone() });
                }
            }
        }
        Graph { parts, roots: self.roots.into_iter().chain(across.roots.iter().cloned()).collect() }
    }

    /// The same function of another name.
    fn renamed(mut self, from: &Name, to: &Name) -> Self {
        let to = Expr::variable(to);
        for part in &mut self.parts {
            part.across = part.across.substitute_one(from, &to);
            part.value = part.value.substitute_one(from, &to);
        }
        for root in &mut self.roots {
            root.body = root.body.substitute_one(from, &to);
        }
        self
    }
}

/// Where two pieces are both, if it is more than a point.
pub(super) fn common<'a>(a: &'a Part, b: &'a Part) -> Option<(&'a Number, &'a Number)> {
    let low = if a.low.near > b.low.near { &a.low } else { &b.low };
    let high = if a.high.near < b.high.near { &a.high } else { &b.high };
    (low.near < high.near).then_some((low, high))
}

/// The interval of a cell: bounds on the variable from facts that are linear in it.
fn interval(facts: &[Fact], over: &Bound, function: &Function) -> Result<Option<(Number, Number)>, String> {
    let roots = &function.roots;
    let x = Expr::variable(&over.name);
    let none = || "an end of a piece has no exact value".to_owned();
    let mut low = Number::of(over.low.clone(), roots).ok_or_else(none)?;
    let mut high = Number::of(over.high.clone(), roots).ok_or_else(none)?;
    // What a root is of may change along the piece.
    let bounds = facts.iter().filter(|f| f.expr.mentions(&over.name) && !function.facts.contains(f));
    for fact in bounds {
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
    curves: &[Curve],
    against: Option<&Term>,
    places: &[(Name, Rational)],
) -> Result<Shown, String> {
    let Some(x) = curves.first().map(|c| c.over.name.clone()) else {
        return Err("there is nothing to draw".to_owned());
    };
    let (mut lines, mut marks, mut links, mut all) = (vec![], vec![], vec![], vec![]);
    let (mut overs, mut guides): (Vec<&Bound>, Vec<Point>) = (vec![], vec![]);
    for curve in curves {
        names.bound(&curve.over);
        if !overs.iter().any(|b| b.name == curve.over.name) {
            overs.push(&curve.over);
        }
    }
    let across = match (against, overs.first()) {
        (Some(term), Some(over)) => {
            let graph = Graph::of(maxima, names, term, over)?;
            links.extend(graph.parts.iter().map(|part| piece_link(names, &term.shown, over, part)));
            Some(graph)
        }
        _ => None,
    };
    for Curve { term, over } in curves {
        let graph = Graph::of(maxima, names, term, over)?;
        links.extend(graph.parts.iter().map(|part| piece_link(names, &term.shown, over, part)));
        let graph = match &across {
            Some(across) => graph.against(across),
            None => graph.renamed(&over.name, &x),
        };
        for (_, at) in places.iter().filter(|(name, _)| *name == over.name) {
            let found = marked(names, &x, &graph, at);
            for mark in &found {
                let label = names.expr(&Expr::number(at.clone()));
                links.push(mark_link(&term.shown, &over.shown, &label, mark));
                guides.push(mark.mark.at.clone());
            }
            marks.extend(found.into_iter().map(|m| m.mark));
        }
        marks.extend(special(names, &x, &graph));
        let pieces = graph.parts.iter().filter_map(|p| points(&x, p, &graph.roots)).collect();
        lines.push(Line { label: term.shown.clone(), pieces });
        all.push(graph);
    }
    for (number, first) in all.iter().enumerate() {
        for second in all.iter().skip(number + 1) {
            marks.extend(crossings(names, &x, first, second));
        }
    }
    let gaps = match (all.as_slice(), against, overs.len()) {
        ([first, second], None, 1) => self::gaps(&x, first, second),
        _ => vec![],
    };
    let shown = overs.iter().map(|b| b.shown.as_str()).collect::<Vec<_>>().join(", ");
    let apart: Vec<String> =
        gaps.iter().map(|(gap, value)| format!("{value} at {shown} = {}", gap.at)).collect();
    let gaps: Vec<Gap> = gaps.into_iter().map(|(gap, _)| gap).collect();
    let mut seen: Vec<Mark> = Vec::new();
    for mark in marks {
        if !seen.iter().any(|m| m.at == mark.at) {
            seen.push(mark);
        }
    }
    seen.truncate(MARKS);
    let drawn = || lines.iter().flat_map(|l: &Line| l.pieces.iter().flatten());
    let (Some(heights), Some(widths)) = (span(drawn().map(|(_, y)| y)), span(drawn().map(|(x, _)| x))) else {
        return Err("a function has no values that can be drawn".to_owned());
    };
    let ends: Vec<Rational> =
        overs.iter().flat_map(|b| [&b.low, &b.high]).filter_map(Expr::as_number).collect();
    let (low, high) = match against {
        Some(_) => widths,
        None => span(ends.iter()).unwrap_or(widths),
    };
    let (bottom, top) = with_room(heights);
    let described: Vec<String> = links.iter().map(link_text).collect();
    let labels: Vec<String> = seen.iter().map(|m| m.label.clone()).collect();
    let alternative = format!(
        "{}{} for {shown} from {} to {}. {}.{}{}",
        curves.iter().map(|c| c.term.shown.as_str()).collect::<Vec<_>>().join(" and "),
        against.map(|t| format!(" against {}", t.shown)).unwrap_or_default(),
        ends.iter().min().unwrap_or(&low),
        ends.iter().max().unwrap_or(&high),
        described.join("; "),
        if apart.is_empty() {
            String::new()
        } else {
            format!(" Their distance is extreme: {}.", apart.join(", "))
        },
        if labels.is_empty() { String::new() } else { format!(" Marked points: {}.", labels.join(", ")) }
    );
    let name = against.map_or(shown, |t| t.shown.clone());
    let plot = Plot {
        y: Some(Axis { name: String::new(), low: bottom, high: top }),
        lines,
        marks: seen,
        gaps,
        guides,
        ..Plot::new(&figure.name, alternative, Axis { name, low, high })
    };
    Ok(Shown { picture: draw(&plot), links })
}

/// The least and the greatest of some numbers.
fn span<'a>(values: impl Iterator<Item = &'a Rational> + Clone) -> Option<(Rational, Rational)> {
    Some((values.clone().min()?.clone(), values.max()?.clone()))
}

/// The heights of a picture: zero is shown where it is near; a constant has some room.
fn with_room((bottom, top): (Rational, Rational)) -> (Rational, Rational) {
    let span = &top - &bottom;
    let room = if span.is_zero() { Rational::ONE } else { span };
    let tenth = &room * &Rational::new(1, 10).unwrap_or(Rational::ONE);
    match (bottom.is_negative(), top.is_negative()) {
        (false, _) if bottom <= room => (Rational::ZERO, &top + &tenth),
        (_, true) if -&top <= room => (&bottom - &tenth, Rational::ZERO),
        _ => (&bottom - &tenth, &top + &tenth),
    }
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

/// `payoff = 1/8 at v = 1/2`.
fn mark_link(shown: &str, over: &str, at: &str, mark: &super::special::Marked) -> Link {
    Link {
        left: Some(Math::read(shown)),
        relation: "=",
        right: mark.height.clone(),
        reason: vec![words(format!(" at {over} = {at}"))],
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
    // The pieces mention roots that the function does not.
    let is_mentioned = |root: &&Charge| parts.iter().any(|part| part.value.mentions(&root.name));
    let is_new = |root: &&Charge| claim.charges.iter().all(|c| c.name != root.name) && is_mentioned(root);
    let more: Vec<Charge> = function.roots.iter().filter(is_new).cloned().collect();
    let values: Vec<Extremum> = more.iter().map(Extremum::chosen).chain(function.values.clone()).collect();
    let pieces = Claim {
        parameters: if is_parameter { vec![over.clone()] } else { vec![] },
        charges: more.into_iter().chain(claim.charges.clone()).collect(),
        conjuncts: parts.iter().map(conjunct).collect(),
        definitions: claim.definitions.clone(),
        squares: vec![],
    };
    prover::prove_claim(&pieces, &values).map(|_| ()).map_err(say)
}

/// What a name and the roots of terms in it are at a point.
pub(super) fn values_at(name: &Name, x: &Expr, roots: &[Charge]) -> BTreeMap<Name, Expr> {
    let mut values = BTreeMap::from([(name.clone(), x.clone())]);
    let found: Vec<_> = roots.iter().filter_map(|root| prover::root_of_number(root, &values)).collect();
    values.extend(found);
    values
}

/// The value at a rational point, between two rationals that are close.
pub(super) fn at(name: &Name, e: &Expr, x: &Rational, roots: &[Charge]) -> Option<Rational> {
    let value = e.substitute(&values_at(name, &Expr::number(x.clone()), roots));
    match value.as_number() {
        Some(value) => Some(value),
        None => Some(Number::of(value, roots)?.near),
    }
}

/// The points of a piece.
fn points(x: &Name, part: &Part, roots: &[Charge]) -> Option<Vec<Point>> {
    let bends = |root: &&Charge| root.body.mentions(x);
    let is_straight = |e: &Expr| {
        e.is_polynomial()
            && Expr::variable(x).as_atom().is_some_and(|a| e.poly().degree_in(a) <= 1)
            && !roots.iter().filter(bends).any(|root| e.mentions(&root.name))
    };
    let steps = if is_straight(&part.value) && is_straight(&part.across) { 1 } else { POINTS };
    let (low, high) = (&part.low.near, &part.high.near);
    let step = (high - low).checked_div(&Rational::from(steps))?;
    let place = |k: i64| low + &(&step * &Rational::from(k));
    let both =
        |at: Rational| Some((self::at(x, &part.across, &at, roots)?, self::at(x, &part.value, &at, roots)?));
    let points: Vec<_> = (0..=steps).map(place).filter_map(both).collect();
    (points.len() > 1).then_some(points)
}
