//! [`Expr`]: the kernel's terms. Every term denotes a real number.
//!
//! `⟦Expr⟧` is a polynomial over atoms; atoms are names, applications of uninterpreted functions,
//! indicators `[e ≥ 0]`, integrals and inverses (`inv(0) = 0`). Functions are total, Borel and
//! locally bounded on ℝⁿ. Invariant: canonical by construction. The constructors in this file are
//! the only way to make a term, so that terms equal by ring laws, by renaming of bound variables,
//! by linearity or additivity of the integral are equal as data.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{self, AtomicU64};

use crate::exact::{Monomial, Poly, Rational};

/// A name of a variable or function. Compared by its text.
pub type Name = Arc<str>;

/// A real-valued term in canonical form.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expr(Poly<Atom>);

/// What a canonical polynomial is built from. Ordered by structure.
#[derive(Clone)]
pub struct Atom(Arc<Shared>);

struct Shared {
    node: Node,
    /// The free names and function names that occur, increasing.
    free: Vec<Name>,
}

/// The forms of atoms. Terms inside are canonical.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    /// A free real variable.
    Variable(Name),
    /// A bound variable, counted from the innermost binder.
    Bound(u32),
    /// An uninterpreted function (Borel, locally bounded) at a point.
    Apply(Name, Vec<Expr>),
    /// `[e ≥ 0]`: one where it holds, else zero.
    Indicator(Expr),
    /// `∫_0^upper body dy`, where `body` is tame and `y` is its bound variable 0.
    Primitive {
        /// The upper limit.
        upper: Expr,
        /// The integrand, one monomial with coefficient one.
        body: Expr,
    },
    /// `∫_low^high body dy` where the integrand may be unbounded; nothing is known about it.
    Opaque {
        /// The lower limit.
        low: Expr,
        /// The upper limit.
        high: Expr,
        /// The integrand.
        body: Expr,
    },
    /// `1/e`, and 0 where `e = 0`.
    Inverse(Expr),
}

impl Atom {
    fn new(node: Node) -> Self {
        let mut free = Vec::new();
        let mut add = |e: &Expr| free.extend(e.0.terms().flat_map(|(m, _)| names_of(m)));
        match &node {
            Node::Bound(_) | Node::Variable(_) => {}
            Node::Apply(_, arguments) => arguments.iter().for_each(&mut add),
            Node::Indicator(e) | Node::Inverse(e) => add(e),
            Node::Primitive { upper, body } => [upper, body].into_iter().for_each(&mut add),
            Node::Opaque { low, high, body } => [low, high, body].into_iter().for_each(&mut add),
        }
        if let Node::Variable(name) | Node::Apply(name, _) = &node {
            free.push(name.clone());
        }
        free.sort();
        free.dedup();
        Atom(Arc::new(Shared { node, free }))
    }

    /// The form of this atom.
    pub fn node(&self) -> &Node {
        &self.0.node
    }

    /// Whether a name occurs free.
    pub fn mentions(&self, name: &str) -> bool {
        self.0.free.iter().any(|n| &**n == name)
    }
}

fn names_of(m: &Monomial<Atom>) -> impl Iterator<Item = Name> {
    m.factors().flat_map(|(a, _)| a.0.free.iter().cloned())
}

impl PartialEq for Atom {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.node == other.0.node
    }
}

impl Eq for Atom {}

impl PartialOrd for Atom {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Atom {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.node.cmp(&other.0.node) }
    }
}

impl std::fmt::Debug for Atom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.node.fmt(f)
    }
}

/// A name that no text can contain and no earlier call returned. Only ever transient: the term that
/// is opened with it is closed again before anyone sees it.
fn fresh() -> Name {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("#{}", NEXT.fetch_add(1, atomic::Ordering::Relaxed)).into()
}

impl Expr {
    /// Zero.
    pub fn zero() -> Self {
        Expr(Poly::zero())
    }

    /// One.
    pub fn one() -> Self {
        Expr(Poly::one())
    }

