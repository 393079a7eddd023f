//! The command line: exit codes and first lines.

mod answer;
mod certificate;
mod input;
mod layout;
mod output;
mod publish;
mod run;
mod teach;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const GOOD: &str = "claim two: 1 + 1 = 2\n";
const FALSE: &str = "claim three: 1 + 1 = 3\n";
const BROKEN: &str = "claim four: (1 + 1 = 2\n";

pub(crate) fn vickrey(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vickrey"));
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").stdin(Stdio::null()).output().unwrap()
}

pub(crate) fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn the_exit_code_says_how_it_went() {
    let f = folder(&[
        ("good.mech", GOOD.as_bytes()),
        ("false.mech", FALSE.as_bytes()),
        ("broken.mech", BROKEN.as_bytes()),
    ]);
    let code = |arguments: &[&str]| vickrey(f.path(), arguments).status.code().unwrap();
    assert_eq!(code(&["check", "good.mech"]), 0);
    assert_eq!(code(&["check", "good.mech", "false.mech"]), 1);
    assert_eq!(code(&["check", "good.mech", "false.mech", "broken.mech"]), 2);
    assert_eq!(code(&["check", "missing.mech"]), 2);
    assert_eq!(code(&["check", "--nonsense"]), 2);
    assert_eq!(code(&["--version"]), 0);
}

#[test]
fn one_unreadable_file_does_not_stop_the_others_and_is_not_called_right() {
    let f = folder(&[
        ("a.mech", BROKEN.as_bytes()),
        ("b.mech", GOOD.as_bytes()),
        ("c.mech", b"claim \xff: 1 = 1"),
    ]);
    let output = vickrey(f.path(), &["check", "."]);
    assert_eq!(output.status.code(), Some(2));
    assert!(out(&output).contains("b.mech: 1 statement, as stated"), "{}", out(&output));
    assert!(!out(&output).contains("a.mech"), "{}", out(&output));
    assert!(err(&output).contains("error[unbalanced-bracket]"), "{}", err(&output));
    assert!(err(&output).contains("a.mech:1:20"), "{}", err(&output));
    assert!(err(&output).contains("error[not-utf-8]"), "{}", err(&output));
    assert!(err(&output).contains("line 1, column 7"), "{}", err(&output));
}

/// Two settings whose types have the same name, with lines for what is claimed.
fn two_settings(first: &str, lines: &[&str]) -> String {
    let setting = |name: &str, prior: &str| {
        format!(
            "setting {name} {{\n  agent buyer with type v ~ {prior}\n  one good, kept by the seller if nobody gets it\n}}\n"
        )
    };
    let mechanisms = "mechanism m = pivot(b)\nmechanism n = pivot(a)\n";
    setting("a", first) + &setting("b", "uniform(0, 2)") + mechanisms + &lines.join("\n") + "\n"
}

