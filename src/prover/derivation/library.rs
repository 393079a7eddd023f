//! The library of functions and numbers at which links are tried.

use std::collections::{BTreeMap, BTreeSet};

use crate::exact::Rational;
use crate::kernel::{Expr, Formula, Name};
use crate::model::every_function;

use super::refute::{Values, collect, free, holds, instantiated, plausible};
use super::said::Filter;

/// How much of the library is looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shelf {
    /// Constants and powers.
    First,
    /// Prices too, and what few arguments need: what was not on the first shelf.
    All,
}

impl Shelf {
    /// Combinations of values that are tried at most.
    pub(super) fn tries(self) -> usize {
        match self {
            Shelf::First => 30_000,
            Shelf::All => 3_000,
        }
    }
}

/// Values for functions.
pub(super) type Table = BTreeMap<Name, (Vec<Name>, Expr)>;

/// Hypotheses that are tried on values for some of the functions, at most.
const FILTERED: usize = 6_000;

/// Functions of which each is tried as zero and as one, at most.
const SWITCHED: usize = 6;

/// Choices of functions at most.
const TABLES: usize = 2_000;

/// Values for the unknown functions, simple ones first: those at which no hypothesis fails that speaks of no other ones
/// and of no numbers.
pub(super) fn choices(
    unknown: &BTreeMap<Name, usize>,
    hypotheses: &[Formula],
    natural: Option<u32>,
    shelf: Shelf,
    filter: &mut Filter,
) -> Vec<Table> {
    let spoken: Vec<(BTreeSet<Name>, &Formula)> = hypotheses.iter().map(|h| (functions_of(h), h)).collect();
    let is_closed = |h: &Formula| free_numbers(h).is_empty() && h.at_natural(0) == *h;
    let closed: Vec<(&BTreeSet<Name>, &Formula)> =
        spoken.iter().filter(|(_, h)| is_closed(h)).map(|(all, h)| (all, *h)).collect();
    let mut out: Vec<Table> = vec![BTreeMap::new()];
    let mut known: BTreeSet<Name> = BTreeSet::new();
    while let Some((f, arity)) = next(unknown, &known, &spoken) {
        let parameters = parameters(arity);
        let bodies = library(&parameters, shelf);
        let with = |table: &Table, body: &Expr| {
            let mut table = table.clone();
            table.insert(f.clone(), (parameters.clone(), body.clone()));
            table
        };
        out = bodies.iter().flat_map(|body| out.iter().map(|t| with(t, body)).collect::<Vec<_>>()).collect();
        known.insert(f.clone());
        let decided = closed.iter().filter(|(all, _)| all.contains(&f) && all.is_subset(&known));
        let decided: Vec<(usize, &BTreeSet<Name>, &Formula)> =
            decided.map(|(all, h)| (filter.place(h), *all, *h)).collect();
        out.retain(|table| {
            decided.iter().all(|(place, all, h)| {
                if filter.tries() > FILTERED {
                    return shelf == Shelf::First;
                }
                filter.holds(*place, all, table, |part| {
                    let values = Values { table: part.clone(), natural };
                    instantiated(h, &values).is_none_or(|h| roughly(&h, &BTreeMap::new()))
                })
            })
        });
        out.truncate(TABLES);
    }
    if shelf == Shelf::All {
        let of_arity = |arity: &usize| (*arity, library(&parameters(*arity), Shelf::First));
        let first: BTreeMap<usize, Vec<Expr>> = unknown.values().map(of_arity).collect();
        let is_new =
            |(ps, body): &(Vec<Name>, Expr)| !first.get(&ps.len()).is_some_and(|all| all.contains(body));
        out.retain(|table| table.values().any(is_new));
    }
    out
}

/// The same number for all functions; then zero or one for each of a few.
pub(super) fn constants(unknown: &BTreeMap<Name, usize>) -> Vec<Table> {
    let numbers = [Rational::ZERO, Rational::ONE, Rational::new(1, 2).unwrap_or(Rational::ZERO)];
    let table = |value: &dyn Fn(usize) -> Rational| -> Table {
        let of = |(k, (f, arity)): (usize, (&Name, &usize))| {
            (f.clone(), (parameters(*arity), Expr::number(value(k))))
        };
        unknown.iter().enumerate().map(of).collect()
    };
    let same = numbers.iter().map(|c| table(&|_| c.clone()));
    let choices = if unknown.len() <= SWITCHED { (1_u32 << unknown.len()) - 1 } else { 0 };
    let switched =
        (1..choices).map(|bits| table(&|k| if bits >> k & 1 == 1 { Rational::ONE } else { Rational::ZERO }));
    same.chain(switched).collect()
}

