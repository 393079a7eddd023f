//! The one integration test: every module is a kind of evidence.

mod architecture;
mod evaluate;
mod forgery;
mod kernel;
mod laws;
