//! Finding the end records: exactly one, at the very end, and consistent.

use super::record::{EndRecord, SENTINEL_16, SENTINEL_32, Zip64End, Zip64Locator, signature};
use super::{ZipError, violation};
use crate::policy::Rule;
use crate::source::Source;

/// Where the central directory lies and how many records it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Directory {
    pub(crate) offset: u64,
    pub(crate) len: u64,
    pub(crate) entries: u64,
}

/// The end record with the longest comment.
const LONGEST_TAIL: u64 = EndRecord::LEN as u64 + 0xffff;

/// Locates the central directory.
pub(crate) fn locate(source: &dyn Source) -> Result<Directory, ZipError> {
    let tail_start = source.len().saturating_sub(LONGEST_TAIL);
    let mut tail = vec![0; (source.len() - tail_start) as usize];
    source.read_exact_at(&mut tail, tail_start)?;
    let (at, record) = last_end_record(&tail)?;
    let end_offset = tail_start + at as u64;
    let elsewhere = |disk: u16| disk != 0 && disk != SENTINEL_16;
    if elsewhere(record.disk) || elsewhere(record.directory_disk) || record.entries_here != record.entries {
        return Err(violation(Rule::MultiDisk, ""));
    }
    let (directory, limit) = match zip64_end(source, end_offset)? {
        Some((zip64, zip64_offset)) => (merge(&record, &zip64)?, zip64_offset),
        None => (plain(&record), end_offset),
    };
    if directory.offset.checked_add(directory.len) != Some(limit) {
        let detail = format!("{} bytes at {}, end record at {limit}", directory.len, directory.offset);
        return Err(violation(Rule::DirectoryMismatch, detail));
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

/// The last signature in the tail must start the record that ends the file; an earlier record that does so too, with
/// the last one inside its comment, is a second archive.
fn last_end_record(tail: &[u8]) -> Result<(usize, EndRecord), ZipError> {
    let ends_here = |at: usize| {
        EndRecord::parse(&tail[at..])
            .filter(|record| at + EndRecord::LEN + usize::from(record.comment_len) == tail.len())
    };
    let pattern = signature::END.to_le_bytes();
    let mut places = memchr_backwards(tail, &pattern);
    let Some(last) = places.next() else {
        return Err(violation(Rule::EndMissing, ""));
    };
    let others = places.filter(|at| ends_here(*at).is_some()).count();
    match ends_here(last) {
        Some(_) if others > 0 => Err(violation(Rule::EndAmbiguous, "")),
        Some(record) => Ok((last, record)),
        None if others > 0 => Err(violation(Rule::EndAmbiguous, "")),
        None if tail.len() - last < EndRecord::LEN => {
            Err(violation(Rule::EndMissing, "the end record is cut short"))
        }
        None => Err(violation(Rule::JunkAfter, "")),
    }
}

fn memchr_backwards<'a>(tail: &'a [u8], pattern: &'a [u8; 4]) -> impl Iterator<Item = usize> + 'a {
    let last = tail.len().saturating_sub(pattern.len() - 1);
    (0..last).rev().filter(move |at| tail[*at..].starts_with(pattern))
}

/// The zip64 record and its offset, where a locator stands before the end record.
fn zip64_end(source: &dyn Source, end_offset: u64) -> Result<Option<(Zip64End, u64)>, ZipError> {
    let Some(locator_offset) = end_offset.checked_sub(Zip64Locator::LEN as u64) else { return Ok(None) };
    let mut bytes = [0; Zip64Locator::LEN];
    source.read_exact_at(&mut bytes, locator_offset)?;
    let Some(locator) = Zip64Locator::parse(&bytes) else { return Ok(None) };
    let expected = locator_offset.checked_sub(Zip64End::LEN as u64);
    if expected != Some(locator.end_offset) || locator.end_disk != 0 || locator.disks > 1 {
        return Err(violation(Rule::Zip64Mismatch, "the locator does not point at the record before it"));
    }
    let mut bytes = [0; Zip64End::LEN];
    source.read_exact_at(&mut bytes, locator.end_offset)?;
    let record = Zip64End::parse(&bytes)
        .ok_or_else(|| violation(Rule::Zip64Mismatch, "no zip64 end record where the locator points"))?;
    if record.disk != 0 || record.directory_disk != 0 || record.entries_here != record.entries {
        return Err(violation(Rule::MultiDisk, ""));
    }
    Ok(Some((record, locator.end_offset)))
}

/// Every value of the short record is either "see the long one" or the same.
fn merge(short: &EndRecord, long: &Zip64End) -> Result<Directory, ZipError> {
    let agree_16 = |short: u16, long: u64| short == SENTINEL_16 || u64::from(short) == long;
    let agree_32 = |short: u32, long: u64| short == SENTINEL_32 || u64::from(short) == long;
    let agrees = agree_16(short.entries, long.entries)
        && agree_32(short.directory_len, long.directory_len)
        && agree_32(short.directory_offset, long.directory_offset);
    if !agrees {
        return Err(violation(Rule::Zip64Mismatch, "the two end records differ"));
    }
    Ok(Directory { offset: long.directory_offset, len: long.directory_len, entries: long.entries })
}
