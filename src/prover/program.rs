//! [`Program`]: a system of the model as linear rows in numbered unknowns.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::exact::Rational;
use crate::kernel::rule::finite::Table;
use crate::kernel::rule::system::Instance;
use crate::kernel::{Atom, Expr, Formula, Name, Node, Relation, Symbol};
use crate::model::{Bound, Conjunct, Problem, Role, System};
use crate::piecewise::Obstacle;
use crate::piecewise::system::{Row, Sign};

/// From so many comparisons of truth and report on, only those of neighbours are rows at first.
const MANY: usize = 100;

/// Rows of a system, and what each is an instance of. The unknown with number `k·profiles + p` is the k-th function at
/// profile p. Where truths and reports are many, most comparisons between types that are no neighbours follow from others:
/// they become rows when a point does not satisfy them.
pub(super) struct Program {
    /// How many unknowns there are.
    pub(super) unknowns: usize,
    /// The rows.
    pub(super) rows: Vec<Row>,
    /// For each row its part, and the choice of values for the names of the part, by its number.
    origins: Vec<(usize, usize)>,
    /// The parts of which not all instances are rows, and which are.
    open: Vec<(usize, Vec<bool>)>,
}

impl Program {
    /// The rows of a problem; the comparison about what is aimed at is not among them.
    pub(super) fn new(problem: &Problem) -> Result<Self, Obstacle> {
        let places = Places::new(problem);
        let (mut rows, mut origins, mut open) = (Vec::new(), Vec::new(), Vec::new());
        for (part, conjunct) in problem.rows.iter().enumerate() {
            let compiled = Compiled::new(conjunct, problem, &places)?;
            let chosen: Vec<bool> =
                (0..compiled.total()).map(|k| compiled.is_of_neighbours(conjunct, k)).collect();
            for number in chosen.iter().enumerate().filter(|(_, chosen)| **chosen).map(|(k, _)| k) {
                if let Some(row) = compiled.row(&places, number)? {
                    rows.push(row);
                    origins.push((part, number));
                }
            }
            if chosen.contains(&false) {
                open.push((part, chosen));
            }
        }
        for (part, p) in (problem.rows.len()..).zip(&problem.preferences) {
            let place = |profile| p.agent * places.profiles + profile;
            let terms = vec![(place(p.truth), -&Rational::ONE), (place(p.report), Rational::ONE)];
            rows.push(Row { constant: p.margin.clone(), terms, sign: Sign::AtLeast });
            origins.push((part, 0));
        }
        Ok(Program { unknowns: problem.unknowns.len() * places.profiles, rows, origins, open })
    }

    /// Makes comparisons rows that a point does not satisfy, those that are furthest from it, or all that are left; whether
    /// there were any.
    pub(super) fn extend(
        &mut self,
        problem: &Problem,
        point: &[Rational],
        all: bool,
    ) -> Result<bool, Obstacle> {
        let places = Places::new(problem);
        let before = self.rows.len();
        for (part, chosen) in &mut self.open {
            let Some(conjunct) = problem.rows.get(*part) else { continue };
            let compiled = Compiled::new(conjunct, problem, &places)?;
            let mut failing = Vec::new();
            for number in chosen.iter().enumerate().filter(|(_, chosen)| !**chosen).map(|(k, _)| k) {
                let Some(row) = compiled.row(&places, number)? else { continue };
                let value = row.at(point);
                if all || !row.sign.is_of(&value) {
                    failing.push((value.abs(), number, row));
                }
            }
            if !all {
                failing.sort_by(|(a, k, ..), (b, l, ..)| b.cmp(a).then(k.cmp(l)));
                failing.truncate(chosen.len().isqrt().max(16) * 2);
            }
            for (_, number, row) in failing {
                self.rows.push(row);
                self.origins.push((*part, number));
                if let Some(slot) = chosen.get_mut(number) {
                    *slot = true;
                }
            }
        }
        if all {
            self.open.clear();
        }
        Ok(self.rows.len() > before)
    }

