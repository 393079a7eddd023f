//! **Envelope theorem.** How the value of a choice moves with the type, for payoffs that are differentiable at every type.
//!
//! The one rule of calculus that is cited rather than derived: its proof needs derivatives almost everywhere of functions
//! that are only known to be Lipschitz, of which the terms of this kernel do not speak.

use serde::{Deserialize, Serialize};

use super::super::atom::Atom;
use super::super::expr::{Expr, Name};
use super::super::formula::Formula;
use super::super::rejection::Rejection;
use super::super::text::Symbol;
use super::super::theorem::Theorem;
use super::family::literally;

/// That a term has a derivative at every point of an interval, and which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Differentiable {
    /// The variable.
    pub variable: Symbol,
    /// The term.
    pub of: Expr,
    /// Its derivative.
    pub slope: Expr,
    /// The lower end of the interval.
    pub low: Expr,
    /// The upper end.
    pub high: Expr,
}

/// The names that the definition of a derivative speaks of beside the variable: how large an error may be, how close a point
/// has to be, and that point.
fn inner(variable: &Name) -> [Name; 3] {
    ["error", "within", "near"].map(|name| format!("{variable}'{name}").as_str().into())
}

impl Differentiable {
    /// What it means: for all `y` of the interval and all `ε > 0` there is a `δ > 0`, so that for all `z` of the interval
    /// with `|z − y| ≤ δ`
    ///
    /// ```text
    ///   |e(z) − e(y) − d(y)·(z − y)| ≤ ε·|z − y|
    /// ```
    ///
    /// without bars: for `z ≥ y` and for `y ≥ z`, from both sides.
    pub fn formula(&self) -> Formula {
        let name = self.variable.name();
        let [error, within, near] = inner(name);
        let [y, e, d, z] = [name, &error, &within, &near].map(|name| Expr::variable(name));
        let step = z.minus(&y);
        let rest = self.of.substitute_one(name, &z).minus(&self.of).minus(&self.slope.times(&step));
        let bounded = |step: &Expr| {
            let allowed = e.times(step);
            let bounds = vec![
                Formula::at_least(&allowed, &rest),
                Formula::at_least(&allowed.plus(&rest), &Expr::zero()),
            ];
            let ahead = Formula::at_least(step, &Expr::zero());
            Formula::implied(&[ahead, Formula::at_least(&d, step)], Formula::And(bounds))
        };
        let sides = Formula::And(vec![bounded(&step), bounded(&step.negated())]);
        let at_near = Formula::for_all(&[near], Formula::implied(&self.within(&z), sides));
        let positive = |x: &Expr| Formula::greater(x, &Expr::zero());
        let close = Formula::Exists(within, Box::new(Formula::And(vec![positive(&d), at_near])));
        let for_errors = Formula::for_all(&[error], Formula::implied(&[positive(&e)], close));
        Formula::for_all(std::slice::from_ref(name), Formula::implied(&self.within(&y), for_errors))
    }

    /// That a term lies in the interval.
    pub fn within(&self, x: &Expr) -> [Formula; 2] {
        [Formula::at_least(x, &self.low), Formula::at_least(&self.high, x)]
    }

    /// Rejects terms that speak of the names of the definition, and an interval that moves with the variable.
    fn is_about_others(&self) -> Result<(), Rejection> {
        let name = self.variable.name();
        let terms = [&self.of, &self.slope, &self.low, &self.high];
        let clash = inner(name).into_iter().find(|inner| terms.iter().any(|e| e.mentions(inner)));
        let moving = || [&self.low, &self.high].iter().any(|e| e.mentions(name)).then(|| name.clone());
        match clash.or_else(moving) {
            Some(name) => Err(Rejection::NotFresh { name }),
            None => Ok(()),
        }
    }
}

/// **Differentiate.** The derivative of a polynomial in a variable and in terms with derivatives, at every point.
///
/// ```text
///   Γ_k ⊢ w_k has the derivative d_k at every y of [a, b]
///   ────────────────────────────────────────────────────── differentiate
///   Γ_1, … ⊢ P has the derivative ∂P/∂y + Σ ∂P/∂w_k·d_k at every y of [a, b]
/// ```
///
/// Sound: rules for sums and products. Rejects: a premise that is not literally this, about another interval, or about a term
/// that is no single atom; a part of `P` that moves with `y` and is neither `y` nor one of the `w_k`; names that are
/// not new.
pub(in crate::kernel) fn differentiate(
    premises: &[&Theorem],
    parts: &[Differentiable],
    (variable, of, low, high): (&Symbol, &Expr, &Expr, &Expr),
) -> Result<Theorem, Rejection> {
    if premises.len() != parts.len() {
        return Err(Rejection::WrongForm { rule: "differentiate", expected: "what each premise says" });
    }
    for (premise, part) in premises.iter().zip(parts) {
        literally("differentiate", premise, part.formula())?;
    }
    let found = derivative(parts, (variable, of, low, high))?;
    let hypotheses = premises.iter().flat_map(|p| p.hypotheses.iter().cloned()).collect();
    Ok(Theorem::new(hypotheses, found.formula()))
}

