//! Statements: from syntax to goals.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kernel::{Expr, Name};
use crate::model::{Bound, Claim, Conjunct, Existence, Piece, Question, Setting, TablePart, Tables};

use super::binder::comparison;
use super::names::{advise, agents_in, complain, names_in, settings_in_scope, sole_agent};
use super::scope::{Env, Naming, Universe};
use super::stage::{self, Side};
use super::ties::Coverage;
use super::{
    Goal, Member, Obligation, PrintedClaim, Resolve, ResolvedStatement, Valued, characterise, everywhere,
    expr, finite, solve,
};
use crate::lang::ast::{self, ExprKind, Relation, Scope, Span, Statement, StatementKind};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::{print_answer, print_expr, print_statement};

/// What one tie rule makes of a claim.
#[derive(Default)]
pub(super) struct Read {
    pub(super) goals: Vec<Goal>,
    pub(super) obligations: Vec<Obligation>,
    definitions: Vec<(String, Expr)>,
    value: Option<Valued>,
    pub(super) members: Vec<Member>,
    printed: Option<PrintedClaim>,
    pub(super) averaged: bool,
    types: Vec<Bound>,
}

/// Resolves a claim under every tie rule that is left open.
pub(super) fn resolve(
    universes: &[Universe],
    coverage: Coverage,
    claim: &ast::Claim,
    span: Span,
) -> Result<ResolvedStatement, Vec<Diagnostic>> {
    let mut variants: Vec<Vec<Goal>> = Vec::new();
    let mut first: Option<Read> = None;
    for universe in universes {
        let mut next = read(universe, claim)?;
        if !variants.iter().any(|goals| same_goals(goals, &next.goals)) {
            variants.push(std::mem::take(&mut next.goals));
        }
        let Some(first) = &mut first else {
            first = Some(next);
            continue;
        };
        first.obligations.extend(next.obligations);
        for claim in next.printed.into_iter().flat_map(|p| p.claims) {
            first
                .printed
                .iter_mut()
                .filter(|p| !p.claims.contains(&claim))
                .for_each(|p| p.claims.push(claim.clone()));
        }
    }
    let read = first.unwrap_or_default();
    let repeated = |a: &Obligation, b: &Obligation| a.claim == b.claim;
    let mut rests_on = Vec::new();
    if read.averaged {
        rests_on.push("independent types".to_owned());
    }
    if variants.len() > 1 && coverage == Coverage::Some {
        rests_on.push("the tie rules that were tried".to_owned());
    }
    let refs = claim.refs.iter().chain(claim.statements.iter().flat_map(|s| &s.refs));
    Ok(ResolvedStatement {
        name: claim.name.text.clone(),
        stance: claim.stance,
        solve: claim.solve.as_ref().map(|s| s.answer.as_ref().map(print_answer)),
        refs: super::without_repetitions(refs.map(|r| r.text.clone()).collect(), |a, b| a == b),
        span,
        text: text(claim),
        obligations: super::without_repetitions(read.obligations, repeated),
        variants,
        members: if claim.statements.len() > 1 { read.members } else { vec![] },
        printed: read.printed,
        value: read.value,
        definitions: read.definitions,
        rests_on,
        types: super::without_repetitions(read.types, |a, b| a == b),
        derivation: None,
    })
}

/// Whether the goals say the same; a question of existence does not depend on ties.
fn same_goals(a: &[Goal], b: &[Goal]) -> bool {
    let alike = |a: &Existence, b: &Existence| a.quantity == b.quantity && a.parts == b.parts;
    let same = |(a, b): (&Goal, &Goal)| match (a, b) {
        (Goal::Existence(a), Goal::Existence(b)) => alike(a, b),
        (Goal::Piece(a), Goal::Piece(b)) => match (&a.question, &b.question) {
            (Question::Existence(p), Question::Existence(q)) => {
                alike(p, q) && *a == Piece { question: a.question.clone(), ..b.clone() }
            }
            _ => a == b,
        },
        _ => a == b,
    };
    a.len() == b.len() && a.iter().zip(b).all(same)
}

