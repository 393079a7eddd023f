//! Reports: diagnostics, verdicts, text and JSON.

mod derivation;
mod document;
mod show;

pub use derivation::derivation;
pub use document::{
    Counterexample, Document, FailingStep, FileReport, InputError, Line, Printed, StatementReport, Summary,
    VerdictKind,
};
pub use show::Names;
