//! Figures.
//!
//! ```text
//! figure = "figure" statement-name [ at ] ":" drawn { "ref" texts }
//! drawn  = "regions" "of" expr | "solution" "of" statement-name
//!        | expr { "," expr } "over" name [ "[" expr "]" ]
//! ```

use super::{Parse, Parser};
use crate::lang::ast::{Figure, FigureKind};
use crate::lang::lexer::{Token, TokenKind};

impl Parser<'_> {
    /// What follows `figure`.
    pub(super) fn figure(&mut self) -> Parse<Figure> {
        let name = self.hyphenated()?;
        let at = self.fixed()?;
        self.expect(":")?;
        let kind = if self.begins("regions") {
            FigureKind::Regions { mechanism: self.expr()? }
        } else if self.begins("solution") {
            FigureKind::Solution { statement: self.hyphenated()? }
        } else {
            let mut curves = vec![self.expr()?];
            while self.accept(",") {
                curves.push(self.expr()?);
            }
            if !self.is_word("over") {
                return Err(self.expected(&["an operator", "`,`", "`over`"]));
            }
            self.at += 1;
            FigureKind::Curves { curves, over: self.expr()? }
        };
        let mut refs = Vec::new();
        while self.accept_word("ref") {
            refs.extend(self.texts()?);
        }
        Ok(Figure { name, at, kind, refs })
    }

    /// `regions of`, `solution of`: the word alone may be a name.
    fn begins(&mut self, word: &str) -> bool {
        let of = matches!(self.peek_second(), Some(Token { kind: TokenKind::Name(n), .. }) if n == "of");
        let begins = of && self.is_word(word);
        if begins {
            self.at += 1;
            self.accept_word("of");
        }
        begins
    }
}
