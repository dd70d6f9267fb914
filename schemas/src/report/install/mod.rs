//! What `waybill install`, `uninstall` and `detect` decided, step by step and why: the runner's contract
//! (docs/runner.md).

mod advice;
mod decision;
mod evidence;

pub use advice::{Advice, Interruption};
pub use decision::{Decision, DecisionWords, EarlierEnd};
pub use evidence::{
    Answer, CommandReport, DetectReport, DetectionReport, EnvironmentDifference, ExitCodeReport, Host,
    NextTry, Occasion, OutputReport, PendingRestartReport, PreparedMsiLine, RefusedCommand,
    RequirementReport, RequirementsReport, RestartNeed, RestartReport, RetryStep, RuleReport, RunReport,
    StateCode, States, SurvivorReport,
};

use crate::codes::{Class, Code, runner};
use serde::{Deserialize, Serialize};

/// The version of this contract. It grows when a field is removed or changes its meaning, not when one is added.
pub const RUNNER_CONTRACT: u32 = 1;

/// One attempt, or why there was none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct InstallReport {
    /// [`RUNNER_CONTRACT`].
    pub contract: u32,
    /// Whether the app was to be installed or uninstalled.
    pub intent: Intent,
    /// The app that the attempt is about.
    pub app: AppIdentity,
    /// What came of it.
    pub outcome: AttemptOutcome,
    /// What `waybill` exits with.
    pub exit: u8,
    /// Whether anything on the device may have changed.
    pub changed: bool,
    /// What came of it, one sentence.
    pub summary: String,
    /// What to do next, the likeliest first; empty where nothing is to be done.
    pub next: Vec<String>,
    /// The advice in `next`, typed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<Advice>,
    /// What Intune's agent would report.
    pub states: States,
    /// In which context commands and rules ran.
    pub context: ContextReport,
    /// Where this attempt differs from what Intune's agent does with the same app on such a device, or may differ: one
    /// sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deviations: Vec<String>,
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
    /// Restarts that are needed, that the installer left pending, and that the device waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart: Option<RestartReport>,
    /// When the schedule tries again, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_try: Option<NextTry>,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
    /// When it ended, RFC 3339 in UTC.
    pub ended: String,
}

/// Whether an app is to be installed or uninstalled.
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
#[cfg_attr(feature = "json-schema", schemars(rename = "Outcome"))]
pub enum AttemptOutcome {
    /// The app was there already; nothing was done.
    AlreadyInstalled,
    /// The app was installed, and is detected.
    Installed,
    /// The app was not there; nothing was done.
    AlreadyAbsent,
    /// The app was uninstalled, and is no longer detected.
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
    /// The attempt was interrupted; an installer that was running is left running.
    Interrupted,
}

/// Whose rights commands and rules run with, and which view they have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ContextReport {
    /// What app.json asks for: `system` or `user`.
    pub wanted: String,
    /// What it ran as: `system`, `user` or `current`.
    pub used: String,
    /// True where it ran as another account than Intune would use.
    pub substituted: bool,
    /// The view of files, registry and environment.
    pub view: String,
    /// `x86` as Intune's agent, or `native`.
    pub host: Host,
    /// The system: `windows` or `unix`.
    pub system: String,
    /// What it was a model of, where no real machine was asked: only the command was resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

/// One decision of an attempt, with its reason and time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StepReport {
    /// The step that the decision belongs to.
    pub step: Step,
    /// The decision as a type with its values.
    pub decision: Decision,
    /// The decision in a few words.
    pub decided: String,
    /// Why it was decided, one sentence.
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
    /// What an earlier attempt left: an installer that still runs, or an end that was not judged.
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
    /// Running the installer or uninstaller.
    Run,
    /// What its exit code stands for.
    ReturnCode,
    /// What code and detection come to.
    Judgement,
    /// Restarts that the installer left pending.
    Restart,
}

impl InstallReport {
    /// The class that the exit code stands for; `None` for 0.
    pub fn class(&self) -> Option<Class> {
        Class::from_exit_code(self.exit)
    }

    /// Whether the device is as wanted, since this attempt or from before; a restart may still be needed.
    pub fn is_done(&self) -> bool {
        self.class().is_none_or(Class::is_done)
    }

    /// The entry of the table of codes; `None` where all is well.
    pub fn code(&self) -> Option<&'static Code> {
        let by_intent = |install, uninstall| match self.intent {
            Intent::Install => install,
            Intent::Uninstall => uninstall,
        };
        match self.outcome {
            AttemptOutcome::NotApplicable => Some(&runner::APP_NOT_APPLICABLE),
            AttemptOutcome::CannotTell => Some(self.cannot_tell()),
            AttemptOutcome::CommandRefused => Some(&runner::COMMAND_REFUSED),
            AttemptOutcome::Failed => Some(by_intent(&runner::INSTALL_FAILED, &runner::UNINSTALL_FAILED)),
            AttemptOutcome::NotBorneOut => {
                Some(by_intent(&runner::INSTALL_NOT_BORNE_OUT, &runner::UNINSTALL_NOT_BORNE_OUT))
            }
            AttemptOutcome::DoneDespiteCode => Some(&runner::DONE_DESPITE_CODE),
            AttemptOutcome::TimedOut => Some(&runner::INSTALL_TIMED_OUT),
            AttemptOutcome::RetryLater => Some(&runner::RETRY_LATER),
            AttemptOutcome::Waiting => Some(self.waits_for()),
            AttemptOutcome::AlreadyInstalled
            | AttemptOutcome::Installed
            | AttemptOutcome::AlreadyAbsent
            | AttemptOutcome::Uninstalled
            | AttemptOutcome::WouldRun
            | AttemptOutcome::Interrupted => None,
        }
    }

    fn cannot_tell(&self) -> &'static Code {
        if self.class() == Some(Class::Refused) {
            return &runner::DETECTION_RULE_INVALID; // by the code alone it may be a rule that needs Windows
        }
        match &self.requirements {
            Some(requirements) if requirements.applicability.is_none() => &runner::REQUIREMENTS_CANNOT_TELL,
            _ => &runner::DETECTION_CANNOT_TELL,
        }
    }

    /// By EnforcementState (docs/intune-agent.md, "States").
    fn waits_for(&self) -> &'static Code {
        match self.states.enforcement.as_ref().map(|state| state.number) {
            Some(2013) => &runner::WAITING_FOR_USER,
            Some(2008 | 2011 | 6002) => &runner::RESTART_PENDING,
            Some(2000) => &runner::INSTALLER_STILL_RUNS,
            _ => &runner::RETRY_LATER,
        }
    }
}

impl DetectReport {
    /// The entry of the table of codes; `None` where the app is there.
    pub fn code(&self) -> Option<&'static Code> {
        match self.detection.answer {
            Answer::Detected => None,
            Answer::NotDetected => Some(&runner::APP_NOT_DETECTED),
            Answer::CannotTell if self.detection.rules.iter().any(|rule| rule.invalid) => {
                Some(&runner::DETECTION_RULE_INVALID)
            }
            Answer::CannotTell => Some(&runner::DETECTION_CANNOT_TELL),
        }
    }
}
