//! `check` and `explain`: the verdicts, and why.

use std::path::PathBuf;

use vickrey::pipeline::Detail;
use vickrey::report::{Document, Verbosity, explanation};

use super::arguments::{Check, Explain, Form, Layout};
use super::input::{self, Kind, complaint};
use super::outcome::outcomes;
use super::{AS_STATED, Answer, NOT_AS_STATED, Output, default_paths};

/// The verdict on every statement.
pub(super) fn check(options: &Check) -> Answer {
    let (inputs, mut errors) = input::read(&default_paths(&options.paths), Kind::Statements);
    let mut files = Vec::new();
    for outcome in outcomes(&inputs, Detail::Verdicts) {
        match outcome {
            Ok(answered) => files.push(answered.report),
            Err(complaints) => errors.extend(complaints),
        }
    }
    let document = Document::new(files, errors);
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
            let verbosity = if options.verbose { Verbosity::Everything } else { Verbosity::Quiet };
            Answer::new(Output::Styled(document.text(verbosity)), document.errors, code)
        }
    }
}

/// The worked steps of every statement, or of the one that is named.
pub(super) fn explain(options: &Explain) -> Answer {
    let (inputs, mut errors) = input::read(&[PathBuf::from(&options.path)], Kind::Statements);
    let mut texts = Vec::new();
    let mut code = AS_STATED;
    for outcome in outcomes(&inputs, Detail::Derivations) {
        let report = match outcome {
            Ok(answered) => answered.report,
            Err(complaints) => {
                errors.extend(complaints);
                continue;
            }
        };
        for statement in report.statements {
            if !statement.as_stated {
                code = NOT_AS_STATED;
            }
            texts.push(match options.format {
                Layout::Text => explanation(&statement),
            });
        }
    }
    Answer::new(Output::Styled(texts.join("\n")), errors, code)
}
