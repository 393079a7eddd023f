//! [`combination`]: a goal as a sum of products of facts and of multiples of equations, whatever the atoms
//! of their terms are. The multipliers come from one linear program over the monomials that occur.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::lp::{self, Column, Want};
use crate::exact::{Monomial, Poly, Rational};
use crate::kernel::rule::combine::{Combination, Fact, Term};
use crate::kernel::{Atom, Expr, Node, Relation};

/// Columns of a linear program at most.
const COLUMN_LIMIT: usize = 600;
/// Entries that are changed in one linear program at most.
const WORK_LIMIT: usize = 1_000_000;
/// Terms of one product at most.
const TERM_LIMIT: usize = 400;
/// Rounds in which multiples of equations meet the monomials of others.
const ROUNDS: usize = 6;

/// What one unknown multiplies.
#[derive(Clone)]
enum Part {
    /// A product of facts.
    Product(Vec<(usize, u32)>),
    /// A multiple of an equation.
    Equation(Poly<usize>, usize),
}

struct Candidate {
    part: Part,
    value: Poly<usize>,
    strict: bool,
}

/// Evidence that `goal REL 0` follows from the facts: products of `degree` facts at most, and equations
/// times the monomials that make them meet the goal.
pub fn combination(facts: &[Fact], relation: Relation, goal: &Expr, degree: usize) -> Option<Combination> {
    let atoms = Atoms::of(facts.iter().map(|f| &f.expr).chain([goal]));
    let numbered = |(number, f): (usize, &Fact)| {
        let expr = atoms.numbered(&f.expr);
        let names = expr.variables();
        Numbered { number, relation: f.relation, expr, atoms: names }
    };
    let mut facts: Vec<Numbered> = facts.iter().enumerate().map(numbered).collect();
    let goal = atoms.numbered(goal);
    if !leave_out_alone(&mut facts, &goal) {
        return None;
    }
    apart(facts, &goal).into_iter().find_map(|facts| {
        let mut found = search(&atoms, &facts, relation, &goal, degree)?;
        let places = found.terms.iter_mut().flat_map(|t| t.facts.iter_mut().map(|(n, _)| n));
        for place in places.chain(found.equations.iter_mut().map(|(_, n)| n)) {
            *place = facts.get(*place)?.number;
        }
        Some(found)
    })
}

/// Leaves out facts with an atom by itself that nothing else mentions: no other one takes it away. Whether the goal has none.
fn leave_out_alone(facts: &mut Vec<Numbered>, goal: &Poly<usize>) -> bool {
    let of_goal: BTreeSet<usize> = goal.variables().into_iter().collect();
    let mut count: BTreeMap<usize, usize> = BTreeMap::new();
    facts.iter().flat_map(|f| &f.atoms).for_each(|a| *count.entry(*a).or_default() += 1);
    // A power of it stands alone: no other term has the same power, or an equation could make it vanish.
    let alone = |e: &Poly<usize>, is_own: &dyn Fn(usize) -> bool| {
        e.terms().any(|(m, _)| {
            let [(atom, k)] = m.factors().collect::<Vec<_>>()[..] else { return false };
            is_own(*atom) && e.terms().filter(|(other, _)| other.exponent(atom) == k).count() == 1
        })
    };
    loop {
        let before = facts.len();
        let mut gone: Vec<usize> = Vec::new();
        facts.retain(|f| {
            let is_own = |a: usize| count.get(&a) == Some(&1) && !of_goal.contains(&a);
            let stays = !alone(&f.expr, &is_own);
            gone.extend(f.atoms.iter().filter(|_| !stays));
            stays
        });
        gone.iter().for_each(|a| {
            count.entry(*a).and_modify(|n| *n = n.saturating_sub(1));
        });
        if facts.len() == before {
            break;
        }
    }
    !alone(goal, &|a| count.get(&a).is_none_or(|n| *n == 0))
}

