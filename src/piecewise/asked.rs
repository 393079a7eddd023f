//! Signs on intervals that are asked for more than once about the same statement: a proof, a search for a counterexample
//! and a second proof begin with the same question.
//!
//! What is kept is kept for one statement, so that no verdict depends on what was asked before. Untrusted.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::line::Found;
use crate::exact::{End, Rational};
use crate::kernel::{Expr, Relation};

/// A relation to zero on an interval, with the ends that belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) relation: Relation,
    pub(super) low: Rational,
    pub(super) high: Rational,
    pub(super) ends: [End; 2],
}

/// By the polynomial.
type Answers = BTreeMap<Expr, Vec<(Question, Found)>>;

thread_local! {
    /// `None` where nothing is asked twice.
    static ANSWERS: RefCell<Option<Answers>> = const { RefCell::new(None) };
}

/// Forgets the answers, however the task ends.
struct Scope(Option<Answers>);

impl Drop for Scope {
    fn drop(&mut self) {
        let before = self.0.take();
        ANSWERS.with_borrow_mut(|answers| *answers = before);
    }
}

/// What a task comes to in which the same signs are asked for several times.
pub fn about_one_statement<T>(task: impl FnOnce() -> T) -> T {
    let _scope = Scope(ANSWERS.replace(Some(Answers::new())));
    task()
}

/// The answer to a question about a polynomial; what is broken off has none, and is not kept.
pub(super) fn answered(p: &Expr, question: Question, find: impl FnOnce() -> Option<Found>) -> Option<Found> {
    /// Below this degree a question is as quickly answered as looked for.
    const HIGH: u32 = 16;
    if p.poly().degree() < HIGH {
        return find();
    }
    let known = ANSWERS.with_borrow(|answers| {
        let known = answers.as_ref()?.get(p)?.iter();
        known.filter(|(asked, _)| *asked == question).map(|(_, found)| found.clone()).next()
    });
    if known.is_some() {
        return known;
    }
    let found = find()?;
    ANSWERS.with_borrow_mut(|answers| {
        if let Some(answers) = answers {
            answers.entry(p.clone()).or_default().push((question, found.clone()));
        }
    });
    Some(found)
}
