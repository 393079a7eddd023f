//! `check --watch`: checks again whenever a file changes, and only what changed.

use std::collections::BTreeMap;
use std::time::Duration;

use vickrey::report::{Document, FileReport, InputError};

use super::arguments::Check;
use super::input::{self, Input, Kind};
use super::outcome::outcomes;
use super::{Answer, Output, check, default_paths};

/// How long nothing is read between two looks at the files.
const PAUSE: Duration = Duration::from_millis(50);

/// What a file came to.
type Known = Result<FileReport, Vec<InputError>>;

/// Answers whenever something changed, until the output is closed. Each answer is handed to `write`.
pub(super) fn watch(options: &Check, write: &mut dyn FnMut(Answer) -> bool) {
    let paths = default_paths(&options.paths);
    let mut known: BTreeMap<(String, Option<String>, String), Known> = BTreeMap::new();
    let mut last = None;
    loop {
        let (inputs, errors) = input::read(&paths, Kind::Statements);
        let key = |i: &Input| (i.path.clone(), i.statement.clone(), i.text.clone());
        let now: Vec<_> = inputs.iter().map(key).collect();
        let complaints: Vec<String> = errors.iter().map(|e| e.rendered.clone()).collect();
        let state = (now.clone(), complaints);
        if last.as_ref() != Some(&state) {
            let (fresh, keys): (Vec<Input>, Vec<_>) =
                inputs.into_iter().zip(&now).filter(|(_, key)| !known.contains_key(*key)).unzip();
            for (key, outcome) in keys.into_iter().zip(outcomes(&fresh, check::detail(options))) {
                known.insert(key.clone(), outcome.map(|answered| answered.report));
            }
            known.retain(|key, _| now.contains(key));
            let (mut files, mut errors) = (Vec::new(), errors);
            for found in now.iter().filter_map(|key| known.get(key)) {
                match found {
                    Ok(report) => files.push(report.clone()),
                    Err(complaints) => errors.extend(complaints.iter().cloned()),
                }
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
