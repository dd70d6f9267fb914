//! What `waybill try` did, phase by phase, and what it learned.

use super::delivery::{FetchReport, PublishReport};
use super::install::{AppIdentity, ContextReport, DetectReport, InstallReport};
use super::lint::LintReport;
use super::pack::PackReport;
use crate::app::Rule;
use serde::{Deserialize, Serialize};

/// The report of a rehearsal: the whole life of an app on this machine, phase by phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RehearsalReport {
    /// [`super::install::RUNNER_CONTRACT`].
    pub contract: u32,
    /// The app that was rehearsed.
    pub app: AppIdentity,
    /// The document whose commands and rules were run: app.json, or app.unix.json where this is no Windows.
    pub document: String,
    /// What `waybill` exits with: 0 where every phase passed, 11 where a hard restart ended it, else what the first
    /// phase that failed exits with.
    pub exit: u8,
    /// What came of it, a few words: `installed and detected`.
    pub summary: String,
    /// What to do next, the likeliest first; empty where nothing is to be done.
    pub next: Vec<String>,
    /// In which context commands and rules ran.
    pub context: ContextReport,
    /// The folder of everything that the rehearsal wrote for itself.
    pub root: String,
    /// Whether that folder is still there.
    pub root_kept: bool,
    /// Every phase, in order; those that were not reached are skipped.
    pub phases: Vec<RehearsalPhase>,
    /// What was on the machine after the install and not before it.
    pub appeared: Vec<AppearedItem>,
    /// A detection rule for what appeared, where one can be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_rule: Option<ProposedRule>,
    /// What to know although it passed.
    pub warnings: Vec<String>,
    /// Where the rehearsal differs from what Intune does with the same app, and the switch where there is one.
    pub deviations: Vec<String>,
    /// Logs that Windows Installer wrote.
    pub msi_logs: Vec<MsiLog>,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
    /// When it ended, RFC 3339 in UTC.
    pub ended: String,
}

/// What came of one phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RehearsalPhase {
    /// Which phase it is.
    pub phase: Phase,
    /// Whether it passed, failed or was skipped.
    pub status: PhaseStatus,
    /// What came of it, one sentence; of a skipped one, why.
    pub summary: String,
    /// What `waybill` would exit with for it.
    pub exit: u8,
    /// How long it took, in seconds.
    #[serde(serialize_with = "super::in_milliseconds")]
    pub seconds: f64,
    /// What the command of that phase reports; absent where it came to no report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<PhaseDetails>,
    /// The id in the table of codes of what stopped it, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// The phases of a rehearsal, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Phase {
    /// `waybill lint` looks at the app's folder.
    Lint,
    /// The app is looked for; it must not be here yet.
    Before,
    /// The folder is made into a package.
    Pack,
    /// Its content is published and served on loopback.
    Serve,
    /// Downloaded, validated and decrypted, unpacked and moved into place.
    Fetch,
    /// The install command is run.
    Install,
    /// The app is looked for; it must be here.
    Detect,
    /// The app is installed once more; that must change nothing.
    InstallAgain,
    /// The uninstall command is run.
    Uninstall,
    /// The app is looked for; it must be gone.
    DetectGone,
}

impl Phase {
    /// All of them, in order.
    pub const ALL: [Self; 10] = [
        Self::Lint,
        Self::Before,
        Self::Pack,
        Self::Serve,
        Self::Fetch,
        Self::Install,
        Self::Detect,
        Self::InstallAgain,
        Self::Uninstall,
        Self::DetectGone,
    ];

    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lint => "lint",
            Self::Pack => "pack",
            Self::Serve => "serve",
            Self::Fetch => "fetch",
            Self::Before => "look first",
            Self::Install => "install",
            Self::Detect => "detect",
            Self::InstallAgain => "install again",
            Self::Uninstall => "uninstall",
            Self::DetectGone => "detect gone",
        }
    }
}

/// How a phase ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PhaseStatus {
    /// It ended as it should.
    Passed,
    /// It did not end as it should.
    Failed,
    /// It was not reached, or had nothing to do.
    Skipped,
}

/// What a phase's own command reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum PhaseDetails {
    /// The report of `waybill lint`.
    Lint(Box<LintReport>),
    /// The report of `waybill pack`.
    Pack(Box<PackReport>),
    /// The report of `waybill publish`.
    Publish(Box<PublishReport>),
    /// The report of `waybill fetch`.
    Fetch(Box<FetchReport>),
    /// The report of `waybill install` or `uninstall`.
    Install(Box<InstallReport>),
    /// The report of `waybill detect`.
    Detect(Box<DetectReport>),
}

/// Something that was not there before the install.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AppearedItem {
    /// What kind of thing it is.
    pub kind: AppearedKind,
    /// Its name: an uninstall entry's key, a service, a task, a path.
    pub name: String,
    /// What it says of itself, for people: an entry's display name and version, a service's program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
    /// The view of the registry that it is in, where that matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<String>,
    /// True where it was still there after the uninstall.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left_behind: bool,
}

/// The kinds of things that appear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum AppearedKind {
    /// An entry of "Apps and features".
    UninstallEntry,
    /// A service or driver.
    Service,
    /// A task of the Task Scheduler.
    Task,
    /// The topmost file or folder that is new.
    Files,
}

/// A detection rule, and what speaks for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ProposedRule {
    /// The rule, ready for `rules` of app.json.
    pub rule: Rule,
    /// What it rests on, one sentence.
    pub why: String,
}

/// A log that Windows Installer wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MsiLog {
    /// The phase in which it was written.
    pub phase: Phase,
    /// Where it is; gone with the root unless that is kept.
    pub file: String,
    /// The lines around the first "Return value 3", else its end; values of secret properties are left out.
    pub excerpt: Vec<String>,
}
