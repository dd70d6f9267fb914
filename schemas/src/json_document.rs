//! Documents: read within a bound, without quoting their values in errors; written without leaving keys behind.

use crate::codes::{Classified, Code, documents};
use crate::json_fault::{JsonFault, closed_reason};
use crate::json_text::write_json;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, Read};
use zeroize::Zeroizing;

/// The largest JSON document that is read, in bytes.
pub const DOCUMENT_LIMIT: usize = 16 * 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Why a JSON document is refused. No message quotes a value: it may be a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The document is larger than [`DOCUMENT_LIMIT`].
    #[error("the document is {actual} bytes long where {limit} are allowed")]
    TooLarge {
        /// The length of the document in bytes.
        actual: usize,
        /// The largest length that is read, in bytes.
        limit: usize,
    },
    /// The bytes are not JSON.
    #[error("the document is not JSON: {0}")]
    NotJson(JsonFault),
    /// The document is JSON, but a field is missing or holds another type.
    #[error("the document does not fit at {path} (line {line}, column {column}): {reason}")]
    Shape {
        /// The field, e.g. `fileEncryptionInfo.mac`; `.` for the document itself.
        path: String,
        /// The line of the fault, from 1; 0 where it is not known.
        line: usize,
        /// The column of the fault, from 1; 0 where it is not known.
        column: usize,
        /// What is wrong with the field; no value is quoted.
        reason: String,
    },
    /// A value that the field cannot have.
    #[error("{field} {reason}")]
    Value {
        /// The name of the field.
        field: &'static str,
        /// What is wrong with it, with the value and the one that is needed.
        reason: String,
    },
}

impl Classified for DocumentError {
    fn code(&self) -> &'static Code {
        match self {
            Self::TooLarge { .. } => &documents::DOCUMENT_TOO_LARGE,
            Self::NotJson(_) => &documents::DOCUMENT_NOT_JSON,
            Self::Shape { .. } | Self::Value { .. } => &documents::DOCUMENT_FIELD,
        }
    }
}

fn fault(path: String, error: &serde_json::Error) -> DocumentError {
    let JsonFault { line, column, reason, is_syntax } = error.into();
    match is_syntax {
        true => DocumentError::NotJson(JsonFault { line, column, reason, is_syntax }),
        false => DocumentError::Shape { path, line, column, reason: closed_reason(&error.to_string()) },
    }
}

/// Bytes that are read at once.
const READ_STEP: usize = 64 << 10;

/// Reads at most `limit` bytes, and one more where there are more, so that the parser sees that they are too many. The
/// bytes may be keys, so they are read into a buffer that is wiped.
///
/// # Errors
/// The reader's error.
pub fn read_bounded(reader: impl Read, limit: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut reader = reader.take(limit as u64 + 1);
    let mut out = WipedBuffer::default();
    loop {
        out.make_room(1);
        let held = out.0.len();
        // Within the capacity: growing here would leave a copy behind. A step at a time: a reader that gives few bytes
        // at once would have the whole rest filled with zeros at each of its reads.
        let room = out.0.capacity().min(held + READ_STEP);
        out.0.resize(room, 0);
        let read = reader.read(&mut out.0[held..]);
        out.0.truncate(held + read.as_ref().map_or(0, |count| *count));
        match read {
            Ok(0) => return Ok(out.0),
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
    }
}

/// Reads a JSON document of at most [`DOCUMENT_LIMIT`] bytes; a UTF-8 byte order mark is skipped.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DocumentError> {
    if bytes.len() > DOCUMENT_LIMIT {
        return Err(DocumentError::TooLarge { actual: bytes.len(), limit: DOCUMENT_LIMIT });
    }
    parse(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)).map_err(|(path, error)| fault(path, &error))
}

