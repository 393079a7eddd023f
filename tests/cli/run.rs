//! Running the built binary in a scratch folder.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Two statements that are as stated: one proved, one refuted as the file says.
pub(super) const GOOD: &str = "claim two: 1 + 1 = 2\nrefuted three: 1 + 1 = 3\n";
/// One statement that is not.
pub(super) const FALSE: &str = "claim three: 1 + 1 = 3\n";
/// A file with an unknown name in its second line.
pub(super) const BAD: &str = "claim two: 1 + 1 = 2\nclaim \u{3b8}: nobody(1) = 3\n";

pub(super) struct Run {
    pub(super) code: i32,
    pub(super) out: String,
    pub(super) err: String,
}

pub(super) fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vickrey"));
    command.current_dir(directory).args(arguments);
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(super) fn finish(command: &mut Command, input: &[u8]) -> Run {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    // A command that does not read its input closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

pub(super) fn vickrey(directory: &TempDir, arguments: &[&str]) -> Run {
    finish(&mut command(directory.path(), arguments), b"")
}

pub(super) fn folder(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        put(&directory, path, text);
    }
    directory
}

pub(super) fn put(directory: &TempDir, path: &str, bytes: impl AsRef<[u8]>) {
    let path = directory.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

pub(super) fn read(directory: &TempDir, path: &str) -> String {
    fs::read_to_string(directory.path().join(path)).unwrap()
}
