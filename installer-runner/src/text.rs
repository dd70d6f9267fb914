//! Text that programs wrote: UTF-8, UTF-16, or the code page of this machine's consoles.

use waybill_system::Device;

/// `bytes` as text without a byte order mark, line by line, because a batch file's own lines are in the console's code
/// page while a program that it calls may write UTF-8.
pub(crate) fn decoded(bytes: &[u8], is_wide: bool, device: &dyn Device) -> String {
    if is_wide {
        let units = bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
        let text: String =
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        return text.trim_start_matches('\u{FEFF}').to_owned();
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    bytes.split_inclusive(|byte| *byte == b'\n').map(|line| line_of(line, device)).collect()
}

/// Whether this is UTF-16, little endian, by its byte order mark.
pub(crate) fn is_marked_wide(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xFF, 0xFE])
}

fn line_of(line: &[u8], device: &dyn Device) -> String {
    match std::str::from_utf8(line) {
        Ok(text) => text.to_owned(),
        // A letter that was cut where the output was shortened does not make another code page of the line.
        Err(error)
            if error.error_len().is_none() && error.valid_up_to() + 4 > line.len() && has_letters(line) =>
        {
            String::from_utf8_lossy(line).into_owned()
        }
        Err(_) => device.console_text(line),
    }
}

/// Whether the line has letters beyond ASCII that are whole in UTF-8, so that it is UTF-8 but for its cut end.
fn has_letters(line: &[u8]) -> bool {
    let whole = String::from_utf8_lossy(line);
    whole.chars().any(|letter| !letter.is_ascii() && letter != char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use waybill_system::fake::FakeSystem;

    fn read(bytes: &[u8]) -> String {
        decoded(bytes, is_marked_wide(bytes), &FakeSystem::windows())
    }

    #[test]
    fn each_line_is_read_in_its_own_encoding() {
        for (bytes, text) in [
            (b"plain\r\n".as_slice(), "plain\r\n"),
            ("Größe 日本".as_bytes(), "Größe 日本"),
            (b"\xEF\xBB\xBFmarked", "marked"),
            (b"Zugriff verweigert f\x81r Stra\xE1e\r\n", "Zugriff verweigert für Straße\r\n"),
            (b"f\x81r\nGr\xC3\xB6\xC3\x9Fe\n", "für\nGröße\n"),
            (b"\xFF\xFEf\0\xFC\0r\0", "für"),
            // Cut in the middle of a letter.
            (b"Gr\xC3\xB6\xC3", "Grö\u{FFFD}"),
            (b"", ""),
        ] {
            assert_eq!(read(bytes), text, "{bytes:?}");
        }
    }

    #[test]
    fn without_a_code_page_what_is_no_utf_8_is_replaced() {
        assert_eq!(decoded(b"f\x81r", false, &waybill_system::fake::FakeSystem::unix()), "f\u{FFFD}r");
    }
}
