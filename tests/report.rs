//! Reports as text, from documents made by hand: each kind of answer has its words.

use vickrey::lang::ast::Span;
use vickrey::lang::{Diagnostic, Source};
use vickrey::report::{
    Colour, Counterexample, Document, FileReport, Line, Printed, StatementReport, Verbosity, VerdictKind,
    explanation, file_error, place_error, render_diagnostic,
};

fn statement(verdict: VerdictKind) -> StatementReport {
    StatementReport {
        name: "surplus".into(),
        kind: "claim".into(),
        line: 31,
        refs: vec![],
        verdict,
        as_stated: verdict == VerdictKind::Proved,
        statement: "E surplus(m) = -1/6".into(),
        member: None,
        value: None,
        printed: None,
        counterexample: None,
        failing_step: None,
        rests_on: vec![],
        vacuous: false,
        undecided: None,
        derivation: vec![],
        story: vec![],
    }
}

fn document(statement: StatementReport) -> Document {
    Document::new(vec![FileReport { path: "a.mech".into(), statements: vec![statement] }], vec![])
}

fn text(statement: StatementReport, verbosity: Verbosity) -> String {
    let text = document(statement).text(verbosity);
    anstream::adapter::strip_str(&text).to_string()
}

#[test]
fn a_misprint_is_counted_and_told_with_its_difference() {
    let printed =
        Printed { value: "-1/3".into(), verdict: VerdictKind::Refuted, difference: Some("-1/6".into()) };
    let claim = StatementReport {
        value: Some("-1/6".into()),
        printed: Some(printed),
        rests_on: vec!["independent types".into()],
        ..statement(VerdictKind::Proved)
    };
    assert_eq!(
        text(claim.clone(), Verbosity::Quiet),
        "a.mech: 1 statement, as stated (1 proved, 1 misprint)\n1 proved, 1 misprint\n"
    );
    assert_eq!(
        text(claim, Verbosity::Everything),
        "a.mech: 1 statement, as stated (1 proved, 1 misprint)
  proved    surplus: E surplus(m) = -1/6
            printed -1/3: refuted, off by -1/6
            rests on independent types
1 proved, 1 misprint
"
    );
}

#[test]
fn a_misprint_that_is_not_refuted_is_not_called_a_false_theorem() {
    let printed = Printed { value: "-1/3".into(), verdict: VerdictKind::Undecided, difference: None };
    let claim =
        StatementReport { as_stated: false, printed: Some(printed), ..statement(VerdictKind::Proved) };
    let text = text(claim, Verbosity::Quiet);
    assert!(text.contains("            printed -1/3: undecided\n"), "{text}");
    assert!(!text.contains("the file says"), "{text}");
}

#[test]
fn a_refutation_tells_the_point_both_sides_and_the_true_value() {
    let claim = StatementReport {
        value: Some("v^2/2".into()),
        counterexample: Some(Counterexample {
            what: String::new(),
            at: [("v".to_owned(), "1/2".to_owned())].into(),
            left: "1/8".into(),
            right: "1/4".into(),
            difference: "-1/8".into(),
        }),
        story: vec!["at v = 1/2: 1/8 is not equal to 1/4".into(), "left - right = -1/8".into()],
        ..statement(VerdictKind::Refuted)
    };
    assert_eq!(
        text(claim, Verbosity::Quiet),
        "a.mech: 1 statement, 1 not as stated
  refuted   surplus: E surplus(m) = -1/6   (line 31)
            at v = 1/2: 1/8 is not equal to 1/4
            left - right = -1/8
            the left side is v^2/2
1 refuted
"
    );
}

#[test]
fn an_undecided_statement_names_its_obstacle() {
    let claim =
        StatementReport { undecided: Some("too many cells".into()), ..statement(VerdictKind::Undecided) };
    assert_eq!(document(claim.clone()).exit_code(), 1);
    let text = text(claim, Verbosity::Quiet);
    assert!(text.contains("undecided surplus: ") && text.contains("            too many cells\n"), "{text}");
}

#[test]
fn an_explanation_has_the_statement_its_steps_the_verdict_and_its_books() {
    let claim = StatementReport {
        rests_on: vec!["independent types".into()],
        derivation: vec![Line { depth: 0, text: "one".into() }, Line { depth: 1, text: "below".into() }],
        ..statement(VerdictKind::Proved)
    };
    assert_eq!(
        explanation(&claim),
        "surplus: E surplus(m) = -1/6
  one
    below
  proved
  rests on independent types
"
    );
}

#[test]
fn a_diagnostic_shows_place_premises_facts_and_help() {
    let text = "line one\nθ = written\n";
    let (one, written) = (text.find("one").unwrap(), text.find("written").unwrap());
    let diagnostic =
        Diagnostic::new("step-rejected", "this does not follow", Span::new(written, written + 7))
            .label("gives 2")
            .also(Span::new(one, one + 3), "from this")
            .note("written - derived = 1")
            .help("write 2");
    let error = render_diagnostic(&Source::new("a.mech", text), &diagnostic, Colour::Plain);
    assert_eq!((error.line, error.column), (2, 5));
    assert_eq!(
        error.rendered,
        "error[step-rejected]: this does not follow
 --> a.mech:2:5
  |
1 | line one
  |      --- from this
2 | θ = written
  |     ^^^^^^^ gives 2
  |
  = note: written - derived = 1
  = help: write 2"
    );
    let styled = render_diagnostic(&Source::new("a.mech", text), &diagnostic, Colour::Styled);
    assert!(styled.rendered.contains('\u{1b}'));
}

#[test]
fn no_span_can_break_the_rendering() {
    for text in ["", "\n", "θ", "θ\r\nx", "a\n\nb"] {
        let source = Source::new("a.mech", text);
        for start in 0..9 {
            for end in 0..9 {
                let span = Span::new(start, end);
                let diagnostic = Diagnostic::new("code", "message", span)
                    .also(Span::new(end, start), "there")
                    .label("here");
                let error = render_diagnostic(&source, &diagnostic, Colour::Plain);
                assert!(error.rendered.starts_with("error[code]: message\n"), "{}", error.rendered);
            }
        }
    }
}

#[test]
fn a_file_without_text_has_a_complaint_and_help() {
    let diagnostic = Diagnostic::new("not-utf-8", "no text", Span::default()).help("save it as UTF-8");
    let error = file_error("a.mech", &diagnostic, Colour::Plain);
    assert!(error.rendered.starts_with("error[not-utf-8]: no text\n"), "{}", error.rendered);
    assert!(error.rendered.contains("help: save it as UTF-8"), "{}", error.rendered);
    let error = place_error("a.mech", (2, 5), &diagnostic, Colour::Plain);
    assert_eq!((error.line, error.column), (2, 5));
    assert!(error.rendered.contains("--> a.mech:2:5"), "{}", error.rendered);
}