/// The facts that have to do with a goal, through atoms that they share; for a goal without atoms, those that have to do with
/// each other: what contradicts each other speaks of the same.
fn apart(facts: Vec<Numbered>, goal: &Poly<usize>) -> Vec<Vec<Numbered>> {
    let mut groups: Vec<BTreeSet<usize>> = Vec::new();
    for atoms in facts.iter().map(|f| f.atoms.iter().copied().collect::<BTreeSet<usize>>()) {
        let (near, far) = groups.into_iter().partition(|g: &BTreeSet<usize>| !g.is_disjoint(&atoms));
        groups = far;
        let joined = near.into_iter().fold(atoms, |joined: BTreeSet<usize>, g| &joined | &g);
        groups.extend((!joined.is_empty()).then_some(joined));
    }
    let of_goal: BTreeSet<usize> = goal.variables().into_iter().collect();
    let among = |group: &BTreeSet<usize>| -> Vec<Numbered> {
        let belongs = |f: &&Numbered| f.atoms.iter().all(|a| group.contains(a));
        facts.iter().filter(belongs).cloned().collect()
    };
    if of_goal.is_empty() && groups.len() > 1 {
        return groups.iter().map(among).collect();
    }
    let near = groups.iter().filter(|g| of_goal.is_empty() || !g.is_disjoint(&of_goal));
    vec![among(&near.fold(BTreeSet::new(), |joined, g| &joined | g))]
}

/// The atoms of some terms, in their order. Polynomials in their numbers are compared without looking into
/// them.
struct Atoms {
    atoms: Vec<Atom>,
    numbers: BTreeMap<Atom, usize>,
    /// Which are indicators: the square of one is itself.
    indicators: Vec<bool>,
}

/// A fact as a polynomial in numbered atoms.
#[derive(Clone)]
struct Numbered {
    number: usize,
    relation: Relation,
    expr: Poly<usize>,
    atoms: Vec<usize>,
}

impl Atoms {
    fn of<'a>(terms: impl Iterator<Item = &'a Expr>) -> Self {
        let atoms: BTreeSet<Atom> = terms.flat_map(|e| e.atoms().cloned()).collect();
        let atoms: Vec<Atom> = atoms.into_iter().collect();
        let numbers = atoms.iter().cloned().zip(0..).collect();
        let indicators = atoms.iter().map(|a| matches!(a.node(), Node::Indicator(_))).collect();
        Atoms { atoms, numbers, indicators }
    }

    fn numbered(&self, e: &Expr) -> Poly<usize> {
        let factor = |(a, k): (&Atom, u32)| self.numbers.get(a).map(|n| Monomial::power(*n, k));
        let monomial = |m: &Monomial<Atom>| {
            m.factors().filter_map(factor).fold(Monomial::one(), |product, f| product.times(&f))
        };
        Poly::of_terms(e.terms().map(|(m, c)| (monomial(m), c.clone())).collect())
    }

    fn term(&self, p: &Poly<usize>) -> Expr {
        let factor = |(n, k): (&usize, u32)| self.atoms.get(*n).map(|a| Monomial::power(a.clone(), k));
        let monomial = |m: &Monomial<usize>| {
            m.factors().filter_map(factor).fold(Monomial::one(), |product, f| product.times(&f))
        };
        Expr::from(Poly::of_terms(p.terms().map(|(m, c)| (monomial(m), c.clone())).collect()))
    }

    fn product(&self, p: &Poly<usize>, q: &Poly<usize>) -> Poly<usize> {
        let product = p.times(q);
        let is_indicator = |n: usize| self.indicators.get(n).copied().unwrap_or(false);
        let is_power = |(n, e): (&usize, u32)| e > 1 && is_indicator(*n);
        if !product.terms().any(|(m, _)| m.factors().any(is_power)) {
            return product;
        }
        let lowered = |(n, e): (&usize, u32)| Monomial::power(*n, if is_indicator(*n) { 1 } else { e });
        let monomial =
            |m: &Monomial<usize>| m.factors().map(lowered).fold(Monomial::one(), |m, f| m.times(&f));
        Poly::of_terms(product.terms().map(|(m, c)| (monomial(m), c.clone())).collect())
    }

    fn is_number(&self, n: usize) -> bool {
        self.atoms.get(n).is_some_and(|a| matches!(a.node(), Node::Variable(_) | Node::Natural))
    }
}