/// The names of the arguments of a function.
fn parameters(arity: usize) -> Vec<Name> {
    (1..=arity).map(|k| if arity == 1 { "y".into() } else { format!("y_{k}").into() }).collect()
}

/// The function that is given a value next: after it, most hypotheses are about known functions.
fn next(
    unknown: &BTreeMap<Name, usize>,
    known: &BTreeSet<Name>,
    spoken: &[(BTreeSet<Name>, &Formula)],
) -> Option<(Name, usize)> {
    let open = |all: &BTreeSet<Name>, f: &Name| all.iter().filter(|g| *g != f && !known.contains(*g)).count();
    let cost = |f: &Name| {
        let about = spoken.iter().filter(|(all, _)| all.contains(f));
        about.map(|(all, _)| open(all, f)).min().unwrap_or(usize::MAX)
    };
    let left = unknown.iter().filter(|(f, _)| !known.contains(*f));
    left.min_by_key(|(f, _)| cost(f)).map(|(f, arity)| (f.clone(), *arity))
}

/// The functions that a formula speaks of.
pub(super) fn functions_of(formula: &Formula) -> BTreeSet<Name> {
    let (mut atoms, mut out) = (Vec::new(), BTreeMap::new());
    collect(formula, &mut atoms);
    atoms.iter().for_each(|a| every_function(a, &mut out));
    out.into_keys().collect()
}

/// The numbers that a formula speaks of.
pub(super) fn free_numbers(formula: &Formula) -> BTreeSet<Name> {
    let mut out = BTreeSet::new();
    free(formula, &mut vec![], &mut out);
    out
}

/// Whether a formula holds at few points.
fn roughly(formula: &Formula, at: &BTreeMap<Name, Expr>) -> bool {
    match formula {
        Formula::Compare(relation, e) => {
            e.substitute(at).as_number().is_none_or(|value| holds(*relation, &value))
        }
        Formula::And(parts) => parts.iter().all(|p| roughly(p, at)),
        Formula::Or(parts) => parts.iter().any(|p| roughly(p, at)),
        Formula::Implies(a, b) => !plausible(a, at) || roughly(b, at),
        Formula::ForAll(x, body) => [(0, 1), (1, 2), (1, 1)].into_iter().all(|(n, d)| {
            let mut at = at.clone();
            at.insert(x.clone(), Expr::number(Rational::new(n, d).unwrap_or(Rational::ZERO)));
            roughly(body, &at)
        }),
        _ => true,
    }
}

/// Functions of one or more arguments.
fn library(parameters: &[Name], shelf: Shelf) -> Vec<Expr> {
    let half = |e: Expr| e.scaled(&Rational::new(1, 2).unwrap_or(Rational::ZERO));
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
            out.push(y.scaled(&Rational::from(2)).minus(&Expr::one()));
        }
    }
    out.extend([Expr::zero(), ratio(1, 2), ratio(-1, 1)]);
    if let [a, b] = parameters {
        // A quantity and a type: what it is worth, without and with a cost.
        let (a, b) = (Expr::variable(a), Expr::variable(b));
        out.push(a.times(&b));
        out.push(a.times(&b).minus(&a.pow(2)));
    }
    if shelf == Shelf::First {
        return out;
    }
    let above = |e: &Expr| Expr::at_least_zero(&e.minus(&ratio(1, 2)));
    match parameters {
        [y] => {
            let y = Expr::variable(y);
            // What is best of a quantity with a cost; a density that is positive at zero; who buys at a price, and pays.
            out.extend([half(y.clone()), half(Expr::one()).plus(&y)]);
            out.extend([above(&y), half(above(&y)), half(above(&y)).negated()]);
            // Who is worth something.
            out.push(Expr::at_least_zero(&y));
        }
        [a, b] => {
            let (a, b) = (Expr::variable(a), Expr::variable(b));
            // Worth less to higher types; who trades at a price, and what is paid.
            out.push(a.times(&ratio(2, 1).minus(&b)));
            let trade = above(&a).times(&above(&Expr::one().minus(&b)));
            out.extend([half(trade.clone()), trade]);
        }
        _ => {}
    }
    out
}

/// Values for some numbers.
pub(super) fn grid(count: usize) -> Vec<Vec<Rational>> {
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
