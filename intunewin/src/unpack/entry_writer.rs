//! Writes single entries into the staging folder: as new files only, through no link, at any depth.

use super::file_digest::FileDigest;
use super::{UnpackError, UnpackRecord};
use crate::DosTime;
use crate::archive::Archive;
use crate::policy::EntryName;
use crate::zip::central::CentralRecord;
use crate::zip::data::Extractor;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use waybill_context::{Context, Meter};

/// A folder to write below. Paths are relative, and come from names that keep the archive policy.
pub(super) struct Tree(Root);

/// A directory handle, below which the kernel keeps every path.
#[cfg(unix)]
type Root = cap_std::fs::Dir;

/// A path: Windows opens nothing relative to a handle without unsafe calls, and crates for it turn handles into paths
/// again. The folder is private and new, and names hold no `..`; the `\\?\` form has no limit of 260 characters.
#[cfg(windows)]
type Root = std::path::PathBuf;

impl Tree {
    #[cfg(unix)]
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        Root::open_ambient_dir(folder, cap_std::ambient_authority()).map(Self)
    }

    #[cfg(windows)]
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        std::fs::canonicalize(folder).map(Self)
    }

    /// Makes a folder and its ancestors, where they are missing.
    #[cfg(unix)]
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.0.create_dir_all(path)
    }

    #[cfg(windows)]
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        std::fs::create_dir_all(self.0.join(path))
    }

    #[cfg(unix)]
    fn open_new(&self, path: &Path) -> io::Result<File> {
        let mut options = cap_std::fs::OpenOptions::new();
        self.0.open_with(path, options.write(true).create_new(true)).map(cap_std::fs::File::into_std)
    }

    #[cfg(windows)]
    fn open_new(&self, path: &Path) -> io::Result<File> {
        File::options().write(true).create_new(true).open(self.0.join(path))
    }

    /// Makes a new file, and its folders where they are missing. An existing file is an error.
    fn create_file(&self, path: &Path) -> io::Result<File> {
        match (self.open_new(path), path.parent()) {
            // Most files lie in folders that exist already, so folders are made only once a file needs them.
            (Err(error), Some(parent)) if error.kind() == io::ErrorKind::NotFound => {
                self.create_folder(parent)?;
                self.open_new(path)
            }
            (opened, _) => opened,
        }
    }
}

/// Writes entries of an archive below one folder.
pub(super) struct EntryWriter<'a> {
    pub(super) archive: &'a Archive,
    pub(super) tree: &'a Tree,
    pub(super) sync: bool,
    pub(super) record: Option<&'a dyn UnpackRecord>,
    pub(super) threads: usize,
}

impl EntryWriter<'_> {
    /// Writes one entry with its time, and reports it to the record.
    pub(super) fn write(
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
        let total = self.archive.unpacked_size();
        let mut digesting = self.record.map(|told| (told, FileDigest::new(record.size, total, self.threads)));
        // The sink can return only an error kind to the extractor, so the disk's error is kept beside it.
        let extracted = extractor.extract(&*self.archive.source, record, context, &mut |bytes| {
            meter.advance(bytes.len() as u64);
            if let Some((_, digest)) = &mut digesting {
                digest.update(bytes);
            }
            file.write_all(bytes).map_err(|error| {
                let kind = error.kind();
                written = Err(error);
                kind.into()
            })
        });
        written.map_err(failed)?; // an error of the disk, not of the payload
        extracted?;
        self.settle(&file, record).map_err(failed)?;
        let Some((told, digest)) = digesting else { return Ok(()) };
        let digest = digest.finish().ok_or_else(|| failed(io::Error::other("the digesting thread died")))?;
        told.file(name, record.size, &digest).map_err(UnpackError::Record)
    }

    fn settle(&self, file: &File, record: &CentralRecord) -> io::Result<()> {
        // The time is set while the file is open, because afterwards its path would have to be looked up again.
        if let Some(time) = DosTime::from_fields(record.header.date, record.header.time).to_system_time() {
            file.set_modified(time)?;
        }
        if self.sync { file.sync_all() } else { Ok(()) }
    }
}
