//! Derivations in canonical layout: one link a line.

use super::statement::relations;
use super::{WIDTH, comments, end_line, print_expr, print_relation, refs};
use crate::lang::ast::{
    Derivation, DerivationKind, Direction, Expr, Form, Implication, Link, Membership, Name, Positive,
    Quantifier, Range, Reason, ReasonKind, Relations, Sentence, Stance, Within,
};

pub(super) fn print_derivation(out: &mut String, derivation: &Derivation) {
    if derivation.form == Form::Lemma {
        return print_lemma(out, derivation);
    }
    let stance = if derivation.stance == Stance::Fails { "refuted " } else { "" };
    let shows = derivation.shows.as_ref().map(|s| format!(" shows {}", print_sentence(s)));
    out.push_str(&format!("{stance}derivation {}{} {{\n", derivation.name.text, shows.unwrap_or_default()));
    for line in &derivation.lines {
        comments(out, "  ", &line.comments);
        match &line.kind {
            DerivationKind::Step { name, ranges, conditions, .. }
            | DerivationKind::Argument { name, ranges, conditions, .. } => {
                print_stated(out, head(name.as_ref(), ranges, conditions), &line.kind);
            }
            kind => out.push_str(&format!("  {}", print_given(kind))),
        }
        end_line(out, line.trailing.as_ref());
    }
    comments(out, "  ", &derivation.end_comments);
    out.push('}');
    if !derivation.refs.is_empty() {
        out.push_str(&format!(" {}", refs(&derivation.refs)));
    }
}

/// What a derivation says, without its name and comments.
pub(in crate::lang) fn print_words(derivation: &Derivation) -> String {
    let mut silent = derivation.clone();
    silent.name.text.clear();
    silent.end_comments.clear();
    silent.refs.clear();
    for line in &mut silent.lines {
        (line.comments, line.trailing) = (vec![], None);
        match &mut line.kind {
            DerivationKind::Step { chain, .. } => {
                chain.links.iter_mut().for_each(|l| (l.comments, l.trailing) = (vec![], None));
            }
            DerivationKind::Argument { links, .. } => {
                links.iter_mut().for_each(|l| (l.comments, l.trailing) = (vec![], None));
            }
            // What is left of `=` is a name of the derivation that is applied.
            DerivationKind::Apply { values, .. } => {
                values.iter_mut().for_each(|(name, ..)| name.text.clear())
            }
            _ => {}
        }
    }
    let mut out = String::new();
    print_derivation(&mut out, &silent);
    out
}

/// `lemma bound for all z in [0, 1]: …`: a step at the margin.
fn print_lemma(out: &mut String, lemma: &Derivation) {
    for line in &lemma.lines {
        let (DerivationKind::Step { ranges, conditions, .. }
        | DerivationKind::Argument { ranges, conditions, .. }) = &line.kind
        else {
            continue;
        };
        let head = format!("lemma {}{}{}: ", lemma.name.text, for_all(ranges), print_conditions(conditions));
        let mut text = String::new();
        print_stated(&mut text, head, &line.kind);
        let lines: Vec<&str> = text.lines().map(|line| line.strip_prefix("  ").unwrap_or(line)).collect();
        out.push_str(&lines.join("\n"));
    }
    if !lemma.refs.is_empty() {
        out.push_str(&format!(" {}", refs(&lemma.refs)));
    }
}

/// A chain or an argument behind its head.
fn print_stated(out: &mut String, mut head: String, kind: &DerivationKind) {
    match kind {
        DerivationKind::Step { chain, .. } => {
            head.push_str(&print_expr(&chain.first));
            print_links(out, &head, &chain.links.iter().map(Printed::from).collect::<Vec<_>>());
        }
        DerivationKind::Argument { first, reasons, links, .. } => {
            head.push_str(&print_sentence(first));
            let because = because(reasons);
            if !because.is_empty() {
                let breaks = 3 + head.len() + because.len() > WIDTH;
                head.push_str(if breaks { "\n    " } else { " " });
                head.push_str(&because);
            }
            print_links(out, &head, &links.iter().map(Printed::from).collect::<Vec<_>>());
        }
        _ => {}
    }
}

