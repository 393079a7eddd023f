//! The subcommands. Each returns an [`Answer`]; only [`run`] writes to the standard streams.

pub(crate) mod arguments;
mod certificate;
mod check;
mod exercise;
mod format;
mod input;
mod manual;
mod outcome;
mod publish;
mod vary;
mod watch;

use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use vickrey::lang::{Diagnostic, Source};
use vickrey::pipeline;
use vickrey::report::{Colour, InputError, render_diagnostic};

use arguments::{Arguments, ColourChoice, Command};

pub(crate) use outcome::STACK;

/// Everything is as stated.
pub(crate) const AS_STATED: u8 = 0;
/// Some statement, layout or certificate is not as it should be.
pub(crate) const NOT_AS_STATED: u8 = 1;
/// Something could not be read or written.
pub(crate) const UNREADABLE: u8 = 2;

/// What a command has to say.
#[derive(Debug)]
struct Answer {
    /// For standard output.
    out: Output,
    /// For standard error.
    errors: Vec<InputError>,
    /// The exit code.
    code: u8,
}

/// A text for standard output.
#[derive(Debug)]
enum Output {
    /// For people: colours are removed where they are not wanted.
    Styled(String),
    /// Byte for byte.
    Exact(String),
}

impl Answer {
    /// Complaints make the code [`UNREADABLE`], whatever else is true.
    fn new(out: Output, errors: Vec<InputError>, code: u8) -> Self {
        let code = if errors.is_empty() { code } else { UNREADABLE };
        Answer { out, errors, code }
    }
}

/// Runs a command; returns the exit code.
pub(crate) fn run(arguments: Arguments) -> u8 {
    match arguments.color {
        ColourChoice::Auto => {}
        ColourChoice::Always => anstream::ColorChoice::Always.write_global(),
        ColourChoice::Never => anstream::ColorChoice::Never.write_global(),
    }
    vickrey::exact::allow(&arguments.effort);
    let answer = match arguments.command {
        Command::Check(options) if options.watch => {
            let mut code = AS_STATED;
            watch::watch(&options, &mut |answer| {
                code = answer.code;
                say(&answer).is_ok()
            });
            return code;
        }
        Command::Check(options) => check::check(&options),
        Command::Explain(options) => check::explain(&options),
        Command::Report(options) => publish::report(&options),
        Command::Figure(options) => publish::figure(&options),
        Command::Errata(options) => publish::list(&options),
        Command::Eval { expression, width } => eval(&expression, &width),
        Command::Fmt(options) => format::format(&options),
        Command::Certify(options) => certificate::certify(&options),
        Command::Vary(options) => vary::vary(&options, &arguments.effort),
        Command::Exercise(options) => exercise::exercise(&options),
        Command::Completions(options) => manual::completions(&options),
        Command::Man(options) => manual::manual(&options),
        Command::Verify(options) => certificate::verify(&options),
    };
    match say(&answer) {
        Ok(()) => answer.code,
        Err(e) if e.kind() == ErrorKind::BrokenPipe => answer.code,
        Err(e) => {
            let _ = writeln!(anstream::stderr(), "error[unwritable]: cannot write to standard output: {e}");
            UNREADABLE
        }
    }
}

/// Says an answer on the standard streams.
fn say(answer: &Answer) -> std::io::Result<()> {
    let mut stderr = anstream::stderr();
    for error in &answer.errors {
        // Where complaints cannot be written, there is nobody to complain to.
        let _ = writeln!(stderr, "{}\n", error.rendered);
    }
    write(&answer.out)
}

fn write(out: &Output) -> std::io::Result<()> {
    match out {
        Output::Styled(text) => {
            let mut stdout = anstream::stdout();
            stdout.write_all(text.as_bytes())?;
            stdout.flush()
        }
        Output::Exact(text) => {
            let mut stdout = std::io::stdout().lock();
            stdout.write_all(text.as_bytes())?;
            stdout.flush()
        }
    }
}

/// The paths given, or `theorems`.
fn default_paths(paths: &[PathBuf]) -> Vec<PathBuf> {
    if paths.is_empty() { vec![PathBuf::from("theorems")] } else { paths.to_vec() }
}

fn eval(expression: &str, width: &str) -> Answer {
    let wrong = |path: &str, text: &str, diagnostic: &Diagnostic| {
        let error = render_diagnostic(&Source::new(path, text), diagnostic, Colour::Styled);
        Answer::new(Output::Exact(String::new()), vec![error], UNREADABLE)
    };
    let width = match pipeline::width(width) {
        Ok(width) => width,
        Err(diagnostic) => return wrong("--width", width, &diagnostic),
    };
    match pipeline::eval(expression, &width) {
        Ok(value) => Answer::new(Output::Exact(format!("{value}\n")), vec![], AS_STATED),
        Err(diagnostic) => wrong("expression", expression, &diagnostic),
    }
}
