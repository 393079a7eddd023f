//! Settings, mechanisms and strategies.
//!
//! ```text
//! setting      = "setting" name "{" { line } "}"
//! line         = "agent" name "with" "type" name types
//!              | "agents" name "in" expr ".." expr "with" "type" name "[" name "]" types
//!              | "prior" "=" expr
//!              | "outcome" name "in" ( support | range )
//!              | "one" "good" [ "," "kept" "by" "the" "seller" "if" "nobody" "gets" "it" ]
//!              | "cost" "=" expr
//!              | ( "value" | "outside" | "share" ) agent "=" expr
//!              | "value" agent "=" "any" "table" expr "," expr "in" "{" expr { "," expr } "}"
//!              | "ties" ( name "=" expr { "," expr } | "to" "the" ( "lowest" | "highest" ) "index"
//!                       | "to" agent { "," agent } )
//! types        = "~" distribution | "in" support
//! distribution = "uniform" ( "(" expr "," expr ")" | support ) | ( "cdf" | "pdf" ) expr "on" range
//!              | "finite" "{" expr ":" expr { "," expr ":" expr } "}" | name
//! support      = "{" expr { "," expr } "}" | "grid" "(" expr "," expr "," expr ")"
//! mechanism    = "mechanism" name ( "=" expr | [ "on" name ] "=" "{" { rule } "}" )
//! rule         = ( "allocation" | "payment" ) agent "=" expr | "probability" name "=" expr ":" expr
//!              | "outcome" name "=" expr
//! alone        = "rule" name "on" name ":" name "=" ( expr | open )
//! open         = "any" "table" expr { "," expr } "in" "{" expr { "," expr } "}"
//! strategy     = "strategy" name "on" name ":" bid { "," bid }
//! bid          = name [ agent ] "(" name ")" "=" expr
//! ```

use super::{Parse, Parser, grid};
use crate::lang::ast::{
    AgentRef, Bid, Discrete, Distribution, DistributionKind, Expr, Grid, Keeper, Mechanism, MechanismBody,
    MechanismRule, MechanismRuleKind, Setting, SettingKind, SettingLine, Span, Strategy, Support, Ties,
};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::lexer::{Token, TokenKind};

const LINES: [&str; 10] =
    ["agent", "agents", "outcome", "one", "value", "outside", "share", "ties", "prior", "cost"];
const RULES: [&str; 4] = ["allocation", "payment", "probability", "outcome"];

/// What to write where an agent has a number in the place of its name.
const NUMBERED: &str = "agents that are alike are numbered, `agents i in 1..2 with type v[i] ~ …`; one with a prior of its own has \
a name, `agent buyer with type v ~ …`";

