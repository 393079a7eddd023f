//! What hypotheses and links say at functions and numbers of the library: a formula says the same wherever the functions and
//! numbers in it are the same, and is looked at once.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::exact::Rational;
use crate::kernel::{Expr, Formula, Name, Relation};

use super::library::{Table, free_numbers, functions_of};
use super::refute::{Found, Point, Values, holds, instantiated, plausible, proved};

/// Choices of functions that are kept for a formula, at most.
const KEPT: usize = 4_000;

/// Instances whose hypotheses are proved, at most.
const PROOFS: usize = 16;

/// The values of some functions.
type Bodies = Vec<Expr>;

/// A formula at all functions at which it was looked at.
pub(super) struct Said<'a> {
    formula: &'a Formula,
    functions: Vec<Name>,
    known: BTreeMap<(Option<u32>, Bodies), Rc<RefCell<Closed>>>,
}

impl<'a> Said<'a> {
    /// Nothing where the formula speaks of functions as such: it has no instances.
    pub(super) fn of(formula: &'a Formula) -> Option<Self> {
        instantiated(formula, &Values { table: Table::new(), natural: None })?;
        let functions = functions_of(formula).into_iter().collect();
        Some(Said { formula, functions, known: BTreeMap::new() })
    }

    /// The formula where functions and the natural number are known.
    pub(super) fn at(&mut self, table: &Table, natural: Option<u32>) -> Rc<RefCell<Closed>> {
        if self.known.len() >= KEPT {
            self.known.clear();
        }
        let known = self.known.entry((natural, bodies(&self.functions, table)));
        let formula = self.formula;
        let functions = &self.functions;
        known
            .or_insert_with(|| Rc::new(RefCell::new(Closed::new(formula, functions, table, natural))))
            .clone()
    }
}

/// The values of some functions, those that have one.
pub(super) fn bodies(functions: &[Name], table: &Table) -> Bodies {
    functions.iter().filter_map(|f| table.get(f).map(|(_, body)| body.clone())).collect()
}

/// What a table says of some functions.
pub(super) fn part(functions: &[Name], table: &Table) -> Table {
    functions
        .iter()
        .filter_map(|f| table.get_key_value(f))
        .map(|(f, value)| (f.clone(), value.clone()))
        .collect()
}

/// A formula without functions, at all numbers at which it was looked at.
pub(super) struct Closed {
    formula: Formula,
    numbers: Vec<Name>,
    plausible: BTreeMap<Vec<Option<Expr>>, bool>,
    proved: BTreeMap<Vec<Option<Expr>>, bool>,
    values: BTreeMap<Vec<Option<Expr>>, Option<Rational>>,
}

impl Closed {
    fn new(formula: &Formula, functions: &[Name], table: &Table, natural: Option<u32>) -> Self {
        let values = Values { table: part(functions, table), natural };
        let formula = instantiated(formula, &values).unwrap_or_else(|| formula.clone());
        let numbers = free_numbers(&formula).into_iter().collect();
        let (plausible, proved, values) = Default::default();
        Closed { formula, numbers, plausible, proved, values }
    }

    /// Whether it speaks of no numbers.
    pub(super) fn is_fixed(&self) -> bool {
        self.numbers.is_empty()
    }

    fn key(&self, at: &Point) -> Vec<Option<Expr>> {
        self.numbers.iter().map(|name| at.get(name).cloned()).collect()
    }

    /// Whether it holds at points of a grid.
    pub(super) fn plausible(&mut self, at: &Point) -> bool {
        let (key, formula) = (self.key(at), &self.formula);
        *self.plausible.entry(key).or_insert_with(|| plausible(formula, at))
    }

    fn proved(&mut self, at: &Point) -> bool {
        let (key, formula) = (self.key(at), &self.formula);
        *self.proved.entry(key).or_insert_with(|| proved(formula, at))
    }

    /// The number that it compares with zero, if it is one.
    fn value(&mut self, at: &Point) -> Option<Rational> {
        let (key, formula) = (self.key(at), &self.formula);
        let Formula::Compare(_, e) = formula else { return None };
        self.values.entry(key).or_insert_with(|| e.substitute(at).as_number()).clone()
    }
}

