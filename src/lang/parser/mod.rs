//! From tokens to the syntax tree.
//!
//! ```text
//! file      = { item }
//! item      = source | parameter | setting | mechanism | alone | strategy | claim | derivation | lemma | "given" given
//! source    = "source" text [ "," the rest of the line ]
//! parameter = "parameter" name "in" range                 range = "[" expr "," expr "]"
//! ```
//!
//! Recursive descent without backtracking: a complaint names everything that was possible at the place
//! where reading stopped. After an error, reading goes on at the next line of a block, or the next item.

mod block;
mod broken;
mod claim;
mod derivation;
mod expr;
mod figure;
mod grid;
mod lines;
mod meant;
mod predicate;
mod reason;

use super::ast::{self, Blank, File, Item, ItemKind, Name, Range, Span, Text};
use super::diagnostic::Diagnostic;
use super::lexer::{Position, Spacing, Token, TokenKind, tokens, tokens_and_complaints};

/// Complaints of one file at most.
const COMPLAINT_LIMIT: usize = 20;
/// Brackets inside brackets at most.
const DEPTH_LIMIT: usize = 128;

/// The words that begin an item.
const ITEMS: [&str; 13] = [
    "source",
    "parameter",
    "setting",
    "mechanism",
    "rule",
    "strategy",
    "claim",
    "refuted",
    "solve",
    "derivation",
    "given",
    "lemma",
    "figure",
];

/// Words that cannot be names.
const RESERVED: [&str; 22] = [
    "by",
    "given",
    "let",
    "step",
    "E",
    "interim",
    "under",
    "wins",
    "for",
    "if",
    "otherwise",
    "and",
    "is",
    "printed",
    "ref",
    "almost",
    "cases",
    "integral",
    "root",
    "table",
    "iff",
    "implies",
];

type Parse<T> = Result<T, Box<Diagnostic>>;

/// Reads a file; reports the errors of all items, at most twenty.
pub fn parse(text: &str) -> Result<File, Vec<Diagnostic>> {
    let Parsed { file, complaints, .. } = parse_items(text);
    if complaints.is_empty() { Ok(file) } else { Err(complaints) }
}

/// What could be read of a file.
pub(super) struct Parsed {
    /// The items that have no error.
    pub(super) file: File,
    /// The names that occur in the others.
    pub(super) broken: Vec<String>,
    /// Whether one of the others may define a name that does not occur in it.
    pub(super) nameless: bool,
    /// The names that the others may define, or make assumptions about, if there are such.
    pub(super) lost: Option<Vec<String>>,
    /// The errors of these, at most twenty.
    pub(super) complaints: Vec<Diagnostic>,
}

/// Reads the items of a file, as far as they have no errors.
pub(super) fn parse_items(text: &str) -> Parsed {
    let (mut items, mut broken, mut complaints) = (vec![], vec![], vec![]);
    let (mut nameless, mut last) = (false, 0);
    let (tokens, signs) = tokens_and_complaints(text).unwrap_or_else(|complaint| (vec![], vec![*complaint]));
    let mut lost = tokens.is_empty().then(Vec::new);
    let mut parser = Parser::new(text, &tokens);
    while parser.peek().is_some() {
        let start = parser.at;
        match parser.item() {
            Ok(item) => {
                items.push(item);
                last = start;
            }
            Err(complaint) => {
                nameless |= broken::is_nameless(&tokens, start, &complaint);
                // What stands behind an item on its line belongs to it.
                let is_behind = broken::stands_behind(&tokens, start);
                let start = if is_behind && items.pop().is_some() { last } else { start };
                complaints.append(&mut parser.complaints);
                complaints.push(*complaint);
                complaints.truncate(COMPLAINT_LIMIT);
                parser.recover();
                let is_last = complaints.len() >= COMPLAINT_LIMIT;
                let end = if is_last { tokens.len() } else { parser.at };
                let names = broken::names(&tokens, start, end);
                if is_last || broken::may_define(&tokens, start) {
                    lost.get_or_insert_with(Vec::new).extend(broken::defined(&names));
                }
                broken.extend(names);
                if is_last {
                    break;
                }
            }
        }
    }
    let end_comments = parser.take_comments();
    // A sign without a meaning is enough for its line.
    let line = |at: usize| text.get(..at).unwrap_or_default().matches('\n').count();
    let lines: Vec<usize> = signs.iter().map(|sign| line(sign.span.start)).collect();
    complaints.retain(|complaint| !lines.contains(&line(complaint.span.start)));
    complaints.extend(signs);
    complaints.sort_by_key(|complaint| complaint.span.start);
    complaints.truncate(COMPLAINT_LIMIT);
    Parsed { file: File { items, end_comments }, broken, nameless, lost, complaints }
}

