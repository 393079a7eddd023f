//! From a file's text to its report: parse, resolve, prove, verify. This is the only place where all
//! strata meet.

mod alike;
mod certificate;
mod derivation;
mod exercise;
mod figure;
mod judge;
mod judged;
mod nearest;
mod numbers;
mod obligation;
mod open;
mod slip;
mod story;
mod variant;
mod worked;

use crate::exact::{Rational, bounded};
use crate::kernel::check as check_certificate;
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Atom, Expr, Node};
use crate::lang::{self, Diagnostic};
use crate::model::Charge;
use crate::piecewise::ironed;
use crate::prover;
use crate::report::{FileReport, Prose, StatementReport, decimals, words};

pub use alike::{Drawn, drawn};
pub use certificate::{Compared, NamedCertificate, Verified};
pub use exercise::{Graded, Hide, Mark, exercise, grade};
pub use slip::{slips, slips_with};
pub use variant::{Change, PRIORS, Variant, longest_answer, vary};

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
    /// A file that cannot be read.
    pub fn unreadable(diagnostics: Vec<Diagnostic>) -> Self {
        Outcome { diagnostics, ..Outcome::default() }
    }
}

/// How much of the answers is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The verdicts; of a statement that is as the file says nothing else.
    Brief,
    /// The verdicts, and what is wrong where something fails.
    Verdicts,
    /// The worked steps too.
    Derivations,
    /// The certificate files too.
    Certificates,
}

/// A file that was read: its statements can be answered, in any order.
pub struct Prepared {
    source: lang::Source,
    path: String,
    file: lang::ast::File,
    resolved: lang::ResolvedFile,
    defined: Vec<judged::Proof>,
    known: judge::Known,
}

/// The answer to one statement.
pub struct Answered {
    report: StatementReport,
    certificate: Option<NamedCertificate>,
}

/// Reads one file's text: syntax, names, and what must hold for the input to make sense.
pub fn prepare(path: &str, text: &str) -> Result<Prepared, Vec<Diagnostic>> {
    let (file, resolved) = lang::read(text, lang::Ironing(ironed))?;
    let defined = obligation::meet(&resolved.obligations)?;
    let (source, path) = (lang::Source::new(path, text), path.to_owned());
    Ok(Prepared { source, path, file, resolved, defined, known: judge::Known::default() })
}

/// Times that what has errors is left out of a file: what is left may have errors that were not looked for before.
const ROUNDS: usize = 5;

/// What can be read of a file with errors: without what has them, and what speaks of that. `None` if no statement is left.
pub fn prepare_rest(path: &str, text: &str, errors: &[Diagnostic]) -> Option<Prepared> {
    let mut rest = lang::Rest::of(text);
    rest.leave_out(errors);
    for _ in 0..ROUNDS {
        let read = rest.resolve(lang::Ironing(ironed));
        let read = read.and_then(|(file, resolved)| {
            let defined = obligation::meet(&resolved.obligations)?;
            Ok((file, resolved, defined))
        });
        match read {
            Ok((file, resolved, defined)) => {
                let (source, path) = (lang::Source::new(path, text), path.to_owned());
                let known = judge::Known::default();
                let found = Prepared { source, path, file, resolved, defined, known };
                return Some(found).filter(|p| p.statements().next().is_some());
            }
            Err(more) if rest.leave_out(&more) => {}
            Err(_) => return None,
        }
    }
    None
}

impl Prepared {
    /// The names of the statements, in order; figures are statements too, and come last.
    pub fn statements(&self) -> impl Iterator<Item = &str> {
        let figures = self.resolved.figures.iter().map(|f| f.name.as_str());
        self.resolved.statements.iter().map(|s| s.name.as_str()).chain(figures)
    }

