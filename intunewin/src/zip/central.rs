//! The central directory: located by the end records (exactly one, at the end, consistent), and read record by record.

use super::record::{
    CentralHeader, EndRecord, Fields, SENTINEL_16, SENTINEL_32, Zip64End, Zip64Locator, flag, signature,
};
use super::{ArchiveError, extra, violation};
use crate::policy::{Violation, rules};
use crate::source::{Cursor, Source};

/// One record, with 64-bit values where it has them. Its values are not checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CentralRecord {
    pub(crate) header: CentralHeader,
    pub(crate) size: u64,
    pub(crate) compressed: u64,
    pub(crate) header_offset: u64,
    pub(crate) name: Vec<u8>,
    /// What is wrong with its extra fields. [`checked_name`](super::structure::checked_name) returns it, so that it is
    /// collected with what is wrong in other entries.
    pub(crate) fault: Option<Box<Violation>>,
}

impl CentralRecord {
    pub(crate) fn has_flag(&self, bit: u16) -> bool {
        self.header.flags & bit != 0
    }

    pub(crate) fn is_utf8(&self) -> bool {
        self.has_flag(flag::UTF8)
    }
}

/// Reads the records in their order. Holds one at a time, of 192 KiB at most.
pub(crate) struct CentralReader<'a> {
    cursor: Cursor<'a>,
    end: u64,
    left: u64,
}

impl<'a> CentralReader<'a> {
    const READ_AHEAD: usize = 64 * 1024;

    pub(crate) fn new(source: &'a dyn Source, directory: Directory) -> Self {
        let cursor = Cursor::new(source, directory.offset, Self::READ_AHEAD);
        Self { cursor, end: directory.offset + directory.len, left: directory.entries }
    }

    /// The next record; `None` after the last, once number and length of the records were found right.
    pub(crate) fn next(&mut self) -> Result<Option<CentralRecord>, ArchiveError> {
        if self.left == 0 {
            return match self.cursor.position() == self.end {
                true => Ok(None),
                false => Err(violation(
                    &rules::COUNT_MISMATCH,
                    "the central directory goes on after the last entry",
                )),
            };
        }
        self.left -= 1;
        let mut fixed = [0; CentralHeader::LEN];
        self.fill(&mut fixed)?;
        let header = CentralHeader::parse(&fixed)
            .ok_or_else(|| violation(&rules::COUNT_MISMATCH, "no central record where one is declared"))?;
        let mut name = vec![0; header.name_len.into()];
        self.fill(&mut name)?;
        let mut extra = vec![0; header.extra_len.into()];
        self.fill(&mut extra)?;
        // Comments are read and ignored.
        let mut comment = vec![0; header.comment_len.into()];
        self.fill(&mut comment)?;
        resolve(header, name, &extra).map(Some)
    }

    fn fill(&mut self, out: &mut [u8]) -> Result<(), ArchiveError> {
        if self.end.saturating_sub(self.cursor.position()) < out.len() as u64 {
            return Err(violation(&rules::COUNT_MISMATCH, "the central directory ends inside a record"));
        }
        Ok(self.cursor.read_exact(out)?)
    }
}

fn resolve(header: CentralHeader, name: Vec<u8>, extra: &[u8]) -> Result<CentralRecord, ArchiveError> {
    let (zip64, mut fault) = match extra::judge(extra, &name, "central") {
        Ok(zip64) => (zip64.unwrap_or_default(), None),
        Err(fault) => (Default::default(), Some(Box::new(fault))),
    };
    // The sizes of an entry with a fault are not used, so missing values do not matter.
    let missing = || match &fault {
        Some(fault) => (**fault).clone(),
        None => Violation::entry(&rules::ZIP64_MISMATCH, &name, "a value is missing"),
    };
    // The zip64 field holds only those values whose short field is the sentinel, in a fixed order.
    let mut fields = Fields(zip64);
    let mut long = |short: u32| match short {
        SENTINEL_32 => fields.u64().ok_or_else(missing),
        short => Ok(u64::from(short)),
    };
    let (size, compressed) = (long(header.size)?, long(header.compressed)?);
    let header_offset = long(header.header_offset)?;
    let disk = if header.disk == SENTINEL_16 { fields.u32().unwrap_or(u32::MAX) } else { header.disk.into() };
    if disk != 0 {
        return Err(Violation::entry(&rules::MULTI_DISK, &name, "").into());
    }
    let needed = zip64.len() - fields.0.len();
    if let Err(detail) = extra::check_zip64(zip64, needed, &[size, compressed, header_offset]) {
        fault = Some(Box::new(Violation::entry(&rules::ZIP64_MISMATCH, &name, detail)));
    }
    Ok(CentralRecord { header, size, compressed, header_offset, name, fault })
}

/// Offset and length of the central directory, and the number of its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Directory {
    pub(crate) offset: u64,
    pub(crate) len: u64,
    pub(crate) entries: u64,
}

/// The length in bytes of an end record with the longest comment.
const LONGEST_TAIL: u64 = EndRecord::LEN as u64 + 0xffff;

