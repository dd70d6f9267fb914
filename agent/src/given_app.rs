//! An app as a person or an agent names it: a folder, a document, or a document from elsewhere.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use waybill_schemas::app::{AppDocument, AppError};
use waybill_schemas::codes::{Classified, Code, command};
use waybill_schemas::{DOCUMENT_LIMIT, read_bounded};

/// The app's document for hosts that are not Windows; there it goes before `app.json`.
const UNIX_DOCUMENT: &str = "app.unix.json";
const DOCUMENT: &str = "app.json";
const SOURCES: &str = "source";

/// An app, and where its files are where that is plain.
#[derive(Debug)]
pub struct GivenApp {
    /// The app.
    pub app: AppDocument,
    /// Its document; absent where it came from elsewhere than a file.
    pub document: Option<PathBuf>,
    /// Its files: `source` beside the document, or the folder around it where the setup file lies there. Absolute.
    pub sources: Option<PathBuf>,
}

/// Why there is no app.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GivenAppError {
    /// It cannot be read.
    #[error("cannot read the app document {}", path.display())]
    Read {
        /// The document.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is none.
    #[error("{} is refused", path.display())]
    App {
        /// The document.
        path: PathBuf,
        /// Why.
        #[source]
        source: AppError,
    },
}

impl Classified for GivenAppError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Read { .. } => &command::INPUT_UNREADABLE,
            Self::App { source, .. } => source.code(),
        }
    }
}

impl GivenApp {
    /// The app at `path`: a document, or a folder that holds one (elsewhere than on Windows `app.unix.json` first).
    ///
    /// # Errors
    /// It cannot be read, or is no app.
    pub fn open(path: &Path) -> Result<Self, GivenAppError> {
        let document = if path.is_dir() { document_in(path, cfg!(windows)) } else { path.to_owned() };
        let unreadable = |source| GivenAppError::Read { path: document.clone(), source };
        let mut file = File::open(&document).map_err(unreadable)?;
        let app = read(&mut file, &document)?;
        let sources = sources_beside(&document, app.setup_file_path.as_deref()).map_err(unreadable)?;
        Ok(Self { app, document: Some(document), sources })
    }

    /// The app that `reader` gives; `name` is what errors call it.
    ///
    /// # Errors
    /// It cannot be read, or is no app.
    pub fn read(reader: &mut dyn Read, name: &str) -> Result<Self, GivenAppError> {
        Ok(Self { app: read(reader, Path::new(name))?, document: None, sources: None })
    }
}

fn read(reader: &mut dyn Read, path: &Path) -> Result<AppDocument, GivenAppError> {
    let bytes = read_bounded(reader, DOCUMENT_LIMIT)
        .map_err(|source| GivenAppError::Read { path: path.to_owned(), source })?;
    AppDocument::from_slice(&bytes).map_err(|source| GivenAppError::App { path: path.to_owned(), source })
}

fn document_in(folder: &Path, is_windows: bool) -> PathBuf {
    let of_unix = folder.join(UNIX_DOCUMENT);
    if !is_windows && of_unix.is_file() { of_unix } else { folder.join(DOCUMENT) }
}

/// As `pack` and `lint` find them: `source`, else the folder itself where the setup file lies in it.
fn sources_beside(document: &Path, setup_file: Option<&str>) -> io::Result<Option<PathBuf>> {
    let folder = std::path::absolute(document)?.parent().map_or_else(PathBuf::new, Path::to_owned);
    let sources = folder.join(SOURCES);
    if sources.is_dir() {
        return Ok(Some(sources));
    }
    let setup_file = setup_file.map(|setup_file| folder.join(setup_file.replace('\\', "/")));
    Ok(setup_file.is_some_and(|setup_file| setup_file.is_file()).then_some(folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn app(name: &str) -> String {
        format!(r#"{{ "displayName": "{name}", "setupFilePath": "bin\\setup.exe" }}"#)
    }

    #[test]
    fn a_folder_gives_its_document_and_its_sources() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("app.json"), app("windows")).unwrap();
        assert_eq!(GivenApp::open(folder.path()).unwrap().sources, None);
        fs::create_dir(folder.path().join("bin")).unwrap();
        fs::write(folder.path().join("bin").join("setup.exe"), "MZ").unwrap();
        assert_eq!(GivenApp::open(folder.path()).unwrap().sources.unwrap(), folder.path());
        fs::create_dir(folder.path().join("source")).unwrap();
        let given = GivenApp::open(&folder.path().join("app.json")).unwrap();
        assert_eq!(given.sources.unwrap(), folder.path().join("source"));
    }

    #[test]
    fn the_document_for_unix_goes_first_there_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("app.json"), app("windows")).unwrap();
        let name = |is_windows| document_in(folder.path(), is_windows).file_name().unwrap().to_owned();
        assert_eq!([name(true), name(false)], ["app.json", "app.json"]);
        fs::write(folder.path().join("app.unix.json"), app("unix")).unwrap();
        assert_eq!([name(true), name(false)], ["app.json", "app.unix.json"]);
        let wanted = if cfg!(windows) { "windows" } else { "unix" };
        assert_eq!(GivenApp::open(folder.path()).unwrap().app.display_name.unwrap(), wanted);
    }

    #[test]
    fn what_is_no_app_is_refused_with_its_name() {
        let error = GivenApp::read(&mut &b"nothing"[..], "stdin").unwrap_err();
        assert_eq!((error.to_string().as_str(), error.code().id), ("stdin is refused", "app-not-json"));
        let missing = GivenApp::open(Path::new("missing/app.json")).unwrap_err();
        assert_eq!(missing.code().id, "input-unreadable");
        let given = GivenApp::read(&mut app("x").as_bytes(), "stdin").unwrap();
        assert!(given.document.is_none() && given.sources.is_none());
    }
}
