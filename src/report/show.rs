//! Terms and formulas of the kernel in the notation of the language.

use std::collections::BTreeMap;

use super::math::{Math, Sign};
use super::memo::Memo;
use super::rooted::{Rooted, radicals};
use crate::exact::{Monomial, Rational, apart};
use crate::kernel::{Atom, Expr, Formula, Name, Node, Relation};
use crate::model::{Charge, Description, reduced, root_shown, roots_in};
use crate::piecewise::AlgebraicNumber;

/// How names of formulas are written for the user: `v_1` as `v[1]`, `psi_1'` as the charge it is.
#[derive(Debug, Clone, Default)]
pub struct Names {
    shown: BTreeMap<Name, String>,
    /// Roots that are described in formulas.
    roots: Vec<Charge>,
    /// Distribution functions: the density, and the name of its integral from zero.
    folds: Vec<(Name, String)>,
    /// The integer that the natural number of a theorem stands for, and its least value.
    integer: Option<(String, u32)>,
    /// Whether powers of roots are left as they are, as in a theorem that says what a root is.
    pub(super) literal: bool,
    /// The names that variables of integration are given first, if they are free.
    letters: Vec<String>,
    /// Variables that are roots of types: what each is the root of, and the index.
    pub(super) powers: BTreeMap<Name, Rooted>,
    /// What was written before.
    pub(super) memo: Memo,
}

/// Terms of a number that is still written in radicals.
const SHORT: usize = 3;
/// Numbers whose polynomials may be found with the work of one statement.
const SHARES: u64 = 64;

/// A number by its polynomial; where that takes long to find, it is written as it is.
fn algebraic(e: &Expr, roots: &[Charge]) -> Option<AlgebraicNumber> {
    apart(SHARES, || AlgebraicNumber::of_term(e, roots)).ok()?
}

impl Names {
    /// Adds a name and how it is written.
    pub fn insert(&mut self, name: &Name, shown: &str) {
        self.memo = Memo::default();
        self.shown.insert(name.clone(), shown.to_owned());
    }

    /// Calls a variable of integration by a letter, where nothing else is called by its name.
    pub(super) fn call(&mut self, variable: &Name, letter: &str) {
        self.memo = self.memo.without(variable);
        self.shown.insert(variable.clone(), letter.to_owned());
    }

    /// Adds a number that a description gives, and how it is written; a root that is a number by itself is
    /// written as a number.
    pub fn describe(&mut self, charge: &Charge) {
        self.insert(&charge.name, &charge.shown);
        self.bound(&charge.argument);
        if charge.description == Description::Root && !self.roots.contains(charge) {
            self.memo = Memo::default();
            self.roots.push(charge.clone());
        }
    }

    /// Adds a distribution function: the integral of its density from `low` on, where that is zero.
    pub fn fold(&mut self, cdf: &str, density: &str, low: &Expr) {
        if low.is_zero() {
            self.memo = Memo::default();
            self.folds.push((density.into(), cdf.to_owned()));
        }
    }

    /// Adds an integer: the natural number of a theorem, plus the least value.
    pub fn count(&mut self, name: &str, least: u32) {
        self.memo = Memo::default();
        self.integer = Some((name.to_owned(), least));
    }

    /// The name of `∫_0^y density`.
    fn folded(&self, body: &Expr) -> Option<&String> {
        let Node::Apply(f, arguments) = body.as_atom()?.node() else { return None };
        let [argument] = arguments.as_slice() else { return None };
        let is_bound = matches!(argument.as_atom()?.node(), Node::Bound(0));
        self.folds.iter().find(|(density, _)| is_bound && density == f).map(|(_, cdf)| cdf)
    }

    /// A term with the integer in place of the natural number.
    fn counted(&self, e: &Expr) -> Expr {
        match &self.integer {
            Some((name, least)) if e.mentions_natural() => {
                let value = Expr::variable(name).minus(&Expr::integer((*least).into()));
                e.replace_atoms(|a| matches!(a.node(), Node::Natural).then(|| value.clone()))
            }
            _ => e.clone(),
        }
    }

    /// The first digits of a number in roots that is not rational.
    pub fn decimal(&self, e: &Expr) -> Option<String> {
        let roots: Vec<Charge> = roots_in(e).iter().chain(&self.roots).cloned().collect();
        let number = algebraic(e, &roots)?;
        number.as_rational().is_none().then(|| number.decimal(6))?
    }

