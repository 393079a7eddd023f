//! [`Stretch`]: a prior with a piecewise polynomial density, piece by piece.

use crate::exact::{Poly, Rational};
use crate::kernel::{Atom, Expr, Node};

use super::power::rational_root;
use super::setting::Agent;

/// An interval of types on which density and distribution function are polynomials in the type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The lower end.
    pub low: Rational,
    /// The upper end.
    pub high: Rational,
    /// Whether the upper end is in the interval, and not in the next one.
    pub closed: bool,
    /// The density.
    pub density: Expr,
    /// The distribution function.
    pub cdf: Expr,
}

impl Agent {
    /// The prior piece by piece, from the lowest type to the highest; `None` where its pieces do not lie between
    /// numbers, or a single type is a piece of its own.
    pub fn stretches(&self) -> Option<Vec<Stretch>> {
        let own = Expr::variable(&self.type_.name);
        let own = own.as_atom()?;
        let (low, high) = (self.type_.low.as_number()?, self.type_.high.as_number()?);
        let mut ends = vec![low.clone(), high.clone()];
        for atom in self.density.atoms().chain(self.cdf.atoms()) {
            match atom.node() {
                Node::Indicator(condition) => {
                    let end = self.end_of(own, condition)?;
                    ends.push(end.max(low.clone()).min(high.clone()));
                }
                _ if atom == own => {}
                _ => return None,
            }
        }
        ends.sort();
        ends.dedup();
        let inside: Vec<Rational> = ends.iter().zip(ends.iter().skip(1)).filter_map(middle).collect();
        let mut out = Vec::new();
        for (k, (point, (low, high))) in inside.iter().zip(ends.iter().zip(ends.iter().skip(1))).enumerate() {
            let [density, cdf] = self.near(own, point);
            // The distribution function has no jump, so that only the density tells the pieces apart there.
            let [at_end, _] = self.near(own, high);
            let closed = at_end == density;
            let continues = inside
                .get(k + 1)
                .is_none_or(|next| self.near(own, next).first().is_some_and(|d| *d == at_end));
            if !closed && !continues {
                return None;
            }
            out.push(Stretch { low: low.clone(), high: high.clone(), closed, density, cdf });
        }
        Some(out)
    }

    /// Whether the lowest type has the density of those above it.
    pub(super) fn begins_with(&self, first: &Stretch) -> bool {
        let own = Expr::variable(&self.type_.name);
        own.as_atom().is_some_and(|own| self.near(own, &first.low).first() == Some(&first.density))
    }

    /// Where a condition begins or ends to hold, if it compares the type with a number.
    fn end_of(&self, own: &Atom, condition: &Expr) -> Option<Rational> {
        let coefficients = condition.poly().coefficients_in(own);
        let (constant, rest) = coefficients.split_first()?;
        let (slope, between) = rest.split_last()?;
        let end = -(constant.as_constant()? * slope.as_constant()?.recip()?);
        match rest.len() {
            1 => Some(end),
            n if between.iter().all(|c| c.as_constant().is_some_and(|c| c.is_zero())) => {
                // The variable is at least zero.
                let exponent = u32::try_from(n).ok().filter(|n| *n == self.type_.power.exponent())?;
                if end.is_negative() { Some(Rational::ZERO) } else { rational_root(&end, exponent) }
            }
            _ => None,
        }
    }

    /// Density and distribution function with the indicators as they are at a type.
    fn near(&self, own: &Atom, point: &Rational) -> [Expr; 2] {
        let truth = |atom: &Atom| {
            let Node::Indicator(condition) = atom.node() else { return None };
            let value = condition.poly().evaluate(|a| (a == own).then(|| point.clone()))?;
            Some(if value.is_negative() { Expr::zero() } else { Expr::one() })
        };
        [&self.density, &self.cdf].map(|e| e.replace_atoms(truth))
    }
}

fn middle((low, high): (&Rational, &Rational)) -> Option<Rational> {
    (low + high).halved(1)
}

/// The coefficients of a polynomial in one variable, lowest first.
pub fn coefficients(e: &Expr, variable: &str) -> Option<Vec<Rational>> {
    let own = Expr::variable(variable);
    e.poly().coefficients_in(own.as_atom()?).iter().map(Poly::as_constant).collect()
}

/// A term that is given piece by piece: for each piece its upper end, whether that is in it, and the term there.
pub(super) fn along(own: &Expr, pieces: &[(Expr, bool, Expr)]) -> Expr {
    let first = pieces.first().map_or_else(Expr::zero, |(_, _, e)| e.clone());
    pieces.iter().zip(pieces.iter().skip(1)).fold(first, |sum, ((end, closed, before), (_, _, after))| {
        let beyond = own.minus(end);
        let reached = if *closed { Expr::positive(&beyond) } else { Expr::at_least_zero(&beyond) };
        sum.plus(&reached.times(&after.minus(before)))
    })
}