    /// A figure is drawn from theorems; it has no certificate of its own.
    fn figure(&self, number: usize) -> Result<Answered, Vec<Diagnostic>> {
        let position = number.checked_sub(self.resolved.statements.len());
        let Some(figure) = position.and_then(|k| self.resolved.figures.get(k)) else { return Err(vec![]) };
        obligation::meet(&figure.obligations)?;
        let solved = match figure.drawn {
            lang::Drawn::Solution { statement } => self.resolved.statements.get(statement),
            _ => None,
        };
        let judged = solved.map(|statement| judge::judge(&self.known, statement)).transpose()?;
        let solved = solved.zip(judged.as_ref());
        Ok(Answered {
            report: figure::report(&self.source, &self.known.maxima, figure, solved),
            certificate: None,
        })
    }

    /// The answer to a statement: a theorem, a counterexample that is a theorem too, or an obstacle.
    pub fn answer(&self, number: usize, detail: Detail) -> Result<Answered, Vec<Diagnostic>> {
        let Some(statement) = self.resolved.statements.get(number) else { return self.figure(number) };
        let mut judged = judge::judge(&self.known, statement)?;
        let is_brief = detail == Detail::Brief && judged.as_stated == judged::AsStated::Yes;
        if let Some(derived) = judged.derived.as_ref().filter(|_| !is_brief) {
            let find = || nearest::nearest(&self.file, &self.known.lemmas, &statement.name, derived);
            judged.nearest = bounded(find).unwrap_or_default();
        }
        let write = || certificate::write(&self.path, &self.file, statement, &self.defined, &judged);
        let certificate = (detail == Detail::Certificates).then(write);
        let written = self.written(&statement.name);
        let derivation = match detail {
            Detail::Brief | Detail::Verdicts | Detail::Certificates => vec![],
            Detail::Derivations => {
                bounded(|| worked::steps(&self.known.maxima, written, statement, &judged)).unwrap_or_default()
            }
        };
        if is_brief {
            judged = judged.verdict_alone();
        }
        let report = |judged: &judged::Judged| {
            story::report(&self.source, &self.known.maxima, statement, judged, written, derivation.clone())
        };
        // Without values that take too long to tell, and without counterexamples; what cannot be told at all has not been found.
        let report = bounded(|| report(&judged))
            .or_else(|_| bounded(|| report(&judged.without_values())))
            .or_else(|_| bounded(|| report(&judged.verdict_alone())))
            .unwrap_or_else(|_| report(&judged::Judged::broken_off()));
        Ok(Answered { report, certificate })
    }

    /// Whether a statement is about all values of a parameter.
    fn depends(&self, name: &str, parameter: &str) -> bool {
        let statement = self.resolved.statements.iter().find(|s| s.name == name);
        statement.is_some_and(|s| s.variants.iter().flatten().any(|goal| goal.depends(parameter)))
    }

    /// The comments before the first item.
    fn about(&self) -> Prose {
        let head = self.file.items.first().map(|item| item.comments.as_slice()).unwrap_or_default();
        if head.is_empty() { vec![] } else { vec![words(head.join(" "))] }
    }

    /// The texts that the file speaks of.
    fn sources(&self) -> String {
        let source = |item: &lang::ast::Item| match &item.kind {
            lang::ast::ItemKind::Source { title, place } => {
                let place = place.as_ref().map(|p| format!(", {p}")).unwrap_or_default();
                Some(format!("{}{place}", title.text))
            }
            _ => None,
        };
        self.file.items.iter().filter_map(source).collect::<Vec<_>>().join("; ")
    }

    /// A claim as it stands in the file.
    fn written(&self, name: &str) -> Option<&lang::ast::Claim> {
        self.file.items.iter().find_map(|item| match &item.kind {
            lang::ast::ItemKind::Claim(claim) if claim.name.text == name => Some(claim),
            _ => None,
        })
    }

