//! **Combination.** A sum of products of known facts has the sign of its terms.
//!
//! ```text
//!   goal = Σ c·Π squares²·Π facts^e·Π boxes + Σ term·equation,   c > 0
//!   ──────────────────────────────────────────────────── combine
//!                        goal ≥ 0
//! ```
//!
//! A box is a polynomial with evidence that it is at least zero on a box that the facts give: see
//! [`on_box`]. Strict if some term has no square and strict facts and boxes only (the empty
//! product counts). An equation
//! may use equations only. Rejects: a residual; `c ≤ 0`; an inequality used as an equation; a strict
//! goal without a strict term.

use serde::{Deserialize, Serialize};

use super::super::expr::Expr;
use super::super::formula::{Formula, Relation};
use super::super::rejection::Rejection;
use super::super::theorem::Theorem;
use super::on_box::{self, OnBox};
use crate::exact::Rational;

/// Evidence for a sign: a sum of products.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Combination {
    /// The products.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<Term>,
    /// Terms times equations, by number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equations: Vec<(Expr, usize)>,
}

/// `coefficient · Π squares² · Π facts^e · Π boxes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// A positive number.
    pub coefficient: Rational,
    /// Terms that are squared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub squares: Vec<Expr>,
    /// Facts by number, with their exponents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<(usize, u32)>,
    /// Polynomials that are at least zero on a box.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boxes: Vec<OnBox>,
}

impl Term {
    /// A positive number.
    pub fn number(coefficient: Rational) -> Self {
        Term { coefficient, squares: vec![], facts: vec![], boxes: vec![] }
    }
}

/// A comparison that is known where the combination is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Its relation with zero.
    pub relation: Relation,
    /// Its term.
    pub expr: Expr,
}

impl Fact {
    /// The fact that a formula states, if it is a comparison.
    pub fn of(formula: &Formula) -> Result<Self, Rejection> {
        match formula {
            Formula::Compare(relation, expr) => Ok(Fact { relation: *relation, expr: expr.clone() }),
            _ => Err(Rejection::WrongForm { rule: "combine", expected: "comparisons with zero" }),
        }
    }
}

/// No exponent of a certificate is larger.
const EXPONENT_LIMIT: u32 = 1_000;
/// What the rejection names when a product of facts is too large.
const TERM_LIMIT: usize = 50_000;

/// Checks that `goal` has the sign `relation` wherever the facts hold.
pub fn check(
    facts: &[Fact],
    relation: Relation,
    goal: &Expr,
    evidence: &Combination,
) -> Result<(), Rejection> {
    let fact = |number: usize| facts.get(number).ok_or(Rejection::NoSuchFact { fact: number });
    let mut sum = Expr::zero();
    let mut strict = false;
    for term in &evidence.terms {
        if !term.coefficient.is_positive() {
            return Err(Rejection::Multiplier { coefficient: term.coefficient.clone() });
        }
        let mut product = Expr::number(term.coefficient.clone());
        let mut term_is_strict = term.squares.is_empty();
        for square in &term.squares {
            product = product.times(&square.pow(2));
        }
        for (number, exponent) in &term.facts {
            if *exponent > EXPONENT_LIMIT {
                return Err(Rejection::TooLarge { what: "as an exponent", limit: EXPONENT_LIMIT as usize });
            }
            let known = fact(*number)?;
            product = product.times(&known.expr.pow(*exponent));
            term_is_strict &= known.relation == Relation::Positive;
        }
        for on_box in &term.boxes {
            product = product.times(&on_box.polynomial);
            term_is_strict &= on_box::check(facts, on_box)? == Relation::Positive;
        }
        strict |= term_is_strict;
        sum = sum.plus(&product);
    }
    for (factor, number) in &evidence.equations {
        let known = fact(*number)?;
        if known.relation != Relation::Equal {
            return Err(Rejection::NotEquation { fact: *number });
        }
        sum = sum.plus(&factor.times(&known.expr));
    }
    let residual = goal.minus(&sum);
    if residual.is_too_large() {
        return Err(Rejection::TooLarge { what: "terms in a combination", limit: TERM_LIMIT });
    }
    if !residual.is_zero() {
        return Err(Rejection::Residual { rule: "combine", residual });
    }
    match relation {
        Relation::Equal if !evidence.terms.is_empty() => Err(Rejection::InequalityForEquation),
        Relation::Positive if !strict => Err(Rejection::NotStrict),
        _ => Ok(()),
    }
}

/// The rule on theorems: the facts are the conclusions of the premises.
pub(in crate::kernel) fn combine(
    premises: &[&Theorem],
    goal: &Formula,
    evidence: &Combination,
) -> Result<Theorem, Rejection> {
    let facts = premises.iter().map(|p| Fact::of(&p.conclusion)).collect::<Result<Vec<_>, _>>()?;
    let Fact { relation, expr } = Fact::of(goal)?;
    check(&facts, relation, &expr, evidence)?;
    let hypotheses = premises.iter().flat_map(|p| p.hypotheses.iter().cloned()).collect();
    Ok(Theorem::new(hypotheses, goal.clone()))
}
