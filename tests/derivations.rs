//! Derivations with a slip in them: the line of the slip is blamed, and no other one. Right ones with their
//! reasons removed are found out.

use vickrey::exact::Rational;
use vickrey::lang::ast::{
    Chain, DerivationKind, DerivationLine, Expr, ExprKind, File, Item, ItemKind, Name, Relation, Sign, Stance,
};
use vickrey::lang::{parse, print_file};
use vickrey::pipeline::{self, Detail, Hide};
use vickrey::report::{StatementReport, VerdictKind, explanation};

use crate::corpus::{files, read};

fn answers(text: &str) -> Vec<StatementReport> {
    let outcome = pipeline::check("input.mech", text, Detail::Derivations);
    assert!(outcome.diagnostics.is_empty(), "{:?} in\n{text}", outcome.diagnostics);
    outcome.report.unwrap().statements
}

/// The lines that a report blames.
fn blamed(report: &StatementReport) -> Vec<usize> {
    let line = |s: &String| s.strip_prefix("line ")?.split(':').next()?.parse().ok();
    report.story.iter().filter_map(line).collect()
}

#[test]
fn every_slip_is_blamed_on_its_line_and_on_no_other() {
    for path in files("tests/rejected/derivations", "mech") {
        let text = read(&path);
        let wrong: Vec<usize> =
            text.lines().zip(1..).filter(|(line, _)| line.contains("# wrong")).map(|(_, n)| n).collect();
        let reports = answers(&text);
        let found: Vec<usize> = reports.iter().flat_map(blamed).collect();
        assert_eq!(
            found,
            wrong,
            "{}: {:?}",
            path.display(),
            reports.iter().map(|r| &r.story).collect::<Vec<_>>()
        );
        for report in &reports {
            assert_ne!(report.verdict, VerdictKind::Proved, "{}#{}", path.display(), report.name);
            assert!(!report.as_stated);
            assert_eq!(report.failing_step.as_ref().map(|s| s.line), blamed(report).first().copied());
        }
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let worked: Vec<String> = reports.iter().map(|r| explanation(r, usize::MAX)).collect();
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "snapshots/derivations", omit_expression => true }, {
            insta::assert_snapshot!(name, worked.join("\n"));
        });
    }
}

/// Payoffs that are linear in the type, in its cost, and given by an equation; and squares of what has a derivative.
#[test]
fn the_envelope_theorem_is_found_in_payoffs_of_any_form() {
    let payoff = "derivation payoff {
  given functions v, d, x, p, U
  given slope: derivative(v(a, s), s) = d(a, s) everywhere for all a, s in [0, 1]
  given ic: TRUTH >= LIE for all r in [0, 1], s in [0, 1]
  given value: U(s) = TRUTH for all s in [0, 1]
  given t in [0, 1]
  U(t) = U(0) + integral(RATE, y from 0 to t) by value and the envelope theorem
}
";
    for (form, rate, wrong) in [
        ("v(x(r), s) - p(r)", "d(x(y), y)", "d(x(y), 0)"),
        ("s*x(r) - p(r)", "x(y)", "y"),
        ("p(r) - v(0, s)*x(r)", "-d(0, y)*x(y)", "d(0, y)*x(y)"),
        ("s^2*x(r) - s - p(r)", "2*y*x(y) - 1", "2*y*x(y)"),
    ] {
        let truth = form.replace("r)", "s)");
        let text = payoff.replace("TRUTH", &truth).replace("LIE", form);
        let right = answers(&text.replace("RATE", rate)).pop().unwrap();
        assert_eq!(right.verdict, VerdictKind::Proved, "{form}: {:?}", right.story);
        assert!(right.rests_on.contains(&"the envelope theorem".to_owned()), "{:?}", right.rests_on);
        let other = answers(&text.replace("RATE", wrong)).pop().unwrap();
        assert_eq!(other.verdict, VerdictKind::Rejected, "{form} with {wrong}");
    }
    let product = "derivation product {
  given functions v, d
  given slope: derivative(v(s), s) = d(s) everywhere for all s in [0, 1]
  step square for all s in [0, 1]: derivative(v(s)^2, s) = 2*v(s)*d(s) everywhere by slope and differentiation
  v(1)^2 - v(0)^2 = integral(2*v(s)*d(s), s from 0 to 1) by square
}
";
    let report = answers(product).pop().unwrap();
    assert_eq!(report.verdict, VerdictKind::Proved, "{:?}", report.story);
    assert!(report.rests_on.is_empty(), "no choice is made: {:?}", report.rests_on);
}

