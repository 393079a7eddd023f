//! What has to be true of an input before anything can be claimed about it.

use crate::lang::{Diagnostic, Obligation};
use crate::prover::{Maxima, find, prove_claim, refute_claim};

use super::story::point;

/// The complaints about obligations that fail, each with an exact point; an obligation that cannot be
/// decided is a complaint too.
pub(super) fn unmet(obligations: &[Obligation]) -> Vec<Diagnostic> {
    let mut out: Vec<Diagnostic> = Vec::new();
    for obligation in obligations {
        if let Some(diagnostic) = complaint(obligation)
            && !out.iter().any(|d| d.code == diagnostic.code && d.message == diagnostic.message)
        {
            out.push(diagnostic);
        }
    }
    out
}

fn complaint(obligation: &Obligation) -> Option<Diagnostic> {
    let claim = &obligation.claim;
    // Obligations speak of definitions, which have no charges yet.
    let mut maxima = Maxima::default();
    if let Ok(values) = maxima.of(claim)
        && prove_claim(claim, &values).is_ok()
    {
        return None;
    }
    let diagnostic = obligation.diagnostic.clone();
    let Ok(Some(failure)) = find(&mut maxima, claim) else {
        return Some(diagnostic.note("this could not be shown, and no counterexample was found"));
    };
    if refute_claim(claim, &failure).is_err() {
        return Some(diagnostic.note("this could not be shown"));
    }
    let at = point(claim, &failure);
    let place = if at.is_empty() { String::new() } else { format!("at {at}: ") };
    let (left, right) = (&failure.left, &failure.right);
    Some(diagnostic.note(format!("{place}it is {left}, and should be {}", wanted(claim, &failure, right))))
}

fn wanted(
    claim: &crate::model::Claim,
    failure: &crate::prover::Failure,
    right: &crate::exact::Rational,
) -> String {
    use crate::model::Comparison;
    let relation = claim.conjuncts.get(failure.conjunct).map(|c| c.relation);
    match relation {
        Some(Comparison::AtLeast) => format!("at least {right}"),
        Some(Comparison::AtMost) => format!("at most {right}"),
        Some(Comparison::Greater) => format!("greater than {right}"),
        Some(Comparison::Less) => format!("less than {right}"),
        Some(Comparison::Unequal) => format!("different from {right}"),
        Some(Comparison::Equal) | None => right.to_string(),
    }
}
