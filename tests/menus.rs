//! Rules with many branches: conditions on one quantity, and menus that are truthful just when they should be.

use proptest::prelude::*;
use vickrey::exact::Rational;
use vickrey::kernel::{Expr, Node};
use vickrey::model::absorbed;
use vickrey::pipeline::{self, Detail};
use vickrey::report::VerdictKind::{self, Proved, Refuted};

fn verdict(text: &str) -> VerdictKind {
    let outcome = pipeline::check("menu.mech", text, Detail::Verdicts);
    assert!(outcome.diagnostics.is_empty(), "{:?}\n{text}", outcome.diagnostics);
    outcome.report.unwrap().statements.last().unwrap().verdict
}

/// The chances of options that begin at equal distances, with prices by the envelope formula, all in 1/40.
fn menu(increments: &[i64], change: Option<(usize, i64)>, degree: u32) -> (String, bool) {
    let parts = increments.len() as i64 + 1;
    let mut options = vec![(10_i64, Rational::ZERO)];
    for (k, by) in (1_i64..).zip(increments) {
        let (chance, price) = options.last().unwrap().clone();
        // Threshold times chance.
        options.push((chance + by, &price + &Rational::new(k * by, parts * 40).unwrap()));
    }
    let shift = |k: usize| match change {
        Some((option, millionths)) if option == k => Rational::new(millionths, 1_000_000).unwrap(),
        _ => Rational::ZERO,
    };
    let branch = |k: usize, e: String| match k as i64 + 1 {
        last if last == parts => format!("{e} otherwise"),
        end => format!("{e} if v < {end}/{parts}"),
    };
    // What is added to chance and price: v^(d + 1) integrates to v^(d + 2)/(d + 2).
    let (up, over) = (degree + 1, degree + 2);
    let chances = options.iter().enumerate().map(|(k, (c, _))| branch(k, format!("{c}/40 + v^{up}/4")));
    let price = |k: usize, p: &Rational| format!("{p} + {} + v^{over}/4 - v^{over}/{}", shift(k), 4 * over);
    let prices = options.iter().enumerate().map(|(k, (_, p))| branch(k, price(k, p)));
    let lines = |all: Vec<String>| all.join("; ");
    let text = format!(
        "setting sale {{\n agent a with type v ~ uniform(0, 1)\n outcome x in {{0, 1}}\n value a = v*x\n}}\n\
         mechanism m on sale = {{\n probability x = 1: cases {{ {} }}\n payment a = cases {{ {} }}\n}}\n\
         claim truthful: m is BIC",
        lines(chances.collect()),
        lines(prices.collect()),
    );
    // A drop in the constant is made up for by nothing at its threshold.
    let truthful = increments.iter().all(|by| *by >= 0) && change.is_none_or(|(_, by)| by == 0);
    (text, truthful)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_menu_is_truthful_if_chances_do_not_fall_and_prices_fit(
        increments in prop::collection::vec(prop_oneof![4 => 0..4_i64, 1 => Just(-1)], 4..7),
        option in 0..5_usize,
        change in prop_oneof![3 => Just(0_i64), 1 => Just(1), 1 => Just(-1)],
        degree in 0..3_u32,
    ) {
        let (text, truthful) = menu(&increments, Some((option, change)), degree);
        prop_assert_eq!(verdict(&text), if truthful { Proved } else { Refuted }, "{}", text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn conditions_that_follow_from_others_change_no_value(
        conditions in prop::collection::vec((any::<bool>(), -4..5_i64, 1..4_i64), 0..6),
        at in -12..13_i64,
    ) {
        let v = Expr::variable("v");
        let product = conditions.iter().fold(v.plus(&Expr::one()), |product, (up, end, slope)| {
            let e = v.times(&Expr::integer(*slope)).minus(&Expr::integer(*end));
            product.times(&Expr::at_least_zero(&if *up { e } else { e.negated() }))
        });
        let short = absorbed(&product);
        let at = Expr::number(Rational::new(at, 6).unwrap());
        prop_assert_eq!(product.substitute_one("v", &at), short.substitute_one("v", &at));
        let indicator = |a: &&vickrey::kernel::Atom| matches!(a.node(), Node::Indicator(_));
        prop_assert!(short.terms().all(|(m, _)| m.factors().map(|(a, _)| a).filter(indicator).count() <= 2));
    }
}

#[test]
fn a_rule_of_many_branches_is_decided() {
    let increments = vec![1; 16];
    assert_eq!(verdict(&menu(&increments, None, 6).0), Proved);
    assert_eq!(verdict(&menu(&increments, Some((12, 1)), 6).0), Refuted);
}
