//! Drafts an app's document from its installer, which an administrator would otherwise type by hand.
//!
//! An MSI has the facts itself. For other installers commands are proposed, and the report and the document's `notes`
//! say what was not tried.

mod beside;
mod draft;
mod facts;
mod merge;
mod note;
#[cfg(test)]
mod tests;
mod toolkit;
mod update;
mod version_text;

pub use merge::{FieldUpdate, KeptEdit, UpdateReport};
pub use note::DraftNote;
pub use update::update;

pub(crate) use draft::{product_rule, script_rule_of, usual_experience};
pub(crate) use facts::{ChangedFact, with_new_facts};
pub(crate) use merge::merged;
pub(crate) use version_text::comparable_version;

use crate::exclude::Exclusions;
use crate::recognise::{Confidence, InstallerKind, RecogniseError, recognise};
use crate::setup_file::{self, SetupFileError};
use crate::walk::{SourceList, WalkError, WalkOptions, walk};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_disk::{FileAccess, NewFile, shown};
use waybill_intune::path::{extension, leaf};
use waybill_intune::right_line;
use waybill_schemas::Quoted;
use waybill_schemas::app::{
    APP_DOCUMENT, AppDocument, AppError, AppFile, AppFileError, FilledField, PackageFields,
    app_document_of_sources,
};
use waybill_schemas::codes::{Classified, Code, command, pack, source};

/// The request for a draft: the setup file, and where the document goes.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct InitRequest {
    /// The source folder.
    pub source: PathBuf,
    /// The setup file: a path relative to the source folder, or an absolute one. Empty for the only one there, and in an
    /// update for the one that the document names.
    pub setup_file: PathBuf,
    /// The path of the document, or an existing folder for it; [`app_document_path`] gives the default.
    pub output: Option<PathBuf>,
    /// Whether to replace an existing document.
    pub force: bool,
    /// The exclusions of `--exclude`.
    pub exclusions: Exclusions,
    /// What an exit code stands for with which a toolkit reports that the user put the deployment off.
    pub deferral: Deferral,
}

/// What a deferral by the user counts as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Deferral {
    /// The attempt failed; it is made again after the long interval.
    #[default]
    Failed,
    /// The attempt is made again after 5 minutes, so the user is asked again soon.
    Retry,
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
    #[error("the setup file {name} has a quotation mark or a control character in its name", name = Quoted(name))]
    Name {
        /// The setup file's name.
        name: String,
    },
    /// The document exists already, or cannot be written.
    #[error(transparent)]
    Write(#[from] AppWriteError),
    /// Neither the request nor the document that is to be updated names a setup file.
    #[error("{} names no setup file", shown(document))]
    NoSetupFile {
        /// The document.
        document: PathBuf,
    },
    /// No setup file was given, and the source folder does not tell which one it is.
    #[error("no setup file is given, and {}", in_words(folder, candidates, *is_empty))]
    NoneGiven {
        /// The source folder.
        folder: PathBuf,
        /// The names of the files that may be meant.
        candidates: Vec<String>,
        /// Whether there is no file at all.
        is_empty: bool,
    },
    /// What was merged is no app's document.
    #[error("the updated document would not be an app's")]
    Merged(#[source] AppError),
}

impl Classified for InitError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Walk(error) => error.code(),
            Self::SetupFile(error) => error.code(),
            Self::Recognise(error) => error.code(),
            Self::Name { .. } => &source::SETUP_FILE_NAME,
            Self::Write(error) => error.code(),
            Self::NoSetupFile { .. } => &pack::APP_WITHOUT_SETUP_FILE,
            Self::NoneGiven { .. } => &command::USAGE,
            Self::Merged(error) => error.code(),
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
    let given = match request.setup_file.as_os_str().is_empty() {
        true => only_setup_file(&list)?.into(),
        false => request.setup_file.clone(),
    };
    let draft = draft(&list, &options, &given, request.deferral)?;
    make_folder_of(&path)?;
    write_app_document(&path, &draft.app, request.force)?;
    Ok((path, draft))
}

/// The name of the only file that may be the setup file: one that starts, at the top of the folder, else below.
fn only_setup_file(list: &SourceList) -> Result<String, InitError> {
    let files = || list.iter().filter(|entry| !entry.is_folder()).map(|entry| entry.name());
    let candidates: Vec<String> = files().filter(|name| may_be_setup_file(name)).collect();
    let at_top: Vec<String> = candidates.iter().filter(|name| !name.contains('/')).cloned().collect();
    let mut candidates = if at_top.is_empty() { candidates } else { at_top };
    if candidates.len() == 1 {
        return Ok(candidates.remove(0));
    }
    let is_empty = files().next().is_none();
    Err(InitError::NoneGiven { folder: list.root().to_path_buf(), candidates, is_empty })
}

/// Whether Windows starts a file of this name, and it is none that uninstalls or detects.
fn may_be_setup_file(name: &str) -> bool {
    let leaf = leaf(name).to_lowercase();
    let extension = extension(&leaf);
    let starts = right_line::is_program(&extension) || right_line::is_document(&extension);
    let is_other = ["uninst", "deinst", "remove", "detect"].iter().any(|word| leaf.contains(word));
    starts && !is_other && extension != "lnk"
}

fn in_words(folder: &Path, candidates: &[String], is_empty: bool) -> String {
    const MOST: usize = 8;
    let folder = shown(folder);
    if is_empty {
        return format!("{folder} has nothing in it");
    }
    if candidates.is_empty() {
        return format!("no file of {folder} looks like one");
    }
    let names: Vec<String> = candidates.iter().take(MOST).map(|name| Quoted(name).to_string()).collect();
    let more = candidates.len().saturating_sub(MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("several files of {folder} may be it: {}{more}", names.join(", "))
}

/// Drafts the document for a setup file of a source folder that was listed before.
///
/// # Errors
/// A setup file that is not in the list, cannot be read, or has a name that no command line can hold.
pub fn draft(
    list: &SourceList,
    options: &WalkOptions,
    given: &Path,
    deferral: Deferral,
) -> Result<AppDraft, InitError> {
    let setup_file = setup_file::locate(list, options, given)?;
    if setup_file.name().contains(|one: char| one == '"' || one.is_control()) {
        return Err(InitError::Name { name: setup_file.name().to_owned() });
    }
    let installer = recognise(setup_file.path())?;
    Ok(draft::draft(list, &setup_file, &installer, deferral))
}

/// The path of the document: `output`, `app.json` in it where it is a folder, or by default the source folder's own.
/// What is not there yet is a folder unless its name ends in `.json`.
pub fn app_document_path(source: &Path, output: Option<&Path>) -> PathBuf {
    let is_file_name = |path: &Path| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
    match output {
        Some(folder) if folder.is_dir() => folder.join(APP_DOCUMENT),
        Some(file) if is_file_name(file) || file.symlink_metadata().is_ok() => file.to_path_buf(),
        Some(folder) => folder.join(APP_DOCUMENT),
        None => app_document_of_sources(source),
    }
}

/// Makes the folder in which a document is to be written.
pub(crate) fn make_folder_of(path: &Path) -> Result<(), AppWriteError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(folder)
        .map_err(|source| AppWriteError::Write { path: path.to_path_buf(), source })
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
