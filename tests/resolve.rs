//! Resolution: what names come to mean, and which inputs are refused before anything is proved.

use std::fs;
use std::path::Path;

use vickrey::exact::Rational;
use vickrey::kernel::{Expr, Formula, Name, Statement};
use vickrey::lang::{self, Goal, Obligation, ResolvedFile, ResolvedStatement};
use vickrey::model::{Claim, Comparison, Mechanism, Role};
use vickrey::pipeline;

use crate::evaluate::{Point, Written, polynomial};

const TRADE: &str = "
setting trade {
  agent buyer with type v ~ uniform(0, 1)
  agent seller with type c ~ uniform(0, 1)
  outcome x in {0, 1}
  value buyer = v*x
  value seller = -c*x
  ties x = 1
}
mechanism vcg = pivot(trade)
";

const SALE: &str = "
setting sale {
  agents i in 1..2 with type x[i] ~ uniform(0, 1)
  one good, kept by the seller if nobody gets it
  ties to the lowest index
}
mechanism first = first_price(sale)
strategy shade on first: bid(b) = b/2
";

const OPEN: &str = "
parameter r in [0, 1]
setting partnership {
  agents i in 1..2 with type v[i] ~ uniform(0, 1)
  one good
  share 1 = r
  share 2 = 1 - r
}
mechanism vcg = pivot(partnership)
";

fn number(text: &str) -> Rational {
    text.parse::<Expr>().unwrap().as_number().unwrap()
}

fn read(parts: &[&str]) -> ResolvedFile {
    let text = parts.concat();
    let file = lang::parse(&text).unwrap_or_else(|d| panic!("{text}: {d:?}"));
    lang::resolve(&file, lang::Ironing::default()).unwrap_or_else(|d| panic!("{text}: {d:?}"))
}

/// The one statement of a file.
fn statement(parts: &[&str]) -> ResolvedStatement {
    let mut statements = read(parts).statements;
    assert_eq!(statements.len(), 1);
    statements.remove(0)
}

/// The claims of a statement, without the named quantities.
fn claims(statement: &ResolvedStatement) -> Vec<Claim> {
    let goals = statement.variants.iter().flatten();
    let universal = goals.filter_map(|goal| match goal {
        Goal::Universal(claim) => Some(claim.unfolded()),
        _ => None,
    });
    universal.collect()
}

fn claim(statement: &ResolvedStatement) -> Claim {
    let [only] = &claims(statement)[..] else { panic!("{} claims", claims(statement).len()) };
    only.clone()
}

/// The complaints about a file, from resolution or from an obligation that fails.
fn codes(parts: &[&str]) -> Vec<&'static str> {
    pipeline::check("test.mech", &parts.concat(), pipeline::Detail::Verdicts)
        .diagnostics
        .iter()
        .map(|d| d.code)
        .collect()
}

fn messages(parts: &[&str]) -> String {
    let outcome = pipeline::check("test.mech", &parts.concat(), pipeline::Detail::Verdicts);
    outcome.diagnostics.iter().map(|d| format!("{} | {} | {:?}\n", d.message, d.label, d.help)).collect()
}

fn at(values: &[(&str, &str)]) -> Point {
    values.iter().map(|(name, value)| ((*name).to_owned(), number(value))).collect()
}

fn value(e: &Expr, point: &Point) -> Rational {
    Written::of(e, 0).expect("an integral that is not opaque").value(point, polynomial)
}

fn definition<'a>(statement: &'a ResolvedStatement, name: &str) -> &'a Expr {
    let found = statement.definitions.iter().find(|(n, _)| n == name);
    &found.unwrap_or_else(|| panic!("no {name} among {:?}", statement.definitions)).1
}

