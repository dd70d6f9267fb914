//! The code pages by which other readers read names without the flag for UTF-8.

/// A code page of one byte for a character, whose lower half is ASCII.
pub(crate) struct CodePage {
    /// The number that Windows gives it.
    pub(crate) number: u16,
    /// The characters of the bytes from 0x80 on; beyond the last one, a byte is the character of its own number.
    upper: &'static str,
}

/// The code page of the ZIP specification (APPNOTE, D.1), which 7-Zip, unzip and Python take, and that of Western Windows,
/// which .NET Framework takes there.
pub(crate) const CODE_PAGES: [CodePage; 2] = [
    CodePage {
        number: 437,
        upper: "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
                αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
    },
    CodePage {
        number: 1252, upper: "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ"
    },
];

impl CodePage {
    /// The characters of a name's bytes.
    pub(crate) fn read(&self, name: &[u8]) -> String {
        let upper: Vec<char> = self.upper.chars().collect();
        let character = |byte: &u8| {
            let at = byte.checked_sub(0x80);
            at.and_then(|at| upper.get(usize::from(at)).copied()).unwrap_or(char::from(*byte))
        };
        name.iter().map(character).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_has_its_character() {
        let [dos, western] = &CODE_PAGES;
        assert_eq!((dos.upper.chars().count(), western.upper.chars().count()), (128, 32));
        assert_eq!(dos.read(b"caf\x82\xc3\xa9\xe1\xff"), "café├⌐ß\u{a0}");
        assert_eq!(western.read(b"caf\xe9\x80\xc3\xa9\x9f\xff"), "café€Ã©Ÿÿ");
    }
}