fn search(
    atoms: &Atoms,
    facts: &[Numbered],
    relation: Relation,
    goal: &Poly<usize>,
    degree: usize,
) -> Option<Combination> {
    let mut candidates = if relation == Relation::Equal { vec![] } else { products(atoms, facts, degree) };
    equations(atoms, facts, goal, &mut candidates);
    prune(goal, &mut candidates);
    if !can_meet(relation, goal, &candidates) {
        return None;
    }
    solve(atoms, relation, goal, &candidates)
}

fn products(atoms: &Atoms, facts: &[Numbered], degree: usize) -> Vec<Candidate> {
    let mut out = vec![Candidate { part: Part::Product(vec![]), value: Poly::one(), strict: true }];
    let usable: Vec<(usize, &Numbered)> = facts
        .iter()
        .enumerate()
        .filter(|(_, f)| f.relation != Relation::Equal && !f.expr.is_zero())
        .collect();
    let mut last: Vec<(Vec<usize>, Poly<usize>, bool)> = vec![(vec![], Poly::one(), true)];
    for _ in 0..degree {
        let mut next = Vec::new();
        for (numbers, value, strict) in &last {
            for (number, fact) in &usable {
                if numbers.last().is_some_and(|last| last > number) {
                    continue;
                }
                let value = atoms.product(value, &fact.expr);
                if value.len() > TERM_LIMIT || out.len() + next.len() > COLUMN_LIMIT {
                    break;
                }
                let numbers: Vec<usize> = numbers.iter().copied().chain([*number]).collect();
                next.push((numbers, value, *strict && fact.relation == Relation::Positive));
            }
        }
        for (numbers, value, strict) in &next {
            let mut powers: BTreeMap<usize, u32> = BTreeMap::new();
            numbers.iter().for_each(|n| *powers.entry(*n).or_default() += 1);
            let part = Part::Product(powers.into_iter().collect());
            out.push(Candidate { part, value: value.clone(), strict: *strict });
        }
        last = next;
    }
    out
}

/// Multiples of equations that share a monomial with the goal or with another candidate.
fn equations(atoms: &Atoms, facts: &[Numbered], goal: &Poly<usize>, out: &mut Vec<Candidate>) {
    let monomials = |e: &Poly<usize>| e.terms().map(|(m, _)| m.clone()).collect::<Vec<_>>();
    let mut wanted: BTreeSet<Monomial<usize>> = monomials(goal).into_iter().collect();
    let is_single = |c: &&Candidate| matches!(&c.part, Part::Product(facts) if facts.len() < 2);
    wanted.extend(out.iter().filter(is_single).flat_map(|c| monomials(&c.value)));
    let mut seen: BTreeSet<(usize, Monomial<usize>)> = BTreeSet::new();
    for (number, fact) in facts.iter().enumerate().filter(|(_, f)| f.relation == Relation::Equal) {
        seen.insert((number, Monomial::one()));
        wanted.extend(monomials(&fact.expr));
        let part = Part::Equation(Poly::one(), number);
        out.push(Candidate { part, value: fact.expr.clone(), strict: false });
    }
    let mut new = wanted.clone();
    for _ in 0..ROUNDS {
        let mut found = Vec::new();
        for (number, fact) in facts.iter().enumerate().filter(|(_, f)| f.relation == Relation::Equal) {
            for part in telling(atoms, &fact.expr) {
                for factor in new.iter().filter_map(|whole| divided(whole, part)) {
                    if !seen.insert((number, factor.clone())) || out.len() + found.len() >= COLUMN_LIMIT {
                        continue;
                    }
                    let factor = Poly::term(factor, Rational::ONE);
                    let value = atoms.product(&factor, &fact.expr);
                    found.push(Candidate { part: Part::Equation(factor, number), value, strict: false });
                }
            }
        }
        if found.is_empty() {
            return;
        }
        new = found.iter().flat_map(|c| monomials(&c.value)).filter(|m| !wanted.contains(m)).collect();
        wanted.extend(new.iter().cloned());
        out.extend(found);
    }
}

/// The monomials of an equation by which it is recognised: those with more than numbers in them, if there
/// are any.
fn telling<'a>(atoms: &Atoms, e: &'a Poly<usize>) -> Vec<&'a Monomial<usize>> {
    let all = || e.terms().map(|(m, _)| m).filter(|m| !m.is_one());
    let special: Vec<_> = all().filter(|m| m.factors().any(|(a, _)| !atoms.is_number(*a))).collect();
    if special.is_empty() { all().collect() } else { special }
}

