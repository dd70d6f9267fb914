//! Reads the outer zip with its two entries, compares it with what Microsoft's tool writes (`docs/package-format.md`),
//! and says what a file may be instead of a package.

use super::OpenError;
use crate::content::HEADER;
use crate::policy::{ArchivePolicy, EntryName, Violation, fold_name, rules, shown};
use crate::source::Source;
use crate::zip::ArchiveError;
use crate::zip::central::{CentralReader, CentralRecord};
use crate::zip::data::Extractor;
use crate::zip::record::method;
use crate::zip::structure::survey;
use waybill_context::Context;
use waybill_schemas::DETECTION_XML_LIMIT;

const DETECTION_XML: &str = "IntuneWinPackage/Metadata/Detection.xml";
const CONTENTS: &str = "IntuneWinPackage/Contents/";

/// The most entries that are read. A package has two.
const MOST_ENTRIES: u64 = 64;

/// All records of an outer zip, after checking its structure.
pub(super) fn records(source: &dyn Source, policy: &ArchivePolicy) -> Result<Vec<CentralRecord>, OpenError> {
    // The limits on sizes hold for the payload, too; a package itself has only a few entries.
    let policy = ArchivePolicy { max_entries: MOST_ENTRIES.min(policy.max_entries), ..policy.clone() };
    let survey = survey(source, &policy, &Context::silent()).map_err(|error| match error {
        ArchiveError::Refused(violations)
            if violations.iter().any(|violation| violation.rule == &rules::END_MISSING) =>
        {
            not_a_package(source)
        }
        other => other.into(),
    })?;
    let (mut reader, mut records) = (CentralReader::new(source, survey.directory), Vec::new());
    while let Some(record) = reader.next()? {
        records.push(record);
    }
    Ok(records)
}

/// The one entry at the fixed path, with any case and separators. Two of them are refused as duplicates.
pub(super) fn find_detection_xml(records: &[CentralRecord]) -> Result<&CentralRecord, OpenError> {
    find(records, DETECTION_XML).ok_or(OpenError::MetadataMissing { entries: records.len() })
}

/// The entry in `Contents` that Detection.xml names. Older tools name it after the setup file
/// (`docs/package-format.md`).
pub(super) fn find_content<'a>(
    records: &'a [CentralRecord],
    file_name: &str,
) -> Result<&'a CentralRecord, OpenError> {
    find(records, &format!("{CONTENTS}{file_name}"))
        .ok_or_else(|| OpenError::ContentMissing { file_name: file_name.to_owned() })
}

/// Refuses a content that the outer zip deflated to less than half. Ciphertext looks random, so deflate makes it no
/// smaller; what shrinks is a bomb, which would be inflated into a file before its MAC can be checked.
pub(super) fn check_deflated(content: &CentralRecord) -> Result<(), OpenError> {
    if content.size <= content.compressed.saturating_mul(2) {
        return Ok(());
    }
    let (size, compressed) = (content.size, content.compressed);
    let detail = format!("{size} bytes out of {compressed}, which encrypted bytes cannot be");
    Err(OpenError::Structure(vec![Violation::entry(&rules::LIMIT_RATIO, &content.name, detail)]))
}

fn find<'a>(records: &'a [CentralRecord], path: &str) -> Option<&'a CentralRecord> {
    // Tools differ in case and separators of the two names.
    let path = fold_name(path);
    records.iter().find(|record| {
        let name = EntryName::parse(&record.name, record.is_utf8());
        name.is_ok_and(|name| !name.is_folder() && fold_name(name.as_str()) == path)
    })
}

/// The bytes of Detection.xml, inflated and checked against its CRC; at most one byte over [`DETECTION_XML_LIMIT`].
pub(super) fn read_detection_xml(source: &dyn Source, record: &CentralRecord) -> Result<Vec<u8>, OpenError> {
    let mut bytes = Vec::new();
    let context = Context::silent();
    Extractor::new().extract(source, record, &context, &mut |piece| {
        // One byte over the limit is enough for the reader to refuse it.
        let room = (DETECTION_XML_LIMIT + 1).saturating_sub(bytes.len());
        bytes.extend_from_slice(&piece[..piece.len().min(room)]);
        Ok(())
    })?;
    Ok(bytes)
}

/// One deviation of an outer zip from what Microsoft's tool writes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deviation {
    /// The entries are not the content and then Detection.xml.
    Entries {
        /// The names of all entries, in their order.
        names: Vec<String>,
    },
    /// An entry is deflated.
    Deflated {
        /// The name of the deflated entry.
        name: String,
    },
    /// An entry has flags (a data descriptor, for example).
    Flags {
        /// The name of the entry with flags.
        name: String,
        /// The entry's general purpose flags.
        flags: u16,
    },
}

impl std::fmt::Display for Deviation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Entries { names } => {
                write!(
                    formatter,
                    "entries other than the content and then Detection.xml: {}",
                    names.join(", ")
                )
            }
            Self::Deflated { name } => write!(formatter, "`{name}` is deflated, not stored"),
            Self::Flags { name, flags } => write!(formatter, "`{name}` has flags {flags:#06x}, not 0"),
        }
    }
}

/// All deviations; none for a package that the portal accepts.
pub(super) fn deviations(records: &[CentralRecord], file_name: &str) -> Vec<Deviation> {
    let expected = [format!("{CONTENTS}{file_name}"), DETECTION_XML.to_owned()];
    let mut found = Vec::new();
    if !records.iter().map(|record| record.name.as_slice()).eq(expected.iter().map(String::as_bytes)) {
        found.push(Deviation::Entries { names: records.iter().map(|record| shown(&record.name)).collect() });
    }
    for record in records {
        let name = shown(&record.name);
        if record.header.method != method::STORED {
            found.push(Deviation::Deflated { name: name.clone() });
        }
        if record.header.flags != 0 {
            found.push(Deviation::Flags { name, flags: record.header.flags });
        }
    }
    found
}

/// The first bytes of files that are no packages, and what kind they are.
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
    (b"{", "a JSON document; `waybill fetch` reads a content.json, `waybill lint` an app.json"),
];

/// The error for a file without an end record.
fn not_a_package(source: &dyn Source) -> OpenError {
    let mut first = [0; 16];
    let count = source.read_at(&mut first, 0).unwrap_or(0);
    if count == 0 {
        return OpenError::NotAPackage { looks_like: "the file is empty" };
    }
    let known = KNOWN.iter().find(|(magic, _)| first[..count].starts_with(magic));
    match known {
        Some((_, looks_like)) => OpenError::NotAPackage { looks_like },
        // Ciphertext has no structure, so only its length shows what it is.
        None if source.len() > HEADER && source.len().is_multiple_of(16) => OpenError::ContentAlone,
        None => OpenError::NotAPackage { looks_like: "no kind of file that is known here" },
    }
}
