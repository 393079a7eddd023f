//! The worked steps of a proof, from its certificate: each term is one that the kernel's rules evaluate.
//!
//! Main type: [`Aim`], what a step of the certificate is for, in the user's words. Steps without an aim are
//! shown as they are.

use super::block::{Block, Inline, Link, Prose, words};
use super::impossibility;
use super::integral::Steps;
use super::math::Math;
use super::show::Names;
use crate::kernel::rule::calculus::Interval;
use crate::kernel::rule::combine::Fact;
use crate::kernel::rule::tangent::pieces;
use crate::kernel::rule::tree::{self, Evaluation, Tree};
use crate::kernel::{Atom, Certificate, Expr, Formula, Name, Relation, Replay, Step, Theorem};

/// One side of a comparison: as written, and what it means.
#[derive(Debug, Clone)]
pub struct Side {
    /// As written.
    pub shown: Math,
    /// Everything unfolded.
    pub term: Expr,
}

/// What is to be shown.
#[derive(Debug, Clone)]
pub enum Aim {
    /// A comparison of two sides.
    Relation {
        /// What it says.
        what: Prose,
        /// The left side.
        left: Side,
        /// The relation, in the notation of the language.
        relation: &'static str,
        /// The right side.
        right: Side,
    },
    /// The greatest or least value of a term over an interval.
    Extremum {
        /// The number.
        number: Math,
        /// Its name in formulas.
        name: Name,
        /// What is varied.
        argument: Name,
        /// Its range.
        range: (Expr, Expr),
        /// Of what the greatest value is taken.
        body: Expr,
        /// Where it is attained.
        at: Expr,
        /// The greatest value.
        value: Expr,
        /// Whether the number is the greatest value, or minus the greatest value of minus the term.
        kind: Kind,
    },
}

/// Greatest or least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The greatest value.
    Greatest,
    /// The least value.
    Least,
}

/// A comparison that a certificate proves, with its evidence.
struct Proven<'a> {
    hypotheses: &'a [Formula],
    relation: Relation,
    e: &'a Expr,
    tree: &'a Tree,
}

impl Proven<'_> {
    fn facts(&self) -> Vec<Fact> {
        self.hypotheses.iter().filter_map(|h| Fact::of(h).ok()).collect()
    }

    /// Whether it says that a term is zero, or compares it.
    fn is_about(&self, e: &Expr) -> bool {
        *self.e == *e || *self.e == e.negated()
    }
}

/// The worked steps of a certificate: first what the aims are about, then the rest.
pub fn derivation(certificate: &Certificate, names: &Names, aims: &[Aim]) -> Vec<Block> {
    let mut replay = Replay::default();
    let mut proven: Vec<(usize, Proven<'_>)> = Vec::new();
    let mut said: Vec<(usize, Block)> = Vec::new();
    let mut exhibited: Vec<Block> = Vec::new();
    let hidden: Vec<&Name> = aims
        .iter()
        .flat_map(|aim| match aim {
            Aim::Extremum { name, argument, .. } => vec![name, argument],
            Aim::Relation { .. } => vec![],
        })
        .collect();
    // That polynomials lie below and above an integrand is for the kernel to read.
    let squeezed: Vec<&Name> = certificate
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Squeeze { interval, .. } => Some(interval.variable.name()),
            _ => None,
        })
        .collect();
    // The steps were checked when they were found: of those behind the last one that is told by its conclusion, nothing
    // is worked out again.
    let told = if squeezed.is_empty() { last_told(certificate) } else { certificate.steps.len() };
    for (position, step) in certificate.steps.iter().enumerate() {
        let mut conclusion = None;
        if position < told {
            let Ok(number) = replay.step(step) else { break };
            conclusion = replay.theorem(number).ok().map(Theorem::conclusion);
        }
        if let Some(conclusion) = conclusion
            && !squeezed.is_empty()
            && is_about_bounds(step, conclusion, &squeezed)
        {
            continue;
        }
        match step {
            Step::Tree { hypotheses, goal: Formula::Compare(relation, e), tree } => {
                proven.push((position, Proven { hypotheses, relation: *relation, e, tree }));
            }
            Step::Witness { statement: Formula::Exists(name, _), .. } if hidden.contains(&name) => {}
            Step::Exhibit { .. } => exhibited.extend(sentence(step, conclusion, names)),
            _ => said.extend(sentence(step, conclusion, names).map(|block| (position, block))),
        }
    }
    let by_number =
        |number: usize| proven.iter().find(|(n, _)| *n == number).and_then(|(_, p)| by_itself(p, names));
    if let Some(told) = impossibility::told(certificate, &replay, names, by_number) {
        return told;
    }
    let mut out = Vec::new();
    for aim in aims {
        out.extend(match aim {
            Aim::Extremum { .. } => extremum(&mut proven, names, aim),
            Aim::Relation { .. } => relation(&mut proven, names, aim),
        });
    }
    let rest = proven.iter().filter_map(|(position, p)| Some((*position, by_itself(p, names)?)));
    said.extend(rest);
    said.sort_by_key(|(position, _)| *position);
    let rest: Vec<Block> = said.into_iter().map(|(_, block)| block).collect();
    match (out.is_empty(), rest.is_empty()) {
        (_, true) => {}
        (true, false) => out = rest,
        (false, false) => out.push(Block::Fold { title: vec![words("the remaining steps")], blocks: rest }),
    }
    exhibited.into_iter().chain(out).collect()
}

