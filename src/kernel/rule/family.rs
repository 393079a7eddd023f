//! **Families**: what sums over agents and expectations over profiles inherit from one agent and one profile, and
//! what independence gives.
//!
//! In all of them an agent is a term that is an integer from 1 to `upper`, which is the equation
//! [`Expr::is_agent`]; two agents are apart if their distance is at least one.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::super::expr::Expr;
use super::super::formula::{Formula, Relation};
use super::super::rejection::Rejection;
use super::super::text::Symbol;
use super::super::theorem::Theorem;
use super::calculus::Interval;

/// The hypotheses of a premise about one agent that the sum removes.
fn about_agent(name: &Symbol, upper: &Expr) -> Vec<Formula> {
    let k = Expr::variable(name.name());
    vec![Expr::is_agent(&k, upper), Formula::at_least(&k, &Expr::one()), Formula::at_least(upper, &k)]
}

/// The hypotheses of a premise but for those that are removed; rejects a name that the others, or the terms,
/// mention.
fn without(
    premise: &Theorem,
    removed: &[Formula],
    name: &Symbol,
    terms: &[&Expr],
) -> Result<BTreeSet<Formula>, Rejection> {
    let left: BTreeSet<Formula> =
        premise.hypotheses.iter().filter(|h| !removed.contains(h)).cloned().collect();
    let leaks = left.iter().any(|h| h.mentions(name.name())) || terms.iter().any(|e| e.mentions(name.name()));
    if leaks { Err(Rejection::NotFresh { name: name.name().clone() }) } else { Ok(left) }
}

fn compared<'a>(premise: &'a Theorem, rule: &'static str) -> Result<(Relation, &'a Expr), Rejection> {
    match &premise.conclusion {
        Formula::Compare(relation, e) => Ok((*relation, e)),
        _ => Err(Rejection::WrongForm { rule, expected: "a comparison with zero" }),
    }
}

pub(super) fn literally(rule: &'static str, premise: &Theorem, expected: Formula) -> Result<(), Rejection> {
    if premise.conclusion == expected {
        return Ok(());
    }
    let found = Box::new(premise.conclusion.clone());
    Err(Rejection::Mismatch { rule, expected: Box::new(expected), found })
}

/// That `upper` is an integer, at least `least`, by its form.
fn counts(rule: &'static str, upper: &Expr, least: u32) -> Result<(), Rejection> {
    match upper.counts_from() {
        Some(c) if c >= least => Ok(()),
        _ => Err(Rejection::WrongForm { rule, expected: "an upper end that is large enough by its form" }),
    }
}

/// **Total.** A summand of one sign has a sum of that sign.
///
/// ```text
///   Γ, k is an agent of 1..u, 1 ≤ k ≤ u ⊢ h REL 0
///   ────────────────────────────────────────────── total        (strict: u ≥ 1 by its form)
///   Γ ⊢ Σ_{k ≤ u} h REL 0
/// ```
///
/// Rejects: `k` left in a hypothesis or in `u`; a strict sum that may have no terms.
pub(in crate::kernel) fn total(
    premise: &Theorem,
    variable: &Symbol,
    upper: &Expr,
) -> Result<Theorem, Rejection> {
    let hypotheses = without(premise, &about_agent(variable, upper), variable, &[upper])?;
    let (relation, h) = compared(premise, "total")?;
    if relation == Relation::Positive {
        counts("total", upper, 1)?;
    }
    let sum = Expr::sum(variable.name(), upper, h);
    Ok(Theorem::new(hypotheses, Formula::Compare(relation, sum)))
}