/// The derivative of a polynomial in a variable and in the terms of some parts, if these have the derivatives that are said.
///
/// Rejects what *differentiate* rejects, but for its premises.
pub fn derivative(
    parts: &[Differentiable],
    (variable, of, low, high): (&Symbol, &Expr, &Expr, &Expr),
) -> Result<Differentiable, Rejection> {
    let wrong = |expected| Rejection::WrongForm { rule: "differentiate", expected };
    let y = variable.name();
    let mut known: Vec<(Atom, Expr)> = Vec::new();
    for part in parts {
        part.is_about_others()?;
        let own = part.variable.name();
        if own != y && [&part.of, &part.slope].iter().any(|e| e.mentions(y)) {
            return Err(Rejection::NotFresh { name: y.clone() });
        }
        if part.low != *low || part.high != *high {
            return Err(wrong("premises about the same interval"));
        }
        let renamed = |e: &Expr| e.substitute_one(own, &Expr::variable(y));
        let of = renamed(&part.of);
        let atom = of.as_atom().ok_or(wrong("premises about single atoms"))?;
        known.push((atom.clone(), renamed(&part.slope)));
    }
    let own = Expr::variable(y);
    known.extend(own.as_atom().map(|atom| (atom.clone(), Expr::one())));
    if of.atoms().any(|a| a.mentions_variable(y) && !known.iter().any(|(atom, _)| atom == a)) {
        return Err(wrong("a polynomial in the variable and in terms with derivatives"));
    }
    let mut slope = Expr::zero();
    for (k, (atom, rate)) in known.iter().enumerate() {
        if known.iter().take(k).all(|(before, _)| before != atom) {
            slope = slope.plus(&Expr::from(of.poly().derivative(atom)).times(rate));
        }
    }
    let found = Differentiable {
        variable: variable.clone(),
        of: of.clone(),
        slope,
        low: low.clone(),
        high: high.clone(),
    };
    found.is_about_others()?;
    Ok(found)
}

/// **Expected.** A derivative at every point, under an expectation over profiles.
///
/// ```text
///   Γ ⊢ e has the derivative d at every y of [a, b]
///   ───────────────────────────────────────────────────── expected
///   Γ ⊢ E_θ e has the derivative E_θ d at every y of [a, b]
/// ```
///
/// Sound: `d` is tame jointly in the profile and in `y`, and types live on a bounded interval; so it is bounded there, and by the
/// mean value theorem the quotients `(e(z) − e(y))/(z − y)` are bounded by the same number: they converge under the
/// expectation (dominated convergence). Rejects: a premise that is not literally this; a profile that a hypothesis or
/// the interval mentions, or that is the variable; terms that are not tame.
pub(in crate::kernel) fn expected(
    premise: &Theorem,
    profile: &Symbol,
    what: &Differentiable,
) -> Result<Theorem, Rejection> {
    let Differentiable { variable, of, slope, low, high } = what;
    let theta = profile.name();
    what.is_about_others()?;
    literally("expected", premise, what.formula())?;
    let in_interval = [low, high].iter().any(|e| e.mentions(theta));
    let is_assumed = premise.hypotheses.iter().any(|h| h.mentions(theta));
    if in_interval || is_assumed || theta == variable.name() || inner(variable.name()).contains(theta) {
        return Err(Rejection::NotFresh { name: theta.clone() });
    }
    if [of, slope].iter().any(|e| !e.is_tame_in(theta) || !e.is_tame_in(variable.name())) {
        return Err(Rejection::NotTame);
    }
    let average = |e: &Expr| Expr::expectation(theta, e);
    let found = Differentiable { of: average(of), slope: average(slope), ..what.clone() };
    Ok(Theorem::new(premise.hypotheses.clone(), found.formula()))
}

/// What the envelope theorem speaks of: what a choice is worth, in the choice and the type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// The choice; those for which it is best are its values.
    pub choice: Symbol,
    /// The payoff as a function of the type, for each choice.
    pub payoff: Differentiable,
    /// The conclusion runs from here.
    pub from: Expr,
    /// The conclusion runs up to here.
    pub to: Expr,
}

