//! Certificate files: one a statement, everything that `verify` needs.

use serde::{Deserialize, Serialize};

use crate::kernel::Formula;
use crate::kernel::{Certificate, Definition, Statement, Theorem};
use crate::lang::{self, Goal, ResolvedStatement};
use crate::model::{Chain, Derivation, Link, Proposition};
use crate::piecewise::ironed;
use crate::report::{Names, VerdictKind};

use super::judged::{Judged, Proof};
use super::story;

/// A certificate file.
#[derive(Debug, Clone)]
pub struct NamedCertificate {
    /// The statement's name.
    pub name: String,
    /// The file's text.
    pub json: String,
}

/// What a certificate file shows.
#[derive(Debug, Clone)]
pub struct Verified {
    /// The statement's name.
    pub name: String,
    /// The verdict that the theorems support.
    pub verdict: VerdictKind,
    /// The statement as the file prints it.
    pub statement: String,
    /// The verdict on the version that the source prints.
    pub printed: Option<VerdictKind>,
    /// The theorems that the verdict needs.
    pub theorems: Vec<Theorem>,
    /// How many theorems say that what the statement speaks of is defined.
    pub defined: usize,
    /// How the names in the theorems are written in the source.
    pub names: Names,
    /// The source file.
    pub source_path: String,
    /// Assumptions.
    pub rests_on: Vec<String>,
    /// Whether the statement was elaborated again.
    pub compared: Compared,
}

/// Whether the claims were compared with the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// They are what the source says.
    WithSource,
    /// The source is not there.
    SourceAbsent,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CertificateFile {
    version: u32,
    source: SourceText,
    name: String,
    verdict: VerdictKind,
    statement: String,
    /// The verdict on the version that the source prints, if there is one.
    printed: Option<VerdictKind>,
    rests_on: Vec<String>,
    pub(super) proofs: Vec<ProofText>,
}

