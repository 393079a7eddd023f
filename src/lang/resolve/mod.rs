//! Name resolution: from the syntax tree to the claims that a file makes.
//!
//! Decides what is claimed, and checks what can be seen from the statement alone: names, sorts,
//! stages, binders. What has to be computed to know that an input is sound (a density is at least
//! zero, a denominator is never zero) is handed on as an [`Obligation`].

mod along;
mod apply;
mod binder;
mod cells;
mod chain;
mod characterise;
mod density;
mod derivation;
mod distribution;
mod everywhere;
mod expr;
mod family;
mod figure;
mod finite;
mod greatest;
mod highest;
mod interval;
mod ironing;
mod many;
mod mechanism;
mod named;
mod names;
mod outside;
mod powers;
mod predicate;
mod prior;
mod program;
mod quantity;
mod rate;
mod reason;
mod root;
mod rule;
mod same;
mod scope;
mod setting;
mod shared;
mod solve;
mod squares;
mod stage;
mod statement;
mod table;
mod ties;

use std::collections::BTreeMap;

use crate::exact::{Rational, bounded};
use crate::kernel::{Expr, Name as Symbol};
use crate::model::{
    Bound, Charge, Claim, Comparison, Conjunct, Derivation, Existence, Piece, Question, System, Tables,
};

use super::ast::{self, ItemKind, Span, Stance};
use super::diagnostic::Diagnostic;
pub use figure::{Curve, Diagram, Drawn, ResolvedFigure, Term};
pub use ironing::Ironing;
pub use names::nearest;
use scope::{BROKEN, Env, Universe};

/// Complaints are large; results carry them boxed.
type Resolve<T> = Result<T, Box<Diagnostic>>;

/// Something that must hold for an input to make sense; if it is refuted, the diagnostic is reported
/// with the exact point.
#[derive(Debug, Clone)]
pub struct Obligation {
    /// What must hold.
    pub claim: Claim,
    /// The complaint otherwise.
    pub diagnostic: Diagnostic,
}

/// One goal of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// A claim about all types.
    Universal(Claim),
    /// A question of existence.
    Existence(Existence),
    /// Whether some numbers satisfy finitely many comparisons.
    System(System),
    /// What holds for all tables, where payments have to be found for each.
    Tables(Tables),
    /// A question that has one answer for all parameters of a region.
    Piece(Piece),
    /// Hypotheses and what follows from them, step by step.
    Derivation(Derivation),
    /// A claim that takes more work to read than one statement may take.
    Unread,
    /// A question for which the values of parameters are sought.
    Solve {
        /// The parameters and their ranges.
        parameters: Vec<Bound>,
        /// The question.
        question: Question,
    },
}

impl Goal {
    /// Whether it is about all values of a parameter, as the user calls it, or about those of one whose range depends
    /// on it.
    pub fn depends(&self, parameter: &str) -> bool {
        let of_question = |question: &Question| match question {
            Question::Claim(claim) => claim.parameters.clone(),
            Question::Existence(existence) => existence.setting.parameters.clone(),
        };
        let parameters = match self {
            Goal::Universal(claim) => claim.parameters.clone(),
            Goal::Existence(existence) => existence.setting.parameters.clone(),
            Goal::Piece(piece) => of_question(&piece.question),
            Goal::Solve { question, .. } => of_question(question),
            Goal::System(_) | Goal::Tables(_) | Goal::Derivation(_) | Goal::Unread => vec![],
        };
        parameters
            .iter()
            .any(|b| b.shown == parameter || [&b.low, &b.high].iter().any(|e| e.mentions(parameter)))
    }
}

/// One statement among those in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Where it stands.
    pub span: Span,
    /// In canonical text.
    pub text: String,
}

/// The version that a source prints in place of the last right side.
#[derive(Debug, Clone)]
pub struct PrintedClaim {
    /// As printed.
    pub shown: String,
    /// Where it stands in the file.
    pub span: Span,
    /// The last relation with the printed right side, once for each tie rule that makes a difference.
    pub claims: Vec<Claim>,
    /// Printed minus stated.
    pub difference: Expr,
}

/// The left side of a relation.
#[derive(Debug, Clone)]
pub struct Valued {
    /// The left side.
    pub term: Expr,
    /// The number that it is said to be.
    pub said: Option<Rational>,
}

impl Valued {
    /// What a relation says of its left side.
    fn of(term: Expr, relation: Option<&ast::Relation>, right: &Expr, scope: ast::Scope) -> Self {
        let is_equation = scope == ast::Scope::Everywhere && relation == Some(&ast::Relation::Equal);
        Valued { term, said: right.as_number().filter(|_| is_equation) }
    }

    fn at(self, values: &BTreeMap<Symbol, Expr>) -> Self {
        Valued { term: self.term.substitute(values), ..self }
    }
}

