//! `almost everywhere`: for all types but those of a set that the prior gives no weight.

use crate::kernel::{Expr, Node};
use crate::model::{Agent, Comparison, Conjunct};

use super::names::advise;
use super::scope::Env;
use super::{Resolve, finite};
use crate::lang::ast::Span;

/// What a relation between numbers that depend on types says almost everywhere. An equation or a weak
/// inequality of continuous sides holds almost everywhere exactly if it holds everywhere, under priors
/// whose density vanishes on no interval. Any other relation becomes one about an expectation: the squared
/// difference of the sides, or the indicator of the violation, is zero in expectation.
pub(super) fn almost(env: &mut Env<'_>, c: Conjunct, span: Span) -> Resolve<Conjunct> {
    let c = Conjunct { left: env.unfolded(&c.left), right: env.unfolded(&c.right), ..c };
    env.settings.iter().try_for_each(|s| finite::has_density(s, "statements almost everywhere", span))?;
    one_prior(env, &c, span)?;
    if let Some(outcome) = env.outcomes.iter().find(|o| c.mentions(&o.name)) {
        let message =
            format!("`almost everywhere` is about types, and this is about any `{}`", outcome.shown);
        return Err(advise("wrong-stage", message, span, "leave `almost everywhere` out"));
    }
    let closed = matches!(c.relation, Comparison::Equal | Comparison::AtLeast | Comparison::AtMost);
    // A density that is one polynomial has finitely many zeros.
    let agents = env.settings.iter().flat_map(|s| &s.agents);
    let occurring: Vec<_> = agents.filter(|a| c.mentions(&a.type_.name)).collect();
    if occurring.is_empty() {
        let message = "`almost everywhere` is about types, and no type occurs here";
        return Err(advise("wrong-stage", message, span, "leave `almost everywhere` out"));
    }
    let full = occurring.iter().all(|a| is_smooth(&a.density) && a.atoms.is_empty());
    if closed && full && is_smooth(&c.left) && is_smooth(&c.right) {
        return Ok(c);
    }
    let (above, below) = (c.left.minus(&c.right), c.right.minus(&c.left));
    let violation = match c.relation {
        Comparison::Equal => above.times(&above),
        Comparison::Unequal => Expr::is_zero_indicator(&above),
        Comparison::AtLeast => Expr::positive(&below),
        Comparison::AtMost => Expr::positive(&above),
        Comparison::Greater => Expr::at_least_zero(&below),
        Comparison::Less => Expr::at_least_zero(&above),
    };
    let weight = env.settings.iter().fold(violation, |e, s| s.expectation(&e));
    env.averaged = true;
    Ok(Conjunct::relation("", vec![], weight, Comparison::Equal, Expr::zero()))
}

/// Types of one name in two settings need one prior, since the weight of a set of types is meant.
fn one_prior(env: &Env<'_>, c: &Conjunct, span: Span) -> Resolve<()> {
    let agents: Vec<_> = env.settings.iter().flat_map(|s| &s.agents).collect();
    for (k, a) in agents.iter().enumerate().filter(|(_, a)| c.mentions(&a.type_.name)) {
        let other =
            |b: &&&Agent| b.type_.name == a.type_.name && (b.density != a.density || b.atoms != a.atoms);
        if agents.iter().skip(k + 1).any(|b| other(&b)) {
            let message = format!("`{}` has two priors in the settings that are spoken of", a.type_.shown);
            return Err(advise("ambiguous-type", message, span, "speak of one setting at a time"));
        }
    }
    Ok(())
}

/// Whether a term is built without indicators, quotients and unknown functions: then it is continuous,
/// and a polynomial if it has no integral.
fn is_smooth(e: &Expr) -> bool {
    e.atoms().all(|a| match a.node() {
        Node::Variable(_) | Node::Bound(_) | Node::Natural => true,
        Node::Primitive { upper, body } => is_smooth(upper) && is_smooth(body),
        Node::Power(e) => is_smooth(e),
        _ => false,
    })
}
