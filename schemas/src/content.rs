//! What publishing writes: content.json with the keys and the URL of the content, pieces.json without.

use crate::json_document::{self, DocumentError};
use crate::keys::EncryptionInfo;
use crate::keys::Sha256Digest;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use std::fmt;
use zeroize::Zeroizing;

/// A content or payload larger than this (256 GiB) is absurd: eight times what Intune takes.
pub const CONTENT_LIMIT: u64 = 256 * 1024 * 1024 * 1024;

/// Unpacked files of more bytes than this (1 TiB) are absurd: sixteen times what a device accepts by default.
pub const UNPACKED_LIMIT: u64 = 4 * CONTENT_LIMIT;

/// MAC and IV, which a content begins with.
const CONTENT_HEADER: u64 = 48;
/// AES's block; PKCS#7 fills up the last one or adds a whole one.
const BLOCK: u64 = 16;
/// The shortest content: one block behind the header.
const CONTENT_MINIMUM: u64 = CONTENT_HEADER + BLOCK;

/// Whether `size` is the length of a content: at least one block behind the header, whole blocks, not absurd.
fn check_content_size(field: &'static str, size: u64) -> Result<(), DocumentError> {
    // The header is a whole number of blocks, too: so is every content.
    let has_whole_blocks = (size % BLOCK) == CONTENT_HEADER % BLOCK;
    if (CONTENT_MINIMUM..=CONTENT_LIMIT).contains(&size) && has_whole_blocks {
        return Ok(());
    }
    let reason = format!("is {size}; a content has 48 bytes and whole blocks of 16, at most {CONTENT_LIMIT}");
    Err(DocumentError::Value { field, reason })
}

/// content.json: where a content lies, and what is needed to authenticate and decrypt it. **It carries the keys.**
///
/// Names are those of Graph's `mobileAppContentFile` and `fileEncryptionInfo`, so `size` is the payload's and
/// `sizeEncrypted` the content's. Fields that this version does not know survive reading and writing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ContentDocument {
    /// What to call it: the package's name without its extension.
    pub name: String,
    /// The content: an http(s) URL, or a path below this document.
    pub url: ContentUrl,
    /// Bytes of the payload (the inner zip).
    #[cfg_attr(feature = "json-schema", schemars(range(max = CONTENT_LIMIT)))]
    pub size: u64,
    /// Bytes of the content file.
    #[cfg_attr(feature = "json-schema", schemars(range(min = CONTENT_MINIMUM, max = CONTENT_LIMIT)))]
    pub size_encrypted: u64,
    /// Bytes of all files when unpacked, where the publisher knew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "json-schema", schemars(range(max = UNPACKED_LIMIT)))]
    pub size_unpacked: Option<u64>,
    /// Keys, IV, MAC and digest.
    pub file_encryption_info: EncryptionInfo,
    /// SHA-256 of the pieces.json beside the content, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pieces_digest: Option<Sha256Digest>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ContentDocument {
    /// Reads the bytes of a content.json and checks that its sizes agree.
    ///
    /// # Errors
    /// The document is too large or not JSON, a field is missing or wrong, or sizes contradict one another.
    pub fn read(bytes: &[u8]) -> Result<Self, DocumentError> {
        let document: Self = json_document::read(bytes)?;
        document.check().map(|()| document)
    }

    /// Writes the document as indented JSON. The buffer is wiped when dropped, because it holds the keys.
    ///
    /// # Errors
    /// The document is one that [`Self::read`] would refuse.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>, DocumentError> {
        self.check()?;
        json_document::write(self, true)
    }

    fn check(&self) -> Result<(), DocumentError> {
        // Checked first: with a size close to 2^64 the sum below would overflow.
        if self.size > CONTENT_LIMIT {
            let reason = format!("is {}; at most {CONTENT_LIMIT} bytes are read", self.size);
            return Err(DocumentError::Value { field: "size", reason });
        }
        check_content_size("sizeEncrypted", self.size_encrypted)?;
        if let Some(unpacked) = self.size_unpacked.filter(|unpacked| *unpacked > UNPACKED_LIMIT) {
            let reason = format!("is {unpacked}; at most {UNPACKED_LIMIT} bytes are unpacked");
            return Err(DocumentError::Value { field: "sizeUnpacked", reason });
        }
        // PKCS#7 always adds something: a payload of whole blocks gets a block of padding more.
        let expected = CONTENT_HEADER + (self.size / BLOCK + 1) * BLOCK;
        if self.size_encrypted == expected {
            return Ok(());
        }
        let reason =
            format!("is {} where a payload of {} bytes makes {expected}", self.size_encrypted, self.size);
        Err(DocumentError::Value { field: "sizeEncrypted", reason })
    }
}

