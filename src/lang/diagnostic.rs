//! [`Diagnostic`]: what is wrong with an input, where, and what to do about it.

use super::ast::Span;

/// The codes of all complaints about a text; each has a refused file, or an input made by a test where
/// the file would be large.
pub const CODES: [&str; 59] = [
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
    "no-setting",
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
    "too-much-work",
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

/// The code of the complaint that a name is not known.
const UNKNOWN_NAME: &str = "unknown-name";

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

    /// The complaint that a name is not known.
    pub fn unknown_name(name: &str, span: Span) -> Self {
        Diagnostic::new(UNKNOWN_NAME, format!("unknown name `{name}`"), span)
    }

    /// Whether this is the complaint that a name is not known.
    pub fn is_unknown_name(&self, name: &str) -> bool {
        self.code == UNKNOWN_NAME && self.message == format!("unknown name `{name}`")
    }

    /// Complaints without those that say once more of the same place, or of the same unknown name, what was said; of an
    /// unknown name it is said at how many more places it stands.
    pub fn without_repetitions(all: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut out: Vec<(Diagnostic, Vec<usize>)> = Vec::new();
        let names_one = |d: &Diagnostic| [UNKNOWN_NAME, "not-an-agent", "not-an-element"].contains(&d.code);
        for next in all {
            let same = |(d, _): &&mut (Diagnostic, Vec<usize>)| {
                d.message == next.message
                    && d.code == next.code
                    && (names_one(d) || d.span.start == next.span.start)
            };
            match out.iter_mut().find(same) {
                Some((_, places)) if places.contains(&next.span.start) => {}
                Some((_, places)) => places.push(next.span.start),
                None => {
                    let start = next.span.start;
                    out.push((next, vec![start]));
                }
            }
        }
        let counted = |(d, places): (Diagnostic, Vec<usize>)| match places.len() {
            0 | 1 => d,
            2 => d.note("it stands in one more place"),
            n => d.note(format!("it stands in {} more places", n - 1)),
        };
        out.into_iter().map(counted).collect()
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
