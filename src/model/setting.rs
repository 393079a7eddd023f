//! [`Setting`]: who the agents are, what may happen, what it is worth to whom.
//!
//! Agent i's type is a free variable in all terms. Nature is the product of the priors, which makes types
//! independent, or a joint prior on finitely many profiles. Outcomes are finitely many, or the numbers in an interval; each
//! gives every agent a value that depends on the own type.

use std::collections::BTreeMap;

use crate::exact::Rational;
use crate::kernel::{Expr, Name};

use super::average::{Drawn, average, product, sum};
use super::claim::{Bound, Charge, Description, own_name};
use super::distribution::Distribution;
use super::divisors::{conditions_without_divisors, reduced};
use super::point::choices;
use super::power::{compared, virtual_parts};

/// Values of which the greatest is written with indicators at most.
const INDICATOR_LIMIT: usize = 16;

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// What the user calls it: `buyer`, `1`.
    pub name: String,
    /// Its type and type space.
    pub type_: Bound,
    /// The density of the prior, of the variable that the type is written with and in it.
    pub density: Expr,
    /// The distribution function of the prior, in that variable.
    pub cdf: Expr,
    /// The probability of each of finitely many types; none on an interval, or without a prior of the agent's own.
    pub weights: Vec<Expr>,
    /// On an interval, types that have a probability of their own, by the variable that types are written with, and
    /// these probabilities; the density has the rest.
    pub atoms: Vec<(Expr, Expr)>,
    /// The outside option, in the type.
    pub outside: Expr,
}

impl Agent {
    /// An agent with an outside option of zero.
    pub fn new(name: &str, type_: Bound, prior: &Distribution) -> Self {
        let own = Expr::variable(&type_.name);
        Agent {
            name: name.to_owned(),
            density: prior.density_at(&own),
            cdf: prior.cdf_at(&own),
            weights: vec![],
            atoms: prior.atoms.clone(),
            outside: Expr::zero(),
            type_,
        }
    }

    /// An agent with finitely many types, their probabilities if it has a prior of its own, and an outside option
    /// of zero.
    pub fn finite(name: &str, type_: Bound, weights: Vec<Expr>) -> Self {
        let none = Expr::zero();
        Agent {
            name: name.to_owned(),
            type_,
            density: none.clone(),
            cdf: none.clone(),
            weights,
            atoms: vec![],
            outside: none,
        }
    }
}

impl Agent {
    /// The distribution function at a value of the variable: zero below the type space, one above it.
    pub fn cdf_at(&self, point: &Expr) -> Expr {
        let Bound { name, low, high, .. } = &self.type_;
        let [from, to] = [point.minus(low), high.minus(point)].map(|e| Expr::at_least_zero(&e));
        let inside = self.cdf.substitute_one(name, point).times(&from).times(&to);
        inside.plus(&Expr::one().minus(&to))
    }

    /// The density of the variable at a value of it: zero outside the type space.
    pub fn density_at(&self, point: &Expr) -> Expr {
        let Bound { name, low, high, .. } = &self.type_;
        let [from, to] = [point.minus(low), high.minus(point)].map(|e| Expr::at_least_zero(&e));
        self.density.substitute_one(name, point).times(&from).times(&to)
    }

    /// The type as a variable of an average.
    fn drawn(&self) -> Drawn {
        let Bound { name, low, high, .. } = self.type_.clone();
        Drawn { name, low, high, density: Expr::whole(&self.density) }
    }

    /// `2θ − ω` if the density is the same for all types: `(1 − F)/f` is what the type falls short of the
    /// highest one `ω` by.
    pub(super) fn uniform_virtual_value(&self) -> Option<Expr> {
        let own = Expr::variable(&self.type_.name);
        let flat = self.type_.power.is_plain() && !self.density.mentions(&self.type_.name);
        flat.then(|| own.plus(&own).minus(&self.type_.high))
    }
}

/// An outcome: what each agent gets out of it, in the agent's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What the user calls it: `x = 1`, `1 gets the good`.
    pub name: String,
    /// Gross values, one an agent.
    pub values: Vec<Expr>,
}

