//! Priors on the type space that an agent has: what is drawn for a variant where others do not fit.

use crate::exact::Rational;
use crate::lang::ast::{
    Discrete, Distribution, DistributionKind, Expr, ExprKind, Factor, File, ItemKind, SettingKind, Sign,
    Support,
};
use crate::lang::{parse, print_expr};

/// Types of which other probabilities are drawn, at most.
const MOST: usize = 12;

/// An agent whose prior can be changed.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// The agent with its setting: `trade.buyer`.
    pub key: String,
    /// Other priors on its type space.
    pub alike: Vec<String>,
    /// Whether its types are finitely many: then no others are drawn.
    pub finite: bool,
}

/// The agents of a file whose priors can be drawn.
pub fn drawn(text: &str) -> Vec<Drawn> {
    parse(text).map(|file| of_file(&file)).unwrap_or_default()
}

/// The agents of a file whose priors can be changed, with their settings, `trade.buyer`, and their priors.
pub(super) fn priors(file: &File) -> Vec<(String, &Distribution)> {
    let mut out = Vec::new();
    for item in &file.items {
        let ItemKind::Setting(setting) = &item.kind else { continue };
        if setting.is_of_derivations() {
            continue;
        }
        for line in &setting.lines {
            if let SettingKind::Agent { name, distribution, .. }
            | SettingKind::Agents { index: name, distribution, .. } = &line.kind
            {
                out.push((format!("{}.{}", setting.name.text, name.text), distribution));
            }
        }
    }
    out
}

fn of_file(file: &File) -> Vec<Drawn> {
    let of_agent = |(key, prior): (String, &Distribution)| match &prior.kind {
        // Their probabilities are in a joint prior.
        DistributionKind::Discrete(Discrete::Types(_)) => None,
        DistributionKind::Discrete(discrete) => Some(Drawn { key, alike: weights(discrete), finite: true }),
        _ => Some(Drawn { key, alike: on_interval(prior), finite: false }),
    };
    priors(file).into_iter().filter_map(of_agent).collect()
}

/// Even, rising and falling probabilities of the same types.
fn weights(discrete: &Discrete) -> Vec<String> {
    let types: Vec<String> = match discrete {
        Discrete::Types(Support::Listed(all)) | Discrete::Even(Support::Listed(all)) => {
            all.iter().map(print_expr).collect()
        }
        Discrete::Weighted(all) => all.iter().map(|(e, _)| print_expr(e)).collect(),
        _ => vec![],
    };
    let n = types.len();
    if !(2..=MOST).contains(&n) {
        return vec![];
    }
    let whole = n * (n + 1) / 2;
    let weighted = |weight: &dyn Fn(usize) -> usize| {
        let all: Vec<String> =
            types.iter().enumerate().map(|(k, t)| format!("{t}: {}/{whole}", weight(k))).collect();
        format!("finite {{{}}}", all.join(", "))
    };
    let even = format!("uniform {{{}}}", types.join(", "));
    let mut out = vec![weighted(&|k| k + 1), weighted(&|k| n - k)];
    if matches!(discrete, Discrete::Weighted(_)) {
        out.push(even);
    }
    out
}

/// The uniform prior, and those whose densities rise and fall evenly, on an interval between numbers.
fn on_interval(prior: &Distribution) -> Vec<String> {
    let (low, high, is_uniform) = match &prior.kind {
        DistributionKind::Uniform { low, high } => (low, high, true),
        DistributionKind::Cdf { on, .. } | DistributionKind::Pdf { on, .. } => (&on.low, &on.high, false),
        _ => return vec![],
    };
    let (Some(a), Some(b)) = (number(low), number(high)) else { return vec![] };
    let length = &b - &a;
    let square = &length * &length;
    if !square.is_positive() {
        return vec![];
    }
    let above = match (a.is_zero(), a.is_negative()) {
        (true, _) => "y".to_owned(),
        (false, true) => format!("(y + {})", -&a),
        (false, false) => format!("(y - {a})"),
    };
    let over = if square.is_one() { String::new() } else { format!("/({square})") };
    let mut out =
        vec![format!("cdf {above}^2{over} on [{a}, {b}]"), format!("pdf 2*({b} - y){over} on [{a}, {b}]")];
    if !is_uniform {
        out.push(format!("uniform({a}, {b})"));
    }
    out
}

/// The number that an end is, if it is written as one.
fn number(e: &Expr) -> Option<Rational> {
    match &e.kind {
        ExprKind::Number(c) => Some(c.clone()),
        ExprKind::Negated(inner) => number(inner).map(|c| -&c),
        ExprKind::Sum(terms) => terms.iter().try_fold(Rational::ZERO, |sum, (sign, e)| {
            let c = number(e)?;
            Some(if *sign == Sign::Plus { &sum + &c } else { &sum - &c })
        }),
        ExprKind::Product(factors) => factors.iter().try_fold(Rational::ONE, |product, (factor, e)| {
            let c = number(e)?;
            if *factor == Factor::Times { Some(&product * &c) } else { product.checked_div(&c) }
        }),
        _ => None,
    }
}
