//! The verdict on one statement: every goal of it is proved, or one is refuted, or neither.

use std::sync::Arc;

use crate::exact::{bounded, shared};
use crate::kernel::rule::combine::Fact;
use crate::kernel::{Expr, Formula};
use crate::lang::ast::Stance;
use crate::lang::{Diagnostic, Goal, ResolvedStatement, Valued};
use crate::model::{Aim, Bound, Claim, Piece, Quantity, Question, System, Tables};
use crate::piecewise::{Engine, Obstacle, about_one_statement};
use crate::prover::{
    self, Answer, Extremum, Failure, Found, Lemmas, Maxima, Misprint, Optimum, Proved, Surveyed, Systems,
};
use crate::report::{Names, VerdictKind};

use super::judged::{AsStated, End, Judged, PrintedVerdict, Proof, Refutation, Solved};
use super::{derivation, obligation};

/// What was found about other statements of a file.
#[derive(Default)]
pub(super) struct Known {
    /// The values of maxima.
    pub(super) maxima: Maxima,
    /// The theorems of derivations.
    pub(super) lemmas: Lemmas,
}

/// Judges a statement; the error is about its input (a division by zero, a tie that matters, a printed
/// version that is right).
pub(super) fn judge(known: &Known, statement: &ResolvedStatement) -> Result<Judged, Vec<Diagnostic>> {
    bounded(|| judge_whole(known, statement)).unwrap_or_else(|_| Ok(Judged::broken_off()))
}

fn judge_whole(known: &Known, statement: &ResolvedStatement) -> Result<Judged, Vec<Diagnostic>> {
    let maxima = &known.maxima;
    let defined = obligation::meet(&statement.obligations)?;
    let (first, others) = statement.variants.split_first().map_or((&[][..], &[][..]), |(f, o)| (f, o));
    // What is told beside the verdict takes work, too.
    let within = |goals| shared(2, || decide(known, goals)).unwrap_or_else(|_| Judged::broken_off());
    let mut judged = within(first);
    for goals in others {
        let next = within(goals);
        if next.verdict == judged.verdict {
            judged.proofs.extend(next.proofs);
            continue;
        }
        // What is open under one rule is open.
        match (judged.verdict, next.verdict) {
            (VerdictKind::Undecided, _) => {}
            (_, VerdictKind::Undecided) => judged = next,
            _ => return Err(vec![tie_matters(statement)]),
        }
    }
    judged.defined = defined;
    // That no functions and numbers make a step false is what the file denies.
    let is_false = judged.derived.as_ref().is_some_and(derivation::has_false_step);
    if statement.stance == Stance::Fails && judged.verdict == VerdictKind::Rejected && is_false {
        judged.verdict = VerdictKind::Refuted;
    }
    if judged.verdict == VerdictKind::Proved
        && let [Goal::System(System { aim: Some((aim, _)), .. }), Goal::System(_)] = first
    {
        judged.value = Some(aim.value.clone());
    }
    let context = context(maxima, statement);
    let closed = |e: &Expr| context.as_ref().and_then(|(claim, values)| closed_in(claim, values, e));
    let is_expected = statement.stance == Stance::Fails && judged.verdict == VerdictKind::Refuted;
    if statement.solve.is_some() && judged.verdict != VerdictKind::Proved && !is_expected {
        judged.solution = solution(maxima, first);
    }
    if let Some(Valued { term, said }) = statement.value.as_ref().filter(|_| judged.value.is_none()) {
        let said = said.as_ref().filter(|_| judged.verdict == VerdictKind::Proved);
        judged.value = said.map_or_else(|| closed(term), |number| Some(Expr::number(number.clone())));
    }
    if let Some(printed) = &statement.printed {
        let mut verdicts = printed.claims.iter().map(|claim| refute_printed(maxima, claim));
        let mut verdict = verdicts.next().unwrap_or_default();
        for next in verdicts {
            if next.verdict == verdict.verdict {
                verdict.proofs.extend(next.proofs);
                continue;
            }
            match (verdict.verdict, next.verdict) {
                (VerdictKind::Undecided, _) => {}
                (_, VerdictKind::Undecided) => verdict = next,
                _ => return Err(vec![tie_matters(statement)]),
            }
        }
        if verdict.verdict == VerdictKind::Proved {
            let message = format!("the printed version `{}` is right", printed.shown);
            let help = "remove `printed`, or correct the claim";
            return Err(vec![Diagnostic::new("printed-is-right", message, printed.span).help(help)]);
        }
        let difference = context.as_ref().map(|(claim, values)| {
            closed(&printed.difference).unwrap_or_else(|| with_charges(claim, values, &printed.difference))
        });
        judged.printed = Some(PrintedVerdict { difference, ..verdict });
    }
    if let Some(complaint) =
        judged.derived.as_ref().and_then(|derived| derivation::right_misprint(statement, derived))
    {
        return Err(vec![complaint]);
    }
    judged.as_stated = as_stated(statement, &judged);
    Ok(judged)
}

