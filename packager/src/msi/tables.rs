//! Reads tables, which are stored column by column with cells of two, three or four bytes, described by `_Columns`.

use super::MsiError;
use super::container::{Container, table_stream};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::io::{Read, Seek};
use std::ops::Range;

/// The most bytes of `_StringPool`: four for each of half a million texts.
const MAX_POOL: u64 = 2 * 1024 * 1024;
/// The most bytes of `_StringData`, which holds the texts.
const MAX_TEXT: u64 = 32 * 1024 * 1024;
/// The most bytes of any other table: some 800,000 registry rows.
const MAX_TABLE: u64 = 16 * 1024 * 1024;
/// The most columns of a table; the format has a bit for each of 31.
const MAX_COLUMNS: usize = 32;

/// The bits of a column's type in `_Columns`.
const SIZE: u16 = 0x00FF;
const VALID: u16 = 0x0100;
const TEXT: u16 = 0x0800;
const NULLABLE: u16 = 0x1000;

/// A database. Its texts and its description of columns are read at once, its tables when they are needed.
pub(super) struct Database<R> {
    container: Container<R>,
    strings: StringPool,
    columns: Vec<u8>,
}

/// Where the cells of a column are in its table.
struct Column {
    /// Bytes of the columns before it, in one row.
    before: usize,
    width: usize,
    /// Bytes of a whole row.
    row: usize,
}

/// The cells of one column as unsigned numbers; 0 is an empty cell.
pub(super) struct Cells {
    bytes: Vec<u8>,
    width: usize,
}

impl Cells {
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        let number = |cell: &[u8]| cell.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte));
        self.bytes.chunks_exact(self.width).map(number)
    }

    /// The cells as signed 16-bit numbers, which are stored with the top bit inverted. Empty cells are left out.
    pub(super) fn shorts(&self) -> impl Iterator<Item = i32> {
        self.iter().filter(|cell| *cell != 0).map(|cell| cell as i32 - 0x8000)
    }
}

impl<R: Read + Seek> Database<R> {
    pub(super) fn new(mut container: Container<R>) -> Result<Self, MsiError> {
        let pool = container.stream(&table_stream("_StringPool"), "string pool in bytes", MAX_POOL)?;
        let text = container.stream(&table_stream("_StringData"), "strings in bytes", MAX_TEXT)?;
        let strings = StringPool::new(&pool, text)?;
        let columns = container.stream(&table_stream("_Columns"), "table _Columns in bytes", MAX_TABLE)?;
        Ok(Self { container, strings, columns })
    }

    pub(super) fn strings(&self) -> &StringPool {
        &self.strings
    }

    /// The cells of a column; empty where the table or the column does not exist.
    pub(super) fn column(&mut self, table: &'static str, name: &str) -> Result<Cells, MsiError> {
        let none = Cells { bytes: Vec::new(), width: 1 };
        let Some(column) = self.find(table, name)? else { return Ok(none) };
        let mut bytes = self.container.stream(&table_stream(table), table, MAX_TABLE)?;
        let rows = bytes.len() / column.row;
        let start = rows * column.before;
        let cells = bytes.get(start..start + rows * column.width).ok_or(MsiError::Damaged { what: table })?;
        let length = cells.len();
        // In place, because a copy of 16 MiB would double what a table takes.
        bytes.copy_within(start..start + length, 0);
        bytes.truncate(length);
        Ok(Cells { bytes, width: column.width })
    }

    /// Looks a column up in `_Columns`, whose own columns are table, number, name and type.
    fn find(&self, table: &'static str, name: &str) -> Result<Option<Column>, MsiError> {
        let mut widths = [0_usize; MAX_COLUMNS];
        let mut found = None;
        for (of, number, column, kind) in self.described() {
            if self.strings.bytes(of) != table.as_bytes() {
                continue;
            }
            // Columns are numbered from 1; 0 becomes an index that is out of range.
            let index = usize::from(number).wrapping_sub(1);
            let width = widths.get_mut(index).ok_or(MsiError::Damaged { what: table })?;
            *width = self.width(kind).ok_or(MsiError::Damaged { what: table })?;
            if self.strings.bytes(column) == name.as_bytes() {
                found = Some(index);
            }
        }
        let Some(index) = found else { return Ok(None) };
        let described = widths.iter().rposition(|width| *width > 0).map_or(0, |last| last + 1);
        // A gap would move every column after it.
        if widths.iter().take(described).any(|width| *width == 0) {
            return Err(MsiError::Damaged { what: table });
        }
        let (before, width) =
            (widths.iter().take(index).sum(), widths.get(index).copied().unwrap_or_default());
        Ok(Some(Column { before, width, row: widths.iter().sum() }))
    }

    /// The rows of `_Columns`: table, number, name and type.
    fn described(&self) -> impl Iterator<Item = (u32, u16, u32, u16)> {
        let reference = self.strings.reference_width();
        let rows = self.columns.len() / (2 * reference + 4);
        let number = move |start: usize, width: usize, row: usize| -> u32 {
            let cell = self.columns.get(start + row * width..start + (row + 1) * width).unwrap_or_default();
            cell.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
        };
        // Short numbers are stored with the top bit inverted.
        let short = move |start: usize, row: usize| (number(start, 2, row) ^ 0x8000) as u16;
        let (numbers, names) = (rows * reference, rows * (reference + 2));
        let kinds = rows * (2 * reference + 2);
        (0..rows).map(move |row| {
            (number(0, reference, row), short(numbers, row), number(names, reference, row), short(kinds, row))
        })
    }

