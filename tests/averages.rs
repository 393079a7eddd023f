//! Averages that are taken factor by factor, for many agents, against those over all orders of types, for few.

use std::sync::Arc;

use vickrey::kernel::rule::combine::Fact;
use vickrey::kernel::{Expr, Relation};
use vickrey::model::{Agent, Bound, Distribution, Flat, Kind, Mechanism, Outcome, Setting};
use vickrey::piecewise::Engine;

/// One good, for agents with these priors; ties to the lowest index.
fn sale(priors: &[Distribution], kind: Kind, factored: bool) -> Arc<Setting> {
    let agent = |(i, prior): (usize, &Distribution)| {
        let type_ = Bound::interval(
            format!("v_{i}").as_str().into(),
            format!("v[{i}]"),
            prior.low.clone(),
            prior.high.clone(),
        );
        Agent::new(&i.to_string(), type_, prior)
    };
    let agents: Vec<Agent> = priors.iter().enumerate().map(agent).collect();
    let n = agents.len();
    let own = |i: usize, j: usize| {
        if i == j { Expr::variable(&agents[i].type_.name) } else { Expr::zero() }
    };
    let gets = |i: usize| Outcome { name: i.to_string(), values: (0..n).map(|j| own(i, j)).collect() };
    let nobody = Outcome { name: "nobody".into(), values: vec![Expr::zero(); n] };
    let outcomes: Vec<Outcome> =
        (0..n).map(gets).chain((kind == Kind::GoodOrSeller).then_some(nobody)).collect();
    Arc::new(Setting {
        name: "sale".into(),
        order: (0..outcomes.len()).collect(),
        agents,
        outcomes,
        kind,
        lots: vec![],
        outcome: None,
        cost: Expr::zero(),
        joint: None,
        parameters: vec![],
        factored,
    })
}

fn expr(text: &str) -> Expr {
    text.parse().unwrap()
}

fn prior(low: &str, high: &str, density: &str) -> Distribution {
    Distribution::of_density("y".into(), expr(low), expr(high), expr(density))
}

fn alike(n: usize) -> Vec<Distribution> {
    vec![prior("0", "1", "1"); n]
}

fn with_a_jump(n: usize) -> Vec<Distribution> {
    vec![prior("0", "1", "1/2*[1/2 - y] + 3/2*(1 - [1/2 - y])"); n]
}

fn different(n: usize) -> Vec<Distribution> {
    [prior("0", "1", "2*y"), prior("1/4", "5/4", "1"), prior("0", "2", "1/2"), prior("0", "1", "6*y - 6*y^2")]
        .into_iter()
        .take(n)
        .collect()
}

/// The quantities of a mechanism that are averages: a name, and a term with the facts of its variables.
fn averages(m: &Mechanism) -> Vec<(String, Expr)> {
    let s = &m.setting;
    let mut out = vec![("surplus".into(), s.expectation(&m.surplus()))];
    out.push(("welfare of the rule".into(), s.expectation(&m.welfare())));
    for i in 0..s.agents.len() {
        out.push((format!("chance of {i}"), s.interim(i, &m.allocation[i])));
        out.push((format!("payment of {i}"), s.interim(i, &m.payment[i])));
    }
    out
}

/// Both ways of writing give the same values everywhere.
fn compare(what: &str, written: impl Fn(bool) -> Vec<(String, Expr)>, setting: &Setting) {
    let facts: Vec<Fact> =
        setting.types().iter().flat_map(Bound::domain).map(|f| Fact::of(&f).unwrap()).collect();
    for ((name, multiplied_out), (_, in_factors)) in written(false).into_iter().zip(written(true)) {
        let about: Vec<Fact> = facts
            .iter()
            .filter(|f| f.expr.free_names().iter().any(|n| multiplied_out.mentions(n)))
            .cloned()
            .collect();
        let difference = multiplied_out.minus(&in_factors);
        let cells = Engine::new().cells(&about, &difference).unwrap();
        assert!(!cells.is_empty(), "{what}: {name}");
        for cell in cells {
            let sides = [cell.value.clone(), cell.value.negated()];
            let zero = sides.iter().all(|e| Engine::new().tree(&cell.facts, Relation::AtLeast, e).is_ok());
            assert!(zero, "{what}: {name} differs by {} where {:?}", cell.value, cell.facts);
        }
    }
}

fn auctions(what: &str, priors: &[Distribution], kind: Kind, make: impl Fn(&Arc<Setting>) -> Mechanism) {
    let written = |factored| averages(&make(&sale(priors, kind, factored)));
    compare(what, written, &sale(priors, kind, false));
}

#[test]
fn efficient_mechanisms_have_the_same_averages() {
    for n in 2..=5 {
        let priors = alike(n);
        auctions("pivot", &priors, Kind::GoodForAgents, Mechanism::pivot);
        auctions("vcg", &priors, Kind::GoodForAgents, Mechanism::vcg_lowest_type);
    }
    for n in 2..=4 {
        let agv = |s: &Arc<Setting>| Mechanism::agv(s).unwrap();
        auctions("agv", &alike(n), Kind::GoodForAgents, agv);
        auctions("jumps", &with_a_jump(n), Kind::GoodForAgents, Mechanism::pivot);
    }
    for n in 2..=3 {
        auctions("different", &different(n), Kind::GoodForAgents, Mechanism::pivot);
        let balanced = |s: &Arc<Setting>| Mechanism::balance(&Mechanism::pivot(s)).unwrap();
        auctions("balanced", &different(n), Kind::GoodForAgents, balanced);
    }
    auctions("four", &different(4), Kind::GoodForAgents, Mechanism::pivot);
}

