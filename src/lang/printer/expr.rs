//! The printer: expressions.

use std::fmt::Write;

use super::statement::relations;
use crate::exact::Rational;
use crate::lang::ast::{Comparison, Condition, Expr, ExprKind, Factor, FamilyOperator, Name, children};

/// How tightly a form binds; a part that binds less tightly than its place needs brackets.
#[derive(PartialEq, PartialOrd)]
enum Level {
    Sum,
    Product,
    Factor,
    Prefix,
    Primary,
}

fn level(e: &Expr) -> Level {
    match &e.kind {
        ExprKind::Sum(_) | ExprKind::Negated(_) | ExprKind::Changed { .. } => Level::Sum,
        ExprKind::Product(_) => Level::Product,
        ExprKind::Power { .. } => Level::Factor,
        ExprKind::Expectation(_) | ExprKind::Interim(_) | ExprKind::Under { .. } | ExprKind::Root { .. } => {
            Level::Prefix
        }
        _ => Level::Primary,
    }
}

/// An expression; brackets only where they are needed.
pub fn print_expr(e: &Expr) -> String {
    let mut out = String::new();
    write_expr(&mut out, e);
    out
}

/// An expression at the end of an indented line; the rows of a table stand on lines of their own.
pub(super) fn block(e: &Expr) -> String {
    indented(e, "  ")
}

/// The same for a line that is not indented.
pub(super) fn outdented(e: &Expr) -> String {
    indented(e, "")
}

fn indented(e: &Expr, indent: &str) -> String {
    let ExprKind::Table { cells, .. } = &e.kind else { return print_expr(e) };
    let rows: String = cells.iter().map(|cells| format!("{indent}  {}\n", row(cells))).collect();
    format!("{} {{\n{rows}{indent}}}", table_head(e))
}

fn table_head(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Table { rows, columns: Some(columns), .. } => {
            format!("table {}, {}", print_expr(rows), print_expr(columns))
        }
        ExprKind::Table { rows, .. } => format!("table {}", print_expr(rows)),
        _ => String::new(),
    }
}

fn row((label, cells): &(Expr, Vec<Expr>)) -> String {
    format!("{}: {}", print_expr(label), list(cells))
}

pub(super) fn list(expressions: &[Expr]) -> String {
    expressions.iter().map(print_expr).collect::<Vec<_>>().join(", ")
}

fn part(out: &mut String, e: &Expr, least: &Level) {
    if level(e) < *least {
        out.push('(');
        write_expr(out, e);
        out.push(')');
    } else {
        write_expr(out, e);
    }
}

