//! Integrals inside of each other, layer by layer: each layer is a theorem for every number outside of it, used at
//! several places by the next one.

use crate::exact::Rational;
use crate::kernel::rule::calculus::Interval;
use crate::kernel::rule::combine::{Combination, Term};
use crate::kernel::{Expr, Formula, Relation, Step};
use crate::piecewise::{Engine, Flat, Layer, Obstacle, Use, flat};

use super::proof::{Builder, Hints, symbol};

impl Builder {
    /// A comparison with integrals far inside of each other, if they are of the kind that goes layer by layer.
    pub(super) fn by_layers(
        &mut self,
        engine: &mut Engine,
        context: &mut Vec<Formula>,
        (relation, e): (Relation, &Expr),
        hints: &Hints,
    ) -> Option<Result<usize, Obstacle>> {
        let (layers, flat) = flat(e)?;
        let before = self.length();
        let found = self.layers(&layers, &flat).and_then(|used| {
            let goal = Formula::Compare(relation, flat.value.clone());
            let premise = self.prove(engine, context, &goal, hints)?;
            let (terms, own) = match relation {
                Relation::Equal => (vec![], Some((Expr::one(), 0))),
                _ => (vec![Term { facts: vec![(0, 1)], ..Term::number(Rational::ONE) }], None),
            };
            let premises = std::iter::once(premise).chain(used).collect();
            let others = flat.uses.into_iter().zip(1..).map(|(of, number)| (of.multiple, number));
            let evidence = Combination { terms, equations: own.into_iter().chain(others).collect() };
            self.add(Step::Combine { premises, goal: Formula::Compare(relation, e.clone()), evidence })
        });
        if found.is_err() {
            self.rewind(before);
        }
        Some(found)
    }

    /// The steps for all layers; those of the uses.
    fn layers(&mut self, layers: &[Layer], flat: &Flat) -> Result<Vec<usize>, Obstacle> {
        let mut shown = Vec::new();
        for layer in layers {
            let used = self.used(&shown, layers, &layer.flat.uses)?;
            shown.push(self.layer(layer, used)?);
        }
        self.used(&shown, layers, &flat.uses)
    }

    /// Layers at their places.
    fn used(&mut self, shown: &[usize], layers: &[Layer], uses: &[Use]) -> Result<Vec<usize>, Obstacle> {
        let missing = || Obstacle::NoWitness { name: "a layer".into() };
        let mut used = Vec::new();
        for Use { layer: number, place, .. } in uses {
            let (step, layer) = shown.get(*number).zip(layers.get(*number)).ok_or_else(missing)?;
            let (Some(place), Some(outside)) = (place, &layer.outside) else {
                used.push(*step);
                continue;
            };
            let premise = self.add(Step::Generalise { premise: *step, name: symbol(outside)? })?;
            used.push(self.add(Step::Instance { premise, term: place.clone() })?);
        }
        Ok(used)
    }

    /// `sum − value = 0`, from what the integrand uses.
    fn layer(&mut self, layer: &Layer, used: Vec<usize>) -> Result<usize, Obstacle> {
        let Layer { inside, high, sum, integrand, flat, value, .. } = layer;
        let (low, right) = (Expr::zero(), flat.value.clone());
        let integral = Expr::integral(inside, &low, high, &right);
        let goal = Formula::equal(&integral, value);
        let last = self.prove(&mut Engine::keeping(), &mut vec![], &goal, &Hints::new())?;
        if flat.uses.is_empty() {
            return Ok(last);
        }
        let factors = flat.uses.iter().zip(0..).map(|(of, number)| (of.multiple.clone(), number));
        let evidence = Combination { terms: vec![], equations: factors.collect() };
        let goal = Formula::equal(integrand, &right);
        let premise = self.add(Step::Combine { premises: used, goal, evidence })?;
        let positive = Term::number(high.as_number().unwrap_or(Rational::ZERO));
        let evidence = Combination { terms: vec![positive], equations: vec![] };
        let goal = Formula::at_least(high, &low);
        let order = self.add(Step::Combine { premises: vec![], goal, evidence })?;
        let interval = Interval { variable: symbol(inside)?, low, high: high.clone() };
        let (left, exceptions) = (integrand.clone(), vec![]);
        let same = self.add(Step::Congruence { premise, order, interval, exceptions, left, right })?;
        let equations = (0..2).map(|number| (Expr::one(), number)).collect();
        let evidence = Combination { terms: vec![], equations };
        self.add(Step::Combine { premises: vec![same, last], goal: Formula::equal(sum, value), evidence })
    }
}
