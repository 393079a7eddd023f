//! The limit on the work of one statement: every question ends, and what is broken off has no verdict.

use crate::cli::{err, folder, out, vickrey};

const TRADE: &str = "
setting trade {
  agent buyer with type v ~ uniform(0, 1)
  agent seller with type c ~ uniform(0, 1)
  outcome x in {0, 1}
  value buyer = v*x
  value seller = -c*x
}
claim easy: 1 + 1 = 2
claim hard: E welfare(trade) = 1/6
refuted wrong: E welfare(trade) = 1/5
";

/// Little enough that the averages cannot be taken.
const LITTLE: [&str; 2] = ["--effort", "1/2000000"];

#[test]
fn what_takes_too_much_work_is_undecided_and_says_so() {
    let f = folder(&[("trade.mech", TRADE.as_bytes())]);
    let output = vickrey(f.path(), &[&["check", "trade.mech"], LITTLE.as_slice()].concat());
    assert_eq!(output.status.code(), Some(1));
    let said = out(&output);
    assert!(said.contains("undecided hard") && said.contains("undecided wrong"), "{said}");
    assert!(!said.contains("easy"), "{said}");
    assert_eq!(said.matches("it takes more work than the limit of one statement").count(), 2, "{said}");
    assert!(said.contains("`--effort 10`"), "{said}");
    assert!(said.contains("1 proved, 2 undecided"), "{said}");
}

#[test]
fn more_effort_is_enough_and_an_effort_is_a_positive_number() {
    let f = folder(&[("trade.mech", TRADE.as_bytes())]);
    for enough in ["1/10", "1", "3.5", "10000000000000000000000"] {
        let output = vickrey(f.path(), &["check", "--effort", enough, "trade.mech"]);
        assert_eq!(output.status.code(), Some(0), "{enough}: {}", out(&output));
    }
    for wrong in ["0", "-1", "much", "1/0"] {
        let output = vickrey(f.path(), &["check", &format!("--effort={wrong}"), "trade.mech"]);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
        assert!(err(&output).contains("a positive number"), "{}", err(&output));
    }
}

#[test]
fn figures_expressions_and_derivations_say_what_takes_too_much() {
    let figure = format!("{TRADE}figure f: virtual_value(trade, buyer) over v\n");
    let f = folder(&[("figure.mech", figure.as_bytes())]);
    let drawn = vickrey(f.path(), &["check", "--effort", "1/10000000", "figure.mech"]);
    assert!(err(&drawn).contains("error[too-much-work]: this figure takes more work"), "{}", err(&drawn));
    let sum = "integral((y + 1)^30, y from 0 to 1)";
    let value = vickrey(f.path(), &[&["eval", sum], LITTLE.as_slice()].concat());
    assert!(err(&value).contains("error[too-much-work]"), "{}{}", out(&value), err(&value));
}

#[test]
fn a_hard_step_leaves_the_others_their_verdicts() {
    let steps = "
derivation steps {
  given numbers a, b
  given b > 0
  step hard: (a + b + 1)^9*(a - b)^4 + a^2*b^2*(a + 2*b)^6 >= a*b*(a + b)^5*(a - 3*b)
  step easy: b + b > 0
}
";
    let f = folder(&[("steps.mech", steps.as_bytes())]);
    let output = vickrey(f.path(), &["check", "--effort", "1/1000", "steps.mech"]);
    let said = format!("{}{}", out(&output), err(&output));
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("line 5: ") && !said.contains("line 6: "), "{said}");
}

#[test]
fn a_verdict_stands_where_its_value_takes_too_long_to_write() {
    // A sum of three numbers of degree four each.
    let text = "
setting p {
  agents i in 1..3 with type v[i] ~ pdf 2*(1 - y) on [0, 1]
  one good
  share 1 = 7/19
  share 2 = 9/19
  share 3 = 3/19
  ties to the lowest index
}
claim enough: sum(i, C(p, i)) >= 2*E welfare(p)
";
    let f = folder(&[("p.mech", text.as_bytes())]);
    let output = vickrey(f.path(), &["check", "-v", "p.mech"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", out(&output), err(&output));
    assert!(out(&output).contains("proved    enough"), "{}", out(&output));
}

#[test]
fn a_term_that_is_too_large_is_called_so() {
    let text = "
setting s {
  agents i in 1..3 with type v[i] ~ cdf y^2000 on [0, 1]
  one good
  ties to the lowest index
}
claim welfare: E welfare(s) = 6000/6001
";
    let f = folder(&[("s.mech", text.as_bytes())]);
    let output = vickrey(f.path(), &["check", "s.mech"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains("a term is too large: it has a degree above 4000"), "{}", out(&output));
}

#[test]
fn less_work_gives_no_other_verdict() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = vickrey(root, &["check", "--format", "json", "--effort", "1/2000", "theorems"]);
    let document: serde_json::Value = serde_json::from_str(&out(&output)).unwrap();
    let files = document["files"].as_array().unwrap();
    let statements: Vec<_> = files.iter().flat_map(|f| f["statements"].as_array().unwrap()).collect();
    let others: Vec<_> = statements.iter().filter(|s| s["as_stated"] == false).collect();
    assert!(!others.is_empty() && others.len() < statements.len() / 2, "{} others", others.len());
    for s in others {
        assert!(s["verdict"] == "undecided" || s["verdict"] == "rejected", "{}: {}", s["name"], s["verdict"]);
    }
}
