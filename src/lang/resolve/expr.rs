//! Expressions: from syntax to terms of the kernel.

use crate::exact::Rational;
use crate::kernel::Expr;
use crate::model::{Bound, Comparison, Kind};

use super::scope::{Env, Resolve, unknown_name};
use super::setting::find_agent;
use super::small_integer;
use crate::lang::ast::{
    self, Comparison as Condition, ExprKind, Factor, FamilyOperator, Name, Relation, Sign,
};
use crate::lang::diagnostic::Diagnostic;

/// Terms of one product or power at most.
const TERM_LIMIT: usize = 20_000;
/// An exponent at most.
const EXPONENT_LIMIT: i64 = 200;
/// Nesting of expressions at most, after parsing.
const DEPTH_LIMIT: usize = 200;

fn complain(code: &'static str, message: impl Into<String>, span: ast::Span) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(code, message, span))
}

impl Env<'_> {
    /// The real number that an expression denotes.
    pub(super) fn number(&mut self, e: &ast::Expr) -> Resolve<Expr> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            let message = format!("expressions are nested more than {DEPTH_LIMIT} deep");
            return Err(complain("too-deep", message, e.span));
        }
        let out = self.number_here(e);
        self.depth -= 1;
        out
    }

    fn number_here(&mut self, e: &ast::Expr) -> Resolve<Expr> {
        match &e.kind {
            ExprKind::Number(c) => Ok(Expr::number(c.clone())),
            ExprKind::Name(text) => self.name(text, e.span),
            ExprKind::Indexed { name, index } => self.indexed(name, index),
            ExprKind::Sum(terms) => {
                let mut sum = Expr::zero();
                for (sign, term) in terms {
                    let term = self.number(term)?;
                    sum = match sign {
                        Sign::Plus => sum.plus(&term),
                        Sign::Minus => sum.minus(&term),
                    };
                }
                Ok(sum)
            }
            ExprKind::Negated(inner) => Ok(self.number(inner)?.negated()),
            ExprKind::Product(factors) => {
                let mut product = Expr::one();
                for (how, factor) in factors {
                    let term = self.number(factor)?;
                    let term = match how {
                        Factor::Times => term,
                        Factor::Over => self.reciprocal(&term, factor.span)?,
                    };
                    product = product_of(&product, &term, e.span)?;
                }
                Ok(product)
            }
            ExprKind::Power { base, exponent } => self.power(base, exponent),
            ExprKind::Call { function, arguments } => self.call(e, function, arguments),
            ExprKind::Family { operator, index, except, body } => {
                self.family(e, *operator, index, except.as_deref(), body)
            }
            ExprKind::Indicator(condition) => self.condition(condition),
            ExprKind::Cases { branches, otherwise } => self.cases(e, branches, otherwise.as_deref()),
            ExprKind::Integral { body, variable, low, high } => self.integral(body, variable, low, high),
            ExprKind::Expectation(inner) => {
                let setting = self.needs_setting(e.span)?;
                let term = self.number(inner)?;
                self.stages.ex_ante.push(e.span);
                // What was ex post or interim inside is averaged out.
                self.stages.interim.clear();
                Ok(setting.expectation(&term))
            }
            ExprKind::Interim(inner) => {
                let setting = self.needs_setting(e.span)?;
                let agent = self.interim_agent(inner)?;
                let term = self.number(inner)?;
                self.stages.interim.push((agent, e.span));
                Ok(setting.interim(agent, &term))
            }
            ExprKind::Under { .. } => {
                Err(complain("wrong-sort", "this is a mechanism, and a number is needed here", e.span))
            }
        }
    }

    fn name(&mut self, text: &str, span: ast::Span) -> Resolve<Expr> {
        if let Some(value) = self.values.get(text) {
            return Ok(value.clone());
        }
        if let Some(setting) = &self.setting
            && let Some(agent) = setting.agents.iter().find(|a| a.type_.shown == text)
        {
            return Ok(Expr::variable(&agent.type_.name));
        }
        if let Some(parameter) = self.universe.parameters.iter().find(|p| p.shown == text) {
            return Ok(Expr::variable(&parameter.name));
        }
        let family = |a: &crate::model::Agent| a.type_.shown.starts_with(&format!("{text}["));
        if self.setting.as_ref().is_some_and(|s| s.agents.iter().any(family)) {
            let message = format!("`{text}` is a family of types, and one of them is needed here");
            return Err(Box::new(
                Diagnostic::new("wrong-sort", message, span).help(format!("write `{text}[1]`, say")),
            ));
        }
        let types = self.setting.iter().flat_map(|s| s.agents.iter().map(|a| a.type_.shown.as_str()));
        let parameters = self.universe.parameters.iter().map(|p| p.shown.as_str());
        let bound = self.values.keys().map(String::as_str);
        let sorted = self.universe.settings.iter().any(|s| s.setting.name == text)
            || self.universe.mechanisms.iter().any(|m| m.name == text)
            || self.universe.strategies.iter().any(|s| s.name == text);
        if sorted || self.universe.broken.iter().any(|b| b == text) {
            return Err(self.universe.unknown("number", text, span));
        }
        if self.setting.is_none()
            && self.universe.settings.iter().any(|s| s.setting.agents.iter().any(|a| a.type_.shown == text))
        {
            let message = format!("`{text}` is a type, and it is not clear of which setting");
            let help = "a statement with types in it speaks of one setting";
            return Err(Box::new(Diagnostic::new("wrong-stage", message, span).help(help)));
        }
        Err(unknown_name("type or parameter", text, span, types.chain(parameters).chain(bound)))
    }

    fn indexed(&mut self, name: &Name, index: &ast::Expr) -> Resolve<Expr> {
        let setting = self.needs_setting(name.span)?;
        let agent = self.agent(index)?;
        let found = setting.agents.get(agent).map(|a| &a.type_);
        match found.filter(|b| b.shown.split('[').next() == Some(name.text.as_str()) && b.shown.contains('[')) {
            Some(bound) => Ok(Expr::variable(&bound.name)),
            None => {
                let families = setting.agents.iter().filter_map(|a| a.type_.shown.split_once('[').map(|(f, _)| f));
                let families: Vec<&str> = families.collect();
                Err(unknown_name("family of types", &name.text, name.span, families))
            }
        }
    }

    /// The agent that an expression names: by name, by number, or by a bound index.
    pub(super) fn agent(&self, e: &ast::Expr) -> Resolve<usize> {
        let setting = self.needs_setting(e.span)?;
        if let ExprKind::Name(text) = &e.kind
            && let Some(agent) = self.indices.get(text)
        {
            return Ok(*agent);
        }
        super::setting::agent_argument(e, &setting)
    }

    pub(super) fn needs_setting(&self, span: ast::Span) -> Resolve<std::sync::Arc<crate::model::Setting>> {
        self.setting.clone().ok_or_else(|| {
            complain("wrong-stage", "it is not clear which setting this speaks of", span)
        })
    }

    fn reciprocal(&mut self, term: &Expr, span: ast::Span) -> Resolve<Expr> {
        let zero = || {
            Diagnostic::new("division-by-zero", "this denominator can be zero", span)
                .help("a denominator must be different from zero wherever the statement speaks")
        };
        match term.as_number() {
            Some(c) if c.is_zero() => Err(Box::new(zero())),
            Some(_) => Ok(Expr::inverse(term)),
            None => {
                self.oblige(term.clone(), Comparison::Unequal, Expr::zero(), zero());
                Ok(Expr::inverse(term))
            }
        }
    }

    fn power(&mut self, base: &ast::Expr, exponent: &ast::Expr) -> Resolve<Expr> {
        let term = self.number(base)?;
        let power = self.number(exponent)?;
        let wrong = |message: String| {
            Box::new(
                Diagnostic::new("exponent", message, exponent.span)
                    .help(format!("exponents are integers from 0 to {EXPONENT_LIMIT}")),
            )
        };
        let Some(c) = power.as_number() else {
            return Err(wrong("this exponent is not a number".into()));
        };
        let Some(k) = small_integer(&power).filter(|k| k.abs() <= EXPONENT_LIMIT) else {
            return Err(wrong(format!("the exponent {} is out of range", brief(&c))));
        };
        let base_term = if k < 0 { self.reciprocal(&term, base.span)? } else { term };
        let mut out = Expr::one();
        for _ in 0..k.abs() {
            out = product_of(&out, &base_term, base.span.to(exponent.span))?;
        }
        Ok(out)
    }

    fn family(
        &mut self,
        e: &ast::Expr,
        operator: FamilyOperator,
        index: &Name,
        except: Option<&ast::Expr>,
        body: &ast::Expr,
    ) -> Resolve<Expr> {
        let setting = self.family_setting(body, e.span)?;
        let outer = std::mem::replace(&mut self.setting, Some(setting.clone()));
        self.not_bound_twice(index)?;
        let mut names = Vec::new();
        names_in(body, &mut names);
        if !names.iter().any(|n| n.text == index.text) {
            return Err(unused(index));
        }
        let except = except.map(|x| self.agent(x)).transpose()?;
        let mut terms = Vec::new();
        for agent in (0..setting.agents.len()).filter(|j| Some(*j) != except) {
            self.indices.insert(index.text.clone(), agent);
            terms.push(self.number(body)?);
        }
        self.indices.remove(&index.text);
        if outer.is_some() {
            self.setting = outer;
        }
        let Some((first, rest)) = terms.split_first() else {
            return match operator {
                FamilyOperator::Sum => Ok(Expr::zero()),
                _ => Err(complain("unsupported", "there is no agent to take the maximum over", e.span)),
            };
        };
        Ok(rest.iter().fold(first.clone(), |acc, term| match operator {
            FamilyOperator::Sum => acc.plus(term),
            FamilyOperator::Max => acc.maximum(term),
            FamilyOperator::Min => acc.minimum(term),
        }))
    }

    fn family_setting(
        &self,
        body: &ast::Expr,
        span: ast::Span,
    ) -> Resolve<std::sync::Arc<crate::model::Setting>> {
        match &self.setting {
            Some(setting) => Ok(setting.clone()),
            None => super::statement::only_setting(self.universe, body)
                .ok_or_else(|| complain("wrong-stage", "it is not clear over which agents this runs", span)),
        }
    }

    fn not_bound_twice(&self, name: &Name) -> Resolve<()> {
        let is_type = self.setting.iter().any(|s| s.agents.iter().any(|a| a.type_.shown == name.text));
        let is_parameter = self.universe.parameters.iter().any(|p| p.shown == name.text);
        if is_type || is_parameter || self.values.contains_key(&name.text) || self.indices.contains_key(&name.text)
        {
            let message = format!("`{}` already has a meaning here", name.text);
            return Err(Box::new(
                Diagnostic::new("shadowing", message, name.span).help("use a new name for the bound variable"),
            ));
        }
        Ok(())
    }

    /// A condition as the product of its indicators.
    pub(super) fn condition(&mut self, condition: &ast::Condition) -> Resolve<Expr> {
        let mut product = Expr::one();
        for conjunct in &condition.conjuncts {
            let factor = match conjunct {
                Condition::Wins(e) => self.wins(e)?,
                Condition::Relations { first, rest } => {
                    let mut left = self.number(first)?;
                    let mut all = Expr::one();
                    for (relation, right) in rest {
                        let right = self.number(right)?;
                        all = all.times(&indicator(&left, *relation, &right));
                        left = right;
                    }
                    all
                }
            };
            product = product_of(&product, &factor, condition.span)?;
        }
        Ok(product)
    }

    /// `[x[i] wins]`: agent i has the highest type, ties by the rule of the setting.
    fn wins(&mut self, e: &ast::Expr) -> Resolve<Expr> {
        let setting = self.needs_setting(e.span)?;
        if setting.kind == Kind::Outcomes {
            return Err(complain("wrong-sort", "`wins` needs a setting with one good", e.span));
        }
        let term = self.number(e)?;
        let winner = setting.agents.iter().position(|a| Expr::variable(&a.type_.name) == term);
        let Some(winner) = winner else {
            return Err(complain("wrong-sort", "`wins` speaks of the type of an agent", e.span));
        };
        let types: Vec<Expr> = setting.agents.iter().map(|a| Expr::variable(&a.type_.name)).collect();
        Ok(setting.greatest(&types).get(winner).cloned().unwrap_or_else(Expr::zero))
    }

    fn cases(
        &mut self,
        e: &ast::Expr,
        branches: &[(ast::Expr, ast::Condition)],
        otherwise: Option<&ast::Expr>,
    ) -> Resolve<Expr> {
        let (mut sum, mut open) = (Expr::zero(), Expr::one());
        for (value, condition) in branches {
            let holds = self.condition(condition)?;
            let value = self.number(value)?;
            sum = sum.plus(&product_of(&product_of(&value, &holds, e.span)?, &open, e.span)?);
            open = product_of(&open, &Expr::one().minus(&holds), e.span)?;
        }
        match otherwise {
            Some(value) => {
                let value = self.number(value)?;
                Ok(sum.plus(&product_of(&value, &open, e.span)?))
            }
            None => {
                let diagnostic = Diagnostic::new("cases-incomplete", "these cases do not cover everything", e.span)
                    .help("add a branch `… otherwise`");
                self.oblige(open, Comparison::Equal, Expr::zero(), diagnostic);
                Ok(sum)
            }
        }
    }

    fn integral(
        &mut self,
        body: &ast::Expr,
        variable: &Name,
        low: &ast::Expr,
        high: &ast::Expr,
    ) -> Resolve<Expr> {
        let (low, high) = (self.number(low)?, self.number(high)?);
        self.not_bound_twice(variable)?;
        let name = format!("{}'{}", variable.text, self.ranges.len());
        self.values.insert(variable.text.clone(), Expr::variable(&name));
        self.ranges.push(Bound {
            name: name.as_str().into(),
            shown: variable.text.clone(),
            low: low.clone(),
            high: high.clone(),
        });
        let term = self.number(body);
        self.values.remove(&variable.text);
        self.ranges.pop();
        let mut names = Vec::new();
        names_in(body, &mut names);
        if !names.iter().any(|n| n.text == variable.text) {
            return Err(unused(variable));
        }
        Ok(Expr::integral(&name, &low, &high, &term?))
    }

    /// The agent whose interim quantity an expression is.
    fn interim_agent(&self, e: &ast::Expr) -> Resolve<usize> {
        let mut found: Option<usize> = None;
        let mut stack = vec![e];
        while let Some(e) = stack.pop() {
            if let ExprKind::Call { function, arguments } = &e.kind
                && matches!(function.text.as_str(), "payment" | "payoff" | "value" | "allocation")
                && let Some(last) = arguments.last()
            {
                let setting = self.needs_setting(e.span)?;
                let agent = match &last.kind {
                    ExprKind::Name(text) if self.indices.contains_key(text) => self.agent(last)?,
                    ExprKind::Name(text) => find_agent(text, &setting, last.span)?,
                    _ => self.agent(last)?,
                };
                if found.is_some_and(|other| other != agent) {
                    let message = "an interim quantity belongs to one agent, and two are named here";
                    return Err(complain("wrong-stage", message, e.span));
                }
                found = Some(agent);
            }
            children(e, &mut |child| stack.push(child));
        }
        found.ok_or_else(|| {
            let message = "it is not clear whose type is known in this interim quantity";
            Box::new(
                Diagnostic::new("wrong-stage", message, e.span)
                    .help("write `interim payoff(m, i)`, `interim payment(m, i)` or the like"),
            )
        })
    }
}