/// The search for an instance.
pub(super) struct Search<'a> {
    relation: Relation,
    goal: Said<'a>,
    hypotheses: Vec<Said<'a>>,
    tries: usize,
    most: usize,
    proofs: usize,
}

impl<'a> Search<'a> {
    /// The search for functions and numbers at which some hypotheses hold, and a comparison does not.
    pub(super) fn new(goal: &'a Formula, hypotheses: &[&'a Formula]) -> Option<Self> {
        let Formula::Compare(relation, _) = goal else { return None };
        let hypotheses = hypotheses.iter().map(|h| Said::of(h)).collect::<Option<_>>()?;
        Some(Search { relation: *relation, goal: Said::of(goal)?, hypotheses, tries: 0, most: 0, proofs: 0 })
    }

    /// The same for so many tries.
    pub(super) fn afresh(&mut self, most: usize) {
        (self.tries, self.most, self.proofs) = (0, most, 0);
    }

    /// An instance with these functions; the outer none, if the search has taken too long.
    pub(super) fn at(
        &mut self,
        table: &Table,
        natural: Option<u32>,
        points: &[Point],
    ) -> Option<Option<Found>> {
        let goal = self.goal.at(table, natural);
        let mut closed: Vec<Rc<RefCell<Closed>>> = Vec::new();
        let mut impossible = false;
        for at in points {
            self.tries += 1;
            if self.tries > self.most {
                return None;
            }
            let Some(difference) = goal.borrow_mut().value(at) else { break };
            if impossible || holds(self.relation, &difference) {
                continue;
            }
            let failing = self.hypotheses.iter_mut().enumerate().find_map(|(k, h)| {
                if closed.len() <= k {
                    closed.push(h.at(table, natural));
                }
                let mut here = closed.get(k)?.borrow_mut();
                (!here.plausible(at)).then(|| here.is_fixed())
            });
            if let Some(is_fixed) = failing {
                // What speaks of functions alone is the same at all points.
                impossible = is_fixed;
                continue;
            }
            self.proofs += 1;
            if self.proofs > PROOFS {
                return None;
            }
            let Some(unproved) = closed.iter().find(|h| !h.borrow_mut().proved(at)) else {
                let functions = table.iter().map(|(f, (ps, e))| (f.clone(), ps.clone(), e.clone())).collect();
                let numbers = at.clone().into_iter().collect();
                return Some(Some(Found { numbers, functions, natural, difference }));
            };
            if unproved.borrow().is_fixed() {
                break;
            }
        }
        Some(None)
    }
}

/// What hypotheses that speak of no numbers roughly are at functions of the library.
#[derive(Default)]
pub(super) struct Filter {
    /// How often a hypothesis was tried.
    tries: usize,
    ids: BTreeMap<Formula, usize>,
    known: Vec<BTreeMap<Bodies, bool>>,
}

impl Filter {
    /// The place of a hypothesis.
    pub(super) fn place(&mut self, hypothesis: &Formula) -> usize {
        let new = self.known.len();
        let place = *self.ids.entry(hypothesis.clone()).or_insert(new);
        if place == new {
            self.known.push(BTreeMap::new());
        }
        place
    }

    /// How often hypotheses were tried, but for what was found before.
    pub(super) fn tries(&self) -> usize {
        self.tries
    }

    /// Whether the hypothesis of a place holds at functions, as was found before, or is found now.
    pub(super) fn holds(
        &mut self,
        place: usize,
        functions: &BTreeSet<Name>,
        table: &Table,
        find: impl FnOnce(&Table) -> bool,
    ) -> bool {
        let functions: Vec<Name> = functions.iter().cloned().collect();
        let key = bodies(&functions, table);
        let Some(known) = self.known.get_mut(place) else { return find(table) };
        if let Some(found) = known.get(&key) {
            return *found;
        }
        self.tries += 1;
        let found = find(&part(&functions, table));
        known.insert(key, found);
        found
    }
}
