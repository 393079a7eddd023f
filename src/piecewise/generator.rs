//! What a sign may be combined from: products of facts, squares, multiples of equations.

use super::roots;
use super::sign::{Search, variables_of};
use crate::exact::Rational;
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Expr, Relation};

/// Products that are tried at most.
pub(super) const GENERATOR_LIMIT: usize = 700;

/// One product that may be added any number of times.
#[derive(Clone)]
pub(super) enum Generator {
    Term { squares: Vec<Expr>, facts: Vec<(usize, u32)>, strict: bool, value: Expr },
    Equation { factor: Expr, fact: usize, value: Expr },
}

impl Generator {
    pub(super) fn value(&self) -> &Expr {
        match self {
            Generator::Term { value, .. } | Generator::Equation { value, .. } => value,
        }
    }

    pub(super) fn is_strict(&self) -> bool {
        matches!(self, Generator::Term { strict: true, .. })
    }
}

impl Search<'_> {
    pub(super) fn equations(&self) -> Vec<Generator> {
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
    pub(super) fn linear(&self) -> Vec<Generator> {
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

    pub(super) fn is_usable(&self, number: usize) -> bool {
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
    pub(super) fn products(&self, size: u32) -> Vec<Generator> {
        self.products_of(&self.relevant(), size, &Expr::one(), &[])
    }

    /// Squares times products of facts, of degree `size` together.
    pub(super) fn squared_products(&self, size: u32) -> Vec<Generator> {
        let relevant = self.relevant();
        let roots = self.square_roots().into_iter().filter(|_| size >= 3);
        roots.flat_map(|root| self.products_of(&relevant, size - 2, &root.pow(2), &[root])).collect()
    }

    pub(super) fn products_of(
        &self,
        from: &[usize],
        size: u32,
        start: &Expr,
        squares: &[Expr],
    ) -> Vec<Generator> {
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
            for root in roots::rational_roots(&self.goal.poly().derivative(v).coefficients_in(v)) {
                out.push(Expr::from(v).minus(&Expr::number(root)));
            }
        }
        out
    }

    pub(super) fn squares(&self) -> Vec<Generator> {
        let make = |root: Expr| Generator::Term {
            value: root.pow(2),
            squares: vec![root],
            facts: vec![],
            strict: false,
        };
        self.square_roots().into_iter().map(make).collect()
    }
}
