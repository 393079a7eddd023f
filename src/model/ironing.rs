//! Ironed virtual values: constant on intervals, so that they are nondecreasing.
//!
//! With the distribution function `F` as coordinate, `N = −θ(1 − F)` has the virtual value as its slope. The ironed
//! virtual value is the slope of the greatest convex minorant of `N` (Myerson, 1981, section 6). There is one such
//! minorant. It equals `N` but on intervals `[a, b]`, where it is a chord, and [`ironing`] says what makes them the
//! right ones: the chord is not above `N`, and its slopes never decrease.

use crate::exact::Rational;
use crate::kernel::Expr;

use super::claim::{Bound, Charge, Comparison, Conjunct};
use super::common::without_common_factor;
use super::distribution::derivative;
use super::setting::{Agent, Setting};
use super::special::{Strictness, nondecreasing};
use super::stretch::{Stretch, along, coefficients};

/// Where a virtual value is to be ironed, as far as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flats {
    /// On these intervals, in order.
    On(Vec<Flat>),
    /// On some intervals, for one of which it was not found what numbers its ends are; these are near.
    Between(Rational, Rational),
    /// The density has no pieces with numbers.
    Unknown,
}

/// An interval of types on which a virtual value is constant, by the variable that types are written with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flat {
    /// The lower end.
    pub low: Edge,
    /// The upper end.
    pub high: Edge,
    /// The ironed virtual value, if it is not to be written as a quotient.
    pub level: Option<Expr>,
    /// Roots that these mention.
    pub roots: Vec<Charge>,
}

/// An end of an interval of types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The type, a number in roots.
    pub at: Expr,
    /// A number near it: in which order ends are written down. That they are in this order is an obligation.
    pub near: Rational,
}

impl Edge {
    /// Whether the number near it is the end itself.
    fn is_exact(&self) -> bool {
        self.at.as_number().as_ref() == Some(&self.near)
    }
}

impl From<Rational> for Edge {
    fn from(number: Rational) -> Self {
        Edge { at: Expr::number(number.clone()), near: number }
    }
}

impl Flat {
    /// `N` at a type.
    fn loss(agent: &Agent, type_: &Expr) -> Expr {
        let mass = agent.cdf.substitute_one(&agent.type_.name, type_);
        mass.minus(&Expr::one()).times(&agent.type_.power.value(type_))
    }

    /// An interval with rational ends.
    pub fn rational(low: Rational, high: Rational) -> Self {
        Flat { low: low.into(), high: high.into(), level: None, roots: vec![] }
    }

    /// `F(y) − F(a)`.
    fn mass(&self, agent: &Agent, type_: &Expr) -> Expr {
        let at = |e: &Expr| agent.cdf.substitute_one(&agent.type_.name, e);
        at(type_).minus(&at(&self.low.at))
    }

    /// `N(b) − N(a)`
    fn rise(&self, agent: &Agent) -> Expr {
        Self::loss(agent, &self.high.at).minus(&Self::loss(agent, &self.low.at))
    }

    /// `(N(b) − N(a))/(F(b) − F(a))`: the ironed virtual value.
    pub fn level(&self, agent: &Agent) -> Expr {
        match &self.level {
            Some(level) => level.clone(),
            None => self.rise(agent).times(&Expr::inverse(&self.mass(agent, &self.high.at))),
        }
    }

    pub(super) fn contains(&self, type_: &Rational) -> bool {
        self.low.near <= *type_ && *type_ <= self.high.near
    }
}

/// The upper ends of the pieces of a prior and of both sides of ironed intervals, in order, and whether they are in what lies
/// below them.
pub(super) fn ends(stretches: &[Stretch], flats: &[Flat]) -> Vec<(Edge, bool)> {
    let mut ends: Vec<(Edge, bool)> = stretches.iter().map(|s| (s.high.clone().into(), s.closed)).collect();
    // A flat holds its ends.
    ends.retain(|(end, _)| !flats.iter().any(|flat| flat.contains(&end.near)));
    ends.extend(flats.iter().flat_map(|flat| [(flat.low.clone(), false), (flat.high.clone(), true)]));
    ends.sort_by(|(a, p), (b, q)| (&a.near, p).cmp(&(&b.near, q)));
    ends
}

