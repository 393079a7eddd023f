//! What follows `is` in a statement; the grammar stands above [`claim`](super::claim).

use super::{Parse, Parser};
use crate::lang::ast::{
    Concept, Constants, Expr, ExprKind, Extreme, Name, Objective, Order, Property, PropertyKind, Shape,
    Sought, Span, StatementKind, Versus,
};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::lexer::{Token, TokenKind};
use crate::lang::printer::print_concept;

impl Parser<'_> {
    pub(super) fn predicate(&mut self, first: Expr) -> Parse<StatementKind> {
        if let Some(versus) = self.versus()? {
            let second = self.expr()?;
            let constants = self.accept_word("up");
            if constants {
                self.words(&["to", "constants"])?;
            }
            let versus = match (versus, constants) {
                (Versus::Payment(_), true) => Versus::Payment(Constants::Free),
                (Versus::Payoff(_), true) => Versus::Payoff(Constants::Free),
                (_, true) => {
                    let message = "payments and payoffs can be equivalent up to constants, and nothing else";
                    return Err(Box::new(Diagnostic::new("syntax", message, first.span)));
                }
                (versus, false) => versus,
            };
            return Ok(StatementKind::Versus { first, versus, second });
        }
        let regular =
            matches!(self.peek_second(), Some(Token { kind: TokenKind::Name(n), .. }) if n == "regular");
        let shape = if regular { None } else { self.shape()? };
        if let Some(shape) = shape {
            self.expect_word("in")?;
            let variable = self.name("a parameter or type")?;
            return Ok(StatementKind::Shape { expr: first, shape, variable });
        }
        if let Some(concept) = self.concept()? {
            self.words(&["equilibrium", "of"])?;
            let mechanism = self.name("a mechanism")?;
            let ExprKind::Name(text) = first.kind else {
                let message =
                    format!("a strategy is named before `is {} equilibrium`", print_concept(concept));
                return Err(Box::new(Diagnostic::new("wrong-sort", message, first.span)));
            };
            let strategy = Name { text, span: first.span };
            return Ok(StatementKind::Equilibrium { concept, strategy, mechanism });
        }
        Ok(StatementKind::Properties { mechanism: first, properties: self.properties()? })
    }

    /// `a Bayes-Nash`, `an ex post`, `a dominant-strategy`
    fn concept(&mut self) -> Parse<Option<Concept>> {
        if self.accept_word("an") {
            self.words(&["ex", "post"])?;
            return Ok(Some(Concept::ExPost));
        }
        if !self.accept_word("a") {
            return Ok(None);
        }
        let (concept, second) = match self.accept_word("dominant") {
            true => (Concept::DominantStrategy, "strategy"),
            false => (Concept::BayesNash, "Nash"),
        };
        if concept == Concept::BayesNash {
            self.expect_word("Bayes").map_err(|_| self.expected(&["`Bayes`", "`dominant`"]))?;
        }
        if !self.accept("-") && !self.accept("–") {
            return Err(self.expected(&["`-`"]));
        }
        self.expect_word(second)?;
        Ok(Some(concept))
    }

    /// `payment equivalent to` and the like.
    fn versus(&mut self) -> Parse<Option<Versus>> {
        for (word, versus) in [
            ("outcome", Versus::Outcome),
            ("payment", Versus::Payment(Constants::Fixed)),
            ("payoff", Versus::Payoff(Constants::Fixed)),
            ("revenue", Versus::Revenue),
        ] {
            if self.accept_word(word) {
                self.words(&["equivalent", "to"])?;
                return Ok(Some(versus));
            }
        }
        let preferred =
            matches!(self.peek_second(), Some(Token { kind: TokenKind::Name(n), .. }) if n == "preferred");
        let strict = self.is_word("strictly");
        if preferred && (strict || self.is_word("weakly")) {
            self.at += 1;
            self.words(&["preferred", "to"])?;
            return Ok(Some(if strict { Versus::StrictlyPreferred } else { Versus::WeaklyPreferred }));
        }
        Ok(None)
    }

    fn shape(&mut self) -> Parse<Option<Shape>> {
        for (word, shape) in [
            ("nondecreasing", Shape::Nondecreasing),
            ("nonincreasing", Shape::Nonincreasing),
            ("convex", Shape::Convex),
            ("concave", Shape::Concave),
        ] {
            if self.accept_word(word) {
                return Ok(Some(shape));
            }
        }
        if self.accept_word("strictly") {
            if self.accept_word("increasing") {
                return Ok(Some(Shape::StrictlyIncreasing));
            }
            self.expect_word("decreasing").map_err(|_| self.expected(&["`increasing`", "`decreasing`"]))?;
            return Ok(Some(Shape::StrictlyDecreasing));
        }
        for (word, weak, strict) in [
            ("increasing", "nondecreasing", "strictly increasing"),
            ("decreasing", "nonincreasing", "strictly decreasing"),
        ] {
            if self.is_word(word) {
                let message = format!("`{word}` alone does not say whether constant stretches are allowed");
                return Err(Box::new(
                    Diagnostic::new("bare-monotone", message, self.here())
                        .help(format!("write `{weak}` or `{strict}`")),
                ));
            }
        }
        Ok(None)
    }

    pub(super) fn properties(&mut self) -> Parse<Vec<Property>> {
        let mut out = vec![self.property()?];
        loop {
            let comma = self.accept(",");
            if self.accept_word("and") || comma {
                out.push(self.property()?);
            } else {
                return Ok(out);
            }
        }
    }

    fn property(&mut self) -> Parse<Property> {
        let start = self.here();
        let kind = if self.accept_word("DSIC") {
            PropertyKind::DominantIc
        } else if self.accept_word("BIC") {
            PropertyKind::BayesianIc
        } else if self.accept_word("efficient") {
            PropertyKind::Efficient
        } else if self.accept_word("feasible") {
            PropertyKind::Feasible
        } else if self.accept_word("implementable") {
            PropertyKind::Implementable
        } else if self.accept_word("weakly") {
            self.expect_word("monotone")?;
            PropertyKind::WeaklyMonotone
        } else if self.accept_word("cyclically") {
            self.expect_word("monotone")?;
            PropertyKind::CyclicallyMonotone
        } else if self.accept_word("monotone") {
            PropertyKind::Monotone
        } else if self.accept_word("envelope") {
            PropertyKind::Envelope
        } else if self.accept_word("regular") {
            PropertyKind::Regular
        } else if self.accept_word("strictly") {
            self.expect_word("regular")?;
            PropertyKind::StrictlyRegular
        } else if self.accept_word("interim") {
            self.interim()?
        } else if self.accept_word("ex") {
            let post = self.is_word("post");
            if !post && !self.is_word("ante") {
                return Err(self.expected(&["`post`", "`ante`"]));
            }
            self.at += 1;
            self.staged(post)?
        } else if self.is_word("budget") || self.is_word("no") {
            self.staged(true)?
        } else {
            return Err(self.expected(&[
                "`DSIC`",
                "`BIC`",
                "`efficient`",
                "`feasible`",
                "`monotone`",
                "`envelope`",
                "`regular`",
                "`strictly`",
                "`interim`",
                "`ex`",
                "`budget`",
                "`no`",
                "`implementable`",
                "`weakly`",
                "`cyclically`",
            ]));
        };
        Ok(Property { kind, span: Span::new(start.start, self.end()) })
    }

    /// What follows `has`.
    pub(super) fn order(&mut self) -> Parse<Order> {
        if self.accept_word("single") {
            self.expect_word("crossing")?;
            return Ok(Order::SingleCrossing);
        }
        if self.accept_word("monotone") {
            self.expect_word("choice")?;
            return Ok(Order::MonotoneChoice);
        }
        let strictly = self.accept_word("strictly");
        if !strictly && !self.is_word("increasing") {
            return Err(self.expected(&["`increasing`", "`strictly`", "`single`", "`monotone`"]));
        }
        self.words(&["increasing", "differences"])?;
        Ok(if strictly { Order::StrictlyIncreasingDifferences } else { Order::IncreasingDifferences })
    }

    /// What follows `greatest` or `least`.
    pub(super) fn optimum(&mut self, extreme: Extreme) -> Parse<StatementKind> {
        let objective = if self.accept_word("revenue") {
            Objective::Revenue
        } else if self.accept_word("welfare") {
            Objective::Welfare
        } else if self.accept_word("gains") {
            Objective::Gains
        } else {
            return Err(self.expected(&["`revenue`", "`welfare`", "`gains`"]));
        };
        self.words(&["of"])?;
        let (of, setting) = match self.accept_word("a") {
            true => {
                self.words(&["mechanism", "on"])?;
                (Sought::Mechanism, self.name("a setting")?)
            }
            false => (Sought::Payments, self.name("`a mechanism on`, or an allocation rule")?),
        };
        self.words(&["that"])?;
        self.expect_word("is")?;
        let properties = self.properties()?;
        let value = match self.accept_word("is") {
            true => {
                self.expect_word("unbounded")?;
                None
            }
            false => {
                self.expect("=")?;
                Some(self.expr()?)
            }
        };
        Ok(StatementKind::Optimum { extreme, objective, of, setting, properties, value })
    }

    /// What follows `interim`.
    fn interim(&mut self) -> Parse<PropertyKind> {
        for (word, kind) in [
            ("IR", PropertyKind::InterimIr),
            ("monotone", PropertyKind::InterimMonotone),
            ("envelope", PropertyKind::InterimEnvelope),
        ] {
            if self.accept_word(word) {
                return Ok(kind);
            }
        }
        Err(self.expected(&["`IR`", "`monotone`", "`envelope`"]))
    }

    /// What follows `ex post` or `ex ante`.
    fn staged(&mut self, post: bool) -> Parse<PropertyKind> {
        let choose = |ex_post, ex_ante| if post { ex_post } else { ex_ante };
        if self.accept_word("budget") {
            self.expect_word("balanced")?;
            return Ok(choose(PropertyKind::BudgetBalanced, PropertyKind::ExAnteBudgetBalanced));
        }
        if self.accept_word("no") {
            self.expect_word("deficit")?;
            return Ok(choose(PropertyKind::NoDeficit, PropertyKind::ExAnteNoDeficit));
        }
        if self.accept_word("IR") {
            return Ok(choose(PropertyKind::ExPostIr, PropertyKind::ExAnteIr));
        }
        let after_post = [
            ("IC", PropertyKind::ExPostIc),
            ("monotone", PropertyKind::Monotone),
            ("envelope", PropertyKind::Envelope),
        ];
        if let Some((_, kind)) = after_post.into_iter().find(|(word, _)| post && self.is_word(word)) {
            self.at += 1;
            return Ok(kind);
        }
        let wanted: &[&str] = if post {
            &["`IC`", "`IR`", "`budget`", "`no`", "`monotone`", "`envelope`"]
        } else {
            &["`IR`", "`budget`", "`no`"]
        };
        Err(self.expected(wanted))
    }
}
