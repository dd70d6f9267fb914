//! The app's document, written whole or not at all.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_disk::{FileAccess, NewFile, shown};
use waybill_schemas::app::{AppDocument, AppFile, AppFileError, PackageFields};
use waybill_schemas::codes::{Classified, Code, source};

/// Why an app's document could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppWriteError {
    /// It is there already.
    #[error("{} is there already", shown(path))]
    Exists {
        /// The document.
        path: PathBuf,
    },
    /// The one that is to be filled in cannot be used.
    #[error(transparent)]
    Read(#[from] AppFileError),
    /// It could not be written; what was there before still is.
    #[error("cannot write {}", shown(path))]
    Write {
        /// The document.
        path: PathBuf,
        /// What the system reports.
        #[source]
        source: io::Error,
    },
}

impl Classified for AppWriteError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Exists { .. } => &source::APP_EXISTS,
            Self::Read(error) => error.code(),
            Self::Write { .. } => &source::INIT_IO,
        }
    }
}

/// Refuses a document that is there.
pub(super) fn refuse_existing(path: &Path) -> Result<(), AppWriteError> {
    match path.symlink_metadata() {
        Ok(_) => Err(AppWriteError::Exists { path: path.to_path_buf() }),
        Err(_) => Ok(()),
    }
}

/// Writes an app's document: beside its place, then renamed into it. Without `force` one that is there stays.
///
/// # Errors
/// It is there already (without `force`), or the disk refuses.
pub fn write_app_document(path: &Path, app: &AppDocument, force: bool) -> Result<(), AppWriteError> {
    put(path, app.to_json().as_bytes(), force).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists if !force => AppWriteError::Exists { path: path.to_path_buf() },
        _ => AppWriteError::Write { path: path.to_path_buf(), source },
    })
}

fn put(path: &Path, bytes: &[u8], force: bool) -> io::Result<()> {
    // A link stays a link: what it leads to is replaced.
    let path =
        if force { std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()) } else { path.into() };
    let new = NewFile::create(&path, FileAccess::AsReplaced)?;
    new.file().write_all(bytes)?;
    new.put(force, &Context::silent())
}

/// Puts what packing decided into a document that is there; everything else stays, in its order. Returns whether
/// anything changed; nothing is written otherwise.
///
/// # Errors
/// The document cannot be read or written, or is no app.
pub fn fill_app_document(path: &Path, fields: &PackageFields) -> Result<bool, AppWriteError> {
    // Read again: somebody may have edited it while packing took its time.
    let mut app = AppFile::open(path)?.app;
    let has_changed = app.fill_from_package(fields);
    if has_changed {
        write_app_document(path, &app, true)?;
    }
    Ok(has_changed)
}
