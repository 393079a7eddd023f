//! The misprints that files record: what is printed, what is right, where the printed version fails, and
//! what becomes of the conclusion.

use serde::Serialize;

use super::block::{Inline, Prose, words};
use super::document::{Counterexample, FileReport, Printed, StatementReport, VerdictKind};
use super::latex;
use super::math::Math;
use super::text::count;

/// One misprint.
#[derive(Debug, Clone, Serialize)]
pub struct Erratum {
    /// The file that records it.
    pub path: String,
    /// The line of the statement.
    pub line: usize,
    /// The statement.
    pub name: String,
    /// The text that prints it, as the file names it.
    pub source: String,
    /// Rows of the list of claims.
    pub refs: Vec<String>,
    /// The right statement.
    pub statement: String,
    /// What is printed in place of its last side.
    pub printed: String,
    /// What is right.
    pub right: String,
    /// Whether both are settled: the right version is proved, the printed one refuted.
    pub settled: bool,
    /// Printed minus right.
    pub difference: Option<String>,
    /// Where the printed version fails.
    pub counterexample: Option<Counterexample>,
    /// Whether the printed value is on the same side of zero as the right one, where both are numbers.
    pub same_sign: Option<bool>,
    /// How many of the other statements of the file are as stated with the right version.
    pub others_as_stated: usize,
    /// Of how many.
    pub others: usize,
}

/// The misprints of files, in their order.
pub fn errata(files: &[FileReport]) -> Vec<Erratum> {
    let of = |file: &FileReport, s: &StatementReport, printed: &Printed| Erratum {
        path: file.path.clone(),
        line: s.line,
        name: s.name.clone(),
        source: file.source.clone(),
        refs: s.refs.clone(),
        statement: s.statement.clone(),
        printed: printed.value.clone(),
        right: printed.right.clone(),
        settled: s.verdict == VerdictKind::Proved && printed.verdict == VerdictKind::Refuted,
        difference: printed.difference.clone(),
        counterexample: printed.counterexample.clone(),
        same_sign: printed.same_sign,
        others_as_stated: file.statements.iter().filter(|o| o.name != s.name && o.as_stated).count(),
        others: file.statements.len().saturating_sub(1),
    };
    let all = files.iter().flat_map(|file| file.statements.iter().map(move |s| (file, s)));
    let misprints = |s: &StatementReport| s.printed.clone().into_iter().chain(s.misprints.clone());
    all.flat_map(|(file, s)| misprints(s).map(move |printed| of(file, s, &printed))).collect()
}

impl Erratum {
    fn place(&self) -> String {
        match self.refs.is_empty() {
            true => self.source.clone(),
            false => format!("{} ({})", self.source, self.refs.join(", ")),
        }
    }

    /// `at v = 1/2, c = 3/4 the sides are -1/2 and 1/2`.
    fn failure(&self) -> Option<String> {
        let c = self.counterexample.as_ref()?;
        let at: Vec<String> = c.at.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let place = if at.is_empty() { String::new() } else { format!("at {} ", at.join(", ")) };
        Some(format!("{place}the left side is {}, the printed right side {}", c.left, c.right))
    }

    /// What becomes of what follows from it.
    fn conclusion(&self) -> String {
        let sign = match self.same_sign {
            Some(true) => "both values are on the same side of zero: a conclusion from the sign survives; ",
            Some(false) => {
                "the two values are not on the same side of zero: a conclusion from the sign does not survive; "
            }
            None => "",
        };
        let which = match (self.others_as_stated, self.others) {
            (_, 0) => "the file says nothing else".to_owned(),
            (1, 1) => "the other statement of the file is as stated".to_owned(),
            (n, all) if n == all => format!("all {all} other statements of the file are as stated"),
            (n, all) => format!("{n} of {all} other statements of the file are as stated"),
        };
        format!("{sign}{which}")
    }

    fn state(&self) -> &'static str {
        if self.settled { "" } else { " (not settled)" }
    }
}

/// Misprints as text.
pub fn errata_text(errata: &[Erratum]) -> String {
    let mut out = String::new();
    for e in errata {
        out.push_str(&format!("{}:{}: {}{}\n", e.path, e.line, e.name, e.state()));
        let mut row = |name: &str, text: &str| {
            if !text.is_empty() {
                out.push_str(&format!("  {name:<12}{text}\n"));
            }
        };
        row("source", &e.place());
        row("printed", &e.printed);
        row("right", &e.right);
        row("statement", &e.statement);
        row("off by", e.difference.as_deref().unwrap_or_default());
        row("fails", &e.failure().unwrap_or_default());
        row("conclusion", &e.conclusion());
    }
    out.push_str(&format!("{}\n", count(errata.len(), "misprint", "misprints")));
    out
}

/// Misprints as a Markdown table.
pub fn errata_markdown(errata: &[Erratum]) -> String {
    let mut out =
        String::from("| place | printed | right | where it fails | conclusion |\n|---|---|---|---|---|\n");
    let formula = |text: &str| format!("${}$", latex::math(&Math::read(text)).replace('|', "\\vert "));
    for e in errata {
        let cells = [
            format!("{} `{}:{}`{}", e.place(), e.path, e.line, e.state()),
            formula(&e.printed),
            formula(&e.right),
            e.failure().unwrap_or_default(),
            e.conclusion(),
        ];
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out
}

/// Misprints as a LaTeX description list.
pub fn errata_latex(errata: &[Erratum]) -> String {
    let mut out = String::from("% Misprints, checked by vickrey. Needs \\usepackage{amsmath,amssymb}.\n");
    for e in errata {
        let mut sentence: Prose = vec![
            Inline::Strong(e.place()),
            words(": printed "),
            Inline::Math(Math::read(&e.printed)),
            words(", right "),
            Inline::Math(Math::read(&e.right)),
        ];
        if let Some(difference) = &e.difference {
            sentence.extend([words("; off by "), Inline::Math(Math::read(difference))]);
        }
        sentence.push(words(". "));
        if let Some(failure) = e.failure() {
            sentence.push(words(format!("The printed version fails: {failure}. ")));
        }
        sentence.push(words(format!("Conclusion: {}.{}", e.conclusion(), e.state())));
        out.push_str(&format!("\\medskip\\noindent {}\\par\n", latex::prose(&sentence)));
    }
    out
}
