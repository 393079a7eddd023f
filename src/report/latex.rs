//! LaTeX: formulas, and documents as paragraphs and `align*` environments that need amsmath alone.

use super::block::{Block, Inline, Link, Prose};
use super::math::{Level, Math, Sign};

/// Letters of a formula beyond which it is set on several lines.
const WIDE: usize = 72;
/// Letters of a formula that no page holds.
const HUGE: usize = 900;
/// Beyond so many letters the reason goes to a line of its own.
const NARROW: usize = 40;

/// A formula, for math mode.
pub(super) fn math(m: &Math) -> String {
    match m {
        Math::Number(digits) => digits.clone(),
        Math::Name(name) => self::name(name),
        Math::Written(text) => match Math::read(text) {
            Math::Words(words) => format!("\\text{{{}}}", escape(&words)),
            read => math(&read),
        },
        Math::Words(words) => match words.trim() {
            "!=" => " \\ne ".into(),
            _ => format!("\\text{{{}}}", escape(words)),
        },
        Math::Call(name, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(math).collect();
            format!("{}({})", function(name), arguments.join(", "))
        }
        Math::Sum(terms) => {
            let mut out = String::new();
            for (position, (sign, term)) in terms.iter().enumerate() {
                out.push_str(sign.before(position));
                out.push_str(&part(term, Level::Words));
            }
            out
        }
        Math::Product(factors) => {
            let mut out = String::new();
            for (position, factor) in factors.iter().enumerate() {
                let next = part(factor, Level::Factor);
                // Two numbers side by side would be one.
                let dot = position > 0 && next.starts_with(|c: char| c.is_ascii_digit());
                out.push_str(if dot {
                    " \\cdot "
                } else if position > 0 {
                    " \\, "
                } else {
                    ""
                });
                out.push_str(&next);
            }
            out
        }
        Math::Fraction(a, b) => format!("\\frac{{{}}}{{{}}}", math(a), math(b)),
        Math::Power(base, exponent) => format!("{}^{{{}}}", part(base, Level::Primary), math(exponent)),
        Math::Sqrt(inner) => format!("\\sqrt{{{}}}", math(inner)),
        Math::Indicator(condition) => format!("\\mathbf{{1}}[{}]", math(condition)),
        Math::Integral { body, variable, along, low, high } => format!(
            "\\int_{{{}}}^{{{}}} {} \\, d{}",
            math(low),
            math(high),
            part(body, Level::Product),
            along.as_ref().map_or_else(|| self::name(variable), |e| format!("({})", math(e)))
        ),
        Math::Chain(first, rest) => {
            let rest: Vec<String> =
                rest.iter().map(|(r, side)| format!(" {} {}", relation(r), math(side))).collect();
            math(first) + &rest.concat()
        }
        Math::Joined(parts, between) => {
            let between = match between.trim() {
                "union" => " \\cup ".to_owned(),
                "," => ", ".to_owned(),
                _ => format!("\\text{{{between}}}"),
            };
            parts.iter().map(math).collect::<Vec<_>>().join(&between)
        }
        Math::Prefixed("E", inner) => format!("\\mathbb{{E}}\\,{}", part(inner, Level::Prefix)),
        Math::Prefixed(word, inner) => {
            format!("\\text{{{}}}\\ {}", escape(word), part(inner, Level::Prefix))
        }
        Math::Cases(branches) => {
            let branch = |(e, condition): &(Math, Option<Math>)| match condition {
                Some(condition) => format!("{} & \\text{{if }} {}", math(e), math(condition)),
                None => format!("{} & \\text{{otherwise}}", math(e)),
            };
            let branches: Vec<String> = branches.iter().map(branch).collect();
            format!("\\begin{{cases}} {} \\end{{cases}}", branches.join(" \\\\ "))
        }
        Math::Interval(open, low, high, close) => format!("{open}{}, {}{close}", math(low), math(high)),
        Math::Set(elements) => {
            let elements: Vec<String> = elements.iter().map(math).collect();
            if elements.is_empty() { "\\emptyset".into() } else { format!("\\{{{}\\}}", elements.join(", ")) }
        }
        Math::Fenced(inner) => format!("({})", math(inner)),
        Math::RootOf(body, range) => {
            format!("\\text{{the root of }} {} \\text{{ in }} {}", math(body), math(range))
        }
        Math::Row(parts) => parts.iter().map(math).collect(),
    }
}

