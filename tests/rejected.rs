//! Inputs that must be refused: one file a mistake, in a folder named by the complaint.

use std::collections::BTreeSet;
use std::path::Path;

use vickrey::exact::Rational;
use vickrey::lang::{CODES, Diagnostic, Source};
use vickrey::pipeline::{self, Detail};
use vickrey::report::{Colour, render_diagnostic};

use crate::corpus::files;

fn complaints(text: &str) -> Vec<Diagnostic> {
    let outcome = pipeline::check("input.mech", text, Detail::Verdicts);
    assert!(outcome.report.is_none() || outcome.diagnostics.is_empty(), "an answer beside a complaint");
    outcome.diagnostics
}

#[test]
fn every_refused_file_gets_the_complaint_of_its_folder() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for path in files("tests/rejected/input", "mech") {
        let text = std::fs::read_to_string(root.join(&path)).unwrap();
        let shown = path.display().to_string();
        let code = path.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        let found = complaints(&text);
        let first = found.first().unwrap_or_else(|| panic!("{shown} is accepted"));
        assert_eq!(first.code, code, "{shown}: {}", first.message);
        assert!(found.iter().all(|d| CODES.contains(&d.code)));
        let source = Source::new(&shown, &text);
        let rendered: Vec<String> =
            found.iter().map(|d| render_diagnostic(&source, d, Colour::Plain).rendered).collect();
        let name = format!("{code}--{}", path.file_stem().unwrap().to_string_lossy());
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "snapshots/rejected", omit_expression => true }, {
            insta::assert_snapshot!(name, rendered.join("\n\n"));
        });
    }
}

#[test]
fn every_complaint_has_a_refused_file() {
    let generated = ["too-large", "too-deep", "too-much-work", "undecided"];
    let folders: BTreeSet<String> = files("tests/rejected/input", "mech")
        .iter()
        .map(|p| p.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let missing: Vec<&&str> =
        CODES.iter().filter(|c| !folders.contains(**c) && !generated.contains(c)).collect();
    assert!(missing.is_empty(), "no refused file for {missing:?}");
    let unknown: Vec<&String> = folders.iter().filter(|f| !CODES.contains(&f.as_str())).collect();
    assert!(unknown.is_empty(), "no complaint for {unknown:?}");
}

#[test]
fn every_complaint_that_is_made_is_listed() {
    let mut found = 0;
    for path in files("src/lang", "rs").into_iter().chain(files("src/pipeline", "rs")) {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)).unwrap();
        let pieces: Vec<&str> = text.split('"').collect();
        for pair in pieces.windows(2) {
            let call = pair[0].trim_end();
            let calls = ["Diagnostic::new(", "complain(", "advise(", ".code ="];
            if calls.iter().any(|c| call.ends_with(c)) {
                found += 1;
                assert!(CODES.contains(&pair[1]), "{}: `{}` is not listed", path.display(), pair[1]);
            }
        }
    }
    assert!(found > 60, "only {found} complaints were found");
}

#[test]
fn a_number_of_a_million_digits_is_too_large() {
    let found = complaints(&format!("claim a: {} = 1", "7".repeat(1_000_000)));
    assert_eq!(found[0].code, "too-large");
}

#[test]
fn ten_thousand_brackets_are_too_deep() {
    for open in ["(", "-(", "[", "f(", "E (", "2^("] {
        let found = complaints(&format!("claim a: {}1", open.repeat(10_000)));
        assert!(
            ["too-deep", "unbalanced-bracket", "syntax"].contains(&found[0].code),
            "{open}: {:?}",
            found[0]
        );
    }
    let nested = format!("claim a: {}1{} = 1", "(".repeat(10_000), ")".repeat(10_000));
    assert_eq!(complaints(&nested)[0].code, "too-deep");
}

#[test]
fn a_chain_of_a_hundred_thousand_terms_is_answered() {
    let chain = vec!["1"; 100_000].join(" + ");
    let outcome = pipeline::check("a", &format!("claim a: {chain} = 100000"), Detail::Verdicts);
    assert!(outcome.report.unwrap().statements[0].as_stated);
    let chain = vec!["1"; 300_000].join(" - ");
    assert_eq!(complaints(&format!("claim a: {chain} = 0"))[0].code, "too-large");
}

#[test]
fn a_huge_exponent_is_refused() {
    assert_eq!(complaints("claim a: 2^1000000000 = 1")[0].code, "exponent");
    assert_eq!(pipeline::eval("(1 + 2)^1000000000", &Rational::ONE).unwrap_err().code, "exponent");
    let powers = "claim a: ((((2^200)^200)^200)^200)^200 = 1";
    let outcome = pipeline::check("a", powers, Detail::Verdicts);
    assert!(outcome.diagnostics.iter().any(|d| d.code == "too-large"), "{:?}", outcome.diagnostics);
}
