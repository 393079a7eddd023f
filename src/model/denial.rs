//! What a derivation says, denied: functions and numbers that satisfy its hypotheses, for which a statement fails.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kernel::{Atom, Expr, Formula, Function, Name, Node};

use super::derivation::{Chain, Derivation};

impl Derivation {
    /// That a statement below the ranges of a chain fails for some functions and numbers that satisfy the hypotheses,
    /// where the natural number, if there is one, has a value.
    pub fn denial(&self, chain: &Chain, statement: &Formula, natural: Option<u32>) -> Formula {
        let fails = Formula::And(chain.domain.iter().cloned().chain([statement.negated()]).collect());
        let fails = for_some(&chain.variables, fails);
        let hypotheses = self.hypotheses.iter().map(|h| h.formula.clone());
        let body = for_some(&self.numbers, Formula::And(hypotheses.chain([fails]).collect()));
        let body = natural.map_or(body.clone(), |k| body.at_natural(k));
        let mut functions = BTreeMap::new();
        functions_in(&body, &mut functions);
        let functions: Vec<Function> =
            functions.into_iter().map(|(name, arity)| Function { name, arity }).collect();
        if functions.is_empty() { body } else { Formula::SomeFunctions(functions, Arc::new(body)) }
    }
}

fn for_some(names: &[Name], body: Formula) -> Formula {
    names.iter().rev().fold(body, |rest, name| Formula::Exists(name.clone(), Box::new(rest)))
}

/// The functions of a formula with the number of their arguments.
fn functions_in(formula: &Formula, out: &mut BTreeMap<Name, usize>) {
    match formula {
        Formula::Compare(_, e) => e.atoms().for_each(|a| every_function(a, out)),
        Formula::And(parts) | Formula::Or(parts) => parts.iter().for_each(|p| functions_in(p, out)),
        Formula::Implies(a, b) => [a, b].into_iter().for_each(|f| functions_in(f, out)),
        Formula::ForAll(_, body) | Formula::Exists(_, body) => functions_in(body, out),
        Formula::SomeFunctions(..) | Formula::NoFunctions(..) => {}
    }
}

/// The functions of an atom with the number of their arguments, those below binders too.
pub fn every_function(atom: &Atom, out: &mut BTreeMap<Name, usize>) {
    let mut visit = |e: &Expr| e.atoms().for_each(|a| every_function(a, out));
    match atom.node() {
        Node::Variable(_) | Node::Bound(_) | Node::Natural => {}
        Node::Apply(f, arguments) => {
            arguments.iter().for_each(&mut visit);
            out.insert(f.clone(), arguments.len());
        }
        Node::Indicator(e) | Node::Inverse(e) | Node::Whole(e) | Node::Power(e) => visit(e),
        Node::Primitive { upper, body } | Node::Sum { upper, body } => {
            [upper, body].into_iter().for_each(visit);
        }
        Node::Expect { body } => visit(body),
        Node::Read { profile, agent } => [profile, agent].into_iter().for_each(visit),
        Node::Update { profile, agent, value } => [profile, agent, value].into_iter().for_each(visit),
        Node::Opaque { low, high, body } => [low, high, body].into_iter().for_each(visit),
    }
}
