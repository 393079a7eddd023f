//! [`Memo`]: how atoms and numbers were written before. The same integrals and indicators stand in many lines of one
//! derivation.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::math::Math;
use crate::kernel::{Atom, Expr, Name};

/// What was written under some names. Clones share it; it is another one as soon as a name is written differently.
#[derive(Debug, Clone, Default)]
pub(super) struct Memo(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    found: Mutex<Found>,
    /// What was written before a variable got another name, for what does not mention this variable.
    outer: Option<(Name, Memo)>,
}

#[derive(Debug, Default)]
struct Found {
    atoms: BTreeMap<Atom, (Math, String)>,
    numbers: BTreeMap<Expr, Option<String>>,
}

impl Found {
    fn is_empty(&self) -> bool {
        self.atoms.is_empty() && self.numbers.is_empty()
    }
}

impl Memo {
    /// What is still so if a variable is written differently.
    pub(super) fn without(&self, name: &Name) -> Self {
        let empty = self.with(|found| found.is_empty()) && self.0.outer.is_none();
        let outer = (!empty).then(|| (name.clone(), self.clone()));
        Memo(Arc::new(Shared { outer, ..Shared::default() }))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Found) -> T) -> T {
        work(&mut self.0.found.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// An atom and its text; `write` writes it.
    pub(super) fn atom(&self, a: &Atom, write: impl FnOnce() -> Math) -> (Math, String) {
        if let Some((_, outer)) = self.0.outer.as_ref().filter(|(name, _)| !a.mentions(name)) {
            return outer.atom(a, write);
        }
        if let Some(found) = self.with(|found| found.atoms.get(a).cloned()) {
            return found;
        }
        let math = write();
        let text = math.text();
        self.with(|found| found.atoms.insert(a.clone(), (math.clone(), text.clone())));
        (math, text)
    }

    /// A number in roots as it is written, if it is; `write` writes it.
    pub(super) fn number(&self, e: &Expr, write: impl FnOnce() -> Option<String>) -> Option<String> {
        if let Some((_, outer)) = self.0.outer.as_ref().filter(|(name, _)| !e.mentions(name)) {
            return outer.number(e, write);
        }
        if let Some(found) = self.with(|found| found.numbers.get(e).cloned()) {
            return found;
        }
        let text = write();
        self.with(|found| found.numbers.insert(e.clone(), text.clone()));
        text
    }
}
