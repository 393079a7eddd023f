//! Values that are open: one parameter of a finite range for each type and outcome.

use std::sync::Arc;

use crate::kernel::Expr;
use crate::model::{Bound, Setting, cell_name};

use super::names::{advise, complain};
use super::scope::Env;
use super::setting::Reader;
use super::table::Axis;
use super::{Resolve, finite, interval};
use crate::lang::ast::{self, Span};

impl Reader<'_> {
    /// Values that are open: one unknown of a finite range for each type and outcome.
    pub(super) fn any_value(
        &mut self,
        setting: &mut Setting,
        i: usize,
        variable: &Bound,
        [rows, columns]: [&ast::Expr; 2],
        values: &[ast::Expr],
        span: Span,
    ) -> Resolve<()> {
        let Some(agent) = setting.agents.get(i).cloned() else { return Ok(()) };
        interval::has_listed_outcomes(setting, "open tables need", span)?;
        let mut env = Env::new(self.universe, vec![Arc::new(setting.clone())]);
        env.outcome = Some(Axis {
            points: variable.points.clone(),
            variable: Expr::zero(),
            shown: variable.shown.clone(),
        });
        let (types, across) = (env.axis(rows)?, env.axis(columns)?);
        if types.variable != Expr::variable(&agent.type_.name) || across.shown != variable.shown {
            let message = format!(
                "an open table has a row for each type of `{}`, and a column for each outcome",
                agent.name
            );
            let help = format!("write `any table {}, {} in {{…}}`", agent.type_.shown, variable.shown);
            return Err(advise("wrong-sort", message, rows.span.to(columns.span), help));
        }
        let set = finite::elements(self.universe, values, "value", self.obligations)?;
        let numbers = set.values.iter().zip(&set.shown).all(|(value, shown)| value.to_string() == *shown);
        if set.values.is_empty() || !numbers || set.values.iter().any(|v| v.as_number().is_none()) {
            let message = "the values of an open table are some rational numbers";
            return Err(complain("wrong-sort", message, span));
        }
        let own = Expr::variable(&agent.type_.name);
        for point in across.points.all() {
            let wanted = format!("{} = {}", variable.shown, point.shown);
            let mut column = Vec::new();
            for row in types.points.all() {
                let shown = format!("value({}, {}, {})", agent.name, row.shown, point.shown);
                let name = cell_name(&setting.name, &agent.name, &row.value, &point.value);
                column.push(Expr::variable(&name));
                self.cells.push(set.bound(name, shown));
            }
            let term = types.points.table(&own, &column);
            let place = setting.outcomes.iter_mut().find(|o| o.name == wanted);
            if let Some(slot) = place.and_then(|o| o.values.get_mut(i)) {
                *slot = term;
            }
        }
        finite::within_limits(&self.cells, span)
    }
}
