//! The string pool: every text of the tables once, lengths and reference counts apart from the characters.

use super::MsiError;
use super::code_page::encoding_of;
use encoding_rs::Encoding;
use std::ops::Range;

/// Longest text that is decoded, in bytes; names and versions are far shorter.
const LONGEST: usize = 4096;

const DAMAGED: MsiError = MsiError::Damaged { what: "string pool" };

/// The texts, still in their code page; a reference is an index that starts at 1.
pub(super) struct StringPool {
    encoding: &'static Encoding,
    reference_width: usize,
    ends: Vec<u32>,
    text: Vec<u8>,
}

impl StringPool {
    /// From the streams `_StringPool` and `_StringData`.
    ///
    /// The pool starts with the code page (its top bit: long references); then for each text a 16-bit length and
    /// a 16-bit reference count. A length of 0 with references says that the true length follows in 32 bits.
    pub(super) fn new(pool: &[u8], text: Vec<u8>) -> Result<Self, MsiError> {
        let mut numbers = pool.chunks_exact(4).map(|four| (word(four, 0), word(four, 2)));
        let (code_page, top) = numbers.next().ok_or(DAMAGED)?;
        let mut ends = Vec::with_capacity(pool.len() / 4);
        let mut end = 0_u32;
        while let Some((length, references)) = numbers.next() {
            let length = match (length, references) {
                (0, 1..) => numbers.next().map(|(low, high)| u32::from(high) << 16 | u32::from(low)),
                _ => Some(u32::from(length)),
            };
            end = end.checked_add(length.ok_or(DAMAGED)?).ok_or(DAMAGED)?;
            ends.push(end);
        }
        if end as usize > text.len() {
            return Err(DAMAGED);
        }
        let reference_width = if top & 0x8000 == 0 { 2 } else { 3 };
        Ok(Self { encoding: encoding_of(code_page), reference_width, ends, text })
    }

    /// Bytes of a reference in a table: 2, or 3 in large databases.
    pub(super) fn reference_width(&self) -> usize {
        self.reference_width
    }

    /// The text as it is stored; empty for 0 and for a reference to nothing.
    pub(super) fn bytes(&self, reference: u32) -> &[u8] {
        let range = || -> Option<Range<usize>> {
            let index = (reference as usize).checked_sub(1)?;
            let start = index.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
            Some(start as usize..*self.ends.get(index)? as usize)
        };
        range().and_then(|range| self.text.get(range)).unwrap_or_default()
    }

    /// The text, decoded; at most its first 4,096 bytes.
    pub(super) fn text(&self, reference: u32) -> String {
        let bytes = self.bytes(reference);
        let bytes = bytes.get(..LONGEST).unwrap_or(bytes);
        self.encoding.decode_without_bom_handling(bytes).0.into_owned()
    }
}

fn word(four: &[u8], at: usize) -> u16 {
    four.get(at..at + 2).and_then(|two| two.try_into().ok()).map_or(0, u16::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(pool: &[u8], text: &[u8]) -> Option<(usize, Vec<String>)> {
        let pool = StringPool::new(pool, text.to_vec()).ok()?;
        Some((pool.reference_width(), (0..5).map(|reference| pool.text(reference)).collect()))
    }

    #[test]
    fn texts_are_found_by_reference() {
        let pool = b"\xe4\x04\x00\x00\x03\x00\x02\x00\x00\x00\x00\x00\x04\x00\x07\x00";
        let (width, found) = texts(pool, b"caf\xe9xyz").unwrap();
        assert_eq!((width, found), (2, ["", "caf", "", "\u{e9}xyz", ""].map(String::from).to_vec()));
        assert!(texts(pool, b"caf\xe9xy").is_none());
        assert!(texts(b"\xe4\x04", b"").is_none());
    }

    #[test]
    fn a_text_over_64_kib_has_its_length_apart() {
        let pool = b"\xe9\xfd\x00\x80\x00\x00\x01\x00\x70\x11\x01\x00\x02\x00\x01\x00";
        let mut text = vec![b'a'; 0x11170];
        text.extend_from_slice(b"zz");
        let (width, found) = texts(pool, &text).unwrap();
        assert_eq!((width, found[1].len(), found[2].as_str()), (3, 4096, "zz"));
        assert!(texts(&pool[..8], &text).is_none());
        assert!(texts(pool, &text[1..]).is_none());
    }
}