/// Names that are free in a formula.
fn free_names(formula: &Formula, bound: &mut Vec<Name>, out: &mut Vec<Name>) {
    match formula {
        Formula::Compare(_, e) => {
            out.extend(e.free_names().into_iter().filter(|n| !bound.contains(n)));
        }
        Formula::And(parts) | Formula::Or(parts) => parts.iter().for_each(|p| free_names(p, bound, out)),
        Formula::Implies(a, b) => [a, b].into_iter().for_each(|p| free_names(p, bound, out)),
        Formula::ForAll(x, body) | Formula::Exists(x, body) => {
            bound.push(x.clone());
            free_names(body, bound, out);
            bound.pop();
        }
        Formula::SomeFunctions(fs, body) | Formula::NoFunctions(fs, body) => {
            let before = bound.len();
            bound.extend(fs.iter().map(|f| f.name.clone()));
            free_names(body, bound, out);
            bound.truncate(before);
        }
    }
}

fn assert_closed(formula: &Formula, what: &str) {
    let mut out = Vec::new();
    free_names(formula, &mut Vec::new(), &mut out);
    assert!(out.is_empty(), "{what}: {out:?} in {formula}");
}

fn assert_stated(statement: &Statement, what: &str) {
    assert_closed(statement.clone().meaning().unwrap().formula(), what);
}

fn assert_file_is_closed(file: &ResolvedFile) {
    let obligation = |o: &Obligation| assert_stated(&o.claim.statement(), o.diagnostic.code);
    file.obligations.iter().for_each(obligation);
    for s in &file.statements {
        s.obligations.iter().for_each(obligation);
        for goal in s.variants.iter().flatten() {
            match goal {
                Goal::Universal(claim) => {
                    assert_stated(&claim.statement(), &s.name);
                    assert_stated(&claim.denial(), &s.name);
                    let meaning = claim.statement().meaning().unwrap();
                    assert_eq!(*meaning.formula(), claim.unfolded().formula());
                }
                Goal::Existence(existence) => assert_closed(&existence.formula(), &s.name),
                Goal::System(system) => {
                    assert_closed(&system.formula(), &s.name);
                    assert_closed(&system.opposite().formula(), &s.name);
                }
                Goal::Tables(tables) => {
                    assert_closed(&tables.formula(), &s.name);
                    assert_closed(&tables.formula().negated(), &s.name);
                }
                Goal::Piece(piece) => {
                    assert_stated(&piece.statement(), &s.name);
                    assert_stated(&piece.denial(), &s.name);
                }
                Goal::Derivation(derivation) => {
                    // A theorem holds for all functions; its numbers are quantified over.
                    let statement = derivation.statement();
                    let mut out = Vec::new();
                    free_names(statement.meaning().unwrap().formula(), &mut Vec::new(), &mut out);
                    let formula = derivation.statement().formula;
                    out.retain(|name| formula.mentions_variable(name));
                    assert!(out.is_empty(), "{}: {out:?}", s.name);
                }
                Goal::Solve { .. } => panic!("{}: no answer", s.name),
                Goal::Unread => panic!("{}: too much work", s.name),
            }
        }
        if let Some(printed) = &s.printed {
            for claim in &printed.claims {
                assert_stated(&claim.statement(), &s.name);
            }
        }
    }
}

fn theorem_files(folder: &Path, out: &mut Vec<String>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            theorem_files(&path, out);
        } else if path.extension().is_some_and(|e| e == "mech") {
            out.push(fs::read_to_string(path).unwrap());
        }
    }
}

// ---- denotations ----

#[test]
fn the_pivot_payment_is_what_the_others_lose() {
    let s = statement(&[TRADE, "claim a: payment(vcg, buyer) + payment(vcg, seller) >= 0"]);
    for (v, c, buyer, seller) in [
        ("3/4", "1/4", "1/4", "0"),
        ("1/4", "3/4", "0", "1/4"),
        ("1/2", "1/2", "1/2", "0"), // the tie goes to trade
        ("0", "0", "0", "0"),
    ] {
        let point = at(&[("v", v), ("c", c)]);
        assert_eq!(value(definition(&s, "payment(vcg, buyer)"), &point), number(buyer), "{v} {c}");
        assert_eq!(value(definition(&s, "payment(vcg, seller)"), &point), number(seller), "{v} {c}");
    }
}

