//! [`average`]: expectations of products over independent types, factor by factor.
//!
//! The expectation of a product in which no two factors speak of the same type is the product of expectations, and
//! types that factors share are integrated last: so for many agents the chance of being ahead of all others
//! is a product of distribution functions, and not a sum over all orders of types. In which order bounded
//! integrands are integrated does not matter.

use std::collections::BTreeMap;

use super::divisors::reduced;
use crate::kernel::{Expr, Name, Node};

/// A variable that is integrated over an interval, with a density.
#[derive(Debug, Clone)]
pub(super) struct Drawn {
    pub(super) name: Name,
    pub(super) low: Expr,
    pub(super) high: Expr,
    pub(super) density: Expr,
}

/// Variables of one product at most.
const VARIABLE_LIMIT: usize = 128;

/// The integral of a term over variables with densities of mass one. The limits are free of the variables.
pub(super) fn average(e: &Expr, drawn: &[Drawn]) -> Expr {
    let mut known = Known::new();
    let integrated = e.terms().map(|(monomial, c)| {
        let factors = monomial.factors().map(|(a, k)| Expr::from(a).pow(k)).collect();
        Product::new(factors, drawn).map_or_else(Expr::too_large, |p| p.integrated(&mut known).scaled(c))
    });
    sum(integrated.collect())
}

/// The sum of many terms.
pub(super) fn sum(terms: Vec<Expr>) -> Expr {
    balanced(terms, Expr::plus).unwrap_or_else(Expr::zero)
}

/// The product of many factors.
pub(super) fn product(factors: Vec<Expr>) -> Expr {
    balanced(factors, Expr::times).unwrap_or_else(Expr::one)
}

/// Joins pairs, and pairs of these: each step is a pass over its terms, so that this is less work than one after
/// the other.
fn balanced(mut terms: Vec<Expr>, join: impl Fn(&Expr, &Expr) -> Expr) -> Option<Expr> {
    while terms.len() > 1 {
        let pair = |pair: &[Expr]| match pair {
            [left, right] => join(left, right),
            rest => rest.first().cloned().unwrap_or_else(Expr::zero),
        };
        terms = terms.chunks(2).map(pair).collect();
    }
    terms.pop()
}

/// The integrals of single factors over a variable: the same ones occur in many products.
type Known = BTreeMap<(Name, Expr), Expr>;

/// Variables as a set of their numbers.
type Mask = u128;

/// A product of factors, and the variables that are still to be integrated.
struct Product {
    variables: Vec<Drawn>,
    /// How many of them are those of the average; the others were entered.
    types: usize,
    /// The factors, each with the variables that it mentions.
    factors: Vec<(Expr, Mask)>,
    /// For each variable those that its limits mention.
    limits: Vec<Mask>,
    /// What is still to be integrated.
    open: Mask,
    /// What is integrated after everything else, the innermost last.
    outer: Vec<usize>,
    /// Whether an unknown function of the types is a factor: then its integrals are as they are, and not kept together.
    unknown: bool,
}

impl Product {
    /// Variables that do not occur are integrated to one.
    fn new(factors: Vec<Expr>, drawn: &[Drawn]) -> Option<Self> {
        let occurs = |d: &&Drawn| factors.iter().any(|e| e.mentions_variable(&d.name));
        let variables: Vec<Drawn> = drawn.iter().filter(occurs).cloned().collect();
        let limits = vec![0; variables.len()];
        let types = variables.len();
        let unknown = factors.iter().any(|e| e.atoms().any(|a| matches!(a.node(), Node::Apply(..))));
        let mut out = Product { variables, types, factors: vec![], limits, open: 0, outer: vec![], unknown };
        if out.variables.len() > VARIABLE_LIMIT {
            return None;
        }
        out.open = (0..out.variables.len()).fold(0, |all, k| all | bit(k));
        out.add(factors);
        Some(out)
    }

    fn add(&mut self, factors: Vec<Expr>) {
        let numbers: BTreeMap<&Name, usize> =
            self.variables.iter().enumerate().map(|(k, d)| (&d.name, k)).collect();
        let masked = factors.into_iter().map(|e| {
            let mask = mask(&numbers, &e);
            (e, mask)
        });
        self.factors.extend(masked.collect::<Vec<_>>());
    }

    fn integrated(mut self, known: &mut Known) -> Expr {
        while self.open != 0 {
            if let Some(k) = self.alone() {
                self.open &= !bit(k);
                self.integrate(k, known);
            } else if !self.enter() {
                let Some(k) = self.shared() else { return Expr::too_large() };
                self.open &= !bit(k);
                self.outer.push(k);
            }
        }
        while let Some(k) = self.outer.pop() {
            self.integrate(k, known);
        }
        product(self.factors.into_iter().map(|(e, _)| e).collect())
    }

    fn numbers(&self) -> impl Iterator<Item = usize> + use<> {
        let open = self.open;
        (0..VARIABLE_LIMIT).filter(move |k| open & bit(*k) != 0)
    }

