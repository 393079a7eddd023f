//! The `vickrey` command: arguments, files and exit codes.

mod command;

#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

use std::process::ExitCode;

use clap::Parser;

use command::arguments::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // The main thread's stack is small on some systems.
    let run = std::thread::Builder::new().stack_size(command::STACK).spawn(move || command::run(arguments));
    let code = match run.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        // The message of a panic has been printed.
        Ok(Err(_)) => command::UNREADABLE,
        Err(e) => {
            eprintln!("error[no-thread]: cannot start a thread: {e}");
            command::UNREADABLE
        }
    };
    ExitCode::from(code)
}
