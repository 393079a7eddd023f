//! Pages and lists for readers: what is written where, and what is said when that does not work.

use serde_json::Value;

use super::run::{BAD, FALSE, GOOD, folder, read, vickrey};

/// A statement with a misprint.
const MISPRINT: &str =
    "source \"The Notes\", section 3\n\nclaim half: 1/4 + 1/4 = 1/2 printed -1/2 ref \"S-1\"\n";

#[test]
fn a_report_is_one_page_with_every_statement() {
    let directory = folder(&[("notes/a.mech", GOOD), ("notes/b.mech", MISPRINT)]);
    let run = vickrey(&directory, &["report", "notes", "-o", "page.html"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(run.out.starts_with("page.html: 3 statements of 2 files, 1 misprint, "), "{}", run.out);
    let page = read(&directory, "page.html");
    for expected in [
        "<h3 id=s0-two class=proved>two <b>proved</b></h3>",
        "id=s0-three",
        "<a href=#s1-half>half</a>",
        "<h2 id=misprints>",
        "<cite>The Notes, section 3</cite>",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    assert!(!page.contains("http"), "nothing comes from outside");
    let run = vickrey(&directory, &["report", "notes", "-o", "-"]);
    assert_eq!((run.code, run.out), (0, page));
}

#[test]
fn a_report_holds_what_could_not_be_read_and_the_code_says_so() {
    let directory = folder(&[("a.mech", FALSE), ("b.mech", BAD)]);
    let run = vickrey(&directory, &["report", "a.mech", "b.mech", "-o", "page.html"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("error[unknown-name]"), "{}", run.err);
    let page = read(&directory, "page.html");
    assert!(page.contains("error[unknown-name]") && page.contains("not-as-stated"), "{page}");
    assert_eq!(vickrey(&directory, &["report", "a.mech", "-o", "page.html"]).code, 1);
}

#[test]
fn a_page_that_cannot_be_written_is_an_error() {
    let directory = folder(&[("a.mech", GOOD)]);
    let run = vickrey(&directory, &["report", "a.mech", "-o", "no/such/page.html"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.starts_with("error[unwritable]: cannot write `no/such/page.html`"), "{}", run.err);
    assert_eq!(vickrey(&directory, &["report", "a.mech"]).code, 2, "the page has to have a name");
}

#[test]
fn errata_have_a_form_for_each_reader() {
    let directory = folder(&[("a.mech", GOOD), ("b.mech", MISPRINT)]);
    let run = vickrey(&directory, &["errata", "."]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(
        run.out,
        "./b.mech:3: half
  source      The Notes, section 3 (S-1)
  printed     -1/2
  right       1/2
  statement   1/4 + 1/4 = 1/2
  off by      -1
  fails       the left side is 1/2, the printed right side -1/2
  conclusion  the two values are not on the same side of zero: a conclusion from the sign does not survive; the file says nothing else
1 misprint
"
    );
    let run = vickrey(&directory, &["errata", ".", "--format", "json"]);
    let list: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(list["version"], 1);
    assert_eq!(list["errata"][0]["printed"], "-1/2");
    assert_eq!(list["errata"][0]["same_sign"], false);
    assert_eq!(list["errata"][0]["counterexample"]["left"], "1/2");
    let run = vickrey(&directory, &["errata", ".", "--format", "markdown"]);
    assert!(
        run.out.contains("| The Notes, section 3 (S-1) `./b.mech:3` | $-\\frac{1}{2}$ | $\\frac{1}{2}$ |"),
        "{}",
        run.out
    );
    let run = vickrey(&directory, &["errata", ".", "--format", "latex"]);
    assert!(run.out.contains("\\textbf{The Notes, section 3 (S-1)}: printed $-\\frac{1}{2}$"), "{}", run.out);
}

/// A parameter and two figures.
const FIGURES: &str =
    "parameter r in [0, 1]\n\nclaim two: 1 + 1 = 2\nfigure line: r over r\nfigure curve: r^2 over r\n";

#[test]
fn a_figure_is_written_as_a_picture_with_its_text() {
    let directory = folder(&[("a.mech", FIGURES)]);
    let run = vickrey(&directory, &["figure", "a.mech#curve", "-o", "curve.svg"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(
        run.out.starts_with("curve.svg: r^2 for r from 0 to 1. r^2 = r^2 for r between 0 and 1."),
        "{}",
        run.out
    );
    let picture = read(&directory, "curve.svg");
    assert!(picture.starts_with("<svg ") && picture.contains("<title>curve</title>"), "{picture}");
    assert_eq!(vickrey(&directory, &["figure", "a.mech#curve", "-o", "-"]).out, picture);
}

#[test]
fn a_figure_that_is_not_there_is_an_error_that_says_what_is() {
    let directory = folder(&[("a.mech", FIGURES), ("b.mech", GOOD)]);
    for (path, code, said) in [
        ("a.mech", "several-figures", "`a.mech` has several figures: `line`, `curve`"),
        ("a.mech#two", "no-figure", "`two` is a claim and no figure"),
        ("b.mech", "no-figure", "`b.mech` has no figure"),
        ("a.mech#curv", "unknown-name", "`a.mech` has no statement `curv`"),
    ] {
        let run = vickrey(&directory, &["figure", path, "-o", "x.svg"]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{path}");
        assert!(
            run.err.starts_with(&format!("error[{code}]: {said}")) || run.err.contains(said),
            "{path}: {}",
            run.err
        );
    }
    let run = vickrey(&directory, &["figure", "a.mech#line", "-o", "no/such/x.svg"]);
    assert!(run.code == 2 && run.err.contains("cannot write `no/such/x.svg`"), "{}", run.err);
}
