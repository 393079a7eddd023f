//! [`Points`]: the elements of a finite range. What is said for all of them is written out.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::exact::Rational;
use crate::kernel::{Expr, Name};

use super::claim::{Bound, own_name};

/// An element of a finite range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// The number that stands for it in terms.
    pub value: Rational,
    /// How the user writes it: the number, or a name.
    pub shown: String,
}

/// The elements of a finite range in the order of their numbers; an interval has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Points(Option<Arc<Vec<Point>>>);

impl Points {
    /// A finite range. The points are in increasing order and at least one.
    pub fn of(points: Vec<Point>) -> Self {
        Points(Some(Arc::new(points)))
    }

    /// The points; none for an interval.
    pub fn all(&self) -> &[Point] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Whether this is a finite range.
    pub fn is_finite(&self) -> bool {
        self.0.is_some()
    }

    /// Whether the points have names, which are not to be calculated with.
    pub fn are_named(&self) -> bool {
        self.all().iter().any(|p| p.shown != p.value.to_string())
    }

    /// How the user writes the point of a number.
    pub fn shown(&self, value: &Rational) -> Option<&str> {
        self.all().iter().find(|p| p.value == *value).map(|p| p.shown.as_str())
    }

    /// The term that is `terms[k]` at point k: the first term, and at each further point what is added there.
    pub fn table(&self, variable: &Expr, terms: &[Expr]) -> Expr {
        let mut out = Expr::zero();
        let mut before: Option<&Expr> = None;
        for (point, term) in self.all().iter().zip(terms) {
            match before {
                None => out = term.clone(),
                Some(before) => {
                    let reached = Expr::at_least_zero(&variable.minus(&Expr::number(point.value.clone())));
                    out = out.plus(&reached.times(&term.minus(before)));
                }
            }
            before = Some(term);
        }
        out
    }
}

/// The name of an open value of an agent, which no user can write.
pub fn cell_name(setting: &str, agent: &str, type_: &Rational, outcome: &Rational) -> Name {
    own_name("cell", &[setting, agent, &type_.to_string(), &outcome.to_string()])
}

/// Every choice of one point for each of the finite ranges among some.
pub fn choices(bounds: &[Bound]) -> Vec<BTreeMap<Name, Expr>> {
    let mut out = vec![BTreeMap::new()];
    for bound in bounds.iter().filter(|b| b.points.is_finite()) {
        let extend = |choice: &BTreeMap<Name, Expr>| -> Vec<BTreeMap<Name, Expr>> {
            let with = |point: &Point| {
                let mut choice = choice.clone();
                choice.insert(bound.name.clone(), Expr::number(point.value.clone()));
                choice
            };
            bound.points.all().iter().map(with).collect()
        };
        out = out.iter().flat_map(extend).collect();
    }
    out
}

/// How many choices there are.
pub fn count_of_choices(bounds: &[Bound]) -> usize {
    let finite = bounds.iter().filter(|b| b.points.is_finite());
    finite.fold(1, |product, b| product.saturating_mul(b.points.all().len()))
}
