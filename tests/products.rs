//! Products with many terms: what is multiplied out has an answer, and what would take too long is said to be too large.

use vickrey::pipeline::{self, Detail};

/// Whether all statements are as stated; the first complaint where there is no report.
fn outcome(text: &str) -> Result<bool, String> {
    let outcome = pipeline::check("products.mech", text, Detail::Verdicts);
    let complaint = outcome.diagnostics.first().map(|d| d.code.to_string());
    match outcome.report {
        Some(report) => Ok(report.statements.iter().all(|s| s.as_stated)),
        None => Err(complaint.unwrap_or_default()),
    }
}

const FOUR: &str =
    "parameter x in [0, 1]\nparameter y in [0, 1]\nparameter z in [0, 1]\nparameter t in [0, 1]\n";

#[test]
fn twenty_thousand_terms_in_four_variables() {
    let f = "(1 + x + y + z + t)^12";
    assert_eq!(outcome(&format!("{FOUR}claim a: {f}*({f} + 1) = ({f})^2 + {f}\n")), Ok(true));
    assert_eq!(outcome(&format!("{FOUR}refuted a: {f}*({f} + 1) = ({f})^2 + {f} + x*y^11\n")), Ok(true));
    // The exponents of a large product that is mostly empty, fractions, and numbers of more than a machine word.
    let g = "(x^90/7 + 3*y^40 - z^33*t/11 + t^25 - 2/9)^9";
    assert_eq!(outcome(&format!("{FOUR}claim a: {g}*({g} - 10^30) = ({g})^2 - 10^30*{g}\n")), Ok(true));
}

#[test]
fn a_thousand_fractions_times_a_thousand() {
    let line = |seed: u64| {
        let mut word = seed;
        let mut next = || {
            word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            word >> 3
        };
        let term = |k: usize| {
            let (a, b, c, d) = (next(), next(), next(), next() % 30 + 1);
            format!("{}{a}{b}{c}/{d}*x^{k}", if a % 2 == 0 { "-" } else { "+" })
        };
        format!("0 {}", (0..=1000).map(term).collect::<Vec<_>>().join(" "))
    };
    let (f, g) = (line(1), line(2));
    let by_halves = format!("({f})*({g}) = (({f} + {g})^2 - ({f} - ({g}))^2)/4");
    assert_eq!(outcome(&format!("parameter x in [0, 1]\nclaim a: {by_halves}\n")), Ok(true));
    let more = format!("refuted a: {by_halves} + x^1999/10^60");
    assert_eq!(outcome(&format!("parameter x in [0, 1]\n{more}\n")), Ok(true));
    let one = "(1 + x + x^2)^1000";
    let middle = "integral((1 + 2*x)*(1 + x + x^2)^1000, x from 0 to 1) = (3^1001 - 1)/1001";
    assert_eq!(outcome(&format!("parameter x in [0, 1]\nclaim a: {one}*{one} = ({one})^2\n")), Ok(true));
    assert_eq!(outcome(&format!("claim b: {middle}\n")), Ok(true));
}

#[test]
fn what_takes_too_long_is_too_large() {
    for power in [
        "(1 + x + y + z + t)^60",
        "(1 + x^3 + y^50 + z^70 + t^1000)^20",
        "((1 + x)^1000)^10",
        "(1 + x)^2000*(1 + y)^2000",
        "x^4000*y",
    ] {
        assert_eq!(outcome(&format!("{FOUR}claim a: {power} >= 0\n")), Err("too-large".into()), "{power}");
    }
}