/// The exit code, the names of the statements that are answered, and the codes of the errors.
fn kept_going(text: &str) -> (Option<i32>, Vec<String>, Vec<String>) {
    let f = folder(&[("a.mech", text.as_bytes())]);
    let output = vickrey(f.path(), &["check", "--keep-going", "--format", "json", "a.mech"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let all = |list: &serde_json::Value, key: &str| -> Vec<String> {
        list.as_array().into_iter().flatten().map(|e| e[key].as_str().unwrap().to_owned()).collect()
    };
    (output.status.code(), all(&document["files"][0]["statements"], "name"), all(&document["errors"], "code"))
}

#[test]
fn a_statement_with_an_error_leaves_the_others_their_verdicts() {
    let lines = [
        "claim own: E welfare(b) = 1",
        "claim no-agent: payment(m, byer) = 0",
        "claim by-zero: 1/v <= 1/v + E welfare(b)",
        "claim of-a: E welfare(a) = 1/2",
        "claim free: 1 + 1 = 2",
        "claim open: payment(m, buyer = 0",
    ];
    let text = two_settings("uniform(0, 1)", &lines);
    let (code, names, codes) = kept_going(&text);
    assert_eq!((code, names), (Some(2), ["own", "of-a", "free"].map(str::to_owned).to_vec()));
    // What is wrong with one statement alone is seen when it is answered.
    assert_eq!(codes, ["not-an-agent", "division-by-zero", "unbalanced-bracket"]);
    let found = kept_going(&text.replace("byer", "buyer").replace("(m, buyer =", "(m, buyer) ="));
    let names = ["own", "no-agent", "of-a", "free", "open"].map(str::to_owned).to_vec();
    assert_eq!(found, (Some(2), names, vec!["division-by-zero".to_owned()]));
    // That is asked for.
    let f = folder(&[("a.mech", text.as_bytes())]);
    assert_eq!(out(&vickrey(f.path(), &["check", "a.mech"])), "2 errors\n");
}

#[test]
fn what_may_be_about_a_setting_with_an_error_is_not_answered_about_another() {
    let lines = [
        "claim own: E welfare(b) = 1",
        "claim paid: payment(n, buyer) = 0",
        "claim low: v <= 1",
        "claim of-b: payment(m, buyer) <= v",
    ];
    for (first, code) in
        [("unform(0, 1)", "syntax"), ("pdf 2 on [0, 1]", "density-mass"), ("uniform(1, 0)", "empty-interval")]
    {
        let (found, names, codes) = kept_going(&two_settings(first, &lines));
        assert_eq!((found, names), (Some(2), vec!["own".to_owned(), "of-b".to_owned()]), "{first}");
        assert!(codes.contains(&code.to_owned()), "{codes:?}");
    }
    // What is assumed may be what has the error.
    let derivation = "given real u\ngiven u >= =\nderivation d {\n  u + 1 >= u\n}\nclaim two: 1 + 1 = 2\n";
    assert_eq!(kept_going(derivation).1, [""; 0]);
}

#[test]
fn a_folder_without_theorem_files_is_an_error() {
    let f = folder(&[("notes.txt", b"nothing")]);
    let output = vickrey(f.path(), &["check", "."]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("no-theorem-files"), "{}", err(&output));
}

#[test]
fn the_default_is_the_folder_theorems() {
    let f = folder(&[("theorems/x/good.mech", GOOD.as_bytes())]);
    let output = vickrey(f.path(), &["check"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(out(&output).starts_with("theorems/x/good.mech: 1 statement, as stated"), "{}", out(&output));
}

#[test]
fn a_false_statement_is_told_as_a_story() {
    let f = folder(&[("false.mech", FALSE.as_bytes())]);
    let output = out(&vickrey(f.path(), &["check", "false.mech"]));
    assert!(output.contains("refuted   three: 1 + 1 = 3"), "{output}");
    assert!(output.contains("2 is not equal to 3"), "{output}");
    assert!(output.contains("left - right = -1"), "{output}");
}

#[test]
fn json_is_one_document_with_everything_in_it() {
    let f = folder(&[
        ("good.mech", GOOD.as_bytes()),
        ("false.mech", FALSE.as_bytes()),
        ("broken.mech", BROKEN.as_bytes()),
    ]);
    let output = vickrey(f.path(), &["check", "--format", "json", "."]);
    assert_eq!(output.status.code(), Some(2));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["version"], 1);
    assert_eq!(document["errors"][0]["code"], "unbalanced-bracket");
    assert_eq!(document["errors"][0]["line"], 1);
    assert_eq!(document["summary"]["refuted"], 1);
    let statement = &document["files"][0]["statements"][0];
    assert_eq!(statement["name"], "three");
    assert_eq!(statement["kind"], "claim");
    assert_eq!(statement["verdict"], "refuted");
    assert_eq!(statement["as_stated"], false);
    assert_eq!(statement["value"], "2");
    assert_eq!(statement["counterexample"]["left"], "2");
    assert!(statement["failing_step"].is_null());
    for key in ["line", "refs", "statement", "printed", "rests_on", "vacuous", "undecided"] {
        assert!(statement.get(key).is_some(), "{key}");
    }
}

#[test]
fn standard_input_is_read_by_a_dash() {
    use std::io::Write;
    let mut child = Command::new(env!("CARGO_BIN_EXE_vickrey"))
        .args(["check", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(GOOD.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn one_exact_value_is_printed() {
    let f = folder(&[]);
    assert_eq!(out(&vickrey(f.path(), &["eval", "integral(y^2, y from 0 to 1)"])), "1/3\n");
    assert_eq!(out(&vickrey(f.path(), &["eval", "-max(1/3, 0.25)"])), "-1/3\n");
    let bad = vickrey(f.path(), &["eval", "1/(2 - 2)"]);
    assert_eq!(bad.status.code(), Some(2));
    assert!(err(&bad).contains("division-by-zero"), "{}", err(&bad));
}

#[test]
fn the_formatter_checks_and_rewrites() {
    let f = folder(&[("a.mech", b"claim   a:1=1")]);
    assert_eq!(vickrey(f.path(), &["fmt", "--check", "a.mech"]).status.code(), Some(1));
    assert_eq!(vickrey(f.path(), &["fmt", "a.mech"]).status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(f.path().join("a.mech")).unwrap(), "claim a: 1 = 1\n");
    assert_eq!(vickrey(f.path(), &["fmt", "--check", "a.mech"]).status.code(), Some(0));
}

#[test]
fn an_unknown_statement_to_explain_gets_a_suggestion() {
    let f = folder(&[("good.mech", GOOD.as_bytes())]);
    let output = vickrey(f.path(), &["explain", "good.mech#twoo"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("did you mean `two`?"), "{}", err(&output));
    let output = vickrey(f.path(), &["explain", "good.mech#two"]);
    assert!(out(&output).starts_with("two: 1 + 1 = 2\n"), "{}", out(&output));
}

#[test]
fn certificates_are_verified_and_altered_ones_are_not() {
    let f = folder(&[("good.mech", GOOD.as_bytes())]);
    assert_eq!(vickrey(f.path(), &["certify", "good.mech", "-o", "proofs"]).status.code(), Some(0));
    let output = vickrey(f.path(), &["verify", "proofs"]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    assert!(out(&output).contains("proved two: 1 + 1 = 2"), "{}", out(&output));
    let path = f.path().join("proofs/good/two.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"statement\": \"1 + 1 = 2\"", "\"statement\": \"1 + 1 = 3\""))
        .unwrap();
    let output = vickrey(f.path(), &["verify", "proofs"]);
    assert_eq!(output.status.code(), Some(1), "{}", out(&output));
    std::fs::write(&path, "{").unwrap();
    assert_eq!(vickrey(f.path(), &["verify", "proofs"]).status.code(), Some(2));
    assert_eq!(vickrey(f.path(), &["verify", "nowhere"]).status.code(), Some(2));
}

#[test]
fn colours_obey_the_option() {
    let f = folder(&[("good.mech", GOOD.as_bytes())]);
    let coloured = |choice: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vickrey"));
        let output =
            command.args(["check", "--color", choice, "good.mech"]).current_dir(f.path()).output().unwrap();
        output.stdout.contains(&0x1b)
    };
    assert!(coloured("always"));
    assert!(!coloured("never"));
    assert!(!coloured("auto"));
}

#[test]
fn help_shows_examples() {
    let f = folder(&[]);
    for arguments in [vec!["--help"], vec!["check", "--help"], vec!["verify", "--help"]] {
        let output = vickrey(f.path(), &arguments);
        assert_eq!(output.status.code(), Some(0));
        assert!(out(&output).contains("Example"), "{arguments:?}");
    }
}
