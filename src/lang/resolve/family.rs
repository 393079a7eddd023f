//! Derivations: sums over any number of agents, profiles of types and expectations over them.

use super::Resolve;
use super::highest::NO_SETTING;
use super::names::{advise, complain, occurs, unknown_name};
use super::scope::{BROKEN, Env, Function, Range};
use crate::kernel::{Expr, Formula, Name as Symbol};
use crate::lang::ast::{self, FamilyOperator, Name};
use crate::model::{Bound, Collectible, Highest, Law, TypeSpace};

/// What a derivation says of agents and profiles.
#[derive(Debug, Default)]
pub(super) struct Family {
    /// The number of agents.
    upper: Option<Expr>,
    /// Terms that are agents.
    members: Vec<Expr>,
    /// The name of profiles.
    profile: Option<String>,
    /// The type space of every agent.
    space: Option<(Expr, Expr)>,
    /// Names that were made.
    fresh: usize,
    /// Whether there is an expectation.
    pub(super) averaged: bool,
    /// The greatest values over all agents that are spoken of.
    pub(super) highest: Vec<Highest>,
    /// What can be collected from the agents of the setting.
    pub(super) collectible: Option<Collectible>,
    /// The setting.
    pub(super) general: Option<General>,
    /// A setting whose lines have an error of their own.
    pub(super) broken: Option<String>,
}

/// A setting with any number of agents who share one good.
#[derive(Debug, Clone)]
pub(super) struct General {
    /// Its name.
    pub(super) name: String,
    /// The name of the types.
    pub(super) types: String,
    /// How they are drawn.
    pub(super) law: Law,
    /// The name of an agent, and its share of the good.
    pub(super) share: Option<(Symbol, Expr)>,
}

impl Family {
    /// Whether a term is known to be an agent.
    pub(super) fn has(&self, agent: &Expr) -> bool {
        self.members.contains(agent)
    }
}

