//! [`Formula`]: what can be claimed, and its negation.
//!
//! Bound names of quantifiers are part of a formula; substitution refuses to capture. Domains are
//! hypotheses of implications, never attributes of variables.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::expr::{Expr, Name};
use super::rejection::Rejection;

/// Nesting of quantifiers and connectives in a theorem.
const DEPTH_LIMIT: usize = 1_000;
/// Atoms in a formula of a theorem, with repetitions.
const WEIGHT_LIMIT: usize = 1_000_000;

/// How a term compares with zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// `= 0`
    Equal,
    /// `≥ 0`
    AtLeast,
    /// `> 0`
    Positive,
}

/// A function symbol with its number of arguments: Borel and locally bounded on ℝⁿ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// How many arguments it takes.
    pub arity: usize,
}

/// A statement about terms.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Formula {
    /// `e = 0`, `e ≥ 0`, `e > 0`.
    Compare(Relation, Expr),
    /// All of them; true if there are none.
    And(Vec<Formula>),
    /// At least one of them; false if there are none.
    Or(Vec<Formula>),
    /// The first implies the second.
    Implies(Box<Formula>, Box<Formula>),
    /// For all real values of a name.
    ForAll(Name, Box<Formula>),
    /// For some real value of a name.
    Exists(Name, Box<Formula>),
    /// For some functions of the given arities. The body is shared: over finite sets it may be long, and is handed on.
    SomeFunctions(Vec<Function>, Arc<Formula>),
    /// For no functions of the given arities.
    NoFunctions(Vec<Function>, Arc<Formula>),
}

impl Formula {
    /// `left = right`.
    pub fn equal(left: &Expr, right: &Expr) -> Self {
        Formula::Compare(Relation::Equal, left.minus(right))
    }

    /// `left ≥ right`.
    pub fn at_least(left: &Expr, right: &Expr) -> Self {
        Formula::Compare(Relation::AtLeast, left.minus(right))
    }

    /// `left > right`.
    pub fn greater(left: &Expr, right: &Expr) -> Self {
        Formula::Compare(Relation::Positive, left.minus(right))
    }

    /// `left ≠ right`.
    pub fn unequal(left: &Expr, right: &Expr) -> Self {
        Formula::Or(vec![Self::greater(left, right), Self::greater(right, left)])
    }

    /// `0 > 0`.
    pub fn falsehood() -> Self {
        Formula::Compare(Relation::Positive, Expr::zero())
    }

    /// `premises ⇒ conclusion`, the first premise outermost.
    pub fn implied(premises: &[Formula], conclusion: Formula) -> Self {
        premises
            .iter()
            .rev()
            .fold(conclusion, |rest, premise| Formula::Implies(Box::new(premise.clone()), Box::new(rest)))
    }

    /// `∀ names. self`, the first name outermost.
    pub fn for_all(names: &[Name], body: Formula) -> Self {
        names.iter().rev().fold(body, |rest, name| Formula::ForAll(name.clone(), Box::new(rest)))
    }

    /// The negation, pushed inwards.
    pub fn negated(&self) -> Self {
        match self {
            Formula::Compare(Relation::Equal, e) => Formula::unequal(e, &Expr::zero()),
            Formula::Compare(Relation::AtLeast, e) => Formula::Compare(Relation::Positive, e.negated()),
            Formula::Compare(Relation::Positive, e) => Formula::Compare(Relation::AtLeast, e.negated()),
            Formula::And(parts) => Formula::Or(parts.iter().map(Formula::negated).collect()),
            Formula::Or(parts) => Formula::And(parts.iter().map(Formula::negated).collect()),
            Formula::Implies(premise, conclusion) => {
                Formula::And(vec![(**premise).clone(), conclusion.negated()])
            }
            Formula::ForAll(x, body) => Formula::Exists(x.clone(), Box::new(body.negated())),
            Formula::Exists(x, body) => Formula::ForAll(x.clone(), Box::new(body.negated())),
            Formula::SomeFunctions(fs, body) => Formula::NoFunctions(fs.clone(), body.clone()),
            Formula::NoFunctions(fs, body) => Formula::SomeFunctions(fs.clone(), body.clone()),
        }
    }

