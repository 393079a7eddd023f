//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use vickrey::exact::Rational;

/// An exact, symbolic proof checker for mechanism design.
#[derive(Debug, Parser)]
#[command(version, about, long_about = None, after_help = "Examples:
  vickrey check                                   check every file under theorems/
  vickrey check -v notes.mech                     one file, every statement
  vickrey explain theorems/part-vi/bilateral-trade.mech#ir-vcg-surplus
  vickrey eval 'integral(y^2, y from 0 to 1)'
  vickrey certify theorems -o proofs && vickrey verify proofs

Exit codes: 0 everything is as stated, 1 something is not, 2 something could not be read.")]
pub(crate) struct Arguments {
    /// When to use colours; NO_COLOR is obeyed.
    #[arg(long, global = true, value_enum, default_value_t = ColourChoice::Auto)]
    pub(crate) color: ColourChoice,
    /// How many times the usual work one statement may take before it is undecided.
    #[arg(long, global = true, value_name = "TIMES", default_value = "1", value_parser = times)]
    pub(crate) effort: Rational,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// A positive number.
fn times(text: &str) -> Result<Rational, String> {
    let number = text.parse().ok().filter(Rational::is_positive);
    number.ok_or_else(|| "this is a positive number such as 10 or 1/2".to_owned())
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColourChoice {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check every statement.
    #[command(after_help = "Example: vickrey check theorems/krishna notes.mech -")]
    Check(Check),
    /// Show the worked steps of every verdict.
    #[command(after_help = "Example: vickrey explain theorems/krishna/auctions.mech#revenue
         vickrey explain --format latex --depth 1 notes.mech > notes.tex")]
    Explain(Explain),
    /// Write one page with every statement, its verdict and its derivation.
    #[command(after_help = "Example: vickrey report theorems -o theorems.html")]
    Report(Report),
    /// Write one figure of a file as SVG.
    #[command(
        after_help = "Example: vickrey figure theorems/pommey/partnership.mech#charges-and-gains -o charges.svg"
    )]
    Figure(Figure),
    /// List the misprints that files record, each with the exact correction.
    #[command(after_help = "Example: vickrey errata --format markdown theorems/part-vi")]
    Errata(Errata),
    /// Print one exact value.
    #[command(after_help = "Example: vickrey eval 'max(1/3, 1/4) + integral(y, y from 0 to 1)'")]
    Eval {
        /// An expression without names.
        #[arg(allow_hyphen_values = true)]
        expression: String,
        /// How far apart the bounds of an integral without a closed form may be.
        #[arg(long, value_name = "NUMBER", default_value = "1/10^9")]
        width: String,
    },
    /// Put files into canonical layout.
    #[command(after_help = "Example: vickrey fmt --check theorems")]
    Fmt(Format),
    /// Write certificates, one a statement.
    #[command(after_help = "Example: vickrey certify theorems -o proofs")]
    Certify(Certify),
    /// Make another worked example of a file: questions, answers and derivations for other priors or shares.
    #[command(
        after_help = "Example: vickrey vary theorems/part-vi/bilateral-trade.mech --set 'seller=cdf y^2 on [0, 1]' -o variant
         vickrey vary theorems/part-vi/bilateral-trade.mech --seed 3 -o variant"
    )]
    Vary(Vary),
    /// Hide the answers of a file for a student, or grade what was filled in.
    #[command(after_help = "Example: vickrey exercise trade.mech -o blank.mech
         vickrey exercise trade.mech --grade filled.mech --hints 1
         vickrey exercise --hide reasons theorems/pommey/revenue-in-virtual-values.mech")]
    Exercise(Exercise),
    /// Print completions for a shell.
    #[command(after_help = "Example: vickrey completions bash > /etc/bash_completion.d/vickrey")]
    Completions(Completions),
    /// Print the manual page.
    #[command(after_help = "Example: vickrey man -o /usr/local/share/man/man1")]
    Man(Manual),
    /// Check certificates again with the kernel alone.
    #[command(after_help = "Example: vickrey verify proofs")]
    Verify(Verify),
}

/// What to vary, and where to write.
#[derive(Debug, Args)]
pub(crate) struct Vary {
    /// The file.
    pub(crate) path: String,
    /// What to set: an agent, index or type and a prior (`seller=uniform(0, 2)`), an agent and a share (`1=1/3`),
    /// or a parameter and a number (`p=1/4`); after `|` follow alternatives to draw from.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
    /// Which instance to draw; the same seed gives the same sheets.
    #[arg(long, value_name = "K")]
    pub(crate) seed: Option<u64>,
    /// The directory for the variant, its questions, answers and derivations.
    #[arg(short, long)]
    pub(crate) output: PathBuf,
}

