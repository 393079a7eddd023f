//! An evaluator of terms and formulas at rational points that shares nothing with the kernel but
//! [`Rational`]: integrals are split where an indicator can change, and interpolated in between.

use std::collections::BTreeMap;

use vickrey::exact::Rational;
use vickrey::kernel::{Expr, Formula, Node, Relation};

/// A term as written, with names that may shadow each other.
#[derive(Debug, Clone)]
pub(crate) enum Written {
    Number(Rational),
    Name(String),
    Sum(Vec<Written>),
    Product(Vec<Written>),
    AtLeastZero(Box<Written>),
    Maximum(Box<Written>, Box<Written>),
    Inverse(Box<Written>),
    Call(String, Vec<Written>),
    Integral(String, Box<Written>, Box<Written>, Box<Written>),
}

/// Values of names.
pub(crate) type Point = BTreeMap<String, Rational>;

/// A function of the interpretation: its value, and the degree of the polynomial that it is.
pub(crate) type Interpretation = fn(&str, &[Rational]) -> Rational;

/// Every function is the polynomial `Σ (k+1)·a_k² − a_0 + 1/2 + Π a_k`, the same for all names.
pub(crate) fn polynomial(_: &str, arguments: &[Rational]) -> Rational {
    let mut sum = Rational::new(1, 2).unwrap();
    let mut product = Rational::ONE;
    for (k, a) in arguments.iter().enumerate() {
        sum += &(&Rational::from(k as i64 + 1) * &(a * a));
        product = &product * a;
    }
    sum += &product;
    &sum - arguments.first().unwrap_or(&Rational::ZERO)
}

impl Written {
    /// Reads a canonical term; `None` for an integral that is not taken apart.
    pub(crate) fn of(e: &Expr, depth: usize) -> Option<Self> {
        let mut sum = Vec::new();
        for (monomial, c) in e.terms() {
            let mut product = vec![Written::Number(c.clone())];
            for (atom, exponent) in monomial.factors() {
                let sub = |e: &Expr| Written::of(e, depth).map(Box::new);
                let factor = match atom.node() {
                    Node::Variable(name) => Written::Name(name.to_string()),
                    Node::Apply(name, arguments) => Written::Call(
                        name.to_string(),
                        arguments.iter().map(|a| Written::of(a, depth)).collect::<Option<_>>()?,
                    ),
                    Node::Indicator(e) => Written::AtLeastZero(sub(e)?),
                    Node::Inverse(e) => Written::Inverse(sub(e)?),
                    Node::Whole(e) => Written::of(e, depth)?,
                    Node::Primitive { upper, body } => {
                        let y = format!("bound{depth}");
                        let body = Written::of(&body.open(&y), depth + 1)?;
                        Written::Integral(
                            y,
                            Box::new(Written::Number(Rational::ZERO)),
                            sub(upper)?,
                            Box::new(body),
                        )
                    }
                    _ => return None,
                };
                product.extend(vec![factor; exponent as usize]);
            }
            sum.push(Written::Product(product));
        }
        Some(Written::Sum(sum))
    }

    /// The kernel's term.
    pub(crate) fn build(&self) -> Expr {
        match self {
            Written::Number(c) => Expr::number(c.clone()),
            Written::Name(name) => Expr::variable(name),
            Written::Sum(parts) => parts.iter().fold(Expr::zero(), |sum, p| sum.plus(&p.build())),
            Written::Product(parts) => parts.iter().fold(Expr::one(), |product, p| product.times(&p.build())),
            Written::AtLeastZero(e) => Expr::at_least_zero(&e.build()),
            Written::Maximum(a, b) => a.build().maximum(&b.build()),
            Written::Inverse(e) => Expr::inverse(&e.build()),
            Written::Call(f, arguments) => Expr::apply(f, arguments.iter().map(Written::build).collect()),
            Written::Integral(y, low, high, body) => {
                Expr::integral(y, &low.build(), &high.build(), &body.build())
            }
        }
    }

