//! Unpacking: an authenticated payload becomes a folder, whole and under its name, or nothing at all.

mod entry_writer;
mod file_digest;

use crate::archive::Archive;
use crate::content::AuthenticatedContent;
use crate::policy::{ArchivePolicy, EntryName};
use crate::zip::ArchiveError;
use entry_writer::{EntryWriter, Tree};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use waybill_context::{Cancelled, Context, Stage};
use waybill_disk::{
    FileAccess, NewFile, StagedFolder, StagingError, TargetFolder, absolute_destination, flushes_each_file,
    folder_of, is_tree_settled,
};
use waybill_schemas::Blake3Digest;
use waybill_schemas::codes::{Classified, Code, package};

/// How to unpack.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct UnpackOptions {
    /// The limits; the rules about names and structure have no switches.
    pub policy: ArchivePolicy,
    /// Replace a destination that is not empty: it is moved aside first and removed at the end.
    pub force: bool,
    /// Threads to inflate with; at most 8 are used.
    pub threads: usize,
}

impl Default for UnpackOptions {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { policy: ArchivePolicy::default(), force: false, threads }
    }
}

/// An unpacked payload in its place: every entry's size and CRC checked, the whole renamed into place at once.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContentFolder {
    /// Where it is.
    pub path: PathBuf,
    /// Files in it.
    pub files: u64,
    /// Bytes of all files together.
    pub bytes: u64,
}

impl AuthenticatedContent {
    /// The payload as an archive that keeps every rule about names, structure and declared sizes.
    ///
    /// # Errors
    /// The rules it breaks; I/O; interruption.
    pub fn archive(&self, policy: &ArchivePolicy, context: &Context<'_>) -> Result<Archive, ArchiveError> {
        Archive::shared(Arc::new(self.source().clone()), policy, context)
    }

    /// Unpacks the payload into `destination`, on several threads and under the whole archive policy.
    ///
    /// Files go into a private staging folder beside `destination` (made where its parents are missing), new files
    /// only and never through a link; then one rename. A crash leaves the old state or the new one, and what it leaves
    /// beside them the next run sweeps. An empty folder that is there already is replaced.
    ///
    /// # Errors
    /// A destination that is there, rules that the payload breaks, I/O, interruption; nothing half-done stays, except
    /// that a staging folder that could not be moved into place is kept and named.
    pub fn unpack(
        self,
        destination: &Path,
        options: &UnpackOptions,
        context: &Context<'_>,
    ) -> Result<ContentFolder, UnpackError> {
        self.unpack_into(destination, options, None, context)
    }

    /// As [`AuthenticatedContent::unpack`], and reports every file and folder to `record`, with size and BLAKE3.
    ///
    /// # Errors
    /// Also those of the record.
    pub fn unpack_recorded(
        self,
        destination: &Path,
        options: &UnpackOptions,
        record: &dyn UnpackRecord,
        context: &Context<'_>,
    ) -> Result<ContentFolder, UnpackError> {
        self.unpack_into(destination, options, Some(record), context)
    }

    fn unpack_into(
        self,
        destination: &Path,
        options: &UnpackOptions,
        record: Option<&dyn UnpackRecord>,
        context: &Context<'_>,
    ) -> Result<ContentFolder, UnpackError> {
        let target = TargetFolder::new(destination, options.force)?;
        target.check()?;
        let archive = Archive::shared(Arc::new(self.source().clone()), &options.policy, context)?;
        // Every name and declared size is checked before anything is made on the disk.
        let staged = StagedFolder::create(target, context)?;
        let tree = Tree::open(&staged.content())
            .map_err(|source| StagingError::Staging { folder: folder_of(destination).to_owned(), source })?;
        let meter = context.meter(Stage::Unpack, Some(archive.unpacked_size()));
        let (files, bytes) = (archive.file_count(), archive.unpacked_size());
        // Decided once for all files: half a tree that is flushed is worth nothing.
        let sync = flushes_each_file(files);
        let threads = options.threads;
        let writer = EntryWriter { archive: &archive, tree: &tree, sync, record, threads };
        archive.for_each_entry(threads, context, &|extractor, record, name| {
            writer.write(extractor, record, &name, &meter, context)
        })?;
        drop(meter);
        drop((archive, tree)); // Windows renames no folder that is open
        staged.settle()?;
        if let Some(record) = record {
            // The record goes before the rename: a crash in between leaves a manifest of a folder that is not there,
            // which is harmless, where a folder without its manifest would have to be fetched again.
            record.settled(is_tree_settled(files)).map_err(UnpackError::Record)?;
        }
        let path = staged.publish(context)?;
        Ok(ContentFolder { path, files, bytes })
    }

