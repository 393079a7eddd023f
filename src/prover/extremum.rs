//! Maxima over an interval: [`Extremum`].
//!
//! Candidates are the end points, the break points and the stationary points of the pieces: rational
//! ones, radicals, roots by polynomial and interval; with parameters, polynomials and roots of them. The
//! engine proposes, the formula of the charge is proved like any other.

use std::sync::Mutex;

use crate::exact::{Poly, Rational, bounded};
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Atom, Expr, Formula, Name, Node, Relation};
use crate::model::{
    Bound, Charge, Claim, Description, quotient_of_terms, rational_root, reduced, root_of_term,
};
use crate::piecewise::{Cell, Engine, Obstacle, interval, rational_roots, without_layers};

use super::bounds::bounds;
use super::breaks::{without_zero, zeros};
use super::proof::facts;

/// Powers of a place that may be plainer than the place.
const POWERS: u32 = 6;

/// A maximum and a point that attains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extremum {
    /// The greatest value.
    pub value: Expr,
    /// A point at which it is attained.
    pub at: Expr,
    /// Numbers that these two mention and the statement does not.
    pub roots: Vec<Charge>,
}

impl Extremum {
    /// A root is what it is described as.
    pub fn chosen(root: &Charge) -> Self {
        let x = Expr::variable(&root.name);
        Extremum { value: x.clone(), at: x, roots: vec![] }
    }
}

/// Maxima that were found before: the same charges occur in many claims of a file.
#[derive(Debug, Default)]
pub struct Maxima {
    known: Mutex<Vec<Found>>,
}

/// What is known of parameters, a charge, and what was found of it.
type Found = (Vec<Fact>, Charge, Result<Extremum, Obstacle>);

impl Maxima {
    /// The values of all charges of a claim, in their order.
    pub fn of(&self, claim: &Claim) -> Result<Vec<Extremum>, Obstacle> {
        let domain: Vec<_> = claim.parameters.iter().flat_map(Bound::domain).collect();
        self.under(claim, &facts(&domain))
    }

    /// The same wherever facts about parameters hold.
    pub(super) fn under(&self, claim: &Claim, context: &[Fact]) -> Result<Vec<Extremum>, Obstacle> {
        let mut out: Vec<Extremum> = Vec::new();
        for charge in &claim.plain_charges() {
            let values =
                claim.charges.iter().zip(&out).map(|(c, e)| (c.name.clone(), e.value.clone())).collect();
            if charge.description == Description::Root {
                out.push(Extremum::chosen(charge));
                continue;
            }
            let charge = Charge { body: charge.body.substitute(&values), ..charge.clone() };
            out.push(self.maximum(context, charge)?);
        }
        Ok(out)
    }

    fn maximum(&self, context: &[Fact], charge: Charge) -> Result<Extremum, Obstacle> {
        let same = |(known, c, _): &&Found| known == context && *c == charge;
        if let Ok(known) = self.known.lock()
            && let Some((_, _, found)) = known.iter().find(same)
        {
            return found.clone();
        }
        // What it takes does not depend on who asks first.
        let find = || maximum(context, &charge, &charge.body);
        let found = bounded(find).unwrap_or(Err(Obstacle::Work));
        if let Ok(mut known) = self.known.lock() {
            known.push((context.to_vec(), charge, found.clone()));
        }
        found
    }
}

/// The maximum that a charge is, given the body with earlier charges replaced: by one formula for all parameters,
/// or by cases.
pub(super) fn maximum(context: &[Fact], charge: &Charge, body: &Expr) -> Result<Extremum, Obstacle> {
    if charge.argument.points.is_finite() {
        return among_points(charge, body);
    }
    let body = &without_layers(body);
    by_one_formula(context, charge, body).or_else(|obstacle| by_cases(context, charge, body).ok_or(obstacle))
}

