//! Steps of derivations whose right sides or reasons are hidden.

use crate::lang::ast::{
    Chain, Derivation, DerivationKind, Expr, File, ItemKind, Link, Name, Reason, ReasonKind, Relation, Span,
};
use crate::lang::{Diagnostic, print_expr, print_reasons, print_relation};
use crate::prover::{Outcome, Tactic};

use super::super::derivation::link_failure;
use super::super::{Prepared, judge, prepare, story};
use super::{BLANK, Graded, Hide, Mark, blank, is_blank};

/// The chains of terms, each with its number among all chains.
fn chains(derivation: &Derivation) -> impl Iterator<Item = (usize, Option<&Name>, &Chain)> {
    let all = derivation.lines.iter().filter(|line| is_chain(&line.kind)).enumerate();
    all.filter_map(|(number, line)| match &line.kind {
        DerivationKind::Step { name, chain, .. } => Some((number, name.as_ref(), chain)),
        _ => None,
    })
}

fn chains_mut(derivation: &mut Derivation) -> impl Iterator<Item = (usize, &mut Chain)> {
    let all = derivation.lines.iter_mut().filter(|line| is_chain(&line.kind)).enumerate();
    all.filter_map(|(number, line)| match &mut line.kind {
        DerivationKind::Step { chain, .. } => Some((number, chain)),
        _ => None,
    })
}

/// A chain of terms, or one of statements.
fn is_chain(kind: &DerivationKind) -> bool {
    matches!(kind, DerivationKind::Step { .. } | DerivationKind::Argument { .. })
}

/// The chain of a number.
fn chain_of(derivation: &Derivation, number: usize) -> Option<(Option<&Name>, &Chain)> {
    chains(derivation).find(|(k, ..)| *k == number).map(|(_, name, chain)| (name, chain))
}

/// What a source prints wrongly is no part of an exercise.
fn without_misprints(derivation: &Derivation) -> Derivation {
    let mut out = derivation.clone();
    for line in &mut out.lines {
        match &mut line.kind {
            DerivationKind::Step { chain, .. } => chain.links.iter_mut().for_each(|l| l.printed = None),
            DerivationKind::Argument { links, .. } => links.iter_mut().for_each(|l| l.printed = None),
            _ => {}
        }
    }
    out
}

/// Whether a link has something to be found: the last line of a chain of several is what is to be shown, and an
/// inequality alone is a claim and no computation.
fn is_hidden(chain: &Chain, position: usize, hide: Hide) -> bool {
    let Some(link) = chain.links.get(position) else { return false };
    match hide {
        Hide::Reasons => !link.reasons.is_empty(),
        Hide::Answers if chain.links.len() == 1 => link.relation == Relation::Equal,
        Hide::Answers => position + 1 < chain.links.len(),
    }
}

/// The derivation with blanks, and their number.
pub(super) fn blanked(derivation: &Derivation, hide: Hide) -> (Derivation, usize) {
    let (mut out, mut blanks) = (without_misprints(derivation), 0);
    out.end_comments.clear();
    for line in &mut out.lines {
        line.comments.clear();
        line.trailing = None;
    }
    for (_, chain) in chains_mut(&mut out) {
        let whole = chain.clone();
        for (position, link) in chain.links.iter_mut().enumerate() {
            link.comments.clear();
            link.trailing = None;
            if !is_hidden(&whole, position, hide) {
                continue;
            }
            blanks += 1;
            match hide {
                Hide::Answers => link.right = blank(link.right.span),
                Hide::Reasons => link.reasons = vec![blank_reason()],
            }
        }
    }
    (out, blanks)
}

fn blank_reason() -> Reason {
    let name = Name { text: BLANK.into(), span: Span::default() };
    Reason { kind: ReasonKind::Named { name, at: vec![] }, span: Span::default() }
}

/// What was given for one link.
#[derive(Debug, Clone)]
enum Given {
    /// Nothing.
    Nothing,
    /// A right side.
    Right(Expr),
    /// Reasons.
    Reasons(Vec<Reason>),
}

impl Given {
    fn of(link: Option<&Link>, hide: Hide) -> Self {
        match (link, hide) {
            (Some(link), Hide::Answers) if !is_blank(&link.right) => Given::Right(link.right.clone()),
            (Some(link), Hide::Reasons) if !link.reasons.is_empty() && link.reasons != [blank_reason()] => {
                Given::Reasons(link.reasons.clone())
            }
            _ => Given::Nothing,
        }
    }

