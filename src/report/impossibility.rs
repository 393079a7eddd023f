//! That no mechanism has some properties, told step by step from the certificate: what each agent can be made to pay, and
//! that it is not enough.

use super::block::{Block, Inline, Link, Prose, words};
use super::show::Names;
use crate::kernel::{Certificate, Expr, Formula, Replay, Step, Symbol};

/// Letters of a formula that can still be read.
const LONG: usize = 900;

/// The steps of the argument that ends in [`Step::Impossible`], by their numbers.
struct Argument<'a> {
    budget: usize,
    sides: Vec<Side<'a>>,
    /// That the bounds sum to less than zero.
    negative: usize,
}

/// How one agent's payments are bounded.
struct Side<'a> {
    own: &'a Symbol,
    participation: usize,
    envelope: usize,
    outcome: usize,
    bound: usize,
    average: usize,
    /// How the average of the bound is computed, and the bound with this number.
    number: Option<(usize, usize)>,
}

fn premises(certificate: &Certificate, number: usize) -> Option<&[usize]> {
    match certificate.steps.get(number)? {
        Step::Combine { premises, .. } => Some(premises),
        _ => None,
    }
}

/// The argument, if the certificate is one; its shape is that of `prover/impossibility`.
fn argument(certificate: &Certificate) -> Option<Argument<'_>> {
    let last = certificate.steps.iter().find_map(|step| match step {
        Step::Impossible { premise, .. } => Some(*premise),
        _ => None,
    })?;
    let [budget, between @ .., negative] = premises(certificate, last)? else { return None };
    // For all agents but the first, that the order of integration does not matter; then a bound for each.
    let bounds = between.get(between.len() / 2..)?;
    let side = |limit: &usize| {
        // The bound is computed, unless it has different forms for different parameters.
        let (average, number) = match premises(certificate, *limit) {
            Some([average, value]) => (average, Some((*value, *limit))),
            _ => (limit, None),
        };
        let Step::Monotone { premise, interval, .. } = certificate.steps.get(*average)? else { return None };
        let bound = *premises(certificate, *premise)?.first()?;
        let [participation, envelope, outcome, ..] = premises(certificate, bound)? else { return None };
        Some(Side {
            own: &interval.variable,
            participation: *participation,
            envelope: *envelope,
            outcome: *outcome,
            bound,
            average: *average,
            number,
        })
    };
    let sides = bounds.iter().map(side).collect::<Option<Vec<_>>>()?;
    Some(Argument { budget: *budget, sides, negative: *negative })
}

/// For an argument from the corners of a box: what is known at each corner and along each edge.
fn equations(certificate: &Certificate) -> Option<&[usize]> {
    let last = certificate.steps.iter().find_map(|step| match step {
        Step::Impossible { premise, .. } => Some(*premise),
        _ => None,
    })?;
    let all = premises(certificate, last)?;
    all.iter().all(|k| premises(certificate, *k).is_some()).then_some(all)
}

/// The steps that a reader follows; the rest is in the certificate. `worked` writes out a step.
pub(super) fn told(
    certificate: &Certificate,
    replay: &Replay,
    names: &Names,
    worked: impl Fn(usize) -> Option<Block>,
) -> Option<Vec<Block>> {
    let conclusion = |number: usize| Some(replay.theorem(number).ok()?.conclusion().clone());
    let mut out = vec![say("Suppose that there were such a mechanism.".into())];
    let Some(argument) = argument(certificate) else {
        for number in equations(certificate)? {
            // Payoffs of all agents at a corner, or of one along an edge, with the outcome that it expects at two corners.
            let why = match premises(certificate, *number)? {
                [_, _] => "payments sum to zero, and the outcome is efficient",
                _ => "the payoff of one agent grows as welfare does",
            };
            out.extend(line(names, &conclusion(*number)?, why));
        }
        out.push(say(
            "With alternating signs these sum to a contradiction. So there is no such mechanism.".into()
        ));
        return Some(out);
    };
    for side in &argument.sides {
        let own = names.show(side.own.name());
        let mut blocks = Vec::new();
        let lines = [
            (side.outcome, "what is expected of the outcome, which efficiency fixes but for ties".to_owned()),
            (
                side.envelope,
                "since the truth is best: payoffs are areas under expected marginal values".into(),
            ),
            (side.participation, "the worst-off type takes part".into()),
            (side.bound, format!("so this is the most that type {own} can be made to pay")),
            (side.average, "on average over the types".into()),
        ];
        for (number, why) in lines {
            blocks.extend(line(names, &conclusion(number)?, &why));
        }
        if let Some((value, limit)) = side.number {
            blocks.extend(worked(value));
            blocks.extend(line(names, &conclusion(limit)?, "so at most this is collected"));
        }
        let title = vec![words("what can be collected from the agent of type "), Inline::Code(own)];
        out.push(Block::Fold { title, blocks });
    }
    out.push(say("But payments must not sum to less than zero:".into()));
    out.extend(line(names, &conclusion(argument.budget)?, "by the budget"));
    out.push(say("What can be collected is not enough:".into()));
    out.extend(worked(argument.negative).or_else(|| negative(names, &conclusion(argument.negative)?)));
    out.push(say("So there is no such mechanism.".into()));
    Some(out)
}

/// That a sum of numbers is below zero.
fn negative(names: &Names, formula: &Formula) -> Option<Block> {
    let Formula::Compare(_, e) = formula else { return None };
    let (left, right) = (Some(names.math(&e.negated())), names.math(&Expr::zero()));
    Some(Block::Chain(vec![Link {
        left,
        relation: "<",
        right,
        reason: vec![words("the sum of these bounds")],
    }]))
}

fn say(text: String) -> Block {
    let prose: Prose = vec![words(text)];
    Block::Prose(prose)
}

/// A formula with its reason, unless it is too long to be read.
fn line(names: &Names, formula: &Formula, why: &str) -> Option<Block> {
    let shown = names.formula_math(formula);
    if shown.text().chars().count() > LONG {
        return Some(say(format!("{why}: a formula that is too long to be read")));
    }
    Some(Block::Chain(vec![Link { left: None, relation: "", right: shown, reason: vec![words(why)] }]))
}
