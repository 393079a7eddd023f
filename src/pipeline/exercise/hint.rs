//! Hints: the rule in words, the part of a line that it acts on, and what is known of a quantity by its definition.

use crate::lang::ast::{
    DerivationKind, Expr, ExprKind, Factor, File, ItemKind, MechanismBody, Reason, ReasonKind, Sign, children,
};
use crate::lang::{print_expr, print_given, print_reasons};

/// The reasons of a link, and what each of them says; `given` is what may be cited.
pub(super) fn rule(given: &[&DerivationKind], reasons: &[Reason]) -> String {
    let told: Vec<String> = reasons.iter().filter_map(|reason| meaning(given, &reason.kind)).collect();
    let names = print_reasons(reasons);
    if told.is_empty() { names } else { format!("{names}: {}", told.join("; ")) }
}

/// What a reason says: a hypothesis, or what is done.
fn meaning(given: &[&DerivationKind], reason: &ReasonKind) -> Option<String> {
    let words = match reason {
        // What a step shows may be asked for.
        ReasonKind::Named { name, .. } => {
            let is_it = |kind: &&&DerivationKind| matches!(kind, DerivationKind::Hypothesis { name: Some(own), .. } if own.text == name.text);
            let told = given.iter().find(is_it).map(|kind| print_given(kind))?;
            let head = format!("given {}: ", name.text);
            return Some(told.strip_prefix(&head).unwrap_or(&told).to_owned());
        }
        ReasonKind::Same(_) => "write out what is defined, and collect terms",
        ReasonKind::Splitting(_) => "the integral is the sum of those up to there and from there",
        ReasonKind::Given => "add up what is given and what was shown",
        ReasonKind::Fundamental("interchange") => "change the order of integration",
        ReasonKind::Fundamental("parts") => "integrate by parts",
        ReasonKind::Fundamental("substitution") => "integrate over another variable",
        ReasonKind::Fundamental(_) => "an integral up to a moving end has the integrand there as derivative",
        ReasonKind::Density => "a positive density may be multiplied and divided by below the integral",
        ReasonKind::Monotonicity => {
            "an integrand that is nowhere smaller has an integral that is not smaller"
        }
        ReasonKind::Sign => "look at the sign of each part",
        ReasonKind::Derivative(_) => "look at how the difference of the sides moves",
        ReasonKind::Independence => "types are drawn one by one: average over the others first",
        ReasonKind::Reindexing => "a sum of differences between neighbours is the difference of its ends",
        ReasonKind::Envelope => "utility is that of the lowest type and the area under the allocation",
        ReasonKind::EnvelopeTheorem => {
            "what the best choice is worth moves by the derivative in the type at that choice"
        }
        ReasonKind::Cases(_) => "look at both cases",
        ReasonKind::Contradiction => "assume the contrary",
        ReasonKind::Equality(_) | ReasonKind::Taking(_) => return None,
    };
    Some(words.into())
}

/// The parts of a line that the next one has no longer.
pub(super) fn changed(before: &Expr, after: &Expr) -> String {
    part(before, after).unwrap_or_else(|| print_expr(before))
}

fn part(before: &Expr, after: &Expr) -> Option<String> {
    let (old, new) = (terms(before), terms(after));
    let gone = |from: &[(Sign, Expr)], to: &[(Sign, Expr)]| -> Vec<(Sign, Expr)> {
        let mut rest: Vec<(Sign, String)> = to.iter().map(|(s, e)| (*s, print_expr(e))).collect();
        let mut stays = |(sign, e): &(Sign, Expr)| {
            let text = print_expr(e);
            let found = rest.iter().position(|(s, other)| s == sign && *other == text);
            found.map(|k| rest.swap_remove(k)).is_some()
        };
        from.iter().filter(|t| !stays(t)).cloned().collect()
    };
    let (left, right) = (gone(&old, &new), gone(&new, &old));
    match (left.as_slice(), right.as_slice()) {
        ([], _) => None,
        ([(_, one)], [(_, other)]) => inside(one, other).or_else(|| Some(print_expr(one))),
        ([(_, one)], _) => Some(print_expr(one)),
        (several, _) => {
            let kind = ExprKind::Sum(several.to_vec());
            Some(print_expr(&Expr { kind, span: before.span }))
        }
    }
}

/// What is changed inside of two terms of the same form.
fn inside(one: &Expr, other: &Expr) -> Option<String> {
    match (&one.kind, &other.kind) {
        (
            ExprKind::Integral { body, along: None, variable, low, high },
            ExprKind::Integral { body: new, along: None, variable: same, low: from, high: to },
        ) if variable.text == same.text
            && print_expr(low) == print_expr(from)
            && print_expr(high) == print_expr(to) =>
        {
            part(body, new)
        }
        (ExprKind::Expectation(body), ExprKind::Expectation(new)) => part(body, new),
        (ExprKind::Product(old), ExprKind::Product(new)) => {
            let texts: Vec<(Factor, String)> = new.iter().map(|(f, e)| (*f, print_expr(e))).collect();
            let left: Vec<&(Factor, Expr)> =
                old.iter().filter(|(f, e)| !texts.contains(&(*f, print_expr(e)))).collect();
            match left.as_slice() {
                [(_, only)] => Some(print_expr(only)),
                _ => None,
            }
        }
        _ => None,
    }
}

