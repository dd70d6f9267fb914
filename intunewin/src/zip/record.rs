//! The fixed layouts of APPNOTE.TXT, sections 4.3 and 4.5, parsed and written. Values are not checked here.

/// The signatures of the records.
pub(crate) mod signature {
    pub(crate) const LOCAL: u32 = 0x0403_4b50;
    pub(crate) const DESCRIPTOR: u32 = 0x0807_4b50;
    pub(crate) const CENTRAL: u32 = 0x0201_4b50;
    pub(crate) const ZIP64_LOCATOR: u32 = 0x0706_4b50;
    pub(crate) const END: u32 = 0x0605_4b50;
}

/// Bits of the general purpose flags.
pub(crate) mod flag {
    pub(crate) const ENCRYPTED: u16 = 1;
    pub(crate) const DESCRIPTOR: u16 = 1 << 3;
    pub(crate) const PATCH: u16 = 1 << 5;
    pub(crate) const STRONG_ENCRYPTION: u16 = 1 << 6;
    pub(crate) const UTF8: u16 = 1 << 11;
    pub(crate) const MASKED: u16 = 1 << 13;
}

/// The compression methods that packages use.
pub(crate) mod method {
    pub(crate) const STORED: u16 = 0;
    pub(crate) const DEFLATED: u16 = 8;
}

/// The attributes of Windows in the lower half of an entry's external attributes, as far as they say what an entry is.
pub(crate) mod attribute {
    pub(crate) const FOLDER: u32 = 0x10;
    /// A volume's label, a device or a reparse point (a link).
    pub(crate) const SPECIAL: u32 = 0x08 | 0x40 | 0x400;
}

/// The ids of extra fields that are read.
pub(crate) mod extra_id {
    pub(crate) const ZIP64: u16 = 0x0001;
    /// Info-ZIP Unicode Path: a second name of the entry.
    pub(crate) const UNICODE_PATH: u16 = 0x7075;
    /// Open packaging growth hint, in the local headers that Microsoft's tool writes.
    pub(crate) const GROWTH_HINT: u16 = 0xa220;
}

/// In a 32-bit field: the value is in the zip64 extra field or end record.
pub(crate) const SENTINEL_32: u32 = u32::MAX;
/// In a 16-bit field: the value is in the zip64 end record.
pub(crate) const SENTINEL_16: u16 = u16::MAX;

/// Reads little-endian numbers from the front of a slice; `None` past its end.
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

/// Defines a record of fixed layout: its first bytes, then its fields in order, all little-endian.
macro_rules! fixed_record {
    ($(#[$doc:meta])* $name:ident, $len:literal bytes, starts with $start:expr, { $($field:ident: $type:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) struct $name { $(pub(crate) $field: $type,)+ }

        impl $name {
            pub(crate) const LEN: usize = $len;

            /// `None` where the bytes start differently or some are missing.
            pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
                let mut fields = Fields(bytes.strip_prefix(&$start)?);
                Some(Self { $($field: fields.$type()?,)+ })
            }

            pub(crate) fn write_to(&self, out: &mut Vec<u8>) {
                out.extend($start);
                $(out.extend(self.$field.to_le_bytes());)+
            }
        }
    };
}

fixed_record! {
    /// The fixed part of a local header.
    LocalHeader, 30 bytes, starts with signature::LOCAL.to_le_bytes(), {
        version_needed: u16, flags: u16, method: u16, time: u16, date: u16,
        crc: u32, compressed: u32, size: u32,
        name_len: u16, extra_len: u16,
    }
}

fixed_record! {
    /// The fixed part of a central directory record.
    CentralHeader, 46 bytes, starts with signature::CENTRAL.to_le_bytes(), {
        version_made_by: u16, version_needed: u16, flags: u16, method: u16, time: u16, date: u16,
        crc: u32, compressed: u32, size: u32,
        name_len: u16, extra_len: u16, comment_len: u16, disk: u16, internal_attributes: u16,
        external_attributes: u32, header_offset: u32,
    }
}

fixed_record! {
    /// The end of central directory record; a comment follows it.
    EndRecord, 22 bytes, starts with signature::END.to_le_bytes(), {
        disk: u16, directory_disk: u16, entries_here: u16, entries: u16,
        directory_len: u32, directory_offset: u32,
        comment_len: u16,
    }
}

fixed_record! {
    /// The zip64 end of central directory record, without an extensible data sector.
    Zip64End, 56 bytes, starts with ZIP64_END_START, {
        version_made_by: u16, version_needed: u16, disk: u32, directory_disk: u32,
        entries_here: u64, entries: u64, directory_len: u64, directory_offset: u64,
    }
}

fixed_record! {
    /// The zip64 end of central directory locator.
    Zip64Locator, 20 bytes, starts with signature::ZIP64_LOCATOR.to_le_bytes(), {
        end_disk: u32, end_offset: u64, disks: u32,
    }
}

/// The signature of [`Zip64End`] and its size field, which counts the 44 bytes after it.
const ZIP64_END_START: [u8; 12] = *b"PK\x06\x06\x2c\0\0\0\0\0\0\0";

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
        assert_eq!(LocalHeader::parse(&bytes), Some(local));

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
        assert_eq!((Zip64End::parse(&bytes), bytes.len()), (Some(zip64), Zip64End::LEN));

        let locator = Zip64Locator { end_disk: 0, end_offset: 1 << 43, disks: 1 };
        bytes.clear();
        locator.write_to(&mut bytes);
        assert_eq!(Zip64Locator::parse(&bytes), Some(locator));
    }
}
