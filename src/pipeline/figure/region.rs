//! Regions of two agents' types: polygons cut out by the facts of each cell, with what is proved in them.

use crate::exact::Rational;
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Expr, Formula, Relation};
use crate::lang::{Curve, ResolvedFigure};
use crate::model::{Bound, Claim, Comparison, Conjunct};
use crate::prover::{self, Maxima};
use crate::report::{Axis, Link, Math, Names, Plot, Region, draw, words};

use super::{Function, Shown, link_text, say};

pub(super) fn regions(
    maxima: &Maxima,
    names: &mut Names,
    figure: &ResolvedFigure,
    types: &[Bound; 2],
    outcomes: &[Curve],
) -> Result<Shown, String> {
    let [first, second] = types;
    types.iter().for_each(|b| names.insert(&b.name, &b.shown));
    let number = |e: &Expr| e.as_number().ok_or("a type space has no rational ends");
    let x = Axis { name: first.shown.clone(), low: number(&first.low)?, high: number(&first.high)? };
    let y = Axis { name: second.shown.clone(), low: number(&second.low)?, high: number(&second.high)? };
    let mut kinds: Vec<String> = Vec::new();
    let (mut regions, mut links) = (vec![], vec![]);
    for outcome in outcomes {
        let function = Function::of(maxima, &outcome.claim)?;
        if !function.roots.is_empty() {
            return Err("regions are drawn where all borders are rational".to_owned());
        }
        let cells = function.cells(&[first, second])?;
        let mut conjuncts = Vec::new();
        for (facts, value) in &cells {
            let corners = polygon(facts, [first, second])?;
            // A border has no inside.
            if corners.len() < 3 {
                continue;
            }
            let Some(probability) = value.as_number() else {
                return Err("the probability of an outcome is not constant on a region".to_owned());
            };
            let left = outcome.claim.conjuncts.first().map(|c| c.left.clone()).unwrap_or_else(Expr::zero);
            let premises = facts.iter().map(|f| Formula::Compare(f.relation, f.expr.clone())).collect();
            conjuncts.push(Conjunct {
                premises,
                ..Conjunct::relation("", types.to_vec(), left, Comparison::Equal, value.clone())
            });
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
            links.push(region_link(names, &outcome.shown, value, facts, [first, second]));
            regions.push(Region { kind, corners });
        }
        let pieces = Claim { conjuncts, ..outcome.claim.clone() };
        prover::prove_claim(&pieces, &function.values).map_err(say)?;
    }
    let described: Vec<String> = links.iter().map(link_text).collect();
    let alternative =
        format!("Outcomes by {} (across) and {} (up). {}.", first.shown, second.shown, described.join("; "));
    let plot = Plot {
        title: figure.name.clone(),
        alternative,
        x,
        y: Some(y),
        lines: vec![],
        kinds,
        regions,
        marks: vec![],
        gaps: vec![],
        segments: vec![],
    };
    Ok(Shown { picture: draw(&plot), links })
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

/// The rectangle of the types, cut by the facts; all of them must be linear.
fn polygon(facts: &[Fact], [a, b]: [&Bound; 2]) -> Result<Vec<(Rational, Rational)>, String> {
    let ends = |b: &Bound| Some((b.low.as_number()?, b.high.as_number()?));
    let (Some((left, right)), Some((bottom, top))) = (ends(a), ends(b)) else {
        return Err("a type space has no rational ends".to_owned());
    };
    let mut corners =
        vec![(left.clone(), bottom.clone()), (right.clone(), bottom), (right, top.clone()), (left, top)];
    for fact in facts {
        let height = |(x, y): &(Rational, Rational)| {
            let at_x = fact.expr.substitute_one(&a.name, &Expr::number(x.clone()));
            at_x.substitute_one(&b.name, &Expr::number(y.clone())).as_number()
        };
        if fact.relation == Relation::Equal {
            return Ok(vec![]);
        }
        if !fact.expr.is_polynomial() || fact.expr.poly().degree() > 1 {
            return Err("a border of a region is not a straight line".to_owned());
        }
        let mut kept = Vec::new();
        let next = corners.iter().cycle().skip(1);
        for (p, q) in corners.iter().zip(next) {
            let (Some(h), Some(k)) = (height(p), height(q)) else {
                return Err("a border of a region depends on something else".to_owned());
            };
            if !h.is_negative() {
                kept.push(p.clone());
            }
            if h.is_negative() != k.is_negative() && !h.is_zero() && !k.is_zero() {
                let share = h.checked_div(&(&h - &k)).unwrap_or(Rational::ZERO);
                let between = |s: &Rational, t: &Rational| s + &(&(t - s) * &share);
                kept.push((between(&p.0, &q.0), between(&p.1, &q.1)));
            }
        }
        kept.dedup();
        corners = kept;
    }
    if corners.len() > 1 && corners.first() == corners.last() {
        corners.pop();
    }
    // Corners on one line have no inside.
    let area = corners
        .iter()
        .zip(corners.iter().cycle().skip(1))
        .fold(Rational::ZERO, |sum, (p, q)| &sum + &(&(&p.0 * &q.1) - &(&q.0 * &p.1)));
    Ok(if area.is_zero() { vec![] } else { corners })
}
