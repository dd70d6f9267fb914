//! Compares two packages: the fields of Detection.xml, the sizes, and the payloads by name, size and CRC.

use crate::ArchiveError;
use crate::archive::{Archive, ArchiveEntry};
use crate::package::PackageInput;
use crate::policy::ArchivePolicy;
use crate::verify::VerifyError;
use serde_json::Value;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use waybill_context::Context;
use waybill_schemas::FileDigest;
use waybill_schemas::report::package::DetectionReport;
use waybill_schemas::report::package::{Change, ChangeCounts, EntryChange, FieldChange};

/// An authenticated package, for [`diff`].
#[derive(Debug)]
pub struct ComparedPackage {
    digest: FileDigest,
    /// The names and values of Detection.xml and of the sizes, in their order.
    fields: Vec<(String, String)>,
    archive: Archive,
}

impl ComparedPackage {
    /// Authenticates a package and reads the directory of its payload.
    ///
    /// # Errors
    /// A content that is not authentic; a payload that breaks a rule; I/O; interruption.
    pub fn new(
        input: PackageInput,
        policy: &ArchivePolicy,
        context: &Context<'_>,
    ) -> Result<Self, VerifyError> {
        let mut fields = Vec::new();
        if let Some(package) = input.package() {
            // Compared by their names in the report, so that a new field of Detection.xml needs no change here.
            let detection = serde_json::to_value(DetectionReport::from(package.info())).unwrap_or_default();
            flatten("", &detection, &mut fields);
            fields.push(("packageSize".to_owned(), package.size().to_string()));
        }
        let content = input.into_content(context)?.authenticate(context)?;
        let archive = content.archive(policy, context)?;
        fields.push(("unpackedSize".to_owned(), archive.unpacked_size().to_string()));
        Ok(Self { digest: content.encryption_info().file_digest, fields, archive })
    }
}

/// How one package differs from another. Keys, MAC and file digest always differ and are not compared.
#[derive(Debug)]
#[non_exhaustive]
pub struct PackageDiff<'a> {
    /// Whether both payloads are the same, byte for byte.
    pub same_payload: bool,
    /// The fields of Detection.xml, and the sizes, that differ.
    pub metadata: Vec<FieldChange>,
    /// The entries of the payloads that differ.
    pub payload: PayloadDiff<'a>,
}

/// Compares two authenticated packages; `old` is the one before.
///
/// # Errors
/// A payload that can no longer be read.
pub fn diff<'a>(old: &'a ComparedPackage, new: &'a ComparedPackage) -> Result<PackageDiff<'a>, ArchiveError> {
    Ok(PackageDiff {
        same_payload: old.digest == new.digest,
        metadata: changed_fields(&old.fields, &new.fields),
        payload: PayloadDiff::new(&old.archive, &new.archive)?,
    })
}

/// Flattens `{"msiInfo": {"productVersion": "1"}}` to `msiInfo.productVersion` and `1`.
fn flatten(prefix: &str, value: &Value, fields: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let dot = if prefix.is_empty() { "" } else { "." };
                flatten(&format!("{prefix}{dot}{name}"), value, fields);
            }
        }
        Value::String(text) => fields.push((prefix.to_owned(), text.clone())),
        other => fields.push((prefix.to_owned(), other.to_string())),
    }
}

fn changed_fields(old: &[(String, String)], new: &[(String, String)]) -> Vec<FieldChange> {
    let value = |fields: &[(String, String)], name: &str| {
        fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone())
    };
    let gone = old.iter().filter(|(name, _)| value(new, name).is_none());
    let names = new.iter().chain(gone).map(|(name, _)| name.as_str());
    names
        .map(|name| FieldChange { field: name.to_owned(), old: value(old, name), new: value(new, name) })
        .filter(|change| change.old != change.new)
        .collect()
}

/// Two payloads, compared by name, size and CRC. Holds 32 bytes for each entry, and reads names again for a visit.
pub struct PayloadDiff<'a> {
    old: &'a Archive,
    new: &'a Archive,
    old_rows: Rows,
    new_rows: Rows,
    keys: NameKeys,
}

impl<'a> PayloadDiff<'a> {
    /// Compares the directories of two payloads.
    ///
    /// # Errors
    /// A directory that cannot be read.
    pub fn new(old: &'a Archive, new: &'a Archive) -> Result<Self, ArchiveError> {
        let keys = NameKeys::default();
        let (old_rows, new_rows) = (Rows::read(old, &keys)?, Rows::read(new, &keys)?);
        Ok(Self { old, new, old_rows, new_rows, keys })
    }

    /// Counts the entries by how they differ.
    pub fn counts(&self) -> ChangeCounts {
        let mut counts = ChangeCounts::default();
        for new in &self.new_rows.0 {
            match self.old_rows.find(new.key) {
                None => counts.added += 1,
                Some(old) if old.is_same(new) => counts.unchanged += 1,
                Some(_) => counts.changed += 1,
            }
        }
        // Every old entry is changed, unchanged or removed.
        counts.removed = self.old_rows.0.len() as u64 - counts.changed - counts.unchanged;
        counts
    }

    /// Calls the visitor for every entry that differs: those of the new payload in their order, then the removed ones.
    ///
    /// # Errors
    /// I/O; the visitor's own error ends the visit.
    pub fn visit<E: From<ArchiveError>>(
        &self,
        mut visitor: impl FnMut(EntryChange) -> Result<(), E>,
    ) -> Result<(), E> {
        self.new.visit(|entry| {
            let new = Row::new(&entry, &self.keys);
            let (change, old_size) = match self.old_rows.find(new.key) {
                None => (Change::Added, None),
                Some(old) if old.is_same(&new) => return Ok(()),
                Some(old) => (Change::Changed, Some(old.size)),
            };
            visitor(EntryChange { change, name: entry.name.listed(), old_size, new_size: Some(new.size) })
        })?;
        self.old.visit(|entry| {
            let old = Row::new(&entry, &self.keys);
            if self.new_rows.find(old.key).is_some() {
                return Ok(());
            }
            let (name, old_size) = (entry.name.listed(), Some(old.size));
            visitor(EntryChange { change: Change::Removed, name, old_size, new_size: None })
        })
    }
}

impl std::fmt::Debug for PayloadDiff<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "PayloadDiff({:?})", self.counts())
    }
}

/// Turns names into 128-bit keys under secrets of this run, so that nobody can make two names collide.
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
    fn new(entry: &ArchiveEntry, keys: &NameKeys) -> Self {
        Self { key: keys.key(&entry.name.listed()), size: entry.size, crc: entry.crc }
    }

    fn is_same(&self, other: &Self) -> bool {
        (self.size, self.crc) == (other.size, other.crc)
    }
}

/// The compared values of all entries, sorted by key.
struct Rows(Vec<Row>);

impl Rows {
    fn read(archive: &Archive, keys: &NameKeys) -> Result<Self, ArchiveError> {
        let mut rows = Vec::new();
        archive.visit::<ArchiveError>(|entry| {
            rows.push(Row::new(&entry, keys));
            Ok(())
        })?;
        // Sorted keys of 32 bytes instead of a map of names, so that memory does not depend on the length of names.
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
    use crate::{DosTime, KnownEntry, Method, PayloadWriter};

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
