use super::{CONTENT_LIMIT, check_content_size};
use crate::bytes::Sha256Digest;
use crate::json_document::{self, DocumentError};
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use std::fmt;
use zeroize::Zeroizing;

/// Bytes of every piece but the last, which may be shorter.
pub const PIECE_SIZE: u64 = 1024 * 1024;

const PIECE_LIMIT: usize = (CONTENT_LIMIT / PIECE_SIZE) as usize;

/// pieces.json: SHA-256 of each piece of a content file, from its first byte. It carries no keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PiecesDocument {
    /// Bytes of every piece but the last: always 1048576.
    #[cfg_attr(feature = "json-schema", schemars(extend("const" = PIECE_SIZE)))]
    pub piece_size: u64,
    /// Bytes of the content file.
    #[cfg_attr(feature = "json-schema", schemars(range(min = super::CONTENT_MINIMUM, max = CONTENT_LIMIT)))]
    pub size_encrypted: u64,
    /// SHA-256 of each piece, in order.
    #[serde(deserialize_with = "bounded")]
    #[cfg_attr(feature = "json-schema", schemars(length(min = 1, max = PIECE_LIMIT)))]
    pub sha256: Vec<Sha256Digest>,
    /// What else stands in the document.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl PiecesDocument {
    /// Of a content of `size_encrypted` bytes whose pieces have these digests.
    ///
    /// # Errors
    /// No content has that size, or that size has another number of pieces.
    pub fn new(size_encrypted: u64, sha256: Vec<Sha256Digest>) -> Result<Self, DocumentError> {
        let document = Self { piece_size: PIECE_SIZE, size_encrypted, sha256, other: Map::new() };
        document.check().map(|()| document)
    }

    /// Reads a pieces.json.
    ///
    /// # Errors
    /// Too large, not JSON, a field missing or wrong, or a count that contradicts the size.
    pub fn read(bytes: &[u8]) -> Result<Self, DocumentError> {
        let document: Self = json_document::read(bytes)?;
        document.check().map(|()| document)
    }

    /// Writes it on one line: a content of 30 GiB has 30,720 pieces.
    ///
    /// # Errors
    /// What [`Self::read`] would refuse.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>, DocumentError> {
        self.check()?;
        json_document::write(self, false)
    }

    fn check(&self) -> Result<(), DocumentError> {
        if self.piece_size != PIECE_SIZE {
            let reason = format!("is {}; only {PIECE_SIZE} is known", self.piece_size);
            return Err(DocumentError::Value { field: "pieceSize", reason });
        }
        check_content_size("sizeEncrypted", self.size_encrypted)?;
        let expected = self.size_encrypted.div_ceil(PIECE_SIZE);
        if self.sha256.len() as u64 == expected {
            return Ok(());
        }
        let reason =
            format!("holds {} pieces where {} bytes make {expected}", self.sha256.len(), self.size_encrypted);
        Err(DocumentError::Value { field: "sha256", reason })
    }
}

/// Reads a list of digests and stops at the first one too many.
fn bounded<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Sha256Digest>, D::Error> {
    struct Digests;

    impl<'de> Visitor<'de> for Digests {
        type Value = Vec<Sha256Digest>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a list of SHA-256 digests")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
            let mut digests = Vec::new();
            while let Some(digest) = sequence.next_element()? {
                if digests.len() == PIECE_LIMIT {
                    return Err(A::Error::custom("too many pieces"));
                }
                digests.push(digest);
            }
            Ok(digests)
        }
    }

    deserializer.deserialize_seq(Digests)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digests(count: usize) -> Vec<Sha256Digest> {
        (0..count).map(|index| Sha256Digest::new([index as u8; 32])).collect()
    }

    #[test]
    fn counts_follow_from_the_size() {
        for (size, count) in [(64, 1), (PIECE_SIZE, 1), (PIECE_SIZE + 16, 2), (3 * PIECE_SIZE, 3)] {
            let document = PiecesDocument::new(size, digests(count)).unwrap();
            assert_eq!(PiecesDocument::read(&document.write().unwrap()).unwrap(), document);
            assert!(PiecesDocument::new(size, digests(count + 1)).is_err());
            assert!(PiecesDocument::new(size, digests(count - 1)).is_err());
        }
        assert!(PiecesDocument::new(65, digests(1)).is_err());
    }

    #[test]
    fn the_largest_content_still_fits_in_a_document() {
        let document = PiecesDocument::new(CONTENT_LIMIT, digests(PIECE_LIMIT)).unwrap();
        let written = document.write().unwrap();
        assert_eq!(PiecesDocument::read(&written).unwrap().sha256.len(), PIECE_LIMIT);
    }

    #[test]
    fn absurd_sizes_and_counts_are_refused() {
        let one = Sha256Digest::new([0; 32]).to_base64();
        let refused = |text: String| PiecesDocument::read(text.as_bytes()).unwrap_err();
        refused(format!(r#"{{"pieceSize":1048576,"sizeEncrypted":1048576000000000,"sha256":["{one}"]}}"#));
        refused(format!(r#"{{"pieceSize":1,"sizeEncrypted":64,"sha256":["{one}"]}}"#));
        refused(format!(r#"{{"pieceSize":1048576,"sizeEncrypted":-64,"sha256":["{one}"]}}"#));
        refused(r#"{"pieceSize":1048576,"sizeEncrypted":64,"sha256":["AAAA"]}"#.to_owned());
        refused(r#"{"pieceSize":1048576,"sizeEncrypted":64,"sha256":1000000000}"#.to_owned());
        let many = format!("\"{one}\",").repeat(PIECE_LIMIT) + &format!("\"{one}\"");
        let error = refused(format!(r#"{{"pieceSize":1048576,"sizeEncrypted":64,"sha256":[{many}]}}"#));
        assert!(matches!(error, DocumentError::Shape { .. }), "{error}");
    }
}
