//! **Calculus**: what integrals inherit from their integrands.

use serde::{Deserialize, Serialize};

use super::super::atom::{Atom, Node};
use super::super::expr::{Expr, Name};
use super::super::formula::{Formula, Relation};
use super::super::rejection::Rejection;
use super::super::text::Symbol;
use super::super::theorem::Theorem;
use crate::exact::Poly;

/// A closed interval of integration with the name of its variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// The variable.
    pub variable: Symbol,
    /// The lower limit.
    pub low: Expr,
    /// The upper limit.
    pub high: Expr,
}

impl Interval {
    fn name(&self) -> &Name {
        self.variable.name()
    }

    /// The hypotheses that an inner premise may use and that the rule removes: `y` between the
    /// limits, weakly or strictly, and `y ≠ p` for finitely many `p` free of `y`.
    fn inner(&self, exceptions: &[Expr]) -> Vec<Formula> {
        let y = Expr::variable(self.name());
        let mut out = vec![
            Formula::at_least(&y, &self.low),
            Formula::greater(&y, &self.low),
            Formula::at_least(&self.high, &y),
            Formula::greater(&self.high, &y),
        ];
        out.extend(exceptions.iter().map(|p| Formula::unequal(&y, p)));
        out
    }
}

/// The hypotheses of `premise` without the inner ones of the interval; rejects if the variable
/// occurs in what is left, in a limit or in an exception.
fn outer(
    premise: &Theorem,
    interval: &Interval,
    exceptions: &[Expr],
) -> Result<std::collections::BTreeSet<Formula>, Rejection> {
    let inner = interval.inner(exceptions);
    let left: std::collections::BTreeSet<_> =
        premise.hypotheses.iter().filter(|h| !inner.contains(h)).cloned().collect();
    let y = interval.name();
    let leaks = left.iter().any(|h| h.mentions(y))
        || interval.low.mentions(y)
        || interval.high.mentions(y)
        || exceptions.iter().any(|p| p.mentions(y));
    if leaks { Err(Rejection::NotFresh { name: y.clone() }) } else { Ok(left) }
}

/// **Monotone integral.** An integrand of one sign has an integral of that sign.
///
/// ```text
///   Γ, a < y < b ⊢ h ≥ 0     Δ ⊢ b − a ≥ 0
///   ────────────────────────────────────── monotone        (strict: h > 0 and b − a > 0)
///          Γ, Δ ⊢ ∫_a^b h dy ≥ 0
/// ```
///
/// Rejects: `y` left in a hypothesis or a limit; limits not in order; an integrand that is not tame;
/// a strict conclusion on an interval that may be a point.
pub(in crate::kernel) fn monotone(
    premise: &Theorem,
    order: &Theorem,
    interval: &Interval,
    exceptions: &[Expr],
) -> Result<Theorem, Rejection> {
    let mut hypotheses = outer(premise, interval, exceptions)?;
    let Formula::Compare(relation, h) = &premise.conclusion else {
        return Err(Rejection::WrongForm { rule: "monotone", expected: "a comparison with zero" });
    };
    let length = interval.high.minus(&interval.low);
    let needed = match relation {
        Relation::Positive => Relation::Positive,
        Relation::AtLeast | Relation::Equal => Relation::AtLeast,
    };
    check_order("monotone", order, needed, &length)?;
    if !h.is_tame_in(interval.name()) {
        return Err(Rejection::NotTame);
    }
    hypotheses.extend(order.hypotheses.iter().cloned());
    let value = Expr::integral(interval.name(), &interval.low, &interval.high, h);
    Ok(Theorem::new(hypotheses, Formula::Compare(*relation, value)))
}

fn check_order(
    rule: &'static str,
    order: &Theorem,
    needed: Relation,
    length: &Expr,
) -> Result<(), Rejection> {
    let found = &order.conclusion;
    let strict = Formula::Compare(Relation::Positive, length.clone());
    let expected = Formula::Compare(needed, length.clone());
    if *found == expected || *found == strict {
        return Ok(());
    }
    Err(Rejection::Mismatch { rule, expected: Box::new(expected), found: Box::new(found.clone()) })
}

