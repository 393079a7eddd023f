//! Exact systems of linear comparisons: [`Solver`].
//!
//! Unknowns are free; each row says that a linear term is at least zero, positive, or zero. Rows enter one by one,
//! only when the point found so far violates them, so that a system with many rows is solved by the few that
//! matter. The dictionary is kept feasible by dual steps (Lemke, 1954), by Bland's rule after some steps, which
//! cannot cycle (Bland, 1977); strict rows leave an infinitesimal gap (Dutertre and de Moura, 2006). Untrusted: points
//! and multipliers are checked by the kernel.

use crate::exact::Rational;

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
    Value(Rational),
    /// It grows for ever along a direction, from a point that satisfies the rows.
    Unbounded(Vec<Rational>),
    /// No point satisfies the rows.
    Infeasible,
}

/// A number plus a multiple of an infinitesimal.
type Gap = (Rational, Rational);

/// Steps by the greatest violation before Bland's rule takes over.
const STALL_LIMIT: usize = 200;
/// Violated rows that enter at once.
const BATCH: usize = 40;

/// A system while it is solved.
pub struct Solver<'a> {
    rows: &'a [Row],
    unknowns: usize,
    /// The nonbasic variables: their numbers. Variables below `unknowns` are the unknowns, others the slacks of rows.
    columns: Vec<usize>,
    /// The basic variables, each as a term in the nonbasic ones.
    basic: Vec<Basic>,
    /// The objective in the nonbasic variables.
    objective: Option<(Gap, Vec<Rational>)>,
    entered: Vec<bool>,
    steps: usize,
    work: usize,
    limit: usize,
}

/// `constant + Σ entry·nonbasic`.
#[derive(Clone)]
struct Basic {
    variable: usize,
    constant: Gap,
    entries: Vec<Rational>,
}

impl<'a> Solver<'a> {
    /// A system before any row has entered. `limit` bounds the entries that are changed.
    pub fn new(unknowns: usize, rows: &'a [Row], limit: usize) -> Self {
        Solver {
            rows,
            unknowns,
            columns: (0..unknowns).collect(),
            basic: vec![],
            objective: None,
            entered: vec![false; rows.len()],
            steps: 0,
            work: 0,
            limit,
        }
    }

    /// A point or a contradiction; `None` beyond the limit of work.
    pub fn solve(&mut self) -> Option<Answer> {
        loop {
            if let Some(contradiction) = self.restore()? {
                return Some(Answer::Contradiction(contradiction));
            }
            if !self.enter_violated() {
                return Some(Answer::Point(self.point()));
            }
        }
    }

    /// The greatest value of a linear term, given by its coefficients, under rows that are not strict.
    pub fn maximise(&mut self, terms: &[(usize, Rational)]) -> Option<Best> {
        if let Answer::Contradiction(_) = self.solve()? {
            return Some(Best::Infeasible);
        }
        let (constant, entries) = self.in_columns(&Rational::ZERO, terms);
        self.objective = Some((constant, entries));
        loop {
            if let Some(column) = self.raise()? {
                // Along this direction nothing stops the term, as far as the rows that have entered go.
                let ray = self.ray(column);
                if !self.enter_against(&ray) {
                    return Some(Best::Unbounded(ray));
                }
                continue;
            }
            if !self.enter_violated() {
                let (value, _) = self.objective.as_ref()?;
                return Some(Best::Value(value.0.clone()));
            }
            // The objective is at its bound: dual steps keep it there.
            self.restore()?;
        }
    }

    fn sign(&self, variable: usize) -> Option<Sign> {
        variable.checked_sub(self.unknowns).and_then(|row| self.rows.get(row)).map(|row| row.sign)
    }

