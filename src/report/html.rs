//! One self-contained page: contents, verdicts, folding derivations. Nothing is fetched, nothing runs.

use super::block::{Block, Inline, Link, Prose, plain};
use super::document::{FileReport, StatementReport, Summary, VerdictKind};
use super::markup::{Display, attribute, element, escape, line};
use super::math::Math;
use super::sentence;
use super::text::count;

/// How the page looks: light and dark, on a phone, on paper.
const STYLE: &str = include_str!("page.css");

/// Bytes that the folds of a page share: a fold that is longer than the share of a statement is left to
/// `explain`.
const SHARED: usize = 2_500_000;

/// The least share, and the greatest.
const SHORT: usize = 3_700;
const LONG: usize = 100_000;

/// A page before it is written. Its sections can be written in any order.
#[derive(Debug)]
pub struct Page<'a> {
    files: &'a [FileReport],
    shape: Shape,
}

impl<'a> Page<'a> {
    /// The page about some files. Folds deeper than `depth` begin closed.
    pub fn new(files: &'a [FileReport], depth: usize) -> Self {
        let statements: usize = files.iter().map(|f| f.statements.len()).sum();
        let limit = (SHARED / statements.max(1)).clamp(SHORT, LONG);
        Page { files, shape: Shape { depth, limit } }
    }

    /// The section of a file, by its place among the files; nothing if there is no such file.
    pub fn section(&self, number: usize) -> String {
        let mut out = String::new();
        if let Some(file) = self.files.get(number) {
            self::file(&mut out, number, file, self.shape);
        }
        out
    }

    /// The whole page, with a title, complaints about what could not be read, and the sections in order.
    pub fn text(&self, title: &str, errors: &[String], sections: &[String]) -> String {
        let summary = Summary::of(self.files.iter().flat_map(|f| &f.statements));
        let mut out = format!(
            "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n\
             <meta name=viewport content=\"width=device-width, initial-scale=1\">\n\
             <meta name=color-scheme content=\"light dark\">\n\
             <title>{title}</title>\n<link rel=icon href=\"data:,\">\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
             <a class=skip href=#main>Skip to the statements</a>\n<header>\n<h1>{title}</h1>\n",
            title = escape(title)
        );
        out.push_str(&format!("<p class=summary>{}</p>\n</header>\n", tally(&summary)));
        contents(&mut out, self.files);
        out.push_str("<main id=main>\n");
        for error in errors {
            out.push_str(&format!("<pre class=error role=alert>{}</pre>\n", escape(error)));
        }
        misprints(&mut out, self.files, self.shape);
        sections.iter().for_each(|section| out.push_str(section));
        out.push_str(
            "</main>\n<footer><p>Every verdict is a theorem of vickrey’s kernel, an exact counterexample, or an honest \
             <em>undecided</em>. No number on this page has another source.</p></footer>\n</body>\n</html>\n",
        );
        out
    }
}

/// One page about some files.
pub fn page(title: &str, files: &[FileReport], errors: &[String], depth: usize) -> String {
    let page = Page::new(files, depth);
    let sections: Vec<String> = (0..files.len()).map(|number| page.section(number)).collect();
    page.text(title, errors, &sections)
}

/// How much is shown, and open at first.
#[derive(Debug, Clone, Copy)]
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
    format!("s{file}-{}", s.name)
}

/// The name of a file without its folders and extension.
fn heading(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".mech").unwrap_or(name)
}

fn contents(out: &mut String, files: &[FileReport]) {
    out.push_str("<nav aria-labelledby=contents>\n<h2 id=contents>Contents</h2>\n<ul>\n");
    for (number, file) in files.iter().enumerate() {
        let verdicts = count(file.statements.len(), "statement", "statements");
        out.push_str(&format!(
            "<li><details{}><summary><a href=#f{number}>{}</a> <small>{verdicts}</small></summary><ul>\n",
            if files.len() == 1 { " open" } else { "" },
            escape(&file.path)
        ));
        for s in &file.statements {
            let (name, anchor) = (escape(&s.name), attribute(&format!("#{}", anchor(number, s))));
            out.push_str(&format!("<li class={}><a href={anchor}>{name}</a>\n", s.verdict));
        }
        out.push_str("</ul></details>\n");
    }
    out.push_str("</ul>\n</nav>\n");
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
    out.push_str("<section aria-labelledby=misprints>\n<h2 id=misprints>Misprints</h2>\n");
    for (number, s) in found {
        let Some(block @ Block::Misprint { .. }) =
            s.derivation.iter().find(|b| matches!(b, Block::Misprint { .. }))
        else {
            continue;
        };
        let (name, anchor) = (escape(&s.name), attribute(&format!("#{}", anchor(number, s))));
        out.push_str(&format!("<h3><a href={anchor}>{name}</a></h3>\n"));
        blocks(out, std::slice::from_ref(block), shape);
    }
    out.push_str("</section>\n");
}

