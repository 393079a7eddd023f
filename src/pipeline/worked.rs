//! The worked derivation of a judged statement: what its proofs aim at, in the words of the file.

use crate::kernel::rule::combine::Fact;
use crate::kernel::{Expr, Formula, Replay, Step};
use crate::lang::ast::{self, StatementKind};
use crate::lang::{Goal, ResolvedStatement};
use crate::model::{
    Bound, Claim, Comparison, Conjunct, Description, Everywhere, Existence, Mechanism, Piece, Question, Role,
    choices, count_of_choices,
};
use crate::piecewise::Engine;
use crate::prover::{Answer, Extremum, Failure, Maxima};
use crate::report::{
    Aim, Block, Inline, Kind, Link, Math, Names, Prose, READABLE, Side, VerdictKind, derivation, words,
};

use super::judge;
use super::judged::{Judged, Proof, Refutation};
use super::numbers;
use super::story::{at_point, lie, names_with, value_of};

/// Rows of a table of values at most.
const ROW_LIMIT: usize = 24;

/// The derivation of a statement.
pub(super) fn steps(
    maxima: &Maxima,
    written: Option<&ast::Claim>,
    statement: &ResolvedStatement,
    judged: &Judged,
) -> Vec<Block> {
    if let (Some(source), Some(derived)) = (&statement.derivation, &judged.derived) {
        return super::derivation::worked(source, derived);
    }
    let letters: Vec<String> =
        statement.types.iter().filter(|b| b.power.is_plain()).map(|b| b.shown.clone()).collect();
    let plain = names_with(maxima, statement);
    let names = plain.with_letters(&letters);
    let work = Work { maxima, written, statement, names: &names };
    let mut out: Vec<Block> = work.powers().into_iter().chain(work.definitions()).collect();
    if let Some(answer) = &judged.answer {
        out.extend(existence(answer, &names));
    }
    match &judged.refutation {
        Some(Refutation::Point { claim, failure }) => out.extend(work.failure(claim, failure, judged)),
        // The story of the answer says what the numbers are.
        Some(Refutation::Existence(Answer::Numbers { .. })) => {}
        Some(Refutation::Existence(answer)) => {
            out.extend(existence(answer, &names));
            out.extend(work.proofs(judged));
        }
        _ => out.extend(work.proofs(judged)),
    }
    out.extend(work.misprint(judged, &plain));
    out
}

struct Work<'a> {
    maxima: &'a Maxima,
    written: Option<&'a ast::Claim>,
    statement: &'a ResolvedStatement,
    names: &'a Names,
}

