//! Mechanisms and strategies, and the quantities that calls like `payment(m, i)` denote.

use std::sync::Arc;

use crate::kernel::Expr;
use crate::model::{Bound, Charge, Comparison, Kind, Mechanism, Setting, virtual_parts};

use super::Obligation;
use super::scope::{Env, MechanismEntry, Resolve, StrategyEntry, Universe, comparison, unknown_name};
use super::setting::agent;
use crate::lang::ast::{self, AgentRef, ExprKind, MechanismBody, MechanismRuleKind, Name};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::print_expr;

/// The functions that make a mechanism.
const MECHANISMS: [&str; 8] = [
    "pivot",
    "vcg_lowest_type",
    "balance",
    "AGV",
    "participate",
    "first_price",
    "second_price",
    "myerson",
];

/// The functions that make a number.
const QUANTITIES: [&str; 13] = [
    "payment",
    "payoff",
    "value",
    "allocation",
    "surplus",
    "welfare",
    "participation_charge",
    "C",
    "virtual_value",
    "max",
    "min",
    "abs",
    "reserve",
];

fn complain(code: &'static str, message: impl Into<String>, span: ast::Span) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(code, message, span))
}

pub(super) fn resolve(
    universe: &mut Universe,
    m: &ast::Mechanism,
    obligations: &mut Vec<Obligation>,
) -> Resolve<()> {
    let mechanism = match &m.body {
        MechanismBody::Expr(e) => {
            let mut env = Env::new(universe, None);
            let mechanism = env.mechanism(e)?;
            obligations.append(&mut env.obligations);
            mechanism
        }
        MechanismBody::Rules { setting, rules, .. } => {
            let entry = match setting {
                Some(name) => universe.setting(name)?,
                None => match universe.settings.as_slice() {
                    [only] => only,
                    _ => {
                        let message = format!("it is not clear which setting `{}` is for", m.name.text);
                        let help = "write `mechanism NAME on SETTING = { … }`";
                        return Err(Box::new(Diagnostic::new("unknown-name", message, m.name.span).help(help)));
                    }
                },
            };
            written_out(universe, &entry.setting, &m.name, rules, obligations)?
        }
    };
    universe.mechanisms.push(MechanismEntry { name: m.name.text.clone(), mechanism });
    Ok(())
}

pub(super) fn strategy(
    universe: &mut Universe,
    s: &ast::Strategy,
    obligations: &mut Vec<Obligation>,
) -> Resolve<()> {
    let found = universe.mechanisms.iter().find(|m| m.name == s.mechanism.text);
    let entry = found.ok_or_else(|| universe.unknown("mechanism", &s.mechanism.text, s.mechanism.span))?;
    let mut reports = Vec::new();
    let mut more = Vec::new();
    for agent in &entry.mechanism.setting.agents {
        let mut env = Env::new(universe, None);
        env.values.insert(s.variable.text.clone(), Expr::variable(&agent.type_.name));
        env.ranges.push(Bound { shown: s.variable.text.clone(), ..agent.type_.clone() });
        let report = env.number(&s.body)?;
        // A report is a type: it must lie in the type space.
        let Bound { low, high, .. } = &agent.type_;
        for (relation, end) in [(Comparison::AtLeast, low), (Comparison::AtMost, high)] {
            let diagnostic = Diagnostic::new("out-of-range", "this report leaves the type space", s.body.span);
            env.oblige(report.clone(), relation, end.clone(), diagnostic);
        }
        reports.push(report);
        more.append(&mut env.obligations);
    }
    obligations.append(&mut more);
    let entry =
        StrategyEntry { name: s.name.text.clone(), mechanism: s.mechanism.text.clone(), reports };
    universe.strategies.push(entry);
    Ok(())
}