    /// A number in roots: in radicals where that is short, else by its polynomial and an interval.
    fn number(&self, e: &Expr) -> Option<String> {
        let radicals = roots_in(e);
        if e.as_number().is_some() || !e.is_polynomial() {
            return None;
        }
        let known = |n: &Name| radicals.iter().chain(&self.roots).any(|c| c.name == *n);
        if !e.free_names().iter().all(known) {
            return None;
        }
        let roots: Vec<Charge> = radicals.iter().chain(&self.roots).cloned().collect();
        self.memo.number(e, || {
            let number = algebraic(e, &roots)?;
            let in_radicals = e.free_names().iter().all(|n| radicals.iter().any(|c| c.name == *n));
            let plain = in_radicals && number.polynomial().len() > 3 && e.size() <= SHORT;
            (!plain).then(|| number.to_string())
        })
    }

    /// The name as written; roots of integers explain themselves.
    pub fn show(&self, name: &str) -> String {
        let known = self.shown.get(name).cloned();
        let root = || root_shown(name).map(|text| self.in_words(&text));
        known.or_else(root).unwrap_or_else(|| name.to_owned())
    }

    /// The same names, with variables of integration called by these where they are free.
    #[must_use]
    pub fn with_letters(&self, letters: &[String]) -> Self {
        Names { letters: letters.to_vec(), memo: Memo::default(), ..self.clone() }
    }

    /// A term as text, highest degree first: `v^2/2 - c`.
    pub fn expr(&self, e: &Expr) -> String {
        self.math(e).text()
    }

    /// A term, highest degree first.
    pub fn math(&self, e: &Expr) -> Math {
        if let Some(number) = self.number(e).filter(|_| !self.literal) {
            return Math::Written(number);
        }
        let e = &if self.literal { self.counted(e) } else { reduced(&self.counted(e)) };
        let shown = |(m, c)| Shown { factors: self.factors(m), degree: Monomial::degree(m), coefficient: c };
        let mut terms: Vec<Shown<'_>> = e.terms().map(shown).collect();
        terms.sort_by(|a, b| b.degree.cmp(&a.degree).then_with(|| a.key().cmp(&b.key())));
        // `1 - v` rather than `-v + 1`.
        if terms.first().is_some_and(|t| t.coefficient.is_negative())
            && let Some(position) = terms.iter().position(|t| t.coefficient.is_positive())
        {
            let positive = terms.remove(position);
            terms.insert(0, positive);
        }
        let sign = |t: &Shown<'_>| if t.coefficient.is_negative() { Sign::Minus } else { Sign::Plus };
        let mut signed: Vec<(Sign, Math)> = terms.into_iter().map(|t| (sign(&t), t.math())).collect();
        match (signed.len(), signed.pop()) {
            (_, None) => Math::whole(0),
            (1, Some((Sign::Plus, one))) => one,
            (_, last) => {
                signed.extend(last);
                Math::Sum(signed)
            }
        }
    }

    /// Names before indicators before integrals, alphabetically; radicals apart.
    fn factors(&self, monomial: &Monomial<Atom>) -> Vec<Factor> {
        let mut factors: Vec<(&Atom, u32)> = monomial.factors().collect();
        let radicals = radicals(&mut factors);
        let counted = self.counted_powers(&mut factors);
        let one = |(a, exponent): (&Atom, u32)| {
            if let Some(math) = self.rooted(a, exponent) {
                return Factor { rank: rank(a), text: math.text(), math, exponent: 1, below: false };
            }
            let (math, text) = self.memo.atom(a, || match a.node() {
                Node::Inverse(divisor) => self.math(divisor),
                _ => self.atom(a),
            });
            let below = matches!(a.node(), Node::Inverse(_));
            Factor { rank: rank(a), text, math, exponent, below }
        };
        let mut out: Vec<Factor> = factors.into_iter().map(one).collect();
        out.sort_by(|a, b| (a.rank, &a.text).cmp(&(b.rank, &b.text)));
        let radical = |text: String| Factor {
            rank: 0,
            math: Math::Written(text.clone()),
            text,
            exponent: 1,
            below: false,
        };
        radicals.into_iter().map(radical).chain(counted).chain(out).collect()
    }

