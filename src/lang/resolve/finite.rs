//! Finite sets: types and outcomes by numbers or names, grids, joint priors.

use std::sync::Arc;

use crate::exact::Rational;
use crate::kernel::{Expr, Name as Symbol};
use crate::model::{Bound, Claim, Comparison, Conjunct, Point, Points, Setting, choices, count_of_choices};

use super::names::{advise, complain};
use super::scope::{Env, Universe};
use super::{Obligation, Resolve};
use crate::lang::ast::{self, Discrete, ExprKind, Grid, Span, Support};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::print_expr;

/// Elements of one finite set at most.
const ELEMENT_LIMIT: usize = 1_000;
/// Profiles that a statement is written out for at most.
pub(super) const PROFILE_LIMIT: usize = 100_000;

/// A finite set as it is listed.
#[derive(Debug, Clone)]
pub(super) struct Elements {
    /// The term that stands for each element.
    pub(super) values: Vec<Expr>,
    /// How each is written.
    pub(super) shown: Vec<String>,
}

impl Elements {
    /// A name that ranges over the set; only numbers make a finite range.
    pub(super) fn bound(&self, name: Symbol, shown: String) -> Bound {
        let point = |(value, shown): (&Expr, &String)| {
            value.as_number().map(|value| Point { value, shown: shown.clone() })
        };
        let points: Option<Vec<Point>> = self.values.iter().zip(&self.shown).map(point).collect();
        let mut points = points.unwrap_or_default();
        points.sort_by(|a, b| a.value.cmp(&b.value));
        let end = |p: Option<&Point>| p.map_or_else(Expr::zero, |p| Expr::number(p.value.clone()));
        let (low, high) = (end(points.first()), end(points.last()));
        let points = if points.is_empty() { Points::default() } else { Points::of(points) };
        Bound { points, ..Bound::interval(name, shown, low, high) }
    }
}

/// The elements of a list: all of them numbers, or all of them new names, which stand for 1, 2, ….
pub(super) fn elements(
    universe: &Universe,
    list: &[ast::Expr],
    what: &str,
    obligations: &mut Vec<Obligation>,
) -> Resolve<Elements> {
    if list.len() > ELEMENT_LIMIT {
        let span = list.last().map(|e| e.span).unwrap_or_default();
        let message = format!("there are more than {ELEMENT_LIMIT} elements in this set");
        return Err(complain("too-large", message, span));
    }
    let name = |e: &ast::Expr| match &e.kind {
        ExprKind::Name(text) if universe.sort_of(text).is_none() => Some(text.clone()),
        _ => None,
    };
    let named = list.iter().any(|e| name(e).is_some());
    let mut out = Elements { values: vec![], shown: vec![] };
    for (e, number) in list.iter().zip(1_i64..) {
        let (value, shown) = match (name(e), named) {
            (Some(text), _) => (Expr::integer(number), text),
            (None, true) => {
                let message = format!("`{}` is not a new name, and others in this set are", print_expr(e));
                return Err(advise("wrong-sort", message, e.span, "use numbers alone, or new names alone"));
            }
            (None, false) => {
                let mut env = Env::new(universe, vec![]);
                let value = env.constant(e)?;
                obligations.append(&mut env.obligations);
                let shown = value.to_string();
                (value, shown)
            }
        };
        if out.values.contains(&value) || out.shown.contains(&shown) {
            return Err(complain("duplicate-name", format!("this {what} is listed twice"), e.span));
        }
        out.values.push(value);
        out.shown.push(shown);
    }
    Ok(out)
}

