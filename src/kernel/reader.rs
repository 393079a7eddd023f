//! Reading the kernel's grammar (see [`text`](super::text)): what is read is rebuilt by the constructors of
//! [`Expr`], so a text cannot carry a term that is not canonical.

use std::sync::Arc;

use super::expr::{Expr, Name, WEIGHT_LIMIT};
use super::formula::{Formula, Function, Relation};
use super::rejection::Rejection;
use super::text::{Symbol, is_name_char, is_word};
use crate::exact::Rational;

/// Nesting in a certificate's text.
const DEPTH_LIMIT: usize = 200;

pub(super) struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

pub(super) type Read<T> = Result<T, Rejection>;

fn unreadable(reason: impl Into<String>) -> Rejection {
    Rejection::Unreadable { reason: reason.into() }
}

impl<'a> Reader<'a> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn accept(&mut self, token: &str) -> bool {
        self.skip();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Read<()> {
        if self.accept(token) {
            return Ok(());
        }
        let found: String = self.rest.chars().take(20).collect();
        Err(unreadable(format!("expected `{token}` before `{found}`")))
    }

    fn while_chars(&mut self, keep: impl Fn(char) -> bool) -> &'a str {
        self.skip();
        let end = self.rest.find(|c| !keep(c)).unwrap_or(self.rest.len());
        let (head, tail) = self.rest.split_at(end);
        self.rest = tail;
        head
    }

    pub(super) fn name(&mut self) -> Read<Name> {
        if self.accept("\"") {
            return self.quoted();
        }
        let text = self.while_chars(is_name_char);
        if is_word(text) { Ok(text.into()) } else { Err(unreadable(format!("`{text}` is not a name"))) }
    }

    /// The rest of a name between quotes.
    fn quoted(&mut self) -> Read<Name> {
        let Some((text, rest)) = self.rest.split_once('"') else {
            return Err(unreadable("a quote is not closed"));
        };
        self.rest = rest;
        Symbol::new(text).map(|s| s.0).ok_or_else(|| unreadable(format!("`{text}` is not a name")))
    }

    fn number(&mut self) -> Read<u32> {
        let text = self.while_chars(|c| c.is_ascii_digit());
        text.parse().map_err(|_| unreadable(format!("`{text}` is not a small number")))
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= DEPTH_LIMIT {
            return Err(Rejection::TooLarge { what: "nested brackets", limit: DEPTH_LIMIT });
        }
        self.depth += 1;
        let out = read(self)?;
        self.depth -= 1;
        Ok(out)
    }

    fn expr(&mut self) -> Read<Expr> {
        self.deeper(|r| {
            let mut terms = vec![r.term()?];
            loop {
                if r.accept("+") {
                    terms.push(r.term()?);
                } else if r.accept("-") {
                    terms.push(r.term()?.negated());
                } else {
                    return Ok(Expr::sum_of(&terms));
                }
            }
        })
    }

    fn term(&mut self) -> Read<Expr> {
        let mut product = self.factor()?;
        while self.accept("*") {
            product = product.times(&self.factor()?);
        }
        Ok(product)
    }

    fn factor(&mut self) -> Read<Expr> {
        if self.accept("-") {
            return self.deeper(|r| Ok(r.factor()?.negated()));
        }
        let base = self.atom()?;
        if !self.accept("^") {
            return Ok(base);
        }
        let exponent = self.number()?;
        Ok(base.pow(exponent))
    }

    fn atom(&mut self) -> Read<Expr> {
        self.skip();
        let digits = self.while_chars(|c| c.is_ascii_digit() || c == '/');
        if !digits.is_empty() {
            let value: Rational = digits.parse().map_err(|e| unreadable(format!("{e}")))?;
            return Ok(Expr::number(value));
        }
        if self.accept("[") {
            let e = self.expr()?;
            self.expect("]")?;
            return Ok(Expr::at_least_zero(&e));
        }
        if self.accept("(") {
            let e = self.expr()?;
            self.expect(")")?;
            return Ok(e);
        }
        if self.accept("\"") {
            let name = self.quoted()?;
            return self.named(name);
        }
        let word = self.while_chars(is_name_char);
        match word {
            "natural" => Ok(Expr::natural()),
            "inv" | "pow" | "whole" => {
                self.expect("(")?;
                let e = self.expr()?;
                self.expect(")")?;
                Ok(match word {
                    "inv" => Expr::inverse(&e),
                    "pow" => e.natural_power(),
                    _ => Expr::whole(&e),
                })
            }
            "sum" => {
                self.expect("(")?;
                let k = self.name()?;
                self.expect(",")?;
                let [upper, body] = self.terms()?;
                Ok(Expr::sum(&k, &upper, &body))
            }
            "expect" => {
                self.expect("(")?;
                let p = self.name()?;
                self.expect(",")?;
                let [body] = self.terms()?;
                Ok(Expr::expectation(&p, &body))
            }
            "read" => {
                self.expect("(")?;
                let [profile, agent] = self.terms()?;
                Ok(Expr::read(&profile, &agent))
            }
            "update" => {
                self.expect("(")?;
                let [profile, agent, value] = self.terms()?;
                Ok(Expr::update(&profile, &agent, &value))
            }
            "integral" => {
                self.expect("(")?;
                let y = self.name()?;
                self.expect(",")?;
                let [low, high, body] = self.terms()?;
                Ok(Expr::integral(&y, &low, &high, &body))
            }
            _ => {
                if !is_word(word) {
                    return Err(unreadable(format!("`{word}` is not a name")));
                }
                self.named(word.into())
            }
        }
    }

    /// So many terms with commas between them, and the bracket that closes them.
    fn terms<const N: usize>(&mut self) -> Read<[Expr; N]> {
        let mut out = Vec::new();
        for position in 0..N {
            if position > 0 {
                self.expect(",")?;
            }
            out.push(self.expr()?);
        }
        self.expect(")")?;
        out.try_into().map_err(|_| unreadable("another number of terms"))
    }

    /// A variable, or a function with its arguments.
    fn named(&mut self, name: Name) -> Read<Expr> {
        if !self.accept("(") {
            return Ok(Expr::variable(&name));
        }
        let mut arguments = vec![];
        if !self.accept(")") {
            arguments.push(self.expr()?);
            while self.accept(",") {
                arguments.push(self.expr()?);
            }
            self.expect(")")?;
        }
        Ok(Expr::apply(&name, arguments))
    }

    fn formula(&mut self) -> Read<Formula> {
        self.deeper(|r| r.formula_here())
    }

    fn formula_here(&mut self) -> Read<Formula> {
        let before = self.rest;
        let word = self.while_chars(is_name_char);
        match word {
            "and" | "or" => {
                self.expect("(")?;
                let mut parts = Vec::new();
                if !self.accept(")") {
                    parts.push(self.formula()?);
                    while self.accept(";") {
                        parts.push(self.formula()?);
                    }
                    self.expect(")")?;
                }
                Ok(if word == "and" { Formula::And(parts) } else { Formula::Or(parts) })
            }
            "imp" => {
                self.expect("(")?;
                let a = self.formula()?;
                self.expect(";")?;
                let b = self.formula()?;
                self.expect(")")?;
                Ok(Formula::Implies(Box::new(a), Box::new(b)))
            }
            "all" | "some" => {
                let x = self.name()?;
                self.expect(".")?;
                let body = Box::new(self.formula()?);
                Ok(if word == "all" { Formula::ForAll(x, body) } else { Formula::Exists(x, body) })
            }
            "functions" | "nofunctions" => {
                self.expect("(")?;
                let mut symbols = vec![self.function()?];
                while self.accept(",") {
                    symbols.push(self.function()?);
                }
                self.expect(")")?;
                self.expect(".")?;
                let body = Arc::new(self.formula()?);
                Ok(match word {
                    "functions" => Formula::SomeFunctions(symbols, body),
                    _ => Formula::NoFunctions(symbols, body),
                })
            }
            _ => {
                self.rest = before;
                let e = self.expr()?;
                let relation = if self.accept(">=") {
                    Relation::AtLeast
                } else if self.accept(">") {
                    Relation::Positive
                } else {
                    self.expect("=")?;
                    Relation::Equal
                };
                self.expect("0")?;
                Ok(Formula::Compare(relation, e))
            }
        }
    }

    fn function(&mut self) -> Read<Function> {
        let name = self.name()?;
        self.expect("/")?;
        Ok(Function { name, arity: self.number()? as usize })
    }
}

pub(super) fn read_all<T>(text: &str, read: impl FnOnce(&mut Reader<'_>) -> Read<T>) -> Read<T> {
    let mut reader = Reader { rest: text, depth: 0 };
    let out = read(&mut reader)?;
    reader.skip();
    match reader.rest {
        "" => Ok(out),
        rest => Err(unreadable(format!("`{}` is left over", rest.chars().take(20).collect::<String>()))),
    }
}

impl std::str::FromStr for Expr {
    type Err = Rejection;
    fn from_str(text: &str) -> Read<Self> {
        let e = read_all(text, |r| r.expr())?;
        if e.is_too_large() {
            return Err(Rejection::TooLarge { what: "terms", limit: WEIGHT_LIMIT as usize });
        }
        Ok(e)
    }
}

impl std::str::FromStr for Formula {
    type Err = Rejection;
    fn from_str(text: &str) -> Read<Self> {
        let formula = read_all(text, |r| r.formula())?;
        formula.within_limits()?;
        Ok(formula)
    }
}
