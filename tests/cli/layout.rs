//! The formatter: what it lists, rewrites and leaves.

use std::fs;

use super::run::{command, finish, folder, read, vickrey};

/// A file in another layout than the canonical one.
const LOOSE: &str = "claim   two:1+1=2\n";
/// The same in canonical layout.
const TIDY: &str = "claim two: 1 + 1 = 2\n";

#[test]
fn fmt_check_lists_what_differs_and_changes_nothing() {
    let directory = folder(&[("a.mech", LOOSE), ("b.mech", TIDY)]);
    let run = vickrey(&directory, &["fmt", "--check", "."]);
    assert_eq!((run.code, run.out.as_str()), (1, "would change ./a.mech\n"));
    assert_eq!(read(&directory, "a.mech"), LOOSE);
    assert_eq!(vickrey(&directory, &["fmt", "--check", "b.mech"]).code, 0);
}

#[test]
fn fmt_rewrites_only_what_differs() {
    let directory = folder(&[("a.mech", LOOSE), ("b.mech", TIDY)]);
    let path = directory.path().join("b.mech");
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    let run = vickrey(&directory, &["fmt", "."]);
    assert_eq!((run.code, run.out.as_str()), (0, "formatted ./a.mech\n"));
    assert_eq!((read(&directory, "a.mech").as_str(), read(&directory, "b.mech").as_str()), (TIDY, TIDY));
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
}

#[test]
fn fmt_prints_standard_input_byte_for_byte() {
    let directory = folder(&[]);
    let run = finish(&mut command(directory.path(), &["fmt", "-"]), LOOSE.as_bytes());
    assert_eq!((run.code, run.out.as_str()), (0, TIDY));
    // Nothing is taken for a colour.
    let comment = "# a\u{1b}[31mb\nclaim two: 1 + 1 = 2\n";
    let run = finish(&mut command(directory.path(), &["fmt", "-"]), comment.as_bytes());
    assert!(run.code == 2 || run.out == comment, "{:?}", run.out);
}

#[test]
fn fmt_leaves_a_file_that_it_cannot_read() {
    let directory = folder(&[("a.mech", "claim two 1 +\n")]);
    assert_eq!(vickrey(&directory, &["fmt", "a.mech"]).code, 2);
    assert_eq!(read(&directory, "a.mech"), "claim two 1 +\n");
}
