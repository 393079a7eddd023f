//! Systems of linear comparisons: every answer is checked against the rows, by evaluation or by its sum.

use vickrey::exact::Rational;
use vickrey::piecewise::system::{Answer, Best, Row, Sign, Solver};

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

#[test]
fn random_systems_have_a_point_or_a_contradiction() {
    let mut state: u64 = 7;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
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
        let answer = Solver::new(unknowns, &rows, 1_000_000).solve().unwrap();
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
    let best = Solver::new(2, &rows, 10_000).maximise(&[(0, q(2)), (1, q(3))]);
    assert_eq!(best, Some(Best::Value(q(10))));
    let best = Solver::new(2, &rows[3..], 10_000).maximise(&[(0, q(1)), (1, q(-1))]);
    let Some(Best::Unbounded(ray)) = best else { panic!("{best:?}") };
    assert!(ray[0].is_positive() && !ray[1].is_negative());
    let none = [row(-1, &[(0, 1)], Sign::AtLeast), row(0, &[(0, -1)], Sign::AtLeast)];
    assert_eq!(Solver::new(1, &none, 10_000).maximise(&[(0, q(1))]), Some(Best::Infeasible));
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
    assert_eq!(Solver::new(4, &rows, 10_000).maximise(&gain), Some(Best::Value(q(1, 20))));
}
