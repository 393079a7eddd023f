//! The `vickrey` command: arguments, files and exit codes.

mod command;

use std::process::ExitCode;

use clap::Parser;

use command::arguments::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Expressions may be nested; the main thread's stack is small on some systems.
    let run = std::thread::Builder::new().stack_size(command::STACK).spawn(move || command::run(arguments));
    match run.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => ExitCode::from(code),
        _ => ExitCode::from(2),
    }
}
