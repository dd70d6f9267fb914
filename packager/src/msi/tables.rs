//! Tables: stored column by column, cells of two, three or four bytes, described by the table `_Columns`.

use super::MsiError;
use super::container::{Container, table_stream};
use super::string_pool::StringPool;
use std::io::{Read, Seek};

/// `_StringPool`: four bytes for each of half a million texts.
const MAX_POOL: u64 = 2 * 1024 * 1024;
/// `_StringData`: the texts.
const MAX_TEXT: u64 = 32 * 1024 * 1024;
/// Any one table: some 800,000 registry rows.
const MAX_TABLE: u64 = 16 * 1024 * 1024;
/// Columns of a table: the format has a bit for each of 31.
const MAX_COLUMNS: usize = 32;

/// A type's bits in `_Columns`.
const SIZE: u16 = 0x00FF;
const VALID: u16 = 0x0100;
const TEXT: u16 = 0x0800;
const NULLABLE: u16 = 0x1000;

/// A database: its strings and its description of columns, both read once; tables are read when asked for.
pub(super) struct Database<R> {
    container: Container<R>,
    strings: StringPool,
    columns: Vec<u8>,
}

/// Where a column's cells are in its table.
struct Column {
    /// Bytes of the columns before it in one row.
    before: usize,
    width: usize,
    /// Bytes of a whole row.
    row: usize,
}

/// The cells of one column, as unsigned numbers; 0 is empty.
pub(super) struct Cells {
    bytes: Vec<u8>,
    width: usize,
}

impl Cells {
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        let number = |cell: &[u8]| cell.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte));
        self.bytes.chunks_exact(self.width).map(number)
    }

    /// Signed 16-bit numbers, stored with the top bit turned over; empty cells are left out.
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

    /// One column's cells; none where the table or the column is not there.
    pub(super) fn column(&mut self, table: &'static str, name: &str) -> Result<Cells, MsiError> {
        let none = Cells { bytes: Vec::new(), width: 1 };
        let Some(column) = self.find(table, name)? else { return Ok(none) };
        let mut bytes = self.container.stream(&table_stream(table), table, MAX_TABLE)?;
        let rows = bytes.len() / column.row;
        let start = rows * column.before;
        let cells = bytes.get(start..start + rows * column.width).ok_or(MsiError::Damaged { what: table })?;
        let length = cells.len();
        bytes.copy_within(start..start + length, 0);
        bytes.truncate(length);
        Ok(Cells { bytes, width: column.width })
    }

    /// Looks a column up in `_Columns`: table, number, name, type.
    fn find(&self, table: &'static str, name: &str) -> Result<Option<Column>, MsiError> {
        let mut widths = [0_usize; MAX_COLUMNS];
        let mut found = None;
        for (of, number, column, kind) in self.described() {
            if self.strings.bytes(of) != table.as_bytes() {
                continue;
            }
            let index = usize::from(number).wrapping_sub(1);
            let width = widths.get_mut(index).ok_or(MsiError::Damaged { what: table })?;
            *width = self.width(kind).ok_or(MsiError::Damaged { what: table })?;
            if self.strings.bytes(column) == name.as_bytes() {
                found = Some(index);
            }
        }
        let Some(index) = found else { return Ok(None) };
        let described = widths.iter().rposition(|width| *width > 0).map_or(0, |last| last + 1);
        if widths.iter().take(described).any(|width| *width == 0) {
            return Err(MsiError::Damaged { what: table });
        }
        let (before, width) =
            (widths.iter().take(index).sum(), widths.get(index).copied().unwrap_or_default());
        Ok(Some(Column { before, width, row: widths.iter().sum() }))
    }

    /// The rows of `_Columns`.
    fn described(&self) -> impl Iterator<Item = (u32, u16, u32, u16)> {
        let reference = self.strings.reference_width();
        let rows = self.columns.len() / (2 * reference + 4);
        let number = move |start: usize, width: usize, row: usize| -> u32 {
            let cell = self.columns.get(start + row * width..start + (row + 1) * width).unwrap_or_default();
            cell.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
        };
        let short = move |start: usize, row: usize| (number(start, 2, row) ^ 0x8000) as u16;
        let (numbers, names) = (rows * reference, rows * (reference + 2));
        let kinds = rows * (2 * reference + 2);
        (0..rows).map(move |row| {
            (number(0, reference, row), short(numbers, row), number(names, reference, row), short(kinds, row))
        })
    }

    /// Bytes of a cell: texts and numbers; a binary's cell only says that its stream is there.
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
