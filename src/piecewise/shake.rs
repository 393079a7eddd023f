//! A way out of steps that lead nowhere, in rounded numbers.
//!
//! Where many rows meet in one point, or many solutions are equally good, steps may go on for long without a gain. Then costs,
//! or constants, are moved by little random amounts (Charnes, 1952): no two steps are equally good any more. Where the steps end,
//! what was moved is moved back, and a few more follow.

use std::collections::BTreeMap;

use super::dictionary::{Basic, Dictionary, State};
use super::number::Number;

/// Steps in a row that gain nothing, before something is moved.
const IDLE: usize = 150;
/// Steps that gain something, before something is moved.
const LONG: usize = 600;
/// How often costs and constants are moved at most: after that Bland's rule has to do.
const MOST: usize = 16;

/// What was moved.
pub(super) struct Shaken<N> {
    /// How often something was moved.
    times: usize,
    /// Steps since the beginning, and those since the objective was best.
    steps: (usize, usize),
    /// The best value of the objective since the beginning.
    best: Option<N>,
    /// Whether costs are moved.
    costs: bool,
    /// Slacks whose constants are moved, and by how much.
    constants: Vec<(usize, N)>,
}

impl<N> Shaken<N> {
    pub(super) fn new() -> Self {
        Shaken { times: 0, steps: (0, 0), best: None, costs: false, constants: vec![] }
    }
}

impl<N: Number> Dictionary<N> {
    /// Steps begin.
    pub(super) fn begin(&mut self) {
        (self.shaken.steps, self.shaken.best) = ((0, 0), None);
    }

    /// Whether the steps so far have led nowhere for long, and numbers are such that something may be moved. Primal steps make
    /// the objective large, and dual ones small.
    pub(super) fn is_stuck(&mut self, primal: bool) -> bool {
        let value = self.objective.as_ref().map(|o| o.constant.clone());
        let Shaken { times, steps, best, .. } = &mut self.shaken;
        let gains = match (&*best, &value) {
            (Some(best), Some(value)) => !best.is_near(value) && (value > best) == primal,
            (best, value) => best.is_some() != value.is_some(),
        };
        *steps = (steps.0 + 1, if gains { 0 } else { steps.1 + 1 });
        if gains {
            *best = value;
        }
        let stuck = (steps.1 > IDLE || steps.0 > LONG) && *times < MOST && N::little(0).is_some();
        if stuck {
            *times += 1;
            self.begin();
        }
        stuck
    }

    fn little(&self, variable: usize) -> N {
        let seed = variable.wrapping_mul(MOST + 1).wrapping_add(self.shaken.times);
        N::little(u64::try_from(seed).unwrap_or_default()).unwrap_or(N::zero())
    }

    /// Makes each slack outside of the basis cost a little, so that no two dual steps are alike; and what would gain cost as
    /// little.
    pub(super) fn move_costs(&mut self) {
        let objective = self.objective.take();
        let constant = objective.as_ref().map_or(N::zero(), |o| o.constant.clone());
        let entries = objective.into_iter().flat_map(|o| o.entries);
        let costly = |(v, cost): &(usize, N)| !self.is_unknown(*v) && cost.is_negative();
        let mut costs: BTreeMap<usize, N> = entries.filter(costly).collect();
        let outside = |(k, state): &(usize, &State)| {
            **state == State::Entered && self.place.get(self.unknowns + k) == Some(&None)
        };
        for (k, _) in self.states.iter().enumerate().filter(outside) {
            let variable = self.unknowns + k;
            let cost = costs.entry(variable).or_insert(N::zero());
            cost.add(&self.little(variable), &N::one().negated());
        }
        self.objective =
            Some(Basic { variable: self.unknowns, constant, entries: costs.into_iter().collect() });
        self.shaken.costs = true;
    }

    /// Whether costs were moved, and are to be written out anew.
    pub(super) fn costs_were_moved(&mut self) -> bool {
        std::mem::take(&mut self.shaken.costs)
    }

    /// Lets the rows that hold with equality have a little room, so that no two primal steps are alike.
    pub(super) fn move_constants(&mut self) {
        for k in 0..self.basic.len() {
            let Some(variable) = self.basic.get(k).map(|row| row.variable) else { continue };
            let moves = !self.is_unknown(variable)
                && self.span_of(variable).is_none()
                && !self.shaken.constants.iter().any(|(v, _)| *v == variable);
            let by = self.little(variable);
            if let Some(row) = self.basic.get_mut(k).filter(|row| moves && row.constant.is_zero()) {
                row.constant.add(&by, &N::one());
                self.shaken.constants.push((variable, by));
            }
        }
    }

    /// Moves the constants back; whether there were any.
    pub(super) fn move_back(&mut self) -> bool {
        // Of a moved slack `s + ε` is written: `s = constant + Σ e·s − ε + Σ e·ε`.
        let moved: BTreeMap<usize, N> = std::mem::take(&mut self.shaken.constants).into_iter().collect();
        for row in self.basic.iter_mut().chain(self.objective.as_mut()).filter(|_| !moved.is_empty()) {
            if let Some(by) = moved.get(&row.variable) {
                row.constant.add(by, &N::one().negated());
            }
            for (v, e) in &row.entries {
                if let Some(by) = moved.get(v) {
                    row.constant.add(e, by);
                }
            }
        }
        !moved.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::super::number::Rounded;
    use super::super::system::{Row, Sign};
    use super::*;
    use crate::exact::Rational;

    fn dictionary<N: Number>() -> Dictionary<N> {
        // x >= 0, y >= 0 and 2x + y <= 2, x + 2y <= 2
        let row = |constant: i64, terms: &[(usize, i64)]| Row {
            constant: constant.into(),
            terms: terms.iter().map(|(u, c)| (*u, (*c).into())).collect(),
            sign: Sign::AtLeast,
        };
        let rows = [
            row(0, &[(0, 1)]),
            row(0, &[(1, 1)]),
            row(2, &[(0, -2), (1, -1)]),
            row(2, &[(0, -1), (1, -2)]),
            row(0, &[(0, 1), (1, 1)]),
        ];
        let mut out = Dictionary::new(2, &rows, 1_000).unwrap();
        out.maximise(&row(0, &[(0, 1), (1, 1)])).unwrap();
        out
    }

    #[test]
    fn what_is_moved_is_moved_back() {
        let mut d = dictionary::<Rounded>();
        let constants = |d: &Dictionary<Rounded>| d.basic.iter().map(|b| b.constant).collect::<Vec<_>>();
        let before = constants(&d);
        d.basic.iter_mut().take(1).for_each(|row| row.constant = Rounded::zero());
        let zero = constants(&d);
        d.move_constants();
        assert_eq!(constants(&d).iter().zip(&zero).filter(|(a, b)| !a.is_near(b)).count(), 1);
        assert!(d.move_back() && !d.move_back());
        assert!(constants(&d).iter().zip(&zero).all(|(a, b)| a.is_near(b)));
        assert_eq!(before.len(), zero.len());
    }

    #[test]
    fn exact_numbers_are_not_moved() {
        let mut d = dictionary::<Rational>();
        d.begin();
        assert!((0..2_000).all(|_| !d.is_stuck(true)));
        let mut d = dictionary::<Rounded>();
        d.begin();
        assert_eq!((0..2_000).filter(|_| d.is_stuck(true)).count(), 2_000 / (IDLE + 2));
    }
}
