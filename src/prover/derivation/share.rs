//! How much of the work of a derivation one link may take, so that one that is hard leaves the others their verdicts.

use crate::exact::shared;
use crate::kernel::{Expr, Formula};
use crate::model::{Chain, Link, Proposition};
use crate::piecewise::Obstacle;

use super::refute::{self, Instance};
use super::{Outcome, Proof, Tactic, rate, residual};

/// Links that may take a full share.
const SHARES: u64 = 4;

impl Proof<'_> {
    /// What was found about a link within its share; one that takes more is open.
    pub(super) fn link_within(
        &mut self,
        chain: &Chain,
        link: &Link,
    ) -> Result<(Outcome, Option<usize>), Obstacle> {
        let (sources, smooth, failed) = (self.sources.len(), self.smooth.len(), self.failed.len());
        let (domain, inside, depth) = (self.domain.clone(), self.inside.clone(), self.depth);
        let reasons = self.reasons.clone();
        if let Ok(found) = shared(SHARES, || self.link(chain, link)) {
            return found;
        }
        self.broken_off = true;
        // What the search put aside for itself is taken back.
        self.sources.truncate(sources);
        self.smooth.truncate(smooth);
        self.failed.truncate(failed);
        (self.domain, self.inside, self.depth, self.reasons) = (domain, inside, depth, reasons);
        self.instances = Default::default();
        // It is not that its reasons do not show it: nobody knows.
        let unknown = Link { because: vec![], ..link.clone() };
        Ok((failure(&unknown, None, None), None))
    }

    /// Functions and numbers for which a link is false, if some are found within a part of its share.
    pub(super) fn instance_within(&self, chain: &Chain, goal: &Formula) -> Option<Box<Instance>> {
        shared(2 * SHARES, || refute::instance(self.derivation, chain, goal)).unwrap_or_default()
    }
}

/// That a link does not follow.
pub(super) fn failure(link: &Link, otherwise: Option<Tactic>, instance: Option<Box<Instance>>) -> Outcome {
    let residual: Option<Expr> = match &link.says {
        Proposition::Relation(left, relation, right) => residual(left, *relation, right),
        Proposition::Rate(rate) => rate::residual(rate),
        _ => None,
    };
    Outcome::Fails { residual, reasoned: !link.because.is_empty(), otherwise, instance }
}
