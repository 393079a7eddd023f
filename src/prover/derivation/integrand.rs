//! Signs of integrals from signs of their integrands.

use crate::exact::Poly;
use crate::kernel::rule::calculus::Interval;
use crate::kernel::{Atom, Expr, Formula, Node, Relation, Step};
use crate::model::Binder;
use crate::piecewise::{Obstacle, quotient};

use super::super::proof::symbol;
use super::Proof;
use super::tactic::{Allowed, Known, Tactic, term};

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
            let constant = [rest.clone(), without_integrals(&rest)]
                .into_iter()
                .find_map(|rest| quotient(&rest, &length).filter(|_| !rest.is_zero()));
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

    /// That a distribution function lies between zero and one.
    pub(super) fn in_range(&mut self, formula: &Formula) -> Result<Option<usize>, Obstacle> {
        match self.by_an_integrand(formula)? {
            None => self.establish(formula, &Tactic::Monotone),
            found => Ok(found),
        }
    }

    /// What holds since an integrand has a sign, without a search for other ways.
    fn by_an_integrand(&mut self, goal: &Formula) -> Result<Option<usize>, Obstacle> {
        match goal {
            Formula::ForAll(x, body) => {
                let Some(premise) = self.by_an_integrand(body)? else { return Ok(None) };
                Ok(Some(self.builder.add(Step::Generalise { premise, name: symbol(x)? })?))
            }
            Formula::Implies(hypothesis, body) => {
                let hypothesis = (**hypothesis).clone();
                self.domain.push(hypothesis.clone());
                let premise = self.by_an_integrand(body);
                self.domain.pop();
                let Some(premise) = premise? else { return Ok(None) };
                Ok(Some(self.builder.add(Step::Discharge { premise, hypothesis })?))
            }
            Formula::And(parts) => {
                let found = parts.iter().map(|part| self.by_an_integrand(part));
                let Some(premises) = found.collect::<Result<Option<Vec<usize>>, Obstacle>>()? else {
                    return Ok(None);
                };
                Ok(Some(self.builder.add(Step::Both { premises })?))
            }
            Formula::Compare(relation, e) => {
                let allowed = Tactic::Monotone.allows();
                let mut known = self.facts(e, &allowed)?;
                known.extend(self.integrands(*relation, e, &known, &allowed)?);
                self.combine(&known, goal, 1)
            }
            _ => Ok(None),
        }
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
        let closed = |point: &Expr| [Formula::at_least(point, low), Formula::at_least(high, point)];
        let open = |point: &Expr| [Formula::greater(point, low), Formula::greater(high, point)];
        // A jump at an end does not matter to an equation.
        let jumps = relation == Relation::Equal
            && integrand.atoms().any(|a| match a.node() {
                Node::Indicator(e) => e.is_polynomial() && e.mentions_variable(y),
                _ => false,
            });
        let point = Expr::variable(y);
        let mut orders =
            vec![(Relation::Positive, strict, open(&point)), (weakly, weak.clone(), closed(&point))];
        orders.extend(jumps.then(|| (weakly, weak, open(&point))));
        for (wanted, order, bounds) in orders {
            if wanted == Relation::Positive && relation != Relation::Positive {
                continue;
            }
            if wanted != relation
                && let Some(found) = self.positive_below(integrand, low, high, y, allowed)?
            {
                return Ok(Some(found));
            }
            let Some(order) = self.obvious(&order)? else { continue };
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

/// What of a term stands beside its integrals.
fn without_integrals(e: &Expr) -> Expr {
    let is_integral = |(a, _): (&Atom, u32)| matches!(a.node(), Node::Primitive { .. });
    let plain = e.terms().filter(|(m, _)| !m.factors().any(is_integral));
    plain.fold(Expr::zero(), |sum, (m, c)| sum.plus(&Expr::from(Poly::term(m.clone(), c.clone()))))
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
            let cofactor = Expr::from(Poly::term(rest, c.clone()));
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
