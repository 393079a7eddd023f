//! The language: text to syntax tree and back, and name resolution. Computes nothing.

pub mod ast;
mod diagnostic;

pub use diagnostic::Diagnostic;
