//! Questions with parameters, region by region: [`prove_piece`], and [`refute_piece`] at a point.

use std::collections::{BTreeMap, BTreeSet};

use num_integer::Integer;

use crate::exact::Rational;
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Expr, Formula, Name};
use crate::model::{Bound, Charge, Claim, Everywhere, Existence, Piece, Quantity, Question};
use crate::piecewise::{AlgebraicNumber, Engine, Obstacle};

use super::counterexample::{Failure, find};
use super::existence::{pivot, plan};
use super::extremum::Maxima;
use super::parametric;
use super::proof::{Builder, Hints, Proved, facts, prove, prove_by, prove_claim};
use super::solution::places;

/// Halvings of a region, in the search for a witness that depends on the parameter.
const HALVINGS: u32 = 5;
/// Parts of an interval whose ends are tried as parameters.
const PARTS: [i64; 4] = [2, 3, 4, 7];
/// Parts of an interval of which the first and the last are close to its ends.
const CLOSE: [i64; 3] = [8, 128, 2048];
/// Steps towards a short fraction.
const FRACTION_LIMIT: usize = 64;

/// A parameter for which a question has not the answer that is claimed for its region.
#[derive(Debug, Clone)]
pub struct Exception {
    /// The theorem that there is one.
    pub proved: Proved,
    /// The parameters.
    pub at: BTreeMap<Name, Rational>,
    /// Where the claim fails for them, if it does.
    pub failure: Option<Box<(Claim, Failure)>>,
}

/// That the question has its answer everywhere in the region.
pub fn prove_piece(maxima: &Maxima, piece: &Piece) -> Result<Proved, Obstacle> {
    let known = known(piece);
    let mut hints = chosen(piece);
    let mut engine = Engine::keeping();
    match (&piece.question, piece.answer) {
        (Question::Claim(claim), Everywhere::Holds) => hints.extend(charges(maxima, claim, &known)?),
        (Question::Claim(claim), Everywhere::Fails) => {
            let found = charges(maxima, claim, &known)?;
            let mut search = Search { maxima, piece, claim, charges: &found, engine };
            hints.extend(search.witness(&mut region(piece), HALVINGS)?);
            engine = search.engine;
        }
        (Question::Existence(existence), answer) => {
            hints.extend(planned(existence, answer, &known, Some(piece))?);
        }
    }
    prove_by(engine, piece.statement(), &hints)
}

/// A parameter in the region for which the answer is the other one, if one is found.
pub fn refute_piece(maxima: &Maxima, piece: &Piece) -> Option<Exception> {
    points(piece).into_iter().find_map(|at| exception(maxima, piece, at))
}

fn exception(maxima: &Maxima, piece: &Piece, at: BTreeMap<Name, Rational>) -> Option<Exception> {
    let values: BTreeMap<Name, Expr> = at.iter().map(|(n, v)| (n.clone(), Expr::number(v.clone()))).collect();
    let mut hints = chosen(piece);
    let mut failed = None;
    match (piece.at(&values), piece.answer) {
        (Question::Claim(claim), Everywhere::Holds) => {
            let failure = find(maxima, &claim).ok()??;
            hints.extend(failure.hints.clone());
            failed = Some(Box::new((claim, failure)));
        }
        (Question::Claim(claim), Everywhere::Fails) => {
            // That it holds for these numbers is seen sooner than that there are such numbers in the region.
            prove_claim(&claim, &maxima.of(&claim).ok()?).ok()?;
            hints.extend(charges(maxima, &claim, &[]).ok()?);
        }
        (Question::Existence(existence), answer) => {
            let other = if answer == Everywhere::Holds { Everywhere::Fails } else { Everywhere::Holds };
            hints.extend(planned(&existence, other, &[], None).ok()?);
        }
    }
    values.into_iter().for_each(|(name, value)| hints.insert(name, value));
    let proved = prove(piece.denial(), &hints).ok()?;
    Some(Exception { proved, at, failure: failed })
}

