//! What has to be true of an input before anything can be claimed about it.

use crate::exact::bounded;
use crate::lang::{Diagnostic, Obligation};
use crate::prover::{Maxima, find, prove_claim, refute_claim};

use super::judged::Proof;
use super::story::point;

/// A theorem for each obligation; or the complaints about those that fail, each with an exact point. An
/// obligation that cannot be decided is a complaint too.
pub(super) fn meet(obligations: &[Obligation]) -> Result<Vec<Proof>, Vec<Diagnostic>> {
    let (mut proofs, mut complaints): (Vec<Proof>, Vec<Diagnostic>) = (vec![], vec![]);
    for obligation in obligations {
        let broken_off = |_| {
            let diagnostic = obligation.diagnostic.clone();
            Err(Box::new(diagnostic.note("to show this takes more work than the limit of one statement")))
        };
        match bounded(|| settle(obligation)).unwrap_or_else(broken_off) {
            Ok(proof) => proofs.push(proof),
            Err(complaint) => {
                let known = |d: &Diagnostic| d.code == complaint.code && d.span == complaint.span;
                if !complaints.iter().any(known) {
                    complaints.push(*complaint);
                }
            }
        }
    }
    if complaints.is_empty() { Ok(proofs) } else { Err(complaints) }
}

fn settle(obligation: &Obligation) -> Result<Proof, Box<Diagnostic>> {
    let claim = &obligation.claim;
    // Obligations speak of definitions, which have no charges yet.
    let maxima = Maxima::default();
    if let Ok(values) = maxima.of(claim)
        && let Ok(proved) = prove_claim(claim, &values)
    {
        return Ok(Proof { claim: claim.statement(), proved });
    }
    let diagnostic = obligation.diagnostic.clone();
    let Ok(Some(failure)) = find(&maxima, claim) else {
        return Err(Box::new(diagnostic.note("this could not be shown, and no counterexample was found")));
    };
    if refute_claim(claim, &failure).is_err() {
        return Err(Box::new(diagnostic.note("this could not be shown")));
    }
    let names = crate::report::Names::default();
    let at = point(claim, &failure, &names);
    let place = if at.is_empty() { String::new() } else { format!("at {at}: ") };
    let [left, right] = [&failure.left, &failure.right].map(|e| names.expr(e));
    let note = format!("{place}it is {left}, and should be {}", wanted(claim, &failure, &right));
    Err(Box::new(diagnostic.note(note)))
}

fn wanted(claim: &crate::model::Claim, failure: &crate::prover::Failure, right: &str) -> String {
    use crate::model::Comparison;
    let relation = claim.conjuncts.get(failure.conjunct).map(|c| c.relation);
    match relation {
        Some(Comparison::AtLeast) => format!("at least {right}"),
        Some(Comparison::AtMost) => format!("at most {right}"),
        Some(Comparison::Greater) => format!("greater than {right}"),
        Some(Comparison::Less) => format!("less than {right}"),
        Some(Comparison::Unequal) => format!("different from {right}"),
        Some(Comparison::Equal) | None => right.to_owned(),
    }
}
