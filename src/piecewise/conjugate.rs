//! Signs of terms in roots of other variables: [`by_conjugates`].
//!
//! Where `s^k = p(x)`, a term `g(x, s)` divides its norm `N(x) = g·h`; `h` is the product of its conjugates up to
//! sign. On a small box, where `h` has a sign, `g` has the sign of `N·h`, and `N` is free of the root. Several
//! roots are eliminated one after the other. Untrusted.

use super::factor::division;
use super::modulo::reduced;
use super::rooted::Leaf;
use super::roots::root_near;
use super::sign::{Effort, certify_within, simple, variables_of};
use super::{boxes, sample};
use crate::exact::{Poly, Rational};
use crate::kernel::rule::combine::{Combination, Fact, Term};
use crate::kernel::rule::tree::Tree;
use crate::kernel::{Atom, Expr, Relation};

/// Points were tried before.
const EFFORT: Effort<'static> = Effort { sampled: true, ..Effort::SMALL };
/// Terms of a norm at most.
const SIZE_LIMIT: usize = 2_000;
/// Tries to find a point of a box.
const SAMPLES: u64 = 10;
/// Boxes at most, and cuts inside cuts.
const BOX_LIMIT: usize = 120;
const DEPTH_LIMIT: usize = 24;
/// Averages of words in the cuts of all of them, at most.
const WORK_LIMIT: usize = 40_000_000;

/// A power of a variable that an equation gives as a term in others: `lead·s^index + rest = 0` with `s ≥ 0`.
pub(super) struct Curve {
    pub(super) variable: Atom,
    pub(super) index: u32,
    /// What the power is.
    pub(super) power: Expr,
    /// The number of the equation among the facts, and its coefficient of the power.
    equation: usize,
    lead: Rational,
    /// The fact that the variable is at least zero.
    sign: usize,
}

/// The norm of a term over `s^index = power`, and `h` with `e·h = norm` up to this equation.
fn norm(e: &Expr, variable: &Atom, index: u32, power: &Expr) -> Option<(Expr, Expr)> {
    let equation = Expr::from(variable).pow(index).minus(power);
    let rest = |e: &Expr| {
        let (_, rest) = division(e.poly(), equation.poly(), variable)?;
        (rest.len() <= SIZE_LIMIT).then(|| Expr::from(rest))
    };
    // The trace of s^j is index·[j = 0] for j below the index.
    let trace = |e: &Expr| {
        let constant =
            e.poly().coefficients_in(variable).into_iter().next().map_or_else(Expr::zero, Expr::from);
        constant.scaled(&Rational::from(i64::from(index)))
    };
    let mut powers = vec![Expr::one()];
    for _ in 0..index {
        let next = rest(&powers.last()?.times(e))?;
        powers.push(next);
    }
    // Newton's identities: k·e_k = Σ_{i=1..k} (−1)^(i−1)·e_(k−i)·p_i
    let mut symmetric = vec![Expr::one()];
    for k in 1..=index as usize {
        let mut sum = Expr::zero();
        for i in 1..=k {
            let product = symmetric.get(k - i)?.times(&trace(powers.get(i)?));
            sum = if i % 2 == 1 { sum.plus(&product) } else { sum.minus(&product) };
        }
        symmetric.push(sum.scaled(&Rational::new(1, i64::try_from(k).ok()?)?));
    }
    // Cayley and Hamilton: Σ_j (−1)^j·e_j·g^(index−j) = 0
    let mut cofactor = Expr::zero();
    for j in 0..index as usize {
        let product = symmetric.get(j)?.times(powers.get(index as usize - 1 - j)?);
        cofactor = if j % 2 == 0 { cofactor.plus(&product) } else { cofactor.minus(&product) };
    }
    let cofactor = if index % 2 == 1 { cofactor } else { cofactor.negated() };
    Some((symmetric.pop()?, rest(&cofactor)?))
}

/// A term that is zero wherever another is, without a root in it: its norm over `s^index = power`.
pub fn eliminated(e: &Expr, equation: &Expr, variable: &Atom) -> Option<Expr> {
    let (index, lead, rest) = pure_power(equation, variable)?;
    let power = Expr::from(rest).scaled(&-&lead.recip()?);
    norm(e, variable, index, &power).map(|(norm, _)| norm)
}

/// `index`, `lead` and `rest` with `equation = lead·s^index + rest`.
pub fn pure_power(equation: &Expr, variable: &Atom) -> Option<(u32, Rational, Poly<Atom>)> {
    let coefficients = equation.poly().coefficients_in(variable);
    let (last, others) = coefficients.split_last()?;
    let (rest, between) = others.split_first()?;
    let index = u32::try_from(others.len()).ok().filter(|k| *k > 1)?;
    let lead = last.as_constant()?;
    between.iter().all(Poly::is_zero).then(|| (index, lead, rest.clone()))
}

