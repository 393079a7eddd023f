//! **vickrey**: an exact, symbolic proof checker for mechanism design.

pub mod exact;
pub mod lang;
pub mod report;
