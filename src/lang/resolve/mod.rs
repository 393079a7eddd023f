//! Name resolution: from the syntax tree to the claims that a file makes.
//!
//! Decides what is claimed, and checks what can be seen from the statement alone: names, sorts,
//! stages, binders. What has to be computed to know that an input is sound (a density is at least
//! zero, a denominator is never zero) is handed on as an [`Obligation`].

mod expr;
mod mechanism;
mod scope;
mod setting;
mod statement;

use crate::exact::Rational;
use crate::kernel::Expr;
use crate::model::{Claim, Existence};

use super::ast::{self, ItemKind, Span, Stance};
use super::diagnostic::Diagnostic;
use scope::{Env, Universe};

/// Something that must hold for an input to make sense; if it is refuted, the diagnostic is reported
/// with the exact point.
#[derive(Debug, Clone)]
pub struct Obligation {
    /// What must hold.
    pub claim: Claim,
    /// The complaint otherwise.
    pub diagnostic: Diagnostic,
}

/// One goal of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// A claim about all types.
    Universal(Claim),
    /// A question of existence.
    Existence(Existence),
}

/// The version that a source prints in place of the last right side.
#[derive(Debug, Clone)]
pub struct PrintedClaim {
    /// As printed.
    pub shown: String,
    /// Where it stands in the file.
    pub span: Span,
    /// The last relation with the printed right side.
    pub claim: Claim,
    /// Printed minus stated.
    pub difference: Expr,
}

/// A statement with all names resolved.
#[derive(Debug, Clone)]
pub struct ResolvedStatement {
    /// Its name.
    pub name: String,
    /// What the file says of it.
    pub stance: Stance,
    /// Rows of the list of claims.
    pub refs: Vec<String>,
    /// Where it stands.
    pub span: Span,
    /// The statement in canonical text.
    pub text: String,
    /// What must hold for it to make sense.
    pub obligations: Vec<Obligation>,
    /// Its goals, once for each tie rule that the setting leaves open.
    pub variants: Vec<Vec<Goal>>,
    /// The misprint beside it.
    pub printed: Option<PrintedClaim>,
    /// The left side of its last relation.
    pub value: Option<Expr>,
    /// The quantities it speaks of: as written, and unfolded.
    pub definitions: Vec<(String, Expr)>,
    /// What it assumes.
    pub rests_on: Vec<String>,
}

/// A file with all names resolved.
#[derive(Debug, Clone, Default)]
pub struct ResolvedFile {
    /// What must hold of its settings and mechanisms.
    pub obligations: Vec<Obligation>,
    /// Its statements in order.
    pub statements: Vec<ResolvedStatement>,
}

/// Resolves a file; reports all complaints.
pub fn resolve(file: &ast::File) -> Result<ResolvedFile, Vec<Diagnostic>> {
    let mut diagnostics = duplicates(file);
    let mut universes = Vec::new();
    let mut out = ResolvedFile::default();
    let mut choice = 0;
    loop {
        let mut obligations = Vec::new();
        let universe = Universe::build(file, choice, &mut obligations, &mut diagnostics);
        let choices = universe.choices();
        if choice == 0 {
            out.obligations = obligations;
        }
        universes.push(universe);
        choice += 1;
        if choice >= choices || !diagnostics.is_empty() {
            break;
        }
    }
    for item in &file.items {
        let ItemKind::Claim(claim) = &item.kind else { continue };
        match statement::resolve(&universes, claim, item.span) {
            Ok(statement) => out.statements.push(statement),
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    if diagnostics.is_empty() { Ok(out) } else { Err(without_repetitions(diagnostics)) }
}

/// Resolves an expression without names in scope.
pub fn resolve_expression(e: &ast::Expr) -> Result<(Expr, Vec<Obligation>), Diagnostic> {
    let universe = Universe::default();
    let mut env = Env::new(&universe, None);
    let term = env.number(e).map_err(|d| *d)?;
    Ok((term, env.obligations))
}

fn duplicates(file: &ast::File) -> Vec<Diagnostic> {
    let mut seen: Vec<(&str, &ast::Name)> = Vec::new();
    let mut out = Vec::new();
    for item in &file.items {
        let (space, name) = match &item.kind {
            ItemKind::Source { .. } => continue,
            ItemKind::Claim(claim) => ("statement", &claim.name),
            ItemKind::Parameter { name, .. } => ("name", name),
            ItemKind::Setting(setting) => ("name", &setting.name),
            ItemKind::Mechanism(mechanism) => ("name", &mechanism.name),
            ItemKind::Strategy(strategy) => ("name", &strategy.name),
        };
        match seen.iter().find(|(s, n)| *s == space && n.text == name.text) {
            Some((_, first)) => out.push(
                Diagnostic::new("duplicate-name", format!("`{}` is defined twice", name.text), name.span)
                    .label("second definition")
                    .also(first.span, "first definition")
                    .help("give one of them another name"),
            ),
            None => seen.push((space, name)),
        }
    }
    out
}

fn without_repetitions(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut out: Vec<Diagnostic> = Vec::new();
    for diagnostic in diagnostics {
        let same = |d: &Diagnostic| d.message == diagnostic.message && d.span.start == diagnostic.span.start;
        if !out.iter().any(same) {
            out.push(diagnostic);
        }
    }
    out
}

/// The value of an integer that an expression is, if it is a small one.
fn small_integer(e: &Expr) -> Option<i64> {
    let c: Rational = e.as_number()?;
    if c.is_negative() {
        return (-&c).to_u32().map(|n| -i64::from(n));
    }
    c.to_u32().map(i64::from)
}