/// The maximum on the parts of the range of a single parameter, between the places where a candidate enters or
/// leaves a piece of the function.
fn by_cases(context: &[Fact], charge: &Charge, body: &Expr) -> Option<Extremum> {
    let y = &charge.argument;
    let names = [body, &y.low, &y.high].map(Expr::free_names).concat();
    let mut names: Vec<_> = names.into_iter().filter(|n| *n != y.name).collect();
    names.sort();
    names.dedup();
    let [name] = names.as_slice() else { return None };
    let parameter = Expr::variable(name);
    // A second value of a parameter may be above the first one, and so above what that is above.
    let said: Vec<Formula> = context.iter().map(|f| Formula::Compare(f.relation, f.expr.clone())).collect();
    let known = [context, &facts(&bounds(&said, std::slice::from_ref(name)))].concat();
    let (low, high) = interval(&known, parameter.as_atom()?)?;
    let mut domain = known;
    domain.extend(facts(&y.domain()));
    let cells = Engine::new().cells(&domain, body).ok()?;
    let mut breaks = vec![low.clone(), high.clone()];
    for at in candidates(&cells, charge) {
        let at = at.at;
        let ends = [at.minus(&y.low), y.high.minus(&at)];
        let bounds = cells.iter().flat_map(|c| &c.facts).map(|f| f.expr.substitute_one(&y.name, &at));
        for e in ends.into_iter().chain(bounds) {
            breaks.extend(rational_roots(&e.poly().coefficients_in(parameter.as_atom()?)));
        }
    }
    breaks.retain(|b| low <= *b && *b <= high);
    breaks.sort();
    breaks.dedup();
    let mut out: Option<Extremum> = None;
    for (from, to) in breaks.iter().zip(breaks.iter().skip(1)) {
        let above = parameter.minus(&Expr::number(from.clone()));
        let below = Expr::number(to.clone()).minus(&parameter);
        let mut part = context.to_vec();
        part.extend([&above, &below].map(|e| Fact { relation: Relation::AtLeast, expr: e.clone() }));
        let found = by_one_formula(&part, charge, body).ok().filter(|found| found.roots.is_empty())?;
        let from_here = Expr::at_least_zero(&above);
        // What it was before, and from here on the difference.
        let joined = |before: &Expr, after: &Expr| before.plus(&from_here.times(&after.minus(before)));
        out = Some(match out {
            None => found,
            Some(before) => Extremum {
                value: joined(&before.value, &found.value),
                at: joined(&before.at, &found.at),
                roots: vec![],
            },
        });
    }
    out
}

fn by_one_formula(context: &[Fact], charge: &Charge, body: &Expr) -> Result<Extremum, Obstacle> {
    let mut engine = Engine::new();
    let mut domain = context.to_vec();
    domain.extend(facts(&charge.argument.domain()));
    let cells = engine.cells(&domain, body)?;
    let none = || Obstacle::Extremum { body: body.clone() };
    let mut candidates = candidates(&cells, charge);
    candidates.extend(irrational(&cells, charge));
    let y = &charge.argument;
    for Candidate { at, roots } in candidates {
        let described: Vec<_> = roots.iter().flat_map(Charge::root).collect();
        let mut context = context.to_vec();
        context.extend(facts(&described));
        let forms = zero_at(&y.name, &at);
        let holds = |facts: &[Fact], e: &Expr| {
            let facts = [facts, context.as_slice()].concat();
            Engine::new().afresh(forms.clone()).tree(&facts, Relation::AtLeast, e).is_ok()
        };
        // A point that lies in the interval for all parameters.
        let inside = [at.minus(&y.low), y.high.minus(&at)];
        if !inside.iter().all(|e| holds(&[], e)) {
            continue;
        }
        let known = inside.into_iter().map(|expr| Fact { relation: Relation::AtLeast, expr });
        let known: Vec<Fact> = context.iter().cloned().chain(known).collect();
        let Some(value) = engine.closed_form(&known, &body.substitute_one(&y.name, &at)) else { continue };
        let value = reduced(&value);
        if cells.iter().all(|cell| holds(&cell.facts, &value.minus(&cell.value))) {
            return Ok(Extremum { value, at, roots });
        }
    }
    Err(none())
}

