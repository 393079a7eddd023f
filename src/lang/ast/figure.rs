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
    /// `a, b against q over v[1] mark v[1] = 1/2`: functions of a type or parameter.
    Curves {
        /// The functions; at least one.
        curves: Vec<Expr>,
        /// What is drawn across; what they are functions of, if this is not said.
        against: Option<Expr>,
        /// What they are functions of: one name for all, or one for each.
        over: Vec<Expr>,
        /// Names and the values at which the functions of them are marked.
        marks: Vec<(Expr, Expr)>,
    },
    /// `figure charges over r against gains`: the left sides of claims of the file.
    Claims {
        /// The claims; at least one.
        claims: Vec<Name>,
        /// What they are functions of.
        over: Expr,
    },
    /// `regions of vcg`: which outcome there is, for two agents.
    Regions {
        /// The mechanism.
        mechanism: Expr,
    },
    /// `diagram of first under shade = direct`: a mechanism that is played, beside the direct one that does the same.
    Diagram {
        /// The mechanism under a strategy.
        played: Expr,
        /// The direct mechanism.
        direct: Expr,
    },
    /// `solution of existence`: the set of parameters that a statement of the file is solved for.
    Solution {
        /// The statement.
        statement: Name,
    },
}
