//! [`Engine`]: the value of a term, cell by cell, with the evidence for it.
//!
//! A term is evaluated under facts. When the sign of some `q` is not decided by the facts, `q = 0`
//! either becomes a break point of the innermost integral whose variable it mentions, or a split of
//! the outer cell: cells are refined only where the term needs it, and empty ones are dropped.
//! Untrusted: the kernel checks every [`Tree`] and [`Evaluation`].

use super::boxes::{failing_point, midpoint};
use super::context::Context;
use super::integrate::open_factor;
use super::layers::without_layers;
use super::memory::{Memory, under_more};
use super::narrow::cut;
use super::nothing::nothing_by_division;
use super::obstacle::Obstacle;
use super::sample::refutes;
use super::sign::{Effort, certify, certify_within, empty, immediate};
use super::univariate::touches;
use super::values::Values;
use super::written::Square;
use super::{rising, rooted};
use crate::kernel::rule::combine::{Combination, Fact};
use crate::kernel::rule::tree::{Decided, Decision, Evaluation, Tree};
use crate::kernel::{Atom, Expr, Node, Relation};

/// A cell of a partition: facts, and the value of the term where they hold.
#[derive(Debug, Clone)]
pub struct Cell {
    /// What holds on the cell.
    pub facts: Vec<Fact>,
    /// The value there.
    pub value: Expr,
    /// Why.
    pub evaluation: Evaluation,
}

pub(super) enum Need {
    /// The sign of this term is needed.
    Split(Expr),
    /// It cannot be had.
    Stuck(Obstacle),
}

/// Up to so many cells, each is split as soon as a term needs it; beyond, only if it still does when all is known.
const FEW_CELLS: usize = 250;
/// Splits of one statement at most.
const CELL_LIMIT: usize = 4_000;
/// Boxes that are halved in the search for one sign at most.
const HALVING_LIMIT: usize = 300;
/// Halvings inside halvings at most.
const DEPTH_LIMIT: usize = 14;

/// Evaluates terms and builds trees, within a budget of cells.
#[derive(Debug, Default)]
pub struct Engine {
    cells: usize,
    halvings: usize,
    depth: usize,
    forms: Vec<Expr>,
    pub(super) squares: Vec<Square>,
    /// Terms in roots that may be break points.
    pub(super) points: Vec<Expr>,
    pub(super) memory: Memory,
    /// The cell of the last question: the next one is often about the same.
    last: Option<Context>,
}

impl Engine {
    /// A fresh engine with a full budget.
    pub fn new() -> Self {
        Self::default()
    }

    /// A fresh engine for questions some of which are asked again.
    pub fn keeping() -> Self {
        Engine { memory: Memory::of_signs(), ..Self::default() }
    }

    /// The same with a full budget again, what was found before, and terms that are zero where functions touch.
    #[must_use]
    pub fn afresh(self, forms: Vec<Expr>) -> Self {
        Engine { forms, memory: self.memory, ..Self::default() }
    }

    /// Adds a term that is zero where functions may touch; whether it is new.
    pub fn touch(&mut self, form: Expr) -> bool {
        let is_new = !self.forms.contains(&form);
        if is_new {
            self.forms.push(form);
        }
        is_new
    }

    /// Adds a term in roots that the facts describe, at which integrands may change.
    pub fn know(&mut self, point: Expr) {
        if !self.knows(&point) {
            self.points.push(point);
        }
    }

    /// Whether it has this break point.
    pub fn knows(&self, point: &Expr) -> bool {
        self.points.contains(point)
    }

    /// The break points that it was given.
    pub fn points(&self) -> &[Expr] {
        &self.points
    }

    pub(super) fn spend(&mut self) -> Result<(), Obstacle> {
        self.cells += 1;
        if self.cells > CELL_LIMIT { Err(Obstacle::Cells { limit: CELL_LIMIT }) } else { Ok(()) }
    }

    /// A tree that shows `e REL 0` wherever the facts hold.
    pub fn tree(&mut self, facts: &[Fact], relation: Relation, e: &Expr) -> Result<Tree, Obstacle> {
        if let Some(sign) = immediate(facts, relation, e) {
            return Ok(Tree::Leaf { evaluation: Evaluation::default(), sign });
        }
        if let Some(tree) = self.memory.tree(facts, relation, e) {
            return Ok(tree);
        }
        let last = self.last.take().filter(|context| context.facts() == facts);
        let mut context = last.unwrap_or_else(|| Context::new(facts));
        let tree = match nothing_in(&context) {
            Some(combination) => Ok(Tree::Empty(combination)),
            None => self.grow(&mut context, relation, e),
        };
        context.leave(facts.len());
        self.last = Some(context);
        if let Ok(tree) = &tree {
            self.memory.remember_tree(facts, relation, e, tree);
        }
        tree
    }

