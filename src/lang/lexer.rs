//! From characters to tokens.
//!
//! ```text
//! token   = number | name | string | symbol | comment
//! number  = digits [ "." digits ]            string = '"' { any but '"' and line end } '"'
//! name    = letter { letter | digit | "_" }  comment = "#" to the end of the line
//! ```
//!
//! Letters include Greek ones, which are read as their English names: `θ_b` is `theta_b`.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::character::complete::{char, digit1, satisfy};
use nom::combinator::{map, opt, recognize, value};
use nom::sequence::{delimited, pair, preceded};
use nom::{IResult, Parser};

use super::ast::Span;
use super::diagnostic::Diagnostic;

/// A token with its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind<'a>,
    pub(super) span: Span,
    /// The line it begins on, from 0.
    pub(super) line: usize,
    /// Whether it is the first on its line.
    pub(super) position: Position,
    /// Whether white space stands before it.
    pub(super) spacing: Spacing,
}

impl Token<'_> {
    /// Whether it is this name.
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(&self.kind, TokenKind::Name(name) if name == word)
    }
}

/// Where on its line a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// At the very beginning, without indentation.
    Margin,
    /// First, but indented.
    First,
    /// After another token.
    Later,
}

/// Whether white space stands before a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spacing {
    Before,
    Absent,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind<'a> {
    /// Digits with an optional fraction.
    Number(&'a str),
    /// A name or word, Greek letters spelled out.
    Name(String),
    /// The characters between quotes.
    Text(String),
    /// An operator or bracket, in its ASCII form.
    Symbol(&'static str),
    /// The rest of a `source` line after its title, free text.
    Place(String),
    /// A comment without `#`, trimmed.
    Comment(String),
}

/// Bytes of a file at most.
const SIZE_LIMIT: usize = 4_000_000;
/// Digits of a number at most.
const DIGIT_LIMIT: usize = 10_000;
/// Tokens of a file at most.
const TOKEN_LIMIT: usize = 1_000_000;

/// Splits a text into tokens.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Box<Diagnostic>> {
    let (tokens, complaints) = tokens_and_complaints(text)?;
    complaints.into_iter().next().map_or(Ok(tokens), |complaint| Err(Box::new(complaint)))
}

/// Splits a text into tokens. Signs without a meaning are left out, or read as what was meant, and complained of.
pub(super) fn tokens_and_complaints(
    text: &str,
) -> Result<(Vec<Token<'_>>, Vec<Diagnostic>), Box<Diagnostic>> {
    if text.len() > SIZE_LIMIT {
        let message = format!("the file has more than {SIZE_LIMIT} bytes");
        return Err(Box::new(Diagnostic::new("too-large", message, Span::new(0, 0))));
    }
    if let Some(complaint) = misleading(text) {
        return Err(Box::new(complaint));
    }
    // Most tokens are followed by another sign, or a space: so the list seldom grows.
    let (mut out, mut complaints) = (Vec::with_capacity(text.len() / 2), Vec::new());
    let (mut rest, mut line) = (text.strip_prefix('\u{feff}').unwrap_or(text), 0);
    let mut position = Position::Margin;
    let mut spacing = Spacing::Before;
    // The last line with a sign that has no meaning.
    let mut complained: Option<usize> = None;
    // Whether the line begins with `source`: what follows the title there is free text.
    let mut source_line = false;
    loop {
        if let Some(after) = rest.strip_prefix('\n') {
            (rest, line, position, spacing) = (after, line + 1, Position::Margin, Spacing::Before);
            continue;
        }
        let is_space = |c: char| c.is_whitespace() && c != '\n';
        let trimmed = rest.trim_start_matches(is_space);
        if trimmed.len() < rest.len() {
            if position == Position::Margin {
                position = Position::First;
            }
            (rest, spacing) = (trimmed, Spacing::Before);
            continue;
        }
        if rest.is_empty() {
            return Ok((out, complaints));
        }
        let start = text.len() - rest.len();
        let after_title = matches!(out.last().map(|t: &Token| &t.kind), Some(TokenKind::Text(_)));
        let may_be_mistaken = rest.starts_with(|c: char| matches!(c, '=' | '<') || !c.is_ascii());
        let is_mistaken = may_be_mistaken && MISTAKEN.iter().any(|(written, _)| rest.starts_with(written));
        let read = match (source_line && after_title, is_mistaken) {
            (true, _) => free_text(rest),
            (false, true) => meant(rest),
            (false, false) => token(rest),
        };
        let mut skipped = 0;
        if is_mistaken || read.is_err() {
            let complaint = complaint(rest, start);
            skipped = complaint.span.end - start;
            // One complaint a line.
            if complained != Some(line) {
                complaints.push(complaint);
            }
            complained = Some(line);
        }
        let Ok((after, kind)) = read else {
            let (sign, after) = rest.split_at_checked(skipped).unwrap_or((rest, ""));
            if let Some(quoted) = sign.strip_prefix('"') {
                let (kind, span) = (TokenKind::Text(quoted.to_owned()), Span::new(start, start + sign.len()));
                out.push(Token { kind, span, line, position, spacing });
            }
            (rest, position, spacing) = (after, Position::Later, Spacing::Absent);
            continue;
        };
        let span = Span::new(start, text.len() - after.len());
        if matches!(&kind, TokenKind::Number(digits) if digits.len() > DIGIT_LIMIT) {
            let message = format!("this number has more than {DIGIT_LIMIT} digits");
            return Err(Box::new(Diagnostic::new("too-large", message, span)));
        }
        if position != Position::Later {
            source_line = position == Position::Margin && kind == TokenKind::Name("source".into());
        }
        out.push(Token { kind, span, line, position, spacing });
        if out.len() > TOKEN_LIMIT {
            let message = format!("the file has more than {TOKEN_LIMIT} words and signs");
            return Err(Box::new(Diagnostic::new("too-large", message, span)));
        }
        (rest, position, spacing) = (after, Position::Later, Spacing::Absent);
    }
}