impl Envelope {
    /// That type `y` chooses `r = y`: `∀r ∀y. r, y ∈ [low, high] ⇒ g(y, y) ≥ g(r, y)`.
    pub fn optimal(&self) -> Formula {
        let own = self.payoff.variable.name();
        let (r, y) = (Expr::variable(self.choice.name()), Expr::variable(own));
        let best = self.payoff.of.substitute_one(self.choice.name(), &y);
        let domain = [self.payoff.within(&r), self.payoff.within(&y)].concat();
        let names = [self.choice.name().clone(), own.clone()];
        Formula::for_all(&names, Formula::implied(&domain, Formula::at_least(&best, &self.payoff.of)))
    }

    /// That the payoff of each choice has a derivative at every type.
    pub fn smooth(&self) -> Formula {
        let r = Expr::variable(self.choice.name());
        let body = Formula::implied(&self.payoff.within(&r), self.payoff.formula());
        Formula::for_all(std::slice::from_ref(self.choice.name()), body)
    }

    /// A term where choice and type are one point.
    fn at(&self, e: &Expr, point: &Expr) -> Expr {
        let chosen = e.substitute_one(self.choice.name(), point);
        chosen.substitute_one(self.payoff.variable.name(), point)
    }
}

/// **Envelope theorem.** The value of the best choice is an integral of the derivative at that choice.
///
/// ```text
///   Γ ⊢ g(y, y) ≥ g(r, y) for all r, y in [low, high]
///   Δ ⊢ g(r, ·) has the derivative D(r, y) at every y of [low, high], for all r in it     low ≤ w ≤ v ≤ high
///   ─────────────────────────────────────────────────────────────────────────────────────────────────────── envelope
///                         Γ, Δ ⊢ g(v, v) − g(w, w) = ∫_w^v D(y, y) dy
/// ```
///
/// Sound: `D` is tame jointly in choice and type, so that `|D| ≤ L` on the square for some number `L`; by the mean
/// value theorem each `g(r, ·)` moves by at most `L·|z − y|`. With `U(y) = g(y, y)` the first premise gives `U(z) − U(y) ≥
/// g(y, z) − g(y, y) ≥ −L·|z − y|` for all `y` and `z`, so that `U` is Lipschitz: it has a derivative at almost every type
/// and is the integral of it. At such a type inside the interval `U(z) − U(y) ≥ g(y, z) − g(y, y)` says, divided by `z − y`, for `z > y` that the
/// derivative is at least `D(y, y)`, for `z < y` that it is at most that. Source: Milgrom and Segal (2002), Theorem 2; what
/// they assume of a bound is here that functions are bounded on bounded sets, choices included. A derivative that is known almost
/// everywhere is not enough: `g(r, y) = −|r − y|` has one at every type but `r`, and `D(r, r)` would be anything.
/// Rejects: premises that are not literally these; points outside the interval or not in order; `D` not tame; names that
/// are not new.
pub(in crate::kernel) fn envelope(
    [optimal, smooth]: [&Theorem; 2],
    order: [&Theorem; 3],
    of: &Envelope,
) -> Result<Theorem, Rejection> {
    let Envelope { choice, payoff, from, to } = of;
    let (r, y) = (choice.name(), payoff.variable.name());
    payoff.is_about_others()?;
    let fixed = [&payoff.low, &payoff.high, from, to];
    if r == y || inner(y).contains(r) {
        return Err(Rejection::NotFresh { name: r.clone() });
    }
    if let Some(name) = [r, y].into_iter().find(|name| fixed.iter().any(|e| e.mentions(name))) {
        return Err(Rejection::NotFresh { name: name.clone() });
    }
    literally("envelope", optimal, of.optimal())?;
    literally("envelope", smooth, of.smooth())?;
    let bounds = [(from, &payoff.low), (to, from), (&payoff.high, to)];
    for (premise, (above, below)) in order.into_iter().zip(bounds) {
        literally("envelope", premise, Formula::at_least(above, below))?;
    }
    if !payoff.slope.is_tame_in(r) || !payoff.slope.is_tame_in(y) {
        return Err(Rejection::NotTame);
    }
    let area = Expr::integral(y, from, to, &of.at(&payoff.slope, &Expr::variable(y)));
    let gain = of.at(&payoff.of, to).minus(&of.at(&payoff.of, from));
    let all = [optimal, smooth].into_iter().chain(order);
    let hypotheses = all.flat_map(|p| p.hypotheses.iter().cloned()).collect();
    Ok(Theorem::new(hypotheses, Formula::equal(&gain, &area)))
}
