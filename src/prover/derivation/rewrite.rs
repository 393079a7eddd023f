//! Terms with other terms in place of some atoms, wherever they stand.

use crate::kernel::{Atom, Expr, Formula, Node, Relation, Step};
use crate::piecewise::Obstacle;

use super::super::proof::symbol;
use super::Proof;
use super::tactic::{Known, all_atoms, term};

/// Equations between atoms that are made at most.
const EQUATION_LIMIT: usize = 40;

impl Proof<'_> {
    /// Equals for equals inside the atoms of a term: `f(a) = f(b)` where `a = b` is known and a term speaks of
    /// `f(a)`.
    pub(super) fn equals(&mut self, e: &Expr, known: &[Known]) -> Result<Vec<Known>, Obstacle> {
        let mut out: Vec<Known> = Vec::new();
        let mut targets: Vec<Atom> = Vec::new();
        let mut next = vec![e.clone()];
        for _ in 0..2 {
            for atom in next.iter().flat_map(Expr::atoms) {
                if !targets.contains(atom) {
                    targets.push(atom.clone());
                }
            }
            next.clear();
            for (step, formula) in known {
                let Formula::Compare(Relation::Equal, equation) = formula else { continue };
                for (inner, value) in solved(equation) {
                    for target in targets.clone() {
                        if out.len() >= EQUATION_LIMIT {
                            return Ok(out);
                        }
                        let made = self.equal_inside(*step, formula, (&inner, &value), &target)?;
                        if let Some(more) = made
                            && !out.contains(&more)
                            && !known.iter().any(|(_, f)| *f == more.1)
                        {
                            next.extend(term(&more.1));
                            out.push(more);
                        }
                    }
                }
            }
            if next.is_empty() {
                break;
            }
        }
        Ok(out)
    }

    fn equal_inside(
        &mut self,
        step: usize,
        formula: &Formula,
        (inner, value): (&Atom, &Expr),
        target: &Atom,
    ) -> Result<Option<Known>, Obstacle> {
        let whole = Expr::from(target);
        if target == inner || !all_atoms(&whole).contains(inner) {
            return Ok(None);
        }
        let left = Expr::from(inner);
        let goal = Formula::equal(&left, value);
        let Some(premise) = self.combine(&[(step, formula.clone())], &goal, 1)? else { return Ok(None) };
        let hole = self.name("x");
        let template = rewritten(&whole, &|a| (a == inner).then(|| Expr::variable(&hole)));
        let (right, hole) = (value.clone(), symbol(&hole)?);
        let step = self.builder.add(Step::Replace { premise, left, right, hole, template })?;
        Ok(Some((step, self.builder.conclusion(step)?)))
    }
}

/// The atoms that an equation gives a value, which does not speak of them.
pub(super) fn solved(equation: &Expr) -> Vec<(Atom, Expr)> {
    let mut out = Vec::new();
    for (monomial, c) in equation.terms() {
        let mut factors = monomial.factors();
        let (Some((atom, 1)), None) = (factors.next(), factors.next()) else { continue };
        let Some(k) = c.recip() else { continue };
        let value = Expr::from(atom).minus(&equation.scaled(&k));
        let plain = matches!(
            atom.node(),
            Node::Apply(..) | Node::Variable(_) | Node::Read { .. } | Node::Expect { .. }
        );
        if plain && atom.is_closed() && !all_atoms(&value).contains(atom) {
            out.push((atom.clone(), value));
        }
    }
    out
}

/// The term with values for some atoms, below binders too.
pub(super) fn rewritten(e: &Expr, value: &dyn Fn(&Atom) -> Option<Expr>) -> Expr {
    inside(e, value, 0)
}

fn inside(e: &Expr, value: &dyn Fn(&Atom) -> Option<Expr>, depth: usize) -> Expr {
    let within = |e: &Expr| inside(e, value, depth + 1);
    // Names that no text has: their depth keeps them apart.
    let name = format!("bound\'\'{depth}");
    e.replace_atoms(|a| {
        if let Some(value) = value(a) {
            return Some(value);
        }
        Some(match a.node() {
            Node::Variable(_) | Node::Bound(_) | Node::Natural => return None,
            Node::Apply(f, arguments) => Expr::apply(f, arguments.iter().map(within).collect()),
            Node::Indicator(e) => Expr::at_least_zero(&within(e)),
            Node::Inverse(e) => Expr::inverse(&within(e)),
            Node::Whole(e) => Expr::whole(&within(e)),
            Node::Power(e) => within(e).natural_power(),
            Node::Primitive { upper, body } => {
                Expr::integral(&name, &Expr::zero(), &within(upper), &within(&body.open(&name)))
            }
            Node::Opaque { low, high, body } => {
                Expr::integral(&name, &within(low), &within(high), &within(&body.open(&name)))
            }
            Node::Sum { upper, body } => Expr::sum(&name, &within(upper), &within(&body.open(&name))),
            Node::Expect { body } => Expr::expectation(&name, &within(&body.open(&name))),
            Node::Read { profile, agent } => Expr::read(&within(profile), &within(agent)),
            Node::Update { profile, agent, value } => {
                Expr::update(&within(profile), &within(agent), &within(value))
            }
        })
    })
}
