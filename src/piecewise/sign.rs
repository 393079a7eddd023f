//! Signs of terms under known facts: [`certify`] searches for a [`Combination`].
//!
//! In the order of cost: numbers; Farkas multipliers of the facts; completed squares; squares and facts
//! that divide the goal; Bernstein coefficients on the box that the facts give; products of facts up to
//! the degree of the goal, with squares of differences and of stationary forms (Handelman; Schmüdgen).
//! Complete for linear goals under linear facts.

use std::collections::BTreeMap;

use super::chain::{self, Chain, Parts};
use super::generator::{GENERATOR_LIMIT, Generator};
use super::lp::{self, Column, Want};
use super::narrow::numbers_in;
use super::twice::two_roots;
use super::written::Square;
use super::{boxes, cleared, factor, modulo, offset, product, sample, univariate};
use crate::exact::{Monomial, Poly, Rational};
use crate::kernel::rule::combine::{Combination, Fact, Term};
use crate::kernel::{Atom, Expr, Node, Relation};

/// Entries that are changed in one linear program at most.
const WORK_LIMIT: usize = 1_500_000;
/// From this degree on, short evidence is not searched for first.
const HIGH_DEGREE: u32 = 8;
/// Roots in a number at most, so that products of facts are tried for its sign.
const FEW_ROOTS: usize = 2;

/// Evidence that `goal REL 0` follows from the facts, if the search finds it.
pub fn certify(facts: &[Fact], relation: Relation, goal: &Expr) -> Option<Combination> {
    certify_within(facts, relation, goal, Effort::FULL)
}

/// The same where it is seen at once: a linear term that is a number or follows from one fact.
pub(super) fn immediate(facts: &[Fact], relation: Relation, goal: &Expr) -> Option<Combination> {
    if relation == Relation::Equal || goal.poly().degree() > 1 {
        return None;
    }
    let simple = goal.atoms().all(|a| matches!(a.node(), Node::Variable(_)));
    let search = Search { facts, relation, goal, effort: Effort::SMALL };
    if simple { search.direct() } else { None }
}

/// The same where a linear program of the facts, or a completed square, shows it.
pub(super) fn simple(facts: &[Fact], relation: Relation, goal: &Expr) -> Option<Combination> {
    Search { facts, relation, goal, effort: Effort::SMALL }.cheap()
}

/// How far a search goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort<'a> {
    /// Facts in one product at most.
    pub(super) products: u32,
    /// Divisions one after the other at most.
    pub(super) divisions: u32,
    /// Terms whose squares may divide the goal up to the equations.
    pub(super) forms: &'a [Expr],
    /// Squares that are written in the statement.
    pub(super) squares: &'a [Square],
    /// Whether points of the cell were tried already.
    pub(super) sampled: bool,
}

impl Effort<'_> {
    pub(super) const FULL: Effort<'static> =
        Effort { products: 4, divisions: 6, forms: &[], squares: &[], sampled: false };
    pub(super) const SMALL: Effort<'static> =
        Effort { products: 2, divisions: 2, forms: &[], squares: &[], sampled: false };

    /// Entries that one linear program may change.
    pub(super) fn work(self) -> usize {
        WORK_LIMIT >> (3 * 4_u32.saturating_sub(self.products))
    }

    pub(super) fn divided(self) -> Option<Self> {
        Some(Effort { divisions: self.divisions.checked_sub(1)?, ..self })
    }
}

