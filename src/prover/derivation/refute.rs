//! Where a link is false: functions and numbers from a library that satisfy the hypotheses.
//!
//! The library has uniform and triangular densities, powers, constants, the transfers that the envelope
//! formula gives for them, small integers, and numbers on a grid. The hypotheses are tried at points first;
//! of an instance that is reported, they are proved.

use std::collections::{BTreeMap, BTreeSet};

use crate::exact::Rational;
use crate::kernel::{Atom, Expr, Formula, Name, Node, Relation};
use crate::model::Derivation;
use crate::piecewise::Engine;

use super::super::proof::{Builder, Hints};
use super::tactic::closed_atoms;

/// Functions and numbers, as they are written, at which a link fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// The numbers.
    pub numbers: Vec<(Name, Expr)>,
    /// The functions with the names of their arguments.
    pub functions: Vec<(Name, Vec<Name>, Expr)>,
    /// The natural number.
    pub natural: Option<u32>,
    /// Left minus right there.
    pub difference: Rational,
}

/// Combinations of values that are tried at most.
const TRIES: usize = 10_000;
/// Instances whose hypotheses are proved, at most.
const PROOFS: usize = 8;
/// Values of the natural number.
const NATURALS: [u32; 2] = [0, 1];

/// The values of all unknowns.
struct Values {
    table: BTreeMap<Name, (Vec<Name>, Expr)>,
    natural: Option<u32>,
}

impl Values {
    fn term(&self, e: &Expr) -> Expr {
        let e = e.define(&self.table);
        self.natural.map_or(e.clone(), |k| e.at_natural(k))
    }
}

/// An instance of the library at which the hypotheses hold and the goal does not.
pub(super) fn instance(derivation: &Derivation, domain: &[Formula], goal: &Formula) -> Option<Instance> {
    let Formula::Compare(relation, e) = goal else { return None };
    let hypotheses: Vec<&Formula> = derivation.hypotheses.iter().map(|h| &h.formula).chain(domain).collect();
    let mut atoms: Vec<Atom> = closed_atoms(e);
    hypotheses.iter().for_each(|h| collect(h, &mut atoms));
    let mut unknown: BTreeMap<Name, usize> = BTreeMap::new();
    for atom in &atoms {
        every_function(atom, &mut unknown);
    }
    // The prior is no part of an instance: an average of types alone has no value.
    let of_types = |a: &Atom| {
        let mut functions = BTreeMap::new();
        every_function(a, &mut functions);
        matches!(a.node(), Node::Expect { .. }) && functions.is_empty()
    };
    if atoms.iter().any(of_types) {
        return None;
    }
    let mut numbers: BTreeSet<Name> = variables(e);
    hypotheses.iter().for_each(|h| free(h, &mut vec![], &mut numbers));
    let numbers: Vec<Name> = numbers.into_iter().collect();
    let naturals: Vec<Option<u32>> = match derivation.integer {
        Some(_) => NATURALS.iter().copied().map(Some).collect(),
        None => vec![None],
    };
    let (mut tries, mut proofs) = (0, 0);
    let points: Vec<Vec<BTreeMap<Name, Expr>>> =
        naturals.iter().map(|natural| points(&hypotheses, &numbers, *natural)).collect();
    for choice in choices(&unknown) {
        for (natural, points) in naturals.iter().zip(&points) {
            let values = Values { table: choice.clone(), natural: *natural };
            let goal_term = values.term(e);
            let closed: Vec<Formula> = hypotheses.iter().filter_map(|h| instantiated(h, &values)).collect();
            if closed.len() != hypotheses.len() {
                continue;
            }
            for at in points {
                tries += 1;
                if tries > TRIES {
                    return None;
                }
                let Some(value) = goal_term.substitute(at).as_number() else { break };
                if holds(*relation, &value) || !closed.iter().all(|h| plausible(h, at)) {
                    continue;
                }
                proofs += 1;
                if proofs > PROOFS {
                    return None;
                }
                if closed.iter().all(|h| proved(h, at)) {
                    let functions = choice.iter().map(|(f, (ps, e))| (f.clone(), ps.clone(), e.clone()));
                    return Some(Instance {
                        numbers: at.clone().into_iter().collect(),
                        functions: functions.collect(),
                        natural: *natural,
                        difference: value,
                    });
                }
            }
        }
    }
    None
}

/// The points of the grid at which the hypotheses hold that speak of no function.
fn points(hypotheses: &[&Formula], numbers: &[Name], natural: Option<u32>) -> Vec<BTreeMap<Name, Expr>> {
    let values = Values { table: BTreeMap::new(), natural };
    let of_numbers = |h: &&&Formula| {
        let (mut atoms, mut functions) = (Vec::new(), BTreeMap::new());
        collect(h, &mut atoms);
        atoms.iter().for_each(|a| every_function(a, &mut functions));
        functions.is_empty()
    };
    let plain: Vec<Formula> =
        hypotheses.iter().filter(of_numbers).filter_map(|h| instantiated(h, &values)).collect();
    let at =
        |point: Vec<Rational>| numbers.iter().cloned().zip(point.into_iter().map(Expr::number)).collect();
    grid(numbers.len()).into_iter().map(at).filter(|at| plain.iter().all(|h| plausible(h, at))).collect()
}

fn holds(relation: Relation, value: &Rational) -> bool {
    match relation {
        Relation::Equal => value.is_zero(),
        Relation::AtLeast => !value.is_negative(),
        Relation::Positive => value.is_positive(),
    }
}

