//! What efficiency says about an unknown rule: off ties it is the efficient rule, and so are its interim
//! expectations.

use crate::exact::{Poly, Rational};
use crate::kernel::{Expr, Formula, Relation, Step};

use crate::model::{Bound, Part, compared, rational_root, root_of_powers};
use crate::piecewise::Obstacle;

use super::{Impossibility, Side, missing, nonlinear, term, unit};

/// Where two outcomes have the same welfare, as a value of one type.
pub(super) struct Tie {
    outcomes: [usize; 2],
    /// The agent whose type it is: of those that the comparison depends on, the one that is integrated first.
    pub(super) agent: usize,
    pub(super) point: Expr,
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

/// What is asked at each type profile: whether `Σ w_k x_k`, on the left, is `Σ w_k x̂_k`, with the efficient rule, on the right.
struct Question<'a> {
    left: Expr,
    right: Expr,
    weights: &'a [Expr],
    ties: &'a [Tie],
    /// The outcomes with a weight.
    concerned: Vec<usize>,
}

/// That the probability of an outcome is zero: a step.
#[derive(Clone, Copy)]
struct Zero {
    outcome: usize,
    step: usize,
}

impl Impossibility<'_> {
    /// `Σ_k weight_k x_k`.
    pub(super) fn mixed(&self, weights: &[Expr]) -> Result<Expr, Obstacle> {
        let mut sum = Expr::zero();
        for (k, weight) in weights.iter().enumerate() {
            sum = sum.plus(&weight.times(&self.function(k)?));
        }
        Ok(sum)
    }

    /// `Σ_k weight_k x̂_k` with the efficient rule of the pivot mechanism.
    pub(super) fn efficient(&self, weights: &[Expr]) -> Result<Expr, Obstacle> {
        let pairs = weights.iter().zip(&self.pivot.allocation);
        Ok(pairs.fold(Expr::zero(), |sum, (weight, x)| sum.plus(&weight.times(x))))
    }

    /// Where outcomes tie. Pairs that tie nowhere, or wherever parameters say so, are left out.
    pub(super) fn ties(&self, side: &Side) -> Result<Vec<Tie>, Obstacle> {
        let types = self.bounds()?;
        let inward: Vec<usize> = side.others.iter().rev().copied().chain([side.agent]).collect();
        let mut out = Vec::new();
        for k in 0..self.outcomes() {
            for l in k + 1..self.outcomes() {
                let difference = self.welfare(k)?.minus(&self.welfare(l)?);
                let mentions = |i: &&usize| types.get(**i).is_some_and(|b| difference.mentions(&b.name));
                let Some(&agent) = inward.iter().find(mentions) else { continue };
                let own = self.own(agent)?;
                let atom = own.atoms().next().ok_or_else(missing)?;
                let coefficients = difference.poly().coefficients_in(atom);
                let [constant, between @ .., slope] = coefficients.as_slice() else {
                    return Err(nonlinear());
                };
                let scale = slope.as_constant().and_then(|c| c.recip()).ok_or_else(nonlinear)?;
                let point = Expr::from(constant.clone()).scaled(&-&scale);
                let index = u32::try_from(between.len() + 1).unwrap_or(u32::MAX);
                if self.bound(agent)?.power.exponent() != index || between.iter().any(|c| !c.is_zero()) {
                    return Err(nonlinear());
                }
                if let Some(point) = tie_at(&point, index, &types)? {
                    out.push(Tie { outcomes: [k, l], agent, point });
                }
            }
        }
        Ok(out)
    }

    /// The points of an agent's type at which outcomes tie, given those that are integrated later.
    fn points(ties: &[Tie], agent: usize) -> Vec<Expr> {
        let mut out = Vec::new();
        for tie in ties.iter().filter(|t| t.agent == agent) {
            if !out.contains(&tie.point) {
                out.push(tie.point.clone());
            }
        }
        out
    }

    pub(super) fn own_ties(&self, side: &Side) -> Result<Vec<Expr>, Obstacle> {
        Ok(Self::points(&self.ties(side)?, side.agent))
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
        let ties = self.ties(side)?;
        let mut step = self.off_all_ties(&ties, weights)?;
        let (mut left, mut right) = (self.mixed(weights)?, self.efficient(weights)?);
        // From the innermost integral outwards.
        for agent in side.others.iter().rev() {
            let density = self.density(*agent)?;
            (left, right) = (density.times(&left), density.times(&right));
            let weighted = Formula::equal(&left, &right);
            step = self.combine(vec![step], weighted, vec![], vec![(density, 0)])?;
            let interval = self.interval(*agent)?;
            let order = self.derive(&[], &Formula::at_least(&interval.high, &interval.low))?;
            let over = |e: &Expr| Expr::integral(interval.variable.name(), &interval.low, &interval.high, e);
            let integrals = (over(&left), over(&right));
            let exceptions = Self::points(&ties, *agent);
            step = self.builder.add(Step::Congruence {
                premise: step,
                order,
                interval,
                exceptions,
                left,
                right,
            })?;
            (left, right) = integrals;
        }
        Ok(step)
    }

    /// `Σ w_k x_k = Σ w_k x̂_k` under the domain of all types and off the ties.
    pub(super) fn off_all_ties(&mut self, ties: &[Tie], weights: &[Expr]) -> Result<usize, Obstacle> {
        let weighted = |(_, w): &(usize, &Expr)| !w.is_zero();
        let (concerned, others): (Vec<_>, Vec<_>) = weights.iter().enumerate().partition(weighted);
        let numbers = |pairs: Vec<(usize, &Expr)>| pairs.into_iter().map(|(k, _)| k).collect::<Vec<_>>();
        let question = Question {
            left: self.mixed(weights)?,
            right: self.efficient(weights)?,
            weights,
            ties,
            concerned: numbers(concerned),
        };
        let order = [question.concerned.clone(), numbers(others)].concat();
        let Some((first, rest)) = order.split_first() else { return Err(missing()) };
        self.off_ties(&question, &mut self.domain()?, *first, rest, &[])
    }

    /// `Σ w_k x_k = Σ w_k x̂_k` at types where nothing ties. One outcome after the other is compared with the one that leads so
    /// far; which is behind has the probability zero.
    fn off_ties(
        &mut self,
        question: &Question<'_>,
        context: &mut Vec<Formula>,
        leader: usize,
        rest: &[usize],
        zeros: &[Zero],
    ) -> Result<usize, Obstacle> {
        let is_zero = |k: &usize| zeros.iter().any(|z| z.outcome == *k);
        if question.concerned.iter().all(is_zero) {
            return self.at_types_known(question, context, None, zeros);
        }
        let Some((next, rest)) = rest.split_first() else {
            return self.at_types_known(question, context, Some(leader), zeros);
        };
        let decided = |proof: &mut Self, context: &mut Vec<Formula>| {
            let (ahead, behind, lead) = proof.compared(context, [leader, *next])?;
            let zero = Zero { outcome: behind, step: proof.zero([behind, ahead], lead)? };
            proof.off_ties(question, context, ahead, rest, &[zeros, &[zero]].concat())
        };
        let pair = [leader.min(*next), leader.max(*next)];
        let Some(tie) = question.ties.iter().find(|t| t.outcomes == pair) else {
            return decided(self, context);
        };
        let differs = Formula::unequal(&self.own(tie.agent)?, &tie.point);
        let Formula::Or(parts) = &differs else { return Err(missing()) };
        if parts.iter().any(|part| context.contains(part)) {
            return decided(self, context);
        }
        let mut branches = Vec::new();
        for part in parts {
            context.push(part.clone());
            branches.push(decided(self, context)?);
            context.pop();
        }
        let disjunction = self.builder.add(Step::Assume { formula: differs.clone() })?;
        self.builder.add(Step::Alternatives { disjunction, branches })
    }

    /// Where the probabilities in question are known, since all but one (`best`) are zero, or all that matter: `Σ w_k x_k` is a
    /// number, and `Σ w_k x̂_k` the same; in a context that holds nowhere, anything is.
    fn at_types_known(
        &mut self,
        question: &Question<'_>,
        context: &[Formula],
        best: Option<usize>,
        zeros: &[Zero],
    ) -> Result<usize, Obstacle> {
        let weight = |k: usize| question.weights.get(k).cloned().unwrap_or_else(Expr::zero);
        let chosen = best.map_or_else(Expr::zero, weight);
        let goal = Formula::equal(&question.left, &question.right);
        let second = match self.derive(context, &Formula::equal(&chosen, &question.right)) {
            Ok(step) => step,
            Err(obstacle) => {
                let premise = self.derive(context, &Formula::falsehood()).map_err(|_| obstacle)?;
                return self.builder.add(Step::Contradict { premise, goal });
            }
        };
        let total = self.at_types(Part::Total, "feasible")?;
        let mut premises = vec![total];
        let mut equations = vec![(chosen.clone(), 0)];
        for zero in zeros {
            premises.push(zero.step);
            equations.push((weight(zero.outcome).minus(&chosen), premises.len() - 1));
        }
        let first = self.combine(premises, Formula::equal(&question.left, &chosen), vec![], equations)?;
        let equations = vec![(Expr::one(), 0), (Expr::one(), 1)];
        self.combine(vec![first, second], goal, vec![], equations)
    }

    /// Which of two outcomes has more welfare, which less, and the step that says so.
    fn compared(
        &mut self,
        context: &[Formula],
        [a, b]: [usize; 2],
    ) -> Result<(usize, usize, usize), Obstacle> {
        for [ahead, behind] in [[a, b], [b, a]] {
            if let Some(step) = self.given(context, ahead, behind)? {
                return Ok((ahead, behind, step));
            }
        }
        for [ahead, behind] in [[a, b], [b, a]] {
            if let Ok(step) = self.lead(context, ahead, behind) {
                return Ok((ahead, behind, step));
            }
        }
        Err(Obstacle::Existence { reason: "no single outcome is best on some cell of type profiles".into() })
    }

    /// A lead that a hypothesis says, up to a number.
    fn given(&mut self, context: &[Formula], ahead: usize, behind: usize) -> Result<Option<usize>, Obstacle> {
        let (more, less) = (self.welfare(ahead)?, self.welfare(behind)?);
        let lead = more.minus(&less);
        for fact in context {
            let Formula::Compare(Relation::Positive, known) = fact else { continue };
            let Some(scale) = scale(&lead, known).filter(Rational::is_positive) else { continue };
            let premise = self.builder.add(Step::Assume { formula: fact.clone() })?;
            let goal = Formula::greater(&more, &less);
            return self.combine(vec![premise], goal, vec![term(scale, vec![(0, 1)])], vec![]).map(Some);
        }
        Ok(None)
    }

    /// That one outcome has more welfare than another. Where types are powers, `b^q < (b + l)^q` for the lead `l` of a
    /// variable over the other: the binomial theorem writes the difference as a sum of products of `l` and `b`.
    fn lead(&mut self, context: &[Formula], best: usize, k: usize) -> Result<usize, Obstacle> {
        let (more, less) = (self.welfare(best)?, self.welfare(k)?);
        let (difference, goal) = (more.minus(&less), Formula::greater(&more, &less));
        let types = self.bounds()?;
        let index = types.iter().map(|b| b.power.exponent()).max().unwrap_or(1);
        let lead = compared(&difference, &types);
        let negative = lead.terms().filter(|(_, c)| c.is_negative());
        let base = negative
            .fold(Expr::zero(), |sum, (m, c)| sum.minus(&Expr::from(Poly::term(m.clone(), c.clone()))));
        let growth = base.plus(&lead).pow(index).minus(&base.pow(index));
        let scale = scale(&difference, &growth);
        let Some(scale) = scale.filter(|c| c.is_positive() && index > 1) else {
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

    fn at_types(&mut self, part: Part, what: &str) -> Result<usize, Obstacle> {
        if let Some(step) = self.at_types.get(&part) {
            return Ok(*step);
        }
        let conjunct = self.part(|p| *p == part, what)?;
        let (types, domain) = (self.types()?, self.domain()?);
        let step = self.specialise(&conjunct, &types, &domain)?;
        self.at_types.insert(part, step);
        Ok(step)
    }

    /// An outcome with less welfare than another has the probability zero.
    fn zero(&mut self, [outcome, ahead]: [usize; 2], lead: usize) -> Result<usize, Obstacle> {
        let total = self.at_types(Part::Total, "feasible")?;
        let x = self.function(outcome)?;
        let assumed =
            self.builder.add(Step::Assume { formula: Formula::Compare(Relation::Positive, x.clone()) })?;
        // With S = Σ x_j W_j, which is no less than any W_j, and x_k > 0, W_a > W_k:
        // 0 = x_k (S − W_a) + x_k (W_a − W_k) + Σ_{j ≠ k} x_j (S − W_j) + S (1 − Σ x_j).
        let efficient = self.at_types(Part::Efficient(ahead), "efficient")?;
        let mut premises = vec![total, assumed, lead, efficient];
        let mut terms = vec![unit(vec![(1, 1), (3, 1)]), unit(vec![(1, 1), (2, 1)])];
        let mut expected = Expr::zero();
        for k in 0..self.outcomes() {
            expected = expected.plus(&self.function(k)?.times(&self.welfare(k)?));
            if k != outcome {
                premises.push(self.at_types(Part::Feasible(k), "feasible")?);
                premises.push(self.at_types(Part::Efficient(k), "efficient")?);
                terms.push(unit(vec![(premises.len() - 2, 1), (premises.len() - 1, 1)]));
            }
        }
        let equations = vec![(expected.negated(), 0)];
        let premise = self.combine(premises, Formula::falsehood(), terms, equations)?;
        let goal = Formula::Compare(Relation::AtLeast, x.negated());
        let below = self.builder.add(Step::Contradict { premise, goal })?;
        let above = self.at_types(Part::Feasible(outcome), "feasible")?;
        self.builder.add(Step::Antisymmetry { above, below })
    }
}

/// The number by which a term is a multiple of another one.
fn scale(e: &Expr, of: &Expr) -> Option<Rational> {
    let leading = |e: &Expr| e.terms().next().map(|(_, c)| c.clone());
    let scale = leading(e)?.checked_div(&leading(of)?)?;
    (of.scaled(&scale) == *e).then_some(scale)
}
