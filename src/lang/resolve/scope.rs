//! What names mean: [`Universe`] for a file under one choice of the open tie rules, [`Env`] inside one
//! expression.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kernel::{Definition, Expr, Formula, Name as Symbol, unfold};
use crate::model::{
    Bound, Charge, Claim, Comparison, Conjunct, ContinuousCdf, Description, Mechanism, Setting, fold,
};

use super::highest::is_general;
use super::ironing::Ironing;
use super::names::{advise, complain, names_in, settings_in_scope, unknown_name, with_article};
use super::rule::Priced;
use super::setting::{self, SettingEntry};
use super::table::Axis;
use super::{Obligation, Resolve, mechanism};
use crate::lang::ast::{self, ItemKind, Name, Span};
use crate::lang::diagnostic::Diagnostic;

/// The code of a complaint about a name whose definition has a complaint of its own. Never reported.
pub(super) const BROKEN: &str = "broken-name";

/// The complaint about such a name.
pub(super) fn broken(text: &str, span: Span) -> Box<Diagnostic> {
    complain(BROKEN, format!("`{text}` has an error of its own"), span)
}

/// A mechanism.
#[derive(Debug, Clone)]
pub(super) struct MechanismEntry {
    pub(super) name: String,
    pub(super) mechanism: Mechanism,
    /// Whether its payments average over types.
    pub(super) averaged: bool,
}

/// A strategy: a report for each agent.
#[derive(Debug, Clone)]
pub(super) struct StrategyEntry {
    pub(super) name: String,
    pub(super) setting: Arc<Setting>,
    pub(super) reports: Vec<Expr>,
}

/// All names of a file, under one choice for each tie rule that is left open.
#[derive(Debug, Clone, Default)]
pub(super) struct Universe {
    pub(super) parameters: Vec<Bound>,
    pub(super) settings: Vec<SettingEntry>,
    pub(super) mechanisms: Vec<MechanismEntry>,
    /// Allocation rules without payments.
    pub(super) rules: Vec<MechanismEntry>,
    pub(super) strategies: Vec<StrategyEntry>,
    pub(super) ironing: Ironing,
    /// Names whose definition has an error: not reported again.
    broken: Vec<String>,
    /// Of which settings the mechanisms among these were to be, as far as their definitions say so.
    broken_on: Vec<(String, Vec<Arc<Setting>>)>,
    /// Settings with any number of agents.
    general: Vec<String>,
}

impl Universe {
    /// Reads the definitions of a file in order; `choices` has the number of a tie rule for each
    /// setting, the first where it has none.
    pub(super) fn build(
        file: &ast::File,
        ironing: Ironing,
        choices: &[usize],
        obligations: &mut Vec<Obligation>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut out = Universe { ironing, ..Universe::default() };
        let mut settings = 0;
        for item in &file.items {
            let alone = |read: Resolve<()>| read.map_err(|complaint| vec![*complaint]);
            let (name, read) = match &item.kind {
                ItemKind::Source { .. } | ItemKind::Claim(_) => continue,
                ItemKind::Derivation(_) | ItemKind::Given(_) | ItemKind::Figure(_) => continue,
                ItemKind::Parameter { name, range } => (name, alone(out.parameter(name, range, obligations))),
                ItemKind::Setting(s) if is_general(file, s) => {
                    out.general.push(s.name.text.clone());
                    continue;
                }
                ItemKind::Setting(s) => {
                    let choice = choices.get(settings).copied().unwrap_or_default();
                    settings += 1;
                    let read = setting::resolve(&mut out, s, choice, obligations);
                    if read.is_err() {
                        out.broken.extend(setting::types_of(s).map(|name| name.text.clone()));
                    }
                    (&s.name, read)
                }
                ItemKind::Mechanism(m) => (&m.name, alone(mechanism::resolve(&mut out, m, obligations))),
                ItemKind::Strategy(s) => (&s.name, alone(mechanism::strategy(&mut out, s, obligations))),
            };
            let complaints = [alone(out.is_not_a_type(name)), read].into_iter().filter_map(Result::err);
            for complaint in complaints.flatten().collect::<Vec<_>>() {
                out.broken.push(name.text.clone());
                let on = out.settings_of_definition(&item.kind);
                out.broken_on.push((name.text.clone(), on));
                diagnostics.push(complaint);
            }
        }
        out
    }

