//! **Tree.** A comparison, by cases on the signs of terms and by evaluation in every case.
//!
//! ```text
//!   Γ, p ≥ 0 ⊢ e REL 0     Γ, −p > 0 ⊢ e REL 0            Γ decides the indicators of e, the integrals
//!   ────────────────────────────────────────── split      of e over the offered break points; what is
//!                 Γ ⊢ e REL 0                             left is a combination: leaf
//! ```
//!
//! The tie belongs to one branch, so the cases cover everything by construction. An integral
//! `∫_0^u h dy` is split at break points `0 = b_0, …, b_m = u` whose order the facts prove; inside a
//! gap, where `b_k < y < b_{k+1}`, the integrand is evaluated in the same way, so that iterated
//! integrals form a tower. The finitely many break points are a null set for each value of the outer
//! variables. This is CASES, INDICATOR, CONGRUENCE and additivity of the integral in one pass.
//!
//! Rejects: an undecided indicator or a wrong decision (residual of its sign); break points that are
//! not in order, do not begin or end at the limits or mention the inner variable; a bound name that
//! is not new; something else where a term that is kept together is to be released; a leaf whose combination
//! has a residual.

use serde::{Deserialize, Serialize};

use super::super::atom::{Atom, Node};
use super::super::expr::Expr;
use super::super::formula::{Formula, Relation};
use super::super::rejection::Rejection;
use super::super::theorem::Theorem;
use super::combine::{self, Combination, Fact};

/// Evidence for a comparison under comparisons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Tree {
    /// Two cases: `on ≥ 0`, and `−on > 0`.
    Split {
        /// The term whose sign is split.
        on: Expr,
        /// Where it is at least zero.
        yes: Box<Tree>,
        /// Where it is negative.
        no: Box<Tree>,
    },
    /// The facts contradict each other: `0 > 0` is a combination of them.
    Empty(Combination),
    /// The term is evaluated, and what is left is a combination of the facts.
    Leaf {
        /// How indicators and integrals are evaluated.
        #[serde(default)]
        evaluation: Evaluation,
        /// Why the value has the claimed sign.
        #[serde(default)]
        sign: Combination,
    },
}

/// How the indicators and integrals of a term are evaluated, one after the other: what a later one speaks of
/// may have been evaluated before. What it does not name stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Evaluation(pub Vec<Value>);

impl Evaluation {
    /// The evaluated integrals.
    pub fn integrals(&self) -> impl Iterator<Item = &Pieces> {
        self.0.iter().filter_map(|value| match value {
            Value::Integral(pieces) => Some(pieces),
            Value::Indicator(_) | Value::Whole(_) => None,
        })
    }
}

/// The value of one indicator, integral or term that is kept together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Value {
    /// An indicator.
    Indicator(Decision),
    /// An integral.
    Integral(Pieces),
    /// A term that is kept together: what is in it, with what was evaluated before.
    Whole(Expr),
}

/// The value of one indicator `[argument ≥ 0]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Its argument.
    pub argument: Expr,
    /// Its value.
    pub value: Decided,
    /// Why the argument is at least zero, or negative.
    pub because: Combination,
}

/// One or zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decided {
    /// The argument is at least zero.
    One,
    /// The argument is negative.
    Zero,
}

/// The value of one integral `∫_0^u h dy`, piece by piece.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pieces {
    /// The integral: a single atom.
    pub integral: Expr,
    /// A new name for its variable.
    pub variable: super::super::text::Symbol,
    /// Break points from 0 to the upper limit.
    pub points: Vec<Expr>,
    /// Whether they increase or decrease.
    pub direction: Direction,
    /// For each gap: why its length is at least zero.
    pub order: Vec<Combination>,
    /// For each gap: how the integrand is evaluated there.
    pub parts: Vec<Evaluation>,
}

/// The direction of the break points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From 0 upwards.
    Up,
    /// From 0 downwards.
    Down,
}

/// `hypotheses ⊢ goal`; all of them are comparisons.
pub(in crate::kernel) fn tree(
    hypotheses: &[Formula],
    goal: &Formula,
    evidence: &Tree,
) -> Result<Theorem, Rejection> {
    let mut facts = hypotheses.iter().map(Fact::of).collect::<Result<Vec<_>, _>>()?;
    let Fact { relation, expr } = Fact::of(goal)?;
    walk(&mut facts, relation, &expr, evidence)?;
    Ok(Theorem::new(hypotheses.iter().cloned().collect(), goal.clone()))
}

fn walk(facts: &mut Vec<Fact>, relation: Relation, goal: &Expr, tree: &Tree) -> Result<(), Rejection> {
    match tree {
        Tree::Split { on, yes, no } => {
            facts.push(Fact { relation: Relation::AtLeast, expr: on.clone() });
            walk(facts, relation, goal, yes)?;
            facts.pop();
            facts.push(Fact { relation: Relation::Positive, expr: on.negated() });
            walk(facts, relation, goal, no)?;
            facts.pop();
            Ok(())
        }
        Tree::Empty(combination) => combine::check(facts, Relation::Positive, &Expr::zero(), combination),
        Tree::Leaf { evaluation, sign } => {
            let value = evaluate(facts, goal, evaluation)?;
            combine::check(facts, relation, &value, sign)
        }
    }
}

