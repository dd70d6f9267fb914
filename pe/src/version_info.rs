//! The version resource: `VS_VERSIONINFO`, a tree of blocks, each a length, a value's length, a type, a key, a value
//! and children; everything aligned to four bytes.

/// Longest text that is taken, in UTF-16 units.
const LONGEST: usize = 1024;

/// A version of four numbers, as files carry it.
pub type Version = [u16; 4];

/// What a program says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VersionInfo {
    /// The numeric file version, which rules compare.
    pub file_version: Option<Version>,
    /// The numeric product version.
    pub product_version: Option<Version>,
    /// `ProductVersion` as text.
    pub product_version_text: Option<String>,
    /// `FileVersion` as text.
    pub file_version_text: Option<String>,
    /// `CompanyName`.
    pub company_name: Option<String>,
    /// `ProductName`.
    pub product_name: Option<String>,
    /// `FileDescription`.
    pub file_description: Option<String>,
    /// `OriginalFilename`.
    pub original_filename: Option<String>,
    /// `InternalName`.
    pub internal_name: Option<String>,
    /// `Comments`.
    pub comments: Option<String>,
}

impl VersionInfo {
    /// Reads the resource; `None` where the bytes are not one. What is damaged in it is left out.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (root, _) = Block::read(bytes)?;
        let mut info = Self::default();
        if root.key != "VS_VERSION_INFO" {
            return None;
        }
        info.take_numbers(root.value);
        for table in root.children().filter(|block| block.key == "StringFileInfo") {
            for language in table.children() {
                language.children().for_each(|string| info.take_text(&string));
            }
        }
        Some(info)
    }

    /// VS_FIXEDFILEINFO: a signature, its own version, then file and product version, the high halves first.
    fn take_numbers(&mut self, fixed: &[u8]) {
        let number =
            |at: usize| fixed.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes);
        if number(0) != Some(0xFEEF_04BD) {
            return;
        }
        let version = |at| {
            let (high, low) = (number(at)?, number(at + 4)?);
            Some([high >> 16, high & 0xFFFF, low >> 16, low & 0xFFFF].map(|part| part as u16))
        };
        self.file_version = version(8);
        self.product_version = version(16);
    }

    /// The first language that has a text wins.
    fn take_text(&mut self, string: &Block<'_>) {
        let field = match string.key.as_str() {
            "ProductVersion" => &mut self.product_version_text,
            "FileVersion" => &mut self.file_version_text,
            "CompanyName" => &mut self.company_name,
            "ProductName" => &mut self.product_name,
            "FileDescription" => &mut self.file_description,
            "OriginalFilename" => &mut self.original_filename,
            "InternalName" => &mut self.internal_name,
            "Comments" => &mut self.comments,
            _ => return,
        };
        let text: String =
            text(string.value).chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
        let text = text.trim(); // Inno Setup pads its texts with blanks
        // The first language wins; which one a device shows is not known here.
        if field.is_none() && !text.is_empty() {
            *field = Some(text.to_owned());
        }
    }
}

/// One block; `value` is what the lengths say, cut to the block.
struct Block<'a> {
    key: String,
    value: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Block<'a> {
    /// The block at the start of `bytes`, and what follows it.
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let word =
            |at: usize| bytes.get(at..at + 2).and_then(|two| two.try_into().ok()).map(u16::from_le_bytes);
        let (length, value_length, kind) = (usize::from(word(0)?), usize::from(word(2)?), word(4)?);
        // A block that is shorter than its own head, such as one of length 0,
        // would never lead on to the next.
        let block = bytes.get(..length.min(bytes.len())).filter(|block| block.len() >= 6)?;
        let key = text(block.get(6..)?);
        // The key's final zero belongs to it; a value starts at the next multiple of four.
        let value_at = aligned(6 + 2 * key.encode_utf16().count() + 2);
        let body = block.get(value_at..).unwrap_or_default();
        // Texts are measured in UTF-16 units, though some makers count bytes: then the block's end cuts them.
        let value_length = if kind == 1 { value_length * 2 } else { value_length };
        let value = body.get(..value_length).unwrap_or(body);
        let rest = body.get(aligned(value.len())..).unwrap_or_default();
        let after = bytes.get(aligned(length)..).unwrap_or_default();
        Some((Self { key, value, rest }, after))
    }

    /// Its children, as far as they can be read. Each is at least six bytes of its parent, so this ends.
    fn children(&self) -> impl Iterator<Item = Block<'a>> + use<'a> {
        let mut rest = self.rest;
        std::iter::from_fn(move || {
            let (block, after) = Block::read(rest)?;
            rest = after;
            Some(block)
        })
    }
}

fn aligned(at: usize) -> usize {
    at.next_multiple_of(4)
}

/// UTF-16 up to the first zero.
fn text(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    let units = units.take_while(|unit| *unit != 0).take(LONGEST);
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
