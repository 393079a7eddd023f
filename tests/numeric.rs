//! Proved numbers against a numeric evaluation of the definitions: outcomes are chosen by comparing
//! welfare at each point of a fine grid, and nothing of the engine is used.

#![allow(clippy::float_arithmetic, reason = "an independent, approximate second way")]

use vickrey::pipeline::{self, Detail};

/// Points of the midpoint rule in each dimension.
const POINTS: usize = 300;

/// A prior by its quantile function, and its text.
struct Prior {
    text: &'static str,
    quantile: fn(f64) -> f64,
}

const PRIORS: [Prior; 5] = [
    Prior { text: "uniform(0, 1)", quantile: |q| q },
    Prior { text: "uniform(0, 2)", quantile: |q| 2.0 * q },
    Prior { text: "cdf y^2 on [0, 1]", quantile: f64::sqrt },
    Prior { text: "pdf 2 - 2*y on [0, 1]", quantile: |q| 1.0 - (1.0 - q).sqrt() },
    Prior { text: "uniform(1, 2)", quantile: |q| 1.0 + q },
];

fn types(prior: &Prior) -> Vec<f64> {
    (0..POINTS).map(|k| (prior.quantile)((k as f64 + 0.5) / POINTS as f64)).collect()
}

/// Values of outcomes to two agents.
type Values = fn(f64, f64) -> [[f64; 2]; 2];

fn trade(v: f64, c: f64) -> [[f64; 2]; 2] {
    [[0.0, 0.0], [v, -c]]
}

fn good(v: f64, w: f64) -> [[f64; 2]; 2] {
    [[v, 0.0], [0.0, w]]
}

struct Numbers {
    welfare: f64,
    payments: [f64; 2],
    surplus_after_charges: f64,
}

/// The pivot mechanism from its definition: the best outcome with and without each agent.
fn pivot(values: Values, priors: [&Prior; 2], outside: fn(f64) -> f64) -> Numbers {
    let [first, second] = &priors.map(types);
    let spaces = priors.map(|p| ((p.quantile)(0.0), (p.quantile)(1.0)));
    let (mut welfare, mut payments) = (0.0, [0.0; 2]);
    for a in first {
        for b in second {
            let table = values(*a, *b);
            let total = |k: usize| table[k][0] + table[k][1];
            let best = if total(1) > total(0) { 1 } else { 0 };
            welfare += total(best);
            for (agent, payment) in payments.iter_mut().enumerate() {
                let other = 1 - agent;
                let without = table[0][other].max(table[1][other]);
                *payment += without - table[best][other];
            }
        }
    }
    let cells = (POINTS * POINTS) as f64;
    // The charge is a maximum over the whole type space, ends included.
    let charge = |agent: usize, space: (f64, f64)| {
        let net = (0..=POINTS).map(|k| {
            let own = space.0 + (space.1 - space.0) * k as f64 / POINTS as f64;
            let others = if agent == 0 { second } else { first };
            let payoff = others.iter().map(|other| {
                let table = if agent == 0 { values(own, *other) } else { values(*other, own) };
                let total = |k: usize| table[k][0] + table[k][1];
                let best = if total(1) > total(0) { 1 } else { 0 };
                let without = table[0][1 - agent].max(table[1][1 - agent]);
                table[best][agent] - (without - table[best][1 - agent])
            });
            outside(own) - payoff.sum::<f64>() / POINTS as f64
        });
        net.fold(f64::NEG_INFINITY, f64::max)
    };
    let payments = payments.map(|t| t / cells);
    let surplus = payments[0] + payments[1] - charge(0, spaces[0]) - charge(1, spaces[1]);
    Numbers { welfare: welfare / cells, payments, surplus_after_charges: surplus }
}

/// The exact values that the checker finds for expressions.
fn exact(text: &str, expressions: &[&str]) -> Vec<f64> {
    let claims: Vec<String> =
        expressions.iter().enumerate().map(|(k, e)| format!("claim c{k}: {e} = 1000")).collect();
    let outcome = pipeline::check("test.mech", &format!("{text}\n{}", claims.join("\n")), Detail::Verdicts);
    assert!(outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics);
    let value = |s: &vickrey::report::StatementReport| {
        let text =
            s.value.clone().unwrap_or_else(|| panic!("{} has no value: {:?}", s.statement, s.undecided));
        let (n, d) = text.split_once('/').unwrap_or((&text, "1"));
        n.parse::<f64>().unwrap() / d.parse::<f64>().unwrap()
    };
    outcome.report.unwrap().statements.iter().map(value).collect()
}

fn close(exact: f64, numeric: f64, what: &str) {
    assert!((exact - numeric).abs() < 0.01, "{what}: exact {exact}, numeric {numeric}");
}

#[test]
fn bilateral_trade_agrees_with_the_definition_for_all_pairs_of_priors() {
    for buyer in &PRIORS {
        for seller in &PRIORS {
            let text = format!(
                "setting s {{\nagent buyer with type v ~ {}\nagent seller with type c ~ {}\n\
                 outcome x in {{0, 1}}\nvalue buyer = v*x\nvalue seller = -c*x\nties x = 0\n}}\n\
                 mechanism m = pivot(s)\nmechanism ir = participate(m)",
                buyer.text, seller.text
            );
            let expressions =
                ["E welfare(s)", "E payment(m, buyer)", "E payment(m, seller)", "E surplus(ir)"];
            let found = exact(&text, &expressions);
            let numbers = pivot(trade, [buyer, seller], |_| 0.0);
            let expected =
                [numbers.welfare, numbers.payments[0], numbers.payments[1], numbers.surplus_after_charges];
            for ((value, number), e) in found.iter().zip(expected).zip(expressions) {
                close(*value, number, &format!("{e} for {} and {}", buyer.text, seller.text));
            }
        }
    }
}

#[test]
fn partnerships_agree_with_the_definition() {
    for prior in &PRIORS {
        let text = format!(
            "setting s {{\nagents i in 1..2 with type v[i] ~ {}\none good\nshare 1 = 1/2\nshare 2 = 1/2\n\
             ties to the lowest index\n}}\nmechanism m = pivot(s)\nmechanism ir = participate(m)",
            prior.text
        );
        // The worst-off type is the median, which is irrational for two of the priors.
        let rational = prior.text.starts_with("uniform");
        let expressions: &[&str] = if rational {
            &["E welfare(s)", "E payment(m, 1)", "E payment(m, 2)", "E surplus(ir)"]
        } else {
            &["E welfare(s)", "E payment(m, 1)", "E payment(m, 2)"]
        };
        let found = exact(&text, expressions);
        let numbers = pivot(good, [prior, prior], |t| t / 2.0);
        let expected =
            [numbers.welfare, numbers.payments[0], numbers.payments[1], numbers.surplus_after_charges];
        for ((value, number), e) in found.iter().zip(expected).zip(expressions) {
            close(*value, number, &format!("{e} for {}", prior.text));
        }
    }
}
