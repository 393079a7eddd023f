//! Areas of the plane that facts cut out of a rectangle: polygons where all borders are straight, else strips between
//! the roots of the borders on many vertical lines.

use crate::exact::Rational;
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Expr, Relation};
use crate::model::Bound;
use crate::piecewise::{RealRoot, isolate, refine};
use crate::report::Point;

/// Vertical lines on which a curved border is drawn.
const COLUMNS: i64 = 96;
/// Bisections that look for the place where a strip begins or ends.
const BISECTIONS: usize = 10;

/// A rectangle of two names.
pub(super) struct Plane<'a> {
    across: &'a Bound,
    up: &'a Bound,
    /// The ends of what is drawn across.
    pub(super) x: (Rational, Rational),
    /// The ends of what is drawn up.
    pub(super) y: (Rational, Rational),
}

impl<'a> Plane<'a> {
    /// The rectangle of two ranges with rational ends.
    pub(super) fn of(across: &'a Bound, up: &'a Bound) -> Result<Self, String> {
        let number = |e: &Expr| {
            e.as_number().ok_or_else(|| "a range has ends that are no rational numbers".to_owned())
        };
        let ends = |b: &Bound| Ok::<_, String>((number(&b.low)?, number(&b.high)?));
        Ok(Plane { across, up, x: ends(across)?, y: ends(up)? })
    }

    /// The outlines of what the facts leave; none if it has no inside.
    pub(super) fn areas(&self, facts: &[Fact]) -> Result<Vec<Vec<Point>>, String> {
        if facts.iter().any(|f| f.relation == Relation::Equal) {
            return Ok(vec![]);
        }
        if facts.iter().any(|f| !f.expr.is_polynomial()) {
            return Err("a border of a region is not where a polynomial is zero".to_owned());
        }
        if facts.iter().all(|f| f.expr.poly().degree() <= 1) {
            let corners = self.polygon(facts)?;
            return Ok(if corners.is_empty() { vec![] } else { vec![corners] });
        }
        self.strips(facts)
    }

    /// The rectangle, cut by facts that are linear.
    fn polygon(&self, facts: &[Fact]) -> Result<Vec<Point>, String> {
        let ((left, right), (bottom, top)) = (self.x.clone(), self.y.clone());
        let mut corners =
            vec![(left.clone(), bottom.clone()), (right.clone(), bottom), (right, top.clone()), (left, top)];
        for fact in facts {
            let height = |(x, y): &Point| {
                let at_x = fact.expr.substitute_one(&self.across.name, &Expr::number(x.clone()));
                at_x.substitute_one(&self.up.name, &Expr::number(y.clone())).as_number()
            };
            let mut kept = Vec::new();
            let next = corners.iter().cycle().skip(1);
            for (p, q) in corners.iter().zip(next) {
                let (Some(h), Some(k)) = (height(p), height(q)) else {
                    return Err("a border of a region depends on something else".to_owned());
                };
                if !h.is_negative() {
                    kept.push(p.clone());
                }
                if h.is_negative() != k.is_negative() && !h.is_zero() && !k.is_zero() {
                    let share = h.checked_div(&(&h - &k)).unwrap_or(Rational::ZERO);
                    let between = |s: &Rational, t: &Rational| s + &(&(t - s) * &share);
                    kept.push((between(&p.0, &q.0), between(&p.1, &q.1)));
                }
            }
            kept.dedup();
            corners = kept;
        }
        if corners.len() > 1 && corners.first() == corners.last() {
            corners.pop();
        }
        // Corners on one line have no inside.
        let area = corners
            .iter()
            .zip(corners.iter().cycle().skip(1))
            .fold(Rational::ZERO, |sum, (p, q)| &sum + &(&(&p.0 * &q.1) - &(&q.0 * &p.1)));
        Ok(if area.is_zero() { vec![] } else { corners })
    }

