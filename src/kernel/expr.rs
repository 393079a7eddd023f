//! [`Expr`]: the kernel's terms. Every term denotes a real number.
//!
//! `⟦Expr⟧` is a polynomial over atoms; atoms are names, applications of uninterpreted functions,
//! indicators `[e ≥ 0]`, integrals, inverses (`inv(0) = 0`) and terms that are kept together. Functions are total, Borel and
//! locally bounded on ℝⁿ. Invariant: canonical by construction. The constructors in this file are
//! the only way to make a term, so that terms equal by ring laws, by renaming of bound variables,
//! by linearity or additivity of the integral are equal as data.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::atom::{Atom, Node};
use crate::exact::{Monomial, Poly, Rational};

/// A name of a variable or function. Compared by its text.
pub type Name = Arc<str>;

/// A real-valued term in canonical form. A copy shares its terms.
#[derive(Clone, PartialEq, Eq)]
pub struct Expr(Arc<Poly<Atom>>);

/// A term beyond one of these is [`Expr::too_large`]; so is everything that is built from it.
const DEPTH_LIMIT: u32 = 200;
pub(in crate::kernel) const WEIGHT_LIMIT: u64 = 100_000;
const DEGREE_LIMIT: u32 = 4_000;
/// From so many products of terms on, what a product takes is worked out first.
const PAIR_LIMIT: usize = 50_000;
const BIT_LIMIT: u64 = 250_000;

/// The variable that stands for every term that is too large. No text can contain it.
const TOO_LARGE: &str = "# too large";

impl Expr {
    /// A polynomial that is canonical and within the limits.
    pub(in crate::kernel) fn of(poly: Poly<Atom>) -> Self {
        Expr(Arc::new(poly))
    }

    /// Zero.
    pub fn zero() -> Self {
        Expr::of(Poly::zero())
    }

    /// One.
    pub fn one() -> Self {
        Expr::of(Poly::one())
    }

    /// A number.
    pub fn number(c: Rational) -> Self {
        Expr::of(Poly::constant(c))
    }

    /// A small integer.
    pub fn integer(n: i64) -> Self {
        Self::number(n.into())
    }

    /// A free real variable. Names with `#` are the kernel's own and give [`too_large`](Self::too_large).
    pub fn variable(name: &str) -> Self {
        if name.contains('#') { Self::too_large() } else { Self::atom(Node::Variable(name.into())) }
    }

    /// What stands for a term beyond the limits. It is contagious, and no theorem mentions it: a
    /// wrong value can therefore not come out of a computation that became too large.
    pub fn too_large() -> Self {
        Expr::of(Poly::variable(Atom::new(Node::Variable(TOO_LARGE.into()))))
    }

    /// Whether this stands for a term beyond the limits.
    pub fn is_too_large(&self) -> bool {
        let first = self.0.terms().next().and_then(|(m, _)| m.factors().next());
        first.is_some_and(|(a, _)| matches!(a.node(), Node::Variable(name) if &**name == TOO_LARGE))
    }

    /// Whether a bound variable occurs without its binder.
    pub fn is_loose(&self) -> bool {
        self.atoms().any(|a| a.loose() > 0)
    }

    /// The number of atoms, with repetitions.
    pub(in crate::kernel) fn weight(&self) -> u64 {
        self.atoms().fold(1, |sum, a| sum.saturating_add(a.weight()))
    }

    /// An uninterpreted function at a point.
    pub fn apply(function: &str, arguments: Vec<Expr>) -> Self {
        Self::atom(Node::Apply(function.into(), arguments))
    }

    pub(in crate::kernel) fn atom(node: Node) -> Self {
        let atom = Atom::new(node);
        let large = atom.depth() > DEPTH_LIMIT || atom.weight() > WEIGHT_LIMIT;
        if large || atom.loose() > 0 || atom.mentions_variable(TOO_LARGE) {
            return Self::too_large();
        }
        Expr::of(Poly::variable(atom))
    }

    /// `[e ≥ 0]`. A constant is decided; `e` is divided by its positive content.
    pub fn at_least_zero(e: &Expr) -> Self {
        match e.as_number() {
            Some(c) if c.is_negative() => Self::zero(),
            Some(_) => Self::one(),
            None => Self::atom(Node::Indicator(Expr::of(e.0.primitive_part()))),
        }
    }

