//! Derivatives at every point, and the envelope theorem: `U(v) − U(w) = ∫_w^v D` where a type makes its best choice and what a
//! choice is worth has a derivative at every type.

use std::collections::BTreeMap;

use crate::kernel::rule::envelope::{Differentiable, Envelope, derivative};
use crate::kernel::{Atom, Expr, Formula, Name, Node, Relation, Step};
use crate::model::Rate;
use crate::piecewise::Obstacle;

use super::super::differentiable::recognised;
use super::super::proof::symbol;
use super::envelope::utility;
use super::rewrite::solved;
use super::tactic::{Allowed, Known, Sources, Tactic};
use super::{Proof, Source};

/// Candidates that are tried at most.
const CANDIDATE_LIMIT: usize = 8;

/// A source that says that a term has a derivative at every point.
#[derive(Debug, Clone)]
pub(super) struct Smooth {
    source: Source,
    /// What it speaks of all of, from the outermost, and the premises below.
    names: Vec<Name>,
    premises: Vec<Formula>,
    what: Differentiable,
}

impl Smooth {
    /// What a source says, if it is this.
    fn of(source: Source) -> Option<Self> {
        let (mut names, mut premises, mut at) = (Vec::new(), Vec::new(), &source.formula);
        loop {
            if let Some(what) = recognised(at) {
                return Some(Smooth { names, premises, what, source });
            }
            at = match at {
                Formula::ForAll(x, body) => {
                    names.push(x.clone());
                    body
                }
                Formula::Implies(premise, body) => {
                    premises.push((**premise).clone());
                    body
                }
                _ => return None,
            };
        }
    }

    /// The term for values of its names, in `y`.
    fn term(&self, values: &BTreeMap<Name, Expr>, y: &Name) -> Expr {
        let of = self.what.of.substitute(values);
        of.substitute_one(self.what.variable.name(), &Expr::variable(y))
    }

    /// The values of its names for which the term is an atom that moves with its last argument, `y`.
    fn values(&self, atom: &Atom, y: &Name) -> Option<BTreeMap<Name, Expr>> {
        self.fits(&self.what.of, atom, y)
    }

    /// The values for which another term in its names, as the derivative, is an atom.
    fn fits(&self, pattern: &Expr, atom: &Atom, y: &Name) -> Option<BTreeMap<Name, Expr>> {
        let (Node::Apply(function, wanted), Node::Apply(other, found)) =
            (pattern.as_atom()?.node(), atom.node())
        else {
            return None;
        };
        if function != other || wanted.len() != found.len() {
            return None;
        }
        let mut values: BTreeMap<Name, Expr> = BTreeMap::new();
        for (wanted, found) in wanted.iter().zip(found) {
            match wanted.as_variable() {
                Some(x) if x == self.what.variable.name() => {
                    if found.as_variable() != Some(y) {
                        return None;
                    }
                }
                Some(x) if self.names.contains(x) => {
                    if values.entry(x.clone()).or_insert_with(|| found.clone()) != found {
                        return None;
                    }
                }
                _ if wanted == found => {}
                _ => return None,
            }
        }
        (values.len() == self.names.len()).then_some(values)
    }
}

