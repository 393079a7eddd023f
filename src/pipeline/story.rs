//! The report of a judged statement: what the user reads.

use std::collections::BTreeMap;

use crate::exact::Rational;
use crate::kernel::Expr;
use crate::lang::ast;
use crate::lang::{Goal, ResolvedStatement, Source, print_expr};
use crate::model::{
    Bound, Claim, Comparison, Everywhere, Existence, Piece, Question, Role, TablePart, roots_in,
};
use crate::piecewise::AlgebraicNumber;
use crate::prover::{
    self, Answer, Exception, Exceptional, FailingPart, Failure, Found, Maxima, Optimum, Reports,
};
use crate::report::{
    Block, Counterexample, Member, Names, Printed, StatementReport, VerdictKind, agent_named, decimals,
    sentence,
};

use super::judged::{AsStated, Judged, Refutation, Solved};
use super::numbers;
use super::open::{shortened, words};

/// The report entry of a statement.
pub(super) fn report(
    source: &Source,
    maxima: &Maxima,
    statement: &ResolvedStatement,
    judged: &Judged,
    written: Option<&ast::Claim>,
    derivation: Vec<Block>,
) -> StatementReport {
    let names = names_with(maxima, statement);
    let (counterexample, mut story) = failure(judged, &names);
    story.splice(0..0, numbers::ends(&judged.ends));
    if let Some(Solved { shown: set, proved }) = &judged.solution {
        let unknowns = statement.variants.iter().flatten().find_map(|goal| match goal {
            Goal::Solve { parameters, .. } => Some(parameters),
            Goal::Piece(piece) => Some(&piece.parameters),
            _ => None,
        });
        let unknowns: Vec<&str> = unknowns.into_iter().flatten().map(|b| b.shown.as_str()).collect();
        let several = unknowns.len() > 1;
        let within = if several { set.clone() } else { format!("for {} in {set}", unknowns.concat()) };
        story.push(match (proved, several) {
            (true, _) => format!("it holds {within}, and nowhere else"),
            (false, true) => format!("it may hold {within}: this is not proved"),
            (false, false) => format!("it may hold {within}: single values say so, it is not proved"),
        });
    }
    let printed = statement.printed.as_ref().zip(judged.printed.as_ref()).map(|(p, verdict)| Printed {
        value: p.shown.clone(),
        verdict: verdict.verdict,
        difference: verdict.difference.as_ref().map(|d| names.expr(d)),
        right: written.and_then(last_side).unwrap_or_default(),
        counterexample: match &verdict.refutation {
            Some(Refutation::Point { claim, failure }) => Some(at_point(claim, failure, &names).0),
            _ => None,
        },
        same_sign: same_sign(judged.value.as_ref(), verdict.difference.as_ref()),
    });
    let (line, _) = source.position(statement.span.start);
    let mut failing_step = None;
    if let Some(derived) = &judged.derived {
        let (step, more) = super::derivation::failures(source, statement, judged, derived, &names);
        failing_step = step;
        story.extend(more);
    }
    let mut rests_on = statement.rests_on.clone();
    rests_on.extend(judged.derived.iter().flat_map(super::derivation::rests_on));
    let member = judged
        .goal
        .and_then(|goal| statement.members.get(goal))
        .map(|m| Member { line: source.position(m.span.start).0, statement: m.text.clone() });
    StatementReport {
        name: statement.name.clone(),
        kind: kind(statement).into(),
        line,
        refs: statement.refs.clone(),
        verdict: judged.verdict,
        as_stated: judged.as_stated == AsStated::Yes,
        statement: statement.text.clone(),
        sentence: written.map(sentence).unwrap_or_default(),
        member,
        value: match &statement.solve {
            Some(answer) if judged.verdict == VerdictKind::Proved => answer.clone(),
            Some(_) => judged.solution.as_ref().filter(|s| s.proved).map(|s| s.shown.clone()),
            None => {
                let value = judged.value.as_ref().filter(|v| v.size() <= TOLD);
                value.map(|v| names.expr(v)).or_else(|| numbers::range(&judged.ends))
            }
        },
        printed,
        misprints: match (&judged.derived, &statement.derivation) {
            (Some(derived), Some(written)) => super::derivation::misprints(written, derived, &names),
            _ => vec![],
        },
        counterexample,
        failing_step,
        rests_on,
        vacuous: judged.derived.as_ref().is_some_and(super::derivation::is_vacuous),
        undecided: judged.obstacle.as_ref().map(|o| words(o, &names)),
        derivation,
        story,
    }
}

