//! The set of parameters for which a question has the answer yes: [`solution`].
//!
//! Its ends are among the roots of finitely many polynomials in the parameter: the polynomials that bound the
//! cells of the differences of the sides, and these differences, with the other variables at the places where
//! something changes: ends of their ranges, breaks, stationary points. Untrusted, and not complete: what is
//! found is proved piece by piece afterwards, like an answer that was given, or is said not to be.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::exact::{Poly, Rational};
use crate::kernel::{Atom, Expr, Relation};
use crate::model::{Bound, Charge, Description, Everywhere, Piece, Question};
use crate::piecewise::{AlgebraicNumber, Engine, RealRoot, isolate};

use super::breaks::{Zero, zeros};
use super::counterexample::find;
use super::existence::{pivot, plan};
use super::extremum::Maxima;
use super::parametric;
use super::proof::{facts, prove_claim};
use super::solve::prove_piece;

/// Polynomials that are kept while variables are eliminated.
const POLYNOMIALS: usize = 600;

/// An interval of the set; the ends are numbers with the roots in them.
#[derive(Debug, Clone)]
pub struct Part {
    /// The lower end.
    pub low: AlgebraicNumber,
    /// Whether it belongs to the set.
    pub from_low: bool,
    /// The upper end.
    pub high: AlgebraicNumber,
    /// Whether it belongs to the set.
    pub to_high: bool,
}

/// A set of parameters, and whether every piece of it, and every piece between, was proved.
#[derive(Debug, Clone)]
pub struct Solution {
    /// The set, from the lowest interval to the highest.
    pub parts: Vec<Part>,
    /// Whether it is the set; otherwise single parameters speak for it.
    pub proved: bool,
}

/// The set of parameters in a range for which the question has the answer yes, if every step is decided.
pub fn solution(maxima: &Maxima, parameter: &Bound, question: &Question) -> Option<Solution> {
    let (low, high) = (parameter.low.as_number()?, parameter.high.as_number()?);
    let mut ends: Vec<AlgebraicNumber> = vec![low.clone().into(), high.clone().into()];
    for polynomial in polynomials(maxima, parameter, question)? {
        for root in isolate(&polynomial, &low, &high)? {
            ends.push(match root {
                RealRoot::At(c) => c.into(),
                RealRoot::Between(a, b) => AlgebraicNumber::root(&polynomial, &a, &b)?,
            });
        }
    }
    let ends = sorted(ends)?;
    // Points and the intervals between them, in turn.
    let mut parts: Vec<Part> = Vec::new();
    let mut open: Option<(AlgebraicNumber, bool)> = None;
    for (k, end) in ends.iter().enumerate() {
        let here = at_point(maxima, parameter, question, end)?;
        let after = match ends.get(k + 1) {
            Some(next) => holds(maxima, parameter, question, &between(end, next)?)?,
            None => false,
        };
        match (open.take(), here, after) {
            (Some(begun), true, true) => open = Some(begun),
            (Some((low, from_low)), here, _) => {
                parts.push(Part { low, from_low, high: end.clone(), to_high: here });
                open = after.then(|| (end.clone(), false));
            }
            (None, true, false) => {
                let (low, high) = (end.clone(), end.clone());
                parts.push(Part { low, from_low: true, high, to_high: true });
            }
            (None, here, true) => open = Some((end.clone(), here)),
            (None, false, false) => {}
        }
    }
    let proved = is_solution(maxima, parameter, question, &parts) == Some(true);
    Some(Solution { parts, proved })
}

/// Whether the answer is yes on the parts, and no between them.
fn is_solution(maxima: &Maxima, parameter: &Bound, question: &Question, parts: &[Part]) -> Option<bool> {
    let mut roots: Vec<Charge> = Vec::new();
    let mut term = |end: &AlgebraicNumber| {
        let (term, more) = written(end, roots.len())?;
        roots.extend(more.into_iter().filter(|r| !roots.contains(r)).collect::<Vec<_>>());
        Some(term)
    };
    let mut intervals = Vec::new();
    let mut from = (parameter.low.clone(), true);
    for part in parts {
        let (low, high) = (
            term(&part.low)?,
            if part.low.compare(&part.high)? == Ordering::Equal { None } else { Some(term(&part.high)?) },
        );
        let high = high.unwrap_or_else(|| low.clone());
        intervals.push((from, (low.clone(), !part.from_low), Everywhere::Fails));
        intervals.push(((low, part.from_low), (high.clone(), part.to_high), Everywhere::Holds));
        from = (high, !part.to_high);
    }
    intervals.push((from, (parameter.high.clone(), true), Everywhere::Fails));
    Some(intervals.into_iter().all(|((low, from), (high, to), answer)| {
        let is_empty = low == high && !(from && to);
        let piece = || Piece::on_interval(parameter, &roots, (&low, from), (&high, to), answer, question);
        is_empty || prove_piece(maxima, &piece()).is_ok()
    }))
}

