//! Reads scripts as far as lint needs. PowerShell: their encoding, what is code in them, what they call, whether they
//! print, and with which code they exit. Batch files: their commands.

mod batch;
mod calls;
mod outcome;
mod statements;
mod tokens;

pub(super) use batch::batch_commands;
pub(super) use calls::{ScriptCall, calls};
pub(super) use outcome::{ScriptAnswer, script_answer};
pub(super) use tokens::Token;

use std::borrow::Cow;

/// The encoding of a script, by its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
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
pub(super) fn decode(bytes: &[u8]) -> (Cow<'_, str>, Encoding) {
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

/// Whether the script has a signature block.
pub(super) fn is_signed(text: &str) -> bool {
    text.contains("# SIG # Begin signature block")
}

/// The lines of a script without comments but with strings, each with its number from 1.
pub(super) fn code_lines(text: &str) -> Vec<(u32, String)> {
    let mut lines = vec![String::new()];
    for piece in tokens::pieces(text) {
        // Strings stay, because the paths and keys that rules look for are mostly in strings. The line ends of a
        // comment stay, so that a finding names the line that an editor shows.
        let (shown, source) = match piece {
            tokens::Piece::Comment(source) => ("", source),
            tokens::Piece::Code(source) | tokens::Piece::Text(source) => (source, source),
        };
        let mut parts = source.split('\n');
        let mut shown_parts = shown.split('\n');
        if let (Some(_), Some(last)) = (parts.next(), lines.last_mut()) {
            last.push_str(shown_parts.next().unwrap_or_default());
        }
        lines.extend(parts.map(|_| shown_parts.next().unwrap_or_default().to_owned()));
    }
    let numbered = lines.into_iter().zip(1..).map(|(line, number)| (number, line.trim().to_owned()));
    numbered.filter(|(_, line)| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        assert_eq!(decode(b"exit 0").1, Encoding::Ascii);
        assert_eq!(decode("\u{FEFF}'ü'".as_bytes()), ("'ü'".into(), Encoding::MarkedUtf8));
        assert_eq!(decode("'ü'".as_bytes()).1, Encoding::UnmarkedUtf8);
        assert_eq!(decode(b"'\xFC'").1, Encoding::Ansi);
        let utf16: Vec<u8> = "\u{FEFF}exit".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&utf16), ("exit".into(), Encoding::Utf16));
        assert_eq!(decode(&utf16[2..]), ("exit".into(), Encoding::Utf16));
    }

    #[test]
    fn comments_are_taken_out_and_lines_keep_their_numbers() {
        let text =
            "# HKLM:\\SOFTWARE\r\n<# System32\n System32 #>\n'# no comment' # but this\nGet-Item `\n a#b";
        let lines = code_lines(text);
        let expected = [(4, "'# no comment'"), (5, "Get-Item `"), (6, "a#b")];
        assert_eq!(lines, expected.map(|(number, line)| (number, line.to_owned())));
    }
}
