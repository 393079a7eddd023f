//! Enclosures: integrals that have no closed form, between rational numbers.
//!
//! The range is cut into pieces, and on each the integrand is replaced by its Taylor polynomial at the middle, less or more
//! a margin. That the margin is enough is proved on each piece; the integrals of the polynomials are numbers.

use crate::exact::Rational;
use crate::kernel::rule::calculus::{Interval, Squeeze, SqueezeSide};
use crate::kernel::rule::combine::{Combination, Term};
use crate::kernel::{Expr, Formula, Name, Node, Statement, Step};
use crate::model::Claim;
use crate::piecewise::{Engine, Obstacle};

use super::pieces::{Piece, pieces};
use super::proof::{Builder, Hints, Proved, facts, symbol};

/// The least and the greatest degree of the polynomials.
const DEGREES: (usize, usize) = (6, 24);
/// Digits of the ends at most.
const DIGITS: u32 = 60;
/// Pieces of one cell at most.
const PIECES: u32 = 64;
/// The widths that are tried, as powers of ten.
const WIDTHS: [u32; 4] = [2, 5, 10, 16];

/// An integral of a quotient in one variable, between numbers.
#[derive(Debug, Clone)]
struct Integral {
    whole: Expr,
    variable: Name,
    low: Rational,
    high: Rational,
    body: Expr,
}

impl Integral {
    /// The integrals without a closed form that a term mentions, if each is between numbers.
    fn all(e: &Expr) -> Vec<Self> {
        let mut out = Vec::new();
        for atom in e.atoms() {
            let Node::Opaque { low, high, body } = atom.node() else { continue };
            let variable = Name::from("y''");
            let body = body.open(&variable);
            let (Some(low), Some(high)) = (low.as_number(), high.as_number()) else { continue };
            if low < high && body.free_names().iter().all(|n| *n == variable) {
                let whole =
                    Expr::integral(&variable, &Expr::number(low.clone()), &Expr::number(high.clone()), &body);
                out.push(Integral { whole, variable, low, high, body });
            }
        }
        out.sort_by(|a, b| a.whole.cmp(&b.whole));
        out.dedup_by(|a, b| a.whole == b.whole);
        out
    }
}

/// The pieces on which an integrand is one quotient.
fn cells(engine: &mut Engine, integral: &Integral) -> Result<Vec<Piece>, Obstacle> {
    pieces(engine, &integral.variable, (&integral.low, &integral.high), &integral.body)
}

/// The coefficients of the Taylor polynomial of a quotient at a point; `None` where a divisor vanishes there, or the term
/// is no quotient.
fn series(e: &Expr, x: &Name, at: &Rational, length: usize) -> Option<Vec<Rational>> {
    let mut sum = vec![Rational::ZERO; length];
    for (monomial, c) in e.terms() {
        let mut product = vec![Rational::ZERO; length];
        *product.first_mut()? = c.clone();
        for (atom, exponent) in monomial.factors() {
            let factor = match atom.node() {
                Node::Variable(name) if name == x => {
                    let mut factor = vec![Rational::ZERO; length];
                    *factor.first_mut()? = at.clone();
                    *factor.get_mut(1)? = Rational::ONE;
                    factor
                }
                Node::Inverse(divisor) => reciprocal(&series(divisor, x, at, length)?)?,
                _ => return None,
            };
            for _ in 0..exponent {
                product = times(&product, &factor);
            }
        }
        for (a, b) in sum.iter_mut().zip(product) {
            *a = &*a + &b;
        }
    }
    Some(sum)
}

fn times(a: &[Rational], b: &[Rational]) -> Vec<Rational> {
    let coefficient = |k: usize| {
        a.iter()
            .take(k + 1)
            .zip(b.iter().take(k + 1).rev())
            .fold(Rational::ZERO, |sum, (p, q)| &sum + &(p * q))
    };
    (0..a.len()).map(coefficient).collect()
}

fn reciprocal(a: &[Rational]) -> Option<Vec<Rational>> {
    let inverse = a.first()?.recip()?;
    let mut out = vec![inverse.clone()];
    while out.len() < a.len() {
        let known =
            a.iter().skip(1).zip(out.iter().rev()).fold(Rational::ZERO, |sum, (p, q)| &sum + &(p * q));
        out.push(&-&known * &inverse);
    }
    Some(out)
}

/// The greatest multiple of a grid that is no greater.
fn floor(value: &Rational, grid: &Rational) -> Rational {
    let ratio = value.checked_div(grid).unwrap_or(Rational::ZERO);
    &Rational::from(num_integer::Integer::div_floor(&ratio.numerator(), &ratio.denominator())) * grid
}

