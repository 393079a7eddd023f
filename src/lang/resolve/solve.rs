//! `solve`: the set of parameters for which a statement holds, piece by piece: intervals of one, regions of several.

use std::collections::BTreeMap;

use super::binder::comparison;
use super::names::{advise, complain};
use super::scope::{Env, Universe};
use super::statement::Read;
use super::{Goal, Resolve, many};
use crate::kernel::{Expr, Name as Symbol};
use crate::lang::ast::{self, Answer, End, Span};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::print_expr;
use crate::model::{Bound, Charge, Comparison, Conjunct, Description, Everywhere, Piece, Question};

/// The goals of a claim: as they are, with questions of existence for all parameters; or solved.
pub(super) fn goals(
    universe: &Universe,
    solve: Option<&ast::Solve>,
    fixed: &BTreeMap<Symbol, Expr>,
    read: &mut Read,
) -> Resolve<()> {
    many::goals(universe, read.goals.iter().zip(&read.members).map(|(g, m)| (g, m.span)))?;
    if let Some(solve) = solve {
        return pieces(universe, solve, fixed, read);
    }
    let goals = std::mem::take(&mut read.goals).into_iter();
    read.goals = goals.map(for_all_parameters).collect();
    Ok(())
}

/// A question of existence with parameters is asked for each of them.
fn for_all_parameters(goal: Goal) -> Goal {
    match goal {
        Goal::Existence(existence) if !existence.setting.parameters.is_empty() => Goal::Piece(Piece {
            parameters: existence.setting.parameters.clone(),
            premises: vec![],
            roots: vec![],
            answer: Everywhere::Holds,
            question: Question::Existence(existence),
        }),
        other => other,
    }
}

/// The goals of a statement that is solved for a parameter: on the pieces of the answer it holds everywhere,
/// between them nowhere.
fn pieces(
    universe: &Universe,
    solve: &ast::Solve,
    fixed: &BTreeMap<Symbol, Expr>,
    read: &mut Read,
) -> Resolve<()> {
    let mut parameters: Vec<Bound> = Vec::new();
    for unknown in &solve.unknowns {
        let parameter = self::parameter(universe, unknown, fixed)?;
        if parameters.iter().any(|known| known.name == parameter.name) {
            let message = format!("`{}` is named twice", unknown.text);
            return Err(complain("duplicate-name", message, unknown.span));
        }
        parameters.push(parameter);
    }
    let question = question(&parameters, &solve.unknowns, std::mem::take(&mut read.goals))?;
    let answer = match (&solve.answer, parameters.as_slice()) {
        (None, _) => {
            read.goals.push(Goal::Solve { parameters, question });
            return Ok(());
        }
        (Some(Answer::Regions(regions)), _) => {
            return in_regions(universe, &parameters, regions, solve.span, &question, read);
        }
        (Some(Answer::Intervals(answer)), [_]) => answer,
        (Some(Answer::Intervals(_)), _) => {
            let message = "intervals are values of one parameter";
            return Err(advise("unsupported", message, solve.span, "write `answer where r <= s, …`"));
        }
    };
    let [parameter] = parameters.as_slice() else { return Ok(()) };
    let parameter = parameter.clone();
    let mut env = Env::new(universe, vec![]);
    let mut ends: Vec<(Expr, Expr)> = Vec::new();
    let mut before = (parameter.low.clone(), solve.span);
    for piece in answer {
        let (low, high) = (number(&mut env, &piece.low)?, number(&mut env, &piece.high)?);
        in_order(&mut env, &before.0, Comparison::AtMost, &low, piece.low.span);
        if low != high {
            in_order(&mut env, &low, Comparison::Less, &high, piece.high.span);
        } else if (piece.from, piece.to) != (End::Closed, End::Closed) {
            let message = "this interval is empty";
            return Err(complain("empty-interval", message, piece.low.span));
        }
        before = (high.clone(), piece.high.span);
        ends.push((low, high));
    }
    in_order(&mut env, &before.0, Comparison::AtMost, &parameter.high, before.1);
    let roots: Vec<Charge> =
        env.charges.iter().filter(|c| c.description == Description::Root).cloned().collect();
    let mut add = |low: &Expr, from: End, high: &Expr, to: End, answer: Everywhere| {
        if low == high && (from, to) != (End::Closed, End::Closed) {
            return;
        }
        let (low, high) = ((low, from == End::Closed), (high, to == End::Closed));
        read.goals.push(Goal::Piece(Piece::on_interval(&parameter, &roots, low, high, answer, &question)));
    };
    let other = |end: End| if end == End::Closed { End::Open } else { End::Closed };
    let mut from = (parameter.low.clone(), End::Closed);
    for (piece, (low, high)) in answer.iter().zip(&ends) {
        add(&from.0, from.1, low, other(piece.from), Everywhere::Fails);
        add(low, piece.from, high, piece.to, Everywhere::Holds);
        from = (high.clone(), other(piece.to));
    }
    add(&from.0, from.1, &parameter.high, End::Closed, Everywhere::Fails);
    read.obligations.extend(env.obligations);
    Ok(())
}