/// A mistaken sign, read as what was meant if that is one sign.
fn meant(rest: &str) -> IResult<&str, TokenKind<'_>> {
    let written = MISTAKEN.iter().find(|(written, _)| rest.starts_with(written));
    let sign = written.and_then(|(written, meant)| {
        let after = rest.strip_prefix(written)?;
        symbol(meant).ok().filter(|(more, _)| more.is_empty()).map(|(_, sign)| (after, sign))
    });
    match sign {
        Some((after, sign)) => Ok((after, TokenKind::Symbol(sign))),
        None => map(symbol, TokenKind::Symbol).parse(""),
    }
}

fn complaint(rest: &str, start: usize) -> Diagnostic {
    let c = rest.chars().next().unwrap_or(' ');
    if c == '"' {
        let end = rest.find('\n').unwrap_or(rest.len());
        return Diagnostic::new(
            "unterminated-string",
            "this text has no closing quote",
            Span::new(start, start + end),
        )
        .help("add `\"` at its end");
    }
    let mistaken = MISTAKEN.iter().find(|(written, _)| rest.starts_with(written));
    let length = mistaken.map_or(c.len_utf8(), |(written, _)| written.len());
    let span = Span::new(start, start + length);
    let shown = match mistaken {
        Some((written, _)) => format!("`{written}`"),
        None if c.is_alphanumeric() || c.is_ascii_graphic() => format!("the character `{c}`"),
        None => format!("the character `{c}` (U+{:04X})", u32::from(c)),
    };
    let complaint = Diagnostic::new("unexpected-character", format!("{shown} has no meaning here"), span);
    match mistaken {
        Some((_, meant)) => complaint.help(format!("write `{meant}`")),
        None => complaint,
    }
}

/// What is written in other languages, and here.
const MISTAKEN: [(&str, &str); 14] = [
    ("==", "="),
    ("=>", ">="),
    ("=<", "<="),
    ("<>", "!="),
    ("≈", "="),
    ("×", "*"),
    ("∗", "*"),
    ("÷", "/"),
    ("²", "^2"),
    ("³", "^3"),
    ("√", "sqrt(…)"),
    ("∧", "and"),
    ("“", "\""),
    ("”", "\""),
];

/// A line break that not every reader takes for one, or a sign that turns the order of what is shown: with
/// these a claim could look as if it stood outside a comment.
fn misleading(text: &str) -> Option<Diagnostic> {
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let (what, help) = match c {
            '\r' if characters.peek().is_none_or(|(_, next)| *next != '\n') => {
                ("a carriage return alone is no line break here", "end lines with a line feed")
            }
            '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                ("this character is no line break here", "end lines with a line feed")
            }
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                ("this character turns the order of what is shown", "remove it")
            }
            _ => continue,
        };
        let message = format!("{what} (U+{:04X})", u32::from(c));
        let span = Span::new(at, at + c.len_utf8());
        return Some(Diagnostic::new("unexpected-character", message, span).help(help));
    }
    None
}

