//! [`Dictionary`]: the simplex method on a sparse dictionary, in numbers of any kind.
//!
//! Unknowns are free; each row says that a linear term is at least zero. Rows enter only when the point found so far
//! violates them, so that a system with many rows is solved by the few that matter. The dictionary is kept feasible by
//! dual steps; these and the primal ones are in `simplex`.

use super::number::Number;
use super::shake::Shaken;
use super::system::Row;

/// Violated rows that enter at once at least.
const BATCH: usize = 40;

/// Where the method ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End<N> {
    /// The objective is as great as it can be.
    Best {
        /// The values of the unknowns.
        point: Vec<N>,
        /// Multipliers of rows whose sum with the objective is a number.
        multipliers: Vec<(usize, N)>,
        /// The rows that are zero in every case.
        tight: Vec<usize>,
        /// The unknowns that nothing determines; they are zero.
        free: Vec<usize>,
    },
    /// Along this direction of the unknowns the objective grows for ever.
    Ray(Vec<N>),
    /// Multipliers of rows that contradict each other.
    Contradiction(Vec<(usize, N)>),
}

/// A system while it is solved. Variables below `unknowns` are the unknowns, others the slacks of rows. An unknown that
/// a row of its own bounds is written in the slack of this row, which is at least zero; if another row bounds it from the
/// other side, the slack has a span.
pub(super) struct Dictionary<N> {
    rows: Vec<Basic<N>>,
    pub(super) unknowns: usize,
    /// Where numbers are rounded, unknowns are measured in units of two to these powers.
    units: Vec<i32>,
    /// For each unknown with a row of its own: the slack, and `unknown = constant + factor·slack`.
    bounded: Vec<Option<(usize, N, N)>>,
    /// For each variable, what it is at most, if another row says this.
    pub(super) spans: Vec<Option<Span<N>>>,
    /// Where each row is.
    pub(super) states: Vec<State>,
    /// Where a basic variable is.
    pub(super) place: Vec<Option<usize>>,
    pub(super) basic: Vec<Basic<N>>,
    pub(super) objective: Option<Basic<N>>,
    /// Sums by variable, zero between uses.
    sums: Vec<N>,
    /// What was moved a little.
    pub(super) shaken: Shaken<N>,
    pub(super) work: usize,
    pub(super) limit: usize,
}

/// Where a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Outside.
    Open,
    /// Its slack is a variable of the dictionary.
    Entered,
    /// It is the span of another slack.
    Span,
}

/// What a slack is at most: the term of `row` is `scale·(most − slack)`.
pub(super) struct Span<N> {
    pub(super) most: N,
    row: usize,
    scale: N,
    /// Whether the dictionary has `most − slack` in place of the slack.
    pub(super) turned: bool,
}

/// `variable = constant + Σ entry·nonbasic`, the entries in the order of their variables.
#[derive(Clone)]
pub(super) struct Basic<N> {
    pub(super) variable: usize,
    pub(super) constant: N,
    pub(super) entries: Vec<(usize, N)>,
}

impl<N: Number> Span<N> {
    /// What a slack is away from the other end.
    pub(super) fn left(&self, slack: &N) -> N {
        let mut out = self.most.clone();
        out.add(slack, &N::one().negated());
        out
    }
}

impl<N: Number> Basic<N> {
    /// A row with a slack, or an objective; `None` if a number is out of range.
    fn of(variable: usize, row: &Row) -> Option<Self> {
        let entries = row.terms.iter().map(|(u, c)| Some((*u, N::of(c)?))).collect::<Option<_>>()?;
        Some(Basic { variable, constant: N::of(&row.constant)?, entries })
    }

    /// Writes the unknowns in their units, and makes the greatest coefficient about one; where numbers are rounded.
    fn measure(&mut self, units: &[i32]) {
        for (u, e) in &mut self.entries {
            *e = e.shifted(units.get(*u).copied().unwrap_or_default());
        }
        let Some(greatest) = self.entries.iter().filter_map(|(_, e)| e.size()).max() else { return };
        self.entries.iter_mut().for_each(|(_, e)| *e = e.shifted(-greatest));
        self.constant = self.constant.shifted(-greatest);
    }
}

impl<N> Basic<N> {
    pub(super) fn entry(&self, variable: usize) -> Option<&N> {
        let place = self.entries.binary_search_by_key(&variable, |(v, _)| *v).ok()?;
        self.entries.get(place).map(|(_, e)| e)
    }
}