/// **Congruence.** Integrands that agree but at finitely many points have the same integral.
///
/// ```text
///   Γ, a < y < b, y ≠ p_1, …, y ≠ p_m ⊢ g − h = 0     Δ ⊢ b − a ≥ 0
///   ───────────────────────────────────────────────────────────────── congruence
///                Γ, Δ ⊢ ∫_a^b g dy − ∫_a^b h dy = 0
/// ```
///
/// Rejects: `y` left in a hypothesis, a limit or an exception; limits not in order; sides that are
/// not those of the premise.
pub(in crate::kernel) fn congruence(
    premise: &Theorem,
    order: &Theorem,
    interval: &Interval,
    exceptions: &[Expr],
    left: &Expr,
    right: &Expr,
) -> Result<Theorem, Rejection> {
    let mut hypotheses = outer(premise, interval, exceptions)?;
    let expected = Formula::equal(left, right);
    if premise.conclusion != expected {
        let found = Box::new(premise.conclusion.clone());
        return Err(Rejection::Mismatch { rule: "congruence", expected: Box::new(expected), found });
    }
    check_order("congruence", order, Relation::AtLeast, &interval.high.minus(&interval.low))?;
    hypotheses.extend(order.hypotheses.iter().cloned());
    let integral = |body| Expr::integral(interval.name(), &interval.low, &interval.high, body);
    Ok(Theorem::new(hypotheses, Formula::equal(&integral(left), &integral(right))))
}

/// What the squeeze rule speaks of: terms in the variable of the interval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Squeeze {
    /// The lower bound.
    pub low: Expr,
    /// The integrand in between.
    pub integrand: Expr,
    /// The upper bound.
    pub high: Expr,
    /// Which bound the conclusion is about.
    pub side: SqueezeSide,
}

/// One of two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SqueezeSide {
    /// The lower one.
    Below,
    /// The upper one.
    Above,
}

/// **Squeeze.** An integrand between two tame ones is integrable, and its integral lies between theirs.
///
/// ```text
///   Γ, a < y < b ⊢ h − l ≥ 0     Γ, a < y < b ⊢ g − h ≥ 0     Δ ⊢ b − a ≥ 0
///   ──────────────────────────────────────────────────────────────────────── squeeze
///   Γ, Δ ⊢ ∫_a^b h dy − ∫_a^b l dy ≥ 0     or     Γ, Δ ⊢ ∫_a^b g dy − ∫_a^b h dy ≥ 0
/// ```
///
/// The integral of `h` has no closed form: `h` is made of tame terms and of inverses of such, and so is Borel; between
/// locally bounded functions it is bounded.
///
/// Rejects: `y` left in a hypothesis or a limit; limits not in order; bounds that are not tame; an integrand that is made
/// of something else; one bound only; premises about other terms.
pub(in crate::kernel) fn squeeze(
    [below, above, order]: [&Theorem; 3],
    interval: &Interval,
    squeeze: &Squeeze,
) -> Result<Theorem, Rejection> {
    let Squeeze { low, integrand, high, side } = squeeze;
    let mut hypotheses = outer(below, interval, &[])?;
    hypotheses.extend(outer(above, interval, &[])?);
    for (premise, expected) in
        [(below, Formula::at_least(integrand, low)), (above, Formula::at_least(high, integrand))]
    {
        if premise.conclusion != expected {
            let found = Box::new(premise.conclusion.clone());
            return Err(Rejection::Mismatch { rule: "squeeze", expected: Box::new(expected), found });
        }
    }
    check_order("squeeze", order, Relation::AtLeast, &interval.high.minus(&interval.low))?;
    let y = interval.name();
    if !low.is_tame_in(y) || !high.is_tame_in(y) || !is_quotient(integrand, y) {
        return Err(Rejection::NotTame);
    }
    hypotheses.extend(order.hypotheses.iter().cloned());
    let integral = |body| Expr::integral(y, &interval.low, &interval.high, body);
    let conclusion = match side {
        SqueezeSide::Below => Formula::at_least(&integral(integrand), &integral(low)),
        SqueezeSide::Above => Formula::at_least(&integral(high), &integral(integrand)),
    };
    Ok(Theorem::new(hypotheses, conclusion))
}

/// Whether a term is made of what is tame in a variable, and of inverses of such.
fn is_quotient(e: &Expr, variable: &str) -> bool {
    e.atoms().all(|a| match a.node() {
        Node::Inverse(divisor) => is_quotient(divisor, variable),
        _ => !a.mentions_variable(variable) || Expr::from(Poly::variable(a.clone())).is_tame_in(variable),
    })
}

