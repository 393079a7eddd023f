//! From a file's text to its report: parse, resolve, prove, verify. This is the only place where all
//! strata meet.

mod certificate;
mod judge;
mod obligation;
mod story;

use crate::kernel::check as check_certificate;
use crate::lang::{self, Diagnostic};
use crate::prover::Maxima;
use crate::report::FileReport;

pub use certificate::{Compared, NamedCertificate, Verified};

/// One file's outcome.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The answers; `None` if the file could not be read.
    pub report: Option<FileReport>,
    /// What is wrong with the input.
    pub diagnostics: Vec<Diagnostic>,
    /// One certificate file a statement.
    pub certificates: Vec<NamedCertificate>,
}

impl Outcome {
    fn unreadable(diagnostics: Vec<Diagnostic>) -> Self {
        Outcome { diagnostics, ..Outcome::default() }
    }
}

/// How much of the answers is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The verdicts.
    Verdicts,
    /// The worked steps too.
    Derivations,
    /// The certificate files too.
    Certificates,
}

/// Checks one file's text: every statement gets a theorem, a counterexample that is a theorem too, or
/// an obstacle. A file with an error in it gets diagnostics and no report.
pub fn check(path: &str, text: &str, detail: Detail) -> Outcome {
    let file = match lang::parse(text) {
        Ok(file) => file,
        Err(diagnostics) => return Outcome::unreadable(diagnostics),
    };
    let resolved = match lang::resolve(&file) {
        Ok(resolved) => resolved,
        Err(diagnostics) => return Outcome::unreadable(diagnostics),
    };
    let defined = match obligation::meet(&resolved.obligations) {
        Ok(defined) => defined,
        Err(diagnostics) => return Outcome::unreadable(diagnostics),
    };
    let source = lang::Source::new(path, text);
    let (mut statements, mut certificates, mut diagnostics) = (vec![], vec![], vec![]);
    let mut maxima = Maxima::default();
    for statement in &resolved.statements {
        match judge::judge(&mut maxima, statement) {
            Ok(judged) => {
                if detail == Detail::Certificates {
                    certificates.push(certificate::write(path, &file, statement, &defined, &judged));
                }
                statements.push(story::report(&source, statement, &judged, detail));
            }
            Err(more) => diagnostics.extend(more),
        }
    }
    if !diagnostics.is_empty() {
        return Outcome::unreadable(diagnostics);
    }
    Outcome { report: Some(FileReport { path: path.to_owned(), statements }), diagnostics, certificates }
}

/// Re-checks one certificate file with the kernel alone; with the text of its source, the statement is
/// elaborated again and compared. The error says what does not fit.
pub fn verify(json: &str, source: Option<&str>) -> Result<Verified, String> {
    let read = certificate::read(json)?;
    let mut theorems = Vec::new();
    for proof in &read.proofs {
        let theorem = check_certificate(&proof.statement()?, &proof.steps);
        theorems.push(theorem.map_err(|e| format!("rejected: {e}"))?);
    }
    certificate::verified(read, theorems, source)
}

/// The path of the source that a certificate file names.
pub fn source_path(json: &str) -> Option<String> {
    certificate::read(json).ok().map(|file| file.path().to_owned())
}

/// One exact value.
pub fn eval(text: &str) -> Result<String, Box<Diagnostic>> {
    let expr = lang::parse_expression(text)?;
    let (term, obligations) = lang::resolve_expression(&expr)?;
    if let Err(diagnostics) = obligation::meet(&obligations)
        && let Some(first) = diagnostics.into_iter().next()
    {
        return Err(Box::new(first));
    }
    match judge::closed(&term) {
        Some(value) => Ok(crate::report::Names::default().expr(&value)),
        None => Err(Box::new(Diagnostic::new(
            "undecided",
            "no exact value was found for this expression",
            expr.span,
        ))),
    }
}
