//! Ironed virtual values: what is proposed is believed only if it is right.

use vickrey::exact::Rational;
use vickrey::kernel::Expr;
use vickrey::lang::{self, Ironing};
use vickrey::model::{Agent, Edge, Flat, Flats, described_root};
use vickrey::piecewise::ironed;
use vickrey::pipeline::{self, Detail};
use vickrey::prover::{Maxima, find, prove_claim, refute_claim};
use vickrey::report::VerdictKind;

fn number(text: &str) -> Rational {
    text.parse().unwrap()
}

fn flat(low: &str, high: &str) -> Flat {
    Flat::rational(number(low), number(high))
}

fn sale(density: &str) -> String {
    format!(
        "setting sale {{
           agent buyer with type t ~ pdf {density} on [0, 1]
           one good, kept by the seller if nobody gets it
           ties to buyer
         }}
         mechanism best = myerson(sale)
         "
    )
}

const STEP: &str = "cases { 16/7 if y <= 1/4; 4/7 otherwise }";

/// Whether what must hold for a file is proved with a proposal; if not, it has to be refuted.
fn is_right(propose: fn(&Agent) -> Flats) -> bool {
    let file = lang::parse(&sale(STEP)).unwrap();
    let resolved = lang::resolve(&file, Ironing(propose)).unwrap();
    let maxima = Maxima::default();
    resolved.obligations.iter().all(|obligation| {
        let claim = &obligation.claim;
        let proved = maxima.of(claim).is_ok_and(|values| prove_claim(claim, &values).is_ok());
        let refuted = find(&maxima, claim).unwrap().is_some_and(|f| refute_claim(claim, &f).is_ok());
        assert!(proved != refuted, "{}", claim.formula());
        proved
    })
}

#[test]
fn the_right_intervals_are_proved() {
    assert!(is_right(ironed));
    assert!(is_right(|_| Flats::On(vec![flat("5/32", "7/16")])));
}

/// An interval whose ends are said to be a root of `x² + 1`, of which nothing is false.
fn between_no_numbers(_: &Agent) -> Flats {
    let x = Expr::variable("unknown'");
    let polynomial = x.pow(2).plus(&Expr::one());
    let root = described_root("no number", &polynomial, &x, &Expr::zero(), &Expr::one());
    let at = Expr::variable(&root.name);
    let edge = |near: &str| Edge { at: at.clone(), near: number(near) };
    Flats::On(vec![Flat {
        low: edge("5/32"),
        high: edge("7/16"),
        level: Some(Expr::zero()),
        roots: vec![root],
    }])
}

#[test]
fn a_root_that_there_is_not_is_refused() {
    assert!(!is_right(between_no_numbers));
}

/// Ends whose order is not that of the numbers that are said to be near them.
fn near_other_numbers(_: &Agent) -> Flats {
    let [low, high] = [("5/32", "1/2"), ("7/16", "3/4")]
        .map(|(at, near)| Edge { at: Expr::number(number(at)), near: number(near) });
    Flats::On(vec![Flat { low, high, ..flat("5/32", "7/16") }])
}

#[test]
fn ends_near_other_numbers_are_refused() {
    assert!(!is_right(near_other_numbers));
}

/// A level that is no quotient of what it should be.
fn on_another_level(_: &Agent) -> Flats {
    Flats::On(vec![Flat { level: Some(Expr::zero()), ..flat("5/32", "7/16") }])
}

#[test]
fn another_level_is_refused() {
    assert!(!is_right(on_another_level));
}

#[test]
fn other_intervals_are_refuted() {
    assert!(!is_right(|_| Flats::On(vec![])), "none");
    assert!(!is_right(|_| Flats::On(vec![flat("3/16", "7/16")])), "too short below");
    assert!(!is_right(|_| Flats::On(vec![flat("5/32", "3/8")])), "too short above");
    assert!(!is_right(|_| Flats::On(vec![flat("1/8", "1/2")])), "too long");
    assert!(!is_right(|_| Flats::On(vec![flat("0", "1")])), "everything");
    assert!(!is_right(|_| Flats::On(vec![flat("7/16", "5/32")])), "the wrong way round");
    assert!(!is_right(|_| Flats::On(vec![flat("-1/32", "7/16")])), "below the lowest type");
    assert!(!is_right(|_| Flats::On(vec![flat("5/32", "7/16"), flat("3/8", "1/2")])), "overlapping");
    assert!(
        !is_right(|_| Flats::On(vec![flat("5/32", "7/16"), flat("1/2", "3/4")])),
        "where nothing is to be ironed"
    );
    assert!(!is_right(|_| Flats::On(vec![flat("1/32", "1/8"), flat("5/32", "7/16")])), "the same below");
}