/// `10^-k`
fn grid(exponent: u32) -> Rational {
    let tenth = Rational::new(1, 10).unwrap_or(Rational::ONE);
    (0..exponent).fold(Rational::ONE, |p, _| &p * &tenth)
}

/// Bounds of an integrand, piece by piece, with the width that their integrals have.
struct Bounds {
    low: Expr,
    high: Expr,
    /// The integral of what lies in the middle of the two.
    middle: Rational,
    width: Rational,
}

/// How fine bounds are.
struct Fineness {
    /// Pieces of each cell.
    pieces: u32,
    /// The degree of the polynomials.
    degree: usize,
    /// What the next terms of the series are multiplied by, for the margin.
    more: Rational,
    /// What coefficients are rounded to.
    grid: Rational,
}

fn bounds(integral: &Integral, cells: &[Piece], fineness: &Fineness) -> Option<Bounds> {
    let Fineness { pieces, degree, more, grid } = fineness;
    let (pieces, degree) = (*pieces, *degree);
    let y = Expr::variable(&integral.variable);
    let number = |c: &Rational| Expr::number(c.clone());
    let half = Rational::new(1, 2)?;
    let mut out =
        Bounds { low: Expr::zero(), high: Expr::zero(), middle: Rational::ZERO, width: Rational::ZERO };
    for Piece { low: from, high: to, value } in cells {
        let step = (to - from).checked_div(&Rational::from(i64::from(pieces)))?;
        for k in 0..pieces {
            let left = from + &(&step * &Rational::from(i64::from(k)));
            let right = if k + 1 == pieces { to.clone() } else { &left + &step };
            let middle = &(&left + &right) * &half;
            let radius = &(&right - &left) * &half;
            let exact = series(value, &integral.variable, &middle, degree + 3)?;
            let (mut polynomial, mut margin) = (Expr::zero(), grid.clone());
            let (mut power, mut term) = (Rational::ONE, Expr::one());
            let shift = y.minus(&number(&middle));
            for (power_of, c) in exact.iter().enumerate() {
                if power_of <= degree {
                    let rounded = floor(c, grid);
                    margin = &margin + &(grid * &power);
                    polynomial = polynomial.plus(&term.scaled(&rounded));
                    if power_of % 2 == 0 {
                        // Odd powers integrate to zero around the middle.
                        let over = Rational::from(i64::try_from(power_of).ok()? + 1);
                        let part = (&(&rounded * &power) * &(&radius + &radius)).checked_div(&over)?;
                        out.middle = &out.middle + &part;
                    }
                    term = term.times(&shift);
                } else {
                    margin = &margin + &(&(&c.abs() * &power) * more);
                }
                power = &power * &radius;
            }
            let inside = match (left == integral.low, right == integral.high) {
                (true, true) => Expr::one(),
                (false, true) => Expr::at_least_zero(&y.minus(&number(&left))),
                (true, false) => Expr::positive(&number(&right).minus(&y)),
                (false, false) => Expr::at_least_zero(&y.minus(&number(&left)))
                    .times(&Expr::positive(&number(&right).minus(&y))),
            };
            out.low = out.low.plus(&inside.times(&polynomial.minus(&number(&margin))));
            out.high = out.high.plus(&inside.times(&polynomial.plus(&number(&margin))));
            let both = &margin + &margin;
            out.width = &out.width + &(&both * &(&right - &left));
        }
    }
    Some(out)
}

/// An integral between two numbers, with the steps that say so.
struct Enclosure {
    low: Rational,
    high: Rational,
    below: usize,
    above: usize,
}

impl Builder {
    /// Proves that an integral lies between two numbers that are a width apart at most.
    fn enclose(&mut self, engine: &mut Engine, integral: &Integral, width: &Rational) -> Option<Enclosure> {
        let cells = cells(engine, integral).ok()?;
        let before = self.length();
        let (least, most) = DEGREES;
        let degree =
            (least..most).find(|k| u32::try_from(*k).is_ok_and(|k| grid(k) <= *width)).unwrap_or(most);
        let mut pieces = 1;
        while pieces <= PIECES {
            for more in [2, 8] {
                let found = bounds(
                    integral,
                    &cells,
                    &Fineness { pieces, degree, more: Rational::from(more), grid: width * &grid(4) },
                )?;
                if found.width > *width {
                    break;
                }
                match self.squeezed(engine, integral, &found, width) {
                    Ok(enclosure) => return Some(enclosure),
                    Err(_) => self.rewind(before),
                }
            }
            pieces *= 2;
        }
        None
    }

