//! The fixed layouts of APPNOTE.TXT, sections 4.3 and 4.5: parsed from and written to bytes, nothing is checked here.

/// Magic numbers of the records.
pub(crate) mod signature {
    pub(crate) const LOCAL: u32 = 0x0403_4b50;
    pub(crate) const DESCRIPTOR: u32 = 0x0807_4b50;
    pub(crate) const CENTRAL: u32 = 0x0201_4b50;
    pub(crate) const ZIP64_END: u32 = 0x0606_4b50;
    pub(crate) const ZIP64_LOCATOR: u32 = 0x0706_4b50;
    pub(crate) const END: u32 = 0x0605_4b50;
}

/// General purpose flag bits.
pub(crate) mod flag {
    pub(crate) const ENCRYPTED: u16 = 1;
    pub(crate) const DESCRIPTOR: u16 = 1 << 3;
    pub(crate) const PATCH: u16 = 1 << 5;
    pub(crate) const STRONG_ENCRYPTION: u16 = 1 << 6;
    pub(crate) const UTF8: u16 = 1 << 11;
    pub(crate) const MASKED: u16 = 1 << 13;
}

/// Compression methods that packages use.
pub(crate) mod method {
    pub(crate) const STORED: u16 = 0;
    pub(crate) const DEFLATED: u16 = 8;
}

/// Extra field ids.
pub(crate) mod extra_id {
    pub(crate) const ZIP64: u16 = 0x0001;
    /// Info-ZIP Unicode Path: another name for the same entry.
    pub(crate) const UNICODE_PATH: u16 = 0x7075;
    /// Open packaging growth hint, in the local headers that Microsoft's tool writes.
    pub(crate) const GROWTH_HINT: u16 = 0xa220;
}

/// "Look in the zip64 extra field."
pub(crate) const SENTINEL_32: u32 = u32::MAX;
/// "Look in the zip64 end record."
pub(crate) const SENTINEL_16: u16 = u16::MAX;

/// Reads little-endian numbers off the front of a slice; past the end it yields `None`.
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }
}

/// The fixed part of a local header, 30 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LocalHeader {
    pub(crate) version_needed: u16,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) time: u16,
    pub(crate) date: u16,
    pub(crate) crc: u32,
    pub(crate) compressed: u32,
    pub(crate) size: u32,
    pub(crate) name_len: u16,
    pub(crate) extra_len: u16,
}

impl LocalHeader {
    pub(crate) const LEN: usize = 30;

    /// `None` where the signature is another one.
    pub(crate) fn parse(bytes: &[u8; Self::LEN]) -> Option<Self> {
        let mut fields = Fields(bytes);
        (fields.u32()? == signature::LOCAL).then_some(())?;
        Some(Self {
            version_needed: fields.u16()?,
            flags: fields.u16()?,
            method: fields.u16()?,
            time: fields.u16()?,
            date: fields.u16()?,
            crc: fields.u32()?,
            compressed: fields.u32()?,
            size: fields.u32()?,
            name_len: fields.u16()?,
            extra_len: fields.u16()?,
        })
    }

    pub(crate) fn write_to(&self, out: &mut Vec<u8>) {
        out.extend(signature::LOCAL.to_le_bytes());
        for value in [self.version_needed, self.flags, self.method, self.time, self.date] {
            out.extend(value.to_le_bytes());
        }
        for value in [self.crc, self.compressed, self.size] {
            out.extend(value.to_le_bytes());
        }
        out.extend(self.name_len.to_le_bytes());
        out.extend(self.extra_len.to_le_bytes());
    }
}

/// The fixed part of a central directory record, 46 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CentralHeader {
    pub(crate) version_made_by: u16,
    pub(crate) version_needed: u16,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) time: u16,
    pub(crate) date: u16,
    pub(crate) crc: u32,
    pub(crate) compressed: u32,
    pub(crate) size: u32,
    pub(crate) name_len: u16,
    pub(crate) extra_len: u16,
    pub(crate) comment_len: u16,
    pub(crate) disk: u16,
    pub(crate) internal_attributes: u16,
    pub(crate) external_attributes: u32,
    pub(crate) header_offset: u32,
}

impl CentralHeader {
    pub(crate) const LEN: usize = 46;

    /// `None` where the signature is another one.
    pub(crate) fn parse(bytes: &[u8; Self::LEN]) -> Option<Self> {
        let mut fields = Fields(bytes);
        (fields.u32()? == signature::CENTRAL).then_some(())?;
        Some(Self {
            version_made_by: fields.u16()?,
            version_needed: fields.u16()?,
            flags: fields.u16()?,
            method: fields.u16()?,
            time: fields.u16()?,
            date: fields.u16()?,
            crc: fields.u32()?,
            compressed: fields.u32()?,
            size: fields.u32()?,
            name_len: fields.u16()?,
            extra_len: fields.u16()?,
            comment_len: fields.u16()?,
            disk: fields.u16()?,
            internal_attributes: fields.u16()?,
            external_attributes: fields.u32()?,
            header_offset: fields.u32()?,
        })
    }

    pub(crate) fn write_to(&self, out: &mut Vec<u8>) {
        out.extend(signature::CENTRAL.to_le_bytes());
        for value in
            [self.version_made_by, self.version_needed, self.flags, self.method, self.time, self.date]
        {
            out.extend(value.to_le_bytes());
        }
        for value in [self.crc, self.compressed, self.size] {
            out.extend(value.to_le_bytes());
        }
        for value in [self.name_len, self.extra_len, self.comment_len, self.disk, self.internal_attributes] {
            out.extend(value.to_le_bytes());
        }
        out.extend(self.external_attributes.to_le_bytes());
        out.extend(self.header_offset.to_le_bytes());
    }
}

