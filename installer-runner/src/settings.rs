//! How apps are run on this machine, and under which account.

use std::path::{Path, PathBuf};
use std::time::Duration;
use waybill_disk::{Root, RootError};
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::install::{ContextReport, Host};
use waybill_system::{Account, Device, Perspective, System, SystemKind, View};

/// How apps are run on this machine. [`Settings::new`] follows Intune's agent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The view of files, registry and environment: the 32-bit one of Intune's agent, or the machine's native one.
    pub host: Host,
    /// The account that commands and scripts run as.
    pub account: AccountChoice,
    /// The user for whom an app in the user's context is meant, by name or security identifier; `None` for whoever is
    /// signed in. It is installed for nobody else: the attempt waits until that user is signed in.
    pub user: Option<String>,
    /// The program that runs PowerShell scripts.
    pub script_host: ScriptHost,
    /// What becomes of an msiexec line that installs in the system context.
    pub msi_line: MsiLine,
    /// What happens to an installer at its time limit.
    pub on_time_limit: OnTimeLimit,
    /// How long detection is repeated after a successful run until the app is as wanted. Intune's agent runs it once,
    /// after about 0.15 s.
    pub detection_patience: Duration,
    /// How long to wait for another installation of Windows Installer to end before starting msiexec. After that the
    /// attempt counts as ended with exit code 1618.
    pub installer_patience: Duration,
    /// The time limit of a detection or requirement script.
    pub script_limit: Duration,
    /// The root of this program's files, with the output of installers in `Logs` and scripts in `Scratch` while they run.
    /// It is opened, and made where it is missing, when one of them is needed ([`Root::open`]): a detection without
    /// script rules needs none.
    pub root: PathBuf,
}

impl Settings {
    /// The settings of Intune's agent, with this root.
    pub fn new(root: &Path) -> Self {
        Self {
            host: Host::X86,
            account: AccountChoice::AsDocumented,
            user: None,
            script_host: ScriptHost::OfTheSystem,
            msi_line: MsiLine::AsWritten,
            on_time_limit: OnTimeLimit::Leave,
            detection_patience: Duration::from_secs(10),
            installer_patience: Duration::from_secs(600),
            script_limit: Duration::from_secs(3600),
            root: root.to_owned(),
        }
    }

    /// The root, opened and checked. Nothing below it is used by any other way.
    pub(crate) fn open_root(&self) -> Result<Root, RootError> {
        Root::open(&self.root)
    }
}

/// The account that commands and scripts run as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AccountChoice {
    /// The account that app.json names: the system account, or the signed-in user.
    #[default]
    AsDocumented,
    /// The account of this program. Reports say that it replaced the one of app.json.
    Current,
}

/// The program that runs PowerShell scripts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ScriptHost {
    /// On Windows `powershell.exe` of the rule's view; on other systems `pwsh` from the PATH. Without it no script rule
    /// has an answer.
    #[default]
    OfTheSystem,
    /// This program, started with PowerShell's arguments.
    Program(String),
}

/// What becomes of an msiexec line that installs in the system context (docs/fidelity.md, "What nobody has measured").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MsiLine {
    /// It runs as it is written, as in installs that were measured.
    #[default]
    AsWritten,
    /// It runs with the words that one page of Microsoft's shows the agent adding.
    Prepared,
}

/// What happens to an installer at its time limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnTimeLimit {
    /// The installer goes on, as with Intune's agent. It is no longer waited for. Its own app is not started again until
    /// it has ended; other apps are, but msiexec waits for Windows Installer as always.
    #[default]
    Leave,
    /// The installer is ended with all its descendants.
    Kill,
}

/// The account and the view in which an app is detected and run, derived from the app, the settings and the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunAs {
    /// The account and the view in which commands run.
    pub perspective: Perspective,
    /// The account that app.json asks for.
    pub wanted: Account,
    /// The kind of agent that is followed: a 32-bit or a native one.
    pub host: Host,
    /// The kind of system that the machine runs.
    pub kind: SystemKind,
}

impl RunAs {
    /// Derives account and view for an app on this machine.
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

    /// Account and view for a report about an attempt on `device`.
    pub fn report(&self, device: &dyn Device) -> ContextReport {
        let used = match self.perspective.account {
            Account::Current => device.own_account(),
            account => account,
        };
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
            model: device.model().map(str::to_owned),
        }
    }
}

/// The name of a view in reports.
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
