//! Figures in canonical text.

use super::print_expr;
use crate::lang::ast::{Expr, Figure, FigureKind};

/// What is drawn.
pub fn print_drawn(kind: &FigureKind) -> String {
    match kind {
        FigureKind::Curves { curves, against, over, marks } => {
            let list = |all: &[Expr]| all.iter().map(print_expr).collect::<Vec<_>>().join(", ");
            let against = against.as_ref().map(|e| format!(" against {}", print_expr(e))).unwrap_or_default();
            let equations = marks.iter().map(|(x, a)| format!("{} = {}", print_expr(x), print_expr(a)));
            let marks = match marks.is_empty() {
                true => String::new(),
                false => format!(" mark {}", equations.collect::<Vec<_>>().join(", ")),
            };
            format!("{}{against} over {}{marks}", list(curves), list(over))
        }
        FigureKind::Diagram { played, direct } => {
            format!("diagram of {} = {}", print_expr(played), print_expr(direct))
        }
        FigureKind::Claims { claims, over } => {
            let names: Vec<&str> = claims.iter().map(|c| c.text.as_str()).collect();
            let (first, more) = names.split_first().map_or(("", &[][..]), |(first, more)| (*first, more));
            let against =
                if more.is_empty() { String::new() } else { format!(" against {}", more.join(", ")) };
            format!("{first} over {}{against}", print_expr(over))
        }
        FigureKind::Regions { mechanism } => format!("regions of {}", print_expr(mechanism)),
        FigureKind::Solution { statement } => format!("solution of {}", statement.text),
    }
}

/// A figure on one line, or on two where one of `width` is too short.
pub(super) fn print_figure(figure: &Figure, width: usize) -> String {
    let refs: Vec<String> = figure.refs.iter().map(|t| format!("\"{}\"", t.text)).collect();
    if let FigureKind::Claims { .. } = figure.kind {
        let refs = if refs.is_empty() { String::new() } else { format!(" ref {}", refs.join(", ")) };
        return format!("figure {}{refs}", print_drawn(&figure.kind));
    }
    let mut head = format!("figure {}", figure.name.text);
    for (position, (name, value)) in figure.at.iter().enumerate() {
        let separator = if position == 0 { " at " } else { ", " };
        head.push_str(&format!("{separator}{} = {}", name.text, print_expr(value)));
    }
    let mut body = print_drawn(&figure.kind);
    if !refs.is_empty() {
        body.push_str(&format!(" ref {}", refs.join(", ")));
    }
    let break_ = if head.len() + body.len() + 2 > width { "\n  " } else { " " };
    format!("{head}:{break_}{body}")
}
