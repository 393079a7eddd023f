//! Certificates: written, checked again, and not believed.

use std::fs;

use tempfile::TempDir;

use super::run::{FALSE, GOOD, command, finish, folder, put, read, vickrey};

/// A folder with a theorem file and its certificates.
fn certified() -> TempDir {
    let directory = folder(&[("d/a.mech", GOOD)]);
    let run = vickrey(&directory, &["certify", "d", "-o", "proofs"]);
    assert_eq!((run.code, run.out.as_str()), (0, "2 certificates in proofs\n"), "{}", run.err);
    directory
}

#[test]
fn certificates_are_accepted_and_print_their_claims() {
    let directory = certified();
    let run = vickrey(&directory, &["verify", "proofs"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(run.out.starts_with("refuted three: 1 + 1 = 3\n  |- "), "{}", run.out);
    assert!(run.out.contains("proved two: 1 + 1 = 2\n  |- "), "{}", run.out);
    assert!(run.out.ends_with("2 accepted, 0 not accepted\n"), "{}", run.out);
}

#[test]
fn a_certificate_is_compared_with_its_source() {
    let directory = certified();
    put(&directory, "d/a.mech", GOOD.replace("1 + 1 = 2", "1 + 2 = 3"));
    let run = vickrey(&directory, &["verify", "proofs"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("not accepted: proofs/d/a/two.json: "), "{}", run.out);
    assert!(run.out.ends_with("1 accepted, 1 not accepted\n"), "{}", run.out);
}

#[test]
fn a_certificate_without_its_source_says_so() {
    let directory = certified();
    fs::remove_file(directory.path().join("d/a.mech")).unwrap();
    let run = vickrey(&directory, &["verify", "proofs"]);
    assert_eq!(run.code, 0);
    assert!(run.out.contains("proved two: 1 + 1 = 2   (the source is not here;"), "{}", run.out);
}

#[test]
fn a_source_that_cannot_be_read_is_not_an_absent_one() {
    let directory = certified();
    put(&directory, "d/a.mech", b"\xff");
    let run = vickrey(&directory, &["verify", "proofs"]);
    assert_eq!((run.code, run.out.as_str()), (2, "0 accepted, 0 not accepted, 2 errors\n"));
}

#[test]
fn a_certificate_with_another_verdict_is_not_accepted() {
    for verdict in ["proved", "undecided", "rejected"] {
        let directory = certified();
        let path = "proofs/d/a/three.json";
        let forged = read(&directory, path)
            .replace("\"verdict\": \"refuted\"", &format!("\"verdict\": \"{verdict}\""));
        assert!(forged.contains(verdict));
        put(&directory, path, forged);
        let run = vickrey(&directory, &["verify", "proofs"]);
        assert_eq!(run.code, 1, "{verdict}: {}", run.out);
        assert!(run.out.contains("1 accepted"), "{verdict}: {}", run.out);
    }
}

#[test]
fn a_file_that_is_no_certificate_is_an_input_error() {
    let directory = certified();
    put(&directory, "proofs/broken.json", "{");
    let run = vickrey(&directory, &["verify", "proofs"]);
    assert_eq!(run.code, 2);
    assert!(run.err.starts_with("error[not-a-certificate]: `proofs/broken.json` is no certificate"));
    assert!(run.out.ends_with("2 accepted, 0 not accepted, 1 error\n"), "{}", run.out);
    let run = vickrey(&directory, &["verify", "d"]);
    assert_eq!(run.code, 2);
    assert!(run.err.starts_with("error[no-certificate-files]: "), "{}", run.err);
}

#[test]
fn certificates_of_two_files_never_fall_together() {
    let directory = folder(&[("x/d/a.mech", GOOD), ("x/e/d/a.mech", FALSE)]);
    let run = finish(
        &mut command(&directory.path().join("x/e"), &["certify", "../d/a.mech", "d/a.mech", "-o", "out"]),
        b"",
    );
    assert_eq!(run.code, 2);
    assert!(
        run.err.starts_with("error[same-output]: `out/d/a/three.json` would be written twice"),
        "{}",
        run.err
    );
}

#[test]
fn certify_says_what_is_not_as_stated() {
    let run = vickrey(&folder(&[("a.mech", FALSE)]), &["certify", "a.mech", "-o", "out"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.out, "not as stated: a.mech#three is refuted\n1 certificate in out\n");
}
