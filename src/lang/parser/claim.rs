//! Claims and their statements.
//!
//! ```text
//! claim     = ( "claim" | "refuted" ) statement-name [ at ] ":" body suffixes
//!           | ( "solve" | "refuted" ) statement-name [ at ] "for" name { "," name } ":" statement "answer" set
//!             { "ref" texts }
//! at        = "at" name "=" expr { "," name "=" expr }
//! set       = piece { "union" piece } | region { "union" region }
//! region    = "where" relations { "," relations }
//! piece     = ( "[" | "(" ) expr "," expr ( "]" | ")" ) | "{" [ expr { "," expr } ] "}"
//! body      = statement | "{" { statement [ "ref" texts ] } "}"
//! suffixes  = { "almost" "everywhere" | "printed" expr | "ref" text { "," text } }
//! statement = expr relation expr { relation expr }
//!           | expr "=" "{" expr { "," expr } "}"
//!           | expr "is" property { ( "," | "and" ) property }
//!           | expr "is" shape "in" name
//!           | name "is" concept "equilibrium" "of" name
//!           | expr "is" versus "to" expr [ "up" "to" "constants" ]
//!           | ( "some" | "no" ) "mechanism" "on" name "is" property { ( "," | "and" ) property }
//!           | ( "greatest" | "least" ) ( "revenue" | "welfare" | "gains" ) "of" sought "that" "is" property
//!             { ( "," | "and" ) property } ( "=" expr | "is" "unbounded" )
//!           | expr "ranges" "over" range
//!           | name "has" order
//!           | statement "implies" statement
//! property  = "DSIC" | "BIC" | "ex post IC" | ( "ex post" | "interim" | "ex ante" ) "IR" | "efficient" | "feasible"
//!           | [ "ex post" | "ex ante" ] ( "budget balanced" | "no deficit" )
//!           | "monotone" | "interim monotone" | "envelope" | "interim envelope" | [ "strictly" ] "regular"
//!           | "implementable" | "weakly monotone" | "cyclically monotone"
//! order     = [ "strictly" ] "increasing differences" | "single crossing" | "monotone choice"
//! concept   = "a Bayes-Nash" | "an ex post" | "a dominant-strategy"
//! sought    = "a" "mechanism" "on" name | name
//! versus    = ( "outcome" | "payment" | "payoff" | "revenue" ) "equivalent" | ( "weakly" | "strictly" ) "preferred"
//! shape     = "nondecreasing" | "nonincreasing" | "strictly" ( "increasing" | "decreasing" ) | "convex" | "concave"
//! ```

use super::{Parse, Parser};
use crate::lang::ast::{
    self, Answer, Braces, Claim, End, ExprKind, Extreme, Interval, Name, Property, PropertyKind, Quantity,
    Relations, Scope, Solve, Span, Stance, Statement, StatementKind, Text,
};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::lexer::{Token, TokenKind};

