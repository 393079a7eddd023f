//! MathML: formulas as browsers typeset them, and as screen readers speak them.

use super::latex::stem_and_index;
use super::math::{Level, Math, Sign};

/// A formula as a `math` element; `display` sets it on a line of its own.
pub(super) fn element(m: &Math, display: Display) -> String {
    let attribute = match display {
        Display::Block => " display=\"block\"",
        Display::Inline => "",
    };
    format!("<math{attribute}>{}</math>", sized(m))
}

/// Letters of a formula that no page holds.
const HUGE: usize = 900;

/// A formula, or how long it is where no page would hold it.
pub(super) fn sized(m: &Math) -> String {
    match m.text().len() {
        n if n > HUGE => words(&format!("(a formula of {n} letters)")),
        _ => math(m),
    }
}

/// How a formula stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Display {
    /// In a line of text.
    Inline,
    /// On a line of its own, large.
    Block,
}

/// Text with the characters that markup gives a meaning made plain.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// The letter that a name stands for.
pub(super) fn greek(name: &str) -> Option<&'static str> {
    Some(match name {
        "alpha" => "α",
        "beta" => "β",
        "gamma" => "γ",
        "delta" => "δ",
        "epsilon" => "ε",
        "zeta" => "ζ",
        "eta" => "η",
        "theta" => "θ",
        "kappa" => "κ",
        "lambda" => "λ",
        "mu" => "μ",
        "nu" => "ν",
        "xi" => "ξ",
        "pi" => "π",
        "rho" => "ρ",
        "sigma" => "σ",
        "tau" => "τ",
        "phi" => "φ",
        "chi" => "χ",
        "psi" => "ψ",
        "omega" => "ω",
        _ => return None,
    })
}

fn operator(text: &str) -> String {
    format!("<mo>{}</mo>", escape(text))
}

fn fence(open: char, inner: &str, close: char) -> String {
    // Browsers know on which side of a term each of them stands.
    format!("<mo stretchy=\"false\">{open}</mo>{inner}<mo stretchy=\"false\">{close}</mo>")
}

fn row(inner: &str) -> String {
    format!("<mrow>{inner}</mrow>")
}

fn words(text: &str) -> String {
    // Spaces at the ends of text are kept.
    format!("<mtext>{}</mtext>", escape(text).replace(' ', "\u{a0}"))
}

fn part(m: &Math, least: Level) -> String {
    let inner = math(m);
    let loose = m.is_loose(least) && !matches!(m, Math::Fraction(..));
    if loose { fence('(', &inner, ')') } else { inner }
}

/// As one element, for places that hold one.
fn unit(m: &Math) -> String {
    match m {
        Math::Number(_) | Math::Name(_) | Math::Fraction(..) | Math::Sqrt(_) => math(m),
        _ => row(&math(m)),
    }
}

/// The sign of a relation.
fn relation(text: &str) -> &str {
    match text {
        ">=" => "≥",
        "<=" => "≤",
        "!=" => "≠",
        other => other,
    }
}

fn name(text: &str) -> String {
    let bare = text.trim_end_matches('\'');
    let primes = text.len() - bare.len();
    let (stem, index) = stem_and_index(bare);
    let stem = match greek(stem) {
        Some(letter) => format!("<mi>{letter}</mi>"),
        None => format!("<mi>{}</mi>", escape(stem)),
    };
    let index = match index {
        "" => None,
        i if i.chars().all(|c| c.is_ascii_digit()) => Some(format!("<mn>{i}</mn>")),
        i => Some(format!("<mi>{}</mi>", escape(i))),
    };
    let prime = format!("<mo>{}</mo>", "′".repeat(primes));
    match (index, primes) {
        (None, 0) => stem,
        (Some(index), 0) => format!("<msub>{stem}{index}</msub>"),
        (None, _) => format!("<msup>{stem}{prime}</msup>"),
        (Some(index), _) => format!("<msubsup>{stem}{index}{prime}</msubsup>"),
    }
}

fn list(parts: &[Math]) -> String {
    parts.iter().map(math).collect::<Vec<_>>().join("<mo>,</mo>")
}

