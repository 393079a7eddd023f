//! Squares as they are written: multiplied out, `(a - b)^2*(c - d)^4` is not seen to be one.

use crate::kernel::Expr;
use crate::lang::ast::{self, ExprKind};

use super::scope::Env;

/// Squares of one statement that are kept.
const KEPT: usize = 32;
/// Terms of what is squared.
const TERMS: usize = 300;

impl Env<'_> {
    /// Keeps a term whose square is written.
    fn keep_root(&mut self, root: Expr) {
        let is_new = !self.squares.contains(&root) && !self.squares.contains(&root.negated());
        if is_new && (2..=TERMS).contains(&root.size()) && self.squares.len() < KEPT {
            self.squares.push(root);
        }
    }

    /// Keeps what an even power is the square of, but for the last factor the same for an odd one.
    pub(super) fn note_power(&mut self, base: &Expr, exponent: u32) {
        if base.size() > 1 && exponent > 1 {
            self.keep_root(base.pow(exponent / 2));
        }
    }

    /// Keeps what the factors of a product are together the square of, leaving out those that are none.
    pub(super) fn note_product(&mut self, factors: &[(&ast::Expr, Expr)]) {
        let mut root = Expr::one();
        let mut single: Vec<&Expr> = Vec::new();
        for (written, term) in factors.iter().filter(|(_, term)| term.as_number().is_none()) {
            match root_as_written(written, term, &self.squares) {
                Some(of_factor) => root = root.times(&of_factor),
                None => match single.iter().position(|other| *other == term) {
                    Some(place) => root = root.times(single.swap_remove(place)),
                    None => single.push(term),
                },
            }
        }
        if !root.is_too_large() {
            self.keep_root(root);
        }
    }
}

/// What a factor is the square of.
fn root_as_written(written: &ast::Expr, term: &Expr, known: &[Expr]) -> Option<Expr> {
    if term.size() == 1 {
        let (monomial, c) = term.terms().next()?;
        let halves = monomial.factors().map(|(a, e)| (e % 2 == 0).then(|| Expr::from(a).pow(e / 2)));
        let halves: Vec<Expr> = halves.collect::<Option<_>>()?;
        return c.is_one().then(|| halves.iter().fold(Expr::one(), |product, half| product.times(half)));
    }
    let is_power = matches!(written.kind, ExprKind::Power { .. });
    known.iter().rev().find(|root| is_power && root.pow(2) == *term).cloned()
}
