//! **Logic**: the rules of natural deduction for sequents, and two facts about single terms.
//!
//! Each takes theorems and data and returns a theorem; the hypotheses of the conclusion are the union
//! of those of the premises unless the rule says otherwise.

use std::collections::BTreeSet;

use super::super::expr::{Expr, Name};
use super::super::formula::{Formula, Relation};
use super::super::rejection::Rejection;
use super::super::theorem::Theorem;

fn union<'a>(premises: impl IntoIterator<Item = &'a Theorem>) -> BTreeSet<Formula> {
    premises.into_iter().flat_map(|p| p.hypotheses.iter().cloned()).collect()
}

fn mismatch(rule: &'static str, expected: &Formula, found: &Formula) -> Rejection {
    Rejection::Mismatch { rule, expected: Box::new(expected.clone()), found: Box::new(found.clone()) }
}

/// **Assume.** `φ ⊢ φ`. Never rejects.
pub(in crate::kernel) fn assume(formula: &Formula) -> Theorem {
    Theorem::new(BTreeSet::from([formula.clone()]), formula.clone())
}

/// **Discharge.** From `Γ, h ⊢ φ` follows `Γ ⊢ h ⇒ φ`. Never rejects: an `h` that is not there is
/// weakening.
pub(in crate::kernel) fn discharge(premise: &Theorem, hypothesis: &Formula) -> Theorem {
    let mut hypotheses = premise.hypotheses.clone();
    hypotheses.remove(hypothesis);
    let conclusion = Formula::Implies(Box::new(hypothesis.clone()), Box::new(premise.conclusion.clone()));
    Theorem::new(hypotheses, conclusion)
}

/// **Apply.** From `Γ ⊢ h ⇒ φ` and `Δ ⊢ h` follows `Γ, Δ ⊢ φ`. Rejects a premise that is not literally `h`.
pub(in crate::kernel) fn apply(implication: &Theorem, premise: &Theorem) -> Result<Theorem, Rejection> {
    let Formula::Implies(h, conclusion) = &implication.conclusion else {
        return Err(Rejection::WrongForm { rule: "apply", expected: "an implication" });
    };
    if **h != premise.conclusion {
        return Err(mismatch("apply", h, &premise.conclusion));
    }
    Ok(Theorem::new(union([implication, premise]), (**conclusion).clone()))
}

/// **Generalise.** From `Γ ⊢ φ` follows `Γ ⊢ ∀x. φ`. Rejects an `x` that occurs free in `Γ`.
pub(in crate::kernel) fn generalise(premise: &Theorem, name: &Name) -> Result<Theorem, Rejection> {
    if premise.hypotheses.iter().any(|h| h.mentions(name)) {
        return Err(Rejection::NotFresh { name: name.clone() });
    }
    let conclusion = Formula::ForAll(name.clone(), Box::new(premise.conclusion.clone()));
    Ok(Theorem::new(premise.hypotheses.clone(), conclusion))
}

/// **Instance.** From `Γ ⊢ ∀x. φ` follows `Γ ⊢ φ[x := t]`. Rejects capture.
pub(in crate::kernel) fn instance(premise: &Theorem, term: &Expr) -> Result<Theorem, Rejection> {
    let Formula::ForAll(x, body) = &premise.conclusion else {
        return Err(Rejection::WrongForm {
            rule: "instance",
            expected: "a statement for all values of a name",
        });
    };
    Ok(Theorem::new(premise.hypotheses.clone(), body.substitute(x, term)?))
}

/// **Both.** The conjunction of the premises. Never rejects.
pub(in crate::kernel) fn both(premises: &[&Theorem]) -> Theorem {
    let conclusion = Formula::And(premises.iter().map(|p| p.conclusion.clone()).collect());
    Theorem::new(union(premises.iter().copied()), conclusion)
}

/// **Part.** One conjunct. Rejects an index outside the conjunction.
pub(in crate::kernel) fn part(premise: &Theorem, index: usize) -> Result<Theorem, Rejection> {
    let wrong = Rejection::WrongForm { rule: "part", expected: "a conjunction with that part" };
    let Formula::And(parts) = &premise.conclusion else { return Err(wrong) };
    let conclusion = parts.get(index).ok_or(wrong)?.clone();
    Ok(Theorem::new(premise.hypotheses.clone(), conclusion))
}

/// **Either.** From one alternative follows the disjunction. Rejects a premise that is none of them.
pub(in crate::kernel) fn either(premise: &Theorem, alternatives: &[Formula]) -> Result<Theorem, Rejection> {
    if !alternatives.contains(&premise.conclusion) {
        return Err(Rejection::WrongForm {
            rule: "either",
            expected: "a premise that is one of the alternatives",
        });
    }
    Ok(Theorem::new(premise.hypotheses.clone(), Formula::Or(alternatives.to_vec())))
}

/// **Witness.** From `Γ ⊢ φ[x := t]` follows `Γ ⊢ ∃x. φ`. Rejects a premise that is not literally the
/// substitution.
pub(in crate::kernel) fn witness(
    premise: &Theorem,
    statement: &Formula,
    term: &Expr,
) -> Result<Theorem, Rejection> {
    let Formula::Exists(x, body) = statement else {
        return Err(Rejection::WrongForm {
            rule: "witness",
            expected: "a statement for some value of a name",
        });
    };
    let expected = body.substitute(x, term)?;
    if expected != premise.conclusion {
        return Err(mismatch("witness", &expected, &premise.conclusion));
    }
    Ok(Theorem::new(premise.hypotheses.clone(), statement.clone()))
}

