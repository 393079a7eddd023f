//! The kernel, rule by rule: what each accepts, and the lies that it refuses.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use vickrey::kernel::{self, Certificate, Definition, Expr, Formula, RULES, Rejection, Statement};

use crate::forgery::{falsehood, survive_forgery};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name).join("steps")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    out.sort();
    out
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap_or_else(|e| panic!("{path:?}: {e}"))
}

/// What the kernel says to a claim and steps: nothing, or its complaint.
fn complaint(claim: &str, steps: &Value) -> Result<(), String> {
    let claim: Formula = claim.parse().map_err(|e: Rejection| e.to_string())?;
    let certificate: Certificate = serde_json::from_value(steps.clone()).map_err(|e| e.to_string())?;
    if let Some(breach) = falsehood(&certificate) {
        panic!("a false theorem: {breach}");
    }
    kernel::check(&claim.clone().into(), &certificate)
        .map(|theorem| assert_eq!(*theorem.conclusion(), claim))
        .map_err(|e| e.to_string())
}

#[track_caller]
fn accepted(claim: &str, steps: &Value) {
    if let Err(complaint) = complaint(claim, steps) {
        panic!("{claim}\n{complaint}");
    }
}

#[track_caller]
fn refused(claim: &str, steps: &Value, expected: &str) {
    match complaint(claim, steps) {
        Ok(()) => panic!("accepted: {claim}"),
        Err(found) => assert!(found.contains(expected), "{claim}\nexpected: {expected}\nfound: {found}"),
    }
}

#[test]
fn every_accepted_step_file_is_accepted_and_survives_forgery() {
    for path in files(&folder("accepted")) {
        let file = read(&path);
        let claim = file["claim"].as_str().unwrap();
        if let Err(complaint) = complaint(claim, &file["steps"]) {
            panic!("{path:?}: {complaint}");
        }
        let certificate: Certificate = serde_json::from_value(file["steps"].clone()).unwrap();
        let again = serde_json::to_value(&certificate).unwrap();
        assert_eq!(
            serde_json::from_value::<Certificate>(again).unwrap(),
            certificate,
            "{path:?} as text and back"
        );
        let report = survive_forgery(&claim.parse::<Formula>().unwrap().into(), &certificate);
        assert!(report.breaches.is_empty(), "{path:?}: {:#?}", report.breaches);
        assert!(report.refused > report.proved, "{path:?}: {report:?}");
    }
}