impl Work<'_> {
    /// That types are written by their roots, if they are.
    fn powers(&self) -> Option<Block> {
        let roots = self.statement.types.iter().filter(|b| !b.power.is_plain());
        let roots: Vec<Math> = roots.map(|b| Math::Written(self.names.show(&b.name))).collect();
        (!roots.is_empty()).then(|| {
            let roots = Inline::Math(Math::Joined(roots, " and "));
            Block::Prose(vec![
                words("Types are written by their roots: averages are integrals over "),
                roots,
                words("."),
            ])
        })
    }

    /// What the quantities of the statement are.
    fn definitions(&self) -> Option<Block> {
        let domain = judge::domain(self.statement);
        let formula = |term: &Expr| {
            let formula = self.names.math(&closed(&domain, term));
            match formula.text().chars().count() {
                letters if letters > READABLE => Math::Words(format!("a formula of {letters} letters")),
                _ => formula,
            }
        };
        let link = |(name, term): &(String, Expr)| Link {
            left: Some(Math::read(name)),
            relation: "=",
            right: self.table(term).unwrap_or_else(|| formula(term)),
            reason: vec![words("by definition")],
        };
        // What a number is the least value of is said beside it.
        let shown = self.statement.definitions.iter().filter(|(name, _)| !name.starts_with("what "));
        let links: Vec<Link> = shown.map(link).collect();
        (!links.is_empty()).then_some(Block::Chain(links))
    }

    /// The values of a term in finitely many types, one by one, if they are few.
    fn table(&self, term: &Expr) -> Option<Math> {
        let mentioned = self.statement.types.iter().filter(|b| term.mentions(&b.name));
        let types: Vec<Bound> = mentioned.cloned().collect();
        let finite = !types.is_empty() && types.iter().all(|b| b.points.is_finite());
        if !finite || count_of_choices(&types) > ROW_LIMIT {
            return None;
        }
        let row = |choice: std::collections::BTreeMap<crate::kernel::Name, Expr>| {
            let place = |b: &Bound| {
                let value = value_of(b, choice.get(&b.name)?, self.names);
                Some(Math::relation(Math::Written(b.shown.clone()), "=", Math::Written(value)))
            };
            let place = Math::Joined(types.iter().filter_map(place).collect(), " and ");
            (self.names.math(&term.substitute(&choice)), Some(place))
        };
        Some(Math::Cases(choices(&types).into_iter().map(row).collect()))
    }

    /// The proofs of all goals, one after the other.
    fn proofs(&self, judged: &Judged) -> Vec<Block> {
        let goals = self.statement.variants.first().map(Vec::as_slice).unwrap_or_default();
        let many = goals.len() > 1;
        let mut out = Vec::new();
        for (position, (goal, proof)) in goals.iter().zip(&judged.proofs).enumerate() {
            let proved = judged.verdict == VerdictKind::Proved;
            let aims = if proved { self.aims(position, goal, proof) } else { vec![] };
            // What the numbers are is said before.
            if matches!(goal, Goal::System(_)) {
                continue;
            }
            let blocks = derivation(&proof.proved.certificate, self.names, &aims);
            if blocks.is_empty() {
                continue;
            }
            match goal {
                Goal::Piece(piece) if proved => {
                    out.push(Block::Fold { title: on_piece(piece, self.names), blocks });
                }
                Goal::Existence(_) => {
                    out.push(Block::Fold { title: vec![words("step by step")], blocks });
                }
                _ => match self.statement.members.get(position).filter(|_| many && blocks.len() > 1) {
                    Some(member) => {
                        let title = vec![Inline::Code(member.text.clone())];
                        out.push(Block::Fold { title, blocks });
                    }
                    None => out.extend(blocks),
                },
            }
        }
        out
    }

    fn aims(&self, position: usize, goal: &Goal, proof: &Proof) -> Vec<Aim> {
        match goal {
            Goal::Universal(claim) => {
                let values = self.maxima.of(claim).unwrap_or_default();
                let mut aims = extrema(claim, &values);
                aims.extend(self.relations(position, claim, &values));
                aims
            }
            Goal::Piece(Piece { question: Question::Claim(claim), .. }) if claim.charges.is_empty() => {
                self.relations(position, claim, &[])
            }
            Goal::Existence(existence)
            | Goal::Piece(Piece { question: Question::Existence(existence), .. }) => {
                let exhibited = exhibited(existence, proof);
                exhibited.map(|claim| self.relations(position, &claim, &[])).unwrap_or_default()
            }
            _ => vec![],
        }
    }

    /// The comparisons of a claim, with the sides as the file writes them.
    fn relations(&self, position: usize, claim: &Claim, values: &[Extremum]) -> Vec<Aim> {
        let at = claim.charges.iter().zip(values).map(|(c, v)| (c.name.clone(), v.value.clone())).collect();
        let unfolded = claim.unfolded();
        let sides = self.sides(position, claim.conjuncts.len());
        let pairs = claim.conjuncts.iter().zip(&unfolded.conjuncts).enumerate();
        let aim = |(number, (folded, plain)): (usize, (&Conjunct, &Conjunct))| {
            let written = sides.as_ref().and_then(|s| Some((s.get(number)?, s.get(number + 1)?)));
            let (left, right) = match (written, &folded.role) {
                (Some((left, right)), _) => (left.clone(), right.clone()),
                (None, Role::Deviation { instead, report, .. }) => (
                    Math::Words(format!("payoff if {instead}")),
                    Math::Words(format!("payoff from reporting {}", self.names.type_of(report))),
                ),
                (None, Role::Relation) => (self.names.math(&folded.left), self.names.math(&folded.right)),
            };
            Aim::Relation {
                what: if folded.what.is_empty() { vec![] } else { vec![words(folded.what.clone())] },
                left: Side { shown: left, term: plain.left.substitute(&at) },
                relation: sign(folded.relation),
                right: Side { shown: right, term: plain.right.substitute(&at) },
            }
        };
        pairs.map(aim).collect()
    }

    /// The sides of a chain of relations, if that is what the goal is and each is one comparison.
    fn sides(&self, position: usize, conjuncts: usize) -> Option<Vec<Math>> {
        let claim = self.written?;
        let statement = match self.statement.members.get(position) {
            Some(member) => claim.statements.iter().find(|s| s.span.start == member.span.start)?,
            None => claim.statements.first()?,
        };
        let StatementKind::Relations { first, rest } = &statement.kind else { return None };
        let sides = std::iter::once(first).chain(rest.iter().map(|(_, e)| e)).map(Math::of);
        (rest.len() == conjuncts).then(|| sides.collect())
    }

    /// The counterexample as a story, and its check.
    fn failure(&self, claim: &Claim, failure: &Failure, judged: &Judged) -> Vec<Block> {
        let mut aims = Vec::new();
        if let (Some(folded), Some(plain), true) = (
            claim.conjuncts.get(failure.conjunct),
            claim.unfolded().conjuncts.get(failure.conjunct),
            claim.charges.is_empty(),
        ) {
            let side = |folded: &Expr, plain: &Expr| Side {
                shown: self.names.math(&folded.substitute(&failure.at)),
                term: plain.substitute(&failure.at),
            };
            aims.push(Aim::Relation {
                what: vec![],
                left: side(&folded.left, &plain.left),
                relation: sign(folded.relation),
                right: side(&folded.right, &plain.right),
            });
        }
        let mut out = Vec::new();
        if let Some(lie) = lie(claim, failure, self.names) {
            out.push(Block::Prose(vec![words(format!("A lie that pays: {lie}."))]));
        }
        let (_, story) = at_point(claim, failure, self.names);
        out.extend(story.into_iter().map(|line| Block::Prose(vec![words(line)])));
        let mut blocks = Vec::new();
        for proof in &judged.proofs {
            blocks.extend(derivation(&proof.proved.certificate, self.names, &aims));
        }
        if !blocks.is_empty() {
            out.push(Block::Fold { title: vec![words("the check of this point")], blocks });
        }
        out
    }

    fn misprint(&self, judged: &Judged, plain: &Names) -> Option<Block> {
        let (printed, verdict) = (self.statement.printed.as_ref()?, judged.printed.as_ref()?);
        let Some(Refutation::Point { claim, failure }) = &verdict.refutation else { return None };
        let StatementKind::Relations { rest, .. } = &self.written?.statements.last()?.kind else {
            return None;
        };
        let (_, right) = rest.last()?;
        let (_, story) = at_point(claim, failure, plain);
        let note = vec![words(format!("The printed version fails: {}", story.join("; ")))];
        Some(Block::Misprint { printed: Math::read(&printed.shown), right: Math::of(right), note })
    }
}

