//! An app's folder: `app.json`, beside it for hosts that are not Windows `app.unix.json`, and the files in `source`.
//!
//! Packing, linting, rehearsing and installing all begin here, so that they find the same document and the same files.

use super::read::text_of;
use super::{AppDocument, AppError};
use crate::codes::{Classified, Code, command, unreadable};
use crate::{DOCUMENT_LIMIT, open_regular, read_bounded};
use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The app's document, which is linted, packed and uploaded.
pub const APP_DOCUMENT: &str = "app.json";
/// The document whose commands and rules are run instead on hosts other than Windows. It is never packed.
pub const APP_DOCUMENT_FOR_UNIX: &str = "app.unix.json";
/// The folder of the app's files, beside its document.
pub const SOURCE_FOLDER: &str = "source";

/// An app's document, and where it was read.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AppFile {
    /// The document's path, or the name that [`AppFile::read`] was given.
    pub path: PathBuf,
    /// The app that the document describes.
    pub app: AppDocument,
    /// Its text, in which findings are placed by line; always there after reading.
    pub text: Option<String>,
    /// The folder of the app's files: `source` beside the document, else the document's own folder where the setup file
    /// lies in it. Relative where the document's path is.
    pub sources: Option<PathBuf>,
}

/// An app's folder: its document, and the one that stands in for it on this kind of host.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AppFolder {
    /// `app.json`.
    pub document: AppFile,
    /// `app.unix.json`, where there is one and this host is not Windows.
    pub stand_in: Option<AppFile>,
}

impl AppFolder {
    /// Reads the documents of `folder`. `app.json` is read in any case: what it says is linted and packed.
    ///
    /// # Errors
    /// One of the documents cannot be read, or is not an app.
    pub fn open(folder: &Path, for_windows: bool) -> Result<Self, AppFileError> {
        let document = AppFile::open(&folder.join(APP_DOCUMENT))?;
        let path = app_document_in(folder, for_windows);
        let stand_in = if path == document.path { None } else { Some(AppFile::open(&path)?) };
        Ok(Self { document, stand_in })
    }

    /// The document whose commands and rules are run here.
    pub fn run_here(&self) -> &AppFile {
        self.stand_in.as_ref().unwrap_or(&self.document)
    }
}

/// Why an app's document cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppFileError {
    /// The document cannot be read.
    #[error("cannot read the app document {}", path.display())]
    Read {
        /// The document that could not be read.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The document is not an app.
    #[error("{} is refused", path.display())]
    App {
        /// The document that is refused.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: AppError,
    },
}

impl Classified for AppFileError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Read { source, .. } => unreadable(source, &command::INPUT_UNREADABLE),
            Self::App { source, .. } => source.code(),
        }
    }
}

impl AppFile {
    /// Reads the document at `path`, which is itself the document, or a folder that holds one for this kind of host.
    ///
    /// # Errors
    /// The document cannot be read, is larger than [`DOCUMENT_LIMIT`], or is not an app.
    pub fn open(path: &Path) -> Result<Self, AppFileError> {
        Self::open_for(path, cfg!(windows))
    }

    /// Reads the document at `path` as [`AppFile::open`] does, for a Windows or for another kind of host.
    ///
    /// # Errors
    /// As [`AppFile::open`].
    pub fn open_for(path: &Path, for_windows: bool) -> Result<Self, AppFileError> {
        let path = if path.is_dir() { app_document_in(path, for_windows) } else { path.to_owned() };
        let file = open_regular(&path).map_err(|source| AppFileError::Read { path: path.clone(), source })?;
        let mut read = Self::read(file, path)?;
        read.sources = sources_beside(&read.path, read.app.setup_file_path.as_deref());
        Ok(read)
    }

    /// Reads a document from elsewhere, e.g. stdin, with no files beside it. Errors name it as `name`.
    ///
    /// # Errors
    /// As [`AppFile::open`].
    pub fn read(reader: impl Read, name: impl Into<PathBuf>) -> Result<Self, AppFileError> {
        let path = name.into();
        let bytes = match read_bounded(reader, DOCUMENT_LIMIT) {
            Ok(bytes) => bytes,
            Err(source) => return Err(AppFileError::Read { path, source }),
        };
        let read = || {
            let text = text_of(&bytes)?;
            Ok((AppDocument::from_text(&text)?, text.into_owned()))
        };
        match read() {
            Ok((app, text)) => Ok(Self { path, app, text: Some(text), sources: None }),
            Err(source) => Err(AppFileError::App { path, source }),
        }
    }
}