    /// Writes the payload (the inner zip) itself to `file`, decrypted: first under a private name beside it, then one
    /// rename. A file that is there already is replaced only with `force`.
    ///
    /// # Errors
    /// A file that is there, I/O, interruption; nothing half-done stays.
    pub fn write_payload(&self, file: &Path, force: bool, context: &Context<'_>) -> Result<u64, UnpackError> {
        let file = absolute_destination(file)?;
        let folder = folder_of(&file);
        if !force && file.symlink_metadata().is_ok() {
            return Err(StagingError::Exists { path: file }.into());
        }
        let failed = |source| StagingError::Staging { folder: folder.to_owned(), source };
        fs_err::create_dir_all(folder).map_err(failed)?;
        let new = NewFile::create(&file, FileAccess::Private).map_err(failed)?;
        let written = self.copy_payload(new.file(), &file, context)?;
        // The file may have appeared since the look at the start.
        new.put(force, context).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists if !force => StagingError::Exists { path: file.clone() }.into(),
            io::ErrorKind::Interrupted => UnpackError::Cancelled(Cancelled),
            _ => failed(error).into(),
        })?;
        Ok(written)
    }

    fn copy_payload(&self, mut out: &File, file: &Path, context: &Context<'_>) -> Result<u64, UnpackError> {
        let meter = context.meter(Stage::Unpack, Some(self.payload_size()));
        let failed = |source| UnpackError::Write { entry: file.display().to_string(), source };
        let mut reader = self.payload();
        let (mut buffer, mut written) = (vec![0; 256 << 10], 0);
        loop {
            context.check()?;
            let count = reader.read(&mut buffer).map_err(ArchiveError::Io)?;
            if count == 0 {
                return Ok(written);
            }
            out.write_all(&buffer[..count]).map_err(failed)?;
            meter.advance(count as u64);
            written += count as u64;
        }
    }
}

/// Receives the name of everything that is unpacked, while it is unpacked: for a manifest that is written as a stream.
///
/// Called from several threads, in no particular order, and never before the file in question is written whole. An
/// error ends the unpacking, and nothing stays behind. What was reported is true of the folder only once the unpacking
/// has returned: until then the folder is not there.
pub trait UnpackRecord: Sync {
    /// A file was written: its size in bytes and the BLAKE3 of what was written.
    ///
    /// # Errors
    /// The record cannot be kept.
    fn file(&self, name: &EntryName, size: u64, digest: &Blake3Digest) -> io::Result<()>;

    /// A folder that the payload names by itself was made (folders that only hold something are not reported).
    ///
    /// # Errors
    /// The record cannot be kept.
    fn folder(&self, name: &EntryName) -> io::Result<()>;

    /// Every file is written, and the folder is about to be renamed into its place. `settled`: the files survive a
    /// loss of power from here on; false where nothing can promise so (on Windows above 1,000 files, on hosts without
    /// `syncfs`).
    ///
    /// A manifest that is made durable here describes, for a moment, a folder that is not there: harmless, where a
    /// folder without its manifest would have to be fetched again.
    ///
    /// # Errors
    /// The record cannot be kept.
    fn settled(&self, settled: bool) -> io::Result<()>;
}

/// Why a payload was not unpacked. Except after [`StagingError::Move`] nothing stays behind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// The payload breaks rules, or could not be read.
    #[error(transparent)]
    Archive(ArchiveError),
    /// Interrupted.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The folder did not come into its place.
    #[error(transparent)]
    Staging(StagingError),
    /// A file or folder could not be written.
    #[error("cannot write {entry}")]
    Write {
        /// The entry's name.
        entry: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The caller's record of what is unpacked could not be kept.
    #[error("cannot record what is unpacked")]
    Record(#[source] io::Error),
}

impl From<StagingError> for UnpackError {
    fn from(error: StagingError) -> Self {
        match error {
            StagingError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::Staging(other),
        }
    }
}

impl From<ArchiveError> for UnpackError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::Archive(other),
        }
    }
}

impl Classified for UnpackError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Archive(error) => error.code(),
            Self::Cancelled(_) => &package::INTERRUPTED,
            Self::Staging(error) => error.code(),
            Self::Write { .. } | Self::Record(_) => &package::UNPACK_FAILED,
        }
    }
}

#[cfg(test)]
mod record_tests;
#[cfg(test)]
mod tests;
