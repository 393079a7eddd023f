//! Monotonicity of allocation rules on finite types around cycles.

use crate::exact::{Monomial, Poly, Rational};
use crate::kernel::{Expr, Function};

use super::claim::{Bound, Comparison, Conjunct, own_name};
use super::existence::Quantity;
use super::mechanism::Mechanism;
use super::point::Point;
use super::system::{Preference, Problem, System, Unknown, preferences};

/// The graph of the reports of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circulation {
    /// The agent.
    pub agent: usize,
    /// Its name.
    pub name: String,
    /// The reports that differ from the truth, at all types of the others.
    pub reports: Vec<Preference>,
}

/// That no cycle of types of an agent, of any length, gains if each takes the outcome of the next, whatever the others'
/// types: for each agent, that no circulation gains.
///
/// How often a closed walk goes from each type to each other is a function `f ≥ 0` of type and report which goes into a
/// type as often as out of it, and `Σ gain·f` is what the walk gains. So what is said of all functions of this kind is said of
/// all closed walks. Any such function is a sum of cycles with positive weights, so that some cycle gains if a function
/// does; a cycle is what is shown then. `None` if a value is not a number.
pub fn cyclically_monotone(rule: &Mechanism) -> Option<Vec<System>> {
    (0..rule.setting.agents.len()).map(|i| no_circulation(rule, i)).collect()
}

fn no_circulation(rule: &Mechanism, i: usize) -> Option<System> {
    let mut types = rule.setting.types();
    let own = types.get(i)?.clone();
    let name = rule.setting.agents.get(i)?.name.clone();
    let report =
        Bound { name: own_name("report", &[&own.name]), shown: format!("{}'", own.shown), ..own.clone() };
    let function = Function { name: own_name("times", &[&name]), arity: types.len() + 1 };
    let times = |truth: &[Expr], report: &Expr| {
        Expr::apply(&function.name, truth.iter().chain([report]).cloned().collect())
    };
    let truth: Vec<Expr> = types.iter().map(|b| Expr::variable(&b.name)).collect();
    let ranges: Vec<Bound> = types.iter().chain([&report]).cloned().collect();
    let some = times(&truth, &Expr::variable(&report.name));
    let what = format!("{name}: how often a type takes the outcome of another");
    let mut rows = vec![Conjunct::relation(what, ranges.clone(), some, Comparison::AtLeast, Expr::zero())];
    let (mut out, mut into) = (Vec::new(), Vec::new());
    for point in own.points.all() {
        let other = Expr::number(point.value.clone());
        let mut before = truth.clone();
        *before.get_mut(i)? = other.clone();
        out.push((times(&truth, &other), Rational::ONE));
        into.push((times(&before, &Expr::variable(&own.name)), Rational::ONE));
    }
    let what = format!("{name}: as often out of a type as into it");
    rows.push(Conjunct::relation(what, types.clone(), total(out)?, Comparison::Equal, total(into)?));
    let reports = preferences(rule, std::iter::once(i))?;
    types.push(report);
    let problem = Problem {
        types,
        unknowns: vec![Unknown { function, shown: format!("times of {name}") }],
        rows,
        preferences: vec![],
        circulation: Some(Circulation { agent: i, name: name.clone(), reports }),
    };
    let graph = problem.circulation.as_ref()?;
    let numbers: Vec<Vec<Expr>> = ranges
        .iter()
        .map(|b| b.points.all().iter().map(|p| Expr::number(p.value.clone())).collect())
        .collect();
    // The value of the function at a profile of types and report, by its number.
    let at = |place: usize| {
        let (mut rest, mut point) = (place, Vec::with_capacity(numbers.len()));
        for own in numbers.iter().rev() {
            point.extend(own.get(rest % own.len().max(1)).cloned());
            rest /= own.len().max(1);
        }
        point.reverse();
        Expr::apply(problem.unknowns.first().map(|u| &*u.function.name).unwrap_or_default(), point)
    };
    let gained = graph.reports.iter().map(|p| (at(graph.place(&problem, p)), -&p.margin));
    let gained = total(gained.collect())?;
    let what = format!("{name}: what is gained");
    let gains = Conjunct::relation(what, vec![], gained, Comparison::Greater, Expr::zero());
    let rows = problem.rows.iter().cloned().chain([gains]).collect();
    Some(System::new(Quantity::No, Problem { rows, ..problem }))
}

