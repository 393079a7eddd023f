//! Equations of the calculus that the integrals of a term suggest: the fundamental theorem at products, and
//! densities that cancel.

use crate::exact::{Monomial, Poly, Rational};
use crate::kernel::rule::calculus::Interval;
use crate::kernel::rule::fundamental::derivative;
use crate::kernel::{Atom, Expr, Formula, Node, Relation, Step};
use crate::piecewise::Obstacle;

use super::super::proof::symbol;
use super::Proof;
use super::tactic::{Known, Tactic, closed_atoms};

/// Rounds in which the integrals of new equations suggest others.
const ROUNDS: usize = 3;
/// Equations at most.
const EQUATION_LIMIT: usize = 60;

impl Proof<'_> {
    /// `∫_0^u P' = P(u) − P(0)` for the products `P` that the integrals suggest, by parts.
    pub(super) fn fundamentals(&mut self, e: &Expr) -> Result<Vec<Known>, Obstacle> {
        let mut out: Vec<Known> = Vec::new();
        let mut seen: Vec<(Expr, Expr)> = Vec::new();
        let mut material: Vec<Expr> = vec![e.clone()];
        for _ in 0..ROUNDS {
            let mut next = Vec::new();
            for (upper, body) in material.iter().flat_map(integrals) {
                let y = self.name("y");
                for primitive in products(&body.open(&y), &y) {
                    let key = (primitive.substitute_one(&y, &Expr::variable("y")), upper.clone());
                    if seen.contains(&key) || out.len() >= EQUATION_LIMIT {
                        continue;
                    }
                    seen.push(key);
                    let interval = Interval { variable: symbol(&y)?, low: Expr::zero(), high: upper.clone() };
                    let Ok(step) = self.builder.add(Step::Fundamental { interval, body: primitive }) else {
                        continue;
                    };
                    let formula = self.builder.conclusion(step)?;
                    if let Formula::Compare(_, e) = &formula {
                        next.push(e.clone());
                    }
                    out.push((step, formula));
                }
            }
            if next.is_empty() {
                break;
            }
            material = next;
        }
        Ok(out)
    }

    /// For each integral with a quotient in it, the same without those divisors that are positive.
    pub(super) fn densities(&mut self, e: &Expr) -> Result<Vec<Known>, Obstacle> {
        let mut out = Vec::new();
        for atom in closed_atoms(e) {
            let Node::Opaque { low, high, body } = atom.node() else { continue };
            let y = self.name("y");
            let body = body.open(&y);
            let Some(order) = self.obvious(&Formula::at_least(high, low))? else { continue };
            let point = Expr::variable(&y);
            let inside = [Formula::at_least(&point, low), Formula::at_least(high, &point)];
            let before = self.domain.len();
            self.domain.extend(inside);
            let found = self.cancelled(&body);
            self.domain.truncate(before);
            let Some((premise, reduced)) = found? else { continue };
            let step = self.builder.add(Step::Congruence {
                premise,
                order,
                interval: Interval { variable: symbol(&y)?, low: low.clone(), high: high.clone() },
                exceptions: vec![],
                left: body,
                right: reduced,
            })?;
            out.push((step, self.builder.conclusion(step)?));
        }
        Ok(out)
    }

    /// A theorem `e = reduced` where products `d·(1/d)` are cancelled.
    fn cancelled(&mut self, e: &Expr) -> Result<Option<(usize, Expr)>, Obstacle> {
        let mut known: Vec<Known> = Vec::new();
        let mut reduced = e.clone();
        for atom in closed_atoms(e) {
            let Node::Inverse(divisor) = atom.node() else { continue };
            let mut premise = None;
            for sign in [divisor.clone(), divisor.negated()] {
                let goal = Formula::Compare(Relation::Positive, sign);
                premise = match premise {
                    None => self.by(&goal, &Tactic::Given.allows())?,
                    found => found,
                };
            }
            let Some(premise) = premise else { continue };
            let step = self.builder.add(Step::Reciprocal { premise, divisor: divisor.clone() })?;
            known.push((step, self.builder.conclusion(step)?));
            if let Some(single) = divisor.as_atom() {
                reduced = without(&reduced, &atom, single);
            }
        }
        if reduced == *e {
            return Ok(None);
        }
        let goal = Formula::equal(e, &reduced);
        Ok(self.combine(&known, &goal, 0)?.map(|step| (step, reduced)))
    }
}

