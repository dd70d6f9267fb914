//! The summary information: a property set of a dozen short texts.

use super::tables::encoding_of;
use std::borrow::Cow;

/// Properties that are looked at; the format's own list ends at 19.
const MOST: u32 = 64;
/// Longest text that is taken, in bytes.
const LONGEST: usize = 1024;

/// Identifier of the code page.
const CODE_PAGE: u32 = 1;
/// Identifier of the subject: the product's name.
pub(super) const SUBJECT: u32 = 3;
/// Identifier of the author: the publisher.
pub(super) const AUTHOR: u32 = 4;
/// Identifier of the template: platform and languages, e.g. `x64;1033`.
pub(super) const TEMPLATE: u32 = 7;
/// Identifier of the revision number: the package code.
pub(super) const REVISION: u32 = 9;

/// A property set. What is damaged in it is simply not found.
pub(super) struct PropertySet<'a> {
    bytes: &'a [u8],
    section: u64,
}

impl<'a> PropertySet<'a> {
    /// Offset 44 says where the first section is; it starts with its size, its number of properties, and for each
    /// an identifier and an offset from the section's start.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, section: number(bytes, 44).map_or(0, u64::from) }
    }

    /// The property's text, decoded.
    pub(super) fn text(&self, identifier: u32) -> Option<Cow<'a, str>> {
        const TEXT: u32 = 30;
        let at = self.find(identifier, TEXT)?;
        let length = number(self.bytes, at + 4)? as usize;
        let start = usize::try_from(at + 8).ok()?;
        let bytes = self.bytes.get(start..start.checked_add(length)?)?;
        let bytes = bytes.split(|byte| *byte == 0).next().filter(|bytes| bytes.len() <= LONGEST)?;
        Some(encoding_of(self.code_page()).decode_without_bom_handling(bytes).0)
    }

    fn code_page(&self) -> u16 {
        const SHORT: u32 = 2;
        let value = self.find(CODE_PAGE, SHORT).and_then(|at| number(self.bytes, at + 4));
        value.map_or(0, |value| (value & 0xFFFF) as u16)
    }

    /// Where the property of this type starts.
    fn find(&self, identifier: u32, kind: u32) -> Option<u64> {
        // The count comes from the file, and each entry is looked at.
        let count = number(self.bytes, self.section + 4)?.min(MOST);
        let entries = (0..u64::from(count)).map(|index| self.section + 8 + index * 8);
        let entry = entries.into_iter().find(|entry| number(self.bytes, *entry) == Some(identifier))?;
        let at = self.section + u64::from(number(self.bytes, entry + 4)?);
        (number(self.bytes, at)? == kind).then_some(at)
    }
}

fn number(bytes: &[u8], at: u64) -> Option<u32> {
    let at = usize::try_from(at).ok()?;
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(count: u32, offset: u32, length: u32) -> Vec<u8> {
        let mut bytes = vec![0; 44];
        for value in [48, 0, count, SUBJECT, offset, 30, length] {
            bytes.extend_from_slice(&u32::to_le_bytes(value));
        }
        bytes.extend_from_slice(b"caf\xe9\0");
        bytes
    }

    #[test]
    fn texts_are_found_and_damage_is_not_followed() {
        let subject = |bytes: &[u8]| PropertySet::new(bytes).text(SUBJECT).map(Cow::into_owned);
        assert_eq!(subject(&set(1, 16, 5)).as_deref(), Some("café"));
        assert_eq!(PropertySet::new(&set(1, 16, 5)).text(AUTHOR), None);
        for (count, offset, length) in
            [(1, 16, 6), (1, 16, u32::MAX), (1, u32::MAX, 5), (0, 16, 5), (1, 15, 5)]
        {
            assert_eq!(subject(&set(count, offset, length)), None, "{count} {offset} {length}");
        }
        assert_eq!(subject(&set(u32::MAX, 16, 5)).as_deref(), Some("café"));
        assert_eq!(subject(&set(1, 16, 5)[..47]), None);
        assert_eq!(subject(&[0xFF; 60]), None);
    }
}
