//! Figures: what is drawn.

use super::{Expr, Name, Text};

/// `figure NAME [at r = 1/2]: … [ref "…"]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Its name; hyphens allowed.
    pub name: Name,
    /// `at r = 1/2`: parameters that are fixed.
    pub at: Vec<(Name, Expr)>,
    /// What is drawn.
    pub kind: FigureKind,
    /// Rows of the list of claims.
    pub refs: Vec<Text>,
}

/// What a figure shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FigureKind {
    /// `a, b over v[1]`: functions of one type or parameter.
    Curves {
        /// The functions; at least one.
        curves: Vec<Expr>,
        /// What they are functions of.
        over: Expr,
    },
    /// `regions of vcg`: which outcome there is, for two agents.
    Regions {
        /// The mechanism.
        mechanism: Expr,
    },
    /// `solution of existence`: the set of parameters that a statement of the file is solved for.
    Solution {
        /// The statement.
        statement: Name,
    },
}
