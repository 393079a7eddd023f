//! Exact numbers and polynomials: canonical by construction, no economics, no text of the language.
//!
//! Trusted: everything that the kernel proves rests on this ring arithmetic.

mod gcd;
mod horner;
mod poly;
mod product;
mod rational;
mod root;
mod tensor;
mod value;
mod words;
mod work;

pub use gcd::{gcd, lcm};
pub use horner::enclosed;
pub use poly::{Monomial, Poly};
pub use rational::{ParseRationalError, Rational};
pub use root::root;
pub use tensor::{End, Tensor};
pub use work::{Exhausted, allow, apart, bounded, shared, spend};
