//! Expectations with the type of one agent drawn apart: types are independent.

use crate::kernel::rule::calculus::Interval;
use crate::kernel::rule::family::Marginal;
use crate::kernel::{Atom, Expr, Formula, Name, Node, Step};
use crate::piecewise::Obstacle;

use super::super::proof::symbol;
use super::Proof;
use super::rewrite::rewritten;
use super::tactic::Known;

impl Proof<'_> {
    /// An expectation with the type of one agent drawn apart.
    pub(super) fn drawn(&mut self, body: &Expr) -> Result<Vec<Known>, Obstacle> {
        let p = self.name("p");
        let integrand = body.open(&p);
        let mut out = Vec::new();
        for agent in self.agents(&integrand)? {
            for inner in integrand.atoms() {
                let Node::Expect { body } = inner.node() else { continue };
                out.extend(self.drawn_again(&integrand, inner, body, &agent, &p)?);
            }
            out.extend(self.by_density(&integrand, &agent, &p)?);
        }
        Ok(out)
    }

    /// `E_η E_θ φ(θ[i := η[i]]) = E φ`.
    fn drawn_again(
        &mut self,
        integrand: &Expr,
        inner: &Atom,
        body: &Expr,
        agent: &Expr,
        p: &Name,
    ) -> Result<Option<Known>, Obstacle> {
        let q = self.name("q");
        let (outer, profile) = (Expr::variable(p), Expr::variable(&q));
        let (own, opened) = (Expr::read(&outer, agent), body.open(&q));
        let product = integrand.replace_atoms(|a| (a == inner).then(|| opened.clone()));
        let mixed = Expr::update(&profile, agent, &own);
        let (Some(mixed), Some(own)) = (mixed.as_atom(), own.as_atom()) else { return Ok(None) };
        let body = rewritten(&product, &|a| match a {
            a if a == mixed => Some(profile.clone()),
            a if a == own => Some(Expr::read(&profile, agent)),
            _ => None,
        });
        if body.mentions_variable(p) {
            return Ok(None);
        }
        let step = Step::Resample { agent: agent.clone(), profile: symbol(&q)?, again: symbol(p)?, body };
        let Ok(step) = self.builder.add(step) else { return Ok(None) };
        Ok(Some((step, self.builder.conclusion(step)?)))
    }

    /// `E φ = ∫ f(i, y)·E φ(θ[i := y]) dy`.
    fn by_density(&mut self, integrand: &Expr, agent: &Expr, p: &Name) -> Result<Option<Known>, Obstacle> {
        let Some(space) = self.derivation.space.clone() else { return Ok(None) };
        let y = Name::from("y'");
        let Some(density) = &space.density else { return Ok(None) };
        let density = Expr::apply(density, vec![agent.clone(), Expr::variable(&y)]);
        let (low, high) = (space.low.clone(), space.high.clone());
        let types = Interval { variable: symbol(&y)?, low: low.clone(), high: high.clone() };
        let of =
            Marginal { agent: agent.clone(), types, density, profile: symbol(p)?, body: integrand.clone() };
        let mut premises = Vec::new();
        for goal in [of.law(), of.mass()] {
            let Some(step) = self.for_agent(&goal, agent)? else { return Ok(None) };
            premises.push(step);
        }
        let Some(order) = self.obvious(&Formula::at_least(&high, &low))? else { return Ok(None) };
        let [law, mass] = premises.as_slice() else { return Ok(None) };
        let Ok(step) = self.builder.add(Step::Marginal { premises: [*law, *mass, order], of }) else {
            return Ok(None);
        };
        Ok(Some((step, self.builder.conclusion(step)?)))
    }

    /// What a source says of all agents, for one.
    fn for_agent(&mut self, goal: &Formula, agent: &Expr) -> Result<Option<usize>, Obstacle> {
        let Some(member) = self.member(agent)? else { return Ok(None) };
        for source in self.sources.clone() {
            let Formula::ForAll(x, body) = &source.formula else { continue };
            let Formula::Implies(_, conclusion) = &**body else { continue };
            if conclusion.substitute(x, agent).ok().as_ref() != Some(goal) {
                continue;
            }
            let step = self.builder.add(Step::Instance { premise: source.step, term: agent.clone() })?;
            return Ok(Some(self.builder.add(Step::Apply { implication: step, premise: member })?));
        }
        Ok(None)
    }
}
