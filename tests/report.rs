//! Reports as text, from documents made by hand: each kind of answer has its words.

use vickrey::lang::ast::Span;
use vickrey::lang::{Diagnostic, Source};
use vickrey::report::{
    Block, Colour, Counterexample, Document, FileReport, Inline, Link, Math, Page, Printed, StatementReport,
    Verbosity, VerdictKind, errata, errata_latex, errata_markdown, errata_text, explanation, file_error,
    latex, markdown, page, place_error, render_diagnostic, words,
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
        sentence: vec![],
        member: None,
        value: None,
        printed: None,
        misprints: vec![],
        counterexample: None,
        failing_step: None,
        rests_on: vec![],
        vacuous: false,
        undecided: None,
        derivation: vec![],
        story: vec![],
    }
}

fn misprint(verdict: VerdictKind) -> Printed {
    Printed {
        value: "-1/3".into(),
        verdict,
        difference: None,
        right: "-1/6".into(),
        counterexample: None,
        same_sign: Some(true),
    }
}

fn file(statements: Vec<StatementReport>) -> FileReport {
    let (about, source, text) = (vec![], "The Notes, section 3".into(), String::new());
    FileReport { path: "a.mech".into(), statements, about, source, text }
}

fn document(statement: StatementReport) -> Document {
    Document::new(vec![file(vec![statement])], vec![])
}

fn text(statement: StatementReport, verbosity: Verbosity) -> String {
    let text = document(statement).text(verbosity);
    anstream::adapter::strip_str(&text).to_string()
}

