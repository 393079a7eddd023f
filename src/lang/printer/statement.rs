//! The printer of statements.

use crate::lang::ast::{
    Answer, Concept, Constants, End, Expr, Extreme, Interval, Objective, Order, Property, PropertyKind,
    Quantity, Relation, Relations, Sought, Statement, StatementKind, Versus,
};

use super::expr::{list, print_expr};

/// `[0, 1/3) union {1/2}`, `where r <= s union where r = 1`
pub fn print_answer(answer: &Answer) -> String {
    match answer {
        Answer::Intervals(set) => print_set(set),
        Answer::Regions(regions) => {
            let region = |region: &Vec<Relations>| {
                let all: Vec<String> = region.iter().map(|r| relations(&r.first, &r.rest)).collect();
                format!("where {}", all.join(", "))
            };
            regions.iter().map(region).collect::<Vec<_>>().join(" union ")
        }
    }
}

fn print_set(set: &[Interval]) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut points: Vec<String> = Vec::new();
    let braces = |points: &mut Vec<String>| format!("{{{}}}", std::mem::take(points).join(", "));
    for piece in set {
        let (low, high) = (print_expr(&piece.low), print_expr(&piece.high));
        if low == high && (piece.from, piece.to) == (End::Closed, End::Closed) {
            points.push(low);
            continue;
        }
        if !points.is_empty() {
            out.push(braces(&mut points));
        }
        let open = if piece.from == End::Closed { '[' } else { '(' };
        let close = if piece.to == End::Closed { ']' } else { ')' };
        out.push(format!("{open}{low}, {high}{close}"));
    }
    if out.is_empty() || !points.is_empty() {
        out.push(braces(&mut points));
    }
    out.join(" union ")
}

/// A statement without references and comments.
pub fn print_statement(statement: &Statement) -> String {
    print_kind(&statement.kind)
}

fn print_kind(kind: &StatementKind) -> String {
    match kind {
        StatementKind::Implication { premise, conclusion } => {
            format!("{} implies {}", print_kind(premise), print_kind(conclusion))
        }
        StatementKind::Relations { first, rest } => relations(first, rest),
        StatementKind::Properties { mechanism, properties: p } => {
            format!("{} is {}", print_expr(mechanism), properties(p))
        }
        StatementKind::Shape { expr, shape, variable } => {
            let shape = shape.words();
            format!("{} is {shape} in {}", print_expr(expr), variable.text)
        }
        StatementKind::Equilibrium { concept, strategy, mechanism } => {
            format!("{} is {} equilibrium of {}", strategy.text, print_concept(*concept), mechanism.text)
        }
        StatementKind::Versus { first, versus, second } => {
            let (before, after) = print_versus(*versus);
            format!("{} is {before} {}{after}", print_expr(first), print_expr(second))
        }
        StatementKind::Existence { quantity, setting, properties: p } => {
            let quantity = match quantity {
                Quantity::Some => "some",
                Quantity::No => "no",
            };
            format!("{quantity} mechanism on {} is {}", setting.text, properties(p))
        }
        StatementKind::Ranges { term, range } => {
            let (low, high) = (print_expr(&range.low), print_expr(&range.high));
            let open = if range.from == End::Open { '(' } else { '[' };
            let close = if range.to == End::Open { ')' } else { ']' };
            format!("{} ranges over {open}{low}, {high}{close}", print_expr(term))
        }
        StatementKind::Order { setting, order } => format!("{} has {}", setting.text, print_order(*order)),
        StatementKind::Optimum { extreme, objective, of, setting, properties: p, value } => {
            let extreme = if *extreme == Extreme::Greatest { "greatest" } else { "least" };
            let objective = print_objective(*objective);
            let value = value.as_ref().map_or("is unbounded".to_owned(), |e| format!("= {}", print_expr(e)));
            let (setting, p) = (&setting.text, properties(p));
            let of = if *of == Sought::Mechanism { "a mechanism on " } else { "" };
            format!("{extreme} {objective} of {of}{setting} that is {p} {value}")
        }
        StatementKind::Set { set, elements } => format!("{} = {{{}}}", print_expr(set), list(elements)),
    }
}

