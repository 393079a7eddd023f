//! The outcomes of many files: they are independent and share the processors.

use std::sync::atomic::{AtomicUsize, Ordering};

use vickrey::lang::Source;
use vickrey::pipeline::{self, Detail, NamedCertificate, Outcome};
use vickrey::report::{Colour, FileReport, InputError, render_diagnostic};

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

/// What each input comes to, in order: answers, or complaints of which there is at least one.
pub(crate) fn outcomes(inputs: &[Input], detail: Detail) -> Vec<Result<Answered, Vec<InputError>>> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(inputs.len());
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(input) = inputs.get(number) else { return done };
            done.push((number, pipeline::check(&input.path, &input.text, detail)));
        }
    };
    let mut slots: Vec<Option<Outcome>> = inputs.iter().map(|_| None).collect();
    std::thread::scope(|scope| {
        let spawn = |_| std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok();
        let helpers: Vec<_> = (1..workers).filter_map(spawn).collect();
        let mut all = work();
        all.extend(helpers.into_iter().filter_map(|helper| helper.join().ok()).flatten());
        for (number, outcome) in all {
            if let Some(slot) = slots.get_mut(number) {
                *slot = Some(outcome);
            }
        }
    });
    inputs.iter().zip(slots).map(|(input, outcome)| answered(input, outcome)).collect()
}

/// A file without answers always has a complaint: nothing is passed over in silence.
fn answered(input: &Input, outcome: Option<Outcome>) -> Result<Answered, Vec<InputError>> {
    let Outcome { report, diagnostics, certificates } = outcome.unwrap_or_default();
    match report {
        Some(report) if diagnostics.is_empty() => Ok(Answered { report, certificates }),
        None if diagnostics.is_empty() => {
            let message = format!("the check of `{}` broke off without an answer", input.path);
            Err(vec![complaint(&input.path, "no-answer", message)])
        }
        _ => {
            let source = Source::new(&input.path, &input.text);
            Err(diagnostics.iter().map(|d| render_diagnostic(&source, d, Colour::Styled)).collect())
        }
    }
}
