//! [`Atom`]: what terms are polynomials in.

use std::cmp::Ordering;
use std::sync::Arc;

use super::expr::{Expr, Name};

/// What a canonical polynomial is built from. Ordered by structure.
#[derive(Clone)]
pub struct Atom(Arc<Shared>);

struct Shared {
    node: Node,
    /// The free variables that occur, increasing.
    variables: Vec<Name>,
    /// The functions that occur, increasing.
    functions: Vec<Name>,
    /// Whether the natural number of the theorem occurs.
    natural: bool,
    /// How many binders around it its bound variables need: 0 outside of a binder.
    loose: u32,
    /// Nesting.
    depth: u32,
    /// The number of atoms, with repetitions.
    weight: u64,
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
    /// `e`, kept together: products with it are not multiplied out. It has two terms or more.
    Whole(Expr),
    /// `m`, the one natural number of a theorem: 0, 1, 2, …
    Natural,
    /// `base^m`, with `0^0 = 1`.
    Power(Expr),
    /// `Σ body` over the integers from 1 to `upper`; the summand has the bound variable 0.
    Sum {
        /// The last one.
        upper: Expr,
        /// The summand, one monomial with coefficient one.
        body: Expr,
    },
    /// The expectation of `body` over profiles, the bound variable 0: one tame monomial with coefficient one,
    /// or anything that is not tame, of which nothing is known.
    Expect {
        /// The integrand.
        body: Expr,
    },
    /// The type of an agent at a profile.
    Read {
        /// The profile.
        profile: Expr,
        /// The agent.
        agent: Expr,
    },
    /// A profile with another type of one agent.
    Update {
        /// The profile before.
        profile: Expr,
        /// The agent.
        agent: Expr,
        /// The other type.
        value: Expr,
    },
}

impl Atom {
    pub(in crate::kernel) fn new(node: Node) -> Self {
        let (mut variables, mut functions) = (Vec::new(), Vec::new());
        let (mut loose, mut depth, mut weight) = (0, 1, 1_u64);
        let mut natural = matches!(node, Node::Natural | Node::Power(_));
        let mut add = |e: &Expr, binders: u32| {
            for a in e.atoms() {
                a.0.variables.iter().for_each(|name| insert(&mut variables, name));
                a.0.functions.iter().for_each(|name| insert(&mut functions, name));
                natural |= a.0.natural;
                loose = loose.max(a.0.loose.saturating_sub(binders));
                depth = depth.max(a.0.depth.saturating_add(1));
                weight = weight.saturating_add(a.0.weight);
            }
        };
        match &node {
            Node::Bound(_) | Node::Variable(_) | Node::Natural => {}
            Node::Apply(_, arguments) => arguments.iter().for_each(|e| add(e, 0)),
            Node::Indicator(e) | Node::Inverse(e) | Node::Whole(e) | Node::Power(e) => add(e, 0),
            Node::Primitive { upper, body } | Node::Sum { upper, body } => {
                add(upper, 0);
                add(body, 1);
            }
            Node::Expect { body } => add(body, 1),
            Node::Read { profile, agent } => [profile, agent].into_iter().for_each(|e| add(e, 0)),
            Node::Update { profile, agent, value } => {
                [profile, agent, value].into_iter().for_each(|e| add(e, 0));
            }
            Node::Opaque { low, high, body } => {
                add(low, 0);
                add(high, 0);
                add(body, 1);
            }
        }
        match &node {
            Node::Variable(name) => insert(&mut variables, name),
            Node::Apply(name, _) => insert(&mut functions, name),
            Node::Bound(k) => loose = k.saturating_add(1),
            _ => {}
        }
        Atom(Arc::new(Shared { node, variables, functions, natural, loose, depth, weight }))
    }

    /// How many binders around it its bound variables need.
    pub(in crate::kernel) fn loose(&self) -> u32 {
        self.0.loose
    }

    /// Whether no bound variable occurs without its binder.
    pub fn is_closed(&self) -> bool {
        self.0.loose == 0
    }

    /// Nesting.
    pub(in crate::kernel) fn depth(&self) -> u32 {
        self.0.depth
    }

    /// The number of atoms, with repetitions.
    pub(in crate::kernel) fn weight(&self) -> u64 {
        self.0.weight
    }

    /// The free variables and the functions that occur.
    pub(in crate::kernel) fn names(&self) -> impl Iterator<Item = &Name> {
        self.0.variables.iter().chain(&self.0.functions)
    }

    /// The form of this atom.
    pub fn node(&self) -> &Node {
        &self.0.node
    }

    /// Whether the natural number of the theorem occurs.
    pub fn mentions_natural(&self) -> bool {
        self.0.natural
    }

    /// Whether a name occurs free, as a variable or as a function.
    pub fn mentions(&self, name: &str) -> bool {
        self.mentions_variable(name) || self.mentions_function(name)
    }

    /// Whether a variable occurs free.
    pub fn mentions_variable(&self, name: &str) -> bool {
        self.0.variables.iter().any(|n| &**n == name)
    }

    /// Whether a function occurs.
    pub fn mentions_function(&self, name: &str) -> bool {
        self.0.functions.iter().any(|n| &**n == name)
    }
}

/// Adds a name to an increasing list.
fn insert(names: &mut Vec<Name>, name: &Name) {
    if let Err(place) = names.binary_search(name) {
        names.insert(place, name.clone());
    }
}

impl PartialEq for Atom {
    fn eq(&self, other: &Self) -> bool {
        // Of equal weight are equal atoms, and few others.
        Arc::ptr_eq(&self.0, &other.0) || (self.0.weight == other.0.weight && self.0.node == other.0.node)
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
