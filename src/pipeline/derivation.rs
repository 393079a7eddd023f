//! The report of a derivation: which links hold and by what, and what is wrong with those that do not.

use std::collections::BTreeMap;

use crate::kernel::{Expr, Formula, Step};
use crate::lang::{DerivationSource, Diagnostic, LinkSource, ResolvedStatement, Source};
use crate::prover::{Derived, Hypotheses, Instance, Misprint, Outcome, Tactic};
use crate::report::{
    Block, Counterexample, FailingStep, Link, Math, Names, Printed, StepFault, VerdictKind, words,
};

use super::judged::{Judged, Proof};
use super::open::shortened_to;

/// Letters that are shown of what is left over: more says nothing to a reader.
const RESIDUAL_SHOWN: usize = 1_000;

/// The verdict that the links allow: what does not follow by its reason, or is false, is rejected, and so is what
/// follows from hypotheses that contradict each other; what was given no reason and is not found out is undecided.
pub(super) fn verdict(derived: &Derived) -> VerdictKind {
    if is_vacuous(derived) {
        return VerdictKind::Rejected;
    }
    if derived.proved.is_some() {
        return VerdictKind::Proved;
    }
    let rejected = derived.chains.iter().flatten().any(|outcome| match outcome {
        Outcome::Holds(_) | Outcome::Excused | Outcome::Carried(_) => false,
        Outcome::Fails { instance, reasoned, .. } => instance.is_some() || *reasoned,
    });
    if rejected { VerdictKind::Rejected } else { VerdictKind::Undecided }
}

/// Whether a link is false for some functions and numbers that satisfy the hypotheses.
pub(super) fn has_false_step(derived: &Derived) -> bool {
    let is_false = |o: &Outcome| matches!(o, Outcome::Fails { instance: Some(_), .. });
    derived.chains.iter().flatten().any(is_false)
}

/// Whether the hypotheses contradict each other.
pub(super) fn is_vacuous(derived: &Derived) -> bool {
    derived.hypotheses == Hypotheses::Contradict
}

/// What a theorem rests on beside the assumptions of the setting: the theorem that the kernel cites, and that its hypotheses
/// can hold, if no functions and numbers were found that satisfy them.
pub(super) fn rests_on(derived: &Derived) -> Vec<String> {
    let Some(proved) = &derived.proved else { return vec![] };
    let has_choice = |step: &Step| match step {
        Step::Envelope { of, .. } => of.payoff.of.mentions(of.choice.name()),
        _ => false,
    };
    let cites = proved.certificate.steps.iter().any(has_choice);
    let open = derived.hypotheses == Hypotheses::Open;
    let all = [(cites, "the envelope theorem"), (open, "hypotheses that were not shown to hold together")];
    all.into_iter().filter(|(is_needed, _)| *is_needed).map(|(_, what)| what.to_owned()).collect()
}

/// Adds how the names of a derivation are written.
pub(super) fn names(source: &DerivationSource, names: &mut Names) {
    source.variables.iter().for_each(|(name, shown)| names.insert(name, shown));
    source.folds.iter().for_each(|(cdf, density, low)| names.fold(cdf, density, low));
    if let Some((name, least)) = &source.integer {
        names.count(name, *least);
    }
}

/// Every chain with the reasons, those that were found among them.
pub(super) fn worked(source: &DerivationSource, derived: &Derived) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (chain, outcomes) in source.chains.iter().zip(&derived.chains) {
        if !chain.name.is_empty() || !chain.ranges.is_empty() {
            let name = if chain.name.is_empty() { "step" } else { &chain.name };
            let name = if chain.is_goal { format!("as was to be shown, {name}") } else { name.to_owned() };
            blocks.push(Block::Prose(vec![words(format!("{name}{}:", chain.ranges))]));
        }
        let mut left = (!chain.first.is_empty()).then(|| Math::read(&chain.first));
        let mut links = Vec::new();
        for (link, outcome) in chain.links.iter().zip(outcomes) {
            let why = match outcome {
                Outcome::Holds(Tactic::Reasons(_)) => format!("by {}", link.reasons.join(" and ")),
                Outcome::Holds(tactic) => format!("by {} (found)", tactic.words()),
                Outcome::Excused => "follows, were the line before right".into(),
                Outcome::Carried(name) => format!("follows, were `{name}` shown"),
                Outcome::Fails { instance: Some(_), .. } => "is false".into(),
                Outcome::Fails { .. } => "does not follow".into(),
            };
            // A term, and where it is the derivative.
            let (right, why) = match link.right.strip_suffix(" everywhere") {
                Some(right) if !chain.first.is_empty() => (right, format!("everywhere, {why}")),
                _ => (link.right.as_str(), why),
            };
            let (relation, right) = (link.relation, Math::read(right));
            links.push(Link { left: left.take(), relation, right, reason: vec![words(why)] });
        }
        blocks.push(Block::Chain(links));
    }
    blocks
}

