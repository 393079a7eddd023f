//! Cases, integrals and signs of one comparison, worked out line by line from its evidence.

use super::block::{Block, Inline, Link, Prose, words};
use super::derivation::{Side, value, values};
use super::math::Math;
use super::show::Names;
use crate::exact::Rational;
use crate::kernel::rule::combine::{Combination, Fact};
use crate::kernel::rule::on_box::Cover;
use crate::kernel::rule::tree::{Direction, Evaluation, Pieces, Tree, substitute_atoms};
use crate::kernel::{Atom, Expr, Formula, Node, Relation};

/// Letters of a term that is still worth showing on the way, or of an integral that is still worth working out.
pub const READABLE: usize = 300;

/// Whether a term is a number in roots that the facts describe.
fn is_number(facts: &[Fact], e: &Expr) -> bool {
    let described = |v: &Atom| {
        let alone = |f: &Fact| f.relation == Relation::Equal && f.expr.poly().variables() == [v.clone()];
        facts.iter().any(alone)
    };
    e.poly().variables().iter().all(described)
}

fn one_is_empty(yes: &Tree, no: &Tree) -> bool {
    matches!(yes, Tree::Empty(_)) != matches!(no, Tree::Empty(_))
}

/// The two sides that a comparison is about.
pub(super) type Sides<'a> = (&'a Side, &'static str, &'a Side);

/// Writes the steps of comparisons.
pub(super) struct Steps {
    pub(super) names: Names,
    /// Whether it was said what the sides are.
    pub(super) is_told: bool,
}

impl Steps {
    /// The steps of `e REL 0`.
    pub(super) fn tree(
        &mut self,
        out: &mut Vec<Block>,
        facts: &mut Vec<Fact>,
        relation: Relation,
        e: &Expr,
        tree: &Tree,
        sides: Option<Sides<'_>>,
    ) {
        match tree {
            Tree::Split { on, yes, no } if is_number(facts, on) && one_is_empty(yes, no) => {
                // In which order two numbers are needs no cases.
                let (relation_of, expr, branch) = match **no {
                    Tree::Empty(_) => (Relation::AtLeast, on.clone(), yes),
                    _ => (Relation::Positive, on.negated(), no),
                };
                facts.push(Fact { relation: relation_of, expr });
                self.tree(out, facts, relation, e, branch, sides);
                facts.pop();
            }
            Tree::Split { on, yes, no } => {
                let cases = [(Relation::AtLeast, on.clone(), yes), (Relation::Positive, on.negated(), no)];
                for (sign, expr, branch) in cases {
                    let case = self.names.formula_math(&Formula::Compare(sign, expr.clone()));
                    let mut title = vec![words("case "), Inline::Math(case)];
                    facts.push(Fact { relation: sign, expr });
                    let mut blocks = Vec::new();
                    if matches!(**branch, Tree::Empty(_)) {
                        title.push(words(": impossible here"));
                    } else {
                        self.tree(&mut blocks, facts, relation, e, branch, sides);
                    }
                    out.push(Block::Fold { title, blocks });
                    facts.pop();
                }
            }
            Tree::Empty(_) => out.push(Block::Prose(vec![words("impossible here")])),
            Tree::Leaf { evaluation, sign } => {
                let Some(values) = values(facts, evaluation) else { return };
                let mut integrals = Vec::new();
                self.integrals(&mut integrals, facts, evaluation, &values);
                let worth = substitute_atoms(e, &values);
                let mut links = Vec::new();
                if let Some(sides) = sides {
                    self.sides(&mut links, &values, sides, !integrals.is_empty());
                }
                if relation != Relation::Equal {
                    links.extend(self.sign(facts, &worth, relation, sign, sides));
                } else if sides.is_none() {
                    let left = Some(Math::Words("left - right".into()));
                    links.push(Link { left, relation: "=", right: self.names.math(&worth), reason: vec![] });
                }
                match sides {
                    Some(_) if !links.is_empty() && !integrals.is_empty() => {
                        out.push(Block::Chain(links));
                        out.push(Block::Fold { title: vec![words("the integrals")], blocks: integrals });
                    }
                    _ => {
                        out.extend(integrals);
                        if !links.is_empty() {
                            out.push(Block::Chain(links));
                        }
                    }
                }
            }
        }
    }