    /// A comparison without names, as a row.
    pub(super) fn row(problem: &Problem, conjunct: &Conjunct) -> Result<Row, Obstacle> {
        let places = Places::new(problem);
        let row = Compiled::new(conjunct, problem, &places)?.row(&places, 0)?;
        Ok(row.unwrap_or_else(|| Row { constant: Rational::ZERO, terms: vec![], sign: Sign::AtLeast }))
    }

    /// A linear term in the unknowns.
    pub(super) fn term(problem: &Problem, e: &Expr) -> Result<Row, Obstacle> {
        let zero = Expr::zero();
        let row = Conjunct::relation("", vec![], e.clone(), crate::model::Comparison::AtLeast, zero);
        Self::row(problem, &row)
    }

    /// What the kernel is told of multipliers of rows; the row after the last is the aim of the system.
    pub(super) fn instances(&self, system: &System, multipliers: &[(usize, Rational)]) -> Vec<Instance> {
        let aim = system.problem.rows.len() + system.problem.preferences.len();
        let instance = |(row, by): &(usize, Rational)| {
            let (part, number) = self.origins.get(*row).copied().unwrap_or((aim, 0));
            let variables = system.problem.rows.get(part).map_or(&[][..], |row| &row.variables);
            Instance { part, at: choice(variables, number), by: by.clone() }
        };
        multipliers.iter().map(instance).collect()
    }
}

/// The values of the unknowns as tables; what is zero is left out.
pub(super) fn tables(problem: &Problem, values: &[Rational]) -> Vec<Table> {
    let profiles = problem.profiles();
    let table = |(k, u): (usize, &crate::model::Unknown)| {
        let own = values.iter().skip(k * profiles).take(profiles).enumerate();
        let entries = own.filter(|(_, value)| !value.is_zero());
        let entries = entries.map(|(p, value)| (problem.profile(p), value.clone())).collect();
        Some(Table { function: Symbol::new(&u.function.name)?, entries })
    };
    problem.unknowns.iter().enumerate().filter_map(table).collect()
}

/// Where the values of types are.
struct Places {
    profiles: usize,
    /// For each type its values with their positions, and what one position more adds to the profile.
    types: Vec<(BTreeMap<Rational, usize>, usize)>,
}

impl Places {
    fn new(problem: &Problem) -> Self {
        let mut step = 1;
        let mut types = Vec::new();
        for bound in problem.types.iter().rev() {
            let points = bound.points.all();
            types.push((points.iter().map(|p| p.value.clone()).zip(0..).collect(), step));
            step *= points.len();
        }
        types.reverse();
        Places { profiles: step, types }
    }

    /// What a value of a type adds to a profile.
    fn offset(&self, type_: usize, value: &Rational) -> Option<usize> {
        let (positions, step) = self.types.get(type_)?;
        Some(positions.get(value)? * step)
    }

    /// Where the value of a function is; `None` if an argument is a number that is no type.
    fn place(
        &self,
        function: usize,
        arguments: &[Expr],
        variables: &[Bound],
        known: &mut Moves,
    ) -> Option<Place> {
        let mut out = Place { start: function * self.profiles, moving: vec![], others: vec![] };
        for (type_, argument) in arguments.iter().enumerate().take(self.types.len()) {
            if let Some(value) = argument.as_number() {
                out.start += self.offset(type_, &value)?;
                continue;
            }
            let name = argument.as_atom().map(Atom::node);
            let is_it = |b: &Bound| matches!(name, Some(Node::Variable(name)) if *name == b.name);
            let Some(variable) = variables.iter().position(is_it) else {
                out.others.push((argument.clone(), type_));
                continue;
            };
            let adds = known.entry((variable, type_)).or_insert_with(|| {
                let points = variables.get(variable).map_or(&[][..], |b| b.points.all());
                points.iter().map(|p| self.offset(type_, &p.value)).collect()
            });
            out.moving.push((variable, adds.clone()));
        }
        Some(out)
    }
}

/// What the values of names add as values of types.
type Moves = BTreeMap<(usize, usize), Arc<[Option<usize>]>>;

