//! Diagnostics as the user sees them: place, snippet, caret, facts and a next action.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, Title};

use super::document::{Advice, InputError};
use crate::lang::ast::Span;
use crate::lang::{Diagnostic, Source};

/// Whether a text may carry colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Plain text.
    Plain,
    /// With terminal colours.
    Styled,
}

/// A diagnostic about a source, with its snippet.
pub fn render_diagnostic(source: &Source, diagnostic: &Diagnostic, colour: Colour) -> InputError {
    let (line, column) = source.position(diagnostic.span.start);
    InputError {
        path: source.path().to_owned(),
        line,
        column,
        code: diagnostic.code.to_owned(),
        message: diagnostic.message.clone(),
        advice: advice(diagnostic),
        rendered: rendered(source, diagnostic, colour),
    }
}

/// A complaint about a file as a whole, or about one that has no text to show; its span says nothing.
pub fn file_error(path: &str, diagnostic: &Diagnostic, colour: Colour) -> InputError {
    let group = group(Group::with_title(title(diagnostic)), diagnostic);
    InputError {
        path: path.to_owned(),
        line: 1,
        column: 1,
        code: diagnostic.code.to_owned(),
        message: diagnostic.message.clone(),
        advice: advice(diagnostic),
        rendered: renderer(colour).render(&[group]),
    }
}

/// A complaint about a line and column of a file whose text cannot be shown.
pub fn place_error(
    path: &str,
    (line, column): (usize, usize),
    diagnostic: &Diagnostic,
    colour: Colour,
) -> InputError {
    let origin = Origin::path(path).line(line).char_column(column);
    let group = group(Group::with_title(title(diagnostic)).element(origin), diagnostic);
    let rendered = renderer(colour).render(&[group]);
    InputError { line, column, rendered, ..file_error(path, diagnostic, colour) }
}

fn advice(diagnostic: &Diagnostic) -> Box<Advice> {
    Box::new(Advice { notes: diagnostic.notes.clone(), help: diagnostic.help.clone() })
}

fn renderer(colour: Colour) -> Renderer {
    match colour {
        Colour::Plain => Renderer::plain(),
        Colour::Styled => Renderer::styled(),
    }
}

fn title(diagnostic: &Diagnostic) -> Title<'_> {
    Level::ERROR.primary_title(diagnostic.message.as_str()).id(diagnostic.code)
}

/// The place, then the facts, then the next action.
fn group<'a>(place: Group<'a>, diagnostic: &'a Diagnostic) -> Group<'a> {
    let notes = diagnostic.notes.iter().map(|note| Level::NOTE.message(note.as_str()));
    let help = diagnostic.help.iter().map(|help| Level::HELP.message(help.as_str()));
    notes.chain(help).fold(place, |group, message| group.element(message))
}

fn rendered(source: &Source, diagnostic: &Diagnostic, colour: Colour) -> String {
    let primary = AnnotationKind::Primary.span(first_line(source.text(), diagnostic.span));
    let mut snippet = Snippet::source(source.text())
        .path(source.path())
        .annotation(primary.label(diagnostic.label.as_str()));
    for (span, label) in &diagnostic.secondary {
        let context = AnnotationKind::Context.span(first_line(source.text(), *span));
        snippet = snippet.annotation(context.label(label.as_str()));
    }
    let group = group(Group::with_title(title(diagnostic)).element(snippet), diagnostic);
    renderer(colour).render(&[group])
}

/// The bytes of a span, or of its first line if it is longer: inside the text and between characters,
/// whatever the span says.
fn first_line(text: &str, span: Span) -> Range<usize> {
    let start = text.floor_char_boundary(span.start);
    let end = text.floor_char_boundary(span.end).max(start);
    let line = text.get(start..end).and_then(|t| t.find('\n')).map_or(end, |n| start + n);
    start..line
}
