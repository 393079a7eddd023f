//! A goal from facts: linear programs, factors, contradiction, ties; and what is known of the powers and
//! reciprocals that occur.

use crate::exact::Rational;
use crate::kernel::{Expr, Formula, Name, Node, Relation, Step};
use crate::piecewise::{Engine, Obstacle, quotient};

use super::super::proof::{Hints, symbol};
use super::Proof;
use super::tactic::{Known, closed_atoms, term, variable};

/// Facts whose pairwise products are tried, at most.
const PRODUCT_LIMIT: usize = 28;

impl Proof<'_> {
    /// Adds what is known of powers and reciprocals that occur.
    pub(super) fn complete(&mut self, e: &Expr, known: &mut Vec<Known>) -> Result<(), Obstacle> {
        let more = self.reciprocals(e, known)?;
        known.extend(more);
        let more = self.powers(e, known)?;
        known.extend(more);
        let more = self.indicators(e, known)?;
        known.extend(more);
        Ok(())
    }

    /// Values of the indicators that occur, where their conditions are decided.
    fn indicators(&mut self, e: &Expr, known: &[Known]) -> Result<Vec<Known>, Obstacle> {
        let mut conditions: Vec<Expr> = Vec::new();
        for atom in e.atoms() {
            if let Node::Indicator(condition) = atom.node()
                && !conditions.contains(condition)
            {
                conditions.push(condition.clone());
            }
        }
        let mut out = Vec::new();
        for condition in conditions {
            let holds = Formula::Compare(Relation::AtLeast, condition.clone());
            let fails = Formula::Compare(Relation::Positive, condition.negated());
            for goal in [holds, fails] {
                let Some(premise) = self.combine(known, &goal, 1)? else { continue };
                let holds = matches!(goal, Formula::Compare(Relation::AtLeast, _));
                let step = self.decided(premise, &condition, holds)?;
                out.push((step, self.builder.conclusion(step)?));
                break;
            }
        }
        Ok(out)
    }

    /// The value of an indicator whose condition is known to hold, or to fail.
    pub(super) fn decided(
        &mut self,
        premise: usize,
        condition: &Expr,
        holds: bool,
    ) -> Result<usize, Obstacle> {
        let z = Name::from("z'");
        let at = Expr::variable(&z);
        let (case, value) = match holds {
            true => (Formula::Compare(Relation::AtLeast, at.clone()), Expr::one()),
            false => (Formula::Compare(Relation::Positive, at.negated()), Expr::zero()),
        };
        let lemma = Formula::implied(&[case], Formula::equal(&Expr::at_least_zero(&at), &value));
        let step = self.lemma(&Formula::for_all(std::slice::from_ref(&z), lemma), condition)?;
        self.builder.add(Step::Apply { implication: step, premise })
    }

    /// `1 − [condition] ≥ 0`.
    pub(super) fn at_most_one(&mut self, condition: &Expr) -> Result<usize, Obstacle> {
        let z = Name::from("z'");
        let value = Expr::at_least_zero(&Expr::variable(&z));
        let lemma = Formula::at_least(&Expr::one(), &value);
        self.lemma(&Formula::for_all(std::slice::from_ref(&z), lemma), condition)
    }

    /// What is true of every number, for one.
    fn lemma(&mut self, lemma: &Formula, term: &Expr) -> Result<usize, Obstacle> {
        let premise = self.builder.prove(&mut Engine::new(), &mut vec![], lemma, &Hints::new())?;
        self.builder.add(Step::Instance { premise, term: term.clone() })
    }

    /// Signs of the powers `b^m` that occur.
    fn powers(&mut self, e: &Expr, known: &[Known]) -> Result<Vec<Known>, Obstacle> {
        let mut bases: Vec<Expr> = Vec::new();
        let terms = known.iter().filter_map(|(_, f)| term(f)).chain([e.clone()]);
        for atom in terms.flat_map(|e| e.atoms().cloned().collect::<Vec<_>>()) {
            if let Node::Power(base) = atom.node()
                && !bases.contains(base)
            {
                bases.push(base.clone());
            }
        }
        let mut out = Vec::new();
        for base in bases {
            let number = number(&base, known);
            if let Some((step, number)) = &number {
                out.push(self.power_of_number(&base, *step, number)?);
            }
            for relation in [Relation::Positive, Relation::AtLeast] {
                let goal = Formula::Compare(relation, base.clone());
                let is_never =
                    |c: &Rational| c.is_negative() || (c.is_zero() && relation == Relation::Positive);
                if number.as_ref().is_some_and(|(_, c)| is_never(c)) {
                    continue;
                }
                if let Some(premise) = self.from(known, &goal)? {
                    let step = self.builder.add(Step::Power { premise })?;
                    out.push((premise, goal));
                    out.push((step, self.builder.conclusion(step)?));
                    break;
                }
            }
        }
        Ok(out)
    }

    /// `b^m = c^m` where `b = c` is known for a number c.
    fn power_of_number(&mut self, base: &Expr, premise: usize, number: &Rational) -> Result<Known, Obstacle> {
        let hole = self.name("x");
        let step = self.builder.add(Step::Replace {
            premise,
            left: base.clone(),
            right: Expr::number(number.clone()),
            hole: symbol(&hole)?,
            template: Expr::variable(&hole).natural_power(),
        })?;
        Ok((step, self.builder.conclusion(step)?))
    }

    /// `d·(1/d) = 1` for the divisors that occur and are positive.
    fn reciprocals(&mut self, e: &Expr, known: &[Known]) -> Result<Vec<Known>, Obstacle> {
        let mut divisors: Vec<Expr> = Vec::new();
        let terms = known.iter().filter_map(|(_, f)| term(f)).chain([e.clone()]);
        for atom in terms.flat_map(|e| e.atoms().cloned().collect::<Vec<_>>()) {
            if let Node::Inverse(divisor) = atom.node()
                && !divisors.contains(divisor)
            {
                divisors.push(divisor.clone());
            }
        }
        let mut out = Vec::new();
        for divisor in divisors {
            let goal = Formula::Compare(Relation::Positive, divisor.clone());
            if let Some(premise) = self.combine(known, &goal, 1)? {
                let step = self.builder.add(Step::Reciprocal { premise, divisor })?;
                out.push((step, self.builder.conclusion(step)?));
            }
        }
        Ok(out)
    }

    /// A goal that a fact divides: the quotient has a sign too.
    fn by_factors(
        &mut self,
        known: &[Known],
        goal: &Formula,
        depth: usize,
    ) -> Result<Option<usize>, Obstacle> {
        let Formula::Compare(relation, e) = goal else { return Ok(None) };
        for (step, fact) in known {
            let Formula::Compare(sign, factor) = fact else { continue };
            let fits = *sign == Relation::Positive || (*sign == Relation::AtLeast && *relation == *sign);
            if !fits || factor.as_number().is_some() {
                continue;
            }
            let Some(rest) = quotient(e, factor) else { continue };
            let rest = Formula::Compare(*relation, rest);
            let deeper = match depth {
                0 => None,
                _ => self.by_factors(known, &rest, depth - 1)?,
            };
            let found = match deeper {
                None => self.combine(known, &rest, 2)?,
                found => found,
            };
            let pair: Vec<Known> =
                [(*step, fact.clone())].into_iter().chain(found.map(|s| (s, rest))).collect();
            // Another order of the same factors would fail alike.
            return if pair.len() < 2 { Ok(None) } else { self.combine(&pair, goal, 2) };
        }
        Ok(None)
    }

    /// A goal from facts: linear, then with products, then by contradiction, then as a sign.
    pub(super) fn from(&mut self, known: &[Known], goal: &Formula) -> Result<Option<usize>, Obstacle> {
        if let Some(step) = self.combine(known, goal, 1)? {
            return Ok(Some(step));
        }
        let Formula::Compare(relation, e) = goal else { return Ok(None) };
        if *relation == Relation::Equal {
            return self.both_sides(known, e);
        }
        for found in [self.by_factors(known, goal, 3)?, self.strictly(known, goal)?] {
            if found.is_some() {
                return Ok(found);
            }
        }
        let inequalities = known.iter().filter(|(_, f)| !matches!(f, Formula::Compare(Relation::Equal, _)));
        if inequalities.count() <= PRODUCT_LIMIT {
            if let Some(step) = self.combine(known, goal, 2)? {
                return Ok(Some(step));
            }
            if let Some(step) = self.by_contradiction(known, goal)? {
                return Ok(Some(step));
            }
            if let Some(step) = self.at_ties(known, goal)? {
                return Ok(Some(step));
            }
        }
        Ok(None)
    }

    /// An equation from two inequalities.
    pub(super) fn both_sides(&mut self, known: &[Known], e: &Expr) -> Result<Option<usize>, Obstacle> {
        let goal = |e: Expr| Formula::Compare(Relation::AtLeast, e);
        let Some(above) = self.combine(known, &goal(e.clone()), 1)? else { return Ok(None) };
        let Some(below) = self.combine(known, &goal(e.negated()), 1)? else { return Ok(None) };
        Ok(Some(self.builder.add(Step::Antisymmetry { above, below })?))
    }

    /// A strict order that is known weakly: were it an equation, equals for equals would contradict.
    fn strictly(&mut self, known: &[Known], goal: &Formula) -> Result<Option<usize>, Obstacle> {
        let Formula::Compare(Relation::Positive, e) = goal else { return Ok(None) };
        let weak = Formula::Compare(Relation::AtLeast, e.clone());
        let Some((above, _)) = known.iter().find(|(_, f)| *f == weak) else { return Ok(None) };
        let below = self.builder.add(Step::Assume { formula: goal.negated() })?;
        let premise = self.builder.add(Step::Antisymmetry { above: *above, below })?;
        let mut inside = known.to_vec();
        inside.push((premise, self.builder.conclusion(premise)?));
        if let Some(premise) = self.combine(&inside, &Formula::falsehood(), 1)? {
            return Ok(Some(self.builder.add(Step::Contradict { premise, goal: goal.clone() })?));
        }
        for name in e.free_names() {
            let x = Expr::variable(&name);
            let value = x.minus(e);
            if value.mentions(&name) || !e.mentions_variable(&name) {
                continue;
            }
            let mut inside = known.to_vec();
            for template in known.iter().filter_map(|(_, f)| term(f)).filter(|t| t.mentions_variable(&name)) {
                let step = self.builder.add(Step::Replace {
                    premise,
                    left: x.clone(),
                    right: value.clone(),
                    hole: symbol(&name)?,
                    template,
                })?;
                inside.push((step, self.builder.conclusion(step)?));
            }
            if let Some(premise) = self.combine(&inside, &Formula::falsehood(), 1)? {
                return Ok(Some(self.builder.add(Step::Contradict { premise, goal: goal.clone() })?));
            }
        }
        Ok(None)
    }

    /// Two cases: places that are in weak order are in strict order, or the same.
    fn at_ties(&mut self, known: &[Known], goal: &Formula) -> Result<Option<usize>, Obstacle> {
        let Formula::Compare(relation, e) = goal else { return Ok(None) };
        let mut places: Vec<Expr> = Vec::new();
        for atom in closed_atoms(e) {
            if let Node::Apply(_, arguments) = atom.node() {
                places.extend(arguments.iter().filter(|a| !places.contains(a)).cloned().collect::<Vec<_>>());
            }
        }
        for high in &places {
            for low in places.iter().filter(|low| *low != high) {
                let Some(name) = variable(high).cloned() else { continue };
                let weak = Formula::at_least(high, low);
                let Some(above) = known.iter().find(|(_, f)| *f == weak).map(|(step, _)| *step) else {
                    continue;
                };
                let on = low.minus(high);
                let strict = Formula::Compare(Relation::Positive, on.negated());
                let step = self.builder.add(Step::Assume { formula: strict.clone() })?;
                let inside: Vec<Known> = known.iter().cloned().chain([(step, strict)]).collect();
                let Some(no) = self.by_contradiction(&inside, goal)? else { continue };
                let below = Formula::Compare(Relation::AtLeast, on.clone());
                let below = self.builder.add(Step::Assume { formula: below })?;
                let premise = self.builder.add(Step::Antisymmetry { above, below })?;
                let replaced = self.builder.add(Step::Replace {
                    premise,
                    left: high.clone(),
                    right: low.clone(),
                    hole: symbol(&name)?,
                    template: e.clone(),
                })?;
                let inside = [(replaced, self.builder.conclusion(replaced)?)];
                let goal = Formula::Compare(*relation, e.clone());
                let Some(yes) = self.combine(&inside, &goal, 1)? else { continue };
                return Ok(Some(self.builder.add(Step::Cases { on, yes, no })?));
            }
        }
        Ok(None)
    }

    /// The negation of a goal contradicts the facts.
    fn by_contradiction(&mut self, known: &[Known], goal: &Formula) -> Result<Option<usize>, Obstacle> {
        let negation = goal.negated();
        let step = self.builder.add(Step::Assume { formula: negation.clone() })?;
        let known: Vec<Known> = known.iter().cloned().chain([(step, negation)]).collect();
        let Some(premise) = self.combine(&known, &Formula::falsehood(), 2)? else { return Ok(None) };
        Ok(Some(self.builder.add(Step::Contradict { premise, goal: goal.clone() })?))
    }

    /// One linear program.
    pub(super) fn combine(
        &mut self,
        known: &[Known],
        goal: &Formula,
        degree: usize,
    ) -> Result<Option<usize>, Obstacle> {
        let facts: Vec<&Formula> = known.iter().map(|(_, f)| f).collect();
        let Some(mut evidence) = self.multipliers.combination(&facts, goal, degree) else { return Ok(None) };
        let mut premises: Vec<usize> = Vec::new();
        let numbers = evidence.terms.iter_mut().flat_map(|t| t.facts.iter_mut().map(|(n, _)| n));
        for number in numbers.chain(evidence.equations.iter_mut().map(|(_, n)| n)) {
            let Some((step, _)) = known.get(*number) else { return Ok(None) };
            *number = premises.iter().position(|p| p == step).unwrap_or_else(|| {
                premises.push(*step);
                premises.len() - 1
            });
        }
        Ok(self.builder.add(Step::Combine { premises, goal: goal.clone(), evidence }).ok())
    }
}

/// The number that a term is known to be, and where.
fn number(base: &Expr, known: &[Known]) -> Option<(usize, Rational)> {
    known.iter().find_map(|(step, formula)| {
        let Formula::Compare(Relation::Equal, e) = formula else { return None };
        Some((*step, base.minus(e).as_number()?))
    })
}
