//! Incentive constraints of rules whose payoffs are areas: `∫_y^x (s(z) − s(y)) dz ≥ 0`, since `s` does not fall. Three
//! types are compared in it, but nothing is integrated that the constraint itself integrates.

use std::collections::BTreeSet;

use crate::exact::{Poly, Rational};
use crate::kernel::rule::calculus::Interval;
use crate::kernel::{Atom, Expr, Formula, Name, Node, Relation, Step};
use crate::piecewise::{Engine, Obstacle};

use super::proof::{Builder, Hints, symbol};

/// From so many conditions on, cells are not tried first.
const MANY: usize = 16;

/// `∫_y^x (slope(z) − slope(y)) dz`.
struct Area {
    x: Name,
    y: Name,
    z: Name,
    /// In `z`.
    slope: Expr,
}

impl Area {
    /// A term read in this way, if it has integrals.
    fn of(e: &Expr) -> Option<Self> {
        if !e.atoms().any(|a| matches!(a.node(), Node::Primitive { .. })) {
            return None;
        }
        let names = e.free_names();
        let z = (0..).map(|k| Name::from(format!("between'{k}"))).find(|z| !names.contains(z))?;
        let pairs = names.iter().flat_map(|x| names.iter().filter(move |y| *y != x).map(move |y| (x, y)));
        pairs.filter(|(x, _)| !e.mentions_function(x)).find_map(|(x, y)| Self::between(e, x, y, &z))
    }

    fn between(e: &Expr, x: &Name, y: &Name, z: &Name) -> Option<Self> {
        let (own, other, between) = (Expr::variable(x), Expr::variable(y), Expr::variable(z));
        let atom = own.as_atom()?;
        let mut at_y = Expr::zero();
        for (m, c) in e.terms().filter(|(m, _)| m.exponent(atom) > 0) {
            let (rest, power) = m.split(atom);
            if rest.factors().any(|(a, _)| a.mentions_variable(y)) {
                if power > 1 || rest.factors().any(|(a, _)| a.mentions_variable(x)) {
                    return None;
                }
                at_y = at_y.minus(&Expr::from(Poly::term(rest, c.clone())));
            }
        }
        let slope = at_y.substitute_one(y, &between);
        if at_y.is_zero() || slope.mentions_variable(y) {
            return None;
        }
        let area = Expr::integral(z, &other, &own, &slope.minus(&at_y));
        (area == *e).then(|| Area { x: x.clone(), y: y.clone(), z: z.clone(), slope })
    }

    /// The slope at a point.
    fn at(&self, point: &Expr) -> Expr {
        self.slope.substitute_one(&self.z, point)
    }
}

/// A term as one integral between numbers.
fn one_integral(e: &Expr) -> Option<(Interval, Expr)> {
    let limit = |a: &Atom| match a.node() {
        Node::Primitive { upper, .. } => upper.as_number(),
        _ => None,
    };
    let mut limits: Vec<Rational> = e.atoms().filter_map(limit).collect();
    limits.sort();
    limits.dedup();
    let (low, high) = match limits.as_slice() {
        [high] if high.is_positive() => (Rational::ZERO, high.clone()),
        [low, high] => (low.clone(), high.clone()),
        _ => return None,
    };
    let names = e.free_names();
    let name = (0..).map(|k| Name::from(format!("inside'{k}"))).find(|name| !names.contains(name))?;
    let mut integrand = Expr::zero();
    for (m, c) in e.terms() {
        let mut factor = Expr::number(c.clone());
        let mut counts = false;
        for (a, power) in m.factors() {
            factor = match a.node() {
                Node::Primitive { upper, body } if power == 1 && !counts => {
                    counts = upper.as_number().as_ref() == Some(&high);
                    factor.times(&if counts { body.open(&name) } else { Expr::zero() })
                }
                _ => factor.times(&Expr::from(a).pow(power)),
            };
        }
        let share = if counts { Rational::ONE } else { (&high - &low).recip()? };
        let is_integral = m.factors().any(|(a, _)| matches!(a.node(), Node::Primitive { .. }));
        if counts || !is_integral {
            integrand = integrand.plus(&factor.scaled(&share));
        }
    }
    let (low, high) = (Expr::number(low), Expr::number(high));
    (Expr::integral(&name, &low, &high, &integrand) == *e)
        .then(|| Some((Interval { variable: symbol(&name).ok()?, low, high }, integrand)))?
}

