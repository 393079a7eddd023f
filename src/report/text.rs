//! A document as text: one quiet line a file when all is as stated, the story where it is not.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use super::block;
use super::document::{Document, FileReport, Printed, StatementReport, Summary, VerdictKind};

/// How much is said about statements that are as the file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// Nothing.
    Silent,
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
        let wrong = |file: &&FileReport| file.statements.iter().any(|s| !s.as_stated);
        for file in self.files.iter().filter(|f| verbosity != Verbosity::Silent || wrong(f)) {
            file_text(&mut out, file, verbosity);
        }
        if out.is_empty() && verbosity == Verbosity::Silent {
            return out;
        }
        let mut parts = tally(&self.summary);
        if !self.errors.is_empty() {
            parts.push(count(self.errors.len(), "error", "errors"));
        }
        if parts.is_empty() {
            parts.push("no statements".into());
        }
        let _ = writeln!(out, "{}", parts.join(", "));
        out
    }
}

/// `1 statement`, `2 statements`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// How many statements have each verdict, without the zeros.
fn tally(summary: &Summary) -> Vec<String> {
    let verdicts = [
        (summary.proved, "proved"),
        (summary.refuted, "refuted"),
        (summary.undecided, "undecided"),
        (summary.rejected, "rejected"),
    ];
    let mut parts: Vec<String> =
        verdicts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| count(*n, word, word)).collect();
    if summary.misprints > 0 {
        parts.push(count(summary.misprints, "misprint", "misprints"));
    }
    parts
}

fn file_text(out: &mut String, file: &FileReport, verbosity: Verbosity) {
    let wrong = file.statements.iter().filter(|s| !s.as_stated).count();
    let all = count(file.statements.len(), "statement", "statements");
    let summary = match (file.statements.len(), wrong) {
        (0, _) => "no statements".into(),
        (_, 0) => {
            let verdicts = tally(&Summary::of(&file.statements)).join(", ");
            format!("{GOOD}{all}, as stated{GOOD:#} ({verdicts})")
        }
        (_, n) => format!("{BAD}{all}, {n} not as stated{BAD:#}"),
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

/// A statement that is as the file says.
fn line(out: &mut String, s: &StatementReport) {
    head(out, GOOD, s, "");
    let is_stated = |v: &String| s.statement.ends_with(&format!("= {v}"));
    if let Some(value) = s.value.as_ref().filter(|v| s.kind == "claim" && !is_stated(v)) {
        below(out, &format!("value {value}"));
    }
    for printed in s.printed.iter().chain(&s.misprints) {
        below(out, &misprint(printed));
    }
    s.story.iter().for_each(|sentence| below(out, sentence));
    rests_on(out, s);
}

/// A statement that is not as the file says: what was claimed, what is true, where and by how much.
fn story(out: &mut String, s: &StatementReport) {
    head(out, BAD, s, &format!("   (line {})", s.line));
    if let Some(member) = &s.member {
        below(out, &format!("line {}: {}", member.line, member.statement));
    }
    s.story.iter().for_each(|sentence| below(out, sentence));
    // The greatest value of an objective is told with what attains it.
    let told = s.counterexample.as_ref().map_or(s.story.len() > 1, |c| Some(&c.left) == s.value.as_ref());
    if let Some(value) =
        s.value.as_ref().filter(|_| !told && s.kind == "claim" && s.verdict == VerdictKind::Refuted)
    {
        below(out, &format!("the left side is {value}"));
    }
    if let Some(reason) = &s.undecided {
        below(out, reason);
    }
    match &s.printed {
        Some(printed) if printed.verdict != VerdictKind::Refuted => below(out, &misprint(printed)),
        _ if s.verdict == VerdictKind::Proved && s.misprints.is_empty() => {
            below(out, "the file says that this is false, and it is a theorem");
        }
        _ => {}
    }
    for printed in s.misprints.iter().filter(|p| p.verdict != VerdictKind::Refuted) {
        below(out, &misprint(printed));
    }
    rests_on(out, s);
}

fn head(out: &mut String, style: Style, s: &StatementReport, place: &str) {
    let verdict = s.verdict.to_string();
    let _ = writeln!(out, "  {style}{verdict:<9}{style:#} {}: {}{place}", s.name, s.statement);
}

/// A sentence below a statement, each of its lines indented.
fn below(out: &mut String, sentence: &str) {
    for line in sentence.lines() {
        let _ = writeln!(out, "            {line}");
    }
}

fn rests_on(out: &mut String, s: &StatementReport) {
    if !s.rests_on.is_empty() {
        below(out, &format!("{DIM}rests on {}{DIM:#}", s.rests_on.join(", ")));
    }
}

/// The worked steps of a statement, for `explain`; folds deeper than `depth` keep their title only.
pub fn explanation(s: &StatementReport, depth: usize) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}: {}", s.name, s.statement);
    if !s.sentence.is_empty() {
        let _ = writeln!(out, "  {}", block::plain(&s.sentence));
    }
    for line in block::text(&s.derivation, depth).lines() {
        let _ = writeln!(out, "  {line}");
    }
    for sentence in &s.story {
        let _ = writeln!(out, "  {sentence}");
    }
    for printed in s.printed.iter().chain(&s.misprints) {
        let _ = writeln!(out, "  {}", misprint(printed));
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

/// `printed -1/3: refuted, off by -1/6`.
fn misprint(printed: &Printed) -> String {
    let difference = printed.difference.as_ref().map(|d| format!(", off by {d}")).unwrap_or_default();
    let at: Vec<String> = match &printed.counterexample {
        Some(c) if printed.difference.is_none() => c.at.iter().map(|(n, v)| format!("{n} = {v}")).collect(),
        _ => vec![],
    };
    let place = if at.is_empty() { String::new() } else { format!(", for {}", at.join(", ")) };
    format!("printed {}: {}{difference}{place}", printed.value, printed.verdict)
}
