//! Sums over agents and profiles: the value of the normal form is the value of what was written.

use proptest::prelude::*;
use vickrey::kernel::{Expr, Node};

/// A number as it is written, in the agent `i` and the index of each sum around it.
#[derive(Debug, Clone)]
enum Written {
    Number(i64),
    /// `g(i)`, `g(k + shift)` for the index of the sum that is so many sums outside.
    At {
        sums: usize,
        shift: i64,
    },
    /// The type of that agent, at the profile with these changes.
    Type {
        sums: usize,
        changes: Vec<(usize, i64, i64)>,
    },
    Plus(Box<Written>, Box<Written>),
    Times(Box<Written>, Box<Written>),
    Sum(Box<Written>),
}

fn written() -> impl Strategy<Value = Written> {
    let change = (0..3_usize, 0..2_i64, -2..3_i64);
    let leaf = prop_oneof![
        (-2..3_i64).prop_map(Written::Number),
        (0..3_usize, -1..2_i64).prop_map(|(sums, shift)| Written::At { sums, shift }),
        (0..3_usize, prop::collection::vec(change, 0..3))
            .prop_map(|(sums, changes)| Written::Type { sums, changes }),
    ];
    leaf.prop_recursive(4, 12, 2, |inner| {
        let boxed = inner.prop_map(Box::new);
        prop_oneof![
            (boxed.clone(), boxed.clone()).prop_map(|(a, b)| Written::Plus(a, b)),
            (boxed.clone(), boxed.clone()).prop_map(|(a, b)| Written::Times(a, b)),
            boxed.prop_map(Written::Sum),
        ]
    })
}

fn g(x: i64) -> i64 {
    x * x - 3 * x + 1
}

fn type_of(agent: i64) -> i64 {
    2 * agent - 5
}

/// The agent that is meant by a number of sums outside: the last one is `i`.
fn agent<T: Clone>(inside: &[T], sums: usize) -> T {
    inside[inside.len().saturating_sub(sums + 1)].clone()
}

impl Written {
    fn value(&self, inside: &mut Vec<i64>, n: i64) -> i64 {
        match self {
            Written::Number(c) => *c,
            Written::At { sums, shift } => g(agent(inside, *sums) + shift),
            Written::Type { sums, changes } => {
                let who = agent(inside, *sums);
                let changed = |(whose, shift, _): &&(usize, i64, i64)| agent(inside, *whose) + shift == who;
                changes.iter().rev().find(changed).map_or_else(|| type_of(who), |(_, _, value)| *value)
            }
            Written::Plus(a, b) => a.value(inside, n) + b.value(inside, n),
            Written::Times(a, b) => a.value(inside, n) * b.value(inside, n),
            Written::Sum(body) => (1..=n)
                .map(|k| {
                    inside.push(k);
                    let value = body.value(inside, n);
                    inside.pop();
                    value
                })
                .sum(),
        }
    }

    fn term(&self, inside: &mut Vec<String>) -> Expr {
        let at = |inside: &[String], sums: usize, shift: i64| {
            Expr::variable(&agent(inside, sums)).plus(&Expr::integer(shift))
        };
        match self {
            Written::Number(c) => Expr::integer(*c),
            Written::At { sums, shift } => Expr::apply("g", vec![at(inside, *sums, *shift)]),
            Written::Type { sums, changes } => {
                let change = |profile: Expr, (whose, shift, value): &(usize, i64, i64)| {
                    Expr::update(&profile, &at(inside, *whose, *shift), &Expr::integer(*value))
                };
                let profile = changes.iter().fold(Expr::variable("t"), change);
                Expr::read(&profile, &at(inside, *sums, 0))
            }
            Written::Plus(a, b) => a.term(inside).plus(&b.term(inside)),
            Written::Times(a, b) => a.term(inside).times(&b.term(inside)),
            Written::Sum(body) => {
                inside.push(format!("k{}", inside.len()));
                let summand = body.term(inside);
                let index = inside.pop().unwrap();
                Expr::sum(&index, &Expr::natural().plus(&Expr::one()), &summand)
            }
        }
    }
}

/// The value of a term without variables but the profile.
fn number(e: &Expr) -> i64 {
    let plain = e.replace_atoms(|a| {
        Some(Expr::integer(match a.node() {
            Node::Apply(_, arguments) => g(number(&arguments[0])),
            Node::Read { profile, agent } => {
                let (mut at, who) = (profile.clone(), number(agent));
                loop {
                    let Some(Node::Update { profile, agent, value }) = at.as_atom().map(|a| a.node().clone())
                    else {
                        break type_of(who);
                    };
                    if number(&agent) == who {
                        break number(&value);
                    }
                    at = profile;
                }
            }
            other => panic!("{other:?}"),
        }))
    });
    plain.as_number().and_then(|c| c.to_string().parse().ok()).unwrap_or_else(|| panic!("{plain}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_normal_form_of_a_sum_has_its_value(e in written(), i in 1..4_i64, m in 0..3_u32) {
        let term = e.term(&mut vec!["i".into()]);
        let n = i64::from(m) + 1;
        let value = e.value(&mut vec![i], n);
        let at = |e: &Expr| e.substitute_one("i", &Expr::integer(i));
        prop_assert_eq!(number(&at(&term.at_natural(m))), value);
        // Instances commute.
        prop_assert_eq!(number(&at(&term).at_natural(m)), value);
    }

    #[test]
    fn an_average_is_linear_and_of_total_mass_one(e in written(), f in written()) {
        let (a, b) = (e.term(&mut vec!["i".into()]), f.term(&mut vec!["i".into()]));
        let average = |e: &Expr| Expr::expectation("t", e);
        prop_assert_eq!(average(&a.plus(&b)), average(&a).plus(&average(&b)));
        let scaled = a.times(&Expr::apply("c", vec![Expr::variable("i")]));
        prop_assert_eq!(average(&scaled), average(&a).times(&Expr::apply("c", vec![Expr::variable("i")])));
        prop_assert!(!average(&a).mentions_variable("t"));
    }
}

#[test]
fn a_change_is_read_where_it_was_made_and_nowhere_else() {
    let (t, i, r) = (Expr::variable("t"), Expr::variable("i"), Expr::variable("r"));
    let changed = Expr::update(&t, &i, &r);
    assert_eq!(Expr::read(&changed, &i), r);
    let next = i.plus(&Expr::one());
    assert_eq!(Expr::read(&changed, &next), Expr::read(&t, &next));
    let far = i.plus(&Expr::natural()).plus(&Expr::one());
    assert_eq!(Expr::read(&changed, &far), Expr::read(&t, &far));
    // These may be the same agent.
    for other in [Expr::variable("j"), i.plus(&Expr::natural()), i.plus(&"1/2".parse().unwrap())] {
        assert_ne!(Expr::read(&changed, &other), Expr::read(&t, &other));
    }
    assert_eq!(Expr::update(&changed, &i, &Expr::read(&t, &i)), t);
    assert_eq!(Expr::update(&t, &i, &Expr::read(&t, &i)), t);
}

#[test]
fn sums_that_would_be_written_out_without_end_are_too_large() {
    let mut e = Expr::apply("g", (0..6).map(|k| Expr::variable(&format!("k{k}"))).collect());
    for k in 0..6 {
        e = Expr::sum(&format!("k{k}"), &Expr::integer(8), &e);
    }
    assert!(e.is_too_large());
    assert!(
        Expr::sum("k", &Expr::integer(1_000_000_000), &Expr::apply("g", vec![Expr::variable("k")])).size()
            == 1
    );
}