    fn put(&self, link: &mut Link) {
        match self {
            Given::Nothing => {}
            Given::Right(e) => link.right = e.clone(),
            Given::Reasons(reasons) => link.reasons = reasons.clone(),
        }
    }

    fn text(&self) -> Option<String> {
        match self {
            Given::Nothing => None,
            Given::Right(e) => Some(print_expr(e)),
            Given::Reasons(reasons) => Some(print_reasons(reasons)),
        }
    }
}

/// A blank of a derivation: the number of its chain, and its place in it.
#[derive(Debug, Clone)]
struct Blank {
    chain: usize,
    position: usize,
    given: Given,
    /// Why what is given cannot be read.
    unreadable: Option<String>,
}

fn filled(derivation: &Derivation, blanks: &[Blank]) -> Derivation {
    let mut out = derivation.clone();
    for (number, chain) in chains_mut(&mut out) {
        for blank in blanks.iter().filter(|b| b.chain == number && b.unreadable.is_none()) {
            if let Some(link) = chain.links.get_mut(blank.position) {
                blank.given.put(link);
            }
        }
    }
    out
}

/// The grading of every blank; `with` is the file in which a derivation stands.
pub(super) fn graded(
    derivation: &Derivation,
    given: &File,
    hide: Hide,
    with: &dyn Fn(Derivation) -> String,
) -> Vec<Graded> {
    let theirs = given.items.iter().find_map(|item| match &item.kind {
        ItemKind::Derivation(d) if d.name.text == derivation.name.text => Some(d),
        _ => None,
    });
    let derivation = &without_misprints(derivation);
    let mut blanks = Vec::new();
    for (number, _, chain) in chains(derivation) {
        let their = theirs.and_then(|d| chain_of(d, number)).map(|(_, chain)| chain);
        for position in (0..chain.links.len()).filter(|p| is_hidden(chain, *p, hide)) {
            let given = Given::of(their.and_then(|c| c.links.get(position)), hide);
            blanks.push(Blank { chain: number, position, given, unreadable: None });
        }
    }
    let prepared = read(derivation, &mut blanks, with);
    let checked = prepared.as_ref().and_then(|prepared| judged(prepared, derivation));
    let original = prepare("hint", &with(derivation.clone())).ok();
    let original = original.as_ref().and_then(|prepared| judged(prepared, derivation));
    let whole = filled(derivation, &blanks);
    let mut out = Vec::new();
    for blank in &blanks {
        let (Some((name, chain)), Some((_, full))) =
            (chain_of(derivation, blank.chain), chain_of(&whole, blank.chain))
        else {
            continue;
        };
        let Some(link) = chain.links.get(blank.position) else { continue };
        let before = |chain: &Chain| match blank.position.checked_sub(1).and_then(|p| chain.links.get(p)) {
            Some(link) => print_expr(&link.right),
            None => print_expr(&chain.first),
        };
        let mark = match (&blank.given, &blank.unreadable, &checked) {
            (Given::Nothing, ..) => Mark::Missing,
            (_, Some(why), _) => Mark::Wrong(vec![why.clone()]),
            (Given::Right(e), ..) if print_expr(e) == before(full) => {
                Mark::Wrong(vec!["it repeats the line above".into()])
            }
            (.., Some(checked)) => checked.mark(blank.chain, blank.position, hide),
            (.., None) => Mark::Wrong(vec!["it cannot be checked".into()]),
        };
        let hints = match mark {
            Mark::Right | Mark::Carried => vec![],
            _ => hints(link, &before(chain), hide, original.as_ref().and_then(|o| o.found(blank))),
        };
        let name = name.map(|n| format!(", {}", n.text)).unwrap_or_default();
        let relation = print_relation(link.relation);
        let (asked, joint) = match hide {
            Hide::Answers => (before(full), relation.to_owned()),
            Hide::Reasons => {
                (format!("{} {relation} {}", before(full), print_expr(&link.right)), "by".into())
            }
        };
        let answer = blank.given.text();
        out.push(Graded {
            name: format!("{}{name}", derivation.name.text),
            asked,
            joint,
            answer,
            mark,
            hints,
        });
    }
    out
}