    /// A number.
    pub fn number(c: Rational) -> Self {
        Expr(Poly::constant(c))
    }

    /// A small integer.
    pub fn integer(n: i64) -> Self {
        Self::number(n.into())
    }

    /// A free real variable.
    pub fn variable(name: &str) -> Self {
        Self::atom(Node::Variable(name.into()))
    }

    /// An uninterpreted function at a point.
    pub fn apply(function: &str, arguments: Vec<Expr>) -> Self {
        Self::atom(Node::Apply(function.into(), arguments))
    }

    fn atom(node: Node) -> Self {
        Expr(Poly::variable(Atom::new(node)))
    }

    /// `[e ≥ 0]`. A constant is decided; `e` is divided by its positive content.
    pub fn at_least_zero(e: &Expr) -> Self {
        match e.as_number() {
            Some(c) if c.is_negative() => Self::zero(),
            Some(_) => Self::one(),
            None => Self::atom(Node::Indicator(Expr(e.0.primitive_part()))),
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

    /// `∫_low^high body dy`, where `variable` is the name of `y` in `body`; it is bound here and may
    /// not be read in the limits from outside. Linear over monomials, factors free of `y` are pulled
    /// out, `∫ y^k dy` is a power; everything else is the difference of two values of one primitive.
    /// All of this only for tame integrands, which are locally bounded and measurable; any other
    /// integral stays opaque.
    pub fn integral(variable: &str, low: &Expr, high: &Expr, body: &Expr) -> Self {
        if !body.is_tame_in(variable) {
            let body = body.close(variable);
            return Self::atom(Node::Opaque { low: low.clone(), high: high.clone(), body });
        }
        let mut sum = Self::zero();
        for (monomial, c) in body.0.terms() {
            let (mut inside, mut outside) = (Monomial::one(), Poly::constant(c.clone()));
            let (mut power, mut only_powers) = (0, true);
            for (a, e) in monomial.factors() {
                if !a.mentions(variable) {
                    outside = outside.times(&Poly::term(Monomial::power(a.clone(), e), Rational::ONE));
                    continue;
                }
                match a.node() {
                    Node::Variable(_) => power = e,
                    _ => only_powers = false,
                }
                inside = inside.times(&Monomial::power(a.clone(), e));
            }
            let value = if only_powers {
                let k = Rational::new(1, i64::from(power) + 1).unwrap_or(Rational::ZERO);
                high.pow(power + 1).minus(&low.pow(power + 1)).scaled(&k)
            } else {
                let body = Expr(Poly::term(inside, Rational::ONE)).close(variable);
                Self::primitive(high, &body).minus(&Self::primitive(low, &body))
            };
            sum = sum.plus(&Expr(outside).times(&value));
        }
        sum
    }

    fn primitive(upper: &Expr, body: &Expr) -> Self {
        if upper.is_zero() {
            return Self::zero();
        }
        Self::atom(Node::Primitive { upper: upper.clone(), body: body.clone() })
    }

    /// Whether the term is locally bounded and measurable in `variable`, by its form alone: no
    /// inverse and no opaque integral that mentions it.
    pub fn is_tame_in(&self, variable: &str) -> bool {
        self.atoms().all(|a| {
            !a.mentions(variable)
                || match a.node() {
                    Node::Variable(_) | Node::Bound(_) => true,
                    Node::Apply(_, arguments) => arguments.iter().all(|e| e.is_tame_in(variable)),
                    Node::Indicator(e) => e.is_tame_in(variable),
                    Node::Primitive { upper, body } => {
                        upper.is_tame_in(variable) && body.is_tame_in(variable)
                    }
                    Node::Opaque { .. } | Node::Inverse(_) => false,
                }
        })
    }

    /// Whether no inverse and no opaque integral occurs at all: locally bounded and measurable in
    /// every variable.
    pub fn is_tame(&self) -> bool {
        self.atoms().all(|a| match a.node() {
            Node::Variable(_) | Node::Bound(_) => true,
            Node::Apply(_, arguments) => arguments.iter().all(Expr::is_tame),
            Node::Indicator(e) => e.is_tame(),
            Node::Primitive { upper, body } => upper.is_tame() && body.is_tame(),
            Node::Opaque { .. } | Node::Inverse(_) => false,
        })
    }

    /// The terms of the polynomial.
    pub fn terms(&self) -> impl Iterator<Item = (&Monomial<Atom>, &Rational)> {
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
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether this is the number zero.
    pub fn is_empty(&self) -> bool {
        self.0.is_zero()
    }

    /// Whether this is the number zero.
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// The value of a number.
    pub fn as_number(&self) -> Option<Rational> {
        self.0.as_constant()
    }

    /// Whether a name or function occurs free.
    pub fn mentions(&self, name: &str) -> bool {
        self.atoms().any(|a| a.mentions(name))
    }

    /// The free names and function names, increasing.
    pub fn free_names(&self) -> Vec<Name> {
        let mut out: Vec<Name> = self.0.terms().flat_map(|(m, _)| names_of(m)).collect();
        out.sort();
        out.dedup();
        out
    }

    /// The sum.
    pub fn plus(&self, other: &Expr) -> Self {
        Expr(self.0.plus(&other.0))
    }

    /// The difference.
    pub fn minus(&self, other: &Expr) -> Self {
        Expr(self.0.minus(&other.0))
    }

    /// The negative.
    pub fn negated(&self) -> Self {
        Expr(self.0.negated())
    }

    /// The product with a number.
    pub fn scaled(&self, k: &Rational) -> Self {
        Expr(self.0.scaled(k))
    }

    /// The product; the square of an indicator is the indicator.
    pub fn times(&self, other: &Expr) -> Self {
        idempotent(self.0.times(&other.0))
    }

    /// `self^exponent`, with `0^0 = 1`.
    pub fn pow(&self, exponent: u32) -> Self {
        let mut out = Self::one();
        for _ in 0..exponent {
            out = out.times(self);
        }
        out
    }

    /// Replaces the top-level atoms that `value` knows, and multiplies out.
    pub fn replace_atoms(&self, value: impl Fn(&Atom) -> Option<Expr>) -> Self {
        let mut out = Self::zero();
        for (m, c) in self.0.terms() {
            let mut rest = Monomial::one();
            let mut product = Self::number(c.clone());
            for (a, e) in m.factors() {
                match value(a) {
                    Some(v) => product = product.times(&v.pow(e)),
                    None => rest = rest.times(&Monomial::power(a.clone(), e)),
                }
            }
            out = out.plus(&product.times(&Expr(Poly::term(rest, Rational::ONE))));
        }
        out
    }

    /// `self` with terms in place of free variables, all at once. Bound variables cannot be captured:
    /// every binder is opened with a name of its own and rebuilt.
    pub fn substitute(&self, values: &BTreeMap<Name, Expr>) -> Self {
        if values.keys().all(|name| !self.mentions(name)) {
            return self.clone();
        }
        self.rebuild(&|name| values.get(name).cloned(), &|_, _| None)
    }

    /// `self` with `value` in place of one free variable.
    pub fn substitute_one(&self, name: &str, value: &Expr) -> Self {
        self.substitute(&BTreeMap::from([(name.into(), value.clone())]))
    }

    /// `self` with a definition `function(parameters) = body` in place of an uninterpreted function.
    pub fn define(&self, function: &str, parameters: &[Name], body: &Expr) -> Self {
        if !self.mentions(function) {
            return self.clone();
        }
        self.rebuild(&|_| None, &|name, arguments| {
            (&**name == function && arguments.len() == parameters.len()).then(|| {
                let values = parameters.iter().cloned().zip(arguments.iter().cloned()).collect();
                body.substitute(&values)
            })
        })
    }

    fn rebuild(
        &self,
        variable: &dyn Fn(&Name) -> Option<Expr>,
        function: &dyn Fn(&Name, &[Expr]) -> Option<Expr>,
    ) -> Self {
        self.replace_atoms(|a| match a.node() {
            Node::Variable(name) => variable(name),
            Node::Bound(_) => None,
            Node::Apply(name, arguments) => {
                let arguments: Vec<Expr> =
                    arguments.iter().map(|e| e.rebuild(variable, function)).collect();
                Some(function(name, &arguments).unwrap_or_else(|| Self::apply(name, arguments)))
            }
            Node::Indicator(e) => Some(Self::at_least_zero(&e.rebuild(variable, function))),
            Node::Inverse(e) => Some(Self::inverse(&e.rebuild(variable, function))),
            Node::Primitive { upper, body } => {
                let y = fresh();
                let body = body.open(&y).rebuild(variable, function);
                Some(Self::integral(&y, &Self::zero(), &upper.rebuild(variable, function), &body))
            }
            Node::Opaque { low, high, body } => {
                let y = fresh();
                let (low, high) = (low.rebuild(variable, function), high.rebuild(variable, function));
                Some(Self::integral(&y, &low, &high, &body.open(&y).rebuild(variable, function)))
            }
        })
    }

    /// The body of a binder with a name for its bound variable. The name must not occur in the body.
    pub fn open(&self, name: &str) -> Self {
        self.rename(&|node, depth| match node {
            Node::Bound(k) if *k == depth => Some(Node::Variable(name.into())),
            _ => None,
        })
    }

    /// The inverse of [`open`](Self::open): binds a name.
    fn close(&self, name: &str) -> Self {
        self.rename(&|node, depth| match node {
            Node::Variable(n) if &**n == name => Some(Node::Bound(depth)),
            _ => None,
        })
    }

    /// Renames variables one to one. Such a renaming keeps terms canonical but for their order,
    /// which is rebuilt here.
    fn rename(&self, leaf: &dyn Fn(&Node, u32) -> Option<Node>) -> Self {
        fn expr(e: &Expr, depth: u32, leaf: &dyn Fn(&Node, u32) -> Option<Node>) -> Expr {
            let mut out = Poly::zero();
            for (m, c) in e.0.terms() {
                let mut renamed = Monomial::one();
                for (a, k) in m.factors() {
                    renamed = renamed.times(&Monomial::power(atom(a, depth, leaf), k));
                }
                out.accumulate(renamed, c);
            }
            Expr(out)
        }
        fn atom(a: &Atom, depth: u32, leaf: &dyn Fn(&Node, u32) -> Option<Node>) -> Atom {
            if let Some(node) = leaf(a.node(), depth) {
                return Atom::new(node);
            }
            match a.node() {
                Node::Variable(_) | Node::Bound(_) => a.clone(),
                Node::Apply(f, arguments) => Atom::new(Node::Apply(
                    f.clone(),
                    arguments.iter().map(|e| expr(e, depth, leaf)).collect(),
                )),
                Node::Indicator(e) => Atom::new(Node::Indicator(expr(e, depth, leaf))),
                Node::Inverse(e) => Atom::new(Node::Inverse(expr(e, depth, leaf))),
                Node::Primitive { upper, body } => Atom::new(Node::Primitive {
                    upper: expr(upper, depth, leaf),
                    body: expr(body, depth + 1, leaf),
                }),
                Node::Opaque { low, high, body } => Atom::new(Node::Opaque {
                    low: expr(low, depth, leaf),
                    high: expr(high, depth, leaf),
                    body: expr(body, depth + 1, leaf),
                }),
            }
        }
        expr(self, 0, leaf)
    }
}

/// Lowers every power of an indicator to one.
fn idempotent(p: Poly<Atom>) -> Expr {
    let is_power = |(a, e): (&Atom, u32)| e > 1 && matches!(a.node(), Node::Indicator(_));
    if !p.terms().any(|(m, _)| m.factors().any(is_power)) {
        return Expr(p);
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
    Expr(out)
}
