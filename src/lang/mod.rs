//! The language: text to syntax tree and back, and name resolution. Computes nothing.

pub mod ast;
mod diagnostic;
mod lexer;
mod parser;
mod printer;
mod resolve;
mod source;
mod spelling;

pub use diagnostic::{CODES, Diagnostic};
pub use lexer::canonical_name;
pub use parser::{parse, parse_expression};
pub use printer::{
    print_answer, print_drawn, print_expr, print_file, print_property, print_reasons, print_relation,
    print_statement,
};
pub use resolve::{
    ChainSource, Curve, DerivationSource, Diagram, Drawn, Goal, Ironing, LinkSource, Obligation,
    PrintedClaim, ResolvedExpression, ResolvedFigure, ResolvedFile, ResolvedStatement, Term, resolve,
    resolve_expression,
};
pub use source::Source;
pub use spelling::format;
