//! The steps of the simplex method on a [`Dictionary`].
//!
//! Dual steps (Lemke, 1954) make every slack at least zero and at most its span: on the way slacks that have spans are turned
//! to their other ends as long as this helps (Fourer, 1994). Primal steps make the objective large. After some steps of
//! either kind Bland's rule takes over, which cannot cycle (Bland, 1977).

use std::cmp::Ordering;

use super::dictionary::{Basic, Dictionary, End};
use super::number::Number;
use crate::exact::spend;

/// Steps by the greatest gain before Bland's rule takes over, for each row that has entered.
const STALL_LIMIT: usize = 8;

/// How a row holds a variable back that moves.
struct Hold<N> {
    /// How far it may move.
    room: N,
    /// The size of the entry.
    by: N,
    variable: usize,
    /// Where the row is; `None` for the span of the variable itself.
    row: Option<usize>,
    /// Whether the row is held by its span.
    at_most: bool,
}

impl<N: Number> Dictionary<N> {
    /// Dual steps until every basic slack is in its range, or a row that cannot be: the contradiction.
    pub(super) fn restore(&mut self) -> Option<Option<End<N>>> {
        let mut steps = 0;
        self.begin();
        loop {
            if self.work > self.limit {
                return None;
            }
            if self.is_stuck(false) {
                self.move_costs();
            }
            let bland = steps > STALL_LIMIT * self.basic.len() + 100;
            let violated =
                self.basic.iter().enumerate().filter_map(|(k, row)| Some((self.violation(row)?, k, row)));
            let leaving = match bland {
                true => violated.min_by_key(|(.., row)| row.variable),
                false => violated.reduce(|a, b| if b.0 < a.0 { b } else { a }),
            };
            let Some((_, leave, row)) = leaving else { return Some(None) };
            if !row.constant.is_negative() {
                self.turn(row.variable);
            }
            let (turned, entering) = self.entering(leave, bland);
            turned.into_iter().for_each(|variable| self.turn(variable));
            match entering {
                Some(variable) => self.pivot(leave, variable),
                None => return Some(Some(End::Contradiction(self.contradiction(leave)?))),
            }
            steps += 1;
        }
    }

    /// How far a basic slack is below zero or above what it is at most, as a negative number.
    fn violation(&self, row: &Basic<N>) -> Option<N> {
        if self.is_unknown(row.variable) {
            return None;
        }
        if row.constant.is_negative() {
            return Some(row.constant.clone());
        }
        let beyond = self.span_of(row.variable)?.left(&row.constant);
        beyond.is_negative().then_some(beyond)
    }

    /// A row that is below zero whatever the nonbasic variables are, as multipliers of rows.
    fn contradiction(&self, leave: usize) -> Option<Vec<(usize, N)>> {
        let row = self.basic.get(leave)?;
        let own = std::iter::once((row.variable, N::one()));
        let others = row.entries.iter().map(|(v, e)| (*v, e.negated()));
        let mut out: Vec<(usize, N)> =
            own.chain(others).filter_map(|(v, by)| self.multiple(v, &by)).collect();
        out.sort_by_key(|(number, _)| *number);
        Some(out)
    }

    /// Writes a slack that has a span from its other end.
    fn turn(&mut self, variable: usize) {
        let Some(span) = self.spans.get_mut(variable).and_then(Option::as_mut) else { return };
        span.turned = !span.turned;
        if let Some(row) = self.place.get(variable).copied().flatten().and_then(|k| self.basic.get_mut(k)) {
            row.constant = span.left(&row.constant);
            row.entries.iter_mut().for_each(|(_, e)| *e = e.negated());
            return;
        }
        for row in self.basic.iter_mut().chain(self.objective.as_mut()) {
            let Ok(place) = row.entries.binary_search_by_key(&variable, |(v, _)| *v) else { continue };
            let Some((_, entry)) = row.entries.get_mut(place) else { continue };
            row.constant.add(entry, &span.most);
            *entry = entry.negated();
        }
        self.work += self.basic.len();
    }