#[test]
fn every_rejected_step_file_is_refused_with_its_complaint() {
    let mut wrong = Vec::new();
    for path in files(&folder("rejected")).iter().flat_map(|rule| files(rule)) {
        let file = read(&path);
        let expected = file["complaint"].as_str().unwrap();
        match complaint(file["claim"].as_str().unwrap(), &file["steps"]) {
            Ok(()) => wrong.push(format!("{path:?} is accepted")),
            Err(found) if !found.contains(expected) => wrong.push(format!("{path:?}: {found}")),
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_an_accepting_and_a_rejecting_file() {
    for rule in RULES {
        assert!(folder("accepted").join(format!("{rule}.json")).exists(), "{rule} has no accepting file");
        let lies = fs::read_dir(folder("rejected").join(rule)).map_or(0, Iterator::count);
        assert!(lies > 0, "{rule} has no rejecting file");
    }
}

#[test]
fn the_list_of_rules_is_the_list_of_steps() {
    let error = serde_json::from_value::<Certificate>(json!([{"rule": "?"}])).unwrap_err().to_string();
    for rule in RULES {
        assert!(error.contains(&format!("`{rule}`")), "{rule} is not a step");
    }
    assert_eq!(error.matches('`').count() / 2, RULES.len() + 1, "a step is not in the list: {error}");
}

/// A copy with one place changed.
fn with(steps: &Value, pointer: &str, value: Value) -> Value {
    let mut out = steps.clone();
    *out.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
    out
}

fn by(fact: usize) -> Value {
    json!({"terms": [{"coefficient": "1", "facts": [[fact, 1]]}]})
}

fn positive() -> Value {
    json!({"terms": [{"coefficient": "1"}]})
}

// KERNEL.md section 6, (a): the expected payment of the buyer in VCG.
fn payment(goal: &str) -> Value {
    let decided = |value: &str, fact: usize| json!([{"indicator": {"argument": "v - c", "value": value, "because": by(fact)}}]);
    let inner = json!({
        "integral": "integral(z, 0, 1, z*[v - z])", "variable": "c", "points": ["0", "v", "1"], "direction": "up",
        "order": [by(0), by(1)], "parts": [decided("one", 3), decided("zero", 2)],
    });
    let outer = json!({
        "integral": "integral(v, 0, 1, integral(c, 0, 1, c*[v - c]))", "variable": "v", "points": ["0", "1"],
        "direction": "up", "order": [positive()], "parts": [[{"integral": inner}]],
    });
    json!([{"rule": "tree", "hypotheses": [], "goal": goal, "tree": {"leaf": {"evaluation": [{"integral": outer}]}}}])
}

#[test]
fn the_expected_payment_in_vcg_is_one_sixth_and_nothing_else() {
    let claim = "integral(v, 0, 1, integral(c, 0, 1, c*[v - c])) - 1/6 = 0";
    let good = payment(claim);
    accepted(claim, &good);
    let report = survive_forgery(
        &claim.parse::<Formula>().unwrap().into(),
        &serde_json::from_value(good.clone()).unwrap(),
    );
    assert!(report.breaches.is_empty(), "{:#?}", report.breaches);
    let fifth = "integral(v, 0, 1, integral(c, 0, 1, c*[v - c])) - 1/5 = 0";
    refused(fifth, &payment(fifth), "combine: the two sides differ by -1/30");
    refused(fifth, &good, "the proof ends with");
    let inner = "/0/tree/leaf/evaluation/0/integral/parts/0/0/integral";
    let change = |place: &str, value: Value| with(&good, &format!("{inner}{place}"), value);
    refused(claim, &change("/points/1", json!("1/2*v")), "the two sides differ by -1/2*v");
    refused(
        claim,
        &change("/points", json!(["0", "v"])),
        "the break points do not begin and end at the limits",
    );
    refused(claim, &change("/points/1", json!("c")), "`c` is not new here");
    refused(claim, &change("/parts/0/0/indicator/value", json!("zero")), "the two sides differ by");
    refused(claim, &change("/parts/1/0/indicator/value", json!("one")), "the two sides differ by");
    refused(claim, &change("/parts/0/0/indicator/because/terms/0/coefficient", json!("-1")), "not positive");
    refused(
        claim,
        &change("/parts/0/0/indicator/because/terms/0/coefficient", json!("2")),
        "the two sides differ by",
    );
    refused(claim, &change("/variable", json!("v")), "`v` is not new here");
    refused(claim, &change("/direction", json!("down")), "the two sides differ by");
    let outer = "/0/tree/leaf/evaluation/0/integral";
    refused(
        claim,
        &with(&good, &format!("{outer}/points"), json!(["0", "c", "1"])),
        "parts where 2 are needed",
    );
    refused(claim, &with(&good, &format!("{outer}/order/0/terms/0/coefficient"), json!("0")), "not positive");
}

// (b): the outside option of the worst-off type, and interim rationality with it.
fn maximum(value: &str, point: &str, width: &str) -> (String, Value) {
    let attained = format!("and(t >= 0; -t + 1 >= 0; 1/2*t - 1/2*t^2 - {value} = 0)");
    let bound = format!("{value} - 1/2*t + 1/2*t^2 >= 0");
    let claim = format!("and(some t. {attained}; all t. imp(t >= 0; imp(-t + 1 >= 0; {bound})))");
    let at = |text: &str| format!("({point}){text}");
    let number = |goal: String, c: &str| json!({"rule": "combine", "premises": [], "goal": goal, "evidence": {"terms": [{"coefficient": c}]}});
    let rest = |text: &str| text.parse::<Expr>().unwrap().to_string();
    let steps = json!([
        number(at(" >= 0"), &rest(point)),
        number(format!("1 - ({point}) >= 0"), &rest(&format!("1 - ({point})"))),
        {"rule": "combine", "premises": [], "goal": format!("1/2*({point}) - 1/2*({point})^2 - {value} = 0"), "evidence": {}},
        {"rule": "both", "premises": [0, 1, 2]},
        {"rule": "witness", "premise": 3, "statement": format!("some t. {attained}"), "term": point},
        {"rule": "combine", "premises": [], "goal": bound, "evidence": {"terms": [{"coefficient": width, "squares": ["t - 1/2"]}]}},
        {"rule": "discharge", "premise": 5, "hypothesis": "-t + 1 >= 0"},
        {"rule": "discharge", "premise": 6, "hypothesis": "t >= 0"},
        {"rule": "generalise", "premise": 7, "name": "t"},
        {"rule": "both", "premises": [4, 8]},
    ]);
    (claim, steps)
}

fn interim_rationality(option: &str) -> (String, Value) {
    let goal = format!("integral(y, 0, 1, (th - y)*[th - y]) + {option} - 1/2*th >= 0");
    let decided = |value: &str, fact: usize| json!([{"indicator": {"argument": "th - y", "value": value, "because": by(fact)}}]);
    let domain = ["th >= 0", "-th + 1 >= 0"];
    let pieces = |text: &str| {
        json!({"integral": text, "variable": "y", "points": ["0", "th", "1"], "direction": "up", "order": [by(0), by(1)],
               "parts": [decided("one", 3), decided("zero", 2)]})
    };
    let steps = json!([
        {"rule": "tree", "hypotheses": domain, "goal": goal, "tree": {"leaf": {
            "evaluation": [{"integral": pieces("integral(y, 0, 1, [th - y])")}, {"integral": pieces("integral(y, 0, 1, y*[th - y])")}],
            "sign": {"terms": [{"coefficient": "1/2", "squares": ["th - 1/2"]}]}}}},
        {"rule": "discharge", "premise": 0, "hypothesis": domain[1]},
        {"rule": "discharge", "premise": 1, "hypothesis": domain[0]},
        {"rule": "generalise", "premise": 2, "name": "th"},
    ]);
    (format!("all th. imp({}; imp({}; {goal}))", domain[0], domain[1]), steps)
}

#[test]
fn the_outside_option_is_one_eighth_and_interim_rationality_needs_all_of_it() {
    let (claim, steps) = maximum("1/8", "1/2", "1/2");
    accepted(&claim, &steps);
    let (claim, steps) = maximum("1/9", "1/2", "1/2");
    refused(&claim, &steps, "combine: the two sides differ by 1/72");
    let (claim, steps) = maximum("1/4", "1/2", "1/2");
    refused(&claim, &steps, "combine: the two sides differ by -1/8");
    let (claim, steps) = maximum("1/8", "3/2", "1/2");
    refused(&claim, &steps, "multiplies by -1/2, which is not positive");
    let (claim, steps) = maximum("1/8", "1/2", "-1/2");
    refused(&claim, &steps, "multiplies by -1/2, which is not positive");
    let (claim, steps) = interim_rationality("1/8");
    accepted(&claim, &steps);
    let (claim, steps) = interim_rationality("1/10");
    refused(&claim, &steps, "combine: the two sides differ by -1/40");
}

// (c): the expected externality mechanism is not dominant-strategy incentive compatible.
fn deviation(v: &str, c: &str, r: &str, gain: &str) -> (String, Value) {
    let body = |v: &str, c: &str, r: &str| {
        let domain: String = [v, c, r].iter().map(|x| format!("{x} >= 0; 1 - {x} >= 0; ")).collect();
        let utility = |r: &str| format!("(-{c}*[{v} - {r}] - 1/2*{r}^2 + 1/2*{v}^2)");
        format!("and({domain}{} - {} - {gain} >= 0)", utility(r), utility(c))
    };
    let claim = format!("some v. some c. some r. {}", body("v", "c", "r"));
    let Formula::And(parts) = body(v, c, r).parse::<Formula>().unwrap() else { unreachable!() };
    let mut steps: Vec<Value> = parts
        .iter()
        .map(|part| {
            let text = part.to_string();
            let value = text.strip_suffix(" >= 0").unwrap();
            let evidence = if value == "0" { json!({}) } else { json!({"terms": [{"coefficient": value}]}) };
            json!({"rule": "combine", "premises": [], "goal": text, "evidence": evidence})
        })
        .collect();
    steps.push(json!({"rule": "both", "premises": (0..parts.len()).collect::<Vec<_>>()}));
    let statements = [
        format!("some r. {}", body(v, c, "r")),
        format!("some c. some r. {}", body(v, "c", "r")),
        claim.clone(),
    ];
    for (statement, term) in statements.iter().zip([r, c, v]) {
        steps.push(
            json!({"rule": "witness", "premise": steps.len() - 1, "statement": statement, "term": term}),
        );
    }
    (claim, steps.into())
}

#[test]
fn the_seller_gains_by_a_lie_in_the_expected_externality_mechanism() {
    let (claim, steps) = deviation("1/4", "1/2", "3/8", "7/128");
    accepted(&claim, &steps);
    let (claim, steps) = deviation("1/4", "1/2", "3/8", "9/128");
    refused(&claim, &steps, "multiplies by -1/64, which is not positive");
    let (claim, steps) = deviation("1/4", "1/2", "5/8", "0");
    refused(&claim, &steps, "multiplies by -9/128, which is not positive");
    let (claim, steps) = deviation("1/4", "3/2", "3/8", "0");
    refused(&claim, &steps, "multiplies by -1/2, which is not positive");
}

#[test]
fn the_seller_in_vcg_has_no_better_report_than_the_truth() {
    let claim = "(v - c)*[v - c] - (v - c)*[v - r] >= 0";
    let leaf = |first: &str, second: &str, sign: Value| {
        let decided = |argument: &str, value: &str, fact: usize| json!({"argument": argument, "value": value, "because": by(fact)});
        json!({"leaf": {"evaluation": [{"indicator": decided("v - c", first, 0)}, {"indicator": decided("v - r", second, 1)}], "sign": sign}})
    };
    let split = |on: &str, yes: Value, no: Value| json!({"split": {"on": on, "yes": yes, "no": no}});
    let tree = split(
        "v - c",
        split("v - r", leaf("one", "one", json!({})), leaf("one", "zero", by(0))),
        split("v - r", leaf("zero", "one", by(0)), leaf("zero", "zero", json!({}))),
    );
    let good = json!([{"rule": "tree", "hypotheses": [], "goal": claim, "tree": tree}]);
    accepted(claim, &good);
    refused(claim, &with(&good, "/0/tree/split/yes/split/no/leaf/sign", by(1)), "the two sides differ by");
    refused(
        claim,
        &with(&good, "/0/tree/split/no", json!({"empty": {}})),
        "no term of the combination is strictly positive",
    );
    refused(claim, &with(&good, "/0/tree/split/on", json!("c - v")), "the two sides differ by");
}

#[test]
fn names_of_the_kernel_and_loose_bound_variables_never_reach_a_theorem() {
    assert!(Expr::variable("#0").is_too_large());
    let claim = Formula::equal(&Expr::variable("#0"), &Expr::variable("#0"));
    let steps = vec![kernel::Step::Assume { formula: claim.clone() }];
    assert!(kernel::check(&claim.into(), &Certificate { steps }).is_err());
    let integral: Expr = "integral(y, 0, v, X(y))".parse().unwrap();
    let atom = integral.atoms().next().unwrap();
    let kernel::Node::Primitive { body, .. } = atom.node() else { panic!("{integral}") };
    let loose = Formula::equal(body, body).negated();
    let loose = Formula::implied(&[Formula::at_least(body, &Expr::zero())], loose);
    let mut replay = kernel::Replay::default();
    assert!(replay.step(&kernel::Step::Assume { formula: loose }).is_err());
    // All x. integral of X(y)·Z(x, y): a loose bound variable for x must not become the y.
    let of_x: Expr = "integral(y, 0, 1, Z(x, y))".parse().unwrap();
    let bound = body.atoms().next().unwrap();
    let kernel::Node::Apply(_, arguments) = bound.node() else { panic!("{bound:?}") };
    assert!(of_x.substitute_one("x", &arguments[0]).is_too_large());
}

#[test]
fn a_term_that_is_too_large_stays_too_large() {
    let large = Expr::too_large();
    let x = Expr::variable("x");
    for e in [
        large.minus(&large),
        large.scaled(&vickrey::exact::Rational::ZERO),
        large.times(&Expr::zero()),
        Expr::at_least_zero(&large).minus(&Expr::at_least_zero(&large)),
        Expr::inverse(&large).plus(&x),
        Expr::integral("y", &x, &large, &Expr::one()),
        x.pow(4_001),
        x.pow(4_000).times(&x),
        Expr::from(large.poly().minus(x.poly())),
    ] {
        assert!(e.is_too_large(), "{e}");
    }
    let bodies = "x".parse::<Expr>().unwrap();
    let mut deep = bodies;
    for _ in 0..100 {
        deep = Expr::apply("f", vec![deep.clone(), deep]);
    }
    assert!(deep.is_too_large());
}

#[test]
fn texts_that_are_not_terms_are_refused() {
    for text in [
        "",
        "x +",
        "1/0",
        "x^-1",
        "x^4001",
        "inv",
        "integral(1, 0, 1, x)",
        "x y",
        "@0",
        "#0",
        "x^(n-1)",
        "0.5",
        "(x^1000)^1000",
        "[x",
        "x)",
        "1/2/3",
    ] {
        assert!(text.parse::<Expr>().is_err(), "{text} is read");
    }
    for text in [
        "x",
        "x < 0",
        "x > 1",
        "all 1. x = 0",
        "imp(x = 0)",
        "and(x = 0",
        "functions(). x = 0",
        "some all. x = 0",
    ] {
        assert!(text.parse::<Formula>().is_err(), "{text} is read");
    }
    for text in [
        "(".repeat(100_000),
        "-".repeat(100_000),
        "and(".repeat(100_000),
        "all x. ".repeat(100_000),
        "[".repeat(500),
    ] {
        assert!(text.parse::<Formula>().is_err());
        assert!(text.parse::<Expr>().is_err());
    }
}

// ---- definitions ----

/// A proof of `0 = 0`, with a definition in the statement.
fn stated(formula: &str, definitions: &[(&str, &[&str], &str)]) -> Result<(), String> {
    let definitions = definitions.iter().map(|(name, parameters, body)| {
        let definition = json!({ "name": name, "parameters": parameters, "body": body });
        serde_json::from_value::<Definition>(definition).unwrap()
    });
    let statement = Statement { formula: formula.parse().unwrap(), definitions: definitions.collect() };
    let steps = json!([{ "rule": "tree", "hypotheses": [], "goal": "0 = 0", "tree": { "leaf": {} } }]);
    let theorem = kernel::check(&statement, &serde_json::from_value(steps).unwrap());
    let theorem = theorem.map_err(|e| e.to_string())?;
    assert_eq!(*theorem.conclusion(), statement.formula);
    assert_eq!(theorem.definitions(), statement.definitions);
    Ok(())
}

#[test]
fn a_statement_means_its_unfolded_formula() {
    let surplus = [
        ("\"payment(m, a)\"", &["v", "c"][..], "v - c"),
        ("\"payment(m, b)\"", &["v", "c"], "c - v"),
        ("\"surplus(m)\"", &["v", "c"], "\"payment(m, a)\"(v, c) + \"payment(m, b)\"(v, c)"),
    ];
    assert_eq!(stated("integral(z, 0, 1, \"surplus(m)\"(z, 1/2)) = 0", &surplus), Ok(()));
    assert_eq!(stated("f() - 2 = 0", &[("f", &[], "2")]), Ok(()));
    let half = "integral(z, 0, 1, f(z)) - 1/2 = 0";
    assert_eq!(stated(half, &[("f", &["y"], "y")]), Ok(()));
    assert!(stated(half, &[("f", &["y"], "y^2")]).unwrap_err().contains("not with the claim"));
}

#[test]
fn definitions_that_define_nothing_are_refused() {
    let refused = |formula: &str, definitions: &[(&str, &[&str], &str)], expected: &str| {
        let complaint = stated(formula, definitions).unwrap_err();
        assert!(complaint.contains(expected), "{formula}: {complaint}");
    };
    // Two meanings of one function, one of which makes the statement true.
    refused("f(1) = 0", &[("f", &["y"], "y"), ("f", &["y"], "0")], "defined once");
    // A function that is defined by itself could be anything.
    refused("f(1) = 0", &[("f", &["y"], "f(y) + 1")], "earlier definitions");
    refused("f(1) = 0", &[("f", &["y"], "g(y)"), ("g", &["y"], "0")], "earlier definitions");
    // What the body says would depend on the place where it is used.
    refused("all v. f(v) = 0", &[("f", &["y"], "y - v")], "its parameters");
    refused("f(1, 2) = 0", &[("f", &["y", "y"], "y - 1")], "distinct parameters");
    // With an unbounded body, integrals of it cannot be taken apart.
    refused("integral(z, 0, 1, f(z)) = 0", &[("f", &["y"], "inv(y)")], "bounded");
    refused("f(1, 2) = 0", &[("f", &["y"], "0")], "as many arguments");
    refused("f() = 0", &[("f", &["y"], "0")], "as many arguments");
}
