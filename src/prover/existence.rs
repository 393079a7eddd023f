//! Whether a mechanism with given properties exists: [`decide`].
//!
//! By the existence theorem (Krishna and Perry; Krishna, Proposition 5.6) the pivot mechanism with the
//! least participation charges decides: if its expected surplus is at least zero, its balanced version
//! does everything and is exhibited; if it is negative, [`impossibility`](super::impossibility)
//! derives a contradiction from the properties. The theorem is only the guide: both answers are
//! proved from the definitions.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::exact::Rational;
use crate::kernel::{Definition, Expr, Formula, Statement, Step, unfold};
use crate::model::{Existence, Mechanism, Setting};
use crate::piecewise::{Engine, Obstacle};

use super::extremum::{Extremum, maximum, number};
use super::impossibility;
use super::proof::{Builder, Hints, Proved, symbol};

/// The answer to an existence question.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Such a mechanism exists; the theorem is about `SomeFunctions`.
    Exists {
        /// The theorem.
        proved: Proved,
        /// The mechanism that is exhibited.
        mechanism: Mechanism,
    },
    /// None exists; the theorem is about `NoFunctions`.
    Impossible {
        /// The theorem.
        proved: Proved,
        /// The expected surplus of the pivot mechanism after the least charges: the shortfall.
        surplus: Rational,
    },
}

/// Decides an existence question about efficient mechanisms.
pub fn decide(existence: &Existence) -> Result<Answer, Obstacle> {
    let setting = &existence.setting;
    if !setting.parameters.is_empty() {
        let reason = "the setting still has a free parameter; fix it with `at`".into();
        return Err(Obstacle::Existence { reason });
    }
    let pivot = Mechanism::pivot(setting);
    let charged = Mechanism::participate(&pivot, "pivot");
    let bodies = unfold(&charged.definitions, charged.charges.iter().map(|c| &c.body));
    let found = charged.charges.iter().zip(&bodies).map(|(c, body)| maximum(&[], c, body));
    let charges: Vec<Extremum> = found.collect::<Result<_, _>>()?;
    let values: BTreeMap<_, _> =
        charged.charges.iter().zip(&charges).map(|(c, e)| (c.name.clone(), e.value.clone())).collect();
    let fixed = Mechanism {
        payment: charged.payment.iter().map(|t| t.substitute(&values)).collect(),
        charges: vec![],
        ..charged
    };
    let surplus = expected_surplus(setting, &fixed)?;
    if surplus.is_negative() {
        let worst: Vec<Expr> = charges.iter().map(|e| e.at.clone()).collect();
        let proved = impossibility::prove(existence, &pivot, &worst)?;
        return Ok(Answer::Impossible { proved, surplus });
    }
    let mechanism = Mechanism::balance(&fixed)
        .ok_or_else(|| Obstacle::Existence { reason: "a single agent cannot balance a budget".into() })?;
    let mechanism = simplified(setting, mechanism);
    let proved = exhibit(existence, &mechanism)?;
    Ok(Answer::Exists { proved, mechanism })
}

fn expected_surplus(setting: &Arc<Setting>, mechanism: &Mechanism) -> Result<Rational, Obstacle> {
    let total = mechanism.payment.iter().fold(Expr::zero(), |sum, t| sum.plus(t));
    let e = setting.expectation(&total);
    number(&e).ok_or(Obstacle::Existence { reason: "the expected surplus has no rational value".into() })
}

/// Payments in closed form where they have one: easier to read, and the same functions.
fn simplified(setting: &Arc<Setting>, mechanism: Mechanism) -> Mechanism {
    let domain: Vec<Formula> = setting.agents.iter().flat_map(|a| a.type_.domain()).collect();
    let facts = super::proof::facts(&domain);
    let simple = |e: &Expr| Engine::new().closed_form(&facts, e).unwrap_or_else(|| e.clone());
    let payment = mechanism.payment.iter().map(simple).collect();
    Mechanism { payment, ..mechanism }
}

fn exhibit(existence: &Existence, mechanism: &Mechanism) -> Result<Proved, Obstacle> {
    let body = existence.body();
    let parameters: Vec<_> =
        existence.setting.agents.iter().map(|a| symbol(&a.type_.name)).collect::<Result<_, _>>()?;
    let bodies = mechanism.allocation.iter().chain(&mechanism.payment);
    let definitions: Vec<Definition> = existence
        .functions
        .iter()
        .zip(bodies)
        .map(|(f, body)| {
            Ok(Definition { name: symbol(&f.name)?, parameters: parameters.clone(), body: body.clone() })
        })
        .collect::<Result<_, Obstacle>>()?;
    let table = definitions
        .iter()
        .map(|d| {
            let parameters = d.parameters.iter().map(|p| p.name().clone()).collect();
            (d.name.name().clone(), (parameters, d.body.clone()))
        })
        .collect();
    let instance = body.define(&table).map_err(|rejection| Obstacle::Refused { rejection })?;
    let mut builder = Builder::default();
    let premise = builder.prove(&mut Engine::new(), &mut Vec::new(), &instance, &Hints::new())?;
    let statement = Formula::SomeFunctions(existence.functions.clone(), Box::new(body));
    builder.add(Step::Exhibit { premise, statement: statement.clone(), definitions })?;
    builder
        .finish(&Statement::from(statement).meaning().map_err(|rejection| Obstacle::Refused { rejection })?)
}