fn sources_beside(document: &Path, setup_file: Option<&str>) -> Option<PathBuf> {
    // The parent of a bare file name is an empty path, which no system can open.
    let folder = document.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let sources = folder.join(SOURCE_FOLDER);
    if sources.is_dir() {
        return Some(sources);
    }
    // The document has Windows' separators. Elsewhere a backslash is a letter of the name,
    // and the file would not be found.
    let setup_file = folder.join(setup_file?.replace('\\', "/"));
    setup_file.is_file().then(|| folder.to_owned())
}

/// Whether a document lies under this name. A pipe or a broken link counts, too: a document that cannot be read has to be
/// refused, not passed over as if there were none. A folder of that name is no document.
fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| !found.is_dir())
}

/// Whether `folder` is an app's folder: one with an `app.json`, whatever that is.
pub fn is_app_folder(folder: &Path) -> bool {
    folder.is_dir() && is_there(&folder.join(APP_DOCUMENT))
}

/// The document of an app's folder: `app.json`; elsewhere than on Windows `app.unix.json` where there is one.
pub fn app_document_in(folder: &Path, for_windows: bool) -> PathBuf {
    let for_unix = folder.join(APP_DOCUMENT_FOR_UNIX);
    if !for_windows && is_there(&for_unix) { for_unix } else { folder.join(APP_DOCUMENT) }
}

/// Where the document of a source folder belongs: beside a folder named `source`, else inside the folder (where packing
/// leaves it out).
pub fn app_document_of_sources(sources: &Path) -> PathBuf {
    let is_source = |name: &OsStr| name.eq_ignore_ascii_case(SOURCE_FOLDER);
    match sources.file_name() {
        Some(name) if is_source(name) => sources.with_file_name(APP_DOCUMENT),
        // `.` or `..`: only the disk knows the name.
        None if std::fs::canonicalize(sources).is_ok_and(|path| path.file_name().is_some_and(is_source)) => {
            sources.join("..").join(APP_DOCUMENT)
        }
        _ => sources.join(APP_DOCUMENT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn app(name: &str) -> String {
        format!(r#"{{ "displayName": "{name}", "setupFilePath": "bin\\setup.exe" }}"#)
    }

    #[test]
    fn files_lie_in_source_or_around_the_document_where_the_setup_file_does() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(APP_DOCUMENT), app("windows")).unwrap();
        let sources = || AppFile::open(folder.path()).unwrap().sources;
        assert_eq!(sources(), None);
        fs::create_dir(folder.path().join("bin")).unwrap();
        fs::write(folder.path().join("bin").join("setup.exe"), "MZ").unwrap();
        assert_eq!(sources().unwrap(), folder.path());
        fs::create_dir(folder.path().join("source")).unwrap();
        assert_eq!(sources().unwrap(), folder.path().join("source"));
    }

    #[test]
    fn the_document_for_unix_goes_first_there_alone() {
        let folder = tempfile::tempdir().unwrap();
        let name = |is_windows| app_document_in(folder.path(), is_windows).file_name().unwrap().to_owned();
        assert_eq!([name(true), name(false)], ["app.json", "app.json"]);
        fs::write(folder.path().join("app.unix.json"), app("unix")).unwrap();
        assert_eq!([name(true), name(false)], ["app.json", "app.unix.json"]);
        let wanted = if cfg!(windows) { "windows" } else { "unix" };
        let alone = AppFile::open(&app_document_in(folder.path(), cfg!(windows)));
        assert_eq!(alone.is_ok(), !cfg!(windows));
        assert!(AppFolder::open(folder.path(), false).is_err(), "app.json is linted and packed in any case");
        fs::write(folder.path().join("app.json"), app("windows")).unwrap();
        assert_eq!(AppFile::open(folder.path()).unwrap().text.unwrap(), app(wanted));
        let run_here =
            |for_windows| AppFolder::open(folder.path(), for_windows).unwrap().run_here().path.clone();
        assert!(run_here(true).ends_with("app.json") && run_here(false).ends_with("app.unix.json"));
    }

    #[test]
    fn what_is_no_app_is_refused_with_its_name() {
        let error = AppFile::read(&b"nothing"[..], "stdin").unwrap_err();
        assert_eq!((error.to_string().as_str(), error.code().id), ("stdin is refused", "app-not-json"));
        let missing = AppFile::open(Path::new("missing/app.json")).unwrap_err();
        assert_eq!(missing.code().id, "input-missing");
    }

    #[test]
    fn a_document_lies_beside_a_folder_named_source_and_inside_any_other() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("source");
        fs::create_dir(&source).unwrap();
        assert_eq!(app_document_of_sources(&source), folder.path().join("app.json"));
        assert_eq!(app_document_of_sources(Path::new("Source")), Path::new("app.json"));
        assert_eq!(app_document_of_sources(Path::new("files")), Path::new("files").join("app.json"));
        assert_eq!(app_document_of_sources(&source.join(".")), folder.path().join("app.json"));
    }
}
