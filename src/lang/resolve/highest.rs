//! Greatest values in derivations: over all agents, and of what can be collected; settings with any number of agents.

use std::collections::BTreeMap;

use super::Resolve;
use super::derivation::Reader;
use super::family::General;
use super::names::{advise, complain, unknown_name};
use super::prior::prior;
use super::scope::{BROKEN, Env, Function};
use crate::exact::Rational;
use crate::kernel::{Atom, Expr, Name as Symbol, Node};
use crate::lang::ast::{
    self, AgentRef, DistributionKind, ExprKind, File, ItemKind, Keeper, Name, SettingKind, Span,
};
use crate::lang::diagnostic::Diagnostic;
use crate::model::{Collectible, Comparison, Highest, Law, Power, TypeSpace};

/// Agents of a setting that a derivation speaks of at most: so many types are written out.
const AGENTS: u32 = 8;

/// The code of a complaint about a setting of which a derivation does not speak.
pub(super) const NO_SETTING: &str = "no-setting";

/// Whether a setting has as many agents as an integer at the margin says.
pub(super) fn is_general(file: &File, setting: &ast::Setting) -> bool {
    let integers = file.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Given(ast::DerivationKind::Integer { name, .. }) => Some(name.text.as_str()),
        _ => None,
    });
    let integers: Vec<&str> = integers.collect();
    setting.lines.iter().any(|line| match &line.kind {
        SettingKind::Agents { last, .. } => match &last.kind {
            ExprKind::Name(text) => integers.contains(&text.as_str()),
            _ => false,
        },
        _ => false,
    })
}

/// Whether a derivation may speak of a setting with so many agents: they share one good, and their types are drawn alike.
pub(super) fn is_spoken_of(setting: &ast::Setting) -> bool {
    let is_agents = |line: &&ast::SettingLine| matches!(line.kind, SettingKind::Agents { .. });
    setting.lines.iter().filter(is_agents).count() == 1
        && setting.lines.iter().any(|l| l.kind == SettingKind::OneGood { keeper: Keeper::Agents })
        && setting.lines.iter().all(|line| match &line.kind {
            SettingKind::Agents { first, last, distribution, .. } => {
                let is_prior = match &distribution.kind {
                    DistributionKind::Uniform { .. } | DistributionKind::Cdf { .. } => true,
                    DistributionKind::Pdf { atoms, .. } => atoms.is_empty(),
                    DistributionKind::Named(_) | DistributionKind::Discrete(_) => false,
                };
                is_prior && numbered(first, last).is_some()
            }
            SettingKind::Share { .. } | SettingKind::Ties(_) => true,
            kind => *kind == SettingKind::OneGood { keeper: Keeper::Agents },
        })
}

/// The number of agents `1..k`.
fn numbered(first: &ast::Expr, last: &ast::Expr) -> Option<u32> {
    match (&first.kind, &last.kind) {
        (ExprKind::Number(first), ExprKind::Number(last)) if *first == Rational::ONE => {
            last.to_u32().filter(|k| (1..=AGENTS).contains(k))
        }
        _ => None,
    }
}

