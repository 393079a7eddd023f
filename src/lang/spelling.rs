//! The canonical layout of a text, with names spelled as its author spells them.

use std::collections::BTreeMap;

use super::lexer::{TokenKind, tokens};
use super::{Diagnostic, parse, print_file};

/// The text in canonical layout. Operators are written in ASCII; a name with Greek letters somewhere in
/// the text is written with them throughout.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let printed = print_file(&parse(text)?);
    let single = |d: Box<Diagnostic>| vec![*d];
    let mut spellings: BTreeMap<String, &str> = BTreeMap::new();
    for token in tokens(text).map_err(single)? {
        if let TokenKind::Name(name) = token.kind
            && let Some(written) = text.get(token.span.start..token.span.end)
            && written != name
        {
            spellings.entry(name).or_insert(written);
        }
    }
    let mut out = String::with_capacity(printed.len());
    let mut done = 0;
    for token in tokens(&printed).map_err(single)? {
        if let TokenKind::Name(name) = &token.kind
            && let Some(written) = spellings.get(name)
        {
            out.push_str(printed.get(done..token.span.start).unwrap_or_default());
            out.push_str(written);
            done = token.span.end;
        }
    }
    out.push_str(printed.get(done..).unwrap_or_default());
    Ok(out)
}
