//! Binding: substitution, and the way in and out of a binder.
//!
//! Terms are locally nameless: bound variables are indices, free variables names. A term outside of a
//! binder has no loose index, so opening needs no shifting and nothing can be captured.

use std::collections::BTreeMap;
use std::sync::atomic::{self, AtomicU64};

use super::atom::{Atom, Node};
use super::expr::{Expr, Name};
use crate::exact::{Monomial, Poly};

impl Expr {
    /// `self` with terms in place of free variables, all at once. Bound variables cannot be captured:
    /// every binder is opened with a name of its own and rebuilt.
    pub fn substitute(&self, values: &BTreeMap<Name, Expr>) -> Self {
        self.rebuild(&Change {
            concerns: &|a| values.keys().any(|name| a.mentions_variable(name)),
            variable: &|name| values.get(name).cloned(),
            function: &|_, _| None,
            natural: None,
        })
    }

    /// `self` with `value` in place of one free variable.
    pub fn substitute_one(&self, name: &str, value: &Expr) -> Self {
        self.rebuild(&Change {
            concerns: &|a| a.mentions_variable(name),
            variable: &|x| (**x == *name).then(|| value.clone()),
            function: &|_, _| None,
            natural: None,
        })
    }

    /// `self` with definitions in place of uninterpreted functions, all at once: `table[function]` has the
    /// parameters and the body. What a body says of these functions stays.
    pub fn define(&self, table: &BTreeMap<Name, (Vec<Name>, Expr)>) -> Self {
        self.rebuild(&Change {
            concerns: &|a| table.keys().any(|function| a.mentions_function(function)),
            variable: &|_| None,
            function: &|name, arguments| {
                let (parameters, body) = table.get(name).filter(|(ps, _)| ps.len() == arguments.len())?;
                let values = parameters.iter().cloned().zip(arguments.iter().cloned());
                let changed = values.filter(|(p, e)| e.as_variable() != Some(p));
                Some(body.substitute(&changed.collect()))
            },
            natural: None,
        })
    }

    /// `self` with a number in place of the natural number `m`.
    pub fn at_natural(&self, k: u32) -> Self {
        self.rebuild(&Change {
            concerns: &Atom::mentions_natural,
            variable: &|_| None,
            function: &|_, _| None,
            natural: Some(k),
        })
    }

    /// Replaces what a change is about; everything else is kept as it is.
    fn rebuild(&self, change: &Change<'_>) -> Self {
        self.replace_atoms(|a| {
            if !(change.concerns)(a) {
                return None;
            }
            match a.node() {
                Node::Variable(name) => (change.variable)(name),
                Node::Bound(_) => None,
                Node::Apply(name, arguments) => {
                    let arguments: Vec<Expr> = arguments.iter().map(|e| e.rebuild(change)).collect();
                    Some((change.function)(name, &arguments).unwrap_or_else(|| Self::apply(name, arguments)))
                }
                Node::Indicator(e) => Some(Self::at_least_zero(&e.rebuild(change))),
                Node::Inverse(e) => Some(Self::inverse(&e.rebuild(change))),
                Node::Whole(e) => Some(Self::whole(&e.rebuild(change))),
                Node::Natural => change.natural.map(|k| Self::integer(k.into())),
                Node::Power(base) => {
                    let base = base.rebuild(change);
                    Some(change.natural.map_or_else(|| base.natural_power(), |k| base.pow(k)))
                }
                Node::Primitive { upper, body } => {
                    let y = fresh();
                    let body = body.open_with(&y).rebuild(change);
                    Some(Self::integral(&y, &Self::zero(), &upper.rebuild(change), &body))
                }
                Node::Sum { upper, body } => {
                    let k = fresh();
                    let body = body.open_with(&k).rebuild(change);
                    Some(Self::sum(&k, &upper.rebuild(change), &body))
                }
                Node::Expect { body } => {
                    let p = fresh();
                    Some(Self::expectation(&p, &body.open_with(&p).rebuild(change)))
                }
                Node::Read { profile, agent } => {
                    Some(Self::read(&profile.rebuild(change), &agent.rebuild(change)))
                }
                Node::Update { profile, agent, value } => {
                    let (profile, agent) = (profile.rebuild(change), agent.rebuild(change));
                    Some(Self::update(&profile, &agent, &value.rebuild(change)))
                }
                Node::Opaque { low, high, body } => {
                    let y = fresh();
                    let (low, high) = (low.rebuild(change), high.rebuild(change));
                    Some(Self::integral(&y, &low, &high, &body.open_with(&y).rebuild(change)))
                }
            }
        })
    }

