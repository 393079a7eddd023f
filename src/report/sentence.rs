//! Statements and verdicts in plain English, in the field's words.

use super::block::{Inline, Prose, words};
use super::document::{StatementReport, VerdictKind};
use super::math::Math;
use super::noun::{noun, side};
use crate::lang::ast::{
    Answer, Claim, Concept, Constants, Extreme, Objective, Order, Property, PropertyKind, Quantity, Relation,
    Relations, Scope, Sought, Stance, Statement, StatementKind, Versus,
};
use crate::lang::print_expr;

/// What a claim of a file says: one sentence a statement.
pub fn sentence(claim: &Claim) -> Prose {
    let mut out = Vec::new();
    if claim.stance == Stance::Fails {
        out.push(words("It is not the case that: "));
    }
    for (position, (name, value)) in claim.at.iter().enumerate() {
        out.push(words(if position == 0 { "with " } else { " and " }));
        out.push(Inline::Math(Math::relation(Math::name(&name.text), "=", Math::of(value))));
    }
    if !claim.at.is_empty() {
        out.push(words(", "));
    }
    for (position, statement) in claim.statements.iter().enumerate() {
        if position > 0 {
            out.push(words("; "));
        }
        out.extend(clause(statement));
    }
    if claim.scope == Scope::AlmostEverywhere {
        out.push(words(", except at types that have probability zero"));
    }
    if let Some(solve) = &claim.solve {
        out.push(words(". This holds exactly for the values of "));
        for (position, unknown) in solve.unknowns.iter().enumerate() {
            if position > 0 {
                out.push(words(" and "));
            }
            out.push(Inline::Math(Math::name(&unknown.text)));
        }
        match &solve.answer {
            Some(Answer::Intervals(set)) => out.extend([words(" in "), Inline::Math(Math::of_set(set))]),
            Some(Answer::Regions(regions)) => out.extend(within(regions)),
            None => out.push(words(" that are sought")),
        }
    }
    out.push(words("."));
    capital(out)
}

/// With a comma between the comparisons of a region, and `or` between regions.
fn within(regions: &[Vec<Relations>]) -> Prose {
    let mut out = vec![words(" with ")];
    for (position, region) in regions.iter().enumerate() {
        if position > 0 {
            out.push(words(", or with "));
        }
        for (position, relations) in region.iter().enumerate() {
            if position > 0 {
                out.push(words(" and "));
            }
            out.push(Inline::Math(Math::of_relations(&relations.first, &relations.rest)));
        }
    }
    out
}

/// The first word with a capital.
fn capital(mut prose: Prose) -> Prose {
    if let Some(Inline::Text(first)) = prose.first_mut() {
        let mut chars = first.chars();
        if let Some(letter) = chars.next() {
            *first = letter.to_uppercase().chain(chars).collect();
        }
    }
    prose
}

