//! The printer: canonical text of a syntax tree. What it prints parses back to the same tree.

mod derivation;
mod expr;
mod figure;
mod statement;

use crate::lang::ast::{
    AgentRef, Bid, Blank, Braces, Claim, Discrete, Distribution, DistributionKind, Expr, File, Grid, Item,
    ItemKind, Keeper, Mechanism, MechanismBody, MechanismRuleKind, Scope, Setting, SettingKind, Stance,
    Support, Text, Ties,
};

pub(super) use derivation::{
    direction, everywhere, print_conditions, print_members, print_reason, print_sentence, print_words,
};
pub use derivation::{print_given, print_reasons};
pub use expr::print_expr;
use expr::{block, list};
pub use figure::print_drawn;
pub(super) use statement::print_concept;
pub use statement::{print_answer, print_property, print_relation, print_statement};

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
        ItemKind::Setting(setting) => print_setting(out, setting),
        ItemKind::Mechanism(Mechanism { name, body: MechanismBody::Choice { setting, outcome, value } }) => {
            let (name, setting, outcome) = (&name.text, &setting.text, &outcome.text);
            out.push_str(&format!("rule {name} on {setting}: {outcome} = {}", expr::outdented(value)));
        }
        ItemKind::Mechanism(Mechanism {
            name,
            body: MechanismBody::AnyChoice { setting, outcome, types, values },
        }) => {
            let list = |all: &[Expr]| all.iter().map(print_expr).collect::<Vec<_>>().join(", ");
            let (name, setting, outcome) = (&name.text, &setting.text, &outcome.text);
            let (types, values) = (list(types), list(values));
            out.push_str(&format!("rule {name} on {setting}: {outcome} = any table {types} in {{{values}}}"));
        }
        ItemKind::Mechanism(mechanism) => {
            out.push_str(&format!("mechanism {}", mechanism.name.text));
            match &mechanism.body {
                MechanismBody::Expr(e) => out.push_str(&format!(" = {}", print_expr(e))),
                MechanismBody::Choice { .. } | MechanismBody::AnyChoice { .. } => {}
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
            let bid = |b: &Bid| {
                let who = b.agent.as_ref().map(|a| format!(" {}", agent(a))).unwrap_or_default();
                format!("{}{who}({}) = {}", b.report.text, b.variable.text, print_expr(&b.body))
            };
            let bids: Vec<String> = s.bids.iter().map(bid).collect();
            let (name, mechanism) = (&s.name.text, &s.mechanism.text);
            out.push_str(&format!("strategy {name} on {mechanism}: {}", bids.join(", ")));
        }
        ItemKind::Claim(claim) => print_claim(out, claim),
        ItemKind::Derivation(d) => derivation::print_derivation(out, d),
        ItemKind::Given(kind) => out.push_str(&derivation::print_given(kind)),
        ItemKind::Figure(figure) => out.push_str(&figure::print_figure(figure, WIDTH)),
    }
    end_line(out, item.trailing.as_ref());
}

fn agent(agent: &AgentRef) -> String {
    match agent {
        AgentRef::Named(name) => name.text.clone(),
        AgentRef::Number { number, .. } => number.to_string(),
    }
}

fn setting_line(kind: &SettingKind) -> String {
    match kind {
        SettingKind::Agent { name, variable, distribution: d } => {
            format!("agent {} with type {} {}", name.text, variable.text, types(d))
        }
        SettingKind::Agents { index, first, last, variable, distribution: d } => {
            let (first, last) = (print_expr(first), print_expr(last));
            let (i, v) = (&index.text, &variable.text);
            format!("agents {i} in {first}..{last} with type {v}[{i}] {}", types(d))
        }
        SettingKind::Outcome { name, values } => format!("outcome {} in {}", name.text, support(values)),
        SettingKind::OutcomeInterval { name, on } => {
            format!("outcome {} in [{}, {}]", name.text, print_expr(&on.low), print_expr(&on.high))
        }
        SettingKind::Cost { cost } => format!("cost = {}", block(cost)),
        SettingKind::OneGood { keeper: Keeper::Agents } => "one good".into(),
        SettingKind::OneGood { keeper: Keeper::Seller } => {
            "one good, kept by the seller if nobody gets it".into()
        }
        SettingKind::Value { agent: a, value } => format!("value {} = {}", agent(a), block(value)),
        SettingKind::AnyValue { agent: a, rows, columns, values } => {
            let (rows, columns, values) = (print_expr(rows), print_expr(columns), list(values));
            format!("value {} = any table {rows}, {columns} in {{{values}}}", agent(a))
        }
        SettingKind::Outside { agent: a, value } => format!("outside {} = {}", agent(a), block(value)),
        SettingKind::Prior { probability } => format!("prior = {}", block(probability)),
        SettingKind::Share { agent: a, share } => format!("share {} = {}", agent(a), print_expr(share)),
        SettingKind::Ties(Ties::Outcomes { name, values }) => {
            format!("ties {} = {}", name.text, list(values))
        }
        SettingKind::Ties(Ties::LowestIndex) => "ties to the lowest index".into(),
        SettingKind::Ties(Ties::HighestIndex) => "ties to the highest index".into(),
        SettingKind::Ties(Ties::EqualChances) => "ties with equal chances".into(),
        SettingKind::Ties(Ties::Agents(agents)) => {
            format!("ties to {}", agents.iter().map(agent).collect::<Vec<_>>().join(", "))
        }
    }
}

