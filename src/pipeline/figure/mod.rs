//! Figures: the functions that are drawn are theorems, piece by piece; the picture is made from these.

mod area;
mod curve;
mod diagram;
mod region;
mod special;

use crate::exact::Rational;
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Expr, Formula};
use crate::lang::{Drawn, Goal, ResolvedFigure, ResolvedStatement, Source};
use crate::model::{Bound, Charge, Claim, Description, Everywhere, Piece, roots_in};
use crate::piecewise::{AlgebraicNumber, Engine, Obstacle};
use crate::prover::{Extremum, Maxima};
use crate::report::{
    Axis, Block, Link, Math, Names, Picture, Plot, Segment, StatementReport, VerdictKind, draw, words,
};

use super::judged::Judged;
use super::{open, story};

/// What was proved of a figure, and the picture.
struct Shown {
    picture: Picture,
    links: Vec<Link>,
}

/// The report of a figure. `solved` is the judgement of the statement whose solution is drawn.
pub(super) fn report(
    source: &Source,
    maxima: &Maxima,
    figure: &ResolvedFigure,
    solved: Option<(&ResolvedStatement, &Judged)>,
) -> StatementReport {
    let mut names = Names::default();
    let drawn = match &figure.drawn {
        Drawn::Curves { curves, against, marks } => {
            curve::curves(maxima, &mut names, figure, curves, against.as_ref(), marks)
        }
        Drawn::Diagram(diagram) => diagram::diagram(maxima, &mut names, figure, diagram),
        Drawn::Regions { types, outcomes } => region::regions(maxima, &mut names, figure, types, outcomes),
        Drawn::Solution { .. } => match solved {
            Some((statement, judged)) => solution(figure, statement, judged),
            None => Err("the statement was not found".to_owned()),
        },
    };
    let (line, _) = source.position(figure.span.start);
    let (verdict, undecided, derivation) = match drawn {
        Ok(Shown { picture, links }) => {
            let mut blocks = vec![Block::Figure(picture)];
            if !links.is_empty() {
                blocks.push(Block::Chain(links));
            }
            (VerdictKind::Proved, None, blocks)
        }
        Err(reason) => (VerdictKind::Undecided, Some(reason), vec![]),
    };
    StatementReport {
        name: figure.name.clone(),
        kind: "figure".into(),
        line,
        refs: figure.refs.clone(),
        verdict,
        as_stated: verdict == VerdictKind::Proved,
        statement: figure.text.clone(),
        sentence: vec![words(format!("A picture: {}.", figure.text))],
        member: None,
        value: None,
        printed: None,
        misprints: vec![],
        counterexample: None,
        failing_step: None,
        rests_on: figure.rests_on.clone(),
        vacuous: false,
        undecided,
        derivation,
        story: vec![],
    }
}

fn say(obstacle: Obstacle) -> String {
    open::words(&obstacle, &Names::default())
}

/// A number as a term, and between two rationals that are close.
#[derive(Debug, Clone)]
struct Number {
    term: Expr,
    near: Rational,
}

/// How far apart a number and what is drawn for it are at most.
fn close() -> Rational {
    Rational::new(1, 1 << 30).unwrap_or(Rational::ONE)
}

impl Number {
    fn of(term: Expr, roots: &[Charge]) -> Option<Self> {
        let all: Vec<Charge> = roots_in(&term).into_iter().chain(roots.iter().cloned()).collect();
        let (near, _) = AlgebraicNumber::of_term(&term, &all)?.enclosure(&close())?;
        Some(Number { term, near })
    }
}

/// What a function is made of: its charges replaced, and the facts about the roots in it.
struct Function {
    term: Expr,
    values: Vec<Extremum>,
    roots: Vec<Charge>,
    facts: Vec<Fact>,
}

