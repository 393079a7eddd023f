//! What each command answers when its input can be read.

use super::run::{FALSE, GOOD, folder, vickrey};

#[test]
fn the_version_is_that_of_the_package() {
    let run = vickrey(&folder(&[]), &["--version"]);
    assert_eq!((run.code, run.out.as_str()), (0, concat!("vickrey ", env!("CARGO_PKG_VERSION"), "\n")));
}

#[test]
fn the_help_shows_examples_and_exit_codes() {
    let directory = folder(&[]);
    let run = vickrey(&directory, &["--help"]);
    assert_eq!(run.code, 0);
    assert!(run.out.contains("Examples:") && run.out.contains("Exit codes: 0"), "{}", run.out);
    for subcommand in [
        "check",
        "explain",
        "report",
        "figure",
        "errata",
        "eval",
        "fmt",
        "certify",
        "verify",
        "vary",
        "exercise",
        "completions",
        "man",
    ] {
        let run = vickrey(&directory, &[subcommand, "--help"]);
        assert!(run.code == 0 && run.out.contains("Example: vickrey"), "{subcommand}: {}", run.out);
    }
}

#[test]
fn wrong_arguments_are_input_errors() {
    for arguments in [vec![], vec!["prove"], vec!["check", "--format", "xml"], vec!["certify", "a.mech"]] {
        let run = vickrey(&folder(&[]), &arguments);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{arguments:?}");
    }
}

