//! [`Presolved`]: a system of linear comparisons without what is easy: equations are solved for an unknown each, and
//! unknowns that two comparisons leave one value are given it (Andersen and Andersen, 1995).
//!
//! What is found of the smaller system is taken back to the rows of the given one: a reduced row is a sum of these.

use std::collections::BTreeMap;

use crate::exact::Rational;

use super::system::{Answer, Row, Sign};

/// Terms of a row that is looked at for bounds at most.
const SHORT: usize = 12;
/// Rounds in which values are found.
const ROUNDS: usize = 8;

/// Multipliers of rows, by their numbers.
type Sum = BTreeMap<usize, Rational>;

/// A sum that is kept.
type List = Vec<(usize, Rational)>;

/// A system without what is easy.
pub(super) struct Presolved<'a> {
    given: &'a [Row],
    /// For each unknown, what it is, if it is left out.
    out: Vec<Option<Left>>,
    /// The unknowns that are left out by an equation, in order.
    order: Vec<usize>,
    /// The unknowns that remain, by their old numbers.
    kept: Vec<usize>,
    /// The reduced rows, in the unknowns that remain, and what each comes from.
    pub(super) rows: Vec<Row>,
    origins: Vec<usize>,
    /// The terms of the row that is reduced.
    terms: Terms,
}

/// A sum of terms that is being made.
struct Terms {
    sums: Vec<Rational>,
    touched: Vec<usize>,
}

impl Terms {
    fn add(&mut self, u: usize, c: &Rational) {
        let Some(sum) = self.sums.get_mut(u) else { return };
        if sum.is_zero() {
            self.touched.push(u);
            *sum = c.clone();
        } else {
            *sum += c;
        }
    }

    /// The coefficient of an unknown, which has none any more.
    fn take(&mut self, u: usize) -> Option<Rational> {
        let sum = self.sums.get_mut(u).filter(|sum| !sum.is_zero())?;
        Some(std::mem::replace(sum, Rational::ZERO))
    }

    /// All terms, of which none are left.
    fn drain(&mut self) -> Vec<(usize, Rational)> {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        touched.into_iter().filter_map(|u| Some((u, self.take(u)?))).collect()
    }
}

/// How an unknown is left out.
enum Left {
    /// By an equation, which is a sum of rows.
    Equation { row: Row, own: Rational, sum: List },
    /// By two comparisons, each of them a sum of rows that is `±(unknown − value) ≥ 0`.
    Value { value: Rational, above: List, below: List },
}

/// A bound of an unknown, and the row that gives it.
type Bound = (Rational, usize);

impl<'a> Presolved<'a> {
    /// The smaller system, or a contradiction between the given rows. The unknowns of an objective remain.
    pub(super) fn new(
        unknowns: usize,
        given: &'a [Row],
        objective: &[(usize, Rational)],
    ) -> Result<Self, Answer> {
        let out = std::iter::repeat_with(|| None).take(unknowns).collect();
        let terms = Terms { sums: vec![Rational::ZERO; unknowns], touched: vec![] };
        let (order, kept, rows, origins) = (vec![], vec![], vec![], vec![]);
        let mut system = Presolved { given, out, order, kept, rows, origins, terms };
        system.equations()?;
        system.values()?;
        let mut used = vec![false; unknowns];
        let mut reduced = Vec::new();
        for (number, row) in given.iter().enumerate().filter(|(_, row)| row.sign != Sign::Zero) {
            let row = system.reduced(row, None);
            if row.terms.is_empty() {
                system.holds(number, &row)?;
                continue;
            }
            for (u, _) in &row.terms {
                if let Some(slot) = used.get_mut(*u) {
                    *slot = true;
                }
            }
            reduced.push((number, row));
        }
        let objective = Row { constant: Rational::ZERO, terms: objective.to_vec(), sign: Sign::AtLeast };
        for (u, _) in system.reduced(&objective, None).terms {
            if let Some(slot) = used.get_mut(u) {
                *slot = true;
            }
        }
        let mut place = vec![0; unknowns];
        for (u, _) in used.iter().enumerate().filter(|(_, used)| **used) {
            if let Some(slot) = place.get_mut(u) {
                *slot = system.kept.len();
            }
            system.kept.push(u);
        }
        for (number, mut row) in reduced {
            row.terms.iter_mut().for_each(|(u, _)| *u = place.get(*u).copied().unwrap_or_default());
            system.rows.push(row);
            system.origins.push(number);
        }
        Ok(system)
    }

    /// How many unknowns remain.
    pub(super) fn unknowns(&self) -> usize {
        self.kept.len()
    }

