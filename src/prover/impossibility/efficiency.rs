//! What efficiency says about an unknown rule: off ties it is the efficient rule, and so are its interim
//! expectations.

use crate::exact::{Poly, Rational};
use crate::kernel::{Expr, Formula, Name, Relation, Step};

use crate::model::{Bound, Part, compared, rational_root, root_of_powers};
use crate::piecewise::Obstacle;

use super::{Impossibility, Side, missing, nonlinear, term, unit};

/// Which ties are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ties {
    /// Those that depend on this type and possibly on others.
    WithAnything,
    /// Those that depend on this type alone.
    OfThisAlone,
}

/// Where a variable that is at least zero has a power of this value; nowhere, if that is negative.
fn tie_at(power: &Expr, index: u32, types: &[Bound]) -> Result<Option<Expr>, Obstacle> {
    if index == 1 {
        return Ok(Some(power.clone()));
    }
    let root = match power.as_number() {
        Some(c) if c.is_negative() => return Ok(None),
        Some(c) => rational_root(&c, index).map(Expr::number),
        None => root_of_powers(power, index, types)
            .and_then(|(c, root)| Some(root.scaled(&rational_root(&c, index)?))),
    };
    root.map(Some)
        .ok_or_else(|| Obstacle::Existence { reason: "a tie lies at a root that is not rational".into() })
}