fn clause(statement: &Statement) -> Prose {
    match &statement.kind {
        StatementKind::Relations { first, rest } => match rest.as_slice() {
            [(relation, right)] if noun(first).is_some() || noun(right).is_some() => {
                let mut out = side(first);
                out.push(words(format!(" {} ", compared(*relation))));
                out.extend(side(right));
                out
            }
            _ => vec![Inline::Math(Math::of_relations(first, rest))],
        },
        StatementKind::Properties { mechanism, properties } => {
            let mut out = vec![words("in "), Inline::Code(print_expr(mechanism)), words(", ")];
            out.extend(joined(properties, says));
            out
        }
        StatementKind::Shape { expr, shape, variable } => {
            let mut out = match noun(expr) {
                Some(noun) => [vec![words("the ")], noun].concat(),
                None => vec![Inline::Math(Math::of(expr))],
            };
            out.push(words(format!(" is {} in ", shape.words())));
            out.push(Inline::Math(Math::name(&variable.text)));
            out
        }
        StatementKind::Equilibrium { concept, strategy, mechanism } => vec![
            words("nobody gains by playing anything but "),
            Inline::Code(strategy.text.clone()),
            words(" in "),
            Inline::Code(mechanism.text.clone()),
            words(match concept {
                Concept::BayesNash => " on average, if the others play it: a Bayes-Nash equilibrium",
                Concept::ExPost => ", whatever the others' types, if they play it: an ex post equilibrium",
                Concept::DominantStrategy => ", whatever the others do: a dominant-strategy equilibrium",
            }),
        ],
        StatementKind::Versus { first, versus, second } => {
            let [first, second] = [first, second].map(|m| Inline::Code(print_expr(m)));
            let (same, both, constants) = match versus {
                Versus::WeaklyPreferred | Versus::StrictlyPreferred => {
                    let more = if *versus == Versus::WeaklyPreferred { "at least as much" } else { "more" };
                    let says = format!("every type of every agent expects {more} in ");
                    return vec![
                        words(says),
                        first,
                        words(match *versus {
                            Versus::WeaklyPreferred => " as in ",
                            _ => " than in ",
                        }),
                        second,
                    ];
                }
                Versus::Outcome => ("the outcomes have the same probabilities at every profile", "", None),
                Versus::Revenue => ("the expected sums of payments are the same", "", None),
                Versus::Payment(c) => {
                    ("every type of every agent expects to pay the same", "payments", Some(c))
                }
                Versus::Payoff(c) => {
                    ("every type of every agent expects the same payoff", "payoffs", Some(c))
                }
            };
            let same = match constants {
                Some(Constants::Free) => {
                    format!("the expected {both} of an agent differ by the same for all types")
                }
                _ => same.to_owned(),
            };
            vec![words(format!("{same} in ")), first, words(" and in "), second]
        }
        StatementKind::Implication { premise, conclusion } => {
            let part = |kind: &StatementKind| clause(&Statement { kind: kind.clone(), ..statement.clone() });
            let mut out = vec![words("if ")];
            out.extend(part(premise));
            out.push(words(", then "));
            out.extend(part(conclusion));
            out
        }
        StatementKind::Ranges { term, range } => vec![
            words("over all payments that make the truth a dominant strategy, "),
            Inline::Math(Math::of(term)),
            words(" takes the values in "),
            Inline::Math(Math::of_set(std::slice::from_ref(range))),
        ],
        StatementKind::Order { setting, order } => {
            let says = match order {
                Order::IncreasingDifferences => "a higher type gains no less from a higher outcome",
                Order::StrictlyIncreasingDifferences => "a higher type gains more from a higher outcome",
                Order::SingleCrossing => "if a type prefers a higher outcome, so does a higher type",
                Order::MonotoneChoice => "from every set of outcomes a higher type chooses no lower ones",
            };
            vec![words("in "), Inline::Code(setting.text.clone()), words(format!(", {says}"))]
        }
        StatementKind::Optimum { extreme, objective, of: sought, setting, properties, value } => {
            let end = match (value, extreme) {
                (None, _) => "",
                (_, Extreme::Greatest) => "greatest ",
                (_, Extreme::Least) => "least ",
            };
            let of = match objective {
                Objective::Revenue => "expected sum of payments",
                Objective::Welfare => "expected sum of values",
                Objective::Gains => "expected sum of values less outside options",
            };
            let (place, which) = match sought {
                Sought::Mechanism => ("in a mechanism for", " in which "),
                Sought::Payments => ("under payments for the rule", " with which "),
            };
            let mut out = vec![words(format!("the {end}{of} {place} "))];
            out.extend([Inline::Code(setting.text.clone()), words(which)]);
            out.extend(joined(properties, says));
            match value {
                Some(value) => out.extend([words(" is "), Inline::Math(Math::of(value))]),
                None => out.push(words(if *extreme == Extreme::Greatest {
                    " grows beyond every number"
                } else {
                    " falls below every number"
                })),
            }
            out
        }
        StatementKind::Existence { quantity, setting, properties } => {
            let word = match quantity {
                Quantity::Some => "there is a mechanism for ",
                Quantity::No => "there is no mechanism for ",
            };
            let mut out = vec![words(word), Inline::Code(setting.text.clone()), words(" in which ")];
            out.extend(joined(properties, says));
            out
        }
        StatementKind::Set { set, elements } => {
            let mut out = match noun(set) {
                Some(noun) => [vec![words("the ")], noun].concat(),
                None => vec![Inline::Math(Math::of(set))],
            };
            out.push(words(if elements.len() == 1 { " is " } else { " are " }));
            for (position, e) in elements.iter().enumerate() {
                if position > 0 {
                    out.push(words(" and "));
                }
                out.push(Inline::Math(Math::of(e)));
            }
            out
        }
    }
}

