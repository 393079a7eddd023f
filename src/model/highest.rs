//! What derivations say of greatest values: of terms over all agents, and of what can be collected from an agent. Each is
//! a function that is described by what it is, like a charge of a setting.

use crate::kernel::{Expr, Formula, Name};

/// The greatest of the values of a term for all agents, or for all but one: a function of what else the term depends on, and
/// of the agent that is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Highest {
    /// The function.
    pub name: Name,
    /// Its parameters.
    pub parameters: Vec<Name>,
    /// The agent, in the term.
    pub agent: Name,
    /// The term. It is locally bounded, so that the greatest value is.
    pub body: Expr,
    /// The number of agents, at least one by its form; at least two, if one is left out.
    pub upper: Expr,
    /// The parameter that is the agent that is left out.
    pub except: Option<Name>,
}

impl Highest {
    /// It is at least the value of every agent, and it is that of some agent; of agents other than that which is left out,
    /// if one is.
    pub fn meaning(&self) -> [Formula; 2] {
        let parameters: Vec<Expr> = self.parameters.iter().map(|p| Expr::variable(p)).collect();
        let value = Expr::apply(&self.name, parameters);
        let agent = Expr::variable(&self.agent);
        let left_out = self.except.as_ref().map(|name| Expr::variable(name));
        let mut among = vec![Expr::is_agent(&agent, &self.upper)];
        among.extend(left_out.iter().map(|left_out| Expr::are_apart(&agent, left_out)));
        let above = Formula::implied(&among, Formula::at_least(&value, &self.body));
        among.push(Formula::equal(&value, &self.body));
        let reached = Formula::And(among);
        let all = Formula::for_all(std::slice::from_ref(&self.agent), above);
        let some = Formula::Exists(self.agent.clone(), Box::new(reached));
        // From what is no agent, no agent need be apart.
        let members: Vec<Formula> = left_out.iter().map(|i| Expr::is_agent(i, &self.upper)).collect();
        [all, some].map(|f| Formula::for_all(&self.parameters, Formula::implied(&members, f)))
    }

    /// Whether it is the highest type of a profile.
    pub fn is_of_types(&self) -> bool {
        let [profile] = self.parameters.as_slice() else { return false };
        self.except.is_none() && self.is_type_in(profile)
    }

    /// Whether it is the highest type of a profile but for one agent.
    pub fn is_of_other_types(&self) -> bool {
        let [profile, left_out] = self.parameters.as_slice() else { return false };
        self.except.as_ref() == Some(left_out) && self.is_type_in(profile)
    }

    fn is_type_in(&self, profile: &Name) -> bool {
        self.body == Expr::read(&Expr::variable(profile), &Expr::variable(&self.agent))
    }
}

/// How types are drawn: independently, all by the same continuous distribution function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Law {
    /// The lowest type.
    pub low: Expr,
    /// The highest type.
    pub high: Expr,
    /// The number of agents.
    pub upper: Expr,
    /// The name of the type in the distribution function.
    pub point: Name,
    /// The distribution function, zero at the lowest type and one at the highest.
    pub cdf: Expr,
}

impl Law {
    /// The distribution function at a type.
    pub fn at(&self, point: &Expr) -> Expr {
        self.cdf.substitute_one(&self.point, point)
    }

    /// The distribution function at a type to the power of the number of agents less some, if there are so many.
    pub fn power(&self, point: &Expr, less: u32) -> Option<Expr> {
        let least = self.upper.counts_from()?.checked_sub(less)?;
        let value = self.at(point);
        let several = value.pow(least);
        Some(match self.upper.as_number() {
            Some(_) => several,
            None => several.times(&value.natural_power()),
        })
    }

    /// `E[θ[i] <= y] = F(y)` for all agents `i` and types `y`; every type is in the type space, almost surely.
    pub fn meaning(&self) -> [Formula; 3] {
        let (i, y, p) = (Name::from("i'"), Name::from("y'"), Name::from("p'"));
        let (agent, point) = (Expr::variable(&i), Expr::variable(&y));
        let own = Expr::read(&Expr::variable(&p), &agent);
        let chance = |e: &Expr| Expr::expectation(&p, &Expr::at_least_zero(e));
        let for_agents = |f: Formula| {
            let is_agent = Expr::is_agent(&agent, &self.upper);
            Formula::for_all(std::slice::from_ref(&i), Formula::implied(&[is_agent], f))
        };
        let inside = [Formula::at_least(&point, &self.low), Formula::at_least(&self.high, &point)];
        let drawn = Formula::equal(&chance(&point.minus(&own)), &self.at(&point));
        let drawn = Formula::for_all(std::slice::from_ref(&y), Formula::implied(&inside, drawn));
        let certain = |e: &Expr| for_agents(Formula::equal(&chance(e), &Expr::one()));
        [for_agents(drawn), certain(&own.minus(&self.low)), certain(&self.high.minus(&own))]
    }
}

/// What can be collected from an agent who may take part in an efficient allocation of a good, or keep a share of it: the
/// least of what the allocation is worth on average, to all, less what the share is worth, over the types of the agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collectible {
    /// The function of the agent.
    pub name: Name,
    /// The agent, in the share.
    pub agent: Name,
    /// The share.
    pub share: Expr,
    /// The highest type of a profile.
    pub highest: Name,
    /// How types are drawn.
    pub law: Law,
}

impl Collectible {
    /// What it is for an agent.
    pub fn of(&self, agent: &Expr) -> Expr {
        Expr::apply(&self.name, vec![agent.clone()])
    }

    /// What the good is worth on average, to all, given a type of an agent.
    pub fn worth(&self, agent: &Expr, own: &Expr) -> Expr {
        let p = Name::from("p'");
        let given = Expr::update(&Expr::variable(&p), agent, own);
        Expr::expectation(&p, &Expr::apply(&self.highest, vec![given]))
    }

    /// The share of an agent.
    pub fn share_of(&self, agent: &Expr) -> Expr {
        self.share.substitute_one(&self.agent, agent)
    }

    /// What could be collected from a type of an agent.
    pub fn from(&self, agent: &Expr, own: &Expr) -> Expr {
        self.worth(agent, own).minus(&self.share_of(agent).times(own))
    }

    /// It is at most what could be collected from any type of an agent, and as much as could be from some. There is such a
    /// type: what could be collected is continuous in the type.
    pub fn meaning(&self) -> [Formula; 2] {
        let (i, r) = (Name::from("i'"), Name::from("r'"));
        let (agent, own) = (Expr::variable(&i), Expr::variable(&r));
        let is_agent = Expr::is_agent(&agent, &self.law.upper);
        let inside = [Formula::at_least(&own, &self.law.low), Formula::at_least(&self.law.high, &own)];
        let all = Formula::at_least(&self.from(&agent, &own), &self.of(&agent));
        let all = Formula::for_all(std::slice::from_ref(&r), Formula::implied(&inside, all));
        let [above_low, below_high] = inside;
        let here = Formula::equal(&self.of(&agent), &self.from(&agent, &own));
        let some = Formula::Exists(r, Box::new(Formula::And(vec![above_low, below_high, here])));
        let for_agents = |f: Formula| {
            Formula::for_all(std::slice::from_ref(&i), Formula::implied(std::slice::from_ref(&is_agent), f))
        };
        [for_agents(all), for_agents(some)]
    }
}
