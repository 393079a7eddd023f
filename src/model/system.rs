//! [`System`]: that some functions on finitely many types, or none, satisfy comparisons.
//!
//! Payments that implement an allocation rule on finitely many types, and mechanisms on them, are such functions.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::exact::{Monomial, Poly, Rational};
use crate::kernel::{Atom, Expr, Formula, Function, Name, Node, Relation};

use super::claim::{Bound, Comparison, Conjunct};
use super::existence::Quantity;
use super::mechanism::Mechanism;
use super::monotone::Circulation;
use super::point::values_at_points;
use super::property::{Property, unfold};
use super::setting::Setting;

/// A function that is asked for; it takes the types in the order of the agents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Its name in formulas, which no user can write, and the number of types.
    pub function: Function,
    /// What it is, for the user: `payment of buyer`.
    pub shown: String,
}

/// That a type of an agent has no reason to pretend to be another, at some types of the others:
/// `margin − t(truth) + t(report) ≥ 0`, where the margin is what the own outcome is worth more than that of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preference {
    /// The agent, whose payment is the unknown of the same number.
    pub agent: usize,
    /// The profile, by its number.
    pub truth: usize,
    /// The profile with the report in place of the type.
    pub report: usize,
    /// What the own outcome is worth more.
    pub margin: Rational,
}

/// What functions are asked for, and what they have to satisfy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The types, which the functions take.
    pub types: Vec<Bound>,
    /// The functions.
    pub unknowns: Vec<Unknown>,
    /// Comparisons for all types.
    pub rows: Vec<Conjunct>,
    /// Comparisons of truth and report, one by one.
    pub preferences: Vec<Preference>,
    /// What the rows say, if they are those of a circulation.
    pub circulation: Option<Circulation>,
}

/// Which end of the values of a term is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extreme {
    /// The greatest.
    Greatest,
    /// The least.
    Least,
}

/// A term in the unknowns that is to be as large or as small as it can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aim {
    /// The term.
    pub objective: Expr,
    /// Which end.
    pub extreme: Extreme,
    /// The end that is claimed.
    pub value: Expr,
}

/// Whether some functions solve a problem, or none do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    /// Whether some or none are claimed to exist.
    pub quantity: Quantity,
    /// The problem.
    pub problem: Arc<Problem>,
    /// A further comparison, about what is aimed at.
    pub aim: Option<(Arc<Aim>, Conjunct)>,
}

impl Problem {
    /// The number of profiles.
    pub fn profiles(&self) -> usize {
        self.types.iter().map(|b| b.points.all().len()).product()
    }

    /// The types of a profile; profiles are counted with the last agent's type moving first.
    pub fn profile(&self, number: usize) -> Vec<Rational> {
        let (mut rest, mut out) = (number, Vec::new());
        for bound in self.types.iter().rev() {
            let points = bound.points.all();
            let size = points.len().max(1);
            out.extend(points.get(rest % size).map(|p| p.value.clone()));
            rest /= size;
        }
        out.reverse();
        out
    }

    /// An unknown at a profile, as a term.
    pub fn at(&self, unknown: usize, profile: usize) -> Expr {
        let types = self.profile(profile).into_iter().map(Expr::number).collect();
        self.unknowns.get(unknown).map_or_else(Expr::zero, |u| Expr::apply(&u.function.name, types))
    }

    /// A term with zero in place of the unknowns.
    pub fn without_unknowns(&self, e: &Expr) -> Expr {
        let is_unknown = |atom: &Atom| match atom.node() {
            Node::Apply(name, _) => self.unknowns.iter().any(|u| u.function.name == *name),
            _ => false,
        };
        e.replace_atoms(|atom| is_unknown(atom).then(Expr::zero))
    }

    /// `payment of buyer (v = 1, c = 0)`
    pub fn shown(&self, unknown: usize, profile: usize) -> String {
        let types = self.profile(profile);
        let what = self.unknowns.get(unknown).map(|u| u.shown.as_str()).unwrap_or_default();
        format!("{what} ({})", place(&self.types, &types))
    }