/// The comparisons that describe the region, with those that describe the numbers in them.
fn region(piece: &Piece) -> Vec<Formula> {
    let described = piece.roots.iter().flat_map(Charge::root);
    let ranges = piece.parameters.iter().flat_map(Bound::domain);
    described.chain(ranges).chain(piece.premises.iter().cloned()).collect()
}

fn known(piece: &Piece) -> Vec<Fact> {
    facts(&region(piece))
}

/// The numbers that the ends are, each chosen by its description.
fn chosen(piece: &Piece) -> Hints {
    let mut hints = Hints::new();
    piece.roots.iter().for_each(|r| hints.insert(r.name.clone(), Expr::variable(&r.name)));
    hints
}

/// The charges of a claim: for all parameters alike, or in the region.
fn charges(maxima: &Maxima, claim: &Claim, known: &[Fact]) -> Result<Hints, Obstacle> {
    let found = maxima.of(claim).or_else(|_| maxima.under(claim, known))?;
    let mut hints = Hints::new();
    claim.charges.iter().zip(&found).for_each(|(charge, found)| hints.add(charge, found));
    Ok(hints)
}

/// Why a question of existence has an answer where the facts hold: on the region of a piece, or without parameters.
fn planned(
    existence: &Existence,
    answer: Everywhere,
    known: &[Fact],
    piece: Option<&Piece>,
) -> Result<Hints, Obstacle> {
    if existence.setting.is_finite() {
        let quantity = match (existence.quantity, answer) {
            (Quantity::Some, Everywhere::Holds) | (Quantity::No, Everywhere::Fails) => Quantity::Some,
            _ => Quantity::No,
        };
        let range = match piece.map(|piece| (piece, piece.parameters.as_slice())) {
            None => None,
            Some((piece, [only])) => ends(&piece.roots, only).map(|(low, high)| (&only.name, low, high)),
            Some(_) => {
                let reason = "on finitely many types, mechanisms are looked for with one open parameter";
                return Err(Obstacle::Existence { reason: reason.into() });
            }
        };
        return parametric::hints(existence, quantity, range);
    }
    let everywhere: Vec<Formula> = existence.setting.parameters.iter().flat_map(Bound::domain).collect();
    let pivot = pivot(existence, &facts(&everywhere)).or_else(|_| pivot(existence, known))?;
    Ok(Hints::planned(plan(existence, &pivot, known)?.0))
}

/// The search for types at which a claim fails, as functions of one parameter.
struct Search<'a> {
    maxima: &'a Maxima,
    piece: &'a Piece,
    claim: &'a Claim,
    charges: &'a Hints,
    /// What tries whether types are such; what it finds is used again in the proof.
    engine: Engine,
}

