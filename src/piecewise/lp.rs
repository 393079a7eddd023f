//! Exact linear programs: non-negative solutions of linear equations.
//!
//! Main function: [`solve`]. Small programs by a two-phase primal simplex on a dense rational tableau: the steepest
//! entry while the objective moves, Bland's rule while it does not, which cannot cycle (Bland, 1977). Large ones as a
//! system of comparisons (`system`), whose contradictions are the solutions (Farkas, 1902): it begins with rounded
//! numbers. Untrusted: what it returns is checked by the kernel.

use super::system::{self, Answer, Row, Sign};
use crate::exact::{Rational, spend};

/// A column of the system: what one unit of an unknown adds to each row, sparse.
pub(super) type Column = Vec<(usize, Rational)>;

/// Which solution is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    /// Any.
    Any,
    /// One in which some unknown marked in `strict` is positive.
    Strict,
}

/// Entries of a program that is small.
const DENSE: usize = 1_500;
/// Entries of a program that is small although its numbers are not.
const DENSE_OF_LARGE: usize = 150;
/// Bits of a number that is not small.
const LARGE: u64 = 60;

/// Steps without a gain before Bland's rule takes over.
const STALL_LIMIT: usize = 8;

/// `λ ≥ 0` with `Σ λ_j·columns[j] = target`, in `target.len()` rows; with [`Want::Strict`] some `λ_j`
/// with `strict[j]` is positive. `None` if there is none, or none before so
/// many entries were changed.
pub(super) fn solve(
    columns: &[Column],
    strict: &[bool],
    target: &[Rational],
    want: Want,
    limit: usize,
) -> Option<Vec<Rational>> {
    let entries = columns.len() * target.len();
    let is_large = |c: &Rational| c.bits() > LARGE;
    let has_large = || columns.iter().flatten().any(|(_, c)| is_large(c)) || target.iter().any(is_large);
    match entries > DENSE || entries > DENSE_OF_LARGE && has_large() {
        true => by_contradiction(columns, strict, target, want, limit)
            .unwrap_or_else(|| by_tableau(columns, strict, target, want, limit)),
        false => by_tableau(columns, strict, target, want, limit),
    }
}

fn by_tableau(
    columns: &[Column],
    strict: &[bool],
    target: &[Rational],
    want: Want,
    limit: usize,
) -> Option<Vec<Rational>> {
    let mut tableau = Tableau::new(columns, target, limit);
    if !tableau.feasible() {
        return None;
    }
    let marked = |j: usize| strict.get(j).copied().unwrap_or(false);
    let has_strict = |x: &[Rational]| x.iter().enumerate().any(|(j, v)| v.is_positive() && marked(j));
    let x = tableau.solution();
    if want == Want::Any || has_strict(&x) {
        return Some(x);
    }
    tableau.raise(&marked).filter(|x| has_strict(x))
}

/// The solutions are the contradictions between comparisons of as many unknowns `y` as there are rows: that
/// `y·columns[j] ≥ 0` for all `j`, and `y·target ≤ -1`. For a strict solution: that
/// `y·columns[j] ≥ 0` for all `j`, and `≥ 1` where `strict[j]`, and `y·target ≤ 0`. The outer none is of rounded numbers
/// that lead to nothing.
fn by_contradiction(
    columns: &[Column],
    strict: &[bool],
    target: &[Rational],
    want: Want,
    limit: usize,
) -> Option<Option<Vec<Rational>>> {
    let row = |constant: i64, terms: Column| Row { constant: constant.into(), terms, sign: Sign::AtLeast };
    let marked = |j: usize| want == Want::Strict && strict.get(j).copied().unwrap_or(false);
    let mut rows: Vec<Row> = columns
        .iter()
        .enumerate()
        .map(|(j, column)| row(if marked(j) { -1 } else { 0 }, column.clone()))
        .collect();
    let opposite = target.iter().enumerate().filter(|(_, c)| !c.is_zero()).map(|(i, c)| (i, -c)).collect();
    rows.push(row(if want == Want::Any { -1 } else { 0 }, opposite));
    let multipliers = match system::rounded(target.len(), &rows, limit)? {
        Answer::Contradiction(multipliers) => multipliers,
        Answer::Point(_) => return Some(None),
    };
    let mut out = vec![Rational::ZERO; columns.len() + 1];
    for (j, by) in multipliers {
        if let Some(slot) = out.get_mut(j) {
            *slot += &by;
        }
    }
    let of_target = out.pop()?;
    match of_target.recip() {
        Some(scale) => out.iter_mut().for_each(|value| *value = &*value * &scale),
        // The sum is zero; it may be added to any solution.
        None if target.iter().all(Rational::is_zero) => {}
        None => {
            let Some(any) = by_contradiction(columns, strict, target, Want::Any, limit)? else {
                return Some(None);
            };
            out.iter_mut().zip(&any).for_each(|(value, more)| *value += more);
        }
    }
    Some(Some(out))
}