    /// The objective in the unknowns that remain, and the sum of rows that was added.
    pub(super) fn objective(&mut self, terms: &[(usize, Rational)]) -> Option<(Row, Sum)> {
        let given = Row { constant: Rational::ZERO, terms: terms.to_vec(), sign: Sign::AtLeast };
        let mut sum = Sum::new();
        let mut row = self.reduced(&given, Some(&mut sum));
        for (u, _) in &mut row.terms {
            *u = self.kept.binary_search(u).ok()?;
        }
        Some((row, sum))
    }

    /// Values of all unknowns.
    pub(super) fn point(&self, values: &[Rational]) -> Vec<Rational> {
        let mut out = vec![Rational::ZERO; self.out.len()];
        for (u, value) in self.kept.iter().zip(values) {
            if let Some(slot) = out.get_mut(*u) {
                *slot = value.clone();
            }
        }
        for (slot, left) in out.iter_mut().zip(&self.out) {
            if let Some(Left::Value { value, .. }) = left {
                *slot = value.clone();
            }
        }
        for u in self.order.iter().rev() {
            let Some(Some(Left::Equation { row, own, .. })) = self.out.get(*u) else { continue };
            let value = row.at(&out);
            if let (Some(slot), Some(value)) = (out.get_mut(*u), (-&value).checked_div(own)) {
                *slot = value;
            }
        }
        out
    }

    /// A direction of all unknowns from one of those that remain.
    pub(super) fn ray(&self, ray: &[Rational]) -> Vec<Rational> {
        let start = self.point(&vec![Rational::ZERO; self.kept.len()]);
        self.point(ray).iter().zip(&start).map(|(end, start)| end - start).collect()
    }

    /// Multipliers of the given rows from those of the reduced ones: the sum of the rows is reduced, so that what cancels in it
    /// takes none.
    pub(super) fn multipliers(&mut self, of: &[(usize, Rational)], mut sum: Sum) -> Vec<(usize, Rational)> {
        for (number, by) in of {
            let Some(origin) = self.origins.get(*number) else { continue };
            let Some(row) = self.given.get(*origin) else { continue };
            *sum.entry(*origin).or_insert(Rational::ZERO) += by;
            row.terms.iter().for_each(|(u, c)| self.terms.add(*u, &(c * by)));
        }
        let (constant, terms) = (Rational::ZERO, self.terms.drain());
        self.reduced(&Row { constant, terms, sign: Sign::AtLeast }, Some(&mut sum));
        sum.into_iter().filter(|(_, by)| !by.is_zero()).collect()
    }

    /// A row without the unknowns that are left out; what is added to it is added to the sum.
    fn reduced(&mut self, row: &Row, mut sum: Option<&mut Sum>) -> Row {
        let Presolved { out, terms, .. } = self;
        let is_out = |u: usize| matches!(out.get(u), Some(Some(_)));
        if !row.terms.iter().any(|(u, _)| is_out(*u)) {
            return row.clone();
        }
        let mut constant = row.constant.clone();
        row.terms.iter().for_each(|(u, c)| terms.add(*u, c));
        let mut open: Vec<usize> = row.terms.iter().map(|(u, _)| *u).filter(|u| is_out(*u)).collect();
        // An equation speaks only of unknowns that were left out after its own.
        let mut rounds = 0;
        while !open.is_empty() && rounds <= out.len() {
            rounds += 1;
            for u in std::mem::take(&mut open) {
                // The coefficient may have changed since.
                let Some(c) = terms.take(u) else { continue };
                match out.get(u) {
                    Some(Some(Left::Equation { row, own, sum: equation })) => {
                        let Some(by) = (-&c).checked_div(own) else { continue };
                        constant += &(&row.constant * &by);
                        for (v, k) in row.terms.iter().filter(|(v, _)| *v != u) {
                            terms.add(*v, &(k * &by));
                            open.extend(is_out(*v).then_some(*v));
                        }
                        if let Some(sum) = sum.as_deref_mut() {
                            add(sum, equation, &by);
                        }
                    }
                    Some(Some(Left::Value { value, above, below })) => {
                        constant += &(&c * value);
                        if let Some(sum) = sum.as_deref_mut() {
                            add(sum, if c.is_positive() { below } else { above }, &c.abs());
                        }
                    }
                    _ => {}
                }
            }
        }
        Row { constant, terms: terms.drain(), sign: row.sign }
    }

