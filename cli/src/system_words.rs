//! The system's errors in plain words: `No such file or directory (os error 2)` says less than what is wrong with the path.

use std::error::Error;
use std::io::{self, ErrorKind};

/// The text of `error` for people. The words of the system, which Windows writes in its own language, and its number are
/// kept where this knows no plainer ones.
pub(crate) fn in_plain_words(error: &(dyn Error + 'static)) -> String {
    let of_system = error.downcast_ref::<io::Error>().filter(|error| error.raw_os_error().is_some());
    match of_system.and_then(|error| words(error.kind())) {
        Some(words) => words.to_owned(),
        None => without_system_phrases(&error.to_string()),
    }
}

/// What a kind of error means to the person who named the path or address that it is about.
fn words(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::NotFound => "there is no such file or folder",
        ErrorKind::PermissionDenied => "this account has no right to it",
        ErrorKind::AlreadyExists => "it is there already",
        ErrorKind::NotADirectory => "a part of the path is a file, not a folder",
        ErrorKind::IsADirectory => "it is a folder, not a file",
        ErrorKind::DirectoryNotEmpty => "the folder is not empty",
        ErrorKind::ReadOnlyFilesystem => "the disk is read-only",
        ErrorKind::StorageFull => "the disk is full",
        ErrorKind::QuotaExceeded => "this account may put no more on the disk",
        ErrorKind::FileTooLarge => "the file is larger than this disk takes",
        ErrorKind::CrossesDevices => "it lies on another disk",
        ErrorKind::InvalidFilename => "no file can have this name here",
        ErrorKind::AddrInUse => "another program uses this address",
        ErrorKind::AddrNotAvailable => "this machine has no such address",
        ErrorKind::ConnectionRefused => "the connection was refused: nothing listens there",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => {
            "the other side broke the connection off"
        }
        _ => return None,
    })
}

/// Unix's phrases for the errors that a library has put into its own message, and their plain words.
const PHRASES: [(&str, ErrorKind); 10] = [
    ("No such file or directory (os error 2)", ErrorKind::NotFound),
    ("Permission denied (os error 13)", ErrorKind::PermissionDenied),
    ("File exists (os error 17)", ErrorKind::AlreadyExists),
    ("Not a directory (os error 20)", ErrorKind::NotADirectory),
    ("Is a directory (os error 21)", ErrorKind::IsADirectory),
    ("No space left on device (os error 28)", ErrorKind::StorageFull),
    ("Read-only file system (os error 30)", ErrorKind::ReadOnlyFilesystem),
    ("Directory not empty (os error 39)", ErrorKind::DirectoryNotEmpty),
    ("Address already in use (os error 98)", ErrorKind::AddrInUse),
    ("Connection refused (os error 111)", ErrorKind::ConnectionRefused),
];

/// The text with those phrases replaced.
pub(crate) fn without_system_phrases(text: &str) -> String {
    if !text.contains("(os error ") {
        return text.to_owned();
    }
    PHRASES.iter().fold(text.to_owned(), |text, (phrase, kind)| match words(*kind) {
        Some(words) => text.replace(phrase, words),
        None => text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_system_is_told_plainly_and_an_unknown_one_keeps_its_number() {
        let missing = std::fs::metadata("no/such/path").unwrap_err();
        assert_eq!(in_plain_words(&missing), "there is no such file or folder");
        let told = io::Error::other("its last line is not whole");
        assert_eq!(in_plain_words(&told), "its last line is not whole");
        let odd = io::Error::from_raw_os_error(77_777);
        assert!(in_plain_words(&odd).contains("77777"), "{odd}");
    }

    #[cfg(unix)]
    #[test]
    fn a_phrase_within_a_message_is_told_plainly_too() {
        for (number, kind) in [
            (2, ErrorKind::NotFound),
            (13, ErrorKind::PermissionDenied),
            (17, ErrorKind::AlreadyExists),
            (20, ErrorKind::NotADirectory),
            (21, ErrorKind::IsADirectory),
            (28, ErrorKind::StorageFull),
            (30, ErrorKind::ReadOnlyFilesystem),
        ] {
            let error = io::Error::from_raw_os_error(number);
            let told = without_system_phrases(&format!("cannot read a/b: {error}; it stays"));
            assert_eq!(told, format!("cannot read a/b: {}; it stays", words(kind).unwrap()));
        }
    }
}