#[test]
fn a_misprint_is_counted_and_told_with_its_difference() {
    let printed = Printed { difference: Some("-1/6".into()), ..misprint(VerdictKind::Refuted) };
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
    let printed = misprint(VerdictKind::Undecided);
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
            profitable: None,
            nearby: None,
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

/// A chain inside a fold.
fn worked() -> StatementReport {
    let link = Link {
        left: Some(Math::read("E surplus(m)")),
        relation: "=",
        right: Math::read("x[1]^2/2 - theta_b*[x[1] >= c]"),
        reason: vec![words("integrate over "), Inline::Math(Math::name("c"))],
    };
    let inside = vec![Block::Chain(vec![link]), Block::Prose(vec![words("50% & more")])];
    StatementReport {
        rests_on: vec!["independent types".into()],
        sentence: vec![words("The expected surplus is "), Inline::Math(Math::read("-1/6")), words(".")],
        derivation: vec![Block::Fold { title: vec![words("the value")], blocks: inside }],
        ..statement(VerdictKind::Proved)
    }
}

#[test]
fn an_explanation_has_the_statement_its_steps_the_verdict_and_its_books() {
    assert_eq!(
        explanation(&worked(), 1),
        "surplus: E surplus(m) = -1/6
  The expected surplus is -1/6.
  the value
    E surplus(m) = x[1]^2/2 - theta_b*[x[1] >= c]    integrate over c
    50% & more
  proved
  rests on independent types
"
    );
    let folded = explanation(&worked(), 0);
    assert!(folded.contains("  the value\n  proved"), "{folded}");
}

#[test]
fn latex_has_an_align_environment_with_reasons_and_plain_text_is_escaped() {
    let shown = latex(&[&worked()], 1);
    assert!(shown.contains("\\begin{align*}"), "{shown}");
    assert!(shown.contains("\\frac{x_{1}^{2}}{2} - \\theta_{b} \\, \\mathbf{1}[x_{1} \\ge c]"), "{shown}");
    assert!(
        shown.contains("\\text{integrate over $c$}") || shown.contains("\\text{(integrate over $c$)}"),
        "{shown}"
    );
    assert!(shown.contains("50\\% \\& more"), "{shown}");
    assert!(!latex(&[&worked()], 0).contains("align"), "folded details are left out");
}

#[test]
fn markdown_has_formulas_between_dollars_and_folds() {
    let shown = markdown(&[&worked()], 1);
    assert!(shown.contains("## surplus\n\nThe expected surplus is $-\\frac{1}{6}$."), "{shown}");
    assert!(shown.contains("<details>\n<summary>\n\nthe value\n\n</summary>"), "{shown}");
    assert!(!markdown(&[&worked()], 0).contains("<details>"));
}

#[test]
fn a_page_is_self_contained_and_what_is_said_is_escaped() {
    let mut s = worked();
    s.statement = "a < b & c".into();
    let files = [FileReport { text: "# <script>alert(1)</script>".into(), ..file(vec![s]) }];
    let shown = page("<notes>", &files, &["error: `x < y`".into()], 1);
    for outside in ["http://", "https://", "<script", "src=", "@import", "url("] {
        assert!(!shown.contains(outside), "{outside} in {shown}");
    }
    assert!(shown.contains("<title>&lt;notes></title>") && shown.contains("a &lt; b &amp; c"), "{shown}");
    assert!(shown.contains("<msubsup>") || shown.contains("<msup>"), "no MathML: {shown}");
    assert!(shown.contains("error: `x &lt; y`"), "{shown}");
}

/// The page of statements with this derivation each, with everything open.
fn page_of(count: usize, derivation: &[Block]) -> String {
    let s = StatementReport { derivation: derivation.to_vec(), ..statement(VerdictKind::Proved) };
    page("notes", &[file(vec![s; count])], &[], 9)
}

fn formula(right: &str) -> Link {
    Link { left: None, relation: "=", right: Math::read(right), reason: vec![] }
}

#[test]
fn formulas_of_a_page_hold_one_element_where_one_is_enough_and_names_are_not_taken_apart() {
    for (text, expected) in [
        ("payment(vcg, buyer)", "<mi>payment(vcg,\u{a0}buyer)</mi>"),
        ("x[1]^2", "<msup><msub><mi>x</mi><mn>1</mn></msub><mn>2</mn></msup>"),
        ("(a + 1)/2", "<mfrac><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><mn>2</mn></mfrac>"),
        ("F(v)", "<mi>F</mi><mo>\u{2061}</mo><mo stretchy=false>(</mo><mi>v</mi><mo stretchy=false>)</mo>"),
        ("a*(b + 1)", "<mi>a</mi><mo>\u{2062}</mo><mo stretchy=false>(</mo>"),
        ("2*a", "<mn>2</mn><mi>a</mi>"),
    ] {
        let shown = page_of(1, &[Block::Chain(vec![formula(text)])]);
        assert!(shown.contains(expected), "{text}: {shown}");
    }
}

#[test]
fn a_chain_that_may_be_wider_than_a_page_is_reached_by_the_keyboard_and_has_a_name() {
    let reached = "<div tabindex=0 role=group aria-label=Formulas>";
    assert!(!page_of(1, &[Block::Chain(vec![formula("a + b")])]).contains(reached));
    let long = formula("a + b + c + d + e + f + g + h + k");
    assert!(page_of(1, &[Block::Chain(vec![formula("a"), long])]).contains(reached));
}

#[test]
fn a_fold_that_is_longer_than_its_share_of_a_large_page_is_left_to_explain() {
    let blocks = vec![Block::Chain(vec![formula("a + b"); 100])];
    let fold = [Block::Fold { title: vec![words("long")], blocks }];
    assert!(!page_of(1, &fold).contains("This part is long"));
    assert!(page_of(1000, &fold).contains("This part is long"));
}

#[test]
fn the_sections_of_a_page_can_be_written_in_any_order() {
    let files = [file(vec![worked()]), file(vec![statement(VerdictKind::Refuted)])];
    let parts = Page::new(&files, 1);
    let second = parts.section(1);
    let text = parts.text("notes", &[], &[parts.section(0), second]);
    assert_eq!(text, page("notes", &files, &[], 1));
    assert_eq!(parts.section(2), "");
}

#[test]
fn what_a_story_quotes_is_code_on_a_page_and_averages_and_conditions_stand_apart() {
    let told = |story: &str, sentence: Vec<Inline>| {
        let s = StatementReport { story: vec![story.into()], sentence, ..statement(VerdictKind::Refuted) };
        page("notes", &[file(vec![s])], &[], 1)
    };
    let shown = told("line 3: `a < b` is false", vec![Inline::Math(Math::read("E (c*[v >= c])"))]);
    assert!(shown.contains("line 3: <code>a &lt; b</code> is false"), "{shown}");
    let thin = "<mtext>\u{2009}</mtext>";
    assert!(shown.contains(&format!("<mi>c</mi>{thin}<mn>𝟏</mn>")), "{shown}");
    // A backtick without a partner is a letter.
    assert!(told("line 3: ` is no operator", vec![]).contains("line 3: ` is no operator"));
}

#[test]
fn the_story_of_a_refutation_is_told_once_on_a_page() {
    let story = "at v = 1/2: 1/8 is not equal to 1/4";
    let derivation = vec![Block::Prose(vec![words(story)]), Block::Prose(vec![words("the check")])];
    let s = StatementReport { story: vec![story.into()], derivation, ..statement(VerdictKind::Refuted) };
    let shown = page("notes", &[file(vec![s])], &[], 1);
    assert!(shown.matches(story).count() == 1 && shown.contains("the check"), "{shown}");
}

#[test]
fn a_misprint_is_listed_with_its_place_both_versions_and_what_becomes_of_the_conclusion() {
    let s = StatementReport {
        refs: vec!["S-5.2-total".into()],
        printed: Some(Printed { difference: Some("-1/6".into()), ..misprint(VerdictKind::Refuted) }),
        ..statement(VerdictKind::Proved)
    };
    let other = StatementReport { name: "other".into(), ..statement(VerdictKind::Proved) };
    let found = errata(&[file(vec![s, other])]);
    assert_eq!(
        errata_text(&found),
        "a.mech:31: surplus
  source      The Notes, section 3 (S-5.2-total)
  printed     -1/3
  right       -1/6
  statement   E surplus(m) = -1/6
  off by      -1/6
  conclusion  both values are on the same side of zero: a conclusion from the sign survives; the other statement of the file is as stated
1 misprint
"
    );
    assert!(errata_latex(&found).contains("printed $-\\frac{1}{3}$, right $-\\frac{1}{6}$"));
    assert!(errata_markdown(&found).contains("| $-\\frac{1}{3}$ | $-\\frac{1}{6}$ |"));
}

#[test]
fn what_is_read_from_the_language_is_written_as_it_was() {
    for text in [
        "payment(vcg, buyer)",
        "(3 - sqrt(3))/6",
        "a*(b + c)^2/3 - d",
        "-v*[v >= c and 0 < c]",
        "integral(y^2, y from 0 to v)",
        "E (a*b)",
        "(E a)*b",
        "(E a)/E b",
        "(2*E a)/3 - 2*E a",
        "(E a)^2",
        "2*root of 4*x^3 - 1 in [0, 1]",
        "max(x[j] for j != i)",
    ] {
        assert_eq!(Math::read(text).text(), text);
    }
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
