//! Benchmarks: signs of polynomials of high degree on an interval, near-double roots among them. Each answer is
//! the whole way from text to theorem, and is compared with the one that the construction gives.

use num_bigint::BigInt;
use num_traits::{One, Zero};
use vickrey::pipeline::{self, Detail};

fn main() {
    divan::main();
}

type Line = Vec<BigInt>;

fn times(p: &Line, q: &Line) -> Line {
    let mut out = vec![BigInt::zero(); p.len() + q.len() - 1];
    for (i, a) in p.iter().enumerate() {
        for (j, b) in q.iter().enumerate() {
            if let Some(slot) = out.get_mut(i + j) {
                *slot += a * b;
            }
        }
    }
    out
}

fn plus(p: &Line, q: &Line) -> Line {
    let zero = BigInt::zero();
    (0..p.len().max(q.len())).map(|k| p.get(k).unwrap_or(&zero) + q.get(k).unwrap_or(&zero)).collect()
}

fn scaled(p: &Line, by: &BigInt) -> Line {
    p.iter().map(|c| c * by).collect()
}

fn integers(numbers: &[i64]) -> Line {
    numbers.iter().map(|n| BigInt::from(*n)).collect()
}

fn power(degree: usize, coefficient: i64) -> Line {
    let mut out = vec![BigInt::zero(); degree];
    out.push(coefficient.into());
    out
}

/// Chebyshev's polynomial.
fn chebyshev(n: usize) -> Line {
    let (mut last, mut next) = (integers(&[1]), integers(&[0, 1]));
    for _ in 0..n {
        let after = plus(&times(&integers(&[0, 2]), &next), &scaled(&last, &BigInt::from(-1)));
        (last, next) = (next, after);
    }
    last
}

/// A generator of small positive integers.
fn random(length: usize, mut seed: u64) -> Line {
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        BigInt::from(seed >> 50) + 1
    };
    (0..length).map(|_| next()).collect()
}

/// The families: a polynomial, the lower end of its interval, and whether it is at least zero up to 1.
const FAMILIES: [&str; 11] = [
    "cheb", "chebpos", "chebneg", "mignpos", "mignneg", "mirrpos", "mirrneg", "mdenpos", "mdenneg",
    "mcluspos", "wilk",
];

fn polynomial(family: &str, n: usize) -> (Line, i64, bool) {
    let large = BigInt::one() << 64;
    let square = times(&integers(&[-3, 0, 2500]), &integers(&[-3, 0, 2500]));
    let touching = plus(&chebyshev(n), &integers(&[1]));
    match family {
        "cheb" => (touching, -1, true),
        "chebpos" => (plus(&scaled(&touching, &large), &integers(&[1])), -1, true),
        "chebneg" => (plus(&scaled(&touching, &large), &integers(&[-1])), -1, false),
        "mirrpos" => (plus(&square, &power(n, 1)), 0, true),
        "mirrneg" => (plus(&square, &power(n, -1)), 0, false),
        "mignpos" | "mignneg" => {
            let square = times(&integers(&[-1, 1000]), &integers(&[-2, 2000]));
            let holds = family == "mignpos";
            (plus(&square, &power(n, if holds { 1 } else { -1 })), 0, holds)
        }
        "mdenpos" | "mdenneg" => {
            let dense = times(&square, &random(n - 3, 1));
            let holds = family == "mdenpos";
            let small = times(&power(n / 2, if holds { 1 } else { -1 }), &random(n / 2 + 1, 2));
            (plus(&dense, &small), 0, holds)
        }
        "mcluspos" => {
            let quarter = chebyshev(n / 4);
            let clusters = times(&times(&quarter, &quarter), &random(n / 2 + 1, 3));
            (plus(&scaled(&clusters, &large), &random(n + 1, 4)), 0, true)
        }
        _ => {
            let factors = (1..=n as i64).map(|k| integers(&[-k, n as i64 + 1]));
            (factors.fold(integers(&[1]), |p, q| times(&p, &q)), 0, false)
        }
    }
}

fn text(family: &str, degree: usize) -> (String, bool) {
    let (line, low, holds) = polynomial(family, degree);
    let mut sum = String::from("0");
    for (k, c) in line.iter().enumerate().filter(|(_, c)| !c.is_zero()) {
        sum.push_str(&format!(" + ({c})*x^{k}"));
    }
    let word = if holds { "claim" } else { "refuted" };
    (format!("parameter x in [{low}, 1]\n{word} sign: {sum} >= 0\n"), holds)
}

fn decide(bencher: divan::Bencher<'_, '_>, family: &str, degree: usize) {
    let (text, _) = text(family, degree);
    bencher.bench(|| {
        let outcome = pipeline::check("bench", divan::black_box(&text), Detail::Verdicts);
        assert!(
            outcome.report.is_some_and(|r| r.statements.iter().all(|s| s.as_stated)),
            "{family} {degree}"
        );
    });
}

/// Degree 100.
#[divan::bench(args = FAMILIES, sample_count = 5, sample_size = 1)]
fn degree_100(bencher: divan::Bencher<'_, '_>, family: &str) {
    decide(bencher, family, 100);
}

/// Degree 200.
#[divan::bench(args = FAMILIES, sample_count = 5, sample_size = 1)]
fn degree_200(bencher: divan::Bencher<'_, '_>, family: &str) {
    decide(bencher, family, 200);
}

/// Degree 400.
#[divan::bench(args = FAMILIES, sample_count = 3, sample_size = 1)]
fn degree_400(bencher: divan::Bencher<'_, '_>, family: &str) {
    decide(bencher, family, 400);
}
