//! The streams: one document, the same bytes every time, colours, closed pipes and full disks.

use std::fs;
use std::io::{Read, Write};
use std::process::Stdio;

use serde_json::Value;

use super::run::{BAD, FALSE, GOOD, command, finish, folder, vickrey};

#[test]
fn json_is_one_document_with_its_errors_inside() {
    let directory = folder(&[("a.mech", GOOD), ("b.mech", FALSE), ("c.mech", BAD)]);
    let run = vickrey(&directory, &["check", "--format=json", "--color=always", "."]);
    assert_eq!((run.code, run.err.as_str()), (2, ""));
    let document: Value = serde_json::from_str(&run.out).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(keys(&document), "errors files summary version");
    assert_eq!(document["version"], 1);
    assert_eq!(document["files"].as_array().unwrap().len(), 2);
    let statement = &document["files"][1]["statements"][0];
    assert_eq!(
        keys(statement),
        "as_stated counterexample failing_step kind line member name printed refs rests_on statement undecided \
         vacuous value verdict"
    );
    assert_eq!(statement["verdict"], "refuted");
    assert_eq!(statement["as_stated"], false);
    assert_eq!(
        (&statement["counterexample"]["left"], &statement["counterexample"]["right"]),
        (&"2".into(), &"3".into())
    );
    let errors = document["errors"].as_array().unwrap();
    assert_eq!((errors.len(), keys(&errors[0]).as_str()), (1, "code column help line message notes path"));
    assert_eq!(
        (&errors[0]["path"], &errors[0]["line"], &errors[0]["column"]),
        (&"./c.mech".into(), &2.into(), &10.into())
    );
    assert_eq!(keys(&document["summary"]), "misprints proved refuted rejected undecided");
    assert_eq!(document["summary"]["refuted"], 2);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let files: Vec<(String, String)> =
        (0..20).map(|n| (format!("{n}.mech"), format!("claim c{n}: {n} + 1 = {}\n", n + n % 3))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let directory = folder(&files);
    let first = vickrey(&directory, &["check", "-v", "."]);
    for _ in 0..3 {
        let again = vickrey(&directory, &["check", "-v", "."]);
        assert_eq!((again.code, again.out, again.err), (first.code, first.out.clone(), first.err.clone()));
    }
}

#[test]
fn a_closed_pipe_is_no_panic() {
    for arguments in [vec!["check", "-v", "a.mech"], vec!["--help"], vec!["fmt", "-"]] {
        let directory = folder(&[("a.mech", GOOD)]);
        let mut child = command(directory.path(), &arguments).stdin(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let _ = child.stdin.take().unwrap().write_all(GOOD.as_bytes());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        let code = child.wait().unwrap().code();
        assert_eq!((code, err.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_an_error() {
    let directory = folder(&[("a.mech", GOOD)]);
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let run = finish(command(directory.path(), &["check", "a.mech"]).stdout(full), b"");
    assert_eq!(run.code, 2);
    assert!(run.err.starts_with("error[unwritable]: cannot write to standard output"), "{}", run.err);
}

#[test]
fn colours_are_for_terminals_and_on_request() {
    let directory = folder(&[("a.mech", FALSE), ("b.mech", BAD)]);
    let plain = vickrey(&directory, &["check", "."]);
    let never = vickrey(&directory, &["check", "--color", "never", "."]);
    let always = vickrey(&directory, &["check", "--color", "always", "."]);
    let no_colour = finish(command(directory.path(), &["check", "."]).env("NO_COLOR", "1"), b"");
    for run in [&plain, &never, &no_colour] {
        assert!(!run.out.contains('\u{1b}') && !run.err.contains('\u{1b}'));
    }
    assert!(always.out.contains('\u{1b}') && always.err.contains('\u{1b}'));
}

#[test]
fn an_obstacle_is_told_without_names_that_the_file_does_not_have() {
    let text = "parameter a in [0, 2]

setting trade {
  agent buyer with type v ~ uniform(0, 1)
  agent seller with type c ~ uniform(0, 1 + a)
  outcome x in {0, 1}
  value buyer = v*x
  value seller = -c*x
  ties x = 1
}

claim none: no mechanism on trade is efficient, BIC, interim IR and budget balanced
";
    let empty = text.replace("uniform(0, 1 + a)", "uniform(0, 1/(1 - a))");
    let directory = folder(&[("a.mech", text), ("b.mech", &empty)]);
    let run = vickrey(&directory, &["check", "a.mech"]);
    assert!(run.code == 1 && !run.out.contains("worst'"), "{}", run.out);
    let run = vickrey(&directory, &["check", "b.mech"]);
    assert!(run.err.contains("the interval from 0 to 1/(1 - a) is empty"), "{}", run.err);
}