fn text(claim: &ast::Claim) -> String {
    let statements: Vec<String> = claim.statements.iter().map(print_statement).collect();
    let mut text = statements.join("; ");
    if !claim.at.is_empty() {
        let at: Vec<String> =
            claim.at.iter().map(|(n, e)| format!("{} = {}", n.text, print_expr(e))).collect();
        text = format!("at {}: {text}", at.join(", "));
    }
    if let Some(answer) = claim.solve.as_ref().and_then(|solve| solve.answer.as_ref()) {
        text = format!("{text} answer {}", print_answer(answer));
    }
    match claim.scope {
        Scope::Everywhere => text,
        Scope::AlmostEverywhere => format!("{text} almost everywhere"),
    }
}

fn read(universe: &Universe, claim: &ast::Claim) -> Result<Read, Vec<Diagnostic>> {
    let fixed = fixed_parameters(universe, &claim.at).map_err(|d| vec![*d])?;
    let mut out = Read::default();
    let mut complaints = Vec::new();
    for (position, statement) in claim.statements.iter().enumerate() {
        let mut env = Env::new(universe, settings_in_scope(universe, &names_of(&statement.kind)));
        env.naming = Naming::Named;
        env.about_outcomes();
        let reader = Reader { universe, fixed: &fixed, scope: claim.scope };
        let last = position + 1 == claim.statements.len();
        let printed = claim.printed.as_ref().filter(|_| last);
        out.value = None;
        if let Err(more) = reader.statement(&mut env, statement, printed, &mut out) {
            complaints.extend(more);
            continue;
        }
        let member = Member { span: statement.span, text: print_statement(statement) };
        out.members.resize(out.goals.len(), member);
        out.averaged |= env.averaged;
        out.types.extend(env.types().into_iter().chain(env.outcomes.clone()));
        let obligations = env.obligations.into_iter();
        out.obligations.extend(obligations.map(|o| Obligation { claim: o.claim.at(&fixed), ..o }));
        for (name, term) in env.definitions {
            if !out.definitions.iter().any(|(n, _)| *n == name) {
                out.definitions.push((name, term.substitute(&fixed)));
            }
        }
    }
    // With several statements, it would not be clear whose value it is.
    if claim.statements.len() > 1 && claim.printed.is_none() {
        out.value = None;
    }
    if complaints.is_empty()
        && let Err(complaint) = solve::goals(universe, claim.solve.as_ref(), &fixed, &mut out)
    {
        complaints.push(*complaint);
    }
    out.value = out.value.map(|v| v.at(&fixed));
    if complaints.is_empty() { Ok(out) } else { Err(complaints) }
}

/// `at r = 1/2`: numbers inside the ranges of the parameters.
pub(super) fn fixed_parameters(
    universe: &Universe,
    at: &[(ast::Name, ast::Expr)],
) -> Resolve<BTreeMap<Name, Expr>> {
    let mut out: BTreeMap<Name, Expr> = BTreeMap::new();
    for (name, e) in at {
        let found = universe.parameters.iter().find(|p| p.shown == name.text);
        let parameter = found.ok_or_else(|| universe.unknown("parameter", &name.text, name.span))?;
        let value = Env::new(universe, vec![]).constant(e)?;
        let end = |e: &Expr| e.substitute(&out).as_number();
        let (Some(x), Some(low), Some(high)) = (value.as_number(), end(&parameter.low), end(&parameter.high))
        else {
            let message = format!("`{}` is fixed at a number, in a range between numbers", name.text);
            return Err(complain("unsupported", message, e.span));
        };
        if x < low || x > high {
            let message = format!("{x} is not in the range of `{}`, from {low} to {high}", name.text);
            return Err(complain("out-of-range", message, e.span));
        }
        if out.insert(parameter.name.clone(), value).is_some() {
            return Err(complain("duplicate-name", format!("`{}` is fixed twice", name.text), name.span));
        }
    }
    Ok(out)
}

/// The names that a statement reads.
fn names_of(kind: &StatementKind) -> Vec<ast::Name> {
    match kind {
        StatementKind::Implication { premise, conclusion } => {
            [premise, conclusion].into_iter().flat_map(|kind| names_of(kind)).collect()
        }
        StatementKind::Equilibrium { strategy, mechanism, .. } => vec![strategy.clone(), mechanism.clone()],
        StatementKind::Existence { setting, .. }
        | StatementKind::Order { setting, .. }
        | StatementKind::Optimum { setting, .. } => vec![setting.clone()],
        _ => expressions(kind).into_iter().flat_map(names_in).collect(),
    }
}