/// Bytes of every piece but the last, which may be shorter.
pub const PIECE_SIZE: u64 = 1024 * 1024;

const PIECE_LIMIT: usize = (CONTENT_LIMIT / PIECE_SIZE) as usize;

/// pieces.json: SHA-256 of each piece of a content file, from its first byte. It carries no keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PiecesDocument {
    /// The size of every piece but the last, in bytes: always 1048576.
    #[cfg_attr(feature = "json-schema", schemars(extend("const" = PIECE_SIZE)))]
    pub piece_size: u64,
    /// Bytes of the content file.
    #[cfg_attr(feature = "json-schema", schemars(range(min = CONTENT_MINIMUM, max = CONTENT_LIMIT)))]
    pub size_encrypted: u64,
    /// SHA-256 of each piece, in order.
    #[serde(deserialize_with = "bounded")]
    #[cfg_attr(feature = "json-schema", schemars(length(min = 1, max = PIECE_LIMIT)))]
    pub sha256: Vec<Sha256Digest>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl PiecesDocument {
    /// The document of a content of `size_encrypted` bytes whose pieces have these digests.
    ///
    /// # Errors
    /// No content has that size, or that size has another number of pieces.
    pub fn new(size_encrypted: u64, sha256: Vec<Sha256Digest>) -> Result<Self, DocumentError> {
        let document = Self { piece_size: PIECE_SIZE, size_encrypted, sha256, other: Map::new() };
        document.check().map(|()| document)
    }

    /// Reads the bytes of a pieces.json and checks that its count agrees with the size.
    ///
    /// # Errors
    /// The document is too large or not JSON, a field is missing or wrong, or the count contradicts the size.
    pub fn read(bytes: &[u8]) -> Result<Self, DocumentError> {
        let document: Self = json_document::read(bytes)?;
        document.check().map(|()| document)
    }

    /// Writes it on one line: a content of 30 GiB has 30,720 pieces.
    ///
    /// # Errors
    /// The document is one that [`Self::read`] would refuse.
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
                // Refused here, not after the list was read: a hostile document of 16 MiB would hold far more digests
                // than any content has pieces.
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

const URL_LENGTH_LIMIT: usize = 4096;

/// Where a content lies: an absolute http(s) URL, or a path below the document that names it.
///
/// `Debug` and `Display` leave out the query: it may be a token.
#[derive(Clone, PartialEq, Eq)]
pub struct ContentUrl(String);

/// Why a text is not the URL of a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentUrlFault {
    /// The text is empty.
    #[error("the URL is empty")]
    Empty,
    /// The text is longer than 4,096 bytes.
    #[error("the URL is longer than 4096 bytes")]
    TooLong,
    /// A space, a backslash, a fragment, or what has to be percent-encoded.
    #[error("the URL holds a character that has to be percent-encoded")]
    Character,
    /// Another scheme than http and https.
    #[error("the URL has another scheme than http and https")]
    Scheme,
    /// No host, or a user before it.
    #[error("the URL has no host, or a user name before it")]
    Host,
    /// A relative URL that leads out of the document's folder.
    #[error("the URL leads out of the document's folder")]
    Outside,
}

