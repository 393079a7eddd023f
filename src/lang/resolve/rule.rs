//! Statements about allocation rules: whether payments implement them, and which.

use std::sync::Arc;

use crate::kernel::Expr;
use crate::model::{
    Aim, Bound, Conjunct, Extreme, Kind, Mechanism, Order, Property, Setting, System, TablePart, Tables,
    count_of_choices, cycles_do_not_gain, cyclically_monotone, ordered, price_at, unfold,
};

use super::names::{advise, complain};
use super::predicate::meaning;
use super::scope::{Env, broken};
use super::statement::{Read, Reader};
use super::table::Axis;
use super::{Goal, Resolve, finite, interval};
use crate::lang::ast::{self, End, ExprKind, Interval, PropertyKind, Sign, Span};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::print_expr;

/// Types for which every cycle is written out at most.
const CYCLE_LIMIT: usize = 7;
/// Outcomes for which every set is written out at most.
const CHOICE_LIMIT: usize = 8;
/// Comparisons of one system at most.
const ROW_LIMIT: usize = 300_000;

impl Env<'_> {
    /// The allocation rule that an expression names, with payments of zero; none if it names something else.
    pub(super) fn rule(&self, e: &ast::Expr) -> Option<Mechanism> {
        let ExprKind::Name(text) = &e.kind else { return None };
        let entry = self.universe.rules.iter().find(|r| r.name == *text)?;
        Some(entry.mechanism.clone())
    }

    /// `price(r, t)`: what type t pays under payments that implement the rule, and `price(r, i, t, …)` for several agents:
    /// what agent i pays at these types; they are the unknowns of a statement.
    pub(super) fn price(&mut self, e: &ast::Expr, rule: &ast::Expr, at: &[ast::Expr]) -> Resolve<Expr> {
        let Some(m) = self.rule(rule) else {
            if let ExprKind::Name(text) = &rule.kind
                && self.universe.is_broken(text)
            {
                return Err(broken(text, rule.span));
            }
            let message = format!("`{}` is not an allocation rule", print_expr(rule));
            return Err(advise(
                "wrong-sort",
                message,
                rule.span,
                "write `rule NAME on SETTING: x = …` above",
            ));
        };
        let agents = &m.setting.agents;
        let (agent, types) = match (agents.len(), at) {
            (1, [type_]) => (0, std::slice::from_ref(type_)),
            (n, [who, types @ ..]) if n > 1 && types.len() == n => (self.agent_in(who, &m.setting)?, types),
            (1, _) => {
                let message = "`price(r, t)` takes a rule and a type of its only agent";
                return Err(complain("wrong-arity", message, e.span));
            }
            _ => {
                let types: Vec<&str> = agents.iter().map(|a| a.type_.shown.as_str()).collect();
                let message =
                    format!("`price(r, i, {})` takes an agent and a type of each", types.join(", "));
                return Err(complain("wrong-arity", message, e.span));
            }
        };
        match &self.priced {
            Priced::Nowhere => {
                let help = "write `price(r, t) - price(r, s) ranges over [a, b]`";
                return Err(advise(
                    "wrong-stage",
                    "prices are many: a statement says how they range",
                    e.span,
                    help,
                ));
            }
            Priced::By(other) if *other != m => {
                return Err(complain("wrong-stage", "these are prices of two rules", e.span));
            }
            Priced::By(_) | Priced::Open => self.priced = Priced::By(m.clone()),
        }
        let mut profile = Vec::new();
        for (agent, type_) in agents.iter().zip(types) {
            let own = &agent.type_;
            let axis = Axis { shown: own.shown.clone(), points: own.points.clone(), variable: Expr::zero() };
            let place = self.element(type_, &axis)?;
            let value = own.points.all().get(place).map(|p| Expr::number(p.value.clone()));
            profile.push(value.unwrap_or_else(Expr::zero));
        }
        Ok(price_at(&m.setting, agent, profile))
    }
}

/// Whose prices an expression speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Priced {
    /// Of nobody: prices are not known here.
    Nowhere,
    /// Of a rule that is not named yet.
    Open,
    /// Of this rule.
    By(Mechanism),
}

