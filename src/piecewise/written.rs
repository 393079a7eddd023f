//! Signs of sums of squares as they are written, and of products of these with facts. Untrusted.

use super::evaluate::Engine;
use super::generator::Generator;
use super::sign::Search;
use crate::kernel::rule::combine::Combination;
use crate::kernel::{Expr, Relation};

/// A term, and its square.
#[derive(Debug, Clone)]
pub(super) struct Square {
    root: Expr,
    value: Expr,
}

impl Engine {
    /// The same engine that is told which squares are written in what it is asked about, by their roots.
    #[must_use]
    pub fn with_squares(mut self, roots: &[Expr]) -> Self {
        let square = |root: &Expr| Square { root: root.clone(), value: root.pow(2) };
        self.squares = roots.iter().map(square).filter(|s| !s.value.is_too_large()).collect();
        self
    }
}

impl Search<'_> {
    /// The goal as a sum of multiples of facts and of the squares, which may be multiplied by facts.
    pub(super) fn by_squares(&self, squares: &[Square]) -> Option<Combination> {
        let highest = self.goal.poly().degree();
        let fitting: Vec<&Square> = squares.iter().filter(|s| s.value.poly().degree() <= highest).collect();
        if fitting.is_empty() {
            return None;
        }
        let term = |s: &Square, facts: Vec<(usize, u32)>, value: Expr| Generator::Term {
            value,
            squares: vec![s.root.clone()],
            facts,
            strict: false,
        };
        let mut generators = self.linear();
        generators.extend(fitting.iter().map(|s| term(s, vec![], s.value.clone())));
        if let Some(found) = self.with(&generators) {
            return Some(found);
        }
        let usable = self.facts.iter().enumerate().filter(|(_, f)| f.relation != Relation::Equal);
        for (number, fact) in usable {
            let with_fact = |s: &&Square| term(s, vec![(number, 1)], s.value.times(&fact.expr));
            let products =
                fitting.iter().filter(|s| s.value.poly().degree() + fact.expr.poly().degree() <= highest);
            generators.extend(products.map(with_fact));
        }
        self.with(&generators)
    }
}
