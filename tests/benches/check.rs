//! Benchmarks: the corpus, and a thousand simple claims. Run with `cargo bench`.

use vickrey::pipeline::{self, Detail};

fn main() {
    divan::main();
}

/// The texts of all theorem files.
fn corpus() -> Vec<String> {
    fn walk(folder: &std::path::Path, out: &mut Vec<String>) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for path in entries.filter_map(|e| Some(e.ok()?.path())) {
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|e| e == "mech") {
                out.extend(std::fs::read_to_string(path));
            }
        }
    }
    let mut out = Vec::new();
    walk(std::path::Path::new("theorems"), &mut out);
    out
}

/// The whole corpus, one file after the other.
#[divan::bench]
fn the_corpus(bencher: divan::Bencher<'_, '_>) {
    bencher.with_inputs(corpus).bench_refs(|texts| {
        for text in texts {
            divan::black_box(pipeline::check("bench", text, Detail::Verdicts));
        }
    });
}

/// A file of a thousand claims about a payment.
#[divan::bench(sample_count = 10)]
fn a_thousand_claims(bencher: divan::Bencher<'_, '_>) {
    let mut text = String::from(
        "setting trade {
           agent buyer with type v ~ uniform(0, 1)
           agent seller with type c ~ uniform(0, 1)
           outcome x in {0, 1}
           value buyer = v*x
           value seller = -c*x
           ties x = 1
         }
         mechanism vcg = pivot(trade)\n",
    );
    for number in 0..1000 {
        text.push_str(&format!("claim c{number}: E payment(vcg, buyer) = 1/6\n"));
    }
    bencher.bench(|| divan::black_box(pipeline::check("bench", divan::black_box(&text), Detail::Verdicts)));
}

/// A file of two lecture examples: text in, verdicts out.
#[divan::bench]
fn bilateral_trade_and_a_partnership(bencher: divan::Bencher<'_, '_>) {
    let texts = ["theorems/part-vi/bilateral-trade.mech", "theorems/part-vi/partnership.mech"];
    let texts: Vec<String> = texts.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect();
    bencher.bench(|| {
        for text in &texts {
            divan::black_box(pipeline::check("bench", divan::black_box(text), Detail::Verdicts));
        }
    });
}

/// Agents with the same uniform prior.
fn bidders(count: usize, claim: &str) -> String {
    format!(
        "setting sale {{
           agents i in 1..{count} with type v[i] ~ uniform(0, 1)
           one good
           ties to the lowest index
         }}
         mechanism second = pivot(sale)
         claim c: {claim}"
    )
}

/// Truth is a dominant strategy, for every profile and report of several bidders.
#[divan::bench(args = [3, 4, 5])]
fn dominant_strategies(bencher: divan::Bencher<'_, '_>, count: usize) {
    let text = bidders(count, "second is DSIC");
    bencher.bench(|| divan::black_box(pipeline::check("bench", divan::black_box(&text), Detail::Verdicts)));
}

/// The interim payment of one of several bidders.
#[divan::bench(args = [3, 4, 5, 6, 7])]
fn interim_payments(bencher: divan::Bencher<'_, '_>, count: usize) {
    let rank = count - 1;
    let text = bidders(count, &format!("interim payment(second, 1) = {rank}/{count}*v[1]^{count}"));
    bencher.bench(|| divan::black_box(pipeline::check("bench", divan::black_box(&text), Detail::Verdicts)));
}

/// The optimal auction of two bidders with a density that drops: ironing, and its revenue.
#[divan::bench]
fn an_ironed_auction(bencher: divan::Bencher<'_, '_>) {
    let text = "setting sale {
           agents i in 1..2 with type v[i] ~ pdf cases { 8/5 if y <= 1/2; 2/5 otherwise } on [0, 1]
           one good, kept by the seller if nobody gets it
           ties to the lowest index
         }
         claim revenue: E surplus(myerson(sale)) = 1277/4800";
    bencher.bench(|| divan::black_box(pipeline::check("bench", divan::black_box(text), Detail::Verdicts)));
}

