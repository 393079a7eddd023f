//! Where a link is false: functions and numbers from a library that satisfy the hypotheses.
//!
//! The library has uniform and triangular densities, powers, constants, the transfers that the envelope
//! formula gives for them, small integers, and numbers on a grid. The hypotheses are tried at points first;
//! of an instance that is reported, they are proved.

use std::collections::{BTreeMap, BTreeSet};

use crate::exact::Rational;
use crate::kernel::{Atom, Definition, Expr, Formula, Name, Node, Relation, Statement, Step, Symbol};
use crate::model::{Chain, Derivation, Proposition, every_function};
use crate::piecewise::Engine;

use super::super::differentiable::{is_of_polynomial, recognised};
use super::super::proof::{Builder, Hints, Proved, symbol};
use super::library::{Shelf, Table, choices, constants, free_numbers, functions_of, grid};
use super::said::{Filter, Said, Search};
use super::tactic::closed_atoms;

/// Functions and numbers, as they are written, at which a link fails.
#[derive(Debug, Clone)]
pub struct Instance {
    /// The numbers.
    pub numbers: Vec<(Name, Expr)>,
    /// The functions with the names of their arguments.
    pub functions: Vec<(Name, Vec<Name>, Expr)>,
    /// The natural number.
    pub natural: Option<u32>,
    /// Left minus right there.
    pub difference: Rational,
    /// What is proved of them: that they satisfy the hypotheses, and the link fails.
    pub denial: Formula,
    /// The theorem.
    pub proved: Proved,
}

/// Points at which functions are looked for, at most.
const POINTS: usize = 24;
/// Instances with functions that are numbers, at most.
const FEW: usize = 600;
/// Values of the natural number.
const NATURALS: [u32; 2] = [0, 1];

/// Values for numbers.
pub(super) type Point = BTreeMap<Name, Expr>;

/// The values of all unknowns.
pub(super) struct Values {
    pub(super) table: Table,
    pub(super) natural: Option<u32>,
}

impl Values {
    fn term(&self, e: &Expr) -> Expr {
        let e = e.define(&self.table);
        self.natural.map_or(e.clone(), |k| e.at_natural(k))
    }
}

/// An instance of the library at which the hypotheses hold and a statement below the ranges of a chain does not.
pub(super) fn instance(derivation: &Derivation, chain: &Chain, statement: &Formula) -> Option<Box<Instance>> {
    let mut leaves = Vec::new();
    comparisons(statement, &chain.domain, &mut leaves);
    leaves.iter().find_map(|(domain, goal)| {
        let found = at_instance(derivation, domain, goal)?;
        let denial = derivation.denial(chain, statement, found.natural);
        let proved = denied(&denial, &found)?;
        let Found { numbers, functions, natural, difference } = found;
        Some(Box::new(Instance { numbers, functions, natural, difference, denial, proved }))
    })
}

/// The comparisons of a statement, each with what it is claimed under.
fn comparisons(statement: &Formula, domain: &[Formula], out: &mut Vec<(Vec<Formula>, Formula)>) {
    match statement {
        Formula::Compare(..) => out.push((domain.to_vec(), statement.clone())),
        Formula::And(parts) => parts.iter().for_each(|p| comparisons(p, domain, out)),
        Formula::Implies(a, b) => comparisons(b, &[domain, &[(**a).clone()]].concat(), out),
        Formula::ForAll(_, body) => comparisons(body, domain, out),
        _ => {}
    }
}

/// The theorem that some functions and numbers satisfy the hypotheses, and a link fails.
fn denied(denial: &Formula, found: &Found) -> Option<Proved> {
    let (mut builder, mut engine, mut hints) = (Builder::default(), Engine::new(), Hints::new());
    let (functions, body) = match denial {
        Formula::SomeFunctions(functions, body) => (functions.as_slice(), &**body),
        body => (&[][..], body),
    };
    let mut definitions = Vec::new();
    for f in functions {
        let (_, parameters, body) = found.functions.iter().find(|(name, _, _)| *name == f.name)?;
        let parameters = parameters.iter().map(|p| symbol(p).ok()).collect::<Option<Vec<Symbol>>>()?;
        definitions.push(Definition { name: symbol(&f.name).ok()?, parameters, body: body.clone() });
    }
    let table = found.functions.iter().map(|(f, ps, e)| (f.clone(), (ps.clone(), e.clone()))).collect();
    let goal = body.define(&table).ok()?;
    some_names(&goal, &mut |name| hints.insert(name.clone(), Expr::zero()));
    let mut at: BTreeMap<Name, Expr> = found.numbers.iter().cloned().collect();
    at.iter().for_each(|(name, value)| hints.insert(name.clone(), value.clone()));
    witnesses(&goal, &mut at, &mut hints);
    let premise = builder.prove(&mut engine, &mut vec![], &goal, &hints).ok()?;
    if !functions.is_empty() {
        builder.add(Step::Exhibit { premise, statement: denial.clone(), definitions }).ok()?;
    }
    let statement: Statement = denial.clone().into();
    builder.finish_compact(&statement.meaning().ok()?).ok()
}