/// The roots of other variables in a term.
pub(super) fn curves(facts: &[Fact], e: &Expr) -> Vec<Curve> {
    let mut out: Vec<Curve> = Vec::new();
    for variable in variables_of(e) {
        let root = Expr::from(&variable);
        let Some(sign) = facts.iter().position(|f| f.relation == Relation::AtLeast && f.expr == root) else {
            continue;
        };
        let of_root = |(number, fact): (usize, &Fact)| {
            let (index, lead, rest) = pure_power(&fact.expr, &variable)?;
            rest.as_constant().is_none().then_some(())?;
            let power = Expr::from(rest).scaled(&-&lead.recip()?);
            Some(Curve { variable: variable.clone(), index, power, equation: number, lead, sign })
        };
        let mut equations = facts.iter().enumerate().filter(|(_, f)| f.relation == Relation::Equal);
        out.extend(equations.find_map(of_root));
    }
    // A root of a root would have to be eliminated first.
    let nested = |c: &Curve| variables_of(&c.power).iter().any(|v| out.iter().any(|d| d.variable == *v));
    if out.iter().any(nested) { vec![] } else { out }
}

/// A tree for `e REL 0`, where `e` is a polynomial in roots of other variables among the facts; `leaf` makes one
/// under more facts from the evidence for the sign.
pub(super) fn by_conjugates(facts: &[Fact], relation: Relation, e: &Expr, leaf: Leaf<'_>) -> Option<Tree> {
    if relation == Relation::Equal {
        return None;
    }
    let curves = curves(facts, e);
    if curves.is_empty() {
        return None;
    }
    let (mut free, mut cofactor) = (reduced(facts, e)?.0, Expr::one());
    for curve in &curves {
        let (norm, factor) = norm(&free, &curve.variable, curve.index, &curve.power)?;
        cofactor = reduced(facts, &cofactor.times(&factor))?.0;
        free = norm;
    }
    if free.size() > SIZE_LIMIT || cofactor.size() > SIZE_LIMIT {
        return None;
    }
    let mut known = facts.to_vec();
    let mut splits = Vec::new();
    for variable in curves.iter().flat_map(|c| variables_of(&c.power)) {
        for (on, never) in ranges(&known, &variable) {
            known.push(Fact { relation: Relation::AtLeast, expr: on.clone() });
            splits.push((on, never));
        }
    }
    let mut search = Search {
        relation,
        goal: e,
        norm: free,
        cofactor,
        curves,
        leaf,
        boxes: 0,
        work: boxes::Work::of(WORK_LIMIT),
    };
    search.cover(&known, 0).map(|tree| under(splits, tree))
}

/// A tree after terms that are shown to be at least zero.
fn under(splits: Vec<(Expr, Combination)>, tree: Tree) -> Tree {
    let split = |inner: Tree, (on, never): (Expr, Combination)| Tree::Split {
        on,
        yes: Box::new(inner),
        no: Box::new(Tree::Empty(never)),
    };
    splits.into_iter().rev().fold(tree, split)
}

/// Numbers between which a variable lies because it lies between others, as terms that are at least zero, and why
/// they are.
fn ranges(facts: &[Fact], variable: &Atom) -> Vec<(Expr, Combination)> {
    let mut out: Vec<(Expr, Combination)> = Vec::new();
    if boxes::interval(facts, variable).is_some() {
        return out;
    }
    for fact in facts.iter().filter(|f| f.relation != Relation::Equal && f.expr.poly().degree() == 1) {
        let coefficients = fact.expr.poly().coefficients_in(variable);
        let [rest, slope] = coefficients.as_slice() else { continue };
        // slope·x + rest ≥ 0, where the rest is at most its value at some corner.
        let most = rest.terms().try_fold(Rational::ZERO, |sum, (m, c)| {
            let value = match m.factors().next() {
                Some((other, _)) => {
                    let (low, high) = boxes::interval(facts, other)?;
                    if c.is_negative() { low } else { high }
                }
                None => Rational::ONE,
            };
            Some(&sum + &(c * &value))
        });
        let Some((most, slope)) = most.zip(slope.as_constant()) else { continue };
        let on = Expr::from(variable).scaled(&slope).plus(&Expr::number(most));
        let mut known = facts.to_vec();
        known.extend(out.iter().map(|(on, _)| Fact { relation: Relation::AtLeast, expr: on.clone() }));
        known.push(Fact { relation: Relation::Positive, expr: on.negated() });
        let never = certify_within(&known, Relation::Positive, &Expr::zero(), EFFORT);
        out.extend(never.map(|never| (on, never)));
    }
    out
}