    /// Bytes of a cell: texts and numbers. A binary's cell only says that its stream exists.
    fn width(&self, kind: u16) -> Option<usize> {
        match kind & SIZE {
            _ if kind & !NULLABLE == TEXT | VALID => Some(2),
            _ if kind & TEXT != 0 => Some(self.strings.reference_width()),
            0..=2 => Some(2),
            4 => Some(4),
            _ => None,
        }
    }
}

/// The longest text that is decoded, in bytes; names and versions are far shorter.
const LONGEST_TEXT: usize = 4096;

const DAMAGED: MsiError = MsiError::Damaged { what: "string pool" };

/// The texts of a database, in its code page. A reference is an index that starts at 1.
pub(super) struct StringPool {
    encoding: &'static Encoding,
    reference_width: usize,
    ends: Vec<u32>,
    text: Vec<u8>,
}

impl StringPool {
    /// Reads the streams `_StringPool` and `_StringData`.
    ///
    /// The pool begins with the code page, whose top bit says that references are long. Each text has a 16-bit length
    /// and a 16-bit reference count; a length of 0 with references means that the length follows in 32 bits.
    pub(super) fn new(pool: &[u8], text: Vec<u8>) -> Result<Self, MsiError> {
        let halves = |&[a, b, c, d]: &[u8; 4]| (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
        let mut numbers = pool.as_chunks().0.iter().map(halves);
        let (code_page, top) = numbers.next().ok_or(DAMAGED)?;
        let mut ends = Vec::with_capacity(pool.len() / 4);
        let mut end = 0_u32;
        while let Some((length, references)) = numbers.next() {
            let length = match (length, references) {
                (0, 1..) => numbers.next().map(|(low, high)| u32::from(high) << 16 | u32::from(low)),
                _ => Some(u32::from(length)),
            };
            end = end.checked_add(length.ok_or(DAMAGED)?).ok_or(DAMAGED)?;
            ends.push(end);
        }
        // Less text than the lengths add up to is an error; more is ignored, as in Windows.
        if end as usize > text.len() {
            return Err(DAMAGED);
        }
        let reference_width = if top & 0x8000 == 0 { 2 } else { 3 };
        Ok(Self { encoding: encoding_of(code_page), reference_width, ends, text })
    }

    /// Bytes of a reference in a table: 2, or 3 in large databases.
    pub(super) fn reference_width(&self) -> usize {
        self.reference_width
    }

    /// The bytes of a text; empty for 0 and for a reference to no text.
    pub(super) fn bytes(&self, reference: u32) -> &[u8] {
        let range = || -> Option<Range<usize>> {
            let index = (reference as usize).checked_sub(1)?;
            let start = index.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
            Some(start as usize..*self.ends.get(index)? as usize)
        };
        range().and_then(|range| self.text.get(range)).unwrap_or_default()
    }

    /// The text, decoded: its first 4,096 bytes at most.
    pub(super) fn text(&self, reference: u32) -> String {
        let bytes = self.bytes(reference);
        let bytes = bytes.get(..LONGEST_TEXT).unwrap_or(bytes);
        self.encoding.decode_without_bom_handling(bytes).0.into_owned()
    }
}

/// The encoding of a code page; Windows-1252 for 0 ("neutral") and for one that `encoding_rs` does not know.
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

    fn texts(pool: &[u8], text: &[u8]) -> Option<(usize, Vec<String>)> {
        let pool = StringPool::new(pool, text.to_vec()).ok()?;
        Some((pool.reference_width(), (0..5).map(|reference| pool.text(reference)).collect()))
    }

    #[test]
    fn texts_are_found_by_reference() {
        let pool = b"\xe4\x04\x00\x00\x03\x00\x02\x00\x00\x00\x00\x00\x04\x00\x07\x00";
        let (width, found) = texts(pool, b"caf\xe9xyz").unwrap();
        assert_eq!((width, found), (2, ["", "caf", "", "\u{e9}xyz", ""].map(String::from).to_vec()));
        assert!(texts(pool, b"caf\xe9xy").is_none());
        assert!(texts(b"\xe4\x04", b"").is_none());
    }

    #[test]
    fn a_text_over_64_kib_has_its_length_apart() {
        let pool = b"\xe9\xfd\x00\x80\x00\x00\x01\x00\x70\x11\x01\x00\x02\x00\x01\x00";
        let mut text = vec![b'a'; 0x11170];
        text.extend_from_slice(b"zz");
        let (width, found) = texts(pool, &text).unwrap();
        assert_eq!((width, found[1].len(), found[2].as_str()), (3, 4096, "zz"));
        assert!(texts(&pool[..8], &text).is_none());
        assert!(texts(pool, &text[1..]).is_none());
    }

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
