//! Reads scripts as far as lint needs. PowerShell: their encoding, what is code in them, what they call, whether they
//! print, and with which code they exit. Batch files: their commands.

mod batch;
mod calls;
mod outcome;
mod statements;
mod tokens;

pub(super) use batch::batch_commands;
pub(super) use calls::{FUNCTION, Guard, ScriptCall, calls, guarded_lines};
pub(super) use outcome::{ScriptAnswer, script_answer};
pub(super) use tokens::Token;
pub(super) use waybill_intune::script_text::{Encoding, decode};

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
