//! [`Diagnostic`]: what is wrong with an input, where, and what to do about it.

use super::ast::Span;

/// The codes of all complaints about a text; each has a refused file, or an input made by a test where
/// the file would be large.
pub const CODES: [&str; 57] = [
    "allocation-range",
    "allocation-sum",
    "ambiguous-average",
    "ambiguous-type",
    "bare-monotone",
    "cases-incomplete",
    "cdf-ends",
    "cdf-not-monotone",
    "density-mass",
    "division-by-zero",
    "duplicate-name",
    "empty-derivation",
    "empty-interval",
    "exponent",
    "impossible-type",
    "free-names",
    "irregular-prior",
    "missing-agent",
    "missing-allocation",
    "missing-name",
    "missing-outcome",
    "missing-payment",
    "missing-prior",
    "missing-share",
    "missing-value",
    "mixed-chain",
    "negative-density",
    "negative-probability",
    "negative-root",
    "no-single-root",
    "not-an-agent",
    "not-an-element",
    "not-own-type",
    "out-of-range",
    "own-type",
    "printed-is-right",
    "probability-sum",
    "reserved-word",
    "set-order",
    "shadowing",
    "shares",
    "syntax",
    "table-cells",
    "tie-matters",
    "too-deep",
    "too-large",
    "unbalanced-bracket",
    "undecided",
    "unexpected-character",
    "unknown-name",
    "unsupported",
    "unterminated-string",
    "unused-binder",
    "wrong-arity",
    "wrong-derivative",
    "wrong-sort",
    "wrong-stage",
];

/// One complaint about the input text. `report` renders it; nothing here knows about lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable kebab-case code, such as `unknown-name`.
    pub code: &'static str,
    /// One line, understandable alone: lowercase, no full stop, the user's words in backticks.
    pub message: String,
    /// The place that is wrong.
    pub span: Span,
    /// What to say under that place; may be empty.
    pub label: String,
    /// Other places that explain it.
    pub secondary: Vec<(Span, String)>,
    /// Facts: both sides, the difference, one exact point.
    pub notes: Vec<String>,
    /// One certain next action.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A complaint with a code, a first line and a place.
    pub fn new(code: &'static str, message: impl Into<String>, span: Span) -> Self {
        Diagnostic {
            code,
            message: message.into(),
            span,
            label: String::new(),
            secondary: Vec::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// The same with words under the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The same with one more place.
    #[must_use]
    pub fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.secondary.push((span, label.into()));
        self
    }

    /// The same with one more fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same with a next action.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