    /// What the sides of a comparison are, before it is taken apart into cases.
    pub(super) fn meaning(&self, (left, _, right): Sides<'_>) -> Vec<Link> {
        let mut links = Vec::new();
        for side in [left, right] {
            let math = self.names.math(&side.term);
            let text = math.text();
            if text != side.shown.text() && text.len() <= READABLE {
                let reason = vec![words("by the definitions")];
                links.push(Link { left: Some(side.shown.clone()), relation: "=", right: math, reason });
            }
        }
        links
    }

    /// What a term is wherever the facts hold, seen from the evidence that a number is no less.
    pub(super) fn closed(&mut self, facts: &[Fact], bound: &Expr, e: &Expr, tree: &Tree) -> Option<Expr> {
        let Tree::Leaf { evaluation, .. } = tree else { return None };
        Some(bound.minus(&value(&mut facts.to_vec(), e, evaluation)?))
    }

    /// `left = unfolded = evaluated = right`.
    fn sides(
        &self,
        links: &mut Vec<Link>,
        values: &[(Atom, Expr)],
        (left, relation, right): Sides<'_>,
        has_integrals: bool,
    ) {
        let side = |side: &Side, links: &mut Vec<Link>| {
            let mut last = side.shown.text();
            let mut first = Some(side.shown.clone());
            let mut add = |right: Math, reason: &str| {
                let text = right.text();
                if text != last && text.len() <= READABLE {
                    let reason = if reason.is_empty() { vec![] } else { vec![words(reason)] };
                    links.push(Link { left: first.take(), relation: "=", right, reason });
                    last = text;
                }
            };
            if !self.is_told {
                add(self.names.math(&side.term), "by the definitions");
            }
            let evaluated = substitute_atoms(&side.term, values);
            add(self.names.math(&evaluated), if has_integrals { "with these integrals" } else { "" });
            last
        };
        let shown = side(left, links);
        if relation == "=" {
            let text = right.shown.text();
            if text != shown {
                let left = if links.is_empty() { Some(left.shown.clone()) } else { None };
                links.push(Link { left, relation: "=", right: right.shown.clone(), reason: vec![] });
            }
            return;
        }
        side(right, links);
    }

    /// `difference = … >= 0`, with the reason.
    fn sign(
        &self,
        facts: &[Fact],
        value: &Expr,
        relation: Relation,
        sign: &Combination,
        sides: Option<Sides<'_>>,
    ) -> Vec<Link> {
        // Two inequalities make an equation: nothing is left to say.
        if value.is_zero() && matches!(sides, Some((_, "=", _))) {
            return vec![];
        }
        let (verdict, zero) = (if relation == Relation::Positive { ">" } else { ">=" }, Math::whole(0));
        let difference = match sides {
            Some((_, "<" | "<=", _)) => "right - left",
            Some(_) => "left - right",
            None => "difference",
        };
        let shown = self.names.math(value);
        let left = Some(Math::Words(difference.into()));
        if value.as_number().is_some() {
            let right = Math::relation(shown, verdict, zero);
            return vec![Link { left, relation: "=", right, reason: vec![] }];
        }
        let (sum, reason) = self.combination(facts, sign);
        let text = sum.text();
        if text == shown.text() || text == format!("({})", shown.text()) || sign.terms.is_empty() {
            let right = Math::relation(shown, verdict, zero);
            return vec![Link { left, relation: "=", right, reason }];
        }
        vec![
            Link { left, relation: "=", right: shown, reason: vec![] },
            Link { left: None, relation: "=", right: Math::relation(sum, verdict, zero), reason },
        ]
    }

