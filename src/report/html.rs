//! One self-contained page: contents, verdicts, folding derivations. Nothing is fetched, nothing runs.

use super::block::{Block, Inline, Link, Prose};
use super::document::{FileReport, StatementReport, Summary, VerdictKind};
use super::markup::{Display, element, escape, sized};
use super::sentence::verdict;
use super::text::count;

/// How the page looks: light and dark, on a phone, on paper.
const STYLE: &str = include_str!("page.css");

/// Bytes that the folds of a page share: a fold that is longer than the share of a statement is left to
/// `explain`.
const SHARED: usize = 3_000_000;

/// Folds deeper than `depth` begin closed.
pub fn page(title: &str, files: &[FileReport], errors: &[String], depth: usize) -> String {
    let summary = Summary::of(files.iter().flat_map(|f| &f.statements));
    let statements: usize = files.iter().map(|f| f.statements.len()).sum();
    let shape = Shape { depth, limit: (SHARED / statements.max(1)).clamp(4_000, 120_000) };
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the statements</a>\n<header>\n<h1>{title}</h1>\n",
        title = escape(title)
    );
    out.push_str(&format!("<p class=\"summary\">{}</p>\n</header>\n", tally(&summary)));
    contents(&mut out, files);
    out.push_str("<main id=\"main\">\n");
    for error in errors {
        out.push_str(&format!("<pre class=\"error\" role=\"alert\">{}</pre>\n", escape(error)));
    }
    misprints(&mut out, files, shape);
    for (number, file) in files.iter().enumerate() {
        self::file(&mut out, number, file, shape);
    }
    out.push_str(
        "</main>\n<footer><p>Every verdict is a theorem of vickrey’s kernel, an exact counterexample, or an honest \
         <em>undecided</em>. No number on this page has another source.</p></footer>\n</body>\n</html>\n",
    );
    out
}

/// How much is shown, and open at first.
#[derive(Clone, Copy)]
struct Shape {
    depth: usize,
    limit: usize,
}

impl Shape {
    fn deeper(self) -> Self {
        Shape { depth: self.depth.saturating_sub(1), ..self }
    }
}

fn tally(summary: &Summary) -> String {
    let all = [
        (summary.proved, "proved"),
        (summary.refuted, "refuted"),
        (summary.undecided, "undecided"),
        (summary.rejected, "rejected"),
    ];
    let mut parts: Vec<String> = all
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("<span class=\"badge {word}\">{n} {word}</span>"))
        .collect();
    if summary.misprints > 0 {
        let misprints = count(summary.misprints, "misprint", "misprints");
        parts.push(format!("<span class=\"badge misprint\">{misprints}</span>"));
    }
    parts.join(" ")
}

fn anchor(file: usize, s: &StatementReport) -> String {
    format!("s{file}-{}", escape(&s.name))
}

/// The name of a file without its folders and extension.
fn heading(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".mech").unwrap_or(name)
}

fn contents(out: &mut String, files: &[FileReport]) {
    out.push_str("<nav aria-labelledby=\"contents\">\n<h2 id=\"contents\">Contents</h2>\n<ul>\n");
    for (number, file) in files.iter().enumerate() {
        let verdicts = count(file.statements.len(), "statement", "statements");
        out.push_str(&format!(
            "<li><details{}><summary><a href=\"#f{number}\">{}</a> <small>{verdicts}</small></summary>\n<ul>\n",
            if files.len() == 1 { " open" } else { "" },
            escape(&file.path)
        ));
        for s in &file.statements {
            out.push_str(&format!(
                "<li>{} <a href=\"#{}\">{}</a></li>\n",
                mark(s),
                anchor(number, s),
                escape(&s.name)
            ));
        }
        out.push_str("</ul></details></li>\n");
    }
    out.push_str("</ul>\n</nav>\n");
}

/// A sign that does not rest on its colour.
fn mark(s: &StatementReport) -> String {
    let (class, sign) = match s.verdict {
        VerdictKind::Proved => ("proved", "✓"),
        VerdictKind::Refuted => ("refuted", "✗"),
        VerdictKind::Undecided => ("undecided", "?"),
        VerdictKind::Rejected => ("rejected", "!"),
    };
    format!("<span class=\"mark {class}\" role=\"img\" aria-label=\"{}\">{sign}</span>", s.verdict)
}

fn misprints(out: &mut String, files: &[FileReport], shape: Shape) {
    let found: Vec<(usize, &StatementReport)> = files
        .iter()
        .enumerate()
        .flat_map(|(number, file)| file.statements.iter().map(move |s| (number, s)))
        .filter(|(_, s)| s.printed.is_some())
        .collect();
    if found.is_empty() {
        return;
    }
    out.push_str("<section aria-labelledby=\"misprints\">\n<h2 id=\"misprints\">Misprints</h2>\n");
    for (number, s) in found {
        let Some(block @ Block::Misprint { .. }) =
            s.derivation.iter().find(|b| matches!(b, Block::Misprint { .. }))
        else {
            continue;
        };
        let name = escape(&s.name);
        out.push_str(&format!("<h3><a href=\"#{}\">{name}</a></h3>\n", anchor(number, s)));
        blocks(out, std::slice::from_ref(block), shape);
    }
    out.push_str("</section>\n");
}

