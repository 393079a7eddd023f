//! The nearest right side that would be correct, for a link of a derivation that fails: of those that are one slip away,
//! the first that follows by the link's reasons.

use crate::lang::ast::{Derivation, DerivationKind, File, Item, ItemKind, Misprint, Name, Relation};
use crate::lang::{self, Goal, print_expr, print_relation};
use crate::model::{self, Comparison, Proposition};
use crate::piecewise::ironed;
use crate::prover::{self, Derived, Lemmas, Meant, Outcome};

use super::slip::{free, slips_with};

/// Links of one derivation for which it is looked for, at most.
const LINK_LIMIT: usize = 2;

/// By chain and link, what would be correct.
pub(super) fn nearest(
    file: &File,
    lemmas: &Lemmas,
    name: &str,
    derived: &Derived,
) -> Vec<(usize, usize, String)> {
    let links = derived.chains.iter().enumerate().flat_map(|(c, links)| {
        links.iter().enumerate().filter(|(_, o)| matches!(o, Outcome::Fails { .. })).map(move |(k, _)| (c, k))
    });
    let found = links.take(LINK_LIMIT).filter_map(|place| of_link(file, name, place));
    let (plain, slips): (Vec<_>, Vec<(Meant, Vec<String>)>) = found.unzip();
    let Some(plain) = plain.first() else { return vec![] };
    let (links, texts): (Vec<Meant>, Vec<Vec<String>>) = slips.into_iter().unzip();
    let nearest = prover::nearest(plain, lemmas, &links);
    let texts = links.iter().zip(texts).zip(nearest);
    texts.filter_map(|((at, texts), k)| Some((at.chain, at.link, texts.get(k?)?.clone()))).collect()
}

/// The derivation without misprints, and what may be meant by a link with the texts of it.
fn of_link(
    file: &File,
    name: &str,
    (c, k): (usize, usize),
) -> Option<(model::Derivation, (Meant, Vec<String>))> {
    let position =
        file.items.iter().position(|item| derivation(item).is_some_and(|d| d.name.text == name))?;
    let own = derivation(file.items.get(position)?)?.clone();
    let above = || file.items.iter().take(position);
    let applies = own.lines.iter().any(|line| matches!(line.kind, DerivationKind::Apply { .. }));
    let cited: Vec<&Name> = own.lines.iter().flat_map(|line| line.kind.cited()).collect();
    let cites = above().filter_map(derivation).any(|d| cited.contains(&&d.name));
    let is_needed = |item: &&Item| match &item.kind {
        ItemKind::Given(_) => true,
        ItemKind::Setting(setting) => setting.is_of_derivations(),
        kind => matches!(kind, ItemKind::Derivation(_)) && (applies || cites),
    };
    let before: Vec<Item> = above().filter(is_needed).cloned().collect();
    let read = |own: &Derivation, k: usize, misprint: Option<Misprint>| -> Option<crate::model::Derivation> {
        let mut changed = own.clone();
        let line = changed.lines.iter_mut().filter(|line| is_chain(&line.kind)).nth(c)?;
        let DerivationKind::Step { chain, .. } = &mut line.kind else { return None };
        chain.links.get_mut(k)?.printed = misprint;
        let mut item = file.items.get(position)?.clone();
        item.kind = ItemKind::Derivation(changed);
        let items = before.iter().cloned().chain([item]).collect();
        let resolved = lang::resolve(&File { items, end_comments: vec![] }, lang::Ironing(ironed)).ok()?;
        match resolved.statements.last()?.variants.first()?.first()? {
            Goal::Derivation(derivation) => Some(derivation.clone()),
            _ => None,
        }
    };
    let plain = read(&own, k, None)?;
    let compares = |link: &model::Link| matches!(link.says, Proposition::Relation(..));
    let is_of_terms = plain.chains.get(c)?.links.iter().all(compares);
    let (short, place) = up_to(&own, (c, k), is_of_terms)?;
    let mut texts: Vec<String> = Vec::new();
    let mut candidates: Vec<Proposition> = Vec::new();
    for misprint in misprints(&own, (c, k))? {
        let text = match misprint.relation {
            Some(relation) => format!("{} {}", print_relation(relation), print_expr(&misprint.right)),
            None => print_expr(&misprint.right),
        };
        let Some(read) = read(&short, place, Some(misprint)) else { continue };
        let link = read.chains.get(c).and_then(|chain| chain.links.get(place));
        let Some(says) = link.and_then(|link| link.printed.clone()) else { continue };
        // That something is at least itself says nothing.
        let says_nothing = matches!(&says, Proposition::Relation(left, relation, right)
            if *relation != Comparison::Equal && left == right);
        if !says_nothing && !candidates.contains(&says) {
            candidates.push(says);
            texts.push(text);
        }
    }
    Some((plain, (Meant { chain: c, link: k, candidates }, texts)))
}

