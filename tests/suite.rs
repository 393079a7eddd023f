//! The one integration test: every module is a kind of evidence.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod architecture;
mod averages;
mod certificates;
mod cli;
mod corpus;
mod derivations;
mod documents;
mod evaluate;
mod families;
mod figures;
mod forgery;
mod ironing;
mod kernel;
mod language;
mod laws;
mod layers;
mod limits;
mod meanings;
mod menus;
mod numeric;
mod products;
mod rejected;
mod report;
mod resolve;
mod rows;
mod settings;
mod signs;
mod systems;
