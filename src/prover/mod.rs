//! The prover: finds certificates and counterexamples. Untrusted; every theorem it returns was made
//! by the kernel from the certificate beside it.

mod area;
mod bounds;
mod breaks;
mod candidates;
mod compact;
mod counterexample;
mod derivation;
mod differentiable;
mod enclosure;
mod existence;
mod extremum;
mod grid;
mod impossibility;
mod layers;
mod nearby;
mod numbers;
mod parametric;
mod paths;
mod pieces;
mod profitable;
mod program;
mod proof;
mod reciprocal;
mod region;
mod solution;
mod solve;
mod system;
mod tables;
mod tangent;
mod zero;

pub use breaks::closed_form;
pub use counterexample::{Failure, find, root_of_number};
pub use derivation::{
    Derived, Hypotheses, Instance, Lemmas, Meant, Misprint, Outcome, Tactic, derive, nearest,
};
pub use enclosure::enclosed;
pub use existence::{Answer, decide};
pub use extremum::{Extremum, Maxima};
pub use nearby::{apart_from_ties, fails_nearby};
pub use profitable::{Reports, profitable};
pub use proof::{Hints, Proved, prove_claim, refute_claim};
pub use region::{Regions, regions};
pub use solution::{Part, Solution, solution};
pub use solve::{Exception, prove_piece, refute_piece};
pub use system::{Found, Optimum, Settled, Systems};
pub use tables::{Exceptional, FailingPart, Surveyed};