/// Terms of a value that is told.
const TOLD: usize = 5_000;

/// The last right side of a claim, as the file writes it.
fn last_side(claim: &ast::Claim) -> Option<String> {
    match &claim.statements.last()?.kind {
        ast::StatementKind::Relations { rest, .. } => rest.last().map(|(_, e)| print_expr(e)),
        _ => None,
    }
}

/// Whether a number and the one that is printed for it are on the same side of zero.
fn same_sign(value: Option<&Expr>, difference: Option<&Expr>) -> Option<bool> {
    let sign = |e: &Expr| AlgebraicNumber::of_term(e, &roots_in(e))?.sign();
    let (value, difference) = (value?, difference?);
    Some(sign(value)? == sign(&value.plus(difference))?)
}

fn kind(statement: &ResolvedStatement) -> &'static str {
    match (&statement.derivation, &statement.solve) {
        (Some(_), _) => "derivation",
        (None, Some(_)) => "solve",
        (None, None) => "claim",
    }
}

/// How the names of the statement's claims are written, and numbers that values of charges mention.
pub(super) fn names_with(maxima: &Maxima, statement: &ResolvedStatement) -> Names {
    let mut names = names(statement);
    for goal in statement.variants.iter().flatten() {
        let (Goal::Universal(claim) | Goal::Piece(Piece { question: Question::Claim(claim), .. })) = goal
        else {
            continue;
        };
        let values = if claim.charges.is_empty() { Ok(vec![]) } else { maxima.of(claim) };
        values.iter().flatten().flat_map(|v| &v.roots).for_each(|root| names.describe(root));
    }
    names
}

/// How the names of the statement's claims are written.
pub(super) fn names(statement: &ResolvedStatement) -> Names {
    let mut names = Names::default();
    statement.types.iter().for_each(|b| names.bound(b));
    if let Some(source) = &statement.derivation {
        super::derivation::names(source, &mut names);
    }
    for goal in statement.variants.iter().flatten() {
        match goal {
            Goal::Universal(claim) => names_of_claim(claim, &mut names),
            Goal::Existence(existence) => names_of_existence(existence, &mut names),
            Goal::System(system) => {
                system.problem.unknowns.iter().for_each(|u| names.insert(&u.function.name, &u.shown));
            }
            Goal::Tables(tables) => {
                tables.cells.iter().for_each(|b| names.bound(b));
                for part in tables.premises.iter().chain(&tables.conclusions) {
                    if let TablePart::System(system) = part {
                        system.problem.unknowns.iter().for_each(|u| names.insert(&u.function.name, &u.shown));
                    }
                }
            }
            Goal::Piece(piece) => {
                piece.roots.iter().for_each(|root| names.describe(root));
                piece.parameters.iter().for_each(|b| names.bound(b));
                names_of_question(&piece.question, &mut names);
            }
            Goal::Derivation(_) | Goal::Unread => {}
            Goal::Solve { parameters, question } => {
                parameters.iter().for_each(|p| names.bound(p));
                names_of_question(question, &mut names);
            }
        }
    }
    names
}

fn names_of_question(question: &Question, names: &mut Names) {
    match question {
        Question::Claim(claim) => names_of_claim(claim, names),
        Question::Existence(existence) => names_of_existence(existence, names),
    }
}

fn names_of_claim(claim: &Claim, names: &mut Names) {
    claim.charges.iter().for_each(|charge| names.describe(charge));
    let variables = claim.conjuncts.iter().flat_map(|c| &c.variables);
    for bound in claim.parameters.iter().chain(variables) {
        names.bound(bound);
    }
}