/// What the outcomes are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any finite set.
    Outcomes,
    /// One good: outcome i gives it to agent i.
    GoodForAgents,
    /// One good, and the last outcome leaves it with the seller.
    GoodOrSeller,
    /// The numbers in an interval. There is one [`Outcome`], whose values mention the outcome variable; a rule has one
    /// term, the outcome itself, in the place of the probabilities.
    Interval,
}

impl Kind {
    /// Whether outcomes are about who gets a good.
    pub fn is_of_a_good(self) -> bool {
        matches!(self, Kind::GoodForAgents | Kind::GoodOrSeller)
    }
}

/// A setting with private values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// The agents in order.
    pub agents: Vec<Agent>,
    /// The outcomes in order.
    pub outcomes: Vec<Outcome>,
    /// What the outcomes are about.
    pub kind: Kind,
    /// The tie rule: outcomes by number, the strongest first.
    pub order: Vec<usize>,
    /// The tie rules of which each is as likely as another, where ties are decided by lot: all orders of the
    /// outcomes. Else none.
    pub lots: Vec<Vec<usize>>,
    /// The outcome variable with its values, if these are finitely many numbers or names, or an interval.
    pub outcome: Option<Bound>,
    /// What an outcome in an interval costs whoever runs the mechanism, in the outcome variable; zero for other outcomes.
    pub cost: Expr,
    /// The probability of each profile, in the types, if types are not independent.
    pub joint: Option<Expr>,
    /// The parameters that occur.
    pub parameters: Vec<Bound>,
    /// Whether indicators and densities are kept together in products, and averages are taken factor by factor: for
    /// many agents. It changes how terms are written, and not what they are.
    pub factored: bool,
}

impl Setting {
    /// The types in the order of the agents.
    pub fn types(&self) -> Vec<Bound> {
        self.agents.iter().map(|a| a.type_.clone()).collect()
    }

    /// Whether an agent has finitely many types.
    pub fn is_finite(&self) -> bool {
        self.agents.iter().any(|a| a.type_.points.is_finite())
    }

    /// Whether the types of different agents are independent.
    pub fn is_independent(&self) -> bool {
        self.joint.is_none()
    }

    /// The first agent whose types have no probabilities, if there is no joint prior.
    pub fn without_prior(&self) -> Option<&Agent> {
        let none = |a: &&Agent| a.type_.points.is_finite() && a.weights.is_empty();
        self.agents.iter().filter(|_| self.joint.is_none()).find(none)
    }

    /// The probability that all agents but one have some types, given by a joint prior, in the type of the one.
    pub fn marginal(&self, joint: &Expr, agent: usize) -> Expr {
        self.total(joint, |j| j != agent)
    }

    /// The sum of a term over the finitely many types of some agents.
    fn total(&self, e: &Expr, summed: impl Fn(usize) -> bool) -> Expr {
        let bounds: Vec<Bound> =
            self.types().into_iter().enumerate().filter(|(j, _)| summed(*j)).map(|(_, b)| b).collect();
        choices(&bounds).iter().fold(Expr::zero(), |sum, choice| sum.plus(&e.substitute(choice)))
    }

    /// The welfare of an outcome: the sum of the values of all agents for which `counts` holds, less the cost.
    fn welfare_of(&self, outcome: &Outcome, counts: impl Fn(usize) -> bool) -> Expr {
        let values = outcome.values.iter().enumerate().filter(|(j, _)| counts(*j));
        values.fold(self.cost.negated(), |sum, (_, v)| sum.plus(v))
    }

    /// Welfare of each outcome: `W_k(θ) = Σ_j u_j(k, θ_j)`.
    pub fn welfares(&self) -> Vec<Expr> {
        self.outcomes.iter().map(|o| self.welfare_of(o, |_| true)).collect()
    }

    /// Welfare of each outcome to all agents but one: an absent agent leaves the objective, not the
    /// feasible set.
    pub fn welfares_without(&self, agent: usize) -> Vec<Expr> {
        self.outcomes.iter().map(|o| self.welfare_of(o, |j| j != agent)).collect()
    }

