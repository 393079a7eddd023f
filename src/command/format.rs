//! `fmt`: the canonical layout.

use vickrey::lang::{self, Source};
use vickrey::report::{Colour, render_diagnostic};

use super::arguments::Format;
use super::input::{self, Kind, complaint};
use super::{AS_STATED, Answer, NOT_AS_STATED, Output, default_paths};

/// Rewrites files whose layout differs, or lists them. Standard input is printed.
pub(super) fn format(options: &Format) -> Answer {
    let (inputs, mut errors) = input::read(&default_paths(&options.paths), Kind::Theorems);
    let mut out = String::new();
    let mut code = AS_STATED;
    for input in &inputs {
        let formatted = match lang::format(&input.text) {
            Ok(formatted) => formatted,
            Err(diagnostics) => {
                let source = Source::new(&input.path, &input.text);
                errors.extend(diagnostics.iter().map(|d| render_diagnostic(&source, d, Colour::Styled)));
                continue;
            }
        };
        if options.check {
            if formatted != input.text {
                code = NOT_AS_STATED;
                out.push_str(&format!("would change {}\n", input.path));
            }
        } else if input.path == "-" {
            out.push_str(&formatted);
        } else if formatted != input.text {
            match std::fs::write(&input.file, &formatted) {
                Ok(()) => out.push_str(&format!("formatted {}\n", input.path)),
                Err(e) => {
                    let message = format!("cannot write `{}`: {e}", input.path);
                    errors.push(complaint(&input.path, "unwritable", message));
                }
            }
        }
    }
    Answer::new(Output::Exact(out), errors, code)
}