/// Whether a term has so many conditions, inside of each other too, that cells are not tried first.
pub(super) fn is_crowded(e: &Expr) -> bool {
    fn count<'a>(e: &'a Expr, out: &mut BTreeSet<&'a Expr>) {
        for atom in e.atoms() {
            match atom.node() {
                Node::Indicator(inner) if out.insert(inner) => count(inner, out),
                Node::Primitive { upper, body } => {
                    count(upper, out);
                    count(body, out);
                }
                Node::Whole(inner) | Node::Inverse(inner) => count(inner, out),
                _ => {}
            }
        }
    }
    let mut conditions = BTreeSet::new();
    count(e, &mut conditions);
    conditions.len() >= MANY
}

impl Builder {
    /// A goal that an area or another integral is at least zero since its integrand is, if that is found to be so.
    pub(super) fn by_integrand(
        &mut self,
        engine: &mut Engine,
        context: &mut Vec<Formula>,
        e: &Expr,
        hints: &Hints,
    ) -> Option<usize> {
        let before = (self.length(), context.len());
        let found = match (Area::of(e), one_integral(e)) {
            (Some(area), _) => self.both_ways(engine, context, &area, hints),
            (None, Some((interval, integrand))) => {
                self.under_integral(engine, context, interval, integrand, hints)
            }
            (None, None) => return None,
        };
        context.truncate(before.1);
        if found.is_err() {
            self.rewind(before.0);
        }
        found.ok()
    }

    /// `∫ integrand ≥ 0` between numbers.
    fn under_integral(
        &mut self,
        engine: &mut Engine,
        context: &mut Vec<Formula>,
        interval: Interval,
        integrand: Expr,
        hints: &Hints,
    ) -> Result<usize, Obstacle> {
        let y = Expr::variable(interval.variable.name());
        let order = self.prove(engine, context, &Formula::at_least(&interval.high, &interval.low), hints)?;
        context.extend([Formula::greater(&y, &interval.low), Formula::greater(&interval.high, &y)]);
        let premise = self.prove(engine, context, &Formula::Compare(Relation::AtLeast, integrand), hints)?;
        self.add(Step::Monotone { premise, order, interval, exceptions: vec![] })
    }

    /// The area is at least zero whichever of the two types is higher.
    fn both_ways(
        &mut self,
        engine: &mut Engine,
        context: &mut Vec<Formula>,
        area: &Area,
        hints: &Hints,
    ) -> Result<usize, Obstacle> {
        let [x, y, z] = [&area.x, &area.y, &area.z].map(|name| Expr::variable(name));
        let rise = area.slope.minus(&area.at(&y));
        let cases = [
            (Relation::AtLeast, x.minus(&y), [&y, &x], rise.clone()),
            (Relation::Positive, y.minus(&x), [&x, &y], rise.negated()),
        ];
        let mut branches = Vec::new();
        for (relation, length, [low, high], integrand) in cases {
            let order = Formula::Compare(relation, length);
            let before = context.len();
            context.extend([order.clone(), Formula::greater(&z, low), Formula::greater(high, &z)]);
            let goal = Formula::Compare(Relation::AtLeast, integrand);
            let premise = self.prove(engine, context, &goal, hints)?;
            context.truncate(before);
            let order = self.add(Step::Assume { formula: order })?;
            let interval = Interval { variable: symbol(&area.z)?, low: low.clone(), high: high.clone() };
            branches.push(self.add(Step::Monotone { premise, order, interval, exceptions: vec![] })?);
        }
        match branches.as_slice() {
            [yes, no] => self.add(Step::Cases { on: x.minus(&y), yes: *yes, no: *no }),
            _ => Err(Obstacle::NoWitness { name: area.z.to_string() }),
        }
    }
}