/// `step up for all v in [0, 1]: `, or nothing.
fn head(name: Option<&Name>, ranges: &[Membership], conditions: &[Relations]) -> String {
    if name.is_none() && ranges.is_empty() && conditions.is_empty() {
        return String::new();
    }
    let name = name.map(|n| format!(" {}", n.text)).unwrap_or_default();
    format!("step{name}{}{}: ", for_all(ranges), print_conditions(conditions))
}

/// A link as it is laid out.
struct Printed<'a> {
    comments: &'a [String],
    trailing: Option<&'a String>,
    /// The link, what is printed in its place, and why it holds; empty if there is none of these.
    parts: [String; 3],
}

impl<'a> From<&'a Link> for Printed<'a> {
    fn from(link: &'a Link) -> Self {
        let text = format!(
            "{} {}{}",
            print_relation(link.relation),
            print_expr(&link.right),
            everywhere(link.everywhere)
        );
        let printed = link.printed.as_ref().map(|printed| {
            let relation = printed.relation.map(|r| format!("{} ", print_relation(r))).unwrap_or_default();
            format!("printed {relation}{}", print_expr(&printed.right))
        });
        let (comments, trailing) = (link.comments.as_slice(), link.trailing.as_ref());
        Printed { comments, trailing, parts: [text, printed.unwrap_or_default(), because(&link.reasons)] }
    }
}

impl<'a> From<&'a Implication> for Printed<'a> {
    fn from(link: &'a Implication) -> Self {
        let text = format!("{} {}", direction(link.direction), print_sentence(&link.right));
        let printed = link.printed.as_ref().map(|p| format!("printed {}", print_sentence(p)));
        let (comments, trailing) = (link.comments.as_slice(), link.trailing.as_ref());
        Printed { comments, trailing, parts: [text, printed.unwrap_or_default(), because(&link.reasons)] }
    }
}

/// `iff` or `implies`.
pub(in crate::lang) fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Both => "iff",
        Direction::Forward => "implies",
    }
}

fn print_links(out: &mut String, head: &str, links: &[Printed<'_>]) {
    out.push_str(&format!("  {head}"));
    let alone = links.len() == 1;
    for (position, Printed { comments: above, trailing, parts }) in links.iter().enumerate() {
        let whole: usize = parts.iter().map(|part| part.len() + 1).sum();
        let fits = alone && above.is_empty() && 2 + head.len() + whole <= WIDTH;
        if !fits {
            out.push('\n');
            comments(out, "    ", above);
            out.push_str("   ");
        }
        let mut width = 3;
        for (k, part) in parts.iter().filter(|part| !part.is_empty()).enumerate() {
            width += 1 + part.len();
            if k > 0 && !fits && width > WIDTH {
                out.push_str("\n     ");
                width = 6 + part.len();
            }
            out.push_str(&format!(" {part}"));
        }
        if position + 1 < links.len()
            && let Some(comment) = trailing
        {
            let space = if comment.is_empty() { "" } else { " " };
            out.push_str(&format!("  #{space}{comment}"));
        }
    }
}

/// `a >= b and c = d for all x in [0, 1] if e > f`.
pub(in crate::lang) fn print_sentence(sentence: &Sentence) -> String {
    let all: Vec<String> = sentence.relations.iter().map(related).collect();
    let quantifier = match (sentence.ranges.is_empty(), sentence.quantifier) {
        (true, _) => String::new(),
        (false, Quantifier::All) => for_all(&sentence.ranges),
        (false, Quantifier::Some) => format!(" for some {}", print_members(&sentence.ranges)),
    };
    format!("{}{quantifier}{}", all.join(" and "), print_conditions(&sentence.conditions))
}

/// `derivative(e, y) = d everywhere`, `a >= b`.
fn related(r: &Relations) -> String {
    format!("{}{}", relations(&r.first, &r.rest), everywhere(r.everywhere))
}

/// The word behind a derivative that a term has at every point, or nothing.
pub(in crate::lang) fn everywhere(said: bool) -> &'static str {
    if said { " everywhere" } else { "" }
}

/// `by parts and mass`, or nothing.
fn because(reasons: &[Reason]) -> String {
    if reasons.is_empty() { String::new() } else { format!("by {}", print_reasons(reasons)) }
}

