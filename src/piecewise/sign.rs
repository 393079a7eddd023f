//! Signs of terms under known facts: [`certify`] searches for a [`Combination`].
//!
//! In the order of cost: numbers; Farkas multipliers of the facts; completed squares; squares and facts
//! that divide the goal; Bernstein coefficients on the box that the facts give; products of facts up to
//! the degree of the goal, with squares of differences and of stationary forms (Handelman; Schmüdgen).
//! Complete for linear goals under linear facts.

use std::collections::BTreeMap;

use super::lp::{self, Column, Want};
use super::{bernstein, factor, sample};
use crate::exact::{Monomial, Poly, Rational};
use crate::kernel::rule::combine::{Combination, Fact, Term};
use crate::kernel::{Atom, Expr, Node, Relation};

/// Products that are tried at most.
const GENERATOR_LIMIT: usize = 700;

/// Entries that are changed in one linear program at most.
const WORK_LIMIT: usize = 1_500_000;
/// Evidence that `goal REL 0` follows from the facts, if the search finds it.
pub fn certify(facts: &[Fact], relation: Relation, goal: &Expr) -> Option<Combination> {
    certify_within(facts, relation, goal, Effort::FULL)
}

/// How far a search goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    /// Facts in one product at most.
    pub(super) products: u32,
    /// Divisions one after the other at most.
    pub(super) divisions: u32,
}

impl Effort {
    pub(super) const FULL: Effort = Effort { products: 4, divisions: 6 };
    pub(super) const SMALL: Effort = Effort { products: 2, divisions: 2 };

    /// Entries that one linear program may change.
    fn work(self) -> usize {
        WORK_LIMIT >> (3 * 4_u32.saturating_sub(self.products))
    }

    fn divided(self) -> Option<Self> {
        Some(Effort { divisions: self.divisions.checked_sub(1)?, ..self })
    }
}

