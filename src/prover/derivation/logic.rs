//! Statements with quantifiers and connectives: taken apart until only comparisons are left, and put together.

use crate::kernel::rule::calculus::Interval;
use crate::kernel::{Expr, Formula, Name, Step};
use crate::model::{Chain, Proposition};
use crate::piecewise::Obstacle;

use super::super::differentiable::recognised;
use super::super::proof::symbol;
use super::super::zero::Zero;
use super::{Proof, Source, Tactic, names};

impl Proof<'_> {
    /// A goal by its reasons. Of what they say that some number has, such a number is taken.
    pub(super) fn for_reasons(&mut self, goal: &Formula, tactic: &Tactic) -> Result<Option<usize>, Obstacle> {
        let Tactic::Reasons(because) = tactic else { return self.establish(goal, tactic) };
        let is_some = |s: &&Source| matches!(s.formula, Formula::Exists(..)) && names(because, s);
        let some: Vec<Source> = self.sources.iter().filter(is_some).cloned().collect();
        self.with_some(&some, goal, tactic)
    }

    fn with_some(
        &mut self,
        some: &[Source],
        goal: &Formula,
        tactic: &Tactic,
    ) -> Result<Option<usize>, Obstacle> {
        let Some((first, rest)) = some.split_first() else { return self.establish(goal, tactic) };
        let before = self.domain.len();
        let body = descend(&first.formula, &mut vec![]);
        self.domain.extend(parts(body));
        let premise = self.with_some(rest, goal, tactic);
        self.domain.truncate(before);
        let Some(premise) = premise? else { return Ok(None) };
        self.chosen(first.step, &first.formula, premise)
    }

    /// A goal where such a number is taken.
    fn opened(
        &mut self,
        some: usize,
        hypothesis: &Formula,
        goal: &Formula,
        tactic: &Tactic,
    ) -> Result<Option<usize>, Obstacle> {
        let before = self.domain.len();
        self.domain.extend(parts(descend(hypothesis, &mut vec![])));
        let premise = self.establish(goal, tactic);
        self.domain.truncate(before);
        let Some(premise) = premise? else { return Ok(None) };
        self.chosen(some, hypothesis, premise)
    }

    /// What follows from the parts of a statement about some numbers follows from the statement.
    pub(super) fn chosen(
        &mut self,
        some: usize,
        statement: &Formula,
        mut premise: usize,
    ) -> Result<Option<usize>, Obstacle> {
        let mut inside = vec![statement];
        let body = descend(statement, &mut inside);
        if let Formula::And(all) = body {
            // The parts are assumed one by one; the statement has them together.
            let whole = self.builder.add(Step::Assume { formula: body.clone() })?;
            for (index, part) in all.iter().enumerate() {
                let known = self.builder.add(Step::Part { premise: whole, index })?;
                let implication = self.builder.add(Step::Discharge { premise, hypothesis: part.clone() })?;
                premise = self.builder.add(Step::Apply { implication, premise: known })?;
            }
        }
        for outer in inside.iter().rev() {
            let Formula::Exists(..) = outer else { continue };
            let some = match *outer == statement {
                true => some,
                false => self.builder.add(Step::Assume { formula: (*outer).clone() })?,
            };
            match self.builder.add(Step::Choose { some, premise }) {
                Ok(step) => premise = step,
                Err(_) => return Ok(None),
            }
        }
        Ok(Some(premise))
    }

    /// A formula with quantifiers, premises, conjunctions and alternatives in front.
    pub(super) fn establish(
        &mut self,
        formula: &Formula,
        tactic: &Tactic,
    ) -> Result<Option<usize>, Obstacle> {
        if !matches!(formula, Formula::Compare(..)) {
            let allowed = tactic.allows();
            let same = self.sources.iter().find(|s| s.formula == *formula && self.may_use(s, &allowed));
            if let Some(source) = same {
                return Ok(Some(source.step));
            }
        }
        if let Some(what) = recognised(formula) {
            return self.differentiable(&what, &tactic.allows());
        }
        match formula {
            Formula::ForAll(x, body) => {
                let Some(premise) = self.establish(body, tactic)? else { return Ok(None) };
                Ok(Some(self.builder.add(Step::Generalise { premise, name: symbol(x)? })?))
            }
            Formula::Implies(hypothesis, body) if matches!(**hypothesis, Formula::Exists(..)) => {
                let some = self.builder.add(Step::Assume { formula: (**hypothesis).clone() })?;
                let Some(premise) = self.opened(some, hypothesis, body, tactic)? else { return Ok(None) };
                let hypothesis = (**hypothesis).clone();
                Ok(Some(self.builder.add(Step::Discharge { premise, hypothesis })?))
            }
            Formula::Implies(hypothesis, body) => {
                self.domain.push((**hypothesis).clone());
                let premise = self.establish(body, tactic);
                self.domain.pop();
                let Some(premise) = premise? else { return Ok(None) };
                let hypothesis = (**hypothesis).clone();
                Ok(Some(self.builder.add(Step::Discharge { premise, hypothesis })?))
            }
            Formula::And(parts) => {
                let mut premises = Vec::new();
                for part in parts {
                    let Some(step) = self.establish(part, tactic)? else { return Ok(None) };
                    premises.push(step);
                }
                Ok(Some(self.builder.add(Step::Both { premises })?))
            }
            Formula::Or(alternatives) => {
                for part in alternatives {
                    if let Some(premise) = self.establish(part, tactic)? {
                        let alternatives = alternatives.clone();
                        return Ok(Some(self.builder.add(Step::Either { premise, alternatives })?));
                    }
                }
                Ok(None)
            }
            Formula::Exists(x, body) => {
                let allowed = tactic.allows();
                let values =
                    allowed.taking.iter().filter(|(name, _)| name == x).map(|(_, value)| value.clone());
                for term in values.collect::<Vec<_>>() {
                    let Ok(instance) = body.substitute(x, &term) else { continue };
                    let Some(premise) = self.establish(&instance, tactic)? else { continue };
                    let statement = formula.clone();
                    return Ok(Some(self.builder.add(Step::Witness { premise, statement, term })?));
                }
                // A number that is named has to be one.
                match allowed.taking.iter().any(|(name, _)| name == x) {
                    true => Ok(None),
                    false => self.passes_zero(x, body, tactic),
                }
            }
            goal => self.by(goal, &tactic.allows()),
        }
    }

    /// That a polynomial is zero somewhere in an interval, since it is at most zero at its lower end and at least zero at
    /// its upper one.
    fn passes_zero(&mut self, x: &Name, body: &Formula, tactic: &Tactic) -> Result<Option<usize>, Obstacle> {
        let Formula::And(parts) = body else { return Ok(None) };
        let is_all = parts.len() == 3;
        let zero = Zero::of(x, &parts.iter().collect::<Vec<_>>());
        let Some(zero) = zero.filter(|zero| is_all && zero.is_of_polynomial(x)) else { return Ok(None) };
        let (first, last) = (zero.at(x, &zero.low), zero.at(x, &zero.high));
        let Zero { low, high, term } = zero;
        let below = Formula::at_least(&Expr::zero(), &first);
        let Some(below) = self.establish(&below, tactic)? else { return Ok(None) };
        let Some(above) = self.establish(&Formula::at_least(&last, &Expr::zero()), tactic)? else {
            return Ok(None);
        };
        let Some(order) = self.establish(&Formula::at_least(&high, &low), tactic)? else { return Ok(None) };
        let interval = Interval { variable: symbol(x)?, low, high };
        let step = Step::Intermediate { below, above, order, interval, body: term };
        Ok(self.builder.add(step).ok())
    }

    /// What the links of a chain give together.
    pub(super) fn together(&mut self, chain: &Chain, links: &[usize]) -> Result<Option<usize>, Obstacle> {
        match &chain.overall {
            Proposition::Relation(..) => {
                let known = links.iter().map(|s| Ok((*s, self.builder.conclusion(*s)?))).collect::<Result<
                    Vec<_>,
                    Obstacle,
                >>(
                )?;
                self.combine(&known, &chain.overall.formula(), 1)
            }
            Proposition::Rate(rate) => self.rates_together(chain, rate, links),
            Proposition::Plain(_) => Ok(links.last().copied()),
            Proposition::Implication(first, _) => Ok(Some(self.forward(chain, links, first)?)),
            Proposition::Equivalence(first, last) => {
                let forward = self.forward(chain, links, first)?;
                let mut premise = self.builder.add(Step::Assume { formula: last.clone() })?;
                for link in links.iter().rev() {
                    let implication = self.builder.add(Step::Part { premise: *link, index: 1 })?;
                    premise = self.builder.add(Step::Apply { implication, premise })?;
                }
                let hypothesis = last.clone();
                let backward = self.builder.add(Step::Discharge { premise, hypothesis })?;
                Ok(Some(self.builder.add(Step::Both { premises: vec![forward, backward] })?))
            }
        }
    }

    /// The last statement of an argument from the first.
    fn forward(&mut self, chain: &Chain, links: &[usize], first: &Formula) -> Result<usize, Obstacle> {
        let mut premise = self.builder.add(Step::Assume { formula: first.clone() })?;
        for (step, link) in links.iter().zip(&chain.links) {
            let implication = match &link.says {
                Proposition::Equivalence(..) => self.builder.add(Step::Part { premise: *step, index: 0 })?,
                _ => *step,
            };
            premise = self.builder.add(Step::Apply { implication, premise })?;
        }
        self.builder.add(Step::Discharge { premise, hypothesis: first.clone() })
    }

    /// The parts of a statement that are more than comparisons, each alone; else the statement.
    pub(super) fn apart(
        &mut self,
        step: usize,
        formula: &Formula,
    ) -> Result<Vec<(usize, Formula)>, Obstacle> {
        let Formula::And(all) = formula else { return Ok(vec![(step, formula.clone())]) };
        let mut out = Vec::new();
        for (index, part) in all.iter().enumerate() {
            out.push((self.builder.add(Step::Part { premise: step, index })?, part.clone()));
        }
        Ok(out)
    }
}

/// What a statement says of some numbers; the statements on the way.
fn descend<'a>(statement: &'a Formula, inside: &mut Vec<&'a Formula>) -> &'a Formula {
    let mut at = statement;
    while let Formula::Exists(_, body) = at {
        at = body;
        inside.push(at);
    }
    at
}

fn parts(formula: &Formula) -> Vec<Formula> {
    match formula {
        Formula::And(all) => all.clone(),
        only => vec![only.clone()],
    }
}
