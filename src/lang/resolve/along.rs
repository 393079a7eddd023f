//! Integrals along functions: `integral(e d(G), y from a to b)`.

use super::Resolve;
use super::expr::product_of;
use super::rate::wrong;
use super::scope::{Env, Function};
use crate::kernel::rule::fundamental::derivative;
use crate::kernel::{Atom, Expr, Node};
use crate::lang::ast;
use crate::lang::diagnostic::Diagnostic;
use crate::model::{Comparison, ContinuousCdf};

impl Env<'_> {
    /// `∫_low^high e dG`, where the variable moves. If `G` has a derivative by its form, that is `∫ e·G' dy`; if `G` is
    /// made of continuous distribution functions too, and `e` has a derivative, `e(b)·G(b) − e(a)·G(a) − ∫ G·e' dy`,
    /// which is the Riemann–Stieltjes integral.
    pub(super) fn integral_along(
        &mut self,
        e: &Expr,
        along: &ast::Expr,
        variable: &str,
        (low, high): (&Expr, &Expr),
    ) -> Resolve<Expr> {
        let term = self.number(along)?;
        if let Ok(rate) = derivative(&term, variable) {
            return Ok(Expr::integral(variable, low, high, &product_of(e, &rate, along.span)?));
        }
        let Some(spaces) = self.moves_along(&term, variable) else {
            let help = "a distribution function needs a density, or has to be continuous: `given F: cdf on [0, V] with density f`";
            return Err(wrong("this is not known to have a derivative", along.span, help));
        };
        let Ok(rate) = derivative(e, variable) else {
            let message = "what is integrated along a function without a density needs a derivative itself";
            return Err(wrong(message, along.span, "give the distribution function a density"));
        };
        for cdf in spaces {
            for (relation, end) in [(Comparison::AtLeast, &cdf.low), (Comparison::AtMost, &cdf.high)] {
                for limit in [low, high].into_iter().filter(|limit| *limit != end) {
                    let message = format!("`{}` is integrated along beyond its type space", cdf.name);
                    let diagnostic = Diagnostic::new("out-of-range", message, along.span);
                    self.oblige(limit.clone(), relation, end.clone(), diagnostic);
                }
            }
        }
        let at = |e: &Expr, point: &Expr| e.substitute_one(variable, point);
        let end = |point: &Expr| product_of(&at(e, point), &at(&term, point), along.span);
        let rest = Expr::integral(variable, low, high, &product_of(&term, &rate, along.span)?);
        Ok(end(high)?.minus(&end(low)?).minus(&rest))
    }

    /// The continuous distribution functions that a term is made of, beside what has a derivative; none if it is made of
    /// something else.
    fn moves_along(&self, term: &Expr, variable: &str) -> Option<Vec<ContinuousCdf>> {
        let mut out: Vec<ContinuousCdf> = Vec::new();
        for atom in term.atoms().filter(|a| a.mentions_variable(variable)) {
            let cdf = match atom.node() {
                Node::Power(base) => match self.moves_along(base, variable) {
                    Some(more) => {
                        out.extend(more);
                        continue;
                    }
                    None => return None,
                },
                _ => self.continuous_at(atom, variable),
            };
            match cdf {
                Some(cdf) => out.push(cdf),
                None => drop(derivative(&Expr::from(atom), variable).ok()?),
            }
        }
        out.dedup();
        Some(out)
    }

    /// The continuous distribution function that an atom is, at the variable.
    fn continuous_at(&self, atom: &Atom, variable: &str) -> Option<ContinuousCdf> {
        let Node::Apply(name, arguments) = atom.node() else { return None };
        let Function::Continuous(cdf) = self.functions.get(&**name)? else { return None };
        (arguments.as_slice() == [Expr::variable(variable)]).then(|| cdf.clone())
    }
}