impl Reader<'_> {
    /// The properties of an allocation rule; those that are about payments say that some payments have them all.
    pub(super) fn properties_of_rule(
        &self,
        env: &mut Env<'_>,
        e: &ast::Expr,
        m: &Mechanism,
        properties: &[ast::Property],
        out: &mut Read,
    ) -> Resolve<()> {
        let about_payments = |p: &&ast::Property| !is_about_outcomes(p.kind);
        match properties.iter().filter(about_payments).collect::<Vec<_>>().as_slice() {
            [] => {}
            [only] if only.kind == PropertyKind::Implementable && !self.is_open(m) => {
                out.goals.push(Goal::System(self.payments(m, e.span)?));
            }
            several => {
                all_finite(m, e.span)?;
                let meanings = self.payments_with(env, &m.setting, several.iter().copied())?;
                let none =
                    || complain("unsupported", "one of these properties needs types in an interval", e.span);
                let system = System::of_rule(&m.at(self.fixed), &meanings).ok_or_else(none)?;
                out.goals.push(self.for_all_tables(system, e.span)?);
            }
        }
        for property in properties.iter().filter(|p| is_about_outcomes(p.kind)) {
            self.property_of_outcomes(env, e.span, m, property, out)?;
        }
        Ok(())
    }

    /// What properties that payments are to have mean.
    pub(super) fn payments_with<'p>(
        &self,
        env: &mut Env<'_>,
        setting: &Setting,
        properties: impl Iterator<Item = &'p ast::Property>,
    ) -> Resolve<Vec<Property>> {
        let mut meanings = Vec::new();
        for property in properties {
            if property.kind == PropertyKind::Implementable {
                meanings.push(Property::DominantIc);
                continue;
            }
            let (meaning, averages) = meaning(property)?;
            if averages {
                env.averages_over(setting, property.span)?;
            }
            meanings.push(meaning);
        }
        Ok(meanings)
    }

    /// Whether an open table stands in a rule or its setting.
    fn is_open(&self, m: &Mechanism) -> bool {
        let terms = || m.setting.outcomes.iter().flat_map(|o| &o.values).chain(&m.allocation);
        let cells = self.universe.parameters.iter().filter(|p| p.points.is_finite());
        cells.into_iter().any(|p| terms().any(|e| e.mentions(&p.name)))
    }

    /// The question for numbers, or for each table of those that are open.
    fn for_all_tables(&self, system: System, span: Span) -> Resolve<Goal> {
        let is_cell = |p: &&Bound| p.points.is_finite() && system.mentions(&p.name);
        let cells: Vec<Bound> = self.universe.parameters.iter().filter(is_cell).cloned().collect();
        if cells.is_empty() {
            return Ok(Goal::System(self.without_parameters(system, span)?));
        }
        let tables = Tables { cells, premises: vec![], conclusions: vec![TablePart::System(system)] };
        self.tables(tables, span)
    }

    /// A statement about all tables, if nothing else is open in it.
    pub(super) fn tables(&self, tables: Tables, span: Span) -> Resolve<Goal> {
        let mut parts = tables.premises.iter().chain(&tables.conclusions);
        let open = |p: &&Bound| !p.points.is_finite() && parts.any(|part| part.mentions(&p.name));
        match self.universe.parameters.iter().find(open) {
            Some(parameter) => Err(left_open(parameter, span)),
            None => Ok(Goal::Tables(tables)),
        }
    }

    /// A property that does not depend on payments.
    fn property_of_outcomes(
        &self,
        env: &mut Env<'_>,
        span: Span,
        m: &Mechanism,
        property: &ast::Property,
        out: &mut Read,
    ) -> Resolve<()> {
        let conjuncts: Vec<Conjunct> = match property.kind {
            PropertyKind::CyclicallyMonotone => {
                self.at_most_rows(m, span)?;
                if self.left_open(m).is_none()
                    && let Some(systems) = cyclically_monotone(&m.at(self.fixed))
                {
                    out.goals.extend(systems.into_iter().map(Goal::System));
                    return Ok(());
                }
                let most =
                    m.setting.agents.iter().map(|a| a.type_.points.all().len()).max().unwrap_or_default();
                if most > CYCLE_LIMIT {
                    let message = format!(
                        "values are open here, and all cycles of more than {CYCLE_LIMIT} types are too many to be written out"
                    );
                    let help = "fix what is open: `at NAME = …`; then cycles of any length are asked for";
                    return Err(advise("too-large", message, property.span, help));
                }
                cycles_do_not_gain(m)
            }
            _ => {
                let (meaning, averages) = meaning(property)?;
                if averages {
                    env.averages_over(&m.setting, property.span)?;
                }
                unfold(m, meaning).unwrap_or_default().into_iter().map(|(_, c)| c).collect()
            }
        };
        self.goal(self.claim(env, conjuncts), span, out)
    }

    /// The question of payments that implement a rule.
    fn payments(&self, m: &Mechanism, span: Span) -> Resolve<System> {
        self.at_most_rows(m, span)?;
        if let Some(parameter) = self.left_open(m) {
            return Err(left_open(parameter, span));
        }
        System::of_payments(&m.at(self.fixed)).ok_or_else(|| {
            complain("unsupported", "payments are looked for where values are rational numbers", span)
        })
    }

    /// That comparisons of truth and report are not too many to be written out.
    fn at_most_rows(&self, m: &Mechanism, span: Span) -> Resolve<()> {
        all_finite(m, span)?;
        let types = m.setting.types();
        let reports = m.setting.agents.iter().map(|a| a.type_.points.all().len());
        let rows =
            reports.fold(0_usize, |sum, n| sum.saturating_add(count_of_choices(&types).saturating_mul(n)));
        if rows > ROW_LIMIT {
            let message = format!("this is about more than {ROW_LIMIT} comparisons of truth and report");
            return Err(complain("too-large", message, span));
        }
        Ok(())
    }

    /// A parameter that outcomes or their values depend on, and that is not fixed.
    fn left_open(&self, m: &Mechanism) -> Option<&Bound> {
        let terms = || m.setting.outcomes.iter().flat_map(|o| &o.values).chain(&m.allocation);
        let open = |p: &&Bound| !self.fixed.contains_key(&p.name) && terms().any(|e| e.mentions(&p.name));
        self.universe.parameters.iter().find(open)
    }

    /// Whether something is open in a question, and all that is are parameters in intervals.
    pub(super) fn is_open_in_numbers(&self, system: &System) -> bool {
        let mut open = self.universe.parameters.iter().filter(|p| system.mentions(&p.name)).peekable();
        open.peek().is_some() && open.all(|p| !p.points.is_finite())
    }

    /// Numbers are looked for where nothing else is open.
    pub(super) fn without_parameters(&self, system: System, span: Span) -> Resolve<System> {
        let open = |p: &&Bound| system.mentions(&p.name);
        match self.universe.parameters.iter().find(open) {
            Some(parameter) => Err(left_open(parameter, span)),
            None => Ok(system),
        }
    }

    /// How values move with types.
    pub(super) fn order(
        &self,
        env: &mut Env<'_>,
        setting: &ast::Name,
        order: ast::Order,
        out: &mut Read,
    ) -> Resolve<()> {
        let place = setting.span;
        let setting = self.universe.setting(&setting.text, place)?.setting.clone();
        let order = match order {
            ast::Order::IncreasingDifferences => Order::IncreasingDifferences,
            ast::Order::StrictlyIncreasingDifferences => Order::StrictlyIncreasingDifferences,
            ast::Order::SingleCrossing => Order::SingleCrossing,
            ast::Order::MonotoneChoice => Order::MonotoneChoice,
        };
        if order == Order::MonotoneChoice {
            interval::has_listed_outcomes(&setting, "monotone choice is from", place)?;
        }
        let many = setting.outcomes.len() > CHOICE_LIMIT;
        if order == Order::MonotoneChoice && many {
            let message =
                format!("all sets of more than {CHOICE_LIMIT} outcomes are too many to be written out");
            return Err(complain("too-large", message, place));
        }
        let conjuncts = ordered(&setting, order).ok_or_else(|| {
            let message = format!("`{}` has no finite sets of types and outcomes in an order", setting.name);
            let help = "types in a set or grid, and outcomes `x in {…}` of numbers or names";
            advise("unsupported", message, place, help)
        })?;
        self.goal(self.claim(env, conjuncts), place, out)
    }

    /// `e ranges over [a, b]`: the values of a term in prices, over all payments that implement the rule.
    pub(super) fn ranges(
        &self,
        env: &mut Env<'_>,
        e: &ast::Expr,
        range: &Interval,
        out: &mut Read,
    ) -> Resolve<()> {
        env.priced = Priced::Open;
        let term = env.number(e);
        let priced = std::mem::replace(&mut env.priced, Priced::Nowhere);
        let term = term?.substitute(self.fixed);
        let Priced::By(m) = priced else {
            let message = "this does not mention prices";
            return Err(advise(
                "wrong-sort",
                message,
                e.span,
                "write `price(r, t)` for what type t pays under a rule r",
            ));
        };
        let system = self.payments(&m, e.span)?;
        let ends = [
            (Extreme::Least, &range.low, range.from, endless(&range.low) == Some(Sign::Minus)),
            (Extreme::Greatest, &range.high, range.to, endless(&range.high) == Some(Sign::Plus)),
        ];
        for (extreme, end, belongs, without_end) in ends {
            if (belongs == End::Open) != without_end {
                let message = match without_end {
                    true => "nothing ranges as far as to infinity itself",
                    false => "where a term in prices has an end, the end belongs to the range",
                };
                let help = "write `[a, b]`, `[a, infinity)`, `(-infinity, b]` or `(-infinity, infinity)`";
                return Err(advise("unsupported", message, end.span, help));
            }
            if without_end {
                out.goals.extend(system.without_end(&term, extreme).map(Goal::System));
                continue;
            }
            let value = env.constant(end)?.substitute(self.fixed);
            let aim = Arc::new(Aim { objective: term.clone(), extreme, value });
            out.goals.extend(system.ends(&aim, "the term").map(Goal::System));
        }
        Ok(())
    }
}

