//! Tables over types and outcomes, values that have names, rules that choose an outcome.

use std::sync::Arc;

use crate::exact::Rational;
use crate::kernel::Expr;
use crate::model::{Bound, Comparison, Kind, Point, Points, Setting, outcome_name};

use super::names::{advise, complain, unknown_name};
use super::scope::{Env, Universe};
use super::{Resolve, expr, interval};
use crate::lang::ast::{self, ExprKind, Name, Relation};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::print_expr;

/// Cells of an open table at most.
const CELL_LIMIT: usize = 16;
/// So many outcomes are few: a product over them is multiplied out.
const FEW_OUTCOMES: usize = 8;

/// A type or the outcome variable as one side of a table.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub(super) shown: String,
    pub(super) points: Points,
    /// Where the table is read.
    pub(super) variable: Expr,
}

impl Axis {
    /// The point at which the table is read, if it is a number.
    fn place(&self) -> Option<usize> {
        let value = self.variable.as_number()?;
        self.points.all().iter().position(|p| p.value == value)
    }

    /// The term that is each cell at its point.
    fn table(&self, cells: Vec<Cell>) -> Expr {
        let number = |cell: &Cell| match cell {
            Cell::Number(c) => Some(c.clone()),
            Cell::Term(term) => term.as_number(),
        };
        match cells.iter().map(number).collect::<Option<Vec<Rational>>>() {
            Some(numbers) => self.points.table_of_numbers(&self.variable, &numbers),
            None => {
                let terms: Vec<Expr> = cells.into_iter().map(Cell::term).collect();
                self.points.table(&self.variable, &terms)
            }
        }
    }
}

/// A cell of a table of numbers: most are written as numbers.
enum Cell {
    Number(Rational),
    Term(Expr),
}

impl Cell {
    fn term(self) -> Expr {
        match self {
            Cell::Number(c) => Expr::number(c),
            Cell::Term(term) => term,
        }
    }
}

/// The number that is written here.
fn written(e: &ast::Expr) -> Option<Rational> {
    match &e.kind {
        ExprKind::Number(c) => Some(c.clone()),
        ExprKind::Negated(inner) => match &inner.kind {
            ExprKind::Number(c) => Some(-c),
            _ => None,
        },
        _ => None,
    }
}

/// What a rule chooses.
enum Chosen {
    /// An outcome, by its number among those that are declared.
    Outcome(usize),
    /// The indicator of each outcome.
    Indicators(Vec<Expr>),
}

impl Chosen {
    fn indicators(self, outcomes: usize) -> Vec<Expr> {
        match self {
            Chosen::Outcome(place) => {
                (0..outcomes).map(|k| if k == place { Expr::one() } else { Expr::zero() }).collect()
            }
            Chosen::Indicators(all) => all,
        }
    }

    /// What a rule chooses that has a row for each type.
    fn by_type(side: &Axis, rows: Vec<Chosen>, outcomes: usize) -> Chosen {
        let place = |row: &Chosen| match row {
            Chosen::Outcome(place) => Some(*place),
            Chosen::Indicators(_) => None,
        };
        let table = |steps: Vec<(Rational, Vec<(usize, Rational)>)>| {
            let all = steps.into_iter();
            all.map(|(first, steps)| side.points.steps(&side.variable, first, steps)).collect()
        };
        let Some(places) = rows.iter().map(place).collect::<Option<Vec<usize>>>() else {
            let rows: Vec<Vec<Expr>> = rows.into_iter().map(|row| row.indicators(outcomes)).collect();
            let column = |k: usize| -> Vec<Expr> { rows.iter().filter_map(|r| r.get(k).cloned()).collect() };
            let term = |k| side.points.table(&side.variable, &column(k));
            return Chosen::Indicators((0..outcomes).map(term).collect());
        };
        // Few steps an outcome: where it begins and where it ends.
        let mut steps = vec![(Rational::ZERO, vec![]); outcomes];
        if let Some((first, _)) = places.first().and_then(|k| steps.get_mut(*k)) {
            *first = Rational::ONE;
        }
        for (number, (before, after)) in places.iter().zip(places.iter().skip(1)).enumerate() {
            for (k, step) in [(before, -&Rational::ONE), (after, Rational::ONE)] {
                if before != after
                    && let Some((_, steps)) = steps.get_mut(*k)
                {
                    steps.push((number, step));
                }
            }
        }
        Chosen::Indicators(table(steps))
    }
}

