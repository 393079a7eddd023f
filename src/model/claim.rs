//! [`Claim`]: what a statement says, unfolded to formulas of the kernel.
//!
//! A claim reads: for all parameters in their ranges, with the charges being the maxima that they are
//! named for, every conjunct holds for all values of its variables. [`Claim::formula`] and
//! [`Claim::refutation`] write this down; nothing is computed here.

use std::collections::BTreeMap;

use crate::kernel::{Definition, Expr, Formula, Name, Statement, unfold};

use super::point::{Point, Points, choices};
use super::power::Power;

/// A name with its closed range: an interval, or finitely many numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The name in formulas.
    pub name: Name,
    /// The name as the user writes it (`v[1]` for `v_1`).
    pub shown: String,
    /// The lower end.
    pub low: Expr,
    /// The upper end.
    pub high: Expr,
    /// The elements of a finite range, from the lower to the upper end; of an interval none.
    pub points: Points,
    /// What the name stands for, if it is that of a type: mostly the type itself.
    pub power: Power,
}

impl Bound {
    /// A name that ranges over an interval.
    pub fn interval(name: Name, shown: String, low: Expr, high: Expr) -> Self {
        Bound { name, shown, low, high, points: Points::default(), power: Power::default() }
    }

    /// The type that the name stands for; of anything else the name itself.
    pub fn value(&self) -> Expr {
        self.power.value(&Expr::variable(&self.name))
    }

    /// `name ≥ low`, `name ≤ high`; for a finite range this is not all.
    pub fn domain(&self) -> [Formula; 2] {
        let x = Expr::variable(&self.name);
        [Formula::at_least(&x, &self.low), Formula::at_least(&self.high, &x)]
    }

    /// `name = a ∨ name = b ∨ …` for a finite range.
    fn listed(&self) -> Formula {
        let x = Expr::variable(&self.name);
        let point = |p: &Point| Formula::equal(&x, &Expr::number(p.value.clone()));
        Formula::Or(self.points.all().iter().map(point).collect())
    }

    /// The range with values for some of the names in its ends.
    fn at(&self, values: &BTreeMap<Name, Expr>) -> Self {
        Bound { low: self.low.substitute(values), high: self.high.substitute(values), ..self.clone() }
    }
}

/// A name that no user can write, one for each kind and list of parts: `charge'vcg'1'`.
pub(super) fn own_name(kind: &str, parts: &[&str]) -> Name {
    let mut out = kind.to_owned();
    for part in parts {
        out.push('\'');
        for c in part.chars() {
            // Other characters by their number, so that different parts never give the same name.
            match c {
                c if c.is_alphanumeric() || c == '_' => out.push(c),
                c => out.push_str(&format!("'{:x}'", u32::from(c))),
            }
        }
    }
    out.push('\'');
    out.into()
}

/// The part of a name of one part that [`own_name`] gave for a kind.
pub(super) fn own_part(kind: &str, name: &str) -> Option<String> {
    own_text(name.strip_prefix(kind)?.strip_prefix('\'')?.strip_suffix('\'')?)
}

/// What [`own_name`] wrote a part for.
pub(super) fn own_text(mut part: &str) -> Option<String> {
    let mut out = String::new();
    while let Some((plain, coded)) = part.split_once('\'') {
        let (code, after) = coded.split_once('\'')?;
        out.push_str(plain);
        out.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
        part = after;
    }
    Some(out + part)
}

/// How a [`Charge`] describes its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Description {
    /// `name = max{ body : argument ∈ [low, high] }`. A participation charge is the maximum of outside
    /// option minus interim payoff over the agent's types; a minimum is the negative of the maximum of
    /// the negative.
    Maximum,
    /// `name ∈ [low, high]` and `body = 0`, where the argument has the number's own name. There is one
    /// such number: a root of an integer, or of a term that is at least zero.
    Root,
}

/// A number that is given by a description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// The name of the number in formulas; ends in `'`, so that no user can write it.
    pub name: Name,
    /// What it is, in the user's words: `participation_charge(vcg, seller)`.
    pub shown: String,
    /// The variable that is maximised over, whose name occurs nowhere else; or the number with its range.
    pub argument: Bound,
    /// What is maximised, or vanishes; may mention parameters, the argument and earlier charges.
    pub body: Expr,
    /// What makes it this number.
    pub description: Description,
}

impl Charge {
    /// Whether a name occurs in what is maximised or in the interval.
    fn mentions(&self, name: &str) -> bool {
        [&self.body, &self.argument.low, &self.argument.high].into_iter().any(|e| e.mentions(name))
    }

