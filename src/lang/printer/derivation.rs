//! Derivations in canonical layout: one link a line.

use super::statement::relations;
use super::{WIDTH, comments, end_line, print_expr, print_relation, refs};
use crate::lang::ast::{
    Derivation, DerivationKind, Expr, Link, Membership, Name, Positive, Range, Reason, ReasonKind, Relations,
    Within,
};

pub(super) fn print_derivation(out: &mut String, derivation: &Derivation) {
    out.push_str(&format!("derivation {} {{\n", derivation.name.text));
    for line in &derivation.lines {
        comments(out, "  ", &line.comments);
        match &line.kind {
            DerivationKind::Step { name, ranges, conditions, chain } => {
                let mut head = String::new();
                if name.is_some() || !ranges.is_empty() || !conditions.is_empty() {
                    let name = name.as_ref().map(|n| format!(" {}", n.text)).unwrap_or_default();
                    head = format!("step{name}{}{}: ", for_all(ranges), print_conditions(conditions));
                }
                head.push_str(&print_expr(&chain.first));
                print_links(out, &head, &chain.links);
            }
            kind => out.push_str(&format!("  {}", plain(kind))),
        }
        end_line(out, line.trailing.as_ref());
    }
    comments(out, "  ", &derivation.end_comments);
    out.push('}');
    if !derivation.refs.is_empty() {
        out.push_str(&format!(" {}", refs(&derivation.refs)));
    }
}

fn print_links(out: &mut String, head: &str, links: &[Link]) {
    out.push_str(&format!("  {head}"));
    let mut width = 2 + head.len();
    let alone = links.len() == 1;
    for (position, link) in links.iter().enumerate() {
        let text = print_link(link);
        let because = print_reasons(&link.reasons);
        let whole = text.len() + because.len();
        let fits = alone && link.comments.is_empty() && width + 1 + whole <= WIDTH;
        if fits {
            out.push_str(&format!(" {text}{because}"));
        } else {
            out.push('\n');
            comments(out, "    ", &link.comments);
            width = 4 + text.len();
            out.push_str(&format!("    {text}"));
            match width + because.len() <= WIDTH {
                true => out.push_str(&because),
                false => out.push_str(&format!("\n     {because}")),
            }
        }
        if position + 1 < links.len()
            && let Some(comment) = &link.trailing
        {
            let space = if comment.is_empty() { "" } else { " " };
            out.push_str(&format!("  #{space}{comment}"));
        }
    }
}

/// `= right`, without its reason.
fn print_link(link: &Link) -> String {
    format!("{} {}", print_relation(link.relation), print_expr(&link.right))
}

/// ` by parts and mass`, or nothing.
fn print_reasons(reasons: &[Reason]) -> String {
    let words: Vec<String> = reasons.iter().map(print_reason).collect();
    match words.as_slice() {
        [] => String::new(),
        [only] => format!(" by {only}"),
        [most @ .., last] => format!(" by {} and {last}", most.join(", ")),
    }
}

/// A reason as it is written after `by`.
pub(in crate::lang) fn print_reason(reason: &Reason) -> String {
    match &reason.kind {
        ReasonKind::Same(word) | ReasonKind::Fundamental(word) => (*word).to_owned(),
        ReasonKind::Splitting(None) => "splitting".into(),
        ReasonKind::Splitting(Some(at)) => format!("splitting at {}", print_expr(at)),
        ReasonKind::Given => "given".into(),
        ReasonKind::Density => "density".into(),
        ReasonKind::Monotonicity => "monotonicity".into(),
        ReasonKind::Sign => "sign".into(),
        ReasonKind::Independence => "independence".into(),
        ReasonKind::Reindexing => "reindexing".into(),
        ReasonKind::Contradiction => "contradiction".into(),
        ReasonKind::Cases(r) => format!("cases {}", relations(&r.first, &r.rest)),
        ReasonKind::Envelope => "the envelope formula".into(),
        ReasonKind::Named { name, at } => {
            let values: Vec<String> =
                at.iter().map(|(name, e)| format!("{} = {}", name.text, print_expr(e))).collect();
            let at = if values.is_empty() { String::new() } else { format!(" at {}", values.join(", ")) };
            format!("{}{at}", name.text)
        }
    }
}

