use super::RuleReport;
use serde::{Deserialize, Serialize};

/// The states that Intune's agent would report for this attempt (docs/intune-agent.md, "States").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct States {
    /// Applicability; absent where it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applicability: Option<StateCode>,
    /// ComplianceState: from detection.
    pub compliance: StateCode,
    /// DesiredState.
    pub desired: StateCode,
    /// EnforcementState: from the code; absent where nothing was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enforcement: Option<StateCode>,
    /// ErrorCode: an HRESULT; absent where there is no error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<StateCode>,
}

/// A number of Intune's agent with its name and meaning, so that nobody has to look it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StateCode {
    /// The number; HRESULTs signed, as Intune's agent writes them.
    pub number: i64,
    /// As people write it: `0x87D1041C`, `1006`.
    pub text: String,
    /// Its name.
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
    /// Requirement rules.
    pub rules: Vec<RuleReport>,
}

/// One built-in requirement.
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
