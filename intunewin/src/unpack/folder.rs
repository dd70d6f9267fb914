use super::UnpackError;
use super::staging::Staging;
use super::tree::Tree;
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
    /// only and never through a link; then one rename. A crash leaves the old state or the new one. An
    /// empty folder that is there already is replaced.
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
        Staging::check(destination, options.force)?;
        let archive = Archive::shared(Arc::new(self.source().clone()), &options.policy, context)?;
        let staging = Staging::create(destination, options.force)?;
        let meter = context.meter(Stage::Unpack, Some(archive.unpacked_size()));
        let writer = Writer {
            archive: &archive,
            tree: staging.tree(),
            sync: super::sync::each_file(archive.file_count()),
        };
        archive.for_each_entry(options.threads, context, &|extractor, record, name| {
            writer.write(extractor, record, &name, &meter, context)
        })?;
        let (files, bytes) = (archive.file_count(), archive.unpacked_size());
        drop(meter);
        drop(archive);
        let path = staging.publish(context)?;
        Ok(ContentFolder { path, files, bytes })
    }
}

/// Writes entries below one folder.
struct Writer<'a> {
    archive: &'a Archive,
    tree: &'a Tree,
    sync: bool,
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
            return self.tree.create_folder(&path).map_err(failed);
        }
        let mut file = self.tree.create_file(&path).map_err(failed)?;
        let mut written = Ok(());
        let extracted = extractor.extract(self.archive.source(), record, context, &mut |bytes| {
            meter.advance(bytes.len() as u64);
            file.write_all(bytes).map_err(|error| {
                let kind = error.kind();
                written = Err(error);
                kind.into()
            })
        });
        written.map_err(failed)?; // tells the disk's errors from the payload's
        extracted.map_err(|error: ZipError| UnpackError::from(error))?;
        self.settle(&file, record).map_err(failed)
    }

    fn settle(&self, file: &std::fs::File, record: &CentralRecord) -> io::Result<()> {
        if let Some(time) = DosTime::from_fields(record.header.date, record.header.time).to_system_time() {
            file.set_modified(time)?;
        }
        if self.sync { file.sync_all() } else { Ok(()) }
    }
}
