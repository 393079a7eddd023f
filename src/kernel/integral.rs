//! Integrals in normal form.

use super::atom::{Atom, Node};
use super::expr::Expr;
use crate::exact::{Monomial, Poly, Rational};

impl Expr {
    /// `∫_low^high body dy`, where `variable` is the name of `y` in `body`; it is bound here and may
    /// not be read in the limits from outside. Linear over monomials, factors free of `y` are pulled
    /// out, `∫ y^k dy` is a power; everything else is the difference of two values of one primitive.
    /// All of this only for tame integrands, which are locally bounded and measurable; any other
    /// integral stays opaque.
    pub fn integral(variable: &str, low: &Expr, high: &Expr, body: &Expr) -> Self {
        if [low, high, body].iter().any(|e| e.is_too_large() || e.is_loose()) {
            return Self::too_large();
        }
        if !body.is_tame_in(variable) {
            let body = body.close(variable);
            return Self::atom(Node::Opaque { low: low.clone(), high: high.clone(), body });
        }
        let (mut below, mut above) = (Powers::of(low), Powers::of(high));
        let mut sum = Sum::default();
        for (monomial, c) in body.terms() {
            let (mut inside, mut outside) = (Monomial::one(), Poly::constant(c.clone()));
            let (mut power, mut only_powers) = (0, true);
            for (a, e) in monomial.factors() {
                if !a.mentions_variable(variable) {
                    outside = outside.times(&Poly::term(Monomial::power(a.clone(), e), Rational::ONE));
                    continue;
                }
                match a.node() {
                    Node::Variable(_) => power = e,
                    _ => only_powers = false,
                }
                inside = inside.times(&Monomial::power(a.clone(), e));
            }
            let value = if only_powers {
                let k = Rational::new(1, i64::from(power) + 1).unwrap_or(Rational::ZERO);
                above.at(power.saturating_add(1)).minus(&below.at(power.saturating_add(1))).scaled(&k)
            } else {
                let body = Expr::of(Poly::term(inside, Rational::ONE)).close(variable);
                Self::primitive(high, &body).minus(&Self::primitive(low, &body))
            };
            sum.add(&Expr::of(outside).times(&value));
        }
        sum.finish()
    }

    fn primitive(upper: &Expr, body: &Expr) -> Self {
        if upper.is_zero() {
            return Self::zero();
        }
        Self::atom(Node::Primitive { upper: upper.clone(), body: body.clone() })
    }
}

/// The powers of a term, from the first on.
struct Powers(Vec<Expr>);

impl Powers {
    fn of(base: &Expr) -> Self {
        Powers(vec![base.clone()])
    }

    /// The power with an exponent above zero: each is found once, from the one before.
    fn at(&mut self, exponent: u32) -> Expr {
        let Some(base) = self.0.first().filter(|e| !e.is_zero()).cloned() else { return Expr::zero() };
        while self.0.len() < exponent as usize {
            let next = self.0.last().map_or_else(Expr::too_large, |last| last.times(&base));
            let is_last = next.is_too_large();
            self.0.push(next);
            if is_last {
                return Expr::too_large();
            }
        }
        self.0.get(exponent as usize - 1).cloned().unwrap_or_else(Expr::too_large)
    }
}

/// A sum of many terms, put in order together.
#[derive(Default)]
struct Sum {
    sum: Option<Expr>,
    terms: Vec<(Monomial<Atom>, Rational)>,
}

impl Sum {
    /// Terms that wait to be put in order, at most.
    const LENGTH: usize = 50_000;

    fn add(&mut self, e: &Expr) {
        if self.sum.is_none() && self.terms.is_empty() {
            self.sum = Some(e.clone());
            return;
        }
        self.terms.extend(e.terms().map(|(m, c)| (m.clone(), c.clone())));
        if self.terms.len() > Self::LENGTH {
            self.gather();
        }
    }

    /// A term that is too large stands for the whole sum.
    fn gather(&mut self) {
        let rest = Expr::from(Poly::of_terms(std::mem::take(&mut self.terms)));
        self.sum = Some(self.sum.take().map_or_else(|| rest.clone(), |sum| sum.plus(&rest)));
    }

    fn finish(mut self) -> Expr {
        if !self.terms.is_empty() {
            self.gather();
        }
        self.sum.unwrap_or_else(Expr::zero)
    }
}