fn as_stated(statement: &ResolvedStatement, judged: &Judged) -> AsStated {
    let wanted = match statement.stance {
        Stance::Holds => VerdictKind::Proved,
        Stance::Fails => VerdictKind::Refuted,
    };
    let misprints = judged.derived.iter().flat_map(|d| &d.misprints);
    let printed = judged.printed.as_ref().is_none_or(|p| p.verdict == VerdictKind::Refuted)
        && misprints.into_iter().all(|(_, _, misprint)| matches!(misprint, Misprint::Wrong(_)));
    if judged.verdict == wanted && printed { AsStated::Yes } else { AsStated::No }
}

fn tie_matters(statement: &ResolvedStatement) -> Diagnostic {
    let message =
        format!("`{}` depends on how ties are decided, and the setting does not say", statement.name);
    Diagnostic::new("tie-matters", message, statement.span)
        .label("true under one tie rule and not under another")
        .help("add a `ties` line to the setting, such as `ties to the lowest index`")
}

fn decide(Known { maxima, lemmas }: &Known, goals: &[Goal]) -> Judged {
    let mut out = match goals {
        // Without a goal there is nothing to be right about.
        [] => Judged::of(VerdictKind::Undecided),
        _ => Judged::of(VerdictKind::Proved),
    };
    let mut systems = Systems::default();
    for (position, goal) in goals.iter().enumerate() {
        let decided = match goal {
            Goal::Universal(claim) => universal(maxima, claim),
            Goal::Existence(existence) => match prover::decide(existence) {
                Ok(answer) => existential(existence, answer),
                Err(obstacle) => Decided::Open(obstacle),
            },
            Goal::System(system) => numbers(&mut systems, system),
            Goal::Tables(tables) => survey(&mut systems, tables),
            Goal::Piece(piece) => on_region(maxima, piece),
            Goal::Derivation(d) => match prover::derive(d, lemmas) {
                Ok(derived) => {
                    out.verdict = derivation::verdict(&derived);
                    let claim = d.statement();
                    let proved = derived.proved.clone().filter(|_| out.verdict == VerdictKind::Proved);
                    out.proofs.extend(proved.map(|proved| Proof { claim, proved }));
                    out.proofs.extend(derivation::denials(&derived));
                    out.derived = Some(derived);
                    return out;
                }
                Err(obstacle) => Decided::Open(obstacle),
            },
            Goal::Solve { .. } => Decided::Open(Obstacle::Unanswered),
            Goal::Unread => Decided::Open(Obstacle::Work),
        };
        match decided {
            Decided::Proved(proof, answer) => {
                out.proofs.push(proof);
                out.answer = out.answer.or(answer);
            }
            Decided::Refuted(proof, refutation) => {
                out.verdict = VerdictKind::Refuted;
                out.proofs = vec![proof];
                out.answer = None;
                out.refutation = Some(refutation);
                out.goal = Some(position);
                out.obstacle = None;
                if let Goal::System(system) = goal {
                    out.ends = ends(&mut systems, goals, system);
                }
                return out;
            }
            Decided::Open(obstacle) => {
                out.verdict = VerdictKind::Undecided;
                out.obstacle = out.obstacle.or(Some(obstacle));
                out.goal = out.goal.or(Some(position));
            }
        }
    }
    if out.verdict == VerdictKind::Undecided {
        out.proofs.clear();
    }
    out
}

