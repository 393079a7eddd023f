//! [`exact`]: where the simplex method ends in rounded numbers, in exact ones.
//!
//! The rows that hold with equality are solved, and so are the multipliers; then every row is looked at. Whatever was
//! rounded wrongly shows here.

use std::collections::{BTreeMap, BTreeSet};

use super::dictionary::End;
use super::number::Rounded;
use super::system::Row;
use crate::exact::Rational;

/// The exact end, if the rounded one is right about which rows matter.
pub(super) fn exact(
    unknowns: usize,
    rows: &[Row],
    objective: &Row,
    end: &End<Rounded>,
    limit: usize,
) -> Option<End<Rational>> {
    match end {
        End::Best { tight, free, .. } => {
            let is_free: BTreeSet<usize> = free.iter().copied().collect();
            let mut equations = Vec::new();
            for number in tight {
                let row = rows.get(*number)?;
                let terms = row.terms.iter().filter(|(u, _)| !is_free.contains(u)).cloned().collect();
                equations.push((terms, -&row.constant));
            }
            let point = solve(unknowns, equations, limit)?;
            let fits = |row: &Row| !row.at(&point).is_negative();
            if !rows.iter().all(fits) {
                return None;
            }
            let wanted: BTreeMap<usize, Rational> = objective.terms.iter().map(|(u, c)| (*u, -c)).collect();
            let values = combination(rows, tight, &wanted, limit)?;
            let multipliers: Vec<_> =
                tight.iter().copied().zip(values).filter(|(_, by)| !by.is_zero()).collect();
            if multipliers.iter().any(|(_, by)| by.is_negative()) {
                return None;
            }
            Some(End::Best { point, multipliers, tight: tight.clone(), free: free.clone() })
        }
        End::Contradiction(found) => {
            let numbers: Vec<usize> = found.iter().map(|(number, _)| *number).collect();
            let (first, rest) = numbers.split_first()?;
            let own = rows.get(*first)?;
            let wanted = own.terms.iter().map(|(u, c)| (*u, -c)).collect();
            let values = combination(rows, rest, &wanted, limit)?;
            let mut multipliers = vec![(*first, Rational::ONE)];
            multipliers.extend(rest.iter().copied().zip(values).filter(|(_, by)| !by.is_zero()));
            let mut sum = Rational::ZERO;
            for (number, by) in &multipliers {
                sum += &(&rows.get(*number)?.constant * by);
            }
            let fits = sum.is_negative() && multipliers.iter().all(|(_, by)| by.is_positive());
            fits.then_some(End::Contradiction(multipliers))
        }
        End::Ray(_) => None,
    }
}

/// Multipliers of some rows whose sum has the wanted coefficients.
fn combination(
    rows: &[Row],
    numbers: &[usize],
    wanted: &BTreeMap<usize, Rational>,
    limit: usize,
) -> Option<Vec<Rational>> {
    let mut equations: BTreeMap<usize, Equation> =
        wanted.iter().map(|(u, c)| (*u, (vec![], c.clone()))).collect();
    for (k, number) in numbers.iter().enumerate() {
        for (u, c) in &rows.get(*number)?.terms {
            equations.entry(*u).or_insert((vec![], Rational::ZERO)).0.push((k, c.clone()));
        }
    }
    let mut seen = BTreeSet::new();
    // Many unknowns say the same.
    let distinct = equations.into_values().filter(|e| seen.insert(e.clone())).collect();
    solve(numbers.len(), distinct, limit)
}

/// `Σ c·x = right`
type Equation = (Vec<(usize, Rational)>, Rational);

/// A solution of some equations, zero where it is free; `None` if there is none, or beyond the limit of work.
fn solve(unknowns: usize, equations: Vec<Equation>, limit: usize) -> Option<Vec<Rational>> {
    let mut open: Vec<(BTreeMap<usize, Rational>, Rational)> = Vec::new();
    let mut with: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); unknowns];
    let mut sizes: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (terms, right) in equations {
        let terms: BTreeMap<usize, Rational> = terms.into_iter().filter(|(_, c)| !c.is_zero()).collect();
        for u in terms.keys() {
            with.get_mut(*u)?.insert(open.len());
        }
        sizes.insert((terms.len(), open.len()));
        open.push((terms, right));
    }
    let mut solved: Vec<(usize, BTreeMap<usize, Rational>, Rational)> = Vec::new();
    let mut work = 0;
    // The shortest equation first, solved for the unknown that occurs least.
    while let Some((_, number)) = sizes.pop_first() {
        let (terms, right) = std::mem::replace(open.get_mut(number)?, (BTreeMap::new(), Rational::ZERO));
        let Some(u) = terms.keys().copied().min_by_key(|u| with.get(*u).map(BTreeSet::len)) else {
            if right.is_zero() { continue } else { return None }
        };
        for v in terms.keys() {
            with.get_mut(*v)?.remove(&number);
        }
        let own = terms.get(&u)?.clone();
        for other in std::mem::take(with.get_mut(u)?) {
            let (row, value) = open.get_mut(other)?;
            let before = row.len();
            let factor = row.remove(&u)?.checked_div(&own)?;
            *value = &*value - &(&right * &factor);
            work += terms.len();
            if work > limit {
                return None;
            }
            for (v, c) in terms.iter().filter(|(v, _)| **v != u) {
                let sum = row.entry(*v).or_insert(Rational::ZERO);
                *sum = &*sum - &(c * &factor);
                match sum.is_zero() {
                    true => {
                        row.remove(v);
                        with.get_mut(*v)?.remove(&other);
                    }
                    false => {
                        with.get_mut(*v)?.insert(other);
                    }
                }
            }
            sizes.remove(&(before, other));
            sizes.insert((row.len(), other));
        }
        solved.push((u, terms, right));
    }
    let mut out = vec![Rational::ZERO; unknowns];
    for (u, terms, right) in solved.iter().rev() {
        let mut sum = right.clone();
        for (v, c) in terms.iter().filter(|(v, _)| *v != u) {
            let x = out.get(*v)?;
            if !x.is_zero() {
                sum = &sum - &(x * c);
            }
        }
        *out.get_mut(*u)? = sum.checked_div(terms.get(u)?)?;
    }
    Some(out)
}