/// Two hundred lines: terms that are at least zero are added one by one.
#[test]
fn a_long_chain_is_checked_link_by_link() {
    let mut text =
        "derivation long {\n  given numbers a, b\n  given function f\n  given positive: f(y) >= 0 for all y\n  f(a)\n"
            .to_owned();
    let mut sum = "f(a)".to_owned();
    for k in 1..=100 {
        text += &format!("    = {sum} + b - b by algebra\n");
        sum += &format!(" + f(b + {k})");
        text += &format!("    <= {sum} by positive at y = b + {k}\n");
    }
    let report = answers(&(text + "}\n")).pop().unwrap();
    assert_eq!(report.verdict, VerdictKind::Proved, "{:?}", report.story);
}

/// What cites a step that is not shown, and would follow from it, is not blamed; what would not is.
#[test]
fn a_step_that_is_not_shown_is_blamed_once() {
    let text = "derivation carried {
  given functions f, g
  given more: f(s) >= g(s) for all s in [0, 1]
  step twice for all s in [0, 1]: f(s) >= g(s) + 1 by more
  step again for all s in [0, 1]: f(s) - g(s) >= 1 by twice
  step half for all s in [0, 1]: f(s)/2 >= g(s)/2 + 1/2 by again
  step double for all s in [0, 1]: f(s) >= g(s) + 2 by twice
}
";
    let report = answers(text).pop().unwrap();
    assert_eq!(blamed(&report), [4, 7], "{:?}", report.story);
    assert!(explanation(&report, usize::MAX).contains("follows, were `twice` shown"));
}

/// The proof of the source as it stands there: the setting, its charges and its gains, and every reason in a line.
#[test]
fn a_setting_with_any_number_of_agents_is_spoken_of() {
    let text = "given integer n >= 2
given V > 0
given F: cdf on [0, V], continuous                 # F(0) = 0, F(V) = 1

setting owners {
  agents i in 1..n with type v[i] ~ F
  one good
  share i = 1/n
}

derivation charges shows n*integral(y d(F(y)^(n-1)), y from w to V) >= sum(i, C(owners, i)) {
  given w in [0, V] with F(w)^(n-1) = 1/n          # the worst-off type

    sum(i, C(owners, i))
  = n*integral(y d(F(y)^(n-1)), y from w to V)
      by definition
}
";
    let only = |text: &str| answers(text).pop().unwrap();
    let report = only(text);
    assert_eq!(report.verdict, VerdictKind::Proved, "{:?}", report.story);
    // Functions and numbers were found that satisfy all hypotheses.
    assert!(report.rests_on.iter().all(|r| r == "independent types"), "{:?}", report.rests_on);
    // Shares that do not sum to one, another type, a charge of a half of the agents.
    for (right, wrong) in [
        ("share i = 1/n", "share i = 1/(n + 1)"),
        ("F(w)^(n-1) = 1/n", "F(w)^n = 1/n"),
        ("  = n*integral", "  = (n-1)*integral"),
        ("from w to V)\n      by", "from 0 to V)\n      by"),
    ] {
        let report = only(&text.replace(right, wrong));
        assert_ne!(report.verdict, VerdictKind::Proved, "{wrong}");
    }
}

#[test]
fn a_mistake_on_purpose_has_a_false_link() {
    let text = |conclusion: &str, because: &str| {
        format!(
            "refuted derivation here {{
  given functions X, T
  given ic: v*X(v) - T(v) >= v*X(w) - T(w) for all v in [0, 1], w in [0, 1]
  step monotone for all w in [0, 1], v in [w, 1]: {conclusion} by {because}
}}
"
        )
    };
    let only = |text: &str| answers(text).pop().unwrap();
    let false_link = text("X(v) >= X(w) + v - w", "ic");
    let report = only(&false_link);
    assert_eq!((report.verdict, report.as_stated), (VerdictKind::Refuted, true), "{:?}", report.story);
    assert_eq!(blamed(&report), [4]);
    // A theorem is no mistake, and a link that only does not follow by its reason is not false.
    let right = only(&text("X(v) >= X(w)", "ic"));
    assert_eq!((right.verdict, right.as_stated), (VerdictKind::Proved, false));
    let unjustified = only(&text("X(v) >= X(w)", "algebra"));
    assert_eq!((unjustified.verdict, unjustified.as_stated), (VerdictKind::Rejected, false));
    // Nothing is asked about it in an exercise, and what is not proved cannot be applied.
    let (asked, blanks) = pipeline::exercise(&false_link, Hide::Answers).unwrap();
    assert_eq!(blanks, 0, "{asked}");
    let applied = format!(
        "{false_link}derivation there {{\n  given functions X, T\n  given ic: v*X(v) - T(v) >= v*X(w) - T(w) for all v in [0, 1], w in [0, 1]\n  apply here\n  X(1) >= X(0) + 1 by here\n}}\n"
    );
    assert!(only(&applied).story.iter().any(|s| s.contains("does not apply")), "{:?}", only(&applied).story);
    // A claim may have the word for its name.
    let claim = only("parameter k in [0, 1]\nrefuted derivation: k >= 1\n");
    assert_eq!((claim.name.as_str(), claim.verdict), ("derivation", VerdictKind::Refuted));
}