impl Env<'_> {
    /// `max(e for j)` and `max(e for j != i)`: a function of what the term depends on beside the agent, and of the agent that
    /// is left out, which a description says what it is.
    pub(super) fn highest(
        &mut self,
        (index, upper): (&Symbol, &Expr),
        body: &Expr,
        left_out: Option<&Expr>,
        span: Span,
    ) -> Resolve<Expr> {
        let least = upper.counts_from().unwrap_or(0);
        if least == 0 {
            let help = "declare an integer that is at least one, such as `given integer n >= 1`";
            return Err(advise("unsupported", "without agents there is no greatest value", span, help));
        }
        if least == 1 && left_out.is_some() {
            let help = "declare an integer that is at least two, such as `given integer n >= 2`";
            return Err(advise(
                "unsupported",
                "there may be no agent but that which is left out",
                span,
                help,
            ));
        }
        let mut arguments = Vec::new();
        let body = abstracted(body, index, &mut arguments);
        let except = left_out.map(|agent| placed(agent, &mut arguments));
        let except = except.and_then(|e| e.as_variable().cloned());
        if !body.is_tame() {
            let message = "a greatest value is one of terms without divisors that depend on the agent";
            return Err(complain("unsupported", message, span));
        }
        let Some(family) = &mut self.family else {
            return Err(complain("unsupported", "a derivation is needed here", span));
        };
        let same = |h: &&Highest| {
            h.except == except && h.body.substitute_one(&h.agent, &Expr::variable(index)) == body
        };
        let known = family.highest.iter().find(same);
        let name = match known {
            Some(known) => known.name.clone(),
            None => {
                let name = Symbol::from(format!("max'{}", family.highest.len() + 1).as_str());
                let parameters = (0..arguments.len()).map(parameter).collect();
                let agent = Symbol::from("j''");
                let body = body.substitute_one(index, &Expr::variable(&agent));
                let upper = upper.clone();
                family.highest.push(Highest { name: name.clone(), parameters, agent, body, upper, except });
                name
            }
        };
        Ok(Expr::apply(&name, arguments))
    }

    /// The highest type of a profile of the setting.
    pub(super) fn highest_type(&mut self, upper: &Expr, profile: &Expr, span: Span) -> Resolve<Expr> {
        let j = Symbol::from("j'welfare");
        self.highest((&j, upper), &Expr::read(profile, &Expr::variable(&j)), None, span)
    }

    /// The highest type of a profile but for one agent.
    pub(super) fn highest_of_others(
        &mut self,
        upper: &Expr,
        profile: &Expr,
        left_out: &Expr,
        span: Span,
    ) -> Resolve<Expr> {
        let j = Symbol::from("j'others");
        self.highest((&j, upper), &Expr::read(profile, &Expr::variable(&j)), Some(left_out), span)
    }

    /// What can be collected from the agents of the setting.
    pub(super) fn collectible(&mut self, general: General, span: Span) -> Resolve<Option<Collectible>> {
        let highest = self.highest_type(&general.law.upper, &Expr::variable("p'"), span)?;
        let Some(Node::Apply(highest, _)) = highest.as_atom().map(Atom::node) else { return Ok(None) };
        let (Some(share), Some(family)) = (general.share, &mut self.family) else {
            let message = format!("`{}` does not say who owns the good", general.name);
            return Err(advise("missing-share", message, span, "add a line such as `share i = 1/n`"));
        };
        family.averaged = true;
        let collectible = family.collectible.get_or_insert_with(|| Collectible {
            name: format!("C({})", general.name).as_str().into(),
            agent: share.0,
            share: share.1,
            highest: highest.clone(),
            law: general.law,
        });
        Ok(Some(collectible.clone()))
    }

    /// `welfare(s)` and `C(s, i)` for the setting of a derivation; none if this is something else.
    pub(super) fn of_a_general_setting(
        &mut self,
        function: &Name,
        arguments: &[ast::Expr],
    ) -> Resolve<Option<Expr>> {
        let named = |e: &ast::Expr, wanted: &str| matches!(&e.kind, ExprKind::Name(text) if text == wanted);
        let Some(family) = &self.family else { return Ok(None) };
        if let ("welfare", [s]) | ("C", [s, _]) = (function.text.as_str(), arguments)
            && let ExprKind::Name(text) = &s.kind
            && family.general.as_ref().is_none_or(|g| g.name != *text)
        {
            if family.broken.as_ref() == Some(text) {
                return Err(complain(BROKEN, format!("`{text}` has an error of its own"), s.span));
            }
            let message = format!("`{text}` is no setting that this derivation speaks of");
            let help = "it is one setting with `agents i in 1..n with type v[i] ~ F`, or `agents i in 1..3` whose types are drawn alike from an interval, and `one good`";
            return Err(advise(NO_SETTING, message, s.span, help));
        }
        let Some(general) = family.general.clone() else { return Ok(None) };
        match (function.text.as_str(), arguments) {
            ("welfare", [s]) if named(s, &general.name) => {
                let profile = self.values.get(&general.types).cloned();
                let Some(profile) = profile else { return Ok(None) };
                self.highest_type(&general.law.upper, &profile, function.span).map(Some)
            }
            ("C", [s, who]) if named(s, &general.name) => {
                let agent = self.number(who)?;
                if !self.is_known_agent(&agent) {
                    let help = "say `for all i in 1..n`";
                    return Err(advise("not-an-agent", "this is not known to be an agent", who.span, help));
                }
                let collectible = self.collectible(general, function.span)?;
                Ok(collectible.map(|c| c.of(&agent)))
            }
            _ => Ok(None),
        }
    }
}

