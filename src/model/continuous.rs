//! [`ContinuousCdf`]: a distribution function of which nothing is known but that it is one, and continuous.
//!
//! What does not fall is continuous just when it passes over no number between its ends. So no limits are needed.

use crate::kernel::{Expr, Formula, Name};

/// A continuous distribution function on `[low, high]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContinuousCdf {
    /// Its name.
    pub name: Name,
    /// Where it is zero.
    pub low: Expr,
    /// Where it is one.
    pub high: Expr,
}

impl ContinuousCdf {
    /// Its value.
    pub fn at(&self, point: &Expr) -> Expr {
        Expr::apply(&self.name, vec![point.clone()])
    }

    /// What is meant by it: the type space is an interval, the function runs from zero to one, it does not fall, and it
    /// takes every value in between.
    pub fn meaning(&self) -> [Formula; 5] {
        [
            Formula::greater(&self.high, &self.low),
            Formula::equal(&self.at(&self.low), &Expr::zero()),
            Formula::equal(&self.at(&self.high), &Expr::one()),
            self.rises(),
            self.passes(),
        ]
    }

    /// `F(b) >= F(a)` for all places `a <= b` of the type space.
    pub fn rises(&self) -> Formula {
        let names = [Name::from("a'"), Name::from("b'")];
        let [a, b] = names.each_ref().map(|name| Expr::variable(name));
        let domain =
            [Formula::at_least(&a, &self.low), Formula::at_least(&b, &a), Formula::at_least(&self.high, &b)];
        let order = Formula::at_least(&self.at(&b), &self.at(&a));
        Formula::for_all(&names, Formula::implied(&domain, order))
    }

    /// `F(y) = q` for some place `y` of the type space, for all `q` of `[0, 1]`.
    pub fn passes(&self) -> Formula {
        let (q, y) = (Name::from("q'"), self.place());
        let (value, point) = (Expr::variable(&q), Expr::variable(&y));
        let domain = [Formula::at_least(&value, &Expr::zero()), Formula::at_least(&Expr::one(), &value)];
        let here = Formula::And(vec![
            Formula::at_least(&point, &self.low),
            Formula::at_least(&self.high, &point),
            Formula::equal(&self.at(&point), &value),
        ]);
        let some = Formula::Exists(y, Box::new(here));
        Formula::for_all(std::slice::from_ref(&q), Formula::implied(&domain, some))
    }

    /// The name of the place at which a value is taken.
    pub fn place(&self) -> Name {
        "y'".into()
    }

    /// What follows: it lies between zero and one.
    pub fn range(&self) -> Formula {
        let y = self.place();
        let point = Expr::variable(&y);
        let domain = [Formula::at_least(&point, &self.low), Formula::at_least(&self.high, &point)];
        let value = self.at(&point);
        let range = vec![Formula::at_least(&value, &Expr::zero()), Formula::at_least(&Expr::one(), &value)];
        Formula::for_all(std::slice::from_ref(&y), Formula::implied(&domain, Formula::And(range)))
    }
}
