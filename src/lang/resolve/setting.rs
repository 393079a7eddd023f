//! Settings and priors.

use std::sync::Arc;

use crate::exact::Poly;
use crate::kernel::{Expr, Node};
use crate::model::{Agent, Bound, Comparison, Distribution, Kind, Outcome, Setting};

use super::Obligation;
use super::scope::{Env, Resolve, Universe, comparison, unknown_name};
use super::small_integer;
use crate::lang::ast::{
    self, AgentRef, DistributionKind, ExprKind, Keeper, Name, SettingKind, SettingLine, Ties,
};
use crate::lang::diagnostic::Diagnostic;

/// A setting under one tie rule.
#[derive(Debug, Clone)]
pub(super) struct SettingEntry {
    pub(super) setting: Arc<Setting>,
    /// How many tie rules are possible; one if the setting states it.
    pub(super) choices: usize,
}

/// Agents in a setting at most.
const AGENT_LIMIT: i64 = 8;

fn complain(code: &'static str, message: impl Into<String>, span: ast::Span) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(code, message, span))
}

pub(super) fn resolve(
    universe: &mut Universe,
    s: &ast::Setting,
    choice: usize,
    obligations: &mut Vec<Obligation>,
) -> Resolve<()> {
    let mut family = None;
    let mut agents = Vec::new();
    for line in &s.lines {
        agents_of(universe, line, &mut agents, &mut family, obligations)?;
    }
    if agents.is_empty() {
        return Err(Box::new(
            Diagnostic::new("missing-agent", format!("the setting `{}` has no agents", s.name.text), s.name.span)
                .help("add a line such as `agent buyer with type v ~ uniform(0, 1)`"),
        ));
    }
    let mut setting = Setting {
        name: s.name.text.clone(),
        agents,
        outcomes: vec![],
        kind: Kind::Outcomes,
        order: vec![],
        parameters: vec![],
    };
    let mut reader = Reader { universe, family: &family, obligations };
    reader.outcomes(s, &mut setting)?;
    reader.outside(s, &mut setting)?;
    let choices = reader.ties(s, &mut setting, choice)?;
    let terms = setting.outcomes.iter().flat_map(|o| &o.values);
    let terms: Vec<&Expr> = terms.chain(setting.agents.iter().map(|a| &a.outside)).collect();
    let occurring = universe.parameters.iter().filter(|p| terms.iter().any(|e| e.mentions(&p.name)));
    setting.parameters = occurring.cloned().collect();
    universe.settings.push(SettingEntry { setting: Arc::new(setting), choices });
    Ok(())
}

