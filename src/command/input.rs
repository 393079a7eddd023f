//! Files: which ones, and their texts.

use std::io::Read;
use std::path::{Path, PathBuf};

use vickrey::report::{InputError, file_error};

/// A text that was read.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The files that paths stand for, with complaints about those that cannot be read. Directories are
/// walked in the order of their names.
pub(crate) fn read(paths: &[PathBuf], extension: &str) -> (Vec<Input>, Vec<InputError>) {
    let (mut inputs, mut errors) = (Vec::new(), Vec::new());
    for path in paths {
        if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            match std::io::stdin().read_to_end(&mut bytes) {
                Ok(_) => add("-", bytes, &mut inputs, &mut errors),
                Err(e) => errors.push(file_error("-", "unreadable", format!("standard input: {e}"), None)),
            }
        } else if path.is_dir() {
            let mut files = Vec::new();
            walk(path, extension, &mut files);
            if files.is_empty() {
                let shown = path.display().to_string();
                let message = format!("the directory `{shown}` has no .{extension} files");
                errors.push(file_error(&shown, "no-theorem-files", message, None));
            }
            files.iter().for_each(|file| open(file, &mut inputs, &mut errors));
        } else {
            open(path, &mut inputs, &mut errors);
        }
    }
    (inputs, errors)
}

fn walk(directory: &Path, extension: &str, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(&path, extension, files);
        } else if path.extension().is_some_and(|e| e == extension) {
            files.push(path);
        }
    }
}

fn open(path: &Path, inputs: &mut Vec<Input>, errors: &mut Vec<InputError>) {
    let shown = path.display().to_string();
    match std::fs::read(path) {
        Ok(bytes) => add(&shown, bytes, inputs, errors),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let message = format!("there is no file `{shown}`");
            errors.push(file_error(&shown, "missing-file", message, None));
        }
        Err(e) => errors.push(file_error(&shown, "unreadable", format!("`{shown}`: {e}"), None)),
    }
}

fn add(path: &str, bytes: Vec<u8>, inputs: &mut Vec<Input>, errors: &mut Vec<InputError>) {
    match String::from_utf8(bytes) {
        Ok(text) => inputs.push(Input { path: path.to_owned(), text }),
        Err(e) => {
            let good = e.utf8_error().valid_up_to();
            let before = String::from_utf8_lossy(e.as_bytes().get(..good).unwrap_or_default()).into_owned();
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let message = format!("`{path}` is not UTF-8 text: line {line}, column {column}");
            let help = Some("save the file as UTF-8".into());
            errors.push(InputError { line, column, ..file_error(path, "not-utf-8", message, help) });
        }
    }
}