#[test]
fn the_expected_payments_of_krishnas_mechanisms_are_those_of_the_text() {
    // At the lowest type of the buyer there is no trade, at the seller's lowest there always is.
    let s = statement(&[
        TRADE,
        "mechanism low = vcg_lowest_type(trade)\nmechanism agv = AGV(trade)\n",
        "claim a: payment(low, buyer) + payment(agv, buyer) + payment(low, seller) = 0",
    ]);
    let point = at(&[("v", "3/4"), ("c", "1/4")]);
    assert_eq!(value(definition(&s, "payment(low, buyer)"), &point), number("1/4"));
    assert_eq!(value(definition(&s, "payment(low, seller)"), &point), number("0"));
    // E_v[v; v >= c] - E_c[-c; c <= v] = (1 - c^2)/2 + v^2/2, less nothing else.
    assert_eq!(value(definition(&s, "payment(agv, buyer)"), &point), number("3/4"));
}

#[test]
fn the_second_price_is_the_highest_of_the_others_and_the_reserve() {
    let s = statement(&[
        SALE,
        "mechanism plain = second_price(sale)\nmechanism held = second_price(sale, 1/2)\n",
        "claim a: payment(plain, 1) + allocation(held, 1) <= payment(held, 1)",
    ]);
    for (x, y, plain, held, gets) in [
        ("3/4", "1/4", "1/4", "1/2", "1"),
        ("3/4", "2/3", "2/3", "2/3", "1"),
        ("1/3", "1/4", "1/4", "0", "0"),
        ("1/2", "1/2", "1/2", "1/2", "1"),
        ("1/4", "3/4", "0", "0", "0"),
    ] {
        let point = at(&[("x_1", x), ("x_2", y)]);
        assert_eq!(value(definition(&s, "payment(plain, 1)"), &point), number(plain), "{x} {y}");
        assert_eq!(value(definition(&s, "payment(held, 1)"), &point), number(held), "{x} {y}");
        assert_eq!(value(definition(&s, "allocation(held, 1)"), &point), number(gets), "{x} {y}");
    }
}

#[test]
fn the_optimal_payment_is_the_lowest_type_that_would_still_win() {
    let s = statement(&[SALE, "mechanism best = myerson(sale)\nclaim a: payment(best, 1) >= 0"]);
    for (x, y, paid) in [("3/4", "1/4", "1/2"), ("3/4", "2/3", "2/3"), ("1/3", "1/4", "0"), ("1/4", "1", "0")]
    {
        let point = at(&[("x_1", x), ("x_2", y)]);
        assert_eq!(value(definition(&s, "payment(best, 1)"), &point), number(paid), "{x} {y}");
    }
}

#[test]
fn a_strategy_replaces_reports_and_leaves_types() {
    let s = statement(&[SALE, "claim a: payment(first under shade, 1) = payoff(first under shade, 1)"]);
    let point = at(&[("x_1", "3/4"), ("x_2", "1/4")]);
    assert_eq!(value(definition(&s, "payment(first under shade, 1)"), &point), number("3/8"));
    assert_eq!(value(definition(&s, "payoff(first under shade, 1)"), &point), number("3/8"));
}

#[test]
fn cases_take_the_first_branch_that_holds() {
    let body = "cases { v if v >= 1/2; c if v >= 1/4; -1 otherwise }";
    let s = statement(&[TRADE, "claim a: payment(vcg, buyer) <= ", body]);
    let claim = claim(&s);
    let right = &claim.conjuncts[0].right;
    for (v, wanted) in [("3/4", "3/4"), ("1/2", "1/2"), ("1/3", "1/5"), ("0", "-1")] {
        assert_eq!(value(right, &at(&[("v", v), ("c", "1/5")])), number(wanted), "{v}");
    }
}