/// **Others.** A sum over all agents but one.
///
/// ```text
///   Γ, k is an agent of 1..u, 1 ≤ k ≤ u, k and i are apart ⊢ h REL 0     Δ ⊢ i is an agent of 1..u
///   ────────────────────────────────────────────────────────────────────────────────────────────── others
///   Γ, Δ ⊢ Σ_{k ≤ u} h − h[k := i] REL 0                                     (strict: u ≥ 2 by its form)
/// ```
///
/// Rejects: `k` left in a hypothesis, in `u` or in `i`; a premise that does not say that `i` is an agent; a
/// strict sum that may have no terms.
pub(in crate::kernel) fn others(
    premise: &Theorem,
    member: &Theorem,
    variable: &Symbol,
    upper: &Expr,
    agent: &Expr,
) -> Result<Theorem, Rejection> {
    literally("others", member, Expr::is_agent(agent, upper))?;
    let mut removed = about_agent(variable, upper);
    removed.push(Expr::are_apart(&Expr::variable(variable.name()), agent));
    let mut hypotheses = without(premise, &removed, variable, &[upper, agent])?;
    let (relation, h) = compared(premise, "others")?;
    if relation == Relation::Positive {
        counts("others", upper, 2)?;
    }
    hypotheses.extend(member.hypotheses.iter().cloned());
    let sum = Expr::sum(variable.name(), upper, h);
    let own = h.substitute_one(variable.name(), agent);
    Ok(Theorem::new(hypotheses, Formula::Compare(relation, sum.minus(&own))))
}

/// **Apart.** A change at one agent leaves the types of the others.
///
/// ```text
///   Γ ⊢ j and i are apart
///   ──────────────────────────── apart
///   Γ ⊢ θ[i := r][j] − θ[j] = 0
/// ```
///
/// Rejects: a premise that is not literally this.
pub(in crate::kernel) fn apart(
    premise: &Theorem,
    profile: &Expr,
    changed: &Expr,
    value: &Expr,
    agent: &Expr,
) -> Result<Theorem, Rejection> {
    literally("apart", premise, Expr::are_apart(agent, changed))?;
    let after = Expr::read(&Expr::update(profile, changed, value), agent);
    Ok(Theorem::new(premise.hypotheses.clone(), Formula::equal(&after, &Expr::read(profile, agent))))
}

/// **Telescope.** A sum of differences.
///
/// ```text
///   ─────────────────────────────────────────────────────────── telescope
///   Σ_{k ≤ u} (B[k := k + 1] − B) − (B[k := u + 1] − B[k := 1]) = 0
/// ```
///
/// Rejects: a `u` that is no natural number by its form, or mentions `k`.
pub(in crate::kernel) fn telescope(
    variable: &Symbol,
    upper: &Expr,
    body: &Expr,
) -> Result<Theorem, Rejection> {
    if upper.mentions(variable.name()) {
        return Err(Rejection::NotFresh { name: variable.name().clone() });
    }
    counts("telescope", upper, 0)?;
    let at = |k: &Expr| body.substitute_one(variable.name(), k);
    let next = at(&Expr::variable(variable.name()).plus(&Expr::one()));
    let sum = Expr::sum(variable.name(), upper, &next.minus(body));
    let ends = at(&upper.plus(&Expr::one())).minus(&at(&Expr::one()));
    Ok(Theorem::new(BTreeSet::new(), Formula::equal(&sum, &ends)))
}

/// **Trichotomy.** Two agents are apart or the same: they are integers.
///
/// ```text
///   Γ ⊢ i is an agent of 1..u     Δ ⊢ j is an agent of 1..u
///   ──────────────────────────────────────────────────────── trichotomy
///   Γ, Δ ⊢ (i and j are apart) ∨ i − j = 0
/// ```
///
/// Rejects: premises that are not literally these.
pub(in crate::kernel) fn trichotomy(
    members: [&Theorem; 2],
    upper: &Expr,
    agent: &Expr,
    other: &Expr,
) -> Result<Theorem, Rejection> {
    let [first, second] = members;
    literally("trichotomy", first, Expr::is_agent(agent, upper))?;
    literally("trichotomy", second, Expr::is_agent(other, upper))?;
    let hypotheses = members.iter().flat_map(|t| t.hypotheses.iter().cloned()).collect();
    let cases = vec![Expr::are_apart(agent, other), Formula::equal(agent, other)];
    Ok(Theorem::new(hypotheses, Formula::Or(cases)))
}

/// **Member.** The numbers from 1 to the least value of `upper` are agents. Rejects: another number.
pub(in crate::kernel) fn member(agent: u32, upper: &Expr) -> Result<Theorem, Rejection> {
    counts("member", upper, agent.max(1))?;
    if agent == 0 {
        return Err(Rejection::WrongForm { rule: "member", expected: "a number from 1 on" });
    }
    Ok(Theorem::new(BTreeSet::new(), Expr::is_agent(&Expr::integer(agent.into()), upper)))
}