fn sign(relation: Comparison) -> &'static str {
    match relation {
        Comparison::Equal => "=",
        Comparison::Unequal => "!=",
        Comparison::AtLeast => ">=",
        Comparison::Greater => ">",
        Comparison::AtMost => "<=",
        Comparison::Less => "<",
    }
}

/// What is shown of the mechanism that a proof of existence gives.
fn exhibited(existence: &Existence, proof: &Proof) -> Option<Claim> {
    let definitions = proof.proved.certificate.steps.iter().find_map(|step| match step {
        Step::Exhibit { definitions, .. } => Some(definitions),
        _ => None,
    })?;
    let mut allocation: Vec<Expr> = definitions.iter().map(|d| d.body.clone()).collect();
    let payment = allocation.split_off(existence.setting.outcomes.len().min(allocation.len()));
    Some(existence.instance(&Mechanism::of(&existence.setting, allocation, payment)))
}

/// The greatest and least values that a claim speaks of.
fn extrema(claim: &Claim, values: &[Extremum]) -> Vec<Aim> {
    let mut known = std::collections::BTreeMap::new();
    let mut out = Vec::new();
    for (charge, found) in claim.plain_charges().iter().zip(values) {
        let body = charge.body.substitute(&known);
        known.insert(charge.name.clone(), found.value.clone());
        if charge.description == Description::Root || charge.argument.points.is_finite() {
            continue;
        }
        // A least value is written as minus the greatest value of minus the term.
        let least = charge.shown.strip_prefix("(-").and_then(|rest| rest.strip_suffix(')'));
        out.push(Aim::Extremum {
            number: Math::Written(least.unwrap_or(&charge.shown).to_owned()),
            name: charge.name.clone(),
            argument: charge.argument.name.clone(),
            range: (charge.argument.low.clone(), charge.argument.high.clone()),
            body,
            at: found.at.clone(),
            value: found.value.clone(),
            kind: if least.is_some() { Kind::Least } else { Kind::Greatest },
        });
    }
    out
}

