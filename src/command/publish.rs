//! `report` and `errata`: pages and lists for readers.

use std::path::Path;

use serde::Serialize;
use vickrey::pipeline::Detail;
use vickrey::report::{
    Block, Erratum, FileReport, InputError, Page, StatementReport, Summary, count, errata, errata_latex,
    errata_markdown, errata_text,
};

use super::arguments::{Errata, Figure, ListForm, Report};
use super::input::{self, Kind, complaint};
use super::outcome::{WithErrors, outcomes, shared};
use super::{AS_STATED, Answer, NOT_AS_STATED, Output, default_paths};

/// The files that could be read, and complaints about the others.
fn answered(paths: &[std::path::PathBuf], detail: Detail) -> (Vec<FileReport>, Vec<InputError>) {
    let (inputs, mut errors) = input::read(paths, Kind::Statements);
    let mut files = Vec::new();
    for outcome in outcomes(&inputs, detail, WithErrors::Unread) {
        files.extend(outcome.answered.map(|answered| answered.report));
        errors.extend(outcome.complaints);
    }
    (files, errors)
}

fn code(files: &[FileReport]) -> u8 {
    match files.iter().flat_map(|f| &f.statements).all(|s| s.as_stated) {
        true => AS_STATED,
        false => NOT_AS_STATED,
    }
}

/// Writes a text to a file, or to standard output for `-`.
pub(super) fn put(path: &Path, text: String, said: String) -> Result<Output, InputError> {
    if path.as_os_str() == "-" {
        return Ok(Output::Exact(text));
    }
    let shown = path.display().to_string();
    match std::fs::write(path, text) {
        Ok(()) => Ok(Output::Styled(format!("{shown}: {said}\n"))),
        Err(e) => Err(complaint(&shown, "unwritable", format!("cannot write `{shown}`: {e}"))),
    }
}

/// One page about files and folders.
pub(super) fn report(options: &Report) -> Answer {
    let paths = default_paths(&options.paths);
    let (files, mut errors) = answered(&paths, Detail::Derivations);
    let title = options
        .title
        .clone()
        .unwrap_or_else(|| paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", "));
    let complaints: Vec<String> =
        errors.iter().map(|e| anstream::adapter::strip_str(&e.rendered).to_string()).collect();
    let page = Page::new(&files, options.depth);
    let numbers: Vec<usize> = (0..files.len()).collect();
    let sections = shared(&numbers, |number| page.section(*number)).into_iter().enumerate();
    let sections: Vec<String> =
        sections.map(|(number, text)| text.unwrap_or_else(|| page.section(number))).collect();
    let text = page.text(&title, &complaints, &sections);
    let code = code(&files);
    let statements = files.iter().map(|f| f.statements.len()).sum();
    let Summary { misprints, .. } = Summary::of(files.iter().flat_map(|f| &f.statements));
    let said = format!(
        "{} of {}, {}, {} kB",
        count(statements, "statement", "statements"),
        count(files.len(), "file", "files"),
        count(misprints, "misprint", "misprints"),
        text.len().div_ceil(1000)
    );
    let out = match put(&options.output, text, said) {
        Ok(out) => out,
        Err(error) => {
            errors.push(error);
            Output::Exact(String::new())
        }
    };
    Answer::new(out, errors, code)
}

/// One figure as SVG.
pub(super) fn figure(options: &Figure) -> Answer {
    let (files, mut errors) = answered(std::slice::from_ref(&options.path), Detail::Derivations);
    let path = options.path.display().to_string();
    let statements: Vec<&StatementReport> = files.iter().flat_map(|f| &f.statements).collect();
    let figures: Vec<&&StatementReport> = statements.iter().filter(|s| s.kind == "figure").collect();
    let names = || figures.iter().map(|s| format!("`{}`", s.name)).collect::<Vec<_>>().join(", ");
    let mut out = Output::Exact(String::new());
    match figures.as_slice() {
        _ if !errors.is_empty() => {}
        [one] => {
            match one.derivation.iter().find_map(|b| if let Block::Figure(p) = b { Some(p) } else { None }) {
                Some(picture) => match put(&options.output, picture.svg.clone(), picture.alternative.clone())
                {
                    Ok(said) => out = said,
                    Err(error) => errors.push(error),
                },
                None => {
                    let reason = one.undecided.clone().unwrap_or_default();
                    errors.push(complaint(
                        &path,
                        "not-drawn",
                        format!("`{}` cannot be drawn: {reason}", one.name),
                    ));
                }
            }
        }
        [] => {
            let what = statements.first().filter(|_| statements.len() == 1);
            let message = match what {
                Some(s) => format!("`{}` is a {} and no figure", s.name, s.kind),
                None => format!("`{path}` has no figure"),
            };
            errors.push(complaint(&path, "no-figure", message));
        }
        _ => {
            let message = format!("`{path}` has several figures: {}", names());
            errors.push(complaint(&path, "several-figures", message));
        }
    }
    Answer::new(out, errors, AS_STATED)
}

/// The list of errata as one document.
#[derive(Serialize)]
struct List<'a> {
    version: u32,
    errata: &'a [Erratum],
    errors: &'a [InputError],
}

/// The misprints that files record.
pub(super) fn list(options: &Errata) -> Answer {
    let (files, errors) = answered(&default_paths(&options.paths), Detail::Verdicts);
    let found = errata(&files);
    let code = if found.iter().all(|e| e.settled) { AS_STATED } else { NOT_AS_STATED };
    let out = match options.format {
        ListForm::Text => Output::Styled(errata_text(&found)),
        ListForm::Latex => Output::Exact(errata_latex(&found)),
        ListForm::Markdown => Output::Exact(errata_markdown(&found)),
        ListForm::Json => {
            match serde_json::to_string_pretty(&List { version: 1, errata: &found, errors: &errors }) {
                // The document holds its errors; standard error stays empty.
                Ok(json) => {
                    let code = if errors.is_empty() { code } else { super::UNREADABLE };
                    return Answer { out: Output::Exact(json + "\n"), errors: vec![], code };
                }
                Err(e) => {
                    let error = complaint("", "unwritable", format!("cannot write the document: {e}"));
                    return Answer::new(Output::Exact(String::new()), vec![error], code);
                }
            }
        }
    };
    Answer::new(out, errors, code)
}