impl Search<'_> {
    fn witness(&mut self, region: &mut Vec<Formula>, halvings: u32) -> Result<Hints, Obstacle> {
        let none = || Obstacle::NoWitness { name: "the types at which it fails".into() };
        if self.works(region, self.charges) {
            return Ok(self.charges.clone());
        }
        // Types that depend on several parameters are looked for at places only.
        let [parameter] = self.piece.parameters.as_slice() else {
            let mut places = self.at_places().into_iter();
            return places.find(|c| self.works(region, c)).ok_or_else(none);
        };
        let points = self.within(region, parameter);
        for at_places in [false, true] {
            let candidates = if at_places { self.at_places() } else { self.candidates(parameter, &points) };
            if let Some(candidate) = candidates.into_iter().find(|c| self.works(region, c)) {
                return Ok(candidate);
            }
        }
        let (Some(left), Some(middle)) = (halvings.checked_sub(1), points.first()) else {
            return Err(none());
        };
        let on = Expr::variable(&parameter.name).minus(&Expr::number(middle.clone()));
        let mut case = |fact: Formula| {
            region.push(fact);
            let found = self.witness(region, left);
            region.pop();
            found
        };
        let yes = case(Formula::at_least(&on, &Expr::zero()))?;
        let no = case(Formula::greater(&Expr::zero(), &on))?;
        Ok(Hints::split(on, yes, no))
    }

    /// Parameters in the region, the middle first.
    fn within(&self, region: &[Formula], parameter: &Bound) -> Vec<Rational> {
        let (mut low, mut high) = match ends(&self.piece.roots, parameter) {
            Some(ends) => ends,
            None => return vec![],
        };
        let x = Expr::variable(&parameter.name);
        for fact in facts(region) {
            // Halvings: `r ≥ c` and `c > r`.
            let above = x.minus(&fact.expr).as_number();
            let below = x.plus(&fact.expr).as_number();
            low = above.map_or(low.clone(), |c| c.max(low));
            high = below.map_or(high.clone(), |c| c.min(high));
        }
        let shares = [(1, 2), (1, 4), (3, 4)].into_iter().filter_map(|(n, d)| Rational::new(n, d));
        shares.map(|share| &low + &(&(&high - &low) * &share)).collect()
    }

    /// Types at which the claim fails: as they are for one parameter, or on the line through two.
    fn candidates(&self, parameter: &Bound, points: &[Rational]) -> Vec<Hints> {
        let fixed: Vec<(&Rational, Failure)> = points
            .iter()
            .filter_map(|point| {
                let values = BTreeMap::from([(parameter.name.clone(), Expr::number(point.clone()))]);
                Some((point, find(self.maxima, &self.claim.at(&values)).ok()??))
            })
            .collect();
        let mut out = Vec::new();
        let with = |values: Vec<(Name, Expr)>| {
            let mut hints = self.charges.clone();
            values.into_iter().for_each(|(name, value)| hints.insert(name, value));
            hints
        };
        for (_, failure) in &fixed {
            out.push(with(failure.at.clone().into_iter().collect()));
        }
        for (k, (p, first)) in fixed.iter().enumerate() {
            for (q, second) in fixed.iter().skip(k + 1).filter(|(_, s)| s.conjunct == first.conjunct) {
                let line = |(name, a): (&Name, &Expr)| {
                    let (a, b) = (a.as_number()?, second.at.get(name)?.as_number()?);
                    let slope = (&b - &a).checked_div(&(*q - *p))?;
                    let along = Expr::variable(&parameter.name).minus(&Expr::number((*p).clone()));
                    Some((name.clone(), Expr::number(a).plus(&along.scaled(&slope))))
                };
                out.extend(first.at.iter().map(line).collect::<Option<Vec<_>>>().map(&with));
            }
        }
        out
    }

    /// The single type at which something changes, as a function of the parameter.
    fn at_places(&self) -> Vec<Hints> {
        let claim = self.claim.unfolded();
        let mut out = Vec::new();
        for conjunct in &claim.conjuncts {
            let [bound] = conjunct.variables.as_slice() else { continue };
            let difference = conjunct.left.minus(&conjunct.right).substitute(self.charges.values());
            let domain = self.piece.parameters.iter().chain([bound]).flat_map(Bound::domain);
            let Ok(cells) = Engine::new().cells(&facts(&domain.collect::<Vec<_>>()), &difference) else {
                continue;
            };
            let terms: Vec<Expr> = cells
                .into_iter()
                .flat_map(|c| c.facts.into_iter().map(|f| f.expr).chain([c.value]))
                .collect();
            for place in places(&terms, bound) {
                let mut hints = self.charges.clone();
                hints.insert(bound.name.clone(), place);
                out.push(hints);
            }
        }
        out
    }

    fn works(&mut self, region: &[Formula], hints: &Hints) -> bool {
        let inner = Claim { parameters: vec![], ..self.claim.unfolded() };
        let mut context = region.to_vec();
        self.engine = std::mem::take(&mut self.engine).afresh(vec![]);
        Builder::default().prove(&mut self.engine, &mut context, &inner.refutation(), hints).is_ok()
    }
}

