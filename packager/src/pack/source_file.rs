//! Reads the files that were listed, and notices when they have changed.

use super::deflate::is_compressed;
use super::error::{FileChange, PackError};
use super::request::Level;
use crate::walk::{SourceEntry, as_listed};
use intunewin::{FileSource, Source as _};
use std::fs::File;
use std::io::{self, Read as _};
use std::time::SystemTime;
use waybill_schemas::open_regular;

/// The size and number of the samples that decide how to keep a large file.
const SAMPLE: usize = 32 * 1024;
const SAMPLES: u64 = 16;

/// Size and time of a file when it was listed, to compare with those now.
#[derive(Debug, Clone, Copy)]
struct ListedFile {
    size: u64,
    modified: SystemTime,
}

impl ListedFile {
    fn from_entry(entry: &SourceEntry<'_>) -> Self {
        Self { size: entry.size(), modified: entry.modified() }
    }

    /// Refuses a file that has changed since it was listed; `name` is for the message.
    fn check(&self, file: &File, name: impl FnOnce() -> String) -> Result<(), PackError> {
        let change = match file.metadata() {
            Err(source) => return Err(PackError::Unreadable { name: name(), source }),
            Ok(now) if now.len() != self.size => FileChange::Size { listed: self.size, now: now.len() },
            // Where the file system keeps no times, the size has to be enough.
            Ok(now) if now.modified().is_ok_and(|modified| as_listed(modified) != self.modified) => {
                FileChange::Modified
            }
            Ok(_) => return Ok(()),
        };
        Err(PackError::Changed { name: name(), change })
    }
}

/// Reads a whole file into `bytes`, whose length is the listed size.
///
/// Compared with what was listed after the last byte, so that a change during the read is noticed, too.
pub(super) fn read_whole(entry: &SourceEntry<'_>, bytes: &mut [u8]) -> Result<(), PackError> {
    let mut file = open(entry)?;
    let read = file.read_exact(bytes);
    // A file that shrank is reported as changed, not as one that ended early.
    ListedFile::from_entry(entry).check(&file, || entry.name())?;
    read.map_err(|source| PackError::Unreadable { name: entry.name(), source })
}

fn open(entry: &SourceEntry<'_>) -> Result<File, PackError> {
    // It was a file when it was listed; a pipe that is there since would be waited for.
    open_regular(&entry.path()).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => PackError::Changed { name: entry.name(), change: FileChange::Vanished },
        _ => PackError::Unreadable { name: entry.name(), source },
    })
}

/// A file that several threads read in blocks.
#[derive(Debug)]
pub(super) struct LargeFile {
    pub(super) index: usize,
    /// The name in the source folder.
    pub(super) name: String,
    pub(super) size: u64,
    /// Whether it is stored instead of deflated.
    pub(super) stored: bool,
    listed: ListedFile,
    source: FileSource,
    /// A second handle on the file, for its size and time at the end.
    file: File,
}

impl LargeFile {
    /// Opens the file and decides whether it is worth deflating.
    pub(super) fn open(index: usize, entry: &SourceEntry<'_>, level: Level) -> Result<Self, PackError> {
        let (file, listed, name) = (open(entry)?, ListedFile::from_entry(entry), entry.name());
        listed.check(&file, || name.clone())?;
        let unreadable = |source| PackError::Unreadable { name: name.clone(), source };
        let source = file.try_clone().and_then(FileSource::from_file).map_err(unreadable)?;
        let stored =
            level == Level::Store || is_compressed(&samples(&source, listed.size).map_err(unreadable)?);
        Ok(Self { index, name, size: listed.size, stored, listed, source, file })
    }

    /// Fills `bytes` from `offset` on.
    pub(super) fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<(), PackError> {
        self.source.read_exact_at(bytes, offset).or_else(|source| {
            // A read that fails because the file was cut is reported as a change.
            self.check_unchanged()?;
            Err(PackError::Unreadable { name: self.name.clone(), source })
        })
    }

    /// Compares size and time; call it once every block was read.
    pub(super) fn check_unchanged(&self) -> Result<(), PackError> {
        self.listed.check(&self.file, || self.name.clone())
    }
}

fn samples(source: &FileSource, size: u64) -> io::Result<Vec<Vec<u8>>> {
    // From all over the file, because the beginning says little about an installer with its data at the end.
    let step = size / SAMPLES;
    let sample = |at| {
        let mut bytes = vec![0; SAMPLE];
        source.read_exact_at(&mut bytes, at * step).map(|()| bytes)
    };
    (0..SAMPLES).map(sample).collect()
}
