//! Systems of linear comparisons: every answer is checked against the rows, by evaluation or by its sum.

use vickrey::exact::Rational;
use vickrey::piecewise::system::{Answer, Best, Row, Sign, maximise, solve};
use vickrey::pipeline::{Detail, check as check_file, verify};

fn row(constant: i64, terms: &[(usize, i64)], sign: Sign) -> Row {
    let terms = terms.iter().map(|(k, c)| (*k, (*c).into())).collect();
    Row { constant: constant.into(), terms, sign }
}

/// The signs that a solution or a contradiction must have, computed from the rows alone.
fn check(unknowns: usize, rows: &[Row], answer: &Answer) {
    match answer {
        Answer::Point(x) => {
            for row in rows {
                let value = row.terms.iter().fold(row.constant.clone(), |sum, (k, c)| &sum + &(&x[*k] * c));
                assert!(match row.sign {
                    Sign::AtLeast => !value.is_negative(),
                    Sign::Positive => value.is_positive(),
                    Sign::Zero => value.is_zero(),
                });
            }
        }
        Answer::Contradiction(multipliers) => {
            let mut sums = vec![Rational::ZERO; unknowns];
            let (mut constant, mut strict) = (Rational::ZERO, false);
            for (number, m) in multipliers {
                let row = &rows[*number];
                assert!(m.is_positive() || row.sign == Sign::Zero);
                strict |= row.sign == Sign::Positive;
                constant += &(&row.constant * m);
                row.terms.iter().for_each(|(k, c)| sums[*k] += &(c * m));
            }
            assert!(sums.iter().all(Rational::is_zero));
            assert!(constant.is_negative() || (constant.is_zero() && strict));
        }
    }
}

/// Whether there is a value, no end, or no solution.
fn kind(best: &Best) -> usize {
    match best {
        Best::Value { .. } => 0,
        Best::Unbounded(_) => 1,
        Best::Infeasible(_) => 2,
    }
}

/// Numbers below a bound that look random, always the same for a seed.
fn numbers(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % below
    }
}

#[test]
fn random_systems_have_a_point_or_a_contradiction() {
    let mut next = numbers(7);
    let (mut points, mut contradictions) = (0, 0);
    for _ in 0..400 {
        let unknowns = 1 + next(5) as usize;
        let rows: Vec<Row> = (0..1 + next(14))
            .map(|_| {
                let terms: Vec<(usize, i64)> =
                    (0..unknowns).map(|k| (k, next(7) as i64 - 3)).filter(|(_, c)| *c != 0).collect();
                let sign = [Sign::AtLeast, Sign::AtLeast, Sign::Positive, Sign::Zero][next(4) as usize];
                row(next(9) as i64 - 5, &terms, sign)
            })
            .collect();
        let answer = solve(unknowns, &rows, 1_000_000).unwrap();
        check(unknowns, &rows, &answer);
        match answer {
            Answer::Point(_) => points += 1,
            Answer::Contradiction(_) => contradictions += 1,
        }
    }
    assert!(points > 50 && contradictions > 50, "{points} points, {contradictions} contradictions");
}

#[test]
fn the_greatest_value_is_that_of_a_corner_or_unbounded() {
    // x + y at most 4, x at most 3, y at most 2, both at least 0
    let rows = [
        row(4, &[(0, -1), (1, -1)], Sign::AtLeast),
        row(3, &[(0, -1)], Sign::AtLeast),
        row(2, &[(1, -1)], Sign::AtLeast),
        row(0, &[(0, 1)], Sign::AtLeast),
        row(0, &[(1, 1)], Sign::AtLeast),
    ];
    let q = |n: i64| -> Rational { n.into() };
    let best = maximise(2, &rows, &[(0, q(2)), (1, q(3))], 10_000);
    let Some(Best::Value { value, .. }) = best else { panic!("{best:?}") };
    assert_eq!(value, q(10));
    let best = maximise(2, &rows[3..], &[(0, q(1)), (1, q(-1))], 10_000);
    let Some(Best::Unbounded(ray)) = best else { panic!("{best:?}") };
    assert!(ray[0].is_positive() && !ray[1].is_negative());
    let none = [row(-1, &[(0, 1)], Sign::AtLeast), row(0, &[(0, -1)], Sign::AtLeast)];
    assert!(matches!(maximise(1, &none, &[(0, q(1))], 10_000), Some(Best::Infeasible(_))));
}

