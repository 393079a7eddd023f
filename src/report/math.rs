//! [`Math`]: a formula as it is laid out, between the kernel's terms and the pages they are printed on.
//!
//! Its text is the notation of the language; [`super::latex`] and [`super::markup`] typeset the same tree.

use std::fmt::Write;

pub(super) use crate::lang::ast::Sign;

/// A formula with its layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Math {
    /// The digits of a number that is at least zero.
    Number(String),
    /// A name as the user writes it: `v`, `x[1]`, `theta_b`; a prime may follow.
    Name(String),
    /// Something in the notation of the language, kept letter for letter where it is text.
    Written(String),
    /// Words among formulas.
    Words(String),
    /// `payment(vcg, buyer)`.
    Call(String, Vec<Math>),
    /// Terms with their signs; at least one.
    Sum(Vec<(Sign, Math)>),
    /// Factors; at least two.
    Product(Vec<Math>),
    /// A quotient.
    Fraction(Box<Math>, Box<Math>),
    /// `base^exponent`.
    Power(Box<Math>, Box<Math>),
    /// A square root.
    Sqrt(Box<Math>),
    /// `[condition]`: one where it holds, else zero.
    Indicator(Box<Math>),
    /// `integral(body, variable from low to high)`.
    Integral {
        /// The integrand.
        body: Box<Math>,
        /// The variable, by name.
        variable: String,
        /// What it is integrated along, if that is not the variable.
        along: Option<Box<Math>>,
        /// The lower limit.
        low: Box<Math>,
        /// The upper limit.
        high: Box<Math>,
    },
    /// `a = b >= c`.
    Chain(Box<Math>, Vec<(&'static str, Math)>),
    /// Parts with words between them: `p and q`.
    Joined(Vec<Math>, &'static str),
    /// A word before what it belongs to: `E payment(vcg, buyer)`.
    Prefixed(&'static str, Box<Math>),
    /// Branches with their conditions; the last may have none.
    Cases(Vec<(Math, Option<Math>)>),
    /// `[low, high)`, brackets as given.
    Interval(char, Box<Math>, Box<Math>, char),
    /// `{a, b}`.
    Set(Vec<Math>),
    /// Brackets.
    Fenced(Box<Math>),
    /// `root of p in [a, b]`.
    RootOf(Box<Math>, Box<Math>),
    /// Parts one after the other.
    Row(Vec<Math>),
}

/// How tightly a form binds; a part that binds less tightly than its place needs brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Relations and words.
    Relation,
    /// Sums, and what has a sign.
    Sum,
    /// Words that denote a number.
    Words,
    /// Products and quotients.
    Product,
    /// Powers.
    Factor,
    /// A word and what it belongs to.
    Prefix,
    /// Everything that is closed.
    Primary,
}

impl Math {
    /// A whole number.
    pub fn whole(n: impl ToString) -> Self {
        Math::Number(n.to_string())
    }

    /// A name.
    pub fn name(name: &str) -> Self {
        Math::Name(name.to_owned())
    }

    /// A relation between two sides.
    pub fn relation(left: Math, relation: &'static str, right: Math) -> Self {
        Math::Chain(Box::new(left), vec![(relation, right)])
    }

    /// The quotient of two.
    pub fn over(self, other: Math) -> Self {
        Math::Fraction(Box::new(self), Box::new(other))
    }

    /// The power of one.
    pub fn power(self, exponent: u32) -> Self {
        if exponent == 1 { self } else { Math::Power(Box::new(self), Box::new(Math::whole(exponent))) }
    }

    pub(super) fn level(&self) -> Level {
        match self {
            Math::Number(_)
            | Math::Name(_)
            | Math::Call(..)
            | Math::Sqrt(_)
            | Math::Indicator(_)
            | Math::Integral { .. }
            | Math::Cases(_)
            | Math::Interval(..)
            | Math::Set(_)
            | Math::Fenced(_) => Level::Primary,
            Math::Prefixed(..) | Math::RootOf(..) => Level::Prefix,
            Math::Power(..) => Level::Factor,
            Math::Product(_) | Math::Fraction(..) => Level::Product,
            Math::Sum(_) => Level::Sum,
            Math::Chain(..) | Math::Joined(..) | Math::Words(_) | Math::Row(_) => Level::Relation,
            Math::Written(text) => written_level(text),
        }
    }

    /// In the notation of the language.
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// Whether it ends with an average whose end is not seen if something is multiplied, divided or raised behind it.
    fn ends_open(&self) -> bool {
        match self {
            Math::Prefixed(..) => true,
            Math::Product(factors) => factors.last().is_some_and(Math::ends_open),
            Math::Fraction(_, denominator) => denominator.ends_open(),
            _ => false,
        }
    }

    /// A part that something stands behind.
    fn closed_part(&self, out: &mut String, least: Level) {
        self.part(out, if self.ends_open() { Level::Primary } else { least });
    }

    fn part(&self, out: &mut String, least: Level) {
        if self.level() < least {
            out.push('(');
            self.write(out);
            out.push(')');
        } else {
            self.write(out);
        }
    }

    fn write(&self, out: &mut String) {
        match self {
            Math::Number(text) | Math::Name(text) | Math::Written(text) | Math::Words(text) => {
                out.push_str(text);
            }
            Math::Call(name, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(Math::text).collect();
                let _ = write!(out, "{name}({})", arguments.join(", "));
            }
            Math::Sum(terms) => {
                for (position, (sign, term)) in terms.iter().enumerate() {
                    out.push_str(sign.before(position));
                    term.part(out, Level::Words);
                }
            }
            Math::Product(factors) => {
                for (position, factor) in factors.iter().enumerate() {
                    if position > 0 {
                        out.push('*');
                    }
                    match position + 1 < factors.len() {
                        true => factor.closed_part(out, Level::Factor),
                        false => factor.part(out, Level::Factor),
                    }
                }
            }
            Math::Fraction(numerator, denominator) => {
                numerator.closed_part(out, Level::Product);
                out.push('/');
                denominator.part(out, Level::Factor);
            }
            Math::Power(base, exponent) => {
                base.part(out, Level::Primary);
                out.push('^');
                exponent.part(out, Level::Primary);
            }
            Math::Sqrt(inner) => {
                let _ = write!(out, "sqrt({})", inner.text());
            }
            Math::Indicator(condition) => {
                let _ = write!(out, "[{}]", condition.text());
            }
            Math::Integral { body, variable, along, low, high } => {
                let (body, low, high) = (body.text(), low.text(), high.text());
                let along = along.as_ref().map(|e| format!(" d({})", e.text())).unwrap_or_default();
                let _ = write!(out, "integral({body}{along}, {variable} from {low} to {high})");
            }
            Math::Chain(first, rest) => {
                first.write(out);
                for (relation, side) in rest {
                    let _ = write!(out, " {relation} ");
                    side.write(out);
                }
            }
            Math::Joined(parts, between) => {
                let parts: Vec<String> = parts.iter().map(Math::text).collect();
                out.push_str(&parts.join(between));
            }
            Math::Prefixed(word, inner) => {
                let _ = write!(out, "{word} ");
                inner.part(out, Level::Prefix);
            }
            Math::Cases(branches) => {
                let branch = |(e, condition): &(Math, Option<Math>)| match condition {
                    Some(condition) => format!("{} if {}", e.text(), condition.text()),
                    None => format!("{} otherwise", e.text()),
                };
                let parts: Vec<String> = branches.iter().map(branch).collect();
                let _ = write!(out, "cases {{ {} }}", parts.join("; "));
            }
            Math::Interval(open, low, high, close) => {
                let _ = write!(out, "{open}{}, {}{close}", low.text(), high.text());
            }
            Math::Set(elements) => {
                let elements: Vec<String> = elements.iter().map(Math::text).collect();
                let _ = write!(out, "{{{}}}", elements.join(", "));
            }
            Math::Fenced(inner) => {
                let _ = write!(out, "({})", inner.text());
            }
            Math::RootOf(body, range) => {
                let _ = write!(out, "root of {} in {}", body.text(), range.text());
            }
            Math::Row(parts) => parts.iter().for_each(|p| p.write(out)),
        }
    }
}

/// How tightly a written form binds, by what stands outside all brackets.
fn written_level(text: &str) -> Level {
    let mut depth = 0_i32;
    let mut level = Level::Primary;
    for c in text.chars() {
        depth += i32::from(matches!(c, '(' | '[' | '{')) - i32::from(matches!(c, ')' | ']' | '}'));
        if depth > 0 {
            continue;
        }
        level = level.min(match c {
            ' ' => Level::Words,
            '*' | '/' => Level::Product,
            '^' => Level::Factor,
            _ => Level::Primary,
        });
    }
    if text.starts_with('-') { Level::Sum } else { level }
}
