//! What cannot be read: each with its code and place, while the rest is checked.

use super::run::{BAD, FALSE, GOOD, folder, put, vickrey};

#[test]
fn a_missing_file_is_an_error_and_the_others_are_checked() {
    let run = vickrey(&folder(&[("a.mech", GOOD)]), &["check", "nowhere.mech", "a.mech"]);
    assert_eq!(run.code, 2);
    assert_eq!(run.err.lines().next(), Some("error[missing-file]: there is no file `nowhere.mech`"));
    assert!(run.out.starts_with("a.mech: 2 statements, as stated"), "{}", run.out);
    assert!(run.out.ends_with("1 proved, 1 refuted, 1 error\n"), "{}", run.out);
}

#[test]
fn a_directory_without_theorem_files_is_an_error() {
    let run = vickrey(&folder(&[("empty/notes.txt", "")]), &["check", "empty"]);
    assert_eq!((run.code, run.out.as_str()), (2, "1 error\n"));
    assert!(run.err.starts_with("error[no-theorem-files]: the directory `empty` has no theorem files"));
}

#[test]
fn without_paths_and_theorems_there_is_an_error() {
    let run = vickrey(&folder(&[]), &["check"]);
    assert_eq!((run.code, run.out.as_str()), (2, "1 error\n"));
    assert!(run.err.starts_with("error[missing-file]: there is no file `theorems`"), "{}", run.err);
}

#[test]
fn text_that_is_not_utf_8_is_located() {
    let directory = folder(&[("a.mech", GOOD)]);
    put(&directory, "latin.mech", b"# one\n# \xc3\xa9t\xe9\n");
    let run = vickrey(&directory, &["check", "latin.mech", "a.mech"]);
    assert_eq!(run.code, 2);
    assert!(run.err.starts_with("error[not-utf-8]: `latin.mech` is not UTF-8 text from line 2, column 5\n"));
    assert!(run.err.contains("--> latin.mech:2:5\n"), "{}", run.err);
    assert!(run.out.starts_with("a.mech: 2 statements, as stated"), "{}", run.out);
}

#[test]
fn a_bad_file_beside_a_good_one_is_not_printed_as_read() {
    let run = vickrey(&folder(&[("d/a.mech", BAD), ("d/b.mech", GOOD)]), &["check", "-v", "d"]);
    assert_eq!(run.code, 2);
    assert!(!run.out.contains("d/a.mech"), "{}", run.out);
    assert!(run.out.starts_with("d/b.mech: 2 statements, as stated"), "{}", run.out);
    assert!(run.err.starts_with("error["), "{}", run.err);
}

#[test]
fn columns_count_characters_and_the_caret_stands_below_its_word() {
    let run = vickrey(&folder(&[("a.mech", BAD)]), &["check", "a.mech"]);
    assert!(run.err.contains("--> a.mech:2:10\n"), "{}", run.err);
    let lines: Vec<&str> = run.err.lines().collect();
    let source = lines.iter().position(|l| l.starts_with("2 | claim")).unwrap();
    let column = |line: &str, pattern: &str| line[..line.find(pattern).unwrap()].chars().count();
    assert_eq!(column(lines[source], "nobody"), column(lines[source + 1], "^"), "{}", run.err);
}

#[test]
fn an_input_error_outweighs_a_false_statement() {
    let directory = folder(&[("a.mech", FALSE), ("b.mech", BAD)]);
    for arguments in
        [vec!["check", "a.mech", "b.mech"], vec!["check", "--format", "json", "b.mech", "a.mech"]]
    {
        assert_eq!(vickrey(&directory, &arguments).code, 2, "{arguments:?}");
    }
}

#[test]
fn every_command_refuses_a_file_that_cannot_be_read() {
    for arguments in
        [vec!["explain", "a.mech"], vec!["fmt", "b.mech"], vec!["certify", "a.mech", "-o", "out"]]
    {
        let run = vickrey(&folder(&[("a.mech", BAD), ("b.mech", "claim")]), &arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        assert!(run.err.starts_with("error["), "{arguments:?}: {}", run.err);
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_its_own_directory_is_not_followed() {
    let directory = folder(&[("d/a.mech", GOOD)]);
    std::os::unix::fs::symlink(".", directory.path().join("d/loop")).unwrap();
    std::os::unix::fs::symlink("a.mech", directory.path().join("d/link.mech")).unwrap();
    let run = vickrey(&directory, &["check", "d"]);
    let read: Vec<&str> = run.out.lines().filter(|l| l.contains(".mech")).collect();
    assert_eq!((run.code, read.len()), (0, 2), "{}", run.out);
}

#[test]
fn a_file_that_is_not_there_may_be_another_or_a_statement_of_one() {
    let directory = folder(&[("notes/trade.mech", GOOD)]);
    for (arguments, help) in [
        (&["check", "notes/trad.mech"][..], "did you mean `notes/trade.mech`?"),
        (&["exercise", "notes/trade.mech#two"][..], "write `notes/trade.mech`, without `#two`"),
        (&["vary", "notes/trade.mech#two", "-o", "out"][..], "write `notes/trade.mech`, without `#two`"),
    ] {
        let run = vickrey(&directory, arguments);
        assert_eq!((run.code, run.out.contains("proved")), (2, false));
        assert!(run.err.contains("there is no file") && run.err.contains(help), "{}", run.err);
    }
    assert!(!vickrey(&directory, &["check", "quite/other.mech"]).err.contains("did you mean"));
}
