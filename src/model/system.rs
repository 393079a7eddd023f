//! [`System`]: that some numbers, or none, satisfy finitely many comparisons.
//!
//! Payments that implement an allocation rule on finitely many types, and mechanisms on them, are such numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kernel::{Atom, Expr, Formula, Name, Node};

use super::claim::{Bound, Comparison, Conjunct, Role, own_name};
use super::existence::Quantity;
use super::mechanism::Mechanism;
use super::point::choices;
use super::property::{Property, unfold};
use super::setting::{Agent, Setting};

/// A number that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Its name in formulas, which no user can write.
    pub name: Name,
    /// Its name for the user: `payment(buyer) at v = 3`.
    pub shown: String,
}

/// Whether some numbers satisfy all rows, or none do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    /// Whether some or none are claimed to exist.
    pub quantity: Quantity,
    /// The numbers.
    pub unknowns: Vec<Unknown>,
    /// What they have to satisfy: comparisons without variables.
    pub rows: Vec<Conjunct>,
}

impl System {
    /// The claim.
    pub fn formula(&self) -> Formula {
        let some = Formula::And(self.rows.iter().map(Conjunct::comparison).collect());
        let some = self
            .unknowns
            .iter()
            .rev()
            .fold(some, |rest, unknown| Formula::Exists(unknown.name.clone(), Box::new(rest)));
        match self.quantity {
            Quantity::Some => some,
            Quantity::No => some.negated(),
        }
    }

    /// The other claim about the same numbers.
    #[must_use]
    pub fn opposite(&self) -> Self {
        let quantity = match self.quantity {
            Quantity::Some => Quantity::No,
            Quantity::No => Quantity::Some,
        };
        System { quantity, ..self.clone() }
    }

    /// The same with further rows.
    #[must_use]
    pub fn with(mut self, quantity: Quantity, rows: impl IntoIterator<Item = Conjunct>) -> Self {
        self.rows.extend(rows);
        self.quantity = quantity;
        self
    }

    /// That payments make the truth a dominant strategy under an allocation rule: for each agent and the others'
    /// types one payment for each own type, and `u_i(x(θ), θ_i) − t_i(θ) ≥ u_i(x(r, θ_{−i}), θ_i) − t_i(r, θ_{−i})`.
    pub fn of_payments(rule: &Mechanism) -> Self {
        let types = rule.setting.types();
        let (mut unknowns, mut rows) = (Vec::new(), Vec::new());
        for i in 0..rule.setting.agents.len() {
            for choice in choices(&types) {
                unknowns.push(payment_at(&rule.setting, i, &choice));
                rows.extend(preferences(rule, i, &types, &choice));
            }
        }
        System { quantity: Quantity::Some, unknowns, rows }
    }

    /// That payments give an allocation rule the properties: for each profile a payment of each agent. `None` if a
    /// property has no meaning here.
    pub fn of_rule(rule: &Mechanism, properties: &[Property]) -> Option<Self> {
        let setting = &rule.setting;
        let Mechanism { payment, .. } = unknown_mechanism(setting);
        let unknown = Mechanism::of(setting, rule.allocation.clone(), payment);
        let at_profile = |choice: &BTreeMap<Name, Expr>| -> Vec<Unknown> {
            (0..setting.agents.len()).map(|i| payment_at(setting, i, choice)).collect()
        };
        let unknowns = choices(&setting.types()).iter().flat_map(at_profile).collect();
        let mut rows = Vec::new();
        for property in properties {
            rows.extend(unfold(&unknown, *property)?.iter().flat_map(|(_, c)| written_out(c)));
        }
        Some(System { quantity: Quantity::Some, unknowns, rows })
    }

    /// The expected sum of payments in the unknowns of [`of_mechanism`](Self::of_mechanism).
    pub fn revenue(setting: &Arc<Setting>) -> Expr {
        expected(setting, Mechanism::surplus)
    }

    /// The expected sum of values in these unknowns.
    pub fn expected_welfare(setting: &Arc<Setting>) -> Expr {
        expected(setting, Mechanism::welfare)
    }

    /// That a mechanism with the properties exists: for each profile a probability of each outcome and a payment of
    /// each agent.
    pub fn of_mechanism(quantity: Quantity, setting: &Arc<Setting>, properties: &[Property]) -> Option<Self> {
        let types = setting.types();
        let unknown = unknown_mechanism(setting);
        let at_profile = |choice: &BTreeMap<Name, Expr>| -> Vec<Unknown> {
            let chances = (0..setting.outcomes.len()).map(|k| probability_at(setting, k, choice));
            chances.chain((0..setting.agents.len()).map(|i| payment_at(setting, i, choice))).collect()
        };
        let unknowns = choices(&types).iter().flat_map(at_profile).collect();
        let others = properties.iter().filter(|p| **p != Property::Feasible);
        let all = std::iter::once(&Property::Feasible).chain(others);
        let mut rows = Vec::new();
        for property in all {
            rows.extend(unfold(&unknown, *property)?.iter().flat_map(|(_, c)| written_out(c)));
        }
        Some(System { quantity, unknowns, rows })
    }
}