    /// The settings that the definition of a mechanism names, or the mechanism of a strategy.
    fn settings_of_definition(&self, kind: &ItemKind) -> Vec<Arc<Setting>> {
        let names = match kind {
            ItemKind::Mechanism(m) => match &m.body {
                ast::MechanismBody::Expr(e) => names_in(e),
                ast::MechanismBody::Rules { setting, .. } => setting.iter().cloned().collect(),
                ast::MechanismBody::Choice { setting, .. }
                | ast::MechanismBody::AnyChoice { setting, .. } => vec![setting.clone()],
            },
            ItemKind::Strategy(s) => vec![s.mechanism.clone()],
            _ => vec![],
        };
        settings_in_scope(self, &names)
    }

    /// The settings that a name with an error of its own speaks of.
    pub(super) fn broken_settings(&self, text: &str) -> &[Arc<Setting>] {
        self.broken_on.iter().find(|(name, _)| name == text).map_or(&[], |(_, on)| on)
    }

    fn parameter(
        &mut self,
        name: &Name,
        range: &ast::Range,
        obligations: &mut Vec<Obligation>,
    ) -> Resolve<()> {
        let mut env = Env::new(self, vec![]);
        let (low, high) = (env.constant(&range.low)?, env.constant(&range.high)?);
        let diagnostic = Diagnostic::new("empty-interval", "this range is empty", range.span)
            .help("write the lower end first");
        // A range that depends on other parameters may shrink to a point.
        let numbers = high.minus(&low).as_number().is_some();
        let relation = if numbers { Comparison::Greater } else { Comparison::AtLeast };
        env.oblige(high.clone(), relation, low.clone(), diagnostic);
        obligations.append(&mut env.obligations);
        let (name, shown) = (Symbol::from(name.text.as_str()), name.text.clone());
        self.parameters.push(Bound::interval(name, shown, low, high));
        Ok(())
    }

    /// About how much work it is to write down the mechanisms: an agent's payment compares the
    /// allocation rule with others like it.
    pub(super) fn weight(&self) -> usize {
        let weigh = |m: &MechanismEntry| {
            let rule: usize = m.mechanism.allocation.iter().map(Expr::size).sum();
            rule.saturating_mul(rule).saturating_mul(m.mechanism.payment.len())
        };
        self.mechanisms.iter().map(weigh).fold(1, usize::saturating_add)
    }

    /// A name that is a type in some setting cannot be anything else in the file.
    fn is_not_a_type(&self, name: &Name) -> Resolve<()> {
        let types = self.settings.iter().flat_map(|s| &s.setting.agents).map(|a| &a.type_);
        let symbol = Symbol::from(name.text.as_str());
        if types.into_iter().any(|b| b.name == symbol || b.shown == name.text) {
            let message = format!("`{}` is already the type of an agent", name.text);
            return Err(complain("shadowing", message, name.span));
        }
        Ok(())
    }

    pub(super) fn setting(&self, text: &str, span: Span) -> Resolve<&SettingEntry> {
        let found = self.settings.iter().find(|s| s.setting.name == text);
        found.ok_or_else(|| self.unknown("setting", text, span))
    }

    pub(super) fn mechanism(&self, text: &str, span: Span) -> Resolve<&MechanismEntry> {
        let found = self.mechanisms.iter().find(|m| m.name == text);
        found.ok_or_else(|| self.unknown("mechanism", text, span))
    }

    pub(super) fn strategy(&self, name: &Name) -> Resolve<&StrategyEntry> {
        let found = self.strategies.iter().find(|s| s.name == name.text);
        found.ok_or_else(|| self.unknown("strategy", &name.text, name.span))
    }

