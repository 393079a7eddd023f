//! Derivations: chains of relations, arguments of statements, and what is to be shown.

use std::collections::BTreeMap;

use super::binder::comparison;
use super::derivation::Reader;
use super::names::{advise, complain};
use super::rate::{not_everywhere, out_of_place, parts};
use super::scope::Range;
use super::{ChainSource, LinkSource, Resolve};
use crate::kernel::{Expr, Formula, Name as Symbol};
use crate::lang::ast::{
    self, Direction, Implication, Membership, Name, Quantifier, Reason, Relation, Sentence, Span, Within,
};
use crate::lang::printer::{
    direction, everywhere, print_conditions, print_members, print_reason, print_sentence,
};
use crate::lang::{print_expr, print_relation};
use crate::model::{Bound, Chain, Comparison, Link, Proposition};

/// Names that something is said of all of.
#[derive(Default)]
struct Scope {
    names: Vec<Symbol>,
    /// Their ranges, as premises.
    domain: Vec<Formula>,
    /// Those without a range.
    unbounded: Vec<Symbol>,
}

/// What was in scope before some names were.
struct Outside {
    values: BTreeMap<String, Expr>,
    ranges: usize,
    guards: usize,
}

/// A part of a statement.
struct Part {
    formula: Formula,
    /// The name that it speaks of all of itself, if it is about a derivative.
    moves: Option<Symbol>,
}

/// The ranges and conditions of a step.
type Under<'a> = (&'a [Membership], &'a [ast::Relations]);