/// The term with `a·b` replaced by one.
fn without(e: &Expr, a: &Atom, b: &Atom) -> Expr {
    let terms = e.terms().map(|(m, c)| {
        let k = m.exponent(a).min(m.exponent(b));
        let factor = |(atom, e): (&Atom, u32)| {
            let e = if atom == a || atom == b { e - k } else { e };
            Monomial::power(atom.clone(), e)
        };
        (m.factors().map(factor).fold(Monomial::one(), |m, f| m.times(&f)), c.clone())
    });
    Expr::from(Poly::of_terms(terms.collect()))
}

/// The upper limits and integrands of the integrals of a term that are not below another one, each integrand
/// also with the limits of the others that have the same one.
fn integrals(e: &Expr) -> Vec<(Expr, Expr)> {
    let mut out: Vec<(Expr, Expr)> = Vec::new();
    for atom in closed_atoms(e) {
        if let Node::Primitive { upper, body } = atom.node()
            && !out.contains(&(upper.clone(), body.clone()))
        {
            out.push((upper.clone(), body.clone()));
        }
    }
    out
}

/// Products whose derivative has the integrand, one monomial, as a term.
fn products(integrand: &Expr, y: &str) -> Vec<Expr> {
    let Some((monomial, _)) = integrand.terms().next() else { return vec![] };
    let point = Expr::variable(y);
    let monomial_of = |m: Monomial<Atom>| Expr::from(Poly::term(m, Rational::ONE));
    let mut out: Vec<Expr> = Vec::new();
    let mut add = |first: Expr, rest: Monomial<Atom>| {
        let product = first.times(&monomial_of(rest));
        if derivative(&product, y).is_ok() && !out.contains(&product) {
            out.push(product);
        }
    };
    // The factor one, with the power of y beside it: y·(rest).
    add(point, monomial.clone());
    for (atom, exponent) in monomial.factors() {
        let is_simple = match atom.node() {
            Node::Primitive { .. } | Node::Variable(_) | Node::Power(_) => false,
            _ => exponent == 1,
        };
        if !is_simple {
            continue;
        }
        if let Node::Apply(_, arguments) = atom.node()
            && let [inside] = arguments.as_slice()
            && inside.as_variable().is_none()
            && inside.is_polynomial()
        {
            // Substitution: X(g)·g' is the derivative of the integral of X up to g.
            let (Node::Apply(f, _), z) = (atom.node(), format!("{y}'")) else { continue };
            let function = Expr::apply(f, vec![Expr::variable(&z)]);
            add(Expr::integral(&z, &Expr::zero(), inside, &function), Monomial::one());
            continue;
        }
        let (rest, _) = monomial.split(atom);
        let inner = format!("{y}'");
        let moved = Expr::from(atom).substitute_one(y, &Expr::variable(&inner));
        let primitive = Expr::integral(&inner, &Expr::zero(), &Expr::variable(y), &moved);
        // h·J^k·(J^m)^s has the antiderivative J^(k+1)·(J^m)^s up to a factor.
        add(primitive.clone(), rest.clone());
        if let Some(j) = primitive.as_atom()
            && rest.exponent(j) > 0
        {
            let power = primitive.natural_power();
            let powers = power.as_atom().map_or(0, |p| rest.exponent(p));
            let whole = primitive.pow(rest.exponent(j)).times(&power.pow(powers));
            let (mut others, _) = rest.split(j);
            if let Some(p) = power.as_atom() {
                others = others.split(p).0;
            }
            add(whole.times(&primitive), others);
        }
    }
    out
}
