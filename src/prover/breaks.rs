//! Break points that are no rational numbers: [`with_breaks`].
//!
//! The engine stops at an integral whose integrand changes at an irrational zero of a polynomial. The zero is
//! described like any other root, and the engine goes on under this description.

use crate::exact::{Poly, Rational};
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Atom, Expr, Formula, Name, Node, Relation};
use crate::model::{Charge, root_of};
use crate::piecewise::{Engine, Obstacle, RealRoot, isolate, named_root};

use super::extremum::{Candidate, roots_with_parameters, without_square};
use super::proof::{Builder, Hints, facts};

/// Polynomials whose zeros are added one after the other, at most.
const ROUNDS: usize = 6;

/// A zero, as a term in roots, and what these are.
#[derive(Debug, Clone)]
pub(super) struct Zero {
    pub(super) at: Expr,
    pub(super) roots: Vec<Charge>,
}

impl Zero {
    /// The same with other names for roots that a claim describes itself.
    pub(super) fn renamed(mut self, taken: &[Charge]) -> Self {
        for root in &mut self.roots {
            if !taken.iter().any(|t| t.name == root.name) {
                continue;
            }
            let other: Name = format!("{}at'", root.name).into();
            let x = Expr::variable(&other);
            self.at = self.at.substitute_one(&root.name, &x);
            root.body = root.body.substitute_one(&root.name, &x);
            root.argument.name = other.clone();
            root.name = other;
        }
        self
    }
}

/// The irrational zeros of a polynomial with numbers as coefficients, in an interval: in radicals for two
/// degrees and for pure powers, else by polynomial and interval.
pub(super) fn zeros(coefficients: &[Rational], low: &Rational, high: &Rational) -> Option<Vec<Zero>> {
    // Zero itself is rational.
    let coefficients = without_zero(coefficients, Rational::is_zero);
    if let [c, b, a] = coefficients {
        return quadratic(a, b, c);
    }
    let degree = u32::try_from(coefficients.len()).ok()?.checked_sub(1)?;
    if let [first, between @ .., last] = coefficients
        && between.iter().all(Rational::is_zero)
    {
        let power = (-first).checked_div(last)?;
        let (root, roots) = root_of(&power.abs(), degree)?;
        let odd = degree % 2 == 1;
        let both = [(!power.is_negative(), root.clone()), (odd == power.is_negative(), root.negated())];
        let real = both.into_iter().filter(|(real, _)| *real);
        return Some(real.map(|(_, at)| Zero { at, roots: roots.clone() }).collect());
    }
    let mut out = Vec::new();
    for root in isolate(coefficients, low, high)? {
        let RealRoot::Between(low, high) = root else { continue };
        let (at, root) = named_root(coefficients, &low, &high)?;
        out.push(Zero { at, roots: vec![root] });
    }
    Some(out)
}

/// The coefficients of a polynomial after all powers of the variable that divide it are taken out.
pub(super) fn without_zero<T>(coefficients: &[T], is_zero: impl Fn(&T) -> bool) -> &[T] {
    let from = coefficients.iter().position(|c| !is_zero(c)).unwrap_or_default();
    coefficients.get(from..).unwrap_or_default()
}

/// `(−b ± √(b² − 4ac))/(2a)`
fn quadratic(a: &Rational, b: &Rational, c: &Rational) -> Option<Vec<Zero>> {
    let four = Rational::from(4);
    let discriminant = &(b * b) - &(&four * &(a * c));
    if discriminant.is_negative() {
        return Some(vec![]);
    }
    let (root, roots) = root_of(&discriminant, 2)?;
    let scale = (a + a).recip()?;
    let solution = |root: &Expr| root.minus(&Expr::number(b.clone())).scaled(&scale);
    let both = [solution(&root), solution(&root.negated())];
    Some(both.into_iter().map(|at| Zero { at, roots: roots.clone() }).collect())
}

/// The zeros of the term that an engine stopped at, if it is a polynomial in one name with numbers as
/// coefficients.
fn zeros_at(obstacle: &Obstacle) -> Option<Vec<Zero>> {
    let Obstacle::Nonlinear { term } = obstacle else { return None };
    let mut atoms: Vec<&Atom> = term.atoms().collect();
    atoms.dedup();
    let [atom] = atoms.as_slice() else { return zeros_in_parameters(term) };
    if !matches!(atom.node(), Node::Variable(_)) {
        return None;
    }
    let coefficients = term.poly().coefficients_in(atom);
    let numbers: Vec<Rational> = coefficients.iter().map(Poly::as_constant).collect::<Option<_>>()?;
    irrational_zeros(&numbers)
}

/// The zeros in the only variable of a higher degree with a number at its highest power, in roots of a term in the others: of the
/// second degree, or with no power between.
fn zeros_in_parameters(term: &Expr) -> Option<Vec<Zero>> {
    let lines = |atom: &Atom| {
        let coefficients = term.poly().coefficients_in(atom);
        (coefficients.len() > 2 && coefficients.last()?.as_constant().is_some()).then_some(coefficients)
    };
    let found: Vec<_> = term.poly().variables().iter().filter_map(lines).collect();
    let [coefficients] = found.as_slice() else { return None };
    zeros_of(coefficients)
}

/// The same of a polynomial by its coefficients.
fn zeros_of(coefficients: &[Poly<Atom>]) -> Option<Vec<Zero>> {
    let candidates = roots_with_parameters(coefficients, without_square)?;
    Some(candidates.into_iter().map(|Candidate { at, roots }| Zero { at, roots }).collect())
}

