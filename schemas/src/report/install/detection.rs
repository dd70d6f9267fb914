use super::{Advice, AppIdentity, ContextReport, StateCode};
use serde::{Deserialize, Serialize};

/// The three answers of detection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// Every rule holds.
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
    /// When in the attempt.
    pub occasion: Occasion,
    /// The answer of all rules together.
    pub answer: Answer,
    /// Each rule, in the document's order.
    pub rules: Vec<RuleReport>,
    /// How often it was looked: after a success again for up to 10 s.
    pub looks: u32,
    /// Milliseconds from the installer's end to the look that gave the answer; Intune's agent looks once, after about 150.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_milliseconds: Option<u64>,
    /// Where the answer is "cannot tell": the code that Intune's agent would report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<StateCode>,
}

/// When a look was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Occasion {
    /// Before anything was done.
    Before,
    /// After the content came.
    AfterDownload,
    /// After the installer ended.
    After,
    /// `waybill detect`.
    Asked,
}

/// One rule, evaluated. Requirement rules use the same shape: `detected` is "holds" there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RuleReport {
    /// Where it stands in app.json, e.g. `/rules/0`.
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
    /// Where it cannot be told: an invalid rule (refused input) or the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<StateCode>,
    /// True where the rule itself is invalid.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub invalid: bool,
}

/// What `waybill detect` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DetectReport {
    /// [`super::RUNNER_CONTRACT`].
    pub contract: u32,
    /// The app.
    pub app: AppIdentity,
    /// What `waybill` exits with: 0 detected, 7 not detected, 1 cannot tell, 3 an invalid rule.
    pub exit: u8,
    /// What was found, one sentence.
    pub summary: String,
    /// What to do next.
    pub next: Vec<String>,
    /// The same, typed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<Advice>,
    /// In which context rules were asked.
    pub context: ContextReport,
    /// The look.
    pub detection: DetectionReport,
}
