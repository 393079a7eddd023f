//! Signs of polynomials in one variable on an interval: [`decide`] covers it by smaller ones on which all Bernstein
//! coefficients have the sign, or on which the polynomial is convex and lies above a tangent; or it finds a point with
//! another sign.
//!
//! Where a polynomial almost touches zero, halving alone would go on until an interval is as short as the two roots are
//! close. It stops as soon as the polynomial is convex: then its minimum is found by Newton's method, to as many digits as
//! it takes. So coefficients are only looked at to some bits below the values at the ends. Untrusted.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, Zero};

use super::modular;
use crate::exact::{End, Rational, Tensor, enclosed};
use crate::kernel::Relation;
use crate::kernel::rule::on_box::{Cover, touch};

/// Averages of all cuts at most.
const WORK_LIMIT: usize = 200_000_000;
/// Intervals of a cover at most.
const PART_LIMIT: usize = 5_000;
/// Cuts inside cuts at most.
const DEPTH_LIMIT: usize = 400;
/// Bits of a coefficient below the values at the ends: as few as lead to a decision.
const PRECISIONS: [i64; 7] = [80, 160, 320, 640, 1_280, 2_560, 5_120];
/// Bits of a minimum below the length of its interval: as few as lead to a decision.
const PLACES: [u64; 10] = [24, 48, 96, 192, 384, 768, 1_536, 3_072, 6_144, 12_288];
/// Parts that are convex and have no tangent that is found, at most.
const MISS_LIMIT: usize = 4;

/// Bits more, for roundings.
const GUARD: u64 = 64;
/// Bits by which a point is nearer to a minimum than it seems to have to be.
const NEARER: u64 = 4;

/// What is found.
#[derive(Debug, Clone)]
pub(super) enum Found {
    /// The polynomial has the sign.
    Proved(Cover),
    /// It has another sign at this point.
    Fails(Rational),
    /// Neither.
    Unknown,
}

/// What is found about a polynomial on an interval, by its coefficients of powers and its Bernstein coefficients.
pub(super) fn decide(
    relation: Relation,
    powers: Tensor,
    whole: Tensor,
    [low, high]: [&Rational; 2],
    ends: [End; 2],
) -> Found {
    let slope = modular::derivative(powers.coefficients());
    let bend = modular::derivative(&slope);
    let signs = BTreeMap::new();
    let mut search =
        Search { relation, powers, slope, bend, signs, precision: 0, parts: 0, work: 0, misses: 0 };
    for precision in PRECISIONS {
        (search.precision, search.parts) = (precision, 0);
        let all = Part {
            p: whole.clone(),
            lost: BigInt::ZERO,
            low: low.clone(),
            high: high.clone(),
            ends,
            depth: 0,
        };
        match search.cover(all) {
            Ok(cover) => return Found::Proved(cover),
            Err(Stop::Fails(at)) => return Found::Fails(search.shortest([low, high], at)),
            Err(Stop::Limit) => return Found::Unknown,
            Err(Stop::Precision) => {}
        }
    }
    Found::Unknown
}

/// Why an interval is not covered.
enum Stop {
    /// The polynomial has another sign at a point of it.
    Fails(Rational),
    /// The coefficients were rounded down too far.
    Precision,
    /// It would take too long.
    Limit,
}

/// A part of the interval.
struct Part {
    /// Bernstein coefficients.
    p: Tensor,
    /// How far the true ones may be above them.
    lost: BigInt,
    low: Rational,
    high: Rational,
    ends: [End; 2],
    depth: usize,
}

struct Search {
    relation: Relation,
    /// The coefficients of powers, and those of the derivatives.
    powers: Tensor,
    slope: Vec<BigInt>,
    bend: Vec<BigInt>,
    /// Signs at ends of parts that were asked for.
    signs: BTreeMap<Rational, Ordering>,
    precision: i64,
    parts: usize,
    work: usize,
    misses: usize,
}

impl Search {
    fn sign(&mut self, at: &Rational) -> Ordering {
        if let Some(known) = self.signs.get(at) {
            return *known;
        }
        // As many bits as lead to a decision, but for zero.
        let exact = at.denominator().bits() * self.powers.coefficients().len() as u64;
        let bits = std::iter::successors(Some(GUARD), |b| Some(4 * b)).take_while(|b| 2 * b < exact);
        let near =
            bits.map(|bits| enclosed(self.powers.coefficients(), at, u32::try_from(bits).unwrap_or(0)));
        let mut decided = near.filter_map(|near| match near {
            [low, _] if low.is_positive() => Some(Ordering::Greater),
            [_, high] if high.is_negative() => Some(Ordering::Less),
            _ => None,
        });
        let sign = decided.next().unwrap_or_else(|| self.powers.sign_at(std::slice::from_ref(at)));
        self.signs.insert(at.clone(), sign);
        sign
    }

    fn fails(&mut self, at: &Rational) -> bool {
        match self.sign(at) {
            Ordering::Less => true,
            Ordering::Equal => self.relation == Relation::Positive,
            Ordering::Greater => false,
        }
    }

