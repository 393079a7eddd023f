//! Integrals inside of each other that depend on one linear form of what is outside: each number was found by other means,
//! as the distribution of a sum.

use vickrey::pipeline::{self, Detail};

/// Checks that all statements are as stated.
#[track_caller]
fn as_stated(text: &str) {
    let outcome = pipeline::check("layers.mech", text, Detail::Verdicts);
    let report = outcome.report.unwrap_or_else(|| panic!("{text}"));
    let wrong: Vec<_> = report.statements.iter().filter(|s| !s.as_stated).map(|s| &s.name).collect();
    assert!(wrong.is_empty(), "{text}\n{wrong:?}");
}

/// Iterated integrals of a term in `a`, `b`, … over unit intervals.
fn over_units(names: &[&str], e: &str) -> String {
    names.iter().fold(e.to_owned(), |e, name| format!("integral({e}, {name} from 0 to 1)"))
}

#[test]
fn sums_of_many() {
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    // Sums of seven: by symmetry, and by the volume of a simplex.
    let half = over_units(&names, "[a + b + c + d + e + f + g >= 7/2]");
    let corner = over_units(&names, "[a + b + c + d + e + f + g <= 1]");
    as_stated(&format!(
        "claim half: {half} = 1/2\nclaim corner: {corner} = 1/5040\nrefuted wrong: {corner} = 1/5041"
    ));
}

#[test]
fn weights_signs_and_other_limits() {
    let names = ["a", "b", "c", "d"];
    // A simplex in the cube; a symmetric sum, with and without a factor; a simplex without the parts beyond two limits.
    let weighted = over_units(&names, "[a + 2*b + c + 4*d <= 1]");
    let signs = over_units(&names, "[a - b + c - d >= 0]");
    let both = over_units(&names, "[a - b + c - d >= 0]*a*b");
    let longer = "integral(integral(integral(integral([a + b + c + d <= 2], a from 0 to 2), b from 0 to 1), c from 0 to 3), d from 0 to 1)";
    as_stated(&format!(
        "claim weighted: {weighted} = 1/192\nclaim signs: {signs} = 1/2\nclaim moment: {both} = 1/8\nclaim longer: {longer} = 7/12\n"
    ));
}

#[test]
fn a_form_with_a_parameter_has_pieces() {
    let names = ["a", "b", "c", "d"];
    let chance = over_units(&names, "[a + b + c + d >= 4 - s]");
    as_stated(&format!(
        "parameter s in [0, 2]\nclaim c: {chance} = cases {{ s^4/24 if s <= 1; s^4/24 - (s - 1)^4/6 otherwise }}\n\
         claim at-most: {chance} <= 1/2\nrefuted less: {chance} < 1/2\nrefuted d: {chance} = s^4/24"
    ));
}

#[test]
fn two_forms_are_not_one() {
    let names = ["a", "b", "c", "d"];
    // The two conditions are about different types: a product.
    let two = over_units(&names, "[a + b >= 1]*[c + d >= 1]");
    // Two half-spaces that cross.
    let crossing = over_units(&names, "[a + b >= c + d]*[a + c >= b + d]");
    as_stated(&format!("claim two: {two} = 1/4\nclaim between: 1/10 < {crossing} < 9/10"));
}

#[test]
fn eight_who_decide_and_what_one_of_them_pays() {
    as_stated(
        "setting project {
           agents i in 1..8 with type v[i] ~ uniform(0, 1)
           outcome x in {0, 1}
           value i = (v[i] - 1/2)*x
           ties x = 1
         }
         claim half: E probability(pivot(project), 1) = 1/2
         claim pays: E payment(pivot(project), 1) = 66661/3317760
         refuted pays-less: E payment(pivot(project), 1) <= 66660/3317760",
    );
}

#[test]
fn different_priors() {
    // Two pieces in the type, and the same from a distribution of the others' sum.
    let agents: Vec<String> = (1..5)
        .map(|j| format!("agent a{j} with type t{j} ~ pdf (1 + {j}*y)/(1 + {j}/2) on [0, 1]"))
        .collect();
    let values: Vec<String> = (0..5).map(|j| format!("value a{j} = (t{j} - 1/2)*x")).collect();
    as_stated(&format!(
        "setting project {{
           agent a0 with type t0 ~ uniform(0, 1)
           {}
           outcome x in {{0, 1}}
           {}
           ties x = 1
         }}
         claim chance: E probability(pivot(project), 1) = 5919971/8294400
         refuted rounded: E probability(pivot(project), 1) = 7137/10000",
        agents.join("\n"),
        values.join("\n"),
    ));
}
