//! Figures: the functions that are drawn, and what they are functions of.

use super::characterise::shape_variable;
use super::names::{advise, complain, names_in, settings_in_scope, unknown_name};
use super::scope::{Env, Naming, Universe};
use super::statement::{Reader, fixed_parameters};
use super::{Obligation, Resolve, interval};
use crate::exact::Rational;
use crate::kernel::{Expr, Name};
use crate::lang::ast::{self, ExprKind, FigureKind, ItemKind, Scope, Span, StatementKind};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::{print_drawn, print_expr};
use crate::model::{Bound, Claim, Comparison, Conjunct, Kind};

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
    /// Functions of one name each.
    Curves {
        /// The functions.
        curves: Vec<Curve>,
        /// What is drawn across, if it is not what they are functions of.
        against: Option<Term>,
        /// Names, and the values at which the functions of them are marked.
        marks: Vec<(Name, Rational)>,
    },
    /// The probability of each outcome, in the types of two agents.
    Regions {
        /// The two types.
        types: [Bound; 2],
        /// The outcomes with their probabilities.
        outcomes: Vec<Term>,
    },
    /// A mechanism that is played, and the direct one that does the same.
    Diagram(Box<Diagram>),
    /// The answer of a statement that is solved for a parameter, by its number among the statements.
    Solution {
        /// The number of the statement.
        statement: usize,
    },
}

/// A function of one name.
#[derive(Debug, Clone)]
pub struct Curve {
    /// What it is.
    pub term: Term,
    /// The name and its range.
    pub over: Bound,
}

/// What a diagram of the revelation principle shows.
#[derive(Debug, Clone)]
pub struct Diagram {
    /// The mechanism that is played.
    pub mechanism: String,
    /// The strategy.
    pub strategy: String,
    /// The direct mechanism.
    pub direct: String,
    /// What the agents report, each with its type.
    pub bids: Vec<(Bound, Expr)>,
    /// What is compared: the probability of an outcome, or what an agent pays.
    pub compared: Vec<String>,
    /// That the direct mechanism, on the left, and the one that is played agree in it.
    pub claim: Claim,
}