#[test]
fn a_file_in_which_all_is_as_stated_is_one_quiet_line() {
    let run = vickrey(&folder(&[("a.mech", GOOD)]), &["check", "a.mech"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(run.out, "a.mech: 2 statements, as stated (1 proved, 1 refuted)\n1 proved, 1 refuted\n");
}

#[test]
fn a_statement_that_is_not_as_stated_tells_its_story() {
    let run = vickrey(&folder(&[("a.mech", FALSE)]), &["check", "a.mech"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    assert_eq!(
        run.out,
        "a.mech: 1 statement, 1 not as stated
  refuted   three: 1 + 1 = 3   (line 1)
            2 is not equal to 3
            left - right = -1
1 refuted
"
    );
}

#[test]
fn a_theorem_that_the_file_calls_false_is_not_as_stated() {
    let run = vickrey(&folder(&[("a.mech", "refuted two: 1 + 1 = 2\n")]), &["check", "a.mech"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("the file says that this is false, and it is a theorem"), "{}", run.out);
}

#[test]
fn without_paths_the_theorems_are_checked() {
    let run = vickrey(&folder(&[("theorems/b/c.mech", GOOD), ("theorems/a.mech", GOOD)]), &["check"]);
    let paths: Vec<&str> = run.out.lines().filter_map(|l| l.split_once(": ")).map(|(p, _)| p).collect();
    assert_eq!((run.code, paths), (0, vec!["theorems/a.mech", "theorems/b/c.mech"]));
}

#[test]
fn verbose_lists_every_statement() {
    let run = vickrey(&folder(&[("a.mech", GOOD)]), &["check", "-v", "a.mech"]);
    assert_eq!(run.code, 0);
    for expected in ["  proved    two: 1 + 1 = 2\n", "  refuted   three: 1 + 1 = 3\n"] {
        assert!(run.out.contains(expected), "{}", run.out);
    }
}

#[test]
fn explain_shows_the_statement_that_is_named() {
    let run = vickrey(&folder(&[("a.mech", GOOD)]), &["explain", "a.mech#two"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(run.out.starts_with("two: 1 + 1 = 2\n"), "{}", run.out);
    assert!(!run.out.contains("three"), "{}", run.out);
}

#[test]
fn explain_has_a_form_for_each_reader() {
    let directory = folder(&[("a.mech", GOOD)]);
    for (form, expected) in [
        ("text", "  1 + 1 = 2.\n"),
        ("latex", "\\noindent\\textbf{two.} $1 + 1 = 2$."),
        ("markdown", "## two\n\n$1 + 1 = 2$.\n"),
        ("html", "<h3 id=s0-two "),
    ] {
        let run = vickrey(&directory, &["explain", "a.mech#two", "--format", form]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{form}");
        assert!(run.out.contains(expected), "{form}: {}", run.out);
    }
}

#[test]
fn explain_folds_what_is_deeper_than_wanted() {
    let text = "setting s {\n  agent one with type v ~ uniform(0, 1)\n  outcome x in {0, 1}\n  value one = v*x\n}\n\
                claim mean: E max(v, 1/2) = 5/8\n";
    let directory = folder(&[("a.mech", text)]);
    let lines =
        |depth: &str| vickrey(&directory, &["explain", "a.mech", "--depth", depth]).out.lines().count();
    assert!(lines("0") < lines("1"), "{} {}", lines("0"), lines("1"));
}

#[test]
fn explain_says_when_a_statement_is_not_as_stated() {
    let run = vickrey(&folder(&[("a.mech", FALSE)]), &["explain", "a.mech"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("  refuted\n"), "{}", run.out);
}

#[test]
fn explain_suggests_the_nearest_name() {
    let run = vickrey(&folder(&[("a.mech", GOOD)]), &["explain", "a.mech#thre"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.starts_with("error[unknown-name]: `a.mech` has no statement `thre`\n"), "{}", run.err);
    assert!(run.err.contains("help: did you mean `three`?"), "{}", run.err);
}

#[test]
fn eval_prints_one_exact_value() {
    let directory = folder(&[]);
    let run = vickrey(&directory, &["eval", "1/3 + 1/4"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "7/12\n", ""));
    let run = vickrey(&directory, &["eval", "-1/2"]);
    assert_eq!((run.code, run.out.as_str()), (0, "-1/2\n"), "{}", run.err);
    let logarithm = "integral(1/(1 + y), y from 0 to 1)";
    let run = vickrey(&directory, &["eval", "--width", "1/10^20", logarithm]);
    assert_eq!(
        run.out,
        "integral(1/(y + 1), y from 0 to 1), between 0.6931471805599453094167 and 0.6931471805599453094178\n"
    );
    let run = vickrey(&directory, &["eval", "--width", "0", logarithm]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("a width is a positive rational number"), "{}", run.err);
    for (expression, value) in [
        ("integral([3*y^2 >= 1], y from 0 to 1)", "(3 - sqrt(3))/3 (0.422649...)\n"),
        ("integral([6*y^2 >= 1]*y, y from 0 to 1)", "5/12\n"),
        (
            "integral([y^3 + y >= 1], y from 0 to 1)",
            "root of x^3 - 3*x^2 + 4*x - 1 in [5/16, 3/8] (0.317672...)\n",
        ),
    ] {
        assert_eq!(vickrey(&directory, &["eval", expression]).out, value);
    }
    let run = vickrey(&directory, &["eval", "integral([y^2 <= 2]/(1 + y), y from 0 to 2)"]);
    assert!(run.code == 2 && run.err.starts_with("error[undecided]"), "{}", run.out);
    let run = vickrey(&directory, &["eval", "1 +"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("--> expression:1:"), "{}", run.err);
}

#[test]
fn quiet_says_only_what_is_not_as_stated() {
    let directory = folder(&[("a.mech", GOOD), ("b.mech", FALSE)]);
    let run = vickrey(&directory, &["check", "-q", "a.mech"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", ""));
    let run = vickrey(&directory, &["check", "-q", "."]);
    assert!(run.code == 1 && run.out.starts_with("./b.mech: ") && !run.out.contains("a.mech"), "{}", run.out);
}

#[test]
fn completions_and_manual_know_every_command() {
    let directory = folder(&[]);
    for shell in ["bash", "zsh", "fish"] {
        let run = vickrey(&directory, &["completions", shell]);
        assert!(run.code == 0 && run.out.contains("errata") && run.out.contains("watch"), "{shell}");
    }
    let run = vickrey(&directory, &["man"]);
    assert!(run.out.contains(".TH vickrey 1") && run.out.contains("vickrey\\-errata"), "{}", run.out);
    let run = vickrey(&directory, &["man", "-o", "pages"]);
    assert!(run.code == 0 && run.out.ends_with(" manual pages in pages\n"), "{}", run.out);
    assert!(super::run::read(&directory, "pages/vickrey-check.1").contains("quiet"));
}

#[test]
fn a_watched_file_is_checked_again_when_it_is_saved() {
    use std::io::{BufRead, BufReader};
    let directory = folder(&[("a.mech", GOOD)]);
    let mut child = super::run::command(directory.path(), &["check", "--watch", "a.mech"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(lines.next().unwrap(), "a.mech: 2 statements, as stated (1 proved, 1 refuted)");
    super::run::put(&directory, "a.mech", FALSE);
    let again = lines.find(|line| line.starts_with("a.mech: 1 statement"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(again.unwrap(), "a.mech: 1 statement, 1 not as stated");
}

#[test]
fn a_watched_file_that_is_being_written_is_not_answered_before_it_is_whole() {
    use std::io::{BufRead, BufReader};
    let directory = folder(&[("notes/a.mech", GOOD)]);
    let mut child = super::run::command(directory.path(), &["check", "--watch", "notes"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut next = |directory: &tempfile::TempDir, text: &str| {
        super::run::put(directory, "notes/a.mech", text);
        lines.find(|line| line.starts_with("notes/") || line.contains("error")).unwrap()
    };
    assert_eq!(next(&directory, GOOD), "notes/a.mech: 2 statements, as stated (1 proved, 1 refuted)");
    // Emptied, begun, and put in its place at last, as editors do it.
    let path = directory.path().join("notes/a.mech");
    std::fs::remove_file(&path).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(10));
    super::run::put(&directory, "notes/a.mech", "claim");
    std::thread::sleep(std::time::Duration::from_millis(10));
    assert_eq!(next(&directory, FALSE), "notes/a.mech: 1 statement, 1 not as stated");
    // What is broken is an error, and mended it is answered again.
    assert_eq!(next(&directory, "claim ("), "1 error");
    assert_eq!(next(&directory, FALSE), "notes/a.mech: 1 statement, 1 not as stated");
    child.kill().unwrap();
    child.wait().unwrap();
    let run = vickrey(&directory, &["check", "--watch", "-"]);
    assert!(run.code == 2 && run.err.contains("standard input cannot be watched"), "{}", run.err);
}
