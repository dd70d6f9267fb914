use super::{EntryName, Rule, Violation};
use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::hash::BuildHasher;
use unicode_normalization::UnicodeNormalization;

/// The names seen so far, compared as Windows compares them: without case, in NFC.
///
/// Holds 64 bits a name, not the name: 200,000 names cost about 8 MB. Two different names that meet in those
/// bits would be refused as duplicates (about one archive in a thousand million at that size), never let through.
#[derive(Debug, Default)]
pub struct NameSet {
    seen: HashMap<u64, Kind>,
    keys: RandomState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    /// A folder that only other names speak of.
    Implied,
}

impl NameSet {
    /// Adds a name.
    ///
    /// # Errors
    /// [`Rule::NameDuplicate`] where it is there already, [`Rule::NamePrefix`] where a file would also be a folder.
    pub fn insert(&mut self, name: &EntryName) -> Result<(), Violation> {
        let refuse = |rule| Violation::entry(rule, name.as_str().as_bytes(), "");
        let folded = fold_name(name.as_str());
        let mut components = folded.split('/').peekable();
        let mut key = 0; // of the path so far: each component is hashed once
        while let Some(component) = components.next() {
            key = self.keys.hash_one((key, component));
            let is_parent = components.peek().is_some();
            if is_parent && *self.seen.entry(key).or_insert(Kind::Implied) == Kind::File {
                return Err(refuse(Rule::NamePrefix));
            }
        }
        let kind = if name.is_folder() { Kind::Folder } else { Kind::File };
        match self.seen.entry(key) {
            Entry::Vacant(place) => {
                place.insert(kind);
                Ok(())
            }
            Entry::Occupied(mut place) => match (*place.get(), kind) {
                (Kind::Implied, Kind::Folder) => {
                    place.insert(kind);
                    Ok(())
                }
                (Kind::File, Kind::File) | (Kind::Folder, Kind::Folder) => Err(refuse(Rule::NameDuplicate)),
                _ => Err(refuse(Rule::NamePrefix)),
            },
        }
    }
}

impl NameSet {
    /// Names held, those of folders that only other names speak of among them.
    pub(crate) fn len(&self) -> u64 {
        self.seen.len() as u64
    }
}

/// A name as it is compared: upper then lower case, one character for one as NTFS does it, in NFC.
pub fn fold_name(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    name.nfc().map(fold_character).nfc().collect()
}

fn fold_character(character: char) -> char {
    let single = |mut mapped: Box<dyn Iterator<Item = char>>, original| match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => original,
    };
    let upper = single(Box::new(character.to_uppercase()), character);
    single(Box::new(upper.to_lowercase()), upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(names: &[&str]) -> Option<Rule> {
        let mut set = NameSet::default();
        names.iter().find_map(|name| {
            let name = EntryName::parse(name.as_bytes(), true).unwrap();
            set.insert(&name).err().map(|violation| violation.rule)
        })
    }

    #[test]
    fn the_same_file_on_windows_is_a_duplicate() {
        assert_eq!(outcome(&["a/b.txt", r"A\B.TXT"]), Some(Rule::NameDuplicate));
        assert_eq!(outcome(&["é.txt", "e\u{301}.txt"]), Some(Rule::NameDuplicate));
        assert_eq!(outcome(&["Ärger/x", "ärger/X"]), Some(Rule::NameDuplicate));
        assert_eq!(outcome(&["d/", "D/"]), Some(Rule::NameDuplicate));
        assert_eq!(outcome(&["straße", "strasse", "a/b", "a/c", "ab"]), None);
    }

    #[test]
    fn a_file_cannot_be_a_folder() {
        assert_eq!(outcome(&["a", "A/b"]), Some(Rule::NamePrefix));
        assert_eq!(outcome(&["a/b/c", "a/B"]), Some(Rule::NamePrefix));
        assert_eq!(outcome(&["a/", "a"]), Some(Rule::NamePrefix));
        assert_eq!(outcome(&["a/b", "a/", "a/c/"]), None);
    }
}
