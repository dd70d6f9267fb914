//! The document on the disk: read within its limit, written whole or not at all.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_disk::{FileAccess, NewFile, shown};
use waybill_schemas::app::{AppDocument, AppError, PackageFields};
use waybill_schemas::codes::{Classified, Code, source};
use waybill_schemas::{DOCUMENT_LIMIT, read_bounded};

/// Why an app's document could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppFileError {
    /// It is there already.
    #[error("{} is there already", shown(path))]
    Exists {
        /// The document.
        path: PathBuf,
    },
    /// It could not be read.
    #[error("cannot read {}", shown(path))]
    Read {
        /// The document.
        path: PathBuf,
        /// What the system reports.
        #[source]
        source: io::Error,
    },
    /// It is not the document of an app.
    #[error("{} cannot be used", shown(path))]
    App {
        /// The document.
        path: PathBuf,
        /// What is wrong in it.
        #[source]
        source: AppError,
    },
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

impl Classified for AppFileError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Exists { .. } => &source::APP_EXISTS,
            Self::App { source, .. } => source.code(),
            Self::Read { .. } | Self::Write { .. } => &source::INIT_IO,
        }
    }
}

/// Refuses a document that is there.
pub(super) fn refuse_existing(path: &Path) -> Result<(), AppFileError> {
    match path.symlink_metadata() {
        Ok(_) => Err(AppFileError::Exists { path: path.to_path_buf() }),
        Err(_) => Ok(()),
    }
}

/// Reads an app's document.
///
/// # Errors
/// It cannot be read, is over 16 MiB, or is no app.
pub fn read_app_document(path: &Path) -> Result<AppDocument, AppFileError> {
    let bytes = File::open(path)
        .and_then(|file| read_bounded(file, DOCUMENT_LIMIT))
        .map_err(|source| AppFileError::Read { path: path.to_path_buf(), source })?;
    AppDocument::from_slice(&bytes).map_err(|source| AppFileError::App { path: path.to_path_buf(), source })
}

/// Writes an app's document: beside its place, then renamed into it. Without `force` one that is there stays.
///
/// # Errors
/// It is there already (without `force`), or the disk refuses.
pub fn write_app_document(path: &Path, app: &AppDocument, force: bool) -> Result<(), AppFileError> {
    put(path, app.to_json().as_bytes(), force).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists if !force => AppFileError::Exists { path: path.to_path_buf() },
        _ => AppFileError::Write { path: path.to_path_buf(), source },
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
pub fn fill_app_document(path: &Path, fields: &PackageFields) -> Result<bool, AppFileError> {
    let mut app = read_app_document(path)?;
    let has_changed = app.fill_from_package(fields);
    if has_changed {
        write_app_document(path, &app, true)?;
    }
    Ok(has_changed)
}
