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