/// A derivation up to a link, and the link's place in its chain: without what stands below, and, in a chain of terms, without the
/// links above. What the link says is the same.
fn up_to(own: &Derivation, (c, k): (usize, usize), is_of_terms: bool) -> Option<(Derivation, usize)> {
    let mut own = own.clone();
    let (last, _) = own.lines.iter().enumerate().filter(|(_, line)| is_chain(&line.kind)).nth(c)?;
    own.lines.truncate(last + 1);
    let DerivationKind::Step { chain, .. } = &mut own.lines.last_mut()?.kind else { return None };
    chain.links.truncate(k + 1);
    let above = if is_of_terms { k } else { 0 };
    if let Some(before) = above.checked_sub(1).and_then(|at| chain.links.get(at)) {
        chain.first = before.right.clone();
        chain.links.drain(..above);
    }
    Some((own, k - above))
}

fn derivation(item: &Item) -> Option<&Derivation> {
    match &item.kind {
        ItemKind::Derivation(d) => Some(d),
        _ => None,
    }
}

fn is_chain(kind: &DerivationKind) -> bool {
    matches!(kind, DerivationKind::Step { .. } | DerivationKind::Argument { .. })
}

/// What may be meant by a link: another right side, or another relation.
fn misprints(own: &Derivation, (c, k): (usize, usize)) -> Option<Vec<Misprint>> {
    let line = own.lines.iter().filter(|line| is_chain(&line.kind)).nth(c)?;
    let DerivationKind::Step { chain, ranges, .. } = &line.kind else { return None };
    let link = chain.links.get(k)?;
    let mut names: Vec<String> = ranges.iter().map(|m| m.name.text.clone()).collect();
    chain.links.iter().for_each(|l| free(&l.right, &mut vec![], &mut names));
    free(&chain.first, &mut vec![], &mut names);
    let span = link.span;
    let before = k.checked_sub(1).and_then(|k| chain.links.get(k));
    let left = print_expr(before.map_or(&chain.first, |link| &link.right));
    // That the left side is itself says nothing.
    let sides = slips_with(&link.right, &names).into_iter().filter(|right| print_expr(right) != left);
    let sides = sides.map(|right| Misprint { relation: None, right, span });
    let relations = match link.relation {
        Relation::Equal => vec![Relation::AtLeast, Relation::AtMost],
        Relation::Greater => vec![Relation::AtLeast, Relation::Less, Relation::AtMost],
        Relation::Less => vec![Relation::AtMost, Relation::Greater, Relation::AtLeast],
        Relation::AtLeast => vec![Relation::AtMost],
        Relation::AtMost => vec![Relation::AtLeast],
        Relation::NotEqual => vec![],
    };
    let right = || link.right.clone();
    let turned = relations.into_iter().map(|r| Misprint { relation: Some(r), right: right(), span });
    Some(sides.chain(turned).collect())
}