/// A mechanism that is written out, with what must be true of its probabilities.
fn written_out(
    universe: &Universe,
    setting: &Arc<Setting>,
    name: &Name,
    rules: &[ast::MechanismRule],
    obligations: &mut Vec<Obligation>,
) -> Resolve<Mechanism> {
    let (n, outcomes) = (setting.agents.len(), setting.outcomes.len());
    let mut allocation: Vec<Option<Expr>> = vec![None; outcomes];
    let mut payment: Vec<Option<Expr>> = vec![None; n];
    let mut span = name.span;
    for rule in rules {
        match &rule.kind {
            MechanismRuleKind::Allocation { agent: who, probability } => {
                if setting.kind == Kind::Outcomes {
                    return Err(Box::new(
                        Diagnostic::new("wrong-sort", "`allocation` needs a setting with one good", rule.span)
                            .help("write `probability x = 1: …`"),
                    ));
                }
                span = probability.span;
                set(universe, setting, who, probability, &mut allocation, obligations)?;
            }
            MechanismRuleKind::Payment { agent: who, payment: e } => {
                set(universe, setting, who, e, &mut payment, obligations)?;
            }
            MechanismRuleKind::Probability { outcome, value, probability } => {
                let mut env = Env::new(universe, Some(setting.clone()));
                let value_term = Env::new(universe, None).number(value)?;
                let wanted = format!("{} = {value_term}", outcome.text);
                let found = setting.outcomes.iter().position(|o| o.name == wanted);
                let Some(k) = found else {
                    let known = setting.outcomes.iter().map(|o| o.name.as_str());
                    return Err(unknown_name("outcome", &wanted, outcome.span.to(value.span), known));
                };
                span = probability.span;
                let term = env.number(probability)?;
                obligations.append(&mut env.obligations);
                if let Some(slot) = allocation.get_mut(k) {
                    *slot = Some(term);
                }
            }
        }
    }
    if let Some((agent, _)) = setting.agents.iter().zip(&payment).find(|(_, t)| t.is_none()) {
        let message = format!("`{}` does not say what `{}` pays", name.text, agent.name);
        let help = format!("add a line `payment {} = …`", agent.name);
        return Err(Box::new(Diagnostic::new("missing-payment", message, name.span).help(help)));
    }
    let given = allocation.iter().flatten().fold(Expr::zero(), |sum, x| sum.plus(x));
    let missing: Vec<usize> = (0..outcomes).filter(|k| allocation.get(*k).is_some_and(Option::is_none)).collect();
    match missing.as_slice() {
        [] => {}
        [k] if setting.kind != Kind::GoodForAgents => {
            if let Some(slot) = allocation.get_mut(*k) {
                *slot = Some(Expr::one().minus(&given));
            }
        }
        [k, ..] => {
            let outcome = setting.outcomes.get(*k).map(|o| o.name.clone()).unwrap_or_default();
            let message = format!("`{}` does not say how likely it is that {outcome}", name.text);
            return Err(Box::new(
                Diagnostic::new("missing-allocation", message, name.span)
                    .help("give every outcome but one a probability"),
            ));
        }
    }
    let allocation: Vec<Expr> = allocation.into_iter().flatten().collect();
    let mut oblige = |left: Expr, relation, right, code, message: String| {
        let env = Env::new(universe, Some(setting.clone()));
        let (parameters, variables) = env.bounds_of(&[&left]);
        let claim = comparison(&parameters, &variables, left, relation, right);
        obligations.push(Obligation { claim, diagnostic: Diagnostic::new(code, message, span) });
    };
    for (x, outcome) in allocation.iter().zip(&setting.outcomes) {
        let message = format!("the probability that {} leaves the interval from 0 to 1", outcome.name);
        oblige(x.clone(), Comparison::AtLeast, Expr::zero(), "allocation-range", message.clone());
        oblige(x.clone(), Comparison::AtMost, Expr::one(), "allocation-range", message);
    }
    let total = allocation.iter().fold(Expr::zero(), |sum, x| sum.plus(x));
    let message = format!("the probabilities of `{}` do not sum to one", name.text);
    oblige(total, Comparison::Equal, Expr::one(), "allocation-sum", message);
    let payment = payment.into_iter().flatten().collect();
    Ok(Mechanism { setting: setting.clone(), allocation, payment, charges: vec![] })
}

/// Sets an entry for one agent, or for all agents if the reference is an index.
fn set(
    universe: &Universe,
    setting: &Arc<Setting>,
    who: &AgentRef,
    e: &ast::Expr,
    slots: &mut [Option<Expr>],
    obligations: &mut Vec<Obligation>,
) -> Resolve<()> {
    let index = match who {
        AgentRef::Named(name) if !setting.agents.iter().any(|a| a.name == name.text) => Some(name),
        _ => None,
    };
    let families = setting.agents.iter().all(|a| a.type_.shown.contains('['));
    let agents: Vec<usize> = match index {
        Some(_) if families => (0..setting.agents.len()).collect(),
        _ => vec![agent(who, setting)?],
    };
    for i in agents {
        let mut env = Env::new(universe, Some(setting.clone()));
        if let Some(name) = index {
            env.indices.insert(name.text.clone(), i);
        }
        let term = env.number(e)?;
        obligations.append(&mut env.obligations);
        if let Some(slot) = slots.get_mut(i) {
            *slot = Some(term);
        }
    }
    Ok(())
}