    /// The comparisons, in the order of their numbers.
    fn parts(&self) -> Vec<Formula> {
        let profiles = self.profiles();
        let mut known: Vec<Option<Monomial<Atom>>> = vec![None; self.unknowns.len() * profiles];
        let mut unknown = |agent: usize, profile: usize| -> Option<Monomial<Atom>> {
            let slot = known.get_mut(agent * profiles + profile)?;
            if slot.is_none() {
                *slot = self.at(agent, profile).as_atom().map(|atom| Monomial::power(atom.clone(), 1));
            }
            slot.clone()
        };
        let mut out: Vec<Formula> = Vec::with_capacity(self.rows.len() + self.preferences.len());
        out.extend(self.rows.iter().map(Conjunct::formula));
        // `margin + p(report) − p(truth) ≥ 0`
        out.extend(self.preferences.iter().map(|p| {
            let one = Rational::ONE;
            let truth = unknown(p.agent, p.truth).map(|truth| (truth, -&one));
            let report = unknown(p.agent, p.report).map(|report| (report, one));
            let margin = (Monomial::one(), p.margin.clone());
            let terms = std::iter::once(margin).chain(report).chain(truth).collect();
            Formula::Compare(Relation::AtLeast, Expr::from(Poly::of_terms(terms)))
        }));
        out
    }
}

impl System {
    /// Whether a problem has a solution.
    pub fn new(quantity: Quantity, problem: Problem) -> Self {
        System { quantity, problem: Arc::new(problem), aim: None }
    }

    /// The claim.
    pub fn formula(&self) -> Formula {
        let mut parts = self.problem.parts();
        parts.extend(self.aim.iter().map(|(_, row)| row.formula()));
        let functions = self.problem.unknowns.iter().map(|u| u.function.clone()).collect();
        let body = Arc::new(Formula::And(parts));
        match self.quantity {
            Quantity::Some => Formula::SomeFunctions(functions, body),
            Quantity::No => Formula::NoFunctions(functions, body),
        }
    }

    /// The other claim about the same functions.
    #[must_use]
    pub fn opposite(&self) -> Self {
        let quantity = match self.quantity {
            Quantity::Some => Quantity::No,
            Quantity::No => Quantity::Some,
        };
        System { quantity, ..self.clone() }
    }

    /// That some solution has the end that is claimed of what is aimed at, and none goes beyond it.
    pub fn ends(&self, aim: &Arc<Aim>, what: &str) -> [System; 2] {
        let with = |quantity, what, relation| {
            let row = Conjunct::relation(what, vec![], aim.objective.clone(), relation, aim.value.clone());
            System { quantity, problem: self.problem.clone(), aim: Some((aim.clone(), row)) }
        };
        let beyond = match aim.extreme {
            Extreme::Greatest => Comparison::Greater,
            Extreme::Least => Comparison::Less,
        };
        [
            with(Quantity::Some, format!("{what} against the value"), Comparison::Equal),
            with(Quantity::No, format!("{what} beyond the value"), beyond),
        ]
    }

    /// That a term in the unknowns has no end: some numbers solve the problem, and from any that do, a direction leads on
    /// for ever, along which no comparison changes against it and the term moves. Comparisons are linear, or none of this is
    /// ever proved.
    pub fn without_end(&self, objective: &Expr, extreme: Extreme) -> [System; 2] {
        let problem = &self.problem;
        let along = |e: &Expr| e.minus(&problem.without_unknowns(e));
        let mut rows: Vec<Conjunct> = problem.rows.iter().map(|row| row.along(&along)).collect();
        let goes = match extreme {
            Extreme::Greatest => Comparison::Greater,
            Extreme::Least => Comparison::Less,
        };
        rows.push(Conjunct::relation("the term", vec![], along(objective), goes, Expr::zero()));
        let step = |p: &Preference| Preference { margin: Rational::ZERO, ..p.clone() };
        let preferences = problem.preferences.iter().map(step).collect();
        let step = |u: &Unknown| Unknown { shown: format!("{} per step", u.shown), ..u.clone() };
        let unknowns = problem.unknowns.iter().map(step).collect();
        let types = problem.types.clone();
        let direction = Problem { types, unknowns, rows, preferences, circulation: None };
        let some = System { quantity: Quantity::Some, problem: problem.clone(), aim: None };
        [System::new(Quantity::Some, direction), some]
    }

