//! Variants and exercises, as a teacher and a student use them.

use super::run::{folder, put, read, vickrey};

const TRADE: &str = "setting trade {
  agent buyer with type v ~ uniform(0, 1)
  agent seller with type c ~ uniform(0, 1)
  outcome x in {0, 1}
  value buyer = v*x
  value seller = -c*x
  ties x = 1
}

mechanism vcg = pivot(trade)

claim payment: interim payment(vcg, buyer) = v^2/2
claim gains: E welfare(trade) = 1/6 printed 1/3 ref \"S-1\"
claim truthful: vcg is DSIC
claim loses: E surplus(participate(vcg)) < 0
";

#[test]
fn a_variant_has_questions_answers_and_derivations_that_are_proved() {
    let directory = folder(&[("a.mech", TRADE)]);
    let run = vickrey(&directory, &["vary", "a.mech", "--set", "seller=cdf y^2 on [0, 1]", "-o", "out"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
    assert!(run.out.ends_with("4 questions, all proved, in out\n"), "{}", run.out);
    let variant = read(&directory, "out/variant.mech");
    // The buyer's expected payment at v is the integral of 2c^2 up to v; gains are that of (v - c)2c.
    assert!(variant.contains("interim payment(vcg, buyer) = 2*v^3/3"), "{variant}");
    assert!(variant.contains("E welfare(trade) = 1/12") && !variant.contains("printed"), "{variant}");
    assert_eq!(vickrey(&directory, &["check", "out/variant.mech"]).code, 0);
    let questions = read(&directory, "out/questions.md");
    assert!(questions.contains("Compute `E welfare(trade)`.") && !questions.contains("1/12"), "{questions}");
    assert!(read(&directory, "out/key.md").contains("\\frac{1}{12}"));
    for sheet in ["questions.tex", "key.tex", "derivation.md", "derivation.tex"] {
        assert!(!read(&directory, &format!("out/{sheet}")).is_empty(), "{sheet}");
    }
}

#[test]
fn the_same_seed_gives_the_same_sheets() {
    let directory = folder(&[("a.mech", TRADE)]);
    let sheets = |seed: &str, to: &str| {
        let run = vickrey(&directory, &["vary", "a.mech", "--seed", seed, "-o", to]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
        read(&directory, &format!("{to}/variant.mech")) + &read(&directory, &format!("{to}/key.tex"))
    };
    assert_eq!(sheets("1", "a"), sheets("1", "b"));
    assert_ne!(sheets("1", "a"), sheets("5", "c"));
}

#[test]
fn questions_ask_for_what_can_be_computed_and_for_nothing_twice() {
    let text = format!(
        "{TRADE}claim pays: payment(vcg, buyer) = c*[v >= c]
claim earns: payoff(vcg, buyer) = value(vcg, buyer) - payment(vcg, buyer)
claim again: E welfare(trade) = 2/12
refuted balanced: AGV(trade) is DSIC
"
    );
    let directory = folder(&[("a.mech", &text)]);
    let run = vickrey(&directory, &["vary", "a.mech", "--set", "seller=uniform(0, 2)", "-o", "out"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
    let questions = read(&directory, "out/questions.md");
    assert!(questions.contains("Compute `payment(vcg, buyer)`."), "{questions}");
    let identity = "True or false: `payoff(vcg, buyer) = value(vcg, buyer) - payment(vcg, buyer)`?";
    assert!(questions.contains(identity), "{questions}");
    assert_eq!(questions.matches("Compute `E welfare(trade)`.").count(), 1, "{questions}");
    // The integral of (v - c)/2 over c <= v is v^2/4, and that of v^2/4 is 1/12.
    let key = read(&directory, "out/key.md");
    assert!(key.contains("\\frac{1}{12}$ (gains)") && !key.contains("(again)"), "{key}");
    let story = key.lines().find(|line| line.contains("(balanced)")).unwrap();
    assert!(story.contains("False: the buyer gains ") && story.contains(" (truthful "), "{story}");
    assert!(!story.contains("nearby"), "{story}");
}

#[test]
fn finitely_many_types_and_priors_that_fit_no_other_type_space_are_drawn() {
    let finite = "setting trade {
  agent buyer with type v ~ uniform {1, 3}
  agent seller with type c ~ finite {0: 1/2, 2: 1/2}
  outcome x in {0, 1}
  value buyer = v*x
  value seller = -c*x
  ties x = 1
}

claim table: value(pivot(trade), buyer) = table v, c { 1: 1, 0; 3: 3, 3 }
claim gains: E welfare(trade) = 5/4
";
    // The rule fits types from 0 to 1 alone.
    let narrow = "setting sale {
  agent buyer with type t ~ uniform(0, 1)
  outcome x in [0, 1]
  value buyer = t*x
}

rule some on sale: x = t

claim mean: E value(some, buyer) = 1/3
";
    let directory = folder(&[("a.mech", finite), ("b.mech", narrow)]);
    for seed in ["1", "2", "3", "4"] {
        let run = vickrey(&directory, &["vary", "a.mech", "--seed", seed, "-o", "a"]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
        assert!(
            run.out.contains("trade.buyer: finite {1: ") && run.out.contains("2 questions"),
            "{}",
            run.out
        );
        let run = vickrey(&directory, &["vary", "b.mech", "--seed", seed, "-o", "b"]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
        assert!(run.out.contains("on [0, 1]"), "{}", run.out);
    }
}

#[test]
fn what_cannot_be_varied_is_an_error_that_says_what_can() {
    let directory = folder(&[("a.mech", TRADE)]);
    for (set, said) in [
        ("broker=uniform(0, 1)", "nothing in the file is called `broker`"),
        ("seller=normal(0, 1)", "`normal(0, 1)` is neither a prior nor a number"),
        ("seller=uniform(1, 0)", "error["),
        ("seller", "`seller` sets nothing"),
        ("seller=uniform(1, 0) | uniform(2, 1)", "no admissible instance was found"),
    ] {
        let run = vickrey(&directory, &["vary", "a.mech", "--set", set, "-o", "out"]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{set}");
        assert!(run.err.contains(said), "{set}: {}", run.err);
    }
    put(&directory, "taken", "a file");
    let run = vickrey(&directory, &["vary", "a.mech", "--set", "seller=uniform(0, 2)", "-o", "taken/out"]);
    assert!(run.code == 2 && run.err.contains("cannot write to `taken/out`"), "{}", run.err);
}

#[test]
fn an_exercise_hides_answers_and_grades_them_in_any_form() {
    let directory = folder(&[("a.mech", TRADE)]);
    let run = vickrey(&directory, &["exercise", "a.mech", "-o", "blank.mech"]);
    assert_eq!((run.code, run.out.as_str()), (0, "blank.mech: 2 to fill in\n"));
    let blank = read(&directory, "blank.mech");
    assert!(blank.contains("claim gains: E welfare(trade) = todo") && !blank.contains("1/6"), "{blank}");
    assert!(!blank.contains("DSIC"), "{blank}");
    put(&directory, "some.mech", blank.replace("buyer) = todo", "buyer) = v*(v/2)"));
    let run = vickrey(&directory, &["exercise", "a.mech", "--grade", "some.mech"]);
    assert_eq!(run.code, 1);
    assert_eq!(
        run.out,
        "right   payment, line 13: interim payment(vcg, buyer) = v*(v/2)
missing gains, line 14: E welfare(trade)
1 of 2 right
"
    );
    put(&directory, "wrong.mech", blank.replace("buyer) = todo", "buyer) = v/2"));
    let run = vickrey(&directory, &["exercise", "a.mech", "--grade", "wrong.mech", "--hints", "3"]);
    assert!(run.out.contains("wrong   payment, line 13: interim payment(vcg, buyer) = v/2\n          at v = 1/2: 1/8 is not equal to 1/4"), "{}", run.out);
    for hint in [
        "hint, rule: the interim quantity is the average over the types of the others; `vcg` is `pivot(trade)`; `pivot` is \
         the efficient outcome, where each pays what the others lose by its presence",
        "hint, acts on: integral(c, c from 0 to v): integrate over c from 0 to v",
        "hint, result: v^2/2",
        "hint, result: 1/6",
    ] {
        assert!(run.out.contains(hint), "{hint}: {}", run.out);
    }
    let all = blank.replace("buyer) = todo", "buyer) = v^2/2").replace("= todo", "= 2/12");
    put(&directory, "all.mech", &all);
    assert_eq!(vickrey(&directory, &["exercise", "a.mech", "--grade", "all.mech"]).code, 0);
    // The file itself has all answers.
    let run = vickrey(&directory, &["exercise", "a.mech", "--grade", "a.mech"]);
    assert!(run.code == 0 && run.out.ends_with("2 of 2 right\n"), "{}", run.out);
}

#[test]
fn an_answer_has_to_be_worked_out() {
    let directory = folder(&[("a.mech", TRADE)]);
    let blank = vickrey(&directory, &["exercise", "a.mech"]).out;
    put(
        &directory,
        "lazy.mech",
        blank.replace("E welfare(trade) = todo", "E welfare(trade) = E welfare(trade)"),
    );
    let run = vickrey(&directory, &["exercise", "a.mech", "--grade", "lazy.mech"]);
    assert!(run.code == 1 && run.out.contains("`E` is a quantity of the file"), "{}", run.out);
    put(&directory, "typo.mech", blank.replace("E welfare(trade) = todo", "E welfare(trade) = w"));
    let run = vickrey(&directory, &["exercise", "a.mech", "--grade", "typo.mech"]);
    assert!(run.code == 1 && run.out.contains("wrong   gains"), "{}", run.out);
    put(&directory, "broken.mech", "claim (");
    assert_eq!(vickrey(&directory, &["exercise", "a.mech", "--grade", "broken.mech"]).code, 2);
}

const INTERCHANGE: &str = "derivation interchange {
  given number V
  given V > 0
  given F: cdf on [0, V] with positive density f
  given function X
  integral(f(v)*integral(X(y), y from 0 to v), v from 0 to V)
    = integral(X(y), y from 0 to V) - integral(F(y)*X(y), y from 0 to V) by interchange
    = integral((1 - F(y))*X(y), y from 0 to V) by linearity
    = integral((1 - F(y))/f(y)*X(y)*f(y), y from 0 to V) by density
}
";

#[test]
fn steps_of_derivations_are_hidden_and_graded_one_by_one() {
    let directory = folder(&[("a.mech", INTERCHANGE)]);
    let blank = vickrey(&directory, &["exercise", "a.mech"]).out;
    // The last line is what is to be shown.
    assert_eq!(blank.matches("= todo by").count(), 2, "{blank}");
    assert!(blank.contains("*f(y), y from 0 to V) by density"), "{blank}");
    let fill = |first: &str, second: &str| {
        blank.replacen("= todo by", &format!("= {first} by"), 1).replacen(
            "= todo by",
            &format!("= {second} by"),
            1,
        )
    };
    let grade = |text: String| {
        put(&directory, "filled.mech", text);
        vickrey(&directory, &["exercise", "a.mech", "--grade", "filled.mech"])
    };
    // Another form of both lines.
    let run =
        grade(fill("integral(X(y) - X(y)*F(y), y from 0 to V)", "integral(X(y)*(1 - F(y)), y from 0 to V)"));
    assert_eq!(run.code, 0, "{}", run.out);
    // A slip in the first line, and a second line that follows from it.
    let slip = "integral(X(y), y from 0 to V) + integral(F(y)*X(y), y from 0 to V)";
    let run = grade(fill(slip, "integral((1 + F(y))*X(y), y from 0 to V)"));
    assert_eq!(run.code, 1);
    let marks: Vec<&str> =
        run.out.lines().filter(|l| !l.starts_with(' ')).map(|l| l.split(' ').next().unwrap()).collect();
    assert_eq!(marks, ["wrong", "follows", "0"], "{}", run.out);
    // The integral of v over [0, 1] is 1/2; 1 + F integrates to 3/2.
    let story =
        "it is false: for V = 1, X(y) = 1 and f(y) = 1, the left side is 1/2 and the right side is 3/2";
    assert!(run.out.contains(story), "{}", run.out);
    assert!(run.out.ends_with("0 of 2 right, and 1 with credit, from an earlier slip\n"), "{}", run.out);
    // A slip, and a second line that is right all the same.
    let run = grade(fill(slip, "integral((1 - F(y))*X(y), y from 0 to V)"));
    assert!(run.out.contains("it follows from what stands above the slip"), "{}", run.out);
    assert!(run.out.ends_with("1 of 2 right\n"), "{}", run.out);
    // Nothing is said by saying the same again; what is changed elsewhere does not count.
    let same = "integral(f(v)*integral(X(y), y from 0 to v), v from 0 to V)";
    let run = grade(fill(same, "todo").replace("given V > 0", "given V = 0"));
    assert!(
        run.out.contains("it says the same as the line above") && run.out.contains("missing interchange"),
        "{}",
        run.out
    );
    // Nor by another name, or zero that is added.
    let renamed = "integral(f(s)*integral(X(z), z from 0 to s), s from 0 to V)";
    let run = grade(fill(renamed, &format!("{same} + 0")));
    assert_eq!(run.out.matches("it says the same as the line above").count(), 2, "{}", run.out);
    let run = grade(fill("integral(Z(y), y from 0 to V)", "todo"));
    assert!(run.out.contains("wrong   interchange") && run.out.contains("unknown"), "{}", run.out);
    put(&directory, "blank.mech", &blank);
    let run = vickrey(&directory, &["exercise", "a.mech", "--grade", "blank.mech", "--hints", "3"]);
    for hint in [
        "hint, rule: interchange: change the order of integration",
        "hint, acts on: integral(f(v)*integral(X(y), y from 0 to v), v from 0 to V)",
        "hint, result: integral((1 - F(y))*X(y), y from 0 to V)",
    ] {
        assert!(run.out.contains(hint), "{hint}: {}", run.out);
    }
}

#[test]
fn what_is_missing_above_is_not_told() {
    let directory = folder(&[("a.mech", INTERCHANGE)]);
    let blank = vickrey(&directory, &["exercise", "a.mech", "-o", "blank.mech"]);
    assert_eq!(blank.code, 0);
    // The answer to the first blank is the left side of the second.
    let run = vickrey(&directory, &["exercise", "a.mech", "--grade", "blank.mech", "--hints", "2"]);
    assert!(run.out.contains("missing interchange, line 9: …\n"), "{}", run.out);
    assert!(!run.out.contains("integral(F(y)*X(y), y from 0 to V)"), "{}", run.out);
    assert!(run.out.contains("hint, acts on: the line above, which is to be found first"), "{}", run.out);
}

const TRANSFER: &str = "derivation revenue {
  given functions X, T
  let U(s) = s*X(s) + T(s)
  given area: U(v) = U(0) + integral(X(y), y from 0 to v) for all v in [0, 1]
  step transfer for all v in [0, 1]: T(v) = U(0) - v*X(v) + integral(X(y), y from 0 to v) by area
  step received: integral(T(v), v from 0 to 1)
    = integral(U(0) - v*X(v) + integral(X(y), y from 0 to v), v from 0 to 1) by transfer
    = U(0) - integral(v*X(v), v from 0 to 1) + integral((1 - v)*X(v), v from 0 to 1) by parts
    = U(0) - integral((2*v - 1)*X(v), v from 0 to 1) by linearity
}
";

#[test]
fn credit_is_given_across_steps_and_for_lines_that_are_true() {
    let directory = folder(&[("a.mech", TRANSFER)]);
    let blank = vickrey(&directory, &["exercise", "a.mech"]).out;
    let marks = |answers: [&str; 3]| {
        let text =
            answers.iter().fold(blank.clone(), |text, a| text.replacen("= todo", &format!("= {a}"), 1));
        put(&directory, "filled.mech", text);
        let out = vickrey(&directory, &["exercise", "a.mech", "--grade", "filled.mech"]).out;
        let marks =
            out.lines().filter(|l| !l.starts_with(' ')).map(|l| l.split(' ').next().unwrap().to_owned());
        (marks.take(3).collect::<Vec<String>>(), out.clone())
    };
    // The area is forgotten, and everything below follows from that.
    let (found, out) = marks([
        "U(0) - v*X(v)",
        "integral(U(0) - v*X(v), v from 0 to 1)",
        "U(0) - integral(v*X(v), v from 0 to 1)",
    ]);
    assert_eq!(found, ["wrong", "follows", "follows"], "{out}");
    // The same answers, with the first of them right: they do not follow from it.
    let (found, out) = marks([
        "U(0) - v*X(v) + integral(X(y), y from 0 to v)",
        "integral(U(0) - v*X(v), v from 0 to 1)",
        "U(0) - integral(v*X(v), v from 0 to 1)",
    ]);
    assert_eq!(found, ["right", "wrong", "follows"], "{out}");
    // A jump to the end: true, and not by the reason of the line.
    let (found, out) = marks([
        "U(0) - v*X(v) + integral(X(y), y from 0 to v)",
        "U(0) + integral((1 - 2*v)*X(v), v from 0 to 1)",
        "todo",
    ]);
    assert_eq!(found, ["right", "true", "missing"], "{out}");
    assert!(
        out.contains("steps are left out") && out.ends_with("1 of 3 right, and 1 true for another reason\n"),
        "{out}"
    );
}

#[test]
fn a_number_that_follows_from_a_wrong_one_has_credit() {
    let text = format!(
        "{TRADE}claim pays: E payment(vcg, buyer) = 1/6\nclaim twice: E payment(vcg, buyer) + 1 = 7/6\n"
    );
    let directory = folder(&[("a.mech", &text)]);
    let blank = vickrey(&directory, &["exercise", "a.mech"]).out;
    let fill = |answers: [&str; 4]| {
        let text =
            answers.iter().fold(blank.clone(), |text, a| text.replacen("= todo", &format!("= {a}"), 1));
        put(&directory, "filled.mech", text);
        vickrey(&directory, &["exercise", "a.mech", "--grade", "filled.mech"]).out
    };
    // v^2 has the mean 1/3.
    let out = fill(["v^2", "1/6", "1/3", "4/3"]);
    assert!(
        out.contains("follows pays")
            && out.ends_with("1 of 4 right, and 2 with credit, from an earlier slip\n"),
        "{out}"
    );
    let out = fill(["v^2", "1/6", "1/4", "4/3"]);
    assert!(out.contains("wrong   pays") && out.contains("wrong   twice"), "{out}");
}

#[test]
fn reasons_of_derivations_are_hidden_and_any_that_works_is_right() {
    let directory = folder(&[("a.mech", INTERCHANGE)]);
    let blank = vickrey(&directory, &["exercise", "a.mech", "--hide", "reasons", "-o", "blank.mech"]);
    assert_eq!(blank.out, "blank.mech: 3 to fill in\n");
    let blank = read(&directory, "blank.mech");
    let fill = |reasons: [&str; 3]| {
        reasons.iter().fold(blank.clone(), |text, r| text.replacen("by todo", &format!("by {r}"), 1))
    };
    put(&directory, "filled.mech", fill(["parts", "algebra", "todo"]));
    let grade = ["exercise", "a.mech", "--hide", "reasons", "--grade", "filled.mech"];
    let run = vickrey(&directory, &grade);
    assert!(run.out.contains("2 of 3 right") && run.out.contains("missing interchange"), "{}", run.out);
    put(&directory, "filled.mech", fill(["linearity", "magic", "density"]));
    let run = vickrey(&directory, &grade);
    assert!(run.out.contains("it does not follow by linearity"), "{}", run.out);
    // The rule is what is asked for, and not told.
    assert!(!run.out.contains("it follows by"), "{}", run.out);
    assert!(run.out.contains("unknown name `magic`: there are the rules `given`, "), "{}", run.out);
    assert!(run.out.ends_with("1 of 3 right\n"), "{}", run.out);
}

#[test]
fn a_variant_may_fix_a_parameter() {
    let text = "parameter p in [0, 1]

setting sale {
  agent buyer with type v ~ uniform(0, 1)
  one good, kept by the seller if nobody gets it
  ties to buyer
}

claim revenue: E surplus(posted_price(sale, p)) = p*(1 - p)
claim best: E surplus(posted_price(sale, p)) <= 1/4
claim fixed at p = 1/3: E surplus(posted_price(sale, p)) = 2/9
claim falls: E welfare(posted_price(sale, p)) is nonincreasing in p
";
    let directory = folder(&[("a.mech", text)]);
    let run = vickrey(&directory, &["vary", "a.mech", "--set", "p=1/4", "-o", "out"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
    let variant = read(&directory, "out/variant.mech");
    assert!(variant.contains("revenue at p = 1/4: E surplus(posted_price(sale, p)) = 3/16"), "{variant}");
    assert!(variant.contains("fixed at p = 1/4: E surplus(posted_price(sale, p)) = 3/16"), "{variant}");
    assert!(!variant.contains("falls"), "{variant}");
    let questions = read(&directory, "out/questions.md");
    assert!(questions.contains("For `p = 1/4`: Compute `E surplus(posted_price(sale, p))`."), "{questions}");
    let run = vickrey(&directory, &["vary", "a.mech", "--set", "p=2", "-o", "out"]);
    assert!(run.code == 2 && run.err.contains("2 is not in the range of `p`"), "{}", run.err);
}

#[test]
fn what_is_no_prior_is_said_to_be_none() {
    let directory = folder(&[("a.mech", TRADE)]);
    for (set, said) in [
        ("buyer=foo", "`foo` is no prior, and `buyer` is an agent without a share"),
        ("trade.buyer=3", "`3` is no prior, and `trade.buyer` is an agent without a share"),
        ("byer=uniform(0, 2)", "nothing in the file is called `byer`"),
        ("buyer=uniform(1, 0)", "the interval from 1 to 0 is empty"),
    ] {
        let run = vickrey(&directory, &["vary", "a.mech", "--set", set, "-o", "out"]);
        assert!(run.code == 2 && run.err.contains(said), "{set}: {}", run.err);
    }
}