/// Something that almost every profile satisfies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// The step that says so.
    pub certain: usize,
    /// The name of an agent that the term speaks of, if it holds for each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Symbol>,
    /// The number of agents; anything if there is no agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upper: Option<Expr>,
    /// What is at least zero, in the name of the profile.
    pub term: Expr,
}

impl Event {
    /// A formula, for every agent if there is one.
    fn for_agents(&self, formula: Formula) -> Formula {
        let (Some(agent), Some(upper)) = (&self.agent, &self.upper) else { return formula };
        let is_agent = Expr::is_agent(&Expr::variable(agent.name()), upper);
        Formula::for_all(std::slice::from_ref(agent.name()), Formula::implied(&[is_agent], formula))
    }

    /// What a premise about the profile may assume.
    pub fn holds(&self) -> Formula {
        self.for_agents(Formula::Compare(Relation::AtLeast, self.term.clone()))
    }

    /// That it has probability one.
    pub fn is_certain(&self, profile: &Symbol) -> Formula {
        let chance = Expr::expectation(profile.name(), &Expr::at_least_zero(&self.term));
        self.for_agents(Formula::equal(&chance, &Expr::one()))
    }
}

/// **Average.** What holds at almost every profile holds on average.
///
/// ```text
///   Γ, e_1 ≥ 0, …, e_m ≥ 0 ⊢ g − h REL 0     Δ_l ⊢ E[e_l ≥ 0] = 1        (or each for all agents: finitely many)
///   ────────────────────────────────────────────────────────────── average
///   Γ, Δ ⊢ E g − E h REL 0
/// ```
///
/// Rejects: the profile left in a hypothesis; for inequalities, terms that are not tame; sides that are not those
/// of the premise.
pub(in crate::kernel) fn average(
    premise: &Theorem,
    events: &[(&Theorem, &Event)],
    profile: &Symbol,
    left: &Expr,
    right: &Expr,
) -> Result<Theorem, Rejection> {
    let mut removed = Vec::new();
    for (certain, event) in events {
        // The profile and the agent are different names, and the number of agents is the same at all profiles.
        let own = |name: &Symbol| event.agent.as_ref() == Some(name);
        if own(profile) || event.upper.as_ref().is_some_and(|u| u.mentions(profile.name())) {
            return Err(Rejection::NotFresh { name: profile.name().clone() });
        }
        literally("average", certain, event.is_certain(profile))?;
        removed.push(event.holds());
    }
    let mut hypotheses = without(premise, &removed, profile, &[])?;
    let (relation, _) = compared(premise, "average")?;
    literally("average", premise, Formula::Compare(relation, left.minus(right)))?;
    let is_tame = |e: &Expr| e.is_tame_in(profile.name());
    if relation != Relation::Equal && !(is_tame(left) && is_tame(right)) {
        return Err(Rejection::NotTame);
    }
    hypotheses.extend(events.iter().flat_map(|(t, _)| t.hypotheses.iter().cloned()));
    if hypotheses.iter().any(|h| h.mentions(profile.name())) {
        return Err(Rejection::NotFresh { name: profile.name().clone() });
    }
    let average = |e: &Expr| Expr::expectation(profile.name(), e);
    Ok(Theorem::new(hypotheses, Formula::Compare(relation, average(left).minus(&average(right)))))
}

/// **Resample.** The type of one agent may be drawn anew: types are independent.
///
/// ```text
///   ──────────────────────────────────────────────── resample
///   E_θ φ(θ) − E_η E_θ φ(θ[i := η[i]]) = 0
/// ```
///
/// Sound: θ with the coordinate of another, independent draw has the same product law. Rejects: a term that
/// is not tame; an agent that mentions a profile of the rule; the same name twice, or a second one that the term
/// mentions.
pub(in crate::kernel) fn resample(
    agent: &Expr,
    profile: &Symbol,
    again: &Symbol,
    body: &Expr,
) -> Result<Theorem, Rejection> {
    for name in [profile, again] {
        if agent.mentions(name.name()) || profile == again || body.mentions(again.name()) {
            return Err(Rejection::NotFresh { name: name.name().clone() });
        }
    }
    if !body.is_tame_in(profile.name()) {
        return Err(Rejection::NotTame);
    }
    let (first, second) = (Expr::variable(profile.name()), Expr::variable(again.name()));
    let mixed =
        body.substitute_one(profile.name(), &Expr::update(&first, agent, &Expr::read(&second, agent)));
    let inner = Expr::expectation(profile.name(), &mixed);
    let whole = Expr::expectation(profile.name(), body);
    let conclusion = Formula::equal(&whole, &Expr::expectation(again.name(), &inner));
    Ok(Theorem::new(BTreeSet::new(), conclusion))
}

