//! Products of conditions on one quantity: [`absorbed`] leaves out those that follow from another one.

use crate::exact::{Monomial, Poly, Rational};
use crate::kernel::{Atom, Expr, Node};

/// The same function in fewer factors: `[e >= a]*[e >= b]` is `[e >= b]` for `a <= b`, and `[e >= a]*[e <= b]` is zero for
/// `a > b`. So branches that are told apart by one quantity have two conditions each, however many there are.
pub fn absorbed(e: &Expr) -> Expr {
    let conditions = |m: &Monomial<Atom>| {
        m.factors().filter(|(a, _)| matches!(a.node(), Node::Indicator(_))).nth(1).is_some()
    };
    if !e.terms().any(|(m, _)| conditions(m)) {
        return e.clone();
    }
    let terms = e.terms().filter_map(|(m, c)| Some((strongest(m)?, c.clone())));
    Expr::from(Poly::of_terms(terms.collect()))
}

/// A condition `direction·(form + constant) >= 0`, where the leading coefficient of the form is one.
struct Bound {
    form: Poly<Atom>,
    upwards: bool,
    constant: Rational,
}

impl Bound {
    fn of(argument: &Expr) -> Option<Self> {
        let unit = Monomial::one();
        let constant = argument.poly().coefficient(&unit);
        let rest = argument.poly().minus(&Poly::constant(constant.clone()));
        let lead = rest.terms().next()?.1.clone();
        let scale = lead.recip()?;
        Some(Bound { form: rest.scaled(&scale), upwards: lead.is_positive(), constant: &constant * &scale })
    }

    /// Whether the other one follows from this one.
    fn implies(&self, other: &Bound) -> bool {
        let tighter =
            if self.upwards { self.constant <= other.constant } else { self.constant >= other.constant };
        self.form == other.form && self.upwards == other.upwards && tighter
    }

    /// Whether both hold nowhere.
    fn excludes(&self, other: &Bound) -> bool {
        self.form == other.form && self.upwards && !other.upwards && self.constant < other.constant
    }
}

/// A monomial without the conditions that follow from others; `None` if they exclude each other.
fn strongest(m: &Monomial<Atom>) -> Option<Monomial<Atom>> {
    let mut kept: Vec<(Option<Bound>, &Atom, u32)> = Vec::new();
    for (atom, exponent) in m.factors() {
        let bound = match atom.node() {
            Node::Indicator(argument) => Bound::of(argument),
            _ => None,
        };
        let Some(bound) = bound else {
            kept.push((None, atom, exponent));
            continue;
        };
        let others = || kept.iter().filter_map(|(b, ..)| b.as_ref());
        if others().any(|b| b.excludes(&bound) || bound.excludes(b)) {
            return None;
        }
        if others().any(|b| b.implies(&bound)) {
            continue;
        }
        kept.retain(|(b, ..)| b.as_ref().is_none_or(|b| !bound.implies(b)));
        kept.push((Some(bound), atom, exponent));
    }
    let factors = kept.into_iter().map(|(_, atom, exponent)| Monomial::power(atom.clone(), exponent));
    Some(factors.fold(Monomial::one(), |product, factor| product.times(&factor)))
}