    /// What a root is: its range, and that the body vanishes.
    pub fn root(&self) -> Vec<Formula> {
        let [low, high] = self.argument.domain();
        vec![low, high, Formula::equal(&self.body, &Expr::zero())]
    }

    /// For a maximum, `(∃y ∈ D. body = name) ∧ (∀y ∈ D. name ≥ body) ∧ rest`, under `∃ name`; for a root,
    /// `low ≤ name ≤ high ∧ body = 0 ∧ rest`. Since both are unique, this is the definite description:
    /// `rest` holds of *the* number, and there is one.
    pub(super) fn describe(&self, rest: Formula) -> Formula {
        let m = Expr::variable(&self.name);
        if self.description == Description::Root {
            let parts = self.root().into_iter().chain([rest]).collect();
            return Formula::Exists(self.name.clone(), Box::new(Formula::And(parts)));
        }
        if self.argument.points.is_finite() {
            let values = || {
                choices(std::slice::from_ref(&self.argument)).into_iter().map(|at| self.body.substitute(&at))
            };
            let attained = Formula::Or(values().map(|value| Formula::equal(&value, &m)).collect());
            let bound = Formula::And(values().map(|value| Formula::at_least(&m, &value)).collect());
            return Formula::Exists(self.name.clone(), Box::new(Formula::And(vec![attained, bound, rest])));
        }
        let [low, high] = self.argument.domain();
        let attained = Formula::And(vec![low.clone(), high.clone(), Formula::equal(&self.body, &m)]);
        let attained = Formula::Exists(self.argument.name.clone(), Box::new(attained));
        let bound = Formula::implied(&[low, high], Formula::at_least(&m, &self.body));
        let bound = Formula::ForAll(self.argument.name.clone(), Box::new(bound));
        Formula::Exists(self.name.clone(), Box::new(Formula::And(vec![attained, bound, rest])))
    }
}

/// What a variable of a conjunct stands for, for the report of a counterexample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// A relation between two quantities at a type profile.
    Relation,
    /// Left: the payoff of the truth, or of the strategy; right: of the report; the variable is the report.
    Deviation {
        /// What the left side is: `truthful`, or `following` a strategy.
        instead: &'static str,
        /// The agent, as the user calls it.
        agent: String,
        /// The variable that is the report.
        report: Name,
    },
}

/// One comparison, for all values of its variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conjunct {
    /// What it is, for people: `buyer: truth against a report`. Empty for a plain relation.
    pub what: String,
    /// What its variables are.
    pub role: Role,
    /// The variables with their ranges, outermost first.
    pub variables: Vec<Bound>,
    /// Further premises.
    pub premises: Vec<Formula>,
    /// The left side.
    pub left: Expr,
    /// How it compares.
    pub relation: Comparison,
    /// The right side.
    pub right: Expr,
}

/// How the two sides of a conjunct compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Left equals right.
    Equal,
    /// Left differs from right.
    Unequal,
    /// Left is at least right.
    AtLeast,
    /// Left is greater than right.
    Greater,
    /// Left is at most right.
    AtMost,
    /// Left is less than right.
    Less,
}

impl Conjunct {
    /// `left REL right` for all values of the variables; `what` says what it is.
    pub fn relation(
        what: impl Into<String>,
        variables: Vec<Bound>,
        left: Expr,
        relation: Comparison,
        right: Expr,
    ) -> Self {
        let (what, role) = (what.into(), Role::Relation);
        Conjunct { what, role, variables, premises: vec![], left, relation, right }
    }

    /// The same under further premises.
    #[must_use]
    pub fn under(mut self, premises: Vec<Formula>) -> Self {
        self.premises.extend(premises);
        self
    }

    /// Whether a name occurs in it, its own variables included.
    pub fn mentions(&self, name: &str) -> bool {
        let in_range = |b: &Bound| &*b.name == name || b.low.mentions(name) || b.high.mentions(name);
        self.left.mentions(name)
            || self.right.mentions(name)
            || self.premises.iter().any(|p| p.mentions(name))
            || self.variables.iter().any(in_range)
    }

    /// The conjunct with values for some names, which no longer vary.
    pub fn at(&self, values: &BTreeMap<Name, Expr>) -> Self {
        let term = |e: &Expr| e.substitute(values);
        let premise = |p: &Formula| {
            // The names are never bound in a premise, and their values are free of bound names.
            values.iter().fold(p.clone(), |p, (name, value)| p.substitute(name, value).unwrap_or(p))
        };
        let vary = self.variables.iter().filter(|b| !values.contains_key(&b.name));
        Conjunct {
            variables: vary.map(|b| b.at(values)).collect(),
            premises: self.premises.iter().map(premise).collect(),
            left: term(&self.left),
            right: term(&self.right),
            ..self.clone()
        }
    }

