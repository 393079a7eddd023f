//! The rules. Each only recomputes what its evidence says; none searches.

pub mod calculus;
pub mod chance;
pub mod combine;
pub mod envelope;
pub mod existence;
pub mod family;
pub mod finite;
pub mod fundamental;
pub mod instance;
pub mod logic;
pub mod on_box;
pub mod system;
pub mod tangent;
pub mod tree;