/// A statement with all names resolved.
#[derive(Debug, Clone)]
pub struct ResolvedStatement {
    /// Its name.
    pub name: String,
    /// What the file says of it.
    pub stance: Stance,
    /// Whether it is solved for a parameter, and the answer in canonical text.
    pub solve: Option<Option<String>>,
    /// Rows of the list of claims.
    pub refs: Vec<String>,
    /// Where it stands.
    pub span: Span,
    /// The statement in canonical text.
    pub text: String,
    /// What must hold for it to make sense.
    pub obligations: Vec<Obligation>,
    /// Its goals, once for each tie rule that the settings leave open and that makes a difference.
    pub variants: Vec<Vec<Goal>>,
    /// The statement that each goal of a variant belongs to; empty where there is only one.
    pub members: Vec<Member>,
    /// The misprint beside it.
    pub printed: Option<PrintedClaim>,
    /// The left side of its last relation.
    pub value: Option<Valued>,
    /// The quantities it speaks of: as written, and unfolded.
    pub definitions: Vec<(String, Expr)>,
    /// What it assumes.
    pub rests_on: Vec<String>,
    /// The types in scope.
    pub types: Vec<Bound>,
    /// How a derivation is written.
    pub derivation: Option<DerivationSource>,
}

/// How a derivation is written: what its report speaks of.
#[derive(Debug, Clone, Default)]
pub struct DerivationSource {
    /// The chains in order.
    pub chains: Vec<ChainSource>,
    /// The integer that it is about, and its least value.
    pub integer: Option<(String, u32)>,
    /// Names that are bound in the terms, and how they are written.
    pub variables: Vec<(Symbol, String)>,
    /// The name of profiles.
    pub profile: Option<String>,
    /// Distribution functions: the name, the density, and where the integral begins.
    pub folds: Vec<(String, String, Expr)>,
}

/// How a chain is written.
#[derive(Debug, Clone)]
pub struct ChainSource {
    /// Its name; empty if it has none.
    pub name: String,
    /// ` for all v in [0, 1]`, or nothing.
    pub ranges: String,
    /// Where it stands.
    pub span: Span,
    /// Its first side; empty if it is one statement.
    pub first: String,
    /// Where that stands.
    pub first_span: Span,
    /// The relation that its links give together.
    pub sign: &'static str,
    /// Its links.
    pub links: Vec<LinkSource>,
    /// Whether it was announced by `we need to show`.
    pub is_goal: bool,
}

impl ChainSource {
    /// Its first side, what the links give together, and its last side.
    pub fn shown(&self) -> String {
        let last = self.links.last().map(|l| l.right.as_str()).unwrap_or_default();
        format!("{} {} {last}", self.first, self.sign).trim_start().to_owned()
    }
}

/// How a link is written.
#[derive(Debug, Clone)]
pub struct LinkSource {
    /// Where the relation and its right side stand.
    pub span: Span,
    /// The relation.
    pub relation: &'static str,
    /// The right side.
    pub right: String,
    /// The reasons.
    pub reasons: Vec<String>,
    /// What a source prints in place of the right side, and where that stands.
    pub printed: Option<(String, Span)>,
}

/// A file with all names resolved.
#[derive(Debug, Clone, Default)]
pub struct ResolvedFile {
    /// What must hold of its settings and mechanisms.
    pub obligations: Vec<Obligation>,
    /// Its statements in order.
    pub statements: Vec<ResolvedStatement>,
    /// Its figures in order.
    pub figures: Vec<ResolvedFigure>,
}