impl Env<'_> {
    /// The mechanism that an expression denotes.
    pub(super) fn mechanism(&mut self, e: &ast::Expr) -> Resolve<Mechanism> {
        match &e.kind {
            ExprKind::Name(text) => {
                let found = self.universe.mechanisms.iter().find(|m| m.name == *text);
                let entry = found.ok_or_else(|| self.universe.unknown("mechanism", text, e.span))?;
                Ok(entry.mechanism.clone())
            }
            ExprKind::Under { mechanism, strategy } => {
                let played = self.universe.strategy(strategy)?;
                let base = self.mechanism(mechanism)?;
                if played.reports.len() != base.setting.agents.len() {
                    let message = format!("`{}` is not a strategy of this mechanism", strategy.text);
                    return Err(complain("wrong-sort", message, strategy.span));
                }
                Ok(base.under(&played.reports))
            }
            ExprKind::Call { function, arguments } => self.mechanism_call(e, function, arguments),
            _ => Err(complain("wrong-sort", "a mechanism is needed here", e.span)),
        }
    }

    fn mechanism_call(
        &mut self,
        e: &ast::Expr,
        function: &Name,
        arguments: &[ast::Expr],
    ) -> Resolve<Mechanism> {
        let name = function.text.as_str();
        if !MECHANISMS.contains(&name) {
            return Err(unknown_name("mechanism", name, function.span, MECHANISMS));
        }
        let most = if name == "second_price" { 2 } else { 1 };
        let (Some(first), true) = (arguments.first(), arguments.len() <= most) else {
            return Err(arity(function, if most == 2 { "1 or 2" } else { "1" }, arguments.len()));
        };
        if matches!(name, "balance" | "participate") {
            let inner = self.mechanism(first)?;
            return match name {
                "balance" => Mechanism::balance(&inner)
                    .ok_or_else(|| complain("unsupported", "a budget is balanced between two agents or more", e.span)),
                _ => Ok(Mechanism::participate(&inner, &label(first))),
            };
        }
        let ExprKind::Name(text) = &first.kind else {
            return Err(complain("wrong-sort", "a setting is needed here", first.span));
        };
        let setting = &self.universe.setting(&Name { text: text.clone(), span: first.span })?.setting.clone();
        let good = || {
            Box::new(
                Diagnostic::new("wrong-sort", format!("`{name}` needs a setting with one good"), first.span)
                    .help("add a line `one good, kept by the seller if nobody gets it`"),
            )
        };
        match name {
            "pivot" => Ok(Mechanism::pivot(setting)),
            "vcg_lowest_type" => Ok(Mechanism::vcg_lowest_type(setting)),
            "AGV" => Mechanism::agv(setting)
                .ok_or_else(|| complain("unsupported", "this needs two agents or more", e.span)),
            "first_price" => Mechanism::first_price(setting).ok_or_else(good),
            "second_price" => {
                let reserve = arguments.get(1).map(|r| self.number(r)).transpose()?;
                Mechanism::second_price(setting, reserve.as_ref()).ok_or_else(good)
            }
            _ => {
                self.regular(setting, first.span);
                Mechanism::myerson(setting).ok_or_else(good)
            }
        }
    }

    /// Virtual values must be nondecreasing: `p(y) f(z) ≤ p(z) f(y)` for `y ≤ z`.
    fn regular(&mut self, setting: &Setting, span: ast::Span) {
        for (i, a) in setting.agents.iter().enumerate() {
            let Some((p, f)) = virtual_parts(setting, i) else { continue };
            let high = Bound { name: "z'".into(), shown: "z".into(), ..a.type_.clone() };
            let low = Bound {
                name: "y'".into(),
                shown: "y".into(),
                low: a.type_.low.clone(),
                high: Expr::variable("z'"),
            };
            let at = |e: &Expr, b: &Bound| e.substitute_one(&a.type_.name, &Expr::variable(&b.name));
            let left = at(&p, &low).times(&at(&f, &high));
            let right = at(&p, &high).times(&at(&f, &low));
            let claim = comparison(&[], &[high, low], left, Comparison::AtMost, right);
            let message = format!("the virtual value of `{}` decreases somewhere", a.name);
            let diagnostic = Diagnostic::new("irregular-prior", message, span)
                .help("ironing is not supported yet; `myerson` needs regular priors");
            self.obligations.push(Obligation { claim, diagnostic });
        }
    }

    /// The number that a call denotes.
    pub(super) fn call(&mut self, e: &ast::Expr, function: &Name, arguments: &[ast::Expr]) -> Resolve<Expr> {
        let name = function.text.as_str();
        if MECHANISMS.contains(&name) {
            let message = format!("`{name}` makes a mechanism, and a number is needed here");
            return Err(complain("wrong-sort", message, e.span));
        }
        if !QUANTITIES.contains(&name) {
            return Err(unknown_name("function", name, function.span, QUANTITIES));
        }
        if matches!(name, "max" | "min" | "abs") {
            return self.extremum(function, arguments);
        }
        if name == "reserve" {
            let message = "`reserve(m, i)` stands alone on the left of an equation";
            return Err(complain("unsupported", message, e.span));
        }
        let wanted = if matches!(name, "surplus" | "welfare") { 1 } else { 2 };
        if arguments.len() != wanted {
            return Err(arity(function, if wanted == 1 { "1" } else { "2" }, arguments.len()));
        }
        let (Some(first), second) = (arguments.first(), arguments.get(1)) else {
            return Err(arity(function, "1", 0));
        };
        let term = match (name, second) {
            ("surplus", _) => self.enter(first)?.surplus(),
            ("welfare", _) => match self.setting_named(first) {
                Some(setting) => setting.welfare(),
                None => self.enter(first)?.welfare(),
            },
            ("C", Some(who)) => return self.collectible_charge(first, who),
            ("virtual_value", Some(who)) => return self.virtual_value(e, first, who),
            (_, Some(who)) => {
                let m = self.enter(first)?;
                let i = self.agent_in(who, &m.setting)?;
                match name {
                    "payment" => m.payment.get(i).cloned().unwrap_or_else(Expr::zero),
                    "payoff" => m.payoff(i),
                    "value" => m.value(i),
                    "allocation" => match (m.setting.kind, m.allocation.get(i)) {
                        (Kind::GoodForAgents | Kind::GoodOrSeller, Some(x)) => x.clone(),
                        _ => {
                            let message = "`allocation(m, i)` needs a setting with one good";
                            return Err(complain("wrong-sort", message, e.span));
                        }
                    },
                    _ => {
                        let Some(charge) = m.charge(i, &label(first)) else { return Ok(Expr::zero()) };
                        self.stages.ex_ante.push(e.span);
                        return Ok(self.charge_term(e, charge));
                    }
                }
            }
            (_, None) => return Err(arity(function, "2", 1)),
        };
        let shown = self.shown_call(e);
        if !self.definitions.iter().any(|(name, _)| *name == shown) {
            self.definitions.push((shown, term.clone()));
        }
        Ok(term)
    }

    /// The call as written, with bound indices replaced by agents.
    fn shown_call(&self, e: &ast::Expr) -> String {
        let mut shown = print_expr(e);
        for (index, agent) in &self.indices {
            if let Some(a) = self.setting.as_ref().and_then(|s| s.agents.get(*agent)) {
                shown = shown.replace(&format!(", {index})"), &format!(", {})", a.name));
            }
        }
        shown
    }

    fn charge_term(&mut self, e: &ast::Expr, charge: Charge) -> Expr {
        let term = Expr::variable(&charge.name);
        let shown = format!("what {} maximises", self.shown_call(e));
        if !self.definitions.iter().any(|(name, _)| *name == shown) {
            self.definitions.push((shown, charge.body.clone()));
        }
        self.add_charge(charge);
        term
    }

    fn setting_named(&self, e: &ast::Expr) -> Option<Arc<Setting>> {
        let ExprKind::Name(text) = &e.kind else { return None };
        let found = self.universe.settings.iter().find(|s| s.setting.name == *text);
        found.map(|s| s.setting.clone())
    }

    fn setting_argument(&self, e: &ast::Expr) -> Resolve<Arc<Setting>> {
        match &e.kind {
            ExprKind::Name(text) => {
                let name = Name { text: text.clone(), span: e.span };
                Ok(self.universe.setting(&name)?.setting.clone())
            }
            _ => Err(complain("wrong-sort", "a setting is needed here", e.span)),
        }
    }

    /// A mechanism whose quantities are used: its charges come into scope.
    pub(super) fn enter(&mut self, e: &ast::Expr) -> Resolve<Mechanism> {
        let mechanism = self.mechanism(e)?;
        for charge in &mechanism.charges {
            self.add_charge(charge.clone());
        }
        Ok(mechanism)
    }

    pub(super) fn agent_in(&self, e: &ast::Expr, setting: &Setting) -> Resolve<usize> {
        match &e.kind {
            ExprKind::Name(text) if self.indices.contains_key(text) => {
                Ok(self.indices.get(text).copied().unwrap_or_default())
            }
            _ => super::setting::agent_argument(e, setting),
        }
    }

    fn extremum(&mut self, function: &Name, arguments: &[ast::Expr]) -> Resolve<Expr> {
        let terms = arguments.iter().map(|a| self.number(a)).collect::<Resolve<Vec<_>>>()?;
        match (function.text.as_str(), terms.as_slice()) {
            ("abs", [x]) => Ok(x.maximum(&x.negated())),
            ("abs", _) => Err(arity(function, "1", terms.len())),
            (_, [] | [_]) => Err(arity(function, "2 or more", terms.len())),
            (name, [first, rest @ ..]) => Ok(rest.iter().fold(first.clone(), |acc, x| match name {
                "max" => acc.maximum(x),
                _ => acc.minimum(x),
            })),
        }
    }

    /// `C(S, i)`: the least of interim welfare minus outside option over the own types.
    fn collectible_charge(&mut self, setting: &ast::Expr, who: &ast::Expr) -> Resolve<Expr> {
        let setting = self.setting_argument(setting)?;
        let i = self.agent_in(who, &setting)?;
        let Some(agent) = setting.agents.get(i) else { return Ok(Expr::zero()) };
        let argument = Bound {
            name: format!("worst_{}_{}'", setting.name, agent.name).into(),
            shown: format!("worst-off type of {}", agent.name),
            low: agent.type_.low.clone(),
            high: agent.type_.high.clone(),
        };
        let body = agent.outside.minus(&setting.interim(i, &setting.welfare()));
        let body = body.substitute_one(&agent.type_.name, &Expr::variable(&argument.name));
        let shown = format!("C({}, {})", setting.name, agent.name);
        self.stages.ex_ante.push(who.span);
        let definition = format!("what {shown} minimises");
        if !self.definitions.iter().any(|(name, _)| *name == definition) {
            self.definitions.push((definition, body.negated()));
        }
        let charge = Charge {
            name: format!("C_{}_{}'", setting.name, agent.name).into(),
            shown: format!("(-{shown})"),
            argument,
            body,
        };
        let term = Expr::variable(&charge.name).negated();
        self.add_charge(charge);
        Ok(term)
    }

    /// `θ − (1 − F)/f`; the density must not vanish.
    fn virtual_value(&mut self, e: &ast::Expr, setting: &ast::Expr, who: &ast::Expr) -> Resolve<Expr> {
        let setting = self.setting_argument(setting)?;
        let i = self.agent_in(who, &setting)?;
        let Some((p, f)) = virtual_parts(&setting, i) else { return Ok(Expr::zero()) };
        if f.as_number().is_none() {
            let outer = self.setting.replace(setting.clone());
            let message = "the density can be zero, and the virtual value divides by it";
            let diagnostic = Diagnostic::new("division-by-zero", message, e.span);
            self.oblige(f.clone(), Comparison::Unequal, Expr::zero(), diagnostic);
            self.setting = outer;
        }
        Ok(p.times(&Expr::inverse(&f)))
    }
}

fn arity(function: &Name, wanted: &str, found: usize) -> Box<Diagnostic> {
    let plural = if wanted == "1" { "argument" } else { "arguments" };
    let message = format!("`{}` takes {wanted} {plural}, and {found} are given", function.text);
    complain("wrong-arity", message, function.span)
}

/// The name that a mechanism's charges carry.
pub(super) fn label(e: &ast::Expr) -> String {
    let printed = print_expr(e);
    let word = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    printed.chars().map(word).collect::<String>().trim_matches('_').to_owned()
}