/// A comparison, read once for all values of its names.
struct Compiled<'a> {
    variables: &'a [Bound],
    premises: &'a [Formula],
    sign: Sign,
    /// Names and indicators that occur.
    known: Vec<Atom>,
    /// Values of functions that occur.
    unknown: Vec<Place>,
    terms: Vec<Term>,
}

/// Where the value of a function is among the unknowns: a number, and what some names and terms add to it.
struct Place {
    start: usize,
    /// Names, by their positions among the variables, and what each of their values adds.
    moving: Vec<(usize, Arc<[Option<usize>]>)>,
    /// Other arguments, each with the type that it is a value of.
    others: Vec<(Expr, usize)>,
}

/// A term of a comparison.
struct Term {
    coefficient: Rational,
    /// Factors among the known, with their exponents.
    factors: Vec<(usize, u32)>,
    /// What it multiplies.
    target: Option<usize>,
}

impl<'a> Compiled<'a> {
    fn new(conjunct: &'a Conjunct, problem: &Problem, places: &Places) -> Result<Self, Obstacle> {
        let Formula::Compare(relation, e) = conjunct.comparison() else {
            return Err(Obstacle::Existence { reason: "a row that is no comparison".into() });
        };
        let sign = match relation {
            Relation::Equal => Sign::Zero,
            Relation::AtLeast => Sign::AtLeast,
            Relation::Positive => Sign::Positive,
        };
        let (mut known, mut unknown, mut terms) = (vec![], vec![], vec![]);
        let mut moves = Moves::new();
        let mut numbers: (BTreeMap<Atom, usize>, BTreeMap<Atom, usize>) = Default::default();
        for (monomial, c) in e.terms() {
            let (mut factors, mut target) = (Vec::new(), None);
            for (atom, exponent) in monomial.factors() {
                let function = match atom.node() {
                    Node::Apply(name, arguments) => {
                        let is_it = |u: &crate::model::Unknown| u.function.name == *name;
                        problem.unknowns.iter().position(is_it).map(|k| (k, arguments))
                    }
                    _ => None,
                };
                let Some((function, arguments)) = function else {
                    let number = *numbers.0.entry(atom.clone()).or_insert(known.len());
                    if number == known.len() {
                        known.push(atom.clone());
                    }
                    factors.push((number, exponent));
                    continue;
                };
                if exponent > 1 || target.is_some() {
                    return Err(not_linear(&e));
                }
                let number = *numbers.1.entry(atom.clone()).or_insert(unknown.len());
                if number == unknown.len() {
                    let variables = &conjunct.variables;
                    let place = places.place(function, arguments, variables, &mut moves);
                    unknown.push(place.ok_or_else(no_number)?);
                }
                target = Some(number);
            }
            terms.push(Term { coefficient: c.clone(), factors, target });
        }
        let (variables, premises) = (conjunct.variables.as_slice(), conjunct.premises.as_slice());
        Ok(Compiled { variables, premises, sign, known, unknown, terms })
    }

    /// How many choices of values for the names there are.
    fn total(&self) -> usize {
        self.variables.iter().map(|b| b.points.all().len()).product()
    }

    /// Whether a choice is to be a row from the beginning: of a truth and a report that are far apart it is not, if there are
    /// many such.
    fn is_of_neighbours(&self, conjunct: &Conjunct, number: usize) -> bool {
        let Role::Deviation { report, .. } = &conjunct.role else { return true };
        if self.total() < MANY {
            return true;
        }
        let place = |name: &str| self.variables.iter().position(|b| *b.name == *name);
        let truth = report.strip_suffix('\'').and_then(place);
        let positions = positions(self.variables, number);
        let at = |place: Option<usize>| positions.get(place?).copied();
        match (at(truth), at(place(report))) {
            (Some(truth), Some(report)) => truth.abs_diff(report) <= 1,
            _ => true,
        }
    }

