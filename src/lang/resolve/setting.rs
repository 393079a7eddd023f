//! Settings: agents, outcomes, values, outside options, ties.

use std::sync::Arc;

use crate::kernel::{Expr, Name as Symbol};
use crate::model::{Agent, Bound, Claim, Comparison, Conjunct, Distribution, Kind, Outcome, Power, Setting};

use super::names::{advise, agent, complain};
use super::prior::prior;
use super::scope::{Env, Universe};
use super::table::Axis;
use super::{Obligation, Resolve, finite, interval, powers, small_integer, ties};
use crate::lang::ast::{self, AgentRef, DistributionKind, Keeper, SettingKind, SettingLine, Span};
use crate::lang::diagnostic::Diagnostic;

/// A setting under one tie rule.
#[derive(Debug, Clone)]
pub(super) struct SettingEntry {
    pub(super) setting: Arc<Setting>,
    /// The tie rules that the setting leaves open.
    pub(super) ties: ties::Open,
}

/// Agents in a setting at most, if they share one good and have densities.
const AGENT_LIMIT: usize = 64;
/// Agents in any other setting at most. Up to so many, terms are multiplied out.
pub(super) const FEW_AGENTS: usize = 8;

/// Reads a setting and adds it to the universe; `choice` is the number of its tie rule if that is open. Lines are read
/// on after one with an error.
pub(super) fn resolve(
    universe: &mut Universe,
    s: &ast::Setting,
    choice: usize,
    obligations: &mut Vec<Obligation>,
) -> Result<(), Vec<Diagnostic>> {
    let mut complaints = Vec::new();
    let read = read(universe, s, choice, obligations, &mut complaints);
    complaints.extend(read.err().map(|complaint| *complaint));
    if complaints.is_empty() { Ok(()) } else { Err(complaints) }
}

/// The names of types that a setting declares.
pub(super) fn types_of(s: &ast::Setting) -> impl Iterator<Item = &ast::Name> {
    s.lines.iter().filter_map(|line| match &line.kind {
        SettingKind::Agent { variable, .. } | SettingKind::Agents { variable, .. } => Some(variable),
        _ => None,
    })
}

fn read(
    universe: &mut Universe,
    s: &ast::Setting,
    choice: usize,
    obligations: &mut Vec<Obligation>,
    complaints: &mut Vec<Diagnostic>,
) -> Resolve<()> {
    let power = powers::of_setting(universe, s)?;
    let mut reader = Reader {
        universe,
        power,
        indices: vec![],
        agents: vec![],
        cells: vec![],
        kept: vec![],
        obligations,
        complaints,
    };
    for line in &s.lines {
        reader.declare(line)?;
    }
    if reader.agents.is_empty() {
        let message = format!("the setting `{}` has no agents", s.name.text);
        let help = "add a line such as `agent buyer with type v ~ uniform(0, 1)`";
        return Err(advise("missing-agent", message, s.name.span, help));
    }
    let mut setting = Setting {
        name: s.name.text.clone(),
        agents: std::mem::take(&mut reader.agents),
        outcomes: vec![],
        kind: Kind::Outcomes,
        order: vec![],
        lots: vec![],
        outcome: None,
        cost: Expr::zero(),
        joint: None,
        parameters: vec![],
        factored: false,
    };
    reader.joint(s, &mut setting)?;
    let outcomes = reader.outcomes(s, &mut setting)?;
    let has_many_agents = setting.agents.len() > FEW_AGENTS;
    if has_many_agents && (!setting.kind.is_of_a_good() || setting.is_finite()) {
        let message = format!("there are more than {FEW_AGENTS} agents");
        let help = format!("there may be up to {AGENT_LIMIT} if they share one good and have densities");
        return Err(advise("too-large", message, s.name.span, &help));
    }
    if has_many_agents && setting.agents.iter().any(|a| !a.atoms.is_empty()) {
        let message = format!("there are more than {FEW_AGENTS} agents, and a prior has atoms");
        return Err(complain("unsupported", message, s.name.span));
    }
    setting.factored = has_many_agents || setting.has_many_orders_of_types();
    reader.values(s, &mut setting, outcomes.as_ref())?;
    reader.cost(s, &mut setting)?;
    let cells = std::mem::take(&mut reader.cells);
    reader.outside(s, &mut setting)?;
    let open = ties::resolve(reader.universe, s, &mut setting, choice)?;
    if !reader.complaints.is_empty() {
        return Ok(());
    }
    universe.parameters.extend(cells);
    setting.parameters = occurring(&universe.parameters, &setting);
    universe.settings.push(SettingEntry { setting: Arc::new(setting), ties: open });
    Ok(())
}

