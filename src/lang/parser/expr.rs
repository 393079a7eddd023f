//! Expressions.
//!
//! ```text
//! expr      = [ "-" ] product { ( "+" | "-" ) product }
//! product   = factor { ( "*" | "/" ) factor }
//! factor    = "-" factor | prefix [ "^" factor ]
//! prefix    = ( "E" | "interim" ) prefix | primary [ "under" name ]
//! primary   = number | name | name "[" expr "]" | name "with" name "[" expr "]" "=" expr | name "(" … ")" | "(" expr ")" | "[" condition "]"
//!           | "cases" "{" … "}" | "integral" "(" expr "," name "from" expr "to" expr ")"
//!           | "root" [ name ] "of" expr "in" "[" expr "," expr "]"
//!           | "table" axis [ "," axis ] "{" { expr ":" expr { "," expr } } "}"
//! axis      = name | name "[" expr "]"
//! condition = comparison { "and" comparison }
//! ```

use super::{Parse, Parser, RESERVED};
use crate::lang::ast::{
    Comparison, Condition, Expr, ExprKind, Factor, FamilyOperator, Name, Relation, Sign, Span, children,
};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::lexer::{Position, Spacing, Token, TokenKind};

/// Terms of one sum or product at most.
const CHAIN_LIMIT: usize = 200_000;