    /// The value at a point that has every free name.
    pub(crate) fn value(&self, at: &Point, functions: Interpretation) -> Rational {
        let value = |e: &Written| e.value(at, functions);
        match self {
            Written::Number(c) => c.clone(),
            Written::Name(name) => at[name].clone(),
            Written::Sum(parts) => parts.iter().fold(Rational::ZERO, |sum, p| &sum + &value(p)),
            Written::Product(parts) => parts.iter().fold(Rational::ONE, |product, p| &product * &value(p)),
            Written::AtLeastZero(e) => {
                if value(e).is_negative() {
                    Rational::ZERO
                } else {
                    Rational::ONE
                }
            }
            Written::Maximum(a, b) => value(a).max(value(b)),
            Written::Inverse(e) => value(e).recip().unwrap_or(Rational::ZERO),
            Written::Call(f, arguments) => functions(f, &arguments.iter().map(value).collect::<Vec<_>>()),
            Written::Integral(y, low, high, body) => {
                let (a, b) = (value(low), value(high));
                if a > b {
                    return -integrate(y, &b, &a, body, at, functions);
                }
                integrate(y, &a, &b, body, at, functions)
            }
        }
    }

    /// A bound of the degree of every polynomial piece.
    pub(crate) fn degree(&self) -> usize {
        match self {
            Written::Number(_) | Written::AtLeastZero(_) | Written::Inverse(_) => 0,
            Written::Name(_) => 1,
            Written::Sum(parts) => parts.iter().map(Written::degree).max().unwrap_or(0),
            Written::Product(parts) => parts.iter().map(Written::degree).sum(),
            Written::Maximum(a, b) => a.degree().max(b.degree()),
            Written::Call(_, arguments) => {
                let degrees: Vec<_> = arguments.iter().map(Written::degree).collect();
                degrees.iter().sum::<usize>().max(2 * degrees.iter().max().unwrap_or(&0))
            }
            Written::Integral(_, _, _, body) => body.degree() + 1,
        }
    }

    /// Pairs (constant, slope) in `y` of everything that an indicator compares with zero.
    fn lines(&self, y: &str, at: &Point, functions: Interpretation, out: &mut Vec<(Rational, Rational)>) {
        let line = |e: &Written| {
            let on = |k: i64| {
                let mut at = at.clone();
                at.insert(y.into(), Rational::from(k));
                e.value(&at, functions)
            };
            let (zero, one) = (on(0), on(1));
            (zero.clone(), &one - &zero)
        };
        match self {
            Written::Number(_) | Written::Name(_) | Written::Inverse(_) => {}
            Written::AtLeastZero(e) => out.push(line(e)),
            Written::Sum(parts) | Written::Product(parts) | Written::Call(_, parts) => {
                parts.iter().for_each(|p| p.lines(y, at, functions, out));
            }
            Written::Maximum(a, b) => {
                let (a, b) = (line(a), line(b));
                out.push((&a.0 - &b.0, &a.1 - &b.1));
            }
            Written::Integral(z, low, high, body) => {
                // The ends and the roots in z, as lines in y; the value changes form where two meet.
                let mut ends = vec![line(low), line(high)];
                let inner = |k: i64| {
                    let mut at = at.clone();
                    at.insert(y.into(), Rational::from(k));
                    let mut lines = Vec::new();
                    body.lines(z, &at, functions, &mut lines);
                    lines
                };
                for ((c0, s0), (c1, s1)) in inner(0).into_iter().zip(inner(1)) {
                    // An inner integral of y gives lines in z whose slope may depend on y: not supported.
                    if s0 != s1 {
                        continue;
                    }
                    match s0.recip() {
                        Some(k) => ends.push((-(&c0 * &k), -(&(&c1 - &c0) * &k))),
                        None => out.push((c0.clone(), &c1 - &c0)),
                    }
                }
                for (i, a) in ends.iter().enumerate() {
                    for b in ends.iter().skip(i + 1) {
                        out.push((&a.0 - &b.0, &a.1 - &b.1));
                    }
                }
            }
        }
    }

    /// Nested integrals.
    pub(crate) fn nesting(&self) -> usize {
        match self {
            Written::Number(_) | Written::Name(_) => 0,
            Written::Sum(parts) | Written::Product(parts) | Written::Call(_, parts) => {
                parts.iter().map(Written::nesting).max().unwrap_or(0)
            }
            Written::AtLeastZero(e) | Written::Inverse(e) => e.nesting(),
            Written::Maximum(a, b) => a.nesting().max(b.nesting()),
            Written::Integral(_, low, high, body) => {
                low.nesting().max(high.nesting()).max(body.nesting() + 1)
            }
        }
    }
}

