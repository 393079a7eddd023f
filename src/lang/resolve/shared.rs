//! What derivations share: `given` lines at the margin, and what is shown above.

use std::collections::BTreeSet;

use super::ResolvedStatement;
use super::derivation::{self, Reader};
use super::scope::Universe;
use crate::lang::ast::{Derivation, DerivationKind, DerivationLine, Expr, ExprKind, Name, Setting, Span};
use crate::lang::canonical_name;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::printer::{print_given, print_words};

/// What stands above a derivation.
#[derive(Default)]
pub(super) struct Shared {
    given: Vec<DerivationLine>,
    /// Settings with so many agents, which a derivation may speak of.
    settings: Vec<DerivationLine>,
    earlier: Vec<Derivation>,
}

impl Shared {
    /// Adds a line at the margin.
    pub(super) fn assume(&mut self, kind: &DerivationKind, span: Span) {
        // `given V > 0` introduces the number.
        if let Some(Expr { kind: ExprKind::Name(text), span: at }) = kind.compared()
            && !self.given.iter().any(|line| declared(&line.kind).contains(&text.as_str()))
        {
            let name = Name { text: text.clone(), span: *at };
            self.assume(&DerivationKind::Numbers(vec![name]), span);
        }
        self.given.push(DerivationLine { comments: vec![], trailing: None, kind: kind.clone(), span });
    }

    /// Adds a setting that a derivation may speak of.
    pub(super) fn offer(&mut self, setting: &Setting, span: Span) {
        let kind = DerivationKind::Setting(setting.clone());
        self.settings.push(DerivationLine { comments: vec![], trailing: None, kind, span });
    }

    /// Reads a derivation with what stands above it.
    pub(super) fn resolve(
        &mut self,
        d: &Derivation,
        span: Span,
    ) -> Result<ResolvedStatement, Vec<Diagnostic>> {
        let whole = self.whole(d);
        let resolved = derivation::resolve(&whole, &self.earlier.iter().collect::<Vec<_>>(), span);
        self.earlier.push(whole);
        resolved
    }

    /// What is wrong with the lines at the margin.
    pub(super) fn complaints(&self) -> Vec<Diagnostic> {
        let universe = Universe::default();
        Reader::new(&universe, &[]).lines(&self.given)
    }

    /// The derivation as it stands alone: the lines at the margin that it speaks of, what it cites, and last what it shows.
    fn whole(&self, d: &Derivation) -> Derivation {
        let mut spoken = words(&print_words(d));
        let all: BTreeSet<&str> = self.given.iter().flat_map(|line| declared(&line.kind)).collect();
        // What is cited holds under the lines that it needs itself.
        let cited: Vec<&Name> = d.lines.iter().flat_map(|line| line.kind.cited()).collect();
        let cites = |e: &&Derivation| {
            let is_own = |name: &Name| d.lines.iter().any(|l| l.kind.label() == Some(name));
            cited.iter().any(|name| name.text == e.name.text && !is_own(name))
        };
        let cited: Vec<&Derivation> = self.earlier.iter().filter(cites).collect();
        let under = |line: &DerivationLine| cited.iter().any(|e| e.lines.contains(line));
        let mut needed: Vec<bool> = self.given.iter().map(under).collect();
        let lines = self.given.iter().zip(&needed).filter(|(_, needed)| **needed);
        spoken.extend(lines.flat_map(|(line, _)| words(&print_given(&line.kind))));
        // A later line may need an earlier one, and a hypothesis is needed once all that it speaks of is.
        loop {
            let before = needed.clone();
            for (line, needed) in self.given.iter().zip(&mut needed) {
                let inside = words(&print_given(&line.kind));
                let about = || {
                    let mut names = inside.iter().map(String::as_str).filter(|w| all.contains(w)).peekable();
                    names.peek().is_some() && names.all(|w| spoken.contains(w))
                };
                let declares = declared(&line.kind);
                if !*needed
                    && (declares.iter().any(|name| spoken.contains(*name)) || is_about(&line.kind) && about())
                {
                    *needed = true;
                    spoken.extend(inside);
                }
            }
            if needed == before {
                break;
            }
        }
        let text = print_words(d);
        let is_meant = |name: &&str| has_as_argument(&text, name);
        let is_spoken_of = |line: &&DerivationLine| under(line) || declared(&line.kind).iter().any(is_meant);
        let settings = self.settings.iter().filter(is_spoken_of);
        let mut lines: Vec<DerivationLine> = settings.cloned().collect();
        let given = self.given.iter().zip(needed).filter(|(_, needed)| *needed).map(|(line, _)| line.clone());
        lines.extend(given);
        for line in &d.lines {
            for name in line.kind.cited() {
                let known = lines.iter().chain(&d.lines).any(|l| l.kind.label() == Some(name));
                if !known && self.earlier.iter().any(|e| e.name.text == name.text) {
                    let kind = DerivationKind::Apply { name: name.clone(), values: vec![] };
                    lines.push(DerivationLine { comments: vec![], trailing: None, kind, span: name.span });
                }
            }
            lines.push(line.clone());
        }
        if let Some(sentence) = d.shows.clone() {
            let span = sentence.span;
            let kind = DerivationKind::Goal { name: None, ranges: vec![], conditions: vec![], sentence };
            lines.push(DerivationLine { comments: vec![], trailing: None, kind, span });
        }
        Derivation { lines, shows: None, ..d.clone() }
    }
}

/// Whether a text has `welfare(name)`, `C(name, …)` or `… = name` in it.
fn has_as_argument(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (text.get(..at), text.get(at + name.len()..));
        let ends =
            after.and_then(|rest| rest.chars().next()).is_none_or(|c| !c.is_alphanumeric() && c != '_');
        let begins = ["welfare(", "C(", " = "];
        ends && before.is_some_and(|before| begins.iter().any(|word| before.ends_with(word)))
    })
}

/// The words of a text.
fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').map(canonical_name).collect()
}

/// The names that a line introduces.
pub(super) fn declared(kind: &DerivationKind) -> Vec<&str> {
    match kind {
        DerivationKind::Functions(names) | DerivationKind::Numbers(names) => {
            names.iter().map(|n| n.text.as_str()).collect()
        }
        DerivationKind::Members(members, _) => members.iter().map(|m| m.name.text.as_str()).collect(),
        DerivationKind::Integer { name, .. }
        | DerivationKind::Drawn { name, .. }
        | DerivationKind::Let { name, .. } => vec![&name.text],
        DerivationKind::Setting(setting) => vec![&setting.name.text],
        DerivationKind::Cdf { name, density, .. } => {
            density.iter().map(|(_, density)| density.text.as_str()).chain([name.text.as_str()]).collect()
        }
        DerivationKind::Profile { name, types } => {
            let density = types.iter().map(|(_, _, density)| density.text.as_str());
            density.chain([name.text.as_str()]).collect()
        }
        kind => kind.label().map(|n| n.text.as_str()).into_iter().collect(),
    }
}

/// Whether a line assumes something of names that others introduce.
fn is_about(kind: &DerivationKind) -> bool {
    matches!(kind, DerivationKind::Hypothesis { .. })
}
