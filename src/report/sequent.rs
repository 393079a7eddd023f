//! Theorems of the kernel as they are printed beside certificates.

use std::collections::BTreeSet;

use super::math::Math;
use super::show::{Names, flatten};
use crate::kernel::{Formula, Theorem};

/// Characters of a formula that stands on one line.
const WIDTH: usize = 110;

impl Names {
    /// A theorem: its conclusion, and what the functions in it are.
    pub fn theorem(&self, theorem: &Theorem) -> Vec<String> {
        self.with_literal_roots().defined(theorem)
    }

    fn defined(&self, theorem: &Theorem) -> Vec<String> {
        let defined = theorem.definitions().iter().map(|d| {
            let parameters: Vec<String> = d.parameters.iter().map(|p| self.show(p.name())).collect();
            let name = self.show(d.name.name());
            format!("where {name}({}) = {}", parameters.join(", "), self.expr(&d.body))
        });
        self.in_lines(theorem.conclusion()).into_iter().chain(defined).collect()
    }

    /// A formula; if it is long, a line for each hypothesis and each part of what follows, and nothing twice.
    fn in_lines(&self, formula: &Formula) -> Vec<String> {
        let whole = self.formula(formula);
        if whole.chars().count() <= WIDTH {
            return vec![whole];
        }
        let (names, mut body) = self.ranges_for_all(formula);
        let (mut hypotheses, mut parts) = (Vec::new(), Vec::new());
        while let Formula::Implies(hypothesis, rest) = body {
            hypotheses.push(self.formula(hypothesis));
            body = rest;
        }
        flatten(body, &mut parts);
        let parts = parts.into_iter().map(|part| self.formula(part)).collect();
        let (hypotheses, parts) = (once(hypotheses), once(parts));
        let names: Vec<String> = names.iter().map(Math::text).collect();
        let mut out = Vec::new();
        if !names.is_empty() {
            out.push(format!("for all {}:", names.join(", ")));
        }
        let then = if hypotheses.is_empty() { "" } else { "then " };
        out.extend(hypotheses.into_iter().map(|h| format!("if {h}")));
        out.extend((0..).zip(parts).map(|(k, part)| format!("{}{part}", if k == 0 { then } else { "and " })));
        out
    }
}

/// Each line where it stands first.
fn once(lines: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    lines.into_iter().filter(|line| seen.insert(line.clone())).collect()
}
