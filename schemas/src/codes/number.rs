//! 32-bit codes: the rows of the tables of numbers, and the ways in which people write one.

/// One number with its meaning in one table.
#[derive(Debug, PartialEq, Eq)]
pub struct NumberCode {
    /// The number: an HRESULT as its unsigned 32 bits, anything else as it is written.
    pub value: i64,
    /// A short name; Microsoft's own where it has one.
    pub name: &'static str,
    /// What it means, one sentence.
    pub meaning: &'static str,
    /// Usual causes, most likely first; none where nothing went wrong.
    pub causes: &'static [&'static str],
    /// What to do next.
    pub hint: &'static str,
}

impl NumberCode {
    /// The number's 32 bits, as a process ends with them.
    pub const fn bits(&self) -> u32 {
        (self.value & 0xFFFF_FFFF) as u32
    }
}

/// Every 32 bits that `text` may stand for: `0x…`, decimal signed or unsigned, eight hexadecimal digits.
pub(super) fn candidates(text: &str) -> Vec<u32> {
    let mut bits = Vec::new();
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        bits.extend(hex_digits(hex).then(|| u32::from_str_radix(hex, 16).ok()).flatten());
        return bits;
    }
    // A minus sign as word processors and web pages write it.
    let decimal = text.replacen(['\u{2212}', '\u{2013}'], "-", 1);
    bits.extend(decimal.parse::<i64>().ok().and_then(bits_of));
    if text.len() == 8 && hex_digits(text) {
        bits.extend(u32::from_str_radix(text, 16).ok());
    }
    bits
}

fn bits_of(number: i64) -> Option<u32> {
    u32::try_from(number).ok().or_else(|| i32::try_from(number).ok().map(i32::cast_unsigned))
}

fn hex_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether `text` is the end of a code of Intune's own facility: `1041C` for 0x87D1041C.
pub(super) fn is_short_form(text: &str, bits: u32) -> bool {
    let is_intunes = bits >> 20 == 0x87D;
    let written = format!("{bits:08X}");
    is_intunes && (5..=7).contains(&text.len()) && written.ends_with(&text.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_number_is_read() {
        for text in
            ["0x87D1041C", "0X87d1041c", "-2016345060", "\u{2212}2016345060", "2278622236", "87D1041C"]
        {
            assert_eq!(candidates(text), [0x87D1_041C], "{text}");
        }
        assert_eq!(candidates("80070005"), [80_070_005, 0x8007_0005]);
        assert_eq!(candidates("1603"), [1603]);
    }

    #[test]
    fn what_is_no_number_gives_none() {
        for text in ["", "0x", "0x+5", "0x123456789", "4294967296", "-2147483649", "mac-mismatch", "§"] {
            assert_eq!(candidates(text), [0; 0], "{text}");
        }
    }

    #[test]
    fn short_forms_end_a_code_of_intunes_own() {
        assert!(is_short_form("1041c", 0x87D1_041C) && is_short_form("D1041C", 0x87D1_041C));
        assert!(!is_short_form("041C", 0x87D1_041C), "too short to mean anything");
        assert!(!is_short_form("70005", 0x8007_0005), "the system's facility");
    }
}
