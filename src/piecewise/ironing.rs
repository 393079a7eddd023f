//! Where a virtual value has to be ironed: [`ironed`].
//!
//! In the distribution function `F` as coordinate, minus the revenue `N = −θ(1 − F)` of a price has the virtual
//! value as its slope. Ironing replaces `N` by its greatest convex minorant (Myerson, 1981, section 6), which
//! differs from it on intervals: over these it is a chord that touches `N` at both ends. The hull of points on the
//! curve says where, Newton's method the ends, and integer relations what numbers these are: rational, or in one root.
//! Untrusted: obligations say that the intervals are right.

use num_bigint::BigInt;
use num_traits::{One, Zero};

use crate::exact::Rational;
use crate::kernel::Expr;
use crate::model::{Agent, Charge, Edge, Flat, Flats, Stretch, coefficients};

use super::relation::{combination, minimal_polynomial};
use super::roots::named_root;

/// Points on each piece of the density.
const POINTS: i64 = 48;
/// Bits of the numbers in Newton's method, and bits on which what they are taken for has to agree with them.
const BITS: u32 = 640;
/// See [`BITS`].
const AGREEMENT: u32 = 480;
/// Bits on which a short fraction has to agree.
const AGREEMENT_OF_FRACTIONS: u32 = 160;
/// Steps of Newton's method.
const STEPS: usize = 15;
/// Bits of the interval in which a root is described.
const CLOSE: u32 = 20;
/// The degree of a root at most.
const DEGREE: usize = 4;

/// The intervals of types on which the virtual value of an agent has to be ironed.
pub fn ironed(agent: &Agent) -> Flats {
    let Some(pieces) = pieces(agent) else { return Flats::Unknown };
    let curve = curve(&pieces);
    let mut out = Vec::new();
    for edge in hull(&curve).windows(2) {
        let [i, j] = edge else { continue };
        let (Some(from), Some(to)) = (curve.get(*i), curve.get(*j)) else { continue };
        if j - i > 1 && from.mass < to.mass {
            let near = |k: usize| (curve.get(k.saturating_sub(1)), curve.get(k + 1));
            let ends = [(from, *i), (to, *j)].map(|(sample, k)| end(&pieces, sample, near(k)));
            let [from_end, to_end] = ends;
            let chord = Chord { pieces: &pieces, from: from_end, to: to_end };
            match chord.solve() {
                Some(flat) => out.push(flat),
                None => return Flats::Between(from.type_.clone(), to.type_.clone()),
            }
        }
    }
    Flats::On(out)
}

/// A polynomial, coefficients lowest first.
type Line = Vec<Rational>;

fn at(line: &[Rational], x: &Rational) -> Rational {
    line.iter().rev().fold(Rational::ZERO, |sum, c| &(&sum * x) + c)
}

fn slope(line: &[Rational]) -> Line {
    line.iter().zip(0_i64..).skip(1).map(|(c, k)| c * &Rational::from(k)).collect()
}

/// A part of the type space on which the density is a polynomial.
struct Piece {
    low: Rational,
    high: Rational,
    cdf: Line,
    density: Line,
    /// The derivative of the density.
    slope: Line,
    /// The type.
    type_: Line,
}

/// What is known of a piece at a type `θ = φ(s)`, by `s`: `F`, `N = −θ(1 − F)`, `f`, `p = θf − (1 − F)φ'`, and the
/// derivatives of the last two in `s`, of which `f` is the density. Mostly `θ` is `s`.
struct There {
    mass: Rational,
    loss: Rational,
    density: Rational,
    virtually: Rational,
    density_slope: Rational,
    virtual_slope: Rational,
}

