//! Signs of polynomials on a box: [`certify`] covers the box by smaller ones on which all Bernstein
//! coefficients have the sign.
//!
//! Halving converges quadratically where the polynomial is away from zero (Lane and Riesenfeld, 1981;
//! Garloff, 1993); in one variable a box on which the polynomial is convex is covered by the tangent near its
//! minimiser, however close to zero that comes. Untrusted.

use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

use crate::exact::{End, Rational, Tensor};
use crate::kernel::rule::combine::{Combination, Fact, Term};
use crate::kernel::rule::on_box::{Cover, OnBox, Side};
use crate::kernel::{Atom, Expr, Node, Relation, Symbol};

/// Coefficients of one expansion at most.
const SIZE_LIMIT: usize = 20_000;
/// Coefficients of all boxes of a cover at most, so to speak the work.
const WORK_LIMIT: usize = 60_000;
/// Boxes of a cover at most.
const BOX_LIMIT: usize = 1_000;
/// Halvings inside halvings at most.
const DEPTH_LIMIT: usize = 60;
/// Bits of the place of a tangent at most.
const BITS_LIMIT: u32 = 8_192;

/// An interval that the facts give for one variable.
struct Range {
    variable: Atom,
    low: Rational,
    high: Rational,
    ends: [End; 2],
    below: usize,
    above: usize,
}

/// The tightest interval that single facts give for a variable.
fn range(facts: &[Fact], variable: &Atom) -> Option<Range> {
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
    (low < high).then(|| Range { variable: variable.clone(), low, high, ends, below, above })
}

/// The ends of the tightest interval that single facts give for a variable.
pub(super) fn interval(facts: &[Fact], variable: &Atom) -> Option<(Rational, Rational)> {
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
    if relation == Relation::Equal {
        return None;
    }
    let on_box = positive(facts, relation, goal)?;
    let term = Term { boxes: vec![on_box], ..Term::number(Rational::ONE) };
    Some(Combination { terms: vec![term], equations: vec![] })
}

/// The same as one factor of a product.
pub(super) fn positive(facts: &[Fact], relation: Relation, goal: &Expr) -> Option<OnBox> {
    let ranges = ranges(facts, goal)?;
    let degrees: Vec<usize> = ranges.iter().map(|r| goal.poly().degree_in(&r.variable) as usize).collect();
    degrees.iter().try_fold(1_usize, |n, d| n.checked_mul(d + 1)).filter(|n| *n <= SIZE_LIMIT)?;
    let terms = goal.terms().map(|(m, c)| {
        let exponents: Vec<usize> = ranges.iter().map(|r| m.exponent(&r.variable) as usize).collect();
        (exponents, c)
    });
    let mut tensor = Tensor::of_terms(degrees, terms)?;
    for (axis, r) in ranges.iter().enumerate() {
        tensor.localise(axis, &r.low, &r.high);
    }
    let mut search = Search { relation, boxes: 0, work: 0 };
    let unit =
        ranges.iter().map(|r| Piece { low: Rational::ZERO, high: Rational::ONE, ends: r.ends }).collect();
    let mut cover = search.cover(tensor, unit, 0)?;
    place(&mut cover, &ranges);
    let side = |r: &Range| {
        let Node::Variable(name) = r.variable.node() else { return None };
        Some(Side { variable: Symbol::new(name)?, below: r.below, above: r.above })
    };
    let sides = ranges.iter().map(side).collect::<Option<_>>()?;
    Some(OnBox { polynomial: goal.clone(), sides, cover })
}

/// From places in the unit box to places in the box.
fn place(cover: &mut Cover, ranges: &[Range]) {
    let moved = |at: &mut Rational, range: Option<&Range>| {
        if let Some(r) = range {
            *at = &r.low + &(&(&r.high - &r.low) * at);
        }
    };
    match cover {
        Cover::Bernstein => {}
        Cover::Tangent(at) => moved(at, ranges.first()),
        Cover::Cut { side, at, parts } => {
            moved(at, ranges.get(*side));
            parts.iter_mut().for_each(|part| place(part, ranges));
        }
    }
}

/// A side of a box within the unit box.
#[derive(Clone)]
struct Piece {
    low: Rational,
    high: Rational,
    ends: [End; 2],
}

struct Search {
    relation: Relation,
    boxes: usize,
    work: usize,
}