impl ContentUrl {
    /// Checks that `text` can be the URL of a content.
    ///
    /// # Errors
    /// The first rule that `text` breaks.
    pub fn new(text: impl Into<String>) -> Result<Self, ContentUrlFault> {
        let text = text.into();
        check(&text).map(|()| Self(text))
    }

    /// The URL as it stands in the document, query and all. Only the request needs it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for a URL with a scheme, false for a path below the document.
    pub fn is_absolute(&self) -> bool {
        rest_of_absolute(&self.0).is_some()
    }

    /// The URL without its query: what may be logged.
    pub fn without_query(&self) -> &str {
        path_of(&self.0)
    }
}

fn path_of(text: &str) -> &str {
    text.split('?').next().unwrap_or_default()
}

/// What follows `http://` or `https://`.
fn rest_of_absolute(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")).then_some(rest)
}

fn check(text: &str) -> Result<(), ContentUrlFault> {
    if text.is_empty() {
        return Err(ContentUrlFault::Empty);
    }
    if text.len() > URL_LENGTH_LIMIT {
        return Err(ContentUrlFault::TooLong);
    }
    // A backslash is a separator to some clients and a letter to others, so they would ask for different
    // things. A fragment never reaches the server at all.
    if !text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"#<>\\^`{|}".contains(&byte)) {
        return Err(ContentUrlFault::Character);
    }
    match rest_of_absolute(text) {
        Some(rest) => check_host(rest),
        None => check_relative(path_of(text)),
    }
}

fn check_host(rest: &str) -> Result<(), ContentUrlFault> {
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    // What stands before `@` is a user name: `https://cdn.example@evil.example/x` leads to the second host,
    // though it looks like the first.
    if host.is_empty() || host.starts_with(':') || host.contains('@') {
        return Err(ContentUrlFault::Host);
    }
    Ok(())
}

fn check_relative(path: &str) -> Result<(), ContentUrlFault> {
    // Servers decode `%2E` before they resolve dots, so it climbs as far as `..` does.
    let mut segments = path.split('/').map(|segment| segment.to_ascii_lowercase().replace("%2e", "."));
    // A colon in the first segment makes it a scheme (RFC 3986, 4.2): `C:/x` would be a URL of scheme `c`.
    if path.split('/').next().is_some_and(|first| first.contains(':')) {
        return Err(ContentUrlFault::Scheme);
    }
    // Decoded, these are separators: `..%2fx` is one segment here and two on the server.
    let hides_a_separator = path.to_ascii_lowercase();
    if hides_a_separator.contains("%2f") || hides_a_separator.contains("%5c") {
        return Err(ContentUrlFault::Outside);
    }
    if segments.any(|segment| matches!(segment.as_str(), "" | "." | "..")) {
        return Err(ContentUrlFault::Outside);
    }
    Ok(())
}

impl fmt::Display for ContentUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.without_query())
    }
}

impl fmt::Debug for ContentUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.without_query())
    }
}

impl Serialize for ContentUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ContentUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