impl Piece {
    fn at(&self, x: &Rational) -> There {
        let (mass, density, density_slope) = (at(&self.cdf, x), at(&self.density, x), at(&self.slope, x));
        let higher = &Rational::ONE - &mass;
        let rise = slope(&self.type_);
        let (type_, bend) = (at(&self.type_, x), at(&slope(&rise), x));
        let rise = at(&rise, x);
        let twice = &rise * &(&density + &density);
        There {
            loss: -(&type_ * &higher),
            virtually: &(&type_ * &density) - &(&higher * &rise),
            virtual_slope: &(&twice + &(&type_ * &density_slope)) - &(&higher * &bend),
            mass,
            density,
            density_slope,
        }
    }

    fn contains(&self, x: &Rational) -> bool {
        self.low <= *x && *x <= self.high
    }
}

fn pieces(agent: &Agent) -> Option<Vec<Piece>> {
    let line = |e: &Expr| coefficients(e, &agent.type_.name);
    let piece = |s: Stretch| {
        let density = line(&s.density)?;
        let (cdf, type_) = (line(&s.cdf)?, line(&agent.type_.value())?);
        Some(Piece { low: s.low, high: s.high, cdf, slope: slope(&density), density, type_ })
    };
    agent.stretches()?.into_iter().map(piece).collect()
}

/// A point of the curve.
struct Sample {
    type_: Rational,
    mass: Rational,
    loss: Rational,
}

/// Points of the curve in the order of types, without repetitions.
fn curve(pieces: &[Piece]) -> Vec<Sample> {
    let mut out: Vec<Sample> = Vec::new();
    for piece in pieces {
        let step = Rational::new(1, POINTS).map(|part| &(&piece.high - &piece.low) * &part);
        for k in 0..=POINTS {
            let type_ = &piece.low + &(&step.clone().unwrap_or(Rational::ZERO) * &Rational::from(k));
            let There { mass, loss, .. } = piece.at(&type_);
            if out.last().is_none_or(|last| last.mass != mass || last.loss != loss) {
                out.push(Sample { type_, mass, loss });
            }
        }
    }
    out
}

/// The points on the greatest convex minorant (Andrew, 1979), also those on its straight parts.
fn hull(curve: &[Sample]) -> Vec<usize> {
    let mut out: Vec<usize> = Vec::new();
    for (k, next) in curve.iter().enumerate() {
        while let [.., i, j] = out.as_slice()
            && let (Some(a), Some(b)) = (curve.get(*i), curve.get(*j))
            && above(a, b, next)
        {
            out.pop();
        }
        out.push(k);
    }
    out
}

/// Whether `b` lies above the chord from `a` to `c`.
fn above(a: &Sample, b: &Sample, c: &Sample) -> bool {
    let (width, rise) = (&c.mass - &a.mass, &c.loss - &a.loss);
    let (part, partial) = (&b.mass - &a.mass, &b.loss - &a.loss);
    &partial * &width > &rise * &part
}

/// Where a chord may end: at a point where the density jumps, or inside a piece, near a type.
struct End {
    near: Rational,
    fixed: bool,
    pieces: Vec<usize>,
}

fn end(pieces: &[Piece], sample: &Sample, neighbours: (Option<&Sample>, Option<&Sample>)) -> End {
    let near = &sample.type_;
    let low = neighbours.0.map_or(near, |s| &s.type_);
    let high = neighbours.1.map_or(near, |s| &s.type_);
    let meets = |p: &Piece| p.low < *high && *low < p.high;
    let fixed = pieces.iter().any(|p| p.low == *near || p.high == *near);
    let pieces = pieces.iter().enumerate().filter(|(_, p)| meets(p)).map(|(k, _)| k).collect();
    End { near: near.clone(), fixed, pieces }
}

/// A chord that is sought.
struct Chord<'a> {
    pieces: &'a [Piece],
    from: End,
    to: End,
}

/// An end: the type, and the piece that the chord touches there; none at a jump.
type Contact<'a> = (Rational, Option<&'a Piece>);