    /// What a name is, in the user's words.
    pub(super) fn sort_of(&self, text: &str) -> Option<&'static str> {
        if self.settings.iter().any(|s| s.setting.name == text) {
            Some("a setting")
        } else if self.mechanisms.iter().any(|m| m.name == text) {
            Some("a mechanism")
        } else if self.rules.iter().any(|r| r.name == text) {
            Some("an allocation rule without payments")
        } else if self.strategies.iter().any(|s| s.name == text) {
            Some("a strategy")
        } else if self.parameters.iter().any(|p| p.shown == text) {
            Some("a parameter")
        } else {
            None
        }
    }

    /// The complaint that a name is not what is wanted.
    pub(super) fn unknown(&self, wanted: &str, text: &str, span: Span) -> Box<Diagnostic> {
        if self.broken.iter().any(|b| b == text) {
            return broken(text, span);
        }
        if let Some(sort) = self.sort_of(text) {
            let message = format!("`{text}` is {sort}, and {} is needed here", with_article(wanted));
            return complain("wrong-sort", message, span);
        }
        if self.general.iter().any(|g| g == text) {
            let message =
                format!("`{text}` has any number of agents: derivations speak of it, claims do not");
            let help = "write a derivation, and apply it to a setting with `agents i in 1..3`";
            return advise("wrong-sort", message, span, help);
        }
        let settings = self.settings.iter().map(|s| s.setting.name.as_str());
        let mechanisms = self.mechanisms.iter().map(|m| m.name.as_str());
        let strategies = self.strategies.iter().map(|s| s.name.as_str());
        let parameters = self.parameters.iter().map(|p| p.shown.as_str());
        let rules = self.rules.iter().map(|r| r.name.as_str());
        let broken = self.broken.iter().map(String::as_str);
        let known = settings.chain(mechanisms).chain(rules).chain(strategies).chain(parameters).chain(broken);
        let mut same_sort: Vec<&str> = match wanted {
            "setting" => self.settings.iter().map(|s| s.setting.name.as_str()).collect(),
            "mechanism" => self.mechanisms.iter().map(|m| m.name.as_str()).collect(),
            "strategy" => self.strategies.iter().map(|s| s.name.as_str()).collect(),
            _ => vec![],
        };
        same_sort.extend(known);
        unknown_name(wanted, text, span, same_sort)
    }

    /// Whether the definition of a name has an error.
    pub(super) fn is_broken(&self, text: &str) -> bool {
        self.broken.iter().any(|b| b == text)
    }
}

/// What an expression was found to speak of, for the check of stages.
#[derive(Debug, Clone, Default)]
pub(super) struct Stages {
    /// Whether an ex ante quantity occurs.
    pub(super) ex_ante: bool,
    /// The types that are given in the interim quantities that occur.
    pub(super) interim: Vec<Symbol>,
}

/// How quantities such as `payment(m, i)` are written in terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// As what they are: in definitions.
    Unfolded,
    /// By name: in statements.
    Named,
}

/// A bound variable with its range.
pub(super) struct Range {
    pub(super) bound: Bound,
    /// Whether the lower limit is known not to exceed the upper one.
    pub(super) ordered: bool,
}

/// A function of a derivation.
#[derive(Debug, Clone)]
pub(super) enum Function {
    /// Nothing is known but how many arguments it takes, as soon as it is used.
    Unknown { arity: Option<usize> },
    /// `F(y) = ∫_low^y density`.
    Cdf { density: Symbol, low: Expr },
    /// A distribution function of which nothing is known but that it is continuous.
    Continuous(ContinuousCdf),
    /// What it is, and what the names that it speaks of meant where it was defined.
    Defined { parameters: Vec<String>, body: ast::Expr, scope: BTreeMap<String, Expr> },
}

/// The names in scope inside one expression, and what its resolution collects.
pub(super) struct Env<'u> {
    pub(super) universe: &'u Universe,
    /// The settings whose types are in scope.
    pub(super) settings: Vec<Arc<Setting>>,
    /// The outcome variable, at the value for which an expression is read.
    pub(super) outcome: Option<Axis>,
    /// Whose prices may be spoken of.
    pub(super) priced: Priced,
    /// Bound names and outcome variables.
    pub(super) values: BTreeMap<String, Expr>,
    /// Functions of a derivation.
    pub(super) functions: BTreeMap<String, Function>,
    /// Bound variables, the outermost first.
    pub(super) ranges: Vec<Range>,
    /// Indices, with the agent that each stands for.
    pub(super) indices: BTreeMap<String, String>,
    /// Outcome variables in scope, which range over intervals.
    pub(super) outcomes: Vec<Bound>,
    /// Conditions under which the expression is read.
    pub(super) guards: Vec<Formula>,
    /// The types with a density over which is averaged.
    pub(super) averaged_types: Vec<Symbol>,
    /// What averaged terms divide by.
    pub(super) owed: Vec<super::density::Owed>,
    pub(super) obligations: Vec<Obligation>,
    pub(super) charges: Vec<Charge>,
    pub(super) definitions: Vec<(String, Expr)>,
    /// What the named quantities are.
    pub(super) folds: Vec<Definition>,
    /// Whether quantities are written by name.
    pub(super) naming: Naming,
    /// Terms whose squares are written.
    pub(super) squares: Vec<Expr>,
    pub(super) stages: Stages,
    /// Agents and profiles of a derivation.
    pub(super) family: Option<super::family::Family>,
    /// The number of the only agent that a statement speaks of: the name of a family alone is that agent's type.
    pub(super) sole: Option<String>,
    /// Whether anything is averaged over independent types.
    pub(super) averaged: bool,
    pub(super) depth: usize,
    /// Whether the tables here were read before, for another outcome: then only the cells of this one are.
    pub(super) again: bool,
    /// Tables over types alone that were read for another outcome, by their places.
    pub(super) kept: Vec<(ast::Expr, Expr)>,
}

