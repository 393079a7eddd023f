//! [`Obstacle`]: why there is no answer.

use crate::kernel::{Expr, Rejection, Relation};

/// What stood in the way of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// A set is asked for, and none is claimed.
    Unanswered,
    /// A break point is the root of a term that is not linear in the variable of integration.
    Nonlinear {
        /// The term.
        term: Expr,
    },
    /// An indicator whose argument is itself an integral.
    Nested {
        /// The argument.
        term: Expr,
    },
    /// No evidence was found for a sign on a cell.
    Uncertified {
        /// The term.
        term: Expr,
        /// How it was to compare with zero.
        relation: Relation,
    },
    /// Too many cells.
    Cells {
        /// The limit.
        limit: usize,
    },
    /// More work than one statement may take.
    Work,
    /// No value was found for a name that a statement says exists.
    NoWitness {
        /// The name.
        name: String,
    },
    /// A maximum whose place changes with a parameter, or lies at an irrational point.
    Extremum {
        /// What is maximised.
        body: Expr,
    },
    /// The kernel refused the evidence that was found; nothing is proved then.
    Refused {
        /// The kernel's complaint.
        rejection: Rejection,
    },
    /// The existence question is outside of what can be decided.
    Existence {
        /// Why.
        reason: String,
    },
}
