//! Reports: diagnostics, verdicts, text and JSON.

mod document;

pub use document::{
    Counterexample, Document, FailingStep, FileReport, InputError, Line, Printed, StatementReport, Summary,
    VerdictKind,
};