/// The derivation as it was filled in. What cannot be read is marked, and the original stands in its place.
fn read(
    derivation: &Derivation,
    blanks: &mut [Blank],
    with: &dyn Fn(Derivation) -> String,
) -> Option<Prepared> {
    for _ in 0..=blanks.len() {
        let text = with(filled(derivation, blanks));
        let diagnostics = match prepare("answer", &text) {
            Ok(prepared) => return Some(prepared),
            Err(diagnostics) => diagnostics,
        };
        let mut found = false;
        for blank in blanks.iter_mut().filter(|b| b.unreadable.is_none()) {
            let complaint = diagnostics.iter().find(|d| stands_at(d, &text, derivation, blank));
            blank.unreadable = complaint.map(|d| d.message.clone());
            found |= blank.unreadable.is_some();
        }
        if !found {
            return None;
        }
    }
    None
}

/// Whether a complaint is about a blank: it stands between the beginning of its link and that of the next.
fn stands_at(complaint: &Diagnostic, text: &str, derivation: &Derivation, blank: &Blank) -> bool {
    let Ok(file) = crate::lang::parse(text) else { return false };
    let found = file.items.iter().find_map(|item| match &item.kind {
        ItemKind::Derivation(d) if d.name.text == derivation.name.text => Some(d),
        _ => None,
    });
    let links: Vec<(usize, usize, usize)> = found
        .into_iter()
        .flat_map(chains)
        .flat_map(|(k, _, chain)| {
            chain.links.iter().enumerate().map(move |(p, link)| (k, p, link.span.start))
        })
        .collect();
    let last = links.iter().rev().find(|(.., start)| *start <= complaint.span.start);
    last.is_some_and(|(k, p, _)| (*k, *p) == (blank.chain, blank.position))
}

/// What came of each link of a derivation.
struct Checked {
    outcomes: Vec<Vec<Outcome>>,
    /// Sentences about the links that fail.
    stories: Vec<Vec<Vec<String>>>,
}

fn judged(prepared: &Prepared, derivation: &Derivation) -> Option<Checked> {
    let found = prepared.resolved.statements.iter().find(|s| s.name == derivation.name.text);
    let (statement, written) = found.and_then(|s| Some((s, s.derivation.as_ref()?)))?;
    let judged = judge::judge(&prepared.known, statement).ok()?;
    let outcomes = judged.derived?.chains;
    let names = story::names(statement);
    let tell = |(link, outcome)| link_failure(written, link, outcome, &names);
    let stories = written
        .chains
        .iter()
        .zip(&outcomes)
        .map(|(chain, outcomes)| chain.links.iter().zip(outcomes).map(tell).collect())
        .collect();
    Some(Checked { outcomes, stories })
}

impl Checked {
    fn mark(&self, chain: usize, position: usize, hide: Hide) -> Mark {
        let links = self.outcomes.get(chain).map(Vec::as_slice).unwrap_or_default();
        // The lines are those of the original, if reasons are asked for.
        let slipped =
            hide == Hide::Answers && links.iter().take(position).any(|o| matches!(o, Outcome::Fails { .. }));
        // After a slip whose neighbours agree, lines are right again.
        let mended = links.iter().take(position + 1).rev().any(|o| matches!(o, Outcome::Excused));
        match links.get(position) {
            Some(Outcome::Holds(_)) if slipped && !mended => Mark::Carried,
            Some(Outcome::Holds(_) | Outcome::Excused) => Mark::Right,
            Some(Outcome::Carried(_)) => Mark::Carried,
            _ => {
                let mut story =
                    self.stories.get(chain).and_then(|c| c.get(position)).cloned().unwrap_or_default();
                // The rule by which it follows is what is asked for.
                story.retain(|line| hide == Hide::Answers || !line.starts_with("it follows by"));
                Mark::Wrong(story)
            }
        }
    }

    /// The rule that the checker found for a link without a reason.
    fn found(&self, blank: &Blank) -> Option<String> {
        match self.outcomes.get(blank.chain)?.get(blank.position)? {
            Outcome::Holds(Tactic::Reasons(_)) => None,
            Outcome::Holds(tactic) => Some(tactic.words().to_owned()),
            _ => None,
        }
    }
}

/// The rule, what it acts on, and the result; if the rule is asked for, it comes last.
fn hints(link: &Link, before: &str, hide: Hide, found: Option<String>) -> Vec<(&'static str, String)> {
    let rule = if link.reasons.is_empty() { found } else { Some(print_reasons(&link.reasons)) };
    let rule = rule.map(|words| ("rule", words));
    let acts_on = ("acts on", before.to_owned());
    let result = ("result", print_expr(&link.right));
    match hide {
        Hide::Answers => rule.into_iter().chain([acts_on, result]).collect(),
        Hide::Reasons => [acts_on, result].into_iter().chain(rule).collect(),
    }
}
