//! A function of one name between two numbers, cut into the pieces on which it is one term.

use crate::exact::Rational;
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Expr, Name, Relation};
use crate::piecewise::{Engine, Obstacle};

/// A piece: between two numbers the function is one term.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) low: Rational,
    pub(super) high: Rational,
    pub(super) value: Expr,
}

/// The pieces from the lowest to the highest; their ends must be rational.
pub(super) fn pieces(
    engine: &mut Engine,
    name: &Name,
    (from, to): (&Rational, &Rational),
    function: &Expr,
) -> Result<Vec<Piece>, Obstacle> {
    let x = Expr::variable(name);
    let ends = [x.minus(&Expr::number(from.clone())), Expr::number(to.clone()).minus(&x)];
    let facts: Vec<Fact> = ends.into_iter().map(|expr| Fact { relation: Relation::Positive, expr }).collect();
    let mut out = Vec::new();
    for cell in engine.cells(&facts, function)? {
        let (mut low, mut high) = (from.clone(), to.clone());
        for fact in &cell.facts {
            let at = |c: Rational| fact.expr.substitute_one(name, &Expr::number(c)).as_number();
            let nonlinear = || Obstacle::Nonlinear { term: fact.expr.clone() };
            let (rest, one) = at(Rational::ZERO).zip(at(Rational::ONE)).ok_or_else(nonlinear)?;
            let slope = &one - &rest;
            if fact.expr != x.scaled(&slope).plus(&Expr::number(rest.clone())) {
                return Err(nonlinear());
            }
            match (-&rest).checked_div(&slope) {
                // A cell of one point.
                Some(_) if fact.relation == Relation::Equal => high.clone_from(&low),
                Some(end) if slope.is_positive() => low = low.max(end),
                Some(end) => high = high.min(end),
                None => {}
            }
        }
        if low < high {
            out.push(Piece { low, high, value: cell.value });
        }
    }
    out.sort_by(|a, b| a.low.cmp(&b.low));
    Ok(out)
}
