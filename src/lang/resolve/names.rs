//! Names: which ones an expression reads, which settings it is about, and what was meant by one that is
//! not known.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Resolve;
use super::quantity::takes_an_agent;
use super::scope::Universe;
use crate::lang::ast::{self, AgentRef, ExprKind, Name, Span, children};
use crate::lang::diagnostic::Diagnostic;
use crate::model::Setting;

/// Names that are listed below an unknown one at most.
const FEW_NAMES: usize = 6;

/// A complaint.
pub(super) fn complain(code: &'static str, message: impl Into<String>, span: Span) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(code, message, span))
}

/// A complaint with one certain next action.
pub(super) fn advise(
    code: &'static str,
    message: impl Into<String>,
    span: Span,
    help: impl Into<String>,
) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(code, message, span).help(help))
}

/// `an agent`, `a setting`.
pub(super) fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {noun}")
}

/// An unknown name with the nearest known one.
pub(super) fn unknown_name<'a>(
    wanted: &str,
    text: &str,
    span: Span,
    known: impl IntoIterator<Item = &'a str>,
) -> Box<Diagnostic> {
    let diagnostic = Diagnostic::unknown_name(text, span).label(format!("expected {}", with_article(wanted)));
    if let Some(help) = otherwise(text).filter(|_| wanted == "mechanism") {
        return Box::new(diagnostic.help(help));
    }
    let known: Vec<&str> = known.into_iter().collect();
    Box::new(match nearest(text, known.iter().copied()) {
        Some(name) => diagnostic.help(format!("did you mean `{name}`?")),
        None => match listed(&known) {
            Some(names) => diagnostic.help(format!("known here: {names}")),
            None => diagnostic,
        },
    })
}

/// How mechanisms are called here that have other names in other texts.
fn otherwise(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "vcg" | "clarke" | "clarke_pivot" | "vickrey_clarke_groves" => {
            "write `pivot(setting)`, or `vcg_lowest_type(setting)`, where an agent counts as its lowest type in place of being absent"
        }
        "vickrey" | "second_price_auction" | "spa" => "write `second_price(setting)`",
        "first_price_auction" | "fpa" => "write `first_price(setting)`",
        "optimal_auction" | "optimal" | "revenue_maximising" | "revenue_maximizing" => {
            "write `myerson(setting)`"
        }
        "expected_externality" | "dagva" | "agva" | "arrow" => "write `AGV(setting)`",
        "all_pay_auction" => "write `all_pay(setting)`",
        _ => return None,
    })
}

/// Names in the order of letters, if they are few.
fn listed(names: &[&str]) -> Option<String> {
    let names: BTreeSet<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let few = (1..=FEW_NAMES).contains(&names.len());
    few.then(|| names.into_iter().collect::<Vec<_>>().join(", "))
}

/// The known name that is nearest to a text, if one is near enough to have been meant.
pub fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |name: &str| strsim::damerau_levenshtein(text, name);
    let best = known.into_iter().min_by_key(|name| distance(name))?;
    let letters = text.chars().count();
    // Names that have no letter in common are not near.
    (distance(best) <= (1 + letters / 3).min(letters.saturating_sub(1))).then_some(best)
}

/// A call with the wrong number of arguments.
pub(super) fn arity(function: &Name, wanted: &str, found: usize) -> Box<Diagnostic> {
    let plural = if wanted == "1" { "argument" } else { "arguments" };
    let verb = if found == 1 { "is" } else { "are" };
    let message = format!("`{}` takes {wanted} {plural}, and {found} {verb} given", function.text);
    complain("wrong-arity", message, function.span)
}

/// Calls `visit` on an expression and all its parts, with the names that are bound around each.
fn walk<'a>(e: &'a ast::Expr, bound: &mut Vec<&'a str>, visit: &mut dyn FnMut(&'a ast::Expr, &[&'a str])) {
    visit(e, bound);
    let binds = match &e.kind {
        ExprKind::Integral { variable, body, .. } | ExprKind::Root { variable, body, .. } => {
            Some((variable, &**body))
        }
        ExprKind::Family { index, body, .. } => Some((index, &**body)),
        _ => None,
    };
    children(e, &mut |child| match binds {
        Some((name, body)) if std::ptr::eq(child, body) => {
            bound.push(&name.text);
            walk(child, bound, visit);
            bound.pop();
        }
        _ => walk(child, bound, visit),
    });
}

/// The names that are read in an expression and not bound in it; names of functions are not read.
pub(super) fn names_in(e: &ast::Expr) -> Vec<Name> {
    let mut out = Vec::new();
    walk(e, &mut Vec::new(), &mut |e, bound| {
        let name = match &e.kind {
            ExprKind::Name(text) => Some(Name { text: text.clone(), span: e.span }),
            ExprKind::Indexed { name, .. } | ExprKind::Changed { profile: name, .. } => Some(name.clone()),
            ExprKind::Under { strategy, .. } => Some(strategy.clone()),
            _ => None,
        };
        out.extend(name.filter(|n| !bound.contains(&n.text.as_str())));
    });
    out
}

