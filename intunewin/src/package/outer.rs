//! The outer zip's entries: finding Detection.xml and the content.

use super::{OpenError, identify};
use crate::policy::{ArchivePolicy, EntryName, Rule, fold_name};
use crate::source::Source;
use crate::zip::ZipError;
use crate::zip::central::{CentralReader, CentralRecord};
use crate::zip::data::Extractor;
use crate::zip::structure::survey;
use waybill_context::Context;
use waybill_schemas::DETECTION_XML_LIMIT;

pub(super) const DETECTION_XML: &str = "IntuneWinPackage/Metadata/Detection.xml";
pub(super) const CONTENTS: &str = "IntuneWinPackage/Contents/";

/// A package has two entries; more than this is something else.
const MOST_ENTRIES: u64 = 64;

/// All records of an outer zip whose structure is sound.
pub(super) fn records(source: &dyn Source, policy: &ArchivePolicy) -> Result<Vec<CentralRecord>, OpenError> {
    let policy = ArchivePolicy { max_entries: MOST_ENTRIES.min(policy.max_entries), ..policy.clone() };
    let survey = survey(source, &policy, &Context::silent()).map_err(|error| match error {
        ZipError::Refused(violations)
            if violations.iter().any(|violation| violation.rule == Rule::EndMissing) =>
        {
            identify::not_a_package(source)
        }
        other => other.into(),
    })?;
    let (mut reader, mut records) = (CentralReader::new(source, survey.directory), Vec::new());
    while let Some(record) = reader.next()? {
        records.push(record);
    }
    Ok(records)
}

/// The one entry at the fixed path, whatever its case and separators (two of them are refused as duplicates).
pub(super) fn find_detection_xml(records: &[CentralRecord]) -> Result<&CentralRecord, OpenError> {
    find(records, DETECTION_XML).ok_or(OpenError::MetadataMissing { entries: records.len() })
}

/// The entry in `Contents` that Detection.xml names (older tools name it after the setup file: reader case 3).
pub(super) fn find_content<'a>(
    records: &'a [CentralRecord],
    file_name: &str,
) -> Result<&'a CentralRecord, OpenError> {
    find(records, &format!("{CONTENTS}{file_name}"))
        .ok_or_else(|| OpenError::ContentMissing { file_name: file_name.to_owned() })
}

fn find<'a>(records: &'a [CentralRecord], path: &str) -> Option<&'a CentralRecord> {
    let path = fold_name(path);
    records.iter().find(|record| {
        let name = EntryName::parse(&record.name, record.is_utf8());
        name.is_ok_and(|name| !name.is_folder() && fold_name(name.as_str()) == path)
    })
}

/// Detection.xml's bytes, inflated and checked against its CRC; at most [`DETECTION_XML_LIMIT`].
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