/// Parses JSON to its end; an error comes with the field that it is about, `.` for the document itself.
pub(crate) fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, (String, serde_json::Error)> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let document = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| (error.path().to_string(), error.into_inner()))?;
    // Without this a second document behind the first would pass unread.
    deserializer.end().map_err(|error| (".".to_owned(), error))?;
    Ok(document)
}

/// Writes a document, indented for people or on one line, with a final newline.
pub(crate) fn write<T: Serialize>(document: &T, indented: bool) -> Result<Zeroizing<Vec<u8>>, DocumentError> {
    let mut out = WipedBuffer::default();
    write_json(&mut out, document, indented).map_err(|error| fault(".".to_owned(), &error))?;
    out.put(b"\n");
    match out.0.len() {
        0..=DOCUMENT_LIMIT => Ok(out.0),
        actual => Err(DocumentError::TooLarge { actual, limit: DOCUMENT_LIMIT }),
    }
}

/// Grows without leaving a copy of its bytes behind.
#[derive(Default)]
struct WipedBuffer(Zeroizing<Vec<u8>>);

impl WipedBuffer {
    fn put(&mut self, bytes: &[u8]) {
        self.make_room(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    /// `Vec::reserve` would free the old bytes without wiping them.
    fn make_room(&mut self, more: usize) {
        let needed = self.0.len() + more;
        if needed > self.0.capacity() {
            let mut grown = Zeroizing::new(Vec::with_capacity(needed.max(2 * self.0.capacity()).max(4096)));
            grown.extend_from_slice(&self.0);
            self.0 = grown;
        }
    }
}

impl io::Write for WipedBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.put(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::EncryptionInfo;

    #[test]
    fn no_error_quotes_a_value() {
        for text in [
            r#"{"encryptionKey": 123456789}"#,
            r#"{"encryptionKey": "123456789"}"#,
            r#"{"encryptionKey": ["123456789"]}"#,
            r#"{"profileIdentifier": "123456789"}"#,
            r#"{"profileIdentifier": "missing field 123456789"}"#,
            r#""123456789""#,
            r#"{"macKey": "123456789"#,
        ] {
            let error = read::<EncryptionInfo>(text.as_bytes()).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("123456789"), "{error}");
        }
    }

    #[test]
    fn missing_fields_and_wrong_lengths_are_named() {
        let error = read::<EncryptionInfo>(b"{}").unwrap_err();
        assert!(error.to_string().ends_with("`encryptionKey` is missing"), "{error}");
        let error = read::<EncryptionInfo>(br#"{"encryptionKey": "AAAA"}"#).unwrap_err();
        assert!(error.to_string().ends_with("3 bytes where 32 are needed"), "{error}");
        assert!(error.to_string().contains("at encryptionKey (line 1"), "{error}");
        for (text, place) in [("7 7", "line 1, column 3: something"), ("\n  x", "line 2, column 3: here")] {
            let error = read::<u8>(text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(&format!("the document is not JSON: {place}")), "{error}");
        }
    }

    #[test]
    fn one_byte_more_than_the_limit_is_read_and_no_second_one() {
        let endless = io::repeat(b'x');
        assert_eq!(read_bounded(endless, 10_000).unwrap().len(), 10_001);
        assert_eq!(read_bounded(&b"short"[..], 10_000).unwrap().as_slice(), b"short");
        assert_eq!(read_bounded(&[7; 5000][..], 5000).unwrap().as_slice(), [7; 5000]);
    }

    #[test]
    fn documents_are_bounded_and_a_byte_order_mark_is_skipped() {
        let large = vec![b' '; DOCUMENT_LIMIT + 1];
        let expected = DocumentError::TooLarge { actual: DOCUMENT_LIMIT + 1, limit: DOCUMENT_LIMIT };
        assert_eq!(read::<u8>(&large), Err(expected.clone()));
        assert_eq!(write(&"x".repeat(DOCUMENT_LIMIT - 2), false), Err(expected));
        assert_eq!(read::<u8>(b"\xEF\xBB\xBF7"), Ok(7));
    }
}
