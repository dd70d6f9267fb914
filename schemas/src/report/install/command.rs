use serde::{Deserialize, Serialize};

/// A command line and what it comes to on this machine. Values of secret parameters are masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CommandReport {
    /// As it stands in app.json.
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
    /// The view that names were resolved in: `32-bit`, `64-bit`.
    pub view: String,
    /// The working directory.
    pub folder: String,
    /// Where its variables differ from those of whoever ran `waybill`: names and, but for secrets, values.
    pub environment: Vec<EnvironmentDifference>,
    /// Why it is not started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<RefusedCommand>,
}

/// One variable that is another one than the caller's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentDifference {
    /// Its name.
    pub name: String,
    /// What the command gets; absent where it gets none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// True where the caller has one that the command does not get; its value is not told.
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
    /// Why, one sentence.
    pub why: String,
    /// The line that would do, or what to change.
    pub mend: String,
    /// The places that were searched, in order.
    pub searched: Vec<String>,
}

/// Which agent is followed in views.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Host {
    /// Intune's agent: a 32-bit program.
    #[default]
    X86,
    /// This machine's own width.
    Native,
}