    fn grow(&mut self, context: &mut Context, relation: Relation, e: &Expr) -> Result<Tree, Obstacle> {
        self.spend()?;
        match self.evaluate(context, e) {
            Ok((value, evaluation)) => {
                let facts = context.facts();
                if context.signs(&value).refute(relation) {
                    return self.subdivide(context, relation, e, value);
                }
                let leaf = |known: &[Fact], sign| Tree::Leaf {
                    evaluation: under_more(&evaluation, facts.len(), known),
                    sign,
                };
                match rooted::sign(facts, relation, &value, self.effort(context), &leaf) {
                    Some(tree) => Ok(tree),
                    None => self.subdivide(context, relation, e, value),
                }
            }
            Err(Need::Stuck(obstacle)) => Err(obstacle),
            Err(Need::Split(on)) => self.split(context, relation, e, on),
        }
    }

    /// Both cases of a sign.
    fn split(
        &mut self,
        context: &mut Context,
        relation: Relation,
        e: &Expr,
        on: Expr,
    ) -> Result<Tree, Obstacle> {
        let yes = Fact { relation: Relation::AtLeast, expr: on.clone() };
        let no = Fact { relation: Relation::Positive, expr: on.negated() };
        let yes = Box::new(self.branch(context, yes, relation, e)?);
        let no = Box::new(self.branch(context, no, relation, e)?);
        Ok(Tree::Split { on, yes, no })
    }

