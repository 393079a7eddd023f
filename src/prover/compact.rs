//! A certificate without the steps that its last one does not need.

use std::collections::BTreeSet;

use crate::kernel::Step;

/// The steps that the last one rests on, numbered anew.
pub(super) fn compact(steps: Vec<Step>) -> Vec<Step> {
    let mut needed: BTreeSet<usize> = steps.len().checked_sub(1).into_iter().collect();
    for (number, step) in steps.iter().enumerate().rev() {
        if needed.contains(&number) {
            let mut step = step.clone();
            needed.extend(premises(&mut step).into_iter().map(|p| *p));
        }
    }
    let place = |number: usize| needed.range(..number).count();
    let kept = steps.into_iter().enumerate().filter(|(number, _)| needed.contains(number));
    kept.map(|(_, mut step)| {
        premises(&mut step).into_iter().for_each(|p| *p = place(*p));
        step
    })
    .collect()
}

/// A step whose earlier steps are so many further on.
pub(super) fn shifted(step: &Step, by: usize) -> Step {
    let mut step = step.clone();
    premises(&mut step).into_iter().for_each(|p| *p += by);
    step
}

/// The numbers of earlier steps in a step.
fn premises(step: &mut Step) -> Vec<&mut usize> {
    match step {
        Step::Assume { .. }
        | Step::Tree { .. }
        | Step::Interchange { .. }
        | Step::Fundamental { .. }
        | Step::Tangent { .. }
        | Step::Natural
        | Step::Telescope { .. }
        | Step::Member { .. }
        | Step::Resample { .. }
        | Step::Swap { .. }
        | Step::Infeasible { .. }
        | Step::Unsatisfiable { .. } => vec![],
        Step::Discharge { premise, .. }
        | Step::Generalise { premise, .. }
        | Step::Instance { premise, .. }
        | Step::Part { premise, .. }
        | Step::Either { premise, .. }
        | Step::Witness { premise, .. }
        | Step::Contradict { premise, .. }
        | Step::Reciprocal { premise, .. }
        | Step::Replace { premise, .. }
        | Step::Power { premise }
        | Step::Total { premise, .. }
        | Step::Apart { premise, .. }
        | Step::Number { premise, .. }
        | Step::Expected { premise, .. }
        | Step::Function { premise, .. }
        | Step::Exhibit { premise, .. }
        | Step::Impossible { premise, .. } => vec![premise],
        Step::Apply { implication, premise } => vec![implication, premise],
        Step::Others { premise, member, .. } => vec![premise, member],
        Step::Average { premise, events, .. } => {
            std::iter::once(premise).chain(events.iter_mut().map(|e| &mut e.certain)).collect()
        }
        Step::Trichotomy { members, .. } => members.iter_mut().collect(),
        Step::Marginal { premises, .. } => premises.iter_mut().collect(),
        Step::Joint { law, member, .. } => std::iter::once(law).chain(member).collect(),
        Step::Choose { some, premise } => vec![some, premise],
        Step::Cases { yes, no, .. } => vec![yes, no],
        Step::Antisymmetry { above, below } => vec![above, below],
        Step::Both { premises }
        | Step::Combine { premises, .. }
        | Step::Differentiate { premises, .. }
        | Step::Evaluate { premises, .. } => premises.iter_mut().collect(),
        Step::Envelope { premises, order, .. } => premises.iter_mut().chain(order).collect(),
        Step::Alternatives { disjunction, branches } => {
            std::iter::once(disjunction).chain(branches.iter_mut()).collect()
        }
        Step::Monotone { premise, order, .. } | Step::Congruence { premise, order, .. } => {
            vec![premise, order]
        }
        Step::Intermediate { below, above, order, .. } | Step::Squeeze { below, above, order, .. } => {
            vec![below, above, order]
        }
        Step::Area { premise, order, .. } => std::iter::once(premise).chain(order.iter_mut()).collect(),
    }
}
