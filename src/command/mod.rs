//! The subcommands.

pub(crate) mod arguments;
mod input;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use vickrey::lang::Source;
use vickrey::pipeline::{self, Compared, Detail, Outcome};
use vickrey::report::{Colour, Document, InputError, Verbosity, explanation, file_error, render_diagnostic};

use arguments::{Arguments, Certify, Check, ColourChoice, Command, Explain, Form, Format};
use input::Input;

/// The stack of a thread that checks: expressions may be nested.
pub(crate) const STACK: usize = 64 << 20;

/// Runs a command; returns the exit code.
pub(crate) fn run(arguments: Arguments) -> u8 {
    match arguments.color {
        ColourChoice::Auto => {}
        ColourChoice::Always => anstream::ColorChoice::Always.write_global(),
        ColourChoice::Never => anstream::ColorChoice::Never.write_global(),
    }
    match arguments.command {
        Command::Check(options) => check(&options),
        Command::Explain(options) => explain(&options),
        Command::Eval { expression } => eval(&expression),
        Command::Fmt(options) => format(&options),
        Command::Certify(options) => certify(&options),
        Command::Verify { paths } => verify(&paths),
    }
}

/// Writes to standard output; a closed pipe is no error.
fn say(text: &str) {
    let mut out = anstream::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes to standard error.
fn complain(errors: &[InputError]) {
    let mut out = anstream::stderr();
    for error in errors {
        let _ = writeln!(out, "{}\n", error.rendered);
    }
}

fn default_paths(paths: &[PathBuf]) -> Vec<PathBuf> {
    if paths.is_empty() { vec![PathBuf::from("theorems")] } else { paths.to_vec() }
}

fn rendered(input: &Input, outcome: &Outcome) -> Vec<InputError> {
    let source = Source::new(&input.path, &input.text);
    outcome.diagnostics.iter().map(|d| render_diagnostic(&source, d, Colour::Styled)).collect()
}

/// The outcomes of all inputs, in order; files are independent and share the processors.
fn outcomes(inputs: &[Input], detail: Detail) -> Vec<Outcome> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(inputs.len());
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((number, input)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|number| Some((number, inputs.get(number)?)))
        {
            done.push((number, pipeline::check(&input.path, &input.text, detail)));
        }
        done
    };
    let mut all = std::thread::scope(|scope| {
        let spawn = |_| std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok();
        let helpers: Vec<_> = (1..workers).filter_map(spawn).collect();
        let mut all = work();
        all.extend(helpers.into_iter().filter_map(|h| h.join().ok()).flatten());
        all
    });
    all.sort_by_key(|(number, _)| *number);
    all.into_iter().map(|(_, outcome)| outcome).collect()
}

fn check(options: &Check) -> u8 {
    let (inputs, mut errors) = input::read(&default_paths(&options.paths), "mech");
    let mut files = Vec::new();
    for (input, outcome) in inputs.iter().zip(outcomes(&inputs, Detail::Verdicts)) {
        errors.extend(rendered(input, &outcome));
        files.extend(outcome.report);
    }
    let document = Document::new(files, errors);
    match options.format {
        Form::Json => match serde_json::to_string_pretty(&document) {
            Ok(json) => say(&format!("{json}\n")),
            Err(_) => return 2,
        },
        Form::Text => {
            complain(&document.errors);
            let verbosity = if options.verbose { Verbosity::Everything } else { Verbosity::Quiet };
            say(&document.text(verbosity));
        }
    }
    document.exit_code()
}

fn explain(options: &Explain) -> u8 {
    let (path, name) = match options.path.split_once('#') {
        Some((path, name)) => (path, Some(name)),
        None => (options.path.as_str(), None),
    };
    let (inputs, mut errors) = input::read(&[PathBuf::from(path)], "mech");
    let mut text = String::new();
    let mut known: Vec<String> = Vec::new();
    for (input, outcome) in inputs.iter().zip(outcomes(&inputs, Detail::Derivations)) {
        errors.extend(rendered(input, &outcome));
        for statement in outcome.report.iter().flat_map(|r| &r.statements) {
            known.push(statement.name.clone());
            if name.is_none_or(|n| n == statement.name) {
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(&explanation(statement));
            }
        }
    }
    if let (Some(name), true) = (name, text.is_empty() && errors.is_empty()) {
        let nearest = known.iter().min_by_key(|k| strsim::damerau_levenshtein(k, name));
        let help = nearest.map(|n| format!("did you mean `{n}`?"));
        let message = format!("`{path}` has no statement `{name}`");
        errors.push(file_error(path, "unknown-name", message, help));
    }
    complain(&errors);
    say(&text);
    if errors.is_empty() { 0 } else { 2 }
}

