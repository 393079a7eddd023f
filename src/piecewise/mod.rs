//! The engine: exact linear programs, signs of terms under facts, and the piecewise evaluation of
//! indicators and iterated integrals. Untrusted: it proposes evidence, and the kernel checks it.

mod bernstein;
mod evaluate;
mod factor;
mod generator;
mod lp;
mod modulo;
mod roots;
mod sample;
mod sign;

pub use evaluate::{Cell, Engine, Obstacle};
pub use roots::{RealRoot, isolate, rational_roots, refine};
pub use sign::certify;