/// Numbers in increasing order, each once.
fn sorted(numbers: Vec<AlgebraicNumber>) -> Option<Vec<AlgebraicNumber>> {
    let mut out: Vec<AlgebraicNumber> = Vec::new();
    'numbers: for next in numbers {
        let mut place = out.len();
        for (k, known) in out.iter().enumerate() {
            match next.compare(known)? {
                Ordering::Equal => continue 'numbers,
                Ordering::Less => {
                    place = k;
                    break;
                }
                Ordering::Greater => {}
            }
        }
        out.insert(place, next);
    }
    Some(out)
}

/// A rational number between two others.
fn between(low: &AlgebraicNumber, high: &AlgebraicNumber) -> Option<Rational> {
    let mut width = Rational::new(1, 16)?;
    loop {
        let (_, a) = low.enclosure(&width)?;
        let (b, _) = high.enclosure(&width)?;
        if a < b {
            return Some(&(&a + &b) * &Rational::new(1, 2)?);
        }
        width = width.halved(2)?;
        if width.bits() > 4_000 {
            return None;
        }
    }
}

fn at_point(maxima: &Maxima, parameter: &Bound, question: &Question, at: &AlgebraicNumber) -> Option<bool> {
    if let Some(c) = at.as_rational() {
        return holds(maxima, parameter, question, c);
    }
    let root = described(at, "end'of'set'")?;
    let x = Expr::variable(&root.name);
    let roots = [root];
    let piece = |answer| Piece::on_interval(parameter, &roots, (&x, true), (&x, true), answer, question);
    if prove_piece(maxima, &piece(Everywhere::Holds)).is_ok() {
        return Some(true);
    }
    prove_piece(maxima, &piece(Everywhere::Fails)).is_ok().then_some(false)
}

/// A number as a term, in radicals where it is the zero of a quadratic polynomial, and what the roots in it are.
fn written(number: &AlgebraicNumber, index: usize) -> Option<(Expr, Vec<Charge>)> {
    if let Some(c) = number.as_rational() {
        return Some((Expr::number(c.clone()), vec![]));
    }
    if number.polynomial().len() == 3 {
        let (low, high) = number.enclosure(&Rational::ONE)?;
        let same = |zero: &Zero| {
            let value = AlgebraicNumber::of_term(&zero.at, &zero.roots);
            value.and_then(|v| v.compare(number)) == Some(Ordering::Equal)
        };
        return zeros(number.polynomial(), &low, &high)?.into_iter().find(same).map(|z| (z.at, z.roots));
    }
    let root = described(number, &format!("end{index}'of'set'"))?;
    Some((Expr::variable(&root.name), vec![root]))
}

/// A number by its polynomial, which rises, and its interval.
fn described(number: &AlgebraicNumber, name: &str) -> Option<Charge> {
    let name: crate::kernel::Name = name.into();
    let x = Expr::variable(&name);
    let powers = number.polynomial().iter().zip(0_u32..);
    let body = powers.fold(Expr::zero(), |sum, (c, k)| sum.plus(&x.pow(k).scaled(c)));
    let (low, high) = number.enclosure(&Rational::new(1, 1024)?)?;
    let below = body.substitute_one(&name, &Expr::number(low.clone())).as_number()?;
    let body = if below.is_negative() { body } else { body.negated() };
    let (low, high) = (Expr::number(low), Expr::number(high));
    let argument = Bound::interval(name.clone(), number.to_string(), low, high);
    Some(Charge { name, shown: number.to_string(), argument, body, description: Description::Root })
}

/// The answer for one parameter.
fn holds(maxima: &Maxima, parameter: &Bound, question: &Question, at: &Rational) -> Option<bool> {
    let values = BTreeMap::from([(parameter.name.clone(), Expr::number(at.clone()))]);
    match question {
        Question::Claim(claim) => {
            let claim = claim.at(&values);
            let charges = maxima.of(&claim).ok()?;
            if prove_claim(&claim, &charges).is_ok() {
                return Some(true);
            }
            find(maxima, &claim).ok()?.map(|_| false)
        }
        Question::Existence(existence) => {
            let existence = existence.at(&values);
            let wanted = existence.quantity == crate::model::Quantity::Some;
            if existence.setting.is_finite() {
                return Some(parametric::exists(&existence).ok()? == wanted);
            }
            let pivot = pivot(&existence, &[]).ok()?;
            let exists = plan(&existence, &pivot, &[]).ok()?.1.is_some();
            Some(exists == wanted)
        }
    }
}

