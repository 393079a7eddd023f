//! Question sheets and answer keys.

use super::block::{Inline, Prose, marked, words};
use super::document::{StatementReport, VerdictKind};
use super::latex as typeset;
use super::math::Math;

/// What is fixed, `k = 1/3`, and what is said then.
fn parts(s: &StatementReport) -> (Option<&str>, &str) {
    let fixed = s.statement.strip_prefix("at ").and_then(|rest| rest.split_once(": "));
    fixed.map_or((None, s.statement.as_str()), |(at, said)| (Some(at), said))
}

/// What is asked about a statement: without its answer.
fn question(s: &StatementReport) -> Prose {
    let (at, said) = parts(s);
    let mut out =
        at.map(|at| vec![words("For "), Inline::Code(at.to_owned()), words(": ")]).unwrap_or_default();
    out.extend(asked(s, said));
    out
}

fn asked(s: &StatementReport, said: &str) -> Prose {
    match (s.kind.as_str(), said.rsplit_once(" = "), said.split_once(" answer ")) {
        ("solve", _, asked) => {
            let statement = asked.map_or(said, |(statement, _)| statement);
            vec![
                words("For which parameters does this hold: "),
                Inline::Code(statement.to_owned()),
                words("?"),
            ]
        }
        (_, Some((left, _)), _) if is_computation(s) => {
            vec![words("Compute "), Inline::Code(left.to_owned()), words(".")]
        }
        _ => vec![
            words("True or false: "),
            Inline::Code(said.to_owned()),
            words("? Prove it, or give a counterexample."),
        ],
    }
}

/// Whether the statement is one equation whose right side is the answer: worked out, without quantities of the setting.
fn is_computation(s: &StatementReport) -> bool {
    let (_, said) = parts(s);
    let outside: String = outside_brackets(said);
    s.kind == "claim"
        && s.verdict == VerdictKind::Proved
        && outside.matches(" = ").count() == 1
        && ![" is ", "; ", " < ", " > ", "<=", ">=", "!="].iter().any(|word| outside.contains(word))
        && said.rsplit_once(" = ").is_some_and(|(_, right)| !has_quantities(right))
}

/// A text without what stands in brackets.
fn outside_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

/// Whether a text has averages or functions beside those of numbers.
fn has_quantities(text: &str) -> bool {
    let is_of_name = |c: char| c.is_alphanumeric() || c == '_';
    let calls = text.match_indices('(').filter_map(|(at, _)| {
        let before = text.get(..at)?;
        let start = before.rfind(|c| !is_of_name(c)).map_or(0, |k| k + 1);
        before.get(start..).filter(|name| name.starts_with(char::is_alphabetic))
    });
    let words = text.split(|c| !is_of_name(c));
    calls.into_iter().any(|name| !["max", "min", "abs", "sqrt", "sum", "integral"].contains(&name))
        || words.into_iter().any(|word| word == "E" || word == "interim")
}

/// The statements with different questions: what is asked twice is asked once.
pub fn different<'a>(statements: &[&'a StatementReport]) -> Vec<&'a StatementReport> {
    let mut asked: Vec<String> = Vec::new();
    let mut out = Vec::new();
    for s in statements {
        let text = marked(&question(s));
        if !asked.contains(&text) {
            asked.push(text);
            out.push(*s);
        }
    }
    out
}

/// What a report says beside a counterexample.
const BESIDE: [&str; 5] = [
    "it fails at all types nearby",
    "left - right",
    "the reports that gain",
    "the left side is",
    "the right side is",
];

/// The answer, which is a theorem.
fn answer(s: &StatementReport) -> Prose {
    if s.kind == "solve" {
        let set = s.value.clone().unwrap_or_default();
        return vec![words("Exactly for "), Inline::Code(set), words(".")];
    }
    match (parts(s).1.rsplit_once(" = "), s.verdict) {
        (Some((left, right)), VerdictKind::Proved) if is_computation(s) => {
            let (left, right) = (Math::read(left), Math::read(right));
            vec![Inline::Math(Math::relation(left, "=", right))]
        }
        (_, VerdictKind::Proved) => vec![words("True.")],
        _ => {
            // Below each other the lines are aligned by spaces.
            let line = |line: &String| line.split_whitespace().collect::<Vec<_>>().join(" ");
            let is_answer = |line: &String| !BESIDE.iter().any(|words| line.starts_with(words));
            let lines: Vec<String> = s.story.iter().map(line).filter(is_answer).collect();
            let (first, more) = lines.split_first().map_or(("it does not hold", &[][..]), |(f, m)| (f, m));
            let more = if more.is_empty() { String::new() } else { format!(" ({})", more.join(", ")) };
            vec![words(format!("False: {first}{more}."))]
        }
    }
}

/// The items of a file that a reader needs to answer: everything but its statements.
fn setup(text: &str) -> String {
    let is_statement = |line: &&str| {
        let words = ["claim ", "refuted ", "solve ", "derivation ", "figure "];
        words.iter().any(|w| line.starts_with(w))
    };
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::new();
    let mut inside = false;
    for line in lines {
        if !line.starts_with(' ') && !line.starts_with('}') {
            inside = is_statement(&line);
        }
        let blank = line.is_empty() && out.ends_with("\n\n");
        if !inside && !line.starts_with('#') && !blank {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.trim().to_owned()
}

/// The questions as Markdown.
pub fn questions_markdown(text: &str, statements: &[&StatementReport]) -> String {
    let mut out = format!("# Questions\n\n```\n{}\n```\n\n", setup(text));
    for (number, s) in statements.iter().enumerate() {
        out.push_str(&format!("{}. {}\n", number + 1, marked(&question(s))));
    }
    out
}

/// The questions as LaTeX.
pub fn questions_latex(text: &str, statements: &[&StatementReport]) -> String {
    let mut out = format!(
        "\\section*{{Questions}}\n\\begin{{verbatim}}\n{}\n\\end{{verbatim}}\n\\begin{{enumerate}}\n",
        setup(text)
    );
    for s in statements {
        out.push_str(&format!("\\item {}\n", typeset::prose(&question(s))));
    }
    out + "\\end{enumerate}\n"
}

/// The answers as Markdown.
pub fn key_markdown(statements: &[&StatementReport]) -> String {
    let mut out = String::from("# Answers\n\nEach answer is a theorem.\n\n");
    for (number, s) in statements.iter().enumerate() {
        out.push_str(&format!("{}. {} ({})\n", number + 1, marked(&answer(s)), s.name));
    }
    out
}

/// The answers as LaTeX.
pub fn key_latex(statements: &[&StatementReport]) -> String {
    let mut out = String::from("\\section*{Answers}\nEach answer is a theorem.\n\\begin{enumerate}\n");
    for s in statements {
        out.push_str(&format!("\\item {} ({})\n", typeset::prose(&answer(s)), typeset::escape(&s.name)));
    }
    out + "\\end{enumerate}\n"
}
