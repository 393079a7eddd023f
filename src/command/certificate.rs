//! `certify` and `verify`: certificates written, and checked again with the kernel alone.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Component, Path, PathBuf};

use vickrey::pipeline::{self, Compared, Detail, Verified};
use vickrey::report::{InputError, VerdictKind, count};

use super::arguments::{Certify, Verify};
use super::input::{self, Input, Kind, complaint};
use super::outcome::{WithErrors, outcomes};
use super::{AS_STATED, Answer, NOT_AS_STATED, Output};

/// Writes one certificate a statement, under the path of its source.
pub(super) fn certify(options: &Certify) -> Answer {
    let (inputs, mut errors) = input::read(&options.paths, Kind::Theorems);
    let mut out = String::new();
    let mut code = AS_STATED;
    let mut written = BTreeSet::new();
    for (input, outcome) in inputs.iter().zip(outcomes(&inputs, Detail::Certificates, WithErrors::Unread)) {
        errors.extend(outcome.complaints);
        let Some(answered) = outcome.answered else { continue };
        for statement in answered.report.statements.iter().filter(|s| !s.as_stated) {
            code = NOT_AS_STATED;
            let _ =
                writeln!(out, "not as stated: {}#{} is {}", input.path, statement.name, statement.verdict);
        }
        let directory = options.output.join(relative(&input.file).with_extension(""));
        for certificate in &answered.certificates {
            let path = directory.join(format!("{}.json", certificate.name));
            let shown = path.display().to_string();
            if !written.insert(path.clone()) {
                let message =
                    format!("`{shown}` would be written twice, the second time for `{}`", input.path);
                errors.push(complaint(&shown, "same-output", message));
                continue;
            }
            let done =
                std::fs::create_dir_all(&directory).and_then(|()| std::fs::write(&path, &certificate.json));
            if let Err(e) = done {
                written.remove(&path);
                errors.push(complaint(&shown, "unwritable", format!("cannot write `{shown}`: {e}")));
            }
        }
    }
    let certificates = count(written.len(), "certificate", "certificates");
    let _ = writeln!(out, "{certificates} in {}", options.output.display());
    Answer::new(Output::Styled(out), errors, code)
}

/// A path without what would lead out of the output directory.
fn relative(path: &Path) -> PathBuf {
    path.components().filter(|c| matches!(c, Component::Normal(_))).collect()
}

/// Checks certificates again. One that shows no theorem is not accepted.
pub(super) fn verify(options: &Verify) -> Answer {
    let (inputs, mut errors) = input::read(&options.paths, Kind::Certificates);
    let (mut accepted, mut rejected, mut unproved, mut alone) = (0, 0, 0, 0);
    let mut out = String::new();
    for input in &inputs {
        let source = match source(input) {
            Ok(source) => source,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        match pipeline::verify(&input.text, source.as_deref()) {
            Ok(verified) => {
                let settled = |verdict| matches!(verdict, VerdictKind::Proved | VerdictKind::Refuted);
                let is_settled = settled(verified.verdict) && verified.printed.is_none_or(settled);
                if is_settled {
                    accepted += 1;
                    alone += usize::from(matches!(verified.compared, Compared::SourceAbsent));
                } else {
                    unproved += 1;
                }
                if !is_settled || !options.quiet {
                    shown(&mut out, &verified);
                }
            }
            Err(reason) => {
                rejected += 1;
                let _ = writeln!(out, "not accepted: {}: {reason}", input.path);
            }
        }
    }
    let mut summary = vec![format!("{accepted} accepted"), format!("{rejected} not accepted")];
    if alone > 0 {
        summary.insert(1, format!("{alone} of them without its source"));
    }
    if unproved > 0 {
        summary.push(format!("{unproved} without a theorem"));
    }
    if !errors.is_empty() {
        summary.push(count(errors.len(), "error", "errors"));
    }
    let _ = writeln!(out, "{}", summary.join(", "));
    let code = if rejected + unproved == 0 { AS_STATED } else { NOT_AS_STATED };
    Answer::new(Output::Styled(out), errors, code)
}

/// The text that a certificate is about, if its file is there. A certificate that cannot be read, or a
/// source that is there and cannot be read, is an error.
fn source(input: &Input) -> Result<Option<String>, InputError> {
    let Some(path) = pipeline::source_path(&input.text) else {
        let reason = pipeline::verify(&input.text, None).err().unwrap_or_default();
        let message = format!("`{}` is no certificate: {reason}", input.path);
        return Err(complaint(&input.path, "not-a-certificate", message));
    };
    // From here, so that `-` is a file too; and nothing but files: a certificate must not make us wait for
    // a pipe or read a device.
    let path = Path::new(".").join(path);
    if path.is_file() { input::text(&path).map(Some) } else { Ok(None) }
}

fn shown(out: &mut String, verified: &Verified) {
    let compared = match verified.compared {
        Compared::WithSource => "",
        Compared::SourceAbsent => "   (the source is not here; compared with the text in the certificate)",
    };
    let Verified { verdict, name, statement, .. } = verified;
    let _ = writeln!(out, "{verdict} {name}: {statement}{compared}");
    if let Some(printed) = verified.printed {
        let _ = writeln!(out, "  the printed version: {printed}");
    }
    for theorem in &verified.theorems {
        for (position, line) in verified.names.theorem(theorem).iter().enumerate() {
            let _ = writeln!(out, "  {} {line}", if position == 0 { "|-" } else { "  " });
        }
    }
    if verified.defined > 0 {
        let _ = writeln!(out, "  it is defined: {}", count(verified.defined, "theorem", "theorems"));
    }
    if !verified.rests_on.is_empty() {
        let _ = writeln!(out, "  rests on {}", verified.rests_on.join(", "));
    }
}
