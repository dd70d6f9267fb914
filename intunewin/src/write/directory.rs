//! The entries that an archive's writer remembers, and the records that it makes of them.

use super::{DosTime, WriteError};
use crate::zip::record::{
    CentralHeader, EndRecord, LocalHeader, SENTINEL_16, SENTINEL_32, Zip64End, Zip64Locator, extra_id, flag,
    signature,
};
use std::io::{self, Write};

const VERSION: u16 = 20;
const VERSION_ZIP64: u16 = 45;
/// The smallest value that needs zip64: in a 32-bit field it means that the value is in the zip64 field.
const WIDE: u64 = SENTINEL_32 as u64;

/// One entry in 48 bytes; its name is in the arena of [`Directory`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    pub(super) offset: u64,
    pub(super) compressed: u64,
    pub(super) size: u64,
    pub(super) crc: u32,
    pub(super) modified: DosTime,
    pub(super) method: u16,
    pub(super) flags: u16,
    /// Whether the sizes are 64 bits wide, in the local header and everywhere else.
    pub(super) wide: bool,
}

impl Record {
    pub(super) fn needs_wide(size: u64, compressed: u64) -> bool {
        size.max(compressed) >= WIDE
    }

    pub(super) const fn is_streamed(&self) -> bool {
        self.flags & flag::DESCRIPTOR != 0
    }

    const fn version_needed(wide: bool) -> u16 {
        if wide { VERSION_ZIP64 } else { VERSION }
    }

    /// Writes the local header with name and extra fields. That of a streamed entry has neither CRC nor sizes.
    pub(super) fn write_local(
        &self,
        name: &[u8],
        more_extra: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), WriteError> {
        let (crc, size, compressed) =
            if self.is_streamed() { (0, 0, 0) } else { (self.crc, self.size, self.compressed) };
        let mut extra = Vec::with_capacity(20 + more_extra.len());
        if self.wide {
            write_zip64_extra(&[size, compressed], &mut extra);
        }
        extra.extend(more_extra);
        let header = LocalHeader {
            version_needed: Self::version_needed(self.wide),
            flags: self.flags,
            method: self.method,
            time: self.modified.time(),
            date: self.modified.date(),
            crc,
            compressed: narrow(compressed, self.wide),
            size: narrow(size, self.wide),
            name_len: name_len(name)?,
            extra_len: u16::try_from(extra.len()).unwrap_or(u16::MAX),
        };
        header.write_to(out);
        out.extend(name);
        out.extend(extra);
        Ok(())
    }

    /// Writes the data descriptor that follows a streamed entry.
    pub(super) fn write_descriptor(&self, out: &mut Vec<u8>) {
        out.extend(signature::DESCRIPTOR.to_le_bytes());
        out.extend(self.crc.to_le_bytes());
        for length in [self.compressed, self.size] {
            let bytes = length.to_le_bytes();
            out.extend(if self.wide { &bytes[..] } else { &bytes[..4] });
        }
    }

    fn write_central(&self, name: &[u8], out: &mut Vec<u8>) -> Result<(), WriteError> {
        // Zip64 values are written only where they are needed: Microsoft's tool does so, and Intune reads that.
        let far = self.offset >= WIDE;
        let mut values = Vec::with_capacity(3);
        if self.wide {
            values.extend([self.size, self.compressed]);
        }
        if far {
            values.push(self.offset);
        }
        let mut extra = Vec::with_capacity(28);
        if !values.is_empty() {
            write_zip64_extra(&values, &mut extra);
        }
        let header = CentralHeader {
            version_made_by: 0,
            version_needed: Self::version_needed(self.wide || far),
            flags: self.flags,
            method: self.method,
            time: self.modified.time(),
            date: self.modified.date(),
            crc: self.crc,
            compressed: narrow(self.compressed, self.wide),
            size: narrow(self.size, self.wide),
            name_len: name_len(name)?,
            extra_len: u16::try_from(extra.len()).unwrap_or(u16::MAX),
            comment_len: 0,
            disk: 0,
            internal_attributes: 0,
            external_attributes: 0,
            header_offset: narrow(self.offset, far),
        };
        header.write_to(out);
        out.extend(name);
        out.extend(extra);
        Ok(())
    }
}