/// Rational numbers between which a parameter lies, close to its ends and inside them.
fn ends(roots: &[Charge], parameter: &Bound) -> Option<(Rational, Rational)> {
    let width = Rational::new(1, 1 << 20)?;
    let enclosed = |e: &Expr| match e.as_number() {
        Some(c) => Some((c.clone(), c)),
        None => AlgebraicNumber::of_term(e, roots)?.enclosure(&width),
    };
    let (low, high) = (enclosed(&parameter.low)?.1, enclosed(&parameter.high)?.0);
    (low <= high).then_some((low, high))
}

/// The fraction with the smallest denominator in an interval, if so many steps of a continued fraction find it; else its end.
fn simplest(low: &Rational, high: &Rational, steps: usize) -> Rational {
    let whole = Rational::from(low.numerator().div_floor(&low.denominator()));
    let next = &whole + &Rational::ONE;
    let rest = [&(high - &whole), &(low - &whole)].map(Rational::recip);
    match rest {
        _ if whole == *low || steps == 0 => low.clone(),
        _ if next <= *high => next,
        [Some(from), Some(to)] => {
            let inner = simplest(&from, &to, steps - 1).recip();
            inner.map_or_else(|| low.clone(), |inner| &whole + &inner)
        }
        _ => low.clone(),
    }
}

/// Parameters in the region, inner ones first.
fn points(piece: &Piece) -> Vec<BTreeMap<Name, Rational>> {
    let mut out: Vec<BTreeMap<Name, Rational>> = vec![BTreeMap::new()];
    for parameter in &piece.parameters {
        let Some((low, high)) = ends(&piece.roots, parameter) else { return vec![] };
        let width = &high - &low;
        // Roots of short fractions are short.
        let near = |from: Rational, length: &Rational| simplest(&from, &(&from + length), FRACTION_LIMIT);
        let mut values = Vec::new();
        for parts in PARTS {
            let inner = (1..parts).filter_map(|k| Rational::new(k, parts));
            let length = &width * &Rational::new(1, 8 * parts).unwrap_or(Rational::ZERO);
            values.extend(inner.map(|share| near(&low + &(&width * &share), &length)));
        }
        for part in CLOSE.into_iter().filter_map(|parts| Rational::new(1, parts)) {
            let length = &width * &part;
            values.extend([near(low.clone(), &length), near(&high - &length, &length)]);
        }
        values.extend([low, high]);
        let mut seen = BTreeSet::new();
        values.retain(|v| seen.insert(v.clone()));
        let extended = |point: &BTreeMap<Name, Rational>| {
            let with = |v: &Rational| {
                let mut point = point.clone();
                point.insert(parameter.name.clone(), v.clone());
                point
            };
            values.iter().map(with).collect::<Vec<_>>()
        };
        out = out.iter().flat_map(extended).collect();
    }
    // Ends that are left out are caught by the kernel, at the cost of an attempt.
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{FRACTION_LIMIT, simplest};
    use crate::exact::Rational;

    fn q(n: i64, d: i64) -> Rational {
        Rational::new(n, d).unwrap_or(Rational::ZERO)
    }

    proptest! {
        /// Against all fractions with smaller denominators.
        #[test]
        fn no_shorter_fraction_lies_between(n in -300_i64..300, d in 1_i64..100, more in 1_i64..50, parts in 1_i64..200) {
            let low = q(n, d);
            let high = &low + &q(more, parts);
            let found = simplest(&low, &high, FRACTION_LIMIT);
            prop_assert!(low <= found && found <= high);
            for shorter in 1_i64.. {
                if Rational::from(shorter) >= Rational::from(found.denominator()) {
                    break;
                }
                let up = (&low * &Rational::from(shorter)).numerator();
                let denominator = (&low * &Rational::from(shorter)).denominator();
                let next = Rational::from(num_integer::Integer::div_ceil(&up, &denominator));
                prop_assert!(next > &high * &Rational::from(shorter), "{low} {high} {found} {shorter}");
            }
        }
    }
}
