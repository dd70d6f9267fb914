//! What an attempt saw: detection and requirements, the command and its run, restarts, the next try, Intune's states.

use super::{Advice, AppIdentity, ContextReport};
use serde::{Deserialize, Serialize};

/// The three answers that a detection rule, or all of them together, can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// The rule holds, or every rule does.
    Detected,
    /// A rule does not hold.
    NotDetected,
    /// A rule cannot be evaluated; nothing is installed or removed on such an answer.
    CannotTell,
}

/// One look for the app: all its detection rules, each evaluated and explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DetectionReport {
    /// When in the attempt the app was looked for.
    pub occasion: Occasion,
    /// The answer of all rules together.
    pub answer: Answer,
    /// Each rule, in the document's order.
    pub rules: Vec<RuleReport>,
    /// How many times the app was looked for: after a success repeatedly for up to 10 s.
    pub looks: u32,
    /// Milliseconds from the installer's end to the look that gave the answer; Intune's agent looks
    /// once, after about 150.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_milliseconds: Option<u64>,
    /// The code that Intune's agent would report, where the answer is "cannot tell".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<StateCode>,
}

/// When in an attempt the app was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Occasion {
    /// Before anything else was done.
    Before,
    /// After the content folder was there.
    AfterDownload,
    /// After the installer ended.
    After,
    /// On `waybill detect`, without an attempt.
    Asked,
}

/// One rule and its answer. Requirement rules use the same shape; there `detected` says that the rule holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RuleReport {
    /// JSON pointer of the rule in app.json, e.g. `/rules/0`.
    pub pointer: String,
    /// `file`, `registry`, `msi` or `script`; `unknown` for a type that this version does not know.
    pub kind: String,
    /// What it asks, for people: `version of C:\Program Files\App\app.exe`.
    pub subject: String,
    /// What holds of this rule alone.
    pub answer: Answer,
    /// What it wants: `greaterThanOrEqual 1.2.0`, `exists`.
    pub expected: String,
    /// What was found: `1.1.9 ("1.1.9 beta")`, `not there`.
    pub actual: String,
    /// The view that was asked: `32-bit`, `64-bit`.
    pub view: String,
    /// Why it holds, does not hold or cannot be told, one sentence.
    pub why: String,
    /// The code that Intune's agent would report, where the answer cannot be told; of a requirement that does not hold, its
    /// applicability where that is not the one of its kind of rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<StateCode>,
    /// True where the rule itself is invalid.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub invalid: bool,
    /// True where only a Windows can answer, and this is none. Such an answer has no code, because no device gives it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_windows: bool,
}

/// What `waybill detect` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DetectReport {
    /// [`super::RUNNER_CONTRACT`].
    pub contract: u32,
    /// The app that was looked for.
    pub app: AppIdentity,
    /// What `waybill` exits with: 0 detected, 7 not detected, 1 cannot tell, 3 an invalid rule.
    pub exit: u8,
    /// What was found, one sentence.
    pub summary: String,
    /// What to do next.
    pub next: Vec<String>,
    /// The advice in `next`, typed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<Advice>,
    /// In which context rules were asked.
    pub context: ContextReport,
    /// The look for the app, with every rule.
    pub detection: DetectionReport,
}

/// The states that Intune's agent would report for this attempt (docs/intune-agent.md, "States").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct States {
    /// Applicability; absent where it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applicability: Option<StateCode>,
    /// ComplianceState, which follows from detection.
    pub compliance: StateCode,
    /// DesiredState, which follows from the intent.
    pub desired: StateCode,
    /// EnforcementState: how the attempt ended, or what it waits for; absent where the agent would report none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enforcement: Option<StateCode>,
    /// ErrorCode: an HRESULT; absent where there is no error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<StateCode>,
}

/// A number of Intune's agent with its name and meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StateCode {
    /// The number; HRESULTs signed, as Intune's agent writes them.
    pub number: i64,
    /// As people write it: `0x87D1041C`, `1006`.
    pub text: String,
    /// Its name; the number again where no table has one.
    pub name: String,
    /// What it means, one sentence.
    pub meaning: String,
}

/// Whether an app is for this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RequirementsReport {
    /// Applicability: 0 or the first that does not hold; absent where none fails and one cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applicability: Option<StateCode>,
    /// The built-in ones that app.json names, in the order of Intune's agent.
    pub built_in: Vec<RequirementReport>,
    /// The requirement rules, in the document's order.
    pub rules: Vec<RuleReport>,
}

/// One built-in requirement, and what the device has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RequirementReport {
    /// `architecture`, `free disk`, `Windows release`, `memory`, `processors`, `CPU speed`.
    pub what: String,
    /// Whether it holds; absent where it cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<bool>,
    /// What app.json asks for.
    pub expected: String,
    /// What the device has, or why that cannot be told.
    pub actual: String,
    /// The applicability code where it does not hold.
    pub code: StateCode,
}

