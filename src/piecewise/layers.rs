//! Integrals inside of each other, from the innermost outwards: [`flat`].
//!
//! Cells of all variables at once are as many as the product of the pieces of each integral. But what an integral of
//! integrals depends on outside of it is often one linear form, as the sum of the other types is for a public project:
//! `D(a, b, …) = G(a + 2·b + …)`. Then `G` is a piecewise polynomial in one variable, found from the one inside of it:
//! `G(s) = ∫ w(y)·H(s + y) dy`. So there are as many cells as pieces. Untrusted.

use std::collections::BTreeMap;

use super::evaluate::{Cell, Engine};
use crate::exact::{Monomial, Poly, Rational};
use crate::kernel::{Atom, Expr, Name, Node, Relation};

/// From so many integrals inside of each other on, cells are not tried first.
const DEEP: usize = 4;

/// A term in which layers stand for integrals: `e − value = Σ multiple·(sum of the layer − its value)`.
#[derive(Debug, Clone)]
pub struct Flat {
    /// The term without integrals.
    pub value: Expr,
    /// What stands in it.
    pub uses: Vec<Use>,
}

/// One layer at a place.
#[derive(Debug, Clone)]
pub struct Use {
    /// The number of the layer.
    pub layer: usize,
    /// What its variable stands for, if it has one.
    pub place: Option<Expr>,
    /// What it is multiplied by.
    pub multiple: Expr,
}

/// A sum of integrals from zero to the same number.
#[derive(Debug, Clone)]
pub struct Layer {
    /// The variable that it depends on.
    pub outside: Option<Name>,
    /// The variable of integration.
    pub inside: Name,
    /// The upper limit.
    pub high: Expr,
    /// The sum.
    pub sum: Expr,
    /// What is integrated.
    pub integrand: Expr,
    /// The same, by the layers before.
    pub flat: Flat,
    /// The value, by conditions on the variable. Inside of another layer, pieces are kept together.
    pub value: Expr,
}

/// Layers, each of which uses earlier ones.
#[derive(Debug, Default)]
struct Layers {
    all: Vec<Layer>,
    known: BTreeMap<(usize, Expr), usize>,
}

/// A term with integrals far inside of each other without them; `None` if they are not of the kind that goes layer by
/// layer, or few.
pub fn flat(e: &Expr) -> Option<(Vec<Layer>, Flat)> {
    if depth(e) < DEEP {
        return None;
    }
    let mut layers = Layers::default();
    let flat = layers.flat(e, 0)?;
    Some((layers.all, flat))
}

/// The term without such integrals; any other term as it is.
pub fn without_layers(e: &Expr) -> Expr {
    flat(e).map_or_else(|| e.clone(), |(_, flat)| flat.value)
}

/// Integrals inside of each other.
fn depth(e: &Expr) -> usize {
    let of_atom = |atom: &Atom| match atom.node() {
        Node::Primitive { upper, body } => depth(upper).max(1 + depth(body)),
        Node::Indicator(inner) | Node::Whole(inner) => depth(inner),
        _ => 0,
    };
    e.atoms().map(of_atom).max().unwrap_or(0)
}

impl Layers {
    fn flat(&mut self, e: &Expr, level: usize) -> Option<Flat> {
        let mut value = Expr::zero();
        let mut sums: BTreeMap<(Monomial<Atom>, Rational), Expr> = BTreeMap::new();
        for (monomial, c) in e.terms() {
            let mut integrals = monomial.factors().filter_map(|(atom, power)| match atom.node() {
                Node::Primitive { upper, .. } => Some((atom, power, upper)),
                _ => None,
            });
            match (integrals.next(), integrals.next()) {
                (None, _) => value = value.plus(&term(monomial, c)),
                (Some((atom, 1, upper)), None) => {
                    let limit = upper.as_number().filter(Rational::is_positive)?;
                    let (rest, _) = monomial.split(atom);
                    let sum = sums.entry((rest, limit)).or_insert_with(Expr::zero);
                    *sum = sum.plus(&Expr::from(atom).scaled(c));
                }
                _ => return None,
            }
        }
        // Sums that are multiples of each other, each with its first coefficient one, and what they are multiplied by.
        let mut multiples: BTreeMap<Expr, Expr> = BTreeMap::new();
        for ((factor, _), sum) in sums {
            let (_, first) = sum.terms().next()?;
            let multiple = multiples.entry(sum.scaled(&first.recip()?)).or_insert_with(Expr::zero);
            *multiple = multiple.plus(&term(&factor, first));
        }
        let mut uses = Vec::new();
        for (sum, multiple) in multiples {
            let (layer, place) = self.layer(&sum, level)?;
            let found = self.all.get(layer)?;
            let here = match (&found.outside, &place) {
                (Some(outside), Some(place)) => found.value.substitute_one(outside, place),
                _ => found.value.clone(),
            };
            value = value.plus(&multiple.times(&here));
            uses.push(Use { layer, place, multiple });
        }
        Some(Flat { value, uses })
    }

