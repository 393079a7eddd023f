//! The language: text to syntax tree and back, and name resolution. Computes nothing.

pub mod ast;
mod diagnostic;
mod lexer;
mod parser;
mod printer;
mod resolve;
mod rest;
mod source;
mod spelling;

pub use diagnostic::{CODES, Diagnostic};
pub use lexer::canonical_name;
pub use parser::{parse, parse_expression};
pub use printer::{
    print_answer, print_drawn, print_expr, print_file, print_given, print_property, print_reasons,
    print_relation, print_statement,
};
pub use resolve::{
    ChainSource, Curve, DerivationSource, Diagram, Drawn, Goal, Ironing, LinkSource, Obligation,
    PrintedClaim, ResolvedExpression, ResolvedFigure, ResolvedFile, ResolvedStatement, Term, Valued, nearest,
    resolve, resolve_expression, too_much_work,
};
pub use rest::Rest;
pub use source::Source;
pub use spelling::format;

/// Reads a file and resolves its names. Beside errors of syntax there is what is wrong with the items that have none,
/// unless it may come from those that have: it speaks of a name that occurs in them.
pub fn read(text: &str, ironing: Ironing) -> Result<(ast::File, ResolvedFile), Vec<Diagnostic>> {
    let parser::Parsed { file, mut broken, nameless, mut complaints, .. } = parser::parse_items(text);
    if complaints.is_empty() {
        let resolved = resolve(&file, ironing)?;
        return Ok((file, resolved));
    }
    let names = |span: ast::Span| -> Vec<String> {
        let words = text.get(span.start..span.end).unwrap_or_default();
        words.split(|c: char| !c.is_alphanumeric() && c != '_').map(canonical_name).collect()
    };
    let defines = |item: &&ast::Item| {
        use ast::ItemKind::{Mechanism, Parameter, Setting, Strategy};
        matches!(item.kind, Parameter { .. } | Setting(_) | Mechanism(_) | Strategy(_))
    };
    for item in file.items.iter().filter(defines) {
        // What is made of something broken is broken, too: the name stands behind the first word.
        let words = names(item.span);
        if words.iter().any(|word| broken.contains(word)) {
            broken.extend(words.into_iter().skip(1).find(|word| !word.is_empty()));
        }
    }
    let more = resolve(&file, ironing).err().unwrap_or_default();
    let stands_alone = |d: &Diagnostic| {
        let follows = nameless && d.code == "unknown-name";
        !follows && !names(d.span).iter().any(|word| broken.contains(word))
    };
    complaints.extend(more.into_iter().filter(stands_alone));
    complaints.sort_by_key(|d| d.span.start);
    Err(complaints)
}
