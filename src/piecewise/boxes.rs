//! Signs of polynomials on a box: [`decide`] covers the box by smaller ones on which all Bernstein
//! coefficients have the sign, or finds a point where the polynomial has another.
//!
//! Halving converges quadratically where the polynomial is away from zero (Lane and Riesenfeld, 1981;
//! Garloff, 1993). Coefficients are rounded down, to as many bits below the values at the corners as turn out to be
//! needed. In one variable [`line`] does it. Untrusted.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_traits::{Signed, Zero};

use super::asked::{self, Question};
use super::line;
use super::sample::Point;
use crate::exact::{End, Rational, Tensor};
use crate::kernel::rule::combine::{Combination, Fact, Term};
use crate::kernel::rule::on_box::{Cover, OnBox, Side};
use crate::kernel::{Atom, Expr, Name, Node, Relation, Symbol};

/// Coefficients of one expansion at most.
const SIZE_LIMIT: usize = 20_000;
/// Averages of all cuts at most, each counted as often as its numbers have words.
const WORK_LIMIT: usize = 100_000_000;
/// Bits of a word.
const WORD: u64 = 64;
/// Boxes of a cover at most.
const BOX_LIMIT: usize = 1_000;
/// Cuts inside cuts at most.
const DEPTH_LIMIT: usize = 200;
/// Bits of a coefficient below the values at the corners: as few as lead to a decision.
const PRECISIONS: [i64; 7] = [80, 160, 320, 640, 1_280, 2_560, 5_120];

/// What is found about a polynomial on a box.
enum Found {
    /// It has the sign.
    Proved(OnBox),
    /// It has another sign at this point of the box.
    Fails(Point),
    /// Neither.
    Unknown,
}

/// An interval that the facts give for one variable.
struct Range {
    variable: Atom,
    low: Rational,
    high: Rational,
    ends: [End; 2],
    below: usize,
    above: usize,
}

/// The tightest interval that single facts give for a variable; it may be empty or a point.
fn ends(facts: &[Fact], variable: &Atom) -> Option<Range> {
    // An end, whether it belongs to the interval, and the fact that says so.
    let mut below: Option<(Rational, bool, usize)> = None;
    let mut above: Option<(Rational, bool, usize)> = None;
    for (number, fact) in facts.iter().enumerate() {
        if fact.relation == Relation::Equal
            || fact.expr.size() > 2
            || fact.expr.poly().degree_in(variable) != 1
        {
            continue;
        }
        let coefficients = fact.expr.poly().coefficients_in(variable);
        let [constant, slope] = coefficients.as_slice() else { continue };
        let (Some(c), Some(k)) = (constant.as_constant(), slope.as_constant()) else { continue };
        let Some(end) = (-&c).checked_div(&k) else { continue };
        let strict = fact.relation == Relation::Positive;
        if k.is_positive() {
            if below.as_ref().is_none_or(|(low, open, _)| (&end, strict) > (low, *open)) {
                below = Some((end, strict, number));
            }
        } else if above.as_ref().is_none_or(|(high, open, _)| (-&end, strict) > (-high, *open)) {
            above = Some((end, strict, number));
        }
    }
    let ((low, from, below), (high, to, above)) = (below?, above?);
    let ends = [from, to].map(|open| if open { End::Open } else { End::Closed });
    Some(Range { variable: variable.clone(), low, high, ends, below, above })
}

/// The same, if it is more than a point.
fn range(facts: &[Fact], variable: &Atom) -> Option<Range> {
    ends(facts, variable).filter(|r| r.low < r.high)
}

/// The number that single facts say a variable is, with the facts that say that it is no less and no more.
pub(super) fn pinned(facts: &[Fact], variable: &Atom) -> Option<(Rational, [usize; 2])> {
    let closed = |r: &Range| r.ends.iter().all(|e| matches!(e, End::Closed));
    ends(facts, variable).filter(|r| r.low == r.high && closed(r)).map(|r| (r.low, [r.below, r.above]))
}

/// The ends of the tightest interval that single facts give for a variable.
pub fn interval(facts: &[Fact], variable: &Atom) -> Option<(Rational, Rational)> {
    range(facts, variable).map(|r| (r.low, r.high))
}