    /// The body of a binder with a name for its bound variable. The name must not occur in the body.
    pub fn open(&self, name: &str) -> Self {
        if name.contains('#') { Self::too_large() } else { self.open_with(name) }
    }

    /// The body of a binder at a point. What the point speaks of is never captured.
    pub fn open_at(&self, point: &Expr) -> Self {
        let y = fresh();
        self.open_with(&y).substitute_one(&y, point)
    }

    pub(in crate::kernel) fn open_with(&self, name: &str) -> Self {
        let variable = Atom::new(Node::Variable(name.into()));
        self.rename(0, &|a, depth| match a.node() {
            _ if a.loose() <= depth => Renamed::Kept,
            Node::Bound(_) => Renamed::To(variable.clone()),
            _ => Renamed::Inside,
        })
    }

    /// The inverse of [`open`](Self::open): binds a name.
    pub(in crate::kernel) fn close(&self, name: &str) -> Self {
        self.rename(0, &|a, depth| match a.node() {
            _ if !a.mentions_variable(name) => Renamed::Kept,
            Node::Variable(_) => Renamed::To(Atom::new(Node::Bound(depth))),
            _ => Renamed::Inside,
        })
    }

    /// Renames variables one to one, `depth` binders inside. Such a renaming keeps terms canonical but for
    /// their order, which is rebuilt here.
    fn rename(&self, depth: u32, renamed: &dyn Fn(&Atom, u32) -> Renamed) -> Self {
        let kept = |a: &Atom| matches!(renamed(a, depth), Renamed::Kept);
        if self.atoms().all(kept) {
            return self.clone();
        }
        let terms = self.terms().map(|(m, c)| {
            if m.factors().all(|(a, _)| kept(a)) {
                return (m.clone(), c.clone());
            }
            let factor = |(a, e): (&Atom, u32)| Monomial::power(a.rename(depth, renamed), e);
            (m.factors().map(factor).fold(Monomial::one(), |m, f| m.times(&f)), c.clone())
        });
        Expr::of(Poly::of_terms(terms.collect()))
    }
}

impl Atom {
    fn rename(&self, depth: u32, renamed: &dyn Fn(&Atom, u32) -> Renamed) -> Self {
        match renamed(self, depth) {
            Renamed::Kept => return self.clone(),
            Renamed::To(atom) => return atom,
            Renamed::Inside => {}
        }
        let within = |e: &Expr| e.rename(depth, renamed);
        let bound = |e: &Expr| e.rename(depth + 1, renamed);
        Atom::new(match self.node() {
            Node::Variable(_) | Node::Bound(_) | Node::Natural => return self.clone(),
            Node::Apply(f, arguments) => Node::Apply(f.clone(), arguments.iter().map(within).collect()),
            Node::Indicator(e) => Node::Indicator(within(e)),
            Node::Inverse(e) => Node::Inverse(within(e)),
            Node::Whole(e) => Node::Whole(within(e)),
            Node::Power(e) => Node::Power(within(e)),
            Node::Primitive { upper, body } => Node::Primitive { upper: within(upper), body: bound(body) },
            Node::Sum { upper, body } => Node::Sum { upper: within(upper), body: bound(body) },
            Node::Expect { body } => Node::Expect { body: bound(body) },
            Node::Read { profile, agent } => Node::Read { profile: within(profile), agent: within(agent) },
            Node::Update { profile, agent, value } => {
                Node::Update { profile: within(profile), agent: within(agent), value: within(value) }
            }
            Node::Opaque { low, high, body } => {
                Node::Opaque { low: within(low), high: within(high), body: bound(body) }
            }
        })
    }
}

/// What becomes of an atom.
enum Renamed {
    /// Nothing.
    Kept,
    /// Another variable.
    To(Atom),
    /// What it is made of is renamed.
    Inside,
}

/// What a term is rebuilt for.
struct Change<'a> {
    /// Whether anything in an atom changes.
    concerns: &'a dyn Fn(&Atom) -> bool,
    /// The value of a free variable.
    variable: &'a dyn Fn(&Name) -> Option<Expr>,
    /// The value of a function at rebuilt arguments.
    function: &'a dyn Fn(&Name, &[Expr]) -> Option<Expr>,
    /// The value of the natural number.
    natural: Option<u32>,
}

/// A name that no text can contain and no earlier call returned. Only ever transient: the term that
/// is opened with it is closed again before anyone sees it.
pub(in crate::kernel) fn fresh() -> Name {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("#{}", NEXT.fetch_add(1, atomic::Ordering::Relaxed)).into()
}
