//! What names mean: [`Universe`] for a file under one choice of the open tie rules, [`Env`] inside one
//! expression.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kernel::Expr;
use crate::model::{Bound, Charge, Claim, Comparison, Conjunct, Mechanism, Role, Setting};

use super::Obligation;
use super::mechanism;
use super::setting::{self, SettingEntry};
use crate::lang::ast::{self, ItemKind, Name, Span};
use crate::lang::diagnostic::Diagnostic;

/// Complaints are large; results carry them boxed.
pub(super) type Resolve<T> = Result<T, Box<Diagnostic>>;

/// A mechanism with the label that its charges carry.
#[derive(Debug, Clone)]
pub(super) struct MechanismEntry {
    pub(super) name: String,
    pub(super) mechanism: Mechanism,
}

/// A strategy: a report for each agent.
#[derive(Debug, Clone)]
pub(super) struct StrategyEntry {
    pub(super) name: String,
    pub(super) mechanism: String,
    pub(super) reports: Vec<Expr>,
}

/// All names of a file, under one choice for each tie rule that is left open.
#[derive(Debug, Clone, Default)]
pub(super) struct Universe {
    pub(super) parameters: Vec<Bound>,
    pub(super) settings: Vec<SettingEntry>,
    pub(super) mechanisms: Vec<MechanismEntry>,
    pub(super) strategies: Vec<StrategyEntry>,
    /// Names whose definition has an error: not reported again.
    pub(super) broken: Vec<String>,
}

impl Universe {
    /// Reads the definitions of a file in order.
    pub(super) fn build(
        file: &ast::File,
        choice: usize,
        obligations: &mut Vec<Obligation>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut out = Universe::default();
        for item in &file.items {
            let (name, done) = match &item.kind {
                ItemKind::Source { .. } | ItemKind::Claim(_) => continue,
                ItemKind::Parameter { name, range } => (name, out.parameter(name, range, obligations)),
                ItemKind::Setting(s) => (&s.name, setting::resolve(&mut out, s, choice, obligations)),
                ItemKind::Mechanism(m) => (&m.name, mechanism::resolve(&mut out, m, obligations)),
                ItemKind::Strategy(s) => (&s.name, mechanism::strategy(&mut out, s, obligations)),
            };
            if let Err(diagnostic) = done {
                out.broken.push(name.text.clone());
                diagnostics.push(*diagnostic);
            }
        }
        out
    }

    /// How many choices of tie rules there are.
    pub(super) fn choices(&self) -> usize {
        self.settings.iter().map(|s| s.choices).max().unwrap_or(1)
    }

    fn parameter(
        &mut self,
        name: &Name,
        range: &ast::Range,
        obligations: &mut Vec<Obligation>,
    ) -> Resolve<()> {
        let mut env = Env::new(self, None);
        let (low, high) = (env.number(&range.low)?, env.number(&range.high)?);
        obligations.append(&mut env.obligations);
        let bound = Bound { name: name.text.as_str().into(), shown: name.text.clone(), low, high };
        obligations.push(Obligation {
            claim: comparison(&[], &[], bound.high.clone(), Comparison::Greater, bound.low.clone()),
            diagnostic: Diagnostic::new("empty-interval", "this range is empty", range.span)
                .help("write the lower end first"),
        });
        self.parameters.push(bound);
        Ok(())
    }

    /// All names that a definition gave, for suggestions.
    fn names(&self) -> Vec<&str> {
        let parameters = self.parameters.iter().map(|p| p.shown.as_str());
        let settings = self.settings.iter().map(|s| s.setting.name.as_str());
        let mechanisms = self.mechanisms.iter().map(|m| m.name.as_str());
        let strategies = self.strategies.iter().map(|s| s.name.as_str());
        parameters.chain(settings).chain(mechanisms).chain(strategies).collect()
    }

    pub(super) fn setting(&self, name: &Name) -> Resolve<&SettingEntry> {
        let found = self.settings.iter().find(|s| s.setting.name == name.text);
        found.ok_or_else(|| self.unknown("setting", &name.text, name.span))
    }

    pub(super) fn strategy(&self, name: &Name) -> Resolve<&StrategyEntry> {
        let found = self.strategies.iter().find(|s| s.name == name.text);
        found.ok_or_else(|| self.unknown("strategy", &name.text, name.span))
    }

