//! The encoding of PowerShell scripts. Intune's agent writes a script to disk byte for byte, and Windows PowerShell 5.1 reads
//! what has no byte order mark in the ANSI code page of the device.

use std::borrow::Cow;

/// The encoding of a script, by its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// ASCII only, which every reader reads alike.
    Ascii,
    /// UTF-8 with a byte order mark.
    MarkedUtf8,
    /// UTF-8 without a byte order mark, which Windows PowerShell 5.1 reads as ANSI.
    UnmarkedUtf8,
    /// UTF-16, with or without a byte order mark.
    Utf16,
    /// Neither: some ANSI code page.
    Ansi,
}

/// Decodes a script, and returns its encoding.
pub fn decode(bytes: &[u8]) -> (Cow<'_, str>, Encoding) {
    let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        (Cow::Owned(String::from_utf16_lossy(&units)), Encoding::Utf16)
    };
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => (String::from_utf8_lossy(rest), Encoding::MarkedUtf8),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        // `[Text.Encoding]::Unicode.GetBytes` writes no mark.
        _ if is_unmarked_utf16(bytes) => utf16(bytes, u16::from_le_bytes),
        _ if bytes.is_ascii() => (String::from_utf8_lossy(bytes), Encoding::Ascii),
        // Windows PowerShell 5.1 reads these as ANSI, PowerShell 7 as UTF-8.
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => (Cow::Borrowed(text), Encoding::UnmarkedUtf8),
            Err(_) => (String::from_utf8_lossy(bytes), Encoding::Ansi),
        },
    }
}

fn is_unmarked_utf16(bytes: &[u8]) -> bool {
    // Scripts begin with ASCII words, and in UTF-16 each letter has a zero after it, which no other encoding of a text
    // has. 32 letters are enough.
    let beginning = bytes.get(..64).unwrap_or(bytes);
    beginning.len() > 3 && beginning.chunks_exact(2).all(|pair| pair[0] != 0 && pair[1] == 0)
}

/// Whether Windows PowerShell 5.1 reads the script's letters beyond ASCII as others than those that were written.
pub fn is_misread(bytes: &[u8]) -> bool {
    decode(bytes).1 == Encoding::UnmarkedUtf8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_without_a_mark_are_misread() {
        assert!(is_misread("Write-Host 'ü'".as_bytes()));
        for fine in [
            b"Write-Host 'x'".as_slice(),
            b"\xEF\xBB\xBFWrite-Host '\xC3\xBC'",
            b"\xFF\xFEe\0\xFC\0",
            b"e\0x\0i\0t\0",
            b"Write-Host '\xFC'", // already ANSI
        ] {
            assert!(!is_misread(fine), "{fine:?}");
        }
    }
}