fn unused(name: &Name) -> Box<Diagnostic> {
    let message = format!("the bound variable `{}` does not occur in the body", name.text);
    Box::new(Diagnostic::new("unused-binder", message, name.span))
}

/// A number, shortened if it is long.
fn brief(c: &Rational) -> String {
    let text = c.to_string();
    match text.char_indices().nth(24) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// A product within the budget.
fn product_of(a: &Expr, b: &Expr, span: ast::Span) -> Resolve<Expr> {
    if a.len().saturating_mul(b.len()) > TERM_LIMIT {
        let message = format!("this product has more than {TERM_LIMIT} terms");
        return Err(complain("too-large", message, span));
    }
    Ok(a.times(b))
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

/// Calls `visit` on the direct parts of an expression.
pub(super) fn children<'a>(e: &'a ast::Expr, visit: &mut dyn FnMut(&'a ast::Expr)) {
    fn condition<'a>(c: &'a ast::Condition, visit: &mut dyn FnMut(&'a ast::Expr)) {
        for conjunct in &c.conjuncts {
            match conjunct {
                Condition::Wins(e) => visit(e),
                Condition::Relations { first, rest } => {
                    visit(first);
                    rest.iter().for_each(|(_, e)| visit(e));
                }
            }
        }
    }
    match &e.kind {
        ExprKind::Number(_) | ExprKind::Name(_) => {}
        ExprKind::Indexed { index, .. } => visit(index),
        ExprKind::Sum(terms) => terms.iter().for_each(|(_, e)| visit(e)),
        ExprKind::Product(factors) => factors.iter().for_each(|(_, e)| visit(e)),
        ExprKind::Negated(e) | ExprKind::Expectation(e) | ExprKind::Interim(e) => visit(e),
        ExprKind::Power { base, exponent } => [base, exponent].into_iter().for_each(|e| visit(e)),
        ExprKind::Call { arguments, .. } => arguments.iter().for_each(visit),
        ExprKind::Family { except, body, .. } => {
            if let Some(e) = except {
                visit(e);
            }
            visit(body);
        }
        ExprKind::Indicator(c) => condition(c, visit),
        ExprKind::Cases { branches, otherwise } => {
            for (e, c) in branches {
                visit(e);
                condition(c, visit);
            }
            if let Some(e) = otherwise {
                visit(e);
            }
        }
        ExprKind::Integral { body, low, high, .. } => [body, low, high].into_iter().for_each(|e| visit(e)),
        ExprKind::Under { mechanism, .. } => visit(mechanism),
    }
}

/// All names that are read in an expression, functions and bound variables excluded.
pub(super) fn names_in(e: &ast::Expr, out: &mut Vec<Name>) {
    let mut stack = vec![e];
    while let Some(e) = stack.pop() {
        match &e.kind {
            ExprKind::Name(text) => out.push(Name { text: text.clone(), span: e.span }),
            ExprKind::Indexed { name, .. } => out.push(name.clone()),
            ExprKind::Under { strategy, .. } => out.push(strategy.clone()),
            _ => {}
        }
        children(e, &mut |child| stack.push(child));
    }
}
