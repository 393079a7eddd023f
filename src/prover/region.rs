//! The regions of several parameters in which a question has the answer yes: [`regions`].
//!
//! Where a claim speaks of parameters only, its sides differ by one polynomial on each of finitely many cells: the
//! answer is the cells, cut by the sign of that polynomial. Untrusted: what is found is proved piece by piece
//! afterwards, or is said not to be.

use crate::kernel::rule::combine::Fact;
use crate::kernel::{Expr, Formula, Relation};
use crate::model::{Bound, Comparison, Piece, Quantity, Question};
use crate::piecewise::Engine;

use super::existence::pivot;
use super::extremum::Maxima;
use super::proof::facts;
use super::solve::prove_piece;

/// Regions, each by comparisons beside the ranges of the parameters, and whether they were proved to be the answer.
#[derive(Debug, Clone)]
pub struct Regions {
    /// The regions.
    pub regions: Vec<Vec<Formula>>,
    /// Whether the question has the answer yes in them and no outside; otherwise the search speaks for it.
    pub proved: bool,
}

/// The regions, if the question is about parameters only.
pub fn regions(maxima: &Maxima, parameters: &[Bound], question: &Question) -> Option<Regions> {
    let range = facts(&parameters.iter().flat_map(Bound::domain).collect::<Vec<_>>());
    let (difference, relation) = difference(maxima, &range, question)?;
    let mut regions: Vec<Vec<Formula>> = Vec::new();
    for cell in Engine::new().cells(&range, &difference).ok()? {
        let mut region: Vec<Fact> = cell.facts.iter().skip(range.len()).cloned().collect();
        let holds = |relation, e: &Expr| Engine::new().tree(&cell.facts, relation, e).is_ok();
        let opposite = match relation {
            Relation::AtLeast => holds(Relation::Positive, &cell.value.negated()),
            Relation::Positive => holds(Relation::AtLeast, &cell.value.negated()),
            Relation::Equal => {
                [cell.value.clone(), cell.value.negated()].iter().any(|e| holds(Relation::Positive, e))
            }
        };
        if opposite {
            continue;
        }
        if !holds(relation, &cell.value) {
            region.push(Fact { relation, expr: cell.value.clone() });
        }
        regions.push(region.into_iter().map(|f| Formula::Compare(f.relation, f.expr)).collect());
    }
    let pieces = Piece::on_regions(parameters, &regions, question)?;
    let proved = pieces.iter().all(|piece| prove_piece(maxima, piece).is_ok());
    Some(Regions { regions, proved })
}

/// A term, and the relation that it has to zero where the answer is yes.
fn difference(maxima: &Maxima, range: &[Fact], question: &Question) -> Option<(Expr, Relation)> {
    match question {
        Question::Existence(existence) => {
            let found = pivot(existence, range).ok()?;
            if !found.roots.is_empty() {
                return None;
            }
            Some(match existence.quantity {
                Quantity::Some => (found.surplus, Relation::AtLeast),
                Quantity::No => (found.surplus.negated(), Relation::Positive),
            })
        }
        Question::Claim(claim) => {
            let values = maxima.of(claim).ok()?;
            if values.iter().any(|v| !v.roots.is_empty()) {
                return None;
            }
            let values = claim.charges.iter().zip(values).map(|(c, v)| (c.name.clone(), v.value)).collect();
            let claim = claim.unfolded();
            let [conjunct] = claim.conjuncts.as_slice() else { return None };
            if !conjunct.variables.is_empty() || !conjunct.premises.is_empty() {
                return None;
            }
            let difference = conjunct.left.minus(&conjunct.right).substitute(&values);
            match conjunct.relation {
                Comparison::Equal => Some((difference, Relation::Equal)),
                Comparison::AtLeast => Some((difference, Relation::AtLeast)),
                Comparison::AtMost => Some((difference.negated(), Relation::AtLeast)),
                Comparison::Greater => Some((difference, Relation::Positive)),
                Comparison::Less => Some((difference.negated(), Relation::Positive)),
                Comparison::Unequal => None,
            }
        }
    }
}
