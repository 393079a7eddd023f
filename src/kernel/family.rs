//! Sums over agents, profiles of types and expectations, as terms.
//!
//! Everything is a real number here too. A profile is a bounded sequence of types, one for each integer, and
//! is spoken of through its code: a Borel bijection of the bounded sequences with ℝ, under which bounded sets of
//! codes are bounded sets of sequences. An agent is a number, and stands for the integer part of it. The prior of a
//! theorem is any product of probability measures on ℝ that live on one bounded interval: types are independent.

use super::atom::{Atom, Node};
use super::bind::fresh;
use super::expr::{Expr, WEIGHT_LIMIT};
use super::formula::Formula;
use crate::exact::{Monomial, Poly, Rational};

/// A sum with so many terms or fewer is written out.
const WRITTEN_OUT: u32 = 8;
/// So many sums in one product are pulled out of an expectation, and no more.
const PULLED_OUT: u32 = 4;

impl Expr {
    /// `Σ body` over the integers `k` with `1 ≤ k ≤ upper`, where `variable` is the name of `k` in `body`. Linear
    /// over monomials, factors free of `k` are pulled out; written out if `upper` is a small number.
    pub fn sum(variable: &str, upper: &Expr, body: &Expr) -> Self {
        if [upper, body].iter().any(|e| e.is_too_large() || e.is_loose()) {
            return Self::too_large();
        }
        if let Some(last) = upper.as_number() {
            if last < Rational::ONE {
                return Self::zero();
            }
            let terms = last.to_u32().filter(|n| *n <= WRITTEN_OUT);
            if let Some(terms) = terms {
                if body.weight().saturating_mul(terms.into()) > WEIGHT_LIMIT {
                    return Self::too_large();
                }
                let at = |k: u32| body.substitute_one(variable, &Self::integer(k.into()));
                return (1..=terms).fold(Self::zero(), |sum, k| sum.plus(&at(k)));
            }
        }
        let term = |inside: Monomial<Atom>| {
            if inside.is_one() && upper.counts_from().is_some() {
                return upper.clone();
            }
            let body = Expr::of(Poly::term(inside, Rational::ONE)).close(variable);
            Self::atom(Node::Sum { upper: upper.clone(), body })
        };
        body.linear_in(variable, term)
    }

    /// The expectation of `body` over profiles, where `variable` is the name of the profile in `body`. Linear over
    /// monomials, factors free of the profile are pulled out, and so are sums; total mass one. All of this only
    /// for integrands that are tame in the profile; any other expectation stays as it is.
    pub fn expectation(variable: &str, body: &Expr) -> Self {
        if body.is_too_large() || body.is_loose() {
            return Self::too_large();
        }
        if !body.is_tame_in(variable) {
            return Self::atom(Node::Expect { body: body.close(variable) });
        }
        body.linear_in(variable, |inside| {
            if inside.is_one() {
                return Self::one();
            }
            let is_sum = |a: &Atom| matches!(a.node(), Node::Sum { .. });
            let sums: u32 = inside.factors().filter(|(a, _)| is_sum(a)).map(|(_, e)| e).sum();
            let sum = inside.factors().find_map(|(atom, _)| match atom.node() {
                Node::Sum { upper, body } if sums <= PULLED_OUT && !upper.mentions_variable(variable) => {
                    Some((atom.clone(), upper.clone(), body.clone()))
                }
                _ => None,
            });
            let Some((atom, upper, summand)) = sum else {
                return Self::atom(Node::Expect {
                    body: Expr::of(Poly::term(inside, Rational::ONE)).close(variable),
                });
            };
            let left = inside.exponent(&atom).saturating_sub(1);
            let (rest, _) = inside.split(&atom);
            let rest = Expr::of(Poly::term(rest.times(&Monomial::power(atom, left)), Rational::ONE));
            let k = fresh();
            let product = summand.open_with(&k).times(&rest);
            Self::sum(&k, &upper, &Self::expectation(variable, &product))
        })
    }

    /// The type of an agent at a profile: `θ[i]`. Changes at other agents are read through.
    pub fn read(profile: &Expr, agent: &Expr) -> Self {
        if let Some(Node::Update { profile: before, agent: changed, value }) =
            profile.as_atom().map(Atom::node)
        {
            let distance = agent.minus(changed);
            if distance.is_zero() {
                return value.clone();
            }
            if distance.is_nonzero_integer() {
                return Self::read(before, agent);
            }
        }
        Self::atom(Node::Read { profile: profile.clone(), agent: agent.clone() })
    }

    /// The profile with another type of one agent: `θ[i := value]`. The last change of an agent counts, and a
    /// change to what is there is none.
    pub fn update(profile: &Expr, agent: &Expr, value: &Expr) -> Self {
        if let Some(Node::Update { profile: before, agent: changed, .. }) = profile.as_atom().map(Atom::node)
            && changed == agent
        {
            return Self::update(before, agent, value);
        }
        if *value == Self::read(profile, agent) {
            return profile.clone();
        }
        let (profile, agent, value) = (profile.clone(), agent.clone(), value.clone());
        Self::atom(Node::Update { profile, agent, value })
    }

    /// The number of `k` in `1, …, upper` that are the agent: one for an agent, else zero. That this is one
    /// says that the term is an integer from 1 to `upper`.
    pub fn is_agent(agent: &Expr, upper: &Expr) -> Formula {
        let k = fresh();
        let here = Self::is_zero_indicator(&Self::atom(Node::Variable(k.clone())).minus(agent));
        Formula::equal(&Self::sum(&k, upper, &here), &Self::one())
    }

    /// That two agents are different: their distance is at least one.
    pub fn are_apart(agent: &Expr, other: &Expr) -> Formula {
        let (above, below) = (agent.minus(other), other.minus(agent));
        Formula::Or(vec![Formula::at_least(&above, &Expr::one()), Formula::at_least(&below, &Expr::one())])
    }

    /// The least value of a term `m + c` with an integer `c ≥ 0`, or of such a number.
    pub fn counts_from(&self) -> Option<u32> {
        let number = self.as_number().or_else(|| self.minus(&Self::natural()).as_number())?;
        number.to_u32()
    }

    /// Whether this is an integer other than zero by its form: a number, or `±(m + c)` with `c ≥ 1`.
    fn is_nonzero_integer(&self) -> bool {
        match self.as_number() {
            Some(c) => c.is_integer() && !c.is_zero(),
            None => [self.clone(), self.negated()].iter().any(|e| e.counts_from().is_some_and(|c| c > 0)),
        }
    }

    /// The term as a sum of `value(factors that mention the variable)` times what does not mention it.
    fn linear_in(&self, variable: &str, value: impl Fn(Monomial<Atom>) -> Expr) -> Self {
        let mut sum = Self::zero();
        for (monomial, c) in self.terms() {
            let (mut inside, mut outside) = (Monomial::one(), Poly::constant(c.clone()));
            for (a, e) in monomial.factors() {
                let power = Monomial::power(a.clone(), e);
                if a.mentions_variable(variable) {
                    inside = inside.times(&power);
                } else {
                    outside = outside.times(&Poly::term(power, Rational::ONE));
                }
            }
            sum = sum.plus(&Expr::of(outside).times(&value(inside)));
        }
        sum
    }
}
