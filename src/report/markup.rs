//! MathML: formulas as browsers typeset them, and as screen readers speak them.

use super::latex::stem_and_index;
use super::math::{Level, Math, Sign};

/// A formula as a `math` element; `display` sets it on a line of its own.
pub(super) fn element(m: &Math, display: Display) -> String {
    let attribute = match display {
        Display::Block => " display=block",
        Display::Inline => "",
    };
    enclosed(attribute, |row| row.sized(m))
}

/// One line of a chain as a `math` element: a left side, if there is one, a relation and a right side.
pub(super) fn line(left: Option<&Math>, sign: &str, right: &Math) -> String {
    enclosed("", |row| {
        if let Some(left) = left {
            row.sized(left);
        }
        if !sign.is_empty() {
            row.operator(relation(sign));
        }
        row.sized(right);
    })
}

/// A `math` element with what is written into it.
fn enclosed(attribute: &str, write: impl FnOnce(&mut Row)) -> String {
    let mut row = Row::default();
    write(&mut row);
    format!("<math{attribute}>{}</math>", row.out)
}

/// Letters of a formula that no page holds.
const HUGE: usize = 900;

/// How a formula stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Display {
    /// In a line of text.
    Inline,
    /// On a line of its own, large.
    Block,
}

/// Text with the characters that markup gives a meaning made plain, for the inside of elements.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escaped(&mut out, text);
    out
}

fn escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            c => out.push(c),
        }
    }
}

/// Text with all such characters made plain, for documents that are not read as HTML.
pub(super) fn xml(text: &str) -> String {
    escape(text).replace('>', "&gt;").replace('"', "&quot;")
}

/// Text as the value of an attribute, with quotation marks where it needs them.
pub(super) fn attribute(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '#');
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("\"{}\"", escape(text).replace('"', "&quot;")),
    }
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

/// The sign of a relation.
fn relation(text: &str) -> &str {
    match text {
        ">=" => "≥",
        "<=" => "≤",
        "!=" => "≠",
        other => other,
    }
}

/// Whether a factor begins with a bracket.
fn is_fenced(factor: &Math) -> bool {
    match factor {
        Math::Fenced(_) | Math::Interval(..) | Math::Set(_) => true,
        Math::Power(base, _) => is_fenced(base) || base.is_loose(Level::Primary),
        Math::Fraction(..) => false,
        _ => factor.is_loose(Level::Factor),
    }
}

fn is_number(m: &Math) -> bool {
    matches!(m, Math::Number(_))
}

/// `payment(vcg, buyer)`: a quantity of things that have names of several letters is one name.
fn label(m: &Math) -> Option<String> {
    match m {
        Math::Number(digits) => Some(digits.clone()),
        Math::Name(name) => {
            let (stem, index) = stem_and_index(name);
            let is_word = index.is_empty() && stem.chars().nth(1).is_some_and(char::is_alphabetic);
            (is_word && greek(stem).is_none()).then(|| name.clone())
        }
        Math::Call(function, arguments) if !arguments.is_empty() && function != "sum" => {
            let arguments: Option<Vec<String>> = arguments.iter().map(label).collect();
            Some(format!("{}({})", function.replace('_', "\u{a0}"), arguments?.join(",\u{a0}")))
        }
        _ => None,
    }
}

/// Elements one after the other, and how many there are.
#[derive(Default)]
struct Row {
    out: String,
    elements: usize,
}

impl Row {
    /// A token.
    fn token(&mut self, tag: &str, text: &str) {
        self.elements += 1;
        for part in ["<", tag, ">"] {
            self.out.push_str(part);
        }
        escaped(&mut self.out, text);
        for part in ["</", tag, ">"] {
            self.out.push_str(part);
        }
    }

    fn operator(&mut self, text: &str) {
        self.token("mo", text);
    }

    fn minus(&mut self, position: usize) {
        self.elements += 1;
        self.out.push_str(if position == 0 { "<mo form=prefix>−</mo>" } else { "<mo>−</mo>" });
    }

