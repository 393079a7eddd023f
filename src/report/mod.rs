//! Reports: diagnostics, verdicts, worked derivations, as text, JSON, LaTeX, Markdown and HTML.

mod arrows;
mod block;
mod decimals;
mod derivation;
mod diagnostic;
mod document;
mod draw;
mod errata;
mod explain;
mod formal;
mod html;
mod impossibility;
mod integral;
mod latex;
mod markup;
mod math;
mod memo;
mod noun;
mod rooted;
mod sentence;
mod sequent;
mod sheet;
mod show;
mod text;

pub use arrows::{Arrows, draw_arrows};
pub use block::{Block, Inline, Link, Picture, Prose, plain, words};
pub use decimals::decimals;
pub use derivation::{Aim, Kind, Side, derivation};
pub use diagnostic::{Colour, file_error, place_error, render_diagnostic};
pub use document::{
    Counterexample, Document, FailingStep, FileReport, InputError, Member, Printed, StatementReport,
    StepFault, Summary, VerdictKind,
};
pub use draw::{Axis, Gap, Line, Mark, Plot, Point, Region, Segment, draw};
pub use errata::{Erratum, errata, errata_latex, errata_markdown, errata_text};
pub use explain::{latex, markdown};
pub use html::{Page, page};
pub use integral::READABLE;
pub use math::Math;
pub use noun::agent_named;
pub use sentence::{sentence, verdict};
pub use sheet::{different, key_latex, key_markdown, questions_latex, questions_markdown};
pub use show::Names;
pub use text::{Verbosity, count, explanation};