/// A command line and what it comes to on this machine. Values of secret parameters are masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CommandReport {
    /// The command line as it stands in app.json.
    pub line: String,
    /// The program that is started: an absolute path; absent where the command is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// How the program was found, for people: `content folder`, `machine PATH: C:\Windows\System32`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_in: Option<String>,
    /// The whole command line that the program gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command_line: Option<String>,
    /// What follows the program in the line, as the program gets it; absent where words are given instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tail: Option<String>,
    /// What Intune's agent may add to this msiexec line, where it may add something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prepared: Option<PreparedMsiLine>,
    /// The view that names were resolved in: `32-bit`, `64-bit`.
    pub view: String,
    /// The width of the program that is started (of cmd.exe for a batch file), which decides its variables: `32-bit`,
    /// `64-bit`. Absent where there is no program yet, or its headers do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program_view: Option<String>,
    /// The working directory of the command.
    pub folder: String,
    /// Where its variables differ from the caller's: names and, but for secrets, values. On a model, which has no caller,
    /// the variables that differ between programs of 32 and of 64 bits.
    pub environment: Vec<EnvironmentDifference>,
    /// Why it is not started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<RefusedCommand>,
}

/// Words that one page of Microsoft's shows Intune's agent adding to an msiexec line in the system context. Measured
/// installs do not have them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PreparedMsiLine {
    /// The words, e.g. `/qn ALLUSERS=1`.
    pub added: String,
    /// Whether the line ran with them.
    pub used: bool,
}

/// A variable whose value for the command differs from the caller's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentDifference {
    /// The name of the variable.
    pub name: String,
    /// What the command gets; absent where it gets none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// True where the caller has one that the command does not get; its value is not reported.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left_out: bool,
}

/// A command that cannot be started as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RefusedCommand {
    /// The HRESULT, e.g. `0x800700C1`.
    pub code: String,
    /// Why the command is refused, one sentence.
    pub why: String,
    /// The command line that would work, or what to change.
    pub fix: String,
    /// The places that were searched, in order.
    pub searched: Vec<String>,
}

/// Whose view of files, registry and environment is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Host {
    /// The view of Intune's agent, which is a 32-bit program.
    #[default]
    X86,
    /// The view of a program of this machine's own width.
    Native,
}

/// The installer's process: when it ran, how it ended, what it printed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RunReport {
    /// The process id of the installer.
    pub pid: u32,
    /// When it was started, RFC 3339 in UTC.
    pub started: String,
    /// Seconds until it ended, or until we stopped waiting.
    #[serde(serialize_with = "crate::report::in_milliseconds")]
    pub seconds: f64,
    /// The time limit in minutes.
    pub limit_minutes: u32,
    /// True where it still ran at the limit.
    pub timed_out: bool,
    /// How it ended; absent where it has not ended, or where its end was not seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<ExitCodeReport>,
    /// Processes of its tree that still ran when it had ended.
    pub survivors: Vec<SurvivorReport>,
    /// What the installer printed.
    pub output: OutputReport,
}

/// An exit code by number, name and meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExitCodeReport {
    /// The code as an unsigned number.
    pub unsigned: u32,
    /// The code as a signed number.
    pub signed: i32,
    /// The code in hexadecimal digits, e.g. `0x80070005`.
    pub hex: String,
    /// The name of the code, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What installers mean by it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
    /// What it stands for here: `success`, `softReboot`, `hardReboot`, `retry`, `failed`, or `unmapped`.
    pub stands_for: String,
    /// Where that meaning comes from: `app.json`, `default` or `nobody`.
    pub said_by: String,
}

/// A process that went on running after the installer had ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SurvivorReport {
    /// The process id of that process.
    pub pid: u32,
    /// Its program's file name.
    pub name: String,
}

/// What a program printed, stdout and stderr as they came.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct OutputReport {
    /// How many bytes were printed in all.
    pub bytes: u64,
    /// The end of it, at most 4 KiB, secrets masked.
    pub excerpt: String,
    /// Where head and tail (1 MiB) are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// True where the middle was dropped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shortened: bool,
}

/// Restarts, as far as this attempt is concerned. `waybill install` never restarts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RestartReport {
    /// What the installer's code asks for.
    pub asked: RestartNeed,
    /// `deviceRestartBehavior`.
    pub behavior: String,
    /// What an agent that may restart would do now, one sentence.
    pub action: String,
    /// Every restart that the device waits for, this app's and others'.
    pub pending: Vec<PendingRestartReport>,
    /// What waits for the next restart since this run: files that it replaces, the servicing of Windows, Windows Update.
    /// The installer left a pending restart.
    pub left_pending: Vec<String>,
    /// What waited for a restart before this run already, as `leftPending` names it: at most twenty things, and how many
    /// more there are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waited_before: Vec<String>,
}

/// How urgently a restart is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum RestartNeed {
    /// No restart is needed.
    #[default]
    None,
    /// A restart is needed some time (exit code 3010).
    Soft,
    /// A restart is needed before anything else is installed (exit code 1641).
    Hard,
}

/// A restart that the device waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PendingRestartReport {
    /// The app that asked for the restart, by id.
    pub app: String,
    /// How urgently the restart is needed.
    pub need: RestartNeed,
    /// Since when, RFC 3339 in UTC.
    pub since: String,
}

/// When the schedule tries again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct NextTry {
    /// What kind of waiting it is.
    pub step: RetryStep,
    /// The time of the next try, RFC 3339 in UTC.
    pub at: String,
    /// Why it is then, one sentence, and what a manual install does about it.
    pub why: String,
}

/// The kinds of waiting for the next try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum RetryStep {
    /// The next try may come at once.
    Now,
    /// One of the quick tries: 3 in all, 5 minutes apart, unless the app says otherwise.
    Wait,
    /// The long wait of 24 hours (the global retry schedule of Intune's agent).
    GiveUp,
}