fn part(m: &Math, least: Level) -> String {
    match m.is_loose(least) && !matches!(m, Math::Fraction(..)) {
        true => format!("\\left({}\\right)", math(m)),
        false => math(m),
    }
}

/// The sign of a relation.
pub(super) fn relation(text: &str) -> &'static str {
    match text {
        ">=" => "\\ge",
        "<=" => "\\le",
        "!=" => "\\ne",
        ">" => ">",
        "<" => "<",
        _ => "=",
    }
}

/// `theta_b'` with its index and prime.
fn name(text: &str) -> String {
    let bare = text.trim_end_matches('\'');
    let primes = text.get(bare.len()..).unwrap_or_default();
    let (stem, index) = stem_and_index(bare);
    let stem = match stem {
        s if is_greek(s) => format!("\\{s}"),
        s if s.chars().count() == 1 => s.to_owned(),
        s => upright(s),
    };
    match index {
        "" => format!("{stem}{primes}"),
        index => {
            format!("{stem}_{{{}}}{primes}", if index.len() > 1 { upright(index) } else { index.to_owned() })
        }
    }
}

/// `v[1]`, `z1` and `theta_b` have an index; `ir_vcg` is one name.
pub(super) fn stem_and_index(bare: &str) -> (&str, &str) {
    if let Some((stem, index)) = bare.split_once('[') {
        return (stem, index.trim_end_matches(']'));
    }
    if let Some((stem, index)) = bare.rsplit_once('_')
        && (stem.chars().count() == 1 || is_greek(stem))
    {
        return (stem, index);
    }
    match bare.char_indices().nth(1) {
        Some((at, _)) if bare.get(at..).is_some_and(|d| d.chars().all(|c| c.is_ascii_digit())) => {
            bare.split_at(at)
        }
        _ => (bare, ""),
    }
}

/// The Greek letters that names are read as.
pub(super) fn is_greek(name: &str) -> bool {
    super::markup::greek(name).is_some()
}

fn function(name: &str) -> String {
    match name {
        "max" | "min" => format!("\\{name}"),
        "sum" => "\\textstyle\\sum".into(),
        _ if name.chars().count() == 1 => name.to_owned(),
        _ => upright(name),
    }
}

/// A name of several letters, or words.
fn upright(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    format!("{}{{{}}}", if plain { "\\mathrm" } else { "\\text" }, escape(name))
}

/// Text with the characters that LaTeX gives a meaning made plain.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '<' => out.push_str("\\ensuremath{<}"),
            '>' => out.push_str("\\ensuremath{>}"),
            '"' => out.push_str("''"),
            c => out.push(c),
        }
    }
    out
}

/// A sentence.
pub(super) fn prose(prose: &Prose) -> String {
    prose
        .iter()
        .map(|inline| match inline {
            Inline::Text(text) => escape(text),
            Inline::Strong(text) => format!("\\textbf{{{}}}", escape(text)),
            Inline::Code(text) => format!("\\texttt{{{}}}", escape(text)),
            Inline::Math(m) => format!("${}$", sized(m)),
        })
        .collect()
}

/// A formula, or how long it is where no page would hold it.
fn sized(m: &Math) -> String {
    match m.text().len() {
        n if n > HUGE => format!("\\text{{(a formula of {n} letters)}}"),
        _ => math(m),
    }
}