/// A rule for one agent with an allocation of several pieces is incentive compatible.
#[divan::bench(args = [2, 4, 8])]
fn incentive_compatibility_of_pieces(bencher: divan::Bencher<'_, '_>, pieces: usize) {
    let allocation = |x: &str| {
        let piece = |k: usize| format!("({k} + ({pieces}*{x} - {k})^2)/{pieces}");
        let below = (0..pieces - 1).map(|k| format!("{} if {x} < {}/{pieces}; ", piece(k), k + 1));
        format!("cases {{ {}{} otherwise }}", below.collect::<String>(), piece(pieces - 1))
    };
    let text = format!(
        "setting sale {{
           agent buyer with type v ~ uniform(0, 1)
           one good, kept by the seller if nobody gets it
         }}
         mechanism rule on sale = {{
           allocation buyer = {}
           payment buyer = v*({}) - integral({}, y from 0 to v)
         }}
         claim bic: rule is BIC",
        allocation("v"),
        allocation("v"),
        allocation("y")
    );
    bencher.bench(|| divan::black_box(pipeline::check("bench", divan::black_box(&text), Detail::Verdicts)));
}

/// A project that is worth its cost if the types sum to half of their number, with a density of its own for each type.
#[divan::bench(args = [4, 5, 6, 7, 8], sample_count = 5, sample_size = 1)]
fn a_project_for_many(bencher: divan::Bencher<'_, '_>, count: usize) {
    let agents: Vec<String> = (0..count)
        .map(|j| format!("agent a{j} with type t{j} ~ pdf 2*(1 + {j}*y)/(2 + {j}) on [0, 1]\n"))
        .collect();
    let values: Vec<String> = (0..count).map(|j| format!("value a{j} = (t{j} - 1/2)*x\n")).collect();
    let (agents, values) = (agents.concat(), values.concat());
    let setting = format!("setting project {{\n{agents}outcome x in {{0, 1}}\n{values}ties x = 1\n}}\n");
    // The chance for four was found as the distribution function of a sum.
    let claim = match count {
        4 => "E probability(pivot(project), 1) = 839/1260",
        _ => "1/2 < E probability(pivot(project), 1) < 1",
    };
    let text = format!("{setting}claim c: {claim}\n");
    bencher.bench(|| {
        let outcome = pipeline::check("bench", divan::black_box(&text), Detail::Verdicts);
        assert!(outcome.report.is_some_and(|r| r.statements.iter().all(|s| s.as_stated)), "{count}");
    });
}

/// Harmonic numbers, one fraction after the other.
#[divan::bench(args = [2_000, 20_000], sample_count = 5, sample_size = 1)]
fn sums_of_fractions(bencher: divan::Bencher<'_, '_>, count: usize) {
    let sum: Vec<String> = (1..=count).map(|k| format!("1/{k}")).collect();
    // Euler's constant and half of the last term more than the logarithm.
    let bounds = if count == 2_000 {
        ["817836/100000", "817838/100000"]
    } else {
        ["1048072/100000", "1048074/100000"]
    };
    let text = format!("claim c: {} < {} < {}\n", bounds[0], sum.join(" + "), bounds[1]);
    bencher.bench(|| {
        let outcome = pipeline::check("bench", divan::black_box(&text), Detail::Verdicts);
        assert!(outcome.report.is_some_and(|r| r.statements.iter().all(|s| s.as_stated)), "{count}");
    });
}

/// A product of two sparse polynomials that is dense (Fateman, 2003): 135 751 terms for the twentieth power.
#[divan::bench(args = [10, 20], sample_count = 5, sample_size = 1)]
fn products_in_four_variables(bencher: divan::Bencher<'_, '_>, power: usize) {
    let variables = ["x", "y", "z", "t"].map(|v| format!("parameter {v} in [0, 1]\n")).concat();
    let f = format!("(1 + x + y + z + t)^{power}");
    let text = format!("{variables}claim c: {f}*({f} + 1) = ({f})^2 + {f}\n");
    bencher.bench(|| {
        let outcome = pipeline::check("bench", divan::black_box(&text), Detail::Verdicts);
        assert!(outcome.report.is_some_and(|r| r.statements.iter().all(|s| s.as_stated)), "{power}");
    });
}

/// A product of two polynomials of degree 1000 with coefficients of sixty digits over small denominators, integrated.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn products_of_a_thousand_fractions(bencher: divan::Bencher<'_, '_>) {
    let line = |seed: u64| {
        let mut word = seed;
        let mut next = || {
            word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            word >> 3
        };
        let term = |k: usize| format!("{}{}{}/{}*x^{k}", next(), next(), next(), next() % 30 + 1);
        (0..=1000).map(term).collect::<Vec<_>>().join(" + ")
    };
    let text = format!("claim c: integral(({})*({}), x from 0 to 1) > 0\n", line(1), line(2));
    bencher.bench(|| {
        let outcome = pipeline::check("bench", divan::black_box(&text), Detail::Verdicts);
        assert!(outcome.report.is_some_and(|r| r.statements.iter().all(|s| s.as_stated)));
    });
}
