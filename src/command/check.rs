//! `check` and `explain`: the verdicts, and why.

use std::path::PathBuf;

use vickrey::pipeline::Detail;
use vickrey::report::{Document, StatementReport, Verbosity, explanation, latex, markdown, page};

use super::arguments::{Check, Explain, Form, Layout};
use super::input::{self, Kind, complaint};
use super::outcome::{WithErrors, outcomes};
use super::{AS_STATED, Answer, NOT_AS_STATED, Output, default_paths};

/// The verdict on every statement.
pub(super) fn check(options: &Check) -> Answer {
    let (inputs, mut errors) = input::read(&default_paths(&options.paths), Kind::Statements);
    let mut files = Vec::new();
    for outcome in outcomes(&inputs, detail(options), with_errors(options)) {
        files.extend(outcome.answered.map(|answered| answered.report));
        errors.extend(outcome.complaints);
    }
    answer(options, Document::new(files, errors))
}

/// What the answer needs to know.
pub(super) fn detail(options: &Check) -> Detail {
    if options.format == Form::Text && !options.verbose { Detail::Brief } else { Detail::Verdicts }
}

/// What is answered of files with errors.
pub(super) fn with_errors(options: &Check) -> WithErrors {
    if options.keep_going { WithErrors::KeepGoing } else { WithErrors::Unread }
}

/// A document in the form that is wanted.
pub(super) fn answer(options: &Check, document: Document) -> Answer {
    let code = document.exit_code();
    match options.format {
        Form::Json => match serde_json::to_string_pretty(&document) {
            // The document holds its errors; standard error stays empty.
            Ok(json) => Answer { out: Output::Exact(json + "\n"), errors: vec![], code },
            Err(e) => {
                let error = complaint("", "unwritable", format!("cannot write the document: {e}"));
                Answer::new(Output::Exact(String::new()), vec![error], code)
            }
        },
        Form::Text => {
            let verbosity = match (options.verbose, options.quiet) {
                (true, _) => Verbosity::Everything,
                (_, true) => Verbosity::Silent,
                _ => Verbosity::Quiet,
            };
            Answer::new(Output::Styled(document.text(verbosity)), document.errors, code)
        }
    }
}

/// The worked steps of every statement, or of the one that is named.
pub(super) fn explain(options: &Explain) -> Answer {
    let (inputs, mut errors) = input::read(&[PathBuf::from(&options.path)], Kind::Statements);
    let mut files = Vec::new();
    for outcome in outcomes(&inputs, Detail::Derivations, WithErrors::Unread) {
        files.extend(outcome.answered.map(|answered| answered.report));
        errors.extend(outcome.complaints);
    }
    let statements: Vec<&StatementReport> = files.iter().flat_map(|f| &f.statements).collect();
    let code = if statements.iter().all(|s| s.as_stated) { AS_STATED } else { NOT_AS_STATED };
    let depth = options.depth.unwrap_or(usize::MAX);
    let out = match options.format {
        Layout::Text => {
            let texts: Vec<String> = statements.iter().map(|s| explanation(s, depth)).collect();
            Output::Styled(texts.join("\n"))
        }
        Layout::Latex => Output::Exact(latex(&statements, depth)),
        Layout::Markdown => Output::Exact(markdown(&statements, depth)),
        Layout::Html => Output::Exact(page(&options.path, &files, &[], options.depth.unwrap_or(1))),
    };
    Answer::new(out, errors, code)
}
