use std::path::PathBuf;
use std::time::Duration;
use waybill_schemas::report::install::Host;

/// How apps are run here. [`Settings::new`] is the reference's way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Whose view of files, registry and environment: the reference's 32-bit one, or this machine's own width.
    pub host: Host,
    /// With whose rights.
    pub account: AccountChoice,
    /// What runs PowerShell scripts.
    pub script_host: ScriptHost,
    /// What happens at the time limit.
    pub on_time_limit: OnTimeLimit,
    /// How long detection looks again after a success; the reference looks once, after about 0.15 s.
    pub detection_patience: Duration,
    /// How long msiexec waits for another installation to end before it counts as 1618.
    pub installer_patience: Duration,
    /// How long a detection or requirement script may run.
    pub script_limit: Duration,
    /// Where the output of installers is kept, one file an attempt; made where it is missing.
    pub logs: PathBuf,
    /// Where scripts are written for as long as they run; made where it is missing, for us alone.
    pub scratch: PathBuf,
}

impl Settings {
    /// The reference's way, with files below `folder`: `Logs` and `Scratch`.
    pub fn new(folder: &std::path::Path) -> Self {
        Self {
            host: Host::X86,
            account: AccountChoice::AsDocumented,
            script_host: ScriptHost::OfTheSystem,
            on_time_limit: OnTimeLimit::Leave,
            detection_patience: Duration::from_secs(10),
            installer_patience: Duration::from_secs(600),
            script_limit: Duration::from_secs(3600),
            logs: folder.join("Logs"),
            scratch: folder.join("Scratch"),
        }
    }
}

/// With whose rights commands and scripts run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AccountChoice {
    /// As app.json says: the system, or the signed-in user.
    #[default]
    AsDocumented,
    /// As whoever runs this program: `--as current`. Reported as substituted.
    Current,
}

/// What runs PowerShell scripts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ScriptHost {
    /// `powershell.exe` of the view on Windows; elsewhere `pwsh` where it is on the PATH, else no script can be told.
    #[default]
    OfTheSystem,
    /// This program, given PowerShell's arguments.
    Program(String),
}

/// What happens at the time limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnTimeLimit {
    /// We stop waiting, as the reference does; the installer goes on, and no other app starts until it has ended.
    #[default]
    Leave,
    /// The installer and its tree are ended.
    Kill,
}
