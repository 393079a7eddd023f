//! The outcomes of many files: their statements are independent and share the processors.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use vickrey::lang::ast::Span;
use vickrey::lang::{Diagnostic, Source, nearest};
use vickrey::pipeline::{self, Detail, NamedCertificate, Outcome};
use vickrey::report::{Colour, FileReport, InputError, file_error, render_diagnostic};

use super::input::{Input, complaint};

/// The stack of a thread that checks: expressions may be nested, and stacks are small on some systems.
pub(crate) const STACK: usize = 64 << 20;

/// A file that was read and answered.
#[derive(Debug)]
pub(crate) struct Answered {
    /// The answers.
    pub(crate) report: FileReport,
    /// The certificates, if they were asked for.
    pub(crate) certificates: Vec<NamedCertificate>,
}

/// What an input comes to: answers, or complaints, or both, where some statements have errors.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The answers to the statements without errors, if there are such.
    pub(crate) answered: Option<Answered>,
    /// What is wrong with the others.
    pub(crate) complaints: Vec<InputError>,
}

/// What a file with errors comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WithErrors {
    /// The errors alone.
    Unread,
    /// The answers to what has none, too.
    KeepGoing,
}

/// A file that was read, or what could be of it, and its errors.
type Read = (Option<pipeline::Prepared>, Vec<Diagnostic>);

/// What each input comes to, in order. Where one statement is asked for, only that is answered.
pub(crate) fn outcomes(inputs: &[Input], detail: Detail, with_errors: WithErrors) -> Vec<Found> {
    let keeps_going = with_errors == WithErrors::KeepGoing;
    let read = |input: &Input| -> Read {
        match pipeline::prepare(&input.path, &input.text) {
            Ok(prepared) => (Some(prepared), vec![]),
            Err(errors) => {
                let rest = || pipeline::prepare_rest(&input.path, &input.text, &errors);
                (keeps_going.then(rest).flatten(), errors)
            }
        }
    };
    let found = |input: &Input, outcome: Outcome, errors: Vec<Diagnostic>| {
        let found = found(input, outcome, errors);
        let is_right = keeps_going || found.complaints.is_empty();
        Found { answered: found.answered.filter(|_| is_right), ..found }
    };
    let files = shared(inputs, read);
    let mut tasks = Vec::new();
    for (file, (prepared, input)) in files.iter().zip(inputs).enumerate() {
        let Some((Some(prepared), _)) = prepared else { continue };
        let wanted = |name: &str| input.statement.as_ref().is_none_or(|only| only == name);
        let numbers = prepared.statements().enumerate().filter(|(_, name)| wanted(name));
        tasks.extend(numbers.map(|(number, _)| (file, prepared, number)));
    }
    // Long files first: what is left for the end is small, and nobody waits long.
    let length = |file: usize| inputs.get(file).map_or(0, |input| input.text.len());
    tasks.sort_by_key(|(file, ..)| std::cmp::Reverse(length(*file)));
    let progress = Progress::of(tasks.len());
    let answers = shared(&tasks, |(_, prepared, number)| {
        let answer = prepared.answer(*number, detail);
        progress.one();
        answer
    });
    progress.end();
    // No answers at all where one is missing.
    let mut of_file: Vec<Option<Vec<_>>> = inputs.iter().map(|_| Some(vec![])).collect();
    for ((file, ..), answer) in tasks.iter().zip(answers) {
        let Some(all) = of_file.get_mut(*file) else { continue };
        match (all.as_mut(), answer) {
            (Some(all), Some(answer)) => all.push(answer),
            _ => *all = None,
        }
    }
    let outcome = |((input, read), answers): ((&Input, Option<Read>), Option<Vec<_>>)| {
        let (prepared, errors) = read.unwrap_or_default();
        let Some(prepared) = prepared else { return found(input, Outcome::default(), errors) };
        match (&input.statement, &answers) {
            (Some(name), Some(all)) if all.is_empty() && errors.is_empty() => {
                Found { answered: None, complaints: vec![no_statement(input, name, &prepared)] }
            }
            (Some(_), Some(all)) if all.is_empty() => found(input, Outcome::default(), errors),
            _ => found(input, answers.map_or_else(Outcome::default, |all| prepared.outcome(all)), errors),
        }
    };
    inputs.iter().zip(files).zip(of_file).map(outcome).collect()
}

/// How far a long run is, on a terminal only; nothing is said of a short one.
struct Progress {
    total: usize,
    done: AtomicUsize,
    begun: Instant,
    shown: AtomicUsize,
}

/// How long a run is short.
const SHORT: Duration = Duration::from_millis(700);

impl Progress {
    fn of(total: usize) -> Self {
        Progress { total, done: AtomicUsize::new(0), begun: Instant::now(), shown: AtomicUsize::new(0) }
    }

    fn one(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.begun.elapsed() > SHORT && std::io::stderr().is_terminal() {
            self.shown.fetch_add(1, Ordering::Relaxed);
            let _ = write!(std::io::stderr(), "\r{done} of {} statements", self.total);
        }
    }

    /// Takes the line back.
    fn end(&self) {
        if self.shown.load(Ordering::Relaxed) > 0 {
            let _ = write!(std::io::stderr(), "\r\u{1b}[K");
        }
    }
}

/// `work` on every task, by as many threads as there are processors; `None` where a thread broke off.
pub(super) fn shared<T: Sync, R: Send>(tasks: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<Option<R>> {
    // To ask for the number of processors takes longer than a small task.
    let workers = match tasks.len() {
        0 | 1 => 1,
        many => std::thread::available_parallelism().map_or(1, usize::from).min(many),
    };
    let next = AtomicUsize::new(0);
    let run = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = tasks.get(number) else { return done };
            done.push((number, work(task)));
        }
    };
    let mut slots: Vec<Option<R>> = tasks.iter().map(|_| None).collect();
    std::thread::scope(|scope| {
        let spawn = |_| std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run).ok();
        let helpers: Vec<_> = (1..workers).filter_map(spawn).collect();
        let mut all = run();
        all.extend(helpers.into_iter().filter_map(|helper| helper.join().ok()).flatten());
        for (number, result) in all {
            if let Some(slot) = slots.get_mut(number) {
                *slot = Some(result);
            }
        }
    });
    slots
}

fn no_statement(input: &Input, name: &str, prepared: &pipeline::Prepared) -> InputError {
    let message = format!("`{}` has no statement `{name}`", input.path);
    let mut diagnostic = Diagnostic::new("unknown-name", message, Span::default());
    diagnostic.help =
        nearest(name, prepared.statements()).map(|nearest| format!("did you mean `{nearest}`?"));
    file_error(&input.path, &diagnostic, Colour::Styled)
}

/// A file without answers always has a complaint: nothing is passed over in silence.
fn found(input: &Input, outcome: Outcome, mut errors: Vec<Diagnostic>) -> Found {
    let Outcome { report, diagnostics, certificates } = outcome;
    errors.extend(diagnostics);
    errors.sort_by_key(|d| d.span.start);
    let source = Source::new(&input.path, &input.text);
    let mut complaints: Vec<InputError> =
        errors.iter().map(|d| render_diagnostic(&source, d, Colour::Styled)).collect();
    let answered = report.map(|report| Answered { report, certificates });
    let is_empty = |answered: &Answered| answered.report.statements.is_empty();
    let answered = answered.filter(|answered| complaints.is_empty() || !is_empty(answered));
    if answered.is_none() && complaints.is_empty() {
        let message = format!("the check of `{}` broke off without an answer", input.path);
        complaints.push(complaint(&input.path, "no-answer", message));
    }
    Found { answered, complaints }
}
