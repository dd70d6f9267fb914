//! Compares a folder with the lines of its manifest on several threads, and counts what is in it.

use super::{Entries, Entry, LineDigest, ManifestWriter};
use crate::error::FolderFault;
use intunewin::{EntryName, UnpackRecord as _};
use sha2::{Digest as _, Sha256};
use std::fs::ReadDir;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use waybill_context::{Cancelled, Context, Meter};
use waybill_disk::private_file;
use waybill_schemas::{Blake3Digest, Sha256Digest};

/// Why the comparison ended early.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) enum CheckStopped {
    Fault(#[from] FolderFault),
    Cancelled(#[from] Cancelled),
    /// The manifest itself cannot be read.
    Io(io::Error),
}

/// The sums of the manifest's lines, each of which was found in the folder.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) files: u64,
    pub(super) bytes: u64,
    /// How many folders that the manifest names are empty.
    pub(super) empty: u64,
}

/// A folder and the lines of its manifest. With a meter the bytes of files are compared, too.
pub(super) struct Comparison<'a> {
    pub(super) folder: &'a Path,
    pub(super) entries: Entries,
    pub(super) meter: Option<Meter<'a>>,
    /// Takes a line for each file that is right, where a manifest of version 1 is replaced.
    pub(super) renewal: Option<&'a ManifestWriter<'a>>,
    pub(super) context: &'a Context<'a>,
    /// The sums of all threads so far, and why the comparison ended early, if it did.
    pub(super) outcome: Mutex<(Tally, Option<CheckStopped>)>,
}

/// How many bytes are read at once.
const STEP: usize = 256 << 10;

impl Comparison<'_> {
    /// Compares on this thread and up to `threads - 1` others; the first fault ends them all.
    pub(super) fn run(self, threads: usize) -> Result<Tally, CheckStopped> {
        std::thread::scope(|scope| {
            for _ in 1..threads {
                if std::thread::Builder::new().spawn_scoped(scope, || self.work()).is_err() {
                    break; // the system gives no more threads, and those that started do the work
                }
            }
            self.work();
        });
        match self.outcome.into_inner().unwrap_or_else(PoisonError::into_inner) {
            (tally, None) => Ok(tally),
            (_, Some(found)) => Err(found),
        }
    }

    fn work(&self) {
        let mut mine = Tally::default();
        let ended = self.until_the_end(&mut mine);
        let mut outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, found) = &mut *outcome;
        all.files += mine.files;
        all.bytes = all.bytes.saturating_add(mine.bytes);
        all.empty += mine.empty;
        if let Err(new) = ended {
            found.get_or_insert(new);
        }
    }

    fn is_over(&self) -> bool {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner).1.is_some()
    }

    fn until_the_end(&self, tally: &mut Tally) -> Result<(), CheckStopped> {
        let (mut line, mut buffer) = (Vec::new(), Vec::new());
        while !self.is_over() {
            self.context.check()?;
            match self.entries.next(&mut line) {
                Ok(None) => break,
                Ok(Some(Entry::Folder(name))) => tally.empty += u64::from(self.is_empty_folder(&name)?),
                Ok(Some(Entry::File { name, size, digest })) => {
                    self.file(&name, size, &digest, &mut buffer)?;
                    tally.files += 1;
                    tally.bytes = tally.bytes.saturating_add(size);
                }
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    return Err(FolderFault::Manifest(error.to_string()).into());
                }
                Err(error) => return Err(CheckStopped::Io(error)),
            }
        }
        Ok(())
    }

    fn is_empty_folder(&self, name: &EntryName) -> Result<bool, FolderFault> {
        let path = self.folder.join(name.to_path());
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return Err(FolderFault::Kind(name.to_string())),
            Err(error) => return Err(fault_of(name, &error)),
        }
        let mut entries = std::fs::read_dir(&path).map_err(|error| fault_of(name, &error))?;
        if let Some(renewal) = self.renewal {
            renewal.folder(name).unwrap_or_else(|error| renewal.give_up(&error));
        }
        Ok(entries.next().is_none())
    }

    fn file(
        &self,
        name: &EntryName,
        expected: u64,
        digest: &LineDigest,
        buffer: &mut Vec<u8>,
    ) -> Result<(), CheckStopped> {
        let path = self.folder.join(name.to_path());
        let metadata = path.symlink_metadata().map_err(|error| fault_of(name, &error))?;
        if !metadata.is_file() {
            return Err(FolderFault::Kind(name.to_string()).into());
        }
        if metadata.len() != expected {
            let actual = metadata.len();
            return Err(FolderFault::Size { name: name.to_string(), expected, actual }.into());
        }
        let Some(meter) = &self.meter else { return Ok(()) };
        if !self.is_right(&path, name, digest, meter, buffer)? {
            return Err(FolderFault::Content(name.to_string()).into());
        }
        Ok(())
    }

    /// Whether a file has the digest of its line. A renewal takes the BLAKE3 digest of the same bytes.
    fn is_right(
        &self,
        path: &Path,
        name: &EntryName,
        digest: &LineDigest,
        meter: &Meter<'_>,
        buffer: &mut Vec<u8>,
    ) -> Result<bool, CheckStopped> {
        let mut blake3 = blake3::Hasher::new();
        let LineDigest::Sha256(expected) = digest else {
            self.read(path, name, meter, buffer, &mut |bytes| {
                blake3.update(bytes);
            })?;
            return Ok(*digest == LineDigest::Blake3(Blake3Digest::new(*blake3.finalize().as_bytes())));
        };
        let (mut sha256, mut size) = (Sha256::new(), 0);
        self.read(path, name, meter, buffer, &mut |bytes| {
            sha256.update(bytes);
            blake3.update(bytes);
            size += bytes.len() as u64;
        })?;
        let is_right = Sha256Digest::new(sha256.finalize().into()) == *expected;
        if let Some(renewal) = self.renewal.filter(|_| is_right) {
            let line = renewal.file(name, size, &Blake3Digest::new(*blake3.finalize().as_bytes()));
            line.unwrap_or_else(|error| renewal.give_up(&error));
        }
        Ok(is_right)
    }

    fn read(
        &self,
        path: &Path,
        name: &EntryName,
        meter: &Meter<'_>,
        buffer: &mut Vec<u8>,
        take: &mut dyn FnMut(&[u8]),
    ) -> Result<(), CheckStopped> {
        let mut file = private_file::open(path).map_err(|error| fault_of(name, &error))?;
        buffer.resize(STEP, 0);
        loop {
            self.context.check()?;
            match file.read(buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => {
                    take(&buffer[..count]);
                    meter.advance(count as u64);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(fault_of(name, &error).into()),
            }
        }
    }
}