impl Reader<'_> {
    fn enter(&mut self, members: &[Membership], conditions: &[ast::Relations]) -> Resolve<Scope> {
        let mut out = Scope::default();
        for m in members {
            let mut agents = None;
            let range = match &m.within {
                Within::Interval(range) => {
                    Some((self.env.number(&range.low)?, self.env.number(&range.high)?))
                }
                Within::Agents(first, last) => {
                    agents = Some(self.env.agents(first, last)?);
                    None
                }
                Within::Any => None,
            };
            let profile = self.env.is_profile(&m.name.text);
            if !profile {
                self.is_new(&m.name)?;
            }
            let name = self.symbol(&m.name);
            self.source.variables.push((name.clone(), m.name.text.clone()));
            self.env.values.insert(m.name.text.clone(), Expr::variable(&name));
            let before = out.domain.len();
            out.names.push(name.clone());
            let value = Expr::variable(&name);
            if let Some(upper) = agents {
                self.env.is_agent(&value);
                out.domain.push(Expr::is_agent(&value, &upper));
            }
            if profile {
                out.domain.extend(self.env.in_type_space(&value));
            }
            self.env.guards.extend(out.domain.iter().skip(before).cloned());
            match range {
                Some((low, high)) => {
                    let bound = Bound::interval(name, m.name.text.clone(), low, high);
                    out.domain.extend(bound.domain());
                    self.env.ranges.push(Range { bound, ordered: true });
                }
                None => out.unbounded.push(name),
            }
        }
        for condition in conditions {
            let parts = self.comparisons(condition)?;
            self.env.guards.extend(parts.iter().cloned());
            out.domain.extend(parts);
        }
        Ok(out)
    }

    /// What a name is in formulas, if something is said of all its values, or some.
    pub(super) fn symbol(&self, name: &Name) -> Symbol {
        let facts = self.out.hypotheses.len() + self.out.chains.len();
        format!("{}''{facts}", name.text).as_str().into()
    }

    fn leave(&mut self, outside: Outside) {
        self.env.values = outside.values;
        self.env.ranges.truncate(outside.ranges);
        self.env.guards.truncate(outside.guards);
    }

    /// What is in scope here.
    fn outside(&self) -> Outside {
        let (ranges, guards) = (self.env.ranges.len(), self.env.guards.len());
        Outside { values: self.env.values.clone(), ranges, guards }
    }

    fn relations(&mut self, r: &ast::Relations) -> Resolve<Vec<Part>> {
        let derivative = self.derivative(&r.first)?;
        if r.everywhere && (derivative.is_none() || r.rest.len() != 1) {
            return Err(not_everywhere(r.span));
        }
        let mut left = match derivative {
            Some(_) => Expr::zero(),
            None => self.env.number(&r.first)?,
        };
        let mut parts = Vec::new();
        for (position, (relation, right)) in r.rest.iter().enumerate() {
            let side = self.env.number(right)?;
            parts.push(match derivative.as_ref().filter(|_| position == 0) {
                Some(rate) => {
                    let formula = rate.is(*relation, &side, r.everywhere, right.span)?.formula();
                    Part { formula, moves: Some(rate.variable().clone()) }
                }
                None => {
                    let relation = comparison(*relation);
                    let conjunct = crate::model::Conjunct::relation("", vec![], left, relation, side.clone());
                    Part { formula: conjunct.comparison(), moves: None }
                }
            });
            left = side;
        }
        Ok(parts)
    }

    /// Comparisons of numbers.
    pub(super) fn comparisons(&mut self, r: &ast::Relations) -> Resolve<Vec<Formula>> {
        if parts(&r.first).is_some() {
            return Err(out_of_place(r.first.span));
        }
        Ok(self.relations(r)?.into_iter().map(|part| part.formula).collect())
    }

    /// What must hold for what was read last to be defined; it may speak of names without a range.
    pub(super) fn obligations(&mut self, unbounded: &[Symbol]) -> Vec<Formula> {
        let claims = std::mem::take(&mut self.env.obligations).into_iter().map(|o| o.claim);
        let formulas = claims.flat_map(|c| c.conjuncts.into_iter().map(|c| c.formula()));
        let closed = |formula: Formula| {
            let names: Vec<Symbol> =
                unbounded.iter().filter(|x| formula.mentions_variable(x)).cloned().collect();
            Formula::for_all(&names, formula)
        };
        std::mem::take(&mut self.pending).into_iter().chain(formulas).map(closed).collect()
    }

    pub(super) fn chain(
        &mut self,
        name: Option<&Name>,
        under: Under<'_>,
        chain: &ast::Chain,
        span: Span,
    ) -> Resolve<()> {
        let first = (print_expr(&chain.first), chain.first.span);
        let sources = chain.links.iter().map(|l| {
            let right = format!("{}{}", print_expr(&l.right), everywhere(l.everywhere));
            let relation = print_relation(l.relation);
            let misprint = l.printed.as_ref().map(|p| {
                let sign = p.relation.map(|r| format!("{} ", print_relation(r))).unwrap_or_default();
                (format!("{sign}{}", print_expr(&p.right)), p.span)
            });
            written(l.span, relation, right, &l.reasons, misprint)
        });
        let sources: Vec<LinkSource> = sources.collect();
        self.shown(name, under, (first, sources, span), |reader| reader.links(chain))
    }

    /// `a >= b iff c >= d by algebra`, or one statement.
    pub(super) fn argument(
        &mut self,
        name: Option<&Name>,
        under: Under<'_>,
        (first, reasons, links): (&Sentence, &[Reason], &[Implication]),
        span: Span,
    ) -> Resolve<()> {
        let start = print_sentence(first);
        if links.is_empty() {
            let source = written(first.span, "", start, reasons, None);
            let first_of = (String::new(), first.span);
            return self.shown(name, under, (first_of, vec![source], span), |reader| {
                let says = Proposition::Plain(reader.sentence(first)?);
                let because = reader.reasons(reasons, &[], &[first])?;
                Ok((vec![Link { says: says.clone(), printed: None, because }], says))
            });
        }
        let sources = links.iter().map(|l| {
            let misprint = l.printed.as_ref().map(|p| (print_sentence(p), p.span));
            written(l.span, direction(l.direction), print_sentence(&l.right), &l.reasons, misprint)
        });
        let sources: Vec<LinkSource> = sources.collect();
        self.shown(name, under, ((start, first.span), sources, span), |reader| {
            reader.implications(first, links)
        })
    }

    /// `we need to show`: the last of what a derivation shows.
    pub(super) fn goal(
        &mut self,
        name: Option<&Name>,
        under: Under<'_>,
        sentence: &Sentence,
        span: Span,
    ) -> Resolve<()> {
        let source = written(sentence.span, "", print_sentence(sentence), &[], None);
        let first = (String::new(), sentence.span);
        self.shown(name, under, (first, vec![source], span), |reader| {
            let says = Proposition::Plain(reader.sentence(sentence)?);
            Ok((vec![Link { says: says.clone(), printed: None, because: vec![] }], says))
        })?;
        // It is shown in the end, from everything that is shown below.
        if let (Some(chain), Some(source)) = (self.out.chains.pop(), self.source.chains.pop()) {
            self.goals.push((chain, ChainSource { is_goal: true, ..source }));
        }
        Ok(())
    }

    /// Adds what a line shows.
    fn shown(
        &mut self,
        name: Option<&Name>,
        (ranges, conditions): Under<'_>,
        ((first, first_span), links, span): ((String, Span), Vec<LinkSource>, Span),
        read: impl FnOnce(&mut Self) -> Resolve<(Vec<Link>, Proposition)>,
    ) -> Resolve<()> {
        if let Some(name) = name {
            self.is_new_fact(name)?;
        }
        let outside = self.outside();
        let scope = self.enter(ranges, conditions);
        let found = read(self);
        self.leave(outside);
        let (scope, (says, overall)) = (scope?, found?);
        let defined = self.obligations(&scope.unbounded);
        let for_all =
            if ranges.is_empty() { String::new() } else { format!(" for all {}", print_members(ranges)) };
        let name = name.map(|n| n.text.clone()).unwrap_or_default();
        let sign = match &overall {
            Proposition::Relation(_, relation, _) => print_relation(sign(*relation)),
            Proposition::Rate(rate) => print_relation(sign(rate.relation)),
            Proposition::Equivalence(..) => "iff",
            Proposition::Implication(..) => "implies",
            Proposition::Plain(_) => "",
        };
        let (variables, domain) = (scope.names, scope.domain);
        self.out.chains.push(Chain { name: name.clone(), variables, domain, defined, links: says, overall });
        let ranges = format!("{for_all}{}", print_conditions(conditions));
        let source = ChainSource { name, ranges, span, first, first_span, sign, links, is_goal: false };
        self.conclusion = Some(format!("{}{}", source.shown(), source.ranges));
        self.source.chains.push(source);
        Ok(())
    }

    fn links(&mut self, chain: &ast::Chain) -> Resolve<(Vec<Link>, Proposition)> {
        let derivative = self.derivative(&chain.first)?;
        let first = match derivative {
            Some(_) => Expr::zero(),
            None => self.env.number(&chain.first)?,
        };
        let (mut left, mut links) = (first.clone(), Vec::new());
        let mut overall: Option<Proposition> = None;
        let mut last = &chain.first;
        for link in &chain.links {
            if link.everywhere && (derivative.is_none() || chain.links.len() != 1) {
                return Err(not_everywhere(link.span));
            }
            // The first side of a chain may be a derivative, which is no number.
            let moving = derivative.as_ref().filter(|_| links.is_empty());
            let right = self.env.number(&link.right)?;
            let says = |relation: Relation, right: Expr, span: Span| -> Resolve<Proposition> {
                Ok(match moving {
                    Some(rate) => Proposition::Rate(rate.is(relation, &right, link.everywhere, span)?),
                    None => Proposition::Relation(left.clone(), comparison(relation), right),
                })
            };
            let says_here = says(link.relation, right.clone(), link.span)?;
            if let Some(rate) = &derivative {
                rate.bounded(&right, link.right.span)?;
            }
            overall = match &overall {
                None => Some(says_here.clone()),
                Some(overall) => overall.then(&says_here),
            };
            if overall.is_none() || link.relation == Relation::NotEqual {
                let message = "this relation points in another direction than the chain";
                let help = "a chain has `=`, `<=` and `<`, or `=`, `>=` and `>`; begin a new one here";
                return Err(advise("mixed-chain", message, link.span, help));
            }
            let printed = match &link.printed {
                None => None,
                Some(p) => {
                    let right = self.env.number(&p.right)?;
                    Some(says(p.relation.unwrap_or(link.relation), right, p.span)?)
                }
            };
            let because = self.reasons(&link.reasons, &[last, &link.right], &[])?;
            last = &link.right;
            links.push(Link { says: says_here, printed, because });
            left = right;
        }
        let nothing = || Proposition::Relation(first, Comparison::Equal, left);
        Ok((links, overall.unwrap_or_else(nothing)))
    }

    fn implications(&mut self, first: &Sentence, all: &[Implication]) -> Resolve<(Vec<Link>, Proposition)> {
        let mut left = self.sentence(first)?;
        let mut before = first;
        let mut links: Vec<Link> = Vec::new();
        let mut overall: Option<Proposition> = None;
        for link in all {
            let says = |a: &Formula, b: Formula| match link.direction {
                Direction::Both => Proposition::Equivalence(a.clone(), b),
                Direction::Forward => Proposition::Implication(a.clone(), b),
            };
            let right = self.sentence(&link.right)?;
            let printed = match &link.printed {
                None => None,
                Some(p) => Some(says(&left, self.sentence(p)?)),
            };
            let because = self.reasons(&link.reasons, &[], &[before, &link.right])?;
            let next = says(&left, right.clone());
            overall = match overall {
                None => Some(next.clone()),
                Some(overall) => overall.then(&next),
            };
            links.push(Link { says: next, printed, because });
            (left, before) = (right, &link.right);
        }
        match overall {
            Some(overall) => Ok((links, overall)),
            None => Err(complain("empty-derivation", "this shows nothing", first.span)),
        }
    }

    /// A hypothesis; two, if it says that two statements imply each other.
    pub(super) fn assumption(
        &mut self,
        ranges: &[Membership],
        sentence: &Sentence,
        then: Option<&(Direction, Sentence)>,
    ) -> Resolve<Vec<Formula>> {
        let outside = self.outside();
        let read = self.assumed(ranges, sentence, then);
        self.leave(outside);
        let (scope, parts) = read?;
        self.pending = self.obligations(&scope.unbounded);
        let all = |part| Formula::for_all(&scope.names, Formula::implied(&scope.domain, part));
        Ok(parts.into_iter().map(all).collect())
    }

    fn assumed(
        &mut self,
        ranges: &[Membership],
        sentence: &Sentence,
        then: Option<&(Direction, Sentence)>,
    ) -> Resolve<(Scope, Vec<Formula>)> {
        let scope = self.enter(ranges, &[])?;
        let first = self.sentence(sentence)?;
        let Some((direction, second)) = then else {
            // What is said of derivatives is assumed part by part.
            let moves = |parts: &[Formula]| parts.iter().any(|p| matches!(p, Formula::ForAll(..)));
            return Ok((
                scope,
                match first {
                    Formula::And(parts) if moves(&parts) => parts,
                    only => vec![only],
                },
            ));
        };
        let second = self.sentence(second)?;
        let implies = |a: &Formula, b: &Formula| Formula::Implies(Box::new(a.clone()), Box::new(b.clone()));
        let mut parts = vec![implies(&first, &second)];
        if *direction == Direction::Both {
            parts.push(implies(&second, &first));
        }
        Ok((scope, parts))
    }

    /// A statement with its quantifier.
    pub(super) fn sentence(&mut self, sentence: &Sentence) -> Resolve<Formula> {
        let outside = self.outside();
        let read = self.inside(sentence);
        self.leave(outside);
        let (scope, mut parts) = read?;
        self.pending = self.obligations(&scope.unbounded);
        let together = |mut parts: Vec<Formula>| match parts.pop() {
            Some(only) if parts.is_empty() => only,
            last => Formula::And(parts.into_iter().chain(last).collect()),
        };
        let about = |moves: Option<&Symbol>, part: Formula| {
            let names: Vec<Symbol> = scope.names.iter().filter(|x| Some(*x) != moves).cloned().collect();
            let own = |f: &&Formula| moves.is_none_or(|x| !f.mentions_variable(x));
            let domain: Vec<Formula> = scope.domain.iter().filter(own).cloned().collect();
            Formula::for_all(&names, Formula::implied(&domain, part))
        };
        Ok(match sentence.quantifier {
            Quantifier::All if parts.iter().any(|p| p.moves.is_some()) => {
                together(parts.into_iter().map(|p| about(p.moves.as_ref(), p.formula)).collect())
            }
            Quantifier::All => about(None, together(parts.into_iter().map(|p| p.formula).collect())),
            Quantifier::Some if parts.iter().any(|p| p.moves.is_some()) => {
                return Err(out_of_place(sentence.span));
            }
            Quantifier::Some => {
                let mut parts: Vec<Formula> = parts.drain(..).map(|p| p.formula).collect();
                parts.splice(0..0, scope.domain);
                let some = |rest, name: &Symbol| Formula::Exists(name.clone(), Box::new(rest));
                scope.names.iter().rev().fold(together(parts), some)
            }
        })
    }

    fn inside(&mut self, sentence: &Sentence) -> Resolve<(Scope, Vec<Part>)> {
        let scope = self.enter(&sentence.ranges, &sentence.conditions)?;
        let mut parts = Vec::new();
        for relations in &sentence.relations {
            parts.extend(self.relations(relations)?);
        }
        Ok((scope, parts))
    }
}

fn written(
    span: Span,
    relation: &'static str,
    right: String,
    reasons: &[Reason],
    printed: Option<(String, Span)>,
) -> LinkSource {
    LinkSource { span, relation, right, reasons: reasons.iter().map(print_reason).collect(), printed }
}

fn sign(relation: Comparison) -> Relation {
    match relation {
        Comparison::Equal => Relation::Equal,
        Comparison::Unequal => Relation::NotEqual,
        Comparison::AtLeast => Relation::AtLeast,
        Comparison::Greater => Relation::Greater,
        Comparison::AtMost => Relation::AtMost,
        Comparison::Less => Relation::Less,
    }
}
