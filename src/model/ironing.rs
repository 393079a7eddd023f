//! Ironed virtual values: constant on intervals, so that they are nondecreasing.
//!
//! With the distribution function `F` as coordinate, `N = −θ(1 − F)` has the virtual value as its slope. The ironed
//! virtual value is the slope of the greatest convex minorant of `N` (Myerson, 1981, section 6). There is one such
//! minorant. It equals `N` but on intervals `[a, b]`, where it is a chord, and [`ironing`] says what makes them the
//! right ones: the chord is not above `N`, and its slopes never decrease.

use crate::exact::Rational;
use crate::kernel::Expr;

use super::claim::{Bound, Comparison, Conjunct};
use super::power::virtual_parts;
use super::setting::{Agent, Setting};
use super::special::{Strictness, nondecreasing};
use super::stretch::{Stretch, along};

/// Where a virtual value is to be ironed, as far as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flats {
    /// On these intervals, in order.
    On(Vec<Flat>),
    /// On some intervals, one of which has an end that is no rational number; these are numbers near its ends.
    Irrational(Flat),
    /// The density has no pieces with numbers.
    Unknown,
}

/// An interval of types on which a virtual value is constant, by the variable that types are written with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flat {
    /// The lower end.
    pub low: Rational,
    /// The upper end.
    pub high: Rational,
}

impl Flat {
    /// `N` at a type.
    fn loss(agent: &Agent, type_: &Expr) -> Expr {
        let mass = agent.cdf.substitute_one(&agent.type_.name, type_);
        mass.minus(&Expr::one()).times(&agent.type_.power.value(type_))
    }

    /// `F(y) − F(a)`.
    fn mass(&self, agent: &Agent, type_: &Expr) -> Expr {
        let at = |e: &Expr| agent.cdf.substitute_one(&agent.type_.name, e);
        at(type_).minus(&at(&Expr::number(self.low.clone())))
    }

    /// `(N(b) − N(a))/(F(b) − F(a))`: the ironed virtual value.
    pub fn level(&self, agent: &Agent) -> Expr {
        let [low, high] = [&self.low, &self.high].map(|end| Expr::number(end.clone()));
        let rise = Self::loss(agent, &high).minus(&Self::loss(agent, &low));
        rise.times(&Expr::inverse(&self.mass(agent, &high)))
    }

    fn contains(&self, type_: &Rational) -> bool {
        self.low <= *type_ && *type_ <= self.high
    }
}

impl Setting {
    /// Ironed virtual value times a weight, and the weight: [`virtual_parts`](Self::virtual_parts), and on each of
    /// the intervals its level and one. The weight is one where the density is a step function.
    pub fn ironed_parts(&self, agent: usize, flats: &[Flat]) -> Option<(Expr, Expr)> {
        let a = self.agents.get(agent)?;
        let Some(stretches) = a.stretches() else {
            return if flats.is_empty() { self.virtual_parts(agent) } else { None };
        };
        let mut ends: Vec<(Rational, bool)> = stretches.iter().map(|s| (s.high.clone(), s.closed)).collect();
        // A flat holds its ends.
        ends.retain(|(end, _)| !flats.iter().any(|flat| flat.contains(end)));
        ends.extend(flats.iter().flat_map(|flat| [(flat.low.clone(), false), (flat.high.clone(), true)]));
        ends.sort();
        let mut low = a.type_.low.as_number()?;
        let (mut values, mut weights) = (Vec::new(), Vec::new());
        for (high, closed) in ends {
            let middle = (&low + &high).halved(1)?;
            let (value, weight) = match flats.iter().find(|flat| flat.contains(&middle)) {
                Some(flat) => (flat.level(a), Expr::one()),
                None => a.virtual_parts_of(stretches.iter().find(|s| middle <= s.high)?),
            };
            if low < high {
                values.push((high.clone(), closed, value));
                weights.push((high.clone(), closed, weight));
            }
            low = high;
        }
        let own = Expr::variable(&a.type_.name);
        Some((along(&own, &values), along(&own, &weights)))
    }

    /// The ironed virtual value; the weight of [`ironed_parts`](Self::ironed_parts) must not be zero.
    pub fn ironed_virtual_value(&self, agent: usize, flats: &[Flat]) -> Option<Expr> {
        let (value, weight) = self.ironed_parts(agent, flats)?;
        Some(value.times(&Expr::inverse(&weight)))
    }
}

impl Agent {
    /// See [`virtual_parts`](Setting::virtual_parts), on a piece of the prior: without a weight where the density
    /// is a number.
    fn virtual_parts_of(&self, stretch: &Stretch) -> (Expr, Expr) {
        let higher = Expr::one().minus(&stretch.cdf);
        match stretch.density.is_zero() {
            true if higher.is_zero() => (self.type_.value(), Expr::one()),
            true => (higher.negated(), Expr::zero()),
            false => virtual_parts(&self.type_, &stretch.density, &higher),
        }
    }
}

/// That the virtual value of an agent, constant on the intervals, is the ironed one: each has types, the intervals
/// are in order, no chord is above `N`, and the slopes do not decrease.
pub fn ironing(setting: &Setting, agent: usize, flats: &[Flat]) -> Option<Vec<Conjunct>> {
    let a = setting.agents.get(agent)?;
    let mut out = Vec::new();
    let mut last = a.type_.low.clone();
    for flat in flats {
        let [low, high] = [&flat.low, &flat.high].map(|end| Expr::number(end.clone()));
        let end = |what: &str, left: &Expr, right: &Expr| {
            Conjunct::relation(what, vec![], left.clone(), Comparison::AtLeast, right.clone())
        };
        out.push(end("an ironed interval against what is below it", &low, &last));
        out.push(end("an ironed interval against the highest type", &a.type_.high, &high));
        let what = "chance of a type in an ironed interval";
        out.push(Conjunct::relation(what, vec![], flat.mass(a, &high), Comparison::Greater, Expr::zero()));
        let inner = Bound {
            name: "y'".into(),
            shown: "y".into(),
            low: low.clone(),
            high: high.clone(),
            ..a.type_.clone()
        };
        let own = Expr::variable(&inner.name);
        let chord = Flat::loss(a, &low).plus(&flat.level(a).times(&flat.mass(a, &own)));
        let what = format!("{}: minus the revenue of a price against the chord", a.name);
        let loss = Flat::loss(a, &own);
        out.push(Conjunct::relation(what, vec![inner], loss, Comparison::AtLeast, chord));
        last = high;
    }
    let what = format!("{}: ironed virtual values of two types", a.name);
    out.push(nondecreasing(a, &setting.ironed_parts(agent, flats)?, Strictness::Weak, what));
    Some(out)
}