/// How many steps there are up to the last one of which the conclusion is told.
fn last_told(certificate: &Certificate) -> usize {
    let is_told = |step: &Step| {
        matches!(
            step,
            Step::Area { .. }
                | Step::Congruence { .. }
                | Step::Interchange { .. }
                | Step::Monotone { .. }
                | Step::Combine { .. }
                | Step::Contradict { .. }
                | Step::Reciprocal { .. }
                | Step::Impossible { .. }
        )
    };
    certificate.steps.iter().rposition(is_told).map_or(0, |position| position + 1)
}

/// Whether a step is about polynomials that lie below or above an integrand.
fn is_about_bounds(step: &Step, conclusion: &Formula, names: &[&Name]) -> bool {
    let closed = matches!(conclusion, Formula::Compare(_, e) if e.free_names().is_empty());
    matches!(step, Step::Squeeze { .. })
        || (closed && matches!(step, Step::Tree { .. }))
        || names.iter().any(|name| conclusion.mentions_variable(name))
}

/// Takes out what was proved about a term.
fn take<'a>(
    proven: &mut Vec<(usize, Proven<'a>)>,
    wanted: impl Fn(&Proven<'a>) -> bool,
) -> Option<Proven<'a>> {
    let position = proven.iter().position(|(_, p)| wanted(p))?;
    Some(proven.remove(position).1)
}