impl<N: Number> Dictionary<N> {
    /// A system before any row has entered. `limit` bounds the entries that are changed. `None` if a number is out of
    /// range.
    pub(super) fn new(unknowns: usize, rows: &[Row], limit: usize) -> Option<Self> {
        let row = |(number, row): (usize, &Row)| Basic::of(unknowns + number, row);
        let mut rows: Vec<Basic<N>> = rows.iter().enumerate().map(row).collect::<Option<_>>()?;
        let units = units(unknowns, &rows);
        rows.iter_mut().for_each(|row| row.measure(&units));
        Some(Dictionary {
            unknowns,
            units,
            bounded: vec![None; unknowns],
            spans: std::iter::repeat_with(|| None).take(unknowns + rows.len()).collect(),
            states: vec![State::Open; rows.len()],
            place: vec![None; unknowns + rows.len()],
            basic: vec![],
            objective: None,
            sums: vec![N::zero(); unknowns + rows.len()],
            rows,
            shaken: Shaken::new(),
            work: 0,
            limit,
        })
    }

    /// The greatest value of a term, or where it goes; `None` beyond the limit of work.
    pub(super) fn maximise(&mut self, objective: &Row) -> Option<End<N>> {
        let mut objective = Basic::of(self.unknowns, objective)?;
        objective.measure(&self.units);
        let terms = objective.entries;
        if !self.start_at_bounds(&terms) {
            loop {
                if let Some(end) = self.restore()? {
                    return Some(end);
                }
                if !self.enter_violated() {
                    break;
                }
            }
        }
        let (constant, terms) = self.in_slacks(&N::zero(), &terms);
        self.costs_were_moved();
        self.objective = Some(self.expand(self.unknowns, &constant, &terms));
        loop {
            if let Some(end) = self.restore()? {
                return Some(end);
            }
            if self.costs_were_moved() {
                self.objective = Some(self.expand(self.unknowns, &constant, &terms));
            }
            let along = self.raise()?;
            if self.move_back() {
                continue;
            }
            if let Some((variable, up)) = along {
                // Along this direction nothing stops the term, as far as the rows that have entered go.
                let ray = self.ray(variable, up);
                if !self.enter_against(&ray) {
                    return Some(End::Ray(self.of_unknowns(&ray, &N::zero())));
                }
                continue;
            }
            if !self.enter_violated() {
                return self.best();
            }
        }
    }

    /// Writes each unknown with a row of its own in the slack of this row: of two, the one that holds the objective
    /// back. Whether each unknown of the objective has such a one: then no point has to be found before.
    fn start_at_bounds(&mut self, objective: &[(usize, N)]) -> bool {
        let mut bounds: Vec<[Option<(N, usize)>; 2]> = vec![[None, None]; self.unknowns];
        for (number, row) in self.rows.iter().enumerate() {
            let [(u, c)] = row.entries.as_slice() else { continue };
            let slack = row.constant.over(&c.abs());
            let side = bounds.get_mut(*u).and_then(|sides| sides.get_mut(usize::from(c.is_positive())));
            if let Some(side) = side.filter(|s| s.as_ref().is_none_or(|(known, _)| slack < *known)) {
                *side = Some((slack, number));
            }
        }
        let mut held = true;
        let mut falls = vec![None; self.unknowns];
        for (u, c) in objective {
            if let Some(slot) = falls.get_mut(*u) {
                *slot = Some(c.is_negative());
            }
        }
        for (u, ([above, below], falls)) in bounds.into_iter().zip(falls).enumerate() {
            let (first, second) = if falls == Some(false) { (above, below) } else { (below, above) };
            held &= falls.is_none() || first.is_some();
            let (own, other) = if first.is_some() { (first, second) } else { (second, None) };
            let Some((_, number)) = own else { continue };
            let Some(Basic { variable, constant, entries }) = self.rows.get(number) else { continue };
            let Some((_, c)) = entries.first() else { continue };
            // slack = constant + c·unknown
            let (variable, factor) = (*variable, N::one().over(c));
            let start = constant.times(&factor).negated();
            if let Some((_, other)) = other {
                self.span(variable, &start, &factor, other);
            }
            if let (Some(slot), Some(state)) = (self.bounded.get_mut(u), self.states.get_mut(number)) {
                *slot = Some((variable, start, factor));
                *state = State::Entered;
            }
        }
        for number in 0..self.rows.len() {
            let Some(Basic { constant, entries, .. }) = self.rows.get(number) else { continue };
            let (constant, entries) = self.in_slacks(&constant.clone(), entries);
            if let Some(row) = self.rows.get_mut(number) {
                (row.constant, row.entries) = (constant, entries);
            }
        }
        held
    }

    /// Another row of the unknown `start + factor·slack` as the span of the slack, if it leaves any room.
    fn span(&mut self, slack: usize, start: &N, factor: &N, row: usize) {
        let Some(Basic { constant, entries, .. }) = self.rows.get(row) else { return };
        let Some((_, c)) = entries.first() else { return };
        let mut room = constant.clone();
        room.add(start, c);
        let scale = c.times(factor).negated();
        if !scale.is_positive() || !room.is_positive() {
            return;
        }
        let span = Span { most: room.over(&scale), row, scale, turned: false };
        if let (Some(slot), Some(state)) = (self.spans.get_mut(slack), self.states.get_mut(row)) {
            *slot = Some(span);
            *state = State::Span;
        }
    }

