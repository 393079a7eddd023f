//! Equations whose right sides are hidden.

use std::collections::BTreeMap;

use crate::lang::ast::{
    Blank, Claim, Expr, ExprKind, File, Item, ItemKind, Relation, Stance, StatementKind, children,
};
use crate::lang::{print_expr, print_file, print_statement};
use crate::report::{Block, Link, Math, StatementReport, plain};

use super::super::variant::claim_of;
use super::super::{Detail, Outcome, check};
use super::{Graded, Mark, Sheet, blank, hint, is_blank, said};

/// The two sides of a claim that is one equation, if it is claimed to hold.
pub(super) fn hidden(claim: &Claim) -> Option<(&Expr, &Expr)> {
    match claim.statements.as_slice() {
        [one] if claim.stance == Stance::Holds && claim.solve.is_none() => match &one.kind {
            StatementKind::Relations { first, rest } => match rest.as_slice() {
                [(Relation::Equal, right)] => Some((first, right)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// The claim with a blank on the right.
pub(super) fn blanked(claim: &Claim) -> Option<Claim> {
    let (_, right) = hidden(claim)?;
    Some(answered(claim, blank(right.span)))
}

fn answered(claim: &Claim, answer: Expr) -> Claim {
    let mut out = claim.clone();
    if let Some(StatementKind::Relations { rest, .. }) = out.statements.first_mut().map(|s| &mut s.kind)
        && let Some((_, right)) = rest.last_mut()
    {
        *right = answer;
    }
    out
}

/// An answer that is wrong, and the left side that it was given for.
struct Slip {
    left: Expr,
    answer: Expr,
}

/// The equations of an exercise, and what was answered.
pub(super) struct Asked<'a> {
    /// The original.
    file: &'a File,
    given: &'a Sheet,
    /// What came of all answers by name, checked in one go; empty if that was not possible.
    together: BTreeMap<String, Mark>,
    /// The answers of the original with their steps by name, once one is needed.
    original: Option<BTreeMap<String, StatementReport>>,
    slips: Vec<Slip>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(file: &'a File, given: &'a Sheet) -> Self {
        let mut out = Asked { file, given, together: BTreeMap::new(), original: None, slips: Vec::new() };
        let claims = file.items.iter().filter_map(claim_of);
        let answers = claims.filter_map(|claim| match out.answer(claim)?.1 {
            Some(e) if out.lazy(claim, e).is_none() => Some(answered(claim, e.clone())),
            _ => None,
        });
        let text = out.with(answers.collect());
        let Outcome { report, .. } = check("answers", &text, Detail::Verdicts);
        let statements = report.map(|r| r.statements).unwrap_or_default();
        out.together = statements.into_iter().map(|s| (s.name.clone(), mark(s))).collect();
        out
    }

    /// The settings and mechanisms of the original with some claims.
    fn with(&self, claims: Vec<Claim>) -> String {
        let is_spoken_of =
            |item: &&Item| claim_of(item).is_none() && !matches!(item.kind, ItemKind::Derivation(_));
        let own = claims.into_iter().map(|claim| Item {
            comments: vec![],
            trailing: None,
            blank_before: Blank::Absent,
            span: claim.name.span,
            kind: ItemKind::Claim(claim),
        });
        let items = self.file.items.iter().filter(is_spoken_of).cloned().chain(own).collect();
        print_file(&File { items, end_comments: vec![] })
    }

    /// The right side that was filled in, or is to be, and the answer, if it was.
    fn answer(&self, claim: &Claim) -> Option<(&'a Expr, Option<&'a Expr>)> {
        let mut claims = self.given.file.items.iter().filter_map(claim_of);
        let (_, side) = hidden(claims.find(|c| c.name.text == claim.name.text)?)?;
        Some((side, (!is_blank(side)).then_some(side)))
    }

    /// A quantity of the file that an answer speaks of, and the original does not.
    fn lazy(&self, claim: &Claim, answer: &Expr) -> Option<String> {
        let allowed = hidden(claim).map(|(_, right)| quantities(right)).unwrap_or_default();
        quantities(answer).into_iter().find(|word| !allowed.contains(word))
    }

    /// The grading of what was given for the right side.
    pub(super) fn graded(&mut self, claim: &Claim) -> Option<Graded> {
        let (left, right) = hidden(claim)?;
        let found = self.answer(claim);
        let answer = found.and_then(|(_, answer)| answer);
        let mark = match answer {
            None => Mark::Missing,
            Some(e) => self.mark(claim, left, e),
        };
        let hints = match mark {
            Mark::Right | Mark::Mended | Mark::Carried => vec![],
            _ => self.hints(claim, left, right),
        };
        let asked = claim.statements.first().map(print_statement).unwrap_or_default();
        let asked = asked.rsplit_once(" = ").map_or(print_expr(left), |(asked, _)| asked.to_owned());
        let (name, joint) = (claim.name.text.clone(), "=".to_owned());
        let line = found.map(|(side, _)| self.given.line(side.span));
        Some(Graded { name, line, asked, joint, answer: answer.map(print_expr), mark, hints })
    }

    fn mark(&mut self, claim: &Claim, left: &Expr, answer: &Expr) -> Mark {
        if let Some(word) = self.lazy(claim, answer) {
            let why = format!("`{word}` is a quantity of the file: the answer is to be worked out");
            return Mark::Wrong(vec![why]);
        }
        let mark = match self.together.get(&claim.name.text) {
            Some(mark) => mark.clone(),
            None => judged(&self.with(vec![answered(claim, answer.clone())])),
        };
        if !matches!(mark, Mark::Wrong(_)) {
            return mark;
        }
        if self.is_carried(claim, answer) {
            return Mark::Carried;
        }
        self.slips.push(Slip { left: left.clone(), answer: answer.clone() });
        mark
    }

    /// Whether an answer is what a slip that was made before leads to: the left side, with what was answered in its
    /// place, is the answer.
    fn is_carried(&self, claim: &Claim, answer: &Expr) -> bool {
        let Some((left, _)) = hidden(claim) else { return false };
        let mut put = false;
        let led = led(left, &self.slips, &mut put);
        if !put {
            return false;
        }
        let mut claim = answered(claim, answer.clone());
        if let Some(StatementKind::Relations { first, .. }) =
            claim.statements.first_mut().map(|s| &mut s.kind)
        {
            *first = led;
        }
        judged(&self.with(vec![claim])) == Mark::Right
    }

    /// The rule, what it acts on, and the result.
    fn hints(&mut self, claim: &Claim, left: &Expr, right: &Expr) -> Vec<(&'static str, String)> {
        if self.original.is_none() {
            let text = self.with(self.file.items.iter().filter_map(claim_of).cloned().collect());
            let Outcome { report, .. } = check("hint", &text, Detail::Derivations);
            let statements = report.map(|r| r.statements).unwrap_or_default();
            self.original = Some(statements.into_iter().map(|s| (s.name.clone(), s)).collect());
        }
        let statement = self.original.as_ref().and_then(|all| all.get(&claim.name.text));
        let mut links = Vec::new();
        collect(statement.map(|s| s.derivation.as_slice()).unwrap_or_default(), &mut links);
        let integrates = |(_, l): &&(String, &Link)| plain(&l.reason).contains("integrate");
        let told = |(from, l): &&(String, &Link)| {
            let reason = plain(&l.reason);
            let tells = !reason.is_empty() && !reason.starts_with("by ") && !reason.starts_with("no factor");
            tells && *from != print_expr(left)
        };
        let found = links.iter().find(integrates).or(links.iter().find(told));
        let defined = hint::definitions(left, self.file);
        let mut out = match (defined.as_slice(), found) {
            ([], None) => vec![("rule", "look at each case".to_owned())],
            ([], Some((acts_on, link))) => vec![("rule", plain(&link.reason)), ("acts on", acts_on.clone())],
            (all, None) => vec![("rule", all.join("; "))],
            (all, Some((acts_on, link))) => {
                vec![("rule", all.join("; ")), ("acts on", format!("{acts_on}: {}", plain(&link.reason)))]
            }
        };
        let value = statement.and_then(|s| s.value.clone()).filter(|_| !quantities(right).is_empty());
        out.push(("result", value.unwrap_or_else(|| print_expr(right))));
        out
    }
}

/// The expression with what was answered in the place of quantities. What is expected of an interim quantity is what is
/// expected of it.
fn led(e: &Expr, slips: &[Slip], put: &mut bool) -> Expr {
    let same = |a: &Expr, b: &Expr| print_expr(a) == print_expr(b);
    if let Some(slip) = slips.iter().find(|slip| same(&slip.left, e)) {
        *put = true;
        return slip.answer.clone();
    }
    let kind = match &e.kind {
        ExprKind::Sum(terms) => {
            ExprKind::Sum(terms.iter().map(|(sign, e)| (*sign, led(e, slips, put))).collect())
        }
        ExprKind::Product(factors) => {
            ExprKind::Product(factors.iter().map(|(factor, e)| (*factor, led(e, slips, put))).collect())
        }
        ExprKind::Negated(inner) => ExprKind::Negated(Box::new(led(inner, slips, put))),
        ExprKind::Expectation(inner) => {
            let interim = |slip: &&Slip| matches!(&slip.left.kind, ExprKind::Interim(q) if same(q, inner));
            ExprKind::Expectation(Box::new(match slips.iter().find(interim) {
                Some(slip) => {
                    *put = true;
                    slip.answer.clone()
                }
                None => led(inner, slips, put),
            }))
        }
        kind => kind.clone(),
    };
    Expr { kind, span: e.span }
}

/// The quantities of the file that an expression mentions.
fn quantities(e: &Expr) -> Vec<String> {
    let (mut out, mut stack) = (Vec::new(), vec![e]);
    while let Some(e) = stack.pop() {
        match &e.kind {
            ExprKind::Call { function, .. }
                if !["max", "min", "abs", "sqrt"].contains(&function.text.as_str()) =>
            {
                out.push(function.text.clone());
            }
            ExprKind::Expectation(_) => out.push("E".into()),
            ExprKind::Interim(_) => out.push("interim".into()),
            _ => {}
        }
        children(e, &mut |child| stack.push(child));
    }
    out
}

fn judged(text: &str) -> Mark {
    let Outcome { report, diagnostics, .. } = check("answer", text, Detail::Verdicts);
    if let Some(d) = diagnostics.first() {
        return Mark::Wrong(vec![said(d)]);
    }
    match report.and_then(|r| r.statements.into_iter().last()) {
        Some(s) => mark(s),
        None => Mark::Wrong(vec!["it cannot be checked".into()]),
    }
}

fn mark(statement: StatementReport) -> Mark {
    match statement.as_stated {
        true => Mark::Right,
        false => Mark::Wrong(statement.story.into_iter().chain(statement.undecided).collect()),
    }
}

/// The lines of all chains, each with what it begins from.
fn collect<'a>(blocks: &'a [Block], links: &mut Vec<(String, &'a Link)>) {
    for block in blocks {
        match block {
            Block::Chain(chain) => {
                let mut last = String::new();
                for link in chain {
                    let from = link.left.as_ref().map_or(last, Math::text);
                    last = link.right.text();
                    links.push((from, link));
                }
            }
            Block::Fold { blocks, .. } => collect(blocks, links),
            _ => {}
        }
    }
}
