//! Screening: virtual surplus, the number of an interval at which a term is greatest, and the mechanism that takes it.
//!
//! The rules here are formulas; that they are best is an obligation of whoever uses them.

use std::sync::Arc;

use crate::exact::{Poly, Rational};
use crate::kernel::Expr;

use super::claim::{Bound, Claim, Comparison, Conjunct};
use super::distribution::derivative;
use super::ironing::{Flat, ends};
use super::mechanism::Mechanism;
use super::setting::{Agent, Kind, Setting};
use super::stretch::{Stretch, along, coefficients};

impl Agent {
    /// Two terms whose quotient is `(1 − F)/f`, the divisor first: it is zero nowhere but where the density is.
    fn rent_parts(&self) -> [Expr; 2] {
        match self.density.mentions(&self.type_.name) {
            true => [self.density.clone(), Expr::one().minus(&self.cdf)],
            false => [Expr::one(), self.type_.high.minus(&Expr::variable(&self.type_.name))],
        }
    }

    /// `(1 − F)/f` as a term without a quotient: a polynomial on each piece of the prior, which at a type without density
    /// is the limit. `None` if there is none.
    fn rent_weight(&self) -> Option<Expr> {
        let own = Expr::variable(&self.type_.name);
        let [weight, rent] = self.rent_parts();
        if weight == Expr::one() {
            return Some(rent);
        }
        let piece = |s: &Stretch| {
            Some((
                Expr::number(s.high.clone()),
                s.closed,
                quotient(&Expr::one().minus(&s.cdf), &s.density, &own)?,
            ))
        };
        let pieces: Vec<_> = self.stretches()?.iter().map(piece).collect::<Option<_>>()?;
        Some(along(&own, &pieces))
    }
}

/// `p/q` of polynomials in one variable, if it is a polynomial; `p` may have coefficients in other names.
pub(super) fn quotient(p: &Expr, q: &Expr, own: &Expr) -> Option<Expr> {
    let atom = own.as_atom()?;
    let mut divisor = coefficients(q, own.as_variable()?)?;
    while divisor.last().is_some_and(Rational::is_zero) {
        divisor.pop();
    }
    let inverse = divisor.last()?.recip()?;
    let mut rest = p.poly().coefficients_in(atom);
    let mut out = Expr::zero();
    while rest.len() >= divisor.len() {
        let power = rest.len() - divisor.len();
        let factor = rest.pop()?.scaled(&inverse);
        for (slot, c) in rest.iter_mut().skip(power).zip(&divisor) {
            *slot = slot.minus(&factor.scaled(c));
        }
        out = out.plus(&Expr::from(factor).times(&own.pow(u32::try_from(power).ok()?)));
    }
    rest.iter().all(Poly::is_zero).then_some(out)
}

/// A variable that lies between two numbers.
type Ranged = (Expr, Rational, Rational);

/// A number that a linear term in such variables is nowhere below.
fn least(e: &Expr, ranges: &[Ranged]) -> Option<Rational> {
    e.terms().try_fold(Rational::ZERO, |sum, (monomial, c)| {
        let mut factors = monomial.factors();
        match (factors.next(), factors.next()) {
            (None, _) => Some(sum + c.clone()),
            (Some((atom, 1)), None) => {
                let (_, low, high) = ranges.iter().find(|(v, ..)| v.as_atom() == Some(atom))?;
                Some(sum + c * if c.is_negative() { high } else { low })
            }
            _ => None,
        }
    })
}

/// What a mechanism earns at most, type by type, once payments are the areas under marginal values.
#[derive(Debug, Clone)]
pub struct VirtualSurplus {
    /// The sum of the values, each less the marginal value times `(1 − F)/f`, and less the cost: one term for each outcome.
    pub terms: Vec<Expr>,
    /// The densities by which it divides, with the agents that have them.
    pub divisors: Vec<(usize, Expr)>,
}