    /// Whether a name occurs free, as a variable or as a function.
    pub fn mentions(&self, name: &str) -> bool {
        self.mentions_variable(name) || self.mentions_function(name)
    }

    /// Whether a variable occurs free. Only a quantifier over values binds it.
    pub fn mentions_variable(&self, name: &str) -> bool {
        match self {
            Formula::Compare(_, e) => e.mentions_variable(name),
            Formula::And(parts) | Formula::Or(parts) => parts.iter().any(|p| p.mentions_variable(name)),
            Formula::Implies(a, b) => a.mentions_variable(name) || b.mentions_variable(name),
            Formula::ForAll(x, body) | Formula::Exists(x, body) => {
                &**x != name && body.mentions_variable(name)
            }
            Formula::SomeFunctions(_, body) | Formula::NoFunctions(_, body) => body.mentions_variable(name),
        }
    }

    /// Whether a function occurs free. Only a quantifier over functions binds it, whatever the arity.
    pub fn mentions_function(&self, name: &str) -> bool {
        match self {
            Formula::Compare(_, e) => e.mentions_function(name),
            Formula::And(parts) | Formula::Or(parts) => parts.iter().any(|p| p.mentions_function(name)),
            Formula::Implies(a, b) => a.mentions_function(name) || b.mentions_function(name),
            Formula::ForAll(_, body) | Formula::Exists(_, body) => body.mentions_function(name),
            Formula::SomeFunctions(fs, body) | Formula::NoFunctions(fs, body) => {
                fs.iter().all(|f| &*f.name != name) && body.mentions_function(name)
            }
        }
    }

    /// Rejects a formula that is too large, or a term whose computation was.
    pub(in crate::kernel) fn within_limits(&self) -> Result<(), Rejection> {
        fn weigh(formula: &Formula, depth: usize) -> Result<u64, Rejection> {
            if depth > DEPTH_LIMIT {
                return Err(Rejection::TooLarge { what: "nested formulas", limit: DEPTH_LIMIT });
            }
            let all = |parts: &[Formula]| {
                parts.iter().try_fold(1_u64, |sum, p| Ok(sum.saturating_add(weigh(p, depth + 1)?)))
            };
            match formula {
                Formula::Compare(_, e) if e.is_too_large() => {
                    Err(Rejection::TooLarge { what: "terms", limit: WEIGHT_LIMIT })
                }
                Formula::Compare(_, e) if e.is_loose() => Err(Rejection::WrongForm {
                    rule: "every step",
                    expected: "bound variables inside their binders",
                }),
                Formula::Compare(_, e) => Ok(e.weight()),
                Formula::And(parts) | Formula::Or(parts) => all(parts),
                Formula::Implies(a, b) => Ok(weigh(a, depth + 1)?.saturating_add(weigh(b, depth + 1)?)),
                Formula::ForAll(_, body) | Formula::Exists(_, body) => weigh(body, depth + 1),
                Formula::SomeFunctions(_, body) | Formula::NoFunctions(_, body) => weigh(body, depth + 1),
            }
        }
        let weight = weigh(self, 0)?;
        if usize::try_from(weight).is_ok_and(|w| w <= WEIGHT_LIMIT) {
            return Ok(());
        }
        Err(Rejection::TooLarge { what: "atoms in a formula", limit: WEIGHT_LIMIT })
    }

    /// `self` with a number in place of the natural number of the theorem.
    pub fn at_natural(&self, k: u32) -> Self {
        let all = |parts: &[Formula]| parts.iter().map(|p| p.at_natural(k)).collect();
        match self {
            Formula::Compare(relation, e) => Formula::Compare(*relation, e.at_natural(k)),
            Formula::And(parts) => Formula::And(all(parts)),
            Formula::Or(parts) => Formula::Or(all(parts)),
            Formula::Implies(a, b) => Formula::Implies(Box::new(a.at_natural(k)), Box::new(b.at_natural(k))),
            Formula::ForAll(x, body) => Formula::ForAll(x.clone(), Box::new(body.at_natural(k))),
            Formula::Exists(x, body) => Formula::Exists(x.clone(), Box::new(body.at_natural(k))),
            Formula::SomeFunctions(fs, body) => {
                Formula::SomeFunctions(fs.clone(), Arc::new(body.at_natural(k)))
            }
            Formula::NoFunctions(fs, body) => Formula::NoFunctions(fs.clone(), Arc::new(body.at_natural(k))),
        }
    }

