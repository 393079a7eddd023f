//! Quantities in plain English.

use super::block::{Inline, Prose, words};
use super::math::Math;
use crate::lang::ast::{Expr, ExprKind, FamilyOperator, Sign};
use crate::lang::print_expr;

/// A side of a comparison: with its article if it has a name, else as a formula.
pub(super) fn side(e: &Expr) -> Prose {
    match noun(e) {
        Some(noun) => [vec![words("the ")], noun].concat(),
        None => vec![Inline::Math(Math::of(e))],
    }
}

/// `expected payment of the buyer in vcg`, without the article; `None` for what is a formula.
pub(super) fn noun(e: &Expr) -> Option<Prose> {
    match &e.kind {
        ExprKind::Expectation(inner) => Some(match noun(inner) {
            Some(inner) => [vec![words("expected ")], inner].concat(),
            None => vec![words("expectation of "), Inline::Math(Math::of(inner))],
        }),
        ExprKind::Interim(inner) => Some([vec![words("interim ")], noun(inner)?].concat()),
        ExprKind::Family { operator, body, except: None, .. } => {
            let over = match operator {
                FamilyOperator::Sum => "sum over the agents of the ",
                FamilyOperator::Max => "greatest over the agents of the ",
                FamilyOperator::Min => "least over the agents of the ",
            };
            Some([vec![words(over)], noun(body)?].concat())
        }
        ExprKind::Sum(terms) => sum(terms),
        ExprKind::Call { function, arguments } => quantity(&function.text, arguments),
        _ => None,
    }
}

/// `payoff of agent 1 in second less the payoff of agent 1 in first`; a formula if it begins with one.
fn sum(terms: &[(Sign, Expr)]) -> Option<Prose> {
    let ((Sign::Plus, first), rest) = terms.split_first()? else { return None };
    let mut out = noun(first)?;
    for (sign, term) in rest {
        out.push(words(if *sign == Sign::Plus { " plus " } else { " less " }));
        out.extend(side(term));
    }
    Some(out)
}

/// How words for what somebody does or is in a trade end.
const ROLES: [&str; 5] = ["er", "or", "ee", "ant", "ent"];

/// An agent as it is spoken of: `the buyer`, but `agent bob` and `agent 1`.
pub fn agent_named(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_lowercase());
    let is_role = plain && ROLES.iter().any(|end| name.len() > end.len() + 1 && name.ends_with(end));
    format!("{} {name}", if is_role { "the" } else { "agent" })
}

fn agent(e: &Expr) -> Inline {
    words(agent_named(&print_expr(e)))
}

fn quantity(function: &str, arguments: &[Expr]) -> Option<Prose> {
    let code = |e: &Expr| Inline::Code(print_expr(e));
    match (function, arguments) {
        ("surplus", [m]) => return Some(vec![words("sum of payments in "), code(m)]),
        ("welfare", [m]) => return Some(vec![words("welfare in "), code(m)]),
        ("profit", [m]) => return Some(vec![words("profit in "), code(m)]),
        ("virtual_surplus", [m]) => return Some(vec![words("virtual surplus in "), code(m)]),
        ("outcome", [m]) => return Some(vec![words("outcome in "), code(m)]),
        ("probability", [m, outcome]) => {
            return Some(vec![words("probability of outcome "), code(outcome), words(" in "), code(m)]);
        }
        ("order_statistic", [s, rank]) => {
            let rank = print_expr(rank);
            let ordinal = match rank.as_str() {
                "1" => "highest".to_owned(),
                "2" => "second-highest".to_owned(),
                "3" => "third-highest".to_owned(),
                k => format!("{k}th-highest"),
            };
            return Some(vec![words(format!("{ordinal} type in ")), code(s)]);
        }
        ("price", [r, t]) => {
            return Some(vec![words("price that type "), code(t), words(" pays under "), code(r)]);
        }
        ("price", [r, i, types @ ..]) => {
            let types: Vec<String> = types.iter().map(print_expr).collect();
            let at = words(format!(" at ({})", types.join(", ")));
            return Some(vec![words("price that "), agent(i), words(" pays under "), code(r), at]);
        }
        ("cdf" | "pdf" | "hazard_rate", [s, i, point @ ..]) => {
            let what = match function {
                "cdf" => "distribution function of the prior of ",
                "pdf" => "density of the prior of ",
                _ => "hazard rate of ",
            };
            let mut out = vec![words(what), agent(i), words(" in "), code(s)];
            if let [point] = point {
                out.extend([words(" at "), Inline::Math(Math::of(point))]);
            }
            return Some(out);
        }
        _ => {}
    }
    let (before, between) = match function {
        "payment" => ("payment of ", " in "),
        "transfer" => ("transfer to ", " in "),
        "payoff" => ("payoff of ", " in "),
        "value" => ("value of the outcome to ", " in "),
        "allocation" => ("probability that the good goes to ", " in "),
        "outside" => ("outside option of ", " in "),
        "participation_charge" => ("participation charge of ", " in "),
        "C" => ("most that can be collected from ", " without changing the efficient outcome of "),
        "virtual_value" => ("virtual value of ", " in "),
        "ironed_virtual_value" => ("ironed virtual value of ", " in "),
        "reserve" => ("reserve for ", " in "),
        "worst_off_type" => ("worst-off type of ", " in "),
        _ => return None,
    };
    let [place, who] = arguments else { return None };
    Some(vec![words(before), agent(who), words(between), code(place)])
}
