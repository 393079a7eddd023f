//! Signs of polynomials in one variable that almost touch zero: each answer is known from how the polynomial is made.

use vickrey::pipeline::{self, Detail};

/// Checks that all statements about a number in a range are as stated.
#[track_caller]
fn as_stated(range: &str, statements: &str) {
    let text = format!("parameter x in {range}\n{statements}\n");
    let outcome = pipeline::check("signs.mech", &text, Detail::Verdicts);
    let report = outcome.report.unwrap_or_else(|| panic!("{text}"));
    let wrong: Vec<_> = report.statements.iter().filter(|s| !s.as_stated).collect();
    let names: Vec<_> = wrong.iter().map(|s| &s.name).collect();
    assert!(names.is_empty(), "{text}\n{names:?}");
}

#[test]
fn two_roots_as_close_as_a_power_is_small_are_seen() {
    // At the root of the square the power is 10^-240, or 10^-292: above zero with one sign, and below with the other.
    for (square, power) in [("2*(1000*x - 1)^2", 80), ("(2500*x^2 - 3)^2", 200)] {
        let above = format!("{square} + x^{power} > 0");
        let below = format!("{square} - x^{power}");
        as_stated(
            "[0, 1]",
            &format!("claim a: {above}\nrefuted b: {below} >= 0\nclaim c: {below} > -1/10^100"),
        );
    }
}

#[test]
fn chebyshev_polynomials_are_at_least_minus_one() {
    let degree = 48;
    let (mut last, mut next) = (vec![1_i128], vec![0, 1]);
    for _ in 1..degree {
        let mut after: Vec<i128> = std::iter::once(0).chain(next.iter().map(|c| 2 * c)).collect();
        after.iter_mut().zip(&last).for_each(|(slot, c)| *slot -= c);
        (last, next) = (next, after);
    }
    let terms: Vec<String> = next.iter().enumerate().map(|(k, c)| format!("({c})*x^{k}")).collect();
    let sum = terms.join(" + ");
    as_stated(
        "[-1, 1]",
        &format!(
            "claim a: {sum} + 1 >= 0\nclaim b: {sum} + 1 + 1/2^64 > 0\nrefuted c: {sum} + 1 - 1/2^64 >= 0"
        ),
    );
}

#[test]
fn ends_and_ranges_beyond_one() {
    // Zero at an end, at a root that is no end of a part, beside an end; large and negative numbers.
    let touching = "(x - 2)^8*(x^2 + 1)";
    as_stated("[-3, 5]", &format!("claim a: {touching} >= 0\nrefuted b: {touching} > 0"));
    as_stated("[-3, 5]", "claim a: (3*x - 4)^2*(x^8 + 1) + 1/10^60 > 0");
    as_stated("[-3, 5]", "refuted a: (3*x - 4)^2*(x^8 + 1) - 1/10^60 >= 0");
    as_stated("[3, 30]", "claim a: (x^2 - 60)^2*(x^60 + x + 1) + 1/10^40 > 0");
    as_stated("[7, 9]", "claim a: (x - 7)*(x^9 + x) >= 0\nrefuted b: (x - 7)*(x^9 + x) > 0");
    as_stated("[0, 1]", "refuted a: (x - 1/10^30)*(x^8 + 1) >= 0\nclaim b: (x + 1/10^30)*(x^8 + 1) > 0");
    as_stated("[0, 1]", "claim a: (x^2 - 1/3)^4*(x + 1) + 1/10^20 > 0");
}