impl Chord<'_> {
    fn solve(&self) -> Option<Flat> {
        let contacts = |end: &End| {
            let inside = end.pieces.iter().filter_map(|k| self.pieces.get(*k)).map(Some);
            let fixed = end.fixed.then_some(None);
            fixed.into_iter().chain(inside).collect::<Vec<_>>()
        };
        let tos = contacts(&self.to);
        contacts(&self.from).into_iter().find_map(|from| tos.iter().find_map(|to| self.touching(from, *to)))
    }

    /// The chord with contacts of this kind, if there is one and its ends are numbers that can be named.
    fn touching(&self, from: Option<&Piece>, to: Option<&Piece>) -> Option<Flat> {
        let (mut a, mut b) = (self.from.near.clone(), self.to.near.clone());
        for _ in 0..STEPS {
            let (da, db) = self.correction((a.clone(), from), (b.clone(), to))?;
            (a, b) = (rounded(&(&a - &da)), rounded(&(&b - &db)));
        }
        let exact = |x: &Rational| short(x).unwrap_or_else(|| x.clone());
        let (a, b) = (exact(&a), exact(&b));
        let (at_a, at_b) = (self.there(&a, from)?, self.there(&b, to)?);
        let (width, rise) = (&at_b.mass - &at_a.mass, &at_b.loss - &at_a.loss);
        // Slopes times the density against the slope of the chord.
        let lead = |there: &There| &(&there.virtually * &width) - &(&rise * &there.density);
        let close = Rational::ONE.halved(AGREEMENT)?;
        let vanishes = |x: &Rational| x.abs() < close;
        let touches = |there: &There, piece: Option<&Piece>| piece.is_none() || vanishes(&lead(there));
        let left = self.pieces.iter().find(|p| p.high == a).filter(|_| from.is_none());
        let right = self.pieces.iter().find(|p| p.low == b).filter(|_| to.is_none());
        let fits = width.is_positive()
            && touches(&at_a, from)
            && touches(&at_b, to)
            && left.is_none_or(|p| lead(&p.at(&a)) < close)
            && right.is_none_or(|p| lead(&p.at(&b)) > -&close);
        if fits { named(&a, &b, &rise.checked_div(&width)?) } else { None }
    }

    /// What is known at an end, if its piece holds it.
    fn there(&self, x: &Rational, piece: Option<&Piece>) -> Option<There> {
        let piece = match piece {
            Some(piece) => piece,
            None => self.pieces.iter().find(|p| p.contains(x))?,
        };
        piece.contains(x).then(|| piece.at(x))
    }

    /// Newton's step for `p_a f_b = p_b f_a` and `(N_b − N_a) f = p (F_b − F_a)` at the ends that move.
    fn correction(&self, (a, from): Contact<'_>, (b, to): Contact<'_>) -> Option<(Rational, Rational)> {
        let known = |x: &Rational, piece: Option<&Piece>| match piece {
            Some(piece) => Some(piece.at(x)),
            None => self.there(x, None),
        };
        let (at_a, at_b) = (known(&a, from)?, known(&b, to)?);
        let (width, rise) = (&at_b.mass - &at_a.mass, &at_b.loss - &at_a.loss);
        let gap = |t: &There| &(&rise * &t.density) - &(&t.virtually * &width);
        let gap_slope = |t: &There| &(&rise * &t.density_slope) - &(&t.virtual_slope * &width);
        let none = Rational::ZERO;
        match (from, to) {
            (None, None) => Some((none.clone(), none)),
            (None, Some(_)) => Some((none, gap(&at_b).checked_div(&gap_slope(&at_b))?)),
            (Some(_), None) => Some((gap(&at_a).checked_div(&gap_slope(&at_a))?, none)),
            (Some(_), Some(_)) => {
                let lead = &(&at_a.virtually * &at_b.density) - &(&at_b.virtually * &at_a.density);
                let lead_a =
                    &(&at_a.virtual_slope * &at_b.density) - &(&at_b.virtually * &at_a.density_slope);
                let lead_b =
                    &(&at_a.virtually * &at_b.density_slope) - &(&at_b.virtual_slope * &at_a.density);
                let (gap_a, gap_b) = (gap_slope(&at_a), -lead.clone());
                let determinant = &(&lead_a * &gap_b) - &(&lead_b * &gap_a);
                let gap = gap(&at_a);
                let da = (&(&lead * &gap_b) - &(&lead_b * &gap)).checked_div(&determinant)?;
                let db = (&(&lead_a * &gap) - &(&gap_a * &lead)).checked_div(&determinant)?;
                Some((da, db))
            }
        }
    }
}

