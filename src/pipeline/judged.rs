//! [`Judged`]: a verdict, and everything that was learned on the way to it.

use std::sync::Arc;

use crate::kernel::{Expr, Statement};
use crate::model::{Aim, Claim, Piece, Problem};
use crate::piecewise::Obstacle;
use crate::prover::{Answer, Derived, Exception, Exceptional, Failure, Optimum, Proved};
use crate::report::VerdictKind;

/// A theorem about one goal of a statement.
#[derive(Debug, Clone)]
pub(super) struct Proof {
    /// What is proved: the goal, or that it fails.
    pub(super) claim: Statement,
    /// The theorem.
    pub(super) proved: Proved,
}

/// Where and how a statement fails.
#[derive(Debug, Clone)]
pub(super) enum Refutation {
    /// A claim fails at a point.
    Point { claim: Claim, failure: Failure },
    /// An existence claim has the other answer.
    Existence(Answer),
    /// Something fails for one of all tables.
    Table(Box<Exceptional>),
    /// A question has another answer somewhere in a region.
    Region { piece: Piece, exception: Exception },
}

/// The verdict and everything that was learned.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub(super) verdict: VerdictKind,
    /// The goal that fails or is open, by its place in the statement.
    pub(super) goal: Option<usize>,
    /// That what the statement speaks of is defined.
    pub(super) defined: Vec<Proof>,
    pub(super) proofs: Vec<Proof>,
    pub(super) refutation: Option<Refutation>,
    pub(super) answer: Option<Answer>,
    /// What was found about each link of a derivation.
    pub(super) derived: Option<Derived>,
    /// By chain and link of a derivation, the nearest right side that would be correct.
    pub(super) nearest: Vec<(usize, usize, String)>,
    pub(super) obstacle: Option<Obstacle>,
    pub(super) value: Option<Expr>,
    /// What the terms that a statement says the ends of can be.
    pub(super) ends: Vec<End>,
    /// The set of parameters for which the statement holds, if it is solved for one and the file does not say.
    pub(super) solution: Option<Solved>,
    pub(super) printed: Option<PrintedVerdict>,
    pub(super) as_stated: AsStated,
}

/// A set of parameters that was found.
#[derive(Debug, Clone)]
pub(super) struct Solved {
    pub(super) shown: String,
    /// Whether it is proved to be the set for which the statement holds.
    pub(super) proved: bool,
}

/// What a term can be at most, or at least; both halves of this are theorems, if it has an end.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub(super) problem: Arc<Problem>,
    pub(super) aim: Arc<Aim>,
    pub(super) optimum: Optimum,
}

/// Whether the verdict is what the file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AsStated {
    Yes,
    No,
}

/// The verdict on a printed version.
#[derive(Debug, Clone)]
pub(super) struct PrintedVerdict {
    pub(super) verdict: VerdictKind,
    pub(super) proofs: Vec<Proof>,
    pub(super) refutation: Option<Refutation>,
    pub(super) difference: Option<Expr>,
}

impl Judged {
    /// A verdict, of which nothing more is known.
    pub(super) fn of(verdict: VerdictKind) -> Self {
        Judged {
            verdict,
            goal: None,
            defined: vec![],
            proofs: vec![],
            refutation: None,
            answer: None,
            derived: None,
            nearest: vec![],
            obstacle: None,
            value: None,
            ends: vec![],
            solution: None,
            printed: None,
            as_stated: AsStated::No,
        }
    }

    /// The same verdict with less to tell.
    pub(super) fn without_values(&self) -> Self {
        let printed = self.printed.clone().map(|printed| PrintedVerdict { difference: None, ..printed });
        Judged { value: None, ends: vec![], answer: None, printed, ..self.clone() }
    }

    /// The same verdict, and nothing of what was found.
    pub(super) fn verdict_alone(&self) -> Self {
        Judged { refutation: None, ..self.without_values() }
    }

    /// What was broken off at the limit of its work.
    pub(super) fn broken_off() -> Self {
        let printed = Some(PrintedVerdict::default());
        Judged {
            goal: Some(0),
            obstacle: Some(Obstacle::Work),
            printed,
            ..Judged::of(VerdictKind::Undecided)
        }
    }
}

impl Default for PrintedVerdict {
    fn default() -> Self {
        let verdict = VerdictKind::Undecided;
        PrintedVerdict { verdict, proofs: vec![], refutation: None, difference: None }
    }
}
