//! [`Context`]: the facts of a cell, and some points of it. Points tell at once which sign cannot be
//! certified; they prove nothing.

use super::sample::{self, Point, value};
use crate::exact::Rational;
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Expr, Name, Relation};

/// Points of a cell that are kept.
const POINTS: usize = 8;
/// Tries to find points of a smaller cell.
const AGAIN: u64 = 24;

/// A stack of facts.
#[derive(Debug, Clone)]
pub(super) struct Context {
    facts: Vec<Fact>,
    /// The points that satisfied the facts at each number of facts that was entered.
    levels: Vec<(usize, Vec<Point>)>,
}

/// Signs that a term has at points of a cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Signs {
    pub(super) positive: bool,
    pub(super) zero: bool,
    pub(super) negative: bool,
}

impl Signs {
    /// Whether a point shows that a sign does not hold everywhere.
    pub(super) fn refute(self, relation: Relation) -> bool {
        match relation {
            Relation::Equal => self.positive || self.negative,
            Relation::AtLeast => self.negative,
            Relation::Positive => self.negative || self.zero,
        }
    }
}

impl Context {
    pub(super) fn new(facts: &[Fact]) -> Self {
        let points = sample::points(facts, &[], sample::TRIES).take(POINTS).collect();
        Context { facts: facts.to_vec(), levels: vec![(0, points)] }
    }

    pub(super) fn facts(&self) -> &[Fact] {
        &self.facts
    }

    fn points(&self) -> &[Point] {
        self.levels.last().map_or(&[], |(_, points)| points)
    }

    /// Whether the cell is known to have a point.
    pub(super) fn is_inhabited(&self) -> bool {
        !self.points().is_empty()
    }

    /// The signs of a term at the points.
    pub(super) fn signs(&self, e: &Expr) -> Signs {
        let mut out = Signs::default();
        let exact = !self.facts.iter().any(sample::is_root);
        let values = self.points().iter().filter_map(|point| value(e, point));
        for v in values.filter(|v| exact || sample::is_clear(v)) {
            out.positive |= v.is_positive();
            out.negative |= v.is_negative();
            out.zero |= v.is_zero();
        }
        out
    }

    /// Adds a fact, until [`leave`](Self::leave) is called with what this returns.
    pub(super) fn enter(&mut self, fact: Fact) -> usize {
        let mut points: Vec<Point> =
            self.points().iter().filter(|p| sample::satisfies(&fact, p)).cloned().collect();
        let before = self.facts.len();
        self.facts.push(fact);
        if points.is_empty() {
            points = sample::points(&self.facts, &[], AGAIN).take(POINTS).collect();
        }
        self.levels.push((before, points));
        before
    }

    /// Adds that a new variable lies strictly between two terms.
    pub(super) fn enter_interval(&mut self, name: &Name, low: &Expr, high: &Expr) -> usize {
        let variable = Expr::variable(name);
        let before = self.facts.len();
        let mut points = Vec::new();
        for (k, point) in (1_i64..).zip(self.points()) {
            let (Some(from), Some(to)) = (value(low, point), value(high, point)) else { continue };
            let Some(share) = Rational::new(k % 5 + 1, 7) else { continue };
            if from < to {
                let mut point = point.clone();
                point.insert(name.clone(), &from + &(&(&to - &from) * &share));
                points.push(point);
            }
        }
        self.facts.push(Fact { relation: Relation::Positive, expr: variable.minus(low) });
        self.facts.push(Fact { relation: Relation::Positive, expr: high.minus(&variable) });
        self.levels.push((before, points));
        before
    }

    /// Forgets the facts after the first `length`, and what was known because of them.
    pub(super) fn leave(&mut self, length: usize) {
        self.facts.truncate(length);
        while self.levels.len() > 1 && self.levels.last().is_some_and(|(before, _)| *before >= length) {
            self.levels.pop();
        }
    }
}
