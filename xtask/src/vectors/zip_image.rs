//! A zip file laid out piece by piece: right by default, and wrong wherever a vector has a fault.

use super::deflate;
use super::records::{CENTRAL, DESCRIPTOR_FLAG, End, Header, LOCAL, UTF8, Zip64End, descriptor};

/// One entry: both headers, the data as it lies in the file, and what lies before and behind it.
#[derive(Clone, Default)]
pub(super) struct Entry {
    pub(super) local: Header,
    pub(super) central: Header,
    pub(super) data: Vec<u8>,
    pub(super) descriptor: Vec<u8>,
    /// Bytes before the local header that belong to nothing.
    pub(super) gap: Vec<u8>,
    /// Whether it is in the central directory only, with a `central.offset` that points into other bytes.
    pub(super) phantom: bool,
}

impl Entry {
    /// An entry as .NET writes it: flag 0x800, made by 0, attributes 0.
    pub(super) fn new(name: impl AsRef<[u8]>, plain: &[u8], method: u16, data: Vec<u8>) -> Self {
        let local = Header {
            signature: LOCAL,
            needed: 20,
            flags: UTF8,
            method,
            date: 0x5c21, // 2026-01-01
            crc: crc32fast::hash(plain),
            compressed: data.len() as u32,
            size: plain.len() as u32,
            name: name.as_ref().to_vec(),
            ..Header::default()
        };
        let central = Header { signature: CENTRAL, ..local.clone() };
        Self { local, central, data, ..Self::default() }
    }

    /// A stored entry, whose data are the plain bytes.
    pub(super) fn stored(name: impl AsRef<[u8]>, plain: &[u8]) -> Self {
        Self::new(name, plain, 0, plain.to_vec())
    }

    /// A deflated entry, with fixed codes and literals only.
    pub(super) fn deflated(name: impl AsRef<[u8]>, plain: &[u8]) -> Self {
        Self::new(name, plain, 8, deflate::literals(plain))
    }

    /// Makes the same change in both headers.
    pub(super) fn both(mut self, change: impl Fn(&mut Header)) -> Self {
        change(&mut self.local);
        change(&mut self.central);
        self
    }

    /// Makes a change in the local header alone.
    pub(super) fn locally(mut self, change: impl Fn(&mut Header)) -> Self {
        change(&mut self.local);
        self
    }

    /// Makes a change in the central header alone.
    pub(super) fn centrally(mut self, change: impl Fn(&mut Header)) -> Self {
        change(&mut self.central);
        self
    }

    /// Moves sizes and CRC behind the data: flag bit 3 is set, and the local header has zeros.
    pub(super) fn described(self, signed: bool) -> Self {
        let mut entry = self.both(|header| header.flags |= DESCRIPTOR_FLAG).locally(|header| {
            (header.crc, header.compressed, header.size) = (0, 0, 0);
        });
        let Header { crc, compressed, size, .. } = entry.central;
        entry.descriptor = descriptor(signed, crc, compressed, size);
        entry
    }

    /// Puts `gap` before the local header.
    pub(super) fn after(mut self, gap: &[u8]) -> Self {
        self.gap = gap.to_vec();
        self
    }

    /// Leaves the local header out; the central directory says that the entry lies at `offset`.
    pub(super) fn phantom(mut self, offset: usize) -> Self {
        self.phantom = true;
        self.central.offset = offset as u32;
        self
    }
}

/// A whole zip file in its pieces. [`Image::lay_out`] computes the right offsets, counts and sizes; faults are made
/// afterwards.
#[derive(Clone, Default)]
pub(super) struct Image {
    pub(super) entries: Vec<Entry>,
    /// Bytes between the last entry and the central directory.
    pub(super) before_directory: Vec<u8>,
    /// Bytes between the central directory and what follows it.
    pub(super) after_directory: Vec<u8>,
    pub(super) zip64: Option<Zip64End>,
    pub(super) end: End,
    /// Bytes behind the end record.
    pub(super) after: Vec<u8>,
}

impl Image {
    /// Lays the entries out one after the other, with the right offsets, counts and sizes.
    pub(super) fn lay_out(entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut image = Self { entries: entries.into_iter().collect(), ..Self::default() };
        let mut offset = 0;
        for entry in &mut image.entries {
            // A phantom has no bytes of its own and moves nothing behind it.
            if !entry.phantom {
                entry.central.offset = (offset + entry.gap.len()) as u32;
                offset += local_part(entry).len();
            }
        }
        image.end.directory_offset = offset as u32;
        image.end.directory_size = image.directory().len() as u32;
        image.end.count(image.entries.len() as u16);
        image
    }

    /// Adds a zip64 end record that repeats the end record's values.
    pub(super) fn with_zip64_end(mut self) -> Self {
        self.zip64 = Some(Zip64End {
            entries_here: u64::from(self.end.entries_here),
            entries: u64::from(self.end.entries),
            directory_size: u64::from(self.end.directory_size),
            directory_offset: u64::from(self.end.directory_offset),
            record_offset: u64::from(self.end.directory_offset + self.end.directory_size),
            disks: 1,
            ..Zip64End::default()
        });
        self
    }

    /// Adds a zip64 end record, and leaves sentinels in the end record.
    pub(super) fn with_zip64_sentinels(self) -> Self {
        let mut image = self.with_zip64_end();
        // Full fields say that the zip64 record has the values.
        image.end.count(u16::MAX);
        (image.end.directory_size, image.end.directory_offset) = (u32::MAX, u32::MAX);
        image
    }

    /// With a zip64 end record that is then changed.
    pub(super) fn with_wrong_zip64_end(mut self, change: impl Fn(&mut Zip64End)) -> Self {
        self = self.with_zip64_end();
        self.zip64.iter_mut().for_each(change);
        self
    }

    /// Applies `change`.
    pub(super) fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The bytes of the central directory alone.
    pub(super) fn directory(&self) -> Vec<u8> {
        self.entries.iter().flat_map(|entry| entry.central.central_bytes()).collect()
    }

    /// The whole file, piece after piece.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> =
            self.entries.iter().filter(|entry| !entry.phantom).flat_map(local_part).collect();
        bytes.extend(&self.before_directory);
        bytes.extend(self.directory());
        bytes.extend(&self.after_directory);
        bytes.extend(self.zip64.iter().flat_map(Zip64End::bytes));
        bytes.extend(self.end.bytes());
        bytes.extend(&self.after);
        bytes
    }
}

impl From<Image> for Vec<u8> {
    fn from(image: Image) -> Self {
        image.bytes()
    }
}

fn local_part(entry: &Entry) -> Vec<u8> {
    [entry.gap.clone(), entry.local.local_bytes(), entry.data.clone(), entry.descriptor.clone()].concat()
}
