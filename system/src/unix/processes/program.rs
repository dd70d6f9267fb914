//! Checks before a program is started: whether it exists, may be executed, and is a program.

use super::{FILE_NOT_FOUND, refused, refused_as};
use crate::{Start, StartError};
use rustix::fs::{Access, access};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

/// The longest first line of a script that Linux reads (execve(2)).
const LONGEST_LINE: u64 = 256;

// The first bytes of programs: ELF, and the forms of Mach-O (both widths, both byte orders, several processors in one).
const MAGICS: [[u8; 4]; 6] = [
    *b"\x7fELF",
    [0xFE, 0xED, 0xFA, 0xCE],
    [0xFE, 0xED, 0xFA, 0xCF],
    [0xCE, 0xFA, 0xED, 0xFE],
    [0xCF, 0xFA, 0xED, 0xFE],
    [0xCA, 0xFE, 0xBA, 0xBE],
];

/// Refuses a program that could not be started. Behind the gate, this error would look like an exit code of the
/// program.
pub(super) fn check(start: &Start<'_>) -> Result<(), StartError> {
    let (program, path) = (start.program, Path::new(start.program));
    if !path.is_absolute() {
        return Err(refused_as(program, ErrorKind::InvalidInput, "not an absolute path".to_owned()));
    }
    check_runnable(program, path)?;
    let head = head(path).map_err(|error| refused(program, program, &error))?;
    match interpreter(&head) {
        Some(interpreter) => check_runnable(program, Path::new(&interpreter))?,
        None if MAGICS.iter().any(|magic| head.starts_with(magic)) => {}
        None => {
            let what = format!(
                "{program}: not a program of this system, and no script that names its interpreter (#!)"
            );
            return Err(refused_as(program, ErrorKind::InvalidData, what));
        }
    }
    check_folder(program, start.folder)
}

/// Checks that `path` (the program, or the interpreter that its first line names) is a file that this process may
/// execute.
fn check_runnable(program: &str, path: &Path) -> Result<(), StartError> {
    let shown = path.to_string_lossy();
    let metadata = fs::metadata(path).map_err(|error| match error.kind() {
        ErrorKind::NotADirectory => StartError::new(program, FILE_NOT_FOUND, error),
        _ => refused(program, &shown, &error),
    })?;
    if !metadata.is_file() {
        return Err(refused_as(program, ErrorKind::PermissionDenied, format!("{shown}: not a file")));
    }
    access(path, Access::EXEC_OK)
        .map_err(|error| refused(program, &format!("{shown}: may not be executed"), &error.into()))
}

/// The first bytes of the file. One that may be executed but not read counts as a program of the system's own format.
fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(LONGEST_LINE).read_to_end(&mut head).map(|_| head),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(MAGICS[0].to_vec()),
        Err(error) => Err(error),
    }
}

/// The program that the first line of a script names; `None` if the file is no script.
fn interpreter(head: &[u8]) -> Option<String> {
    let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    String::from_utf8_lossy(line).split_whitespace().next().map(str::to_owned)
}

fn check_folder(program: &str, folder: &str) -> Result<(), StartError> {
    let told = |error: io::Error| refused(program, &format!("working directory {folder}"), &error);
    if fs::metadata(folder).map_err(told)?.is_dir() {
        return Ok(());
    }
    let what = format!("working directory {folder}: not a folder");
    Err(refused_as(program, ErrorKind::NotADirectory, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interpreter_is_the_first_word_after_the_mark() {
        assert_eq!(interpreter(b"#!/bin/sh -e\nexit 0\n").as_deref(), Some("/bin/sh"));
        assert_eq!(interpreter(b"#! /usr/bin/env python3\n").as_deref(), Some("/usr/bin/env"));
        assert_eq!(interpreter(b"#!\n"), None);
        assert_eq!(interpreter(b"exit 0\n"), None);
    }
}