impl Parser<'_> {
    /// Whether an operator may continue the expression: not at the start of a line, unless a bracket
    /// is open.
    fn continues(&mut self) -> bool {
        self.open > 0 || self.peek().is_some_and(|t| t.position == Position::Later)
    }

    fn sign(&mut self) -> Option<Sign> {
        if !self.continues() {
            return None;
        }
        if self.accept("+") {
            Some(Sign::Plus)
        } else if self.accept("-") {
            Some(Sign::Minus)
        } else {
            None
        }
    }

    /// Any number of minus signs: their product.
    fn minus_signs(&mut self) -> Sign {
        let mut sign = Sign::Plus;
        while self.accept("-") {
            sign = flip(sign);
        }
        sign
    }

    pub(super) fn expr(&mut self) -> Parse<Expr> {
        self.deeper(Self::sum)
    }

    fn sum(&mut self) -> Parse<Expr> {
        let start = self.here();
        let sign = self.minus_signs();
        let first = self.product()?;
        let mut next = self.sign();
        if next.is_none() {
            return Ok(match sign {
                Sign::Plus => first,
                Sign::Minus => {
                    let span = Span::new(start.start, self.end());
                    Expr { kind: ExprKind::Negated(Box::new(first)), span }
                }
            });
        }
        let mut terms = vec![(sign, first)];
        while let Some(sign) = next {
            let sign = match self.minus_signs() {
                Sign::Plus => sign,
                Sign::Minus => flip(sign),
            };
            terms.push((sign, self.product()?));
            self.within_chain(terms.len())?;
            next = self.sign();
        }
        let span = Span::new(start.start, self.end());
        Ok(Expr { kind: ExprKind::Sum(terms), span })
    }

    pub(super) fn within_chain(&mut self, length: usize) -> Parse<()> {
        if length > CHAIN_LIMIT {
            let message = format!("this chain has more than {CHAIN_LIMIT} terms");
            return Err(Box::new(Diagnostic::new("too-large", message, self.here())));
        }
        Ok(())
    }

    fn product(&mut self) -> Parse<Expr> {
        let start = self.here();
        let first = self.factor()?;
        let Some(mut how) = self.times_or_over() else { return Ok(first) };
        let mut factors = vec![(Factor::Times, first)];
        loop {
            factors.push((how, self.factor()?));
            self.within_chain(factors.len())?;
            match self.times_or_over() {
                Some(next) => how = next,
                None => break,
            }
        }
        let span = Span::new(start.start, self.end());
        Ok(Expr { kind: ExprKind::Product(factors), span })
    }

    fn times_or_over(&mut self) -> Option<Factor> {
        match self.continues() {
            true if self.accept("*") => Some(Factor::Times),
            true if self.accept("/") => Some(Factor::Over),
            _ => None,
        }
    }

    fn factor(&mut self) -> Parse<Expr> {
        let start = self.here();
        if self.is_symbol("-") {
            return match self.minus_signs() {
                Sign::Plus => self.factor(),
                Sign::Minus => {
                    let inner = self.factor()?;
                    let span = Span::new(start.start, self.end());
                    Ok(Expr { kind: ExprKind::Negated(Box::new(inner)), span })
                }
            };
        }
        let bracketed = self.is_symbol("(");
        let base = self.prefix()?;
        let average = matches!(base.kind, ExprKind::Expectation(_) | ExprKind::Interim(_)) && !bracketed;
        if average && self.continues() && (self.is_symbol("^") || self.is_product()) {
            let message = "it is not clear how far this average goes";
            let help = "write `E (a^2)` or `(E a)^2`, `E (a*b)` or `(E a)*b`";
            let complaint = Diagnostic::new("ambiguous-average", message, base.span.to(self.here()));
            return Err(Box::new(complaint.help(help)));
        }
        if !(self.continues() && self.accept("^")) {
            return Ok(base);
        }
        let exponent = self.deeper(Self::factor)?;
        let span = Span::new(start.start, self.end());
        let (base, exponent) = (Box::new(base), Box::new(exponent));
        Ok(Expr { kind: ExprKind::Power { base, exponent }, span })
    }

    /// Whether `*` or `/` and something else than a number come next.
    fn is_product(&mut self) -> bool {
        let next = self.tokens.get(self.at + 1).map(|t| &t.kind);
        (self.is_symbol("*") || self.is_symbol("/")) && !matches!(next, Some(TokenKind::Number(_)))
    }

    fn prefix(&mut self) -> Parse<Expr> {
        let start = self.here();
        let expectation = self.is_word("E");
        if expectation || self.is_word("interim") {
            self.at += 1;
            let inner = Box::new(self.deeper(Self::prefix)?);
            let span = Span::new(start.start, self.end());
            let kind = if expectation { ExprKind::Expectation(inner) } else { ExprKind::Interim(inner) };
            return Ok(Expr { kind, span });
        }
        let mut out = self.primary()?;
        while self.continues() && self.accept_word("under") {
            let strategy = self.name("a strategy")?;
            let span = Span::new(start.start, self.end());
            out = Expr { kind: ExprKind::Under { mechanism: Box::new(out), strategy }, span };
        }
        Ok(out)
    }

    fn primary(&mut self) -> Parse<Expr> {
        let wanted = ["a number", "a name", "`(`", "`[`"];
        let Some(token) = self.peek() else { return Err(self.expected(&wanted)) };
        let span = token.span;
        if let Some(complaint) = self.unfinished() {
            return Err(complaint);
        }
        match &token.kind {
            TokenKind::Number(digits) => {
                self.at += 1;
                match digits.parse() {
                    Ok(value) => Ok(Expr { kind: ExprKind::Number(value), span }),
                    Err(_) => Err(self.expected(&wanted)),
                }
            }
            TokenKind::Symbol("(") => {
                self.at += 1;
                self.open += 1;
                let inner = self.expr()?;
                self.open -= 1;
                self.close(")", span)?;
                Ok(inner)
            }
            TokenKind::Symbol("[") => {
                self.at += 1;
                self.open += 1;
                let condition = self.condition()?;
                self.open -= 1;
                self.close("]", span)?;
                let span = Span::new(span.start, self.end());
                Ok(Expr { kind: ExprKind::Indicator(condition), span })
            }
            TokenKind::Name(word) => match word.as_str() {
                "cases" => self.cases(),
                "integral" => self.integral(),
                "root" => self.root(),
                "table" => self.table(),
                reserved if RESERVED.contains(&reserved) => {
                    let mut complaint = self.expected(&wanted);
                    complaint.code = "reserved-word";
                    Err(complaint)
                }
                _ => self.named(),
            },
            _ => Err(self.expected(&wanted)),
        }
    }

    /// A name, an indexed name or a call.
    fn named(&mut self) -> Parse<Expr> {
        let name = self.name("a name")?;
        let adjacent = |t: &Token<'_>| t.spacing == Spacing::Absent;
        match self.tokens.get(self.at) {
            Some(t @ Token { kind: TokenKind::Symbol("["), span, .. }) if adjacent(t) => {
                let opened = *span;
                self.at += 1;
                self.open += 1;
                let index = Box::new(self.expr()?);
                self.open -= 1;
                self.close("]", opened)?;
                let span = Span::new(name.span.start, self.end());
                Ok(Expr { kind: ExprKind::Indexed { name, index }, span })
            }
            Some(t @ Token { kind: TokenKind::Symbol("("), span, .. }) if adjacent(t) => {
                let opened = *span;
                self.at += 1;
                self.open += 1;
                let kind = self.arguments(name.clone())?;
                self.open -= 1;
                self.close(")", opened)?;
                let span = Span::new(name.span.start, self.end());
                Ok(Expr { kind, span })
            }
            _ if self.is_change(&name) => {
                self.at += 2;
                let opened = self.expect("[")?;
                self.open += 1;
                let index = Box::new(self.expr()?);
                self.open -= 1;
                self.close("]", opened)?;
                self.expect("=")?;
                let value = Box::new(self.expr()?);
                let span = Span::new(name.span.start, self.end());
                Ok(Expr { kind: ExprKind::Changed { profile: name, index, value }, span })
            }
            _ => {
                let span = name.span;
                Ok(Expr { kind: ExprKind::Name(name.text), span })
            }
        }
    }

    /// Whether `with t[` stands behind `t`.
    fn is_change(&self, profile: &Name) -> bool {
        let word = |n: usize, text: &str| matches!(self.tokens.get(self.at + n).map(|t| &t.kind), Some(TokenKind::Name(w)) if w == text);
        let bracket = self.tokens.get(self.at + 2).map(|t| &t.kind);
        word(0, "with") && word(1, &profile.text) && matches!(bracket, Some(TokenKind::Symbol("[")))
    }

    fn arguments(&mut self, function: Name) -> Parse<ExprKind> {
        let operator = match function.text.as_str() {
            "sum" => Some(FamilyOperator::Sum),
            "max" => Some(FamilyOperator::Max),
            "min" => Some(FamilyOperator::Min),
            _ => None,
        };
        let first = self.expr()?;
        if let Some(operator) = operator
            && self.accept_word("for")
        {
            let index = self.name("an index")?;
            let except = match self.accept("!=") {
                true => Some(Box::new(self.expr()?)),
                false => None,
            };
            if let (Some(_), false) = (&except, self.is_symbol(")")) {
                return Err(self.expected(&["`)`"]));
            }
            return Ok(ExprKind::Family { operator, index, except, body: Box::new(first) });
        }
        // `for j != i` writes the index twice.
        if let (Some(FamilyOperator::Sum), ExprKind::Name(text)) = (operator, &first.kind)
            && self.is_symbol(",")
        {
            let index = Name { text: text.clone(), span: first.span };
            self.at += 1;
            let body = Box::new(self.expr()?);
            return Ok(ExprKind::Family { operator: FamilyOperator::Sum, index, except: None, body });
        }
        if operator == Some(FamilyOperator::Sum) {
            return Err(self.expected(&["`for`"]));
        }
        let mut arguments = vec![first];
        while self.accept(",") {
            arguments.push(self.expr()?);
        }
        Ok(ExprKind::Call { function, arguments })
    }

    fn integral(&mut self) -> Parse<Expr> {
        let start = self.expect_word("integral")?;
        let opened = self.expect("(")?;
        self.open += 1;
        let body = Box::new(self.expr()?);
        let along = if self.accept_word("d") {
            let opened = self.expect("(")?;
            let along = self.expr()?;
            self.close(")", opened)?;
            Some(Box::new(along))
        } else {
            None
        };
        self.expect(",")?;
        let variable = self.name("the variable of integration")?;
        self.expect_word("from")?;
        let low = Box::new(self.expr()?);
        self.expect_word("to")?;
        let high = Box::new(self.expr()?);
        self.open -= 1;
        self.close(")", opened)?;
        let span = Span::new(start.start, self.end());
        Ok(Expr { kind: ExprKind::Integral { body, along, variable, low, high }, span })
    }

    fn root(&mut self) -> Parse<Expr> {
        let start = self.expect_word("root")?;
        let named = match self.accept_word("of") {
            true => None,
            false => {
                let name = self.name("`of` or the unknown")?;
                self.expect_word("of")?;
                Some(name)
            }
        };
        let body = Box::new(self.expr()?);
        let variable = match named {
            Some(name) => name,
            None => only_name(&body)?,
        };
        self.expect_word("in")?;
        let opened = self.expect("[")?;
        self.open += 1;
        let low = Box::new(self.expr()?);
        self.expect(",")?;
        let high = Box::new(self.expr()?);
        self.open -= 1;
        self.close("]", opened)?;
        let span = Span::new(start.start, self.end());
        Ok(Expr { kind: ExprKind::Root { body, variable, low, high }, span })
    }

    fn cases(&mut self) -> Parse<Expr> {
        let start = self.expect_word("cases")?;
        let opened = self.expect("{")?;
        let outer = std::mem::replace(&mut self.open, 0);
        let (mut branches, mut otherwise) = (Vec::new(), None);
        while !self.is_symbol("}") && otherwise.is_none() {
            let value = self.expr()?;
            if self.accept_word("otherwise") {
                otherwise = Some(Box::new(value));
            } else if self.accept_word("if") {
                branches.push((value, self.condition()?));
            } else {
                return Err(self.expected(&["an operator", "`if`", "`otherwise`"]));
            }
            while self.accept(";") {}
        }
        self.close("}", opened)?;
        self.open = outer;
        let span = Span::new(start.start, self.end());
        Ok(Expr { kind: ExprKind::Cases { branches, otherwise }, span })
    }

    fn table(&mut self) -> Parse<Expr> {
        let start = self.expect_word("table")?;
        let rows = Box::new(self.named()?);
        let columns = match self.accept(",") {
            true => Some(Box::new(self.named()?)),
            false => None,
        };
        let opened = self.expect("{")?;
        let outer = std::mem::replace(&mut self.open, 0);
        let mut cells = Vec::new();
        while !self.is_symbol("}") && self.peek().is_some() {
            let label = self.expr()?;
            self.expect(":")?;
            let mut row = vec![self.expr()?];
            while self.accept(",") {
                row.push(self.expr()?);
            }
            cells.push((label, row));
            self.within_chain(cells.len())?;
            while self.accept(";") {}
        }
        self.close("}", opened)?;
        self.open = outer;
        let span = Span::new(start.start, self.end());
        Ok(Expr { kind: ExprKind::Table { rows, columns, cells }, span })
    }

    fn condition(&mut self) -> Parse<Condition> {
        let start = self.here();
        let mut conjuncts = vec![self.comparison()?];
        while self.accept_word("and") {
            conjuncts.push(self.comparison()?);
        }
        Ok(Condition { conjuncts, span: Span::new(start.start, self.end()) })
    }

    fn comparison(&mut self) -> Parse<Comparison> {
        let first = self.expr()?;
        if self.accept_word("wins") {
            return Ok(Comparison::Wins(first));
        }
        let rest = self.relations()?;
        if rest.is_empty() {
            return Err(self.expected(&["an operator", "a relation such as `>=`", "`wins`"]));
        }
        Ok(Comparison::Relations { first, rest })
    }

    /// The relations and sides that follow a first side.
    pub(super) fn relations(&mut self) -> Parse<Vec<(Relation, Expr)>> {
        let mut out = Vec::new();
        while let Some(relation) = self.relation() {
            out.push((relation, self.expr()?));
            self.within_chain(out.len())?;
        }
        Ok(out)
    }

    pub(super) fn relation(&mut self) -> Option<Relation> {
        let relation = match self.peek()?.kind {
            TokenKind::Symbol("=") => Relation::Equal,
            TokenKind::Symbol("!=") => Relation::NotEqual,
            TokenKind::Symbol("<") => Relation::Less,
            TokenKind::Symbol("<=") => Relation::AtMost,
            TokenKind::Symbol(">") => Relation::Greater,
            TokenKind::Symbol(">=") => Relation::AtLeast,
            _ => return None,
        };
        self.at += 1;
        Some(relation)
    }
}

fn flip(sign: Sign) -> Sign {
    match sign {
        Sign::Plus => Sign::Minus,
        Sign::Minus => Sign::Plus,
    }
}

/// The unknown of a root, if only one name occurs.
fn only_name(body: &Expr) -> Parse<Name> {
    let mut names: Vec<Name> = Vec::new();
    let mut stack = vec![body];
    while let Some(e) = stack.pop() {
        match &e.kind {
            ExprKind::Name(text) if names.iter().all(|n| n.text != *text) => {
                names.push(Name { text: text.clone(), span: e.span });
            }
            _ => children(e, &mut |child| stack.push(child)),
        }
    }
    match names.as_slice() {
        [only] => Ok(only.clone()),
        _ => {
            let message = "it is not clear what is unknown in this root";
            let help = "name the unknown, as in `root x of x^2 - r in [0, 1]`";
            Err(Box::new(Diagnostic::new("syntax", message, body.span).help(help)))
        }
    }
}
