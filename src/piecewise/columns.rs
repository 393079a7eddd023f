//! [`idle`]: unknowns that a system can do without.
//!
//! The payments of a profile enter only through sums over the types of others: their columns are sums of few. A column of an
//! unbounded unknown that is a sum of multiples of others adds nothing: with zero for the unknown the rest takes its values on, and
//! multipliers that cancel the others cancel it. Columns are compared modulo a prime, in random sums of their entries
//! (Schwartz, 1980): a wrong answer is as good as impossible, and would be refused by the kernel.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::ToPrimitive;

use super::system::Row;
use crate::exact::Rational;

/// A system with fewer unbounded unknowns is solved as it is.
const FEW: usize = 64;
/// Sums of entries at first.
const SUMS: usize = 64;
/// Sums of entries at most.
const MOST_SUMS: usize = 256;
/// A prime.
const PRIME: u64 = (1 << 61) - 1;

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
    let all: Vec<usize> = free.iter().enumerate().filter(|(_, free)| **free).map(|(u, _)| u).collect();
    if all.len() < FEW {
        return out;
    }
    let mut sums = SUMS;
    loop {
        let columns = columns(unknowns, rows, objective, &free, sums);
        let mut basis: Vec<(usize, Vec<u64>)> = Vec::new();
        let mut probe = across(&basis, sums);
        for u in &all {
            let Some(column) = columns.get(*u) else { continue };
            if product(&probe, column) == 0 {
                out.iter_mut().skip(*u).take(1).for_each(|slot| *slot = true);
                continue;
            }
            basis.extend(rest(&basis, column.clone()));
            if basis.len() == sums {
                break;
            }
            probe = across(&basis, sums);
        }
        if basis.len() < sums {
            return out;
        }
        // So many sums cannot tell more columns apart.
        out.iter_mut().for_each(|slot| *slot = false);
        if sums >= MOST_SUMS.min(all.len()) {
            return out;
        }
        sums *= 2;
    }
}

/// What the vectors of a basis leave of a column, its first entry one, and where that is: a further vector of the basis.
fn rest(basis: &[(usize, Vec<u64>)], mut column: Vec<u64>) -> Option<(usize, Vec<u64>)> {
    for (lead, known) in basis {
        let factor = column.get(*lead).copied().unwrap_or_default();
        if factor != 0 {
            let back = PRIME - factor;
            column.iter_mut().zip(known).for_each(|(x, y)| *x = plus(*x, times(back, *y)));
        }
    }
    let lead = column.iter().position(|x| *x != 0)?;
    let scale = inverse(*column.get(lead)?);
    column.iter_mut().for_each(|x| *x = times(*x, scale));
    Some((lead, column))
}

/// A random vector whose product with every vector of the basis is zero: that with a column is zero if the column is a
/// sum of multiples of the basis, and otherwise only by chance. A vector of the basis is zero where those before it lead.
fn across(basis: &[(usize, Vec<u64>)], length: usize) -> Vec<u64> {
    let mut state = 1;
    let mut out: Vec<u64> = (0..length).map(|_| random(&mut state)).collect();
    for (lead, known) in basis.iter().rev() {
        out.iter_mut().skip(*lead).take(1).for_each(|slot| *slot = 0);
        let sum = product(&out, known);
        out.iter_mut().skip(*lead).take(1).for_each(|slot| *slot = (PRIME - sum) % PRIME);
    }
    out
}

fn product(a: &[u64], b: &[u64]) -> u64 {
    a.iter().zip(b).fold(0, |sum, (x, y)| plus(sum, times(*x, *y)))
}

/// For each unbounded unknown, sums of the entries of its column with random factors.
fn columns(unknowns: usize, rows: &[Row], objective: &Row, free: &[bool], sums: usize) -> Vec<Vec<u64>> {
    let mut out: Vec<Vec<u64>> =
        (0..unknowns).map(|u| if free.get(u) == Some(&true) { vec![0; sums] } else { vec![] }).collect();
    let mut state = 0;
    for row in rows.iter().chain([objective]) {
        let factors: Vec<u64> = (0..sums).map(|_| random(&mut state)).collect();
        let (mut last, mut residue) = (None, 0);
        for (u, c) in &row.terms {
            let Some(column) = out.get_mut(*u).filter(|column| !column.is_empty()) else { continue };
            // Entries of a row are often the same.
            if last != Some(c) {
                (last, residue) = (Some(c), of(c));
            }
            column.iter_mut().zip(&factors).for_each(|(x, factor)| *x = plus(*x, times(residue, *factor)));
        }
    }
    out
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
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) % PRIME
}