/// The 32-bit field of a value: the value, or the sentinel where a 64-bit field holds it.
fn narrow(value: u64, wide: bool) -> u32 {
    if wide { SENTINEL_32 } else { u32::try_from(value).unwrap_or(SENTINEL_32) }
}

fn write_zip64_extra(values: &[u64], out: &mut Vec<u8>) {
    out.extend(extra_id::ZIP64.to_le_bytes());
    out.extend(u16::try_from(values.len() * 8).unwrap_or(u16::MAX).to_le_bytes());
    for value in values {
        out.extend(value.to_le_bytes());
    }
}

/// The field for the length of a name.
pub(super) fn name_len(name: &[u8]) -> Result<u16, WriteError> {
    u16::try_from(name.len()).map_err(|_| WriteError::NameTooLong { length: name.len() })
}

/// All entries of an archive: names in one arena, records of fixed size. 200,000 entries take about 20 MB.
#[derive(Debug, Default)]
pub(super) struct Directory {
    names: Vec<u8>,
    records: Vec<(Record, u16)>,
}

impl Directory {
    pub(super) fn with_capacity(entries: usize, name_bytes: usize) -> Self {
        Self { names: Vec::with_capacity(name_bytes), records: Vec::with_capacity(entries) }
    }

    pub(super) fn push(&mut self, name: &[u8], record: Record) -> Result<(), WriteError> {
        self.records.push((record, name_len(name)?));
        self.names.extend(name);
        Ok(())
    }

    pub(super) fn len(&self) -> u64 {
        self.records.len() as u64
    }

    /// Writes the central directory, which begins at `offset`, and the end records. Returns the number of bytes
    /// written.
    pub(super) fn write_to(&self, offset: u64, out: &mut impl Write) -> Result<u64, WriteError> {
        let mut bytes = Vec::with_capacity(64 * 1024);
        let mut written = 0;
        let mut names = self.names.as_slice();
        for (record, name_len) in &self.records {
            let (name, rest) = names.split_at(usize::from(*name_len));
            names = rest;
            record.write_central(name, &mut bytes)?;
            // Written in pieces, because the directory of 200,000 entries has some 20 MB.
            if bytes.len() > 60 * 1024 {
                written += drain(&mut bytes, out)?;
            }
        }
        written += drain(&mut bytes, out)?;
        self.write_end(offset, written, &mut bytes);
        Ok(written + drain(&mut bytes, out)?)
    }

    fn write_end(&self, directory_offset: u64, directory_len: u64, out: &mut Vec<u8>) {
        let entries = self.len();
        // A value that equals the sentinel needs zip64 as well, because readers would look there for it.
        if entries >= u64::from(SENTINEL_16) || directory_offset >= WIDE || directory_len >= WIDE {
            let end = Zip64End {
                version_made_by: VERSION_ZIP64,
                version_needed: VERSION_ZIP64,
                disk: 0,
                directory_disk: 0,
                entries_here: entries,
                entries,
                directory_len,
                directory_offset,
            };
            end.write_to(out);
            let end_offset = directory_offset + directory_len;
            Zip64Locator { end_disk: 0, end_offset, disks: 1 }.write_to(out);
        }
        let short = u16::try_from(entries).unwrap_or(SENTINEL_16);
        let end = EndRecord {
            disk: 0,
            directory_disk: 0,
            entries_here: short,
            entries: short,
            directory_len: narrow(directory_len, false),
            directory_offset: narrow(directory_offset, false),
            comment_len: 0,
        };
        end.write_to(out);
    }
}