/// The names of which a formula says that there are some.
fn some_names(formula: &Formula, visit: &mut dyn FnMut(&Name)) {
    match formula {
        Formula::And(parts) | Formula::Or(parts) => parts.iter().for_each(|p| some_names(p, visit)),
        Formula::Exists(x, body) => {
            visit(x);
            some_names(body, visit);
        }
        Formula::Implies(_, body) | Formula::ForAll(_, body) => some_names(body, visit),
        Formula::Compare(..) | Formula::SomeFunctions(..) | Formula::NoFunctions(..) => {}
    }
}

/// Functions and numbers that were found.
pub(super) struct Found {
    pub(super) numbers: Vec<(Name, Expr)>,
    pub(super) functions: Vec<(Name, Vec<Name>, Expr)>,
    pub(super) natural: Option<u32>,
    pub(super) difference: Rational,
}

impl Found {
    /// A term there.
    pub(super) fn value(&self, e: &Expr) -> Expr {
        let table = self.functions.iter().map(|(f, ps, e)| (f.clone(), (ps.clone(), e.clone()))).collect();
        let term = Values { table, natural: self.natural }.term(e);
        term.substitute(&self.numbers.iter().cloned().collect())
    }
}

/// An instance of the library at which the hypotheses hold, and a comparison does not.
pub(super) fn at_instance(derivation: &Derivation, domain: &[Formula], goal: &Formula) -> Option<Found> {
    let Formula::Compare(_, e) = goal else { return None };
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
    let both = |h: &&Formula| !functions_of(h).is_empty() && !free_numbers(h).is_empty();
    let points: Vec<Vec<Point>> =
        naturals.iter().map(|natural| points(&hypotheses, &numbers, *natural)).collect();
    let numbers_first = hypotheses.iter().any(both);
    let mut search = Search::new(goal, &hypotheses)?;
    let among = |search: &mut Search<'_>, shelf: Shelf| {
        search.afresh(shelf.tries());
        let mut filtered = Filter::default();
        if !numbers_first {
            let closed: Vec<Formula> = hypotheses.iter().map(|h| (*h).clone()).collect();
            let natural = naturals.first().copied().flatten();
            for table in choices(&unknown, &closed, natural, shelf, &mut filtered) {
                for (natural, points) in naturals.iter().zip(&points) {
                    if let Some(found) = search.at(&table, *natural, points)? {
                        return Some(found);
                    }
                }
            }
            return None;
        }
        // Numbers first: they say more of the functions.
        for (natural, points) in naturals.iter().zip(&points) {
            for at in points.iter().take(POINTS) {
                let closed = hypotheses.iter().map(|h| at_point(h, at)).collect::<Option<Vec<Formula>>>();
                let Some(closed) = closed else { continue };
                for table in choices(&unknown, &closed, *natural, shelf, &mut filtered) {
                    if let Some(found) = search.at(&table, *natural, std::slice::from_ref(at))? {
                        return Some(found);
                    }
                }
            }
        }
        None
    };
    // Where nothing is to be false, functions that are the same number everywhere often do, or zero and one.
    if e.is_zero() && !unknown.is_empty() {
        search.afresh(FEW);
        for table in constants(&unknown) {
            for (natural, points) in naturals.iter().zip(&points) {
                if let Some(Some(found)) = search.at(&table, *natural, points) {
                    return Some(found);
                }
            }
        }
    }
    let first = among(&mut search, Shelf::First);
    first.or_else(|| if unknown.is_empty() { None } else { among(&mut search, Shelf::All) })
}

/// A formula where its numbers have values.
fn at_point(formula: &Formula, at: &Point) -> Option<Formula> {
    let put = |f: Formula, (name, value): (&Name, &Expr)| f.substitute(name, value).ok();
    at.iter().try_fold(formula.clone(), put)
}