enum Decided {
    Proved(Proof, Option<Answer>),
    Refuted(Proof, Refutation),
    Open(Obstacle),
}

fn universal(maxima: &Maxima, claim: &Claim) -> Decided {
    let prove = || maxima.of(claim).and_then(|values| prover::prove_claim(claim, &values));
    let refute = || match prover::find(maxima, claim) {
        Ok(Some(failure)) => refuted(maxima, claim, failure).map(Some),
        Ok(None) | Err(_) => Ok(None),
    };
    match either(prove, refute) {
        Ok(Either::Proved(proved)) => Decided::Proved(Proof { claim: claim.statement(), proved }, None),
        Ok(Either::Refuted((proved, failure))) => {
            let proof = Proof { claim: claim.denial(), proved };
            Decided::Refuted(proof, Refutation::Point { claim: claim.clone(), failure })
        }
        Err(obstacle) => Decided::Open(obstacle),
    }
}

/// A proof or a refutation.
enum Either<R> {
    Proved(Proved),
    Refuted(R),
}

/// A proof if little work is enough for one, else a refutation, else a proof that takes more.
fn either<R>(
    prove: impl Fn() -> Result<Proved, Obstacle>,
    refute: impl FnOnce() -> Result<Option<R>, Obstacle>,
) -> Result<Either<R>, Obstacle> {
    about_one_statement(|| one_after_the_other(prove, refute))
}

fn one_after_the_other<R>(
    prove: impl Fn() -> Result<Proved, Obstacle>,
    refute: impl FnOnce() -> Result<Option<R>, Obstacle>,
) -> Result<Either<R>, Obstacle> {
    /// The parts of the limit of a statement: for a first attempt, for a refutation, and for a second attempt.
    const SHARES: [u64; 3] = [64, 8, 4];
    let [first, between, second] = SHARES;
    let attempt = shared(first, &prove);
    if let Ok(Ok(proved)) = attempt {
        return Ok(Either::Proved(proved));
    }
    let searched = match shared(between, refute).unwrap_or(Err(Obstacle::Work)) {
        Ok(Some(refuted)) => return Ok(Either::Refuted(refuted)),
        Ok(None) => Ok(()),
        Err(obstacle) => Err(obstacle),
    };
    match attempt {
        Ok(found) => searched.and(found).map(Either::Proved),
        Err(_) => shared(second, prove).unwrap_or(Err(Obstacle::Work)).map(Either::Proved),
    }
}

/// A refutation at a point apart from ties, if there is one; else at the point that was found.
fn refuted(maxima: &Maxima, claim: &Claim, failure: Failure) -> Result<(Proved, Failure), Obstacle> {
    let apart = prover::apart_from_ties(maxima, claim, failure.clone());
    match prover::refute_claim(claim, &apart) {
        Ok(proved) => Ok((proved, apart)),
        Err(_) => prover::refute_claim(claim, &failure).map(|proved| (proved, failure)),
    }
}