    /// A variable that shares no factor with another.
    fn alone(&self) -> Option<usize> {
        let shared = self.factors.iter().map(|(_, mask)| mask & self.open).filter(|m| m.count_ones() > 1);
        let shared = shared.fold(0, |all, mask| all | mask);
        let in_limits = self.numbers().fold(0, |all, k| all | self.limits.get(k).copied().unwrap_or(0));
        self.numbers().find(|k| (shared | in_limits) & bit(*k) == 0)
    }

    /// The variable in most factors; what its limits mention is further out.
    fn shared(&self) -> Option<usize> {
        let count = |k: &usize| self.factors.iter().filter(|(_, mask)| mask & bit(*k) != 0).count();
        let mut most = self.numbers().max_by_key(|k| (count(k), std::cmp::Reverse(*k)))?;
        // Limits mention variables that are older.
        while let Some(limits) = self.limits.get(most).map(|m| m & self.open).filter(|m| *m != 0) {
            most = self.numbers().find(|k| limits & bit(*k) != 0)?;
        }
        Some(most)
    }

    /// Takes the variable of an integral over several variables as one more; whether there is such an integral.
    fn enter(&mut self) -> bool {
        let several = |(_, mask): &(Expr, Mask)| (mask & self.open).count_ones() > 1;
        let integral =
            |(e, _): &(Expr, Mask)| matches!(e.as_atom().map(|a| a.node()), Some(Node::Primitive { .. }));
        let Some(place) = self.factors.iter().position(|f| several(f) && integral(f)) else { return false };
        let (e, _) = self.factors.swap_remove(place);
        let Some(Node::Primitive { upper, body }) = e.as_atom().map(|a| a.node()) else { return false };
        let number = self.variables.len();
        if number >= VARIABLE_LIMIT {
            self.open = 0;
            self.factors.push((Expr::too_large(), 0));
            return true;
        }
        let taken = |name: &str| {
            self.factors.iter().any(|(f, _)| f.mentions(name))
                || self.variables.iter().any(|d| *d.name == *name)
                || e.mentions(name)
        };
        let Some(name) = (0..).map(|k| format!("inner'{k}'")).find(|name| !taken(name)) else { return false };
        let body = body.open(&name);
        let (low, density) = (Expr::zero(), Expr::one());
        // Below a type: all numbers below the highest one, under the condition that the type is not below them.
        let type_ = upper.as_variable().and_then(|n| self.variables.iter().find(|d| d.name == *n));
        let type_ = type_.filter(|d| d.low.as_number().is_some_and(|low| !low.is_negative()));
        let reached = type_.map(|_| Expr::at_least_zero(&upper.minus(&Expr::variable(&name))));
        let high = type_.map_or(upper, |d| &d.high).clone();
        let names: BTreeMap<&Name, usize> =
            self.variables.iter().enumerate().map(|(k, d)| (&d.name, k)).collect();
        self.limits.push(mask(&names, &high));
        self.variables.push(Drawn { name: name.into(), low, high, density });
        self.open |= bit(number);
        let single = body.size() == 1;
        let parts = body.terms().next().filter(|_| single);
        let factors = parts.map(|(monomial, c)| {
            let powers = monomial.factors().map(|(a, k)| Expr::from(a).pow(k));
            powers.chain([Expr::number(c.clone())]).collect()
        });
        self.add(factors.unwrap_or_else(|| vec![body]).into_iter().chain(reached).collect());
        true
    }

    /// Integrates the factors that mention a variable; what comes out is kept together.
    fn integrate(&mut self, k: usize, known: &mut Known) {
        let Some(Drawn { name, low, high, density }) = self.variables.get(k) else { return };
        let (concerned, rest): (Vec<_>, Vec<_>) =
            self.factors.drain(..).partition(|(_, mask)| mask & bit(k) != 0);
        let integral = |factors: Vec<Expr>| {
            let value = Expr::integral(name, low, high, &reduced(&product(factors), name));
            if self.unknown { value } else { Expr::whole(&value) }
        };
        let value = match concerned.as_slice() {
            // Variables that were entered share their names in other products.
            [(only, _)] if k < self.types => known
                .entry((name.clone(), only.clone()))
                .or_insert_with(|| integral(vec![density.clone(), only.clone()]))
                .clone(),
            several => integral(several.iter().map(|(e, _)| e.clone()).chain([density.clone()]).collect()),
        };
        let mask = concerned.iter().fold(self.limits.get(k).copied().unwrap_or(0), |all, (_, m)| all | m);
        self.factors = rest;
        self.factors.push((value, mask & !bit(k)));
    }
}

fn bit(k: usize) -> Mask {
    u32::try_from(k).ok().and_then(|k| 1_u128.checked_shl(k)).unwrap_or(0)
}

/// The variables that a term mentions.
fn mask(numbers: &BTreeMap<&Name, usize>, e: &Expr) -> Mask {
    e.free_names().iter().filter_map(|n| numbers.get(n)).fold(0, |all, k| all | bit(*k))
}
