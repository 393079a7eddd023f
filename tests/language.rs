//! Printing and parsing are inverse; layout does not matter; the two alphabets are one.

use proptest::prelude::*;
use vickrey::exact::Rational;
use vickrey::lang::ast::{
    Comparison, Condition, Expr, ExprKind, Factor, FamilyOperator, ItemKind, Name, Relation, Sign, Span,
};
use vickrey::lang::{parse, parse_expression, print_expr, print_file};
use vickrey::pipeline::{Detail, check};

use crate::corpus::files;

fn expr(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default() }
}

fn name(text: &str) -> Name {
    Name { text: text.into(), span: Span::default() }
}

fn names() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["v", "c", "theta_b", "x1", "value", "on"])
}

fn relations() -> impl Strategy<Value = Relation> {
    prop::sample::select(vec![
        Relation::Equal,
        Relation::NotEqual,
        Relation::Less,
        Relation::AtMost,
        Relation::Greater,
        Relation::AtLeast,
    ])
}

/// Trees that the parser can produce: no nested sums without brackets are needed, since brackets leave
/// no trace in the tree.
fn expressions() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        (0_i64..50, prop::sample::select(vec![1_i64, 2, 4, 5, 10]))
            .prop_map(|(n, d)| expr(ExprKind::Number(Rational::new(n, d).unwrap()))),
        names().prop_map(|n| expr(ExprKind::Name(n.into()))),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        let condition = (inner.clone(), relations(), inner.clone())
            .prop_map(|(first, relation, right)| Condition {
                conjuncts: vec![Comparison::Relations { first, rest: vec![(relation, right)] }],
                span: Span::default(),
            })
            .boxed();
        let unsigned = inner.clone().prop_filter("a sign is part of the sum", |e| {
            !matches!(e.kind, ExprKind::Negated(_) | ExprKind::Sum(_))
        });
        let sign = prop::sample::select(vec![Sign::Plus, Sign::Minus]);
        let how = prop::sample::select(vec![Factor::Times, Factor::Over]);
        prop_oneof![
            prop::collection::vec((sign, unsigned.clone()), 2..4)
                .prop_map(|terms| expr(ExprKind::Sum(terms))),
            unsigned.prop_map(|e| expr(ExprKind::Negated(Box::new(e)))),
            (inner.clone(), prop::collection::vec((how, inner.clone()), 1..3)).prop_map(|(first, rest)| {
                let factors = std::iter::once((Factor::Times, first)).chain(rest).collect();
                expr(ExprKind::Product(factors))
            }),
            (boxed.clone(), boxed.clone())
                .prop_map(|(base, exponent)| expr(ExprKind::Power { base, exponent })),
            (names(), boxed.clone()).prop_map(|(n, index)| expr(ExprKind::Indexed { name: name(n), index })),
            (names(), boxed.clone(), boxed.clone())
                .prop_map(|(n, index, value)| { expr(ExprKind::Changed { profile: name(n), index, value }) }),
            (names(), prop::collection::vec(inner.clone(), 1..3))
                .prop_map(|(n, arguments)| { expr(ExprKind::Call { function: name(n), arguments }) }),
            condition.clone().prop_map(|c| expr(ExprKind::Indicator(c))),
            (prop::collection::vec((inner.clone(), condition), 1..3), prop::option::of(boxed.clone()))
                .prop_map(|(branches, otherwise)| expr(ExprKind::Cases { branches, otherwise })),
            (boxed.clone(), boxed.clone(), boxed.clone()).prop_map(|(body, low, high)| {
                expr(ExprKind::Integral { body, along: None, variable: name("y"), low, high })
            }),
            (
                prop::option::of(names()),
                prop::collection::vec((inner.clone(), prop::collection::vec(inner.clone(), 1..3)), 0..3)
            )
                .prop_map(|(columns, cells)| {
                    let side = |n: &str| Box::new(expr(ExprKind::Name(n.into())));
                    expr(ExprKind::Table { rows: side("t"), columns: columns.map(side), cells })
                }),
            boxed.clone().prop_map(|e| expr(ExprKind::Expectation(e))),
            boxed.clone().prop_map(|e| expr(ExprKind::Interim(e))),
            (names(), names()).prop_map(|(m, s)| expr(ExprKind::Under {
                mechanism: Box::new(expr(ExprKind::Name(m.into()))),
                strategy: name(s),
            })),
            (
                prop::sample::select(vec![FamilyOperator::Sum, FamilyOperator::Max, FamilyOperator::Min]),
                prop::option::of(boxed.clone()),
                boxed
            )
                .prop_map(|(operator, except, body)| expr(ExprKind::Family {
                    operator,
                    index: name("j"),
                    except,
                    body,
                })),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_printed_parses_back_to_the_same_tree(e in expressions()) {
        let text = print_expr(&e);
        let back = parse_expression(&text).map_err(|d| TestCaseError::fail(format!("{text}: {}", d.message)))?;
        prop_assert_eq!(&back, &e, "{}", text);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[a-z0-9 \\n(){}\\[\\]+*/^=<>:;,.#\"~-]{0,80}") {
        let _ = parse(&text);
        let _ = parse(&format!("claim a: {text}"));
        let _ = parse(&format!("setting s {{ {text}"));
        let _ = parse_expression(&text);
    }
}

#[test]
fn formatting_twice_changes_nothing_and_keeps_every_comment() {
    for path in files("theorems", "mech").into_iter().chain(files("tests/language", "mech")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let file = parse(&text).unwrap();
        let once = print_file(&file);
        let again = parse(&once).unwrap();
        assert_eq!(again, file, "{}", path.display());
        assert_eq!(print_file(&again), once, "{}", path.display());
        let comments = |t: &str| {
            let mut all: Vec<String> =
                t.lines().filter_map(|l| Some(l.split_once('#')?.1.trim().to_owned())).collect();
            all.sort();
            all
        };
        assert_eq!(comments(&once), comments(&text), "{}", path.display());
    }
}

#[test]
fn comments_stay_behind_the_links_that_they_stand_behind() {
    let text = "derivation square {
  step strict for all x, y: x^2 - 2*x*y + y^2 >= 0  # a square
  step again for all x: x
    = x by algebra  # first
    = x + 0 by algebra  # second
  # above
  step same for all z: z >= 0
    iff 2*z >= 0 by algebra  # one
    iff 3*z >= 0 by algebra  # two
  # end
}
";
    assert_eq!(print_file(&parse(text).unwrap()), text);
}