    /// Chances that depend on the tie rule, averaged over the rules that are equally likely.
    pub(super) fn by_lot(&self, chances: impl Fn(&Setting) -> Vec<Expr>) -> Vec<Expr> {
        let count = i64::try_from(self.lots.len()).ok();
        let Some(share) = count.and_then(|n| Rational::new(1, n)) else { return chances(self) };
        let rule = |order: &Vec<usize>| Setting { order: order.clone(), lots: vec![], ..self.clone() };
        let drawn: Vec<Vec<Expr>> = self.lots.iter().map(|order| chances(&rule(order))).collect();
        let mean = |k: usize| sum(drawn.iter().filter_map(|d| d.get(k).cloned()).collect()).scaled(&share);
        (0..drawn.first().map_or(0, Vec::len)).map(mean).collect()
    }

    /// For each of the values the chance that it is chosen as the greatest: ties go to the outcome that is
    /// stronger in the tie rule, or are decided by lot.
    pub fn greatest(&self, values: &[Expr]) -> Vec<Expr> {
        if self.kind == Kind::Interval {
            // Whoever asks has to know that there is a formula for it.
            let best = values.first().and_then(|value| self.greatest_on_interval(value));
            return vec![best.unwrap_or_else(Expr::too_large)];
        }
        self.by_lot(|s| s.greatest_in_order(values))
    }

    /// For each of the values the indicator that it is the greatest; ties go to the outcome that is
    /// stronger in the tie rule, so that exactly one indicator is one.
    fn greatest_in_order(&self, values: &[Expr]) -> Vec<Expr> {
        // The indicators of many outcomes have too many terms anyway.
        if values.len() > INDICATOR_LIMIT && !self.factored {
            return vec![Expr::too_large(); values.len()];
        }
        let beats = |(k, v): (usize, &Expr)| {
            let others = values.iter().enumerate().filter(|(l, _)| *l != k);
            product(others.map(|(l, w)| self.ahead(k, l, &v.minus(w))).collect())
        };
        values.iter().enumerate().map(beats).collect()
    }

    /// The indicator that `lead`, what outcome `k` is better by, puts it ahead of outcome `l`: a lead of
    /// zero is enough for the one that is stronger in the tie rule.
    pub fn ahead(&self, k: usize, l: usize, lead: &Expr) -> Expr {
        let strength = |k: usize| self.order.iter().position(|o| *o == k).unwrap_or(usize::MAX);
        match strength(k) < strength(l) {
            true => self.reached(lead),
            false => self.kept(&Expr::positive(&self.compared(lead))),
        }
    }

    /// The indicator that a term is at least zero.
    pub fn reached(&self, lead: &Expr) -> Expr {
        Expr::at_least_zero(&self.compared(lead))
    }

    /// A term with the same sign at all types.
    fn compared(&self, lead: &Expr) -> Expr {
        match self.agents.iter().all(|a| a.type_.power.is_plain()) {
            true => lead.clone(),
            false => compared(lead, &self.types()),
        }
    }

    /// The larger of two terms.
    pub fn larger(&self, a: &Expr, b: &Expr) -> Expr {
        b.plus(&a.minus(b).times(&self.reached(&a.minus(b))))
    }

    /// A factor of products as this setting writes them.
    pub fn kept(&self, factor: &Expr) -> Expr {
        if self.factored { Expr::whole(factor) } else { factor.clone() }
    }

    /// The maximum of one value an outcome.
    pub fn maximum(&self, values: &[Expr]) -> Expr {
        self.worth(&self.greatest(values), values)
    }

    /// The maximum of terms that are no values of outcomes: the first that is no less than all others.
    pub fn greatest_of(&self, terms: &[Expr]) -> Expr {
        let is_first = |(i, v): (usize, &Expr)| {
            let others = terms.iter().enumerate().filter(|(j, _)| *j != i).map(|(j, w)| (j, v.minus(w)));
            let ahead = others.map(|(j, lead)| {
                let lead = self.compared(&lead);
                self.kept(&if i < j { Expr::at_least_zero(&lead) } else { Expr::positive(&lead) })
            });
            product([v.clone()].into_iter().chain(ahead).collect())
        };
        sum(terms.iter().enumerate().map(is_first).collect())
    }