    /// Takes the powers `b^k·(b^m)^s` out of some factors: `b^(n - 1)`.
    fn counted_powers(&self, factors: &mut Vec<(&Atom, u32)>) -> Vec<Factor> {
        let Some((name, least)) = &self.integer else { return vec![] };
        let mut out = Vec::new();
        let powers: Vec<(Expr, u32)> = factors
            .iter()
            .filter_map(|(a, s)| match a.node() {
                Node::Power(base) => Some((base.clone(), *s)),
                _ => None,
            })
            .collect();
        for (base, s) in powers {
            let single = base.as_atom();
            let k = factors.iter().find(|(a, _)| single == Some(*a)).map_or(0, |(_, k)| *k);
            factors.retain(|(a, _)| {
                single != Some(*a) && !matches!(a.node(), Node::Power(other) if *other == base)
            });
            let steps = Expr::variable(name).minus(&Expr::integer((*least).into()));
            let exponent = steps.times(&Expr::integer(s.into())).plus(&Expr::integer(k.into()));
            let math = Math::Power(Box::new(self.math(&base)), Box::new(self.math(&exponent)));
            out.push(Factor { rank: 1, text: math.text(), math, exponent: 1, below: false });
        }
        out
    }

    fn atom(&self, a: &Atom) -> Math {
        match a.node() {
            // `(root x of x^2 - q in [0, 1])^2`
            Node::Variable(name) => Math::Written(self.show(name)),
            Node::Bound(k) => Math::Name(format!("@{k}")),
            Node::Apply(name, arguments) => {
                Math::Call(self.show(name), arguments.iter().map(|e| self.math(e)).collect())
            }
            Node::Indicator(e) => Math::Indicator(Box::new(self.comparison(e, ">=", "<="))),
            Node::Whole(e) => Math::Fenced(Box::new(self.math(e))),
            Node::Inverse(e) => Math::whole(1).over(self.math(e)),
            Node::Natural => Math::Name("m".into()),
            Node::Power(e) => Math::Power(Box::new(self.math(e)), Box::new(Math::Name("m".into()))),
            Node::Primitive { upper, body } => match self.folded(body) {
                Some(cdf) => Math::Call(cdf.clone(), vec![self.math(upper)]),
                None => self.integral(&Expr::zero(), upper, body),
            },
            Node::Opaque { low, high, body } => self.integral(low, high, body),
            Node::Sum { upper, body } => {
                let k = self.letter_of(&["j", "k", "l", "h"], &[upper, body]);
                Math::Written(format!("sum({k}, {})", self.expr(&body.open(&k))))
            }
            Node::Expect { body } => {
                let p = self.letter_of(&["t", "s", "r", "w"], &[body]);
                Math::Prefixed("E", Box::new(Math::Fenced(Box::new(self.math(&body.open(&p))))))
            }
            Node::Read { profile, agent } => {
                let at = if profile.as_variable().is_some() {
                    self.expr(profile)
                } else {
                    format!("({})", self.expr(profile))
                };
                Math::Written(format!("{at}[{}]", self.expr(agent)))
            }
            Node::Update { profile, agent, value } => {
                let (profile, agent) = (self.expr(profile), self.expr(agent));
                Math::Written(format!("{profile} with {profile}[{agent}] = {}", self.expr(value)))
            }
        }
    }

    fn integral(&self, low: &Expr, high: &Expr, body: &Expr) -> Math {
        let y = self.letter(&[low, high, body]);
        let body = self.math(&body.open(&y));
        let (low, high) = (Box::new(self.math(low)), Box::new(self.math(high)));
        Math::Integral { body: Box::new(body), variable: y, along: None, low, high }
    }

    /// A name for a variable of integration that the terms do not mention, as they are shown.
    pub(super) fn letter(&self, terms: &[&Expr]) -> String {
        let free: Vec<String> =
            terms.iter().flat_map(|e| e.free_names()).flat_map(|n| [self.show(&n), n.to_string()]).collect();
        let letters = self.letters.iter().map(String::as_str).chain(["y", "z", "w", "s", "t"]);
        letters.into_iter().find(|l| !free.iter().any(|n| n == l)).unwrap_or("y'").to_owned()
    }

