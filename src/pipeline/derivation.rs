//! The report of a derivation: which links hold and by what, and what is wrong with those that do not.

use std::collections::BTreeMap;

use crate::lang::{DerivationSource, ResolvedStatement, Source};
use crate::prover::{Derived, Hypotheses, Instance, Outcome, Tactic};
use crate::report::{Block, FailingStep, Link, Math, Names, StepFault, VerdictKind, words};

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
        Outcome::Holds(_) | Outcome::Excused => false,
        Outcome::Fails { instance, reasoned, .. } => instance.is_some() || *reasoned,
    });
    if rejected { VerdictKind::Rejected } else { VerdictKind::Undecided }
}

/// Whether the hypotheses contradict each other.
pub(super) fn is_vacuous(derived: &Derived) -> bool {
    derived.hypotheses == Hypotheses::Contradict
}

/// What a theorem rests on beside the assumptions of the setting: that its hypotheses can hold, if no functions and
/// numbers were found that satisfy them.
pub(super) fn rests_on(derived: &Derived) -> Option<String> {
    let open = derived.proved.is_some() && derived.hypotheses == Hypotheses::Open;
    open.then(|| "hypotheses that were not shown to hold together".into())
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
            blocks.push(Block::Prose(vec![words(format!("{name}{}:", chain.ranges))]));
        }
        let mut left = Some(Math::read(&chain.first));
        let mut links = Vec::new();
        for (link, outcome) in chain.links.iter().zip(outcomes) {
            let why = match outcome {
                Outcome::Holds(Tactic::Reasons(_)) => format!("by {}", link.reasons.join(" and ")),
                Outcome::Holds(tactic) => format!("by {} (found)", tactic.words()),
                Outcome::Excused => "follows, were the line before right".into(),
                Outcome::Fails { .. } => "does not follow".into(),
            };
            let (relation, right) = (link.relation, Math::read(&link.right));
            links.push(Link { left: left.take(), relation, right, reason: vec![words(why)] });
        }
        blocks.push(Block::Chain(links));
    }
    blocks
}

/// The first link that fails, and sentences about all that do.
pub(super) fn failures(
    source: &Source,
    statement: &ResolvedStatement,
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
        story.push(format!("it is not shown that a denominator is never zero: {}", names.formula(formula)));
    }
    for (chain, outcomes) in written.chains.iter().zip(&derived.chains) {
        let mut left = chain.first.clone();
        for (link, outcome) in chain.links.iter().zip(outcomes) {
            index += 1;
            let before = std::mem::replace(&mut left, link.right.clone());
            let says = format!("{before} {} {}", link.relation, link.right);
            let Outcome::Fails { residual, otherwise, instance, .. } = outcome else { continue };
            let (line, _) = source.position(link.span.start);
            let residual = names.expr(residual);
            let fault = match (instance, otherwise) {
                (Some(_), _) => StepFault::Refuted,
                (None, Some(_)) => StepFault::OtherReason,
                (None, None) => StepFault::Undecided,
            };
            let because = link.reasons.join(" and ");
            let reason = if because.is_empty() {
                "no rule shows it".into()
            } else {
                format!("it does not follow by {because}")
            };
            story.push(match fault {
                StepFault::Refuted => format!("line {line}: `{says}` is false"),
                _ => format!("line {line}: `{says}`: {reason}"),
            });
            if let Some(tactic) = otherwise {
                story.push(format!("  it follows by {}", tactic.words()));
            }
            story.push(format!("  left - right in normal form: {residual}"));
            let at = instance.as_ref().map(|i| point(written, i, names)).unwrap_or_default();
            if let Some(instance) = instance {
                let values: Vec<String> =
                    at.iter().map(|(name, value)| format!("{name} = {value}")).collect();
                let at =
                    if values.is_empty() { String::new() } else { format!(" for {}", values.join(", ")) };
                story.push(format!("  which is {}{at}", instance.difference));
            }
            let step = FailingStep {
                index,
                line,
                statement: says,
                fault,
                otherwise: otherwise.as_ref().map(|t| t.words().to_owned()),
                residual,
                at,
            };
            first = first.or(Some(step));
        }
    }
    (first, story)
}

/// The values of an instance, as they are written.
fn point(source: &DerivationSource, instance: &Instance, names: &Names) -> BTreeMap<String, String> {
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
