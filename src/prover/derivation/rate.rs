//! Derivatives: that a term is an integral of what it is said to rise by, from the fundamental theorem and from what is
//! known of the derivatives of functions in it.

use std::collections::BTreeMap;

use crate::kernel::rule::calculus::Interval;
use crate::kernel::rule::fundamental::derivative;
use crate::kernel::{Atom, Expr, Formula, Name, Node, Relation, Step};
use crate::model::{Chain, Comparison, Proposition, Rate};
use crate::piecewise::Obstacle;

use super::super::proof::symbol;
use super::tactic::{Allowed, Known, Tactic, term};
use super::{Proof, Source};

/// The derivative less what it should be, if there is one by the form of the term, almost everywhere.
pub(super) fn residual(rate: &Rate) -> Option<Expr> {
    if rate.is_everywhere {
        return None;
    }
    Some(derivative(&rate.of, &rate.variable).ok()?.minus(&rate.with))
}

impl Proof<'_> {
    /// A proposition by its reasons.
    pub(super) fn says(&mut self, says: &Proposition, tactic: &Tactic) -> Result<Option<usize>, Obstacle> {
        let Proposition::Rate(rate) = says else { return self.for_reasons(&says.formula(), tactic) };
        // It speaks of all values of its variable itself.
        let outside = self.domain.clone();
        self.domain.retain(|f| !f.mentions_variable(&rate.variable));
        let found = self.rises(rate, tactic);
        self.domain = outside;
        found
    }

    fn rises(&mut self, rate: &Rate, tactic: &Tactic) -> Result<Option<usize>, Obstacle> {
        let allowed = tactic.allows();
        if let Some(what) = rate.everywhere().filter(|_| rate.is_everywhere) {
            return self.differentiable(&what, &allowed);
        }
        let domain = rate.domain();
        let before = self.domain.len();
        self.domain.extend(domain.clone());
        let mut found = Ok(None);
        if allowed.fundamental && rate.relation == Comparison::Equal {
            let length = self.builder.length();
            found = self.differentiated(rate, &allowed);
            if matches!(found, Ok(None)) {
                self.forget(length);
            }
        }
        if matches!(found, Ok(None)) {
            found = self.for_reasons(&rate.comparison(), tactic);
        }
        self.domain.truncate(before);
        let Some(step) = found? else { return Ok(None) };
        Ok(Some(self.closed(&rate.variables(), &domain, step)?))
    }

    /// `e(y) − e(a) = ∫_a^y d`: with the functions in `e` as integrals of their derivatives, the fundamental theorem has
    /// the derivative of `e`, and it is `d` at all places.
    fn differentiated(&mut self, rate: &Rate, allowed: &Allowed) -> Result<Option<usize>, Obstacle> {
        let goal = rate.comparison();
        let y = self.name("y");
        let usable = self.sources.iter().filter(|s| self.may_use(s, allowed));
        let known: Vec<Primitive> = usable.filter_map(primitive).collect();
        let body = written_out(&rate.of, &rate.variable, &known);
        let inside = body.substitute_one(&rate.variable, &Expr::variable(&y));
        let Ok(slope) = derivative(&inside, &y) else { return Ok(None) };
        let interval =
            Interval { variable: symbol(&y)?, low: rate.low.clone(), high: Expr::variable(&rate.variable) };
        let step = self.builder.add(Step::Fundamental { interval: interval.clone(), body: inside })?;
        let mut facts = vec![(step, self.builder.conclusion(step)?)];
        let with = rate.with.substitute_one(&rate.variable, &Expr::variable(&y));
        if slope != with {
            let point = Expr::variable(&y);
            let bounds =
                [Formula::at_least(&point, &interval.low), Formula::at_least(&interval.high, &point)];
            let before = self.domain.len();
            self.domain.extend(bounds);
            let premise = self.by(&Formula::equal(&slope, &with), allowed);
            self.domain.truncate(before);
            let Some(premise) = premise? else { return Ok(None) };
            let order = Formula::at_least(&interval.high, &interval.low);
            let order = self.builder.add(Step::Assume { formula: order })?;
            let (left, right) = (slope, with);
            let congruence = Step::Congruence { premise, order, interval, exceptions: vec![], left, right };
            let step = self.builder.add(congruence)?;
            facts.push((step, self.builder.conclusion(step)?));
        }
        if let Some(step) = self.combine(&facts, &goal, 1)? {
            return Ok(Some(step));
        }
        let Some(e) = term(&goal) else { return Ok(None) };
        facts.extend(self.facts(&e, allowed)?);
        if let Some(step) = self.from(&facts, &goal)? {
            return Ok(Some(step));
        }
        // The ends of integrals may be functions, which are known by their integrals.
        let moving = |e: &Expr| {
            e.atoms().any(|a| matches!(a.node(), Node::Primitive { upper, .. } if !upper.is_polynomial()))
        };
        let terms: Vec<Expr> = facts.iter().filter_map(|(_, f)| term(f)).filter(moving).collect();
        for e in terms {
            facts.extend(self.equals(&e, &facts)?);
        }
        self.from(&facts, &goal)
    }

    /// A difference of two sides with a sign: it is zero, or has the sign, at one place, and moves in the right direction
    /// from there.
    pub(super) fn by_derivative(
        &mut self,
        goal: &Formula,
        allowed: &Allowed,
    ) -> Result<Option<usize>, Obstacle> {
        let Formula::Compare(relation, e) = goal else { return Ok(None) };
        if *relation == Relation::Equal || self.depth > 0 {
            return Ok(None);
        }
        for name in allowed.moving.iter().filter(|name| e.mentions_variable(name)) {
            let to = Expr::variable(name);
            let mut places: Vec<Expr> =
                allowed.equal.iter().filter(|(n, _)| n == name).map(|(_, place)| place.clone()).collect();
            if places.is_empty() {
                places = self.ends(name);
            }
            for from in places {
                let y = self.name("y");
                let body = e.substitute_one(name, &Expr::variable(&y));
                let Ok(slope) = derivative(&body, &y) else { continue };
                let interval = Interval { variable: symbol(&y)?, low: from.clone(), high: to.clone() };
                let step = self.builder.add(Step::Fundamental { interval, body })?;
                let mut known = vec![(step, self.builder.conclusion(step)?)];
                let up = self.integrated(*relation, &slope, &from, &to, &y, allowed)?;
                let down = match up {
                    None => self.integrated(*relation, &slope.negated(), &to, &from, &y, allowed)?,
                    found => found,
                };
                let Some(sign) = down else { continue };
                known.push(sign);
                if let Some(step) = self.combine(&known, goal, 1)? {
                    return Ok(Some(step));
                }
                known.extend(self.facts(&e.substitute_one(name, &from), allowed)?);
                if let Some(step) = self.from(&known, goal)? {
                    return Ok(Some(step));
                }
            }
        }
        Ok(None)
    }

    /// Whether the sides are equal where a reason says so.
    pub(super) fn is_equal_where_said(&mut self, e: &Expr, allowed: &Allowed) -> Result<bool, Obstacle> {
        if self.depth > 0 {
            return Ok(true);
        }
        for (name, place) in allowed.equal.iter().filter(|(name, _)| e.mentions_variable(name)) {
            let goal = Formula::Compare(Relation::Equal, e.substitute_one(name, place));
            let plain = Allowed { equal: vec![], moving: vec![], ..allowed.clone() };
            let before = self.builder.length();
            let found = self.by(&goal, &plain)?;
            self.forget(before);
            if found.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The ends of the range of a name, by what is assumed of it.
    fn ends(&self, name: &Name) -> Vec<Expr> {
        let at = Expr::variable(name);
        let mut out: Vec<Expr> = Vec::new();
        for formula in &self.domain {
            let Formula::Compare(_, e) = formula else { continue };
            for end in [at.minus(e), at.plus(e)] {
                if !end.mentions_variable(name) && !out.contains(&end) {
                    out.push(end);
                }
            }
        }
        out
    }

    /// What a derivative and the comparisons of numbers behind it give together.
    pub(super) fn rates_together(
        &mut self,
        chain: &Chain,
        rate: &Rate,
        links: &[usize],
    ) -> Result<Option<usize>, Obstacle> {
        let Some((Proposition::Rate(first), whole)) = chain.links.first().map(|l| &l.says).zip(links.first())
        else {
            return Ok(None);
        };
        if first == rate {
            return Ok(Some(*whole));
        }
        let (relation, difference) = match rate.relation {
            Comparison::Equal => (Relation::Equal, first.with.minus(&rate.with)),
            Comparison::AtLeast => (Relation::AtLeast, first.with.minus(&rate.with)),
            Comparison::Greater => (Relation::Positive, first.with.minus(&rate.with)),
            Comparison::AtMost => (Relation::AtLeast, rate.with.minus(&first.with)),
            Comparison::Less => (Relation::Positive, rate.with.minus(&first.with)),
            Comparison::Unequal => return Ok(None),
        };
        let known = self.said(links.iter().skip(1))?;
        let everywhere = Formula::Compare(relation, difference.clone());
        let Some(step) = self.combine(&known, &everywhere, 1)? else { return Ok(None) };
        let own: Vec<Formula> =
            chain.domain.iter().filter(|f| f.mentions_variable(&rate.variable)).cloned().collect();
        let everywhere = self.closed(std::slice::from_ref(&rate.variable), &own, step)?;
        // Between the ends of an interval.
        let y = self.name("y");
        let (point, from, to) = (Expr::variable(&y), rate.from(), Expr::variable(&rate.variable));
        let domain = rate.domain();
        let bounds = [Formula::at_least(&point, &from), Formula::at_least(&to, &point)];
        let assumed: Vec<Formula> = domain.iter().chain(&bounds).cloned().collect();
        let Some(premise) = self.at(everywhere, &point, &assumed)? else { return Ok(None) };
        let interval = Interval { variable: symbol(&y)?, low: from.clone(), high: to.clone() };
        let strict = relation == Relation::Positive;
        let order = if strict { Formula::greater(&to, &from) } else { Formula::at_least(&to, &from) };
        let order = self.builder.add(Step::Assume { formula: order })?;
        let moved = |e: &Expr| e.substitute_one(&rate.variable, &point);
        let step = match relation {
            Relation::Equal => Step::Congruence {
                premise,
                order,
                interval,
                exceptions: vec![],
                left: moved(&first.with),
                right: moved(&rate.with),
            },
            _ => Step::Monotone { premise, order, interval, exceptions: vec![] },
        };
        let Ok(step) = self.builder.add(step) else { return Ok(None) };
        let mut known = self.said([&step])?;
        for end in [&to, &from] {
            if rate.relation == Comparison::Equal && end == &from {
                continue;
            }
            let Some(step) = self.at(*whole, end, &domain)? else { return Ok(None) };
            known.extend(self.said([&step])?);
        }
        let Some(step) = self.combine(&known, &rate.comparison(), 1)? else { return Ok(None) };
        Ok(Some(self.closed(&rate.variables(), &domain, step)?))
    }

    /// Something that holds at all places, at one whose premises follow from what is assumed.
    fn at(
        &mut self,
        everywhere: usize,
        point: &Expr,
        assumed: &[Formula],
    ) -> Result<Option<usize>, Obstacle> {
        let mut step = self.builder.add(Step::Instance { premise: everywhere, term: point.clone() })?;
        let mut known: Vec<Known> = Vec::new();
        for formula in assumed {
            known.push((self.builder.add(Step::Assume { formula: formula.clone() })?, formula.clone()));
        }
        while let Formula::Implies(premise, _) = self.builder.conclusion(step)? {
            let Some(premise) = self.combine(&known, &premise, 1)? else { return Ok(None) };
            step = self.builder.add(Step::Apply { implication: step, premise })?;
        }
        Ok(Some(step))
    }

    fn said<'s>(&mut self, steps: impl IntoIterator<Item = &'s usize>) -> Result<Vec<Known>, Obstacle> {
        steps.into_iter().map(|s| Ok((*s, self.builder.conclusion(*s)?))).collect()
    }
}

