use serde::{Deserialize, Serialize};

/// When the schedule tries again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct NextTry {
    /// What kind of waiting it is.
    pub step: RetryStep,
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// Why, one sentence; and what a manual install does about it.
    pub why: String,
}

/// The kinds of waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum RetryStep {
    /// At once.
    Now,
    /// One of the quick tries: 3 more, 5 minutes apart, unless the app says otherwise.
    Wait,
    /// The long wait of 24 hours (the global retry schedule of Intune's agent).
    GiveUp,
}