#[test]
fn an_expectation_reads_no_type_from_outside() {
    let s = statement(&[TRADE, "claim a: E (v*payment(vcg, buyer)) = integral(y^3/2, y from 0 to 1)"]);
    let claim = claim(&s);
    assert!(claim.conjuncts[0].variables.is_empty());
    assert_eq!(value(&claim.conjuncts[0].left, &at(&[])), number("1/8"));
    assert_eq!(value(&claim.conjuncts[0].right, &at(&[])), number("1/8"));
    assert_eq!(s.rests_on, ["independent types"]);
}

// ---- what statements unfold to ----

#[test]
fn dominant_strategies_are_one_comparison_an_agent() {
    let s = statement(&[TRADE, "claim a: vcg is DSIC"]);
    let conjuncts = claim(&s).conjuncts;
    assert_eq!(conjuncts.len(), 2);
    for (conjunct, agent) in conjuncts.iter().zip(["buyer", "seller"]) {
        assert!(matches!(&conjunct.role, Role::Deviation { agent: a, .. } if a == agent));
        assert_eq!(conjunct.relation, Comparison::AtLeast);
        assert_eq!(conjunct.variables.len(), 3);
    }
    // A buyer of 1/4 who reports 3/4 against a cost of 1/2 pays 1/2 for what is worth 1/4.
    let point = at(&[("v", "1/4"), ("c", "1/2"), ("v'", "3/4")]);
    assert_eq!(value(&conjuncts[0].left, &point), number("0"));
    assert_eq!(value(&conjuncts[0].right, &point), number("-1/4"));
}

#[test]
fn an_equilibrium_compares_the_strategys_report_with_every_other() {
    let s = statement(&[SALE, "claim a: shade is a Bayes-Nash equilibrium of first"]);
    let conjunct = &claim(&s).conjuncts[0].clone();
    // Against a half of a uniform value a bid of b wins with probability 2b.
    let point = at(&[("x_1", "3/4"), ("x_1'", "1/4")]);
    assert_eq!(value(&conjunct.left, &point), number("9/32"));
    assert_eq!(value(&conjunct.right, &point), number("1/4"));
}

#[test]
fn an_index_that_is_not_bound_stands_for_every_agent() {
    let s = statement(&[SALE, "claim a: interim payment(first, i) = x[i]^2"]);
    assert_eq!(claims(&s).len(), 2);
    let names = |c: &Claim| c.conjuncts[0].variables.iter().map(|b| b.name.to_string()).collect::<Vec<_>>();
    assert_eq!(claims(&s).iter().map(names).collect::<Vec<_>>(), [["x_1"], ["x_2"]]);
    assert_eq!(codes(&[TRADE, "claim a: payment(vcg, i) >= 0"]), ["not-an-agent"]);
}

#[test]
fn ties_that_are_left_open_give_one_variant_an_order_where_they_matter() {
    assert_eq!(statement(&[OPEN, "claim a: payment(vcg, 1) = 0"]).variants.len(), 2);
    assert_eq!(statement(&[OPEN, "claim a: r*v[1] >= 0"]).variants.len(), 1);
    let question = "no mechanism on partnership is efficient, BIC, interim IR and budget balanced";
    assert_eq!(statement(&[OPEN, "claim a at r = 1: ", question]).variants.len(), 1);
}

#[test]
fn two_settings_with_open_ties_are_tried_in_all_combinations() {
    let second =
        OPEN.replace("parameter r in [0, 1]", "").replace("partnership", "other").replace("vcg", "its");
    let s = statement(&[OPEN, &second, "claim a: payment(vcg, 1) = payment(its, 1)"]);
    assert_eq!(s.variants.len(), 4);
    assert_eq!(codes(&[OPEN, &second, "claim a: payment(vcg, 1) = payment(its, 1)"]), ["tie-matters"]);
}