    /// `[e > 0] = 1 − [−e ≥ 0]`.
    pub fn positive(e: &Expr) -> Self {
        Self::one().minus(&Self::at_least_zero(&e.negated()))
    }

    /// `[e = 0] = [e ≥ 0] + [−e ≥ 0] − 1`.
    pub fn is_zero_indicator(e: &Expr) -> Self {
        Self::at_least_zero(e).plus(&Self::at_least_zero(&e.negated())).minus(&Self::one())
    }

    /// `max(a, b) = b + (a − b)[a ≥ b]`.
    pub fn maximum(&self, other: &Expr) -> Self {
        let difference = self.minus(other);
        other.plus(&difference.times(&Self::at_least_zero(&difference)))
    }

    /// `min(a, b) = −max(−a, −b)`.
    pub fn minimum(&self, other: &Expr) -> Self {
        self.negated().maximum(&other.negated()).negated()
    }

    /// `1/e`, with `1/0 = 0`.
    pub fn inverse(e: &Expr) -> Self {
        match e.as_number() {
            Some(c) => Self::number(c.recip().unwrap_or(Rational::ZERO)),
            None => Self::atom(Node::Inverse(e.clone())),
        }
    }

    /// `e`, kept together: a product with it is not multiplied out. A single term needs no keeping.
    pub fn whole(e: &Expr) -> Self {
        if e.size() <= 1 { e.clone() } else { Self::atom(Node::Whole(e.clone())) }
    }

    /// `m`, the one natural number of a theorem: exponents may be linear in it.
    pub fn natural() -> Self {
        Self::atom(Node::Natural)
    }

    /// `self^m`, with `0^0 = 1`. A product distributes, and `1^m = 1`.
    pub fn natural_power(&self) -> Self {
        let mut terms = self.0.terms();
        let (Some((monomial, c)), None) = (terms.next(), terms.next()) else {
            return Self::atom(Node::Power(self.clone()));
        };
        if self.as_atom().is_some() || (monomial.is_one() && !c.is_one()) {
            return Self::atom(Node::Power(self.clone()));
        }
        let coefficient = if c.is_one() { Self::one() } else { Self::number(c.clone()).natural_power() };
        monomial
            .factors()
            .fold(coefficient, |product, (a, e)| product.times(&Self::atom(Node::Power(a.into())).pow(e)))
    }

    /// Whether the term is locally bounded and measurable in `variable`, by its form alone: no
    /// inverse and no opaque integral that mentions it.
    pub fn is_tame_in(&self, variable: &str) -> bool {
        self.tame(&|a| a.mentions_variable(variable))
    }

    /// No inverse and no opaque integral among the atoms that matter.
    fn tame(&self, matters: &dyn Fn(&Atom) -> bool) -> bool {
        self.atoms().filter(|a| matters(a)).all(|a| match a.node() {
            Node::Variable(_) | Node::Bound(_) | Node::Natural => true,
            Node::Apply(_, arguments) => arguments.iter().all(|e| e.tame(matters)),
            Node::Indicator(e) | Node::Power(e) | Node::Whole(e) => e.tame(matters),
            Node::Primitive { upper, body } | Node::Sum { upper, body } => {
                upper.tame(matters) && body.tame(matters)
            }
            // Jointly in what matters and in the profile: else it may not exist for some values.
            Node::Expect { body } => body.tame(&|a| matters(a) || !a.is_closed()),
            Node::Read { profile, agent } => profile.tame(matters) && agent.tame(matters),
            Node::Update { profile, agent, value } => {
                [profile, agent, value].into_iter().all(|e| e.tame(matters))
            }
            Node::Opaque { .. } | Node::Inverse(_) => false,
        })
    }

    /// Whether this is a polynomial in variables.
    pub fn is_polynomial(&self) -> bool {
        self.atoms().all(|a| matches!(a.node(), Node::Variable(_)))
    }

    /// Whether no inverse and no opaque integral occurs at all: locally bounded and measurable in
    /// every variable.
    pub fn is_tame(&self) -> bool {
        self.tame(&|_| true)
    }

    /// The terms of the polynomial.
    pub fn terms(&self) -> impl Iterator<Item = (&Monomial<Atom>, &Rational)> + Clone {
        self.0.terms()
    }

