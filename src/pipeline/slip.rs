//! Slips: what a right side is likely to be if it is not what is written. A sign, a factor, a term that is left out, an
//! index or a name in place of another, a bound, an exponent: one of them at a time, the likeliest first.

use crate::exact::Rational;
use crate::lang::ast::{self, Expr, ExprKind, Factor, Sign};

/// Slips of one expression at most.
const LIMIT: usize = 400;

/// Expressions that are one slip away.
pub fn slips(e: &Expr) -> Vec<Expr> {
    let mut names = Vec::new();
    free(e, &mut vec![], &mut names);
    slips_with(e, &names)
}

/// Expressions that are one slip away, where a name may be taken for another of a list.
pub fn slips_with(e: &Expr, names: &[String]) -> Vec<Expr> {
    let mut out: Vec<Expr> = Vec::new();
    of(e, names, Place::Term, &mut |slip| {
        if out.len() < LIMIT && !out.contains(&slip) {
            out.push(slip);
        }
    });
    out
}

/// The names that stand for numbers in an expression, those that it binds left out.
pub(super) fn free(e: &Expr, bound: &mut Vec<String>, out: &mut Vec<String>) {
    match &e.kind {
        ExprKind::Name(name) if !bound.contains(name) && !out.contains(name) => out.push(name.clone()),
        ExprKind::Integral { variable, .. } => within(e, variable, bound, out),
        ExprKind::Family { index, .. } => within(e, index, bound, out),
        _ => ast::children(e, &mut |child| free(child, bound, out)),
    }
}

fn within(e: &Expr, name: &ast::Name, bound: &mut Vec<String>, out: &mut Vec<String>) {
    bound.push(name.text.clone());
    ast::children(e, &mut |child| free(child, bound, out));
    bound.pop();
}

/// Where an expression stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Anywhere.
    Term,
    /// In an exponent.
    Exponent,
}

fn of(e: &Expr, names: &[String], place: Place, add: &mut dyn FnMut(Expr)) {
    let same = |kind: ExprKind| Expr { kind, span: e.span };
    let one = || same(ExprKind::Number(Rational::ONE));
    match &e.kind {
        ExprKind::Number(c) => {
            add(same(ExprKind::Number(c + &Rational::ONE)));
            if *c >= Rational::ONE {
                add(same(ExprKind::Number(c - &Rational::ONE)));
            }
        }
        ExprKind::Name(name) => {
            for other in names.iter().filter(|n| *n != name) {
                add(same(ExprKind::Name(other.clone())));
            }
            if place == Place::Exponent {
                for sign in [Sign::Minus, Sign::Plus] {
                    add(same(ExprKind::Sum(vec![(Sign::Plus, e.clone()), (sign, one())])));
                }
            }
        }
        ExprKind::Sum(terms) => sum(e, terms, names, place, add),
        ExprKind::Negated(inner) => {
            add((**inner).clone());
            of(inner, names, place, &mut |slip| add(same(ExprKind::Negated(Box::new(slip)))));
        }
        ExprKind::Product(factors) => product(e, factors, names, place, add),
        ExprKind::Power { base, exponent } => {
            let power = |base: &Expr, exponent: Expr| {
                same(ExprKind::Power { base: Box::new(base.clone()), exponent: Box::new(exponent) })
            };
            of(exponent, names, Place::Exponent, &mut |slip| add(power(base, collected(slip))));
            add((**base).clone());
            of(base, names, Place::Term, &mut |slip| add(power(&slip, (**exponent).clone())));
        }
        ExprKind::Call { function, arguments } => {
            for k in 0..arguments.len() {
                replaced(arguments, k, names, &mut |arguments| {
                    add(same(ExprKind::Call { function: function.clone(), arguments }));
                });
            }
        }
        ExprKind::Integral { body, along, variable, low, high } => {
            let integral = |body: &Expr, low: &Expr, high: &Expr| {
                let (body, low, high) =
                    (Box::new(body.clone()), Box::new(low.clone()), Box::new(high.clone()));
                same(ExprKind::Integral { body, along: along.clone(), variable: variable.clone(), low, high })
            };
            add(integral(body, high, low));
            of(low, names, Place::Term, &mut |slip| add(integral(body, &slip, high)));
            of(high, names, Place::Term, &mut |slip| add(integral(body, low, &slip)));
            let mut inside = names.to_vec();
            inside.push(variable.text.clone());
            of(body, &inside, Place::Term, &mut |slip| add(integral(&slip, low, high)));
        }
        ExprKind::Family { operator, index, except, body } => {
            let family = |except: &Option<Box<Expr>>, body: Expr| {
                let (index, except) = (index.clone(), except.clone());
                same(ExprKind::Family { operator: *operator, index, except, body: Box::new(body) })
            };
            if except.is_some() {
                add(family(&None, (**body).clone()));
            }
            let mut inside = names.to_vec();
            inside.push(index.text.clone());
            of(body, &inside, Place::Term, &mut |slip| add(family(except, slip)));
        }
        ExprKind::Indexed { name, index } => of(index, names, Place::Term, &mut |slip| {
            add(same(ExprKind::Indexed { name: name.clone(), index: Box::new(slip) }));
        }),
        ExprKind::Changed { profile, index, value } => {
            let changed = |index: &Expr, value: &Expr| {
                let (index, value) = (Box::new(index.clone()), Box::new(value.clone()));
                same(ExprKind::Changed { profile: profile.clone(), index, value })
            };
            add(same(ExprKind::Name(profile.text.clone())));
            of(index, names, Place::Term, &mut |slip| add(changed(&slip, value)));
            of(value, names, Place::Term, &mut |slip| add(changed(index, &slip)));
        }
        ExprKind::Expectation(inner) => {
            of(inner, names, Place::Term, &mut |slip| add(same(ExprKind::Expectation(Box::new(slip)))));
        }
        _ => {}
    }
}