    /// What a variable is at most, and whether it is written from that end.
    pub(super) fn span_of(&self, variable: usize) -> Option<&Span<N>> {
        self.spans.get(variable).and_then(Option::as_ref)
    }

    /// What a multiple of a variable is a multiple of: the row, by its number.
    pub(super) fn multiple(&self, variable: usize, by: &N) -> Option<(usize, N)> {
        match self.span_of(variable).filter(|span| span.turned) {
            Some(span) => Some((span.row, by.over(&span.scale))),
            None => Some((variable.checked_sub(self.unknowns)?, by.clone())),
        }
    }

    /// A term with the slacks of their bounds in place of unknowns.
    fn in_slacks(&self, constant: &N, terms: &[(usize, N)]) -> (N, Vec<(usize, N)>) {
        let mut constant = constant.clone();
        let mut out = Vec::with_capacity(terms.len());
        for (u, c) in terms {
            match self.bounded.get(*u) {
                Some(Some((slack, start, factor))) => {
                    constant.add(start, c);
                    out.push((*slack, c.times(factor)));
                }
                _ => out.push((*u, c.clone())),
            }
        }
        out.sort_by_key(|(v, _)| *v);
        (constant, out)
    }

    /// The values of the unknowns, from those of all variables; `one` is one for points and zero for directions.
    fn of_unknowns(&self, values: &[N], one: &N) -> Vec<N> {
        let of = |(u, bounded): (usize, &Option<(usize, N, N)>)| {
            let value = |v: usize| values.get(v).cloned().unwrap_or(N::zero());
            match bounded {
                Some((slack, constant, factor)) => {
                    let mut out = constant.times(one);
                    out.add(&value(*slack), factor);
                    out
                }
                None => value(u),
            }
        };
        self.bounded.iter().enumerate().map(of).collect()
    }

    pub(super) fn is_unknown(&self, variable: usize) -> bool {
        variable < self.unknowns
    }

    /// A term in the unknowns as a term in the nonbasic variables.
    fn expand(&mut self, variable: usize, constant: &N, terms: &[(usize, N)]) -> Basic<N> {
        let mut constant = constant.clone();
        let mut touched = Vec::new();
        let one = N::one();
        for (u, c) in terms {
            let turned =
                self.span_of(*u).filter(|span| span.turned).map(|span| (span.most.clone(), c.negated()));
            let c = match &turned {
                Some((most, opposite)) => {
                    constant.add(most, c);
                    opposite
                }
                None => c,
            };
            let Some(k) = self.place.get(*u).copied().flatten() else {
                touched.push(*u);
                if let Some(sum) = self.sums.get_mut(*u) {
                    sum.add(c, &one);
                }
                continue;
            };
            let Some(row) = self.basic.get(k) else { continue };
            constant.add(&row.constant, c);
            for (v, e) in &row.entries {
                touched.push(*v);
                if let Some(sum) = self.sums.get_mut(*v) {
                    sum.add(e, c);
                }
            }
        }
        touched.sort_unstable();
        touched.dedup();
        let mut entries = Vec::with_capacity(touched.len());
        for v in touched {
            let Some(sum) = self.sums.get_mut(v) else { continue };
            let sum = std::mem::replace(sum, N::zero());
            if !sum.is_zero() {
                entries.push((v, sum));
            }
        }
        Basic { variable, constant, entries }
    }

    fn enter(&mut self, number: usize) {
        let Some(Basic { variable, constant, entries }) = self.rows.get(number).cloned() else { return };
        let row = self.expand(variable, &constant, &entries);
        if let (Some(state), Some(place)) = (self.states.get_mut(number), self.place.get_mut(variable)) {
            *state = State::Entered;
            *place = Some(self.basic.len());
            self.basic.push(row);
        }
    }

    /// The values of all variables.
    fn values(&self) -> Vec<N> {
        let mut out = vec![N::zero(); self.sums.len()];
        for row in &self.basic {
            if let Some(slot) = out.get_mut(row.variable) {
                *slot = row.constant.clone();
            }
        }
        for (slot, span) in out.iter_mut().zip(&self.spans) {
            if let Some(span) = span.as_ref().filter(|span| span.turned) {
                *slot = span.left(slot);
            }
        }
        out
    }

    /// The term of a row at some values of the variables.
    fn slope(row: &Basic<N>, at: &[N], start: N) -> N {
        let mut sum = start;
        for (u, c) in &row.entries {
            if let Some(x) = at.get(*u).filter(|x| !x.is_zero()) {
                sum.add(x, c);
            }
        }
        sum
    }