/// What is zero where a name has a value: the difference, and of powers, where these have fewer roots in them than the
/// value, as `s^2 - 5^(1/3)/2` where `s` is `5^(1/6)/sqrt(2)`.
pub(super) fn zero_at(name: &Name, value: &Expr) -> Vec<Expr> {
    let x = Expr::variable(name);
    let difference = x.minus(value);
    let roots = value.free_names().len();
    let is_product = value.terms().count() == 1 && roots > 1;
    let plain = |k: &u32| Some((*k, reduced(&value.pow(*k)))).filter(|(_, e)| e.free_names().len() < roots);
    let of_powers = (2..=POWERS).filter(|_| is_product).find_map(|k| plain(&k));
    let powers = of_powers.map(|(k, e)| x.pow(k).minus(&e));
    powers.into_iter().chain([difference]).filter(|e| !e.is_zero()).collect()
}

/// The greatest of finitely many numbers.
fn among_points(charge: &Charge, body: &Expr) -> Result<Extremum, Obstacle> {
    let mut best: Option<(Rational, Expr)> = None;
    for point in charge.argument.points.all() {
        let at = Expr::number(point.value.clone());
        let value = body.substitute_one(&charge.argument.name, &at).as_number();
        let value = value.ok_or_else(|| Obstacle::Extremum { body: body.clone() })?;
        if best.as_ref().is_none_or(|(greatest, _)| value > *greatest) {
            best = Some((value, at));
        }
    }
    let (value, at) = best.ok_or_else(|| Obstacle::Extremum { body: body.clone() })?;
    Ok(Extremum { value: Expr::number(value), at, roots: vec![] })
}

/// A point that may be the place of the maximum, and the roots that it mentions.
pub(super) struct Candidate {
    pub(super) at: Expr,
    pub(super) roots: Vec<Charge>,
}

impl From<Expr> for Candidate {
    fn from(at: Expr) -> Self {
        Candidate { at, roots: vec![] }
    }
}

/// Stationary points that are no polynomials in the parameters.
fn irrational(cells: &[Cell], charge: &Charge) -> Vec<Candidate> {
    let y = Expr::variable(&charge.argument.name);
    let Some(atom) = y.atoms().next() else { return vec![] };
    let mut out = Vec::new();
    for cell in cells {
        let derivative = cell.value.poly().derivative(atom);
        let coefficients = derivative.coefficients_in(atom);
        let numbers: Option<Vec<Rational>> = coefficients.iter().map(Poly::as_constant).collect();
        match numbers {
            Some(numbers) => out.extend(roots_of_numbers(&numbers, charge)),
            None => {
                out.extend(
                    roots_with_parameters(&coefficients, |term| (term, Rational::ONE)).into_iter().flatten(),
                );
                out.extend(quotient(&coefficients, charge));
            }
        }
    }
    out
}

/// The irrational roots in the interval.
fn roots_of_numbers(coefficients: &[Rational], charge: &Charge) -> Vec<Candidate> {
    let end = |e: &Expr| e.as_number();
    let (Some(low), Some(high)) = (end(&charge.argument.low), end(&charge.argument.high)) else {
        return vec![];
    };
    let found = zeros(coefficients, &low, &high).unwrap_or_default();
    found.into_iter().map(|zero| Candidate { at: zero.at, roots: zero.roots }).collect()
}

