//! Radicals: `√3`, `2^(1/3)`, and the numbers made from them.
//!
//! A root of a rational is written with roots of primes, so that `√12` and `2·√3` are the same term: by
//! Besicovitch's theorem (1940) products of such roots with different reduced exponents are linearly
//! independent over the rationals. A root of a term is a number of its own.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, ToPrimitive, Zero};

use super::claim::{Bound, Charge, Description, own_name, own_part, own_text};
use crate::exact::{Poly, Rational, root};
use crate::kernel::{Atom, Expr, Name, Node};

/// Trial division goes so far; what is left is taken as it is.
const DIVISOR_LIMIT: u32 = 100_000;
/// The index of a root at most.
const INDEX_LIMIT: u32 = 60;

/// The `index`-th root of a rational that is at least zero, as a term in roots of integers, with what
/// these roots are; `None` for a negative number or an index out of range.
pub fn root_of(c: &Rational, index: u32) -> Option<(Expr, Vec<Charge>)> {
    if c.is_negative() || !(1..=INDEX_LIMIT).contains(&index) {
        return None;
    }
    if c.is_zero() {
        return Some((Expr::zero(), vec![]));
    }
    // (n/d)^(1/k) = (n·d^(k−1))^(1/k)/d
    let denominator = c.denominator();
    let mut rest = c.numerator() * denominator.pow(index - 1);
    let mut out = Expr::number(Rational::from_big(BigInt::one(), denominator)?);
    let mut roots: Vec<Charge> = Vec::new();
    let mut take = |prime: &BigInt, exponent: u32| -> Option<()> {
        let (whole, part) = exponent.div_rem(&index);
        out = out.scaled(&Rational::from_big(prime.pow(whole), BigInt::one())?);
        if part > 0 {
            let common = part.gcd(&index);
            let root = prime_root(index / common, prime)?;
            out = out.times(&Expr::variable(&root.name).pow(part / common));
            roots.push(root);
        }
        Some(())
    };
    let mut divisor = 2_u32;
    while divisor < DIVISOR_LIMIT && BigInt::from(divisor) * divisor <= rest {
        let mut exponent = 0;
        while (&rest % divisor).is_zero() {
            rest /= divisor;
            exponent += 1;
        }
        if exponent > 0 {
            take(&BigInt::from(divisor), exponent)?;
        }
        divisor += 1;
    }
    if !rest.is_one() {
        let whole = root(&rest, index);
        if whole.pow(index) == rest {
            take(&whole, index)?;
        } else {
            take(&rest, 1)?;
        }
    }
    Some((out, roots))
}

/// `n^(1/index)` for an integer above one, by its polynomial between two neighbouring integers.
fn prime_root(index: u32, n: &BigInt) -> Option<Charge> {
    let low = root(n, index);
    let high = &low + 1_u32;
    let name = own_name("root", &[&index.to_string(), &n.to_string()]);
    let whole = |n: BigInt| Some(Expr::number(Rational::from_big(n, BigInt::one())?));
    let body = Expr::variable(&name).pow(index).minus(&whole(n.clone())?);
    let shown = shown(index, n);
    let argument = Bound::interval(name.clone(), shown.clone(), whole(low)?, whole(high)?);
    Some(Charge { name, shown, argument, body, description: Description::Root })
}

fn shown(index: u32, n: &BigInt) -> String {
    if index == 2 { format!("sqrt({n})") } else { format!("{n}^(1/{index})") }
}

/// The root of a number that is a product of roots, as the root of a rational: `√(2^(1/3))` is the sixth root of 2.
pub fn power_of_integer(e: &Expr, index: u32) -> Option<(Rational, u32)> {
    let mut terms = e.terms();
    let (monomial, c) = terms.next().filter(|(_, c)| c.is_positive())?;
    if terms.next().is_some() {
        return None;
    }
    let factors: Option<Vec<(u32, BigInt, u32)>> = monomial
        .factors()
        .map(|(atom, exponent)| match atom.node() {
            Node::Variable(name) => root_named(name).map(|(k, n)| (k, n, exponent)),
            _ => None,
        })
        .collect();
    let factors = factors?;
    let common = factors.iter().fold(1_u32, |all, (k, _, _)| all.lcm(k));
    let all = index.checked_mul(common).filter(|all| *all <= INDEX_LIMIT)?;
    let power = |c: &Rational, k: u32| (0..k).fold(Rational::ONE, |product, _| &product * c);
    let start = power(c, common);
    let number = factors.iter().fold(start, |product, (k, n, exponent)| {
        &product * &power(&Rational::from(n.clone()), exponent * (common / k))
    });
    Some((number, all))
}