    /// The row at a choice of values for the names, if it says anything.
    fn row(&self, places: &Places, number: usize) -> Result<Option<Row>, Obstacle> {
        let values: Vec<(&Name, Rational)> =
            self.variables.iter().map(|b| &b.name).zip(choice(self.variables, number)).collect();
        let holds = |premise: &Formula| crate::kernel::rule::finite::decide(premise, &values);
        if !self.premises.iter().all(|p| holds(p) == Some(true)) {
            return Ok(None);
        }
        let known: Vec<Rational> = self
            .known
            .iter()
            .map(|atom| value_of_atom(atom, &values))
            .collect::<Option<_>>()
            .ok_or_else(no_number)?;
        let positions = positions(self.variables, number);
        let place = |place: &Place| {
            let mut sum = place.start;
            for (variable, adds) in &place.moving {
                sum += (*adds.get(*positions.get(*variable)?)?)?;
            }
            for (argument, type_) in &place.others {
                sum += places.offset(*type_, &value(argument, &values)?)?;
            }
            Some(sum)
        };
        let unknown: Vec<usize> =
            self.unknown.iter().map(place).collect::<Option<_>>().ok_or_else(no_number)?;
        let mut constant = Rational::ZERO;
        let mut terms: Vec<(usize, Rational)> = Vec::with_capacity(self.terms.len());
        for Term { coefficient, factors, target } in &self.terms {
            let mut c = coefficient.clone();
            for (k, exponent) in factors {
                let Some(factor) = known.get(*k) else { continue };
                c = &c * &(if *exponent == 1 { factor.clone() } else { factor.pow(*exponent) });
            }
            match target.and_then(|k| unknown.get(k)) {
                _ if c.is_zero() => {}
                Some(place) => terms.push((*place, c)),
                None => constant += &c,
            }
        }
        terms.sort_by_key(|(place, _)| *place);
        let mut sums: Vec<(usize, Rational)> = Vec::with_capacity(terms.len());
        for (place, c) in terms {
            match sums.last_mut() {
                Some((last, sum)) if *last == place => *sum += &c,
                _ => sums.push((place, c)),
            }
        }
        sums.retain(|(_, c)| !c.is_zero());
        let says_nothing = sums.is_empty() && self.sign.is_of(&constant);
        Ok((!says_nothing).then_some(Row { constant, terms: sums, sign: self.sign }))
    }
}

/// The positions of the values of some names at a choice, the last name moving first.
fn positions(variables: &[Bound], number: usize) -> Vec<usize> {
    let mut rest = number;
    let mut out = vec![0; variables.len()];
    for (slot, bound) in out.iter_mut().zip(variables).rev() {
        let size = bound.points.all().len().max(1);
        *slot = rest % size;
        rest /= size;
    }
    out
}

/// The values of some names at a choice.
fn choice(variables: &[Bound], number: usize) -> Vec<Rational> {
    let chosen = variables.iter().zip(positions(variables, number));
    chosen.filter_map(|(bound, k)| bound.points.all().get(k).map(|p| p.value.clone())).collect()
}

fn value(e: &Expr, values: &[(&Name, Rational)]) -> Option<Rational> {
    match e.as_number() {
        Some(number) => Some(number),
        None => e.poly().evaluate(|atom| value_of_atom(atom, values)),
    }
}

fn value_of_atom(atom: &Atom, values: &[(&Name, Rational)]) -> Option<Rational> {
    match atom.node() {
        Node::Variable(name) => values.iter().find(|(known, _)| *known == name).map(|(_, v)| v.clone()),
        Node::Indicator(e) => {
            value(e, values).map(|v| if v.is_negative() { Rational::ZERO } else { Rational::ONE })
        }
        Node::Whole(e) => value(e, values),
        Node::Inverse(e) => value(e, values).map(|v| v.recip().unwrap_or(Rational::ZERO)),
        _ => None,
    }
}

fn no_number() -> Obstacle {
    Obstacle::Existence {
        reason: "the coefficients of payments and probabilities are not all rational numbers".into(),
    }
}

fn not_linear(e: &Expr) -> Obstacle {
    let reason =
        format!("`{e} >= 0` is not linear in payments and probabilities with numbers as coefficients");
    Obstacle::Existence { reason }
}