/// All irrational zeros of a polynomial.
fn irrational_zeros(coefficients: &[Rational]) -> Option<Vec<Zero>> {
    // No zero is larger than 1 + max |a_k/a_n|.
    let (last, rest) = coefficients.split_last()?;
    let mut bound = Rational::ONE;
    for c in rest {
        bound = bound.max(c.checked_div(last)?.abs());
    }
    let bound = &bound + &Rational::ONE;
    zeros(coefficients, &-&bound, &bound)
}

/// What an engine finds under facts, once it knows the break points that it stops at; with what these are.
pub(super) fn with_breaks<T>(
    known: &[Fact],
    mut attempt: impl FnMut(&mut Engine, &[Fact]) -> Result<T, Obstacle>,
) -> Result<(T, Vec<Charge>), Obstacle> {
    let (mut known, mut roots): (Vec<Fact>, Vec<Charge>) = (known.to_vec(), vec![]);
    let mut engine = Engine::new();
    for _ in 0..ROUNDS {
        let obstacle = match attempt(&mut engine, &known) {
            Ok(found) => return Ok((found, roots)),
            Err(obstacle) => obstacle,
        };
        let Some(zeros) = zeros_at(&obstacle).filter(|z| z.iter().any(|z| !engine.knows(&z.at))) else {
            return Err(obstacle);
        };
        for zero in zeros {
            for root in zero.roots.into_iter().filter(|r| !roots.contains(r)).collect::<Vec<_>>() {
                known.extend(
                    facts(&root.root()).into_iter().filter(|f| !known.contains(f)).collect::<Vec<_>>(),
                );
                roots.push(root);
            }
            engine.know(zero.at);
        }
    }
    attempt(&mut engine, &known).map(|found| (found, roots))
}

/// The value of a term, if it is one polynomial wherever the facts hold, in the roots that come with it.
pub fn closed_form(known: &[Fact], e: &Expr) -> Option<(Expr, Vec<Charge>)> {
    with_breaks(known, |engine, facts| engine.value(facts, e)).ok()
}

impl Builder {
    /// A goal that the engine stopped at, once it knows the break points; nothing if these are not to be had.
    pub(super) fn at_breaks(
        &mut self,
        engine: &mut Engine,
        context: &mut Vec<Formula>,
        goal: &Formula,
        hints: &Hints,
        obstacle: &Obstacle,
    ) -> Option<Result<usize, Obstacle>> {
        let new = |root: &Charge| !root.root().iter().all(|f| context.contains(f));
        // The engine may know a point from an attempt that failed, under roots that are no longer described.
        let helps = |zero: &Zero| !engine.knows(&zero.at) || zero.roots.iter().any(new);
        let zeros = zeros_at(obstacle).filter(|zeros| zeros.iter().any(helps))?;
        let mut roots: Vec<Charge> = Vec::new();
        for zero in zeros {
            roots.extend(zero.roots.into_iter().filter(new));
            engine.know(zero.at);
        }
        roots.dedup();
        Some(self.under_roots(engine, context, &roots, goal, hints))
    }

    /// A goal whose sign is open, once the engine knows where it may touch zero: at stationary points in roots
    /// that the context describes. Nothing if there are no new ones.
    pub(super) fn at_stationary_points(
        &mut self,
        engine: &mut Engine,
        context: &mut Vec<Formula>,
        goal: &Formula,
        hints: &Hints,
        obstacle: &Obstacle,
    ) -> Option<Result<usize, Obstacle>> {
        let Obstacle::Uncertified { term, relation: Relation::AtLeast } = obstacle else { return None };
        touched(engine, context, term).then(|| self.prove(engine, context, goal, hints))
    }

    fn under_roots(
        &mut self,
        engine: &mut Engine,
        context: &mut Vec<Formula>,
        roots: &[Charge],
        goal: &Formula,
        hints: &Hints,
    ) -> Result<usize, Obstacle> {
        match roots.split_first() {
            None => self.prove(engine, context, goal, hints),
            Some((first, rest)) => self.with_root(context, first, |proof, context| {
                proof.under_roots(engine, context, rest, goal, hints)
            }),
        }
    }
}

/// Whether a term is stationary at points in roots that the context describes and that the engine did not know.
pub(super) fn touched(engine: &mut Engine, context: &[Formula], term: &Expr) -> bool {
    let of_root = |f: &Formula| matches!(f, Formula::Compare(Relation::Equal, e) if e.poly().degree() > 1);
    if !context.iter().any(of_root) {
        return false;
    }
    let mut is_new = false;
    for atom in term.poly().variables().iter().filter(|a| matches!(a.node(), Node::Variable(_))) {
        let coefficients = term.poly().derivative(atom).coefficients_in(atom);
        let numbers: Option<Vec<Rational>> = coefficients.iter().map(Poly::as_constant).collect();
        let zeros = match numbers {
            Some(numbers) if numbers.len() > 2 => irrational_zeros(&numbers),
            Some(_) => None,
            None => zeros_of(&coefficients),
        };
        let Some(zeros) = zeros else { continue };
        let described = |root: &Charge| root.root().iter().all(|f| context.contains(f));
        for zero in zeros.into_iter().filter(|z| z.roots.iter().all(described)) {
            is_new |= engine.touch(Expr::from(atom).minus(&zero.at));
        }
    }
    is_new
}
