//! Equations whose right sides are hidden.

use crate::lang::ast::{Claim, Expr, ExprKind, File, Relation, Stance, StatementKind, children};
use crate::lang::{print_expr, print_statement};
use crate::report::{Block, Link, Math, plain};

use super::super::variant::claim_of;
use super::super::{Detail, Outcome, check};
use super::{Graded, Mark, blank, is_blank};

/// The two sides of a claim that is one equation, if it is claimed to hold.
pub(super) fn hidden(claim: &Claim) -> Option<(&Expr, &Expr)> {
    match claim.statements.as_slice() {
        [one] if claim.stance == Stance::Holds && claim.solve.is_none() => match &one.kind {
            StatementKind::Relations { first, rest } => match rest.as_slice() {
                [(Relation::Equal, right)] => Some((first, right)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// The claim with a blank on the right.
pub(super) fn blanked(claim: &Claim) -> Option<Claim> {
    let (_, right) = hidden(claim)?;
    Some(answered(claim, blank(right.span)))
}

fn answered(claim: &Claim, answer: Expr) -> Claim {
    let mut out = claim.clone();
    if let Some(StatementKind::Relations { rest, .. }) = out.statements.first_mut().map(|s| &mut s.kind)
        && let Some((_, right)) = rest.last_mut()
    {
        *right = answer;
    }
    out
}

/// The grading of what was given for the right side; `with` is the file in which a claim stands.
pub(super) fn graded(claim: &Claim, given: &File, with: &dyn Fn(Claim) -> String) -> Option<Graded> {
    let (left, right) = hidden(claim)?;
    let theirs = given.items.iter().filter_map(claim_of).find(|c| c.name.text == claim.name.text);
    let answer = theirs.and_then(hidden).map(|(_, right)| right).filter(|e| !is_blank(e));
    let mark = match answer {
        None => Mark::Missing,
        Some(e) => match quantity(e) {
            Some(word) => {
                let why = format!("`{word}` is a quantity of the file: the answer is to be worked out");
                Mark::Wrong(vec![why])
            }
            None => judged(&with(answered(claim, e.clone()))),
        },
    };
    let hints = if mark == Mark::Right { vec![] } else { hints(&with(claim.clone()), right) };
    let asked = claim.statements.first().map(print_statement).unwrap_or_default();
    let asked = asked.rsplit_once(" = ").map_or(print_expr(left), |(asked, _)| asked.to_owned());
    let (name, joint) = (claim.name.text.clone(), "=".to_owned());
    Some(Graded { name, asked, joint, answer: answer.map(print_expr), mark, hints })
}

/// A quantity of the file that an answer mentions.
fn quantity(e: &Expr) -> Option<String> {
    let mut stack = vec![e];
    while let Some(e) = stack.pop() {
        match &e.kind {
            ExprKind::Call { function, .. }
                if !["max", "min", "abs", "sqrt"].contains(&function.text.as_str()) =>
            {
                return Some(function.text.clone());
            }
            ExprKind::Expectation(_) => return Some("E".into()),
            ExprKind::Interim(_) => return Some("interim".into()),
            _ => children(e, &mut |child| stack.push(child)),
        }
    }
    None
}

fn judged(text: &str) -> Mark {
    let Outcome { report, diagnostics, .. } = check("answer", text, Detail::Verdicts);
    if let Some(d) = diagnostics.first() {
        return Mark::Wrong(vec![d.message.clone()]);
    }
    match report.and_then(|r| r.statements.into_iter().last()) {
        Some(s) if s.as_stated => Mark::Right,
        Some(s) => Mark::Wrong(s.story.into_iter().chain(s.undecided).collect()),
        None => Mark::Wrong(vec!["it cannot be checked".into()]),
    }
}

/// The rule, what it acts on, and the result.
fn hints(text: &str, right: &Expr) -> Vec<(&'static str, String)> {
    let Outcome { report, .. } = check("hint", text, Detail::Derivations);
    let blocks =
        report.and_then(|r| r.statements.into_iter().last()).map(|s| s.derivation).unwrap_or_default();
    let mut links = Vec::new();
    collect(&blocks, &mut links);
    let told = |(_, l): &&(String, &Link)| !l.reason.is_empty() && !plain(&l.reason).starts_with("by ");
    let integrates = |found: &&(String, &Link)| told(found) && plain(&found.1.reason).contains("integrate");
    let mut out = match (links.iter().find(integrates).or(links.iter().find(told)), links.first()) {
        (Some((acts_on, link)), _) => vec![("rule", plain(&link.reason)), ("acts on", acts_on.clone())],
        (None, Some((_, link))) => vec![
            ("rule", "unfold the definition, and decide each condition by cases".into()),
            ("acts on", link.right.text()),
        ],
        (None, None) => vec![],
    };
    out.push(("result", print_expr(right)));
    out
}

/// The lines of all chains, each with what it begins from.
fn collect<'a>(blocks: &'a [Block], links: &mut Vec<(String, &'a Link)>) {
    for block in blocks {
        match block {
            Block::Chain(chain) => {
                let mut last = String::new();
                for link in chain {
                    let from = link.left.as_ref().map_or(last, Math::text);
                    last = link.right.text();
                    links.push((from, link));
                }
            }
            Block::Fold { blocks, .. } => collect(blocks, links),
            _ => {}
        }
    }
}