fn names_of_existence(existence: &Existence, names: &mut Names) {
    for agent in &existence.setting.agents {
        names.bound(&agent.type_);
    }
    for (_, conjunct) in &existence.parts {
        for bound in &conjunct.variables {
            names.bound(bound);
        }
    }
    function_names(existence, names);
}

/// `probability(x = 1)`, `payment(buyer)`: the functions of an existence question in words.
fn function_names(existence: &Existence, names: &mut Names) {
    let setting = &existence.setting;
    let outcomes = setting.outcomes.iter().map(|o| format!("probability[{}]", o.name));
    let agents = setting.agents.iter().map(|a| format!("payment[{}]", a.name));
    for (function, shown) in existence.functions.iter().zip(outcomes.chain(agents)) {
        names.insert(&function.name, &shown);
    }
}

/// `v = 1/4, c = 1/2`: the point at which a claim fails.
pub(super) fn point(claim: &Claim, failure: &Failure, names: &Names) -> String {
    let parts: Vec<String> =
        values(claim, failure, names).into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
    parts.join(", ")
}

fn values(claim: &Claim, failure: &Failure, names: &Names) -> Vec<(String, String)> {
    let mut names = names.clone();
    failure.hints.roots().iter().for_each(|root| names.describe(root));
    let variables = claim.conjuncts.get(failure.conjunct).map(|c| c.variables.as_slice()).unwrap_or_default();
    let bounds = claim.parameters.iter().chain(variables);
    let shown: Vec<(String, String)> = bounds
        .filter_map(|b| Some((b.shown.clone(), value_of(b, failure.at.get(&b.name)?, &names))))
        .collect();
    if !shown.is_empty() {
        return shown;
    }
    failure.at.iter().map(|(n, v)| (n.to_string(), names.expr(v))).collect()
}

/// A value of a name, as the user writes it.
pub(super) fn value_of(bound: &Bound, value: &Expr, names: &Names) -> String {
    let named = value.as_number().and_then(|value| bound.points.shown(&value).map(str::to_owned));
    named.unwrap_or_else(|| names.expr(&bound.power.value(value)))
}

fn failure(judged: &Judged, names: &Names) -> (Option<Counterexample>, Vec<String>) {
    match &judged.refutation {
        Some(Refutation::Point { claim, failure }) => {
            let (counterexample, story) = at_point(claim, failure, names);
            (Some(counterexample), story)
        }
        Some(Refutation::Existence(answer)) => {
            let (Answer::Numbers { settled, .. }, true) = (answer, told_by_ends(judged)) else {
                return (None, existence_story(answer, names));
            };
            let again = matches!(settled.found, Found::Values(_));
            (None, if again { vec![] } else { existence_story(answer, names) })
        }
        Some(Refutation::Table(exception)) => at_table(exception, names),
        Some(Refutation::Region { piece, exception }) => in_region(piece, exception, names),
        None => (None, Vec::new()),
    }
}

/// Whether the numbers that attain an end are told.
fn told_by_ends(judged: &Judged) -> bool {
    matches!(judged.ends.as_slice(), [only] if matches!(only.optimum, Optimum::Value { .. }))
}

