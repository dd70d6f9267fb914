//! Reading the files that were listed, and noticing when they are no longer the same.

use super::deflate::is_compressed;
use super::error::{FileChange, PackError};
use super::request::Level;
use crate::walk::{SourceEntry, as_listed};
use intunewin::{FileSource, Source as _};
use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::Path;
use std::time::SystemTime;

/// How many bytes are looked at, at how many places of a large file, before deciding how to keep it.
const SAMPLE: usize = 32 * 1024;
const SAMPLES: u64 = 16;

/// What was listed of a file, to be compared with what is there.
#[derive(Debug, Clone, Copy)]
struct ListedFile {
    size: u64,
    modified: SystemTime,
}

impl ListedFile {
    fn from_entry(entry: &SourceEntry<'_>) -> Self {
        Self { size: entry.size(), modified: entry.modified() }
    }

    fn compare(&self, now: &Metadata) -> Result<(), FileChange> {
        if now.len() != self.size {
            return Err(FileChange::Size { listed: self.size, now: now.len() });
        }
        // Where the file system keeps no times, the size has to do.
        if now.modified().is_ok_and(|modified| as_listed(modified) != self.modified) {
            return Err(FileChange::Modified);
        }
        Ok(())
    }
}

/// Reads a whole file into `bytes`, which are as many as were listed.
///
/// It is compared with what was listed after the last byte, so that a change during the reading is noticed, too.
pub(super) fn read_whole(entry: &SourceEntry<'_>, bytes: &mut [u8]) -> Result<(), PackError> {
    let listed = ListedFile::from_entry(entry);
    let mut file = open(&entry.path()).map_err(|error| error.named(entry))?;
    let read = file.read_exact(bytes);
    let now = file.metadata().map_err(|error| FileFault::Io(error).named(entry))?;
    // A file that shrank is reported as changed, not as one that ended early.
    listed.compare(&now).map_err(|change| FileFault::Changed(change).named(entry))?;
    read.map_err(|error| FileFault::Io(error).named(entry))
}

/// A file that is read in blocks, by several threads at once.
#[derive(Debug)]
pub(super) struct LargeFile {
    pub(super) index: usize,
    pub(super) size: u64,
    /// Kept as it is, not deflated.
    pub(super) stored: bool,
    listed: ListedFile,
    source: FileSource,
    /// The same file once more: what the system says of it at the end.
    file: File,
}

impl LargeFile {
    /// Opens it and looks whether it is worth deflating.
    pub(super) fn open(index: usize, entry: &SourceEntry<'_>, level: Level) -> Result<Self, PackError> {
        Self::try_open(index, entry, level).map_err(|error| error.named(entry))
    }

    fn try_open(index: usize, entry: &SourceEntry<'_>, level: Level) -> Result<Self, FileFault> {
        let file = open(&entry.path())?;
        let listed = ListedFile::from_entry(entry);
        listed.compare(&file.metadata()?)?;
        let source = FileSource::from_file(file.try_clone()?)?;
        let mut large =
            Self { index, size: listed.size, stored: level == Level::Store, listed, source, file };
        if !large.stored {
            large.stored = is_compressed(&large.samples()?);
        }
        Ok(large)
    }

    fn samples(&self) -> io::Result<Vec<Vec<u8>>> {
        // From all over the file: the beginning says little of an installer whose data is at the end.
        let step = self.size / SAMPLES;
        let sample = |at| {
            let mut bytes = vec![0; SAMPLE];
            self.source.read_exact_at(&mut bytes, at * step).map(|()| bytes)
        };
        (0..SAMPLES).map(sample).collect()
    }

    /// Fills `bytes` from `offset` on.
    pub(super) fn read(
        &self,
        offset: u64,
        bytes: &mut [u8],
        entry: &SourceEntry<'_>,
    ) -> Result<(), PackError> {
        self.source.read_exact_at(bytes, offset).map_err(|error| {
            // A reading that fails because the file was cut is reported as that.
            let change = self.file.metadata().ok().and_then(|now| self.listed.compare(&now).err());
            change.map_or(FileFault::Io(error), FileFault::Changed).named(entry)
        })
    }

    /// To be asked once every block has been read.
    pub(super) fn is_unchanged(&self, entry: &SourceEntry<'_>) -> Result<(), PackError> {
        let now = self.file.metadata().map_err(|error| FileFault::Io(error).named(entry))?;
        self.listed.compare(&now).map_err(|change| FileFault::Changed(change).named(entry))
    }
}

/// What can go wrong with a file, before it has a name.
enum FileFault {
    Changed(FileChange),
    Io(io::Error),
}

impl From<io::Error> for FileFault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<FileChange> for FileFault {
    fn from(change: FileChange) -> Self {
        Self::Changed(change)
    }
}

impl FileFault {
    fn named(self, entry: &SourceEntry<'_>) -> PackError {
        let name = entry.name();
        match self {
            Self::Changed(change) => PackError::Changed { name, change },
            Self::Io(source) => PackError::Unreadable { name, source },
        }
    }
}

fn open(path: &Path) -> Result<File, FileFault> {
    File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => FileFault::Changed(FileChange::Vanished),
        _ => FileFault::Io(error),
    })
}
