use std::path::PathBuf;
use waybill_installer_runner::Settings;
use waybill_packager::lint::Allowance;
use waybill_schemas::app::AppFolder;

/// What is rehearsed, and how.
#[derive(Debug, Clone)]
pub struct RehearsalRequest {
    /// The app's folder: `app.json` and `source`.
    pub folder: PathBuf,
    /// The documents in it.
    pub app: AppFolder,
    /// Where everything is written that the rehearsal needs for itself; a temporary folder where nothing is said.
    pub root: Option<PathBuf>,
    /// Leave that folder, whatever came of it. A temporary one is left where an install failed, for its logs.
    pub keep: bool,
    /// Uninstall a copy that is here already, instead of refusing.
    pub force: bool,
    /// Let Windows Installer write a log, by `/l*v` at the end of an msiexec line that has none.
    pub msi_log: bool,
    /// How often an installer that asks for a retry is asked again at once.
    pub retries: u32,
    /// What lint may overlook, besides what app.json says.
    pub allowances: Vec<Allowance>,
    /// How apps are run; `logs` and `scratch` are put below the root.
    pub settings: Settings,
}

impl RehearsalRequest {
    /// As Intune would run the app, in a temporary root, with a log of Windows Installer and three retries.
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
            settings: Settings::new(std::path::Path::new("")),
        }
    }
}