fn ranges(facts: &[Fact], goal: &Expr) -> Option<Vec<Range>> {
    let variables = goal.poly().variables();
    if variables.iter().any(|a| !matches!(a.node(), Node::Variable(_))) {
        return None;
    }
    variables.iter().map(|v| range(facts, v)).collect()
}

/// Evidence that a polynomial has a sign on the box that single facts give.
pub(super) fn certify(facts: &[Fact], relation: Relation, goal: &Expr) -> Option<Combination> {
    certify_within(facts, relation, goal, &mut Work::default())
}

/// The same for so much work.
pub(super) fn certify_within(
    facts: &[Fact],
    relation: Relation,
    goal: &Expr,
    work: &mut Work,
) -> Option<Combination> {
    let on_box = positive_within(facts, relation, goal, work)?;
    let term = Term { boxes: vec![on_box], ..Term::number(Rational::ONE) };
    Some(Combination { terms: vec![term], equations: vec![] })
}

/// How an interval is cut to see that a polynomial in one variable is at least zero on it.
pub fn cover(p: &Expr, x: &Name, low: &Rational, high: &Rational) -> Option<Cover> {
    if let Some(c) = p.as_number() {
        return (!c.is_negative()).then_some(Cover::Bernstein);
    }
    let (x, [low, high]) = (Expr::variable(x), [low, high].map(|end| Expr::number(end.clone())));
    let sides = [x.minus(&low), high.minus(&x)].map(|expr| Fact { relation: Relation::AtLeast, expr });
    positive(&sides, Relation::AtLeast, p).map(|on_box| on_box.cover)
}

/// The same as one factor of a product.
pub(super) fn positive(facts: &[Fact], relation: Relation, goal: &Expr) -> Option<OnBox> {
    positive_within(facts, relation, goal, &mut Work::default())
}

/// The same for so much work.
pub(super) fn positive_within(
    facts: &[Fact],
    relation: Relation,
    goal: &Expr,
    work: &mut Work,
) -> Option<OnBox> {
    match decide_within(facts, relation, goal, work)? {
        Found::Proved(on_box) => Some(on_box),
        Found::Fails(_) | Found::Unknown => None,
    }
}

/// A point that satisfies the facts at which a polynomial has another sign, if one is found; only for facts that
/// give a box and nothing else.
pub fn failing_point(facts: &[Fact], relation: Relation, goal: &Expr) -> Option<Point> {
    let of_side = |f: &Fact| {
        f.relation != Relation::Equal && f.expr.poly().variables().len() < 2 && f.expr.poly().degree() < 2
    };
    if !facts.iter().all(of_side) {
        return None;
    }
    match decide(facts, relation, goal)? {
        Found::Fails(point) => Some(point),
        Found::Proved(_) | Found::Unknown => None,
    }
}

/// How much may be cut, in averages of words.
pub(super) struct Work(usize);

impl Default for Work {
    fn default() -> Self {
        Work(WORK_LIMIT)
    }
}

impl Work {
    /// For several questions together.
    pub(super) fn of(most: usize) -> Self {
        Work(most)
    }

    fn spend(&mut self, work: usize) {
        self.0 = self.0.saturating_sub(work);
    }

    /// Whether nothing is left.
    pub(super) fn is_done(&self) -> bool {
        self.0 == 0
    }
}

/// What is found about a polynomial on the box that single facts give; `None` if they give none.
fn decide(facts: &[Fact], relation: Relation, goal: &Expr) -> Option<Found> {
    decide_within(facts, relation, goal, &mut Work::default())
}