/// The inside of a `math` element.
pub(super) fn math(m: &Math) -> String {
    match m {
        Math::Number(digits) => format!("<mn>{}</mn>", escape(digits)),
        Math::Name(text) => name(text),
        Math::Written(text) => match Math::read(text) {
            Math::Words(text) => words(&text),
            read => math(&read),
        },
        Math::Words(text) if text.trim() == "!=" => operator("≠"),
        Math::Words(text) => words(text),
        Math::Call(function, arguments) => {
            let function = match function.as_str() {
                "sum" => operator("∑"),
                _ => format!("<mi>{}</mi>", escape(&function.replace('_', "\u{a0}"))),
            };
            format!("{function}<mo>\u{2061}</mo>{}", fence('(', &list(arguments), ')'))
        }
        Math::Sum(terms) => {
            let mut out = String::new();
            for (position, (sign, term)) in terms.iter().enumerate() {
                match (position, sign) {
                    (0, Sign::Plus) => {}
                    (0, Sign::Minus) => out.push_str("<mo form=\"prefix\">−</mo>"),
                    (_, Sign::Plus) => out.push_str("<mo>+</mo>"),
                    (_, Sign::Minus) => out.push_str("<mo>−</mo>"),
                }
                out.push_str(&part(term, Level::Words));
            }
            out
        }
        Math::Product(factors) => {
            let mut out = String::new();
            for (position, factor) in factors.iter().enumerate() {
                let numeric = matches!(factor, Math::Number(_))
                    || matches!(factor, Math::Power(base, _) if matches!(**base, Math::Number(_)));
                if position > 0 {
                    out.push_str(match factor {
                        _ if numeric => "<mo>·</mo>",
                        Math::Call(..) => "<mspace width=\"0.17em\"/>",
                        _ => "<mo>\u{2062}</mo>",
                    });
                }
                out.push_str(&part(factor, Level::Factor));
            }
            out
        }
        Math::Fraction(a, b) => format!("<mfrac>{}{}</mfrac>", unit(a), unit(b)),
        Math::Power(base, exponent) => {
            let base =
                if base.is_loose(Level::Primary) { row(&part(base, Level::Primary)) } else { unit(base) };
            format!("<msup>{base}{}</msup>", unit(exponent))
        }
        Math::Sqrt(inner) => format!("<msqrt>{}</msqrt>", math(inner)),
        Math::Indicator(condition) => {
            format!("<mn>𝟏</mn>{}", fence('[', &math(condition), ']'))
        }
        Math::Integral { body, variable, along, low, high } => format!(
            "<msubsup><mo>∫</mo>{}{}</msubsup>{}<mspace width=\"0.17em\"/><mi>d</mi>{}",
            unit(low),
            unit(high),
            part(body, Level::Product),
            along.as_ref().map_or_else(|| name(variable), |e| fence('(', &math(e), ')'))
        ),
        Math::Chain(first, rest) => {
            let sides = rest.iter().map(|(r, side)| operator(relation(r)) + &math(side));
            math(first) + &sides.collect::<String>()
        }
        Math::Joined(parts, between) => {
            let between = match between.trim() {
                "union" => operator("∪"),
                _ => words(between),
            };
            parts.iter().map(math).collect::<Vec<_>>().join(&between)
        }
        Math::Prefixed("E", inner) => {
            format!("<mi mathvariant=\"normal\">𝔼</mi><mo>\u{2061}</mo>{}", part(inner, Level::Prefix))
        }
        Math::Prefixed(word, inner) => words(&format!("{word} ")) + &part(inner, Level::Prefix),
        Math::Cases(branches) => {
            let branch = |(e, condition): &(Math, Option<Math>)| {
                let when = match condition {
                    Some(condition) => words("if ") + &math(condition),
                    None => words("otherwise"),
                };
                format!("<mtr><mtd>{}</mtd><mtd>{when}</mtd></mtr>", math(e))
            };
            let rows: String = branches.iter().map(branch).collect();
            format!(
                "<mo stretchy=\"true\" form=\"prefix\">{{</mo><mtable columnalign=\"left\">{rows}</mtable>"
            )
        }
        Math::Interval(open, low, high, close) => {
            let ends = format!("{}<mo>,</mo>{}", math(low), math(high));
            fence(*open, &ends, *close)
        }
        Math::Set(elements) if elements.is_empty() => operator("∅"),
        Math::Set(elements) => fence('{', &list(elements), '}'),
        Math::Fenced(inner) => fence('(', &math(inner), ')'),
        Math::RootOf(body, range) => words("the root of ") + &math(body) + &words(" in ") + &math(range),
        Math::Row(parts) => parts.iter().map(math).collect(),
    }
}
