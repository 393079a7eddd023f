//! [`Document`]: the answer of one run, as data. Text and JSON are renderings of it.

use serde::{Deserialize, Serialize};

use super::block::{Block, Prose};

/// Everything that one run has to say.
#[derive(Debug, Clone, Serialize)]
pub struct Document {
    /// The version of this form; always 1.
    pub version: u32,
    /// The files that could be read, in the order given.
    pub files: Vec<FileReport>,
    /// What could not be read.
    pub errors: Vec<InputError>,
    /// Counts over all statements.
    pub summary: Summary,
}

impl Document {
    /// The document of a run.
    pub fn new(files: Vec<FileReport>, errors: Vec<InputError>) -> Self {
        let summary = Summary::of(files.iter().flat_map(|f| &f.statements));
        Document { version: 1, files, errors, summary }
    }

    /// The exit code: 0 if every statement is as its file says, 1 if not, 2 if something could not be
    /// read.
    pub fn exit_code(&self) -> u8 {
        if !self.errors.is_empty() {
            2
        } else if self.files.iter().flat_map(|f| &f.statements).any(|s| !s.as_stated) {
            1
        } else {
            0
        }
    }
}

/// The answers to one file.
#[derive(Debug, Clone, Serialize)]
pub struct FileReport {
    /// Its path as given.
    pub path: String,
    /// Its statements in order.
    pub statements: Vec<StatementReport>,
    /// What it is about: the comment at its head, for documents.
    #[serde(skip)]
    pub about: Prose,
    /// The text that it speaks of, for documents.
    #[serde(skip)]
    pub source: String,
    /// The file itself, for documents.
    #[serde(skip)]
    pub text: String,
}

/// The verdict on a statement, as the kernel's theorems allow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VerdictKind {
    /// A theorem says so.
    Proved,
    /// A theorem says the opposite.
    Refuted,
    /// Neither was found.
    Undecided,
    /// The statement does not follow by its reason, is vacuous or ill-formed.
    Rejected,
}

impl std::fmt::Display for VerdictKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            VerdictKind::Proved => "proved",
            VerdictKind::Refuted => "refuted",
            VerdictKind::Undecided => "undecided",
            VerdictKind::Rejected => "rejected",
        })
    }
}

/// The answer to one statement.
#[derive(Debug, Clone, Serialize)]
pub struct StatementReport {
    /// The statement's name.
    pub name: String,
    /// `claim`, `solve`, `derivation` or `figure`.
    pub kind: String,
    /// The line it begins on, from 1.
    pub line: usize,
    /// Rows of the list of claims.
    pub refs: Vec<String>,
    /// The verdict.
    pub verdict: VerdictKind,
    /// Whether that is what the file says.
    pub as_stated: bool,
    /// The statement as printed by the formatter.
    pub statement: String,
    /// The statement in plain English.
    #[serde(skip)]
    pub sentence: Prose,
    /// The statement in braces that decides the verdict, where it is not `proved`.
    pub member: Option<Member>,
    /// The exact value or set where there is one.
    pub value: Option<String>,
    /// The misprint beside it.
    pub printed: Option<Printed>,
    /// The misprints in its steps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub misprints: Vec<Printed>,
    /// Where and how it fails.
    pub counterexample: Option<Counterexample>,
    /// The step of a derivation that fails.
    pub failing_step: Option<FailingStep>,
    /// Assumptions and lemmas.
    pub rests_on: Vec<String>,
    /// Whether the hypotheses cannot hold.
    pub vacuous: bool,
    /// What stood in the way, if undecided.
    pub undecided: Option<String>,
    /// The worked steps, for `explain`.
    #[serde(skip)]
    pub derivation: Vec<Block>,
    /// A first sentence for people when the statement is not as the file says.
    #[serde(skip)]
    pub story: Vec<String>,
}

/// One statement among those in braces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// The line it begins on, from 1.
    pub line: usize,
    /// As printed by the formatter.
    pub statement: String,
}

/// A version that the source prints and that is wrong.
#[derive(Debug, Clone, Serialize)]
pub struct Printed {
    /// What is printed.
    pub value: String,
    /// The verdict on it.
    pub verdict: VerdictKind,
    /// Printed minus true.
    pub difference: Option<String>,
    /// What is right in its place.
    pub right: String,
    /// Where the printed version fails.
    pub counterexample: Option<Counterexample>,
    /// Whether both values are on the same side of zero, where they are numbers.
    pub same_sign: Option<bool>,
}

/// An exact point at which a statement fails.
#[derive(Debug, Clone, Serialize)]
pub struct Counterexample {
    /// Which part fails: an agent and a property, say. Empty if the whole statement is one relation.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub what: String,
    /// The values of the free names.
    pub at: std::collections::BTreeMap<String, String>,
    /// The left side there.
    pub left: String,
    /// The right side there.
    pub right: String,
    /// By how much: the gain of the deviation, or left minus right.
    pub difference: String,
    /// All reports that gain, if these are an interval with rational ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profitable: Option<String>,
    /// Whether it fails at all types nearby too; if not, the point is at a tie or at the end of a type space.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearby: Option<bool>,
}

/// The first step of a derivation that does not follow.
#[derive(Debug, Clone, Serialize)]
pub struct FailingStep {
    /// Its number.
    pub index: usize,
    /// Its line.
    pub line: usize,
    /// What it says.
    pub statement: String,
    /// What is wrong with it.
    pub fault: StepFault,
    /// A reason by which it does follow.
    pub otherwise: Option<String>,
    /// The nearest right side with which it would follow, with its relation if that is another one.
    pub nearest: Option<String>,
    /// What is left over: left minus right in normal form.
    pub residual: String,
    /// One exact point.
    pub at: std::collections::BTreeMap<String, String>,
}

/// What is wrong with a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepFault {
    /// It is false for some functions and numbers that satisfy the hypotheses.
    Refuted,
    /// It follows, but not by its reason.
    OtherReason,
    /// It does not follow by its reason; whether it is true is not known.
    Undecided,
}

/// Something that could not be read.
#[derive(Debug, Clone, Serialize)]
pub struct InputError {
    /// The path as given.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The diagnostic's code.
    pub code: String,
    /// Its first line.
    pub message: String,
    /// What is said below it.
    #[serde(flatten)]
    pub advice: Box<Advice>,
    /// The rendered snippet with caret, notes and help.
    #[serde(skip)]
    pub rendered: String,
}

/// What is said of a complaint below its first line.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Advice {
    /// Facts that explain it.
    pub notes: Vec<String>,
    /// What to do about it, if that is certain.
    pub help: Option<String>,
}

/// Counts over all statements.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Summary {
    /// Proved statements.
    pub proved: usize,
    /// Refuted statements.
    pub refuted: usize,
    /// Undecided statements.
    pub undecided: usize,
    /// Rejected statements.
    pub rejected: usize,
    /// Misprints recorded by `printed`.
    pub misprints: usize,
}

impl Summary {
    /// The counts over these statements.
    pub fn of<'a>(statements: impl IntoIterator<Item = &'a StatementReport>) -> Self {
        let mut summary = Summary::default();
        for statement in statements {
            match statement.verdict {
                VerdictKind::Proved => summary.proved += 1,
                VerdictKind::Refuted => summary.refuted += 1,
                VerdictKind::Undecided => summary.undecided += 1,
                VerdictKind::Rejected => summary.rejected += 1,
            }
            let refuted = |p: &&Printed| p.verdict == VerdictKind::Refuted;
            summary.misprints += statement.printed.iter().chain(&statement.misprints).filter(refuted).count();
        }
        summary
    }
}
