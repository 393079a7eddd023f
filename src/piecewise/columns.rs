//! [`idle`]: unknowns that a system can do without.
//!
//! The payments of a profile enter only through sums over the types of others: their columns are sums of few. A column of an
//! unbounded unknown that is a sum of multiples of others adds nothing: with zero for the unknown the rest takes its values on, and
//! multipliers that cancel the others cancel it. Columns are compared modulo a prime, by their products with a random row
//! that is zero on those that are known (Schwartz, 1980): a wrong answer is as good as impossible, and would be refused by the
//! kernel. So a column is looked at entry by entry, and only one that adds something is reduced.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::ToPrimitive;

use super::system::Row;
use crate::exact::Rational;

/// A system with fewer unbounded unknowns is solved as it is.
const FEW: usize = 64;
/// Entries that are changed at most, for each entry of the columns.
const EFFORT: usize = 64;
/// A prime.
const PRIME: u64 = (1 << 61) - 1;

/// Entries that are not zero, by their rows, in increasing order.
type Column = Vec<(usize, u64)>;

/// Which unknowns may be zero: unbounded ones whose columns are sums of multiples of those of others that are not among
/// them. The objective is one more row.
pub(super) fn idle(unknowns: usize, rows: &[Row], objective: &Row) -> Vec<bool> {
    let mut out = vec![false; unknowns];
    let mut free = vec![true; unknowns];
    for row in rows {
        if let [(only, _)] = row.terms.as_slice()
            && let Some(slot) = free.get_mut(*only)
        {
            *slot = false;
        }
    }
    if free.iter().filter(|free| **free).count() < FEW {
        return out;
    }
    let columns = columns(rows, objective, &free);
    let limit = columns.iter().map(Vec::len).sum::<usize>().saturating_mul(EFFORT);
    let mut basis = Basis::new(rows.len() + 1);
    for ((column, slot), free) in columns.iter().zip(&mut out).zip(&free) {
        if *free && basis.product(column) == 0 {
            *slot = true;
        } else if *free {
            basis.extend(column);
        }
        if basis.work > limit {
            break;
        }
    }
    out
}

/// Columns of which none is a sum of multiples of the others.
struct Basis {
    /// Each column is one in its own row, where the others are zero.
    columns: Vec<(usize, Column)>,
    /// The column that has a row for its own, by its number.
    of_row: Vec<Option<usize>>,
    /// A random row whose product with every column is zero: that with another one is zero if this is a sum of multiples of
    /// these, and otherwise only by chance.
    across: Vec<u64>,
    /// The sum that is being made.
    sum: Vec<u64>,
    /// Entries that were changed, and columns that were looked at for this.
    work: usize,
}

impl Basis {
    fn new(rows: usize) -> Self {
        let mut state = 1;
        let across = (0..rows).map(|_| random(&mut state)).collect();
        Basis { columns: vec![], of_row: vec![None; rows], across, sum: vec![0; rows], work: 0 }
    }

    fn product(&self, column: &Column) -> u64 {
        let entry = |row: &usize| self.across.get(*row).copied().unwrap_or_default();
        column.iter().fold(0, |sum, (row, x)| plus(sum, times(entry(row), *x)))
    }

    /// Takes a further column.
    fn extend(&mut self, column: &Column) {
        let known = |row: &usize| self.of_row.get(*row).copied().flatten();
        let parts: Vec<(usize, u64)> =
            column.iter().filter_map(|(row, x)| Some((known(row)?, negative(*x)))).collect();
        let mut rest = self.plus_multiples(column, &parts);
        let Some((own, first)) = rest.first().copied() else { return };
        let scale = inverse(first);
        rest.iter_mut().for_each(|(_, x)| *x = times(*x, scale));
        let step = negative(self.product(&rest));
        self.add_across(own, step);
        self.work += self.columns.len();
        for number in 0..self.columns.len() {
            let Some((row, column)) = self.columns.get(number) else { continue };
            let Ok(place) = column.binary_search_by_key(&own, |(row, _)| *row) else { continue };
            let Some((_, x)) = column.get(place).copied() else { continue };
            let (row, column) = (*row, merged(column, &rest, negative(x)));
            self.add_across(row, negative(times(step, x)));
            self.work += column.len();
            if let Some((_, slot)) = self.columns.get_mut(number) {
                *slot = column;
            }
        }
        self.of_row.iter_mut().skip(own).take(1).for_each(|slot| *slot = Some(self.columns.len()));
        self.columns.push((own, rest));
    }