/// Reads one expression.
pub fn parse_expression(text: &str) -> Result<ast::Expr, Box<Diagnostic>> {
    let tokens = tokens(text)?;
    let mut parser = Parser::new(text, &tokens);
    let e = parser.expr()?;
    match parser.peek() {
        None => Ok(e),
        Some(_) => Err(parser.expected(&["an operator", "the end"])),
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [Token<'a>],
    at: usize,
    depth: usize,
    /// How many round or square brackets are open: inside them, lines may break anywhere.
    open: usize,
    /// Comments that were passed and belong to nothing yet, by their number among the tokens.
    comments: Vec<(usize, String)>,
    /// The settings that were read: their names, the types of their agents, and the outcome variables.
    settings: Vec<(Name, Vec<Name>, Option<Name>)>,
    /// Errors in lines of a block that was read on.
    complaints: Vec<Diagnostic>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, tokens: &'a [Token<'a>]) -> Self {
        Parser {
            text,
            tokens,
            at: 0,
            depth: 0,
            open: 0,
            comments: vec![],
            settings: vec![],
            complaints: vec![],
        }
    }

    /// The next token that is no comment; comments on the way are kept.
    fn peek(&mut self) -> Option<&'a Token<'a>> {
        while let Some(token) = self.tokens.get(self.at) {
            let TokenKind::Comment(text) = &token.kind else { return Some(token) };
            self.comments.push((self.at, text.clone()));
            self.at += 1;
        }
        None
    }

    /// The token after the next one; comments do not count.
    fn peek_second(&mut self) -> Option<&'a Token<'a>> {
        self.peek()?;
        let later = self.tokens.iter().skip(self.at + 1);
        later.into_iter().find(|t| !matches!(t.kind, TokenKind::Comment(_)))
    }

    fn take_comments(&mut self) -> Vec<String> {
        self.peek();
        std::mem::take(&mut self.comments).into_iter().map(|(_, text)| text).collect()
    }

    /// The token that was read last, and its number; comments do not count.
    fn last(&self) -> Option<(usize, &'a Token<'a>)> {
        let read = self.tokens.get(..self.at)?;
        read.iter().enumerate().rev().find(|(_, t)| !matches!(t.kind, TokenKind::Comment(_)))
    }

    /// A comment behind the token that was read last, on the same line.
    fn trailing(&mut self) -> Option<String> {
        self.peek();
        let (number, last) = self.last()?;
        let comment = self.tokens.get(number + 1).filter(|t| t.line == last.line)?;
        let position = self.comments.iter().position(|(n, _)| *n == number + 1)?;
        matches!(comment.kind, TokenKind::Comment(_)).then(|| self.comments.remove(position).1)
    }

    /// Leaves a comment behind the last token to what is read next.
    fn leave(&mut self, comment: String) {
        if let Some((number, _)) = self.last() {
            self.comments.insert(0, (number + 1, comment));
        }
    }

    /// Where the last token ended.
    fn end(&self) -> usize {
        self.last().map_or(0, |(_, token)| token.span.end)
    }

    fn here(&mut self) -> Span {
        match self.peek() {
            Some(token) => token.span,
            None => Span::new(self.text.len(), self.text.len()),
        }
    }

    fn is_symbol(&mut self, symbol: &str) -> bool {
        matches!(self.peek(), Some(Token { kind: TokenKind::Symbol(s), .. }) if *s == symbol)
    }

    fn is_word(&mut self, word: &str) -> bool {
        matches!(self.peek(), Some(Token { kind: TokenKind::Name(n), .. }) if n == word)
    }

    fn accept(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        if found {
            self.at += 1;
        }
        found
    }

    fn accept_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.at += 1;
        }
        found
    }

    fn expect(&mut self, symbol: &'static str) -> Parse<Span> {
        let span = self.here();
        if self.accept(symbol) { Ok(span) } else { Err(self.expected(&[&format!("`{symbol}`")])) }
    }

    fn expect_word(&mut self, word: &str) -> Parse<Span> {
        let span = self.here();
        if self.accept_word(word) { Ok(span) } else { Err(self.expected(&[&format!("`{word}`")])) }
    }

    /// Reads up to the bracket that closes; a missing one is reported with the one that opened.
    fn close(&mut self, symbol: &'static str, opened: Span) -> Parse<()> {
        if self.accept(symbol) {
            return Ok(());
        }
        let opening = self.text.get(opened.start..opened.end).unwrap_or_default();
        let mut complaint = self.expected(&[&format!("`{symbol}`")]);
        complaint.code = "unbalanced-bracket";
        complaint.message = format!("the bracket `{opening}` is not closed: {}", complaint.message);
        complaint.secondary.push((opened, "opened here".into()));
        Err(complaint)
    }

    /// The complaint that something else stands here than what is possible.
    fn expected(&mut self, wanted: &[&str]) -> Box<Diagnostic> {
        let span = self.here();
        let list = match wanted {
            [] => String::new(),
            [only] => (*only).to_owned(),
            all if all.len() == ITEMS.len() => "an item, as `setting`, `claim` or `derivation`".to_owned(),
            [most @ .., last] => format!("{} or {last}", most.join(", ")),
        };
        let found = match self.peek().map(|t| &t.kind) {
            None => "the end of the file".to_owned(),
            Some(TokenKind::Number(n)) => format!("`{}`", n.chars().take(24).collect::<String>()),
            Some(TokenKind::Name(n)) => format!("`{n}`"),
            Some(TokenKind::Text(_)) => "a quoted text".to_owned(),
            Some(TokenKind::Symbol(s)) => format!("`{s}`"),
            Some(TokenKind::Place(_)) => "free text".to_owned(),
            Some(TokenKind::Comment(_)) => "a comment".to_owned(),
        };
        let mut out = Diagnostic::new("syntax", format!("expected {list}, found {found}"), span)
            .label(format!("expected {list}"));
        if let Some(help) = self.meant(wanted) {
            out = out.help(help);
        } else if let Some(TokenKind::Name(word)) = self.peek().map(|t| &t.kind) {
            let words = wanted.iter().filter_map(|w| w.strip_prefix('`')?.strip_suffix('`'));
            let near = |w: &&str| strsim::damerau_levenshtein(w, word) < w.len().min(2 + w.len() / 4);
            if let Some(word) = words.filter(near).min_by_key(|w| strsim::damerau_levenshtein(w, word)) {
                out = out.help(format!("did you mean `{word}`?"));
            }
        }
        Box::new(out)
    }

    /// Runs `read` one level deeper.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.depth >= DEPTH_LIMIT {
            let message = format!("brackets are nested more than {DEPTH_LIMIT} deep");
            return Err(Box::new(Diagnostic::new("too-deep", message, self.here())));
        }
        self.depth += 1;
        let out = read(self);
        self.depth -= 1;
        out
    }

    /// Goes on after an error at the next line that begins an item.
    fn recover(&mut self) {
        (self.depth, self.open) = (0, 0);
        self.comments.clear();
        while let Some(token) = self.tokens.get(self.at) {
            let item = matches!(&token.kind, TokenKind::Name(n) if ITEMS.contains(&n.as_str()));
            if item && token.position == Position::Margin && self.at > 0 {
                return;
            }
            self.at += 1;
            // The first token after an error may itself begin an item; the one that failed may not.
            if self.tokens.get(self.at).is_some_and(|t| t.position == Position::Margin && is_item(t)) {
                return;
            }
        }
    }

    /// A name that is declared or read; words of the language are refused.
    fn name(&mut self, what: &str) -> Parse<Name> {
        match self.peek() {
            Some(Token { kind: TokenKind::Name(text), span, .. }) => {
                if RESERVED.contains(&text.as_str()) {
                    let message = format!("`{text}` is a word of the language and cannot be a name");
                    return Err(Box::new(Diagnostic::new("reserved-word", message, *span)));
                }
                self.at += 1;
                Ok(Name { text: text.clone(), span: *span })
            }
            _ => Err(self.expected(&[what])),
        }
    }

    /// A quoted text.
    fn quoted(&mut self) -> Parse<Text> {
        match self.peek() {
            Some(Token { kind: TokenKind::Text(text), span, .. }) => {
                self.at += 1;
                Ok(Text { text: text.clone(), span: *span })
            }
            _ => Err(self.expected(&["a text in quotes"])),
        }
    }

    /// The name of a statement: words and numbers joined by hyphens.
    fn hyphenated(&mut self) -> Parse<Name> {
        let first = match self.peek() {
            Some(Token { kind: TokenKind::Name(_), span, .. }) => *span,
            _ => {
                let mut complaint = self.expected(&["a name for the statement"]);
                complaint.code = "missing-name";
                return Err(complaint);
            }
        };
        self.at += 1;
        let mut end = first.end;
        loop {
            let next = self.tokens.get(self.at).zip(self.tokens.get(self.at + 1));
            let Some((hyphen, part)) = next else { break };
            let joined = hyphen.kind == TokenKind::Symbol("-") && hyphen.spacing == Spacing::Absent;
            let word = matches!(part.kind, TokenKind::Name(_) | TokenKind::Number(_));
            if !joined || !word || part.spacing == Spacing::Before {
                break;
            }
            end = part.span.end;
            self.at += 2;
            // A number and a word may stand together, as in `5b`.
            while let Some(more) = self.tokens.get(self.at) {
                let word = matches!(more.kind, TokenKind::Name(_) | TokenKind::Number(_));
                if !word || more.spacing == Spacing::Before {
                    break;
                }
                end = more.span.end;
                self.at += 1;
            }
        }
        let span = Span::new(first.start, end);
        Ok(Name { text: super::canonical_name(self.text.get(first.start..end).unwrap_or_default()), span })
    }

    fn range(&mut self) -> Parse<Range> {
        let opened = self.expect("[")?;
        self.open += 1;
        let low = self.expr()?;
        self.expect(",")?;
        let high = self.expr()?;
        self.open -= 1;
        self.close("]", opened)?;
        Ok(Range { low, high, span: Span::new(opened.start, self.end()) })
    }

    fn item(&mut self) -> Parse<Item> {
        self.peek();
        let begin = self.comments.first().map_or(self.at, |(number, _)| *number);
        let blank_before = self.blank_before(begin);
        let comments = self.take_comments();
        let start = self.here();
        let words: Vec<String> = ITEMS.iter().map(|w| format!("`{w}`")).collect();
        let wanted: Vec<&str> = words.iter().map(String::as_str).collect();
        let Some(Token { kind: TokenKind::Name(word), .. }) = self.peek() else {
            let mut complaint = self.expected(&wanted);
            if self.is_symbol("}") {
                complaint.code = "unbalanced-bracket";
                complaint.message = "the bracket `}` closes nothing".into();
                complaint.label = "no `{` is open here".into();
            }
            return Err(complaint);
        };
        if !ITEMS.contains(&word.as_str()) {
            return Err(self.expected(&wanted));
        }
        self.at += 1;
        let kind = match word.as_str() {
            "source" => self.source()?,
            "parameter" => {
                let name = self.name("the name of the parameter")?;
                self.expect_word("in")?;
                ItemKind::Parameter { name, range: self.range()? }
            }
            "setting" => ItemKind::Setting(self.setting()?),
            "mechanism" => ItemKind::Mechanism(self.mechanism()?),
            "rule" => ItemKind::Mechanism(self.choice()?),
            "strategy" => ItemKind::Strategy(self.strategy()?),
            "claim" => ItemKind::Claim(self.claim(ast::Stance::Holds)?),
            "solve" => ItemKind::Claim(self.solve()?),
            "derivation" => ItemKind::Derivation(self.derivation(ast::Stance::Holds)?),
            "given" => ItemKind::Given(self.given()?),
            "lemma" => ItemKind::Derivation(self.lemma()?),
            "figure" => ItemKind::Figure(self.figure()?),
            _ if self.starts_derivation() => {
                self.at += 1;
                ItemKind::Derivation(self.derivation(ast::Stance::Fails)?)
            }
            _ => ItemKind::Claim(self.claim(ast::Stance::Fails)?),
        };
        let span = Span::new(start.start, self.end());
        let trailing = self.trailing();
        Ok(Item { comments, trailing, blank_before, kind, span })
    }

    /// Whether a blank line stands before the token with a number.
    fn blank_before(&self, at: usize) -> Blank {
        let next = self.tokens.get(at);
        let last = at.checked_sub(1).and_then(|at| self.tokens.get(at));
        match (last, next) {
            (Some(last), Some(next)) => {
                let between = self.text.get(last.span.end..next.span.start).unwrap_or_default();
                if between.matches('\n').count() > 1 { Blank::Before } else { Blank::Absent }
            }
            _ => Blank::Absent,
        }
    }

    fn source(&mut self) -> Parse<ItemKind> {
        let title = self.quoted()?;
        let place = match self.peek() {
            Some(Token { kind: TokenKind::Place(place), .. }) => {
                self.at += 1;
                Some(place.clone()).filter(|p| !p.is_empty())
            }
            _ => None,
        };
        Ok(ItemKind::Source { title, place })
    }
}

fn is_item(token: &Token) -> bool {
    ITEMS.iter().any(|word| token.is_word(word))
}