/// A function as a number and the integral of its derivative.
struct Primitive {
    /// The function with the names of its arguments, and terms that are not spoken of all of.
    function: Name,
    arguments: Vec<Expr>,
    /// The names.
    names: Vec<Name>,
    /// What it is.
    value: Expr,
}

/// What a source says of the derivative of a function: `g(y) − g(a) = ∫_a^y d` for all `y` of an interval.
fn primitive(source: &Source) -> Option<Primitive> {
    let (mut names, mut at) = (Vec::new(), &source.formula);
    loop {
        at = match at {
            Formula::ForAll(x, body) => {
                names.push(x.clone());
                body
            }
            Formula::Implies(_, body) => body,
            Formula::Compare(Relation::Equal, _) => break,
            _ => return None,
        };
    }
    let equation = term(at)?;
    let y = names.last()?;
    let is_at = |a: &Atom| {
        matches!(a.node(), Node::Apply(_, arguments)
        if arguments.iter().any(|e| e.as_variable() == Some(y)))
    };
    let mut found = equation.terms().filter(|(m, _)| m.factors().any(|(a, _)| is_at(a)));
    let (Some((monomial, c)), None) = (found.next(), found.next()) else { return None };
    let mut factors = monomial.factors();
    let (Some((atom, 1)), None) = (factors.next(), factors.next()) else { return None };
    let Node::Apply(function, arguments) = atom.node() else { return None };
    let value = Expr::from(atom).minus(&equation.scaled(&c.recip()?));
    derivative(&value, y).is_ok().then(|| Primitive {
        function: function.clone(),
        arguments: arguments.clone(),
        names,
        value,
    })
}

