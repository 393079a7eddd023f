//! What can be read of a file with errors: its items without those that have an error, and without what speaks of these.

use std::collections::BTreeSet;

use super::ast::{File, Item, ItemKind, Span};
use super::diagnostic::Diagnostic;
use super::lexer::canonical_name;
use super::resolve::{Ironing, ResolvedFile, resolve};

/// The items of a file that are left.
pub struct Rest<'a> {
    text: &'a str,
    file: File,
    /// Names whose definition is left out.
    broken: BTreeSet<String>,
    /// Statements that are left out.
    unread: BTreeSet<String>,
    /// Whether a setting is left out, or it is not known what is: what names no setting may have been about that one.
    vague: bool,
    /// Whether what all derivations assume is left out.
    unassumed: bool,
}

impl<'a> Rest<'a> {
    /// All items that can be parsed.
    pub fn of(text: &'a str) -> Self {
        let super::parser::Parsed { file, lost, .. } = super::parser::parse_items(text);
        let vague = lost.is_some();
        let broken = lost.into_iter().flatten().collect();
        Rest { text, file, broken, unread: BTreeSet::new(), vague, unassumed: vague }
    }

    /// Leaves out what has one of these errors, and what speaks of that; whether anything was left out.
    pub fn leave_out(&mut self, errors: &[Diagnostic]) -> bool {
        let places: Vec<Span> = errors.iter().map(|d| d.span).collect();
        let before = self.file.items.len();
        loop {
            let count = self.file.items.len();
            for item in std::mem::take(&mut self.file.items) {
                let within = |place: &Span| item.span.start <= place.start && place.start < item.span.end;
                if places.iter().any(within) || self.is_lost(&item) {
                    self.lose(&item);
                } else {
                    self.file.items.push(item);
                }
            }
            if self.vague {
                let named = self.names_of_settings();
                let items = std::mem::take(&mut self.file.items).into_iter();
                let (left, lost): (Vec<_>, Vec<_>) = items.partition(|item| self.is_clear(item, &named));
                self.file.items = left;
                lost.iter().for_each(|item| self.lose(item));
            }
            if self.file.items.len() == count {
                return count < before;
            }
        }
    }

    /// The rest, and its meaning.
    pub fn resolve(&self, ironing: Ironing) -> Result<(File, ResolvedFile), Vec<Diagnostic>> {
        Ok((self.file.clone(), resolve(&self.file, ironing)?))
    }

    fn words(&self, item: &Item) -> Vec<String> {
        let text = self.text.get(item.span.start..item.span.end).unwrap_or_default();
        text.split(|c: char| !c.is_alphanumeric() && c != '_').map(canonical_name).collect()
    }

    fn is_lost(&self, item: &Item) -> bool {
        let cites = matches!(item.kind, ItemKind::Figure(_) | ItemKind::Derivation(_));
        let statement = self.text.get(item.span.start..item.span.end).unwrap_or_default();
        let cited = || self.unread.iter().any(|name| statement.contains(name.as_str()));
        let is_derivation = matches!(item.kind, ItemKind::Derivation(_));
        (is_derivation && self.unassumed)
            || self.words(item).iter().any(|word| self.broken.contains(word))
            || (cites && cited())
    }

    fn lose(&mut self, item: &Item) {
        match &item.kind {
            ItemKind::Source { .. } => {}
            ItemKind::Given(_) => self.unassumed = true,
            ItemKind::Setting(s) => {
                self.broken.insert(s.name.text.clone());
                (self.vague, self.unassumed) = (true, true);
            }
            ItemKind::Parameter { name, .. } => {
                self.broken.insert(name.text.clone());
            }
            ItemKind::Mechanism(m) => {
                self.broken.insert(m.name.text.clone());
            }
            ItemKind::Strategy(s) => {
                self.broken.insert(s.name.text.clone());
            }
            ItemKind::Claim(c) => {
                self.unread.insert(c.name.text.clone());
            }
            ItemKind::Derivation(d) => {
                self.unread.insert(d.name.text.clone());
            }
            ItemKind::Figure(f) => {
                self.unread.insert(f.name.text.clone());
            }
        }
    }

    /// The settings that are left, with their mechanisms and strategies.
    fn names_of_settings(&self) -> BTreeSet<String> {
        let name = |item: &Item| match &item.kind {
            ItemKind::Setting(s) => Some(s.name.text.clone()),
            ItemKind::Mechanism(m) => Some(m.name.text.clone()),
            ItemKind::Strategy(s) => Some(s.name.text.clone()),
            _ => None,
        };
        self.file.items.iter().filter_map(name).collect()
    }

    /// Whether an item says itself which setting it is about.
    fn is_clear(&self, item: &Item, named: &BTreeSet<String>) -> bool {
        let own = match &item.kind {
            ItemKind::Mechanism(m) => Some(&m.name.text),
            ItemKind::Strategy(s) => Some(&s.name.text),
            ItemKind::Claim(_) | ItemKind::Figure(_) => None,
            _ => return true,
        };
        self.words(item).iter().any(|word| named.contains(word) && own != Some(word))
    }
}
