//! Sources of bytes: anything that can be read at an offset, with no shared position.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Random access to a fixed number of bytes. Reads move no shared position, so several threads may read at once.
pub trait Source: Send + Sync {
    /// The length in bytes, which never changes.
    fn len(&self) -> u64;

    /// Reads up to `buffer.len()` bytes at `offset`; 0 only at the end or for an empty buffer.
    ///
    /// # Errors
    /// Those of the medium.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Whether the source has no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads exactly `buffer.len()` bytes at `offset`.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] where the source ends before; those of [`Source::read_at`].
    fn read_exact_at(&self, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
        while !buffer.is_empty() {
            match self.read_at(buffer, offset) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => {
                    buffer = &mut buffer[read..];
                    offset += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// A source that several stages hold at once.
pub(crate) type SharedSource = Arc<dyn Source>;

/// An open file as a source. Its length is read once, when it is opened.
#[derive(Debug)]
pub struct FileSource {
    file: File,
    len: u64,
}

impl FileSource {
    /// Opens `path` for reading.
    ///
    /// # Errors
    /// The system's error, with the path; anything but a regular file is refused.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        waybill_schemas::open_regular(path)
            .and_then(Self::from_file)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
    }

    /// Makes a source of a file that is open already.
    ///
    /// # Errors
    /// A length that cannot be read; anything but a regular file.
    pub fn from_file(file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        // A pipe or device has no length, and Unix refuses to read a directory only later, with an error that helps
        // nobody.
        waybill_schemas::refuse_others(metadata.file_type())?;
        Ok(Self { len: metadata.len(), file })
    }
}

impl Source for FileSource {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        positioned::read_at(&self.file, buffer, offset)
    }
}

impl Source for Vec<u8> {
    fn len(&self) -> u64 {
        self.as_slice().len() as u64
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        // An offset past the end returns no bytes, as it does for a file.
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.as_slice().len());
        let rest = &self[start..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

/// Reading and writing at an offset. On Windows each call also moves the position that duplicates of a handle share, so
/// code that reads or writes a file this way must not rely on its position.
pub(crate) mod positioned {
    use std::fs::File;
    use std::io;
    #[cfg(unix)]
    use std::os::unix::fs::FileExt;
    #[cfg(windows)]
    use std::os::windows::fs::FileExt;

    #[cfg(unix)]
    pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        file.read_at(buffer, offset)
    }

    #[cfg(windows)]
    pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match file.seek_read(buffer, offset) {
            Err(error) if error.raw_os_error() == Some(38) => Ok(0), // ERROR_HANDLE_EOF
            outcome => outcome,
        }
    }

    #[cfg(unix)]
    pub(crate) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        file.write_all_at(bytes, offset)
    }

    #[cfg(windows)]
    pub(crate) fn write_all_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
        while !bytes.is_empty() {
            let count = file.seek_write(bytes, offset)?;
            if count == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            bytes = &bytes[count..];
            offset += count as u64;
        }
        Ok(())
    }
}

/// A part of another source, as a source of its own.
pub(crate) struct Window {
    inner: SharedSource,
    start: u64,
    len: u64,
}

impl Window {
    /// The `len` bytes of `inner` from `start` on; the caller has checked that they exist.
    pub(crate) fn new(inner: SharedSource, start: u64, len: u64) -> Self {
        Self { inner, start, len }
    }
}

impl Source for Window {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let left = self.len.saturating_sub(offset);
        let count = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        if count == 0 {
            return Ok(0);
        }
        self.inner.read_at(&mut buffer[..count], self.start + offset)
    }
}

/// Reads a source from front to back through its own buffer.
pub(crate) struct Cursor<'a> {
    source: &'a dyn Source,
    buffer: Vec<u8>,
    held: std::ops::Range<usize>,
    next: u64,
}

impl<'a> Cursor<'a> {
    /// Starts at `offset`, and reads `capacity` bytes ahead at a time.
    pub(crate) fn new(source: &'a dyn Source, offset: u64, capacity: usize) -> Self {
        Self { source, buffer: vec![0; capacity], held: 0..0, next: offset }
    }

    /// The offset in the source of the next byte.
    pub(crate) fn position(&self) -> u64 {
        self.next - self.held.len() as u64
    }

    /// Fills `out` or fails.
    pub(crate) fn read_exact(&mut self, mut out: &mut [u8]) -> io::Result<()> {
        while !out.is_empty() {
            if self.held.is_empty() {
                let read = match self.source.read_at(&mut self.buffer, self.next) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    outcome => outcome?,
                };
                if read == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                self.next += read as u64;
                self.held = 0..read;
            }
            let count = out.len().min(self.held.len());
            let from = self.held.start;
            out[..count].copy_from_slice(&self.buffer[from..from + count]);
            self.held.start += count;
            out = &mut out[count..];
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_where_it_ends() {
        let source: SharedSource = Arc::new(b"0123456789".to_vec());
        let window = Window::new(source, 3, 4);
        let mut buffer = [0; 10];
        assert_eq!(window.read_at(&mut buffer, 1).unwrap(), 3);
        assert_eq!(&buffer[..3], b"456");
        assert_eq!(window.read_at(&mut buffer, 4).unwrap(), 0);
        assert_eq!(window.read_at(&mut buffer, u64::MAX).unwrap(), 0);
        assert_eq!(
            window.read_exact_at(&mut buffer[..5], 0).unwrap_err().kind(),
            io::ErrorKind::UnexpectedEof
        );
    }

    #[test]
    fn a_cursor_knows_its_position_across_refills() {
        let source = b"abcdefgh".to_vec();
        let mut cursor = Cursor::new(&source, 1, 3);
        let mut out = [0; 5];
        cursor.read_exact(&mut out).unwrap();
        assert_eq!((&out, cursor.position()), (b"bcdef", 6));
        assert!(cursor.read_exact(&mut out).is_err());
    }
}