own_schema!(ContentUrl, inline, {
    "type": "string",
    "format": "uri-reference",
    "minLength": 1,
    "maxLength": URL_LENGTH_LIMIT,
    "description": "an absolute http(s) URL, or a path below the document",
});

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sample() -> Value {
        let key = Sha256Digest::new([7; 32]).to_base64();
        json!({
            "name": "7-Zip", "url": "00ff/content.bin", "size": 32, "sizeEncrypted": 96,
            "fileEncryptionInfo": {
                "@odata.type": "#microsoft.graph.fileEncryptionInfo",
                "encryptionKey": key, "macKey": key, "initializationVector": "AAAAAAAAAAAAAAAAAAAAAA==", "mac": key,
                "profileIdentifier": "ProfileVersion1", "fileDigest": key, "fileDigestAlgorithm": "SHA256",
            },
            "piecesDigest": key, "manifest": null, "isDependency": false,
        })
    }

    fn read(value: &Value) -> Result<ContentDocument, DocumentError> {
        ContentDocument::read(value.to_string().as_bytes())
    }

    #[test]
    fn unknown_fields_survive() {
        let document = read(&sample()).unwrap();
        assert_eq!(document.other["isDependency"], false);
        let written = document.write().unwrap();
        assert_eq!(ContentDocument::read(&written).unwrap(), document);
        assert!(!format!("{document:?}").contains(&Sha256Digest::new([7; 32]).to_base64()));
    }

    #[test]
    fn the_unpacked_size_may_be_left_out() {
        assert_eq!(read(&sample()).unwrap().size_unpacked, None);
        let mut document = sample();
        document["sizeUnpacked"] = json!(UNPACKED_LIMIT);
        let document = read(&document).unwrap();
        assert_eq!(document.size_unpacked, Some(UNPACKED_LIMIT));
        assert_eq!(ContentDocument::read(&document.write().unwrap()).unwrap(), document);
    }

    #[test]
    fn contradictions_and_absurdities_are_refused() {
        for (field, value) in [
            ("size", json!(33 * 16)),
            ("size", json!(-1)),
            ("size", json!(1e300)),
            ("sizeEncrypted", json!(97)),
            ("sizeEncrypted", json!(48)),
            ("sizeEncrypted", json!(u64::MAX)),
            ("sizeUnpacked", json!(UNPACKED_LIMIT + 1)),
            ("sizeUnpacked", json!(-1)),
            ("sizeUnpacked", json!("5")),
            ("url", json!("../secret")),
            ("piecesDigest", json!("AAAA")),
            ("fileEncryptionInfo", json!({})),
        ] {
            let mut document = sample();
            document[field] = value;
            assert!(read(&document).is_err(), "{document}");
        }
        let mut document = sample();
        document["size"] = json!(u64::MAX);
        document["sizeEncrypted"] = json!(64);
        assert!(matches!(read(&document), Err(DocumentError::Value { field: "size", .. })));
    }

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

    #[test]
    fn urls_and_paths_below_pass() {
        for (text, absolute) in [
            ("https://cdn.example/00ff/content.bin?sv=1&sig=a%2Fb", true),
            ("HTTP://[::1]:8080/x", true),
            ("00ff/content.bin", false),
            ("a..b/c?x=../y", false),
        ] {
            assert_eq!(ContentUrl::new(text).unwrap().is_absolute(), absolute, "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for (text, fault) in [
            ("", ContentUrlFault::Empty),
            ("a b", ContentUrlFault::Character),
            ("a\\b", ContentUrlFault::Character),
            ("é", ContentUrlFault::Character),
            ("a#b", ContentUrlFault::Character),
            ("ftp://host/x", ContentUrlFault::Scheme),
            ("file:///etc/passwd", ContentUrlFault::Scheme),
            ("C:/x", ContentUrlFault::Scheme),
            ("https:///x", ContentUrlFault::Host),
            ("https://user:pass@host/x", ContentUrlFault::Host),
            ("/x", ContentUrlFault::Outside),
            ("//host/x", ContentUrlFault::Outside),
            ("a/../../x", ContentUrlFault::Outside),
            ("a/%2E./x", ContentUrlFault::Outside),
            ("..%2fx", ContentUrlFault::Outside),
        ] {
            assert_eq!(ContentUrl::new(text), Err(fault), "{text}");
        }
        assert_eq!(ContentUrl::new("a".repeat(4097)), Err(ContentUrlFault::TooLong));
    }

    #[test]
    fn the_query_is_not_printed() {
        let url = ContentUrl::new("https://cdn.example/x?sig=secret").unwrap();
        assert!(!format!("{url} {url:?}").contains("secret"));
    }
}