impl Search {
    /// A cover of a box, in whose own coordinates the polynomial is given; `None` if a corner has another
    /// sign, or beyond the limits.
    fn cover(&mut self, p: Tensor, pieces: Vec<Piece>, depth: usize) -> Option<Cover> {
        self.boxes += 1;
        self.work += p.coefficients().len();
        let mut expanded = p.clone();
        (0..pieces.len()).for_each(|axis| expanded.bernstein(axis));
        let ends: Vec<[End; 2]> = pieces.iter().map(|piece| piece.ends).collect();
        let strict = self.relation == Relation::Positive;
        if expanded.is_nonnegative() && (!strict || expanded.has_positive_faces(&ends)) {
            return Some(Cover::Bernstein);
        }
        let corner_fails = |c: &BigInt, closed: bool| c.is_negative() || (strict && closed && c.is_zero());
        if corners(&expanded, &ends).into_iter().any(|(c, closed)| corner_fails(c, closed)) {
            return None;
        }
        if let [piece] = pieces.as_slice()
            && let Some(at) = tangent(&p, strict)
        {
            return Some(Cover::Tangent(&piece.low + &(&(&piece.high - &piece.low) * &at)));
        }
        let exhausted = depth >= DEPTH_LIMIT || self.boxes >= BOX_LIMIT;
        if exhausted || (self.work > WORK_LIMIT && self.boxes > 40) {
            return None;
        }
        let axis = widest(&expanded)?;
        let half = Rational::new(1, 2)?;
        let whole = pieces.get(axis)?.clone();
        let at = &(&whole.low + &whole.high) * &half;
        let mut part = |low: &Rational, high: &Rational, piece: Piece| {
            let mut p = p.clone();
            p.localise(axis, low, high);
            let mut pieces = pieces.clone();
            *pieces.get_mut(axis)? = piece;
            self.cover(p, pieces, depth + 1)
        };
        let [from, to] = whole.ends;
        let lower = Piece { low: whole.low.clone(), high: at.clone(), ends: [from, End::Closed] };
        let upper = Piece { low: at.clone(), high: whole.high.clone(), ends: [End::Closed, to] };
        let below = part(&Rational::ZERO, &half, lower)?;
        let above = part(&half, &Rational::ONE, upper)?;
        Some(Cover::Cut { side: axis, at, parts: Box::new([below, above]) })
    }
}

/// The values at the corners, up to positive factors, and whether the corner belongs to the box.
fn corners<'a>(p: &'a Tensor, ends: &[[End; 2]]) -> Vec<(&'a BigInt, bool)> {
    let mut places = vec![(0_usize, true)];
    let mut stride = 1;
    for (d, [from, to]) in p.degrees().iter().zip(ends) {
        let near = places.iter().map(|(p, closed)| (*p, *closed && *from == End::Closed));
        let far = places.iter().map(|(p, closed)| (p + stride * d, *closed && *to == End::Closed));
        places = near.chain(far).collect();
        stride *= d + 1;
    }
    places.into_iter().filter_map(|(place, closed)| Some((p.coefficients().get(place)?, closed))).collect()
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

/// A point of the unit interval whose tangent is at least zero (above zero) at both ends, if the polynomial
/// is convex there: near the minimiser, by Newton's method with growing precision.
fn tangent(p: &Tensor, strict: bool) -> Option<Rational> {
    let second = p.second_derivative();
    let mut curvature = second.clone();
    curvature.bernstein(0);
    if !curvature.is_nonnegative() {
        return None;
    }
    let (mut low, mut high) = (Rational::ZERO, Rational::ONE);
    let mut at = Rational::new(1, 2)?;
    let mut bits = 16_u32;
    loop {
        let (value, slope) = p.value_and_slope(&at);
        let number = |n: &BigInt| Rational::from(n.clone());
        let above = |end: &Rational| &number(&value) + &(&number(&slope) * &(end - &at));
        let ends = [above(&Rational::ZERO), above(&Rational::ONE)];
        if ends.iter().all(|e| if strict { e.is_positive() } else { !e.is_negative() }) {
            return Some(at);
        }
        if value.is_negative() || bits > BITS_LIMIT || slope.is_zero() {
            return None;
        }
        if slope.is_positive() {
            high = at.clone();
        } else {
            low = at.clone();
        }
        // p'/p'' with the factors that `value_and_slope` has for the degrees of p and p''.
        let (curve, _) = second.value_and_slope(&at);
        let scale = at.denominator().pow(2);
        let newton = Rational::from_big(slope, curve * scale).map(|step| &at - &step);
        let inside = newton.filter(|x| *x > low && *x < high);
        let middle = &(&low + &high) * &Rational::new(1, 2)?;
        at = rounded(&inside.unwrap_or(middle), bits)?;
        if at <= low || at >= high {
            at = &(&low + &high) * &Rational::new(1, 2)?;
        }
        bits += bits / 2;
    }
}

/// The nearest multiple of `2^-bits` below.
fn rounded(x: &Rational, bits: u32) -> Option<Rational> {
    use num_integer::Integer;
    let scale = BigInt::one() << bits;
    Rational::from_big((x.numerator() * &scale).div_floor(&x.denominator()), scale)
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
