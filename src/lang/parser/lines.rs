//! Blocks: lines in braces. What is wrong with one line does not hide what is wrong with the next.

use super::{Parse, Parser, RESERVED, is_item};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::lexer::{Position, TokenKind};

/// The lines of a block, and the comments below the last.
type Block<T> = (Vec<T>, Vec<String>);

impl Parser<'_> {
    /// Reads a block line by line. After a line with an error it goes on at the next that begins with one of `words`.
    pub(super) fn block<T>(
        &mut self,
        words: &[&str],
        mut line: impl FnMut(&mut Self, Vec<String>, &[T]) -> Parse<T>,
    ) -> Parse<Block<T>> {
        let opened = self.expect("{")?;
        let (depth, open) = (self.depth, self.open);
        let mut lines = Vec::new();
        let mut last_error = None;
        loop {
            while self.accept(";") {}
            let comments = self.take_comments();
            if self.is_symbol("}") || self.peek().is_none() {
                let closed = self.close("}", opened);
                return match last_error {
                    Some(complaint) => Err(complaint),
                    None => closed.map(|()| (lines, comments)),
                };
            }
            let began = self.at;
            match line(self, comments, &lines) {
                Ok(line) => lines.push(line),
                Err(mut complaint) => {
                    if self.left_open(began) {
                        self.at = began;
                        complaint = self.close("}", opened).err().unwrap_or(complaint);
                    }
                    self.complaints.extend(last_error.take().map(|before: Box<Diagnostic>| *before));
                    if !self.skip_to_line(words, began) {
                        return Err(complaint);
                    }
                    last_error = Some(complaint);
                    (self.depth, self.open) = (depth, open);
                }
            }
        }
    }

    /// Whether the line with an error that began at a token is the next item, so that the block was not closed.
    fn left_open(&self, began: usize) -> bool {
        let next = self.tokens.get(began).filter(|token| token.position == Position::Margin);
        next.is_some_and(is_item) && self.at <= began + 1
    }

    /// Goes on at the next line of a block that begins with one of `words`, or nearly, or at its end; whether there is
    /// one. The line with the error began at the token `began`.
    fn skip_to_line(&mut self, words: &[&str], began: usize) -> bool {
        let begins = |word: &str| words.iter().any(|w| strsim::damerau_levenshtein(w, word) <= 1);
        while let Some(token) = self.tokens.get(self.at) {
            match (&token.kind, token.position) {
                (TokenKind::Name(_), Position::Margin) if is_item(token) => return false,
                (TokenKind::Name(word), Position::First) if self.at > began && begins(word) => return true,
                (TokenKind::Symbol("}"), Position::Margin) => return true,
                _ => self.at += 1,
            }
        }
        false
    }

    /// A complaint where an expression is to go on and a new line begins: with a word and another word or number behind it,
    /// which no expression does.
    pub(super) fn unfinished(&self) -> Option<Box<Diagnostic>> {
        let [before, word, next] = self.tokens.get(self.at.checked_sub(1)?..)?.get(..3)? else { return None };
        let (TokenKind::Name(name), TokenKind::Symbol(operator)) = (&word.kind, &before.kind) else {
            return None;
        };
        let goes_on = ["+", "-", "*", "/", "^", "=", "!=", "<", "<=", ">", ">="].contains(operator);
        let is_value = match &next.kind {
            TokenKind::Name(word) => !RESERVED.contains(&word.as_str()),
            TokenKind::Number(_) => true,
            _ => false,
        };
        if word.position == Position::Later || next.position != Position::Later || !goes_on || !is_value {
            return None;
        }
        let message = format!("the line ends with `{operator}`, and `{name}` begins another one");
        let complaint = Diagnostic::new("syntax", message, before.span);
        Some(Box::new(complaint.label("something is missing behind this")))
    }

    /// The word that begins a line of a block.
    pub(super) fn one_of(&mut self, words: &[&str]) -> Parse<String> {
        match self.word() {
            Some(word) if words.contains(&word.as_str()) => {
                self.at += 1;
                Ok(word)
            }
            _ => {
                let wanted: Vec<String> = words.iter().chain([&"}"]).map(|w| format!("`{w}`")).collect();
                Err(self.expected(&wanted.iter().map(String::as_str).collect::<Vec<_>>()))
            }
        }
    }
}
