//! What `waybill install`, `uninstall` and `detect` decided, step by step and why: the runner's contract
//! (docs/runner.md).

mod advice;
mod code;
mod command;
mod decision;
mod detection;
mod restart;
mod retry;
mod run;
mod states;

pub use advice::{Advice, Interruption};
pub use command::{CommandReport, EnvironmentDifference, Host, RefusedCommand};
pub use decision::{Decision, DecisionWords, EarlierEnd};
pub use detection::{Answer, DetectReport, DetectionReport, Occasion, RuleReport};
pub use restart::{PendingRestartReport, RestartNeed, RestartReport};
pub use retry::{NextTry, RetryStep};
pub use run::{ExitCodeReport, OutputReport, RunReport, SurvivorReport};
pub use states::{RequirementReport, RequirementsReport, StateCode, States};

use serde::{Deserialize, Serialize};

/// The version of this contract; it grows when a field changes its meaning or goes, not when one comes.
pub const RUNNER_CONTRACT: u32 = 1;

/// One attempt, or why there was none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct InstallReport {
    /// [`RUNNER_CONTRACT`].
    pub contract: u32,
    /// What was wanted.
    pub intent: Intent,
    /// The app.
    pub app: AppIdentity,
    /// What came of it.
    pub outcome: Outcome,
    /// What `waybill` exits with.
    pub exit: u8,
    /// Whether anything on the device may have changed.
    pub changed: bool,
    /// What came of it, one sentence.
    pub summary: String,
    /// What to do next, the likeliest first; empty where nothing is to be done.
    pub next: Vec<String>,
    /// The same, typed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<Advice>,
    /// What Intune's agent would report.
    pub states: States,
    /// In which context commands and rules ran.
    pub context: ContextReport,
    /// What was decided, in order, and why.
    pub steps: Vec<StepReport>,
    /// Each look for the app, in order.
    pub detections: Vec<DetectionReport>,
    /// Whether the app is for this device; absent where that was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirements: Option<RequirementsReport>,
    /// The command as it was, or would be, started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandReport>,
    /// The installer's run; absent where none was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunReport>,
    /// Restarts: needed, left pending, told by the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart: Option<RestartReport>,
    /// When the schedule tries again, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_try: Option<NextTry>,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
    /// When it ended.
    pub ended: String,
}

/// What was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Intent {
    /// The app shall be there.
    Install,
    /// The app shall be gone.
    Uninstall,
}

/// Which app it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AppIdentity {
    /// Its name for people.
    pub name: String,
    /// By what its attempts are found again: Graph's `id`, else one made of name and publisher.
    pub id: String,
    /// Its version for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Outcome {
    /// It was there already; nothing was done.
    AlreadyInstalled,
    /// Installed and detected.
    Installed,
    /// It was not there; nothing was done.
    AlreadyAbsent,
    /// Uninstalled and no longer detected.
    Uninstalled,
    /// The app is not for this device.
    NotApplicable,
    /// Whether it is there cannot be told, so nothing was started.
    CannotTell,
    /// The command cannot be started as it is.
    CommandRefused,
    /// The installer said that it failed, and detection agrees.
    Failed,
    /// The installer said success, and detection does not bear it out.
    NotBorneOut,
    /// The installer said that it failed, and yet the app is there (or gone, as wanted).
    DoneDespiteCode,
    /// The installer ran longer than its time limit; it was not ended.
    TimedOut,
    /// To be tried again soon: a code of type retry, or another installation.
    RetryLater,
    /// Something has to happen first: a restart, a user who signs in, an installer that still runs, a waiting time.
    Waiting,
    /// A dry run: this is what would be done.
    WouldRun,
    /// We were interrupted; the installer, if one ran, goes on.
    Interrupted,
}

/// With whose rights and through which view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ContextReport {
    /// What app.json asks for: `system` or `user`.
    pub wanted: String,
    /// What it ran as: `system`, `user` or `current`.
    pub used: String,
    /// True where it ran as somebody else than Intune would run it.
    pub substituted: bool,
    /// The view of files, registry and environment.
    pub view: String,
    /// `x86` as Intune's agent, or `native`.
    pub host: Host,
    /// The system: `windows` or `unix`.
    pub system: String,
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StepReport {
    /// Which step.
    pub step: Step,
    /// What was decided.
    pub decision: Decision,
    /// The same in a few words.
    pub decided: String,
    /// Why, one sentence.
    pub why: String,
    /// When, RFC 3339 in UTC.
    pub at: String,
}

/// The steps of an attempt, in the order in which they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Step {
    /// What an earlier run left: an installer that still runs, an end that nobody judged.
    EarlierAttempt,
    /// A restart that the device waits for.
    PendingRestart,
    /// Looking for the app.
    Detection,
    /// Whether the app is for this device.
    Requirements,
    /// Whether the schedule lets it run now.
    Schedule,
    /// Getting the content folder.
    Content,
    /// Finding the program that the command starts.
    Command,
    /// Running it.
    Run,
    /// What its exit code stands for.
    ReturnCode,
    /// What code and detection come to.
    Judgement,
    /// Restarts.
    Restart,
}
