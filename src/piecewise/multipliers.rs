//! [`Multipliers`]: a goal as a sum of products of facts and of multiples of equations, whatever the atoms
//! of their terms are. The multipliers come from one linear program over the monomials that occur.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::echelon::{Echelon, Rows, Sparse, sum};
use super::lp::{self, Column, Want};
use super::monomials::{Monomials, Quick, Value};
use crate::exact::{Monomial, Poly, Rational};
use crate::kernel::rule::combine::{Combination, Fact, Term};
use crate::kernel::{Atom, Expr, Formula, Node, Relation};

/// Columns of a linear program at most.
const COLUMN_LIMIT: usize = 600;
/// Entries that are changed in one linear program at most.
const WORK_LIMIT: usize = 1_000_000;
/// Terms of one product at most.
const TERM_LIMIT: usize = 400;
/// Rounds in which multiples of equations meet the monomials of others.
const ROUNDS: usize = 6;

/// How goals follow from facts, and what was found out about the same facts before: facts, their atoms, monomials and
/// products have numbers, and are made once.
#[derive(Default)]
pub struct Multipliers {
    atoms: Atoms,
    monomials: Monomials,
    numbers: BTreeMap<Formula, Option<usize>>,
    /// Comparisons that were met.
    facts: Vec<Numbered>,
    /// Products of facts, and multiples of equations by monomials.
    products: HashMap<(usize, usize), Rc<Value>, Quick>,
    multiples: HashMap<(usize, usize), Rc<Value>, Quick>,
    /// How a goal follows from some facts, so many of which are multiplied, or that it does not.
    found: HashMap<(usize, usize, Vec<usize>), Option<Combination>, Quick>,
}

/// The atoms that were met. Polynomials in their numbers are compared without looking into them.
#[derive(Default)]
struct Atoms {
    list: Vec<Atom>,
    numbers: BTreeMap<Atom, usize>,
}

/// A comparison as a polynomial in numbered atoms.
struct Numbered {
    relation: Relation,
    value: Rc<Value>,
    atoms: Vec<usize>,
    /// The monomials by which an equation is recognised: those with more than numbers in them, if there are any.
    telling: Vec<usize>,
}

/// What one unknown multiplies.
#[derive(Clone)]
enum Part {
    /// A product of facts.
    Product(Vec<(usize, u32)>),
    /// The multiple of an equation by a monomial.
    Equation(usize, usize),
}

struct Candidate {
    part: Part,
    value: Rc<Value>,
    strict: bool,
}

impl Multipliers {
    /// Evidence that a goal follows from the facts: products of `degree` facts at most, and equations
    /// times the monomials that make them meet the goal.
    pub fn combination(&mut self, facts: &[&Formula], goal: &Formula, degree: usize) -> Option<Combination> {
        let target = self.number(goal)?;
        let all = facts.iter().map(|f| self.number(f)).collect::<Option<Vec<usize>>>()?;
        let mut distinct = Vec::new();
        all.iter().for_each(|n| distinct.extend((!distinct.contains(n)).then_some(*n)));
        if !self.leave_out_alone(&mut distinct, target) {
            return None;
        }
        let mut found = self.apart(&distinct, target).into_iter().find_map(|group| {
            let key = (degree, target, group);
            if let Some(found) = self.found.get(&key) {
                return found.clone();
            }
            let found = self.search(target, &key.2, degree);
            self.found.insert(key, found.clone());
            found
        })?;
        let places = found.terms.iter_mut().flat_map(|t| t.facts.iter_mut().map(|(n, _)| n));
        for place in places.chain(found.equations.iter_mut().map(|(_, n)| n)) {
            *place = all.iter().position(|n| n == place)?;
        }
        Some(found)
    }

    /// The number of a comparison.
    fn number(&mut self, formula: &Formula) -> Option<usize> {
        if let Some(number) = self.numbers.get(formula) {
            return *number;
        }
        let number = Fact::of(formula).ok().map(|fact| {
            let value = self.value(&fact.expr);
            let monomials = || value.iter().filter_map(|(m, _)| self.monomials.get(*m));
            let atoms: BTreeSet<usize> = monomials().flat_map(|m| m.factors().map(|(a, _)| *a)).collect();
            let atoms: Vec<usize> = atoms.into_iter().collect();
            let telling = self.telling(&value);
            self.facts.push(Numbered { relation: fact.relation, value: Rc::new(value), atoms, telling });
            self.facts.len() - 1
        });
        self.numbers.insert(formula.clone(), number);
        number
    }