    /// Large products of facts where there are few boxes, small ones where there are many.
    fn effort(&self, context: &Context) -> Effort<'_> {
        let sampled = context.is_inhabited();
        let products = match self.halvings {
            0..4 => 4,
            4..16 => 3,
            _ => 2,
        };
        Effort { products, forms: &self.forms, squares: &self.squares, sampled, ..Effort::FULL }
    }

    /// Splits the box of the facts in the middle, where a sign has no certificate on the whole of it and no
    /// point shows that there is none.
    fn subdivide(
        &mut self,
        context: &mut Context,
        relation: Relation,
        e: &Expr,
        value: Expr,
    ) -> Result<Tree, Obstacle> {
        let is_curved = |f: &Fact| f.relation == Relation::Equal && f.expr.poly().degree() > 1;
        let facts = context.facts();
        let curved = facts.iter().any(is_curved);
        // Sampled points miss curves, so there the opposite sign is tried.
        let opposite =
            || certify_within(facts, Relation::Positive, &value.negated(), Effort::SMALL).is_some();
        let hopeless = relation == Relation::Equal
            || context.signs(&value).refute(relation)
            || refutes(facts, relation, &value)
            || touches(facts, relation, &value)
            || failing_point(facts, relation, &value).is_some()
            || (curved && opposite());
        // What is linear has no certificate of its own where only facts of a higher degree say something.
        let bent = value.poly().degree() == 1 && facts.iter().any(|f| f.expr.poly().degree() > 1);
        if !hopeless
            && (curved || bent)
            && let Some(tree) = self.contradiction(context, relation, e, &value)
        {
            return Ok(tree);
        }
        let within = self.halvings < HALVING_LIMIT && self.depth < DEPTH_LIMIT;
        let order = if hopeless { None } else { rising::difference(context.facts()) };
        let on = order.or_else(|| midpoint(context.facts(), &value));
        let Some(on) = on.filter(|_| !hopeless && within) else {
            let nothing = curved.then(|| nothing_by_division(context)).flatten();
            return nothing.ok_or(Obstacle::Uncertified { term: value, relation });
        };
        self.halvings += 1;
        self.depth += 1;
        let tree = self.split(context, relation, e, on);
        self.depth -= 1;
        tree
    }

    /// By cases on the claim itself: its opposite contradicts the facts.
    fn contradiction(
        &mut self,
        context: &mut Context,
        relation: Relation,
        e: &Expr,
        value: &Expr,
    ) -> Option<Tree> {
        let strict = relation == Relation::Positive;
        let on = if strict { value.negated() } else { value.clone() };
        let opposite = if strict { Relation::AtLeast } else { Relation::Positive };
        let before = context.enter(Fact { relation: opposite, expr: value.negated() });
        let never = empty(context.facts());
        context.leave(before);
        let never = Box::new(Tree::Empty(never?));
        let before = context.enter(Fact { relation, expr: value.clone() });
        let holds = self.grow(context, relation, e);
        context.leave(before);
        let holds = Box::new(holds.ok()?);
        let (yes, no) = if strict { (never, holds) } else { (holds, never) };
        Some(Tree::Split { on, yes, no })
    }

    fn branch(
        &mut self,
        context: &mut Context,
        fact: Fact,
        relation: Relation,
        e: &Expr,
    ) -> Result<Tree, Obstacle> {
        let before = context.enter(fact);
        let tree = match nothing_in(context) {
            Some(combination) => Ok(Tree::Empty(combination)),
            None => self.grow(context, relation, e),
        };
        context.leave(before);
        tree
    }

    /// The non-empty cells on which the term is a single polynomial; they cover all points where the
    /// facts hold.
    pub fn cells(&mut self, facts: &[Fact], e: &Expr) -> Result<Vec<Cell>, Obstacle> {
        let mut out = Vec::new();
        let mut stack = vec![Context::new(facts)];
        while let Some(mut context) = stack.pop() {
            self.spend()?;
            match self.evaluate(&mut context, e) {
                Ok((value, evaluation)) => {
                    out.push(Cell { facts: context.facts().to_vec(), value, evaluation });
                }
                Err(Need::Stuck(obstacle)) => return Err(obstacle),
                Err(Need::Split(on)) => {
                    for fact in [
                        Fact { relation: Relation::Positive, expr: on.negated() },
                        Fact { relation: Relation::AtLeast, expr: on },
                    ] {
                        let mut refined = context.clone();
                        refined.enter(fact);
                        if nothing_in(&refined).is_none() {
                            stack.push(refined);
                        }
                    }
                }
            }
        }
        Ok(out)
    }

    /// The value of a term, if it is one polynomial wherever the facts hold.
    pub fn closed_form(&mut self, facts: &[Fact], e: &Expr) -> Option<Expr> {
        self.value(facts, e).ok()
    }

    /// The same, or what stands in the way.
    pub fn value(&mut self, facts: &[Fact], e: &Expr) -> Result<Expr, Obstacle> {
        let (mut context, e) = (Context::new(facts), without_layers(e));
        loop {
            match self.evaluate(&mut context, &e) {
                Ok((value, _)) => return Ok(value),
                Err(Need::Stuck(obstacle)) => return Err(obstacle),
                Err(Need::Split(term)) => {
                    self.spend()?;
                    let yes = Fact { relation: Relation::AtLeast, expr: term.clone() };
                    let no = Fact { relation: Relation::Positive, expr: term.negated() };
                    if is_empty(&mut context, no.clone()) {
                        context.enter(yes);
                    } else if is_empty(&mut context, yes) {
                        context.enter(no);
                    } else {
                        return Err(Obstacle::Uncertified { term, relation: Relation::AtLeast });
                    }
                }
            }
        }
    }

    /// The value of a term on the cell, or the sign that has to be known first.
    pub(super) fn evaluate(&mut self, context: &mut Context, e: &Expr) -> Result<(Expr, Evaluation), Need> {
        self.evaluate_on(context, e).map_err(|need| match need {
            Need::Split(on) => Need::Split(split_first(context, on)),
            stuck => stuck,
        })
    }

    fn evaluate_on(&mut self, context: &mut Context, e: &Expr) -> Result<(Expr, Evaluation), Need> {
        let mut known = Values::default();
        let mut rest = e.clone();
        loop {
            match self.collect(context, &rest, &mut known) {
                Ok(()) => return Ok((known.value(e), known.evaluation)),
                Err(Need::Split(on)) if self.cells > FEW_CELLS => {
                    // Terms may cancel, now that it is known what some indicators are.
                    let less = known.value(&rest);
                    if less == rest {
                        return Err(Need::Split(on));
                    }
                    rest = less;
                }
                Err(need) => return Err(need),
            }
        }
    }

    /// Decides what indicators are, and evaluates integrals if all indicators are decided that matter. Where there
    /// are many cells, all indicators are decided that can be, else those up to the first that cannot.
    fn collect(&mut self, context: &mut Context, e: &Expr, known: &mut Values) -> Result<(), Need> {
        let mut split = None;
        for (monomial, _) in e.terms() {
            let mut open = None;
            let mut vanishes = monomial.factors().any(|(atom, _)| self.is_seen_zero(context, atom, known));
            for (atom, _) in monomial.factors() {
                if vanishes {
                    break;
                }
                if let Some(value) = known.get(atom) {
                    vanishes = value.is_zero();
                    continue;
                }
                let argument = match atom.node() {
                    Node::Indicator(argument) => argument,
                    Node::Whole(term) if !has_integrals(term) => {
                        match self.collect(context, term, known) {
                            Ok(()) => vanishes = known.release(atom, term).is_zero(),
                            Err(Need::Split(on)) => open = open.or(Some(on)),
                            Err(stuck) => return Err(stuck),
                        }
                        continue;
                    }
                    _ => continue,
                };
                let nested = |a: &Atom| {
                    matches!(a.node(), Node::Indicator(_) | Node::Primitive { .. } | Node::Whole(_))
                };
                if argument.atoms().any(nested) {
                    self.collect(context, argument, known)?;
                }
                let value = known.value(argument);
                match self.decide(context, argument, &value).map_err(Need::Stuck)? {
                    Some(decision) => {
                        vanishes = decision.value == Decided::Zero;
                        known.decide(atom, decision);
                    }
                    None => open = open.or(Some(value)),
                }
            }
            if vanishes {
                continue;
            }
            split = split.or(open);
            if split.is_some() {
                match self.cells > FEW_CELLS {
                    true => continue,
                    false => break,
                }
            }
            for (atom, _) in monomial.factors() {
                if let Node::Whole(term) = atom.node()
                    && known.get(atom).is_none()
                {
                    self.collect(context, term, known)?;
                    known.release(atom, term);
                }
                if let Node::Primitive { upper, body } = atom.node()
                    && known.get(atom).is_none()
                {
                    self.collect(context, upper, known)?;
                    let upper = known.value(upper);
                    let integral = Expr::from(atom);
                    let (value, pieces) = match self.memory.integrated(context.facts(), &integral, &upper) {
                        Some(before) => before,
                        None => {
                            let (value, pieces) = self.integrate(context, atom, &upper, body)?;
                            self.memory.remember_integral(context.facts(), &integral, &value, &pieces);
                            (value, pieces)
                        }
                    };
                    known.integrate(atom, value, pieces);
                }
            }
        }
        split.map_or(Ok(()), |on| Err(Need::Split(on)))
    }

    /// The indicator of an argument whose value on the cell is known.
    fn decide(
        &mut self,
        context: &Context,
        argument: &Expr,
        value: &Expr,
    ) -> Result<Option<Decision>, Obstacle> {
        if value.atoms().any(|a| matches!(a.node(), Node::Primitive { .. })) {
            return Err(Obstacle::Nested { term: argument.clone() });
        }
        let mut found = self.memory.decided(context.facts(), value);
        if found.is_none() {
            found = decision(context, value);
            if let Some(decision) = &found {
                self.memory.remember(context.facts(), value, decision.clone());
            }
        }
        Ok(found.map(|(value, because)| Decision { argument: argument.clone(), value, because }))
    }
}

