//! Writes the payload, an inner zip, from front to back.

use super::directory::{Directory, Record, name_len};
use super::{DosTime, WriteError};
use crate::zip::record::{flag, method};
use std::io::Write;

/// How the bytes of an entry are kept in the zip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// The file's bytes as they are.
    Stored,
    /// Raw deflate (RFC 1951).
    Deflated,
}

impl Method {
    pub(super) const fn code(self) -> u16 {
        match self {
            Self::Stored => method::STORED,
            Self::Deflated => method::DEFLATED,
        }
    }
}

/// An entry whose CRC and sizes are known before its first byte is written.
#[derive(Debug, Clone, Copy)]
pub struct KnownEntry<'a> {
    /// The entry's relative name, with `/` between components.
    pub name: &'a str,
    /// When the file was last changed.
    pub modified: DosTime,
    /// How the given data is encoded.
    pub method: Method,
    /// CRC-32 of the file's bytes.
    pub crc: u32,
    /// Size of the file in bytes.
    pub size: u64,
    /// Size of the data in bytes; equal to `size` for [`Method::Stored`].
    pub compressed: u64,
}

/// Writes the payload (the inner zip) from front to back, without seeking.
///
/// An entry has known sizes ([`entry`](Self::entry), or [`begin_known`](Self::begin_known) and data in pieces), or is
/// streamed with a data descriptor after it ([`begin_streamed`](Self::begin_streamed)). Flags, versions, attributes and
/// zip64 are as Microsoft's tool writes them (`docs/package-format.md`, "Two zips and one encrypted file"). Names are
/// not checked: [`ArchivePolicy`](crate::ArchivePolicy) says which ones unpacking accepts.
///
/// ```
/// use intunewin::{DosTime, KnownEntry, Method, PayloadWriter};
///
/// let mut payload = PayloadWriter::new(Vec::new());
/// payload.directory("empty", DosTime::MIN)?;
/// payload.entry(
///     KnownEntry {
///         name: "install.cmd",
///         modified: DosTime::MIN,
///         method: Method::Stored,
///         crc: 0xd432_886a,
///         size: 7,
///         compressed: 7,
///     },
///     b"exit 0\n",
/// )?;
/// let zip = payload.finish()?;
/// assert!(zip.starts_with(b"PK\x03\x04"));
/// # Ok::<(), intunewin::WriteError>(())
/// ```
#[derive(Debug)]
pub struct PayloadWriter<W> {
    out: W,
    position: u64,
    directory: Directory,
    open: Option<OpenEntry>,
    scratch: Vec<u8>,
}

#[derive(Debug)]
struct OpenEntry {
    name: String,
    record: Record,
    written: u64,
}

impl<W: Write> PayloadWriter<W> {
    /// Starts an archive at the beginning of `out`.
    pub fn new(out: W) -> Self {
        Self::with_capacity(out, 0, 0)
    }

    /// As [`PayloadWriter::new`], with memory reserved for `entries` whose names take `name_bytes` together.
    pub fn with_capacity(out: W, entries: usize, name_bytes: usize) -> Self {
        Self {
            out,
            position: 0,
            directory: Directory::with_capacity(entries, name_bytes),
            open: None,
            scratch: Vec::new(),
        }
    }

    /// Bytes that were written so far.
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// Entries that were written so far.
    pub fn entries(&self) -> u64 {
        self.directory.len()
    }

    /// Adds a folder, which is needed only for an empty one. `name` may end in `/`.
    ///
    /// # Errors
    /// A name over 65,535 bytes; an entry that is still open; an error of the writer.
    pub fn directory(&mut self, name: &str, modified: DosTime) -> Result<(), WriteError> {
        let name = format!("{}/", name.trim_end_matches('/'));
        let entry =
            KnownEntry { name: &name, modified, method: Method::Stored, crc: 0, size: 0, compressed: 0 };
        self.entry(entry, b"")
    }

    /// Adds a whole entry; `data` is encoded by its method already.
    ///
    /// # Errors
    /// Those of [`begin_known`](Self::begin_known), [`data`](Self::data) and [`end_known`](Self::end_known).
    pub fn entry(&mut self, entry: KnownEntry<'_>, data: &[u8]) -> Result<(), WriteError> {
        self.begin_known(entry)?;
        self.data(data)?;
        self.end_known()
    }

    /// Opens an entry whose CRC and sizes are known.
    ///
    /// # Errors
    /// A name over 65,535 bytes; an entry that is still open; an error of the writer.
    pub fn begin_known(&mut self, entry: KnownEntry<'_>) -> Result<(), WriteError> {
        self.begin(entry, 0, entry.compressed)
    }

    /// Opens a deflated entry whose CRC and compressed size follow in a data descriptor. `size` decides whether its
    /// fields are 64 bits wide.
    ///
    /// # Errors
    /// A name over 65,535 bytes; an entry that is still open; an error of the writer.
    pub fn begin_streamed(&mut self, name: &str, modified: DosTime, size: u64) -> Result<(), WriteError> {
        // Deflate grows what it cannot shrink by 5 bytes for each stored block and flush.
        let most = size.saturating_add(size / 512).saturating_add(64 * 1024);
        let entry = KnownEntry { name, modified, method: Method::Deflated, crc: 0, size, compressed: 0 };
        self.begin(entry, flag::DESCRIPTOR, most)
    }