/// What holds for all distributions, at some of them: the same numbers as integrals over all types give.
#[test]
fn a_general_theorem_gives_the_numbers_of_its_instances() {
    let general = "given integer n >= 2
given V > 0
given F: cdf on [0, V], continuous

setting partnership {
  agents i in 1..n with type v[i] ~ F
  one good
  share i = 1/n
}

derivation gains {
  E welfare(partnership) = V - integral(F(y)^n, y from 0 to V) by definition
}

derivation charge {
  given w in [0, V] with F(w)^(n - 1) = 1/n
  step of-each for all i in 1..n: C(partnership, i) = V - w/n - integral(F(y)^(n - 1), y from w to V)
}
";
    // Agents, the prior, the highest type, the worst-off type, gains and a charge.
    let instances = [
        (2, "uniform(0, 1)", "1/2", "2/3", "3/8"),
        (2, "uniform(0, 3)", "3/2", "2", "9/8"),
        (3, "cdf y^2 on [0, 1]", "", "6/7", ""),
        (4, "pdf 4*y^3 on [0, 1]", "", "16/17", ""),
    ];
    for (n, prior, worst_off, gains, charge) in instances {
        let setting = format!(
            "setting some {{\n  agents i in 1..{n} with type v[i] ~ {prior}\n  one good\n  share i = 1/{n}\n}}\n"
        );
        if !gains.is_empty() {
            let text = format!(
                "{general}{setting}claim integrals: E welfare(some) = {gains}
derivation applied {{
  apply gains with partnership = some
  E welfare(some) = {gains} by gains
}}
"
            );
            let reports = answers(&text);
            assert!(reports.iter().all(|r| r.verdict == VerdictKind::Proved), "{text}");
            let wrong = answers(&text.replace(&format!("= {gains} by"), &format!("= {gains} + 1 by")));
            assert_eq!(wrong.last().map(|r| r.verdict), Some(VerdictKind::Rejected));
        }
        if !charge.is_empty() {
            let text = format!(
                "{general}{setting}claim integrals: C(some, 1) = {charge}
derivation applied {{
  apply charge with partnership = some, w = {worst_off}
  C(some, 1) = {charge} by charge
}}
"
            );
            let reports = answers(&text);
            assert!(reports.iter().all(|r| r.verdict == VerdictKind::Proved), "{text}");
            // Another worst-off type, the law of another distribution, other shares.
            let unequal = "share 1 = 1/4\n  share 2 = 3/4";
            for (right, wrong) in [
                (format!("w = {worst_off}"), "w = 1/3"),
                (prior.into(), "uniform(0, 4)"),
                (format!("share i = 1/{n}\n}}\nclaim"), &format!("{unequal}\n}}\nclaim")),
            ] {
                let text = text.replace(&right, wrong);
                assert!(text.contains(wrong));
                assert_ne!(answers(&text).last().map(|r| r.verdict), Some(VerdictKind::Proved), "{text}");
            }
        }
    }
}

