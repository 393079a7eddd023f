//! That payments of an efficient mechanism in dominant strategies do not sum to zero at every profile (Green and Laffont, 1979).
//!
//! At given types of the others, the payoff of an agent grows with the own type as welfare does. So the payoffs of n agents,
//! summed with alternating signs over the corners of a box of types, are n times the alternating sum of welfare. But where
//! payments sum to zero, payoffs sum to welfare; that is a contradiction unless the alternating sum is zero.

use std::collections::BTreeMap;

use crate::exact::Rational;
use crate::kernel::rule::calculus::Interval;
use crate::kernel::{Expr, Formula, Name, Step};
use crate::model::{Bound, Existence, Part};
use crate::piecewise::Obstacle;

use super::area::area;
use super::efficiency::Tie;
use super::{Impossibility, Side, fresh, missing, symbol, term};

/// Shares of a type space between which a box may lie.
const SHARES: [[(i64, i64); 2]; 6] = [
    [(1, 3), (5, 6)],
    [(1, 4), (3, 4)],
    [(1, 7), (6, 7)],
    [(1, 5), (2, 5)],
    [(3, 5), (4, 5)],
    [(1, 9), (1, 2)],
];

/// Agents at most: each edge of the box is a step.
const AGENT_LIMIT: usize = 6;
/// Boxes that are tried.
const BOX_LIMIT: usize = 500;

/// A lower and an upper type of each agent such that nothing ties at a corner and welfare, summed with
/// alternating signs over the corners, is not zero.
pub(in crate::prover) fn corners(existence: &Existence) -> Option<Vec<[Expr; 2]>> {
    let setting = &existence.setting;
    let n = setting.agents.len();
    if n > AGENT_LIMIT {
        return None;
    }
    let choices = SHARES.len().checked_pow(u32::try_from(n).ok()?)?.min(BOX_LIMIT);
    let between = |b: &Bound, choice: usize| {
        let (low, high) = (b.low.as_number()?, b.high.as_number()?);
        let at = |(part, of): (i64, i64)| {
            Some(Expr::number(&low + &(&(&high - &low) * &Rational::new(part, of)?)))
        };
        let [from, to] = *SHARES.get(choice)?;
        Some([at(from)?, at(to)?])
    };
    (0..choices).find_map(|choice| {
        let mut rest = choice;
        let mut boxes = Vec::new();
        for agent in &setting.agents {
            boxes.push(between(&agent.type_, rest % SHARES.len())?);
            rest /= SHARES.len();
        }
        let mut sum = Rational::ZERO;
        for corner in Corner::all(n) {
            let values = corner.names(setting.agents.iter().map(|a| &a.type_.name), &boxes)?;
            let mut all = welfares(existence, &values)?;
            let welfare = all.iter().max()?.clone();
            all.sort_unstable();
            let tie = all.windows(2).any(|pair| matches!(pair, [a, b] if a == b));
            if tie {
                return None;
            }
            sum = if corner.is_even() { &sum + &welfare } else { &sum - &welfare };
        }
        (!sum.is_zero()).then_some(boxes)
    })
}

/// The welfare of the outcomes at given types.
fn welfares(existence: &Existence, values: &BTreeMap<Name, Expr>) -> Option<Vec<Rational>> {
    existence.setting.welfares().iter().map(|w| w.substitute(values).as_number()).collect()
}

/// The greatest welfare of an outcome at given types.
fn greatest(existence: &Existence, values: &BTreeMap<Name, Expr>) -> Option<Rational> {
    welfares(existence, values)?.into_iter().max()
}

/// A corner of a box: for each agent whether its type is the upper one.
#[derive(Clone)]
struct Corner(Vec<bool>);

impl Corner {
    fn all(n: usize) -> Vec<Corner> {
        (0..1_usize << n).map(|mask| Corner((0..n).map(|i| mask >> i & 1 == 1).collect())).collect()
    }

    /// Whether the number of lower types is even.
    fn is_even(&self) -> bool {
        self.0.iter().filter(|up| !**up).count() % 2 == 0
    }

    fn types(&self, boxes: &[[Expr; 2]]) -> Vec<Expr> {
        self.0.iter().zip(boxes).map(|(up, [low, high])| if *up { high } else { low }.clone()).collect()
    }

    fn names<'a>(
        &self,
        names: impl Iterator<Item = &'a Name>,
        boxes: &[[Expr; 2]],
    ) -> Option<BTreeMap<Name, Expr>> {
        Some(names.cloned().zip(self.types(boxes)).collect())
    }

    fn sign(&self) -> Rational {
        if self.is_even() { Rational::ONE } else { -Rational::ONE }
    }
}

/// The rule at all types of the others where nothing ties, under hypotheses that are discharged.
struct Rule {
    step: usize,
    ties: Vec<Tie>,
    slopes: Vec<Expr>,
}