/// The number of an outcome that is named as `x = value`.
pub(super) fn outcome_index(
    universe: &Universe,
    setting: &Setting,
    variable: &Name,
    value: &ast::Expr,
) -> Resolve<usize> {
    let named = setting.outcome.as_ref().is_some_and(|b| b.points.are_named());
    let wanted = match &value.kind {
        ExprKind::Name(text) if named => format!("{} = {text}", variable.text),
        _ => format!("{} = {}", variable.text, Env::new(universe, vec![]).constant(value)?),
    };
    let known = setting.outcomes.iter().map(|o| o.name.as_str());
    let found = known.clone().position(|name| name == wanted);
    found.ok_or_else(|| unknown_name("outcome", &wanted, variable.span.to(value.span), known))
}

impl Env<'_> {
    /// The type or outcome variable that an expression names, if it has finitely many values.
    pub(super) fn axis(&self, e: &ast::Expr) -> Resolve<Axis> {
        let shown = match &e.kind {
            ExprKind::Indexed { name, index } => {
                let of_family = |s: &&Arc<Setting>| {
                    s.agents.iter().any(|a| a.type_.shown.starts_with(&format!("{}[", name.text)))
                };
                let setting = self.settings.iter().find(of_family);
                let agent = setting.map(|s| self.agent_in(index, s).map(|i| (s, i))).transpose()?;
                let agent = agent.and_then(|(s, i)| s.agents.get(i).map(|a| a.name.clone()));
                format!("{}[{}]", name.text, agent.unwrap_or_default())
            }
            _ => print_expr(e),
        };
        if let Some(axis) = self.outcome.as_ref().filter(|axis| axis.shown == shown) {
            return Ok(axis.clone());
        }
        let types = self.types();
        let named: Vec<&Bound> = types.iter().filter(|b| b.shown == shown).collect();
        match named.as_slice() {
            [only] if only.points.is_finite() => {
                Ok(Axis { shown, points: only.points.clone(), variable: Expr::variable(&only.name) })
            }
            [only] => {
                let message =
                    format!("`{}` ranges over an interval, and a table has finitely many rows", only.shown);
                Err(complain("wrong-sort", message, e.span))
            }
            [] => {
                let outcome = self.outcome.iter().map(|a| a.shown.as_str());
                let known = types.iter().map(|b| b.shown.as_str()).chain(outcome);
                Err(unknown_name("type or outcome variable", &shown, e.span, known))
            }
            _ => {
                let message = format!("`{shown}` is a type in two settings, with different type spaces");
                Err(complain("ambiguous-type", message, e.span))
            }
        }
    }

    /// The element of a finite range that an expression names.
    pub(super) fn element(&mut self, e: &ast::Expr, axis: &Axis) -> Resolve<usize> {
        self.element_near(e, axis, 0)
    }

    /// The same; it is looked for at a position first.
    fn element_near(&mut self, e: &ast::Expr, axis: &Axis, near: usize) -> Resolve<usize> {
        let all = axis.points.all();
        let find = |is_it: &dyn Fn(&Point) -> bool| match all.get(near) {
            Some(p) if is_it(p) => Some(near),
            _ => all.iter().position(is_it),
        };
        let named = axis.points.are_named();
        let found = match &e.kind {
            ExprKind::Name(text) if named => find(&|p| p.shown == *text),
            _ if named => None,
            _ => {
                let value = self.constant(e)?.as_number();
                value.and_then(|value| find(&|p| p.value == value))
            }
        };
        found.ok_or_else(|| {
            let message = format!("`{}` is not a value of `{}`", print_expr(e), axis.shown);
            let known: Vec<&str> = all.iter().take(8).map(|p| p.shown.as_str()).collect();
            let more = if all.len() > 8 { ", …" } else { "" };
            advise("not-an-element", message, e.span, format!("it has the values {}{more}", known.join(", ")))
        })
    }

    /// A table as a term in its sides; `cell` reads a cell.
    pub(super) fn table<T>(
        &mut self,
        e: &ast::Expr,
        cell: &mut dyn FnMut(&mut Self, &ast::Expr) -> Resolve<T>,
        combine: &dyn Fn(&Axis, Vec<T>) -> T,
    ) -> Resolve<T> {
        let ExprKind::Table { rows, columns, cells } = &e.kind else { return cell(self, e) };
        let axis = self.axis(rows)?;
        let across = columns.as_ref().map(|c| self.axis(c)).transpose()?;
        let width = across.as_ref().map_or(1, |a| a.points.all().len());
        let mut slots: Vec<Option<T>> = axis.points.all().iter().map(|_| None).collect();
        let only = across.as_ref().filter(|_| self.again).and_then(Axis::place);
        // As a rule the rows are in the order of their labels.
        if let Some(place) = axis.place().filter(|_| self.again)
            && let Some((label, row)) = cells.get(place)
            && self.element_near(label, &axis, place)? == place
            && let Some(term) = self.row(row, (across.as_ref(), only), cell, combine)?
        {
            return Ok(term);
        }
        for (near, (label, row)) in cells.iter().enumerate() {
            let place = self.element_near(label, &axis, near)?;
            let column = |k: usize| {
                let across = across
                    .as_ref()
                    .and_then(|a| Some(format!("{} = {}", a.shown, a.points.all().get(k)?.shown)));
                across.unwrap_or_default()
            };
            match row.get(width) {
                Some(extra) => {
                    let shown = print_expr(label);
                    let verb = if width == 1 { "is" } else { "are" };
                    let message =
                        format!("the row `{shown}` has {} cells, and {width} {verb} needed", row.len());
                    return Err(complain("table-cells", message, extra.span));
                }
                None if row.len() < width => {
                    let (shown, column) = (print_expr(label), column(row.len()));
                    let message = format!("the row `{shown}` has no cell for `{column}`");
                    return Err(complain("table-cells", message, label.span));
                }
                None => {}
            }
            let term = self.row(row, (across.as_ref(), only), cell, combine)?;
            match slots.get_mut(place) {
                Some(slot) if slot.is_none() => *slot = term,
                _ => {
                    let message = format!("the table has two rows for `{}`", print_expr(label));
                    return Err(complain("duplicate-name", message, label.span));
                }
            }
        }
        let missing = slots.iter().zip(axis.points.all()).find(|(slot, _)| slot.is_none());
        if let Some((_, point)) = missing {
            let message = format!("the table has no row for `{} = {}`", axis.shown, point.shown);
            return Err(complain("table-cells", message, e.span));
        }
        Ok(combine(&axis, slots.into_iter().flatten().collect()))
    }

    /// A row of a table: one cell, or a term in the other side.
    fn row<T>(
        &mut self,
        row: &[ast::Expr],
        (across, only): (Option<&Axis>, Option<usize>),
        cell: &mut dyn FnMut(&mut Self, &ast::Expr) -> Resolve<T>,
        combine: &dyn Fn(&Axis, Vec<T>) -> T,
    ) -> Resolve<Option<T>> {
        let (Some(across), None) = (across, only) else {
            return row.get(only.unwrap_or_default()).map(|e| cell(self, e)).transpose();
        };
        let mut terms = Vec::with_capacity(row.len());
        for e in row {
            terms.push(cell(self, e)?);
        }
        Ok(Some(combine(across, terms)))
    }

    fn cell(&mut self, e: &ast::Expr) -> Resolve<Cell> {
        Ok(match written(e) {
            Some(c) => Cell::Number(c),
            None => Cell::Term(self.number(e)?),
        })
    }

    /// A table of numbers.
    pub(super) fn table_of_numbers(&mut self, e: &ast::Expr) -> Resolve<Expr> {
        if let Some((_, term)) = self.kept.iter().find(|(known, _)| self.again && known == e) {
            return Ok(term.clone());
        }
        let combine = |axis: &Axis, cells: Vec<Cell>| Cell::Term(axis.table(cells));
        let term = self.table(e, &mut Self::cell, &combine)?.term();
        if term.is_too_large() {
            return Err(expr::too_large("this table becomes too large", e.span));
        }
        if let (ExprKind::Table { rows, columns: None, cells }, Some(outcome)) = (&e.kind, &self.outcome)
            && matches!(&rows.kind, ExprKind::Name(name) if *name != outcome.shown)
            && !self.again
            && cells.iter().all(|(_, row)| row.iter().all(|cell| written(cell).is_some()))
        {
            self.kept.push((e.clone(), term.clone()));
        }
        Ok(term)
    }

    /// The comparison of a type or outcome that has a name with one of its values: `[t = high]`.
    pub(super) fn named_comparison(
        &mut self,
        first: &ast::Expr,
        rest: &[(Relation, ast::Expr)],
    ) -> Resolve<Option<(Expr, Relation, Expr)>> {
        if !matches!(first.kind, ExprKind::Name(_) | ExprKind::Indexed { .. }) {
            return Ok(None);
        }
        let Some(axis) = self.axis(first).ok().filter(|axis| axis.points.are_named()) else {
            return Ok(None);
        };
        let [(relation @ (Relation::Equal | Relation::NotEqual), right)] = rest else {
            let message = format!("the values of `{}` are names, which can be equal or not", axis.shown);
            return Err(complain("wrong-sort", message, first.span));
        };
        let place = self.element(right, &axis)?;
        let value = axis.points.all().get(place).map_or_else(Expr::zero, |p| Expr::number(p.value.clone()));
        Ok(Some((axis.variable, *relation, value)))
    }

    /// The outcome variable of a setting, as one side of a table.
    fn outcome_axis(setting: &Setting, variable: &Name) -> Resolve<Axis> {
        let Some(outcome) = setting.outcome.as_ref().filter(|b| b.shown == variable.text) else {
            let known = setting.outcome.iter().map(|b| b.shown.as_str());
            return Err(unknown_name("outcome variable", &variable.text, variable.span, known));
        };
        Ok(Axis { shown: outcome.shown.clone(), points: outcome.points.clone(), variable: Expr::zero() })
    }

    /// The indicator of each outcome under any rule whose outcomes are among some, and the cells: what the outcome is at
    /// each choice of the types.
    pub(super) fn any_choice(
        &mut self,
        setting: &Setting,
        rule: &str,
        variable: &Name,
        types: &[ast::Expr],
        values: &[ast::Expr],
    ) -> Resolve<(Vec<Expr>, Vec<Bound>)> {
        interval::has_listed_outcomes(setting, "open tables need", variable.span)?;
        let axis = Self::outcome_axis(setting, variable)?;
        let mut sides: Vec<Axis> = Vec::new();
        for e in types {
            let side = self.axis(e)?;
            if side.shown == axis.shown || sides.iter().any(|known| known.shown == side.shown) {
                let message =
                    format!("the outcome of a rule depends on types, and `{}` is no other one", side.shown);
                return Err(complain("wrong-sort", message, e.span));
            }
            sides.push(side);
        }
        let mut chosen: Vec<Point> = Vec::new();
        for e in values {
            let point = axis.points.all().get(self.element(e, &axis)?).cloned();
            if point.as_ref().is_some_and(|p| chosen.contains(p)) {
                return Err(complain("duplicate-name", "this outcome is listed twice", e.span));
            }
            chosen.extend(point);
        }
        chosen.sort_by(|a, b| a.value.cmp(&b.value));
        let (Some(low), Some(high)) = (chosen.first().cloned(), chosen.last().cloned()) else {
            return Err(complain("missing-outcome", "there has to be at least one outcome", variable.span));
        };
        let size = sides.iter().fold(1_usize, |n, side| n.saturating_mul(side.points.all().len()));
        if size > CELL_LIMIT {
            let message = format!("an open table has at most {CELL_LIMIT} cells");
            return Err(complain("too-large", message, variable.span));
        }
        let names: Vec<Vec<Point>> = sides.iter().fold(vec![vec![]], |all, side| {
            let extend = |row: &Vec<Point>| {
                side.points.all().iter().map(|p| [row.clone(), vec![p.clone()]].concat()).collect::<Vec<_>>()
            };
            all.iter().flat_map(extend).collect()
        });
        let cells: Vec<Bound> = names
            .iter()
            .map(|at| {
                let at: Vec<&str> = at.iter().map(|p| p.shown.as_str()).collect();
                let ends = [&low, &high].map(|p| Expr::number(p.value.clone()));
                let [low, high] = ends;
                let shown = format!("{}({})", rule, at.join(", "));
                let points = Points::of(chosen.clone());
                Bound { points, ..Bound::interval(outcome_name(rule, &at), shown, low, high) }
            })
            .collect();
        let chance = |cell: &Bound, wanted: &Rational| {
            let cell = Expr::variable(&cell.name);
            match chosen.as_slice() {
                [only] if only.value == *wanted => Expr::one(),
                [a, b] if a.value == *wanted || b.value == *wanted => {
                    let other = if a.value == *wanted { b } else { a };
                    let length = (wanted - &other.value).recip().unwrap_or(Rational::ZERO);
                    cell.minus(&Expr::number(other.value.clone())).scaled(&length)
                }
                all if all.iter().any(|p| p.value == *wanted) => {
                    Expr::is_zero_indicator(&cell.minus(&Expr::number(wanted.clone())))
                }
                _ => Expr::zero(),
            }
        };
        let mut allocation = Vec::new();
        for outcome in &setting.outcomes {
            let is_it = |p: &&Point| outcome.name == format!("{} = {}", axis.shown, p.shown);
            let wanted = axis.points.all().iter().find(is_it).map(|p| p.value.clone());
            let mut terms: Vec<Expr> = cells
                .iter()
                .map(|cell| wanted.as_ref().map_or_else(Expr::zero, |w| chance(cell, w)))
                .collect();
            for side in sides.iter().rev() {
                let size = side.points.all().len().max(1);
                terms = terms.chunks(size).map(|row| side.points.table(&side.variable, row)).collect();
            }
            allocation.extend(terms.into_iter().next());
        }
        Ok((allocation, cells))
    }

    /// The indicator of each outcome under a rule `x = e`; on an interval of outcomes the outcome alone.
    pub(super) fn choice(&mut self, setting: &Setting, variable: &Name, e: &ast::Expr) -> Resolve<Vec<Expr>> {
        if let (Kind::Interval, Some(outcome)) = (setting.kind, &setting.outcome) {
            return Ok(vec![self.outcome_in(outcome, variable, e)?]);
        }
        let axis = Self::outcome_axis(setting, variable)?;
        // The outcomes are in the order in which they are declared.
        let declared: Vec<String> = setting.outcomes.iter().map(|o| o.name.clone()).collect();
        let order: Vec<usize> = axis
            .points
            .all()
            .iter()
            .filter_map(|p| declared.iter().position(|name| *name == format!("{} = {}", axis.shown, p.shown)))
            .collect();
        let chosen = |env: &mut Self, e: &ast::Expr| {
            let place = order.get(env.element(e, &axis)?).copied();
            Ok(place.map_or_else(|| Chosen::Indicators(vec![Expr::zero(); declared.len()]), Chosen::Outcome))
        };
        if axis.points.are_named() || matches!(e.kind, ExprKind::Table { .. }) {
            let combine = |side: &Axis, rows: Vec<Chosen>| Chosen::by_type(side, rows, declared.len());
            return Ok(self.table(e, &mut { chosen }, &combine)?.indicators(declared.len()));
        }
        let term = self.number(e)?;
        // Zero where the term is an outcome: a product if there are few, else one less the number of those that it is.
        let few = declared.len() <= FEW_OUTCOMES;
        let mut none = Expr::one();
        let mut out = vec![Expr::zero(); declared.len()];
        for (point, place) in axis.points.all().iter().zip(&order) {
            let difference = term.minus(&Expr::number(point.value.clone()));
            none = match few {
                true => none.times(&difference),
                false => none.minus(&Expr::is_zero_indicator(&difference)),
            };
            if let Some(slot) = out.get_mut(*place) {
                *slot = Expr::is_zero_indicator(&difference);
            }
        }
        // Of two outcomes the second has this probability, since the term is one of them.
        if let ([first, second], [k, l]) = (axis.points.all(), order.as_slice()) {
            let length = (&second.value - &first.value).recip().unwrap_or(Rational::ZERO);
            let chance = term.minus(&Expr::number(first.value.clone())).scaled(&length);
            for (place, chance) in [(k, Expr::one().minus(&chance)), (l, chance)] {
                if let Some(slot) = out.get_mut(*place) {
                    *slot = chance;
                }
            }
        }
        let message = format!("`{}` is not always an outcome of `{}`", print_expr(e), setting.name);
        let diagnostic = Diagnostic::new("not-an-element", message, e.span);
        self.oblige(none, Comparison::Equal, Expr::zero(), diagnostic);
        Ok(out)
    }
}