/// The same with less or more effort.
pub(super) fn certify_within(
    facts: &[Fact],
    relation: Relation,
    goal: &Expr,
    effort: Effort<'_>,
) -> Option<Combination> {
    if let Some(c) = goal.as_number() {
        let holds = match relation {
            Relation::Equal => c.is_zero(),
            Relation::AtLeast => !c.is_negative(),
            Relation::Positive => c.is_positive(),
        };
        if holds {
            let terms = if c.is_zero() { vec![] } else { vec![Term::number(c)] };
            let terms = if relation == Relation::Equal { vec![] } else { terms };
            return Some(Combination { terms, equations: vec![] });
        }
    }
    let search = Search { facts, relation, goal, effort };
    if cleared::applies(facts, goal) {
        // A quotient that is known as it stands would not be recognised once its denominator is cleared.
        let known = (relation != Relation::Equal).then(|| search.direct()).flatten();
        return known.or_else(|| cleared::certify(facts, relation, goal, effort));
    }
    if let Some((rest, equations)) = modulo::reduced(facts, goal).filter(|(rest, _)| rest != goal)
        && let Some(mut found) = certify_within(facts, relation, &rest, effort)
    {
        found.equations.extend(equations);
        return Some(found);
    }
    if relation == Relation::Equal {
        return search.with(&search.equations());
    }
    if let Some(found) = search.cheap() {
        return Some(found);
    }
    if let Some(found) = search.by_squares(effort.squares) {
        return Some(found);
    }
    let degree = goal.poly().degree();
    let in_one_variable = || univariate::certify(facts, relation, goal, effort);
    if degree >= HIGH_DEGREE
        && let Some(found) = in_one_variable()
    {
        return found;
    }
    if let Some(found) = offset::certify(facts, relation, goal, effort) {
        return Some(found);
    }
    if degree < 2 {
        return search.through_curved_bound();
    }
    if !effort.sampled && sample::refutes(facts, relation, goal) {
        return None;
    }
    let quick = product::by_terms(facts, relation, goal)
        .or_else(|| search.divided_power())
        .or_else(|| search.touching())
        .or_else(|| search.divided_square())
        .or_else(|| search.divided_fact());
    let quick = quick
        .or_else(|| product::certify(facts, relation, goal, effort.divided()?))
        .or_else(|| product::through_bound(facts, relation, goal, effort));
    if quick.is_some() {
        return quick;
    }
    if let Some(found) = in_one_variable() {
        return found;
    }
    if let Some(found) = boxes::certify(facts, relation, goal) {
        return Some(found);
    }
    // Products of facts say little about a number in many roots, or in roots that are known closely: it takes more bits.
    if numbers_in(facts, goal).is_some_and(|roots| roots > FEW_ROOTS) || offset::is_linear(facts, goal) {
        return None;
    }
    let mut generators = search.linear();
    generators.extend(search.squares());
    for size in 2..=degree.min(effort.products) {
        // Squares times facts first: there are few of them, and they fit incentive constraints.
        for more in [search.squared_products(size), search.products(size)] {
            generators.extend(more);
            generators.truncate(GENERATOR_LIMIT);
            if let Some(found) = search.with(&generators) {
                return Some(found);
            }
        }
    }
    None
}

/// Why no point satisfies the facts, if that is found to be so: a combination that is zero and positive.
pub(super) fn empty(facts: &[Fact]) -> Option<Combination> {
    let parts = Parts::of(facts);
    if parts.is_inhabited() {
        return parts.contradiction_of_others(facts);
    }
    if let Some(found) = certify(facts, Relation::Positive, &Expr::zero()) {
        return Some(found);
    }
    for (number, fact) in facts.iter().enumerate().filter(|(_, f)| f.expr.poly().degree() > 1) {
        let against = fact.expr.negated();
        let mut found = match fact.relation {
            Relation::AtLeast => certify_within(facts, Relation::Positive, &against, Effort::SMALL),
            Relation::Positive => certify_within(facts, Relation::AtLeast, &against, Effort::SMALL),
            Relation::Equal => boxes::certify(facts, Relation::Positive, &against),
        };
        if let (Some(found), false) = (&mut found, fact.relation == Relation::Equal) {
            found.terms.push(Term { facts: vec![(number, 1)], ..Term::number(Rational::ONE) });
        }
        if let (Some(found), true) = (&mut found, fact.relation == Relation::Equal) {
            found.equations.push((Expr::one(), number));
        }
        if found.is_none() && fact.relation == Relation::Equal {
            found = boxes::certify(facts, Relation::Positive, &fact.expr);
            found.iter_mut().for_each(|f| f.equations.push((Expr::integer(-1), number)));
        }
        if found.is_some() {
            return found;
        }
    }
    if let Some(found) = two_roots(facts) {
        return Some(found);
    }
    let curved = |f: &Fact| f.relation == Relation::Equal && f.expr.poly().degree() > 1;
    if !facts.iter().any(curved) {
        return None;
    }
    let goal = Expr::zero();
    let search = Search { facts, relation: Relation::Positive, goal: &goal, effort: Effort::SMALL };
    let all: Vec<usize> = (0..facts.len()).filter(|n| search.is_usable(*n)).collect();
    let mut generators = search.linear();
    generators.extend(search.products_of(&all, 2, &Expr::one(), &[]));
    search.with(&generators)
}