    /// A combination of squares and of what is known to have a sign, and why it has one.
    fn combination(&self, facts: &[Fact], sign: &Combination) -> (Math, Prose) {
        let fenced = |e: &Expr| match e.as_atom() {
            Some(_) => self.names.math(e),
            None => Math::Fenced(Box::new(self.names.math(e))),
        };
        let (mut terms, mut boxes, mut tangents) = (Vec::new(), 0, 0);
        let mut squares = true;
        for term in &sign.terms {
            let mut factors: Vec<Math> = term.squares.iter().map(|s| fenced(s).power(2)).collect();
            for (number, exponent) in &term.facts {
                let Some(fact) = facts.get(*number) else { continue };
                factors.push(fenced(&fact.expr).power(*exponent));
                squares = false;
            }
            for b in &term.boxes {
                factors.push(fenced(&b.polynomial));
                squares = false;
                parts(&b.cover, &mut boxes, &mut tangents);
            }
            terms.push((super::math::Sign::Plus, scaled(&term.coefficient, factors)));
        }
        let sum = match (terms.len(), terms.pop()) {
            (1, Some((_, one))) => one,
            (_, last) => {
                terms.extend(last);
                Math::Sum(terms)
            }
        };
        let coefficients = match boxes {
            1 => "by the signs of Bernstein coefficients".into(),
            n => format!("by the signs of Bernstein coefficients on {n} boxes"),
        };
        let why = match (boxes, tangents) {
            (0, 0) if squares => String::new(),
            (0, 0) => "no factor is negative here".into(),
            (_, 0) => coefficients,
            (0, 1) => "by a tangent, since it is convex here".into(),
            (0, n) => format!("by a tangent to each of {n} parts where it is convex"),
            (_, 1) => format!("{coefficients}, and by a tangent where it is convex"),
            (_, n) => format!("{coefficients}, and by tangents to {n} parts where it is convex"),
        };
        (sum, if why.is_empty() { vec![] } else { vec![words(why)] })
    }

    /// The value of each integral, piece by piece.
    fn integrals(
        &mut self,
        out: &mut Vec<Block>,
        facts: &mut Vec<Fact>,
        evaluation: &Evaluation,
        values: &[(Atom, Expr)],
    ) {
        let mut unreadable = 0;
        for pieces in evaluation.integrals() {
            if self.names.math(&pieces.integral).text().len() > READABLE {
                unreadable += 1;
                continue;
            }
            let worth = substitute_atoms(&pieces.integral, values);
            for block in self.integral(facts, pieces, &worth) {
                // An inner integral may be the same on several pieces.
                if !out.contains(&block) {
                    out.push(block);
                }
            }
        }
        if unreadable > 0 {
            let (integrals, are) = if unreadable == 1 { ("integral", "is") } else { ("integrals", "are") };
            let said = format!(
                "{unreadable} {integrals} {are} too long to be read; the certificate has every piece"
            );
            let note = Block::Prose(vec![words(said)]);
            if !out.contains(&note) {
                out.push(note);
            }
        }
    }