impl Parser<'_> {
    /// What follows `solve`.
    pub(super) fn solve(&mut self) -> Parse<Claim> {
        let claim = self.claim(Stance::Holds)?;
        match &claim.solve {
            Some(_) => Ok(claim),
            None => {
                let message = format!("it is not said what `{}` is solved for", claim.name.text);
                let help = format!("write `solve {} for r: …`", claim.name.text);
                Err(Box::new(Diagnostic::new("syntax", message, claim.name.span).help(help)))
            }
        }
    }

    pub(super) fn claim(&mut self, stance: Stance) -> Parse<Claim> {
        let name = self.hyphenated()?;
        let at = self.fixed()?;
        let mut solve = None;
        if self.accept_word("for") {
            let mut unknowns = vec![self.name("a parameter")?];
            while self.accept(",") {
                unknowns.push(self.name("a parameter")?);
            }
            if matches!(self.peek(), Some(Token { kind: TokenKind::Name(_), .. })) {
                let mut complaint = self.expected(&["`,`", "`:`"]);
                complaint.help = Some("write `for r, s:` for two parameters".into());
                return Err(complaint);
            }
            let span = unknowns.first().map_or_else(|| self.here(), |first| first.span);
            solve = Some(Solve { unknowns, answer: None, span });
        }
        self.expect(":")?;
        let mut claim = Claim {
            solve,
            stance,
            name,
            at,
            statements: vec![],
            end_comments: vec![],
            braces: Braces::Absent,
            scope: Scope::Everywhere,
            printed: None,
            refs: vec![],
        };
        if claim.solve.is_none() && stance == Stance::Holds && self.is_without_payments() {
            claim.stance = Stance::Fails;
            claim.statements.push(self.without_payments()?);
        } else if self.is_symbol("{") && claim.solve.is_none() {
            claim.braces = Braces::Present;
            let opened = self.expect("{")?;
            loop {
                while self.accept(";") {}
                let comments = self.take_comments();
                if self.is_symbol("}") || self.peek().is_none() {
                    if claim.statements.is_empty() {
                        return Err(self.expected(&["a statement"]));
                    }
                    self.close("}", opened)?;
                    claim.end_comments = comments;
                    break;
                }
                let mut statement = self.statement(comments)?;
                if self.accept_word("ref") {
                    statement.refs = self.texts()?;
                }
                statement.trailing = self.trailing();
                claim.statements.push(statement);
            }
        } else {
            let statement = self.statement(vec![])?;
            claim.statements.push(statement);
        }
        self.suffixes(&mut claim)?;
        Ok(claim)
    }

    /// `at r = 1/2, s = 0`, if it stands here.
    pub(super) fn fixed(&mut self) -> Parse<Vec<(ast::Name, ast::Expr)>> {
        let mut at = Vec::new();
        if self.accept_word("at") {
            loop {
                let parameter = self.name("a parameter")?;
                self.expect("=")?;
                at.push((parameter, self.expr()?));
                if !self.accept(",") {
                    break;
                }
            }
        }
        Ok(at)
    }

    fn suffixes(&mut self, claim: &mut Claim) -> Parse<()> {
        loop {
            if self.accept_word("almost") {
                self.expect_word("everywhere")?;
                claim.scope = Scope::AlmostEverywhere;
            } else if claim.solve.is_some() && self.is_word("answer") {
                let start = self.here();
                self.at += 1;
                let answer = if self.is_word("where") {
                    Answer::Regions(self.regions()?)
                } else {
                    Answer::Intervals(self.set()?)
                };
                let span = Span::new(start.start, self.end());
                if let Some(solve) = &mut claim.solve {
                    (solve.answer, solve.span) = (Some(answer), span);
                }
            } else if claim.solve.is_none() && self.accept_word("printed") {
                claim.printed = Some(self.expr()?);
            } else if self.accept_word("ref") {
                claim.refs.extend(self.texts()?);
            } else {
                return Ok(());
            }
        }
    }

    /// `where r <= s, s < 1/2 union where r = 1`
    fn regions(&mut self) -> Parse<Vec<Vec<Relations>>> {
        let mut out = Vec::new();
        loop {
            self.expect_word("where")?;
            let mut region = Vec::new();
            loop {
                region.push(self.related()?);
                if !self.accept(",") {
                    break;
                }
            }
            out.push(region);
            if !self.accept_word("union") {
                return Ok(out);
            }
        }
    }

    /// `[0, 1/3)`
    fn interval(&mut self, opened: Span) -> Parse<Interval> {
        let from = if self.accept("[") { End::Closed } else { End::Open };
        if from == End::Open && !self.accept("(") {
            return Err(self.expected(&["`[`", "`(`", "`{`"]));
        }
        self.open += 1;
        let low = self.expr()?;
        self.expect(",")?;
        let high = self.expr()?;
        self.open -= 1;
        let to = if self.accept(")") { End::Open } else { End::Closed };
        if to == End::Closed {
            self.close("]", opened)?;
        }
        Ok(Interval { low, from, high, to })
    }

    /// `[0, 1/3) union {1/2}`
    fn set(&mut self) -> Parse<Vec<Interval>> {
        let mut out = Vec::new();
        loop {
            let opened = self.here();
            if self.accept("{") {
                self.open += 1;
                while !self.is_symbol("}") {
                    let point = self.expr()?;
                    out.push(Interval {
                        low: point.clone(),
                        from: End::Closed,
                        high: point,
                        to: End::Closed,
                    });
                    if !self.accept(",") {
                        break;
                    }
                }
                self.open -= 1;
                self.close("}", opened)?;
            } else {
                out.push(self.interval(opened)?);
            }
            if !self.accept_word("union") {
                return Ok(out);
            }
        }
    }

    pub(super) fn texts(&mut self) -> Parse<Vec<Text>> {
        let mut out = vec![self.quoted()?];
        while self.accept(",") {
            out.push(self.quoted()?);
        }
        Ok(out)
    }

    /// `no payment makes …`
    fn is_without_payments(&mut self) -> bool {
        let second =
            matches!(self.peek_second(), Some(Token { kind: TokenKind::Name(n), .. }) if n == "payment");
        second && self.is_word("no")
    }

    /// `no payment makes choice incentive compatible`: it is not the case that the rule is implementable.
    fn without_payments(&mut self) -> Parse<Statement> {
        let start = self.here();
        self.words(&["no", "payment", "makes"])?;
        let mechanism = self.expr()?;
        let span = self.here();
        self.words(&["incentive", "compatible"])?;
        let property = Property { kind: PropertyKind::Implementable, span };
        let kind = StatementKind::Properties { mechanism, properties: vec![property] };
        let span = Span::new(start.start, self.end());
        Ok(Statement { comments: vec![], trailing: None, kind, refs: vec![], span })
    }

    fn statement(&mut self, comments: Vec<String>) -> Parse<Statement> {
        let start = self.here();
        let mut kind = self.statement_kind()?;
        if self.accept_word("implies") {
            let conclusion = Box::new(self.statement_kind()?);
            kind = StatementKind::Implication { premise: Box::new(kind), conclusion };
        }
        let span = Span::new(start.start, self.end());
        Ok(Statement { comments, trailing: None, kind, refs: vec![], span })
    }

    fn statement_kind(&mut self) -> Parse<StatementKind> {
        let quantity = match (self.is_word("some"), self.is_word("no")) {
            (true, _) => Some(Quantity::Some),
            (_, true) => Some(Quantity::No),
            _ => None,
        };
        let second = self.peek_second();
        let mechanism = matches!(second, Some(Token { kind: TokenKind::Name(n), .. }) if n == "mechanism");
        if let (Some(quantity), true) = (quantity, mechanism) {
            self.at += 1;
            self.words(&["mechanism", "on"])?;
            let setting = self.name("a setting")?;
            self.expect_word("is")?;
            return Ok(StatementKind::Existence { quantity, setting, properties: self.properties()? });
        }
        let objective = ["revenue", "welfare", "gains"];
        let follows =
            matches!(second, Some(Token { kind: TokenKind::Name(n), .. }) if objective.contains(&n.as_str()));
        for (word, extreme) in [("greatest", Extreme::Greatest), ("least", Extreme::Least)] {
            if follows && self.accept_word(word) {
                return self.optimum(extreme);
            }
        }
        let first = self.expr()?;
        if self.accept_word("ranges") {
            self.expect_word("over")?;
            let opened = self.here();
            if !self.is_symbol("[") && !self.is_symbol("(") {
                return Err(self.expected(&["`[`", "`(`"]));
            }
            let range = self.interval(opened)?;
            return Ok(StatementKind::Ranges { term: first, range });
        }
        if self.accept_word("has") {
            let ExprKind::Name(text) = first.kind else {
                let message = "a setting is named before `has`";
                return Err(Box::new(Diagnostic::new("wrong-sort", message, first.span)));
            };
            let setting = Name { text, span: first.span };
            return Ok(StatementKind::Order { setting, order: self.order()? });
        }
        if self.accept_word("is") {
            return self.predicate(first);
        }
        if self.is_symbol("=") && self.peek_second().is_some_and(|t| t.kind == TokenKind::Symbol("{")) {
            self.at += 1;
            let opened = self.expect("{")?;
            self.open += 1;
            let mut elements = Vec::new();
            if !self.is_symbol("}") {
                elements.push(self.expr()?);
                while self.accept(",") {
                    elements.push(self.expr()?);
                }
            }
            self.open -= 1;
            self.close("}", opened)?;
            return Ok(StatementKind::Set { set: first, elements });
        }
        let rest = self.relations()?;
        if rest.is_empty() {
            return Err(self.expected(&["an operator", "a relation such as `=`", "`is`"]));
        }
        Ok(StatementKind::Relations { first, rest })
    }
}