    /// What the comparison asks of a direction, along which its sides move as they are told: that it goes on to hold.
    pub(super) fn along(&self, moved: &dyn Fn(&Expr) -> Expr) -> Self {
        let relation = match self.relation {
            Comparison::Greater => Comparison::AtLeast,
            Comparison::Less => Comparison::AtMost,
            Comparison::Unequal => Comparison::Equal,
            same => same,
        };
        Conjunct { left: moved(&self.left), right: moved(&self.right), relation, ..self.clone() }
    }

    /// The comparison alone.
    pub fn comparison(&self) -> Formula {
        let (left, right) = (&self.left, &self.right);
        match self.relation {
            Comparison::Equal => Formula::equal(left, right),
            Comparison::Unequal => Formula::unequal(left, right),
            Comparison::AtLeast => Formula::at_least(left, right),
            Comparison::Greater => Formula::greater(left, right),
            Comparison::AtMost => Formula::at_least(right, left),
            Comparison::Less => Formula::greater(right, left),
        }
    }

    /// `∀ variables ∈ ranges. premises ⇒ left REL right`, finite ranges outermost.
    pub fn formula(&self) -> Formula {
        if self.variables.iter().any(|b| b.points.is_finite()) {
            let (finite, rest): (Vec<&Bound>, Vec<&Bound>) =
                self.variables.iter().partition(|b| b.points.is_finite());
            let variables = rest.into_iter().cloned().collect();
            return ranging(&finite, Conjunct { variables, ..self.clone() }.formula());
        }
        let mut premises: Vec<Formula> = self.variables.iter().flat_map(Bound::domain).collect();
        premises.extend(self.premises.iter().cloned());
        let names: Vec<Name> = self.variables.iter().map(|b| b.name.clone()).collect();
        Formula::for_all(&names, Formula::implied(&premises, self.comparison()))
    }
}

/// A statement for all values of names with finite ranges, the first outermost.
pub(super) fn ranging(bounds: &[&Bound], body: Formula) -> Formula {
    bounds.iter().rev().fold(body, |rest, bound| {
        Formula::for_all(std::slice::from_ref(&bound.name), Formula::implied(&[bound.listed()], rest))
    })
}

/// A universal claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The free parameters.
    pub parameters: Vec<Bound>,
    /// The charges that occur, in an order in which each mentions earlier ones only.
    pub charges: Vec<Charge>,
    /// What is claimed.
    pub conjuncts: Vec<Conjunct>,
    /// What the functions in the conjuncts are, in an order in which each mentions earlier ones only.
    pub definitions: Vec<Definition>,
    /// Terms whose squares are written in the conjuncts: where a proof may look, and no part of the claim.
    pub squares: Vec<Expr>,
}

impl Claim {
    /// The claim that the conjuncts hold, for all values of those of the parameters that occur, with
    /// those of the charges that occur; each of both may mention earlier ones.
    pub fn about(parameters: &[Bound], charges: &[Charge], conjuncts: Vec<Conjunct>) -> Self {
        let mut used: Vec<Charge> = Vec::new();
        for charge in charges.iter().rev() {
            let in_charges = used.iter().any(|c| c.mentions(&charge.name));
            if in_charges || conjuncts.iter().any(|c| c.mentions(&charge.name)) {
                used.insert(0, charge.clone());
            }
        }
        let mut free: Vec<Bound> = Vec::new();
        for p in parameters.iter().rev() {
            let in_ranges = free.iter().any(|b| b.low.mentions(&p.name) || b.high.mentions(&p.name));
            let in_terms = conjuncts.iter().any(|c| c.mentions(&p.name));
            if in_ranges || in_terms || used.iter().any(|c| c.mentions(&p.name)) {
                free.insert(0, p.clone());
            }
        }
        Claim { parameters: free, charges: used, conjuncts, definitions: vec![], squares: vec![] }
    }

    /// The claim with those of the definitions that it speaks of, directly or through each other.
    #[must_use]
    pub fn under(mut self, definitions: &[Definition]) -> Self {
        let mut used: Vec<Definition> = Vec::new();
        for d in definitions.iter().rev() {
            let name = d.name.name();
            let in_conjuncts = self.conjuncts.iter().any(|c| c.mentions(name));
            let in_charges = self.charges.iter().any(|c| c.body.mentions_function(name));
            if in_conjuncts || in_charges || used.iter().any(|u| u.body.mentions_function(name)) {
                used.insert(0, d.clone());
            }
        }
        self.definitions = used;
        self
    }