#[test]
fn greek_letters_and_mathematical_signs_are_read_as_their_ascii_forms() {
    let same = |a: &str, b: &str| assert_eq!(parse_expression(a).unwrap(), parse_expression(b).unwrap());
    same("θ_b*[θ_b ≥ θ_s]", "theta_b*[theta_b >= theta_s]");
    same("a − b·c", "a - b*c");
    same("[a ≤ b and b ≠ c]", "[a <= b and b != c]");
}

#[test]
fn formatting_keeps_the_letters_of_names() {
    let text = "claim a:(θ_b ≥ 0)# θ\nclaim b: 2·theta_b >= psi\n";
    let expected = "claim a: θ_b >= 0  # θ\nclaim b: 2*θ_b >= psi\n";
    let text = text.replace(['(', ')'], " ");
    assert_eq!(vickrey::lang::format(&text).unwrap(), expected);
    assert_eq!(vickrey::lang::format(expected).unwrap(), expected);
}

#[test]
fn operators_bind_as_in_the_notes() {
    let same = |a: &str, b: &str| assert_eq!(parse_expression(a).unwrap(), parse_expression(b).unwrap());
    same("-x^2", "-(x^2)");
    same("2^3^2", "2^(3^2)");
    same("-a*b", "-(a*b)");
    same("E a + b", "(E a) + b");
    same("2*E f(x)", "2*(E f(x))");
    for unclear in ["E f(x)^2", "2*E f(x)^2", "E a*b", "interim a*b", "E 2*a", "E a/b"] {
        assert!(parse_expression(unclear).is_err(), "{unclear}");
    }
    for clear in
        ["(E f(x))^2", "E (f(x)^2)", "(E a)*b", "E (a*b)", "b*E a", "(E a)*(E b)", "(E a)/2", "2^(E a)*b"]
    {
        let read = parse_expression(clear).unwrap();
        assert_eq!(parse_expression(&print_expr(&read)).unwrap(), read, "{clear}");
    }
    same("interim p(m, 1) - 1", "(interim p(m, 1)) - 1");
    same("----x", "x");
    same("a - -b", "a + b");
    let different = |a: &str, b: &str| assert_ne!(parse_expression(a).unwrap(), parse_expression(b).unwrap());
    different("1/2/3", "1/(2/3)");
    different("a - b - c", "a - (b - c)");
}

#[test]
fn a_decimal_is_the_exact_rational_it_writes() {
    assert_eq!(vickrey::pipeline::eval("0.1 + 0.2", &vickrey::exact::Rational::ONE).unwrap(), "3/10");
    assert_eq!(print_expr(&parse_expression("0.25").unwrap()), "0.25");
}

#[test]
fn several_errors_of_a_file_are_reported_together() {
    let errors = parse("claim a: 1 +\nclaim b: 2 = 2\nclaim c: (3\nsetting {\n}\n").unwrap_err();
    assert_eq!(errors.len(), 3, "{errors:?}");
}

