//! The documents say what is so: their examples are run, and every word of the language is in them.

use std::path::Path;

use vickrey::pipeline::{self, Detail};

use crate::cli::{folder, out, vickrey};
use crate::corpus::{files, read};

/// The words of the language.
const WORDS: &str = "source parameter setting mechanism strategy claim refuted agent agents outcome good value \
    outside share ties lowest highest uniform cdf pdf kept allocation payment probability pivot vcg_lowest_type \
    balance AGV participate first_price second_price myerson groves interim_groves balanced_vcg dissolve fees \
    lottery third_price all_pay pay_the_loser posted_price fixed_price monotone envelope dominant equivalent outcome \
    payment payoff revenue weakly strictly preferred up constants regular \
    hazard_rate order_statistic under cases otherwise if wins sum max min abs integral \
    E interim transfer payoff surplus welfare participation_charge C virtual_value reserve worst_off_type at printed \
    ref everywhere DSIC BIC IC IR ante budget deficit efficient feasible convex concave nondecreasing nonincreasing \
    figure over regions solution of increasing decreasing equilibrium some no for from to on in and";

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').collect()
}

/// The blocks of a document that are marked as theorem files.
fn blocks(text: &str) -> Vec<&str> {
    text.split("```vickrey\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// Indented blocks: the lines of each, without the indentation.
fn indented(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for line in text.lines() {
        match line.strip_prefix("    ") {
            Some(line) => out.last_mut().unwrap().push_str(&format!("{line}\n")),
            None if line.is_empty() && out.last().unwrap().ends_with('\n') => {
                out.last_mut().unwrap().push('\n')
            }
            None => out.push(String::new()),
        }
    }
    out.retain(|block| !block.trim().is_empty());
    out
}

#[test]
fn every_word_of_the_language_is_in_the_reference_and_in_a_theorem_file() {
    let reference = read(Path::new("LANGUAGE.md"));
    let theorems: Vec<String> = files("theorems", "mech").iter().map(|p| read(p)).collect();
    let theorems = theorems.join("\n");
    for word in WORDS.split_whitespace() {
        assert!(words(&reference).contains(&word), "LANGUAGE.md does not speak of `{word}`");
        assert!(words(&theorems).contains(&word), "no theorem file uses `{word}`");
    }
}

#[test]
fn the_blocks_of_the_reference_are_as_stated() {
    let reference = read(Path::new("LANGUAGE.md"));
    assert!(blocks(&reference).len() >= 2);
    for block in blocks(&reference) {
        let outcome = pipeline::check("LANGUAGE.md", block, Detail::Verdicts);
        assert!(outcome.diagnostics.is_empty(), "{:?}\n{block}", outcome.diagnostics);
        assert!(outcome.report.unwrap().statements.iter().all(|s| s.as_stated), "{block}");
    }
}

#[test]
fn the_first_example_of_the_readme_has_its_real_output() {
    let readme = read(Path::new("README.md"));
    let blocks = indented(&readme);
    let example = blocks.iter().find(|b| b.starts_with("setting trade")).unwrap();
    let shown = blocks.iter().find_map(|b| b.strip_prefix("$ vickrey check trade.mech\n")).unwrap();
    let check = |text: &str| {
        let f = folder(&[("trade.mech", text.as_bytes())]);
        out(&vickrey(f.path(), &["check", "trade.mech"]))
    };
    assert!(check(example).contains("2 statements, as stated"), "{}", check(example));
    let changed = example.replace("c ~ uniform(0, 1)", "c ~ cdf y^2 on [0, 1]");
    assert_eq!(check(&changed).trim(), shown.trim());
}
