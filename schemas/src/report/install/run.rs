use serde::{Deserialize, Serialize};

/// The installer's run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RunReport {
    /// Its process id.
    pub pid: u32,
    /// When it was started, RFC 3339 in UTC.
    pub started: String,
    /// Seconds until it ended, or until we stopped waiting.
    pub seconds: f64,
    /// The time limit in minutes.
    pub limit_minutes: u32,
    /// True where it still ran at the limit.
    pub timed_out: bool,
    /// How it ended; absent where it did not, or where nobody saw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<ExitCodeReport>,
    /// Processes of its tree that still ran when it had ended.
    pub survivors: Vec<SurvivorReport>,
    /// What it printed.
    pub output: OutputReport,
}

/// An exit code by number, name and meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExitCodeReport {
    /// Unsigned.
    pub unsigned: u32,
    /// Signed.
    pub signed: i32,
    /// `0x80070005`.
    pub hex: String,
    /// Its name, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What installers mean by it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
    /// What it stands for here: `success`, `softReboot`, `hardReboot`, `retry`, `failed`, or `unmapped`.
    pub stands_for: String,
    /// Who says so: `app.json`, `default`, `nobody`.
    pub said_by: String,
}

/// A process that lived on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SurvivorReport {
    /// Its id.
    pub pid: u32,
    /// Its program's file name.
    pub name: String,
}

/// What a program printed, stdout and stderr as they came.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct OutputReport {
    /// Bytes in all.
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