/// `whole/part`, if it is a monomial.
fn divided(whole: &Monomial<usize>, part: &Monomial<usize>) -> Option<Monomial<usize>> {
    if part.factors().any(|(a, e)| whole.exponent(a) < e) {
        return None;
    }
    let rest = whole.factors().map(|(a, e)| Monomial::power(*a, e - part.exponent(a)));
    Some(rest.fold(Monomial::one(), |m, f| m.times(&f)))
}

/// Monomials by number, in the order in which they were met.
#[derive(Default)]
struct Numbers<'a>(HashMap<&'a Monomial<usize>, usize>);

impl<'a> Numbers<'a> {
    fn of(&mut self, m: &'a Monomial<usize>) -> usize {
        let next = self.0.len();
        *self.0.entry(m).or_insert(next)
    }
}

/// Leaves out candidates with a monomial that occurs nowhere else: they cannot have a part in a sum.
fn prune(goal: &Poly<usize>, candidates: &mut Vec<Candidate>) {
    let mut numbers = Numbers::default();
    // What the goal says stays, however few candidates share it.
    let mut count: Vec<usize> = goal.terms().map(|(m, _)| numbers.of(m)).map(|_| 2).collect();
    let mut occurring: Vec<Vec<usize>> = Vec::new();
    for c in candidates.iter() {
        occurring.push(c.value.terms().map(|(m, _)| numbers.of(m)).collect());
    }
    count.resize(numbers.0.len(), 0);
    let change = |count: &mut [usize], places: &[usize], by: isize| {
        for place in places {
            if let Some(n) = count.get_mut(*place) {
                *n = n.saturating_add_signed(by);
            }
        }
    };
    occurring.iter().for_each(|places| change(&mut count, places, 1));
    let mut keep = vec![true; candidates.len()];
    let mut before = usize::MAX;
    while keep.iter().filter(|k| **k).count() < before {
        before = keep.iter().filter(|k| **k).count();
        for (places, keep) in occurring.iter().zip(&mut keep).filter(|(_, keep)| **keep) {
            if places.iter().any(|m| count.get(*m).is_some_and(|n| *n < 2)) {
                *keep = false;
                change(&mut count, places, -1);
            }
        }
    }
    let mut keep = keep.into_iter();
    candidates.retain(|_| keep.next().unwrap_or(false));
}

/// Whether each monomial of the goal occurs in a candidate, and a strict goal has a strict one.
fn can_meet(relation: Relation, goal: &Poly<usize>, candidates: &[Candidate]) -> bool {
    let occurs = |m: &Monomial<usize>| candidates.iter().any(|c| !c.value.coefficient(m).is_zero());
    let is_strict = relation != Relation::Positive || candidates.iter().any(|c| c.strict);
    is_strict && goal.terms().all(|(m, _)| occurs(m))
}

/// A vector of coefficients, by the number of its monomial or equation; no zeros.
type Sparse = BTreeMap<usize, Rational>;

/// Adds `factor · vector` in place.
fn add(to: &mut Sparse, vector: &Sparse, factor: &Rational) {
    for (k, c) in vector {
        let sum = to.entry(*k).or_insert(Rational::ZERO);
        *sum += &(c * factor);
        if sum.is_zero() {
            to.remove(k);
        }
    }
}

/// Equations in echelon form: the highest monomial of each occurs as the highest of no other one.
#[derive(Default)]
struct Echelon {
    /// By the highest monomial: what is zero, with coefficient one there, and how it comes about.
    rows: BTreeMap<usize, (Sparse, Sparse)>,
}

impl Echelon {
    /// The rest of a vector, and the multiples of the equations that were taken off.
    fn reduce(&self, mut vector: Sparse) -> (Sparse, Sparse) {
        let mut taken = Sparse::new();
        let mut below = usize::MAX;
        while let Some((k, c)) = vector.range(..below).next_back().map(|(k, c)| (*k, c.clone())) {
            below = k;
            if let Some((row, origin)) = self.rows.get(&k) {
                add(&mut vector, row, &-&c);
                add(&mut taken, origin, &c);
            }
        }
        (vector, taken)
    }

