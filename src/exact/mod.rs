//! Exact numbers and polynomials: canonical by construction, no economics, no text of the language.
//!
//! Trusted: everything that the kernel proves rests on this ring arithmetic.

mod gcd;
mod poly;
mod rational;
mod tensor;

pub use gcd::{gcd, lcm};
pub use poly::{Monomial, Poly};
pub use rational::{ParseRationalError, Rational};
pub use tensor::{End, Tensor};
