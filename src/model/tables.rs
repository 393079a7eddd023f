//! [`Tables`]: what holds for all tables of values or outcomes, where payments may have to be found for each.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kernel::{Expr, Formula, Name};

use super::claim::{Bound, Conjunct, ranging};
use super::system::{Problem, System};

/// One part of what is said of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TablePart {
    /// A comparison.
    Comparison(Box<Conjunct>),
    /// That functions exist, or none do.
    System(System),
}

/// For all values of the cells of open tables: the premises imply the conclusions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    /// The cells.
    pub cells: Vec<Bound>,
    /// What is assumed.
    pub premises: Vec<TablePart>,
    /// What follows.
    pub conclusions: Vec<TablePart>,
}

impl TablePart {
    /// What it says.
    pub fn formula(&self) -> Formula {
        match self {
            TablePart::Comparison(conjunct) => conjunct.formula(),
            TablePart::System(system) => system.formula(),
        }
    }

    /// Whether a name occurs free.
    pub fn mentions(&self, name: &str) -> bool {
        match self {
            TablePart::Comparison(conjunct) => conjunct.mentions(name),
            TablePart::System(system) => system.mentions(name),
        }
    }
}

impl Tables {
    /// The statement.
    pub fn formula(&self) -> Formula {
        let all = |parts: &[TablePart]| Formula::And(parts.iter().map(TablePart::formula).collect());
        let body = match self.premises.is_empty() {
            true => all(&self.conclusions),
            false => Formula::implied(&[all(&self.premises)], all(&self.conclusions)),
        };
        ranging(&self.cells.iter().collect::<Vec<_>>(), body)
    }
}

impl System {
    /// The question with values for some names.
    pub fn at(&self, values: &BTreeMap<Name, Expr>) -> Self {
        let rows = self.problem.rows.iter().map(|row| row.at(values)).collect();
        let problem = Arc::new(Problem { rows, ..(*self.problem).clone() });
        System { quantity: self.quantity, problem, aim: None }
    }
}