/// The finitely many types that a line declares, with their probabilities if it gives them.
pub(super) fn types(
    universe: &Universe,
    d: &Discrete,
    span: Span,
    obligations: &mut Vec<Obligation>,
) -> Resolve<(Elements, Vec<Expr>)> {
    let set = match d {
        Discrete::Types(set) | Discrete::Even(set) => support(universe, set, span, obligations)?,
        Discrete::Weighted(weights) => {
            let points: Vec<ast::Expr> = weights.iter().map(|(p, _)| p.clone()).collect();
            support(universe, &Support::Listed(points), span, obligations)?
        }
    };
    let weights = match d {
        Discrete::Even(_) => {
            let count = i64::try_from(set.values.len()).unwrap_or(i64::MAX);
            let each = Rational::new(1, count).unwrap_or(Rational::ZERO);
            vec![Expr::number(each); set.values.len()]
        }
        Discrete::Weighted(weights) => {
            let mut env = Env::new(universe, vec![]);
            let mut out = Vec::new();
            let mut total = Expr::zero();
            for (point, weight) in weights {
                let term = env.constant(weight)?;
                let message = format!("the probability of `{}` is negative", print_expr(point));
                let negative = Diagnostic::new("negative-probability", message, weight.span);
                env.oblige(term.clone(), Comparison::AtLeast, Expr::zero(), negative);
                total = total.plus(&term);
                out.push(term);
            }
            let diagnostic =
                Diagnostic::new("probability-sum", "these probabilities do not sum to one", span);
            env.oblige(total, Comparison::Equal, Expr::one(), diagnostic);
            obligations.append(&mut env.obligations);
            out
        }
        Discrete::Types(_) => vec![],
    };
    // In the order of the points of the range.
    let mut pairs: Vec<(usize, Option<Rational>)> =
        set.values.iter().map(Expr::as_number).enumerate().collect();
    pairs.sort_by(|a, b| a.1.cmp(&b.1));
    let weights = pairs.iter().filter_map(|(k, _)| weights.get(*k).cloned()).collect();
    Ok((set, weights))
}

fn support(
    universe: &Universe,
    set: &Support,
    span: Span,
    obligations: &mut Vec<Obligation>,
) -> Resolve<Elements> {
    let out = members(universe, set, "type", obligations)?;
    if out.values.is_empty() {
        return Err(complain("empty-interval", "there has to be at least one type", span));
    }
    match out.values.iter().find(|v| v.as_number().is_none()) {
        Some(value) => {
            let message = format!("the types of a finite set are rational numbers, and `{value}` is none");
            Err(complain("unsupported", message, span))
        }
        None => Ok(out),
    }
}

/// The outcomes of a finite set.
pub(super) fn outcomes(
    universe: &Universe,
    set: &Support,
    span: Span,
    obligations: &mut Vec<Obligation>,
) -> Resolve<Elements> {
    let out = members(universe, set, "outcome", obligations)?;
    match out.values.is_empty() {
        true => Err(complain("missing-outcome", "there has to be at least one outcome", span)),
        false => Ok(out),
    }
}

fn members(
    universe: &Universe,
    set: &Support,
    what: &str,
    obligations: &mut Vec<Obligation>,
) -> Resolve<Elements> {
    match set {
        Support::Listed(list) => elements(universe, list, what, obligations),
        Support::Grid(steps) => grid(universe, steps, obligations),
    }
}

fn grid(
    universe: &Universe,
    Grid { low, high, step }: &Grid,
    obligations: &mut Vec<Obligation>,
) -> Resolve<Elements> {
    let mut env = Env::new(universe, vec![]);
    let mut number = |e: &ast::Expr| -> Resolve<Rational> {
        let value = env.constant(e)?.as_number();
        value.ok_or_else(|| complain("unsupported", "a grid is given by rational numbers", e.span))
    };
    let (from, to, by) = (number(low)?, number(high)?, number(step)?);
    obligations.append(&mut env.obligations);
    if !by.is_positive() {
        return Err(complain(
            "empty-interval",
            format!("the step of a grid is positive, and this is {by}"),
            step.span,
        ));
    }
    let steps = (&to - &from).checked_div(&by).unwrap_or(Rational::ZERO);
    if steps.is_negative() {
        let message = format!("the grid from {from} to {to} is empty");
        return Err(advise("empty-interval", message, low.span.to(high.span), "write the lower end first"));
    }
    let Some(count) = steps.to_u32().filter(|_| steps.is_integer()) else {
        let message = format!("steps of {by} do not lead from {from} to {to}");
        return Err(advise(
            "out-of-range",
            message,
            step.span,
            "the length has to be a multiple of the step",
        ));
    };
    if usize::try_from(count).is_ok_and(|n| n >= ELEMENT_LIMIT) {
        let message = format!("there are more than {ELEMENT_LIMIT} elements in this grid");
        return Err(complain("too-large", message, step.span));
    }
    let values: Vec<Expr> =
        (0..=count).map(|k| Expr::number(&from + &(&by * &Rational::from(i64::from(k))))).collect();
    let shown = values.iter().map(ToString::to_string).collect();
    Ok(Elements { values, shown })
}

