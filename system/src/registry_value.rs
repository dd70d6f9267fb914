//! Reading the bytes of a registry value. Any program may write values, so type and length need not fit; they are read
//! as .NET's RegistryKey does, which Intune's agent uses.

use crate::RegistryValue;

// winnt.h
const REG_SZ: u32 = 1;
const REG_EXPAND_SZ: u32 = 2;
const REG_DWORD: u32 = 4;
const REG_MULTI_SZ: u32 = 7;
const REG_QWORD: u32 = 11;

/// Reads a value of the registry type `kind`. A number that is too short is filled with zeros; one that is too long is
/// read as the next larger type, or as bytes.
pub(crate) fn read(kind: u32, bytes: &[u8]) -> RegistryValue {
    match (kind, bytes.len()) {
        (REG_SZ, _) => RegistryValue::Text(text(bytes)),
        (REG_EXPAND_SZ, _) => RegistryValue::Expandable(text(bytes)),
        (REG_MULTI_SZ, _) => RegistryValue::Texts(texts(bytes)),
        (REG_DWORD, 0..=4) => RegistryValue::Number32(u32::from_le_bytes(filled(bytes))),
        (REG_DWORD | REG_QWORD, 0..=8) => RegistryValue::Number64(u64::from_le_bytes(filled(bytes))),
        _ => RegistryValue::Bytes(bytes.to_vec()),
    }
}

fn filled<const LENGTH: usize>(bytes: &[u8]) -> [u8; LENGTH] {
    std::array::from_fn(|at| bytes.get(at).copied().unwrap_or(0))
}

/// The UTF-16 units of `bytes`; an odd byte at the end becomes a unit whose high byte is 0.
fn units(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks(2).map(|pair| u16::from_le_bytes(filled(pair))).collect()
}

/// The text without one NUL at the end; other NULs belong to the text.
fn text(bytes: &[u8]) -> String {
    let units = units(bytes);
    String::from_utf16_lossy(units.strip_suffix(&[0]).unwrap_or(&units))
}

fn texts(bytes: &[u8]) -> Vec<String> {
    // Each text ends with a NUL, the list with one more. Empty texts in the list are kept, because
    // PendingFileRenameOperations uses them.
    let units = units(bytes);
    let list = units.strip_suffix(&[0]).unwrap_or(&units);
    if list.is_empty() {
        return Vec::new();
    }
    let list = list.strip_suffix(&[0]).unwrap_or(list);
    list.split(|unit| *unit == 0).map(String::from_utf16_lossy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn texts_of(text: &str) -> Vec<String> {
        match read(REG_MULTI_SZ, &wide(text)) {
            RegistryValue::Texts(texts) => texts,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn texts_are_read_with_and_without_their_end() {
        let text = |text: &str| RegistryValue::Text(text.to_owned());
        assert_eq!(read(REG_SZ, &wide("1.2\0")), text("1.2"));
        assert_eq!(read(REG_SZ, &wide("1.2")), text("1.2"));
        assert_eq!(read(REG_SZ, &wide("a\0b\0\0")), text("a\0b\0"));
        assert_eq!(read(REG_SZ, &[]), text(""));
        assert_eq!(read(REG_SZ, &wide("\0")), text(""));
        assert_eq!(read(REG_SZ, &[0x41, 0, 0x42]), text("AB"), "an odd length");
        assert_eq!(read(REG_SZ, &[0x00, 0xD8, 0x41, 0]), text("\u{FFFD}A"), "half a surrogate pair");
        assert_eq!(read(REG_EXPAND_SZ, &wide("%X%\0")), RegistryValue::Expandable("%X%".to_owned()));
    }

    #[test]
    fn lists_keep_empty_texts_and_end_where_they_end() {
        assert_eq!(texts_of("a\0b\0\0"), ["a", "b"]);
        assert_eq!(texts_of("a\0b\0"), ["a", "b"]);
        assert_eq!(texts_of("a\0b"), ["a", "b"]);
        assert_eq!(texts_of("a\0\0b\0\0\0"), ["a", "", "b", ""]);
        assert_eq!(texts_of("\0\0"), [""]);
        assert!(texts_of("\0").is_empty() && texts_of("").is_empty());
    }

    #[test]
    fn numbers_of_any_length_are_read() {
        assert_eq!(read(REG_DWORD, &[1, 2, 3, 4]), RegistryValue::Number32(0x0403_0201));
        assert_eq!(read(REG_DWORD, &[]), RegistryValue::Number32(0));
        assert_eq!(read(REG_DWORD, &[7]), RegistryValue::Number32(7));
        assert_eq!(read(REG_DWORD, &[7, 0, 0, 0, 1]), RegistryValue::Number64(0x1_0000_0007));
        assert_eq!(read(REG_QWORD, &[0xFF; 8]), RegistryValue::Number64(u64::MAX));
        assert_eq!(read(REG_QWORD, &[9]), RegistryValue::Number64(9));
        assert_eq!(read(REG_QWORD, &[0; 9]), RegistryValue::Bytes(vec![0; 9]));
    }

    #[test]
    fn every_other_type_is_bytes() {
        // REG_NONE, REG_BINARY, REG_DWORD_BIG_ENDIAN, REG_LINK, one that no header names
        for kind in [0, 3, 5, 6, 0xFFFF_0012] {
            assert_eq!(read(kind, &[1, 2, 3]), RegistryValue::Bytes(vec![1, 2, 3]), "{kind}");
        }
    }
}