    /// The polynomial over atoms.
    pub fn poly(&self) -> &Poly<Atom> {
        &self.0
    }

    /// The atoms at the top level, with repetitions.
    pub fn atoms(&self) -> impl Iterator<Item = &Atom> {
        self.0.terms().flat_map(|(m, _)| m.factors().map(|(a, _)| a))
    }

    /// The number of terms at the top level.
    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// Whether this is the number zero.
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Whether this is the number one.
    fn is_one(&self) -> bool {
        let mut terms = self.0.terms();
        matches!((terms.next(), terms.next()), (Some((m, c)), None) if m.is_one() && c.is_one())
    }

    /// The value of a number.
    pub fn as_number(&self) -> Option<Rational> {
        self.0.as_constant()
    }

    /// The name of a variable.
    pub fn as_variable(&self) -> Option<&Name> {
        match self.as_atom()?.node() {
            Node::Variable(name) => Some(name),
            _ => None,
        }
    }

    /// The atom, if this is one.
    pub fn as_atom(&self) -> Option<&Atom> {
        let mut terms = self.0.terms();
        let (Some((monomial, c)), None) = (terms.next(), terms.next()) else { return None };
        let mut factors = monomial.factors();
        match (factors.next(), factors.next()) {
            (Some((atom, 1)), None) if c.is_one() => Some(atom),
            _ => None,
        }
    }

    /// Whether a name occurs free, as a variable or as a function.
    pub fn mentions(&self, name: &str) -> bool {
        self.mentions_variable(name) || self.mentions_function(name)
    }

    /// Whether a variable occurs free.
    pub fn mentions_variable(&self, name: &str) -> bool {
        self.atoms().any(|a| a.mentions_variable(name))
    }

    /// Whether a function occurs.
    pub fn mentions_function(&self, name: &str) -> bool {
        self.atoms().any(|a| a.mentions_function(name))
    }

    /// Whether the natural number of the theorem occurs.
    pub fn mentions_natural(&self) -> bool {
        self.atoms().any(Atom::mentions_natural)
    }

    /// The free names and function names, increasing.
    pub fn free_names(&self) -> Vec<Name> {
        let mut out: Vec<Name> = self.atoms().flat_map(|a| a.names().cloned()).collect();
        out.sort();
        out.dedup();
        out
    }

    /// The sum.
    pub fn plus(&self, other: &Expr) -> Self {
        if other.is_zero() {
            return self.clone();
        }
        if self.is_too_large() || other.is_too_large() {
            return Self::too_large();
        }
        Expr::of(self.0.plus(&other.0))
    }

    /// The sum of many terms, in one pass.
    pub fn sum_of(terms: &[Expr]) -> Self {
        /// Up to so many terms are added one by one.
        const SHORT: usize = 8;
        if terms.len() <= SHORT {
            return terms.iter().fold(Self::zero(), |sum, term| sum.plus(term));
        }
        if terms.iter().any(Self::is_too_large) {
            return Self::too_large();
        }
        let monomials = terms.iter().flat_map(Self::terms).map(|(m, c)| (m.clone(), c.clone()));
        Expr::of(Poly::of_terms(monomials.collect()))
    }

    /// The difference.
    pub fn minus(&self, other: &Expr) -> Self {
        if other.is_zero() {
            return self.clone();
        }
        if self.is_too_large() || other.is_too_large() {
            return Self::too_large();
        }
        Expr::of(self.0.minus(&other.0))
    }

    /// The negative.
    pub fn negated(&self) -> Self {
        if self.is_too_large() { Self::too_large() } else { Expr::of(self.0.negated()) }
    }

    /// The product with a number.
    pub fn scaled(&self, k: &Rational) -> Self {
        if self.is_too_large() { Self::too_large() } else { Expr::of(self.0.scaled(k)) }
    }

    /// The product; the square of an indicator is the indicator.
    pub fn times(&self, other: &Expr) -> Self {
        if self.is_one() {
            return other.clone();
        }
        if other.is_one() {
            return self.clone();
        }
        let bits = |e: &Expr| e.0.terms().map(|(_, c)| c.bits()).max().unwrap_or(0);
        let large = self.is_too_large()
            || other.is_too_large()
            || (self.size().saturating_mul(other.size()) > PAIR_LIMIT && !self.0.is_within_reach(&other.0))
            || self.0.degree().saturating_add(other.0.degree()) > DEGREE_LIMIT
            || bits(self).saturating_add(bits(other)) > BIT_LIMIT;
        if large { Self::too_large() } else { idempotent(self.0.times(&other.0)) }
    }