/// Locates the central directory.
pub(crate) fn locate(source: &dyn Source) -> Result<Directory, ArchiveError> {
    let tail_start = source.len().saturating_sub(LONGEST_TAIL);
    let mut tail = vec![0; (source.len() - tail_start) as usize];
    source.read_exact_at(&mut tail, tail_start)?;
    let (at, record) = last_end_record(&tail)?;
    let end_offset = tail_start + at as u64;
    let elsewhere = |disk: u16| disk != 0 && disk != SENTINEL_16;
    // Nobody makes archives over several disks any more; their fields only serve to show readers different things.
    if elsewhere(record.disk) || elsewhere(record.directory_disk) || record.entries_here != record.entries {
        return Err(violation(&rules::MULTI_DISK, ""));
    }
    let (directory, limit) = match zip64_end(source, end_offset)? {
        Some((zip64, zip64_offset)) => (merge(&record, &zip64)?, zip64_offset),
        None => (plain(&record), end_offset),
    };
    if directory.offset.checked_add(directory.len) != Some(limit) {
        let detail = format!("{} bytes at {}, end record at {limit}", directory.len, directory.offset);
        return Err(violation(&rules::DIRECTORY_MISMATCH, detail));
    }
    Ok(directory)
}

fn plain(record: &EndRecord) -> Directory {
    Directory {
        offset: record.directory_offset.into(),
        len: record.directory_len.into(),
        entries: record.entries.into(),
    }
}

/// The last signature in the tail must start the record that ends the file. An earlier record that ends the file as
/// well, with the last one in its comment, is a second archive.
fn last_end_record(tail: &[u8]) -> Result<(usize, EndRecord), ArchiveError> {
    let ends_here = |at: usize| {
        EndRecord::parse(&tail[at..])
            .filter(|record| at + EndRecord::LEN + usize::from(record.comment_len) == tail.len())
    };
    let pattern = signature::END.to_le_bytes();
    // Some readers search from the end, some from the front, and some take the first that fits. An archive in which
    // they could find different end records is refused.
    let mut places = (0..tail.len()).rev().filter(|at| tail[*at..].starts_with(&pattern));
    let Some(last) = places.next() else {
        return Err(violation(&rules::END_MISSING, ""));
    };
    let others = places.filter(|at| ends_here(*at).is_some()).count();
    match ends_here(last) {
        Some(_) if others > 0 => Err(violation(&rules::END_AMBIGUOUS, "")),
        Some(record) => Ok((last, record)),
        None if others > 0 => Err(violation(&rules::END_AMBIGUOUS, "")),
        None if tail.len() - last < EndRecord::LEN => {
            Err(violation(&rules::END_MISSING, "the end record is cut short"))
        }
        None => Err(violation(&rules::JUNK_AFTER, "")),
    }
}

/// The zip64 end record and its offset, if a locator precedes the end record.
fn zip64_end(source: &dyn Source, end_offset: u64) -> Result<Option<(Zip64End, u64)>, ArchiveError> {
    let Some(locator_offset) = end_offset.checked_sub(Zip64Locator::LEN as u64) else { return Ok(None) };
    let mut bytes = [0; Zip64Locator::LEN];
    source.read_exact_at(&mut bytes, locator_offset)?;
    let Some(locator) = Zip64Locator::parse(&bytes) else { return Ok(None) };
    // The record must be right before its locator, because a gap could hide another archive.
    let expected = locator_offset.checked_sub(Zip64End::LEN as u64);
    if expected != Some(locator.end_offset) || locator.end_disk != 0 || locator.disks > 1 {
        return Err(violation(&rules::ZIP64_MISMATCH, "the locator does not point at the record before it"));
    }
    let mut bytes = [0; Zip64End::LEN];
    source.read_exact_at(&mut bytes, locator.end_offset)?;
    let record = Zip64End::parse(&bytes)
        .ok_or_else(|| violation(&rules::ZIP64_MISMATCH, "no zip64 end record where the locator points"))?;
    if record.disk != 0 || record.directory_disk != 0 || record.entries_here != record.entries {
        return Err(violation(&rules::MULTI_DISK, ""));
    }
    Ok(Some((record, locator.end_offset)))
}

/// Merges the end records: each value of the short one must be the sentinel or equal to the long one's.
fn merge(short: &EndRecord, long: &Zip64End) -> Result<Directory, ArchiveError> {
    let agree_16 = |short: u16, long: u64| short == SENTINEL_16 || u64::from(short) == long;
    let agree_32 = |short: u32, long: u64| short == SENTINEL_32 || u64::from(short) == long;
    let agrees = agree_16(short.entries, long.entries)
        && agree_32(short.directory_len, long.directory_len)
        && agree_32(short.directory_offset, long.directory_offset);
    if !agrees {
        return Err(violation(&rules::ZIP64_MISMATCH, "the two end records differ"));
    }
    Ok(Directory { offset: long.directory_offset, len: long.directory_len, entries: long.entries })
}
