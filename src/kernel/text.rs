//! The kernel's own tiny grammar: terms and formulas as text, for certificate files.
//!
//! ```text
//! expr    = term { ("+" | "-") term }         term = factor { "*" factor }      factor = atom [ "^" number ]
//! atom    = number | name | name "(" [ expr, … ] ")" | "[" expr "]" | "(" expr ")" | "-" factor
//!         | "inv" "(" expr ")" | "natural" | "pow" "(" expr ")" | "integral" "(" name "," low "," high "," body ")"
//! formula = expr ("=" | ">=" | ">") "0" | "and" "(" formula; … ")" | "or" "(" … ")"
//!         | "imp" "(" formula ";" formula ")" | ("all" | "some") name "." formula
//!         | ("functions" | "nofunctions") "(" name "/" number, … ")" "." formula
//! ```
//!
//! A name is a word, or any text between double quotes: `"payment(vcg, buyer)"(v, c)`.
//! `[e]` is the indicator of `e ≥ 0`; `natural` is the natural number m of the theorem, `pow(e)` is `e^m`. What is read is rebuilt by the constructors of [`Expr`], so a
//! file cannot carry a term that is not canonical.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::atom::Node;
use super::expr::{Expr, Name};
use super::formula::{Formula, Function, Relation};
use super::rejection::Rejection;
use crate::exact::Rational;

/// A name that a text may contain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Symbol(Name);

const RESERVED: [&str; 11] =
    ["inv", "natural", "pow", "integral", "and", "or", "imp", "all", "some", "functions", "nofunctions"];

impl Symbol {
    /// A name of any characters but quotes, `#` (which the kernel keeps for itself) and control characters.
    pub fn new(text: &str) -> Option<Self> {
        let allowed = |c: char| !matches!(c, '"' | '#') && !c.is_control();
        (!text.is_empty() && text.chars().all(allowed)).then(|| Symbol(text.into()))
    }

    /// The name.
    pub fn name(&self) -> &Name {
        &self.0
    }
}

/// Whether a name is a word: letters, digits, `_` and `'`, not beginning with a digit, and no word of the
/// grammar.
fn is_word(text: &str) -> bool {
    let starts = text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    starts && text.chars().all(is_name_char) && !RESERVED.contains(&text)
}

/// A name as it stands in a text.
struct Written<'a>(&'a str);

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_word(self.0) { f.write_str(self.0) } else { write!(f, "\"{}\"", self.0) }
    }
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '\''
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("0");
        }
        for (position, (monomial, c)) in self.terms().enumerate() {
            match (position, c.is_negative()) {
                (0, true) => f.write_str("-")?,
                (0, false) => {}
                (_, true) => f.write_str(" - ")?,
                (_, false) => f.write_str(" + ")?,
            }
            let magnitude = c.abs();
            if monomial.is_one() || !magnitude.is_one() {
                write!(f, "{magnitude}")?;
                if !monomial.is_one() {
                    f.write_str("*")?;
                }
            }
            for (index, (atom, exponent)) in monomial.factors().enumerate() {
                if index > 0 {
                    f.write_str("*")?;
                }
                write_node(f, atom.node())?;
                if exponent != 1 {
                    write!(f, "^{exponent}")?;
                }
            }
        }
        Ok(())
    }
}

fn write_node(f: &mut fmt::Formatter<'_>, node: &Node) -> fmt::Result {
    match node {
        Node::Variable(name) => write!(f, "{}", Written(name)),
        Node::Bound(k) => write!(f, "@{k}"),
        Node::Apply(name, arguments) => {
            write!(f, "{}(", Written(name))?;
            for (index, argument) in arguments.iter().enumerate() {
                write!(f, "{}{argument}", if index > 0 { ", " } else { "" })?;
            }
            f.write_str(")")
        }
        Node::Indicator(e) => write!(f, "[{e}]"),
        Node::Inverse(e) => write!(f, "inv({e})"),
        Node::Natural => f.write_str("natural"),
        Node::Power(e) => write!(f, "pow({e})"),
        Node::Primitive { upper, body } => write_integral(f, &Expr::zero(), upper, body),
        Node::Opaque { low, high, body } => write_integral(f, low, high, body),
    }
}