    /// The first convergent of a point (Lagrange) at which the polynomial fails as well.
    fn shortest(&mut self, [low, high]: [&Rational; 2], x: Rational) -> Rational {
        let near: Vec<[BigInt; 2]> = convergents(&x).collect();
        let mut fails = |place: usize| {
            let [numerator, denominator] = near.get(place)?.clone();
            let point = Rational::from_big(numerator, denominator)?;
            (*low < point && point < *high && self.fails(&point)).then_some(point)
        };
        // Those that are nearer fail as well, as a rule.
        let (mut from, mut to, mut found) = (0, near.len(), None);
        while from < to {
            let middle = usize::midpoint(from, to);
            match fails(middle) {
                Some(point) => (to, found) = (middle, Some(point)),
                None => from = middle + 1,
            }
        }
        found.unwrap_or(x)
    }

    /// A point inside of a part where the polynomial is negative, as it is at an end that does not belong to the part.
    fn beside(&mut self, end: &Rational, part: &Part) -> Result<Rational, Stop> {
        let half = half()?;
        let mut at = &(&part.low + &part.high) * &half;
        for _ in 0..DEPTH_LIMIT {
            if self.sign(&at).is_lt() {
                return Ok(at);
            }
            at = &(&at + end) * &half;
        }
        Err(Stop::Limit)
    }

    /// Stops if the polynomial has another sign at an end; the most bits of a value there.
    fn look_at_ends(&mut self, part: &Part) -> Result<u64, Stop> {
        let values = part.p.coefficients();
        let strict = self.relation == Relation::Positive;
        let mut height = 0;
        for ((value, at), end) in
            [(values.first(), &part.low), (values.last(), &part.high)].into_iter().zip(part.ends)
        {
            let value = value.ok_or(Stop::Limit)?;
            height = height.max(value.bits());
            let closed = end == End::Closed;
            if !(value.is_negative() || (strict && closed && value.is_zero())) {
                continue;
            }
            match (self.sign(at), closed) {
                (Ordering::Less, true) => return Err(Stop::Fails(at.clone())),
                (Ordering::Less, false) => return Err(Stop::Fails(self.beside(at, part)?)),
                (Ordering::Equal, true) if strict => return Err(Stop::Fails(at.clone())),
                _ => {}
            }
        }
        Ok(height)
    }

    /// A tangent below the polynomial, where it is convex.
    fn convex(&mut self, part: &Part) -> Result<Option<Cover>, Stop> {
        let width = &part.high - &part.low;
        let share = lowest(part.p.coefficients()).ok_or(Stop::Limit)?;
        let mut at = &part.low + &(&width * &share);
        let inside = at != part.low && at != part.high;
        let zeros = width.denominator().bits().saturating_sub(width.numerator().bits());
        let growth = self.growth(&part.low, &part.high);
        for places in PLACES {
            let places = zeros + places;
            if inside {
                at = self.minimum([&part.low, &part.high], &at, places);
            }
            let bits = 2 * places + GUARD + growth;
            let narrow = |bits: u64| u32::try_from(bits).map_err(|_| Stop::Limit);
            let [value, high] = enclosed(self.powers.coefficients(), &at, narrow(bits)?);
            if high.is_negative() {
                return match (at == part.low, at == part.high, part.ends) {
                    (true, _, [End::Open, _]) | (_, true, [_, End::Open]) => {
                        Err(Stop::Fails(self.beside(&at, part)?))
                    }
                    _ => Err(Stop::Fails(at)),
                };
            }
            if value.is_negative() {
                continue;
            }
            if inside {
                // The slope at the point, times the width, has to be below the value.
                let [_, bend] = enclosed(&self.bend, &at, narrow(bits)?);
                let needed = (bend.bits() + NEARER).saturating_sub(value.bits());
                if needed > places && value.is_positive() {
                    at = self.minimum([&part.low, &part.high], &at, needed);
                }
            }
            // No more bits than say something.
            let bits = narrow(bits - bits.min(value.bits().saturating_sub(GUARD + growth)))?;
            let found = touch(self.powers.coefficients(), [&part.low, &part.high], part.ends, &at, bits);
            if found.is_some_and(|found| found == Relation::Positive || self.relation == Relation::AtLeast) {
                return Ok(Some(Cover::Convex { at, bits }));
            }
        }
        self.misses += 1;
        if self.misses > MISS_LIMIT { Err(Stop::Limit) } else { Ok(None) }
    }

    /// Bits by which roundings may grow in Horner's rule, since each is multiplied by the point once a power.
    fn growth(&self, low: &Rational, high: &Rational) -> u64 {
        let whole = |x: &Rational| x.numerator().abs().div_ceil(&x.denominator()).max(BigInt::from(1));
        (whole(low).max(whole(high)) - 1_u32).bits() * self.powers.coefficients().len() as u64
    }

