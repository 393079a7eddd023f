//! Statements that say of a number that it is in an interval, and that a term is zero there.

use crate::kernel::{Atom, Expr, Formula, Name, Relation};

/// `low <= x <= high` and `term = 0`.
pub(super) struct Zero {
    /// The lower end.
    pub(super) low: Expr,
    /// The upper end.
    pub(super) high: Expr,
    /// What is zero, in the number.
    pub(super) term: Expr,
}

impl Zero {
    /// What the first three of some statements say of a number, if it is this; the ends may depend on the number by their form.
    pub(super) fn of(x: &Name, parts: &[&Formula]) -> Option<Self> {
        let [
            Formula::Compare(Relation::AtLeast, above_low),
            Formula::Compare(Relation::AtLeast, below_high),
            Formula::Compare(Relation::Equal, term),
            ..,
        ] = parts
        else {
            return None;
        };
        let own = Expr::variable(x);
        Some(Zero { low: own.minus(above_low), high: below_high.plus(&own), term: term.clone() })
    }

    /// Whether the ends do not depend on the number, and the term is a polynomial in it.
    pub(super) fn is_of_polynomial(&self, x: &Name) -> bool {
        let own = Expr::variable(x);
        let is_plain = |a: &Atom| own.as_atom() == Some(a) || !a.mentions_variable(x);
        let ends = [&self.low, &self.high];
        self.term.atoms().all(is_plain) && !ends.into_iter().any(|end| end.mentions_variable(x))
    }

    /// The term at a place.
    pub(super) fn at(&self, x: &Name, place: &Expr) -> Expr {
        self.term.substitute_one(x, place)
    }
}