/// `v in [0, 1], x`.
pub(in crate::lang) fn print_members(ranges: &[Membership]) -> String {
    let member = |m: &Membership| match &m.within {
        Within::Interval(range) => {
            format!("{} in [{}, {}]", m.name.text, print_expr(&range.low), print_expr(&range.high))
        }
        Within::Agents(first, last) => {
            format!("{} in {}..{}", m.name.text, print_expr(first), print_expr(last))
        }
        Within::Any => m.name.text.clone(),
    };
    ranges.iter().map(member).collect::<Vec<_>>().join(", ")
}

fn for_all(ranges: &[Membership]) -> String {
    if ranges.is_empty() { String::new() } else { format!(" for all {}", print_members(ranges)) }
}

/// ` if a >= b and c = d`, or nothing.
pub(in crate::lang) fn print_conditions(conditions: &[Relations]) -> String {
    let all: Vec<String> = conditions.iter().map(|r| relations(&r.first, &r.rest)).collect();
    if all.is_empty() { String::new() } else { format!(" if {}", all.join(" and ")) }
}

/// `on [0, V] with positive density f`.
fn types(on: &Range, positive: Positive, density: &Name) -> String {
    let positive = if positive == Positive::Yes { "positive " } else { "" };
    let (low, high) = (print_expr(&on.low), print_expr(&on.high));
    format!("on [{low}, {high}] with {positive}density {}", density.text)
}

fn plain(kind: &DerivationKind) -> String {
    let names = |names: &[Name]| names.iter().map(|n| n.text.clone()).collect::<Vec<_>>().join(", ");
    let many = |word: &str, all: &[Name]| {
        format!("given {word}{} {}", if all.len() > 1 { "s" } else { "" }, names(all))
    };
    match kind {
        DerivationKind::Functions(all) => many("function", all),
        DerivationKind::Numbers(all) => many("number", all),
        DerivationKind::Members(ranges) => format!("given {}", print_members(ranges)),
        DerivationKind::Integer { name, least } => {
            format!("given integer {} >= {}", name.text, print_expr(least))
        }
        DerivationKind::Cdf { name, on, positive, density } => {
            format!("given {}: cdf {}", name.text, types(on, *positive, density))
        }
        DerivationKind::Profile { name, types: None } => format!("given profile {}", name.text),
        DerivationKind::Profile { name, types: Some((on, positive, density)) } => {
            format!("given profile {} {}", name.text, types(on, *positive, density))
        }
        DerivationKind::Hypothesis { name, relations: r, ranges, conditions } => {
            let name = name.as_ref().map(|n| format!("{}: ", n.text)).unwrap_or_default();
            let when = print_conditions(conditions);
            format!("given {name}{}{}{when}", relations(&r.first, &r.rest), for_all(ranges))
        }
        DerivationKind::Apply { name, values } => {
            let value = |(name, parameters, body): &(Name, Vec<Name>, Expr)| {
                let list =
                    if parameters.is_empty() { String::new() } else { format!("({})", names(parameters)) };
                format!("{}{list} = {}", name.text, print_expr(body))
            };
            let values: Vec<String> = values.iter().map(value).collect();
            let with = if values.is_empty() { String::new() } else { format!(" with {}", values.join(", ")) };
            format!("apply {}{with}", name.text)
        }
        DerivationKind::Let { name, parameters, body } => {
            let list = if parameters.is_empty() { String::new() } else { format!("({})", names(parameters)) };
            format!("let {}{list} = {}", name.text, print_expr(body))
        }
        DerivationKind::Step { .. } => String::new(),
    }
}