    /// One of these letters that the terms do not mention, as they are shown.
    fn letter_of(&self, letters: &[&str], terms: &[&Expr]) -> String {
        let free: Vec<String> = terms.iter().flat_map(|e| e.free_names()).map(|n| self.show(&n)).collect();
        letters.iter().find(|l| !free.iter().any(|n| n == *l)).unwrap_or(&"i'").to_string()
    }

    /// `e REL 0` with the negative terms on the right: `v >= c`.
    pub(super) fn comparison(&self, e: &Expr, relation: &'static str, flipped: &'static str) -> Math {
        let (mut left, mut right) = (Expr::zero(), Expr::zero());
        for (m, c) in e.terms() {
            let term = Expr::from(crate::exact::Poly::term(m.clone(), c.abs()));
            if c.is_negative() {
                right = right.plus(&term);
            } else {
                left = left.plus(&term);
            }
        }
        let (left, right) = self.raised(&left, &right).unwrap_or((left, right));
        if left.as_number().is_some() && right.as_number().is_none() {
            return Math::relation(self.math(&right), flipped, self.math(&left));
        }
        Math::relation(self.math(&left), relation, self.math(&right))
    }

    /// `for all v in [0, 1], c in [0, 1]: …`: the ranges beside their names, where each is an interval.
    fn for_all(&self, formula: &Formula) -> Math {
        let (shown, body) = self.ranges_for_all(formula);
        quantified("for all ", shown, self.formula_math(body))
    }

    /// The same for theorems, in which powers of roots are left as they are.
    pub(super) fn with_literal_roots(&self) -> Self {
        Names { literal: true, memo: Memo::default(), ..self.clone() }
    }

    /// The names with their ranges, and what is said for all of them.
    pub(super) fn ranges_for_all<'a>(&self, formula: &'a Formula) -> (Vec<Math>, &'a Formula) {
        let (mut names, mut body) = (Vec::new(), formula);
        while let Formula::ForAll(x, inner) = body {
            names.push(x);
            body = inner;
        }
        let mut shown = Vec::new();
        for x in names {
            let mut ends = None;
            if let Formula::Implies(low, rest) = body
                && let Formula::Implies(high, rest) = &**rest
                && let Some(found) = range(x, low, high)
            {
                (ends, body) = (Some(found), rest);
            }
            shown.push(self.ranged(x, ends));
        }
        (shown, body)
    }

    /// `for some v in [0, 1], c in [0, 1]: …`
    fn for_some(&self, formula: &Formula) -> Math {
        let (mut names, mut body) = (Vec::new(), formula);
        while let Formula::Exists(x, inner) = body {
            names.push(x);
            body = inner;
        }
        let mut parts = Vec::new();
        flatten(body, &mut parts);
        let mut shown = Vec::new();
        for x in names {
            let ends = parts.windows(2).map(|pair| match pair {
                [low, high] => range(x, low, high),
                _ => None,
            });
            let found = ends.enumerate().find_map(|(at, ends)| Some((at, ends?)));
            if let Some((at, _)) = &found {
                parts.drain(*at..at + 2);
            }
            shown.push(self.ranged(x, found.map(|(_, ends)| ends)));
        }
        let parts = parts.into_iter().map(|p| self.formula_math(p)).collect();
        quantified("for some ", shown, Math::Joined(parts, " and "))
    }

    fn ranged(&self, x: &Name, ends: Option<(Expr, Expr)>) -> Math {
        let name = Math::Written(self.show(x));
        match ends {
            Some((low, high)) => {
                let range = Math::Interval('[', Box::new(self.math(&low)), Box::new(self.math(&high)), ']');
                Math::Row(vec![name, Math::Words(" in ".into()), range])
            }
            None => name,
        }
    }

    /// A formula as text, readable aloud.
    pub fn formula(&self, formula: &Formula) -> String {
        self.formula_math(formula).text()
    }

    /// A formula, readable aloud.
    pub fn formula_math(&self, formula: &Formula) -> Math {
        let list = |parts: &[Formula], word| {
            Math::Joined(parts.iter().map(|p| self.formula_math(p)).collect(), word)
        };
        match formula {
            Formula::Compare(Relation::Equal, e) => self.comparison(e, "=", "="),
            Formula::Compare(Relation::AtLeast, e) => self.comparison(e, ">=", "<="),
            Formula::Compare(Relation::Positive, e) if e.is_zero() => Math::Words("a contradiction".into()),
            Formula::Compare(Relation::Positive, e) => self.comparison(e, ">", "<"),
            Formula::And(parts) => list(parts, " and "),
            Formula::Or(parts) => Math::Fenced(Box::new(list(parts, " or "))),
            Formula::Implies(a, b) => Math::Row(vec![
                Math::Words("if ".into()),
                self.formula_math(a),
                Math::Words(" then ".into()),
                self.formula_math(b),
            ]),
            Formula::ForAll(..) => self.for_all(formula),
            Formula::Exists(..) => self.for_some(formula),
            Formula::SomeFunctions(fs, body) | Formula::NoFunctions(fs, body) => {
                let names = fs.iter().map(|f| Math::Written(self.show(&f.name))).collect();
                let none = matches!(formula, Formula::NoFunctions(..));
                let word = if none { "for no functions " } else { "for some functions " };
                quantified(word, names, self.formula_math(body))
            }
        }
    }
}

