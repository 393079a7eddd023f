//! `exercise`: a file with blanks for a student, and its grading.

use vickrey::lang::{Diagnostic, Source};
use vickrey::pipeline::{self, Graded, Mark};
use vickrey::report::{Colour, InputError, render_diagnostic};

use super::arguments::{Exercise, Hidden};
use super::input::{self, Input, Kind};
use super::publish::put;
use super::{AS_STATED, Answer, NOT_AS_STATED, Output};

/// Writes the exercise, or grades one that was filled in.
pub(super) fn exercise(options: &Exercise) -> Answer {
    let nothing = || Output::Exact(String::new());
    let paths: Vec<_> = std::iter::once(&options.path).chain(&options.grade).cloned().collect();
    let (inputs, errors) = input::read(&paths, Kind::Theorems);
    if !errors.is_empty() {
        return Answer::new(nothing(), errors, AS_STATED);
    }
    let Some(original) = inputs.first() else { return Answer::new(nothing(), errors, AS_STATED) };
    if let Err(diagnostics) = pipeline::prepare(&original.path, &original.text) {
        return Answer::new(nothing(), complaints(original, &diagnostics), AS_STATED);
    }
    let hide = match options.hide {
        Hidden::Answers => pipeline::Hide::Answers,
        Hidden::Reasons => pipeline::Hide::Reasons,
    };
    // A file may be graded against itself: it is read once.
    match options.grade.as_ref().and(inputs.last()) {
        None => match pipeline::exercise(&original.text, hide) {
            Ok((text, blanks)) => match put(&options.output, text, format!("{blanks} to fill in")) {
                Ok(out) => Answer::new(out, vec![], AS_STATED),
                Err(error) => Answer::new(nothing(), vec![error], AS_STATED),
            },
            Err(diagnostics) => Answer::new(nothing(), complaints(original, &diagnostics), AS_STATED),
        },
        Some(filled) => match pipeline::grade(&original.text, &filled.text, hide) {
            Ok(graded) => {
                let all = graded.iter().all(|g| matches!(g.mark, Mark::Right | Mark::Mended));
                let code = if all { AS_STATED } else { NOT_AS_STATED };
                Answer::new(Output::Styled(shown(&graded, options.hints.into())), vec![], code)
            }
            Err(diagnostics) => Answer::new(nothing(), complaints(filled, &diagnostics), AS_STATED),
        },
    }
}

fn complaints(input: &Input, diagnostics: &[Diagnostic]) -> Vec<InputError> {
    let source = Source::new(&input.path, &input.text);
    diagnostics.iter().map(|d| render_diagnostic(&source, d, Colour::Styled)).collect()
}

/// Each answer with its mark, and hints up to a level.
fn shown(graded: &[Graded], hints: usize) -> String {
    let mut out = String::new();
    for g in graded {
        let mark = match &g.mark {
            Mark::Right | Mark::Mended => "right",
            Mark::Carried => "follows",
            Mark::Missing => "missing",
            Mark::Otherwise(_) => "true",
            Mark::Wrong(_) => "wrong",
        };
        let answer = g.answer.as_ref().map(|a| format!(" {} {a}", g.joint)).unwrap_or_default();
        let line = g.line.map(|line| format!(", line {line}")).unwrap_or_default();
        out.push_str(&format!("{mark:<8}{}{line}: {}{answer}\n", g.name, g.asked));
        match &g.mark {
            Mark::Wrong(story) | Mark::Otherwise(story) => {
                story.iter().for_each(|line| out.push_str(&format!("          {line}\n")))
            }
            Mark::Mended => out.push_str("          it follows from what stands above the slip\n"),
            Mark::Carried => out.push_str("          from what was answered before, where the slip is\n"),
            _ => {}
        }
        for (name, hint) in g.hints.iter().take(hints) {
            out.push_str(&format!("          hint, {name}: {hint}\n"));
        }
    }
    let count = |of: &Mark| graded.iter().filter(|g| g.mark == *of).count();
    let (right, carried) = (count(&Mark::Right) + count(&Mark::Mended), count(&Mark::Carried));
    let otherwise = graded.iter().filter(|g| matches!(g.mark, Mark::Otherwise(_))).count();
    let credit = match carried {
        0 => String::new(),
        more => format!(", and {more} with credit, from an earlier slip"),
    };
    let otherwise = match otherwise {
        0 => String::new(),
        more => format!(", and {more} true for another reason"),
    };
    out + &format!("{right} of {} right{credit}{otherwise}\n", graded.len())
}