    fn squeezed(
        &mut self,
        engine: &mut Engine,
        integral: &Integral,
        bounds: &Bounds,
        width: &Rational,
    ) -> Result<Enclosure, Obstacle> {
        let (hints, y) = (Hints::new(), Expr::variable(&integral.variable));
        let [low, high] = [&integral.low, &integral.high].map(|c| Expr::number(c.clone()));
        let mut context = vec![Formula::at_least(&y, &low), Formula::at_least(&high, &y)];
        let below =
            self.prove(engine, &mut context, &Formula::at_least(&integral.body, &bounds.low), &hints)?;
        let above =
            self.prove(engine, &mut context, &Formula::at_least(&bounds.high, &integral.body), &hints)?;
        let order = self.prove(engine, &mut vec![], &Formula::at_least(&high, &low), &hints)?;
        let interval =
            Interval { variable: symbol(&integral.variable)?, low: low.clone(), high: high.clone() };
        // The ends are decimals.
        let tenth = width * &grid(1);
        let grid = (1..DIGITS).map(grid).find(|g| *g <= tenth).unwrap_or(tenth);
        let half = Rational::new(1, 2).unwrap_or(Rational::ONE);
        let margin = &bounds.width * &half;
        let from = floor(&(&bounds.middle - &margin), &grid);
        let to = -&floor(&-&(&bounds.middle + &margin), &grid);
        let mut side = |side: SqueezeSide| {
            let squeeze = Squeeze {
                low: bounds.low.clone(),
                integrand: integral.body.clone(),
                high: bounds.high.clone(),
                side,
            };
            let step =
                self.add(Step::Squeeze { below, above, order, interval: interval.clone(), squeeze })?;
            let area = |e: &Expr| Expr::integral(&integral.variable, &low, &high, e);
            let (number, goal) = match side {
                SqueezeSide::Below => {
                    let number = Expr::number(from.clone());
                    (
                        Formula::at_least(&area(&bounds.low), &number),
                        Formula::at_least(&integral.whole, &number),
                    )
                }
                SqueezeSide::Above => {
                    let number = Expr::number(to.clone());
                    (
                        Formula::at_least(&number, &area(&bounds.high)),
                        Formula::at_least(&number, &integral.whole),
                    )
                }
            };
            let number = self.prove(engine, &mut vec![], &number, &hints)?;
            let fact = |k| Term { facts: vec![(k, 1)], ..Term::number(Rational::ONE) };
            let evidence = Combination { terms: vec![fact(0), fact(1)], equations: vec![] };
            self.add(Step::Combine { premises: vec![step, number], goal, evidence })
        };
        let (below, above) = (side(SqueezeSide::Below)?, side(SqueezeSide::Above)?);
        Ok(Enclosure { low: from, high: to, below, above })
    }

    /// A comparison that enclosures of the integrals in it decide; nothing where there are none. It is proved for all
    /// numbers in the enclosures.
    pub(super) fn with_enclosures(
        &mut self,
        engine: &mut Engine,
        context: &[Formula],
        goal: &Formula,
    ) -> Option<usize> {
        let Formula::Compare(relation, e) = goal else { return None };
        let integrals = Integral::all(e);
        if integrals.is_empty() {
            return None;
        }
        let names: Vec<Name> = (0..integrals.len()).map(|k| Name::from(format!("i{k}''").as_str())).collect();
        let mut general = e.clone();
        for (integral, name) in integrals.iter().zip(&names) {
            let atom = integral.whole.as_atom()?;
            general = general.replace_atoms(|a| (a == atom).then(|| Expr::variable(name)));
        }
        let general = Formula::Compare(*relation, general);
        let before = self.length();
        for exponent in WIDTHS {
            let found = self.in_enclosures(engine, context, &general, &integrals, &names, &grid(exponent));
            if let Ok(step) = found {
                return Some(step);
            }
            self.rewind(before);
        }
        None
    }

