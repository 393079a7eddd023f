//! Priors: density and distribution function, with what must be true of them.

use crate::kernel::{Expr, Name as Symbol};
use crate::model::{Bound, Comparison, Distribution, Power, derivative, derivative_of_quotient};

use super::names::{advise, complain, names_in};
use super::scope::{Env, Range, Universe};
use super::{Obligation, Resolve, powers};
use crate::lang::ast::{self, DistributionKind};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::print_expr;
use crate::model::Claim;

/// The prior that a line declares.
pub(super) fn prior(
    universe: &Universe,
    d: &ast::Distribution,
    power: &Power,
    obligations: &mut Vec<Obligation>,
) -> Resolve<Distribution> {
    let mut env = Env::new(universe, vec![]);
    let (low, high) = match &d.kind {
        DistributionKind::Uniform { low, high } => (low, high),
        DistributionKind::Cdf { on, .. } | DistributionKind::Pdf { on, .. } => (&on.low, &on.high),
        DistributionKind::Named(name) => {
            let message = format!("`{}` is no distribution", name.text);
            let help = "write `uniform(0, 1)`, `cdf y^2 on [0, 1]` or the like; a distribution function that is given needs `agents i in 1..n` with an integer that is given above";
            return Err(advise("unknown-name", message, name.span, help));
        }
        DistributionKind::Discrete(_) => {
            return Err(complain("unsupported", "a prior on an interval is needed here", d.span));
        }
    };
    let message = format!("the interval from {} to {} is empty", print_expr(low), print_expr(high));
    let (low, high) = (env.constant(low)?, env.constant(high)?);
    let length = high.minus(&low);
    let empty = Diagnostic::new("empty-interval", message, d.span).help("write the lower end first");
    match length.as_number() {
        Some(number) if !number.is_positive() => return Err(Box::new(empty)),
        Some(_) => {}
        None => env.oblige(high.clone(), Comparison::Greater, low.clone(), empty),
    }
    obligations.append(&mut env.obligations);
    let ends = if power.is_plain() { None } else { powers::ends(power, [&low, &high]) };
    let [from, to] = ends.unwrap_or_else(|| [low.clone(), high.clone()]);
    match &d.kind {
        DistributionKind::Uniform { .. } | DistributionKind::Discrete(_) | DistributionKind::Named(_) => {
            let uniform = Distribution::uniform(low, high, &length);
            Ok(uniform.by_variable(power, from, to))
        }
        DistributionKind::Pdf { body, atoms, .. } => {
            let (variable, density) = body_of(universe, body, power, [&from, &to], obligations)?;
            let density = density.times(&power.slope(&Expr::variable(&variable)));
            let prior = Distribution::of_density(variable, from, to, density);
            require(universe, obligations, d, prior.density_is_nonnegative(), Wrong::Negative);
            require(universe, obligations, d, prior.cdf_has_no_jump(), Wrong::Jump);
            let atoms = atoms_of(universe, atoms, power, [&prior.low, &prior.high], obligations)?;
            let prior = prior.with_atoms(atoms);
            require(universe, obligations, d, prior.mass_is_one(), Wrong::Mass);
            Ok(prior)
        }
        DistributionKind::Cdf { body, .. } => {
            let (variable, cdf) = body_of(universe, body, power, [&from, &to], obligations)?;
            let unsupported = || {
                let help = "a cdf is a polynomial in one variable, a quotient of such, or `cases` of these";
                advise("unsupported", "this cdf has no density in the language", body.span, help)
            };
            let plain = derivative(&cdf, &variable);
            let is_quotient = plain.is_none();
            let density =
                plain.or_else(|| derivative_of_quotient(&cdf, &variable)).ok_or_else(unsupported)?;
            let prior = Distribution { variable, low: from, high: to, density, cdf, atoms: vec![] };
            require(universe, obligations, d, prior.cdf_ends_at_one(), Wrong::End);
            let no_jump = match is_quotient {
                true => prior.cdf_begins_and_has_no_jump().ok_or_else(unsupported)?,
                false => prior.cdf_has_no_jump(),
            };
            require(universe, obligations, d, no_jump, Wrong::Jump);
            require(universe, obligations, d, prior.density_is_nonnegative(), Wrong::Decreasing);
            Ok(prior)
        }
    }
}