/// Polynomials in the parameter, by coefficients, whose roots may be ends of the set.
fn polynomials(maxima: &Maxima, parameter: &Bound, question: &Question) -> Option<Vec<Vec<Rational>>> {
    let range = facts(&parameter.domain());
    let mut found: Vec<Expr> = Vec::new();
    let mut variables: Vec<Bound> = Vec::new();
    let mut roots: Vec<Charge> = Vec::new();
    match question {
        Question::Existence(existence) if existence.setting.is_finite() => {
            let range = (&parameter.name, parameter.low.as_number()?, parameter.high.as_number()?);
            let ends = parametric::ends(existence, range).ok()?;
            return Some(ends.into_iter().map(|end| vec![-&end, Rational::ONE]).collect());
        }
        Question::Existence(existence) => {
            let pivot = pivot(existence, &range).ok()?;
            let described: Vec<_> = pivot.roots.iter().flat_map(Charge::root).collect();
            let known = [range, facts(&described)].concat();
            roots = pivot.roots;
            for cell in Engine::new().cells(&known, &pivot.surplus).ok()? {
                found.extend(cell.facts.into_iter().map(|f| f.expr).chain([cell.value]));
            }
        }
        Question::Claim(claim) => {
            let values = maxima.of(claim).ok()?;
            for root in values.iter().flat_map(|v| &v.roots) {
                if !roots.contains(root) {
                    roots.push(root.clone());
                }
            }
            let described: Vec<_> = roots.iter().flat_map(Charge::root).collect();
            let values = claim.charges.iter().zip(values).map(|(c, v)| (c.name.clone(), v.value)).collect();
            for conjunct in &claim.unfolded().conjuncts {
                let mut domain = range.clone();
                domain.extend(facts(&described));
                domain.extend(facts(&conjunct.variables.iter().flat_map(Bound::domain).collect::<Vec<_>>()));
                let difference = conjunct.left.minus(&conjunct.right).substitute(&values);
                for cell in Engine::new().cells(&domain, &difference).ok()? {
                    let strict = cell.facts.into_iter().filter(|f| f.relation != Relation::Equal);
                    found.extend(strict.map(|f| f.expr).chain([cell.value]));
                }
                for bound in &conjunct.variables {
                    if variables.iter().all(|known| known.name != bound.name) {
                        variables.push(bound.clone());
                    }
                }
            }
        }
    }
    for bound in variables.iter().rev() {
        found = eliminated(found, bound);
    }
    found = found.iter().map(|e| without_roots(e, &roots)).collect::<Option<_>>()?;
    let x = Expr::variable(&parameter.name);
    let atom = x.atoms().next()?;
    let mut out = Vec::new();
    for e in found {
        let coefficients = e.poly().coefficients_in(atom);
        let numbers: Option<Vec<Rational>> = coefficients.iter().map(Poly::as_constant).collect();
        if let Some(numbers) = numbers.filter(|n| n.len() > 1 && !out.contains(n)) {
            out.push(numbers);
        }
    }
    Some(out)
}

/// A term that is zero wherever another is, without the roots of terms in the parameter.
fn without_roots(e: &Expr, roots: &[Charge]) -> Option<Expr> {
    roots.iter().rev().try_fold(e.clone(), |e, root| match Expr::variable(&root.name).as_atom() {
        Some(atom) if e.mentions(&root.name) => crate::piecewise::eliminated(&e, &root.body, atom),
        _ => Some(e),
    })
}

/// The terms with a variable at each place where something may change: the ends of its range, where a term
/// that is linear in it vanishes, where a quadratic one is stationary; and the discriminants.
fn eliminated(terms: Vec<Expr>, bound: &Bound) -> Vec<Expr> {
    let x = Expr::variable(&bound.name);
    let Some(atom) = x.atoms().next() else { return terms };
    let (with, mut out): (Vec<Expr>, Vec<Expr>) = terms.into_iter().partition(|e| e.mentions(&bound.name));
    let add = |e: Expr, out: &mut Vec<Expr>| {
        if e.as_number().is_none() && out.len() < POLYNOMIALS && !out.contains(&e) {
            out.push(e);
        }
    };
    for e in &with {
        if let [c, b, a] = e.poly().coefficients_in(atom).as_slice() {
            let four = Expr::from(a.times(c)).scaled(&Rational::from(4));
            add(Expr::from(b.times(b)).minus(&four), &mut out);
        }
    }
    let places = places(&with, bound);
    for e in &with {
        for place in &places {
            add(e.substitute_one(&bound.name, place), &mut out);
        }
    }
    out
}

/// Where something may change in a variable: at the ends of its range, and where a term that is linear in it
/// vanishes, or a quadratic one is stationary.
pub(super) fn places(terms: &[Expr], bound: &Bound) -> Vec<Expr> {
    let mut out = vec![bound.low.clone(), bound.high.clone()];
    let x = Expr::variable(&bound.name);
    let Some(atom) = x.atoms().next() else { return out };
    for e in terms {
        let coefficients: Vec<Poly<Atom>> = e.poly().coefficients_in(atom);
        let part = |k: usize| coefficients.get(k).cloned().map_or_else(Expr::zero, Expr::from);
        let (constant, inverse) = match coefficients.as_slice() {
            [_, slope] => (part(0), slope.as_constant().and_then(|a| a.recip())),
            [_, _, square] => (part(1), square.as_constant().and_then(|a| (&a + &a).recip())),
            _ => continue,
        };
        let place = inverse.map(|k| constant.scaled(&-&k));
        out.extend(place.filter(|p| !out.contains(p)));
    }
    out
}