fn integrate(
    y: &str,
    a: &Rational,
    b: &Rational,
    body: &Written,
    at: &Point,
    functions: Interpretation,
) -> Rational {
    let mut lines = Vec::new();
    body.lines(y, at, functions, &mut lines);
    let mut points = vec![a.clone(), b.clone()];
    points.extend(lines.iter().filter_map(|(c, s)| Some(-(c * &s.recip()?))).filter(|p| p > a && p < b));
    points.sort();
    points.dedup();
    let mut sum = Rational::ZERO;
    let mut at = at.clone();
    for piece in points.windows(2) {
        let (from, to) = (&piece[0], &piece[1]);
        let step = (to - from).checked_div(&Rational::from(body.degree() as i64 + 2)).unwrap();
        let nodes: Vec<_> =
            (0..=body.degree()).map(|k| from + &(&step * &Rational::from(k as i64 + 1))).collect();
        let values = nodes.iter().map(|x| {
            at.insert(y.into(), x.clone());
            body.value(&at, functions)
        });
        let polynomial = interpolate(&nodes, values.collect());
        let primitive = |x: &Rational| {
            polynomial.iter().enumerate().fold(Rational::ZERO, |sum, (k, c)| {
                let k = k as u32 + 1;
                &sum + &(&(c * &x.pow(k)) * &Rational::new(1, i64::from(k)).unwrap())
            })
        };
        sum += &(&primitive(to) - &primitive(from));
    }
    sum
}

/// Newton's divided differences, then coefficients, lowest first.
fn interpolate(nodes: &[Rational], mut table: Vec<Rational>) -> Vec<Rational> {
    for level in 1..nodes.len() {
        for k in (level..nodes.len()).rev() {
            let gap = &nodes[k] - &nodes[k - level];
            table[k] = (&table[k] - &table[k - 1]).checked_div(&gap).unwrap();
        }
    }
    let mut out: Vec<Rational> = Vec::new();
    for (k, c) in table.iter().enumerate().rev() {
        // out := out·(x − node) + c
        let mut next = vec![Rational::ZERO; out.len() + 1];
        for (j, d) in out.iter().enumerate() {
            next[j + 1] += d;
            next[j] = &next[j] - &(d * &nodes[k]);
        }
        next[0] += c;
        out = next;
    }
    out
}

/// Whether a formula without quantifiers holds at a point; `None` if it cannot be evaluated.
pub(crate) fn holds(formula: &Formula, at: &Point) -> Option<bool> {
    match formula {
        Formula::Compare(relation, e) => {
            let written = Written::of(e, 0)?;
            // Deeper integrals and higher powers take too long here.
            let value =
                (written.nesting() < 2 && written.degree() < 60).then(|| written.value(at, polynomial))?;
            Some(match relation {
                Relation::Equal => value.is_zero(),
                Relation::AtLeast => !value.is_negative(),
                Relation::Positive => value.is_positive(),
            })
        }
        Formula::And(parts) => {
            Some(parts.iter().map(|p| holds(p, at)).collect::<Option<Vec<_>>>()?.iter().all(|b| *b))
        }
        Formula::Or(parts) => {
            Some(parts.iter().map(|p| holds(p, at)).collect::<Option<Vec<_>>>()?.iter().any(|b| *b))
        }
        Formula::Implies(a, b) => Some(!holds(a, at)? || holds(b, at)?),
        _ => None,
    }
}