/// What became of what the source prints in place of some links.
pub(super) fn misprints(written: &DerivationSource, derived: &Derived, names: &Names) -> Vec<Printed> {
    let found = derived.misprints.iter().filter_map(|(c, k, misprint)| {
        let chain = written.chains.get(*c)?;
        let link = chain.links.get(*k)?;
        let before = k.checked_sub(1).and_then(|k| chain.links.get(k)).map_or(&chain.first, |l| &l.right);
        let (value, _) = link.printed.clone()?;
        let (verdict, counterexample) = match misprint {
            Misprint::Wrong(instance) => {
                let difference = names.expr(&Expr::number(instance.difference.clone()));
                let at = point(written, instance, names);
                let (what, left, right) = (String::new(), before.clone(), value.clone());
                let (profitable, nearby) = (None, None);
                let failure = Counterexample { what, at, left, right, difference, profitable, nearby };
                (VerdictKind::Refuted, Some(failure))
            }
            Misprint::Right => (VerdictKind::Proved, None),
            Misprint::Open => (VerdictKind::Undecided, None),
        };
        let right = link.right.clone();
        Some(Printed { value, verdict, difference: None, right, counterexample, same_sign: None })
    });
    found.collect()
}

/// A complaint about a link whose printed version is right.
pub(super) fn right_misprint(statement: &ResolvedStatement, derived: &Derived) -> Option<Diagnostic> {
    let is_right = |m: &&(usize, usize, Misprint)| matches!(m.2, Misprint::Right);
    let (c, k, _) = derived.misprints.iter().find(is_right)?;
    let link = statement.derivation.as_ref()?.chains.get(*c)?.links.get(*k)?;
    let (shown, span) = link.printed.clone()?;
    let message = format!("the printed version `{shown}` is right");
    let help = "remove `printed`, or correct the link";
    Some(Diagnostic::new("printed-is-right", message, span).help(help))
}

/// The verdict on what the source prints in place of some links, if it prints anything.
pub(super) fn printed(derived: Option<&Derived>) -> Option<VerdictKind> {
    let derived = derived.filter(|d| !d.misprints.is_empty())?;
    let settled = derived.misprints.iter().all(|(_, _, misprint)| matches!(misprint, Misprint::Wrong(_)));
    Some(if settled { VerdictKind::Refuted } else { VerdictKind::Undecided })
}

/// The theorems about what fails: a link, or what a source prints in its place.
pub(super) fn denials(derived: &Derived) -> Vec<Proof> {
    let links = derived.chains.iter().flatten().filter_map(|outcome| match outcome {
        Outcome::Fails { instance, .. } => instance.as_deref(),
        _ => None,
    });
    let misprints = derived.misprints.iter().filter_map(|(_, _, misprint)| match misprint {
        Misprint::Wrong(instance) => Some(&**instance),
        _ => None,
    });
    let proof = |i: &Instance| Proof { claim: i.denial.clone().into(), proved: i.proved.clone() };
    links.chain(misprints).map(proof).collect()
}

