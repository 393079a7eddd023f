//! Figures: the functions that are drawn, and what they are functions of.

use super::characterise::shape_variable;
use super::names::{advise, complain, names_in, settings_in_scope};
use super::scope::{Env, Naming, Universe};
use super::statement::{Reader, fixed_parameters};
use super::{Obligation, Resolve};
use crate::kernel::Expr;
use crate::lang::ast::{self, ExprKind, FigureKind, ItemKind, Scope, Span};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::{print_drawn, print_expr};
use crate::model::{Bound, Claim, Comparison, Conjunct};

/// Functions at most in one figure.
const CURVES: usize = 6;

/// A figure with all names resolved.
#[derive(Debug, Clone)]
pub struct ResolvedFigure {
    /// Its name.
    pub name: String,
    /// Rows of the list of claims.
    pub refs: Vec<String>,
    /// Where it stands.
    pub span: Span,
    /// In canonical text.
    pub text: String,
    /// What must hold for it to make sense.
    pub obligations: Vec<Obligation>,
    /// What is drawn.
    pub drawn: Drawn,
    /// What it assumes.
    pub rests_on: Vec<String>,
}

/// What a figure shows.
#[derive(Debug, Clone)]
pub enum Drawn {
    /// Functions of one name.
    Curves {
        /// The name and its range.
        over: Bound,
        /// The functions.
        curves: Vec<Curve>,
    },
    /// The probability of each outcome, in the types of two agents.
    Regions {
        /// The two types.
        types: [Bound; 2],
        /// The outcomes with their probabilities.
        outcomes: Vec<Curve>,
    },
    /// The answer of a statement that is solved for a parameter, by its number among the statements.
    Solution {
        /// The number of the statement.
        statement: usize,
    },
}

/// A term as it is written.
#[derive(Debug, Clone)]
pub struct Curve {
    /// As written.
    pub shown: String,
    /// That the term is what it is: the left side of the only comparison, with what it speaks of.
    pub claim: Claim,
}

/// Resolves a figure; `statements` are the names of the statements of the file.
pub(super) fn resolve(
    universe: &Universe,
    figure: &ast::Figure,
    span: Span,
    items: &[ast::Item],
) -> Resolve<ResolvedFigure> {
    let fixed = fixed_parameters(universe, &figure.at)?;
    let names = match &figure.kind {
        FigureKind::Curves { curves, .. } => curves.iter().flat_map(names_in).collect(),
        FigureKind::Regions { mechanism } => names_in(mechanism),
        FigureKind::Solution { .. } => vec![],
    };
    let mut env = Env::new(universe, settings_in_scope(universe, &names));
    env.naming = Naming::Named;
    let reader = Reader { universe, fixed: &fixed, scope: Scope::Everywhere };
    let drawn = match &figure.kind {
        FigureKind::Curves { curves, over } => self::curves(&reader, &mut env, curves, over)?,
        FigureKind::Regions { mechanism } => regions(&reader, &mut env, mechanism)?,
        FigureKind::Solution { statement } => solution(statement, items)?,
    };
    let at: Vec<String> = figure.at.iter().map(|(n, e)| format!("{} = {}", n.text, print_expr(e))).collect();
    let at = if at.is_empty() { String::new() } else { format!("at {}: ", at.join(", ")) };
    let obligations = std::mem::take(&mut env.obligations).into_iter();
    Ok(ResolvedFigure {
        name: figure.name.text.clone(),
        refs: figure.refs.iter().map(|r| r.text.clone()).collect(),
        span,
        text: format!("{at}{}", print_drawn(&figure.kind)),
        obligations: obligations.map(|o| Obligation { claim: o.claim.at(&fixed), ..o }).collect(),
        drawn,
        rests_on: if env.averaged { vec!["independent types".into()] } else { vec![] },
    })
}

/// `v[1]`, `r`: the name of a type or parameter.
fn over_name(over: &ast::Expr) -> Resolve<ast::Name> {
    match &over.kind {
        ExprKind::Name(text) => Ok(ast::Name { text: text.clone(), span: over.span }),
        ExprKind::Indexed { .. } => Ok(ast::Name { text: print_expr(over), span: over.span }),
        _ => {
            let message =
                format!("a figure is drawn over a type or parameter, not over `{}`", print_expr(over));
            Err(complain("wrong-sort", message, over.span))
        }
    }
}