fn write_integral(f: &mut fmt::Formatter<'_>, low: &Expr, high: &Expr, body: &Expr) -> fmt::Result {
    let mut index = 1;
    while [low, high, body].iter().any(|e| e.mentions(&format!("z{index}"))) {
        index += 1;
    }
    let y = format!("z{index}");
    write!(f, "integral({y}, {low}, {high}, {})", body.open(&y))
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, word: &str, parts: &[Formula]| {
            write!(f, "{word}(")?;
            for (index, part) in parts.iter().enumerate() {
                write!(f, "{}{part}", if index > 0 { "; " } else { "" })?;
            }
            f.write_str(")")
        };
        let functions = |f: &mut fmt::Formatter<'_>, word: &str, symbols: &[Function], body: &Formula| {
            write!(f, "{word}(")?;
            for (index, s) in symbols.iter().enumerate() {
                write!(f, "{}{}/{}", if index > 0 { ", " } else { "" }, Written(&s.name), s.arity)?;
            }
            write!(f, "). {body}")
        };
        match self {
            Formula::Compare(Relation::Equal, e) => write!(f, "{e} = 0"),
            Formula::Compare(Relation::AtLeast, e) => write!(f, "{e} >= 0"),
            Formula::Compare(Relation::Positive, e) => write!(f, "{e} > 0"),
            Formula::And(parts) => list(f, "and", parts),
            Formula::Or(parts) => list(f, "or", parts),
            Formula::Implies(a, b) => write!(f, "imp({a}; {b})"),
            Formula::ForAll(x, body) => write!(f, "all {}. {body}", Written(x)),
            Formula::Exists(x, body) => write!(f, "some {}. {body}", Written(x)),
            Formula::SomeFunctions(fs, body) => functions(f, "functions", fs, body),
            Formula::NoFunctions(fs, body) => functions(f, "nofunctions", fs, body),
        }
    }
}

/// Nesting in a certificate's text.
const DEPTH_LIMIT: usize = 200;
/// Terms of one expression while it is read.
const TERM_LIMIT: usize = 20_000;
/// An exponent in a certificate's text.
const EXPONENT_LIMIT: u32 = 1_000;

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

type Read<T> = Result<T, Rejection>;

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

    fn name(&mut self) -> Read<Name> {
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
            let mut sum = r.term()?;
            loop {
                if r.accept("+") {
                    sum = sum.plus(&r.term()?);
                } else if r.accept("-") {
                    sum = sum.minus(&r.term()?);
                } else {
                    return Ok(sum);
                }
            }
        })
    }

    fn term(&mut self) -> Read<Expr> {
        let mut product = self.factor()?;
        while self.accept("*") {
            let factor = self.factor()?;
            if product.size().saturating_mul(factor.size()) > TERM_LIMIT {
                return Err(Rejection::TooLarge { what: "terms", limit: TERM_LIMIT });
            }
            product = product.times(&factor);
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
        if exponent > EXPONENT_LIMIT || (base.size() > 1 && exponent > 64) {
            return Err(Rejection::TooLarge { what: "as an exponent", limit: EXPONENT_LIMIT as usize });
        }
        let mut power = Expr::one();
        for _ in 0..exponent {
            power = power.times(&base);
            if power.size() > TERM_LIMIT {
                return Err(Rejection::TooLarge { what: "terms", limit: TERM_LIMIT });
            }
        }
        Ok(power)
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
            "inv" | "pow" => {
                self.expect("(")?;
                let e = self.expr()?;
                self.expect(")")?;
                Ok(if word == "inv" { Expr::inverse(&e) } else { e.natural_power() })
            }
            "integral" => {
                self.expect("(")?;
                let y = self.name()?;
                self.expect(",")?;
                let low = self.expr()?;
                self.expect(",")?;
                let high = self.expr()?;
                self.expect(",")?;
                let body = self.expr()?;
                self.expect(")")?;
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
                let body = Box::new(self.formula()?);
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

fn read_all<T>(text: &str, read: impl FnOnce(&mut Reader<'_>) -> Read<T>) -> Read<T> {
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
            return Err(Rejection::TooLarge { what: "terms", limit: TERM_LIMIT });
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

macro_rules! as_text {
    ($($type:ty),*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    )*};
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Written(&self.0).fmt(f)
    }
}

impl std::str::FromStr for Symbol {
    type Err = Rejection;
    fn from_str(text: &str) -> Read<Self> {
        read_all(text, |r| r.name()).map(Symbol)
    }
}

as_text!(Expr, Formula, Symbol, Rational);