/// Whether an integral has to be evaluated for a term.
fn has_integrals(e: &Expr) -> bool {
    e.atoms().any(|a| match a.node() {
        Node::Primitive { .. } => true,
        Node::Indicator(term) | Node::Whole(term) => has_integrals(term),
        _ => false,
    })
}

/// What is split first where the sign of a term is needed: the sign of a number is known once its roots are known
/// closely enough, if it is not seen otherwise that one side is empty; that of a product once those of its factors are.
fn split_first(context: &mut Context, on: Expr) -> Expr {
    let Some(first) = cut(context.facts(), &on).or_else(|| open_factor(context, &on)) else { return on };
    let sides = [(Relation::AtLeast, on.clone()), (Relation::Positive, on.negated())];
    let is_seen = sides.into_iter().any(|(relation, expr)| is_empty(context, Fact { relation, expr }));
    if is_seen { on } else { first }
}

/// Whether a cell is seen to have no points where a fact holds, too.
fn is_empty(context: &mut Context, fact: Fact) -> bool {
    let before = context.enter(fact);
    let never = nothing_in(context).is_some();
    context.leave(before);
    never
}

/// Why a cell has no points, if that is found to be so.
fn nothing_in(context: &Context) -> Option<Combination> {
    if context.is_inhabited() { None } else { empty(context.facts()) }
}

pub(super) fn is_at_least(context: &Context, e: &Expr) -> bool {
    !context.signs(e).refute(Relation::AtLeast) && certify(context.facts(), Relation::AtLeast, e).is_some()
}

fn decision(context: &Context, value: &Expr) -> Option<(Decided, Combination)> {
    let signs = context.signs(value);
    let below = value.negated();
    if !signs.refute(Relation::AtLeast)
        && let Some(because) = certify(context.facts(), Relation::AtLeast, value)
    {
        return Some((Decided::One, because));
    }
    if signs.positive || signs.zero {
        return None;
    }
    certify(context.facts(), Relation::Positive, &below).map(|because| (Decided::Zero, because))
}