#[test]
fn a_parameter_that_is_fixed_does_not_occur() {
    let s = statement(&[OPEN, "claim a at r = 1/3: worst_off_type(partnership, 1) = {r}"]);
    for claim in claims(&s) {
        assert!(claim.parameters.is_empty());
        assert_closed(&claim.formula(), "fixed");
    }
}

#[test]
fn a_shape_in_a_parameter_has_a_charge_for_each_point() {
    let s = statement(&[OPEN, "claim a: C(partnership, 1) is concave in r"]);
    let claim = &claims(&s)[0];
    let names: Vec<&str> = claim.parameters.iter().map(|p| &*p.name).collect();
    assert_eq!(names, ["r", "r'", "weight'0"]);
    assert_eq!(claim.charges.len(), 3);
    let mut distinct: Vec<&Name> = claim.charges.iter().flat_map(|c| [&c.name, &c.argument.name]).collect();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 6);
}

#[test]
fn a_charge_is_named_after_its_mechanism_whatever_the_characters() {
    let s = statement(&[
        TRADE,
        "mechanism pivot_trade_ = balance(vcg)\n",
        "claim a: participation_charge(pivot(trade), seller) = participation_charge(pivot_trade_, seller)",
    ]);
    let charges = claim(&s).charges;
    assert_eq!(charges.len(), 2);
    assert_ne!(charges[0].name, charges[1].name);
}

#[test]
fn the_instance_of_a_question_is_its_body_with_the_mechanism_put_in() {
    let question = "some mechanism on trade is efficient, BIC, interim IR and budget balanced";
    let s = statement(&[TRADE, "refuted a: ", question]);
    let Goal::Existence(existence) = &s.variants[0][0] else { panic!("no existence question") };
    let mechanism = Mechanism::balance(&Mechanism::pivot(&existence.setting)).unwrap();
    let types: Vec<Name> = existence.setting.agents.iter().map(|a| a.type_.name.clone()).collect();
    let bodies = mechanism.allocation.iter().chain(&mechanism.payment);
    let table =
        existence.functions.iter().zip(bodies).map(|(f, b)| (f.name.clone(), (types.clone(), b.clone())));
    let defined = existence.body().define(&table.collect()).unwrap();
    assert_eq!(existence.instance(&mechanism).formula(), defined);
}

#[test]
fn no_claim_of_the_corpus_has_a_free_name() {
    let mut files = Vec::new();
    theorem_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("theorems"), &mut files);
    assert!(!files.is_empty());
    for text in files {
        assert_file_is_closed(&read(&[&text]));
    }
}

#[test]
fn no_claim_with_ranges_that_depend_on_each_other_has_a_free_name() {
    let s = "parameter a in [0, 1]\nparameter b in [0, a]\n
        setting s {\n agent one with type t ~ uniform(b, b + 1)\n agent two with type u ~ pdf 2*y on [0, 1]\n
        outcome k in {0, 1}\n value one = t*k\n value two = u*(1 - k)\n}\nmechanism m = pivot(s)\n
        claim p: integral(1/(1 + t + y), y from 0 to u) >= 0\n
        claim q: payoff(m, two) is nondecreasing in u\n
        claim f at a = 1/2: payment(m, one) <= 2\n
        claim g at a = 1/2, b = 1/4: some mechanism on s is efficient, BIC, interim IR and no deficit\n
        claim h: E virtual_value(s, one) = b\n
        claim i: participation_charge(m, one) is nondecreasing in b\n
        mechanism n on s = {\n probability k = 1: [t >= u]\n payment one = participation_charge(m, one)/2\n payment two = 0\n}\n
        claim j: n is interim IR\n";
    assert_file_is_closed(&read(&[s]));
}