fn write_expr(out: &mut String, e: &Expr) {
    match &e.kind {
        ExprKind::Number(value) => out.push_str(&number(value)),
        ExprKind::Name(name) => out.push_str(name),
        ExprKind::Indexed { name, index } => {
            out.push_str(&format!("{}[{}]", name.text, print_expr(index)));
        }
        ExprKind::Changed { profile: Name { text, .. }, index, value } => {
            out.push_str(&format!("{text} with {text}[{}] = {}", print_expr(index), print_expr(value)));
        }
        ExprKind::Sum(terms) => {
            for (position, (sign, term)) in terms.iter().enumerate() {
                out.push_str(sign.before(position));
                part(out, term, &Level::Product);
            }
        }
        ExprKind::Negated(inner) => {
            out.push('-');
            part(out, inner, &Level::Product);
        }
        ExprKind::Product(factors) => {
            for (position, (how, factor)) in factors.iter().enumerate() {
                out.push_str(match (position, how) {
                    (0, _) => "",
                    (_, Factor::Times) => "*",
                    (_, Factor::Over) => "/",
                });
                let average = matches!(factor.kind, ExprKind::Expectation(_) | ExprKind::Interim(_));
                let is_last = position + 1 == factors.len();
                part(out, factor, if average && !is_last { &Level::Primary } else { &Level::Factor });
            }
        }
        ExprKind::Power { base, exponent } => {
            part(out, base, &Level::Primary);
            out.push('^');
            part(out, exponent, &Level::Primary);
        }
        ExprKind::Call { function, arguments } => {
            out.push_str(&format!("{}({})", function.text, list(arguments)));
        }
        ExprKind::Family { operator, index, except, body } => {
            let (index, body) = (&index.text, print_expr(body));
            match (operator, except) {
                (FamilyOperator::Sum, None) => out.push_str(&format!("sum({index}, {body})")),
                (_, None) => out.push_str(&format!("{}({body} for {index})", operator_name(*operator))),
                (_, Some(except)) => {
                    let except = print_expr(except);
                    out.push_str(&format!("{}({body} for {index} != {except})", operator_name(*operator)));
                }
            }
        }
        ExprKind::Indicator(c) => out.push_str(&format!("[{}]", condition(c))),
        ExprKind::Cases { branches, otherwise } => {
            let mut parts: Vec<String> =
                branches.iter().map(|(e, c)| format!("{} if {}", print_expr(e), condition(c))).collect();
            parts.extend(otherwise.as_ref().map(|e| format!("{} otherwise", print_expr(e))));
            out.push_str(&format!("cases {{ {} }}", parts.join("; ")));
        }
        ExprKind::Table { cells, .. } => {
            let rows: Vec<String> = cells.iter().map(row).collect();
            out.push_str(&format!("{} {{ {} }}", table_head(e), rows.join("; ")));
        }
        ExprKind::Integral { body, along, variable, low, high } => {
            let (body, low, high) = (print_expr(body), print_expr(low), print_expr(high));
            let along = along.as_ref().map(|e| format!(" d({})", print_expr(e))).unwrap_or_default();
            out.push_str(&format!("integral({body}{along}, {} from {low} to {high})", variable.text));
        }
        ExprKind::Root { body, variable, low, high } => {
            let (shown, low, high) = (print_expr(body), print_expr(low), print_expr(high));
            let mut others = false;
            let mut stack = vec![&**body];
            while let Some(e) = stack.pop() {
                others |= matches!(&e.kind, ExprKind::Name(text) if *text != variable.text);
                children(e, &mut |child| stack.push(child));
            }
            let unknown = if others { format!("{} ", variable.text) } else { String::new() };
            out.push_str(&format!("root {unknown}of {shown} in [{low}, {high}]"));
        }
        ExprKind::Expectation(inner) => prefixed(out, "E ", inner),
        ExprKind::Interim(inner) => prefixed(out, "interim ", inner),
        ExprKind::Under { mechanism, strategy } => {
            match mechanism.kind {
                ExprKind::Under { .. } => write_expr(out, mechanism),
                _ => part(out, mechanism, &Level::Primary),
            }
            let _ = write!(out, " under {}", strategy.text);
        }
    }
}

fn prefixed(out: &mut String, word: &str, inner: &Expr) {
    out.push_str(word);
    part(out, inner, &Level::Prefix);
}

fn operator_name(operator: FamilyOperator) -> &'static str {
    match operator {
        FamilyOperator::Sum => "sum",
        FamilyOperator::Max => "max",
        FamilyOperator::Min => "min",
    }
}

fn condition(c: &Condition) -> String {
    let conjunct = |c: &Comparison| match c {
        Comparison::Wins(e) => format!("{} wins", print_expr(e)),
        Comparison::Relations { first, rest } => relations(first, rest),
    };
    c.conjuncts.iter().map(conjunct).collect::<Vec<_>>().join(" and ")
}

/// A number of the language as a whole number or decimal; it was read from one.
fn number(value: &Rational) -> String {
    if value.is_integer() {
        return value.to_string();
    }
    let ten = Rational::from(10);
    let (mut scaled, mut places) = (value.clone(), 0);
    while !scaled.is_integer() && places < 10_000 {
        scaled = &scaled * &ten;
        places += 1;
    }
    let digits = format!("{:0>width$}", scaled.to_string(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    format!("{whole}.{fraction}")
}