fn joined(properties: &[Property], say: impl Fn(PropertyKind) -> &'static str) -> Prose {
    let mut out = Vec::new();
    for (position, property) in properties.iter().enumerate() {
        let last = position + 1 == properties.len();
        out.push(words(match position {
            0 => "",
            _ if last => ", and ",
            _ => ", ",
        }));
        out.push(words(say(property.kind)));
    }
    out
}

fn says(property: PropertyKind) -> &'static str {
    match property {
        PropertyKind::DominantIc => "telling the truth is a dominant strategy",
        PropertyKind::ExPostIc => {
            "telling the truth is best whatever the others' types are if they are truthful"
        }
        PropertyKind::BayesianIc => "telling the truth is best on average if the others are truthful",
        PropertyKind::ExPostIr => "nobody ever loses by taking part",
        PropertyKind::InterimIr => "every type expects at least its outside option",
        PropertyKind::ExAnteIr => "everybody expects to gain before knowing the own type",
        PropertyKind::BudgetBalanced => "payments always sum to zero",
        PropertyKind::ExAnteBudgetBalanced => "payments sum to zero on average",
        PropertyKind::NoDeficit => "there is never a deficit",
        PropertyKind::ExAnteNoDeficit => "there is no deficit on average",
        PropertyKind::Efficient => "the outcome always has the greatest sum of values",
        PropertyKind::Monotone => "a higher type always gets no worse an outcome for it",
        PropertyKind::InterimMonotone => "a higher type gets no worse an outcome for it on average",
        PropertyKind::Envelope => "payoffs are areas under marginal values",
        PropertyKind::InterimEnvelope => "expected payoffs are areas under expected marginal values",
        PropertyKind::Feasible => {
            "every outcome is one of the setting, with probabilities that lie between 0 and 1 and sum to one"
        }
        PropertyKind::Implementable => "some payments make the truth a dominant strategy",
        PropertyKind::WeaklyMonotone => "no two types gain together by an exchange of their outcomes",
        PropertyKind::CyclicallyMonotone => {
            "no cycle of types gains together if each takes the outcome of the next"
        }
        PropertyKind::Regular => "virtual values never fall with the type",
        PropertyKind::StrictlyRegular => "virtual values rise with the type",
    }
}

fn compared(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => "is",
        Relation::NotEqual => "is not",
        Relation::Less => "is less than",
        Relation::AtMost => "is at most",
        Relation::Greater => "is more than",
        Relation::AtLeast => "is at least",
    }
}

/// What was found about a statement, in one sentence.
pub fn verdict(s: &StatementReport) -> Prose {
    let text = match (s.verdict, s.as_stated) {
        (VerdictKind::Proved, true) => "This is a theorem.".to_owned(),
        (VerdictKind::Proved, false) => "This is a theorem, and the file does not say so.".to_owned(),
        (VerdictKind::Refuted, true) => "This is false, as the file says.".to_owned(),
        (VerdictKind::Refuted, false) => "This is false.".to_owned(),
        (VerdictKind::Undecided, _) => match &s.undecided {
            Some(reason) => format!("This is open: {reason}."),
            None => "This is open.".to_owned(),
        },
        (VerdictKind::Rejected, _) => "This does not follow as it stands.".to_owned(),
    };
    let mut out = vec![words(text)];
    if !s.rests_on.is_empty() {
        out.push(words(format!(" It rests on {}.", s.rests_on.join(", "))));
    }
    out
}