pub(super) fn at_point(claim: &Claim, failure: &Failure, names: &Names) -> (Counterexample, Vec<String>) {
    let mut names = names.clone();
    failure.hints.roots().iter().for_each(|root| names.describe(root));
    let names = &names;
    let conjunct = claim.conjuncts.get(failure.conjunct);
    let what = conjunct.map(|c| c.what.clone()).unwrap_or_default();
    let [left, right] = [&failure.left, &failure.right].map(|e| names.expr(e));
    let above = |a: &Expr, b: &Expr| names.expr(&a.minus(b));
    let at: BTreeMap<String, String> = values(claim, failure, names).into_iter().collect();
    let mut story = Vec::new();
    let mut profitable = None;
    let difference;
    match conjunct.map(|c| &c.role) {
        Some(Role::Deviation { instead, agent, report }) => {
            difference = above(&failure.right, &failure.left);
            let range = conjunct.and_then(|c| c.variables.iter().find(|b| b.name == *report));
            let truth: Vec<String> = values(claim, failure, names)
                .into_iter()
                .filter(|(name, _)| range.is_none_or(|b| *name != b.shown))
                .map(|(name, value)| format!("{name} = {value}"))
                .collect();
            let reported = failure.at.get(report).zip(range).map(|(v, b)| value_of(b, v, names));
            let reported = reported.unwrap_or_default();
            let agent = agent_named(agent);
            story.push(format!("{agent} gains {difference} at {} by reporting {reported}", truth.join(", ")));
            story.push(format!("{instead:<10} {left}"));
            story.push(format!("deviating  {right}"));
            profitable = prover::profitable(claim, failure).map(|reports| interval(&reports));
            if let Some(reports) = &profitable {
                story.push(format!("the reports that gain are those in {reports}"));
            }
        }
        _ => {
            difference = above(&failure.left, &failure.right);
            let place = point(claim, failure, names);
            let place = if place.is_empty() { String::new() } else { format!("at {place}: ") };
            let what = if what.is_empty() { String::new() } else { format!("{what}: ") };
            let relation = conjunct.map_or("is not as claimed to", |c| negated(c.relation));
            story.push(format!("{what}{place}{left} {relation} {right}"));
            // Digits help to read a root.
            let digits = if difference.contains("root of ") {
                names.decimal(&failure.left.minus(&failure.right))
            } else {
                None
            };
            let digits = digits.map(|d| format!(" ({d}...)")).unwrap_or_default();
            story.push(format!("left - right = {difference}{digits}"));
            let width = Rational::new(1, 1_000_000).unwrap_or(Rational::ONE);
            if let Some((low, high, _)) = prover::enclosed(&failure.left.minus(&failure.right), &width) {
                story.push(format!("which lies between {} and {}", decimals(&low), decimals(&high)));
            }
        }
    }
    let nearby = prover::fails_nearby(claim, failure);
    match nearby {
        Some(true) => story.push("it fails at all types nearby too".into()),
        Some(false) => {
            story.push("this is at a tie or at the end of a type space: nearby it may hold".into())
        }
        None => {}
    }
    let counterexample = Counterexample { what, at, left, right, difference, profitable, nearby };
    (counterexample, story)
}

/// `(1/4, 1]`
fn interval(reports: &Reports) -> String {
    let open = if reports.low.1 { '[' } else { '(' };
    let close = if reports.high.1 { ']' } else { ')' };
    format!("{open}{}, {}{close}", reports.low.0, reports.high.0)
}

/// A lie that pays, as a sentence: who reports what, against whom.
pub(super) fn lie(claim: &Claim, failure: &Failure, names: &Names) -> Option<String> {
    let mut names = names.clone();
    failure.hints.roots().iter().for_each(|root| names.describe(root));
    let conjunct = claim.conjuncts.get(failure.conjunct)?;
    let Role::Deviation { agent, report, .. } = &conjunct.role else { return None };
    let value = |b: &Bound| Some(value_of(b, failure.at.get(&b.name)?, &names));
    let shown = |b: &Bound| Some(format!("{} = {}", b.shown, value(b)?));
    let list = |all: Vec<&Bound>| all.into_iter().filter_map(shown).collect::<Vec<_>>().join(" and ");
    let (reports, types): (Vec<&Bound>, Vec<&Bound>) =
        conjunct.variables.iter().partition(|b| b.name == *report);
    let (own, others): (Vec<&Bound>, Vec<&Bound>) =
        types.into_iter().partition(|b| Some(&*b.name) == report.strip_suffix('\''));
    let parameters = list(claim.parameters.iter().collect());
    let fixed = if parameters.is_empty() { String::new() } else { format!("with {parameters}, ") };
    let against = match list(others) {
        none if none.is_empty() => "on average over the others".to_owned(),
        others => format!("against {others}"),
    };
    let who = agent_named(agent);
    let reported = reports.first().and_then(|b| value(b))?;
    let gain = names.expr(&failure.right.minus(&failure.left));
    Some(format!("{fixed}{against}, {who} of type {} reports {reported} and gains {gain}", list(own)))
}