    /// Solves each equation for the unknown that occurs least.
    fn equations(&mut self) -> Result<(), Answer> {
        let mut count = vec![0_usize; self.out.len()];
        for (u, _) in self.given.iter().flat_map(|row| &row.terms) {
            if let Some(slot) = count.get_mut(*u) {
                *slot += 1;
            }
        }
        for (number, row) in self.given.iter().enumerate().filter(|(_, row)| row.sign == Sign::Zero) {
            let mut sum = Sum::from([(number, Rational::ONE)]);
            let row = self.reduced(row, Some(&mut sum));
            let Some((u, own)) = row.terms.iter().min_by_key(|(u, _)| count.get(*u)).cloned() else {
                self.holds(number, &row)?;
                continue;
            };
            if let Some(slot) = self.out.get_mut(u) {
                let sum = sum.into_iter().collect();
                *slot = Some(Left::Equation { row, own, sum });
                self.order.push(u);
            }
        }
        Ok(())
    }

    /// Gives unknowns the value that bounds leave them.
    fn values(&mut self) -> Result<(), Answer> {
        let short = |row: &Row| row.sign == Sign::AtLeast && row.terms.len() <= SHORT;
        // The rows that are not reduced to a number yet, as far as is known.
        let mut numbers: Vec<usize> =
            self.given.iter().enumerate().filter(|(_, row)| short(row)).map(|(number, _)| number).collect();
        for _ in 0..ROUNDS {
            let mut bounds: BTreeMap<usize, (Option<Bound>, Option<Bound>)> = BTreeMap::new();
            let mut open = Vec::with_capacity(numbers.len());
            for number in &numbers {
                let Some(row) = self.given.get(*number) else { continue };
                let row = self.reduced(row, None);
                let [(u, c)] = row.terms.as_slice() else {
                    open.extend((!row.terms.is_empty()).then_some((*number, None)));
                    continue;
                };
                open.push((*number, Some(*u)));
                let Some(at) = (-&row.constant).checked_div(c) else { continue };
                let (low, high) = bounds.entry(*u).or_default();
                let (side, better): (_, fn(&Rational, &Rational) -> bool) =
                    if c.is_positive() { (low, |a, b| a > b) } else { (high, |a, b| a < b) };
                if side.as_ref().is_none_or(|(known, _)| better(&at, known)) {
                    *side = Some((at, *number));
                }
            }
            let mut found = Vec::new();
            for (u, bounds) in bounds {
                let (Some((low, from)), Some((high, to))) = bounds else { continue };
                if low < high {
                    continue;
                }
                let [above, below] = [from, to].map(|number| self.unit(number));
                if low > high {
                    let mut sum = Sum::from_iter(above);
                    add(&mut sum, &below, &Rational::ONE);
                    return Err(contradiction(sum));
                }
                found.push((u, Left::Value { value: low, above, below }));
            }
            if found.is_empty() {
                break;
            }
            for (u, left) in found {
                if let Some(slot) = self.out.get_mut(u) {
                    *slot = Some(left);
                }
            }
            let is_open = |u: &Option<usize>| u.is_none_or(|u| matches!(self.out.get(u), Some(None)));
            numbers = open.into_iter().filter(|(_, u)| is_open(u)).map(|(number, _)| number).collect();
        }
        Ok(())
    }

    /// A row that is reduced to one unknown, as a sum of rows, divided by the size of the coefficient.
    fn unit(&mut self, number: usize) -> List {
        let Some(row) = self.given.get(number) else { return vec![] };
        let mut sum = Sum::from([(number, Rational::ONE)]);
        let row = self.reduced(row, Some(&mut sum));
        let by = row.terms.first().and_then(|(_, c)| c.abs().recip()).unwrap_or(Rational::ONE);
        sum.into_iter().map(|(number, c)| (number, &c * &by)).collect()
    }

    /// A row that is reduced to a number has to hold.
    fn holds(&mut self, number: usize, reduced: &Row) -> Result<(), Answer> {
        let c = &reduced.constant;
        let by = if c.is_positive() { -&Rational::ONE } else { Rational::ONE };
        let Some(row) = self.given.get(number).filter(|_| !reduced.sign.is_of(c)) else { return Ok(()) };
        let mut sum = Sum::from([(number, Rational::ONE)]);
        self.reduced(row, Some(&mut sum));
        Err(contradiction(sum.into_iter().map(|(number, c)| (number, &c * &by))))
    }
}

fn contradiction(sum: impl IntoIterator<Item = (usize, Rational)>) -> Answer {
    Answer::Contradiction(sum.into_iter().filter(|(_, by)| !by.is_zero()).collect())
}

fn add(to: &mut Sum, sum: &[(usize, Rational)], by: &Rational) {
    for (number, c) in sum {
        *to.entry(*number).or_insert(Rational::ZERO) += &(c * by);
    }
}
