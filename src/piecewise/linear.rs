//! [`Dependency`]: the first linear dependency in a sequence of vectors.

use std::collections::BTreeMap;

use crate::exact::Rational;

/// Vectors that are linearly independent, in echelon form, each with what it is a combination of.
#[derive(Debug, Default)]
pub(super) struct Dependency {
    rows: Vec<Row>,
    added: usize,
}

#[derive(Debug)]
struct Row {
    entries: BTreeMap<usize, Rational>,
    /// The row is the sum of these multiples of the vectors.
    origin: BTreeMap<usize, Rational>,
}

impl Dependency {
    /// Adds a vector, given by its entries; if it depends on the earlier ones, the coefficients of a sum of
    /// all vectors that is zero, in their order.
    pub(super) fn add(&mut self, entries: Vec<(usize, Rational)>) -> Option<Vec<Rational>> {
        let mut row = Row {
            entries: entries.into_iter().filter(|(_, c)| !c.is_zero()).collect(),
            origin: BTreeMap::from([(self.added, Rational::ONE)]),
        };
        self.added += 1;
        for known in &self.rows {
            let Some((place, lead)) = known.entries.first_key_value() else { continue };
            let Some(factor) = row.entries.get(place).and_then(|c| c.checked_div(lead)) else { continue };
            subtract(&mut row.entries, &known.entries, &factor);
            subtract(&mut row.origin, &known.origin, &factor);
        }
        if row.entries.is_empty() {
            let coefficient = |k| row.origin.get(&k).cloned().unwrap_or(Rational::ZERO);
            return Some((0..self.added).map(coefficient).collect());
        }
        // Rows are kept in the order of their first places, so that one pass eliminates.
        let first = row.entries.keys().next().copied();
        let place = self.rows.iter().position(|r| r.entries.keys().next().copied() > first);
        self.rows.insert(place.unwrap_or(self.rows.len()), row);
        None
    }
}

fn subtract(from: &mut BTreeMap<usize, Rational>, what: &BTreeMap<usize, Rational>, factor: &Rational) {
    for (place, c) in what {
        let slot = from.entry(*place).or_insert(Rational::ZERO);
        *slot = &*slot - &(factor * c);
        if slot.is_zero() {
            from.remove(place);
        }
    }
}