pub(super) struct Search<'a> {
    pub(super) facts: &'a [Fact],
    relation: Relation,
    pub(super) goal: &'a Expr,
    effort: Effort<'a>,
}

impl Search<'_> {
    /// The goal is a positive multiple of one fact, or of one fact plus a positive number.
    fn direct(&self) -> Option<Combination> {
        let unit = Monomial::one();
        let free = |e: &Expr| e.poly().coefficient(&unit);
        let (lead, c) = self.goal.terms().find(|(m, _)| !m.is_one())?;
        for (number, fact) in self.facts.iter().enumerate() {
            let Some((first, d)) = fact.expr.terms().find(|(m, _)| !m.is_one()) else { continue };
            if first != lead || fact.relation == Relation::Equal {
                continue;
            }
            let Some(k) = c.checked_div(d).filter(Rational::is_positive) else { continue };
            let mut left = self.goal.terms().filter(|(m, _)| !m.is_one());
            let mut right = fact.expr.terms().filter(|(m, _)| !m.is_one());
            let proportional = loop {
                match (left.next(), right.next()) {
                    (None, None) => break true,
                    (Some((m, a)), Some((n, b))) if m == n && *a == &k * b => {}
                    _ => break false,
                }
            };
            let rest = &free(self.goal) - &(&k * &free(&fact.expr));
            let strict = fact.relation == Relation::Positive || rest.is_positive();
            if proportional && !rest.is_negative() && (strict || self.relation == Relation::AtLeast) {
                let mut terms = vec![Term { facts: vec![(number, 1)], ..Term::number(k) }];
                if rest.is_positive() {
                    terms.push(Term::number(rest));
                }
                return Some(Combination { terms, equations: vec![] });
            }
        }
        None
    }

    /// Divides the goal by the square of a polynomial, if that leaves no remainder, and certifies the
    /// quotient: an incentive constraint touches zero along the diagonal.
    fn divided_square(&self) -> Option<Combination> {
        if self.relation != Relation::AtLeast {
            return None;
        }
        let root = factor::square_divisor(self.goal.poly())?;
        let quotient = factor::quotient(self.goal.poly(), &root.times(&root))?;
        self.squared(&Expr::from(root), quotient)
    }

    /// The same at once for a power that is higher than squares may be divided out one after the other.
    fn divided_power(&self) -> Option<Combination> {
        let few = Effort::FULL.divisions;
        if self.relation != Relation::AtLeast || self.goal.poly().degree() <= 2 * few {
            return None;
        }
        let root = factor::square_divisor(self.goal.poly())?;
        let square = root.times(&root);
        let (mut times, mut rest) = (0, self.goal.poly().clone());
        while let Some(quotient) = factor::quotient(&rest, &square) {
            (times, rest) = (times + 1, quotient);
        }
        if times <= few { None } else { self.squared(&Expr::from(root).pow(times), rest) }
    }

    fn squared(&self, root: &Expr, quotient: Poly<Atom>) -> Option<Combination> {
        let mut found = self.certify_quotient(&Expr::from(quotient))?;
        found.terms.iter_mut().for_each(|t| t.squares.push(root.clone()));
        let square = root.pow(2);
        found.equations.iter_mut().for_each(|(factor, _)| *factor = factor.times(&square));
        Some(found)
    }

    /// Divides the goal by a fact, if that leaves no remainder, and certifies the quotient.
    fn divided_fact(&self) -> Option<Combination> {
        for (number, fact) in self.facts.iter().enumerate() {
            let usable = match fact.relation {
                Relation::Equal => false,
                Relation::AtLeast => self.relation == Relation::AtLeast,
                Relation::Positive => true,
            };
            // The distance from a product of roots is of a high degree, and linear in what is compared.
            let is_linear =
                |v: &Atom| fact.expr.poly().degree_in(v) == 1 && self.goal.poly().degree_in(v) > 1;
            let lower = fact.expr.poly().degree() < self.goal.poly().degree()
                || variables_of(&fact.expr).iter().any(is_linear);
            if !usable || fact.expr.poly().degree() == 0 || !lower {
                continue;
            }
            let Some((quotient, rest)) = modulo::divided(self.facts, self.goal, &fact.expr) else { continue };
            if let Some(mut found) = self.certify_quotient(&quotient) {
                multiply(&mut found, number, fact);
                found.equations.extend(rest);
                return Some(found);
            }
        }
        None
    }

    fn certify_quotient(&self, quotient: &Expr) -> Option<Combination> {
        certify_within(self.facts, self.relation, quotient, self.effort.divided()?)
    }

    /// Divides the goal twice by a form, such as the difference of two variables, up to what the equations say:
    /// a function touches its maximum where the equations put it.
    fn touching(&self) -> Option<Combination> {
        if self.relation != Relation::AtLeast {
            return None;
        }
        let variables = variables_of(self.goal);
        let mut forms = self.effort.forms.to_vec();
        for (position, v) in variables.iter().enumerate() {
            let others = variables.iter().skip(position + 1);
            forms.extend(others.map(|w| Expr::from(v).minus(&Expr::from(w))));
        }
        for form in forms {
            let Some((once, first)) = modulo::divided(self.facts, self.goal, &form) else { continue };
            let Some((twice, second)) = modulo::divided(self.facts, &once, &form) else { continue };
            let Some(mut found) = self.certify_quotient(&twice) else { continue };
            found.terms.iter_mut().for_each(|t| t.squares.push(form.clone()));
            let square = form.pow(2);
            found.equations.iter_mut().for_each(|(factor, _)| *factor = factor.times(&square));
            found.equations.extend(first);
            found.equations.extend(second.into_iter().map(|(factor, n)| (factor.times(&form), n)));
            return Some(found);
        }
        None
    }

    /// A linear goal that follows from a bound on one of its variables by a term of higher degree, such as a product
    /// of roots.
    fn through_curved_bound(&self) -> Option<Combination> {
        for (number, fact) in self.facts.iter().enumerate() {
            if fact.relation == Relation::Equal || fact.expr.poly().degree() < 2 {
                continue;
            }
            for v in variables_of(self.goal) {
                let slope = |e: &Expr| match e.poly().coefficients_in(&v).as_slice() {
                    [_, slope] => slope.as_constant(),
                    _ => None,
                };
                let (Some(of_goal), Some(of_fact)) = (slope(self.goal), slope(&fact.expr)) else { continue };
                let Some(k) = of_goal.checked_div(&of_fact).filter(Rational::is_positive) else { continue };
                let rest = self.goal.minus(&fact.expr.scaled(&k));
                let strict = fact.relation == Relation::Positive;
                let relation = if strict { Relation::AtLeast } else { self.relation };
                let Some(effort) = self.effort.divided() else { continue };
                if let Some(mut found) = certify_within(self.facts, relation, &rest, effort) {
                    found.terms.push(Term { facts: vec![(number, 1)], ..Term::number(k) });
                    return Some(found);
                }
            }
        }
        None
    }

    /// A linear program over the coefficients of monomials.
    pub(super) fn with(&self, generators: &[Generator]) -> Option<Combination> {
        let mut rows: BTreeMap<&Monomial<Atom>, usize> = BTreeMap::new();
        for (m, _) in generators.iter().map(Generator::value).flat_map(Expr::terms) {
            let next = rows.len();
            rows.entry(m).or_insert(next);
        }
        if self.goal.terms().any(|(m, _)| !rows.contains_key(m)) {
            return None;
        }
        let column = |e: &Expr| -> Column {
            e.terms().filter_map(|(m, c)| Some((*rows.get(m)?, c.clone()))).collect()
        };
        let columns: Vec<Column> = generators.iter().map(|g| column(g.value())).collect();
        let strict: Vec<bool> = generators.iter().map(Generator::is_strict).collect();
        let mut target = vec![Rational::ZERO; rows.len()];
        for (i, c) in column(self.goal) {
            if let Some(slot) = target.get_mut(i) {
                *slot = c;
            }
        }
        let want = if self.relation == Relation::Positive { Want::Strict } else { Want::Any };
        let x = lp::solve(&columns, &strict, &target, want, self.effort.work())?;
        let mut out = Combination::default();
        for (generator, k) in generators.iter().zip(x).filter(|(_, k)| !k.is_zero()) {
            match generator {
                Generator::Term { squares, facts, .. } => {
                    let (squares, facts) = (squares.clone(), facts.clone());
                    out.terms.push(Term { coefficient: k, squares, facts, boxes: vec![] });
                }
                Generator::Equation { factor, fact, .. } => out.equations.push((factor.scaled(&k), *fact)),
            }
        }
        Some(out)
    }

    /// What needs no products of facts: Farkas multipliers, and completed squares.
    fn cheap(&self) -> Option<Combination> {
        if let Some(found) = self.direct() {
            return Some(found);
        }
        let parts = Parts::of(self.facts);
        match chain::difference(&parts, self.relation, self.goal) {
            Chain::Found(found) => return Some(found),
            Chain::Missing => return None,
            Chain::Open => {}
        }
        self.with(&self.linear())
            .or_else(|| self.goal.poly().degree().ge(&2).then(|| self.completed_square()).flatten())
    }

    /// Completes the square in a variable in which the goal is quadratic with a positive number in
    /// front, and certifies what is left, which is free of that variable.
    fn completed_square(&self) -> Option<Combination> {
        for v in variables_of(self.goal) {
            let coefficients = self.goal.poly().coefficients_in(&v);
            let [_, b, a] = coefficients.as_slice() else { continue };
            let Some(a) = a.as_constant().filter(Rational::is_positive) else { continue };
            // a v² + b v = a (v + b/(2a))² − b²/(4a)
            let half = Rational::new(1, 2)?.checked_div(&a)?;
            let root = Expr::from(&v).plus(&Expr::from(b.clone()).scaled(&half));
            let rest = self.goal.minus(&root.pow(2).scaled(&a));
            let search = Search { goal: &rest, ..*self };
            let simple = rest.as_number().and_then(|_| certify(self.facts, self.relation, &rest));
            if let Some(mut found) = simple.or_else(|| search.cheap()) {
                found.terms.push(Term { squares: vec![root], ..Term::number(a) });
                return Some(found);
            }
        }
        None
    }
}

/// Multiplies a combination by a fact, which has this number.
pub(super) fn multiply(combination: &mut Combination, number: usize, fact: &Fact) {
    for term in &mut combination.terms {
        match term.facts.iter_mut().find(|(n, _)| *n == number) {
            Some((_, exponent)) => *exponent += 1,
            None => term.facts.push((number, 1)),
        }
    }
    combination.equations.iter_mut().for_each(|(factor, _)| *factor = factor.times(&fact.expr));
}

pub(super) fn variables_of(e: &Expr) -> Vec<Atom> {
    e.poly().variables().into_iter().filter(|a| matches!(a.node(), Node::Variable(_))).collect()
}