impl Env<'_> {
    /// Takes the number of agents; its least value is known.
    pub(super) fn count(&mut self, upper: &Expr, least: u32) {
        let Some(family) = &mut self.family else { return };
        family.upper = Some(upper.clone());
        family.members.extend((1..=least).map(|k| Expr::integer(k.into())));
    }

    /// Whether a term is known to be an agent.
    pub(super) fn is_known_agent(&self, agent: &Expr) -> bool {
        self.family.as_ref().is_some_and(|f| f.has(agent))
    }

    /// Whether it is said how many agents there are.
    pub(super) fn counts(&self) -> bool {
        self.family.as_ref().is_some_and(|f| f.upper.is_some())
    }

    /// Takes a term that is an agent.
    pub(super) fn is_agent(&mut self, agent: &Expr) {
        if let Some(family) = &mut self.family {
            family.members.push(agent.clone());
        }
    }

    /// The number of terms that are agents.
    pub(super) fn members(&self) -> usize {
        self.family.as_ref().map_or(0, |f| f.members.len())
    }

    /// Keeps so many of the terms that are agents.
    pub(super) fn forget_agents(&mut self, members: usize) {
        if let Some(family) = &mut self.family {
            family.members.truncate(members);
        }
    }

    /// The name of profiles.
    pub(super) fn profile(&self) -> Option<String> {
        self.family.as_ref()?.profile.clone()
    }

    /// Whether a name is that of profiles.
    pub(super) fn is_profile(&self, name: &str) -> bool {
        self.family.as_ref().is_some_and(|f| f.profile.as_deref() == Some(name))
    }

    /// The upper end of `1..n`.
    pub(super) fn agents(&mut self, first: &ast::Expr, last: &ast::Expr) -> Resolve<Expr> {
        let (from, to) = (self.number(first)?, self.number(last)?);
        let upper = self.family.as_ref().and_then(|f| f.upper.clone());
        if from == Expr::one() && upper.as_ref() == Some(&to) {
            return Ok(to);
        }
        let help = "declare `given integer n >= 2` above and write `1..n`";
        let message = "agents are numbered from 1 to the integer of the derivation";
        Err(advise("unsupported", message, first.span.to(last.span), help))
    }

    /// `sum(e for j)` and `sum(e for j != i)`; greatest and least values in the same way.
    pub(super) fn over_agents(
        &mut self,
        e: &ast::Expr,
        operator: FamilyOperator,
        index: &Name,
        except: Option<&ast::Expr>,
        body: &ast::Expr,
    ) -> Resolve<Expr> {
        let Some(upper) = self.family.as_ref().and_then(|f| f.upper.clone()) else {
            let help = "declare `given integer n >= 1` above";
            return Err(advise("unsupported", "it is not said how many agents there are", e.span, help));
        };
        self.is_new(index)?;
        occurs(index, body)?;
        let left_out = match except {
            None => None,
            Some(agent) => {
                let term = self.number(agent)?;
                let known = self.family.as_ref().is_some_and(|f| f.members.contains(&term));
                if !known {
                    let help = "say `for all i in 1..n`";
                    return Err(advise("not-an-agent", "this is not known to be an agent", agent.span, help));
                }
                Some(term)
            }
        };
        let name = self.new_name(&index.text);
        let value = Expr::variable(&name);
        let bound = Bound::interval(name.clone(), index.text.clone(), Expr::one(), upper.clone());
        let members = self.members();
        self.is_agent(&value);
        let guards = self.guards.len();
        self.guards.push(Expr::is_agent(&value, &upper));
        self.values.insert(index.text.clone(), value);
        self.ranges.push(Range { bound, ordered: true });
        let term = self.number(body);
        self.values.remove(&index.text);
        self.ranges.pop();
        self.guards.truncate(guards);
        self.forget_agents(members);
        let term = term?;
        match operator {
            FamilyOperator::Sum => {}
            FamilyOperator::Max => return self.highest((&name, &upper), &term, left_out.as_ref(), e.span),
            FamilyOperator::Min => {
                let least = self.highest((&name, &upper), &term.negated(), left_out.as_ref(), e.span)?;
                return Ok(least.negated());
            }
        }
        let all = Expr::sum(&name, &upper, &term);
        Ok(left_out.map_or(all.clone(), |agent| all.minus(&term.substitute_one(&name, &agent))))
    }

    /// `E e`: the expectation over all profiles.
    pub(super) fn over_profiles(&mut self, inner: &ast::Expr) -> Resolve<Expr> {
        let Some(profile) = self.family.as_ref().and_then(|f| f.profile.clone()) else {
            if let Err(complaint) = self.number(inner)
                && (complaint.code == BROKEN || complaint.code == NO_SETTING)
            {
                return Err(complaint);
            }
            let help = "declare `given profile t` above";
            return Err(advise("wrong-stage", "it is not said what this averages over", inner.span, help));
        };
        let name = self.new_name(&profile);
        let value = Expr::variable(&name);
        let guards = self.guards.len();
        self.guards.extend(self.in_type_space(&value));
        let outside = self.values.insert(profile.clone(), value);
        let term = self.number(inner);
        match outside {
            Some(outside) => drop(self.values.insert(profile, outside)),
            None => drop(self.values.remove(&profile)),
        }
        self.guards.truncate(guards);
        if let Some(family) = &mut self.family {
            family.averaged = true;
        }
        Ok(Expr::expectation(&name, &term?))
    }

    /// `t[i]`.
    pub(super) fn type_at(&mut self, name: &Name, index: &ast::Expr) -> Resolve<Expr> {
        let profile = self.profile_of(name)?;
        let agent = self.number(index)?;
        Ok(Expr::read(&profile, &agent))
    }

    /// `t with t[i] = r`.
    pub(super) fn changed(&mut self, name: &Name, index: &ast::Expr, value: &ast::Expr) -> Resolve<Expr> {
        let profile = self.profile_of(name)?;
        let (agent, value) = (self.number(index)?, self.number(value)?);
        Ok(Expr::update(&profile, &agent, &value))
    }

    /// What is defined: a definition that depends on a profile says so, or `E` could not tell which one is meant.
    pub(super) fn definition(&mut self, body: &ast::Expr) -> Resolve<Expr> {
        let value = self.number(body)?;
        match self.profile() {
            Some(profile) if value.mentions_variable(&profile) => {
                let message = format!("this depends on the profile `{profile}`, and does not say so");
                let help = format!("give it a parameter, as in `let g(s) = …`, and write `g({profile})`");
                Err(advise("wrong-stage", message, body.span, help))
            }
            _ => Ok(value),
        }
    }

    /// A number that is calculated with: no profile is.
    pub(super) fn operand(&mut self, e: &ast::Expr) -> Resolve<Expr> {
        let whole = match &e.kind {
            ast::ExprKind::Name(text) => self.is_profile(text),
            ast::ExprKind::Changed { .. } => true,
            _ => false,
        };
        if whole {
            let message = "this is a profile, and a number is needed here";
            return Err(advise("wrong-sort", message, e.span, "speak of one of its types"));
        }
        self.number(e)
    }

    fn profile_of(&self, name: &Name) -> Resolve<Expr> {
        match self.values.get(&name.text) {
            Some(profile) if self.family.is_some() => Ok(profile.clone()),
            _ => {
                let known = self.family.as_ref().and_then(|f| f.profile.as_deref());
                Err(unknown_name("profile", &name.text, name.span, known))
            }
        }
    }

    /// Takes the name of profiles and, with a density on a type space, what they mean.
    pub(super) fn declare_profile(
        &mut self,
        name: &Name,
        space: Option<(Expr, Expr, bool, String)>,
    ) -> Resolve<Vec<Formula>> {
        let upper = self.family.as_ref().and_then(|f| f.upper.clone());
        let Some(family) = &mut self.family else { return Ok(vec![]) };
        if family.profile.is_some() {
            return Err(complain("unsupported", "a derivation has one name for profiles", name.span));
        }
        family.profile = Some(name.text.clone());
        let Some((low, high, positive, density)) = space else { return Ok(vec![]) };
        let Some(upper) = upper else {
            let help = "declare `given integer n >= 1` above";
            return Err(advise("unsupported", "it is not said how many agents there are", name.span, help));
        };
        family.space = Some((low.clone(), high.clone()));
        self.functions.insert(density.clone(), Function::Unknown { arity: Some(2) });
        let [i, y, z] = ["i'", "y'", "z'"].map(Symbol::from);
        let (agent, point) = (Expr::variable(&i), Expr::variable(&y));
        let at = |e: &Expr| Expr::apply(&density, vec![agent.clone(), e.clone()]);
        let inside = [Formula::at_least(&point, &low), Formula::at_least(&high, &point)];
        let for_agents = |f: Formula| {
            let is_agent = Expr::is_agent(&agent, &upper);
            Formula::for_all(std::slice::from_ref(&i), Formula::implied(&[is_agent], f))
        };
        let premises = [&[Expr::is_agent(&agent, &upper)][..], &inside].concat();
        let zero = Expr::zero();
        let sign = if positive {
            Formula::greater(&at(&point), &zero)
        } else {
            Formula::at_least(&at(&point), &zero)
        };
        let mass = Expr::integral(&z, &low, &high, &at(&Expr::variable(&z)));
        let mut said = vec![
            Formula::greater(&high, &low),
            Formula::for_all(&[i.clone(), y.clone()], Formula::implied(&premises, sign)),
            for_agents(Formula::equal(&mass, &Expr::one())),
        ];
        said.extend(TypeSpace { low, high, upper, density: Some(density.as_str().into()) }.meaning());
        Ok(said)
    }

    /// Takes the name of profiles whose types are drawn by a law.
    pub(super) fn declare_drawn(&mut self, name: &Name, law: &Law) -> Resolve<()> {
        let Some(family) = &mut self.family else { return Ok(()) };
        if family.profile.is_some() {
            return Err(complain("unsupported", "a derivation has one name for profiles", name.span));
        }
        family.profile = Some(name.text.clone());
        family.space = Some((law.low.clone(), law.high.clone()));
        Ok(())
    }

    /// That every type of a profile is in the type space.
    pub(super) fn in_type_space(&self, profile: &Expr) -> Vec<Formula> {
        let Some(family) = &self.family else { return vec![] };
        let (Some(upper), Some((low, high))) = (&family.upper, &family.space) else { return vec![] };
        crate::model::in_type_space(profile, upper, low, high).into()
    }

    fn new_name(&mut self, stem: &str) -> Symbol {
        let fresh = self.family.as_mut().map_or(0, |f| {
            f.fresh += 1;
            f.fresh
        });
        format!("{stem}'{fresh}").as_str().into()
    }
}
