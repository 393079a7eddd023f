//! Terms and formulas of the kernel in the notation of the language.

use std::collections::BTreeMap;

use crate::exact::{Monomial, Rational};
use crate::kernel::{Atom, Expr, Formula, Name, Node, Relation, Theorem};
use crate::model::{Charge, Description, reduced, root_named, root_shown, roots_in};
use crate::piecewise::AlgebraicNumber;

/// How names of formulas are written for the user: `v_1` as `v[1]`, `psi_1'` as the charge it is.
#[derive(Debug, Clone, Default)]
pub struct Names {
    shown: BTreeMap<Name, String>,
    /// Roots that are described in formulas.
    roots: Vec<Charge>,
    /// Whether powers of roots are left as they are, as in a theorem that says what a root is.
    literal: bool,
}

/// Terms of a number that is still written in radicals.
const SHORT: usize = 3;

impl Names {
    /// Adds a name and how it is written.
    pub fn insert(&mut self, name: &Name, shown: &str) {
        self.shown.insert(name.clone(), shown.to_owned());
    }

    /// Adds a number that a description gives, and how it is written; a root that is a number by itself is
    /// written as a number.
    pub fn describe(&mut self, charge: &Charge) {
        self.insert(&charge.name, &charge.shown);
        self.insert(&charge.argument.name, &charge.argument.shown);
        if charge.description == Description::Root && !self.roots.contains(charge) {
            self.roots.push(charge.clone());
        }
    }

    /// The first digits of a number in roots that is not rational.
    pub fn decimal(&self, e: &Expr) -> Option<String> {
        let roots: Vec<Charge> = roots_in(e).iter().chain(&self.roots).cloned().collect();
        let number = AlgebraicNumber::of_term(e, &roots)?;
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
        let number = AlgebraicNumber::of_term(e, &roots)?;
        let in_radicals = e.free_names().iter().all(|n| radicals.iter().any(|c| c.name == *n));
        let plain = in_radicals && number.polynomial().len() > 3 && e.size() <= SHORT;
        (!plain).then(|| number.to_string())
    }

    /// The name as written; roots of integers explain themselves.
    pub fn show(&self, name: &str) -> String {
        let known = self.shown.get(name).cloned();
        known.or_else(|| root_shown(name)).unwrap_or_else(|| name.to_owned())
    }

    /// A term, highest degree first: `v^2/2 - c`.
    pub fn expr(&self, e: &Expr) -> String {
        if let Some(number) = self.number(e).filter(|_| !self.literal) {
            return number;
        }
        let e = &if self.literal { e.clone() } else { reduced(e) };
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
        let mut out = String::new();
        for term in terms {
            let separator = match (out.is_empty(), term.coefficient.is_negative()) {
                (true, true) => "-",
                (true, false) => "",
                (false, true) => " - ",
                (false, false) => " + ",
            };
            out.push_str(separator);
            out.push_str(&term.text());
        }
        if out.is_empty() { "0".into() } else { out }
    }

    /// Names before indicators before integrals, alphabetically; radicals apart.
    fn factors(&self, monomial: &Monomial<Atom>) -> Vec<Factor> {
        let mut factors: Vec<(&Atom, u32)> = monomial.factors().collect();
        let radicals = radicals(&mut factors);
        let one = |(a, exponent): (&Atom, u32)| {
            let text = self.atom(a);
            // `(root x of x^2 - q in [0, 1])^2`
            let words = matches!(a.node(), Node::Variable(_)) && has_words(&text);
            Factor { rank: rank(a), text, exponent, words }
        };
        let mut out: Vec<Factor> = factors.into_iter().map(one).collect();
        out.sort_by(|a, b| (a.rank, &a.text).cmp(&(b.rank, &b.text)));
        let radical = |text| Factor { rank: 0, text, exponent: 1, words: false };
        radicals.into_iter().map(radical).chain(out).collect()
    }

    fn atom(&self, a: &Atom) -> String {
        match a.node() {
            Node::Variable(name) => self.show(name),
            Node::Bound(k) => format!("@{k}"),
            Node::Apply(name, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(|e| self.expr(e)).collect();
                format!("{}({})", self.show(name), arguments.join(", "))
            }
            Node::Indicator(e) => format!("[{}]", self.comparison(e, ">=", "<=")),
            Node::Inverse(e) => format!("(1/({}))", self.expr(e)),
            Node::Primitive { upper, body } => self.integral(&Expr::zero(), upper, body),
            Node::Opaque { low, high, body } => self.integral(low, high, body),
        }
    }

    fn integral(&self, low: &Expr, high: &Expr, body: &Expr) -> String {
        let letters = ["y", "z", "w", "s", "t"];
        let taken = |name: &str| [low, high, body].iter().any(|e| e.mentions(name));
        let y = letters.into_iter().find(|l| !taken(l)).unwrap_or("y'");
        let body = self.expr(&body.open(y));
        format!("integral({body}, {y} from {} to {})", self.expr(low), self.expr(high))
    }

    /// `e REL 0` with the negative terms on the right: `v >= c`.
    fn comparison(&self, e: &Expr, relation: &str, flipped: &str) -> String {
        let (mut left, mut right) = (Expr::zero(), Expr::zero());
        for (m, c) in e.terms() {
            let term = Expr::from(crate::exact::Poly::term(m.clone(), c.abs()));
            if c.is_negative() {
                right = right.plus(&term);
            } else {
                left = left.plus(&term);
            }
        }
        if left.as_number().is_some() && right.as_number().is_none() {
            return format!("{} {flipped} {}", self.expr(&right), self.expr(&left));
        }
        format!("{} {relation} {}", self.expr(&left), self.expr(&right))
    }

