//! The diagram of the revelation principle: types, reports and outcomes, and two ways from one to the other.

use crate::kernel::Expr;
use crate::lang::{Diagram, ResolvedFigure};
use crate::prover::{self, Maxima};
use crate::report::{Arrows, Link, Math, Names, draw_arrows, words};

use super::super::open;
use super::{Function, Shown, link_text, say};

pub(super) fn diagram(
    maxima: &Maxima,
    names: &mut Names,
    figure: &ResolvedFigure,
    diagram: &Diagram,
) -> Result<Shown, String> {
    for (bound, _) in &diagram.bids {
        names.bound(bound);
    }
    let values = maxima.of(&diagram.claim).map_err(say)?;
    let proved = prover::prove_claim(&diagram.claim, &values);
    proved.map_err(|o| {
        let why = open::words(&o, names);
        format!("it is not proved that `{}` has the same outcomes and payments: {why}", diagram.direct)
    })?;
    let mut links = Vec::new();
    for (bound, bid) in &diagram.bids {
        links.push(Link {
            left: Some(Math::Words(format!("report of type {}", bound.shown))),
            relation: "=",
            right: names.math(bid),
            reason: vec![words(format!(" under {}", diagram.strategy))],
        });
    }
    for (what, conjunct) in diagram.compared.iter().zip(&diagram.claim.conjuncts) {
        let mut one = diagram.claim.clone();
        one.conjuncts = vec![conjunct.clone()];
        let function = Function::of(maxima, &one)?;
        function.roots.iter().for_each(|root| names.describe(root));
        links.push(Link {
            left: Some(Math::Words(what.clone())),
            relation: "=",
            right: names.math(&function.term),
            reason: vec![words(format!(
                " in {}, as in {} under {}",
                diagram.direct, diagram.mechanism, diagram.strategy
            ))],
        });
    }
    let range = |e: &Expr| names.expr(e);
    let types: Vec<String> = diagram
        .bids
        .iter()
        .map(|(b, _)| format!("{} in [{}, {}]", b.shown, range(&b.low), range(&b.high)))
        .collect();
    let described: Vec<String> = links.iter().map(link_text).collect();
    let alternative = format!(
        "From types to outcomes and payments there are two ways: through the reports of {} in {}, and by {}. They lead to the same. {}.",
        diagram.strategy,
        diagram.mechanism,
        diagram.direct,
        described.join("; ")
    );
    let arrows = Arrows {
        title: figure.name.clone(),
        alternative,
        types,
        strategy: diagram.strategy.clone(),
        mechanism: diagram.mechanism.clone(),
        direct: diagram.direct.clone(),
    };
    Ok(Shown { picture: draw_arrows(&arrows), links })
}