/// The `index`-th root of a term that is at least zero: the number `x ≥ 0` with `x^index = e`.
pub fn root_of_term(e: &Expr, index: u32, written: &str) -> Charge {
    let name = own_name("rootof", &[&index.to_string(), &e.to_string()]);
    let shown = root_written(index, written);
    let body = Expr::variable(&name).pow(index).minus(e);
    let argument = Bound::interval(name.clone(), shown.clone(), Expr::zero(), e.plus(&Expr::one()));
    Charge { name, shown, argument, body, description: Description::Root }
}

/// The quotient of two terms: the number `x` in an interval with `slope·x = e`.
pub fn quotient_of_terms(e: &Expr, slope: &Expr, low: &Expr, high: &Expr) -> Charge {
    let shown = format!("({e})/({slope})");
    let name = own_name(QUOTIENT, &[&shown]);
    let body = Expr::variable(&name).times(slope).minus(e);
    let argument = Bound::interval(name.clone(), shown.clone(), low.clone(), high.clone());
    Charge { name, shown, argument, body, description: Description::Root }
}

/// What a root of an integer is, by its name in formulas.
pub fn root_named(name: &str) -> Option<(u32, BigInt)> {
    let mut parts = name.strip_prefix("root'")?.strip_suffix('\'')?.split('\'');
    let (index, n) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some((index, n))
}

/// How a root of an integer, of a term or of a polynomial, or a quotient is written, by its name in formulas.
pub fn root_shown(name: &str) -> Option<String> {
    let of_integer = root_named(name).map(|(index, n)| shown(index, &n));
    let of_term = || {
        let (index, term) = name.strip_prefix("rootof'")?.strip_suffix('\'')?.split_once('\'')?;
        Some(root_written(index.parse().ok()?, &own_text(term)?))
    };
    let of_polynomial = || Some(format!("({})", own_part(SOLUTION, name)?));
    of_integer.or_else(of_term).or_else(of_polynomial).or_else(|| own_part(QUOTIENT, name))
}

fn root_written(index: u32, term: &str) -> String {
    if index == 2 { format!("sqrt({term})") } else { format!("({term})^(1/{index})") }
}

/// The roots of integers that a term mentions, with what they are.
pub fn roots_in(e: &Expr) -> Vec<Charge> {
    let names: Vec<Name> = e.free_names();
    names.iter().filter_map(|n| root_named(n)).filter_map(|(index, n)| prime_root(index, &n)).collect()
}

/// The term with `x^k` replaced by the integer it is, for roots `x` of integers.
pub fn reduced(e: &Expr) -> Expr {
    let roots: BTreeMap<Atom, (u32, BigInt)> = e
        .atoms()
        .filter_map(|a| match a.node() {
            Node::Variable(name) => Some((a.clone(), root_named(name)?)),
            _ => None,
        })
        .collect();
    if roots.is_empty() {
        return e.clone();
    }
    let mut out = Poly::zero();
    for (monomial, c) in e.terms() {
        let mut term = Poly::constant(c.clone());
        for (atom, exponent) in monomial.factors() {
            let mut left = exponent;
            if let Some((index, n)) = roots.get(atom)
                && let Some(power) = Rational::from_big(n.pow(exponent / index), BigInt::one())
            {
                term = term.scaled(&power);
                left = exponent % index;
            }
            term = term.times(&Poly::variable(atom.clone()).pow(left));
        }
        out = out.plus(&term);
    }
    Expr::from(out)
}

/// `1/e` for a term in roots of integers that is not zero; `None` for other terms.
pub fn inverse(e: &Expr) -> Option<Expr> {
    let e = reduced(e);
    if let Some(c) = e.as_number() {
        return c.recip().map(Expr::number);
    }
    let root = e.atoms().next()?.clone();
    let Node::Variable(name) = root.node() else { return None };
    let (index, n) = root_named(name)?;
    // Euclid's algorithm for e and x^index − n as polynomials in this root x, whose coefficients are terms
    // in the other roots: the last remainder is u·e, and 1/e = u/(u·e).
    let n = Expr::number(Rational::from_big(n, BigInt::one())?);
    let mut rows = [(Expr::variable(name).pow(index).minus(&n), Expr::zero()), (e.clone(), Expr::one())];
    loop {
        let [(a, u), (b, v)] = &rows;
        let divisor: Vec<Expr> = b.poly().coefficients_in(&root).into_iter().map(Expr::from).collect();
        let lead = inverse(divisor.last()?)?;
        if divisor.len() == 1 {
            return Some(reduced(&v.times(&lead)));
        }
        let (mut rest, mut multiplier) = (a.clone(), u.clone());
        loop {
            let coefficients = rest.poly().coefficients_in(&root);
            let Some(shift) = coefficients.len().checked_sub(divisor.len()) else { break };
            let top = Expr::from(coefficients.last()?.clone());
            if top.is_zero() {
                break;
            }
            let factor = simplified(&top.times(&lead), &root);
            let factor = factor.times(&Expr::from(&root).pow(u32::try_from(shift).ok()?));
            rest = simplified(&rest.minus(&factor.times(b)), &root);
            multiplier = reduced(&multiplier.minus(&factor.times(v)));
        }
        let [_, second] = rows;
        rows = [second, (rest, multiplier)];
    }
}