/// The set of parameters for which the goals of a solved statement hold.
fn solution(maxima: &Maxima, goals: &[Goal]) -> Option<Solved> {
    let several = match goals.first()? {
        Goal::Solve { parameters, question } => Some((parameters, question)),
        Goal::Piece(piece) => Some((&piece.parameters, &piece.question)),
        _ => None,
    };
    if let Some((parameters, question)) = several.filter(|(parameters, _)| parameters.len() > 1) {
        return in_regions(maxima, parameters, question);
    }
    let (parameter, question) = match (goals.first()?, goals.last()?) {
        (Goal::Solve { parameters, question }, _) => (parameters.first()?.clone(), question),
        (Goal::Piece(first), Goal::Piece(last)) => {
            let (first, last) = (first.parameters.first()?, last.parameters.first()?);
            let parameter = Bound { high: last.high.clone(), ..first.clone() };
            let Goal::Piece(piece) = goals.first()? else { return None };
            (parameter, &piece.question)
        }
        _ => return None,
    };
    let found = prover::solution(maxima, &parameter, question)?;
    let shown = found.parts.iter().map(|part| {
        if part.low.compare(&part.high) == Some(std::cmp::Ordering::Equal) {
            return format!("{{{}}}", part.low);
        }
        let open = if part.from_low { '[' } else { '(' };
        let close = if part.to_high { ']' } else { ')' };
        format!("{open}{}, {}{close}", part.low, part.high)
    });
    let shown: Vec<String> = shown.collect();
    let shown = if shown.is_empty() { "{}".to_owned() } else { shown.join(" union ") };
    Some(Solved { shown, proved: found.proved })
}

/// The regions of several parameters in which a statement holds.
fn in_regions(maxima: &Maxima, parameters: &[Bound], question: &Question) -> Option<Solved> {
    let found = prover::regions(maxima, parameters, question)?;
    let mut names = Names::default();
    parameters.iter().for_each(|p| names.bound(p));
    let region = |region: &Vec<Formula>| {
        let all: Vec<String> = region.iter().map(|f| names.formula(f)).collect();
        if all.is_empty() { "everywhere".to_owned() } else { format!("where {}", all.join(", ")) }
    };
    let shown: Vec<String> = found.regions.iter().map(region).collect();
    let shown = if shown.is_empty() { "nowhere".to_owned() } else { shown.join(" union ") };
    Some(Solved { shown, proved: found.proved })
}

fn on_region(maxima: &Maxima, piece: &Piece) -> Decided {
    let refute = || Ok(prover::refute_piece(maxima, piece));
    match either(|| prover::prove_piece(maxima, piece), refute) {
        Ok(Either::Proved(proved)) => Decided::Proved(Proof { claim: piece.statement(), proved }, None),
        Ok(Either::Refuted(exception)) => {
            let proof = Proof { claim: piece.denial(), proved: exception.proved.clone() };
            Decided::Refuted(proof, Refutation::Region { piece: piece.clone(), exception })
        }
        Err(obstacle) => Decided::Open(obstacle),
    }
}

/// Whether some numbers satisfy a system, or none do.
fn numbers(systems: &mut Systems, system: &System) -> Decided {
    let settled = match systems.settle(system) {
        Ok(settled) => settled,
        Err(obstacle) => return Decided::Open(obstacle),
    };
    let proved = settled.proved.clone();
    let proof = Proof { claim: proved.theorem.conclusion().clone().into(), proved };
    let found = matches!(settled.found, Found::Values(_));
    let answer = Answer::Numbers { system: system.clone(), settled };
    match found == (system.quantity == Quantity::Some) {
        true => Decided::Proved(proof, Some(answer)),
        false => Decided::Refuted(proof, Refutation::Existence(answer)),
    }
}

/// Whether something holds for all tables.
fn survey(systems: &mut Systems, tables: &Tables) -> Decided {
    match systems.tables(tables) {
        Ok(Surveyed::Holds(proved)) => {
            Decided::Proved(Proof { claim: tables.formula().into(), proved }, None)
        }
        Ok(Surveyed::Fails(exception)) => {
            let claim = tables.formula().negated().into();
            let proof = Proof { claim, proved: exception.proved.clone() };
            Decided::Refuted(proof, Refutation::Table(exception))
        }
        Err(obstacle) => Decided::Open(obstacle),
    }
}