impl Setting {
    /// Ironed virtual value times a weight, and the weight: [`virtual_parts`](Self::virtual_parts), and on each of
    /// the intervals its level and one. The weight is one where the density is a step function.
    pub fn ironed_parts(&self, agent: usize, flats: &[Flat]) -> Option<(Expr, Expr)> {
        let a = self.agents.get(agent)?;
        let Some(stretches) = a.stretches() else {
            return if flats.is_empty() { self.virtual_parts(agent) } else { None };
        };
        let mut low = a.type_.low.as_number()?;
        let (mut values, mut weights) = (Vec::new(), Vec::new());
        for (Edge { at, near: high }, closed) in ends(&stretches, flats) {
            let middle = (&low + &high).halved(1)?;
            let (value, weight) = match flats.iter().find(|flat| flat.contains(&middle)) {
                Some(flat) => (flat.level(a), Expr::one()),
                None => a.virtual_parts_of(stretches.iter().find(|s| middle <= s.high)?),
            };
            if low < high {
                values.push((at.clone(), closed, value));
                weights.push((at, closed, weight));
            }
            low = high;
        }
        let own = Expr::variable(&a.type_.name);
        Some((along(&own, &values), along(&own, &weights)))
    }

    /// Terms that compare two agents as their virtual values do, if these, ironed on some intervals, do not decrease: the types
    /// themselves where the types are drawn alike and no virtual value is constant anywhere.
    pub(super) fn compared_as_virtual_values(&self, i: usize, j: usize, flats: &[Vec<Flat>]) -> Option<Expr> {
        let (a, b) = (self.agents.get(i)?, self.agents.get(j)?);
        let regular = [i, j].iter().all(|k| flats.get(*k).is_some_and(Vec::is_empty));
        let by_type = regular && a.is_like(b) && a.varies();
        by_type.then(|| a.type_.value().minus(&b.type_.value()))
    }

    /// The ironed virtual value; the weight of [`ironed_parts`](Self::ironed_parts) must not be zero.
    pub fn ironed_virtual_value(&self, agent: usize, flats: &[Flat]) -> Option<Expr> {
        let (value, weight) = self.ironed_parts(agent, flats)?;
        Some(value.times(&Expr::inverse(&weight)))
    }
}

impl Agent {
    /// Whether another agent's type is drawn alike.
    fn is_like(&self, other: &Self) -> bool {
        let (own, theirs) = (&self.type_, &other.type_);
        let renamed = |e: &Expr| e.substitute_one(&theirs.name, &Expr::variable(&own.name));
        let continuous = [self, other].iter().all(|a| !a.type_.points.is_finite() && a.atoms.is_empty());
        let space = (&own.low, &own.high, &own.power) == (&theirs.low, &theirs.high, &theirs.power);
        continuous && space && self.density == renamed(&other.density) && self.cdf == renamed(&other.cdf)
    }

    /// Whether the virtual value increases strictly if it does not decrease: on no piece of the prior it is constant.
    fn varies(&self) -> bool {
        if self.uniform_virtual_value().is_some() {
            return true;
        }
        let name = &self.type_.name;
        let slope = |stretch: &Stretch| {
            let (p, f) = self.virtual_parts_of(stretch);
            let slope = derivative(&p, name)?.times(&f).minus(&derivative(&f, name)?.times(&p));
            coefficients(&slope, name)
        };
        let moves = |line: Vec<Rational>| line.iter().any(|c| !c.is_zero());
        self.stretches().is_some_and(|all| all.iter().all(|s| slope(s).is_some_and(moves)))
    }

    /// See [`virtual_parts`](Setting::virtual_parts), on a piece of the prior, divided by what both parts have in common: that
    /// is zero nowhere between the ends of a piece with types, since there are higher types there. So both are zero nowhere, and
    /// say at the highest type what they say nearby. The weight is one where it is a number.
    fn virtual_parts_of(&self, stretch: &Stretch) -> (Expr, Expr) {
        let higher = Expr::one().minus(&stretch.cdf);
        if stretch.density.is_zero() {
            return match higher.is_zero() {
                true => (self.type_.value(), Expr::one()),
                false => (higher.negated(), Expr::zero()),
            };
        }
        let own = Expr::variable(&self.type_.name);
        let (density, slope) = self.type_.power.cancelled(&own, &stretch.density);
        let p = self.type_.value().times(&density).minus(&higher.times(&slope));
        let inside = (&stretch.low + &stretch.high).halved(1);
        let divided = inside.and_then(|inside| without_common_factor(&p, &density, &own, &inside));
        let (p, f) = divided.unwrap_or((p, density));
        match f.as_number().and_then(|f| f.recip()) {
            Some(scale) => (p.scaled(&scale), Expr::one()),
            None => (p, f),
        }
    }

