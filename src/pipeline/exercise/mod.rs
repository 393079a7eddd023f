//! Exercises: a file whose answers or reasons are hidden, and the grading of one that was filled in.
//!
//! What a student writes is put in its place in the original, so that nothing else can be changed, and checked: an
//! answer is right if the kernel proves the statement with it, in whatever form it is written, a step if it follows from
//! the line above. Hints are read off the original.

mod claim;
mod failing;
mod hint;
mod same;
mod step;

use crate::lang::ast::{DerivationKind, Expr, ExprKind, File, Item, ItemKind, Span, Stance};
use crate::lang::{Diagnostic, Source, parse, print_file};

use super::variant::{claim_of, taken_apart};

/// What stands in the place of an answer.
const BLANK: &str = "todo";

/// What a student has to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hide {
    /// The right sides of equations, and of the lines of derivations.
    Answers,
    /// The reasons of the lines of derivations.
    Reasons,
}

/// How an answer was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// It is right: proved, or following from the line above.
    Right,
    /// It is right in spite of a slip in the line above: it follows from what stands above that.
    Mended,
    /// It follows from what was answered before, which is not right: the slip was made there.
    Carried,
    /// It is true, and does not follow by the reason that is asked for; sentences say why.
    Otherwise(Vec<String>),
    /// Nothing was filled in.
    Missing,
    /// It is not right; sentences say why.
    Wrong(Vec<String>),
}

/// The grading of one answer.
#[derive(Debug, Clone)]
pub struct Graded {
    /// The statement.
    pub name: String,
    /// The line in which the answer stands, or is to stand, if it was found.
    pub line: Option<usize>,
    /// What was asked, without the answer; `…` is a line above that is missing too.
    pub asked: String,
    /// What stands between the two: `=`, `by`.
    pub joint: String,
    /// What was answered.
    pub answer: Option<String>,
    /// How it was.
    pub mark: Mark,
    /// From a nudge to the result: what each is called, and what it says.
    pub hints: Vec<(&'static str, String)>,
}

/// A file that was filled in.
struct Sheet {
    file: File,
    source: Source,
}

impl Sheet {
    fn line(&self, span: Span) -> usize {
        self.source.position(span.start).0
    }
}

fn is_blank(e: &Expr) -> bool {
    matches!(&e.kind, ExprKind::Name(name) if name == BLANK)
}

fn blank(span: Span) -> Expr {
    Expr { kind: ExprKind::Name(BLANK.into()), span }
}

/// What an exercise is about; everything else could give an answer away.
fn asked(text: &str, hide: Hide) -> Result<File, Vec<Diagnostic>> {
    let mut file = parse(text)?;
    taken_apart(&mut file);
    file.items.retain(|item| match &item.kind {
        ItemKind::Claim(claim) => hide == Hide::Answers && claim::hidden(claim).is_some(),
        ItemKind::Derivation(derivation) => derivation.stance == Stance::Holds,
        ItemKind::Figure(_) => false,
        _ => true,
    });
    Ok(file)
}

/// The file for a student, with blanks, and their number.
pub fn exercise(text: &str, hide: Hide) -> Result<(String, usize), Vec<Diagnostic>> {
    let mut file = asked(text, hide)?;
    let mut blanks = 0;
    for item in &mut file.items {
        let kind = match &item.kind {
            ItemKind::Claim(claim) => claim::blanked(claim).map(ItemKind::Claim),
            ItemKind::Derivation(derivation) => {
                let (derivation, more) = step::blanked(derivation, hide);
                blanks += more;
                Some(ItemKind::Derivation(derivation))
            }
            _ => None,
        };
        let Some(kind) = kind else { continue };
        if let ItemKind::Claim(_) = kind {
            blanks += 1;
        }
        item.trailing = None;
        item.comments.clear();
        item.kind = kind;
    }
    let head = match hide {
        Hide::Answers => {
            format!(
                "# Write the right side in place of each `{BLANK}`: worked out, in types, parameters and numbers.\n"
            )
        }
        Hide::Reasons => format!("# Say why each line follows, in place of each `{BLANK}`.\n"),
    };
    Ok((head + &print_file(&file), blanks))
}

/// A complaint with its help.
fn said(complaint: &Diagnostic) -> String {
    let help = complaint.help.as_ref().map(|help| format!(": {help}"));
    format!("{}{}", complaint.message, help.unwrap_or_default())
}

/// What stands at the margin above an item.
fn margin(file: &File, position: usize) -> Vec<&DerivationKind> {
    let above = file.items.iter().take(position);
    above
        .filter_map(|item| if let ItemKind::Given(given) = &item.kind { Some(given) } else { None })
        .collect()
}

/// Grades a file that was filled in, answer by answer and step by step.
pub fn grade(original: &str, filled: &str, hide: Hide) -> Result<Vec<Graded>, Vec<Diagnostic>> {
    let (file, mut given) =
        (asked(original, hide)?, Sheet { file: parse(filled)?, source: Source::new("", filled) });
    taken_apart(&mut given.file);
    let mut claims = claim::Asked::new(&file, &given);
    let mut out = Vec::new();
    for (position, item) in file.items.iter().enumerate() {
        match &item.kind {
            ItemKind::Claim(claim) => out.extend(claims.graded(claim)),
            ItemKind::Derivation(derivation) => {
                let with = |derivation| {
                    let mut items: Vec<Item> = file.items.iter().take(position).cloned().collect();
                    items.retain(|i| claim_of(i).is_none());
                    items.push(Item { kind: ItemKind::Derivation(derivation), ..item.clone() });
                    print_file(&File { items, end_comments: vec![] })
                };
                out.extend(step::graded(derivation, &given, &margin(&file, position), hide, &with));
            }
            _ => {}
        }
    }
    Ok(out)
}