fn agents_of(
    universe: &Universe,
    line: &SettingLine,
    agents: &mut Vec<Agent>,
    family: &mut Option<(String, String)>,
    obligations: &mut Vec<Obligation>,
) -> Resolve<()> {
    let mut add = |name: &str, kernel_name: String, shown: String, prior: &Distribution, span| {
        if agents.iter().any(|a| a.name == name || *a.type_.name == *kernel_name) {
            let message = format!("the agent `{name}` or its type `{shown}` is declared twice");
            return Err(complain("duplicate-name", message, span));
        }
        let taken = universe.parameters.iter().any(|p| *p.name == *kernel_name);
        if taken {
            let message = format!("`{shown}` is a parameter already");
            return Err(complain("shadowing", message, span));
        }
        let (low, high) = (prior.low.clone(), prior.high.clone());
        let type_ = Bound { name: kernel_name.as_str().into(), shown, low, high };
        agents.push(Agent::new(name, type_, prior));
        Ok(())
    };
    match &line.kind {
        SettingKind::Agent { name, variable, distribution } => {
            let prior = prior(universe, distribution, obligations)?;
            add(&name.text, variable.text.clone(), variable.text.clone(), &prior, name.span)
        }
        SettingKind::Agents { index, first, last, variable, distribution } => {
            let mut env = Env::new(universe, None);
            let (from, to) = (env.number(first)?, env.number(last)?);
            let (Some(from), Some(to)) = (small_integer(&from), small_integer(&to)) else {
                let message = "the agents are numbered from one integer to another";
                return Err(complain("unsupported", message, first.span.to(last.span)));
            };
            if to < from || to - from >= AGENT_LIMIT {
                let message = format!("there must be between 1 and {AGENT_LIMIT} agents here");
                return Err(complain("too-large", message, first.span.to(last.span)));
            }
            let prior = prior(universe, distribution, obligations)?;
            for k in from..=to {
                let (name, kernel_name) = (k.to_string(), format!("{}_{k}", variable.text));
                add(&name, kernel_name, format!("{}[{k}]", variable.text), &prior, index.span)?;
            }
            *family = Some((index.text.clone(), variable.text.clone()));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A prior, with what must be true of it.
fn prior(
    universe: &Universe,
    d: &ast::Distribution,
    obligations: &mut Vec<Obligation>,
) -> Resolve<Distribution> {
    let mut env = Env::new(universe, None);
    let (low, high) = match &d.kind {
        DistributionKind::Uniform { low, high } => (low, high),
        DistributionKind::Cdf { on, .. } | DistributionKind::Pdf { on, .. } => (&on.low, &on.high),
    };
    let (low, high) = (env.number(low)?, env.number(high)?);
    let Some(length) = high.minus(&low).as_number() else {
        return Err(complain("unsupported", "the type space must have a length that is a number", d.span));
    };
    if !length.is_positive() {
        let message = format!("the interval from {low} to {high} is empty");
        return Err(Box::new(Diagnostic::new("empty-interval", message, d.span).help("write the lower end first")));
    }
    let mut oblige = |claim, code, message: &str, help: &str| {
        let diagnostic = Diagnostic::new(code, message, d.span).help(help);
        obligations.push(Obligation { claim, diagnostic });
    };
    match &d.kind {
        DistributionKind::Uniform { .. } => Ok(Distribution::uniform(low, high, &length)),
        DistributionKind::Pdf { body, .. } => {
            let (variable, density) = body_of(universe, body, &low, &high, obligations_of(&mut env))?;
            let inner = "z'";
            let at_inner = density.substitute_one(&variable, &Expr::variable(inner));
            let cdf = Expr::integral(inner, &low, &Expr::variable(&variable), &at_inner);
            let prior = Distribution { variable: variable.as_str().into(), low, high, density, cdf };
            oblige(
                prior.density_is_nonnegative(),
                "negative-density",
                "this density is negative somewhere",
                "a density is at least zero on the whole type space",
            );
            oblige(
                prior.mass_is_one(),
                "density-mass",
                "this density does not integrate to one",
                "divide the density by its integral",
            );
            Ok(prior)
        }
        DistributionKind::Cdf { body, .. } => {
            let (variable, cdf) = body_of(universe, body, &low, &high, obligations_of(&mut env))?;
            let density = derivative(&cdf, &variable).ok_or_else(|| {
                complain("unsupported", "a cdf is a polynomial in one variable, or `cases` of such", body.span)
            })?;
            let prior = Distribution { variable: variable.as_str().into(), low, high, density, cdf };
            oblige(
                prior.cdf_ends_at_one(),
                "cdf-ends",
                "this cdf is not one at the upper end",
                "a cdf runs from 0 to 1",
            );
            oblige(
                prior.cdf_has_no_jump(),
                "cdf-ends",
                "this cdf does not begin at zero, or it jumps",
                "a cdf runs from 0 to 1 without jumps; atoms are not supported yet",
            );
            oblige(
                prior.density_is_nonnegative(),
                "cdf-not-monotone",
                "this cdf decreases somewhere",
                "a cdf is nondecreasing on the whole type space",
            );
            Ok(prior)
        }
    }
}

fn obligations_of<'a>(env: &'a mut Env<'_>) -> &'a mut Vec<Obligation> {
    &mut env.obligations
}

/// The variable of a cdf or density and its term: the one name that is not declared.
fn body_of(
    universe: &Universe,
    body: &ast::Expr,
    low: &Expr,
    high: &Expr,
    obligations: &mut Vec<Obligation>,
) -> Resolve<(String, Expr)> {
    let mut names = Vec::new();
    super::expr::names_in(body, &mut names);
    let declared = |n: &&Name| universe.parameters.iter().any(|p| p.shown == n.text);
    let mut free = names.iter().filter(|n| !declared(n));
    let variable = free.next().map_or_else(|| "y".to_owned(), |n| n.text.clone());
    if let Some(second) = free.find(|n| n.text != variable) {
        let message = format!("`{}` and `{variable}` cannot both be the variable of a prior", second.text);
        return Err(complain("unknown-name", message, second.span));
    }
    let mut env = Env::new(universe, None);
    env.values.insert(variable.clone(), Expr::variable(&variable));
    env.ranges.push(Bound {
        name: variable.as_str().into(),
        shown: variable.clone(),
        low: low.clone(),
        high: high.clone(),
    });
    let term = env.number(body)?;
    obligations.append(&mut env.obligations);
    Ok((variable, term))
}

/// The derivative between the break points of a polynomial with indicators in one variable.
fn derivative(e: &Expr, variable: &str) -> Option<Expr> {
    let own = Expr::variable(variable);
    let atom = own.atoms().next()?;
    let plain = |a: &crate::kernel::Atom| {
        a == atom || !a.mentions(variable) || matches!(a.node(), Node::Indicator(_))
    };
    if !e.atoms().all(plain) {
        return None;
    }
    let p: Poly<_> = e.poly().derivative(atom);
    Some(Expr::from(p))
}

struct Reader<'a> {
    universe: &'a Universe,
    family: &'a Option<(String, String)>,
    obligations: &'a mut Vec<Obligation>,
}

impl Reader<'_> {
    /// The agents that a line speaks of: one, or all of a family.
    fn agents(&self, who: &AgentRef, setting: &Setting) -> Resolve<Vec<usize>> {
        if let AgentRef::Named(name) = who
            && self.family.as_ref().is_some_and(|(index, _)| *index == name.text)
        {
            return Ok((0..setting.agents.len()).collect());
        }
        agent(who, setting).map(|i| vec![i])
    }

    fn env(&self, setting: &Setting, agent: usize) -> Env<'_> {
        let mut env = Env::new(self.universe, Some(Arc::new(setting.clone())));
        if let Some((index, _)) = self.family {
            env.indices.insert(index.clone(), agent);
        }
        env
    }

    fn own_type_only(&self, e: &Expr, setting: &Setting, agent: usize, span: ast::Span) -> Resolve<()> {
        let other = setting.agents.iter().enumerate().find(|(j, a)| *j != agent && e.mentions(&a.type_.name));
        match (other, setting.agents.get(agent)) {
            (Some((_, other)), Some(own)) => Err(Box::new(
                Diagnostic::new(
                    "not-own-type",
                    format!("this belongs to {} and mentions `{}`, the type of {}", own.name, other.type_.shown, other.name),
                    span,
                )
                .help(format!("values are private: use `{}` alone", own.type_.shown)),
            )),
            _ => Ok(()),
        }
    }

    fn outcomes(&mut self, s: &ast::Setting, setting: &mut Setting) -> Resolve<()> {
        let n = setting.agents.len();
        let mut variable: Option<(&Name, Vec<Expr>)> = None;
        let mut found = false;
        for line in &s.lines {
            match &line.kind {
                SettingKind::Outcome { name, values } if !found => {
                    found = true;
                    let mut env = Env::new(self.universe, None);
                    let values = values.iter().map(|v| env.number(v)).collect::<Resolve<Vec<_>>>()?;
                    let outcome = |v: &Expr| Outcome {
                        name: format!("{} = {v}", name.text),
                        values: vec![Expr::zero(); n],
                    };
                    setting.outcomes = values.iter().map(outcome).collect();
                    variable = Some((name, values));
                }
                SettingKind::OneGood { keeper } if !found => {
                    found = true;
                    setting.kind = match keeper {
                        Keeper::Agents => Kind::GoodForAgents,
                        Keeper::Seller => Kind::GoodOrSeller,
                    };
                    let nobody = (*keeper == Keeper::Seller)
                        .then(|| Outcome { name: "nobody gets the good".into(), values: vec![Expr::zero(); n] });
                    let gets = |(i, a): (usize, &Agent)| {
                        let value = |j| if i == j { Expr::variable(&a.type_.name) } else { Expr::zero() };
                        Outcome { name: format!("{} gets the good", a.name), values: (0..n).map(value).collect() }
                    };
                    setting.outcomes = setting.agents.iter().enumerate().map(gets).chain(nobody).collect();
                }
                SettingKind::Outcome { .. } | SettingKind::OneGood { .. } => {
                    let message = format!("the setting `{}` has two sets of outcomes", s.name.text);
                    return Err(complain("duplicate-name", message, line.span));
                }
                _ => {}
            }
        }
        if !found {
            return Err(Box::new(
                Diagnostic::new("missing-outcome", format!("the setting `{}` has no outcomes", s.name.text), s.name.span)
                    .help("add a line such as `one good` or `outcome x in {0, 1}`"),
            ));
        }
        let mut given = vec![false; n];
        for line in &s.lines {
            let SettingKind::Value { agent: who, value } = &line.kind else { continue };
            let Some((name, values)) = &variable else {
                let message = "with one good, the value of an agent is the type";
                return Err(complain("unsupported", message, line.span));
            };
            for i in self.agents(who, setting)? {
                if given.get(i).copied().unwrap_or(false) {
                    return Err(complain("duplicate-name", "this agent's value is given twice", line.span));
                }
                for (k, v) in values.iter().enumerate() {
                    let mut env = self.env(setting, i);
                    env.values.insert(name.text.clone(), v.clone());
                    let term = env.number(value)?;
                    let mut more = std::mem::take(&mut env.obligations);
                    drop(env);
                    self.obligations.append(&mut more);
                    self.own_type_only(&term, setting, i, value.span)?;
                    if let Some(slot) = setting.outcomes.get_mut(k).and_then(|o| o.values.get_mut(i)) {
                        *slot = term;
                    }
                }
                if let Some(slot) = given.get_mut(i) {
                    *slot = true;
                }
            }
        }
        let missing = setting.agents.iter().zip(&given).find(|(_, given)| !**given);
        match (missing, &variable) {
            (Some((agent, _)), Some(_)) => Err(Box::new(
                Diagnostic::new("missing-value", format!("the agent `{}` has no value", agent.name), s.name.span)
                    .help(format!("add a line `value {} = …`", agent.name)),
            )),
            _ => Ok(()),
        }
    }

    /// Outside options, given directly or by shares.
    fn outside(&mut self, s: &ast::Setting, setting: &mut Setting) -> Resolve<()> {
        let n = setting.agents.len();
        let mut shares: Vec<Option<Expr>> = vec![None; n];
        let mut share_span = None;
        for line in &s.lines {
            let (who, e) = match &line.kind {
                SettingKind::Outside { agent, value } => (agent, value),
                SettingKind::Share { agent, share } => (agent, share),
                _ => continue,
            };
            for i in self.agents(who, setting)? {
                let mut env = self.env(setting, i);
                let term = env.number(e)?;
                let mut more = std::mem::take(&mut env.obligations);
                drop(env);
                self.obligations.append(&mut more);
                self.own_type_only(&term, setting, i, e.span)?;
                let Some(agent) = setting.agents.get_mut(i) else { continue };
                if matches!(line.kind, SettingKind::Share { .. }) {
                    agent.outside = term.times(&Expr::variable(&agent.type_.name));
                    if let Some(slot) = shares.get_mut(i) {
                        *slot = Some(term);
                    }
                    share_span = Some(share_span.map_or(line.span, |span: ast::Span| span.to(line.span)));
                } else {
                    agent.outside = term;
                }
            }
        }
        let Some(span) = share_span else { return Ok(()) };
        if let Some((agent, _)) = setting.agents.iter().zip(&shares).find(|(_, share)| share.is_none()) {
            let message = format!("the agent `{}` has no share", agent.name);
            let help = format!("add a line `share {} = …`", agent.name);
            return Err(Box::new(Diagnostic::new("missing-share", message, span).help(help)));
        }
        let total = shares.into_iter().flatten().fold(Expr::zero(), |sum, share| sum.plus(&share));
        let parameters: Vec<Bound> =
            self.universe.parameters.iter().filter(|p| total.mentions(&p.name)).cloned().collect();
        let claim = comparison(&parameters, &[], total, Comparison::Equal, Expr::one());
        let diagnostic = Diagnostic::new("shares", "the shares do not sum to one", span)
            .help("the agents together own the whole good");
        self.obligations.push(Obligation { claim, diagnostic });
        Ok(())
    }

    /// Sets the tie rule; returns how many there are to choose from.
    fn ties(&mut self, s: &ast::Setting, setting: &mut Setting, choice: usize) -> Resolve<usize> {
        let count = setting.outcomes.len();
        let n = setting.agents.len();
        let line = s.lines.iter().find_map(|l| match &l.kind {
            SettingKind::Ties(ties) => Some((ties, l.span)),
            _ => None,
        });
        let Some((ties, span)) = line else {
            let orders = orders(count);
            setting.order = orders.get(choice % orders.len().max(1)).cloned().unwrap_or_default();
            return Ok(orders.len());
        };
        let good = setting.kind != Kind::Outcomes;
        let strongest: Vec<usize> = match ties {
            Ties::LowestIndex | Ties::HighestIndex | Ties::Agents(_) if !good => {
                let help = "name the outcomes, such as `ties x = 1`";
                return Err(Box::new(
                    Diagnostic::new("wrong-sort", "ties between outcomes are not decided by agents", span).help(help),
                ));
            }
            Ties::LowestIndex => (0..n).collect(),
            Ties::HighestIndex => (0..n).rev().collect(),
            Ties::Agents(agents) => agents.iter().map(|a| agent(a, setting)).collect::<Resolve<_>>()?,
            Ties::Outcomes { name, values } => {
                let mut out = Vec::new();
                for value in values {
                    let term = Env::new(self.universe, None).number(value)?;
                    let wanted = format!("{} = {term}", name.text);
                    let found = setting.outcomes.iter().position(|o| o.name == wanted);
                    let missing = || complain("unknown-name", format!("`{wanted}` is not an outcome"), value.span);
                    out.push(found.ok_or_else(missing)?);
                }
                out
            }
        };
        let rest = (0..count).filter(|k| !strongest.contains(k));
        setting.order = strongest.iter().copied().chain(rest).collect();
        Ok(1)
    }
}