#[test]
fn integrals_without_a_closed_form_lie_between_numbers() {
    use vickrey::pipeline::{Detail, check};
    let setting = "parameter r in [0, 1]\n\nsetting sale {\n  agent buyer with type v ~ uniform(0, 1)\n  one good, kept by the seller if nobody gets it\n  ties to buyer\n}\n\n";
    for (claim, verdict) in [
        // ln 2 = 0.693147…, on each side, and as a mean.
        ("integral(1/(1 + y), y from 0 to 1) > 693/1000", "proved"),
        ("E (1/(1 + v)) < 694/1000", "proved"),
        ("E (1/(1 + v)) < 693/1000", "refuted"),
        ("E (1/(1 + v)) = 693147/1000000", "refuted"),
        // Pi.
        ("3.14159265 < 4*E (1/(1 + v^2)) < 3.14159266", "proved"),
        // ln(3/2) + ln 3 - ln(5/2) = 0.5877…
        ("0.587 < E cases { 1/(1 + v) if v < 1/2; 1/(2 + v) otherwise } < 0.588", "proved"),
        // A parameter times an integral, and a sum of two.
        ("r*E (1/(1 + v)) <= 0.6932", "proved"),
        ("r*E (1/(1 + v)) <= 0.6931", "refuted"),
        ("E (1/(1 + v)) + E (1/(2 + v)) < 1.0987", "proved"),
        // The sign of a divisor may be negative; the same term is the same number.
        ("integral(1/(y - 2), y from 0 to 1) < -0.693", "proved"),
        ("E (1/(1 + v)) = integral(1/(1 + y), y from 0 to 1)", "proved"),
    ] {
        let text = format!("{setting}claim c: {claim}\n");
        let report = check("a.mech", &text, Detail::Verdicts).report.unwrap();
        let found = report.statements[0].verdict.to_string();
        assert_eq!(found, verdict, "{claim}: {:?}", report.statements[0].undecided);
    }
}

#[test]
fn all_reports_that_pay_are_told_where_they_are_an_interval() {
    use vickrey::pipeline::{Detail, check};
    let trade = |payment: &str, claim: &str| {
        format!(
            "setting trade {{
  agent buyer with type v ~ uniform(0, 1)
  agent seller with type c ~ uniform(0, 1)
  outcome x in {{0, 1}}
  value buyer = v*x
  value seller = -c*x
  ties x = 1
}}

mechanism m on trade = {{
  outcome x = cases {{ 1 if v >= c; 0 otherwise }}
  payment buyer = {payment}
  payment seller = -c*[v >= c]
}}

claim c: {claim}
"
        )
    };
    for (payment, claim, reports) in [
        // At v = 3/4, c = 1/4 a report r costs (r + 1/4)/2 from 1/4 on.
        ("(v + c)/2*[v >= c]", "m is DSIC", Some("[1/4, 3/4)")),
        // Expected: 3/4*r - 3/4*r^2 against 9/64.
        ("(v + c)/2*[v >= c]", "m is BIC", Some("(1/4, 3/4)")),
        // The ends 1/2 +- sqrt(1/8) are not rational.
        ("(v^2 + 1/8)*[v >= c]", "m is BIC", None),
    ] {
        let report = check("a.mech", &trade(payment, claim), Detail::Verdicts).report.unwrap();
        let found = report.statements[0].counterexample.as_ref().unwrap();
        assert_eq!(found.profitable.as_deref(), reports, "{payment}: {:?}", report.statements[0].story);
    }
}

#[test]
fn a_counterexample_says_whether_it_is_one_of_many() {
    use vickrey::pipeline::{Detail, check};
    let setting = "setting sale {
  agents i in 1..2 with type v[i] ~ uniform(0, 1)
  one good
  ties to the lowest index
}

";
    for (claim, nearby) in [
        // Fails wherever the second is higher; a tie is found first, and another point is told.
        ("v[1] >= v[2]", Some(true)),
        ("surplus(pivot(sale)) = 0", Some(true)),
        // Only on the diagonal, only at an end.
        ("[v[1] > v[2]] = [v[1] >= v[2]]", Some(false)),
        ("v[1]*(1 - v[1]) > 0", None),
        ("[v[1] = 1] = 0", Some(false)),
        // A jump inside of an integral.
        ("integral([v[1] >= 1/2]*y, y from 0 to 1) = [v[1] > 1/2]/2", Some(false)),
        // No types.
        ("E v[1] = 1/3", None),
    ] {
        let report =
            check("a.mech", &format!("{setting}claim c: {claim}\n"), Detail::Verdicts).report.unwrap();
        let found = report.statements[0].counterexample.as_ref().unwrap();
        assert_eq!(found.nearby, nearby, "{claim}: {:?}", report.statements[0].story);
    }
}
