use super::root::RootArgs;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use std::time::Duration;
use waybill_installer_runner::{AccountChoice, OnTimeLimit, ScriptHost, Settings};
use waybill_schemas::report::install::Host;

/// Look for an app: every detection rule, with what it wants and what is there
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill detect apps/7zip
  waybill detect app.json --json
  waybill detect app.json --host native

Exit codes: 0 detected, 7 not detected, 1 cannot tell, 3 an invalid rule.
Nothing is installed or changed; detection scripts run.")]
pub(crate) struct DetectArgs {
    /// An app's folder, its app.json, or - to read app.json from stdin
    #[arg(value_name = "APP DIR|app.json|-")]
    pub(crate) app: PathBuf,
    #[command(flatten)]
    pub(crate) manner: Manner,
    #[command(flatten)]
    pub(crate) root: RootArgs,
}

/// Install an app: detect, check its requirements, run its command, let detection judge
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill install apps/7zip --dry-run
  waybill install apps/7zip
  waybill install app.json --content 7zip.intunewin --json
  waybill install - --content https://cdn.example/7zip.content.json --events < app.json
  waybill install apps/7zip --wait --exit-style msi

Exit codes: 0 installed, 10 and 11 installed with a restart to come, 7 not for this
device, 8 failed or not borne out by detection, 9 retry later, 1 cannot tell,
3 an invalid rule. It never restarts. docs/runner.md is the contract for agents.")]
pub(crate) struct InstallArgs {
    #[command(flatten)]
    pub(crate) attempt: AttemptArgs,
}

/// Uninstall an app: detect, run its uninstall command, let detection judge
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill uninstall apps/7zip --dry-run
  waybill uninstall app.json --content 7zip.intunewin

Exit codes: 0 gone, 10 and 11 gone with a restart to come, 8 failed or still
detected, 9 retry later, 1 cannot tell, 3 an invalid rule.")]
pub(crate) struct UninstallArgs {
    #[command(flatten)]
    pub(crate) attempt: AttemptArgs,
}

/// What `install` and `uninstall` take.
#[derive(Debug, Args)]
pub(crate) struct AttemptArgs {
    /// An app's folder, its app.json, or - to read app.json from stdin
    #[arg(value_name = "APP DIR|app.json|-")]
    pub(crate) app: PathBuf,
    /// The app's files: a folder, used as it is, or a package, content.json or URL, fetched when the command is about
    /// to run; `source` beside app.json by default
    #[arg(long, value_name = "SOURCE")]
    pub(crate) content: Option<String>,
    /// Decide everything, start nothing: rules with their actual values, and what the command comes to
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Follow the retry schedule until it is done or given up
    #[arg(long)]
    pub(crate) wait: bool,
    /// How long to wait where another install or uninstall is at work below the same root
    #[arg(long, value_name = "SECONDS", default_value = "0")]
    pub(crate) wait_lock: u64,
    /// Print each decision as a line of JSON on stdout as it falls, and the report as the last one
    #[arg(long)]
    pub(crate) events: bool,
    /// At the time limit: leave the installer running, as Intune does, or kill it and its children
    #[arg(long, value_enum, default_value = "leave", value_name = "ACTION")]
    on_timeout: OnTimeout,
    /// How long detection looks again after a success; Intune looks once, 0
    #[arg(long, value_name = "SECONDS", default_value = "10")]
    look_again: u64,
    /// Exit codes: waybill's, or msi: 3010 for 10, 1641 for 11, 1618 for 9, 1603 for 8
    #[arg(long, value_enum, default_value = "waybill", value_name = "STYLE")]
    pub(crate) exit_style: ExitStyle,
    /// Exit with the installer's own code, where one ran
    #[arg(long)]
    pub(crate) passthrough_exit: bool,
    #[command(flatten)]
    pub(crate) manner: Manner,
    #[command(flatten)]
    pub(crate) root: RootArgs,
}

/// How an app is looked at and run.
#[derive(Debug, Args)]
pub(crate) struct Manner {
    /// Whose view of files, registry and environment: x86 as the agent of Intune, a 32-bit program; native as this
    /// machine
    #[arg(long, value_enum, default_value = "x86")]
    host: HostName,
    /// With whose rights: as app.json says, or as you are
    #[arg(long = "as", value_enum, default_value = "app", value_name = "WHO")]
    account: Who,
    /// What runs PowerShell scripts, instead of powershell.exe (elsewhere than on Windows: pwsh)
    #[arg(long, value_name = "PROGRAM")]
    script_host: Option<String>,
}

/// What happens at the time limit.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum OnTimeout {
    Leave,
    Kill,
}

/// Which exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExitStyle {
    Waybill,
    Msi,
}

/// Which agent is followed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum HostName {
    X86,
    Native,
}

/// With whose rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Who {
    App,
    Current,
}

impl Manner {
    /// As settings, with files below `root`.
    pub(crate) fn settings(&self, root: &Path) -> Settings {
        let script_host = self.script_host.clone().map_or(ScriptHost::OfTheSystem, ScriptHost::Program);
        let mut settings = Settings::new(root);
        (settings.account, settings.script_host) = (self.account(), script_host);
        settings.host = match self.host {
            HostName::X86 => Host::X86,
            HostName::Native => Host::Native,
        };
        settings
    }

    /// With whose rights.
    pub(crate) fn account(&self) -> AccountChoice {
        match self.account {
            Who::App => AccountChoice::AsDocumented,
            Who::Current => AccountChoice::Current,
        }
    }
}

impl AttemptArgs {
    /// As settings, with files below the root.
    pub(crate) fn settings(&self) -> Settings {
        let mut settings = self.manner.settings(&self.root.folder());
        settings.on_time_limit = match self.on_timeout {
            OnTimeout::Leave => OnTimeLimit::Leave,
            OnTimeout::Kill => OnTimeLimit::Kill,
        };
        settings.detection_patience = Duration::from_secs(self.look_again);
        settings
    }
}