fn properties(properties: &[Property]) -> String {
    let words: Vec<&str> = properties.iter().map(|p| print_property(p.kind)).collect();
    match words.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// An equilibrium concept as it is written, with its article.
pub(in crate::lang) fn print_concept(concept: Concept) -> &'static str {
    match concept {
        Concept::BayesNash => "a Bayes-Nash",
        Concept::ExPost => "an ex post",
        Concept::DominantStrategy => "a dominant-strategy",
    }
}

/// What stands between two mechanisms that are compared, and what stands behind them.
fn print_versus(versus: Versus) -> (&'static str, &'static str) {
    let constants = |how| if how == Constants::Free { " up to constants" } else { "" };
    match versus {
        Versus::Outcome => ("outcome equivalent to", ""),
        Versus::Payment(how) => ("payment equivalent to", constants(how)),
        Versus::Payoff(how) => ("payoff equivalent to", constants(how)),
        Versus::Revenue => ("revenue equivalent to", ""),
        Versus::WeaklyPreferred => ("weakly preferred to", ""),
        Versus::StrictlyPreferred => ("strictly preferred to", ""),
    }
}

/// How values move, as it is written.
pub(crate) fn print_order(order: Order) -> &'static str {
    match order {
        Order::IncreasingDifferences => "increasing differences",
        Order::StrictlyIncreasingDifferences => "strictly increasing differences",
        Order::SingleCrossing => "single crossing",
        Order::MonotoneChoice => "monotone choice",
    }
}

/// An objective as it is written.
pub(crate) fn print_objective(objective: Objective) -> &'static str {
    match objective {
        Objective::Revenue => "revenue",
        Objective::Welfare => "welfare",
        Objective::Gains => "gains",
    }
}

/// A property as it is written.
pub fn print_property(kind: PropertyKind) -> &'static str {
    match kind {
        PropertyKind::DominantIc => "DSIC",
        PropertyKind::BayesianIc => "BIC",
        PropertyKind::ExPostIc => "ex post IC",
        PropertyKind::ExPostIr => "ex post IR",
        PropertyKind::InterimIr => "interim IR",
        PropertyKind::ExAnteIr => "ex ante IR",
        PropertyKind::BudgetBalanced => "budget balanced",
        PropertyKind::ExAnteBudgetBalanced => "ex ante budget balanced",
        PropertyKind::NoDeficit => "no deficit",
        PropertyKind::ExAnteNoDeficit => "ex ante no deficit",
        PropertyKind::Efficient => "efficient",
        PropertyKind::Feasible => "feasible",
        PropertyKind::Implementable => "implementable",
        PropertyKind::WeaklyMonotone => "weakly monotone",
        PropertyKind::CyclicallyMonotone => "cyclically monotone",
        PropertyKind::Monotone => "monotone",
        PropertyKind::InterimMonotone => "interim monotone",
        PropertyKind::Envelope => "envelope",
        PropertyKind::InterimEnvelope => "interim envelope",
        PropertyKind::Regular => "regular",
        PropertyKind::StrictlyRegular => "strictly regular",
    }
}

/// A relation in its ASCII form.
pub fn print_relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => "=",
        Relation::NotEqual => "!=",
        Relation::Less => "<",
        Relation::AtMost => "<=",
        Relation::Greater => ">",
        Relation::AtLeast => ">=",
    }
}

pub(super) fn relations(first: &Expr, rest: &[(Relation, Expr)]) -> String {
    let mut out = print_expr(first);
    for (relation, e) in rest {
        out.push_str(&format!(" {} {}", print_relation(*relation), print_expr(e)));
    }
    out
}
