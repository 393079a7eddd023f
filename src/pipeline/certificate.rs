//! Certificate files: one a statement, everything that `verify` needs.

use serde::{Deserialize, Serialize};

use crate::kernel::{Certificate, Formula};
use crate::lang::{self, Goal, ResolvedStatement};
use crate::report::VerdictKind;

use super::judge::{Judged, Proof};

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
    /// The claims, printed from their theorems.
    pub claims: Vec<String>,
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
    pub(super) claim: String,
    pub(super) steps: Certificate,
}

/// The certificate file of a judged statement. An undecided statement has no proofs in it.
pub(super) fn write(
    path: &str,
    file: &lang::ast::File,
    statement: &ResolvedStatement,
    defined: &[Proof],
    judged: &Judged,
) -> NamedCertificate {
    let printed = judged.printed.iter().filter_map(|p| p.proof.as_ref());
    let all = defined.iter().chain(&judged.defined).chain(&judged.proofs).chain(printed);
    let mut proofs: Vec<ProofText> = Vec::new();
    for proof in all {
        let claim = proof.claim.to_string();
        if !proofs.iter().any(|p| p.claim == claim) {
            proofs.push(ProofText { claim, steps: proof.proved.certificate.clone() });
        }
    }
    let content = CertificateFile {
        version: 1,
        source: SourceText { path: path.to_owned(), text: lang::print_file(file) },
        name: statement.name.clone(),
        verdict: judged.verdict,
        statement: statement.text.clone(),
        printed: judged.printed.as_ref().map(|p| p.verdict),
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
    claims: Vec<Formula>,
    source: Option<&str>,
) -> Result<Verified, String> {
    let text = source.unwrap_or(&file.source.text);
    let expected = expected(&file, text)?;
    let found: Vec<String> = claims.iter().map(ToString::to_string).collect();
    if let Some(missing) = expected.iter().find(|e| !accepted(e, &found)) {
        let wanted = missing.join("`\n  or `");
        return Err(format!(
            "the theorems are about something else than the source: it says\n  `{wanted}`\nand the certificate proves\n  `{}`",
            found.join("`\n  `")
        ));
    }
    Ok(Verified {
        name: file.name,
        verdict: file.verdict,
        statement: file.statement,
        printed: file.printed,
        claims: found,
        source_path: file.source.path,
        rests_on: file.rests_on,
        compared: if source.is_some() { Compared::WithSource } else { Compared::SourceAbsent },
    })
}

fn accepted(alternatives: &[String], found: &[String]) -> bool {
    alternatives.iter().any(|claim| found.contains(claim))
}

/// What must have been proved for the verdict: for each entry one of its alternatives.
fn expected(file: &CertificateFile, text: &str) -> Result<Vec<Vec<String>>, String> {
    let complain = |diagnostics: Vec<lang::Diagnostic>| {
        let first = diagnostics.first().map(|d| d.message.clone()).unwrap_or_default();
        format!("the source cannot be read: {first}")
    };
    let parsed = lang::parse(text).map_err(complain)?;
    let resolved = lang::resolve(&parsed).map_err(complain)?;
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
    let mut out: Vec<Vec<String>> = obligations.map(|o| vec![o.claim.formula().to_string()]).collect();
    match (&statement.printed, file.printed) {
        (None, None) | (Some(_), Some(VerdictKind::Undecided)) => {}
        (Some(printed), Some(VerdictKind::Refuted)) => {
            out.push(vec![printed.claim.refutation().to_string()]);
        }
        _ => return Err("the certificate and the source differ about a printed version".into()),
    }
    if statement.variants.iter().all(Vec::is_empty) && file.verdict != VerdictKind::Undecided {
        return Err("the statement has no goals, and the certificate has a verdict".into());
    }
    for goals in &statement.variants {
        match file.verdict {
            VerdictKind::Proved => out.extend(goals.iter().map(|goal| vec![holds(goal).to_string()])),
            VerdictKind::Refuted => out.push(goals.iter().map(|goal| fails(goal).to_string()).collect()),
            VerdictKind::Undecided | VerdictKind::Rejected => {}
        }
    }
    Ok(out)
}

fn holds(goal: &Goal) -> Formula {
    match goal {
        Goal::Universal(claim) => claim.formula(),
        Goal::Existence(existence) => existence.formula(),
    }
}

fn fails(goal: &Goal) -> Formula {
    match goal {
        Goal::Universal(claim) => claim.refutation(),
        Goal::Existence(existence) => existence.formula().negated(),
    }
}