fn relation(proven: &mut Vec<(usize, Proven<'_>)>, names: &Names, aim: &Aim) -> Option<Block> {
    let Aim::Relation { what, left, relation, right } = aim else { return None };
    let difference = left.term.minus(&right.term);
    let found = take(proven, |p| p.is_about(&difference))?;
    // An equation may follow from two inequalities.
    let other = take(proven, |p| p.relation == Relation::AtLeast && p.is_about(&difference));
    let mut blocks = Vec::new();
    let mut steps = Steps { names: names.clone(), is_told: false };
    let sides = (left, *relation, right);
    if matches!(found.tree, Tree::Split { .. }) {
        let links = steps.meaning(sides);
        steps.is_told = true;
        blocks.extend((!links.is_empty()).then_some(Block::Chain(links)));
    }
    steps.tree(&mut blocks, &mut found.facts(), found.relation, found.e, found.tree, Some(sides));
    if let Some(other) = other {
        let mut inside = Vec::new();
        steps.tree(&mut inside, &mut other.facts(), other.relation, other.e, other.tree, None);
        blocks.push(Block::Fold { title: vec![words("and the other way round")], blocks: inside });
    }
    match (what.is_empty(), blocks.as_slice()) {
        // The chain says what is shown.
        (true, [Block::Chain(_)]) => blocks.pop(),
        (true, _) => {
            let shown = Math::relation(left.shown.clone(), relation, right.shown.clone());
            // What nothing is found on the way to stands in the title.
            if let [Block::Chain(links), _, ..] = blocks.as_slice()
                && let [only] = links.as_slice()
                && only.reason.is_empty()
                && (only.relation, &only.right) == (relation, &right.shown)
                && only.left.as_ref() == Some(&left.shown)
            {
                blocks.remove(0);
            }
            Some(Block::Fold { title: vec![Inline::Math(shown)], blocks })
        }
        _ => Some(Block::Fold { title: what.clone(), blocks }),
    }
}

/// `C(partnership, 1)` is least at v = r, where the derivative vanishes; everywhere else it is no less.
fn extremum(proven: &mut Vec<(usize, Proven<'_>)>, names: &Names, aim: &Aim) -> Option<Block> {
    let Aim::Extremum { number, argument, range, body, at, value, kind, .. } = aim else { return None };
    let attained = take(proven, |p| {
        p.relation == Relation::Equal && p.is_about(&body.substitute_one(argument, at).minus(value))
    });
    let bound = take(proven, |p| p.relation == Relation::AtLeast && *p.e == value.minus(body))?;
    let signed = |e: &Expr| if *kind == Kind::Least { e.negated() } else { e.clone() };
    let word = if *kind == Kind::Least { "least" } else { "greatest" };
    let variable = Math::Written(names.show(argument));
    let mut steps = Steps { names: names.clone(), is_told: false };
    let mut blocks = Vec::new();
    let closed = steps.closed(&bound.facts(), value, bound.e, bound.tree);
    let function = names.math(&signed(closed.as_ref().unwrap_or(body)));
    blocks.push(Block::Prose(vec![
        Inline::Math(number.clone()),
        words(format!(" is the {word} value of ")),
        Inline::Math(function),
        words(" over "),
        Inline::Math(variable.clone()),
        words(" from "),
        Inline::Math(names.math(&range.0)),
        words(" to "),
        Inline::Math(names.math(&range.1)),
        words("."),
    ]));
    let mut place: Prose = vec![
        words(format!("It is {word} at ")),
        Inline::Math(Math::relation(variable.clone(), "=", names.math(at))),
    ];
    place.extend(why_there(names, argument, closed.as_ref().map(&signed).as_ref(), range, at));
    place.extend([words(", with the value "), Inline::Math(names.math(&signed(value))), words(".")]);
    blocks.push(Block::Prose(place));
    if let Some(attained) = attained {
        let mut inside = Vec::new();
        let (facts, e) = (&mut attained.facts(), attained.e);
        steps.tree(&mut inside, facts, attained.relation, e, attained.tree, None);
        blocks.push(Block::Fold { title: vec![words("the value there")], blocks: inside });
    }
    let mut inside = Vec::new();
    steps.tree(&mut inside, &mut bound.facts(), bound.relation, bound.e, bound.tree, None);
    let direction = if *kind == Kind::Least { "it is nowhere less" } else { "it is nowhere greater" };
    blocks.push(Block::Fold { title: vec![words(direction)], blocks: inside });
    let title = vec![Inline::Math(Math::relation(number.clone(), "=", names.math(&signed(value))))];
    Some(Block::Fold { title, blocks })
}

/// `, where the derivative 1/2 - theta vanishes`, or that it is an end of the interval.
fn why_there(
    names: &Names,
    argument: &Name,
    closed: Option<&Expr>,
    (low, high): &(Expr, Expr),
    at: &Expr,
) -> Prose {
    if let Some(closed) = closed.filter(|e| e.is_polynomial())
        && let Some(atom) = Expr::variable(argument).as_atom()
    {
        let slope = Expr::from(closed.poly().derivative(atom));
        if slope.is_zero() {
            return vec![words(" (it is the same everywhere)")];
        }
        if slope.substitute_one(argument, at).is_zero() {
            return vec![
                words(", where the derivative "),
                Inline::Math(names.math(&slope)),
                words(" vanishes"),
            ];
        }
    }
    if *at == *low || *at == *high { vec![words(", an end of the interval")] } else { vec![] }
}

/// A comparison that no aim is about. What says nothing new is left out.
fn by_itself(p: &Proven<'_>, names: &Names) -> Option<Block> {
    let known = |h: &Formula| matches!(h, Formula::Compare(_, known) if known == p.e);
    let plain = matches!(p.tree, Tree::Leaf { evaluation, .. } if *evaluation == Evaluation::default());
    if p.hypotheses.iter().any(known) || (p.e.as_number().is_some() && plain) {
        return None;
    }
    let mut blocks = Vec::new();
    let mut steps = Steps { names: names.clone(), is_told: false };
    steps.tree(&mut blocks, &mut p.facts(), p.relation, p.e, p.tree, None);
    let title = names.formula_math(&Formula::Compare(p.relation, p.e.clone()));
    Some(Block::Fold { title: vec![Inline::Math(title)], blocks })
}

/// What other rules do, where that is worth a line.
fn sentence(step: &Step, conclusion: Option<&Formula>, names: &Names) -> Option<Block> {
    let by = |rule: &str| {
        let conclusion = conclusion?;
        let link = Link {
            left: None,
            relation: "",
            right: names.formula_math(conclusion),
            reason: vec![words(format!("by {rule}"))],
        };
        Some(Block::Chain(vec![link]))
    };
    match step {
        Step::Witness { statement: Formula::Exists(name, _), term, .. } => {
            let (name, value) = (names.show(name), names.math(term));
            let shown = Math::relation(Math::Written(name.clone()), "=", value.clone());
            (name != value.text()).then(|| Block::Prose(vec![words("take "), Inline::Math(shown)]))
        }
        Step::Evaluate { values, .. } => {
            let value = |(name, value): &(crate::kernel::Symbol, crate::exact::Rational)| {
                format!("{} = {value}", names.show(name.name()))
            };
            let taken: Vec<String> = values.iter().map(value).collect();
            let text = format!("take {}", taken.join(", "));
            (!taken.is_empty()).then(|| Block::Prose(vec![words(text)]))
        }
        Step::Exhibit { definitions, .. } => {
            let link = |d: &crate::kernel::Definition| {
                let parameters = d.parameters.iter().map(|p| Math::Written(names.show(p.name()))).collect();
                let call = Math::Call(names.show(d.name.name()), parameters);
                Link { left: Some(call), relation: "=", right: names.math(&d.body), reason: vec![] }
            };
            let chain = Block::Chain(definitions.iter().map(link).collect());
            Some(Block::Fold { title: vec![words("take the mechanism")], blocks: vec![chain] })
        }
        Step::Area { .. } => by("the area under the interim allocation"),
        Step::Congruence { .. } => by("congruence: the integrands agree off ties"),
        Step::Interchange { .. } => by("interchange of the order of integration"),
        Step::Monotone { interval, .. } if interval.low.as_number().is_none() => by("integrating"),
        Step::Monotone { .. } => by("integrating over the prior"),
        Step::Tangent { interval, slope, .. } => tangent(interval, slope, names),
        Step::Combine { .. } => by("combination"),
        Step::Contradict { .. } => by("contradiction"),
        Step::Reciprocal { .. } => by("reciprocal"),
        Step::Impossible { .. } => Some(Block::Prose(vec![words("the properties contradict each other")])),
        _ => None,
    }
}

/// What a type gains by a report lies on a line in the type, with a slope that does not fall in the report.
fn tangent(interval: &Interval, slope: &Expr, names: &Names) -> Option<Block> {
    let x = Expr::variable(interval.variable.name());
    let ends = (interval.low.as_number()?, interval.high.as_number()?);
    let (points, all) = pieces(&[slope], x.as_atom()?, &ends.0, &ends.1)?;
    let sides = points.iter().zip(points.iter().skip(1));
    let piece = |(piece, (from, to)): (&Expr, _)| Link {
        left: None,
        relation: "",
        right: names.math(piece),
        reason: vec![words(format!("for {} from {from} to {to}", names.show(interval.variable.name())))],
    };
    let chain = Block::Chain(all.first()?.iter().zip(sides).map(piece).collect());
    let title = "a report gives a line in the type, which touches what the truth gives; its slope does not fall in the report";
    Some(Block::Fold { title: vec![words(title)], blocks: vec![chain] })
}

/// The value of a term under an evaluation, if the kernel agrees.
/// What indicators and integrals are, seen from their evidence.
pub(super) fn values(facts: &mut Vec<Fact>, evaluation: &Evaluation) -> Option<Vec<(Atom, Expr)>> {
    let before = facts.len();
    let values = tree::values(facts, evaluation).ok();
    facts.truncate(before);
    values
}

pub(super) fn value(facts: &mut Vec<Fact>, e: &Expr, evaluation: &Evaluation) -> Option<Expr> {
    let before = facts.len();
    let value = tree::evaluate(facts, e, evaluation).ok();
    facts.truncate(before);
    value
}
