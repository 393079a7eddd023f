//! The kernel: terms, formulas, and the only functions that make a [`Theorem`]. It recomputes and
//! compares; it never searches, and knows nothing about mechanisms, files or text of the language.

mod atom;
mod bind;
mod certificate;
mod definition;
mod expr;
mod family;
mod formula;
mod integral;
mod reader;
mod rejection;
pub mod rule;
mod text;
mod theorem;

pub use atom::{Atom, Node};
pub use certificate::{Certificate, RULES, Replay, Step, check};
pub use definition::{Definition, Meaning, Statement, unfold};
pub use expr::{Expr, Name};
pub use formula::{Formula, Function, Relation};
pub use rejection::Rejection;
pub use text::Symbol;
pub use theorem::Theorem;