/// A parameter that is solved for, with its range in numbers.
fn parameter(universe: &Universe, unknown: &ast::Name, fixed: &BTreeMap<Symbol, Expr>) -> Resolve<Bound> {
    let known = universe.parameters.iter().find(|p| p.shown == unknown.text);
    let known = known.ok_or_else(|| universe.unknown("parameter", &unknown.text, unknown.span))?;
    if fixed.contains_key(&known.name) {
        let message = format!("`{}` is fixed, and cannot be solved for", unknown.text);
        return Err(complain("duplicate-name", message, unknown.span));
    }
    let end = |e: &Expr| e.substitute(fixed);
    let parameter = Bound { low: end(&known.low), high: end(&known.high), ..known.clone() };
    if [&parameter.low, &parameter.high].iter().any(|e| e.as_number().is_none()) {
        let message = format!("the range of `{}` is not between numbers", unknown.text);
        return Err(advise("unsupported", message, unknown.span, "fix the other parameters with `at`"));
    }
    Ok(parameter)
}

/// The goals of an answer that is given by regions.
fn in_regions(
    universe: &Universe,
    parameters: &[Bound],
    regions: &[Vec<ast::Relations>],
    span: Span,
    question: &Question,
    read: &mut Read,
) -> Resolve<()> {
    let mut env = Env::new(universe, vec![]);
    let mut out = Vec::new();
    for region in regions {
        let mut comparisons = Vec::new();
        for relations in region {
            let mut left = env.number(&relations.first)?;
            let mut of_parameters = true;
            for (relation, side) in &relations.rest {
                let right = env.number(side)?;
                let is_parameter = |name: &Symbol| parameters.iter().any(|p| p.name == *name);
                let difference = left.minus(&right);
                of_parameters &=
                    difference.is_polynomial() && difference.free_names().iter().all(is_parameter);
                let conjunct = Conjunct::relation("", vec![], left, comparison(*relation), right.clone());
                comparisons.push(conjunct.comparison());
                left = right;
            }
            if !of_parameters {
                let message = "a region is described by polynomials in the parameters that are solved for";
                return Err(complain("wrong-sort", message, relations.span));
            }
        }
        out.push(comparisons);
    }
    let Some(pieces) = Piece::on_regions(parameters, &out, question) else {
        return Err(advise(
            "unsupported",
            "there are too many regions",
            span,
            "write fewer, or fewer comparisons",
        ));
    };
    read.goals.extend(pieces.into_iter().map(Goal::Piece));
    read.obligations.extend(env.obligations);
    Ok(())
}

/// The one goal, as a question about the parameters alone.
fn question(parameters: &[Bound], unknowns: &[ast::Name], goals: Vec<Goal>) -> Resolve<Question> {
    let one = |goals: Vec<Goal>| <[Goal; 1]>::try_from(goals).ok();
    let span = unknowns.first().map_or_else(|| Span::new(0, 0), |u| u.span);
    let (question, mentioned) = match one(goals) {
        Some([Goal::Universal(claim)]) => {
            let parameters = claim.parameters.clone();
            (Question::Claim(claim), parameters)
        }
        Some([Goal::Existence(existence)]) => {
            let parameters = existence.setting.parameters.clone();
            (Question::Existence(existence), parameters)
        }
        _ => {
            let help = "write one `solve` for each of them";
            return Err(advise("unsupported", "this stands for several statements", span, help));
        }
    };
    if let Some(other) = mentioned.iter().find(|m| parameters.iter().all(|p| p.name != m.name)) {
        let message = format!("this depends on `{}` as well", other.shown);
        let help = format!("fix it: `at {} = …`, or solve for it too", other.shown);
        return Err(advise("unsupported", message, span, &help));
    }
    for (parameter, unknown) in parameters.iter().zip(unknowns) {
        if mentioned.iter().all(|m| m.name != parameter.name) {
            let message = format!("this does not depend on `{}`", unknown.text);
            return Err(complain("unused-binder", message, unknown.span));
        }
    }
    Ok(question)
}

/// An end: a number, possibly in roots.
fn number(env: &mut Env<'_>, e: &ast::Expr) -> Resolve<Expr> {
    let term = env.number(e)?;
    let is_root =
        |name: &Symbol| env.charges.iter().any(|c| c.name == *name && c.description == Description::Root);
    if term.is_polynomial() && term.free_names().iter().all(is_root) {
        return Ok(term);
    }
    Err(complain("wrong-sort", format!("`{}` is not a number", print_expr(e)), e.span))
}

fn in_order(env: &mut Env<'_>, left: &Expr, relation: Comparison, right: &Expr, span: Span) {
    let message = "the answer is not in increasing order within the range of the parameter";
    let help = "write disjoint intervals and points from the lowest to the highest";
    let complaint = Diagnostic::new("set-order", message, span).help(help);
    env.oblige(left.clone(), relation, right.clone(), complaint);
}
