//! Signs of polynomials in one variable that almost touch zero: each answer is known from how the polynomial is made.

use vickrey::pipeline::{self, Detail};
use vickrey::report::VerdictKind;

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

#[test]
fn quotients_are_decided_by_the_conditions_in_their_divisors() {
    // 1 + x·[x >= 0] lies between one and two, and reaches both; 2 + x·[x >= 0] - [x >= 1/2] between 3/2 and 5/2.
    let divisor = "(1 + x*[x >= 0])";
    for (truth, statement) in [
        ("claim", format!("1/{divisor} >= 1/2")),
        ("claim", format!("1/{divisor} > 0")),
        ("claim", format!("1/{divisor} <= 1")),
        ("claim", format!("x/{divisor} <= 1/2")),
        ("claim", format!("1/{divisor} - 1/(1 + {divisor}) > 0")),
        ("claim", "1/(1 + x*[x >= 1/2]) > 1/3".into()),
        ("claim", "1/(2 + x*[x >= 0] - [x >= 1/2]) > 1/3".into()),
        ("claim", "1/(-1 - x*[x >= 0]) <= -1/2".into()),
        ("refuted", format!("1/{divisor} >= 2/3")),
        ("refuted", format!("1/{divisor} > 1/2")),
        ("refuted", format!("1/{divisor} < 1")),
        ("refuted", "1/(1 + x*[x >= 1/2]) >= 3/5".into()),
        ("refuted", "1/(2 + x*[x >= 0] - [x >= 1/2]) >= 1/2".into()),
        ("refuted", "1/(-1 - x*[x >= 0]) <= -2/3".into()),
    ] {
        as_stated("[-1, 1]", &format!("{truth} a: {statement}"));
    }
}

#[test]
fn virtual_values_are_decided_where_the_lowest_type_has_its_own_density() {
    let setting = "setting s {
  agents i in 1..2 with type w[i] ~ pdf cases { 5 if y <= 0; 2*(1 - y) otherwise } on [0, 1]
  one good, kept by the seller if nobody gets it
}";
    // At the lowest type 0 - 1/5; above it w - (1 - w)/2.
    let at_zero = "cases { virtual_value(s, 1) if w[1] = 0; w[1] otherwise }";
    let below_one = "cases { virtual_value(s, 1) if w[1] < 1; 1 otherwise }";
    for line in [
        format!("claim a: {at_zero} = cases {{ -1/5 if w[1] = 0; w[1] otherwise }}"),
        format!("claim a: {at_zero} >= -1/5"),
        format!("refuted a: {at_zero} > -1/5"),
        format!("claim a: {below_one} = cases {{ -1/5 if w[1] = 0; (3*w[1] - 1)/2 otherwise }}"),
        format!("refuted a: {below_one} = (3*w[1] - 1)/2"),
    ] {
        as_stated("[0, 1]", &format!("{setting}\n{line}"));
    }
}

/// Where boxes in several roots would be cut without end, the answer is that none was found; with the wrong shape there is one.
#[test]
fn what_would_be_cut_without_end_is_undecided() {
    let verdict = |shape: &str| {
        let text = format!("parameter r in [0, 1]\nclaim a: 2/3*(1 - r^(3/2)) is {shape} in r\n");
        let outcome = pipeline::check("signs.mech", &text, Detail::Verdicts);
        outcome.report.unwrap().statements.pop().unwrap().verdict
    };
    assert_ne!(verdict("concave"), VerdictKind::Refuted);
    assert_eq!(verdict("convex"), VerdictKind::Refuted);
}

#[test]
fn roots_that_are_repeated_often_and_irrational() {
    as_stated("[0, 1]", "claim a: (2*x^2 - 1)^30 >= 0\nrefuted b: (2*x^2 - 1)^12 > 0");
    as_stated("[0, 1]", "claim a: (2*x^2 - 1)^4 + 1/10^100 > 0\nrefuted b: (2*x^2 - 1)^31 >= 0");
    as_stated("[0, 1]", "refuted a: (x - 1/2)^40*(x - 1/3)^60 > 0\nclaim b: (x - 1/2)^40*(x - 1/3)^60 >= 0");
}