/// The term with powers of all roots but one replaced.
fn simplified(e: &Expr, but: &Atom) -> Expr {
    let coefficients = e.poly().coefficients_in(but).into_iter().zip(0_u32..);
    let x = Expr::from(but);
    coefficients.fold(Expr::zero(), |sum, (c, k)| sum.plus(&reduced(&Expr::from(c)).times(&x.pow(k))))
}

/// What names of roots of polynomials begin with, and those of quotients.
const SOLUTION: &str = "solution";
const QUOTIENT: &str = "quotient";

/// The root of a polynomial in `unknown` between two ends: a number with a description. `shown` is how the
/// user writes it.
pub fn described_root(shown: &str, polynomial: &Expr, unknown: &Expr, low: &Expr, high: &Expr) -> Charge {
    let name = own_name(SOLUTION, &[shown]);
    let at = |point: &Expr| match unknown.as_variable() {
        Some(x) => polynomial.substitute_one(x, point),
        None => polynomial.clone(),
    };
    // Rising, where the ends say which way it goes.
    let falls = at(low).as_number().is_some_and(|v| v.is_positive())
        || at(high).as_number().is_some_and(|v| v.is_negative());
    let body = at(&Expr::variable(&name));
    let body = if falls { body.negated() } else { body };
    let argument = Bound::interval(name.clone(), shown.to_owned(), low.clone(), high.clone());
    Charge { name, shown: shown.to_owned(), argument, body, description: Description::Root }
}

/// `(p(x) − p(y))/(x − y)` for a polynomial `p` in `unknown`: a polynomial in `x` and `y`.
pub fn quotient_of_differences(p: &Expr, unknown: &Expr, x: &Expr, y: &Expr) -> Expr {
    let Some(atom) = unknown.as_atom() else { return Expr::zero() };
    let coefficients = p.poly().coefficients_in(atom).into_iter().zip(0_u32..).skip(1);
    coefficients.fold(Expr::zero(), |sum, (c, k)| {
        // (x^k − y^k)/(x − y) = Σ x^j y^(k−1−j)
        let powers = (0..k).fold(Expr::zero(), |s, j| s.plus(&x.pow(j).times(&y.pow(k - 1 - j))));
        sum.plus(&Expr::from(c).times(&powers))
    })
}

/// The value of a term in roots of integers, between two rationals that are closer than `width`; `None`
/// for other terms.
pub fn enclosure(e: &Expr, width: &Rational) -> Option<(Rational, Rational)> {
    let mut bits = 8_u32;
    loop {
        let mut sum = (Rational::ZERO, Rational::ZERO);
        for (monomial, c) in e.terms() {
            let mut product = (c.clone(), c.clone());
            for (atom, exponent) in monomial.factors() {
                let Node::Variable(name) = atom.node() else { return None };
                let (index, n) = root_named(name)?;
                let scale = BigInt::one() << bits;
                let low = root(&(n * scale.pow(index)), index);
                let high = &low + 1_u32;
                let low = Rational::from_big(low, scale.clone())?.pow(exponent);
                let high = Rational::from_big(high, scale)?.pow(exponent);
                let (a, b) = if c.is_negative() { (high, low) } else { (low, high) };
                product = (&product.0 * &a, &product.1 * &b);
            }
            sum = (&sum.0 + &product.0, &sum.1 + &product.1);
        }
        if &(&sum.1 - &sum.0) <= width {
            return Some(sum);
        }
        bits = bits.checked_mul(2).filter(|b| *b <= 1 << 14)?;
    }
}

/// The exponent `p/q` of a power as whole numbers.
pub fn fraction(c: &Rational) -> Option<(i64, u32)> {
    Some((c.numerator().to_i64()?, c.denominator().to_u32()?))
}