    /// `self^exponent`, with `0^0 = 1`.
    pub fn pow(&self, exponent: u32) -> Self {
        if exponent > DEGREE_LIMIT {
            return Self::too_large();
        }
        if exponent == 0 {
            return Self::one();
        }
        // From the leading digit of the exponent on: the square, and once more the base for a digit one.
        let digits = u32::BITS - exponent.leading_zeros();
        let mut out = self.clone();
        for digit in (0..digits - 1).rev() {
            out = out.times(&out);
            if exponent >> digit & 1 == 1 {
                out = out.times(self);
            }
            if out.is_too_large() {
                break;
            }
        }
        out
    }

    /// Replaces the top-level atoms that `value` knows, and multiplies out.
    pub fn replace_atoms(&self, value: impl Fn(&Atom) -> Option<Expr>) -> Self {
        /// From this degree on, a number in place of the only atom is put in by Horner's rule.
        const LARGE: u32 = 16;
        if self.0.degree() >= LARGE
            && let [atom] = self.0.variables().as_slice()
            && let Some(x) = value(atom).and_then(|e| e.as_number())
            && let Some(number) = self.0.evaluate(|_| Some(x.clone()))
        {
            return Self::number(number);
        }
        let mut values: BTreeMap<&Atom, Option<Expr>> = BTreeMap::new();
        for a in self.atoms() {
            values.entry(a).or_insert_with(|| value(a));
        }
        if values.values().all(Option::is_none) {
            return self.clone();
        }
        let mut terms = Vec::with_capacity(self.size());
        for (m, c) in self.0.terms() {
            let mut product: Option<Expr> = None;
            let mut rest = Vec::new();
            for (a, e) in m.factors() {
                match values.get(a).and_then(Option::as_ref) {
                    Some(v) => {
                        let power = if e == 1 { v.clone() } else { v.pow(e) };
                        product = Some(match product {
                            Some(product) => product.times(&power),
                            None => power,
                        });
                        if product.as_ref().is_some_and(Expr::is_zero) {
                            break;
                        }
                    }
                    None => rest.push((a.clone(), e)),
                }
            }
            let Some(product) = product else {
                terms.push((m.clone(), c.clone()));
                continue;
            };
            if product.is_zero() {
                continue;
            }
            let product = product.times(&Expr::of(Poly::term(Monomial::of_increasing(rest), c.clone())));
            if product.is_too_large() {
                return product;
            }
            terms.extend(Arc::unwrap_or_clone(product.0).into_terms());
        }
        Expr::of(Poly::of_terms(terms))
    }
}

impl PartialOrd for Expr {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Expr {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.cmp(&other.0) }
    }
}

impl From<&Atom> for Expr {
    fn from(atom: &Atom) -> Self {
        Expr::of(Poly::variable(atom.clone()))
    }
}

impl From<Poly<Atom>> for Expr {
    fn from(poly: Poly<Atom>) -> Self {
        let large = |a: &Atom| a.mentions_variable(TOO_LARGE);
        if poly.degree() > DEGREE_LIMIT || poly.terms().any(|(m, _)| m.factors().any(|(a, _)| large(a))) {
            return Self::too_large();
        }
        idempotent(poly)
    }
}

/// Lowers every power of an indicator to one.
fn idempotent(p: Poly<Atom>) -> Expr {
    let is_power = |(a, e): (&Atom, u32)| e > 1 && matches!(a.node(), Node::Indicator(_));
    if !p.terms().any(|(m, _)| m.factors().any(is_power)) {
        return Expr::of(p);
    }
    let mut out = Poly::zero();
    for (m, c) in p.terms() {
        let mut lowered = Monomial::one();
        for (a, e) in m.factors() {
            let e = if matches!(a.node(), Node::Indicator(_)) { 1 } else { e };
            lowered = lowered.times(&Monomial::power(a.clone(), e));
        }
        out.accumulate(lowered, c);
    }
    Expr::of(out)
}