    /// A linear term in the unknowns as a term in the nonbasic variables.
    fn in_columns(&self, constant: &Rational, terms: &[(usize, Rational)]) -> (Gap, Vec<Rational>) {
        let mut out = vec![Rational::ZERO; self.columns.len()];
        let mut sum: Gap = (constant.clone(), Rational::ZERO);
        for (unknown, c) in terms {
            if let Some(k) = self.columns.iter().position(|v| v == unknown) {
                if let Some(slot) = out.get_mut(k) {
                    *slot += c;
                }
                continue;
            }
            let Some(row) = self.basic.iter().find(|b| b.variable == *unknown) else { continue };
            sum.0 += &(&row.constant.0 * c);
            sum.1 += &(&row.constant.1 * c);
            for (slot, entry) in out.iter_mut().zip(&row.entries).filter(|(_, e)| !e.is_zero()) {
                *slot += &(entry * c);
            }
        }
        (sum, out)
    }

    fn enter(&mut self, number: usize) {
        let Some(row) = self.rows.get(number) else { return };
        let (mut constant, entries) = self.in_columns(&row.constant, &row.terms);
        if row.sign == Sign::Positive {
            constant.1 = &constant.1 - &Rational::ONE;
        }
        self.basic.push(Basic { variable: self.unknowns + number, constant, entries });
        if let Some(entered) = self.entered.get_mut(number) {
            *entered = true;
        }
    }

    /// Lets the rows enter that the present point violates most; whether there are any.
    fn enter_violated(&mut self) -> bool {
        let point = self.gaps();
        let mut violated: Vec<(Gap, usize)> = Vec::new();
        for (number, row) in self.rows.iter().enumerate() {
            if self.entered.get(number) == Some(&true) {
                continue;
            }
            let mut value: Gap = (row.constant.clone(), Rational::ZERO);
            for (unknown, c) in &row.terms {
                let Some(x) = point.get(*unknown) else { continue };
                value.0 += &(&x.0 * c);
                value.1 += &(&x.1 * c);
            }
            if row.sign == Sign::Positive {
                value.1 = &value.1 - &Rational::ONE;
            }
            if let Some(amount) = violation(row.sign, &value) {
                violated.push((amount, number));
            }
        }
        violated.sort_by(|(a, i), (b, j)| b.cmp(a).then(i.cmp(j)));
        for (_, number) in violated.iter().take(BATCH) {
            self.enter(*number);
        }
        !violated.is_empty()
    }

    /// Lets rows enter that a direction leads away from; whether there are any.
    fn enter_against(&mut self, ray: &[Rational]) -> bool {
        let against: Vec<usize> = self
            .rows
            .iter()
            .enumerate()
            .filter(|(number, row)| {
                let slope =
                    row.terms.iter().fold(Rational::ZERO, |sum, (unknown, c)| match ray.get(*unknown) {
                        Some(x) => &sum + &(x * c),
                        None => sum,
                    });
                let leaves = if row.sign == Sign::Zero { !slope.is_zero() } else { slope.is_negative() };
                leaves && self.entered.get(*number) == Some(&false)
            })
            .map(|(number, _)| number)
            .take(BATCH)
            .collect();
        against.iter().for_each(|number| self.enter(*number));
        !against.is_empty()
    }

    /// Dual steps until every basic slack has its sign, or a row that cannot have it: the contradiction.
    fn restore(&mut self) -> Option<Option<Vec<(usize, Rational)>>> {
        loop {
            if self.work > self.limit {
                return None;
            }
            let bland = self.steps > STALL_LIMIT;
            let violated = self.basic.iter().enumerate().filter_map(|(k, b)| {
                let sign = self.sign(b.variable)?;
                violation(sign, &b.constant).map(|amount| (k, b.variable, amount))
            });
            let leaving = match bland {
                true => violated.min_by_key(|(_, variable, _)| *variable),
                false => violated.max_by(|(_, v, a), (_, w, b)| a.cmp(b).then(w.cmp(v))),
            };
            let Some((leave, ..)) = leaving else {
                self.steps = 0;
                return Some(None);
            };
            let row = self.basic.get(leave)?.clone();
            let rises = row.constant < (Rational::ZERO, Rational::ZERO);
            match self.entering(&row, rises) {
                Some(column) => self.pivot(leave, column),
                None => return Some(Some(self.contradiction(&row, rises))),
            }
            self.steps += 1;
        }
    }

