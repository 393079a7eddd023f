//! [`Rate`]: that a term rises at a given rate. What is meant by `derivative(e, y) = d for all y in [a, b]`.
//!
//! It states that `e` is an integral of `d`: `e(y) − e(a) = ∫_a^y d` for all `y` of `[a, b]`. So `d` is the derivative of
//! `e` at every point at which `d` is continuous, and at almost every point else. `derivative(e, y) = d everywhere` says more:
//! that the derivative at every point of `[a, b]`, one-sided at its ends, is `d`.

use crate::kernel::rule::envelope::Differentiable;
use crate::kernel::{Expr, Formula, Name, Symbol};

use super::claim::{Comparison, Conjunct};

/// How fast a term rises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// The term, in the variable.
    pub of: Expr,
    /// The variable.
    pub variable: Name,
    /// The lower end of its range.
    pub low: Expr,
    /// The upper end of its range.
    pub high: Expr,
    /// How the rate compares.
    pub relation: Comparison,
    /// What it is compared with, in the variable.
    pub with: Expr,
    /// Whether the term has this derivative at every point.
    pub is_everywhere: bool,
}

impl Rate {
    /// Where the interval begins over which the rise is looked at: for an equation at the lower end, else anywhere.
    pub fn from(&self) -> Expr {
        match self.relation {
            Comparison::Equal => self.low.clone(),
            _ => Expr::variable(&self.start()),
        }
    }

    /// The name of the place where the interval begins.
    pub fn start(&self) -> Name {
        format!("{}'from", self.variable).into()
    }

    /// What is assumed of the ends of the interval.
    pub fn domain(&self) -> Vec<Formula> {
        let y = Expr::variable(&self.variable);
        let from = self.from();
        let above = Formula::at_least(&self.high, &y);
        match self.relation {
            Comparison::Equal => vec![Formula::at_least(&y, &from), above],
            Comparison::Greater | Comparison::Less => {
                vec![Formula::at_least(&from, &self.low), Formula::greater(&y, &from), above]
            }
            _ => vec![Formula::at_least(&from, &self.low), Formula::at_least(&y, &from), above],
        }
    }

    /// The names that are spoken of all of.
    pub fn variables(&self) -> Vec<Name> {
        match self.relation {
            Comparison::Equal => vec![self.variable.clone()],
            _ => vec![self.start(), self.variable.clone()],
        }
    }

    /// How the rise over the interval compares with the integral.
    pub fn comparison(&self) -> Formula {
        let from = self.from();
        let rise = self.of.minus(&self.of.substitute_one(&self.variable, &from));
        let inner = format!("{}'", self.variable);
        let moved = self.with.substitute_one(&self.variable, &Expr::variable(&inner));
        let area = Expr::integral(&inner, &from, &Expr::variable(&self.variable), &moved);
        Conjunct::relation("", vec![], rise, self.relation, area).comparison()
    }

    /// That the term has the derivative at every point; none if its variable is no name of certificates.
    pub fn everywhere(&self) -> Option<Differentiable> {
        let variable = Symbol::new(&self.variable)?;
        let [of, slope, low, high] = [&self.of, &self.with, &self.low, &self.high].map(Expr::clone);
        Some(Differentiable { variable, of, slope, low, high })
    }

    /// What it says.
    pub fn formula(&self) -> Formula {
        if let Some(everywhere) = self.everywhere().filter(|_| self.is_everywhere) {
            return everywhere.formula();
        }
        Formula::for_all(&self.variables(), Formula::implied(&self.domain(), self.comparison()))
    }

    /// The same compared with something else.
    #[must_use]
    pub fn compared(&self, relation: Comparison, with: &Expr) -> Self {
        Rate { relation, with: with.clone(), ..self.clone() }
    }
}