/// The value of a term wherever the facts hold.
pub fn evaluate(facts: &mut Vec<Fact>, e: &Expr, evidence: &Evaluation) -> Result<Expr, Rejection> {
    Ok(substitute_atoms(e, &values(facts, evidence)?))
}

/// What indicators and integrals are wherever the facts hold, in the order of the evidence.
pub fn values(facts: &mut Vec<Fact>, evidence: &Evaluation) -> Result<Vec<(Atom, Expr)>, Rejection> {
    let mut values: Vec<(Atom, Expr)> = Vec::new();
    for value in &evidence.0 {
        values.extend(match value {
            Value::Indicator(decision) => decided(facts, decision, &values)?,
            Value::Integral(pieces) => Some(integrated(facts, pieces, &values)?),
            Value::Whole(e) => Some(released(e, &values)?),
        });
    }
    Ok(values)
}

/// An indicator and its value; none for what is a number.
fn decided(
    facts: &[Fact],
    decision: &Decision,
    values: &[(Atom, Expr)],
) -> Result<Option<(Atom, Expr)>, Rejection> {
    let argument = substitute_atoms(&decision.argument, values);
    let (relation, sign, value) = match decision.value {
        Decided::One => (Relation::AtLeast, argument, Expr::one()),
        Decided::Zero => (Relation::Positive, argument.negated(), Expr::zero()),
    };
    combine::check(facts, relation, &sign, &decision.because)?;
    Ok(Expr::at_least_zero(&decision.argument).as_atom().map(|atom| (atom.clone(), value)))
}

/// An integral and its value.
fn integrated(
    facts: &mut Vec<Fact>,
    pieces: &Pieces,
    values: &[(Atom, Expr)],
) -> Result<(Atom, Expr), Rejection> {
    let atom = pieces.integral.as_atom();
    let Some((atom, Node::Primitive { upper, body })) = atom.map(|a| (a, a.node())) else {
        return Err(Rejection::WrongForm {
            rule: "tree",
            expected: "an integral from 0 of a bounded integrand",
        });
    };
    let upper = substitute_atoms(upper, values);
    Ok((atom.clone(), integrate(facts, &upper, body, pieces)?))
}

/// A term that is kept together, and what is in it at the values that are known.
fn released(e: &Expr, values: &[(Atom, Expr)]) -> Result<(Atom, Expr), Rejection> {
    match e.as_atom().map(|a| (a, a.node())) {
        Some((atom, Node::Whole(term))) => Ok((atom.clone(), substitute_atoms(term, values))),
        _ => Err(Rejection::WrongForm { rule: "tree", expected: "a term that is kept together" }),
    }
}

/// A term with values in the place of atoms.
pub fn substitute_atoms(e: &Expr, values: &[(Atom, Expr)]) -> Expr {
    e.replace_atoms(|a| values.iter().find(|(b, _)| a == b).map(|(_, value)| value.clone()))
}

/// `∫_0^upper body` over the offered pieces.
fn integrate(facts: &mut Vec<Fact>, upper: &Expr, body: &Expr, pieces: &Pieces) -> Result<Expr, Rejection> {
    let y = pieces.variable.name();
    let known = facts.iter().any(|f| f.expr.mentions(y));
    if known || body.mentions(y) || upper.mentions(y) || pieces.points.iter().any(|p| p.mentions(y)) {
        return Err(Rejection::NotFresh { name: y.clone() });
    }
    if pieces.points.first() != Some(&Expr::zero()) || pieces.points.last() != Some(upper) {
        return Err(Rejection::Limits);
    }
    let gaps = pieces.points.len().saturating_sub(1);
    for found in [pieces.order.len(), pieces.parts.len()] {
        if found != gaps {
            return Err(Rejection::Count { rule: "tree", expected: gaps, found });
        }
    }
    let body = body.open(y);
    let variable = Expr::variable(y);
    let mut sum = Expr::zero();
    let ends = pieces.points.iter().zip(pieces.points.iter().skip(1));
    for ((from, to), (order, part)) in ends.zip(pieces.order.iter().zip(&pieces.parts)) {
        let (low, high) = match pieces.direction {
            Direction::Up => (from, to),
            Direction::Down => (to, from),
        };
        combine::check(facts, Relation::AtLeast, &high.minus(low), order)?;
        let before = facts.len();
        facts.push(Fact { relation: Relation::Positive, expr: variable.minus(low) });
        facts.push(Fact { relation: Relation::Positive, expr: high.minus(&variable) });
        let value = evaluate(facts, &body, part)?;
        facts.truncate(before);
        sum = sum.plus(&Expr::integral(y, from, to, &value));
    }
    Ok(sum)
}
