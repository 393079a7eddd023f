//! Benchmarks: programs on grids, and payments for rules on many types. Run with `cargo bench --bench programs`.

use vickrey::pipeline::{self, Detail};

fn main() {
    divan::main();
}

/// A buyer and a seller whose types are `points` equidistant numbers from 0 to 1.
fn trade(points: usize) -> String {
    let step = points - 1;
    format!(
        "setting trade {{
           agent buyer with type b ~ uniform grid(0, 1, 1/{step})
           agent seller with type s ~ uniform grid(0, 1, 1/{step})
           outcome x in {{0, 1}}
           value buyer = b*x
           value seller = -s*x
           ties x = 0
         }}\n"
    )
}

fn check(bencher: divan::Bencher<'_, '_>, text: &str) {
    bencher.bench(|| divan::black_box(pipeline::check("bench", divan::black_box(text), Detail::Verdicts)));
}

/// Efficient, incentive compatible, agreeable and balanced: none exists from six points on.
#[divan::bench(args = [10, 20, 40, 60], sample_count = 5)]
fn existence(bencher: divan::Bencher<'_, '_>, points: usize) {
    let claim = "claim c: no mechanism on trade is efficient, BIC, interim IR and budget balanced";
    check(bencher, &format!("{}{claim}", trade(points)));
}

/// The exact second best, with its multipliers: what the claim says is wrong.
#[divan::bench(args = [5, 10, 20], sample_count = 5)]
fn second_best(bencher: divan::Bencher<'_, '_>, points: usize) {
    let claim =
        "claim c: greatest welfare of a mechanism on trade that is BIC, interim IR and budget balanced = 1";
    check(bencher, &format!("{}{claim}", trade(points)));
}

/// How the values of a rule are written.
#[derive(Clone, Copy)]
enum Values {
    /// A number for each type and outcome.
    Written,
    /// A sum of products of three characteristics of the type and of the outcome.
    Characteristics,
}

/// A rule that gives each type its best outcome, with values of three characteristics; with two outcomes exchanged there is
/// a cycle.
fn rule(types: i64, exchanged: bool, values: Values, property: &str) -> String {
    let characteristics = |k: i64| [k * 7919 % 101 - 50, k * 104_729 % 103 - 51, k * 1_299_709 % 107 - 53];
    let outcome = |k: i64| match k {
        _ if exchanged && k == types / 2 => types / 3,
        _ if exchanged && k == types / 3 => types / 2,
        _ => k,
    };
    let names = |letter: &str| (0..types).map(|k| format!("{letter}{k}")).collect::<Vec<_>>().join(", ");
    let value = |k: i64, l: i64| {
        let (t, o) = (characteristics(k), characteristics(outcome(l)));
        t.iter().zip(o).map(|(a, b)| 2 * a * b).sum::<i64>()
    };
    let row = |k| (0..types).map(|l| value(k, l).to_string()).collect::<Vec<_>>().join(", ");
    let column = |letter: &str, n: usize, of: &dyn Fn(i64) -> i64| {
        let number = |k: i64| characteristics(of(k)).into_iter().nth(n).unwrap_or_default();
        let row = |k: i64| format!("{letter}{k}: {}\n", number(k));
        format!("(table {letter} {{\n{}}})", (0..types).map(row).collect::<String>())
    };
    let value = match values {
        Values::Written => {
            let rows: String = (0..types).map(|k| format!("t{k}: {}\n", row(k))).collect();
            format!("table t, x {{\n{rows}}}")
        }
        Values::Characteristics => {
            let product = |n| format!("2*{}*{}", column("t", n, &|k| k), column("x", n, &outcome));
            (0..3).map(product).collect::<Vec<_>>().join(" + ")
        }
    };
    let rule: String = (0..types).map(|k| format!("t{k}: x{k}\n")).collect();
    format!(
        "setting many {{
           agent a with type t in {{{}}}
           outcome x in {{{}}}
           value a = {value}
         }}
         rule own on many: x = table t {{\n{rule}}}
         claim c: own is {property}",
        names("t"),
        names("x")
    )
}

/// Payments that implement a rule.
#[divan::bench(args = [50, 100, 500], sample_count = 3)]
fn payments(bencher: divan::Bencher<'_, '_>, types: i64) {
    check(bencher, &rule(types, false, Values::Written, "implementable"));
}

/// A cycle of types that no payments stop.
#[divan::bench(args = [50, 100, 500], sample_count = 3)]
fn cycles(bencher: divan::Bencher<'_, '_>, types: i64) {
    check(bencher, &rule(types, true, Values::Written, "implementable"));
}

/// That no cycle of any length gains.
#[divan::bench(args = [50, 100, 500], sample_count = 3)]
fn no_cycles(bencher: divan::Bencher<'_, '_>, types: i64) {
    check(bencher, &rule(types, false, Values::Written, "cyclically monotone"));
}

/// A cycle that gains.
#[divan::bench(args = [50, 100, 500], sample_count = 3)]
fn one_cycle(bencher: divan::Bencher<'_, '_>, types: i64) {
    check(bencher, &rule(types, true, Values::Written, "cyclically monotone"));
}

/// Payments that implement a rule whose values are an expression in characteristics.
#[divan::bench(args = [50, 100, 500], sample_count = 3)]
fn payments_from_characteristics(bencher: divan::Bencher<'_, '_>, types: i64) {
    check(bencher, &rule(types, false, Values::Characteristics, "implementable"));
}

/// A cycle of such values that no payments stop.
#[divan::bench(args = [50, 100, 500], sample_count = 3)]
fn cycles_from_characteristics(bencher: divan::Bencher<'_, '_>, types: i64) {
    check(bencher, &rule(types, true, Values::Characteristics, "implementable"));
}
