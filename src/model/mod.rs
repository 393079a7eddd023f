//! Definitions: settings, priors, mechanisms and properties, each of which unfolds to formulas of the
//! kernel. Audited: what a statement means is decided here. Searches nothing, proves nothing.

mod claim;
mod distribution;
mod existence;
mod mechanism;
mod property;
mod setting;

pub use claim::{Bound, Charge, Claim, Comparison, Conjunct, Role};
pub use distribution::Distribution;
pub use existence::{Existence, Quantity};
pub use mechanism::{Mechanism, virtual_parts};
pub use property::{Part, Property, unfold};
pub use setting::{Agent, Kind, Outcome, Setting, mixture};
