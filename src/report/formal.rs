//! The statements of a file as formulas: from the syntax tree to [`Math`].

use super::math::{Level, Math, Sign};
use crate::exact::Rational;
use crate::lang::ast::{
    Comparison, Condition, End, Expr, ExprKind, Factor, FamilyOperator, Interval, Relation,
};
use crate::lang::{parse_expression, print_expr, print_relation};

impl Math {
    /// What is written in the language, read as a formula; a name with primes is one too.
    pub fn read(text: &str) -> Math {
        let bare = text.trim_end_matches('\'');
        if is_name(bare) {
            return Math::Name(text.to_owned());
        }
        match parse_expression(text) {
            Ok(e) => Math::of(&e),
            Err(_) => Math::Words(text.to_owned()),
        }
    }

    /// An expression of a file.
    pub fn of(e: &Expr) -> Math {
        match &e.kind {
            ExprKind::Number(value) => number(value),
            ExprKind::Name(name) => Math::Name(name.clone()),
            ExprKind::Indexed { name, index } => {
                Math::Name(format!("{}[{}]", name.text, Math::of(index).text()))
            }
            ExprKind::Changed { profile, index, value } => {
                let own = Math::Name(format!("{}[{}]", profile.text, Math::of(index).text()));
                let change = Math::relation(own, "=", Math::of(value));
                Math::Row(vec![Math::name(&profile.text), Math::Words(" with ".into()), change])
            }
            ExprKind::Sum(terms) => Math::Sum(terms.iter().map(|(s, t)| (*s, Math::of(t))).collect()),
            ExprKind::Negated(inner) => Math::Sum(vec![(Sign::Minus, Math::of(inner))]),
            ExprKind::Product(factors) => product(factors),
            ExprKind::Power { base, exponent } => {
                Math::Power(Box::new(Math::of(base)), Box::new(Math::of(exponent)))
            }
            ExprKind::Call { function, arguments } => match (function.text.as_str(), arguments.as_slice()) {
                ("sqrt", [inner]) => Math::Sqrt(Box::new(Math::of(inner))),
                _ => Math::Call(function.text.clone(), arguments.iter().map(Math::of).collect()),
            },
            ExprKind::Family { operator, index, except, body } => {
                let word = match operator {
                    FamilyOperator::Sum => "sum",
                    FamilyOperator::Max => "max",
                    FamilyOperator::Min => "min",
                };
                if *operator == FamilyOperator::Sum && except.is_none() {
                    return Math::Call(word.into(), vec![Math::Name(index.text.clone()), Math::of(body)]);
                }
                let mut over = vec![Math::Words(" for ".into()), Math::Name(index.text.clone())];
                if let Some(except) = except {
                    over.extend([Math::Words(" != ".into()), Math::of(except)]);
                }
                let mut row = vec![Math::of(body)];
                row.extend(over);
                Math::Call(word.into(), vec![Math::Row(row)])
            }
            ExprKind::Indicator(c) => Math::Indicator(Box::new(condition(c))),
            ExprKind::Cases { branches, otherwise } => {
                let mut all: Vec<(Math, Option<Math>)> =
                    branches.iter().map(|(e, c)| (Math::of(e), Some(condition(c)))).collect();
                all.extend(otherwise.as_ref().map(|e| (Math::of(e), None)));
                Math::Cases(all)
            }
            ExprKind::Table { .. } => Math::Words(print_expr(e)),
            ExprKind::Integral { body, along, variable, low, high } => Math::Integral {
                body: Box::new(Math::of(body)),
                variable: variable.text.clone(),
                along: along.as_ref().map(|e| Box::new(Math::of(e))),
                low: Box::new(Math::of(low)),
                high: Box::new(Math::of(high)),
            },
            ExprKind::Root { body, low, high, .. } => {
                let range = Math::Interval('[', Box::new(Math::of(low)), Box::new(Math::of(high)), ']');
                Math::RootOf(Box::new(Math::of(body)), Box::new(range))
            }
            ExprKind::Expectation(inner) => Math::Prefixed("E", Box::new(Math::of(inner))),
            ExprKind::Interim(inner) => Math::Prefixed("interim", Box::new(Math::of(inner))),
            ExprKind::Under { mechanism, strategy } => Math::Row(vec![
                Math::of(mechanism),
                Math::Words(" under ".into()),
                Math::Name(strategy.text.clone()),
            ]),
        }
    }

    /// `a <= b < c`.
    pub fn of_relations(first: &Expr, rest: &[(Relation, Expr)]) -> Math {
        let rest = rest.iter().map(|(r, e)| (print_relation(*r), Math::of(e))).collect();
        Math::Chain(Box::new(Math::of(first)), rest)
    }

    /// A set of numbers: intervals and points.
    pub fn of_set(set: &[Interval]) -> Math {
        let piece = |i: &Interval| {
            let (low, high) = (Math::of(&i.low), Math::of(&i.high));
            if i.low == i.high {
                return Math::Set(vec![low]);
            }
            let open = if i.from == End::Open { '(' } else { '[' };
            let close = if i.to == End::Open { ')' } else { ']' };
            Math::Interval(open, Box::new(low), Box::new(high), close)
        };
        match set {
            [] => Math::Set(vec![]),
            [one] => piece(one),
            more => Math::Joined(more.iter().map(piece).collect(), " union "),
        }
    }

    /// In brackets, if it binds less tightly than its place allows.
    pub(super) fn is_loose(&self, least: Level) -> bool {
        self.level() < least
    }
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    let begins = chars.next().is_some_and(char::is_alphabetic);
    let (stem, index) = text.split_once('[').unwrap_or((text, "1]"));
    let inside = index.strip_suffix(']').unwrap_or(" ");
    let plain = |t: &str| !t.is_empty() && t.chars().all(|c| c.is_alphanumeric() || c == '_');
    begins && plain(stem) && plain(inside)
}

fn number(value: &Rational) -> Math {
    if value.is_integer() {
        Math::whole(value.numerator())
    } else {
        Math::whole(value.numerator()).over(Math::whole(value.denominator()))
    }
}

/// Factors up to a division are its numerator.
fn product(factors: &[(Factor, Expr)]) -> Math {
    let mut out: Vec<Math> = Vec::new();
    for (how, factor) in factors {
        let next = Math::of(factor);
        match how {
            Factor::Times => out.push(next),
            Factor::Over => out = vec![joined(out).over(next)],
        }
    }
    joined(out)
}

fn joined(mut factors: Vec<Math>) -> Math {
    match (factors.len(), factors.pop()) {
        (1, Some(one)) => one,
        (_, Some(last)) => {
            factors.push(last);
            Math::Product(factors)
        }
        (_, None) => Math::whole(1),
    }
}

/// A condition of an indicator.
fn condition(c: &Condition) -> Math {
    let conjunct = |c: &Comparison| match c {
        Comparison::Wins(e) => Math::Row(vec![Math::of(e), Math::Words(" wins".into())]),
        Comparison::Relations { first, rest } => Math::of_relations(first, rest),
    };
    let mut parts: Vec<Math> = c.conjuncts.iter().map(conjunct).collect();
    match (parts.len(), parts.pop()) {
        (1, Some(one)) => one,
        (_, last) => {
            parts.extend(last);
            Math::Joined(parts, " and ")
        }
    }
}
