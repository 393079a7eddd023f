//! **Existence** of functions: shown by giving them, refuted by a contradiction from what they would
//! have to satisfy.

use super::super::definition::{self, Definition};
use super::super::formula::Formula;
use super::super::rejection::Rejection;
use super::super::theorem::Theorem;

/// **Exhibit.** From `⊢ φ[f := λ]` follows that some functions satisfy `φ`. Rejects: a body that is not
/// locally bounded by its form; a parameter that is named twice; a missing function or a wrong arity; a
/// premise that is not literally the instance.
pub(in crate::kernel) fn exhibit(
    premise: &Theorem,
    statement: &Formula,
    definitions: &[Definition],
) -> Result<Theorem, Rejection> {
    let Formula::SomeFunctions(functions, body) = statement else {
        return Err(Rejection::WrongForm { rule: "exhibit", expected: "a statement for some functions" });
    };
    let fits = functions.len() == definitions.len()
        && functions
            .iter()
            .zip(definitions)
            .all(|(f, d)| f.name == *d.name.name() && f.arity == d.parameters.len());
    if !fits {
        return Err(Rejection::WrongForm { rule: "exhibit", expected: "one definition for each function" });
    }
    definitions.iter().try_for_each(Definition::has_distinct_parameters)?;
    if definitions.iter().any(|d| !d.body.is_tame()) {
        return Err(Rejection::NotTame);
    }
    // Bodies do not speak of the functions themselves, so the order of replacement does not matter.
    if definitions.iter().any(|d| functions.iter().any(|f| d.body.mentions(&f.name))) {
        return Err(Rejection::WrongForm { rule: "exhibit", expected: "definitions free of the functions" });
    }
    let expected = body.define(&definition::table(definitions))?;
    if premise.conclusion != expected {
        let found = Box::new(premise.conclusion.clone());
        return Err(Rejection::Mismatch { rule: "exhibit", expected: Box::new(expected), found });
    }
    Ok(Theorem::new(premise.hypotheses.clone(), statement.clone()))
}

/// **Impossible.** From `Γ, φ_1, …, φ_m ⊢ 0 > 0` follows that no functions satisfy `φ_1 ∧ … ∧ φ_m`.
/// Rejects: a premise that is not falsehood; a function that a remaining hypothesis mentions.
pub(in crate::kernel) fn impossible(premise: &Theorem, statement: &Formula) -> Result<Theorem, Rejection> {
    let Formula::NoFunctions(functions, body) = statement else {
        return Err(Rejection::WrongForm { rule: "impossible", expected: "a statement for no functions" });
    };
    let Formula::And(parts) = &**body else {
        return Err(Rejection::WrongForm { rule: "impossible", expected: "a conjunction of properties" });
    };
    if premise.conclusion != Formula::falsehood() {
        return Err(Rejection::WrongForm { rule: "impossible", expected: "a contradiction" });
    }
    let hypotheses: std::collections::BTreeSet<_> =
        premise.hypotheses.iter().filter(|h| !parts.contains(h)).cloned().collect();
    for function in functions {
        if hypotheses.iter().any(|h| h.mentions(&function.name)) {
            return Err(Rejection::NotFresh { name: function.name.clone() });
        }
    }
    Ok(Theorem::new(hypotheses, statement.clone()))
}