fn file(out: &mut String, number: usize, file: &FileReport, shape: Shape) {
    let name = escape(heading(&file.path));
    out.push_str(&format!("<section aria-labelledby=f{number}>\n<h2 id=f{number}>{name}</h2>\n"));
    if !file.about.is_empty() {
        out.push_str(&format!("<p>{}</p>\n", prose(&file.about)));
    }
    if !file.source.is_empty() {
        out.push_str(&format!("<p>Source: <cite>{}</cite></p>\n", escape(&file.source)));
    }
    if !file.text.is_empty() {
        out.push_str(&format!(
            "<details class=source><summary>The file <code>{}</code></summary><pre tabindex=0><code>{}</code></pre></details>\n",
            escape(&file.path),
            escape(&file.text)
        ));
    }
    for s in &file.statements {
        statement(out, number, s, shape);
    }
    out.push_str("</section>\n");
}

/// A sentence of a story, in which what stands between backticks is code.
fn quoted(sentence: &str) -> String {
    let parts: Vec<&str> = sentence.split('`').collect();
    // One that has no partner is a letter like others.
    if parts.len().is_multiple_of(2) {
        return escape(sentence);
    }
    let part = |(position, text): (usize, &&str)| match position % 2 {
        0 => escape(text),
        _ => format!("<code>{}</code>", escape(text)),
    };
    parts.iter().enumerate().map(part).collect()
}

fn statement(out: &mut String, number: usize, s: &StatementReport, shape: Shape) {
    let name = escape(&s.name);
    let anchor = attribute(&anchor(number, s));
    let class = if s.as_stated { "" } else { " class=not-as-stated" };
    out.push_str(&format!("<article{class}>\n"));
    let verdict = s.verdict;
    out.push_str(&format!("<h3 id={anchor} class={verdict}>{name} <b>{verdict}</b></h3>\n"));
    out.push_str(&format!("<p>{}\n", prose(&s.sentence)));
    out.push_str(&format!("<p><code>{}</code>\n", escape(&s.statement)));
    let is_told = !s.as_stated || s.verdict == VerdictKind::Refuted;
    let story: &[String] = if is_told { &s.story } else { &[] };
    for sentence in story {
        out.push_str(&format!("<p class=story>{}\n", quoted(sentence)));
    }
    if s.derivation.is_empty() {
        out.push_str(&format!("<p>{}\n</article>\n", prose(&sentence::verdict(s))));
        return;
    }
    let figure = |block: &Block| matches!(block, Block::Figure(_));
    for block in s.derivation.iter().filter(|b| figure(b)) {
        blocks(out, std::slice::from_ref(block), shape);
    }
    // The story is told above.
    let is_new = |block: &Block| !matches!(block, Block::Prose(prose) if story.contains(&plain(prose)));
    let mut rest = s.derivation.iter().filter(|b| !figure(b) && is_new(b)).peekable();
    if rest.peek().is_some() {
        out.push_str("<details><summary>Derivation</summary>\n");
        rest.for_each(|block| blocks(out, std::slice::from_ref(block), shape));
        out.push_str("</details>\n");
    }
    out.push_str(&format!("<p>{}\n", prose(&sentence::verdict(s))));
    if !s.refs.is_empty() {
        let refs: Vec<String> = s.refs.iter().map(|r| escape(r)).collect();
        out.push_str(&format!("<p>Rows: {}\n", refs.join(", ")));
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
            Block::Prose(sentence) => out.push_str(&format!("<p>{}\n", prose(sentence))),
            Block::Chain(links) => chain(out, links),
            Block::Fold { title, blocks: inside } if inside.is_empty() => {
                out.push_str(&format!("<p>{}\n", prose(title)));
            }
            Block::Fold { title, blocks: inside } => {
                let mut details = String::new();
                blocks(&mut details, inside, shape.deeper());
                if details.len() > shape.limit {
                    details = "<p>This part is long: <code>vickrey explain</code> shows it.\n".into();
                }
                let (open, title) = (if shape.depth > 0 { " open" } else { "" }, prose(title));
                out.push_str(&format!(
                    "<details{open}><summary>{title}</summary><div>\n{details}</div></details>\n"
                ));
            }
            Block::Misprint { printed, right, note } => out.push_str(&format!(
                "<div class=sides role=group aria-label=Misprint><div class=wrong><h4>Printed</h4>{}</div><div class=right><h4>Right</h4>{}</div></div>\n<p>{}\n",
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

/// Letters of a line that any page is wide enough for.
const NARROW: usize = 20;

/// A chain is a list of formulas: left side, relation and right side, reason. One that may be wider than the page can be
/// moved with the keyboard.
fn chain(out: &mut String, links: &[Link]) {
    let letters = |m: &Math| m.text().chars().count();
    let width = |link: &Link| link.left.as_ref().map_or(0, letters) + letters(&link.right);
    out.push_str(match links.iter().all(|link| width(link) <= NARROW) {
        true => "<div class=chain>\n",
        false => "<div tabindex=0 role=group aria-label=Formulas>\n",
    });
    for link in links {
        let class = if link.left.is_some() { "" } else { " class=next" };
        let formula = line(link.left.as_ref(), link.relation, &link.right);
        out.push_str(&format!("<p{class}>{formula}"));
        if !link.reason.is_empty() {
            out.push_str(&format!("<span>{}</span>", prose(&link.reason)));
        }
        out.push('\n');
    }
    out.push_str("</div>\n");
}
