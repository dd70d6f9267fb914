//! How two payloads differ: by name, size and CRC, in memory that does not depend on the length of the names.

use crate::commands::payload_entries::entry_name;
use intunewin::{Archive, ArchiveEntry, ArchiveError};
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use waybill_schemas::report::package::{Change, ChangeCounts, EntryChange};

/// Two payloads, ready to be compared: 32 bytes an entry are held, and the names are read again when they are told.
pub(crate) struct PayloadDiff<'a> {
    old: &'a Archive,
    new: &'a Archive,
    old_rows: Rows,
    new_rows: Rows,
    keys: NameKeys,
}

impl<'a> PayloadDiff<'a> {
    /// Reads both directories.
    pub(crate) fn new(old: &'a Archive, new: &'a Archive) -> Result<Self, ArchiveError> {
        let keys = NameKeys::default();
        let (old_rows, new_rows) = (Rows::of(old, &keys)?, Rows::of(new, &keys)?);
        Ok(Self { old, new, old_rows, new_rows, keys })
    }

    /// How many entries differ.
    pub(crate) fn counts(&self) -> ChangeCounts {
        let mut counts = ChangeCounts::default();
        for new in &self.new_rows.0 {
            match self.old_rows.find(new.key) {
                None => counts.added += 1,
                Some(old) if old.is_same(new) => counts.unchanged += 1,
                Some(_) => counts.changed += 1,
            }
        }
        counts.removed = self.old_rows.0.len() as u64 - counts.changed - counts.unchanged;
        counts
    }

    /// Hands over every entry that differs: those of the new payload in their order, then the removed ones.
    pub(crate) fn visit<E: From<ArchiveError>>(
        &self,
        mut visitor: impl FnMut(EntryChange) -> Result<(), E>,
    ) -> Result<(), E> {
        self.new.visit(|entry| {
            let new = Row::of(&entry, &self.keys);
            let (change, old_size) = match self.old_rows.find(new.key) {
                None => (Change::Added, None),
                Some(old) if old.is_same(&new) => return Ok(()),
                Some(old) => (Change::Changed, Some(old.size)),
            };
            visitor(EntryChange { change, name: entry_name(&entry), old_size, new_size: Some(new.size) })
        })?;
        self.old.visit(|entry| {
            let old = Row::of(&entry, &self.keys);
            if self.new_rows.find(old.key).is_some() {
                return Ok(());
            }
            let (name, old_size) = (entry_name(&entry), Some(old.size));
            visitor(EntryChange { change: Change::Removed, name, old_size, new_size: None })
        })
    }
}

/// Names as 128-bit keys under a secret of this run: nobody can make two names that collide.
#[derive(Default)]
struct NameKeys(RandomState, RandomState);

impl NameKeys {
    fn key(&self, name: &str) -> u128 {
        u128::from(self.0.hash_one(name)) << 64 | u128::from(self.1.hash_one(name))
    }
}

#[derive(Clone, Copy)]
struct Row {
    key: u128,
    size: u64,
    crc: u32,
}

impl Row {
    fn of(entry: &ArchiveEntry, keys: &NameKeys) -> Self {
        Self { key: keys.key(&entry_name(entry)), size: entry.size, crc: entry.crc }
    }

    fn is_same(&self, other: &Self) -> bool {
        (self.size, self.crc) == (other.size, other.crc)
    }
}

/// Rows sorted by their keys.
struct Rows(Vec<Row>);

impl Rows {
    fn of(archive: &Archive, keys: &NameKeys) -> Result<Self, ArchiveError> {
        let mut rows = Vec::new();
        archive.visit::<ArchiveError>(|entry| {
            rows.push(Row::of(&entry, keys));
            Ok(())
        })?;
        rows.sort_unstable_by_key(|row| row.key);
        Ok(Self(rows))
    }

    fn find(&self, key: u128) -> Option<&Row> {
        self.0.binary_search_by_key(&key, |row| row.key).ok().and_then(|index| self.0.get(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use intunewin::{ArchivePolicy, DosTime, KnownEntry, Method, PayloadWriter};
    use waybill_context::Context;

    fn archive(files: &[(&str, &[u8])]) -> Archive {
        let mut writer = PayloadWriter::new(Vec::new());
        for (name, bytes) in files {
            let size = bytes.len() as u64;
            let (method, modified) = (Method::Stored, DosTime::MIN);
            let entry = KnownEntry { name, modified, method, crc: 0, size, compressed: size };
            writer.entry(entry, bytes).unwrap();
        }
        let bytes = writer.finish().unwrap();
        Archive::open(bytes, &ArchivePolicy::default(), &Context::silent()).unwrap()
    }

    #[test]
    fn added_removed_changed_and_unchanged_are_told_apart() {
        let old = archive(&[("gone", b"1"), ("grown", b"1"), ("same", b"1")]);
        let new = archive(&[("grown", b"22"), ("new", b"333"), ("same", b"1")]);
        let diff = PayloadDiff::new(&old, &new).unwrap();
        assert_eq!(diff.counts(), ChangeCounts { added: 1, removed: 1, changed: 1, unchanged: 1 });
        let mut told = Vec::new();
        diff.visit::<ArchiveError>(|change| {
            told.push((change.change, change.name, change.old_size, change.new_size));
            Ok(())
        })
        .unwrap();
        assert_eq!(
            told,
            [
                (Change::Changed, "grown".into(), Some(1), Some(2)),
                (Change::Added, "new".into(), None, Some(3)),
                (Change::Removed, "gone".into(), Some(1), None),
            ]
        );
    }
}
