//! Expressions and conditions.

use super::{Name, Relation, Span};
use crate::exact::Rational;

/// An expression with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    /// Its form.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The forms of expressions. Sums and products are n-ary, so that long chains are not deep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExprKind {
    /// `3`, `0.25` (read as the rational 1/4); never negative.
    Number(Rational),
    /// `v`, `trade`, `buyer`.
    Name(String),
    /// `v[1]`, `x[i]`.
    Indexed {
        /// The family.
        name: Name,
        /// The index.
        index: Box<Expr>,
    },
    /// `a + b - c`: the terms with their signs; at least two.
    Sum(Vec<(Sign, Expr)>),
    /// `-a`.
    Negated(Box<Expr>),
    /// `a*b/c`: the factors, each multiplied or divided; at least two, the first multiplied.
    Product(Vec<(Factor, Expr)>),
    /// `a^k`.
    Power {
        /// The base.
        base: Box<Expr>,
        /// The exponent.
        exponent: Box<Expr>,
    },
    /// `payment(vcg, buyer)`, `max(a, b)`, `pivot(trade)`.
    Call {
        /// The function.
        function: Name,
        /// The arguments.
        arguments: Vec<Expr>,
    },
    /// `max(x[j] for j != i)`, `sum(v[j] for j != i)`, `sum(i, C(partnership, i))`, `min(x[j] for j)`.
    Family {
        /// `max`, `min` or `sum`.
        operator: FamilyOperator,
        /// The index.
        index: Name,
        /// The index that is left out.
        except: Option<Box<Expr>>,
        /// The body.
        body: Box<Expr>,
    },
    /// `[v >= c]`, `[v >= c and c > 0]`: one where the condition holds, else zero.
    Indicator(Condition),
    /// `cases { v*c if v >= c; 0 otherwise }`.
    Cases {
        /// The branches in order: the first that holds counts.
        branches: Vec<(Expr, Condition)>,
        /// `… otherwise`.
        otherwise: Option<Box<Expr>>,
    },
    /// `table t, x { low: 0, 3; high: 0, 1 }`: a row for each value of the first name, in it a number for each
    /// value of the second; with one name, one number a row.
    Table {
        /// A type or the outcome variable.
        rows: Box<Expr>,
        /// Another one.
        columns: Option<Box<Expr>>,
        /// The rows, each with the value it is for.
        cells: Vec<(Expr, Vec<Expr>)>,
    },
    /// `integral(y^2, y from 0 to v)`, `integral(y d(F(y)^2), y from 0 to v)`.
    Integral {
        /// The integrand.
        body: Box<Expr>,
        /// What it is integrated along, if that is not the variable itself.
        along: Option<Box<Expr>>,
        /// The bound variable.
        variable: Name,
        /// The lower limit.
        low: Box<Expr>,
        /// The upper limit.
        high: Box<Expr>,
    },
    /// `root of 4*x^3 - 1 in [0, 1]`: the only zero there; `root x of x^2 - r in [0, 1]` if other names occur.
    Root {
        /// What is zero.
        body: Box<Expr>,
        /// The unknown.
        variable: Name,
        /// The lower end.
        low: Box<Expr>,
        /// The upper end.
        high: Box<Expr>,
    },
    /// `t with t[i] = r`: a profile with another type of one agent.
    Changed {
        /// The profile.
        profile: Name,
        /// The agent.
        index: Box<Expr>,
        /// The other type.
        value: Box<Expr>,
    },
    /// `E payment(vcg, buyer)`: truthful ex ante expectation.
    Expectation(Box<Expr>),
    /// `interim payment(vcg, buyer)`: given the agent's own type alone.
    Interim(Box<Expr>),
    /// `first under shade`: the direct mechanism that a strategy induces.
    Under {
        /// The mechanism.
        mechanism: Box<Expr>,
        /// The strategy.
        strategy: Name,
    },
}

/// The sign of a term in a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Added.
    Plus,
    /// Subtracted.
    Minus,
}

impl Sign {
    /// How it is written in front of the term at a position of a sum.
    pub fn before(self, position: usize) -> &'static str {
        match (position, self) {
            (0, Sign::Plus) => "",
            (0, Sign::Minus) => "-",
            (_, Sign::Plus) => " + ",
            (_, Sign::Minus) => " - ",
        }
    }
}

/// How a factor enters a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// Multiplied.
    Times,
    /// Divided.
    Over,
}

/// Operators over a family of agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FamilyOperator {
    /// `sum`
    Sum,
    /// `max`
    Max,
    /// `min`
    Min,
}

/// A condition: a conjunction of comparisons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The conjuncts; at least one.
    pub conjuncts: Vec<Comparison>,
    /// Where it stands.
    pub span: Span,
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// `a >= b`, `0 <= a < 1`.
    Relations {
        /// The first side.
        first: Expr,
        /// The relations and sides that follow; at least one.
        rest: Vec<(Relation, Expr)>,
    },
    /// `x[i] wins`: the type is the highest, ties by the setting's rule.
    Wins(Expr),
}

/// Calls `visit` on the direct parts of an expression.
pub fn children<'a>(e: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    fn condition<'a>(c: &'a Condition, visit: &mut dyn FnMut(&'a Expr)) {
        for conjunct in &c.conjuncts {
            match conjunct {
                Comparison::Wins(e) => visit(e),
                Comparison::Relations { first, rest } => {
                    visit(first);
                    rest.iter().for_each(|(_, e)| visit(e));
                }
            }
        }
    }
    match &e.kind {
        ExprKind::Number(_) | ExprKind::Name(_) => {}
        ExprKind::Indexed { index, .. } => visit(index),
        ExprKind::Changed { index, value, .. } => [index, value].into_iter().for_each(|e| visit(e)),
        ExprKind::Sum(terms) => terms.iter().for_each(|(_, e)| visit(e)),
        ExprKind::Product(factors) => factors.iter().for_each(|(_, e)| visit(e)),
        ExprKind::Negated(e) | ExprKind::Expectation(e) | ExprKind::Interim(e) => visit(e),
        ExprKind::Power { base, exponent } => [base, exponent].into_iter().for_each(|e| visit(e)),
        ExprKind::Call { arguments, .. } => arguments.iter().for_each(visit),
        ExprKind::Family { except, body, .. } => {
            if let Some(e) = except {
                visit(e);
            }
            visit(body);
        }
        ExprKind::Indicator(c) => condition(c, visit),
        ExprKind::Cases { branches, otherwise } => {
            for (e, c) in branches {
                visit(e);
                condition(c, visit);
            }
            if let Some(e) = otherwise {
                visit(e);
            }
        }
        ExprKind::Table { rows, columns, cells } => {
            visit(rows);
            if let Some(e) = columns {
                visit(e);
            }
            cells.iter().flat_map(|(_, row)| row).for_each(visit);
        }
        ExprKind::Integral { body, along, low, high, .. } => {
            visit(body);
            if let Some(e) = along {
                visit(e);
            }
            [low, high].into_iter().for_each(|e| visit(e));
        }
        ExprKind::Root { body, low, high, .. } => [body, low, high].into_iter().for_each(|e| visit(e)),
        ExprKind::Under { mechanism, .. } => visit(mechanism),
    }
}
