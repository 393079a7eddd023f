//! **Numbers**: statements that numbers decide, over finite type spaces.
//!
//! A composite rule: it says in one step, over exact numbers, what *witness*, *exhibit*, *both*, *either* and
//! *combine* say in as many steps as there are comparisons.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::super::atom::{Atom, Node};
use super::super::expr::{Expr, Name};
use super::super::formula::{Formula, Relation};
use super::super::rejection::Rejection;
use super::super::text::Symbol;
use super::super::theorem::Theorem;
use crate::exact::Rational;

/// The values of a function at finitely many points; it is zero elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The function.
    pub function: Symbol,
    /// Points and values.
    pub entries: Vec<(Vec<Rational>, Rational)>,
}

/// **Evaluate.** A statement that is true at the values offered for the names it says exist, with the tables offered
/// for the functions it says exist, and at all values of the names that it says range over finitely many numbers.
///
/// ```text
///   every comparison that is needed, with numbers for its names, is true
///   ──────────────────────────────────────────────────────────────────────── evaluate
///      ⊢ ∃x. … ∧ (∀y. y = 1 ∨ y = 3 ⇒ …) ∨ …
/// ```
///
/// Expansion: *combine* for each comparison, *both*, *either*, *discharge*; *witness* for each name that exists, and
/// *exhibit* for functions, whose tables are sums of indicators; *alternatives* and *generalise* for each name that
/// ranges. A value counts inside the quantifier of its name only, and so does a table. A premise is a theorem that
/// holds for all values of its free names: where the statement, with numbers for its names, says just this of functions, or
/// the negation of it, nothing else is asked. Rejects: a name with two values, a function with two tables, a table with two
/// values at a point or with points of another arity; a premise with hypotheses; a statement that is false at the
/// values, or that hangs on a comparison of something else than numbers; a name for all of whose values something
/// is said, without a list of them; a statement for no functions that is no premise; too many comparisons.
pub(in crate::kernel) fn evaluate(
    statement: &Formula,
    values: &[(Symbol, Rational)],
    tables: &[Table],
    premises: &[&Theorem],
) -> Result<Theorem, Rejection> {
    let mut offered = HashMap::new();
    for (name, value) in values {
        if offered.insert(name.name(), value).is_some() {
            return Err(Rejection::NotFresh { name: name.name().clone() });
        }
    }
    let mut read = HashMap::new();
    for table in tables {
        let name = table.function.name();
        if read.insert(name, points(table)?).is_some() {
            return Err(Rejection::NotFresh { name: name.clone() });
        }
    }
    let mut lemmas = BTreeSet::new();
    for premise in premises {
        if let Some(hypothesis) = premise.hypotheses.first() {
            return Err(Rejection::Hypothesis { hypothesis: Box::new(hypothesis.clone()) });
        }
        lemmas.insert(&premise.conclusion);
    }
    let mut reader = Reader { offered, tables: read, lemmas, ..Reader::default() };
    match reader.holds(statement) {
        Some(true) => Ok(Theorem::new(Default::default(), statement.clone())),
        _ => Err(reader.cause.unwrap_or(Rejection::WrongForm {
            rule: "evaluate",
            expected: "a statement that is true at the values",
        })),
    }
}

/// The arguments of a function, all of them numbers.
pub(super) type Point = SmallVec<[Rational; 2]>;

/// The values of a table by their points.
fn points(table: &Table) -> Result<HashMap<&[Rational], &Rational>, Rejection> {
    let mut out = HashMap::new();
    for (point, value) in &table.entries {
        if out.insert(point.as_slice(), value).is_some() {
            return Err(Rejection::WrongForm {
                rule: "evaluate",
                expected: "one value of a function at a point",
            });
        }
    }
    Ok(out)
}

/// Whether a statement holds at values of its free names, if numbers decide it: what *evaluate* asks, without a
/// theorem.
pub fn decide(statement: &Formula, values: &[(&Name, Rational)]) -> Option<bool> {
    let known = values.iter().map(|(name, value)| (*name, value.clone())).collect();
    Reader { known, ..Reader::default() }.holds(statement)
}

/// Comparisons of one evaluation at most.
const WORK_LIMIT: usize = 20_000_000;

/// Reads a statement at values.
#[derive(Default)]
pub(super) struct Reader<'a> {
    offered: HashMap<&'a Name, &'a Rational>,
    tables: HashMap<&'a Name, HashMap<&'a [Rational], &'a Rational>>,
    lemmas: BTreeSet<&'a Formula>,
    /// The names whose quantifiers are open, with their values, the innermost last: they are few.
    known: Vec<(&'a Name, Rational)>,
    /// The functions whose quantifiers are open, with their arities, the innermost last.
    open: HashMap<&'a Name, Vec<usize>>,
    work: usize,
    /// The first thing that numbers do not decide, or that is false.
    cause: Option<Rejection>,
}