/// The atoms that a line declares, by the variable that types are written with.
fn atoms_of(
    universe: &Universe,
    atoms: &[(ast::Expr, ast::Expr)],
    power: &Power,
    [low, high]: [&Expr; 2],
    obligations: &mut Vec<Obligation>,
) -> Resolve<Vec<(Expr, Expr)>> {
    let mut env = Env::new(universe, vec![]);
    let mut out: Vec<(Expr, Expr)> = Vec::new();
    for (point, weight) in atoms {
        let number = env.constant(point)?.as_number().and_then(|c| power.variable_at(&c));
        let Some(at) = number.map(Expr::number) else {
            let help = "an atom stands at a rational number, at which the roots in the priors are rational";
            return Err(advise("unsupported", "this atom has no place", point.span, help));
        };
        for (relation, end) in [(Comparison::AtLeast, low), (Comparison::AtMost, high)] {
            let outside =
                Diagnostic::new("out-of-range", "this atom is outside of the type space", point.span);
            env.oblige(at.clone(), relation, end.clone(), outside);
        }
        if out.iter().any(|(known, _)| *known == at) {
            return Err(complain("duplicate-name", "this type has two atoms", point.span));
        }
        let term = env.constant(weight)?;
        let message = format!("the probability of `{}` is negative", print_expr(point));
        let negative = Diagnostic::new("negative-probability", message, weight.span);
        env.oblige(term.clone(), Comparison::AtLeast, Expr::zero(), negative);
        out.push((at, term));
    }
    obligations.append(&mut env.obligations);
    Ok(out)
}

/// What can be wrong with a prior.
enum Wrong {
    Negative,
    Mass,
    End,
    Jump,
    Decreasing,
}

fn require(
    universe: &Universe,
    obligations: &mut Vec<Obligation>,
    d: &ast::Distribution,
    claim: Claim,
    wrong: Wrong,
) {
    let (code, message, help) = match wrong {
        Wrong::Negative => (
            "negative-density",
            "this density is negative somewhere",
            "a density is at least zero on the whole type space",
        ),
        Wrong::Mass => {
            ("density-mass", "this density does not integrate to one", "divide the density by its integral")
        }
        Wrong::End => ("cdf-ends", "this cdf is not one at the upper end", "a cdf runs from 0 to 1"),
        Wrong::Jump => (
            "cdf-ends",
            "this cdf does not begin at zero, or it jumps",
            "a cdf runs from 0 to 1 without jumps; for atoms write `pdf … with atoms {…}`",
        ),
        Wrong::Decreasing => (
            "cdf-not-monotone",
            "this cdf decreases somewhere",
            "a cdf is nondecreasing on the whole type space",
        ),
    };
    let diagnostic = Diagnostic::new(code, message, d.span).help(help);
    let claim = Claim::about(&universe.parameters, &[], claim.conjuncts);
    obligations.push(Obligation { claim, diagnostic });
}

/// The variable of a cdf or density and its term: the one name that is not declared, or its root where types are
/// powers.
fn body_of(
    universe: &Universe,
    body: &ast::Expr,
    power: &Power,
    [low, high]: [&Expr; 2],
    obligations: &mut Vec<Obligation>,
) -> Resolve<(Symbol, Expr)> {
    let names = names_in(body);
    let declared = |text: &str| universe.sort_of(text).is_some();
    let mut free = names.iter().filter(|n| !declared(&n.text));
    let shown = free.next().map_or_else(|| "y".to_owned(), |n| n.text.clone());
    if let Some(second) = free.find(|n| n.text != shown) {
        let message = format!("`{}` and `{shown}` cannot both be the variable of a prior", second.text);
        return Err(complain("unknown-name", message, second.span));
    }
    let variable = Symbol::from(power.name_for(&shown));
    let mut env = Env::new(universe, vec![]);
    let bound = Bound::interval(variable.clone(), shown.clone(), low.clone(), high.clone());
    let bound = Bound { power: power.clone(), ..bound };
    env.values.insert(shown, bound.value());
    env.ranges.push(Range { bound, ordered: true });
    let term = env.constant(body)?;
    obligations.append(&mut env.obligations);
    Ok((variable, term))
}
