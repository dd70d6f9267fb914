//! The resource directory: three levels (type, name, language), read entry by entry, never a whole section.

use super::RT_VERSION;
use super::headers::Headers;
use object::LittleEndian as LE;
use object::pe::{ImageResourceDataEntry, ImageResourceDirectory, ImageResourceDirectoryEntry};
use object::read::{ReadCache, ReadCacheOps, ReadRef};
use std::ops::Range;

/// Directory entries that are looked at, all levels together; large programs have some hundreds.
const MOST_ENTRIES: usize = 16 * 1024;
/// Resources that are kept, and units of a name: each resource holds its names, which a file may share endlessly.
const MOST_FOUND: usize = 1_024;
const LONGEST_NAME: u64 = 256;
/// The top bit: a name instead of a number, a directory instead of data.
const FLAG: u32 = 0x8000_0000;

/// A resource's type or name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceName {
    /// A number.
    Number(u32),
    /// A text.
    Text(String),
}

/// One resource; its languages are one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resource {
    pub(super) kind: ResourceName,
    pub(super) name: ResourceName,
    pub(super) file_range: Range<u64>,
}

/// All resources; what is damaged, and what follows it, is left out.
pub(super) fn list<R: ReadCacheOps>(data: &ReadCache<R>, headers: &Headers) -> Vec<Resource> {
    let mut found = Vec::new();
    if let Some(base) = headers.resources {
        let mut lister = Lister { data, headers, base, left: MOST_ENTRIES, found: &mut found };
        lister.types();
    }
    found
}

struct Lister<'a, R: ReadCacheOps> {
    data: &'a ReadCache<R>,
    headers: &'a Headers,
    base: u64,
    left: usize,
    found: &'a mut Vec<Resource>,
}

impl<'a, R: ReadCacheOps> Lister<'a, R> {
    /// The version first: rules are judged by it, and what comes before it in some files is more than is kept.
    fn types(&mut self) {
        let kinds = self.directory(0);
        let is_version = |kind: &&ImageResourceDirectoryEntry| kind.name_or_id.get(LE) == RT_VERSION;
        let others = kinds.iter().filter(|kind| !is_version(kind));
        for kind in kinds.iter().filter(is_version).chain(others) {
            let Some(names) = subdirectory(kind) else { continue };
            let Some(kind) = self.name(kind) else { continue };
            for name in self.directory(names) {
                let Some(languages) = subdirectory(name) else { continue };
                let Some(name) = self.name(name) else { continue };
                self.languages(&kind, &name, languages);
            }
        }
    }

    fn languages(&mut self, kind: &ResourceName, name: &ResourceName, at: u32) {
        for language in self.directory(at) {
            let at = language.offset_to_data_or_directory.get(LE);
            if at & FLAG == 0
                && self.found.len() < MOST_FOUND
                && let Some(file_range) = self.data_range(at)
            {
                self.found.push(Resource { kind: kind.clone(), name: name.clone(), file_range });
            }
        }
    }

    /// The entries of the directory at an offset from the first one.
    fn directory(&mut self, at: u32) -> &'a [ImageResourceDirectoryEntry] {
        let mut offset = self.base + u64::from(at);
        let Ok(head) = self.data.read::<ImageResourceDirectory>(&mut offset) else { return &[] };
        let named = usize::from(head.number_of_named_entries.get(LE));
        let count = (named + usize::from(head.number_of_id_entries.get(LE))).min(self.left);
        self.left -= count;
        self.data.read_slice_at(offset, count).unwrap_or_default()
    }

    fn name(&self, entry: &ImageResourceDirectoryEntry) -> Option<ResourceName> {
        let name = entry.name_or_id.get(LE);
        if name & FLAG == 0 {
            return Some(ResourceName::Number(name));
        }
        let at = self.base + u64::from(name & !FLAG);
        let length = self.data.read_bytes_at(at, 2).ok()?;
        let length = Some(u64::from(u16::from_le_bytes(length.try_into().ok()?)))
            .filter(|length| *length <= LONGEST_NAME)?;
        let units = self.data.read_bytes_at(at + 2, length * 2).ok()?.chunks_exact(2);
        let units: Vec<u16> =
            units.map(|unit| unit.iter().rev().fold(0, |all, byte| all << 8 | u16::from(*byte))).collect();
        Some(ResourceName::Text(String::from_utf16_lossy(&units)))
    }

    fn data_range(&self, at: u32) -> Option<Range<u64>> {
        let entry: &ImageResourceDataEntry = self.data.read_at(self.base + u64::from(at)).ok()?;
        self.headers.file_range(entry.offset_to_data.get(LE), entry.size.get(LE))
    }
}

fn subdirectory(entry: &ImageResourceDirectoryEntry) -> Option<u32> {
    let at = entry.offset_to_data_or_directory.get(LE);
    (at & FLAG != 0).then_some(at & !FLAG)
}