fn collect(formula: &Formula, out: &mut Vec<Atom>) {
    match formula {
        Formula::Compare(_, e) => out.extend(closed_atoms(e)),
        Formula::And(parts) | Formula::Or(parts) => parts.iter().for_each(|p| collect(p, out)),
        Formula::Implies(a, b) => [a, b].into_iter().for_each(|f| collect(f, out)),
        Formula::ForAll(_, body) | Formula::Exists(_, body) => collect(body, out),
        Formula::SomeFunctions(..) | Formula::NoFunctions(..) => {}
    }
}

/// The functions of an atom with the number of their arguments, those below binders too.
fn every_function(atom: &Atom, out: &mut BTreeMap<Name, usize>) {
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

fn variables(e: &Expr) -> BTreeSet<Name> {
    e.free_names().into_iter().filter(|n| e.mentions_variable(n)).collect()
}

fn free(formula: &Formula, bound: &mut Vec<Name>, out: &mut BTreeSet<Name>) {
    match formula {
        Formula::Compare(_, e) => out.extend(variables(e).into_iter().filter(|n| !bound.contains(n))),
        Formula::And(parts) | Formula::Or(parts) => parts.iter().for_each(|p| free(p, bound, out)),
        Formula::Implies(a, b) => [a, b].into_iter().for_each(|f| free(f, bound, out)),
        Formula::ForAll(x, body) | Formula::Exists(x, body) => {
            bound.push(x.clone());
            free(body, bound, out);
            bound.pop();
        }
        Formula::SomeFunctions(..) | Formula::NoFunctions(..) => {}
    }
}

/// The formula with the functions and the natural number of an instance.
fn instantiated(formula: &Formula, values: &Values) -> Option<Formula> {
    Some(match formula {
        Formula::Compare(relation, e) => Formula::Compare(*relation, values.term(e)),
        Formula::And(parts) => {
            Formula::And(parts.iter().map(|p| instantiated(p, values)).collect::<Option<_>>()?)
        }
        Formula::Implies(a, b) => {
            Formula::Implies(Box::new(instantiated(a, values)?), Box::new(instantiated(b, values)?))
        }
        Formula::ForAll(x, body) => Formula::ForAll(x.clone(), Box::new(instantiated(body, values)?)),
        _ => return None,
    })
}

/// Whether a formula holds at points of a grid.
fn plausible(formula: &Formula, at: &BTreeMap<Name, Expr>) -> bool {
    match formula {
        Formula::Compare(relation, e) => {
            e.substitute(at).as_number().is_some_and(|value| holds(*relation, &value))
        }
        Formula::And(parts) => parts.iter().all(|p| plausible(p, at)),
        Formula::Implies(a, b) => !plausible(a, at) || plausible(b, at),
        Formula::ForAll(x, body) => (0..=4).all(|k| {
            let mut at = at.clone();
            at.insert(x.clone(), Expr::number(Rational::new(k, 4).unwrap_or(Rational::ZERO)));
            plausible(body, &at)
        }),
        _ => false,
    }
}

fn proved(formula: &Formula, at: &BTreeMap<Name, Expr>) -> bool {
    let mut goal = formula.clone();
    for (name, value) in at {
        match goal.substitute(name, value) {
            Ok(next) => goal = next,
            Err(_) => return false,
        }
    }
    let (mut builder, mut engine) = (Builder::default(), Engine::new());
    builder.prove(&mut engine, &mut vec![], &goal, &Hints::new()).is_ok()
}

/// Values for the unknown functions, simple ones first.
fn choices(unknown: &BTreeMap<Name, usize>) -> Vec<BTreeMap<Name, (Vec<Name>, Expr)>> {
    let mut out: Vec<BTreeMap<Name, (Vec<Name>, Expr)>> = vec![BTreeMap::new()];
    for (f, arity) in unknown {
        let parameters: Vec<Name> =
            (1..=*arity).map(|k| if *arity == 1 { "y".into() } else { format!("y_{k}").into() }).collect();
        let bodies = library(&parameters);
        let with = |table: &BTreeMap<Name, (Vec<Name>, Expr)>, body: &Expr| {
            let mut table = table.clone();
            table.insert(f.clone(), (parameters.clone(), body.clone()));
            table
        };
        out = bodies.iter().flat_map(|body| out.iter().map(|t| with(t, body)).collect::<Vec<_>>()).collect();
        out.truncate(2_000);
    }
    out
}

/// Functions of one or more arguments.
fn library(parameters: &[Name]) -> Vec<Expr> {
    let ratio = |n, d| Expr::number(Rational::new(n, d).unwrap_or(Rational::ZERO));
    let mut out = vec![Expr::one()];
    for p in parameters {
        let y = Expr::variable(p);
        out.push(y.clone());
        out.push(y.pow(2));
        if parameters.len() == 1 {
            out.push(y.pow(2).times(&ratio(-1, 2)));
            out.push(y.pow(2).times(&ratio(1, 2)));
            out.push(y.pow(3).times(&ratio(-2, 3)));
            out.push(y.times(&ratio(2, 1)));
            out.push(Expr::one().minus(&y));
        }
    }
    out.extend([Expr::zero(), ratio(1, 2), ratio(-1, 1)]);
    out
}

/// Values for some numbers.
fn grid(count: usize) -> Vec<Vec<Rational>> {
    let values = [(1, 2), (1, 1), (1, 4), (3, 4), (0, 1), (2, 1)];
    let mut out: Vec<Vec<Rational>> = vec![vec![]];
    for _ in 0..count {
        let longer = |point: &Vec<Rational>| {
            let next = |(n, d): &(i64, i64)| {
                let value = Rational::new(*n, *d).unwrap_or(Rational::ZERO);
                point.iter().cloned().chain([value]).collect()
            };
            values.iter().map(next).collect::<Vec<Vec<Rational>>>()
        };
        out = out.iter().flat_map(longer).take(2_000).collect();
    }
    out
}
