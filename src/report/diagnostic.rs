//! Diagnostics as the user sees them: place, snippet, caret, facts and a next action.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::document::InputError;
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
        rendered: rendered(source, diagnostic, colour),
    }
}

/// A complaint about a file that has no text to show.
pub fn file_error(path: &str, code: &str, message: String, help: Option<String>) -> InputError {
    let help = help.map(|h| format!("\nhelp: {h}")).unwrap_or_default();
    let rendered = format!("error[{code}]: {message}{help}");
    InputError { path: path.to_owned(), line: 1, column: 1, code: code.to_owned(), message, rendered }
}

fn rendered(source: &Source, diagnostic: &Diagnostic, colour: Colour) -> String {
    let text = source.text();
    let clamp = |at: usize| {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (clamp(diagnostic.span.start), clamp(diagnostic.span.end));
    // Long spans are shown by their first line.
    let end = text.get(start..end).and_then(|t| t.find('\n')).map_or(end, |n| start + n).max(start);
    let mut snippet = Snippet::source(text)
        .path(source.path())
        .annotation(AnnotationKind::Primary.span(start..end).label(diagnostic.label.as_str()));
    for (span, label) in &diagnostic.secondary {
        let range = clamp(span.start)..clamp(span.end);
        snippet = snippet.annotation(AnnotationKind::Context.span(range).label(label.as_str()));
    }
    let title = Level::ERROR.primary_title(diagnostic.message.as_str()).id(diagnostic.code);
    let mut group = Group::with_title(title).element(snippet);
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = match colour {
        Colour::Plain => Renderer::plain(),
        Colour::Styled => Renderer::styled(),
    };
    renderer.render(&[group])
}
