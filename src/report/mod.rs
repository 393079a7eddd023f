//! Reports: diagnostics, verdicts, text and JSON.

mod derivation;
mod diagnostic;
mod document;
mod show;
mod text;

pub use derivation::derivation;
pub use diagnostic::{Colour, file_error, place_error, render_diagnostic};
pub use document::{
    Counterexample, Document, FailingStep, FileReport, InputError, Line, Member, Printed, StatementReport,
    Summary, VerdictKind,
};
pub use show::Names;
pub use text::{Verbosity, count, explanation};