/// An interval of types on which the virtual surplus is one term.
struct Part {
    /// Its upper end.
    high: Expr,
    /// Whether that is in it, and not in the next one.
    closed: bool,
    /// The virtual surplus, times the density but where it is ironed.
    surplus: Expr,
    /// The piece of the prior; none where it is ironed.
    stretch: Option<Stretch>,
}

impl Setting {
    /// The virtual surplus of each outcome; `None` if some value has no derivative in the type.
    pub fn virtual_surplus(&self) -> Option<VirtualSurplus> {
        let mut terms = self.welfares();
        let mut divisors = Vec::new();
        for (i, agent) in self.agents.iter().enumerate() {
            let weight = agent.rent_weight().unwrap_or_else(|| {
                divisors.push((i, agent.density.clone()));
                Expr::one().minus(&agent.cdf).times(&Expr::inverse(&agent.density))
            });
            for (term, slope) in terms.iter_mut().zip(self.slopes(i)?) {
                *term = term.minus(&slope.times(&weight));
            }
        }
        Some(VirtualSurplus { terms, divisors })
    }

    /// The marginal value of each outcome to an agent.
    fn slopes(&self, agent: usize) -> Option<Vec<Expr>> {
        let own = &self.agents.get(agent)?.type_.name;
        self.outcomes.iter().map(|o| derivative(o.values.get(agent)?, own)).collect()
    }

    /// The virtual surplus of an outcome in an interval, times all densities that are not the same for all types: without a
    /// quotient.
    fn weighted_surplus(&self) -> Option<Expr> {
        let parts: Vec<[Expr; 2]> = self.agents.iter().map(Agent::rent_parts).collect();
        let product = |leave: Option<usize>| {
            let weights = parts.iter().enumerate().filter(|(j, _)| Some(*j) != leave);
            weights.fold(Expr::one(), |product, (_, [weight, _])| product.times(weight))
        };
        let mut out = self.welfares().first()?.times(&product(None));
        for (i, [_, rent]) in parts.iter().enumerate() {
            out = out.minus(&self.slopes(i)?.first()?.times(rent).times(&product(Some(i))));
        }
        Some(out)
    }

    /// The number of the interval of outcomes at which a term, a polynomial of the second degree in it, is greatest: the
    /// stationary point where it is concave, cut off at the ends of the interval, else the better end. Of equal ones the
    /// highest. `None` if the term does not have this form.
    pub fn greatest_on_interval(&self, term: &Expr) -> Option<Expr> {
        self.best_of(&self.parts(term)?, None, &self.ranges())
    }

    /// The types with rational ends.
    fn ranges(&self) -> Vec<Ranged> {
        let range = |b: &Bound| Some((Expr::variable(&b.name), b.low.as_number()?, b.high.as_number()?));
        self.agents.iter().filter_map(|a| range(&a.type_)).collect()
    }

    /// The coefficients of the outcome and of its square.
    fn parts(&self, term: &Expr) -> Option<[Expr; 2]> {
        let outcome = self.outcome.as_ref().filter(|_| self.kind == Kind::Interval)?;
        let own = Expr::variable(&outcome.name);
        if term.atoms().any(|a| Some(a) != own.as_atom() && a.mentions_variable(&outcome.name)) {
            return None;
        }
        let coefficients = term.poly().coefficients_in(own.as_atom()?);
        let part = |k: usize| coefficients.get(k).cloned().map_or_else(Expr::zero, Expr::from);
        (coefficients.len() <= 3).then(|| [part(1), part(2)])
    }