/// The same with less or more effort.
pub(super) fn certify_within(
    facts: &[Fact],
    relation: Relation,
    goal: &Expr,
    effort: Effort,
) -> Option<Combination> {
    if let Some(c) = goal.as_number() {
        let holds = match relation {
            Relation::Equal => c.is_zero(),
            Relation::AtLeast => !c.is_negative(),
            Relation::Positive => c.is_positive(),
        };
        if holds {
            let terms = if c.is_zero() { vec![] } else { vec![constant(c)] };
            let terms = if relation == Relation::Equal { vec![] } else { terms };
            return Some(Combination { terms, equations: vec![] });
        }
    }
    let search = Search { facts, relation, goal, effort };
    if let Some((rest, equations)) = search.reduced(goal).filter(|(rest, _)| rest != goal)
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
    let degree = goal.poly().degree();
    if degree < 2 || sample::refutes(facts, relation, goal) {
        return None;
    }
    let quick = search.divided_square().or_else(|| search.divided_fact()).or_else(|| search.touching());
    if let Some(found) = quick.or_else(|| bernstein::certify(facts, relation, goal)) {
        return Some(found);
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
    if let Some(found) = certify(facts, Relation::Positive, &Expr::zero()) {
        return Some(found);
    }
    for (number, fact) in facts.iter().enumerate().filter(|(_, f)| f.expr.poly().degree() > 1) {
        let against = fact.expr.negated();
        let mut found = match fact.relation {
            Relation::AtLeast => certify_within(facts, Relation::Positive, &against, Effort::SMALL),
            Relation::Positive => certify_within(facts, Relation::AtLeast, &against, Effort::SMALL),
            Relation::Equal => bernstein::certify(facts, Relation::Positive, &against),
        };
        if let (Some(found), false) = (&mut found, fact.relation == Relation::Equal) {
            found.terms.push(Term { coefficient: Rational::ONE, squares: vec![], facts: vec![(number, 1)] });
        }
        if let (Some(found), true) = (&mut found, fact.relation == Relation::Equal) {
            found.equations.push((Expr::one(), number));
        }
        if found.is_none() && fact.relation == Relation::Equal {
            found = bernstein::certify(facts, Relation::Positive, &fact.expr);
            found.iter_mut().for_each(|f| f.equations.push((Expr::integer(-1), number)));
        }
        if found.is_some() {
            return found;
        }
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

fn constant(c: Rational) -> Term {
    Term { coefficient: c, squares: vec![], facts: vec![] }
}

/// Times that all equations are used as rewritings at most.
const ROUNDS: usize = 4;

/// Multiples of equations, by number.
type Equations = Vec<(Expr, usize)>;

/// One product that may be added any number of times.
#[derive(Clone)]
enum Generator {
    Term { squares: Vec<Expr>, facts: Vec<(usize, u32)>, strict: bool, value: Expr },
    Equation { factor: Expr, fact: usize, value: Expr },
}

impl Generator {
    fn value(&self) -> &Expr {
        match self {
            Generator::Term { value, .. } | Generator::Equation { value, .. } => value,
        }
    }

    fn is_strict(&self) -> bool {
        matches!(self, Generator::Term { strict: true, .. })
    }
}

struct Search<'a> {
    facts: &'a [Fact],
    relation: Relation,
    goal: &'a Expr,
    effort: Effort,
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
                let mut terms = vec![Term { coefficient: k, squares: vec![], facts: vec![(number, 1)] }];
                if rest.is_positive() {
                    terms.push(constant(rest));
                }
                return Some(Combination { terms, equations: vec![] });
            }
        }
        None
    }

    fn equations(&self) -> Vec<Generator> {
        let mut out = Vec::new();
        for (fact, known) in self.facts.iter().enumerate() {
            if known.relation != Relation::Equal {
                continue;
            }
            let mut factors = vec![Expr::one()];
            factors.extend(self.goal.atoms().map(Expr::from));
            factors.sort();
            factors.dedup();
            for factor in factors {
                for factor in [factor.clone(), factor.negated()] {
                    let value = factor.times(&known.expr);
                    out.push(Generator::Equation { factor, fact, value });
                }
            }
        }
        out
    }

    /// The number one, the facts and the equations.
    fn linear(&self) -> Vec<Generator> {
        let one = Generator::Term { squares: vec![], facts: vec![], strict: true, value: Expr::one() };
        let mut out = vec![one];
        for (number, fact) in self.facts.iter().enumerate() {
            if fact.relation != Relation::Equal {
                out.push(Generator::Term {
                    squares: vec![],
                    facts: vec![(number, 1)],
                    strict: fact.relation == Relation::Positive,
                    value: fact.expr.clone(),
                });
            }
        }
        out.extend(self.equations());
        out
    }

    /// Divides the goal by the square of a polynomial, if that leaves no remainder, and certifies the
    /// quotient: an incentive constraint touches zero along the diagonal.
    fn divided_square(&self) -> Option<Combination> {
        if self.relation != Relation::AtLeast {
            return None;
        }
        let root = factor::square_divisor(self.goal.poly())?;
        let quotient = factor::quotient(self.goal.poly(), &root.times(&root))?;
        let mut found = self.certify_quotient(&Expr::from(quotient))?;
        let root = Expr::from(root);
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
            if !usable
                || fact.expr.poly().degree() == 0
                || fact.expr.poly().degree() >= self.goal.poly().degree()
            {
                continue;
            }
            let Some((quotient, rest)) = self.divided(self.goal, &fact.expr) else { continue };
            if let Some(mut found) = self.certify_quotient(&quotient) {
                for term in &mut found.terms {
                    match term.facts.iter_mut().find(|(n, _)| *n == number) {
                        Some((_, exponent)) => *exponent += 1,
                        None => term.facts.push((number, 1)),
                    }
                }
                found.equations.iter_mut().for_each(|(factor, _)| *factor = factor.times(&fact.expr));
                found.equations.extend(rest);
                return Some(found);
            }
        }
        None
    }

    fn certify_quotient(&self, quotient: &Expr) -> Option<Combination> {
        certify_within(self.facts, self.relation, quotient, self.effort.divided()?)
    }

    /// Divides the goal twice by the difference of two variables, up to what the equations say is zero:
    /// a function touches its maximum where the equations put it.
    fn touching(&self) -> Option<Combination> {
        let known = |f: &Fact| f.relation == Relation::Equal && f.expr.poly().degree() > 1;
        if self.relation != Relation::AtLeast || !self.facts.iter().any(known) {
            return None;
        }
        let variables = variables_of(self.goal);
        for (position, v) in variables.iter().enumerate() {
            for w in variables.iter().skip(position + 1) {
                let form = Expr::from(v).minus(&Expr::from(w));
                let Some((once, first)) = self.divided(self.goal, &form) else { continue };
                let Some((twice, second)) = self.divided(&once, &form) else { continue };
                let Some(mut found) = self.certify_quotient(&twice) else { continue };
                found.terms.iter_mut().for_each(|t| t.squares.push(form.clone()));
                let square = form.pow(2);
                found.equations.iter_mut().for_each(|(factor, _)| *factor = factor.times(&square));
                found.equations.extend(first);
                found.equations.extend(second.into_iter().map(|(factor, n)| (factor.times(&form), n)));
                return Some(found);
            }
        }
        None
    }

    /// The quotient by a divisor, if the equations say that there is no remainder; with their multiples.
    fn divided(&self, e: &Expr, divisor: &Expr) -> Option<(Expr, Equations)> {
        if let Some(quotient) = factor::quotient(e.poly(), divisor.poly()) {
            return Some((Expr::from(quotient), vec![]));
        }
        for v in variables_of(divisor) {
            let Some((quotient, rest)) = factor::division(e.poly(), divisor.poly(), &v) else { continue };
            if let Some((rest, equations)) = self.reduced(&Expr::from(rest))
                && rest.is_zero()
            {
                return Some((Expr::from(quotient), equations));
            }
        }
        None
    }

    /// A term modulo the equations: each gives a power of one variable in terms of the others, of lower
    /// degree where there is a choice.
    fn reduced(&self, e: &Expr) -> Option<(Expr, Equations)> {
        let mut rules: Vec<(usize, Atom)> = Vec::new();
        for (number, fact) in self.facts.iter().enumerate() {
            if fact.relation != Relation::Equal || fact.expr.poly().degree() < 2 {
                continue;
            }
            let mut all = variables_of(&fact.expr);
            all.retain(|v| rules.iter().all(|(_, taken)| taken != v));
            all.sort_by_key(|v| fact.expr.poly().degree_in(v));
            let usable = |v: &Atom| {
                let lead = fact.expr.poly().coefficients_in(v).pop();
                lead.is_some_and(|c| c.as_constant().is_some())
            };
            if let Some(v) = all.into_iter().find(usable) {
                rules.push((number, v));
            }
        }
        let mut rest = e.poly().clone();
        let mut equations = vec![];
        for _ in 0..ROUNDS {
            let before = rest.clone();
            for (number, v) in &rules {
                let rule = self.facts.get(*number)?.expr.poly();
                if rest.degree_in(v) < rule.degree_in(v) {
                    continue;
                }
                let (quotient, left) = factor::division(&rest, rule, v)?;
                equations.push((Expr::from(quotient), *number));
                rest = left;
            }
            if rest == before {
                break;
            }
        }
        Some((Expr::from(rest), equations))
    }

    /// The facts that share a name with the goal, directly or through each other.
    fn relevant(&self) -> Vec<usize> {
        let mut names = self.goal.free_names();
        let mut chosen = vec![];
        loop {
            let before = chosen.len();
            for (number, fact) in self.facts.iter().enumerate() {
                let shares = names.iter().any(|n| fact.expr.mentions(n));
                if !chosen.contains(&number) && shares && self.is_usable(number) {
                    chosen.push(number);
                    names.extend(fact.expr.free_names());
                }
            }
            if chosen.len() == before {
                return chosen;
            }
        }
    }

    fn is_usable(&self, number: usize) -> bool {
        let fact = self.facts.get(number).filter(|f| f.relation != Relation::Equal);
        fact.is_some_and(|f| !self.is_dominated(number, f))
    }

    /// Whether another fact says more: the same up to a factor, but with a smaller number added.
    fn is_dominated(&self, number: usize, fact: &Fact) -> bool {
        let Some((lead, a)) = fact.expr.terms().find(|(m, _)| !m.is_one()) else { return false };
        self.facts.iter().enumerate().any(|(other, tighter)| {
            let Some((first, b)) = tighter.expr.terms().find(|(m, _)| !m.is_one()) else { return false };
            if other == number || tighter.relation == Relation::Equal || first != lead {
                return false;
            }
            let Some(k) = a.checked_div(b).filter(Rational::is_positive) else { return false };
            let rest = fact.expr.minus(&tighter.expr.scaled(&k));
            let Some(rest) = rest.as_number() else { return false };
            let stricter = (tighter.relation == Relation::Positive, other)
                > (fact.relation == Relation::Positive, number);
            rest.is_positive() || (rest.is_zero() && stricter)
        })
    }

    /// Products of exactly `size` facts.
    fn products(&self, size: u32) -> Vec<Generator> {
        self.products_of(&self.relevant(), size, &Expr::one(), &[])
    }

    /// Squares times products of facts, of degree `size` together.
    fn squared_products(&self, size: u32) -> Vec<Generator> {
        let relevant = self.relevant();
        let roots = self.square_roots().into_iter().filter(|_| size >= 3);
        roots.flat_map(|root| self.products_of(&relevant, size - 2, &root.pow(2), &[root])).collect()
    }

    fn products_of(&self, from: &[usize], size: u32, start: &Expr, squares: &[Expr]) -> Vec<Generator> {
        let mut out = Vec::new();
        let mut stack = vec![(start.clone(), Vec::<usize>::new(), squares.is_empty())];
        while let Some((value, chosen, strict)) = stack.pop() {
            if chosen.len() as u32 == size {
                let mut facts: Vec<(usize, u32)> = Vec::new();
                for number in chosen {
                    match facts.last_mut().filter(|(n, _)| *n == number) {
                        Some((_, exponent)) => *exponent += 1,
                        None => facts.push((number, 1)),
                    }
                }
                out.push(Generator::Term { squares: squares.to_vec(), facts, strict, value });
                if out.len() >= GENERATOR_LIMIT {
                    return out;
                }
                continue;
            }
            let least = chosen.last().copied().unwrap_or(0);
            for number in from.iter().copied().filter(|n| *n >= least) {
                if let Some(fact) = self.facts.get(number) {
                    let mut next = chosen.clone();
                    next.push(number);
                    next.sort_unstable();
                    let strict = strict && fact.relation == Relation::Positive;
                    stack.push((value.times(&fact.expr), next, strict));
                }
            }
        }
        out
    }

    /// Forms whose squares are likely to be needed: differences of variables, and stationary points.
    fn square_roots(&self) -> Vec<Expr> {
        let variables = variables_of(self.goal);
        let mut out = Vec::new();
        for (position, v) in variables.iter().enumerate() {
            for w in variables.iter().skip(position + 1) {
                out.push(Expr::from(v).minus(&Expr::from(w)));
            }
            let derivative = self.goal.poly().derivative(v);
            if derivative.degree_in(v) == 1 {
                out.push(Expr::from(derivative));
            }
        }
        if let [v] = variables.as_slice() {
            for root in rational_roots(&self.goal.poly().derivative(v).coefficients_in(v)) {
                out.push(Expr::from(v).minus(&Expr::number(root)));
            }
        }
        out
    }

    fn squares(&self) -> Vec<Generator> {
        let make = |root: Expr| Generator::Term {
            value: root.pow(2),
            squares: vec![root],
            facts: vec![],
            strict: false,
        };
        self.square_roots().into_iter().map(make).collect()
    }

    /// A linear program over the coefficients of monomials.
    fn with(&self, generators: &[Generator]) -> Option<Combination> {
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
                    out.terms.push(Term { coefficient: k, squares, facts });
                }
                Generator::Equation { factor, fact, .. } => out.equations.push((factor.scaled(&k), *fact)),
            }
        }
        Some(out)
    }

    /// What needs no products of facts: Farkas multipliers, and completed squares.
    fn cheap(&self) -> Option<Combination> {
        self.direct()
            .or_else(|| self.with(&self.linear()))
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
                found.terms.push(Term { coefficient: a, squares: vec![root], facts: vec![] });
                return Some(found);
            }
        }
        None
    }
}

