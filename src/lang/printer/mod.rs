//! The printer: canonical text of a syntax tree. What it prints parses back to the same tree.

use std::fmt::Write;

mod statement;

use crate::exact::Rational;
use crate::lang::ast::{
    AgentRef, Blank, Braces, Claim, Comparison, Condition, Distribution, DistributionKind, Expr, ExprKind,
    Factor, FamilyOperator, File, Item, ItemKind, Keeper, MechanismBody, MechanismRuleKind, Scope,
    SettingKind, Sign, Stance, Text, Ties, children,
};

pub(super) use statement::print_concept;
use statement::relations;
pub use statement::{print_property, print_relation, print_set, print_statement};

/// Lines are not longer, where there is a choice.
const WIDTH: usize = 110;

/// A file in canonical layout.
pub fn print_file(file: &File) -> String {
    let mut out = String::new();
    for (position, item) in file.items.iter().enumerate() {
        if position > 0 && item.blank_before == Blank::Before {
            out.push('\n');
        }
        comments(&mut out, "", &item.comments);
        print_item(&mut out, item);
    }
    if !file.end_comments.is_empty() {
        out.push_str(if file.items.is_empty() { "" } else { "\n" });
        comments(&mut out, "", &file.end_comments);
    }
    out
}

fn comments(out: &mut String, indent: &str, lines: &[String]) {
    for line in lines {
        let space = if line.is_empty() { "" } else { " " };
        out.push_str(&format!("{indent}#{space}{line}\n"));
    }
}

fn end_line(out: &mut String, trailing: Option<&String>) {
    if let Some(comment) = trailing {
        let space = if comment.is_empty() { "" } else { " " };
        out.push_str(&format!("  #{space}{comment}"));
    }
    out.push('\n');
}

fn print_item(out: &mut String, item: &Item) {
    match &item.kind {
        ItemKind::Source { title, place } => {
            out.push_str(&format!("source \"{}\"", title.text));
            if let Some(place) = place {
                out.push_str(&format!(", {place}"));
            }
        }
        ItemKind::Parameter { name, range } => {
            let (low, high) = (print_expr(&range.low), print_expr(&range.high));
            out.push_str(&format!("parameter {} in [{low}, {high}]", name.text));
        }
        ItemKind::Setting(setting) => {
            out.push_str(&format!("setting {} {{\n", setting.name.text));
            for line in &setting.lines {
                comments(out, "  ", &line.comments);
                out.push_str(&format!("  {}", setting_line(&line.kind)));
                end_line(out, line.trailing.as_ref());
            }
            comments(out, "  ", &setting.end_comments);
            out.push('}');
        }
        ItemKind::Mechanism(mechanism) => {
            out.push_str(&format!("mechanism {}", mechanism.name.text));
            match &mechanism.body {
                MechanismBody::Expr(e) => out.push_str(&format!(" = {}", print_expr(e))),
                MechanismBody::Rules { setting, rules, end_comments } => {
                    if let Some(setting) = setting {
                        out.push_str(&format!(" on {}", setting.text));
                    }
                    out.push_str(" = {\n");
                    for rule in rules {
                        comments(out, "  ", &rule.comments);
                        out.push_str(&format!("  {}", mechanism_rule(&rule.kind)));
                        end_line(out, rule.trailing.as_ref());
                    }
                    comments(out, "  ", end_comments);
                    out.push('}');
                }
            }
        }
        ItemKind::Strategy(s) => {
            let (name, mechanism) = (&s.name.text, &s.mechanism.text);
            let (report, variable, body) = (&s.report.text, &s.variable.text, print_expr(&s.body));
            out.push_str(&format!("strategy {name} on {mechanism}: {report}({variable}) = {body}"));
        }
        ItemKind::Claim(claim) => print_claim(out, claim),
    }
    end_line(out, item.trailing.as_ref());
}

fn agent(agent: &AgentRef) -> String {
    match agent {
        AgentRef::Named(name) => name.text.clone(),
        AgentRef::Number { number, .. } => number.to_string(),
    }
}

fn list(expressions: &[Expr]) -> String {
    expressions.iter().map(print_expr).collect::<Vec<_>>().join(", ")
}

fn setting_line(kind: &SettingKind) -> String {
    match kind {
        SettingKind::Agent { name, variable, distribution: d } => {
            format!("agent {} with type {} ~ {}", name.text, variable.text, distribution(d))
        }
        SettingKind::Agents { index, first, last, variable, distribution: d } => {
            let (first, last) = (print_expr(first), print_expr(last));
            let (i, v) = (&index.text, &variable.text);
            format!("agents {i} in {first}..{last} with type {v}[{i}] ~ {}", distribution(d))
        }
        SettingKind::Outcome { name, values } => format!("outcome {} in {{{}}}", name.text, list(values)),
        SettingKind::OneGood { keeper: Keeper::Agents } => "one good".into(),
        SettingKind::OneGood { keeper: Keeper::Seller } => {
            "one good, kept by the seller if nobody gets it".into()
        }
        SettingKind::Value { agent: a, value } => format!("value {} = {}", agent(a), print_expr(value)),
        SettingKind::Outside { agent: a, value } => format!("outside {} = {}", agent(a), print_expr(value)),
        SettingKind::Share { agent: a, share } => format!("share {} = {}", agent(a), print_expr(share)),
        SettingKind::Ties(Ties::Outcomes { name, values }) => {
            format!("ties {} = {}", name.text, list(values))
        }
        SettingKind::Ties(Ties::LowestIndex) => "ties to the lowest index".into(),
        SettingKind::Ties(Ties::HighestIndex) => "ties to the highest index".into(),
        SettingKind::Ties(Ties::Agents(agents)) => {
            format!("ties to {}", agents.iter().map(agent).collect::<Vec<_>>().join(", "))
        }
    }
}