fn file(out: &mut String, number: usize, file: &FileReport, shape: Shape) {
    let name = escape(heading(&file.path));
    out.push_str(&format!("<section aria-labelledby=\"f{number}\">\n<h2 id=\"f{number}\">{name}</h2>\n"));
    if !file.about.is_empty() {
        out.push_str(&format!("<p>{}</p>\n", prose(&file.about)));
    }
    if !file.source.is_empty() {
        out.push_str(&format!("<p>Source: <cite>{}</cite></p>\n", escape(&file.source)));
    }
    if !file.text.is_empty() {
        out.push_str(&format!(
            "<details class=\"source\"><summary>The file <code>{}</code></summary>\n<pre tabindex=\"0\"><code>{}</code></pre></details>\n",
            escape(&file.path),
            escape(&file.text)
        ));
    }
    for s in &file.statements {
        statement(out, number, s, shape);
    }
    out.push_str("</section>\n");
}

fn statement(out: &mut String, number: usize, s: &StatementReport, shape: Shape) {
    let name = escape(&s.name);
    let anchor = anchor(number, s);
    out.push_str(&format!(
        "<article id=\"{anchor}\" aria-labelledby=\"{anchor}-h\" class=\"{}\">\n<h3 id=\"{anchor}-h\">{} {name} <span class=\"badge {}\">{}</span></h3>\n",
        if s.as_stated { "as-stated" } else { "not-as-stated" },
        mark(s),
        s.verdict,
        s.verdict
    ));
    out.push_str(&format!("<p>{}</p>\n", prose(&s.sentence)));
    out.push_str(&format!("<p class=\"stated\"><code>{}</code></p>\n", escape(&s.statement)));
    for sentence in s.story.iter().filter(|_| !s.as_stated || s.verdict == VerdictKind::Refuted) {
        out.push_str(&format!("<p class=\"story\">{}</p>\n", escape(sentence)));
    }
    if s.derivation.is_empty() {
        out.push_str(&format!("<p>{}</p>\n</article>\n", prose(&verdict(s))));
        return;
    }
    let figures: Vec<Block> =
        s.derivation.iter().filter(|b| matches!(b, Block::Figure(_))).cloned().collect();
    blocks(out, &figures, shape);
    let rest: Vec<Block> = s.derivation.iter().filter(|b| !matches!(b, Block::Figure(_))).cloned().collect();
    if !rest.is_empty() {
        out.push_str("<details class=\"derivation\"><summary>Derivation</summary>\n");
        blocks(out, &rest, shape);
        out.push_str("</details>\n");
    }
    out.push_str(&format!("<p class=\"verdict\">{}</p>\n", prose(&verdict(s))));
    if !s.refs.is_empty() {
        let refs: Vec<String> = s.refs.iter().map(|r| escape(r)).collect();
        out.push_str(&format!("<p class=\"refs\">Rows: {}</p>\n", refs.join(", ")));
    }
    out.push_str("</article>\n");
}

/// A sentence.
fn prose(prose: &Prose) -> String {
    prose
        .iter()
        .map(|inline| match inline {
            Inline::Text(text) => escape(text),
            Inline::Strong(text) => format!("<strong>{}</strong>", escape(text)),
            Inline::Code(text) => format!("<code>{}</code>", escape(text)),
            Inline::Math(m) => element(m, Display::Inline),
        })
        .collect()
}

fn blocks(out: &mut String, all: &[Block], shape: Shape) {
    for block in all {
        match block {
            Block::Prose(sentence) => out.push_str(&format!("<p>{}</p>\n", prose(sentence))),
            Block::Chain(links) => chain(out, links),
            Block::Fold { title, blocks: inside } if inside.is_empty() => {
                out.push_str(&format!("<p>{}</p>\n", prose(title)));
            }
            Block::Fold { title, blocks: inside } => {
                let mut details = String::new();
                blocks(&mut details, inside, shape.deeper());
                if details.len() > shape.limit {
                    details = "<p>This part is long: <code>vickrey explain</code> shows it.</p>\n".into();
                }
                let open = if shape.depth > 0 { " open" } else { "" };
                out.push_str(&format!(
                    "<details{open}><summary>{}</summary>\n<div class=\"fold\">\n{details}</div></details>\n",
                    prose(title)
                ));
            }
            Block::Misprint { printed, right, note } => out.push_str(&format!(
                "<div class=\"sides\" role=\"group\" aria-label=\"Misprint\"><div class=\"wrong\"><h4>Printed</h4>{}</div><div class=\"right\"><h4>Right</h4>{}</div></div>\n<p>{}</p>\n",
                element(printed, Display::Block),
                element(right, Display::Block),
                prose(note)
            )),
            Block::Figure(figure) => out.push_str(&format!(
                "<figure>\n{}<figcaption>{}</figcaption>\n</figure>\n",
                figure.svg,
                escape(&figure.alternative)
            )),
        }
    }
}

/// A chain is a table of formulas: left side, relation and right side, reason.
fn chain(out: &mut String, links: &[Link]) {
    out.push_str("<div class=\"chain\" tabindex=\"0\" role=\"group\" aria-label=\"Formulas\">\n");
    for link in links {
        let left = link.left.as_ref().map(sized).unwrap_or_default();
        let relation = match link.relation {
            "" => String::new(),
            relation => format!("<mo>{}</mo>", escape(sign(relation))),
        };
        let formula = format!("<math>{left}{relation}{}</math>", sized(&link.right));
        let class = if link.left.is_some() { "first" } else { "next" };
        out.push_str(&format!("<div class=\"link {class}\"><span>{formula}</span>"));
        if !link.reason.is_empty() {
            out.push_str(&format!("<span class=\"reason\">{}</span>", prose(&link.reason)));
        }
        out.push_str("</div>\n");
    }
    out.push_str("</div>\n");
}

fn sign(relation: &str) -> &str {
    match relation {
        ">=" => "≥",
        "<=" => "≤",
        "!=" => "≠",
        other => other,
    }
}
