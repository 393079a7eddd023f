//! Expressions: from syntax to terms of the kernel.

use std::sync::Arc;

use crate::exact::Rational;
use crate::kernel::{Expr, Name as Symbol};
use crate::model::{Agent, Bound, Comparison, Setting, fraction, inverse};

use super::names::{advise, arity, complain, find_agent, names_in, settings_of, unknown_name};
use super::scope::{Env, Function, broken};
use super::{Resolve, setting};
use crate::lang::ast::{self, ExprKind, Factor, Name, Sign, Span};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::print_expr;

/// An exponent at most.
const EXPONENT_LIMIT: u32 = 4_000;
/// Nesting of expressions at most, after parsing.
const DEPTH_LIMIT: usize = 200;

impl Env<'_> {
    /// The real number that an expression denotes.
    pub(super) fn number(&mut self, e: &ast::Expr) -> Resolve<Expr> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            let message = format!("expressions are nested more than {DEPTH_LIMIT} deep");
            return Err(complain("too-deep", message, e.span));
        }
        let out = self.number_here(e)?;
        self.depth -= 1;
        if out.is_too_large() {
            return Err(too_large("this expression becomes too large", e.span));
        }
        Ok(out)
    }

    /// A number that depends on parameters at most.
    pub(super) fn constant(&mut self, e: &ast::Expr) -> Resolve<Expr> {
        let out = self.number(e)?;
        match self.charges.first() {
            Some(charge) => {
                let message = format!("`{}` cannot be used in a definition of this kind", charge.shown);
                Err(complain("unsupported", message, e.span))
            }
            None => Ok(out),
        }
    }

    fn number_here(&mut self, e: &ast::Expr) -> Resolve<Expr> {
        match &e.kind {
            ExprKind::Number(c) => Ok(Expr::number(c.clone())),
            ExprKind::Name(text) => self.name(text, e.span),
            ExprKind::Indexed { name, index } if self.family.is_some() => self.type_at(name, index),
            ExprKind::Indexed { name, index } => self.indexed(name, index),
            ExprKind::Changed { profile, index, value } => self.changed(profile, index, value),
            ExprKind::Sum(terms) => {
                let mut all = Vec::new();
                for (sign, term) in terms {
                    let term = self.operand(term)?;
                    all.push(if *sign == Sign::Plus { term } else { term.negated() });
                }
                Ok(Expr::sum_of(&all))
            }
            ExprKind::Negated(inner) => Ok(self.operand(inner)?.negated()),
            ExprKind::Product(factors) => {
                let mut product = Expr::one();
                let mut terms = Vec::new();
                for (how, factor) in factors {
                    let term = self.operand(factor)?;
                    let term = match how {
                        Factor::Times => term,
                        Factor::Over => self.reciprocal(&term, factor.span)?,
                    };
                    product = product_of(&product, &term, e.span)?;
                    terms.push((factor, term));
                }
                self.note_product(&terms);
                Ok(product)
            }
            ExprKind::Power { base, exponent } => self.power(base, exponent),
            ExprKind::Call { function, arguments } => self.call(e, function, arguments),
            ExprKind::Family { operator, index, except, body } => {
                if self.family.is_some() {
                    return self.over_agents(e, *operator, index, except.as_deref(), body);
                }
                self.family(e, *operator, index, except.as_deref(), body)
            }
            ExprKind::Indicator(condition) => self.condition(condition),
            ExprKind::Table { .. } => self.table_of_numbers(e),
            ExprKind::Cases { branches, otherwise } => self.cases(e, branches, otherwise.as_deref()),
            ExprKind::Integral { body, along, variable, low, high } => {
                self.integral((body, along.as_deref()), variable, low, high)
            }
            ExprKind::Root { body, variable, low, high } => self.root_in(e, body, variable, low, high),
            ExprKind::Expectation(inner) if self.family.is_some() => self.over_profiles(inner),
            ExprKind::Expectation(inner) => self.expectation(inner),
            ExprKind::Interim(inner) => self.interim(inner),
            ExprKind::Under { .. } => {
                Err(complain("wrong-sort", "this is a mechanism, and a number is needed here", e.span))
            }
        }
    }

    fn name(&mut self, text: &str, span: Span) -> Resolve<Expr> {
        if let Some(value) = self.values.get(text) {
            return Ok(value.clone());
        }
        let types = self.types();
        let named: Vec<_> = types.iter().filter(|b| b.shown == text).collect();
        match named.as_slice() {
            [only] if only.points.are_named() => {
                let message = format!("the values of `{text}` are names, and a number is needed here");
                return Err(advise("wrong-sort", message, span, format!("write `[{text} = …]` or a table")));
            }
            [only] => return Ok(only.value()),
            [] => {}
            _ => {
                let message = format!("`{text}` is a type in two settings, with different type spaces");
                return Err(advise("ambiguous-type", message, span, "speak of one setting at a time"));
            }
        }
        if let Some(parameter) = self.universe.parameters.iter().find(|p| p.shown == text) {
            return Ok(Expr::variable(&parameter.name));
        }
        if let Some(agent) = &self.sole
            && let Some(own) = types.iter().find(|b| b.shown == format!("{text}[{agent}]"))
        {
            return Ok(own.value());
        }
        if types.iter().any(|b| b.shown.starts_with(&format!("{text}["))) {
            let message = format!("`{text}` is a family of types, and one of them is needed here");
            let help = format!("write `{text}[1]`, say");
            return Err(advise("wrong-sort", message, span, help));
        }
        let sets = types.iter().map(|b| (&b.shown, &b.points));
        let sets = sets.chain(self.outcome.iter().map(|a| (&a.shown, &a.points)));
        for (set, points) in sets.filter(|(_, points)| points.are_named()) {
            if set == text || points.all().iter().any(|p| p.shown == text) {
                let message = format!("the values of `{set}` are names, and a number is needed here");
                return Err(advise("wrong-sort", message, span, format!("write `[{set} = …]` or a table")));
            }
        }
        if self.indices.contains_key(text) {
            let message = format!("`{text}` stands for an agent, and a number is needed here");
            return Err(complain("wrong-sort", message, span));
        }
        if self.universe.sort_of(text).is_some() || self.universe.is_broken(text) {
            return Err(self.universe.unknown("number", text, span));
        }
        if self.settings.iter().any(|s| s.agents.iter().any(|a| a.name == text)) {
            let message = format!("`{text}` is an agent, and a number is needed here");
            return Err(complain("wrong-sort", message, span));
        }
        let elsewhere = |s: &&setting::SettingEntry| s.setting.agents.iter().any(|a| a.type_.shown == text);
        if let Some(entry) = self.universe.settings.iter().find(elsewhere) {
            let message =
                format!("`{text}` is a type of `{}`, which this does not speak of", entry.setting.name);
            return Err(complain("wrong-stage", message, span));
        }
        let types = types.iter().map(|b| b.shown.as_str());
        let parameters = self.universe.parameters.iter().map(|p| p.shown.as_str());
        let bound = self.values.keys().map(String::as_str);
        Err(unknown_name("type or parameter", text, span, types.chain(parameters).chain(bound)))
    }

    fn indexed(&mut self, name: &Name, index: &ast::Expr) -> Resolve<Expr> {
        let prefix = format!("{}[", name.text);
        let of_family = |a: &Agent| a.type_.shown.starts_with(&prefix);
        let mut found = None;
        for s in self.settings.clone().iter().filter(|s| s.agents.iter().any(of_family)) {
            let agent = self.agent_in(index, s)?;
            let type_ = s.agents.get(agent).filter(|a| of_family(a)).map(|a| &a.type_);
            if let Some(type_) = type_ {
                found = Some(self.name(&type_.shown.clone(), name.span.to(index.span))?);
            }
        }
        found.ok_or_else(|| {
            let types = self.types();
            let families = types.iter().filter_map(|b| b.shown.split_once('[').map(|(f, _)| f));
            if self.universe.is_broken(&name.text) {
                return broken(&name.text, name.span);
            }
            unknown_name("family of types", &name.text, name.span, families)
        })
    }

    /// The one setting that an expression inside this one is about: those it names, else those in scope.
    pub(super) fn setting_of(&self, inner: &ast::Expr) -> Resolve<Arc<Setting>> {
        let named = settings_of(self.universe, &names_in(inner));
        let found = if named.is_empty() { &self.settings } else { &named };
        let same = |a: &Setting, b: &Setting| {
            let alike = |(a, b): (&Agent, &Agent)| {
                (&a.name, &a.type_, &a.density, &a.weights, &a.atoms)
                    == (&b.name, &b.type_, &b.density, &b.weights, &b.atoms)
            };
            let all = a.agents.len() == b.agents.len() && a.agents.iter().zip(&b.agents).all(alike);
            all && a.joint == b.joint
        };
        match found.as_slice() {
            [first, rest @ ..] if rest.iter().all(|s| same(first, s)) => Ok(first.clone()),
            [] => Err(self.no_setting(inner)),
            _ => Err(complain("wrong-stage", "this speaks of settings with different agents", inner.span)),
        }
    }

    /// The complaint about an expression that speaks of no setting: of a name that is not known, if there is one.
    fn no_setting(&self, inner: &ast::Expr) -> Box<Diagnostic> {
        let is_known = |text: &str| {
            let is_type = |a: &Agent| {
                a.type_.shown.strip_prefix(text).is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
            };
            let types = |s: &setting::SettingEntry| s.setting.agents.iter().any(is_type);
            self.values.contains_key(text)
                || self.universe.sort_of(text).is_some()
                || self.universe.settings.iter().any(types)
        };
        match names_in(inner).iter().find(|name| !is_known(&name.text)) {
            Some(name) => self.universe.unknown("setting, mechanism or type", &name.text, name.span),
            None => complain("wrong-stage", "it is not clear which setting this speaks of", inner.span),
        }
    }

    fn expectation(&mut self, inner: &ast::Expr) -> Resolve<Expr> {
        let setting = self.setting_of(inner)?;
        self.averages_over(&setting, inner.span)?;
        let outside = std::mem::take(&mut self.stages);
        let (terms, negated) = self.averaged_over(
            inner,
            &setting,
            |_| true,
            |env| {
                Ok(match env.extreme_terms(inner, &setting)? {
                    Some((terms, negated)) => (terms, Some(negated)),
                    None => (vec![env.number(inner)?], None),
                })
            },
        )?;
        self.stages = outside;
        self.stages.ex_ante = true;
        Ok(match (negated, terms.as_slice()) {
            (None, [term]) => setting.expectation(term),
            (Some(true), terms) => self.mean_of_greatest(terms, &setting).negated(),
            (_, terms) => self.mean_of_greatest(terms, &setting),
        })
    }

    fn interim(&mut self, inner: &ast::Expr) -> Resolve<Expr> {
        let setting = self.setting_of(inner)?;
        self.averages_over(&setting, inner.span)?;
        let agent = self.interim_agent(inner, &setting)?;
        let read = |env: &mut Self| Ok((vec![env.number(inner)?], ()));
        let (terms, ()) = self.averaged_over(inner, &setting, |i| i != agent, read)?;
        let term = terms.into_iter().next().unwrap_or_else(Expr::zero);
        if let Some(a) = setting.agents.get(agent) {
            if self.settings.iter().all(|s| s.name != setting.name) && term.mentions(&a.type_.name) {
                let message =
                    format!("this depends on `{}`, a type that is not in scope here", a.type_.shown);
                return Err(complain("wrong-stage", message, inner.span));
            }
            self.stages.interim.push(a.type_.name.clone());
        }
        Ok(setting.interim(agent, &term))
    }

    /// Numbers that are averaged over types of a setting. Conditions around them are about other values of
    /// these types, and a type of another setting would stay as it is.
    fn averaged_over<T>(
        &mut self,
        inner: &ast::Expr,
        setting: &Setting,
        averaged: impl Fn(usize) -> bool,
        read: impl FnOnce(&mut Self) -> Resolve<(Vec<Expr>, T)>,
    ) -> Resolve<(Vec<Expr>, T)> {
        let types = setting.agents.iter().enumerate().filter(|(i, _)| averaged(*i));
        let bound: Vec<Symbol> = types.map(|(_, a)| a.type_.name.clone()).collect();
        let mut guards = self.guards.clone();
        guards.retain(|guard| !bound.iter().any(|name| guard.mentions(name)));
        let outside = std::mem::replace(&mut self.guards, guards);
        let averaged_outside = self.averaged_types.len();
        self.averaged_types.extend(bound);
        let scope = self.settings.clone();
        if scope.iter().all(|s| s.name != setting.name) {
            self.settings.push(Arc::new(setting.clone()));
        }
        let read = read(self);
        self.settle_averaged(averaged_outside, read.as_ref().map_or(&[], |(terms, _)| terms));
        (self.guards, self.settings) = (outside, scope);
        let (terms, more) = read?;
        let known = |b: &Bound| setting.agents.iter().any(|a| a.type_.name == b.name);
        match self.types().iter().find(|b| !known(b) && terms.iter().any(|e| e.mentions(&b.name))) {
            Some(foreign) => {
                let message = format!(
                    "this averages over the types of `{}`, and `{}` is a type of another setting",
                    setting.name, foreign.shown
                );
                Err(complain("wrong-stage", message, inner.span))
            }
            None => Ok((terms, more)),
        }
    }

    /// The agent whose interim quantity an expression is: the one that its calls name.
    fn interim_agent(&self, e: &ast::Expr, setting: &Setting) -> Resolve<usize> {
        let mut found: Option<usize> = None;
        let mut stack = vec![e];
        while let Some(e) = stack.pop() {
            if let ExprKind::Call { function, arguments } = &e.kind
                && super::quantity::is_of_an_agent(&function.text)
                && let [_, who] = arguments.as_slice()
            {
                let agent = self.agent_in(who, setting)?;
                if found.is_some_and(|other| other != agent) {
                    let message = "an interim quantity belongs to one agent, and two are named here";
                    return Err(complain("wrong-stage", message, e.span));
                }
                found = Some(agent);
            }
            ast::children(e, &mut |child| stack.push(child));
        }
        found.ok_or_else(|| {
            let message = "it is not clear whose type is known in this interim quantity";
            let help = "write `interim payoff(m, i)`, `interim payment(m, i)` or the like";
            advise("wrong-stage", message, e.span, help)
        })
    }

    /// The agent of a setting that an expression names: by name, by number, or by a bound index.
    pub(super) fn agent_in(&self, e: &ast::Expr, setting: &Setting) -> Resolve<usize> {
        match &e.kind {
            ExprKind::Name(text) => match self.indices.get(text) {
                Some(agent) => find_agent(agent, setting, e.span),
                None => find_agent(text, setting, e.span),
            },
            ExprKind::Number(number) => find_agent(&number.to_string(), setting, e.span),
            _ => find_agent(&print_expr(e), setting, e.span),
        }
    }

    fn reciprocal(&mut self, term: &Expr, span: Span) -> Resolve<Expr> {
        let zero = || {
            Diagnostic::new("division-by-zero", "this denominator can be zero", span)
                .help("a denominator must be different from zero wherever the statement speaks")
        };
        match term.as_number() {
            Some(c) if c.is_zero() => Err(Box::new(zero())),
            Some(_) => Ok(Expr::inverse(term)),
            None => {
                if let Some(inverse) = inverse(term) {
                    return Ok(inverse);
                }
                self.oblige(term.clone(), Comparison::Unequal, Expr::zero(), zero());
                Ok(Expr::inverse(term))
            }
        }
    }

    fn power(&mut self, base: &ast::Expr, exponent: &ast::Expr) -> Resolve<Expr> {
        let term = self.number(base)?;
        let power = self.number(exponent)?;
        if let Some((numerator, index)) = power.as_number().as_ref().and_then(fraction)
            && index > 1
            && (1..=i64::from(EXPONENT_LIMIT)).contains(&numerator)
        {
            let root = self.root(base, &term, index)?;
            let span = base.span.to(exponent.span);
            return (0..numerator).try_fold(Expr::one(), |out, _| product_of(&out, &root, span));
        }
        let wrong = |message: String| {
            let help = format!(
                "exponents are integers from 0 to {EXPONENT_LIMIT}, or positive fractions of small numbers"
            );
            advise("exponent", message, exponent.span, help)
        };
        if power.mentions_natural() {
            let linear = Self::linear_exponent(&power);
            let Some((constant, slope)) = linear else {
                return Err(wrong(
                    "this exponent is not at least zero for every value of the integer".into(),
                ));
            };
            return Ok(term.pow(constant).times(&term.natural_power().pow(slope)));
        }
        let Some(c) = power.as_number() else {
            return Err(wrong("this exponent is not a number".into()));
        };
        let Some(k) = c.to_u32().filter(|k| *k <= EXPONENT_LIMIT) else {
            return Err(wrong(format!("the exponent {} is out of range", brief(&c))));
        };
        self.note_power(&term, k);
        let out = term.pow(k);
        if out.is_too_large() {
            return Err(too_large("this power becomes too large", base.span.to(exponent.span)));
        }
        Ok(out)
    }

    /// An exponent `constant + slope·m` with coefficients that are at least zero.
    fn linear_exponent(power: &Expr) -> Option<(u32, u32)> {
        let natural = Expr::natural();
        let m = natural.as_atom()?;
        let coefficients = power.poly().coefficients_in(m);
        let [constant, slope] = coefficients.as_slice() else { return None };
        let small = |c: &crate::exact::Poly<_>| c.as_constant()?.to_u32().filter(|k| *k <= EXPONENT_LIMIT);
        Some((small(constant)?, small(slope)?))
    }

    /// A function of a derivation at arguments.
    pub(super) fn apply(
        &mut self,
        name: &Name,
        function: Function,
        arguments: &[ast::Expr],
    ) -> Resolve<Expr> {
        let terms = arguments.iter().map(|a| self.number(a)).collect::<Resolve<Vec<_>>>()?;
        let wanted = match &function {
            Function::Unknown { arity } => *arity,
            Function::Cdf { .. } | Function::Continuous(_) => Some(1),
            Function::Defined { parameters, .. } => Some(parameters.len()),
        };
        if let Some(wanted) = wanted.filter(|n| *n != terms.len()) {
            return Err(arity(name, &wanted.to_string(), terms.len()));
        }
        match (function, terms.as_slice()) {
            (Function::Cdf { density, low }, [at]) => {
                let y = format!("{}'{}", name.text, self.ranges.len());
                Ok(Expr::integral(&y, &low, at, &Expr::apply(&density, vec![Expr::variable(&y)])))
            }
            (Function::Continuous(cdf), [at]) => Ok(cdf.at(at)),
            (Function::Defined { parameters, body, mut scope }, _) => {
                scope.extend(parameters.into_iter().zip(terms));
                let outside = std::mem::replace(&mut self.values, scope);
                let value = self.number(&body);
                self.values = outside;
                value
            }
            _ => {
                let known = Function::Unknown { arity: Some(terms.len()) };
                self.functions.insert(name.text.clone(), known);
                Ok(Expr::apply(&name.text, terms))
            }
        }
    }

    /// A bound name must be new.
    pub(super) fn is_new(&self, name: &Name) -> Resolve<()> {
        let symbol = Symbol::from(name.text.as_str());
        let is_agent = self.settings.iter().any(|s| s.agents.iter().any(|a| a.name == name.text));
        let meaning = if self.types().iter().any(|b| b.name == symbol || b.shown == name.text) {
            Some("a type")
        } else if is_agent {
            Some("an agent")
        } else if self.values.contains_key(&name.text) || self.indices.contains_key(&name.text) {
            Some("bound")
        } else {
            self.universe.sort_of(&name.text)
        };
        match meaning {
            Some(meaning) => {
                let message = format!("`{}` is already {meaning} here", name.text);
                Err(advise("shadowing", message, name.span, "use a new name for the bound variable"))
            }
            None => Ok(()),
        }
    }
}

pub(super) fn too_large(message: impl Into<String>, span: Span) -> Box<Diagnostic> {
    advise("too-large", message, span, "state it in smaller parts")
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
pub(super) fn product_of(a: &Expr, b: &Expr, span: Span) -> Resolve<Expr> {
    let product = a.times(b);
    if product.is_too_large() { Err(too_large("this product becomes too large", span)) } else { Ok(product) }
}
