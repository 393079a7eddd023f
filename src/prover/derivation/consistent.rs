//! Whether hypotheses can hold together: functions and numbers of the library that satisfy them.

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::{Expr, Formula, Name, Node, Relation};
use crate::model::{Derivation, Hypothesis};

use super::super::zero::Zero;
use super::library::{Table, free_numbers};
use super::refute::{at_instance, holds};

/// Functions that hypotheses define, at most.
const DEFINED: usize = 16;

/// Whether some functions and numbers satisfy the hypotheses of a derivation: those of the library, and what the hypotheses say
/// that others are.
pub(super) fn satisfiable(derivation: &Derivation) -> bool {
    let rest = without_zeros(derivation.without_descriptions());
    if rest.hypotheses.is_empty() {
        return true;
    }
    let never = Formula::falsehood();
    let (fewer, defined) = without_defined(rest.clone());
    // What is divided by a number of the instance is no quotient there.
    let is_function = |e: &Expr| e.is_tame();
    let by_definition = !defined.is_empty()
        && at_instance(&fewer, &[], &never)
            .is_some_and(|found| defined.values().all(|(_, body)| is_function(&found.value(body))));
    let holds = |d: &Derivation| at_instance(d, &[], &never).is_some();
    by_definition
        || holds(&rest)
        || with_premises_at(&rest, &Expr::one()).is_some_and(|more| holds(&more))
        || at_zero(&rest).is_some_and(|there| holds(&there))
}

/// A derivation where its numbers are zero; none if it has none.
fn at_zero(derivation: &Derivation) -> Option<Derivation> {
    let names: BTreeSet<Name> = derivation.hypotheses.iter().flat_map(|h| free_numbers(&h.formula)).collect();
    let zero = |formula: Formula, name: &Name| formula.substitute(name, &Expr::zero()).ok();
    let at = |h: &Hypothesis| {
        let formula = names.iter().try_fold(h.formula.clone(), zero)?;
        Some(Hypothesis { formula, ..h.clone() })
    };
    let hypotheses = derivation.hypotheses.iter().map(at).collect::<Option<Vec<_>>>()?;
    (!names.is_empty()).then(|| Derivation { hypotheses, ..derivation.clone() })
}

/// A derivation that assumes more: where a hypothesis has a premise for all values of something, the premise at one of them. What
/// satisfies these satisfies the others. None if there is no such premise.
fn with_premises_at(derivation: &Derivation, value: &Expr) -> Option<Derivation> {
    let at = |h: &Hypothesis| Hypothesis { formula: more(&h.formula, value), ..h.clone() };
    let out = Derivation { hypotheses: derivation.hypotheses.iter().map(at).collect(), ..derivation.clone() };
    let same = |(a, b): (&Hypothesis, &Hypothesis)| a.formula == b.formula;
    (!derivation.hypotheses.iter().zip(&out.hypotheses).all(same)).then_some(out)
}

/// A formula that implies another one, in which premises are for all values of something.
fn more(formula: &Formula, value: &Expr) -> Formula {
    match formula {
        Formula::ForAll(x, body) => Formula::ForAll(x.clone(), Box::new(more(body, value))),
        Formula::And(parts) => Formula::And(parts.iter().map(|part| more(part, value)).collect()),
        Formula::Implies(premise, body) => match fewer(premise, value) {
            Some(premise) => Formula::implied(&[premise], more(body, value)),
            None => more(body, value),
        },
        other => other.clone(),
    }
}

/// What follows from a premise for all values: the premise at one, without what is true of numbers. None if nothing is left.
fn fewer(premise: &Formula, value: &Expr) -> Option<Formula> {
    let is_true = |f: &Formula| matches!(f, Formula::Compare(relation, e) if e.as_number().is_some_and(|c| holds(*relation, &c)));
    match premise {
        Formula::ForAll(x, body) => match body.substitute(x, value) {
            Ok(instance) => fewer(&instance, value),
            Err(_) => Some(premise.clone()),
        },
        Formula::Implies(first, rest) if is_true(first) => fewer(rest, value),
        other => (!is_true(other)).then(|| other.clone()),
    }
}