/// **Interchange.** On a box the order of integration does not matter.
///
/// ```text
///   ──────────────────────────────────────────────── interchange
///   ∫_a^b ∫_c^d h dy dx − ∫_c^d ∫_a^b h dx dy = 0
/// ```
///
/// Rejects: an integrand that is not tame; limits that mention one of the variables; the same name
/// twice.
pub(in crate::kernel) fn interchange(
    outer: &Interval,
    inner: &Interval,
    body: &Expr,
) -> Result<Theorem, Rejection> {
    let (x, y) = (outer.name(), inner.name());
    let limits = [&outer.low, &outer.high, &inner.low, &inner.high];
    for name in [x, y] {
        if limits.iter().any(|limit| limit.mentions(name)) || x == y {
            return Err(Rejection::NotFresh { name: name.clone() });
        }
    }
    if !body.is_tame() {
        return Err(Rejection::NotTame);
    }
    let over = |interval: &Interval, body: &Expr| {
        Expr::integral(interval.name(), &interval.low, &interval.high, body)
    };
    let conclusion = Formula::equal(&over(outer, &over(inner, body)), &over(inner, &over(outer, body)));
    Ok(Theorem::new(Default::default(), conclusion))
}

/// What the area rule speaks of: `X` and `U` as terms in `variable` on `[low, high]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// The variable of `X` and `U`.
    pub variable: Symbol,
    /// The slope.
    pub slope: Expr,
    /// The function.
    pub value: Expr,
    /// What the slope is with respect to, a polynomial in the variable; mostly the variable itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Expr>,
    /// The type space.
    pub low: Expr,
    /// The type space.
    pub high: Expr,
    /// The two names that the premise quantifies over.
    pub first: Symbol,
    /// The two names that the premise quantifies over.
    pub second: Symbol,
    /// The conclusion runs from here.
    pub from: Expr,
    /// The conclusion runs up to here.
    pub to: Expr,
}

impl Area {
    /// What the slope is with respect to.
    fn along(&self) -> Expr {
        self.scale.clone().unwrap_or_else(|| Expr::variable(self.variable.name()))
    }

    /// The premise: `∀a ∀c. a ≥ low ⇒ c ≥ a ⇒ high ≥ c ⇒ X(a)(φ(c)−φ(a)) ≤ U(c)−U(a) ≤ X(c)(φ(c)−φ(a))`, with
    /// the scale `φ`.
    pub fn premise(&self) -> Formula {
        let (a, c) = (Expr::variable(self.first.name()), Expr::variable(self.second.name()));
        let at = |e: &Expr, point: &Expr| e.substitute_one(self.variable.name(), point);
        let gain = at(&self.value, &c).minus(&at(&self.value, &a));
        let along = self.along();
        let step = at(&along, &c).minus(&at(&along, &a));
        let bounds = Formula::And(vec![
            Formula::at_least(&gain, &at(&self.slope, &a).times(&step)),
            Formula::at_least(&at(&self.slope, &c).times(&step), &gain),
        ]);
        let domain =
            [Formula::at_least(&a, &self.low), Formula::at_least(&c, &a), Formula::at_least(&self.high, &c)];
        Formula::for_all(
            &[self.first.name().clone(), self.second.name().clone()],
            Formula::implied(&domain, bounds),
        )
    }
}

/// **Intermediate value.** A polynomial that changes sign on an interval vanishes somewhere on it.
///
/// ```text
///   Γ ⊢ −p[x := low] ≥ 0     Δ ⊢ p[x := high] ≥ 0     Θ ⊢ high − low ≥ 0
///   ──────────────────────────────────────────────────────────────────── intermediate
///            Γ, Δ, Θ ⊢ ∃x. x − low ≥ 0 ∧ high − x ≥ 0 ∧ p = 0
/// ```
///
/// Rejects: a term in which `x` stands inside an indicator, an integral, a reciprocal or a function, since
/// that need not be continuous; an interval that mentions `x`; premises about something else.
pub(in crate::kernel) fn intermediate(
    below: &Theorem,
    above: &Theorem,
    order: &Theorem,
    interval: &Interval,
    body: &Expr,
) -> Result<Theorem, Rejection> {
    let Interval { low, high, .. } = interval;
    let name = interval.name();
    if low.mentions(name) || high.mentions(name) {
        return Err(Rejection::NotFresh { name: name.clone() });
    }
    let x = Expr::variable(name);
    let is_x = |e: &Atom| x.atoms().any(|a| a == e);
    if body.atoms().any(|a| a.mentions_variable(name) && !is_x(a)) {
        return Err(Rejection::WrongForm { rule: "intermediate", expected: "a polynomial in the variable" });
    }
    let at = |point: &Expr| body.substitute_one(name, point);
    for (premise, expected) in [
        (below, Formula::at_least(&Expr::zero(), &at(low))),
        (above, Formula::at_least(&at(high), &Expr::zero())),
        (order, Formula::at_least(high, low)),
    ] {
        if premise.conclusion != expected {
            let (expected, found) = (Box::new(expected), Box::new(premise.conclusion.clone()));
            return Err(Rejection::Mismatch { rule: "intermediate", expected, found });
        }
    }
    let parts =
        vec![Formula::at_least(&x, low), Formula::at_least(high, &x), Formula::equal(body, &Expr::zero())];
    let hypotheses = [below, above, order].into_iter().flat_map(|t| t.hypotheses.iter().cloned()).collect();
    Ok(Theorem::new(hypotheses, Formula::Exists(name.clone(), Box::new(Formula::And(parts)))))
}