    /// The slacks to turn, and the nonbasic variable that then raises a row to zero and spoils the objective least.
    fn entering(&self, leave: usize, bland: bool) -> (Vec<usize>, Option<usize>) {
        let Some(row) = self.basic.get(leave) else { return (vec![], None) };
        let helps =
            |(v, entry): &&(usize, N)| entry.is_pivot() && (self.is_unknown(*v) || entry.is_positive());
        let ratio = |(v, entry): &(usize, N)| {
            let cost = self.objective.as_ref().and_then(|o| o.entry(*v));
            // What improves the objective should not be here; it enters first.
            cost.filter(|c| !c.is_positive()).map_or(N::zero(), |c| c.abs().over(&entry.abs()))
        };
        let mut ratios: Vec<(N, &(usize, N))> =
            row.entries.iter().filter(helps).map(|e| (ratio(e), e)).collect();
        let mut turned = Vec::new();
        if !bland && self.objective.is_some() {
            let order = |a: &N, b: &N| a.partial_cmp(b).unwrap_or(Ordering::Equal);
            ratios.sort_by(|(a, x), (b, y)| order(a, b).then(x.0.cmp(&y.0)));
            let mut value = row.constant.clone();
            for (_, (v, entry)) in &ratios {
                let Some(span) = self.span_of(*v) else { break };
                value.add(entry, &span.most);
                if !value.is_negative() {
                    break;
                }
                turned.push(*v);
            }
            ratios.drain(..turned.len());
        }
        let Some(least) = ratios.iter().map(|(r, _)| r).reduce(|a, b| if b < a { b } else { a }) else {
            return (turned, None);
        };
        let ties = ratios.iter().filter(|(r, _)| r == least || r.is_near(least)).map(|(_, e)| *e);
        // Free unknowns first: once basic, they stay. Small numbers may be nothing but rounded.
        let better = |a: &&(usize, N), b: &&(usize, N)| {
            let larger = !bland && b.1.abs() > a.1.abs();
            (self.is_unknown(b.0), larger) > (self.is_unknown(a.0), false)
        };
        let entering = ties.reduce(|a, b| if better(&a, &b) { b } else { a }).map(|(v, _)| *v);
        (turned, entering)
    }

    /// Primal steps: `Some(None)` at the greatest value, or a variable along which nothing stops the objective, and
    /// whether it grows.
    pub(super) fn raise(&mut self) -> Option<Option<(usize, bool)>> {
        let mut steps = 0;
        self.begin();
        loop {
            if self.work > self.limit {
                return None;
            }
            if self.is_stuck(true) {
                self.move_constants();
            }
            let bland = steps > STALL_LIMIT * self.basic.len() + 100;
            let costs = &self.objective.as_ref()?.entries;
            let helps =
                |(v, cost): &&(usize, N)| cost.is_positive() || (self.is_unknown(*v) && cost.is_negative());
            let mut improving = costs.iter().filter(helps);
            let chosen = match bland {
                true => improving.next(),
                false => improving.reduce(|a, b| if b.1.abs() > a.1.abs() { b } else { a }),
            };
            let Some((variable, up)) = chosen.map(|(v, cost)| (*v, cost.is_positive())) else {
                return Some(None);
            };
            match self.held(variable, up, bland) {
                Some(Hold { row: Some(leave), variable: leaving, at_most, .. }) => {
                    if at_most {
                        self.turn(leaving);
                    }
                    self.pivot(leave, variable);
                }
                Some(_) => self.turn(variable),
                None => return Some(Some((variable, up))),
            }
            steps += 1;
        }
    }

    /// What holds a nonbasic variable back first.
    fn held(&self, variable: usize, up: bool, bland: bool) -> Option<Hold<N>> {
        let own = self.span_of(variable).map(|span| Hold {
            room: span.most.clone(),
            by: N::one(),
            variable,
            row: None,
            at_most: true,
        });
        let mut best = own;
        for (k, row) in self.basic.iter().enumerate().filter(|(_, b)| !self.is_unknown(b.variable)) {
            let Some(entry) = row.entry(variable).filter(|e| e.is_pivot()) else { continue };
            let by = entry.abs();
            let (at_most, left) = match entry.is_positive() != up {
                true => (false, row.constant.clone()),
                false => {
                    let Some(span) = self.span_of(row.variable) else { continue };
                    (true, span.left(&row.constant))
                }
            };
            let room = if left.is_negative() { N::zero() } else { left.over(&by) };
            let better = match &best {
                None => true,
                Some(known) if room.is_near(&known.room) => match bland {
                    true => row.variable < known.variable,
                    false => by > known.by,
                },
                Some(known) => room < known.room,
            };
            if better {
                best = Some(Hold { room, by, variable: row.variable, row: Some(k), at_most });
            }
        }
        best
    }

    fn pivot(&mut self, leave: usize, entering: usize) {
        let Some(row) = self.basic.get(leave) else { return };
        let Some(entry) = row.entry(entering) else { return };
        // entering = (leaving - constant - others)/entry
        let inverse = N::one().over(entry);
        let factor = inverse.negated();
        let leaving = row.variable;
        let others = row.entries.iter().filter(|(v, _)| *v != entering);
        let mut entries: Vec<(usize, N)> = others.map(|(v, e)| (*v, e.times(&factor))).collect();
        let at = entries.partition_point(|(v, _)| *v < leaving);
        entries.insert(at, (leaving, inverse));
        let before = self.work;
        let new = Basic { variable: entering, constant: row.constant.times(&factor), entries };
        for (k, other) in self.basic.iter_mut().enumerate() {
            if k != leave {
                self.work += replace(other, entering, &new);
            }
        }
        if let Some(objective) = &mut self.objective {
            self.work += replace(objective, entering, &new);
        }
        // As a rule in rounded numbers, which are cheap.
        spend((self.work - before) / 16);
        if let Some(slot) = self.place.get_mut(leaving) {
            *slot = None;
        }
        if let Some(slot) = self.place.get_mut(entering) {
            *slot = Some(leave);
        }
        if let Some(slot) = self.basic.get_mut(leave) {
            *slot = new;
        }
    }
}