    /// Strips from column to column. Where their number changes, the place is looked for by bisection, so that an
    /// outline is off by less than what can be seen.
    fn strips(&self, facts: &[Fact]) -> Result<Vec<Vec<Point>>, String> {
        let (low, high) = &self.x;
        let step = (high - low).checked_div(&Rational::from(COLUMNS)).unwrap_or(Rational::ONE);
        let (mut open, mut done): (Vec<Strip>, Vec<Strip>) = (vec![], vec![]);
        let mut last: Option<Column> = None;
        for k in 0..=COLUMNS {
            let next = self.column(facts, &(low + &(&step * &Rational::from(k))))?;
            match &last {
                Some(before) if before.inside.len() != next.inside.len() => {
                    let (mut left, mut right) = (before.clone(), next.clone());
                    for _ in 0..BISECTIONS {
                        let middle = halfway(&left.at, &right.at);
                        let middle = self.column(facts, &middle)?;
                        if middle.inside.len() == left.inside.len() { left = middle } else { right = middle }
                    }
                    extend(&mut open, &left);
                    done.append(&mut open);
                    open = vec![Strip::default(); right.inside.len()];
                    extend(&mut open, &right);
                    if right.inside.len() != next.inside.len() {
                        done.append(&mut open);
                        open = vec![Strip::default(); next.inside.len()];
                    }
                }
                Some(_) => {}
                None => open = vec![Strip::default(); next.inside.len()],
            }
            extend(&mut open, &next);
            last = Some(next);
        }
        done.append(&mut open);
        let visible = &(high - low) * &Rational::new(1, 1000).unwrap_or(Rational::ONE);
        Ok(done.into_iter().filter_map(|strip| strip.outline(&visible)).collect())
    }

    /// Where the facts hold on a vertical line, borders included.
    fn column(&self, facts: &[Fact], x: &Rational) -> Result<Column, String> {
        let (bottom, top) = &self.y;
        let y = Expr::variable(&self.up.name);
        let near = &(top - bottom) * &Rational::new(1, 1 << 14).unwrap_or(Rational::ONE);
        let mut polynomials = Vec::new();
        for fact in facts {
            let e = fact.expr.substitute_one(&self.across.name, &Expr::number(x.clone()));
            let coefficients: Option<Vec<Rational>> = y.as_atom().and_then(|atom| {
                e.poly().coefficients_in(atom).iter().map(|c| Expr::from(c.clone()).as_number()).collect()
            });
            let other = || "a border of a region depends on something else".to_owned();
            polynomials.push(coefficients.ok_or_else(other)?);
        }
        let mut cuts = vec![bottom.clone(), top.clone()];
        for p in polynomials.iter().filter(|p| p.len() > 1) {
            let too_many = || "a border of a region has a degree that is too high".to_owned();
            for root in isolate(p, bottom, top).ok_or_else(too_many)? {
                cuts.push(match refine(p, &root, &near).unwrap_or(root) {
                    RealRoot::At(at) => at,
                    RealRoot::Between(a, b) => halfway(&a, &b),
                });
            }
        }
        cuts.sort();
        cuts.dedup();
        let value =
            |p: &[Rational], y: &Rational| p.iter().rev().fold(Rational::ZERO, |sum, c| &(&sum * y) + c);
        let mut inside: Vec<(Rational, Rational)> = Vec::new();
        for (a, b) in cuts.iter().zip(cuts.iter().skip(1)) {
            let middle = halfway(a, b);
            if polynomials.iter().any(|p| value(p, &middle).is_negative()) {
                continue;
            }
            match inside.last_mut() {
                Some(last) if last.1 == *a => last.1 = b.clone(),
                _ => inside.push((a.clone(), b.clone())),
            }
        }
        Ok(Column { at: x.clone(), inside })
    }
}

fn halfway(a: &Rational, b: &Rational) -> Rational {
    &(a + b) * &Rational::new(1, 2).unwrap_or(Rational::ONE)
}

/// The intervals that an area has on a vertical line.
#[derive(Debug, Clone)]
struct Column {
    at: Rational,
    inside: Vec<(Rational, Rational)>,
}

/// An area between a lower and an upper border.
#[derive(Debug, Clone, Default)]
struct Strip {
    lower: Vec<Point>,
    upper: Vec<Point>,
}

impl Strip {
    /// The outline, unless it is narrower than what can be seen.
    fn outline(self, visible: &Rational) -> Option<Vec<Point>> {
        let ends = (self.lower.first()?.0.clone(), self.lower.last()?.0.clone());
        let outline: Vec<Point> = self.lower.into_iter().chain(self.upper.into_iter().rev()).collect();
        (&ends.1 - &ends.0 > *visible).then_some(outline)
    }
}

fn extend(open: &mut [Strip], column: &Column) {
    for (strip, (low, high)) in open.iter_mut().zip(&column.inside) {
        strip.lower.push((column.at.clone(), low.clone()));
        strip.upper.push((column.at.clone(), high.clone()));
    }
}
