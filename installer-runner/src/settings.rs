//! How apps are run here, and as whom.

use std::path::PathBuf;
use std::time::Duration;
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::install::{ContextReport, Host};
use waybill_system::{Account, Perspective, System, SystemKind, View};

/// How apps are run here. [`Settings::new`] is the way of Intune's agent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Whose view of files, registry and environment: the 32-bit one of Intune's agent, or this machine's own width.
    pub host: Host,
    /// With which rights commands and scripts run.
    pub account: AccountChoice,
    /// What runs PowerShell scripts.
    pub script_host: ScriptHost,
    /// What happens at the time limit.
    pub on_time_limit: OnTimeLimit,
    /// How long detection looks again after a success; Intune's agent looks once, after about 0.15 s.
    pub detection_patience: Duration,
    /// How long msiexec waits for another installation to end before it counts as 1618.
    pub installer_patience: Duration,
    /// How long a detection or requirement script may run.
    pub script_limit: Duration,
    /// Where the output of installers is kept, one file an attempt; made where it is missing.
    pub logs: PathBuf,
    /// Where scripts are written for as long as they run; made where it is missing, for this account alone.
    pub scratch: PathBuf,
}

impl Settings {
    /// The way of Intune's agent, with files below `folder`: `Logs` and `Scratch`.
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
#[non_exhaustive]
pub enum AccountChoice {
    /// As app.json says: the system, or the signed-in user.
    #[default]
    AsDocumented,
    /// As the account of this program. Reported as substituted.
    Current,
}

/// What runs PowerShell scripts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ScriptHost {
    /// `powershell.exe` of the view on Windows; elsewhere `pwsh` where it is on the PATH, else no script rule has an answer.
    #[default]
    OfTheSystem,
    /// This program, given PowerShell's arguments.
    Program(String),
}

/// What happens at the time limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnTimeLimit {
    /// We stop waiting, as Intune's agent does; the installer goes on, and no other app starts until it has ended.
    #[default]
    Leave,
    /// The installer and its tree are ended.
    Kill,
}

/// As whom, and in which view of files and registry, an app is looked for and run: derived once from the app, the settings and the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunAs {
    /// The account and the view of commands.
    pub perspective: Perspective,
    /// The account that app.json asks for.
    pub wanted: Account,
    /// The agent that is followed.
    pub host: Host,
    /// The kind of system.
    pub kind: SystemKind,
}

impl RunAs {
    /// As app and settings ask, on this machine.
    pub fn new(app: &AppDocument, settings: &Settings, system: &dyn System) -> Self {
        let wanted = if app.runs_as_user() { Account::User } else { Account::System };
        let kind = system.kind();
        let account = match (kind, settings.account) {
            (SystemKind::Unix, _) | (_, AccountChoice::Current) => Account::Current,
            (SystemKind::Windows, AccountChoice::AsDocumented) => wanted,
        };
        // Intune's agent is a 32-bit program, and what it starts sees files and registry as 32-bit programs do.
        let view = match (kind, settings.host) {
            (SystemKind::Windows, Host::X86) => View::Bits32,
            _ => View::Bits64,
        };
        Self { perspective: Perspective { view, account }, wanted, host: settings.host, kind }
    }

    /// The same account in the view of a rule or script: `check32BitOn64System`, `runAs32Bit`.
    pub fn in_view(&self, is_32_bit: bool) -> Perspective {
        let view = if is_32_bit && self.kind == SystemKind::Windows { View::Bits32 } else { View::Bits64 };
        Perspective { view, ..self.perspective }
    }

    /// What the report says of it. `own` is whom this program runs as.
    pub fn report(&self, own: Account) -> ContextReport {
        let used = if self.perspective.account == own { own } else { self.perspective.account };
        ContextReport {
            wanted: account_name(self.wanted).to_owned(),
            used: account_name(used).to_owned(),
            substituted: used != self.wanted,
            view: view_name(self.perspective.view).to_owned(),
            host: self.host,
            system: match self.kind {
                SystemKind::Windows => "windows".to_owned(),
                SystemKind::Unix => "unix".to_owned(),
            },
        }
    }
}

/// As reports name it.
pub(crate) fn view_name(view: View) -> &'static str {
    match view {
        View::Bits32 => "32-bit",
        View::Bits64 => "64-bit",
    }
}

fn account_name(account: Account) -> &'static str {
    match account {
        Account::System => "system",
        Account::User => "user",
        Account::Current => "current",
    }
}