struct Search<'a> {
    relation: Relation,
    goal: &'a Expr,
    norm: Expr,
    cofactor: Expr,
    curves: Vec<Curve>,
    leaf: Leaf<'a>,
    boxes: usize,
    work: boxes::Work,
}

impl Search<'_> {
    fn cover(&mut self, facts: &[Fact], depth: usize) -> Option<Tree> {
        self.boxes += 1;
        if self.boxes > BOX_LIMIT || depth > DEPTH_LIMIT || self.work.is_done() {
            return None;
        }
        let mut known = facts.to_vec();
        let mut splits = Vec::new();
        for curve in &self.curves {
            for (on, never) in bounds(&known, curve)? {
                known.push(Fact { relation: Relation::AtLeast, expr: on.clone() });
                splits.push((on, never));
            }
        }
        let sign = simple(&known, self.relation, self.goal);
        let sign = sign.or_else(|| boxes::certify_within(&known, self.relation, self.goal, &mut self.work));
        let tree = match sign {
            Some(sign) => Some((self.leaf)(&known, sign)),
            None => self.by_norm(&known),
        };
        if let Some(tree) = tree {
            return Some(under(splits, tree));
        }
        let mut opposite = || {
            boxes::certify_within(&known, Relation::Positive, &self.goal.negated(), &mut self.work).is_some()
        };
        if sample::points(&known, &[], SAMPLES).next().is_some() && opposite() {
            self.boxes = BOX_LIMIT;
            return None;
        }
        // Cut what the roots are roots of.
        let powers = self.curves.iter().fold(self.norm.clone(), |all, c| all.plus(&c.power.pow(2)));
        let on = boxes::midpoint(facts, &powers)?;
        let mut part = |relation, expr: Expr| {
            let mut facts = facts.to_vec();
            facts.push(Fact { relation, expr });
            self.cover(&facts, depth + 1)
        };
        let yes = Box::new(part(Relation::AtLeast, on.clone())?);
        let no = Box::new(part(Relation::Positive, on.negated())?);
        Some(Tree::Split { on, yes, no })
    }

    /// By cases on the goal: its opposite, times the cofactor, contradicts the sign of the norm.
    fn by_norm(&mut self, known: &[Fact]) -> Option<Tree> {
        let strict = self.relation == Relation::Positive;
        // Where the norm is not zero, neither is the cofactor.
        let ways: &[_] = if strict {
            &[(Relation::AtLeast, Relation::Positive)]
        } else {
            &[(Relation::Positive, Relation::AtLeast), (Relation::AtLeast, Relation::Positive)]
        };
        for (of_cofactor, of_norm) in ways {
            for way in [Rational::ONE, -Rational::ONE] {
                let Some(factor) =
                    boxes::positive_within(known, *of_cofactor, &self.cofactor.scaled(&way), &mut self.work)
                else {
                    continue;
                };
                let norm = self.norm.scaled(&way);
                let mut never = match self.norm.poly().variables().len() {
                    0 | 1 => certify_within(known, *of_norm, &norm, EFFORT)?,
                    _ => boxes::certify_within(known, *of_norm, &norm, &mut self.work)?,
                };
                let opposite = known.len();
                let of_goal = Term { facts: vec![(opposite, 1)], ..Term::number(Rational::ONE) };
                never.terms.push(Term { boxes: vec![factor], ..of_goal.clone() });
                // goal·cofactor − norm is a sum of multiples of the equations.
                let product = self.goal.times(&self.cofactor).minus(&self.norm);
                let (rest, equations) = reduced(known, &product)?;
                if !rest.is_zero() {
                    return None;
                }
                never.equations.extend(equations.into_iter().map(|(m, n)| (m.scaled(&way), n)));
                let never = Box::new(Tree::Empty(never));
                let mut with = known.to_vec();
                with.push(Fact { relation: self.relation, expr: self.goal.clone() });
                let holds = (self.leaf)(&with, Combination { terms: vec![of_goal], equations: vec![] });
                let holds = Box::new(holds);
                return Some(match strict {
                    true => Tree::Split { on: self.goal.negated(), yes: never, no: holds },
                    false => Tree::Split { on: self.goal.clone(), yes: holds, no: never },
                });
            }
        }
        None
    }
}

