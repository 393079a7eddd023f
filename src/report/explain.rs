//! Worked derivations as documents: Markdown and LaTeX, one section a statement.

use super::block::{self, marked};
use super::document::StatementReport;
use super::latex as typeset;
use super::sentence::verdict;

/// The head of a LaTeX text.
const LATEX_HEAD: &str = "% Worked derivations, checked by vickrey. Needs \\usepackage{amsmath,amssymb}.\n\n";

/// A statement as LaTeX paragraphs.
fn latex_section(s: &StatementReport, depth: usize) -> String {
    let mut out = format!("\\bigskip\\noindent\\textbf{{{}.}} ", typeset::escape(&s.name));
    out.push_str(&format!("{}\\par\n", typeset::prose(&s.sentence)));
    out.push_str(&typeset::blocks(&s.derivation, depth));
    out.push_str(&format!("\\noindent {}\\par\n", typeset::prose(&verdict(s))));
    out
}

/// Statements as LaTeX that can be input into an article or a frame of slides.
pub fn latex(statements: &[&StatementReport], depth: usize) -> String {
    let sections: Vec<String> = statements.iter().map(|s| latex_section(s, depth)).collect();
    LATEX_HEAD.to_owned() + &sections.join("\n")
}

/// Statements as Markdown with formulas in LaTeX.
pub fn markdown(statements: &[&StatementReport], depth: usize) -> String {
    let section = |s: &&StatementReport| {
        let head = format!("## {}\n\n{}\n\n", s.name, marked(&s.sentence));
        head + &block::markdown(&s.derivation, depth) + &marked(&verdict(s)) + "\n"
    };
    statements.iter().map(section).collect::<Vec<_>>().join("\n")
}