#[test]
fn almost_everywhere_is_about_types() {
    assert_eq!(codes(&[TRADE, "claim a: interim payment(vcg, buyer) = v^2/2 almost everywhere"]), [""; 0]);
    assert_eq!(codes(&[TRADE, "refuted a: payment(vcg, buyer) = c*[v > c] almost everywhere"]), [""; 0]);
    assert_eq!(codes(&[TRADE, "claim a: E payment(vcg, buyer) = 1/6 almost everywhere"]), ["wrong-stage"]);
}

// ---- refusals ----

/// A code, and a text that is refused for this reason alone.
const REFUSED: [(&str, &str, &str); 48] = [
    ("unknown-name", TRADE, "claim a: payment(vgc, buyer) = 0"),
    ("unknown-name", TRADE, "claim a: payment(vcg, buyer) = w"),
    ("unknown-name", TRADE, "claim a: pavment(vcg, buyer) = 0"),
    ("unknown-name", TRADE, "claim a: vcg is DSIC\nmechanism m = pivots(trade)"),
    ("not-an-agent", TRADE, "claim a: payment(vcg, byer) = 0"),
    ("not-an-agent", SALE, "claim a: payment(first, 3) = 0"),
    ("duplicate-name", TRADE, "mechanism vcg = AGV(trade)"),
    ("duplicate-name", TRADE, "claim a: v >= 0\nclaim a: c >= 0"),
    ("wrong-sort", TRADE, "mechanism m = pivot(vcg)"),
    ("wrong-sort", TRADE, "mechanism m = balance(trade)"),
    ("wrong-sort", TRADE, "claim a: vcg = 0"),
    ("wrong-sort", TRADE, "claim a: pivot(trade) = 0"),
    ("wrong-sort", TRADE, "claim a: payment(vcg, buyer) = {0}"),
    ("wrong-sort", TRADE, "mechanism m = first_price(trade)"),
    ("wrong-sort", SALE, "claim a: x >= 0"),
    ("wrong-arity", TRADE, "claim a: payment(vcg) = 0"),
    ("wrong-arity", TRADE, "claim a: surplus(vcg, buyer) = 0"),
    ("wrong-arity", TRADE, "mechanism m = pivot(trade, 1)"),
    ("wrong-stage", TRADE, "claim a: interim payment(vcg, buyer) = v^2/2 + c"),
    ("wrong-stage", TRADE, "claim a: E payment(vcg, buyer) = v^2/2"),
    ("wrong-stage", TRADE, "claim a: interim surplus(vcg) = 0"),
    ("wrong-stage", SALE, "claim a: worst_off_type(first, 1) = {x[2]}"),
    ("unused-binder", TRADE, "claim a: payment(vcg, buyer) = integral(v, y from 0 to 1)"),
    ("unused-binder", SALE, "claim a: surplus(first) = sum(x[1] for j)"),
    ("shadowing", TRADE, "claim a: payment(vcg, buyer) = integral(c, c from 0 to 1)"),
    ("shadowing", TRADE, "claim a: E integral(integral(y, y from 0 to y), y from 0 to 1) = 0"),
    ("shadowing", TRADE, "parameter v in [0, 1]"),
    ("division-by-zero", TRADE, "claim a: payment(vcg, buyer) <= 1/v"),
    ("division-by-zero", TRADE, "claim a: payment(vcg, buyer) <= integral(1/y, y from 1 to 0)"),
    ("division-by-zero", TRADE, "claim a: payment(vcg, buyer) <= 1/0"),
    ("unsupported", TRADE, "claim a: v^(1/2) >= 0"),
    ("exponent", TRADE, "claim a: 2^(-1/2) >= 0"),
    ("negative-root", TRADE, "claim a: (-2)^(1/2) >= v"),
    ("exponent", TRADE, "claim a: v^1000000000 >= 0"),
    ("exponent", TRADE, "claim a: v^c >= 0"),
    ("too-large", TRADE, "claim a: (1 + v + c)^150*(1 + v + c)^150 >= 0"),
    ("too-large", TRADE, "claim a: ((10^200)^200)^200 >= 0"),
    ("out-of-range", OPEN, "claim a at r = 2: C(partnership, 1) = 0"),
    ("out-of-range", SALE, "strategy loud on first: bid(b) = 2*b"),
    ("missing-payment", SALE, "mechanism m on sale = {\n  allocation i = [x[i] wins]\n  payment 1 = 0\n}"),
    ("missing-allocation", SALE, "mechanism m on sale = {\n  allocation 1 = 1\n  payment i = 0\n}"),
    ("allocation-range", SALE, "mechanism m on sale = {\n  allocation i = x[i] - 1/2\n  payment i = 0\n}"),
    ("allocation-sum", SALE, "mechanism m on sale = {\n  allocation i = x[i]\n  payment i = 0\n}"),
    ("cases-incomplete", TRADE, "claim a: payment(vcg, buyer) <= cases { 1 if v >= 1/2; 2 if v < 1/3 }"),
    ("printed-is-right", TRADE, "claim a: payment(vcg, buyer) = c*[v >= c] printed [c <= v]*c"),
    ("unsupported", TRADE, "claim a: vcg is efficient printed 0"),
    ("unsupported", SALE, "claim a: 1 + reserve(first, 1) = 1"),
    ("wrong-sort", OPEN, "claim a at r = 1/2: C(partnership, 1) is concave in r"),
];

