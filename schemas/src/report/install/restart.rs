use serde::{Deserialize, Serialize};

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
    /// Files that the next restart replaces and that this run added: the installer left a pending restart.
    pub left_pending: Vec<String>,
}

/// How much of a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum RestartNeed {
    /// None.
    #[default]
    None,
    /// Some time: 3010.
    Soft,
    /// Before anything else is installed: 1641.
    Hard,
}

/// A restart that the device waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PendingRestartReport {
    /// Which app asked.
    pub app: String,
    /// How much.
    pub need: RestartNeed,
    /// Since when, RFC 3339 in UTC.
    pub since: String,
}