    /// Spaces at the ends of text are kept.
    fn words(&mut self, text: &str) {
        self.token("mtext", &text.replace(' ', "\u{a0}"));
    }

    /// A small distance.
    fn thin(&mut self) {
        self.token("mtext", "\u{2009}");
    }

    /// An element with elements in it.
    fn inside(&mut self, tag: &str, write: impl FnOnce(&mut Self)) {
        for part in ["<", tag, ">"] {
            self.out.push_str(part);
        }
        let before = self.elements;
        write(self);
        self.elements = before + 1;
        for part in ["</", tag, ">"] {
            self.out.push_str(part);
        }
    }

    /// As one element, for places that hold one.
    fn unit(&mut self, write: impl FnOnce(&mut Self)) {
        let (start, before) = (self.out.len(), self.elements);
        self.elements = 0;
        write(self);
        if self.elements != 1 {
            self.out.insert_str(start, "<mrow>");
            self.out.push_str("</mrow>");
        }
        self.elements = before + 1;
    }

    /// Brackets and what is in them. Browsers set brackets that grow with a distance on both sides, also where they
    /// do not grow.
    fn fence(&mut self, open: char, write: impl FnOnce(&mut Self), close: char) {
        self.bracket(open);
        write(self);
        self.bracket(close);
    }

    fn bracket(&mut self, bracket: char) {
        self.elements += 1;
        self.out.push_str("<mo stretchy=false>");
        self.out.push(bracket);
        self.out.push_str("</mo>");
    }

    fn part(&mut self, m: &Math, least: Level) {
        match m.is_loose(least) && !matches!(m, Math::Fraction(..)) {
            true => self.fence('(', |row| row.math(m), ')'),
            false => self.math(m),
        }
    }

    fn list(&mut self, parts: &[Math]) {
        for (position, part) in parts.iter().enumerate() {
            if position > 0 {
                self.operator(",");
            }
            self.math(part);
        }
    }

    /// A formula, or how long it is where no page would hold it.
    fn sized(&mut self, m: &Math) {
        match m.text().len() {
            n if n > HUGE => self.words(&format!("(a formula of {n} letters)")),
            _ => self.math(m),
        }
    }

    fn name(&mut self, text: &str) {
        let bare = text.trim_end_matches('\'');
        let primes = text.len() - bare.len();
        let (stem, index) = stem_and_index(bare);
        let tag = match (index, primes) {
            ("", 0) => return self.token("mi", greek(stem).unwrap_or(stem)),
            ("", _) => "msup",
            (_, 0) => "msub",
            _ => "msubsup",
        };
        self.inside(tag, |row| {
            row.token("mi", greek(stem).unwrap_or(stem));
            if !index.is_empty() {
                let is_number = index.chars().all(|c| c.is_ascii_digit());
                row.token(if is_number { "mn" } else { "mi" }, index);
            }
            if primes > 0 {
                row.operator(&"′".repeat(primes));
            }
        });
    }

    fn product(&mut self, factors: &[Math]) {
        for (position, factor) in factors.iter().enumerate() {
            let numeric = matches!(factor, Math::Number(_))
                || matches!(factor, Math::Power(base, _) if matches!(**base, Math::Number(_)));
            match factor {
                _ if position == 0 => {}
                _ if numeric => self.operator("·"),
                Math::Call(..) | Math::Indicator(_) => self.thin(),
                // Only before a bracket it might be read as a function.
                _ if is_fenced(factor) => self.operator("\u{2062}"),
                _ => {}
            }
            self.part(factor, Level::Factor);
        }
    }

    fn cases(&mut self, branches: &[(Math, Option<Math>)]) {
        self.inside("mrow", |row| {
            row.operator("{");
            row.inside("mtable", |rows| {
                for (e, condition) in branches {
                    rows.inside("mtr", |cells| {
                        cells.inside("mtd", |cell| cell.math(e));
                        cells.inside("mtd", |cell| match condition {
                            Some(condition) => {
                                cell.words("if ");
                                cell.math(condition);
                            }
                            None => cell.words("otherwise"),
                        });
                    });
                }
            });
        });
    }