impl Function {
    fn of(maxima: &Maxima, claim: &Claim) -> Result<Self, String> {
        let values = maxima.of(claim).map_err(say)?;
        let plain = claim.unfolded();
        let left = plain.conjuncts.first().map(|c| c.left.clone()).unwrap_or_else(Expr::zero);
        let at = claim.charges.iter().zip(&values).map(|(c, v)| (c.name.clone(), v.value.clone())).collect();
        let mut roots: Vec<Charge> =
            plain.charges.iter().filter(|c| c.description == Description::Root).cloned().collect();
        roots.extend(values.iter().flat_map(|v| v.roots.clone()));
        let facts = roots.iter().flat_map(Charge::root).filter_map(|f| Fact::of(&f).ok()).collect();
        Ok(Function { term: left.substitute(&at), values, roots, facts })
    }

    /// The cells of the function over the ranges, each with its facts and its value.
    fn cells(&self, ranges: &[&Bound]) -> Result<Vec<(Vec<Fact>, Expr)>, String> {
        let mut facts: Vec<Fact> =
            ranges.iter().flat_map(|b| b.domain()).filter_map(|f| Fact::of(&f).ok()).collect();
        facts.extend(self.facts.iter().cloned());
        let cells = Engine::new().cells(&facts, &self.term).map_err(say)?;
        Ok(cells.into_iter().map(|c| (c.facts, c.value)).collect())
    }
}

fn link_text(link: &Link) -> String {
    let left = link.left.as_ref().map(Math::text).unwrap_or_default();
    format!("{left} = {}{}", link.right.text(), crate::report::plain(&link.reason))
}

fn solution(
    figure: &ResolvedFigure,
    statement: &ResolvedStatement,
    judged: &Judged,
) -> Result<Shown, String> {
    if judged.verdict != VerdictKind::Proved {
        return Err(format!("`{}` is {}", statement.name, judged.verdict));
    }
    let names = story::names(statement);
    let pieces: Vec<&Piece> = statement
        .variants
        .first()
        .into_iter()
        .flatten()
        .filter_map(|goal| if let Goal::Piece(piece) = goal { Some(piece) } else { None })
        .collect();
    if let Some([across, up]) = pieces.first().map(|p| p.parameters.as_slice()) {
        let holds = pieces.iter().filter(|p| p.answer == Everywhere::Holds);
        let answer: Vec<&[Formula]> = holds.map(|p| p.premises.as_slice()).collect();
        return region::solved(&names, figure, &statement.name, [across, up], &answer);
    }
    let roots: Vec<Charge> = pieces.iter().flat_map(|p| p.roots.iter().cloned()).collect();
    let none = || "an end of the set has no exact value".to_owned();
    let (mut segments, mut ends, mut unknown) = (vec![], vec![], String::new());
    for piece in &pieces {
        let [b] = piece.parameters.as_slice() else {
            return Err("the set depends on another parameter".to_owned());
        };
        unknown.clone_from(&b.shown);
        let low = Number::of(b.low.clone(), &roots).ok_or_else(none)?;
        let high = Number::of(b.high.clone(), &roots).ok_or_else(none)?;
        ends.extend([low.near.clone(), high.near.clone()]);
        if piece.answer == Everywhere::Fails {
            continue;
        }
        let x = Expr::variable(&b.name);
        let closed = |f: &Formula| !piece.premises.contains(f);
        segments.push(Segment {
            ends: (low.near, high.near),
            labels: (names.expr(&b.low), names.expr(&b.high)),
            closed: (closed(&Formula::greater(&x, &b.low)), closed(&Formula::greater(&b.high, &x))),
        });
    }
    let (Some(low), Some(high)) = (ends.iter().min().cloned(), ends.iter().max().cloned()) else {
        return Err("there is nothing to draw".to_owned());
    };
    let set = statement.solve.clone().flatten().unwrap_or_default();
    let alternative =
        format!("{} holds for {unknown} in {set}, of all values from {low} to {high}.", statement.name);
    let x = Axis { name: unknown, low, high };
    let plot = Plot { segments, ..Plot::new(&figure.name, alternative, x) };
    Ok(Shown { picture: draw(&plot), links: vec![] })
}
