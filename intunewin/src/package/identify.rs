//! What a file is that is not a package: the message should help.

use super::OpenError;
use crate::content::HEADER;
use crate::source::Source;

/// First bytes and what they belong to.
const KNOWN: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a zip archive that is damaged or cut short"),
    (b"MZ", "a Windows program; pack its folder first"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an MSI or another compound file; pack its folder first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"MSCF", "a cabinet"),
    (b"<?xml", "an XML document"),
    (b"<ApplicationInfo", "a Detection.xml by itself"),
    (b"<!DOCTYPE", "an HTML page; the download may have been answered by a portal"),
    (b"<html", "an HTML page; the download may have been answered by a portal"),
    (b"{", "a JSON document"),
];

/// The error for a file in which no end record was found.
pub(super) fn not_a_package(source: &dyn Source) -> OpenError {
    let mut first = [0; 16];
    let count = source.read_at(&mut first, 0).unwrap_or(0);
    if count == 0 {
        return OpenError::NotAPackage { looks_like: "the file is empty" };
    }
    let known = KNOWN.iter().find(|(magic, _)| first[..count].starts_with(magic));
    match known {
        Some((_, looks_like)) => OpenError::NotAPackage { looks_like },
        None if source.len() > HEADER && source.len().is_multiple_of(16) => OpenError::ContentAlone,
        None => OpenError::NotAPackage { looks_like: "no kind of file that is known here" },
    }
}