/// Resolves a file; reports all complaints.
pub fn resolve(file: &ast::File, ironing: Ironing) -> Result<ResolvedFile, Vec<Diagnostic>> {
    let mut diagnostics = duplicates(file);
    let mut out = ResolvedFile::default();
    let build = || Universe::build(file, ironing, &[], &mut out.obligations, &mut diagnostics);
    let first = bounded(build).map_err(|_| {
        let of_setting = |item: &&ast::Item| matches!(item.kind, ItemKind::Setting(_));
        let span = file.items.iter().find(of_setting).map_or_else(Span::default, |item| item.span);
        vec![too_much_work("the settings and mechanisms of this file take", span)]
    })?;
    let open: Vec<ties::Open> = first.settings.iter().map(|s| s.ties).collect();
    let (choices, coverage) = ties::combinations(&open, first.weight());
    let mut universes = vec![first];
    if diagnostics.is_empty() {
        for choice in choices.iter().skip(1) {
            universes.push(Universe::build(file, ironing, choice, &mut out.obligations, &mut diagnostics));
        }
    }
    let mut shared = shared::Shared::default();
    for item in &file.items {
        let resolved = match &item.kind {
            ItemKind::Claim(claim) => {
                let read = || statement::resolve(&universes, coverage, claim, item.span);
                bounded(read).unwrap_or_else(|_| {
                    let unread = statement::resolve(&[], coverage, claim, item.span)?;
                    Ok(ResolvedStatement { variants: vec![vec![Goal::Unread]], ..unread })
                })
            }
            ItemKind::Derivation(d) => shared.resolve(d, item.span),
            ItemKind::Given(kind) => {
                shared.assume(kind, item.span);
                continue;
            }
            ItemKind::Setting(setting) if highest::is_general(file, setting) => {
                shared.assume(&ast::DerivationKind::Setting(setting.clone()), item.span);
                continue;
            }
            ItemKind::Setting(setting) if highest::is_spoken_of(setting) => {
                shared.offer(setting, item.span);
                continue;
            }
            _ => continue,
        };
        match resolved {
            Ok(statement) => out.statements.push(statement),
            Err(complaints) => diagnostics.extend(complaints),
        }
    }
    diagnostics.extend(shared.complaints());
    for item in &file.items {
        let (ItemKind::Figure(figure), Some(universe)) = (&item.kind, universes.first()) else { continue };
        match bounded(|| figure::resolve(universe, figure, item.span, &file.items)) {
            Ok(Ok(figure)) => out.figures.push(figure),
            Ok(Err(complaint)) => diagnostics.push(*complaint),
            Err(_) => diagnostics.push(too_much_work("this figure takes", item.span)),
        }
    }
    if diagnostics.is_empty() {
        out.obligations = without_repetitions(out.obligations, |a, b| a.claim == b.claim);
        return Ok(out);
    }
    // What is wrong with numbers is seen without a proof.
    let wrong = |o: Obligation| {
        let c = o.claim.conjuncts.into_iter().find(is_wrong)?;
        Some(o.diagnostic.note(format!("it is {}, compared with {}", c.left, c.right)))
    };
    diagnostics.extend(out.obligations.into_iter().filter_map(wrong));
    diagnostics.retain(|d| d.code != BROKEN);
    diagnostics.sort_by_key(|d| d.span.start);
    Err(Diagnostic::without_repetitions(diagnostics))
}

/// What was broken off at the limit of the work of one statement.
pub fn too_much_work(what: &str, span: Span) -> Diagnostic {
    let message = format!("{what} more work than the limit of one statement");
    Diagnostic::new("too-much-work", message, span).help("`--effort 10` allows ten times as much")
}

/// Whether a comparison of numbers is wrong.
fn is_wrong(conjunct: &Conjunct) -> bool {
    let numbers = || Some((conjunct.left.as_number()?, conjunct.right.as_number()?));
    let Some((left, right)) = numbers().filter(|_| conjunct.premises.is_empty()) else { return false };
    !match conjunct.relation {
        Comparison::Equal => left == right,
        Comparison::Unequal => left != right,
        Comparison::AtLeast => left >= right,
        Comparison::Greater => left > right,
        Comparison::AtMost => left <= right,
        Comparison::Less => left < right,
    }
}

/// An expression with all names resolved.
#[derive(Debug, Clone)]
pub struct ResolvedExpression {
    /// The number.
    pub term: Expr,
    /// The roots that it mentions.
    pub roots: Vec<Charge>,
    /// What must hold for it to make sense.
    pub obligations: Vec<Obligation>,
}

/// Resolves an expression without names in scope.
pub fn resolve_expression(e: &ast::Expr) -> Result<ResolvedExpression, Box<Diagnostic>> {
    let universe = Universe::default();
    let mut env = Env::new(&universe, vec![]);
    let term = env.number(e)?;
    Ok(ResolvedExpression { term, roots: env.charges, obligations: env.obligations })
}

fn duplicates(file: &ast::File) -> Vec<Diagnostic> {
    let mut seen: Vec<(&str, &ast::Name)> = Vec::new();
    let mut out = Vec::new();
    for item in &file.items {
        let (space, name) = match &item.kind {
            ItemKind::Source { .. } | ItemKind::Given(_) => continue,
            ItemKind::Claim(claim) => ("statement", &claim.name),
            ItemKind::Derivation(derivation) => ("statement", &derivation.name),
            ItemKind::Figure(figure) => ("statement", &figure.name),
            ItemKind::Parameter { name, .. } => ("name", name),
            ItemKind::Setting(setting) => ("name", &setting.name),
            ItemKind::Mechanism(mechanism) => ("name", &mechanism.name),
            ItemKind::Strategy(strategy) => ("name", &strategy.name),
        };
        match seen.iter().find(|(s, n)| *s == space && n.text == name.text) {
            Some((_, first)) => out.push(
                Diagnostic::new("duplicate-name", format!("`{}` is defined twice", name.text), name.span)
                    .label("second definition")
                    .also(first.span, "first definition")
                    .help("give one of them another name"),
            ),
            None => seen.push((space, name)),
        }
    }
    out
}

fn without_repetitions<T>(all: Vec<T>, same: impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut out: Vec<T> = Vec::new();
    for next in all {
        if !out.iter().any(|d| same(d, &next)) {
            out.push(next);
        }
    }
    out
}

/// The value of an integer that an expression is, if it is a small one.
fn small_integer(e: &Expr) -> Option<i64> {
    let c: Rational = e.as_number()?;
    let magnitude = c.abs().to_u32().map(i64::from)?;
    Some(if c.is_negative() { -magnitude } else { magnitude })
}