impl Proof<'_> {
    /// Adds a source. One that says that something has a derivative at every point says as well that it is an integral of it.
    pub(super) fn remember(&mut self, source: Source) -> Result<(), Obstacle> {
        let Some(smooth) = Smooth::of(source.clone()) else {
            self.sources.push(source);
            return Ok(());
        };
        let what = &smooth.what;
        let rate = Rate {
            of: what.of.clone(),
            variable: what.variable.name().clone(),
            low: what.low.clone(),
            high: what.high.clone(),
            relation: crate::model::Comparison::Equal,
            with: what.slope.clone(),
            is_everywhere: false,
        };
        let formula = Formula::for_all(&smooth.names, Formula::implied(&smooth.premises, rate.formula()));
        // A derivative without a bound need not have an integral.
        if let Ok(step) = self.integral_of(&smooth) {
            self.sources.push(Source { step, formula, ..source });
        }
        self.smooth.push(smooth);
        Ok(())
    }

    /// That a term with a derivative at every point is an integral of it: the envelope theorem without a choice.
    fn integral_of(&mut self, smooth: &Smooth) -> Result<usize, Obstacle> {
        let Smooth { source, names, premises, what } = smooth;
        let mut step = source.step;
        for name in names {
            step = self.builder.add(Step::Instance { premise: step, term: Expr::variable(name) })?;
        }
        for premise in premises {
            let premise = self.builder.add(Step::Assume { formula: premise.clone() })?;
            step = self.builder.add(Step::Apply { implication: step, premise })?;
        }
        let own = what.variable.name();
        let (choice, to) = (self.name("r"), self.name("y"));
        let end = Expr::variable(&to);
        let of = Envelope {
            choice: symbol(&choice)?,
            payoff: what.clone(),
            from: what.low.clone(),
            to: end.clone(),
        };
        let same = Step::Combine {
            premises: vec![],
            goal: Formula::at_least(&Expr::zero(), &Expr::zero()),
            evidence: Default::default(),
        };
        let same = self.builder.add(same)?;
        let (r, y) = (Expr::variable(&choice), Expr::variable(own));
        let optimal =
            self.closed(&[choice.clone(), own.clone()], &[what.within(&r), what.within(&y)].concat(), same)?;
        let smooth = self.closed(std::slice::from_ref(&choice), &what.within(&r), step)?;
        let mut order = [same; 3];
        for (slot, formula) in order.iter_mut().skip(1).zip(what.within(&end)) {
            *slot = self.builder.add(Step::Assume { formula })?;
        }
        let step = self.builder.add(Step::Envelope { premises: [optimal, smooth], order, of })?;
        let step = self.closed(std::slice::from_ref(&to), &what.within(&end), step)?;
        let step = self.builder.add(Step::Instance { premise: step, term: y })?;
        let step = self.builder.add(Step::Generalise { premise: step, name: what.variable.clone() })?;
        self.closed(names, premises, step)
    }

    /// That a term has a derivative at every point, from those of functions in it.
    pub(super) fn differentiable(
        &mut self,
        what: &Differentiable,
        allowed: &Allowed,
    ) -> Result<Option<usize>, Obstacle> {
        // It is a fact of calculus, unless a source says it.
        if !allowed.fundamental && !matches!(allowed.sources, Sources::Named(_)) {
            return Ok(None);
        }
        let along = (what.variable.name(), &what.low, &what.high);
        let Some((step, found)) = self.derived(&what.of, along, allowed)? else { return Ok(None) };
        Ok((found.formula() == what.formula()).then_some(step))
    }

    /// The derivative of a term at every point of an interval, from those of functions in it.
    fn derived(
        &mut self,
        of: &Expr,
        (variable, low, high): (&Name, &Expr, &Expr),
        allowed: &Allowed,
    ) -> Result<Option<(usize, Differentiable)>, Obstacle> {
        let own = Expr::variable(variable);
        let (mut premises, mut parts, mut seen) = (Vec::new(), Vec::new(), Vec::new());
        for atom in of.atoms().filter(|a| a.mentions_variable(variable) && own.as_atom() != Some(a)) {
            if seen.contains(&atom) {
                continue;
            }
            seen.push(atom);
            let Some((step, part)) = self.part(atom, (variable, low, high), allowed)? else {
                return Ok(None);
            };
            premises.push(step);
            parts.push(part);
        }
        let (variable, of, low, high) = (symbol(variable)?, of.clone(), low.clone(), high.clone());
        let Ok(what) = derivative(&parts, (&variable, &of, &low, &high)) else { return Ok(None) };
        let step = self.builder.add(Step::Differentiate { premises, parts, variable, of, low, high });
        Ok(step.ok().map(|step| (step, what)))
    }

    /// The derivative of an atom: what a source says of it, or the average of one.
    fn part(
        &mut self,
        atom: &Atom,
        (variable, low, high): (&Name, &Expr, &Expr),
        allowed: &Allowed,
    ) -> Result<Option<(usize, Differentiable)>, Obstacle> {
        if let Node::Expect { body } = atom.node() {
            let profile = self.name("p");
            let inside = body.open(&profile);
            let Some((premise, what)) = self.derived(&inside, (variable, low, high), allowed)? else {
                return Ok(None);
            };
            let step = Step::Expected { premise, profile: symbol(&profile)?, what: what.clone() };
            let Ok(step) = self.builder.add(step) else { return Ok(None) };
            let [of, slope] = [&what.of, &what.slope].map(|e| Expr::expectation(&profile, e));
            return Ok(Some((step, Differentiable { of, slope, ..what })));
        }
        for smooth in self.smooth.clone() {
            if !self.may_use(&smooth.source, allowed) {
                continue;
            }
            let Some(values) = smooth.values(atom, variable) else { continue };
            let at = |e: &Expr| e.substitute(&values);
            let what = &smooth.what;
            let part = Differentiable {
                variable: what.variable.clone(),
                of: at(&what.of),
                slope: at(&what.slope),
                low: at(&what.low),
                high: at(&what.high),
            };
            if part.low != *low || part.high != *high {
                continue;
            }
            let at: Option<Vec<Expr>> = smooth.names.iter().map(|name| values.get(name).cloned()).collect();
            let Some(at) = at else { return Ok(None) };
            if let Some((step, _)) = self.applied_to(smooth.source.step, &at)? {
                return Ok(Some((step, part)));
            }
        }
        Ok(None)
    }

    /// Equations `U(v) − U(w) = ∫_w^v D` for the integrals of a term, where `U` is what the best choice is worth: what the
    /// term has beside them, or what has the integrand as its derivative.
    /// For an inequality also the sign of that integral.
    pub(super) fn best_choices(
        &mut self,
        relation: Relation,
        e: &Expr,
        allowed: &Allowed,
    ) -> Result<Vec<Known>, Obstacle> {
        if self.smooth.is_empty() {
            return Ok(vec![]);
        }
        let mut limits: Vec<Expr> = vec![Expr::zero()];
        let y = self.name("y");
        // What is integrated up to each limit.
        let mut slopes: Vec<Expr> = vec![];
        for (monomial, c) in e.terms() {
            let mut factors = monomial.factors();
            let (Some((atom, 1)), None) = (factors.next(), factors.next()) else { continue };
            let Node::Primitive { upper, body } = atom.node() else { continue };
            let slope = body.open(&y).scaled(c);
            let place = limits.iter().skip(1).position(|limit| limit == upper);
            match place.and_then(|k| slopes.get_mut(k)) {
                Some(known) => *known = known.plus(&slope),
                None => {
                    limits.push(upper.clone());
                    slopes.push(slope);
                }
            }
        }
        slopes.truncate(CANDIDATE_LIMIT);
        let mut out: Vec<Known> = Vec::new();
        if slopes.is_empty() {
            // What is compared is what the best choice is worth to two types.
            slopes.push(Expr::zero());
            let names = e.free_names().into_iter().filter(|name| e.mentions_variable(name));
            let points: Vec<Expr> = names.map(|name| Expr::variable(&name)).collect();
            let ends = self.smooth.iter().flat_map(|s| [s.what.low.clone(), s.what.high.clone()]);
            for point in points.into_iter().chain(ends) {
                limits.extend((!limits.contains(&point)).then_some(point));
            }
            limits.truncate(CANDIDATE_LIMIT);
        }
        for slope in slopes {
            let mut values: Vec<Expr> = self.with_derivative(&slope, &y);
            values.extend(self.with_derivative(&slope.negated(), &y));
            let mut ends: Vec<(Expr, Expr)> = Vec::new();
            for to in &limits {
                for from in limits.iter().filter(|from| *from != to) {
                    ends.push((from.clone(), to.clone()));
                    let area = Expr::integral(&y, from, to, &slope);
                    let Some(value) = utility(&e.minus(&area), to, from, &y) else { continue };
                    let value = self.as_given(&value, &y, allowed);
                    for value in [value.clone(), value.negated()] {
                        values.extend((!values.contains(&value)).then_some(value));
                    }
                }
            }
            for value in values.iter().take(CANDIDATE_LIMIT) {
                for (from, to) in &ends {
                    let fresh = self.fresh;
                    match self.best_choice(value, &y, (from, to), allowed)? {
                        Some((known, rate)) => {
                            out.push(known);
                            if relation == Relation::Equal || !allowed.monotone {
                                continue;
                            }
                            let at = |point: &Expr| value.substitute_one(&y, point);
                            let change = at(to).minus(&at(from));
                            let area = Expr::integral(&y, from, to, &slope);
                            let signed =
                                [(e.minus(&change), rate.clone()), (e.plus(&change), rate.negated())];
                            if let Some((_, rate)) = signed.into_iter().find(|(rest, _)| *rest == area) {
                                let whole = rate.plus(&slope);
                                out.extend(self.integrated(relation, &whole, from, to, &y, allowed)?);
                            }
                        }
                        // The next one speaks of the same names, so that what was found about them is found again.
                        None => self.fresh = fresh,
                    }
                }
            }
        }
        Ok(out)
    }

    /// A term with functions of the type as what an equation says that they are.
    fn as_given(&self, value: &Expr, y: &Name, allowed: &Allowed) -> Expr {
        let own = Expr::variable(y);
        value.replace_atoms(|atom| {
            let Node::Apply(_, arguments) = atom.node() else { return None };
            if arguments.as_slice() != std::slice::from_ref(&own)
                || self.smooth.iter().any(|s| s.values(atom, y).is_some())
            {
                return None;
            }
            let usable = self.sources.iter().filter(|s| self.may_use(s, allowed));
            usable.filter_map(|s| says_what_is(&s.formula, atom, y)).next()
        })
    }

    /// Terms that have a derivative at every point, which is an integrand.
    fn with_derivative(&self, slope: &Expr, y: &Name) -> Vec<Expr> {
        let found = self.smooth.iter().filter_map(|smooth| {
            let values = smooth.fits(&smooth.what.slope, slope.as_atom()?, y)?;
            Some(smooth.term(&values, y))
        });
        found.collect()
    }

    /// The envelope theorem for what a type is worth that makes its best choice, and the integrand.
    fn best_choice(
        &mut self,
        value: &Expr,
        y: &Name,
        (from, to): (&Expr, &Expr),
        allowed: &Allowed,
    ) -> Result<Option<(Known, Expr)>, Obstacle> {
        let choice = self.name("r");
        let r = Expr::variable(&choice);
        let worth = self.chosen_by(value, y, &choice);
        let known = self.smooth.iter().map(|s| (s.what.low.clone(), s.what.high.clone()));
        let spaces: Vec<(Expr, Expr)> = known.chain(self.type_spaces()).collect();
        for (position, (low, high)) in spaces.iter().enumerate() {
            if spaces.iter().take(position).any(|before| before == &(low.clone(), high.clone())) {
                continue;
            }
            let within = |x: &Expr| vec![Formula::at_least(x, low), Formula::at_least(high, x)];
            let mut order = Vec::new();
            for (above, below) in [(from, low), (to, from), (high, to)] {
                order.extend(self.obvious(&Formula::at_least(above, below))?);
            }
            let Ok(order) = <[usize; 3]>::try_from(order) else { continue };
            let before = self.domain.len();
            self.domain.extend(within(&r));
            let found = self.derived(&worth, (y, low, high), allowed);
            self.domain.truncate(before);
            let Some((step, payoff)) = found? else { continue };
            let smooth = self.closed(std::slice::from_ref(&choice), &within(&r), step)?;
            let rate = payoff.slope.substitute_one(&choice, &Expr::variable(y));
            let of = Envelope { choice: symbol(&choice)?, payoff, from: from.clone(), to: to.clone() };
            let Some(optimal) = self.establish(&of.optimal(), &Tactic::Given)? else { continue };
            let Ok(step) = self.builder.add(Step::Envelope { premises: [optimal, smooth], order, of }) else {
                continue;
            };
            return Ok(Some(((step, self.builder.conclusion(step)?), rate)));
        }
        Ok(None)
    }

    /// What a choice is worth to a type, where the term is what it is worth to the type that chooses it: the type stands
    /// in its own places of functions that have a derivative in it, and where it stands alone; elsewhere it is the choice.
    fn chosen_by(&self, value: &Expr, y: &Name, choice: &Name) -> Expr {
        let r = Expr::variable(choice);
        value.replace_atoms(|atom| {
            if !atom.mentions_variable(y) || Expr::from(atom).as_variable() == Some(y) {
                return None;
            }
            if let Node::Expect { body } = atom.node() {
                let profile: Name = format!("{choice}'").as_str().into();
                let inside = self.chosen_by(&body.open(&profile), y, choice);
                return Some(Expr::expectation(&profile, &inside));
            }
            let chosen = |e: &Expr| e.substitute_one(y, &r);
            let own = self.smooth.iter().find_map(|smooth| {
                let mut values = smooth.values(atom, y)?;
                values.values_mut().for_each(|value| *value = chosen(value));
                Some(smooth.term(&values, y))
            });
            Some(own.unwrap_or_else(|| chosen(&Expr::from(atom))))
        })
    }
}

/// What an equation for all values of a name says that a function of it is, at a place: `∀s. … ⇒ F(s) = e`.
fn says_what_is(formula: &Formula, atom: &Atom, y: &Name) -> Option<Expr> {
    let Formula::ForAll(name, body) = formula else { return None };
    let mut at = &**body;
    while let Formula::Implies(_, rest) = at {
        at = rest;
    }
    let Formula::Compare(Relation::Equal, equation) = at else { return None };
    let here = equation.substitute_one(name, &Expr::variable(y));
    solved(&here).into_iter().find_map(|(known, value)| (known == *atom).then_some(value))
}
