//! Averages of what is written as the greatest of many terms.

use std::sync::Arc;

use crate::kernel::Expr;
use crate::model::Setting;

use super::Resolve;
use super::scope::Env;
use crate::lang::ast::{self, ExprKind, FamilyOperator};

impl Env<'_> {
    /// The terms whose greatest or least an expression is, as it is written, if these have many orders; and whether their signs
    /// were changed, so that it is minus the greatest. Of few agents only terms whose average is one over a threshold.
    pub(super) fn extreme_terms(
        &mut self,
        e: &ast::Expr,
        setting: &Arc<Setting>,
    ) -> Resolve<Option<(Vec<Expr>, bool)>> {
        let Some((terms, least)) = self.terms_of_extreme(e)? else { return Ok(None) };
        if setting.factored {
            return Ok(Some((terms, least)));
        }
        let terms: Vec<Expr> = terms.iter().map(|e| self.unfolded(e)).collect();
        let has_mean = || setting.mean_of_greatest(&terms, &self.charges).is_some();
        Ok((setting.has_many_orders(&terms, &self.charges) && has_mean()).then_some((terms, least)))
    }

    fn terms_of_extreme(&mut self, e: &ast::Expr) -> Resolve<Option<(Vec<Expr>, bool)>> {
        let terms = match &e.kind {
            ExprKind::Call { function, arguments } => match (function.text.as_str(), arguments.as_slice()) {
                ("max", [_, _, ..]) => self.joined(arguments, FamilyOperator::Max)?,
                ("min", [_, _, ..]) => self.joined(arguments, FamilyOperator::Min)?,
                ("welfare", [first]) => match self.setting_named(first) {
                    Some(s) if s.kind.is_of_a_good() => return Ok(Some((s.welfares(), false))),
                    _ => return Ok(None),
                },
                ("order_statistic", [s, rank]) => {
                    let highest = matches!(&rank.kind, ExprKind::Number(k) if k.is_one());
                    let Some(s) = self.setting_named(s).filter(|_| highest) else { return Ok(None) };
                    return Ok(Some((s.agents.iter().map(|a| a.type_.value()).collect(), false)));
                }
                _ => return Ok(None),
            },
            ExprKind::Family { operator: operator @ (FamilyOperator::Max | FamilyOperator::Min), .. } => {
                self.joined(std::slice::from_ref(e), *operator)?
            }
            _ => return Ok(None),
        };
        let least = matches!(&e.kind, ExprKind::Family { operator: FamilyOperator::Min, .. })
            || matches!(&e.kind, ExprKind::Call { function, .. } if function.text == "min");
        let terms = if least { terms.iter().map(Expr::negated).collect() } else { terms };
        Ok(Some((terms, least)))
    }

    /// The terms of a greatest of greatest ones, or a least of least ones.
    fn joined(&mut self, arguments: &[ast::Expr], operator: FamilyOperator) -> Resolve<Vec<Expr>> {
        let word = if operator == FamilyOperator::Max { "max" } else { "min" };
        let mut out = Vec::new();
        for e in arguments {
            match &e.kind {
                ExprKind::Family { operator: own, index, except, body } if *own == operator => {
                    out.extend(self.family_terms(index, except.as_deref(), body)?.1);
                }
                ExprKind::Call { function, arguments } if function.text == word && arguments.len() > 1 => {
                    out.extend(self.joined(arguments, operator)?);
                }
                _ => out.push(self.number(e)?),
            }
        }
        Ok(out)
    }

    /// The average of the greatest of some terms; where these have types in common, by who is ahead of whom.
    pub(super) fn mean_of_greatest(&self, terms: &[Expr], setting: &Setting) -> Expr {
        let mean = setting.mean_of_greatest(terms, &self.charges);
        mean.unwrap_or_else(|| setting.expectation(&setting.greatest_of(terms)))
    }
}
