//! Unpacks an authenticated payload into a folder, which appears whole or not at all.

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

/// The limits and threads of unpacking, and whether to replace a folder.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct UnpackOptions {
    /// The limits of the payload. The rules about names and structure cannot be switched off.
    pub policy: ArchivePolicy,
    /// Whether to replace a destination that is not empty. It is moved aside first, and removed at the end.
    pub force: bool,
    /// How many threads inflate; 8 at most are used.
    pub threads: usize,
}

impl Default for UnpackOptions {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { policy: ArchivePolicy::default(), force: false, threads }
    }
}

/// An unpacked payload in its place. Every entry's size and CRC was checked, and one rename put it there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContentFolder {
    /// The absolute path of the folder.
    pub path: PathBuf,
    /// Number of files.
    pub files: u64,
    /// Size of all files together in bytes.
    pub bytes: u64,
}

impl AuthenticatedContent {
    /// Opens the payload as an archive, after checking names, structure and declared sizes.
    ///
    /// # Errors
    /// All broken rules that can be found at once; I/O; interruption.
    pub fn archive(&self, policy: &ArchivePolicy, context: &Context<'_>) -> Result<Archive, ArchiveError> {
        Archive::shared(Arc::new(self.payload.clone()), policy, context)
    }

    /// Unpacks the payload into `destination`, on several threads and within the archive policy.
    ///
    /// Files go into a private staging folder beside `destination`, as new files only and through no link, and one
    /// rename ends it. Missing ancestors of `destination` are made. A crash leaves the old state or the new one; the
    /// next run for the same destination sweeps what else it left. An existing empty folder is replaced.
    ///
    /// # Errors
    /// A destination that exists; rules that the payload breaks; I/O; interruption. Nothing half-done stays, except
    /// that a staging folder that could not be moved into place is kept, and named by the error.
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
    /// Those of [`AuthenticatedContent::unpack`] and of the record.
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
        let archive = Archive::shared(Arc::new(self.payload), &options.policy, context)?;
        unpack_archive(archive, target, (destination, options), record, context)
    }

    /// Decrypts the payload (the inner zip) to `file`, under a private name first and then by one rename, and returns
    /// its size in bytes. An existing file is replaced only with `force`.
    ///
    /// # Errors
    /// A file that exists; I/O; interruption. Nothing half-done stays.
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
        // The file may have appeared since the check at the start.
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

impl Archive {
    /// Unpacks a plain archive as [`AuthenticatedContent::unpack`] unpacks a payload: into a private staging folder,
    /// several entries at once, and into its place by one rename. Nothing says who made the archive: the caller has to
    /// know its bytes, by a digest.
    ///
    /// # Errors
    /// Those of [`AuthenticatedContent::unpack`].
    pub fn unpack(
        self,
        destination: &Path,
        options: &UnpackOptions,
        context: &Context<'_>,
    ) -> Result<ContentFolder, UnpackError> {
        let target = TargetFolder::new(destination, options.force)?;
        target.check()?;
        unpack_archive(self, target, (destination, options), None, context)
    }
}

fn unpack_archive(
    archive: Archive,
    target: TargetFolder,
    (destination, options): (&Path, &UnpackOptions),
    record: Option<&dyn UnpackRecord>,
    context: &Context<'_>,
) -> Result<ContentFolder, UnpackError> {
    // Every name and declared size is checked before anything is made on the disk.
    let staged = StagedFolder::create(target, context)?;
    let tree = Tree::open(&staged.content())
        .map_err(|source| StagingError::Staging { folder: folder_of(destination).to_owned(), source })?;
    let meter = context.meter(Stage::Unpack, Some(archive.unpacked_size()));
    let (files, bytes) = (archive.file_count(), archive.unpacked_size());
    // Decided once for all files, because a tree that is flushed in part is worth nothing.
    let sync = flushes_each_file(files);
    let threads = options.threads;
    let writer = EntryWriter { archive: &archive, tree: &tree, sync, record, threads };
    archive.for_each_entry(threads, context, &|extractor, record, name| {
        writer.write(extractor, record, &name, &meter, context)
    })?;
    drop(meter);
    drop((archive, tree)); // Windows does not rename an open folder
    staged.settle()?;
    if let Some(record) = record {
        // The record goes before the rename: a crash in between leaves a manifest without its folder, which is
        // harmless. A folder without its manifest would have to be fetched again.
        record.settled(&staged.content(), is_tree_settled(files)).map_err(UnpackError::Record)?;
    }
    let path = staged.publish(context)?;
    Ok(ContentFolder { path, files, bytes })
}

/// Receives the names of everything that is unpacked, while it is unpacked, to write a manifest as a stream.
///
/// It is called from several threads in any order, for a file only after it was written whole. An error ends the
/// unpacking, and no file stays. What was reported describes the folder only once unpacking has returned, because
/// until then the folder does not exist.
pub trait UnpackRecord: Sync {
    /// Called when a file was written, with its size in bytes and its BLAKE3.
    ///
    /// # Errors
    /// The record cannot be kept; the unpacking ends with it.
    fn file(&self, name: &EntryName, size: u64, digest: &Blake3Digest) -> io::Result<()>;

    /// Called when a folder was made that has an entry of its own; folders that only contain something have none.
    ///
    /// # Errors
    /// The record cannot be kept; the unpacking ends with it.
    fn folder(&self, name: &EntryName) -> io::Result<()>;

    /// Called when all files are written to `staged`, just before that folder is renamed into its place. `settled` is true where the
    /// files survive a loss of power from here on. It is false where nothing can promise that: on Windows above 1,000
    /// files, and on systems without `syncfs`.
    ///
    /// A manifest that is made durable here describes a folder that does not exist yet, which is harmless. A folder
    /// without its manifest would have to be fetched again.
    ///
    /// # Errors
    /// The record cannot be kept; the unpacking ends with it.
    fn settled(&self, staged: &Path, settled: bool) -> io::Result<()>;
}

/// Why a payload was not unpacked. Except after [`StagingError::Move`] no file stays behind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// The payload breaks rules, or could not be read.
    #[error(transparent)]
    Archive(ArchiveError),
    /// The caller's cancel flag was set.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The destination is unusable or filled, or the folder could not be staged or moved there.
    #[error(transparent)]
    Staging(StagingError),
    /// A file or folder could not be written.
    #[error("cannot write {entry}")]
    Write {
        /// The name of the entry that could not be written.
        entry: String,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The caller's [`UnpackRecord`] returned an error.
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