    /// The complaint that a name is not what is wanted.
    pub(super) fn unknown(&self, wanted: &str, text: &str, span: Span) -> Box<Diagnostic> {
        if self.broken.iter().any(|b| b == text) {
            let message = format!("`{text}` could not be read, see above");
            return Box::new(Diagnostic::new("unknown-name", message, span));
        }
        let sort = if self.settings.iter().any(|s| s.setting.name == text) {
            Some("a setting")
        } else if self.mechanisms.iter().any(|m| m.name == text) {
            Some("a mechanism")
        } else if self.strategies.iter().any(|s| s.name == text) {
            Some("a strategy")
        } else if self.parameters.iter().any(|p| p.shown == text) {
            Some("a parameter")
        } else {
            None
        };
        let article = if wanted.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
        match sort {
            Some(sort) => {
                let message = format!("`{text}` is {sort}, and {article} {wanted} is needed here");
                Box::new(Diagnostic::new("wrong-sort", message, span))
            }
            None => unknown_name(wanted, text, span, self.names()),
        }
    }
}

/// An unknown name with the nearest known one.
pub(super) fn unknown_name<'a>(
    wanted: &str,
    text: &str,
    span: Span,
    known: impl IntoIterator<Item = &'a str>,
) -> Box<Diagnostic> {
    let article = if wanted.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    let diagnostic = Diagnostic::new("unknown-name", format!("unknown name `{text}`"), span)
        .label(format!("expected {article} {wanted}"));
    Box::new(match nearest(text, known) {
        Some(name) => diagnostic.help(format!("did you mean `{name}`?")),
        None => diagnostic,
    })
}

/// The known name that is nearest, if it is near.
fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |name: &str| strsim::damerau_levenshtein(text, name);
    let best = known.into_iter().min_by_key(|name| distance(name))?;
    (distance(best) <= 1 + text.chars().count() / 3).then_some(best)
}

/// What an expression was found to speak of, for the checks of stages and for the books.
#[derive(Debug, Clone, Default)]
pub(super) struct Stages {
    /// Whether an ex ante quantity occurs.
    pub(super) ex_ante: Vec<Span>,
    /// The agents whose interim quantities occur.
    pub(super) interim: Vec<(usize, Span)>,
}

/// The names in scope inside one expression, and what its resolution collects.
pub(super) struct Env<'u> {
    pub(super) universe: &'u Universe,
    /// The setting whose types are in scope.
    pub(super) setting: Option<Arc<Setting>>,
    /// Bound names and outcome variables.
    pub(super) values: BTreeMap<String, Expr>,
    /// Ranges of bound names, for obligations.
    pub(super) ranges: Vec<Bound>,
    /// Index names that stand for an agent.
    pub(super) indices: BTreeMap<String, usize>,
    pub(super) obligations: Vec<Obligation>,
    pub(super) charges: Vec<Charge>,
    pub(super) definitions: Vec<(String, Expr)>,
    pub(super) stages: Stages,
    pub(super) depth: usize,
}

impl<'u> Env<'u> {
    pub(super) fn new(universe: &'u Universe, setting: Option<Arc<Setting>>) -> Self {
        Env {
            universe,
            setting,
            values: BTreeMap::new(),
            ranges: vec![],
            indices: BTreeMap::new(),
            obligations: vec![],
            charges: vec![],
            definitions: vec![],
            stages: Stages::default(),
            depth: 0,
        }
    }

    pub(super) fn add_charge(&mut self, charge: Charge) {
        if !self.charges.iter().any(|c| c.name == charge.name) {
            self.charges.push(charge);
        }
    }

    /// The names that occur in terms, with their ranges: parameters, and types or bound variables.
    pub(super) fn bounds_of(&self, terms: &[&Expr]) -> (Vec<Bound>, Vec<Bound>) {
        let occurs = |b: &&Bound| terms.iter().any(|e| e.mentions(&b.name));
        let types = self.setting.iter().flat_map(|s| s.agents.iter().map(|a| &a.type_));
        let mut variables: Vec<Bound> = types.chain(&self.ranges).filter(occurs).cloned().collect();
        // A range may mention a name that does not occur in the term itself.
        variables.dedup_by(|a, b| a.name == b.name);
        let parameters: Vec<Bound> = self.universe.parameters.iter().filter(occurs).cloned().collect();
        (parameters, variables)
    }

    /// Adds that a comparison must hold for all values of the names that occur.
    pub(super) fn oblige(
        &mut self,
        left: Expr,
        relation: Comparison,
        right: Expr,
        diagnostic: Diagnostic,
    ) {
        let (parameters, variables) = self.bounds_of(&[&left, &right]);
        let claim = comparison(&parameters, &variables, left, relation, right);
        self.obligations.push(Obligation { claim, diagnostic });
    }
}

/// A claim of one comparison.
pub(super) fn comparison(
    parameters: &[Bound],
    variables: &[Bound],
    left: Expr,
    relation: Comparison,
    right: Expr,
) -> Claim {
    let conjunct = Conjunct {
        what: String::new(),
        role: Role::Relation,
        variables: variables.to_vec(),
        premises: vec![],
        left,
        relation,
        right,
    };
    Claim { parameters: parameters.to_vec(), charges: vec![], conjuncts: vec![conjunct] }
}