#[test]
fn a_degenerate_program_does_not_cycle() {
    // Beale's example: -3/4 a + 150 b - 1/50 c + 6 d is to be small.
    let q = |n: i64, d: i64| Rational::new(n, d).unwrap();
    let line = |terms: [Rational; 4], constant: i64| Row {
        constant: constant.into(),
        terms: terms.into_iter().enumerate().collect(),
        sign: Sign::AtLeast,
    };
    let mut rows = vec![
        line([q(-1, 4), q(60, 1), q(1, 25), q(-9, 1)], 0),
        line([q(-1, 2), q(90, 1), q(1, 50), q(-3, 1)], 0),
        row(1, &[(2, -1)], Sign::AtLeast),
    ];
    rows.extend((0..4).map(|k| row(0, &[(k, 1)], Sign::AtLeast)));
    let gain = [(0, q(3, 4)), (1, q(-150, 1)), (2, q(1, 50)), (3, q(-6, 1))];
    let best = maximise(4, &rows, &gain, 10_000);
    let Some(Best::Value { value, .. }) = best else { panic!("{best:?}") };
    assert_eq!(value, q(1, 20));
}

/// Whether the point satisfies the rows and has the value, and the multipliers show that no other has more.
fn check_best(unknowns: usize, rows: &[Row], gain: &[(usize, Rational)], best: &Best) {
    match best {
        Best::Value { value, point, multipliers } => {
            check(unknowns, rows, &Answer::Point(point.clone()));
            let reached = gain.iter().fold(Rational::ZERO, |sum, (k, c)| &sum + &(&point[*k] * c));
            assert_eq!(reached, *value);
            let mut sums = vec![Rational::ZERO; unknowns];
            gain.iter().for_each(|(k, c)| sums[*k] += c);
            let mut constant = Rational::ZERO;
            for (number, by) in multipliers {
                let row = &rows[*number];
                assert!(by.is_positive() || row.sign == Sign::Zero);
                constant += &(&row.constant * by);
                row.terms.iter().for_each(|(k, c)| sums[*k] += &(c * by));
            }
            assert!(sums.iter().all(Rational::is_zero));
            assert_eq!(constant, *value);
        }
        Best::Unbounded(ray) => {
            let along = |row: &Row| &row.at(ray) - &row.constant;
            assert!(rows.iter().all(|row| match row.sign {
                Sign::Zero => along(row).is_zero(),
                _ => !along(row).is_negative(),
            }));
            let grows = gain.iter().fold(Rational::ZERO, |sum, (k, c)| &sum + &(&ray[*k] * c));
            assert!(grows.is_positive());
        }
        Best::Infeasible(multipliers) => check(unknowns, rows, &Answer::Contradiction(multipliers.clone())),
    }
}

#[test]
fn random_programs_have_an_optimum_with_multipliers_or_a_ray_or_a_contradiction() {
    let mut next = numbers(11);
    let mut seen = [0; 3];
    for round in 0..600 {
        let unknowns = 1 + next(6) as usize;
        // Numbers that are too large for rounded ones go the exact way.
        let size: Rational =
            if round % 3 == 0 { "1000000000000000000000000000000".parse().unwrap() } else { 1.into() };
        let rows: Vec<Row> = (0..1 + next(16))
            .map(|_| {
                let terms: Vec<(usize, i64)> =
                    (0..unknowns).map(|k| (k, next(7) as i64 - 3)).filter(|(_, c)| *c != 0).collect();
                let sign = [Sign::AtLeast, Sign::AtLeast, Sign::AtLeast, Sign::Zero][next(4) as usize];
                let Row { constant, terms, sign } = row(next(9) as i64 - 2, &terms, sign);
                Row { constant: &constant * &size, terms, sign }
            })
            .collect();
        let gain: Vec<(usize, Rational)> = (0..unknowns).map(|k| (k, (next(7) as i64 - 3).into())).collect();
        let gain: Vec<_> = gain.into_iter().filter(|(_, c)| !c.is_zero()).collect();
        let best = maximise(unknowns, &rows, &gain, 1_000_000).unwrap();
        check_best(unknowns, &rows, &gain, &best);
        seen[kind(&best)] += 1;
    }
    assert!(seen.iter().all(|n| *n > 40), "{seen:?}");
}

