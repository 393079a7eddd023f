//! [`Power`]: how a type is made of the variable that formulas have in its place.
//!
//! A prior such as `cdf y^(1/2)` has no polynomial density in the type, and perhaps one that is not bounded. In
//! `s = y^(1/2)` its distribution function is a polynomial, and so are the type `s^2` and the order of types. So
//! formulas speak of `s`: *for all types* is *for all s*, and an expectation is an integral over `s` by the density
//! of `s`. Each type of the type space is `s^2` for just one `s ≥ 0`.

use crate::exact::{Monomial, Poly, Rational};
use crate::kernel::{Atom, Expr, Node};

use super::claim::Bound;
use super::radical::{power_of_integer, root_of};

/// A type is `origin + scale·s^exponent`, where `s ≥ 0` is the variable of formulas and `scale > 0`. With the
/// exponent one, the type is the variable itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Power {
    origin: Rational,
    scale: Rational,
    exponent: u32,
}

impl Default for Power {
    fn default() -> Self {
        Power { origin: Rational::ZERO, scale: Rational::ONE, exponent: 1 }
    }
}

impl Power {
    /// `origin + scale·s^exponent`, for an exponent above one and a positive scale.
    pub fn new(origin: Rational, scale: Rational, exponent: u32) -> Option<Self> {
        (exponent > 1 && scale.is_positive()).then_some(Power { origin, scale, exponent })
    }

    /// Whether the type is the variable itself.
    pub fn is_plain(&self) -> bool {
        self.exponent == 1
    }

    /// The exponent.
    pub fn exponent(&self) -> u32 {
        self.exponent
    }

    /// The scale.
    pub fn scale(&self) -> &Rational {
        &self.scale
    }

    /// The type that a variable stands for.
    pub fn value(&self, variable: &Expr) -> Expr {
        if self.is_plain() {
            return variable.clone();
        }
        variable.pow(self.exponent).scaled(&self.scale).plus(&Expr::number(self.origin.clone()))
    }

    /// How fast the type moves with the variable: its derivative.
    pub fn slope(&self, variable: &Expr) -> Expr {
        if self.is_plain() {
            return Expr::one();
        }
        let degree = Rational::from(i64::from(self.exponent));
        variable.pow(self.exponent - 1).scaled(&(&self.scale * &degree))
    }

    /// The variable's value at a type, if both are rational.
    pub fn variable_at(&self, type_: &Rational) -> Option<Rational> {
        if self.is_plain() {
            return Some(type_.clone());
        }
        rational_root(&(&(type_ - &self.origin) * &self.scale.recip()?), self.exponent)
    }

    /// `(type − origin)/scale`, of which the variable is the root.
    pub fn power_of_variable(&self, type_: &Expr) -> Expr {
        let shifted = type_.minus(&Expr::number(self.origin.clone()));
        self.scale.recip().map_or_else(|| shifted.clone(), |k| shifted.scaled(&k))
    }

    /// The name of the variable for a type.
    pub fn name_for(&self, type_: &str) -> String {
        if self.is_plain() { type_.to_owned() } else { format!("{type_}^(1/{})", self.exponent) }
    }

    /// What the variable is the root of, as it is written: `v`, `(v - 1)`, `(v/2)`.
    pub fn base_shown(&self, type_: &str) -> String {
        let shifted = match (self.origin.is_zero(), self.origin.is_negative()) {
            (true, _) => type_.to_owned(),
            (_, false) => format!("({type_} - {})", self.origin),
            (_, true) => format!("({type_} + {})", self.origin.abs()),
        };
        match (self.scale.is_one(), self.scale.is_integer()) {
            (true, _) => shifted,
            (_, true) => format!("({shifted}/{})", self.scale),
            (_, false) => format!("({shifted}/({}))", self.scale),
        }
    }
}

/// The root of a rational that is at least zero, if it is rational.
pub fn rational_root(c: &Rational, index: u32) -> Option<Rational> {
    root_of(c, index)?.0.as_number()
}

/// `c` and the root of `s^k·t^l…` for the term `c·s^k·t^l…`, where the names are variables of types that are powers,
/// and so at least zero, and the index divides the exponents.
pub fn root_of_powers(e: &Expr, index: u32, types: &[Bound]) -> Option<(Rational, Expr)> {
    let mut terms = e.terms();
    let (monomial, c) = terms.next()?;
    if terms.next().is_some() {
        return None;
    }
    let mut out = Expr::one();
    for (atom, exponent) in monomial.factors() {
        let Node::Variable(name) = atom.node() else { return None };
        let known = types.iter().any(|b| b.name == *name && !b.power.is_plain());
        if !known || exponent % index != 0 {
            return None;
        }
        out = out.times(&Expr::variable(name).pow(exponent / index));
    }
    Some((c.clone(), out))
}

/// The root of a number that is a product of roots, if that is one of the same roots.
fn root_of_radicals(e: &Expr, index: u32) -> Option<Expr> {
    let (number, index) = power_of_integer(e, index)?;
    let (root, _) = root_of(&number, index)?;
    let known = e.free_names();
    root.free_names().iter().all(|name| known.contains(name)).then_some(root)
}

