//! [`Existence`]: that some, or no, mechanism on a setting has given properties.
//!
//! Ranges over Borel, locally bounded rules from type profiles to lotteries over the outcomes, with
//! payments of the same kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kernel::{Expr, Formula, Function, Name};

use super::claim::{Claim, Conjunct};
use super::mechanism::Mechanism;
use super::property::{Part, Property, unfold};
use super::setting::Setting;

/// `some` or `no`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// At least one.
    Some,
    /// None.
    No,
}

/// A question of existence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Existence {
    /// Whether some or none is claimed to exist.
    pub quantity: Quantity,
    /// The setting.
    pub setting: Arc<Setting>,
    /// The probabilities of the outcomes, then the payments of the agents; each takes the types in the
    /// order of the agents.
    pub functions: Vec<Function>,
    /// What they have to satisfy; feasibility first.
    pub parts: Vec<(Part, Conjunct)>,
}

impl Existence {
    /// The question whether a mechanism with the properties exists; `None` if one of them has no meaning in
    /// the setting.
    pub fn new(quantity: Quantity, setting: &Arc<Setting>, properties: &[Property]) -> Option<Self> {
        let arity = setting.agents.len();
        let probabilities = (0..setting.outcomes.len()).map(|k| format!("x_{k}'"));
        let payments = setting.agents.iter().map(|a| format!("t_{}'", a.name));
        let functions: Vec<Function> =
            probabilities.chain(payments).map(|name| Function { name: name.into(), arity }).collect();
        let types: Vec<Expr> = setting.agents.iter().map(|a| Expr::variable(&a.type_.name)).collect();
        let mut terms: Vec<Expr> = functions.iter().map(|f| Expr::apply(&f.name, types.clone())).collect();
        let payment = terms.split_off(setting.outcomes.len());
        let unknown = Mechanism::of(setting, terms, payment);
        let mut parts = unfold(&unknown, Property::Feasible)?;
        for property in properties.iter().filter(|p| **p != Property::Feasible) {
            parts.extend(unfold(&unknown, *property)?);
        }
        Some(Existence { quantity, setting: setting.clone(), functions, parts })
    }

    /// The conjunction of the parts, about the functions.
    pub fn body(&self) -> Formula {
        Formula::And(self.parts.iter().map(|(_, c)| c.formula()).collect())
    }

    /// The question with values for some of the setting's parameters.
    pub fn at(&self, values: &BTreeMap<Name, Expr>) -> Self {
        let conjuncts = self.parts.iter().map(|(_, c)| c.clone()).collect();
        let claim =
            Claim { parameters: vec![], charges: vec![], conjuncts, definitions: vec![], squares: vec![] }
                .at(values);
        let parts = self.parts.iter().zip(claim.conjuncts).map(|((part, _), c)| (*part, c)).collect();
        Existence { setting: Arc::new(self.setting.at(values)), parts, ..self.clone() }
    }

    /// The parts with a mechanism's probabilities and payments in place of the functions: a claim
    /// whose formula is the [`body`](Self::body) with these definitions, if the mechanism has no charges.
    pub fn instance(&self, m: &Mechanism) -> Claim {
        let types: Vec<Name> = self.setting.agents.iter().map(|a| a.type_.name.clone()).collect();
        let bodies = m.allocation.iter().chain(&m.payment);
        let definition = |(f, body): (&Function, &Expr)| (f.name.clone(), (types.clone(), body.clone()));
        let table = self.functions.iter().zip(bodies).map(definition).collect();
        let define = |e: &Expr| e.define(&table);
        let instance = |(_, c): &(Part, Conjunct)| Conjunct {
            left: define(&c.left),
            right: define(&c.right),
            ..c.clone()
        };
        Claim::about(&self.setting.parameters, &m.charges, self.parts.iter().map(instance).collect())
            .under(&m.definitions)
    }

    /// The claim.
    pub fn formula(&self) -> Formula {
        let (functions, body) = (self.functions.clone(), Arc::new(self.body()));
        match self.quantity {
            Quantity::Some => Formula::SomeFunctions(functions, body),
            Quantity::No => Formula::NoFunctions(functions, body),
        }
    }
}