#[test]
fn unknowns_that_add_nothing_do_not_change_what_is_found() {
    let mut next = numbers(31);
    let mut seen = [0; 3];
    for _ in 0..150 {
        let (base, unknowns) = (2 + next(4) as usize, 90);
        let mix: Vec<Vec<i64>> =
            (0..unknowns).map(|_| (0..base).map(|_| next(5) as i64 - 2).collect()).collect();
        let terms = |own: &[i64]| -> Vec<(usize, i64)> {
            let entry = |k: usize| mix[k].iter().zip(own).map(|(a, b)| a * b).sum::<i64>();
            (0..unknowns).map(|k| (k, entry(k))).filter(|(_, c)| *c != 0).collect()
        };
        let mut rows = Vec::new();
        for _ in 0..1 + next(12) {
            let own: Vec<i64> = (0..base).map(|_| next(7) as i64 - 3).collect();
            let sign = [Sign::AtLeast, Sign::AtLeast, Sign::AtLeast, Sign::Zero][next(4) as usize];
            rows.push(row(next(9) as i64 - 3, &terms(&own), sign));
        }
        let own: Vec<i64> = (0..base).map(|_| next(5) as i64 - 2).collect();
        let gain: Vec<(usize, Rational)> = terms(&own).into_iter().map(|(k, c)| (k, c.into())).collect();
        let best = maximise(unknowns, &rows, &gain, 10_000_000).unwrap();
        check_best(unknowns, &rows, &gain, &best);
        seen[kind(&best)] += 1;
    }
    assert!(seen.iter().all(|n| *n > 10), "{seen:?}");
}

/// Trade between a buyer of value 1 or 3 and a seller of cost 0 or 2.
const TRADE: &str = "setting trade {
  agent buyer with type v ~ uniform {1, 3}
  agent seller with type c ~ uniform {0, 2}
  outcome x in {0, 1}
  value buyer = v*x
  value seller = -c*x
  ties x = 1
}
";

fn reported(claim: &str) -> (String, serde_json::Value) {
    let outcome = check_file("trade.mech", &format!("{TRADE}{claim}\n"), Detail::Certificates);
    let report = outcome.report.unwrap();
    for certificate in &outcome.certificates {
        verify(&certificate.json, Some(&report.text)).unwrap();
    }
    let statement = &report.statements[0];
    let json = serde_json::to_value(statement).unwrap();
    (statement.story.join("\n"), json)
}

#[test]
fn a_wrong_optimum_is_refuted_and_the_true_one_is_reported_with_its_mechanism() {
    for claimed in ["1", "5/4", "2"] {
        let (story, json) = reported(&format!(
            "claim c: greatest welfare of a mechanism on trade that is DSIC, ex post IR and budget balanced = {claimed}"
        ));
        assert_eq!(json["verdict"], "refuted");
        assert_eq!(json["value"], "9/8");
        assert!(story.contains("the greatest value is 9/8, by these numbers:"), "{story}");
        assert!(story.contains("probability of x = 1 (v = 3, c = 0): 1"), "{story}");
    }
    let (_, json) = reported(
        "claim c: greatest welfare of a mechanism on trade that is DSIC, ex post IR and budget balanced = 9/8",
    );
    assert_eq!((&json["verdict"], &json["value"]), (&"proved".into(), &"9/8".into()));
}

#[test]
fn what_has_no_end_is_reported_with_the_direction_in_which_it_goes_on() {
    let (story, json) = reported("claim c: greatest revenue of a mechanism on trade that is DSIC = 1");
    assert_eq!(json["verdict"], "refuted");
    assert!(story.contains("there is no greatest value: it grows for ever along this direction:"), "{story}");
    assert!(story.contains("payment of buyer"), "{story}");
    let (story, _) = reported(
        "claim c: least revenue of a mechanism on trade that is efficient, DSIC, ex post IR and no deficit = 0",
    );
    assert!(story.contains("nothing has these properties, whatever the value"), "{story}");
}

#[test]
fn probabilities_that_do_not_sum_to_one_are_reported_beside_other_mistakes() {
    let text = "setting sale {
  agent buyer with type v ~ finite {1: 1/2, 3: 1/3}
  outcome x in {0, 1}
  value buyer = v*x
}
claim a: pivot(sail) is DSIC
";
    let outcome = check_file("sale.mech", text, Detail::Verdicts);
    let codes: Vec<&str> = outcome.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["probability-sum", "unknown-name"]);
}

/// The greatest gain around a cycle of types in which none occurs twice.
fn greatest_cycle(gain: &[Vec<i64>]) -> i64 {
    fn on(gain: &[Vec<i64>], path: &mut Vec<usize>, sum: i64, best: &mut i64) {
        let (first, last) = (path[0], *path.last().unwrap());
        *best = (*best).max(sum + gain[last][first]);
        for next in first + 1..gain.len() {
            if !path.contains(&next) {
                path.push(next);
                on(gain, path, sum + gain[last][next], best);
                path.pop();
            }
        }
    }
    let mut best = 0;
    for first in 0..gain.len() {
        on(gain, &mut vec![first], 0, &mut best);
    }
    best
}