#[test]
fn names_of_statements_may_begin_with_words_of_the_language() {
    let file = parse(
        "claim at-noon: 1 = 1\nrefuted derivation at-noon-too {\n  1 = 2 by arithmetic\n}\nrefuted derivation for-all {\n  1 = 2\n}\n",
    );
    let kinds: Vec<bool> =
        file.unwrap().items.iter().map(|i| matches!(i.kind, ItemKind::Derivation(_))).collect();
    assert_eq!(kinds, [false, true, true]);
    // A claim may have the name of an item.
    let file = parse("parameter r in [0, 1]\nrefuted derivation at r = 1/2: r = 1\n").unwrap();
    assert!(matches!(file.items[1].kind, ItemKind::Claim(_)));
}

const SCREENING: &str = "setting screening {
  agent a with type t in {t1, t2}
  outcome x in {x1, x2}
  value a = table {
         x2  x1
    t1:  -2  0
    t2:  1/2 1
  }
}

rule swap on screening: t1 -> x2, t2 -> x1

claim not-implementable: no payment makes swap incentive compatible
";

#[test]
fn tables_as_in_notes_and_rules_by_arrows_are_tables_like_others() {
    let written = vickrey::lang::format(SCREENING).unwrap();
    // The columns are those of the outcomes, in their order.
    for expected in [
        "t1: 0, -2",
        "t2: 1, 1/2",
        "x = table t {",
        "t1: x2",
        "refuted not-implementable: swap is implementable",
    ] {
        assert!(written.contains(expected), "{expected}: {written}");
    }
    let report = check("a.mech", SCREENING, Detail::Verdicts).report.unwrap();
    assert!(report.statements.iter().all(|s| s.as_stated), "{:?}", report.statements);
    for (from, to, code) in [
        ("x2  x1", "x2  x2", "syntax"),
        ("x2  x1", "x2", "syntax"),
        ("-2  0", "-2", "syntax"),
        ("1/2 1", "1/0 1", "syntax"),
        ("t1 -> x2", "t1 - x2", "syntax"),
        ("on screening", "on screen", "syntax"),
        ("t2 -> x1", "t3 -> x1", "not-an-element"),
    ] {
        assert!(SCREENING.contains(from));
        let outcome = check("a.mech", &SCREENING.replacen(from, to, 1), Detail::Verdicts);
        assert!(outcome.diagnostics.iter().any(|d| d.code == code), "{to}: {:?}", outcome.diagnostics);
    }
}

#[test]
fn a_family_alone_is_the_type_of_the_only_agent_that_is_spoken_of() {
    let text = |claim: &str| {
        format!(
            "setting sale {{
  agents i in 1..2 with type x[i] ~ uniform(0, 1)
  one good
  ties to the lowest index
}}

claim c: {claim}
"
        )
    };
    let proved =
        |claim: &str| check("a.mech", &text(claim), Detail::Verdicts).report.unwrap().statements[0].as_stated;
    assert!(
        proved("virtual_value(sale, 1) = 2*x - 1") && proved("2*x[2] - 1 = virtual_value(sale, 2) + 0*x")
    );
    assert!(!proved("virtual_value(sale, 1) = 2*x"));
    for unclear in ["virtual_value(sale, 1) + x[2] = x", "x = x", "virtual_value(sale, i) = 2*x - 1"] {
        let codes: Vec<&str> =
            check("a.mech", &text(unclear), Detail::Verdicts).diagnostics.iter().map(|d| d.code).collect();
        assert!(!codes.is_empty() && codes.iter().all(|c| *c == "wrong-sort"), "{unclear}: {codes:?}");
    }
}

#[test]
fn figures_may_be_drawn_of_claims_by_name() {
    let text = "parameter r in [0, 1]

claim charges: r*(1 - r) <= 1/4
claim gains: 1/5 + r = r + 1/5
claim both: { r = r
  r >= 0 }
figure charges over r against gains
";
    let report = check("a.mech", text, Detail::Verdicts).report.unwrap();
    let figure = report.statements.last().unwrap();
    assert_eq!((figure.name.as_str(), figure.as_stated), ("charges-and-gains-drawn", true));
    assert_eq!(
        vickrey::lang::format(text).unwrap().lines().last(),
        Some("figure charges over r against gains")
    );
    for (wrong, code) in [("chargez", "unknown-name"), ("both", "wrong-sort")] {
        let text = text.replace("against gains", &format!("against {wrong}"));
        let codes: Vec<&str> =
            check("a.mech", &text, Detail::Verdicts).diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(codes, [code]);
    }
}
