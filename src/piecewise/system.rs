//! Exact systems of linear comparisons: [`solve`], [`maximise`].
//!
//! Unknowns are free; each row says that a linear term is at least zero, positive, or zero. What is easy is taken out
//! first (`presolve`), unknowns that add nothing are zero (`columns`), the rest goes to the dictionary (`dictionary`), at first in rounded numbers: where these end, the
//! rows that hold with equality are solved exactly (`basis`), and what comes out is compared with every row. If it does
//! not fit, the dictionary is used in exact numbers. Untrusted: points and multipliers are checked by the kernel.

use super::basis;
use super::columns;
use super::dictionary::{Dictionary, End};
use super::number::Rounded;
use super::presolve::Presolved;
use crate::exact::Rational;

/// What an exact entry takes, in rounded ones.
const EXACT: usize = 16;

/// What a row says of its term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// At least zero.
    AtLeast,
    /// Positive.
    Positive,
    /// Zero.
    Zero,
}

impl Sign {
    /// Whether a value has the sign.
    pub fn is_of(self, value: &Rational) -> bool {
        match self {
            Sign::AtLeast => !value.is_negative(),
            Sign::Positive => value.is_positive(),
            Sign::Zero => value.is_zero(),
        }
    }
}

/// `constant + Σ coefficient·unknown`, with its sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The constant.
    pub constant: Rational,
    /// Unknowns by number, each once, with their coefficients.
    pub terms: Vec<(usize, Rational)>,
    /// The sign.
    pub sign: Sign,
}

impl Row {
    /// The value of the term at a point.
    pub fn at(&self, point: &[Rational]) -> Rational {
        let mut sum = self.constant.clone();
        for (u, c) in &self.terms {
            if let Some(x) = point.get(*u).filter(|x| !x.is_zero()) {
                sum += &(x * c);
            }
        }
        sum
    }
}

/// What is found of a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Values of the unknowns that satisfy every row.
    Point(Vec<Rational>),
    /// Multipliers of rows, by number, whose sum is a number that contradicts the signs.
    Contradiction(Vec<(usize, Rational)>),
}

/// What is found of a linear term that is to be made large.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Best {
    /// Its greatest value.
    Value {
        /// The value.
        value: Rational,
        /// Where it is attained.
        point: Vec<Rational>,
        /// Multipliers of rows whose sum with the term is the value.
        multipliers: Vec<(usize, Rational)>,
    },
    /// It grows for ever along a direction, from a point that satisfies the rows.
    Unbounded(Vec<Rational>),
    /// No point satisfies the rows.
    Infeasible(Vec<(usize, Rational)>),
}

/// A point or a contradiction; `None` beyond the limit of entries that are changed.
pub fn solve(unknowns: usize, rows: &[Row], limit: usize) -> Option<Answer> {
    if !rows.iter().any(|row| row.sign == Sign::Positive) {
        return Some(match maximise(unknowns, rows, &[], limit)? {
            Best::Value { point, .. } | Best::Unbounded(point) => Answer::Point(point),
            Best::Infeasible(multipliers) => Answer::Contradiction(multipliers),
        });
    }
    // Strict rows are greater than one number, which is at most one, and is made large.
    let gap = |row: &Row| match row.sign {
        Sign::Positive => {
            let terms = row.terms.iter().cloned().chain([(unknowns, -&Rational::ONE)]).collect();
            Row { constant: row.constant.clone(), terms, sign: Sign::AtLeast }
        }
        _ => row.clone(),
    };
    let most = Row { constant: Rational::ONE, terms: vec![(unknowns, -&Rational::ONE)], sign: Sign::AtLeast };
    let weak: Vec<Row> = rows.iter().map(gap).chain([most]).collect();
    Some(match maximise(unknowns + 1, &weak, &[(unknowns, Rational::ONE)], limit)? {
        Best::Value { value, mut point, .. } if value.is_positive() => {
            point.truncate(unknowns);
            Answer::Point(point)
        }
        Best::Value { multipliers, .. } | Best::Infeasible(multipliers) => Answer::Contradiction(multipliers),
        Best::Unbounded(_) => return None,
    })
}

/// The same of rows that are not strict, if rounded numbers lead to it.
pub(super) fn rounded(unknowns: usize, rows: &[Row], limit: usize) -> Option<Answer> {
    Some(match best(unknowns, rows, &[], limit, Numbers::Rounded)? {
        Best::Value { point, .. } | Best::Unbounded(point) => Answer::Point(point),
        Best::Infeasible(multipliers) => Answer::Contradiction(multipliers),
    })
}

/// The greatest value of a linear term, given by its coefficients, under rows that are not strict.
pub fn maximise(
    unknowns: usize,
    rows: &[Row],
    objective: &[(usize, Rational)],
    limit: usize,
) -> Option<Best> {
    best(unknowns, rows, objective, limit, Numbers::Any)
}

/// What a search may be in, before it is compared with every row in exact numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numbers {
    /// Rounded numbers, and exact ones where these do not lead to an end.
    Any,
    /// Rounded numbers alone.
    Rounded,
}

fn best(
    unknowns: usize,
    rows: &[Row],
    objective: &[(usize, Rational)],
    limit: usize,
    numbers: Numbers,
) -> Option<Best> {
    let mut system = match Presolved::new(unknowns, rows, objective) {
        Ok(system) => system,
        Err(Answer::Contradiction(multipliers)) => return Some(Best::Infeasible(multipliers)),
        Err(Answer::Point(_)) => return None,
    };
    let (mut objective, sum) = system.objective(objective)?;
    let idle = columns::idle(system.unknowns(), &system.rows, &objective);
    if idle.contains(&true) {
        let counts = |(u, _): &(usize, Rational)| idle.get(*u) != Some(&true);
        system.rows.iter_mut().chain([&mut objective]).for_each(|row| row.terms.retain(counts));
    }
    let rounded = Dictionary::<Rounded>::new(system.unknowns(), &system.rows, limit)
        .and_then(|mut d| d.maximise(&objective))
        .and_then(|end| basis::exact(system.unknowns(), &system.rows, &objective, &end, limit));
    let end = match rounded {
        Some(end) => end,
        None if numbers == Numbers::Rounded => return None,
        None => Dictionary::<Rational>::new(system.unknowns(), &system.rows, limit / EXACT)?
            .maximise(&objective)?,
    };
    Some(match end {
        End::Best { point, multipliers, .. } => {
            let value = objective.at(&point);
            let multipliers = system.multipliers(&multipliers, sum);
            Best::Value { value, point: system.point(&point), multipliers }
        }
        End::Ray(ray) => Best::Unbounded(system.ray(&ray)),
        End::Contradiction(multipliers) => {
            Best::Infeasible(system.multipliers(&multipliers, Default::default()))
        }
    })
}
