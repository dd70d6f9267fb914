//! Opens a compound file and reads its streams, both within limits.

use super::MsiError;
use cfb::CompoundFile;
use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

/// The first bytes of every compound file.
const MAGIC: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// The most sectors of a container: 2.2 GiB in 512-byte sectors, 18 GiB in 4 KiB sectors. Its allocation table, which
/// is in memory while it is open, has one entry per sector. `cfb` refuses chains with loops.
const MAX_SECTORS: u64 = 4_500_000;
/// The most bytes read to open a container besides its allocation table, mostly its directory.
const OPENING: u64 = 24 * 1024 * 1024;
/// The most bytes read from an open container: more than the limits of all streams together.
const READING: u64 = 192 * 1024 * 1024;

/// The kind of a compound file, by the class of its root storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContainerKind {
    /// An installation database or merge module (.msi, .msm).
    Installer,
    /// A patch of an installed product (.msp).
    Patch,
    /// A transform, which changes a database (.mst).
    Transform,
    /// Any other compound file, such as an old Office document.
    Other,
}

impl std::fmt::Display for ContainerKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Installer => "an installation database",
            Self::Patch => "a patch",
            Self::Transform => "a transform",
            Self::Other => "no Windows Installer file",
        })
    }
}

/// An open compound file that is within the limits.
pub(super) struct Container<R> {
    file: CompoundFile<Budgeted<R>>,
}

impl<R: Read + Seek> Container<R> {
    /// Opens a compound file; `None` where the bytes are not one.
    pub(super) fn open(mut reader: R) -> Result<Option<Self>, MsiError> {
        let Some(sectors) = count_sectors(&mut reader)? else { return Ok(None) };
        // Opening reads the allocation table and the directory. The budget limits both, whatever lengths they declare.
        let budget = Rc::new(Cell::new(sectors * 4 + OPENING));
        let reader = Budgeted { inner: reader, budget: Rc::clone(&budget) };
        let file = CompoundFile::open(reader).map_err(MsiError::Read)?;
        budget.set(READING);
        Ok(Some(Self { file }))
    }

    /// The kind by the class `000C108x-0000-0000-C000-000000000046`, where x is 4, 6 or 2.
    pub(super) fn kind(&self) -> ContainerKind {
        match self.file.root_entry().clsid().as_u128() {
            0x000C_1084_0000_0000_C000_0000_0000_0046 => ContainerKind::Installer,
            0x000C_1086_0000_0000_C000_0000_0000_0046 => ContainerKind::Patch,
            0x000C_1082_0000_0000_C000_0000_0000_0046 => ContainerKind::Transform,
            _ => ContainerKind::Other,
        }
    }

    /// The bytes of a stream; empty where there is no such stream.
    ///
    /// The declared length is compared with the limit before anything is allocated.
    pub(super) fn stream(&mut self, name: &str, what: &'static str, limit: u64) -> Result<Vec<u8>, MsiError> {
        if !self.file.is_stream(name) {
            return Ok(Vec::new());
        }
        let stream = self.file.open_stream(name).map_err(MsiError::Read)?;
        let length = stream.len();
        if length > limit {
            return Err(MsiError::Limit { what, actual: length, limit });
        }
        let mut bytes = Vec::new();
        // The declared length was within the limit, and is not trusted here.
        stream.take(limit).read_to_end(&mut bytes).map_err(MsiError::Read)?;
        if bytes.len() as u64 == length { Ok(bytes) } else { Err(MsiError::Damaged { what }) }
    }
}

/// The number of sectors; `None` where the file is not a compound file.
fn count_sectors<R: Read + Seek>(reader: &mut R) -> Result<Option<u64>, MsiError> {
    let length = reader.seek(SeekFrom::End(0)).map_err(MsiError::Read)?;
    reader.rewind().map_err(MsiError::Read)?;
    let mut header = [0; 32];
    match reader.read_exact(&mut header) {
        // A file that is shorter than the header is another kind of file. Only a failure of the disk is an error.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(MsiError::Read(error)),
        Ok(()) if !header.starts_with(&MAGIC) => return Ok(None),
        Ok(()) => {}
    }
    // Offset 30 has the sector size as a power of two: 512 or 4096. A damaged field counts as the smaller size, which
    // gives more sectors, so the limit can only become stricter.
    let sectors = length >> if header[30] == 12 { 12 } else { 9 };
    if sectors > MAX_SECTORS {
        return Err(MsiError::Limit { what: "container in sectors", actual: sectors, limit: MAX_SECTORS });
    }
    Ok(Some(sectors))
}

/// The stream of a table. Names are compressed: two of 64 characters in one code unit from U+3800 on.
pub(super) fn table_stream(table: &str) -> String {
    let digits: Vec<u32> = table.bytes().map(digit).collect();
    let units = digits.chunks(2).map(|pair| match pair {
        [low, high] => 0x3800 + (high << 6) + low,
        rest => 0x4800 + rest.iter().sum::<u32>(),
    });
    ['\u{4840}'].into_iter().chain(units.filter_map(char::from_u32)).collect()
}

fn digit(byte: u8) -> u32 {
    match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        b'a'..=b'z' => u32::from(byte - b'a') + 36,
        b'.' => 62,
        _ => 63, // the underscore: table names have no other characters
    }
}

/// A reader that fails once more bytes were read than its budget has.
struct Budgeted<R> {
    inner: R,
    /// The bytes that may still be read. Shared, so that it can be raised while `cfb` holds the reader.
    budget: Rc<Cell<u64>>,
}

impl<R: Read> Read for Budgeted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Counted after the read, because it is not known before how many bytes there are. One read can pass the budget
        // only by the size of the caller's buffer.
        let count = self.inner.read(buffer)?;
        let left = self.budget.get().checked_sub(count as u64);
        let exhausted = || io::Error::other("more had to be read than an MSI of this size takes");
        self.budget.set(left.ok_or_else(exhausted)?);
        Ok(count)
    }
}

impl<R: Seek> Seek for Budgeted<R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.inner.seek(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_found_under_their_squeezed_names() {
        assert_eq!(table_stream("_Columns"), "\u{4840}\u{3b3f}\u{43f2}\u{4438}\u{45b1}");
        assert_eq!(table_stream("_Tables"), "\u{4840}\u{3f7f}\u{4164}\u{422f}\u{4836}");
    }

    #[test]
    fn reading_again_counts_again_until_more_is_granted() {
        let budget = Rc::new(Cell::new(15));
        let mut reader = Budgeted { inner: io::Cursor::new([0_u8; 10]), budget: Rc::clone(&budget) };
        let mut buffer = [0; 10];
        reader.read_exact(&mut buffer).unwrap();
        reader.rewind().unwrap();
        assert!(reader.read_exact(&mut buffer).unwrap_err().to_string().contains("more had to be read"));
        budget.set(10);
        reader.rewind().unwrap();
        reader.read_exact(&mut buffer).unwrap();
    }
}