    /// `self` with a term in place of a free variable. Rejects if a free name of the term would be
    /// captured by a quantifier.
    pub fn substitute(&self, name: &str, value: &Expr) -> Result<Self, Rejection> {
        self.substitute_all(&BTreeMap::from([(name.into(), value.clone())]))
    }

    /// `self` with terms in place of free variables, all at once. Rejects if a free name of a term would be
    /// captured by a quantifier.
    pub fn substitute_all(&self, values: &BTreeMap<Name, Expr>) -> Result<Self, Rejection> {
        if !values.keys().any(|name| self.mentions_variable(name)) {
            return Ok(self.clone());
        }
        let all = |parts: &[Formula]| -> Result<Vec<_>, _> {
            parts.iter().map(|p| p.substitute_all(values)).collect()
        };
        // What a quantifier binds is another variable than what has its name outside.
        let under = |binder: &Name, body: &Formula| -> Result<Box<Self>, Rejection> {
            let mut inside = values.clone();
            inside.retain(|name, _| name != binder && body.mentions_variable(name));
            match inside.values().any(|value| value.mentions(binder)) {
                true => Err(Rejection::Capture { name: binder.clone() }),
                false => Ok(Box::new(body.substitute_all(&inside)?)),
            }
        };
        // Functions are no variables.
        let under_functions = |functions: &[Function], body: &Formula| -> Result<Arc<Self>, Rejection> {
            match functions.iter().find(|f| values.values().any(|value| value.mentions(&f.name))) {
                Some(f) => Err(Rejection::Capture { name: f.name.clone() }),
                None => Ok(Arc::new(body.substitute_all(values)?)),
            }
        };
        Ok(match self {
            Formula::Compare(relation, e) => Formula::Compare(*relation, e.substitute(values)),
            Formula::And(parts) => Formula::And(all(parts)?),
            Formula::Or(parts) => Formula::Or(all(parts)?),
            Formula::Implies(a, b) => {
                Formula::Implies(Box::new(a.substitute_all(values)?), Box::new(b.substitute_all(values)?))
            }
            Formula::ForAll(x, body) => Formula::ForAll(x.clone(), under(x, body)?),
            Formula::Exists(x, body) => Formula::Exists(x.clone(), under(x, body)?),
            Formula::SomeFunctions(fs, body) => {
                Formula::SomeFunctions(fs.clone(), under_functions(fs, body)?)
            }
            Formula::NoFunctions(fs, body) => Formula::NoFunctions(fs.clone(), under_functions(fs, body)?),
        })
    }

    /// `self` with definitions in place of function symbols. Rejects if a body mentions a name that a
    /// quantifier here binds.
    pub fn define(&self, definitions: &BTreeMap<Name, (Vec<Name>, Expr)>) -> Result<Self, Rejection> {
        let under = |binder: &Name| -> Result<(), Rejection> {
            match definitions.values().any(|(ps, body)| !ps.contains(binder) && body.mentions(binder)) {
                true => Err(Rejection::Capture { name: binder.clone() }),
                false => Ok(()),
            }
        };
        let all = |parts: &[Formula]| -> Result<Vec<_>, _> {
            parts.iter().map(|p| p.define(definitions)).collect()
        };
        Ok(match self {
            Formula::Compare(relation, e) => Formula::Compare(*relation, e.define(definitions)),
            Formula::And(parts) => Formula::And(all(parts)?),
            Formula::Or(parts) => Formula::Or(all(parts)?),
            Formula::Implies(a, b) => {
                Formula::Implies(Box::new(a.define(definitions)?), Box::new(b.define(definitions)?))
            }
            Formula::ForAll(x, body) => {
                under(x)?;
                Formula::ForAll(x.clone(), Box::new(body.define(definitions)?))
            }
            Formula::Exists(x, body) => {
                under(x)?;
                Formula::Exists(x.clone(), Box::new(body.define(definitions)?))
            }
            Formula::SomeFunctions(..) | Formula::NoFunctions(..) => {
                return Err(Rejection::WrongForm {
                    rule: "existence",
                    expected: "no nested function quantifier",
                });
            }
        })
    }
}