fn distribution(d: &Distribution) -> String {
    let on = |range: &super::ast::Range| format!("[{}, {}]", print_expr(&range.low), print_expr(&range.high));
    match &d.kind {
        DistributionKind::Uniform { low, high } => {
            format!("uniform({}, {})", print_expr(low), print_expr(high))
        }
        DistributionKind::Cdf { body, on: range } => format!("cdf {} on {}", print_expr(body), on(range)),
        DistributionKind::Pdf { body, on: range } => format!("pdf {} on {}", print_expr(body), on(range)),
    }
}

fn mechanism_rule(kind: &MechanismRuleKind) -> String {
    match kind {
        MechanismRuleKind::Allocation { agent: a, probability } => {
            format!("allocation {} = {}", agent(a), print_expr(probability))
        }
        MechanismRuleKind::Probability { outcome, value, probability } => {
            format!("probability {} = {}: {}", outcome.text, print_expr(value), print_expr(probability))
        }
        MechanismRuleKind::Payment { agent: a, payment } => {
            format!("payment {} = {}", agent(a), print_expr(payment))
        }
    }
}

fn refs(texts: &[Text]) -> String {
    let quoted: Vec<String> = texts.iter().map(|t| format!("\"{}\"", t.text)).collect();
    format!("ref {}", quoted.join(", "))
}

fn print_claim(out: &mut String, claim: &Claim) {
    let word = match (claim.stance, &claim.solve) {
        (Stance::Holds, None) => "claim",
        (Stance::Holds, Some(_)) => "solve",
        (Stance::Fails, _) => "refuted",
    };
    let mut head = format!("{word} {}", claim.name.text);
    for (position, (name, value)) in claim.at.iter().enumerate() {
        let separator = if position == 0 { " at " } else { ", " };
        head.push_str(&format!("{separator}{} = {}", name.text, print_expr(value)));
    }
    if let Some(solve) = &claim.solve {
        head.push_str(&format!(" for {}", solve.unknown.text));
    }
    head.push(':');
    let mut suffixes = Vec::new();
    let answer = claim.solve.as_ref().and_then(|solve| solve.answer.as_ref());
    suffixes.extend(answer.map(|set| format!("answer {}", print_set(set))));
    if claim.scope == Scope::AlmostEverywhere {
        suffixes.push("almost everywhere".to_owned());
    }
    suffixes.extend(claim.printed.as_ref().map(|e| format!("printed {}", print_expr(e))));
    if !claim.refs.is_empty() {
        suffixes.push(refs(&claim.refs));
    }
    let indent = match claim.braces {
        Braces::Present => {
            out.push_str(&format!("{head} {{\n"));
            for statement in &claim.statements {
                comments(out, "  ", &statement.comments);
                out.push_str(&format!("  {}", print_statement(statement)));
                if !statement.refs.is_empty() {
                    out.push_str(&format!(" {}", refs(&statement.refs)));
                }
                end_line(out, statement.trailing.as_ref());
            }
            comments(out, "  ", &claim.end_comments);
            out.push('}');
            1
        }
        Braces::Absent => {
            let body: Vec<String> = claim.statements.iter().map(print_statement).collect();
            let body = body.join("; ");
            let whole = head.len() + body.len() + suffixes.iter().map(|s| s.len() + 1).sum::<usize>();
            if whole >= WIDTH {
                out.push_str(&format!("{head}\n  {body}"));
                2 + body.len()
            } else {
                out.push_str(&format!("{head} {body}"));
                head.len() + 1 + body.len()
            }
        }
    };
    let mut column = indent;
    for suffix in suffixes {
        if column + 1 + suffix.len() > WIDTH {
            out.push_str("\n  ");
            column = 2;
        } else {
            out.push(' ');
            column += 1;
        }
        column += suffix.len();
        out.push_str(&suffix);
    }
}

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
        ExprKind::Sum(_) | ExprKind::Negated(_) => Level::Sum,
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
        ExprKind::Sum(terms) => {
            for (position, (sign, term)) in terms.iter().enumerate() {
                out.push_str(match (position, sign) {
                    (0, Sign::Plus) => "",
                    (0, Sign::Minus) => "-",
                    (_, Sign::Plus) => " + ",
                    (_, Sign::Minus) => " - ",
                });
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
        ExprKind::Integral { body, variable, low, high } => {
            let (body, low, high) = (print_expr(body), print_expr(low), print_expr(high));
            out.push_str(&format!("integral({body}, {} from {low} to {high})", variable.text));
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
