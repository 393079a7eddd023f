//! Steps of derivations whose right sides or reasons are hidden.

use crate::lang::ast::{
    Chain, Derivation, DerivationKind, Expr, ItemKind, Link, Name, Reason, ReasonKind, Relation, Span,
};
use crate::lang::{Diagnostic, Goal, print_expr, print_reasons, print_relation};
use crate::model;
use crate::prover::{Outcome, Tactic};

use super::super::{Prepared, judge, prepare, story};
use super::{BLANK, Graded, Hide, Mark, Sheet, blank, failing, hint, is_blank, said, same};

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
    /// The line of what is given, if there is one.
    line: Option<usize>,
    /// Why what is given cannot be read.
    unreadable: Option<String>,
}

impl Blank {
    /// Whether there is something that can be read.
    fn is_given(&self) -> bool {
        self.unreadable.is_none() && !matches!(self.given, Given::Nothing)
    }
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

/// The grading of every blank; `margin` is what may be cited beside the derivation, `with` the file in which it stands.
pub(super) fn graded(
    derivation: &Derivation,
    given: &Sheet,
    margin: &[&DerivationKind],
    hide: Hide,
    with: &dyn Fn(Derivation) -> String,
) -> Vec<Graded> {
    let theirs = given.file.items.iter().find_map(|item| match &item.kind {
        ItemKind::Derivation(d) if d.name.text == derivation.name.text => Some(d),
        _ => None,
    });
    let derivation = &without_misprints(derivation);
    let mut blanks = Vec::new();
    for (number, _, chain) in chains(derivation) {
        let their = theirs.and_then(|d| chain_of(d, number)).map(|(_, chain)| chain);
        for position in (0..chain.links.len()).filter(|p| is_hidden(chain, *p, hide)) {
            let link = their.and_then(|c| c.links.get(position));
            let line = link.map(|link| given.line(link.right.span));
            let given = Given::of(link, hide);
            blanks.push(Blank { chain: number, position, given, line, unreadable: None });
        }
    }
    let prepared = read(derivation, &mut blanks, with);
    let checked = prepared.as_ref().and_then(|prepared| judged(prepared, derivation));
    let original = prepare("hint", &with(derivation.clone())).ok();
    let original = original.as_ref().and_then(|prepared| judged(prepared, derivation));
    let whole = filled(derivation, &blanks);
    let mut marks: Vec<Mark> = Vec::new();
    for blank in &blanks {
        // What is done below a slip may be less than in the original.
        let clean = marks.iter().all(|mark| matches!(mark, Mark::Right | Mark::Missing));
        let mark = match (&blank.given, &blank.unreadable, &checked) {
            (Given::Nothing, ..) => Mark::Missing,
            (_, Some(why), _) => Mark::Wrong(vec![why.clone()]),
            (Given::Right(e), _, Some(checked))
                if repeats(&whole, blank, e) || clean && checked.repeats(blank, original.as_ref()) =>
            {
                Mark::Wrong(vec!["it says the same as the line above".into()])
            }
            (.., Some(checked)) => checked.mark(blank, hide, original.as_ref()),
            (.., None) => Mark::Wrong(vec!["it cannot be checked".into()]),
        };
        marks.push(mark);
    }
    let given: Vec<&DerivationKind> =
        margin.iter().copied().chain(derivation.lines.iter().map(|line| &line.kind)).collect();
    let mut out = Vec::new();
    for (blank, mark) in blanks.iter().zip(marks) {
        let (Some((name, chain)), Some((_, full))) =
            (chain_of(derivation, blank.chain), chain_of(&whole, blank.chain))
        else {
            continue;
        };
        let Some(link) = chain.links.get(blank.position) else { continue };
        // What stands above may be asked for as well.
        let above = blanks.iter().find(|b| b.chain == blank.chain && b.position + 1 == blank.position);
        let above = above.filter(|_| hide == Hide::Answers);
        let asked = match above {
            Some(above) if !above.is_given() => "…".to_owned(),
            _ => print_expr(before(full, blank.position)),
        };
        let hints = match mark {
            Mark::Right | Mark::Mended | Mark::Carried => vec![],
            _ => {
                let holds = |above: &Blank| checked.as_ref().is_some_and(|c| c.holds(above));
                let right = above.is_none_or(|above| above.is_given() && holds(above));
                let found = original.as_ref().and_then(|o| o.found(blank));
                hints(&given, link, right.then(|| before(chain, blank.position)), hide, found)
            }
        };
        let name = name.map(|n| format!(", {}", n.text)).unwrap_or_default();
        let relation = print_relation(link.relation);
        let (asked, joint) = match hide {
            Hide::Answers => (asked, relation.to_owned()),
            Hide::Reasons => (format!("{asked} {relation} {}", print_expr(&link.right)), "by".into()),
        };
        let answer = blank.given.text();
        let (name, line) = (format!("{}{name}", derivation.name.text), blank.line);
        out.push(Graded { name, line, asked, joint, answer, mark, hints });
    }
    out
}

/// Whether an answer is the line above, but for names and order.
fn repeats(whole: &Derivation, blank: &Blank, answer: &Expr) -> bool {
    let above = chain_of(whole, blank.chain).map(|(_, chain)| before(chain, blank.position));
    above.is_some_and(|above| same::same(above, answer))
}

/// The left side of a link.
fn before(chain: &Chain, position: usize) -> &Expr {
    let link = position.checked_sub(1).and_then(|p| chain.links.get(p));
    link.map_or(&chain.first, |link| &link.right)
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
            blank.unreadable = complaint.map(said);
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
    /// What is claimed.
    derivation: model::Derivation,
    outcomes: Vec<Vec<Outcome>>,
    /// Sentences about the links that fail.
    stories: Vec<Vec<Vec<String>>>,
}

fn judged(prepared: &Prepared, derivation: &Derivation) -> Option<Checked> {
    let found = prepared.resolved.statements.iter().find(|s| s.name == derivation.name.text);
    let (statement, written) = found.and_then(|s| Some((s, s.derivation.as_ref()?)))?;
    let Goal::Derivation(derivation) = statement.variants.first()?.first()? else { return None };
    let judged = judge::judge(&prepared.known, statement).ok()?;
    let outcomes = judged.derived?.chains;
    let names = story::names(statement);
    let mut stories = Vec::new();
    for (c, (chain, outcomes)) in written.chains.iter().zip(&outcomes).enumerate() {
        let says = |k: usize| derivation.chains.get(c)?.links.get(k).map(|link| &link.says);
        let tell = |(k, (link, outcome))| failing::story(written, link, says(k), outcome, &names);
        stories.push(chain.links.iter().zip(outcomes).enumerate().map(tell).collect());
    }
    Some(Checked { derivation: derivation.clone(), outcomes, stories })
}

impl Checked {
    fn at(&self, chain: usize, position: usize) -> Option<&Outcome> {
        self.outcomes.get(chain)?.get(position)
    }

