//! What `waybill publish` writes: the only files that are served outside of a lab.
//!
//! A list of what carries keys can never be complete: keys may be encoded, compressed, or stand behind anything. What
//! publishing writes is two kinds of files whose names and forms are known, and neither of them holds a key.

use std::io::{self, Read};
use waybill_schemas::PiecesDocument;

/// An object of a published content, below a folder named after the content's MAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Published {
    /// `<MAC>/content.bin`: the encrypted content, which begins with this MAC.
    Content([u8; MAC]),
    /// `<MAC>/pieces.json`: the digests of its pieces.
    Pieces,
}

/// Bytes of a MAC, which a content begins with.
const MAC: usize = 32;
/// Bytes of MAC and IV, before the ciphertext.
const HEADER: u64 = 48;
/// Bytes of a block of the ciphertext.
const BLOCK: u64 = 16;
/// Bytes of a pieces.json that are read at most; one of the largest content has under 13 MB.
const MOST_OF_PIECES: u64 = waybill_schemas::DOCUMENT_LIMIT as u64;

impl Published {
    /// Recognises an object by the last two components of its name.
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        let (folder, file) = name.rsplit_once('/')?;
        let mac = mac_of(folder.rsplit('/').next()?)?;
        match file {
            "content.bin" => Some(Self::Content(mac)),
            "pieces.json" => Some(Self::Pieces),
            _ => None,
        }
    }

    /// Whether a file of `length` bytes, read from its start, is what its name says.
    ///
    /// A content has a header and whole blocks and begins with its MAC; a pieces.json has the fields that publishing
    /// writes and no other.
    pub(crate) fn has_its_form(self, mut file: impl Read, length: u64) -> io::Result<bool> {
        match self {
            Self::Content(mac) => {
                let has_whole_blocks = length > HEADER && (length - HEADER).is_multiple_of(BLOCK);
                let mut head = [0; MAC];
                if !has_whole_blocks {
                    return Ok(false);
                }
                file.read_exact(&mut head)?;
                Ok(head == mac)
            }
            Self::Pieces if length > MOST_OF_PIECES => Ok(false),
            Self::Pieces => {
                let mut bytes = Vec::new();
                file.take(MOST_OF_PIECES).read_to_end(&mut bytes)?;
                Ok(PiecesDocument::read(&bytes).is_ok_and(|document| document.other.is_empty()))
            }
        }
    }
}

/// The MAC that a folder is named after: 64 lower-case hexadecimal digits, as publishing writes them.
fn mac_of(folder: &str) -> Option<[u8; MAC]> {
    let digits = |digit: &u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    if folder.len() != 2 * MAC || !folder.as_bytes().iter().all(digits) {
        return None;
    }
    let mut mac = [0; MAC];
    for (byte, at) in mac.iter_mut().zip((0..folder.len()).step_by(2)) {
        *byte = u8::from_str_radix(folder.get(at..at + 2)?, 16).ok()?;
    }
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> String {
        "0f".repeat(MAC)
    }

    #[test]
    fn only_the_two_names_below_a_mac_are_known() {
        let mac = folder();
        assert_eq!(Published::by_name(&format!("{mac}/content.bin")), Some(Published::Content([15; MAC])));
        assert_eq!(Published::by_name(&format!("a/{mac}/pieces.json")), Some(Published::Pieces));
        for name in [
            "content.bin".to_owned(),
            "00ff/content.bin".to_owned(),
            mac.clone(),
            format!("{mac}/a/content.bin"),
            format!("{mac}/content.json"),
            format!("{mac}/CONTENT.BIN"),
            format!("{}/content.bin", mac.to_uppercase()),
            format!("{mac}0/content.bin"),
            format!("{mac}/content.bin/x"),
        ] {
            assert_eq!(Published::by_name(&name), None, "{name}");
        }
    }

    #[test]
    fn a_content_begins_with_its_mac_and_has_whole_blocks() {
        let content = Published::Content([15; MAC]);
        let is_one = |bytes: &[u8]| content.has_its_form(bytes, bytes.len() as u64).unwrap();
        let mut bytes = vec![15; MAC];
        bytes.resize(80, 7);
        assert!(is_one(&bytes));
        assert!(!is_one(&bytes[..48]) && !is_one(&bytes[..79]) && !is_one(b""));
        bytes[31] = 14;
        assert!(!is_one(&bytes));
    }

    #[test]
    fn a_pieces_document_has_no_room_for_keys() {
        let digest = "A".repeat(43) + "=";
        let document =
            |more: &str| format!(r#"{{"pieceSize":1048576,"sizeEncrypted":64,"sha256":["{digest}"]{more}}}"#);
        let is_one = |text: &str| Published::Pieces.has_its_form(text.as_bytes(), text.len() as u64).unwrap();
        assert!(is_one(&document("")));
        for text in [
            String::new(),
            "{}".to_owned(),
            document(r#","key":"a""#),
            document(r#","fileEncryptionInfo":{}"#),
            document("") + "{\"encryptionKey\": 1}",
            format!("// keys\n{}", document("")),
            format!("{}{}", " ".repeat(waybill_schemas::DOCUMENT_LIMIT), document("")),
        ] {
            assert!(!is_one(&text), "{}", &text[..text.len().min(80)]);
        }
    }
}