/// A derivation without the numbers of which it only says that they are in an interval of numbers, and that a polynomial is
/// zero there that is not of the same sign at both ends: there are such numbers.
fn without_zeros(mut derivation: Derivation) -> Derivation {
    for name in derivation.numbers.clone() {
        let about = |h: &&Hypothesis| h.formula.mentions_variable(&name);
        let said: Vec<&Formula> = derivation.hypotheses.iter().filter(about).map(|h| &h.formula).collect();
        let zero = Zero::of(&name, &said).filter(|zero| said.len() == 3 && zero.is_of_polynomial(&name));
        let Some(zero) = zero else { continue };
        let ends = [zero.low.as_number(), zero.high.as_number()];
        let values = [zero.at(&name, &zero.low).as_number(), zero.at(&name, &zero.high).as_number()];
        let ([Some(low), Some(high)], [Some(first), Some(last)]) = (ends, values) else { continue };
        let is_polynomial = zero.term.atoms().all(|a| Expr::variable(&name).as_atom() == Some(a));
        let changes =
            !(first.is_positive() && last.is_positive() || first.is_negative() && last.is_negative());
        if is_polynomial && low <= high && changes {
            derivation.hypotheses.retain(|h| !h.formula.mentions_variable(&name));
        }
    }
    derivation
}

/// A derivation with what some hypotheses say of functions in the place of these, as in `psi(x) = x - (1 - F(x))/f(x)` for all
/// `x`, and so with numbers; and what they are, in terms of what is left.
fn without_defined(mut derivation: Derivation) -> (Derivation, Table) {
    let mut table = Table::new();
    while table.len() < DEFINED {
        let found = derivation.hypotheses.iter().find_map(|h| definition(&h.formula));
        let Some((name, parameters, body)) = found else {
            let number = derivation.hypotheses.iter().find_map(|h| number(&h.formula));
            let Some((name, value)) = number else { break };
            let put = |h: &Hypothesis| {
                Some(Hypothesis { formula: h.formula.substitute(&name, &value).ok()?, ..h.clone() })
            };
            let hypotheses = derivation.hypotheses.iter().map(put).collect::<Option<Vec<_>>>();
            let Some(hypotheses) = hypotheses else { break };
            derivation.hypotheses = hypotheses;
            table.values_mut().for_each(|(_, known)| *known = known.substitute_one(&name, &value));
            table.insert(name, (vec![], value));
            continue;
        };
        let one = BTreeMap::from([(name.clone(), (parameters.clone(), body.clone()))]);
        let put = |h: &Hypothesis| Some(Hypothesis { formula: h.formula.define(&one).ok()?, ..h.clone() });
        let Some(hypotheses) = derivation.hypotheses.iter().map(put).collect::<Option<Vec<_>>>() else {
            break;
        };
        derivation.hypotheses = hypotheses;
        table.values_mut().for_each(|(_, known)| *known = known.define(&one));
        table.insert(name, (parameters, body));
    }
    (derivation, table)
}

/// What a hypothesis says that a number is.
fn number(formula: &Formula) -> Option<(Name, Expr)> {
    let Formula::Compare(Relation::Equal, e) = formula else { return None };
    e.atoms().find_map(|atom| {
        let Node::Variable(name) = atom.node() else { return None };
        let coefficients = e.poly().coefficients_in(atom);
        let [rest, slope] = coefficients.as_slice() else { return None };
        let value = Expr::from(rest.clone()).scaled(&slope.as_constant()?.recip()?).negated();
        (!value.mentions_variable(name)).then(|| (name.clone(), value))
    })
}

/// What a hypothesis says that a function is: an equation for all its arguments, and of nothing else that has a value for all.
fn definition(formula: &Formula) -> Option<(Name, Vec<Name>, Expr)> {
    let (mut names, mut at) = (BTreeSet::new(), formula);
    loop {
        at = match at {
            Formula::ForAll(x, body) => {
                names.insert(x.clone());
                body
            }
            Formula::Implies(_, body) => body,
            _ => break,
        };
    }
    let Formula::Compare(Relation::Equal, e) = at else { return None };
    e.atoms().find_map(|atom| {
        let Node::Apply(f, arguments) = atom.node() else { return None };
        let parameters: Vec<Name> =
            arguments.iter().map(|a| a.as_variable().cloned()).collect::<Option<_>>()?;
        let all: BTreeSet<&Name> = parameters.iter().collect();
        if all.len() < parameters.len() || !all.iter().all(|x| names.contains(*x)) {
            return None;
        }
        let coefficients = e.poly().coefficients_in(atom);
        let [rest, slope] = coefficients.as_slice() else { return None };
        let (rest, slope) = (Expr::from(rest.clone()), Expr::from(slope.clone()));
        let is_closed = |e: &Expr| {
            !e.mentions_function(f) && !names.iter().any(|x| !all.contains(x) && e.mentions_variable(x))
        };
        let known = is_closed(&rest) && is_closed(&slope);
        known.then(|| (f.clone(), parameters.clone(), rest.negated().times(&Expr::inverse(&slope))))
    })
}