    fn holds(&self, blank: &Blank) -> bool {
        self.at(blank.chain, blank.position).is_some_and(Outcome::holds)
    }

    /// Whether an answer is the line above in other words, where more than algebra is asked for.
    fn repeats(&self, blank: &Blank, original: Option<&Checked>) -> bool {
        let says_nothing = |c: &Checked| failing::says_nothing(&c.derivation, blank.chain, blank.position);
        says_nothing(self) && original.is_some_and(|original| !says_nothing(original))
    }

    /// Whether an answer is what the original has further down, in a chain of equal terms.
    fn is_later(&self, blank: &Blank, original: Option<&Checked>) -> bool {
        let chain = |c: &'_ Checked| c.derivation.chains.get(blank.chain).cloned();
        let (Some(own), Some(theirs)) = (chain(self), original.and_then(chain)) else { return false };
        let answer = own.links.get(blank.position).and_then(failing::right_of_equation);
        let below = theirs.links.iter().skip(blank.position + 1);
        let below: Option<Vec<_>> = below.map(failing::right_of_equation).collect();
        answer.zip(below).is_some_and(|(answer, below)| below.iter().any(|e| e.minus(&answer).is_zero()))
    }

    fn mark(&self, blank: &Blank, hide: Hide, original: Option<&Checked>) -> Mark {
        let position = blank.position;
        let links = self.outcomes.get(blank.chain).map(Vec::as_slice).unwrap_or_default();
        let is_slip = |o: &Outcome| match o {
            Outcome::Fails { .. } => !is_true(o),
            // What follows from a slip carries it on.
            Outcome::Carried(_) => true,
            Outcome::Holds(_) | Outcome::Excused => false,
        };
        // The lines are those of the original, if reasons are asked for.
        let slipped = hide == Hide::Answers && links.iter().take(position).any(is_slip);
        // After a slip whose neighbours agree, lines are right again.
        let mended = links.iter().take(position + 1).rev().any(|o| matches!(o, Outcome::Excused));
        let story = || {
            let of_chain = self.stories.get(blank.chain);
            of_chain.and_then(|c| c.get(position)).cloned().unwrap_or_default()
        };
        match links.get(position) {
            Some(Outcome::Holds(_)) if slipped && !mended => Mark::Carried,
            Some(Outcome::Holds(_)) => Mark::Right,
            Some(Outcome::Excused) => Mark::Mended,
            Some(Outcome::Carried(_)) => Mark::Carried,
            Some(outcome) if hide == Hide::Answers && is_true(outcome) => {
                Mark::Otherwise(story().into_iter().take(2).collect())
            }
            Some(Outcome::Fails { instance: None, .. })
                if hide == Hide::Answers && !slipped && self.is_later(blank, original) =>
            {
                let ahead = "a later line of the sheet may be this: steps are left out".to_owned();
                Mark::Otherwise(story().into_iter().take(1).chain([ahead]).collect())
            }
            // The rule by which it follows is what is asked for.
            _ if hide == Hide::Reasons => Mark::Wrong(story().into_iter().take(1).collect()),
            _ => Mark::Wrong(story()),
        }
    }

    /// The rule that the checker found for a link without a reason.
    fn found(&self, blank: &Blank) -> Option<String> {
        match self.at(blank.chain, blank.position)? {
            Outcome::Holds(Tactic::Reasons(_)) => None,
            Outcome::Holds(tactic) => Some(tactic.words().to_owned()),
            _ => None,
        }
    }
}

/// Whether a link follows, if not by its reasons.
fn is_true(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Fails { otherwise: Some(_), instance: None, .. })
}

/// The rule, what it acts on, and the result; if the rule is asked for, it comes last. What stands before is none if
/// that is asked for too.
fn hints(
    given: &[&DerivationKind],
    link: &Link,
    before: Option<&Expr>,
    hide: Hide,
    found: Option<String>,
) -> Vec<(&'static str, String)> {
    let rule = if link.reasons.is_empty() { found } else { Some(hint::rule(given, &link.reasons)) };
    let rule = rule.map(|words| ("rule", words));
    let part = before.map(|before| hint::changed(before, &link.right));
    let acts_on = ("acts on", part.unwrap_or_else(|| "the line above, which is to be found first".into()));
    let result = ("result", print_expr(&link.right));
    match hide {
        Hide::Answers => rule.into_iter().chain([acts_on, result]).collect(),
        // Both sides are there to read.
        Hide::Reasons => [acts_on].into_iter().chain(rule).collect(),
    }
}
