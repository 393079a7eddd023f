//! What the argument needs of a mechanism, given as it is or by something stronger: what holds at every profile holds on average.

use crate::kernel::{Expr, Formula, Relation};
use crate::model::{Conjunct, Part};
use crate::piecewise::Obstacle;

use super::{Impossibility, Side, missing, unit};

impl Impossibility<'_> {
    fn property(&self, part: Part) -> Option<Conjunct> {
        self.existence.parts.iter().find(|(p, _)| *p == part).map(|(_, c)| c.clone())
    }

    fn one_of(&self, parts: [Part; 2], what: &str) -> Result<(Part, Conjunct), Obstacle> {
        let found = parts.into_iter().find_map(|p| Some((p, self.property(p)?)));
        let reason = || format!("the impossibility argument needs a mechanism that is {what}");
        found.ok_or_else(|| Obstacle::Existence { reason: reason() })
    }

    /// A type of the agent of a side does not gain in expectation by the report of another; `context` has that both are types.
    pub(super) fn incentive(
        &mut self,
        side: &Side,
        [own, report]: [&Expr; 2],
        context: &[Formula],
    ) -> Result<usize, Obstacle> {
        let parts = [Part::BayesianIc(side.agent), Part::DominantIc(side.agent)];
        let (part, conjunct) = self.one_of(parts, "BIC or DSIC")?;
        if part == parts[0] {
            return self.specialise(&conjunct, &[own.clone(), report.clone()], context);
        }
        let mut values = self.at(side, own)?;
        values.push(report.clone());
        self.on_average(side, &conjunct, &values, context)
    }

    /// A type of the agent of a side expects at least its outside option.
    pub(super) fn participation(&mut self, side: &Side, own: &Expr) -> Result<usize, Obstacle> {
        let parts = [Part::InterimIr(side.agent), Part::ExPostIr(side.agent)];
        let (part, conjunct) = self.one_of(parts, "interim or ex post IR")?;
        if part == parts[0] {
            return self.specialise(&conjunct, std::slice::from_ref(own), &[]);
        }
        let values = self.at(side, own)?;
        let step = self.on_average(side, &conjunct, &values, &[])?;
        // The outside option, times the mass of the others' types.
        let agent = self.existence.setting.agents.get(side.agent).ok_or_else(missing)?;
        let outside = agent.outside.substitute_one(&agent.type_.name, own);
        let mass = self.interim(side, &Expr::one())?;
        if outside.is_zero() || mass == Expr::one() {
            return Ok(step);
        }
        let Formula::Compare(Relation::AtLeast, found) = self.builder.conclusion(step)? else {
            return Err(missing());
        };
        let one = self.derive(&[], &Formula::equal(&mass, &Expr::one()))?;
        let goal = Formula::Compare(Relation::AtLeast, found.plus(&outside.times(&mass)).minus(&outside));
        self.combine(vec![step, one], goal, vec![unit(vec![(0, 1)])], vec![(outside, 1)])
    }

    /// The types of all agents, with this one for the agent of a side.
    fn at(&self, side: &Side, own: &Expr) -> Result<Vec<Expr>, Obstacle> {
        (0..self.agents()).map(|i| if i == side.agent { Ok(own.clone()) } else { self.own(i) }).collect()
    }

    /// A property at every profile of the others, averaged over them.
    fn on_average(
        &mut self,
        side: &Side,
        conjunct: &Conjunct,
        values: &[Expr],
        context: &[Formula],
    ) -> Result<usize, Obstacle> {
        let mut inner = context.to_vec();
        for other in &side.others {
            inner.extend(self.bound(*other)?.domain());
        }
        let step = self.specialise(conjunct, values, &inner)?;
        self.averaged(step, &side.others, &inner)
    }

    /// `∫ e Π f_j ≥ 0` from `e ≥ 0` or `e = 0` at the types of some agents, the first outermost.
    pub(super) fn averaged(
        &mut self,
        step: usize,
        agents: &[usize],
        context: &[Formula],
    ) -> Result<usize, Obstacle> {
        let Formula::Compare(relation, e) = self.builder.conclusion(step)? else { return Err(missing()) };
        let mut premises = vec![step];
        let mut weight = Expr::one();
        for agent in agents {
            let density = self.density(*agent)?;
            premises.push(self.derive(context, &Formula::at_least(&density, &Expr::zero()))?);
            weight = weight.times(&density);
        }
        let goal = Formula::Compare(Relation::AtLeast, weight.times(&e));
        let mut step = if relation == Relation::Equal {
            self.combine(premises, goal, vec![], vec![(weight, 0)])?
        } else {
            let product = (0..premises.len()).map(|fact| (fact, 1)).collect();
            self.combine(premises, goal, vec![unit(product)], vec![])?
        };
        for agent in agents.iter().rev() {
            step = self.integrate(step, *agent, vec![])?;
        }
        Ok(step)
    }

    /// The integral of `(Σ t_i) Π f_i` over all types is at least zero, the first type outermost.
    pub(super) fn budget(&mut self) -> Result<usize, Obstacle> {
        let parts = [Part::Budget, Part::ExAnteBudget];
        let (part, conjunct) = self.one_of(parts, "budget balanced or without deficit")?;
        if part == parts[0] {
            let domain = self.domain()?;
            let budget = self.specialise(&conjunct, &self.types()?, &domain)?;
            let all: Vec<usize> = (0..self.agents()).collect();
            return self.averaged(budget, &all, &domain);
        }
        let step = self.specialise(&conjunct, &[], &[])?;
        match self.builder.conclusion(step)? {
            Formula::Compare(Relation::Equal, e) => {
                let goal = Formula::Compare(Relation::AtLeast, e);
                self.combine(vec![step], goal, vec![], vec![(Expr::one(), 0)])
            }
            _ => Ok(step),
        }
    }
}
