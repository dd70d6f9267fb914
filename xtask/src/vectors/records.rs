//! The records of a zip file as plain structs. Every field can be set, and none is checked.

/// A local or central header. They share most fields; those that only the central one has are ignored in a local one.
#[derive(Clone, Default)]
pub(super) struct Header {
    pub(super) signature: u32,
    pub(super) made_by: u16,
    pub(super) needed: u16,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) time: u16,
    pub(super) date: u16,
    pub(super) crc: u32,
    pub(super) compressed: u32,
    pub(super) size: u32,
    pub(super) name: Vec<u8>,
    pub(super) extra: Vec<u8>,
    pub(super) comment: Vec<u8>,
    pub(super) disk: u16,
    pub(super) attributes: u32,
    pub(super) offset: u32,
}

pub(super) const LOCAL: u32 = 0x0403_4b50;
pub(super) const CENTRAL: u32 = 0x0201_4b50;
pub(super) const DESCRIPTOR: u32 = 0x0807_4b50;
const END: u32 = 0x0605_4b50;
const ZIP64_END: u32 = 0x0606_4b50;
const ZIP64_LOCATOR: u32 = 0x0706_4b50;

/// The flag for names in UTF-8, and the one for sizes and CRC that follow the data.
pub(super) const UTF8: u16 = 0x800;
pub(super) const DESCRIPTOR_FLAG: u16 = 0x8;

impl Header {
    /// Moves both sizes into a zip64 field and leaves sentinels in their places.
    pub(super) fn use_zip64(&mut self) {
        self.extra = zip64_extra(&[u64::from(self.size), u64::from(self.compressed)]);
        (self.size, self.compressed, self.needed) = (u32::MAX, u32::MAX, 45);
    }

    /// Leaves sentinels in the places of both sizes, with a zip64 field that lacks the compressed one.
    pub(super) fn use_half_of_zip64(&mut self) {
        self.extra = zip64_extra(&[u64::from(self.size)]);
        (self.size, self.compressed) = (u32::MAX, u32::MAX);
    }

    pub(super) fn local_bytes(&self) -> Vec<u8> {
        let mut out = Out::default();
        out.u32(self.signature).u16(self.needed);
        self.shared(&mut out);
        out.bytes(&self.name).bytes(&self.extra);
        out.0
    }

    pub(super) fn central_bytes(&self) -> Vec<u8> {
        let mut out = Out::default();
        out.u32(self.signature).u16(self.made_by).u16(self.needed);
        self.shared(&mut out);
        out.length(&self.comment).u16(self.disk).u16(0).u32(self.attributes).u32(self.offset);
        out.bytes(&self.name).bytes(&self.extra).bytes(&self.comment);
        out.0
    }

    fn shared(&self, out: &mut Out) {
        out.u16(self.flags).u16(self.method).u16(self.time).u16(self.date);
        out.u32(self.crc).u32(self.compressed).u32(self.size);
        out.length(&self.name).length(&self.extra);
    }
}

/// The end-of-central-directory record of a zip file.
#[derive(Clone, Default)]
pub(super) struct End {
    pub(super) disk: u16,
    pub(super) directory_disk: u16,
    pub(super) entries_here: u16,
    pub(super) entries: u16,
    pub(super) directory_size: u32,
    pub(super) directory_offset: u32,
    pub(super) comment: Vec<u8>,
    /// The declared length of the comment, where it is not the real one.
    pub(super) comment_length: Option<u16>,
}

impl End {
    /// Sets the number of entries, in both places.
    pub(super) fn count(&mut self, entries: u16) {
        (self.entries, self.entries_here) = (entries, entries);
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut out = Out::default();
        out.u32(END).u16(self.disk).u16(self.directory_disk).u16(self.entries_here).u16(self.entries);
        out.u32(self.directory_size).u32(self.directory_offset);
        match self.comment_length {
            Some(length) => out.u16(length),
            None => out.length(&self.comment),
        };
        out.bytes(&self.comment);
        out.0
    }
}

/// The zip64 end record and its locator.
#[derive(Clone, Default)]
pub(super) struct Zip64End {
    pub(super) entries_here: u64,
    pub(super) entries: u64,
    pub(super) directory_size: u64,
    pub(super) directory_offset: u64,
    /// Where the locator says the record lies.
    pub(super) record_offset: u64,
    pub(super) disks: u32,
    pub(super) without_record: bool,
    pub(super) without_locator: bool,
}

impl Zip64End {
    /// Sets the number of entries, in both places.
    pub(super) fn count(&mut self, entries: u64) {
        (self.entries, self.entries_here) = (entries, entries);
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut out = Out::default();
        if !self.without_record {
            // 44 bytes follow the size; 45 is version 4.5 of the format, the first one with zip64.
            out.u32(ZIP64_END).u64(44).u16(45).u16(45).u32(0).u32(0);
            out.u64(self.entries_here).u64(self.entries).u64(self.directory_size).u64(self.directory_offset);
        }
        if !self.without_locator {
            out.u32(ZIP64_LOCATOR).u32(0).u64(self.record_offset).u32(self.disks);
        }
        out.0
    }
}

/// An extra field, as its identifier, length and value.
pub(super) fn extra(identifier: u16, value: &[u8]) -> Vec<u8> {
    let mut out = Out::default();
    out.u16(identifier).length(value).bytes(value);
    out.0
}

/// The zip64 extra field with these values.
pub(super) fn zip64_extra(values: &[u64]) -> Vec<u8> {
    let value: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    extra(1, &value)
}

/// A data descriptor of 32-bit sizes.
pub(super) fn descriptor(signed: bool, crc: u32, compressed: u32, size: u32) -> Vec<u8> {
    let mut out = Out::default();
    if signed {
        out.u32(DESCRIPTOR);
    }
    out.u32(crc).u32(compressed).u32(size);
    out.0
}

#[derive(Default)]
struct Out(Vec<u8>);

impl Out {
    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }
    fn u16(&mut self, value: u16) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }
    fn u32(&mut self, value: u32) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }
    fn u64(&mut self, value: u64) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }
    fn length(&mut self, of: &[u8]) -> &mut Self {
        self.u16(of.len() as u16)
    }
}