    fn value(&mut self, e: &Expr) -> Value {
        let mut terms = Vec::with_capacity(e.size());
        for (m, c) in e.terms() {
            let mut factors: Vec<(usize, u32)> = Vec::new();
            for (atom, k) in m.factors() {
                let number = self.atoms.number(atom);
                if matches!(atom.node(), Node::Indicator(_)) {
                    self.monomials.indicator(number);
                }
                factors.push((number, k));
            }
            factors.sort_unstable();
            terms.push((self.monomials.number(Monomial::of_increasing(factors)), c.clone()));
        }
        self.monomials.collected(terms)
    }

    fn telling(&self, equation: &Value) -> Vec<usize> {
        let is_special = |m: &Monomial<usize>| m.factors().any(|(a, _)| !self.atoms.is_number(*a));
        let that = |wanted: &dyn Fn(&Monomial<usize>) -> bool| -> Vec<usize> {
            let is_wanted = |m: &usize| self.monomials.get(*m).is_some_and(wanted);
            equation.iter().map(|(m, _)| *m).filter(is_wanted).collect()
        };
        let special = that(&is_special);
        if special.is_empty() { that(&|m| !m.is_one()) } else { special }
    }

    fn numbered<'a>(&'a self, facts: &'a [usize]) -> impl Iterator<Item = (usize, &'a Numbered)> {
        facts.iter().filter_map(|n| Some((*n, self.facts.get(*n)?)))
    }

    /// Leaves out facts with an atom by itself that nothing else mentions: no other one takes it away. Whether the goal
    /// has none.
    fn leave_out_alone(&self, facts: &mut Vec<usize>, goal: usize) -> bool {
        let Some(goal) = self.facts.get(goal) else { return false };
        let mut count: HashMap<usize, usize, Quick> = HashMap::default();
        self.numbered(facts).flat_map(|(_, f)| &f.atoms).for_each(|a| *count.entry(*a).or_default() += 1);
        // A power of it stands alone: no other term has the same power, or an equation could make it vanish.
        let alone = |value: &Value, is_own: &dyn Fn(usize) -> bool| {
            let monomials = || value.iter().filter_map(|(m, _)| self.monomials.get(*m));
            monomials().any(|m| {
                let mut factors = m.factors();
                let (Some((atom, k)), None) = (factors.next(), factors.next()) else { return false };
                is_own(*atom) && monomials().filter(|other| other.exponent(atom) == k).count() == 1
            })
        };
        loop {
            let before = facts.len();
            let mut gone: Vec<usize> = Vec::new();
            facts.retain(|n| {
                let Some(f) = self.facts.get(*n) else { return false };
                let is_own = |a: usize| count.get(&a) == Some(&1) && !goal.atoms.contains(&a);
                let stays = !f.atoms.iter().any(|a| is_own(*a)) || !alone(&f.value, &is_own);
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
        !alone(&goal.value, &|a| count.get(&a).is_none_or(|n| *n == 0))
    }

    /// The facts that have to do with a goal, through atoms that they share; for a goal without atoms, those that have to do
    /// with each other: what contradicts each other speaks of the same.
    fn apart(&self, facts: &[usize], goal: usize) -> Vec<Vec<usize>> {
        let mut groups: Vec<BTreeSet<usize>> = Vec::new();
        for (_, fact) in self.numbered(facts) {
            let is_near = |g: &BTreeSet<usize>| fact.atoms.iter().any(|a| g.contains(a));
            let (near, far): (Vec<_>, Vec<_>) = groups.into_iter().partition(is_near);
            groups = far;
            let mut joined: BTreeSet<usize> = near.into_iter().flatten().collect();
            joined.extend(&fact.atoms);
            groups.extend((!joined.is_empty()).then_some(joined));
        }
        let of_goal = self.facts.get(goal).map(|goal| goal.atoms.as_slice()).unwrap_or_default();
        let among = |group: &BTreeSet<usize>| -> Vec<usize> {
            let belongs = |f: &Numbered| f.atoms.iter().all(|a| group.contains(a));
            self.numbered(facts).filter(|(_, f)| belongs(f)).map(|(n, _)| n).collect()
        };
        if of_goal.is_empty() && groups.len() > 1 {
            return groups.iter().map(among).collect();
        }
        let near = groups.into_iter().filter(|g| of_goal.is_empty() || of_goal.iter().any(|a| g.contains(a)));
        vec![among(&near.flatten().collect())]
    }

    fn search(&mut self, goal: usize, facts: &[usize], degree: usize) -> Option<Combination> {
        let (relation, goal) = self.facts.get(goal).map(|goal| (goal.relation, goal.value.clone()))?;
        let mut candidates = if relation == Relation::Equal { vec![] } else { self.products(facts, degree) };
        self.equations(facts, &goal, &mut candidates);
        self.prune(&goal, &mut candidates);
        if !can_meet(relation, &goal, &candidates) {
            return None;
        }
        self.solve(relation, &goal, &candidates)
    }

    fn products(&mut self, facts: &[usize], degree: usize) -> Vec<Candidate> {
        let one = Rc::new(vec![(self.monomials.number(Monomial::one()), Rational::ONE)]);
        let mut out = vec![Candidate { part: Part::Product(vec![]), value: one.clone(), strict: true }];
        let is_usable = |f: &Numbered| f.relation != Relation::Equal && !f.value.is_empty();
        let usable: Vec<(usize, bool, Rc<Value>)> = self
            .numbered(facts)
            .filter(|(_, f)| is_usable(f))
            .map(|(n, f)| (n, f.relation == Relation::Positive, f.value.clone()))
            .collect();
        let mut last: Vec<(Vec<usize>, Rc<Value>, bool)> = vec![(vec![], one, true)];
        for _ in 0..degree {
            let mut next = Vec::new();
            for (places, value, strict) in &last {
                for (place, (number, is_strict, fact)) in usable.iter().enumerate() {
                    if places.last().is_some_and(|last| *last > place) {
                        continue;
                    }
                    let value = match places.as_slice() {
                        [] => fact.clone(),
                        [first] => {
                            let Some((first, ..)) = usable.get(*first) else { continue };
                            self.multiplied((*first, *number), (value, fact))
                        }
                        _ => Rc::new(self.monomials.product(value, fact)),
                    };
                    if value.len() > TERM_LIMIT || out.len() + next.len() > COLUMN_LIMIT {
                        break;
                    }
                    let places: Vec<usize> = places.iter().copied().chain([place]).collect();
                    next.push((places, value, *strict && *is_strict));
                }
            }
            for (places, value, strict) in &next {
                let mut powers: BTreeMap<usize, u32> = BTreeMap::new();
                let numbers = places.iter().filter_map(|p| usable.get(*p)).map(|(n, ..)| *n);
                numbers.for_each(|n| *powers.entry(n).or_default() += 1);
                let part = Part::Product(powers.into_iter().collect());
                out.push(Candidate { part, value: value.clone(), strict: *strict });
            }
            last = next;
        }
        out
    }

    /// The product of facts: of two of them, what is kept.
    fn multiplied(&mut self, facts: (usize, usize), values: (&Value, &Value)) -> Rc<Value> {
        let (m, n) = facts;
        let key = (m.min(n), m.max(n));
        if let Some(known) = self.products.get(&key) {
            return known.clone();
        }
        let product = Rc::new(self.monomials.product(values.0, values.1));
        self.products.insert(key, product.clone());
        product
    }

    /// Multiples of equations that share a monomial with the goal or with another candidate.
    fn equations(&mut self, facts: &[usize], goal: &Value, out: &mut Vec<Candidate>) {
        let one = self.monomials.number(Monomial::one());
        let equations: Vec<(usize, Rc<Value>, Vec<usize>)> = self
            .numbered(facts)
            .filter(|(_, f)| f.relation == Relation::Equal)
            .map(|(n, f)| (n, f.value.clone(), f.telling.clone()))
            .collect();
        let is_single = |c: &&Candidate| matches!(&c.part, Part::Product(facts) if facts.len() < 2);
        let singles = out.iter().filter(is_single).map(|c| &*c.value);
        let values = std::iter::once(goal).chain(singles).chain(equations.iter().map(|(_, v, _)| &**v));
        let mut new: Vec<usize> = values.flatten().map(|(m, _)| *m).collect();
        new.sort_by(|m, n| self.monomials.get(*m).cmp(&self.monomials.get(*n)));
        new.dedup();
        let mut wanted: HashSet<usize, Quick> = new.iter().copied().collect();
        let mut seen: HashSet<(usize, usize), Quick> =
            equations.iter().map(|(number, ..)| (*number, one)).collect();
        for (number, value, _) in &equations {
            out.push(Candidate { part: Part::Equation(one, *number), value: value.clone(), strict: false });
        }
        for _ in 0..ROUNDS {
            let before = out.len();
            for (number, value, telling) in &equations {
                for part in telling {
                    for whole in &new {
                        let Some(factor) = self.monomials.divided(*whole, *part) else { continue };
                        if !seen.insert((*number, factor)) || out.len() >= COLUMN_LIMIT {
                            continue;
                        }
                        let value = self.multiple(*number, factor, value);
                        out.push(Candidate { part: Part::Equation(factor, *number), value, strict: false });
                    }
                }
            }
            let found = out.get(before..).unwrap_or_default();
            if found.is_empty() {
                return;
            }
            let monomials = found.iter().flat_map(|c| c.value.iter().map(|(m, _)| *m));
            new = monomials.filter(|m| wanted.insert(*m)).collect();
        }
    }

    fn multiple(&mut self, number: usize, factor: usize, value: &Value) -> Rc<Value> {
        if let Some(known) = self.multiples.get(&(number, factor)) {
            return known.clone();
        }
        let product = Rc::new(self.monomials.product(&vec![(factor, Rational::ONE)], value));
        self.multiples.insert((number, factor), product.clone());
        product
    }

    /// Leaves out candidates with a monomial that occurs nowhere else: they cannot have a part in a sum.
    fn prune(&self, goal: &Value, candidates: &mut Vec<Candidate>) {
        let mut count: HashMap<usize, usize, Quick> = HashMap::default();
        // What the goal says stays, however few candidates share it.
        goal.iter().for_each(|(m, _)| *count.entry(*m).or_default() += 2);
        candidates.iter().flat_map(|c| c.value.iter()).for_each(|(m, _)| *count.entry(*m).or_default() += 1);
        loop {
            let before = candidates.len();
            candidates.retain(|c| {
                let is_alone = c.value.iter().any(|(m, _)| count.get(m).is_some_and(|n| *n < 2));
                if is_alone {
                    c.value.iter().for_each(|(m, _)| {
                        count.entry(*m).and_modify(|n| *n = n.saturating_sub(1));
                    });
                }
                !is_alone
            });
            if candidates.len() == before {
                return;
            }
        }
    }

    fn solve(&self, relation: Relation, goal: &Value, candidates: &[Candidate]) -> Option<Combination> {
        let mut rows = Rows::default();
        for (m, _) in goal.iter().chain(candidates.iter().flat_map(|c| c.value.iter())) {
            rows.meet(*m);
        }
        let mut echelon = Echelon::default();
        for (k, c) in candidates.iter().enumerate().filter(|(_, c)| matches!(c.part, Part::Equation(..))) {
            echelon.insert(k, rows.vector(&c.value));
        }
        let (target, mut equations) = echelon.reduce(rows.vector(goal));
        let mut out = Combination::default();
        if !target.is_empty() || relation == Relation::Positive {
            let products: Vec<(usize, &Candidate, Sparse, Sparse)> = candidates
                .iter()
                .enumerate()
                .filter(|(_, c)| matches!(c.part, Part::Product(_)))
                .map(|(k, c)| {
                    let (rest, taken) = echelon.reduce(rows.vector(&c.value));
                    (k, c, rest, taken)
                })
                .collect();
            for (k, value) in positive(relation, &target, &products)? {
                let Some((_, candidate, _, taken)) = products.iter().find(|(n, ..)| *n == k) else {
                    continue;
                };
                if let Part::Product(facts) = &candidate.part {
                    out.terms.push(Term { facts: facts.clone(), ..Term::number(value.clone()) });
                }
                equations = sum(&equations, taken, &-value);
            }
        }
        for (k, value) in equations {
            if let Some(Part::Equation(factor, number)) = candidates.get(k).map(|c| &c.part) {
                out.equations.push((self.atoms.term(self.monomials.get(*factor)?, &value), *number));
            }
        }
        Some(out)
    }
}

impl Atoms {
    fn number(&mut self, atom: &Atom) -> usize {
        if let Some(number) = self.numbers.get(atom) {
            return *number;
        }
        self.list.push(atom.clone());
        self.numbers.insert(atom.clone(), self.list.len() - 1);
        self.list.len() - 1
    }

    fn term(&self, m: &Monomial<usize>, c: &Rational) -> Expr {
        let factor = |(n, k): (&usize, u32)| self.list.get(*n).map(|a| Monomial::power(a.clone(), k));
        let monomial = m.factors().filter_map(factor).fold(Monomial::one(), |product, f| product.times(&f));
        Expr::from(Poly::term(monomial, c.clone()))
    }

    fn is_number(&self, n: usize) -> bool {
        self.list.get(n).is_some_and(|a| matches!(a.node(), Node::Variable(_) | Node::Natural))
    }
}

/// Whether each monomial of the goal occurs in a candidate, and a strict goal has a strict one.
fn can_meet(relation: Relation, goal: &Value, candidates: &[Candidate]) -> bool {
    let occurs = |m: &usize| candidates.iter().any(|c| c.value.iter().any(|(n, _)| n == m));
    let is_strict = relation != Relation::Positive || candidates.iter().any(|c| c.strict);
    is_strict && goal.iter().all(|(m, _)| occurs(m))
}

/// Multipliers that are at least zero for products of facts, by their numbers.
fn positive(
    relation: Relation,
    target: &Sparse,
    products: &[(usize, &Candidate, Sparse, Sparse)],
) -> Option<Vec<(usize, Rational)>> {
    let used: BTreeSet<usize> =
        target.iter().chain(products.iter().flat_map(|(_, _, rest, _)| rest)).map(|(k, _)| *k).collect();
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