/// The tie rules to try where none is given: all for few outcomes, else each outcome strongest once,
/// in both directions.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count > 4 {
        let rotation = |k: usize| (0..count).map(move |j| (j + k) % count);
        let forwards = (0..count).map(|k| rotation(k).collect());
        return forwards.chain((0..count).map(|k| rotation(k).collect::<Vec<_>>().into_iter().rev().collect())).collect();
    }
    let mut out: Vec<Vec<usize>> = vec![vec![]];
    for _ in 0..count {
        let extend = |order: Vec<usize>| {
            (0..count).filter(|k| !order.contains(k)).map(|k| [order.clone(), vec![k]].concat()).collect::<Vec<_>>()
        };
        out = out.into_iter().flat_map(extend).collect();
    }
    out
}

/// The number of an agent.
pub(super) fn agent(who: &AgentRef, setting: &Setting) -> Resolve<usize> {
    let (text, span) = match who {
        AgentRef::Named(name) => (name.text.clone(), name.span),
        AgentRef::Number { number, span } => (number.to_string(), *span),
    };
    find_agent(&text, setting, span)
}

/// The number of the agent of a name.
pub(super) fn find_agent(text: &str, setting: &Setting, span: ast::Span) -> Resolve<usize> {
    let found = setting.agents.iter().position(|a| a.name == text);
    found.ok_or_else(|| {
        let mut complaint = unknown_name("agent", text, span, setting.agents.iter().map(|a| a.name.as_str()));
        complaint.code = "not-an-agent";
        complaint.message = format!("`{text}` is not an agent of `{}`", setting.name);
        complaint
    })
}

/// The agent that an argument of a call names.
pub(super) fn agent_argument(e: &ast::Expr, setting: &Setting) -> Resolve<usize> {
    match &e.kind {
        ExprKind::Name(name) => find_agent(name, setting, e.span),
        ExprKind::Number(number) => find_agent(&number.to_string(), setting, e.span),
        _ => Err(complain("not-an-agent", "an agent is needed here", e.span)),
    }
}
