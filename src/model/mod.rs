//! Definitions: settings, priors, mechanisms and properties, each of which unfolds to formulas of the
//! kernel. Audited: what a statement means is decided here. Searches nothing, proves nothing.

mod absorb;
mod auction;
mod average;
mod claim;
mod common;
mod continuous;
mod denial;
mod derivation;
mod distribution;
mod divisors;
mod equilibrium;
mod existence;
mod fold;
mod greatest;
mod highest;
mod ironing;
mod mechanism;
mod monotone;
mod order;
mod piece;
mod point;
mod power;
mod property;
mod radical;
mod rate;
mod screening;
mod setting;
mod shape;
mod special;
mod stretch;
mod system;
mod tables;
mod versus;

pub use absorb::absorbed;
pub use claim::{Bound, Charge, Claim, Comparison, Conjunct, Description, Role};
pub use continuous::ContinuousCdf;
pub use denial::every_function;
pub use derivation::{
    Application, Binder, Chain, Derivation, Hypothesis, Justification, Link, Proposition, TypeSpace,
    in_type_space, together,
};
pub use distribution::{Distribution, derivative, derivative_of_quotient};
pub use equilibrium::{Concept, equilibrium};
pub use existence::{Existence, Quantity};
pub use fold::fold;
pub use highest::{Collectible, Highest, Law};
pub use ironing::{Edge, Flat, Flats, ironing};
pub use mechanism::Mechanism;
pub use monotone::{Circulation, cycles_do_not_gain, cyclically_monotone};
pub use order::{Order, ordered};
pub use piece::{Everywhere, IntervalEnd, Piece, Question};
pub use point::{Point, Points, cell_name, choices, count_of_choices, outcome_name, values_at_points};
pub use power::{Power, compared, rational_root, root_of_powers};
pub use property::{Part, Property, unfold};
pub use radical::{
    described_root, enclosure, fraction, inverse, power_of_integer, quotient_of_differences,
    quotient_of_terms, reduced, root_named, root_of, root_of_term, root_shown, roots_in,
};
pub use rate::Rate;
pub use screening::VirtualSurplus;
pub use setting::{Agent, Kind, Outcome, Setting};
pub use shape::Shape;
pub use special::{Strictness, regularity, reserve, worst_off};
pub use stretch::{Stretch, coefficients};
pub use system::{
    Aim, Extreme, Preference, Problem, System, Unknown, choice, expected, expected_of_rule, place, price_at,
};
pub use tables::{TablePart, Tables};
pub use versus::{Constants, Versus, versus};