    /// What a rule is worth, given what each outcome is worth: the sum over the outcomes of probability times worth; on an
    /// interval the worth of the outcome.
    pub fn worth(&self, rule: &[Expr], values: &[Expr]) -> Expr {
        match (self.kind, &self.outcome, rule, values) {
            (Kind::Interval, Some(outcome), [chosen], [value]) => value.substitute_one(&outcome.name, chosen),
            _ => mixture(rule, values),
        }
    }

    /// The efficient rule: for each outcome the indicator that its welfare is greatest.
    pub fn efficient(&self) -> Vec<Expr> {
        self.greatest(&self.welfares())
    }

    /// Welfare under the efficient rule.
    pub fn welfare(&self) -> Expr {
        self.maximum(&self.welfares())
    }

    /// `E e`: the expectation over all types, the first agent outermost. Types that do not occur are
    /// integrated to the total mass one.
    pub fn expectation(&self, e: &Expr) -> Expr {
        self.over(e, |_| true)
    }

    /// `E_{-i} e`: the expectation over the types of all agents but one, given the type of this one.
    pub fn interim(&self, agent: usize, e: &Expr) -> Expr {
        self.over(e, |j| j != agent)
    }

    fn over(&self, e: &Expr, integrated: impl Fn(usize) -> bool) -> Expr {
        if let Some(joint) = &self.joint {
            let sum = self.total(&joint.times(e), &integrated);
            return sum.times(&Expr::inverse(&self.total(joint, &integrated)));
        }
        let agents = self.agents.iter().enumerate().filter(|(j, _)| integrated(*j));
        let drawn: Vec<Drawn> = agents.map(|(_, a)| a.drawn()).collect();
        let e = conditions_without_divisors(e, &drawn);
        if self.factored {
            return average(&e, &drawn);
        }
        self.agents.iter().enumerate().rev().filter(|(j, _)| integrated(*j)).fold(e, |e, (_, a)| {
            let Bound { name, low, high, points, .. } = &a.type_;
            if points.is_finite() {
                let at = |value: &Rational| e.substitute_one(name, &Expr::number(value.clone()));
                let terms = points.all().iter().zip(&a.weights);
                return terms.fold(Expr::zero(), |sum, (p, weight)| sum.plus(&weight.times(&at(&p.value))));
            }
            if !e.mentions(name) {
                return e;
            }
            let drawn = Expr::integral(name, low, high, &reduced(&a.density.times(&e), name));
            let at = |point: &Expr| e.substitute_one(name, point);
            a.atoms.iter().fold(drawn, |sum, (point, weight)| sum.plus(&weight.times(&at(point))))
        })
    }

    /// The least of interim welfare minus outside option over an agent's types, as the negative of a
    /// maximum: `C_i = min_{θ_i} E_{-i} W − o_i` is minus the charge. `welfare` is the efficient welfare,
    /// perhaps by name.
    pub fn collectible(&self, agent: usize, welfare: &Expr) -> Option<Charge> {
        let a = self.agents.get(agent)?;
        let argument = Bound {
            name: own_name("worst", &[&self.name, &a.name]),
            shown: a.type_.shown.clone(),
            ..a.type_.clone()
        };
        let body = a.outside.minus(&self.interim(agent, welfare));
        let body = body.substitute_one(&a.type_.name, &Expr::variable(&argument.name));
        Some(Charge {
            name: own_name("collectible", &[&self.name, &a.name]),
            shown: format!("(-C({}, {}))", self.name, a.name),
            argument,
            body,
            description: Description::Maximum,
        })
    }

