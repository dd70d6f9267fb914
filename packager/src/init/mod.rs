//! Drafts an app's document from its installer, which an administrator would otherwise type by hand.
//!
//! An MSI has the facts itself. For other installers commands are proposed, and the report and the document's `notes`
//! say what was not tried.

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
    APP_DOCUMENT, AppDocument, AppFile, AppFileError, FilledField, PackageFields, app_document_of_sources,
};
use waybill_schemas::codes::{Classified, Code, source};

/// The request for a draft: the setup file, and where the document goes.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct InitRequest {
    /// The source folder.
    pub source: PathBuf,
    /// The setup file: a path relative to the source folder, or an absolute one.
    pub setup_file: PathBuf,
    /// The path of the document, or an existing folder for it; [`app_document_path`] gives the default.
    pub output: Option<PathBuf>,
    /// Whether to replace an existing document.
    pub force: bool,
    /// The exclusions of `--exclude`.
    pub exclusions: Exclusions,
}

impl InitRequest {
    /// A request for `setup_file` in `source`, with the document at the default path.
    pub fn new(source: impl Into<PathBuf>, setup_file: impl Into<PathBuf>) -> Self {
        Self { source: source.into(), setup_file: setup_file.into(), ..Self::default() }
    }
}

/// A draft of an app's document, and what to check in it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AppDraft {
    /// The document, without the fields that the installer does not tell.
    pub app: AppDocument,
    /// The kind of the setup file.
    pub kind: InstallerKind,
    /// How certain the kind is.
    pub confidence: Confidence,
    /// What the kind was recognised by, as a phrase.
    pub evidence: &'static str,
    /// What to know and what to check, most important first.
    pub notes: Vec<DraftNote>,
}

/// Why no document was drafted or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InitError {
    /// The source folder cannot be packed, so a document for it is of no use.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// The setup file is not in the source folder.
    #[error(transparent)]
    SetupFile(#[from] SetupFileError),
    /// The setup file cannot be read.
    #[error(transparent)]
    Recognise(#[from] RecogniseError),
    /// The setup file's name cannot be written in a command line.
    #[error("the setup file {name:?} has a quotation mark or a control character in its name")]
    Name {
        /// The setup file's name.
        name: String,
    },
    /// The document exists already, or cannot be written.
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

/// Drafts the document of an app and writes it. Returns its path and the draft.
///
/// # Errors
/// A source folder or setup file that cannot be used; an existing document, without `force`; I/O.
pub fn init(request: &InitRequest, context: &Context<'_>) -> Result<(PathBuf, AppDraft), InitError> {
    let path = app_document_path(&request.source, request.output.as_deref());
    // Checked before the folder is listed, which may take a while. Writing checks again, because another process may
    // have been faster. Not `exists`, which follows links: a link to nothing is in the way as a file is.
    if !request.force && path.symlink_metadata().is_ok() {
        return Err(AppWriteError::Exists { path }.into());
    }
    let options = WalkOptions::excluding(request.exclusions.clone());
    let list = walk(&request.source, &options, context)?;
    let draft = draft(&list, &options, &request.setup_file)?;
    write_app_document(&path, &draft.app, request.force)?;
    Ok((path, draft))
}

/// Drafts the document for a setup file of a source folder that was listed before.
///
/// # Errors
/// A setup file that is not in the list, cannot be read, or has a name that no command line can hold.
pub fn draft(list: &SourceList, options: &WalkOptions, given: &Path) -> Result<AppDraft, InitError> {
    let setup_file = setup_file::locate(list, options, given)?;
    if setup_file.name().contains(|one: char| one == '"' || one.is_control()) {
        return Err(InitError::Name { name: setup_file.name().to_owned() });
    }
    let installer = recognise(setup_file.path())?;
    Ok(draft::draft(list, &setup_file, &installer))
}

/// The path of the document: `output`, `app.json` in it where it is a folder, or by default the source folder's own.
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
    /// The document exists already.
    #[error("{} is there already", shown(path))]
    Exists {
        /// The path of the document.
        path: PathBuf,
    },
    /// The document that is to be filled in cannot be used.
    #[error(transparent)]
    Read(#[from] AppFileError),
    /// The document could not be written; an earlier one is as it was.
    #[error("cannot write {}", shown(path))]
    Write {
        /// The path of the document.
        path: PathBuf,
        /// The system's error.
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

/// Writes an app's document to a file beside it, which is then renamed. An existing document is replaced only with
/// `force`.
///
/// # Errors
/// An existing document, without `force`; I/O.
pub fn write_app_document(path: &Path, app: &AppDocument, force: bool) -> Result<(), AppWriteError> {
    put(path, app.to_json().as_bytes(), force).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists if !force => AppWriteError::Exists { path: path.to_path_buf() },
        _ => AppWriteError::Write { path: path.to_path_buf(), source },
    })
}

fn put(path: &Path, bytes: &[u8], force: bool) -> io::Result<()> {
    let new = NewFile::create(path, FileAccess::AsReplaced)?;
    new.file().write_all(bytes)?;
    new.put(force, &Context::silent())
}

/// Puts what packing decided into an existing document. Everything else stays, in its order. Returns the fields that
/// changed; without a change nothing is written.
///
/// # Errors
/// A document that cannot be read or written, or that is not an app's.
pub fn fill_app_document(path: &Path, fields: &PackageFields) -> Result<Vec<FilledField>, AppWriteError> {
    // Read again, because somebody may have edited it during packing.
    let mut app = AppFile::open(path)?.app;
    let before = app.clone();
    let changed = app.fill_from_package(fields);
    if app != before {
        write_app_document(path, &app, true)?;
    }
    Ok(changed)
}

/// What the person who packs the app should know or check.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DraftNote {
    /// Something in the draft was not tried; says what.
    Unverified(String),
    /// No detection rule is proposed, and Intune requires one.
    NoDetectionRule {
        /// The kind of the installer.
        kind: InstallerKind,
    },
    /// No command is proposed, and Intune requires one.
    NoCommand {
        /// `install` or `uninstall`.
        which: &'static str,
    },
    /// The MSI's facts could not be read; says why.
    MsiUnreadable(String),
    /// ALLUSERS has a value that Windows Installer does not know; holds the value.
    OddAllUsers(String),
    /// The setup file was given in another case than it has on the disk.
    SpelledOtherwise {
        /// Its name on the disk.
        name: String,
    },
    /// The setup file's name has a percent sign, which a command line may expand.
    PercentInName {
        /// The setup file's name.
        name: String,
    },
    /// A field that Intune requires is not known; holds its name.
    Unknown(&'static str),
    /// The setup file is of another kind than its extension says.
    AnotherKind {
        /// The setup file's name.
        name: String,
        /// The kind that its bytes show.
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