/// A file that cannot be read is a fault like one that is missing: the folder cannot be used.
fn fault_of(name: &EntryName, error: &io::Error) -> FolderFault {
    tracing::debug!(%name, %error, "an entry of a content folder");
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FolderFault::Missing(name.to_string()),
        _ => FolderFault::Unreadable(name.to_string()),
    }
}

/// The most levels of folders; names in archives have fewer components.
const MOST_DEPTH: usize = 80;

/// How many files and empty folders are below a folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    /// Number of files.
    pub(super) files: u64,
    /// Number of empty folders.
    pub(super) empty: u64,
}

impl Count {
    /// Files and empty folders together, for a message.
    pub(super) fn all(&self) -> u64 {
        self.files + self.empty
    }
}

/// A folder that is being listed, and whether it had any entry.
struct Open {
    entries: ReadDir,
    seen: bool,
}

/// Counts what is below `folder`, without following links.
pub(super) fn count(folder: &Path, context: &Context<'_>) -> Result<Count, CheckStopped> {
    let mut count = Count::default();
    let failed = |error: io::Error| CheckStopped::Fault(FolderFault::Unreadable(error.to_string()));
    if !folder.symlink_metadata().map_err(failed)?.is_dir() {
        return Err(FolderFault::Kind(folder.display().to_string()).into());
    }
    let mut open = vec![Open { entries: std::fs::read_dir(folder).map_err(failed)?, seen: true }];
    while let Some(top) = open.last_mut() {
        let Some(entry) = top.entries.next().transpose().map_err(failed)? else {
            count.empty += u64::from(!top.seen);
            open.pop();
            continue;
        };
        top.seen = true;
        context.check()?;
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_file() {
            count.files += 1;
        } else if kind.is_dir() && open.len() < MOST_DEPTH {
            open.push(Open { entries: std::fs::read_dir(entry.path()).map_err(failed)?, seen: false });
        } else {
            let path = entry.path();
            let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
            return Err(FolderFault::Kind(name).into()); // a link, a device, or folders deeper than any archive's
        }
    }
    Ok(count)
}