/// The ends of a chord and its slope, as rational numbers or as terms in the root of one polynomial.
fn named(a: &Rational, b: &Rational, slope: &Rational) -> Option<Flat> {
    let unknown = match (short(a), short(b)) {
        (Some(a), Some(b)) => return Some(Flat::rational(a, b)),
        (None, _) => a,
        (_, None) => b,
    };
    let coefficients = minimal_polynomial(unknown, DEGREE, AGREEMENT)?;
    let (x, root) = root_near(&coefficients, unknown)?;
    let degree = coefficients.len().checked_sub(1)?;
    let mut powers = vec![Rational::ONE];
    while powers.len() < degree {
        powers.push(powers.last()? * unknown);
    }
    let term = |y: &Rational| {
        let parts = combination(y, &powers, AGREEMENT)?;
        Some(parts.iter().zip(0_u32..).fold(Expr::zero(), |sum, (c, k)| sum.plus(&x.pow(k).scaled(c))))
    };
    let edge = |y: &Rational| Some(Edge { at: term(y)?, near: y.clone() });
    Some(Flat { low: edge(a)?, high: edge(b)?, level: Some(term(slope)?), roots: vec![root] })
}

/// The root of a polynomial that is near a number, in a small interval: signs of terms in it are seen at once.
fn root_near(coefficients: &[Rational], near: &Rational) -> Option<(Expr, Charge)> {
    let mut around = (CLOSE..AGREEMENT).step_by(4).filter_map(|bits| {
        let width = Rational::ONE.halved(bits)?;
        named_root(coefficients, &rounded_to(&(near - &width), bits), &rounded_to(&(near + &width), bits))
    });
    around.next()
}

fn floor(numerator: &BigInt, denominator: &BigInt) -> BigInt {
    let quotient = numerator / denominator;
    if &quotient * denominator > *numerator { quotient - 1 } else { quotient }
}

/// The next multiple of `2^-BITS` below.
fn rounded(x: &Rational) -> Rational {
    rounded_to(x, BITS)
}

/// The next multiple of `2^-bits` below.
fn rounded_to(x: &Rational, bits: u32) -> Rational {
    let one = BigInt::one() << bits;
    let scaled = floor(&(x.numerator() * &one), &x.denominator());
    Rational::from_big(scaled, one).unwrap_or(Rational::ZERO)
}

/// The first convergent of the continued fraction that agrees with a number on [`AGREEMENT_OF_FRACTIONS`] bits, if it is
/// much shorter than that.
fn short(x: &Rational) -> Option<Rational> {
    let close = Rational::ONE.halved(AGREEMENT_OF_FRACTIONS)?;
    let (mut rest, mut before, mut last) =
        (x.clone(), (BigInt::zero(), BigInt::one()), (BigInt::one(), BigInt::zero()));
    loop {
        let whole = floor(&rest.numerator(), &rest.denominator());
        let next = (&whole * &last.0 + &before.0, &whole * &last.1 + &before.1);
        if next.1.bits() > u64::from(AGREEMENT_OF_FRACTIONS / 3) {
            return None;
        }
        let convergent = Rational::from_big(next.0.clone(), next.1.clone())?;
        if (&convergent - x).abs() < close {
            return Some(convergent);
        }
        rest = (&rest - &Rational::from(whole)).recip()?;
        (before, last) = (last, next);
    }
}