fn eval(expression: &str) -> u8 {
    match pipeline::eval(expression) {
        Ok(value) => {
            say(&format!("{value}\n"));
            0
        }
        Err(diagnostic) => {
            let source = Source::new("expression", expression);
            complain(&[render_diagnostic(&source, &diagnostic, Colour::Styled)]);
            2
        }
    }
}

fn format(options: &Format) -> u8 {
    let (inputs, mut errors) = input::read(&default_paths(&options.paths), "mech");
    let mut differs = false;
    for input in &inputs {
        let formatted = match pipeline::format(&input.text) {
            Ok(formatted) => formatted,
            Err(diagnostics) => {
                let outcome = Outcome { diagnostics, ..Outcome::default() };
                errors.extend(rendered(input, &outcome));
                continue;
            }
        };
        if input.path == "-" && !options.check {
            say(&formatted);
        } else if formatted != input.text {
            differs = true;
            say(&format!("{}{}\n", if options.check { "would change " } else { "formatted " }, input.path));
            if !options.check
                && let Err(e) = std::fs::write(&input.path, &formatted)
            {
                errors.push(file_error(&input.path, "unwritable", format!("`{}`: {e}", input.path), None));
            }
        }
    }
    complain(&errors);
    match (errors.is_empty(), differs && options.check) {
        (false, _) => 2,
        (true, true) => 1,
        (true, false) => 0,
    }
}

fn certify(options: &Certify) -> u8 {
    let (inputs, mut errors) = input::read(&options.paths, "mech");
    let mut written = 0;
    for (input, outcome) in inputs.iter().zip(outcomes(&inputs, Detail::Certificates)) {
        errors.extend(rendered(input, &outcome));
        let directory = options.output.join(relative(Path::new(&input.path)).with_extension(""));
        for certificate in &outcome.certificates {
            let path = directory.join(format!("{}.json", certificate.name));
            let done =
                std::fs::create_dir_all(&directory).and_then(|()| std::fs::write(&path, &certificate.json));
            match done {
                Ok(()) => written += 1,
                Err(e) => {
                    let shown = path.display().to_string();
                    errors.push(file_error(&shown, "unwritable", format!("`{shown}`: {e}"), None));
                }
            }
        }
    }
    complain(&errors);
    say(&format!("{written} certificates in {}\n", options.output.display()));
    if errors.is_empty() { 0 } else { 2 }
}

/// A path without what would lead out of the output directory.
fn relative(path: &Path) -> PathBuf {
    path.components().filter(|c| matches!(c, std::path::Component::Normal(_))).collect()
}

fn verify(paths: &[PathBuf]) -> u8 {
    let (inputs, errors) = input::read(paths, "json");
    complain(&errors);
    let (mut accepted, mut rejected) = (0, 0);
    let mut out = String::new();
    for input in &inputs {
        let source = pipeline::source_path(&input.text).and_then(|path| std::fs::read_to_string(path).ok());
        match pipeline::verify(&input.text, source.as_deref()) {
            Ok(verified) => {
                accepted += 1;
                let compared = match verified.compared {
                    Compared::WithSource => "",
                    Compared::SourceAbsent => {
                        "   (the source is not here; compared with the text in the certificate)"
                    }
                };
                out.push_str(&format!(
                    "{} {}: {}{compared}\n",
                    verified.verdict, verified.name, verified.statement
                ));
                for claim in &verified.claims {
                    out.push_str(&format!("  |- {claim}\n"));
                }
                if !verified.rests_on.is_empty() {
                    out.push_str(&format!("  rests on {}\n", verified.rests_on.join(", ")));
                }
            }
            Err(reason) => {
                rejected += 1;
                out.push_str(&format!("rejected {}: {reason}\n", input.path));
            }
        }
    }
    out.push_str(&format!("{accepted} accepted, {rejected} rejected\n"));
    say(&out);
    match (errors.is_empty(), rejected) {
        (false, _) => 2,
        (true, 0) => 0,
        (true, _) => 1,
    }
}
