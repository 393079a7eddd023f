//! Figures.
//!
//! ```text
//! figure = "figure" statement-name [ at ] ":" drawn { "ref" texts }
//!        | "figure" statement-name "over" expr [ "against" statement-name { "," statement-name } ] { "ref" texts }
//! drawn  = "regions" "of" expr | "solution" "of" statement-name | "diagram" "of" expr "=" expr
//!        | expr { "," expr } [ "against" expr ] "over" expr { "," expr } [ "mark" expr "=" expr { "," expr "=" expr } ]
//! ```

use super::{Parse, Parser};
use crate::lang::ast::{Expr, Figure, FigureKind, Name, Span};
use crate::lang::lexer::{Token, TokenKind};

impl Parser<'_> {
    /// What follows `figure`.
    pub(super) fn figure(&mut self) -> Parse<Figure> {
        let name = self.hyphenated()?;
        if self.is_word("over") {
            return self.of_claims(name);
        }
        let at = self.fixed()?;
        self.expect(":")?;
        let kind = if self.begins("regions") {
            FigureKind::Regions { mechanism: self.expr()? }
        } else if self.begins("solution") {
            FigureKind::Solution { statement: self.hyphenated()? }
        } else if self.begins("diagram") {
            let played = self.expr()?;
            self.expect("=")?;
            FigureKind::Diagram { played, direct: self.expr()? }
        } else {
            self.curves()?
        };
        let mut refs = Vec::new();
        while self.accept_word("ref") {
            refs.extend(self.texts()?);
        }
        Ok(Figure { name, at, kind, refs })
    }

    /// `figure charges over r against gains`: the left sides of claims, as functions of a name.
    fn of_claims(&mut self, first: Name) -> Parse<Figure> {
        self.expect_word("over")?;
        let over = self.expr()?;
        let mut claims = vec![first];
        if self.accept_word("against") {
            claims.push(self.hyphenated()?);
            while self.accept(",") {
                claims.push(self.hyphenated()?);
            }
        }
        let names: Vec<&str> = claims.iter().map(|c| c.text.as_str()).collect();
        let name = Name { text: format!("{}-drawn", names.join("-and-")), span: Span::default() };
        let mut refs = Vec::new();
        while self.accept_word("ref") {
            refs.extend(self.texts()?);
        }
        Ok(Figure { name, at: vec![], kind: FigureKind::Claims { claims, over }, refs })
    }

    /// `a, b against q over x mark x = 1/2`.
    fn curves(&mut self) -> Parse<FigureKind> {
        let curves = self.list()?;
        let against = if self.accept_word("against") { Some(self.expr()?) } else { None };
        if !self.is_word("over") {
            let more: &[&str] = if against.is_none() { &["`,`", "`against`"] } else { &[] };
            return Err(self.expected(&[&["an operator"], more, &["`over`"]].concat()));
        }
        self.at += 1;
        let over = self.list()?;
        let mut marks = Vec::new();
        if self.accept_word("mark") {
            loop {
                let name = self.expr()?;
                self.expect("=")?;
                marks.push((name, self.expr()?));
                if !self.accept(",") {
                    break;
                }
            }
        }
        Ok(FigureKind::Curves { curves, against, over, marks })
    }

    fn list(&mut self) -> Parse<Vec<Expr>> {
        let mut all = vec![self.expr()?];
        while self.accept(",") {
            all.push(self.expr()?);
        }
        Ok(all)
    }

    /// `regions of`, `solution of`, `diagram of`: the word alone may be a name.
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
