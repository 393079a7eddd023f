//! All reports that pay, where a lie was found that does: [`profitable`].

use crate::exact::Rational;
use crate::kernel::{Expr, Formula, Name};
use crate::model::{Bound, Claim, Comparison, Conjunct, Role};
use crate::piecewise::{AlgebraicNumber, Engine, RealRoot, isolate};

use super::counterexample::Failure;
use super::pieces::pieces;
use super::proof::prove_claim;

/// An interval of reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reports {
    /// Its lower end, and whether it belongs to it.
    pub low: (Rational, bool),
    /// Its upper end, and whether it belongs to it.
    pub high: (Rational, bool),
}

/// The reports by which the agent gains at the failing types, where these are an interval with rational ends: that all
/// of them pay and no others do is proved.
pub fn profitable(claim: &Claim, failure: &Failure) -> Option<Reports> {
    let claim = claim.unfolded();
    let conjunct = claim.conjuncts.get(failure.conjunct)?;
    let Role::Deviation { report, .. } = &conjunct.role else { return None };
    let range = conjunct.variables.iter().find(|b| b.name == *report)?;
    if !claim.charges.is_empty() || !failure.roots.is_empty() || range.points.is_finite() {
        return None;
    }
    let others = failure.at.iter().filter(|(name, _)| *name != report);
    let others = others.map(|(name, value)| (name.clone(), value.clone())).collect();
    let [truth, lie, low, high] =
        [&conjunct.left, &conjunct.right, &range.low, &range.high].map(|e| e.substitute(&others));
    let found = interval(report, &lie.minus(&truth), &low.as_number()?, &high.as_number()?)?;
    let range = Bound { low, high, ..range.clone() };
    let type_ = |variable: &Rational| range.power.value(&Expr::number(variable.clone())).as_number();
    let reports =
        Reports { low: (type_(&found.low.0)?, found.low.1), high: (type_(&found.high.0)?, found.high.1) };
    is_all(&range, &truth, &lie, &found).then_some(reports)
}

/// Where a function of one name is positive, if that is one interval.
fn interval(name: &Name, gain: &Expr, low: &Rational, high: &Rational) -> Option<Reports> {
    let at = |x: &Rational| gain.substitute_one(name, &Expr::number(x.clone()));
    let value = |x: &Rational| {
        let value = at(x);
        value.as_number().or_else(|| Engine::new().value(&[], &value).ok()?.as_number())
    };
    let variable = Expr::variable(name);
    let mut cuts = vec![low.clone(), high.clone()];
    for piece in pieces(&mut Engine::new(), name, (low, high), gain).ok()? {
        cuts.extend([piece.low.clone(), piece.high.clone()]);
        if !piece.value.is_polynomial() {
            return None;
        }
        let coefficients = piece.value.poly().coefficients_in(variable.as_atom()?);
        let coefficients: Option<Vec<Rational>> =
            coefficients.iter().map(|c| Expr::from(c.clone()).as_number()).collect();
        let coefficients = coefficients?;
        if coefficients.len() < 2 {
            continue;
        }
        for root in isolate(&coefficients, &piece.low, &piece.high)? {
            match root {
                RealRoot::At(x) => cuts.push(x),
                RealRoot::Between(a, b) => {
                    cuts.push(AlgebraicNumber::root(&coefficients, &a, &b)?.as_rational()?.clone());
                }
            }
        }
    }
    cuts.sort();
    cuts.dedup();
    let half = Rational::new(1, 2)?;
    let mut found: Option<Reports> = None;
    for (a, b) in cuts.iter().zip(cuts.iter().skip(1)) {
        if !value(&(&(a + b) * &half))?.is_positive() {
            continue;
        }
        let [from, to] = [a, b].map(|end| value(end).is_some_and(|v| v.is_positive()));
        match &mut found {
            None => found = Some(Reports { low: (a.clone(), from), high: (b.clone(), to) }),
            Some(reports) if reports.high == (a.clone(), true) => reports.high = (b.clone(), to),
            Some(_) => return None,
        }
    }
    found
}

/// Proves that lies in the interval pay, and no others.
fn is_all(range: &Bound, truth: &Expr, lie: &Expr, reports: &Reports) -> bool {
    let x = Expr::variable(&range.name);
    let [low, high] = [&reports.low.0, &reports.high.0].map(|c| Expr::number(c.clone()));
    let compare = |strict: bool, a: &Expr, b: &Expr| {
        if strict { Formula::greater(a, b) } else { Formula::at_least(a, b) }
    };
    let (from, to) = (reports.low.1, reports.high.1);
    let part = |premises: Vec<Formula>, relation: Comparison| Conjunct {
        premises,
        ..Conjunct::relation("", vec![range.clone()], truth.clone(), relation, lie.clone())
    };
    let conjuncts = vec![
        part(vec![compare(!from, &x, &low), compare(!to, &high, &x)], Comparison::Less),
        part(vec![compare(from, &low, &x)], Comparison::AtLeast),
        part(vec![compare(to, &x, &high)], Comparison::AtLeast),
    ];
    let claim =
        Claim { parameters: vec![], charges: vec![], conjuncts, definitions: vec![], squares: vec![] };
    prove_claim(&claim, &[]).is_ok()
}