/// The densities of steps that fall at `cut` are `k²` and `l²` times a number, so that the level is
/// `(k ψ + l χ)/(k + l)` with the virtual values `ψ` and `χ` on both sides of the cut.
#[test]
fn levels_are_means_weighted_by_roots_of_densities() {
    for (cut, k, l) in [("1/2", 2, 1), ("1/3", 3, 1), ("2/3", 3, 2), ("1/5", 4, 3), ("3/7", 5, 2)] {
        let cut = number(cut);
        let [k, l] = [k, l].map(Rational::from);
        let rest = &Rational::ONE - &cut;
        let scale = (&(&(&k * &k) * &cut) + &(&(&l * &l) * &rest)).recip().unwrap();
        let [f, g] = [&k, &l].map(|root| &(root * root) * &scale);
        let above = &g * &rest;
        let [psi, chi] = [&f, &g].map(|density| &cut - &above.checked_div(density).unwrap());
        let level = (&(&k * &psi) + &(&l * &chi)).checked_div(&(&k + &l)).unwrap();
        let density = format!("cases {{ {f} if y <= {cut}; {g} otherwise }}");
        let text = format!(
            "{}claim level: cases {{ ironed_virtual_value(sale, buyer) if t = {cut}; {level} otherwise }} = {level}",
            sale(&density)
        );
        let report = pipeline::check("test.mech", &text, Detail::Verdicts).report.unwrap();
        assert_eq!(report.statements[0].verdict, VerdictKind::Proved, "{text}");
    }
}

fn intervals(agent: &Agent) -> usize {
    match ironed(agent) {
        Flats::On(flats) => flats.len(),
        other => panic!("{other:?}"),
    }
}

/// Two falls: an interval around each, or one around both where they are near to each other.
#[test]
fn falls_are_ironed_apart_or_together() {
    fn resolve(density: &str, propose: fn(&Agent) -> Flats) -> bool {
        let file = lang::parse(&sale(density)).unwrap();
        let resolved = lang::resolve(&file, Ironing(propose)).unwrap();
        let maxima = Maxima::default();
        resolved
            .obligations
            .iter()
            .all(|o| maxima.of(&o.claim).is_ok_and(|values| prove_claim(&o.claim, &values).is_ok()))
    }
    let apart = "cases { 64/19 if y <= 1/8; 16/19 if y <= 3/4; 4/19 otherwise }";
    assert!(resolve(apart, |agent| {
        assert_eq!(intervals(agent), 2);
        ironed(agent)
    }));
    let together = "cases { 72/41 if y <= 1/2; 24/41 if y <= 9/16; 8/41 otherwise }";
    assert!(resolve(together, |agent| {
        assert_eq!(intervals(agent), 1);
        ironed(agent)
    }));
}

/// The same for steps whose densities are in the ratio of `p` to `q`, no squares: the level is in roots of both.
#[test]
fn levels_may_be_in_roots() {
    for (cut, p, q) in [("1/2", 3, 1), ("1/3", 5, 2), ("3/7", 7, 3)] {
        let cut = number(cut);
        let [k, l] = [p, q].map(Rational::from);
        let rest = &Rational::ONE - &cut;
        let scale = (&(&k * &cut) + &(&l * &rest)).recip().unwrap();
        let [f, g] = [&k, &l].map(|part| part * &scale);
        let above = &g * &rest;
        let [psi, chi] = [&f, &g].map(|density| &cut - &above.checked_div(density).unwrap());
        let density = format!("cases {{ {f} if y <= {cut}; {g} otherwise }}");
        let level = |times: &str| {
            format!("({times}sqrt({p})*({psi}) + sqrt({q})*({chi}))/(sqrt({p}) + sqrt({q}))*[t = {cut}]")
        };
        let left = format!("ironed_virtual_value(sale, buyer)*[t = {cut}]");
        let text = format!(
            "{}claim level: {left} = {}\nrefuted double: {left} = {}",
            sale(&density),
            level(""),
            level("2*")
        );
        let report = pipeline::check("test.mech", &text, Detail::Verdicts).report.unwrap();
        let verdicts: Vec<VerdictKind> = report.statements.iter().map(|s| s.verdict).collect();
        assert!(
            matches!(verdicts[..], [VerdictKind::Proved, other] if other != VerdictKind::Proved),
            "{text}"
        );
    }
}

#[test]
fn ends_of_a_high_degree_are_not_proposed() {
    let density = "cases { 1 + y^2 if y <= 3/4; 1/4 + 240/781*y^4 otherwise }";
    let file = lang::parse(&sale(density)).unwrap();
    let refused = lang::resolve(&file, Ironing(ironed)).unwrap_err();
    assert_eq!(refused[0].code, "irregular-prior");
}