/// A term with the sign of this one, wherever the variables of types are at least zero: `s − t` for `s^2 − t^2`, and
/// `s − 1/2` for `s^2 − 1/4`. So what compares types compares their variables.
pub fn compared(e: &Expr, types: &[Bound]) -> Expr {
    let Some(index) = types.iter().map(|b| b.power.exponent()).find(|k| *k > 1) else { return e.clone() };
    let side = |(m, c): (&Monomial<Atom>, &Rational)| {
        let term = Expr::from(Poly::term(m.clone(), Rational::ONE));
        Some((c.clone(), root_of_powers(&term, index, types)?.1))
    };
    let parts: Vec<Expr> = e.terms().map(|(m, c)| Expr::from(Poly::term(m.clone(), c.clone()))).collect();
    if let [a, b] = parts.as_slice() {
        // A power against a number in roots.
        for (power, number) in [(a, b), (b, a)].iter().filter(|(_, number)| number.as_number().is_none()) {
            let Some((c, root)) = root_of_powers(power, index, types) else { continue };
            let against = number.negated().scaled(&c.recip().unwrap_or(Rational::ZERO));
            if let Some(radical) = root_of_radicals(&against, index) {
                let lead = root.minus(&radical);
                return if c.is_negative() { lead.negated() } else { lead };
            }
        }
    }
    let sides: Option<Vec<(Rational, Expr)>> =
        if parts.len() > 2 { None } else { e.terms().map(side).collect() };
    let simpler = match sides.as_deref() {
        Some([(c, m)]) => Some(if c.is_negative() { m.negated() } else { m.clone() }),
        Some([(c, m), (d, n)]) if c.is_negative() != d.is_negative() => {
            let ratio = (-d).checked_div(c).and_then(|ratio| rational_root(&ratio, index));
            let lead = ratio.map(|ratio| m.minus(&n.scaled(&ratio)));
            lead.map(|lead| if c.is_negative() { lead.negated() } else { lead })
        }
        _ => None,
    };
    simpler.unwrap_or_else(|| e.clone())
}

/// `θ f − (1 − F)` and `f`, for the type `θ`, each times one positive term, given the density of the variable and
/// `1 − F`. With `θ = φ(s)` the density of the type is that of `s` over `φ'(s)`; powers of `s` that both have are
/// cancelled, so that where `s` is zero the two say what they say nearby.
pub(super) fn virtual_parts(type_: &Bound, density: &Expr, higher: &Expr) -> (Expr, Expr) {
    let own = Expr::variable(&type_.name);
    let (density, slope) = type_.power.cancelled(&own, density);
    // A power of the variable is zero at the lowest type alone, and some type is higher.
    let never = !type_.power.is_plain() && density.size() == 1 && density.is_polynomial();
    let none = match never {
        true => Expr::zero(),
        false => Expr::is_zero_indicator(&density).times(&Expr::is_zero_indicator(higher)),
    };
    let p = type_.value().times(&density).minus(&higher.times(&slope));
    if let Some(parts) = without_quotients(&p, &density, &own) {
        return parts;
    }
    match density.as_number().and_then(|f| f.recip()) {
        Some(k) => (p.scaled(&k), Expr::one()),
        // Where there is nobody and no type is higher, both parts of `p` and the density are zero.
        None => (p.plus(&type_.value().times(&none)), density.plus(&none)),
    }
}

/// Two terms in a variable times the squares of the divisors in them, which are nowhere zero: without quotients. `None`
/// if there are none, or if conditions say where the divisors matter.
fn without_quotients(p: &Expr, f: &Expr, own: &Expr) -> Option<(Expr, Expr)> {
    let name = own.as_variable()?;
    let inverses: Vec<&Atom> = p
        .atoms()
        .chain(f.atoms())
        .filter(|a| a.mentions_variable(name) && own.as_atom() != Some(a))
        .collect();
    let plain = |a: &&Atom| matches!(a.node(), Node::Inverse(d) if d.is_polynomial());
    if inverses.is_empty() || !inverses.iter().all(plain) {
        return None;
    }
    let (mut p, mut f) = (p.clone(), f.clone());
    for a in inverses {
        let Node::Inverse(divisor) = a.node() else { return None };
        let highest = p.poly().degree_in(a).max(f.poly().degree_in(a));
        let even = highest + highest % 2;
        let times = |e: &Expr| {
            let coefficients = e.poly().coefficients_in(a).into_iter().zip(0_u32..);
            coefficients.fold(Expr::zero(), |sum, (c, k)| {
                sum.plus(&Expr::from(c).times(&divisor.pow(even.saturating_sub(k))))
            })
        };
        if highest > 0 {
            (p, f) = (times(&p), times(&f));
        }
    }
    Some((p, f))
}

impl Power {
    /// The density of the variable and the slope, divided by the highest power of the variable that divides both.
    pub fn cancelled(&self, variable: &Expr, density: &Expr) -> (Expr, Expr) {
        let Some(atom) = variable.as_atom().filter(|_| !self.is_plain()) else {
            return (density.clone(), self.slope(variable));
        };
        let degree = |m: &Monomial<Atom>| m.factors().find(|(a, _)| *a == atom).map_or(0, |(_, k)| k);
        let common = density.terms().map(|(m, _)| degree(m)).min().unwrap_or(0).min(self.exponent - 1);
        let divided = |e: &Expr| {
            e.terms().fold(Expr::zero(), |sum, (m, c)| {
                let factors = m.factors().map(|(a, k)| (a, if a == atom { k - common } else { k }));
                let term = factors.fold(Expr::one(), |p, (a, k)| p.times(&Expr::from(a).pow(k)));
                sum.plus(&term.scaled(c))
            })
        };
        let (density, slope) = (divided(density), divided(&self.slope(variable)));
        if density.atoms().all(|a| a == atom) {
            return (density, slope);
        }
        // By cases, the density may be zero where the variable is, and the slope must not be then.
        let both = Expr::is_zero_indicator(&density).times(&Expr::is_zero_indicator(&slope));
        (density, slope.plus(&both))
    }
}