/// The end of central directory record, 22 bytes and a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EndRecord {
    pub(crate) disk: u16,
    pub(crate) directory_disk: u16,
    pub(crate) entries_here: u16,
    pub(crate) entries: u16,
    pub(crate) directory_len: u32,
    pub(crate) directory_offset: u32,
    pub(crate) comment_len: u16,
}

impl EndRecord {
    pub(crate) const LEN: usize = 22;

    /// `None` where the signature is another one or bytes are missing.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        (fields.u32()? == signature::END).then_some(())?;
        Some(Self {
            disk: fields.u16()?,
            directory_disk: fields.u16()?,
            entries_here: fields.u16()?,
            entries: fields.u16()?,
            directory_len: fields.u32()?,
            directory_offset: fields.u32()?,
            comment_len: fields.u16()?,
        })
    }

    pub(crate) fn write_to(&self, out: &mut Vec<u8>) {
        out.extend(signature::END.to_le_bytes());
        for value in [self.disk, self.directory_disk, self.entries_here, self.entries] {
            out.extend(value.to_le_bytes());
        }
        out.extend(self.directory_len.to_le_bytes());
        out.extend(self.directory_offset.to_le_bytes());
        out.extend(self.comment_len.to_le_bytes());
    }
}

/// The zip64 end of central directory record (without an extensible data sector), 56 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Zip64End {
    pub(crate) version_made_by: u16,
    pub(crate) version_needed: u16,
    pub(crate) disk: u32,
    pub(crate) directory_disk: u32,
    pub(crate) entries_here: u64,
    pub(crate) entries: u64,
    pub(crate) directory_len: u64,
    pub(crate) directory_offset: u64,
}

impl Zip64End {
    pub(crate) const LEN: usize = 56;
    /// What the record's own size field says: all that follows it.
    const SIZE_FIELD: u64 = Self::LEN as u64 - 12;

    /// `None` where the signature or the record's size is another one.
    pub(crate) fn parse(bytes: &[u8; Self::LEN]) -> Option<Self> {
        let mut fields = Fields(bytes);
        (fields.u32()? == signature::ZIP64_END && fields.u64()? == Self::SIZE_FIELD).then_some(())?;
        Some(Self {
            version_made_by: fields.u16()?,
            version_needed: fields.u16()?,
            disk: fields.u32()?,
            directory_disk: fields.u32()?,
            entries_here: fields.u64()?,
            entries: fields.u64()?,
            directory_len: fields.u64()?,
            directory_offset: fields.u64()?,
        })
    }

    pub(crate) fn write_to(&self, out: &mut Vec<u8>) {
        out.extend(signature::ZIP64_END.to_le_bytes());
        out.extend(Self::SIZE_FIELD.to_le_bytes());
        out.extend(self.version_made_by.to_le_bytes());
        out.extend(self.version_needed.to_le_bytes());
        out.extend(self.disk.to_le_bytes());
        out.extend(self.directory_disk.to_le_bytes());
        for value in [self.entries_here, self.entries, self.directory_len, self.directory_offset] {
            out.extend(value.to_le_bytes());
        }
    }
}

/// The zip64 end of central directory locator, 20 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Zip64Locator {
    pub(crate) end_disk: u32,
    pub(crate) end_offset: u64,
    pub(crate) disks: u32,
}

impl Zip64Locator {
    pub(crate) const LEN: usize = 20;

    /// `None` where the signature is another one.
    pub(crate) fn parse(bytes: &[u8; Self::LEN]) -> Option<Self> {
        let mut fields = Fields(bytes);
        (fields.u32()? == signature::ZIP64_LOCATOR).then_some(())?;
        Some(Self { end_disk: fields.u32()?, end_offset: fields.u64()?, disks: fields.u32()? })
    }

    pub(crate) fn write_to(&self, out: &mut Vec<u8>) {
        out.extend(signature::ZIP64_LOCATOR.to_le_bytes());
        out.extend(self.end_disk.to_le_bytes());
        out.extend(self.end_offset.to_le_bytes());
        out.extend(self.disks.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_reads_back_as_written() {
        let local = LocalHeader {
            version_needed: 20,
            flags: flag::UTF8,
            method: method::DEFLATED,
            time: 1,
            date: 2,
            crc: 3,
            compressed: 4,
            size: 5,
            name_len: 6,
            extra_len: 7,
        };
        let mut bytes = Vec::new();
        local.write_to(&mut bytes);
        assert_eq!(LocalHeader::parse(bytes.as_slice().try_into().unwrap()), Some(local));

        let end = EndRecord {
            disk: 0,
            directory_disk: 0,
            entries_here: 1,
            entries: 1,
            directory_len: 2,
            directory_offset: 3,
            comment_len: 4,
        };
        bytes.clear();
        end.write_to(&mut bytes);
        assert_eq!((EndRecord::parse(&bytes), bytes.len()), (Some(end), EndRecord::LEN));
        assert_eq!(EndRecord::parse(&bytes[..21]), None);

        let zip64 = Zip64End {
            version_made_by: 45,
            version_needed: 45,
            disk: 0,
            directory_disk: 0,
            entries_here: 1 << 40,
            entries: 1 << 40,
            directory_len: 1 << 41,
            directory_offset: 1 << 42,
        };
        bytes.clear();
        zip64.write_to(&mut bytes);
        assert_eq!(Zip64End::parse(bytes.as_slice().try_into().unwrap()), Some(zip64));

        let locator = Zip64Locator { end_disk: 0, end_offset: 1 << 43, disks: 1 };
        bytes.clear();
        locator.write_to(&mut bytes);
        assert_eq!(Zip64Locator::parse(bytes.as_slice().try_into().unwrap()), Some(locator));
    }
}
