//! Definitions: settings, priors, mechanisms and properties, each of which unfolds to formulas of the
//! kernel. Audited: what a statement means is decided here. Searches nothing, proves nothing.

mod claim;
mod distribution;
mod existence;
mod mechanism;
mod property;
mod setting;
mod shape;
mod special;

pub use claim::{Bound, Charge, Claim, Comparison, Conjunct, Role, variable_name};
pub use distribution::Distribution;
pub use existence::{Existence, Quantity};
pub use mechanism::Mechanism;
pub use property::{Part, Property, equilibrium, unfold};
pub use setting::{Agent, Kind, Outcome, Setting, mixture};
pub use shape::Shape;
pub use special::{regular, reserve, worst_off};