fn drain(bytes: &mut Vec<u8>, out: &mut impl Write) -> io::Result<u64> {
    out.write_all(bytes)?;
    let count = bytes.len() as u64;
    bytes.clear();
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zip::record::method;

    fn record() -> Record {
        Record {
            offset: 0x0102_0304,
            compressed: 0x11,
            size: 0x22,
            crc: 0xaabb_ccdd,
            modified: DosTime::MIN,
            method: method::DEFLATED,
            flags: flag::UTF8,
            wide: false,
        }
    }

    fn local(record: &Record, extra: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        record.write_local(b"ab", extra, &mut out).unwrap();
        out
    }

    fn central(record: &Record) -> Vec<u8> {
        let mut out = Vec::new();
        record.write_central(b"ab", &mut out).unwrap();
        out
    }

    #[test]
    fn golden_local_headers() {
        assert_eq!(
            local(&record(), b""),
            b"PK\x03\x04\x14\0\0\x08\x08\0\0\0\x21\0\xdd\xcc\xbb\xaa\x11\0\0\0\x22\0\0\0\x02\0\0\0ab"
        );
        let wide = Record { size: 1 << 32, wide: true, ..record() };
        assert_eq!(
            local(&wide, b"xxxx"),
            b"PK\x03\x04\x2d\0\0\x08\x08\0\0\0\x21\0\xdd\xcc\xbb\xaa\xff\xff\xff\xff\xff\xff\xff\xff\x02\0\x18\0ab\
              \x01\0\x10\0\0\0\0\0\x01\0\0\0\x11\0\0\0\0\0\0\0xxxx"
        );
        let streamed = Record { flags: flag::UTF8 | flag::DESCRIPTOR, ..record() };
        assert_eq!(
            local(&streamed, b""),
            b"PK\x03\x04\x14\0\x08\x08\x08\0\0\0\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\x02\0\0\0ab"
        );
        let both = Record { wide: true, ..streamed };
        assert_eq!(
            local(&both, b""),
            b"PK\x03\x04\x2d\0\x08\x08\x08\0\0\0\x21\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\x02\0\x14\0ab\
              \x01\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
        );
    }

    #[test]
    fn golden_central_records() {
        assert_eq!(
            central(&record()),
            b"PK\x01\x02\0\0\x14\0\0\x08\x08\0\0\0\x21\0\xdd\xcc\xbb\xaa\x11\0\0\0\x22\0\0\0\x02\0\0\0\0\0\0\0\0\0\
              \0\0\0\0\x04\x03\x02\x01ab"
        );
        let far = Record { offset: WIDE, ..record() };
        assert_eq!(
            central(&far)[46..],
            *b"ab\x01\0\x08\0\xff\xff\xff\xff\0\0\0\0",
            "only the offset needs 64 bits"
        );
        let all = Record { offset: 1 << 33, size: WIDE, wide: true, ..record() };
        let bytes = central(&all);
        assert_eq!((bytes[6], &bytes[42..46]), (45, &[0xff; 4][..]));
        assert_eq!(
            bytes[48..],
            *b"\x01\0\x18\0\xff\xff\xff\xff\0\0\0\0\x11\0\0\0\0\0\0\0\0\0\0\0\x02\0\0\0",
            "size, compressed size, offset: in this order"
        );
    }

    #[test]
    fn golden_descriptors() {
        let mut out = Vec::new();
        record().write_descriptor(&mut out);
        assert_eq!(out, b"PK\x07\x08\xdd\xcc\xbb\xaa\x11\0\0\0\x22\0\0\0");
        out.clear();
        Record { wide: true, ..record() }.write_descriptor(&mut out);
        assert_eq!(out, b"PK\x07\x08\xdd\xcc\xbb\xaa\x11\0\0\0\0\0\0\0\x22\0\0\0\0\0\0\0");
    }

    fn end(entries: u64, offset: u64) -> Vec<u8> {
        let mut directory = Directory::default();
        for _ in 0..entries {
            directory.push(b"", record()).unwrap();
        }
        let mut out = Vec::new();
        let written = directory.write_to(offset, &mut out).unwrap();
        assert_eq!(written, out.len() as u64);
        out.split_off(usize::try_from(entries * 46).unwrap())
    }

    #[test]
    fn the_end_is_wide_only_where_it_must_be() {
        assert_eq!(end(65_534, 0).len(), EndRecord::LEN);
        assert_eq!(end(1, WIDE - 1).len(), EndRecord::LEN);
        let many = end(65_535, 0);
        assert_eq!(many.len(), Zip64End::LEN + Zip64Locator::LEN + EndRecord::LEN);
        assert_eq!(many[many.len() - 14..][..4], [0xff; 4]);
        let far = end(1, WIDE);
        assert_eq!(far[48..56], WIDE.to_le_bytes(), "offset of the directory");
        assert_eq!(far[64..72], (WIDE + 46).to_le_bytes(), "offset of the zip64 end record");
        assert_eq!(far[far.len() - 6..], *b"\xff\xff\xff\xff\0\0");
    }
}