    /// A sum of integrals, by one linear form of what is outside.
    fn layer(&mut self, sum: &Expr, level: usize) -> Option<(usize, Option<Expr>)> {
        let Some(form) = form(sum) else { return Some((self.of_one(sum.clone(), None, level)?, None)) };
        let outside = Name::from(format!("s'{level}"));
        let (first, scale) = form.terms().next()?;
        let first = term(first, &Rational::ONE).as_variable()?.clone();
        let others = form.free_names().into_iter().map(|name| (name, Expr::zero()));
        let mut at: BTreeMap<Name, Expr> = others.collect();
        at.insert(first, Expr::variable(&outside).scaled(&scale.recip()?));
        let of_one = sum.substitute(&at);
        if of_one.substitute_one(&outside, &form) != *sum {
            return None;
        }
        Some((self.of_one(of_one, Some(outside), level)?, Some(form)))
    }

    /// The layer of integrals that depend on one variable at most.
    fn of_one(&mut self, sum: Expr, outside: Option<Name>, level: usize) -> Option<usize> {
        let key = (level, sum);
        if let Some(known) = self.known.get(&key) {
            return Some(*known);
        }
        let inside = Name::from(format!("y'{level}"));
        let (mut integrand, mut high) = (Expr::zero(), None);
        for (monomial, c) in key.1.terms() {
            let (atom, _) = monomial.factors().next()?;
            let Node::Primitive { upper, body } = atom.node() else { return None };
            integrand = integrand.plus(&body.open(&inside).scaled(c));
            high = Some(upper.clone());
        }
        let high = high?;
        let flat = self.flat(&integrand, level + 1)?;
        let integral = Expr::integral(&inside, &Expr::zero(), &high, &flat.value);
        let found = pieces(&integral, outside.as_ref())?;
        let kept = |e: &Expr| if level > 0 { Expr::whole(e) } else { e.clone() };
        let mut value = found.first()?.value.clone();
        for (before, after) in found.iter().zip(found.iter().skip(1)) {
            let (low, closed) = after.low.clone()?;
            let from = Expr::variable(outside.as_ref()?).minus(&Expr::number(low));
            let inside = if closed { Expr::at_least_zero(&from) } else { Expr::positive(&from) };
            value = value.plus(&kept(&inside.times(&after.value.minus(&before.value))));
        }
        let number = self.all.len();
        self.all.push(Layer { outside, inside, high, sum: key.1.clone(), integrand, flat, value });
        self.known.insert(key, number);
        Some(number)
    }
}

fn term(monomial: &Monomial<Atom>, c: &Rational) -> Expr {
    Expr::from(Poly::term(monomial.clone(), c.clone()))
}

/// A linear form in free names by which a condition in a term depends on them.
fn form(e: &Expr) -> Option<Expr> {
    e.atoms().find_map(|atom| match atom.node() {
        Node::Primitive { body, .. } => form(body),
        Node::Whole(inner) => form(inner),
        Node::Indicator(argument) => {
            let is_name = |m: &Monomial<Atom>| {
                m.degree() == 1 && m.factors().all(|(a, _)| matches!(a.node(), Node::Variable(_)))
            };
            let names = argument.terms().filter(|(m, _)| is_name(m));
            let scale = names.clone().next()?.1.recip()?;
            Some(names.fold(Expr::zero(), |sum, (m, c)| sum.plus(&term(m, &(c * &scale)))))
        }
        _ => None,
    })
}

/// A piece of a function of one variable: where it begins, whether it has that point, and its value.
struct Piece {
    low: Option<(Rational, bool)>,
    high: Option<Rational>,
    value: Expr,
}

/// The values of a term in one variable on intervals that follow each other.
fn pieces(e: &Expr, variable: Option<&Name>) -> Option<Vec<Piece>> {
    let cells = Engine::keeping().cells(&[], e).ok()?;
    let mut found: Vec<Piece> = Vec::new();
    for Cell { facts, value, .. } in cells {
        let mut piece = Piece { low: None, high: None, value };
        for fact in facts {
            let atom = Expr::variable(variable?).as_atom()?.clone();
            let coefficients = fact.expr.poly().coefficients_in(&atom);
            let [constant, slope] = coefficients.as_slice() else { return None };
            let slope = slope.as_constant()?;
            let end = (-&constant.as_constant()?).checked_div(&slope)?;
            let open = fact.relation == Relation::Positive;
            if slope.is_positive() {
                // An end that does not belong to the piece is the tighter one.
                let last = piece.low.take().map(|(low, closed)| (low, !closed));
                let tightest = last.map_or((end.clone(), open), |last| last.max((end, open)));
                piece.low = Some((tightest.0, !tightest.1));
            } else {
                piece.high = Some(piece.high.map_or(end.clone(), |high| high.min(end)));
            }
        }
        // What is known at a single point says nothing more.
        if piece.low.as_ref().is_none_or(|(low, _)| piece.high.as_ref() != Some(low)) {
            found.push(piece);
        }
    }
    found.sort_by(|a, b| a.low.cmp(&b.low));
    let next = found.iter().skip(1);
    if found
        .iter()
        .zip(next)
        .any(|(piece, next)| piece.high.as_ref() != next.low.as_ref().map(|(low, _)| low))
    {
        return None;
    }
    found.dedup_by(|next, piece| next.value == piece.value);
    Some(found)
}