    /// Opens an entry whose data may take up to `most` bytes.
    fn begin(&mut self, entry: KnownEntry<'_>, flags: u16, most: u64) -> Result<(), WriteError> {
        if self.open.is_some() {
            return Err(WriteError::Order { call: "an entry is begun", state: "another one is open" });
        }
        let KnownEntry { name, modified, method, crc, size, compressed } = entry;
        let (method, flags, wide) = (method.code(), flag::UTF8 | flags, Record::needs_wide(size, most));
        let record = Record { offset: self.position, compressed, size, crc, modified, method, flags, wide };
        name_len(name.as_bytes())?;
        self.scratch.clear();
        record.write_local(name.as_bytes(), b"", &mut self.scratch)?;
        self.open = Some(OpenEntry { name: name.to_owned(), record, written: 0 });
        self.write_scratch()
    }

    /// Writes data of the open entry, encoded by its method already.
    ///
    /// # Errors
    /// No open entry; an error of the writer.
    pub fn data(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        let open = self.open.as_mut().ok_or(NOTHING_OPEN)?;
        self.out.write_all(bytes)?;
        open.written += bytes.len() as u64;
        self.position += bytes.len() as u64;
        Ok(())
    }

    /// Closes an entry that was opened by [`begin_known`](Self::begin_known).
    ///
    /// # Errors
    /// [`WriteError::EntryLength`] where more or less data came than announced; no such open entry.
    pub fn end_known(&mut self) -> Result<(), WriteError> {
        let OpenEntry { name, record, written } = self.open.take().ok_or(NOTHING_OPEN)?;
        if record.is_streamed() {
            return Err(WriteError::Order { call: "an entry is ended as known", state: "it is streamed" });
        }
        // The header with the announced length is written already, so the package must be given up.
        if written != record.compressed {
            return Err(WriteError::EntryLength { name, expected: record.compressed, actual: written });
        }
        self.directory.push(name.as_bytes(), record)
    }

    /// Closes an entry that was opened by [`begin_streamed`](Self::begin_streamed), with its CRC-32 and size in bytes.
    ///
    /// # Errors
    /// [`WriteError::EntryLength`] where `size` differs from the one announced; no such open entry; an error of the
    /// writer.
    pub fn end_streamed(&mut self, crc: u32, size: u64) -> Result<(), WriteError> {
        let OpenEntry { name, mut record, written } = self.open.take().ok_or(NOTHING_OPEN)?;
        if !record.is_streamed() {
            return Err(WriteError::Order {
                call: "an entry is ended as streamed",
                state: "its sizes are known",
            });
        }
        record.crc = crc;
        record.compressed = written;
        // The width of the sizes was fixed by the local header, and a descriptor of another width would be misread.
        if size != record.size || Record::needs_wide(size, written) && !record.wide {
            return Err(WriteError::EntryLength { name, expected: record.size, actual: size.max(written) });
        }
        self.scratch.clear();
        record.write_descriptor(&mut self.scratch);
        self.write_scratch()?;
        self.directory.push(name.as_bytes(), record)
    }

    fn write_scratch(&mut self) -> Result<(), WriteError> {
        self.out.write_all(&self.scratch)?;
        self.position += self.scratch.len() as u64;
        Ok(())
    }

    /// Writes the central directory and the end records, and returns the writer.
    ///
    /// # Errors
    /// An entry that is still open; an error of the writer.
    pub fn finish(mut self) -> Result<W, WriteError> {
        if self.open.is_some() {
            return Err(WriteError::Order { call: "the archive is finished", state: "an entry is open" });
        }
        self.directory.write_to(self.position, &mut self.out)?;
        Ok(self.out)
    }
}