/// Numbers between which a root lies on a box, as terms that are at least zero, and why they are.
fn bounds(facts: &[Fact], curve: &Curve) -> Option<Vec<(Expr, Combination)>> {
    let mut corners = vec![curve.power.clone()];
    for variable in variables_of(&curve.power) {
        let (low, high) = boxes::interval(facts, &variable)?;
        let at =
            |e: &Expr, x: &Rational| Expr::from(e.poly().substitute(&variable, &Poly::constant(x.clone())));
        corners = corners.iter().flat_map(|e| [at(e, &low), at(e, &high)]).collect();
    }
    let values: Vec<Rational> = corners.iter().map(Expr::as_number).collect::<Option<_>>()?;
    let (least, most) = (values.iter().min()?, values.iter().max()?);
    // Bounds of about the quality that the box allows.
    let spread = most - least;
    let wide = spread.denominator().bits().saturating_sub(spread.numerator().bits());
    let bits = if spread.is_zero() { 10 } else { u32::try_from(wide).ok()? + 6 };
    let root = Expr::from(&curve.variable);
    let low = root_near(least, curve.index, bits)?.0;
    let high = root_near(most, curve.index, bits)?.1;
    let mut out = Vec::new();
    if low.is_positive() {
        let on = root.minus(&Expr::number(low.clone()));
        // 0 = (low − s)·Σ low^i·s^j + (power − low^k) + (s^k − power)
        let beyond = curve.power.minus(&Expr::number(low.pow(curve.index)));
        out.push((on, outside(facts, curve, &low, &beyond, Rational::ONE)?));
    }
    let on = Expr::number(high.clone()).minus(&root);
    let beyond = Expr::number(high.pow(curve.index)).minus(&curve.power);
    let mut known = facts.to_vec();
    known.extend(out.iter().map(|(on, _)| Fact { relation: Relation::AtLeast, expr: on.clone() }));
    out.push((on, outside(&known, curve, &high, &beyond, -Rational::ONE)?));
    Some(out)
}

/// Why a root does not lie beyond a number, given that its power does not lie beyond the number's.
fn outside(
    facts: &[Fact],
    curve: &Curve,
    end: &Rational,
    beyond: &Expr,
    way: Rational,
) -> Option<Combination> {
    let mut found = certify_within(facts, Relation::AtLeast, beyond, EFFORT)?;
    for i in 0..curve.index {
        let coefficient = end.pow(curve.index - 1 - i);
        let facts = match i {
            0 => vec![(facts.len(), 1)],
            i => vec![(facts.len(), 1), (curve.sign, i)],
        };
        found.terms.push(Term { facts, ..Term::number(coefficient) });
    }
    let multiple = way.checked_div(&curve.lead)?;
    found.equations.push((Expr::number(multiple), curve.equation));
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(relation: Relation, expr: Expr) -> Fact {
        Fact { relation, expr }
    }

    /// `0 ≤ r ≤ 1`, `s = √r`, `t = √(1 − r)`.
    fn facts() -> (Vec<Fact>, Expr, Expr) {
        let [r, s, t] = ["r", "s", "t"].map(Expr::variable);
        let one = Expr::one();
        let facts = vec![
            compare(Relation::AtLeast, r.clone()),
            compare(Relation::AtLeast, one.minus(&r)),
            compare(Relation::AtLeast, s.clone()),
            compare(Relation::Equal, s.pow(2).minus(&r)),
            compare(Relation::AtLeast, t.clone()),
            compare(Relation::Equal, t.pow(2).plus(&r).minus(&one)),
        ];
        (facts, s, t)
    }

    fn found(relation: Relation, e: &Expr) -> bool {
        let leaf = |_: &[Fact], sign| Tree::Leaf {
            evaluation: crate::kernel::rule::tree::Evaluation::default(),
            sign,
        };
        by_conjugates(&facts().0, relation, e, &leaf).is_some()
    }

    #[test]
    fn the_product_of_the_conjugates_is_free_of_the_root() {
        // (1 + x + x²)(1 + ωx + ω²x²)(1 + ω²x + ωx²) for x³ = r is (1 − r)².
        let x = Expr::variable("x");
        let r = Expr::variable("r");
        let e = Expr::one().plus(&x).plus(&x.pow(2));
        let equation = x.pow(3).minus(&r);
        let norm = eliminated(&e, &equation, x.as_atom().unwrap()).unwrap();
        assert_eq!(norm, Expr::one().minus(&r).pow(2));
    }

    #[test]
    fn a_root_of_the_square_does_not_decide() {
        let (_, s, t) = facts();
        let c = |n: i64, d: i64| Expr::number(Rational::new(n, d).unwrap());
        let sum = s.plus(&t);
        // 1 ≤ √r + √(1 − r) ≤ √2 < 3/2: both ends of the range are touched below.
        assert!(found(Relation::Positive, &c(3, 2).minus(&sum)));
        assert!(!found(Relation::Positive, &c(7, 5).minus(&sum)));
        assert!(found(Relation::AtLeast, &sum.minus(&c(9, 10))));
        assert!(!found(Relation::AtLeast, &sum.minus(&c(11, 10))));
        // √r − √(1 − r) changes its sign, although its norm 2r − 1 vanishes once.
        assert!(!found(Relation::AtLeast, &s.minus(&t)));
    }
}
