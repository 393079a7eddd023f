//! Forgery: alter one datum of a certificate at a time. The kernel refuses, or what it accepts is
//! still true.

use serde_json::Value;
use vickrey::exact::Rational;
use vickrey::kernel::{Certificate, Expr, Formula, Replay, Statement, check};

use crate::evaluate::{Point, holds};

/// Work per certificate.
const ALTERATIONS: usize = 400;

/// What became of the altered certificates.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// How many were tried.
    pub(crate) altered: usize,
    /// How many were refused.
    pub(crate) refused: usize,
    /// How many still prove the claim.
    pub(crate) proved: usize,
    /// What must never happen.
    pub(crate) breaches: Vec<String>,
}

/// Alters each number, term, formula, name, index and list of a certificate in turn; every accepted
/// step is also evaluated at some points.
pub(crate) fn survive_forgery(claim: &Statement, certificate: &Certificate) -> Report {
    alter(claim, certificate, ALTERATIONS, falsehood)
}

/// The same without evaluation, for certificates with names of any kind.
pub(crate) fn survive_alterations(claim: &Statement, certificate: &Certificate, limit: usize) -> Report {
    alter(claim, certificate, limit, |_| None)
}

fn alter(
    claim: &Statement,
    certificate: &Certificate,
    limit: usize,
    falsehood: impl Fn(&Certificate) -> Option<String>,
) -> Report {
    let original = serde_json::to_value(certificate).unwrap();
    let mut paths = Vec::new();
    collect(&original, &mut String::new(), &mut paths);
    let all: Vec<(&String, usize)> = paths
        .iter()
        .flat_map(|path| (0..alterations(original.pointer(path).unwrap())).map(move |k| (path, k)))
        .collect();
    let mut report = Report::default();
    let count = all.len().min(limit);
    for index in (0..count).map(|k| k * all.len() / count) {
        let (path, which) = all[index];
        let Some(value) = alteration(original.pointer(path).unwrap(), which) else { continue };
        let mut altered = original.clone();
        *altered.pointer_mut(path).unwrap() = value.clone();
        report.altered += 1;
        let Ok(altered) = serde_json::from_value::<Certificate>(altered) else {
            report.refused += 1;
            continue;
        };
        let breach = |what: String| format!("{path} := {value}: {what}");
        match check(claim, &altered) {
            Err(_) => report.refused += 1,
            Ok(theorem)
                if *theorem.conclusion() == claim.formula
                    && theorem.definitions() == claim.definitions
                    && theorem.hypotheses().next().is_none() =>
            {
                report.proved += 1;
            }
            Ok(theorem) => report.breaches.push(breach(format!("proves {}", theorem.conclusion()))),
        }
        report.breaches.extend(falsehood(&altered).map(breach));
    }
    report
}

/// A step of a certificate that is accepted and false at some point. Steps are tried until one is refused.
pub(crate) fn falsehood(certificate: &Certificate) -> Option<String> {
    let mut replay = Replay::default();
    for step in &certificate.steps {
        let number = replay.step(step).ok()?;
        let theorem = replay.theorem(number).unwrap();
        for (k, at) in points().enumerate() {
            let assumed = theorem.hypotheses().map(|h| holds(h, &at)).collect::<Option<Vec<_>>>();
            if assumed.is_some_and(|hs| hs.iter().all(|h| *h))
                && holds(theorem.conclusion(), &at) == Some(false)
            {
                return Some(format!("step {number} is false at point {k}: {}", theorem.conclusion()));
            }
        }
    }
    None
}

/// Some points for every name that the certificates use.
fn points() -> impl Iterator<Item = Point> {
    const NAMES: [&str; 18] =
        ["v", "c", "r", "x", "y", "t", "a", "w", "th", "z1", "z2", "p", "b", "s", "z", "i", "j", "k"];
    (0..4_i64).map(|k| {
        NAMES
            .iter()
            .zip(0_i64..)
            .map(|(name, i)| {
                let value = Rational::new((i * 5 + k * 7 + 3) % 9 - 2 * (k % 2), [4, 2, 3, 1][k as usize]);
                (name.to_string(), value.unwrap())
            })
            .collect()
    })
}

fn collect(value: &Value, path: &mut String, out: &mut Vec<String>) {
    out.push(path.clone());
    let length = path.len();
    let mut deeper = |key: &str, child: &Value| {
        path.push('/');
        path.push_str(key);
        collect(child, path, out);
        path.truncate(length);
    };
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(k, v)| deeper(&k.to_string(), v)),
        Value::Object(fields) => fields.iter().filter(|(k, _)| *k != "rule").for_each(|(k, v)| deeper(k, v)),
        _ => {}
    }
}

/// The number of alterations of a value, that of what is in it not counted.
fn alterations(value: &Value) -> usize {
    match value {
        Value::Number(_) => 3,
        Value::String(text) => texts(text).len(),
        Value::Array(items) => 2 * items.len(),
        Value::Object(fields) if fields.contains_key("yes") => 1,
        _ => 0,
    }
}

/// One of the alterations of a value; none if it is the value itself.
fn alteration(value: &Value, which: usize) -> Option<Value> {
    let other = match value {
        Value::Number(n) => {
            let n = n.as_i64().unwrap();
            Value::from([n + 1, n - 1, 0][which])
        }
        Value::String(text) => Value::from(texts(text).into_iter().nth(which).unwrap()),
        Value::Array(items) => {
            let (mut items, k) = (items.clone(), which / 2);
            if which.is_multiple_of(2) {
                items.remove(k);
            } else {
                items.insert(k, items[k].clone());
            }
            items.into()
        }
        Value::Object(fields) => {
            let mut swapped = fields.clone();
            let (yes, no) = (fields["yes"].clone(), fields["no"].clone());
            swapped.insert("yes".into(), no);
            swapped.insert("no".into(), yes);
            swapped.into()
        }
        _ => return None,
    };
    (other != *value).then_some(other)
}

fn texts(text: &str) -> Vec<String> {
    for (a, b) in [("one", "zero"), ("zero", "one"), ("up", "down"), ("down", "up")] {
        if text == a {
            return vec![b.into()];
        }
    }
    let mut out = Vec::new();
    if let Ok(c) = text.parse::<Rational>() {
        out.extend([(&c + &Rational::ONE).to_string(), (-&c).to_string(), "0".into()]);
    } else if let Ok(e) = text.parse::<Expr>() {
        out.extend([e.plus(&Expr::one()).to_string(), e.negated().to_string(), "0".into()]);
    } else if text.parse::<Formula>().is_ok() {
        out.push(text.replace(">=", ">"));
        out.push(text.replacen(">=", "=", 1));
        out.push(text.replacen(" > 0", " >= 0", 1));
        out.push(text.replacen(" = 0", " >= 0", 1));
        out.push(text.replacen(" + ", " - ", 1));
        out.push(text.replacen(" - ", " + ", 1));
    }
    // Each of the first numbers inside a text, plus one.
    let starts = |k: usize| {
        let bytes = text.as_bytes();
        bytes[k].is_ascii_digit()
            && (k == 0 || !(bytes[k - 1].is_ascii_alphanumeric() || bytes[k - 1] == b'_'))
    };
    for k in (0..text.len()).filter(|k| starts(*k)).take(4) {
        let end = text[k..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |n| k + n);
        if let Ok(n) = text[k..end].parse::<u64>() {
            out.push(format!("{}{}{}", &text[..k], n.wrapping_add(1), &text[end..]));
        }
    }
    out
}