impl Impossibility<'_> {
    /// A contradiction from the corners of a box of types.
    pub(super) fn unbalanced(&mut self, boxes: &[[Expr; 2]]) -> Result<usize, Obstacle> {
        let all = Corner::all(self.agents());
        let (mut premises, mut equations) = (Vec::new(), Vec::new());
        let mut sum = Rational::ZERO;
        for corner in &all {
            let (step, welfare) = self.payoffs_are_welfare(&corner.types(boxes))?;
            sum = &sum - &(&corner.sign() * &welfare);
            equations.push((corner.sign(), premises.len()));
            premises.push(step);
        }
        for agent in 0..self.agents() {
            let rule = self.rule(agent)?;
            for upper in all.iter().filter(|c| c.0.get(agent) == Some(&true)) {
                let (step, gain) = self.gain(agent, &rule, &upper.types(boxes), boxes)?;
                sum = &sum + &(&upper.sign() * &gain);
                equations.push((-upper.sign(), premises.len()));
                premises.push(step);
            }
        }
        // The sum of these equations is a number that is not zero.
        let against = if sum.is_negative() { Rational::ONE } else { -Rational::ONE };
        let equations = equations.into_iter().map(|(c, k)| (Expr::number(&c * &against), k)).collect();
        self.combine(premises, Formula::falsehood(), vec![term(sum.abs(), vec![])], equations)
    }

    fn named(&self, types: &[Expr]) -> Result<BTreeMap<Name, Expr>, Obstacle> {
        let bounds = self.bounds()?;
        Ok(bounds.into_iter().map(|b| b.name).zip(types.iter().cloned()).collect())
    }

    /// `U_i` at the types of all agents, by name.
    fn payoff(&self, agent: usize) -> Result<Expr, Obstacle> {
        let mut sum = self.payment(agent)?.negated();
        for (k, outcome) in self.existence.setting.outcomes.iter().enumerate() {
            let value = outcome.values.get(agent).ok_or_else(missing)?;
            sum = sum.plus(&value.times(&self.function(k)?));
        }
        Ok(sum)
    }

    fn at_profile(&mut self, part: Part, what: &str, types: &[Expr]) -> Result<usize, Obstacle> {
        let conjunct = self.part(|p| *p == part, what)?;
        self.specialise(&conjunct, types, &[])
    }

    /// `Σ U_i = W` at a profile, and the number `W`.
    fn payoffs_are_welfare(&mut self, types: &[Expr]) -> Result<(usize, Rational), Obstacle> {
        let values = self.named(types)?;
        let budget = self.at_profile(Part::Budget, "budget balanced", types)?;
        let total = self.at_profile(Part::Total, "feasible", types)?;
        let mut welfares = Vec::new();
        let mut expected = Expr::zero();
        for k in 0..self.outcomes() {
            let welfare = self.welfare(k)?.substitute(&values).as_number().ok_or_else(missing)?;
            expected = expected.plus(&self.function(k)?.substitute(&values).scaled(&welfare));
            welfares.push(welfare);
        }
        let (best, most) =
            welfares.iter().enumerate().max_by(|(_, a), (_, b)| a.cmp(b)).ok_or_else(missing)?;
        let most = most.clone();
        let above = self.at_profile(Part::Efficient(best), "efficient", types)?;
        // W − Σ x_k W_k = Σ x_k (W − W_k) + W (1 − Σ x_k)
        let (mut premises, mut terms) = (vec![total], Vec::new());
        for (k, welfare) in welfares.iter().enumerate().filter(|(_, w)| **w != most) {
            terms.push(term(&most - welfare, vec![(premises.len(), 1)]));
            premises.push(self.at_profile(Part::Feasible(k), "feasible", types)?);
        }
        let number = Expr::number(most.clone());
        let goal = Formula::at_least(&number, &expected);
        let below = self.combine(premises, goal, terms, vec![(number.negated(), 0)])?;
        let achieved = self.builder.add(Step::Antisymmetry { above, below })?;
        let mut payoffs = Expr::zero();
        for agent in 0..self.agents() {
            payoffs = payoffs.plus(&self.payoff(agent)?.substitute(&values));
        }
        let equations = vec![(Expr::one(), 0), (Expr::integer(-1), 1)];
        let goal = Formula::equal(&payoffs, &number);
        Ok((self.combine(vec![achieved, budget], goal, vec![], equations)?, most))
    }

    /// The slope of an agent's value under the rule, for all types of the others; ties are points of the own type.
    fn rule(&mut self, agent: usize) -> Result<Rule, Obstacle> {
        let mut inward = self.side(agent).others;
        inward.push(agent);
        let first = inward.remove(0);
        let ties = self.ties(&Side { agent: first, others: inward })?;
        let (slopes, _) = self.values(agent)?;
        let mut step = self.off_all_ties(&ties, &slopes)?;
        let mut hypotheses = self.domain()?;
        for tie in &ties {
            let differs = Formula::unequal(&self.own(tie.agent)?, &tie.point);
            if !hypotheses.contains(&differs) {
                hypotheses.push(differs);
            }
        }
        for hypothesis in hypotheses {
            step = self.builder.add(Step::Discharge { premise: step, hypothesis })?;
        }
        for other in self.side(agent).others {
            let name = symbol(&self.bound(other)?.name)?;
            step = self.builder.add(Step::Generalise { premise: step, name })?;
        }
        Ok(Rule { step, ties, slopes })
    }

    /// `U_i` at the upper type less `U_i` at the lower one, with the others at a corner: a number, as for welfare.
    fn gain(
        &mut self,
        agent: usize,
        rule: &Rule,
        types: &[Expr],
        boxes: &[[Expr; 2]],
    ) -> Result<(usize, Rational), Obstacle> {
        let own = self.bound(agent)?;
        let v = Expr::variable(&own.name);
        let [from, to] = boxes.get(agent).ok_or_else(missing)?;
        let mut values = self.named(types)?;
        values.remove(&own.name);
        let order = [
            self.derive(&[], &Formula::at_least(from, &own.low))?,
            self.derive(&[], &Formula::at_least(to, from))?,
            self.derive(&[], &Formula::at_least(&own.high, to))?,
        ];
        let rate = own.power.slope(&v);
        let utility = self.payoff(agent)?.substitute(&values);
        let slope = self.mixed(&rule.slopes)?.substitute(&values);
        let efficient = self.efficient(&rule.slopes)?.substitute(&values);

        let (first, second) = (fresh("a''")?, fresh("b''")?);
        let report = |proof: &mut Self, [own, report]: [&Expr; 2], context: &[Formula]| {
            let conjunct = proof.part(|p| *p == Part::DominantIc(agent), "DSIC")?;
            let mut all = types.to_vec();
            if let Some(place) = all.get_mut(agent) {
                *place = own.clone();
            }
            all.push(report.clone());
            proof.specialise(&conjunct, &all, context)
        };
        let premise = self.truth_is_best(&own, [&first, &second], report)?;
        let area = area(&own, [&slope, &utility], [&first, &second], [from, to])?;
        let area = self.builder.add(Step::Area { premise, order, area })?;

        let mut exceptions: Vec<Expr> = Vec::new();
        for tie in rule.ties.iter().filter(|t| t.agent == agent) {
            let point = tie.point.substitute(&values);
            if !exceptions.contains(&point) {
                exceptions.push(point);
            }
        }
        let mut premise = rule.step;
        for other in self.side(agent).others.iter().rev() {
            let term = types.get(*other).ok_or_else(missing)?.clone();
            premise = self.builder.add(Step::Instance { premise, term })?;
        }
        let inner = [Formula::at_least(&v, from), Formula::at_least(to, &v)];
        let differs: Vec<Formula> = exceptions.iter().map(|p| Formula::unequal(&v, p)).collect();
        while let Formula::Implies(hypothesis, _) = self.builder.conclusion(premise)? {
            let known = if differs.contains(&hypothesis) {
                self.builder.add(Step::Assume { formula: (*hypothesis).clone() })?
            } else {
                self.derive(&inner, &hypothesis)?
            };
            premise = self.builder.add(Step::Apply { implication: premise, premise: known })?;
        }
        let (left, right) = (slope.times(&rate), efficient.times(&rate));
        if !own.power.is_plain() {
            premise = self.combine(vec![premise], Formula::equal(&left, &right), vec![], vec![(rate, 0)])?;
        }
        let interval = Interval { variable: symbol(&own.name)?, low: from.clone(), high: to.clone() };
        let [_, limits, _] = order;
        let integral = Expr::integral(&own.name, from, to, &right);
        let outcome = self.builder.add(Step::Congruence {
            premise,
            order: limits,
            interval,
            exceptions,
            left,
            right,
        })?;
        let at = |point: &Expr| {
            let mut all = values.clone();
            all.insert(own.name.clone(), point.clone());
            greatest(self.existence, &all).ok_or_else(missing)
        };
        let gain = &at(to)? - &at(from)?;
        let number = Expr::number(gain.clone());
        let value = self.derive(&[], &Formula::equal(&integral, &number))?;
        let difference =
            utility.substitute_one(&own.name, to).minus(&utility.substitute_one(&own.name, from));
        let equations = (0..3).map(|k| (Expr::one(), k)).collect();
        let goal = Formula::equal(&difference, &number);
        Ok((self.combine(vec![area, outcome, value], goal, vec![], equations)?, gain))
    }
}
