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

/// The name that the first entry of a package's outer zip begins with, in lower case.
const PACKAGE_ENTRY: &[u8] = b"intunewinpackage/";
/// The offset of an entry's name in its local header.
const ENTRY_NAME: usize = 30;
const HEAD: usize = 64;
/// Names of keys, in lower case, as elements or quoted names of a document have them.
const KEY_NAMES: [&[u8]; 3] = [b"encryptionkey", b"mackey", b"fileencryptioninfo"];
/// Bytes of the longest of them, each of which may be written as `\u0065`.
const LONGEST_KEY_NAME: usize = 18 * ESCAPE;
/// Bytes of an escape of JSON.
const ESCAPE: usize = 6;
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

    /// Recognises a file by what is in it, read from its start: the outer zip of a package, or JSON or XML that names a
    /// key, whatever its size and its encoding and however many blanks stand before it.
    ///
    /// A file is read as far as it may be such a text. That of a content is over with its first block, because its bytes
    /// are random.
    pub(crate) fn by_contents(mut file: impl Read) -> io::Result<Option<Self>> {
        let mut head = Vec::with_capacity(HEAD);
        file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        if is_package(&head) {
            return Ok(Some(Self::Package));
        }
        TextSearch::new(is_wide(&head)).run(head.as_slice().chain(file))
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

/// Whether the text has more bytes than one for a letter: UTF-16 or UTF-32.
fn is_wide(head: &[u8]) -> bool {
    let zeros = head.iter().filter(|byte| **byte == 0).count();
    head.starts_with(&[0xFE, 0xFF]) || head.starts_with(&[0xFF, 0xFE]) || zeros * 3 > head.len()
}

/// Whether a block has too many control characters for a text of one byte a letter. Of random bytes one in ten is one; of
/// JSON and XML none, but a single one is no way past the search.
fn is_binary(block: &[u8]) -> bool {
    let controls = block.iter().filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace()).count();
    controls * 64 > block.len()
}

/// A search for the names of keys, block by block; the end of each is searched again with the next.
struct TextSearch {
    is_wide: bool,
    /// The first byte that is no blank, once it came.
    first: Option<u8>,
    /// The end of the last block, and this one, in lower case.
    window: Vec<u8>,
}

impl TextSearch {
    fn new(is_wide: bool) -> Self {
        Self { is_wide, first: None, window: Vec::with_capacity(BLOCK + LONGEST_KEY_NAME + 2) }
    }

    fn run(mut self, mut file: impl Read) -> io::Result<Option<KeyMaterial>> {
        let mut block = vec![0; BLOCK];
        loop {
            let length = match file.read(&mut block) {
                Ok(0) => return Ok(None),
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if !self.may_be_a_text(&block[..length]) {
                return Ok(None);
            }
            self.window.extend(text(&block[..length]).map(|byte| byte.to_ascii_lowercase()));
            if holds_a_key_name(&self.window) {
                let is_xml = self.first == Some(b'<');
                return Ok(Some(if is_xml { KeyMaterial::DetectionXml } else { KeyMaterial::Document }));
            }
            self.window.drain(..self.window.len().saturating_sub(LONGEST_KEY_NAME + 1));
        }
    }

    /// Whether the file may still be JSON or XML with this block, which begins with blanks or with `{`, `[` or `<`.
    fn may_be_a_text(&mut self, block: &[u8]) -> bool {
        self.first = self.first.or_else(|| text(block).find(|byte| !byte.is_ascii_whitespace()));
        let is_begun = match self.first {
            Some(first) => matches!(first, b'{' | b'[' | b'<'),
            None => text(block).next().is_some(), // blanks, and not the zeros of a file without any bytes
        };
        is_begun && (self.is_wide || !is_binary(block))
    }
}

/// Whether a key's name stands behind a quote, `<` or `:` (of a namespace's prefix).
fn holds_a_key_name(window: &[u8]) -> bool {
    window.iter().enumerate().any(|(at, byte)| {
        matches!(byte, b'"' | b'<' | b':')
            && KEY_NAMES.iter().any(|name| begins_with(&window[at + 1..], name))
    })
}

/// Whether a text begins with a name, each letter of which may be an escape of JSON.
fn begins_with(mut text: &[u8], name: &[u8]) -> bool {
    name.iter().all(|letter| {
        let (found, length) = match text {
            [b'\\', b'u', b'0', b'0', digits @ ..] if digits.len() >= 2 => (unescaped(&digits[..2]), ESCAPE),
            [found, ..] => (Some(*found), 1),
            [] => return false,
        };
        text = &text[length..];
        found.is_some_and(|found| found.eq_ignore_ascii_case(letter))
    })
}

fn unescaped(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8]) -> Option<KeyMaterial> {
        KeyMaterial::by_contents(bytes).unwrap()
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
    fn nothing_before_the_keys_hides_them() {
        let keys = r#"{"encryptionKey": 1}"#;
        let padded = |padding: &str| format!("{}{keys}", padding.repeat(200_000));
        for text in [
            padded(" "),
            padded("\n"),
            padded("\t\r\n"),
            format!("[{}", padded(" ")),
            format!("[{}", padded("[1],")),
        ] {
            assert_eq!(found(text.as_bytes()), Some(KeyMaterial::Document));
            for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
                let wide: Vec<u8> = text.encode_utf16().flat_map(to_bytes).collect();
                assert_eq!(found(&wide), Some(KeyMaterial::Document), "UTF-16 without a mark");
                let marked: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(to_bytes).collect();
                assert_eq!(found(&marked), Some(KeyMaterial::Document), "UTF-16");
            }
        }
        // Larger than any document that we read ourselves.
        let large = format!("[{}{keys}]", "\"words and words\",".repeat(1 << 20));
        assert!(large.len() > waybill_schemas::DOCUMENT_LIMIT);
        assert_eq!(found(large.as_bytes()), Some(KeyMaterial::Document));
        let foreign = format!("\u{feff}{{\"имя\": \"{}\", \"macKey\": 1}}", "Ж".repeat(100_000));
        let wide: Vec<u8> = foreign.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(found(&wide), Some(KeyMaterial::Document));
        let escaped = r#"{"\u0065ncryption\u004bey": 1}"#;
        assert_eq!(found(escaped.as_bytes()), Some(KeyMaterial::Document));
    }

    /// Counts how much of a file was read.
    struct Counted<R>(R, usize);

    impl<R: Read> Read for Counted<R> {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            let read = self.0.read(bytes)?;
            self.1 += read;
            Ok(read)
        }
    }

    #[test]
    fn what_is_no_text_is_over_with_its_first_block() {
        let mut state = 1_u32;
        let mut random = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        for first in [b'{', b' ', b'<', b'M', 0] {
            let mut bytes: Vec<u8> = std::iter::repeat_with(&mut random).take(1 << 20).collect();
            bytes[0] = first;
            let mut file = Counted(bytes.as_slice(), 0);
            assert_eq!(KeyMaterial::by_contents(&mut file).unwrap(), None);
            assert!(file.1 <= BLOCK + HEAD, "{first}: {} bytes", file.1);
        }
        let mut zeros = Counted(io::repeat(0), 0);
        assert_eq!(KeyMaterial::by_contents(&mut zeros).unwrap(), None);
        assert!(zeros.1 <= BLOCK + HEAD);
    }
}