/// Puts a term in place of a variable; how many entries are changed.
fn replace<N: Number>(row: &mut Basic<N>, variable: usize, by: &Basic<N>) -> usize {
    let Ok(place) = row.entries.binary_search_by_key(&variable, |(v, _)| *v) else { return 0 };
    let (_, factor) = row.entries.remove(place);
    if factor.is_zero() {
        return 0;
    }
    row.constant.add(&by.constant, &factor);
    let mut out = Vec::with_capacity(row.entries.len() + by.entries.len());
    let mut mine = std::mem::take(&mut row.entries).into_iter().peekable();
    for (v, e) in &by.entries {
        while let Some(entry) = mine.next_if(|(w, _)| w < v) {
            out.push(entry);
        }
        let mut sum = mine.next_if(|(w, _)| w == v).map_or(N::zero(), |(_, sum)| sum);
        sum.add(e, &factor);
        if !sum.is_zero() {
            out.push((*v, sum));
        }
    }
    out.extend(mine);
    row.entries = out;
    by.entries.len()
}

#[cfg(test)]
mod tests {
    use super::super::basis;
    use super::super::number::Rounded;
    use super::super::system::{Row, Sign};
    use super::*;
    use crate::exact::Rational;
    use proptest::prelude::*;

    fn row(constant: i64, terms: &[i64]) -> Row {
        let terms =
            terms.iter().enumerate().filter(|(_, c)| **c != 0).map(|(u, c)| (u, (*c).into())).collect();
        Row { constant: constant.into(), terms, sign: Sign::AtLeast }
    }

    /// `0 <= x <= most` for each unknown, with coefficients that differ, and further rows.
    fn between(most: &[i64], further: &[(i64, Vec<i64>)]) -> Vec<Row> {
        let own = |u: usize, c: i64| (0..most.len()).map(|v| if u == v { c } else { 0 }).collect::<Vec<_>>();
        let bounds = most.iter().enumerate().flat_map(|(u, n)| [row(0, &own(u, 2)), row(3 * n, &own(u, -3))]);
        bounds.chain(further.iter().map(|(constant, terms)| row(*constant, terms))).collect()
    }

    fn value(rows: &[Row], objective: &Row, end: &End<Rational>) -> Option<Rational> {
        match end {
            End::Best { point, multipliers, .. } => {
                assert!(rows.iter().all(|row| !row.at(point).is_negative()));
                let value = objective.at(point);
                // The multipliers say that there is nothing better, at every point.
                for corner in [
                    vec![Rational::ZERO; point.len()],
                    (1..=point.len()).map(|n| Rational::from(n as i64)).collect(),
                ] {
                    let sum = multipliers.iter().fold(objective.at(&corner), |sum, (number, by)| {
                        assert!(by.is_positive());
                        &sum + &(by * &rows[*number].at(&corner))
                    });
                    assert_eq!(sum, value);
                }
                Some(value)
            }
            End::Contradiction(multipliers) => {
                for corner in [vec![Rational::ZERO; 8], (1..=8).map(Rational::from).collect()] {
                    let sum = multipliers.iter().fold(Rational::ZERO, |sum, (number, by)| {
                        assert!(by.is_positive());
                        &sum + &(by * &rows[*number].at(&corner))
                    });
                    assert!(sum.is_negative());
                }
                None
            }
            End::Ray(_) => panic!("all unknowns are bounded"),
        }
    }

    #[test]
    fn slacks_are_turned_to_the_other_end() {
        // x + y + z <= 2 in the unit cube, with 3x + 2y + z as great as it can be
        let rows = between(&[1, 1, 1], &[(2, vec![-1, -1, -1])]);
        let objective = row(0, &[3, 2, 1]);
        let end = Dictionary::<Rational>::new(3, &rows, 1_000).unwrap().maximise(&objective).unwrap();
        assert_eq!(value(&rows, &objective, &end), Some(5.into()));
        // x + y + z >= 4 has no point
        let rows = between(&[1, 1, 1], &[(-4, vec![1, 1, 1])]);
        let end = Dictionary::<Rational>::new(3, &rows, 1_000).unwrap().maximise(&objective).unwrap();
        assert_eq!(value(&rows, &objective, &end), None);
    }

    proptest! {
        #[test]
        fn bounded_programs_end_alike_in_exact_and_in_rounded_numbers(
            most in prop::collection::vec(1..4_i64, 5),
            further in prop::collection::vec((-3..6_i64, prop::collection::vec(-3..4_i64, 5)), 0..7),
            gain in prop::collection::vec(-4..5_i64, 5),
        ) {
            let rows = between(&most, &further);
            let objective = row(0, &gain);
            let exact = Dictionary::<Rational>::new(5, &rows, 100_000).unwrap().maximise(&objective).unwrap();
            let exact = value(&rows, &objective, &exact);
            let rounded = Dictionary::<Rounded>::new(5, &rows, 100_000).unwrap().maximise(&objective).unwrap();
            let end = basis::exact(5, &rows, &objective, &rounded, 100_000);
            prop_assert!(end.is_some());
            prop_assert_eq!(value(&rows, &objective, &end.unwrap()), exact);
        }
    }
}