const NOTHING_OPEN: WriteError =
    WriteError::Order { call: "data or its end comes", state: "no entry is open" };

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Read};

    fn stored<'a>(name: &'a str, data: &[u8]) -> KnownEntry<'a> {
        let size = data.len() as u64;
        let crc = crc32fast::hash(data);
        KnownEntry { name, modified: DosTime::MIN, method: Method::Stored, crc, size, compressed: size }
    }

    fn deflate(data: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        flate2::read::DeflateEncoder::new(data, flate2::Compression::default())
            .read_to_end(&mut out)
            .unwrap();
        out
    }

    /// The entries that the `zip` crate finds: name, contents, and whether it is a folder.
    fn witness(archive: Vec<u8>) -> Vec<(String, Vec<u8>, bool)> {
        let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
        (0..archive.len())
            .map(|at| {
                let mut entry = archive.by_index(at).unwrap();
                let mut data = Vec::new();
                entry.read_to_end(&mut data).unwrap();
                (entry.name().unwrap().into_owned(), data, entry.is_dir())
            })
            .collect()
    }

    #[test]
    fn another_reader_finds_every_kind_of_entry() {
        let text = b"Waybill ".repeat(2000);
        let packed = deflate(&text);
        let mut payload = PayloadWriter::new(Vec::new());
        payload.directory("leer/", DosTime::MIN).unwrap();
        payload.entry(stored("a/null", b""), b"").unwrap();
        let deflated = KnownEntry {
            method: Method::Deflated,
            compressed: packed.len() as u64,
            ..stored("Über/日本.txt", &text)
        };
        payload.entry(deflated, &packed).unwrap();
        payload.begin_streamed("big.bin", DosTime::MAX, text.len() as u64).unwrap();
        for part in packed.chunks(7) {
            payload.data(part).unwrap();
        }
        payload.end_streamed(crc32fast::hash(&text), text.len() as u64).unwrap();
        assert_eq!(payload.entries(), 4);
        let archive = payload.finish().unwrap();
        let expected = [
            ("leer/".to_owned(), vec![], true),
            ("a/null".to_owned(), vec![], false),
            ("Über/日本.txt".to_owned(), text.clone(), false),
            ("big.bin".to_owned(), text, false),
        ];
        assert_eq!(witness(archive), expected);
    }

    #[test]
    fn over_65535_entries_another_reader_counts_them_all() {
        let mut payload = PayloadWriter::with_capacity(Vec::new(), 66_000, 66_000 * 8);
        for at in 0..66_000 {
            payload.entry(stored(&format!("{at:08}"), b""), b"").unwrap();
        }
        let archive = zip::ZipArchive::new(Cursor::new(payload.finish().unwrap())).unwrap();
        assert_eq!(archive.len(), 66_000);
        assert_eq!(archive.name_for_index(65_999).unwrap().unwrap(), "00065999");
    }

    #[test]
    fn lengths_that_differ_from_those_announced_are_refused() {
        let mut payload = PayloadWriter::new(Vec::new());
        let short = payload.entry(stored("a", b"12"), b"1").unwrap_err();
        assert_eq!(short.to_string(), "a: announced as 2 bytes, written as 1");
        payload.begin_streamed("b", DosTime::MIN, 10).unwrap();
        assert!(matches!(
            payload.end_streamed(0, 11),
            Err(WriteError::EntryLength { expected: 10, actual: 11, .. })
        ));
    }

    #[test]
    fn calls_out_of_order_are_refused() {
        let mut payload = PayloadWriter::new(Vec::new());
        assert!(matches!(payload.data(b"1"), Err(WriteError::Order { .. })));
        assert!(matches!(payload.end_known(), Err(WriteError::Order { .. })));
        payload.begin_known(stored("a", b"1")).unwrap();
        assert!(matches!(payload.directory("b", DosTime::MIN), Err(WriteError::Order { .. })));
        assert!(matches!(payload.end_streamed(0, 1), Err(WriteError::Order { .. })));
        payload.begin_streamed("c", DosTime::MIN, 0).unwrap();
        assert!(matches!(payload.finish(), Err(WriteError::Order { .. })));
    }

    #[test]
    fn names_past_the_formats_end_are_refused() {
        let mut payload = PayloadWriter::new(Vec::new());
        let long = "a/".repeat(32_768);
        assert!(matches!(
            payload.begin_known(stored(&long, b"")),
            Err(WriteError::NameTooLong { length: 65_536 })
        ));
        payload.entry(stored("fine", b""), b"").unwrap();
    }

    /// Counts all bytes and keeps only the first and last of them, so that 5 GiB take no memory.
    #[derive(Default)]
    struct Ends {
        first: Vec<u8>,
        last: Vec<u8>,
        len: u64,
    }

    impl Write for Ends {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.len += bytes.len() as u64;
            if self.first.len() < 100 {
                self.first.extend(&bytes[..bytes.len().min(100)]);
            }
            self.last.extend(&bytes[bytes.len().saturating_sub(512)..]);
            let keep = self.last.len().saturating_sub(512);
            self.last.drain(..keep);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn past_4_gib_sizes_and_offsets_go_wide_and_small_entries_stay_narrow() {
        const SIZE: u64 = 5 << 30;
        let mut payload = PayloadWriter::new(Ends::default());
        let wide = KnownEntry { size: SIZE, compressed: SIZE, ..stored("wide", b"") };
        payload.begin_known(wide).unwrap();
        let block = vec![0; 16 << 20];
        for _ in 0..SIZE / block.len() as u64 {
            payload.data(&block).unwrap();
        }
        payload.end_known().unwrap();
        payload.entry(stored("far", b""), b"").unwrap();
        let position = payload.position();
        let ends = payload.finish().unwrap();
        assert_eq!(position, SIZE + (30 + 4 + 20) + (30 + 3));
        assert_eq!((ends.first[4], &ends.first[18..26]), (45, &[0xff; 8][..]));
        let directory = (46 + 4 + 20) + (46 + 3 + 12);
        assert_eq!(ends.len, position + directory + 56 + 20 + 22);
        assert_eq!(
            ends.last[ends.last.len() - 4 - 2..],
            [0xff, 0xff, 0xff, 0xff, 0, 0],
            "offset of the directory"
        );
    }
}
