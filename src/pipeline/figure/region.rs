//! Regions of two agents' types: what the facts of each cell cut out, with what is proved there; and regions of two
//! parameters.

use std::collections::BTreeMap;

use crate::exact::Rational;
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Expr, Formula, Name};
use crate::lang::{ResolvedFigure, Term};
use crate::model::{Bound, Charge, Claim, Comparison, Conjunct};
use crate::prover::{self, Maxima};
use crate::report::{Axis, Link, Math, Names, Picture, Plot, Point, Region, draw, words};

use super::area::Plane;
use super::{Function, Number, Shown, link_text, say};

pub(super) fn regions(
    maxima: &Maxima,
    names: &mut Names,
    figure: &ResolvedFigure,
    types: &[Bound; 2],
    outcomes: &[Term],
) -> Result<Shown, String> {
    let [first, second] = types;
    types.iter().for_each(|b| names.bound(b));
    let plane = Plane::of(first, second)?;
    let mut kinds: Vec<String> = Vec::new();
    let (mut regions, mut links) = (vec![], vec![]);
    for outcome in outcomes {
        let function = Function::of(maxima, &outcome.claim)?;
        function.roots.iter().for_each(|root| names.describe(root));
        let sketch = Sketch::of(&function, &plane)?;
        let mut cells = Vec::new();
        for (mut facts, value) in function.cells(&[first, second])? {
            // What the roots are is known anyway.
            facts.retain(|f| !function.facts.contains(f));
            let outlines = sketch.areas(&facts)?;
            // A border has no inside.
            if !outlines.is_empty() {
                cells.push(Cell { facts, value, outlines });
            }
        }
        let cells = proved(outcome, &function, types, &sketch, cells)?;
        for Cell { facts, value, outlines } in cells {
            let Some(probability) = value.as_number() else {
                return Err("the probability of an outcome is not constant on a region".to_owned());
            };
            if probability.is_zero() {
                continue;
            }
            let name = match probability.is_one() {
                true => outcome.shown.clone(),
                false => format!("{} with probability {probability}", outcome.shown),
            };
            let kind = match kinds.iter().position(|k| *k == name) {
                Some(kind) => kind,
                None => {
                    kinds.push(name);
                    kinds.len() - 1
                }
            };
            links.push(region_link(names, &outcome.shown, &value, &facts, [first, second]));
            regions.extend(outlines.into_iter().map(|corners| Region { kind, corners }));
        }
    }
    let described: Vec<String> = links.iter().map(link_text).collect();
    let alternative =
        format!("Outcomes by {} (across) and {} (up). {}.", first.shown, second.shown, described.join("; "));
    Ok(Shown { picture: drawn(figure, alternative, (first, second), &plane, kinds, regions), links })
}

/// A plane, with numbers that are near roots: where a border is drawn.
struct Sketch<'a> {
    plane: &'a Plane<'a>,
    near: BTreeMap<Name, Expr>,
}

impl<'a> Sketch<'a> {
    fn of(function: &Function, plane: &'a Plane<'a>) -> Result<Self, String> {
        let near = |root: &Charge| {
            let number = Number::of(Expr::variable(&root.name), &function.roots);
            let number =
                number.ok_or_else(|| "a border of a region is at a root that is no number".to_owned())?;
            Ok((root.name.clone(), Expr::number(number.near)))
        };
        Ok(Sketch { plane, near: function.roots.iter().map(near).collect::<Result<_, String>>()? })
    }

    /// The outlines of what the facts leave.
    fn areas(&self, facts: &[Fact]) -> Result<Vec<Vec<Point>>, String> {
        let near = |f: &Fact| Fact { expr: f.expr.substitute(&self.near), ..f.clone() };
        let facts: Vec<Fact> = facts.iter().map(near).collect();
        self.plane.areas(&facts)
    }
}

/// A region with the probability of an outcome in it.
#[derive(Clone)]
struct Cell {
    facts: Vec<Fact>,
    value: Expr,
    outlines: Vec<Vec<Point>>,
}