#[test]
fn roots_closer_than_any_digits_that_are_looked_at() {
    let close = "1/(2^900*2^600)";
    as_stated("[0, 1]", &format!("refuted a: (2*x^2 - 1)*(2*x^2 - 1 + {close}) >= 0"));
    as_stated(
        "[0, 1]",
        &format!("claim a: (3*x - 1)^2 + {close} > 0\nrefuted b: (3*x - 1)^2 - {close} >= 0"),
    );
    as_stated(
        "[0, 1]",
        &format!("claim a: (2*x^2 - 1)^2 + {close} > 0\nrefuted b: (2*x^2 - 1)^2 - {close} >= 0"),
    );
}

#[test]
fn high_powers_of_differences_are_squares() {
    let twice = |statements: &str| as_stated("[0, 1]\nparameter y in [0, 1]", statements);
    twice("claim a: (x - y)^40 >= 0\nrefuted b: (x - y)^40 > 0");
    twice("claim a: (x^2 - 2*y)^20*(x + y^2) >= 0\nrefuted b: (x - y)^21 >= 0");
}

#[test]
fn what_is_squared_is_seen_as_it_is_written() {
    let four = "[0, 1]\nparameter y in [0, 1]\nparameter z in [0, 1]\nparameter t in [0, 1]";
    for (sum, least) in [
        ("(x - y)^2*(z - t)^4 + (x*z - y*t)^6", 0),
        ("(x - y)^2 + (z - t)^4", 0),
        ("(x^3 - y)*(x^3 - y) + 5*(z - t^2)^4/7", 0),
        ("(x^5 + x - 1)^6 + 2*(y - z)^6*t^2", 0),
        ("x*(x - y)^2 + (1 - x)*(z - t)^4 + (y - 2*z)^2*(x - t)^8", 0),
        ("3 + (x - y + z)^4 + (x*y*z - t)^4", 3),
    ] {
        let more = format!("claim a: {sum} >= {least}\nclaim b: {sum} + 1/1000 > {least}\n");
        as_stated(four, &format!("{more}claim c: -({sum}) <= -{least}"));
        // All of these are zero where the differences are, and a little above at other places.
        as_stated(four, &format!("refuted a: {sum} - 1/1000 >= {least}"));
    }
    // Odd powers and differences of squares are none.
    as_stated(four, "refuted a: (x - y)^3*(z - t)^4 >= 0\nrefuted b: (x - y)^2 - (z - t)^4 >= 0");
    as_stated(four, "refuted a: (x - y)^2*(z - t) + (x - t)^2 >= 0\nrefuted b: -(x - y)^2*(z - t)^2 >= 0");
}

#[test]
fn a_power_is_zero_where_its_base_is() {
    for base in ["x^5 + x - 1", "x^3 + x - 1", "x^5 + x^2 - 1", "7*x^7 - 3*x^2 - x - 1/2"] {
        for power in [2, 6] {
            as_stated("[0, 1]", &format!("claim a: ({base})^{power} >= 0\nrefuted b: ({base})^{power} > 0"));
            as_stated("[0, 1]", &format!("claim a: ({base})^{power} + 1/1000 > 0"));
            as_stated("[0, 1]", &format!("refuted a: (x + 1/3)*({base})^{power} > 0"));
        }
    }
    // The root is outside of the interval, or its end.
    as_stated("[0, 3/4]", "claim a: (x^5 + x - 1)^6 > 0\nclaim b: (x - 4/5)^6 > 0");
    as_stated("[0, 1]", "refuted a: (x^5 + x - 2)^6 > 0\nclaim b: (x^5 + x - 2)^6 >= 0");
}
