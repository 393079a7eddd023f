//! Variants of a worked example: other priors and shares, and the statements that are true of them.
//!
//! A variant is a file like any other: its answers are found by the engine, written into it, and proved when it is
//! checked again. Only statements that are proved, or refuted as the file then says, stay in it.

use crate::exact::Rational;
use crate::lang::ast::{
    AgentRef, Blank, Braces, Claim, Distribution, DistributionKind, Expr, ExprKind, File, Item, ItemKind,
    Name, SettingKind, Stance, StatementKind,
};
use crate::lang::ast::{Relation, Span, children};
use crate::lang::{Diagnostic, parse, parse_expression, print_expr, print_file};
use crate::report::{StatementReport, VerdictKind};

use super::alike::priors;
use super::{Detail, Outcome, check, prepare};

/// Other values for what a file says of an agent, `buyer` and a prior or a share, or for a parameter.
#[derive(Debug, Clone)]
pub struct Change {
    /// A parameter, an agent, an index of agents or the name of a type; with its setting before a dot where several
    /// have it.
    pub key: String,
    /// A prior or a number, as the file would write it.
    pub value: String,
}

/// A variant that holds.
#[derive(Debug, Clone)]
pub struct Variant {
    /// The file.
    pub text: String,
    /// Statements of the original that are open in it.
    pub left_out: Vec<String>,
}

/// The priors that are tried where none are given.
pub const PRIORS: [&str; 8] = [
    "uniform(0, 1)",
    "uniform(0, 2)",
    "uniform(0, 3)",
    "uniform(0, 4)",
    "cdf y^2 on [0, 1]",
    "pdf 2 - 2*y on [0, 1]",
    "uniform(1, 2)",
    "cdf y^2/4 on [0, 2]",
];

/// The code of complaints about changes, which are no complaints about a text.
const UNFIT: &str = "no-variant";

fn complaint(message: String, help: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(UNFIT, message, Span::default()).help(help))
}

/// The parameters of a file.
fn parameters(text: &str) -> Vec<String> {
    let Ok(file) = parse(text) else { return vec![] };
    let parameter = |item: &Item| match &item.kind {
        ItemKind::Parameter { name, .. } => Some(name.text.clone()),
        _ => None,
    };
    file.items.iter().filter_map(parameter).collect()
}