impl<'a> Reader<'a> {
    /// Whether a statement holds; `None` if numbers do not say.
    pub(super) fn holds(&mut self, formula: &'a Formula) -> Option<bool> {
        if let Some(known) = self.as_lemma(formula) {
            return Some(known);
        }
        match formula {
            Formula::Compare(relation, e) => {
                self.work += 1;
                if self.work > WORK_LIMIT {
                    self.cause = Some(Rejection::TooLarge { what: "comparisons", limit: WORK_LIMIT });
                    return None;
                }
                let value = self.value(e);
                let holds = value.as_ref().map(|v| has(*relation, v));
                if holds != Some(true) && (self.cause.is_none() || value.is_none()) {
                    let residual = value.map_or_else(|| e.clone(), Expr::number);
                    self.cause = Some(Rejection::Undecided { relation: *relation, residual });
                }
                holds
            }
            Formula::And(parts) => self.all(parts.iter()),
            Formula::Or(parts) => {
                let mut any = Some(false);
                for part in parts {
                    match self.holds(part) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => any = None,
                    }
                }
                any
            }
            Formula::Implies(premise, conclusion) => match self.holds(premise) {
                Some(false) => Some(true),
                Some(true) => self.holds(conclusion),
                None => self.holds(conclusion).filter(|holds| *holds),
            },
            Formula::Exists(name, body) => {
                let Some(value) = self.offered.get(name) else {
                    return self.refuse("a value for every name that exists");
                };
                // That a value does not fit says nothing of others.
                self.at(name, (*value).clone(), body).filter(|holds| *holds)
            }
            Formula::ForAll(name, body) => {
                let Formula::Implies(premise, body) = &**body else {
                    return self.refuse("a list of values for every name that ranges");
                };
                let Some(values) = listed(name, premise) else {
                    return self.refuse("a list of values for every name that ranges");
                };
                let mut all = Some(true);
                for value in values {
                    match self.at(name, value, body) {
                        Some(true) => {}
                        Some(false) => return Some(false),
                        None => all = None,
                    }
                }
                all
            }
            Formula::SomeFunctions(functions, body) => {
                for f in functions {
                    let Some(table) = self.tables.get(&f.name) else {
                        return self.refuse("a table for every function that exists");
                    };
                    if table.keys().any(|point| point.len() != f.arity) {
                        return self.refuse("points with as many numbers as the function has arguments");
                    }
                }
                functions.iter().for_each(|f| self.open.entry(&f.name).or_default().push(f.arity));
                let out = self.holds(body);
                for f in functions {
                    if let Some(arities) = self.open.get_mut(&f.name) {
                        arities.pop();
                    }
                }
                // That a table does not fit says nothing of others.
                out.filter(|holds| *holds)
            }
            Formula::NoFunctions(..) => self.refuse("a premise for a statement for no functions"),
        }
    }

    /// Whether a premise is the statement with numbers for its names, or the negation of that.
    fn as_lemma(&self, formula: &Formula) -> Option<bool> {
        if self.lemmas.is_empty() || !matches!(formula, Formula::SomeFunctions(..) | Formula::NoFunctions(..))
        {
            return None;
        }
        let mut numbers = BTreeMap::new();
        for (name, value) in &self.known {
            // Of two values of a name the innermost comes last, and stays.
            numbers.insert((*name).clone(), Expr::number(value.clone()));
        }
        let instance = formula.substitute_all(&numbers).ok()?;
        match self.lemmas.contains(&instance) {
            true => Some(true),
            false => self.lemmas.contains(&instance.negated()).then_some(false),
        }
    }

    fn all(&mut self, parts: impl Iterator<Item = &'a Formula>) -> Option<bool> {
        let mut all = Some(true);
        for part in parts {
            match self.holds(part) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => all = None,
            }
        }
        all
    }

    /// Whether a statement holds at a value of a name.
    fn at(&mut self, name: &'a Name, value: Rational, body: &'a Formula) -> Option<bool> {
        self.bind(name, value);
        let out = self.holds(body);
        self.known.pop();
        out
    }

    /// Gives a name a value.
    pub(super) fn bind(&mut self, name: &'a Name, value: Rational) {
        self.known.push((name, value));
    }

    fn refuse(&mut self, expected: &'static str) -> Option<bool> {
        self.cause.get_or_insert(Rejection::WrongForm { rule: "evaluate", expected });
        None
    }

    /// The values of terms.
    pub(super) fn point(&self, arguments: &[Expr]) -> Option<Point> {
        arguments.iter().map(|e| self.value(e)).collect()
    }

    pub(super) fn value(&self, e: &Expr) -> Option<Rational> {
        match e.as_number() {
            Some(number) => Some(number),
            None => e.poly().evaluate(|atom| self.atom(atom)),
        }
    }

    pub(super) fn atom(&self, atom: &Atom) -> Option<Rational> {
        match atom.node() {
            Node::Variable(name) => {
                self.known.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
            }
            Node::Apply(name, arguments)
                if self.open.get(name).and_then(|open| open.last()) == Some(&arguments.len()) =>
            {
                let point = self.point(arguments)?;
                let value = self.tables.get(name)?.get(point.as_slice());
                Some(value.map_or(Rational::ZERO, |value| (*value).clone()))
            }
            Node::Indicator(e) => {
                self.value(e).map(|v| if v.is_negative() { Rational::ZERO } else { Rational::ONE })
            }
            Node::Inverse(e) => self.value(e).map(|v| v.recip().unwrap_or(Rational::ZERO)),
            Node::Whole(e) => self.value(e),
            _ => None,
        }
    }
}

/// The numbers `a`, `b`, … of a premise `name = a ∨ name = b ∨ …`.
pub(super) fn listed(name: &Name, premise: &Formula) -> Option<Vec<Rational>> {
    let Formula::Or(parts) = premise else { return None };
    let variable = Expr::variable(name);
    let value = |part: &Formula| match part {
        Formula::Compare(Relation::Equal, e) => variable.minus(e).as_number(),
        _ => None,
    };
    parts.iter().map(value).collect()
}

/// Whether a number compares with zero in this way.
fn has(relation: Relation, value: &Rational) -> bool {
    match relation {
        Relation::Equal => value.is_zero(),
        Relation::AtLeast => !value.is_negative(),
        Relation::Positive => value.is_positive(),
    }
}
