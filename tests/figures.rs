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
fn curved_borders_are_drawn_between_the_roots() {
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
    let picture = picture(&all[0]).unwrap();
    assert!(
        picture.alternative.contains("probability of x = 1 = 1 where c^2 + v^2 <= 1"),
        "{}",
        picture.alternative
    );
    // At v = 3/5 (302) the border is at c = 4/5 (90).
    let outline = picture.svg.lines().find(|l| l.contains("url(#vk-ball-1)")).unwrap();
    let near = |x: i64, y: i64| {
        outline.trim_start_matches("<path d=\"M").split(['L', 'Z', 'M']).any(|point| {
            let mut numbers = point.split(' ').filter_map(|n| n.parse::<f64>().ok());
            let (Some(a), Some(b)) = (numbers.next(), numbers.next()) else { return false };
            (a - x as f64).abs() < 3.0 && (b - y as f64).abs() < 3.0
        })
    };
    assert!(near(302, 90) && near(62, 34) && !near(302, 60), "{outline}");
}

#[test]
fn a_set_of_two_parameters_is_drawn_and_what_has_no_inside_is_not() {
    let solved = |answer: &str| {
        format!(
            "parameter r in [0, 1]\nparameter s in [0, 1]\n\nsolve some for r, s: {answer}\nfigure set: solution of some\n"
        )
    };
    let all = statements(&solved("r*s >= 1/4 answer where r*s >= 1/4"));
    let text = &picture(&all[1]).unwrap().alternative;
    assert_eq!(text, "some holds where r*s >= 1/4; r from 0 to 1 (across), s from 0 to 1 (up).");
    let line = statements(&solved("r = s answer where r = s"));
    assert_eq!(line[1].undecided.as_deref(), Some("a region of the answer has no inside"));
}

#[test]
fn functions_stand_against_another_function_or_each_over_a_name() {
    let all = statements(&format!(
        "{SETTING}figure turned: v, virtual_value(trade, buyer) against 1 - cdf(trade, buyer) over v mark v = 3/4
figure both: virtual_value(trade, buyer), 2*c over v, c mark c = 1/4
"
    ));
    let turned = &picture(&all[0]).unwrap().alternative;
    for expected in ["(1/4, 3/4)", "(1/4, 1/2)", "(1/2, 0)", "1 - cdf(trade, buyer) = 1 - v"] {
        assert!(turned.contains(expected), "{expected}: {turned}");
    }
    let both = &picture(&all[1]).unwrap().alternative;
    assert!(both.contains("2*c = 1/2 at c = 1/4") && both.contains("(1/4, 1/2)"), "{both}");
}

#[test]
fn a_diagram_is_drawn_only_if_both_ways_lead_to_the_same() {
    let text = "setting sale {
  agents i in 1..2 with type x[i] ~ uniform(0, 1)
  one good
  ties to the lowest index
}

mechanism first = first_price(sale)
strategy shade on first: bid(x) = x/2
mechanism direct on sale = {
  allocation i = [x[i] wins]
  payment i = x[i]/2*[x[i] wins]
}
figure same: diagram of first under shade = direct
figure other: diagram of first under shade = pivot(sale)
";
    let all = statements(text);
    let alternative = &picture(&all[0]).unwrap().alternative;
    assert!(alternative.contains("payment of 1 = x[1]*[x[1] >= x[2]]/2 in direct"), "{alternative}");
    assert!(picture(&all[1]).is_none());
    assert!(all[1].undecided.as_ref().unwrap().contains("`pivot(sale)` has the same outcomes and payments"));
}

#[test]
fn what_cannot_be_drawn_is_refused_with_its_place() {
    for (figure, code) in [
        ("v over v, c", "wrong-sort"),
        ("v, c against v over v, c", "unsupported"),
        ("v against c over v", "free-names"),
        ("v over v mark c = 0", "unknown-name"),
        ("v over v mark v = 2", "out-of-range"),
        ("v over v mark v = sqrt(2)/2", "unsupported"),
        ("diagram of pivot(trade) = pivot(trade)", "wrong-sort"),
    ] {
        let outcome = pipeline::check("a.mech", &format!("{SETTING}figure f: {figure}\n"), Detail::Verdicts);
        let codes: Vec<&str> = outcome.diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(codes, [code], "{figure}");
    }
}
