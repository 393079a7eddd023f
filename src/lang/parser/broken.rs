//! What an item with an error was: where it begins, and whether its name is known.

use super::is_item;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::lexer::{Position, Token, TokenKind};

/// The tokens from one on that are no comments.
fn from<'a>(tokens: &'a [Token<'a>], start: usize) -> impl Iterator<Item = &'a Token<'a>> + Clone {
    tokens.iter().skip(start).filter(|t| !matches!(t.kind, TokenKind::Comment(_)))
}

/// Whether what begins at a token stands behind something else on its line.
pub(super) fn stands_behind(tokens: &[Token], start: usize) -> bool {
    from(tokens, start).next().is_some_and(|t| t.position == Position::Later)
}

/// Whether what begins at a token lacks its name: behind the word of an item there is none, or there is no such word.
pub(super) fn is_nameless(tokens: &[Token], start: usize, complaint: &Diagnostic) -> bool {
    let mut words = from(tokens, start);
    // What stands behind an item on its line defines nothing.
    let others = ["claim", "refuted", "solve", "figure", "source"];
    let defines = |t: &Token| t.position != Position::Later && !others.iter().any(|w| t.is_word(w));
    if !words.clone().next().is_some_and(defines) {
        return false;
    }
    let begins =
        words.next().is_some_and(|t| is_item(t) || t.span == complaint.span && is_misspelt(complaint));
    let named = words.next().is_some_and(|t| matches!(t.kind, TokenKind::Name(_) | TokenKind::Text(_)));
    !begins || !named
}

/// Whether the word of an item is written wrongly.
fn is_misspelt(complaint: &Diagnostic) -> bool {
    complaint.help.as_ref().is_some_and(|help| help.starts_with("did you mean"))
}

/// The names between two tokens.
pub(super) fn names(tokens: &[Token<'_>], start: usize, end: usize) -> Vec<String> {
    let name = |t: &Token<'_>| match &t.kind {
        TokenKind::Name(name) => Some(name.clone()),
        _ => None,
    };
    tokens.iter().take(end).skip(start).filter_map(name).collect()
}

/// What an item may define, by the names in it: the one behind its word, or any if it is not known what the item is.
pub(super) fn defined(names: &[String]) -> Vec<String> {
    match names {
        [word, name, ..]
            if ["setting", "mechanism", "rule", "strategy", "parameter"].contains(&word.as_str()) =>
        {
            vec![name.clone()]
        }
        _ => names.to_vec(),
    }
}

/// Whether the item that begins at a token may define what others speak of, or assume it: it is no claim, no figure and
/// nothing that is solved.
pub(super) fn may_define(tokens: &[Token<'_>], start: usize) -> bool {
    let mut words = from(tokens, start);
    let is =
        |token: Option<&Token<'_>>, all: &[&str]| token.is_some_and(|t| all.iter().any(|w| t.is_word(w)));
    let is_statement = is(words.next(), &["claim", "refuted", "solve", "figure"]);
    !is_statement || is(words.next(), &["derivation"])
}