/// The true ends of the terms whose ends are claimed for the problem of a system, as far as they are theorems.
fn ends(systems: &mut Systems, goals: &[Goal], failed: &System) -> Vec<End> {
    let mut out: Vec<End> = Vec::new();
    for goal in goals {
        let Goal::System(system) = goal else { continue };
        let Some((aim, _)) = &system.aim else { continue };
        let known = out.iter().any(|end| Arc::ptr_eq(&end.aim, aim));
        if known || !Arc::ptr_eq(&system.problem, &failed.problem) {
            continue;
        }
        let Ok(optimum) = systems.optimum(&system.problem, aim) else { continue };
        let claims = match &optimum {
            Optimum::Value { value, .. } => {
                let value = Expr::number(value.clone());
                system.ends(&Arc::new(Aim { value, ..(**aim).clone() }), "the term").to_vec()
            }
            Optimum::None => vec![System { quantity: Quantity::No, aim: None, ..system.clone() }],
            Optimum::Unbounded(_) => vec![],
        };
        if claims.iter().all(|claim| matches!(numbers(systems, claim), Decided::Proved(..))) {
            out.push(End { problem: system.problem.clone(), aim: aim.clone(), optimum });
        }
    }
    out
}

fn existential(existence: &crate::model::Existence, answer: Answer) -> Decided {
    let proved = answer.proved().clone();
    let claim = proved.theorem.conclusion().clone().into();
    let proof = Proof { claim, proved };
    let agrees = matches!(
        (existence.quantity, &answer),
        (Quantity::Some, Answer::Exists { .. })
            | (Quantity::No, Answer::Impossible { .. } | Answer::Unbalanced { .. })
    );
    if agrees {
        Decided::Proved(proof, Some(answer))
    } else {
        Decided::Refuted(proof, Refutation::Existence(answer))
    }
}

fn refute_printed(maxima: &Maxima, claim: &Claim) -> PrintedVerdict {
    let (verdict, proofs, refutation) = match universal(maxima, claim) {
        Decided::Proved(proof, _) => (VerdictKind::Proved, vec![proof], None),
        Decided::Refuted(proof, refutation) => (VerdictKind::Refuted, vec![proof], Some(refutation)),
        Decided::Open(_) => (VerdictKind::Undecided, vec![], None),
    };
    PrintedVerdict { verdict, proofs, refutation, difference: None }
}

/// The claim whose names the value of a statement speaks of, with the values of its charges.
fn context<'a>(maxima: &Maxima, statement: &'a ResolvedStatement) -> Option<(&'a Claim, Vec<Extremum>)> {
    let goals = statement.variants.first()?;
    let Goal::Universal(claim) = goals.last()? else { return None };
    Some((claim, maxima.of(claim).ok()?))
}

/// The closed form of a term under the domain of a claim.
fn closed_in(claim: &Claim, values: &[Extremum], e: &Expr) -> Option<Expr> {
    let variables = claim.conjuncts.last().map(|c| c.variables.as_slice()).unwrap_or_default();
    let domain = claim.parameters.iter().chain(variables).flat_map(|b| b.domain());
    let facts: Vec<_> = domain.filter_map(|f| Fact::of(&f).ok()).collect();
    Engine::new().closed_form(&facts, &with_charges(claim, values, e))
}

/// A term with the values of the charges in it.
fn with_charges(claim: &Claim, values: &[Extremum], e: &Expr) -> Expr {
    let charges = claim.charges.iter().zip(values).map(|(c, v)| (c.name.clone(), v.value.clone())).collect();
    e.substitute(&charges)
}

/// The ranges of all names that a statement's claims quantify over.
pub(super) fn domain(statement: &ResolvedStatement) -> Vec<Fact> {
    let mut out: Vec<Fact> = Vec::new();
    for goal in statement.variants.iter().flatten() {
        let Goal::Universal(claim) = goal else { continue };
        let variables = claim.conjuncts.iter().flat_map(|c| &c.variables);
        for formula in claim.parameters.iter().chain(variables).flat_map(|b| b.domain()) {
            if let Ok(fact) = Fact::of(&formula)
                && !out.contains(&fact)
            {
                out.push(fact);
            }
        }
    }
    out
}

/// The closed form of a term without names.
pub(super) fn closed(e: &Expr) -> Option<Expr> {
    Engine::new().closed_form(&[], e)
}