    /// The nonbasic variable that moves a row towards its sign, and spoils the objective least.
    fn entering(&self, row: &Basic, rises: bool) -> Option<usize> {
        let mut best: Option<(Rational, usize, usize)> = None;
        for (k, (variable, entry)) in self.columns.iter().zip(&row.entries).enumerate() {
            if entry.is_zero() {
                continue;
            }
            let helps = match self.sign(*variable) {
                None => true,
                Some(Sign::Zero) => false,
                Some(_) => entry.is_positive() == rises,
            };
            if !helps {
                continue;
            }
            let cost = self.objective.as_ref().and_then(|(_, costs)| costs.get(k)).map(Rational::abs);
            let ratio = cost.and_then(|c| c.checked_div(&entry.abs())).unwrap_or(Rational::ZERO);
            // Free unknowns first: once basic, they stay.
            let rank = (ratio, usize::from(self.sign(*variable).is_some()) * self.unknowns + variable, k);
            if best.as_ref().is_none_or(|b| rank < *b) {
                best = Some(rank);
            }
        }
        best.map(|(_, _, k)| k)
    }

    /// One step of the primal method: `Some(None)` at the greatest value, a column along which nothing stops it.
    fn raise(&mut self) -> Option<Option<usize>> {
        loop {
            if self.work > self.limit {
                return None;
            }
            let (_, costs) = self.objective.as_ref()?;
            let improving = self.columns.iter().zip(costs).enumerate().filter(|(_, (variable, cost))| {
                match self.sign(**variable) {
                    None => !cost.is_zero(),
                    Some(Sign::Zero) => false,
                    Some(_) => cost.is_positive(),
                }
            });
            let Some((column, up)) =
                improving.min_by_key(|(_, (v, _))| **v).map(|(k, (_, cost))| (k, cost.is_positive()))
            else {
                return Some(None);
            };
            let mut best: Option<(Gap, usize, usize)> = None;
            for (k, row) in self.basic.iter().enumerate() {
                let Some(sign) = self.sign(row.variable) else { continue };
                let Some(entry) = row.entries.get(column).filter(|e| !e.is_zero()) else { continue };
                if sign != Sign::Zero && entry.is_positive() == up {
                    continue;
                }
                let by = entry.abs();
                let room = |c: &Rational| c.abs().checked_div(&by).unwrap_or(Rational::ZERO);
                let rank = ((room(&row.constant.0), room(&row.constant.1)), row.variable, k);
                if best.as_ref().is_none_or(|b| (&rank.0, rank.1) < (&b.0, b.1)) {
                    best = Some(rank);
                }
            }
            match best {
                Some((_, _, leave)) => self.pivot(leave, column),
                None => return Some(Some(column)),
            }
        }
    }

    /// How the unknowns change along a column that improves the objective.
    fn ray(&self, column: usize) -> Vec<Rational> {
        let cost = self.objective.as_ref().and_then(|(_, costs)| costs.get(column));
        let towards = match cost {
            Some(cost) if cost.is_negative() => -&Rational::ONE,
            _ => Rational::ONE,
        };
        let mut out = vec![Rational::ZERO; self.unknowns];
        if let Some(slot) = self.columns.get(column).and_then(|v| out.get_mut(*v)) {
            *slot = towards.clone();
        }
        for row in &self.basic {
            if let (Some(slot), Some(entry)) = (out.get_mut(row.variable), row.entries.get(column)) {
                *slot = entry * &towards;
            }
        }
        out
    }

