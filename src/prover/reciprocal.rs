//! Quotients: a divisor of known sign has a reciprocal.

use super::proof::{Builder, Hints, facts};
use crate::exact::Rational;
use crate::kernel::rule::combine::{Combination, Term};
use crate::kernel::rule::tree::{Evaluation, Tree};
use crate::kernel::{Atom, Expr, Formula, Node, Step};
use crate::piecewise::{Engine, Obstacle};

impl Builder {
    /// A comparison under the facts that a divisor in it, other than zero, has a reciprocal of its own sign;
    /// nothing, if all of its divisors are known or undecided.
    pub(super) fn with_reciprocal(
        &mut self,
        engine: &mut Engine,
        context: &mut Vec<Formula>,
        goal: &Formula,
        e: &Expr,
        hints: &Hints,
    ) -> Result<Option<usize>, Obstacle> {
        for divisor in divisors(e) {
            let inverse = Expr::inverse(&divisor);
            let equation = Formula::equal(&divisor.times(&inverse), &Expr::one());
            if context.contains(&equation) {
                continue;
            }
            let Some((premise, positive)) = self.sign(engine, context, &divisor, hints)? else {
                let by_conditions = self.by_conditions(engine, context, goal, &divisor, hints);
                if let Some(found) =
                    by_conditions.or_else(|| self.by_sign(engine, context, goal, &divisor, hints))
                {
                    return Ok(Some(found));
                }
                continue;
            };
            let signed = if positive == divisor { inverse } else { inverse.negated() };
            let known = self.add(Step::Reciprocal { premise, divisor: divisor.clone() })?;
            let sign = Formula::greater(&signed, &Expr::zero());
            // Were ±inv(d) at most zero, then so were d·inv(d) = 1.
            let above = Formula::greater(&positive, &Expr::zero());
            let hypotheses = vec![above.clone(), equation.clone()];
            let impossible = Combination {
                terms: vec![
                    Term::number(Rational::ONE),
                    Term { facts: vec![(0, 1), (2, 1)], ..Term::number(Rational::ONE) },
                ],
                equations: vec![(Expr::one(), 1)],
            };
            let holds = Combination {
                terms: vec![Term { facts: vec![(2, 1)], ..Term::number(Rational::ONE) }],
                equations: vec![],
            };
            let tree = Tree::Split {
                on: signed.negated(),
                yes: Box::new(Tree::Empty(impossible)),
                no: Box::new(Tree::Leaf { evaluation: Evaluation::default(), sign: holds }),
            };
            let of_sign = self.add(Step::Tree { hypotheses, goal: sign.clone(), tree })?;
            let of_sign = self.discharged(of_sign, &[equation.clone(), above], &[known, premise])?;
            let (mut facts, mut proofs) = (vec![equation.clone(), sign], vec![known, of_sign]);
            if let Some((fact, proof)) = self.at_value(engine, context, &divisor, (&equation, known), hints) {
                facts.push(fact);
                proofs.push(proof);
            }
            let before = (context.len(), self.length());
            context.extend(facts.iter().cloned());
            let found = self.prove(engine, context, goal, hints);
            context.truncate(before.0);
            if found.is_err() {
                self.rewind(before.1);
                if let Some(found) = self.by_conditions(engine, context, goal, &divisor, hints) {
                    return Ok(Some(found));
                }
            }
            return Ok(Some(self.discharged(found?, &facts, &proofs)?));
        }
        Ok(None)
    }

    /// By cases on the sign of a divisor: where it is not positive, the quotient may not matter.
    fn by_sign(
        &mut self,
        engine: &mut Engine,
        context: &mut Vec<Formula>,
        goal: &Formula,
        divisor: &Expr,
        hints: &Hints,
    ) -> Option<usize> {
        let (positive, other) =
            (Formula::greater(divisor, &Expr::zero()), Formula::at_least(&divisor.negated(), &Expr::zero()));
        // Each divisor is looked at in cases once: its sign may stay open to the engine where it is assumed.
        if [&other, &positive].into_iter().any(|known| context.contains(known)) {
            return None;
        }
        self.by_cases(engine, context, goal, hints, (divisor.negated(), [other, positive]))
    }

    /// By cases on the sign of a term: what is known where it is at least zero, and where it is not.
    fn by_cases(
        &mut self,
        engine: &mut Engine,
        context: &mut Vec<Formula>,
        goal: &Formula,
        hints: &Hints,
        (on, [yes, no]): (Expr, [Formula; 2]),
    ) -> Option<usize> {
        let before = self.length();
        let mut branch = |fact: Formula| {
            context.push(fact);
            let found = self.prove(engine, context, goal, hints);
            context.pop();
            found.ok()
        };
        let yes = branch(yes);
        let both = yes.and_then(|yes| Some((yes, branch(no)?)));
        let found = both.and_then(|(yes, no)| self.add(Step::Cases { on, yes, no }).ok());
        if found.is_none() {
            self.rewind(before);
        }
        found
    }