fn types(d: &Distribution) -> String {
    match &d.kind {
        DistributionKind::Discrete(Discrete::Types(set)) => format!("in {}", support(set)),
        _ => format!("~ {}", distribution(d)),
    }
}

fn support(set: &Support) -> String {
    match set {
        Support::Listed(points) => format!("{{{}}}", list(points)),
        Support::Grid(grid) => {
            let Grid { low, high, step } = &**grid;
            format!("grid({}, {}, {})", print_expr(low), print_expr(high), print_expr(step))
        }
    }
}

fn print_setting(out: &mut String, setting: &Setting) {
    out.push_str(&format!("setting {} {{\n", setting.name.text));
    for line in &setting.lines {
        comments(out, "  ", &line.comments);
        out.push_str(&format!("  {}", setting_line(&line.kind)));
        end_line(out, line.trailing.as_ref());
    }
    comments(out, "  ", &setting.end_comments);
    out.push('}');
}

fn distribution(d: &Distribution) -> String {
    let on = |range: &super::ast::Range| format!("[{}, {}]", print_expr(&range.low), print_expr(&range.high));
    match &d.kind {
        DistributionKind::Uniform { low, high } => {
            format!("uniform({}, {})", print_expr(low), print_expr(high))
        }
        DistributionKind::Cdf { body, on: range } => format!("cdf {} on {}", print_expr(body), on(range)),
        DistributionKind::Pdf { body, on: range, atoms } => {
            let density = format!("pdf {} on {}", print_expr(body), on(range));
            if atoms.is_empty() { density } else { format!("{density} with atoms {{{}}}", weighted(atoms)) }
        }
        DistributionKind::Named(name) => name.text.clone(),
        DistributionKind::Discrete(Discrete::Types(set)) => support(set),
        DistributionKind::Discrete(Discrete::Even(set)) => format!("uniform {}", support(set)),
        DistributionKind::Discrete(Discrete::Weighted(weights)) => {
            format!("finite {{{}}}", weighted(weights))
        }
    }
}

fn weighted(weights: &[(Expr, Expr)]) -> String {
    let weight = |(p, w): &(Expr, Expr)| format!("{}: {}", print_expr(p), print_expr(w));
    weights.iter().map(weight).collect::<Vec<_>>().join(", ")
}

fn mechanism_rule(kind: &MechanismRuleKind) -> String {
    match kind {
        MechanismRuleKind::Allocation { agent: a, probability } => {
            format!("allocation {} = {}", agent(a), block(probability))
        }
        MechanismRuleKind::Probability { outcome, value, probability } => {
            format!("probability {} = {}: {}", outcome.text, print_expr(value), block(probability))
        }
        MechanismRuleKind::Outcome { outcome, value } => {
            format!("outcome {} = {}", outcome.text, block(value))
        }
        MechanismRuleKind::Payment { agent: a, payment } => {
            format!("payment {} = {}", agent(a), block(payment))
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
        let unknowns: Vec<&str> = solve.unknowns.iter().map(|u| u.text.as_str()).collect();
        head.push_str(&format!(" for {}", unknowns.join(", ")));
    }
    head.push(':');
    let mut suffixes = Vec::new();
    let answer = claim.solve.as_ref().and_then(|solve| solve.answer.as_ref());
    suffixes.extend(answer.map(|set| format!("answer {}", print_answer(set))));
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