impl Circulation {
    /// The number of the profile of types and report.
    pub fn place(&self, problem: &Problem, report: &Preference) -> usize {
        let size = |b: &Bound| b.points.all().len();
        let own = problem.types.get(self.agent).map_or(0, size);
        let later = problem.types.iter().skip(self.agent + 1);
        let step: usize = later.take(problem.types.len().saturating_sub(self.agent + 2)).map(size).product();
        report.truth * own + report.report / step.max(1) % own.max(1)
    }
}

/// A sum of multiples of atoms; `None` if a term is none.
fn total(terms: Vec<(Expr, Rational)>) -> Option<Expr> {
    let term = |(e, c): (Expr, Rational)| Some((Monomial::power(e.as_atom()?.clone(), 1), c));
    Some(Expr::from(Poly::of_terms(terms.into_iter().map(term).collect::<Option<_>>()?)))
}

/// The same of a rule in which values are open, for every cycle in which no type occurs twice; any other is put together
/// from such.
pub fn cycles_do_not_gain(rule: &Mechanism) -> Vec<Conjunct> {
    let types = rule.setting.types();
    let mut out = Vec::new();
    for (i, own) in types.iter().enumerate() {
        let agent = rule.setting.agents.get(i).map(|a| a.name.clone()).unwrap_or_default();
        let others: Vec<Bound> = types.iter().filter(|b| b.name != own.name).cloned().collect();
        let points = own.points.all();
        // What each type gets by each report.
        let from = |report: &Point| rule.value_from(i, &Expr::number(report.value.clone()));
        let by_report: Vec<Expr> = points.iter().map(from).collect();
        let at = |here: &Point| {
            let here = Expr::number(here.value.clone());
            by_report.iter().map(|e| e.substitute_one(&own.name, &here)).collect::<Vec<Expr>>()
        };
        let values: Vec<Vec<Expr>> = points.iter().map(at).collect();
        for cycle in cycles(points.len()) {
            let next = cycle.iter().skip(1).chain(cycle.first());
            let (mut kept, mut moved) = (Expr::zero(), Expr::zero());
            for (here, next) in cycle.iter().zip(next) {
                let value = |report: &usize| values.get(*here)?.get(*report);
                kept = value(here).map_or(kept.clone(), |e| kept.plus(e));
                moved = value(next).map_or(moved.clone(), |e| moved.plus(e));
            }
            let cycle: Vec<&Point> = cycle.iter().filter_map(|k| points.get(*k)).collect();
            let names: Vec<&str> = cycle.iter().chain(cycle.first()).map(|p| p.shown.as_str()).collect();
            let what = format!("{agent}: own outcomes against those of the next in {}", names.join(" -> "));
            out.push(Conjunct::relation(what, others.clone(), kept, Comparison::AtLeast, moved));
        }
    }
    out
}

/// The cycles of so many points in which none occurs twice, each once; the first point is the least.
fn cycles(size: usize) -> Vec<Vec<usize>> {
    let mut out = Vec::new();
    for first in 0..size {
        let mut open: Vec<Vec<usize>> = vec![vec![first]];
        while let Some(path) = open.pop() {
            let free = (first + 1..size).filter(|k| !path.contains(k));
            open.extend(free.map(|k| [path.clone(), vec![k]].concat()));
            if path.len() > 1 {
                out.push(path);
            }
        }
    }
    out
}
