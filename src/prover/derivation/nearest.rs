//! The nearest proposition that is correct, for links that fail: the first of some that follows by the link's reasons.

use crate::model::{Derivation, Proposition};
use crate::piecewise::Obstacle;

use super::{BUDGET, Lemmas, Proof, Tactic, refute};

/// Tries of tactics, for the nearest right side that is correct.
const BUDGET_OF_NEAREST: usize = 120;

/// Propositions that are tried as the nearest that is correct.
const NEAR: usize = 8;

/// Propositions that may be meant by a link.
#[derive(Debug, Clone)]
pub struct Meant {
    /// The chain.
    pub chain: usize,
    /// The link.
    pub link: usize,
    /// The propositions, likely ones first.
    pub candidates: Vec<Proposition>,
}

/// For each link, in the order of the chains, the first of the propositions that follows by its reasons, in its place.
pub fn nearest(derivation: &Derivation, lemmas: &Lemmas, links: &[Meant]) -> Vec<Option<usize>> {
    let mut found = vec![None; links.len()];
    let likely: Vec<Vec<&Proposition>> = links.iter().map(|meant| likely(derivation, meant)).collect();
    let _ = nearest_of(derivation, lemmas, links, &likely, &mut found);
    found
}

/// The propositions that are not seen to be false.
fn likely<'a>(derivation: &Derivation, meant: &'a Meant) -> Vec<&'a Proposition> {
    let Some(own) = derivation.chains.get(meant.chain) else { return vec![] };
    let samples = refute::samples(derivation, own, &meant.candidates);
    let plausible = |p: &&Proposition| samples.iter().all(|sample| sample.allows(&p.formula()));
    let near = if samples.is_empty() { NEAR / 2 } else { NEAR };
    meant.candidates.iter().filter(plausible).take(near).collect()
}

fn nearest_of(
    derivation: &Derivation,
    lemmas: &Lemmas,
    links: &[Meant],
    likely: &[Vec<&Proposition>],
    found: &mut [Option<usize>],
) -> Result<(), Obstacle> {
    if likely.iter().all(Vec::is_empty) {
        return Ok(());
    }
    let mut proof = Proof { is_diagnosed: false, ..Proof::of(derivation, lemmas)? };
    for application in &derivation.applied {
        proof.applied(application)?;
    }
    for (number, chain) in derivation.chains.iter().enumerate() {
        let here = links.iter().zip(likely).zip(&mut *found).filter(|((meant, _), _)| meant.chain == number);
        for ((meant, likely), found) in here {
            let Some(link) = chain.links.get(meant.link) else { continue };
            let because = &link.because;
            let tactic = if because.is_empty() { Tactic::Given } else { Tactic::Reasons(because.clone()) };
            proof.spent = BUDGET - BUDGET_OF_NEAREST;
            proof.domain.extend(chain.domain.clone());
            let first = likely.iter().find(|p| matches!(proof.says(p, &tactic), Ok(Some(_))));
            proof.domain.clear();
            *found = first.and_then(|first| meant.candidates.iter().position(|p| p == *first));
        }
        if links.iter().all(|meant| meant.chain <= number) {
            break;
        }
        proof.spent = 0;
        proof.chain(chain)?;
    }
    Ok(())
}
