//! A document as text: one quiet line a file when all is as stated, the story where it is not.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use super::document::{Document, FileReport, StatementReport, VerdictKind};

/// How much is said about statements that are as the file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// One line a file.
    Quiet,
    /// Every statement.
    Everything,
}

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const DIM: Style = Style::new().dimmed();

impl Document {
    /// The document as text; styles are stripped by the stream that it is written to.
    pub fn text(&self, verbosity: Verbosity) -> String {
        let mut out = String::new();
        for file in &self.files {
            file_text(&mut out, file, verbosity);
        }
        let s = &self.summary;
        let mut parts = vec![count(s.proved, "proved", "proved"), count(s.refuted, "refuted", "refuted")];
        for (n, word) in [(s.undecided, "undecided"), (s.rejected, "rejected")] {
            if n > 0 {
                parts.push(count(n, word, word));
            }
        }
        if s.misprints > 0 {
            parts.push(count(s.misprints, "misprint", "misprints"));
        }
        if !self.errors.is_empty() {
            parts.push(count(self.errors.len(), "error", "errors"));
        }
        let _ = writeln!(out, "{}", parts.join(", "));
        out
    }
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn file_text(out: &mut String, file: &FileReport, verbosity: Verbosity) {
    let wrong = file.statements.iter().filter(|s| !s.as_stated).count();
    let all = count(file.statements.len(), "statement", "statements");
    let summary = match wrong {
        0 => format!("{GOOD}{all}, as stated{GOOD:#}"),
        n => format!("{BAD}{all}, {n} not as stated{BAD:#}"),
    };
    let _ = writeln!(out, "{}: {summary}", file.path);
    for statement in &file.statements {
        if !statement.as_stated {
            story(out, statement);
        } else if verbosity == Verbosity::Everything {
            line(out, statement);
        }
    }
}

fn line(out: &mut String, s: &StatementReport) {
    let _ = writeln!(out, "  {GOOD}{:<9}{GOOD:#} {}: {}", s.verdict.to_string(), s.name, s.statement);
    if let Some(printed) = &s.printed {
        let difference = printed.difference.as_ref().map(|d| format!(", off by {d}")).unwrap_or_default();
        let _ = writeln!(out, "            printed {}: {}{difference}", printed.value, printed.verdict);
    }
    for sentence in &s.story {
        let _ = writeln!(out, "            {sentence}");
    }
    if !s.rests_on.is_empty() {
        let _ = writeln!(out, "            {DIM}rests on {}{DIM:#}", s.rests_on.join(", "));
    }
}

fn story(out: &mut String, s: &StatementReport) {
    let _ = writeln!(
        out,
        "  {BAD}{:<9}{BAD:#} {}: {}   (line {})",
        s.verdict.to_string(),
        s.name,
        s.statement,
        s.line
    );
    for sentence in &s.story {
        let _ = writeln!(out, "            {sentence}");
    }
    if let Some(value) = s.value.as_ref().filter(|_| s.verdict != VerdictKind::Undecided) {
        let _ = writeln!(out, "            the left side is {value}");
    }
    if let Some(reason) = &s.undecided {
        let _ = writeln!(out, "            {reason}");
    }
    if let Some(printed) = s.printed.as_ref().filter(|p| p.verdict != VerdictKind::Refuted) {
        let _ = writeln!(out, "            the printed {} is {}", printed.value, printed.verdict);
    }
    if s.verdict == VerdictKind::Proved && s.story.is_empty() {
        let _ = writeln!(out, "            the file says that this is false, and it is a theorem");
    }
}

/// The worked steps of a statement, for `explain`.
pub fn explanation(s: &StatementReport) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}: {}", s.name, s.statement);
    for line in &s.derivation {
        let _ = writeln!(out, "  {:indent$}{}", "", line.text, indent = 2 * line.depth);
    }
    for sentence in &s.story {
        let _ = writeln!(out, "  {sentence}");
    }
    if let Some(printed) = &s.printed {
        let difference = printed.difference.as_ref().map(|d| format!(", off by {d}")).unwrap_or_default();
        let _ = writeln!(out, "  printed {}: {}{difference}", printed.value, printed.verdict);
    }
    if let Some(reason) = &s.undecided {
        let _ = writeln!(out, "  {reason}");
    }
    let _ = writeln!(out, "  {}", s.verdict);
    if !s.rests_on.is_empty() {
        let _ = writeln!(out, "  rests on {}", s.rests_on.join(", "));
    }
    out
}
