//! Derivations.
//!
//! ```text
//! derivation = [ "refuted" ] "derivation" statement-name [ "shows" sentence ] "{" { line } "}" [ "ref" texts ]
//! lemma      = "lemma" head ":" ( chain | argument ) [ "ref" texts ]
//! line       = "given" given | "apply" statement-name [ "with" value { "," value } ] | "let" name [ "(" name { "," name } ")" ] "=" expr
//!            | [ "step" head ":" ] ( chain | argument ) | "we" "need" "to" "show" head ":" sentence
//! head       = [ statement-name ] [ "for" "all" members ] [ conditions ]
//! value      = name [ "(" name { "," name } ")" ] "=" expr
//! given      = ( "function" | "functions" | "number" | "numbers" ) name { "," name }
//!            | "integer" name ">=" expr | members [ "with" relations { "and" relations } ]
//!            | name ":" "cdf" "on" range ( "with" [ "positive" ] "density" name | "," "continuous" )
//!            | "profile" name [ "on" range "with" [ "positive" ] "density" name | "~" name ]
//!            | [ statement-name [ "for" "all" members ] ":" ] sentence [ ( "iff" | "implies" ) sentence ]
//! sentence   = relations { "and" relations } [ "for" ( "all" | "some" ) members ] [ conditions ]
//! relations  = expr relation expr { relation expr }
//! conditions = "if" relations { "and" relations }
//! members    = member { "," member }
//! member     = name [ "in" ( range | expr ".." expr ) ]
//! chain      = expr link { link }
//! link       = relation expr [ "everywhere" ] [ "printed" [ relation ] expr ] [ because ]
//! argument   = sentence [ because ] | sentence { ( "iff" | "implies" ) sentence [ "printed" sentence ] [ because ] }
//! ```

use super::{Parse, Parser};
use crate::lang::ast::{
    Chain, Derivation, DerivationKind, DerivationLine, Direction, Form, Implication, Link, Membership,
    Misprint, Name, Positive, Quantifier, Relations, Sentence, Span, Stance, Within,
};
use crate::lang::lexer::{Spacing, Token, TokenKind};

/// The words that begin a line; other lines begin a chain.
const LINES: [&str; 5] = ["given", "let", "step", "apply", "we"];

/// A name, ranges and conditions.
type Head = (Option<Name>, Vec<Membership>, Vec<Relations>);

