//! Derivatives in derivations: `derivative(e, y) = d` where something is said of all `y` of an interval.

use super::Resolve;
use super::derivation::Reader;
use super::names::advise;
use crate::kernel::{Expr, Formula, Name as Symbol};
use crate::lang::ast::{self, ExprKind, Name, Relation, Span};
use crate::model::{Bound, Comparison, Rate};

/// The word that derivatives are written with.
pub(super) const WORD: &str = "derivative";

/// A complaint about a derivative.
pub(super) fn wrong(
    message: impl Into<String>,
    span: Span,
    help: &str,
) -> Box<crate::lang::diagnostic::Diagnostic> {
    advise("wrong-derivative", message, span, help)
}

/// That a derivative stands where only numbers do.
pub(super) fn out_of_place(span: Span) -> Box<crate::lang::diagnostic::Diagnostic> {
    let help = "write `derivative(e, y) = d` first, and go on with `d`";
    wrong("a derivative is the first side of a relation", span, help)
}

/// That `everywhere` stands where nothing is said of a derivative, or more than what it is.
pub(super) fn not_everywhere(span: Span) -> Box<crate::lang::diagnostic::Diagnostic> {
    let help = "write `derivative(e, y) = d everywhere` alone, or leave `everywhere` out: what is said for all values is said everywhere";
    wrong("`everywhere` says of a derivative that there is one at every point", span, help)
}

/// The term and the variable of a derivative.
pub(super) fn parts(e: &ast::Expr) -> Option<(&Name, &[ast::Expr])> {
    match &e.kind {
        ExprKind::Call { function, arguments } if function.text == WORD => Some((function, arguments)),
        _ => None,
    }
}

/// A derivative of which it is not said yet what it is.
pub(super) struct Open {
    of: Expr,
    bound: Bound,
}

impl Reader<'_> {
    /// The derivative on the first side of a relation; none if there is another term.
    pub(super) fn derivative(&mut self, first: &ast::Expr) -> Resolve<Option<Open>> {
        let Some((function, arguments)) = parts(first).filter(|_| !self.env.functions.contains_key(WORD))
        else {
            return Ok(None);
        };
        let [body, variable] = arguments else {
            return Err(super::names::arity(function, "2", arguments.len()));
        };
        let help = "speak of all of its values: `for all y in [a, b]`";
        let ExprKind::Name(name) = &variable.kind else {
            return Err(wrong("a derivative is with respect to a name", variable.span, help));
        };
        let value = self.env.values.get(name).cloned();
        let own = |b: &Bound| value == Some(Expr::variable(&b.name));
        let Some(bound) = self.env.ranges.iter().map(|r| &r.bound).find(|b| own(b)).cloned() else {
            let message = format!("nothing is said of all `{name}` of an interval here");
            return Err(wrong(message, variable.span, help));
        };
        let others = self.env.ranges.iter().map(|r| &r.bound).filter(|b| b.name != bound.name);
        let depends = others.clone().any(|b| b.low.mentions(&bound.name) || b.high.mentions(&bound.name));
        let guarded = |f: &Formula| f.mentions(&bound.name);
        if depends || self.env.guards.iter().any(guarded) {
            let message = format!("the range of something else, or a condition, depends on `{name}`");
            let help = "the other names and the conditions stay as they are while it moves";
            return Err(wrong(message, variable.span, help));
        }
        Ok(Some(Open { of: self.env.number(body)?, bound }))
    }
}

impl Open {
    /// The name that moves.
    pub(super) fn variable(&self) -> &Symbol {
        &self.bound.name
    }

    /// That the derivative is a term.
    pub(super) fn is(
        &self,
        relation: Relation,
        with: &Expr,
        is_everywhere: bool,
        span: Span,
    ) -> Resolve<Rate> {
        if relation != Relation::Equal {
            let help = "say first what it is, as in `derivative(e, y) = d >= 0`";
            return Err(wrong("a derivative is compared by `=`", span, help));
        }
        self.bounded(with, span)?;
        Ok(Rate {
            of: self.of.clone(),
            variable: self.bound.name.clone(),
            low: self.bound.low.clone(),
            high: self.bound.high.clone(),
            relation: Comparison::Equal,
            with: with.clone(),
            is_everywhere,
        })
    }

    /// What a derivative is compared with has to have integrals.
    pub(super) fn bounded(&self, with: &Expr, span: Span) -> Resolve<()> {
        if with.is_tame_in(&self.bound.name) {
            return Ok(());
        }
        let message = format!("this divides by something that moves with `{}`", self.bound.shown);
        Err(wrong(
            message,
            span,
            "give the quotient a name, as in `given q: g(y)*f(y) = 1 for all y in [a, b]`",
        ))
    }
}