    fn in_enclosures(
        &mut self,
        engine: &mut Engine,
        context: &[Formula],
        general: &Formula,
        integrals: &[Integral],
        names: &[Name],
        width: &Rational,
    ) -> Result<usize, Obstacle> {
        let mut context = context.to_vec();
        let mut found = Vec::new();
        for (integral, name) in integrals.iter().zip(names) {
            let none = || Obstacle::Extremum { body: integral.whole.clone() };
            let enclosure = self.enclose(engine, integral, width).ok_or_else(none)?;
            let x = Expr::variable(name);
            let between = [
                Formula::at_least(&x, &Expr::number(enclosure.low.clone())),
                Formula::at_least(&Expr::number(enclosure.high.clone()), &x),
            ];
            context.extend(between.iter().cloned());
            found.push((integral, name, between, enclosure));
        }
        let mut step = self.prove(engine, &mut context, general, &Hints::new())?;
        for (integral, name, [low, high], enclosure) in found {
            for hypothesis in [low, high] {
                step = self.add(Step::Discharge { premise: step, hypothesis })?;
            }
            step = self.add(Step::Generalise { premise: step, name: symbol(name)? })?;
            step = self.add(Step::Instance { premise: step, term: integral.whole.clone() })?;
            for premise in [enclosure.above, enclosure.below] {
                step = self.add(Step::Apply { implication: step, premise })?;
            }
        }
        Ok(step)
    }
}

/// That a term lies between two numbers that are a width apart at most, where it is a sum of multiples of integrals without
/// a closed form: the numbers and the theorem. `None` if it is something else, or no such numbers are found.
pub fn enclosed(e: &Expr, width: &Rational) -> Option<(Rational, Rational, Proved)> {
    let integrals = Integral::all(e);
    let slope = |integral: &Integral| {
        e.poly()
            .coefficients_in(integral.whole.as_atom()?)
            .get(1)
            .and_then(|c| Expr::from(c.clone()).as_number())
    };
    let slopes = integrals.iter().map(slope).collect::<Option<Vec<_>>>()?;
    let terms = integrals.iter().zip(&slopes);
    let rest = terms.fold(e.clone(), |rest, (i, c)| rest.minus(&i.whole.scaled(c))).as_number()?;
    let total = slopes.iter().fold(Rational::ZERO, |sum, c| &sum + &c.abs());
    let each = width.checked_div(&(&total + &total))?;
    let (mut builder, mut engine) = (Builder::default(), Engine::new());
    let (mut known, mut proofs) = (Vec::new(), Vec::new());
    let (mut low, mut high) = (rest.clone(), rest);
    for (integral, c) in integrals.iter().zip(&slopes) {
        let found = builder.enclose(&mut engine, integral, &each)?;
        let ends = (&found.low * c, &found.high * c);
        let (least, most) = if c.is_negative() { (ends.1, ends.0) } else { ends };
        (low, high) = (&low + &least, &high + &most);
        known.push(Formula::at_least(&integral.whole, &Expr::number(found.low)));
        known.push(Formula::at_least(&Expr::number(found.high), &integral.whole));
        proofs.extend([found.below, found.above]);
    }
    let sides =
        [Formula::at_least(e, &Expr::number(low.clone())), Formula::at_least(&Expr::number(high.clone()), e)];
    let mut premises = Vec::new();
    for goal in &sides {
        let Formula::Compare(relation, difference) = goal else { return None };
        let tree = engine.tree(&facts(&known), *relation, difference).ok()?;
        let step = Step::Tree { hypotheses: known.clone(), goal: goal.clone(), tree };
        let step = builder.add(step).ok()?;
        premises.push(builder.discharged(step, &known, &proofs).ok()?);
    }
    builder.add(Step::Both { premises }).ok()?;
    let formula = Formula::And(sides.to_vec());
    let meaning = Statement { definitions: vec![], formula }.meaning().ok()?;
    Some((low, high, builder.finish(&meaning).ok()?))
}

/// A claim with numbers that are close in the place of integrals without a closed form, where it mentions any: to look for
/// a point at which it fails.
pub(super) fn approximated(claim: &Claim) -> Option<Claim> {
    let fineness = Fineness { pieces: 8, degree: 6, more: Rational::ONE, grid: grid(20) };
    let mut engine = Engine::new();
    let mut found = false;
    let mut close = |e: &Expr| {
        let mut out = e.clone();
        for integral in Integral::all(e) {
            let Ok(cells) = cells(&mut engine, &integral) else { continue };
            let Some(near) = bounds(&integral, &cells, &fineness) else { continue };
            let atom = integral.whole.as_atom().cloned();
            out =
                out.replace_atoms(|a| (Some(a) == atom.as_ref()).then(|| Expr::number(near.middle.clone())));
            found = true;
        }
        out
    };
    let mut out = claim.clone();
    for conjunct in &mut out.conjuncts {
        (conjunct.left, conjunct.right) = (close(&conjunct.left), close(&conjunct.right));
    }
    found.then_some(out)
}
