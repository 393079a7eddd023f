//! Derivations: earlier ones applied to functions and numbers.

use super::Resolve;
use super::derivation::Reader;
use super::names::{advise, complain, unknown_name};
use super::scope::{Function, Universe, broken};
use crate::kernel::{Definition, Expr, Symbol};
use crate::lang::ast::{self, Name, Span};
use crate::model::Application;

impl Reader<'_> {
    /// `apply NAME with n = 3, f(y) = 2*y`.
    pub(super) fn apply(&mut self, name: &Name, values: &[(Name, Vec<Name>, ast::Expr)]) -> Resolve<()> {
        self.is_new_fact(name)?;
        let Some(position) = self.earlier.iter().position(|d| d.name.text == name.text) else {
            let known = self.earlier.iter().map(|d| d.name.text.as_str());
            return Err(unknown_name("derivation above", &name.text, name.span, known));
        };
        let (before, rest) = self.earlier.split_at(position);
        let Some(earlier) = rest.first() else { return Ok(()) };
        let universe = Universe::default();
        // What is wrong with the earlier one is reported where it stands.
        let Ok(theirs) = Reader::read(&universe, earlier, before) else {
            return Err(broken(&name.text, name.span));
        };
        let is_function = |f: &str| {
            matches!(theirs.env.functions.get(f), Some(Function::Unknown { .. } | Function::Continuous(_)))
        };
        let same = self.same_setting(&theirs, values, name)?;
        let values: Vec<&(Name, Vec<Name>, ast::Expr)> =
            values.iter().filter(|(n, ..)| !theirs.is_setting(&n.text)).collect();
        let their_integer = theirs.out.integer.as_ref();
        for (position, (theirs_is, _, _)) in values.iter().enumerate() {
            let text = &theirs_is.text;
            let number = theirs.out.numbers.iter().any(|n| **n == **text);
            if !number && !is_function(text) && their_integer.is_none_or(|(n, _)| n != text) {
                let known = theirs.out.numbers.iter().map(|n| &**n);
                let known = known.chain(theirs.env.functions.keys().map(String::as_str));
                return Err(unknown_name(
                    "function or number of that derivation",
                    text,
                    theirs_is.span,
                    known,
                ));
            }
            if values.iter().take(position).any(|(n, _, _)| n.text == *text) {
                return Err(complain("duplicate-name", format!("`{text}` has two values"), theirs_is.span));
            }
        }
        let mut functions: Vec<Definition> = Vec::new();
        for (function, parameters, body) in values.iter().filter(|(n, _, _)| is_function(&n.text)) {
            functions.push(self.given_function(function, parameters, body, &is_function)?);
        }
        let given = |n: &str| values.iter().find(|(v, _, _)| v.text == n).copied();
        let known = same.functions.into_iter().filter(|d| given(d.name.name()).is_none());
        functions.extend(known);
        let mut numbers = Vec::new();
        for number in &theirs.out.numbers {
            numbers.push(match given(number) {
                Some((_, parameters, value)) if parameters.is_empty() => self.env.number(value)?,
                Some((name, _, _)) => {
                    let message = format!("`{}` is a number", name.text);
                    return Err(complain("wrong-sort", message, name.span));
                }
                None => match same.numbers.get(number) {
                    Some(value) => value.clone(),
                    None => self.same_number(number, name)?,
                },
            });
        }
        let natural = match (their_integer, same.agents) {
            (None, _) => None,
            (Some((integer, least)), agents) => match (given(integer), agents) {
                (None, Some(agents)) => self.as_integer(&agents, (integer, *least), name, name.span)?,
                (value, _) => self.their_integer(value, integer, *least, name)?,
            },
        };
        if let (Some(ours), Some(averaged)) =
            (&mut self.env.family, theirs.env.family.as_ref().map(|f| f.averaged))
        {
            ours.averaged |= averaged;
        }
        let name = name.text.clone();
        let derivation = theirs.out;
        self.out.applied.push(Application { name, derivation, functions, natural, numbers });
        self.hypotheses_are_defined()
    }

    fn given_function(
        &mut self,
        function: &Name,
        parameters: &[Name],
        body: &ast::Expr,
        is_theirs: &dyn Fn(&str) -> bool,
    ) -> Resolve<Definition> {
        if parameters.is_empty() {
            let message = format!("`{}` is a function", function.text);
            let help = format!("write `{}(y) = …`", function.text);
            return Err(advise("wrong-sort", message, function.span, help));
        }
        let outside = self.env.values.clone();
        let mut symbols = Vec::new();
        for p in parameters {
            let name = format!("{}'", p.text);
            self.env.values.insert(p.text.clone(), Expr::variable(&name));
            symbols.extend(Symbol::new(&name));
        }
        let read = self.env.number(body);
        self.env.values = outside;
        let body = read?;
        if let Some(other) = body.free_names().iter().find(|f| body.mentions_function(f) && is_theirs(f)) {
            let message = format!("`{other}` is a function of the derivation that is applied, too");
            return Err(advise("shadowing", message, function.span, "call one of them by another name"));
        }
        let Some(name) = Symbol::new(&function.text) else {
            return Err(complain("unsupported", "this cannot be a function", function.span));
        };
        Ok(Definition { name, parameters: symbols, body })
    }

    /// A number of the earlier derivation that has no value here: the one of that name.
    fn same_number(&self, number: &str, name: &Name) -> Resolve<Expr> {
        self.env.values.get(number).cloned().ok_or_else(|| {
            let message = format!("it is not said what `{number}` of `{}` is", name.text);
            advise("missing-value", message, name.span, format!("add `with {number} = …`"))
        })
    }

    fn their_integer(
        &mut self,
        given: Option<&(Name, Vec<Name>, ast::Expr)>,
        integer: &str,
        least: u32,
        name: &Name,
    ) -> Resolve<Option<u32>> {
        let value = match given {
            Some((_, _, value)) => self.env.number(value)?,
            None => self.same_number(integer, name)?,
        };
        let span = given.map_or(name.span, |(_, _, value)| value.span);
        self.as_integer(&value, (integer, least), name, span)
    }

    /// The natural number for which their integer is a value; none if it is the same integer.
    fn as_integer(
        &self,
        value: &Expr,
        (integer, least): (&str, u32),
        name: &Name,
        span: Span,
    ) -> Resolve<Option<u32>> {
        if let Some(steps) = value.as_number().map(|c| &c - &i64::from(least).into()) {
            return match steps.to_u32().filter(|k| *k <= 1_000) {
                Some(steps) => Ok(Some(steps)),
                None => {
                    let message = format!("`{integer}` of `{}` is an integer from {least} on", name.text);
                    Err(complain("out-of-range", message, span))
                }
            };
        }
        if *value == Expr::natural().plus(&Expr::integer(least.into())) {
            return Ok(None);
        }
        let message = format!("`{integer}` is a number here, or the same integer with the same least value");
        Err(complain("unsupported", message, span))
    }
}
