//! What Waybill adds to Graph's app: whom it is for and when, which apps it stands in relation to, how often it is
//! tried again, and what `waybill lint` may overlook.

use super::rule::short_type;
use super::values::{
    AssignmentIntent, DeliveryOptimizationPriority, DependencyType, Notifications, SupersedenceType,
};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Map, Value};
use std::num::NonZeroU32;

/// An assignment of an app: what is wanted, and when.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Assignment {
    /// Whether the app is offered, installed or uninstalled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<AssignmentIntent>,
    /// Notifications, times, restarts and the priority of the download.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<AssignmentSettings>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Graph's `win32LobAppAssignmentSettings`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct AssignmentSettings {
    /// Which notifications a user sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notifications: Option<Notifications>,
    /// The earliest start of the installation, and its deadline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install_time_settings: Option<InstallTimeSettings>,
    /// How a restart is announced; without it there is no grace period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart_settings: Option<RestartSettings>,
    /// How urgently content is fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_optimization_priority: Option<DeliveryOptimizationPriority>,
    /// Whether apps that this one supersedes are updated automatically.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_update_settings: Option<AutoUpdateSettings>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The earliest start of an installation, and its deadline.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct InstallTimeSettings {
    /// Whether the times are the device's local ones rather than UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_local_time: Option<bool>,
    /// The time before which nothing is installed (ISO 8601).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date_time: Option<String>,
    /// The deadline (ISO 8601): from then on the app is installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_date_time: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The grace period before a restart. All times are in minutes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct RestartSettings {
    /// Minutes from the end of the installation to the restart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace_period_in_minutes: Option<u32>,
    /// Minutes before the restart at which the countdown appears.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub countdown_display_before_restart_in_minutes: Option<u32>,
    /// Minutes for which a user may put the notification off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart_notification_snooze_duration_in_minutes: Option<u32>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What becomes of apps that this one supersedes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct AutoUpdateSettings {
    /// Graph's `autoUpdateSupersededAppsState`: `notConfigured` or `enabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_update_superseded_apps_state: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A tie to another app: Graph's `mobileAppDependency` or `mobileAppSupersedence`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Relationship {
    /// Graph's type, which says whether this is a dependency or a supersedence.
    #[serde(rename = "@odata.type", skip_serializing_if = "Option::is_none")]
    pub odata_type: Option<String>,
    /// The other app's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_id: Option<String>,
    /// For a dependency: whether the other app has to be there, or is installed first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dependency_type: Option<DependencyType>,
    /// For a supersedence: whether the other app is uninstalled first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supersedence_type: Option<SupersedenceType>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Relationship {
    /// Whether this app needs the other one.
    pub fn is_dependency(&self) -> bool {
        self.is("mobileAppDependency") || (self.odata_type.is_none() && self.dependency_type.is_some())
    }

    /// Whether this app takes the other one's place.
    pub fn is_supersedence(&self) -> bool {
        self.is("mobileAppSupersedence") || (self.odata_type.is_none() && self.supersedence_type.is_some())
    }

    fn is(&self, name: &str) -> bool {
        self.odata_type.as_deref().is_some_and(|odata_type| short_type(odata_type) == name)
    }
}

/// The `retry` object of an app. A field that is left out has the value of Intune's agent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct RetrySettings {
    /// Further attempts after a return code of type `retry`, before the long wait; 3 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_retries: Option<u32>,
    /// Minutes between these attempts; 5 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_interval_in_minutes: Option<NonZeroU32>,
    /// Minutes of the long wait, which comes after a failure and after the last quick attempt; 1440 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub long_interval_in_minutes: Option<NonZeroU32>,
    /// Exit codes with an interval of their own, so that, for example, a user's deferral need not cost 24 hours.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "super::null_as_empty")]
    #[cfg_attr(feature = "json-schema", schemars(with = "Option<Vec<ReturnCodeInterval>>"))]
    pub return_codes: Vec<ReturnCodeInterval>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// When the next attempt comes after one particular exit code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReturnCodeInterval {
    /// The exit code, signed or unsigned. What it stands for is in the app's `returnCodes`.
    #[serde(deserialize_with = "super::installation::exit_code")]
    #[cfg_attr(feature = "json-schema", schemars(range(min = -2_147_483_648_i64, max = 4_294_967_295_i64)))]
    pub return_code: i64,
    /// Minutes until the next attempt.
    pub retry_interval_in_minutes: NonZeroU32,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ReturnCodeInterval {
    /// The exit code's 32 bits.
    pub fn bits(&self) -> u32 {
        (self.return_code & 0xFFFF_FFFF) as u32
    }
}