/// The closed form of a term, if the kernel agrees that it is one; else the term.
fn closed(domain: &[Fact], term: &Expr) -> Expr {
    let mut engine = Engine::new();
    let Some(found) = engine.closed_form(domain, term) else { return term.clone() };
    let goal = term.minus(&found);
    if goal.is_zero() {
        return found;
    }
    let formula = |f: &Fact| Formula::Compare(f.relation, f.expr.clone());
    let Ok(tree) = engine.tree(domain, crate::kernel::Relation::Equal, &goal) else { return term.clone() };
    let goal = Formula::equal(term, &found);
    let step = Step::Tree { hypotheses: domain.iter().map(formula).collect(), goal, tree };
    if Replay::default().step(&step).is_ok() { found } else { term.clone() }
}

/// Why a mechanism exists, or none does, in a few sentences.
fn existence(answer: &Answer, names: &Names) -> Vec<Block> {
    let say = |text: &str| Block::Prose(vec![words(text)]);
    match answer {
        Answer::Numbers { system, settled } => {
            numbers::story(system, &settled.found, names).iter().map(|line| say(line)).collect()
        }
        Answer::Exists { .. } => vec![say("The mechanism below has all the properties; each is checked.")],
        Answer::Unbalanced { boxes, .. } => {
            let types = |[low, high]: &[Expr; 2]| {
                vec![Inline::Math(names.math(low)), words(" and "), Inline::Math(names.math(high))]
            };
            let mut corners = vec![words("But at the corners of a box of types, ")];
            for (k, pair) in boxes.iter().enumerate() {
                corners.extend((k > 0).then(|| words("; ")));
                corners.extend(types(pair));
            }
            corners.push(words(
                " for the agents, welfare does not vanish if it is summed with alternating signs: a contradiction.",
            ));
            vec![
                say("Take any mechanism with these properties, and types of all agents but one."),
                say(
                    "As the type of this one rises, its payoff grows by the area under its marginal value, which efficiency fixes wherever there is no tie: as welfare does.",
                ),
                say(
                    "If payments sum to zero, payoffs sum to welfare. So welfare, summed with alternating signs over the corners of a box, is as often the same sum as there are agents.",
                ),
                Block::Prose(corners),
            ]
        }
        Answer::Impossible { surplus, .. } => vec![
            say(
                "Take any mechanism with these properties. Efficiency fixes its outcome wherever there is no tie.",
            ),
            say(
                "By incentive compatibility the interim payoff of each agent is then fixed up to a constant: it is the area under the interim allocation, as in the pivot mechanism.",
            ),
            say("Participation of the worst-off types bounds what can be charged on top."),
            Block::Prose(vec![
                words("With the least charges that make everybody take part, expected payments sum to "),
                Inline::Math(names.math(&surplus.clone())),
                words("; a balanced budget needs 0, which is a contradiction."),
            ]),
        ],
    }
}

/// `for r in [0, 1/3) it holds:`
fn on_piece(piece: &Piece, names: &Names) -> Prose {
    let mut parts = Vec::new();
    for b in &piece.parameters {
        let (x, low, high) = (Expr::variable(&b.name), names.math(&b.low), names.math(&b.high));
        let is_open = |f: &Formula| piece.premises.contains(f);
        let open = if is_open(&Formula::greater(&x, &b.low)) { '(' } else { '[' };
        let close = if is_open(&Formula::greater(&b.high, &x)) { ')' } else { ']' };
        let name = Math::Name(b.shown.clone());
        parts.push(match low == high {
            true => Math::relation(name, "=", low),
            false => {
                let interval = Math::Interval(open, Box::new(low), Box::new(high), close);
                Math::Row(vec![name, Math::Words(" in ".into()), interval])
            }
        });
    }
    let answer = if piece.answer == Everywhere::Holds { " it holds" } else { " it fails" };
    vec![words("for "), Inline::Math(Math::Joined(parts, ", ")), words(answer)]
}