/// The same for so much work.
fn decide_within(facts: &[Fact], relation: Relation, goal: &Expr, work: &mut Work) -> Option<Found> {
    if relation == Relation::Equal {
        return None;
    }
    let ranges = ranges(facts, goal)?;
    let degrees: Vec<usize> = ranges.iter().map(|r| goal.poly().degree_in(&r.variable) as usize).collect();
    degrees.iter().try_fold(1_usize, |n, d| n.checked_mul(d + 1)).filter(|n| *n <= SIZE_LIMIT)?;
    let sides: Vec<(Rational, Rational)> = ranges.iter().map(|r| (r.low.clone(), r.high.clone())).collect();
    let forms = || {
        let terms = goal.terms().map(|(m, c)| {
            let exponents: Vec<usize> = ranges.iter().map(|r| m.exponent(&r.variable) as usize).collect();
            (exponents, c)
        });
        let powers = Tensor::of_terms(degrees, terms)?;
        let whole = powers.clone().on_box(&sides);
        Some((powers, whole))
    };
    let ends: Vec<[End; 2]> = ranges.iter().map(|r| r.ends).collect();
    let side = |r: &Range| Some(Side { variable: Symbol::new(&r.name()?)?, below: r.below, above: r.above });
    let proved = |cover: Cover| {
        let sides = ranges.iter().map(side).collect::<Option<_>>()?;
        Some(Found::Proved(OnBox { polynomial: goal.clone(), sides, cover }))
    };
    let fails = |point: Vec<Rational>| {
        let named = ranges.iter().zip(point).map(|(r, x)| Some((r.name()?, x)));
        Some(Found::Fails(named.collect::<Option<BTreeMap<_, _>>>()?))
    };
    if let ([(low, high)], [ends]) = (sides.as_slice(), ends.as_slice()) {
        let question = Question { relation, low: low.clone(), high: high.clone(), ends: *ends };
        let decide = || {
            let (powers, whole) = forms()?;
            Some(line::decide(relation, powers, whole, [low, high], *ends))
        };
        return match asked::answered(goal, question, decide)? {
            line::Found::Proved(cover) => proved(cover),
            line::Found::Fails(at) => fails(vec![at]),
            line::Found::Unknown => Some(Found::Unknown),
        };
    }
    let (powers, whole) = forms()?;
    let mut search = Search { relation, powers, precision: 0, boxes: 0, work };
    for precision in PRECISIONS {
        (search.precision, search.boxes) = (precision, 0);
        return match search.cover(whole.clone(), &sides, &ends, 0) {
            Ok(cover) => proved(cover),
            Err(Stop::Fails(point)) => fails(point),
            Err(Stop::Limit) => Some(Found::Unknown),
            Err(Stop::Precision) => continue,
        };
    }
    Some(Found::Unknown)
}

impl Range {
    fn name(&self) -> Option<Name> {
        Expr::from(&self.variable).as_variable().cloned()
    }
}

/// Why a box is not covered.
enum Stop {
    /// The polynomial has another sign at a point of the box.
    Fails(Vec<Rational>),
    /// The coefficients were rounded down too far.
    Precision,
    /// It would take too long.
    Limit,
}

struct Search<'a> {
    relation: Relation,
    /// The coefficients of powers.
    powers: Tensor,
    precision: i64,
    boxes: usize,
    work: &'a mut Work,
}

impl Search<'_> {
    /// A point inside a box where the polynomial is negative, as it is at a corner that does not belong to the box.
    fn beside(&self, corner: &[Rational], sides: &[(Rational, Rational)]) -> Option<Vec<Rational>> {
        let half = Rational::new(1, 2)?;
        let mut at: Vec<Rational> = sides.iter().map(|(low, high)| &(low + high) * &half).collect();
        for _ in 0..DEPTH_LIMIT {
            if self.powers.sign_at(&at).is_lt() {
                return Some(at);
            }
            at = at.iter().zip(corner).map(|(x, end)| &(x + end) * &half).collect();
        }
        None
    }

    /// A cover of a box, on which the polynomial has these Bernstein coefficients, or more.
    fn cover(
        &mut self,
        p: Tensor,
        sides: &[(Rational, Rational)],
        ends: &[[End; 2]],
        depth: usize,
    ) -> Result<Cover, Stop> {
        self.boxes += 1;
        let strict = self.relation == Relation::Positive;
        if p.is_nonnegative() && (!strict || p.has_positive_faces(ends)) {
            return Ok(Cover::Bernstein);
        }
        let mut height = 0;
        for (c, corner) in corners(&p, sides, ends) {
            height = height.max(c.bits());
            let suspect = c.is_negative() || (strict && corner.closed && c.is_zero());
            if suspect {
                let wrong = match self.powers.sign_at(&corner.at) {
                    Ordering::Less => true,
                    Ordering::Equal => strict && corner.closed,
                    Ordering::Greater => false,
                };
                return Err(match (wrong, corner.closed) {
                    (true, true) => Stop::Fails(corner.at),
                    (true, false) => self.beside(&corner.at, sides).map_or(Stop::Limit, Stop::Fails),
                    (false, _) => Stop::Precision,
                });
            }
        }
        if depth >= DEPTH_LIMIT || self.boxes >= BOX_LIMIT || self.work.is_done() {
            return Err(Stop::Limit);
        }
        let axis = widest(&p).ok_or(Stop::Limit)?;
        let degree = p.degrees().get(axis).copied().unwrap_or(0);
        let at = Rational::new(1, 2).ok_or(Stop::Limit)?;
        // No more bits than would be exact.
        let exact = (at.denominator().bits() as i64 - 1) * degree as i64;
        let height = if height == 0 { p.bits() } else { height };
        let bits = i32::try_from(exact.min(self.precision - height as i64)).map_err(|_| Stop::Limit)?;
        let words = usize::try_from(height / WORD).unwrap_or(usize::MAX).saturating_add(1);
        self.work.spend(p.coefficients().len().saturating_mul(degree + 1).saturating_mul(words));
        let [below, above] = p.rescaled(bits).cut(axis, &at).ok_or(Stop::Limit)?;

        let (low, high) = sides.get(axis).ok_or(Stop::Limit)?;
        let middle = low + &(&(high - low) * &at);
        let [from, to] = *ends.get(axis).ok_or(Stop::Limit)?;
        let mut part = |p: Tensor, side: (Rational, Rational), ends_of_side: [End; 2]| {
            let (mut sides, mut ends) = (sides.to_vec(), ends.to_vec());
            sides.iter_mut().skip(axis).take(1).for_each(|slot| *slot = side.clone());
            ends.iter_mut().skip(axis).take(1).for_each(|slot| *slot = ends_of_side);
            self.cover(p, &sides, &ends, depth + 1)
        };
        let left = part(below, (low.clone(), middle.clone()), [from, End::Closed])?;
        let right = part(above, (middle, high.clone()), [End::Closed, to])?;
        Ok(Cover::Cut { side: axis, at, bits, parts: Box::new([left, right]) })
    }
}

