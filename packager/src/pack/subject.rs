//! What a request is about: a source folder, the setup file in it, and the app's document where there is one.

use super::error::PackError;
use super::request::PackSource;
use crate::init::{app_document_path, fill_app_document, read_app_document};
use std::path::{Path, PathBuf};
use waybill_schemas::app::{AppDocument, PackageFields, WIN32_LOB_APP};

/// The source folder below an app's folder, and the document in it.
const SOURCE: &str = "source";
const DOCUMENT: &str = "app.json";

/// A source folder and the setup file as they were given.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) folder: PathBuf,
    pub(super) setup_file: PathBuf,
    pub(super) document: Option<Document>,
}

/// The app's document, as it was before packing.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) path: PathBuf,
    pub(super) app: AppDocument,
    /// Whether it is filled in afterwards.
    pub(super) filled: bool,
}

impl Subject {
    /// Reads what there is to read before the source folder is listed.
    pub(super) fn of(source: &PackSource, fill_document: bool) -> Result<Self, PackError> {
        match source {
            PackSource::Folder { folder, setup_file } => Ok(Self {
                folder: folder.clone(),
                setup_file: setup_file.clone(),
                document: if fill_document { Document::beside(folder, setup_file) } else { None },
            }),
            PackSource::App { folder } => {
                let path = folder.join(DOCUMENT);
                let below = folder.join(SOURCE);
                let folder_of_sources = if below.is_dir() { below } else { folder.clone() };
                let app = read_app_document(&path)?;
                let named = app.setup_file_path.clone().filter(|name| !name.is_empty());
                let Some(setup_file) = named else {
                    return Err(PackError::NoSetupFileNamed { document: path });
                };
                let document = Some(Document { path, app, filled: fill_document });
                Ok(Self { folder: folder_of_sources, setup_file: setup_file.into(), document })
            }
        }
    }
}

impl Document {
    /// The document that `init` writes for a source folder. Nobody named it, so it counts only where it says that it
    /// is an app's, and the app of this setup file: another one is not to be touched.
    fn beside(folder: &Path, setup_file: &Path) -> Option<Self> {
        let path = app_document_path(folder, None);
        let app = path.is_file().then(|| read_app_document(&path).ok()).flatten()?;
        let leaf = |name: &str| name.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
        let setup_file = leaf(&setup_file.to_string_lossy());
        let same =
            app.setup_file_path.as_deref().is_none_or(|named| named.is_empty() || leaf(named) == setup_file);
        (same && app.odata_type.as_deref() == Some(WIN32_LOB_APP)).then_some(Self { path, app, filled: true })
    }

    /// Fills in what packing decided; the package lies where it belongs by now.
    pub(super) fn fill(&self, fields: &PackageFields, package: &Path) -> Result<(), PackError> {
        match fill_app_document(&self.path, fields) {
            Ok(_) => Ok(()),
            Err(source) => Err(PackError::DocumentNotFilled { package: package.to_path_buf(), source }),
        }
    }
}
