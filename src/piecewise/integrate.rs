//! Integrals over pieces: where the integrand changes, a break point is put in.

use super::context::Context;
use super::evaluate::{Engine, Need, is_at_least};
use super::factor;
use super::modulo;
use super::narrow::closer;
use super::obstacle::Obstacle;
use super::roots::rational_roots;
use super::sign::certify;
use crate::exact::Poly;
use crate::kernel::rule::combine::Fact;
use crate::kernel::rule::tree::{Direction, Pieces};
use crate::kernel::{Atom, Expr, Relation, Symbol};

/// Terms of a polynomial whose factors are looked for, at most.
const FACTOR_LIMIT: usize = 12;
/// Break points of one integral at most.
const POINT_LIMIT: usize = 500;

impl Engine {
    pub(super) fn integrate(
        &mut self,
        context: &mut Context,
        atom: &Atom,
        upper: &Expr,
        body: &Expr,
    ) -> Result<(Expr, Pieces), Need> {
        let y = new_name(context.facts(), body, upper);
        let body = body.open(y.name());
        let direction = if certify(context.facts(), Relation::AtLeast, upper).is_some() {
            Direction::Up
        } else if certify(context.facts(), Relation::AtLeast, &upper.negated()).is_some() {
            Direction::Down
        } else {
            return Err(Need::Split(upper.clone()));
        };
        let mut points = match direction {
            Direction::Up => vec![Expr::zero(), upper.clone()],
            Direction::Down => vec![upper.clone(), Expr::zero()],
        };
        let (mut order, mut parts, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let mut gap = 0;
        while let (Some(low), Some(high)) = (points.get(gap).cloned(), points.get(gap + 1).cloned()) {
            let length = high.minus(&low);
            let Some(because) = certify(context.facts(), Relation::AtLeast, &length) else {
                return Err(Need::Split(length));
            };
            let before = context.enter_interval(y.name(), &low, &high);
            let part = self.evaluate(context, &body);
            context.leave(before);
            match part {
                Ok((value, evaluation)) => {
                    order.push(because);
                    parts.push(evaluation);
                    values.push(value);
                    gap += 1;
                }
                Err(Need::Split(on)) if on.mentions(y.name()) => {
                    let point = self.break_point(context, &on, &y, &low, &high)?;
                    self.spend().map_err(Need::Stuck)?;
                    if points.len() > POINT_LIMIT {
                        return Err(Need::Stuck(Obstacle::Cells { limit: POINT_LIMIT }));
                    }
                    points.insert(gap + 1, point);
                }
                Err(other) => return Err(other),
            }
        }
        let mut sum = Expr::zero();
        for ((low, high), value) in points.iter().zip(points.iter().skip(1)).zip(&values) {
            sum = sum.plus(&Expr::integral(y.name(), low, high, value));
        }
        if direction == Direction::Down {
            sum = sum.negated();
            points.reverse();
            order.reverse();
            parts.reverse();
        }
        let pieces = Pieces { integral: Expr::from(atom), variable: y, points, direction, order, parts };
        Ok((sum, pieces))
    }

    /// A zero of `on` in its variable strictly between the two limits.
    fn break_point(
        &mut self,
        context: &Context,
        on: &Expr,
        y: &Symbol,
        low: &Expr,
        high: &Expr,
    ) -> Result<Expr, Need> {
        let stuck = || Need::Stuck(Obstacle::Nonlinear { term: on.clone() });
        let variable = Expr::variable(y.name());
        let Some(atom) = variable.atoms().next().cloned() else { return Err(stuck()) };
        let hidden = on.atoms().any(|a| *a != atom && a.mentions(y.name()));
        let coefficients = on.poly().coefficients_in(&atom);
        let candidates: Vec<Expr> = match coefficients.as_slice() {
            _ if hidden => vec![],
            [_, _] => {
                zero_of_line(&coefficients).map_or_else(|| zeros_of_factors(on, &atom), |zero| vec![zero])
            }
            more => {
                let vanishes = |point: &&Expr| {
                    let value = on.substitute_one(y.name(), point);
                    value.is_zero()
                        || modulo::reduced(context.facts(), &value).is_some_and(|(e, _)| e.is_zero())
                };
                // Other types, where the argument has a linear factor.
                let others =
                    on.free_names().into_iter().filter(|n| **n != **y.name()).map(|n| Expr::variable(&n));
                let mut known: Vec<Expr> = others.chain(self.points.iter().cloned()).collect();
                known.retain(|point| vanishes(&point));
                known.extend(rational_roots(more).into_iter().map(Expr::number));
                known.extend(zeros_of_factors(on, &atom));
                known
            }
        };
        let mut open = None;
        for point in candidates {
            let inside = [point.minus(low), high.minus(&point)];
            if inside.iter().any(|d| is_at_least(context, &d.negated())) {
                continue;
            }
            match inside.into_iter().find(|d| !is_at_least(context, d)) {
                None => return Ok(point),
                Some(difference) => open = open.or(Some(difference)),
            }
        }
        match open {
            Some(difference) => Err(Need::Split(difference)),
            // It may be that no sign changes, which is seen once roots are known more closely.
            None => match closer(context.facts()) {
                Some(on) => Err(Need::Split(on)),
                None => Err(stuck()),
            },
        }
    }
}

/// A factor of a short polynomial in several variables of which it is open on which side of zero it lies, else one of
/// which it is open whether it is zero.
pub(super) fn open_factor(context: &Context, on: &Expr) -> Option<Expr> {
    let poly = on.poly();
    if poly.degree() < 2 || poly.len() > FACTOR_LIMIT || poly.variables().len() < 2 {
        return None;
    }
    let factors = factor::factors(poly);
    if factors.len() < 2 {
        return None;
    }
    let mut weak = None;
    for e in factors.into_iter().map(Expr::from) {
        match (is_at_least(context, &e), is_at_least(context, &e.negated())) {
            (false, false) => return Some(e),
            (true, true) => return None,
            (above, _) => {
                let e = if above { e } else { e.negated() };
                let is_strict = certify(context.facts(), Relation::Positive, &e).is_some();
                weak = weak.or_else(|| (!is_strict).then(|| e.negated()));
            }
        }
    }
    weak
}

/// Where the factors of degree one vanish.
fn zeros_of_factors(on: &Expr, atom: &Atom) -> Vec<Expr> {
    let factors = factor::factors(on.poly());
    factors.iter().filter_map(|part| zero_of_line(&part.coefficients_in(atom))).collect()
}

/// Where a polynomial of degree one vanishes, if a number stands at its variable.
fn zero_of_line(coefficients: &[Poly<Atom>]) -> Option<Expr> {
    let [constant, slope] = coefficients else { return None };
    let scale = slope.as_constant()?.recip()?;
    Some(Expr::from(constant.clone()).scaled(&-&scale))
}

fn new_name(facts: &[Fact], body: &Expr, upper: &Expr) -> Symbol {
    let mut index = 1;
    loop {
        let text = format!("z{index}");
        let taken =
            facts.iter().any(|f| f.expr.mentions(&text)) || body.mentions(&text) || upper.mentions(&text);
        match Symbol::new(&text) {
            Some(symbol) if !taken => return symbol,
            _ => index += 1,
        }
    }
}
