//! [`Values`]: what the atoms of a term are on one cell.

use std::collections::BTreeMap;

use crate::exact::Rational;
use crate::kernel::rule::tree::{Decided, Decision, Evaluation, Pieces, Value};
use crate::kernel::{Atom, Expr};

/// The values of atoms that are known in one evaluation.
#[derive(Default)]
pub(super) struct Values {
    values: BTreeMap<Atom, Expr>,
    pub(super) evaluation: Evaluation,
}

impl Values {
    pub(super) fn get(&self, atom: &Atom) -> Option<&Expr> {
        self.values.get(atom)
    }

    pub(super) fn value(&self, e: &Expr) -> Expr {
        e.replace_atoms(|a| self.get(a).cloned())
    }

    pub(super) fn decide(&mut self, atom: &Atom, decision: Decision) {
        let value = match decision.value {
            Decided::One => Rational::ONE,
            Decided::Zero => Rational::ZERO,
        };
        self.values.insert(atom.clone(), Expr::number(value));
        self.evaluation.0.push(Value::Indicator(decision));
    }

    /// What a term that is kept together is, where its atoms are known.
    pub(super) fn release(&mut self, atom: &Atom, term: &Expr) -> Expr {
        let value = self.value(term);
        self.values.insert(atom.clone(), value.clone());
        self.evaluation.0.push(Value::Whole(Expr::from(atom)));
        value
    }

    pub(super) fn integrate(&mut self, atom: &Atom, value: Expr, pieces: Pieces) {
        self.values.insert(atom.clone(), value);
        self.evaluation.0.push(Value::Integral(pieces));
    }
}
