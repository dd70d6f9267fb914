use super::file_digest::FileDigest;
use super::tree::Tree;
use super::{UnpackError, UnpackRecord};
use crate::DosTime;
use crate::archive::Archive;
use crate::content::AuthenticatedContent;
use crate::policy::{ArchivePolicy, EntryName};
use crate::zip::ZipError;
use crate::zip::central::CentralRecord;
use crate::zip::data::Extractor;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use waybill_context::{Context, Meter, Stage};
use waybill_disk::{StagedFolder, StagingError, TargetFolder, flushes_each_file, folder_of, is_tree_settled};

/// How to unpack.
#[derive(Debug, Clone)]
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
    pub fn archive(
        &self,
        policy: &ArchivePolicy,
        context: &Context<'_>,
    ) -> Result<Archive, crate::archive::ArchiveError> {
        Ok(Archive::shared(Arc::new(self.source().clone()), policy, context)?)
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

    /// As [`AuthenticatedContent::unpack`], and `record` is told of every file and folder with its size and SHA-256.
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
        let staged = StagedFolder::create(target, context)?;
        let tree = Tree::open(&staged.content())
            .map_err(|source| StagingError::Staging { folder: folder_of(destination).to_owned(), source })?;
        let meter = context.meter(Stage::Unpack, Some(archive.unpacked_size()));
        let (files, bytes) = (archive.file_count(), archive.unpacked_size());
        let sync = flushes_each_file(files);
        let threads = options.threads;
        let writer = Writer { archive: &archive, tree: &tree, sync, record, threads };
        archive.for_each_entry(threads, context, &|extractor, record, name| {
            writer.write(extractor, record, &name, &meter, context)
        })?;
        drop(meter);
        drop((archive, tree)); // Windows renames no folder that is open
        staged.settle()?;
        if let Some(record) = record {
            record.settled(is_tree_settled(files)).map_err(UnpackError::Record)?;
        }
        let path = staged.publish(context)?;
        Ok(ContentFolder { path, files, bytes })
    }
}

/// Writes entries below one folder.
struct Writer<'a> {
    archive: &'a Archive,
    tree: &'a Tree,
    sync: bool,
    record: Option<&'a dyn UnpackRecord>,
    threads: usize,
}

impl Writer<'_> {
    fn write(
        &self,
        extractor: &mut Extractor,
        record: &CentralRecord,
        name: &EntryName,
        meter: &Meter<'_>,
        context: &Context<'_>,
    ) -> Result<(), UnpackError> {
        let failed = |source| UnpackError::Write { entry: name.to_string(), source };
        let path = name.to_path();
        if name.is_folder() {
            self.tree.create_folder(&path).map_err(failed)?;
            return self.record.map_or(Ok(()), |record| record.folder(name)).map_err(UnpackError::Record);
        }
        let mut file = self.tree.create_file(&path).map_err(failed)?;
        let mut written = Ok(());
        let mut sha = self.record.map(|told| (told, self.digest(record.size)));
        let extracted = extractor.extract(self.archive.source(), record, context, &mut |bytes| {
            meter.advance(bytes.len() as u64);
            if let Some((_, sha)) = &mut sha {
                sha.update(bytes);
            }
            file.write_all(bytes).map_err(|error| {
                let kind = error.kind();
                written = Err(error);
                kind.into()
            })
        });
        written.map_err(failed)?; // tells the disk's errors from the payload's
        extracted.map_err(|error: ZipError| UnpackError::from(error))?;
        self.settle(&file, record).map_err(failed)?;
        let Some((told, sha)) = sha else { return Ok(()) };
        let digest = sha.finish().ok_or_else(|| failed(io::Error::other("the digesting thread died")))?;
        told.file(name, record.size, &digest).map_err(UnpackError::Record)
    }

    fn digest(&self, size: u64) -> FileDigest {
        FileDigest::new(size, self.archive.unpacked_size(), self.threads)
    }

    fn settle(&self, file: &std::fs::File, record: &CentralRecord) -> io::Result<()> {
        if let Some(time) = DosTime::from_fields(record.header.date, record.header.time).to_system_time() {
            file.set_modified(time)?;
        }
        if self.sync { file.sync_all() } else { Ok(()) }
    }
}