/// A sign of one character that no other sign begins with.
fn single(first: u8) -> Option<&'static str> {
    Some(match first {
        b',' => ",",
        b':' => ":",
        b';' => ";",
        b'(' => "(",
        b')' => ")",
        b'[' => "[",
        b']' => "]",
        b'{' => "{",
        b'}' => "}",
        b'+' => "+",
        b'-' => "-",
        b'*' => "*",
        b'/' => "/",
        b'^' => "^",
        _ => return None,
    })
}

fn token(input: &str) -> IResult<&str, TokenKind<'_>> {
    // Most of a long table is numbers and signs of one character.
    let first = input.bytes().next().unwrap_or_default();
    if let (Some(sign), Some(after)) = (single(first), input.get(1..)) {
        return Ok((after, TokenKind::Symbol(sign)));
    }
    if first.is_ascii_digit() {
        let number = recognize(pair(digit1, opt(pair(char('.'), digit1))));
        return map(number, TokenKind::Number).parse(input);
    }
    let name = recognize(pair(
        satisfy(|c| c.is_alphabetic()),
        take_while(|c: char| c.is_alphanumeric() || c == '_'),
    ));
    let text = delimited(char('"'), take_while(|c| c != '"' && c != '\n'), char('"'));
    let comment = preceded(char('#'), take_while(|c| c != '\n'));
    alt((
        map(name, |name: &str| TokenKind::Name(canonical_name(name))),
        map(text, |text: &str| TokenKind::Text(text.to_owned())),
        map(comment, |text: &str| TokenKind::Comment(text.trim().to_owned())),
        map(symbol, TokenKind::Symbol),
    ))
    .parse(input)
}

/// A comma and the rest of the line, up to a comment.
fn free_text(input: &str) -> IResult<&str, TokenKind<'_>> {
    let place = preceded(char(','), take_while(|c| c != '\n' && c != '#'));
    alt((map(place, |text: &str| TokenKind::Place(text.trim().to_owned())), token)).parse(input)
}

fn symbol(input: &str) -> IResult<&str, &'static str> {
    alt((
        alt((
            value(">=", tag(">=")),
            value("<=", tag("<=")),
            value("!=", tag("!=")),
            value("..", tag("..")),
            value(">=", tag("≥")),
            value("<=", tag("≤")),
            value("!=", tag("≠")),
            value("-", tag("−")),
            value("–", tag("–")),
            value("*", tag("·")),
            value("~", tag("∼")),
        )),
        alt((
            value("+", tag("+")),
            value("-", tag("-")),
            value("*", tag("*")),
            value("/", tag("/")),
            value("^", tag("^")),
            value("=", tag("=")),
            value("<", tag("<")),
            value(">", tag(">")),
            value("~", tag("~")),
        )),
        alt((
            value("(", tag("(")),
            value(")", tag(")")),
            value("[", tag("[")),
            value("]", tag("]")),
            value("{", tag("{")),
            value("}", tag("}")),
            value(",", tag(",")),
            value(";", tag(";")),
            value(":", tag(":")),
        )),
        map(take_while1(|c| c == '∈'), |_| "∈"),
    ))
    .parse(input)
}

/// The Greek letters and their names.
const GREEK: [(char, &str); 34] = [
    ('α', "alpha"),
    ('β', "beta"),
    ('γ', "gamma"),
    ('δ', "delta"),
    ('ε', "epsilon"),
    ('ζ', "zeta"),
    ('η', "eta"),
    ('θ', "theta"),
    ('ι', "iota"),
    ('κ', "kappa"),
    ('λ', "lambda"),
    ('μ', "mu"),
    ('ν', "nu"),
    ('ξ', "xi"),
    ('π', "pi"),
    ('ρ', "rho"),
    ('σ', "sigma"),
    ('τ', "tau"),
    ('υ', "upsilon"),
    ('φ', "phi"),
    ('χ', "chi"),
    ('ψ', "psi"),
    ('ω', "omega"),
    ('Γ', "Gamma"),
    ('Δ', "Delta"),
    ('Θ', "Theta"),
    ('Λ', "Lambda"),
    ('Ξ', "Xi"),
    ('Π', "Pi"),
    ('Σ', "Sigma"),
    ('Φ', "Phi"),
    ('Ψ', "Psi"),
    ('Ω', "Omega"),
    ('Υ', "Upsilon"),
];

/// The one form of a name: Greek letters spelled out, so that `θ_b` and `theta_b` are the same.
pub fn canonical_name(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        match GREEK.iter().find(|(letter, _)| *letter == c) {
            Some((_, spelled)) => out.push_str(spelled),
            None => out.push(c),
        }
    }
    out
}