impl Reader<'_> {
    /// A profile whose types are drawn by a distribution function.
    pub(super) fn drawn(&mut self, name: &Name, cdf: &Name) -> Resolve<()> {
        let law = self.law(cdf, name.span)?;
        self.drawn_by(name, law)
    }

    /// A profile whose types are drawn by a law.
    pub(super) fn drawn_by(&mut self, name: &Name, law: Law) -> Resolve<()> {
        self.number(name)?;
        self.env.declare_drawn(name, &law)?;
        law.meaning().into_iter().for_each(|h| self.assume("", h, true));
        let (low, high, upper) = (law.low.clone(), law.high.clone(), law.upper.clone());
        self.out.space = Some(TypeSpace { low, high, upper, density: None });
        self.out.law = Some(Box::new(law));
        self.hypotheses_are_defined()
    }

    /// How the types of so many agents are drawn.
    fn law_of_so_many(&mut self, count: u32, distribution: &ast::Distribution) -> Resolve<Law> {
        if self.env.counts() {
            let message = "a derivation is about the agents of one setting";
            return Err(complain("unsupported", message, distribution.span));
        }
        let mut obligations = Vec::new();
        let prior = prior(self.env.universe, distribution, &Power::default(), &mut obligations)?;
        self.env.obligations.extend(obligations);
        let upper = Expr::integer(count.into());
        self.env.count(&upper, count);
        let point = Symbol::from("y'");
        let cdf = prior.cdf_at(&Expr::variable(&point));
        if !cdf.is_polynomial() {
            let message = "derivations speak of settings whose distribution function is one polynomial";
            return Err(complain("unsupported", message, distribution.span));
        }
        Ok(Law { low: prior.low, high: prior.high, upper, point, cdf })
    }

    fn law(&mut self, cdf: &Name, span: Span) -> Resolve<Law> {
        let upper = self.out.integer.as_ref().and_then(|(n, _)| self.env.values.get(n).cloned());
        let Some(upper) = upper else {
            let help = "declare `given integer n >= 1` above";
            return Err(advise("unsupported", "it is not said how many agents there are", span, help));
        };
        let known = match self.env.functions.get(&cdf.text) {
            Some(Function::Continuous(known)) => known.clone(),
            Some(_) => {
                let help = format!("declare `given {}: cdf on [0, V], continuous`", cdf.text);
                let message = format!("`{}` is not given as a continuous distribution function", cdf.text);
                return Err(advise("unsupported", message, cdf.span, help));
            }
            None => {
                let known = self.env.functions.keys().map(String::as_str);
                return Err(unknown_name("distribution function", &cdf.text, cdf.span, known));
            }
        };
        let point = Symbol::from("y'");
        let value = known.at(&Expr::variable(&point));
        Ok(Law { low: known.low, high: known.high, upper, point, cdf: value })
    }

    /// A setting with as many agents as the integer says, who share one good.
    pub(super) fn setting(&mut self, setting: &ast::Setting) -> Resolve<()> {
        let read = self.setting_lines(setting);
        if let (Err(_), Some(family)) = (&read, &mut self.env.family) {
            family.broken = Some(setting.name.text.clone());
        }
        read
    }

    fn setting_lines(&mut self, setting: &ast::Setting) -> Resolve<()> {
        let unsupported = |what: &str, span: Span| {
            let message = format!("a setting with any number of agents has no {what}");
            let help = "it has `agents i in 1..n with type v[i] ~ F`, `one good` and `share i = …`";
            advise("unsupported", message, span, help)
        };
        let so_many = is_spoken_of(setting);
        let (mut agents, mut share, mut good, mut shares) = (None, None, false, Vec::new());
        for line in &setting.lines {
            match &line.kind {
                SettingKind::Agents { index, first, last, variable, distribution } if agents.is_none() => {
                    let law = match (&distribution.kind, numbered(first, last)) {
                        (DistributionKind::Named(cdf), _) => {
                            self.env.agents(first, last)?;
                            self.law(cdf, variable.span)?
                        }
                        (_, Some(count)) => self.law_of_so_many(count, distribution)?,
                        _ => {
                            return Err(unsupported(
                                "priors but one that is given by its name",
                                distribution.span,
                            ));
                        }
                    };
                    agents = Some((index, variable, law));
                }
                SettingKind::Ties(_) if so_many => {}
                SettingKind::OneGood { keeper: Keeper::Agents } => good = true,
                SettingKind::Share { agent: AgentRef::Named(index), share: e } if share.is_none() => {
                    share = Some((index, e));
                }
                SettingKind::Share { agent: AgentRef::Number { number, span }, share: e } if so_many => {
                    shares.push((Expr::number(number.clone()), *span, e));
                }
                _ => return Err(unsupported("such line", line.span)),
            }
        }
        let Some((index, types, law)) = agents else {
            return Err(unsupported("single agents", setting.name.span));
        };
        if !good {
            return Err(unsupported("outcomes but who gets the good: add `one good`", setting.name.span));
        }
        self.drawn_by(types, law)?;
        let Some(law) = self.out.law.as_deref().cloned() else { return Ok(()) };
        let share = match share {
            Some((whose, e)) if whose.text == index.text => Some(self.share(index, e, &law)?),
            Some((whose, _)) => {
                let message = format!("the agents are indexed by `{}`", index.text);
                let help = format!("write `share {} = …`", index.text);
                return Err(advise("not-an-agent", message, whose.span, help));
            }
            None if !shares.is_empty() => Some(self.shares(&shares, &law)?),
            None => None,
        };
        let general = General { name: setting.name.text.clone(), types: types.text.clone(), law, share };
        if let Some(family) = &mut self.env.family {
            family.general = Some(general);
        }
        self.hypotheses_are_defined()
    }

    /// The shares of agents by their numbers; all shares together are one.
    fn shares(&mut self, shares: &[(Expr, Span, &ast::Expr)], law: &Law) -> Resolve<(Symbol, Expr)> {
        let agent = Symbol::from("i'share");
        let mut sum = Expr::zero();
        for (who, span, e) in shares {
            if !self.env.is_known_agent(who) {
                return Err(complain("not-an-agent", "there is no agent with this number", *span));
            }
            let here = Expr::is_zero_indicator(&Expr::variable(&agent).minus(who));
            sum = sum.plus(&here.times(&self.env.number(e)?));
        }
        let all = Expr::sum(&agent, &law.upper, &sum);
        let span = shares.first().map_or(Span::default(), |(_, span, _)| *span);
        self.oblige_shares(&all, span);
        Ok((agent, sum))
    }

    fn oblige_shares(&mut self, all: &Expr, span: Span) {
        let diagnostic = Diagnostic::new("shares", "the shares do not sum to one", span);
        self.env.oblige(all.clone(), Comparison::Equal, Expr::one(), diagnostic);
    }

    /// The share of each agent; all shares together are one.
    fn share(&mut self, index: &Name, e: &ast::Expr, law: &Law) -> Resolve<(Symbol, Expr)> {
        self.env.is_new(index)?;
        let agent = Symbol::from(format!("{}'share", index.text).as_str());
        let members = self.env.members();
        self.env.is_agent(&Expr::variable(&agent));
        self.env.values.insert(index.text.clone(), Expr::variable(&agent));
        let share = self.env.number(e);
        self.env.values.remove(&index.text);
        self.env.forget_agents(members);
        let share = share?;
        if self.env.profile().is_some_and(|types| share.mentions_variable(&types)) {
            let help = "a share is a number that may depend on the agent";
            return Err(advise("wrong-stage", "a share does not depend on the types", e.span, help));
        }
        let all = Expr::sum(&agent, &law.upper, &share);
        self.oblige_shares(&all, e.span);
        Ok((agent, share))
    }

    /// Assumes what the greatest values that are spoken of are.
    pub(super) fn describe(&mut self) {
        let Some(family) = &mut self.env.family else { return };
        let (highest, collectible) = (std::mem::take(&mut family.highest), family.collectible.take());
        let meanings = highest.iter().flat_map(Highest::meaning);
        let meanings: Vec<_> = meanings.chain(collectible.iter().flat_map(Collectible::meaning)).collect();
        meanings.into_iter().for_each(|formula| self.assume("", formula, true));
        for h in &highest {
            self.source.variables.push((h.name.clone(), "max".into()));
        }
        (self.out.highest, self.out.collectible) = (highest, collectible.map(Box::new));
    }
}

