//! The envelope formula: `U(v) − U(w) = ∫_w^v X` from incentive constraints that are linear in the type.

use crate::kernel::rule::calculus::Area;
use crate::kernel::{Expr, Formula, Node, Step};
use crate::piecewise::Obstacle;

use super::super::proof::symbol;
use super::Proof;
use super::tactic::{Known, Tactic, closed_atoms};

/// Candidates that are tried at most.
const CANDIDATE_LIMIT: usize = 8;

impl Proof<'_> {
    /// Equations `U(v) − U(w) = ∫_w^v X` for the integrals of a term, where `U` is what the term has beside
    /// them, at `v` and at `w`.
    pub(super) fn envelopes(&mut self, e: &Expr) -> Result<Vec<Known>, Obstacle> {
        let mut limits: Vec<Expr> = vec![Expr::zero()];
        let mut integrands: Vec<Expr> = Vec::new();
        for atom in closed_atoms(e) {
            let Node::Primitive { upper, body } = atom.node() else { continue };
            if !limits.contains(upper) {
                limits.push(upper.clone());
            }
            if !integrands.contains(body) {
                integrands.push(body.clone());
            }
        }
        let y = self.name("y");
        let spaces = self.type_spaces();
        let mut out = Vec::new();
        for integrand in integrands.iter().take(CANDIDATE_LIMIT) {
            let slope = integrand.open(&y);
            for to in &limits {
                for from in limits.iter().filter(|from| *from != to) {
                    let area = Expr::integral(&y, from, to, &slope);
                    for sign in [Expr::one(), Expr::integer(-1)] {
                        let rest = e.plus(&sign.times(&area));
                        let Some(value) = utility(&rest.times(&sign), to, from, &y) else { continue };
                        for (low, high) in &spaces {
                            out.extend(self.area(&slope, &value, (low, high), (from, to), &y)?);
                        }
                    }
                }
            }
        }
        Ok(out)
    }

    fn area(
        &mut self,
        slope: &Expr,
        value: &Expr,
        (low, high): (&Expr, &Expr),
        (from, to): (&Expr, &Expr),
        y: &crate::kernel::Name,
    ) -> Result<Option<Known>, Obstacle> {
        let mut order = Vec::new();
        for (above, below) in [(from, low), (to, from), (high, to)] {
            let Some(step) = self.obvious(&Formula::at_least(above, below))? else { return Ok(None) };
            order.push(step);
        }
        let [first, second, third] = order.as_slice() else { return Ok(None) };
        let order = [*first, *second, *third];
        let (first, second) = (symbol(&self.name("a"))?, symbol(&self.name("b"))?);
        let area = Area {
            scale: None,
            variable: symbol(y)?,
            slope: slope.clone(),
            value: value.clone(),
            low: low.clone(),
            high: high.clone(),
            first,
            second,
            from: from.clone(),
            to: to.clone(),
        };
        let Some(premise) = self.establish(&area.premise(), &Tactic::Given)? else { return Ok(None) };
        let step = self.builder.add(Step::Area { premise, order, area })?;
        Ok(Some((step, self.builder.conclusion(step)?)))
    }

    /// The intervals over which the sources quantify.
    pub(super) fn type_spaces(&self) -> Vec<(Expr, Expr)> {
        let mut out: Vec<(Expr, Expr)> = Vec::new();
        for formula in self.sources.iter().map(|source| &source.formula).chain(&self.domain) {
            let mut at = formula;
            let mut name = None;
            loop {
                match at {
                    Formula::ForAll(x, body) => {
                        name = name.or(Some(x));
                        at = body;
                    }
                    Formula::Implies(first, rest) => {
                        if let (Some(x), Formula::Implies(second, _)) = (name, &**rest)
                            && let Some(space) = interval(x, first, second)
                            && !out.contains(&space)
                        {
                            out.push(space);
                        }
                        break;
                    }
                    _ => break,
                }
            }
        }
        out.truncate(CANDIDATE_LIMIT);
        out
    }
}

/// `[low, high]` from `x − low ≥ 0` and `high − x ≥ 0`.
fn interval(x: &str, first: &Formula, second: &Formula) -> Option<(Expr, Expr)> {
    let (Formula::Compare(_, below), Formula::Compare(_, above)) = (first, second) else { return None };
    let x = Expr::variable(x);
    let (low, high) = (x.minus(below), above.plus(&x));
    let name = x.as_variable()?;
    (!low.mentions(name) && !high.mentions(name)).then_some((low, high))
}

/// `U` with `rest = U(to) − U(from)`: the part of the rest that speaks of `to`, or of `from`.
pub(super) fn utility(rest: &Expr, to: &Expr, from: &Expr, y: &str) -> Option<Expr> {
    let fits = |value: &Expr| {
        let at = |point: &Expr| value.substitute_one(y, point);
        at(to).minus(&at(from)) == *rest
    };
    for (point, sign) in [(to, Expr::one()), (from, Expr::integer(-1))] {
        let Some(name) = point.as_variable() else { continue };
        let mut part = Expr::zero();
        for (monomial, c) in rest.terms() {
            if monomial.factors().any(|(a, _)| a.mentions_variable(name)) {
                part = part.plus(&Expr::from(crate::exact::Poly::term(monomial.clone(), c.clone())));
            }
        }
        let value = part.substitute_one(name, &Expr::variable(y)).times(&sign);
        if fits(&value) {
            return Some(value);
        }
    }
    None
}
