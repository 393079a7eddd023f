//! Averages of the greatest of many terms, as integrals over a threshold.
//!
//! Where all terms `t_k` are at most `high` and one of them is at least `low`,
//! `max_k t_k = high − ∫_low^high [t_k ≤ y for all k] dy`. In which order a bounded integrand is integrated does not
//! matter: so the average is an integral of the chance that all terms are at most `y`, for independent types a product of
//! distribution functions, and there is no sum over whose term is the greatest.

use crate::exact::{Monomial, Rational};
use crate::kernel::{Atom, Expr, Name, Node};

use super::average::{product, sum};
use super::claim::{Bound, Charge};
use super::setting::{Agent, Setting};

/// The variable of the threshold: no text can contain it.
const THRESHOLD: &str = "threshold'";
/// Orders of terms, each told apart by its pieces, that are few enough to be looked at one by one.
const FEW_ORDERS: usize = 100;

impl Setting {
    /// Whether the bidders for one good are so many, or their priors have so many pieces, that the orders of the types should not
    /// be looked at one by one.
    pub fn has_many_orders_of_types(&self) -> bool {
        let plain = self.agents.iter().all(|a| a.atoms.is_empty());
        let types: Vec<Expr> = self.agents.iter().map(|a| a.type_.value()).collect();
        let fits = self.kind.is_of_a_good() && self.joint.is_none() && !self.is_finite();
        plain && fits && self.has_many_orders(&types, &[])
    }

    /// Whether some terms have so many orders, with the pieces of the terms and the densities, that they should not be looked at one
    /// by one. Where parameters occur, they are: signs of what is integrated piece by piece are easier to see.
    pub fn has_many_orders(&self, terms: &[Expr], roots: &[Charge]) -> bool {
        let is_type = |name: &Name| self.agents.iter().any(|a| a.type_.name == *name);
        let is_root = |name: &Name| roots.iter().any(|r| r.name == *name);
        let of_types = |e: &Expr| e.free_names().iter().all(|name| is_type(name) || is_root(name));
        if !terms.iter().chain(self.agents.iter().map(|a| &a.density)).all(of_types) {
            return false;
        }
        let conditions = |e: &Expr| e.atoms().filter(|a| matches!(a.node(), Node::Indicator(_))).count();
        let pieces = |e: &Expr| {
            let drawn = self.agents.iter().filter(|a| e.mentions_variable(&a.type_.name));
            1 + conditions(e).max(drawn.map(|a| conditions(&a.density)).max().unwrap_or_default())
        };
        let count =
            (1..).zip(terms).try_fold(1_usize, |count, (k, e)| count.checked_mul(k)?.checked_mul(pieces(e)));
        count.is_none_or(|count| count > FEW_ORDERS)
    }

    /// The expectation of the greatest of some terms, each in the type of one agent at most and piece by piece linear in it;
    /// `roots` are what other names in them stand for. `None` if there are no terms, or no numbers are seen between which they
    /// lie.
    pub fn mean_of_greatest(&self, terms: &[Expr], roots: &[Charge]) -> Option<Expr> {
        let plain = self.agents.iter().all(|a| a.type_.power.is_plain() && a.atoms.is_empty());
        let of_one =
            |e: &Expr| self.agents.iter().filter(|a| e.mentions_variable(&a.type_.name)).count() <= 1;
        let linear = |e: &Expr| self.agents.iter().all(|a| is_linear(e, &a.type_.name));
        let fits = |e: &Expr| of_one(e) && linear(e);
        if !plain || self.joint.is_some() || self.is_finite() || !terms.iter().all(fits) {
            return None;
        }
        let ranges = Ranges(self, roots);
        let limits: Vec<Span> = terms.iter().map(|e| ranges.of(e)).collect::<Option<_>>()?;
        let low = limits.iter().map(|(low, _)| low).max()?.clone();
        let high = limits.iter().map(|(_, high)| high).max()?.clone();
        let threshold = Expr::variable(THRESHOLD);
        let below = |e: &Expr| Expr::at_least_zero(&threshold.minus(e));
        let of_nobody = |e: &&Expr| self.agents.iter().all(|a| !e.mentions_variable(&a.type_.name));
        let chances = self.agents.iter().filter_map(|a| {
            let own: Vec<&Expr> = terms.iter().filter(|e| e.mentions_variable(&a.type_.name)).collect();
            if own.is_empty() { None } else { Some(a.chance(&own, &below)) }
        });
        let chance = product(terms.iter().filter(of_nobody).map(below).chain(chances).collect());
        let (low, high) = (Expr::number(low), Expr::number(high));
        Some(high.minus(&Expr::integral(THRESHOLD, &low, &high, &chance)))
    }
}

impl Agent {
    /// The chance of the types at which some terms are as they should be. The type space is cut where a condition in the
    /// density or in a term begins or ends to hold, and each part has a variable that is zero at its lower end.
    fn chance(&self, terms: &[&Expr], holds: &impl Fn(&Expr) -> Expr) -> Expr {
        let Bound { name, low, high, .. } = &self.type_;
        let whole = || {
            let all = terms.iter().map(|e| holds(e)).chain([self.density.clone()]);
            Expr::integral(name, low, high, &product(all.collect()))
        };
        Expr::whole(&self.in_parts(terms, holds).unwrap_or_else(whole))
    }