    /// The rows outside, by their numbers.
    fn open(&self) -> impl Iterator<Item = (usize, &Basic<N>)> {
        let is_open = |(number, _): &(usize, &Basic<N>)| self.states.get(*number) == Some(&State::Open);
        self.rows.iter().enumerate().filter(is_open)
    }

    /// Lets the rows enter that the present point violates most; whether there are any.
    fn enter_violated(&mut self) -> bool {
        let point = self.values();
        let value =
            |(number, row): (usize, &Basic<N>)| (Self::slope(row, &point, row.constant.clone()), number);
        let mut violated: Vec<(N, usize)> =
            self.open().map(value).filter(|(value, _)| value.is_negative()).collect();
        violated
            .sort_by(|(a, i), (b, j)| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal).then(i.cmp(j)));
        let most = BATCH.max(violated.len() / 8);
        violated.iter().take(most).for_each(|(_, number)| self.enter(*number));
        !violated.is_empty()
    }

    /// Lets rows enter that a direction leads away from; whether there are any.
    fn enter_against(&mut self, ray: &[N]) -> bool {
        let leaves = |(_, row): &(usize, &Basic<N>)| Self::slope(row, ray, N::zero()).is_negative();
        let against: Vec<usize> = self.open().filter(leaves).map(|(number, _)| number).take(BATCH).collect();
        against.iter().for_each(|number| self.enter(*number));
        !against.is_empty()
    }

    /// How all variables change as a nonbasic one moves.
    fn ray(&self, variable: usize, up: bool) -> Vec<N> {
        let towards = if up { N::one() } else { N::one().negated() };
        let mut out = vec![N::zero(); self.sums.len()];
        if let Some(slot) = out.get_mut(variable) {
            *slot = towards.clone();
        }
        for row in &self.basic {
            if let (Some(slot), Some(entry)) = (out.get_mut(row.variable), row.entry(variable)) {
                *slot = entry.times(&towards);
            }
        }
        for (slot, span) in out.iter_mut().zip(&self.spans) {
            if span.as_ref().is_some_and(|span| span.turned) {
                *slot = slot.negated();
            }
        }
        out
    }

    fn best(&self) -> Option<End<N>> {
        let costs = &self.objective.as_ref()?.entries;
        let row = |(v, cost): &(usize, N)| self.multiple(*v, &cost.negated());
        let multipliers = costs.iter().filter(|(_, cost)| !cost.is_zero()).filter_map(row).collect();
        let nonbasic = |v: &usize| self.place.get(*v) == Some(&None);
        let is_bounded = |u: &usize| matches!(self.bounded.get(*u), Some(Some(_)));
        let free = (0..self.unknowns).filter(|u| nonbasic(u) && !is_bounded(u)).collect();
        let has_entered = |number: &usize| self.states.get(*number) == Some(&State::Entered);
        let slacks = (0..self.rows.len()).filter(has_entered).map(|k| self.unknowns + k).filter(nonbasic);
        let mut tight: Vec<usize> =
            slacks.filter_map(|v| self.multiple(v, &N::one())).map(|(number, _)| number).collect();
        tight.sort_unstable();
        let point = self.of_unknowns(&self.values(), &N::one());
        Some(End::Best { point, multipliers, tight, free })
    }
}

/// Units of the unknowns, where numbers are rounded, so that the coefficients are about as large in all rows: sizes are
/// moved to the middle in turns (Curtis and Reid, 1972).
fn units<N: Number>(unknowns: usize, rows: &[Basic<N>]) -> Vec<i32> {
    const ROUNDS: usize = 3;
    let mut units = vec![0; unknowns];
    for _ in 0..ROUNDS {
        let mut sizes: Vec<Option<(i32, i32)>> = vec![None; unknowns];
        for row in rows {
            let of = |(u, e): &(usize, N)| Some((*u, e.size()? + units.get(*u)?));
            let own: Vec<(usize, i32)> = row.entries.iter().filter_map(of).collect();
            let Some(middle) = middle(own.iter().map(|(_, size)| *size)) else { continue };
            for (u, size) in own {
                let size = size - middle;
                if let Some(slot) = sizes.get_mut(u) {
                    *slot = Some(slot.map_or((size, size), |(low, high)| (low.min(size), high.max(size))));
                }
            }
        }
        for (unit, size) in units.iter_mut().zip(sizes) {
            *unit -= size.map_or(0, |(low, high)| (low + high) / 2);
        }
    }
    units
}

fn middle(sizes: impl Iterator<Item = i32> + Clone) -> Option<i32> {
    Some((sizes.clone().min()? + sizes.max()?) / 2)
}
