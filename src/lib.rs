//! **vickrey**: an exact, symbolic proof checker for mechanism design.

pub mod exact;
pub mod kernel;
pub mod lang;
pub mod model;
pub mod piecewise;
pub mod pipeline;
pub mod prover;
pub mod report;