/// `parts and mass`: reasons as they are written behind `by`.
pub fn print_reasons(reasons: &[Reason]) -> String {
    let words: Vec<String> = reasons.iter().map(print_reason).collect();
    match words.as_slice() {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        all => all.concat(),
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
        ReasonKind::Derivative(name) => format!("derivative in {}", name.text),
        ReasonKind::Equality(at) => format!("equality at {}", values(at)),
        ReasonKind::Independence => "independence".into(),
        ReasonKind::Reindexing => "reindexing".into(),
        ReasonKind::Contradiction => "contradiction".into(),
        ReasonKind::Cases(r) => format!("cases {}", related(r)),
        ReasonKind::Envelope => "the envelope formula".into(),
        ReasonKind::EnvelopeTheorem => "the envelope theorem".into(),
        ReasonKind::Taking(at) => format!("taking {}", values(at)),
        ReasonKind::Named { name, at } => {
            let at = if at.is_empty() { String::new() } else { format!(" at {}", values(at)) };
            format!("{}{at}", name.text)
        }
    }
}

/// `v = w, r = 0`.
fn values(at: &[(Name, Expr)]) -> String {
    let all: Vec<String> = at.iter().map(|(name, e)| format!("{} = {}", name.text, print_expr(e))).collect();
    all.join(", ")
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
    let all: Vec<String> = conditions.iter().map(related).collect();
    if all.is_empty() { String::new() } else { format!(" if {}", all.join(" and ")) }
}

/// `on [0, V] with positive density f`.
fn types(on: &Range, positive: Positive, density: &Name) -> String {
    let positive = if positive == Positive::Yes { "positive " } else { "" };
    let (low, high) = (print_expr(&on.low), print_expr(&on.high));
    format!("on [{low}, {high}] with {positive}density {}", density.text)
}

/// A line that is no step.
pub fn print_given(kind: &DerivationKind) -> String {
    let names = |names: &[Name]| names.iter().map(|n| n.text.clone()).collect::<Vec<_>>().join(", ");
    let many = |word: &str, all: &[Name]| {
        format!("given {word}{} {}", if all.len() > 1 { "s" } else { "" }, names(all))
    };
    match kind {
        DerivationKind::Functions(all) => many("function", all),
        DerivationKind::Numbers(all) => many("number", all),
        DerivationKind::Members(ranges, conditions) => {
            let all: Vec<String> = conditions.iter().map(|r| relations(&r.first, &r.rest)).collect();
            let with = if all.is_empty() { String::new() } else { format!(" with {}", all.join(" and ")) };
            format!("given {}{with}", print_members(ranges))
        }
        DerivationKind::Integer { name, least } => {
            format!("given integer {} >= {}", name.text, print_expr(least))
        }
        DerivationKind::Cdf { name, on, density: Some((positive, density)) } => {
            format!("given {}: cdf {}", name.text, types(on, *positive, density))
        }
        DerivationKind::Cdf { name, on, density: None } => {
            let (low, high) = (print_expr(&on.low), print_expr(&on.high));
            format!("given {}: cdf on [{low}, {high}], continuous", name.text)
        }
        DerivationKind::Drawn { name, cdf } => format!("given profile {} ~ {}", name.text, cdf.text),
        DerivationKind::Setting(setting) => {
            let mut out = String::new();
            super::print_setting(&mut out, setting);
            out
        }
        DerivationKind::Profile { name, types: None } => format!("given profile {}", name.text),
        DerivationKind::Profile { name, types: Some((on, positive, density)) } => {
            format!("given profile {} {}", name.text, types(on, *positive, density))
        }
        DerivationKind::Hypothesis { name, ranges, sentence, then } => {
            let name = name.as_ref().map(|n| format!("{}{}: ", n.text, for_all(ranges))).unwrap_or_default();
            let then = then.as_ref().map(|(d, s)| format!(" {} {}", direction(*d), print_sentence(s)));
            format!("given {name}{}{}", print_sentence(sentence), then.unwrap_or_default())
        }
        DerivationKind::Goal { name, ranges, conditions, sentence } => {
            let name = name.as_ref().map(|n| format!(" {}", n.text)).unwrap_or_default();
            let head = format!("{name}{}{}", for_all(ranges), print_conditions(conditions));
            format!("we need to show{head}: {}", print_sentence(sentence))
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
        DerivationKind::Step { .. } | DerivationKind::Argument { .. } => String::new(),
    }
}
