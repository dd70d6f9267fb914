//! The request for a rehearsal, its audience, its root folder, and the errors that prevent it.

use crate::Remark;
use std::io;
use std::path::{Path, PathBuf};
use waybill_agent::StateError;
use waybill_disk::TemporaryFolder;
use waybill_installer_runner::{Events, Settings};
use waybill_packager::lint::Allowance;
use waybill_schemas::app::AppFolder;
use waybill_schemas::codes::{Classified, Code, rehearsal};
use waybill_schemas::report::rehearsal::{Phase, RehearsalPhase};

/// Which app is rehearsed, and how.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RehearsalRequest {
    /// The app's folder: `app.json` and `source`.
    pub folder: PathBuf,
    /// The documents in it.
    pub app: AppFolder,
    /// The folder for everything that the rehearsal writes for itself; a temporary one where this is `None`.
    pub root: Option<PathBuf>,
    /// Whether to leave that folder in any case. A temporary one is left where an install failed, for its logs.
    pub keep: bool,
    /// Whether to uninstall a copy that is here already, instead of refusing.
    pub force: bool,
    /// Whether to let Windows Installer write a log, by `/l*v` at the end of an msiexec line that has none.
    pub msi_log: bool,
    /// How many times an installer that asks for a retry is run again at once.
    pub retries: u32,
    /// What lint may overlook, besides what app.json says.
    pub allowances: Vec<Allowance>,
    /// How apps are run; their root is that of the rehearsal.
    pub settings: Settings,
}

impl RehearsalRequest {
    /// Rehearses the app as Intune would run it, in a temporary root, with a log of Windows Installer and three
    /// retries.
    pub fn new(folder: impl Into<PathBuf>, app: AppFolder) -> Self {
        Self {
            folder: folder.into(),
            app,
            root: None,
            keep: false,
            force: false,
            msi_log: true,
            retries: 3,
            allowances: Vec::new(),
            settings: Settings::new(Path::new("")),
        }
    }
}

/// Receives the phases of a rehearsal as they come, and each decision of an attempt within them.
pub trait Audience: Events {
    /// Called when a phase begins.
    fn begins(&self, _phase: Phase) {}

    /// Called when a phase is over, with what came of it.
    fn ended(&self, _phase: &RehearsalPhase) {}

    /// The words for a remark in the report, for an audience that has options or commands to name.
    fn words(&self, remark: &Remark) -> String {
        remark.to_string()
    }
}

/// For a rehearsal that nobody watches.
impl Audience for () {}

/// Why there was no rehearsal. An error that stops one under way is in its report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RehearsalError {
    /// The folder for the rehearsal's own files cannot be made.
    #[error("cannot make {} for the rehearsal", path.display())]
    Root {
        /// The folder, or the one in which a temporary folder was to be made.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The state, which remembers attempts, cannot be opened in that folder.
    #[error(transparent)]
    State(#[from] StateError),
}

impl Classified for RehearsalError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Root { .. } => &rehearsal::REHEARSAL_FOLDER,
            Self::State(error) => error.code(),
        }
    }
}

/// The folder that the request names, or a temporary one for this user alone.
pub(crate) struct Root {
    path: PathBuf,
    temporary: Option<TemporaryFolder>,
}

impl Root {
    /// Makes the folder, or only its parent where the request names it.
    pub(crate) fn make(request: &RehearsalRequest) -> Result<Self, RehearsalError> {
        match &request.root {
            Some(path) => {
                let failed = |source| RehearsalError::Root { path: path.clone(), source };
                let path = std::path::absolute(path).map_err(failed)?;
                fs_err::create_dir_all(path.parent().unwrap_or(&path)).map_err(failed)?;
                Ok(Self { path, temporary: None })
            }
            None => {
                let failed = |source| RehearsalError::Root { path: std::env::temp_dir(), source };
                // It is this user's alone: a whole package lies in it, and a package carries its keys.
                let folder =
                    TemporaryFolder::create(&std::env::temp_dir(), "waybill-try-").map_err(failed)?;
                Ok(Self { path: folder.path().to_owned(), temporary: Some(folder) })
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes a temporary folder unless it is to be kept. Returns whether the folder is still there.
    pub(crate) fn end(self, keep: bool) -> bool {
        match self.temporary {
            None => true,
            Some(folder) if keep => {
                let _ = folder.keep();
                true
            }
            // What cannot be removed now is the system's to sweep.
            Some(folder) => folder.close().is_err(),
        }
    }
}