#[test]
fn a_rule_is_cyclically_monotone_exactly_if_no_cycle_that_is_written_out_gains() {
    let mut next = numbers(23);
    let mut seen = [0; 2];
    for round in 0..40 {
        let n = 2 + round % 4;
        // Value of the outcome of the second type to the first, for both types of another agent.
        let values: Vec<Vec<Vec<i64>>> =
            (0..2).map(|_| (0..n).map(|_| (0..n).map(|_| next(7) as i64).collect()).collect()).collect();
        let raised = |o: usize, t: usize, k: usize| values[o][t][k] + if t == k { 3 } else { 0 };
        let gains = |o: usize| -> Vec<Vec<i64>> {
            (0..n).map(|t| (0..n).map(|k| raised(o, t, k) - raised(o, t, t)).collect()).collect()
        };
        let holds = (0..2).all(|o| greatest_cycle(&gains(o)) <= 0);
        let names = |letter: &str, count: usize| {
            (0..count).map(|k| format!("{letter}{k}")).collect::<Vec<_>>().join(", ")
        };
        let row = |t: usize| {
            let all = (0..2 * n).map(|k| raised(k / n, t, k % n).to_string());
            format!("t{t}: {}\n", all.collect::<Vec<_>>().join(", "))
        };
        let rows: String = (0..n).map(row).collect();
        let rule: String = (0..n).map(|t| format!("t{t}: x{t}, x{}\n", n + t)).collect();
        let text = format!(
            "setting s {{
               agent a with type t in {{{}}}
               agent b with type o in {{o0, o1}}
               outcome x in {{{}}}
               value a = table t, x {{\n{rows}}}
               value b = 0
             }}
             rule r on s: x = table t, o {{\n{rule}}}
             claim c: r is cyclically monotone
             claim d: r is implementable\n",
            names("t", n),
            names("x", 2 * n)
        );
        let outcome = check_file("cycles.mech", &text, Detail::Certificates);
        let report = outcome.report.unwrap_or_else(|| panic!("{:?}", outcome.diagnostics));
        for certificate in &outcome.certificates {
            verify(&certificate.json, Some(&report.text)).unwrap();
        }
        let verdicts: Vec<bool> = report.statements.iter().map(|s| s.as_stated).collect();
        assert_eq!(verdicts, [holds, holds], "{text}");
        seen[usize::from(holds)] += 1;
    }
    assert!(seen.iter().all(|n| *n > 5), "{seen:?}");
}

/// A setting and a rule of which the values are given by three characteristics, or by the number for each type and outcome.
fn characteristics(own: &[[i64; 3]], of: &[[i64; 3]], order: &[usize], written: bool) -> String {
    let value = |t: &[i64; 3], x: &[i64; 3]| t.iter().zip(x).map(|(a, b)| 2 * a * b).sum::<i64>();
    let name = |letter: &str, k: usize| format!("{letter}{k}");
    let names = |letter: &str| (0..own.len()).map(|k| name(letter, k)).collect::<Vec<_>>().join(", ");
    let table = |letter: &str, n: usize, of: &[[i64; 3]]| {
        let rows = order.iter().map(|k| format!("{}: {}\n", name(letter, *k), of[*k][n]));
        format!("(table {letter} {{\n{}}})", rows.collect::<String>())
    };
    let values = if written {
        let row = |t: &[i64; 3]| of.iter().map(|x| value(t, x).to_string()).collect::<Vec<_>>().join(", ");
        let rows = order.iter().map(|k| format!("{}: {}\n", name("t", *k), row(&own[*k])));
        format!("table t, x {{\n{}}}", rows.collect::<String>())
    } else {
        let product = |n| format!("2*{}*{}", table("t", n, own), table("x", n, of));
        (0..3).map(product).collect::<Vec<_>>().join(" + ")
    };
    let rule: String = order.iter().map(|k| format!("t{k}: x{k}\n")).collect();
    format!(
        "setting s {{\nagent a with type t in {{{}}}\noutcome x in {{{}}}\nvalue a = {values}\n}}\n\
         rule own on s: x = table t {{\n{rule}}}\n\
         claim c: own is implementable\n\
         claim d: price(own, t1) - price(own, t0) ranges over [0, 1]\n",
        names("t"),
        names("x")
    )
}