/// **Choose.** From `Γ ⊢ ∃x. φ` and `Δ, φ ⊢ ψ` follows `Γ, Δ ⊢ ψ`. Rejects a name `x` that occurs free in
/// `ψ` or in a hypothesis of the second premise other than `φ`.
pub(in crate::kernel) fn choose(some: &Theorem, premise: &Theorem) -> Result<Theorem, Rejection> {
    let Formula::Exists(x, body) = &some.conclusion else {
        return Err(Rejection::WrongForm {
            rule: "choose",
            expected: "a statement for some value of a name",
        });
    };
    let mut hypotheses = premise.hypotheses.clone();
    hypotheses.remove(&**body);
    if hypotheses.iter().chain([&premise.conclusion]).any(|f| f.mentions_variable(x)) {
        return Err(Rejection::NotFresh { name: x.clone() });
    }
    hypotheses.extend(some.hypotheses.iter().cloned());
    Ok(Theorem::new(hypotheses, premise.conclusion.clone()))
}

/// **Cases.** From `Γ, p ≥ 0 ⊢ φ` and `Δ, −p > 0 ⊢ φ` follows `Γ, Δ ⊢ φ`. Removes exactly these two
/// hypotheses; the tie belongs to the first. Rejects two different conclusions.
pub(in crate::kernel) fn cases(on: &Expr, yes: &Theorem, no: &Theorem) -> Result<Theorem, Rejection> {
    if yes.conclusion != no.conclusion {
        return Err(mismatch("cases", &yes.conclusion, &no.conclusion));
    }
    let mut hypotheses = yes.hypotheses.clone();
    hypotheses.remove(&Formula::Compare(Relation::AtLeast, on.clone()));
    let mut others = no.hypotheses.clone();
    others.remove(&Formula::Compare(Relation::Positive, on.negated()));
    hypotheses.extend(others);
    Ok(Theorem::new(hypotheses, yes.conclusion.clone()))
}

/// **Alternatives.** From `Γ ⊢ a ∨ b ∨ …` and `Δ_k, a_k ⊢ φ` for each alternative follows `Γ, Δ ⊢ φ`.
/// Rejects a missing branch or different conclusions.
pub(in crate::kernel) fn alternatives(
    disjunction: &Theorem,
    branches: &[&Theorem],
) -> Result<Theorem, Rejection> {
    let Formula::Or(parts) = &disjunction.conclusion else {
        return Err(Rejection::WrongForm { rule: "alternatives", expected: "a disjunction" });
    };
    let Some((first, _)) = branches.split_first() else {
        return Err(Rejection::WrongForm { rule: "alternatives", expected: "at least one branch" });
    };
    if parts.len() != branches.len() {
        return Err(Rejection::Count { rule: "alternatives", expected: parts.len(), found: branches.len() });
    }
    let mut hypotheses = disjunction.hypotheses.clone();
    for (part, branch) in parts.iter().zip(branches) {
        if branch.conclusion != first.conclusion {
            return Err(mismatch("alternatives", &first.conclusion, &branch.conclusion));
        }
        hypotheses.extend(branch.hypotheses.iter().filter(|h| *h != part).cloned());
    }
    Ok(Theorem::new(hypotheses, first.conclusion.clone()))
}

/// **Contradict.** From `Γ, ¬φ ⊢ 0 > 0` follows `Γ ⊢ φ`. Rejects a premise that is not falsehood.
pub(in crate::kernel) fn contradict(premise: &Theorem, goal: &Formula) -> Result<Theorem, Rejection> {
    if premise.conclusion != Formula::falsehood() {
        return Err(mismatch("contradict", &Formula::falsehood(), &premise.conclusion));
    }
    let mut hypotheses = premise.hypotheses.clone();
    hypotheses.remove(&goal.negated());
    Ok(Theorem::new(hypotheses, goal.clone()))
}

/// **Antisymmetry.** From `Γ ⊢ e ≥ 0` and `Δ ⊢ −e ≥ 0` follows `Γ, Δ ⊢ e = 0`. Rejects two terms that
/// are not opposite.
pub(in crate::kernel) fn antisymmetry(above: &Theorem, below: &Theorem) -> Result<Theorem, Rejection> {
    let wrong = Rejection::WrongForm { rule: "antisymmetry", expected: "`e >= 0` and `-e >= 0`" };
    let (Formula::Compare(Relation::AtLeast, e), Formula::Compare(Relation::AtLeast, f)) =
        (&above.conclusion, &below.conclusion)
    else {
        return Err(wrong);
    };
    if *f != e.negated() {
        return Err(wrong);
    }
    let conclusion = Formula::Compare(Relation::Equal, e.clone());
    Ok(Theorem::new(union([above, below]), conclusion))
}

/// **Reciprocal.** From `Γ ⊢ d > 0` or `Γ ⊢ −d > 0` follows `Γ ⊢ d·inv(d) = 1`. `divisor` says which
/// `d`. Rejects a premise that leaves `d = 0` possible.
pub(in crate::kernel) fn reciprocal(premise: &Theorem, divisor: &Expr) -> Result<Theorem, Rejection> {
    let Formula::Compare(Relation::Positive, e) = &premise.conclusion else {
        return Err(Rejection::WrongForm { rule: "reciprocal", expected: "`d > 0` or `-d > 0`" });
    };
    if e != divisor && *e != divisor.negated() {
        return Err(Rejection::WrongForm { rule: "reciprocal", expected: "the sign of the divisor" });
    }
    let conclusion = Formula::equal(&divisor.times(&Expr::inverse(divisor)), &Expr::one());
    Ok(Theorem::new(premise.hypotheses.clone(), conclusion))
}