struct Tableau {
    /// One row an equation: coefficients of the unknowns.
    rows: Vec<Vec<Rational>>,
    /// The right sides, at least zero.
    rhs: Vec<Rational>,
    /// The basic unknown of each row; `width` and above are artificial.
    basis: Vec<usize>,
    width: usize,
    work: usize,
    limit: usize,
}

impl Tableau {
    fn new(columns: &[Column], target: &[Rational], limit: usize) -> Self {
        let width = columns.len();
        let mut rows = vec![vec![Rational::ZERO; width]; target.len()];
        for (j, column) in columns.iter().enumerate() {
            for (i, value) in column {
                if let Some(cell) = rows.get_mut(*i).and_then(|row| row.get_mut(j)) {
                    *cell += value;
                }
            }
        }
        let mut rhs = target.to_vec();
        for (row, right) in rows.iter_mut().zip(rhs.iter_mut()) {
            if right.is_negative() {
                *right = -&*right;
                row.iter_mut().for_each(|cell| *cell = -&*cell);
            }
        }
        let basis = (width..width + target.len()).collect();
        Tableau { rows, rhs, basis, width, work: 0, limit }
    }

    fn pivot(&mut self, leave: usize, enter: usize) {
        let Some(factor) = self.rows.get(leave).and_then(|r| r.get(enter)).and_then(Rational::recip) else {
            return;
        };
        let (Some(row), Some(right)) = (self.rows.get_mut(leave), self.rhs.get_mut(leave)) else { return };
        if !factor.is_one() {
            row.iter_mut().filter(|c| !c.is_zero()).for_each(|c| *c = &*c * &factor);
            *right = &*right * &factor;
        }
        let (pivot_row, pivot_rhs) = (row.clone(), right.clone());
        let support: Vec<usize> =
            pivot_row.iter().enumerate().filter(|(_, c)| !c.is_zero()).map(|(j, _)| j).collect();
        for (i, (row, right)) in self.rows.iter_mut().zip(self.rhs.iter_mut()).enumerate() {
            let Some(k) = row.get(enter).filter(|k| i != leave && !k.is_zero()).cloned() else { continue };
            spend(support.len());
            self.work += support.len();
            for j in &support {
                if let (Some(cell), Some(p)) = (row.get_mut(*j), pivot_row.get(*j)) {
                    *cell = &*cell - &(&k * p);
                }
            }
            *right = &*right - &(&k * &pivot_rhs);
        }
        if let Some(slot) = self.basis.get_mut(leave) {
            *slot = enter;
        }
    }

    /// The row that leaves when `enter` grows: smallest ratio, then smallest basic unknown.
    fn leaving(&self, enter: usize) -> Option<usize> {
        let mut best: Option<(Rational, usize, usize)> = None;
        for (i, ((row, right), basic)) in self.rows.iter().zip(&self.rhs).zip(&self.basis).enumerate() {
            let Some(cell) = row.get(enter) else { continue };
            // An artificial unknown at zero must not grow again, so it leaves on any nonzero entry.
            let stuck = *basic >= self.width && right.is_zero() && !cell.is_zero();
            if !cell.is_positive() && !stuck {
                continue;
            }
            let Some(ratio) = right.checked_div(cell) else { continue };
            let candidate = (ratio, *basic, i);
            if best.as_ref().is_none_or(|b| (&candidate.0, candidate.1) < (&b.0, b.1)) {
                best = Some(candidate);
            }
        }
        best.map(|(_, _, i)| i)
    }

    /// Phase one: drives the artificial unknowns to zero. An unknown lowers their sum when its entry in
    /// `gain` is positive.
    fn feasible(&mut self) -> bool {
        let mut gain = vec![Rational::ZERO; self.width];
        for row in &self.rows {
            gain.iter_mut().zip(row).filter(|(_, c)| !c.is_zero()).for_each(|(sum, c)| *sum += c);
        }
        let mut stalled = 0;
        loop {
            let open = self.basis.iter().zip(&self.rhs).any(|(b, r)| *b >= self.width && r.is_positive());
            if !open {
                return true;
            }
            if self.work > self.limit {
                return false;
            }
            let mut candidates = gain.iter().enumerate().filter(|(_, g)| g.is_positive());
            let enter = if stalled > STALL_LIMIT {
                candidates.next()
            } else {
                candidates.max_by(|(i, a), (j, b)| a.cmp(b).then(j.cmp(i)))
            };
            let Some(enter) = enter.map(|(j, _)| j) else { return false };
            let Some(leave) = self.leaving(enter) else { return false };
            let moves = self.rhs.get(leave).is_some_and(Rational::is_positive);
            stalled = if moves { 0 } else { stalled + 1 };
            self.pivot(leave, enter);
            let Some(k) = gain.get(enter).cloned() else { return false };
            if let Some(row) = self.rows.get(leave) {
                let changed = gain.iter_mut().zip(row).filter(|(_, c)| !c.is_zero());
                changed.for_each(|(g, c)| *g = &*g - &(&k * c));
            }
        }
    }