/// The names that stand where an agent is named: in `payment(m, i)` and `v[i]`.
pub(super) fn agents_in(e: &ast::Expr) -> Vec<Name> {
    let mut out = Vec::new();
    walk(e, &mut Vec::new(), &mut |e, bound| {
        let who = match &e.kind {
            ExprKind::Indexed { index, .. } => Some(&**index),
            ExprKind::Call { function, arguments } if takes_an_agent(&function.text) => arguments.get(1),
            ExprKind::Family { except, .. } => except.as_deref(),
            _ => None,
        };
        if let Some(ast::Expr { kind: ExprKind::Name(text), span }) = who
            && !bound.contains(&text.as_str())
        {
            out.push(Name { text: text.clone(), span: *span });
        }
    });
    out
}

/// The settings that names speak of: by their own name, or through a mechanism or strategy.
pub(super) fn settings_of(universe: &Universe, names: &[Name]) -> Vec<Arc<Setting>> {
    let mut found: Vec<Arc<Setting>> = Vec::new();
    for name in names {
        let setting = universe.settings.iter().find(|s| s.setting.name == name.text).map(|s| &s.setting);
        let mechanism =
            universe.mechanisms.iter().find(|m| m.name == name.text).map(|m| &m.mechanism.setting);
        let rule = universe.rules.iter().find(|r| r.name == name.text).map(|r| &r.mechanism.setting);
        let strategy = universe.strategies.iter().find(|s| s.name == name.text).map(|s| &s.setting);
        let known = [setting, mechanism, rule, strategy].into_iter().flatten();
        for setting in known.chain(universe.broken_settings(&name.text)) {
            if !found.iter().any(|s| s.name == setting.name) {
                found.push(setting.clone());
            }
        }
    }
    found
}

/// The settings whose types may be named: those that are spoken of, else the only one of the file, else
/// the only one with such types.
pub(super) fn settings_in_scope(universe: &Universe, names: &[Name]) -> Vec<Arc<Setting>> {
    let found = settings_of(universe, names);
    if !found.is_empty() {
        return found;
    }
    let is_type = |shown: &str| {
        names.iter().any(|n| shown.strip_prefix(&n.text).is_some_and(|r| r.is_empty() || r.starts_with('[')))
    };
    let with_types = |s: &Setting| s.agents.iter().any(|a| is_type(&a.type_.shown));
    let all: Vec<&Arc<Setting>> = universe.settings.iter().map(|s| &s.setting).collect();
    let named: Vec<&Arc<Setting>> = all.iter().copied().filter(|s| with_types(s)).collect();
    match (all.as_slice(), named.as_slice()) {
        ([only], _) | (_, [only]) => vec![(*only).clone()],
        _ => vec![],
    }
}

/// A bound variable that is not read is a misprint.
pub(super) fn occurs(name: &Name, body: &ast::Expr) -> Resolve<()> {
    if names_in(body).iter().any(|n| n.text == name.text) {
        return Ok(());
    }
    let message = format!("the bound variable `{}` does not occur in the body", name.text);
    Err(complain("unused-binder", message, name.span))
}

/// The number of the only agent that terms speak of, if it is the only one: `1` in `virtual_value(sale, 1) = 2*x - 1`.
pub(super) fn sole_agent<'a>(terms: impl Iterator<Item = &'a ast::Expr>) -> Option<String> {
    let mut stack: Vec<&ast::Expr> = terms.collect();
    let mut found: Option<String> = None;
    while let Some(e) = stack.pop() {
        let agent = match &e.kind {
            ExprKind::Call { function, arguments } if takes_an_agent(&function.text) => arguments.get(1),
            ExprKind::Indexed { index, .. } => Some(&**index),
            _ => None,
        };
        match agent.map(|a| &a.kind) {
            Some(ExprKind::Number(number)) => {
                let number = number.to_string();
                if found.as_ref().is_some_and(|known| *known != number) {
                    return None;
                }
                found = Some(number);
            }
            // An index speaks of every agent.
            Some(_) => return None,
            None => {}
        }
        children(e, &mut |child| stack.push(child));
    }
    found
}

/// The number of an agent.
pub(super) fn agent(who: &AgentRef, setting: &Setting) -> Resolve<usize> {
    match who {
        AgentRef::Named(name) => find_agent(&name.text, setting, name.span),
        AgentRef::Number { number, span } => find_agent(&number.to_string(), setting, *span),
    }
}

/// The number of the agent of a name.
pub(super) fn find_agent(text: &str, setting: &Setting, span: Span) -> Resolve<usize> {
    let found = setting.agents.iter().position(|a| a.name == text);
    found.ok_or_else(|| {
        let mut complaint = unknown_name("agent", text, span, setting.agents.iter().map(|a| a.name.as_str()));
        complaint.code = "not-an-agent";
        complaint.message = format!("`{text}` is not an agent of `{}`", setting.name);
        complaint
    })
}