/// What the marginal rule speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marginal {
    /// The agent.
    pub agent: Expr,
    /// The type space of the agent and the name of its type.
    pub types: Interval,
    /// The density in that name.
    pub density: Expr,
    /// The profile.
    pub profile: Symbol,
    /// What is averaged, in the name of the profile.
    pub body: Expr,
}

impl Marginal {
    /// That the density is one of the agent's type on all of the type space: `∀y ∈ [low, high]. E[θ[i] ≤ y] =
    /// ∫_low^y density`.
    pub fn law(&self) -> Formula {
        let y = Expr::variable(self.types.variable.name());
        let own = Expr::read(&Expr::variable(self.profile.name()), &self.agent);
        let chance = Expr::expectation(self.profile.name(), &Expr::at_least_zero(&y.minus(&own)));
        let mass = Expr::integral(self.types.variable.name(), &self.types.low, &y, &self.density);
        let domain = [Formula::at_least(&y, &self.types.low), Formula::at_least(&self.types.high, &y)];
        let law = Formula::implied(&domain, Formula::equal(&chance, &mass));
        Formula::ForAll(self.types.variable.name().clone(), Box::new(law))
    }

    /// That it has the whole mass there.
    pub fn mass(&self) -> Formula {
        let Interval { variable, low, high } = &self.types;
        Formula::equal(&Expr::integral(variable.name(), low, high, &self.density), &Expr::one())
    }
}

/// **Marginal.** An expectation by the density of one agent's type: types are independent.
///
/// ```text
///   Γ ⊢ ∀y ∈ [a, b]. E[θ[i] ≤ y] = ∫_a^y f     Δ ⊢ ∫_a^b f = 1     Θ ⊢ b − a ≥ 0
///   ───────────────────────────────────────────────────────────────────────────── marginal
///   Γ, Δ, Θ ⊢ E φ(θ) − ∫_a^b f(y)·E φ(θ[i := y]) dy = 0
/// ```
///
/// Sound: the premises make `f` a density of the type of `i`, all of whose mass is on `[a, b]`. Rejects: premises
/// that are not literally these; terms that are not tame; an agent, a limit or a density that mentions the
/// profile, and a limit, an agent or an integrand that mentions `y`.
pub(in crate::kernel) fn marginal(premises: [&Theorem; 3], of: &Marginal) -> Result<Theorem, Rejection> {
    let Interval { variable, low, high } = &of.types;
    let (y, p) = (variable.name(), of.profile.name());
    let leaks = [low, high, &of.agent, &of.body].iter().any(|e| e.mentions(y));
    if leaks || y == p {
        return Err(Rejection::NotFresh { name: y.clone() });
    }
    if [low, high, &of.agent, &of.density].iter().any(|e| e.mentions(p)) {
        return Err(Rejection::NotFresh { name: p.clone() });
    }
    if !of.body.is_tame_in(p) || !of.density.is_tame_in(y) {
        return Err(Rejection::NotTame);
    }
    let [law, mass, order] = premises;
    literally("marginal", law, of.law())?;
    literally("marginal", mass, of.mass())?;
    literally("marginal", order, Formula::at_least(high, low))?;
    let at = Expr::update(&Expr::variable(p), &of.agent, &Expr::variable(y));
    let given = Expr::expectation(p, &of.body.substitute_one(p, &at));
    let integral = Expr::integral(y, low, high, &of.density.times(&given));
    let hypotheses = premises.iter().flat_map(|t| t.hypotheses.iter().cloned()).collect();
    Ok(Theorem::new(hypotheses, Formula::equal(&Expr::expectation(p, &of.body), &integral)))
}
