//! Drafts an app's document from what its installer is: the work that an administrator otherwise types by hand.
//!
//! An MSI answers for itself. For other installers commands are proposed; what has not been tried is said, in the
//! report and in the document's `notes`.

mod draft;
#[cfg(test)]
mod tests;

use crate::exclude::Exclusions;
use crate::recognise::{Confidence, InstallerKind, RecogniseError, recognise};
use crate::setup_file::{self, SetupFileError};
use crate::walk::{SourceList, WalkError, WalkOptions, walk};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_disk::{FileAccess, NewFile, shown};
use waybill_schemas::app::{
    APP_DOCUMENT, AppDocument, AppFile, AppFileError, PackageFields, app_document_of_sources,
};
use waybill_schemas::codes::{Classified, Code, source};

/// What `init` is asked for.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct InitRequest {
    /// The source folder.
    pub source: PathBuf,
    /// The setup file, relative to it or absolute.
    pub setup_file: PathBuf,
    /// Where the document goes: a file, or a folder that is there. By default [`app_document_path`] says.
    pub output: Option<PathBuf>,
    /// Overwrite a document that is there.
    pub force: bool,
    /// What `--exclude` leaves out.
    pub exclusions: Exclusions,
}

impl InitRequest {
    /// Drafts a document for `setup_file` in `source`, where [`app_document_path`] puts it.
    pub fn new(source: impl Into<PathBuf>, setup_file: impl Into<PathBuf>) -> Self {
        Self { source: source.into(), setup_file: setup_file.into(), ..Self::default() }
    }
}

/// An app's document as far as its installer says, and what to look at in it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AppDraft {
    /// The document.
    pub app: AppDocument,
    /// What the setup file is.
    pub kind: InstallerKind,
    /// How sure that is.
    pub confidence: Confidence,
    /// By what it was recognised.
    pub evidence: &'static str,
    /// What to know and to look at, most important first.
    pub notes: Vec<DraftNote>,
}

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InitError {
    /// The source folder cannot be packed, so a document for it is of no use.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// The setup file is not in it.
    #[error(transparent)]
    SetupFile(#[from] SetupFileError),
    /// The setup file cannot be read.
    #[error(transparent)]
    Recognise(#[from] RecogniseError),
    /// No command line can name it.
    #[error("the setup file {name:?} has a quotation mark or a control character in its name")]
    Name {
        /// Its name.
        name: String,
    },
    /// The document is there already, or cannot be written.
    #[error(transparent)]
    Write(#[from] AppWriteError),
}

impl Classified for InitError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Walk(error) => error.code(),
            Self::SetupFile(error) => error.code(),
            Self::Recognise(error) => error.code(),
            Self::Name { .. } => &source::SETUP_FILE_NAME,
            Self::Write(error) => error.code(),
        }
    }
}

/// Drafts the document of an app and writes it; returns where, and the draft.
///
/// # Errors
/// An unusable source folder or setup file; a document that is there, without `force`; the disk.
pub fn init(request: &InitRequest, context: &Context<'_>) -> Result<(PathBuf, AppDraft), InitError> {
    let path = app_document_path(&request.source, request.output.as_deref());
    // Asked before the folder is listed, which may take a while. Writing asks once more, because
    // another process may have been faster.
    if !request.force {
        refuse_existing(&path)?;
    }
    let options = WalkOptions::excluding(request.exclusions.clone());
    let list = walk(&request.source, &options, context)?;
    let draft = draft(&list, &options, &request.setup_file)?;
    write_app_document(&path, &draft.app, request.force)?;
    Ok((path, draft))
}

/// Drafts the document for a setup file of a source folder that has been listed.
///
/// # Errors
/// The setup file is not in the list, cannot be read, or has a name that no command line can carry.
pub fn draft(list: &SourceList, options: &WalkOptions, given: &Path) -> Result<AppDraft, InitError> {
    let setup_file = setup_file::locate(list, options, given)?;
    if setup_file.name().contains(|one: char| one == '"' || one.is_control()) {
        return Err(InitError::Name { name: setup_file.name().to_owned() });
    }
    let installer = recognise(setup_file.path())?;
    Ok(draft::draft(list, &setup_file, &installer))
}

/// Where the document goes: to `output`, a file or a folder that is there, else where a source folder's belongs.
pub fn app_document_path(source: &Path, output: Option<&Path>) -> PathBuf {
    match output {
        Some(folder) if folder.is_dir() => folder.join(APP_DOCUMENT),
        Some(file) => file.to_path_buf(),
        None => app_document_of_sources(source),
    }
}

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
fn refuse_existing(path: &Path) -> Result<(), AppWriteError> {
    // Not `exists`, which follows links: a link to nothing is in the way as much as a file is.
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

/// What the maker of an app should know or look at.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DraftNote {
    /// Something in the draft has not been tried.
    Unverified(String),
    /// No detection rule is proposed; Intune asks for one.
    NoDetectionRule {
        /// What the installer is.
        kind: InstallerKind,
    },
    /// No command is proposed.
    NoCommand {
        /// `install` or `uninstall`.
        which: &'static str,
    },
    /// The MSI's facts could not be read.
    MsiUnreadable(String),
    /// ALLUSERS has a value that Windows Installer does not know.
    OddAllUsers(String),
    /// The setup file was given in another case.
    SpelledOtherwise {
        /// As on the disk.
        name: String,
    },
    /// A percent sign in the setup file's name, which a command line may expand.
    PercentInName {
        /// The name.
        name: String,
    },
    /// A field that Intune asks for is not known.
    Unknown(&'static str),
    /// The setup file's extension is that of another kind.
    AnotherKind {
        /// Its name.
        name: String,
        /// What it is.
        kind: InstallerKind,
    },
}

impl std::fmt::Display for DraftNote {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unverified(doubt) => formatter.write_str(doubt),
            Self::NoDetectionRule { kind } => write!(
                formatter,
                "No detection rule: {kind} does not tell what it leaves behind. Install it once, then add a rule \
                 for a file and its version."
            ),
            Self::NoCommand { which } => {
                write!(formatter, "No {which} command is proposed: Intune asks for one.")
            }
            Self::MsiUnreadable(reason) => {
                write!(formatter, "The MSI's facts are not known: {reason}.")
            }
            Self::OddAllUsers(value) => write!(
                formatter,
                "ALLUSERS is {value:?} in the MSI; only 1, 2 and nothing mean something. It is taken for per \
                 user."
            ),
            Self::SpelledOtherwise { name } => {
                write!(formatter, "The setup file is {name:?} on the disk, in this spelling.")
            }
            Self::PercentInName { name } => write!(
                formatter,
                "The name {name:?} holds a percent sign, which a command line may expand: rename the file."
            ),
            Self::Unknown(field) => {
                write!(formatter, "The {field} is not known: Intune asks for one.")
            }
            Self::AnotherKind { name, kind } => {
                write!(formatter, "{name:?} is {kind}, whatever its name says.")
            }
        }
    }
}