    /// A theorem: its conclusion, and what the functions in it are.
    pub fn theorem(&self, theorem: &Theorem) -> Vec<String> {
        Names { literal: true, ..self.clone() }.literally(theorem)
    }

    fn literally(&self, theorem: &Theorem) -> Vec<String> {
        let defined = theorem.definitions().iter().map(|d| {
            let parameters: Vec<String> = d.parameters.iter().map(|p| self.show(p.name())).collect();
            let name = self.show(d.name.name());
            format!("where {name}({}) = {}", parameters.join(", "), self.expr(&d.body))
        });
        std::iter::once(self.formula(theorem.conclusion())).chain(defined).collect()
    }

    /// `for all v in [0, 1], c in [0, 1]: …`: the ranges beside their names, where each is an interval.
    fn for_all(&self, formula: &Formula) -> String {
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
        format!("for all {}: {}", shown.join(", "), self.formula(body))
    }

    /// `for some v in [0, 1], c in [0, 1]: …`
    fn for_some(&self, formula: &Formula) -> String {
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
        let parts: Vec<String> = parts.into_iter().map(|p| self.formula(p)).collect();
        format!("for some {}: {}", shown.join(", "), parts.join(" and "))
    }

    fn ranged(&self, x: &Name, ends: Option<(Expr, Expr)>) -> String {
        match ends {
            Some((low, high)) => format!("{} in [{}, {}]", self.show(x), self.expr(&low), self.expr(&high)),
            None => self.show(x),
        }
    }

    /// A formula, readable aloud.
    pub fn formula(&self, formula: &Formula) -> String {
        let list = |parts: &[Formula], word: &str| {
            let parts: Vec<String> = parts.iter().map(|p| self.formula(p)).collect();
            parts.join(word)
        };
        match formula {
            Formula::Compare(Relation::Equal, e) => self.comparison(e, "=", "="),
            Formula::Compare(Relation::AtLeast, e) => self.comparison(e, ">=", "<="),
            Formula::Compare(Relation::Positive, e) if e.is_zero() => "a contradiction".into(),
            Formula::Compare(Relation::Positive, e) => self.comparison(e, ">", "<"),
            Formula::And(parts) => list(parts, " and "),
            Formula::Or(parts) => format!("({})", list(parts, " or ")),
            Formula::Implies(a, b) => format!("if {} then {}", self.formula(a), self.formula(b)),
            Formula::ForAll(..) => self.for_all(formula),
            Formula::Exists(..) => self.for_some(formula),
            Formula::SomeFunctions(fs, body) | Formula::NoFunctions(fs, body) => {
                let names: Vec<String> = fs.iter().map(|f| self.show(&f.name)).collect();
                let word = if matches!(formula, Formula::NoFunctions(..)) { "no" } else { "some" };
                format!("for {word} functions {}: {}", names.join(", "), self.formula(body))
            }
        }
    }
}

/// Takes the roots of integers out of the factors: `sqrt(6)` for `sqrt(2)*sqrt(3)`, `2^(2/3)` for `2^(1/3)^2`.
fn radicals(factors: &mut Vec<(&Atom, u32)>) -> Vec<String> {
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
            _ => out.push(format!("{n}^({e}/{index})")),
        }
    }
    if square != 1.into() {
        out.insert(0, format!("sqrt({square})"));
    }
    out
}

/// The parts of a conjunction of conjunctions.
fn flatten<'a>(formula: &'a Formula, parts: &mut Vec<&'a Formula>) {
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

/// One factor of a term, as it is written.
struct Factor {
    rank: u8,
    text: String,
    exponent: u32,
    words: bool,
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
    fn text(&self) -> String {
        let c = self.coefficient.abs();
        let alone = self.factors.len() == 1 && c.is_one();
        let shown = |f: &Factor| match (f.words && !(alone && f.exponent == 1), f.exponent) {
            (false, 1) => f.text.clone(),
            (false, e) => format!("{}^{e}", f.text),
            (true, 1) => format!("({})", f.text),
            (true, e) => format!("({})^{e}", f.text),
        };
        let mut parts: Vec<String> = self.factors.iter().map(shown).collect();
        let (numerator, denominator) = (c.numerator(), c.denominator());
        if parts.is_empty() {
            return c.to_string();
        }
        if numerator != 1.into() {
            parts.insert(0, numerator.to_string());
        }
        let product = parts.join("*");
        if denominator == 1.into() { product } else { format!("{product}/{denominator}") }
    }
}

/// Whether a space stands outside all brackets.
fn has_words(shown: &str) -> bool {
    let mut depth = 0_i32;
    shown.chars().any(|c| {
        depth += i32::from(matches!(c, '(' | '[')) - i32::from(matches!(c, ')' | ']'));
        c == ' ' && depth == 0
    })
}

fn rank(a: &Atom) -> u8 {
    match a.node() {
        Node::Variable(_) | Node::Bound(_) => 0,
        Node::Apply(..) => 1,
        Node::Inverse(_) => 2,
        Node::Indicator(_) => 3,
        Node::Primitive { .. } | Node::Opaque { .. } => 4,
    }
}
