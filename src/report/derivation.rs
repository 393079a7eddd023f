//! The worked steps of a proof, rendered from its certificate: nothing here is computed by the engine.

use super::document::Line;
use super::show::Names;
use crate::kernel::rule::combine::{Combination, Fact};
use crate::kernel::rule::on_box::Cover;
use crate::kernel::rule::tree::{self, Evaluation, Tree};
use crate::kernel::{Certificate, Expr, Formula, Relation, Replay, Step};

/// The worked steps of a certificate.
pub fn derivation(certificate: &Certificate, names: &Names) -> Vec<Line> {
    let mut writer = Writer { names, lines: Vec::new() };
    let mut replay = Replay::default();
    for step in &certificate.steps {
        let Ok(number) = replay.step(step) else { break };
        let Ok(theorem) = replay.theorem(number) else { break };
        writer.step(step, theorem.conclusion());
    }
    writer.lines
}

struct Writer<'a> {
    names: &'a Names,
    lines: Vec<Line>,
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, text: String) {
        self.lines.push(Line { depth, text });
    }

    fn step(&mut self, step: &Step, conclusion: &Formula) {
        let shown = self.names.formula(conclusion);
        let by = |rule: &str| format!("{shown}    by {rule}");
        match step {
            Step::Tree { hypotheses, goal: Formula::Compare(relation, e), tree } => {
                if hypotheses.iter().any(|h| matches!(h, Formula::Compare(_, known) if known == e)) {
                    return;
                }
                let mut facts: Vec<Fact> = hypotheses.iter().filter_map(|h| Fact::of(h).ok()).collect();
                if e.as_number().is_some() && is_plain(tree) {
                    return;
                }
                self.line(0, shown);
                self.tree(1, &mut facts, *relation, e, tree);
            }
            Step::Witness { statement: Formula::Exists(name, _), term, .. } => {
                let (name, value) = (self.names.show(name), self.names.expr(term));
                if name != value {
                    self.line(0, format!("take {name} = {value}"));
                }
            }
            Step::Exhibit { definitions, .. } => {
                self.line(0, "take".into());
                for d in definitions {
                    let parameters: Vec<String> =
                        d.parameters.iter().map(|p| self.names.show(p.name())).collect();
                    let name = self.names.show(d.name.name());
                    let body = self.names.expr(&d.body);
                    self.line(1, format!("{name}({}) = {body}", parameters.join(", ")));
                }
            }
            Step::Area { .. } => self.line(0, by("the area under the interim allocation")),
            Step::Congruence { .. } => self.line(0, by("congruence: the integrands agree off ties")),
            Step::Interchange { .. } => self.line(0, by("interchange of the order of integration")),
            Step::Monotone { .. } => self.line(0, by("integrating over the prior")),
            Step::Combine { .. } => self.line(0, by("combination")),
            Step::Contradict { .. } => self.line(0, by("contradiction")),
            Step::Reciprocal { .. } => self.line(0, by("reciprocal")),
            Step::Impossible { .. } => self.line(0, "the properties contradict each other".into()),
            _ => {}
        }
    }

    fn tree(&mut self, depth: usize, facts: &mut Vec<Fact>, relation: Relation, e: &Expr, tree: &Tree) {
        match tree {
            Tree::Split { on, yes, no } => {
                let cases = [(Relation::AtLeast, on.clone(), yes), (Relation::Positive, on.negated(), no)];
                for (sign, expr, branch) in cases {
                    let case = self.names.formula(&Formula::Compare(sign, expr.clone()));
                    facts.push(Fact { relation: sign, expr });
                    if matches!(**branch, Tree::Empty(_)) {
                        self.line(depth, format!("case {case}: impossible here"));
                    } else {
                        self.line(depth, format!("case {case}:"));
                        self.tree(depth + 1, facts, relation, e, branch);
                    }
                    facts.pop();
                }
            }
            Tree::Empty(_) => self.line(depth, "impossible here".into()),
            Tree::Leaf { evaluation, sign } => {
                self.integrals(depth, facts, evaluation);
                let Ok(value) = tree::evaluate(facts, e, evaluation) else { return };
                let shown = self.names.expr(&value);
                let ending = match relation {
                    Relation::Equal => String::new(),
                    _ => self.reason(facts, &value, relation, sign),
                };
                self.line(depth, format!("{} = {shown}{ending}", side(relation)));
            }
        }
    }

    /// The value of each integral, piece by piece.
    fn integrals(&mut self, depth: usize, facts: &mut Vec<Fact>, evaluation: &Evaluation) {
        for pieces in &evaluation.integrals {
            let only =
                Evaluation { indicators: evaluation.indicators.clone(), integrals: vec![pieces.clone()] };
            let Ok(value) = tree::evaluate(facts, &pieces.integral, &only) else { continue };
            let integral = self.names.expr(&pieces.integral);
            self.line(depth, format!("{integral} = {}", self.names.expr(&value)));
            let Some(body) = body_of(&pieces.integral, pieces.variable.name()) else { continue };
            let y = Expr::variable(pieces.variable.name());
            let many = pieces.parts.len() > 1;
            let ends = pieces.points.iter().zip(pieces.points.iter().skip(1));
            for ((from, to), part) in ends.zip(&pieces.parts) {
                let (low, high) = match pieces.direction {
                    tree::Direction::Up => (from, to),
                    tree::Direction::Down => (to, from),
                };
                let before = facts.len();
                facts.push(Fact { relation: Relation::Positive, expr: y.minus(low) });
                facts.push(Fact { relation: Relation::Positive, expr: high.minus(&y) });
                let nested = !part.integrals.is_empty();
                if (many || nested)
                    && let Ok(value) = tree::evaluate(facts, &body, part)
                {
                    let name = pieces.variable.name();
                    let (low, high) = (self.names.expr(low), self.names.expr(high));
                    let value = self.names.expr(&value);
                    self.line(depth + 1, format!("for {name} from {low} to {high} the integrand is {value}"));
                    if nested {
                        self.integrals(depth + 2, facts, part);
                    }
                }
                facts.truncate(before);
            }
        }
    }

    fn reason(&self, facts: &[Fact], value: &Expr, relation: Relation, sign: &Combination) -> String {
        let verdict = if relation == Relation::Positive { " > 0" } else { " >= 0" };
        if value.as_number().is_some() {
            return verdict.into();
        }
        let (mut out, mut boxes) = (Vec::new(), Vec::new());
        for term in &sign.terms {
            let mut factors = Vec::new();
            let alone = term.squares.is_empty() && term.facts.is_empty() && term.boxes.is_empty();
            if !term.coefficient.is_one() || alone {
                factors.push(term.coefficient.to_string());
            }
            factors.extend(term.squares.iter().map(|s| format!("({})^2", self.names.expr(s))));
            for (number, exponent) in &term.facts {
                let Some(fact) = facts.get(*number) else { continue };
                let base = format!("({})", self.names.expr(&fact.expr));
                factors.push(if *exponent == 1 { base } else { format!("{base}^{exponent}") });
            }
            factors.extend(term.boxes.iter().map(|b| format!("({})", self.names.expr(&b.polynomial))));
            boxes.extend(term.boxes.iter().map(|b| parts(&b.cover)));
            out.push(factors.join("*"));
        }
        let by = match boxes.as_slice() {
            [] => String::new(),
            [1] => ", by the signs of Bernstein coefficients".into(),
            more => {
                format!(", by the signs of Bernstein coefficients on {} boxes", more.iter().sum::<usize>())
            }
        };
        let sum = out.join(" + ");
        if sum.is_empty() || sum == format!("({})", self.names.expr(value)) {
            return format!("{verdict}{by}");
        }
        format!(" = {sum}{verdict}{by}")
    }
}

/// How many boxes a cover has.
fn parts(cover: &Cover) -> usize {
    match cover {
        Cover::Bernstein | Cover::Tangent(_) => 1,
        Cover::Cut { parts: halves, .. } => halves.iter().map(parts).sum(),
    }
}

/// Whether a tree is a leaf without anything to evaluate.
fn is_plain(tree: &Tree) -> bool {
    matches!(tree, Tree::Leaf { evaluation, .. } if *evaluation == Evaluation::default())
}

fn side(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => "left - right",
        Relation::AtLeast | Relation::Positive => "difference",
    }
}

fn body_of(integral: &Expr, variable: &str) -> Option<Expr> {
    use crate::kernel::Node;
    let atom = integral.atoms().next()?;
    match atom.node() {
        Node::Primitive { body, .. } => Some(body.open(variable)),
        _ => None,
    }
}
