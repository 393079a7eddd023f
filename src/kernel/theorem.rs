//! [`Theorem`]: a sequent that only the rules of this kernel can make.

use std::collections::BTreeSet;

use super::formula::Formula;

/// `hypotheses ⊢ conclusion`: for all Borel, locally bounded functions and all real values of the
/// free names, the hypotheses imply the conclusion.
///
/// The fields are private to the kernel; there is no other way to make one:
///
/// ```compile_fail
/// use vickrey::kernel::{Formula, Theorem};
/// let forged = Theorem { hypotheses: Default::default(), conclusion: Formula::falsehood() };
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theorem {
    pub(in crate::kernel) hypotheses: BTreeSet<Formula>,
    pub(in crate::kernel) conclusion: Formula,
}

impl Theorem {
    /// What is assumed.
    pub fn hypotheses(&self) -> impl Iterator<Item = &Formula> {
        self.hypotheses.iter()
    }

    /// What follows.
    pub fn conclusion(&self) -> &Formula {
        &self.conclusion
    }
}
