//! Outside options and shares of the agents of a setting.

use std::sync::Arc;

use crate::kernel::Expr;
use crate::model::{Claim, Comparison, Conjunct, Setting};

use super::names::{advise, complain};
use super::setting::{Reader, once};
use super::{Obligation, Resolve};
use crate::lang::ast::{self, SettingKind, Span};
use crate::lang::diagnostic::Diagnostic;

impl Reader<'_> {
    /// Outside options: given, else the share of the type that the agent owns, else zero.
    pub(super) fn outside(&mut self, s: &ast::Setting, setting: &mut Setting) -> Resolve<()> {
        let n = setting.agents.len();
        let (mut shared, mut given) = (vec![false; n], vec![false; n]);
        let mut total = Expr::zero();
        let mut place: Option<Span> = None;
        for line in &s.lines {
            let SettingKind::Share { agent: who, share } = &line.kind else { continue };
            if !setting.kind.is_of_a_good() {
                let help = "use `outside` for what an agent has without the mechanism";
                return Err(advise("wrong-sort", "shares are shares of one good", line.span, help));
            }
            for i in self.agents_of(who, setting) {
                let read =
                    once(&mut shared, i, "share", line.span).and_then(|()| self.share(setting, i, share));
                place = Some(place.map_or(line.span, |span| span.to(line.span)));
                match read {
                    Ok(term) => total = total.plus(&term),
                    Err(complaint) => self.note(Err(complaint)),
                }
            }
        }
        for line in &s.lines {
            let SettingKind::Outside { agent: who, value } = &line.kind else { continue };
            for i in self.agents_of(who, setting) {
                let owns = shared.get(i) == Some(&true);
                let read = once(&mut given, i, "outside option", line.span)
                    .and_then(|()| self.option(setting, i, value, owns.then_some(line.span)));
                self.note(read);
            }
        }
        let Some(span) = place.filter(|_| self.complaints.is_empty()) else { return Ok(()) };
        if let Some((agent, _)) = setting.agents.iter().zip(&shared).find(|(_, shared)| !**shared) {
            let message = format!("the agent `{}` has no share", agent.name);
            let help = format!("add a line `share {} = …`", agent.name);
            return Err(advise("missing-share", message, span, help));
        }
        let conjunct = Conjunct::relation("", vec![], total, Comparison::Equal, Expr::one());
        let claim = Claim::about(&self.universe.parameters, &[], vec![conjunct]);
        let diagnostic = Diagnostic::new("shares", "the shares do not sum to one", span)
            .help("the agents together own the whole good");
        self.obligations.push(Obligation { claim, diagnostic });
        Ok(())
    }

    /// The share of one agent.
    fn share(&mut self, setting: &mut Setting, i: usize, share: &ast::Expr) -> Resolve<Expr> {
        let term = self.own_term(share, &Arc::new(setting.clone()), i, None)?;
        if let Some(agent) = setting.agents.get_mut(i) {
            if term.mentions(&agent.type_.name) {
                let message = format!("a share is a number, and this depends on `{}`", agent.type_.shown);
                return Err(complain("wrong-stage", message, share.span));
            }
            agent.outside = term.times(&agent.type_.value());
        }
        Ok(term)
    }

    /// The outside option of one agent; the place of the line if it has a share as well.
    fn option(
        &mut self,
        setting: &mut Setting,
        i: usize,
        value: &ast::Expr,
        beside: Option<Span>,
    ) -> Resolve<()> {
        if let Some(span) = beside {
            let message = "this agent has a share, which is its outside option already";
            return Err(complain("duplicate-name", message, span));
        }
        let term = self.own_term(value, &Arc::new(setting.clone()), i, None)?;
        if let Some(agent) = setting.agents.get_mut(i) {
            agent.outside = term;
        }
        Ok(())
    }
}