fn curves(reader: &Reader<'_>, env: &mut Env<'_>, curves: &[ast::Expr], over: &ast::Expr) -> Resolve<Drawn> {
    if let Some(more) = curves.get(CURVES) {
        let message = format!("a figure has at most {CURVES} functions");
        return Err(complain("too-large", message, more.span));
    }
    let name = over_name(over)?;
    let mut sides = Vec::new();
    for e in curves {
        sides.push((e, reader.side(env, e)?.term));
    }
    // A term that mentions what all of them mention.
    let marked = |(k, (_, e)): (usize, &(&ast::Expr, Expr))| e.times(&Expr::variable(&format!("curve'{k}")));
    let all = sides.iter().enumerate().map(marked).fold(Expr::zero(), |sum, e| sum.plus(&e));
    let over = shape_variable(reader, env, &all, &name)?;
    let mut out = Vec::new();
    for (e, term) in sides {
        let mut variables = reader.variables(env, &[&term], e.span)?;
        let claim = claim(reader, env, &term, std::mem::take(&mut variables));
        is_function_of(&claim, &over, e)?;
        out.push(Curve { shown: print_expr(e), claim });
    }
    let over =
        Bound { low: over.low.substitute(reader.fixed), high: over.high.substitute(reader.fixed), ..over };
    if over.points.is_finite() {
        let message =
            format!("`{}` has finitely many values, and curves are drawn over an interval", over.shown);
        return Err(complain("unsupported", message, name.span));
    }
    if over.low.as_number().is_none() || over.high.as_number().is_none() {
        let message = format!("the range of `{}` has ends that are no rational numbers", over.shown);
        return Err(complain("unsupported", message, name.span));
    }
    Ok(Drawn::Curves { over, curves: out })
}

/// The claim that a term is itself.
fn claim(reader: &Reader<'_>, env: &Env<'_>, term: &Expr, variables: Vec<Bound>) -> Claim {
    let (a, b) = (term.clone(), term.clone());
    reader.claim(env, vec![Conjunct::relation("", variables, a, Comparison::Equal, b)]).at(reader.fixed)
}

/// A curve may depend on one name only; the complaint says which others to fix.
fn is_function_of(claim: &Claim, over: &Bound, e: &ast::Expr) -> Resolve<()> {
    let variables = claim.conjuncts.iter().flat_map(|c| &c.variables);
    let others: Vec<&Bound> =
        claim.parameters.iter().chain(variables).filter(|b| b.name != over.name).collect();
    if others.is_empty() {
        return Ok(());
    }
    let shown = |b: &&Bound| format!("`{}`", b.shown);
    let list: Vec<String> = others.iter().map(shown).collect();
    let count = match others.len() + 1 {
        2 => "two free names",
        3 => "three free names",
        _ => "many free names",
    };
    let message = format!("`{}` depends on {count}, and a curve is a function of one", print_expr(e));
    let parameters: Vec<&&Bound> =
        others.iter().filter(|b| claim.parameters.iter().any(|p| p.name == b.name)).collect();
    let help = match parameters.len() == others.len() {
        true => {
            let at: Vec<String> = parameters.iter().map(|b| format!("{} = …", b.shown)).collect();
            format!("fix them behind the name of the figure: `at {}`", at.join(", "))
        }
        false => format!(
            "fix {}: average over types (`interim …`, `E …`), or fix parameters with `at`",
            list.join(" and ")
        ),
    };
    Err(Box::new(
        Diagnostic::new("free-names", message, e.span)
            .label(format!("depends on {} too", list.join(" and ")))
            .help(help),
    ))
}

fn regions(reader: &Reader<'_>, env: &mut Env<'_>, mechanism: &ast::Expr) -> Resolve<Drawn> {
    let m = env.enter(mechanism)?;
    let types = m.setting.types();
    let [first, second] = types.as_slice() else {
        let message =
            format!("regions are drawn for two agents, and `{}` has {}", print_expr(mechanism), types.len());
        return Err(complain("unsupported", message, mechanism.span));
    };
    let outcome = |(o, x): (&crate::model::Outcome, &Expr)| Curve {
        shown: o.name.clone(),
        claim: claim(reader, env, x, types.clone()),
    };
    let outcomes: Vec<Curve> = m.setting.outcomes.iter().zip(&m.allocation).map(outcome).collect();
    if let Some(p) = outcomes.iter().flat_map(|o| &o.claim.parameters).next() {
        let message = format!("the outcome depends on `{}` too", p.shown);
        let help = format!("fix it behind the name of the figure: `at {} = …`", p.shown);
        return Err(advise("free-names", message, mechanism.span, help));
    }
    if first.points.is_finite() || second.points.is_finite() {
        let message = "regions are drawn where types are intervals";
        return Err(complain("unsupported", message, mechanism.span));
    }
    let plain = |b: &Bound| b.low.as_number().is_some() && b.high.as_number().is_some();
    if !plain(first) || !plain(second) {
        let message = "the type spaces have ends that are no rational numbers";
        return Err(complain("unsupported", message, mechanism.span));
    }
    Ok(Drawn::Regions { types: [first.clone(), second.clone()], outcomes })
}

fn solution(statement: &ast::Name, items: &[ast::Item]) -> Resolve<Drawn> {
    let claims: Vec<&ast::Claim> = items
        .iter()
        .filter_map(|item| if let ItemKind::Claim(claim) = &item.kind { Some(claim) } else { None })
        .collect();
    match claims.iter().position(|c| c.name.text == statement.text) {
        Some(number)
            if claims.get(number).is_some_and(|c| c.solve.as_ref().is_some_and(|s| s.answer.is_some())) =>
        {
            Ok(Drawn::Solution { statement: number })
        }
        Some(_) => {
            let message = format!("`{}` is not solved for a parameter, with an answer", statement.text);
            Err(complain("wrong-sort", message, statement.span))
        }
        None => {
            let known = claims.iter().map(|c| c.name.text.as_str());
            Err(super::names::unknown_name("statement", &statement.text, statement.span, known))
        }
    }
}