#[test]
fn each_mistake_is_refused_for_its_reason() {
    for (code, context, text) in REFUSED {
        let found = codes(&[context, text]);
        assert!(!found.is_empty() && found.iter().all(|c| *c == code), "{text}: {found:?}, not {code}");
    }
}

/// A code, and a setting that is refused for this reason alone.
const SETTINGS: [(&str, &str); 19] = [
    ("missing-value", "agent a with type t ~ uniform(0, 1)\noutcome x in {0, 1}"),
    ("missing-agent", "outcome x in {0, 1}"),
    ("missing-outcome", "agent a with type t ~ uniform(0, 1)"),
    ("missing-share", "agents i in 1..2 with type t[i] ~ uniform(0, 1)\none good\nshare 1 = 1/2"),
    ("shares", "agents i in 1..2 with type t[i] ~ uniform(0, 1)\none good\nshare i = 1/3"),
    (
        "duplicate-name",
        "agents i in 1..2 with type t[i] ~ uniform(0, 1)\none good\nshare i = 1/2\nshare 1 = 1/2",
    ),
    (
        "not-own-type",
        "agent a with type t ~ uniform(0, 1)\nagent b with type u ~ uniform(0, 1)\noutcome x in {0, 1}\nvalue a = u*x\nvalue b = x",
    ),
    ("empty-interval", "agent a with type t ~ uniform(1, 0)\none good"),
    ("density-mass", "agent a with type t ~ pdf y on [0, 1]\none good"),
    ("negative-density", "agent a with type t ~ pdf 6*y - 2 on [0, 1]\none good"),
    ("cdf-ends", "agent a with type t ~ cdf y/2 on [0, 1]\none good"),
    ("cdf-ends", "agent a with type t ~ cdf 1/2 + y/2 on [0, 1]\none good"),
    ("cdf-ends", "agent a with type t ~ cdf [y >= 1/2] on [0, 1]\none good"),
    ("cdf-not-monotone", "agent a with type t ~ cdf 4*y^2 - 3*y on [0, 1]\none good"),
    ("too-large", "agents i in 1..1000000 with type t[i] ~ uniform(0, 1)\none good"),
    ("duplicate-name", "agent a with type t ~ uniform(0, 1)\nagent a with type u ~ uniform(0, 1)\none good"),
    ("duplicate-name", "agent a with type t ~ uniform(0, 1)\none good\nties to a, a"),
    ("unknown-name", "agent a with type t ~ uniform(0, 1)\noutcome x in {0, 1}\nvalue a = x\nties x = 2"),
    ("not-an-agent", "agent a with type t ~ uniform(0, 1)\none good\noutside b = 1"),
];

