//! Shell completions and manual pages, made from the definition of the arguments.

use std::path::Path;

use clap::CommandFactory;
use vickrey::report::{InputError, count};

use super::arguments::{Arguments, Completions, Manual};
use super::input::complaint;
use super::{AS_STATED, Answer, Output};

/// The completions for a shell.
pub(super) fn completions(options: &Completions) -> Answer {
    let mut text = Vec::new();
    clap_complete::generate(options.shell, &mut Arguments::command(), "vickrey", &mut text);
    Answer::new(Output::Exact(String::from_utf8_lossy(&text).into_owned()), vec![], AS_STATED)
}

/// The manual page, or all of them in a directory.
pub(super) fn manual(options: &Manual) -> Answer {
    let mut command = Arguments::command();
    command.build();
    match &options.output {
        None => match page(&command) {
            Ok(text) => Answer::new(Output::Exact(text), vec![], AS_STATED),
            Err(e) => Answer::new(Output::Exact(String::new()), vec![e], AS_STATED),
        },
        Some(directory) => match pages(&command, directory) {
            Ok(n) => {
                let said =
                    format!("{} in {}\n", count(n, "manual page", "manual pages"), directory.display());
                Answer::new(Output::Styled(said), vec![], AS_STATED)
            }
            Err(e) => Answer::new(Output::Exact(String::new()), vec![e], AS_STATED),
        },
    }
}

fn page(command: &clap::Command) -> Result<String, InputError> {
    let mut text = Vec::new();
    match clap_mangen::Man::new(command.clone()).render(&mut text) {
        Ok(()) => Ok(String::from_utf8_lossy(&text).into_owned()),
        Err(e) => Err(complaint("", "unwritable", format!("cannot write the manual page: {e}"))),
    }
}

fn pages(command: &clap::Command, directory: &Path) -> Result<usize, InputError> {
    let shown = directory.display().to_string();
    let unwritable =
        |e: std::io::Error| complaint(&shown, "unwritable", format!("cannot write to `{shown}`: {e}"));
    std::fs::create_dir_all(directory).map_err(unwritable)?;
    let mut written = 0;
    let all =
        std::iter::once((None, command)).chain(command.get_subcommands().map(|c| (Some(c.get_name()), c)));
    for (name, command) in all.filter(|(name, _)| *name != Some("help")) {
        let name = name.map_or_else(|| "vickrey.1".to_owned(), |name| format!("vickrey-{name}.1"));
        std::fs::write(directory.join(name), page(command)?).map_err(unwritable)?;
        written += 1;
    }
    Ok(written)
}