/// Blocks as paragraphs; those deeper than `depth` are left out.
pub(super) fn blocks(all: &[Block], depth: usize) -> String {
    let mut out = String::new();
    for block in all {
        self::block(&mut out, block, depth);
    }
    out
}

fn block(out: &mut String, block: &Block, depth: usize) {
    match block {
        Block::Prose(sentence) => out.push_str(&format!("\\noindent {}\\par\n", prose(sentence))),
        Block::Chain(links) => chain(out, links),
        Block::Fold { title, blocks: inside } => {
            let end = if depth == 0 || inside.is_empty() { "." } else { ":" };
            out.push_str(&format!("\\medskip\\noindent\\emph{{{}}}{end}\\par\n", prose(title)));
            if depth > 0 {
                out.push_str(&blocks(inside, depth - 1));
            }
        }
        Block::Misprint { printed, right, note } => out.push_str(&format!(
            "\\medskip\\noindent\\textbf{{Misprint.}} Printed: ${}$. Right: ${}$. {}\\par\n",
            math(printed),
            math(right),
            prose(note)
        )),
        Block::Figure(figure) => {
            out.push_str(&format!("\\medskip\\noindent[Figure: {}]\\par\n", escape(&figure.alternative)));
        }
    }
}

/// `align*`: one line a link, with its reason.
fn chain(out: &mut String, links: &[Link]) {
    let mut lines: Vec<String> = Vec::new();
    for link in links {
        let left = link.left.as_ref().map(sized).unwrap_or_default();
        let shown = link.right.text().len();
        let sign = if link.relation.is_empty() { "" } else { relation(link.relation) };
        let parts = broken(&link.right);
        let long_left = link.left.as_ref().is_some_and(|l| l.text().len() + shown > WIDE);
        let mut rows: Vec<String> = Vec::new();
        if long_left {
            rows.push(format!("& {left}"));
        }
        for (position, part) in parts.iter().enumerate() {
            let start = match (position, long_left) {
                (0, true) => format!("&\\quad {sign} "),
                (0, false) => format!("{left} & {sign} "),
                _ => "&\\qquad ".to_owned(),
            };
            rows.push(format!("{start}{part}"));
        }
        let reason = prose(&link.reason);
        if !link.reason.is_empty() {
            let width =
                if long_left { shown } else { shown + link.left.as_ref().map_or(0, |l| l.text().len()) };
            match rows.last_mut() {
                Some(last) if width <= NARROW => last.push_str(&format!(" && \\text{{{reason}}}")),
                _ => rows.push(format!("&\\qquad\\text{{({reason})}}")),
            }
        }
        lines.extend(rows);
    }
    // Long derivations break between pages, and amsmath holds a whole environment in memory.
    for some in lines.chunks(24) {
        out.push_str(&format!("\\begin{{align*}}\n  {}\n\\end{{align*}}\n", some.join(" \\\\\n  ")));
    }
}

/// A long sum on several lines.
fn broken(m: &Math) -> Vec<String> {
    let width = m.text().len();
    let Math::Sum(terms) = m else { return vec![sized(m)] };
    if width <= WIDE || width > HUGE {
        return vec![sized(m)];
    }
    let mut rows: Vec<String> = Vec::new();
    let mut row: Vec<(Sign, Math)> = Vec::new();
    let mut width = 0;
    for (sign, term) in terms {
        let next = term.text().len();
        if width + next > WIDE && !row.is_empty() {
            rows.push(set(&row, rows.is_empty()));
            (row, width) = (Vec::new(), 0);
        }
        row.push((*sign, term.clone()));
        width += next + 3;
    }
    rows.push(set(&row, rows.is_empty()));
    rows
}

fn set(row: &[(Sign, Math)], first: bool) -> String {
    let shown = math(&Math::Sum(row.to_vec()));
    match row.first() {
        Some((Sign::Plus, _)) if !first => format!("{{}} + {shown}"),
        _ => shown,
    }
}