#[test]
fn auctions_have_the_same_averages() {
    for n in 2..=4 {
        let second = |s: &Arc<Setting>| Mechanism::second_price(s, &[]).unwrap();
        auctions("second price", &alike(n), Kind::GoodForAgents, second);
        let kept = |s: &Arc<Setting>| Mechanism::second_price(s, &[expr("1/3")]).unwrap();
        auctions("a reserve", &alike(n), Kind::GoodOrSeller, kept);
        auctions("a reserve with jumps", &with_a_jump(n.min(3)), Kind::GoodOrSeller, kept);
        let first = |s: &Arc<Setting>| Mechanism::first_price(s, &[expr("1/3")]).unwrap();
        auctions("first price", &alike(n), Kind::GoodOrSeller, first);
        auctions("all pay", &alike(n), Kind::GoodForAgents, |s| Mechanism::all_pay(s).unwrap());
    }
    for n in 2..=3 {
        let reserves: Vec<Expr> = ["1/3", "1/2", "2/3"].iter().take(n).map(|r| expr(r)).collect();
        let reserves = |s: &Arc<Setting>| Mechanism::second_price(s, &reserves).unwrap();
        auctions("reserves", &alike(n), Kind::GoodOrSeller, reserves);
        auctions("reserves of different agents", &different(n), Kind::GoodOrSeller, reserves);
    }
}

#[test]
fn optimal_auctions_have_the_same_averages() {
    for n in 2..=4 {
        let regular = |s: &Arc<Setting>| Mechanism::myerson(s, &vec![vec![]; n], &Expr::zero()).unwrap();
        auctions("uniform", &alike(n), Kind::GoodOrSeller, regular);
    }
    let falling = vec![prior("0", "1", "3/2*[1/2 - y] + 1/2*(1 - [1/2 - y])"); 2];
    let number = |text: &str| expr(text).as_number().unwrap();
    let flats = vec![vec![Flat::rational(number("1/4"), number("3/4"))]; 2];
    let ironed = |s: &Arc<Setting>| Mechanism::myerson(s, &flats, &expr("1/5")).unwrap();
    auctions("ironed", &falling, Kind::GoodOrSeller, ironed);
    let unequal = [prior("0", "1", "1"), prior("0", "2", "1/2"), prior("1", "2", "1")];
    let optimal = |s: &Arc<Setting>| Mechanism::myerson(s, &vec![vec![]; 3], &Expr::zero()).unwrap();
    auctions("unequal", &unequal, Kind::GoodOrSeller, optimal);
}

#[test]
fn quantities_of_settings_are_the_same() {
    for (what, priors) in [("alike", alike(4)), ("jumps", with_a_jump(3)), ("different", different(3))] {
        let n = priors.len();
        let quantities = |factored: bool| {
            let s = sale(&priors, Kind::GoodForAgents, factored);
            let types: Vec<Expr> = s.agents.iter().map(|a| Expr::variable(&a.type_.name)).collect();
            let mut out = vec![("greatest".into(), s.expectation(&s.greatest_of(&types)))];
            for k in 1..=n {
                let ranked = s.order_statistic(k).unwrap();
                out.push((format!("rank {k}"), s.expectation(&ranked)));
                out.push((format!("rank {k} given a type"), s.interim(0, &ranked)));
            }
            for i in 0..n {
                out.push((format!("collected from {i}"), s.collectible(i, &s.welfare()).unwrap().body));
            }
            out
        };
        let setting = sale(&priors, Kind::GoodForAgents, false);
        let mut worst = (*setting).clone();
        for a in &mut worst.agents {
            a.type_.name = format!("worst'sale'{}'", a.name).as_str().into();
        }
        worst.agents.extend(setting.agents.clone());
        compare(what, quantities, &worst);
    }
}

#[test]
fn the_mean_of_the_greatest_is_an_integral_over_a_threshold() {
    let falling = prior("0", "1", "3/2*[1/2 - y] + 1/2*(1 - [1/2 - y])");
    let mut mixed = different(3);
    mixed.push(falling);
    let cases: [(usize, &[&str]); 9] = [
        (1, &["v_0", "1/3"]),
        (2, &["v_0", "v_1"]),
        (3, &["v_0", "v_1", "v_2"]),
        (3, &["-v_0", "1/2 - 2*v_1", "v_2 - 3", "-1/4"]),
        (2, &["2*v_0 - 1", "v_1*[v_1 - 3/4] - 1/2", "0"]),
        (2, &["v_0 - v_0*[v_0 - 1/3]", "1/3*v_1"]),
        (1, &["v_0", "1/2 - v_0", "1/8"]),
        (2, &["1/2", "1/4 - v_0", "2 + v_1"]),
        (4, &["2*v_3 - 2/3 + ([v_3 - 1/2])*(-1/3)", "v_1"]),
    ];
    for (n, terms) in cases {
        let setting = sale(&mixed[..n], Kind::GoodOrSeller, false);
        let terms: Vec<Expr> = terms.iter().map(|e| expr(e)).collect();
        let mean = setting.mean_of_greatest(&terms, &[]).unwrap();
        let by_order = setting.expectation(&setting.greatest_of(&terms));
        let value = |e: &Expr| Engine::new().closed_form(&[], e).unwrap();
        assert_eq!(value(&mean), value(&by_order), "{terms:?}");
    }
    let setting = sale(&mixed, Kind::GoodOrSeller, false);
    // Two types in one term, no number above a term, a square.
    assert!(setting.mean_of_greatest(&[expr("v_0*v_0"), expr("v_2")], &[]).is_none());
    assert!(setting.mean_of_greatest(&[expr("v_0 - v_1"), expr("v_2")], &[]).is_none());
    assert!(setting.mean_of_greatest(&[expr("v_0"), expr("r")], &[]).is_none());
    assert!(setting.mean_of_greatest(&[], &[]).is_none());
}
