//! That no mechanism has some properties, told step by step from the certificate: what each agent can be made to pay, and
//! that it is not enough.

use super::block::{Block, Inline, Link, Prose, words};
use super::show::Names;
use crate::kernel::{Certificate, Formula, Replay, Step, Symbol};

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
    let [budget, _, bounds @ .., negative] = premises(certificate, last)? else { return None };
    let side = |average: &usize| {
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
        })
    };
    let sides = bounds.iter().map(side).collect::<Option<Vec<_>>>()?;
    Some(Argument { budget: *budget, sides, negative: *negative })
}

/// The steps that a reader follows; the rest is in the certificate. `negative` writes out the last comparison.
pub(super) fn told(
    certificate: &Certificate,
    replay: &Replay,
    names: &Names,
    negative: impl FnOnce(usize) -> Option<Block>,
) -> Option<Vec<Block>> {
    let argument = argument(certificate)?;
    let conclusion = |number: usize| Some(replay.theorem(number).ok()?.conclusion().clone());
    let mut out = vec![say("Suppose that there were such a mechanism.".into())];
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
        let title = vec![words("what can be collected from the agent of type "), Inline::Code(own)];
        out.push(Block::Fold { title, blocks });
    }
    out.push(say("But payments must not sum to less than zero:".into()));
    out.extend(line(names, &conclusion(argument.budget)?, "by the budget"));
    out.push(say("What can be collected is not enough:".into()));
    out.extend(negative(argument.negative));
    out.push(say("So there is no such mechanism.".into()));
    Some(out)
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
