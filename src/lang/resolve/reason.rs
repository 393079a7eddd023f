//! Derivations: the reasons of links.

use super::Resolve;
use super::derivation::Reader;
use super::names::{complain, unknown_name};
use crate::kernel::{Expr, Formula, Name as Symbol};
use crate::lang::ast::{self, Name, ReasonKind};
use crate::model::{Binder, Justification};

impl Reader<'_> {
    /// The reasons of a link. Values may speak of the variables of the integrals on both sides, and of what the
    /// statements on both sides are about.
    pub(super) fn reasons(
        &mut self,
        reasons: &[ast::Reason],
        sides: &[&ast::Expr],
        statements: &[&ast::Sentence],
    ) -> Resolve<Vec<Justification>> {
        let mut inside: Vec<(String, Binder)> = Vec::new();
        let mut stack: Vec<&ast::Expr> = sides.to_vec();
        let relations = statements.iter().flat_map(|s| &s.relations);
        stack.extend(relations.flat_map(|r| r.rest.iter().map(|(_, e)| e).chain([&r.first])));
        while let Some(e) = stack.pop() {
            let bound = match &e.kind {
                ast::ExprKind::Integral { variable, .. } => Some((variable.text.clone(), Binder::Integral)),
                ast::ExprKind::Family { index, .. } => Some((index.text.clone(), Binder::Sum)),
                ast::ExprKind::Expectation(_) => self.env.profile().map(|p| (p, Binder::Expectation)),
                _ => None,
            };
            inside.extend(bound.filter(|(name, _)| inside.iter().all(|(n, _)| n != name)));
            ast::children(e, &mut |child| stack.push(child));
        }
        inside.retain(|(name, binder)| *binder == Binder::Expectation || !self.env.values.contains_key(name));
        let outside = self.env.values.clone();
        for (name, binder) in inside {
            self.env.values.insert(name.clone(), Expr::variable(&binder.inside(&name)));
        }
        for member in statements.iter().flat_map(|s| &s.ranges) {
            let value = Expr::variable(&self.symbol(&member.name));
            self.env.values.entry(member.name.text.clone()).or_insert(value);
        }
        let some = statements.iter().filter(|s| s.quantifier == ast::Quantifier::Some);
        let some: Vec<&str> = some.flat_map(|s| &s.ranges).map(|m| m.name.text.as_str()).collect();
        for reason in reasons {
            let ReasonKind::Taking(values) = &reason.kind else { continue };
            if let Some((name, _)) = values.iter().find(|(name, _)| !some.contains(&name.text.as_str())) {
                self.env.values = outside;
                let message = format!("nothing is said of some `{}` here", name.text);
                return Err(complain("unknown-name", message, name.span));
            }
        }
        let read = reasons.iter().map(|r| self.reason(r)).collect();
        self.env.values = outside;
        read
    }

    fn reason(&mut self, reason: &ast::Reason) -> Resolve<Justification> {
        Ok(match &reason.kind {
            ReasonKind::Same(_) | ReasonKind::Splitting(None) => Justification::Same,
            ReasonKind::Splitting(Some(at)) => {
                self.env.number(at)?;
                Justification::Same
            }
            ReasonKind::Given => Justification::Given,
            ReasonKind::Fundamental(_) => Justification::Fundamental,
            ReasonKind::Density => Justification::Density,
            ReasonKind::Monotonicity => Justification::Monotone,
            ReasonKind::Sign => Justification::Sign,
            ReasonKind::Derivative(name) => Justification::Derivative(self.moving(name)?),
            ReasonKind::Equality(at) => {
                let value = |(name, e): &(Name, ast::Expr)| Ok((self.moving(name)?, self.env.number(e)?));
                Justification::Equality(at.iter().map(value).collect::<Resolve<_>>()?)
            }
            ReasonKind::Envelope => Justification::Envelope,
            ReasonKind::EnvelopeTheorem => Justification::EnvelopeTheorem,
            ReasonKind::Independence => Justification::Independence,
            ReasonKind::Reindexing => Justification::Reindexing,
            ReasonKind::Contradiction => Justification::Contradiction,
            ReasonKind::Cases(relations) => Justification::Cases(self.case(relations)?),
            ReasonKind::Taking(values) => {
                let value = |(name, e): &(Name, ast::Expr)| Ok((self.symbol(name), self.env.number(e)?));
                Justification::Taking(values.iter().map(value).collect::<Resolve<_>>()?)
            }
            ReasonKind::Named { name, at } => self.named(name, at)?,
        })
    }

    /// The name of something that moves.
    fn moving(&self, name: &Name) -> Resolve<Symbol> {
        let value = self.env.values.get(&name.text).and_then(Expr::as_variable).cloned();
        value.ok_or_else(|| {
            let known = self.env.values.keys().map(String::as_str);
            unknown_name("name that something is said of all of", &name.text, name.span, known)
        })
    }

    /// The term that is at least zero in the one case and not in the other.
    fn case(&mut self, relations: &ast::Relations) -> Resolve<Expr> {
        let [(relation, right)] = relations.rest.as_slice() else {
            return Err(complain("unsupported", "two cases are told apart by one relation", relations.span));
        };
        let (left, right) = (self.env.number(&relations.first)?, self.env.number(right)?);
        Ok(match relation {
            ast::Relation::AtLeast | ast::Relation::Less => left.minus(&right),
            ast::Relation::AtMost | ast::Relation::Greater => right.minus(&left),
            ast::Relation::Equal | ast::Relation::NotEqual => {
                let message = "two cases are told apart by `>=`, `>`, `<=` or `<`";
                return Err(complain("unsupported", message, relations.span));
            }
        })
    }

    fn named(&mut self, name: &Name, at: &[(Name, ast::Expr)]) -> Resolve<Justification> {
        let hypothesis =
            self.out.hypotheses.iter().find(|h| h.name == name.text).map(|h| variables(&h.formula));
        let chain = self.out.chains.iter().find(|c| c.name == name.text);
        let chain = chain.map(|c| variables(&c.formula()));
        let applied = self.out.applied.iter().find(|a| a.name == name.text);
        let applied = applied.and_then(|a| Some(variables(&a.derivation.chains.last()?.formula())));
        let Some(variables) = hypothesis.or(chain).or(applied) else {
            let hypotheses = self.out.hypotheses.iter().map(|h| h.name.as_str());
            let all = hypotheses.chain(self.out.chains.iter().map(|c| c.name.as_str()));
            let all = all.chain(self.out.applied.iter().map(|a| a.name.as_str()));
            let known: Vec<&str> = all.filter(|n| !n.is_empty()).chain(RULES).collect();
            let mut unknown =
                unknown_name("reason, or a hypothesis or step above", &name.text, name.span, known);
            if unknown.help.is_none() {
                let rules: Vec<String> = RULES.iter().map(|rule| format!("`{rule}`")).collect();
                unknown.help = Some(format!("there are the rules {}", rules.join(", ")));
            }
            return Err(unknown);
        };
        let mut values = Vec::new();
        for (variable, value) in at {
            let prefix = format!("{}''", variable.text);
            let Some(symbol) = variables.iter().find(|s| s.starts_with(&prefix)).cloned() else {
                let message = format!("`{}` does not speak of all `{}`", name.text, variable.text);
                return Err(complain("unknown-name", message, variable.span));
            };
            values.push((symbol, self.env.number(value)?));
        }
        Ok(Justification::Named { name: name.text.clone(), at: values })
    }
}

/// The rules that are one word.
const RULES: [&str; 15] = [
    "given",
    "algebra",
    "definition",
    "linearity",
    "parts",
    "interchange",
    "substitution",
    "differentiation",
    "density",
    "monotonicity",
    "sign",
    "independence",
    "reindexing",
    "contradiction",
    "rearranging",
];

/// The names that a statement speaks of all of.
fn variables(formula: &Formula) -> Vec<Symbol> {
    match formula {
        Formula::ForAll(x, body) => std::iter::once(x.clone()).chain(variables(body)).collect(),
        Formula::Implies(_, body) => variables(body),
        Formula::And(parts) => parts.iter().flat_map(variables).collect(),
        _ => vec![],
    }
}
