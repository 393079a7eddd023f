//! Goals in cases, and from their negation.

use crate::kernel::{Expr, Formula, Node, Relation, Step};
use crate::model::Proposition;
use crate::piecewise::Obstacle;

use super::Proof;
use super::tactic::{Allowed, Tactic, term};

/// Conditions by which cases are told apart without a reason, at most.
const CONDITIONS: usize = 3;

/// The cases of the conditions in a comparison, if they are few.
fn of_conditions(goal: &Formula) -> Option<Tactic> {
    let mut on: Vec<Expr> = Vec::new();
    for atom in term(goal)?.atoms() {
        if let Node::Indicator(e) = atom.node()
            && !on.contains(e)
        {
            on.push(e.clone());
        }
    }
    (1..=CONDITIONS).contains(&on.len()).then_some(Tactic::Cases(on))
}

impl Proof<'_> {
    /// A goal in the cases of its conditions, if these are few.
    pub(super) fn in_few_cases(&mut self, goal: &Proposition) -> Result<Option<(Tactic, usize)>, Obstacle> {
        let Some(tactic) = of_conditions(&goal.formula()) else { return Ok(None) };
        Ok(self.says(goal, &tactic)?.map(|step| (tactic, step)))
    }

    /// A goal in the cases of its reasons, or by assuming its negation.
    pub(super) fn in_cases(&mut self, goal: &Formula, allowed: &Allowed) -> Result<Option<usize>, Obstacle> {
        let Formula::Compare(relation, e) = goal else { return Ok(None) };
        let mut rest = allowed.clone();
        if let Some(on) = rest.cases.pop() {
            let Some(yes) = self.under(&Formula::Compare(Relation::AtLeast, on.clone()), goal, &rest)? else {
                return Ok(None);
            };
            let no = Formula::Compare(Relation::Positive, on.negated());
            let Some(no) = self.under(&no, goal, &rest)? else { return Ok(None) };
            return Ok(Some(self.builder.add(Step::Cases { on, yes, no })?));
        }
        if !allowed.contradiction || *relation == Relation::Equal {
            return Ok(None);
        }
        rest.contradiction = false;
        let Some(found) = self.under(&goal.negated(), goal, &rest)? else { return Ok(None) };
        let known = self.builder.add(Step::Assume { formula: goal.clone() })?;
        Ok(Some(match relation {
            Relation::Positive => self.builder.add(Step::Cases { on: e.negated(), yes: found, no: known })?,
            _ => self.builder.add(Step::Cases { on: e.clone(), yes: known, no: found })?,
        }))
    }

    fn under(
        &mut self,
        case: &Formula,
        goal: &Formula,
        allowed: &Allowed,
    ) -> Result<Option<usize>, Obstacle> {
        self.domain.push(case.clone());
        let found = self.by(goal, allowed);
        self.domain.pop();
        found
    }

    /// A goal with indicators, where one of several things is assumed: in each case.
    pub(super) fn of_each_alternative(
        &mut self,
        goal: &Formula,
        allowed: &Allowed,
    ) -> Result<Option<usize>, Obstacle> {
        let Some(e) = term(goal) else { return Ok(None) };
        if !e.atoms().any(|a| matches!(a.node(), Node::Indicator(_))) {
            return Ok(None);
        }
        let is_open = |f: &Formula| match f {
            Formula::Or(parts) => !parts.iter().any(|p| self.domain.contains(p)),
            _ => false,
        };
        let Some(case) = self.domain.iter().find(|f| is_open(f)).cloned() else { return Ok(None) };
        let Formula::Or(parts) = &case else { return Ok(None) };
        let mut branches = Vec::new();
        for part in parts {
            let Some(found) = self.under(part, goal, allowed)? else { return Ok(None) };
            branches.push(found);
        }
        let disjunction = self.builder.add(Step::Assume { formula: case })?;
        Ok(Some(self.builder.add(Step::Alternatives { disjunction, branches })?))
    }
}