impl Parser<'_> {
    /// Whether `derivation NAME` follows, and not a claim of that name.
    pub(super) fn starts_derivation(&mut self) -> bool {
        if !self.is_word("derivation") {
            return false;
        }
        let mut later = self.tokens.iter().skip(self.at + 1);
        let (second, third) = (later.next(), later.next());
        // The name may begin with `at-`.
        let goes_on =
            || third.is_some_and(|t| t.spacing == Spacing::Absent || t.kind == TokenKind::Symbol("{"));
        second.is_some_and(|t| match &t.kind {
            TokenKind::Name(n) if n == "at" || n == "for" => goes_on(),
            kind => matches!(kind, TokenKind::Name(_)),
        })
    }

    pub(super) fn derivation(&mut self, stance: Stance) -> Parse<Derivation> {
        let name = self.hyphenated()?;
        let shows = if self.accept_word("shows") { Some(self.sentence()?) } else { None };
        let (lines, end_comments) = self.block(&LINES, |parser, comments, _| {
            let start = parser.here();
            let kind = parser.derivation_line()?;
            let span = Span::new(start.start, parser.end());
            Ok(DerivationLine { comments, trailing: parser.trailing(), kind, span })
        })?;
        let refs = if self.accept_word("ref") { self.texts()? } else { vec![] };
        Ok(Derivation { stance, form: Form::Lines, name, shows, lines, end_comments, refs })
    }

    /// `bound for all z in [0, 1]: n*z^(n - 1) - (n - 1)*z^n <= 1 by derivative in z`
    pub(super) fn lemma(&mut self) -> Parse<Derivation> {
        let start = self.here();
        let (name, ranges, conditions) = self.head()?;
        let Some(name) = name else { return Err(self.expected(&["the name of the lemma"])) };
        let kind = self.stated((None, ranges, conditions))?;
        let span = Span::new(start.start, self.end());
        let lines = vec![DerivationLine { comments: vec![], trailing: None, kind, span }];
        let refs = if self.accept_word("ref") { self.texts()? } else { vec![] };
        let (stance, form) = (Stance::Holds, Form::Lemma);
        Ok(Derivation { stance, form, name, shows: None, lines, end_comments: vec![], refs })
    }

    fn derivation_line(&mut self) -> Parse<DerivationKind> {
        if self.accept_word("given") {
            return self.given();
        }
        if self.is_word("apply") && matches!(self.peek_second(), Some(Token { kind: TokenKind::Name(_), .. }))
        {
            self.at += 1;
            let name = self.hyphenated()?;
            let mut values = vec![];
            if self.accept_word("with") {
                values.push(self.defined("a name of the derivation")?);
                while self.accept(",") {
                    values.push(self.defined("a name of the derivation")?);
                }
            }
            return Ok(DerivationKind::Apply { name, values });
        }
        if self.accept_word("let") {
            let (name, parameters, body) = self.defined("the name that is defined")?;
            return Ok(DerivationKind::Let { name, parameters, body });
        }
        if self.is_word("we") && self.is_second("need") {
            ["we", "need", "to", "show"].into_iter().try_for_each(|word| self.expect_word(word).map(drop))?;
            let (name, ranges, conditions) = self.head()?;
            return Ok(DerivationKind::Goal { name, ranges, conditions, sentence: self.sentence()? });
        }
        let head = if self.accept_word("step") { self.head()? } else { Head::default() };
        self.stated(head)
    }

    /// A chain or an argument.
    fn stated(&mut self, (name, ranges, conditions): Head) -> Parse<DerivationKind> {
        let start = self.here();
        let chain = self.chain()?;
        let goes_on = ["iff", "implies", "and", "for", "if"].into_iter().any(|word| self.is_word(word));
        if !goes_on {
            return Ok(DerivationKind::Step { name, ranges, conditions, chain });
        }
        if chain.links.iter().any(|link| !link.reasons.is_empty() || link.printed.is_some()) {
            return Err(self.expected(&["a relation such as `=`", "another line"]));
        }
        let everywhere = chain.links.iter().any(|link| link.everywhere);
        let rest = chain.links.into_iter().map(|link| (link.relation, link.right)).collect();
        let span = Span::new(start.start, self.end());
        let relations = Relations { first: chain.first, rest, everywhere, span };
        let first = self.sentence_from(relations)?;
        let reasons = self.because()?;
        let links = if reasons.is_empty() { self.implications()? } else { vec![] };
        Ok(DerivationKind::Argument { name, ranges, conditions, first, reasons, links })
    }

    /// `up for all v in [0, 1] if a >= b:`
    fn head(&mut self) -> Parse<Head> {
        let mut name = None;
        if !self.is_symbol(":") && !self.is_word("for") && !self.is_word("if") {
            name = Some(self.hyphenated()?);
        }
        let (ranges, conditions) = (self.for_all()?, self.conditions()?);
        self.expect(":")?;
        Ok((name, ranges, conditions))
    }

    pub(super) fn is_second(&mut self, word: &str) -> bool {
        matches!(self.peek_second(), Some(Token { kind: TokenKind::Name(n), .. }) if n == word)
    }

    fn sentence(&mut self) -> Parse<Sentence> {
        let first = self.related()?;
        self.sentence_from(first)
    }

    fn sentence_from(&mut self, first: Relations) -> Parse<Sentence> {
        let start = first.span.start;
        let mut relations = vec![first];
        while self.accept_word("and") {
            relations.push(self.related()?);
        }
        let (mut quantifier, mut ranges) = (Quantifier::All, vec![]);
        if self.accept_word("for") {
            if self.accept_word("some") {
                quantifier = Quantifier::Some;
            } else {
                self.expect_word("all")?;
            }
            ranges = self.members()?;
        }
        let conditions = self.conditions()?;
        Ok(Sentence { relations, quantifier, ranges, conditions, span: Span::new(start, self.end()) })
    }

    fn implications(&mut self) -> Parse<Vec<Implication>> {
        let mut links = Vec::new();
        loop {
            let start = self.here();
            let before = self.at;
            let Some(direction) = self.direction() else { break };
            let comments = self.comments_before(before);
            let right = self.sentence()?;
            let span = Span::new(start.start, self.end());
            let printed = if self.accept_word("printed") { Some(self.sentence()?) } else { None };
            let reasons = self.because()?;
            links.push(Implication { comments, trailing: None, direction, right, printed, reasons, span });
            self.within_chain(links.len())?;
            let trailing = self.trailing();
            let goes_on = self.is_word("iff") || self.is_word("implies");
            match (trailing, links.last_mut()) {
                (Some(comment), Some(link)) if goes_on => link.trailing = Some(comment),
                (Some(comment), _) => self.leave(comment),
                _ => {}
            }
        }
        Ok(links)
    }

    fn direction(&mut self) -> Option<Direction> {
        if self.accept_word("iff") {
            return Some(Direction::Both);
        }
        self.accept_word("implies").then_some(Direction::Forward)
    }

    /// `n = 3`, `f(y) = 2*y`.
    fn defined(&mut self, what: &'static str) -> Parse<(Name, Vec<Name>, crate::lang::ast::Expr)> {
        let name = self.name(what)?;
        let mut parameters = vec![];
        if self.is_symbol("(") {
            let opened = self.expect("(")?;
            parameters = self.name_list("a parameter")?;
            self.close(")", opened)?;
        }
        self.expect("=")?;
        Ok((name, parameters, self.expr()?))
    }

    pub(super) fn given(&mut self) -> Parse<DerivationKind> {
        if self.accept_word("function") || self.accept_word("functions") {
            return Ok(DerivationKind::Functions(self.name_list("a function")?));
        }
        if self.accept_word("number") || self.accept_word("numbers") {
            return Ok(DerivationKind::Numbers(self.name_list("a number")?));
        }
        if self.accept_word("integer") {
            let name = self.name("the integer")?;
            self.expect(">=")?;
            return Ok(DerivationKind::Integer { name, least: self.expr()? });
        }
        if matches!(self.peek_second(), Some(Token { kind: TokenKind::Name(word), .. }) if word == "in") {
            let members = self.members()?;
            let mut conditions = vec![];
            if self.accept_word("with") {
                conditions.push(self.related()?);
                while self.accept_word("and") {
                    conditions.push(self.related()?);
                }
            }
            return Ok(DerivationKind::Members(members, conditions));
        }
        if self.is_word("profile")
            && matches!(self.peek_second(), Some(Token { kind: TokenKind::Name(_), .. }))
        {
            self.at += 1;
            let name = self.name("the profile")?;
            if self.accept("~") {
                return Ok(DerivationKind::Drawn { name, cdf: self.name("a distribution function")? });
            }
            let types = if self.accept_word("on") { Some(self.types_with_density()?) } else { None };
            return Ok(DerivationKind::Profile { name, types });
        }
        if self.is_bare_name() {
            let help = "`given numbers a, b` or `given functions f, g` introduces names";
            let wanted = ["`numbers`", "`functions`", "an assumption such as `a > 0`"];
            return Err(Box::new(self.expected(&wanted).help(help)));
        }
        let name = if self.is_labelled() { Some(self.hyphenated()?) } else { None };
        let mut ranges = vec![];
        if name.is_some() {
            ranges = self.for_all()?;
            self.expect(":")?;
        }
        if let Some(name) = &name
            && self.accept_word("cdf")
        {
            self.expect_word("on")?;
            let on = self.range()?;
            let continuous = self.is_symbol(",") && self.is_second("continuous");
            let density = match continuous {
                true => {
                    self.at += 2;
                    None
                }
                false => Some(self.density()?),
            };
            return Ok(DerivationKind::Cdf { name: name.clone(), on, density });
        }
        let sentence = self.sentence()?;
        let then = match self.direction() {
            Some(direction) => Some((direction, self.sentence()?)),
            None => None,
        };
        Ok(DerivationKind::Hypothesis { name, ranges, sentence, then })
    }

    /// `[0, V] with positive density f`.
    fn types_with_density(&mut self) -> Parse<(crate::lang::ast::Range, Positive, Name)> {
        let on = self.range()?;
        let (positive, density) = self.density()?;
        Ok((on, positive, density))
    }

    /// `with positive density f`.
    fn density(&mut self) -> Parse<(Positive, Name)> {
        self.expect_word("with")?;
        let positive = if self.accept_word("positive") { Positive::Yes } else { Positive::Unknown };
        self.expect_word("density")?;
        Ok((positive, self.name("the density")?))
    }

    /// Sides with at least one relation between them.
    pub(super) fn related(&mut self) -> Parse<Relations> {
        let start = self.here();
        let first = self.expr()?;
        let rest = self.relations()?;
        if rest.is_empty() {
            return Err(self.expected(&["an operator", "a relation such as `>=`"]));
        }
        let everywhere = self.accept_word("everywhere");
        Ok(Relations { first, rest, everywhere, span: Span::new(start.start, self.end()) })
    }

    fn conditions(&mut self) -> Parse<Vec<Relations>> {
        let mut out = Vec::new();
        if self.accept_word("if") {
            out.push(self.related()?);
            while self.accept_word("and") {
                out.push(self.related()?);
            }
        }
        Ok(out)
    }

    /// Whether a name stands here of which nothing is said.
    fn is_bare_name(&mut self) -> bool {
        let ends = |token: &Token| match &token.kind {
            TokenKind::Symbol(sign) => [",", "}"].contains(sign),
            TokenKind::Name(word) => LINES.contains(&word.as_str()),
            _ => false,
        };
        matches!(self.peek(), Some(Token { kind: TokenKind::Name(_), .. }))
            && self.peek_second().is_some_and(ends)
    }

    /// Whether a name with a colon, or with `for all`, stands here.
    fn is_labelled(&mut self) -> bool {
        self.peek();
        let mut tokens = self.tokens.iter().skip(self.at).peekable();
        while let Some(token) = tokens.next() {
            match &token.kind {
                TokenKind::Name(_) | TokenKind::Number(_) => {}
                _ => return false,
            }
            match tokens.next().map(|t| &t.kind) {
                Some(TokenKind::Symbol(":")) => return true,
                Some(TokenKind::Name(word)) => return word == "for",
                Some(TokenKind::Symbol("-")) => {}
                _ => return false,
            }
        }
        false
    }

    fn name_list(&mut self, what: &str) -> Parse<Vec<Name>> {
        let mut names = vec![self.name(what)?];
        while self.accept(",") {
            names.push(self.name(what)?);
        }
        Ok(names)
    }

    fn for_all(&mut self) -> Parse<Vec<Membership>> {
        if !self.accept_word("for") {
            return Ok(vec![]);
        }
        self.expect_word("all")?;
        self.members()
    }

    fn members(&mut self) -> Parse<Vec<Membership>> {
        let mut out = Vec::new();
        loop {
            let name = self.name("a name")?;
            let within = if !self.accept_word("in") {
                Within::Any
            } else if self.is_symbol("[") {
                Within::Interval(self.range()?)
            } else {
                let first = self.expr()?;
                self.expect("..")?;
                Within::Agents(first, self.expr()?)
            };
            out.push(Membership { name, within });
            if !self.accept(",") {
                return Ok(out);
            }
        }
    }

    fn chain(&mut self) -> Parse<Chain> {
        let first = self.expr()?;
        let mut links = Vec::new();
        loop {
            let start = self.here();
            let before = self.at;
            let Some(relation) = self.relation() else { break };
            let comments = self.comments_before(before);
            let right = self.expr()?;
            let everywhere = self.accept_word("everywhere");
            let span = Span::new(start.start, self.end());
            let printed = self.misprint()?;
            let reasons = self.because()?;
            links.push(Link {
                comments,
                trailing: None,
                relation,
                right,
                everywhere,
                printed,
                reasons,
                span,
            });
            self.within_chain(links.len())?;
            // The last comment of a chain is the comment of its line.
            let trailing = self.trailing();
            let goes_on = matches!(self.peek(), Some(Token { kind: TokenKind::Symbol(s), .. })
                if ["=", "!=", "<", "<=", ">", ">="].contains(s));
            match (trailing, links.last_mut()) {
                (Some(comment), Some(link)) if goes_on => link.trailing = Some(comment),
                (Some(comment), _) => self.leave(comment),
                _ => {}
            }
        }
        if links.is_empty() {
            return Err(self.expected(&["an operator", "a relation such as `=`"]));
        }
        Ok(Chain { first, links })
    }

    /// `printed <= wrong`.
    fn misprint(&mut self) -> Parse<Option<Misprint>> {
        let start = self.here();
        if !self.accept_word("printed") {
            return Ok(None);
        }
        let (relation, right) = (self.relation(), self.expr()?);
        Ok(Some(Misprint { relation, right, span: Span::new(start.start, self.end()) }))
    }

    /// The comments that were passed before a token.
    fn comments_before(&mut self, at: usize) -> Vec<String> {
        let (before, after) = std::mem::take(&mut self.comments).into_iter().partition(|(n, _)| *n < at);
        self.comments = after;
        let before: Vec<(usize, String)> = before;
        before.into_iter().map(|(_, text)| text).collect()
    }
}