    fn math(&mut self, m: &Math) {
        match m {
            Math::Number(digits) => self.token("mn", digits),
            Math::Name(text) => self.name(text),
            Math::Written(text) => match Math::read(text) {
                Math::Words(text) => self.words(&text),
                read => self.math(&read),
            },
            Math::Words(text) if text.trim() == "!=" => self.operator("≠"),
            Math::Words(text) => self.words(text),
            Math::Call(function, arguments) => {
                if let Some(label) = label(m).filter(|_| !arguments.iter().all(is_number)) {
                    return self.token("mi", &label);
                }
                match function.as_str() {
                    "sum" => self.operator("∑"),
                    _ => self.token("mi", &function.replace('_', "\u{a0}")),
                }
                self.operator("\u{2061}");
                self.fence('(', |row| row.list(arguments), ')');
            }
            Math::Sum(terms) => {
                for (position, (sign, term)) in terms.iter().enumerate() {
                    match sign {
                        Sign::Minus => self.minus(position),
                        Sign::Plus if position > 0 => self.operator("+"),
                        Sign::Plus => {}
                    }
                    self.part(term, Level::Words);
                }
            }
            Math::Product(factors) => self.product(factors),
            Math::Fraction(a, b) => self.inside("mfrac", |row| {
                row.unit(|row| row.math(a));
                row.unit(|row| row.math(b));
            }),
            Math::Power(base, exponent) => self.inside("msup", |row| {
                row.unit(|row| match base.is_loose(Level::Primary) {
                    true => row.part(base, Level::Primary),
                    false => row.math(base),
                });
                row.unit(|row| row.math(exponent));
            }),
            Math::Sqrt(inner) => self.inside("msqrt", |row| row.math(inner)),
            Math::Indicator(condition) => {
                self.token("mn", "𝟏");
                self.fence('[', |row| row.math(condition), ']');
            }
            Math::Integral { body, variable, along, low, high } => {
                self.inside("msubsup", |row| {
                    row.operator("∫");
                    row.unit(|row| row.math(low));
                    row.unit(|row| row.math(high));
                });
                self.part(body, Level::Product);
                self.thin();
                self.token("mi", "d");
                match along {
                    Some(e) => self.fence('(', |row| row.math(e), ')'),
                    None => self.name(variable),
                }
            }
            Math::Chain(first, rest) => {
                self.math(first);
                for (sign, side) in rest {
                    self.operator(relation(sign));
                    self.math(side);
                }
            }
            Math::Joined(parts, between) => {
                for (position, part) in parts.iter().enumerate() {
                    match between.trim() {
                        _ if position == 0 => {}
                        "union" => self.operator("∪"),
                        _ => self.words(between),
                    }
                    self.math(part);
                }
            }
            Math::Prefixed("E", inner) => {
                self.token("mi", "𝔼");
                self.operator("\u{2061}");
                if !inner.is_loose(Level::Prefix) {
                    self.thin();
                }
                self.part(inner, Level::Prefix);
            }
            Math::Prefixed(word, inner) => {
                self.words(&format!("{word} "));
                self.part(inner, Level::Prefix);
            }
            Math::Cases(branches) => self.cases(branches),
            Math::Interval(open, low, high, close) => {
                let ends = |row: &mut Self| {
                    row.math(low);
                    row.operator(",");
                    row.math(high);
                };
                self.fence(*open, ends, *close);
            }
            Math::Set(elements) if elements.is_empty() => self.operator("∅"),
            Math::Set(elements) => self.fence('{', |row| row.list(elements), '}'),
            Math::Fenced(inner) => self.fence('(', |row| row.math(inner), ')'),
            Math::RootOf(body, range) => {
                self.words("the root of ");
                self.math(body);
                self.words(" in ");
                self.math(range);
            }
            Math::Row(parts) => parts.iter().for_each(|part| self.math(part)),
        }
    }
}