    fn integral(&mut self, facts: &mut Vec<Fact>, pieces: &Pieces, worth: &Expr) -> Vec<Block> {
        let name = pieces.variable.name();
        let Some(body) = body_of(&pieces.integral, name) else { return vec![] };
        let shown = self.names.math(&pieces.integral);
        let letter = self.names.letter(&[&pieces.integral]);
        let outer = self.names.clone();
        self.names.call(name, &letter);
        let y = Expr::variable(name);
        let (mut blocks, mut sum, mut zeros, mut ranges) = (vec![], vec![], vec![], vec![]);
        let ends = pieces.points.iter().zip(pieces.points.iter().skip(1));
        for ((from, to), part) in ends.zip(&pieces.parts) {
            let (low, high) = if pieces.direction == Direction::Up { (from, to) } else { (to, from) };
            let before = facts.len();
            facts.push(Fact { relation: Relation::Positive, expr: y.minus(low) });
            facts.push(Fact { relation: Relation::Positive, expr: high.minus(&y) });
            let inner = values(facts, part);
            if let Some(inner) = &inner {
                self.integrals(&mut blocks, facts, part, inner);
            }
            facts.truncate(before);
            let Some(integrand) = inner.map(|inner| substitute_atoms(&body, &inner)) else { continue };
            let range = (self.names.math(from), self.names.math(to));
            if integrand.is_zero() {
                zeros.push(range);
                continue;
            }
            ranges.push(range.clone());
            sum.push((super::math::Sign::Plus, self.one(&integrand, &letter, range)));
        }
        self.names = outer;
        let nested = !blocks.is_empty();
        let total = match (sum.len(), sum.pop()) {
            (_, None) => None,
            (1, Some((_, one))) => Some(one),
            (_, last) => {
                sum.extend(last);
                Some(Math::Sum(sum))
            }
        };
        let mut links: Vec<Link> = Vec::new();
        let mut left = Some(shown.clone());
        let variable = Math::Name(letter);
        if let Some(total) = total.filter(|total| *total != shown) {
            let reason = split(&variable, &zeros, nested);
            links.push(Link { left: left.take(), relation: "=", right: total, reason });
        }
        let right = self.names.math(worth);
        let reason = match ranges.as_slice() {
            [] => vec![words("the integrand is 0")],
            [(from, to)] => {
                let mut reason = vec![words("integrate over "), Inline::Math(variable)];
                reason.extend([words(" from "), Inline::Math(from.clone())]);
                reason.extend([words(" to "), Inline::Math(to.clone())]);
                reason
            }
            _ => vec![words("integrate over "), Inline::Math(variable), words(", piece by piece")],
        };
        links.push(Link { left, relation: "=", right: right.clone(), reason });
        blocks.push(Block::Chain(links));
        if nested {
            let title = vec![Inline::Math(Math::relation(shown, "=", right))];
            return vec![Block::Fold { title, blocks }];
        }
        blocks
    }

    /// The integral of one piece.
    fn one(&self, integrand: &Expr, letter: &str, (low, high): (Math, Math)) -> Math {
        Math::Integral {
            body: Box::new(self.names.math(integrand)),
            variable: letter.to_owned(),
            along: None,
            low: Box::new(low),
            high: Box::new(high),
        }
    }
}

/// Why an integral is the sum of those over some pieces.
fn split(variable: &Math, zeros: &[(Math, Math)], nested: bool) -> Prose {
    let mut out = Vec::new();
    if nested {
        out.push(words("with the inner integral"));
    }
    for (position, (from, to)) in zeros.iter().enumerate() {
        out.push(words(match (position, nested) {
            (0, false) => "the integrand is 0 for ",
            (0, true) => "; the integrand is 0 for ",
            _ => " and for ",
        }));
        out.extend([Inline::Math(variable.clone()), words(" from "), Inline::Math(from.clone())]);
        out.extend([words(" to "), Inline::Math(to.clone())]);
    }
    if out.is_empty() {
        out.push(words("on this range the conditions are decided"));
    }
    out
}

/// A product with a number.
fn scaled(c: &Rational, mut factors: Vec<Math>) -> Math {
    let (numerator, denominator) = (c.numerator(), c.denominator());
    if factors.is_empty() || numerator != 1.into() {
        factors.insert(0, Math::whole(numerator));
    }
    let product = match (factors.len(), factors.pop()) {
        (1, Some(one)) => one,
        (_, last) => {
            factors.extend(last);
            Math::Product(factors)
        }
    };
    if denominator == 1.into() { product } else { product.over(Math::whole(denominator)) }
}

/// Adds how many boxes of a cover are shown by coefficients, and by tangents.
fn parts(cover: &Cover, boxes: &mut usize, tangents: &mut usize) {
    match cover {
        Cover::Bernstein => *boxes += 1,
        Cover::Convex { .. } => *tangents += 1,
        Cover::Cut { parts: halves, .. } => halves.iter().for_each(|half| parts(half, boxes, tangents)),
    }
}

fn body_of(integral: &Expr, variable: &str) -> Option<Expr> {
    match integral.atoms().next()?.node() {
        Node::Primitive { body, .. } => Some(body.open(variable)),
        _ => None,
    }
}