    fn add_across(&mut self, row: usize, step: u64) {
        self.across.iter_mut().skip(row).take(1).for_each(|x| *x = plus(*x, step));
    }

    /// A column and multiples of some of the basis.
    fn plus_multiples(&mut self, column: &Column, parts: &[(usize, u64)]) -> Column {
        let Basis { columns, sum, work, .. } = self;
        let mut touched = Vec::new();
        let mut add = |by: u64, column: &Column| {
            for (row, x) in column {
                let Some(slot) = sum.get_mut(*row) else { continue };
                if *slot == 0 {
                    touched.push(*row);
                }
                *slot = plus(*slot, times(*x, by));
            }
            *work += column.len();
        };
        add(1, column);
        for (number, by) in parts {
            if let Some((_, column)) = columns.get(*number) {
                add(*by, column);
            }
        }
        touched.sort_unstable();
        touched.dedup();
        let take = |row: usize| Some((row, std::mem::take(sum.get_mut(row)?)));
        touched.into_iter().filter_map(take).filter(|(_, x)| *x != 0).collect()
    }
}

/// `a + by·b`
fn merged(a: &Column, b: &Column, by: u64) -> Column {
    let mut out = Vec::with_capacity(a.len() + b.len());
    let mut a = a.iter().copied().peekable();
    for (row, y) in b {
        while let Some(entry) = a.next_if(|(r, _)| r < row) {
            out.push(entry);
        }
        let x = a.next_if(|(r, _)| r == row).map_or(0, |(_, x)| x);
        let sum = plus(x, times(*y, by));
        if sum != 0 {
            out.push((*row, sum));
        }
    }
    out.extend(a);
    out
}

/// For each unbounded unknown its column.
fn columns(rows: &[Row], objective: &Row, free: &[bool]) -> Vec<Column> {
    let mut out: Vec<Column> = vec![vec![]; free.len()];
    for (number, row) in rows.iter().chain([objective]).enumerate() {
        let (mut last, mut residue) = (None, 0);
        for (u, c) in row.terms.iter().filter(|(u, _)| free.get(*u) == Some(&true)) {
            // Entries of a row are often the same.
            if last != Some(c) {
                (last, residue) = (Some(c), of(c));
            }
            if let Some(column) = out.get_mut(*u) {
                column.push((number, residue));
            }
        }
    }
    out
}

fn negative(a: u64) -> u64 {
    if a == 0 { 0 } else { PRIME - a }
}

fn plus(a: u64, b: u64) -> u64 {
    let sum = a + b;
    if sum >= PRIME { sum - PRIME } else { sum }
}

fn times(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    let low = u64::try_from(product & u128::from(PRIME)).unwrap_or_default();
    let high = u64::try_from(product >> 61).unwrap_or_default();
    plus(low, high)
}

/// `1/a`, by Fermat.
fn inverse(a: u64) -> u64 {
    let (mut out, mut base, mut exponent) = (1, a, PRIME - 2);
    while exponent > 0 {
        if exponent & 1 == 1 {
            out = times(out, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    out
}

/// A number modulo the prime; its divisor is no multiple of it, or the kernel will refuse what comes out.
fn of(c: &Rational) -> u64 {
    let modulo = |n: &BigInt| n.mod_floor(&BigInt::from(PRIME)).to_u64().unwrap_or_default();
    times(modulo(&c.numerator()), inverse(modulo(&c.denominator())))
}

/// The next number of a fixed sequence (Steele, Lea and Flood, 2014).
pub(super) fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) % PRIME
}
