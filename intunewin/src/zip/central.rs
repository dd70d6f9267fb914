//! The central directory, streamed record by record.

use super::end::Directory;
use super::record::{CentralHeader, Fields, SENTINEL_16, SENTINEL_32, extra_id, flag};
use super::{ZipError, violation};
use crate::policy::{Rule, Violation};
use crate::source::{Cursor, Source};

/// One record with its 64-bit values resolved; what it says is not judged yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CentralRecord {
    pub(crate) header: CentralHeader,
    pub(crate) size: u64,
    pub(crate) compressed: u64,
    pub(crate) header_offset: u64,
    pub(crate) name: Vec<u8>,
    /// The name in an Info-ZIP Unicode Path field, where there is one.
    pub(crate) unicode_path: Option<Vec<u8>>,
}

impl CentralRecord {
    pub(crate) fn has_flag(&self, bit: u16) -> bool {
        self.header.flags & bit != 0
    }

    pub(crate) fn is_utf8(&self) -> bool {
        self.has_flag(flag::UTF8)
    }
}

/// Reads the records in their order; never more than one at a time, each at most 192 KiB.
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

    /// The next record; `None` after the last, once count and length have proved true.
    pub(crate) fn next(&mut self) -> Result<Option<CentralRecord>, ZipError> {
        if self.left == 0 {
            return match self.cursor.position() == self.end {
                true => Ok(None),
                false => {
                    Err(violation(Rule::CountMismatch, "the central directory goes on after the last entry"))
                }
            };
        }
        self.left -= 1;
        let mut fixed = [0; CentralHeader::LEN];
        self.fill(&mut fixed)?;
        let header = CentralHeader::parse(&fixed)
            .ok_or_else(|| violation(Rule::CountMismatch, "no central record where one is declared"))?;
        let mut name = vec![0; header.name_len.into()];
        self.fill(&mut name)?;
        let mut extra = vec![0; header.extra_len.into()];
        self.fill(&mut extra)?;
        let mut comment = vec![0; header.comment_len.into()];
        self.fill(&mut comment)?;
        resolve(header, name, &extra).map(Some)
    }

    fn fill(&mut self, out: &mut [u8]) -> Result<(), ZipError> {
        if self.end.saturating_sub(self.cursor.position()) < out.len() as u64 {
            return Err(violation(Rule::CountMismatch, "the central directory ends inside a record"));
        }
        Ok(self.cursor.read_exact(out)?)
    }
}

fn resolve(header: CentralHeader, name: Vec<u8>, extra: &[u8]) -> Result<CentralRecord, ZipError> {
    let zip64 = find_extra(extra, extra_id::ZIP64)
        .map_err(|detail| Violation::entry(Rule::Zip64Mismatch, &name, detail))?;
    let mut fields = Fields(zip64.unwrap_or_default());
    let mut long = |short: u32| match short {
        SENTINEL_32 => {
            fields.u64().ok_or_else(|| Violation::entry(Rule::Zip64Mismatch, &name, "a value is missing"))
        }
        short => Ok(u64::from(short)),
    };
    let (size, compressed) = (long(header.size)?, long(header.compressed)?);
    let header_offset = long(header.header_offset)?;
    let disk = if header.disk == SENTINEL_16 { fields.u32().unwrap_or(u32::MAX) } else { header.disk.into() };
    if disk != 0 {
        return Err(Violation::entry(Rule::MultiDisk, &name, "").into());
    }
    let unicode_path = find_extra(extra, extra_id::UNICODE_PATH)
        .map_err(|detail| Violation::entry(Rule::UnicodePath, &name, detail))?
        .map(|field| field.get(5..).unwrap_or_default().to_vec()); // a version byte and the CRC of the header's name
    Ok(CentralRecord { header, size, compressed, header_offset, name, unicode_path })
}

/// The field with `id`; an error where it is there twice. What cannot be parsed ends the list, as everywhere.
pub(crate) fn find_extra(extra: &[u8], id: u16) -> Result<Option<&[u8]>, &'static str> {
    let (mut fields, mut found) = (Fields(extra), None);
    while let (Some(field_id), Some(len)) = (fields.u16(), fields.u16()) {
        let Some(body) = fields.bytes(len.into()) else { break };
        if field_id == id && found.replace(body).is_some() {
            return Err("an extra field is there twice");
        }
    }
    Ok(found)
}
