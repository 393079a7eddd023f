//! Roots: of numbers and terms, and of polynomials in an interval.

use super::Resolve;
use super::expr::too_large;
use super::names::{advise, occurs};
use super::scope::{Env, Range};
use crate::exact::Rational;
use crate::kernel::{Expr, Formula, Name as Symbol, Node};
use crate::lang::ast::{self, Name, Span};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::print_expr;
use crate::model::{
    Bound, Comparison, Description, described_root, power_of_integer, quotient_of_differences, root_of,
    root_of_powers, root_of_term,
};

impl Env<'_> {
    /// The root of a number, or of a term in parameters, that is at least zero.
    pub(super) fn root(&mut self, base: &ast::Expr, term: &Expr, index: u32) -> Resolve<Expr> {
        let negative = || {
            Diagnostic::new("negative-root", "this can be negative, and has no real root then", base.span)
                .help("the root of a number that is at least zero is at least zero")
        };
        if let Some(c) = term.as_number() {
            return self.root_of_number(&c, index, base);
        }
        if let Some((c, root)) = root_of_powers(term, index, &self.powers()) {
            return Ok(self.root_of_number(&c, index, base)?.times(&root));
        }
        if let Some((c, index)) = power_of_integer(term, index) {
            return self.root_of_number(&c, index, base);
        }
        let simple = term.atoms().all(|a| matches!(a.node(), Node::Variable(_)));
        if !simple || !term.free_names().iter().all(|name| self.is_in_parameters(name)) {
            let help = "roots of numbers and of terms in parameters are supported";
            return Err(advise(
                "unsupported",
                "this is the root of a term with types in it",
                base.span,
                help,
            ));
        }
        self.oblige(term.clone(), Comparison::AtLeast, Expr::zero(), negative());
        let root = root_of_term(term, index, &print_expr(base));
        let out = Expr::variable(&root.name);
        self.add_charge(root);
        Ok(out)
    }

    fn root_of_number(&mut self, c: &Rational, index: u32, base: &ast::Expr) -> Resolve<Expr> {
        if c.is_negative() {
            let message = "this can be negative, and has no real root then";
            let help = "the root of a number that is at least zero is at least zero";
            return Err(advise("negative-root", message, base.span, help));
        }
        let limit = || too_large("this root is out of range", base.span);
        let (root, charges) = root_of(c, index).ok_or_else(limit)?;
        charges.into_iter().for_each(|charge| self.add_charge(charge));
        Ok(root)
    }

    /// The types in scope whose variables are roots.
    pub(super) fn powers(&self) -> Vec<Bound> {
        let bound = self.ranges.iter().map(|r| r.bound.clone());
        self.types().into_iter().chain(bound).filter(|b| !b.power.is_plain()).collect()
    }

    /// The value of the variable that types of an agent are written with, at a type.
    pub(super) fn variable_at(&mut self, own: &Bound, type_: &Expr, e: &ast::Expr) -> Resolve<Expr> {
        match own.power.is_plain() {
            true => Ok(type_.clone()),
            false => self.root(e, &own.power.power_of_variable(type_), own.power.exponent()),
        }
    }

    /// `root of 4*x^3 - 1 in [0, 1]`: that there is one, and only one, is owed.
    pub(super) fn root_in(
        &mut self,
        e: &ast::Expr,
        body: &ast::Expr,
        variable: &Name,
        low: &ast::Expr,
        high: &ast::Expr,
    ) -> Resolve<Expr> {
        let (from, to) = (self.number(low)?, self.number(high)?);
        self.is_new(variable)?;
        occurs(variable, body)?;
        let shown = print_expr(e);
        let unknown = Expr::variable(&format!("{}'unknown", variable.text));
        self.values.insert(variable.text.clone(), unknown.clone());
        let polynomial = self.number(body);
        self.values.remove(&variable.text);
        let polynomial = polynomial?;
        let allowed = |name: &Symbol| unknown.as_variable() == Some(name) || self.is_in_parameters(name);
        let terms = [&polynomial, &from, &to];
        if !terms.iter().all(|e| e.is_polynomial() && e.free_names().iter().all(allowed)) {
            let help = "polynomials in the unknown and in parameters are supported";
            return Err(advise("unsupported", "this is the root of something else", e.span, help));
        }
        let root = described_root(&shown, &polynomial, &unknown, &from, &to);
        self.owe_one_root(e.span, variable, &polynomial, &unknown, [&from, &to]);
        let out = Expr::variable(&root.name);
        self.add_charge(root);
        Ok(out)
    }

    /// That the ends are in order, that the polynomial does not have the same sign at both, and that it takes
    /// no value twice between them.
    pub(super) fn owe_one_root(
        &mut self,
        span: Span,
        variable: &Name,
        polynomial: &Expr,
        unknown: &Expr,
        [from, to]: [&Expr; 2],
    ) {
        let complaint =
            |message: &str, help: &str| Diagnostic::new("no-single-root", message, span).help(help);
        let empty = Diagnostic::new("empty-interval", "this interval is empty", span)
            .help("write the lower end first");
        self.oblige(to.clone(), Comparison::Greater, from.clone(), empty);
        let Some(name) = unknown.as_variable() else { return };
        let at = |point: &Expr| polynomial.substitute_one(name, point);
        let none =
            complaint("the polynomial has the same sign at both ends", "choose an interval around one root");
        self.oblige(at(from).times(&at(to)), Comparison::AtMost, Expr::zero(), none);
        // (p(x) − p(y))/(x − y) is never zero where x < y.
        let [x, y] = [("x", ""), ("y", "'")].map(|(mark, shown)| {
            let name: Symbol = format!("{}'{mark}", variable.text).into();
            let shown = format!("{}{shown}", variable.text);
            Bound::interval(name, shown, from.clone(), to.clone())
        });
        let [first, second] = [&x, &y].map(|b| Expr::variable(&b.name));
        let y = Bound { low: first.clone(), ..y };
        let slope = quotient_of_differences(polynomial, unknown, &first, &second);
        let several = complaint(
            "this polynomial may take a value twice on the interval, so the root may not be the only one",
            "choose a smaller interval, on which the polynomial only rises or only falls",
        );
        self.ranges.extend([x, y].map(|bound| Range { bound, ordered: true }));
        self.guards.push(Formula::greater(&second, &first));
        self.oblige(slope, Comparison::Unequal, Expr::zero(), several);
        self.guards.pop();
        self.ranges.truncate(self.ranges.len() - 2);
    }

    /// Whether a name is that of a parameter or of a root.
    fn is_in_parameters(&self, name: &Symbol) -> bool {
        let is_root = self.charges.iter().any(|c| c.name == *name && c.description == Description::Root);
        is_root || self.universe.parameters.iter().any(|p| p.name == *name)
    }
}