impl<'u> Env<'u> {
    pub(super) fn new(universe: &'u Universe, settings: Vec<Arc<Setting>>) -> Self {
        Env {
            universe,
            settings,
            outcome: None,
            priced: Priced::Nowhere,
            values: BTreeMap::new(),
            functions: BTreeMap::new(),
            ranges: vec![],
            indices: BTreeMap::new(),
            outcomes: vec![],
            guards: vec![],
            averaged_types: vec![],
            owed: vec![],
            obligations: vec![],
            charges: vec![],
            definitions: vec![],
            folds: vec![],
            naming: Naming::Unfolded,
            squares: vec![],
            stages: Stages::default(),
            family: None,
            sole: None,
            averaged: false,
            depth: 0,
            again: false,
            kept: vec![],
        }
    }

    /// Adds a charge that occurs; its name says which it is. Roots come first: maxima may lie at them.
    pub(super) fn add_charge(&mut self, charge: Charge) {
        if self.charges.iter().any(|c| c.name == charge.name) {
            return;
        }
        let is_root = |c: &Charge| c.description == Description::Root;
        let place = if is_root(&charge) {
            self.charges.iter().take_while(|c| is_root(c)).count()
        } else {
            self.charges.len()
        };
        self.charges.insert(place, charge);
    }

    pub(super) fn define(&mut self, name: String, term: &Expr) {
        if !self.definitions.iter().any(|(n, _)| *n == name) {
            self.definitions.push((name, term.clone()));
        }
    }

    /// A quantity under the name that the user gives it.
    pub(super) fn named(&mut self, shown: &str, term: &Expr) -> Expr {
        match self.naming {
            Naming::Named => fold(shown, term, &mut self.folds),
            Naming::Unfolded => term.clone(),
        }
    }

    /// A term without the named quantities.
    pub(super) fn unfolded(&self, e: &Expr) -> Expr {
        unfold(&self.folds, [e]).pop().unwrap_or_else(Expr::zero)
    }

    /// The types that may be named here; a name that two settings give to different types is none.
    pub(super) fn types(&self) -> Vec<Bound> {
        let mut out: Vec<Bound> = Vec::new();
        for bound in self.settings.iter().flat_map(|s| s.agents.iter().map(|a| &a.type_)) {
            if !out.contains(bound) {
                out.push(bound.clone());
            }
        }
        out
    }

    /// Adds that a comparison must hold for all values of the names that occur.
    pub(super) fn oblige(&mut self, left: Expr, relation: Comparison, right: Expr, diagnostic: Diagnostic) {
        let conjunct = Conjunct::relation("", vec![], left, relation, right).under(self.guards.clone());
        let conjuncts = self.bind(conjunct);
        self.obligations.push(Obligation { claim: self.claim(conjuncts), diagnostic });
    }

    /// The claim that the conjuncts hold, with the parameters and charges that they mention.
    pub(super) fn claim(&self, conjuncts: Vec<Conjunct>) -> Claim {
        let claim = Claim::about(&self.universe.parameters, &self.charges, conjuncts).under(&self.folds);
        claim.with_squares(&self.squares)
    }

    /// A conjunct with its types and bound variables as variables: once for each order of the limits of
    /// integrals that may be reversed.
    fn bind(&self, conjunct: Conjunct) -> Vec<Conjunct> {
        let mut out = vec![conjunct];
        for range in self.ranges.iter().rev() {
            let reversed =
                Bound { low: range.bound.high.clone(), high: range.bound.low.clone(), ..range.bound.clone() };
            let orders = if range.ordered { vec![&range.bound] } else { vec![&range.bound, &reversed] };
            let bound = |c: Conjunct| -> Vec<Conjunct> {
                if !c.mentions(&range.bound.name) {
                    return vec![c];
                }
                let with = |b: &Bound| {
                    let mut c = c.clone();
                    c.variables.insert(0, b.clone());
                    c
                };
                orders.iter().map(|b| with(b)).collect()
            };
            out = out.into_iter().flat_map(bound).collect();
        }
        let types: Vec<Bound> = self.types().into_iter().chain(self.outcomes.iter().cloned()).collect();
        for c in &mut out {
            let occurring: Vec<Bound> = types.iter().filter(|b| c.mentions(&b.name)).cloned().collect();
            c.variables.splice(0..0, occurring);
        }
        out
    }
}
