//! Roots in print: the variable `s` of formulas as `v^(1/2)`, its powers as powers of the type, and names in roots of terms.

use super::math::Math;
use super::memo::Memo;
use super::show::Names;
use crate::exact::Rational;
use crate::kernel::{Atom, Expr, Node};
use crate::model::{Bound, root_named};

/// How a variable that is the root of a type is written.
#[derive(Debug, Clone)]
pub(super) struct Rooted {
    /// The type.
    type_: String,
    /// What it is the root of.
    base: String,
    /// The index of the root.
    index: u32,
}

impl Names {
    /// Adds a name with its range: one that is the root of a type is written as that.
    pub fn bound(&mut self, bound: &Bound) {
        if bound.power.is_plain() {
            return self.insert(&bound.name, &bound.shown);
        }
        let (base, index) = (bound.power.base_shown(&bound.shown), bound.power.exponent());
        self.insert(&bound.name, &format!("{base}^(1/{index})"));
        self.memo = Memo::default();
        self.powers.insert(bound.name.clone(), Rooted { type_: bound.shown.clone(), base, index });
    }

    /// The type that a name stands for, if it is the root of one; else the name.
    pub fn type_of(&self, name: &str) -> String {
        self.powers.get(name).map_or_else(|| self.show(name), |r| r.type_.clone())
    }

    /// A text with the names in it as they are written.
    pub(super) fn in_words(&self, text: &str) -> String {
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '\'';
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(char::is_alphabetic) {
            let (before, from) = rest.split_at(start);
            let (name, after) = from.split_at(from.find(|c| !is_part(c)).unwrap_or(from.len()));
            out.push_str(before);
            out.push_str(&self.show(name));
            rest = after;
        }
        out + rest
    }

    /// A power of the root of a type, as a power of the type: `v^(3/2)`.
    pub(super) fn rooted(&self, a: &Atom, exponent: u32) -> Option<Math> {
        let Node::Variable(name) = a.node() else { return None };
        let Rooted { base, index, .. } = self.powers.get(name)?;
        let base = Math::Written(base.clone());
        let power = Rational::new(i64::from(exponent), i64::from(*index))?;
        let (above, below) = (Math::whole(power.numerator()), Math::whole(power.denominator()));
        Some(match power.is_one() {
            true => base,
            false if power.denominator() == 1.into() => Math::Power(Box::new(base), Box::new(above)),
            false => Math::Power(Box::new(base), Box::new(above.over(below))),
        })
    }

    /// Two roots of types that are compared, as the types that are.
    pub(super) fn raised(&self, left: &Expr, right: &Expr) -> Option<(Expr, Expr)> {
        let names = [left, right].map(Expr::free_names).concat();
        let Rooted { index, .. } = self.powers.get(names.first()?)?;
        let single = [left, right].iter().all(|e| e.size() <= 1 && e.is_polynomial());
        let rooted = names.iter().all(|n| self.powers.get(n).is_some_and(|r| r.index == *index));
        (single && rooted && !self.literal).then(|| (left.pow(*index), right.pow(*index)))
    }
}

/// Takes the roots of integers out of the factors: `sqrt(6)` for `sqrt(2)*sqrt(3)`, `2^(2/3)` for `2^(1/3)^2`.
pub(super) fn radicals(factors: &mut Vec<(&Atom, u32)>) -> Vec<String> {
    let root = |a: &Atom| match a.node() {
        Node::Variable(name) => root_named(name),
        _ => None,
    };
    let roots: Vec<_> = factors.iter().filter_map(|(a, e)| Some((root(a)?, *e))).collect();
    factors.retain(|(a, _)| root(a).is_none());
    let mut square = num_bigint::BigInt::from(1);
    let mut out = Vec::new();
    for ((index, n), e) in roots {
        match (index, e) {
            (2, 1) => square *= n,
            (2, e) => out.push(format!("sqrt({n})^{e}")),
            (index, e) => {
                let common = if e < index { num_integer::gcd(index, e) } else { 1 };
                out.push(format!("{n}^({}/{})", e / common, index / common));
            }
        }
    }
    if square != 1.into() {
        out.insert(0, format!("sqrt({square})"));
    }
    out
}
