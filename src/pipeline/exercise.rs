//! Exercises: a file whose answers are hidden, and the grading of one that was filled in.
//!
//! An answer is right if the kernel proves the statement with it, in whatever form it is written; a wrong one is shown
//! where it fails. Hints are read off the worked derivation of the right statement.

use crate::lang::ast::{
    Claim, Expr, ExprKind, File, Item, ItemKind, Relation, Stance, StatementKind, children,
};
use crate::lang::{Diagnostic, parse, print_expr, print_file, print_statement};
use crate::report::{Block, Link, Math, plain};

use super::variant::{claim_of, taken_apart};
use super::{Detail, Outcome, check};

/// What stands in the place of an answer.
const BLANK: &str = "todo";

/// How an answer was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// The statement with it is proved.
    Right,
    /// Nothing was filled in.
    Missing,
    /// It is not right; sentences say why.
    Wrong(Vec<String>),
}

/// The grading of one answer.
#[derive(Debug, Clone)]
pub struct Graded {
    /// The statement.
    pub name: String,
    /// What was asked, without the answer.
    pub asked: String,
    /// What was answered.
    pub answer: Option<String>,
    /// How it was.
    pub mark: Mark,
    /// From a nudge to the result: the rule, what it acts on, the result.
    pub hints: Vec<String>,
}

/// The right side of a claim that is one equation, if it is claimed to hold.
fn hidden(claim: &Claim) -> Option<(&Expr, &Expr)> {
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

fn answered(claim: &Claim, answer: Expr) -> Claim {
    let mut out = claim.clone();
    if let Some(StatementKind::Relations { rest, .. }) = out.statements.first_mut().map(|s| &mut s.kind)
        && let Some((_, right)) = rest.last_mut()
    {
        *right = answer;
    }
    out
}

/// Settings, mechanisms and the equations; everything else could give an answer away.
fn equations(text: &str) -> Result<File, Vec<Diagnostic>> {
    let mut file = parse(text)?;
    taken_apart(&mut file);
    file.items.retain(|item| match &item.kind {
        ItemKind::Claim(claim) => hidden(claim).is_some(),
        ItemKind::Derivation(_) | ItemKind::Figure(_) => false,
        _ => true,
    });
    Ok(file)
}

/// The file for a student: the right sides of its equations are blank.
pub fn exercise(text: &str) -> Result<String, Vec<Diagnostic>> {
    let mut file = equations(text)?;
    for item in &mut file.items {
        item.trailing = None;
        let Some(claim) = claim_of(item) else { continue };
        let Some((_, right)) = hidden(claim) else { continue };
        let blank = Expr { kind: ExprKind::Name(BLANK.into()), span: right.span };
        let claim = answered(claim, blank);
        item.comments.clear();
        item.kind = ItemKind::Claim(claim);
    }
    let head =
        format!("# Write the right side in place of each `{BLANK}`, without the quantities of the file.\n");
    Ok(head + &print_file(&file))
}

/// Grades a file that was filled in, answer by answer.
pub fn grade(original: &str, filled: &str) -> Result<Vec<Graded>, Vec<Diagnostic>> {
    let (file, given) = (equations(original)?, parse(filled)?);
    let (claims, rest): (Vec<&Item>, Vec<&Item>) =
        file.items.iter().partition(|item| claim_of(item).is_some());
    let mut out = Vec::new();
    for item in claims {
        let Some((claim, (left, right))) = claim_of(item).and_then(|c| Some((c, hidden(c)?))) else {
            continue;
        };
        let theirs = given.items.iter().filter_map(claim_of).find(|c| c.name.text == claim.name.text);
        let theirs = theirs.and_then(hidden).map(|(_, right)| right);
        let answer = theirs.filter(|e| !matches!(&e.kind, ExprKind::Name(n) if n == BLANK));
        let of = |claim: Claim| File {
            items: rest
                .iter()
                .map(|i| (*i).clone())
                .chain([Item { kind: ItemKind::Claim(claim), ..item.clone() }])
                .collect(),
            end_comments: vec![],
        };
        let mark = match answer {
            None => Mark::Missing,
            Some(e) => match quantity(e) {
                Some(word) => Mark::Wrong(vec![format!(
                    "`{word}` is a quantity of the file: the answer is to be worked out"
                )]),
                None => judged(&print_file(&of(answered(claim, e.clone())))),
            },
        };
        let hints = if mark == Mark::Right { vec![] } else { hints(&print_file(&of(claim.clone())), right) };
        let asked = claim.statements.first().map(print_statement).unwrap_or_default();
        let asked = asked.rsplit_once(" = ").map_or(print_expr(left), |(asked, _)| asked.to_owned());
        out.push(Graded {
            name: claim.name.text.clone(),
            asked,
            answer: answer.map(print_expr),
            mark,
            hints,
        });
    }
    Ok(out)
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
fn hints(text: &str, right: &Expr) -> Vec<String> {
    let Outcome { report, .. } = check("hint", text, Detail::Derivations);
    let blocks =
        report.and_then(|r| r.statements.into_iter().last()).map(|s| s.derivation).unwrap_or_default();
    let mut links = Vec::new();
    collect(&blocks, &mut links);
    let told = |(_, l): &&(String, &Link)| !l.reason.is_empty() && !plain(&l.reason).starts_with("by ");
    let integrates = |found: &&(String, &Link)| told(found) && plain(&found.1.reason).contains("integrate");
    let mut out = match (links.iter().find(integrates).or(links.iter().find(told)), links.first()) {
        (Some((acts_on, link)), _) => vec![plain(&link.reason), acts_on.clone()],
        (None, Some((_, link))) => {
            vec!["unfold the definition, and decide each condition by cases".into(), link.right.text()]
        }
        (None, None) => vec![],
    };
    out.push(print_expr(right));
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
