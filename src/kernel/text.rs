//! The kernel's own tiny grammar: terms and formulas as text, for certificate files.
//!
//! ```text
//! expr    = term { ("+" | "-") term }         term = factor { "*" factor }      factor = atom [ "^" number ]
//! atom    = number | name | name "(" [ expr, … ] ")" | "[" expr "]" | "(" expr ")" | "-" factor
//!         | "inv" "(" expr ")" | "natural" | "pow" "(" expr ")" | "integral" "(" name "," low "," high "," body ")"
//!         | "sum" "(" name "," upper "," body ")" | "expect" "(" name "," body ")"
//!         | "read" "(" profile "," agent ")" | "update" "(" profile "," agent "," value ")"
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
use super::reader::{Read, read_all};
use super::rejection::Rejection;
use crate::exact::Rational;

/// A name that a text may contain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Symbol(pub(super) Name);

const RESERVED: [&str; 16] = [
    "inv",
    "natural",
    "pow",
    "whole",
    "integral",
    "sum",
    "expect",
    "read",
    "update",
    "and",
    "or",
    "imp",
    "all",
    "some",
    "functions",
    "nofunctions",
];

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
pub(super) fn is_word(text: &str) -> bool {
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

pub(super) fn is_name_char(c: char) -> bool {
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
        Node::Whole(e) => write!(f, "whole({e})"),
        Node::Natural => f.write_str("natural"),
        Node::Power(e) => write!(f, "pow({e})"),
        Node::Primitive { upper, body } => write_integral(f, &Expr::zero(), upper, body),
        Node::Opaque { low, high, body } => write_integral(f, low, high, body),
        Node::Sum { upper, body } => {
            let k = new_name(&[upper, body]);
            write!(f, "sum({k}, {upper}, {})", body.open(&k))
        }
        Node::Expect { body } => {
            let p = new_name(&[body]);
            write!(f, "expect({p}, {})", body.open(&p))
        }
        Node::Read { profile, agent } => write!(f, "read({profile}, {agent})"),
        Node::Update { profile, agent, value } => write!(f, "update({profile}, {agent}, {value})"),
    }
}

/// A name for a bound variable that the terms do not mention.
fn new_name(terms: &[&Expr]) -> String {
    let mut index = 1;
    while terms.iter().any(|e| e.mentions(&format!("z{index}"))) {
        index += 1;
    }
    format!("z{index}")
}

fn write_integral(f: &mut fmt::Formatter<'_>, low: &Expr, high: &Expr, body: &Expr) -> fmt::Result {
    let y = new_name(&[low, high, body]);
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