    /// The virtual value and what it divides by, piece by piece; the second is zero where there are no types, and the first
    /// means nothing there. `None` where the lowest type has a density of its own.
    pub(super) fn virtual_quotient(&self) -> Option<(Expr, Expr)> {
        let own = self.type_.value();
        let (mut values, mut divisors) = (Vec::new(), Vec::new());
        let stretches = self.stretches()?;
        if !stretches.first().is_some_and(|first| self.begins_with(first)) {
            return None;
        }
        for stretch in stretches {
            let (p, f) = match stretch.density.is_zero() {
                true => (own.clone(), Expr::zero()),
                false => self.virtual_parts_of(&stretch),
            };
            let rest = own.times(&f).minus(&p);
            let value = match f.as_number() {
                Some(_) => p,
                None => own.minus(&rest.times(&Expr::inverse(&f))),
            };
            let end = Expr::number(stretch.high);
            values.push((end.clone(), stretch.closed, value));
            divisors.push((end, stretch.closed, f));
        }
        let own = Expr::variable(&self.type_.name);
        Some((along(&own, &values), along(&own, &divisors)))
    }
}

/// That ends stand to each other and to the pieces of the prior as the numbers near them: formulas are written down in the
/// order of these.
fn order(agent: &Agent, flats: &[Flat]) -> Option<Vec<Conjunct>> {
    let what = "an end of an ironed interval against a piece of the prior";
    let at_least = |left: &Expr, right: &Expr| {
        Conjunct::relation(what, vec![], left.clone(), Comparison::AtLeast, right.clone())
    };
    let edges: Vec<&Edge> = flats.iter().flat_map(|flat| [&flat.low, &flat.high]).collect();
    let mut out = Vec::new();
    for (edge, next) in edges.iter().zip(edges.iter().skip(1)) {
        if [edge, next].iter().any(|e| !e.is_exact()) {
            out.push(at_least(&Expr::number(next.near.clone()), &Expr::number(edge.near.clone())));
        }
    }
    for edge in edges.iter().filter(|e| !e.is_exact()) {
        let ends = agent.stretches()?.into_iter().map(|s| s.high);
        for end in agent.type_.low.as_number().into_iter().chain(ends) {
            let piece = Expr::number(end.clone());
            if edge.near <= end {
                out.push(at_least(&piece, &edge.at));
            }
            if edge.near >= end {
                out.push(at_least(&edge.at, &piece));
            }
        }
    }
    Some(out)
}

/// That the virtual value of an agent, constant on the intervals, is the ironed one: each has types, the intervals
/// are in order, no chord is above `N`, and the slopes do not decrease.
pub fn ironing(setting: &Setting, agent: usize, flats: &[Flat]) -> Option<Vec<Conjunct>> {
    let a = setting.agents.get(agent)?;
    let mut out = Vec::new();
    out.extend(order(a, flats)?);
    let mut last = a.type_.low.clone();
    for flat in flats {
        let [low, high] = [&flat.low, &flat.high].map(|end| end.at.clone());
        let end = |what: &str, left: &Expr, right: &Expr| {
            Conjunct::relation(what, vec![], left.clone(), Comparison::AtLeast, right.clone())
        };
        out.push(end("an ironed interval against what is below it", &low, &last));
        out.push(end("an ironed interval against the highest type", &a.type_.high, &high));
        let what = "chance of a type in an ironed interval";
        out.push(Conjunct::relation(what, vec![], flat.mass(a, &high), Comparison::Greater, Expr::zero()));
        if let Some(level) = &flat.level {
            let what = "the slope of the chord against its rise";
            let along = level.times(&flat.mass(a, &high));
            out.push(Conjunct::relation(what, vec![], along, Comparison::Equal, flat.rise(a)));
        }
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
