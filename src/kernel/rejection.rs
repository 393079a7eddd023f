//! [`Rejection`]: why a rule refuses its evidence.

use super::expr::{Expr, Name};
use super::formula::{Formula, Relation};

/// Why a rule refuses. Nothing is proved then; whether the claim is true is another question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// A step refers to a step that does not come before it.
    #[error("step {step} is not an earlier step")]
    NoSuchStep {
        /// The number given.
        step: usize,
    },
    /// A combination or tree refers to a fact that is not there.
    #[error("fact {fact} is not known here")]
    NoSuchFact {
        /// The number given.
        fact: usize,
    },
    /// A premise does not have the form that the rule reads.
    #[error("{rule} needs {expected}")]
    WrongForm {
        /// The rule.
        rule: &'static str,
        /// What it reads.
        expected: &'static str,
    },
    /// Two sides that must be the same term are not.
    #[error("{rule}: the two sides differ by {residual}")]
    Residual {
        /// The rule.
        rule: &'static str,
        /// Left minus right.
        residual: Expr,
    },
    /// Two formulas that must be the same are not.
    #[error("{rule}: expected {expected}, found {found}")]
    Mismatch {
        /// The rule.
        rule: &'static str,
        /// What the rule computes.
        expected: Box<Formula>,
        /// What was given.
        found: Box<Formula>,
    },
    /// A multiplier is zero or negative.
    #[error("a combination multiplies by {coefficient}, which is not positive")]
    Multiplier {
        /// The multiplier.
        coefficient: crate::exact::Rational,
    },
    /// A strict conclusion without a strict term.
    #[error("no term of the combination is strictly positive")]
    NotStrict,
    /// A comparison that a statement hangs on is false at the values, or is not one of numbers.
    #[error("`{residual}{}` is not known to be true", sign(*relation))]
    Undecided {
        /// How the term is said to compare with zero.
        relation: Relation,
        /// The term, or its value.
        residual: Expr,
    },
    /// An inequality is used where an equation is needed.
    #[error("fact {fact} is not an equation")]
    NotEquation {
        /// The fact.
        fact: usize,
    },
    /// An equation is proved with inequalities.
    #[error("an equation cannot be a sum of inequalities")]
    InequalityForEquation,
    /// A name that must be new occurs already.
    #[error("`{name}` is not new here")]
    NotFresh {
        /// The name.
        name: Name,
    },
    /// A substitution would capture a name.
    #[error("a quantifier over `{name}` would capture a free name")]
    Capture {
        /// The bound name.
        name: Name,
    },
    /// An integrand that may be unbounded.
    #[error("the integrand is not locally bounded by its form")]
    NotTame,
    /// The break points do not run from the lower to the upper limit.
    #[error("the break points do not begin and end at the limits")]
    Limits,
    /// The numbers of pieces and break points do not fit.
    #[error("{rule}: {found} parts where {expected} are needed")]
    Count {
        /// The rule.
        rule: &'static str,
        /// How many are needed.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// The proof ends with something else than the claim.
    #[error("the proof ends with {found}, not with the claim {claim}")]
    AnotherClaim {
        /// What was claimed.
        claim: Box<Formula>,
        /// What was proved.
        found: Box<Formula>,
    },
    /// The theorem still rests on hypotheses.
    #[error("the theorem still rests on {hypothesis}")]
    Hypothesis {
        /// One of them.
        hypothesis: Box<Formula>,
    },
    /// The text of a certificate cannot be read.
    #[error("the certificate cannot be read: {reason}")]
    Unreadable {
        /// Why.
        reason: String,
    },
    /// A limit of size was reached.
    #[error("too large: more than {limit} {what}")]
    TooLarge {
        /// What is counted.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

fn sign(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => " = 0",
        Relation::AtLeast => " >= 0",
        Relation::Positive => " > 0",
    }
}
