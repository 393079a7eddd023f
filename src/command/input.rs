//! Files: which ones, and their texts.

use std::collections::BTreeSet;
use std::fs::{DirEntry, File, FileType};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use vickrey::lang::ast::Span;
use vickrey::lang::{Diagnostic, nearest};
use vickrey::report::{Colour, InputError, file_error, place_error};

/// No file is read beyond so many bytes.
const SIZE_LIMIT: u64 = 64 << 20;

/// A text that was read.
#[derive(Debug)]
pub(crate) struct Input {
    /// The path as shown to people.
    pub(crate) path: String,
    /// The path as the system knows it.
    pub(crate) file: PathBuf,
    /// What stands in it.
    pub(crate) text: String,
    /// The one statement that is asked for.
    pub(crate) statement: Option<String>,
}

/// What is looked for in directories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `*.mech`
    Theorems,
    /// `*.mech`, and `notes.mech#revenue` for one statement of a file
    Statements,
    /// `*.json`
    Certificates,
}

/// A complaint about a file.
pub(crate) fn complaint(path: &str, code: &'static str, message: String) -> InputError {
    file_error(path, &Diagnostic::new(code, message, Span::default()), Colour::Styled)
}

/// The files that paths stand for, with complaints about those that cannot be read. Directories are
/// walked in the order of their names; links to directories inside them are not followed. A file that
/// is reached twice is read once.
pub(crate) fn read(paths: &[PathBuf], kind: Kind) -> (Vec<Input>, Vec<InputError>) {
    let mut reader = Reader { kind, seen: BTreeSet::new(), inputs: Vec::new(), errors: Vec::new() };
    for path in paths {
        if path.is_dir() {
            reader.directory(path);
        } else {
            reader.open(path);
        }
    }
    (reader.inputs, reader.errors)
}

/// The text of a file, or of standard input for `-`.
pub(crate) fn text(path: &Path) -> Result<String, InputError> {
    let shown = path.display().to_string();
    let bytes = if path.as_os_str() == "-" {
        bytes(std::io::stdin().lock())
    } else {
        File::open(path).and_then(bytes)
    };
    match bytes {
        Ok(bytes) if bytes.len() as u64 > SIZE_LIMIT => {
            Err(complaint(&shown, "too-large", format!("`{shown}` has more than {SIZE_LIMIT} bytes")))
        }
        Ok(bytes) => String::from_utf8(bytes).map_err(|e| not_utf_8(&shown, &e)),
        Err(e) if e.kind() == ErrorKind::NotFound => {
            let mut diagnostic =
                Diagnostic::new("missing-file", format!("there is no file `{shown}`"), Span::default());
            diagnostic.help = instead(path, &shown);
            Err(file_error(&shown, &diagnostic, Colour::Styled))
        }
        Err(e) => Err(complaint(&shown, "unreadable", format!("cannot read `{shown}`: {e}"))),
    }
}

/// What may be meant by the path of a file that is not there.
fn instead(path: &Path, shown: &str) -> Option<String> {
    if let Some((file, name)) = shown.rsplit_once('#').filter(|(file, _)| Path::new(file).is_file()) {
        return Some(format!("this is done with whole files: write `{file}`, without `#{name}`"));
    }
    let wanted = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let entries = std::fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let mut names: Vec<String> = entries.filter_map(|e| e.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    let found = nearest(wanted, names.iter().map(String::as_str))?;
    Some(format!("did you mean `{}`?", path.with_file_name(found).display()))
}

fn bytes(source: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(SIZE_LIMIT + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn not_utf_8(path: &str, error: &std::string::FromUtf8Error) -> InputError {
    let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
    let before = String::from_utf8_lossy(good);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let message = format!("`{path}` is not UTF-8 text from line {line}, column {column}");
    let diagnostic = Diagnostic::new("not-utf-8", message, Span::default()).help("save the file as UTF-8");
    place_error(path, (line, column), &diagnostic, Colour::Styled)
}

struct Reader {
    kind: Kind,
    seen: BTreeSet<PathBuf>,
    inputs: Vec<Input>,
    errors: Vec<InputError>,
}

impl Reader {
    fn open(&mut self, path: &Path) {
        if !self.seen.insert(path.to_owned()) {
            return;
        }
        let (path, statement) = self.target(path);
        match text(&path) {
            Ok(text) => {
                let path_shown = path.display().to_string();
                self.inputs.push(Input { path: path_shown, file: path, text, statement });
            }
            Err(error) => self.errors.push(error),
        }
    }

    /// `notes.mech#revenue` is a statement of a file, unless a file has that very name.
    fn target(&self, path: &Path) -> (PathBuf, Option<String>) {
        let text = path.to_str().filter(|_| self.kind == Kind::Statements && !path.exists());
        match text.and_then(|text| text.rsplit_once('#')) {
            Some((file, name)) => (file.into(), Some(name.to_owned())),
            None => (path.to_owned(), None),
        }
    }

    fn directory(&mut self, directory: &Path) {
        let shown = directory.display();
        let mut files = Vec::new();
        let complaints = self.errors.len();
        self.walk(directory, &mut files);
        if files.is_empty() && self.errors.len() == complaints {
            let (code, what) = match self.kind {
                Kind::Theorems | Kind::Statements => ("no-theorem-files", "theorem files (*.mech)"),
                Kind::Certificates => ("no-certificate-files", "certificate files (*.json)"),
            };
            let message = format!("the directory `{shown}` has no {what}");
            self.errors.push(complaint(&shown.to_string(), code, message));
        }
        files.iter().for_each(|file| self.open(file));
    }

    fn walk(&mut self, directory: &Path, files: &mut Vec<PathBuf>) {
        let entries = std::fs::read_dir(directory).and_then(|entries| entries.map(entry).collect());
        let mut entries: Vec<(PathBuf, FileType)> = match entries {
            Ok(entries) => entries,
            Err(e) => {
                let shown = directory.display().to_string();
                self.errors.push(complaint(&shown, "unreadable", format!("cannot read `{shown}`: {e}")));
                return;
            }
        };
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        let extension = match self.kind {
            Kind::Theorems | Kind::Statements => "mech",
            Kind::Certificates => "json",
        };
        for (path, file_type) in entries {
            if file_type.is_dir() {
                self.walk(&path, files);
            } else if path.extension().is_some_and(|e| e == extension) && !path.is_dir() {
                files.push(path);
            }
        }
    }
}

fn entry(entry: std::io::Result<DirEntry>) -> std::io::Result<(PathBuf, FileType)> {
    let entry = entry?;
    Ok((entry.path(), entry.file_type()?))
}