/// The `lint` object of an app.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct LintSettings {
    /// Findings that are known and accepted.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "super::null_as_empty")]
    #[cfg_attr(feature = "json-schema", schemars(with = "Option<Vec<Allow>>"))]
    pub allow: Vec<Allow>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// One lint code whose findings are accepted, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Allow {
    /// The code, e.g. `WB106`.
    pub code: String,
    /// Why the findings are accepted; required, so that the next reader need not guess.
    pub reason: Reason,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The error for a reason that is empty or only white space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reason in words is needed")]
pub struct BlankReason;

/// A reason in words; a blank one is refused when it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Reason(String);

impl Reason {
    /// Takes `words` as the reason, unchanged.
    ///
    /// # Errors
    /// `words` is empty or only white space.
    pub fn new(words: impl Into<String>) -> Result<Self, BlankReason> {
        let words = words.into();
        if words.trim().is_empty() { Err(BlankReason) } else { Ok(Self(words)) }
    }

    /// The reason as it stands in the document.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

own_schema!(Reason, inline, {
    "type": "string",
    "pattern": "\\S",
    "description": "why the finding is right here",
});

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_two_kinds_of_relationship_are_told_apart() {
        let one = |text: &str| serde_json::from_str::<Relationship>(text).unwrap();
        let needs = one(
            r##"{"@odata.type": "#microsoft.graph.mobileAppDependency", "targetId": "a", "dependencyType": "autoInstall"}"##,
        );
        assert!(needs.is_dependency() && !needs.is_supersedence());
        let replaces = one(r#"{"targetId": "b", "supersedenceType": "replace"}"#);
        assert!(replaces.is_supersedence() && !replaces.is_dependency());
        let newer =
            one(r##"{"@odata.type": "#microsoft.graph.mobileAppFriendship", "targetId": "c", "since": 1}"##);
        assert!(!newer.is_dependency() && !newer.is_supersedence());
        assert_eq!(serde_json::to_value(&newer).unwrap()["since"], 1);
    }

    fn read(retry: &Value) -> Result<RetrySettings, String> {
        let app =
            crate::app::AppDocument::from_value(json!({ "retry": retry })).map_err(|e| e.to_string())?;
        app.retry.ok_or_else(|| "there is no retry".to_owned())
    }

    #[test]
    fn what_is_said_is_read_and_the_rest_stays_open() {
        let retry = read(&json!({
            "maxRetries": 0, "longIntervalInMinutes": 60, "patience": "endless",
            "returnCodes": [{ "returnCode": -2147024891, "retryIntervalInMinutes": 7 }]
        }));
        let retry = retry.unwrap();
        assert_eq!((retry.max_retries, retry.retry_interval_in_minutes), (Some(0), None));
        assert_eq!(retry.long_interval_in_minutes.map(NonZeroU32::get), Some(60));
        assert_eq!(retry.return_codes[0].bits(), 0x8007_0005);
        assert_eq!(retry.other["patience"], "endless");
        assert_eq!(read(&json!({})), Ok(RetrySettings::default()));
    }

    #[test]
    fn no_interval_is_nothing_and_no_code_wider_than_32_bits() {
        let code = |code: i64, minutes: u32| json!({ "returnCodes": [{ "returnCode": code, "retryIntervalInMinutes": minutes }] });
        assert!(read(&code(1602, 1)).is_ok());
        for wrong in [json!({ "retryIntervalInMinutes": 0 }), code(1602, 0), code(1 << 32, 1)] {
            read(&wrong).expect_err(&wrong.to_string());
        }
    }
}