/// Where a derivative of the first degree is zero that falls: a quotient of terms in parameters, described by what it solves.
fn quotient(coefficients: &[Poly<Atom>], charge: &Charge) -> Option<Candidate> {
    let [constant, slope] = coefficients else { return None };
    if slope.as_constant().is_some() {
        return None;
    }
    let (constant, slope) = (Expr::from(constant.clone()), Expr::from(slope.negated()));
    let root = quotient_of_terms(&constant, &slope, &charge.argument.low, &charge.argument.high);
    Some(Candidate { at: Expr::variable(&root.name), roots: vec![root] })
}

/// The roots of `a y² + b y + c = 0` and of `a y^k + c = 0` with a number `a` and terms `b` and `c` in parameters. What a square
/// root is of is written as `square` says: as a term, and a number that its root is multiplied with.
pub(super) fn roots_with_parameters(
    coefficients: &[Poly<Atom>],
    square: impl Fn(Expr) -> (Expr, Rational),
) -> Option<Vec<Candidate>> {
    let (last, rest) = without_zero(coefficients, Poly::is_zero).split_last()?;
    let (first, between) = rest.split_first()?;
    let inverse = last.as_constant()?.recip()?;
    let first = Expr::from(first.clone()).scaled(&inverse);
    if let [middle] = between {
        // y² + 2hy + c = (y + h)² − (h² − c)
        let half = Expr::from(middle.clone()).scaled(&(&inverse * &Rational::new(1, 2)?));
        let term = half.pow(2).minus(&first);
        let (term, scale) = square(term);
        let root = root_of_term(&term, 2, &term.to_string());
        let distance = Expr::variable(&root.name).scaled(&scale);
        let both = [distance.minus(&half), distance.plus(&half).negated()];
        return Some(both.map(|at| Candidate { at, roots: vec![root.clone()] }).into());
    }
    if between.is_empty() || between.iter().any(|c| !c.is_zero()) {
        return None;
    }
    let term = first.negated();
    let root = root_of_term(&term, u32::try_from(rest.len()).ok()?, &term.to_string());
    Some(vec![Candidate { at: Expr::variable(&root.name), roots: vec![root] }])
}

/// A term with short integers as coefficients, and a number whose square it is to be multiplied with.
pub(super) fn without_square(term: Expr) -> (Expr, Rational) {
    let short = term.poly().primitive_part();
    let lead = |p: &Poly<Atom>| p.terms().next().map(|(_, c)| c.clone());
    let ratio = lead(term.poly()).zip(lead(&short)).and_then(|(a, b)| a.checked_div(&b));
    let root = ratio.filter(Rational::is_positive).and_then(|ratio| rational_root(&ratio, 2));
    root.map_or_else(|| (term, Rational::ONE), |root| (Expr::from(short), root))
}

fn candidates(cells: &[Cell], charge: &Charge) -> Vec<Candidate> {
    let y = Expr::variable(&charge.argument.name);
    let mut out = vec![charge.argument.low.clone(), charge.argument.high.clone()];
    let Some(atom) = y.atoms().next() else { return vec![] };
    let mut zeros_of = |e: &Expr| {
        let coefficients = e.poly().coefficients_in(atom);
        let nonzero = without_zero(&coefficients, Poly::is_zero);
        if nonzero.len() < coefficients.len() {
            out.push(Expr::zero());
        }
        if let [constant, slope] = nonzero {
            if let Some(k) = slope.as_constant().and_then(|a| a.recip()) {
                out.push(Expr::from(constant.clone()).scaled(&-&k));
            }
        } else {
            out.extend(rational_roots(&coefficients).into_iter().map(Expr::number));
        }
    };
    for cell in cells {
        for fact in &cell.facts {
            zeros_of(&fact.expr);
        }
        zeros_of(&Expr::from(cell.value.poly().derivative(atom)));
    }
    let hidden = |e: &Expr| e.atoms().any(|a| !matches!(a.node(), Node::Variable(_)));
    let mut different: Vec<Expr> = Vec::new();
    for at in out {
        if !hidden(&at) && !different.contains(&at) {
            different.push(at);
        }
    }
    different.into_iter().map(Candidate::from).collect()
}