    fn solution(&self) -> Vec<Rational> {
        let mut x = vec![Rational::ZERO; self.width];
        for (basic, value) in self.basis.iter().zip(&self.rhs) {
            if let Some(slot) = x.get_mut(*basic) {
                *slot = value.clone();
            }
        }
        x
    }

    /// Phase two: raises the sum of the marked unknowns until one of them is positive.
    fn raise(&mut self, marked: &dyn Fn(usize) -> bool) -> Option<Vec<Rational>> {
        loop {
            let x = self.solution();
            if x.iter().enumerate().any(|(j, v)| v.is_positive() && marked(j)) {
                return Some(x);
            }
            if self.work > self.limit {
                return None;
            }
            let gain = |j: usize| {
                let mut sum = if marked(j) { Rational::ONE } else { Rational::ZERO };
                for (row, basic) in self.rows.iter().zip(&self.basis) {
                    if marked(*basic)
                        && let Some(cell) = row.get(j)
                    {
                        sum = &sum - cell;
                    }
                }
                sum
            };
            let enter = (0..self.width).find(|j| !self.basis.contains(j) && gain(*j).is_positive())?;
            match self.leaving(enter) {
                Some(leave) => self.pivot(leave, enter),
                None => return Some(self.along_ray(enter, x)),
            }
        }
    }

    fn along_ray(&self, enter: usize, mut x: Vec<Rational>) -> Vec<Rational> {
        for (row, basic) in self.rows.iter().zip(&self.basis) {
            if let (Some(slot), Some(cell)) = (x.get_mut(*basic), row.get(enter)) {
                *slot = &*slot - cell;
            }
        }
        if let Some(slot) = x.get_mut(enter) {
            *slot += &Rational::ONE;
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn q(n: i64) -> Rational {
        n.into()
    }

    #[test]
    fn a_feasible_system_has_a_solution_that_solves_it() {
        // x + y = 2, x - z = 1
        let columns = vec![vec![(0, q(1)), (1, q(1))], vec![(0, q(1))], vec![(1, q(-1))]];
        let x = solve(&columns, &[false; 3], &[q(2), q(1)], Want::Any, 1_000).unwrap();
        assert_eq!(&x[0] + &x[1], q(2));
        assert_eq!(&x[0] - &x[2], q(1));
        assert!(x.iter().all(|v| !v.is_negative()));
    }

    #[test]
    fn an_infeasible_system_has_none() {
        // x = -1
        assert_eq!(solve(&[vec![(0, q(1))]], &[false], &[q(-1)], Want::Any, 1_000), None);
    }

    #[test]
    fn a_strict_solution_raises_a_marked_unknown_even_along_a_ray() {
        // x - y = 0, y marked: x = y = 1 is found along a ray
        let columns = vec![vec![(0, q(1))], vec![(0, q(-1))]];
        let x = solve(&columns, &[false, true], &[q(0)], Want::Strict, 1_000).unwrap();
        assert!(x[1].is_positive());
        assert_eq!(x[0], x[1]);
        // x + y = 0 has only zero
        let columns = vec![vec![(0, q(1))], vec![(0, q(1))]];
        assert_eq!(solve(&columns, &[false, true], &[q(0)], Want::Strict, 1_000), None);
    }

    proptest! {
        #[test]
        fn both_ways_find_a_solution_or_none_does(
            entries in prop::collection::vec(prop::collection::vec(-2..=2_i64, 4), 1..8),
            right in prop::collection::vec(-2..=2_i64, 4),
            marks in prop::collection::vec(any::<bool>(), 8),
            is_zero in any::<bool>(),
        ) {
            let column = |c: &Vec<i64>| c.iter().enumerate().filter(|(_, n)| **n != 0).map(|(i, n)| (i, q(*n))).collect();
            let columns: Vec<Column> = entries.iter().map(column).collect();
            let target: Vec<Rational> = right.iter().map(|n| q(if is_zero { 0 } else { *n })).collect();
            for want in [Want::Any, Want::Strict] {
                let found = [
                    by_tableau(&columns, &marks, &target, want, 10_000),
                    by_contradiction(&columns, &marks, &target, want, 10_000).unwrap(),
                ];
                prop_assert_eq!(found[0].is_some(), found[1].is_some());
                for x in found.iter().flatten() {
                    prop_assert!(x.iter().all(|v| !v.is_negative()));
                    for (i, wanted) in target.iter().enumerate() {
                        let entry = |(x, c): (&Rational, &Column)| {
                            c.iter().filter(|(k, _)| *k == i).map(|(_, n)| n * x).fold(q(0), |a, b| &a + &b)
                        };
                        prop_assert_eq!(&x.iter().zip(&columns).map(entry).fold(q(0), |a, b| &a + &b), wanted);
                    }
                    let is_strict = x.iter().zip(&marks).any(|(v, marked)| *marked && v.is_positive());
                    prop_assert!(want == Want::Any || is_strict);
                }
            }
        }
    }
}