/// Functions and numbers of the library that seem to satisfy the hypotheses.
pub(super) struct Sample {
    values: Values,
    at: BTreeMap<Name, Expr>,
}

impl Sample {
    /// Whether a comparison holds there, or cannot be evaluated.
    pub(super) fn allows(&self, statement: &Formula) -> bool {
        let Formula::Compare(relation, e) = statement else { return true };
        let value = self.values.term(e).substitute(&self.at).as_number();
        value.is_none_or(|value| holds(*relation, &value))
    }
}

/// Samples that are collected at most.
const SAMPLES: usize = 24;

/// Some functions and numbers that seem to satisfy the hypotheses, for all that some propositions speak of.
pub(super) fn samples(derivation: &Derivation, chain: &Chain, propositions: &[Proposition]) -> Vec<Sample> {
    let hypotheses = derivation.hypotheses.iter().map(|h| &h.formula);
    let hypotheses: Vec<&Formula> = hypotheses.chain(&chain.domain).collect();
    let (mut atoms, mut unknown, mut numbers) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
    let formulas: Vec<Formula> = propositions.iter().map(Proposition::formula).collect();
    for formula in hypotheses.iter().copied().chain(&formulas) {
        collect(formula, &mut atoms);
        free(formula, &mut vec![], &mut numbers);
    }
    atoms.iter().for_each(|a| every_function(a, &mut unknown));
    let numbers: Vec<Name> = numbers.into_iter().collect();
    let natural = derivation.integer.as_ref().map(|_| 1);
    let points = points(&hypotheses, &numbers, natural);
    let (mut out, mut tries, mut filtered) = (Vec::new(), 0, Filter::default());
    let said = hypotheses.iter().map(|h| Said::of(h)).collect::<Option<Vec<_>>>();
    let Some(mut said) = said else { return out };
    let closed: Vec<Formula> = hypotheses.iter().map(|h| (*h).clone()).collect();
    for choice in choices(&unknown, &closed, natural, Shelf::First, &mut filtered) {
        // What speaks of functions alone is the same at all points.
        let mut moving = Vec::new();
        let mut fixed = said.iter_mut().map(|h| h.at(&choice, natural)).filter(|h| {
            let is_fixed = h.borrow().is_fixed();
            moving.extend((!is_fixed).then(|| h.clone()));
            is_fixed
        });
        if !fixed.all(|h| h.borrow_mut().plausible(&Point::new())) {
            tries += points.len();
            continue;
        }
        let mut found = 0;
        for at in &points {
            tries += 1;
            if tries > Shelf::First.tries() || out.len() >= SAMPLES {
                return out;
            }
            if found < 4 && moving.iter().all(|h| h.borrow_mut().plausible(at)) {
                found += 1;
                let values = Values { table: choice.clone(), natural };
                out.push(Sample { values, at: at.clone() });
            }
        }
    }
    out
}