/// A term in the unknown probabilities and payments of a mechanism, in expectation.
fn expected(setting: &Arc<Setting>, term: impl Fn(&Mechanism) -> Expr) -> Expr {
    flat(&setting.expectation(&term(&unknown_mechanism(setting))))
}

/// The mechanism whose probabilities and payments are unknown functions of the types.
fn unknown_mechanism(setting: &Arc<Setting>) -> Mechanism {
    let own: Vec<Expr> = setting.types().iter().map(|b| Expr::variable(&b.name)).collect();
    let chance = |k: usize| Expr::apply(&format!("x_{k}"), own.clone());
    let allocation = (0..setting.outcomes.len()).map(chance).collect();
    let charge = |a: &Agent| Expr::apply(&format!("t_{}", a.name), own.clone());
    let payment = setting.agents.iter().map(charge).collect();
    Mechanism::of(setting, allocation, payment)
}

/// What a conjunct with unknown functions says at each choice of its variables.
fn written_out(conjunct: &Conjunct) -> Vec<Conjunct> {
    let row = |choice: BTreeMap<Name, Expr>| {
        let at = conjunct.at(&choice);
        let what = format!("{}{}", at.what, place(&conjunct.variables, &choice));
        Conjunct { what, role: Role::Relation, left: flat(&at.left), right: flat(&at.right), ..at }
    };
    // The truth against itself says nothing.
    choices(&conjunct.variables).into_iter().map(row).filter(|row| row.left != row.right).collect()
}

/// That the truth is as good as every other report of an agent, at one profile.
fn preferences(rule: &Mechanism, i: usize, types: &[Bound], choice: &BTreeMap<Name, Expr>) -> Vec<Conjunct> {
    let setting = &rule.setting;
    let (Some(agent), Some(own)) = (setting.agents.get(i), types.get(i)) else { return vec![] };
    let Some(truth) = choice.get(&own.name) else { return vec![] };
    let paid = |choice: &BTreeMap<Name, Expr>| Expr::variable(&payment_at(setting, i, choice).name);
    let left = rule.value(i).substitute(choice).minus(&paid(choice));
    let others: Vec<Bound> = types.iter().filter(|b| b.name != own.name).cloned().collect();
    let against = |report: Expr| {
        let mut there = choice.clone();
        there.insert(own.name.clone(), report.clone());
        let role = Role::Preference {
            agent: agent.name.clone(),
            truth: shown(own, truth),
            report: shown(own, &report),
            place: place(&others, choice),
        };
        Conjunct {
            what: format!("{}: the truth against a report", agent.name),
            role,
            variables: vec![],
            premises: vec![],
            left: left.clone(),
            relation: Comparison::AtLeast,
            right: rule.value_from(i, &report).substitute(choice).minus(&paid(&there)),
        }
    };
    let reports = own.points.all().iter().map(|p| Expr::number(p.value.clone()));
    reports.filter(|report| report != truth).map(against).collect()
}

/// A value of a name, as the user writes it.
fn shown(bound: &Bound, value: &Expr) -> String {
    let named = value.as_number().and_then(|value| bound.points.shown(&value).map(str::to_owned));
    named.unwrap_or_else(|| value.to_string())
}

/// ` at v = 1, c = 0`
fn place(bounds: &[Bound], choice: &BTreeMap<Name, Expr>) -> String {
    let part = |b: &Bound| Some(format!("{} = {}", b.shown, shown(b, choice.get(&b.name)?)));
    let parts: Vec<String> = bounds.iter().filter_map(part).collect();
    if parts.is_empty() { String::new() } else { format!(" at {}", parts.join(", ")) }
}

/// The function of a probability or payment at some types.
fn at_types(function: &str, types: &[Expr]) -> Name {
    let parts: Vec<String> = types.iter().map(ToString::to_string).collect();
    own_name(function, &parts.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What an agent pays at a profile.
pub fn payment_at(setting: &Setting, agent: usize, choice: &BTreeMap<Name, Expr>) -> Unknown {
    let types = setting.types();
    let values: Vec<Expr> = types.iter().filter_map(|b| choice.get(&b.name).cloned()).collect();
    let name = setting.agents.get(agent).map(|a| a.name.as_str()).unwrap_or_default();
    let shown = format!("payment of {name} ({})", place(&types, choice).trim_start_matches(" at "));
    Unknown { name: at_types(&format!("t_{name}"), &values), shown }
}

/// The probability of an outcome at a profile.
fn probability_at(setting: &Setting, outcome: usize, choice: &BTreeMap<Name, Expr>) -> Unknown {
    let types = setting.types();
    let values: Vec<Expr> = types.iter().filter_map(|b| choice.get(&b.name).cloned()).collect();
    let name = setting.outcomes.get(outcome).map(|o| o.name.as_str()).unwrap_or_default();
    let shown = format!("probability of {name} ({})", place(&types, choice).trim_start_matches(" at "));
    Unknown { name: at_types(&format!("x_{outcome}"), &values), shown }
}

/// A term with names in place of unknown functions at numbers.
fn flat(e: &Expr) -> Expr {
    e.replace_atoms(|atom: &Atom| match atom.node() {
        Node::Apply(function, types) => Some(Expr::variable(&at_types(function, types))),
        _ => None,
    })
}