fn expressions(kind: &StatementKind) -> Vec<&ast::Expr> {
    match kind {
        StatementKind::Relations { first, rest } => {
            std::iter::once(first).chain(rest.iter().map(|(_, e)| e)).collect()
        }
        StatementKind::Properties { mechanism, .. } => vec![mechanism],
        StatementKind::Shape { expr, .. } => vec![expr],
        StatementKind::Set { set, elements } => std::iter::once(set).chain(elements).collect(),
        StatementKind::Ranges { term, .. } => vec![term],
        StatementKind::Implication { premise, conclusion } => {
            [premise, conclusion].into_iter().flat_map(|kind| expressions(kind)).collect()
        }
        StatementKind::Versus { first, second, .. } => vec![first, second],
        StatementKind::Equilibrium { .. }
        | StatementKind::Existence { .. }
        | StatementKind::Order { .. }
        | StatementKind::Optimum { .. } => vec![],
    }
}

/// Reads the statements of one claim.
pub(super) struct Reader<'a> {
    pub(super) universe: &'a Universe,
    /// The parameters that the claim fixes, with their values.
    pub(super) fixed: &'a BTreeMap<Name, Expr>,
    pub(super) scope: Scope,
}

impl Reader<'_> {
    fn statement(
        &self,
        env: &mut Env<'_>,
        statement: &Statement,
        printed: Option<&ast::Expr>,
        out: &mut Read,
    ) -> Result<(), Vec<Diagnostic>> {
        let kind = &statement.kind;
        let is_relation = matches!(kind, StatementKind::Relations { .. });
        if let Some(e) = printed.filter(|_| !is_relation) {
            let message = "`printed` gives the right side of a relation, and this is none";
            return Err(vec![*complain("unsupported", message, e.span)]);
        }
        if self.scope == Scope::AlmostEverywhere && !is_relation {
            let message = "only relations hold almost everywhere";
            return Err(vec![*complain("unsupported", message, statement.span)]);
        }
        let Some((index, setting)) = self.open_index(env, kind) else {
            return self.kind(env, statement, printed, out);
        };
        if let Some(e) = printed {
            let message =
                format!("`printed` is about one agent, and `{}` stands for every agent", index.text);
            return Err(vec![*complain("unsupported", message, e.span)]);
        }
        for i in 0..setting.agents.len() {
            env.with_agent(&index, i, &setting, |env| self.kind(env, statement, None, out))?;
        }
        out.value = None;
        Ok(())
    }

    /// The index in `payment(m, i)` that is not an agent and not bound: it stands for every agent. Only
    /// where agents are numbers, so that a misspelt agent is not taken for an index.
    fn open_index(&self, env: &Env<'_>, kind: &StatementKind) -> Option<(ast::Name, Arc<Setting>)> {
        let setting = env.settings.first()?;
        let numbered = |s: &Arc<Setting>| s.agents.iter().all(|a| a.type_.shown.contains('['));
        let agents = |s: &Setting| s.agents.iter().map(|a| a.name.clone()).collect::<Vec<_>>();
        let alike = |s: &Arc<Setting>| agents(s) == agents(setting);
        if !env.settings.iter().all(|s| numbered(s) && alike(s)) {
            return None;
        }
        let names = expressions(kind).into_iter().flat_map(agents_in);
        let open = names.filter(|n| env.is_new(n).is_ok());
        match super::without_repetitions(open.collect(), |a, b| a.text == b.text).as_slice() {
            [only] => Some((only.clone(), setting.clone())),
            _ => None,
        }
    }

    fn kind(
        &self,
        env: &mut Env<'_>,
        statement: &Statement,
        printed: Option<&ast::Expr>,
        out: &mut Read,
    ) -> Result<(), Vec<Diagnostic>> {
        let one = |d: Box<Diagnostic>| vec![*d];
        match &statement.kind {
            StatementKind::Relations { first, rest } => {
                if let (ExprKind::Call { function, arguments }, [(Relation::Equal, right)]) =
                    (&first.kind, rest.as_slice())
                    && function.text == "reserve"
                {
                    if let Some(e) = printed {
                        return Err(one(complain(
                            "unsupported",
                            "`printed` cannot follow a reserve",
                            e.span,
                        )));
                    }
                    return characterise::reserve(self, env, function, arguments, right, out).map_err(one);
                }
                self.relations(env, first, rest, printed, out)
            }
            StatementKind::Properties { mechanism, properties } => {
                self.properties(env, mechanism, properties, out).map_err(one)
            }
            StatementKind::Equilibrium { concept, strategy, mechanism } => {
                self.equilibrium(env, *concept, strategy, mechanism, out).map_err(one)
            }
            StatementKind::Versus { first, versus, second } => {
                self.versus(env, first, *versus, second, out).map_err(one)
            }
            StatementKind::Existence { quantity, setting, properties } => {
                self.existence(env, *quantity, setting, properties, out).map_err(one)
            }
            StatementKind::Implication { premise, conclusion } => {
                self.implication(env, statement, premise, conclusion, out)
            }
            StatementKind::Ranges { term, range } => self.ranges(env, term, range, out).map_err(one),
            StatementKind::Order { setting, order } => self.order(env, setting, *order, out).map_err(one),
            StatementKind::Optimum { .. } => self.optimum(env, &statement.kind, out).map_err(one),
            StatementKind::Set { set, elements } => {
                characterise::worst_off(self, env, set, elements, out).map_err(one)
            }
            StatementKind::Shape { expr, shape, variable } => {
                characterise::shape(self, env, expr, *shape, variable, out).map_err(one)
            }
        }
    }

    /// `A implies B`, for all values of the parameters that both speak of.
    fn implication(
        &self,
        env: &mut Env<'_>,
        statement: &Statement,
        premise: &StatementKind,
        conclusion: &StatementKind,
        out: &mut Read,
    ) -> Result<(), Vec<Diagnostic>> {
        let mut part = |kind: &StatementKind| -> Result<Vec<TablePart>, Vec<Diagnostic>> {
            let mut read = Read::default();
            self.kind(env, &Statement { kind: kind.clone(), ..statement.clone() }, None, &mut read)?;
            let parts = |goal: Goal| match goal {
                Goal::Universal(claim) if claim.charges.is_empty() => {
                    let conjuncts = claim.unfolded().conjuncts.into_iter();
                    Some(conjuncts.map(|c| TablePart::Comparison(Box::new(c))).collect::<Vec<_>>())
                }
                Goal::Tables(Tables { premises, conclusions, .. }) if premises.is_empty() => {
                    Some(conclusions)
                }
                Goal::System(system) if system.aim.is_none() => Some(vec![TablePart::System(system)]),
                _ => None,
            };
            let all: Option<Vec<_>> = read.goals.into_iter().map(parts).collect();
            all.map(|all| all.into_iter().flatten().collect()).ok_or_else(|| {
                let message = "this is not a statement that can imply another, or be implied";
                let help = "comparisons, properties of rules and mechanisms, and orders can";
                vec![*advise("unsupported", message, statement.span, help)]
            })
        };
        let (premises, conclusions) = (part(premise)?, part(conclusion)?);
        let comparisons = |parts: &[TablePart]| -> Option<Vec<Conjunct>> {
            let comparison = |part: &TablePart| match part {
                TablePart::Comparison(conjunct) => Some((**conjunct).clone()),
                TablePart::System(_) => None,
            };
            parts.iter().map(comparison).collect()
        };
        let (Some(known), Some(conjuncts)) = (comparisons(&premises), comparisons(&conclusions)) else {
            let parts = || premises.iter().chain(&conclusions);
            let is_cell = |p: &&Bound| p.points.is_finite() && parts().any(|part| part.mentions(&p.name));
            let cells = self.universe.parameters.iter().filter(is_cell).cloned().collect();
            let tables = Tables { cells, premises, conclusions };
            out.goals.push(self.tables(tables, statement.span).map_err(|d| vec![*d])?);
            return Ok(());
        };
        let known: Vec<_> = known.iter().map(Conjunct::formula).collect();
        let conjuncts = conjuncts.into_iter().map(|c| c.under(known.clone())).collect();
        self.goal(Claim::about(&self.universe.parameters, &[], conjuncts), statement.span, out)
            .map_err(|d| vec![*d])
    }

    /// Adds a goal, if it is small enough to be stated.
    pub(super) fn goal(&self, claim: Claim, span: Span, out: &mut Read) -> Resolve<()> {
        let claim = claim.at(self.fixed);
        finite::is_within_limits(&claim, span)?;
        if claim.is_too_large() {
            return Err(expr::too_large("this statement becomes too large", span));
        }
        out.goals.push(Goal::Universal(claim));
        Ok(())
    }

    /// The claim that the conjuncts hold, with the parameters and charges that they mention.
    pub(super) fn claim(&self, env: &Env<'_>, conjuncts: Vec<Conjunct>) -> Claim {
        env.claim(conjuncts)
    }

    /// The types and outcome variables that terms mention.
    pub(super) fn variables(&self, env: &Env<'_>, terms: &[&Expr], span: Span) -> Resolve<Vec<Bound>> {
        let mut out: Vec<Bound> = Vec::new();
        for bound in env.types().into_iter().chain(env.outcomes.iter().cloned()) {
            if !terms.iter().any(|e| e.mentions(&bound.name)) {
                continue;
            }
            if out.iter().any(|b| b.name == bound.name) {
                let message =
                    format!("`{}` is a type in two settings, with different type spaces", bound.shown);
                return Err(complain("ambiguous-type", message, span));
            }
            out.push(bound);
        }
        Ok(out)
    }

    /// A side, with the stages of the quantities in it.
    pub(super) fn side(&self, env: &mut Env<'_>, e: &ast::Expr) -> Resolve<Side> {
        env.stages = Default::default();
        env.depth = 0;
        let term = env.number(e)?;
        Ok(Side { term, stages: std::mem::take(&mut env.stages), shown: print_expr(e), span: e.span })
    }

    fn relations(
        &self,
        env: &mut Env<'_>,
        first: &ast::Expr,
        rest: &[(Relation, ast::Expr)],
        printed: Option<&ast::Expr>,
        out: &mut Read,
    ) -> Result<(), Vec<Diagnostic>> {
        let (mut sides, mut complaints) = (Vec::new(), Vec::new());
        env.sole = sole_agent(std::iter::once(first).chain(rest.iter().map(|(_, e)| e)));
        for e in std::iter::once(first).chain(rest.iter().map(|(_, e)| e)).chain(printed) {
            match self.side(env, e) {
                Ok(side) => sides.push(side),
                Err(complaint) => complaints.push(*complaint),
            }
        }
        if !complaints.is_empty() {
            return Err(complaints);
        }
        let relations: Vec<Relation> = rest.iter().map(|(relation, _)| *relation).collect();
        self.compare(env, sides, &relations, printed, out).map_err(|d| vec![*d])
    }

    fn compare(
        &self,
        env: &mut Env<'_>,
        mut sides: Vec<Side>,
        relations: &[Relation],
        printed: Option<&ast::Expr>,
        out: &mut Read,
    ) -> Resolve<()> {
        let misprint = printed.and_then(|_| sides.pop());
        stage::check(&env.types(), &sides, relations)?;
        let mut conjunct = |left: &Side, relation: Relation, right: &Side| -> Resolve<Conjunct> {
            let span = left.span.to(right.span);
            let variables = self.variables(env, &[&left.term, &right.term], span)?;
            let (a, b) = (left.term.clone(), right.term.clone());
            let c = Conjunct::relation("", variables, a, comparison(relation), b);
            match self.scope {
                Scope::Everywhere => Ok(c),
                Scope::AlmostEverywhere => everywhere::almost(env, c, span),
            }
        };
        let pairs = sides.iter().zip(sides.iter().skip(1)).zip(relations);
        let conjuncts: Vec<Conjunct> = pairs
            .map(|((left, right), relation)| conjunct(left, *relation, right))
            .collect::<Resolve<_>>()?;
        let [.., left, right] = sides.as_slice() else { return Ok(()) };
        let misprinted = match (&misprint, relations.last()) {
            (Some(side), Some(relation)) => Some(conjunct(left, *relation, side)?),
            _ => None,
        };
        let span = left.span.to(right.span);
        out.value = Some(Valued::of(env.unfolded(&left.term), relations.last(), &right.term, self.scope));
        if let (Some(side), Some(e), Some(misprinted)) = (&misprint, printed, misprinted) {
            let difference = env.unfolded(&side.term.minus(&right.term)).substitute(self.fixed);
            if difference.is_zero() {
                let message = format!("the printed version `{}` is right", side.shown);
                let complaint = Diagnostic::new("printed-is-right", message, e.span);
                return Err(Box::new(complaint.help("remove `printed`, or correct the claim")));
            }
            out.printed = Some(PrintedClaim {
                shown: side.shown.clone(),
                span: e.span,
                claims: vec![self.claim(env, vec![misprinted]).at(self.fixed)],
                difference,
            });
        }
        self.goal(self.claim(env, conjuncts), span, out)
    }
}