/// A corner of a box.
struct Corner {
    at: Vec<Rational>,
    closed: bool,
}

/// The coefficients at the corners, which are the values there.
fn corners<'a>(
    p: &'a Tensor,
    sides: &[(Rational, Rational)],
    ends: &[[End; 2]],
) -> Vec<(&'a BigInt, Corner)> {
    let mut corners = vec![(0_usize, Corner { at: vec![], closed: true })];
    let mut stride = 1;
    for ((d, [from, to]), (low, high)) in p.degrees().iter().zip(ends).zip(sides) {
        let with = |(place, corner): &(usize, Corner), step: usize, x: &Rational, end: End| {
            let at = corner.at.iter().chain([x]).cloned().collect();
            (place + step, Corner { at, closed: corner.closed && end == End::Closed })
        };
        let near = corners.iter().map(|c| with(c, 0, low, *from));
        let far = corners.iter().map(|c| with(c, stride * d, high, *to));
        corners = near.chain(far).collect();
        stride *= d + 1;
    }
    corners.into_iter().filter_map(|(place, corner)| Some((p.coefficients().get(place)?, corner))).collect()
}

/// The axis along which the coefficients change most.
fn widest(p: &Tensor) -> Option<usize> {
    let mut best: Option<(BigInt, usize)> = None;
    let mut stride = 1;
    for (axis, d) in p.degrees().iter().enumerate() {
        let block = stride * (d + 1);
        let mut change = BigInt::zero();
        for chunk in p.coefficients().chunks(block) {
            for (a, b) in chunk.iter().zip(chunk.iter().skip(stride)) {
                change += (a - b).abs();
            }
        }
        if *d > 0 && best.as_ref().is_none_or(|(most, _)| change > *most) {
            best = Some((change, axis));
        }
        stride = block;
    }
    best.map(|(_, axis)| axis)
}

/// Where to split the box: a term `x − m` for the variable whose side is the longest in proportion to its
/// degree.
pub(super) fn midpoint(facts: &[Fact], goal: &Expr) -> Option<Expr> {
    let ranges = ranges(facts, goal)?;
    let degree = |r: &Range| i64::from(goal.poly().degree_in(&r.variable));
    let weight = |r: &&Range| &(&r.high - &r.low) * &Rational::from(degree(r));
    let range = ranges.iter().max_by_key(weight)?;
    let middle = &(&range.low + &range.high) * &Rational::new(1, 2)?;
    Some(Expr::from(&range.variable).minus(&Expr::number(middle)))
}