/// The first link that fails, and sentences about all that do.
pub(super) fn failures(
    source: &Source,
    statement: &ResolvedStatement,
    judged: &Judged,
    derived: &Derived,
    names: &Names,
) -> (Option<FailingStep>, Vec<String>) {
    let Some(written) = &statement.derivation else { return (None, vec![]) };
    let (mut first, mut story, mut index) = (None, Vec::new(), 0);
    if is_vacuous(derived) {
        story
            .push("vacuous: its hypotheses contradict each other, so that anything follows from them".into());
    }
    for (name, unmet) in &derived.inapplicable {
        story.push(match unmet {
            Some(formula) => {
                format!("`{name}` does not apply: it is not shown that {}", names.formula(formula))
            }
            None => format!(
                "`{name}` does not apply: it is not proved, or not for functions that may be unbounded"
            ),
        });
    }
    if let Some(formula) = &derived.undefined {
        let what = match is_unequal(formula) {
            true => "a denominator is never zero",
            false => "everything has a meaning",
        };
        story.push(format!("it is not shown that {what}: {}", names.formula(formula)));
    }
    for (c, (chain, outcomes)) in written.chains.iter().zip(&derived.chains).enumerate() {
        let mut left = chain.first.clone();
        for (k, (link, outcome)) in chain.links.iter().zip(outcomes).enumerate() {
            index += 1;
            let before = std::mem::replace(&mut left, link.right.clone());
            let statement = format!("{before} {} {}", link.relation, link.right).trim_start().to_owned();
            let Some(fault) = fault(outcome) else { continue };
            let Outcome::Fails { residual, otherwise, instance, .. } = outcome else { continue };
            let (line, _) = source.position(link.span.start);
            let mut told = link_failure(written, link, outcome, names).into_iter();
            let why = told.next().unwrap_or_default();
            story.push(match fault {
                StepFault::Refuted => format!("line {line}: `{statement}` is false"),
                _ if chain.is_goal => format!("line {line}: `{statement}` is not shown"),
                _ => format!("line {line}: `{statement}`: {why}"),
            });
            story.extend(told.map(|more| format!("  {more}")));
            let nearest = judged.nearest.iter().find(|(chain, link, _)| (*chain, *link) == (c, k));
            let nearest = nearest.map(|(_, _, text)| text.clone());
            if let Some(right) = &nearest {
                story.push(format!("  it would follow with `{right}` on the right"));
            }
            let at = instance.as_ref().map(|i| point(written, i, names)).unwrap_or_default();
            let otherwise = otherwise.as_ref().map(|t| t.words().to_owned());
            let residual = residual.as_ref().map(|e| names.expr(e)).unwrap_or_default();
            let step = FailingStep { index, nearest, line, statement, fault, otherwise, residual, at };
            first = first.or(Some(step));
        }
    }
    (first, story)
}

/// What is wrong with a link that fails.
fn fault(outcome: &Outcome) -> Option<StepFault> {
    match outcome {
        Outcome::Fails { instance: Some(_), .. } => Some(StepFault::Refuted),
        Outcome::Fails { otherwise: Some(_), .. } => Some(StepFault::OtherReason),
        Outcome::Fails { .. } => Some(StepFault::Undecided),
        Outcome::Holds(_) | Outcome::Excused | Outcome::Carried(_) => None,
    }
}

/// Sentences about a link that fails, the first without its place: what is wrong, by what it follows otherwise, the
/// difference of its sides, and where it is not zero.
pub(super) fn link_failure(
    written: &DerivationSource,
    link: &LinkSource,
    outcome: &Outcome,
    names: &Names,
) -> Vec<String> {
    let Outcome::Fails { residual, otherwise, instance, .. } = outcome else { return vec![] };
    let because = link.reasons.join(" and ");
    let mut story = vec![match (fault(outcome), because.as_str()) {
        (Some(StepFault::Refuted), _) => "it is false".into(),
        (_, "") => "no rule shows it".into(),
        _ => format!("it does not follow by {because}"),
    }];
    if let Some(tactic) = otherwise {
        story.push(format!("it follows by {}", tactic.words()));
    }
    if let Some(residual) = residual {
        story.push(format!(
            "left - right in normal form: {}",
            shortened_to(RESIDUAL_SHOWN, &names.expr(residual))
        ));
    }
    if let Some(instance) = instance {
        let at = point(written, instance, names);
        let values: Vec<String> = at.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let at = if values.is_empty() { String::new() } else { format!(" for {}", values.join(", ")) };
        story.push(match residual {
            Some(_) => format!("which is {}{at}", instance.difference),
            None => format!("it fails{at}"),
        });
    }
    story
}

/// The values of an instance, as they are written.
pub(super) fn point(
    source: &DerivationSource,
    instance: &Instance,
    names: &Names,
) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for (name, value) in &instance.numbers {
        let shown = names.show(name);
        // The number that stands for a profile says nothing.
        if source.profile.as_ref() == Some(&shown) {
            continue;
        }
        out.insert(shown, names.expr(value));
    }
    for (name, parameters, body) in &instance.functions {
        out.insert(format!("{}({})", names.show(name), parameters.join(", ")), names.expr(body));
    }
    if let (Some((name, least)), Some(k)) = (&source.integer, instance.natural) {
        out.insert(name.clone(), (least + k).to_string());
    }
    out
}

/// Whether a statement is that two numbers are different.
fn is_unequal(formula: &Formula) -> bool {
    match formula {
        Formula::ForAll(_, body) | Formula::Implies(_, body) => is_unequal(body),
        formula => matches!(formula, Formula::Or(_)),
    }
}
