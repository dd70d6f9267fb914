//! Windows code pages: in which encoding an MSI's texts are.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// The encoding of a code page number; Windows-1252 for 0 ("neutral") and for one that nobody can read.
pub(super) fn encoding_of(code_page: u16) -> &'static Encoding {
    let label = match code_page {
        65001 => return UTF_8,
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 | 951 => "big5".to_owned(),
        10000 => "macintosh".to_owned(),
        20127 => "ascii".to_owned(),
        28592..=28606 => format!("iso-8859-{}", code_page - 28590),
        other => format!("windows-{other}"),
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_pages_have_their_encodings() {
        let decode = |page, bytes: &[u8]| encoding_of(page).decode_without_bom_handling(bytes).0.into_owned();
        assert_eq!(decode(1252, b"caf\xe9"), "café");
        assert_eq!(decode(0, b"caf\xe9"), "café");
        assert_eq!(decode(1251, b"\xcf\xf0\xe8"), "При");
        assert_eq!(decode(932, b"\x93\xfa\x96\x7b"), "日本");
        assert_eq!(decode(65001, "日本".as_bytes()), "日本");
        assert_eq!(decode(28592, b"\xb3"), "ł");
        assert_eq!(decode(12345, b"\xe9"), "é");
    }
}