    /// Newton's method for a zero of the derivative, with so many binary places of the result. The numbers are integers
    /// times `2^-places`.
    fn minimum(&self, [low, high]: [&Rational; 2], start: &Rational, places: u64) -> Rational {
        let guard = places + GUARD + self.growth(low, high);
        let fixed = |x: &Rational| (x.numerator() << places).div_floor(&x.denominator());
        let (mut low, mut high, mut at) = (fixed(low), fixed(high), fixed(start));
        let scale = |at: BigInt| Rational::from_big(at, BigInt::from(1) << places).unwrap_or(Rational::ZERO);
        let value = |line: &[BigInt], x: &BigInt| {
            line.iter().rev().fold(BigInt::zero(), |sum, c| {
                let mut sum = (sum * x) >> places;
                if !c.is_zero() {
                    sum += c << guard;
                }
                sum
            })
        };
        for _ in 0..places {
            if at <= low || at >= high {
                at = (&low + &high) >> 1;
            }
            let rise = value(&self.slope, &at);
            let bend = value(&self.bend, &at);
            if rise.is_negative() {
                low = at.clone();
            } else {
                high = at.clone();
            }
            if &high - &low <= BigInt::from(2) {
                break;
            }
            if !bend.is_positive() {
                at = (&low + &high) >> 1;
                continue;
            }
            let step = (rise << places) / bend;
            at -= &step;
            // The next step would be about as long as the square of this one.
            if 2 * step.bits() <= places {
                break;
            }
        }
        scale(at.clamp(low, high))
    }

    /// A cover of a part.
    fn cover(&mut self, part: Part) -> Result<Cover, Stop> {
        self.parts += 1;
        let strict = self.relation == Relation::Positive;
        if part.p.is_nonnegative() && (!strict || part.p.has_positive_faces(&[part.ends])) {
            return Ok(Cover::Bernstein);
        }
        let height = self.look_at_ends(&part)?;
        if part.p.is_convex(&part.lost)
            && let Some(found) = self.convex(&part)?
        {
            return Ok(found);
        }
        if part.depth >= DEPTH_LIMIT || self.parts >= PART_LIMIT || self.work >= WORK_LIMIT {
            return Err(Stop::Limit);
        }
        if part.p.bits() <= part.lost.bits() + 2 {
            return Err(Stop::Precision);
        }
        let degree = part.p.coefficients().len().saturating_sub(1);
        let at = half()?;
        // No more bits than would be exact.
        let height = if height == 0 { part.p.bits() } else { height };
        let bits = (degree as i64).min(self.precision - height as i64);
        let bits = i32::try_from(bits).map_err(|_| Stop::Limit)?;
        self.work += (degree + 1) * (degree + 1);
        let Part { p, lost, low, high, ends: [from, to], depth } = part;
        let lost = p.lost(0, &lost, bits);
        let [below, above] = p.rescaled(bits).cut(0, &at).ok_or(Stop::Limit)?;
        let middle = &(&low + &high) * &at;
        let (depth, closed) = (depth + 1, End::Closed);
        let left =
            Part { p: below, lost: lost.clone(), low, high: middle.clone(), ends: [from, closed], depth };
        let right = Part { p: above, lost, low: middle, high, ends: [closed, to], depth };
        let parts = [self.cover(left)?, self.cover(right)?];
        Ok(Cover::Cut { side: 0, at, bits, parts: Box::new(parts) })
    }
}

fn half() -> Result<Rational, Stop> {
    Rational::new(1, 2).ok_or(Stop::Limit)
}

/// The convergents of the continued fraction of a number, which is the last of them; in lowest terms.
fn convergents(x: &Rational) -> impl Iterator<Item = [BigInt; 2]> {
    let (mut a, mut b) = (x.numerator(), x.denominator());
    let [mut before, mut last] = [(0, 1), (1, 0)].map(|(n, d)| (BigInt::from(n), BigInt::from(d)));
    std::iter::from_fn(move || {
        if b.is_zero() {
            return None;
        }
        let (whole, rest) = a.div_mod_floor(&b);
        (a, b) = (std::mem::take(&mut b), rest);
        let next = (&last.0 * &whole + &before.0, &last.1 * &whole + &before.1);
        before = std::mem::replace(&mut last, next);
        Some([last.0.clone(), last.1.clone()])
    })
}

/// The share of an interval where a function that is convex there is lowest, by its Bernstein coefficients: where the polygon
/// of its slopes crosses zero.
fn lowest(coefficients: &[BigInt]) -> Option<Rational> {
    let slopes: Vec<BigInt> =
        coefficients.iter().zip(coefficients.iter().skip(1)).map(|(a, b)| b - a).collect();
    if !slopes.first()?.is_negative() {
        return Some(Rational::ZERO);
    }
    if !slopes.last()?.is_positive() {
        return Some(Rational::ONE);
    }
    let before = slopes.iter().take_while(|s| s.is_negative()).count();
    let (a, b) = (slopes.get(before.checked_sub(1)?)?, slopes.get(before)?);
    let share = Rational::from_big(-a, b - a)?;
    let steps = Rational::new(1, i64::try_from(slopes.len()).ok()?.max(2) - 1)?;
    Some(&(&share + &Rational::from(i64::try_from(before).ok()? - 1)) * &steps)
}