    /// The outcome of the file: the answers to statements without an error, and the errors of the others.
    pub fn outcome(&self, answers: Vec<Result<Answered, Vec<Diagnostic>>>) -> Outcome {
        let (mut statements, mut certificates, mut diagnostics) = (vec![], vec![], vec![]);
        for answer in answers {
            match answer {
                Ok(Answered { report, certificate }) => {
                    statements.push(report);
                    certificates.extend(certificate);
                }
                Err(more) => diagnostics.extend(more),
            }
        }
        Outcome {
            report: Some(FileReport {
                path: self.path.clone(),
                statements,
                about: self.about(),
                source: self.sources(),
                text: self.source.text().to_owned(),
            }),
            diagnostics,
            certificates,
        }
    }
}

/// Checks one file's text. One with an error in it has diagnostics and no report.
pub fn check(path: &str, text: &str, detail: Detail) -> Outcome {
    match prepare(path, text) {
        Ok(prepared) => {
            let numbers = 0..prepared.statements().count();
            let outcome = prepared.outcome(numbers.map(|k| prepared.answer(k, detail)).collect());
            if outcome.diagnostics.is_empty() { outcome } else { Outcome::unreadable(outcome.diagnostics) }
        }
        Err(diagnostics) => Outcome::unreadable(diagnostics),
    }
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

/// A term of one expression without names.
fn expression(text: &str) -> Result<(lang::ast::Expr, lang::ResolvedExpression), Box<Diagnostic>> {
    let expr = lang::parse_expression(text)?;
    let resolved = lang::resolve_expression(&expr)?;
    if let Err(diagnostics) = obligation::meet(&resolved.obligations)
        && let Some(first) = diagnostics.into_iter().next()
    {
        return Err(Box::new(first));
    }
    Ok((expr, resolved))
}

/// A width of enclosures, as it is written.
pub fn width(text: &str) -> Result<Rational, Box<Diagnostic>> {
    let (expr, resolved) = expression(text)?;
    let number = judge::closed(&resolved.term).and_then(|value| value.as_number());
    number.filter(Rational::is_positive).ok_or_else(|| {
        Box::new(Diagnostic::new("wrong-sort", "a width is a positive rational number", expr.span))
    })
}

/// One exact value; an integral without a closed form lies between two numbers that are a width apart at most.
pub fn eval(text: &str, width: &Rational) -> Result<String, Box<Diagnostic>> {
    let span = lang::ast::Span::new(0, text.len());
    bounded(|| value(text, width)).unwrap_or_else(|_| Err(Box::new(lang::too_much_work("this takes", span))))
}

fn value(text: &str, width: &Rational) -> Result<String, Box<Diagnostic>> {
    let (expr, lang::ResolvedExpression { term, roots, .. }) = expression(text)?;
    let known: Vec<Fact> = roots.iter().flat_map(Charge::root).filter_map(|f| Fact::of(&f).ok()).collect();
    let is_integral = |a: &Atom| matches!(a.node(), Node::Opaque { .. } | Node::Primitive { .. });
    let is_told = |value: &Expr| !value.atoms().any(is_integral) || prover::enclosed(value, width).is_some();
    let value = judge::closed(&term).map(|value| (value, vec![]));
    let value = value.or_else(|| prover::closed_form(&known, &term));
    match value.filter(|(value, _)| is_told(value)) {
        Some((value, more)) => {
            let mut names = crate::report::Names::default();
            roots.iter().chain(&more).for_each(|root| names.describe(root));
            let shown = names.expr(&value);
            if let Some((low, high, _)) =
                prover::enclosed(&value, width).filter(|_| value.as_number().is_none())
            {
                return Ok(format!("{shown}, between {} and {}", decimals(&low), decimals(&high)));
            }
            Ok(match names.decimal(&value) {
                Some(digits) => format!("{shown} ({digits}...)"),
                None => shown,
            })
        }
        None => Err(Box::new(Diagnostic::new(
            "undecided",
            "no exact value was found for this expression",
            expr.span,
        ))),
    }
}