#[test]
fn an_earlier_derivation_applies_where_its_hypotheses_hold() {
    let general = "derivation mean {
  given number V
  given V > 0
  given F: cdf on [0, V] with density f
  integral(y*f(y), y from 0 to V) = V - integral(F(y), y from 0 to V) by parts
}
";
    let applied = |lines: &str| {
        let text = format!("{general}derivation here {{\n{lines}\n}}\n");
        answers(&text).pop().unwrap()
    };
    let right = applied("  apply mean with V = 1, f(y) = 2*y\n  2/3 = 1 - 1/3 by mean");
    assert_eq!(right.verdict, VerdictKind::Proved);
    let named = applied(
        "  given number V
  given V >= 1
  given function g
  given here: g(y) >= 0 for all y in [0, V]
  given mass: integral(g(y), y from 0 to V) = 1
  apply mean with f(y) = g(y)
  integral(y*g(y), y from 0 to V) = V - integral(integral(g(z), z from 0 to y), y from 0 to V) by mean",
    );
    assert_eq!(named.verdict, VerdictKind::Proved, "{:?}", named.story);
    // Half the mass; a density that may be negative; something else.
    let unmet = |report: &StatementReport| report.story.iter().any(|s| s.contains("does not apply"));
    for wrong in [
        "  given number a\n  apply mean with V = 1, f(y) = a*y\n  a/3 = 1 - a/6 by mean",
        "  given number a\n  apply mean with V = 1, f(y) = 1 + a*(2*y - 1)\n  1/2 + a/6 = 1 - 1/2 + a/6 by mean",
    ] {
        let report = applied(wrong);
        assert_ne!(report.verdict, VerdictKind::Proved, "{wrong}");
        assert!(unmet(&report), "{wrong}: {:?}", report.story);
    }
    let other = applied("  given number a\n  apply mean with V = 1, f(y) = 1\n  a/2 = 1 - a/2 by mean");
    assert_eq!(blamed(&other), [10]);
    assert!(!unmet(&other));
    let unbounded =
        applied("  given number a\n  given a > 0\n  apply mean with V = 1, f(y) = a/a\n  1/2 = 1/2 by mean");
    assert!(unmet(&unbounded), "{:?}", unbounded.story);
}

/// The chains of the derivations of a file.
fn chains(file: &mut File) -> Vec<&mut Chain> {
    let derivations = file.items.iter_mut().filter_map(|item| match &mut item.kind {
        ItemKind::Derivation(d) => Some(d),
        _ => None,
    });
    let lines = derivations.flat_map(|d| &mut d.lines);
    lines
        .filter_map(|line| match &mut line.kind {
            DerivationKind::Step { chain, .. } => Some(chain),
            _ => None,
        })
        .collect()
}

/// The derivations of the corpus that stand on their own, each as a file of its own.
fn corpus() -> Vec<(String, File)> {
    let mut out = Vec::new();
    for path in files("theorems", "mech") {
        let file = parse(&read(&path)).unwrap();
        // What is shared stands at the margin, above; what is cited is a derivation of its own.
        let mut given: Vec<Item> = vec![];
        let mut names: Vec<Name> = vec![];
        for item in file.items {
            let ItemKind::Derivation(d) = &item.kind else {
                let shared = match &item.kind {
                    ItemKind::Given(_) => true,
                    ItemKind::Setting(setting) => setting.is_of_derivations(),
                    _ => false,
                };
                given.extend(Some(item).filter(|_| shared));
                continue;
            };
            let applies = |line: &DerivationLine| {
                matches!(line.kind, DerivationKind::Apply { .. })
                    || line.kind.cited().iter().any(|name| names.contains(name))
            };
            let alone = d.stance == Stance::Holds && !d.lines.iter().any(applies);
            names.push(d.name.clone());
            if alone {
                let items = given.iter().cloned().chain([item]).collect();
                out.push((path.display().to_string(), File { items, end_comments: vec![] }));
            }
        }
    }
    assert!(out.len() >= 20, "{}", out.len());
    out
}

#[test]
fn most_reasons_are_found_when_they_are_left_out() {
    let (mut all, mut found) = (0, 0);
    for (path, mut file) in corpus() {
        for chain in chains(&mut file) {
            all += chain.links.len();
            chain.links.iter_mut().for_each(|link| link.reasons.clear());
        }
        let open: usize = answers(&print_file(&file)).iter().map(|r| blamed(r).len()).sum();
        found += chains(&mut file).iter().map(|c| c.links.len()).sum::<usize>() - open;
        println!("{path}: {open} links without a reason are open");
    }
    println!("{found} of {all} links are found out without their reasons");
    assert!(found * 10 >= all * 9, "{found} of {all}");
}

