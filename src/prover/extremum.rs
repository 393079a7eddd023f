//! Maxima over an interval: [`Extremum`].
//!
//! Candidates are the end points, the break points and the rational stationary points of the pieces;
//! with parameters, those that are polynomials in them. The engine proposes, the formula of the charge
//! is proved like any other.

use crate::exact::Rational;
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Expr, Node, Relation};
use crate::model::{Bound, Charge, Claim, Description};
use crate::piecewise::{Cell, Engine, Obstacle, certify, rational_roots};

use super::proof::facts;

/// A maximum and a point that attains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extremum {
    /// The greatest value.
    pub value: Expr,
    /// A point at which it is attained.
    pub at: Expr,
    /// Numbers that these two mention and the statement does not.
    pub roots: Vec<Charge>,
}

impl Extremum {
    /// A root is what it is described as.
    fn chosen(root: &Charge) -> Self {
        let x = Expr::variable(&root.name);
        Extremum { value: x.clone(), at: x, roots: vec![] }
    }
}

/// Maxima that were found before: the same charges occur in many claims of a file.
#[derive(Debug, Default)]
pub struct Maxima {
    known: Vec<(Vec<Bound>, Charge, Result<Extremum, Obstacle>)>,
}

impl Maxima {
    /// The values of all charges of a claim, in their order.
    pub fn of(&mut self, claim: &Claim) -> Result<Vec<Extremum>, Obstacle> {
        let mut out: Vec<Extremum> = Vec::new();
        for charge in &claim.charges {
            let values =
                claim.charges.iter().zip(&out).map(|(c, e)| (c.name.clone(), e.value.clone())).collect();
            if charge.description == Description::Root {
                out.push(Extremum::chosen(charge));
                continue;
            }
            let charge = Charge { body: charge.body.substitute(&values), ..charge.clone() };
            out.push(self.maximum(&claim.parameters, charge)?);
        }
        Ok(out)
    }

    fn maximum(&mut self, parameters: &[Bound], charge: Charge) -> Result<Extremum, Obstacle> {
        if let Some((_, _, found)) = self.known.iter().find(|(p, c, _)| p == parameters && *c == charge) {
            return found.clone();
        }
        let domain: Vec<_> = parameters.iter().flat_map(Bound::domain).collect();
        let found = maximum(&facts(&domain), &charge, &charge.body);
        self.known.push((parameters.to_vec(), charge, found.clone()));
        found
    }
}

/// The maximum that a charge is, given the body with earlier charges replaced.
pub(super) fn maximum(context: &[Fact], charge: &Charge, body: &Expr) -> Result<Extremum, Obstacle> {
    let mut engine = Engine::new();
    let mut domain = context.to_vec();
    domain.extend(facts(&charge.argument.domain()));
    let cells = engine.cells(&domain, body)?;
    let none = || Obstacle::Extremum { body: body.clone() };
    let mut candidates = candidates(&cells, charge);
    // Points that lie in the interval for all parameters, the highest value at a sample first.
    let y = &charge.argument;
    candidates.retain(|at| {
        let inside = [at.minus(&y.low), y.high.minus(at)];
        inside.iter().all(|d| certify(context, Relation::AtLeast, d).is_some())
    });
    for at in candidates {
        let Some(value) = engine.closed_form(context, &body.substitute_one(&y.name, &at)) else { continue };
        let bounds = cells
            .iter()
            .all(|cell| certify(&cell.facts, Relation::AtLeast, &value.minus(&cell.value)).is_some());
        if bounds {
            return Ok(Extremum { value, at, roots: vec![] });
        }
    }
    Err(none())
}

fn candidates(cells: &[Cell], charge: &Charge) -> Vec<Expr> {
    let y = Expr::variable(&charge.argument.name);
    let mut out = vec![charge.argument.low.clone(), charge.argument.high.clone()];
    let Some(atom) = y.atoms().next() else { return out };
    let mut zeros_of = |e: &Expr| {
        let coefficients = e.poly().coefficients_in(atom);
        if let [constant, slope] = coefficients.as_slice() {
            if let Some(k) = slope.as_constant().and_then(|a| a.recip()) {
                out.push(Expr::from(constant.clone()).scaled(&-&k));
            }
        } else {
            out.extend(rational_roots(&coefficients).into_iter().map(Expr::number));
        }
    };
    for cell in cells {
        for fact in &cell.facts {
            zeros_of(&fact.expr);
        }
        zeros_of(&Expr::from(cell.value.poly().derivative(atom)));
    }
    let hidden = |e: &Expr| e.atoms().any(|a| !matches!(a.node(), Node::Variable(_)));
    out.retain(|e| !hidden(e));
    out.dedup();
    out
}

/// The number that an expression is, if it is one.
pub(super) fn number(e: &Expr) -> Option<Rational> {
    Engine::new().closed_form(&[], e)?.as_number()
}
