//! Roots in priors: by which variable the types of a setting are written.

use std::collections::BTreeSet;

use num_integer::Integer;

use super::Resolve;
use super::names::{advise, names_in};
use super::scope::{Env, Universe};
use crate::exact::Rational;
use crate::kernel::Expr;
use crate::lang::ast::{self, DistributionKind, ExprKind, SettingKind, Span, children};
use crate::model::{Power, fraction, rational_root};

/// The index of a root at most, all priors of a setting taken together.
const INDEX_LIMIT: u32 = 12;

/// A root in a prior: of `slope·y + constant`.
struct Rooted {
    index: u32,
    slope: Rational,
    constant: Rational,
    span: Span,
}

/// How the types of a setting are written: as themselves, or as powers of one kind, so that the roots in all priors
/// are polynomials.
pub(super) fn of_setting(universe: &Universe, s: &ast::Setting) -> Resolve<Power> {
    let distributions = || {
        s.lines.iter().filter_map(|line| match &line.kind {
            SettingKind::Agent { distribution, .. } | SettingKind::Agents { distribution, .. } => {
                Some(distribution)
            }
            _ => None,
        })
    };
    let mut roots: Vec<Rooted> = Vec::new();
    for d in distributions() {
        if let DistributionKind::Cdf { body, .. } | DistributionKind::Pdf { body, .. } = &d.kind {
            collect(universe, body, &mut roots);
        }
    }
    let Some(first) = roots.first() else { return Ok(Power::default()) };
    let index = roots.iter().fold(1_u32, |all, root| all.lcm(&root.index));
    let refuse = |message: &str, help: &str| Err(advise("unsupported", message, first.span, help));
    if index > INDEX_LIMIT {
        return refuse(
            "the roots in these priors have no small common index",
            "their least common multiple is at most 12",
        );
    }
    let mut ends: Vec<Rational> = Vec::new();
    for d in distributions() {
        let range = match &d.kind {
            DistributionKind::Uniform { low, high } => [low, high],
            DistributionKind::Cdf { on, .. } | DistributionKind::Pdf { on, .. } => [&on.low, &on.high],
            DistributionKind::Discrete(_) | DistributionKind::Named(_) => continue,
        };
        for end in range {
            match Env::new(universe, vec![]).constant(end)?.as_number() {
                Some(end) => ends.push(end),
                None => {
                    let help = "with roots in a prior, type spaces run from a number to another";
                    return refuse(
                        "this is a root in a prior, and the end of a type space is not a number",
                        help,
                    );
                }
            }
        }
    }
    let origin = |root: &Rooted| root.slope.recip().map(|k| -(&root.constant * &k));
    let Some(start) = origin(first) else {
        return refuse("this is the root of a number", "write it as a number, or as a root of the type");
    };
    if roots.iter().any(|root| origin(root).as_ref() != Some(&start)) {
        return refuse(
            "these are roots of terms that vanish at different types",
            "one such type for all roots is supported",
        );
    }
    let scales = roots.iter().filter_map(|r| r.slope.recip()).chain(ends.iter().map(|end| end - &start));
    let candidates: Vec<Rational> = [Rational::ONE].into_iter().chain(scales).collect();
    let fits = |power: &Power| {
        let in_range = ends.iter().all(|end| power.variable_at(end).is_some());
        in_range && roots.iter().all(|r| rational_root(&(&r.slope * power.scale()), r.index).is_some())
    };
    let mut powers = candidates.into_iter().filter_map(|scale| Power::new(start.clone(), scale, index));
    match powers.find(fits) {
        Some(power) => Ok(power),
        None => refuse(
            "this root is not rational at the ends of all type spaces",
            "write `(y/2)^(1/2)` on `[0, 2]`, say; the term below the root is at least zero on every type space",
        ),
    }
}

/// The roots of linear terms in the variable of a prior; others are complained about where the prior is read.
fn collect(universe: &Universe, body: &ast::Expr, out: &mut Vec<Rooted>) {
    let free: BTreeSet<String> =
        names_in(body).into_iter().filter(|n| universe.sort_of(&n.text).is_none()).map(|n| n.text).collect();
    let read = |e: &ast::Expr| {
        let mut env = Env::new(universe, vec![]);
        for name in &free {
            env.values.insert(name.clone(), Expr::variable("y"));
        }
        env.number(e).ok()
    };
    let mut rooted = |base: &ast::Expr, index: u32| {
        let Some(term) = read(base) else { return };
        let own = Expr::variable("y");
        let Some(atom) = own.as_atom() else { return };
        let coefficients: Option<Vec<Rational>> =
            term.poly().coefficients_in(atom).iter().map(crate::exact::Poly::as_constant).collect();
        if let Some([constant, slope]) = coefficients.as_deref()
            && let (constant, slope) = (constant.clone(), slope.clone())
        {
            out.push(Rooted { index, slope, constant, span: base.span });
        }
    };
    let mut stack = vec![body];
    while let Some(e) = stack.pop() {
        match &e.kind {
            ExprKind::Power { base, exponent } => {
                let index = read(exponent).and_then(|e| e.as_number()).as_ref().and_then(fraction);
                if let Some((_, index)) = index.filter(|(_, index)| *index > 1) {
                    rooted(base, index);
                }
            }
            ExprKind::Call { function, arguments } if function.text == "sqrt" => {
                arguments.iter().for_each(|base| rooted(base, 2));
            }
            _ => {}
        }
        children(e, &mut |child| stack.push(child));
    }
}

/// The ends of a type space by the variable that types are written with.
pub(super) fn ends(power: &Power, ends: [&Expr; 2]) -> Option<[Expr; 2]> {
    let [low, high] =
        ends.map(|end| end.as_number().and_then(|end| power.variable_at(&end)).map(Expr::number));
    Some([low?, high?])
}