    /// The comparison of a number that is not a preference.
    pub fn row(&self, number: usize) -> Option<&Conjunct> {
        let after = self.problem.rows.len() + self.problem.preferences.len();
        match self.problem.rows.get(number) {
            Some(row) => Some(row),
            None if number == after => self.aim.as_ref().map(|(_, row)| row),
            None => None,
        }
    }

    /// The preference of a number.
    pub fn preference(&self, number: usize) -> Option<&Preference> {
        self.problem.preferences.get(number.checked_sub(self.problem.rows.len())?)
    }

    /// Whether a name occurs free.
    pub fn mentions(&self, name: &str) -> bool {
        let aimed = self.aim.iter().map(|(_, row)| row);
        self.problem.rows.iter().chain(aimed).any(|row| row.mentions(name))
    }

    /// That payments make the truth a dominant strategy under an allocation rule: for each agent and the others'
    /// types one payment for each own type, and `u_i(x(θ), θ_i) − t_i(θ) ≥ u_i(x(r, θ_{−i}), θ_i) − t_i(r, θ_{−i})`.
    /// `None` if a value is not a number.
    pub fn of_payments(rule: &Mechanism) -> Option<Self> {
        let types = rule.setting.types();
        let agents = 0..rule.setting.agents.len();
        let preferences = preferences(rule, agents.clone())?;
        let unknowns = agents.map(|i| payment(&rule.setting, i)).collect();
        let problem = Problem { types, unknowns, rows: vec![], preferences, circulation: None };
        Some(System::new(Quantity::Some, problem))
    }

    /// That payments give an allocation rule the properties: for each profile a payment of each agent. `None` if a
    /// property has no meaning here.
    pub fn of_rule(rule: &Mechanism, properties: &[Property]) -> Option<Self> {
        let setting = &rule.setting;
        let unknown = Mechanism::of(setting, rule.allocation.clone(), unknown_mechanism(setting).payment);
        let unknowns = (0..setting.agents.len()).map(|i| payment(setting, i)).collect();
        Self::with_properties(Quantity::Some, &unknown, unknowns, properties.iter())
    }

    /// That a mechanism with the properties exists: for each profile a probability of each outcome and a payment of
    /// each agent.
    pub fn of_mechanism(quantity: Quantity, setting: &Arc<Setting>, properties: &[Property]) -> Option<Self> {
        let chances = (0..setting.outcomes.len()).map(|k| probability(setting, k));
        let unknowns = chances.chain((0..setting.agents.len()).map(|i| payment(setting, i))).collect();
        let others = properties.iter().filter(|p| **p != Property::Feasible);
        let all = std::iter::once(&Property::Feasible).chain(others);
        Self::with_properties(quantity, &unknown_mechanism(setting), unknowns, all)
    }

    fn with_properties<'a>(
        quantity: Quantity,
        unknown: &Mechanism,
        unknowns: Vec<Unknown>,
        properties: impl Iterator<Item = &'a Property>,
    ) -> Option<Self> {
        let mut rows = Vec::new();
        for property in properties {
            rows.extend(unfold(unknown, *property)?.into_iter().map(|(_, c)| c));
        }
        let types = unknown.setting.types();
        let problem = Problem { types, unknowns, rows, preferences: vec![], circulation: None };
        Some(System::new(quantity, problem))
    }
}

