//! The engine: exact linear programs, signs of terms under facts, and the piecewise evaluation of
//! indicators and iterated integrals. Untrusted: it proposes evidence, and the kernel checks it.

mod algebraic;
mod basis;
mod boxes;
mod cleared;
mod columns;
mod conjugate;
mod context;
mod dictionary;
mod evaluate;
mod factor;
mod generator;
mod integrate;
mod ironing;
mod line;
mod linear;
mod lp;
mod memory;
mod modular;
mod modulo;
mod multipliers;
mod narrow;
mod number;
mod obstacle;
mod offset;
mod presolve;
mod product;
mod relation;
mod rooted;
mod roots;
mod sample;
mod sign;
mod surd;
pub mod system;
mod twice;
mod univariate;
mod values;

pub use algebraic::AlgebraicNumber;
pub use boxes::{cover, failing_point, interval};
pub use conjugate::eliminated;
pub use evaluate::{Cell, Engine};
pub use ironing::ironed;
pub use multipliers::{combination, quotient};
pub use obstacle::Obstacle;
pub use roots::{RealRoot, isolate, named_root, rational_roots, refine};
pub use sign::certify;