/// `infinity` or `-infinity`, as an end of a range.
fn endless(e: &ast::Expr) -> Option<Sign> {
    let is_it = |e: &ast::Expr| matches!(&e.kind, ExprKind::Name(text) if text == "infinity");
    match &e.kind {
        ExprKind::Negated(inner) if is_it(inner) => Some(Sign::Minus),
        _ => is_it(e).then_some(Sign::Plus),
    }
}

/// The complaint about a parameter without a value.
fn left_open(parameter: &Bound, span: Span) -> Box<Diagnostic> {
    let message = format!("`{}` is left open, and payments are asked for numbers", parameter.shown);
    advise("unsupported", message, span, format!("fix it: `at {} = …`", parameter.shown))
}

/// Whether a property of a rule says nothing of payments.
fn is_about_outcomes(kind: PropertyKind) -> bool {
    matches!(
        kind,
        PropertyKind::Efficient
            | PropertyKind::Feasible
            | PropertyKind::Monotone
            | PropertyKind::WeaklyMonotone
            | PropertyKind::InterimMonotone
            | PropertyKind::CyclicallyMonotone
    )
}

/// Payments are looked for on finitely many types.
fn all_finite(m: &Mechanism, span: Span) -> Resolve<()> {
    match m.setting.agents.iter().find(|a| !a.type_.points.is_finite()) {
        Some(agent) => {
            let message =
                format!("`{}` has infinitely many types, and payments are looked for one by one", agent.name);
            let help = "say it of `implement(…)`, which has payments by the envelope formula, or give the payments in a mechanism";
            Err(advise("unsupported", message, span, help))
        }
        None if m.setting.kind == Kind::Interval => {
            let message = format!(
                "payments are looked for with finitely many outcomes, and those of `{}` are an interval",
                m.setting.name
            );
            Err(advise("unsupported", message, span, "give the payments in a mechanism"))
        }
        None => finite::within_limits(&m.setting.types(), span),
    }
}
