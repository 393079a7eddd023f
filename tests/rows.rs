//! The list of rows: `theorems/README.md` says of each where it stands, or why no file states it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use vickrey::pipeline::{self, Detail};

use crate::corpus::{files, read};

/// The rows behind the names in the first column of the tables under a heading.
fn tables(readme: &str, heading: &str) -> BTreeMap<String, BTreeSet<String>> {
    let section = readme.split(heading).nth(1).unwrap_or_else(|| panic!("no section {heading}"));
    let section = section.split("\n#").next().unwrap();
    let lines = section.lines().filter(|l| l.starts_with("| ") && !l.contains("| rows |"));
    let row = |line: &str| {
        let mut columns = line.trim_matches('|').split(" | ");
        let name = columns.next().unwrap().trim().trim_matches('`').to_owned();
        let rows = columns.next().unwrap().split('·').map(|r| r.trim().to_owned()).collect();
        (name, rows)
    };
    lines.map(row).collect()
}

#[test]
fn every_row_is_stated_in_the_files_that_the_list_names_or_has_a_reason() {
    let rows: BTreeSet<String> = read(Path::new("tests/rows.txt")).lines().map(str::to_owned).collect();
    assert!(rows.len() > 400);
    let readme = read(Path::new("theorems/README.md"));
    let (stated, missing) =
        (tables(&readme, "### Stated and decided"), tables(&readme, "### Not stated, and why"));
    let mut all: BTreeSet<String> = BTreeSet::new();
    for path in files("theorems", "mech") {
        let shown = path.strip_prefix("theorems").unwrap().display().to_string();
        let report = pipeline::check(&shown, &read(&path), Detail::Verdicts).report.unwrap();
        let refs: BTreeSet<String> =
            report.statements.iter().filter(|s| s.as_stated).flat_map(|s| s.refs.clone()).collect();
        let unknown: Vec<&String> = refs.difference(&rows).collect();
        assert!(unknown.is_empty(), "{shown} refers to {unknown:?}, which are no rows");
        let listed = stated.get(&shown).cloned().unwrap_or_default();
        let line = refs.iter().cloned().collect::<Vec<_>>().join(" · ");
        assert_eq!(listed, refs, "theorems/README.md should say\n| `{shown}` | {line} |");
        all.extend(refs);
    }
    let known: BTreeSet<String> = files("theorems", "mech")
        .iter()
        .map(|p| p.strip_prefix("theorems").unwrap().display().to_string())
        .collect();
    let gone: Vec<&String> = stated.keys().filter(|f| !known.contains(*f)).collect();
    assert!(gone.is_empty(), "theorems/README.md lists {gone:?}, which do not exist");
    let mut open: BTreeSet<String> = BTreeSet::new();
    for (why, behind) in missing {
        for row in behind {
            assert!(rows.contains(&row), "`{row}` is no row ({why})");
            assert!(!all.contains(&row), "`{row}` is stated; take it out of the rows that are not ({why})");
            assert!(open.insert(row.clone()), "`{row}` has two reasons");
        }
    }
    let lost: Vec<&String> = rows.iter().filter(|r| !all.contains(*r) && !open.contains(*r)).collect();
    assert!(lost.is_empty(), "theorems/README.md says nothing of {lost:?}");
}
