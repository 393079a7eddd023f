//! Every theorem file: its verdicts are as it says, its worked steps are as the snapshot says, and its
//! certificates are accepted by the kernel alone and survive no alteration.

use std::path::{Path, PathBuf};

use vickrey::kernel::{Certificate, Formula, Statement};
use vickrey::lang;
use vickrey::pipeline::{self, Compared, Detail};
use vickrey::report::{Colour, explanation, render_diagnostic};

use crate::forgery::survive_alterations;

/// All files under a folder with an extension, in order.
pub(crate) fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, extension: &str, out: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, extension, out);
            } else if path.extension().is_some_and(|e| e == extension) {
                out.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut out = Vec::new();
    walk(&root.join(folder), extension, &mut out);
    out.sort();
    out.into_iter().map(|p| p.strip_prefix(root).unwrap().to_owned()).collect()
}

/// The text of a file of the package.
pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn every_theorem_file_is_as_it_says_and_derives_as_before() {
    for path in files("theorems", "mech") {
        let (shown, text) = (path.display().to_string(), read(&path));
        let outcome = pipeline::check(&shown, &text, Detail::Derivations);
        let source = lang::Source::new(&shown, &text);
        if let Some(diagnostic) = outcome.diagnostics.first() {
            panic!("{}", render_diagnostic(&source, diagnostic, Colour::Plain).rendered);
        }
        let report = outcome.report.unwrap();
        assert!(!report.statements.is_empty(), "{shown} says nothing");
        for statement in &report.statements {
            assert!(statement.as_stated, "{shown}: {} is {}", statement.name, statement.verdict);
        }
        let worked: Vec<String> = report.statements.iter().map(|s| explanation(s, usize::MAX)).collect();
        let name = shown.trim_start_matches("theorems/").trim_end_matches(".mech").replace('/', "-");
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "snapshots/corpus", omit_expression => true }, {
            insta::assert_snapshot!(name, worked.join("\n"));
        });
    }
}

#[test]
fn every_theorem_file_is_in_canonical_layout() {
    for path in files("theorems", "mech") {
        let text = read(&path);
        assert_eq!(lang::format(&text).unwrap(), text, "{} is not formatted", path.display());
    }
}

#[test]
fn every_certificate_is_accepted_again_and_by_its_source() {
    for path in files("theorems", "mech") {
        let (shown, text) = (path.display().to_string(), read(&path));
        for certificate in pipeline::check(&shown, &text, Detail::Certificates).certificates {
            let verified = pipeline::verify(&certificate.json, Some(&text));
            let verified = verified.unwrap_or_else(|e| panic!("{shown}#{}: {e}", certificate.name));
            assert_eq!(verified.compared, Compared::WithSource);
            assert!(!verified.theorems.is_empty(), "{shown}#{} shows nothing", certificate.name);
        }
    }
}

#[test]
fn a_certificate_does_not_fit_a_changed_source() {
    let path = Path::new("theorems/part-vi/bilateral-trade.mech");
    let text = read(path);
    let certificates = pipeline::check("trade.mech", &text, Detail::Certificates).certificates;
    let named = |name: &str| certificates.iter().find(|c| c.name == name).unwrap().json.clone();
    let prior = text.replacen("uniform(0, 1)", "uniform(0, 2)", 1);
    for name in ["vcg-expected-payment", "ir-vcg-surplus", "impossibility", "balanced-dominant", "psi-seller"]
    {
        let complaint = pipeline::verify(&named(name), Some(&prior)).unwrap_err();
        assert!(complaint.contains("something else than the source"), "{name}: {complaint}");
    }
    let digit = text.replace("E surplus(ir_vcg) = -1/6", "E surplus(ir_vcg) = -1/7");
    let complaint = pipeline::verify(&named("ir-vcg-surplus"), Some(&digit)).unwrap_err();
    assert!(complaint.contains("the source says"), "{complaint}");
}

#[test]
fn no_certificate_of_the_corpus_survives_an_alteration_with_another_meaning() {
    let (mut altered, mut refused) = (0, 0);
    for path in files("theorems", "mech") {
        let (shown, text) = (path.display().to_string(), read(&path));
        for certificate in pipeline::check(&shown, &text, Detail::Certificates).certificates {
            let json: serde_json::Value = serde_json::from_str(&certificate.json).unwrap();
            for proof in json["proofs"].as_array().unwrap() {
                let formula: Formula = proof["claim"].as_str().unwrap().parse().unwrap();
                let definitions = proof.get("definitions").cloned().unwrap_or(serde_json::json!([]));
                let claim = Statement { formula, definitions: serde_json::from_value(definitions).unwrap() };
                let steps: Certificate = serde_json::from_value(proof["steps"].clone()).unwrap();
                // Fewer of those that take long to replay.
                let limit = match proof.to_string().len() {
                    0..50_000 => {
                        if steps.steps.len() > 100 {
                            12
                        } else {
                            40
                        }
                    }
                    50_000..200_000 => 8,
                    _ => 2,
                };
                let report = survive_alterations(&claim, &steps, limit);
                assert!(report.breaches.is_empty(), "{shown}#{}: {:?}", certificate.name, report.breaches);
                altered += report.altered;
                refused += report.refused;
            }
        }
    }
    assert!(refused * 10 > altered * 5, "only {refused} of {altered} alterations were refused");
}

#[test]
fn the_list_of_claims_is_spoken_of_by_name() {
    // Each reference is the identifier of a row: a source letter and a place.
    for path in files("theorems", "mech") {
        let outcome = pipeline::check("file", &read(&path), Detail::Verdicts);
        for statement in outcome.report.unwrap().statements {
            for reference in statement.refs {
                let letter = reference.split('-').next().unwrap();
                assert!(["P", "S", "K", "O", "X"].contains(&letter), "{}: {reference}", path.display());
            }
        }
    }
}
