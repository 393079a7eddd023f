//! In which order types are integrated does not matter.

use crate::kernel::{Expr, Formula, Step};
use crate::piecewise::Obstacle;

use super::{Impossibility, missing};

impl Impossibility<'_> {
    /// The expected payment of an agent is the same with its own type outermost and with all types in their order: it
    /// changes places with those before it, one after the other.
    pub(super) fn own_type_first(&mut self, agent: usize) -> Result<usize, Obstacle> {
        let payment = self.payment(agent)?;
        let mut order = vec![agent];
        order.extend(self.side(agent).others);
        let mut swaps = Vec::new();
        for place in 0..agent {
            let (Some(outer), Some(inner)) = (order.get(place).copied(), order.get(place + 1).copied())
            else {
                return Err(missing());
            };
            let before = order.clone();
            order.swap(place, place + 1);
            // The densities are outside of the integrals in which they are constant.
            let around = |order: &[usize]| self.integrated(order.get(place..).unwrap_or(&[]), &payment);
            let (mut left, mut right) = (around(&order)?, around(&before)?);
            let rest = self.integrated(before.get(place + 2..).unwrap_or(&[]), &payment)?;
            let body = self.density(outer)?.times(&self.density(inner)?).times(&rest);
            let (outer, inner) = (self.interval(inner)?, self.interval(outer)?);
            let mut step = self.builder.add(Step::Interchange { outer, inner, body })?;
            for outside in before.iter().take(place).rev() {
                let interval = self.interval(*outside)?;
                let density = self.density(*outside)?;
                let (l, r) = (density.times(&left), density.times(&right));
                let weighted = Formula::equal(&l, &r);
                step = self.combine(vec![step], weighted, vec![], vec![(density, 0)])?;
                let limits = self.derive(&[], &Formula::at_least(&interval.high, &interval.low))?;
                let over =
                    |e: &Expr| Expr::integral(interval.variable.name(), &interval.low, &interval.high, e);
                (left, right) = (over(&l), over(&r));
                step = self.builder.add(Step::Congruence {
                    premise: step,
                    order: limits,
                    interval,
                    exceptions: vec![],
                    left: l,
                    right: r,
                })?;
            }
            swaps.push(step);
        }
        if let [one] = swaps.as_slice() {
            return Ok(*one);
        }
        let all: Vec<usize> = (0..self.agents()).collect();
        let mut own = vec![agent];
        own.extend(self.side(agent).others);
        let goal = Formula::equal(&self.integrated(&all, &payment)?, &self.integrated(&own, &payment)?);
        let equations = (0..swaps.len()).map(|k| (Expr::one(), k)).collect();
        self.combine(swaps, goal, vec![], equations)
    }
}