/// Wrong variants of an expression, one slip each.
fn slips(e: &Expr) -> Vec<Expr> {
    let same = |kind: ExprKind| Expr { kind, span: e.span };
    let mut out = Vec::new();
    match &e.kind {
        ExprKind::Number(c) => out.push(same(ExprKind::Number(c + &Rational::ONE))),
        ExprKind::Sum(terms) => {
            for k in 0..terms.len() {
                let mut flipped = terms.clone();
                flipped[k].0 = if terms[k].0 == Sign::Plus { Sign::Minus } else { Sign::Plus };
                out.push(same(ExprKind::Sum(flipped)));
                if terms.len() > 2 {
                    let mut dropped = terms.clone();
                    dropped.remove(k);
                    out.push(same(ExprKind::Sum(dropped)));
                }
                for slip in slips(&terms[k].1) {
                    let mut other = terms.clone();
                    other[k].1 = slip;
                    out.push(same(ExprKind::Sum(other)));
                }
            }
        }
        ExprKind::Product(factors) => {
            for k in 0..factors.len() {
                for slip in slips(&factors[k].1) {
                    let mut other = factors.clone();
                    other[k].1 = slip;
                    out.push(same(ExprKind::Product(other)));
                }
            }
        }
        ExprKind::Integral { body, along, variable, low, high } => {
            let integral = |body: &Expr, low: &Expr, high: &Expr| {
                let (body, low, high) = (body.clone(), low.clone(), high.clone());
                let (body, low, high) = (Box::new(body), Box::new(low), Box::new(high));
                same(ExprKind::Integral { body, along: along.clone(), variable: variable.clone(), low, high })
            };
            out.push(integral(body, high, low));
            out.extend(slips(body).iter().map(|body| integral(body, low, high)));
        }
        ExprKind::Power { base, exponent } => out.extend(
            slips(exponent)
                .into_iter()
                .map(|exponent| same(ExprKind::Power { base: base.clone(), exponent: Box::new(exponent) })),
        ),
        ExprKind::Call { function, arguments } => {
            for k in 0..arguments.len() {
                for slip in slips(&arguments[k]) {
                    let mut other = arguments.clone();
                    other[k] = slip;
                    out.push(same(ExprKind::Call { function: function.clone(), arguments: other }));
                }
            }
        }
        _ => {}
    }
    out
}

fn other_relation(relation: Relation) -> Relation {
    match relation {
        Relation::Equal => Relation::Less,
        Relation::AtLeast | Relation::Greater => Relation::Less,
        _ => Relation::Greater,
    }
}

/// Slips that are tried in each file at most.
const SLIPS: usize = 6;

#[test]
fn a_slip_is_blamed_where_it_was_made() {
    let (mut made, mut caught, mut harmless, mut stray) = (0, 0, 0, Vec::new());
    for (path, file) in corpus() {
        let mut variants: Vec<(File, String)> = Vec::new();
        let mut pristine = file.clone();
        for (c, chain) in chains(&mut pristine).into_iter().enumerate() {
            for (k, link) in chain.links.iter().enumerate() {
                let mut right: Vec<(Relation, Expr)> =
                    slips(&link.right).into_iter().map(|e| (link.relation, e)).collect();
                if chain.links.len() == 1 {
                    right.push((other_relation(link.relation), link.right.clone()));
                }
                for (relation, e) in right {
                    let mut changed = file.clone();
                    let target = &mut chains(&mut changed)[c].links[k];
                    (target.relation, target.right) = (relation, e);
                    let text = vickrey::lang::print_expr(&target.right);
                    variants.push((changed, text));
                }
            }
        }
        let stride = variants.len().div_ceil(SLIPS).max(1);
        for (changed, text) in variants.into_iter().step_by(stride) {
            let printed = print_file(&changed);
            let outcome = pipeline::check("input.mech", &printed, Detail::Verdicts);
            made += 1;
            let Some(report) = outcome.report else {
                // Not even a derivation: an exponent below zero, say.
                caught += 1;
                continue;
            };
            let lines: Vec<usize> = report.statements.iter().flat_map(blamed).collect();
            match lines.first() {
                None => {
                    assert!(report.statements.iter().all(|s| s.verdict == VerdictKind::Proved));
                    harmless += 1;
                }
                Some(first) => {
                    let line = printed.lines().nth(first - 1).unwrap_or_default();
                    let near =
                        printed.lines().skip(first.saturating_sub(3)).take(4).any(|l| l.contains(&text));
                    if line.contains(&text) || near {
                        caught += 1;
                    } else {
                        stray.push(format!("{path}: `{text}` blames `{line}`"));
                    }
                }
            }
        }
    }
    println!(
        "{made} slips: {caught} blamed where they were made, {harmless} still true, {} elsewhere",
        stray.len()
    );
    assert!(stray.len() * 100 <= made, "{stray:#?}");
    assert!(harmless * 4 <= made, "{harmless} of {made} are still true");
}