/// The points of the grid at which the hypotheses hold that speak of no function.
fn points(hypotheses: &[&Formula], numbers: &[Name], natural: Option<u32>) -> Vec<Point> {
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

pub(super) fn holds(relation: Relation, value: &Rational) -> bool {
    match relation {
        Relation::Equal => value.is_zero(),
        Relation::AtLeast => !value.is_negative(),
        Relation::Positive => value.is_positive(),
    }
}

pub(super) fn collect(formula: &Formula, out: &mut Vec<Atom>) {
    match formula {
        Formula::Compare(_, e) => out.extend(closed_atoms(e)),
        Formula::And(parts) | Formula::Or(parts) => parts.iter().for_each(|p| collect(p, out)),
        Formula::Implies(a, b) => [a, b].into_iter().for_each(|f| collect(f, out)),
        Formula::ForAll(_, body) | Formula::Exists(_, body) => collect(body, out),
        Formula::SomeFunctions(..) | Formula::NoFunctions(..) => {}
    }
}

fn variables(e: &Expr) -> BTreeSet<Name> {
    e.free_names().into_iter().filter(|n| e.mentions_variable(n)).collect()
}

pub(super) fn free(formula: &Formula, bound: &mut Vec<Name>, out: &mut BTreeSet<Name>) {
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
pub(super) fn instantiated(formula: &Formula, values: &Values) -> Option<Formula> {
    Some(match formula {
        Formula::Compare(relation, e) => Formula::Compare(*relation, values.term(e)),
        Formula::And(parts) => {
            Formula::And(parts.iter().map(|p| instantiated(p, values)).collect::<Option<_>>()?)
        }
        Formula::Or(parts) => {
            Formula::Or(parts.iter().map(|p| instantiated(p, values)).collect::<Option<_>>()?)
        }
        Formula::Implies(a, b) => {
            Formula::Implies(Box::new(instantiated(a, values)?), Box::new(instantiated(b, values)?))
        }
        Formula::ForAll(x, body) => Formula::ForAll(x.clone(), Box::new(instantiated(body, values)?)),
        Formula::Exists(x, body) => Formula::Exists(x.clone(), Box::new(instantiated(body, values)?)),
        _ => return None,
    })
}

/// Whether a formula holds at points of a grid.
pub(super) fn plausible(formula: &Formula, at: &BTreeMap<Name, Expr>) -> bool {
    match formula {
        Formula::Compare(relation, e) => {
            e.substitute(at).as_number().is_some_and(|value| holds(*relation, &value))
        }
        Formula::And(parts) => parts.iter().all(|p| plausible(p, at)),
        Formula::Or(parts) => parts.iter().any(|p| plausible(p, at)),
        Formula::Implies(a, b) => !plausible(a, at) || plausible(b, at),
        Formula::ForAll(..) if recognised(formula).is_some() => match at_point(formula, at) {
            Some(there) => recognised(&there).is_some_and(|what| is_of_polynomial(&what)),
            None => false,
        },
        Formula::ForAll(x, body) => (0..=4).all(|k| {
            let mut at = at.clone();
            at.insert(x.clone(), Expr::number(Rational::new(k, 4).unwrap_or(Rational::ZERO)));
            plausible(body, &at)
        }),
        Formula::Exists(x, body) => witness(x, body, at).is_some(),
        _ => false,
    }
}

/// A number of the grid that a formula may speak of.
fn witness(x: &Name, body: &Formula, at: &BTreeMap<Name, Expr>) -> Option<Expr> {
    let numbers = grid(1).into_iter().flatten().map(Expr::number);
    let mut numbers = numbers.filter(|value| {
        let mut at = at.clone();
        at.insert(x.clone(), value.clone());
        plausible(body, &at)
    });
    numbers.next()
}

/// Values for the names that a formula says there are, outermost first.
fn witnesses(formula: &Formula, at: &mut BTreeMap<Name, Expr>, out: &mut Hints) {
    match formula {
        Formula::And(parts) => parts.iter().for_each(|p| witnesses(p, at, out)),
        Formula::Exists(x, body) => {
            let known = at.get(x).cloned();
            let Some(value) = known.or_else(|| witness(x, body, at)) else { return };
            out.insert(x.clone(), value.clone());
            at.insert(x.clone(), value);
            witnesses(body, at, out);
        }
        Formula::ForAll(_, body) | Formula::Implies(_, body) => solutions(body, out),
        _ => {}
    }
}

/// Values for the names that a formula says there are for all values of others: where an equation says what they are.
fn solutions(formula: &Formula, out: &mut Hints) {
    match formula {
        Formula::ForAll(_, body) | Formula::Implies(_, body) => solutions(body, out),
        Formula::Exists(x, body) => {
            let Formula::And(parts) = &**body else { return };
            let solved = parts.iter().find_map(|part| {
                let Formula::Compare(Relation::Equal, e) = part else { return None };
                let own = Expr::variable(x);
                let coefficients = e.poly().coefficients_in(own.as_atom()?);
                let [rest, slope] = coefficients.as_slice() else { return None };
                let value = Expr::from(rest.clone()).scaled(&slope.as_constant()?.recip()?).negated();
                (!value.mentions_variable(x)).then_some(value)
            });
            if let Some(value) = solved {
                out.insert(x.clone(), value);
            }
        }
        _ => {}
    }
}

pub(super) fn proved(formula: &Formula, at: &BTreeMap<Name, Expr>) -> bool {
    let mut goal = formula.clone();
    for (name, value) in at {
        match goal.substitute(name, value) {
            Ok(next) => goal = next,
            Err(_) => return false,
        }
    }
    let (mut builder, mut engine, mut hints) = (Builder::default(), Engine::new(), Hints::new());
    witnesses(&goal, &mut BTreeMap::new(), &mut hints);
    builder.prove(&mut engine, &mut vec![], &goal, &hints).is_ok()
}
