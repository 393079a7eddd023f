//! [`Distribution`]: a prior with a piecewise polynomial density on an interval.

use crate::exact::{Poly, Rational};
use crate::kernel::{Atom, Expr, Name, Node};

use super::claim::{Bound, Claim, Comparison, Conjunct};

/// A prior: density and distribution function as terms in `variable`, on `[low, high]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// The variable of the two terms.
    pub variable: Name,
    /// The type space.
    pub low: Expr,
    /// The type space.
    pub high: Expr,
    /// The density.
    pub density: Expr,
    /// The distribution function.
    pub cdf: Expr,
}

impl Distribution {
    /// The uniform distribution on `[low, high]`, where `length = high − low` is a positive number.
    pub fn uniform(low: Expr, high: Expr, length: &Rational) -> Self {
        let density = length.recip().unwrap_or(Rational::ZERO);
        let variable: Name = "y'".into();
        let cdf = Expr::variable(&variable).minus(&low).scaled(&density);
        Distribution { variable, low, high, density: Expr::number(density), cdf }
    }

    /// The distribution with a density in `variable` on `[low, high]`.
    pub fn of_density(variable: Name, low: Expr, high: Expr, density: Expr) -> Self {
        let inner = "z'";
        let at_inner = density.substitute_one(&variable, &Expr::variable(inner));
        let cdf = Expr::integral(inner, &low, &Expr::variable(&variable), &at_inner);
        Distribution { variable, low, high, density, cdf }
    }

    /// The density at a point.
    pub fn density_at(&self, point: &Expr) -> Expr {
        self.density.substitute_one(&self.variable, point)
    }

    /// The distribution function at a point.
    pub fn cdf_at(&self, point: &Expr) -> Expr {
        self.cdf.substitute_one(&self.variable, point)
    }

    fn bound(&self) -> Bound {
        let shown = self.variable.trim_end_matches('\'').to_owned();
        Bound::interval(self.variable.clone(), shown, self.low.clone(), self.high.clone())
    }

    fn claim(&self, variables: Vec<Bound>, left: Expr, relation: Comparison, right: Expr) -> Claim {
        let conjunct = Conjunct::relation("", variables, left, relation, right);
        Claim::about(&[], &[], vec![conjunct])
    }

    /// `high > low`.
    pub fn is_nonempty(&self) -> Claim {
        self.claim(vec![], self.high.clone(), Comparison::Greater, self.low.clone())
    }

    /// The density is at least zero on the type space.
    pub fn density_is_nonnegative(&self) -> Claim {
        self.claim(vec![self.bound()], self.density.clone(), Comparison::AtLeast, Expr::zero())
    }

    /// The density integrates to one.
    pub fn mass_is_one(&self) -> Claim {
        let mass = Expr::integral(&self.variable, &self.low, &self.high, &self.density);
        self.claim(vec![], mass, Comparison::Equal, Expr::one())
    }

    /// The distribution function is one at the upper end.
    pub fn cdf_ends_at_one(&self) -> Claim {
        self.claim(vec![], self.cdf_at(&self.high), Comparison::Equal, Expr::one())
    }

    /// The distribution function is the integral of its density from the lower end: it begins at zero
    /// and has no jump.
    pub fn cdf_has_no_jump(&self) -> Claim {
        let (low, high) = (self.low.clone(), self.high.clone());
        let integral = Self::of_density(self.variable.clone(), low, high, self.density.clone()).cdf;
        self.claim(vec![self.bound()], self.cdf.clone(), Comparison::Equal, integral)
    }
}

/// The derivative between the break points of a polynomial with indicators in one variable; `None` where the
/// variable occurs in anything else.
pub fn derivative(e: &Expr, variable: &str) -> Option<Expr> {
    let own = Expr::variable(variable);
    let atom = own.atoms().next()?;
    let plain =
        |a: &Atom| a == atom || !a.mentions_variable(variable) || matches!(a.node(), Node::Indicator(_));
    if !e.atoms().all(plain) {
        return None;
    }
    let p: Poly<_> = e.poly().derivative(atom);
    Some(Expr::from(p))
}