/// A sum with its numbers added up: `n` for `(n + 1) - 1`.
fn collected(e: Expr) -> Expr {
    let ExprKind::Sum(terms) = &e.kind else { return e };
    let (mut number, mut rest) = (Rational::ZERO, Vec::new());
    let mut add = |sign: Sign, e: &Expr| match (&e.kind, sign) {
        (ExprKind::Number(c), Sign::Plus) => number = &number + c,
        (ExprKind::Number(c), Sign::Minus) => number = &number - c,
        _ => rest.push((sign, e.clone())),
    };
    for (sign, term) in terms {
        match &term.kind {
            ExprKind::Sum(inner) => inner.iter().for_each(|(own, e)| {
                add(if own == sign { Sign::Plus } else { Sign::Minus }, e);
            }),
            _ => add(*sign, term),
        }
    }
    if !number.is_zero() || rest.is_empty() {
        let sign = if number.is_negative() { Sign::Minus } else { Sign::Plus };
        rest.push((sign, Expr { kind: ExprKind::Number(number.abs()), span: e.span }));
    }
    match rest.as_slice() {
        [(Sign::Plus, only)] => only.clone(),
        _ => Expr { kind: ExprKind::Sum(rest), span: e.span },
    }
}

/// The lists in which one expression has a slip.
fn replaced(all: &[Expr], k: usize, names: &[String], add: &mut dyn FnMut(Vec<Expr>)) {
    let Some(own) = all.get(k) else { return };
    of(own, names, Place::Term, &mut |slip| {
        let other = |(n, e): (usize, &Expr)| if n == k { slip.clone() } else { e.clone() };
        add(all.iter().enumerate().map(other).collect());
    });
}

fn sum(e: &Expr, terms: &[(Sign, Expr)], names: &[String], place: Place, add: &mut dyn FnMut(Expr)) {
    let same = |terms: Vec<(Sign, Expr)>| Expr { kind: ExprKind::Sum(terms), span: e.span };
    for (k, (sign, term)) in terms.iter().enumerate() {
        let with = |new: (Sign, Expr)| {
            let other = |(n, old): (usize, &(Sign, Expr))| if n == k { new.clone() } else { old.clone() };
            same(terms.iter().enumerate().map(other).collect())
        };
        let flipped = if *sign == Sign::Plus { Sign::Minus } else { Sign::Plus };
        add(with((flipped, term.clone())));
        let rest: Vec<(Sign, Expr)> =
            terms.iter().enumerate().filter(|(n, _)| *n != k).map(|(_, t)| t.clone()).collect();
        match rest.as_slice() {
            [(Sign::Plus, only)] => add(only.clone()),
            [(Sign::Minus, only)] => {
                add(Expr { kind: ExprKind::Negated(Box::new(only.clone())), span: e.span })
            }
            _ => add(same(rest)),
        }
        of(term, names, place, &mut |slip| add(with((*sign, slip))));
    }
}

fn product(e: &Expr, factors: &[(Factor, Expr)], names: &[String], place: Place, add: &mut dyn FnMut(Expr)) {
    let same = |factors: Vec<(Factor, Expr)>| Expr { kind: ExprKind::Product(factors), span: e.span };
    for (k, (factor, own)) in factors.iter().enumerate() {
        let with = |new: (Factor, Expr)| {
            let other = |(n, old): (usize, &(Factor, Expr))| if n == k { new.clone() } else { old.clone() };
            same(factors.iter().enumerate().map(other).collect())
        };
        let rest: Vec<(Factor, Expr)> =
            factors.iter().enumerate().filter(|(n, _)| *n != k).map(|(_, f)| f.clone()).collect();
        match rest.as_slice() {
            [(Factor::Times, only)] => add(only.clone()),
            [(Factor::Times, _), ..] => add(same(rest)),
            _ => {}
        }
        if k > 0 {
            let turned = if *factor == Factor::Times { Factor::Over } else { Factor::Times };
            add(with((turned, own.clone())));
        }
        of(own, names, place, &mut |slip| add(with((*factor, slip))));
    }
}
