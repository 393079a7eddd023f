//! What a statement means where a careless reading would prove something else.

use vickrey::pipeline::{self, Detail};
use vickrey::report::VerdictKind::{self, Proved};

/// The verdict of the last statement, or the codes of the complaints.
fn answer(text: &str) -> Result<VerdictKind, Vec<&'static str>> {
    let outcome = pipeline::check("test.mech", text, Detail::Verdicts);
    let codes: Vec<_> = outcome.diagnostics.iter().map(|d| d.code).collect();
    match outcome.report {
        Some(report) if codes.is_empty() => Ok(report.statements.last().unwrap().verdict),
        _ => Err(codes),
    }
}

fn auction(name: &str, agents: &str, prior: &str) -> String {
    format!(
        "setting {name} {{\n agents i in {agents} with type x[i] ~ {prior}\n one good, kept by the seller if \
         nobody gets it\n ties to the lowest index\n}}\nmechanism second_{name} = second_price({name})\n"
    )
}

#[test]
fn an_open_index_needs_the_same_agents_everywhere() {
    let (two, three) = (auction("two", "1..2", "uniform(0, 1)"), auction("three", "1..3", "uniform(0, 1)"));
    let claim = |m: &str| format!("{two}{three}claim a: payment(second_two, i) = payment({m}, i)");
    assert!(answer(&claim("second_three")).is_err());
    assert_eq!(answer(&claim("second_two")), Ok(Proved));
}

#[test]
fn a_condition_outside_an_average_says_nothing_about_the_types_inside() {
    // The division inside the average is by zero somewhere, whatever is known of `v` outside.
    let setting = "setting s {\n agent a with type v ~ uniform(0, 1)\n agent b with type w ~ uniform(0, 1)\n \
                   outcome x in {0, 1}\n value a = v*x\n value b = w*x\n ties x = 1\n}\n\
                   mechanism m = pivot(s)\n";
    let claim = |inner: &str| format!("{setting}claim a: cases {{ {inner} if v > 0; 0 otherwise }} >= 0");
    assert!(answer(&claim("v/v")).is_ok());
    assert_eq!(answer(&claim("E (v/v + 0*payment(m, a))")), Err(vec!["division-by-zero"]));
}

#[test]
fn a_shape_is_refused_where_another_range_moves_along() {
    let text = "parameter r in [0, 1]\nparameter s in [0, r]\nclaim a: s is nondecreasing in r";
    assert_eq!(answer(text), Err(vec!["unsupported"]));
    let text = "parameter r in [0, 1]\nparameter s in [0, r]\nclaim a: r is nondecreasing in r";
    assert_eq!(answer(text), Ok(Proved));
}

#[test]
fn who_is_never_there_does_not_win_the_optimal_auction() {
    // The density is zero on [1, 2]; the virtual value is the type there, and is not the highest for nothing.
    let prior = "cdf cases { y if y < 1; 1 otherwise } on [0, 2]";
    let text = |claim: &str| {
        let setting = auction("s", "1..2", prior);
        format!("{setting}mechanism m = myerson(s)\nclaim a: {claim}")
    };
    assert_eq!(answer(&text("E (sum(i, payment(m, i))) = 5/12")), Ok(Proved));
    assert_eq!(answer(&text("m is DSIC")), Ok(Proved));
}

#[test]
fn a_negative_reserve_is_below_every_bid() {
    let setting = auction("s", "1..2", "uniform(0, 1)");
    let text = |claim: &str| format!("{setting}mechanism m = second_price(s, -1)\nclaim a: {claim}");
    assert_eq!(answer(&text("allocation(m, 1) + allocation(m, 2) = 1")), Ok(Proved));
    assert_eq!(answer(&text("m is DSIC")), Ok(Proved));
}