/// The parameters that a setting mentions, directly or through the range of another.
fn occurring(parameters: &[Bound], setting: &Setting) -> Vec<Bound> {
    let mut terms: Vec<&Expr> = setting.outcomes.iter().flat_map(|o| &o.values).collect();
    for a in &setting.agents {
        terms.extend([&a.type_.low, &a.type_.high, &a.density, &a.cdf, &a.outside]);
        terms.extend(a.weights.iter().chain(a.atoms.iter().map(|(_, weight)| weight)));
    }
    terms.extend(&setting.joint);
    terms.extend(setting.outcome.iter().flat_map(|o| [&o.low, &o.high]).chain([&setting.cost]));
    let all =
        terms.into_iter().map(|e| Conjunct::relation("", vec![], e.clone(), Comparison::Equal, Expr::zero()));
    Claim::about(parameters, &[], all.collect()).parameters
}

/// A prior of one agent.
enum Prior {
    Interval(Distribution),
    Finite(finite::Elements, Vec<Expr>),
}

/// The outcome variable with its values.
type Outcomes = (Bound, Vec<Expr>);

pub(super) struct Reader<'a> {
    pub(super) universe: &'a Universe,
    /// How types on intervals are written.
    power: Power,
    /// The indices of families: `i` in `agents i in 1..2`.
    indices: Vec<String>,
    agents: Vec<Agent>,
    /// The values that are open.
    pub(super) cells: Vec<Bound>,
    /// Tables over types alone that were read for another outcome.
    kept: Vec<(ast::Expr, Expr)>,
    pub(super) obligations: &'a mut Vec<Obligation>,
    /// What is wrong with lines that were read.
    pub(super) complaints: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    /// Keeps the complaint about a line, and goes on.
    pub(super) fn note(&mut self, line: Resolve<()>) {
        self.complaints.extend(line.err().map(|complaint| *complaint));
    }

    /// Reads a line that declares agents.
    fn declare(&mut self, line: &SettingLine) -> Resolve<()> {
        match &line.kind {
            SettingKind::Agent { name, variable, distribution } => {
                let prior = self.types(distribution)?;
                let symbol = Symbol::from(variable.text.as_str());
                self.agent(&name.text, &symbol, &variable.text, &prior, name.span.to(variable.span))
            }
            SettingKind::Agents { index, first, last, variable, distribution } => {
                let span = first.span.to(last.span);
                let mut env = Env::new(self.universe, vec![]);
                let (from, to) = (env.constant(first)?, env.constant(last)?);
                let (Some(from), Some(to)) = (small_integer(&from), small_integer(&to)) else {
                    let message = "the agents are numbered from one integer to another";
                    return Err(complain("unsupported", message, span));
                };
                if from < 0 {
                    let message = "agents are numbered by integers that are at least zero";
                    return Err(complain("unsupported", message, first.span));
                }
                let count = usize::try_from(to.saturating_sub(from).saturating_add(1)).unwrap_or_default();
                if count == 0 || count > AGENT_LIMIT {
                    let message = format!("there must be between 1 and {AGENT_LIMIT} agents");
                    return Err(complain("too-large", message, span));
                }
                let prior = self.types(distribution)?;
                for k in from..=to {
                    let symbol = format!("{}_{k}", variable.text);
                    let shown = format!("{}[{k}]", variable.text);
                    let place = index.span.to(variable.span);
                    self.agent(&k.to_string(), &symbol, &shown, &prior, place)?;
                }
                self.indices.push(index.text.clone());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn agent(&mut self, name: &str, symbol: &str, shown: &str, prior: &Prior, span: Span) -> Resolve<()> {
        if self.agents.iter().any(|a| a.name == name) {
            return Err(complain("duplicate-name", format!("the agent `{name}` is declared twice"), span));
        }
        if self.agents.iter().any(|a| a.type_.shown == shown) {
            return Err(complain("duplicate-name", format!("the type `{shown}` is declared twice"), span));
        }
        let declared = self.universe.parameters.iter().any(|p| *p.name == *symbol);
        let family = shown.split('[').next().unwrap_or(shown);
        let sort = if declared { Some("a parameter") } else { self.universe.sort_of(family) };
        if let Some(sort) = sort {
            let message = format!("`{shown}` cannot be a type, since that name is already {sort}");
            return Err(advise("shadowing", message, span, "use a new name for the type"));
        }
        if self.agents.len() >= AGENT_LIMIT {
            return Err(complain("too-large", format!("there are more than {AGENT_LIMIT} agents"), span));
        }
        let own_name = Symbol::from(self.power.name_for(symbol));
        let shown = shown.to_owned();
        self.agents.push(match prior {
            Prior::Interval(prior) => {
                let type_ = Bound::interval(own_name, shown, prior.low.clone(), prior.high.clone());
                Agent::new(name, Bound { power: self.power.clone(), ..type_ }, prior)
            }
            Prior::Finite(set, weights) => {
                Agent::finite(name, set.bound(symbol.into(), shown), weights.clone())
            }
        });
        Ok(())
    }

    /// The types that a line declares, with their prior.
    fn types(&mut self, d: &ast::Distribution) -> Resolve<Prior> {
        match &d.kind {
            DistributionKind::Discrete(set) => {
                let (set, weights) = finite::types(self.universe, set, d.span, self.obligations)?;
                Ok(Prior::Finite(set, weights))
            }
            _ => {
                let found = prior(self.universe, d, &self.power, self.obligations).map(Prior::Interval);
                // Names of types are known below, whatever their prior.
                Ok(found.unwrap_or_else(|complaint| {
                    self.note(Err(complaint));
                    let one = Expr::one();
                    Prior::Interval(Distribution::uniform(Expr::zero(), one.clone(), &one))
                }))
            }
        }
    }

    /// Sets the joint prior, if there is one.
    fn joint(&mut self, s: &ast::Setting, setting: &mut Setting) -> Resolve<()> {
        let mut found: Option<Span> = None;
        for line in &s.lines {
            let SettingKind::Prior { probability } = &line.kind else { continue };
            if let Some(first) = found {
                let second = Diagnostic::new("duplicate-name", "the prior is given twice", line.span);
                return Err(Box::new(second.also(first, "the first prior")));
            }
            found = Some(line.span);
            finite::joint(self.universe, setting, probability, self.obligations)?;
        }
        Ok(())
    }

    /// The agents that a line speaks of: one, or all of a family; none if there is no such agent.
    pub(super) fn agents_of(&mut self, who: &AgentRef, setting: &Setting) -> Vec<usize> {
        match who {
            AgentRef::Named(name) if self.indices.contains(&name.text) => (0..setting.agents.len()).collect(),
            _ => match agent(who, setting) {
                Ok(i) => vec![i],
                Err(complaint) => {
                    self.note(Err(complaint));
                    vec![]
                }
            },
        }
    }

    /// A term of one agent: it mentions no other agent's type.
    pub(super) fn own_term(
        &mut self,
        e: &ast::Expr,
        setting: &Arc<Setting>,
        agent: usize,
        outcome: Option<(&Bound, usize, &Expr)>,
    ) -> Resolve<Expr> {
        let mut env = Env::new(self.universe, vec![setting.clone()]);
        let own = setting.agents.get(agent).map(|a| a.name.clone()).unwrap_or_default();
        for index in &self.indices {
            env.indices.insert(index.clone(), own.clone());
        }
        let on_interval = outcome.filter(|_| setting.kind == Kind::Interval);
        if let Some((variable, ..)) = on_interval {
            env.for_any(variable);
        } else if let Some((variable, number, value)) = outcome {
            env.again = number > 0;
            env.kept = std::mem::take(&mut self.kept);
            env.outcome = Some(Axis {
                points: variable.points.clone(),
                variable: value.clone(),
                shown: variable.shown.clone(),
            });
            if !variable.points.are_named() {
                env.values.insert(variable.shown.clone(), value.clone());
            }
        }
        let term = env.constant(e)?;
        self.obligations.append(&mut env.obligations);
        self.kept = env.kept;
        if let Some((variable, ..)) = on_interval {
            interval::is_plain_in(&term, variable, e)?;
        }
        let foreign =
            setting.agents.iter().enumerate().find(|(j, a)| *j != agent && term.mentions(&a.type_.name));
        match foreign {
            Some((_, other)) => {
                let type_ = &other.type_.shown;
                let message =
                    format!("this belongs to `{own}` and mentions `{type_}`, the type of `{}`", other.name);
                let help = "values are private: an agent's value depends on the own type alone";
                Err(advise("not-own-type", message, e.span, help))
            }
            None => Ok(term),
        }
    }

    /// Sets the outcomes; returns the outcome variable if there is one.
    fn outcomes(&mut self, s: &ast::Setting, setting: &mut Setting) -> Resolve<Option<Outcomes>> {
        let n = setting.agents.len();
        let mut variable = None;
        let mut found: Option<Span> = None;
        for line in &s.lines {
            if !matches!(
                line.kind,
                SettingKind::Outcome { .. }
                    | SettingKind::OutcomeInterval { .. }
                    | SettingKind::OneGood { .. }
            ) {
                continue;
            }
            if let Some(first) = found {
                let message = format!("the setting `{}` has two sets of outcomes", s.name.text);
                let second = Diagnostic::new("duplicate-name", message, line.span);
                return Err(Box::new(second.also(first, "the first set of outcomes")));
            }
            found = Some(line.span);
            match &line.kind {
                SettingKind::Outcome { name, values } => {
                    let env = Env::new(self.universe, vec![Arc::new(setting.clone())]);
                    env.is_new(name)?;
                    let set = finite::outcomes(self.universe, values, line.span, self.obligations)?;
                    let outcome = |shown: &String| Outcome {
                        name: format!("{} = {shown}", name.text),
                        values: vec![Expr::zero(); n],
                    };
                    setting.outcomes = set.shown.iter().map(outcome).collect();
                    let bound = set.bound(name.text.as_str().into(), name.text.clone());
                    setting.outcome = bound.points.is_finite().then(|| bound.clone());
                    variable = Some((bound, set.values));
                }
                SettingKind::OutcomeInterval { name, on } => {
                    let bound = self.interval(setting, name, on)?;
                    variable = Some((bound.clone(), vec![Expr::variable(&bound.name)]));
                }
                SettingKind::OneGood { keeper } => {
                    setting.kind = match keeper {
                        Keeper::Agents => Kind::GoodForAgents,
                        Keeper::Seller => Kind::GoodOrSeller,
                    };
                    setting.outcomes = one_good(&setting.agents, *keeper);
                }
                _ => {}
            }
        }
        if found.is_none() {
            let message = format!("the setting `{}` has no outcomes", s.name.text);
            let help = "add a line such as `one good` or `outcome x in {0, 1}`";
            return Err(advise("missing-outcome", message, s.name.span, help));
        }
        Ok(variable)
    }

    /// Gross values of the outcomes.
    fn values(
        &mut self,
        s: &ast::Setting,
        setting: &mut Setting,
        outcomes: Option<&Outcomes>,
    ) -> Resolve<()> {
        let mut given = vec![false; setting.agents.len()];
        for line in &s.lines {
            if let (SettingKind::AnyValue { agent: who, rows, columns, values }, Some((variable, _))) =
                (&line.kind, outcomes)
            {
                for i in self.agents_of(who, setting) {
                    let read = once(&mut given, i, "value", line.span).and_then(|()| {
                        self.any_value(setting, i, variable, [rows, columns], values, line.span)
                    });
                    self.note(read);
                }
                continue;
            }
            let SettingKind::Value { agent: who, value } = &line.kind else { continue };
            let Some(outcomes) = outcomes else {
                let message = "with one good, the value of an agent is the type";
                self.note(Err(complain("unsupported", message, line.span)));
                continue;
            };
            for i in self.agents_of(who, setting) {
                let read = once(&mut given, i, "value", line.span)
                    .and_then(|()| self.value(setting, i, outcomes, value));
                self.note(read);
            }
        }
        let missing = setting.agents.iter().zip(&given).find(|(_, given)| !**given);
        match (missing, outcomes) {
            (Some((agent, _)), Some(_)) if self.complaints.is_empty() => {
                let message = format!("the agent `{}` has no value", agent.name);
                let help = format!("add a line `value {} = …`", agent.name);
                Err(advise("missing-value", message, s.name.span, help))
            }
            _ => Ok(()),
        }
    }

    /// What each outcome is worth to an agent.
    fn value(
        &mut self,
        setting: &mut Setting,
        i: usize,
        (name, values): &Outcomes,
        value: &ast::Expr,
    ) -> Resolve<()> {
        let before = Arc::new(setting.clone());
        self.kept.clear();
        for (k, v) in values.iter().enumerate() {
            let term = self.own_term(value, &before, i, Some((name, k, v)))?;
            if let Some(slot) = setting.outcomes.get_mut(k).and_then(|o| o.values.get_mut(i)) {
                *slot = term;
            }
        }
        Ok(())
    }
}

/// Outcome i gives the good to agent i; the last one leaves it with the seller, if that may be.
fn one_good(agents: &[Agent], keeper: Keeper) -> Vec<Outcome> {
    let n = agents.len();
    let gets = |(i, a): (usize, &Agent)| {
        let value = |j| if i == j { a.type_.value() } else { Expr::zero() };
        Outcome { name: format!("{} gets the good", a.name), values: (0..n).map(value).collect() }
    };
    let nobody = (keeper == Keeper::Seller)
        .then(|| Outcome { name: "nobody gets the good".into(), values: vec![Expr::zero(); n] });
    agents.iter().enumerate().map(gets).chain(nobody).collect()
}

/// Says that something is given twice.
pub(super) fn once(given: &mut [bool], i: usize, what: &str, span: Span) -> Resolve<()> {
    match given.get_mut(i) {
        Some(slot) if !*slot => {
            *slot = true;
            Ok(())
        }
        _ => Err(complain("duplicate-name", format!("this {what} is given twice"), span)),
    }
}