    /// The best number of the interval for a term with these coefficients; `type_` is the one type in which quotients are
    /// taken.
    fn best_of(&self, [slope, bend]: &[Expr; 2], type_: Option<&Expr>, ranges: &[Ranged]) -> Option<Expr> {
        let Bound { low, high, .. } = self.outcome.as_ref()?;
        let upper_if = |gain: &Expr| low.plus(&high.minus(low).times(&self.reached(gain)));
        let stationary = match bend.as_number() {
            Some(c) if c.is_negative() => slope.scaled(&(-&(&c + &c)).recip()?),
            // The value at the upper end less that at the lower one, over their distance.
            Some(c) => return Some(upper_if(&slope.plus(&high.plus(low).scaled(&c)))),
            None => quotient(&slope.negated(), &bend.plus(bend), type_?)?,
        };
        // Cut off by the signs of what it is above the lower and below the upper end, unless these are clear.
        let [above, below] = [stationary.minus(low), high.minus(&stationary)].map(|e| {
            match least(&e, ranges).is_some_and(|least| !least.is_negative()) {
                true => Expr::one(),
                false => self.reached(&e),
            }
        });
        let inside = stationary.minus(low).times(&above).times(&below);
        let beyond = high.minus(low).times(&Expr::one().minus(&below));
        Some(low.plus(&inside).plus(&beyond))
    }

    /// Whether the virtual surplus is made of the virtual value: the only agent's marginal value in the type is a positive multiple
    /// of the outcome, up to what does not depend on it, and the sum of values is concave in the outcome in the same way for all
    /// types. Then types are bunched where the virtual value is ironed (Myerson, 1981; Toikka, 2011).
    pub fn is_bunched(&self) -> bool {
        let linear = || {
            let ([_], Some(stretches)) = (self.agents.as_slice(), self.agents.first()?.stretches()) else {
                return None;
            };
            let [rate, none] = self.parts(self.slopes(0)?.first()?)?;
            let [_, bend] = self.parts(self.welfares().first()?)?;
            let concave = bend.as_number().is_some_and(|c| !c.is_positive());
            let positive = rate.as_number().is_some_and(|c| c.is_positive());
            let plain = self.agents.iter().all(|a| a.type_.power.is_plain());
            Some(plain && none.is_zero() && concave && positive && !stretches.is_empty())
        };
        linear().unwrap_or(false)
    }

    /// The virtual surplus on the pieces of the only agent's prior and on the intervals on which its virtual value is ironed, in
    /// order.
    fn ironed_surplus(&self, flats: &[Flat]) -> Option<Vec<Part>> {
        let [agent] = self.agents.as_slice() else { return None };
        let own = Expr::variable(&agent.type_.name);
        let (welfare, slope) = (self.welfares().into_iter().next()?, self.slopes(0)?.into_iter().next()?);
        let stretches = agent.stretches()?;
        let mut low = agent.type_.low.as_number()?;
        let mut out = Vec::new();
        for (high, closed) in ends(&stretches, flats) {
            let middle = (&low + &high.near).halved(1)?;
            let (surplus, stretch) = match flats.iter().find(|flat| flat.contains(&middle)) {
                Some(flat) => (welfare.minus(&slope.times(&own.minus(&flat.level(agent)))), None),
                None => {
                    let s = stretches.iter().find(|s| middle <= s.high)?;
                    let term = welfare.times(&s.density).minus(&slope.times(&Expr::one().minus(&s.cdf)));
                    (term, Some(Stretch { low: low.clone(), high: high.near.clone(), ..s.clone() }))
                }
            };
            if low < high.near {
                out.push(Part { high: high.at, closed, surplus, stretch });
            }
            low = high.near;
        }
        Some(out)
    }

    /// The outcome at which the virtual surplus is greatest, ironed on some intervals; `None` if it is no piecewise polynomial
    /// in the types.
    fn screened(&self, flats: &[Flat]) -> Option<Expr> {
        let plain = || {
            let virtual_surplus = self.virtual_surplus().filter(|v| v.divisors.is_empty())?;
            self.greatest_on_interval(virtual_surplus.terms.first()?)
        };
        let [agent] = self.agents.as_slice() else { return plain() };
        let own = Expr::variable(&agent.type_.name);
        if agent.stretches().is_none() {
            return plain();
        }
        let piece = |Part { high, closed, surplus, stretch }: Part| {
            let [a, b] = self.parts(&surplus)?;
            let best = match stretch {
                None => self.best_of(&[a, b], None, &[])?,
                Some(s) => {
                    // Without the density, if it divides both.
                    let divided = quotient(&a, &s.density, &own).zip(quotient(&b, &s.density, &own));
                    let parts = divided.map_or([a, b], |(a, b)| [a, b]);
                    self.best_of(&parts, Some(&own), &[(own.clone(), s.low.clone(), s.high.clone())])?
                }
            };
            Some((high, closed, best))
        };
        let pieces: Vec<_> = self.ironed_surplus(flats)?.into_iter().map(piece).collect::<Option<_>>()?;
        Some(along(&own, &pieces))
    }

