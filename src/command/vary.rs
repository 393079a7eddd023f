//! `vary`: new worked examples from old ones, with question sheet, answer key and derivation.

use std::path::Path;

use vickrey::exact::{self, Rational};
use vickrey::lang::Source;
use vickrey::pipeline::{self, Change, Detail, PRIORS, Variant};
use vickrey::report::{
    Colour, InputError, StatementReport, count, different, file_error, key_latex, key_markdown, latex,
    markdown, questions_latex, questions_markdown,
};

use super::arguments::Vary;
use super::input::{self, Kind, complaint};
use super::{AS_STATED, Answer, Output};

/// Letters of an answer that is short.
const SHORT: usize = 32;
/// How many times the limit of the work for a statement is halved while instances are drawn.
const PASSED_OVER: u32 = 4;
/// Instances that are tried at most.
const TRIES: u64 = 12;

/// A sequence of numbers that depends on the seed alone (SplitMix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let n = u64::try_from(n.max(1)).unwrap_or(1);
        usize::try_from((z ^ (z >> 31)) % n).unwrap_or(0)
    }
}

/// What may be set.
struct Choice {
    key: String,
    /// The alternatives.
    values: Vec<String>,
    /// Those that leave the type space as it is.
    alike: Vec<String>,
}

/// What may be set, each with its alternatives.
fn choices(options: &Vary, text: &str) -> Result<Vec<Choice>, InputError> {
    let mut out = Vec::new();
    for set in &options.set {
        let Some((key, values)) = set.split_once('=') else {
            let message = format!("`{set}` sets nothing: write `buyer=uniform(0, 2)`");
            return Err(complaint("--set", "syntax", message));
        };
        let values: Vec<String> = values.split('|').map(|v| v.trim().to_owned()).collect();
        out.push(Choice { key: key.trim().to_owned(), alike: values.clone(), values });
    }
    if options.set.is_empty() {
        out.extend(pipeline::drawn(text).into_iter().map(|agent| Choice {
            values: if agent.finite {
                agent.alike.clone()
            } else {
                PRIORS.iter().map(|p| (*p).to_owned()).collect()
            },
            alike: agent.alike,
            key: agent.key,
        }));
        if out.iter().all(|choice| choice.values.is_empty() && choice.alike.is_empty()) {
            let message = "no agent has a prior that can be drawn: say what to change by `--set`".to_owned();
            return Err(complaint(&options.path, "no-variant", message));
        }
    }
    Ok(out)
}

/// An instance whose answers are short, with what was set. What a file says may fit no other type spaces, nor other priors
/// everywhere: of three that are tried one leaves type spaces as they are, and one changes a single prior beside.
fn instance(options: &Vary, text: &str) -> Result<(Vec<Change>, Variant), InputError> {
    let choices = choices(options, text)?;
    let mut draw = Draw(options.seed.unwrap_or(0));
    let drawn = options.set.is_empty() || choices.iter().any(|choice| choice.values.len() > 1);
    // What the file itself answers is not too long.
    let short = SHORT.max(pipeline::longest_answer(text));
    let mut last = None;
    for attempt in 0..if drawn { TRIES } else { 1 } {
        let only = (attempt % 3 == 2 && options.set.is_empty()).then(|| draw.below(choices.len()));
        let pick = |(position, choice): (usize, &Choice)| {
            let values = if attempt % 3 == 0 { &choice.values } else { &choice.alike };
            if only.is_some_and(|only| only != position) {
                return None;
            }
            let value = values.get(draw.below(values.len()))?.clone();
            Some(Change { key: choice.key.clone(), value })
        };
        let changes: Vec<Change> = choices.iter().enumerate().filter_map(pick).collect();
        match pipeline::vary(text, &changes) {
            Ok(variant) if !drawn || pipeline::longest_answer(&variant.text) <= short => {
                return Ok((changes, variant));
            }
            Ok(_) => last = Some(format!("an answer has more than {short} letters")),
            Err(diagnostics) => match diagnostics.into_iter().next() {
                Some(d) if !drawn => return Err(file_error(&options.path, &d, Colour::Styled)),
                Some(d) => last = Some(d.message),
                None => {}
            },
        }
    }
    let reason = last.map(|r| format!("; the last one: {r}")).unwrap_or_default();
    let message = format!("no admissible instance was found among {TRIES} that were drawn{reason}");
    Err(complaint(&options.path, "no-variant", message))
}

/// Writes the variant and its sheets.
pub(super) fn vary(options: &Vary, effort: &Rational) -> Answer {
    if options.set.is_empty() {
        // What is hard is passed over: there are other instances.
        exact::allow(&effort.halved(PASSED_OVER).unwrap_or_else(|| effort.clone()));
    }
    let nothing = || Output::Exact(String::new());
    let (inputs, errors) = input::read(&[options.path.clone().into()], Kind::Theorems);
    let (Some(input), []) = (inputs.first(), errors.as_slice()) else {
        return Answer::new(nothing(), errors, AS_STATED);
    };
    // A file that cannot be read has no variants.
    if let Err(diagnostics) = pipeline::prepare(&input.path, &input.text) {
        let source = Source::new(&input.path, &input.text);
        let shown = |d| vickrey::report::render_diagnostic(&source, d, Colour::Styled);
        return Answer::new(nothing(), diagnostics.iter().map(shown).collect(), AS_STATED);
    }
    let (changes, variant) = match instance(options, &input.text) {
        Ok(found) => found,
        Err(error) => return Answer::new(nothing(), vec![error], AS_STATED),
    };
    let outcome = pipeline::check("variant.mech", &variant.text, Detail::Derivations);
    let Some(report) = outcome.report else {
        let message = "the variant cannot be checked again".to_owned();
        return Answer::new(nothing(), vec![complaint(&options.path, "no-variant", message)], AS_STATED);
    };
    let statements: Vec<&StatementReport> = report.statements.iter().filter(|s| s.kind != "figure").collect();
    let statements = different(&statements);
    let sheets = [
        ("variant.mech", variant.text.clone()),
        ("questions.md", questions_markdown(&variant.text, &statements)),
        ("questions.tex", questions_latex(&variant.text, &statements)),
        ("key.md", key_markdown(&statements)),
        ("key.tex", key_latex(&statements)),
        ("derivation.md", markdown(&statements, usize::MAX)),
        ("derivation.tex", latex(&statements, usize::MAX)),
    ];
    match write(&options.output, &sheets) {
        Ok(()) => {
            let mut said: String = changes.iter().map(|c| format!("{}: {}\n", c.key, c.value)).collect();
            if !variant.left_out.is_empty() {
                said.push_str(&format!("left out, since they are open: {}\n", variant.left_out.join(", ")));
            }
            said.push_str(&format!(
                "{}, all proved, in {}\n",
                count(statements.len(), "question", "questions"),
                options.output.display()
            ));
            Answer::new(Output::Styled(said), vec![], AS_STATED)
        }
        Err(error) => Answer::new(nothing(), vec![error], AS_STATED),
    }
}

fn write(directory: &Path, sheets: &[(&str, String)]) -> Result<(), InputError> {
    let shown = directory.display().to_string();
    let done = std::fs::create_dir_all(directory)
        .and_then(|()| sheets.iter().try_for_each(|(name, text)| std::fs::write(directory.join(name), text)));
    done.map_err(|e| complaint(&shown, "unwritable", format!("cannot write to `{shown}`: {e}")))
}
