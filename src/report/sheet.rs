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

/// Whether the statement is one equation whose right side is the answer.
fn is_computation(s: &StatementReport) -> bool {
    let (_, said) = parts(s);
    s.kind == "claim"
        && s.verdict == VerdictKind::Proved
        && said.matches(" = ").count() == 1
        && ![" is ", "; ", " < ", " > ", "<=", ">=", "!="].iter().any(|word| said.contains(word))
}

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
            let lines: Vec<String> =
                s.story.iter().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
            vec![words(format!("False: {}.", lines.join("; ")))]
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