/// What each type of some agents prefers to the report of each other, at all types of the others; `None` if a value is
/// not a number.
pub(super) fn preferences(rule: &Mechanism, agents: impl Iterator<Item = usize>) -> Option<Vec<Preference>> {
    let types = rule.setting.types();
    let (sizes, mut step) = (types.iter().map(|b| b.points.all().len()), 1_usize);
    let mut steps: Vec<(usize, usize)> = vec![(0, 0); types.len()];
    for (slot, size) in steps.iter_mut().zip(sizes).rev() {
        *slot = (size, step);
        step = step.checked_mul(size)?;
    }
    let allocation: Vec<Vec<Rational>> =
        rule.allocation.iter().map(|x| values_at_points(x, &types)).collect::<Option<_>>()?;
    // The outcomes that a profile has with positive probability.
    let mut chosen: Vec<Vec<(usize, &Rational)>> = vec![vec![]; step];
    for (k, probabilities) in allocation.iter().enumerate() {
        for (slot, probability) in chosen.iter_mut().zip(probabilities).filter(|(_, p)| !p.is_zero()) {
            slot.push((k, probability));
        }
    }
    let mut out = Vec::new();
    for i in agents {
        let own = types.get(i).map(std::slice::from_ref)?;
        let values: Vec<Vec<Rational>> =
            rule.values_of(i).iter().map(|u| values_at_points(u, own)).collect::<Option<_>>()?;
        let (size, step) = *steps.get(i)?;
        let worth = |type_: usize, profile: usize| {
            let outcomes = chosen.get(profile)?;
            outcomes
                .iter()
                .try_fold(Rational::ZERO, |sum, (k, p)| Some(&sum + &(*p * values.get(*k)?.get(type_)?)))
        };
        out.reserve_exact(chosen.len() * size.saturating_sub(1));
        for truth in 0..chosen.len() {
            let type_ = truth / step % size;
            let kept = worth(type_, truth)?;
            for other in (0..size).filter(|other| *other != type_) {
                let report = truth + other * step - type_ * step;
                out.push(Preference { agent: i, truth, report, margin: &kept - &worth(type_, report)? });
            }
        }
    }
    Some(out)
}

/// A term of a mechanism with unknown probabilities and payments, in expectation.
pub fn expected(setting: &Arc<Setting>, term: impl Fn(&Mechanism) -> Expr) -> Expr {
    setting.expectation(&term(&unknown_mechanism(setting)))
}

/// A term of a mechanism with a rule's probabilities and unknown payments, in expectation.
pub fn expected_of_rule(rule: &Mechanism, term: impl Fn(&Mechanism) -> Expr) -> Expr {
    let setting = &rule.setting;
    let unknown = Mechanism::of(setting, rule.allocation.clone(), unknown_mechanism(setting).payment);
    setting.expectation(&term(&unknown))
}

/// The mechanism whose probabilities and payments are unknown functions of the types.
fn unknown_mechanism(setting: &Arc<Setting>) -> Mechanism {
    let own: Vec<Expr> = setting.types().iter().map(|b| Expr::variable(&b.name)).collect();
    let term = |u: Unknown| Expr::apply(&u.function.name, own.clone());
    let allocation = (0..setting.outcomes.len()).map(|k| term(probability(setting, k))).collect();
    let charges = (0..setting.agents.len()).map(|i| term(payment(setting, i))).collect();
    Mechanism::of(setting, allocation, charges)
}

/// What an agent pays.
fn payment(setting: &Setting, agent: usize) -> Unknown {
    let name = setting.agents.get(agent).map(|a| a.name.as_str()).unwrap_or_default();
    let function = Function { name: format!("t_{name}'").into(), arity: setting.agents.len() };
    Unknown { function, shown: format!("payment of {name}") }
}

/// What an agent of a setting pays at a profile of types, as a term.
pub fn price_at(setting: &Setting, agent: usize, types: Vec<Expr>) -> Expr {
    Expr::apply(&payment(setting, agent).function.name, types)
}

/// The probability of an outcome.
fn probability(setting: &Setting, outcome: usize) -> Unknown {
    let name = setting.outcomes.get(outcome).map(|o| o.name.as_str()).unwrap_or_default();
    let function = Function { name: format!("x_{outcome}'").into(), arity: setting.agents.len() };
    Unknown { function, shown: format!("probability of {name}") }
}

/// `v = 1, c = 0`: some names with their values, as the user writes them.
pub fn place(bounds: &[Bound], values: &[Rational]) -> String {
    let part = |(b, value): (&Bound, &Rational)| {
        let shown = b.points.shown(value).map_or_else(|| value.to_string(), str::to_owned);
        format!("{} = {shown}", b.shown)
    };
    let parts: Vec<String> = bounds.iter().zip(values).map(part).collect();
    parts.join(", ")
}

/// The values for names, as a substitution.
pub fn choice(bounds: &[Bound], values: &[Rational]) -> BTreeMap<Name, Expr> {
    let pairs = bounds.iter().zip(values);
    pairs.map(|(b, value)| (b.name.clone(), Expr::number(value.clone()))).collect()
}
