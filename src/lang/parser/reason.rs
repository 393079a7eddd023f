//! Why the links of a derivation hold.
//!
//! ```text
//! because    = "by" reason { ( "," | "and" ) reason }
//! reason     = "definition" | "algebra" | "linearity" | "rearranging" | "splitting" [ "at" expr ] | "given"
//!            | "parts" | "interchange" | "substitution" | "differentiation" | "density" | "monotonicity" | "sign"
//!            | "independence" | "reindexing" | "contradiction" | "cases" expr relation expr
//!            | "the" ( "fundamental" "theorem" | "envelope" "formula" ) | "taking" values
//!            | "derivative" "in" name [ "," "equality" "at" values ] | statement-name [ "at" values ]
//! values     = name "=" expr { "," name "=" expr }
//! ```

use super::{Parse, Parser};
use crate::lang::ast::{Name, Reason, ReasonKind, Span};
use crate::lang::lexer::TokenKind;

/// The reasons that are one word, and what they are.
const SAME: [&str; 4] = ["definition", "algebra", "linearity", "rearranging"];
const FUNDAMENTAL: [&str; 4] = ["parts", "interchange", "substitution", "differentiation"];

impl Parser<'_> {
    /// `by parts and mass`, or nothing.
    pub(super) fn because(&mut self) -> Parse<Vec<Reason>> {
        let mut reasons = Vec::new();
        if self.accept_word("by") {
            reasons.push(self.reason()?);
            while self.accept(",") || self.accept_word("and") {
                let start = self.here();
                let moves = matches!(reasons.last(), Some(Reason { kind: ReasonKind::Derivative(_), .. }));
                if moves && self.is_word("equality") && self.is_second("at") {
                    self.at += 2;
                    let kind = ReasonKind::Equality(self.values_of()?);
                    reasons.push(Reason { kind, span: Span::new(start.start, self.end()) });
                    continue;
                }
                reasons.push(self.reason()?);
            }
        }
        Ok(reasons)
    }

    fn reason(&mut self) -> Parse<Reason> {
        let start = self.here();
        let word = self.word().unwrap_or_default();
        if let Some(help) = self.meant_reason(&word) {
            return Err(Box::new(self.expected(&["a reason"]).help(help)));
        }
        let kind = if let Some(word) = SAME.iter().find(|w| **w == word) {
            self.at += 1;
            ReasonKind::Same(word)
        } else if let Some(word) = FUNDAMENTAL.iter().find(|w| **w == word) {
            self.at += 1;
            ReasonKind::Fundamental(word)
        } else if self.accept_word("splitting") {
            let at = if self.accept_word("at") { Some(self.expr()?) } else { None };
            ReasonKind::Splitting(at)
        } else if self.accept_word("given") {
            ReasonKind::Given
        } else if self.accept_word("independence") {
            ReasonKind::Independence
        } else if self.accept_word("reindexing") {
            ReasonKind::Reindexing
        } else if self.accept_word("contradiction") {
            ReasonKind::Contradiction
        } else if self.accept_word("cases") {
            ReasonKind::Cases(Box::new(self.related()?))
        } else if self.accept_word("taking") {
            ReasonKind::Taking(self.values_of()?)
        } else if self.is_word("derivative") && self.is_second("in") {
            self.at += 2;
            ReasonKind::Derivative(self.name("the name that moves")?)
        } else if self.accept_word("density") {
            ReasonKind::Density
        } else if self.accept_word("monotonicity") {
            ReasonKind::Monotonicity
        } else if self.accept_word("sign") {
            ReasonKind::Sign
        } else if self.accept_word("the") {
            if self.accept_word("fundamental") {
                self.expect_word("theorem")?;
                ReasonKind::Fundamental("the fundamental theorem")
            } else if self.accept_word("envelope") {
                match self.accept_word("theorem") {
                    true => ReasonKind::EnvelopeTheorem,
                    false if self.accept_word("formula") => ReasonKind::Envelope,
                    false => return Err(self.expected(&["`formula`", "`theorem`"])),
                }
            } else {
                let known = ["`fundamental theorem`", "`envelope formula`", "`envelope theorem`"];
                return Err(self.expected(&known));
            }
        } else if word == "and" || word == "by" {
            return Err(self.expected(&["a reason"]));
        } else {
            let name = self.hyphenated()?;
            let at = if self.accept_word("at") { self.values_of()? } else { vec![] };
            ReasonKind::Named { name, at }
        };
        Ok(Reason { kind, span: Span::new(start.start, self.end()) })
    }

    fn values_of(&mut self) -> Parse<Vec<(Name, crate::lang::ast::Expr)>> {
        let mut out = vec![self.value_of()?];
        while self.is_symbol(",") && self.is_value() {
            self.expect(",")?;
            out.push(self.value_of()?);
        }
        Ok(out)
    }

    /// Whether `, name =` stands here.
    fn is_value(&mut self) -> bool {
        self.peek();
        let mut after = self.tokens.iter().skip(self.at + 1);
        let name = matches!(after.next().map(|t| &t.kind), Some(TokenKind::Name(_)));
        name && matches!(after.next().map(|t| &t.kind), Some(TokenKind::Symbol("=")))
    }

    fn value_of(&mut self) -> Parse<(Name, crate::lang::ast::Expr)> {
        let name = self.name("a name")?;
        self.expect("=")?;
        Ok((name, self.expr()?))
    }
}
