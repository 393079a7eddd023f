//! Binding: substitution, and the way in and out of a binder.
//!
//! Terms are locally nameless: bound variables are indices, free variables names. A term outside of a
//! binder has no loose index, so opening needs no shifting and nothing can be captured.

use std::collections::BTreeMap;
use std::sync::atomic::{self, AtomicU64};

use super::expr::{Atom, Expr, Name, Node};
use crate::exact::{Monomial, Poly};

impl Expr {
    /// `self` with terms in place of free variables, all at once. Bound variables cannot be captured:
    /// every binder is opened with a name of its own and rebuilt.
    pub fn substitute(&self, values: &BTreeMap<Name, Expr>) -> Self {
        if values.keys().all(|name| !self.mentions_variable(name)) {
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
        if !self.mentions_function(function) {
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
                let arguments: Vec<Expr> = arguments.iter().map(|e| e.rebuild(variable, function)).collect();
                Some(function(name, &arguments).unwrap_or_else(|| Self::apply(name, arguments)))
            }
            Node::Indicator(e) => Some(Self::at_least_zero(&e.rebuild(variable, function))),
            Node::Inverse(e) => Some(Self::inverse(&e.rebuild(variable, function))),
            Node::Primitive { upper, body } => {
                let y = fresh();
                let body = body.open_with(&y).rebuild(variable, function);
                Some(Self::integral(&y, &Self::zero(), &upper.rebuild(variable, function), &body))
            }
            Node::Opaque { low, high, body } => {
                let y = fresh();
                let (low, high) = (low.rebuild(variable, function), high.rebuild(variable, function));
                Some(Self::integral(&y, &low, &high, &body.open_with(&y).rebuild(variable, function)))
            }
        })
    }

    /// The body of a binder with a name for its bound variable. The name must not occur in the body.
    pub fn open(&self, name: &str) -> Self {
        if name.contains('#') { Self::too_large() } else { self.open_with(name) }
    }

    fn open_with(&self, name: &str) -> Self {
        self.rename(&|node, depth| match node {
            Node::Bound(k) if *k == depth => Some(Node::Variable(name.into())),
            _ => None,
        })
    }

    /// The inverse of [`open`](Self::open): binds a name.
    pub(in crate::kernel) fn close(&self, name: &str) -> Self {
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

/// A name that no text can contain and no earlier call returned. Only ever transient: the term that
/// is opened with it is closed again before anyone sees it.
fn fresh() -> Name {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("#{}", NEXT.fetch_add(1, atomic::Ordering::Relaxed)).into()
}