impl Parser<'_> {
    pub(super) fn setting(&mut self) -> Parse<Setting> {
        let name = self.name("the name of the setting")?;
        let (lines, end_comments) = self.block(&LINES, |parser, comments, before| {
            let start = parser.here();
            let kind = parser.setting_line(before)?;
            let span = Span::new(start.start, parser.end());
            Ok(SettingLine { comments, trailing: parser.trailing(), kind, span })
        })?;
        let variable = |line: &SettingLine| match &line.kind {
            SettingKind::Agent { variable, .. } => Some(variable.clone()),
            _ => None,
        };
        let types = lines.iter().filter_map(variable).collect();
        self.settings.push((name.clone(), types, grid::outcome(&lines).map(|(name, _)| name.clone())));
        Ok(Setting { name, lines, end_comments })
    }

    pub(super) fn word(&mut self) -> Option<String> {
        match self.peek() {
            Some(Token { kind: TokenKind::Name(word), .. }) => Some(word.clone()),
            _ => None,
        }
    }

    fn setting_line(&mut self, before: &[SettingLine]) -> Parse<SettingKind> {
        let word = self.one_of(&LINES)?;
        Ok(match word.as_str() {
            "agent" => {
                let is_numbered = matches!(self.peek().map(|t| &t.kind), Some(TokenKind::Number(_)));
                let name = self.name("the name of the agent").map_err(|complaint| match is_numbered {
                    true => Box::new(complaint.help(NUMBERED)),
                    false => complaint,
                })?;
                self.words(&["with", "type"])?;
                let variable = self.name("the name of the type")?;
                SettingKind::Agent { name, variable, distribution: self.types()? }
            }
            "agents" => {
                let index = self.name("an index")?;
                self.expect_word("in")?;
                let first = self.expr()?;
                self.expect("..")?;
                let last = self.expr()?;
                self.words(&["with", "type"])?;
                let variable = self.name("the name of the types")?;
                let opened = self.expect("[")?;
                let inner = self.name("the index")?;
                if inner.text != index.text {
                    let mut complaint = self.expected(&[]);
                    complaint.message = format!(
                        "the types are indexed by `{}`, and the agents by `{}`",
                        inner.text, index.text
                    );
                    complaint.label = String::new();
                    complaint.span = inner.span;
                    return Err(complaint);
                }
                self.close("]", opened)?;
                SettingKind::Agents { index, first, last, variable, distribution: self.types()? }
            }
            "outcome" => {
                let name = self.name("the name of the outcome")?;
                self.expect_word("in")?;
                match self.is_symbol("[") {
                    true => SettingKind::OutcomeInterval { name, on: self.range()? },
                    false => SettingKind::Outcome { name, values: self.support()? },
                }
            }
            "one" => {
                self.expect_word("good")?;
                let keeper = match self.accept(",") {
                    true => {
                        self.words(&["kept", "by", "the", "seller", "if", "nobody", "gets", "it"])?;
                        Keeper::Seller
                    }
                    false => Keeper::Agents,
                };
                SettingKind::OneGood { keeper }
            }
            "ties" => SettingKind::Ties(self.ties()?),
            "cost" => {
                self.expect("=")?;
                SettingKind::Cost { cost: self.expr()? }
            }
            "prior" => {
                self.expect("=")?;
                SettingKind::Prior { probability: self.expr()? }
            }
            _ => {
                let agent = self.agent()?;
                self.expect("=")?;
                if word == "value" && self.is_grid() {
                    let value = self.grid(&agent, before)?;
                    return Ok(SettingKind::Value { agent, value });
                }
                let table = self.peek_second().is_some_and(|t| t.kind == TokenKind::Name("table".into()));
                if word == "value" && table && self.accept_word("any") {
                    self.expect_word("table")?;
                    let rows = self.expr()?;
                    self.expect(",")?;
                    let columns = self.expr()?;
                    self.expect_word("in")?;
                    return Ok(SettingKind::AnyValue { agent, rows, columns, values: self.listed()? });
                }
                let e = self.expr()?;
                match word.as_str() {
                    "value" => SettingKind::Value { agent, value: e },
                    "outside" => SettingKind::Outside { agent, value: e },
                    _ => SettingKind::Share { agent, share: e },
                }
            }
        })
    }

    pub(super) fn words(&mut self, words: &[&str]) -> Parse<()> {
        words.iter().try_for_each(|word| self.expect_word(word).map(|_| ()))
    }

    fn ties(&mut self) -> Parse<Ties> {
        let by_lot = self.peek_second().is_some_and(|t| t.kind == TokenKind::Name("equal".into()));
        if by_lot && self.accept_word("with") {
            self.expect_word("equal")?;
            self.expect_word("chances")?;
            return Ok(Ties::EqualChances);
        }
        if !self.accept_word("to") {
            let name = self.name("an outcome such as `x = 1`, `to`, or `with equal chances`")?;
            self.expect("=")?;
            let mut values = vec![self.expr()?];
            while self.accept(",") {
                values.push(self.expr()?);
            }
            return Ok(Ties::Outcomes { name, values });
        }
        if self.accept_word("the") {
            let lowest = self.is_word("lowest");
            if !lowest && !self.is_word("highest") {
                return Err(self.expected(&["`lowest`", "`highest`"]));
            }
            self.at += 1;
            self.expect_word("index")?;
            return Ok(if lowest { Ties::LowestIndex } else { Ties::HighestIndex });
        }
        let mut agents = vec![self.agent()?];
        while self.accept(",") {
            agents.push(self.agent()?);
        }
        Ok(Ties::Agents(agents))
    }

    fn agent(&mut self) -> Parse<AgentRef> {
        match self.peek() {
            Some(Token { kind: TokenKind::Number(digits), span, .. }) => {
                let number = digits.parse().map_err(|_| self.expected(&["an agent"]))?;
                self.at += 1;
                Ok(AgentRef::Number { number, span: *span })
            }
            _ => Ok(AgentRef::Named(self.name("an agent")?)),
        }
    }

    /// `{1, 2, 5}`
    fn listed(&mut self) -> Parse<Vec<Expr>> {
        let opened = self.expect("{")?;
        self.open += 1;
        let mut values = vec![];
        while !self.is_symbol("}") {
            values.push(self.expr()?);
            if !self.accept(",") {
                break;
            }
        }
        self.open -= 1;
        self.close("}", opened)?;
        Ok(values)
    }

    fn support(&mut self) -> Parse<Support> {
        if !self.accept_word("grid") {
            return match self.is_symbol("{") {
                true => Ok(Support::Listed(self.listed()?)),
                false => Err(self.expected(&["`{`", "`grid`"])),
            };
        }
        let opened = self.expect("(")?;
        self.open += 1;
        let low = self.expr()?;
        self.expect(",")?;
        let high = self.expr()?;
        self.expect(",")?;
        let step = self.expr()?;
        self.open -= 1;
        self.close(")", opened)?;
        Ok(Support::Grid(Box::new(Grid { low, high, step })))
    }

    /// The types of an agent: a distribution, or a finite set without one.
    fn types(&mut self) -> Parse<Distribution> {
        if self.accept("~") {
            return self.distribution();
        }
        if !self.accept_word("in") {
            return Err(self.expected(&["`~`", "`in`"]));
        }
        let start = self.here();
        let kind = DistributionKind::Discrete(Discrete::Types(self.support()?));
        Ok(Distribution { kind, span: Span::new(start.start, self.end()) })
    }

    fn weighted(&mut self) -> Parse<Vec<(Expr, Expr)>> {
        let opened = self.expect("{")?;
        self.open += 1;
        let mut out = vec![];
        while !self.is_symbol("}") {
            let point = self.expr()?;
            self.expect(":")?;
            out.push((point, self.expr()?));
            if !self.accept(",") {
                break;
            }
        }
        self.open -= 1;
        self.close("}", opened)?;
        Ok(out)
    }

    /// Whether a name stands here, and nothing that belongs to it.
    fn is_a_name_alone(&mut self) -> bool {
        let next = self.peek_second().map(|t| t.kind.clone());
        let alone = match next {
            Some(TokenKind::Name(word)) => LINES.contains(&word.as_str()),
            Some(TokenKind::Symbol(symbol)) => symbol == "}",
            _ => false,
        };
        alone && self.word().is_some()
    }

    fn distribution(&mut self) -> Parse<Distribution> {
        let start = self.here();
        let kind = if self.accept_word("finite") {
            DistributionKind::Discrete(Discrete::Weighted(self.weighted()?))
        } else if self.is_word("uniform")
            && self.peek_second().is_some_and(|t| t.kind != TokenKind::Symbol("("))
        {
            self.at += 1;
            DistributionKind::Discrete(Discrete::Even(self.support()?))
        } else if self.accept_word("uniform") {
            let opened = self.expect("(")?;
            self.open += 1;
            let low = self.expr()?;
            self.expect(",")?;
            let high = self.expr()?;
            self.open -= 1;
            self.close(")", opened)?;
            DistributionKind::Uniform { low, high }
        } else if self.is_word("cdf") || self.is_word("pdf") {
            let cdf = self.is_word("cdf");
            self.at += 1;
            let body = self.expr()?;
            self.expect_word("on")?;
            let on = self.range()?;
            if cdf {
                DistributionKind::Cdf { body, on }
            } else {
                let mut atoms = vec![];
                if self.accept_word("with") {
                    self.expect_word("atoms")?;
                    atoms = self.weighted()?;
                }
                DistributionKind::Pdf { body, on, atoms }
            }
        } else if self.is_a_name_alone() {
            DistributionKind::Named(self.name("a distribution")?)
        } else {
            let complaint = *self.expected(&["`uniform`", "`cdf`", "`pdf`", "`finite`"]);
            let help = match complaint.help {
                None => Some(
                    "write a density as `pdf 2*y on [0, 1]`, a distribution function as `cdf y^2 on [0, 1]`"
                        .into(),
                ),
                near => near,
            };
            return Err(Box::new(Diagnostic { help, ..complaint }));
        };
        Ok(Distribution { kind, span: Span::new(start.start, self.end()) })
    }

    pub(super) fn mechanism(&mut self) -> Parse<Mechanism> {
        let name = self.name("the name of the mechanism")?;
        let setting = match self.accept_word("on") {
            true => Some(self.name("a setting")?),
            false => None,
        };
        let is_block = self.is_symbol("{");
        self.expect("=").map_err(|complaint| match is_block {
            true => Box::new(complaint.help("rules stand behind `=`: `mechanism NAME on SETTING = { … }`")),
            false => complaint,
        })?;
        if !self.is_symbol("{") {
            if setting.is_some() {
                return Err(self.expected(&["`{`"]));
            }
            return Ok(Mechanism { name, body: MechanismBody::Expr(self.expr()?) });
        }
        let (rules, end_comments) = self.block(&RULES, |parser, comments, _| {
            let start = parser.here();
            let kind = parser.rule()?;
            let span = Span::new(start.start, parser.end());
            Ok(MechanismRule { comments, trailing: parser.trailing(), kind, span })
        })?;
        Ok(Mechanism { name, body: MechanismBody::Rules { setting, rules, end_comments } })
    }

    fn rule(&mut self) -> Parse<MechanismRuleKind> {
        let word = self.one_of(&RULES)?;
        if word == "probability" {
            let outcome = self.name("the outcome variable")?;
            self.expect("=")?;
            let value = self.expr()?;
            self.expect(":")?;
            return Ok(MechanismRuleKind::Probability { outcome, value, probability: self.expr()? });
        }
        if word == "outcome" {
            let outcome = self.name("the outcome variable")?;
            self.expect("=")?;
            return Ok(MechanismRuleKind::Outcome { outcome, value: self.expr()? });
        }
        let agent = self.agent()?;
        self.expect("=")?;
        let e = self.expr()?;
        Ok(match word.as_str() {
            "allocation" => MechanismRuleKind::Allocation { agent, probability: e },
            _ => MechanismRuleKind::Payment { agent, payment: e },
        })
    }

    /// An allocation rule alone.
    pub(super) fn choice(&mut self) -> Parse<Mechanism> {
        let name = self.name("the name of the rule")?;
        self.expect_word("on")?;
        let setting = self.name("a setting")?;
        self.expect(":")?;
        if self.is_arrow() {
            return Ok(Mechanism { name, body: self.arrows(setting)? });
        }
        let outcome = self.name("the outcome variable")?;
        self.expect("=")?;
        let table = self.peek_second().is_some_and(|t| t.kind == TokenKind::Name("table".into()));
        if table && self.accept_word("any") {
            self.expect_word("table")?;
            let mut types = vec![self.expr()?];
            while self.accept(",") {
                types.push(self.expr()?);
            }
            self.expect_word("in")?;
            let values = self.listed()?;
            return Ok(Mechanism {
                name,
                body: MechanismBody::AnyChoice { setting, outcome, types, values },
            });
        }
        let value = self.expr()?;
        Ok(Mechanism { name, body: MechanismBody::Choice { setting, outcome, value } })
    }

    pub(super) fn strategy(&mut self) -> Parse<Strategy> {
        let name = self.name("the name of the strategy")?;
        self.expect_word("on")?;
        let mechanism = self.name("a mechanism")?;
        self.expect(":")?;
        let mut bids = vec![self.bid()?];
        while self.accept(",") {
            bids.push(self.bid()?);
        }
        Ok(Strategy { name, mechanism, bids })
    }

    /// `bid(x) = x/2`, `bid ann(x) = x/2`
    fn bid(&mut self) -> Parse<Bid> {
        let report = self.name("a name for the report, such as `bid`")?;
        let agent = if self.is_symbol("(") { None } else { Some(self.agent()?) };
        let opened = self.expect("(")?;
        let variable = self.name("a name for the type")?;
        self.close(")", opened)?;
        self.expect("=")?;
        Ok(Bid { report, agent, variable, body: self.expr()? })
    }
}