fn terms(e: &Expr) -> Vec<(Sign, Expr)> {
    match &e.kind {
        ExprKind::Sum(terms) => terms.clone(),
        ExprKind::Negated(inner) => vec![(Sign::Minus, (**inner).clone())],
        _ => vec![(Sign::Plus, e.clone())],
    }
}

/// What the quantities and mechanisms of an expression are by definition, the outermost first.
pub(super) fn definitions(e: &Expr, file: &File) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut stack = vec![e];
    let mut add = |text: String| {
        if !out.contains(&text) {
            out.push(text);
        }
    };
    let mut bodies = Vec::new();
    while let Some(e) = stack.pop() {
        match &e.kind {
            ExprKind::Interim(_) => {
                add("the interim quantity is the average over the types of the others".into())
            }
            ExprKind::Expectation(_) => add("`E` is the average over all types".into()),
            ExprKind::Call { function, .. } => {
                let words = quantity(&function.text).or_else(|| mechanism(&function.text));
                words.into_iter().for_each(|words| add(format!("`{}` is {words}", function.text)));
            }
            ExprKind::Name(name) => bodies.extend(named(name, file)),
            _ => {}
        }
        let mut parts = Vec::new();
        children(e, &mut |child| parts.push(child));
        stack.extend(parts.into_iter().rev());
    }
    let mut seen = 0;
    while let Some((name, body)) = bodies.get(seen).copied() {
        seen += 1;
        add(format!("`{name}` is `{}`", print_expr(body)));
        let mut stack = vec![body];
        while let Some(e) = stack.pop() {
            if let ExprKind::Call { function, .. } = &e.kind
                && let Some(words) = mechanism(&function.text)
            {
                add(format!("`{}` is {words}", function.text));
            }
            if let ExprKind::Name(name) = &e.kind {
                let more = named(name, file).filter(|(n, _)| bodies.iter().all(|(m, _)| m != n));
                bodies.extend(more);
            }
            children(e, &mut |child| stack.push(child));
        }
    }
    out
}

/// A mechanism of the file that is defined by an expression.
fn named<'a>(name: &str, file: &'a File) -> Option<(&'a str, &'a Expr)> {
    file.items.iter().find_map(|item| match &item.kind {
        ItemKind::Mechanism(m) if m.name.text == name => match &m.body {
            MechanismBody::Expr(body) => Some((m.name.text.as_str(), body)),
            _ => None,
        },
        _ => None,
    })
}

fn quantity(name: &str) -> Option<&'static str> {
    Some(match name {
        "transfer" => "minus the payment",
        "payoff" => "the value of the outcome less the payment",
        "surplus" => "the sum of payments",
        "profit" => "the sum of payments less the cost of the outcome",
        "welfare" => "the sum of values",
        "participation_charge" => {
            "the greatest difference of outside option and interim payoff, over the own types"
        }
        "C" => "the least difference of interim welfare and outside option, over the own types",
        "virtual_value" => "the type less (1 - F)/f",
        "hazard_rate" => "f/(1 - F)",
        "ironed_virtual_value" => "the virtual value, averaged where it falls",
        "virtual_surplus" => "the sum of values, each less the marginal value in the type times (1 - F)/f",
        _ => return None,
    })
}

fn mechanism(name: &str) -> Option<&'static str> {
    Some(match name {
        "pivot" => "the efficient outcome, where each pays what the others lose by its presence",
        "vcg_lowest_type" => {
            "the efficient outcome, where each pays what the others lose against its lowest type"
        }
        "groves" => {
            "the efficient outcome, where each pays its charge less what the others value the outcome at"
        }
        "balance" => {
            "the same outcome, where each pays what it is expected to pay less what the next is expected to pay"
        }
        "AGV" => {
            "the efficient outcome, where each is paid what the others are expected to gain from its report, and pays an equal part of what the others are paid"
        }
        "participate" => "the same, where each is charged the participation charge beside",
        "first_price" => "the good for the highest bid, which is paid",
        "second_price" => "the good for the highest bid, at the second highest",
        "third_price" => "the good for the highest bid, at the third highest",
        "all_pay" => "the good for the highest bid, where everyone pays the own bid",
        "posted_price" => "the good at a price, for the first who takes it",
        "myerson" => {
            "the good for the highest ironed virtual value, if that is large enough, at the lowest type that would have won"
        }
        "screening" => {
            "the outcome with the greatest virtual surplus, where the lowest type has its outside option"
        }
        "implement" => {
            "the rule, where each has the outside option at the lowest type and the area under marginal values from it"
        }
        _ => return None,
    })
}
