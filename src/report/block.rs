//! [`Block`]: a worked derivation as a document, before it is text, LaTeX, Markdown or HTML.
//!
//! Written and computed derivations are the same blocks: sentences, chains of formulas with reasons, folds.

use super::latex;
use super::math::Math;

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A sentence.
    Prose(Prose),
    /// Formulas, each related to the one before it, with the reason.
    Chain(Vec<Link>),
    /// Something that can be folded away.
    Fold {
        /// What it shows.
        title: Prose,
        /// How.
        blocks: Vec<Block>,
    },
    /// What a source prints, beside what is right.
    Misprint {
        /// As printed.
        printed: Math,
        /// As it should be.
        right: Math,
        /// What the difference is.
        note: Prose,
    },
    /// A picture.
    Figure(Picture),
}

/// A picture and the words that stand for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The picture itself.
    pub svg: String,
    /// What a reader who does not see it is told.
    pub alternative: String,
}

/// One line of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its left side; the line above if there is none.
    pub left: Option<Math>,
    /// The relation to the right side; none on a line that only names something.
    pub relation: &'static str,
    /// Its right side.
    pub right: Math,
    /// Why.
    pub reason: Prose,
}

/// A sentence with formulas in it.
pub type Prose = Vec<Inline>;

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Words.
    Text(String),
    /// Words that matter.
    Strong(String),
    /// What stands in a file.
    Code(String),
    /// A formula.
    Math(Math),
}

/// Words of a sentence.
pub fn words(text: impl Into<String>) -> Inline {
    Inline::Text(text.into())
}

/// A sentence without its formulas' layout.
pub fn plain(prose: &Prose) -> String {
    prose
        .iter()
        .map(|inline| match inline {
            Inline::Text(text) | Inline::Strong(text) | Inline::Code(text) => text.clone(),
            Inline::Math(m) => m.text(),
        })
        .collect()
}

/// Blocks as indented text; folds deeper than `depth` keep their title only.
pub(super) fn text(blocks: &[Block], depth: usize) -> String {
    let mut out = String::new();
    write(&mut out, blocks, depth, 0);
    out
}

fn line(out: &mut String, indent: usize, text: &str) {
    for line in text.lines() {
        out.push_str(&"  ".repeat(indent));
        out.push_str(line);
        out.push('\n');
    }
}

fn write(out: &mut String, blocks: &[Block], depth: usize, indent: usize) {
    for block in blocks {
        match block {
            Block::Prose(prose) => line(out, indent, &plain(prose)),
            Block::Chain(links) => chain(out, links, indent),
            Block::Fold { title, blocks } => {
                line(out, indent, &plain(title));
                if depth > 0 {
                    write(out, blocks, depth - 1, indent + 1);
                }
            }
            Block::Misprint { printed, right, note } => {
                line(out, indent, &format!("printed: {}", printed.text()));
                line(out, indent, &format!("right:   {}", right.text()));
                line(out, indent, &plain(note));
            }
            Block::Figure(figure) => line(out, indent, &format!("figure: {}", figure.alternative)),
        }
    }
}

/// The first line holds the left side where both are short.
fn chain(out: &mut String, links: &[Link], indent: usize) {
    for link in links {
        let right = match link.relation {
            "" => link.right.text(),
            relation => format!("{relation} {}", link.right.text()),
        };
        let mut shown = match &link.left {
            Some(left) => format!("{} {right}", left.text()),
            None => format!("  {right}"),
        };
        if !link.reason.is_empty() {
            shown.push_str(&format!("    {}", plain(&link.reason)));
        }
        line(out, indent, &shown);
    }
}

/// Blocks as Markdown, with formulas between dollar signs.
pub(super) fn markdown(blocks: &[Block], depth: usize) -> String {
    let mut out = String::new();
    for block in blocks {
        match block {
            Block::Prose(prose) => out.push_str(&format!("{}\n\n", marked(prose))),
            Block::Chain(links) => {
                let row = |link: &Link| {
                    let left = link.left.as_ref().map(latex::math).unwrap_or_default();
                    let sign = if link.relation.is_empty() { "" } else { latex::relation(link.relation) };
                    let reason = match link.reason.is_empty() {
                        true => String::new(),
                        false => format!(" && \\text{{{}}}", latex::prose(&link.reason)),
                    };
                    format!("{left} &{sign} {}{reason}", latex::math(&link.right))
                };
                let rows: Vec<String> = links.iter().map(row).collect();
                let rows = rows.join(" \\\\\n");
                out.push_str(&format!("$$\n\\begin{{aligned}}\n{rows}\n\\end{{aligned}}\n$$\n\n"));
            }
            Block::Fold { title, .. } if depth == 0 => out.push_str(&format!("{}\n\n", marked(title))),
            Block::Fold { title, blocks } => {
                let inside = markdown(blocks, depth - 1);
                let title = marked(title);
                out.push_str(&format!(
                    "<details>\n<summary>\n\n{title}\n\n</summary>\n\n{inside}</details>\n\n"
                ));
            }
            Block::Misprint { printed, right, note } => out.push_str(&format!(
                "| printed | right |\n|---|---|\n| ${}$ | ${}$ |\n\n{}\n\n",
                latex::math(printed),
                latex::math(right),
                marked(note)
            )),
            Block::Figure(figure) => out.push_str(&format!("*Figure: {}*\n\n", figure.alternative)),
        }
    }
    out
}

/// A sentence as Markdown.
pub(super) fn marked(prose: &Prose) -> String {
    prose
        .iter()
        .map(|inline| match inline {
            Inline::Text(text) => text.replace('*', "\\*").replace('_', "\\_").replace('<', "&lt;"),
            Inline::Strong(text) => format!("**{text}**"),
            Inline::Code(text) => format!("`{text}`"),
            Inline::Math(m) => format!("${}$", latex::math(m)),
        })
        .collect()
}