/// `for all names: body`.
fn quantified(word: &str, names: Vec<Math>, body: Math) -> Math {
    Math::Row(vec![Math::Words(word.into()), Math::Joined(names, ", "), Math::Words(": ".into()), body])
}

/// The parts of a conjunction of conjunctions.
pub(super) fn flatten<'a>(formula: &'a Formula, parts: &mut Vec<&'a Formula>) {
    match formula {
        Formula::And(inner) => inner.iter().for_each(|p| flatten(p, parts)),
        _ => parts.push(formula),
    }
}

/// `x` in `x ≥ low ∧ high ≥ x`: the two ends, if that is what two formulas say.
fn range(x: &Name, low: &Formula, high: &Formula) -> Option<(Expr, Expr)> {
    let (Formula::Compare(Relation::AtLeast, below), Formula::Compare(Relation::AtLeast, above)) =
        (low, high)
    else {
        return None;
    };
    let variable = Expr::variable(x);
    let (low, high) = (variable.minus(below), above.plus(&variable));
    (!low.mentions(x) && !high.mentions(x)).then_some((low, high))
}

/// One factor of a term.
struct Factor {
    rank: u8,
    text: String,
    math: Math,
    exponent: u32,
    /// Whether it is divided by.
    below: bool,
}

/// One term of a sum.
struct Shown<'a> {
    factors: Vec<Factor>,
    degree: u32,
    coefficient: &'a Rational,
}

impl Shown<'_> {
    fn key(&self) -> impl Ord + '_ {
        self.factors.iter().map(|f| (f.rank, f.text.as_str(), f.exponent)).collect::<Vec<_>>()
    }

    /// Without its sign.
    fn math(self) -> Math {
        let c = self.coefficient.abs();
        let (numerator, denominator) = (c.numerator(), c.denominator());
        let (below, above): (Vec<Factor>, Vec<Factor>) = self.factors.into_iter().partition(|f| f.below);
        let powers = |all: Vec<Factor>| all.into_iter().map(|f| f.math.power(f.exponent)).collect();
        let (mut above, mut below): (Vec<Math>, Vec<Math>) = (powers(above), powers(below));
        if above.is_empty() || numerator != 1.into() {
            above.insert(0, Math::whole(numerator));
        }
        if denominator != 1.into() {
            below.insert(0, Math::whole(denominator));
        }
        match below.is_empty() {
            true => product(above),
            false => product(above).over(product(below)),
        }
    }
}

fn product(mut factors: Vec<Math>) -> Math {
    match (factors.len(), factors.pop()) {
        (1, Some(one)) => one,
        (_, last) => {
            factors.extend(last);
            Math::Product(factors)
        }
    }
}

fn rank(a: &Atom) -> u8 {
    match a.node() {
        Node::Variable(_) | Node::Bound(_) | Node::Natural => 0,
        Node::Apply(..) | Node::Power(_) => 1,
        Node::Inverse(_) | Node::Whole(_) => 2,
        Node::Indicator(_) => 3,
        Node::Read { .. } | Node::Update { .. } => 0,
        Node::Primitive { .. } | Node::Opaque { .. } | Node::Sum { .. } | Node::Expect { .. } => 4,
    }
}