/// A prior, read where it may stand.
fn prior(text: &str) -> Option<Distribution> {
    let file = parse(&format!("setting s {{\n  agent a with type t ~ {text}\n}}\n")).ok()?;
    let ItemKind::Setting(setting) = &file.items.first()?.kind else { return None };
    match &setting.lines.as_slice() {
        [line] => match &line.kind {
            // A name is the distribution of a derivation, which has no variants.
            SettingKind::Agent { distribution, .. } => {
                Some(distribution.clone()).filter(|d| !matches!(d.kind, DistributionKind::Named(_)))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Whether an expression may be a share: no function but a root.
fn is_number(e: &Expr) -> bool {
    let mut stack = vec![e];
    while let Some(e) = stack.pop() {
        if matches!(&e.kind, ExprKind::Call { function, .. } if function.text != "sqrt") {
            return false;
        }
        children(e, &mut |child| stack.push(child));
    }
    true
}

/// Writes a change into a file; how often it was used.
fn apply(file: &mut File, change: &Change) -> Result<usize, Box<Diagnostic>> {
    let (wanted, key) = match change.key.split_once('.') {
        Some((setting, key)) => (Some(setting), key),
        None => (None, change.key.as_str()),
    };
    let (prior, share) = (prior(&change.value), parse_expression(&change.value).ok().filter(is_number));
    if prior.is_none() && share.is_none() {
        let message = format!("`{}` is neither a prior nor a number", change.value);
        return Err(complaint(
            message,
            "write `uniform(0, 2)`, `cdf y^2 on [0, 1]`, or `1/3` for a share or a parameter".into(),
        ));
    }
    let is_parameter =
        |item: &Item| matches!(&item.kind, ItemKind::Parameter { name, .. } if name.text == key);
    if let (Some(value), None, true) = (&share, wanted, file.items.iter().any(is_parameter)) {
        fix(file, key, value)?;
        return Ok(1);
    }
    let mut used = 0;
    for item in &mut file.items {
        let ItemKind::Setting(setting) = &mut item.kind else { continue };
        if wanted.is_some_and(|w| w != setting.name.text) {
            continue;
        }
        for line in &mut setting.lines {
            match (&mut line.kind, &prior, &share) {
                (SettingKind::Agent { name, variable, distribution }, Some(prior), _)
                | (SettingKind::Agents { index: name, variable, distribution, .. }, Some(prior), _)
                    if name.text == key || variable.text == key =>
                {
                    *distribution = prior.clone();
                    used += 1;
                }
                (SettingKind::Share { agent, share }, None, Some(value)) if is_agent(agent, key) => {
                    *share = value.clone();
                    used += 1;
                }
                _ => {}
            }
        }
    }
    Ok(used)
}

/// Fixes a parameter in every statement that depends on it; those that are solved for it, or say how something
/// changes with it, are left out.
fn fix(file: &mut File, key: &str, value: &Expr) -> Result<(), Box<Diagnostic>> {
    taken_apart(file);
    let speaks_of_all = |claim: &Claim| {
        claim.solve.as_ref().is_some_and(|s| s.unknowns.iter().any(|p| p.text == key))
            || claim
                .statements
                .iter()
                .any(|s| matches!(&s.kind, StatementKind::Shape { variable, .. } if variable.text == key))
    };
    file.items.retain(|item| match &item.kind {
        ItemKind::Claim(claim) => !speaks_of_all(claim),
        ItemKind::Figure(figure) => figure.at.iter().any(|(name, _)| name.text == key),
        _ => true,
    });
    let prepared = prepare("variant", &print_file(file));
    let prepared = prepared.map_err(|all| {
        all.into_iter()
            .next()
            .map_or_else(|| complaint("the file cannot be read".into(), "check it first".into()), Box::new)
    })?;
    for item in &mut file.items {
        let (name, at) = match &mut item.kind {
            ItemKind::Claim(claim) => (&claim.name, &mut claim.at),
            ItemKind::Figure(figure) => (&figure.name, &mut figure.at),
            _ => continue,
        };
        let fixed = at.iter().any(|(name, _)| name.text == key);
        if fixed || prepared.depends(&name.text, key) {
            at.retain(|(name, _)| name.text != key);
            // First, since the ranges of others may depend on it.
            at.insert(0, (Name { text: key.to_owned(), span: Span::default() }, value.clone()));
        }
    }
    Ok(())
}

fn mentions(e: &Expr, key: &str) -> bool {
    let mut stack = vec![e];
    while let Some(e) = stack.pop() {
        if matches!(&e.kind, ExprKind::Name(name) if name == key) {
            return true;
        }
        children(e, &mut |child| stack.push(child));
    }
    false
}

fn is_agent(agent: &AgentRef, key: &str) -> bool {
    match agent {
        AgentRef::Named(name) => name.text == key,
        AgentRef::Number { number, .. } => number.to_string() == key,
    }
}

/// Statements in braces stand alone, so that each has its own answer; misprints and rows belong to the source.
pub(super) fn taken_apart(file: &mut File) {
    let mut items: Vec<Item> = Vec::new();
    for item in std::mem::take(&mut file.items) {
        let ItemKind::Claim(claim) = &item.kind else {
            items.push(item);
            continue;
        };
        let many = claim.statements.len() > 1;
        for (position, statement) in claim.statements.iter().enumerate() {
            let mut one = Claim {
                statements: vec![statement.clone()],
                braces: Braces::Absent,
                printed: None,
                refs: vec![],
                end_comments: vec![],
                ..claim.clone()
            };
            if let Some(s) = one.statements.first_mut() {
                s.refs.clear();
                s.comments.clear();
                s.trailing = None;
            }
            if many {
                one.name.text = format!("{}-{}", claim.name.text, position + 1);
            }
            let first = position == 0;
            items.push(Item {
                kind: ItemKind::Claim(one),
                comments: vec![],
                trailing: None,
                blank_before: if first { item.blank_before } else { Blank::Absent },
                ..item.clone()
            });
        }
    }
    file.items = items;
}

/// Makes a claim say what was found; `None` if it is open.
fn corrected(claim: &Claim, found: &StatementReport) -> Option<Claim> {
    let mut out = claim.clone();
    match (found.verdict, &claim.solve) {
        (VerdictKind::Undecided | VerdictKind::Rejected, _) => return None,
        (VerdictKind::Proved, _) => out.stance = Stance::Holds,
        (VerdictKind::Refuted, Some(_)) => {
            let answer =
                format!("parameter z in [0, 1]\nsolve s for z: z = z answer {}\n", found.value.as_ref()?);
            let file = parse(&answer).ok()?;
            let ItemKind::Claim(solved) = &file.items.last()?.kind else { return None };
            out.solve.as_mut()?.answer.clone_from(&solved.solve.as_ref()?.answer);
            out.stance = Stance::Holds;
        }
        (VerdictKind::Refuted, None) => {
            let value = found.value.as_ref().and_then(|v| parse_expression(v).ok());
            match (out.statements.first_mut().map(|s| &mut s.kind), value) {
                (Some(StatementKind::Relations { rest, .. }), Some(value)) if is_equation(rest) => {
                    rest.last_mut()?.1 = value;
                    out.stance = Stance::Holds;
                }
                _ => out.stance = Stance::Fails,
            }
        }
    }
    Some(out)
}

fn is_equation(rest: &[(Relation, Expr)]) -> bool {
    matches!(rest, [(Relation::Equal, _)])
}

pub(super) fn claim_of(item: &Item) -> Option<&Claim> {
    if let ItemKind::Claim(claim) = &item.kind { Some(claim) } else { None }
}

/// The variant of a file under changes: the statements that are true of it, each proved. The error says which
/// change does not fit, or what is wrong with the changed file.
pub fn vary(text: &str, changes: &[Change]) -> Result<Variant, Vec<Diagnostic>> {
    let mut file = parse(text)?;
    for change in changes {
        let used = apply(&mut file, change).map_err(|d| vec![*d])?;
        if used == 0 {
            let file = parse(text)?;
            let agents: Vec<String> = priors(&file).into_iter().map(|(agent, _)| agent).collect();
            let own = |agent: &String| change.key == *agent || agent.ends_with(&format!(".{}", change.key));
            if prior(&change.value).is_none() && agents.iter().any(own) {
                return Err(vec![*complaint(
                    format!(
                        "`{}` is no prior, and `{}` is an agent without a share",
                        change.value, change.key
                    ),
                    "write `uniform(0, 2)`, `cdf y^2 on [0, 1]` or the like".into(),
                )]);
            }
            let known = agents.into_iter().chain(parameters(text)).collect::<Vec<_>>().join("`, `");
            let message = format!("nothing in the file is called `{}`, or it has no such line", change.key);
            return Err(vec![*complaint(
                message,
                format!("what can be set: `{known}`, and shares by agent"),
            )]);
        }
    }
    taken_apart(&mut file);
    // Comments and derivations are about the source.
    file.items.iter_mut().for_each(|item| item.comments.clear());
    file.end_comments.clear();
    file.items.retain(|item| match &item.kind {
        ItemKind::Derivation(_) | ItemKind::Given(_) | ItemKind::Source { .. } => false,
        ItemKind::Setting(setting) => !setting.is_of_derivations(),
        _ => true,
    });
    let fixed: Vec<&str> = changes.iter().map(|c| c.key.as_str()).collect();
    let asked =
        File { items: file.items.iter().map(|item| without_names(item, &fixed)).collect(), ..file.clone() };
    let found = answers(&print_file(&asked))?;
    let mut left_out = Vec::new();
    let mut items = Vec::new();
    for (item, asked) in file.items.iter().zip(&asked.items) {
        let (Some(claim), Some(asked)) = (claim_of(item), claim_of(asked)) else {
            items.push(item.clone());
            continue;
        };
        let settled = found.iter().find(|s| s.name == claim.name.text).and_then(|s| match &s.value {
            // What has no value that can be written keeps its right side.
            None if asked != claim => Some(claim.clone()),
            _ => corrected(asked, s),
        });
        match settled {
            Some(claim) => items.push(Item { kind: ItemKind::Claim(claim), ..item.clone() }),
            None => left_out.push(claim.name.text.clone()),
        }
    }
    file.items = items;
    // What does not come out as it now says is left out as well.
    let wrong: Vec<String> =
        answers(&print_file(&file))?.into_iter().filter(|s| !s.as_stated).map(|s| s.name).collect();
    file.items.retain(|item| match &item.kind {
        ItemKind::Claim(claim) => !wrong.contains(&claim.name.text),
        ItemKind::Figure(figure) => !wrong.contains(&figure.name.text),
        _ => true,
    });
    left_out.extend(wrong);
    Ok(Variant { text: print_file(&file), left_out })
}

/// An equation whose right side is in terms of what is fixed asks for its value: zero takes its place until it is found.
fn without_names(item: &Item, fixed: &[&str]) -> Item {
    let mut out = item.clone();
    if let ItemKind::Claim(claim) = &mut out.kind
        && let Some(StatementKind::Relations { rest, .. }) = claim.statements.first_mut().map(|s| &mut s.kind)
        && is_equation(rest)
        && let Some((_, right)) = rest.last_mut()
        && claim.at.iter().any(|(name, _)| fixed.contains(&name.text.as_str()) && mentions(right, &name.text))
    {
        right.kind = ExprKind::Number(Rational::ZERO);
    }
    out
}

fn answers(text: &str) -> Result<Vec<StatementReport>, Vec<Diagnostic>> {
    let Outcome { report, diagnostics, .. } = check("variant", text, Detail::Verdicts);
    report.map(|r| r.statements).filter(|_| diagnostics.is_empty()).ok_or(diagnostics)
}

/// The letters of the longest answer of a file: the right side of an equation, or the set that solves.
pub fn longest_answer(text: &str) -> usize {
    let Ok(file) = parse(text) else { return usize::MAX };
    let right_side = |kind: &StatementKind| match kind {
        StatementKind::Relations { rest, .. } => {
            rest.iter().map(|(_, e)| print_expr(e).len()).max().unwrap_or(0)
        }
        _ => 0,
    };
    let statements = file.items.iter().filter_map(claim_of).flat_map(|claim| &claim.statements);
    statements.map(|s| right_side(&s.kind)).max().unwrap_or(0)
}
