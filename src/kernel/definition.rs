//! [`Statement`]: a formula with the definitions of the functions in it.
//!
//! Definitions are a way of writing: a statement means its unfolded formula, and that is what is proved.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::expr::{Expr, Name};
use super::formula::Formula;
use super::rejection::Rejection;
use super::text::Symbol;

/// `name(parameters) = body`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The function.
    pub name: Symbol,
    /// Its parameters.
    pub parameters: Vec<Symbol>,
    /// Its value.
    pub body: Expr,
}

impl Definition {
    /// Rejects a parameter that is named twice: what a function is must not depend on how it is written.
    pub(in crate::kernel) fn has_distinct_parameters(&self) -> Result<(), Rejection> {
        let repeated = |(k, p): (usize, &Symbol)| self.parameters.iter().take(k).any(|q| q == p);
        match self.parameters.iter().enumerate().any(repeated) {
            true => Err(wrong("distinct parameters")),
            false => Ok(()),
        }
    }

    fn table(&self) -> (Name, (Vec<Name>, Expr)) {
        let parameters = self.parameters.iter().map(|p| p.name().clone()).collect();
        (self.name.name().clone(), (parameters, self.body.clone()))
    }
}

impl std::fmt::Display for Definition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parameters: Vec<String> = self.parameters.iter().map(ToString::to_string).collect();
        write!(f, "{}({}) := {}", self.name, parameters.join(", "), self.body)
    }
}

/// The definitions as [`Formula::define`] takes them.
pub(in crate::kernel) fn table(definitions: &[Definition]) -> BTreeMap<Name, (Vec<Name>, Expr)> {
    definitions.iter().map(Definition::table).collect()
}

/// A formula under definitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// In an order in which each speaks of earlier ones only.
    pub definitions: Vec<Definition>,
    /// What is stated.
    pub formula: Formula,
}

impl From<Formula> for Statement {
    fn from(formula: Formula) -> Self {
        Statement { definitions: vec![], formula }
    }
}

/// A statement with the formula that it means; only [`Statement::meaning`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    statement: Statement,
    formula: Formula,
}

impl Meaning {
    /// What is stated.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// What has to be proved: the statement without the defined functions.
    pub fn formula(&self) -> &Formula {
        &self.formula
    }
}

impl Statement {
    /// The statement with the formula that it means: the defined functions unfolded.
    ///
    /// Rejects: a function that is defined twice; a definition that speaks of itself, of a later one, of
    /// an undefined function or of a variable that is no parameter; a repeated parameter; a body that is
    /// not locally bounded by its form, since integrals of functions are taken apart before they are
    /// unfolded; a use with another number of arguments.
    pub fn meaning(self) -> Result<Meaning, Rejection> {
        let formula = self.unfolded()?;
        Ok(Meaning { statement: self, formula })
    }

    fn unfolded(&self) -> Result<Formula, Rejection> {
        if self.definitions.is_empty() {
            return Ok(self.formula.clone());
        }
        self.define_something()?;
        let unfolded = self.formula.define(&table_without_functions(&self.definitions))?;
        if self.definitions.iter().any(|d| unfolded.mentions_function(d.name.name())) {
            return Err(wrong("as many arguments as parameters"));
        }
        Ok(unfolded)
    }

    /// Whether the definitions define what they name.
    fn define_something(&self) -> Result<(), Rejection> {
        for (position, d) in self.definitions.iter().enumerate() {
            let (earlier, _) = self.definitions.split_at(position);
            if earlier.iter().any(|e| e.name == d.name) {
                return Err(wrong("each function defined once"));
            }
            d.has_distinct_parameters()?;
            let is_known = |name: &Name| {
                let parameter = d.body.mentions_variable(name);
                let as_variable = d.parameters.iter().any(|p| p.name() == name);
                let as_function = earlier.iter().any(|e| e.name.name() == name);
                (!parameter || as_variable) && (!d.body.mentions_function(name) || as_function)
            };
            if !d.body.free_names().iter().all(is_known) {
                return Err(wrong("a body that speaks of its parameters and of earlier definitions only"));
            }
            if !d.body.is_tame() || d.body.is_loose() || d.body.is_too_large() {
                return Err(Rejection::NotTame);
            }
        }
        Ok(())
    }
}

fn wrong(expected: &'static str) -> Rejection {
    Rejection::WrongForm { rule: "definitions", expected }
}

/// The definitions as [`Formula::define`] takes them, each without the earlier ones.
fn table_without_functions(definitions: &[Definition]) -> BTreeMap<Name, (Vec<Name>, Expr)> {
    let mut out = BTreeMap::new();
    for d in definitions {
        let (name, (parameters, body)) = d.table();
        let body = body.define(&out);
        out.insert(name, (parameters, body));
    }
    out
}

/// Terms without the defined functions, in the order of the terms.
pub fn unfold<'a>(definitions: &[Definition], terms: impl IntoIterator<Item = &'a Expr>) -> Vec<Expr> {
    let table = table_without_functions(definitions);
    terms.into_iter().map(|e| e.define(&table)).collect()
}