#[test]
fn values_by_characteristics_are_the_products_whatever_the_order_of_the_rows() {
    let mut next = numbers(11);
    let mut seen = [0; 2];
    for round in 0..24 {
        let mut draw = || -> Vec<[i64; 3]> { (0..4).map(|_| [(); 3].map(|()| next(7) as i64 - 3)).collect() };
        let own = draw();
        // With the own characteristics nobody gains.
        let of = if round % 2 == 0 { own.clone() } else { draw() };
        let mut order = [0, 1, 2, 3];
        order.swap(next(4) as usize, next(4) as usize);
        let answer = |order: &[usize], written: bool| {
            let text = characteristics(&own, &of, order, written);
            let outcome = check_file("s.mech", &text, Detail::Certificates);
            let report = outcome.report.unwrap();
            for certificate in &outcome.certificates {
                verify(&certificate.json, Some(&report.text)).unwrap();
            }
            let found = |n: usize| {
                let json = serde_json::to_value(&report.statements[n]).unwrap();
                (json["verdict"].clone(), report.statements[n].story.clone())
            };
            [found(0), found(1)]
        };
        let first = answer(&[0, 1, 2, 3], true);
        assert_eq!(first, answer(&order, true));
        assert_eq!(first, answer(&[0, 1, 2, 3], false));
        assert_eq!(first, answer(&order, false));
        seen[usize::from(first[0].0 == "proved")] += 1;
    }
    assert!(seen.iter().all(|n| *n > 4), "{seen:?}");
}

#[test]
fn a_cell_that_depends_on_the_outcome_is_read_for_each() {
    // The outcome occurs in cells of a table over the type, and the rows of the table over the outcome are in another order.
    let text = "setting s {
  agent a with type t in {low, high}
  outcome x in {1, 2, 3}
  value a = (table t { low: x; high: 1 + 2*x })*(table x { 3: 7; 1: 2; 2: -1 }) - table t { low: 5; high: x^2 }
}
rule first on s: x = table t { low: 1; high: 3 }
rule second on s: x = table t { low: 2; high: 1 }
claim one: price(first, high) - price(first, low) ranges over [19, 35]
claim two: price(second, high) - price(second, low) ranges over [4, 14]
";
    // low: 1·2 - 5 = -3, 2·(-1) - 5 = -7, 3·7 - 5 = 16; high: 3·2 - 1 = 5, 5·(-1) - 4 = -9, 7·7 - 9 = 40
    let report = check_file("s.mech", text, Detail::Verdicts).report.unwrap();
    for statement in &report.statements {
        assert_eq!(serde_json::to_value(statement).unwrap()["verdict"], "proved", "{:?}", statement.story);
    }
}

#[test]
fn what_matters_on_average_only_is_left_out_where_nothing_is_lost() {
    // With independent types an expected surplus of m(m-1)(5-m)/6 over (m-1)m^2 is the most: none exists from six types on.
    // With correlated types, in dominant strategies and at every profile, other payments of a profile matter as well.
    let claims = [
        "efficient, BIC, interim IR and budget balanced",
        "efficient, BIC, ex post IR and budget balanced",
        "efficient, DSIC, interim IR and budget balanced",
        "efficient, BIC, interim IR and no deficit",
        "efficient, DSIC, ex post IR and no deficit",
    ];
    // Whether there is a mechanism.
    let expected = [
        (5, false, [true, true, false, true, false]),
        (6, false, [false, false, false, false, false]),
        (9, false, [false, false, false, false, false]),
        (5, true, [true, true, false, true, false]),
        (6, true, [true, false, false, true, false]),
        (9, true, [false, false, false, true, false]),
    ];
    for (points, correlated, exists) in expected {
        let grid = format!("grid(0, 1, 1/{})", points - 1);
        let (types, prior) = match correlated {
            true => (format!("in {grid}"), format!("prior = (1 + [b = s])/{}\n", points * points + points)),
            false => (format!("~ uniform {grid}"), String::new()),
        };
        let asked = |(k, (properties, exists)): (usize, (&&str, bool))| {
            let quantity = if exists { "some" } else { "no" };
            format!("claim c{k}: {quantity} mechanism on trade is {properties}\n")
        };
        let statements: String = claims.iter().zip(exists).enumerate().map(asked).collect();
        let text = format!(
            "setting trade {{\nagent buyer with type b {types}\nagent seller with type s {types}\n{prior}\
             outcome x in {{0, 1}}\nvalue buyer = b*x\nvalue seller = -s*x\nties x = 0\n}}\n{statements}"
        );
        let outcome = check_file("trade.mech", &text, Detail::Certificates);
        let report = outcome.report.unwrap();
        for statement in &report.statements {
            let json = serde_json::to_value(statement).unwrap();
            assert_eq!(json["verdict"], "proved", "{points} {correlated} {:?}", json["name"]);
        }
        for certificate in &outcome.certificates {
            verify(&certificate.json, Some(&report.text)).unwrap();
        }
        assert_eq!(outcome.certificates.len(), claims.len());
    }
}
