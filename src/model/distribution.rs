//! [`Distribution`]: a prior with a piecewise polynomial density on an interval.

use crate::exact::{Poly, Rational};
use crate::kernel::{Atom, Expr, Name, Node};

use super::claim::{Bound, Claim, Comparison, Conjunct};
use super::power::Power;

/// A prior: density and distribution function as terms in `variable`, on `[low, high]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// The variable of the two terms.
    pub variable: Name,
    /// The type space.
    pub low: Expr,
    /// The type space.
    pub high: Expr,
    /// The density.
    pub density: Expr,
    /// The distribution function.
    pub cdf: Expr,
    /// Values of the variable that have a probability of their own, with these; the density has the rest.
    pub atoms: Vec<(Expr, Expr)>,
}

impl Distribution {
    /// The uniform distribution on `[low, high]`, where `length = high − low` is positive.
    pub fn uniform(low: Expr, high: Expr, length: &Expr) -> Self {
        let density = Expr::inverse(length);
        let variable: Name = "y'".into();
        let cdf = Expr::variable(&variable).minus(&low).times(&density);
        Distribution { variable, low, high, density, cdf, atoms: vec![] }
    }

    /// The same distribution by the variable that types are written with, on `[from, to]`.
    #[must_use]
    pub fn by_variable(self, power: &Power, from: Expr, to: Expr) -> Self {
        if power.is_plain() {
            return self;
        }
        let variable: Name = power.name_for(&self.variable).into();
        let own = Expr::variable(&variable);
        let type_ = power.value(&own);
        let density = self.density_at(&type_).times(&power.slope(&own));
        Distribution { density, cdf: self.cdf_at(&type_), variable, low: from, high: to, atoms: vec![] }
    }

    /// The distribution with a density in `variable` on `[low, high]`.
    pub fn of_density(variable: Name, low: Expr, high: Expr, density: Expr) -> Self {
        let cdf = area(&density, &variable, &low).unwrap_or_else(|| integral(&density, &variable, &low));
        Distribution { variable, low, high, density, cdf, atoms: vec![] }
    }

    /// The distribution with atoms beside the density.
    #[must_use]
    pub fn with_atoms(self, atoms: Vec<(Expr, Expr)>) -> Self {
        let own = Expr::variable(&self.variable);
        let reached = |(point, weight): &(Expr, Expr)| weight.times(&Expr::at_least_zero(&own.minus(point)));
        let cdf = atoms.iter().map(reached).fold(self.cdf.clone(), |sum, e| sum.plus(&e));
        Distribution { cdf, atoms, ..self }
    }

    /// The density at a point.
    pub fn density_at(&self, point: &Expr) -> Expr {
        self.density.substitute_one(&self.variable, point)
    }

    /// The distribution function at a point.
    pub fn cdf_at(&self, point: &Expr) -> Expr {
        self.cdf.substitute_one(&self.variable, point)
    }

    fn bound(&self) -> Bound {
        let shown = self.variable.trim_end_matches('\'').to_owned();
        Bound::interval(self.variable.clone(), shown, self.low.clone(), self.high.clone())
    }

    fn claim(&self, variables: Vec<Bound>, left: Expr, relation: Comparison, right: Expr) -> Claim {
        let conjunct = Conjunct::relation("", variables, left, relation, right);
        Claim::about(&[], &[], vec![conjunct])
    }

    /// `high > low`.
    pub fn is_nonempty(&self) -> Claim {
        self.claim(vec![], self.high.clone(), Comparison::Greater, self.low.clone())
    }

    /// The density is at least zero on the type space.
    pub fn density_is_nonnegative(&self) -> Claim {
        self.claim(vec![self.bound()], self.density.clone(), Comparison::AtLeast, Expr::zero())
    }

    /// The density integrates to one, together with the atoms.
    pub fn mass_is_one(&self) -> Claim {
        let mass = Expr::integral(&self.variable, &self.low, &self.high, &self.density);
        let mass = self.atoms.iter().fold(mass, |sum, (_, weight)| sum.plus(weight));
        self.claim(vec![], mass, Comparison::Equal, Expr::one())
    }

    /// The distribution function is one at the upper end.
    pub fn cdf_ends_at_one(&self) -> Claim {
        self.claim(vec![], self.cdf_at(&self.high), Comparison::Equal, Expr::one())
    }