impl Impossibility<'_> {
    /// The points at which outcomes tie, whatever the agent's type: as values of the other's type.
    fn ties(&self, variable: &Name, others_only: Ties) -> Result<Vec<Expr>, Obstacle> {
        let x = Expr::variable(variable);
        let atom = x.atoms().next().ok_or_else(missing)?.clone();
        let mut out = Vec::new();
        for k in 0..self.outcomes() {
            for l in k + 1..self.outcomes() {
                let difference = self.welfare(k)?.minus(&self.welfare(l)?);
                if !difference.mentions(variable) {
                    continue;
                }
                let pure = difference.free_names().len() == 1;
                if others_only == Ties::OfThisAlone && !pure {
                    continue;
                }
                let coefficients = difference.poly().coefficients_in(&atom);
                let [constant, between @ .., slope] = coefficients.as_slice() else {
                    return Err(nonlinear());
                };
                let k = slope.as_constant().and_then(|c| c.recip()).ok_or_else(nonlinear)?;
                let point = Expr::from(constant.clone()).scaled(&-&k);
                let types: Vec<Bound> = (0..2).map(|i| self.bound(i)).collect::<Result<_, _>>()?;
                let power = types.iter().find(|b| b.name == *variable).map(|b| b.power.clone());
                let index = u32::try_from(between.len() + 1).unwrap_or(u32::MAX);
                if power.is_none_or(|p| p.exponent() != index) || between.iter().any(|c| !c.is_zero()) {
                    return Err(nonlinear());
                }
                let Some(point) = tie_at(&point, index, &types)? else { continue };
                if !out.contains(&point) {
                    out.push(point);
                }
            }
        }
        Ok(out)
    }

    pub(super) fn own_ties(&self, side: &Side) -> Result<Vec<Expr>, Obstacle> {
        self.ties(&self.bound(side.agent)?.name, Ties::OfThisAlone)
    }

    /// `∫ f_{-i} Σ w_k x_k = ∫ f_{-i} Σ w_k x̂_k` under the domain of the own type and off its ties.
    pub(super) fn pin(&mut self, side: &Side, weights: &[Expr]) -> Result<usize, Obstacle> {
        let key = (side.agent, weights.to_vec());
        if let Some(step) = self.pinned.get(&key) {
            return Ok(*step);
        }
        let step = self.pin_anew(side, weights)?;
        self.pinned.insert(key, step);
        Ok(step)
    }

    fn pin_anew(&mut self, side: &Side, weights: &[Expr]) -> Result<usize, Obstacle> {
        let (own, other) = (self.bound(side.agent)?, self.bound(side.other)?);
        let density = self.density(side.other)?;
        let left = density.times(&self.mixed(weights)?);
        let right = density.times(&self.efficient(weights)?);
        let exceptions = self.ties(&other.name, Ties::WithAnything)?;
        let mut context: Vec<Formula> = [own.clone(), other.clone()].iter().flat_map(Bound::domain).collect();
        let own_ties = self.own_ties(side)?;
        let unequal = |b: &Bound, p: &Expr| Formula::unequal(&Expr::variable(&b.name), p);
        let mut splits: Vec<Formula> = exceptions.iter().map(|p| unequal(&other, p)).collect();
        splits.extend(own_ties.iter().map(|p| unequal(&own, p)));
        let goal = Formula::equal(&left, &right);
        let premise = self.off_ties(&mut context, &splits, weights, &density, &goal)?;
        let interval = self.interval(side.other)?;
        let order = self.derive(&[], &Formula::at_least(&interval.high, &interval.low))?;
        self.builder.add(Step::Congruence { premise, order, interval, exceptions, left, right })
    }

    /// The goal of [`pin`](Self::pin) before integration, by cases on the remaining disjunctions.
    fn off_ties(
        &mut self,
        context: &mut Vec<Formula>,
        splits: &[Formula],
        weights: &[Expr],
        density: &Expr,
        goal: &Formula,
    ) -> Result<usize, Obstacle> {
        let Some((first, rest)) = splits.split_first() else {
            return self.at_unique_maximum(context, weights, density, goal);
        };
        let Formula::Or(parts) = first else { return Err(missing()) };
        let mut branches = Vec::new();
        for part in parts {
            context.push(part.clone());
            branches.push(self.off_ties(context, rest, weights, density, goal)?);
            context.pop();
        }
        let disjunction = self.builder.add(Step::Assume { formula: first.clone() })?;
        self.builder.add(Step::Alternatives { disjunction, branches })
    }

    fn at_unique_maximum(
        &mut self,
        context: &[Formula],
        weights: &[Expr],
        density: &Expr,
        goal: &Formula,
    ) -> Result<usize, Obstacle> {
        if let Ok(step) = self.derive(context, &Formula::falsehood()) {
            return self.builder.add(Step::Contradict { premise: step, goal: goal.clone() });
        }
        let count = self.outcomes();
        'outcomes: for best in 0..count {
            let mut leads = Vec::new();
            for k in (0..count).filter(|k| *k != best) {
                match self.lead(context, best, k) {
                    Ok(step) => leads.push((k, step)),
                    Err(_) => continue 'outcomes,
                }
            }
            return self.fix_outcome(context, best, &leads, weights, density, goal);
        }
        Err(Obstacle::Existence { reason: "no single outcome is best on some cell of type profiles".into() })
    }

    /// That one outcome has more welfare than another. Where types are powers, `b^q < (b + l)^q` for the lead `l` of a
    /// variable over the other: the binomial theorem writes the difference as a sum of products of `l` and `b`.
    fn lead(&mut self, context: &[Formula], best: usize, k: usize) -> Result<usize, Obstacle> {
        let (more, less) = (self.welfare(best)?, self.welfare(k)?);
        let (difference, goal) = (more.minus(&less), Formula::greater(&more, &less));
        let types: Vec<Bound> = (0..2).map(|i| self.bound(i)).collect::<Result<_, _>>()?;
        let index = types.iter().map(|b| b.power.exponent()).max().unwrap_or(1);
        let lead = compared(&difference, &types);
        let negative = lead.terms().filter(|(_, c)| c.is_negative());
        let base = negative
            .fold(Expr::zero(), |sum, (m, c)| sum.minus(&Expr::from(Poly::term(m.clone(), c.clone()))));
        let growth = base.plus(&lead).pow(index).minus(&base.pow(index));
        let leading = |e: &Expr| e.terms().next().map(|(_, c)| c.clone());
        let scale = leading(&difference).zip(leading(&growth)).and_then(|(a, b)| a.checked_div(&b));
        let Some(scale) = scale.filter(|c| c.is_positive() && growth.scaled(c) == difference && index > 1)
        else {
            return self.derive(context, &goal);
        };
        let ahead = self.derive(context, &Formula::Compare(Relation::Positive, lead))?;
        let above = self.derive(context, &Formula::at_least(&base, &Expr::zero()))?;
        let mut terms = Vec::new();
        let mut binomial = Rational::ONE;
        for j in 1..=index {
            let part = Rational::new(i64::from(index - j + 1), i64::from(j)).ok_or_else(missing)?;
            binomial = &binomial * &part;
            let mut facts = vec![(0, j)];
            if j < index && !base.is_zero() {
                facts.push((1, index - j));
            }
            if j == index || !base.is_zero() {
                terms.push(term(&scale * &binomial, facts));
            }
        }
        self.combine(vec![ahead, above], goal, terms, vec![])
    }

    /// With one best outcome: `x_best = 1`, all others zero, and so the goal.
    fn fix_outcome(
        &mut self,
        context: &[Formula],
        best: usize,
        leads: &[(usize, usize)],
        weights: &[Expr],
        density: &Expr,
        goal: &Formula,
    ) -> Result<usize, Obstacle> {
        let types = [self.own(0)?, self.own(1)?];
        let at_types = |proof: &mut Self, part: Part, what: &str| {
            let conjunct = proof.part(|p| *p == part, what)?;
            proof.specialise(&conjunct, &types, context)
        };
        let efficient = at_types(self, Part::Efficient(best), "efficient")?;
        let total = at_types(self, Part::Total, "feasible")?;
        let mut zeros = Vec::new();
        let mut nonnegative = Vec::new();
        for (k, _) in leads {
            nonnegative.push(at_types(self, Part::Feasible(*k), "feasible")?);
        }
        let best_welfare = self.welfare(best)?;
        for (position, (k, _)) in leads.iter().enumerate() {
            let x = self.function(*k)?;
            let positive = Formula::Compare(Relation::Positive, x.clone());
            let assumed = self.builder.add(Step::Assume { formula: positive })?;
            // 0 = (Σ x_j W_j − W_best) + Σ x_j (W_best − W_j) + W_best (1 − Σ x_j)
            let mut premises = vec![efficient, total, assumed];
            let mut terms = vec![unit(vec![(0, 1)])];
            for (other, ((_, lead), sign)) in leads.iter().zip(&nonnegative).enumerate() {
                premises.push(*lead);
                let lead_number = premises.len() - 1;
                let factor = if other == position {
                    2
                } else {
                    premises.push(*sign);
                    premises.len() - 1
                };
                let mut facts = vec![(lead_number, 1), (factor, 1)];
                facts.sort_unstable();
                terms.push(unit(facts));
            }
            let equations = vec![(best_welfare.negated(), 1)];
            let contradiction = self.combine(premises, Formula::falsehood(), terms, equations)?;
            let below = Formula::Compare(Relation::AtLeast, x.negated());
            let below = self.builder.add(Step::Contradict { premise: contradiction, goal: below })?;
            let Some(above) = nonnegative.get(position).copied() else { return Err(missing()) };
            zeros.push((*k, self.builder.add(Step::Antisymmetry { above, below })?));
        }
        // density·Σ w_k x_k = density·w_best, and the same with x̂.
        let weight = |k: usize| weights.get(k).cloned().unwrap_or_else(Expr::zero);
        let chosen = density.times(&weight(best));
        let left = density.times(&self.mixed(weights)?);
        let right = density.times(&self.efficient(weights)?);
        let mut premises = vec![total];
        let mut equations = vec![(chosen.clone(), 0)];
        for (k, zero) in zeros {
            premises.push(zero);
            let factor = density.times(&weight(k)).minus(&chosen);
            equations.push((factor, premises.len() - 1));
        }
        let first = self.combine(premises, Formula::equal(&left, &chosen), vec![], equations)?;
        let second = self.derive(context, &Formula::equal(&chosen, &right))?;
        let equations = vec![(Expr::one(), 0), (Expr::one(), 1)];
        self.combine(vec![first, second], goal.clone(), vec![], equations)
    }
}
