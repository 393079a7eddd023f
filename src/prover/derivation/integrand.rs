//! Signs of integrals from signs of their integrands.

use crate::kernel::rule::calculus::Interval;
use crate::kernel::{Atom, Expr, Formula, Node, Relation, Step};
use crate::model::Binder;
use crate::piecewise::{Obstacle, quotient};

use super::super::proof::symbol;
use super::Proof;
use super::tactic::{Allowed, Known, term};

/// Pairs of limits that are tried at most.
const PAIR_LIMIT: usize = 16;

impl Proof<'_> {
    /// For pairs of limits `a ≤ b`: what of a term is an integral from `a` to `b` has the sign of its
    /// integrand; a rest that is a multiple of `b − a` goes under the integral.
    pub(super) fn integrands(
        &mut self,
        relation: Relation,
        e: &Expr,
        known: &[Known],
        allowed: &Allowed,
    ) -> Result<Vec<Known>, Obstacle> {
        if self.depth > 1 {
            return Ok(vec![]);
        }
        let mut limits: Vec<Expr> = vec![Expr::zero()];
        let terms: Vec<Expr> = known.iter().filter_map(|(_, f)| term(f)).collect();
        for atom in [e].into_iter().chain(&terms).flat_map(Expr::atoms) {
            if let Node::Primitive { upper, .. } = atom.node()
                && !limits.contains(upper)
            {
                limits.push(upper.clone());
            }
        }
        let mut out = Vec::new();
        let pairs = limits.iter().flat_map(|a| limits.iter().map(move |b| (a.clone(), b.clone())));
        for (low, high) in pairs.filter(|(a, b)| a != b).take(PAIR_LIMIT) {
            let y = self.name("y");
            let Some((integrand, rest)) = split(e, &low, &high, &y) else { continue };
            let length = high.minus(&low);
            let constant = match quotient(&rest, &length) {
                Some(k) if !rest.is_zero() => Some(k),
                _ => None,
            };
            let mut candidates = vec![integrand.clone()];
            candidates.extend(constant.map(|k| integrand.plus(&k)));
            candidates.reverse();
            for candidate in candidates {
                if let Some(found) = self.integrated(relation, &candidate, &low, &high, &y, allowed)? {
                    out.push(found);
                    break;
                }
            }
        }
        Ok(out)
    }

    /// The sign of an integral from that of its integrand.
    pub(super) fn integrated(
        &mut self,
        relation: Relation,
        integrand: &Expr,
        low: &Expr,
        high: &Expr,
        y: &crate::kernel::Name,
        allowed: &Allowed,
    ) -> Result<Option<Known>, Obstacle> {
        let strict = Formula::greater(high, low);
        let weak = Formula::at_least(high, low);
        let weakly = if relation == Relation::Equal { Relation::Equal } else { Relation::AtLeast };
        let orders = [(Relation::Positive, strict), (weakly, weak)];
        for (wanted, order) in orders {
            if wanted == Relation::Positive && relation != Relation::Positive {
                continue;
            }
            if wanted != relation
                && let Some(found) = self.positive_below(integrand, low, high, y, allowed)?
            {
                return Ok(Some(found));
            }
            let Some(order) = self.obvious(&order)? else { continue };
            let point = Expr::variable(y);
            let bounds = match wanted {
                Relation::Positive => [Formula::greater(&point, low), Formula::greater(high, &point)],
                _ => [Formula::at_least(&point, low), Formula::at_least(high, &point)],
            };
            let before = self.domain.len();
            self.domain.extend(bounds);
            self.depth += 1;
            self.inside.push((Binder::Integral, y.clone()));
            let goal = Formula::Compare(wanted, integrand.clone());
            let premise = self.by(&goal, allowed);
            self.depth -= 1;
            self.inside.pop();
            self.domain.truncate(before);
            let Some(premise) = premise? else { continue };
            let interval = Interval { variable: symbol(y)?, low: low.clone(), high: high.clone() };
            let step = self.builder.add(Step::Monotone { premise, order, interval, exceptions: vec![] })?;
            return Ok(Some((step, self.builder.conclusion(step)?)));
        }
        Ok(None)
    }
}

/// `e = ∫_low^high integrand dy + rest`, where the integrand has everything that is integrated up to `high`,
/// or, if nothing is, down from `low`.
fn split(e: &Expr, low: &Expr, high: &Expr, y: &str) -> Option<(Expr, Expr)> {
    let gather = |limit: &Expr| {
        let is_at = |a: &Atom| matches!(a.node(), Node::Primitive { upper, .. } if upper == limit);
        let mut out = Expr::zero();
        for (monomial, c) in e.terms() {
            let mut integrals = monomial.factors().filter(|(a, _)| is_at(a));
            let (Some((atom, 1)), None) = (integrals.next(), integrals.next()) else { continue };
            let Node::Primitive { body, .. } = atom.node() else { continue };
            let (rest, _) = monomial.split(atom);
            let cofactor = Expr::from(crate::exact::Poly::term(rest, c.clone()));
            out = out.plus(&cofactor.times(&body.open(y)));
        }
        out
    };
    let upper = gather(high);
    let integrand = if upper.is_zero() { gather(low).negated() } else { upper };
    if integrand.is_zero() {
        return None;
    }
    let rest = e.minus(&Expr::integral(y, low, high, &integrand));
    Some((integrand, rest))
}
