//! Certificate files: every datum of one counts. What is dropped or reworded is missed by `verify`.

use serde_json::{Value, json};
use vickrey::pipeline::{self, Detail};

use crate::corpus::{files, read};

const MISPRINT: &str = "setting alone {
  agent a with type x ~ uniform(0, 1)
  outcome k in {0, 1}
  value a = x*k
  ties k = 1
}
claim mean: E welfare(alone) = 1/2 printed 1/3
";

fn written(path: &str, text: &str) -> Vec<Value> {
    let outcome = pipeline::check(path, text, Detail::Certificates);
    assert!(outcome.diagnostics.is_empty(), "{path}: {:?}", outcome.diagnostics);
    outcome.certificates.iter().map(|c| serde_json::from_str(&c.json).unwrap()).collect()
}

fn complaint(certificate: &Value) -> String {
    pipeline::verify(&certificate.to_string(), None).map(|v| v.statement).unwrap_err()
}

#[test]
fn every_proof_of_a_certificate_is_needed() {
    for path in files("theorems", "mech") {
        let shown = path.display().to_string();
        for certificate in written(&shown, &read(&path)) {
            let proofs = certificate["proofs"].as_array().unwrap().len();
            // One of them where the others take long to check.
            let long = certificate.to_string().len() > 100_000;
            for dropped in if long { 0..1 } else { 0..proofs } {
                let mut altered = certificate.clone();
                altered["proofs"].as_array_mut().unwrap().remove(dropped);
                let complaint = complaint(&altered);
                assert!(complaint.contains("something else than the source"), "{shown}: {complaint}");
            }
        }
    }
}

#[test]
fn the_verdict_and_the_assumptions_cannot_be_reworded() {
    let text = read(std::path::Path::new("theorems/part-vi/bilateral-trade.mech"));
    let all = written("theorems/part-vi/bilateral-trade.mech", &text);
    let certificate = all.iter().find(|c| c["name"] == "ir-vcg-surplus").unwrap();
    let altered = |field: &str, value: Value| {
        let mut altered = certificate.clone();
        altered[field] = value;
        complaint(&altered)
    };
    assert!(altered("rests_on", json!([])).contains("rests on independent types"));
    assert!(altered("rests_on", json!(["the weather"])).contains("says on the weather"));
    assert!(altered("printed", json!(null)).contains("printed version"));
    assert!(altered("printed", json!("proved")).contains("printed version"));
    assert!(altered("verdict", json!("refuted")).contains("something else than the source"));
    assert!(altered("name", json!("psi-seller")).contains("the source says"));
    assert!(altered("name", json!("nobody")).contains("no statement `nobody`"));
}

#[test]
fn a_misprint_is_refuted_in_its_certificate() {
    let certificate = &written("mean.mech", MISPRINT)[0];
    assert_eq!(certificate["printed"], "refuted");
    let verified = pipeline::verify(&certificate.to_string(), None).unwrap();
    let [stated, printed] = &verified.theorems[..] else { panic!("{:?}", verified.theorems) };
    let welfare = "integral(z1, 0, 1, \"welfare(alone)\"(z1))";
    assert_eq!(stated.conclusion().to_string(), format!("and(-1/2 + {welfare} = 0)"));
    assert_eq!(
        printed.conclusion().to_string(),
        format!("or(or(-1/3 + {welfare} > 0; 1/3 - {welfare} > 0))")
    );
    assert_eq!(printed.definitions().len(), 1);
}

#[test]
fn what_the_functions_of_a_claim_are_cannot_be_reworded() {
    let certificate = &written("mean.mech", MISPRINT)[0];
    let place = certificate["proofs"].as_array().unwrap().iter().position(|p| p.get("definitions").is_some());
    for body in ["x^2*[x]", "x", "2*x*[x] - x"] {
        let mut altered = certificate.clone();
        altered["proofs"][place.unwrap()]["definitions"][0]["body"] = json!(body);
        let complaint = complaint(&altered);
        let refused = ["rejected", "something else than the source"].iter().any(|c| complaint.contains(c));
        assert!(refused, "{body}: {complaint}");
    }
}