    /// The distribution function, with quotients in it, begins at zero and has no jump: at each number where a condition
    /// in it begins or ends to hold, the terms on both sides agree with it. Its density is its derivative between these
    /// numbers, so that it is the integral of it. `None` where the conditions are not about numbers.
    pub fn cdf_begins_and_has_no_jump(&self) -> Option<Claim> {
        let own = Expr::variable(&self.variable);
        let atom = own.as_atom()?;
        let (low, high) = (self.low.as_number()?, self.high.as_number()?);
        let end = |a: &Atom| match a.node() {
            Node::Indicator(condition) => {
                let [constant, slope] = condition.poly().coefficients_in(atom).try_into().ok()?;
                Some(-(constant.as_constant()? * slope.as_constant()?.recip()?))
            }
            _ => None,
        };
        let conditions: Vec<&Atom> =
            self.cdf.atoms().filter(|a| matches!(a.node(), Node::Indicator(_))).collect();
        let mut ends: Vec<Rational> = conditions.into_iter().map(end).collect::<Option<_>>()?;
        ends.retain(|e| low < *e && *e < high);
        ends.extend([low, high]);
        ends.sort();
        ends.dedup();
        let near = |point: &Rational| {
            self.cdf.replace_atoms(|a| {
                let Node::Indicator(condition) = a.node() else { return None };
                let value = condition.poly().evaluate(|b| (b == atom).then(|| point.clone()))?;
                Some(if value.is_negative() { Expr::zero() } else { Expr::one() })
            })
        };
        let mut conjuncts =
            vec![Conjunct::relation("", vec![], self.cdf_at(&self.low), Comparison::Equal, Expr::zero())];
        for (from, to) in ends.iter().zip(ends.iter().skip(1)) {
            let piece = near(&(from + to).halved(1)?);
            for end in [from, to].map(|end| Expr::number(end.clone())) {
                let there = piece.substitute_one(&self.variable, &end);
                conjuncts.push(Conjunct::relation("", vec![], there, Comparison::Equal, self.cdf_at(&end)));
            }
        }
        Some(Claim::about(&[], &[], conjuncts))
    }

    /// The distribution function is the integral of its density from the lower end: it begins at zero
    /// and has no jump.
    pub fn cdf_has_no_jump(&self) -> Claim {
        let integral = integral(&self.density, &self.variable, &self.low);
        self.claim(vec![self.bound()], self.cdf.clone(), Comparison::Equal, integral)
    }
}

/// `∫_low^y e` as a term in the variable `y`.
fn integral(e: &Expr, variable: &Name, low: &Expr) -> Expr {
    let inner = "z'";
    let at_inner = e.substitute_one(variable, &Expr::variable(inner));
    Expr::integral(inner, low, &Expr::variable(variable), &at_inner)
}

/// The same for `y ≥ low` without an integral in the answer, where `e` is made of powers of `y` on intervals
/// between numbers: what is below `y` of each interval is cut off at its ends.
fn area(e: &Expr, variable: &Name, low: &Expr) -> Option<Expr> {
    let low = low.as_number()?;
    let own = Expr::variable(variable);
    let atom = own.as_atom()?;
    e.terms().try_fold(Expr::zero(), |sum, (monomial, c)| {
        let (mut from, mut to): (Rational, Option<Rational>) = (low.clone(), None);
        let mut integrand = Expr::number(c.clone());
        for (factor, exponent) in monomial.factors() {
            match factor.node() {
                Node::Indicator(condition) if condition.mentions_variable(variable) => {
                    let [constant, slope] = condition.poly().coefficients_in(atom).try_into().ok()?;
                    let (constant, slope) = (constant.as_constant()?, slope.as_constant()?);
                    let end = -(constant * slope.recip()?);
                    match slope.is_positive() {
                        true => from = from.max(end),
                        false => to = Some(to.map_or(end.clone(), |to| to.min(end))),
                    }
                }
                _ if factor == atom || !factor.mentions_variable(variable) => {
                    integrand = integrand.times(&Expr::from(factor).pow(exponent));
                }
                _ => return None,
            }
        }
        if to.as_ref().is_some_and(|to| *to <= from) {
            return Some(sum);
        }
        let below = to.map_or(own.clone(), |to| own.minimum(&Expr::number(to)));
        let start = Expr::number(from.clone());
        let below = if from > low { below.maximum(&start) } else { below };
        let inner = "z'";
        let at_inner = integrand.substitute_one(variable, &Expr::variable(inner));
        Some(sum.plus(&Expr::integral(inner, &start, &below, &at_inner)))
    })
}

/// The same for terms that also have reciprocals of polynomials in the variable, which are nowhere zero where the term
/// is used.
pub fn derivative_of_quotient(e: &Expr, variable: &str) -> Option<Expr> {
    let own = Expr::variable(variable);
    let atom = own.atoms().next()?;
    let mut sum = Expr::zero();
    let mut reciprocals: Vec<&Atom> = Vec::new();
    for a in e.atoms().filter(|a| *a != atom && a.mentions_variable(variable)) {
        match a.node() {
            Node::Indicator(_) => {}
            Node::Inverse(d) if d.atoms().all(|b| b == atom || !b.mentions_variable(variable)) => {
                if !reciprocals.contains(&a) {
                    reciprocals.push(a);
                }
            }
            _ => return None,
        }
    }
    sum = sum.plus(&Expr::from(e.poly().derivative(atom)));
    for a in reciprocals {
        // (1/d)' = −d'/d²
        let Node::Inverse(d) = a.node() else { return None };
        let inner = Expr::from(d.poly().derivative(atom)).times(&Expr::from(a).pow(2)).negated();
        sum = sum.plus(&Expr::from(e.poly().derivative(a)).times(&inner));
    }
    Some(sum)
}

/// The derivative between the break points of a polynomial with indicators in one variable; `None` where the
/// variable occurs in anything else.
pub fn derivative(e: &Expr, variable: &str) -> Option<Expr> {
    let own = Expr::variable(variable);
    let atom = own.atoms().next()?;
    let plain =
        |a: &Atom| a == atom || !a.mentions_variable(variable) || matches!(a.node(), Node::Indicator(_));
    if !e.atoms().all(plain) {
        return None;
    }
    let p: Poly<_> = e.poly().derivative(atom);
    Some(Expr::from(p))
}