/// Reads the joint prior of a setting: at least zero, of sum one, and every type is possible.
pub(super) fn joint(
    universe: &Universe,
    setting: &mut Setting,
    e: &ast::Expr,
    obligations: &mut Vec<Obligation>,
) -> Resolve<()> {
    for agent in &setting.agents {
        if !agent.type_.points.is_finite() || !agent.weights.is_empty() {
            let message = format!("`{}` has a prior of its own, beside the joint one", agent.name);
            let help = format!("write `agent {} with type {} in {{…}}`", agent.name, agent.type_.shown);
            return Err(advise("duplicate-name", message, e.span, help));
        }
    }
    let types = setting.types();
    within_limits(&types, e.span)?;
    let mut env = Env::new(universe, vec![Arc::new(setting.clone())]);
    let term = env.constant(e)?;
    let negative = Diagnostic::new("negative-probability", "this probability is negative somewhere", e.span);
    env.oblige(term.clone(), Comparison::AtLeast, Expr::zero(), negative);
    let sum = choices(&types).iter().fold(Expr::zero(), |sum, choice| sum.plus(&term.substitute(choice)));
    let diagnostic = Diagnostic::new("probability-sum", "these probabilities do not sum to one", e.span);
    env.oblige(sum, Comparison::Equal, Expr::one(), diagnostic);
    for (i, agent) in setting.agents.iter().enumerate() {
        let message = format!("a type of `{}` has no probability", agent.name);
        let diagnostic = Diagnostic::new("impossible-type", message, e.span).help(
            "what the others' types are, given a type, is known for types of positive probability only",
        );
        let marginal = setting.marginal(&term, i);
        env.oblige(marginal, Comparison::Greater, Expr::zero(), diagnostic);
    }
    obligations.append(&mut env.obligations);
    setting.joint = Some(term);
    Ok(())
}

impl Env<'_> {
    /// Remembers that something is averaged over the types of a setting, which needs their probabilities.
    pub(super) fn averages_over(&mut self, setting: &Setting, span: Span) -> Resolve<()> {
        has_prior(setting, span)?;
        self.averaged |= setting.is_independent();
        Ok(())
    }
}

fn has_prior(setting: &Setting, span: Span) -> Resolve<()> {
    match setting.without_prior() {
        Some(agent) => {
            let message =
                format!("this averages over the types of `{}`, which have no probabilities", agent.name);
            let help =
                format!("write `type {} ~ uniform {{…}}`, or give a joint `prior = …`", agent.type_.shown);
            Err(advise("missing-prior", message, span, help))
        }
        None => Ok(()),
    }
}

/// Densities and integrals need types in intervals.
pub(super) fn has_density(setting: &Setting, what: &str, span: Span) -> Resolve<()> {
    if setting.is_finite() {
        let message = format!("{what} need types in an interval, and `{}` has finitely many", setting.name);
        return Err(complain("unsupported", message, span));
    }
    Ok(())
}

/// What divides by a density needs a prior that has nothing else.
pub(super) fn has_no_atoms(setting: &Setting, what: &str, span: Span) -> Resolve<()> {
    match setting.agents.iter().find(|a| !a.atoms.is_empty()) {
        Some(agent) => {
            let message = format!("{what} need a density, and the prior of `{}` has atoms", agent.name);
            Err(complain("unsupported", message, span))
        }
        None => has_density(setting, what, span),
    }
}

/// Refuses what would have to be written out for too many profiles.
pub(super) fn within_limits(bounds: &[Bound], span: Span) -> Resolve<()> {
    if count_of_choices(bounds) <= PROFILE_LIMIT {
        return Ok(());
    }
    let message = format!("this is about more than {PROFILE_LIMIT} combinations of types and reports");
    Err(complain("too-large", message, span))
}

/// That each of some conjuncts is about few enough combinations.
pub(super) fn is_within_limits(claim: &Claim, span: Span) -> Resolve<()> {
    let each = |c: &Conjunct| within_limits(&c.variables, span);
    claim.conjuncts.iter().try_for_each(each)
}