    fn insert(&mut self, number: usize, vector: Sparse) {
        let (mut rest, taken) = self.reduce(vector);
        let Some((k, c)) = rest.last_key_value().map(|(k, c)| (*k, c.clone())) else { return };
        let Some(scale) = c.recip() else { return };
        let mut origin = Sparse::from([(number, Rational::ONE)]);
        add(&mut origin, &taken, &Rational::from(-1));
        rest.values_mut().chain(origin.values_mut()).for_each(|c| *c = &*c * &scale);
        self.rows.insert(k, (rest, origin));
    }
}

fn solve(
    atoms: &Atoms,
    relation: Relation,
    goal: &Poly<usize>,
    candidates: &[Candidate],
) -> Option<Combination> {
    let mut rows = Numbers::default();
    for (m, _) in goal.terms().chain(candidates.iter().flat_map(|c| c.value.terms())) {
        rows.of(m);
    }
    let sparse = |e: &Poly<usize>| -> Sparse {
        e.terms().filter_map(|(m, c)| Some((*rows.0.get(m)?, c.clone()))).collect()
    };
    let mut echelon = Echelon::default();
    for (k, c) in candidates.iter().enumerate().filter(|(_, c)| matches!(c.part, Part::Equation(..))) {
        echelon.insert(k, sparse(&c.value));
    }
    let (target, mut equations) = echelon.reduce(sparse(goal));
    let mut out = Combination::default();
    if !target.is_empty() || relation == Relation::Positive {
        let products: Vec<(usize, &Candidate, Sparse, Sparse)> = candidates
            .iter()
            .enumerate()
            .filter(|(_, c)| matches!(c.part, Part::Product(_)))
            .map(|(k, c)| {
                let (rest, taken) = echelon.reduce(sparse(&c.value));
                (k, c, rest, taken)
            })
            .collect();
        for (k, value) in positive(relation, &target, &products)? {
            let Some((_, candidate, _, taken)) = products.iter().find(|(n, ..)| *n == k) else { continue };
            if let Part::Product(facts) = &candidate.part {
                out.terms.push(Term { facts: facts.clone(), ..Term::number(value.clone()) });
            }
            add(&mut equations, taken, &-value);
        }
    }
    for (k, value) in equations {
        if let Some(Part::Equation(factor, number)) = candidates.get(k).map(|c| &c.part) {
            out.equations.push((atoms.term(&factor.scaled(&value)), *number));
        }
    }
    Some(out)
}

/// Multipliers that are at least zero for products of facts, by their numbers.
fn positive(
    relation: Relation,
    target: &Sparse,
    products: &[(usize, &Candidate, Sparse, Sparse)],
) -> Option<Vec<(usize, Rational)>> {
    let used: BTreeSet<usize> =
        target.keys().chain(products.iter().flat_map(|(_, _, rest, _)| rest.keys())).copied().collect();
    let place: BTreeMap<usize, usize> = used.into_iter().enumerate().map(|(row, k)| (k, row)).collect();
    let column =
        |v: &Sparse| -> Column { v.iter().filter_map(|(k, c)| Some((*place.get(k)?, c.clone()))).collect() };
    let mut right = vec![Rational::ZERO; place.len()];
    for (row, c) in column(target) {
        if let Some(cell) = right.get_mut(row) {
            *cell = c;
        }
    }
    let columns: Vec<Column> = products.iter().map(|(_, _, rest, _)| column(rest)).collect();
    let strict: Vec<bool> = products.iter().map(|(_, c, ..)| c.strict).collect();
    let want = if relation == Relation::Positive { Want::Strict } else { Want::Any };
    let values = lp::solve(&columns, &strict, &right, want, WORK_LIMIT)?;
    let numbered = products.iter().map(|(k, ..)| *k).zip(values);
    Some(numbered.filter(|(_, value)| !value.is_zero()).collect())
}

/// The quotient of two terms, if there is no remainder.
pub fn quotient(whole: &Expr, part: &Expr) -> Option<Expr> {
    super::factor::quotient(whole.poly(), part.poly()).map(Expr::from)
}
