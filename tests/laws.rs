//! Laws: rings, order, calculus, and that the normal form of a term means what was written.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use proptest::prelude::*;
use vickrey::exact::{Monomial, Poly, Rational};
use vickrey::kernel::Expr;

use crate::evaluate::{Point, Written, polynomial};

// Rationals, against the reference of another library.

fn integer() -> impl Strategy<Value = BigInt> {
    let near = |centre: i128| (-3..=3_i128).prop_map(move |k| BigInt::from(centre + k));
    prop_oneof![
        (-9..=9_i64).prop_map(BigInt::from),
        any::<i64>().prop_map(BigInt::from),
        near(i128::from(i64::MIN)),
        near(i128::from(i64::MAX)),
        near(i128::from(u64::MAX)),
        near(0),
        any::<i128>().prop_map(BigInt::from),
    ]
}

fn reference() -> impl Strategy<Value = BigRational> {
    (integer(), integer()).prop_map(|(n, d)| BigRational::new(n, if d == 0.into() { 1.into() } else { d }))
}

fn rational(q: &BigRational) -> Rational {
    Rational::from_big(q.numer().clone(), q.denom().clone()).unwrap()
}

fn small() -> impl Strategy<Value = Rational> {
    (-6..=6_i64, 1..=4_i64).prop_map(|(n, d)| Rational::new(n, d).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rationals_agree_with_the_reference(p in reference(), q in reference(), e in 0..6_u32) {
        let (a, b) = (rational(&p), rational(&q));
        prop_assert_eq!(&a + &b, rational(&(&p + &q)));
        prop_assert_eq!(&a - &b, rational(&(&p - &q)));
        prop_assert_eq!(&a * &b, rational(&(&p * &q)));
        prop_assert_eq!(-&a, rational(&-&p));
        prop_assert_eq!(a.pow(e), rational(&num_traits::pow(p.clone(), e as usize)));
        prop_assert_eq!(a.cmp(&b), p.cmp(&q));
        prop_assert_eq!(a.checked_div(&b), (!b.is_zero()).then(|| rational(&(&p / &q))));
        prop_assert_eq!(a.recip().is_none(), a.is_zero());
        prop_assert_eq!(a.abs(), rational(&num_traits::Signed::abs(&p)));
        prop_assert_eq!((a.numerator(), a.denominator()), (p.numer().clone(), p.denom().clone()));
        prop_assert_eq!(a.is_integer(), p.is_integer());
        prop_assert_eq!(a.to_string().parse::<Rational>().unwrap(), a.clone());
        prop_assert_eq!(Rational::from(p.numer().clone()).to_string(), p.numer().to_string());
        prop_assert!(a.bits() >= p.numer().bits() + p.denom().bits());
    }

    #[test]
    fn a_sum_of_many_is_the_same_one_by_one(all in prop::collection::vec(reference(), 0..20)) {
        let numbers: Vec<Rational> = all.iter().map(rational).collect();
        let sum = all.iter().fold(BigRational::zero(), |sum, q| sum + q);
        prop_assert_eq!(Rational::sum(&numbers), rational(&sum));
        let terms = numbers.iter().map(|q| (Monomial::one(), q.clone())).collect();
        prop_assert_eq!(Poly::<char>::of_terms(terms), Poly::constant(rational(&sum)));
    }

    #[test]
    fn machine_integers_make_the_same_rationals(n in any::<i64>(), d in any::<i64>()) {
        for (n, d) in [(n, d), (n, i64::MIN), (i64::MIN, d), (i64::MIN, i64::MIN), (i64::MIN, -1), (n, n)] {
            let expected = (d != 0).then(|| rational(&BigRational::new(n.into(), d.into())));
            prop_assert_eq!(Rational::new(n, d), expected);
        }
        prop_assert_eq!(Rational::from(n), Rational::new(n, 1).unwrap());
    }

    #[test]
    fn a_decimal_is_what_it_writes(n in any::<u32>(), places in 1..12_u32) {
        let scale = 10_u64.pow(places);
        let text = format!("-{}.{:0width$}", u64::from(n) / scale, u64::from(n) % scale, width = places as usize);
        let expected = BigRational::new((-i64::from(n)).into(), scale.into());
        prop_assert_eq!(text.parse::<Rational>().unwrap(), rational(&expected));
    }
}

#[test]
fn texts_that_are_not_numbers_are_refused() {
    for text in [
        "", "-", "1/0", "1/-2", "--1", "+1", "1.", ".5", "1/2/3", "1.2/3", "1/2.5", "1e3", "0x1", " 1", "1 ",
        "١",
    ] {
        assert!(text.parse::<Rational>().is_err(), "{text}");
    }
}

// Polynomials in three variables.

type P = Poly<&'static str>;

fn poly() -> impl Strategy<Value = P> {
    let term = (small(), 0..3_u32, 0..3_u32, 0..2_u32);
    prop::collection::vec(term, 0..5).prop_map(|terms| {
        terms.iter().fold(P::zero(), |sum, (c, i, j, k)| {
            let power = |v, e| P::variable(v).pow(e);
            sum.plus(&power("x", *i).times(&power("y", *j)).times(&power("z", *k)).scaled(c))
        })
    })
}

fn at(p: &P, x: &Rational, y: &Rational) -> Rational {
    let half = Rational::new(1, 2);
    p.evaluate(|v| match *v {
        "x" => Some(x.clone()),
        "y" => Some(y.clone()),
        _ => half.clone(),
    })
    .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn polynomials_are_a_commutative_ring(a in poly(), b in poly(), c in poly()) {
        prop_assert_eq!(a.plus(&b), b.plus(&a));
        prop_assert_eq!(a.times(&b), b.times(&a));
        prop_assert_eq!(a.plus(&b).plus(&c), a.plus(&b.plus(&c)));
        prop_assert_eq!(a.times(&b).times(&c), a.times(&b.times(&c)));
        prop_assert_eq!(a.times(&b.plus(&c)), a.times(&b).plus(&a.times(&c)));
        prop_assert_eq!(a.minus(&b), a.plus(&b.negated()));
        prop_assert!(a.minus(&a).is_zero());
        prop_assert_eq!(a.times(&P::one()), a.clone());
        prop_assert!(a.times(&P::zero()).is_zero());
        prop_assert_eq!(a.pow(3), a.times(&a).times(&a));
        prop_assert_eq!(a.pow(0), P::one());
    }

    #[test]
    fn evaluation_is_a_homomorphism(a in poly(), b in poly(), x in small(), y in small()) {
        prop_assert_eq!(at(&a.plus(&b), &x, &y), &at(&a, &x, &y) + &at(&b, &x, &y));
        prop_assert_eq!(at(&a.minus(&b), &x, &y), &at(&a, &x, &y) - &at(&b, &x, &y));
        prop_assert_eq!(at(&a.times(&b), &x, &y), &at(&a, &x, &y) * &at(&b, &x, &y));
        prop_assert_eq!(at(&a.substitute(&"x", &b), &x, &y), at(&a, &at(&b, &x, &y), &y));
        let missing = a.evaluate(|v| (*v != "x").then(|| x.clone()));
        prop_assert_eq!(missing.is_none(), a.variables().contains(&"x"));
    }

    #[test]
    fn calculus_of_polynomials(a in poly(), b in poly()) {
        prop_assert_eq!(a.antiderivative(&"x").derivative(&"x"), a.clone());
        prop_assert!(a.antiderivative(&"x").substitute(&"x", &P::zero()).is_zero());
        let product = a.derivative(&"x").times(&b).plus(&a.times(&b.derivative(&"x")));
        prop_assert_eq!(a.times(&b).derivative(&"x"), product);
        prop_assert_eq!(a.derivative(&"x").derivative(&"y"), a.derivative(&"y").derivative(&"x"));
        let again = a.coefficients_in(&"y").iter().enumerate().fold(P::zero(), |sum, (k, c)| {
            sum.plus(&c.times(&P::variable("y").pow(k as u32)))
        });
        prop_assert_eq!(again, a);
    }

    #[test]
    fn the_primitive_part_is_a_positive_multiple_with_coprime_integers(a in poly(), k in 1..9_i64, d in 1..9_i64) {
        let primitive = a.primitive_part();
        let multiple = a.scaled(&Rational::new(k, d).unwrap()).primitive_part();
        prop_assert_eq!(&primitive, &multiple);
        let mut gcd = BigInt::from(0);
        for ((m, c), (n, e)) in primitive.terms().zip(a.terms()) {
            prop_assert_eq!(m, n);
            prop_assert!(c.is_integer() && c.is_negative() == e.is_negative());
            gcd = num_integer::Integer::gcd(&gcd, &c.numerator());
        }
        prop_assert!(a.is_zero() || gcd == BigInt::from(1));
    }
}

// Terms.

const FREE: [&str; 4] = ["v", "c", "y", "w"];

fn affine() -> impl Strategy<Value = Written> {
    let coefficient = || prop_oneof![2 => Just(0_i64), 3 => -2..=2_i64];
    (coefficient(), coefficient(), coefficient(), small()).prop_map(|(v, c, y, constant)| {
        let times = |k: i64, name: &str| {
            Written::Product(vec![Written::Number(k.into()), Written::Name(name.into())])
        };
        Written::Sum(vec![times(v, "v"), times(c, "c"), times(y, "y"), Written::Number(constant)])
    })
}

fn leaf() -> impl Strategy<Value = Written> {
    prop_oneof![
        small().prop_map(Written::Number),
        prop::sample::select(vec!["v", "c", "y"]).prop_map(|name| Written::Name(name.into())),
        affine().prop_map(|e| Written::AtLeastZero(Box::new(e))),
        (affine(), affine()).prop_map(|(a, b)| Written::Maximum(Box::new(a), Box::new(b))),
        affine().prop_map(|e| Written::Call("f".into(), vec![e])),
        (affine(), affine()).prop_map(|(a, b)| Written::Call("g".into(), vec![a, b])),
        (-2..=2_i64).prop_map(|k| {
            let sum = vec![Written::Name("w".into()), Written::Number(k.into())];
            Written::Inverse(Box::new(Written::Sum(sum)))
        }),
    ]
}

/// Terms with at most two nested integrals, whose names shadow free names and each other.
fn written() -> impl Strategy<Value = Written> {
    let combine = |part: BoxedStrategy<Written>| {
        prop_oneof![
            prop::collection::vec(part.clone(), 1..3).prop_map(Written::Sum),
            prop::collection::vec(part, 1..3).prop_map(Written::Product),
        ]
        .boxed()
    };
    let over = |body: BoxedStrategy<Written>| {
        (prop::sample::select(vec!["v", "c", "y"]), affine(), affine(), body).prop_map(
            |(y, low, high, body)| Written::Integral(y.into(), Box::new(low), Box::new(high), Box::new(body)),
        )
    };
    let flat = combine(leaf().boxed());
    let once = combine(prop_oneof![1 => leaf(), 2 => over(flat)].boxed());
    combine(prop_oneof![1 => leaf(), 2 => over(once)].boxed())
        .prop_filter("a high degree takes long to interpolate", |t| t.degree() <= 6)
}

fn point() -> impl Strategy<Value = Point> {
    prop::collection::vec(small(), FREE.len())
        .prop_map(|values| FREE.iter().map(|n| (*n).to_string()).zip(values).collect())
}

fn value(e: &Expr, at: &Point) -> Rational {
    Written::of(e, 0).unwrap_or_else(|| panic!("not taken apart: {e}")).value(at, polynomial)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_normal_form_means_what_was_written(t in written(), at in point()) {
        prop_assert_eq!(value(&t.build(), &at), t.value(&at, polynomial));
    }

    #[test]
    fn a_printed_term_is_read_as_the_same_term(t in written()) {
        let e = t.build();
        prop_assert_eq!(e.to_string().parse::<Expr>().unwrap(), e);
    }

    #[test]
    fn substitution_commutes_with_evaluation(t in written(), s in affine(), at in point()) {
        for name in ["v", "y"] {
            let mut there = at.clone();
            there.insert(name.into(), s.value(&at, polynomial));
            let e = t.build().substitute_one(name, &s.build());
            prop_assert_eq!(value(&e, &at), t.value(&there, polynomial));
        }
    }

    #[test]
    fn several_names_are_substituted_at_once(t in written(), at in point()) {
        let swap = BTreeMap::from([("v".into(), Expr::variable("y")), ("y".into(), Expr::variable("v"))]);
        let mut there = at.clone();
        there.insert("v".into(), at["y"].clone());
        there.insert("y".into(), at["v"].clone());
        let e = t.build();
        prop_assert_eq!(value(&e.substitute(&swap), &at), t.value(&there, polynomial));
        prop_assert_eq!(e.substitute(&swap).substitute(&swap), e);
    }

    #[test]
    fn a_definition_means_the_function_that_it_defines(t in written(), at in point()) {
        // The polynomials of the interpretation, with a parameter that is bound and free elsewhere.
        let one: Expr = "v^2 + 1/2".parse().unwrap();
        let two: Expr = "y^2 + 2*v^2 - y + 1/2 + y*v".parse().unwrap();
        let one = ("f".into(), (vec!["v".into()], one));
        let two = ("g".into(), (vec!["y".into(), "v".into()], two));
        let e = t.build().define(&[one.clone(), two.clone()].into());
        prop_assert_eq!(&e, &t.build().define(&[one].into()).define(&[two].into()));
        prop_assert!(!e.mentions_function("f") && !e.mentions_function("g"));
        prop_assert_eq!(value(&e, &at), t.value(&at, polynomial));
    }

    #[test]
    fn integrals_are_additive_oriented_linear_and_do_not_see_their_name(
        s in written(), t in written(), a in affine(), b in affine(), c in affine(), k in small()
    ) {
        let (s, t) = (s.build(), t.build());
        let (a, b, c) = (a.build(), b.build(), c.build());
        let over = |low: &Expr, high: &Expr, e: &Expr| Expr::integral("y", low, high, e);
        prop_assert_eq!(over(&a, &b, &s).plus(&over(&b, &c, &s)), over(&a, &c, &s));
        prop_assert_eq!(over(&a, &b, &s), over(&b, &a, &s).negated());
        prop_assert!(over(&a, &a, &s).is_zero());
        prop_assert_eq!(over(&a, &b, &s.plus(&t.scaled(&k))), over(&a, &b, &s).plus(&over(&a, &b, &t).scaled(&k)));
        let renamed = s.substitute_one("y", &Expr::variable("q"));
        prop_assert_eq!(Expr::integral("q", &a, &b, &renamed), over(&a, &b, &s));
    }

    #[test]
    fn indicators_are_idempotent_and_split_the_line(e in affine()) {
        let e = e.build();
        let i = Expr::at_least_zero(&e);
        prop_assert_eq!(i.times(&i), i.clone());
        prop_assert_eq!(i.plus(&Expr::positive(&e.negated())), Expr::one());
        prop_assert_eq!(Expr::at_least_zero(&e.scaled(&Rational::new(3, 7).unwrap())), i);
    }
}

#[test]
fn opaque_integrals_are_neither_additive_nor_linear() {
    let read = |text: &str| text.parse::<Expr>().unwrap();
    for (left, right) in [
        ("integral(y, -1, 1, inv(y))", "integral(y, -1, 0, inv(y)) + integral(y, 0, 1, inv(y))"),
        ("integral(y, 0, 1, inv(y) + y)", "integral(y, 0, 1, inv(y)) + 1/2"),
        ("integral(y, 0, 1, v*inv(y))", "v*integral(y, 0, 1, inv(y))"),
        ("integral(y, 0, 1, X(inv(y)))", "-integral(y, 1, 0, X(inv(y)))"),
        ("integral(y, 0, 1, y*inv(y))", "1"),
        ("v*inv(v)", "1"),
        ("[2*v - c]", "[v - c]"),
        ("[v]", "1 - [-v]"),
    ] {
        assert_ne!(read(left), read(right), "{left} is {right}");
    }
    assert_eq!(read("integral(y, 0, 1, inv(v)*y)"), read("1/2*inv(v)"), "a factor that is free of y");
    assert_eq!(read("inv(0)"), read("0"));
}

#[test]
fn a_function_with_the_name_of_a_bound_variable_is_another_thing() {
    let e: Expr = "integral(y, 0, v, y(3)*y)".parse().unwrap();
    assert_eq!(e, "1/2*v^2*y(3)".parse().unwrap());
    assert_eq!(e.to_string().parse::<Expr>().unwrap(), e);
    let e: Expr = "integral(z1, 0, z1, z1(z1))".parse().unwrap();
    assert_eq!(e.to_string().parse::<Expr>().unwrap(), e);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// From a high degree on, values are computed by Horner's rule.
    #[test]
    fn a_value_at_a_high_degree_is_the_sum_of_its_terms(
        line in prop::collection::vec(small(), 17..40), x in small(),
    ) {
        let term = |(k, c): (usize, &Rational)| c * &x.pow(k as u32);
        let sum = line.iter().enumerate().map(term).fold(Rational::ZERO, |sum, t| &sum + &t);
        let powers = line.iter().zip(0_u32..);
        let p = powers.fold(Expr::zero(), |p, (c, k)| p.plus(&Expr::variable("x").pow(k).scaled(c)));
        prop_assert_eq!(p.poly().evaluate(|_| Some(x.clone())), Some(sum.clone()));
        prop_assert_eq!(p.substitute_one("x", &Expr::number(x.clone())), Expr::number(sum));
    }
}
