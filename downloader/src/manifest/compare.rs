//! A manifest's entries against what lies on the disk, on several threads.

use super::Fault;
use super::entries::{Entries, Entry};
use intunewin::EntryName;
use sha2::{Digest as _, Sha256};
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use waybill_context::{Cancelled, Context, Meter};
use waybill_disk::private_file;
use waybill_schemas::Sha256Digest;

/// Why it ended early.
pub(super) enum Found {
    Fault(Fault),
    Cancelled(Cancelled),
    /// The manifest itself cannot be read.
    Io(io::Error),
}

impl From<Cancelled> for Found {
    fn from(cancelled: Cancelled) -> Self {
        Self::Cancelled(cancelled)
    }
}

impl From<Fault> for Found {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// What the lines say together, all of it found on the disk.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) files: u64,
    pub(super) bytes: u64,
    /// Named folders in which nothing is.
    pub(super) empty: u64,
}

/// A folder and its manifest's entries. With a meter, contents are read too.
pub(super) struct Comparison<'a> {
    folder: &'a Path,
    entries: Entries,
    meter: Option<Meter<'a>>,
    context: &'a Context<'a>,
    outcome: Mutex<(Tally, Option<Found>)>,
}

/// Bytes read at once.
const STEP: usize = 256 << 10;

impl<'a> Comparison<'a> {
    pub(super) fn new(
        folder: &'a Path,
        entries: Entries,
        meter: Option<Meter<'a>>,
        context: &'a Context<'a>,
    ) -> Self {
        Self { folder, entries, meter, context, outcome: Mutex::default() }
    }

    /// On this thread and `threads - 1` more; the first fault ends them all.
    pub(super) fn run(self, threads: usize) -> Result<Tally, Found> {
        std::thread::scope(|scope| {
            for _ in 1..threads {
                if std::thread::Builder::new().spawn_scoped(scope, || self.work()).is_err() {
                    break; // the system gives no more: those that are there do it all
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

    fn until_the_end(&self, tally: &mut Tally) -> Result<(), Found> {
        let (mut line, mut buffer) = (Vec::new(), Vec::new());
        while !self.is_over() {
            self.context.check()?;
            match self.entries.next(&mut line) {
                Ok(None) => break,
                Ok(Some(Entry::Folder(name))) => tally.empty += u64::from(self.is_empty_folder(&name)?),
                Ok(Some(Entry::File { name, size, sha256 })) => {
                    self.file(&name, size, &sha256, &mut buffer)?;
                    tally.files += 1;
                    tally.bytes = tally.bytes.saturating_add(size);
                }
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    return Err(Fault::Manifest(error.to_string()).into());
                }
                Err(error) => return Err(Found::Io(error)),
            }
        }
        Ok(())
    }

    fn is_empty_folder(&self, name: &EntryName) -> Result<bool, Fault> {
        let path = self.folder.join(name.to_path());
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return Err(Fault::Kind(name.to_string())),
            Err(error) => return Err(fault_of(name, &error)),
        }
        let mut entries = std::fs::read_dir(&path).map_err(|error| fault_of(name, &error))?;
        Ok(entries.next().is_none())
    }

    fn file(
        &self,
        name: &EntryName,
        expected: u64,
        sha256: &Sha256Digest,
        buffer: &mut Vec<u8>,
    ) -> Result<(), Found> {
        let path = self.folder.join(name.to_path());
        let metadata = path.symlink_metadata().map_err(|error| fault_of(name, &error))?;
        if !metadata.is_file() {
            return Err(Fault::Kind(name.to_string()).into());
        }
        if metadata.len() != expected {
            let actual = metadata.len();
            return Err(Fault::Size { name: name.to_string(), expected, actual }.into());
        }
        let Some(meter) = &self.meter else { return Ok(()) };
        if self.digest(&path, name, meter, buffer)? == *sha256 {
            Ok(())
        } else {
            Err(Fault::Content(name.to_string()).into())
        }
    }

    fn digest(
        &self,
        path: &Path,
        name: &EntryName,
        meter: &Meter<'_>,
        buffer: &mut Vec<u8>,
    ) -> Result<Sha256Digest, Found> {
        let mut file = private_file::open(path).map_err(|error| fault_of(name, &error))?;
        buffer.resize(STEP, 0);
        let mut sha = Sha256::new();
        loop {
            self.context.check()?;
            match file.read(buffer) {
                Ok(0) => return Ok(Sha256Digest::new(sha.finalize().into())),
                Ok(count) => {
                    sha.update(&buffer[..count]);
                    meter.advance(count as u64);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(fault_of(name, &error).into()),
            }
        }
    }
}

/// A file that cannot be read is as bad as one that is not there: the folder is of no use.
fn fault_of(name: &EntryName, error: &io::Error) -> Fault {
    tracing::debug!(%name, %error, "an entry of a content folder");
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Fault::Missing(name.to_string()),
        _ => Fault::Unreadable(name.to_string()),
    }
}
