//! Tables as they look in notes: a line of outcomes, and a line of numbers for each type. They are read as tables like
//! others, and written as such.
//!
//! ```text
//! grid   = "table" "{" name { name } { name ":" number { number } } "}"
//! arrows = name "->" name { "," name "->" name }
//! ```

use super::{Parse, Parser};
use crate::lang::ast::{
    AgentRef, Expr, ExprKind, Factor, MechanismBody, Name, SettingKind, SettingLine, Span, Support,
};
use crate::lang::lexer::{Token, TokenKind};

/// The outcome variable of some lines of a setting, with its values.
pub(super) fn outcome(lines: &[SettingLine]) -> Option<(&Name, &[Expr])> {
    lines.iter().find_map(|line| match &line.kind {
        SettingKind::Outcome { name, values: Support::Listed(values) } => Some((name, values.as_slice())),
        _ => None,
    })
}

fn named(name: &Name) -> Expr {
    Expr { kind: ExprKind::Name(name.text.clone()), span: name.span }
}

impl Parser<'_> {
    /// Whether `table {` stands here.
    pub(super) fn is_grid(&mut self) -> bool {
        let brace = matches!(self.peek_second(), Some(Token { kind: TokenKind::Symbol("{"), .. }));
        brace && self.is_word("table")
    }

    /// `table { x1 x2  t1: 0 1  t2: 1 0 }`: the values of an agent whose type and outcomes stand in lines above.
    pub(super) fn grid(&mut self, agent: &AgentRef, before: &[SettingLine]) -> Parse<Expr> {
        let start = self.expect_word("table")?;
        let variable = before.iter().find_map(|line| match (&line.kind, agent) {
            (SettingKind::Agent { name, variable, .. }, AgentRef::Named(wanted))
                if name.text == wanted.text =>
            {
                Some(variable.clone())
            }
            _ => None,
        });
        let (Some(variable), Some((outcome, outcomes))) = (variable, outcome(before)) else {
            return Err(self.expected(&["a name (the agent and the outcomes stand below)"]));
        };
        let opened = self.expect("{")?;
        let mut columns: Vec<Name> = Vec::new();
        let follows = |parser: &mut Self| {
            let label = matches!(parser.peek_second(), Some(Token { kind: TokenKind::Symbol(":"), .. }));
            parser.word().is_some() && !label
        };
        while follows(self) {
            columns.push(self.name("an outcome")?);
        }
        let position = |value: &Expr| {
            let ExprKind::Name(text) = &value.kind else { return None };
            columns.iter().position(|c| c.text == *text)
        };
        let order: Option<Vec<usize>> = outcomes.iter().map(position).collect();
        let Some(order) = order.filter(|order| order.len() == columns.len()) else {
            let mut complaint = self.expected(&["each outcome once in the first line of the table"]);
            complaint.span = columns.first().map_or(opened, |c| c.span);
            return Err(complaint);
        };
        let mut cells = Vec::new();
        while !self.is_symbol("}") && self.peek().is_some() {
            let label = self.name("a type")?;
            self.expect(":")?;
            let mut row = Vec::new();
            for _ in &columns {
                row.push(self.signed()?);
            }
            let row = order.iter().filter_map(|k| row.get(*k).cloned()).collect();
            cells.push((named(&label), row));
            self.within_chain(cells.len())?;
            while self.accept(";") {}
        }
        self.close("}", opened)?;
        let (rows, columns) = (Box::new(named(&variable)), Some(Box::new(named(outcome))));
        let span = Span::new(start.start, self.end());
        Ok(Expr { kind: ExprKind::Table { rows, columns, cells }, span })
    }

    /// `-2`, `1/3`: a number that stands beside others.
    fn signed(&mut self) -> Parse<Expr> {
        let start = self.here();
        let negative = self.accept("-");
        let mut number = self.digits()?;
        if self.accept("/") {
            let divisor = self.digits()?;
            if matches!(&divisor.kind, ExprKind::Number(value) if value.is_zero()) {
                return Err(self.expected(&["a number that is not zero before this"]));
            }
            let span = number.span.to(divisor.span);
            let kind = ExprKind::Product(vec![(Factor::Times, number), (Factor::Over, divisor)]);
            number = Expr { kind, span };
        }
        let span = Span::new(start.start, self.end());
        Ok(if negative { Expr { kind: ExprKind::Negated(Box::new(number)), span } } else { number })
    }

    fn digits(&mut self) -> Parse<Expr> {
        let span = self.here();
        let found = match self.peek() {
            Some(Token { kind: TokenKind::Number(digits), .. }) => digits.parse().ok(),
            _ => None,
        };
        match found {
            Some(value) => {
                self.at += 1;
                Ok(Expr { kind: ExprKind::Number(value), span })
            }
            None => Err(self.expected(&["a number"])),
        }
    }

    /// Whether `t1 -> …` stands here.
    pub(super) fn is_arrow(&mut self) -> bool {
        self.peek();
        let mut after = self.tokens.iter().skip(self.at + 1).map(|t| &t.kind);
        after.next() == Some(&TokenKind::Symbol("-")) && after.next() == Some(&TokenKind::Symbol(">"))
    }

    /// `t1 -> x1, t2 -> x2`: the outcome of each type of the only agent of a setting above.
    pub(super) fn arrows(&mut self, setting: Name) -> Parse<MechanismBody> {
        let start = self.here();
        let found = self.settings.iter().find(|(name, ..)| name.text == setting.text);
        let names = found.and_then(|(_, types, outcome)| Some((types.clone(), outcome.clone()?)));
        let Some(([variable], outcome)) = names.as_ref().map(|(types, outcome)| (types.as_slice(), outcome))
        else {
            return Err(
                self.expected(&["an outcome variable and `=` (arrows are for settings of one agent)"])
            );
        };
        let mut cells = Vec::new();
        loop {
            let label = self.name("a type")?;
            self.expect("-")?;
            self.expect(">")?;
            cells.push((named(&label), vec![self.expr()?]));
            if !self.accept(",") {
                break;
            }
        }
        let kind = ExprKind::Table { rows: Box::new(named(variable)), columns: None, cells };
        let value = Expr { kind, span: Span::new(start.start, self.end()) };
        Ok(MechanismBody::Choice { setting, outcome: outcome.clone(), value })
    }
}