/// A term as it is written.
#[derive(Debug, Clone)]
pub struct Term {
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
    let kind = match &figure.kind {
        FigureKind::Claims { claims, over } => of_claims(claims, over, items)?,
        kind => kind.clone(),
    };
    let names = match &kind {
        FigureKind::Curves { curves, against, .. } => {
            curves.iter().chain(against).flat_map(names_in).collect()
        }
        FigureKind::Diagram { played, direct } => [played, direct].into_iter().flat_map(names_in).collect(),
        FigureKind::Regions { mechanism } => names_in(mechanism),
        FigureKind::Claims { .. } | FigureKind::Solution { .. } => vec![],
    };
    let mut env = Env::new(universe, settings_in_scope(universe, &names));
    env.naming = Naming::Named;
    let reader = Reader { universe, fixed: &fixed, scope: Scope::Everywhere };
    let drawn = match &kind {
        FigureKind::Curves { curves, against, over, marks } => {
            self::curves(&reader, &mut env, (curves, against.as_ref()), over, marks)?
        }
        FigureKind::Diagram { played, direct } => diagram(&reader, &mut env, played, direct)?,
        FigureKind::Regions { mechanism } => regions(&reader, &mut env, mechanism)?,
        FigureKind::Solution { statement } => solution(statement, items)?,
        FigureKind::Claims { .. } => return Err(complain("wrong-sort", "a figure of figures", span)),
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

/// The left sides of claims as functions of a name.
fn of_claims(names: &[ast::Name], over: &ast::Expr, items: &[ast::Item]) -> Resolve<FigureKind> {
    let claims: Vec<&ast::Claim> = items
        .iter()
        .filter_map(|item| if let ItemKind::Claim(claim) = &item.kind { Some(claim) } else { None })
        .collect();
    let mut curves = Vec::new();
    for name in names {
        let Some(claim) = claims.iter().find(|c| c.name.text == name.text) else {
            let known = claims.iter().map(|c| c.name.text.as_str());
            return Err(unknown_name("statement", &name.text, name.span, known));
        };
        match claim.statements.as_slice() {
            [ast::Statement { kind: StatementKind::Relations { first, .. }, .. }] => {
                curves.push(first.clone())
            }
            _ => {
                let message =
                    format!("`{}` is not one comparison, whose left side could be drawn", name.text);
                return Err(complain("wrong-sort", message, name.span));
            }
        }
    }
    Ok(FigureKind::Curves { curves, against: None, over: vec![over.clone()], marks: vec![] })
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

fn curves(
    reader: &Reader<'_>,
    env: &mut Env<'_>,
    (curves, against): (&[ast::Expr], Option<&ast::Expr>),
    overs: &[ast::Expr],
    marks: &[(ast::Expr, ast::Expr)],
) -> Resolve<Drawn> {
    if let Some(more) = curves.get(CURVES) {
        let message = format!("a figure has at most {CURVES} functions");
        return Err(complain("too-large", message, more.span));
    }
    let only = overs.len() == 1;
    if !only && overs.len() != curves.len() {
        let message =
            format!("the number of functions is {}, and that of names {}", curves.len(), overs.len());
        let span = overs.last().map(|e| e.span).unwrap_or_default();
        return Err(advise("wrong-sort", message, span, "give one name for all, or one for each function"));
    }
    if let Some(e) = against.filter(|_| !only) {
        let message = "what is drawn `against` another function is drawn over one name";
        return Err(complain("unsupported", message, e.span));
    }
    let mut sides = Vec::new();
    for e in curves.iter().chain(against) {
        sides.push((e, reader.side(env, e)?.term));
    }
    let mut ranges = Vec::new();
    for (position, over) in overs.iter().enumerate() {
        // A term that mentions what the functions of this name mention.
        let marked =
            |(k, (_, e)): (usize, &(&ast::Expr, Expr))| e.times(&Expr::variable(&format!("curve'{k}")));
        let mine = sides.iter().enumerate().filter(|(k, _)| only || *k == position);
        let all = mine.map(marked).fold(Expr::zero(), |sum, e| sum.plus(&e));
        ranges.push(range(reader, env, &all, over)?);
    }
    let mut out = Vec::new();
    for (position, (e, term)) in sides.iter().enumerate() {
        let Some(over) = (if only { ranges.first() } else { ranges.get(position) }) else { continue };
        let variables = reader.variables(env, &[term], e.span)?;
        let claim = claim(reader, env, term, variables);
        is_function_of(&claim, over, e)?;
        out.push(Curve { term: Term { shown: print_expr(e), claim }, over: over.clone() });
    }
    let against = if against.is_some() { out.pop().map(|c| c.term) } else { None };
    let mut places = Vec::new();
    for (name, value) in marks {
        let text = over_name(name)?.text;
        let Some(over) = ranges.iter().find(|b| b.shown == text || b.shown.starts_with(&format!("{text}[")))
        else {
            let known = ranges.iter().map(|b| b.shown.as_str());
            return Err(unknown_name("name of the figure", &text, name.span, known));
        };
        let number = Env::new(reader.universe, vec![]).constant(value)?.substitute(reader.fixed).as_number();
        let Some(at) = number else {
            return Err(complain("unsupported", "a mark stands at a rational number", value.span));
        };
        if Expr::number(at.clone()).minus(&over.low).as_number().is_none_or(|d| d.is_negative())
            || over.high.minus(&Expr::number(at.clone())).as_number().is_none_or(|d| d.is_negative())
        {
            let message = format!("{at} is not in the range of `{}`", over.shown);
            return Err(complain("out-of-range", message, value.span));
        }
        places.push((over.name.clone(), at));
    }
    Ok(Drawn::Curves { curves: out, against, marks: places })
}

/// What functions are drawn over, with rational ends.
fn range(reader: &Reader<'_>, env: &Env<'_>, all: &Expr, over: &ast::Expr) -> Resolve<Bound> {
    let name = over_name(over)?;
    let over = shape_variable(reader, env, all, &name)?;
    let over =
        Bound { low: over.low.substitute(reader.fixed), high: over.high.substitute(reader.fixed), ..over };
    if over.points.is_finite() {
        let message =
            format!("`{}` has finitely many values, and curves are drawn over an interval", over.shown);
        return Err(complain("unsupported", message, name.span));
    }
    not_a_power(&over, name.span)?;
    if over.low.as_number().is_none() || over.high.as_number().is_none() {
        let message = format!("the range of `{}` has ends that are no rational numbers", over.shown);
        return Err(complain("unsupported", message, name.span));
    }
    Ok(over)
}

/// Nothing is drawn over types that are written as powers.
fn not_a_power(over: &Bound, span: Span) -> Resolve<()> {
    if over.power.is_plain() {
        return Ok(());
    }
    let message =
        format!("`{}` has a prior with roots, and figures over such types are not there yet", over.shown);
    Err(complain("unsupported", message, span))
}

/// The revelation principle of one mechanism and one strategy.
fn diagram(reader: &Reader<'_>, env: &mut Env<'_>, played: &ast::Expr, direct: &ast::Expr) -> Resolve<Drawn> {
    let ExprKind::Under { mechanism, strategy } = &played.kind else {
        let message = format!("`{}` is not played through a strategy", print_expr(played));
        return Err(advise(
            "wrong-sort",
            message,
            played.span,
            "write `diagram of MECHANISM under STRATEGY = DIRECT`",
        ));
    };
    let bids = reader.universe.strategy(strategy)?.reports.clone();
    let (left, right) = (env.enter(played)?, env.enter(direct)?);
    if left.setting.name != right.setting.name {
        let message = format!(
            "`{}` is on `{}`, and `{}` on `{}`",
            print_expr(played),
            left.setting.name,
            print_expr(direct),
            right.setting.name
        );
        return Err(complain("wrong-sort", message, direct.span));
    }
    let types = left.setting.types();
    types.iter().try_for_each(|b| not_a_power(b, played.span))?;
    let outcome = |o: &crate::model::Outcome| match left.setting.kind {
        Kind::Interval => format!("outcome {}", o.name),
        _ => format!("probability of {}", o.name),
    };
    let outcomes = left.setting.outcomes.iter().map(outcome);
    let payments = left.setting.agents.iter().map(|a| format!("payment of {}", a.name));
    let compared: Vec<String> = outcomes.chain(payments).collect();
    let pairs = left.allocation.iter().zip(&right.allocation).chain(left.payment.iter().zip(&right.payment));
    let equal = |((a, b), what): ((&Expr, &Expr), &String)| {
        Conjunct::relation(what.clone(), types.clone(), b.clone(), Comparison::Equal, a.clone())
    };
    let conjuncts = pairs.zip(&compared).map(equal).collect();
    Ok(Drawn::Diagram(Box::new(Diagram {
        mechanism: print_expr(mechanism),
        strategy: strategy.text.clone(),
        direct: print_expr(direct),
        bids: types.into_iter().zip(bids).collect(),
        compared,
        claim: reader.claim(env, conjuncts).at(reader.fixed),
    })))
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
    interval::has_listed_outcomes(&m.setting, "regions are drawn for", mechanism.span)?;
    let types = m.setting.types();
    let [first, second] = types.as_slice() else {
        let message =
            format!("regions are drawn for two agents, and `{}` has {}", print_expr(mechanism), types.len());
        return Err(complain("unsupported", message, mechanism.span));
    };
    let outcome = |(o, x): (&crate::model::Outcome, &Expr)| Term {
        shown: o.name.clone(),
        claim: claim(reader, env, x, types.clone()),
    };
    let outcomes: Vec<Term> = m.setting.outcomes.iter().zip(&m.allocation).map(outcome).collect();
    if let Some(p) = outcomes.iter().flat_map(|o| &o.claim.parameters).next() {
        let message = format!("the outcome depends on `{}` too", p.shown);
        let help = format!("fix it behind the name of the figure: `at {} = …`", p.shown);
        return Err(advise("free-names", message, mechanism.span, help));
    }
    if first.points.is_finite() || second.points.is_finite() {
        let message = "regions are drawn where types are intervals";
        return Err(complain("unsupported", message, mechanism.span));
    }
    not_a_power(first, mechanism.span)?;
    not_a_power(second, mechanism.span)?;
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
            Err(unknown_name("statement", &statement.text, statement.span, known))
        }
    }
}