    fn in_parts(&self, terms: &[&Expr], holds: &impl Fn(&Expr) -> Expr) -> Option<Expr> {
        let Bound { name, low, high, .. } = &self.type_;
        let own = Expr::variable(name);
        let own = own.as_atom()?;
        let mut cuts = vec![low.as_number()?, high.as_number()?];
        let (from, to) = (cuts.first()?.clone(), cuts.last()?.clone());
        let atoms = terms.iter().flat_map(|e| e.atoms()).chain(self.density.atoms());
        cuts.extend(atoms.filter_map(|a| turn(a, own)).filter(|cut| from < *cut && *cut < to));
        cuts.sort();
        cuts.dedup();
        let parts = cuts.iter().zip(cuts.iter().skip(1)).map(|(from, to)| {
            let middle = (from + to).halved(1)?;
            let shifted = Expr::variable(name).plus(&Expr::number(from.clone()));
            let here = |e: &Expr| {
                let e = e.replace_atoms(|a| {
                    turn(a, own)?;
                    let Node::Indicator(condition) = a.node() else { return None };
                    let value = condition.poly().evaluate(|b| (b == own).then(|| middle.clone()))?;
                    Some(if value.is_negative() { Expr::zero() } else { Expr::one() })
                });
                e.substitute_one(name, &shifted)
            };
            let factors = terms.iter().map(|e| holds(&here(e))).chain([here(&self.density)]).collect();
            Some(Expr::integral(name, &Expr::zero(), &Expr::number(to - from), &product(factors)))
        });
        Some(sum(parts.collect::<Option<_>>()?))
    }
}

/// Whether a term is linear in a type wherever conditions in it, which are linear too, do not change.
fn is_linear(e: &Expr, name: &str) -> bool {
    let own = Expr::variable(name);
    let once = |e: &Expr| own.as_atom().is_some_and(|a| e.poly().degree_in(a) <= 1);
    let plain = |a: &Atom| match a.node() {
        Node::Indicator(condition) => once(condition) && condition.is_polynomial(),
        _ => own.as_atom() == Some(a) || !a.mentions_variable(name),
    };
    once(e) && e.atoms().all(plain)
}

/// Where a condition begins or ends to hold that compares the type with a number.
fn turn(atom: &Atom, own: &Atom) -> Option<Rational> {
    let Node::Indicator(condition) = atom.node() else { return None };
    match condition.poly().coefficients_in(own).as_slice() {
        [constant, slope] => Some(-(constant.as_constant()? * slope.as_constant()?.recip()?)),
        _ => None,
    }
}

/// Two numbers between which a term lies.
type Span = (Rational, Rational);

/// Between which numbers the types of a setting and some roots lie.
struct Ranges<'a>(&'a Setting, &'a [Charge]);

impl Ranges<'_> {
    fn of_name(&self, name: &Name) -> Option<Span> {
        let type_ = self.0.agents.iter().map(|a| &a.type_).find(|b| b.name == *name);
        let bound = type_.or_else(|| self.1.iter().find(|r| r.name == *name).map(|r| &r.argument))?;
        Some((bound.low.as_number()?, bound.high.as_number()?))
    }

    /// Two numbers between which a term lies, by its form.
    fn of(&self, e: &Expr) -> Option<Span> {
        e.terms().try_fold((Rational::ZERO, Rational::ZERO), |(low, high), (monomial, c)| {
            let (from, to) = times(&(c.clone(), c.clone()), &self.of_monomial(monomial)?);
            Some((&low + &from, &high + &to))
        })
    }

    fn of_monomial(&self, monomial: &Monomial<Atom>) -> Option<Span> {
        monomial.factors().try_fold((Rational::ONE, Rational::ONE), |product, (atom, exponent)| {
            let factor = self.of_atom(atom)?;
            Some((0..exponent).fold(product, |product, _| times(&product, &factor)))
        })
    }

    fn of_atom(&self, atom: &Atom) -> Option<Span> {
        match atom.node() {
            Node::Variable(name) => self.of_name(name),
            Node::Indicator(_) => Some((Rational::ZERO, Rational::ONE)),
            Node::Whole(e) => self.of(e),
            Node::Inverse(e) => {
                let (low, high) = self.of(e)?;
                let apart = low.is_positive() || high.is_negative();
                Some((high.recip()?, low.recip()?)).filter(|_| apart)
            }
            _ => None,
        }
    }
}

/// Between which numbers a product lies.
fn times((a, b): &Span, (c, d): &Span) -> Span {
    let ends = [a * c, a * d, b * c, b * d];
    let low = ends.iter().min().cloned().unwrap_or(Rational::ZERO);
    (low, ends.into_iter().max().unwrap_or(Rational::ZERO))
}