fn variables_of(e: &Expr) -> Vec<Atom> {
    e.poly().variables().into_iter().filter(|a| matches!(a.node(), Node::Variable(_))).collect()
}

/// The rational roots of a polynomial with constant coefficients, lowest first; none if a coefficient
/// is not a number or the end coefficients have too many divisors.
pub fn rational_roots(coefficients: &[Poly<Atom>]) -> Vec<Rational> {
    let numbers: Option<Vec<Rational>> = coefficients.iter().map(|c| c.as_constant()).collect();
    let Some(mut numbers) = numbers else { return vec![] };
    while numbers.last().is_some_and(Rational::is_zero) {
        numbers.pop();
    }
    let mut roots = Vec::new();
    let value = |x: &Rational| numbers.iter().rev().fold(Rational::ZERO, |acc, c| &(&acc * x) + c);
    if numbers.len() < 2 {
        return roots;
    }
    if numbers.first().is_some_and(Rational::is_zero) {
        roots.push(Rational::ZERO);
    }
    // Clear denominators; a root p/q in lowest terms has p | lowest and q | leading coefficient.
    let mut scale = num_bigint::BigInt::from(1);
    for c in &numbers {
        scale = num_integer::Integer::lcm(&scale, &c.denominator());
    }
    let integer = |c: &Rational| (c * &Rational::from(scale.clone())).numerator();
    let lowest = numbers.iter().find(|c| !c.is_zero()).map(&integer);
    let leading = numbers.last().map(&integer);
    let (Some(lowest), Some(leading)) = (lowest, leading) else { return roots };
    for p in divisors(&lowest) {
        for q in divisors(&leading) {
            for sign in [1, -1] {
                let Some(x) = Rational::new(sign * p, q) else { continue };
                if value(&x).is_zero() && !roots.contains(&x) {
                    roots.push(x);
                }
            }
        }
    }
    roots.sort();
    roots
}

/// The positive divisors of an integer; none if it is too large to factor by trial.
fn divisors(n: &num_bigint::BigInt) -> Vec<i64> {
    use num_traits::{Signed, ToPrimitive};
    const LIMIT: i64 = 100_000_000;
    let Some(n) = n.abs().to_i64().filter(|n| (1..=LIMIT).contains(n)) else { return vec![] };
    let mut out: Vec<i64> = (1..).take_while(|d| d * d <= n).filter(|d| n % d == 0).collect();
    out.extend(out.clone().iter().map(|d| n / d));
    out.sort_unstable();
    out.dedup();
    out
}
