//! Statements with a form of their own: reserves, worst-off types, shapes.

use crate::model::{self, Bound};

use super::names::{advise, arity, complain, unknown_name};
use super::scope::Env;
use super::statement::{Read, Reader};
use super::{Resolve, finite};
use crate::kernel::{Expr, Name as Symbol};
use crate::lang::ast::{self, ExprKind, Name, Shape};

/// `reserve(m, i) = e`: types below `e` never get the good, types above it do with positive probability.
pub(super) fn reserve(
    reader: &Reader<'_>,
    env: &mut Env<'_>,
    function: &Name,
    arguments: &[ast::Expr],
    right: &ast::Expr,
    out: &mut Read,
) -> Resolve<()> {
    let [mechanism, who] = arguments else {
        return Err(arity(function, "2", arguments.len()));
    };
    let m = env.enter(mechanism)?;
    let i = env.agent_in(who, &m.setting)?;
    let (Some(agent), Some(x), true) =
        (m.setting.agents.get(i), m.allocation.get(i), m.setting.kind.is_of_a_good())
    else {
        return Err(complain("wrong-sort", "`reserve` needs a setting with one good", function.span));
    };
    let point = type_point(env, &agent.type_, right)?;
    finite::has_density(&m.setting, "reserves", function.span)?;
    let chance = m.setting.interim(i, x);
    env.averaged = true;
    let conjuncts = model::reserve(&agent.type_, &chance, &point);
    reader.goal(reader.claim(env, conjuncts), function.span.to(right.span), out)
}

/// `worst_off_type(m, i) = {e, …}`: the set of minimisers of interim payoff minus outside option; for a
/// setting, of interim welfare minus outside option.
pub(super) fn worst_off(
    reader: &Reader<'_>,
    env: &mut Env<'_>,
    set: &ast::Expr,
    elements: &[ast::Expr],
    out: &mut Read,
) -> Resolve<()> {
    let ExprKind::Call { function, arguments } = &set.kind else {
        return Err(complain("wrong-sort", "`worst_off_type(m, i)` is needed before a set", set.span));
    };
    if function.text != "worst_off_type" {
        let message = format!("`{}` is not a set", function.text);
        return Err(advise("wrong-sort", message, set.span, "`worst_off_type(m, i)` is one"));
    }
    let [first, who] = arguments.as_slice() else {
        return Err(arity(function, "2", arguments.len()));
    };
    let (setting, mechanism) = match env.setting_named(first) {
        Some(setting) => {
            env.has_best_outcomes(&setting, set.span)?;
            (setting, None)
        }
        None => {
            let m = env.enter(first)?;
            (m.setting.clone(), Some(m))
        }
    };
    let i = env.agent_in(who, &setting)?;
    let Some(agent) = setting.agents.get(i) else {
        return Err(complain("not-an-agent", "an agent is needed here", who.span));
    };
    env.averages_over(&setting, set.span)?;
    let gross = mechanism.map_or_else(|| setting.welfare(), |m| m.payoff(i));
    let net = setting.interim(i, &gross).minus(&agent.outside);
    let points = elements.iter().map(|e| type_point(env, &agent.type_, e)).collect::<Resolve<Vec<_>>>()?;
    if points.is_empty() {
        let message = "a minimum on an interval is attained, so this set is not empty";
        return Err(complain("unsupported", message, set.span));
    }
    let what = if env.setting_named(first).is_some() { "welfare" } else { "payoff" };
    let shown = format!("interim {what} minus outside option of {}", agent.name);
    let named = env.named(&shown, &net);
    env.define(shown, &env.unfolded(&net));
    reader.goal(reader.claim(env, model::worst_off(&agent.type_, &named, &points)), set.span, out)
}

/// A type that is named by a number, as a value of the variable that types are written with; it may depend on
/// parameters.
fn type_point(env: &mut Env<'_>, type_: &Bound, e: &ast::Expr) -> Resolve<Expr> {
    let point = env.number(e)?;
    match env.types().iter().find(|b| point.mentions(&b.name)) {
        Some(type_) => {
            let message = format!("one type is named here, and this depends on `{}`", type_.shown);
            Err(complain("wrong-stage", message, e.span))
        }
        None => env.variable_at(type_, &point, e),
    }
}

/// A shape in a parameter or type.
pub(super) fn shape(
    reader: &Reader<'_>,
    env: &mut Env<'_>,
    e: &ast::Expr,
    shape: Shape,
    variable: &Name,
    out: &mut Read,
) -> Resolve<()> {
    let side = reader.side(env, e)?;
    let bound = shape_variable(reader, env, &side.term, variable)?;
    let bends = matches!(shape, Shape::Convex | Shape::Concave);
    if bends && !bound.power.is_plain() {
        let message = format!("`{}` is written as a power, and slopes in it are not there yet", bound.shown);
        return Err(complain("unsupported", message, variable.span));
    }
    if bends && bound.points.is_finite() {
        let message = format!("`{}` has finitely many values, and between them there is none", bound.shown);
        return Err(complain("unsupported", message, variable.span));
    }
    let variables = reader.variables(env, &[&side.term], e.span)?;
    let depends = |b: &Bound| b.low.mentions(&bound.name) || b.high.mentions(&bound.name);
    let charges = env.charges.iter().map(|c| &c.body);
    let occurs = |b: &&Bound| side.term.mentions(&b.name) || charges.clone().any(|e| e.mentions(&b.name));
    if variables.iter().any(depends) || reader.universe.parameters.iter().filter(occurs).any(depends) {
        let message = format!("the range of something else depends on `{}`", bound.shown);
        let help = "shapes are supported in what no other range depends on";
        return Err(advise("unsupported", message, variable.span, help));
    }
    let shape = match shape {
        Shape::Nondecreasing => model::Shape::Nondecreasing,
        Shape::Nonincreasing => model::Shape::Nonincreasing,
        Shape::StrictlyIncreasing => model::Shape::StrictlyIncreasing,
        Shape::StrictlyDecreasing => model::Shape::StrictlyDecreasing,
        Shape::Convex => model::Shape::Convex,
        Shape::Concave => model::Shape::Concave,
    };
    let claim = shape.unfold(&side.term, &bound, &reader.universe.parameters, &variables, &env.charges);
    let claim = claim.under(&env.folds);
    reader.goal(claim, e.span, out)
}

/// The parameter or type that a shape is in: by name, or by the name of the family if the term mentions
/// only one type of it.
pub(super) fn shape_variable(
    reader: &Reader<'_>,
    env: &Env<'_>,
    term: &Expr,
    variable: &ast::Name,
) -> Resolve<Bound> {
    let types: Vec<Bound> = env.types().into_iter().chain(env.outcomes.iter().cloned()).collect();
    let symbol = Symbol::from(variable.text.as_str());
    if reader.fixed.contains_key(&symbol) {
        let message = format!("`{}` is fixed by `at`", variable.text);
        return Err(complain("wrong-sort", message, variable.span));
    }
    let all = reader.universe.parameters.iter().chain(&types);
    if let Some(bound) = all.clone().find(|b| b.shown == variable.text) {
        return Ok(bound.clone());
    }
    let prefix = format!("{}[", variable.text);
    let family = types.iter().filter(|b| b.shown.starts_with(&prefix) && term.mentions(&b.name));
    match family.collect::<Vec<_>>().as_slice() {
        [only] => Ok((*only).clone()),
        _ => Err(unknown_name(
            "parameter or type",
            &variable.text,
            variable.span,
            all.map(|b| b.shown.as_str()),
        )),
    }
}
