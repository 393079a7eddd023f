//! Where the truth is best, payoffs are areas under expected marginal values; these are known, since the outcome is.

use crate::kernel::rule::calculus::{Area, Interval};
use crate::kernel::{Expr, Formula, Relation, Step, Symbol};
use crate::model::Bound;
use crate::piecewise::Obstacle;

use super::{Impossibility, Side, fresh, missing, symbol, unit};

/// Which direction the area formula runs from the worst-off type.
#[derive(Clone, Copy)]
enum Direction {
    Up,
    Down,
}

/// A payoff as the area under a slope, from one type to another.
pub(super) fn area(
    own: &Bound,
    [slope, value]: [&Expr; 2],
    [first, second]: [&Symbol; 2],
    [from, to]: [&Expr; 2],
) -> Result<Area, Obstacle> {
    Ok(Area {
        variable: symbol(&own.name)?,
        slope: slope.clone(),
        value: value.clone(),
        scale: (!own.power.is_plain()).then(|| own.value()),
        low: own.low.clone(),
        high: own.high.clone(),
        first: first.clone(),
        second: second.clone(),
        from: from.clone(),
        to: to.clone(),
    })
}

impl Impossibility<'_> {
    /// `U(v) − U(w) = ∫_w^v X` and `∫_w^v X = ∫_w^v X̂` under the domain of v.
    pub(super) fn envelope(
        &mut self,
        side: &Side,
        slope: &Expr,
        utility: &Expr,
        worst: &Expr,
    ) -> Result<(usize, usize), Obstacle> {
        let own = self.bound(side.agent)?;
        let v = Expr::variable(&own.name);
        let domain = own.domain().to_vec();
        let (first, second) = (fresh("a''")?, fresh("b''")?);
        let incentive =
            |proof: &mut Self, types: [&Expr; 2], order: &[Formula]| proof.incentive(side, types, order);
        let premise = self.truth_is_best(&own, [&first, &second], incentive)?;

        let at = |point: &Expr| utility.substitute_one(&own.name, point);
        let rate = own.power.slope(&v);
        let integral = |e: &Expr| Expr::integral(&own.name, worst, &v, &rate.times(e));
        let envelope_goal = Formula::equal(&at(&v).minus(&at(worst)), &integral(slope));
        let (slopes, _) = self.values(side.agent)?;
        let efficient = self.interim(side, &self.efficient(&slopes)?)?;
        let area_goal = Formula::equal(&integral(slope), &integral(&efficient));
        let branch = |proof: &mut Self, context: &[Formula], up: Direction| {
            let (from, to) = match up {
                Direction::Up => (worst.clone(), v.clone()),
                Direction::Down => (v.clone(), worst.clone()),
            };
            let order = [
                proof.derive(context, &Formula::at_least(&from, &own.low))?,
                proof.derive(context, &Formula::at_least(&to, &from))?,
                proof.derive(context, &Formula::at_least(&own.high, &to))?,
            ];
            let area = area(&own, [slope, utility], [&first, &second], [&from, &to])?;
            let found = proof.builder.add(Step::Area { premise, order, area })?;
            let sign = match up {
                Direction::Up => Expr::one(),
                Direction::Down => Expr::integer(-1),
            };
            let envelope =
                proof.combine(vec![found], envelope_goal.clone(), vec![], vec![(sign.clone(), 0)])?;
            let inner = proof.inner_area(side, &slopes, &efficient, slope, [&from, &to], order, context)?;
            let area = proof.combine(vec![inner], area_goal.clone(), vec![], vec![(sign, 0)])?;
            Ok::<_, Obstacle>((envelope, area))
        };
        let above = Formula::at_least(&v, worst);
        if self.derive(&domain, &above).is_ok() {
            return branch(self, &domain, Direction::Up);
        }
        if self.derive(&domain, &Formula::at_least(worst, &v)).is_ok() {
            return branch(self, &domain, Direction::Down);
        }
        let with = |extra: Formula| domain.iter().cloned().chain([extra]).collect::<Vec<_>>();
        let on = v.minus(worst);
        let yes = branch(self, &with(above), Direction::Up)?;
        let no = branch(self, &with(Formula::Compare(Relation::Positive, on.negated())), Direction::Down)?;
        let envelope = self.builder.add(Step::Cases { on: on.clone(), yes: yes.0, no: no.0 })?;
        let area = self.builder.add(Step::Cases { on, yes: yes.1, no: no.1 })?;
        Ok((envelope, area))
    }

    /// What the area rule needs: of two types neither gains by the report of the other.
    pub(super) fn truth_is_best(
        &mut self,
        own: &Bound,
        [first, second]: [&Symbol; 2],
        incentive: impl Fn(&mut Self, [&Expr; 2], &[Formula]) -> Result<usize, Obstacle>,
    ) -> Result<usize, Obstacle> {
        let (a, b) = (Expr::variable(first.name()), Expr::variable(second.name()));
        let order =
            [Formula::at_least(&a, &own.low), Formula::at_least(&b, &a), Formula::at_least(&own.high, &b)];
        let lower = incentive(self, [&b, &a], &order)?;
        let upper = incentive(self, [&a, &b], &order)?;
        let mut premise = self.builder.add(Step::Both { premises: vec![lower, upper] })?;
        for hypothesis in order.iter().rev() {
            let hypothesis = hypothesis.clone();
            premise = self.builder.add(Step::Discharge { premise, hypothesis })?;
        }
        premise = self.builder.add(Step::Generalise { premise, name: second.clone() })?;
        self.builder.add(Step::Generalise { premise, name: first.clone() })
    }

    /// `∫_from^to X = ∫_from^to X̂`.
    #[expect(clippy::too_many_arguments, reason = "the terms of one formula")]
    fn inner_area(
        &mut self,
        side: &Side,
        slopes: &[Expr],
        efficient: &Expr,
        slope: &Expr,
        [from, to]: [&Expr; 2],
        order: [usize; 3],
        context: &[Formula],
    ) -> Result<usize, Obstacle> {
        let own = self.bound(side.agent)?;
        let y = fresh("y''")?;
        let at_y = |e: &Expr| e.substitute_one(&own.name, &Expr::variable(y.name()));
        let rate = at_y(&own.power.slope(&Expr::variable(&own.name)));
        let pinned = self.pin(side, slopes)?;
        // Rename the type to y: generalise and take the instance, after the hypotheses are discharged.
        let mut premise = pinned;
        let ties = self.own_ties(side)?;
        let v = Expr::variable(&own.name);
        let mut hypotheses = own.domain().to_vec();
        hypotheses.extend(ties.iter().map(|p| Formula::unequal(&v, p)));
        for hypothesis in &hypotheses {
            premise = self.builder.add(Step::Discharge { premise, hypothesis: hypothesis.clone() })?;
        }
        premise = self.builder.add(Step::Generalise { premise, name: symbol(&own.name)? })?;
        let y_term = Expr::variable(y.name());
        premise = self.builder.add(Step::Instance { premise, term: y_term.clone() })?;
        let mut inner: Vec<Formula> = context.to_vec();
        inner.push(Formula::at_least(&y_term, from));
        inner.push(Formula::at_least(to, &y_term));
        for tie in &ties {
            inner.push(Formula::unequal(&y_term, tie));
        }
        while let Formula::Implies(hypothesis, _) = self.builder.conclusion(premise)? {
            let known = match &*hypothesis {
                Formula::Or(_) => self.builder.add(Step::Assume { formula: (*hypothesis).clone() })?,
                other => self
                    .between(&y_term, &own, [from, to], order, other)
                    .or_else(|_| self.derive(&inner, other))?,
            };
            premise = self.builder.add(Step::Apply { implication: premise, premise: known })?;
        }
        let (left, right) = (at_y(slope).times(&rate), at_y(efficient).times(&rate));
        if !own.power.is_plain() {
            let goal = Formula::equal(&left, &right);
            premise = self.combine(vec![premise], goal, vec![], vec![(rate, 0)])?;
        }
        let interval = Interval { variable: y.clone(), low: from.clone(), high: to.clone() };
        let order = order[1];
        self.builder.add(Step::Congruence { premise, order, interval, exceptions: ties, left, right })
    }

    /// What is between two points is in the type space where they are.
    fn between(
        &mut self,
        y: &Expr,
        own: &Bound,
        [from, to]: [&Expr; 2],
        [above_low, _, below_high]: [usize; 3],
        goal: &Formula,
    ) -> Result<usize, Obstacle> {
        let (known, end) = if *goal == Formula::at_least(y, &own.low) {
            (Formula::at_least(y, from), above_low)
        } else if *goal == Formula::at_least(&own.high, y) {
            (Formula::at_least(to, y), below_high)
        } else {
            return Err(missing());
        };
        let known = self.builder.add(Step::Assume { formula: known })?;
        self.combine(vec![known, end], goal.clone(), vec![unit(vec![(0, 1)]), unit(vec![(1, 1)])], vec![])
    }
}