/// **Area under the allocation.** Truthful interim utility is the area under the interim allocation.
///
/// ```text
///   X(a)(φ(c) − φ(a)) ≤ U(c) − U(a) ≤ X(c)(φ(c) − φ(a)) for all low ≤ a ≤ c ≤ high     low ≤ w ≤ v ≤ high
///   ────────────────────────────────────────────────────────────────────────────────────────────────────── area
///                             U(v) − U(w) = ∫_w^v X(y) φ'(y) dy                     (mostly φ(y) = y)
/// ```
///
/// Sound: φ is a polynomial, so it is constant or strictly monotone on each of finitely many stretches. Where it is
/// constant, U is. Where it moves, the premise makes X monotone, and both sides lie in the same Riemann bracket, of
/// width |X(v) − X(w)| times the longest step of φ, which is as small as one likes. Source: Myerson (1981), Lemma 2.
/// Rejects: a premise that is not literally about this X, U, φ and interval; points outside the interval or not in
/// order; X not tame; φ not a polynomial in the variable; names that are not new.
pub(in crate::kernel) fn area(
    premise: &Theorem,
    order: [&Theorem; 3],
    area: &Area,
) -> Result<Theorem, Rejection> {
    let (a, c) = (area.first.name(), area.second.name());
    for name in [a, c] {
        let along = area.along();
        let terms = [&area.slope, &area.value, &along, &area.low, &area.high];
        let clash = terms.iter().any(|e| e.mentions(name));
        if clash || a == c {
            return Err(Rejection::NotFresh { name: name.clone() });
        }
    }
    if area.low.mentions(area.variable.name()) || area.high.mentions(area.variable.name()) {
        return Err(Rejection::NotFresh { name: area.variable.name().clone() });
    }
    let expected = area.premise();
    if premise.conclusion != expected {
        let found = Box::new(premise.conclusion.clone());
        return Err(Rejection::Mismatch { rule: "area", expected: Box::new(expected), found });
    }
    let [from_low, from_to, to_high] = order;
    check_order("area", from_low, Relation::AtLeast, &area.from.minus(&area.low))?;
    check_order("area", from_to, Relation::AtLeast, &area.to.minus(&area.from))?;
    check_order("area", to_high, Relation::AtLeast, &area.high.minus(&area.to))?;
    if !area.slope.is_tame_in(area.variable.name()) {
        return Err(Rejection::NotTame);
    }
    let rate = rate(&area.along(), area.variable.name())?;
    let at = |point: &Expr| area.value.substitute_one(area.variable.name(), point);
    let integral = Expr::integral(area.variable.name(), &area.from, &area.to, &area.slope.times(&rate));
    let conclusion = Formula::equal(&at(&area.to).minus(&at(&area.from)), &integral);
    let all = [premise, from_low, from_to, to_high];
    let hypotheses = all.iter().flat_map(|p| p.hypotheses.iter().cloned()).collect();
    Ok(Theorem::new(hypotheses, conclusion))
}

/// The derivative of a polynomial in a variable; other atoms are constants.
fn rate(e: &Expr, variable: &str) -> Result<Expr, Rejection> {
    let own = Expr::variable(variable);
    let is_own = |a: &Atom| own.as_atom() == Some(a);
    if e.atoms().any(|a| a.mentions_variable(variable) && !is_own(a)) {
        return Err(Rejection::WrongForm {
            rule: "area",
            expected: "a scale that is a polynomial in the variable",
        });
    }
    Ok(own.as_atom().map_or_else(Expr::zero, |a| Expr::from(e.poly().derivative(a))))
}