/// A table for which something fails.
fn at_table(exception: &Exceptional, names: &Names) -> (Option<Counterexample>, Vec<String>) {
    let value =
        |(b, value): &(Bound, Rational)| (b.shown.clone(), value_of(b, &Expr::number(value.clone()), names));
    let at: BTreeMap<String, String> = exception.at.iter().map(value).collect();
    let mut story = vec!["it fails for this table:".to_owned()];
    story.extend(exception.at.iter().map(value).map(|(cell, value)| format!("  {cell} = {value}")));
    let none = String::new;
    let (mut what, mut left, mut right) = (none(), none(), none());
    match &exception.what {
        FailingPart::System(failed) => story.extend(numbers::story(&failed.0, &failed.1.found, names)),
        FailingPart::Comparison(conjunct) => {
            what.clone_from(&conjunct.what);
            (left, right) = (names.expr(&conjunct.left), names.expr(&conjunct.right));
            let which = if what.is_empty() { none() } else { format!("{what}: ") };
            story.push(format!("{which}{left} {} {right}", negated(conjunct.relation)));
        }
    }
    let difference = none();
    (Some(Counterexample { what, at, left, right, difference, profitable: None, nearby: None }), story)
}

/// A parameter for which the answer is another one.
fn in_region(piece: &Piece, exception: &Exception, names: &Names) -> (Option<Counterexample>, Vec<String>) {
    let at: BTreeMap<String, String> = piece
        .parameters
        .iter()
        .filter_map(|b| Some((b.shown.clone(), exception.at.get(&b.name)?.to_string())))
        .collect();
    let place: Vec<String> = at.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let place = place.join(", ");
    let mut story = vec![match piece.answer {
        Everywhere::Holds => format!("it fails at {place}"),
        Everywhere::Fails => format!("it holds at {place}"),
    }];
    let Some((claim, failure)) = exception.failure.as_deref() else {
        let (what, none) = (story.join(", "), String::new());
        let counterexample = Counterexample {
            what,
            at,
            left: none.clone(),
            right: none.clone(),
            difference: none,
            profitable: None,
            nearby: None,
        };
        return (Some(counterexample), story);
    };
    let (mut counterexample, more) = at_point(claim, failure, names);
    counterexample.at.extend(at);
    story.extend(more);
    (Some(counterexample), story)
}

fn negated(relation: Comparison) -> &'static str {
    match relation {
        Comparison::Equal => "is not equal to",
        Comparison::Unequal => "is equal to",
        Comparison::AtLeast => "is less than",
        Comparison::Greater => "is not greater than",
        Comparison::AtMost => "is greater than",
        Comparison::Less => "is not less than",
    }
}

fn existence_story(answer: &Answer, names: &Names) -> Vec<String> {
    match answer {
        Answer::Numbers { system, settled } => numbers::story(system, &settled.found, names),
        Answer::Exists { mechanism, .. } => {
            let mut names = Names::default();
            for agent in &mechanism.setting.agents {
                names.bound(&agent.type_);
            }
            let mut out = vec!["this mechanism does it:".to_owned()];
            for (outcome, x) in mechanism.setting.outcomes.iter().zip(&mechanism.allocation) {
                out.push(format!("  probability of {} = {}", outcome.name, names.expr(x)));
            }
            for (agent, t) in mechanism.setting.agents.iter().zip(&mechanism.payment) {
                out.push(format!("  payment of {} = {}", agent.name, shortened(&names.expr(t))));
            }
            out
        }
        Answer::Unbalanced { boxes, .. } => {
            let types = |[low, high]: &[Expr; 2]| format!("{} and {}", names.expr(low), names.expr(high));
            let types: Vec<String> = boxes.iter().map(types).collect();
            vec![format!(
                "no such mechanism exists: payments do not sum to zero at every profile of the types {}",
                types.join("; ")
            )]
        }
        Answer::Impossible { surplus, .. } => {
            vec![format!(
                "no such mechanism exists: after the least charges the pivot mechanism has the expected surplus {surplus}"
            )]
        }
    }
}
