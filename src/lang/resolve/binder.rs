//! Expressions that bind a name or depend on a condition: families over agents, integrals, indicators,
//! cases.

use std::sync::Arc;

use crate::exact::Rational;
use crate::kernel::{Expr, Formula};
use crate::model::{Bound, Comparison, Setting, absorbed, compared};

use super::Resolve;
use super::expr::product_of;
use super::names::{complain, occurs};
use super::scope::{Env, Range};
use crate::lang::ast::{self, Comparison as Condition, FamilyOperator, Name, Relation};
use crate::lang::diagnostic::Diagnostic;

/// How the two sides of a relation compare.
pub(super) fn comparison(relation: Relation) -> Comparison {
    match relation {
        Relation::Equal => Comparison::Equal,
        Relation::NotEqual => Comparison::Unequal,
        Relation::Less => Comparison::Less,
        Relation::AtMost => Comparison::AtMost,
        Relation::Greater => Comparison::Greater,
        Relation::AtLeast => Comparison::AtLeast,
    }
}

/// A condition as a number that is one or zero, and as premises as far as they can be stated.
struct Holds {
    indicator: Expr,
    premises: Vec<Formula>,
    /// Whether the premises say all that the condition says.
    complete: bool,
}

impl Env<'_> {
    pub(super) fn family(
        &mut self,
        e: &ast::Expr,
        operator: FamilyOperator,
        index: &Name,
        except: Option<&ast::Expr>,
        body: &ast::Expr,
    ) -> Resolve<Expr> {
        let (setting, terms) = self.family_terms(index, except, body)?;
        if setting.factored && operator != FamilyOperator::Sum && !terms.is_empty() {
            let negated = |terms: &[Expr]| terms.iter().map(Expr::negated).collect::<Vec<_>>();
            return Ok(match operator {
                FamilyOperator::Max | FamilyOperator::Sum => setting.greatest_of(&terms),
                FamilyOperator::Min => setting.greatest_of(&negated(&terms)).negated(),
            });
        }
        let combined = terms.iter().cloned().reduce(|acc, term| match operator {
            FamilyOperator::Sum => acc.plus(&term),
            FamilyOperator::Max => self.larger(&acc, &term),
            FamilyOperator::Min => self.larger(&acc.negated(), &term.negated()).negated(),
        });
        match (combined, operator) {
            (Some(value), _) => Ok(value),
            (None, FamilyOperator::Sum) => Ok(Expr::zero()),
            (None, FamilyOperator::Max | FamilyOperator::Min) => {
                Err(complain("unsupported", "there is no agent left to range over", e.span))
            }
        }
    }

    /// What stands below a sign for all agents, or for all but one, for each of them.
    pub(super) fn family_terms(
        &mut self,
        index: &Name,
        except: Option<&ast::Expr>,
        body: &ast::Expr,
    ) -> Resolve<(Arc<Setting>, Vec<Expr>)> {
        self.is_new(index)?;
        occurs(index, body)?;
        let setting = self.setting_of(body)?;
        let except = except.map(|x| self.agent_in(x, &setting)).transpose()?;
        let mut terms = Vec::new();
        for agent in (0..setting.agents.len()).filter(|j| Some(*j) != except) {
            terms.push(self.with_agent(index, agent, &setting, |env| env.number(body))?);
        }
        Ok((setting, terms))
    }

    /// Reads something with an index that stands for an agent.
    pub(super) fn with_agent<T>(
        &mut self,
        index: &Name,
        number: usize,
        setting: &Setting,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let agent = setting.agents.get(number).map(|a| a.name.clone()).unwrap_or_default();
        self.indices.insert(index.text.clone(), agent);
        let out = read(self);
        self.indices.remove(&index.text);
        out
    }

    pub(super) fn integral(
        &mut self,
        (body, along): (&ast::Expr, Option<&ast::Expr>),
        variable: &Name,
        low: &ast::Expr,
        high: &ast::Expr,
    ) -> Resolve<Expr> {
        let (low, high) = (self.number(low)?, self.number(high)?);
        self.is_new(variable)?;
        match along {
            // What it is integrated along moves with it; the integrand need not.
            Some(along) => occurs(variable, along)?,
            // The integral of one is a length.
            None if matches!(&body.kind, ast::ExprKind::Number(c) if *c == Rational::ONE) => {}
            None => occurs(variable, body)?,
        }
        // A name that no user can write, and no other binder around this one has.
        let name = format!("{}'{}", variable.text, self.ranges.len());
        let ordered = high.minus(&low).as_number().is_some_and(|length| !length.is_negative());
        let shown = variable.text.clone();
        let bound = Bound::interval(name.as_str().into(), shown, low.clone(), high.clone());
        self.values.insert(variable.text.clone(), Expr::variable(&name));
        self.ranges.push(Range { bound, ordered });
        let value = self.number(body).and_then(|term| match along {
            None => Ok(Expr::integral(&name, &low, &high, &term)),
            Some(along) => self.integral_along(&term, along, &name, (&low, &high)),
        });
        self.values.remove(&variable.text);
        self.ranges.pop();
        value
    }

    /// The larger of two numbers.
    pub(super) fn larger(&self, a: &Expr, b: &Expr) -> Expr {
        let lead = a.minus(b);
        b.plus(&lead.times(&Expr::at_least_zero(&compared(&lead, &self.powers()))))
    }

    /// A condition as the product of its indicators.
    pub(super) fn condition(&mut self, condition: &ast::Condition) -> Resolve<Expr> {
        self.holds(condition).map(|h| h.indicator)
    }

    fn holds(&mut self, condition: &ast::Condition) -> Resolve<Holds> {
        let mut out = Holds { indicator: Expr::one(), premises: vec![], complete: true };
        for conjunct in &condition.conjuncts {
            match conjunct {
                Condition::Wins(e) => {
                    let wins = self.wins(e)?;
                    out.indicator = product_of(&out.indicator, &wins, condition.span)?;
                    out.complete = false;
                }
                Condition::Relations { first, rest } => {
                    if let Some((left, relation, right)) = self.named_comparison(first, rest)? {
                        let factor = indicator(&left, relation, &right);
                        out.indicator = product_of(&out.indicator, &factor, condition.span)?;
                        out.premises.push(premise(&left, relation, &right));
                        continue;
                    }
                    let mut left = self.number(first)?;
                    for (relation, right) in rest {
                        let right = self.number(right)?;
                        let lead = compared(&left.minus(&right), &self.powers());
                        let factor = indicator(&lead, *relation, &Expr::zero());
                        out.indicator = product_of(&out.indicator, &factor, condition.span)?;
                        out.premises.push(premise(&lead, *relation, &Expr::zero()));
                        left = right;
                    }
                }
            }
        }
        Ok(out)
    }

    /// `[x[i] wins]`: agent i has the highest type, ties by the rule of the setting.
    fn wins(&mut self, e: &ast::Expr) -> Resolve<Expr> {
        let setting = self.setting_of(e)?;
        if !setting.kind.is_of_a_good() {
            return Err(complain("wrong-sort", "`wins` needs a setting with one good", e.span));
        }
        if self.settings.iter().any(|s| s.order != setting.order || s.lots != setting.lots) {
            return Err(complain(
                "wrong-stage",
                "it is not clear which setting decides the ties here",
                e.span,
            ));
        }
        let term = self.number(e)?;
        let types: Vec<Expr> = setting.agents.iter().map(|a| a.type_.value()).collect();
        let winner = types.iter().position(|own| *own == term);
        let wins = winner.and_then(|i| setting.greatest(&types).get(i).cloned());
        wins.ok_or_else(|| complain("wrong-sort", "`wins` speaks of the type of an agent", e.span))
    }

    /// The value of the first branch that holds.
    pub(super) fn cases(
        &mut self,
        e: &ast::Expr,
        branches: &[(ast::Expr, ast::Condition)],
        otherwise: Option<&ast::Expr>,
    ) -> Resolve<Expr> {
        let outer = self.guards.len();
        let (mut sum, mut open) = (Expr::zero(), Expr::one());
        for (value, condition) in branches {
            let holds = self.holds(condition)?;
            let before = self.guards.len();
            self.guards.extend(holds.premises.iter().cloned());
            let value = self.number(value)?;
            self.guards.truncate(before);
            // What follows is read where this condition fails.
            match holds.premises.as_slice() {
                [only] if holds.complete => self.guards.push(only.negated()),
                _ if holds.complete => self.guards.push(Formula::And(holds.premises).negated()),
                _ => {}
            }
            let here = absorbed(&product_of(&holds.indicator, &open, e.span)?);
            sum = sum.plus(&absorbed(&product_of(&value, &here, e.span)?));
            open = absorbed(&product_of(&open, &Expr::one().minus(&holds.indicator), e.span)?);
        }
        let rest = match otherwise {
            Some(value) => Some(self.number(value)?),
            None => None,
        };
        self.guards.truncate(outer);
        match rest {
            Some(value) => Ok(sum.plus(&absorbed(&product_of(&value, &open, e.span)?))),
            None => {
                let message = "these cases do not cover everything";
                let diagnostic =
                    Diagnostic::new("cases-incomplete", message, e.span).help("add a branch `… otherwise`");
                self.oblige(open, Comparison::Equal, Expr::zero(), diagnostic);
                Ok(sum)
            }
        }
    }
}

/// `[left REL right]`.
fn indicator(left: &Expr, relation: Relation, right: &Expr) -> Expr {
    let difference = left.minus(right);
    match relation {
        Relation::Equal => Expr::is_zero_indicator(&difference),
        Relation::NotEqual => Expr::one().minus(&Expr::is_zero_indicator(&difference)),
        Relation::Less => Expr::positive(&difference.negated()),
        Relation::AtMost => Expr::at_least_zero(&difference.negated()),
        Relation::Greater => Expr::positive(&difference),
        Relation::AtLeast => Expr::at_least_zero(&difference),
    }
}

/// `left REL right`.
fn premise(left: &Expr, relation: Relation, right: &Expr) -> Formula {
    match relation {
        Relation::Equal => Formula::equal(left, right),
        Relation::NotEqual => Formula::unequal(left, right),
        Relation::Less => Formula::greater(right, left),
        Relation::AtMost => Formula::at_least(right, left),
        Relation::Greater => Formula::greater(left, right),
        Relation::AtLeast => Formula::at_least(left, right),
    }
}