    /// By cases on a condition in a divisor, of which it is open whether it holds.
    fn by_conditions(
        &mut self,
        engine: &mut Engine,
        context: &mut Vec<Formula>,
        goal: &Formula,
        divisor: &Expr,
        hints: &Hints,
    ) -> Option<usize> {
        let (on, yes, no) = divisor.atoms().find_map(|atom| {
            let Node::Indicator(on) = atom.node() else { return None };
            let yes = Formula::at_least(on, &Expr::zero());
            let no = Formula::greater(&on.negated(), &Expr::zero());
            (!context.contains(&yes) && !context.contains(&no)).then(|| (on.clone(), yes, no))
        })?;
        if engine.value(&facts(context), divisor).is_ok() {
            return None;
        }
        self.by_cases(engine, context, goal, hints, (on, [yes, no]))
    }

    /// `v·inv(d) = 1`, where `v` is what the conditions make of the divisor `d`, and a proof; nothing if they are open, or
    /// if there are none.
    fn at_value(
        &mut self,
        engine: &mut Engine,
        context: &mut Vec<Formula>,
        divisor: &Expr,
        reciprocal: (&Formula, usize),
        hints: &Hints,
    ) -> Option<(Formula, usize)> {
        if !divisor.atoms().any(|atom| matches!(atom.node(), Node::Indicator(_))) {
            return None;
        }
        let value = engine.value(&facts(context), divisor).ok().filter(|value| value != divisor)?;
        let inverse = Expr::inverse(divisor);
        let same = Formula::equal(divisor, &value);
        let goal = Formula::equal(&value.times(&inverse), &Expr::one());
        // v·inv(d) − 1 = d·inv(d) − 1 − inv(d)·(d − v)
        let sign = Combination { terms: vec![], equations: vec![(Expr::one(), 0), (inverse.negated(), 1)] };
        let tree = Tree::Leaf { evaluation: Evaluation::default(), sign };
        let before = self.length();
        let hypotheses = vec![reciprocal.0.clone(), same.clone()];
        let mut proof = || {
            let premise = self.prove(engine, context, &same, hints)?;
            let found = self.add(Step::Tree {
                hypotheses: hypotheses.clone(),
                goal: goal.clone(),
                tree: tree.clone(),
            })?;
            self.discharged(found, &hypotheses, &[reciprocal.1, premise])
        };
        let found = proof().ok();
        if found.is_none() {
            self.rewind(before);
        }
        found.map(|found| (goal, found))
    }

    /// A proof without hypotheses that were proved.
    pub(super) fn discharged(
        &mut self,
        mut premise: usize,
        hypotheses: &[Formula],
        proofs: &[usize],
    ) -> Result<usize, Obstacle> {
        for (hypothesis, proof) in hypotheses.iter().zip(proofs) {
            let implication = self.add(Step::Discharge { premise, hypothesis: hypothesis.clone() })?;
            premise = self.add(Step::Apply { implication, premise: *proof })?;
        }
        Ok(premise)
    }

    /// That a divisor is positive, or negative; with the term that is positive.
    fn sign(
        &mut self,
        engine: &mut Engine,
        context: &mut Vec<Formula>,
        divisor: &Expr,
        hints: &Hints,
    ) -> Result<Option<(usize, Expr)>, Obstacle> {
        for positive in [divisor.clone(), divisor.negated()] {
            let before = self.length();
            let goal = Formula::greater(&positive, &Expr::zero());
            if context.contains(&goal) {
                let known = Term { facts: vec![(0, 1)], ..Term::number(Rational::ONE) };
                let sign = Combination { terms: vec![known], equations: vec![] };
                let tree = Tree::Leaf { evaluation: Evaluation::default(), sign };
                let premise = self.add(Step::Tree { hypotheses: vec![goal.clone()], goal, tree })?;
                return Ok(Some((premise, positive)));
            }
            match self.prove(engine, context, &goal, hints) {
                Ok(premise) => return Ok(Some((premise, positive))),
                Err(Obstacle::Refused { rejection }) => return Err(Obstacle::Refused { rejection }),
                Err(_) => self.rewind(before),
            }
        }
        Ok(None)
    }
}

/// The divisors of a term that mention no bound variable, inner ones first.
fn divisors(e: &Expr) -> Vec<Expr> {
    let mut out: Vec<Expr> = Vec::new();
    let mut stack: Vec<Atom> = e.atoms().cloned().collect();
    while let Some(atom) = stack.pop() {
        match atom.node() {
            Node::Inverse(d) => {
                stack.extend(d.atoms().cloned());
                out.retain(|known| known != d);
                out.insert(0, d.clone());
            }
            Node::Indicator(e) | Node::Whole(e) => stack.extend(e.atoms().cloned()),
            _ => {}
        }
    }
    out
}