impl CertificateFile {
    pub(super) fn path(&self) -> &str {
        &self.source.path
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceText {
    path: String,
    text: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProofText {
    claim: String,
    /// What the functions in the claim are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    definitions: Vec<Definition>,
    pub(super) steps: Certificate,
}

impl ProofText {
    /// What is proved.
    pub(super) fn statement(&self) -> Result<Statement, String> {
        let formula = self.claim.parse().map_err(|e| format!("{e}"))?;
        Ok(Statement { definitions: self.definitions.clone(), formula })
    }
}

/// The certificate file of a judged statement. An undecided statement has no proofs in it.
pub(super) fn write(
    path: &str,
    file: &lang::ast::File,
    statement: &ResolvedStatement,
    defined: &[Proof],
    judged: &Judged,
) -> NamedCertificate {
    let printed = judged.printed.iter().flat_map(|p| &p.proofs);
    let all = defined.iter().chain(&judged.defined).chain(&judged.proofs).chain(printed);
    let mut proofs: Vec<ProofText> = Vec::new();
    for proof in all {
        let Statement { definitions, formula } = proof.claim.clone();
        let claim = formula.to_string();
        if !proofs.iter().any(|p| p.claim == claim && p.definitions == definitions) {
            proofs.push(ProofText { claim, definitions, steps: proof.proved.certificate.clone() });
        }
    }
    let content = CertificateFile {
        version: 1,
        source: SourceText { path: path.to_owned(), text: lang::print_file(file) },
        name: statement.name.clone(),
        verdict: judged.verdict,
        statement: statement.text.clone(),
        printed: judged
            .printed
            .as_ref()
            .map(|p| p.verdict)
            .or(super::derivation::printed(judged.derived.as_ref())),
        rests_on: statement.rests_on.clone(),
        proofs,
    };
    // Plain data with text keys: serialisation cannot fail; an empty text would be refused by `read`.
    let json = serde_json::to_string_pretty(&content).unwrap_or_default();
    NamedCertificate { name: statement.name.clone(), json }
}

/// Reads a certificate file; unknown versions and fields are refused.
pub(super) fn read(json: &str) -> Result<CertificateFile, String> {
    let file: CertificateFile = serde_json::from_str(json).map_err(|e| format!("cannot be read: {e}"))?;
    if file.version != 1 {
        return Err(format!("version {} of certificate files is not known", file.version));
    }
    Ok(file)
}

/// Compares checked claims with what the source says now.
pub(super) fn verified(
    file: CertificateFile,
    theorems: Vec<Theorem>,
    source: Option<&str>,
) -> Result<Verified, String> {
    let text = source.unwrap_or(&file.source.text);
    let expected = expected(&file, text)?;
    let found: Vec<String> =
        theorems.iter().map(|t| written(&t.conclusion().to_string(), t.definitions())).collect();
    let is_missing = |alternatives: &&Vec<String>| !alternatives.iter().any(|claim| found.contains(claim));
    if let Some(missing) = expected.defined.iter().chain(&expected.verdict).find(is_missing) {
        let wanted = missing.join("`\n  or `");
        return Err(format!(
            "the theorems are about something else than the source: it says\n  `{wanted}`\nand the certificate proves\n  `{}`",
            found.join("`\n  `")
        ));
    }
    let matters = |text: &String| expected.verdict.iter().any(|alternatives| alternatives.contains(text));
    Ok(Verified {
        name: file.name,
        verdict: file.verdict,
        statement: file.statement,
        printed: file.printed,
        theorems: theorems
            .into_iter()
            .zip(&found)
            .filter(|(_, text)| matters(text))
            .map(|(t, _)| t)
            .collect(),
        defined: expected.defined.len(),
        names: expected.names,
        source_path: file.source.path,
        rests_on: file.rests_on,
        compared: if source.is_some() { Compared::WithSource } else { Compared::SourceAbsent },
    })
}

/// A formula with its definitions, as one text.
fn written(formula: &str, definitions: &[Definition]) -> String {
    let definitions = definitions.iter().map(|d| format!("\n    where {d}"));
    std::iter::once(formula.to_owned()).chain(definitions).collect()
}

/// What must have been proved: for each entry one of its alternatives.
struct Expected {
    names: Names,
    /// That what the statement speaks of is defined.
    defined: Vec<Vec<String>>,
    /// What the verdict needs.
    verdict: Vec<Vec<String>>,
}

fn expected(file: &CertificateFile, text: &str) -> Result<Expected, String> {
    let complain = |diagnostics: Vec<lang::Diagnostic>| {
        let first = diagnostics.first().map(|d| d.message.clone()).unwrap_or_default();
        format!("the source cannot be read: {first}")
    };
    let parsed = lang::parse(text).map_err(complain)?;
    let resolved = lang::resolve(&parsed, lang::Ironing(ironed)).map_err(complain)?;
    let statement = resolved
        .statements
        .iter()
        .find(|s| s.name == file.name)
        .ok_or_else(|| format!("the source has no statement `{}`", file.name))?;
    if statement.text != file.statement {
        return Err(format!(
            "the source says `{}`, and the certificate is about `{}`",
            statement.text, file.statement
        ));
    }
    if statement.rests_on != file.rests_on {
        let list = |all: &[String]| if all.is_empty() { "nothing".to_owned() } else { all.join(", ") };
        return Err(format!(
            "the statement rests on {}, and the certificate says on {}",
            list(&statement.rests_on),
            list(&file.rests_on)
        ));
    }
    let obligations = resolved.obligations.iter().chain(&statement.obligations);
    let defined: Vec<Vec<String>> = obligations.map(|o| vec![shown(o.claim.statement())]).collect();
    let mut out: Vec<Vec<String>> = vec![];
    let derivations = statement.variants.iter().flatten().filter_map(|goal| match goal {
        Goal::Derivation(derivation) => Some(derivation),
        _ => None,
    });
    let misprints: Vec<Vec<String>> = derivations.clone().flat_map(misprints).collect();
    match (&statement.printed, file.printed) {
        (None, Some(VerdictKind::Undecided)) if !misprints.is_empty() => {}
        (None, Some(VerdictKind::Refuted)) if !misprints.is_empty() => out.extend(misprints),
        (None, None) if !misprints.is_empty() => {
            return Err("the certificate and the source differ about a printed version".into());
        }
        (None, None) | (Some(_), Some(VerdictKind::Undecided)) => {}
        (Some(printed), Some(VerdictKind::Refuted)) => {
            out.extend(printed.claims.iter().map(|claim| vec![shown(claim.denial())]));
        }
        _ => return Err("the certificate and the source differ about a printed version".into()),
    }
    if statement.variants.iter().all(Vec::is_empty) && file.verdict != VerdictKind::Undecided {
        return Err("the statement has no goals, and the certificate has a verdict".into());
    }
    let is_derivation = statement.derivation.is_some();
    for goals in &statement.variants {
        match file.verdict {
            VerdictKind::Refuted if is_derivation => {}
            VerdictKind::Proved => out.extend(goals.iter().map(|goal| vec![shown(holds(goal))])),
            VerdictKind::Refuted => out.push(goals.iter().map(|goal| shown(fails(goal))).collect()),
            VerdictKind::Undecided | VerdictKind::Rejected => {}
        }
    }
    // A link that is said to be false has a theorem; one that only does not follow has none.
    let is_false = match file.verdict {
        VerdictKind::Rejected => file.proofs.len() > defined.len(),
        verdict => verdict == VerdictKind::Refuted && is_derivation,
    };
    if is_false {
        out.extend(derivations.map(|d| links(d).flat_map(|(c, link)| denials(d, c, &link.says)).collect()));
    }
    Ok(Expected { names: story::names(statement), defined, verdict: out })
}

/// Values of the natural number at which a link is denied.
const NATURALS: std::ops::Range<u32> = 0..2;

fn links(derivation: &Derivation) -> impl Iterator<Item = (&Chain, &Link)> {
    derivation.chains.iter().flat_map(|c| c.links.iter().map(move |link| (c, link)))
}

/// That a link is false, at one of the values of the natural number.
fn denials(derivation: &Derivation, chain: &Chain, says: &Proposition) -> Vec<String> {
    let naturals: Vec<Option<u32>> = match derivation.integer {
        Some(_) => NATURALS.map(Some).collect(),
        None => vec![None],
    };
    let denial = |k| shown(derivation.denial(chain, &says.formula(), k).into());
    naturals.into_iter().map(denial).collect()
}

/// That each misprint of a derivation is false.
fn misprints(derivation: &Derivation) -> Vec<Vec<String>> {
    let of = |(c, link): (&Chain, &Link)| Some(denials(derivation, c, link.printed.as_ref()?));
    links(derivation).filter_map(of).collect()
}

fn shown(statement: Statement) -> String {
    written(&statement.formula.to_string(), &statement.definitions)
}

fn holds(goal: &Goal) -> Statement {
    match goal {
        Goal::Universal(claim) => claim.statement(),
        Goal::Existence(existence) => existence.formula().into(),
        Goal::System(system) => system.formula().into(),
        Goal::Tables(tables) => tables.formula().into(),
        Goal::Piece(piece) => piece.statement(),
        Goal::Derivation(derivation) => derivation.statement(),
        Goal::Solve { .. } | Goal::Unread => Formula::falsehood().into(),
    }
}

fn fails(goal: &Goal) -> Statement {
    match goal {
        Goal::Universal(claim) => claim.denial(),
        Goal::Existence(existence) => existence.formula().negated().into(),
        Goal::System(system) => system.opposite().formula().into(),
        Goal::Tables(tables) => tables.formula().negated().into(),
        Goal::Piece(piece) => piece.denial(),
        // Of a derivation, a link is denied.
        Goal::Derivation(_) | Goal::Solve { .. } | Goal::Unread => Formula::falsehood().into(),
    }
}
