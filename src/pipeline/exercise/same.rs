//! Whether two expressions are the same but for the names of what is bound, the order of terms and factors, and what
//! changes nothing: zeros that are added and ones that are multiplied.

use crate::lang::ast::{Expr, ExprKind, Factor, Sign};
use crate::lang::print_expr;

/// Whether they are.
pub(super) fn same(a: &Expr, b: &Expr) -> bool {
    text(a, &mut vec![]) == text(b, &mut vec![])
}

/// An expression in a form in which those that are the same are equal.
fn text(e: &Expr, bound: &mut Vec<String>) -> String {
    let place = |bound: &[String], name: &str| bound.iter().rposition(|b| b == name);
    match &e.kind {
        ExprKind::Name(name) => match place(bound, name) {
            Some(k) => format!("#{k}"),
            None => name.clone(),
        },
        ExprKind::Sum(_) | ExprKind::Negated(_) => {
            let mut terms = Vec::new();
            summands(e, Sign::Plus, bound, &mut terms);
            terms.sort();
            match terms.as_slice() {
                [] => "0".into(),
                [one] if one.starts_with('+') => one.trim_start_matches('+').to_owned(),
                all => format!("({})", all.concat()),
            }
        }
        ExprKind::Product(factors) => {
            let mut all: Vec<String> = Vec::new();
            for (factor, e) in factors {
                let text = text(e, bound);
                if text != "1" {
                    all.push(format!("{}{text}", if *factor == Factor::Times { "*" } else { "/" }));
                }
            }
            all.sort();
            match all.as_slice() {
                [] => "1".into(),
                [one] if one.starts_with('*') => one.trim_start_matches('*').to_owned(),
                all => format!("({})", all.concat()),
            }
        }
        ExprKind::Power { base, exponent } => format!("({}^{})", text(base, bound), text(exponent, bound)),
        ExprKind::Call { function, arguments } => {
            let all: Vec<String> = arguments.iter().map(|a| text(a, bound)).collect();
            format!("{}({})", function.text, all.join(","))
        }
        ExprKind::Indexed { name, index } => format!("{}[{}]", name.text, text(index, bound)),
        ExprKind::Expectation(inner) => format!("E({})", text(inner, bound)),
        ExprKind::Interim(inner) => format!("interim({})", text(inner, bound)),
        ExprKind::Changed { profile, index, value } => {
            format!("{}[{}:{}]", profile.text, text(index, bound), text(value, bound))
        }
        ExprKind::Integral { body, along, variable, low, high } => {
            let ends = format!("{},{}", text(low, bound), text(high, bound));
            bound.push(variable.text.clone());
            let along = along.as_ref().map(|along| text(along, bound)).unwrap_or_default();
            let out = format!("integral({};{along};{ends})", text(body, bound));
            bound.pop();
            out
        }
        ExprKind::Family { operator, index, except, body } => {
            let except = except.as_ref().map(|e| text(e, bound)).unwrap_or_default();
            bound.push(index.text.clone());
            let out = format!("{operator:?}({};{except})", text(body, bound));
            bound.pop();
            out
        }
        _ => print_expr(e),
    }
}

/// The terms of a sum with their signs, sums in sums opened.
fn summands(e: &Expr, sign: Sign, bound: &mut Vec<String>, out: &mut Vec<String>) {
    let times = |a: Sign, b: Sign| if a == b { Sign::Plus } else { Sign::Minus };
    match &e.kind {
        ExprKind::Sum(terms) => terms.iter().for_each(|(own, e)| summands(e, times(sign, *own), bound, out)),
        ExprKind::Negated(inner) => summands(inner, times(sign, Sign::Minus), bound, out),
        _ => {
            let text = text(e, bound);
            if text != "0" {
                out.push(format!("{}{text}", if sign == Sign::Plus { "+" } else { "-" }));
            }
        }
    }
}
