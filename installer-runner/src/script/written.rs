use std::borrow::Cow;

const UTF8_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];
const UTF16_MARKS: [[u8; 2]; 2] = [[0xFF, 0xFE], [0xFE, 0xFF]];

/// A script as it is written to disk: UTF-8 gets a byte order mark, for Windows PowerShell 5.1 reads UTF-8 without one as
/// ANSI (docs/detection.md). What has a mark, what is no UTF-8, and what is to be signed stays byte for byte.
pub(super) fn as_written(script: &[u8], is_signed: bool) -> Cow<'_, [u8]> {
    let is_marked = script.starts_with(&UTF8_MARK) || UTF16_MARKS.iter().any(|mark| script.starts_with(mark));
    // UTF-16 without a mark is ASCII and zeros, and so passes for UTF-8.
    if is_signed || is_marked || script.contains(&0) || std::str::from_utf8(script).is_err() {
        return Cow::Borrowed(script);
    }
    Cow::Owned([UTF8_MARK.as_slice(), script].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_written_where_none_is() {
        assert_eq!(as_written("Write-Host 'ü'".as_bytes(), false)[..3], UTF8_MARK);
        for kept in [
            b"\xEF\xBB\xBFexit 0".as_slice(),
            b"\xFF\xFEe\0x\0i\0t\0",
            b"\xFE\xFF\0e\0x\0i\0t",
            b"e\0x\0i\0t\0",
            b"Write-Host '\xFC'",
        ] {
            assert_eq!(as_written(kept, false), kept);
        }
        assert_eq!(as_written(b"exit 0", true), b"exit 0".as_slice());
    }
}
