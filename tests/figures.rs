//! Figures: every one of the corpus has its picture, and what cannot be drawn exactly is not drawn.

use vickrey::pipeline::{self, Detail};
use vickrey::report::{Block, Picture, StatementReport, VerdictKind};

use crate::corpus::{files, read};

fn statements(text: &str) -> Vec<StatementReport> {
    let outcome = pipeline::check("a.mech", text, Detail::Derivations);
    assert!(outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics);
    outcome.report.unwrap().statements
}

fn picture(s: &StatementReport) -> Option<&Picture> {
    s.derivation.iter().find_map(|b| if let Block::Figure(picture) = b { Some(picture) } else { None })
}

const SETTING: &str = "parameter r in [0, 1]

setting trade {
  agent buyer with type v ~ uniform(0, 1)
  agent seller with type c ~ uniform(0, 1)
  outcome x in {0, 1}
  value buyer = v*x
  value seller = -c*x
  ties x = 1
}

";

#[test]
fn every_figure_of_the_corpus_has_its_picture() {
    let mut drawn = 0;
    for path in files("theorems", "mech") {
        for s in statements(&read(&path)).iter().filter(|s| s.kind == "figure") {
            let picture = picture(s).unwrap_or_else(|| panic!("{}: {:?}", s.name, s.undecided));
            assert!(!picture.alternative.is_empty() && picture.svg.contains("role=\"img\" aria-label="));
            let stem = path.display().to_string();
            let name = stem.trim_start_matches("theorems/").trim_end_matches(".mech").replace('/', "-");
            insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "snapshots/figures", omit_expression => true }, {
                insta::assert_snapshot!(format!("{name}--{}", s.name), picture.svg);
            });
            drawn += 1;
        }
    }
    assert!(drawn > 5);
}

#[test]
fn a_curve_says_its_pieces_and_marks_its_points() {
    let all = statements(&format!("{SETTING}figure kink: max(v - 1/2, 0), v^2/2 over v\n"));
    let alternative = &picture(&all[0]).unwrap().alternative;
    for expected in
        ["= 0 for v between 0 and 1/2", "= v - 1/2 for v between 1/2 and 1", "(1/2, 0)", "(1, 1/2)"]
    {
        assert!(alternative.contains(expected), "{expected}: {alternative}");
    }
    assert_eq!(
        (all[0].kind.as_str(), all[0].verdict, all[0].as_stated),
        ("figure", VerdictKind::Proved, true)
    );
}

#[test]
fn regions_are_polygons_with_the_outcome_of_each() {
    let all = statements(&format!("{SETTING}figure who: regions of pivot(trade)\n"));
    let picture = picture(&all[0]).unwrap();
    assert!(picture.alternative.contains("probability of x = 1 = 1 where v >= c"), "{}", picture.alternative);
    // The lower right half of the square from (62, 34) to (462, 314).
    assert!(picture.svg.contains("M62 314L462 314L462 34Z"), "{}", picture.svg);
}

#[test]
fn a_solution_is_drawn_only_if_it_is_proved() {
    let right =
        format!("{SETTING}solve small for r: r^2 <= 1/4 answer [0, 1/2]\nfigure set: solution of small\n");
    let all = statements(&right);
    let text = &picture(&all[1]).unwrap().alternative;
    assert_eq!(text, "small holds for r in [0, 1/2], of all values from 0 to 1.");
    let wrong = statements(&right.replace("[0, 1/2]", "[0, 3/4]"));
    assert_eq!((wrong[1].verdict, wrong[1].as_stated), (VerdictKind::Undecided, false));
    assert!(picture(&wrong[1]).is_none());
    assert_eq!(wrong[1].undecided.as_deref(), Some("`small` is refuted"));
}

#[test]
fn what_has_curved_borders_is_not_drawn_as_if_they_were_straight() {
    let text = format!(
        "{SETTING}mechanism round on trade = {{
  probability x = 1: [v^2 + c^2 <= 1]
  payment buyer = 0
  payment seller = 0
}}

figure ball: regions of round
"
    );
    let all = statements(&text);
    assert_eq!(all[0].verdict, VerdictKind::Undecided);
    assert!(all[0].undecided.as_ref().unwrap().contains("not a straight line"), "{:?}", all[0].undecided);
}
