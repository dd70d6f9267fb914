//! Files that carry keys, known by their names and by what is in them.

use std::io::{self, Read};

/// A file whose holder can decrypt a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyMaterial {
    /// A whole package, a .intunewin file.
    Package,
    /// Detection.xml, as it lies in a package.
    DetectionXml,
    /// content.json, or another document with an encryption key.
    Document,
}

/// The bytes of a document that are searched: no reader takes a larger one than `waybill_schemas::DOCUMENT_LIMIT`.
const LOOKED_AT: u64 = waybill_schemas::DOCUMENT_LIMIT as u64;
/// The name that the first entry of a package's outer zip begins with, in lower case.
const PACKAGE_ENTRY: &[u8] = b"intunewinpackage/";
/// The offset of an entry's name in its local header.
const ENTRY_NAME: usize = 30;
const HEAD: usize = 64;
/// Names of keys, in lower case, as elements or quoted names of a document have them.
const KEY_NAMES: [&[u8]; 3] = [b"encryptionkey", b"mackey", b"fileencryptioninfo"];
const LONGEST_KEY_NAME: usize = 18;
const BLOCK: usize = 64 * 1024;

impl KeyMaterial {
    /// Recognises a file by the last component of its name, in any case.
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        let name = name.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        if name.ends_with(".intunewin") {
            return Some(Self::Package);
        }
        if name == "detection.xml" {
            return Some(Self::DetectionXml);
        }
        (name == "content.json" || name.ends_with(".content.json")).then_some(Self::Document)
    }

    /// Recognises a file of `length` bytes by what is in it, read from its start: the outer zip of a package, or JSON
    /// or XML that names a key. Escapes in names are not undone.
    pub(crate) fn by_contents(mut file: impl Read, length: u64) -> io::Result<Option<Self>> {
        let mut head = Vec::with_capacity(HEAD);
        file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        if is_package(&head) {
            return Ok(Some(Self::Package));
        }
        let first = text(&head).find(|byte| !byte.is_ascii_whitespace());
        if length > LOOKED_AT || !matches!(first, Some(b'{' | b'[' | b'<')) {
            return Ok(None);
        }
        let found = names_a_key(head.as_slice().chain(file).take(LOOKED_AT))?;
        Ok(found.then_some(if first == Some(b'<') { Self::DetectionXml } else { Self::Document }))
    }

    /// What it is, for people.
    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::Package => "a whole .intunewin package, which carries its own keys",
            Self::DetectionXml => "a Detection.xml, which carries a package's keys",
            Self::Document => "a document that carries keys",
        }
    }
}

fn is_package(head: &[u8]) -> bool {
    let name = head.get(ENTRY_NAME..ENTRY_NAME + PACKAGE_ENTRY.len());
    head.starts_with(b"PK\x03\x04") && name.is_some_and(|name| name.eq_ignore_ascii_case(PACKAGE_ENTRY))
}

/// The bytes of a text without its byte order mark. The zeros between those of UTF-16 are left out.
fn text(bytes: &[u8]) -> impl Iterator<Item = u8> {
    bytes.iter().copied().filter(|byte| !matches!(byte, 0 | 0xEF | 0xBB | 0xBF | 0xFE | 0xFF))
}

/// Whether the file names a key. It is searched block by block; the end of each is searched again with the next.
fn names_a_key(mut file: impl Read) -> io::Result<bool> {
    let mut block = vec![0; BLOCK];
    let mut window: Vec<u8> = Vec::with_capacity(BLOCK + LONGEST_KEY_NAME + 2);
    loop {
        let length = match file.read(&mut block) {
            Ok(0) => return Ok(false),
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        window.extend(text(&block[..length]).map(|byte| byte.to_ascii_lowercase()));
        if holds_a_key_name(&window) {
            return Ok(true);
        }
        window.drain(..window.len().saturating_sub(LONGEST_KEY_NAME + 1));
    }
}

/// Whether a key's name stands behind a quote, `<` or `:` (of a namespace's prefix).
fn holds_a_key_name(window: &[u8]) -> bool {
    window.iter().enumerate().any(|(at, byte)| {
        matches!(byte, b'"' | b'<' | b':') && KEY_NAMES.iter().any(|name| window[at + 1..].starts_with(name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8]) -> Option<KeyMaterial> {
        KeyMaterial::by_contents(bytes, bytes.len() as u64).unwrap()
    }

    #[test]
    fn names_tell_in_any_case() {
        for (name, expected) in [
            ("a/app.intunewin", Some(KeyMaterial::Package)),
            ("APP.INTUNEWIN", Some(KeyMaterial::Package)),
            ("x/Metadata/Detection.xml", Some(KeyMaterial::DetectionXml)),
            ("7-Zip.content.json", Some(KeyMaterial::Document)),
            ("Content.JSON", Some(KeyMaterial::Document)),
            ("00ff/pieces.json", None),
            ("00ff/content.bin", None),
            ("mycontent.json", None),
        ] {
            assert_eq!(KeyMaterial::by_name(name), expected, "{name}");
        }
    }

    #[test]
    fn contents_tell_whatever_the_name() {
        let mut zip = b"PK\x03\x04".to_vec();
        zip.resize(ENTRY_NAME, 0);
        zip.extend(b"IntuneWinPackage/Contents/IntunePackage.intunewin");
        assert_eq!(found(&zip), Some(KeyMaterial::Package));
        zip[ENTRY_NAME] = b'X';
        assert_eq!(found(&zip), None);
        for text in [
            r#"{"fileEncryptionInfo": {}}"#,
            "\u{feff} \r\n[{\"ENCRYPTIONKEY\" : 1}]",
            r#"{"a": {"macKey": ""}}"#,
        ] {
            assert_eq!(found(text.as_bytes()), Some(KeyMaterial::Document), "{text}");
        }
        let xml = "<?xml version=\"1.0\"?><A><x:EncryptionKey>";
        assert_eq!(found(xml.as_bytes()), Some(KeyMaterial::DetectionXml));
        let utf16: Vec<u8> = "\u{feff}<MacKey>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(found(&utf16), Some(KeyMaterial::DetectionXml));
        for harmless in
            [r#"{"pieces": ["ab"], "monkey": 1}"#, "encryptionKey", "", "PK\x03\x04", "{", "{\"mac\": 1}"]
        {
            assert_eq!(found(harmless.as_bytes()), None, "{harmless}");
        }
    }

    #[test]
    fn a_name_across_two_blocks_is_found() {
        for before in BLOCK - HEAD - 24..BLOCK + 4 {
            let mut bytes = b"{".to_vec();
            bytes.resize(before, b' ');
            bytes.extend(b"\"fileEncryptionInfo\"");
            assert_eq!(found(&bytes), Some(KeyMaterial::Document), "{before}");
        }
    }

    #[test]
    fn what_no_reader_would_take_is_not_looked_at() {
        let text = br#"{"encryptionKey": 1}"#.as_slice();
        assert_eq!(KeyMaterial::by_contents(text, LOOKED_AT + 1).unwrap(), None);
        assert_eq!(KeyMaterial::by_contents(text, LOOKED_AT).unwrap(), Some(KeyMaterial::Document));
    }
}