/// The cells, once the probability in each is proved: by the facts that make a difference if these are enough, else
/// by all of them.
fn proved(
    outcome: &Term,
    function: &Function,
    types: &[Bound; 2],
    sketch: &Sketch<'_>,
    cells: Vec<Cell>,
) -> Result<Vec<Cell>, String> {
    let left = outcome.claim.conjuncts.first().map(|c| c.left.clone()).unwrap_or_else(Expr::zero);
    let prove = |cells: &[Cell]| {
        let conjunct = |cell: &Cell| {
            let premises = cell.facts.iter().map(|f| Formula::Compare(f.relation, f.expr.clone())).collect();
            let value = cell.value.clone();
            Conjunct {
                premises,
                ..Conjunct::relation("", types.to_vec(), left.clone(), Comparison::Equal, value)
            }
        };
        let conjuncts = cells.iter().map(conjunct).collect();
        prover::prove_claim(&Claim { conjuncts, ..outcome.claim.clone() }, &function.values)
    };
    let mut short = cells.clone();
    for cell in &mut short {
        let mut number = 0;
        while number < cell.facts.len() {
            let mut fewer = cell.facts.clone();
            fewer.remove(number);
            if sketch.areas(&fewer)? == cell.outlines { cell.facts = fewer } else { number += 1 }
        }
    }
    match prove(&short) {
        Ok(_) => Ok(short),
        Err(_) => prove(&cells).map(|_| cells).map_err(say),
    }
}

fn drawn(
    figure: &ResolvedFigure,
    alternative: String,
    (across, up): (&Bound, &Bound),
    plane: &Plane<'_>,
    kinds: Vec<String>,
    regions: Vec<Region>,
) -> Picture {
    let axis = |b: &Bound, (low, high): &(Rational, Rational)| Axis {
        name: b.shown.clone(),
        low: low.clone(),
        high: high.clone(),
    };
    let y = Some(axis(up, &plane.y));
    draw(&Plot { y, kinds, regions, ..Plot::new(&figure.name, alternative, axis(across, &plane.x)) })
}

/// The values of two parameters for which a statement holds: one outline or more for each region of its answer.
pub(super) fn solved(
    names: &Names,
    figure: &ResolvedFigure,
    name: &str,
    [across, up]: [&Bound; 2],
    answer: &[&[Formula]],
) -> Result<Shown, String> {
    let plane = Plane::of(across, up)?;
    let mut regions = Vec::new();
    let mut said = Vec::new();
    for premises in answer {
        let mut facts = Vec::new();
        for premise in *premises {
            facts.push(
                Fact::of(premise).map_err(|_| "a region is given by two sides that differ".to_owned())?,
            );
        }
        let outlines = plane.areas(&facts)?;
        if outlines.is_empty() {
            return Err("a region of the answer has no inside".to_owned());
        }
        regions.extend(outlines.into_iter().map(|corners| Region { kind: 0, corners }));
        said.push(premises.iter().map(|f| names.formula(f)).collect::<Vec<_>>().join(" and "));
    }
    let alternative = format!(
        "{name} holds where {}; {} from {} to {} (across), {} from {} to {} (up).",
        said.join(", or where "),
        across.shown,
        plane.x.0,
        plane.x.1,
        up.shown,
        plane.y.0,
        plane.y.1
    );
    let kinds = vec![format!("{name} holds")];
    Ok(Shown { picture: drawn(figure, alternative, (across, up), &plane, kinds, regions), links: vec![] })
}

fn region_link(names: &Names, outcome: &str, value: &Expr, facts: &[Fact], types: [&Bound; 2]) -> Link {
    let domain: Vec<Formula> = types.iter().flat_map(|b| b.domain()).collect();
    let said = facts.iter().map(|f| Formula::Compare(f.relation, f.expr.clone()));
    let said: Vec<String> = said.filter(|f| !domain.contains(f)).map(|f| names.formula(&f)).collect();
    let reason =
        if said.is_empty() { " everywhere".to_owned() } else { format!(" where {}", said.join(" and ")) };
    let left = Math::Words(format!("probability of {outcome}"));
    Link { left: Some(left), relation: "=", right: names.math(value), reason: vec![words(reason)] }
}