/// The name of a parameter: with two marks, like no name of a text and no bound one.
fn parameter(number: usize) -> Symbol {
    format!("p''{}", number + 1).as_str().into()
}

/// A term with parameters in place of what does not depend on a name.
fn abstracted(e: &Expr, index: &str, arguments: &mut Vec<Expr>) -> Expr {
    if e.as_number().is_some() {
        return e.clone();
    }
    if !e.mentions_variable(index) {
        return placed(e, arguments);
    }
    let mut values: BTreeMap<Atom, Expr> = BTreeMap::new();
    for atom in e.atoms() {
        if !values.contains_key(atom) {
            values.insert(atom.clone(), abstracted_atom(atom, index, arguments));
        }
    }
    e.replace_atoms(|a| values.get(a).cloned())
}

/// The parameter that stands for a term.
fn placed(e: &Expr, arguments: &mut Vec<Expr>) -> Expr {
    let number = arguments.iter().position(|known| known == e).unwrap_or_else(|| {
        arguments.push(e.clone());
        arguments.len() - 1
    });
    Expr::variable(&parameter(number))
}

fn abstracted_atom(atom: &Atom, index: &str, arguments: &mut Vec<Expr>) -> Expr {
    let whole = Expr::from(atom);
    if matches!(atom.node(), Node::Natural) {
        return whole;
    }
    if !whole.mentions_variable(index) {
        return placed(&whole, arguments);
    }
    let mut inner = |e: &Expr| abstracted(e, index, arguments);
    match atom.node() {
        Node::Variable(_) | Node::Bound(_) | Node::Natural => whole,
        Node::Apply(f, all) => Expr::apply(f, all.iter().map(inner).collect()),
        Node::Indicator(e) => Expr::at_least_zero(&inner(e)),
        Node::Read { profile, agent } => Expr::read(&inner(profile), &inner(agent)),
        Node::Update { profile, agent, value } => Expr::update(&inner(profile), &inner(agent), &inner(value)),
        // Below binders and powers: all free names but the agent.
        _ => whole
            .free_names()
            .into_iter()
            .filter(|x| **x != *index && whole.mentions_variable(x))
            .fold(whole.clone(), |e, x| e.substitute_one(&x, &placed(&Expr::variable(&x), arguments))),
    }
}
