//! What `waybill try` did, phase by phase, and what it learned.

use super::delivery::{FetchReport, PublishReport};
use super::install::{AppIdentity, ContextReport, DetectReport, InstallReport};
use super::lint::LintReport;
use super::pack::PackReport;
use crate::app::Rule;
use serde::{Deserialize, Serialize};

/// A package's dress rehearsal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RehearsalReport {
    /// [`super::install::RUNNER_CONTRACT`].
    pub contract: u32,
    /// The app.
    pub app: AppIdentity,
    /// The document whose commands and rules were run: app.json, or app.unix.json where this is no Windows.
    pub document: String,
    /// What `waybill` exits with: 0 where every phase passed, 11 where a hard restart ended it, else what the first phase
    /// that failed exits with.
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
    /// A detection rule that what appeared speaks for.
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
    /// When it ended.
    pub ended: String,
}

/// One phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RehearsalPhase {
    /// Which.
    pub phase: Phase,
    /// How it ended.
    pub status: PhaseStatus,
    /// What came of it, one sentence; of a skipped one, why.
    pub summary: String,
    /// What `waybill` would exit with for it.
    pub exit: u8,
    /// How long it took.
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
pub enum Phase {
    /// What goes wrong in practice.
    Lint,
    /// The app must not be here yet.
    Before,
    /// The folder becomes a package.
    Pack,
    /// Its content is published and served on loopback.
    Serve,
    /// Downloaded, validated and decrypted, unpacked and moved into place.
    Fetch,
    /// The install command.
    Install,
    /// The app is there.
    Detect,
    /// Installing once more must change nothing.
    InstallAgain,
    /// The uninstall command.
    Uninstall,
    /// The app is gone.
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
    /// As it should.
    Passed,
    /// Not as it should.
    Failed,
    /// It was not reached, or had nothing to do.
    Skipped,
}

/// What a phase's own command reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PhaseDetails {
    /// Of `lint`.
    Lint(Box<LintReport>),
    /// Of `pack`.
    Pack(Box<PackReport>),
    /// Of `publish`.
    Publish(Box<PublishReport>),
    /// Of `fetch`.
    Fetch(Box<FetchReport>),
    /// Of `install` and `uninstall`.
    Install(Box<InstallReport>),
    /// Of `detect`.
    Detect(Box<DetectReport>),
}

/// Something that was not there before the install.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AppearedItem {
    /// What kind of thing.
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
pub enum AppearedKind {
    /// An entry of "Apps and features".
    UninstallEntry,
    /// A service or driver.
    Service,
    /// A scheduled task.
    Task,
    /// The topmost file or folder that is new.
    Files,
}

/// A detection rule, and what speaks for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ProposedRule {
    /// For `rules` of app.json.
    pub rule: Rule,
    /// What it rests on, one sentence.
    pub why: String,
}

/// A log of Windows Installer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MsiLog {
    /// In which phase it was written.
    pub phase: Phase,
    /// Where it is; gone with the root unless that is kept.
    pub file: String,
    /// The lines around the first "Return value 3", else its end; values of secret properties are left out.
    pub excerpt: Vec<String>,
}
