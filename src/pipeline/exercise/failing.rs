//! What is wrong with a line that was filled in: told as a counterexample with both sides, where there is one.

use std::collections::BTreeMap;

use crate::kernel::Expr;
use crate::lang::{DerivationSource, LinkSource};
use crate::model::{Comparison, Derivation, Link, Proposition};
use crate::prover::{Instance, Outcome};
use crate::report::Names;

use super::super::derivation::{link_failure, point};

/// Sentences about a link that fails; `says` is what it says.
pub(super) fn story(
    written: &DerivationSource,
    link: &LinkSource,
    says: Option<&Proposition>,
    outcome: &Outcome,
    names: &Names,
) -> Vec<String> {
    let Outcome::Fails { instance: Some(instance), .. } = outcome else {
        let mut story = link_failure(written, link, outcome, names);
        if let Outcome::Fails { otherwise: None, .. } = outcome {
            story.push("nothing was found for which it is false".into());
        }
        return story;
    };
    let Some((left, right)) = says.and_then(|says| sides(says, instance)) else {
        return link_failure(written, link, outcome, names);
    };
    let at = point(written, instance, names);
    let at: Vec<String> = at.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let at = match at.as_slice() {
        [] => String::new(),
        [most @ .., last] if !most.is_empty() => format!(": for {} and {last}", most.join(", ")),
        all => format!(": for {}", all.concat()),
    };
    let (left, right) = (names.expr(&left), names.expr(&right));
    vec![format!("it is false{at}, the left side is {left} and the right side is {right}")]
}

/// The values of both sides at an instance.
fn sides(says: &Proposition, instance: &Instance) -> Option<(Expr, Expr)> {
    let Proposition::Relation(left, _, right) = says else { return None };
    let table = instance.functions.iter().map(|(f, ps, e)| (f.clone(), (ps.clone(), e.clone()))).collect();
    let numbers: BTreeMap<_, _> = instance.numbers.iter().cloned().collect();
    let value = |e: &Expr| {
        let e = e.define(&table);
        let e = instance.natural.map_or(e.clone(), |k| e.at_natural(k)).substitute(&numbers);
        e.as_number().is_some().then_some(e)
    };
    Some((value(left)?, value(right)?))
}

/// Whether both sides of what is said are the same term by algebra alone.
pub(super) fn says_nothing(derivation: &Derivation, chain: usize, position: usize) -> bool {
    let link = derivation.chains.get(chain).and_then(|chain| chain.links.get(position));
    link.is_some_and(|link| match &link.says {
        Proposition::Relation(left, _, right) => left.minus(right).is_zero(),
        _ => false,
    })
}

/// The right side of a link that is an equation.
pub(super) fn right_of_equation(link: &Link) -> Option<Expr> {
    match &link.says {
        Proposition::Relation(_, Comparison::Equal, right) => Some(right.clone()),
        _ => None,
    }
}
