//! Entries that a Unix mode makes something else than a file or a folder.

use super::super::vector::Vector;
use super::super::zip_image::Entry;
use super::beside_innocent;

/// Made by Unix, version 3.0 of the specification.
const UNIX: u16 = 3 << 8 | 30;

pub(super) fn all() -> Vec<Vector> {
    let special = |stem: &str, mode: u32, comment: &str| {
        let entry = Entry::stored("link", b"../../etc/passwd").centrally(|header| {
            header.made_by = UNIX;
            header.attributes = mode << 16;
        });
        Vector::refused(format!("mode-{stem}"), "type-special", comment, beside_innocent([entry]).bytes())
    };
    vec![
        special("link", 0o120_777, "a symbolic link out of the folder"),
        special("pipe", 0o010_644, "a named pipe"),
        special("character", 0o020_644, "a character device"),
        special("block", 0o060_644, "a block device"),
        special("socket", 0o140_644, "a socket"),
    ]
}
