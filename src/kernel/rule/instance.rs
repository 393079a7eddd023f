//! **Instances**: equals for equals, powers, and what an uninterpreted symbol may stand for.

use std::collections::BTreeMap;

use super::super::definition::{Definition, table};
use super::super::expr::Expr;
use super::super::formula::{Formula, Relation};
use super::super::rejection::Rejection;
use super::super::text::Symbol;
use super::super::theorem::Theorem;

/// **Replace.** Equals for equals in any term.
///
/// ```text
///   Γ ⊢ a − b = 0
///   ─────────────────────────────── replace
///   Γ ⊢ t[x := a] − t[x := b] = 0
/// ```
///
/// Rejects: a premise that is not literally `a − b = 0`.
pub(in crate::kernel) fn replace(
    premise: &Theorem,
    left: &Expr,
    right: &Expr,
    hole: &Symbol,
    template: &Expr,
) -> Result<Theorem, Rejection> {
    let expected = Formula::equal(left, right);
    if premise.conclusion != expected {
        let found = Box::new(premise.conclusion.clone());
        return Err(Rejection::Mismatch { rule: "replace", expected: Box::new(expected), found });
    }
    let with = |e: &Expr| template.substitute_one(hole.name(), e);
    Ok(Theorem::new(premise.hypotheses.clone(), Formula::equal(&with(left), &with(right))))
}

/// **Natural.** `⊢ m ≥ 0` for the natural number of the theorem. Never rejects.
pub(in crate::kernel) fn natural() -> Theorem {
    Theorem::new(Default::default(), Formula::Compare(Relation::AtLeast, Expr::natural()))
}

/// **Power.** From `Γ ⊢ b ≥ 0` follows `Γ ⊢ b^m ≥ 0`, and from `b > 0` follows `b^m > 0`. Rejects an
/// equation, since `0^0 = 1`, and anything that is no comparison.
pub(in crate::kernel) fn power(premise: &Theorem) -> Result<Theorem, Rejection> {
    match &premise.conclusion {
        Formula::Compare(relation @ (Relation::AtLeast | Relation::Positive), base) => {
            let conclusion = Formula::Compare(*relation, base.natural_power());
            Ok(Theorem::new(premise.hypotheses.clone(), conclusion))
        }
        _ => Err(Rejection::WrongForm { rule: "power", expected: "`b >= 0` or `b > 0`" }),
    }
}

/// **Number.** A theorem holds for each value of its natural number: `m := k`, in the hypotheses too.
/// Never rejects.
pub(in crate::kernel) fn number(premise: &Theorem, value: u32) -> Theorem {
    let hypotheses = premise.hypotheses.iter().map(|h| h.at_natural(value)).collect();
    Theorem::new(hypotheses, premise.conclusion.at_natural(value))
}

/// **Function.** A theorem holds for each function that an uninterpreted symbol may stand for, in the
/// hypotheses too. Rejects: a body that is not locally bounded by its form; a repeated parameter; a body that a quantifier would capture; another number of
/// arguments.
pub(in crate::kernel) fn function(premise: &Theorem, definition: &Definition) -> Result<Theorem, Rejection> {
    definition.has_distinct_parameters()?;
    if !definition.body.is_tame() || definition.body.is_loose() || definition.body.is_too_large() {
        return Err(Rejection::NotTame);
    }
    let name = definition.name.name();
    let wrong = Rejection::WrongForm { rule: "function", expected: "as many arguments as parameters" };
    if definition.body.mentions_function(name) {
        return Err(Rejection::NotFresh { name: name.clone() });
    }
    let table: BTreeMap<_, _> = table(std::slice::from_ref(definition));
    let instance = |f: &Formula| -> Result<Formula, Rejection> {
        let out = f.define(&table)?;
        if out.mentions_function(name) { Err(wrong.clone()) } else { Ok(out) }
    };
    let hypotheses = premise.hypotheses.iter().map(instance).collect::<Result<_, _>>()?;
    Ok(Theorem::new(hypotheses, instance(&premise.conclusion)?))
}
