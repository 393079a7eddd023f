//! **Chances**: what independence says of many agents at once, and the order of an expectation and an integral.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::super::expr::Expr;
use super::super::formula::Formula;
use super::super::rejection::Rejection;
use super::super::text::Symbol;
use super::super::theorem::Theorem;
use super::calculus::Interval;
use super::family::literally;

/// What the joint rule speaks of: something that may be true of an agent and its own type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Joint {
    /// The name of the agent.
    pub agent: Symbol,
    /// The name of its type.
    pub own: Symbol,
    /// What is at least zero where it is true, in these two names.
    pub event: Expr,
    /// The chance of it, the same for all agents.
    pub chance: Expr,
    /// The number of agents.
    pub upper: Expr,
    /// The profile.
    pub profile: Symbol,
    /// An agent whose type is not drawn, and that type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
}

/// A type that is not drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The agent.
    pub agent: Expr,
    /// Its type.
    pub value: Expr,
}

impl Joint {
    /// `[e ≥ 0]` for an agent at a profile.
    fn holds(&self, agent: &Expr, own: &Expr) -> Expr {
        let event = self.event.substitute_one(self.own.name(), own);
        Expr::at_least_zero(&event.substitute_one(self.agent.name(), agent))
    }

    /// That every agent has the chance: `∀k. k is an agent of 1..u ⇒ E[e(k, θ[k]) ≥ 0] = p`.
    pub fn law(&self) -> Formula {
        let (k, profile) = (Expr::variable(self.agent.name()), Expr::variable(self.profile.name()));
        let chance = Expr::expectation(self.profile.name(), &self.holds(&k, &Expr::read(&profile, &k)));
        let law = Formula::implied(&[Expr::is_agent(&k, &self.upper)], Formula::equal(&chance, &self.chance));
        Formula::for_all(std::slice::from_ref(self.agent.name()), law)
    }

    /// `[e is true of all agents]`: as many times as there are agents.
    fn of_all(&self) -> Expr {
        let k = Expr::variable(self.agent.name());
        let drawn = Expr::variable(self.profile.name());
        let profile = match &self.given {
            None => drawn,
            Some(given) => Expr::update(&drawn, &given.agent, &given.value),
        };
        let times = Expr::sum(self.agent.name(), &self.upper, &self.holds(&k, &Expr::read(&profile, &k)));
        Expr::at_least_zero(&times.minus(&self.upper))
    }
}

/// **Joint.** What has the same chance for each agent is true of all of them with the power of that chance: types are
/// independent.
///
/// ```text
///   Γ ⊢ ∀k. k is an agent of 1..u ⇒ E[e(k, θ[k]) ≥ 0] = p
///   ──────────────────────────────────────────────────────────────── joint
///   Γ ⊢ E[Σ_{k ≤ u} [e(k, θ[k]) ≥ 0] ≥ u] − p^u = 0
///
///   … and Δ ⊢ i is an agent of 1..u      ⟹      Γ, Δ ⊢ E[Σ_{k ≤ u} [e(k, θ[i := r][k]) ≥ 0] ≥ u] − [e(i, r) ≥ 0]·p^(u−1) = 0
/// ```
///
/// Sound: the sum has u terms, none above one, so that it is at least u where all are one; these are independent events,
/// of which that about `i`, if its type is given, is no event but a fact. Rejects: premises that are not literally these;
/// a `u` that is not of the form `m + c` or a number, or may be zero where a type is given; a term that is not tame; the
/// names of agent, type and profile, where they are the same or leak.
pub(in crate::kernel) fn joint(
    law: &Theorem,
    member: Option<&Theorem>,
    of: &Joint,
) -> Result<Theorem, Rejection> {
    let names = [of.agent.name(), of.own.name(), of.profile.name()];
    let given = of.given.iter().flat_map(|g| [&g.agent, &g.value]);
    for (position, name) in names.iter().enumerate() {
        let outside = [&of.chance, &of.upper].into_iter().chain(given.clone());
        let leaks = outside.into_iter().any(|e| e.mentions(name));
        if leaks || names.iter().skip(position + 1).any(|other| other == name) {
            return Err(Rejection::NotFresh { name: (*name).clone() });
        }
    }
    if of.event.mentions(of.profile.name()) {
        return Err(Rejection::NotFresh { name: of.profile.name().clone() });
    }
    let Some(least) = of.upper.counts_from() else {
        return Err(Rejection::WrongForm { rule: "joint", expected: "a number of agents by its form" });
    };
    literally("joint", law, of.law())?;
    let mut hypotheses: BTreeSet<Formula> = law.hypotheses.clone();
    let rest = match (&of.given, member) {
        (None, None) => least,
        (Some(given), Some(member)) => {
            literally("joint", member, Expr::is_agent(&given.agent, &of.upper))?;
            hypotheses.extend(member.hypotheses.iter().cloned());
            match least.checked_sub(1) {
                Some(rest) => rest,
                None => {
                    let expected = "an upper end that is large enough by its form";
                    return Err(Rejection::WrongForm { rule: "joint", expected });
                }
            }
        }
        _ => {
            let expected = "that the agent whose type is given is one, and nothing else";
            return Err(Rejection::WrongForm { rule: "joint", expected });
        }
    };
    let all = of.of_all();
    if !all.is_tame_in(of.profile.name()) {
        return Err(Rejection::NotTame);
    }
    // `u` is a number, or `m + c`.
    let several = of.chance.pow(rest);
    let powers = match of.upper.as_number() {
        Some(_) => several,
        None => several.times(&of.chance.natural_power()),
    };
    let chance = match &of.given {
        None => powers,
        Some(given) => powers.times(&of.holds(&given.agent, &given.value)),
    };
    let left = Expr::expectation(of.profile.name(), &all);
    Ok(Theorem::new(hypotheses, Formula::equal(&left, &chance)))
}

/// **Swap.** The expectation of an integral is the integral of the expectation.
///
/// ```text
///   ─────────────────────────────────────────── swap
///   E_θ ∫_a^b h dy − ∫_a^b E_θ h dy = 0
/// ```
///
/// Sound: `h` is locally bounded, and the prior lives on a bounded set (Fubini). Rejects: a term that is not tame;
/// limits that mention the profile or the variable; the same name twice.
pub(in crate::kernel) fn swap(
    profile: &Symbol,
    interval: &Interval,
    body: &Expr,
) -> Result<Theorem, Rejection> {
    let Interval { variable, low, high } = interval;
    for name in [profile, variable] {
        if low.mentions(name.name()) || high.mentions(name.name()) || profile == variable {
            return Err(Rejection::NotFresh { name: name.name().clone() });
        }
    }
    if !body.is_tame() {
        return Err(Rejection::NotTame);
    }
    let (p, y) = (profile.name(), variable.name());
    let first = Expr::expectation(p, &Expr::integral(y, low, high, body));
    let second = Expr::integral(y, low, high, &Expr::expectation(p, body));
    Ok(Theorem::new(BTreeSet::new(), Formula::equal(&first, &second)))
}
