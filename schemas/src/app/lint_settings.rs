//! What `waybill lint` may overlook in an app: `lint.allow`, each with its reason.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Map, Value};

/// The `lint` object of an app.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct LintSettings {
    /// Findings that are known and meant.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "super::null_as_empty")]
    pub allow: Vec<Allow>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// One code that may be found, and why that is right here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Allow {
    /// The code, e.g. `WB106`.
    pub code: String,
    /// Why; required, so that the next reader need not guess.
    pub reason: Reason,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A reason in words; a blank one is refused when it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Reason(String);

impl Reason {
    /// From words; nothing where there are none.
    pub fn new(words: impl Into<String>) -> Option<Self> {
        let words = words.into();
        (!words.trim().is_empty()).then_some(Self(words))
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?)
            .ok_or_else(|| D::Error::custom("a reason in words is needed"))
    }
}

own_schema!(Reason, inline, {
    "type": "string",
    "pattern": "\\S",
    "description": "why the finding is right here",
});
