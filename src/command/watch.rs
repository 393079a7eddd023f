//! `check --watch`: checks again whenever a file changes, and only what changed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use vickrey::report::{Document, FileReport, InputError};

use super::arguments::Check;
use super::input::{self, Input, Kind, complaint};
use super::outcome::outcomes;
use super::{AS_STATED, Answer, Output, check, default_paths};

/// How long nothing is read between two looks at the files.
const PAUSE: Duration = Duration::from_millis(50);

/// Looks until a change is taken as it is, at most. Programs empty a file before they write it, or put another in its
/// place: what is seen in between is not what was saved.
const LOOKS: usize = 5;

/// What a file came to.
type Known = (Option<FileReport>, Vec<InputError>);

/// What tells one state of the files from another.
type State = (Vec<(String, Option<String>, String)>, Vec<String>);

/// The files, complaints about others, and the state in which they are.
fn look(paths: &[PathBuf]) -> (Vec<Input>, Vec<InputError>, State) {
    let (inputs, errors) = input::read(paths, Kind::Statements);
    let now = inputs.iter().map(|i| (i.path.clone(), i.statement.clone(), i.text.clone())).collect();
    let complaints = errors.iter().map(|e| e.rendered.clone()).collect();
    (inputs, errors, (now, complaints))
}

/// Answers whenever something changed and is no longer being written, until the output is closed. Each answer is handed
/// to `write`.
pub(super) fn watch(options: &Check, write: &mut dyn FnMut(Answer) -> bool) {
    let paths = default_paths(&options.paths);
    if let Some(path) = paths.iter().find(|path| path.as_os_str() == "-") {
        let message = "standard input cannot be watched: it is read once".to_owned();
        let error = complaint(&path.display().to_string(), "not-watched", message);
        write(Answer::new(Output::Exact(String::new()), vec![error], AS_STATED));
        return;
    }
    let mut known: BTreeMap<(String, Option<String>, String), Known> = BTreeMap::new();
    let mut last: Option<State> = None;
    loop {
        let (mut inputs, mut errors, mut state) = look(&paths);
        if last.as_ref() != Some(&state) {
            for _ in 1..LOOKS {
                if last.is_none() {
                    break;
                }
                std::thread::sleep(PAUSE / 2);
                let before = state;
                (inputs, errors, state) = look(&paths);
                if before == state {
                    break;
                }
            }
        }
        if last.as_ref() != Some(&state) {
            let now = &state.0;
            let (fresh, keys): (Vec<Input>, Vec<_>) =
                inputs.into_iter().zip(now).filter(|(_, key)| !known.contains_key(*key)).unzip();
            for (key, outcome) in
                keys.into_iter().zip(outcomes(&fresh, check::detail(options), check::with_errors(options)))
            {
                known.insert(
                    key.clone(),
                    (outcome.answered.map(|answered| answered.report), outcome.complaints),
                );
            }
            known.retain(|key, _| now.contains(key));
            let mut files = Vec::new();
            for (report, complaints) in now.iter().filter_map(|key| known.get(key)) {
                files.extend(report.clone());
                errors.extend(complaints.iter().cloned());
            }
            let mut answer = check::answer(options, Document::new(files, errors));
            if let Output::Styled(text) = &mut answer.out {
                text.push('\n');
            }
            if !write(answer) {
                return;
            }
            last = Some(state);
        }
        std::thread::sleep(PAUSE);
    }
}
