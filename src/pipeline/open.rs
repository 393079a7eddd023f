//! Obstacles in the user's words: why a statement is undecided.

use crate::piecewise::Obstacle;
use crate::report::{Names, agent_named};

/// Letters that are shown of a term that the search stopped at.
const TERM_SHOWN: usize = 200;

/// A term of which the beginning says enough.
pub(super) fn shortened(term: &str) -> String {
    shortened_to(TERM_SHOWN, term)
}

/// So many letters of a term, if it has more.
pub(super) fn shortened_to(letters: usize, term: &str) -> String {
    match term.char_indices().nth(letters) {
        Some((end, _)) => format!("{} …", term.get(..end).unwrap_or_default()),
        None => term.to_owned(),
    }
}

/// An obstacle in the user's words, with what would remove it.
pub(super) fn words(obstacle: &Obstacle, names: &Names) -> String {
    match obstacle {
        Obstacle::Unanswered => "no answer is claimed".into(),
        Obstacle::Nonlinear { term } => format!(
            "an integrand changes where `{}` is zero; that has to be at rational points or at points linear in the other types",
            shortened(&names.expr(term))
        ),
        Obstacle::Nested { term } => {
            format!("an indicator depends on an integral: `{} >= 0`", shortened(&names.expr(term)))
        }
        // In some case nothing is left but a number of the wrong sign: the case would have to be empty.
        Obstacle::Uncertified { term, .. } if term.as_number().is_some() => {
            "a case in which it fails was neither found to arise nor shown not to arise".into()
        }
        Obstacle::Uncertified { term, .. } if term.is_too_large() => {
            "a term is too large: it has a degree above 4000, or too many terms, or too long numbers".into()
        }
        Obstacle::Uncertified { term, .. } => {
            let term = names.expr(term);
            let open = if term.contains("integral(") { ", where integrals have no closed form" } else { "" };
            format!("no certificate was found for the sign of `{}`{open}", shortened(&term))
        }
        Obstacle::Cells { limit } => format!("more than {limit} cells"),
        Obstacle::Work => {
            "it takes more work than the limit of one statement; `--effort 10` allows ten times as much"
                .into()
        }
        Obstacle::NoWitness { name } => format!("no value was found for `{}`", names.show(name)),
        Obstacle::Extremum { body } => format!(
            "the maximum of {} lies at an irrational point, or at a point that depends on the parameter by cases",
            maximised(&names.expr(body))
        ),
        Obstacle::Refused { rejection } => format!("the kernel refused the evidence: {rejection}"),
        Obstacle::Existence { reason } => reason.clone(),
    }
}

/// What is maximised over a type that a charge has as a name of its own, `worst'MECHANISM'AGENT'`.
fn maximised(text: &str) -> String {
    const WORST: &str = "worst'";
    let agent = |text: &str| -> Option<(String, String)> {
        let rest = text.get(text.find(WORST)? + WORST.len()..)?;
        let (label, rest) = rest.split_once('\'')?;
        let (agent, _) = rest.split_once('\'')?;
        Some((format!("{WORST}{label}'{agent}'"), agent.to_owned()))
    };
    match agent(text) {
        Some((name, agent)) => {
            let text = shortened(&text.replace(&name, "t"));
            format!("`{text}` over the types t of {}", agent_named(&agent))
        }
        None => format!("`{}`", shortened(text)),
    }
}