/// A term with integrals in the place of functions whose derivatives are known, where they move.
fn written_out(e: &Expr, variable: &Name, known: &[Primitive]) -> Expr {
    e.replace_atoms(|atom| match atom.node() {
        Node::Power(base) if base.mentions_variable(variable) => {
            Some(written_out(base, variable, known).natural_power())
        }
        Node::Apply(function, arguments) if atom.mentions_variable(variable) => {
            let arguments: Vec<Expr> = arguments.iter().map(|e| written_out(e, variable, known)).collect();
            known.iter().filter(|p| p.function == *function).find_map(|p| p.at(&arguments))
        }
        _ => None,
    })
}

impl Primitive {
    /// What the function is at some arguments.
    fn at(&self, arguments: &[Expr]) -> Option<Expr> {
        let mut values: BTreeMap<Name, Expr> = BTreeMap::new();
        for (wanted, found) in self.arguments.iter().zip(arguments) {
            match wanted.as_variable().filter(|x| self.names.contains(x)) {
                Some(x) => {
                    let known = values.entry(x.clone()).or_insert_with(|| found.clone());
                    if known != found {
                        return None;
                    }
                }
                None if wanted == found => {}
                None => return None,
            }
        }
        (arguments.len() == self.arguments.len()).then(|| self.value.substitute(&values))
    }
}