/// What to ask, or to grade.
#[derive(Debug, Args)]
pub(crate) struct Exercise {
    /// The file with the answers.
    pub(crate) path: PathBuf,
    /// What is hidden; the same when the file is graded.
    #[arg(long, value_enum, default_value_t = Hidden::Answers)]
    pub(crate) hide: Hidden,
    /// A file that was filled in.
    #[arg(long, value_name = "FILE")]
    pub(crate) grade: Option<PathBuf>,
    /// How many hints are given for what is missing or wrong: the rule, what it acts on, the result.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=3), requires = "grade")]
    pub(crate) hints: u8,
    /// The file with blanks; `-` prints it.
    #[arg(short, long, default_value = "-")]
    pub(crate) output: PathBuf,
}

/// What a student has to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Hidden {
    /// The right sides of equations and of the lines of derivations.
    Answers,
    /// The reasons of the lines of derivations.
    Reasons,
}

/// For which shell.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// Where the manual goes.
#[derive(Debug, Args)]
pub(crate) struct Manual {
    /// A directory for the pages of all commands; without one, the main page is printed.
    #[arg(short, long)]
    pub(crate) output: Option<PathBuf>,
}

/// What to check again.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Certificate files, or directories of them.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Say nothing about certificates that are accepted.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// What to check.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Files, directories and statements of files (`notes.mech#revenue`); `-` reads standard input.
    /// Without any: theorems/.
    pub(crate) paths: Vec<PathBuf>,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t = Form::Text)]
    pub(crate) format: Form,
    /// Say something about every statement.
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// Say nothing about files in which everything is as stated.
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Answer the statements of a file that have no error, where others have one: those that do not speak of what has
    /// an error, and say themselves which setting they are about.
    #[arg(short, long)]
    pub(crate) keep_going: bool,
    /// Check again whenever a file changes, until interrupted.
    #[arg(short, long)]
    pub(crate) watch: bool,
}

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For people.
    Text,
    /// One document for programs.
    Json,
}

/// What to explain.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A file or directory, or a statement of a file: `notes.mech#revenue`.
    pub(crate) path: String,
    /// The form of the derivation.
    #[arg(long, value_enum, default_value_t = Layout::Text)]
    pub(crate) format: Layout,
    /// How deep details are unfolded; all of them if this is not given.
    #[arg(long, value_name = "N")]
    pub(crate) depth: Option<usize>,
}

/// The form of a derivation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Layout {
    /// Indented lines.
    Text,
    /// Paragraphs and align environments, for a document with amsmath.
    Latex,
    /// Markdown with formulas in LaTeX.
    Markdown,
    /// A page of its own.
    Html,
}

/// What to write a page about, and where.
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Files, directories and statements of files. Without any: theorems/.
    pub(crate) paths: Vec<PathBuf>,
    /// The page; `-` prints it.
    #[arg(short, long)]
    pub(crate) output: PathBuf,
    /// Its title; the paths if this is not given.
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// How many levels of a derivation are open at first.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) depth: usize,
}

/// Which figure to write, and where.
#[derive(Debug, Args)]
pub(crate) struct Figure {
    /// A figure of a file: `notes.mech#payoffs`; the file alone if it has one figure.
    pub(crate) path: PathBuf,
    /// The picture; `-` prints it.
    #[arg(short, long)]
    pub(crate) output: PathBuf,
}

/// Which misprints to list.
#[derive(Debug, Args)]
pub(crate) struct Errata {
    /// Files, directories and statements of files. Without any: theorems/.
    pub(crate) paths: Vec<PathBuf>,
    /// The form of the list.
    #[arg(long, value_enum, default_value_t = ListForm::Text)]
    pub(crate) format: ListForm,
}

/// The form of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListForm {
    /// For people.
    Text,
    /// One document for programs.
    Json,
    /// Paragraphs for a document with amsmath.
    Latex,
    /// A table.
    Markdown,
}

/// What to put into layout.
#[derive(Debug, Args)]
pub(crate) struct Format {
    /// Files and directories; `-` reads standard input and prints. Without any: theorems/.
    pub(crate) paths: Vec<PathBuf>,
    /// Change nothing; list the files that would change, and fail if there are any.
    #[arg(long)]
    pub(crate) check: bool,
}

/// What to write certificates for, and where.
#[derive(Debug, Args)]
pub(crate) struct Certify {
    /// Files and directories.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// The directory to write to: one file a statement, under the path of its source.
    #[arg(short, long)]
    pub(crate) output: PathBuf,
}