#[test]
fn each_mistake_in_a_setting_is_refused_for_its_reason() {
    for (code, lines) in SETTINGS {
        let found = codes(&["setting s {\n", lines, "\n}\n"]);
        assert!(!found.is_empty() && found.iter().all(|c| *c == code), "{lines}: {found:?}, not {code}");
    }
}

#[test]
fn an_irregular_prior_has_an_optimal_auction_if_it_is_found_where_to_iron() {
    let codes_of = |density: &str| {
        codes(&[
            "setting s {\n agent a with type t ~ pdf ",
            density,
            " on [0, 1]\n one good, kept by the seller if nobody gets it\n}\nmechanism m = myerson(s)\n",
        ])
    };
    // The virtual value falls where the density does.
    assert!(codes_of("cases { 3/2 if y < 1/2; 1/2 otherwise }").is_empty());
    let high_degree = "cases { 1 + y^2 if y <= 3/4; 1/4 + 240/781*y^4 otherwise }";
    assert_eq!(codes_of(high_degree), ["irregular-prior"]);
}

#[test]
fn every_claim_with_a_mistake_is_reported_once_and_what_follows_from_it_is_not() {
    let text = "mechanism m = pivot(trde)\nmechanism n = balance(m)\n
        claim a: payment(n, buyer) = 0\nclaim b: { payment(vcg, buyer) = w\n payment(vcg, z) = 0 }\n";
    assert_eq!(codes(&[TRADE, text]), ["unknown-name", "unknown-name", "not-an-agent"]);
    // A mechanism that is not to be had leaves its types in scope.
    let other = "setting other {\n  agent ann with type w ~ uniform(0, 1)\n  one good, kept by the seller if nobody gets it\n}\n";
    let text = "mechanism m = screening(trade)\nclaim a: payment(m, buyer) = v\n";
    assert_eq!(codes(&[TRADE, other, text]), ["wrong-sort"]);
}

#[test]
fn a_complaint_says_it_in_the_users_words_and_suggests_the_nearest_name() {
    let text = messages(&[TRADE, "claim a: interim payment(vcg, buyer) = v^2/2 + c"]);
    assert!(
        text.starts_with(
            "`interim payment(vcg, buyer)` depends on `v` alone, but the right side mentions `c`"
        ),
        "{text}"
    );
    let text = messages(&[TRADE, "claim a: payment(vcg, byer) = 0"]);
    assert!(text.contains("did you mean `buyer`?"), "{text}");
    let text = messages(&[TRADE, "mechanism m = pivot(vcg)"]);
    assert!(text.starts_with("`vcg` is a mechanism, and a setting is needed here"), "{text}");
}

#[test]
fn a_branch_is_read_only_where_its_condition_holds() {
    assert_eq!(codes(&[TRADE, "claim a: cases { v/v if v > 0; 1 otherwise } >= 0"]), [""; 0]);
    assert_eq!(codes(&[TRADE, "claim a: cases { 1 if v = 0; 1/v otherwise } >= 0"]), [""; 0]);
    assert_eq!(codes(&[TRADE, "claim a: cases { v/v if v >= 0; 1 otherwise } >= 0"]), ["division-by-zero"]);
}

#[test]
fn an_expression_alone_has_no_names() {
    let e = lang::parse_expression("integral(y^2, y from 0 to 1) + max(1, 2)/3").unwrap();
    let read = lang::resolve_expression(&e).unwrap();
    assert_eq!((value(&read.term, &at(&[])), read.obligations.len()), (number("1"), 0));
    let e = lang::parse_expression("v + 1").unwrap();
    assert_eq!(lang::resolve_expression(&e).unwrap_err().code, "unknown-name");
}
