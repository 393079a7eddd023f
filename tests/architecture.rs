//! The architecture: imports point down the list of strata, and the house rules that a lint cannot see.

use std::fs;
use std::path::{Path, PathBuf};

/// From what must be believed to what is only seen; a stratum imports itself and those before it.
const STRATA: [&str; 8] = ["exact", "kernel", "model", "piecewise", "prover", "lang", "report", "pipeline"];
/// The binary; it uses the library like anybody else.
const BINARY: &str = "command";
/// `lang` reads statements: it knows nothing of the engine.
const NOT_FOR_LANG: [&str; 2] = ["piecewise", "prover"];
/// No file is longer.
const LINES: usize = 500;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The Rust files below a folder with their text, in order.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut out = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return out };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            out.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            out.push((path, text));
        }
    }
    out.sort();
    out
}

/// A file without comments and without the text of its strings.
fn code(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut quoted = false;
        let mut previous = ' ';
        for c in line.chars() {
            if c == '"' && previous != '\\' && previous != '\'' {
                quoted = !quoted;
            }
            if !quoted && c == '/' && previous == '/' {
                out.pop();
                break;
            }
            if !quoted {
                out.push(c);
            }
            previous = if previous == '\\' && c == '\\' { ' ' } else { c };
        }
        out.push('\n');
    }
    out
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty())
}

/// The strata that a file of the stratum names after `crate::`, in `use` lines or in paths, and after
/// enough `super::` to reach the top.
fn imports(path: &Path, text: &str) -> Vec<&'static str> {
    let code = code(text);
    let depth = path.strip_prefix(root()).unwrap().components().count();
    let top = if path.ends_with("mod.rs") { depth - 1 } else { depth };
    let mut found = Vec::new();
    for start in ["crate::".to_string(), "super::".repeat(top)] {
        for (position, _) in code.match_indices(&start) {
            let before = code[..position].chars().next_back();
            if before.is_some_and(|c| c == ':' || c.is_alphanumeric()) {
                continue;
            }
            let rest = &code[position + start.len()..];
            let group = rest.strip_prefix('{').map_or_else(
                || rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("").to_string(),
                |list| list.split(';').next().unwrap_or("").to_string(),
            );
            found.extend(words(&group).filter_map(|w| STRATA.iter().find(|s| **s == w)).copied());
        }
    }
    found
}

#[test]
fn imports_keep_the_direction_of_trust() {
    let mut wrong = Vec::new();
    for (rank, stratum) in STRATA.iter().enumerate() {
        let mut files = sources(&root().join(stratum));
        let single = root().join(format!("{stratum}.rs"));
        files.extend(fs::read_to_string(&single).ok().map(|text| (single, text)));
        for (path, text) in files {
            for import in imports(&path, &text) {
                let allowed = STRATA[..=rank].contains(&import);
                if !allowed || (*stratum == "lang" && NOT_FOR_LANG.contains(&import)) {
                    wrong.push(format!("{}: {stratum} imports {import}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_folder_of_the_source_is_a_stratum() {
    for entry in fs::read_dir(root()).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()) {
        let name = entry.file_name().unwrap().to_str().unwrap();
        assert!(STRATA.contains(&name) || name == BINARY, "{name} is no stratum");
    }
}

#[test]
fn nothing_that_proves_uses_floating_point() {
    for stratum in ["exact", "kernel", "piecewise", "model", "prover"] {
        for (path, text) in sources(&root().join(stratum)) {
            let code = code(&text);
            let float = words(&code).find(|w| *w == "f32" || *w == "f64");
            assert!(float.is_none(), "{}: {float:?}", path.display());
        }
    }
}

#[test]
fn no_source_file_is_longer_than_its_reader_can_keep_in_mind() {
    let long: Vec<String> = sources(&root())
        .iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

/// The functions of the rules that make a theorem, each with its page.
fn rules() -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (path, text) in sources(&root().join("kernel/rule")) {
        // A rule that is alone in its file has its page at the head of the file.
        let head: String = text.lines().take_while(|l| l.starts_with("//!")).collect();
        let mut page = String::new();
        let signatures = text.replace(",\n    ", ", ").replace("(\n    ", "(").replace(",\n) ->", ") ->");
        for line in signatures.lines() {
            if let Some(comment) = line.trim().strip_prefix("///") {
                page.push_str(comment);
                continue;
            }
            let name = line.strip_prefix("pub(in crate::kernel) fn ");
            if let Some(name) = name.filter(|l| l.contains("Theorem") && l.contains("->")) {
                let name = name.split(['(', '<']).next().unwrap().to_string();
                let alone = path.file_stem().is_some_and(|stem| *stem == *name);
                out.push((name, if alone { format!("{page}{head}") } else { page.clone() }));
            }
            page.clear();
        }
    }
    out
}

#[test]
fn every_rule_has_a_page_that_says_what_it_rejects() {
    let rules = rules();
    for rule in vickrey::kernel::RULES {
        assert!(rules.iter().any(|(name, _)| name == rule), "no function `{rule}`");
    }
    for (name, page) in &rules {
        let says = page.to_lowercase().contains("rejects");
        assert!(says, "`{name}` does not say what it rejects: {page}");
    }
}

#[test]
fn only_rules_make_theorems() {
    for (path, text) in sources(&root()) {
        let inside = path.starts_with(root().join("kernel/rule"));
        let makes = code(&text).contains("Theorem {") && !path.ends_with("kernel/theorem.rs");
        let harmless = code(&text).lines().filter(|l| l.contains("Theorem {")).all(|l| {
            l.contains("-> Theorem {")
                || l.contains("impl")
                || l.contains("struct Theorem")
                || l.contains("fn ")
        });
        assert!(inside || !makes || harmless, "{} makes a theorem", path.display());
    }
}
