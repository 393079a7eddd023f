//! [`Piece`]: that something holds for all parameters of a region, or for none of them.
//!
//! The set of parameters for which a statement holds is claimed piece by piece: on each interval of the set it
//! holds for every parameter, on each interval between them for none.

use std::collections::BTreeMap;

use crate::kernel::{Expr, Formula, Name, Relation, Statement};

use super::claim::{Bound, Charge, Claim};
use super::existence::{Existence, Quantity};

/// What is asked for each parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// A claim about all types; its parameters are those of the region.
    Claim(Claim),
    /// Whether a mechanism exists.
    Existence(Existence),
}

/// On which side of the question the region lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Everywhere {
    /// It holds for every parameter.
    Holds,
    /// It fails for every parameter.
    Fails,
}

/// A region of parameters on which a question has one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The parameters with their closed ranges.
    pub parameters: Vec<Bound>,
    /// What else is known of them, such as that an end is left out.
    pub premises: Vec<Formula>,
    /// The numbers that the ends are, each described.
    pub roots: Vec<Charge>,
    /// The answer.
    pub answer: Everywhere,
    /// The question.
    pub question: Question,
}

/// Pieces outside of regions at most.
const PIECE_LIMIT: usize = 100;

/// What holds where a comparison does not: one of these.
fn opposites(comparison: &Formula) -> Vec<Formula> {
    match comparison {
        Formula::Compare(Relation::AtLeast, e) => vec![Formula::Compare(Relation::Positive, e.negated())],
        Formula::Compare(Relation::Positive, e) => vec![Formula::Compare(Relation::AtLeast, e.negated())],
        Formula::Compare(Relation::Equal, e) => {
            [e.clone(), e.negated()].map(|e| Formula::Compare(Relation::Positive, e)).to_vec()
        }
        Formula::Or(alternatives) => match alternatives.as_slice() {
            // The only disjunction that a comparison is: two sides differ.
            [Formula::Compare(_, e), _] => vec![Formula::Compare(Relation::Equal, e.clone())],
            _ => vec![],
        },
        _ => vec![],
    }
}

/// An end of an interval, and whether it belongs to it.
pub type IntervalEnd<'a> = (&'a Expr, bool);

impl Piece {
    /// A question on an interval of one parameter whose ends mention some of the roots.
    pub fn on_interval(
        parameter: &Bound,
        roots: &[Charge],
        (low, from): IntervalEnd<'_>,
        (high, to): IntervalEnd<'_>,
        answer: Everywhere,
        question: &Question,
    ) -> Self {
        let x = Expr::variable(&parameter.name);
        let mut premises = Vec::new();
        if !from {
            premises.push(Formula::greater(&x, low));
        }
        if !to {
            premises.push(Formula::greater(high, &x));
        }
        let mut used: Vec<Charge> = Vec::new();
        for root in roots.iter().rev() {
            let in_roots = used.iter().any(|u| u.root().iter().any(|f| f.mentions(&root.name)));
            if in_roots || low.mentions(&root.name) || high.mentions(&root.name) {
                used.insert(0, root.clone());
            }
        }
        let bound = Bound { low: low.clone(), high: high.clone(), ..parameter.clone() };
        Piece { parameters: vec![bound], premises, roots: used, answer, question: question.clone() }
    }

    /// The pieces of a question about several parameters that has the answer yes in the regions, each given by
    /// comparisons, and no outside of them; `None` if there are more than a hundred.
    pub fn on_regions(
        parameters: &[Bound],
        regions: &[Vec<Formula>],
        question: &Question,
    ) -> Option<Vec<Self>> {
        let piece = |premises: Vec<Formula>, answer| Piece {
            parameters: parameters.to_vec(),
            premises,
            roots: vec![],
            answer,
            question: question.clone(),
        };
        let mut pieces: Vec<Piece> = regions.iter().map(|r| piece(r.clone(), Everywhere::Holds)).collect();
        // Outside of a region its first comparison fails, or it holds and the second fails, and so on.
        let mut outside: Vec<Vec<Formula>> = vec![vec![]];
        for region in regions {
            let mut next = Vec::new();
            for known in &outside {
                let mut before = known.clone();
                for comparison in region {
                    for opposite in opposites(comparison) {
                        next.push(before.iter().cloned().chain([opposite]).collect());
                    }
                    before.push(comparison.clone());
                }
            }
            outside = next;
            if outside.len() > PIECE_LIMIT {
                return None;
            }
        }
        pieces.extend(outside.into_iter().map(|premises| piece(premises, Everywhere::Fails)));
        Some(pieces)
    }

    /// `∀ parameters ∈ region. question`, or of its negation.
    pub fn statement(&self) -> Statement {
        let mut known: Vec<Formula> = self.parameters.iter().flat_map(Bound::domain).collect();
        known.extend(self.premises.iter().cloned());
        let names: Vec<Name> = self.parameters.iter().map(|b| b.name.clone()).collect();
        let body = Formula::for_all(&names, Formula::implied(&known, self.answered(self.answer)));
        self.stated(body)
    }

    /// `∃ parameters ∈ region`, for which the question has the other answer.
    pub fn denial(&self) -> Statement {
        let other = match self.answer {
            Everywhere::Holds => Everywhere::Fails,
            Everywhere::Fails => Everywhere::Holds,
        };
        let mut parts: Vec<Formula> = self.parameters.iter().flat_map(Bound::domain).collect();
        parts.extend(self.premises.iter().cloned());
        parts.push(self.answered(other));
        let body = self
            .parameters
            .iter()
            .rev()
            .fold(Formula::And(parts), |rest, b| Formula::Exists(b.name.clone(), Box::new(rest)));
        self.stated(body)
    }

    /// The question for single values of the parameters.
    pub fn at(&self, values: &BTreeMap<Name, Expr>) -> Question {
        match &self.question {
            Question::Claim(claim) => Question::Claim(claim.at(values)),
            Question::Existence(existence) => Question::Existence(existence.at(values)),
        }
    }

    /// The question without the quantifiers over parameters.
    pub fn inner(&self) -> Question {
        match &self.question {
            Question::Claim(claim) => Question::Claim(Claim { parameters: vec![], ..claim.clone() }),
            Question::Existence(existence) => Question::Existence(existence.clone()),
        }
    }

    fn answered(&self, answer: Everywhere) -> Formula {
        match (self.inner(), answer) {
            (Question::Claim(claim), Everywhere::Holds) => claim.formula(),
            (Question::Claim(claim), Everywhere::Fails) => claim.refutation(),
            (Question::Existence(e), Everywhere::Holds) => e.formula(),
            (Question::Existence(e), Everywhere::Fails) => {
                let quantity = match e.quantity {
                    Quantity::Some => Quantity::No,
                    Quantity::No => Quantity::Some,
                };
                Existence { quantity, ..e }.formula()
            }
        }
    }

    fn stated(&self, body: Formula) -> Statement {
        let formula = self.roots.iter().rev().fold(body, |rest, root| root.describe(rest));
        let definitions = match &self.question {
            Question::Claim(claim) => claim.definitions.clone(),
            Question::Existence(_) => vec![],
        };
        Statement { definitions, formula }
    }
}