    fn pivot(&mut self, leave: usize, column: usize) {
        let Some(mut row) = self.basic.get(leave).cloned() else { return };
        let Some(entry) = row.entries.get(column).cloned() else { return };
        let (Some(inverse), Some(entering)) = (entry.recip(), self.columns.get(column).copied()) else {
            return;
        };
        // entering = (leaving - constant - others)/entry
        let factor = -&inverse;
        row.constant = (&row.constant.0 * &factor, &row.constant.1 * &factor);
        for (k, e) in row.entries.iter_mut().enumerate().filter(|(_, e)| !e.is_zero()) {
            *e = if k == column { inverse.clone() } else { &*e * &factor };
        }
        let support: Vec<(usize, Rational)> =
            row.entries.iter().cloned().enumerate().filter(|(_, e)| !e.is_zero()).collect();
        let leaving = std::mem::replace(&mut row.variable, entering);
        let replace = |constant: &mut Gap, entries: &mut [Rational]| -> usize {
            let Some(k) = entries
                .get_mut(column)
                .map(|k| std::mem::replace(k, Rational::ZERO))
                .filter(|k| !k.is_zero())
            else {
                return 0;
            };
            constant.0 += &(&row.constant.0 * &k);
            constant.1 += &(&row.constant.1 * &k);
            for (j, e) in &support {
                if let Some(slot) = entries.get_mut(*j) {
                    *slot += &(e * &k);
                }
            }
            support.len()
        };
        for (number, other) in self.basic.iter_mut().enumerate() {
            if number != leave {
                self.work += replace(&mut other.constant, &mut other.entries);
            }
        }
        if let Some((constant, entries)) = &mut self.objective {
            replace(constant, entries);
        }
        if let Some(slot) = self.columns.get_mut(column) {
            *slot = leaving;
        }
        if let Some(slot) = self.basic.get_mut(leave) {
            *slot = row;
        }
    }

    /// The multipliers of a row that no nonbasic variable can move to its sign.
    fn contradiction(&self, row: &Basic, rises: bool) -> Vec<(usize, Rational)> {
        let direction = if rises { Rational::ONE } else { -&Rational::ONE };
        let own = row.variable.checked_sub(self.unknowns).map(|number| (number, direction.clone()));
        let others =
            self.columns.iter().zip(&row.entries).filter(|(_, e)| !e.is_zero()).filter_map(|(v, e)| {
                let number = v.checked_sub(self.unknowns)?;
                Some((number, &-e * &direction))
            });
        let mut out: Vec<_> = own.into_iter().chain(others).collect();
        out.sort_by_key(|(number, _)| *number);
        out
    }

    fn gaps(&self) -> Vec<Gap> {
        let mut out = vec![(Rational::ZERO, Rational::ZERO); self.unknowns];
        for row in &self.basic {
            if let Some(slot) = out.get_mut(row.variable) {
                *slot = row.constant.clone();
            }
        }
        out
    }

    /// The values of the unknowns, with a number for the infinitesimal that is small enough.
    fn point(&self) -> Vec<Rational> {
        let gaps = self.gaps();
        let mut gap = Rational::ONE;
        for row in self.rows {
            let mut value: Gap = (row.constant.clone(), Rational::ZERO);
            for (unknown, c) in &row.terms {
                let Some(x) = gaps.get(*unknown) else { continue };
                value.0 += &(&x.0 * c);
                value.1 += &(&x.1 * c);
            }
            if value.1.is_negative() && value.0.is_positive() {
                let half = Rational::new(1, 2).unwrap_or(Rational::ONE);
                let most = value.0.checked_div(&-&value.1).map(|most| &most * &half);
                gap = most.filter(|most| *most < gap).unwrap_or(gap);
            }
        }
        gaps.into_iter().map(|(a, b)| &a + &(&b * &gap)).collect()
    }
}

/// By how much a slack misses its sign.
fn violation(sign: Sign, value: &Gap) -> Option<Gap> {
    let zero = (Rational::ZERO, Rational::ZERO);
    if *value < zero {
        return Some((-&value.0, -&value.1));
    }
    (sign == Sign::Zero && *value > zero).then(|| value.clone())
}
