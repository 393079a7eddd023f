//! [`Theorem`]: a sequent that only the rules of this kernel can make.

use std::collections::BTreeSet;

use super::definition::{Definition, Statement};
use super::formula::Formula;

/// `hypotheses ⊢ conclusion`: for all Borel, locally bounded functions, all real values of the free names,
/// all natural numbers `m` and all priors of independent types that live on one bounded interval, the
/// hypotheses imply the conclusion.
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
    definitions: Vec<Definition>,
}

impl Theorem {
    pub(in crate::kernel) fn new(hypotheses: BTreeSet<Formula>, conclusion: Formula) -> Self {
        Theorem { hypotheses, conclusion, definitions: vec![] }
    }

    /// The theorem about a statement that means this conclusion. No rule takes it as a premise: the
    /// definitions are the statement's alone.
    pub(in crate::kernel) fn stated(&self, statement: &Statement) -> Self {
        let Statement { definitions, formula } = statement.clone();
        Theorem { hypotheses: self.hypotheses.clone(), conclusion: formula, definitions }
    }

    /// What is assumed.
    pub fn hypotheses(&self) -> impl Iterator<Item = &Formula> {
        self.hypotheses.iter()
    }

    /// What follows.
    pub fn conclusion(&self) -> &Formula {
        &self.conclusion
    }

    /// What the functions in the conclusion are: the books of the theorem.
    pub fn definitions(&self) -> &[Definition] {
        &self.definitions
    }
}