    /// That the outcome that is chosen is in the interval at every profile, and a term is at no other outcome greater.
    pub fn is_greatest(&self, chosen: &Expr, term: &Expr) -> Option<Claim> {
        let outcome = self.outcome.as_ref()?;
        let types = self.types();
        let any = types.iter().chain([outcome]).cloned().collect();
        let achieved = term.substitute_one(&outcome.name, chosen);
        let ends = [(Comparison::AtLeast, &outcome.low), (Comparison::AtMost, &outcome.high)];
        let mut conjuncts: Vec<Conjunct> = ends
            .into_iter()
            .map(|(relation, end)| {
                Conjunct::relation("", types.clone(), chosen.clone(), relation, end.clone())
            })
            .collect();
        conjuncts.push(Conjunct::relation("", any, achieved, Comparison::AtLeast, term.clone()));
        Some(Claim::about(&self.parameters, &[], conjuncts))
    }
}

impl Mechanism {
    /// The outcome at which the virtual surplus is greatest, ironed on some intervals, with payments by the area under marginal
    /// values; and that the outcome is what it should be. `None` if there is no formula for it.
    pub fn screening(setting: &Arc<Setting>, flats: &[Flat]) -> Option<(Self, Claim)> {
        let chosen = setting.screened(flats)?;
        let surplus = match flats {
            [] => setting.weighted_surplus()?,
            _ => {
                let pieces = setting.ironed_surplus(flats)?.into_iter();
                let pieces: Vec<_> = pieces.map(|p| (p.high, p.closed, p.surplus)).collect();
                along(&Expr::variable(&setting.agents.first()?.type_.name), &pieces)
            }
        };
        let claim = setting.is_greatest(&chosen, &surplus)?;
        let payment = vec![Expr::zero(); setting.agents.len()];
        Some((Self::of(setting, vec![chosen], payment).with_area_payments()?, claim))
    }

    /// The same outcomes, with payments that leave each agent its outside option at the lowest type and the area under
    /// marginal values from it, `t_i = u_i − o_i(α_i) − ∫ ∂u_i/∂θ_i`. `None` if types are finitely many, or some value has no
    /// derivative in the type.
    pub fn with_area_payments(&self) -> Option<Self> {
        let (setting, rule) = (&self.setting, &self.allocation);
        if setting.is_finite() {
            return None;
        }
        let payment = |(i, agent): (usize, &Agent)| {
            let Bound { name, low, .. } = &agent.type_;
            let values: Vec<Expr> =
                setting.outcomes.iter().map(|o| o.values.get(i).cloned()).collect::<Option<_>>()?;
            let inner = "y'";
            let slope = setting.worth(rule, &setting.slopes(i)?);
            let slope = slope.substitute_one(name, &Expr::variable(inner));
            let area = Expr::integral(inner, low, &Expr::variable(name), &slope);
            let outside = agent.outside.substitute_one(name, low);
            Some(setting.worth(rule, &values).minus(&outside).minus(&area))
        };
        let payment = setting.agents.iter().enumerate().map(payment).collect::<Option<_>>()?;
        Some(Mechanism { payment, ..self.clone() })
    }

    /// The virtual surplus of the outcome.
    pub fn virtual_surplus(&self) -> Option<VirtualSurplus> {
        let each = self.setting.virtual_surplus()?;
        Some(VirtualSurplus { terms: vec![self.setting.worth(&self.allocation, &each.terms)], ..each })
    }

    /// The sum of payments less the cost of the outcome.
    pub fn profit(&self) -> Expr {
        self.surplus().minus(&self.setting.worth(&self.allocation, std::slice::from_ref(&self.setting.cost)))
    }
}
