//! Visits the entries of a payload one at a time: for a document, for a page, or for the largest of them.

use intunewin::{Archive, ArchiveEntry, ArchiveError, DosTime};
use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};
use std::cmp::Reverse;
use waybill_schemas::report::package::EntryReport;
use waybill_schemas::report::package::PayloadReport;

/// How many files a summary names.
const LARGEST: usize = 10;

/// All entries in their order; serialises as a list that is never in memory as a whole.
pub(crate) struct PayloadEntries<'a>(pub(crate) &'a Archive);

impl Serialize for PayloadEntries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_visited(serializer, |take| self.0.visit(|entry| take(entry_report(&entry))))
    }
}

/// Why a visit ended early.
pub(crate) enum VisitError<E> {
    /// The archive could not be read.
    Archive(ArchiveError),
    /// The list could not be written.
    Serializer(E),
}

impl<E> From<ArchiveError> for VisitError<E> {
    fn from(error: ArchiveError) -> Self {
        Self::Archive(error)
    }
}

/// Receives the items of a visited list, one at a time.
type Take<'a, T, E> = &'a mut dyn FnMut(T) -> Result<(), VisitError<E>>;

/// Serialises the items that `visit` hands over as a list that is never in memory as a whole.
pub(crate) fn serialize_visited<S: Serializer, T: Serialize>(
    serializer: S,
    visit: impl FnOnce(Take<'_, T, S::Error>) -> Result<(), VisitError<S::Error>>,
) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(None)?;
    match visit(&mut |item| list.serialize_element(&item).map_err(VisitError::Serializer)) {
        Ok(()) => list.end(),
        Err(VisitError::Serializer(error)) => Err(error),
        Err(VisitError::Archive(error)) => Err(S::Error::custom(error)),
    }
}

/// The report of an entry.
pub(crate) fn entry_report(entry: &ArchiveEntry) -> EntryReport {
    EntryReport {
        name: entry.name.listed(),
        size: entry.size,
        compressed_size: entry.compressed,
        crc32: format!("{:08x}", entry.crc),
        modified: written_time(entry.modified),
    }
}

/// The time as `2024-02-29T13:37:58Z`; `None` where the fields are not a date.
fn written_time(time: DosTime) -> Option<String> {
    time.to_system_time()?;
    let (date, clock) = (time.date(), time.time());
    let [year, month, day] = [1980 + (date >> 9), date >> 5 & 15, date & 31];
    let [hour, minute, second] = [clock >> 11, clock >> 5 & 63, (clock & 31) * 2];
    Some(format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}

/// The counts, sizes and largest files of a payload of `size` bytes.
pub(crate) fn payload_report(archive: &Archive, size: u64) -> Result<PayloadReport, ArchiveError> {
    Ok(PayloadReport {
        size,
        files: archive.file_count(),
        folders: archive.folder_count(),
        unpacked_size: archive.unpacked_size(),
        largest: largest(archive)?,
    })
}

/// The largest files first; of equal ones, the first by name.
fn largest(archive: &Archive) -> Result<Vec<EntryReport>, ArchiveError> {
    let mut largest: Vec<EntryReport> = Vec::with_capacity(LARGEST + 1);
    archive.visit::<ArchiveError>(|entry| {
        let key = (Reverse(entry.size), entry.name.as_str());
        let at = largest.partition_point(|held| (Reverse(held.size), held.name.as_str()) < key);
        if at < LARGEST && !entry.name.is_folder() {
            largest.insert(at, entry_report(&entry));
            largest.truncate(LARGEST);
        }
        Ok(())
    })?;
    Ok(largest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    #[test]
    fn times_are_written_in_utc_and_nonsense_is_left_out() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_709_213_878);
        assert_eq!(written_time(DosTime::from_system_time(time)).as_deref(), Some("2024-02-29T13:37:58Z"));
        assert_eq!(written_time(DosTime::from_fields(0, 0)), None);
    }
}