    /// The k-th highest type, `k` from 1: the type that just `k − 1` others are ahead of, where the lowest index
    /// is ahead of types that are equal.
    pub fn order_statistic(&self, k: usize) -> Option<Expr> {
        let types: Vec<Expr> = self.agents.iter().map(|a| a.type_.value()).collect();
        let ahead = |j: usize, i: usize, (w, v): (&Expr, &Expr)| match j < i {
            true => self.reached(&w.minus(v)),
            false => self.kept(&Expr::positive(&self.compared(&w.minus(v)))),
        };
        let has_rank = |(i, v): (usize, &Expr)| {
            // For each number below k the indicator that so many are ahead.
            let none: Vec<Expr> = (0..k).map(|m| if m == 0 { Expr::one() } else { Expr::zero() }).collect();
            let others = types.iter().enumerate().filter(|(j, _)| *j != i);
            let counted = others.fold(none, |counts, (j, w)| {
                let behind = ahead(i, j, (v, w));
                let ahead = ahead(j, i, (w, v));
                let less = std::iter::once(Expr::zero()).chain(counts.iter().cloned());
                counts
                    .iter()
                    .zip(less)
                    .map(|(same, less)| same.times(&behind).plus(&less.times(&ahead)))
                    .collect()
            });
            Some(v.times(counted.last()?))
        };
        let chosen = types.iter().enumerate().map(has_rank).collect::<Option<Vec<_>>>()?;
        Some(sum(chosen)).filter(|_| k <= types.len())
    }

    /// Virtual value times a weight, and the weight: without a quotient. The weight is the density `f`, so
    /// that this is `θ f − (1 − F)` and `f`. Where `f = 0` and some type is higher, the virtual value is below
    /// all others; where `f = 0` and no type is higher, it is taken to be the type, as it is where `F = 1`.
    pub fn virtual_parts(&self, agent: usize) -> Option<(Expr, Expr)> {
        let a = self.agents.get(agent)?;
        if let Some(value) = a.uniform_virtual_value() {
            return Some((value, Expr::one()));
        }
        Some(virtual_parts(&a.type_, &a.density, &Expr::one().minus(&a.cdf)))
    }

    /// What the virtual value divides by: zero where the density is, but for the highest type.
    pub fn virtual_divisor(&self, agent: usize) -> Option<Expr> {
        let a = self.agents.get(agent)?;
        if let Some((_, divisor)) = a.virtual_quotient() {
            return Some(divisor);
        }
        Some(a.type_.power.cancelled(&Expr::variable(&a.type_.name), &a.density).0)
    }

    /// `θ − (1 − F)/f`; where it is used, the density must not be zero.
    pub fn virtual_value(&self, agent: usize) -> Option<Expr> {
        let a = self.agents.get(agent)?;
        if let Some((value, _)) = a.virtual_quotient() {
            return Some(value);
        }
        let (density, slope) = a.type_.power.cancelled(&Expr::variable(&a.type_.name), &a.density);
        let rest = || Expr::one().minus(&a.cdf).times(&slope).times(&Expr::inverse(&density));
        Some(a.uniform_virtual_value().unwrap_or_else(|| a.type_.value().minus(&rest())))
    }

    /// The setting with values for some of its parameters.
    pub fn at(&self, values: &BTreeMap<Name, Expr>) -> Self {
        let mut out = self.clone();
        for Agent { type_, density, cdf, outside, weights, atoms, .. } in &mut out.agents {
            let weights = weights.iter_mut().chain(atoms.iter_mut().map(|(_, weight)| weight));
            for e in [&mut type_.low, &mut type_.high, density, cdf, outside].into_iter().chain(weights) {
                *e = e.substitute(values);
            }
        }
        for Outcome { values: terms, .. } in &mut out.outcomes {
            terms.iter_mut().for_each(|e| *e = e.substitute(values));
        }
        out.joint.iter_mut().for_each(|e| *e = e.substitute(values));
        let ends = out.outcome.iter_mut().flat_map(|o| [&mut o.low, &mut o.high]);
        for e in ends.chain([&mut out.cost]) {
            *e = e.substitute(values);
        }
        out.parameters.retain(|p| !values.contains_key(&p.name));
        for e in out.parameters.iter_mut().flat_map(|p| [&mut p.low, &mut p.high]) {
            *e = e.substitute(values);
        }
        out
    }
}

/// `Σ_k weights_k · values_k`.
fn mixture(weights: &[Expr], values: &[Expr]) -> Expr {
    sum(weights.iter().zip(values).map(|(w, v)| w.times(v)).collect())
}