    /// The charges without the defined functions.
    pub fn plain_charges(&self) -> Vec<Charge> {
        let bodies = unfold(&self.definitions, self.charges.iter().map(|c| &c.body));
        let plain = |(c, body): (&Charge, Expr)| Charge { body, ..c.clone() };
        self.charges.iter().zip(bodies).map(plain).collect()
    }

    /// The claim without the defined functions.
    #[must_use]
    pub fn unfolded(&self) -> Claim {
        let sides = unfold(&self.definitions, self.conjuncts.iter().flat_map(|c| [&c.left, &c.right]));
        let mut sides = sides.into_iter();
        let mut conjuncts = self.conjuncts.clone();
        for c in &mut conjuncts {
            for (side, plain) in [&mut c.left, &mut c.right].into_iter().zip(sides.by_ref()) {
                *side = plain;
            }
            for premise in &mut c.premises {
                if let Ok(meaning) = self.stated(premise.clone()).meaning() {
                    *premise = meaning.formula().clone();
                }
            }
        }
        Claim { conjuncts, charges: self.plain_charges(), definitions: vec![], ..self.clone() }
    }

    /// The same claim, in which squares are written.
    #[must_use]
    pub fn with_squares(self, squares: &[Expr]) -> Self {
        Claim { squares: squares.to_vec(), ..self }
    }

    /// Whether a term in it is too large to be computed.
    pub fn is_too_large(&self) -> bool {
        let sides = self.conjuncts.iter().flat_map(|c| [&c.left, &c.right]);
        let bodies = self.charges.iter().map(|c| &c.body).chain(self.definitions.iter().map(|d| &d.body));
        sides.chain(bodies).any(Expr::is_too_large)
    }

    fn stated(&self, formula: Formula) -> Statement {
        Statement { definitions: self.definitions.clone(), formula }
    }

    /// The claim as a statement.
    pub fn statement(&self) -> Statement {
        self.stated(self.formula())
    }

    /// That the claim fails, as a statement.
    pub fn denial(&self) -> Statement {
        self.stated(self.refutation())
    }

    /// The claim as a formula.
    pub fn formula(&self) -> Formula {
        let body = Formula::And(self.conjuncts.iter().map(Conjunct::formula).collect());
        let body = self.charges.iter().rev().fold(body, |rest, charge| charge.describe(rest));
        let (finite, intervals): (Vec<&Bound>, Vec<&Bound>) =
            self.parameters.iter().partition(|b| b.points.is_finite());
        let domain: Vec<Formula> = intervals.iter().flat_map(|b| b.domain()).collect();
        let names: Vec<Name> = intervals.iter().map(|b| b.name.clone()).collect();
        let body = Formula::for_all(&names, Formula::implied(&domain, body));
        ranging(&finite, body)
    }

    /// The claim with values for some of its parameters.
    pub fn at(&self, values: &BTreeMap<Name, Expr>) -> Claim {
        if values.is_empty() {
            return self.clone();
        }
        let charge = |c: &Charge| Charge {
            argument: c.argument.at(values),
            body: c.body.substitute(values),
            ..c.clone()
        };
        let free = self.parameters.iter().filter(|p| !values.contains_key(&p.name));
        Claim {
            parameters: free.map(|p| p.at(values)).collect(),
            charges: self.charges.iter().map(charge).collect(),
            conjuncts: self.conjuncts.iter().map(|c| c.at(values)).collect(),
            definitions: self.definitions.clone(),
            squares: self.squares.iter().map(|root| root.substitute(values)).collect(),
        }
    }

    /// That the claim fails: for some parameters, with the charges being what they are named for,
    /// some conjunct fails. This is the negation, since a maximum that exists is unique.
    pub fn refutation(&self) -> Formula {
        let body = Formula::Or(self.conjuncts.iter().map(|c| c.formula().negated()).collect());
        let body = self.charges.iter().rev().fold(body, |rest, charge| charge.describe(rest));
        self.parameters.iter().rev().fold(body, |rest, parameter| {
            let mut parts: Vec<Formula> = match parameter.points.is_finite() {
                true => vec![parameter.listed()],
                false => parameter.domain().to_vec(),
            };
            parts.push(rest);
            Formula::Exists(parameter.name.clone(), Box::new(Formula::And(parts)))
        })
    }
}
